/* How far a connection has come, as the kernel counts it: what the library's
 * callbacks do not tell, it knows.  A file of its own because <linux/tcp.h>, which
 * has these counters, and the C library's <netinet/tcp.h> cannot meet. */
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "guard_in.h"

bool
progress_read(uint64_t *acked, int fd)
{
	struct tcp_info info = { 0 };
	socklen_t n = sizeof info;
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0)
		return false;
	*acked = info.tcpi_bytes_acked;
	return true;
}

int
progress_waiting(int fd)
{
	int bytes = 0;
	return ioctl(fd, SIOCOUTQ, &bytes) == 0 ? bytes : 0;
}

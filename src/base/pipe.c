/* Bytes and frames on pipes: written whole, read with a deadline.
 *
 * A reader that has gone away must be an error, not a signal that ends the
 * program, whatever the program's own handling of SIGPIPE is; so it is blocked
 * for this thread while writing and taken back if it came. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base_in.h"

#define LOOK_MS 50 /* how often a waiting reader looks at its cancel */

/* 0, or errno. */
static int
write_loop(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);
		if (done < 0 && errno == EAGAIN) {
			struct pollfd wait = { .fd = fd, .events = POLLOUT };
			poll(&wait, 1, -1);
		} else if (done < 0 && errno != EINTR)
			return errno;
		if (done > 0) {
			p += done;
			n -= (size_t)done;
		}
	}
	return 0;
}

int
fd_write_errno(int fd, const void *bytes, size_t n)
{
	sigset_t broken, before, waiting;
	sigemptyset(&broken);
	sigaddset(&broken, SIGPIPE);
	sigpending(&waiting);
	pthread_sigmask(SIG_BLOCK, &broken, &before);
	int error = write_loop(fd, bytes, n);
	if (error != 0 && !sigismember(&waiting, SIGPIPE)) {
		const struct timespec now = { 0, 0 };
		while (sigtimedwait(&broken, NULL, &now) < 0 && errno == EINTR)
			;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

enum fault
fd_write_all(int fd, const void *bytes, size_t n)
{
	int error = fd_write_errno(fd, bytes, n);
	if (error == EPIPE)
		return fault(FAULT_SYSTEM, "the reader has closed the pipe");
	errno = error;
	return error == 0 ? FAULT_NONE : fault_errno("%zu bytes cannot be written", n);
}

enum fault
frame_write(int fd, const void *bytes, size_t n)
{
	if (n > FRAME_BYTES_MAX)
		return fault(FAULT_LIMIT, "a frame of %zu bytes is too large", n);
	const unsigned char head[4] = { (unsigned char)(n >> 24), (unsigned char)(n >> 16),
		(unsigned char)(n >> 8), (unsigned char)n };
	char small[1024];
	if (n + 4 <= sizeof small) { /* one write, so one wake-up of the reader */
		memcpy(small, head, 4);
		if (n > 0)
			memcpy(small + 4, bytes, n);
		return fd_write_all(fd, small, n + 4);
	}
	enum fault f = fd_write_all(fd, head, 4);
	return f != FAULT_NONE ? f : fd_write_all(fd, bytes, n);
}

/* Wait until fd can be read. */
static enum fault
wait_readable(int fd, int64_t deadline_ms, const struct cancel *cancel)
{
	for (;;) {
		enum fault f = cancel_check(cancel);
		if (f != FAULT_NONE)
			return f;
		int wait_ms = cancel != NULL ? LOOK_MS : -1;
		if (deadline_ms > 0) {
			int64_t left = deadline_ms - clock_system.mono_ms(clock_system.arg);
			if (left <= 0)
				return fault(FAULT_LIMIT, "the helper took too long");
			if (wait_ms < 0 || left < wait_ms)
				wait_ms = left > 60000 ? 60000 : (int)left;
		}
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		int n = poll(&wait, 1, wait_ms);
		if (n > 0)
			return FAULT_NONE;
		if (n < 0 && errno != EINTR)
			return fault_errno("a pipe cannot be waited for");
	}
}

/* Read exactly n bytes; *got is less than n only at the end. */
static enum fault
read_exactly(size_t *got, void *bytes, size_t n, int fd, int64_t deadline_ms,
	const struct cancel *cancel)
{
	*got = 0;
	while (*got < n) {
		enum fault f = wait_readable(fd, deadline_ms, cancel);
		if (f != FAULT_NONE)
			return f;
		ssize_t done = read(fd, (char *)bytes + *got, n - *got);
		if (done == 0)
			break;
		if (done < 0 && errno != EINTR && errno != EAGAIN)
			return fault_errno("a pipe cannot be read");
		if (done > 0)
			*got += (size_t)done;
	}
	return FAULT_NONE;
}

enum fault
frame_read(struct text *out, int fd, int64_t deadline_ms, const struct cancel *cancel)
{
	unsigned char head[4];
	size_t got;
	text_reset(out);
	enum fault f = read_exactly(&got, head, sizeof head, fd, deadline_ms, cancel);
	if (f != FAULT_NONE)
		return f;
	if (got == 0)
		return fault(FAULT_ABSENT, "no more frames");
	size_t n = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
	if (got == sizeof head && (n > FRAME_BYTES_MAX || n > out->max))
		return fault(FAULT_LIMIT, "a frame of %zu bytes is too large", n);
	char buf[65536];
	while (got == sizeof head && n > 0) {
		size_t piece = n < sizeof buf ? n : sizeof buf, have;
		f = read_exactly(&have, buf, piece, fd, deadline_ms, cancel);
		if (f != FAULT_NONE)
			return f;
		text_put_n(out, buf, have);
		n -= have;
		if (have < piece)
			got = 0;
	}
	if (got != sizeof head)
		return fault(FAULT_DAMAGED, "a frame ends in its middle");
	return FAULT_NONE;
}

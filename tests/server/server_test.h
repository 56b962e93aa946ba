/* A real stoad on a scratch folder and a free port, and sockets to talk to it. */
#ifndef STOA_SERVER_TEST_H
#define STOA_SERVER_TEST_H
#include "../stoa_test.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

struct stoad { const char *dir; pid_t pid; int port; };

/* Start with these arguments (NULL-ended) behind --data and --listen. */
static inline void
stoad_start(struct stoad *s, const char *const *more)
{
	char program[512], data[128], log[128], line[512];
	const char *argv[24] = { program, "--listen", "127.0.0.1:0", "--data", data };
	size_t n = 5;
	int out[2];
	ck_assert_ptr_nonnull(getenv("STOA_BUILD"));
	s->dir = scratch();
	snprintf(program, sizeof program, "%s/stoad", getenv("STOA_BUILD"));
	snprintf(data, sizeof data, "%s/data", s->dir);
	snprintf(log, sizeof log, "%s/log", s->dir);
	while (more != NULL && *more != NULL && n < 23)
		argv[n++] = *more++;
	argv[n] = NULL;
	ck_assert_int_eq(pipe(out), 0);
	s->pid = fork();
	if (s->pid == 0) {
		int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
		dup2(out[1], 1);
		dup2(fd, 2);
		execv(program, (char *const *)(void *)argv);
		_exit(127);
	}
	close(out[1]);
	FILE *f = fdopen(out[0], "r");
	ck_assert_msg(fgets(line, sizeof line, f) != NULL, "stoad says nothing; see %s", log);
	const char *colon = strstr(line, "127.0.0.1:");
	ck_assert_ptr_nonnull(colon);
	s->port = atoi(colon + strlen("127.0.0.1:"));
	fclose(f);
}

/* End it as it is asked to; its log must be without complaint. */
static inline void
stoad_stop(struct stoad *s)
{
	char log[128], line[4096];
	int status = 0;
	kill(s->pid, SIGTERM);
	ck_assert_int_eq(waitpid(s->pid, &status, 0), s->pid);
	snprintf(log, sizeof log, "%s/log", s->dir);
	FILE *f = fopen(log, "r");
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		ck_assert_msg(strstr(line, "Sanitizer") == NULL && strstr(line, "runtime error") == NULL, "%s", line);
	if (f != NULL)
		fclose(f);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "it ended with %x", status);
	scratch_remove(s->dir);
}

static inline int
dial(const struct stoad *s)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)s->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
	return fd;
}

static inline void
send_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t put = send(fd, bytes, n, MSG_NOSIGNAL);
		if (put <= 0)
			return; /* it has closed: what it said shows why */
		bytes += put;
		n -= (size_t)put;
	}
}

/* What comes until the other end closes, or until text has come, or wait_ms. */
struct heard { char bytes[65536]; size_t n; bool closed; };
static inline void
hear(struct heard *h, int fd, const char *text, int wait_ms)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	int64_t end_ms = now.tv_sec * 1000 + now.tv_nsec / 1000000 + wait_ms, left = wait_ms;
	while (!h->closed && h->n < sizeof h->bytes - 1 && left > 0) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		if (poll(&p, 1, (int)left) > 0) {
			ssize_t got = recv(fd, h->bytes + h->n, sizeof h->bytes - 1 - h->n, 0);
			h->closed = got <= 0;
			h->n += got > 0 ? (size_t)got : 0;
			h->bytes[h->n] = '\0';
		}
		if (text != NULL && strstr(h->bytes, text) != NULL)
			return;
		clock_gettime(CLOCK_MONOTONIC, &now);
		left = end_ms - (now.tv_sec * 1000 + now.tv_nsec / 1000000);
	}
}

/* Status of the first reply in h; 0: none. */
static inline int
status_of(const struct heard *h)
{
	const char *at = strstr(h->bytes, "HTTP/1.");
	return at == NULL ? 0 : atoi(at + 9);
}

#endif

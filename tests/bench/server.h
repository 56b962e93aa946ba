/* A load on 127.0.0.1: blocking clients for threads, times, the other process' CPU
 * and memory.  Used by server.c alone. */
#ifndef BENCH_SERVER_H
#define BENCH_SERVER_H
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static inline double
now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static inline int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* q of n measured values; sorts them. */
static inline double
quantile(double *v, size_t n, double q)
{
	qsort(v, n, sizeof *v, by_size);
	return n == 0 ? 0 : v[(size_t)(q * (double)(n - 1))];
}

/* CPU that a process used so far, ms; its resident memory, KiB. */
static inline double
cpu_ms(int pid)
{
	char path[64], line[1024] = "", *s;
	unsigned long user = 0, system = 0;
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return 0;
	if (fgets(line, sizeof line, f) != NULL && (s = strrchr(line, ')')) != NULL)
		(void)!sscanf(s + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
	fclose(f);
	return 1000.0 * (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static inline double
resident_kib(int pid)
{
	char path[64];
	unsigned long all, resident = 0;
	snprintf(path, sizeof path, "/proc/%d/statm", pid);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return 0;
	if (fscanf(f, "%lu %lu", &all, &resident) != 2)
		resident = 0;
	fclose(f);
	return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1024;
}

static inline int
dial(int port, int window)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port) };
	const struct timeval patience = { .tv_sec = 30 };
	const int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (window > 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static inline bool
put(int fd, const char *s, size_t n)
{
	return send(fd, s, n, MSG_NOSIGNAL) == (ssize_t)n;
}

/* A reply into out: its status; -1: none. Bodies by length, or to the end. */
static inline int
get_reply(int fd, char *out, size_t size)
{
	size_t n = 0, want = 0;
	for (;;) {
		ssize_t got = recv(fd, out + n, size - 1 - n, 0);
		if (got <= 0)
			return want == 0 && n > 12 ? atoi(out + 9) : -1;
		n += (size_t)got;
		out[n] = '\0';
		char *end = strstr(out, "\r\n\r\n"), *length;
		if (want == 0 && end != NULL && (length = strcasestr(out, "content-length: ")) != NULL && length < end)
			want = (size_t)(end + 4 - out) + strtoul(length + 16, NULL, 10);
		if ((want > 0 && n >= want) || n + 1 >= size)
			return atoi(out + 9);
	}
}

/* One request on an open connection. token, body may be NULL. */
static inline int
ask(int fd, char *out, size_t size, const char *path, const char *token, const char *body, const char *accept)
{
	char request[4096];
	int n = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s%s%s%s%s%s", body != NULL ? "POST" : "GET", path,
		token != NULL ? "Authorization: Bearer " : "", token != NULL ? token : "", token != NULL ? "\r\n" : "",
		accept != NULL ? "Accept: " : "", accept != NULL ? accept : "", accept != NULL ? "\r\n" : "");
	if (body != NULL)
		n += snprintf(request + n, sizeof request - (size_t)n, "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
	else
		n += snprintf(request + n, sizeof request - (size_t)n, "\r\n");
	return put(fd, request, (size_t)n) ? get_reply(fd, out, size) : -1;
}

/* The text of a JSON member, cut out of a reply. */
static inline bool
cut_out(char *out, size_t size, const char *reply, const char *name)
{
	char mark[64];
	snprintf(mark, sizeof mark, "\"%s\":\"", name);
	const char *at = strstr(reply, mark);
	if (at == NULL)
		return false;
	at += strlen(mark);
	snprintf(out, size, "%.*s", (int)strcspn(at, "\""), at);
	return true;
}

/* Open a WebSocket by hand; -1: not opened. */
static inline int
open_socket(int port, const char *path)
{
	char request[512], reply[1024];
	int fd = dial(port, 0), n;
	if (fd < 0)
		return -1;
	n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", path);
	ssize_t got = put(fd, request, (size_t)n) ? recv(fd, reply, sizeof reply - 1, 0) : -1;
	if (got > 12 && strncmp(reply + 9, "101", 3) == 0)
		return fd;
	close(fd);
	return -1;
}

#define COUNT_TIMES(array) (sizeof(array) / sizeof((array)[0]))

#endif

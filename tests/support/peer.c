/* A listening thread and one thread a connection; see peer.h. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "peer.h"

struct guest { struct peer *peer; int fd; unsigned number; bool over; pthread_t thread; struct guest *next; };
struct peer {
	int fd, port;
	peer_fn *talk; void *arg;
	pthread_t thread;
	pthread_mutex_t lock;      /* guards the rest */
	struct guest *guests;
	unsigned count;
};

static void *
run_guest(void *arg)
{
	struct guest *g = arg;
	g->peer->talk(g->fd, g->number, g->peer->arg);
	pthread_mutex_lock(&g->peer->lock);
	g->over = true;
	close(g->fd);
	pthread_mutex_unlock(&g->peer->lock);
	return NULL;
}

static void
welcome(struct peer *p, int fd)
{
	int one = 1;
	struct guest *g = calloc(1, sizeof *g);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	pthread_mutex_lock(&p->lock);
	*g = (struct guest){ .peer = p, .fd = fd, .number = ++p->count, .next = p->guests };
	p->guests = g;
	pthread_mutex_unlock(&p->lock);
	if (pthread_create(&g->thread, NULL, run_guest, g) != 0)
		abort();
}

static void *
run(void *arg)
{
	struct peer *p = arg;
	for (int fd; (fd = accept(p->fd, NULL, NULL)) >= 0;)
		welcome(p, fd);
	return NULL;
}

struct peer *
peer_start(peer_fn *talk, void *arg)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	struct peer *p = calloc(1, sizeof *p);
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	p->talk = talk;
	p->arg = arg;
	pthread_mutex_init(&p->lock, NULL);
	if (p->fd < 0 || bind(p->fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(p->fd, 64) != 0
		|| getsockname(p->fd, (struct sockaddr *)&at, &n) != 0) {
		perror("peer");
		exit(1);
	}
	p->port = ntohs(at.sin_port);
	if (pthread_create(&p->thread, NULL, run, p) != 0)
		abort();
	return p;
}

void
peer_stop(struct peer *p)
{
	shutdown(p->fd, SHUT_RDWR);
	pthread_join(p->thread, NULL);
	close(p->fd);
	pthread_mutex_lock(&p->lock);
	for (struct guest *g = p->guests; g != NULL; g = g->next)
		if (!g->over)
			shutdown(g->fd, SHUT_RDWR);
	pthread_mutex_unlock(&p->lock);
	for (struct guest *g = p->guests, *next; g != NULL; g = next) {
		next = g->next;
		pthread_join(g->thread, NULL);
		free(g);
	}
	pthread_mutex_destroy(&p->lock);
	free(p);
}

int
peer_port(const struct peer *p)
{
	return p->port;
}

unsigned
peer_count(struct peer *p)
{
	pthread_mutex_lock(&p->lock);
	unsigned n = p->count;
	pthread_mutex_unlock(&p->lock);
	return n;
}

bool
peer_read_head(int fd, char *out, size_t size)
{
	for (size_t n = 0; n + 1 < size;) {
		if (recv(fd, out + n, 1, 0) != 1)
			return false;
		out[++n] = '\0';
		if (n >= 4 && memcmp(out + n - 4, "\r\n\r\n", 4) == 0)
			return true;
	}
	return false;
}

bool
peer_write(int fd, const void *bytes, size_t n)
{
	for (size_t at = 0; at < n;) {
		ssize_t sent = send(fd, (const char *)bytes + at, n - at, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		at += (size_t)sent;
	}
	return true;
}

bool
peer_read(int fd, void *bytes, size_t n)
{
	for (size_t at = 0; at < n;) {
		ssize_t got = recv(fd, (char *)bytes + at, n - at, 0);
		if (got <= 0)
			return false;
		at += (size_t)got;
	}
	return true;
}

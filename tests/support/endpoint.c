/* The sockets and threads of the test endpoint; what it says is elsewhere.
 *
 * One request a connection, then "Connection: close": what is tested is how the
 * client takes an answer, and a closed connection is the plainest end of one.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include "endpoint.h"

#define CONNECTIONS_MAX 512
#define REQUEST_MAX (32u * 1024 * 1024)

struct connection { pthread_t thread; struct endpoint *endpoint; int fd; };
struct endpoint {
	pthread_t acceptor;
	pthread_mutex_t lock;
	int listen_fd, port;
	char url[64], *script, *last, *log_path;
	const void *raw; size_t raw_bytes;
	unsigned count;
	bool stopping;
	struct connection connections[CONNECTIONS_MAX];
	size_t connection_count;
};

bool
talk_send(struct talk *t, const void *bytes, size_t n)
{
	for (size_t at = 0; at < n;) {
		ssize_t sent = send(t->fd, (const char *)bytes + at, n - at, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		at += (size_t)sent;
	}
	return true;
}

bool
talk_printf(struct talk *t, const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;
	va_start(ap, fmt);
	int n = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	bool ok = talk_send(t, s, (size_t)n);
	free(s);
	return ok;
}

void
talk_answer(struct talk *t, const char *status, const char *type, const char *body)
{
	talk_printf(t, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
		status, type, strlen(body), body);
}

void
talk_hold(struct talk *t)
{
	char byte;
	while (recv(t->fd, &byte, 1, 0) > 0)
		;
}

void
endpoint_raw(const struct endpoint *e, const void **bytes, size_t *n)
{
	*bytes = e->raw;
	*n = e->raw_bytes;
}

/* Read head and body; NULL when the other end went or sent nonsense. *body is
 * the offset behind the empty line. */
static char *
read_request(int fd, size_t *len, size_t *body)
{
	size_t cap = 65536, n = 0, need = 0;
	char *buf = malloc(cap + 1);
	while (buf != NULL) {
		ssize_t got = recv(fd, buf + n, cap - n, 0);
		if (got <= 0)
			break;
		n += (size_t)got;
		buf[n] = '\0';
		char *end = strstr(buf, "\r\n\r\n");
		if (end != NULL && need == 0) {
			const char *line = strcasestr(buf, "\r\ncontent-length:");
			*body = (size_t)(end + 4 - buf);
			need = *body + (line != NULL && line < end ? strtoul(line + 17, NULL, 10) : 0);
		}
		if (need > 0 && n >= need) {
			*len = n;
			return buf;
		}
		if (n == cap && cap < REQUEST_MAX)
			buf = realloc(buf, (cap *= 2) + 1);
	}
	free(buf);
	return NULL;
}

/* The behaviour of request `number` and its argument, in name (freed by caller). */
static char *
scripted(const struct endpoint *e, unsigned number)
{
	const char *s = e->script;
	for (const char *comma; number > 0 && (comma = strchr(s, ',')) != NULL; number--)
		s = comma + 1;
	return strndup(s, strcspn(s, ","));
}

static const struct behaviour *
behaviour_find(const char *name)
{
	const struct behaviour *const tables[] = { endpoint_chat, endpoint_answer, endpoint_http };
	for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
		for (const struct behaviour *b = tables[t]; b->name != NULL; b++)
			if (strcmp(b->name, name) == 0)
				return b;
	fprintf(stderr, "endpoint: no behaviour %s\n", name);
	abort();
}

static void
keep(struct endpoint *e, const char *request, size_t len)
{
	free(e->last);
	e->last = strndup(request, len);
	FILE *f = e->log_path == NULL ? NULL : fopen(e->log_path, "ae");
	if (f != NULL) {
		fwrite(request, 1, len, f);
		fputc('\n', f);
		fclose(f);
	}
}

static void *
converse(void *arg)
{
	struct connection *c = arg;
	size_t len = 0, body = 0;
	char *request = read_request(c->fd, &len, &body);
	if (request != NULL) {
		pthread_mutex_lock(&c->endpoint->lock);
		unsigned number = c->endpoint->count++;
		keep(c->endpoint, request, len);
		char *name = scripted(c->endpoint, number), *colon = strchr(name, ':');
		pthread_mutex_unlock(&c->endpoint->lock);
		if (colon != NULL)
			*colon++ = '\0';
		struct talk t = { c->endpoint, c->fd, number, colon != NULL ? colon : "", request, request + body, len - body };
		behaviour_find(name)->run(&t);
		free(name);
		shutdown(c->fd, SHUT_WR);
		talk_hold(&t);
	}
	free(request);
	return NULL;
}

static void *
accept_all(void *arg)
{
	struct endpoint *e = arg;
	for (;;) {
		int fd = accept(e->listen_fd, NULL, NULL);
		pthread_mutex_lock(&e->lock);
		bool stop = e->stopping || fd < 0 || e->connection_count == CONNECTIONS_MAX;
		if (!stop) {
			struct connection *c = &e->connections[e->connection_count++];
			*c = (struct connection){ .endpoint = e, .fd = fd };
			if (pthread_create(&c->thread, NULL, converse, c) != 0)
				abort();
		}
		pthread_mutex_unlock(&e->lock);
		if (stop) {
			if (fd >= 0)
				close(fd);
			return NULL;
		}
	}
}

struct endpoint *
endpoint_start(const char *script)
{
	struct endpoint *e = calloc(1, sizeof *e);
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof sin;
	if (e == NULL || (e->script = strdup(script)) == NULL)
		abort();
	pthread_mutex_init(&e->lock, NULL);
	e->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (e->listen_fd < 0 || bind(e->listen_fd, (struct sockaddr *)&sin, sizeof sin) != 0
		|| listen(e->listen_fd, 64) != 0 || getsockname(e->listen_fd, (struct sockaddr *)&sin, &size) != 0) {
		perror("endpoint");
		abort();
	}
	e->port = ntohs(sin.sin_port);
	snprintf(e->url, sizeof e->url, "http://127.0.0.1:%d/v1", e->port);
	if (pthread_create(&e->acceptor, NULL, accept_all, e) != 0)
		abort();
	return e;
}

struct endpoint *
endpoint_start_raw(const void *bytes, size_t n)
{
	struct endpoint *e = endpoint_start("raw");
	e->raw = bytes;
	e->raw_bytes = n;
	return e;
}

void
endpoint_stop(struct endpoint *e)
{
	pthread_mutex_lock(&e->lock);
	e->stopping = true;
	for (size_t i = 0; i < e->connection_count; i++)
		shutdown(e->connections[i].fd, SHUT_RDWR);
	pthread_mutex_unlock(&e->lock);
	shutdown(e->listen_fd, SHUT_RDWR);
	pthread_join(e->acceptor, NULL);
	for (size_t i = 0; i < e->connection_count; i++) {
		pthread_join(e->connections[i].thread, NULL);
		close(e->connections[i].fd);
	}
	close(e->listen_fd);
	pthread_mutex_destroy(&e->lock);
	free(e->script);
	free(e->last);
	free(e->log_path);
	free(e);
}

const char *
endpoint_url(const struct endpoint *e)
{
	return e->url;
}

int
endpoint_port(const struct endpoint *e)
{
	return e->port;
}

unsigned
endpoint_count(struct endpoint *e)
{
	pthread_mutex_lock(&e->lock);
	unsigned n = e->count;
	pthread_mutex_unlock(&e->lock);
	return n;
}

char *
endpoint_last(struct endpoint *e)
{
	pthread_mutex_lock(&e->lock);
	char *s = strdup(e->last != NULL ? e->last : "");
	pthread_mutex_unlock(&e->lock);
	return s;
}

void
endpoint_log(struct endpoint *e, const char *path)
{
	pthread_mutex_lock(&e->lock);
	free(e->log_path);
	e->log_path = strdup(path);
	pthread_mutex_unlock(&e->lock);
}

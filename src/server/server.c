/* The server as a whole: where it listens, its listeners, its crew. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server_in.h"

int64_t
server_now(const struct server *s)
{
	return s->clock.mono_ms(s->clock.arg);
}

/* ---- where it listens -------------------------------------------------------------- */

/* "127.0.0.1:80", "[::1]:0"; names are not looked up. */
static enum fault
address_parse(struct sockaddr_storage *out, socklen_t *n, const char *s)
{
	char host[64];
	const char *colon = strrchr(s, ':');
	char *end = NULL;
	long port = colon == NULL ? -1 : strtol(colon + 1, &end, 10);
	size_t len = colon == NULL ? 0 : (size_t)(colon - s);
	if (len == 0 || len >= sizeof host || end == colon + 1 || *end != '\0' || port < 0 || port > 65535)
		return fault(FAULT_INPUT, "\"%s\" is not an address like 127.0.0.1:8443", s);
	bool six = s[0] == '[' && s[len - 1] == ']';
	memcpy(host, s + six, len - 2 * (size_t)six);
	host[len - 2 * (size_t)six] = '\0';
	memset(out, 0, sizeof *out);
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
	out->ss_family = six ? AF_INET6 : AF_INET;
	if (inet_pton(out->ss_family, host, six ? (void *)&v6->sin6_addr : (void *)&v4->sin_addr) != 1)
		return fault(FAULT_INPUT, "\"%s\" is not an address like 127.0.0.1:8443", s);
	if (six)
		v6->sin6_port = htons((uint16_t)port);
	else
		v4->sin_port = htons((uint16_t)port);
	*n = six ? sizeof *v6 : sizeof *v4;
	return FAULT_NONE;
}

static void
url_write(char *out, size_t size, const struct server *s, const struct sockaddr *a)
{
	char host[64];
	bool six = a->sa_family == AF_INET6;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)a;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)a;
	inet_ntop(a->sa_family, six ? (const void *)&v6->sin6_addr : (const void *)&v4->sin_addr, host, sizeof host);
	snprintf(out, size, "%s://%s%s%s:%d", s->certificate != NULL ? "https" : "http", six ? "[" : "", host,
		six ? "]" : "", s->port);
}

/* An address of this machine that others can use, when it listens on all. */
static void
url_set(struct server *s, const struct sockaddr_storage *a)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)a;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;
	bool six = a->ss_family == AF_INET6;
	struct ifaddrs *all = NULL;
	s->port = ntohs(six ? v6->sin6_port : v4->sin_port);
	url_write(s->url, sizeof s->url, s, (const struct sockaddr *)a);
	memcpy(s->reach, s->url, sizeof s->reach);
	bool any = six ? IN6_IS_ADDR_UNSPECIFIED(&v6->sin6_addr) : v4->sin_addr.s_addr == htonl(INADDR_ANY);
	if (!any || getifaddrs(&all) != 0)
		return;
	for (struct ifaddrs *i = all; i != NULL; i = i->ifa_next)
		if (i->ifa_addr != NULL && i->ifa_addr->sa_family == AF_INET && (i->ifa_flags & IFF_UP) &&
			!(i->ifa_flags & IFF_LOOPBACK)) {
			url_write(s->reach, sizeof s->reach, s, i->ifa_addr);
			break;
		}
	freeifaddrs(all);
}

/* May only this machine reach it? */
static bool
loopback(const struct sockaddr_storage *a)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)a;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)a;
	if (a->ss_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

/* A listening socket; the port of the first is that of all. */
static enum fault
listen_on(int *out, struct sockaddr_storage *a, socklen_t n, const char *shown)
{
	const int on = 1;
	int fd = socket(a->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fault_errno("no socket for %s", shown);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)a, n) != 0 || listen(fd, 1024) != 0 ||
		getsockname(fd, (struct sockaddr *)a, &n) != 0) {
		enum fault f = fault_errno("%s cannot be listened on", shown);
		close(fd);
		return f;
	}
	*out = fd;
	return FAULT_NONE;
}

/* Listeners of ours share the port, and the kernel would let another program of this
 * user share it too: half of what is asked would be answered by the other. */
static enum fault
check_free(const struct sockaddr_storage *a, socklen_t n, const char *shown)
{
	const int on = 1;
	enum fault f = FAULT_NONE;
	int fd = socket(a->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fault_errno("no socket for %s", shown);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (const struct sockaddr *)a, n) != 0)
		f = fault_errno("%s cannot be listened on", shown);
	close(fd);
	return f;
}

/* ---- life ------------------------------------------------------------------------------ */

/* One server a folder: a second one would take the uploads of the first for left
 * behind.  The lock goes with the process, however it ends. */
static enum fault
uploads_own(struct server *s)
{
	s->uploads_fd = open(s->uploads_folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->uploads_fd < 0)
		return fault_errno("%s cannot be read", s->uploads_folder);
	if (flock(s->uploads_fd, LOCK_EX | LOCK_NB) == 0)
		return FAULT_NONE;
	return errno == EWOULDBLOCK ? fault(FAULT_BUSY, "another stoad takes uploads in %s already; servers that share data need one each", s->uploads_folder)
				    : fault_errno("%s cannot be locked", s->uploads_folder);
}

/* What a server that was killed left behind. */
static void
uploads_clear(const char *folder)
{
	DIR *d = opendir(folder);
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
		if (str_starts(e->d_name, "upload-"))
			(void)!unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		closedir(d);
}

static void
limits_default(struct server_limits *l)
{
	l->head_ms = l->head_ms > 0 ? l->head_ms : 10 * 1000;
	l->body_ms = l->body_ms > 0 ? l->body_ms : 30 * 1000;
	l->stall_ms = l->stall_ms > 0 ? l->stall_ms : 10 * 1000;
	l->live_idle_ms = l->live_idle_ms > 0 ? l->live_idle_ms : 2 * 3600 * 1000;
	l->answer_keep_ms = l->answer_keep_ms > 0 ? l->answer_keep_ms : 120 * 1000;
}

static void
limits_set(struct server *s, const struct server_limits *l)
{
	atomic_store(&s->connections_max, l->connections > 0 ? l->connections : 10000);
	atomic_store(&s->per_address_max, l->per_address > 0 ? l->per_address : 100);
	atomic_store(&s->lives_max, l->lives > 0 ? l->lives : 500);
	atomic_store(&s->calls_max, l->calls > 0 ? l->calls : 192);
	atomic_store(&s->body_max, l->body_bytes > 0 ? l->body_bytes : 1024 * 1024);
	atomic_store(&s->upload_max, l->upload_bytes > 0 ? l->upload_bytes : 64 * 1024 * 1024);
}

static enum fault
open_listeners(struct server *s, const struct server_config *config)
{
	struct sockaddr_storage a;
	socklen_t n = 0;
	enum fault f = address_parse(&a, &n, config->listen);
	unsigned threads = config->threads > 0 ? config->threads : 1;
	if (f == FAULT_NONE && s->certificate == NULL && !loopback(&a))
		f = fault(FAULT_INPUT, "%s can be reached from outside, where only TLS is spoken: set certificate and key, or use --lan", config->listen);
	if (f == FAULT_NONE && s->certificate != NULL)
		f = tls_check(s->certificate, s->key);
	if (f == FAULT_NONE && threads > THREADS_MAX)
		f = fault(FAULT_INPUT, "a server has 1 to %d listeners, not %u", THREADS_MAX, threads);
	if (f == FAULT_NONE)
		f = check_free(&a, n, config->listen);
	for (unsigned i = 0; i < threads && f == FAULT_NONE; i++) {
		int fd = -1;
		f = listen_on(&fd, &a, n, config->listen);
		if (f == FAULT_NONE) {
			f = listener_open(&s->listeners[i], s, fd);
			s->threads = i + 1;
		}
	}
	if (f == FAULT_NONE)
		url_set(s, &a);
	return f;
}

enum fault
server_open(struct server **out, const struct server_config *config)
{
	struct server *s = mem_new(sizeof *s);
	s->engine = config->engine;
	s->clock = *config->clock;
	s->chance = *config->chance;
	s->limits = config->limits;
	limits_default(&s->limits);
	limits_set(s, &config->limits);
	arena_init(&s->arena);
	s->uploads_folder = arena_strdup(&s->arena, config->uploads_folder);
	s->proxy = arena_strdup(&s->arena, config->proxy);
	s->certificate = arena_strdup(&s->arena, config->certificate);
	s->key = arena_strdup(&s->arena, config->key);
	s->http2 = config->http2;
	pthread_mutex_init(&s->answers_lock, NULL);
	s->guests = guest_book_new();
	router_init(&s->router);
	health_init(s);
	text_init(&s->openapi, 8u * 1024 * 1024);
	server_openapi(&s->openapi);
	s->uploads_fd = -1;
	enum fault f = folder_make(s->uploads_folder);
	if (f == FAULT_NONE)
		f = uploads_own(s);
	if (f == FAULT_NONE) {
		uploads_clear(s->uploads_folder);
		f = crew_new(&s->crew, config->workers > 0 ? config->workers : 8);
	}
	if (f == FAULT_NONE)
		f = crew_new(&s->quick, config->workers > 3 ? config->workers / 2 : 2);
	engine_on_letter(s->engine, server_letter, s);
	if (f == FAULT_NONE)
		f = relay_open(&s->relay, s);
	if (f == FAULT_NONE)
		f = open_listeners(s, config);
	if (f != FAULT_NONE) {
		server_close(s);
		return f;
	}
	*out = s;
	return FAULT_NONE;
}

const char *
server_url(const struct server *s)
{
	return s->url;
}

const char *
server_reach_url(const struct server *s)
{
	return s->reach;
}

enum fault
server_start(struct server *s)
{
	enum fault f = s->relay != NULL ? relay_start(s->relay) : FAULT_NONE;
	for (unsigned i = 0; i < s->threads && f == FAULT_NONE; i++)
		f = listener_start(&s->listeners[i]);
	return f;
}

enum fault
server_reload(struct server *s, const struct server_limits *limits)
{
	enum fault f = s->certificate != NULL ? tls_check(s->certificate, s->key) : FAULT_NONE;
	if (f == FAULT_NONE)
		limits_set(s, limits);
	for (unsigned i = 0; i < s->threads && f == FAULT_NONE; i++) {
		atomic_store(&s->listeners[i].reload, true);
		listener_wake(&s->listeners[i]);
	}
	return f;
}

/* On a worker. */
static void
tend(void *arg)
{
	struct server *s = arg;
	int64_t next_ms = 1000;
	answers_sweep(s, false);
	if (engine_tend(&next_ms, s->engine, &s->tending) != FAULT_NONE)
		log_event(LOG_WARN, "server", "tend", "why=%s", fault_sentence());
	s->tend_at_ms = server_now(s) + (next_ms > 500 ? next_ms : 500);
	atomic_store(&s->tends, false);
}

void
server_tend(struct server *s)
{
	if (atomic_load(&s->draining) || atomic_exchange(&s->tends, true))
		return;
	if (server_now(s) < s->tend_at_ms || crew_submit(s->crew, tend, s) != FAULT_NONE)
		atomic_store(&s->tends, false);
}

void
server_unready(struct server *s)
{
	atomic_store(&s->unready, true);
}

void
server_drain(struct server *s)
{
	server_unready(s);
	atomic_store(&s->draining, true);
	for (unsigned i = 0; i < s->threads; i++)
		listener_wake(&s->listeners[i]);
}

int
server_busy(struct server *s)
{
	return atomic_load(&s->calls) + atomic_load(&s->connections);
}

void
server_close(struct server *s)
{
	if (s == NULL)
		return;
	atomic_store(&s->stopping, true);
	for (unsigned i = 0; i < s->threads; i++)
		listener_stop(&s->listeners[i]);
	answers_cancel(s, NULL);
	atomic_store(&s->tending.asked, true);
	for (unsigned i = 0; i < s->threads; i++)
		listener_cancel(&s->listeners[i]);
	crew_free(s->quick);
	crew_free(s->crew); /* from here on nobody posts */
	engine_on_letter(s->engine, NULL, NULL);
	relay_close(s->relay);
	s->relay = NULL;
	for (unsigned i = 0; i < s->threads; i++)
		listener_close(&s->listeners[i]);
	answers_sweep(s, true);
	guest_book_free(s->guests);
	router_clear(&s->router);
	health_clear(s);
	text_clear(&s->openapi);
	pthread_mutex_destroy(&s->answers_lock);
	if (s->uploads_fd >= 0)
		close(s->uploads_fd);
	arena_clear(&s->arena);
	mem_free(s);
}

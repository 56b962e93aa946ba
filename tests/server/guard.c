/* Who connects too often or speaks too slowly goes; who is only idle stays. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include "../engine/engine_test.h"
#include "stoa/server.h"

struct scene { struct world w; struct server *server; int port; };

static void
begin(struct scene *s, struct server_limits limits)
{
	memset(s, 0, sizeof *s);
	world_make(&s->w);
	s->w.config.clock = &clock_system;
	WELL(engine_open(&s->w.engine, &s->w.config));
	struct vault_secret key = test_key(7);
	WELL(engine_seal_new(s->w.engine, SLOT_KEY_FILE, &key, "test"));
	vault_secret_clear(&key);
	char folder[160];
	snprintf(folder, sizeof folder, "%s/uploads", s->w.dir);
	const struct server_config config = { .engine = s->w.engine, .clock = &clock_system, .chance = &chance_system,
		.listen = "127.0.0.1:0", .uploads_folder = folder, .workers = 2, .limits = limits };
	WELL(server_open(&s->server, &config));
	WELL(server_start(s->server));
	s->port = atoi(strrchr(server_url(s->server), ':') + 1);
}

static void
end(struct scene *s)
{
	server_close(s->server);
	world_close(&s->w);
}

static int
dial(const struct scene *s, int window)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)s->port) };
	const struct timeval patience = { .tv_sec = 30 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (window > 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return fd;
}

static bool
put(int fd, const char *s)
{
	return send(fd, s, strlen(s), MSG_NOSIGNAL) == (ssize_t)strlen(s);
}

/* The status of the next reply, its body read away; 0: the connection is over. */
static int
status_of(int fd)
{
	char head[4096] = "", c;
	size_t n = 0;
	while (n + 1 < sizeof head && strstr(head, "\r\n\r\n") == NULL) {
		if (recv(fd, head + n, 1, 0) != 1)
			return 0;
		head[++n] = '\0';
	}
	const char *length = strcasestr(head, "content-length: ");
	for (long left = length == NULL ? 0 : atol(length + 16); left > 0; left--)
		if (recv(fd, &c, 1, 0) != 1)
			return 0;
	return atoi(head + 9);
}

static int64_t
now_ms(void)
{
	return clock_system.mono_ms(clock_system.arg);
}

/* Send one byte of s over and over until the other end goes; for how long it stood. */
static int64_t
trickle(int fd, const char *s)
{
	int64_t began = now_ms();
	for (size_t i = 0; now_ms() - began < 20000; i = (i + 1) % strlen(s)) {
		struct pollfd p = { fd, POLLIN, 0 };
		if (poll(&p, 1, 20) > 0 || send(fd, s + i, 1, MSG_NOSIGNAL) != 1)
			break;
	}
	return now_ms() - began;
}

#define GET "GET /health HTTP/1.1\r\nHost: h\r\n\r\n"

START_TEST(a_head_that_trickles_is_cut_at_its_deadline)
{
	struct scene s;
	begin(&s, (struct server_limits){ .head_ms = 300 });
	int fd = dial(&s, 0);
	ck_assert(put(fd, "GET /health HTTP/1.1\r\nHost: h\r\nX: "));
	int64_t stood = trickle(fd, "a");
	ck_assert_int_ge(stood, 280);
	ck_assert_int_le(stood, 8000);
	close(fd);
	fd = dial(&s, 0);   /* says nothing at all */
	ck_assert_int_eq(status_of(fd), 0);
	close(fd);
	end(&s);
}
END_TEST

START_TEST(the_next_head_of_a_kept_connection_has_the_same_deadline_and_silence_none)
{
	struct scene s;
	begin(&s, (struct server_limits){ .head_ms = 300 });
	int idle = dial(&s, 0), slow = dial(&s, 0);
	ck_assert(put(idle, GET) && put(slow, GET));
	ck_assert_int_eq(status_of(idle), 200);
	ck_assert_int_eq(status_of(slow), 200);
	struct pollfd p = { slow, POLLIN, 0 };
	ck_assert_int_eq(poll(&p, 1, 200), 0);   /* the guard has seen it idle */
	int64_t stood = trickle(slow, "GET / HTTP/1.1\r\nA: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	ck_assert_int_le(stood, 8000);
	ck_assert(put(idle, GET));
	ck_assert_int_eq(status_of(idle), 200);
	close(idle);
	close(slow);
	end(&s);
}
END_TEST

START_TEST(a_body_that_trickles_is_cut_and_a_whole_one_is_not)
{
	struct scene s;
	begin(&s, (struct server_limits){ .stall_ms = 300, .body_ms = 2000 });
	int fd = dial(&s, 0);
	ck_assert(put(fd, "POST /v1/auth/guest HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"));
	int64_t stood = trickle(fd, " ");
	ck_assert_int_ge(stood, 280);
	ck_assert_int_le(stood, 8000);
	close(fd);
	fd = dial(&s, 0);
	ck_assert(put(fd, "POST /v1/auth/guest HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"));
	ck_assert_int_eq(status_of(fd), 200);
	close(fd);
	end(&s);
}
END_TEST

START_TEST(who_does_not_read_is_cut)
{
	struct scene s;
	char bytes[64];
	begin(&s, (struct server_limits){ .stall_ms = 300 });
	int fd = dial(&s, 2048);
	for (int i = 0; i < 40000 && put(fd, GET); i++) {   /* until nothing more fits, either way */
		struct pollfd p = { fd, POLLOUT, 0 };
		if (poll(&p, 1, 100) == 0)
			break;
	}
	int64_t began = now_ms();
	bool over = false;
	while (!over && now_ms() - began < 15000) {
		struct pollfd p = { fd, POLLRDHUP, 0 };
		over = poll(&p, 1, 50) > 0;
	}
	ck_assert(over);
	ck_assert_int_le(now_ms() - began, 8000);
	(void)!recv(fd, bytes, sizeof bytes, 0);
	close(fd);
	end(&s);
}
END_TEST

START_TEST(one_address_has_so_many_connections_and_more_when_one_goes)
{
	struct scene s;
	int fds[5];
	begin(&s, (struct server_limits){ .per_address = 5 });
	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		fds[i] = dial(&s, 0);
		ck_assert(put(fds[i], GET));
		ck_assert_int_eq(status_of(fds[i]), 200);
	}
	int more = dial(&s, 0);
	ck_assert_int_eq(status_of(more), 503);
	ck_assert_int_eq(status_of(more), 0);
	close(more);
	close(fds[0]);
	int status = 503;
	for (int i = 0; i < 2000 && status != 200; i++) {
		fds[0] = dial(&s, 0);
		(void)!put(fds[0], GET);
		status = status_of(fds[0]);
		if (status != 200)
			close(fds[0]);
	}
	ck_assert_int_eq(status, 200);
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		close(fds[i]);
	end(&s);
}
END_TEST

START_TEST(what_could_be_read_in_two_ways_is_refused_and_the_connection_ended)
{
	static const struct { const char *request; int status; } rows[] = {
		{ "POST /v1/auth/guest HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
		{ "POST /v1/auth/guest HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}", 400 },
		{ "POST /v1/auth/guest HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411 },
		{ "POST /v1/auth/guest HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400 },
		{ "POST /v1/auth/guest HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400 },
		{ "POST /v1/auth/guest HTTP/1.1\r\nHost: h\r\nContent-Length: -2\r\n\r\n{}", 400 },
		{ "POST /v1/auth/guest HTTP/1.1\r\nHost: h\r\nContent-Length: +2\r\n\r\n{}", 400 },
		{ "POST /v1/auth/guest HTTP/1.1\r\nHost: h\r\nContent-Length: 0x2\r\n\r\n{}", 400 },
		{ "POST /v1/auth/guest HTTP/1.1\r\nHost: h\r\nContent-Length: 2, 2\r\n\r\n{}", 400 },
		{ "GET /health HTTP/1.1\r\n\r\n", 400 }, { "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400 },
	};
	struct scene s;
	begin(&s, (struct server_limits){ 0 });
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int fd = dial(&s, 0);
		ck_assert(put(fd, rows[i].request));
		int status = status_of(fd);
		ck_assert_msg(status == rows[i].status, "%s: %d", rows[i].request, status);
		ck_assert_int_eq(status_of(fd), 0);
		close(fd);
	}
	end(&s);
}
END_TEST

TESTS("server guard", a_head_that_trickles_is_cut_at_its_deadline,
	the_next_head_of_a_kept_connection_has_the_same_deadline_and_silence_none,
	a_body_that_trickles_is_cut_and_a_whole_one_is_not, who_does_not_read_is_cut,
	one_address_has_so_many_connections_and_more_when_one_goes,
	what_could_be_read_in_two_ways_is_refused_and_the_connection_ended)

/* HTTP/1.1 on the wire, well and badly spoken: the right status, the connection
 * closed where the next request could not be found, and open where it can. */
#include "server_test.h"

#define GET "GET /health HTTP/1.1\r\nHost: x\r\n"
#define POST "POST /v1/auth/guest HTTP/1.1\r\nHost: x\r\n"
#define JSON "Content-Type: application/json\r\n"

enum ending { STAYS, CLOSES };
static const struct speech {
	const char *what, *bytes;
	int status;
	enum ending ending;
} speeches[] = {
	{ "a request", GET "\r\n", 200, STAYS },
	{ "one that is to be the last", GET "Connection: close\r\n\r\n", 200, CLOSES },
	{ "HTTP/1.0 without a host", "GET /health HTTP/1.0\r\n\r\n", 200, CLOSES },
	{ "HTTP/1.1 without a host", "GET /health HTTP/1.1\r\n\r\n", 400, CLOSES },
	{ "two hosts", "GET /health HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, CLOSES },
	{ "HEAD", "HEAD /health HTTP/1.1\r\nHost: x\r\n\r\n", 200, STAYS },
	{ "OPTIONS", "OPTIONS /health HTTP/1.1\r\nHost: x\r\n\r\n", 204, STAYS },
	{ "nothing there", "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404, STAYS },
	{ "the root", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 404, STAYS },
	{ "too many segments", "GET /1/2/3/4/5/6/7/8/9/10 HTTP/1.1\r\nHost: x\r\n\r\n", 404, STAYS },
	{ "what is not there yet", "GET /v1/quizzes HTTP/1.1\r\nHost: x\r\n\r\n", 501, STAYS },
	{ "a part of what is not there yet", "GET /v1/subjects/biology/analytics?x=1 HTTP/1.1\r\nHost: x\r\n\r\n", 501, STAYS },
	{ "a name that begins like one", "GET /v1/quizzesque HTTP/1.1\r\nHost: x\r\n\r\n", 404, STAYS },
	{ "not with this method", "DELETE /health HTTP/1.1\r\nHost: x\r\n\r\n", 405, STAYS },
	{ "not with this method, a body possible", "PUT /health HTTP/1.1\r\nHost: x\r\n\r\n", 405, STAYS },
	{ "two lengths", POST "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd", 400, CLOSES },
	{ "the same length twice", POST "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd", 400, CLOSES },
	{ "a negative length", POST "Content-Length: -4\r\n\r\n", 400, CLOSES },
	{ "a length with a sign", POST "Content-Length: +4\r\n\r\nabcd", 400, CLOSES },
	{ "a list of lengths", POST "Content-Length: 4, 4\r\n\r\nabcd", 400, CLOSES },
	{ "a length in hex", POST "Content-Length: 0x4\r\n\r\nabcd", 400, CLOSES },
	{ "a length without end", POST "Content-Length: 99999999999999999999\r\n\r\n", 400, CLOSES },
	{ "chunks", POST "Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n", 411, CLOSES },
	{ "a chunk of 2^64-1", POST "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", 411, CLOSES },
	{ "chunks and a length", POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\nabcd", 400, CLOSES },
	{ "an unknown coding", POST "Transfer-Encoding: cow\r\n\r\n", 411, CLOSES },
	{ "a body over the cap", POST JSON "Content-Length: 99999999\r\n\r\n", 413, CLOSES },
	{ "a body of another kind", POST "Content-Type: text/xml\r\nContent-Length: 2\r\n\r\n{}", 415, CLOSES },
	{ "a body of no kind", POST "Content-Length: 2\r\n\r\n{}", 415, CLOSES },
	{ "a body on GET", GET "Content-Length: 4\r\n\r\nabcd", 415, CLOSES },
	{ "no body", POST "Content-Length: 0\r\n\r\n", 200, STAYS },
	{ "no length", POST "\r\n", 200, STAYS },
	{ "a body", POST JSON "Content-Length: 2\r\n\r\n{}", 200, STAYS },
	{ "a body with a charset", POST "Content-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}", 200, STAYS },
	{ "no JSON", POST JSON "Content-Length: 4\r\n\r\nabcd", 400, STAYS },
	{ "JSON with a member twice", POST JSON "Content-Length: 30\r\n\r\n{\"role\":\"guest\",\"role\":\"staf\"}", 400, STAYS },
	{ "a JSON list", POST JSON "Content-Length: 2\r\n\r\n[]", 400, STAYS },
	{ "JSON with NaN", POST JSON "Content-Length: 13\r\n\r\n{\"role\": NaN}", 400, STAYS },
	{ "a member that is not asked for", POST JSON "Content-Length: 16\r\n\r\n{\"owner\":\"me\"}  ", 200, STAYS },
	{ "a client that waits to go on", POST JSON "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", 100, STAYS },
	{ "an upgrade to HTTP/2 in clear", GET "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n", 200, STAYS },
	{ "an upgrade to something else", GET "Connection: Upgrade\r\nUpgrade: tls/1.0\r\n\r\n", 200, STAYS },
	{ "line feeds alone", "GET /health HTTP/1.1\nHost: x\n\n", 400, CLOSES },
	{ "a path with dots", "GET /v1/../health HTTP/1.1\r\nHost: x\r\n\r\n", 404, STAYS },
	{ "a path with a NUL", "GET /hea%00lth HTTP/1.1\r\nHost: x\r\n\r\n", 404, STAYS },
	{ "a query with a NUL", "GET /v1/files?search=a%00b HTTP/1.1\r\nHost: x\r\n\r\n", 400, CLOSES },
	{ "a method that is none", "FOO /health HTTP/1.1\r\nHost: x\r\n\r\n", 501, STAYS },
	{ "the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, CLOSES },
	{ "no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n", 400, CLOSES },
	{ "a method in small letters", "get /health HTTP/1.1\r\nHost: x\r\n\r\n", 501, STAYS },
	{ "a method that is none, with a body", "FOO /health HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 501, CLOSES },
	{ "a folded line", GET "X: a\r\n b\r\n\r\n", 400, CLOSES },
	{ "a length behind a folded line", POST "X: a\r\n b\r\nContent-Length: 4\r\n\r\nGET ", 400, CLOSES },
	{ "a folded line at once", "GET /health HTTP/1.1\r\n Host: x\r\n\r\n", 400, CLOSES },
	{ "a space before the colon", POST "Content-Length : 4\r\n\r\nabcd", 400, CLOSES },
	{ "a line without a colon", GET "what\r\n\r\n", 400, CLOSES },
	{ "a header without a name", GET ": a\r\n\r\n", 400, CLOSES },
	{ "a name that is no token", GET "a(b: c\r\n\r\n", 400, CLOSES },
	{ "a bare return in a value", GET "X: a\rb\r\n\r\n", 400, CLOSES },
	{ "a control byte in a value", GET "X: a\001b\r\n\r\n", 400, CLOSES },
	{ "a line feed alone among others", GET "X: a\nY: b\r\n\r\n", 400, CLOSES },
	{ "no version", "GET /health\r\nHost: x\r\n\r\n", 400, CLOSES },
	{ "another version", "GET /health HTTP/1.10\r\nHost: x\r\n\r\n", 400, CLOSES },
	{ "two spaces", "GET  /health HTTP/1.1\r\nHost: x\r\n\r\n", 400, CLOSES },
	{ "a fragment", "GET /health#a HTTP/1.1\r\nHost: x\r\n\r\n", 400, CLOSES },
	{ "the absolute form", "GET http://x/health HTTP/1.1\r\nHost: x\r\n\r\n", 200, STAYS },
	{ "no path", "GET health HTTP/1.1\r\nHost: x\r\n\r\n", 400, CLOSES },
	{ "OPTIONS of all", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 404, STAYS },
	{ "empty lines before", "\r\n\r\n" GET "\r\n", 200, STAYS },
	{ "two tokens", GET "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", 400, CLOSES },
	{ "a name not well encoded", "GET /v1/conversations/%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, CLOSES },
	{ "a NUL in a name", "GET /v1/conversations/a%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, CLOSES },
	{ "a token that is none", "GET /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer zzz\r\n\r\n", 401, STAYS },
	{ "another scheme", "GET /v1/files HTTP/1.1\r\nHost: x\r\nAuthorization: Basic eDp5\r\n\r\n", 401, STAYS },
	{ "no number where one must be", "GET /v1/files?limit=x HTTP/1.1\r\nHost: x\r\n\r\n", 400, STAYS },
	{ "a number over its limit", "GET /v1/files?limit=101 HTTP/1.1\r\nHost: x\r\n\r\n", 400, STAYS },
};

static int
say(const struct stoad *s, struct heard *h, const struct speech *p, size_t piece)
{
	int fd = dial(s);
	size_t n = strlen(p->bytes);
	const int on = 1;
	*h = (struct heard){ .n = 0 };
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	for (size_t at = 0; at < n; at += piece)
		send_all(fd, p->bytes + at, n - at < piece ? n - at : piece);
	hear(h, fd, "\r\n\r\n", 10000);
	if (p->ending == CLOSES)
		hear(h, fd, NULL, 10000);
	return fd;
}

START_TEST(each_request_gets_its_status)
{
	static struct heard h;
	struct stoad s;
	stoad_start(&s, NULL);
	for (size_t i = 0; i < COUNT_OF(speeches); i++) {
		const struct speech *p = &speeches[i];
		int fd = say(&s, &h, p, 65536);
		ck_assert_msg(status_of(&h) == p->status, "%s: %d, not %d: %s", p->what, status_of(&h), p->status, h.bytes);
		ck_assert_msg(h.closed == (p->ending == CLOSES), "%s: %s", p->what, h.closed ? "closed" : "left open");
		close(fd);
	}
	stoad_stop(&s);
}
END_TEST

START_TEST(a_request_in_single_bytes_is_the_same_request)
{
	static struct heard h;
	struct stoad s;
	stoad_start(&s, NULL);
	for (size_t i = 0; i < COUNT_OF(speeches); i++) {
		const struct speech *p = &speeches[i];
		int fd = say(&s, &h, p, 1);
		ck_assert_msg(status_of(&h) == p->status, "%s: %d, not %d", p->what, status_of(&h), p->status);
		close(fd);
	}
	stoad_stop(&s);
}
END_TEST

START_TEST(requests_behind_each_other_are_answered_in_order)
{
	static const char three[] = "GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
				    "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
	static struct heard h;
	struct stoad s;
	stoad_start(&s, NULL);
	int fd = dial(&s);
	send_all(fd, three, sizeof three - 1);
	hear(&h, fd, NULL, 10000);
	const char *at = h.bytes;
	static const char *const order[] = { "HTTP/1.1 200", "HTTP/1.1 404", "HTTP/1.1 200" };
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		at = strstr(at, order[i]);
		ck_assert_ptr_nonnull(at);
		at += 8;
	}
	ck_assert(h.closed);
	close(fd);
	stoad_stop(&s);
}
END_TEST

START_TEST(a_request_behind_a_body_waits_for_its_turn)
{
	static const char four[] = POST JSON "Content-Length: 2\r\n\r\n{}" GET "\r\n"
		POST JSON "Content-Length: 4\r\n\r\nabcd" "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
	static const char *const order[] = { "HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 400", "HTTP/1.1 404" };
	static struct heard h;
	struct stoad s;
	stoad_start(&s, NULL);
	for (size_t cut = 1; cut < sizeof four - 1; cut += 7) {
		int fd = dial(&s);
		h = (struct heard){ .n = 0 };
		send_all(fd, four, cut);
		send_all(fd, four + cut, sizeof four - 1 - cut);
		hear(&h, fd, NULL, 20000);
		const char *at = h.bytes;
		for (size_t i = 0; i < COUNT_OF(order); i++) {
			at = strstr(at, order[i]);
			ck_assert_msg(at != NULL, "cut at %zu: %s", cut, h.bytes);
			at += 8;
		}
		ck_assert(h.closed);
		close(fd);
	}
	stoad_stop(&s);
}
END_TEST

static double
cpu_s(pid_t pid)
{
	char path[64], line[1024] = "", *s;
	unsigned long user = 0, system = 0;
	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	FILE *f = fopen(path, "r");
	if (f != NULL && fgets(line, sizeof line, f) != NULL && (s = strrchr(line, ')')) != NULL)
		(void)!sscanf(s + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
	if (f != NULL)
		fclose(f);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

START_TEST(who_asks_much_and_reads_nothing_costs_nothing)
{
	static char ask[64 * 1024];
	static struct heard h;
	struct stoad s;
	size_t n = 0;
	stoad_start(&s, NULL);
	while (n + 100 < sizeof ask)
		n += (size_t)snprintf(ask + n, sizeof ask - n, "GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n");
	int fds[8];
	for (size_t i = 0; i < COUNT_OF(fds); i++) {
		fds[i] = dial(&s);
		(void)!send(fds[i], ask, n, MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	double was = -1, now = cpu_s(s.pid);
	for (int i = 0; i < 40 && now - was > 0.02; i++) {   /* until it rests, or never does */
		was = now;
		hear(&h, fds[0], "never", 0);
		poll(NULL, 0, 250);
		now = cpu_s(s.pid);
	}
	ck_assert_msg(now - was <= 0.02, "it turns: %.2f s of 0.25", now - was);
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		close(fds[i]);
	stoad_stop(&s);
}
END_TEST

static int
long_request(const struct stoad *s, struct heard *h, const char *before, size_t n, const char *behind)
{
	int fd = dial(s);
	char *bytes = mem_new(n);
	memset(bytes, 'a', n);
	*h = (struct heard){ .n = 0 };
	send_all(fd, before, strlen(before));
	send_all(fd, bytes, n);
	send_all(fd, behind, strlen(behind));
	hear(h, fd, "\r\n\r\n", 15000);
	mem_free(bytes);
	close(fd);
	return status_of(h);
}

START_TEST(a_head_has_its_limits)
{
	static struct heard h;
	struct stoad s;
	stoad_start(&s, NULL);
	const char *end = " HTTP/1.1\r\nHost: x\r\n\r\n";
	ck_assert_int_eq(long_request(&s, &h, "GET /", 2000, end), 404);
	ck_assert_int_eq(long_request(&s, &h, "GET /", 3000, end), 414);
	ck_assert_int_eq(long_request(&s, &h, "GET /", 20000, end), 414);
	ck_assert_int_eq(long_request(&s, &h, GET "Cookie: ", 8000, "\r\n\r\n"), 200);
	ck_assert_int_eq(long_request(&s, &h, GET "X-Of-Mine: ", 8000, "\r\n\r\n"), 200);
	ck_assert_int_eq(long_request(&s, &h, GET "Cookie: ", 17000, "\r\n\r\n"), 431);
	ck_assert_int_eq(long_request(&s, &h, GET "X-Of-Mine: ", 200000, "\r\n\r\n"), 431);
	char lines[8 * 200 + 5] = "\r\n";
	for (size_t i = 0; i < 200; i++)
		memcpy(lines + 2 + 8 * i, "X: yyy\r\n", 8);
	memcpy(lines + 2 + 8 * 200, "\r\n", 3);
	ck_assert_int_eq(long_request(&s, &h, GET "X-Of-Mine: ", 8, lines), 431);
	stoad_stop(&s);
}
END_TEST

START_TEST(random_bytes_do_no_harm)
{
	static struct heard h;
	struct stoad s;
	stoad_start(&s, NULL);
	uint32_t state = 1;
	for (int i = 0; i < 300; i++) {
		char bytes[600];
		size_t n = 0;
		if (i % 2 == 0)
			n = (size_t)snprintf(bytes, sizeof bytes, "%s", speeches[(size_t)i % COUNT_OF(speeches)].bytes);
		for (size_t k = i % 2 == 0 ? n / 2 : 0; k < sizeof bytes; k++) {
			state = state * 1664525 + 1013904223;
			if (i % 2 == 1 || state >> 28 == 0)
				bytes[k] = (char)(state >> 20);
			n = k + 1;
		}
		int fd = dial(&s);
		send_all(fd, bytes, n);
		shutdown(fd, SHUT_WR);
		h = (struct heard){ .n = 0 };
		hear(&h, fd, NULL, 20);
		close(fd);
	}
	int fd = dial(&s);
	h = (struct heard){ .n = 0 };
	send_all(fd, GET "\r\n", strlen(GET "\r\n"));
	hear(&h, fd, "\r\n\r\n", 10000);
	ck_assert_int_eq(status_of(&h), 200);
	close(fd);
	stoad_stop(&s);
}
END_TEST

START_TEST(connections_that_ask_nothing_do_not_hold_the_end)
{
	enum { CLIENTS = 90 };
	static struct heard h;
	struct stoad s;
	struct timespec from, to;
	int fds[CLIENTS];
	char line[64];
	stoad_start(&s, NULL);
	for (int i = 0; i < CLIENTS; i++) {
		fds[i] = dial(&s);
		h = (struct heard){ .n = 0 };
		if (i % 2 == 0) { /* one has asked, the other has only begun */
			send_all(fds[i], GET "\r\n", strlen(GET "\r\n"));
			hear(&h, fds[i], "\"request_id\"", 10000);
			ck_assert_int_eq(status_of(&h), 200);
		} else
			send_all(fds[i], GET, strlen(GET));
	}
	clock_gettime(CLOCK_MONOTONIC, &from);
	stoad_stop(&s);
	clock_gettime(CLOCK_MONOTONIC, &to);
	int64_t took_ms = (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000;
	ck_assert_msg(took_ms < 5000, "it took %lld ms", (long long)took_ms);
	for (int i = 0; i < CLIENTS; i++) {
		ck_assert_int_le(recv(fds[i], line, sizeof line, 0), 0);
		close(fds[i]);
	}
}
END_TEST

START_TEST(two_listeners_share_the_port)
{
	static struct heard h;
	struct stoad s;
	int fds[60];
	stoad_start(&s, (const char *const[]){ "--threads", "2", NULL });
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		fds[i] = dial(&s);
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < COUNT_OF(fds); i++) {
			const char *ask = i % 2 == 0 ? GET "\r\n" : POST JSON "Content-Length: 2\r\n\r\n{}";
			h = (struct heard){ .n = 0 };
			send_all(fds[i], ask, strlen(ask));
			hear(&h, fds[i], "\"request_id\"", 20000);
			ck_assert_msg(status_of(&h) == 200, "%s", h.bytes);
		}
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		close(fds[i]);
	stoad_stop(&s);
}
END_TEST

TESTS("http", each_request_gets_its_status, a_request_in_single_bytes_is_the_same_request,
	requests_behind_each_other_are_answered_in_order, a_request_behind_a_body_waits_for_its_turn, who_asks_much_and_reads_nothing_costs_nothing,
	a_head_has_its_limits, random_bytes_do_no_harm, connections_that_ask_nothing_do_not_hold_the_end,
	two_listeners_share_the_port)

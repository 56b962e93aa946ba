/* Exchanges with a loopback server: how each ends, and what was sent. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>
#include "../stoa_test.h"
#include "../support/endpoint.h"
#include "stoa/wire.h"

static enum fault
fetch(struct wire_reply *out, const char *url)
{
	return wire_fetch(out, &(struct wire_request){ .url = url, .total_ms = 20000 }, NULL);
}

/* One request to an endpoint with this script; the fault, and *out when none. */
static enum fault
fetch_from(struct wire_reply *out, const char *script)
{
	struct endpoint *e = endpoint_start(script);
	enum fault f = fetch(out, endpoint_url(e));
	endpoint_stop(e);
	return f;
}

static enum fault
fetch_raw(struct wire_reply *out, const char *bytes)
{
	struct endpoint *e = endpoint_start_raw(bytes, strlen(bytes));
	enum fault f = fetch(out, endpoint_url(e));
	endpoint_stop(e);
	return f;
}

START_TEST(a_body_arrives_with_its_status_and_type)
{
	struct wire_reply r;
	WELL(fetch_from(&r, "hello"));
	ck_assert_int_eq(r.status, 200);
	ck_assert_str_eq(r.type, "text/plain");
	ck_assert_str_eq(r.body.data, "hello");
	ck_assert(!r.streamed && r.retry_after_ms == -1);
	wire_reply_clear(&r);
}
END_TEST

START_TEST(a_status_other_than_200_is_an_answer_too)
{
	struct wire_reply r;
	WELL(fetch_from(&r, "status:503"));
	ck_assert_int_eq(r.status, 503);
	wire_reply_clear(&r);
	WELL(fetch_raw(&r, "HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"));
	ck_assert_int_eq(r.retry_after_ms, 7000);
	wire_reply_clear(&r);
	WELL(fetch_raw(&r, "HTTP/1.1 429 Slow\r\nRetry-After: 99999999999\r\nContent-Length: 0\r\n\r\n"));
	ck_assert_int_eq(r.retry_after_ms, 86400000);
	wire_reply_clear(&r);
	WELL(fetch_raw(&r, "HTTP/1.1 429 Slow\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n"));
	ck_assert_int_eq(r.retry_after_ms, -1);
	wire_reply_clear(&r);
}
END_TEST

START_TEST(the_request_carries_what_it_was_given_and_no_more)
{
	struct endpoint *e = endpoint_start("echo");
	struct wire_reply r;
	const char *headers[] = { "Content-Type: application/json", NULL };
	struct wire_request req = { .url = endpoint_url(e), .headers = headers, .bearer = "word", .body = "{}", .body_bytes = 2 };
	WELL(wire_fetch(&r, &req, NULL));
	ck_assert(str_starts(r.body.data, "POST /v1 HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(r.body.data, "Authorization: Bearer word\r\n"));
	ck_assert_ptr_nonnull(strstr(r.body.data, "Content-Type: application/json\r\n"));
	ck_assert(str_ends(r.body.data, "\r\n\r\n{}"));
	ck_assert_ptr_null(strcasestr(r.body.data, "accept-encoding"));
	ck_assert_ptr_null(strcasestr(r.body.data, "expect:"));
	wire_reply_clear(&r);
	endpoint_stop(e);
}
END_TEST

START_TEST(a_line_end_in_a_header_or_a_key_is_refused_before_anything_is_sent)
{
	struct endpoint *e = endpoint_start("echo");
	struct wire_reply r;
	const char *headers[] = { "X: a\r\nY: b", NULL };
	FAILS(FAULT_INPUT, wire_fetch(&r, &(struct wire_request){ .url = endpoint_url(e), .headers = headers }, NULL));
	FAILS(FAULT_INPUT, wire_fetch(&r, &(struct wire_request){ .url = endpoint_url(e), .bearer = "a\r\nb" }, NULL));
	FAILS(FAULT_INPUT, wire_fetch(&r, &(struct wire_request){ .url = endpoint_url(e), .method = "GET /x HTTP/1.1\r\nA:" }, NULL));
	ck_assert_uint_eq(endpoint_count(e), 0);
	endpoint_stop(e);
}
END_TEST

START_TEST(a_redirect_is_not_followed)
{
	struct endpoint *thief = endpoint_start("echo");
	char script[64];
	snprintf(script, sizeof script, "redirect:%d", endpoint_port(thief));
	struct endpoint *e = endpoint_start(script);
	struct wire_reply r;
	WELL(wire_fetch(&r, &(struct wire_request){ .url = endpoint_url(e), .bearer = "word" }, NULL));
	ck_assert_int_eq(r.status, 302);
	ck_assert_uint_eq(endpoint_count(thief), 0);
	wire_reply_clear(&r);
	endpoint_stop(e);
	endpoint_stop(thief);
}
END_TEST

START_TEST(a_body_over_its_cap_is_not_kept)
{
	struct endpoint *e = endpoint_start("big:100000,big:100001,big:1000000000");
	struct wire_reply r;
	struct wire_request req = { .url = endpoint_url(e), .reply_max_bytes = 100000 };
	WELL(wire_fetch(&r, &req, NULL));
	ck_assert_uint_eq(r.body.len, 100000);
	wire_reply_clear(&r);
	FAILS(FAULT_LIMIT, wire_fetch(&r, &req, NULL));
	FAILS(FAULT_LIMIT, wire_fetch(&r, &req, NULL));
	ck_assert_uint_eq(r.body.len, 0);
	endpoint_stop(e);
}
END_TEST

START_TEST(headers_without_end_are_refused)
{
	struct wire_reply r;
	FAILS(FAULT_LIMIT, fetch_from(&r, "headers"));
}
END_TEST

START_TEST(a_compressed_body_is_refused_unread)
{
	struct wire_reply r;
	FAILS(FAULT_DAMAGED, fetch_raw(&r, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08"));
	WELL(fetch_raw(&r, "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 2\r\n\r\nok"));
	wire_reply_clear(&r);
}
END_TEST

START_TEST(a_server_that_breaks_off_is_offline)
{
	struct wire_reply r;
	FAILS(FAULT_OFFLINE, fetch_from(&r, "hang-up"));
	FAILS(FAULT_OFFLINE, fetch_from(&r, "short-body"));
	FAILS(FAULT_OFFLINE, fetch_raw(&r, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"));
	FAILS(FAULT_OFFLINE, fetch_raw(&r, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx"));
}
END_TEST

START_TEST(what_is_not_http_is_damaged)
{
	struct wire_reply r;
	FAILS(FAULT_DAMAGED, fetch_from(&r, "not-http"));
}
END_TEST

START_TEST(nobody_listening_is_offline)
{
	struct endpoint *e = endpoint_start("hello");
	char url[64];
	struct wire_reply r;
	snprintf(url, sizeof url, "%s", endpoint_url(e));
	endpoint_stop(e);
	FAILS(FAULT_OFFLINE, fetch(&r, url));
}
END_TEST

START_TEST(localhost_means_loopback)
{
	struct endpoint *e = endpoint_start("hello");
	char url[64];
	struct wire_reply r;
	snprintf(url, sizeof url, "http://localhost:%d/", endpoint_port(e));
	WELL(fetch(&r, url));
	ck_assert_str_eq(r.body.data, "hello");
	wire_reply_clear(&r);
	endpoint_stop(e);
}
END_TEST

START_TEST(a_proxy_of_the_environment_never_sees_http)
{
	struct endpoint *e = endpoint_start("hello"), *proxy = endpoint_start("echo");
	struct wire_reply r;
	setenv("http_proxy", endpoint_url(proxy), 1);
	setenv("all_proxy", endpoint_url(proxy), 1);
	WELL(fetch(&r, endpoint_url(e)));
	ck_assert_str_eq(r.body.data, "hello");
	ck_assert_uint_eq(endpoint_count(proxy), 0);
	wire_reply_clear(&r);
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	endpoint_stop(e);
	endpoint_stop(proxy);
}
END_TEST

START_TEST(a_proxy_of_the_environment_sees_only_the_name_behind_https)
{
	struct endpoint *proxy = endpoint_start("status:403");
	struct wire_reply r;
	char *seen;
	setenv("https_proxy", endpoint_url(proxy), 1);
	unsetenv("no_proxy");
	struct wire_request req = { .url = "https://llm.example.org/v1/secret-path", .bearer = "secret-word" };
	FAILS(FAULT_OFFLINE, wire_fetch(&r, &req, NULL));
	seen = endpoint_last(proxy);
	ck_assert(str_starts(seen, "CONNECT llm.example.org:443 HTTP/1.1\r\n"));
	ck_assert_ptr_null(strstr(seen, "secret"));
	free(seen);
	unsetenv("https_proxy");
	endpoint_stop(proxy);
}
END_TEST

START_TEST(silence_ends_the_wait)
{
	struct endpoint *e = endpoint_start("silent");
	struct wire_reply r;
	FAILS(FAULT_OFFLINE, wire_fetch(&r, &(struct wire_request){ .url = endpoint_url(e), .first_byte_ms = 60 }, NULL));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "said nothing"));
	FAILS(FAULT_OFFLINE, wire_fetch(&r, &(struct wire_request){ .url = endpoint_url(e), .total_ms = 60 }, NULL));
	endpoint_stop(e);
}
END_TEST

#define SLOW_BYTES (9u * 1024 * 1024)
#define SLOWLY (3u * 1024 * 1024)

/* Reads a little every 20 ms, as a slow line would carry it; the rest, which may lie in
 * the kernel already, at once; then answers. */
static void *
read_slowly(void *arg)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
	static char bytes[256 * 1024];
	int fd = accept(*(int *)arg, NULL, NULL);
	size_t all = 0;
	for (ssize_t n = 1; n > 0 && all < SLOW_BYTES; all += n > 0 ? (size_t)n : 0) {
		n = recv(fd, bytes, sizeof bytes, 0);
		poll(NULL, 0, all < SLOWLY ? 20 : 0);
	}
	(void)!write(fd, answer, sizeof answer - 1);
	while (recv(fd, bytes, sizeof bytes, 0) > 0)
		;
	close(fd);
	return NULL;
}

START_TEST(a_slow_line_that_still_carries_is_no_silence)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof in;
	int fd = socket(AF_INET, SOCK_STREAM, 0), small = 65536;
	char url[64], *body = mem_new(SLOW_BYTES);
	pthread_t thread;
	struct wire_reply r;
	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in, &size), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, read_slowly, &fd), 0);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(in.sin_port));
	WELL(wire_fetch(&r, &(struct wire_request){ .url = url, .body = body, .body_bytes = SLOW_BYTES, .first_byte_ms = 400 }, NULL));
	ck_assert_int_eq(r.status, 200);
	wire_reply_clear(&r);
	pthread_join(thread, NULL);
	close(fd);
	mem_free(body);
}
END_TEST

struct canceller { struct endpoint *e; struct cancel cancel; int64_t asked_ms; };

static void *
cancel_when_asked(void *arg)
{
	struct canceller *c = arg;
	while (endpoint_count(c->e) == 0)
		sched_yield();
	c->asked_ms = clock_system.mono_ms(clock_system.arg);
	atomic_store(&c->cancel.asked, true);
	return NULL;
}

START_TEST(cancelling_is_noticed_while_the_server_is_silent)
{
	struct canceller c = { .e = endpoint_start("silent") };
	struct wire_reply r;
	pthread_t thread;
	ck_assert_int_eq(pthread_create(&thread, NULL, cancel_when_asked, &c), 0);
	FAILS(FAULT_CANCELLED, wire_fetch(&r, &(struct wire_request){ .url = endpoint_url(c.e) }, &c.cancel));
	pthread_join(thread, NULL);
	ck_assert_int_le(clock_system.mono_ms(clock_system.arg) - c.asked_ms, 1000);
	endpoint_stop(c.e);
}
END_TEST

static enum fault
gather(const struct wire_event *ev, void *arg)
{
	text_printf(arg, "%s;", ev->data);
	return str_same(ev->data, "stop") ? fault(FAULT_ABSENT, "enough") : FAULT_NONE;
}

static enum fault
stream_raw(struct wire_reply *r, struct text *got, const char *bytes)
{
	struct endpoint *e = endpoint_start_raw(bytes, strlen(bytes));
	text_reset(got);
	enum fault f = wire_stream(r, &(struct wire_request){ .url = endpoint_url(e), .first_byte_ms = 20000 }, gather, got, NULL);
	endpoint_stop(e);
	return f;
}

START_TEST(a_stream_goes_to_its_receiver_and_other_bodies_do_not)
{
	struct wire_reply r;
	struct text got;
	text_init(&got, 1024);
	WELL(stream_raw(&r, &got, "HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream; charset=utf-8\r\n\r\ndata: a\n\ndata: b\n\ndata: c"));
	ck_assert_str_eq(got.data, "a;b;");
	ck_assert(r.streamed && r.body.len == 0);
	wire_reply_clear(&r);
	WELL(stream_raw(&r, &got, "HTTP/1.1 500 Bad\r\nContent-Type: text/event-stream\r\n\r\ndata: a\n\n"));
	ck_assert_uint_eq(got.len, 0);
	ck_assert_str_eq(r.body.data, "data: a\n\n");
	wire_reply_clear(&r);
	WELL(stream_raw(&r, &got, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}"));
	ck_assert(got.len == 0 && !r.streamed);
	wire_reply_clear(&r);
	FAILS(FAULT_ABSENT, stream_raw(&r, &got, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: a\n\ndata: stop\n\ndata: b\n\n"));
	ck_assert_str_eq(got.data, "a;stop;");
	ck_assert_str_eq(fault_sentence(), "enough");
	text_clear(&got);
}
END_TEST

static void *
fetch_some(void *arg)
{
	struct wire_reply r;
	for (int i = 0; i < 8; i++) {
		WELL(fetch(&r, arg));
		wire_reply_clear(&r);
	}
	return NULL;
}

START_TEST(many_threads_may_have_an_exchange_each)
{
	struct endpoint *e = endpoint_start("hello");
	pthread_t threads[6];
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, fetch_some, (void *)(uintptr_t)endpoint_url(e)), 0);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(endpoint_count(e), 48);
	endpoint_stop(e);
}
END_TEST

START_TEST(a_peer_that_goes_away_does_not_end_the_process)
{
	struct endpoint *e = endpoint_start("hang-up");
	struct wire_reply r;
	static char body[1 << 20];
	signal(SIGPIPE, SIG_DFL);
	(void)!wire_fetch(&r, &(struct wire_request){ .url = endpoint_url(e), .body = body, .body_bytes = sizeof body }, NULL);
	wire_reply_clear(&r);
	endpoint_stop(e);
}
END_TEST

TESTS("wire exchange", a_body_arrives_with_its_status_and_type, a_status_other_than_200_is_an_answer_too,
	the_request_carries_what_it_was_given_and_no_more, a_line_end_in_a_header_or_a_key_is_refused_before_anything_is_sent,
	a_redirect_is_not_followed, a_body_over_its_cap_is_not_kept, headers_without_end_are_refused,
	a_compressed_body_is_refused_unread, a_server_that_breaks_off_is_offline, what_is_not_http_is_damaged,
	nobody_listening_is_offline, localhost_means_loopback, a_proxy_of_the_environment_never_sees_http,
	a_proxy_of_the_environment_sees_only_the_name_behind_https, silence_ends_the_wait,
	a_slow_line_that_still_carries_is_no_silence,
	cancelling_is_noticed_while_the_server_is_silent, a_stream_goes_to_its_receiver_and_other_bodies_do_not,
	many_threads_may_have_an_exchange_each, a_peer_that_goes_away_does_not_end_the_process)

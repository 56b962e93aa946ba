/* Kept connections: lent, given back, replaced when they died, never doubled. */
#include <pthread.h>
#include "../stoa_test.h"
#include "../support/peer.h"
#include "stoa/wire.h"

/* What the server does: on connection `break_on`, the request after the first
 * `answered` ones is read and the connection cut without an answer. */
struct habits { unsigned break_on, answered; bool close_after; atomic_uint requests; };

static void
keep_alive(int fd, unsigned number, void *arg)
{
	static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
	struct habits *h = arg;
	char head[4096];
	for (unsigned n = 0; peer_read_head(fd, head, sizeof head); n++) {
		atomic_fetch_add(&h->requests, 1);
		if ((number == h->break_on && n >= h->answered) || !peer_write(fd, reply, sizeof reply - 1))
			return;
		if (h->close_after)
			return;
	}
}

struct scene { struct habits habits; struct peer *peer; struct wire_session *session; char url[64]; };

static void
begin(struct scene *s)
{
	s->peer = peer_start(keep_alive, &s->habits);
	snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d/v1", peer_port(s->peer));
	WELL(wire_session_new(&s->session, s->url, NULL, NULL));
}

static void
end(struct scene *s)
{
	wire_session_free(s->session);
	peer_stop(s->peer);
}

static enum fault
ask(struct scene *s, const char *method, bool repeatable)
{
	struct wire_reply r;
	struct wire_request req = { .method = method, .url = s->url, .session = s->session, .repeatable = repeatable, .total_ms = 20000 };
	enum fault f = wire_fetch(&r, &req, NULL);
	if (f == FAULT_NONE)
		ck_assert_str_eq(r.body.data, "hello");
	wire_reply_clear(&r);
	return f;
}

START_TEST(calls_of_a_session_share_one_connection)
{
	struct scene s = { 0 };
	begin(&s);
	for (int i = 0; i < 20; i++)
		WELL(ask(&s, i % 2 ? "GET" : "POST", false));
	ck_assert_uint_eq(peer_count(s.peer), 1);
	wire_session_rest(s.session);
	WELL(ask(&s, "GET", false));
	ck_assert_uint_eq(peer_count(s.peer), 2);
	end(&s);
}
END_TEST

START_TEST(calls_without_a_session_share_nothing)
{
	struct scene s = { 0 };
	begin(&s);
	wire_session_free(s.session);
	s.session = NULL;
	WELL(ask(&s, "GET", false));
	WELL(ask(&s, "GET", false));
	ck_assert_uint_eq(peer_count(s.peer), 2);
	end(&s);
}
END_TEST

START_TEST(a_connection_that_was_closed_while_idle_is_replaced_for_every_method)
{
	struct scene s = { .habits = { .close_after = true } };
	begin(&s);
	for (int i = 0; i < 5; i++)
		WELL(ask(&s, "POST", true));
	ck_assert_uint_eq(atomic_load(&s.habits.requests), 5);
	end(&s);
}
END_TEST

START_TEST(a_get_whose_kept_connection_dies_under_it_is_sent_once_more)
{
	struct scene s = { .habits = { .break_on = 1, .answered = 1 } };
	begin(&s);
	WELL(ask(&s, "GET", false));
	WELL(ask(&s, "GET", false));
	ck_assert_uint_eq(atomic_load(&s.habits.requests), 3);
	end(&s);
}
END_TEST

START_TEST(a_post_whose_kept_connection_dies_under_it_is_not_sent_again)
{
	struct scene s = { .habits = { .break_on = 1, .answered = 1 } };
	begin(&s);
	WELL(ask(&s, "POST", false));
	FAILS(FAULT_OFFLINE, ask(&s, "POST", false));
	ck_assert_uint_eq(atomic_load(&s.habits.requests), 2);
	WELL(ask(&s, "POST", false));
	end(&s);
}
END_TEST

START_TEST(a_repeatable_post_is_sent_once_more)
{
	struct scene s = { .habits = { .break_on = 1, .answered = 1 } };
	begin(&s);
	WELL(ask(&s, "POST", true));
	WELL(ask(&s, "POST", true));
	ck_assert_uint_eq(atomic_load(&s.habits.requests), 3);
	end(&s);
}
END_TEST

START_TEST(a_server_that_always_cuts_is_not_asked_for_ever)
{
	struct scene s = { .habits = { .break_on = 1, .answered = 0 } };
	begin(&s);
	FAILS(FAULT_OFFLINE, ask(&s, "GET", false));
	ck_assert_uint_eq(atomic_load(&s.habits.requests), 1);
	end(&s);
}
END_TEST

START_TEST(a_session_goes_to_its_own_server_only)
{
	struct scene s = { 0 }, other = { 0 };
	begin(&s);
	begin(&other);
	memcpy(s.url, other.url, sizeof s.url);
	FAILS(FAULT_INPUT, ask(&s, "GET", false));
	ck_assert_uint_eq(peer_count(other.peer), 0);
	end(&s);
	end(&other);
}
END_TEST

static void *
ask_some(void *arg)
{
	for (int i = 0; i < 50; i++)
		WELL(ask(arg, "GET", false));
	return NULL;
}

START_TEST(many_threads_may_use_one_session)
{
	struct scene s = { 0 };
	pthread_t threads[6];
	begin(&s);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, ask_some, &s), 0);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(atomic_load(&s.habits.requests), 300);
	ck_assert_uint_le(peer_count(s.peer), COUNT_OF(threads));
	end(&s);
}
END_TEST

START_TEST(a_pin_has_one_form)
{
	static const char *const bad[] = { "", "sha256//", "sha1//AAAA", "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=;sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/;=", "/etc/ssl/certs/ca-certificates.crt" };
	struct wire_session *s;
	WELL(wire_pin_check("sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		FAILS(FAULT_INPUT, wire_pin_check(bad[i]));
		FAILS(FAULT_INPUT, wire_session_new(&s, "https://localhost/", NULL, bad[i]));
	}
	char pin[WIRE_PIN_BYTES];
	FAILS(FAULT_INPUT, wire_key_of(pin, "http://127.0.0.1:1/", NULL));
}
END_TEST

TESTS("wire session", calls_of_a_session_share_one_connection, calls_without_a_session_share_nothing,
	a_connection_that_was_closed_while_idle_is_replaced_for_every_method,
	a_get_whose_kept_connection_dies_under_it_is_sent_once_more,
	a_post_whose_kept_connection_dies_under_it_is_not_sent_again, a_repeatable_post_is_sent_once_more,
	a_server_that_always_cuts_is_not_asked_for_ever, a_session_goes_to_its_own_server_only,
	many_threads_may_use_one_session, a_pin_has_one_form)

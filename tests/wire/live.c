/* A WebSocket over a real connection: the handshake as it is sent, the cases of
 * socket_cases.h from a raw socket, what a rude server does to us. */
#include <pthread.h>
#include <sys/socket.h>
#include "../stoa_test.h"
#include "../support/peer.h"
#include "socket_cases.h"

/* What the server says, once it has read the handshake. */
struct server {
	const char *answer;          /* NULL: the right one */
	const struct text *bytes;    /* with the answer, in one piece */
	bool stay;                   /* wait for the client to go, keeping what it sends */
	char head[8192];
	struct text heard;
};

static void
right_answer(char *out, size_t size, const char *head)
{
	char accept[WIRE_ACCEPT_BYTES], key[25] = "";
	const char *at = strstr(head, "Sec-WebSocket-Key: ");
	snprintf(key, sizeof key, "%.24s", at == NULL ? "" : at + 19);
	WELL(wire_accept_of(accept, key));
	snprintf(out, size, "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
}

static void
talk(int fd, unsigned number, void *arg)
{
	struct server *s = arg;
	struct text all;
	char answer[512], c;
	(void)number;
	if (!peer_read_head(fd, s->head, sizeof s->head))
		return;
	right_answer(answer, sizeof answer, s->head);
	text_init(&all, 1 << 21);
	text_put(&all, s->answer != NULL ? s->answer : answer);
	if (s->bytes != NULL)
		text_put_n(&all, s->bytes->data, s->bytes->len);
	peer_write(fd, all.data, all.len);
	text_clear(&all);
	while (s->stay && peer_read(fd, &c, 1))
		text_put_c(&s->heard, c);
}

static enum fault
open_to(struct wire_socket **out, struct peer *p, const char *path, const char *bearer, const char *const *headers)
{
	char url[128];
	snprintf(url, sizeof url, "http://127.0.0.1:%d%s", peer_port(p), path);
	return wire_socket_open(out, &(struct wire_socket_config){ .url = url, .bearer = bearer, .headers = headers, .total_ms = 10000 }, NULL);
}

START_TEST(the_handshake_says_what_it_must_and_no_more)
{
	struct server server = { .stay = true };
	static const char *const headers[] = { "X-Request-ID: 7", NULL }, *const evil[] = { "X: a\r\nY: b", NULL };
	struct wire_socket *s;
	text_init(&server.heard, 4096);
	struct peer *p = peer_start(talk, &server);
	WELL(open_to(&s, p, "/v1/live?role=guest", "word", headers));
	wire_socket_free(s);
	FAILS(FAULT_INPUT, open_to(&s, p, "/", "a\r\nb", NULL));
	FAILS(FAULT_INPUT, open_to(&s, p, "/", NULL, evil));
	peer_stop(p);
	ck_assert(str_starts(server.head, "GET /v1/live?role=guest HTTP/1.1\r\nHost: 127.0.0.1:"));
	static const char *const must[] = { "\r\nUpgrade: websocket\r\n", "\r\nConnection: Upgrade\r\n", "\r\nSec-WebSocket-Version: 13\r\n",
		"\r\nSec-WebSocket-Key: ", "\r\nAuthorization: Bearer word\r\n", "\r\nX-Request-ID: 7\r\n" };
	for (size_t i = 0; i < COUNT_OF(must); i++)
		ck_assert_ptr_nonnull(strstr(server.head, must[i]));
	ck_assert_ptr_null(strcasestr(server.head, "extensions"));
	ck_assert_uint_eq(server.heard.len, 0);
	text_clear(&server.heard);
}
END_TEST

/* One case over the network, its bytes right behind the 101. */
static void
run_case(struct text *got, const struct socket_case *c)
{
	struct text bytes;
	struct wire_socket *s;
	enum fault f = FAULT_NONE;
	text_init(&bytes, 1 << 20);
	socket_case_bytes(&bytes, c->sent, false);
	socket_case_bytes(&bytes, strstr(c->expected, "open") ? "81=mark" : "", true);
	struct server server = { .bytes = &bytes, .stay = true };
	text_init(&server.heard, 1 << 20);
	struct peer *p = peer_start(talk, &server);
	WELL(open_to(&s, p, "/", NULL, NULL));
	while (f == FAULT_NONE && !str_ends(got->data == NULL ? "" : got->data, "t4 "))
		f = wire_socket_receive(s, 10000, memory_note, got, NULL);
	if (f == FAULT_NONE)
		text_cut(got, got->len - 3);
	struct text end;
	text_init(&end, 100);
	put_end(&end, f, s);
	wire_socket_free(s);
	peer_stop(p);
	memory_tell(got, &server.heard);
	text_put(got, end.data);
	text_clear(&end);
	text_clear(&server.heard);
	text_clear(&bytes);
}

START_TEST(every_case_ends_the_same_over_a_connection)
{
	struct text got;
	bool bad = false;
	text_init(&got, 1 << 20);
	for (size_t i = 0; i < socket_case_count; i++) {
		text_reset(&got);
		if (strstr(socket_cases[i].expected, "t4 ") != NULL || (str_starts(socket_cases[i].sent, "01") && !strstr(socket_cases[i].sent, " 80") && strstr(socket_cases[i].expected, "open")))
			continue;   /* the mark would be taken for a part of the case */
		run_case(&got, &socket_cases[i]);
		if (!socket_case_holds(&socket_cases[i], got.data)) {
			fprintf(stderr, "%s:\n  got  %s\n  want %s\n", socket_cases[i].sent, got.data, socket_cases[i].expected);
			bad = true;
		}
	}
	ck_assert(!bad);
	text_clear(&got);
}
END_TEST

START_TEST(a_server_that_answers_wrongly_is_not_talked_to)
{
	static const struct { const char *answer; enum fault kind; } rows[] = {
		{ "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", FAULT_DAMAGED },
		{ "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", FAULT_DENIED }, { "HTTP/1.1 503 Full\r\n\r\n", FAULT_BUSY }, { "", FAULT_OFFLINE }, { "HTTP/1.1 101 Go\r\n", FAULT_OFFLINE },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct server server = { .answer = rows[i].answer };
		struct peer *p = peer_start(talk, &server);
		struct wire_socket *s = NULL;
		FAILS(rows[i].kind, open_to(&s, p, "/", NULL, NULL));
		ck_assert_ptr_null(s);
		peer_stop(p);
	}
}
END_TEST

START_TEST(a_server_that_says_nothing_is_not_waited_for_for_ever)
{
	struct server server = { .answer = "", .stay = true };
	struct wire_socket *s;
	char url[64];
	text_init(&server.heard, 64);
	struct peer *p = peer_start(talk, &server);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/", peer_port(p));
	FAILS(FAULT_OFFLINE, wire_socket_open(&s, &(struct wire_socket_config){ .url = url, .total_ms = 60 }, NULL));
	struct cancel cancel = { true };
	FAILS(FAULT_CANCELLED, wire_socket_open(&s, &(struct wire_socket_config){ .url = url }, &cancel));
	peer_stop(p);
	FAILS(FAULT_OFFLINE, wire_socket_open(&s, &(struct wire_socket_config){ .url = url }, NULL));
	FAILS(FAULT_INPUT, wire_socket_open(&s, &(struct wire_socket_config){ .url = "http://example.org/" }, NULL));
	text_clear(&server.heard);
}
END_TEST

START_TEST(a_cut_is_told_from_a_goodbye)
{
	struct text bytes;
	struct wire_socket *s;
	text_init(&bytes, 100);
	socket_case_bytes(&bytes, "81=a &8105", false);
	struct server server = { .bytes = &bytes };
	struct peer *p = peer_start(talk, &server);
	struct text got;
	text_init(&got, 100);
	WELL(open_to(&s, p, "/", NULL, NULL));
	enum fault f = FAULT_NONE;
	while (f == FAULT_NONE)
		f = wire_socket_receive(s, 10000, memory_note, &got, NULL);
	FAILS(FAULT_OFFLINE, f);
	ck_assert_str_eq(got.data, "t1 ");
	ck_assert_uint_eq(wire_socket_code(s), 1006);
	wire_socket_free(s);
	peer_stop(p);
	text_clear(&got);
	text_clear(&bytes);
}
END_TEST

START_TEST(waiting_for_a_message_can_be_cancelled_and_ends_in_time)
{
	struct server server = { .stay = true };
	struct wire_socket *s;
	struct cancel cancel = { false };
	text_init(&server.heard, 100);
	struct peer *p = peer_start(talk, &server);
	WELL(open_to(&s, p, "/", NULL, NULL));
	WELL(wire_socket_receive(s, 40, memory_note, NULL, &cancel));
	atomic_store(&cancel.asked, true);
	FAILS(FAULT_CANCELLED, wire_socket_receive(s, 10000, memory_note, NULL, &cancel));
	wire_socket_free(s);
	peer_stop(p);
	text_clear(&server.heard);
}
END_TEST

TESTS("wire live", the_handshake_says_what_it_must_and_no_more, every_case_ends_the_same_over_a_connection,
	a_server_that_answers_wrongly_is_not_talked_to, a_server_that_says_nothing_is_not_waited_for_for_ever,
	a_cut_is_told_from_a_goodbye, waiting_for_a_message_can_be_cancelled_and_ends_in_time)

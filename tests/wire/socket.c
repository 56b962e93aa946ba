/* The client's side of WebSocket: what a server may send and what it must not.
 *
 * A case is what the server sends, in a small notation, and what has to come of it.
 * Each case runs whole, cut in two at every byte, and byte by byte, over a pipe in
 * memory; tests/wire/live.c runs them over a real connection.
 */
#include "../stoa_test.h"
#include "socket_cases.h"

START_TEST(every_case_ends_as_it_must_whole_and_cut_at_every_byte)
{
	struct text bytes, got;
	text_init(&bytes, 1 << 20);
	text_init(&got, 1 << 20);
	bool bad = false;
	for (size_t i = 0; i < socket_case_count; i++) {
		const struct socket_case *c = &socket_cases[i];
		socket_case_bytes(&bytes, c->sent, false);
		for (size_t cut = 0; cut <= bytes.len + 1; cut++) {
			if (bytes.len > 400 && cut > 20 && cut + 10 < bytes.len)
				continue;
			text_reset(&got);
			struct memory m = { .in = bytes.data, .in_bytes = bytes.len, .cut = cut, .one_by_one = cut > bytes.len };
			memory_run(&got, &m);
			if (socket_case_holds(c, got.data))
				continue;
			fprintf(stderr, "%s, cut at %zu of %zu:\n  got  %s\n  want %s\n", c->sent, cut, bytes.len, got.data, c->expected);
			bad = true;
			break;
		}
	}
	ck_assert(!bad);
	text_clear(&bytes);
	text_clear(&got);
}
END_TEST

/* What the client puts on the wire for one message of n bytes. */
static void
sent_for(struct text *out, bool binary, size_t n)
{
	struct memory m = { .cut = SIZE_MAX };
	struct wire_socket *s;
	char *bytes = mem_new(n + 1);
	memset(bytes, 'x', n);
	WELL(wire_socket_over(&s, &(struct wire_pipe){ memory_pull, memory_push, NULL, &m, -1, "here" }, 70000));
	text_init(&m.out, 1 << 20);
	WELL(wire_socket_send(s, binary, bytes, n));
	text_init(out, 1 << 20);
	memory_tell(out, &m.out);
	text_clear(&m.out);
	wire_socket_free(s);
	mem_free(bytes);
}

START_TEST(what_is_sent_is_masked_and_its_length_written_in_the_shortest_way)
{
	static const struct { bool binary; size_t n; const char *told; } rows[] = {
		{ false, 0, "81/0 " }, { false, 125, "81/125 " }, { false, 126, "81/126 " }, { false, 127, "81/127 " }, { false, 128, "81/128 " },
		{ false, 65535, "81/65535 " }, { false, 65536, "81/65536 " }, { true, 0, "82/0 " }, { true, 4096, "82/4096 " },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct text t;
		sent_for(&t, rows[i].binary, rows[i].n);
		ck_assert_str_eq(t.data, rows[i].told);
		text_clear(&t);
	}
}
END_TEST

START_TEST(what_may_not_be_sent_is_refused_here)
{
	struct memory m = { .stuck = true, .cut = SIZE_MAX };
	struct wire_socket *s;
	static char big[WIRE_SOCKET_WAITING_BYTES];
	text_init(&m.out, 1 << 20);
	memset(big, 'x', sizeof big);
	WELL(wire_socket_over(&s, &(struct wire_pipe){ memory_pull, memory_push, NULL, &m, -1, "here" }, 0));
	FAILS(FAULT_INPUT, wire_socket_send(s, false, "\xFF", 1));
	FAILS(FAULT_LIMIT, wire_socket_send(s, false, big, 64 * 1024 + 1));
	FAILS(FAULT_LIMIT, wire_socket_send(s, true, big, 4097));
	FAILS(FAULT_INPUT, wire_socket_close(s, 1001, ""));
	FAILS(FAULT_INPUT, wire_socket_close(s, 5000, ""));
	FAILS(FAULT_INPUT, wire_socket_close(s, 1000, "\xC0\x80"));
	for (int i = 0; i < 4; i++)
		WELL(wire_socket_send(s, false, big, 64 * 1024));
	FAILS(FAULT_BUSY, wire_socket_send(s, false, big, 1));
	ck_assert_uint_eq(wire_socket_wants(s), LOOP_READ | LOOP_WRITE);
	m.stuck = false;
	WELL(wire_socket_receive(s, 0, memory_note, &m.out, NULL));
	WELL(wire_socket_close(s, 1000, "bye"));
	FAILS(FAULT_OFFLINE, wire_socket_send(s, false, "late", 4));
	wire_socket_free(s);
	text_clear(&m.out);
}
END_TEST

static enum fault
count(const struct wire_message *m, void *arg)
{
	(void)m;
	return ++*(unsigned *)arg == 3 ? fault(FAULT_EXISTS, "three are enough") : FAULT_NONE;
}

START_TEST(a_fast_peer_is_read_in_portions)
{
	struct text bytes;
	struct wire_socket *s;
	unsigned n = 0, turns = 0, last = 0;
	text_init(&bytes, 4 << 20);
	for (int i = 0; i < 20; i++)
		socket_case_bytes(&bytes, "81*60000", true);
	struct memory m = { .in = bytes.data, .in_bytes = bytes.len, .cut = SIZE_MAX };
	text_init(&m.out, 1 << 20);
	WELL(wire_socket_over(&s, &(struct wire_pipe){ memory_pull, memory_push, NULL, &m, -1, "here" }, 0));
	do {
		n += 1000;   /* never three */
		last = n;
		WELL(wire_socket_receive(s, 0, count, &n, NULL));
		ck_assert_uint_le(n - last, 5);
		turns++;
		n -= 1000;
	} while (wire_socket_eager(s));
	ck_assert_uint_eq(n, 20);
	ck_assert_uint_eq(turns, 5);
	wire_socket_free(s);
	text_clear(&m.out);
	text_clear(&bytes);
}
END_TEST

START_TEST(a_fault_of_the_receiver_ends_the_receiving_and_nothing_is_lost)
{
	struct text bytes;
	struct wire_socket *s;
	unsigned n = 0;
	text_init(&bytes, 4096);
	for (int i = 0; i < 5; i++)
		socket_case_bytes(&bytes, "81=a", true);
	struct memory m = { .in = bytes.data, .in_bytes = bytes.len, .cut = SIZE_MAX };
	text_init(&m.out, 4096);
	WELL(wire_socket_over(&s, &(struct wire_pipe){ memory_pull, memory_push, NULL, &m, -1, "here" }, 0));
	FAILS(FAULT_EXISTS, wire_socket_receive(s, 0, count, &n, NULL));
	ck_assert_str_eq(fault_sentence(), "three are enough");
	ck_assert_uint_eq(n, 3);
	wire_socket_free(s);
	text_clear(&m.out);
	text_clear(&bytes);
}
END_TEST

TESTS("wire socket", every_case_ends_as_it_must_whole_and_cut_at_every_byte,
	what_is_sent_is_masked_and_its_length_written_in_the_shortest_way, what_may_not_be_sent_is_refused_here,
	a_fast_peer_is_read_in_portions, a_fault_of_the_receiver_ends_the_receiving_and_nothing_is_lost)

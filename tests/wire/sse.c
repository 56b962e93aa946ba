/* The event-stream parser: every case whole, then cut at every byte. */
#include "../stoa_test.h"
#include "stoa/wire.h"

/* Events as one text: type|data|id; each followed by a line end. */
static enum fault
note(const struct wire_event *ev, void *arg)
{
	text_printf(arg, "%s|%s|%s\n", ev->type, ev->data, ev->id);
	return FAULT_NONE;
}

static enum fault
parse_cut(struct text *out, int64_t *retry_ms, const char *s, size_t n, size_t cut)
{
	struct wire_sse p;
	wire_sse_init(&p);
	text_reset(out);
	enum fault f = wire_sse_feed(&p, s, cut, note, out);
	if (f == FAULT_NONE)
		f = wire_sse_feed(&p, s + cut, n - cut, note, out);
	*retry_ms = p.retry_ms;
	wire_sse_clear(&p);
	return f;
}

#define BYTES(s) (s), sizeof(s) - 1
static const struct { const char *bytes; size_t n; const char *events; int64_t retry_ms; } cases[] = {
	{ BYTES("data: one\n\n"), "message|one|\n", -1 },
	{ BYTES("data:one\n\n"), "message|one|\n", -1 },
	{ BYTES("data:  two spaces\n\n"), "message| two spaces|\n", -1 },
	{ BYTES("data: a\ndata: b\n\n"), "message|a\nb|\n", -1 },
	{ BYTES("data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n"), "message|a\nb|\nmessage|c|\n", -1 },
	{ BYTES("data: a\rdata: b\r\rdata: c\r\r"), "message|a\nb|\nmessage|c|\n", -1 },
	{ BYTES("data: a\r\n\ndata: b\n\r\n"), "message|a|\nmessage|b|\n", -1 },
	{ BYTES("\xEF\xBB\xBF" "data: bom\n\n"), "message|bom|\n", -1 },
	{ BYTES("\xEF\xBB\xBF\xEF\xBB\xBF" "data: x\n\ndata: y\n\n"), "message|y|\n", -1 },
	{ BYTES("\n\xEF\xBB\xBF" "data: late\n\ndata: y\n\n"), "message|y|\n", -1 },
	{ BYTES(": comment\n\ndata: x\n: more\n\n"), "message|x|\n", -1 },
	{ BYTES("event: delta\ndata: x\n\ndata: y\n\n"), "delta|x|\nmessage|y|\n", -1 },
	{ BYTES("event: delta\n\ndata: y\n\n"), "message|y|\n", -1 },
	{ BYTES("data\n\n"), "message||\n", -1 },
	{ BYTES("data\ndata\n\n"), "message|\n|\n", -1 },
	{ BYTES("data:\n\ndata"), "message||\n", -1 },
	{ BYTES("data: never ended\n"), "", -1 },
	{ BYTES("id: 7\ndata: x\n\ndata: y\n\nid\ndata: z\n\n"), "message|x|7\nmessage|y|7\nmessage|z|\n", -1 },
	{ BYTES("id: 7\ndata: x\n\nid: a\0b\ndata: y\n\n"), "message|x|7\nmessage|y|7\n", -1 },
	{ BYTES("data: a\0b\n\n"), "message|a\xEF\xBF\xBD" "b|\n", -1 },
	{ BYTES("data: \xFF\xFE\n\n"), "message|\xEF\xBF\xBD\xEF\xBF\xBD|\n", -1 },
	{ BYTES("data: \xE2\x82\n\n"), "message|\xEF\xBF\xBD\xEF\xBF\xBD|\n", -1 },
	{ BYTES("data: \xED\xA0\x80.\n\n"), "message|\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD.|\n", -1 },
	{ BYTES("data: \xE5\x85\x89\xF0\x9F\x8C\xB1\n\n"), "message|\xE5\x85\x89\xF0\x9F\x8C\xB1|\n", -1 },
	{ BYTES("retry: 3000\ndata: x\n\n"), "message|x|\n", 3000 },
	{ BYTES("retry: 1\n\n"), "", 500 },
	{ BYTES("retry: 99999999999999999999\ndata: x\n\n"), "message|x|\n", 60000 },
	{ BYTES("retry: 3s\n\n"), "", -1 }, { BYTES("retry: -5\n\n"), "", -1 }, { BYTES("retry\n\n"), "", -1 },
	{ BYTES("Data: x\nDATA: y\ndatax: z\n data: w\n\n"), "", -1 },
	{ BYTES("data: {\"delta\":\"\\u001b]52;c;aGk=\\u0007\"}\n\n"), "message|{\"delta\":\"\\u001b]52;c;aGk=\\u0007\"}|\n", -1 },
};

START_TEST(any_cut_of_the_bytes_gives_the_same_events)
{
	struct text got;
	int64_t retry_ms;
	text_init(&got, 1 << 20);
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		for (size_t cut = 0; cut <= cases[i].n; cut++) {
			WELL(parse_cut(&got, &retry_ms, cases[i].bytes, cases[i].n, cut));
			ck_assert_msg(strcmp(got.len > 0 ? got.data : "", cases[i].events) == 0,
				"case %zu cut at %zu: %s", i, cut, got.data);
			ck_assert_int_eq(retry_ms, cases[i].retry_ms);
		}
	text_clear(&got);
}
END_TEST

START_TEST(bytes_fed_one_by_one_give_the_same_events)
{
	struct text got;
	text_init(&got, 1 << 20);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct wire_sse p;
		wire_sse_init(&p);
		text_reset(&got);
		for (size_t at = 0; at < cases[i].n; at++)
			WELL(wire_sse_feed(&p, cases[i].bytes + at, 1, note, &got));
		ck_assert_str_eq(got.len > 0 ? got.data : "", cases[i].events);
		wire_sse_clear(&p);
	}
	text_clear(&got);
}
END_TEST

static enum fault
feed_times(const char *s, size_t n, size_t times, struct text *got)
{
	struct wire_sse p;
	enum fault f = FAULT_NONE;
	wire_sse_init(&p);
	for (size_t i = 0; i < times && f == FAULT_NONE; i++)
		f = wire_sse_feed(&p, s, n, note, got);
	ck_assert_uint_le(p.line.cap + p.data.cap + p.type.cap + p.id.cap, 1024 * 1024);
	wire_sse_clear(&p);
	return f;
}

START_TEST(a_line_or_an_event_without_end_meets_its_limit)
{
	struct text got;
	char block[1024];
	text_init(&got, 1 << 20);
	memset(block, 'x', sizeof block);
	WELL(feed_times(block, sizeof block, 64, &got));
	FAILS(FAULT_LIMIT, feed_times(block, sizeof block, 65, &got));
	FAILS(FAULT_LIMIT, feed_times(BYTES("data: aaaaaaaaaaaaaaa\n"), 20000, &got));
	WELL(feed_times(BYTES(": ping\n\n"), 100000, &got));
	WELL(feed_times(BYTES("id: x\nevent: y\n"), 100000, &got));
	ck_assert_uint_eq(got.len, 0);
	text_clear(&got);
}
END_TEST

static enum fault
refuse(const struct wire_event *ev, void *arg)
{
	(void)ev;
	++*(int *)arg;
	return fault(FAULT_ABSENT, "enough");
}

START_TEST(a_fault_of_the_receiver_ends_the_feeding)
{
	struct wire_sse p;
	int calls = 0;
	wire_sse_init(&p);
	FAILS(FAULT_ABSENT, wire_sse_feed(&p, BYTES("data: a\n\ndata: b\n\n"), refuse, &calls));
	ck_assert_int_eq(calls, 1);
	wire_sse_clear(&p);
}
END_TEST

TESTS("wire sse", any_cut_of_the_bytes_gives_the_same_events, bytes_fed_one_by_one_give_the_same_events,
	a_line_or_an_event_without_end_meets_its_limit, a_fault_of_the_receiver_ends_the_feeding)

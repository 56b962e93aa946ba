/* The answer to a WebSocket handshake: what is a yes, however it is cut. */
#include "../stoa_test.h"
#include "../../src/wire/wire_in.h"

#define YES "HTTP/1.1 101 Switching Protocols\r\n"
#define UP "Upgrade: websocket\r\n"
#define CO "Connection: Upgrade\r\n"
#define AC "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

static enum fault
judge(const char *s, size_t n, size_t cut, const char *protocol)
{
	struct wire_upgrade u;
	size_t used = 0, more = 0;
	wire_upgrade_init(&u);
	enum fault f = wire_upgrade_feed(&u, &used, s, cut);
	if (f == FAULT_NONE && !u.whole)
		f = wire_upgrade_feed(&u, &more, s + cut, n - cut);
	if (f == FAULT_NONE && !u.whole)
		f = FAULT_OFFLINE;
	if (f == FAULT_NONE)
		f = wire_upgrade_judge(&u, "here", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", protocol);
	text_clear(&u.head);
	return f;
}

START_TEST(the_answer_to_the_key_is_the_one_of_the_standard)
{
	char accept[WIRE_ACCEPT_BYTES];
	WELL(wire_accept_of(accept, "dGhlIHNhbXBsZSBub25jZQ=="));
	ck_assert_str_eq(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}
END_TEST

START_TEST(each_answer_has_its_fault_wherever_it_is_cut)
{
	static const struct { const char *answer; enum fault kind; const char *protocol; } rows[] = {
		{ YES UP CO AC "\r\n", FAULT_NONE, NULL },
		{ "HTTP/1.1 101\r\n" UP CO AC "\r\n", FAULT_NONE, NULL },
		{ YES "uPGRADE:\tWebSocket \r\nCONNECTION: keep-alive, upgrade\r\nsec-websocket-accept:s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nServer: x\r\n\r\n", FAULT_NONE, NULL },
		{ YES UP CO AC "Sec-WebSocket-Protocol: stoa\r\n\r\n", FAULT_NONE, "stoa" },
		{ YES UP CO AC "Sec-WebSocket-Protocol: stoa\r\n\r\n", FAULT_DAMAGED, NULL },
		{ YES UP CO AC "\r\n", FAULT_DAMAGED, "stoa" },
		{ YES UP CO AC "Sec-WebSocket-Protocol: other\r\n\r\n", FAULT_DAMAGED, "stoa" },
		{ YES UP CO AC "Sec-WebSocket-Protocol: stoa\r\nSec-WebSocket-Protocol: stoa\r\n\r\n", FAULT_DAMAGED, "stoa" },
		{ YES UP CO AC "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", FAULT_DAMAGED, NULL },
		{ YES UP CO "\r\n", FAULT_DAMAGED, NULL }, { YES UP AC "\r\n", FAULT_DAMAGED, NULL }, { YES CO AC "\r\n", FAULT_DAMAGED, NULL },
		{ YES UP CO AC AC "\r\n", FAULT_DAMAGED, NULL }, { YES UP UP CO AC "\r\n", FAULT_DAMAGED, NULL }, { YES UP CO CO AC "\r\n", FAULT_DAMAGED, NULL },
		{ YES "Upgrade: h2c\r\n" CO AC "\r\n", FAULT_DAMAGED, NULL }, { YES UP "Connection: close\r\n" AC "\r\n", FAULT_DAMAGED, NULL },
		{ YES UP "Connection: upgraded\r\n" AC "\r\n", FAULT_DAMAGED, NULL },
		{ YES UP CO "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", FAULT_DAMAGED, NULL },
		{ YES UP CO "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo\r\n\r\n", FAULT_DAMAGED, NULL },
		{ YES UP CO "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=x\r\n\r\n", FAULT_DAMAGED, NULL },
		{ YES UP CO "Sec-WebSocket-Accept:\r\n\r\n", FAULT_DAMAGED, NULL },
		{ YES UP CO AC " folded\r\n\r\n", FAULT_DAMAGED, NULL }, { YES UP CO AC "no colon\r\n\r\n", FAULT_DAMAGED, NULL }, { YES UP CO AC ": x\r\n\r\n", FAULT_DAMAGED, NULL },
		{ YES UP CO AC "A : x\r\n\r\n", FAULT_DAMAGED, NULL }, { YES UP CO AC "A: \x01\r\n\r\n", FAULT_DAMAGED, NULL }, { YES UP CO AC "A: a\nB: b\r\n\r\n", FAULT_DAMAGED, NULL },
		{ "HTTP/1.0 101 Old\r\n" UP CO AC "\r\n", FAULT_DAMAGED, NULL }, { "HTTP/2 101\r\n" UP CO AC "\r\n", FAULT_DAMAGED, NULL },
		{ "HTTP/1.1 1o1 x\r\n" UP CO AC "\r\n", FAULT_DAMAGED, NULL }, { "HTTP/1.1 1011 x\r\n" UP CO AC "\r\n", FAULT_DAMAGED, NULL }, { "SSH-2.0-x\r\n\r\n", FAULT_DAMAGED, NULL }, { "\r\n\r\n", FAULT_DAMAGED, NULL },
		{ "HTTP/1.1 200 OK\r\n" UP CO AC "\r\n", FAULT_OFFLINE, NULL }, { "HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", FAULT_OFFLINE, NULL },
		{ "HTTP/1.1 401 No\r\n\r\n", FAULT_DENIED, NULL }, { "HTTP/1.1 403 No\r\n\r\n", FAULT_DENIED, NULL }, { "HTTP/1.1 404 No\r\n\r\n", FAULT_ABSENT, NULL },
		{ "HTTP/1.1 426 No\r\n\r\n", FAULT_DAMAGED, NULL }, { "HTTP/1.1 429 No\r\n\r\n", FAULT_OFTEN, NULL }, { "HTTP/1.1 503 No\r\n\r\n", FAULT_BUSY, NULL }, { "HTTP/1.1 500 No\r\n\r\n", FAULT_OFFLINE, NULL },
		{ YES UP CO AC, FAULT_OFFLINE, NULL }, { YES UP CO AC "\n\n", FAULT_OFFLINE, NULL },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		for (size_t cut = 0, n = strlen(rows[i].answer); cut <= n; cut++) {
			enum fault f = judge(rows[i].answer, n, cut, rows[i].protocol);
			ck_assert_msg(f == rows[i].kind, "%s\ncut at %zu: %s, not %s", rows[i].answer, cut, fault_name(f), fault_name(rows[i].kind));
		}
}
END_TEST

START_TEST(a_head_without_end_and_a_nul_are_refused)
{
	static char big[WIRE_UPGRADE_BYTES_MAX + 16];
	static const char nul[] = YES UP CO AC "A: \0\r\n\r\n";
	memset(big, 'x', sizeof big);
	ck_assert_int_eq(judge(big, sizeof big, 100, NULL), FAULT_LIMIT);
	ck_assert_int_eq(judge(nul, sizeof nul - 1, 10, NULL), FAULT_DAMAGED);
}
END_TEST

START_TEST(what_is_behind_the_head_is_left_alone)
{
	static const char answer[] = YES UP CO AC "\r\n\x81\x02hi";
	struct wire_upgrade u;
	size_t used = 0;
	wire_upgrade_init(&u);
	WELL(wire_upgrade_feed(&u, &used, answer, sizeof answer - 1));
	ck_assert(u.whole);
	ck_assert_uint_eq(used, sizeof answer - 1 - 4);
	text_clear(&u.head);
}
END_TEST

TESTS("wire upgrade", the_answer_to_the_key_is_the_one_of_the_standard, each_answer_has_its_fault_wherever_it_is_cut,
	a_head_without_end_and_a_nul_are_refused, what_is_behind_the_head_is_left_alone)

/* The conformance cases for a client, and a pipe in memory to run them on.
 *
 * Notation of what is sent, tokens with a space between: a frame is its first byte
 * in hex, `m` when it is masked (which a server must not), then `=text`, `:hex` or
 * `*n` (n times x); `&hex` are bare bytes; `30(...)` repeats a token.  What comes of
 * it: `t5` and `b5` are messages by length, then `pong/5` and `close/1002` what the
 * client sent, the last word is how it ended; behind a `*` only the end of it all.
 */
#ifndef SOCKET_CASES_H
#define SOCKET_CASES_H
#include <ctype.h>
#include "../../src/wire/wire_in.h"

struct socket_case { const char *sent, *expected; };
static const struct socket_case socket_cases[] = {
	/* lengths */
	{ "81*0", "t0 open" }, { "81=Hello", "t5 open" }, { "81*125", "t125 open" }, { "81*126", "t126 open" }, { "81*127", "t127 open" },
	{ "81*128", "t128 open" }, { "81*65535", "t65535 open" }, { "81*65536", "t65536 open" }, { "81*65537", "close/1009 LIMIT" },
	{ "82*0", "b0 open" }, { "82*125", "b125 open" }, { "82*126", "b126 open" }, { "82*4096", "b4096 open" }, { "82*4097", "close/1009 LIMIT" },
	{ "&817FFFFFFFFFFFFFFFFF", "close/1002 DAMAGED" }, { "&817F8000000000000000", "close/1002 DAMAGED" },
	{ "&817F7FFFFFFFFFFFFFFF41", "close/1009 LIMIT" },
	{ "&817E00054141414141", "close/1002 DAMAGED" }, { "&817F00000000000000054141414141", "close/1002 DAMAGED" },
	{ "&817F000000000000FFFF41", "close/1002 DAMAGED" }, { "&817E007D41", "close/1002 DAMAGED" },
	/* reserved bits and opcodes */
	{ "C1=a", "close/1002 DAMAGED" }, { "A1=a", "close/1002 DAMAGED" }, { "91=a", "close/1002 DAMAGED" }, { "F1=a", "close/1002 DAMAGED" },
	{ "C9=a", "close/1002 DAMAGED" }, { "A8:03E8", "close/1002 DAMAGED" }, { "81=a C1=b", "t1 close/1002 DAMAGED" },
	{ "83=a", "close/1002 DAMAGED" }, { "84", "close/1002 DAMAGED" }, { "85=a", "close/1002 DAMAGED" }, { "86=a", "close/1002 DAMAGED" }, { "87=a", "close/1002 DAMAGED" },
	{ "8B=a", "close/1002 DAMAGED" }, { "8C", "close/1002 DAMAGED" }, { "8D=a", "close/1002 DAMAGED" }, { "8E=a", "close/1002 DAMAGED" }, { "8F=a", "close/1002 DAMAGED" },
	/* pings and pongs */
	{ "89*0", "pong/0 open" }, { "89=Hello", "pong/5 open" }, { "89:00FFFEFDFCFB", "pong/6 open" }, { "89*125", "pong/125 open" },
	{ "&897E007E", "close/1002 DAMAGED" }, { "8A*0", "open" }, { "8A=unasked", "open" }, { "8A=x 89=Hello 8A=y", "pong/5 open" },
	{ "10(89*3)", "pong/3 pong/3 pong/3 pong/3 pong/3 pong/3 pong/3 pong/3 pong/3 pong/3 open" },
	/* fragments */
	{ "01=frag 80=ment", "t8 open" }, { "02=frag 80=ment", "b8 open" }, { "01=a 00=b 00=c 80=d", "t4 open" },
	{ "01*0 00*0 80*0", "t0 open" }, { "01*0 00=mid 80*0", "t3 open" }, { "01=frag 89=ping 80=ment", "t8 pong/4 open" },
	{ "01=a 89=p 00=b 89=q 80=c 81=d", "t3 t1 pong/1 pong/1 open" }, { "01=a 8A=p 80=b", "t2 open" },
	{ "80=alone", "close/1002 DAMAGED" }, { "00=alone", "close/1002 DAMAGED" }, { "81=a 80=b", "t1 close/1002 DAMAGED" },
	{ "01=a 81=b", "close/1002 DAMAGED" }, { "01=a 02=b", "close/1002 DAMAGED" }, { "09=a", "close/1002 DAMAGED" }, { "0A=a", "close/1002 DAMAGED" }, { "08:03E8", "close/1002 DAMAGED" },
	{ "01*60000 80*5536", "t65536 open" }, { "01*60000 80*5537", "close/1009 LIMIT" }, { "02*4096 80*1", "close/1009 LIMIT" },
	{ "01=a 998(00=b) 80=c", "t1000 open" }, { "01=a 999(00=b) 80=c", "close/1008 LIMIT" },
	/* UTF-8 */
	{ "81:CEBAE1BDB9CF83CEBCCEB5", "t11 open" }, { "81:F48FBFBF", "t4 open" }, { "81:EFBFBF", "t3 open" }, { "81:00", "t1 open" },
	{ "01:CEBAE1 80:BDB9", "t5 open" }, { "01:CE 00:BA 00:E1 00:BD 80:B9", "t5 open" }, { "01:F0 00*0 00:9F 00:98 80:80", "t4 open" },
	{ "81:C080", "close/1007 DAMAGED" }, { "81:E08080", "close/1007 DAMAGED" }, { "81:F0808080", "close/1007 DAMAGED" }, { "81:C1BF", "close/1007 DAMAGED" },
	{ "81:EDA080", "close/1007 DAMAGED" }, { "81:EDBFBF", "close/1007 DAMAGED" }, { "81:F4908080", "close/1007 DAMAGED" }, { "81:F8888080A0", "close/1007 DAMAGED" },
	{ "81:80", "close/1007 DAMAGED" }, { "81:BF", "close/1007 DAMAGED" }, { "81:FE", "close/1007 DAMAGED" }, { "81:FF", "close/1007 DAMAGED" }, { "81:CE", "close/1007 DAMAGED" },
	{ "01:CE 80:CE", "close/1007 DAMAGED" }, { "01:61 80:F0", "close/1007 DAMAGED" }, { "82:FFFE", "b2 open" },
	/* closing */
	{ "88*0", "close/0 ABSENT 1005" }, { "88:03", "close/1002 DAMAGED" },
	{ "88:03E8", "close/1000 ABSENT 1000" }, { "88:03E9", "close/1001 ABSENT 1001" }, { "88:03EA", "close/1002 ABSENT 1002" }, { "88:03EB", "close/1003 ABSENT 1003" },
	{ "88:03EF", "close/1007 ABSENT 1007" }, { "88:03F0", "close/1008 ABSENT 1008" }, { "88:03F1", "close/1009 ABSENT 1009" }, { "88:03F2", "close/1010 ABSENT 1010" },
	{ "88:03F3", "close/1011 ABSENT 1011" }, { "88:03F4", "close/1012 ABSENT 1012" }, { "88:03F5", "close/1013 ABSENT 1013" },
	{ "88:0BB8", "close/3000 ABSENT 3000" }, { "88:0F9F", "close/3999 ABSENT 3999" },
	{ "88:0FA0", "close/4000 ABSENT 4000" }, { "88:1387", "close/4999 ABSENT 4999" }, { "88:03E8676F6F64", "close/1000 ABSENT 1000" },
	{ "88:0000", "close/1002 DAMAGED" }, { "88:03E7", "close/1002 DAMAGED" }, { "88:03EC", "close/1002 DAMAGED" }, { "88:03ED", "close/1002 DAMAGED" }, { "88:03EE", "close/1002 DAMAGED" },
	{ "88:03F8", "close/1002 DAMAGED" }, { "88:044C", "close/1002 DAMAGED" }, { "88:07D0", "close/1002 DAMAGED" }, { "88:0BB7", "close/1002 DAMAGED" }, { "88:1388", "close/1002 DAMAGED" }, { "88:FFFF", "close/1002 DAMAGED" },
	{ "88:03E8C080", "close/1007 DAMAGED" }, { "88:03E8CE", "close/1007 DAMAGED" }, { "88*126", "close/1002 DAMAGED" },
	{ "81=a 88:03E8 81=late 89=late", "t1 close/1000 ABSENT 1000" }, { "88:03E8 88:03E8", "close/1000 ABSENT 1000" },
	/* masked, which a server must not be */
	{ "81m=masked", "close/1002 DAMAGED" }, { "89m=masked", "close/1002 DAMAGED" }, { "88m:03E8", "close/1002 DAMAGED" },
	/* floods */
	{ "20(89*0) 30(8A*0)", "*close/1008 LIMIT" },
};
static const size_t socket_case_count = COUNT_OF(socket_cases);

static inline bool
socket_case_holds(const struct socket_case *c, const char *got)
{
	return *c->expected == '*' ? str_ends(got, c->expected + 1) : str_same(got, c->expected);
}

/* ---- the notation --------------------------------------------------------- */

static inline void
put_hex(struct text *out, const char *s, size_t n)
{
	for (size_t i = 0; i + 1 < n; i += 2) {
		unsigned byte;
		if (sscanf(s + i, "%2x", &byte) == 1)
			text_put_c(out, (char)byte);
	}
}

static inline void
put_frame(struct text *out, const char *token, size_t n)
{
	struct text payload;
	unsigned first;
	size_t at = 2;
	text_init(&payload, 1 << 20);
	sscanf(token, "%2x", &first);
	bool masked = n > 2 && token[2] == 'm';
	at += masked;
	if (at < n && token[at] == '=')
		text_put_n(&payload, token + at + 1, n - at - 1);
	else if (at < n && token[at] == ':')
		put_hex(&payload, token + at + 1, n - at - 1);
	else if (at < n && token[at] == '*')
		for (size_t k = strtoul(token + at + 1, NULL, 10); k > 0; k--)
			text_put_c(&payload, 'x');
	text_put_c(out, (char)first);
	unsigned bit = masked ? 0x80 : 0;
	size_t len = payload.len;
	if (len < 126) {
		text_put_c(out, (char)(bit | len));
	} else if (len < 65536) {
		char head[3] = { (char)(bit | 126), (char)(len >> 8), (char)len };
		text_put_n(out, head, sizeof head);
	} else {
		char head[9] = { (char)(bit | 127), 0, 0, 0, 0, (char)(len >> 24), (char)(len >> 16), (char)(len >> 8), (char)len };
		text_put_n(out, head, sizeof head);
	}
	if (masked)
		text_put_n(out, "\0\0\0\0", 4);
	text_put_n(out, payload.data, payload.len);
	text_clear(&payload);
}

static inline void
socket_case_bytes(struct text *out, const char *sent, bool append)
{
	if (!append)
		text_reset(out);
	while (*sent != '\0') {
		size_t n = strcspn(sent, " "), times = 1;
		const char *token = sent, *open = memchr(sent, '(', n);
		size_t token_bytes = n;
		if (open != NULL) {
			times = strtoul(sent, NULL, 10);
			token = open + 1;
			token_bytes = n - (size_t)(token - sent) - 1;
		}
		for (; times > 0; times--)
			if (*token == '&')
				put_hex(out, token + 1, token_bytes - 1);
			else
				put_frame(out, token, token_bytes);
		sent += n + (sent[n] == ' ');
	}
}

/* ---- a pipe in memory -------------------------------------------------------- */

struct memory {
	const char *in;
	size_t in_bytes, at, cut;
	bool one_by_one, paused;   /* the peer pauses at the cut, or after each byte */
	bool stuck;                /* nothing can be sent */
	struct text out;
};

static inline ssize_t
memory_pull(void *arg, void *bytes, size_t n)
{
	struct memory *m = arg;
	size_t left = m->in_bytes - m->at;
	if ((m->one_by_one || m->at == m->cut) && !m->paused) {
		m->paused = true;
		return WIRE_PIPE_LATER;
	}
	m->paused = false;
	if (left == 0)
		return WIRE_PIPE_LATER;
	if (m->one_by_one)
		left = 1;
	else if (m->at < m->cut && left > m->cut - m->at)
		left = m->cut - m->at;
	n = n < left ? n : left;
	memcpy(bytes, m->in + m->at, n);
	m->at += n;
	return (ssize_t)n;
}

/* "81/5 " a frame: opcode byte and length; for pongs and closes by name. Unmasked
 * frames are told as "bare ". */
static inline size_t
memory_tell_one(struct text *out, const unsigned char *s, size_t n)
{
	if (n < 2)
		return 0;
	size_t head = 2, len = s[1] & 127;
	if (len == 126)
		head = 4;
	else if (len == 127)
		head = 10;
	if (n < head + 4)
		return 0;
	if (head > 2)
		for (size_t i = len = 0; i < head - 2; i++)
			len = len << 8 | s[2 + i];
	if (n < head + 4 + len)
		return 0;
	const unsigned char *mask = s + head, *payload = mask + 4;
	if (!(s[1] & 0x80))
		text_put(out, "bare ");
	if (s[0] == 0x8A)
		text_printf(out, "pong/%zu ", len);
	else if (s[0] == 0x88)
		text_printf(out, "close/%u ", len < 2 ? 0u : (unsigned)((payload[0] ^ mask[0]) << 8 | (payload[1] ^ mask[1])));
	else
		text_printf(out, "%02X/%zu ", s[0], len);
	return head + 4 + len;
}

static inline void
memory_tell(struct text *out, const struct text *sent)
{
	for (size_t at = 0, n; at < sent->len && (n = memory_tell_one(out, (const unsigned char *)sent->data + at, sent->len - at)) > 0; at += n)
		;
}

static inline ssize_t
memory_push(void *arg, const void *bytes, size_t n)
{
	struct memory *m = arg;
	if (m->stuck)
		return WIRE_PIPE_LATER;
	text_put_n(&m->out, bytes, n);
	return (ssize_t)n;
}

static inline enum fault
memory_note(const struct wire_message *m, void *arg)
{
	text_printf(arg, "%c%zu ", m->binary ? 'b' : 't', m->size_bytes);
	return FAULT_NONE;
}

/* How a receive ended, as the cases write it. */
static inline void
put_end(struct text *log, enum fault f, const struct wire_socket *s)
{
	if (f == FAULT_NONE)
		text_put(log, "open");
	else if (f == FAULT_ABSENT)
		text_printf(log, "ABSENT %u", wire_socket_code(s));
	else
		text_put(log, fault_name(f));
}

/* Run what m holds through a socket; messages, answers and the end into log. */
static inline void
memory_run(struct text *log, struct memory *m)
{
	struct wire_socket *s;
	enum fault f = FAULT_NONE;
	text_init(&m->out, 1 << 20);
	if (wire_socket_over(&s, &(struct wire_pipe){ memory_pull, memory_push, NULL, m, -1, "here" }, 0) != FAULT_NONE)
		abort();
	do
		f = wire_socket_receive(s, 0, memory_note, log, NULL);
	while (f == FAULT_NONE && (m->at < m->in_bytes || wire_socket_eager(s)));
	memory_tell(log, &m->out);
	put_end(log, f, s);
	wire_socket_free(s);
	text_clear(&m->out);
}

#endif

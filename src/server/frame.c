/* The frames of a WebSocket as a client sends them (RFC 6455 5), in any pieces.
 *
 * Written here because a context of wslay, which the client uses, holds 8 KiB, and
 * ten thousand sockets that say nothing shall cost 6 KiB each; and because what is
 * refused is then refused at the first byte that shows it.  What a message may hold
 * is the affair of who listens (live.c). */
#include <string.h>

#include "http_in.h"

enum { CONTINUATION = 0, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };

/* The first two bytes are there. */
static bool
beginning_good(const struct frame_reader *r)
{
	unsigned opcode = r->head[0] & 15, length = r->head[1] & 127;
	bool final = r->head[0] & 0x80;
	if (r->head[0] & 0x70 || !(r->head[1] & 0x80))   /* reserved bits, no mask */
		return false;
	if (opcode >= CLOSE)
		return opcode <= PONG && final && length <= FRAME_CONTROL_MAX;
	return opcode <= BINARY && (opcode == CONTINUATION) == r->in_message;
}

/* The shortest of the three ways, as 5.2 demands. */
static bool
read_length(struct frame_reader *r)
{
	unsigned length = r->head[1] & 127, wide = length == 126 ? 2 : length == 127 ? 8 : 0;
	r->left = wide > 0 ? 0 : length;
	for (unsigned i = 0; i < wide; i++)
		r->left = r->left << 8 | r->head[2 + i];
	return wide == 0 || (wide == 2 ? r->left > 125 : r->left > 65535 && r->left >> 63 == 0);
}

static int
begin(struct frame_reader *r, const struct frame_events *e, void *arg)
{
	unsigned opcode = r->head[0] & 15;
	if (!read_length(r))
		return FRAME_PROTOCOL_ERROR;
	r->in_payload = true;
	r->masked = 0;
	r->seen = 0;
	if (opcode >= CLOSE)
		return 0;
	r->in_message = true;
	return e->begin(opcode != CONTINUATION, opcode == BINARY, r->left, arg);
}

static int
end(struct frame_reader *r, const struct frame_events *e, void *arg)
{
	unsigned opcode = r->head[0] & 15;
	bool final = r->head[0] & 0x80;
	r->in_payload = false;
	r->have = 0;
	if (opcode >= CLOSE)
		return e->control(opcode, r->control, (size_t)r->seen, arg);
	r->in_message = !final;
	return e->end(final, arg);
}

/* One byte more of the head. */
static int
head_byte(struct frame_reader *r, unsigned char c, const struct frame_events *e, void *arg)
{
	r->head[r->have++] = c;
	if (r->have == 2) {
		if (!beginning_good(r))
			return FRAME_PROTOCOL_ERROR;
		unsigned length = r->head[1] & 127;
		r->need = (unsigned char)(6 + (length == 126 ? 2 : length == 127 ? 8 : 0));
	}
	/* A length that cannot be is refused before the mask has come. */
	if (r->have > 2 && r->have == r->need - 4 && !read_length(r))
		return FRAME_PROTOCOL_ERROR;
	return r->have > 2 && r->have == r->need ? begin(r, e, arg) : 0;
}

static int
payload(struct frame_reader *r, unsigned char *bytes, size_t n, const struct frame_events *e, void *arg)
{
	const unsigned char *mask = r->head + r->need - 4;
	for (size_t i = 0; i < n; i++)
		bytes[i] ^= mask[(r->masked + i) & 3];
	r->masked = (unsigned char)((r->masked + n) & 3);
	r->left -= n;
	if ((r->head[0] & 15) < CLOSE)
		return e->part(bytes, n, r->left, arg);
	memcpy(r->control + r->seen, bytes, n);
	r->seen += n;
	return 0;
}

int
frame_feed(struct frame_reader *r, unsigned char *bytes, size_t n, const struct frame_events *e, void *arg)
{
	int code = 0;
	for (size_t at = 0; at < n && code == 0;) {
		if (!r->in_payload) {
			code = head_byte(r, bytes[at++], e, arg);
		} else {
			size_t piece = r->left < n - at ? (size_t)r->left : n - at;
			code = payload(r, bytes + at, piece, e, arg);
			at += piece;
		}
		if (code == 0 && r->in_payload && r->left == 0)
			code = end(r, e, arg);
	}
	return code;
}

size_t
frame_head(unsigned char out[FRAME_HEAD_MAX], unsigned opcode, size_t n)
{
	unsigned wide = n < 126 ? 0 : n < 65536 ? 2 : 8;
	out[0] = (unsigned char)(0x80 | opcode);
	out[1] = (unsigned char)(wide == 0 ? n : wide == 2 ? 126 : 127);
	for (unsigned i = 0; i < wide; i++)
		out[2 + i] = (unsigned char)((uint64_t)n >> 8 * (wide - 1 - i));
	return 2 + wide;
}

bool
frame_code_good(unsigned code)
{
	return (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code < 5000);
}

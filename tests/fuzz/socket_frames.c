/* The frames of a client in one piece and byte by byte: the same happens, and no message
 * is told that frames did not carry. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/server/http_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen { unsigned char bytes[1 << 16]; size_t n; bool in_message; };

static int
note(struct seen *s, const void *bytes, size_t n)
{
	if (n > sizeof s->bytes - s->n)
		return 1009;
	memcpy(s->bytes + s->n, bytes, n);
	s->n += n;
	return 0;
}

static int
on_part(const unsigned char *bytes, size_t n, uint64_t left, void *arg)
{
	struct seen *s = arg;
	(void)left;
	if (!s->in_message)
		abort();
	return note(s, bytes, n);
}

static int
on_begin(bool first, bool binary, uint64_t length, void *arg)
{
	struct seen *s = arg;
	if (first == s->in_message || length >> 63 != 0)
		abort();
	s->in_message = true;
	return note(s, binary ? "[b" : "[t", 2);
}

static int
on_end(bool last, void *arg)
{
	struct seen *s = arg;
	s->in_message = !last;
	return note(s, last ? "]" : "|", 1);
}

static int
on_control(unsigned opcode, const unsigned char *bytes, size_t n, void *arg)
{
	if (opcode < 8 || opcode > 10 || n > FRAME_CONTROL_MAX)
		abort();
	int code = note(arg, "{", 1);
	if (code == 0)
		code = note(arg, bytes, n);
	return code != 0 ? code : opcode == 8 ? 1000 : note(arg, "}", 1);
}

static int
feed(struct seen *s, const uint8_t *data, size_t size, size_t piece)
{
	static const struct frame_events events = { on_part, on_begin, on_end, on_control };
	struct frame_reader r = { .have = 0 };
	int code = 0;
	memset(s, 0, sizeof *s);
	for (size_t at = 0; at < size && code == 0; at += piece) {
		size_t n = size - at < piece ? size - at : piece;
		unsigned char *exact = malloc(n);
		memcpy(exact, data + at, n);
		code = frame_feed(&r, exact, n, &events, s);
		free(exact);
	}
	return code;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct seen whole, bytes, some;
	if (size == 0 || size > 8192)
		return 0;
	int code = feed(&whole, data, size, size);
	if (feed(&bytes, data, size, 1) != code || feed(&some, data, size, 5) != code)
		abort();
	if (code != 1009 && (whole.n != bytes.n || memcmp(whole.bytes, bytes.bytes, whole.n) != 0 || whole.n != some.n))
		abort();
	return 0;
}

/* Frames from a hostile WebSocket server: no crash, no message over its limit, text
 * always UTF-8, the same messages wherever the bytes were cut. */
#include <stdlib.h>
#include <string.h>
#include "../../src/wire/wire_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

struct source { const uint8_t *bytes; size_t n, at, step; bool pause; };

static ssize_t
pull(void *arg, void *bytes, size_t n)
{
	struct source *s = arg;
	size_t left = s->n - s->at;
	s->pause = !s->pause;
	if (s->pause || left == 0)
		return left == 0 ? WIRE_PIPE_OVER : WIRE_PIPE_LATER;
	n = n < left ? n : left;
	n = n < s->step ? n : s->step;
	memcpy(bytes, s->bytes + s->at, n);
	s->at += n;
	return (ssize_t)n;
}

static ssize_t
push(void *arg, const void *bytes, size_t n)
{
	(void)arg, (void)bytes;
	return (ssize_t)n;
}

static enum fault
note(const struct wire_message *m, void *arg)
{
	if (m->size_bytes > (m->binary ? 4096u : 65536u) || (!m->binary && !utf8_valid(m->bytes, m->size_bytes)))
		abort();
	text_put_c(arg, m->binary ? 'b' : 't');
	text_put_n(arg, m->bytes, m->size_bytes);
	return FAULT_NONE;
}

static void
run(struct text *out, const uint8_t *bytes, size_t n, size_t step)
{
	struct source from = { bytes, n, 0, step, false };
	struct wire_socket *s;
	text_init(out, 4u << 20);
	if (wire_socket_over(&s, &(struct wire_pipe){ pull, push, NULL, &from, -1, "here" }, 0) != FAULT_NONE)
		abort();
	while (wire_socket_receive(s, 0, note, out, NULL) == FAULT_NONE)
		;
	wire_socket_free(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct text whole, cut;
	run(&whole, bytes, n, n > 0 ? n : 1);
	run(&cut, bytes, n, n % 7 + 1);
	if (whole.len != cut.len || (whole.len > 0 && memcmp(whole.data, cut.data, whole.len) != 0))
		abort();
	text_clear(&whole);
	text_clear(&cut);
	return 0;
}

/* Event streams: however the bytes are cut, the events are the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "stoa/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static enum fault
note(const struct wire_event *ev, void *arg)
{
	if (!utf8_valid(ev->data, strlen(ev->data)) || !utf8_valid(ev->type, strlen(ev->type)))
		abort();
	text_printf(arg, "%s|%s|%s\n", ev->type, ev->data, ev->id);
	return FAULT_NONE;
}

static enum fault
parse(struct text *out, const uint8_t *bytes, size_t n, size_t step)
{
	struct wire_sse p;
	enum fault f = FAULT_NONE;
	wire_sse_init(&p);
	text_init(out, 4u << 20);
	for (size_t at = 0; at < n && f == FAULT_NONE; at += step)
		f = wire_sse_feed(&p, (const char *)bytes + at, n - at < step ? n - at : step, note, out);
	wire_sse_clear(&p);
	return f;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct text whole, cut;
	enum fault a = parse(&whole, bytes, n, n > 0 ? n : 1), b = parse(&cut, bytes, n, n % 7 + 1);
	if (a != b || whole.len != cut.len || (whole.len > 0 && memcmp(whole.data, cut.data, whole.len) != 0))
		abort();
	text_clear(&whole);
	text_clear(&cut);
	return 0;
}

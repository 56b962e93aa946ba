/* A multipart form in pieces: whatever comes, the parts are the same in one piece and
 * in many, and nothing is read or written beside its place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/server/form_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen { struct text text; };

static enum fault
on_part(const struct form_part *p, void *arg)
{
	struct seen *s = arg;
	if (p->first)
		text_printf(&s->text, "[%s|%s]", p->name, p->filename != NULL ? p->filename : "-");
	text_put_n(&s->text, p->bytes, p->n);
	if (p->last)
		text_put(&s->text, "[end]");
	return FAULT_NONE;
}

static enum fault
feed(struct seen *s, const uint8_t *data, size_t size, size_t piece)
{
	struct form f;
	text_init(&s->text, 1u << 20);
	enum fault bad = form_init(&f, "multipart/form-data; boundary=xYz", on_part, s);
	for (size_t at = 0; at < size && bad == FAULT_NONE; at += piece)
		bad = form_feed(&f, (const char *)data + at, size - at < piece ? size - at : piece);
	if (bad == FAULT_NONE)
		bad = form_end(&f);
	form_clear(&f);
	return bad;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen whole, split;
	if (size > 65536)
		return 0;
	enum fault one = feed(&whole, data, size, size > 0 ? size : 1);
	enum fault many = feed(&split, data, size, 1 + size % 7);
	if ((one == FAULT_NONE) != (many == FAULT_NONE))
		abort();
	if (one == FAULT_NONE && (whole.text.len != split.text.len ||
					 memcmp(whole.text.data, split.text.data, whole.text.len) != 0))
		abort();
	text_clear(&whole.text);
	text_clear(&split.text);
	return 0;
}

/* Replies of a server: whatever they are, a record that can be used, or a fault that
 * says why.  The first byte chooses the operation, the second the status. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "../../src/backend/remote_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
usable(const struct record_type *type, const void *record)
{
	struct text t;
	text_init(&t, 16u << 20);
	record_to_json(&t, type, record);
	if (t.len < 2)
		abort();
	text_clear(&t);
}

static void
emit(const char *name, const struct record_type *type, const void *record, void *arg)
{
	(void)name, (void)arg;
	usable(type, record);
}

static void
spans_inside(const struct hits *hits)
{
	const struct hit *h = hits->items.items;
	for (size_t i = 0; i < hits->items.count; i++)
		for (size_t k = 0; k < h[i].spans.count; k++) {
			const struct span *s = (const struct span *)h[i].spans.items + k;
			if (s->start < 0 || s->end < s->start || (size_t)s->end > strlen(h[i].passage->text))
				abort();
		}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const int statuses[] = { 200, 201, 400, 401, 404, 409, 429, 500, 502, 503 };
	struct arena a;
	size_t count;
	void *record = NULL;
	const struct operation *all = operations(&count);
	if (n < 2)
		return 0;
	const struct operation *op = &all[bytes[0] % count];
	struct wire_reply r = { .status = statuses[bytes[1] % COUNT_OF(statuses)], .retry_after_ms = -1 };
	text_init(&r.body, 1u << 20);
	text_put_n(&r.body, bytes + 2, n - 2);
	arena_init(&a);
	enum fault f = reply_read(&record, &a, op->reply, &r);
	if (f == FAULT_NONE)
		usable(op->reply, record);
	else if (fault_sentence()[0] == '\0')
		abort();
	if (f == FAULT_NONE && op->reply == &record_hits)
		spans_inside(record);
	char *data = arena_strndup(&a, (const char *)bytes + 2, n - 2);
	struct hearing h = { .op = operation_find("message.send"), .a = &a, .emit = emit };
	static const char *const types[] = { "message_start", "citation", "content_delta", "message_complete", "error" };
	const struct wire_event ev = { types[bytes[1] % COUNT_OF(types)], data, "1" };
	if (reply_event(&ev, &h) == FAULT_NONE && h.reply != NULL)
		usable(h.op->reply, h.reply);
	arena_clear(&a);
	text_clear(&r.body);
	return 0;
}

/* A list operation as lines, page by page: each item is a row or its record.
 *
 * The pages of every list have the same shape, items and a cursor; where they lie
 * in the record is said by the caller, so that one loop serves all. */
#include "cli_in.h"

const char *
listing_line(struct cli *c, const char *s)
{
	return untrusted_line(&c->arena, s ? s : "");
}

enum fault
listing_print(struct cli *c, const struct listing *l, void *request)
{
	size_t count = 0;
	enum fault f = session_ready(c);
	while (f == FAULT_NONE) {
		const void *reply = NULL;
		f = session_call(&reply, c, l->operation, request, NULL);
		if (f != FAULT_NONE)
			return f;
		const struct record_list *page =
			(const void *)((const char *)reply + l->items_at);
		for (size_t i = 0; i < page->count; i++, count++) {
			const void *item = (const char *)page->items + i * l->item->size_bytes;
			if (c->json)
				out_record(c, l->item, item);
			else
				l->row(c, item);
		}
		if (l->cursor == NULL || page->count == 0 || c->out_broken)
			break;
		*l->cursor = *(const char *const *)((const char *)reply + l->cursor_at);
		if (*l->cursor == NULL || **l->cursor == '\0')
			break;
	}
	if (f == FAULT_NONE && count == 0)
		err_notef(c, PAINT_DIM, "%s\n", l->none);
	return f;
}

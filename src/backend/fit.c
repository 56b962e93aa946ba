/* Making what a server said fit for those who read it.
 *
 * The record reader has checked every field by itself.  Whoever reads a record of
 * this process may rely on more: a record that belongs there is there, a text that
 * always goes out is never NULL, and a span lies within the text it marks.  The same
 * is made true of what came over the wire, once and here. */
#include <string.h>

#include "remote_in.h"

/* Keep the spans that lie within text, on whole bytes and in order. */
static void
spans_fit(struct record_list *list, const char *text)
{
	struct span *s = list->items;
	int64_t n = text != NULL ? (int64_t)strlen(text) : 0, last = 0;
	size_t kept = 0;
	for (size_t i = 0; i < list->count; i++)
		if (s[i].start >= last && s[i].end >= s[i].start && s[i].end <= n) {
			last = s[i].end;
			s[kept++] = s[i];
		}
	list->count = kept;
}

static enum fault
field_fit(const struct field *f, void *at)
{
	enum fault bad = FAULT_NONE;
	if (f->kind == FIELD_TEXT && !(f->flags & FIELD_OMIT) && *(const char **)at == NULL)
		*(const char **)at = "";
	if (f->kind == FIELD_RECORD && *(void **)at != NULL)
		return reply_fit(f->of, *(void **)at);
	if (f->kind == FIELD_RECORD && !(f->flags & FIELD_OMIT))
		return fault(FAULT_DAMAGED, "the server's reply has no %s", f->name);
	if (f->kind != FIELD_LIST)
		return FAULT_NONE;
	struct record_list *list = at;
	for (size_t i = 0; i < list->count && bad == FAULT_NONE; i++)
		bad = reply_fit(f->of, (char *)list->items + i * f->of->size_bytes);
	return bad;
}

enum fault
reply_fit(const struct record_type *type, void *record)
{
	enum fault f = FAULT_NONE;
	for (size_t i = 0; i < type->count && f == FAULT_NONE; i++)
		f = field_fit(&type->fields[i], (char *)record + type->fields[i].offset);
	if (f == FAULT_NONE && type == &record_hit)
		spans_fit(&((struct hit *)record)->spans, ((struct hit *)record)->passage->text);
	if (f == FAULT_NONE && type == &record_history_hit)
		spans_fit(&((struct history_hit *)record)->spans, ((struct history_hit *)record)->snippet);
	return f;
}

/* What a person calls a document or a conversation, turned into the one it is.
 *
 * Exact ids, names and titles win over beginnings of an id and parts of a title;
 * two that fit equally are both named, never guessed between.  Lists come in pages,
 * so the walk over all of them is here too.
 */
#include <string.h>
#include "cli_in.h"

#define PAGE 100

enum fault
named_documents_each(struct cli *c, struct document_list *request, document_fn *each, void *arg)
{
	request->limit = PAGE;
	do {
		const void *reply = NULL;
		enum fault f = session_call(&reply, c, "document.list", request, NULL);
		if (f != FAULT_NONE)
			return f;
		const struct documents *page = reply;
		const struct document *items = page->items.items;
		for (size_t i = 0; i < page->items.count; i++)
			if ((f = each(c, &items[i], arg)) != FAULT_NONE)
				return f;
		request->cursor = page->items.count ? page->cursor : NULL;
	} while (request->cursor && *request->cursor);
	return FAULT_NONE;
}

enum fault
named_conversations_each(struct cli *c, struct conversation_list *request, int64_t most,
	conversation_fn *each, void *arg)
{
	for (int64_t left = most; left > 0;) {
		request->limit = left < PAGE ? left : PAGE;
		const void *reply = NULL;
		enum fault f = session_call(&reply, c, "conversation.list", request, NULL);
		if (f != FAULT_NONE)
			return f;
		const struct conversations *page = reply;
		const struct conversation *items = page->items.items;
		for (size_t i = 0; i < page->items.count; i++)
			if ((f = each(c, &items[i], arg)) != FAULT_NONE)
				return f;
		left -= (int64_t)page->items.count;
		request->cursor = page->cursor;
		if (!page->items.count || !page->cursor || !*page->cursor)
			break;
	}
	return FAULT_NONE;
}

/* ---- documents ------------------------------------------------------------ */

struct wanted {
	const char *ref;
	const struct document *exact, *loose, *exact_too, *loose_too;
};

static bool
document_is(const struct document *d, const char *ref)
{
	return str_same(d->id, ref) || str_same(d->name, ref) || str_same(d->title, ref)
		|| (strlen(ref) >= 4 && str_starts(d->id, ref));
}

/* The reference is somewhere in title or name, whatever the case. */
static bool
document_has(const struct document *d, const char *ref)
{
	return (d->title && strcasestr(d->title, ref)) || (d->name && strcasestr(d->name, ref));
}

static enum fault
document_weigh(struct cli *c, const struct document *d, void *arg)
{
	struct wanted *w = arg;
	(void)c;
	if (document_is(d, w->ref)) {
		if (w->exact)
			w->exact_too = d;
		else
			w->exact = d;
	} else if (document_has(d, w->ref)) {
		if (w->loose)
			w->loose_too = d;
		else
			w->loose = d;
	}
	return FAULT_NONE;
}

enum fault
named_document(const struct document **out, struct cli *c, const char *ref)
{
	struct wanted w = { .ref = ref };
	struct document_list request = { 0 };
	enum fault f = named_documents_each(c, &request, document_weigh, &w);
	if (f != FAULT_NONE)
		return f;
	const struct document *found = w.exact ? w.exact : w.loose;
	const struct document *too = w.exact ? w.exact_too : w.loose_too;
	if (!found)
		return fault(FAULT_ABSENT, "no document is called %s; stoa docs lists them", ref);
	if (too)
		return fault(FAULT_INPUT, "%s may be %s (%.8s) or %s (%.8s); say its id", ref,
			found->name, found->id, too->name, too->id);
	*out = found;
	return FAULT_NONE;
}

enum fault
named_documents(struct text_list *ids, struct cli *c, const struct text_list *refs)
{
	struct text_list list = { arena_alloc(&c->arena, sizeof(char *) * (refs->count + 1)), 0 };
	for (size_t i = 0; i < refs->count; i++) {
		const struct document *d = NULL;
		enum fault f = named_document(&d, c, refs->items[i]);
		if (f != FAULT_NONE)
			return f;
		list.items[list.count++] = d->id;
	}
	*ids = list;
	return FAULT_NONE;
}

/* ---- conversations ----------------------------------------------------------- */

struct sought { const char *ref; const struct conversation *found, *too; bool newest; };

static enum fault
conversation_weigh(struct cli *c, const struct conversation *v, void *arg)
{
	struct sought *s = arg;
	(void)c;
	if (s->newest) {
		if (!s->found || v->updated > s->found->updated)
			s->found = v;
		return FAULT_NONE;
	}
	if (!str_same(v->id, s->ref) && !str_same(v->title, s->ref)
		&& !(strlen(s->ref) >= 4 && str_starts(v->id, s->ref)))
		return FAULT_NONE;
	if (s->found)
		s->too = v;
	else
		s->found = v;
	return FAULT_NONE;
}

enum fault
named_conversation(const char **id, struct cli *c, const char *ref)
{
	static const char *const states[] = { "active", "archived" };
	struct sought s = { .ref = ref, .newest = str_same(ref, "last") };
	for (size_t i = 0; i < (s.newest ? 1 : COUNT_OF(states)); i++) {
		struct conversation_list request = { .status = states[i] };
		enum fault f =
			named_conversations_each(c, &request, INT64_MAX, conversation_weigh, &s);
		if (f != FAULT_NONE)
			return f;
	}
	if (!s.found)
		return s.newest ? fault(FAULT_ABSENT, "there is no conversation yet")
				: fault(FAULT_ABSENT,
					  "no conversation is called %s; stoa history lists them",
					  ref);
	if (s.too)
		return fault(FAULT_INPUT, "%s may be \"%s\" (%.8s) or \"%s\" (%.8s); say its id",
			ref, s.found->title, s.found->id, s.too->title, s.too->id);
	*id = s.found->id;
	return FAULT_NONE;
}

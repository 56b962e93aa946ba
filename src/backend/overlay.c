/* What waits, laid over what the server shows: a person sees what he has done.
 *
 * Conversations that it has not got yet stand on top of the list, so do documents;
 * documents to be deleted are gone from it, settings are as they were set. */
#include <string.h>
#include <strings.h>

#include "remote_in.h"

/* Nothing waits, or it cannot be read: *o is empty. */
static bool
waits(struct outbox *o, struct arena *a, struct backend *b)
{
	struct remote *r = b->remote;
	pthread_mutex_lock(&r->lock);
	struct link_load load = r->load;
	pthread_mutex_unlock(&r->lock);
	*o = (struct outbox){ .count = 0 };
	bool none = load.known && load.waiting + load.large + load.held + load.refused == 0;
	return !none && outbox_load(o, a, b) == FAULT_NONE;
}

static bool
first_page(const char *cursor)
{
	return cursor == NULL || cursor[0] == '\0';
}

static const void *
request_in(struct arena *a, const struct outbox_entry *e, const char *operation)
{
	void *request = NULL;
	if (strcmp(e->operation, operation) != 0 ||
		record_from_json(&request, a, operation_find(operation)->request, e->request, strlen(e->request)) != FAULT_NONE)
		return NULL;
	return request;
}

/* ---- conversations ------------------------------------------------------------------------ */

static bool
listed(const struct conversations *list, const char *id)
{
	const struct conversation *c = list->items.items;
	for (size_t i = 0; i < list->items.count; i++)
		if (str_same(c[i].id, id))
			return true;
	return false;
}

void
overlay_conversations(struct conversations *list, struct arena *a, struct backend *b, const struct conversation_list *asked)
{
	struct outbox o;
	if (!first_page(asked->cursor) || !waits(&o, a, b))
		return;
	struct conversation *items = arena_alloc(a, (list->items.count + o.count + 1) * sizeof *items);
	size_t n = 0;
	for (size_t i = o.count; i-- > 0;) {
		void *reply = NULL;
		const struct conversation_get get = { .id = o.items[i].conversation, .limit = 1 };
		if (strcmp(o.items[i].operation, "conversation.create") == 0 && !listed(list, get.id) &&
			copy_call(&reply, a, b, "conversation.get", &get, NULL) == FAULT_NONE)
			items[n++] = *((const struct transcript *)reply)->conversation;
	}
	for (size_t i = 0; i < list->items.count; i++)
		items[n + i] = ((const struct conversation *)list->items.items)[i];
	list->items = (struct record_list){ items, list->items.count + n };
	list->total += (int64_t)n;
	outbox_clear(&o);
}

/* ---- documents ------------------------------------------------------------------------------ */

static struct document
document_of(struct arena *a, const struct outbox_entry *e, const struct document_add *add)
{
	bool refused = outbox_is(e, "refused");
	return (struct document){ .id = e->key, .name = e->title, .title = e->title, .subject = add->subject != NULL ? add->subject : "",
		.domain = add->domain != NULL ? add->domain : "", .kind = add->kind, .status = refused ? "failed" : "waiting",
		.error_message = refused ? arena_printf(a, "the server refused it: %s", e->sentence != NULL ? e->sentence : "") : NULL,
		.language = "", .sha256 = e->sum, .origin = add->origin, .size_bytes = e->bytes, .added = e->at, .changed = e->at };
}

/* Is it among what was asked for?  An empty list asks for all. */
static bool
wanted(const struct text_list *list, const char *value)
{
	return list->count == 0 || text_list_has(list, value);
}

static bool
asked_for(const struct document *d, const struct document_list *asked)
{
	bool any = asked->status == NULL || asked->status[0] == '\0', all = asked->search == NULL || asked->search[0] == '\0';
	return wanted(&asked->subjects, d->subject) && wanted(&asked->domains, d->domain) && wanted(&asked->kinds, d->kind) &&
	       (any || str_same(asked->status, d->status)) && (all || strcasestr(d->name, asked->search) != NULL);
}

static bool
to_be_deleted(struct arena *a, const struct outbox *o, const char *id)
{
	for (size_t i = 0; i < o->count; i++) {
		const struct id_request *gone = outbox_is(&o->items[i], "waiting") ? request_in(a, &o->items[i], "document.delete") : NULL;
		if (gone != NULL && str_same(gone->id, id))
			return true;
	}
	return false;
}

void
overlay_documents(struct documents *list, struct arena *a, struct backend *b, const struct document_list *asked)
{
	struct outbox o;
	if (!waits(&o, a, b))
		return;
	struct document *items = arena_alloc(a, (list->items.count + o.count + 1) * sizeof *items);
	const struct document *there = list->items.items;
	size_t n = 0;
	for (size_t i = first_page(asked->cursor) ? o.count : 0; i-- > 0;) {
		const struct document_add *add = request_in(a, &o.items[i], "document.add");
		if (add == NULL)
			continue;
		items[n] = document_of(a, &o.items[i], add);
		n += asked_for(&items[n], asked);
	}
	for (size_t i = 0; i < list->items.count; i++)
		if (!to_be_deleted(a, &o, there[i].id))
			items[n++] = there[i];
	list->total += (int64_t)n - (int64_t)list->items.count;
	list->items = (struct record_list){ items, n };
	outbox_clear(&o);
}

enum fault
overlay_document(void **reply, struct arena *a, struct backend *b, const char *id)
{
	struct outbox_entry e;
	enum fault f = outbox_find(&e, a, b, id);
	const struct document_add *add = f == FAULT_NONE ? request_in(a, &e, "document.add") : NULL;
	if (f == FAULT_NONE && add == NULL)
		f = fault(FAULT_ABSENT, "no document %s waits", id);
	if (f != FAULT_NONE)
		return f;
	struct document *d = arena_alloc(a, sizeof *d);
	*d = document_of(a, &e, add);
	*reply = d;
	return FAULT_NONE;
}

/* ---- settings --------------------------------------------------------------------------------- */

void
overlay_settings(struct settings *s, struct arena *a, struct backend *b)
{
	struct outbox o;
	if (!waits(&o, a, b))
		return;
	for (size_t i = 0; i < o.count; i++) {
		const struct settings *change = outbox_is(&o.items[i], "waiting") ? request_in(a, &o.items[i], "me.update") : NULL;
		if (change != NULL)
			settings_apply(s, change);
	}
	outbox_clear(&o);
}

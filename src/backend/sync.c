/* The outbox as the person sees it: what waits, what was refused, deliver now. */
#include <string.h>

#include "remote_in.h"

struct backend_waiting
backend_waiting(const struct backend *b)
{
	struct remote *r = b->remote;
	if (r == NULL)
		return (struct backend_waiting){ 0 };
	pthread_mutex_lock(&r->lock);
	struct backend_waiting w = { r->load.waiting, r->load.large, r->load.held, r->load.refused };
	pthread_mutex_unlock(&r->lock);
	return w;
}

static enum fault
remote_needed(const struct backend *b)
{
	return b->remote != NULL ? FAULT_NONE : fault(FAULT_INPUT, "there is no server to deliver to");
}

/* The store is there and it is known whose outbox it is. */
static enum fault
ready(struct backend *b)
{
	enum fault f = remote_needed(b);
	if (f == FAULT_NONE)
		f = engine_wait(b);
	return f == FAULT_NONE ? account_ready(b) : f;
}

/* What the thing says: a question's words, a new title. */
static const char *
words_of(struct arena *a, const struct outbox_entry *e)
{
	static const struct { const char *operation; size_t offset; } rows[] = {
		{ "conversation.create", offsetof(struct conversation_create, title) },
		{ "conversation.update", offsetof(struct conversation_update, title) },
		{ "message.feedback", offsetof(struct message_feedback, comment) },
		{ "message.send", offsetof(struct message_send, content) },
	};
	void *request = NULL;
	const struct operation *op = operation_find(e->operation);
	const char *words = NULL;
	if (e->title != NULL)
		return e->title;
	if (op == NULL || record_from_json(&request, a, op->request, e->request, strlen(e->request)) != FAULT_NONE)
		return "";
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (strcmp(rows[i].operation, op->id) == 0)
			words = *(const char **)((char *)request + rows[i].offset);
	return words != NULL ? words : "";
}

static const char *
thing_of(const char *operation)
{
	static const struct { const char *operation, *word; } words[] = {
		{ "conversation.create", "new conversation" }, { "conversation.delete", "deletion" },
		{ "conversation.import", "import" }, { "conversation.update", "change" },
		{ "document.add", "document" }, { "document.delete", "deletion of a document" },
		{ "me.update", "settings" }, { "message.feedback", "rating" },
		{ "message.send", "question" }, { "profile.set", "profile" },
	};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_same(words[i].operation, operation))
			return words[i].word;
	return operation;
}

enum fault
backend_outbox(struct backend_outbox *out, struct arena *a, struct backend *b)
{
	struct outbox o = { .count = 0 };
	enum fault f = ready(b);
	if (f == FAULT_NONE)
		f = outbox_load(&o, a, b);
	if (f != FAULT_NONE)
		return f;
	struct backend_outbox_item *items = arena_alloc(a, (o.count + 1) * sizeof *items);
	for (size_t i = 0; i < o.count; i++) {
		const struct outbox_entry *e = &o.items[i];
		items[i] = (struct backend_outbox_item){ .key = e->key, .operation = e->operation, .thing = thing_of(e->operation),
			.state = outbox_held(&o, i) && strcmp(e->state, "refused") != 0 ? "held" : e->state,
			.words = words_of(a, e), .sentence = e->sentence != NULL ? e->sentence : "", .bytes = e->bytes, .at = e->at };
	}
	*out = (struct backend_outbox){ items, o.count };
	outbox_clear(&o);
	return FAULT_NONE;
}

/* A change of one, and all counted anew. */
static enum fault
change(struct backend *b, const char *key, bool again)
{
	struct arena a;
	struct outbox o = { .count = 0 };
	struct outbox_entry e;
	arena_init(&a);
	enum fault f = ready(b);
	if (f == FAULT_NONE)
		f = outbox_find(&e, &a, b, key);
	if (f == FAULT_NONE)
		f = again ? outbox_again(b, &e) : outbox_drop(b, &e);
	if (f == FAULT_NONE)
		f = outbox_load(&o, &a, b);
	outbox_clear(&o);
	arena_clear(&a);
	return f;
}

enum fault
backend_outbox_drop(struct backend *b, const char *key)
{
	return change(b, key, false);
}

enum fault
backend_outbox_again(struct backend *b, const char *key)
{
	return change(b, key, true);
}

/* ---- for a screen ----------------------------------------------------------------------------- */

/* request: the key, when there is one. */
static void
list_after(struct flight *f, enum fault (*first)(struct backend *b, const char *key))
{
	struct backend_outbox box = { .count = 0 };
	f->fault = first != NULL ? first(f->backend, f->request) : FAULT_NONE;
	if (f->fault == FAULT_NONE)
		f->fault = backend_outbox(&box, &f->arena, f->backend);
	struct record_list *list = arena_alloc(&f->arena, sizeof *list);
	*list = (struct record_list){ (void *)box.items, box.count };
	f->reply = list;
	flight_end(f);
}

static void
list_only(void *arg)
{
	list_after(arg, NULL);
}

static void
list_dropped(void *arg)
{
	list_after(arg, backend_outbox_drop);
}

static void
list_again(void *arg)
{
	list_after(arg, backend_outbox_again);
}

enum fault
backend_outbox_start(struct backend *b, enum backend_outbox_act act, const char *key, const struct backend_handlers *h)
{
	static loop_fn *const runs[] = { [BACKEND_OUTBOX_LIST] = list_only, [BACKEND_OUTBOX_DROP] = list_dropped, [BACKEND_OUTBOX_AGAIN] = list_again };
	enum fault bad = remote_needed(b);
	if (bad != FAULT_NONE)
		return bad;
	struct flight *f = mem_new(sizeof *f);
	f->op = &backend_outbox_operation;
	f->handlers = *h;
	if (key != NULL)
		f->request = arena_strdup(&f->arena, key);
	return flight_start(f, b, runs[act]);
}

/* ---- the copy, gone -------------------------------------------------------------------------- */

static enum fault
bury_all(struct store *db, void *arg)
{
	(void)arg;
	enum fault f = store_bury_owner(db);
	return f == FAULT_NONE ? store_vacuum(db) : f;
}

enum fault
backend_copy_forget(struct backend *b)
{
	char owner[ID_BYTES];
	struct arena a;
	struct outbox o = { .count = 0 };
	enum fault f = ready(b);
	if (f != FAULT_NONE)
		return f;
	copy_owner(owner, b);
	if (owner[0] == '\0')
		return fault(FAULT_ABSENT, "nobody is signed in, so nothing is kept");
	f = engine_lend(b->engine, owner, bury_all, NULL);
	arena_init(&a);
	if (f == FAULT_NONE)
		f = outbox_load(&o, &a, b);     /* counted anew */
	outbox_clear(&o);
	arena_clear(&a);
	return f;
}

/* ---- delivering now ----------------------------------------------------------------------- */

static void
deliver(struct flight *f, const char *wanted)
{
	f->fault = engine_wait(f->backend);
	if (f->fault == FAULT_NONE)
		f->fault = account_ready(f->backend);
	if (f->fault == FAULT_NONE)
		f->fault = outbox_deliver(f->backend, wanted, &f->cancel);
	if (f->fault == FAULT_NONE)
		f->fault = outbox_haul(f->backend, &f->cancel);
	if (f->fault == FAULT_NONE)
		f->fault = copy_follow(f->backend, true, &f->cancel);
	flight_end(f);
}

static void
deliver_waiting(void *arg)
{
	deliver(arg, NULL);
}

static void
deliver_all(void *arg)
{
	deliver(arg, OUTBOX_ALL);
}

enum fault
backend_sync(unsigned *id, struct backend *b, bool held, const struct backend_handlers *h)
{
	enum fault bad = remote_needed(b);
	if (bad != FAULT_NONE)
		return bad;
	struct flight *f = mem_new(sizeof *f);
	if (h != NULL)
		f->handlers = *h;
	bad = flight_start(f, b, held ? deliver_all : deliver_waiting);
	if (bad == FAULT_NONE && id != NULL)
		*id = f->id;
	return bad;
}

struct wait { enum fault fault; char *sentence; bool ended; };

static void
wait_done(const struct backend_done *d, void *arg)
{
	struct wait *w = arg;
	w->fault = d->fault;
	w->sentence = mem_strdup(d->sentence);
	w->ended = true;
}

enum fault
backend_sync_wait(struct backend *b, bool held)
{
	struct wait w = { .ended = false };
	const struct backend_handlers h = { .done = wait_done, .arg = &w };
	enum fault f = loop_turn(b->loop, 0);
	if (f == FAULT_NONE)
		f = backend_sync(NULL, b, held, &h);
	if (f != FAULT_NONE)
		return f;
	while (!w.ended)
		if (loop_turn(b->loop, -1) != FAULT_NONE)
			backend_cancel(b, 0);
	if (w.fault != FAULT_NONE)
		f = fault(w.fault, "%s", w.sentence);
	mem_free(w.sentence);
	return f;
}

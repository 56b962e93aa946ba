/* The sealed copy of what a server showed, and what can be read from it.
 *
 * Conversations and messages become records that the engine of this machine lists,
 * shows, searches and exports; every other reply is kept whole under the sum of what
 * was asked.  Both belong to an owner of their own, made of the server and the
 * account, so that two accounts on one machine never see each other's.  Keeping is
 * never a reason for a call to fail. */
#include <string.h>

#include "remote_in.h"

#define SEEN_MAX (4u * 1024 * 1024)
#define TRIM_EACH 200             /* replies kept before their number is looked at */

static const struct field seen_fields[] = {
	FIELD_OF(seen, at, FIELD_TIME, .flags = FIELD_REQUIRED),
	FIELD_OF(seen, operation, FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 100),
	FIELD_OF(seen, documents, FIELD_TEXTS, .flags = FIELD_OMIT, .max = 64),
	FIELD_OF(seen, reply, FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SEALED, .max = SEEN_MAX),
};
RECORD_TYPE(record_seen, seen, seen_fields, "a reply that was seen");

void
copy_owner(char out[ID_BYTES], struct backend *b)
{
	pthread_mutex_lock(&b->remote->lock);
	memcpy(out, b->remote->owner, ID_BYTES);
	pthread_mutex_unlock(&b->remote->lock);
}

enum fault
copy_call(void **reply, struct arena *a, struct backend *b, const char *operation, const void *request,
	const struct call_options *options)
{
	struct principal who = { .role = ROLE_ADMIN };
	copy_owner(who.user, b);
	return engine_call(reply, a, b->engine, &who, operation, request, options);
}

/* ---- other replies, by what was asked --------------------------------------------------- */

static void
seen_id(char out[ID_BYTES], const struct operation *op, const void *request)
{
	struct text asked;
	text_init(&asked, 1024 * 1024);
	record_to_json(&asked, op->request, request);
	name_sum(out, op->id, asked.data);
	explicit_bzero(asked.data, asked.cap);
	text_clear(&asked);
}

struct lent { const struct operation *op; const void *request; struct arena *a; struct seen *seen; struct text plain; };

static enum fault
seen_write(struct store *db, void *arg)
{
	struct lent *l = arg;
	char id[ID_BYTES], chain[ID_BYTES];
	if (store_read_only(db))
		return FAULT_NONE;
	seen_id(id, l->op, l->request);
	name_sum(chain, "chain", "seen");
	return store_put(db, KIND_SEEN, chain, id, l->plain.data, l->plain.len);
}

static enum fault
seen_read(struct store *db, void *arg)
{
	struct lent *l = arg;
	struct sealed rec;
	void *record = NULL;
	char id[ID_BYTES];
	seen_id(id, l->op, l->request);
	enum fault f = store_get(&rec, l->a, db, id);
	if (f == FAULT_NONE && rec.kind != KIND_SEEN)
		f = FAULT_ABSENT;
	if (f == FAULT_NONE)
		f = record_from_json(&record, l->a, &record_seen, rec.plain, rec.plain_bytes);
	l->seen = record;
	return f;
}

/* Is that what is kept already? */
static bool
seen_same(struct backend *b, const char *owner, struct lent *l, const char *reply)
{
	struct arena a;
	arena_init(&a);
	l->a = &a;
	bool same = engine_lend(b->engine, owner, seen_read, l) == FAULT_NONE && str_same(l->seen->reply, reply);
	arena_clear(&a);
	l->seen = NULL;
	return same;
}

/* The documents that a reply shows: with one of them gone from the server it goes too. */
static struct text_list
documents_in(struct arena *a, const struct operation *op, const void *request, const void *reply)
{
	const struct record_list *hits = op->reply == &record_hits ? &((const struct hits *)reply)->items : NULL;
	const struct record_list *list = op->reply == &record_documents ? &((const struct documents *)reply)->items : NULL;
	size_t n = hits != NULL ? hits->count : list != NULL ? list->count : 1;
	struct text_list out = { arena_alloc(a, (n + 1) * sizeof *out.items), n };
	for (size_t i = 0; hits != NULL && i < n; i++)
		out.items[i] = ((const struct hit *)hits->items)[i].passage->file_id;
	for (size_t i = 0; list != NULL && i < n; i++)
		out.items[i] = ((const struct document *)list->items)[i].id;
	if (op->request == &record_passage_get)
		out.items[0] = ((const struct passage_get *)request)->file_id;
	else if (op->reply == &record_document)
		out.items[0] = ((const struct document *)reply)->id;
	else if (op->reply == &record_content)
		out.items[0] = ((const struct content *)reply)->id;
	else if (hits == NULL && list == NULL)
		out.count = 0;
	return out;
}

static enum fault
keep_reply(struct backend *b, const char *owner, const struct operation *op, const void *request, const void *reply)
{
	struct lent l = { .op = op, .request = request };
	struct text json;
	struct arena a;
	enum fault f = FAULT_NONE;
	arena_init(&a);
	text_init(&json, SEEN_MAX);
	text_init(&l.plain, SEEN_MAX + 65536);
	record_to_json(&json, op->reply, reply);
	if (!json.over && !seen_same(b, owner, &l, json.data)) {
		const struct clock *clock = b->config.clock;
		const struct seen seen = { clock->wall_ms(clock->arg), op->id, json.data, documents_in(&a, op, request, reply) };
		record_to_json(&l.plain, &record_seen, &seen);
		f = engine_lend(b->engine, owner, seen_write, &l);
	}
	if (json.data != NULL)
		explicit_bzero(json.data, json.cap);
	if (l.plain.data != NULL)
		explicit_bzero(l.plain.data, l.plain.cap);
	text_clear(&json);
	text_clear(&l.plain);
	arena_clear(&a);
	return f;
}

/* ---- keeping ------------------------------------------------------------------------------ */

static enum fault
keep_conversation(struct backend *b, const char *owner, const struct operation *op, const void *request, const void *reply)
{
	(void)op, (void)request;
	return engine_keep(b->engine, owner, reply, NULL);
}

static enum fault
keep_conversations(struct backend *b, const char *owner, const struct operation *op, const void *request, const void *reply)
{
	const struct conversations *list = reply;
	enum fault f = FAULT_NONE;
	(void)op, (void)request;
	for (size_t i = 0; f == FAULT_NONE && i < list->items.count; i++)
		f = engine_keep(b->engine, owner, (const struct conversation *)list->items.items + i, NULL);
	return f;
}

static enum fault
keep_transcript(struct backend *b, const char *owner, const struct operation *op, const void *request, const void *reply)
{
	const struct transcript *t = reply;
	(void)op, (void)request;
	return engine_keep(b->engine, owner, t->conversation, &t->messages);
}

/* The question as it was asked from here, and its answer. */
static enum fault
keep_answer(struct backend *b, const char *owner, const struct operation *op, const void *request, const void *reply)
{
	const struct message_send *q = request;
	const struct message *m = reply;
	struct message both[2] = { { .id = q->id, .conversation_id = m->conversation_id, .role = "user",
					   .content = q->content, .created = m->created }, *m };
	const struct record_list list = { both, 2 };
	(void)op;
	if (q->ephemeral || q->id == NULL)
		return FAULT_NONE;
	return engine_keep(b->engine, owner, NULL, &list);
}

/* However an assignment was shown, it can be shown again. */
static enum fault
keep_assignment(struct backend *b, const char *owner, const struct operation *op, const void *request, const void *reply)
{
	const struct assignment *v = reply;
	const struct assignment_get one = { v->class_id, v->id };
	(void)op, (void)request;
	return keep_reply(b, owner, operation_find("assignment.get"), &one, v);
}

static enum fault
keep_assignments(struct backend *b, const char *owner, const struct operation *op, const void *request, const void *reply)
{
	const struct assignments *list = reply;
	enum fault f = keep_reply(b, owner, op, request, reply);
	for (size_t i = 0; f == FAULT_NONE && i < list->items.count; i++)
		f = keep_assignment(b, owner, op, request, (const struct assignment *)list->items.items + i);
	return f;
}

static enum fault
drop_conversation(struct backend *b, const char *owner, const struct operation *op, const void *request, const void *reply)
{
	struct arena a;
	void *done = NULL;
	(void)owner, (void)reply;
	arena_init(&a);
	enum fault f = copy_call(&done, &a, b, op->id, request, NULL);
	arena_clear(&a);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* What was set is what me.get shows from now on. */
static enum fault
keep_settings(struct backend *b, const char *owner, const struct operation *op, const void *request, const void *reply)
{
	static const struct nothing nothing;
	(void)op, (void)request;
	return keep_reply(b, owner, operation_find("me.get"), &nothing, reply);
}

static enum fault
drop_document(struct backend *b, const char *owner, const struct operation *op, const void *request, const void *reply)
{
	(void)owner, (void)op, (void)reply;
	return copy_forget_document(b, ((const struct id_request *)request)->id);
}

/* What each operation leaves in the copy, and how it is read when the server is away. */
enum reading { READ_NOT, READ_ENGINE /* the engine over the copy */, READ_SEEN /* what was seen, else the engine */ };
static const struct row {
	const char *operation;
	enum fault (*keep)(struct backend *b, const char *owner, const struct operation *op, const void *request, const void *reply);
	enum reading reading;
} rows[] = {
	{ "assignment.create", keep_assignment, READ_NOT },
	{ "assignment.get", keep_assignment, READ_SEEN },
	{ "assignment.list", keep_assignments, READ_SEEN },
	{ "assignment.update", keep_assignment, READ_NOT },
	{ "class.get", keep_reply, READ_SEEN },
	{ "class.list", keep_reply, READ_SEEN },
	{ "conversation.create", keep_conversation, READ_NOT },
	{ "conversation.delete", drop_conversation, READ_NOT },
	{ "conversation.export", NULL, READ_ENGINE },
	{ "conversation.get", keep_transcript, READ_ENGINE },
	{ "conversation.list", keep_conversations, READ_ENGINE },
	{ "conversation.update", keep_conversation, READ_NOT },
	{ "document.content", keep_reply, READ_SEEN },
	{ "document.delete", drop_document, READ_NOT },
	{ "document.get", keep_reply, READ_SEEN },
	{ "document.list", keep_reply, READ_SEEN },
	{ "health.get", keep_reply, READ_SEEN },
	{ "history.search", NULL, READ_ENGINE },
	{ "me.export", NULL, READ_ENGINE },
	{ "me.get", keep_reply, READ_SEEN },
	{ "me.update", keep_settings, READ_NOT },
	{ "message.send", keep_answer, READ_NOT },
	{ "passage.get", keep_reply, READ_SEEN },
	{ "profile.set", keep_reply, READ_NOT },
	{ "search.run", keep_reply, READ_SEEN },
};

static const struct row *
row_of(const struct operation *op)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (strcmp(rows[i].operation, op->id) == 0)
			return &rows[i];
	return NULL;
}

void
copy_keep(struct backend *b, const struct operation *op, const void *request, const void *reply)
{
	const struct row *row = row_of(op);
	char owner[ID_BYTES];
	copy_owner(owner, b);
	if (row == NULL || row->keep == NULL || owner[0] == '\0')
		return;
	enum fault f = row->keep(b, owner, op, request, reply);
	if (f == FAULT_NONE && row->keep == keep_reply && atomic_fetch_add(&b->remote->kept, 1) % TRIM_EACH == TRIM_EACH - 1)
		f = copy_trim(b);
	if (f != FAULT_NONE && f != FAULT_LOCKED)
		log_event(LOG_WARN, "backend", "not-kept", "op=%s reason=%s", op->id, fault_sentence());
}

/* ---- reading ------------------------------------------------------------------------------- */

static enum fault
not_seen(const struct operation *op)
{
	return fault(FAULT_OFFLINE, "the server cannot be reached, and %s was not seen before",
		strncmp(op->id, "conversation", 12) == 0 ? "this conversation" : "this");
}

enum fault
copy_seen(void **reply, struct arena *a, struct backend *b, const struct operation *op, const void *request)
{
	struct lent l = { .op = op, .request = request, .a = a };
	char owner[ID_BYTES];
	copy_owner(owner, b);
	enum fault f = engine_lend(b->engine, owner, seen_read, &l);
	if (f != FAULT_NONE)
		return f;
	return record_from_json(reply, a, op->reply, l.seen->reply, strlen(l.seen->reply));
}

bool
copy_readable(const struct operation *op)
{
	const struct row *row = row_of(op);
	return row != NULL && row->reading != READ_NOT;
}

enum fault
copy_read(void **reply, struct arena *a, struct backend *b, const struct operation *op, const void *request,
	const struct call_options *options)
{
	const struct row *row = row_of(op);
	enum fault f = FAULT_ABSENT;
	if (row == NULL || row->reading == READ_NOT)
		return fault(FAULT_OFFLINE, "the server cannot be reached");
	if (row->reading == READ_SEEN)
		f = copy_seen(reply, a, b, op, request);
	if (f == FAULT_ABSENT || f == FAULT_INPUT)
		f = copy_call(reply, a, b, op->id, request, options);
	return f == FAULT_ABSENT ? not_seen(op) : f;
}

/* ---- one document of all that was seen ------------------------------------------------------ */

struct looking { struct document *out; struct arena *a; const char *id, *sum; bool found; };

static void
look_at(struct looking *l, const struct document *d)
{
	bool this = l->id != NULL ? str_same(d->id, l->id) : str_same(d->sha256, l->sum);
	if (!this || str_same(d->status, "failed") || l->found)
		return;
	*l->out = *(const struct document *)record_copy(l->a, &record_document, d);
	l->found = true;
}

static enum fault
look_in(const struct sealed *rec, void *arg)
{
	struct looking *l = arg;
	struct arena a;
	void *record = NULL, *reply = NULL;
	arena_init(&a);
	if (!l->found && record_from_json(&record, &a, &record_seen, rec->plain, rec->plain_bytes) == FAULT_NONE) {
		const struct seen *seen = record;
		bool list = str_same(seen->operation, "document.list"), one = str_same(seen->operation, "document.get");
		if ((list || one) && record_from_json(&reply, &a, list ? &record_documents : &record_document, seen->reply, strlen(seen->reply)) == FAULT_NONE) {
			const struct documents *all = reply;
			for (size_t i = 0; list && i < all->items.count; i++)
				look_at(l, (const struct document *)all->items.items + i);
			if (one)
				look_at(l, reply);
		}
	}
	arena_clear(&a);
	return FAULT_NONE;
}

static enum fault
look(struct store *db, void *arg)
{
	char chain[ID_BYTES];
	name_sum(chain, "chain", "seen");
	return store_each(db, chain, KIND_SEEN, look_in, arg);
}

enum fault
copy_document(struct document *out, struct arena *a, struct backend *b, const char *id, const char *sum)
{
	struct looking l = { .out = out, .a = a, .id = id, .sum = sum };
	char owner[ID_BYTES];
	copy_owner(owner, b);
	enum fault f = engine_lend(b->engine, owner, look, &l);
	if (f == FAULT_NONE && !l.found)
		f = fault(FAULT_ABSENT, "this document was not seen before");
	return f;
}

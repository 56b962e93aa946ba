/* The outbox: what was written while the server was away, sealed and in order.
 *
 * One record a thing, with the key under which the server does it once; what has
 * bytes, a document or an import, has a parcel beside it (parcel.c).  Order is the
 * order of writing.  A question that was answered here is held until the server's
 * answer is asked for, and with it what was written after it in the same
 * conversation.  How it is delivered stands in deliver.c. */
#include <string.h>

#include "remote_in.h"

#define OUTBOX_MAX 100000
#define OUTBOX_BYTES_MAX (1024 * 1024 * 1024)   /* of all parcels */
#define LARGE_BYTES (256 * 1024)

static const struct field entry_fields[] = {
	FIELD_OF(outbox_entry, key, FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 64),
	FIELD_OF(outbox_entry, operation, FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 100),
	FIELD_OF(outbox_entry, conversation, FIELD_TEXT, .flags = FIELD_OMIT, .max = 64),
	FIELD_OF(outbox_entry, state, FIELD_TEXT, .flags = FIELD_REQUIRED, .choices = "waiting|held|refused"),
	FIELD_OF(outbox_entry, placeholder, FIELD_TEXT, .flags = FIELD_OMIT, .max = 64),
	FIELD_OF(outbox_entry, sentence, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 2048),
	FIELD_OF(outbox_entry, title, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 4096),
	FIELD_OF(outbox_entry, sum, FIELD_TEXT, .flags = FIELD_OMIT, .max = 64),
	FIELD_OF(outbox_entry, before, FIELD_RAW, .flags = FIELD_OMIT | FIELD_SEALED, .max = 256 * 1024),
	FIELD_OF(outbox_entry, bytes, FIELD_INT, .flags = FIELD_OMIT),
	FIELD_OF(outbox_entry, tries, FIELD_INT, .flags = FIELD_OMIT),
	FIELD_OF(outbox_entry, at, FIELD_TIME, .flags = FIELD_REQUIRED),
	FIELD_OF(outbox_entry, request, FIELD_RAW, .flags = FIELD_REQUIRED | FIELD_SEALED, .max = 2 * 1024 * 1024),
};
static RECORD_TYPE(record_outbox_entry, outbox_entry, entry_fields, "a thing that waits to be delivered");

/* ---- records ------------------------------------------------------------------------------- */

struct lent { struct arena *a; const struct outbox_entry *entry; struct outbox *list; const struct text *parcel; };

static enum fault entry_find(struct store *db, void *arg);

static enum fault
entry_write(struct store *db, void *arg)
{
	const struct outbox_entry *e = ((struct lent *)arg)->entry;
	char id[ID_BYTES], chain[ID_BYTES];
	struct text plain;
	enum fault f = record_check(&record_outbox_entry, e);
	if (f != FAULT_NONE)
		return f;
	name_sum(id, "outbox", e->key);
	name_sum(chain, "chain", "outbox");
	text_init(&plain, 4 * 1024 * 1024);
	record_to_json(&plain, &record_outbox_entry, e);
	f = text_check(&plain, "what is to be delivered");
	if (f == FAULT_NONE)
		f = store_put(db, KIND_OUTBOX, chain, id, plain.data, plain.len);
	explicit_bzero(plain.data, plain.cap);
	text_clear(&plain);
	return f;
}

/* The entry and its bytes, both or neither. */
static enum fault
entry_add(struct store *db, void *arg)
{
	const struct lent *l = arg;
	enum fault f = store_begin(db);
	if (f != FAULT_NONE)
		return f;
	if (l->parcel != NULL)
		f = parcel_put(db, l->entry->key, l->parcel->data, l->parcel->len);
	if (f == FAULT_NONE)
		f = entry_write(db, arg);
	return store_finish(db, f);
}

/* Change what is there; what another has delivered meanwhile stays gone. */
static enum fault
entry_change(struct store *db, void *arg)
{
	struct lent *l = arg;
	struct arena a;
	struct outbox o = { .count = 0 };
	struct lent look = { .a = &a, .entry = l->entry, .list = &o };
	enum fault f = store_begin(db);
	if (f != FAULT_NONE)
		return f;
	arena_init(&a);
	f = entry_find(db, &look);
	if (f == FAULT_NONE)
		f = entry_write(db, arg);
	f = store_finish(db, f);
	outbox_clear(&o);
	arena_clear(&a);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* Gone, with its bytes, and what held the place of its answer too. */
static enum fault
entry_bury(struct store *db, void *arg)
{
	const struct outbox_entry *e = ((struct lent *)arg)->entry;
	char id[ID_BYTES];
	name_sum(id, "outbox", e->key);
	enum fault f = e->placeholder != NULL ? store_bury(db, e->placeholder) : FAULT_NONE;
	if ((f == FAULT_NONE || f == FAULT_ABSENT) && e->bytes > 0)
		f = parcel_bury(db, e->key);
	if (f == FAULT_NONE || f == FAULT_ABSENT)
		f = store_bury(db, id);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
entry_take(const struct sealed *rec, void *arg)
{
	struct lent *l = arg;
	void *record = NULL;
	enum fault f = record_from_json(&record, l->a, &record_outbox_entry, rec->plain, rec->plain_bytes);
	if (f != FAULT_NONE) {
		log_event(LOG_WARN, "backend", "outbox-strange", "id=%s", rec->rec_id);
		return FAULT_NONE;
	}
	mem_reserve(&l->list->items, &l->list->cap, l->list->count + 1, sizeof *l->list->items);
	l->list->items[l->list->count++] = *(struct outbox_entry *)record;
	return l->list->count > OUTBOX_MAX ? fault(FAULT_LIMIT, "more than %d things wait to be delivered", OUTBOX_MAX)
					   : FAULT_NONE;
}

static enum fault
entries_read(struct store *db, void *arg)
{
	char chain[ID_BYTES];
	name_sum(chain, "chain", "outbox");
	enum fault f = store_each(db, chain, KIND_OUTBOX, entry_take, arg);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
lend(struct backend *b, engine_lend_fn *fn, struct lent *l)
{
	char owner[ID_BYTES];
	copy_owner(owner, b);
	return engine_lend(b->engine, owner, fn, l);
}

void
outbox_clear(struct outbox *o)
{
	mem_free(o->items);
	*o = (struct outbox){ .count = 0 };
}

bool
outbox_is(const struct outbox_entry *e, const char *state)
{
	return strcmp(e->state, state) == 0;
}

bool
outbox_large(const struct outbox_entry *e)
{
	return e->bytes > LARGE_BYTES;
}

/* Is something of the same conversation held before entry n? */
bool
outbox_held(const struct outbox *o, size_t n)
{
	const char *conversation = o->items[n].conversation;
	if (outbox_is(&o->items[n], "held"))
		return true;
	for (size_t i = o->first_held; conversation != NULL && i < n; i++)
		if (outbox_is(&o->items[i], "held") && str_same(o->items[i].conversation, conversation))
			return true;
	return false;
}

enum fault
outbox_load(struct outbox *out, struct arena *a, struct backend *b)
{
	struct outbox o = { .count = 0 };
	struct lent l = { .a = a, .list = &o };
	enum fault f = lend(b, entries_read, &l);
	if (f != FAULT_NONE) {
		outbox_clear(&o);
		return f;
	}
	struct link_load load = { .known = true };
	while (o.first_held < o.count && !outbox_is(&o.items[o.first_held], "held"))
		o.first_held++;
	for (size_t i = 0; i < o.count; i++) {
		if (outbox_is(&o.items[i], "refused"))
			load.refused++;
		else if (outbox_held(&o, i))
			load.held++;
		else if (outbox_large(&o.items[i]))
			load.large++;
		else
			load.waiting++;
	}
	link_loaded(b, &load);
	*out = o;
	return FAULT_NONE;
}

/* So that no disk is filled by what cannot leave. */
static enum fault
room_for(struct backend *b, size_t bytes)
{
	struct arena a;
	struct outbox o = { .count = 0 };
	int64_t all = (int64_t)bytes;
	arena_init(&a);
	enum fault f = outbox_load(&o, &a, b);
	for (size_t i = 0; i < o.count; i++)
		all += o.items[i].bytes;
	outbox_clear(&o);
	arena_clear(&a);
	if (f == FAULT_NONE && all > OUTBOX_BYTES_MAX)
		return fault(FAULT_LIMIT, "more than %d MB would wait for the server", OUTBOX_BYTES_MAX / 1000000);
	return f;
}

enum fault
outbox_add(struct backend *b, const struct outbox_new *new)
{
	struct text json;
	text_init(&json, 2 * 1024 * 1024);
	operation_json(&json, new->op, new->request);
	const struct outbox_entry e = {
		.key = new->key,
		.operation = new->op->id,
		.conversation = new->conversation,
		.state = "waiting",
		.title = new->title,
		.sum = new->sum,
		.before = new->before,
		.bytes = new->parcel != NULL ? (int64_t)new->parcel->len : 0,
		.at = b->config.clock->wall_ms(b->config.clock->arg),
		.request = json.data,
	};
	enum fault f = text_check(&json, "what is to be delivered");
	struct lent l = { .entry = &e, .parcel = new->parcel };
	if (f == FAULT_NONE && new->parcel != NULL)
		f = room_for(b, new->parcel->len);
	if (f == FAULT_NONE)
		f = lend(b, entry_add, &l);
	explicit_bzero(json.data, json.cap);
	text_clear(&json);
	return f;
}

static enum fault
entry_find(struct store *db, void *arg)
{
	struct lent *l = arg;
	struct sealed rec;
	char id[ID_BYTES];
	name_sum(id, "outbox", l->entry->key);
	enum fault f = store_get(&rec, l->a, db, id);
	return f == FAULT_NONE ? entry_take(&rec, l) : f;
}

enum fault
outbox_find(struct outbox_entry *out, struct arena *a, struct backend *b, const char *key)
{
	const struct outbox_entry named = { .key = key };
	struct outbox o = { .count = 0 };
	struct lent l = { .a = a, .entry = &named, .list = &o };
	enum fault f = lend(b, entry_find, &l);
	if (f == FAULT_NONE && o.count == 0)
		f = fault(FAULT_ABSENT, "nothing waits under %s", key);
	if (f == FAULT_NONE)
		*out = o.items[0];
	outbox_clear(&o);
	return f;
}

enum fault
outbox_drop(struct backend *b, const struct outbox_entry *e)
{
	struct lent l = { .entry = e };
	return lend(b, entry_bury, &l);
}

/* The person has seen what another set, and wants his own. */
enum fault
outbox_again(struct backend *b, const struct outbox_entry *e)
{
	struct outbox_entry now = *e;
	now.before = NULL;
	return outbox_mark(b, &now, "waiting", NULL);
}

enum fault
outbox_mark(struct backend *b, const struct outbox_entry *e, const char *state, const char *sentence)
{
	struct outbox_entry now = *e;
	now.state = state;
	now.sentence = sentence;
	now.tries = outbox_is(e, "refused") && strcmp(state, "waiting") == 0 ? 0 : e->tries;
	struct lent l = { .entry = &now };
	return lend(b, entry_change, &l);
}

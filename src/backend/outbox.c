/* The outbox: what was written while the server was away, sealed and in order.
 *
 * One record a thing, with the key under which the server does it once.  Order is
 * the order of writing.  Delivering goes down the list and stops at the first that
 * the line does not carry; what the server refuses stays, with the server's
 * sentence, until the person says what to do with it: nothing is merged.  A question
 * that was answered here is held until the server's answer is asked for, and with
 * it what was written after it in the same conversation. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "remote_in.h"

#define OUTBOX_MAX 100000
#define REFUSED_TRIES 5           /* a server that breaks on a thing so often refuses it */

static const struct field entry_fields[] = {
	FIELD_OF(outbox_entry, key, FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 64),
	FIELD_OF(outbox_entry, operation, FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 100),
	FIELD_OF(outbox_entry, conversation, FIELD_TEXT, .flags = FIELD_OMIT, .max = 64),
	FIELD_OF(outbox_entry, state, FIELD_TEXT, .flags = FIELD_REQUIRED, .choices = "waiting|held|refused"),
	FIELD_OF(outbox_entry, placeholder, FIELD_TEXT, .flags = FIELD_OMIT, .max = 64),
	FIELD_OF(outbox_entry, sentence, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 2048),
	FIELD_OF(outbox_entry, tries, FIELD_INT, .flags = FIELD_OMIT),
	FIELD_OF(outbox_entry, at, FIELD_TIME, .flags = FIELD_REQUIRED),
	FIELD_OF(outbox_entry, request, FIELD_RAW, .flags = FIELD_REQUIRED | FIELD_SEALED, .max = 2 * 1024 * 1024),
};
static RECORD_TYPE(record_outbox_entry, outbox_entry, entry_fields, "a thing that waits to be delivered");

/* ---- records ------------------------------------------------------------------------------- */

struct lent { struct arena *a; const struct outbox_entry *entry; struct outbox *list; };

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
	if (f == FAULT_NONE)
		f = store_commit(db);
	if (f != FAULT_NONE)
		store_rollback(db);
	outbox_clear(&o);
	arena_clear(&a);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* Gone, and what held the place of its answer too. */
static enum fault
entry_bury(struct store *db, void *arg)
{
	const struct outbox_entry *e = ((struct lent *)arg)->entry;
	char id[ID_BYTES];
	name_sum(id, "outbox", e->key);
	enum fault f = e->placeholder != NULL ? store_bury(db, e->placeholder) : FAULT_NONE;
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

static bool
is(const struct outbox_entry *e, const char *state)
{
	return strcmp(e->state, state) == 0;
}

/* Is something of the same conversation held before entry n? */
bool
outbox_held(const struct outbox *o, size_t n)
{
	const char *conversation = o->items[n].conversation;
	if (is(&o->items[n], "held"))
		return true;
	for (size_t i = 0; conversation != NULL && i < n; i++)
		if (is(&o->items[i], "held") && str_same(o->items[i].conversation, conversation))
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
	for (size_t i = 0; i < o.count; i++) {
		if (is(&o.items[i], "refused"))
			load.refused++;
		else if (outbox_held(&o, i))
			load.held++;
		else
			load.waiting++;
	}
	link_loaded(b, &load);
	*out = o;
	return FAULT_NONE;
}

enum fault
outbox_add(struct backend *b, const struct operation *op, const void *request, const char *key, const char *conversation)
{
	struct text json;
	text_init(&json, 2 * 1024 * 1024);
	operation_json(&json, op, request);
	const struct outbox_entry e = {
		.key = key,
		.operation = op->id,
		.conversation = conversation,
		.state = "waiting",
		.at = b->config.clock->wall_ms(b->config.clock->arg),
		.request = json.data,
	};
	enum fault f = text_check(&json, "what is to be delivered");
	struct lent l = { .entry = &e };
	if (f == FAULT_NONE)
		f = lend(b, entry_write, &l);
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

enum fault
outbox_mark(struct backend *b, const struct outbox_entry *e, const char *state, const char *sentence)
{
	struct outbox_entry now = *e;
	now.state = state;
	now.sentence = sentence;
	now.tries = is(e, "refused") && strcmp(state, "waiting") == 0 ? 0 : e->tries;
	struct lent l = { .entry = &now };
	return lend(b, entry_change, &l);
}

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
outbox_conversations(struct conversations *list, struct arena *a, struct backend *b, const struct conversation_list *asked)
{
	struct outbox o = { .count = 0 };
	pthread_mutex_lock(&b->remote->lock);
	struct link_load load = b->remote->load;
	pthread_mutex_unlock(&b->remote->lock);
	bool first = asked->cursor == NULL || asked->cursor[0] == '\0';
	if (!first || load.waiting + load.held + load.refused == 0 || outbox_load(&o, a, b) != FAULT_NONE)
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

/* ---- delivering -------------------------------------------------------------------------------- */

/* What becomes of an entry after the server said f to it. */
enum next { NEXT_DONE, NEXT_REFUSED, NEXT_STOP };

static enum next
next_for(enum fault f, int status, struct outbox_entry *e)
{
	static const bool refuses[FAULT_KINDS] = { [FAULT_ABSENT] = true, [FAULT_EXISTS] = true,
		[FAULT_INPUT] = true, [FAULT_DENIED] = true, [FAULT_LIMIT] = true };
	if (f == FAULT_NONE)
		return NEXT_DONE;
	if (status == 401)
		return NEXT_STOP;       /* signing in again helps all of them */
	if (refuses[f])
		return NEXT_REFUSED;
	if (f != FAULT_SYSTEM && f != FAULT_DAMAGED)
		return NEXT_STOP;
	return ++e->tries >= REFUSED_TRIES ? NEXT_REFUSED : NEXT_STOP;
}

static enum fault
deliver_one(struct backend *b, struct outbox_entry *e, const struct cancel *cancel)
{
	struct arena a;
	void *request = NULL, *reply = NULL;
	int status = 0;
	const struct operation *op = operation_find(e->operation);
	arena_init(&a);
	enum fault f = op == NULL ? fault(FAULT_ABSENT, "there is no operation %s", e->operation) : FAULT_NONE;
	if (f == FAULT_NONE)
		f = record_from_json(&request, &a, op->request, e->request, strlen(e->request));
	if (f == FAULT_NONE) {
		const struct asking q = { .op = op, .request = request, .key = e->key, .status = &status,
			.cancel = cancel };
		f = remote_ask(&reply, &a, b, &q);
	}
	int64_t retry_ms = fault_retry_ms();
	const char *sentence = f == FAULT_NONE ? "" : arena_strdup(&a, fault_sentence());
	enum next next = next_for(f, status, e);
	enum fault kept = FAULT_NONE;
	if (next == NEXT_DONE) {
		copy_keep(b, op, request, reply);
		kept = outbox_drop(b, e);
	} else if (next == NEXT_REFUSED) {
		kept = outbox_mark(b, e, "refused", sentence);
	} else if (f == FAULT_SYSTEM || f == FAULT_DAMAGED) {
		kept = outbox_mark(b, e, e->state, e->sentence);
	}
	log_event(f == FAULT_NONE ? LOG_INFO : LOG_WARN, "backend", "delivered", "op=%s key=%s result=%s",
		e->operation, e->key, fault_name(f));
	if (kept == FAULT_NONE && next == NEXT_STOP)
		kept = f == FAULT_OFTEN ? fault_often(retry_ms, "%s", sentence) : fault(f, "%s", sentence);
	arena_clear(&a);
	return kept;
}

/* Waits for its turn, but not for ever: who asked may stop. */
static enum fault
delivering_take(struct backend *b, const struct cancel *cancel)
{
	const struct timespec moment = { 0, 20 * 1000000 };
	while (pthread_mutex_trylock(&b->remote->delivering) != 0) {
		enum fault f = cancel_check(cancel);
		if (f != FAULT_NONE)
			return f;
		nanosleep(&moment, NULL);
	}
	return FAULT_NONE;
}

enum fault
outbox_deliver(struct backend *b, const char *wanted, const struct cancel *cancel)
{
	struct arena a;
	struct outbox o = { .count = 0 };
	bool all = wanted != NULL && strcmp(wanted, OUTBOX_ALL) == 0;
	enum fault f = delivering_take(b, cancel);
	if (f != FAULT_NONE)
		return f;
	arena_init(&a);
	f = outbox_load(&o, &a, b);
	size_t delivered = 0;
	for (size_t i = 0; i < o.count && f == FAULT_NONE; i++) {
		struct outbox_entry *e = &o.items[i];
		bool released = all || (wanted != NULL && str_same(e->conversation, wanted));
		if (is(e, "refused") || (!released && outbox_held(&o, i)))
			continue;
		f = cancel_check(cancel);
		if (f == FAULT_NONE)
			f = deliver_one(b, e, cancel);
		if (f == FAULT_NONE && ++delivered % 16 == 0)
			link_delivered(b, 16);
	}
	outbox_clear(&o);
	char *sentence = f == FAULT_NONE ? NULL : mem_strdup(fault_sentence());
	int64_t retry_ms = fault_retry_ms();
	/* What waits now, whatever happened. */
	if (outbox_load(&o, &a, b) == FAULT_NONE)
		outbox_clear(&o);
	pthread_mutex_unlock(&b->remote->delivering);
	arena_clear(&a);
	if (f != FAULT_NONE)
		f = f == FAULT_OFTEN ? fault_often(retry_ms, "%s", sentence) : fault(f, "%s", sentence);
	mem_free(sentence);
	return f;
}

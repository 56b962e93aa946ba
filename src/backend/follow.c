/* The copy follows the server: what is gone there goes here too.
 *
 * A conversation that was deleted, there or by its retention, and a document that was
 * deleted or that belongs to a class one has left, must not live on in the copy.  So
 * now and then the lists of the server are read to their ends and compared with what
 * is kept.  What is here is listed first: what came meanwhile is then in the server's
 * list as well.  What the server has not got yet, because it waits, stays.
 *
 * The copy is bounded too: beyond 5000 replies or 256 MB those that were seen longest
 * ago go. */
#include <stdlib.h>
#include <string.h>

#include "remote_in.h"

#define FOLLOW_MS (15 * 60 * 1000)
#define PAGE 100
#define PAGES_MAX 1000
#define SEEN_COUNT_MAX 5000
#define SEEN_BYTES_MAX (256u * 1024 * 1024)

/* ---- sets of ids ------------------------------------------------------------------------- */

struct ids { char (*items)[ID_BYTES]; size_t count, cap; };

static void
ids_add(struct ids *set, const char *id)
{
	if (id == NULL || strlen(id) >= ID_BYTES)
		return;
	mem_reserve(&set->items, &set->cap, set->count + 1, sizeof *set->items);
	memset(set->items[set->count], 0, ID_BYTES);
	memcpy(set->items[set->count++], id, strlen(id));
}

static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, ID_BYTES);
}

/* Before the first ids_have(). */
static void
ids_sort(struct ids *set)
{
	if (set->count > 0)
		qsort(set->items, set->count, sizeof *set->items, by_id);
}

static bool
ids_have(const struct ids *set, const char *id)
{
	char key[ID_BYTES] = { 0 };
	if (id == NULL || strlen(id) >= ID_BYTES)
		return false;
	memcpy(key, id, strlen(id));
	return set->count > 0 && bsearch(key, set->items, set->count, sizeof *set->items, by_id) != NULL;
}

/* ---- lists, to their ends --------------------------------------------------------------------- */

/* One page of what is asked: here or there, conversations or documents. */
struct paging { struct backend *b; bool there; const char *operation; const struct cancel *cancel; };

static enum fault
page(struct ids *set, char cursor[256], const struct paging *p)
{
	struct arena a;
	void *reply = NULL;
	const struct operation *op = operation_find(p->operation);
	const struct conversation_list conversations = { .status = "all", .cursor = cursor[0] != '\0' ? cursor : NULL, .limit = PAGE };
	const struct document_list documents = { .cursor = conversations.cursor, .limit = PAGE };
	bool talks = op->request == &record_conversation_list;
	const void *request = talks ? (const void *)&conversations : &documents;
	const struct asking q = { .op = op, .request = request, .cancel = p->cancel };
	arena_init(&a);
	enum fault f = p->there ? remote_ask(&reply, &a, p->b, &q) : copy_call(&reply, &a, p->b, op->id, request, NULL);
	if (f == FAULT_NONE && p->there)
		copy_keep(p->b, op, request, reply);
	const struct record_list *items = f != FAULT_NONE ? NULL : talks ? &((const struct conversations *)reply)->items : &((const struct documents *)reply)->items;
	const char *next = f != FAULT_NONE ? NULL : talks ? ((const struct conversations *)reply)->cursor : ((const struct documents *)reply)->cursor;
	for (size_t i = 0; items != NULL && i < items->count; i++)
		ids_add(set, talks ? ((const struct conversation *)items->items)[i].id : ((const struct document *)items->items)[i].id);
	cursor[0] = '\0';
	if (next != NULL && strlen(next) < 256)
		memcpy(cursor, next, strlen(next) + 1);
	arena_clear(&a);
	return f;
}

static enum fault
all_pages(struct ids *set, const struct paging *p)
{
	char cursor[256] = "";
	enum fault f = page(set, cursor, p);
	for (int n = 1; f == FAULT_NONE && cursor[0] != '\0'; n++) {
		f = n < PAGES_MAX ? cancel_check(p->cancel) : fault(FAULT_LIMIT, "the server's list has no end");
		if (f == FAULT_NONE)
			f = page(set, cursor, p);
	}
	ids_sort(set);
	return f;
}

/* ---- conversations ------------------------------------------------------------------------------- */

/* Those that something waits for; *all: an import waits, which may hold any. */
static enum fault
unsent(struct ids *set, bool *all, struct backend *b)
{
	struct arena a;
	struct outbox o = { .count = 0 };
	arena_init(&a);
	enum fault f = outbox_load(&o, &a, b);
	*all = false;
	for (size_t i = 0; i < o.count; i++) {
		ids_add(set, o.items[i].conversation);
		*all |= strcmp(o.items[i].operation, "conversation.import") == 0;
	}
	ids_sort(set);
	outbox_clear(&o);
	arena_clear(&a);
	return f;
}

static enum fault
forget_conversation(struct backend *b, const char *id)
{
	struct arena a;
	void *done = NULL;
	arena_init(&a);
	enum fault f = copy_call(&done, &a, b, "conversation.delete", &(struct id_request){ id }, NULL);
	arena_clear(&a);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

enum fault
copy_forget_conversation(struct backend *b, const char *id)
{
	struct ids waiting = { .count = 0 };
	bool all = false;
	enum fault f = unsent(&waiting, &all, b);
	if (f == FAULT_NONE && !all && !ids_have(&waiting, id))
		f = forget_conversation(b, id);
	mem_free(waiting.items);
	return f;
}

static enum fault
follow_conversations(size_t *gone, struct backend *b, const struct cancel *cancel)
{
	struct ids here = { .count = 0 }, waiting = { .count = 0 }, there = { .count = 0 };
	struct paging p = { b, false, "conversation.list", cancel };
	bool all = false;
	enum fault f = all_pages(&here, &p);
	if (f == FAULT_NONE)
		f = unsent(&waiting, &all, b);
	p.there = true;
	if (f == FAULT_NONE)
		f = all_pages(&there, &p);
	for (size_t i = 0; i < here.count && f == FAULT_NONE && !all; i++)
		if (!ids_have(&there, here.items[i]) && !ids_have(&waiting, here.items[i])) {
			f = forget_conversation(b, here.items[i]);
			(*gone)++;
		}
	mem_free(here.items);
	mem_free(waiting.items);
	mem_free(there.items);
	return f;
}

/* ---- replies that were seen ------------------------------------------------------------------------ */

struct kept { char id[ID_BYTES]; int64_t at; size_t bytes; };
struct sweep {
	const struct ids *there;           /* the documents of the server; NULL: not looked at */
	const char *gone;                  /* one that is no longer; NULL: none */
	struct kept *items; size_t count, cap, bytes;
	struct ids bury;
};

static bool
shows_what_is_gone(const struct sweep *s, const struct seen *seen)
{
	bool one = str_same(seen->operation, "document.get") || str_same(seen->operation, "document.content") || str_same(seen->operation, "passage.get");
	if (one && seen->documents.count == 0)
		return true;            /* kept before it was written down */
	for (size_t i = 0; i < seen->documents.count; i++)
		if ((s->gone != NULL && str_same(s->gone, seen->documents.items[i])) ||
			(s->there != NULL && !ids_have(s->there, seen->documents.items[i])))
			return true;
	return false;
}

static enum fault
look(const struct sealed *rec, void *arg)
{
	struct sweep *s = arg;
	struct arena a;
	void *record = NULL;
	arena_init(&a);
	if (record_from_json(&record, &a, &record_seen, rec->plain, rec->plain_bytes) != FAULT_NONE || shows_what_is_gone(s, record)) {
		ids_add(&s->bury, rec->rec_id);
	} else {
		mem_reserve(&s->items, &s->cap, s->count + 1, sizeof *s->items);
		struct kept *k = &s->items[s->count++];
		*k = (struct kept){ .at = ((const struct seen *)record)->at, .bytes = rec->plain_bytes };
		memcpy(k->id, rec->rec_id, sizeof k->id);
		s->bytes += rec->plain_bytes;
	}
	arena_clear(&a);
	return FAULT_NONE;
}

static int
oldest_first(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;
	return x->at < y->at ? -1 : x->at > y->at;
}

static enum fault
sweep(struct store *db, void *arg)
{
	struct sweep *s = arg;
	char chain[ID_BYTES];
	if (store_read_only(db))
		return FAULT_NONE;
	name_sum(chain, "chain", "seen");
	enum fault f = store_each(db, chain, KIND_SEEN, look, s);
	bool over = s->count > SEEN_COUNT_MAX || s->bytes > SEEN_BYTES_MAX;
	if (over)
		qsort(s->items, s->count, sizeof *s->items, oldest_first);
	/* A tenth more, so that it is not done again at once. */
	for (size_t i = 0; over && (s->count - i > SEEN_COUNT_MAX / 10 * 9 || s->bytes > SEEN_BYTES_MAX / 10 * 9); i++) {
		ids_add(&s->bury, s->items[i].id);
		s->bytes -= s->items[i].bytes;
	}
	for (size_t i = 0; i < s->bury.count && (f == FAULT_NONE || f == FAULT_ABSENT); i++)
		f = store_bury(db, s->bury.items[i]);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
sweep_run(size_t *gone, struct backend *b, struct sweep *s)
{
	char owner[ID_BYTES];
	copy_owner(owner, b);
	enum fault f = engine_lend(b->engine, owner, sweep, s);
	*gone += s->bury.count;
	mem_free(s->items);
	mem_free(s->bury.items);
	return f;
}

enum fault
copy_forget_document(struct backend *b, const char *id)
{
	size_t gone = 0;
	return sweep_run(&gone, b, &(struct sweep){ .gone = id });
}

enum fault
copy_trim(struct backend *b)
{
	size_t gone = 0;
	return sweep_run(&gone, b, &(struct sweep){ .gone = NULL });
}

/* ---- following --------------------------------------------------------------------------------------- */

static enum fault
follow_documents(size_t *gone, struct backend *b, const struct cancel *cancel)
{
	struct ids there = { .count = 0 };
	enum fault f = all_pages(&there, &(struct paging){ b, true, "document.list", cancel });
	if (f == FAULT_NONE)
		f = sweep_run(gone, b, &(struct sweep){ .there = &there });
	mem_free(there.items);
	return f;
}

/* When it was done last is kept beside the copy, for those that come and go. */
struct when { int64_t at; char chain[ID_BYTES]; };

static enum fault
when_read(struct store *db, void *arg)
{
	struct when *w = arg;
	struct arena a;
	struct sealed rec;
	void *record = NULL;
	arena_init(&a);
	enum fault f = store_get(&rec, &a, db, w->chain);
	if (f == FAULT_NONE && record_from_json(&record, &a, &record_seen, rec.plain, rec.plain_bytes) == FAULT_NONE)
		w->at = ((const struct seen *)record)->at;
	arena_clear(&a);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
when_write(struct store *db, void *arg)
{
	const struct when *w = arg;
	const struct seen seen = { .at = w->at, .operation = "follow", .reply = "" };
	struct text plain;
	if (store_read_only(db))
		return FAULT_NONE;
	text_init(&plain, 4096);
	record_to_json(&plain, &record_seen, &seen);
	enum fault f = store_put(db, KIND_SEEN, w->chain, w->chain, plain.data, plain.len);
	text_clear(&plain);
	return f;
}

enum fault
copy_follow(struct backend *b, bool now, const struct cancel *cancel)
{
	const struct clock *clock = b->config.clock;
	int64_t today_ms = clock->wall_ms(clock->arg);
	struct when w = { .at = 0 };
	char owner[ID_BYTES];
	size_t gone = 0;
	copy_owner(owner, b);
	if (owner[0] == '\0')
		return FAULT_NONE;
	name_sum(w.chain, "chain", "follow");
	enum fault f = engine_lend(b->engine, owner, when_read, &w);
	if (f != FAULT_NONE || (!now && w.at <= today_ms && today_ms - w.at < FOLLOW_MS))
		return f;
	f = follow_conversations(&gone, b, cancel);
	if (f == FAULT_NONE)
		f = follow_documents(&gone, b, cancel);
	w.at = today_ms;
	if (f == FAULT_NONE)
		f = engine_lend(b->engine, owner, when_write, &w);
	log_event(f == FAULT_NONE ? LOG_INFO : LOG_WARN, "backend", "followed", "gone=%zu result=%s", gone, fault_name(f));
	return f;
}

/* The store lent to the backend: its sealed copy of a server, its outbox, its token.
 *
 * They are kept in the same store and under the same lock as everything else here,
 * for an owner of their own, so that one passphrase guards all. */
#include "engine_in.h"

enum fault
engine_lend(struct engine *e, const char *owner, engine_lend_fn *fn, void *arg)
{
	struct store *db = NULL;
	pthread_rwlock_rdlock(&e->gate);
	enum fault f = pool_take(&db, e, owner);
	if (f == FAULT_NONE && store_is_locked(db))
		f = fault(FAULT_LOCKED, store_is_new(db) ? "the history has no lock yet: set it up first"
							 : "the history is locked");
	if (f == FAULT_NONE)
		f = fn(db, arg);
	pool_put(e, db);
	pthread_rwlock_unlock(&e->gate);
	return f;
}

enum fault
engine_join(struct store **out, struct engine *e)
{
	return e->shared ? store_join(out, e->first) : fault(FAULT_ABSENT, "the store is of this process alone");
}

struct keeping { const struct conversation *conversation; const struct record_list *messages; };

static enum fault
keep(struct store *db, void *arg)
{
	const struct keeping *k = arg;
	if (store_read_only(db))
		return FAULT_NONE;
	return tutor_keep(db, k->conversation, k->messages);
}

enum fault
engine_keep(struct engine *e, const char *owner, const struct conversation *conversation,
	const struct record_list *messages)
{
	struct keeping k = { conversation, messages };
	return engine_lend(e, owner, keep, &k);
}

/* ---- one kept message --------------------------------------------------------- */

struct asked { const char *id; bool *seen; };

static enum fault
seen(struct store *db, void *arg)
{
	const struct asked *q = arg;
	return tutor_seen(q->seen, db, q->id);
}

enum fault
engine_seen(bool *out, struct engine *e, const char *owner, const char *message)
{
	struct asked q = { message, out };
	return engine_lend(e, owner, seen, &q);
}

struct aside { char *new_id; const char *id, *words, *sentence; };

static enum fault
set_aside(struct store *db, void *arg)
{
	const struct aside *q = arg;
	return tutor_set_aside(q->new_id, db, q->id, q->words, q->sentence);
}

enum fault
engine_set_aside(char new_id[ID_BYTES], struct engine *e, const char *owner, const char *message, const char *words,
	const char *sentence)
{
	struct aside q = { new_id, message, words, sentence };
	return engine_lend(e, owner, set_aside, &q);
}

/* The lock: slots, unlocking, sealing anew, verifying.
 *
 * Each waits until no call uses the vault and keeps new ones out meanwhile.
 * Secrets come as vault memory and are the caller's to clear. */
#include "engine_in.h"

/* Take the gate and a connection. */
static enum fault
enter(struct store **out, struct engine *e)
{
	pthread_rwlock_wrlock(&e->gate);
	enum fault f = pool_take(out, e, "");
	if (f != FAULT_NONE)
		pthread_rwlock_unlock(&e->gate);
	return f;
}

static enum fault
leave(struct engine *e, struct store *db, const char *event, enum fault f)
{
	pool_put(e, db);
	pthread_rwlock_unlock(&e->gate);
	log_event(LOG_INFO, "engine", event, "result=%s", fault_name(f));
	return f;
}

enum fault
engine_lock_state(struct lock_state *out, struct engine *e)
{
	struct store *db = NULL;
	pthread_rwlock_rdlock(&e->gate); /* only looks, so it waits for no question */
	enum fault f = pool_take(&db, e, "");
	if (f != FAULT_NONE) {
		pthread_rwlock_unlock(&e->gate);
		return f;
	}
	struct lock_state s = {
		.fresh = store_is_new(db),
		.locked = store_is_locked(db),
		.read_only = store_read_only(db),
		.memory_unlocked = !vault_memory_locked(),
	};
	s.anchor = store_anchor(db, &s.changes_back);
	f = store_slots(s.slots, &s.slot_count, db);
	pool_put(e, db);
	pthread_rwlock_unlock(&e->gate);
	if (f == FAULT_NONE)
		*out = s;
	return f;
}

enum fault
engine_seal_new(struct engine *e, enum vault_slot_type type, const struct vault_secret *secret,
	const char *label)
{
	struct store *db;
	enum fault f = enter(&db, e);
	if (f != FAULT_NONE)
		return f;
	return leave(e, db, "seal-new", store_seal_new(db, type, secret, label));
}

enum fault
engine_unlock(struct engine *e, enum vault_slot_type type, const struct vault_secret *secret)
{
	struct store *db;
	enum fault f = enter(&db, e);
	if (f != FAULT_NONE)
		return f;
	f = store_unlock(db, type, secret);
	/* What was opened stays open; only today's budget begins anew. */
	if (f == FAULT_NONE && model_spent_load(e, db) != FAULT_NONE)
		log_event(LOG_WARN, "engine", "spent-unknown", "reason=%s", fault_sentence());
	return leave(e, db, "unlock", f);
}

void
engine_lock(struct engine *e)
{
	struct store *db = NULL;
	pthread_rwlock_wrlock(&e->gate);
	tutors_forget(&e->tutors);
	tutor_answers_forget(e->answers);
	enum fault f = pool_take(&db, e, "");
	/* Without a connection the keys go all the same; the anchor stays behind. */
	if (f == FAULT_NONE)
		store_lock(db);
	else
		store_forget(e->first);
	(void)!leave(e, db, "lock", f);
}

enum fault
engine_slot_add(struct engine *e, enum vault_slot_type type, const struct vault_secret *secret,
	const char *label)
{
	struct store *db;
	enum fault f = enter(&db, e);
	if (f != FAULT_NONE)
		return f;
	return leave(e, db, "slot-add", store_slot_add(db, type, secret, label));
}

enum fault
engine_slot_remove(struct engine *e, uint16_t idx)
{
	struct store *db;
	enum fault f = enter(&db, e);
	if (f != FAULT_NONE)
		return f;
	return leave(e, db, "slot-remove", store_slot_remove(db, idx));
}

enum fault
engine_rekey(struct engine *e, enum vault_slot_type type, const struct vault_secret *secret,
	const char *label, void (*progress)(size_t done, size_t total, void *arg), void *arg)
{
	struct store *db;
	enum fault f = enter(&db, e);
	if (f != FAULT_NONE)
		return f;
	return leave(e, db, "rekey", store_rekey(db, type, secret, label, progress, arg));
}

enum fault
engine_verify(struct engine *e, uint64_t *records)
{
	struct store *db;
	enum fault f = enter(&db, e);
	if (f != FAULT_NONE)
		return f;
	return leave(e, db, "verify", store_verify(db, records));
}

enum fault
engine_accept_anchor(struct engine *e)
{
	struct store *db;
	enum fault f = enter(&db, e);
	if (f != FAULT_NONE)
		return f;
	return leave(e, db, "accept-anchor", store_anchor_accept(db));
}

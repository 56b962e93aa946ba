/* Retention: what has outlived its time goes before anybody looks at it.
 *
 * Each history by its owner's own settings; those of owners who do not come any
 * more are visited by retention_round(), a few at a time.
 *
 * Looked after once a day of the clock, by the first call that day which meets
 * documents or the open history.  What cannot be removed now is tried the next
 * day, or at the next call when this one was cancelled: a clean-up that fails
 * is no reason to refuse what was asked. */
#include <stdio.h>

#include "engine_in.h"

#define ROUND_OWNERS 8 /* visited at once */

static bool
is_due(_Atomic int64_t *day, const struct engine *e)
{
	int64_t today = e->clock.wall_ms(e->clock.arg) / DAY_MS;
	return atomic_exchange(day, today) != today;
}

static void
tell(const char *what, int64_t removed, enum fault f)
{
	if (f != FAULT_NONE)
		log_event(LOG_WARN, "engine", "retention", "of=%s removed=%lld result=%s", what,
			(long long)removed, fault_name(f));
	else if (removed > 0)
		log_event(LOG_INFO, "engine", "retention", "of=%s removed=%lld", what,
			(long long)removed);
}

void
retention_documents(struct call *c)
{
	int64_t removed = 0;
	if (!is_due(&c->e->documents_day, c->e))
		return;
	const struct library_reader *reader = c->reader.person != NULL ? &c->reader : NULL;
	library_read_as(c->db, NULL); /* time passes for everybody's */
	enum fault f = library_expire(&removed, c->e->library, c->db);
	library_read_as(c->db, reader);
	tell("documents", removed, f);
	if (share_expire(c->e, c->db) != FAULT_NONE)
		log_event(LOG_WARN, "engine", "retention", "of=links result=%s", fault_sentence());
}

void
retention_history(struct call *c)
{
	int64_t removed = 0;
	if (store_read_only(c->db) || !is_due(&c->seat->history_day, c->e))
		return;
	enum fault f = tutor_expire(&removed, c->tutor, c->db, c->cancel);
	if (f == FAULT_CANCELLED)
		atomic_store(&c->seat->history_day, -1);
	tell("history", removed, f);
}

/* ---- owners who do not come ---------------------------------------------------------- */

/* The owners of today are listed once a day; ABSENT: none is left. */
static enum fault
round_next(char owner[ID_BYTES], struct engine *e, struct store *db)
{
	struct round *r = &e->round;
	enum fault f = FAULT_NONE;
	if (is_due(&r->day, e)) {
		arena_clear(&r->arena);
		r->owners = (struct text_list){ .count = 0 };
		f = store_owners(&r->owners, &r->arena, db);
		r->at = 0;
	}
	if (f == FAULT_NONE && r->at == r->owners.count)
		return FAULT_ABSENT;
	if (f == FAULT_NONE)
		snprintf(owner, ID_BYTES, "%s", r->owners.items[r->at++]);
	return f;
}

enum fault
retention_round(struct engine *e, struct store *db, const struct cancel *cancel)
{
	struct call c = { .e = e, .db = db, .cancel = cancel };
	char owner[ID_BYTES];
	enum fault f = FAULT_NONE;
	pthread_rwlock_rdlock(&e->gate);
	for (int i = 0; i < ROUND_OWNERS && f == FAULT_NONE && !cancel_asked(cancel); i++) {
		if (store_is_locked(db))
			break;
		store_set_owner(db, "");
		f = round_next(owner, e, db);
		if (f == FAULT_NONE)
			f = tutors_take(&c.seat, &e->tutors, owner);
		if (f != FAULT_NONE)
			break;
		store_set_owner(db, owner);
		c.tutor = c.seat->tutor;
		retention_history(&c);
		tutors_put(&e->tutors, c.seat);
	}
	store_set_owner(db, "");
	pthread_rwlock_unlock(&e->gate);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

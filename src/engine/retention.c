/* Retention: what has outlived its time goes before anybody looks at it.
 *
 * Looked after once a day of the clock, by the first call that day which meets
 * documents or the open history.  What cannot be removed now is tried the next
 * day, or at the next call when this one was cancelled: a clean-up that fails
 * is no reason to refuse what was asked. */
#include "engine_in.h"

#define DAY_MS (24 * 60 * 60 * (int64_t)1000)

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
	enum fault f = library_expire(&removed, c->e->library, c->db);
	tell("documents", removed, f);
}

void
retention_history(struct call *c)
{
	int64_t removed = 0;
	if (store_read_only(c->db) || !is_due(&c->e->history_day, c->e))
		return;
	enum fault f = tutor_expire(&removed, c->e->tutor, c->db, c->cancel);
	if (f == FAULT_CANCELLED)
		atomic_store(&c->e->history_day, -1);
	tell("history", removed, f);
}

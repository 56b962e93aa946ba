/* What is due without anybody asking for it. */
#include "engine_in.h"

#define TEND_MS 60000
#define MAIL_MS 2000 /* a fresh one waits no longer */

/* What was deleted leaves the disk, when it did not at once. */
static void
keep_house(struct engine *e, struct store *db, const struct cancel *cancel)
{
	int64_t now_ms = e->clock.mono_ms(e->clock.arg);
	if (now_ms < e->round.house_ms)
		return;
	e->round.house_ms = now_ms + TEND_MS;
	enum fault f = library_tidy(e->library, cancel);
	if (f != FAULT_NONE && f != FAULT_CANCELLED)
		log_event(LOG_WARN, "engine", "house", "why=%s", fault_sentence());
	store_tidy(db);
}

enum fault
engine_tend(int64_t *next_ms, struct engine *e, const struct cancel *cancel)
{
	int64_t due_ms = e->outside.mail != NULL ? MAIL_MS : TEND_MS;
	struct call c = { .e = e, .cancel = cancel };
	enum fault f = pool_take(&c.db, e, "");
	if (f != FAULT_NONE)
		return f;
	pthread_mutex_lock(&e->round.lock);
	retention_documents(&c);
	f = retention_round(e, c.db, cancel);
	if (f == FAULT_NONE)
		f = guests_tend(e, c.db, cancel);
	if (f == FAULT_NONE)
		f = escalations_tend(e, c.db, cancel);
	if (f == FAULT_NONE && e->shared)
		f = library_recount(e->library, c.db);
	if (f == FAULT_NONE && e->shared)
		f = limits_tend(c.db, e->clock.wall_ms(e->clock.arg));
	if (f == FAULT_NONE)
		f = mail_tend(&due_ms, e, c.db, cancel);
	keep_house(e, c.db, cancel);
	pthread_mutex_unlock(&e->round.lock);
	tutors_tidy(&e->tutors);
	pool_put(e, c.db);
	if (f == FAULT_NONE)
		*next_ms = due_ms;
	return f;
}

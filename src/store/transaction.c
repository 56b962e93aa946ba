/* Transactions that nest by counting, and snapshots for reading.
 *
 * Only the outermost commit writes: first the heads and the root of the sealed
 * records that changed, then COMMIT, which returns when the bytes are on the disk.
 * A rollback anywhere ends the whole transaction: what an outer caller then tries
 * to commit is refused, so that half a change is never taken for a whole one.
 */
#include <errno.h>
#include <time.h>
#include "store_in.h"

#define LOOK_UP_MS 20

enum fault
run_once(struct store *s, const char *sql)
{
	struct statement *st;
	enum fault f = store_prepare(&st, s, sql);
	if (f != FAULT_NONE)
		return f;
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

void
store_set_cancel(struct store *s, const struct cancel *c)
{
	s->cancel = c;
}

/* Another task may hold it for long: look up now and then. */
static enum fault
writing_take(struct sealing *q, const struct cancel *cancel)
{
	struct timespec until;
	if (pthread_mutex_trylock(&q->writing) == 0)
		return FAULT_NONE;
	for (int waited_ms = 0; waited_ms < BUSY_MS; waited_ms += LOOK_UP_MS) {
		if (cancel_asked(cancel))
			return cancel_check(cancel);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += LOOK_UP_MS * 1000000L;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		if (pthread_mutex_timedlock(&q->writing, &until) == 0)
			return FAULT_NONE;
	}
	return fault(FAULT_BUSY, "the history is in use by another task");
}

static enum fault
begin_once(struct statement **first, struct store *s, const char *sql)
{
	struct statement *st = NULL;
	enum fault f = sql != NULL ? store_prepare(&st, s, sql) : FAULT_NONE;
	if (f == FAULT_NONE)
		f = s->driver->begin(s, st);
	if (f != FAULT_NONE) {
		statement_done(st);
		return f;
	}
	*first = st;
	return f;
}

enum fault
transaction_begin(struct statement **first, struct store *s, const char *sql)
{
	*first = NULL;
	if (s->depth > 0) {
		enum fault f = sql != NULL ? store_prepare(first, s, sql) : FAULT_NONE;
		s->depth += f == FAULT_NONE;
		return f;
	}
	enum fault f = connection_ready(s);
	if (f == FAULT_NONE)
		f = writing_take(s->sealing, s->cancel);
	if (f != FAULT_NONE)
		return f;
	f = begin_once(first, s, sql);
	if (f == FAULT_OFFLINE && s->failed && (f = connection_ready(s)) == FAULT_NONE)
		f = begin_once(first, s, sql);  /* it was cut while nothing was under way */
	if (f != FAULT_NONE) {
		pthread_mutex_unlock(&s->sealing->writing);
		return f;
	}
	s->depth = 1;
	return FAULT_NONE;
}

enum fault
store_begin(struct store *s)
{
	struct statement *none;
	return transaction_begin(&none, s, NULL);
}

void
store_rollback(struct store *s)
{
	if (s->depth == 0)
		return;
	s->driver->rollback(s);
	if (s->changing)
		heads_forget(s);
	s->changing = false;
	s->depth = 0;
	pthread_mutex_unlock(&s->sealing->writing);
}

enum fault
store_commit(struct store *s)
{
	if (s->depth == 0)
		return fault(FAULT_SYSTEM, "not saved: the transaction was rolled back");
	if (s->depth > 1) {
		s->depth--;
		return FAULT_NONE;
	}
	enum fault f = s->changing ? heads_write(s) : FAULT_NONE;
	if (f == FAULT_NONE)
		f = s->driver->commit(s);
	if (f != FAULT_NONE) {
		store_rollback(s);
		return f;
	}
	if (s->changing)
		anchor_after_commit(s);
	s->changing = false;
	s->depth = 0;
	pthread_mutex_unlock(&s->sealing->writing);
	return FAULT_NONE;
}

enum fault
store_finish(struct store *s, enum fault f)
{
	if (f == FAULT_NONE)
		return store_commit(s);         /* rolls back itself when it fails */
	store_rollback(s);
	return f;
}

enum fault
store_exec(struct store *s, const char *sql)
{
	enum fault f = connection_ready(s);
	return f == FAULT_NONE ? s->driver->exec(s, sql) : f;
}

enum fault
read_begin(struct store *s)
{
	enum fault f = connection_ready(s);
	if (f != FAULT_NONE || s->depth > 0)
		return f;
	f = s->driver->read_begin(s);
	if (f == FAULT_OFFLINE && s->failed && (f = connection_ready(s)) == FAULT_NONE)
		f = s->driver->read_begin(s);
	s->reading = f == FAULT_NONE;
	return f;
}

void
read_end(struct store *s)
{
	if (s->reading && s->db != NULL)
		s->driver->read_end(s);
	s->reading = false;
}

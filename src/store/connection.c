/* One connection: how it is opened, joined to another, opened anew, ended.
 *
 * What is below is the driver's (struct store_driver).  A connection whose write
 * failed, or that was cut, is not trusted: before its next use it is closed and
 * opened anew; what was prepared on it answers with a fault.
 */
#include "store_in.h"

#define TIDY_WAIT_MS 250        /* for others; what stays in the log is sealed, and whoever closes last empties it */

static void
connection_close(struct store *s)
{
	s->failed = true;       /* nothing more is said on it */
	statements_drop(s);
	if (s->db != NULL)
		s->driver->close(s);
	s->db = NULL;
}

enum fault
connection_ready(struct store *s)
{
	bool inside = s->depth > 0 || s->reading;
	if (s->db != NULL && !inside && !s->failed && s->driver->cut(s))
		s->failed = true;
	if (!s->failed || inside)
		return s->db ? FAULT_NONE : fault(FAULT_SYSTEM, "%s is not open", s->name);
	connection_close(s);
	log_event(LOG_WARN, "store", "reopen", "driver=%s", s->driver->name);
	return s->driver->open(s);
}

void
connection_tidy(struct store *s)
{
	if (s->db != NULL && s->depth == 0)
		s->driver->tidy(s, TIDY_WAIT_MS);
}

void
store_tidy(struct store *s)
{
	if (s->depth == 0 && connection_ready(s) == FAULT_NONE)
		s->driver->tidy(s, 0);
}

static struct sealing *
sealing_new(void)
{
	struct sealing *q = mem_new(sizeof *q);
	atomic_init(&q->users, 1);
	pthread_rwlock_init(&q->lock, NULL);
	pthread_mutex_init(&q->writing, NULL);
	q->cost = vault_cost_default();
	return q;
}

static void
sealing_free(struct sealing *q)
{
	vault_free(q->vault);
	pthread_rwlock_destroy(&q->lock);
	pthread_mutex_destroy(&q->writing);
	mem_free(q->heads.items);
	mem_free(q->heads.changed);
	mem_free(q);
}

static void
connection_free(struct store *s)
{
	statements_free(s);
	mem_free(s->path);
	mem_free(s->name);
	mem_free(s->anchor);
	mem_free(s->blob);
	mem_free(s);
}

enum fault
store_open(struct store **out, const struct store_paths *paths, const struct clock *clock)
{
	if (paths->url != NULL && paths->driver == NULL)
		return fault(FAULT_INPUT, "this program keeps its history in a file only");
	struct store *s = mem_new(sizeof *s);
	s->driver = paths->driver ? paths->driver : &store_sqlite;
	s->clock = clock ? clock : &clock_system;
	s->anchor = mem_strdup(paths->anchor);
	s->sealing = sealing_new();
	enum fault f = s->driver->place(s, paths);
	if (f == FAULT_NONE)
		f = s->driver->open(s);
	if (f == FAULT_NONE)
		f = migrate_new(s);
	if (f != FAULT_NONE) {
		store_close(s);
		return f;
	}
	*out = s;
	return FAULT_NONE;
}

enum fault
store_join(struct store **out, struct store *first)
{
	struct store *s = mem_new(sizeof *s);
	s->driver = first->driver;
	s->clock = first->clock;
	s->path = mem_strdup(first->path);
	s->name = mem_strdup(first->name);
	s->anchor = mem_strdup(first->anchor);
	s->sealing = first->sealing;
	atomic_fetch_add(&s->sealing->users, 1);
	enum fault f = s->driver->open(s);
	if (f != FAULT_NONE) {
		store_close(s);
		return f;
	}
	*out = s;
	return FAULT_NONE;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	store_rollback(s);
	bool last = atomic_fetch_sub(&s->sealing->users, 1) == 1;
	if (s->db != NULL && last) {
		anchor_write(s, false);
		connection_tidy(s);
	}
	connection_close(s);
	if (last)
		sealing_free(s->sealing);
	connection_free(s);
}

void
store_set_cost(struct store *s, struct vault_cost cost)
{
	s->sealing->cost = cost;
}

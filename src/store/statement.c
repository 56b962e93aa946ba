/* Prepared statements, kept and given again.
 *
 * Up to 64 a connection, found by a hash of their text; the least lately used one
 * that nobody holds makes room.  A wrapper outlives what the driver prepared: when the
 * connection was opened anew below a caller, his statement answers with a fault
 * instead of touching freed memory.
 */
#include "store_in.h"

static uint32_t
hash_of(const char *sql)
{
	uint32_t h = 2166136261u;     /* FNV-1a */
	for (; *sql; sql++)
		h = (h ^ (unsigned char)*sql) * 16777619u;
	return h;
}

static void
statement_free(struct statement *st)
{
	st->store->driver->finalize(st);
	mem_free(st->sql);
	mem_free(st);
}

void
statements_drop(struct store *s)
{
	for (size_t i = 0; i < s->statement_count; i++) {
		s->driver->finalize(s->statements[i]);
		s->statements[i]->raw = NULL;
	}
}

void
statements_free(struct store *s)
{
	for (size_t i = 0; i < s->statement_count; i++)
		statement_free(s->statements[i]);
	s->statement_count = 0;
}

/* A free place in the cache, made by letting the oldest idle one go; NULL: all
 * are in use. */
static struct statement **
place_for(struct store *s)
{
	struct statement **oldest = NULL;
	if (s->statement_count < STATEMENTS_KEPT)
		return &s->statements[s->statement_count++];
	for (size_t i = 0; i < STATEMENTS_KEPT; i++) {
		struct statement **at = &s->statements[i];
		if (!(*at)->in_use && (oldest == NULL || (*at)->used < (*oldest)->used))
			oldest = at;
	}
	if (oldest != NULL)
		statement_free(*oldest);
	return oldest;
}

static struct statement *
find_idle(struct store *s, const char *sql, uint32_t hash)
{
	for (size_t i = 0; i < s->statement_count; i++) {
		struct statement *st = s->statements[i];
		if (st->hash == hash && !st->in_use && st->raw != NULL && strcmp(st->sql, sql) == 0)
			return st;
	}
	return NULL;
}

static enum fault
statement_new(struct statement **out, struct store *s, const char *sql, uint32_t hash)
{
	struct statement **at = place_for(s);
	if (at == NULL)
		return fault(FAULT_LIMIT, "more than %d statements in use", STATEMENTS_KEPT);
	struct statement *st = mem_new(sizeof *st);
	st->store = s;
	st->sql = mem_strdup(sql);
	st->hash = hash;
	*at = st;
	enum fault f = s->driver->prepare(st);
	if (f != FAULT_NONE)
		st->used = 0;           /* the first to make room */
	else
		*out = st;
	return f;
}

enum fault
store_prepare(struct statement **out, struct store *s, const char *sql)
{
	uint32_t hash = hash_of(sql);
	enum fault f = connection_ready(s);
	if (f != FAULT_NONE)
		return f;
	struct statement *st = find_idle(s, sql, hash);
	if (st == NULL) {
		f = statement_new(&st, s, sql, hash);
		if (f != FAULT_NONE)
			return f;
	}
	st->in_use = true;
	st->bad_bind = st->stream = false;
	st->used = ++s->uses;
	*out = st;
	return FAULT_NONE;
}

void
statement_done(struct statement *st)
{
	if (st == NULL)
		return;
	if (st->raw != NULL)
		st->store->driver->reset(st);
	st->in_use = false;
}

static void
bound(struct statement *st, bool well)
{
	if (!well)
		st->bad_bind = true;
}

void
statement_text(struct statement *st, int at, const char *value)
{
	bound(st, st->store->driver->bind_text(st, at, value));
}

void
statement_int(struct statement *st, int at, int64_t value)
{
	bound(st, st->store->driver->bind_int(st, at, value));
}

void
statement_real(struct statement *st, int at, double value)
{
	bound(st, st->store->driver->bind_real(st, at, value));
}

void
statement_blob(struct statement *st, int at, const void *bytes, size_t n)
{
	bound(st, st->store->driver->bind_blob(st, at, bytes, n, false));
}

void
statement_blob_static(struct statement *st, int at, const void *bytes, size_t n)
{
	bound(st, st->store->driver->bind_blob(st, at, bytes, n, true));
}

enum fault
statement_step(struct statement *st)
{
	if (st->raw == NULL)
		return fault(FAULT_SYSTEM, "not saved: the database was opened anew");
	if (st->bad_bind)
		return fault(FAULT_INPUT, "a value does not fit the statement: %s", st->sql);
	if (cancel_asked(st->store->cancel))
		return cancel_check(st->store->cancel);
	return st->store->driver->step(st);
}

enum fault
statement_run(struct statement *st, int64_t *changed)
{
	enum fault f;
	do
		f = statement_step(st);
	while (f == FAULT_NONE);
	if (f != FAULT_ABSENT)
		return f;
	if (changed != NULL)
		*changed = st->store->driver->changed(st);
	return FAULT_NONE;
}

void
statement_stream(struct statement *st)
{
	st->stream = true;
}

enum fault
statement_run_later(struct statement *st)
{
	if (st->raw == NULL || st->bad_bind || st->store->depth == 0)
		return statement_run(st, NULL);
	return st->store->driver->later(st);
}

const char *
statement_col_text(struct statement *st, int col)
{
	const char *s = st->store->driver->col_text(st, col);
	return s ? s : "";
}

int64_t
statement_col_int(struct statement *st, int col)
{
	return st->store->driver->col_int(st, col);
}

double
statement_col_real(struct statement *st, int col)
{
	return st->store->driver->col_real(st, col);
}

const void *
statement_col_blob(struct statement *st, int col, size_t *n)
{
	return st->store->driver->col_blob(st, col, n);
}

bool
statement_col_null(struct statement *st, int col)
{
	return st->store->driver->col_null(st, col);
}

int64_t
store_last_id(struct store *s)
{
	return s->driver->last_id(s);
}

enum fault
query_int(int64_t *out, struct store *s, const char *sql)
{
	struct statement *st;
	enum fault f = store_prepare(&st, s, sql);
	if (f != FAULT_NONE)
		return f;
	f = statement_step(st);
	if (f == FAULT_NONE)
		*out = statement_col_int(st, 0);
	statement_done(st);
	return f;
}

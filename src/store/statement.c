/* Prepared statements, kept and given again.
 *
 * Up to 64 a connection, found by a hash of their text; the least lately used one
 * that nobody holds makes room.  A wrapper outlives its SQLite statement: when the
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
	sqlite3_finalize(st->raw);
	mem_free(st->sql);
	mem_free(st);
}

void
statements_drop(struct store *s)
{
	for (size_t i = 0; i < s->statement_count; i++) {
		sqlite3_finalize(s->statements[i]->raw);
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
	sqlite3_stmt *raw;
	const char *rest;
	int rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, &rest);
	if (rc != SQLITE_OK)
		return sqlite_fault(s, rc);
	if (raw == NULL || *rest != '\0') {
		sqlite3_finalize(raw);
		return fault(FAULT_INPUT, "not one SQL statement: %s", sql);
	}
	struct statement **at = place_for(s);
	if (at == NULL) {
		sqlite3_finalize(raw);
		return fault(FAULT_LIMIT, "more than %d statements in use", STATEMENTS_KEPT);
	}
	struct statement *st = mem_new(sizeof *st);
	st->store = s;
	st->raw = raw;
	st->sql = mem_strdup(sql);
	st->hash = hash;
	*at = *out = st;
	return FAULT_NONE;
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
	st->bad_bind = false;
	st->used = ++s->uses;
	*out = st;
	return FAULT_NONE;
}

void
statement_done(struct statement *st)
{
	if (st == NULL)
		return;
	if (st->raw != NULL) {
		sqlite3_reset(st->raw);
		sqlite3_clear_bindings(st->raw);
	}
	st->in_use = false;
}

static void
bound(struct statement *st, int rc)
{
	if (rc != SQLITE_OK)
		st->bad_bind = true;
}

void
statement_text(struct statement *st, int at, const char *value)
{
	bound(st, sqlite3_bind_text(st->raw, at, value, -1, SQLITE_TRANSIENT));
}

void
statement_int(struct statement *st, int at, int64_t value)
{
	bound(st, sqlite3_bind_int64(st->raw, at, value));
}

void
statement_real(struct statement *st, int at, double value)
{
	bound(st, sqlite3_bind_double(st->raw, at, value));
}

void
statement_blob(struct statement *st, int at, const void *bytes, size_t n)
{
	if (bytes == NULL)
		bound(st, sqlite3_bind_null(st->raw, at));
	else
		bound(st, sqlite3_bind_blob64(st->raw, at, bytes, n, SQLITE_TRANSIENT));
}

void
statement_blob_static(struct statement *st, int at, const void *bytes, size_t n)
{
	bound(st, sqlite3_bind_blob64(st->raw, at, bytes, n, SQLITE_STATIC));
}

enum fault
statement_step(struct statement *st)
{
	if (st->raw == NULL)
		return fault(FAULT_SYSTEM, "not saved: the database was opened anew");
	if (st->bad_bind)
		return fault(FAULT_INPUT, "a value does not fit the statement: %s", st->sql);
	int rc = sqlite3_step(st->raw);
	if (rc == SQLITE_ROW)
		return FAULT_NONE;
	enum fault f = rc == SQLITE_DONE ? FAULT_ABSENT : sqlite_fault(st->store, rc);
	sqlite3_reset(st->raw);
	return f;
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
		*changed = sqlite3_changes64(st->store->db);
	return FAULT_NONE;
}

const char *
statement_col_text(struct statement *st, int col)
{
	const char *s = (const char *)sqlite3_column_text(st->raw, col);
	return s ? s : "";
}

int64_t
statement_col_int(struct statement *st, int col)
{
	return sqlite3_column_int64(st->raw, col);
}

double
statement_col_real(struct statement *st, int col)
{
	return sqlite3_column_double(st->raw, col);
}

const void *
statement_col_blob(struct statement *st, int col, size_t *n)
{
	const void *bytes = sqlite3_column_blob(st->raw, col);
	*n = bytes ? (size_t)sqlite3_column_bytes(st->raw, col) : 0;
	return bytes;
}

bool
statement_col_null(struct statement *st, int col)
{
	return sqlite3_column_type(st->raw, col) == SQLITE_NULL;
}

int64_t
store_last_id(struct store *s)
{
	return sqlite3_last_insert_rowid(s->db);
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

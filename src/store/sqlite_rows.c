/* SQLite's statements and rows, as the driver wants them. */
#include "sqlite_in.h"

enum fault
sqlite_prepare(struct statement *st)
{
	struct store *s = st->store;
	sqlite3_stmt *raw;
	const char *rest;
	int rc = sqlite3_prepare_v3(s->db, st->sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, &rest);
	if (rc != SQLITE_OK)
		return sqlite_fault(s, rc);
	if (raw == NULL || *rest != '\0') {
		sqlite3_finalize(raw);
		return fault(FAULT_INPUT, "not one SQL statement: %s", st->sql);
	}
	st->raw = raw;
	return FAULT_NONE;
}

void
sqlite_finalize(struct statement *st)
{
	sqlite3_finalize(st->raw);
}

void
sqlite_reset(struct statement *st)
{
	sqlite3_reset(st->raw);
	sqlite3_clear_bindings(st->raw);
}

bool
sqlite_bind_int(struct statement *st, int at, int64_t value)
{
	return sqlite3_bind_int64(st->raw, at, value) == SQLITE_OK;
}

bool
sqlite_bind_real(struct statement *st, int at, double value)
{
	return sqlite3_bind_double(st->raw, at, value) == SQLITE_OK;
}

bool
sqlite_bind_text(struct statement *st, int at, const char *value)
{
	return sqlite3_bind_text(st->raw, at, value, -1, SQLITE_TRANSIENT) == SQLITE_OK;
}

bool
sqlite_bind_blob(struct statement *st, int at, const void *bytes, size_t n, bool lasts)
{
	if (bytes == NULL)
		return sqlite3_bind_null(st->raw, at) == SQLITE_OK;
	return sqlite3_bind_blob64(st->raw, at, bytes, n, lasts ? SQLITE_STATIC : SQLITE_TRANSIENT) == SQLITE_OK;
}

enum fault
sqlite_step(struct statement *st)
{
	int rc = sqlite3_step(st->raw);
	if (rc == SQLITE_ROW)
		return FAULT_NONE;
	enum fault f = rc == SQLITE_DONE ? FAULT_ABSENT : sqlite_fault(st->store, rc);
	sqlite3_reset(st->raw);
	return f;
}

enum fault
sqlite_later(struct statement *st)
{
	return statement_run(st, NULL);
}

int64_t
sqlite_changed(struct statement *st)
{
	return sqlite3_changes64(st->store->db);
}

const char *
sqlite_text(struct statement *st, int col)
{
	return (const char *)sqlite3_column_text(st->raw, col);
}

int64_t
sqlite_int(struct statement *st, int col)
{
	return sqlite3_column_int64(st->raw, col);
}

double
sqlite_real(struct statement *st, int col)
{
	return sqlite3_column_double(st->raw, col);
}

const void *
sqlite_blob(struct statement *st, int col, size_t *n)
{
	const void *bytes = sqlite3_column_blob(st->raw, col);
	*n = bytes ? (size_t)sqlite3_column_bytes(st->raw, col) : 0;
	return bytes;
}

bool
sqlite_null(struct statement *st, int col)
{
	return sqlite3_column_type(st->raw, col) == SQLITE_NULL;
}

/* Whose PostgreSQL schema it is, its version and health; word between processes;
 * numbers that are never used again. */
#include <stdio.h>
#include <stdlib.h>
#include "postgres_in.h"

/* The first column of the first row; ABSENT without one. */
static enum fault
ask_int(int64_t *out, struct store *s, const char *sql)
{
	postgres_free_line(s);
	PGresult *result = PQexec(link_of(s), sql);
	enum fault f = FAULT_NONE;
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		f = postgres_fault(s, result);
	else if (PQntuples(result) == 0 || PQgetisnull(result, 0, 0))
		f = FAULT_ABSENT;
	else
		*out = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return f;
}

#define OUR_TABLE "SELECT count(*) FROM pg_catalog.pg_class WHERE relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema()) AND relname = 'stoa'"
#define ALL_TABLES "SELECT count(*) FROM pg_catalog.pg_class WHERE relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema()) AND relkind IN ('r', 'p', 'v', 'm')"

static enum fault
claim_empty(struct store *s)
{
	int64_t ours = 0, tables = 0;
	enum fault f = store_begin(s);
	if (f != FAULT_NONE)
		return f;
	f = ask_int(&ours, s, OUR_TABLE);       /* another process may have been here first */
	if (f == FAULT_NONE && ours == 0)
		f = ask_int(&tables, s, ALL_TABLES);
	if (f == FAULT_NONE && tables > 0)
		f = fault(FAULT_DAMAGED, "%s is not a store of stoa", s->name);
	if (f == FAULT_NONE && ours == 0)
		f = postgres_run(s, "CREATE TABLE stoa (one BIGINT PRIMARY KEY CHECK (one = 1), version BIGINT NOT NULL);"
			"INSERT INTO stoa (one, version) VALUES (1, 0)");
	return store_finish(s, f);
}

enum fault
postgres_claim(struct store *s)
{
	int64_t ours = 0;
	enum fault f = ask_int(&ours, s, OUR_TABLE);
	return f == FAULT_NONE && ours == 0 ? claim_empty(s) : f;
}

enum fault
postgres_version(int64_t *out, struct store *s)
{
	return ask_int(out, s, "SELECT version FROM stoa");
}

enum fault
postgres_set_version(struct store *s, int version)
{
	char sql[64];
	snprintf(sql, sizeof sql, "UPDATE stoa SET version = %d", version);
	return postgres_run(s, sql);
}

/* Sums of pages are the cluster's (initdb -k); here: every index is whole. */
enum fault
postgres_check(struct store *s)
{
	int64_t bad = 0;
	enum fault f = ask_int(&bad, s, "SELECT count(*) FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid"
		" WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema()) AND NOT (i.indisvalid AND i.indisready)");
	if (f == FAULT_NONE && bad > 0)
		f = fault(FAULT_DAMAGED, "%lld indexes of %s are not whole: REINDEX them", (long long)bad, s->name);
	return f;
}

enum fault
postgres_vacuum(struct store *s)
{
	return postgres_run(s, "VACUUM record");
}

void
postgres_tidy(struct store *s, int wait_ms)
{
	(void)s, (void)wait_ms;         /* the cluster sees to itself */
}

int64_t
postgres_last_id(struct store *s)
{
	int64_t id;
	return ask_int(&id, s, "SELECT lastval()") == FAULT_NONE ? id : 0;
}

/* ---- word between processes ----------------------------------------------------- */

enum fault
postgres_notify(struct store *s, const char *channel, const char *payload)
{
	struct statement *st;
	enum fault f = store_prepare(&st, s, "SELECT pg_notify(?, ?)");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, channel);
	statement_text(st, 2, payload);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

enum fault
postgres_listen(int *fd, struct store *s, const char *channel)
{
	char sql[80];
	snprintf(sql, sizeof sql, "LISTEN \"%s\"", channel);
	enum fault f = postgres_run(s, sql);
	if (f == FAULT_NONE)
		*fd = PQsocket(link_of(s));
	return f;
}

enum fault
postgres_heard(struct store *s, store_heard_fn *heard, void *arg)
{
	PGnotify *word;
	postgres_free_line(s);
	if (!PQconsumeInput(link_of(s)) || PQisBusy(link_of(s)) || postgres_gone(s->db))
		return postgres_fault(s, NULL);
	while ((word = PQnotifies(link_of(s))) != NULL) {
		heard(word->relname, word->extra, arg);
		PQfreemem(word);
	}
	return FAULT_NONE;
}

/* ---- names that one holds ---------------------------------------------------------- */

/* Other numbers than LOCK's, which is two of four bytes. */
#define NAME "hashtextextended(current_schema()::text || '/' || ?, 0)"

static enum fault
ask_about(bool *out, struct store *s, const char *sql, const char *name)
{
	struct statement *st;
	enum fault f = store_prepare(&st, s, sql);
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, name);
	f = statement_step(st);
	if (f == FAULT_NONE)
		*out = statement_col_int(st, 0) != 0;
	statement_done(st);
	return f;
}

enum fault
postgres_hold(bool *got, struct store *s, const char *name)
{
	return ask_about(got, s, "SELECT pg_try_advisory_lock(" NAME ")", name);
}

/* What cannot be given back goes with the connection. */
void
postgres_let_go(struct store *s, const char *name)
{
	bool had = false;
	if (ask_about(&had, s, "SELECT pg_advisory_unlock(" NAME ")", name) != FAULT_NONE)
		s->failed = true;
}

/* ---- numbers that are never used again -------------------------------------------- */

static enum fault
number_step(int64_t *out, struct store *s, const char *sql, const char *table, const char *column, const int64_t *last)
{
	struct statement *st;
	enum fault f = store_prepare(&st, s, sql);
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, table);
	statement_text(st, 2, column);
	if (last != NULL)
		statement_int(st, 3, *last);
	f = statement_step(st);
	if (f == FAULT_NONE)
		*out = statement_col_int(st, 0);
	statement_done(st);
	return f;
}

enum fault
postgres_last_number(int64_t *out, struct store *s, const char *table, const char *column)
{
	return number_step(out, s, "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(?, ?)::regclass), 0)", table,
		column, NULL);
}

enum fault
postgres_set_last_number(struct store *s, const char *table, const char *column, int64_t last)
{
	int64_t same;
	if (last < 1)
		return FAULT_NONE;      /* a fresh one */
	return number_step(&same, s, "SELECT setval(pg_get_serial_sequence(?, ?)::regclass, ?)", table, column, &last);
}

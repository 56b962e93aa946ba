/* PostgreSQL below: the connection, transactions, whose database it is.
 *
 * Where SQLite has BEGIN IMMEDIATE one advisory lock, of this schema, puts writers
 * in order; it is taken in the same message as BEGIN and falls with the
 * transaction, however that ends.  A connection that was cut is OFFLINE: what was
 * not committed is gone as a whole, and the next use connects anew.  Whether a
 * commit that was cut arrived is not known; ids make it harmless to do again.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include "postgres_in.h"

#define SERVER_LEAST 120000
#define URL_MAX 4096
#define LOCK "pg_advisory_xact_lock(1398034241, hashtext(current_schema()))"

static PGconn *
link_of(struct store *s)
{
	return ((struct postgres *)s->db)->link;
}

/* By the first characters of an SQLSTATE; the longest that fits is first. */
static const struct state { const char *begins; enum fault fault; const char *sentence; } states[] = {
	{ "23505", FAULT_EXISTS, "it is there already" },
	{ "23", FAULT_INPUT, "the database refused a row" },
	{ "2202", FAULT_INPUT, "a text is not UTF-8, or a value is not of its kind" },
	{ "22", FAULT_INPUT, "a value does not fit the database" },
	{ "40", FAULT_BUSY, "the history is in use by another task" },
	{ "55P03", FAULT_BUSY, "the history is in use by another process" },
	{ "57014", FAULT_BUSY, "the database took too long" },
	{ "53100", FAULT_SYSTEM, "not saved: the disk of the database is full" },
	{ "53300", FAULT_BUSY, "the database has no connection left" },
	{ "57P", FAULT_OFFLINE, "the database is shutting down or starting" },
	{ "08", FAULT_OFFLINE, "the database cannot be reached" },
	{ "25P04", FAULT_OFFLINE, "the database cannot be reached" },
	{ "25006", FAULT_DENIED, "the database is read only" },
	{ "28", FAULT_DENIED, "the database refused the account" },
	{ "3D", FAULT_DENIED, "there is no such database" },
	{ "42501", FAULT_DENIED, "the account of the database may not do that" },
	{ "54", FAULT_LIMIT, "a value is too large for the database" },
	{ "XX001", FAULT_DAMAGED, "the database is damaged" },
	{ "XX002", FAULT_DAMAGED, "an index of the database is damaged" },
	{ "", FAULT_SYSTEM, "the database says" },
};

static bool
is_gone(const struct postgres *p)
{
	return p->ended || PQstatus(p->link) != CONNECTION_OK;
}

/* The primary message names constraints and columns; values are in the detail. */
enum fault
postgres_fault(struct store *s, const PGresult *result)
{
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	const char *why = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	bool gone = s->db == NULL || is_gone(s->db);
	size_t i = 0;
	if (state == NULL)
		state = gone ? "08" : "";
	while (!str_starts(state, states[i].begins))
		i++;
	enum fault kind = gone ? FAULT_OFFLINE : states[i].fault;
	if (kind == FAULT_OFFLINE)
		s->failed = true;
	return fault(kind, "%s%s: %s", gone && s->depth > 0 ? "not saved: " : "",
		gone ? "the connection to the database was cut" : states[i].sentence, why ? why : s->name);
}

enum fault
postgres_run(struct store *s, const char *sql)
{
	postgres_free_line(s);
	PGresult *result = PQexec(link_of(s), sql);
	ExecStatusType status = PQresultStatus(result);
	enum fault f = FAULT_NONE;
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
		f = postgres_fault(s, result);
	PQclear(result);
	return f;
}

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

/* ---- the connection ------------------------------------------------------------ */

/* The last word of a server that ends a connection comes as a notice. */
static void
take_notice(void *arg, const PGresult *result)
{
	struct postgres *p = arg;
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	if (state != NULL && str_starts(state, "57P"))
		p->ended = true;
}

/* Sentences name host and database, never what else a URL may hold. */
static enum fault
postgres_place(struct store *s, const struct store_paths *paths)
{
	if (paths->url == NULL || strlen(paths->url) > URL_MAX)
		return fault(FAULT_INPUT, "the URL of the database is %s", paths->url ? "too long" : "missing");
	char *why = NULL;
	const char *host = NULL, *database = NULL;
	PQconninfoOption *options = PQconninfoParse(paths->url, &why);
	if (options == NULL) {
		PQfreemem(why);         /* it may repeat the URL */
		return fault(FAULT_INPUT, "the URL of the database is not one of PostgreSQL");
	}
	for (PQconninfoOption *o = options; o->keyword != NULL; o++) {
		if (str_same(o->keyword, "host"))
			host = o->val;
		else if (str_same(o->keyword, "dbname"))
			database = o->val;
	}
	struct text name;
	text_init(&name, 600);
	text_printf(&name, "the database %.200s at %.200s", database ? database : "of the account", host ? host : "this machine");
	s->name = text_take(&name);
	s->path = mem_strdup(paths->url);
	PQconninfoFree(options);
	return FAULT_NONE;
}

/* What the URL does not say; it comes after these and wins. */
static PGconn *
connect_to(const char *url)
{
	static const char *const names[] = { "connect_timeout", "tcp_user_timeout", "keepalives_idle", "keepalives_interval",
		"keepalives_count", "fallback_application_name", "dbname", "client_encoding", NULL };
	const char *const values[] = { "10", "20000", "30", "10", "3", "stoa", url, "UTF8", NULL };
	return PQconnectdbParams(names, values, 1);
}

static enum fault
look_at(struct store *s)
{
	PGconn *link = link_of(s);
	const char *encoding = PQparameterStatus(link, "server_encoding");
	if (PQserverVersion(link) < SERVER_LEAST)
		return fault(FAULT_INPUT, "%s is older than PostgreSQL %d", s->name, SERVER_LEAST / 10000);
	if (!str_same(encoding, "UTF8"))
		return fault(FAULT_INPUT, "%s does not keep UTF-8", s->name);
	return postgres_run(s, "SET lock_timeout = '10s'; SET synchronous_commit = on; SET standard_conforming_strings = on;"
		" SET idle_in_transaction_session_timeout = '5min'; SET client_min_messages = error;"
		/* What a machine that died has held is free within a minute. */
		" SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3");
}

static void
postgres_close(struct store *s)
{
	struct postgres *p = s->db;
	postgres_free_line(s);
	PQfinish(p->link);
	mem_free(p);
}

static enum fault
postgres_open(struct store *s)
{
	struct postgres *p = mem_new(sizeof *p);
	p->link = connect_to(s->path);
	s->db = p;
	s->failed = false;
	enum fault f = FAULT_NONE;
	if (PQstatus(p->link) == CONNECTION_OK) {
		PQsetNoticeReceiver(p->link, take_notice, p);
		f = look_at(s);
	} else {        /* the message names host and account, and no password */
		const char *why = PQerrorMessage(p->link);
		f = fault(strstr(why, "password") || strstr(why, "no pg_hba.conf") ? FAULT_DENIED : FAULT_OFFLINE,
			"%s cannot be reached: %.*s", s->name, (int)strcspn(why, "\n"), why);
	}
	if (f == FAULT_NONE)
		return f;
	postgres_close(s);
	s->db = NULL;
	s->failed = true;
	return f;
}

/* Nothing is asked of it now: bytes that wait are its last words, or news. */
static bool
postgres_cut(struct store *s)
{
	struct postgres *p = s->db;
	struct pollfd waiting = { .fd = PQsocket(p->link), .events = POLLIN };
	if (p->streaming != NULL)
		return false;
	if (poll(&waiting, 1, 0) > 0 && (!PQconsumeInput(p->link) || PQisBusy(p->link)))    /* reads what came */
		return true;
	return is_gone(p);
}

static enum fault
postgres_exec(struct store *s, const char *sql)
{
	struct text theirs;
	text_init(&theirs, 1 << 20);
	postgres_sql(&theirs, sql);
	enum fault f = text_check(&theirs, "SQL");
	if (f == FAULT_NONE)
		f = postgres_run(s, theirs.data);
	text_clear(&theirs);
	return f;
}

/* ---- transactions ----------------------------------------------------------------- */

static void
postgres_rollback(struct store *s)
{
	if (s->db == NULL || s->failed)
		return;
	postgres_free_line(s);
	if (PQtransactionStatus(link_of(s)) != PQTRANS_IDLE && postgres_run(s, "ROLLBACK") != FAULT_NONE)
		s->failed = true;
}

static enum fault
postgres_begin(struct store *s)
{
	enum fault f = postgres_run(s, "BEGIN; SELECT " LOCK);
	if (f != FAULT_NONE)
		postgres_rollback(s);
	return f;
}

/* COMMIT of a transaction in which something failed answers ROLLBACK. */
static enum fault
commit_fault(struct store *s, PGresult *result)
{
	if (PQresultStatus(result) != PGRES_COMMAND_OK) {
		enum fault f = postgres_fault(s, result);
		return f != FAULT_OFFLINE ? f :
			fault(f, "it is not known whether it was saved: the connection to the database was cut");
	}
	return str_same(PQcmdStatus(result), "COMMIT") ? FAULT_NONE : fault(FAULT_SYSTEM, "not saved: something before it failed");
}

static enum fault
postgres_commit(struct store *s)
{
	struct postgres *p = s->db;
	PGresult *result;
	enum fault f = FAULT_NONE;
	if (p->later == 0) {
		postgres_free_line(s);
		result = PQexec(p->link, "COMMIT");
	} else {                /* with what was left for later, in one message */
		if (!PQsendQueryParams(p->link, "COMMIT", 0, NULL, NULL, NULL, NULL, 0))
			return postgres_fault(s, NULL);
		p->later++;
		f = postgres_collect(&result, s);
	}
	if (f == FAULT_NONE)
		f = commit_fault(s, result);
	PQclear(result);
	return f;
}

static enum fault
postgres_read_begin(struct store *s)
{
	return postgres_run(s, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

static void
postgres_read_end(struct store *s)
{
	postgres_rollback(s);
}

/* ---- whose database it is ------------------------------------------------------------ */

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
	if (f == FAULT_NONE)
		return store_commit(s);
	store_rollback(s);
	return f;
}

static enum fault
postgres_claim(struct store *s)
{
	int64_t ours = 0;
	enum fault f = ask_int(&ours, s, OUR_TABLE);
	return f == FAULT_NONE && ours == 0 ? claim_empty(s) : f;
}

static enum fault
postgres_version(int64_t *out, struct store *s)
{
	return ask_int(out, s, "SELECT version FROM stoa");
}

static enum fault
postgres_set_version(struct store *s, int version)
{
	char sql[64];
	snprintf(sql, sizeof sql, "UPDATE stoa SET version = %d", version);
	return postgres_run(s, sql);
}

/* Sums of pages are the cluster's (initdb -k); here: every index is whole. */
static enum fault
postgres_check(struct store *s)
{
	int64_t bad = 0;
	enum fault f = ask_int(&bad, s, "SELECT count(*) FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid"
		" WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema()) AND NOT (i.indisvalid AND i.indisready)");
	if (f == FAULT_NONE && bad > 0)
		f = fault(FAULT_DAMAGED, "%lld indexes of %s are not whole: REINDEX them", (long long)bad, s->name);
	return f;
}

static enum fault
postgres_vacuum(struct store *s)
{
	return postgres_run(s, "VACUUM record");
}

static void
postgres_tidy(struct store *s)
{
	(void)s;        /* the log is the cluster's */
}

static int64_t
postgres_last_id(struct store *s)
{
	int64_t id;
	return ask_int(&id, s, "SELECT lastval()") == FAULT_NONE ? id : 0;
}

/* ---- word between processes ----------------------------------------------------- */

static enum fault
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

static enum fault
postgres_listen(int *fd, struct store *s, const char *channel)
{
	char sql[80];
	snprintf(sql, sizeof sql, "LISTEN \"%s\"", channel);
	enum fault f = postgres_run(s, sql);
	if (f == FAULT_NONE)
		*fd = PQsocket(link_of(s));
	return f;
}

static enum fault
postgres_heard(struct store *s, store_heard_fn *heard, void *arg)
{
	PGnotify *word;
	postgres_free_line(s);
	if (!PQconsumeInput(link_of(s)) || PQisBusy(link_of(s)) || is_gone(s->db))
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

static enum fault
postgres_hold(bool *got, struct store *s, const char *name)
{
	return ask_about(got, s, "SELECT pg_try_advisory_lock(" NAME ")", name);
}

/* What cannot be given back goes with the connection. */
static void
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

static enum fault
postgres_last_number(int64_t *out, struct store *s, const char *table, const char *column)
{
	return number_step(out, s, "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence(?, ?)::regclass), 0)", table,
		column, NULL);
}

static enum fault
postgres_set_last_number(struct store *s, const char *table, const char *column, int64_t last)
{
	int64_t same;
	if (last < 1)
		return FAULT_NONE;      /* a fresh one */
	return number_step(&same, s, "SELECT setval(pg_get_serial_sequence(?, ?)::regclass, ?)", table, column, &last);
}

const struct store_driver store_postgres = {
	.name = "postgres", .place = postgres_place, .open = postgres_open, .close = postgres_close, .cut = postgres_cut,
	.exec = postgres_exec, .begin = postgres_begin, .commit = postgres_commit, .rollback = postgres_rollback,
	.read_begin = postgres_read_begin, .read_end = postgres_read_end, .claim = postgres_claim,
	.version = postgres_version, .set_version = postgres_set_version, .check = postgres_check,
	.vacuum = postgres_vacuum, .tidy = postgres_tidy, .last_id = postgres_last_id,
	.prepare = pg_prepare, .finalize = pg_finalize, .reset = pg_reset,
	.bind_int = pg_bind_int, .bind_real = pg_bind_real, .bind_text = pg_bind_text, .bind_blob = pg_bind_blob,
	.step = pg_step, .later = pg_later, .changed = pg_changed, .col_text = pg_text, .col_int = pg_int,
	.col_real = pg_real, .col_blob = pg_blob, .col_null = pg_null,
	.notify = postgres_notify, .listen = postgres_listen, .heard = postgres_heard,
	.hold = postgres_hold, .let_go = postgres_let_go,
	.last_number = postgres_last_number, .set_last_number = postgres_set_last_number,
	.nearness = &postgres_nearness,
};

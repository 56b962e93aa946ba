/* PostgreSQL below: the connection, its faults, transactions.
 *
 * Where SQLite has BEGIN IMMEDIATE one advisory lock, of this schema, puts writers
 * in order; it is taken in the same message as BEGIN and falls with the
 * transaction, however that ends.  A connection that was cut is OFFLINE: what was
 * not committed is gone as a whole, and the next use connects anew.  Whether a
 * commit that was cut arrived is not known; ids make it harmless to do again.
 */
#include <poll.h>
#include "postgres_in.h"

#define SERVER_LEAST 120000
#define URL_MAX 4096
#define LOCK "pg_advisory_xact_lock(1398034241, hashtext(current_schema()))"

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

bool
postgres_gone(const struct postgres *p)
{
	return p->ended || PQstatus(p->link) != CONNECTION_OK;
}

/* The primary message names constraints and columns; values are in the detail. */
enum fault
postgres_fault(struct store *s, const PGresult *result)
{
	const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
	const char *why = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	bool gone = s->db == NULL || postgres_gone(s->db);
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

/* Of every transaction: to be read and planned once, not each time. */
static const struct { const char *name, *sql; } ready_made[] = { { "begin", "BEGIN" }, { "lock", "SELECT " LOCK }, { "commit", "COMMIT" } };

static enum fault
look_at(struct store *s)
{
	PGconn *link = link_of(s);
	const char *encoding = PQparameterStatus(link, "server_encoding");
	if (PQserverVersion(link) < SERVER_LEAST)
		return fault(FAULT_INPUT, "%s is older than PostgreSQL %d", s->name, SERVER_LEAST / 10000);
	if (!str_same(encoding, "UTF8"))
		return fault(FAULT_INPUT, "%s does not keep UTF-8", s->name);
	for (size_t i = 0; i < COUNT_OF(ready_made); i++)
		PQclear(PQprepare(link, ready_made[i].name, ready_made[i].sql, 0, NULL));
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
	return postgres_gone(p);
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

/* In one message; what first tells comes with the answer. */
static enum fault
postgres_begin(struct store *s, struct statement *first)
{
	PGresult *last = NULL;
	enum fault f = postgres_later(s, "begin");
	if (f == FAULT_NONE)
		f = postgres_later(s, "lock");
	if (f == FAULT_NONE)
		f = first != NULL ? pg_ask(first) : postgres_collect(&last, s);
	PQclear(last);
	if (f != FAULT_NONE)
		postgres_rollback(s);
	return f;
}

/* With what was left for later, in one message. COMMIT of a transaction in which
 * something failed answers ROLLBACK. */
static enum fault
postgres_commit(struct store *s)
{
	PGresult *result = NULL;
	enum fault f = postgres_later(s, "commit");
	if (f == FAULT_NONE)
		f = postgres_collect(&result, s);
	if (f == FAULT_NONE && !str_same(PQcmdStatus(result), "COMMIT"))
		f = fault(FAULT_SYSTEM, "not saved: something before it failed");
	PQclear(result);
	return f != FAULT_OFFLINE ? f :
		fault(f, "it is not known whether it was saved: the connection to the database was cut");
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

/* What the tests of the store share: a store in a scratch folder, opened by a key
 * file (no stretching), ids by number, and a view of the records as text.
 *
 * With STOA_TEST_POSTGRES, the URL of a server of the test's own, the same tests run
 * against PostgreSQL, each store in a schema of its own (tests/store/postgres.c). */
#ifndef STORE_TEST_H
#define STORE_TEST_H
#include <libpq-fe.h>
#include <sqlite3.h>
#include "../stoa_test.h"
#include "stoa/store.h"

#define CHAT "c0000000000000000000000000000001"
#define OTHER "c0000000000000000000000000000002"
#define CHEAP (struct vault_cost){ 1, 46 * 1024 }

struct bench {
	char folder[64], database[96], anchor[96];
	struct still clock_at;
	struct clock clock;
	struct vault_secret key;
	struct store *store;
};

static inline bool
on_postgres(void)
{
	return getenv("STOA_TEST_POSTGRES") != NULL;
}
/* What only a file can have. */
#define OF_FILES_ONLY() do { if (on_postgres()) return; } while (0)

void postgres_sql(struct text *out, const char *sql);

/* An id from a number; each thread may hold eight at once. */
static inline const char *
ID(unsigned n)
{
	static _Thread_local char ids[8][ID_BYTES];
	static _Thread_local unsigned next;
	char *id = ids[next++ % 8];
	snprintf(id, ID_BYTES, "%032x", n);
	return id;
}

static inline struct vault_secret
secret_of(const char *s)
{
	struct vault_secret out = vault_secret_new(strlen(s));
	memcpy(out.bytes, s, out.len);
	return out;
}

/* ---- PostgreSQL -------------------------------------------------------------- */

/* The schema of a database path: its bytes as letters and digits. */
static inline void
schema_of(char out[128], const char *database)
{
	size_t n = 0;
	out[n++] = 's';
	for (const char *c = database; *c != '\0' && n < 60; c++)
		out[n++] = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') ? *c : (*c >= 'A' && *c <= 'Z') ? *c : '_';
	out[n] = '\0';
}

static inline const char *
url_of(const char *database)
{
	static _Thread_local char url[512];
	char name[128];
	schema_of(name, database);
	snprintf(url, sizeof url, "%s&options=-csearch_path%%3D%%22%s%%22", getenv("STOA_TEST_POSTGRES"), name);
	return url;
}

/* SQL of ours, or PostgreSQL's as it is, in the schema of that database. */
static inline void
postgres_do(const char *database, const char *sql, bool ours)
{
	PGconn *link = PQconnectdb(url_of(database));
	struct text t;
	text_init(&t, 1 << 20);
	ck_assert_msg(PQstatus(link) == CONNECTION_OK, "%s", PQerrorMessage(link));
	PQclear(PQexec(link, "SET client_min_messages = error"));
	if (ours)
		postgres_sql(&t, sql);
	else
		text_put(&t, sql);
	PGresult *result = PQexec(link, t.data);
	ExecStatusType status = PQresultStatus(result);
	ck_assert_msg(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, "%s: %s", sql, PQerrorMessage(link));
	PQclear(result);
	PQfinish(link);
	text_clear(&t);
}

static inline bool
schema_is_there(const char *database)
{
	PGconn *link = PQconnectdb(url_of(database));
	ck_assert_msg(PQstatus(link) == CONNECTION_OK, "%s", PQerrorMessage(link));
	PGresult *result = PQexec(link, "SELECT 1 WHERE current_schema() IS NOT NULL");
	bool there = PQntuples(result) == 1;
	PQclear(result);
	PQfinish(link);
	return there;
}

static inline void
schema_make(const char *database)
{
	char name[128];
	struct text t;
	if (schema_is_there(database))
		return;
	schema_of(name, database);
	text_init(&t, 4096);
	text_printf(&t, "CREATE SCHEMA \"%s\"; CREATE FUNCTION \"%s\".zeroblob(bigint) RETURNS bytea AS "
		"$$ SELECT decode(repeat('00', $1::int), 'hex') $$ LANGUAGE SQL", name, name);
	postgres_do(database, t.data, false);
	text_clear(&t);
}

static inline void
schema_drop(const char *database)
{
	char name[128];
	struct text t;
	schema_of(name, database);
	text_init(&t, 4096);
	text_printf(&t, "DROP SCHEMA IF EXISTS \"%s\" CASCADE; DROP SCHEMA IF EXISTS \"%s_saved\" CASCADE", name, name);
	postgres_do(database, t.data, false);
	text_clear(&t);
}

/* ---- a store ------------------------------------------------------------------- */

/* Any path's store: a file, or the schema named after it. */
static inline enum fault
open_at(struct store **out, const char *database, const char *anchor, const struct clock *clock)
{
	struct store_paths paths = { .database = database, .anchor = anchor };
	if (on_postgres()) {
		schema_make(database);
		paths = (struct store_paths){ .url = url_of(database), .driver = &store_postgres, .anchor = anchor };
	}
	return store_open(out, &paths, clock);
}

static inline enum fault
bench_store(struct bench *b, struct store **out)
{
	return open_at(out, b->database, b->anchor, &b->clock);
}

/* What was closed is gone: an empty schema, or no file. */
static inline void
bench_remove(const struct bench *b)
{
	if (!on_postgres()) {
		ck_assert_int_eq(unlink(b->database), 0);
		return;
	}
	schema_drop(b->database);
	schema_make(b->database);
}

/* A new store, sealed by a key file. */
static inline void
bench_open(struct bench *b)
{
	WELL(vault_start());
	memset(b, 0, sizeof *b);
	snprintf(b->folder, sizeof b->folder, "%s", scratch());
	snprintf(b->database, sizeof b->database, "%s/local.db", b->folder);
	snprintf(b->anchor, sizeof b->anchor, "%s/anchor", b->folder);
	b->clock_at.now_ms = 1000000;
	b->clock = STILL_CLOCK(&b->clock_at);
	b->key = secret_of("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
	WELL(bench_store(b, &b->store));
	store_set_cost(b->store, CHEAP);
	WELL(store_seal_new(b->store, SLOT_KEY_FILE, &b->key, "test"));
}

static inline enum fault
bench_again(struct bench *b)
{
	store_close(b->store);
	b->store = NULL;
	WELL(bench_store(b, &b->store));
	store_set_cost(b->store, CHEAP);
	return store_unlock(b->store, SLOT_KEY_FILE, &b->key);
}

static inline void
bench_reopen(struct bench *b)
{
	WELL(bench_again(b));
}

static inline void
bench_close(struct bench *b)
{
	store_close(b->store);
	vault_secret_clear(&b->key);
	if (on_postgres())
		schema_drop(b->database);
	scratch_remove(b->folder);
}

/* Append one record of text. */
static inline void
put_text(struct store *s, const char *conv, unsigned id, const char *text)
{
	WELL(store_put(s, KIND_MESSAGE, conv, ID(id), text, strlen(text)));
}

/* "id=plain id=plain ..." of what was walked over; burials as "id=-". */
static inline enum fault
show_record(const struct sealed *rec, void *arg)
{
	text_printf(arg, "%s%lx=%s", ((struct text *)arg)->len ? " " : "", strtoul(rec->rec_id + 20, NULL, 16),
		rec->kind == KIND_TOMBSTONE ? rec->flags & SEALED_CHAIN_END ? "END" : "-" : rec->plain);
	return FAULT_NONE;
}

/* Run SQL on the database by another connection, as a thief would; the store must
 * be closed or idle. */
static inline void
tamper(const char *database, const char *sql)
{
	sqlite3 *db;
	char *why = NULL;
	if (on_postgres()) {
		postgres_do(database, sql, true);
		return;
	}
	ck_assert_int_eq(sqlite3_open(database, &db), SQLITE_OK);
	int rc = sqlite3_exec(db, sql, NULL, NULL, &why);
	ck_assert_msg(rc == SQLITE_OK, "%s: %s", sql, why ? why : "");
	sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_close(db);
}

static inline void
copy_file(const char *from, const char *to)
{
	struct text t;
	text_init(&t, 1 << 26);
	WELL(file_read(&t, from));
	WELL(file_write(to, t.data, t.len));
	text_clear(&t);
}

/* The whole of a closed store put aside, and brought back over what is there. */
static inline void
bench_save(const struct bench *b)
{
	char saved[128];
	snprintf(saved, sizeof saved, "%s/saved", b->folder);
	if (!on_postgres())
		copy_file(b->database, saved);
	else
		postgres_do(b->database, "DO $$ DECLARE t text; BEGIN EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', current_schema() || '_saved');"
			"EXECUTE format('CREATE SCHEMA %I', current_schema() || '_saved');"
			"FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP"
			" EXECUTE format('CREATE TABLE %I.%I AS TABLE %I', current_schema() || '_saved', t, t); END LOOP; END $$", false);
}

static inline void
bench_bring_back(const struct bench *b)
{
	char saved[128];
	snprintf(saved, sizeof saved, "%s/saved", b->folder);
	if (!on_postgres())
		copy_file(saved, b->database);
	else
		postgres_do(b->database, "DO $$ DECLARE t text; BEGIN"
			" FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP"
			" EXECUTE format('DELETE FROM %I', t);"
			" EXECUTE format('INSERT INTO %I SELECT * FROM %I.%I', t, current_schema() || '_saved', t); END LOOP; END $$", false);
}

#endif

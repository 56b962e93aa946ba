/* What the tests of the store share: a store in a scratch folder, opened by a key
 * file (no stretching), ids by number, and a view of the records as text. */
#ifndef STORE_TEST_H
#define STORE_TEST_H
#include <sqlite3.h>
#include "../stoa_test.h"
#include "stoa/store.h"
#include "../support/on_postgres.h"

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

/* ---- a store ------------------------------------------------------------------- */

static inline enum fault
open_at(struct store **out, const char *database, const char *anchor, const struct clock *clock)
{
	struct store_paths paths = store_paths_of(database, anchor);
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

/* Everything sealed in a closed store put aside, and brought back over what is there. */
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
			"FOREACH t IN ARRAY ARRAY['vault', 'slot', 'epoch', 'record', 'head', 'root'] LOOP"
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
			" FOREACH t IN ARRAY ARRAY['vault', 'slot', 'epoch', 'record', 'head', 'root'] LOOP"
			" EXECUTE format('DELETE FROM %I', t);"
			" EXECUTE format('INSERT INTO %I SELECT * FROM %I.%I', t, current_schema() || '_saved', t); END LOOP; END $$", false);
}

#endif

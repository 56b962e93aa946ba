/* What the tests of the store share: a store in a scratch folder, opened by a key
 * file (no stretching), ids by number, and a view of the records as text. */
#ifndef STORE_TEST_H
#define STORE_TEST_H
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

static inline enum fault
bench_store(struct bench *b, struct store **out)
{
	struct store_paths paths = { .database = b->database, .anchor = b->anchor };
	return store_open(out, &paths, &b->clock);
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

/* Run SQL on the file by another connection, as a thief would; the store must be
 * closed or idle. */
static inline void
tamper(const char *database, const char *sql)
{
	sqlite3 *db;
	char *why = NULL;
	ck_assert_int_eq(sqlite3_open(database, &db), SQLITE_OK);
	int rc = sqlite3_exec(db, sql, NULL, NULL, &why);
	ck_assert_msg(rc == SQLITE_OK, "%s: %s", sql, why ? why : "");
	sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_close(db);
}

#endif

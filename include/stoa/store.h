/* store -- the one database below stoa, and the sealed records in it.
 *
 * The only room that knows which database it is (SQLite, or PostgreSQL where the
 * program hands in its driver).  It owns the
 * schema (numbered migrations, up and down), prepared statements, transactions,
 * the slots of the vault, and the sealed record set with its chain (AT-REST.md).
 * Documents' passages are plain rows; everything a person wrote is a sealed
 * record.  Acknowledged means durable (WAL, synchronous=FULL).
 * Threads: a struct store is one connection, used by one thread at a time;
 * store_join() opens another on the same file and unlocked vault; the first may be
 * in use meanwhile.
 */
#ifndef STOA_STORE_H
#define STOA_STORE_H
#include "stoa/vault.h"

struct store;
struct statement;

/* ---- life --------------------------------------------------------------- */

struct store_driver;
extern const struct store_driver store_sqlite;
extern const struct store_driver store_postgres;    /* only named by programs that link libpq */
struct store_paths {
	const char *database, *anchor;          /* files; anchor: outside, may be NULL */
	const char *url;                        /* instead of database: postgresql://... */
	const struct store_driver *driver;      /* NULL: SQLite */
};
/* Open, making the file (0600) and the newest schema when absent. The vault is
 * locked until store_unlock() or store_seal_new(). DAMAGED: not our file. */
enum fault store_open(struct store **out, const struct store_paths *paths, const struct clock *clock) STOA_MUST;
enum fault store_join(struct store **out, struct store *first) STOA_MUST;
void store_close(struct store *s);       /* anchors, truncates the WAL; NULL is harmless */
bool store_is_new(const struct store *s);      /* no slot yet: first run */
bool store_is_locked(const struct store *s);   /* one that is new is too */
enum fault store_migrate(struct store *s, int to_version) STOA_MUST;   /* -1: newest */
int store_version(struct store *s);
/* PRAGMA quick_check and foreign keys; DAMAGED names the first finding. */
enum fault store_check(struct store *s) STOA_MUST;

/* ---- the lock -------------------------------------------------------------- */

struct store_slot { uint16_t idx; enum vault_slot_type type; char label[41]; };
/* First run: a new vault with one slot. */
enum fault store_seal_new(struct store *s, enum vault_slot_type type, const struct vault_secret *secret, const char *label) STOA_MUST;
/* Tries the slots of that type; verifies chain, root and anchor afterwards.
 * DENIED: wrong secret. DAMAGED: altered; the sentence says where. When the keys
 * themselves were whole the store is then unlocked and read only: what still opens
 * can be read, and store_anchor_accept() goes on with that. */
enum fault store_unlock(struct store *s, enum vault_slot_type type, const struct vault_secret *secret) STOA_MUST;
void store_lock(struct store *s);          /* of all joined: anchors, forgets the keys, truncates the WAL */
void store_forget(struct store *s);        /* only forgets the keys of all joined; from any thread, s may be in use */
/* Argon2id cost of slots made from now on; else vault_cost_default(). */
void store_set_cost(struct store *s, struct vault_cost cost);
enum fault store_slots(struct store_slot *out, size_t *count, struct store *s) STOA_MUST;  /* out holds VAULT_SLOTS_MAX */
enum fault store_slot_add(struct store *s, enum vault_slot_type type, const struct vault_secret *secret, const char *label) STOA_MUST;
enum fault store_slot_remove(struct store *s, uint16_t idx) STOA_MUST;  /* DENIED: the last, or only a keyring left */
/* Replace a slot's secret: new master key, new epoch, everything sealed again,
 * one transaction; other slots are dropped unless their secret is given again. */
enum fault store_rekey(struct store *s, enum vault_slot_type type, const struct vault_secret *secret, const char *label, void (*progress)(size_t done, size_t total, void *arg), void *arg) STOA_MUST;
/* What opening found against the anchor. */
enum store_anchor_state { ANCHOR_NONE, ANCHOR_SAME, ANCHOR_AHEAD /* normal crash */, ANCHOR_BEHIND /* history went back */, ANCHOR_ALTERED };
enum store_anchor_state store_anchor(const struct store *s, uint64_t *changes_back);
/* The person chose to go on: what no longer opens is dropped, the rest is chained anew. */
enum fault store_anchor_accept(struct store *s) STOA_MUST;
bool store_read_only(const struct store *s);   /* behind or altered, not accepted; or it lies where nothing is written */
enum fault store_writable(const struct store *s) STOA_MUST;    /* DENIED says which of these */
/* Verify every chain again from the first record, and open every record. DAMAGED
 * names the conversation or record. */
enum fault store_verify(struct store *s, uint64_t *records) STOA_MUST;

/* ---- statements: portable SQL, `?` parameters ---------------------------------- */

enum fault store_begin(struct store *s) STOA_MUST;      /* BEGIN IMMEDIATE; nests by counting */
enum fault store_commit(struct store *s) STOA_MUST;     /* durable when it returns NONE */
/* After a fault; harmless outside. Ends the whole transaction: an outer commit is refused. */
void store_rollback(struct store *s);
/* The end of what was begun: commit when f is NONE, else roll back; what came of it. */
enum fault store_finish(struct store *s, enum fault f) STOA_MUST;
enum fault store_exec(struct store *s, const char *sql) STOA_MUST;
/* A cached prepared statement, reset and unbound. Give back with statement_done(). */
enum fault store_prepare(struct statement **out, struct store *s, const char *sql) STOA_MUST;
void statement_text(struct statement *st, int at /* from 1 */, const char *value /* NULL */);
void statement_int(struct statement *st, int at, int64_t value);
void statement_real(struct statement *st, int at, double value);
void statement_blob(struct statement *st, int at, const void *bytes, size_t n);
/* NONE: a row is there. ABSENT: no more rows (no sentence is made). */
enum fault statement_step(struct statement *st) STOA_MUST;
/* Run to the end; *changed rows when not NULL. EXISTS on a broken UNIQUE. */
enum fault statement_run(struct statement *st, int64_t *changed) STOA_MUST;
const char *statement_col_text(struct statement *st, int col /* from 0 */);  /* borrowed to the next step; never NULL */
int64_t statement_col_int(struct statement *st, int col);
double statement_col_real(struct statement *st, int col);
const void *statement_col_blob(struct statement *st, int col, size_t *n);
bool statement_col_null(struct statement *st, int col);
void statement_done(struct statement *st);
int64_t store_last_id(struct store *s);

/* ---- vectors of passages ------------------------------------------------- */

/* Does the database search by nearness itself (PostgreSQL with pgvector)? Then what
 * it takes is made, and vectors of passages are rows of it; else all but the removing
 * answer ABSENT. They are derived: no copy holds them. */
bool store_vectors(struct store *s);
/* Those of one document, in place of what it had; passage n has vectors[n * dims]. */
enum fault store_vectors_put(struct store *s, int64_t document, const float *vectors, size_t dims, size_t count) STOA_MUST;
enum fault store_vectors_remove(struct store *s, int64_t document) STOA_MUST;
typedef void store_vector_fn(int64_t document, int64_t n, const float *vector, void *arg);
/* The nearest of completed documents by inner product in single precision, ties by
 * place; of no other dims than asked for. all: of every such document. */
struct store_near { const float *to; size_t dims, most; const int64_t *documents; size_t count; bool all; };
enum fault store_vectors_near(struct store *s, const struct store_near *near, store_vector_fn *each, void *arg) STOA_MUST;
/* Those of these passages that have one, in no order. */
struct store_place { int64_t document, n; };
enum fault store_vectors_get(struct store *s, const struct store_place *of, size_t count, size_t dims, store_vector_fn *each, void *arg) STOA_MUST;

/* ---- a copy of everything ------------------------------------------------ */

/* A whole copy of the database as it is at this moment, in one file (0600, whole or
 * not at all) that store_open() opens, whatever the database is: SQLite to SQLite,
 * PostgreSQL to SQLite. Others may write meanwhile. What is sealed stays sealed: the
 * copy opens with the slots it was made with. EXISTS: the file is there already. */
enum fault store_backup(struct store *s, const char *file) STOA_MUST;
/* Such a copy into a place where nothing is yet (a file that is not there, an empty
 * PostgreSQL schema), brought to the newest schema; the copy itself is not changed.
 * EXISTS: something is there. DAMAGED: no copy of ours. An anchor that is ahead of it
 * says so at the next unlocking. */
enum fault store_restore(const struct store_paths *to, const char *file) STOA_MUST;

/* ---- word between processes ------------------------------------------------- */

/* Tell whoever listens, in every process on this database: at once, or when the
 * transaction commits. channel: letters and _; payload at most STORE_WORD_MAX bytes.
 * SQLite: there is one process; nothing is sent. */
#define STORE_WORD_MAX 7900
enum fault store_notify(struct store *s, const char *channel, const char *payload) STOA_MUST;
/* From now on *fd is readable when something may have come on the channel; -1: nothing
 * ever comes. A connection that listens is kept for that. */
enum fault store_listen(int *fd, struct store *s, const char *channel) STOA_MUST;
typedef void store_heard_fn(const char *channel, const char *payload, void *arg);
/* What has come, in order. OFFLINE: the connection was cut and something may be
 * lost: store_listen() again, with a new fd, and look at everything. */
enum fault store_heard(struct store *s, store_heard_fn *heard, void *arg) STOA_MUST;
/* Hold a name that one connection of all processes can hold at a time, until it lets go
 * or ends, however it ends; *got false: another has it. SQLite: there is one process,
 * and everything is got. A connection that was cut has let go of all. */
enum fault store_hold(bool *got, struct store *s, const char *name) STOA_MUST;
void store_let_go(struct store *s, const char *name);   /* runs also when asked to stop */
/* Seal what is kept for minutes and in no chain, for the connection's owner: bound to
 * his id, to id (32 hex digits) and to n. LOCKED. */
enum fault store_seal(struct text *out, struct store *s, const char *id, int64_t n, const void *plain, size_t bytes) STOA_MUST;
/* out is emptied first. DAMAGED: altered, or somebody else's. */
enum fault store_unseal(struct text *out, struct store *s, const char *id, int64_t n, const void *blob, size_t bytes) STOA_MUST;

/* ---- owners ------------------------------------------------------------- */

/* Whose sealed records this connection reads and writes from now on: 32 hex digits,
 * or "" for the one person of this machine (so it is at first).  Two owners may use
 * the same ids and never meet.  Anything else: every sealed call answers INPUT. */
void store_set_owner(struct store *s, const char *owner);
/* What the caller wants to travel with the connection, for rooms above that are
 * handed nothing else: who reads, and what he may see. The store does not look at it. */
void store_set_note(struct store *s, const void *note);
const void *store_note(const struct store *s);
/* What that is now, to come back to. */
void store_owner(char out[ID_BYTES], const struct store *s);
/* From now on what runs through this connection ends as CANCELLED once c is asked,
 * within a row or 50 ms; NULL: nothing does. What must be finished all the same
 * (clearing up) sets NULL first. */
void store_set_cancel(struct store *s, const struct cancel *c);
/* Everybody but "" who has a record that is not buried. */
enum fault store_owners(struct text_list *out, struct arena *a, struct store *s) STOA_MUST;
/* Bury everything of the connection's owner, in one transaction. */
enum fault store_bury_owner(struct store *s) STOA_MUST;

/* ---- sealed records ----------------------------------------------------------------- */

#define SEALED_CHAIN_END 1u  /* flag of a tombstone: buries its chain up to there */
/* A conversation here is any chain of records: a chat, a quiz attempt, the
 * settings.  ids are 32 hex digits.  Records are immutable: an edit is the same
 * rec_id with rev+1; readers see the newest revision. */
struct sealed {
	enum vault_kind kind;
	const char *conv_id, *rec_id;
	uint64_t lseq;
	uint32_t rev, flags;
	const char *plain;         /* JSON of the kind's record; NUL behind it */
	size_t plain_bytes;
};
/* Seal and append, in one transaction (or the caller's). LOCKED, LIMIT (too large). */
enum fault store_put(struct store *s, enum vault_kind kind, const char *conv_id, const char *rec_id, const char *plain, size_t plain_bytes) STOA_MUST;
/* Newest revision; what *out points to lives in a. */
enum fault store_get(struct sealed *out, struct arena *a, struct store *s, const char *rec_id) STOA_MUST;
typedef enum fault sealed_fn(const struct sealed *rec, void *arg);
/* Newest revision of each record of a chain, in order of first appearance.
 * conv_id NULL: of every chain. kind 0: every kind. Tombstones are left out. The
 * callback may write, for the same owner; what it appends is not walked over. DAMAGED at the end:
 * everything whole was handed out, altered records were left out. */
enum fault store_each(struct store *s, const char *conv_id, enum vault_kind kind, sealed_fn *each, void *arg) STOA_MUST;
/* Every record new, edited or buried after a given lseq, in that order, for keeping
 * an index: an edit comes with its new text, a burial as KIND_TOMBSTONE with the
 * rec_id it buries. A buried chain: SEALED_CHAIN_END is set and rec_id means nothing. */
enum fault store_each_since(struct store *s, uint64_t after_lseq, sealed_fn *each, void *arg) STOA_MUST;
/* Replace by a tombstone that keeps (AAD, tag): the chain still verifies. */
enum fault store_bury(struct store *s, const char *rec_id) STOA_MUST;
enum fault store_bury_chain(struct store *s, const char *conv_id) STOA_MUST;
enum fault store_vacuum(struct store *s) STOA_MUST;   /* gives back the room of the buried, at once */
/* Now and then, when there is nothing to do: what was deleted leaves SQLite's log, and
 * its room is given back when that is a quarter of the file and takes no second.
 * Waits for nobody. Closing and locking do the same. */
void store_tidy(struct store *s);

#endif

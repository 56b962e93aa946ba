/* The inside of the store room: one connection, and what joined ones share.
 *
 * struct sealing is shared by every connection that was joined to another: the
 * keys (readers-writer lock), and the heads of all chains, kept in memory so that
 * a commit hashes them once and reads none.  `writing` is held from BEGIN to
 * COMMIT: inside one process a writer is woken at once where SQLite's busy handler
 * would sleep; between processes the database's own lock counts.
 */
#ifndef STORE_IN_H
#define STORE_IN_H
#include <pthread.h>
#include <string.h>
#include "stoa/store.h"

#define STATEMENTS_KEPT 64
#define BUSY_MS 10000

typedef unsigned char id_bytes[VAULT_ID_BYTES];
struct own_id { id_bytes owner, id; };     /* owner of zeros: nobody, "" */

/* ---- schema ------------------------------------------------------------- */

/* kept: a query that counts what going down would lose; with a sentence of what it is. */
struct migration { int version; const char *room, *up, *down, *kept, *sentence; };
extern const struct migration schema[];
extern const size_t schema_count;

/* ---- what joined connections share ------------------------------------------ */

struct heads {                      /* guarded by sealing.writing */
	bool known;                 /* items are those of generation */
	uint64_t generation, last_lseq, records;
	unsigned char root[VAULT_HASH_BYTES];   /* of generation, as it stood in the database */
	struct vault_head *items;   /* of all owners, sorted by owner and conv_id */
	size_t count, cap;
	struct own_id *changed;     /* since BEGIN; may hold one id more than once */
	size_t changed_count, changed_cap;
};
struct sealing {
	atomic_int users;
	pthread_rwlock_t lock;      /* guards vault */
	struct vault *vault;        /* NULL: locked */
	pthread_mutex_t writing;
	struct heads heads;
	struct vault_cost cost;
	atomic_bool read_only, broken;      /* broken: the file contradicts itself */
	atomic_int anchor_state;            /* enum store_anchor_state */
	atomic_uint_least64_t changes_back;
	uint64_t anchored;                  /* generation in the anchor file; guarded by writing */
	int64_t anchored_mono_ms;
};

/* ---- one connection ----------------------------------------------------------- */

struct statement {
	struct store *store;
	void *raw;                  /* the driver's; NULL after the connection was opened anew */
	char *sql;
	uint32_t hash;
	bool in_use, bad_bind, stream;
	uint64_t used;              /* for letting the oldest go */
};
struct store {
	const struct store_driver *driver;
	void *db;                   /* the driver's connection; NULL: none */
	char *path, *anchor;        /* path may hold a password: never shown; anchor may be NULL */
	char *name;                 /* of the database, for sentences */
	const struct clock *clock;
	struct sealing *sealing;
	struct statement *statements[STATEMENTS_KEPT];
	size_t statement_count;
	uint64_t uses;
	id_bytes owner;
	bool bad_owner;             /* what was set is no owner */
	const void *note;           /* the caller's */
	const struct cancel *cancel;
	int depth;                  /* of nested transactions */
	bool changing;              /* this transaction changes sealed records */
	bool reading;               /* inside read_begin() */
	unsigned char *blob;        /* the one being sealed */
	size_t blob_cap;
	bool fixed;                 /* opened for reading only: the file cannot be written */
	bool failed;                /* a write failed below, or it was cut: open anew before the next use */
};

/* ---- what is below ---------------------------------------------------------------- */

/* Vectors as rows: see store_vectors(). remove and put: inside a transaction. */
struct store_nearness {
	bool (*ready)(struct store *s);
	enum fault (*put)(struct store *s, int64_t document, const float *vectors, size_t dims, size_t count);
	enum fault (*remove)(struct store *s, int64_t document);
	enum fault (*near)(struct store *s, const struct store_near *near, store_vector_fn *each, void *arg);
	enum fault (*get)(struct store *s, const struct store_place *of, size_t count, size_t dims, store_vector_fn *each, void *arg);
};

/* Everything that differs between databases.  SQL is written once, in what both
 * understand; words that only differ in name are translated by the driver. */
struct store_driver {
	const char *name;
	enum fault (*place)(struct store *s, const struct store_paths *paths);     /* path and name; makes a file */
	enum fault (*open)(struct store *s);    /* db, and failed = false; NULL and true after a fault */
	void (*close)(struct store *s);
	bool (*cut)(struct store *s);           /* noticed while idle: open it anew */
	enum fault (*exec)(struct store *s, const char *sql);       /* any number of statements */
	/* begin: one writer at a time of all processes; BUSY after BUSY_MS. first: what is
	 * stepped next, so that its rows may come along; or NULL. */
	enum fault (*begin)(struct store *s, struct statement *first);
	enum fault (*commit)(struct store *s);
	void (*rollback)(struct store *s);
	enum fault (*read_begin)(struct store *s);
	void (*read_end)(struct store *s);
	/* Of the schema; claim: an empty database becomes ours, another's is refused. */
	enum fault (*claim)(struct store *s);
	enum fault (*version)(int64_t *out, struct store *s);
	enum fault (*set_version)(struct store *s, int version);
	enum fault (*check)(struct store *s);
	enum fault (*vacuum)(struct store *s);
	void (*tidy)(struct store *s, int wait_ms);     /* of store_tidy() */
	int64_t (*last_id)(struct store *s);
	enum fault (*prepare)(struct statement *st);        /* st->sql to st->raw */
	void (*finalize)(struct statement *st);             /* raw may be NULL */
	void (*reset)(struct statement *st);                /* unbound too */
	bool (*bind_int)(struct statement *st, int at, int64_t value);
	bool (*bind_real)(struct statement *st, int at, double value);
	bool (*bind_text)(struct statement *st, int at, const char *value);
	bool (*bind_blob)(struct statement *st, int at, const void *bytes, size_t n, bool lasts);
	enum fault (*step)(struct statement *st);           /* ABSENT at the end; then it may run again */
	enum fault (*later)(struct statement *st);          /* run before the commit ends, which tells a fault */
	int64_t (*changed)(struct statement *st);
	const char *(*col_text)(struct statement *st, int col);     /* NULL for NULL */
	int64_t (*col_int)(struct statement *st, int col);
	double (*col_real)(struct statement *st, int col);
	const void *(*col_blob)(struct statement *st, int col, size_t *n);
	bool (*col_null)(struct statement *st, int col);
	/* Word between processes; channel is checked. NULL, all of them: there is one process. */
	enum fault (*notify)(struct store *s, const char *channel, const char *payload);
	enum fault (*listen)(int *fd, struct store *s, const char *channel);
	enum fault (*heard)(struct store *s, store_heard_fn *heard, void *arg);
	enum fault (*hold)(bool *got, struct store *s, const char *name);
	void (*let_go)(struct store *s, const char *name);
	/* Numbers that are never used again, of a table with AUTOINCREMENT: the last. */
	enum fault (*last_number)(int64_t *out, struct store *s, const char *table, const char *column);
	enum fault (*set_last_number)(struct store *s, const char *table, const char *column, int64_t last);
	const struct store_nearness *nearness;  /* NULL: it has none */
	/* Everything as of now into a file that is empty; NULL: copied row by row. */
	enum fault (*copy)(struct store *s, const char *file);
};

/* connection.c */
enum fault connection_ready(struct store *s) STOA_MUST;    /* opens anew after a failed write */
void connection_tidy(struct store *s);
/* statement.c */
void statements_drop(struct store *s);          /* finalise; the wrappers stay */
void statements_free(struct store *s);
/* Its rows may be more than memory should hold: they come as they are asked for. */
void statement_stream(struct statement *st);
/* Run inside a transaction, where nobody asks how it went before the commit does. */
enum fault statement_run_later(struct statement *st) STOA_MUST;
void statement_blob_static(struct statement *st, int at, const void *bytes, size_t n);
enum fault run_once(struct store *s, const char *sql) STOA_MUST;
/* One row of one integer; ABSENT without a row. */
enum fault query_int(int64_t *out, struct store *s, const char *sql) STOA_MUST;
/* transaction.c: store_begin(), and a statement whose rows may come with its answer. */
enum fault transaction_begin(struct statement **first, struct store *s, const char *sql) STOA_MUST;
/* One snapshot for several reads; inside a transaction it is that. */
enum fault read_begin(struct store *s) STOA_MUST;
void read_end(struct store *s);
/* migrate.c */
enum fault migrate_new(struct store *s) STOA_MUST;

/* ---- keys ------------------------------------------------------------------------ */

/* The vault, held against locking until vault_return(); LOCKED. */
enum fault vault_borrow(const struct vault **out, struct store *s) STOA_MUST;
void vault_return(struct store *s);
void vault_install(struct store *s, struct vault *v);    /* frees the old one */
/* slots.c: everything that the slots' MAC covers, as one run of bytes. */
struct slot_rows {
	unsigned char slots[VAULT_SLOTS_MAX][VAULT_SLOT_BYTES];
	size_t slot_count;
	uint32_t epochs[VAULT_SLOTS_MAX];
	unsigned char wrapped[VAULT_SLOTS_MAX][VAULT_EPOCH_BYTES];
	size_t epoch_count;
	id_bytes store_id;
	unsigned char mac[VAULT_HASH_BYTES];
};
enum fault slots_read(struct slot_rows *out, struct store *s) STOA_MUST;
void slots_mac(unsigned char out[VAULT_HASH_BYTES], const struct vault *v, const struct slot_rows *rows);
/* Inside a transaction: the rows of a slot, of the newest epoch, of the MAC. */
enum fault slot_write(struct store *s, const struct vault *v, enum vault_slot_type type, uint16_t idx, const struct vault_secret *secret, const char *label) STOA_MUST;
enum fault epoch_write(struct store *s, const struct vault *v) STOA_MUST;
enum fault slots_mac_write(struct store *s, const struct vault *v) STOA_MUST;

/* ---- sealed records ------------------------------------------------------------------ */

/* One row of the record table, in the order of RECORD_COLUMNS. */
#define RECORD_COLUMNS "lseq, kind, fmt, epoch, rev, flags, size, owner, conv_id, rec_id, tag, blob"
enum { COL_KIND = 1, COL_REC_ID = 9, COL_BLOB = 11 };
struct record_row {
	struct vault_record bound;
	uint32_t size;                      /* P, the padded size */
	unsigned char tag[VAULT_TAG_BYTES];
};
enum fault record_row_read(struct record_row *out, struct statement *st) STOA_MUST;
/* Open a blob; LOCKED, or DAMAGED naming the record. */
enum fault record_row_open(struct text *plain, struct store *s, const struct record_row *row, const void *blob, size_t blob_bytes) STOA_MUST;
/* Append a record of the connection's owner to its chain inside a transaction.
 * EXISTS: rec_id with rev is there. */
struct record_new { enum vault_kind kind; uint32_t rev, flags; const void *plain; size_t n; id_bytes conv_id, rec_id; };
enum fault record_append(struct store *s, const struct record_new *r) STOA_MUST;

/* heads.c, inside a transaction but for the first */
/* store_begin() of what changes sealed records; LOCKED, DENIED (read only). A fault
 * has rolled back. */
enum fault heads_begin(struct store *s) STOA_MUST;
/* The head of a chain in sorted items; a new chain is started. */
struct vault_head *head_put(struct vault_head **items, size_t *count, size_t *cap, const struct vault *v, const struct own_id *key);
bool heads_has(struct store *s, const struct own_id *key);
void heads_changed(struct store *s, const struct own_id *key);
int by_own_id(const void *a, const void *b);         /* of what begins with a struct own_id */
enum fault heads_write(struct store *s) STOA_MUST;   /* heads and root */
void heads_forget(struct store *s);                  /* rolled back */
/* Root row as stored. */
struct root_row { uint64_t generation, count; uint32_t epoch; unsigned char hash[VAULT_HASH_BYTES]; };
enum fault root_read(struct root_row *out, struct store *s) STOA_MUST;
enum fault root_write(struct store *s, const struct root_row *row) STOA_MUST;
enum fault heads_read(struct vault_head **items, size_t *count, size_t *cap, struct store *s, uint64_t after_generation) STOA_MUST;
enum fault head_write(struct store *s, const struct vault_head *h, uint64_t generation) STOA_MUST;

/* owner.c: the owner column is empty for nobody, else 16 bytes. */
enum fault owner_check(const struct store *s) STOA_MUST;        /* INPUT: not one */
bool owner_is_nobody(const unsigned char *owner);
void owner_bind(struct statement *st, int at, const unsigned char *owner);
bool owner_read(unsigned char *out, struct statement *st, int col);   /* false: altered */
/* Everybody who has a record, as they stand in the file. */
struct owner_list { id_bytes *items; size_t count, cap; };
enum fault owners_read(struct owner_list *out, struct store *s) STOA_MUST;
/* read.c: store_each_since() over all owners. */
enum fault records_each(struct store *s, sealed_fn *each, void *arg) STOA_MUST;
/* verify.c: chains, heads and root as they are in the file now. deep: open every
 * record too. */
enum fault chains_verify(struct root_row *root, uint64_t *records, struct store *s, bool deep) STOA_MUST;
/* rebuild.c: go on with what still opens, inside a transaction. */
enum fault chains_rebuild(struct store *s) STOA_MUST;

/* anchor.c */
/* What the file held; SAME until it is compared. */
struct anchor_found { enum store_anchor_state state; unsigned char bytes[VAULT_ANCHOR_BYTES]; };
void anchor_read(struct anchor_found *out, const struct store *s);
void anchor_compare(struct store *s, const struct root_row *root, const struct anchor_found *found);
void anchor_after_commit(struct store *s);      /* writing is held */
void anchor_write(struct store *s, bool holding_writing);

#endif

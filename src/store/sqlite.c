/* SQLite below: the file and who may read it, the settings, transactions.
 *
 * The file is never opened by us and closed again while SQLite has it: closing
 * any descriptor of a file drops all POSIX locks of the process on it, SQLite's
 * too.  So an existing file is looked at with lstat(2), and only a file that is
 * not there yet is made with open(2).  SQLite gives -wal and -shm the same mode.
 * After a failed write or fsync the connection is not trusted: it is closed and
 * opened anew, and the fsync is never tried again (AT-REST.md rule 2).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "sqlite_in.h"

#define APPLICATION_ID 0x53544f41    /* "STOA" */
#define LENGTH_MAX (64 * 1024 * 1024)
#define WAL_TRIES 100
#define SHRINK_LEAST_PAGES 1024      /* 4 MB */
#define SHRINK_MOST_PAGES 16384      /* 64 MB: about half a second */

static const char settings[] =
	"PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;"
	"PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;"
	"PRAGMA foreign_keys=ON; PRAGMA cache_size=-8000;";
static const struct { int option, value; } switches[] = {
	{ SQLITE_DBCONFIG_DEFENSIVE, 1 }, { SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
	{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 }, { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
	{ SQLITE_DBCONFIG_DQS_DML, 0 }, { SQLITE_DBCONFIG_DQS_DDL, 0 },
};
static const struct { int limit, value; } limits[] = {
	{ SQLITE_LIMIT_LENGTH, LENGTH_MAX }, { SQLITE_LIMIT_SQL_LENGTH, 1000000 },
	{ SQLITE_LIMIT_ATTACHED, 1 },       /* VACUUM attaches one */
	{ SQLITE_LIMIT_WORKER_THREADS, 0 },
};

enum fault
sqlite_fault(struct store *s, int rc)
{
	const char *why = sqlite3_errmsg(s->db);
	switch (rc & 0xff) {
	case SQLITE_OK: case SQLITE_ROW: case SQLITE_DONE:
		return FAULT_NONE;
	case SQLITE_BUSY: case SQLITE_LOCKED:
		return fault(FAULT_BUSY, "the history is in use by another process");
	case SQLITE_CONSTRAINT:
		if (rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY || rc == SQLITE_CONSTRAINT_ROWID)
			return fault(FAULT_EXISTS, "it is there already (%s)", why);
		return fault(FAULT_INPUT, "the database refused a row: %s", why);
	case SQLITE_CORRUPT: case SQLITE_NOTADB: case SQLITE_FORMAT:
		return fault(FAULT_DAMAGED, "%s is damaged: %s", s->name, why);
	case SQLITE_TOOBIG:
		return fault(FAULT_LIMIT, "a value is too large for the database");
	case SQLITE_INTERRUPT:
		return fault(FAULT_CANCELLED, "the database was interrupted");
	case SQLITE_FULL:
		s->failed = true;
		return fault(FAULT_SYSTEM, "not saved: the disk is full");
	case SQLITE_CANTOPEN: case SQLITE_READONLY:
		s->failed = true;
		return fault(FAULT_SYSTEM, "%s%s and its folder cannot be written: %s (%d)",
			s->depth > 0 ? "not saved: " : "", s->name, why, rc);
	case SQLITE_IOERR: case SQLITE_NOMEM: case SQLITE_PROTOCOL:
		s->failed = true;
		return fault(FAULT_SYSTEM, "%s%s (%d)", s->depth > 0 ? "not saved: " : "", why, rc);
	default:
		return fault(FAULT_SYSTEM, "the database says: %s (%d)", why, rc);
	}
}

/* The file's path with its folder resolved, so that only the last step is left to
 * look at; makes the folder. */
static enum fault
resolve(char **out, const char *path)
{
	char folder[PATH_MAX], real[PATH_MAX];
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t n = slash ? (size_t)(slash - path) : 0;
	if (n >= sizeof folder || *name == '\0')
		return fault(FAULT_INPUT, "%s is no path of a file", path);
	snprintf(folder, sizeof folder, "%.*s", n ? (int)n : 1, n ? path : slash ? "/" : ".");
	enum fault f = folder_make(folder);
	if (f != FAULT_NONE)
		return f;
	if (realpath(folder, real) == NULL)
		return fault_errno("%s", folder);
	struct text t;
	text_init(&t, PATH_MAX);
	text_printf(&t, "%s/%s", real, name);
	f = text_check(&t, "the path of the database");
	if (f != FAULT_NONE) {
		text_clear(&t);
		return f;
	}
	*out = text_take(&t);
	return FAULT_NONE;
}

/* Ours, regular, no symbolic link, 0600; made when it is not there. */
static enum fault
prepare_file(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0) {
		int rc = fchmod(fd, 0600);
		close(fd);
		return rc < 0 ? fault_errno("%s", path) : FAULT_NONE;
	}
	if (errno != EEXIST)
		return fault_errno("%s cannot be made", path);
	if (lstat(path, &st) < 0)
		return fault_errno("%s", path);
	if (!S_ISREG(st.st_mode))
		return fault(FAULT_DENIED, "%s is not a regular file", path);
	if (st.st_uid != geteuid())
		return fault(FAULT_DENIED, "%s belongs to another user", path);
	if ((st.st_mode & 077) != 0 && chmod(path, 0600) < 0)
		return fault_errno("%s", path);
	return FAULT_NONE;
}

/* A fresh file may be turned to WAL by two processes at once; SQLite does not
 * call the busy handler there. */
static int
set_wal(sqlite3 *db)
{
	int rc = SQLITE_BUSY;
	for (int i = 0; i < WAL_TRIES && (rc & 0xff) == SQLITE_BUSY; i++) {
		if (i > 0)
			sqlite3_sleep(20);
		rc = sqlite3_exec(db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
	}
	return rc;
}

static int
open_usual(sqlite3 **out, const char *path)
{
	return sqlite3_open_v2(path, out, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE, NULL);
}

static int
open_as(struct store *s, int (*how)(sqlite3 **out, const char *path))
{
	sqlite3 *db;
	int rc = how(&db, s->path);
	s->db = db;
	s->fixed = how != open_usual;
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_busy_timeout(db, BUSY_MS);
	for (size_t i = 0; i < COUNT_OF(limits); i++)
		sqlite3_limit(db, limits[i].limit, limits[i].value);
	for (size_t i = 0; i < COUNT_OF(switches) && rc == SQLITE_OK; i++)
		rc = sqlite3_db_config(db, switches[i].option, switches[i].value, (int *)NULL);
	if (rc == SQLITE_OK && !s->fixed)
		rc = set_wal(db);
	return rc == SQLITE_OK ? sqlite3_exec(db, settings, NULL, NULL, NULL) : rc;
}

static int
open_again(struct store *s, int (*how)(sqlite3 **out, const char *path))
{
	sqlite3_close_v2(s->db);
	return open_as(s, how);
}

static enum fault
sqlite_open(struct store *s)
{
	int rc = open_as(s, open_usual);
	if (rc != SQLITE_OK && sqlite_alone_may(s->path, rc) && (rc = open_again(s, sqlite_alone_open)) == SQLITE_DONE)
		rc = open_again(s, open_usual);
	if (rc != SQLITE_OK && sqlite_fixed_may(s->path, rc))
		rc = open_again(s, sqlite_fixed_open);
	if (rc == SQLITE_OK) {
		s->failed = false;
		return FAULT_NONE;
	}
	enum fault f = sqlite_fault(s, rc);
	sqlite3_close_v2(s->db);
	s->db = NULL;
	s->failed = true;
	return f;
}

static enum fault
sqlite_place(struct store *s, const struct store_paths *paths)
{
	if (paths->database == NULL)
		return fault(FAULT_INPUT, "no file is named for the history");
	enum fault f = resolve(&s->path, paths->database);
	if (f != FAULT_NONE)
		return f;
	s->name = mem_strdup(s->path);
	return prepare_file(s->path);
}

static void
sqlite_close(struct store *s)
{
	sqlite3_close_v2(s->db);
}

static bool
sqlite_cut(struct store *s)
{
	return s->fixed && sqlite_fixed_no_more(s->path);
}

static enum fault
sqlite_exec(struct store *s, const char *sql)
{
	return sqlite_fault(s, sqlite3_exec(s->db, sql, NULL, NULL, NULL));
}

static enum fault
sqlite_begin(struct store *s, struct statement *first)
{
	(void)first;    /* nothing is nearer than a row of this file */
	return run_once(s, "BEGIN IMMEDIATE");
}

static enum fault
sqlite_commit(struct store *s)
{
	return run_once(s, "COMMIT");
}

/* SQLite may have rolled back by itself (full disk). */
static void
sqlite_rollback(struct store *s)
{
	if (!sqlite3_get_autocommit(s->db) && sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK)
		s->failed = true;
}

static enum fault
sqlite_read_begin(struct store *s)
{
	return sqlite3_get_autocommit(s->db) ? run_once(s, "SAVEPOINT reading") : FAULT_NONE;
}

static void
sqlite_read_end(struct store *s)
{
	if (!sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "RELEASE reading", NULL, NULL, NULL);
}

/* application_id says that the file is ours before anything in it is believed. */
static enum fault
claim_empty(struct store *s)
{
	int64_t id, tables;
	enum fault f = store_begin(s);
	if (f != FAULT_NONE)
		return f;
	f = query_int(&id, s, "PRAGMA application_id");
	if (f == FAULT_NONE && id != APPLICATION_ID) {
		f = query_int(&tables, s, "SELECT count(*) FROM sqlite_schema");
		if (f == FAULT_NONE && (tables != 0 || id != 0))
			f = fault(FAULT_DAMAGED, "%s is not a store of stoa", s->name);
		if (f == FAULT_NONE)
			f = store_exec(s, "PRAGMA application_id=1398034241");
	}
	return store_finish(s, f);
}

static enum fault
sqlite_claim(struct store *s)
{
	int64_t id;
	enum fault f = query_int(&id, s, "PRAGMA application_id");
	return f == FAULT_NONE && id != APPLICATION_ID ? claim_empty(s) : f;
}

/* user_version is the number of the last migration applied. */
static enum fault
sqlite_version(int64_t *out, struct store *s)
{
	return query_int(out, s, "PRAGMA user_version");
}

static enum fault
sqlite_set_version(struct store *s, int version)
{
	char pragma[64];
	snprintf(pragma, sizeof pragma, "PRAGMA user_version=%d", version);
	return sqlite_exec(s, pragma);
}

static enum fault
sqlite_check(struct store *s)
{
	static const char *const checks[] = { "PRAGMA quick_check(1)", "PRAGMA foreign_key_check" };
	for (size_t i = 0; i < COUNT_OF(checks); i++) {
		struct statement *st;
		enum fault f = store_prepare(&st, s, checks[i]);
		if (f != FAULT_NONE)
			return f;
		f = statement_step(st);
		if (f == FAULT_NONE && !str_same(statement_col_text(st, 0), "ok"))
			f = fault(FAULT_DAMAGED, "%s is damaged: %s", s->name, statement_col_text(st, 0));
		statement_done(st);
		if (f != FAULT_NONE && f != FAULT_ABSENT)
			return f;
	}
	return FAULT_NONE;
}

static enum fault
sqlite_vacuum(struct store *s)
{
	return sqlite_exec(s, "VACUUM");
}

/* VACUUM makes the file anew beside the other writers and holds it in memory: only of
 * what is small, when much of it is free. */
static bool
is_worth_shrinking(struct store *s)
{
	int64_t pages, spare;
	return !s->fixed && query_int(&pages, s, "PRAGMA page_count") == FAULT_NONE &&
		query_int(&spare, s, "PRAGMA freelist_count") == FAULT_NONE && spare >= SHRINK_LEAST_PAGES &&
		spare * 4 >= pages && pages - spare <= SHRINK_MOST_PAGES;
}

static void
sqlite_tidy(struct store *s, int wait_ms)
{
	bool shrink = is_worth_shrinking(s);
	sqlite3_busy_timeout(s->db, wait_ms);
	if (shrink)
		sqlite3_exec(s->db, "VACUUM", NULL, NULL, NULL);
	sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(s->db, BUSY_MS);
}

static int64_t
sqlite_last_id(struct store *s)
{
	return sqlite3_last_insert_rowid(s->db);
}

/* ---- numbers that are never used again ---------------------------------------- */

static enum fault
sequence(struct statement **out, struct store *s, const char *sql, const char *table)
{
	enum fault f = store_prepare(out, s, sql);
	if (f == FAULT_NONE)
		statement_text(*out, 1, table);
	return f;
}

static enum fault
sqlite_last_number(int64_t *out, struct store *s, const char *table, const char *column)
{
	struct statement *st;
	enum fault f = sequence(&st, s, "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?", table);
	(void)column;
	if (f != FAULT_NONE)
		return f;
	f = statement_step(st);
	if (f == FAULT_NONE)
		*out = statement_col_int(st, 0);
	statement_done(st);
	return f;
}

static enum fault
sqlite_set_last_number(struct store *s, const char *table, const char *column, int64_t last)
{
	struct statement *st;
	enum fault f = sequence(&st, s, "DELETE FROM sqlite_sequence WHERE name = ?", table);
	(void)column;
	if (f == FAULT_NONE) {
		f = statement_run(st, NULL);
		statement_done(st);
	}
	if (f == FAULT_NONE)
		f = sequence(&st, s, "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", table);
	if (f == FAULT_NONE) {
		statement_int(st, 2, last);
		f = statement_run(st, NULL);
		statement_done(st);
	}
	return f;
}

/* VACUUM INTO reads one snapshot while others write, and writes no dead bytes. */
static enum fault
sqlite_copy(struct store *s, const char *file)
{
	struct statement *st;
	enum fault f = store_prepare(&st, s, "VACUUM INTO ?");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, file);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

const struct store_driver store_sqlite = {
	.name = "sqlite", .place = sqlite_place, .open = sqlite_open, .close = sqlite_close, .cut = sqlite_cut,
	.exec = sqlite_exec, .begin = sqlite_begin, .commit = sqlite_commit, .rollback = sqlite_rollback,
	.read_begin = sqlite_read_begin, .read_end = sqlite_read_end, .claim = sqlite_claim,
	.version = sqlite_version, .set_version = sqlite_set_version, .check = sqlite_check,
	.vacuum = sqlite_vacuum, .tidy = sqlite_tidy, .last_id = sqlite_last_id,
	.prepare = sqlite_prepare, .finalize = sqlite_finalize, .reset = sqlite_reset,
	.bind_int = sqlite_bind_int, .bind_real = sqlite_bind_real, .bind_text = sqlite_bind_text, .bind_blob = sqlite_bind_blob,
	.step = sqlite_step, .later = sqlite_later, .changed = sqlite_changed, .col_text = sqlite_text, .col_int = sqlite_int,
	.col_real = sqlite_real, .col_blob = sqlite_blob, .col_null = sqlite_null,
	.last_number = sqlite_last_number, .set_last_number = sqlite_set_last_number, .copy = sqlite_copy,
};

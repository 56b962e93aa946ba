/* One connection to the file: who may read it, how SQLite is set, how it ends.
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
#include "store_in.h"

#define LENGTH_MAX (64 * 1024 * 1024)
#define WAL_TRIES 100
#define CHECKPOINT_MS 250

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
		return fault(FAULT_DAMAGED, "%s is damaged: %s", s->path, why);
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
			s->depth > 0 ? "not saved: " : "", s->path, why, rc);
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

static enum fault
connection_open(struct store *s)
{
	int rc = sqlite3_open_v2(s->path, &s->db,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
			SQLITE_OPEN_EXRESCODE,
		NULL);
	if (rc != SQLITE_OK)
		goto out;
	sqlite3_busy_timeout(s->db, BUSY_MS);
	for (size_t i = 0; i < COUNT_OF(limits); i++)
		sqlite3_limit(s->db, limits[i].limit, limits[i].value);
	for (size_t i = 0; i < COUNT_OF(switches) && rc == SQLITE_OK; i++)
		rc = sqlite3_db_config(s->db, switches[i].option, switches[i].value, (int *)NULL);
	if (rc == SQLITE_OK)
		rc = set_wal(s->db);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(s->db, settings, NULL, NULL, NULL);
	if (rc == SQLITE_OK) {
		s->failed = false;
		return FAULT_NONE;
	}
out:;
	enum fault f = sqlite_fault(s, rc);
	sqlite3_close_v2(s->db);
	s->db = NULL;
	s->failed = true;
	return f;
}

static void
connection_close(struct store *s)
{
	statements_drop(s);
	sqlite3_close_v2(s->db);
	s->db = NULL;
}

enum fault
connection_ready(struct store *s)
{
	if (!s->failed || s->depth > 0)
		return s->db ? FAULT_NONE : fault(FAULT_SYSTEM, "%s is not open", s->path);
	connection_close(s);
	log_event(LOG_WARN, "store", "reopen", "reason=%s", "failed-write");
	return connection_open(s);
}

/* A reader elsewhere is not waited for long: what stays in the WAL is sealed, and
 * whoever closes last empties it. */
void
checkpoint_truncate(struct store *s)
{
	if (s->db == NULL || s->depth > 0)
		return;
	sqlite3_busy_timeout(s->db, CHECKPOINT_MS);
	sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(s->db, BUSY_MS);
}

static struct sealing *
sealing_new(void)
{
	struct sealing *q = mem_new(sizeof *q);
	atomic_init(&q->users, 1);
	pthread_rwlock_init(&q->lock, NULL);
	pthread_mutex_init(&q->writing, NULL);
	q->cost = vault_cost_default();
	return q;
}

static void
sealing_free(struct sealing *q)
{
	vault_free(q->vault);
	pthread_rwlock_destroy(&q->lock);
	pthread_mutex_destroy(&q->writing);
	mem_free(q->heads.items);
	mem_free(q->heads.changed);
	mem_free(q);
}

enum fault
store_open(struct store **out, const struct store_paths *paths, const struct clock *clock)
{
	struct store *s = mem_new(sizeof *s);
	s->clock = clock ? clock : &clock_system;
	s->anchor = mem_strdup(paths->anchor);
	s->sealing = sealing_new();
	enum fault f = resolve(&s->path, paths->database);
	if (f == FAULT_NONE)
		f = prepare_file(s->path);
	if (f == FAULT_NONE)
		f = connection_open(s);
	if (f == FAULT_NONE)
		f = migrate_new(s);
	if (f != FAULT_NONE) {
		store_close(s);
		return f;
	}
	*out = s;
	return FAULT_NONE;
}

enum fault
store_join(struct store **out, struct store *first)
{
	struct store *s = mem_new(sizeof *s);
	s->clock = first->clock;
	s->path = mem_strdup(first->path);
	s->anchor = mem_strdup(first->anchor);
	s->sealing = first->sealing;
	memcpy(s->owner, first->owner, sizeof s->owner);
	s->bad_owner = first->bad_owner;
	atomic_fetch_add(&s->sealing->users, 1);
	enum fault f = connection_open(s);
	if (f != FAULT_NONE) {
		store_close(s);
		return f;
	}
	*out = s;
	return FAULT_NONE;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	store_rollback(s);
	bool last = atomic_fetch_sub(&s->sealing->users, 1) == 1;
	if (s->db != NULL && last) {
		anchor_write(s, false);
		checkpoint_truncate(s);
	}
	if (s->db != NULL)
		connection_close(s);
	statements_free(s);
	if (last)
		sealing_free(s->sealing);
	mem_free(s->path);
	mem_free(s->anchor);
	mem_free(s->blob);
	mem_free(s);
}

void
store_set_cost(struct store *s, struct vault_cost cost)
{
	s->sealing->cost = cost;
}

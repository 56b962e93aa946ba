/* A copy of everything, and back.
 *
 * A copy is a file of SQLite, whatever was copied: one form to keep, to look at and
 * to bring back, on this machine or into PostgreSQL.  pg_dump would tie a copy to
 * the version of a server, need a second program and a password on its way there.
 * SQLite copies itself; from PostgreSQL and back rows go one by one, table by
 * table as the schema in the file names them, inside one snapshot.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store_in.h"

#define NAME_MAX_BYTES 64
#define COLUMNS_MAX 64
#define COPY_BYTES (256 * 1024)

/* ---- tables as the file has them --------------------------------------------------- */

enum column_type { COLUMN_INT, COLUMN_REAL, COLUMN_TEXT, COLUMN_BLOB };
struct column { char name[NAME_MAX_BYTES]; enum column_type type; };
struct table {
	char name[NAME_MAX_BYTES], number[NAME_MAX_BYTES];      /* number: of AUTOINCREMENT, or "" */
	struct column columns[COLUMNS_MAX];
	size_t column_count;
};
struct tables { struct table *items; size_t count, cap; };

/* Names are ours, from the schema; anything else in the file is no name. */
static enum fault
name_take(char out[NAME_MAX_BYTES], const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
	if (n == 0 || n >= NAME_MAX_BYTES || name[n] != '\0')
		return fault(FAULT_DAMAGED, "a table of the copy is not one of ours");
	memcpy(out, name, n + 1);
	return FAULT_NONE;
}

static enum column_type
type_of(const char *declared)
{
	static const struct { const char *name; enum column_type type; } types[] = {
		{ "INTEGER", COLUMN_INT }, { "REAL", COLUMN_REAL }, { "BLOB", COLUMN_BLOB } };
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_same(declared, types[i].name))
			return types[i].type;
	return COLUMN_TEXT;
}

static enum fault
columns_read(struct table *t, struct store *file, bool numbered)
{
	struct statement *st;
	enum fault f = store_prepare(&st, file, "SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, t->name);
	while ((f = statement_step(st)) == FAULT_NONE) {
		if (t->column_count == COLUMNS_MAX) {
			f = fault(FAULT_DAMAGED, "table %s has too many columns", t->name);
			break;
		}
		struct column *c = &t->columns[t->column_count++];
		f = name_take(c->name, statement_col_text(st, 0));
		if (f != FAULT_NONE)
			break;
		c->type = type_of(statement_col_text(st, 1));
		if (numbered && statement_col_int(st, 2) == 1)
			memcpy(t->number, c->name, sizeof t->number);
	}
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
tables_read(struct tables *out, struct store *file)
{
	struct statement *st;
	enum fault f = store_prepare(&st, file, "SELECT name, sql LIKE '%AUTOINCREMENT%' FROM sqlite_schema"
		" WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name");
	if (f != FAULT_NONE)
		return f;
	while ((f = statement_step(st)) == FAULT_NONE) {
		mem_reserve(&out->items, &out->cap, out->count + 1, sizeof out->items[0]);
		struct table *t = &out->items[out->count++];
		memset(t, 0, sizeof *t);
		f = name_take(t->name, statement_col_text(st, 0));
		if (f == FAULT_NONE)
			f = columns_read(t, file, statement_col_int(st, 1) != 0);
		if (f != FAULT_NONE)
			break;
	}
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* ---- rows ------------------------------------------------------------------------------ */

static void
value_copy(struct statement *to, int at, struct statement *from, enum column_type type)
{
	size_t n;
	if (statement_col_null(from, at)) {
		statement_text(to, at + 1, NULL);
	} else if (type == COLUMN_INT) {
		statement_int(to, at + 1, statement_col_int(from, at));
	} else if (type == COLUMN_REAL) {
		statement_real(to, at + 1, statement_col_real(from, at));
	} else if (type == COLUMN_TEXT) {
		statement_text(to, at + 1, statement_col_text(from, at));
	} else {
		const void *bytes = statement_col_blob(from, at, &n);
		statement_blob(to, at + 1, bytes ? bytes : "", n);
	}
}

static enum fault
rows_copy(struct statement *to, struct statement *from, const struct table *t)
{
	enum fault f;
	while ((f = statement_step(from)) == FAULT_NONE) {
		for (size_t i = 0; i < t->column_count; i++)
			value_copy(to, (int)i, from, t->columns[i].type);
		f = statement_run_later(to);
		if (f != FAULT_NONE)
			break;
	}
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
table_copy(struct store *to, struct store *from, const struct table *t)
{
	struct statement *read = NULL, *write = NULL;
	struct text names, marks, sql;
	int64_t last;
	text_init(&names, 8192);
	text_init(&marks, 1024);
	text_init(&sql, 16384);
	for (size_t i = 0; i < t->column_count; i++) {
		text_printf(&names, "%s%s", i ? ", " : "", t->columns[i].name);
		text_put(&marks, i ? ", ?" : "?");
	}
	text_printf(&sql, "SELECT %s FROM %s", names.data, t->name);
	enum fault f = store_prepare(&read, from, sql.data);
	text_reset(&sql);
	text_printf(&sql, "INSERT INTO %s (%s) VALUES (%s)", t->name, names.data, marks.data);
	if (f == FAULT_NONE)
		f = store_prepare(&write, to, sql.data);
	if (f == FAULT_NONE) {
		statement_stream(read);
		f = rows_copy(write, read, t);
	}
	statement_done(read);
	statement_done(write);
	if (f == FAULT_NONE && t->number[0] != '\0')
		f = from->driver->last_number(&last, from, t->name, t->number);
	if (f == FAULT_NONE && t->number[0] != '\0')
		f = to->driver->set_last_number(to, t->name, t->number, last);
	text_clear(&names);
	text_clear(&marks);
	text_clear(&sql);
	return f;
}

/* file: the one of both that is SQLite and knows the tables. */
static enum fault
all_copy(struct store *to, struct store *from, struct store *file)
{
	struct tables tables = { 0 };
	enum fault f = read_begin(from);
	if (f != FAULT_NONE)
		return f;
	f = store_begin(to);
	if (f == FAULT_NONE && store_version(to) != store_version(from))
		f = fault(FAULT_INPUT, "%s and %s are of different schemas", from->name, to->name);
	if (f == FAULT_NONE)
		f = tables_read(&tables, file);
	for (size_t i = 0; i < tables.count && f == FAULT_NONE; i++)
		f = table_copy(to, from, &tables.items[i]);
	read_end(from);
	mem_free(tables.items);
	return store_finish(to, f);
}

/* ---- files ---------------------------------------------------------------------------------- */

static enum fault
file_must_not_be(const char *file)
{
	struct stat st;
	if (lstat(file, &st) == 0)
		return fault(FAULT_EXISTS, "%s is there already", file);
	return errno == ENOENT ? FAULT_NONE : fault_errno("%s", file);
}

static enum fault
fresh_file(int *out, const char *file)
{
	int fd = open(file, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fault_errno("%s cannot be made", file);
	*out = fd;
	return FAULT_NONE;
}

/* The bytes are on the disk, then the name is. link(2) takes no name that is taken. */
static enum fault
put_in_place(const char *fresh, const char *file)
{
	struct text folder;
	const char *slash = strrchr(file, '/');
	int fd = open(fresh, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool well = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	if (well && link(fresh, file) < 0 && errno == EEXIST)
		return fault(FAULT_EXISTS, "%s is there already", file);
	if (well && access(file, F_OK) < 0)
		well = rename(fresh, file) == 0;        /* a file system without links */
	text_init(&folder, 8192);
	text_put_n(&folder, slash ? file : ".", slash ? (size_t)(slash - file) + 1 : 1);
	fd = well ? open(folder.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	well = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	text_clear(&folder);
	return well ? FAULT_NONE : fault_errno("%s", file);
}

static void
files_remove(const char *file)
{
	static const char *const endings[] = { "", "-wal", "-shm", "-journal" };
	struct text path;
	text_init(&path, 8192);
	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		text_reset(&path);
		text_printf(&path, "%s%s", file, endings[i]);
		unlink(path.data);
	}
	text_clear(&path);
}

/* Row by row into a store in a file. */
static enum fault
copy_out(struct store *s, const char *file)
{
	struct store *copy;
	enum fault f = store_open(&copy, &(struct store_paths){ .database = file }, s->clock);
	if (f != FAULT_NONE)
		return f;
	f = all_copy(copy, s, copy);
	store_close(copy);
	return f;
}

enum fault
store_backup(struct store *s, const char *file)
{
	struct text fresh;
	int fd = -1;
	if (s->depth > 0)
		return fault(FAULT_BUSY, "a transaction is open");
	enum fault f = file_must_not_be(file);
	if (f == FAULT_NONE)
		f = connection_ready(s);
	if (f != FAULT_NONE)
		return f;
	text_init(&fresh, 8192);
	text_printf(&fresh, "%s.new", file);
	f = text_check(&fresh, "the name of the copy");
	if (f == FAULT_NONE) {
		files_remove(fresh.data);       /* of one that was killed */
		f = fresh_file(&fd, fresh.data);
	}
	if (f == FAULT_NONE) {
		close(fd);
		f = s->driver->copy ? s->driver->copy(s, fresh.data) : copy_out(s, fresh.data);
		if (f == FAULT_NONE)
			f = put_in_place(fresh.data, file);
		files_remove(fresh.data);
	}
	text_clear(&fresh);
	return f;
}

/* ---- back --------------------------------------------------------------------------------------- */

static enum fault
bytes_copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), out = -1;
	struct stat st;
	ssize_t n = 0;
	if (in < 0)
		return errno == ENOENT ? fault(FAULT_ABSENT, "there is no file %s", from) : fault_errno("%s", from);
	enum fault f = fstat(in, &st) == 0 && S_ISREG(st.st_mode) ? FAULT_NONE : fault(FAULT_INPUT, "%s is not a regular file", from);
	if (f == FAULT_NONE)
		f = fresh_file(&out, to);
	unsigned char *bytes = mem_new(COPY_BYTES);
	while (f == FAULT_NONE && (n = read(in, bytes, COPY_BYTES)) > 0)
		f = fd_write_all(out, bytes, (size_t)n);
	if (f == FAULT_NONE && n < 0)
		f = fault_errno("%s", from);
	mem_free(bytes);
	close(in);
	if (out >= 0 && close(out) < 0 && f == FAULT_NONE)
		f = fault_errno("%s", to);
	return f;
}

/* A copy of the copy, of the newest schema and looked at. */
static enum fault
open_copy(struct store **out, const char *fresh)
{
	struct store *copy;
	enum fault f = store_open(&copy, &(struct store_paths){ .database = fresh }, NULL);
	if (f != FAULT_NONE)
		return f;
	f = store_check(copy);
	if (f == FAULT_NONE && store_is_new(copy))
		f = fault(FAULT_DAMAGED, "the copy has no key: it is of no history");
	if (f != FAULT_NONE) {
		store_close(copy);
		return f;
	}
	*out = copy;
	return FAULT_NONE;
}

static enum fault
table_must_be_empty(struct store *s, const char *table)
{
	char sql[NAME_MAX_BYTES + 40];
	int64_t rows = 0;
	snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
	enum fault f = query_int(&rows, s, sql);
	if (f == FAULT_NONE && rows > 0)
		f = fault(FAULT_EXISTS, "%s has a history already", s->name);
	return f;
}

/* Into a database of any kind. */
static enum fault
copy_in(const struct store_paths *to, struct store *copy)
{
	static const char *const filled[] = { "slot", "record", "document" };
	struct store *s;
	enum fault f = store_open(&s, to, NULL);
	if (f != FAULT_NONE)
		return f;
	for (size_t i = 0; i < COUNT_OF(filled) && f == FAULT_NONE; i++)
		f = table_must_be_empty(s, filled[i]);
	if (f == FAULT_NONE)
		f = all_copy(s, copy, copy);
	store_close(s);
	return f;
}

enum fault
store_restore(const struct store_paths *to, const char *file)
{
	struct store *copy = NULL;
	struct text fresh;
	bool to_file = to->driver == NULL || to->driver == &store_sqlite;
	if (to_file && to->database == NULL)
		return fault(FAULT_INPUT, "no file is named for the history");
	enum fault f = to_file ? file_must_not_be(to->database) : FAULT_NONE;
	if (f != FAULT_NONE)
		return f;
	text_init(&fresh, 8192);
	text_printf(&fresh, "%s.restored", to_file ? to->database : file);
	f = text_check(&fresh, "the name of the copy");
	if (f != FAULT_NONE)
		goto out;
	files_remove(fresh.data);
	f = bytes_copy(file, fresh.data);
	if (f == FAULT_NONE)
		f = open_copy(&copy, fresh.data);
	if (f == FAULT_NONE && !to_file)
		f = copy_in(to, copy);
	store_close(copy);
	if (f == FAULT_NONE && to_file)
		f = put_in_place(fresh.data, to->database);
	files_remove(fresh.data);
out:
	text_clear(&fresh);
	return f;
}

/* The file: its mode, what is refused as a file, the settings, transactions,
 * statements, migrations. */
#include <fcntl.h>
#include <sys/stat.h>
#include "store_test.h"

static int64_t
number(struct store *s, const char *sql)
{
	struct statement *st;
	WELL(store_prepare(&st, s, sql));
	WELL(statement_step(st));
	int64_t n = statement_col_int(st, 0);
	statement_done(st);
	return n;
}

static void
check_mode(const char *folder)
{
	char command[200];
	snprintf(command, sizeof command, "test -z \"$(find %s -perm /077)\"", folder);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(nobody_else_may_read_any_file_whatever_the_umask)
{
	OF_FILES_ONLY();
	struct bench b;
	umask(0);
	bench_open(&b);
	put_text(b.store, CHAT, 1, "one");
	check_mode(b.folder);
	ck_assert_int_eq(chmod(b.database, 0644), 0);
	bench_reopen(&b);
	check_mode(b.folder);
	umask(0777);
	put_text(b.store, CHAT, 2, "two");
	bench_reopen(&b);
	put_text(b.store, CHAT, 3, "three");
	bench_close(&b);
}
END_TEST

START_TEST(what_is_no_file_of_ours_is_refused)
{
	OF_FILES_ONLY();
	struct bench b;
	struct store *s;
	char path[128];
	bench_open(&b);
	struct store_paths paths = { .database = path };
	snprintf(path, sizeof path, "%s/link.db", b.folder);
	ck_assert_int_eq(symlink(b.database, path), 0);
	FAILS(FAULT_DENIED, store_open(&s, &paths, NULL));
	snprintf(path, sizeof path, "%s/dangling.db", b.folder);
	ck_assert_int_eq(symlink("/tmp/stoa-nowhere", path), 0);
	FAILS(FAULT_DENIED, store_open(&s, &paths, NULL));
	snprintf(path, sizeof path, "%s/fifo.db", b.folder);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	FAILS(FAULT_DENIED, store_open(&s, &paths, NULL));
	snprintf(path, sizeof path, "%s", b.folder);
	FAILS(FAULT_DENIED, store_open(&s, &paths, NULL));
	snprintf(path, sizeof path, "%s/", b.folder);
	FAILS(FAULT_INPUT, store_open(&s, &paths, NULL));
	snprintf(path, sizeof path, "%s/text.db", b.folder);
	WELL(file_write(path, "This is not a database, it is a letter to a friend.", 51));
	FAILS(FAULT_DAMAGED, store_open(&s, &paths, NULL));
	snprintf(path, sizeof path, "%s/alien.db", b.folder);
	tamper(path, "CREATE TABLE songs (title)");
	FAILS(FAULT_DAMAGED, store_open(&s, &paths, NULL));
	tamper(b.database, "PRAGMA user_version=9999");
	store_close(b.store);
	FAILS(FAULT_INPUT, bench_store(&b, &b.store));
	b.store = NULL;
	bench_close(&b);
}
END_TEST

START_TEST(a_folder_behind_a_link_is_taken)
{
	OF_FILES_ONLY();
	struct bench b;
	struct store *s;
	char link[128], path[192];
	bench_open(&b);
	snprintf(link, sizeof link, "%s/home", b.folder);
	snprintf(path, sizeof path, "%s/deep/er/other.db", link);
	ck_assert_int_eq(symlink(b.folder, link), 0);
	struct store_paths paths = { .database = path };
	WELL(store_open(&s, &paths, NULL));
	ck_assert(store_is_new(s));
	store_close(s);
	bench_close(&b);
}
END_TEST

START_TEST(the_settings_are_those_of_the_rules)
{
	OF_FILES_ONLY();
	static const struct { const char *sql; int64_t value; } settings[] = {
		{ "PRAGMA synchronous", 2 }, { "PRAGMA secure_delete", 1 }, { "PRAGMA temp_store", 2 },
		{ "PRAGMA trusted_schema", 0 }, { "PRAGMA cell_size_check", 1 }, { "PRAGMA foreign_keys", 1 },
		{ "SELECT journal_mode = 'wal' FROM pragma_journal_mode", 1 },
	};
	struct bench b;
	struct statement *st;
	struct store *joined;
	bench_open(&b);
	WELL(store_join(&joined, b.store));
	for (size_t i = 0; i < COUNT_OF(settings); i++) {
		ck_assert_msg(number(b.store, settings[i].sql) == settings[i].value, "%s", settings[i].sql);
		ck_assert_msg(number(joined, settings[i].sql) == settings[i].value, "%s", settings[i].sql);
	}
	WELL(store_prepare(&st, b.store, "PRAGMA mmap_size"));
	enum fault f = statement_step(st);
	ck_assert(f == FAULT_ABSENT || statement_col_int(st, 0) == 0);
	statement_done(st);
	/* defensive: the schema table is not written, the WAL not turned off */
	f = store_exec(b.store, "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = ''");
	ck_assert_int_ne(f, FAULT_NONE);
	store_close(joined);
	bench_close(&b);
}
END_TEST

START_TEST(transactions_nest_and_end_together)
{
	struct bench b;
	bench_open(&b);
	WELL(store_exec(b.store, "CREATE TABLE t (n INTEGER PRIMARY KEY)"));
	WELL(store_begin(b.store));
	WELL(store_exec(b.store, "INSERT INTO t VALUES (1)"));
	WELL(store_begin(b.store));
	WELL(store_exec(b.store, "INSERT INTO t VALUES (2)"));
	put_text(b.store, CHAT, 1, "one");
	WELL(store_commit(b.store));
	store_rollback(b.store);
	ck_assert_int_eq(number(b.store, "SELECT count(*) FROM t"), 0);
	ck_assert_int_eq(number(b.store, "SELECT count(*) FROM record"), 0);
	WELL(store_begin(b.store));
	WELL(store_begin(b.store));
	WELL(store_exec(b.store, "INSERT INTO t VALUES (3)"));
	store_rollback(b.store);
	FAILS(FAULT_SYSTEM, store_commit(b.store));
	store_rollback(b.store);
	ck_assert_int_eq(number(b.store, "SELECT count(*) FROM t"), 0);
	WELL(store_begin(b.store));
	WELL(store_exec(b.store, "INSERT INTO t VALUES (4)"));
	put_text(b.store, CHAT, 1, "one");
	WELL(store_commit(b.store));
	ck_assert_int_eq(number(b.store, "SELECT n FROM t"), 4);
	bench_reopen(&b);
	bench_close(&b);
}
END_TEST

START_TEST(heads_survive_a_rollback)
{
	struct bench b;
	uint64_t records;
	bench_open(&b);
	put_text(b.store, CHAT, 1, "one");
	WELL(store_begin(b.store));
	put_text(b.store, CHAT, 2, "two");
	put_text(b.store, OTHER, 3, "three");
	store_rollback(b.store);
	put_text(b.store, CHAT, 4, "four");
	WELL(store_verify(b.store, &records));
	ck_assert_uint_eq(records, 2);
	bench_reopen(&b);
	bench_close(&b);
}
END_TEST

START_TEST(statements_bind_and_give_back_every_type)
{
	struct bench b;
	struct statement *st, *same;
	int64_t changed;
	size_t n;
	bench_open(&b);
	WELL(store_exec(b.store, "CREATE TABLE t (a INTEGER, b REAL, c TEXT, d BLOB, e TEXT, UNIQUE (a))"));
	WELL(store_prepare(&st, b.store, "INSERT INTO t VALUES (?, ?, ?, ?, ?)"));
	statement_int(st, 1, INT64_MIN), statement_real(st, 2, 0.5), statement_text(st, 3, "grün"), statement_blob(st, 4, "\0x", 2), statement_text(st, 5, NULL);
	WELL(statement_run(st, &changed));
	ck_assert_int_eq(changed, 1);
	FAILS(FAULT_EXISTS, statement_run(st, NULL));
	statement_done(st);
	WELL(store_prepare(&same, b.store, "INSERT INTO t VALUES (?, ?, ?, ?, ?)"));
	ck_assert_ptr_eq(st, same);
	statement_int(same, 6, 1);
	FAILS(FAULT_INPUT, statement_run(same, NULL));
	statement_done(same);
	WELL(store_prepare(&st, b.store, "SELECT * FROM t"));
	WELL(statement_step(st));
	ck_assert_int_eq(statement_col_int(st, 0), INT64_MIN);
	ck_assert(statement_col_real(st, 1) == 0.5);
	ck_assert_str_eq(statement_col_text(st, 2), "grün");
	ck_assert_mem_eq(statement_col_blob(st, 3, &n), "\0x", 2);
	ck_assert_uint_eq(n, 2);
	ck_assert(statement_col_null(st, 4));
	ck_assert_str_eq(statement_col_text(st, 4), "");
	ck_assert_int_eq(statement_step(st), FAULT_ABSENT);
	statement_done(st);
	FAILS(FAULT_SYSTEM, store_prepare(&st, b.store, "SELEKT 1"));
	FAILS(FAULT_INPUT, store_prepare(&st, b.store, "SELECT 1; SELECT 2"));
	FAILS(FAULT_INPUT, store_prepare(&st, b.store, ""));
	bench_close(&b);
}
END_TEST

START_TEST(hostile_values_stay_values)
{
	static const char *const hostile[] = {
		"'; DROP TABLE record; --", "\" OR 1=1", "%_%", "\\", "x'00'", "?1", ":a", "\xff\xfe", "a\tb\nc", "NEAR(", "",
	};
	struct bench b;
	struct statement *st;
	bench_open(&b);
	WELL(store_exec(b.store, "CREATE TABLE t (a TEXT)"));
	for (size_t i = 0; i < COUNT_OF(hostile); i++) {
		WELL(store_prepare(&st, b.store, "INSERT INTO t VALUES (?)"));
		statement_text(st, 1, hostile[i]);
		WELL(statement_run(st, NULL));
		statement_done(st);
		WELL(store_prepare(&st, b.store, "SELECT a FROM t WHERE a = ?"));
		statement_text(st, 1, hostile[i]);
		WELL(statement_step(st));
		bool kept = !on_postgres() || utf8_valid(hostile[i], strlen(hostile[i]));     /* else it is changed, and found */
		ck_assert(utf8_valid(hostile[i], strlen(hostile[i])) || !on_postgres() || utf8_valid(statement_col_text(st, 0), 8));
		ck_assert(!kept || str_same(statement_col_text(st, 0), hostile[i]));
		ck_assert_int_eq(statement_step(st), FAULT_ABSENT);
		statement_done(st);
	}
	ck_assert_int_eq(number(b.store, "SELECT count(*) FROM t"), (int64_t)COUNT_OF(hostile));
	ck_assert_int_eq(number(b.store, "SELECT count(*) FROM record"), 0);
	bench_close(&b);
}
END_TEST

START_TEST(many_statements_make_room_for_each_other)
{
	struct bench b;
	struct statement *held[64], *st;
	char sql[64];
	bench_open(&b);
	for (int i = 0; i < 500; i++) {
		snprintf(sql, sizeof sql, "SELECT %d", i % 90);
		ck_assert_int_eq(number(b.store, sql), i % 90);
	}
	for (int i = 0; i < 64; i++) {
		WELL(store_prepare(&held[i], b.store, "SELECT 7"));
		WELL(statement_step(held[i]));
	}
	FAILS(FAULT_LIMIT, store_prepare(&st, b.store, "SELECT 8"));
	for (int i = 0; i < 64; i++)
		statement_done(held[i]);
	ck_assert_int_eq(number(b.store, "SELECT 8"), 8);
	bench_close(&b);
}
END_TEST

/* What migrations have made: tables and indexes. */
static int64_t
objects_of(struct store *s)
{
	return number(s, on_postgres() ? "SELECT count(*) - 2 FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema())" :
		"SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'");
}

START_TEST(every_migration_goes_down_and_up_again)
{
	struct bench b;
	bench_open(&b);
	int newest = store_version(b.store);
	ck_assert_int_ge(newest, 1);
	int64_t objects = objects_of(b.store);
	for (int v = newest - 1; v >= 0; v--) {
		WELL(store_migrate(b.store, v));
		ck_assert_int_eq(store_version(b.store), v);
	}
	ck_assert_int_eq(objects_of(b.store), 0);
	for (int v = 1; v <= newest; v++)
		WELL(store_migrate(b.store, v));
	ck_assert_int_eq(objects_of(b.store), objects);
	FAILS(FAULT_INPUT, store_migrate(b.store, newest + 1));
	WELL(store_check(b.store));
	bench_close(&b);
}
END_TEST

START_TEST(vacuum_shrinks_and_keeps)
{
	OF_FILES_ONLY();
	struct bench b;
	struct stat before, after;
	uint64_t records;
	static char big[5000];
	bench_open(&b);
	memset(big, 'x', sizeof big);
	for (unsigned i = 1; i <= 200; i++)
		WELL(store_put(b.store, KIND_MESSAGE, i % 2 ? CHAT : OTHER, ID(i), big, sizeof big));
	WELL(store_bury_chain(b.store, CHAT));
	bench_reopen(&b);
	ck_assert_int_eq(stat(b.database, &before), 0);
	WELL(store_vacuum(b.store));
	bench_reopen(&b);
	ck_assert_int_eq(stat(b.database, &after), 0);
	ck_assert_int_lt(after.st_size, before.st_size * 2 / 3);
	WELL(store_verify(b.store, &records));
	ck_assert_uint_eq(records, 201);
	bench_close(&b);
}
END_TEST

static off_t
size_of(const struct bench *b, const char *ending)
{
	char path[128];
	struct stat st;
	snprintf(path, sizeof path, "%s%s", b->database, ending);
	return stat(path, &st) == 0 ? st.st_size : 0;
}

START_TEST(tidying_empties_the_log_gives_room_back_and_waits_for_nobody)
{
	OF_FILES_ONLY();
	struct bench b;
	struct store *reader;
	struct statement *st;
	static char big[60000];
	bench_open(&b);
	memset(big, 'x', sizeof big);
	for (unsigned i = 1; i <= 200; i++)
		WELL(store_put(b.store, KIND_MESSAGE, i % 2 ? CHAT : OTHER, ID(i), big, sizeof big));
	WELL(store_bury_chain(b.store, CHAT));
	WELL(store_join(&reader, b.store));
	WELL(store_prepare(&st, reader, "SELECT lseq FROM record"));
	WELL(statement_step(st));
	put_text(b.store, OTHER, 1000, "while somebody reads");
	store_tidy(b.store);            /* he reads what it was before */
	ck_assert_int_gt(size_of(&b, "-wal"), 0);
	statement_done(st);
	store_close(reader);
	off_t before = size_of(&b, "");
	store_tidy(b.store);
	ck_assert_int_eq(size_of(&b, "-wal"), 0);
	ck_assert_int_lt(size_of(&b, ""), before * 2 / 3);
	WELL(store_verify(b.store, NULL));
	put_text(b.store, CHAT, 1001, "goes on");
	WELL(store_begin(b.store));
	store_tidy(b.store);            /* not inside a transaction */
	WELL(store_commit(b.store));
	bench_close(&b);
}
END_TEST

TESTS("connection", nobody_else_may_read_any_file_whatever_the_umask, what_is_no_file_of_ours_is_refused,
	a_folder_behind_a_link_is_taken, the_settings_are_those_of_the_rules, transactions_nest_and_end_together,
	heads_survive_a_rollback, statements_bind_and_give_back_every_type, hostile_values_stay_values,
	many_statements_make_room_for_each_other, every_migration_goes_down_and_up_again, vacuum_shrinks_and_keeps,
	tidying_empties_the_log_gives_room_back_and_waits_for_nobody)

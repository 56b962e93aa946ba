/* Copies of everything: while others write, back into another place, from one
 * database to the other, killed on the way. */
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "store_test.h"

#define ANN "a0000000000000000000000000000001"

static const char *
all_of(struct store *s, const char *owner)
{
	static struct text shown;
	shown.max = 1 << 16;
	text_clear(&shown);
	store_set_owner(s, owner);
	WELL(store_each(s, NULL, 0, show_record, &shown));
	return shown.data;
}

static int64_t
document_put(struct store *s, const char *id)
{
	struct statement *st;
	char sql[900];
	snprintf(sql, sizeof sql, "INSERT INTO document (id, stored, name, title, subject, domain, kind, status, reason, error_message, language,"
		" sha256, origin, preview, authors, concepts, text_sha256, text_bytes, pages, passages, words, size_bytes, cited, stale, added,"
		" changed, expires) VALUES (?, ?, 'grün.pdf', '', '', '', '', 'completed', '', '', '', '', '', '', '', '', '', 1, 2, 3, 4, 5, 6, 7, 8, 9, -1)");
	WELL(store_prepare(&st, s, sql));
	statement_text(st, 1, id);
	statement_text(st, 2, id);
	WELL(statement_run(st, NULL));
	statement_done(st);
	return store_last_id(s);
}

/* An edit, a burial, a second owner, documents of which the last is gone. */
static void
fill(struct bench *b)
{
	struct statement *st;
	bench_open(b);
	put_text(b->store, CHAT, 1, "one");
	put_text(b->store, CHAT, 2, "two");
	put_text(b->store, CHAT, 2, "two, edited");
	put_text(b->store, OTHER, 3, "gone");
	WELL(store_bury(b->store, ID(3)));
	store_set_owner(b->store, ANN);
	put_text(b->store, CHAT, 1, "Ann's");
	store_set_owner(b->store, "");
	ck_assert_int_eq(document_put(b->store, "d1"), 1);
	ck_assert_int_eq(document_put(b->store, "d2"), 2);
	WELL(store_prepare(&st, b->store, "DELETE FROM document WHERE id = 'd2'"));
	WELL(statement_run(st, NULL));
	statement_done(st);
	WELL(store_prepare(&st, b->store, "INSERT INTO passage (document_no, n, start_at, end_at, page, page_end, heading_n, sum) VALUES (1, 1, 0, 9, 1, 1, 0, ?)"));
	statement_blob(st, 1, "\0sum", 4);
	WELL(statement_run(st, NULL));
	statement_done(st);
}

static void
check_filled(struct store *s)
{
	struct statement *st;
	size_t n;
	WELL(store_verify(s, NULL));
	WELL(store_check(s));
	ck_assert_str_eq(all_of(s, ""), "1=one 2=two, edited");
	ck_assert_str_eq(all_of(s, ANN), "1=Ann's");
	store_set_owner(s, "");
	WELL(store_prepare(&st, s, "SELECT d.name, d.expires, p.sum FROM document AS d JOIN passage AS p ON p.document_no = d.no"));
	WELL(statement_step(st));
	ck_assert_str_eq(statement_col_text(st, 0), "grün.pdf");
	ck_assert_int_eq(statement_col_int(st, 1), -1);
	ck_assert_mem_eq(statement_col_blob(st, 2, &n), "\0sum", 4);
	ck_assert_uint_eq(n, 4);
	statement_done(st);
	ck_assert_int_eq(document_put(s, "d3"), 3);      /* a number is never used again */
	put_text(s, CHAT, 9, "goes on");
}

static void
open_file(struct store **out, const struct bench *b, const char *file)
{
	WELL(store_open(out, &(struct store_paths){ .database = file }, NULL));
	WELL(store_unlock(*out, SLOT_KEY_FILE, &b->key));
}

START_TEST(a_copy_is_a_store_that_its_key_opens)
{
	struct bench b;
	struct store *copy;
	struct stat st;
	char file[128];
	fill(&b);
	snprintf(file, sizeof file, "%s/copy.db", b.folder);
	umask(0);
	WELL(store_backup(b.store, file));
	ck_assert_int_eq(stat(file, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	FAILS(FAULT_EXISTS, store_backup(b.store, file));
	open_file(&copy, &b, file);
	check_filled(copy);
	store_close(copy);
	ck_assert_str_eq(all_of(b.store, ""), "1=one 2=two, edited");    /* the first one is as it was */
	WELL(store_begin(b.store));
	FAILS(FAULT_BUSY, store_backup(b.store, "/nowhere"));
	store_rollback(b.store);
	FAILS(FAULT_SYSTEM, store_backup(b.store, "/proc/nowhere/copy"));
	bench_close(&b);
}
END_TEST

START_TEST(a_copy_comes_back_into_an_empty_place_only)
{
	struct bench b;
	struct store *back;
	char file[128], place[128], rubbish[128];
	fill(&b);
	snprintf(file, sizeof file, "%s/copy.db", b.folder);
	snprintf(place, sizeof place, "%s/back.db", b.folder);
	snprintf(rubbish, sizeof rubbish, "%s/letter", b.folder);
	WELL(store_backup(b.store, file));
	struct store_paths here = store_paths_of(b.database, NULL);
	FAILS(FAULT_EXISTS, store_restore(&here, file));
	struct store_paths there = store_paths_of(place, NULL);
	FAILS(FAULT_ABSENT, store_restore(&there, "/tmp/stoa-nowhere"));
	FAILS(FAULT_INPUT, store_restore(&there, b.folder));
	WELL(file_write(rubbish, "This is not a database, it is a letter to a friend.", 51));
	FAILS(FAULT_DAMAGED, store_restore(&there, rubbish));
	WELL(file_write(rubbish, "", 0));
	FAILS(FAULT_DAMAGED, store_restore(&there, rubbish));
	WELL(store_restore(&there, file));
	WELL(store_open(&back, &there, NULL));
	WELL(store_unlock(back, SLOT_KEY_FILE, &b.key));
	check_filled(back);
	store_close(back);
	FAILS(FAULT_EXISTS, store_restore(&there, file));
	if (on_postgres())
		schema_drop(place);
	bench_close(&b);
}
END_TEST

START_TEST(a_copy_of_an_older_schema_comes_back_newer)
{
	struct store *old, *back;
	struct bench b;
	char file[128], place[128];
	bench_open(&b);
	snprintf(file, sizeof file, "%s/old.db", b.folder);
	snprintf(place, sizeof place, "%s/back.db", b.folder);
	WELL(store_open(&old, &(struct store_paths){ .database = file }, NULL));
	WELL(store_seal_new(old, SLOT_KEY_FILE, &b.key, "old"));
	put_text(old, CHAT, 1, "from before");
	WELL(store_migrate(old, 2));
	store_close(old);
	struct store_paths there = store_paths_of(place, NULL);
	WELL(store_restore(&there, file));
	WELL(store_open(&back, &there, NULL));
	WELL(store_unlock(back, SLOT_KEY_FILE, &b.key));
	ck_assert_str_eq(all_of(back, ""), "1=from before");
	ck_assert_int_eq(store_version(back), store_version(b.store));
	store_close(back);
	if (on_postgres())
		schema_drop(place);
	bench_close(&b);
}
END_TEST

struct writer { struct store *store; atomic_bool stop; atomic_uint last; pthread_t thread; };

static void *
write_on(void *arg)
{
	struct writer *w = arg;
	for (unsigned i = 100; !atomic_load(&w->stop); i++) {
		if (store_put(w->store, KIND_MESSAGE, CHAT, ID(i), "a message", 9) != FAULT_NONE)
			break;
		atomic_store(&w->last, i);
	}
	return NULL;
}

START_TEST(a_copy_made_while_others_write_is_whole_and_holds_what_was_acknowledged)
{
	struct bench b;
	struct writer w = { .last = 0 };
	struct store *copy;
	struct arena a;
	struct sealed got;
	char file[128];
	fill(&b);
	arena_init(&a);
	WELL(store_join(&w.store, b.store));
	ck_assert_int_eq(pthread_create(&w.thread, NULL, write_on, &w), 0);
	for (int i = 0; i < 5; i++) {
		unsigned before;
		while ((before = atomic_load(&w.last)) < 100u + (unsigned)i * 5)
			sched_yield();
		snprintf(file, sizeof file, "%s/copy%d.db", b.folder, i);
		WELL(store_backup(b.store, file));
		open_file(&copy, &b, file);
		WELL(store_verify(copy, NULL));
		WELL(store_get(&got, &a, copy, ID(before)));
		store_close(copy);
	}
	atomic_store(&w.stop, true);
	pthread_join(w.thread, NULL);
	store_close(w.store);
	arena_clear(&a);
	bench_close(&b);
}
END_TEST

START_TEST(killed_while_copying_nothing_half_has_the_name)
{
	struct bench b;
	char file[128];
	int whole = 0;
	fill(&b);
	for (unsigned i = 100; i < 400; i++)
		put_text(b.store, OTHER, i, "a message of some length, so that there is something to copy");
	store_close(b.store);
	for (int round = 0; round < 12; round++) {
		struct store *s;
		snprintf(file, sizeof file, "%s/copy%d.db", b.folder, round);
		pid_t child = fork();
		if (child == 0) {
			if (bench_store(&b, &s) != FAULT_NONE || store_backup(s, file) != FAULT_NONE)
				_exit(1);
			_exit(0);
		}
		struct timespec moment = { 0, round * 1500000L };
		nanosleep(&moment, NULL);       /* any moment will do */
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		if (access(file, F_OK) == 0) {
			open_file(&s, &b, file);
			WELL(store_verify(s, NULL));
			store_close(s);
			whole++;
		}
	}
	WELL(bench_store(&b, &b.store));
	snprintf(file, sizeof file, "%s/copy0.db", b.folder);
	if (access(file, F_OK) != 0)
		WELL(store_backup(b.store, file));      /* what the killed one left is no hindrance */
	ck_assert_int_le(whole, 12);
	bench_close(&b);
}
END_TEST

START_TEST(a_history_moves_from_a_file_to_postgresql_and_back)
{
	struct bench b;
	struct store *s;
	char file[128], copy[128];
	if (!on_postgres())
		return;
	bench_open(&b);
	snprintf(file, sizeof file, "%s/one.db", b.folder);
	snprintf(copy, sizeof copy, "%s/two.db", b.folder);
	WELL(store_open(&s, &(struct store_paths){ .database = file }, NULL));
	WELL(store_seal_new(s, SLOT_KEY_FILE, &b.key, "file"));
	put_text(s, CHAT, 1, "in a file");
	store_close(s);
	store_close(b.store);
	bench_remove(&b);
	ck_assert_int_eq(unlink(b.anchor), 0);  /* of another history */
	struct store_paths there = store_paths_of(b.database, NULL);
	WELL(store_restore(&there, file));
	WELL(bench_store(&b, &b.store));
	WELL(store_unlock(b.store, SLOT_KEY_FILE, &b.key));
	put_text(b.store, CHAT, 2, "and there");
	WELL(store_backup(b.store, copy));
	open_file(&s, &b, copy);
	ck_assert_str_eq(all_of(s, ""), "1=in a file 2=and there");
	store_close(s);
	bench_close(&b);
}
END_TEST

/* ---- every table and every kind ------------------------------------------------- */

#define ROWS 3
static const char tables_sql[] = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name";

static void
put_every_kind(struct store *s)
{
	char text[32];
	for (enum vault_kind kind = KIND_MESSAGE; kind < KIND_PASSING; kind++) {
		if (kind == KIND_TOMBSTONE)
			continue;
		snprintf(text, sizeof text, "of kind %d", (int)kind);
		WELL(store_put(s, kind, CHAT, ID(0x100 + kind), text, strlen(text)));
	}
}

static void
check_every_kind(struct store *s)
{
	struct arena a;
	struct sealed got;
	char text[32];
	arena_init(&a);
	for (enum vault_kind kind = KIND_MESSAGE; kind < KIND_PASSING; kind++) {
		if (kind == KIND_TOMBSTONE)
			continue;
		snprintf(text, sizeof text, "of kind %d", (int)kind);
		WELL(store_get(&got, &a, s, ID(0x100 + kind)));
		ck_assert_int_eq(got.kind, kind);
		ck_assert_str_eq(got.plain, text);
	}
	WELL(store_verify(s, NULL));
	arena_clear(&a);
}

/* A value of the column's type, another one each row; texts are no ASCII only, blobs hold NUL. */
static void
value_put(struct text *sql, const char *column, const char *type, int row)
{
	if (str_same(column, "status"))
		text_put(sql, "'completed'");
	else if (str_same(type, "INTEGER"))
		text_printf(sql, "%lld", row == ROWS ? -7000000000 : (long long)row * 70);
	else if (str_same(type, "REAL"))
		text_printf(sql, "%d.125", row);
	else if (str_same(type, "BLOB"))
		text_printf(sql, "x'00ff%02x'", row);
	else
		text_printf(sql, "'%s grün %d'", column, row);
}

/* Rows in every table that has none. */
static int
fill_table(sqlite3 *db, const char *table)
{
	sqlite3_stmt *st;
	struct text columns, values, sql;
	char ask[200];
	for (int row = 1; row <= ROWS; row++) {
		text_init(&columns, 4096);
		text_init(&values, 4096);
		text_init(&sql, 9000);
		snprintf(ask, sizeof ask, "SELECT name, type FROM pragma_table_info('%s') WHERE (SELECT count(*) FROM %s) < %d", table, table, row);
		ck_assert_int_eq(sqlite3_prepare_v2(db, ask, -1, &st, NULL), SQLITE_OK);
		while (sqlite3_step(st) == SQLITE_ROW) {
			const char *name = (const char *)sqlite3_column_text(st, 0);
			text_printf(&columns, "%s%s", columns.len ? ", " : "", name);
			text_put(&values, values.len ? ", " : "");
			value_put(&values, name, (const char *)sqlite3_column_text(st, 1), row);
		}
		sqlite3_finalize(st);
		text_printf(&sql, "INSERT INTO %s (%s) VALUES (%s)", table, columns.len ? columns.data : "", values.len ? values.data : "");
		if (columns.len > 0)
			ck_assert_msg(sqlite3_exec(db, sql.data, NULL, NULL, NULL) == SQLITE_OK, "%s: %s", sql.data, sqlite3_errmsg(db));
		text_clear(&columns);
		text_clear(&values);
		text_clear(&sql);
	}
	return ROWS;
}

/* What is sealed in it is sealed already; the rest gets rows of any value. */
static void
fill_every_table(const char *file)
{
	static const char *const sealed[] = { "vault", "slot", "epoch", "record", "head", "root" };
	sqlite3 *db;
	sqlite3_stmt *st;
	ck_assert_int_eq(sqlite3_open(file, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db, tables_sql, -1, &st, NULL), SQLITE_OK);
	int filled = 0;
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *table = (const char *)sqlite3_column_text(st, 0);
		bool is_sealed = false;
		for (size_t i = 0; i < COUNT_OF(sealed); i++)
			is_sealed |= str_same(table, sealed[i]);
		filled += is_sealed ? 0 : fill_table(db, table);
	}
	ck_assert_int_ge(filled, 15 * ROWS);
	sqlite3_finalize(st);
	sqlite3_close(db);
}

static int64_t
number_of(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st;
	ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(db));
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	int64_t n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

/* Row for row, value for value. */
static void
same_tables(const char *one, const char *two)
{
	sqlite3 *db;
	sqlite3_stmt *st;
	char sql[512];
	ck_assert_int_eq(sqlite3_open(one, &db), SQLITE_OK);
	snprintf(sql, sizeof sql, "ATTACH '%s' AS two", two);
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db, tables_sql, -1, &st, NULL), SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *t = (const char *)sqlite3_column_text(st, 0);
		snprintf(sql, sizeof sql, "SELECT count(*) FROM main.%s", t);
		ck_assert_int_gt(number_of(db, sql), 0);
		snprintf(sql, sizeof sql, "SELECT (SELECT count(*) FROM (SELECT * FROM main.%s EXCEPT SELECT * FROM two.%s))"
			" + (SELECT count(*) FROM (SELECT * FROM two.%s EXCEPT SELECT * FROM main.%s))", t, t, t, t);
		ck_assert_msg(number_of(db, sql) == 0, "table %s is not the same", t);
	}
	sqlite3_finalize(st);
	sqlite3_close(db);
}

START_TEST(every_table_and_every_kind_of_record_comes_through_both_ways)
{
	struct bench b;
	struct store *s;
	char file[128], copy[128], place[128];
	bench_open(&b);
	snprintf(file, sizeof file, "%s/one.db", b.folder);
	snprintf(copy, sizeof copy, "%s/two.db", b.folder);
	snprintf(place, sizeof place, "%s/there.db", b.folder);
	WELL(store_open(&s, &(struct store_paths){ .database = file }, NULL));
	WELL(store_seal_new(s, SLOT_KEY_FILE, &b.key, "file"));
	put_every_kind(s);
	store_set_owner(s, ANN);
	put_every_kind(s);
	store_close(s);
	fill_every_table(file);
	struct store_paths there = store_paths_of(place, NULL);
	WELL(store_restore(&there, file));
	WELL(store_open(&s, &there, NULL));
	WELL(store_unlock(s, SLOT_KEY_FILE, &b.key));
	check_every_kind(s);
	WELL(store_backup(s, copy));
	store_set_owner(s, ANN);
	check_every_kind(s);
	store_close(s);
	same_tables(file, copy);
	if (on_postgres())
		schema_drop(place);
	bench_close(&b);
}
END_TEST

/* Down to every number and up again; what accounts own is not thrown away by it. */
START_TEST(every_kind_of_record_lives_through_every_migration)
{
	struct bench b;
	bench_open(&b);
	int newest = store_version(b.store);
	put_every_kind(b.store);
	ck_assert_int_eq(document_put(b.store, "d1"), 1);
	for (int v = newest; v >= 2; v--) {
		WELL(store_migrate(b.store, v));
		WELL(store_migrate(b.store, -1));
		bench_reopen(&b);
		check_every_kind(b.store);
	}
	FAILS(FAULT_DENIED, store_migrate(b.store, 1));
	WELL(store_exec(b.store, "DELETE FROM document"));
	WELL(store_migrate(b.store, 1));
	FAILS(FAULT_DENIED, store_migrate(b.store, 0));
	WELL(store_migrate(b.store, -1));
	bench_reopen(&b);
	check_every_kind(b.store);
	store_set_owner(b.store, ANN);
	put_every_kind(b.store);
	WELL(store_migrate(b.store, 3));
	FAILS(FAULT_DENIED, store_migrate(b.store, 2));
	ck_assert_int_eq(store_version(b.store), 3);
	WELL(store_migrate(b.store, -1));
	bench_reopen(&b);
	store_set_owner(b.store, ANN);
	check_every_kind(b.store);
	bench_close(&b);
}
END_TEST

TESTS("backup", a_copy_is_a_store_that_its_key_opens, a_copy_comes_back_into_an_empty_place_only,
	a_copy_of_an_older_schema_comes_back_newer, a_copy_made_while_others_write_is_whole_and_holds_what_was_acknowledged,
	killed_while_copying_nothing_half_has_the_name,
	every_table_and_every_kind_of_record_comes_through_both_ways, every_kind_of_record_lives_through_every_migration,
	a_history_moves_from_a_file_to_postgresql_and_back)

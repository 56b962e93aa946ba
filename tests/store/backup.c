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

TESTS("backup", a_copy_is_a_store_that_its_key_opens, a_copy_comes_back_into_an_empty_place_only,
	a_copy_of_an_older_schema_comes_back_newer, a_copy_made_while_others_write_is_whole_and_holds_what_was_acknowledged,
	killed_while_copying_nothing_half_has_the_name, a_history_moves_from_a_file_to_postgresql_and_back)

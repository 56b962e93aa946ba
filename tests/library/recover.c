/* Killed anywhere, a library opens again with rows, files and index in step. */
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include "library_test.h"

static const char *const steady[] = {
	"{\"kind\":\"meta\",\"format\":\"pdf\",\"title\":\"Steady\",\"pages\":3}",
	"{\"kind\":\"page\",\"page\":1,\"blocks\":[{\"type\":\"para\",\"text\":\"Granite is an igneous rock.\"}]}",
	"{\"kind\":\"page\",\"page\":2,\"blocks\":[{\"type\":\"para\",\"text\":\"Slate was mud once.\"}]}",
	"{\"kind\":\"page\",\"page\":3,\"blocks\":[{\"type\":\"para\",\"text\":\"Marble was limestone.\"}]}",
	"{\"kind\":\"end\",\"status\":\"completed\"}", NULL };

static int64_t
count(struct bench *b, const char *sql)
{
	struct statement *st;
	int64_t n;

	WELL(store_prepare(&st, b->db, sql));
	WELL(statement_step(st));
	n = statement_col_int(st, 0);
	statement_done(st);
	return n;
}

/* Every completed document has its files, rows and postings; nothing else has any. */
static void
in_step(struct bench *b)
{
	struct documents list;
	struct passages p;
	int64_t passages = 0;

	WELL(library_list(&list, &b->a, b->l, b->db, &(struct document_list){ .limit = 100 }));
	struct document *d = list.items.items;
	for (size_t i = 0; i < list.items.count; i++) {
		ck_assert_str_eq(d[i].status, "completed");
		passages += d[i].passages;
		WELL(library_outline(&p, &b->a, b->l, b->db, &(struct search_run){ .documents = { &d[i].id, 1 } }, 0));
		ck_assert_int_eq((int64_t)p.items.count, d[i].passages);
	}
	ck_assert_int_eq(list.total, (int64_t)list.items.count);
	ck_assert_int_eq(count(b, "SELECT count(*) FROM document"), list.total);
	ck_assert_int_eq(count(b, "SELECT count(*) FROM passage"), passages);
	ck_assert_int_eq(count(b, "SELECT count(*) FROM heading WHERE document_no NOT IN (SELECT no FROM document)"), 0);
	ck_assert_int_eq(files_in(b->folder, ".orig"), (int)list.total);
	ck_assert_int_eq(files_in(b->folder, ".txt"), (int)list.total);
	ck_assert_int_eq(files_in(b->folder, ""), 2 * (int)list.total + 2);     /* lock, index */
	ck_assert_int_eq(index_passages(library_index(b->l)), passages);
	ck_assert_int_eq(library_document_count(b->l), list.total);
	ck_assert_int_eq(library_passage_count(b->l), passages);
}

static void
reopen_all(struct bench *b)
{
	char database[96];

	snprintf(database, sizeof database, "%s/local.db", b->folder);
	struct store_paths paths = store_paths_of(database, NULL);
	WELL(store_open(&b->db, &paths, &b->clock));
	b->l = NULL;
	bench_reopen(b);
}

static void
close_all(struct bench *b)
{
	library_close(b->l);
	store_close(b->db);
	b->l = NULL;
	b->db = NULL;
}

struct fatal { int64_t page; const char *step; };

static void
die_at(const struct ev_progress *p, void *arg)
{
	struct fatal *f = arg;

	if (p->page == f->page && str_same(p->step, f->step))
		kill(getpid(), SIGKILL);
}

START_TEST(a_kill_at_any_page_is_cleared_at_the_next_opening)
{
	static struct fatal at[] = { { 1, "reading" }, { 2, "reading" }, { 3, "reading" }, { 3, "indexing" } };
	struct bench b;
	struct document *d;

	bench_open(&b);
	frames_file(&b, "steady.pdf", steady);
	close_all(&b);
	for (size_t i = 0; i < COUNT_OF(at); i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			reopen_all(&b);
			if (library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = path_in(&b, "steady.pdf") }, die_at, &at[i], NULL) == FAULT_NONE)
				_exit(0);
			_exit(1);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		reopen_all(&b);
		in_step(&b);
		ck_assert_int_eq(library_document_count(b.l), 0);
		close_all(&b);
	}
	reopen_all(&b);
	WELL(library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = path_in(&b, "steady.pdf") }, NULL, NULL, NULL));
	in_step(&b);
	bench_close(&b);
}
END_TEST

START_TEST(what_a_killed_process_left_is_no_hindrance_while_another_is_open)
{
	static struct fatal at = { 2, "reading" };
	struct bench b;
	struct document *d;
	struct documents list;
	int status;

	bench_open(&b);
	frames_file(&b, "steady.pdf", steady);
	for (int again = 0; again < 2; again++) {
		pid_t pid = fork();

		if (pid == 0) {
			reopen_all(&b);
			if (library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = path_in(&b, "steady.pdf") }, die_at, &at, NULL) == FAULT_NONE)
				_exit(0);
			_exit(1);
		}
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert(WIFSIGNALED(status));
		WELL(library_list(&list, &b.a, b.l, b.db, &(struct document_list){ 0 }));
		ck_assert_int_eq(list.total, 1);
		d = list.items.items;
		ck_assert_str_eq(d->status, "processing");
		if (again == 0)
			WELL(library_remove(b.l, b.db, d->id));
		else
			WELL(library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = path_in(&b, "steady.pdf") }, NULL, NULL, NULL));
	}
	ck_assert_str_eq(d->status, "completed");
	bench_reopen(&b);
	in_step(&b);
	ck_assert_int_eq(library_document_count(b.l), 1);
	bench_close(&b);
}
END_TEST

/* Add, change, read again and remove without end. */
static void
work(struct bench *b, int told)
{
	char text[64], name[16];

	reopen_all(b);
	if (write(told, "x", 1) != 1)
		_exit(1);
	for (unsigned i = 0;; i++) {
		struct document *d;
		enum fault f;

		snprintf(name, sizeof name, "f%u.txt", i % 3);
		snprintf(text, sizeof text, "Number %u is said here. And %u again.", i, i / 2);
		f = library_add_text(&d, &b->a, b->l, b->db, name, NULL, NULL, text, strlen(text));
		/* as many as one page of a list shows, however fast the machine is */
		if (f == FAULT_NONE && i >= 64)
			f = library_remove(b->l, b->db, d->id);
		if (f == FAULT_NONE)
			f = library_add(&d, &b->a, b->l, b->db, &(struct document_add){ .path = path_in(b, "steady.pdf"), .again = true }, NULL, NULL, NULL);
		if (f == FAULT_NONE && i % 2 == 1)
			f = library_remove(b->l, b->db, d->id);
		if (f != FAULT_NONE && f != FAULT_EXISTS)
			_exit(1);
		arena_clear(&b->a);
	}
}

START_TEST(a_kill_at_any_moment_leaves_rows_files_and_index_in_step)
{
	struct bench b;
	unsigned seed = 7;

	bench_open(&b);
	frames_file(&b, "steady.pdf", steady);
	close_all(&b);
	for (int round = 0; round < 25; round++) {
		int told[2], status;
		char c;

		ck_assert_int_eq(pipe(told), 0);
		pid_t pid = fork();
		if (pid == 0)
			work(&b, told[1]);
		close(told[1]);
		ck_assert_int_eq(read(told[0], &c, 1), 1);
		close(told[0]);
		seed = seed * 1103515245u + 12345u;
		int64_t until = clock_system.mono_ms(NULL) + (seed >> 16) % 60;
		while (clock_system.mono_ms(NULL) < until)
			sched_yield();
		kill(pid, SIGKILL);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert(WIFSIGNALED(status));
		reopen_all(&b);
		/* a child that was just being forked may hold the lock for a moment longer */
		for (int i = 0; i < 1000 && count(&b, "SELECT count(*) FROM document WHERE status <> 'completed'") > 0; i++)
			bench_reopen(&b);
		in_step(&b);
		close_all(&b);
	}
	reopen_all(&b);
	bench_close(&b);
}
END_TEST

START_TEST(an_index_that_lost_a_document_gets_it_again)
{
	struct bench b;
	struct document *d;
	struct document_row row;
	struct hits hits;

	bench_open(&b);
	WELL(library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = frames_file(&b, "steady.pdf", steady) }, NULL, NULL, NULL));
	WELL(document_row_get(&row, &b.a, b.db, d->id));
	WELL(index_remove(library_index(b.l), row.no));
	bench_reopen(&b);
	in_step(&b);
	WELL(library_search(&hits, &b.a, b.l, b.db, &(struct search_run){ .query = "igneous granite", .k = 3 }, NULL));
	ck_assert_uint_ge(hits.items.count, 1);
	bench_close(&b);
}
END_TEST

START_TEST(an_index_that_cannot_be_read_is_made_again)
{
	struct bench b;
	struct document *d;
	struct hits hits;
	char path[256];

	bench_open(&b);
	WELL(library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = frames_file(&b, "steady.pdf", steady) }, NULL, NULL, NULL));
	snprintf(path, sizeof path, "%s/library/index/manifest", b.folder);
	file_put(path, "not a manifest\n", 15);
	bench_reopen(&b);
	in_step(&b);
	WELL(library_search(&hits, &b.a, b.l, b.db, &(struct search_run){ .query = "igneous granite", .k = 3 }, NULL));
	ck_assert_uint_ge(hits.items.count, 1);
	bench_close(&b);
}
END_TEST

START_TEST(files_without_a_row_are_swept_unless_somebody_holds_them)
{
	static const char *const names[] = { "0123456789abcdef0123456789abcdef.orig", "0123456789abcdef0123456789abcdef.txt.Ab3dEf",
		"keep-this-note.txt", "fedcba9876543210fedcba9876543210.orig" };
	struct bench b;
	struct document *d;
	char path[256];

	bench_open(&b);
	WELL(library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = frames_file(&b, "steady.pdf", steady) }, NULL, NULL, NULL));
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		snprintf(path, sizeof path, "%s/library/%s", b.folder, names[i]);
		file_put(path, "x", 1);
	}
	int held = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(flock(held, LOCK_EX), 0);
	bench_reopen(&b);
	ck_assert_int_eq(files_in(b.folder, ".orig"), 2);
	ck_assert_int_eq(files_in(b.folder, ".Ab3dEf"), 0);
	ck_assert_int_eq(access(path, F_OK), 0);
	close(held);
	bench_reopen(&b);
	ck_assert_int_eq(access(path, F_OK), -1);
	snprintf(path, sizeof path, "%s/library/%s", b.folder, names[2]);
	ck_assert_int_eq(unlink(path), 0);
	in_step(&b);
	bench_close(&b);
}
END_TEST

struct rival { struct bench *b; struct library *second; int seen; };

/* While a document is read, somebody else opens the same library. */
static void
open_beside(const struct ev_progress *p, void *arg)
{
	struct rival *r = arg;
	struct store *db;

	if (p->page != 2 || r->second != NULL)
		return;
	struct documents list;
	WELL(store_join(&db, r->b->db));
	WELL(library_open(&r->second, &r->b->config, db));
	WELL(library_list(&list, &r->b->a, r->second, db, &(struct document_list){ 0 }));
	ck_assert_int_eq(list.total, 1);
	ck_assert_str_eq(((struct document *)list.items.items)->status, "processing");
	r->seen = files_in(r->b->folder, ".orig");
	store_close(db);
}

START_TEST(opening_beside_work_under_way_takes_nothing_from_it)
{
	struct bench b;
	struct document *d;
	struct rival r = { .b = &b };

	bench_open(&b);
	WELL(library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = frames_file(&b, "steady.pdf", steady) }, open_beside, &r, NULL));
	ck_assert_ptr_nonnull(r.second);
	ck_assert_int_eq(r.seen, 1);
	ck_assert_str_eq(d->status, "completed");
	library_close(r.second);
	in_step(&b);
	bench_close(&b);
}
END_TEST

struct remover { struct bench *b; const char *id; };

static void
remove_beside(const struct ev_progress *p, void *arg)
{
	struct remover *r = arg;
	struct store *db;

	if (p->page != 2 || r->id == NULL)
		return;
	WELL(store_join(&db, r->b->db));
	WELL(library_remove(r->b->l, db, r->id));
	r->id = NULL;
	store_close(db);
}

START_TEST(a_document_removed_while_it_is_read_again_stays_removed)
{
	struct bench b;
	struct document *d;

	bench_open(&b);
	WELL(library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = frames_file(&b, "steady.pdf", steady) }, NULL, NULL, NULL));
	struct remover r = { &b, d->id };
	FAILS(FAULT_ABSENT, library_reindex(&d, &b.a, b.l, b.db, d->id, remove_beside, &r, NULL));
	ck_assert_ptr_null(r.id);
	in_step(&b);
	ck_assert_int_eq(library_document_count(b.l), 0);
	bench_close(&b);
}
END_TEST

TESTS("library/recover", a_kill_at_any_page_is_cleared_at_the_next_opening, what_a_killed_process_left_is_no_hindrance_while_another_is_open, a_kill_at_any_moment_leaves_rows_files_and_index_in_step,
	an_index_that_lost_a_document_gets_it_again, an_index_that_cannot_be_read_is_made_again,
	files_without_a_row_are_swept_unless_somebody_holds_them,
	opening_beside_work_under_way_takes_nothing_from_it,
	a_document_removed_while_it_is_read_again_stays_removed)

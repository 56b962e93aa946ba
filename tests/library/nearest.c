/* Vectors as rows of a database that searches them itself: the same is found as in
 * files, by nobody who may not see it.  tests/library/pgvector.sh gives the database. */
#include <math.h>
#include "library_test.h"
#include "../../src/library/find_in.h"
#include "../../src/library/vector_in.h"

#define DIMS 24u
#define DOCS 40u
#define PASSAGES 7u
#define K 32u

/* One connection for all tests, because pglite has but one session; a test begins
 * without documents, and the database is nobody else's. */
static struct store *only;

static void
start(struct bench *b)
{
	static char library[96];
	const struct store_paths paths = { .url = getenv("STOA_TEST_POSTGRES"), .driver = &store_postgres };
	memset(b, 0, sizeof *b);
	snprintf(b->folder, sizeof b->folder, "%s", scratch());
	snprintf(library, sizeof library, "%s/library", b->folder);
	b->clock = STILL_CLOCK(&b->still);
	b->chance = chance_system;
	arena_init(&b->a);
	WELL(vault_start());
	if (only == NULL)
		WELL(store_open(&only, &paths, &clock_system));
	b->db = only;
	ck_assert_msg(store_vectors(b->db), "the database has no pgvector");
	WELL(store_exec(b->db, "DELETE FROM passage_vector; DELETE FROM passage; DELETE FROM heading; DELETE FROM document_page; DELETE FROM document"));
	b->config = (struct library_config){ .folder = library, .clock = &b->clock, .chance = &b->chance };
	bench_reopen(b);
}

static void
end(struct bench *b)
{
	library_close(b->l);
	arena_clear(&b->a);
	scratch_remove(b->folder);
}

static uint32_t
next_random(uint32_t *state)
{
	return *state = *state * 1664525u + 1013904223u;
}

/* Few different numbers, so that some passages are equally near. */
static void
random_unit(float *out, uint32_t *state)
{
	double square = 0;
	for (size_t i = 0; i < DIMS; i++) {
		out[i] = (float)(next_random(state) >> 30) - 1;
		square += (double)out[i] * out[i];
	}
	for (size_t i = 0; i < DIMS && square > 0; i++)
		out[i] = (float)(out[i] / sqrt(square));
}

static void
row_of_document(struct store *db, int64_t no, const char *status)
{
	struct statement *st;
	char id[32];
	WELL(store_prepare(&st, db, "INSERT INTO document (no, id, stored, name, title, subject, domain, kind, status, reason, error_message, language,"
		" sha256, origin, preview, authors, concepts, text_sha256, text_bytes, pages, passages, words, size_bytes, cited, stale, added,"
		" changed, expires) VALUES (?, ?, ?, '', '', '', '', '', ?, '', '', '', '', '', '', '', '', '', 1, 1, 1, 1, 1, 0, 0, 0, 0, -1)"));
	statement_int(st, 1, no);
	snprintf(id, sizeof id, "d%lld", (long long)no);
	statement_text(st, 2, id);
	statement_text(st, 3, id);
	statement_text(st, 4, status);
	WELL(statement_run(st, NULL));
	statement_done(st);
}

/* The same documents in the index, in files and in rows; one is not finished yet. */
static void
fill(struct bench *b, struct index *ix, bool files, bool rows)
{
	struct index_passage passages[PASSAGES];
	float v[PASSAGES * DIMS];
	uint32_t state = 7;
	for (size_t i = 0; i < PASSAGES; i++)
		passages[i] = (struct index_passage){ "a word", 6, NULL };
	for (int64_t no = 1; no <= (int64_t)DOCS; no++) {
		WELL(index_add(ix, no, NULL, passages, PASSAGES, NULL));
		row_of_document(b->db, no, no == 5 ? "processing" : "completed");
		for (size_t i = 0; i < PASSAGES; i++)
			random_unit(v + i * DIMS, &state);
		if (files && no != 5)
			WELL(vector_put(ix, no, v, DIMS, PASSAGES));
		if (rows)
			WELL(store_vectors_put(b->db, no, v, DIMS, PASSAGES));
	}
}

static void
same_hits(const struct vector_query *q, struct store *db)
{
	struct vector_hit in_files[K], in_rows[K];
	struct vector_query rows = *q;
	rows.db = db;
	size_t n = vector_search(in_files, K, q);
	ck_assert_uint_eq(vector_search(in_rows, K, &rows), n);
	for (size_t i = 0; i < n; i++) {
		ck_assert_uint_eq(in_rows[i].no, in_files[i].no);
		ck_assert(in_rows[i].score == in_files[i].score);
		ck_assert_uint_eq(in_rows[i].part, in_files[i].part);
		ck_assert_uint_eq(in_rows[i].local, in_files[i].local);
		ck_assert_int_ne(PASSAGE_DOC(in_rows[i].no), 5);
	}
	struct candidate c[K];
	double file_scores[K], row_scores[K];
	for (size_t i = 0; i < K; i++)
		c[i] = (struct candidate){ .no = PASSAGE_NO(1 + i, i % (PASSAGES + 1)) };
	vector_scores(row_scores, &rows, c, K);
	vector_scores(file_scores, q, c, K);
	for (size_t i = 0; i < K; i++)
		ck_assert(i + 1 == 5 || i + 1 == 9 || row_scores[i] == file_scores[i]);
}

START_TEST(rows_and_files_find_the_very_same)
{
	struct bench b;
	struct snapshot *s;
	uint32_t state = 99;
	float to[DIMS];
	int64_t some[] = { 2, 3, 5, 17, 33 }, none[] = { 1000 };
	const struct allow allow[] = { { .all = true }, { some, COUNT_OF(some), false }, { none, 1, false }, { NULL, 0, false } };
	start(&b);
	fill(&b, library_index(b.l), true, true);
	WELL(index_remove(library_index(b.l), 9));
	vector_remove(library_index(b.l), 9);
	WELL(index_snapshot(&s, library_index(b.l)));
	for (int round = 0; round < 20; round++)
		for (size_t i = 0; i < COUNT_OF(allow); i++) {
			random_unit(to, &state);
			same_hits(&(struct vector_query){ library_index(b.l), NULL, s, &allow[i], to, DIMS }, b.db);
		}
	snapshot_release(s);
	end(&b);
}
END_TEST

static void
take_document(int64_t document, int64_t n, const float *vector, void *arg)
{
	(void)vector;
	text_printf(arg, "%lld.%lld ", (long long)document, (long long)n);
}

/* What the database itself hands out: the filter stands in the query. */
START_TEST(what_may_not_be_seen_does_not_leave_the_database)
{
	struct bench b;
	struct text seen;
	float axis[DIMS] = { 1 };
	int64_t mine[] = { 2 };
	start(&b);
	text_init(&seen, 4096);
	for (int64_t no = 1; no <= 3; no++) {
		row_of_document(b.db, no, no == 3 ? "removed" : "completed");
		WELL(store_vectors_put(b.db, no, axis, DIMS, 1));
	}
	struct store_near near = { .to = axis, .dims = DIMS, .most = 10, .documents = mine, .count = 1 };
	WELL(store_vectors_near(b.db, &near, take_document, &seen));
	ck_assert_str_eq(seen.data, "2.0 ");
	text_reset(&seen);
	near.all = true;
	WELL(store_vectors_near(b.db, &near, take_document, &seen));
	ck_assert_str_eq(seen.data, "1.0 2.0 ");
	text_reset(&seen);
	near = (struct store_near){ .to = axis, .dims = DIMS - 1, .most = 10, .all = true };
	WELL(store_vectors_near(b.db, &near, take_document, &seen));
	near = (struct store_near){ .to = axis, .dims = DIMS, .most = 10 };
	WELL(store_vectors_near(b.db, &near, take_document, &seen));
	WELL(store_vectors_remove(b.db, 1));
	WELL(store_vectors_get(b.db, &(struct store_place){ 1, 0 }, 1, DIMS, take_document, &seen));
	ck_assert_uint_eq(seen.len, 0);
	text_clear(&seen);
	end(&b);
}
END_TEST

START_TEST(files_from_before_become_rows_once)
{
	struct bench b;
	struct text seen;
	char path[300];
	start(&b);
	fill(&b, library_index(b.l), true, false);
	vector_move(library_index(b.l), b.db);
	text_init(&seen, 4096);
	WELL(store_vectors_get(b.db, &(struct store_place){ 8, 6 }, 1, DIMS, take_document, &seen));
	ck_assert_str_eq(seen.data, "8.6 ");
	snprintf(path, sizeof path, "%s/library/index/8.vec", b.folder);
	ck_assert_int_ne(access(path, F_OK), 0);
	text_clear(&seen);
	end(&b);
}
END_TEST

TESTS_OF_POSTGRES("nearest", rows_and_files_find_the_very_same, what_may_not_be_seen_does_not_leave_the_database,
	files_from_before_become_rows_once)

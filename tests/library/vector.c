/* Vectors: kept, found, fused with words, done without. */
#include "find_test.h"
#include "../../src/library/vector_in.h"

#define DIMS 8u
struct maker { int calls; enum fault refuse; };

/* A text points where its topic does: stars, bread or nowhere. */
static enum fault
make(float **out, size_t *dims, const char *const *texts, size_t count, void *arg, const struct cancel *cancel)
{
	struct maker *m = arg;
	(void)cancel;
	m->calls++;
	if (m->refuse != FAULT_NONE)
		return fault(m->refuse, "no endpoint");
	float *v = mem_new_array(count * DIMS, sizeof *v);
	for (size_t i = 0; i < count; i++) {
		bool stars = strstr(texts[i], "galax") || strstr(texts[i], "heavens"), bread = strstr(texts[i], "dough") || strstr(texts[i], "baker");
		v[i * DIMS + (stars ? 1 : bread ? 2 : 3)] = .8f;
		v[i * DIMS + 4] = .6f;
	}
	*out = v;
	*dims = DIMS;
	return FAULT_NONE;
}

static void
add(struct shelf *s, struct maker *m, int doc, const char *text)
{
	shelf_add(s, doc, NULL, TEXTS(text));
	WELL(vector_add(s->ix, &(struct vector_maker){ make, m, NULL }, doc, NULL, &(struct index_passage){ text, strlen(text), NULL }, 1, NULL));
}

static struct found *
ask(struct shelf *s, struct maker *m, const char *query)
{
	struct found *f;
	struct finder from = { .ix = s->ix, .read = shelf_read, .arg = s, .allow = { .all = true }, .embed = make, .embed_arg = m };
	WELL(find_run(&f, &s->a, &from, &(struct find_request){ .query = query }, NULL));
	return f;
}

static bool
found_doc(const struct found *f, const char *id)
{
	for (size_t i = 0; i < f->passage_count; i++)
		if (str_same(f->passages[i].p.file_id, id))
			return true;
	return false;
}

START_TEST(what_no_word_finds_a_vector_finds)
{
	struct shelf s;
	struct maker m = { 0 };
	shelf_open(&s);
	add(&s, &m, 1, "Spiral galaxies turn slowly.");
	add(&s, &m, 2, "The dough rises overnight.");
	add(&s, &m, 3, "Granite is hard.");
	struct found *f = ask(&s, &m, "what moves in the heavens?");
	ck_assert_uint_gt(f->passage_count, 0);
	ck_assert(found_doc(f, "doc1"));
	ck_assert_uint_eq(shelf_find(&s, "what moves in the heavens?")->passage_count, 0);
	ck_assert_str_eq(ask(&s, &m, "Is granite hard?")->passages[0].p.file_id, "doc3");
	shelf_close(&s);
}
END_TEST

START_TEST(an_endpoint_that_fails_leaves_the_words)
{
	struct shelf s;
	struct maker m = { .refuse = FAULT_OFFLINE };
	shelf_open(&s);
	add(&s, &m, 1, "Granite is hard.");
	ck_assert_int_eq(m.calls, 1);
	ck_assert_uint_eq(ask(&s, &m, "granite?")->passage_count, 1);
	m.refuse = FAULT_CANCELLED;
	struct index_passage p = { "x", 1, NULL };
	FAILS(FAULT_CANCELLED, vector_add(s.ix, &(struct vector_maker){ make, &m, NULL }, 1, NULL, &p, 1, NULL));
	WELL(vector_add(s.ix, &(struct vector_maker){ NULL, NULL, NULL }, 1, NULL, &p, 1, NULL));
	shelf_close(&s);
}
END_TEST

static double
score_of(struct shelf *s, int64_t doc, const float *q)
{
	double score;
	vector_scores(&score, &(struct vector_query){ .ix = s->ix, .to = q, .dims = DIMS }, &(struct candidate){ .no = PASSAGE_NO(doc, 0) }, 1);
	return score;
}

START_TEST(the_nearest_come_first_and_dead_ones_never)
{
	struct shelf s;
	struct maker m = { 0 };
	struct snapshot *snap;
	struct vector_hit hits[8];
	float to[DIMS] = { 0, .8f, 0, 0, .6f };
	struct allow all = { .all = true }, some = { (const int64_t[]){ 2 }, 1, false };
	shelf_open(&s);
	add(&s, &m, 1, "galaxies");
	add(&s, &m, 2, "dough");
	add(&s, &m, 3, "galaxy");
	WELL(index_snapshot(&snap, s.ix));
	struct vector_query q = { s.ix, NULL, snap, &all, to, DIMS };
	ck_assert_uint_eq(vector_search(hits, 8, &q), 3);
	ck_assert_double_eq_tol(hits[0].score, 1, 1e-6);
	ck_assert_double_eq_tol(hits[2].score, .36, 1e-6);
	ck_assert_uint_eq(hits[0].no, PASSAGE_NO(1, 0));
	ck_assert_uint_eq(vector_search(hits, 1, &q), 1);
	q.allow = &some;
	ck_assert_uint_eq(vector_search(hits, 8, &q), 1);
	q = (struct vector_query){ s.ix, NULL, snap, &all, to, DIMS - 1 };
	ck_assert_uint_eq(vector_search(hits, 8, &q), 0);
	snapshot_release(snap);
	WELL(index_remove(s.ix, 1));
	WELL(index_snapshot(&snap, s.ix));
	q = (struct vector_query){ s.ix, NULL, snap, &all, to, DIMS };
	ck_assert_uint_eq(vector_search(hits, 8, &q), 2);
	ck_assert_double_eq(score_of(&s, 1, to), -1);
	snapshot_release(snap);
	shelf_close(&s);
}
END_TEST

START_TEST(a_spoilt_file_is_passed_over)
{
	struct shelf s;
	struct maker m = { 0 };
	char path[256];
	shelf_open(&s);
	add(&s, &m, 1, "galaxies");
	ck_assert_double_gt(score_of(&s, 1, (float[DIMS]){ 0, 1 }), .7);
	for (int cut = 0; cut < 64; cut += 5) {
		snprintf(path, sizeof path, "%s/1.vec", s.folder);
		ck_assert_int_eq(truncate(path, cut), 0);
		ck_assert_double_eq(score_of(&s, 1, (float[DIMS]){ 0, 1 }), -1);
	}
	ck_assert_uint_eq(ask(&s, &m, "galaxies?")->passage_count, 1);
	shelf_close(&s);
}
END_TEST

TESTS("vector", what_no_word_finds_a_vector_finds, an_endpoint_that_fails_leaves_the_words, the_nearest_come_first_and_dead_ones_never, a_spoilt_file_is_passed_over)

/* Fetching: MaxScore finds what looking at everything finds; filters; damage. */
#include <math.h>
#include "find_test.h"

static uint32_t
next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

/* Word numbers fall off like those of a language. */
static const char *
random_word(struct arena *a, uint64_t *state)
{
	double u = (next_random(state) % 10000 + 1) / 10000.0;
	return arena_printf(a, "w%c%c", 'a' + (int)(u * u * u * 25), 'a' + (int)(u * u * 25));
}

static const char *
random_text(struct arena *a, uint64_t *state)
{
	struct text t;
	text_init(&t, 4096);
	for (uint32_t n = next_random(state) % 40 + 3; n > 0; n--)
		text_printf(&t, "%s ", random_word(a, state));
	const char *copy = arena_strdup(a, t.data);
	text_clear(&t);
	return copy;
}

static void
fill(struct shelf *s, uint64_t *state, int first, int docs)
{
	for (int d = first; d < first + docs; d++) {
		const char *texts[PASSAGES_MAX + 1] = { NULL };
		uint32_t n = next_random(state) % 30 + 1;
		for (uint32_t i = 0; i < n; i++)
			texts[i] = random_text(&s->a, state);
		shelf_add(s, d, random_word(&s->a, state), texts);
	}
}

static const struct bm25 usual = { .9, .8, 1, .5 };

static void
compare(struct shelf *s, const struct snapshot *snap, const char *text, const struct allow *allow)
{
	struct query q;
	struct candidate fast[20], slow[20];
	bool damaged;
	query_read(&q, &s->a, snap, text, NULL);
	size_t n = search_top(fast, 20, snap, &q, &usual, allow, false, &damaged);
	ck_assert(!damaged);
	size_t m = search_top(slow, 20, snap, &q, &usual, allow, true, &damaged);
	ck_assert_uint_eq(n, m);
	for (size_t i = 0; i < n; i++)
		ck_assert_double_eq_tol(fast[i].stem, slow[i].stem, 1e-9);
}

START_TEST(maxscore_finds_what_looking_at_everything_finds)
{
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct shelf s;
		struct snapshot *snap;
		uint64_t state = seed;
		shelf_open(&s);
		fill(&s, &state, 0, 60);
		if (seed % 2)
			WELL(index_merge(s.ix, NULL));
		WELL(index_remove(s.ix, 7));
		WELL(index_snapshot(&snap, s.ix));
		for (int i = 0; i < 40; i++) {
			int64_t docs[8];
			for (size_t k = 0; k < 8; k++)
				docs[k] = (int64_t)(k * 8 + next_random(&state) % 8);
			struct allow some = { docs, 8, false }, all = { .all = true };
			const char *query = arena_printf(&s.a, "%s %s %s %s?", random_word(&s.a, &state), random_word(&s.a, &state), random_word(&s.a, &state), random_word(&s.a, &state));
			compare(&s, snap, query, &all);
			compare(&s, snap, query, &some);
		}
		snapshot_release(snap);
		shelf_close(&s);
	}
}
END_TEST

/* BM25 by the book over plain word counts. */
START_TEST(scores_are_those_of_the_formula)
{
	struct shelf s;
	struct snapshot *snap;
	struct query q;
	struct candidate c[4];
	struct allow all = { .all = true };
	bool damaged;
	shelf_open(&s);
	shelf_add(&s, 1, NULL, TEXTS("granite granite basalt", "basalt slate", "chalk flint marble gneiss"));
	WELL(index_snapshot(&snap, s.ix));
	query_read(&q, &s.a, snap, "granite?", NULL);
	ck_assert_uint_eq(search_top(c, 4, snap, &q, &usual, &all, false, &damaged), 1);
	double idf = log(1 + (3 - 1 + .5) / (1 + .5)), norm = .9 * (1 - .8 + .8 * 3 / 3.0);
	ck_assert_double_eq_tol(c[0].stem, idf * 2 * 1.9 / (2 + norm), 1e-9);
	ck_assert(c[0].no == PASSAGE_NO(1, 0));
	snapshot_release(snap);
	shelf_close(&s);
}
END_TEST

START_TEST(only_allowed_documents_are_found)
{
	struct shelf s;
	shelf_open(&s);
	for (int i = 0; i < 10; i++)
		shelf_add(&s, i, "Rock", TEXTS("Granite is hard."));
	const int64_t docs[] = { 2, 5, 700 };
	struct finder from = { .ix = s.ix, .read = shelf_read, .arg = &s, .allow = { docs, 3, false } };
	struct found *f;
	WELL(find_run(&f, &s.a, &from, &(struct find_request){ .query = "granite" }, NULL));
	ck_assert_uint_eq(f->passage_count, 2);
	from.allow = (struct allow){ NULL, 0, false };
	WELL(find_run(&f, &s.a, &from, &(struct find_request){ .query = "granite" }, NULL));
	ck_assert_uint_eq(f->passage_count, 0);
	shelf_close(&s);
}
END_TEST

START_TEST(lists_of_many_blocks_can_be_sought_in)
{
	struct builder b = { 0 };
	struct index_passage *p = mem_new_array(5000, sizeof *p);
	unsigned char *bytes;
	size_t n;
	struct segment g;
	struct stem_entry e;
	for (size_t i = 0; i < 5000; i++)
		p[i] = (struct index_passage){ i % 3 == 0 ? "granite granite" : "basalt", i % 3 == 0 ? 15 : 6, NULL };
	builder_add(&b, 1, NULL, p, 5000);
	builder_finish(&bytes, &n, &b);
	builder_clear(&b);
	WELL(segment_read(&g, bytes, n, true));
	ck_assert(segment_stem(&e, &g, "granit", 6));
	ck_assert_uint_eq(e.df, 1667);
	for (uint32_t from = 0; from < 5100; from += 37) {
		struct posting_cursor c;
		cursor_start(&c, &e, g.h.passages);
		cursor_seek(&c, from);
		ck_assert_uint_eq(cursor_at(&c), from > 4998 ? CURSOR_END : (from + 2) / 3 * 3);
		if (cursor_at(&c) != CURSOR_END)
			ck_assert_uint_eq(c.tfs[c.i], 2);
	}
	mem_free(bytes);
	mem_free(p);
}
END_TEST

TESTS("search", maxscore_finds_what_looking_at_everything_finds, scores_are_those_of_the_formula, only_allowed_documents_are_found,
	lists_of_many_blocks_can_be_sought_in)

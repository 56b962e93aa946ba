/* A library whose embedding endpoint means it ill: words go on, nothing breaks.
 * Vectors are in files, or rows where the database has them. */
#include <math.h>
#include "library_test.h"

struct ill { size_t dims; float fill; enum fault refuse; int calls; };

static enum fault
embed(float **out, size_t *dims, const char *const *texts, size_t count, void *arg, const struct cancel *cancel)
{
	struct ill *m = arg;
	(void)cancel;
	m->calls++;
	if (m->refuse != FAULT_NONE)
		return fault(m->refuse, "no endpoint");
	float *v = mem_new_array(count * m->dims + 1, sizeof *v);
	for (size_t i = 0; i < count * m->dims; i++)
		v[i] = m->fill;
	for (size_t i = 0; i < count && m->dims > 2; i++)
		v[i * m->dims + (strstr(texts[i], "granite") != NULL)] += 1;
	*out = v;
	*dims = m->dims;
	return FAULT_NONE;
}

static void
open_ill(struct bench *b, struct ill *m)
{
	bench_open(b);
	b->config.embed = embed;
	b->config.embed_arg = m;
	bench_reopen(b);
}

static const char *
add(struct bench *b, const char *name, const char *text)
{
	struct document *d;
	WELL(library_add_text(&d, &b->a, b->l, b->db, name, name, "", text, strlen(text)));
	ck_assert_str_eq(d->status, "completed");
	return d->id;
}

static const char *
first(struct bench *b, const char *query)
{
	struct found *f;
	WELL(library_find(&f, &b->a, b->l, b->db, &(struct find_request){ .query = query }, NULL));
	return f->passage_count > 0 ? f->passages[0].p.title : "nothing";
}

START_TEST(what_is_no_vector_is_not_kept_and_words_find)
{
	static const struct ill ways[] = { { .dims = 4, .fill = NAN }, { .dims = 4, .fill = INFINITY }, { .dims = 0 },
		{ .dims = 9000 }, { .dims = 4, .refuse = FAULT_DAMAGED }, { .dims = 4, .fill = 3e38f } };
	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		struct bench b;
		struct ill m = ways[i];
		open_ill(&b, &m);
		add(&b, "stone", "The granite of the north is hard.");
		add(&b, "bread", "Bread rises overnight in a warm room.");
		ck_assert_str_eq(first(&b, "Is granite hard?"), "stone");
		ck_assert_str_eq(first(&b, "When does bread rise?"), "bread");
		ck_assert_int_ge(m.calls, 4);
		bench_close(&b);
	}
}
END_TEST

START_TEST(other_dimensions_later_do_no_harm)
{
	struct bench b;
	struct ill m = { .dims = 4 };
	open_ill(&b, &m);
	const char *id = add(&b, "stone", "The granite of the north is hard.");
	m.dims = 7;
	add(&b, "bread", "Bread rises overnight in a warm room.");
	for (int round = 0; round < 2; round++) {
		ck_assert_str_eq(first(&b, "Is granite hard?"), "stone");
		ck_assert_str_eq(first(&b, "When does bread rise?"), "bread");
		m.dims = 4;
	}
	m.dims = 7;
	m.fill = NAN;           /* of the question only */
	ck_assert_str_eq(first(&b, "When does bread rise?"), "bread");
	m.fill = 0;
	struct document *d;
	WELL(library_reindex(&d, &b.a, b.l, b.db, id, NULL, NULL, NULL));
	ck_assert_str_eq(first(&b, "Is granite hard?"), "stone");
	WELL(library_remove(b.l, b.db, id));
	ck_assert_str_ne(first(&b, "Is granite hard?"), "stone");
	bench_close(&b);
}
END_TEST

TESTS("endpoint", what_is_no_vector_is_not_kept_and_words_find, other_dimensions_later_do_no_harm)

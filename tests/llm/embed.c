/* Embeddings: order, batches, length one, and what is refused. */
#include <math.h>
#include "llm_test.h"

#define TEXTS 150

/* count texts of lengths 1, 2, 3...; in a. */
static const char **
some_texts(struct arena *a, size_t count)
{
	const char **texts = arena_alloc(a, count * sizeof *texts);
	for (size_t i = 0; i < count; i++) {
		char *s = arena_alloc(a, i + 2);
		memset(s, 'a', i + 1);
		texts[i] = s;
	}
	return texts;
}

START_TEST(vectors_come_in_the_order_of_their_texts_with_length_one)
{
	struct bench b = { 0 };
	struct arena a;
	float *rows;
	size_t dims;
	arena_init(&a);
	bench_open(&b, "embed");
	WELL(llm_embed(&rows, &dims, b.m, some_texts(&a, TEXTS), TEXTS, NULL));
	ck_assert_uint_eq(dims, 4);
	ck_assert_uint_eq(endpoint_count(b.e), 3);      /* 64, 64, 22 */
	for (size_t i = 0; i < TEXTS; i++) {
		double x = (double)(i + 1), length = sqrt(x * x + 9 + 0.25);
		ck_assert_double_eq_tol(rows[i * 4], x / length, 1e-5);
		ck_assert_double_eq_tol(rows[i * 4 + 1], 3 / length, 1e-5);
	}
	mem_free(rows);
	arena_clear(&a);
	bench_end(&b);
}
END_TEST

START_TEST(vectors_that_are_none_are_damaged)
{
	static const char *const scripts[] = { "embed:short", "embed:zero", "embed:twice", "embed:uneven", "embed:text", "hello", "body:{}", "body:{'data':[1;2]}", "body:{'data':{}}" };
	for (size_t i = 0; i < COUNT_OF(scripts); i++) {
		struct bench b = { 0 };
		float *rows;
		size_t dims;
		bench_open(&b, scripts[i]);
		enum fault f = llm_embed(&rows, &dims, b.m, (const char *const[]){ "a", "bb" }, 2, NULL);
		ck_assert_msg(f == FAULT_DAMAGED, "%s: %s", scripts[i], fault_name(f));
		bench_end(&b);
	}
}
END_TEST

START_TEST(embeddings_are_tried_again_as_completions_are)
{
	struct bench b = { 0 };
	float *rows;
	size_t dims;
	bench_open(&b, "500,429:1,embed");
	WELL(llm_embed(&rows, &dims, b.m, (const char *const[]){ "a \"quoted\" one", "" }, 2, NULL));
	ck_assert_int_eq(b.waits, 2);
	mem_free(rows);
	bench_end(&b);
}
END_TEST

START_TEST(no_texts_ask_nothing_and_no_model_is_absent)
{
	struct bench b = { 0 };
	float *rows;
	size_t dims;
	bench_open(&b, "embed");
	WELL(llm_embed(&rows, &dims, b.m, NULL, 0, NULL));
	ck_assert(dims == 0 && endpoint_count(b.e) == 0);
	mem_free(rows);
	llm_free(b.m);
	b.config.embedding_model = NULL;
	bench_open(&b, NULL);
	FAILS(FAULT_ABSENT, llm_embed(&rows, &dims, b.m, (const char *const[]){ "a" }, 1, NULL));
	bench_end(&b);
}
END_TEST

TESTS("llm embed", vectors_come_in_the_order_of_their_texts_with_length_one, vectors_that_are_none_are_damaged,
	embeddings_are_tried_again_as_completions_are, no_texts_ask_nothing_and_no_model_is_absent)

/* Memory and arenas. */
#include <signal.h>

#include <fcntl.h>

#include "../stoa_test.h"

START_TEST(an_overflowing_array_aborts)
{
	mem_free(mem_new_array(SIZE_MAX / 2, 3));
}
END_TEST

START_TEST(new_memory_is_zeroed_and_zero_bytes_are_something)
{
	unsigned char *p = mem_new(100);
	for (int i = 0; i < 100; i++)
		ck_assert_uint_eq(p[i], 0);
	mem_free(p);
	p = mem_new(0);
	ck_assert_ptr_nonnull(p);
	mem_free(p);
	ck_assert_ptr_null(mem_strdup(NULL));
	mem_free(NULL);
}
END_TEST

START_TEST(reserve_grows_and_keeps_what_is_there)
{
	int *items = NULL;
	size_t cap = 0;
	for (int i = 0; i < 1000; i++) {
		mem_reserve(&items, &cap, (size_t)i + 1, sizeof *items);
		ck_assert_uint_gt(cap, (size_t)i);
		items[i] = i;
	}
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(items[i], i);
	int *before = items;
	mem_reserve(&items, &cap, 10, sizeof *items);
	ck_assert_ptr_eq(items, before);
	mem_free(items);
}
END_TEST

START_TEST(arena_pieces_are_zeroed_aligned_and_apart)
{
	struct arena a;
	arena_init(&a);
	unsigned char *pieces[500];
	for (size_t i = 0; i < COUNT_OF(pieces); i++) {
		size_t n = i * 7 % 300;
		pieces[i] = arena_alloc(&a, n);
		ck_assert_uint_eq((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
		for (size_t k = 0; k < n; k++)
			ck_assert_uint_eq(pieces[i][k], 0);
		memset(pieces[i], (int)i & 0xFF, n);
	}
	for (size_t i = 0; i < COUNT_OF(pieces); i++)
		for (size_t k = 0; k < i * 7 % 300; k++)
			ck_assert_uint_eq(pieces[i][k], i & 0xFF);
	arena_clear(&a);
	ck_assert_uint_eq(a.total_bytes, 0);
}
END_TEST

START_TEST(a_large_piece_does_not_waste_the_block_below)
{
	struct arena a;
	arena_init(&a);
	char *one = arena_alloc(&a, 16);
	(void)!arena_alloc(&a, 1 << 20);
	char *two = arena_alloc(&a, 16);
	ck_assert_ptr_eq(two, one + 16);
	ck_assert_uint_lt(a.total_bytes, (1 << 20) + 8192);
	arena_clear(&a);
}
END_TEST

START_TEST(arena_texts_end_in_nul)
{
	struct arena a;
	arena_init(&a);
	ck_assert_str_eq(arena_strdup(&a, "abc"), "abc");
	ck_assert_str_eq(arena_strndup(&a, "abcdef", 3), "abc");
	ck_assert_str_eq(arena_strndup(&a, "", 0), "");
	ck_assert_str_eq(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
	ck_assert_ptr_null(arena_strdup(&a, NULL));
	char big[5000];
	memset(big, 'y', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	ck_assert_str_eq(arena_printf(&a, "%s", big), big);
	arena_clear(&a);
}
END_TEST

/* check runs a test that must die by a signal apart. */
/* What stands at an address that is not ours any more, seen from outside. */
static bool
leaves_behind(bool wipe)
{
	struct arena a;
	char seen[64];
	arena_init(&a);
	a.wipe = wipe;
	char *p = arena_alloc(&a, 1000);
	memset(p, 'S', 1000);
	uintptr_t at = (uintptr_t)p + 400;
	arena_clear(&a);
	int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ssize_t got = pread(fd, seen, sizeof seen, (off_t)at);
	close(fd);
	return got == sizeof seen && memchr(seen, 'S', sizeof seen) != NULL;
}

START_TEST(an_arena_of_opened_words_leaves_nothing_behind)
{
	ck_assert(!leaves_behind(true));
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("memory");
	TCase *c = tcase_create("memory");
	tcase_add_test_raise_signal(c, an_overflowing_array_aborts, SIGABRT);
	tcase_add_test(c, new_memory_is_zeroed_and_zero_bytes_are_something);
	tcase_add_test(c, reserve_grows_and_keeps_what_is_there);
	tcase_add_test(c, arena_pieces_are_zeroed_aligned_and_apart);
	tcase_add_test(c, a_large_piece_does_not_waste_the_block_below);
	tcase_add_test(c, arena_texts_end_in_nul);
	tcase_add_test(c, an_arena_of_opened_words_leaves_nothing_behind);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}

/* Texts with a maximum. */
#include "../stoa_test.h"

START_TEST(an_empty_text_is_a_string)
{
	struct text t;
	text_init(&t, 10);
	ck_assert_str_eq(t.data, "");
	ck_assert_uint_eq(t.cap, 0);
	char *s = text_take(&t);
	ck_assert_str_eq(s, "");
	mem_free(s);
	text_clear(&t);
}
END_TEST

START_TEST(text_refuses_to_pass_its_limit)
{
	struct text t;
	text_init(&t, 5);
	text_put(&t, "abcde");
	WELL(text_check(&t, "name"));
	text_put_c(&t, 'f');
	FAILS(FAULT_LIMIT, text_check(&t, "name"));
	ck_assert_str_eq(fault_sentence(), "name is longer than 5 bytes");
	ck_assert_str_eq(t.data, "abcde");
	text_clear(&t);
	ck_assert(!t.over);
	text_put(&t, "xy");
	ck_assert_str_eq(t.data, "xy");
	text_clear(&t);
}
END_TEST

START_TEST(nothing_is_added_after_a_piece_that_did_not_fit)
{
	struct text t;
	text_init(&t, 5);
	text_put(&t, "abc");
	text_put(&t, "def");
	text_put(&t, "g");
	ck_assert_str_eq(t.data, "abc");
	text_reset(&t);
	text_put(&t, "g");
	ck_assert_str_eq(t.data, "g");
	text_clear(&t);
}
END_TEST

START_TEST(a_zeroed_text_takes_nothing_and_does_not_crash)
{
	struct text t = { 0 };
	text_put(&t, "a");
	ck_assert(t.over);
	text_clear(&t);
}
END_TEST

START_TEST(formatted_pieces_of_any_length_are_whole)
{
	struct text t;
	char big[1000];
	memset(big, 'z', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	text_init(&t, 2100);
	text_printf(&t, "%d %s|", 42, big);
	text_printf(&t, "%s|", big);
	ck_assert_uint_eq(t.len, 3 + 999 + 1 + 999 + 1);
	text_printf(&t, "%s", big);
	ck_assert(t.over);
	ck_assert_uint_eq(t.len, 2003);
	ck_assert_uint_eq(strlen(t.data), t.len);
	text_clear(&t);
}
END_TEST

START_TEST(a_taken_text_is_the_callers)
{
	struct text t;
	text_init(&t, 100);
	text_put(&t, "mine");
	char *s = text_take(&t);
	text_put(&t, "new");
	ck_assert_str_eq(s, "mine");
	ck_assert_str_eq(t.data, "new");
	mem_free(s);
	text_clear(&t);
}
END_TEST

START_TEST(cut_shortens_and_never_lengthens)
{
	struct text t;
	text_init(&t, 100);
	text_put(&t, "abcdef");
	text_cut(&t, 3);
	text_cut(&t, 5);
	ck_assert_str_eq(t.data, "abc");
	text_put_code(&t, 0x20AC);
	text_put_code(&t, 0xD800);
	ck_assert_str_eq(t.data, "abc\xE2\x82\xAC\xEF\xBF\xBD");
	text_clear(&t);
}
END_TEST

START_TEST(strings_compare_with_null)
{
	ck_assert(str_same(NULL, NULL));
	ck_assert(!str_same(NULL, ""));
	ck_assert(str_same("a", "a"));
	ck_assert(str_starts("abc", "ab") && str_starts("abc", "") && !str_starts("a", "ab"));
	ck_assert(str_ends("abc", "bc") && str_ends("abc", "") && !str_ends("c", "bc"));
	ck_assert(!str_starts(NULL, "a") && !str_ends("a", NULL));
}
END_TEST

TESTS("text", an_empty_text_is_a_string, text_refuses_to_pass_its_limit,
	nothing_is_added_after_a_piece_that_did_not_fit,
	a_zeroed_text_takes_nothing_and_does_not_crash, formatted_pieces_of_any_length_are_whole,
	a_taken_text_is_the_callers, cut_shortens_and_never_lengthens, strings_compare_with_null)

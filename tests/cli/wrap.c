/* Lines broken to a width, and text made harmless. */
#include <json-c/json.h>
#include "../stoa_test.h"
#include "../../src/cli/cli_in.h"

#define WRAPS(s, width, used, indent, wanted) do { \
	struct text t_; \
	text_init(&t_, 65536); \
	wrap_text(&t_, s, width, used, indent); \
	ck_assert_str_eq(t_.data ? t_.data : "", wanted); \
	text_clear(&t_); \
} while (0)

START_TEST(lines_break_at_blanks)
{
	WRAPS("", 20, 0, 0, "");
	WRAPS("one two three", 20, 0, 0, "one two three");
	WRAPS("one two three", 8, 0, 0, "one two\nthree");
	WRAPS("one two three", 7, 0, 0, "one two\nthree");
	WRAPS("one  two   three ", 7, 0, 0, "one\ntwo\nthree");
	WRAPS("a\nb\n\nc", 20, 0, 0, "a\nb\n\nc");
}
END_TEST

START_TEST(later_lines_are_indented_and_the_first_has_less_room)
{
	WRAPS("one two three four", 14, 4, 4, "one two\n    three four");
	WRAPS("one\ntwo", 20, 4, 4, "one\n    two");
	WRAPS("narrow needs no indent", 12, 0, 8, "narrow needs\nno indent");
}
END_TEST

START_TEST(a_word_longer_than_the_line_is_cut_and_nothing_is_lost)
{
	WRAPS("abcdefghijkl", 5, 0, 0, "abcde\nfghij\nkl");
	WRAPS("x", 1, 5, 0, "x");
}
END_TEST

START_TEST(wide_characters_count_two_and_break_between)
{
	WRAPS("光合成の速度", 6, 0, 0, "光合成\nの速度");
	WRAPS("光合成。速度", 6, 0, 0, "光合\n成。速\n度");
	WRAPS("e\u0301e\u0301e\u0301", 2, 0, 0, "e\u0301e\u0301\ne\u0301");
}
END_TEST

START_TEST(no_line_is_wider_than_the_terminal)
{
	static const char *const texts[] = {
		"At high light the rate of photosynthesis levels off because light is no longer the limiting factor.",
		"光合成とは、植物が光エネルギーを使って二酸化炭素と水から有機物を合成する反応である。",
		"https://example.org/a/very/long/address/that/has/no/blank/in/it/at/all?and=more&and=more",
		"👩‍👩‍👧 family 🇩🇪 flag and שלום עולם",
	};
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		for (size_t width = 20; width < 90; width++) {
			struct text t;
			text_init(&t, 65536);
			wrap_text(&t, texts[i], width, 0, 4);
			for (char *line = strtok(t.data, "\n"); line; line = strtok(NULL, "\n"))
				ck_assert_uint_le(utf8_width(line, strlen(line)), width);
			text_clear(&t);
		}
}
END_TEST

START_TEST(json_is_harmless_to_look_at_and_means_the_same)
{
	struct text t;
	text_init(&t, 4096);
	const char *s = "{\"a\":\"x\xc2\x9b"
			"2J\x7f\xe2\x80\xae\xef\xbb\xbf\xf3\xa0\x80\x81 é 光\"}";
	out_json_harmless(&t, s, strlen(s));
	ck_assert_str_eq(t.data, "{\"a\":\"x\\u009b2J\\u007f\\u202e\\ufeff\\udb40\\udc01 é 光\"}");
	struct json_object *o;
	WELL(json_parse(&o, t.data, t.len));
	json_object_put(o);
	text_clear(&t);
}
END_TEST

START_TEST(a_column_is_exactly_as_wide_as_asked)
{
	struct arena a;
	arena_init(&a);
	static const char *const texts[] = { "", "short", "exactly ten", "光合成の速度と光",
		"a\033[31mred\nline", NULL };
	for (size_t i = 0; texts[i]; i++) {
		for (int middle = 0; middle < 2; middle++) {
			const char *s = wrap_column(&a, texts[i], 10, middle);
			ck_assert_uint_eq(utf8_width(s, strlen(s)), 10);
			ck_assert_ptr_null(strchr(s, '\033'));
		}
	}
	ck_assert_str_eq(wrap_column(&a, "abcdefghijkl", 5, false), "abcd\u2026");
	ck_assert_str_eq(wrap_column(&a, "abcdefghijkl", 5, true), "ab\u2026kl");
	ck_assert_str_eq(wrap_column(&a, "abcdefghijkl", 12, true), "abcdefghijkl");
	arena_clear(&a);
}
END_TEST

TESTS("wrap", lines_break_at_blanks, later_lines_are_indented_and_the_first_has_less_room,
	a_word_longer_than_the_line_is_cut_and_nothing_is_lost,
	wide_characters_count_two_and_break_between, no_line_is_wider_than_the_terminal,
	json_is_harmless_to_look_at_and_means_the_same, a_column_is_exactly_as_wide_as_asked)

/* What document_block() lets through. */
#include "extract_test.h"

static const char *
cleaned(const char *s)
{
	static struct text out;
	text_init(&out, 4096);
	clean_text(&out, s, strlen(s), false);
	static char copy[4096];
	snprintf(copy, sizeof copy, "%s", out.data);
	text_clear(&out);
	return copy;
}

START_TEST(controls_and_escape_sequences_lose_their_teeth)
{
	ck_assert_str_eq(cleaned("a\033]52;c;eA==\007b"), "a]52;c;eA==b");
	ck_assert_str_eq(cleaned("a\xC2\x9B" "31mb"), "a31mb");
	ck_assert_str_eq(cleaned("one\rtwo\b\x7F"), "one two");
}
END_TEST

START_TEST(invisible_and_reordering_characters_go)
{
	ck_assert_str_eq(cleaned("ab\u202Ecd\u2066ef\u200Bgh\uFEFF"), "abcdefgh");
	ck_assert_str_eq(cleaned("x\U000E0041\U000E0042y"), "xy");
	ck_assert_str_eq(cleaned("photo\u00ADsynthesis"), "photosynthesis");
	ck_assert_str_eq(cleaned("\u200F\u05E9\u05DC\u05D5\u05DD"), "\u05E9\u05DC\u05D5\u05DD");
}
END_TEST

START_TEST(joiners_that_scripts_need_stay)
{
	ck_assert_str_eq(cleaned("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645"), "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645");
	ck_assert_str_eq(cleaned("\U0001F468\u200D\U0001F469"), "\U0001F468\u200D\U0001F469");
}
END_TEST

START_TEST(text_is_composed_and_ligatures_are_letters)
{
	ck_assert_str_eq(cleaned("e\u0301te\u0301"), "\u00E9t\u00E9");
	ck_assert_str_eq(cleaned("\uFB01nd e\uFB03cient"), "find efficient");
	ck_assert_str_eq(cleaned("\uFE8E"), "\u0627");
}
END_TEST

START_TEST(spaces_of_all_kinds_become_one)
{
	ck_assert_str_eq(cleaned("  a\u00A0\u2003 b\t\n c "), "a b c");
	ck_assert_str_eq(cleaned("\xFF\xFE"), "\uFFFD\uFFFD");
}
END_TEST

START_TEST(code_keeps_its_lines_and_loses_its_tail)
{
	struct document d;
	document_init(&d);
	document_block(&d, BLOCK_CODE, 0, "if (x)\n\ty();\n\n\n", 15);
	ck_assert_str_eq(d.pages[0].blocks[0].text, "if (x)\n\ty();");
	document_clear(&d);
}
END_TEST

START_TEST(nothing_is_kept_of_an_empty_block)
{
	struct document d;
	document_init(&d);
	document_block(&d, BLOCK_PARA, 0, " \u200B\n", 5);
	ck_assert_uint_eq(document_blocks(&d), 0);
	document_clear(&d);
}
END_TEST

START_TEST(a_document_stops_at_its_limits_and_says_so)
{
	struct document d;
	static char much[BLOCK_BYTES_MAX - 1];
	memset(much, 'x', sizeof much);
	document_init(&d);
	for (int i = 0; i < 25 && !document_full(&d); i++)
		document_block(&d, BLOCK_PARA, 0, much, sizeof much);
	ck_assert(d.truncated);
	ck_assert_uint_le(d.frame_bytes, DOCUMENT_BYTES_MAX);
	document_clear(&d);
	document_init(&d);
	for (int i = 0; i < DOCUMENT_PAGES_MAX; i++)
		ck_assert(document_page(&d, NULL));
	ck_assert(!document_page(&d, NULL));
	ck_assert(d.truncated);
	document_clear(&d);
}
END_TEST

START_TEST(a_block_that_grows_when_it_is_composed_is_cut_and_not_lost)
{
	struct document d;
	struct text much;
	text_init(&much, 2 * BLOCK_BYTES_MAX);
	for (int i = 0; i < 300000; i++)   /* each is six bytes in NFC */
		text_put_code(&much, 0x958);
	document_init(&d);
	document_block(&d, BLOCK_PARA, 0, much.data, much.len);
	ck_assert(d.truncated);
	ck_assert_uint_eq(document_blocks(&d), 1);
	ck_assert_uint_ge(strlen(d.pages[0].blocks[0].text), BLOCK_BYTES_MAX - 8);
	document_clear(&d);
	text_clear(&much);
}
END_TEST

START_TEST(authors_come_from_a_list)
{
	struct document d;
	document_init(&d);
	document_author(&d, "Ada Lovelace; Charles Babbage;");
	ck_assert_uint_eq(d.author_count, 2);
	ck_assert_str_eq(d.authors[1], "Charles Babbage");
	document_clear(&d);
}
END_TEST

TESTS("document", controls_and_escape_sequences_lose_their_teeth, invisible_and_reordering_characters_go,
	joiners_that_scripts_need_stay, text_is_composed_and_ligatures_are_letters, spaces_of_all_kinds_become_one,
	code_keeps_its_lines_and_loses_its_tail, nothing_is_kept_of_an_empty_block,
	a_document_stops_at_its_limits_and_says_so, a_block_that_grows_when_it_is_composed_is_cut_and_not_lost,
	authors_come_from_a_list)

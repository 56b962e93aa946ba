/* Stored text: what is cleaned away, how pages and headings follow the bytes. */
#include "library_test.h"

#define PUT(b, type, level, s) WELL(body_block(b, type, level, s, strlen(s)))

START_TEST(blocks_are_parted_by_a_blank_line_and_cleaned)
{
	struct body b;

	body_init(&b);
	WELL(body_page(&b, 1, ""));
	PUT(&b, BLOCK_PARA, 0, "  one \n two\t three ");
	PUT(&b, BLOCK_PARA, 0, " \n\t ");
	PUT(&b, BLOCK_CODE, 0, "if (x)\n    y();  \n\n\n    z();\n");
	PUT(&b, BLOCK_LIST, 0, "a\nb\n");
	ck_assert_str_eq(b.text.data, "one two three\n\nif (x)\n    y();\n    z();\n\na\nb");
	ck_assert_uint_eq(b.block_count, 3);
	body_clear(&b);
}
END_TEST

START_TEST(nothing_that_steers_a_terminal_or_a_reader_is_stored)
{
	struct body b;

	body_init(&b);
	WELL(body_page(&b, 1, "\x1b[2J7\xe2\x80\xae"));
	PUT(&b, BLOCK_PARA, 0, "a\x1b]52;c;ZXZpbA==\x07" "b \xe2\x80\xae" "c\xe2\x80\xac d\xf3\xa0\x81\xa5 \xc2\x9b" "31m e\r\bf");
	for (size_t i = 0; i < b.text.len; i++)
		ck_assert_msg((unsigned char)b.text.data[i] >= 0x20 && b.text.data[i] != 0x7f, "byte %zu is %02x", i, (unsigned char)b.text.data[i]);
	ck_assert_ptr_null(strstr(b.text.data, "\xe2\x80\xae"));
	ck_assert_ptr_null(strstr(b.text.data, "<U+"));
	ck_assert_ptr_null(strstr(b.text.data, "\xf3\xa0\x81"));
	ck_assert_ptr_null(strstr(b.text.data, "\xc2\x9b"));
	ck_assert(utf8_valid(b.text.data, b.text.len));
	ck_assert_ptr_null(strchr(b.pages[0].label, '\x1b'));
	body_clear(&b);
}
END_TEST

START_TEST(a_heading_knows_the_path_above_it)
{
	struct body b;

	body_init(&b);
	WELL(body_page(&b, 1, ""));
	PUT(&b, BLOCK_HEADING, 2, "Before any chapter");
	PUT(&b, BLOCK_HEADING, 1, "Chapter 4");
	PUT(&b, BLOCK_HEADING, 3, "Deep");
	PUT(&b, BLOCK_HEADING, 2, "Shallow");
	PUT(&b, BLOCK_HEADING, 3, "Deep again");
	PUT(&b, BLOCK_HEADING, 1, "Chapter 5");
	static const char *const paths[] = { "Before any chapter", "Chapter 4", "Chapter 4 > Deep", "Chapter 4 > Shallow",
		"Chapter 4 > Shallow > Deep again", "Chapter 5" };
	static const char *const chapters[] = { "Before any chapter", "Chapter 4", "Chapter 4", "Chapter 4", "Chapter 4", "Chapter 5" };
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		ck_assert_str_eq(b.headings[i].path, paths[i]);
		ck_assert_str_eq(b.headings[i].chapter, chapters[i]);
	}
	body_clear(&b);
}
END_TEST

START_TEST(a_paragraph_that_runs_over_the_page_is_joined_there)
{
	static const struct { const char *before, *after, *joined; } cases[] = {
		{ "The light of the", "sun is white.", "The light of the sun is white." },
		{ "It is photo-", "synthesis again.", "It is photosynthesis again." },
		{ "A whole sentence.", "another one begins small.", "A whole sentence.\n\nanother one begins small." },
		{ "The list of", "Kings is long.", "The list of\n\nKings is long." },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct body b;

		body_init(&b);
		WELL(body_page(&b, 8, ""));
		PUT(&b, BLOCK_PARA, 0, cases[i].before);
		WELL(body_page(&b, 9, ""));
		PUT(&b, BLOCK_PARA, 0, cases[i].after);
		ck_assert_str_eq(b.text.data, cases[i].joined);
		ck_assert_str_eq(b.text.data + b.pages[1].start, cases[i].after);
		ck_assert_uint_eq(body_page_at(&b, b.pages[1].start), 1);
		ck_assert_uint_eq(body_page_at(&b, b.pages[1].start - 1), 0);
		body_clear(&b);
	}
}
END_TEST

START_TEST(pages_that_go_back_and_texts_that_are_too_long_are_refused)
{
	struct body b;
	char *long_text = mem_new(1000001);

	body_init(&b);
	WELL(body_page(&b, 3, ""));
	WELL(body_page(&b, 3, ""));
	FAILS(FAULT_DAMAGED, body_page(&b, 2, ""));
	FAILS(FAULT_DAMAGED, body_page(&b, -1, ""));
	FAILS(FAULT_LIMIT, body_page(&b, 1000000000, ""));
	memset(long_text, 'x', 1000000);
	for (int i = 0; i < 19; i++)
		PUT(&b, BLOCK_PARA, 0, long_text);
	FAILS(FAULT_LIMIT, body_block(&b, BLOCK_PARA, 0, long_text, 1000000));
	body_clear(&b);
	mem_free(long_text);
}
END_TEST

START_TEST(plain_text_is_cut_at_blank_lines_and_marks)
{
	static const char plain[] = "# Title\nfirst line\nsecond line\n  \n\n## Part\nthird\n#hash is no heading\n";
	struct body b;

	body_init(&b);
	WELL(body_plain(&b, plain, strlen(plain)));
	ck_assert_str_eq(b.text.data, "Title\n\nfirst line second line\n\nPart\n\nthird #hash is no heading");
	ck_assert_uint_eq(b.heading_count, 2);
	ck_assert_str_eq(b.headings[1].path, "Title > Part");
	body_clear(&b);
}
END_TEST

START_TEST(key_terms_are_phrases_that_stand_by_themselves)
{
	struct body b;
	struct arena a;
	struct text_list list;
	static const char plain[] = "# Plant cells\nA chloroplast membrane holds the pigment. The chloroplast membrane is thin. "
		"Every chloroplast membrane is folded. The pigment absorbs light and the pigment reflects green. However it is of the.";

	body_init(&b);
	arena_init(&a);
	WELL(body_plain(&b, plain, strlen(plain)));
	list = concept_terms(&a, &b, 8);
	ck_assert_uint_ge(list.count, 2);
	ck_assert_str_eq(list.items[0], "chloroplast membrane");
	for (size_t i = 0; i < list.count; i++)
		ck_assert_str_ne(list.items[i], "chloroplast");
	arena_clear(&a);
	body_clear(&b);
}
END_TEST

TESTS("library/body", blocks_are_parted_by_a_blank_line_and_cleaned, nothing_that_steers_a_terminal_or_a_reader_is_stored,
	a_heading_knows_the_path_above_it, a_paragraph_that_runs_over_the_page_is_joined_there,
	pages_that_go_back_and_texts_that_are_too_long_are_refused, plain_text_is_cut_at_blank_lines_and_marks,
	key_terms_are_phrases_that_stand_by_themselves)

/* Laying out: widths, citations, markdown, TeX. */
#include "../stoa_test.h"
#include "../../src/tui/tui_in.h"

static char shown[8192];

static const char *
rows_of(const struct flow *f)
{
	size_t used = 0;
	shown[0] = '\0';
	for (size_t i = 0; i < f->count; i++)
		used += (size_t)snprintf(shown + used, sizeof shown - used, "%*s%s\n", (int)f->rows[i].indent, "", f->rows[i].text);
	return shown;
}

static const char *
markdown(const char *text, int cols)
{
	static struct flow f;
	flow_clear(&f);
	flow_init(&f, cols);
	flow_markdown(&f, 0, text, strlen(text));
	rows_of(&f);
	flow_clear(&f);
	return shown;
}

static const char *
tex(const char *s)
{
	struct text t;
	text_init(&t, 4096);
	tex_unicode(&t, s, strlen(s));
	snprintf(shown, sizeof shown, "%s", t.data);
	text_clear(&t);
	return shown;
}

START_TEST(words_are_wrapped_at_the_width_and_indented_behind_the_name)
{
	struct flow f;
	flow_init(&f, 20);
	flow_text(&f, STYLE_TEXT, "you    ", STYLE_YOU, 7, "one two three four five", 23);
	ck_assert_str_eq(rows_of(&f), "you    one two three\n       four five\n");
	flow_clear(&f);
}
END_TEST

START_TEST(lines_of_one_text_stand_under_each_other)
{
	struct flow f;
	flow_init(&f, 40);
	flow_text(&f, STYLE_TEXT, "you    ", STYLE_YOU, 7, "one\n\ntwo", 8);
	ck_assert_str_eq(rows_of(&f), "you    one\n\n       two\n");
	flow_clear(&f);
}
END_TEST

START_TEST(wide_characters_break_between_and_count_two)
{
	struct flow f;
	flow_init(&f, 10);
	flow_text(&f, STYLE_TEXT, NULL, STYLE_TEXT, 0, "光合成は植物の反応", strlen("光合成は植物の反応"));
	ck_assert_str_eq(rows_of(&f), "光合成は植\n物の反応\n");
	flow_clear(&f);
}
END_TEST

START_TEST(a_word_longer_than_the_row_is_cut_and_nothing_lost)
{
	struct flow f;
	flow_init(&f, 8);
	flow_text(&f, STYLE_TEXT, NULL, STYLE_TEXT, 0, "abcdefghijklmnop qr", 19);
	ck_assert_str_eq(rows_of(&f), "abcdefgh\nijklmnop\nqr\n");
	flow_clear(&f);
}
END_TEST

START_TEST(a_word_longer_than_the_row_begins_where_it_stands)
{
	struct flow f;
	flow_init(&f, 20);
	flow_text(&f, STYLE_TEXT, "from   ", STYLE_DIM, 7, "/data/anna/course/notes", 23);
	flow_text(&f, STYLE_TEXT, NULL, STYLE_TEXT, 0, "a twelve-cells twelve-cells", 27);
	ck_assert_str_eq(rows_of(&f), "from   /data/anna/co\n       urse/notes\na twelve-cells\ntwelve-cells\n");
	flow_clear(&f);
}
END_TEST

START_TEST(a_figure_below_an_answer_is_not_torn_apart)
{
	static const struct confidence sure = { .score = 92 };
	static const struct support all = { .sentences = 3, .verified = 3 };
	const struct message m = { .role = "stoa", .status = "answered", .content = "So.", .mode = "extractive",
		.confidence = (struct confidence *)&sure, .support = (struct support *)&all, .elapsed_ms = 41 };
	struct flow f;
	flow_init(&f, 32);
	chat_turn_flow(&f, &m, "");
	ck_assert_str_eq(rows_of(&f), "stoa   So.\n       support 3/3\n       confidence 92  extractive\n       41 ms\n\n");
	flow_clear(&f);
	flow_init(&f, 37);
	chat_turn_flow(&f, &m, "");
	ck_assert_str_eq(rows_of(&f), "stoa   So.\n       support 3/3  confidence 92\n       extractive  41 ms\n\n");
	flow_clear(&f);
}
END_TEST

START_TEST(what_waits_for_a_server_has_no_figures_and_what_was_refused_has)
{
	struct message m = { .role = "stoa", .status = "refused", .content = "Not found.", .note = "No document has the word.", .mode = "extractive" };
	struct flow f;
	flow_init(&f, 60);
	chat_turn_flow(&f, &m, "");
	ck_assert_ptr_nonnull(strstr(rows_of(&f), "refused  nearest 0 passages"));
	flow_clear(&f);
	m.content = BACKEND_QUESTION_WAITS;
	chat_turn_flow(&f, &m, "");
	ck_assert_ptr_null(strstr(rows_of(&f), "refused"));
	flow_clear(&f);
}
END_TEST

START_TEST(a_citation_mark_is_a_run_of_its_own)
{
	struct flow f;
	flow_init(&f, 40);
	flow_text(&f, STYLE_TEXT, NULL, STYLE_TEXT, 0, "So it is [12]. No [x] mark [1", 29);
	ck_assert_uint_eq(f.count, 1);
	ck_assert_uint_eq(f.rows[0].run_count, 3);
	ck_assert_int_eq(f.rows[0].runs[1].citation, 12);
	ck_assert_int_eq(f.rows[0].runs[1].style, STYLE_CITATION);
	ck_assert_uint_eq(f.rows[0].runs[1].len, 4);
	flow_clear(&f);
}
END_TEST

START_TEST(markdown_shows_headings_lists_tables_code_and_links)
{
	ck_assert_str_eq(markdown("# Light\n\ntext **bold** and *soft* `x_y`", 40), "Light\n\ntext bold and soft x_y\n");
	ck_assert_str_eq(markdown("- one\n  two\n- three\n1. first", 40), "\u2022 one two\n\u2022 three\n1. first\n");
	ck_assert_str_eq(markdown("| a | bb |\n|---|---|\n| ccc | d |", 40), "a    bb\nccc  d\n");
	ck_assert_str_eq(markdown("```c\nint  x;\n\n  y\n```", 40), "  int  x;\n\n    y\n");
	ck_assert_str_eq(markdown("[page](http://a.example/b)", 60), "page (http://a.example/b)\n");
	ck_assert_str_eq(markdown("snake_case_name and 2 * 3 * 4", 60), "snake_case_name and 2 * 3 * 4\n");
	ck_assert_str_eq(markdown("a \\*star\\* stays", 60), "a *star* stays\n");
	ck_assert_str_eq(markdown("> said\nso", 60), "\u2502 said\nso\n");
}
END_TEST

START_TEST(markdown_that_is_broken_is_shown_as_typed)
{
	ck_assert_str_eq(markdown("**open and `never closed [x](", 60), "**open and `never closed [x](\n");
	ck_assert_str_eq(markdown("|", 60), "|\n");
	ck_assert_str_eq(markdown("costs $5 or $6", 60), "costs $5 or $6\n");
}
END_TEST

START_TEST(tex_of_the_common_subset_becomes_unicode)
{
	ck_assert_str_eq(tex("x^2 + y_1"), "x\u00b2 + y\u2081");
	ck_assert_str_eq(tex("\\frac{a+b}{c}"), "(a+b)/c");
	ck_assert_str_eq(tex("\\sqrt{2}"), "\u221a2");
	ck_assert_str_eq(tex("\\alpha \\leq \\beta"), "\u03b1 \u2264 \u03b2");
	ck_assert_str_eq(tex("CO_2 \\rightarrow C_6H_{12}O_6"), "CO\u2082 \u2192 C\u2086H\u2081\u2082O\u2086");
	ck_assert_str_eq(tex("30^\\circ"), "30\u00b0");
	ck_assert_str_eq(tex("\\unknown{x}"), "\\unknownx");
	ck_assert_str_eq(tex("\\text{if } n"), "if  n");
}
END_TEST

START_TEST(hostile_text_loses_its_controls_in_a_row)
{
	struct flow f;
	flow_init(&f, 40);
	flow_text(&f, STYLE_TEXT, NULL, STYLE_TEXT, 0, "a\033[2Jb\rc", 8);
	ck_assert_ptr_null(strchr(f.rows[0].text, '\033'));
	ck_assert_ptr_null(strchr(f.rows[0].text, '\r'));
	flow_clear(&f);
}
END_TEST

TESTS("flow", words_are_wrapped_at_the_width_and_indented_behind_the_name,
	lines_of_one_text_stand_under_each_other, wide_characters_break_between_and_count_two,
	a_word_longer_than_the_row_is_cut_and_nothing_lost, a_word_longer_than_the_row_begins_where_it_stands,
	a_figure_below_an_answer_is_not_torn_apart, what_waits_for_a_server_has_no_figures_and_what_was_refused_has, a_citation_mark_is_a_run_of_its_own,
	markdown_shows_headings_lists_tables_code_and_links, markdown_that_is_broken_is_shown_as_typed,
	tex_of_the_common_subset_becomes_unicode, hostile_text_loses_its_controls_in_a_row)

/* Summaries: the document's own sentences, section by section, all cited. */
#include "tutor_test.h"

static size_t
spoken(const struct message *m)
{
	const struct sentence *s = m->sentences.items;
	size_t n = 0;
	for (size_t i = 0; i < m->sentences.count; i++)
		n += !s[i].heading;
	return n;
}

START_TEST(a_summary_covers_the_sections_in_order)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "summarise my physics notes");
	const struct citation *c = m->citations.items;
	ck_assert_str_eq(m->intent, "summary");
	ck_assert_str_eq(m->status, "answered");
	ck_assert(quotes(m, "kinds of waves"));
	ck_assert(quotes(m, "number of crests"));
	ck_assert(quotes(m, "Doppler effect is"));
	for (size_t i = 0; i < m->citations.count; i++) {
		ck_assert_str_eq(c[i].title, "Waves");
		ck_assert(i == 0 || c[i].start > c[i - 1].start);
	}
	ck_assert_ptr_nonnull(strstr(m->content, "Frequency\n"));
	check_verified(&d, m);
	desk_close(&d);
}
END_TEST

START_TEST(the_level_sets_the_length)
{
	struct desk d;
	struct text book;
	desk_open(&d, false);
	text_init(&book, 1 << 20);
	text_put(&book, "# Rivers\n\n");
	for (size_t i = 0; i < 40; i++) {
		static const char *const rivers[] = { "Amazon", "Danube", "Ganges", "Volga", "Tigris" }, *const goods[] = { "timber", "salt", "copper", "wool", "grain", "marble", "amber" },
			*const peoples[] = { "fishermen", "monks", "soldiers", "weavers", "miners", "traders", "shepherds", "potters" };
		const char *r = rivers[i % 5], *g = goods[i % 7], *p = peoples[i % 8];
		text_printf(&book, "## The %s and %s\n\nAlong the %s the %s carried %s to the markets of the coast. "
		    "Floods of %s destroyed the stores of %s in %zu. Later %s built a granite bridge over the %s near the %s road.\n\n", r, g, r, p, g, peoples[(i + 3) % 8], g, 1000 + i, p, r, goods[(i + 2) % 7]);
	}
	desk_add(&d, "rivers.md", "Rivers", "Geography", book.data);
	size_t brief = spoken(desk_ask(&d, NULL, "a brief summary of my geography book"));
	struct message *m = desk_ask(&d, NULL, "summarise my geography book");
	size_t standard = spoken(m);
	check_verified(&d, m);
	m = desk_ask(&d, NULL, "a detailed summary of my geography book");
	size_t detailed = spoken(m);
	check_verified(&d, m);
	ck_assert_uint_ge(brief, 3);
	ck_assert_uint_lt(brief, standard);
	ck_assert_uint_lt(standard, detailed);
	ck_assert_uint_le(m->sentences.count, 80);
	ck_assert_uint_le(detailed, 40);
	/* The person's setting holds where the question says nothing. */
	WELL(tutor_settings_set(d.tutor, d.db, &(struct settings){ .level = "brief" }));
	ck_assert_uint_eq(spoken(desk_ask(&d, NULL, "summarise my geography book")), brief);
	text_clear(&book);
	desk_close(&d);
}
END_TEST

START_TEST(a_focus_keeps_to_what_speaks_of_it)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "summarise my physics notes on frequency");
	ck_assert(quotes(m, "Frequency is measured in hertz"));
	ck_assert(!quotes(m, "two kinds of waves"));
	m = desk_ask(&d, NULL, "summarise the railways");
	ck_assert_str_eq(m->status, "answered");
	for (size_t i = 0; i < m->citations.count; i++)
		ck_assert_str_eq(((struct citation *)m->citations.items)[i].title, "The railway age");
	check_verified(&d, m);
	desk_close(&d);
}
END_TEST

START_TEST(a_summary_of_nothing_says_so_or_asks)
{
	struct desk d;
	desk_open(&d, true);
	struct message *m = desk_ask(&d, NULL, "summarise");
	ck_assert_str_eq(m->status, "clarify");
	m = desk_ask(&d, m->conversation_id, "summarise railways.md");
	ck_assert_str_eq(m->status, "answered");
	m = desk_ask(&d, NULL, "summarise quantum chromodynamics");
	ck_assert_str_eq(m->status, "refused");
	ck_assert_uint_eq(m->citations.count, 0);
	desk_close(&d);
}
END_TEST

START_TEST(what_says_the_same_twice_is_said_once)
{
	struct desk d;
	desk_open(&d, false);
	desk_add(&d, "twice.md", "Twice", "", "# One\n\nThe heart pumps blood through the arteries of the whole body.\n\n# Two\n\nThe heart pumps blood through the arteries of the entire body.\n\n# Three\n\nValves keep the blood from flowing back into the chambers.\n");
	struct message *m = desk_ask(&d, NULL, "summarise twice.md");
	ck_assert_int_eq(quotes(m, "whole body") + quotes(m, "entire body"), 1);
	ck_assert(quotes(m, "Valves keep"));
	desk_close(&d);
}
END_TEST

START_TEST(a_japanese_text_is_summarised)
{
	struct desk d;
	desk_open(&d, false);
	desk_add(&d, "kogosei.md", "光合成", "生物", "# 光合成\n\n光合成とは、植物が光のエネルギーを使って二酸化炭素と水から糖を作る働きである。葉緑体の中で行われる光合成は二つの段階に分かれる。夜には光が届かないため、植物の光合成は完全に止まってしまう。\n");
	struct message *m = desk_ask(&d, NULL, "kogosei.mdを要約して");
	ck_assert_str_eq(m->status, "answered");
	ck_assert(quotes(m, "植物が光のエネルギー"));
	m = desk_ask(&d, NULL, "光合成を要約してください。");
	ck_assert_str_eq(m->status, "answered");
	ck_assert(quotes(m, "植物が光のエネルギー"));
	check_verified(&d, m);
	desk_close(&d);
}
END_TEST

START_TEST(a_chapter_is_summarised_by_its_number)
{
	struct desk d;
	desk_open(&d, false);
	desk_add(&d, "course.md", "Course", "", "# Chapter 1. Rocks\n\nGranite is a hard rock that forms when magma cools slowly below the ground.\n\n"
	    "# Chapter 2. Rivers\n\nA river carries sand from the hills down to the wide sea.\n\n## 2.1 Deltas\n\nA delta grows where a river drops its load of sand at the coast.\n\n"
	    "# Chapter 12. Winds\n\nThe monsoon is a wind that turns with the seasons of the year.\n");
	desk_add(&d, "photo.md", "Photosynthesis", "Biology", PHOTO);
	struct message *m = desk_ask(&d, NULL, "summarise chapter 2");
	ck_assert_str_eq(m->status, "answered");
	ck_assert(quotes(m, "carries sand"));
	ck_assert(quotes(m, "delta grows"));
	ck_assert_uint_eq(m->citations.count, 2);
	m = desk_ask(&d, NULL, "summarise section 2.1 of course.md");
	ck_assert(quotes(m, "delta grows"));
	ck_assert_uint_eq(m->citations.count, 1);
	m = desk_ask(&d, NULL, "summarise chapter 99");
	ck_assert_str_eq(m->status, "refused");
	desk_close(&d);
}
END_TEST

START_TEST(notes_and_index_are_passed_over)
{
	struct desk d;
	desk_open(&d, false);
	desk_add(&d, "book.md", "Book", "", "# Rivers\n\nA river carries sand from the hills down to the wide sea.\n\n# Notes\n\nThe figures were taken from the survey of the river commission.\n\n# Index\n\nSand and sea and hills are found on pages of the river chapter.\n");
	struct message *m = desk_ask(&d, NULL, "summarise book.md");
	ck_assert(quotes(m, "carries sand"));
	ck_assert(!quotes(m, "survey"));
	ck_assert(!quotes(m, "found on pages"));
	desk_close(&d);
}
END_TEST

TESTS("summary", a_chapter_is_summarised_by_its_number, a_japanese_text_is_summarised, notes_and_index_are_passed_over, a_summary_covers_the_sections_in_order, the_level_sets_the_length, a_focus_keeps_to_what_speaks_of_it,
	a_summary_of_nothing_says_so_or_asks, what_says_the_same_twice_is_said_once)

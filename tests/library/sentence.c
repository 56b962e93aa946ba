/* Where sentences end. Expected texts carry a bar at every boundary. */
#include "find_test.h"

static void
splits(const char *marked)
{
	char plain[2048], got[2048];
	size_t n = 0, g = 0;
	for (const char *p = marked; *p != '\0'; p++)
		if (*p != '|')
			plain[n++] = *p;
	plain[n] = '\0';
	struct range *r;
	size_t count = library_sentences(&r, plain, n);
	for (size_t i = 0; i < count; i++) {
		ck_assert_uint_lt(r[i].start, r[i].end);
		ck_assert(i == 0 || r[i].start >= r[i - 1].end);
		g += (size_t)snprintf(got + g, sizeof got - g, "%s%.*s", i ? "|" : "", (int)(r[i].end - r[i].start), plain + r[i].start);
	}
	mem_free(r);
	char want[2048];
	size_t w = 0;
	for (const char *p = marked; *p != '\0'; p++) {
		want[w++] = *p;
		for (bool bar = *p == '|'; bar && (p[1] == ' ' || p[1] == '\n');)
			p++;
	}
	want[w] = '\0';
	ck_assert_str_eq(got, want);
}

START_TEST(a_stop_and_a_capital_separate)
{
	splits("It rained.| Then it stopped!| Did it?| Yes.");
	splits("\"Go!\" he said.| She went.");
	splits("He said “It is late.”| Then he left.");
}
END_TEST

START_TEST(decimals_initials_titles_and_abbreviations_do_not)
{
	splits("Pi is 3.14 and e is 2.72.| Both are irrational.");
	splits("J. R. Tolkien met Dr. Smith, e.g. in Oxford.| They talked.");
	splits("See Fig. 3 and vol. 2, pp. 4-5.| It helps.");
	splits("The U.S. Army came at 5 p.m. on Friday.| It left.");
	splits("Apple Inc. Chairman X spoke.| The end.");
	splits("Vitamin C.| The next vitamin is D.");
}
END_TEST

START_TEST(ellipses_and_note_marks_are_seen_through)
{
	splits("Well... perhaps.| No.");
	splits("It grew fast.[12]| Then it fell.[a][3]| Done.");
	splits("He weighed 64 kg.:292| He was tall.");
}
END_TEST

START_TEST(lists_and_blank_lines_separate)
{
	splits("Parts:|\n- the stem|\n- the leaf|\n1. Roots drink.|\n2. Leaves breathe.");
	splits("A heading|\n\nA text that goes\non in the next line.");
	splits("# Light|\nLight is fast.");
}
END_TEST

START_TEST(japanese_and_chinese_stops_separate)
{
	splits("雨が降った。|風も吹いた！|本当か？|はい。");
	splits("彼は「行く。すぐ行く。」と言った。|そして行った。");
	splits("「行く。」|彼は立った。");
	splits("细胞很小。|它们活着。");
}
END_TEST

START_TEST(a_sentence_without_end_is_cut)
{
	struct text t;
	struct range *r;
	text_init(&t, 100000);
	for (int i = 0; i < 5000; i++)
		text_put(&t, "word ");
	size_t n = library_sentences(&r, t.data, t.len);
	ck_assert_uint_gt(n, 5);
	for (size_t i = 0; i < n; i++)
		ck_assert_uint_le(r[i].end - r[i].start, 4100);
	mem_free(r);
	text_clear(&t);
}
END_TEST

START_TEST(nothing_and_blank_give_no_sentence)
{
	struct range *r;
	ck_assert_uint_eq(library_sentences(&r, "", 0), 0);
	mem_free(r);
	ck_assert_uint_eq(library_sentences(&r, " \n\t ", 4), 0);
	mem_free(r);
	ck_assert_uint_eq(library_sentences(&r, "...", 3), 1);
	mem_free(r);
}
END_TEST

TESTS("sentence", a_stop_and_a_capital_separate, decimals_initials_titles_and_abbreviations_do_not, ellipses_and_note_marks_are_seen_through,
	lists_and_blank_lines_separate, japanese_and_chinese_stops_separate, a_sentence_without_end_is_cut, nothing_and_blank_give_no_sentence)

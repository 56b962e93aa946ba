/* Passages: whole sentences, 150 words, one section, nothing lost. */
#include "library_test.h"

#define PUT(b, type, level, s) WELL(body_block(b, type, level, s, strlen(s)))

static size_t
words_of(const struct body *b, const struct slice *s)
{
	return word_count(b->text.data + s->start, (size_t)(s->end - s->start));
}

/* A paragraph of n sentences of eight words each, numbered. */
static char *
sentences(int first, int n)
{
	struct text t;

	text_init(&t, 1 << 20);
	for (int i = 0; i < n; i++)
		text_printf(&t, "%sSentence number x%d says nothing new at all.", i > 0 ? " " : "", first + i);
	return text_take(&t);
}

START_TEST(a_passage_is_whole_sentences_of_at_most_150_words)
{
	struct body b;
	struct slice *s;
	size_t n;
	char *text = sentences(0, 200);

	body_init(&b);
	WELL(body_page(&b, 1, ""));
	PUT(&b, BLOCK_PARA, 0, text);
	WELL(body_slice(&s, &n, &b));
	ck_assert_uint_ge(n, 200 * 8 / 150);
	for (size_t i = 0; i < n; i++) {
		ck_assert_uint_le(words_of(&b, &s[i]), 150);
		ck_assert_uint_ge(words_of(&b, &s[i]), i + 1 < n ? 130 : 8);
		ck_assert_int_eq(strncmp(b.text.data + s[i].start, "Sentence number", 15), 0);
		ck_assert_int_eq(b.text.data[s[i].end - 1], '.');
		if (i > 0) {     /* one sentence overlap: 45 or so bytes */
			ck_assert_int_lt(s[i].start, s[i - 1].end);
			ck_assert_uint_eq(word_count(b.text.data + s[i].start, (size_t)(s[i - 1].end - s[i].start)), 8);
		}
	}
	ck_assert_int_eq(s[0].start, 0);
	ck_assert_uint_eq((size_t)s[n - 1].end, b.text.len);
	mem_free(s);
	mem_free(text);
	body_clear(&b);
}
END_TEST

START_TEST(a_passage_never_crosses_a_heading_and_knows_it)
{
	struct body b;
	struct slice *s;
	size_t n;

	body_init(&b);
	WELL(body_page(&b, 1, ""));
	PUT(&b, BLOCK_PARA, 0, "Before.");
	PUT(&b, BLOCK_HEADING, 1, "One");
	PUT(&b, BLOCK_PARA, 0, "In one.");
	PUT(&b, BLOCK_PARA, 0, "Still in one.");
	PUT(&b, BLOCK_HEADING, 2, "Two");
	PUT(&b, BLOCK_HEADING, 3, "Three");
	PUT(&b, BLOCK_PARA, 0, "In three.");
	WELL(body_slice(&s, &n, &b));
	ck_assert_uint_eq(n, 3);
	ck_assert_str_eq(s[0].heading, "");
	ck_assert_int_eq(s[0].heading_n, -1);
	ck_assert_str_eq(s[1].heading, "One");
	ck_assert_int_eq(strncmp(b.text.data + s[1].start, "In one.\n\nStill in one.", (size_t)(s[1].end - s[1].start)), 0);
	ck_assert_str_eq(s[2].heading, "One > Two > Three");
	ck_assert_int_eq(s[2].heading_n, 2);
	mem_free(s);
	body_clear(&b);
}
END_TEST

START_TEST(lists_and_tables_stay_whole_when_they_fit_and_break_at_lines_when_not)
{
	struct body b;
	struct slice *s;
	struct text t;
	size_t n;
	char *before = sentences(0, 17);

	body_init(&b);
	text_init(&t, 1 << 20);
	WELL(body_page(&b, 1, ""));
	PUT(&b, BLOCK_PARA, 0, before);      /* 136 words */
	PUT(&b, BLOCK_LIST, 0, "first item of five words\nsecond item of five words\nthird item of five words\nfourth item of five words");
	for (int i = 0; i < 100; i++)
		text_printf(&t, "row %d\tcell\tcell\tcell\n", i);
	PUT(&b, BLOCK_TABLE, 0, t.data);
	WELL(body_slice(&s, &n, &b));
	ck_assert_ptr_nonnull(strstr(b.text.data + s[1].start, "first item"));
	ck_assert_uint_ge(n, 5);
	for (size_t i = 0; i < n; i++) {
		ck_assert_uint_le(words_of(&b, &s[i]), 150);
		ck_assert(s[i].start == 0 || b.text.data[s[i].start - 1] == '\n' || b.text.data[s[i].start - 1] == ' ');
		if (i >= 2) {
			ck_assert_int_eq(strncmp(b.text.data + s[i].start, "row ", 4), 0);
			ck_assert_int_eq(b.text.data[s[i].start - 1], '\n');
		}
	}
	mem_free(s);
	mem_free(before);
	text_clear(&t);
	body_clear(&b);
}
END_TEST

START_TEST(text_without_spaces_or_stops_still_ends)
{
	struct body b;
	struct slice *s;
	size_t n;
	char *x = mem_new(300001);

	body_init(&b);
	WELL(body_page(&b, 1, ""));
	memset(x, 'x', 300000);
	PUT(&b, BLOCK_PARA, 0, x);
	for (size_t i = 0; i < 300000; i++)
		x[i] = i % 2 ? ' ' : 'y';
	PUT(&b, BLOCK_PARA, 0, x);
	WELL(body_slice(&s, &n, &b));
	for (size_t i = 0; i < n; i++)
		ck_assert_int_le(s[i].end - s[i].start, PASSAGE_BYTES);
	mem_free(s);
	mem_free(x);
	body_clear(&b);
}
END_TEST

START_TEST(japanese_counts_two_characters_as_a_word)
{
	struct body b;
	struct slice *s;
	struct text t;
	size_t n;

	text_init(&t, 1 << 20);
	for (int i = 0; i < 60; i++)
		text_put(&t, "\xe5\x85\x89\xe5\x90\x88\xe6\x88\x90\xe3\x81\xaf\xe6\xa4\x8d\xe7\x89\xa9\xe3\x81\x8c\xe8\xa1\x8c\xe3\x81\x86\xe3\x80\x82");
	body_init(&b);
	WELL(body_page(&b, 1, ""));
	PUT(&b, BLOCK_PARA, 0, t.data);
	WELL(body_slice(&s, &n, &b));
	ck_assert_uint_ge(n, 2);
	ck_assert_uint_le(n, 4);
	for (size_t i = 0; i < n; i++) {
		ck_assert(utf8_valid(b.text.data + s[i].start, (size_t)(s[i].end - s[i].start)));
		ck_assert_int_eq(strncmp(b.text.data + s[i].end - 3, "\xe3\x80\x82", 3), 0);
	}
	mem_free(s);
	text_clear(&t);
	body_clear(&b);
}
END_TEST

START_TEST(a_document_of_headings_alone_can_still_be_found)
{
	struct body b;
	struct slice *s;
	size_t n;

	body_init(&b);
	WELL(body_page(&b, 1, ""));
	PUT(&b, BLOCK_HEADING, 1, "Only");
	PUT(&b, BLOCK_HEADING, 1, "Headings");
	WELL(body_slice(&s, &n, &b));
	ck_assert_uint_eq(n, 1);
	mem_free(s);
	body_clear(&b);
}
END_TEST

TESTS("library/passage", a_passage_is_whole_sentences_of_at_most_150_words, a_passage_never_crosses_a_heading_and_knows_it,
	lists_and_tables_stay_whole_when_they_fit_and_break_at_lines_when_not, text_without_spaces_or_stops_still_ends,
	japanese_counts_two_characters_as_a_word, a_document_of_headings_alone_can_still_be_found)

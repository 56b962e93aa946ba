/* UTF-8, clusters, width, normal form. */
#include <utf8proc.h>

#include "../stoa_test.h"

/* ck_assert() writes to a file; millions of checks cannot. */
#define MUST(holds, c) do { if (!(holds)) ck_abort_msg("%s: U+%04X", #holds, (unsigned)(c)); } while (0)

START_TEST(every_scalar_value_survives_encoding_and_decoding)
{
	for (uint32_t c = 0; c <= 0x110000; c++) {
		char s[4];
		size_t n = utf8_encode(s, c), at = 0;
		bool scalar = c <= 0x10FFFF && !(c >= 0xD800 && c < 0xE000);
		MUST((n > 0) == scalar, c);
		if (!scalar)
			continue;
		MUST(utf8_next(s, n, &at) == c && at == n, c);
		at = 0;
		if (n > 1)   /* cut short it is ill-formed, one byte long */
			MUST(utf8_next(s, n - 1, &at) == UTF8_BAD && at == 1, c);
	}
}
END_TEST

START_TEST(every_pair_of_bytes_is_judged_as_unicode_does)
{
	for (unsigned a = 0; a < 256; a++)
		for (unsigned b = 0; b < 256; b++) {
			const char s[2] = { (char)a, (char)b };
			bool tail = b >= 0x80 && b < 0xC0;
			bool want = (a < 0x80 && b < 0x80) || (a >= 0xC2 && a < 0xE0 && tail);
			ck_assert_msg(utf8_valid(s, 2) == want, "%02x %02x", a, b);
		}
}
END_TEST

START_TEST(overlong_surrogate_and_too_large_forms_are_refused)
{
	static const char *const bad[] = { "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF",
		"\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF",
		"\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF", "\x80", "\xE2\x82", "a\xF0\x9F\x91" };
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		ck_assert_msg(!utf8_valid(bad[i], strlen(bad[i])), "%zu", i);
	ck_assert(utf8_valid("\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF", 10));
	ck_assert(utf8_valid("", 0));
}
END_TEST

START_TEST(floor_never_cuts_a_character)
{
	const char *s = "a\xC3\xA9\xE6\xBC\xA2\xF0\x9F\x91\xA8z";
	static const size_t want[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11 };
	for (size_t max = 0; max < COUNT_OF(want); max++)
		ck_assert_msg(utf8_floor(s, 11, max) == want[max], "%zu", max);
	ck_assert_uint_eq(utf8_floor(s, 11, 100), 11);
	ck_assert_uint_eq(utf8_floor("\x80\x80\x80\x80\x80", 5, 3), 3);   /* ill-formed: anywhere */
}
END_TEST

static size_t
clusters(const char *s)
{
	size_t n = 0, len = strlen(s);
	for (size_t at = 0; at < len; n++) {
		size_t end = utf8_grapheme_end(s, len, at);
		ck_assert_uint_gt(end, at);
		at = end;
	}
	return n;
}

START_TEST(clusters_are_what_a_reader_calls_characters)
{
	ck_assert_uint_eq(clusters("abc"), 3);
	ck_assert_uint_eq(clusters("a\r\nb"), 3);
	ck_assert_uint_eq(clusters("e\xCC\x81x"), 2);
	ck_assert_uint_eq(clusters("\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7"), 1);
	ck_assert_uint_eq(clusters("\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA\xF0\x9F\x87\xAB\xF0\x9F\x87\xB7"), 2);
	ck_assert_uint_eq(clusters("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"), 1);   /* Hangul L V T */
	ck_assert_uint_eq(clusters("\xE6\xBC\xA2\xE5\xAD\x97"), 2);
	ck_assert_uint_eq(clusters("\xFF\xFE" "a"), 3);
	ck_assert_uint_eq(utf8_grapheme_end("ab", 2, 2), 2);
}
END_TEST

START_TEST(width_counts_cells_of_clusters)
{
	static const struct { const char *s; size_t want; } t[] = {
		{ "", 0 }, { "abc", 3 }, { "\xC3\xA9", 1 }, { "e\xCC\x81", 1 }, { "ae\xCC\x81" "b", 3 },
		{ "\xE6\xBC\xA2\xE5\xAD\x97", 4 }, { "a\xE6\xBC\xA2", 3 }, { "\xEF\xBD\xB1", 1 },
		{ "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7", 2 },
		{ "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA", 2 }, { "\xE2\x9D\xA4\xEF\xB8\x8F", 2 },
		{ "\xE2\x9D\xA4", 1 }, { "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D", 4 }, { "\xEF\xBF\xBD", 1 },
		{ "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", 2 }, { "a\xFF", 2 },
	};
	for (size_t i = 0; i < COUNT_OF(t); i++)
		ck_assert_msg(utf8_width(t[i].s, strlen(t[i].s)) == t[i].want, "%zu: %zu", i,
			utf8_width(t[i].s, strlen(t[i].s)));
	ck_assert_int_eq(utf8_code_width('a'), 1);
	ck_assert_int_eq(utf8_code_width(0x301), 0);
	ck_assert_int_eq(utf8_code_width(0x1F600), 2);
	ck_assert_int_eq(utf8_code_width(UTF8_BAD), 1);
}
END_TEST

START_TEST(nfkc_folds_forms_and_leaves_ill_formed_text)
{
	struct text t;
	text_init(&t, 1000);
	utf8_nfkc(&t, "plain", 5);
	utf8_nfkc(&t, "|\xEF\xBC\xA1\xEF\xAC\x81", 7);      /* fullwidth A, fi ligature */
	utf8_nfkc(&t, "|e\xCC\x81", 4);
	utf8_nfkc(&t, "|\xEF\xBD\xB6\xEF\xBE\x9E", 7);      /* halfwidth ka + voiced mark */
	utf8_nfkc(&t, "|\xC3(", 3);
	ck_assert_str_eq(t.data, "plain|Afi|\xC3\xA9|\xE3\x82\xAC|\xC3(");
	text_clear(&t);
}
END_TEST

/* Every code point alone, behind and before others, against the tables. */
static uint32_t
partner(unsigned i)
{
	static const uint32_t others[] = { 'a', 0xE9, 0x301, 0x200D, 0x1F468, 0x3042, 0x3099, 0x6F22, 0x1100, 0x1161, 0xFE0F,
		0x1F1E9, 0x94D, 0x600, 0xA0, 0x1F3FD, '\n', 0x345, 0xFF21 };
	return others[i % COUNT_OF(others)];
}

START_TEST(shortcuts_agree_with_unicodes_tables)
{
	struct text t;
	text_init(&t, 1000);
	for (uint32_t c = 1; c < 0x20000; c++) {
		if (c >= 0xD800 && c < 0xE000)
			continue;
		for (unsigned i = 0; i < 19; i++) {
			char s[16];
			size_t n = utf8_encode(s, c), first = n;
			n += utf8_encode(s + n, partner(i));
			utf8proc_int32_t state = 0;
			bool apart = utf8proc_grapheme_break_stateful((int32_t)c, (int32_t)partner(i), &state);
			MUST((utf8_grapheme_end(s, n, 0) == first) == apart, c);
			utf8proc_uint8_t *form = NULL;
			utf8proc_ssize_t want = utf8proc_map((utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, &form,
				UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
			text_reset(&t);
			utf8_nfkc(&t, s, n);
			MUST((size_t)want == t.len && memcmp(form, t.data, t.len) == 0, c);
			free(form);
			if (i == 0 && apart)
				MUST(utf8_width(s, n) == (size_t)utf8_code_width(c) + 1, c);
		}
	}
	text_clear(&t);
}
END_TEST

START_TEST(long_mixed_texts_are_normalised_as_a_whole_is)
{
	unsigned seed = 7;
	for (int round = 0; round < 3000; round++) {
		struct text in, out;
		text_init(&in, 4000);
		text_init(&out, 40000);
		for (int i = 0; i < 1 + round % 300; i++) {
			seed = seed * 1103515245u + 12345u;
			uint32_t r = seed >> 16;
			text_put_code(&in, r % 3 == 0 ? partner(r / 3) : r % 3 == 1 ? 'a' + r % 26 : 0x20 + r % 0x3100);
		}
		utf8proc_uint8_t *form = NULL;
		utf8proc_ssize_t want = utf8proc_map((utf8proc_uint8_t *)in.data, (utf8proc_ssize_t)in.len, &form,
			UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
		utf8_nfkc(&out, in.data, in.len);
		ck_assert_int_eq(want, (utf8proc_ssize_t)out.len);
		ck_assert_mem_eq(form, out.data, out.len);
		free(form);
		text_clear(&in);
		text_clear(&out);
	}
}
END_TEST

TESTS("utf8", every_scalar_value_survives_encoding_and_decoding,
	every_pair_of_bytes_is_judged_as_unicode_does,
	overlong_surrogate_and_too_large_forms_are_refused, floor_never_cuts_a_character,
	clusters_are_what_a_reader_calls_characters, width_counts_cells_of_clusters,
	nfkc_folds_forms_and_leaves_ill_formed_text, shortcuts_agree_with_unicodes_tables,
	long_mixed_texts_are_normalised_as_a_whole_is)

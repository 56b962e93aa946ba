/* The sanitiser: what must be caught, and what must stay readable. */
#include "../stoa_test.h"

static struct text out;

static const char *
clean_n(const char *s, size_t n, unsigned flags)
{
	if (out.max == 0)
		text_init(&out, 1 << 20);
	text_reset(&out);
	untrusted_text(&out, s, n, flags);
	ck_assert(!out.over);
	return out.data;
}

static const char *
clean(const char *s)
{
	return clean_n(s, strlen(s), 0);
}

START_TEST(every_control_byte_becomes_a_picture)
{
	for (int c = 0; c < 0x20; c++) {
		const char s[3] = { 'a', (char)c, 'b' };
		const char *got = clean_n(s, 3, 0);
		if (c == '\n' || c == '\t') {
			ck_assert_mem_eq(got, s, 3);
			continue;
		}
		const char want[6] = { 'a', '\xE2', '\x90', (char)(0x80 + c), 'b', 0 };
		ck_assert_str_eq(got, want);
	}
	ck_assert_str_eq(clean("a\x7F"), "a\xE2\x90\xA1");
}
END_TEST

START_TEST(c1_controls_are_named_and_their_raw_bytes_replaced)
{
	for (unsigned c = 0x80; c < 0xA0; c++) {
		char want[16];
		const char raw[2] = { (char)c, 0 }, code[3] = { '\xC2', (char)c, 0 };
		snprintf(want, sizeof want, "<U+%04X>", c);
		ck_assert_str_eq(clean(code), want);
		ck_assert_str_eq(clean(raw), "\xEF\xBF\xBD");
	}
}
END_TEST

START_TEST(escape_sequences_of_every_class_are_visible)
{
	static const char *const seqs[] = { "\x1b[31m", "\x1b]0;title\a", "\x1b]52;c;aGk=\x1b\\",
		"\x1b]8;;http://evil\x1b\\x\x1b]8;;\x1b\\", "\x1bP1$r\x1b\\", "\x1b_Gi=1\x1b\\", "\x1b^pm\x1b\\",
		"\x1bXsos\x1b\\", "\033c", "\x1b#8", "\x1b(0", "\x1b[6n", "\x1b[?1049h", "\x1b[201~", "\x05",
		"\x0e\x0f", "\x13", "\b\b\b", "\rover" };
	for (size_t i = 0; i < COUNT_OF(seqs); i++) {
		const char *got = clean(seqs[i]);
		for (const char *p = got; *p != '\0'; p++)
			ck_assert_msg((unsigned char)*p >= 0x20 && *p != 0x7F, "%zu: %s", i, got);
	}
	ck_assert_str_eq(clean("\x1b[31m"), "\xE2\x90\x9B[31m");
}
END_TEST

START_TEST(windows_line_ends_are_line_ends_and_a_lone_cr_is_shown)
{
	ck_assert_str_eq(clean("a\r\nb\rc"), "a\nb\xE2\x90\x8D" "c");
	ck_assert_str_eq(clean("a\xE2\x80\xA8" "b\xE2\x80\xA9"), "a\nb\n");
	ck_assert_str_eq(clean_n("a\nb\tc\r\nd\xE2\x80\xA8" "e", 12, UNTRUSTED_LINE), "a b c d e");
}
END_TEST

START_TEST(direction_controls_never_pass)
{
	static const uint32_t named[] = { 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068,
		0x2069, 0x206A, 0x206F };
	static const uint32_t gone[] = { 0x200E, 0x200F, 0x061C };
	char s[8], want[16];
	for (size_t i = 0; i < COUNT_OF(named); i++) {
		s[utf8_encode(s, named[i])] = '\0';
		snprintf(want, sizeof want, "<U+%04X>", (unsigned)named[i]);
		ck_assert_str_eq(clean(s), want);
		ck_assert_str_eq(clean_n(s, strlen(s), UNTRUSTED_STRIP), "");
	}
	for (size_t i = 0; i < COUNT_OF(gone); i++) {
		s[utf8_encode(s, gone[i])] = '\0';
		ck_assert_str_eq(clean(s), "");
	}
}
END_TEST

START_TEST(tags_fillers_and_stray_invisibles_never_pass)
{
	static const struct { uint32_t first, last; bool named; } t[] = {
		{ 0xE0000, 0xE00FF, true }, { 0x115F, 0x1160, true }, { 0x3164, 0x3164, true },
		{ 0xFFA0, 0xFFA0, true }, { 0xFFF9, 0xFFFB, true }, { 0xFFFE, 0xFFFF, true },
		{ 0x1FFFE, 0x1FFFF, true }, { 0x200B, 0x200D, false }, { 0x2060, 0x2064, false },
		{ 0xFEFF, 0xFEFF, false }, { 0x00AD, 0x00AD, false }, { 0x034F, 0x034F, false },
		{ 0x17B4, 0x17B5, false }, { 0x180B, 0x180F, false }, { 0xFE00, 0xFE0F, false },
		{ 0xE0100, 0xE01EF, false }, { 0x1D173, 0x1D17A, false },
	};
	for (size_t i = 0; i < COUNT_OF(t); i++)
		for (uint32_t c = t[i].first; c <= t[i].last; c++) {
			char s[16] = "a", want[24];
			size_t n = 1 + utf8_encode(s + 1, c);
			memcpy(s + n, "b", 2);
			snprintf(want, sizeof want, t[i].named ? "a<U+%04X>b" : "ab", (unsigned)c);
			ck_assert_msg(strcmp(clean(s), want) == 0, "U+%04X gave %s", (unsigned)c, out.data);
		}
	ck_assert_str_eq(clean("a\xE2\xA0\x80" "b"), "a b");   /* blank Braille looks like a space */
}
END_TEST

START_TEST(marks_are_limited_to_eight_and_never_sit_on_our_own_text)
{
	struct text zalgo;
	text_init(&zalgo, 10000);
	text_put_c(&zalgo, 'a');
	for (int i = 0; i < 1000; i++)
		text_put(&zalgo, "\xCC\x81");
	text_put_c(&zalgo, 'b');
	ck_assert_uint_eq(strlen(clean(zalgo.data)), 1 + 8 * 2 + 1);
	text_clear(&zalgo);
	ck_assert_str_eq(clean("\xCC\x81x"), "\xE2\x97\x8C\xCC\x81x");
	ck_assert_str_eq(clean("a\n\xCC\x81x"), "a\n\xE2\x97\x8C\xCC\x81x");
	ck_assert_str_eq(clean("e\xCC\x81"), "e\xCC\x81");
}
END_TEST

START_TEST(one_variation_selector_stays_behind_what_has_variants)
{
	ck_assert_str_eq(clean("\xE2\x9D\xA4\xEF\xB8\x8F"), "\xE2\x9D\xA4\xEF\xB8\x8F");
	ck_assert_str_eq(clean("\xE2\x9D\xA4\xEF\xB8\x8F\xEF\xB8\x8F"), "\xE2\x9D\xA4\xEF\xB8\x8F");
	ck_assert_str_eq(clean("1\xEF\xB8\x8F\xE2\x83\xA3"), "1\xEF\xB8\x8F\xE2\x83\xA3");
	ck_assert_str_eq(clean("x\xEF\xB8\x8F"), "x");
	ck_assert_str_eq(clean("\xE8\x91\x9B\xF3\xA0\x84\x80"), "\xE8\x91\x9B\xF3\xA0\x84\x80");
	ck_assert_str_eq(clean("\xEF\xB8\x8F"), "");
	ck_assert_str_eq(clean("\n\xEF\xB8\x8F"), "\n");
}
END_TEST

START_TEST(joiners_stay_only_where_they_are_needed)
{
	const char *family = "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7";
	const char *pride = "\xF0\x9F\x8F\xB3\xEF\xB8\x8F\xE2\x80\x8D\xF0\x9F\x8C\x88";
	const char *tone = "\xF0\x9F\x91\xA9\xF0\x9F\x8F\xBD\xE2\x80\x8D\xF0\x9F\x9A\x80";
	const char *persian = "\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xAE\xD9\x88\xD8\xA7\xD9\x87\xD9\x85";
	const char *hindi = "\xE0\xA4\x95\xE0\xA5\x8D\xE2\x80\x8D\xE0\xA4\xB7";
	ck_assert_str_eq(clean(family), family);
	ck_assert_str_eq(clean(pride), pride);
	ck_assert_str_eq(clean(tone), tone);
	ck_assert_str_eq(clean(persian), persian);
	ck_assert_str_eq(clean(hindi), hindi);
	ck_assert_str_eq(clean("a\xE2\x80\x8D" "b"), "ab");
	ck_assert_str_eq(clean("\xE2\x80\x8D"), "");
	ck_assert_str_eq(clean("\xF0\x9F\x91\xA8\xE2\x80\x8D" "a"), "\xF0\x9F\x91\xA8" "a");
	ck_assert_str_eq(clean("\xD9\x85\xE2\x80\x8C\xE2\x80\x8C\xD8\xAE"), "\xD9\x85\xE2\x80\x8C\xD8\xAE");
}
END_TEST

START_TEST(languages_stay_as_they_are)
{
	static const char *const good[] = {
		"\xE5\x85\x89\xE5\x90\x88\xE6\x88\x90\xE3\x81\xAF\xE8\x91\x89\xE7\xB7\x91\xE4\xBD\x93\xE3\x81\xA7\xE8\xB5\xB7\xE3\x81\x8D\xE3\x82\x8B\xE3\x80\x82\xE3\x82\xAB\xE3\x82\x99",
		"\xD8\xA7\xD9\x84\xD8\xAA\xD9\x85\xD8\xAB\xD9\x8A\xD9\x84 \xD8\xA7\xD9\x84\xD8\xB6\xD9\x88\xD8\xA6\xD9\x8A \xD9\x85\xD9\x8F\xD8\xAF\xD9\x8E\xD8\xB1\xD9\x91\xD9\x90\xD8\xB3",
		"\xD7\xA4\xD7\x95\xD7\x98\xD7\x95\xD7\xA1\xD7\x99\xD7\xA0\xD7\xAA\xD7\x96\xD7\x94 \xD7\xA9\xD6\xB8\xD7\x81\xD7\x9C\xD7\x95\xD6\xB9\xD7\x9D",
		"Ti\xE1\xBA\xBFng Vi\xE1\xBB\x87t, na\xC3\xAFve \xC5\x92uvre, \xCE\x95\xCE\xBB\xCE\xBB\xCE\xAC\xCE\xB4\xCE\xB1, \xD0\xA0\xD1\x83\xD1\x81\xD1\x81\xD0\xBA\xD0\xB8\xD0\xB9",
		"\xE0\xB8\xA0\xE0\xB8\xB2\xE0\xB8\xA9\xE0\xB8\xB2\xE0\xB9\x84\xE0\xB8\x97\xE0\xB8\xA2 \xED\x95\x9C\xEA\xB5\xAD\xEC\x96\xB4",
		"\xF0\x9F\x87\xAF\xF0\x9F\x87\xB5 \xF0\x9F\x98\x80\xF0\x9F\x8F\xBD x\xC2\xB2 \xE2\x88\x91 \xE2\x86\x92 \xE2\x82\xAC",
	};
	for (size_t i = 0; i < COUNT_OF(good); i++)
		ck_assert_str_eq(clean(good[i]), good[i]);
}
END_TEST

START_TEST(what_was_cleaned_once_is_clean)
{
	unsigned seed = 12345;
	for (int round = 0; round < 10000; round++) {
		char s[40];
		size_t n = 0;
		while (n < sizeof s - 4) {
			seed = seed * 1103515245u + 12345u;
			unsigned r = seed >> 16;
			static const uint32_t odd[] = { 0x1B, 0x8, 0xD, 0x9B, 0x200D, 0x200C, 0xFE0F, 0x202E, 0x301,
				0x1F468, 0x1F3FD, 0x645, 0xE0041, 0x3164, 0x2028, 0x1F1E9, 0x94D, 0x915 };
			if (r % 3 == 0)
				n += utf8_encode(s + n, odd[r / 3 % COUNT_OF(odd)]);
			else
				s[n++] = (char)(r >> 3);
		}
		char once[1024];
		snprintf(once, sizeof once, "%s", clean_n(s, n, round % 4));
		ck_assert(utf8_valid(once, strlen(once)));
		for (const char *p = once; *p != '\0'; p++)
			ck_assert((unsigned char)*p >= 0x20 || *p == '\n' || *p == '\t');
		ck_assert_str_eq(clean_n(once, strlen(once), round % 4), once);
	}
}
END_TEST

START_TEST(a_line_for_one_field_is_never_null)
{
	struct arena a;
	arena_init(&a);
	ck_assert_str_eq(untrusted_line(&a, NULL), "");
	ck_assert_str_eq(untrusted_line(&a, "plain"), "plain");
	ck_assert_str_eq(untrusted_line(&a, "a\nb\x1b"), "a b\xE2\x90\x9B");
	char tags[401];
	for (int i = 0; i < 100; i++)
		memcpy(tags + 4 * i, "\xF3\xA0\x81\x81", 4);
	tags[400] = '\0';
	ck_assert_uint_eq(strlen(untrusted_line(&a, tags)), 100 * 9);
	arena_clear(&a);
}
END_TEST

TESTS("untrusted", every_control_byte_becomes_a_picture,
	c1_controls_are_named_and_their_raw_bytes_replaced,
	escape_sequences_of_every_class_are_visible,
	windows_line_ends_are_line_ends_and_a_lone_cr_is_shown, direction_controls_never_pass,
	tags_fillers_and_stray_invisibles_never_pass,
	marks_are_limited_to_eight_and_never_sit_on_our_own_text,
	one_variation_selector_stays_behind_what_has_variants,
	joiners_stay_only_where_they_are_needed, languages_stay_as_they_are,
	what_was_cleaned_once_is_clean, a_line_for_one_field_is_never_null)

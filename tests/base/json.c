/* JSON, strictly. */
#include <json-c/json.h>
#include <time.h>

#include "../stoa_test.h"

static enum fault
parse(const char *s, size_t n)
{
	struct json_object *o = NULL;
	enum fault f = json_parse(&o, s, n);
	ck_assert(f == FAULT_NONE || o == NULL);
	json_object_put(o);
	return f;
}

START_TEST(what_rfc_8259_allows_is_read)
{
	static const char *const good[] = { "{}", "[]", " [1 , 2]\t", "\"\"", "null", "true", " false ", "0",
		"-0", "-1", "1.5", "1e5", "1E+5", "1e-5", "-0.0e-0", "123.456e78", "[1,[2,[3]]]",
		"{\"a\":{\"a\":1}}", "{\"\":0}", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0041\\uD83D\\uDE00\"",
		"\"\xF0\x9F\x98\x80\xE2\x80\xA8\"", "\"\x7F\"", "9223372036854775807", "-9223372036854775808",
		"\r\n{\"a\" : [ ] }\n", "\"\xEF\xBF\xBF\"", "0.1e1", "[1e-400]", "{\"A\":1,\"a\":2}" };
	for (size_t i = 0; i < COUNT_OF(good); i++)
		WELL(parse(good[i], strlen(good[i])));
}
END_TEST

START_TEST(what_it_does_not_allow_is_refused)
{
	static const char *const bad[] = { "", " ", "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]",
		"[1,,2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\":1 \"b\":2}", "{1:1}",
		"'a'", "\"a", "\"\\x\"", "\"\\u12\"", "\"\\u00G0\"", "\"\n\"", "\"\t\"", "\"\x01\"", "nul", "nulll",
		"TRUE", "True", "NaN", "Infinity", "-Infinity", "+1", ".5", "5.", "1.e5", "1e", "1e+", "01", "-01",
		"-", "--1", "0x10", "1_000", "1 2", "{}{}", "{} x", "[] // c", "/* c */1", "\xEF\xBB\xBF{}",
		"\"\xFF\"", "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\\uD800\"", "\"\\uDC00\"", "\"\\uD800\\u0041\"",
		"\"\\uD800\\uD800\"", "\"\\uDC00\\uD800\"", "[\"\\u0000\"]", "\"\\U0041\"", "1e400", "-1e400",
		"9223372036854775808", "-9223372036854775809", "123456789012345678901234567890", "[1]]", "\v1",
		("\xC2\xA0" "1"), "{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}", "[{\"b\":{\"x\":1,\"x\":2}}]" };
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		enum fault f = parse(bad[i], strlen(bad[i]));
		ck_assert_msg(f == FAULT_INPUT, "%s: %s", bad[i], fault_name(f));
	}
	FAILS(FAULT_INPUT, parse("\0", 1));
	FAILS(FAULT_INPUT, parse("\"a\0b\"", 5));
	FAILS(FAULT_INPUT, parse("{}\0", 3));
	FAILS(FAULT_INPUT, parse("12", 0));
}
END_TEST

START_TEST(the_length_counts_and_not_a_nul_behind)
{
	WELL(parse("123456", 3));
	WELL(parse("[1]x", 3));
	FAILS(FAULT_INPUT, parse("[1]", 2));
}
END_TEST

START_TEST(thirty_two_levels_are_read_and_one_more_is_not)
{
	char s[5000];
	for (int depth = 30; depth <= 2000; depth = depth < 34 ? depth + 1 : depth * 2) {
		memset(s, '[', (size_t)depth);
		memset(s + depth, ']', (size_t)depth);
		enum fault f = parse(s, 2 * (size_t)depth);
		ck_assert_int_eq(f, depth <= JSON_DEPTH ? FAULT_NONE : FAULT_INPUT);
	}
	size_t n = 0;
	for (int i = 0; i < 33; i++, n += 5)
		memcpy(s + n, "{\"a\":", 5);
	FAILS(FAULT_INPUT, parse(s, n));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "levels"));
}
END_TEST

/* `each` over and over until the array has n bytes. */
static char *
flood(const char *each, size_t n)
{
	char *s = mem_new(n + 1);
	size_t k = strlen(each), at = 0;
	s[at++] = '[';
	for (; at + k + 1 < n; at += k)
		memcpy(s + at, each, k);
	s[at - 1] = ']';
	memset(s + at, ' ', n - at);
	return s;
}

START_TEST(a_flood_of_small_values_is_refused_before_it_is_built)
{
	static const struct { const char *each; size_t bytes; enum fault fault; } rows[] = {
		{ "{},", 24u << 20, FAULT_LIMIT }, { "[],", 24u << 20, FAULT_LIMIT }, { "{\"a\":1},", 24u << 20, FAULT_LIMIT },
		{ "1,", 24u << 20, FAULT_LIMIT }, { "{},", 1u << 20, FAULT_LIMIT }, { "[],", 1u << 20, FAULT_LIMIT },
		{ "{},", 1000, FAULT_NONE }, { "{\"start\":0,\"end\":5},", 1u << 20, FAULT_NONE }, { "0.1,", 4u << 20, FAULT_NONE },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char *s = flood(rows[i].each, rows[i].bytes);
		clock_t began = clock();   /* processor time: others may use the machine too */
		enum fault f = parse(s, rows[i].bytes);
		double took = (double)(clock() - began) / CLOCKS_PER_SEC;
		ck_assert_msg(f == rows[i].fault, "%zu bytes of %s: %s", rows[i].bytes, rows[i].each, fault_name(f));
		ck_assert_msg(f == FAULT_NONE || took < 5, "%s took %.1f s", rows[i].each, took);
		mem_free(s);
	}
}
END_TEST

START_TEST(an_object_has_no_million_of_keys)
{
	struct text t;
	text_init(&t, 64u << 20);
	for (int n = 4096; n <= 2000000; n *= 488) {
		text_reset(&t);
		for (int i = 0; i < n; i++)
			text_printf(&t, "%c\"k%d\":1", i == 0 ? '{' : ',', i);
		text_put_c(&t, '}');
		int64_t began = clock_system.mono_ms(NULL);
		ck_assert_int_eq(parse(t.data, t.len), n <= JSON_KEYS ? FAULT_NONE : FAULT_LIMIT);
		ck_assert_int_lt(clock_system.mono_ms(NULL) - began, 1000);
	}
	text_clear(&t);
}
END_TEST

START_TEST(the_sentence_says_what_and_where)
{
	FAILS(FAULT_INPUT, parse("{\"a\":NaN}", 9));
	ck_assert_str_eq(fault_sentence(), "JSON has something that is no value (byte 5)");
	FAILS(FAULT_INPUT, parse("{\"role\":\"a\",\"role\":\"b\"}", 23));
	ck_assert_str_eq(fault_sentence(), "JSON has a key that comes twice");
}
END_TEST

static const char *
quoted(struct text *t, const char *s, size_t n)
{
	text_init(t, 1000);
	json_put_string_n(t, s, n);
	return t->data;
}

START_TEST(strings_are_written_harmless_and_read_back_equal)
{
	struct text t;
	ck_assert_str_eq(quoted(&t, "a\"b\\c/\b\f\n\r\t\x1b\x7f", 13), "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u001b\\u007f\"");
	text_clear(&t);
	ck_assert_str_eq(quoted(&t, "\xC2\x9B\xE2\x80\xAE\xF3\xA0\x81\x81\xE2\x80\xA8", 12), "\"\\u009b\\u202e\\udb40\\udc41\\u2028\"");
	text_clear(&t);
	ck_assert_str_eq(quoted(&t, "\xE6\xBC\xA2\xC3\xA9\xF0\x9F\x98\x80", 9), "\"\xE6\xBC\xA2\xC3\xA9\xF0\x9F\x98\x80\"");
	text_clear(&t);
	ck_assert_str_eq(quoted(&t, "a\xFF" "b", 3), "\"a\xEF\xBF\xBD" "b\"");
	text_clear(&t);
	text_init(&t, 100);
	json_put_string(&t, NULL);
	ck_assert_str_eq(t.data, "null");
	text_clear(&t);
}
END_TEST

/* Looking to the end at every quote would take hours. */
START_TEST(megabytes_of_quotes_are_written_at_once)
{
	size_t n = 4u << 20;
	char *s = mem_new(n + 1);
	struct text t;
	memset(s, '"', n);
	text_init(&t, 2 * n + 2);
	json_put_string(&t, s);
	ck_assert(!t.over);
	ck_assert_uint_eq(t.len, 2 * n + 2);
	text_clear(&t);
	mem_free(s);
}
END_TEST

START_TEST(every_code_point_survives_a_string)
{
	struct text raw, json;
	text_init(&raw, 16 << 20);
	text_init(&json, 32 << 20);
	for (uint32_t c = 1; c <= 0x10FFFF; c++)
		if (c < 0xD800 || c > 0xDFFF)
			text_put_code(&raw, c);
	json_put_string_n(&json, raw.data, raw.len);
	struct json_object *o = NULL;
	WELL(json_parse(&o, json.data, json.len));
	ck_assert_int_eq(json_object_get_string_len(o), (int)raw.len);
	ck_assert_mem_eq(json_object_get_string(o), raw.data, raw.len);
	json_object_put(o);
	text_clear(&raw);
	text_clear(&json);
}
END_TEST

TESTS("json", what_rfc_8259_allows_is_read, what_it_does_not_allow_is_refused,
	the_length_counts_and_not_a_nul_behind, thirty_two_levels_are_read_and_one_more_is_not,
	a_flood_of_small_values_is_refused_before_it_is_built, an_object_has_no_million_of_keys, the_sentence_says_what_and_where,
	strings_are_written_harmless_and_read_back_equal, megabytes_of_quotes_are_written_at_once,
	every_code_point_survives_a_string)

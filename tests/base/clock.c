/* Time as text and back. */
#include <time.h>

#include "../stoa_test.h"

START_TEST(times_are_printed_as_rfc_3339)
{
	static const struct { int64_t ms; const char *want; } t[] = {
		{ 0, "1970-01-01T00:00:00.000Z" }, { -1, "1969-12-31T23:59:59.999Z" },
		{ INT64_C(951782400000), "2000-02-29T00:00:00.000Z" },
		{ INT64_C(2147483648000), "2038-01-19T03:14:08.000Z" },
		{ INT64_C(4107542400000), "2100-03-01T00:00:00.000Z" },
		{ INT64_C(253402300799999), "9999-12-31T23:59:59.999Z" },
		{ INT64_MAX, "9999-12-31T23:59:59.999Z" }, { INT64_MIN, "0001-01-01T00:00:00.000Z" },
	};
	char s[TIME_TEXT_BYTES];
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		time_format(s, t[i].ms);
		ck_assert_str_eq(s, t[i].want);
	}
}
END_TEST

START_TEST(every_day_of_five_centuries_agrees_with_the_c_library)
{
	for (int64_t day = -80000; day < 100000; day++) {
		char s[TIME_TEXT_BYTES], want[32];
		time_t seconds = day * 86400 + 3661;
		struct tm tm;
		gmtime_r(&seconds, &tm);
		strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%S.000Z", &tm);
		time_format(s, seconds * 1000);
		ck_assert_str_eq(s, want);
		int64_t back;
		WELL(time_parse(&back, s));
		ck_assert_int_eq(back, seconds * 1000);
	}
}
END_TEST

START_TEST(offsets_fractions_and_leap_seconds_are_read)
{
	static const struct { const char *s; int64_t want; } t[] = {
		{ "1970-01-01T09:00:00+09:00", 0 }, { "1969-12-31T19:00:00.5-05:00", 500 },
		{ "1970-01-01t00:00:00.123456z", 123 }, { "1970-01-01 00:00:01Z", 1000 },
		{ "2016-12-31T23:59:60Z", INT64_C(1483228799000) },
	};
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		int64_t ms;
		WELL(time_parse(&ms, t[i].s));
		ck_assert_int_eq(ms, t[i].want);
	}
}
END_TEST

START_TEST(what_is_no_time_is_refused)
{
	static const char *const bad[] = { "", "2026", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
		"1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-01T24:00:00Z",
		"2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00", "2026-01-01",
		"2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00Zx",
		"0000-01-01T00:00:00Z", "2026-01-01T00:00:00+0900", "-026-01-01T00:00:00Z", "2026-1-01T00:00:00Z" };
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		int64_t ms = 77;
		FAILS(FAULT_INPUT, time_parse(&ms, bad[i]));
		ck_assert_int_eq(ms, 77);
	}
}
END_TEST

START_TEST(the_system_clock_moves_forward)
{
	int64_t a = clock_system.mono_ms(NULL), b = clock_system.mono_ms(NULL);
	ck_assert_int_le(a, b);
	ck_assert_int_gt(clock_system.wall_ms(NULL), INT64_C(1700000000000));
}
END_TEST

START_TEST(ids_are_hex_differ_and_are_recognised)
{
	char a[ID_BYTES], b[ID_BYTES];
	id_make(a, &chance_system);
	id_make(b, &chance_system);
	ck_assert_str_ne(a, b);
	ck_assert(id_valid(a) && id_valid(b));
	unsigned n = 0;
	struct chance counting = COUNTING_CHANCE(&n);
	id_make(a, &counting);
	ck_assert_str_eq(a, "000102030405060708090a0b0c0d0e0f");
	ck_assert(!id_valid(NULL) && !id_valid("") && !id_valid("0123") &&
		!id_valid("000102030405060708090A0b0c0d0e0f") && !id_valid("000102030405060708090a0b0c0d0e0f0"));
}
END_TEST

START_TEST(cancel_is_asked_once_and_seen)
{
	struct cancel c = { 0 };
	WELL(cancel_check(&c));
	WELL(cancel_check(NULL));
	atomic_store(&c.asked, true);
	FAILS(FAULT_CANCELLED, cancel_check(&c));
	ck_assert(cancel_asked(&c) && !cancel_asked(NULL));
}
END_TEST

TESTS("clock", times_are_printed_as_rfc_3339,
	every_day_of_five_centuries_agrees_with_the_c_library,
	offsets_fractions_and_leap_seconds_are_read, what_is_no_time_is_refused,
	the_system_clock_moves_forward, ids_are_hex_differ_and_are_recognised,
	cancel_is_asked_once_and_seen)

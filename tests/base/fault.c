/* Faults: kinds, codes, sentences. */
#include <errno.h>
#include <pthread.h>

#include "../stoa_test.h"

START_TEST(each_kind_has_its_name_code_http_status_and_exit_status)
{
	static const struct { enum fault kind; const char *name, *code; int http, exit; } want[] = {
		{ FAULT_NONE, "NONE", "OK", 200, 0 },
		{ FAULT_ABSENT, "ABSENT", "NOT_FOUND", 404, 3 },
		{ FAULT_EXISTS, "EXISTS", "CONFLICT", 409, 1 },
		{ FAULT_INPUT, "INPUT", "INVALID_INPUT", 400, 2 },
		{ FAULT_DENIED, "DENIED", "FORBIDDEN", 403, 4 },
		{ FAULT_LIMIT, "LIMIT", "TOO_LARGE", 413, 7 },
		{ FAULT_OFTEN, "OFTEN", "RATE_LIMITED", 429, 7 },
		{ FAULT_BUSY, "BUSY", "UNAVAILABLE", 503, 1 },
		{ FAULT_OFFLINE, "OFFLINE", "UNAVAILABLE", 503, 5 },
		{ FAULT_LOCKED, "LOCKED", "UNAVAILABLE", 503, 6 },
		{ FAULT_DAMAGED, "DAMAGED", "INTERNAL", 500, 1 },
		{ FAULT_SYSTEM, "SYSTEM", "INTERNAL", 500, 1 },
		{ FAULT_CANCELLED, "CANCELLED", "UNAVAILABLE", 503, 130 },
	};
	ck_assert_uint_eq(COUNT_OF(want), FAULT_KINDS);
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		ck_assert_str_eq(fault_name(want[i].kind), want[i].name);
		ck_assert_str_eq(fault_code(want[i].kind), want[i].code);
		ck_assert_int_eq(fault_http_status(want[i].kind), want[i].http);
		ck_assert_int_eq(fault_exit_status(want[i].kind), want[i].exit);
	}
	ck_assert_str_eq(fault_name((enum fault)99), "UNKNOWN");
	ck_assert_int_eq(fault_exit_status((enum fault)-1), 1);
}
END_TEST

START_TEST(a_sentence_is_kept_until_the_next_fault)
{
	FAILS(FAULT_ABSENT, fault(FAULT_ABSENT, "no document %s", "abc"));
	ck_assert_str_eq(fault_sentence(), "no document abc");
	FAILS(FAULT_INPUT, fault(FAULT_INPUT, "other"));
	ck_assert_str_eq(fault_sentence(), "other");
}
END_TEST

START_TEST(the_old_sentence_may_be_part_of_the_new_one)
{
	FAILS(FAULT_INPUT, fault(FAULT_INPUT, "no name"));
	FAILS(FAULT_INPUT, fault(FAULT_INPUT, "a.ini:3: %s", fault_sentence()));
	ck_assert_str_eq(fault_sentence(), "a.ini:3: no name");
}
END_TEST

START_TEST(names_from_outside_are_made_harmless)
{
	FAILS(FAULT_ABSENT, fault(FAULT_ABSENT, "no file %s", "a\x1b]52;c;x\a\nb\xE2\x80\xAE.pdf"));
	ck_assert_str_eq(fault_sentence(), "no file a\xE2\x90\x9B]52;c;x\xE2\x90\x87 b<U+202E>.pdf");
}
END_TEST

START_TEST(an_endless_sentence_is_cut_at_a_character)
{
	char name[5000];
	for (size_t i = 0; i + 1 < sizeof name; i += 2)
		memcpy(name + i, "\xC3\xA9", 2);
	name[sizeof name - 2] = '\0';
	FAILS(FAULT_INPUT, fault(FAULT_INPUT, "a%s", name));
	ck_assert_uint_le(strlen(fault_sentence()), 1023);
	ck_assert_uint_gt(strlen(fault_sentence()), 900);
}
END_TEST

START_TEST(errno_is_told_in_words)
{
	errno = ENOSPC;
	FAILS(FAULT_SYSTEM, fault_errno("%s was not saved", "x"));
	ck_assert_str_eq(fault_sentence(), "x was not saved: No space left on device");
}
END_TEST

static void *
other_thread(void *arg)
{
	(void)arg;
	ck_assert_str_eq(fault_sentence(), "");
	FAILS(FAULT_BUSY, fault(FAULT_BUSY, "theirs"));
	return NULL;
}

START_TEST(each_thread_has_a_sentence_of_its_own)
{
	pthread_t t;
	FAILS(FAULT_BUSY, fault(FAULT_BUSY, "ours"));
	ck_assert_int_eq(pthread_create(&t, NULL, other_thread, NULL), 0);
	pthread_join(t, NULL);
	ck_assert_str_eq(fault_sentence(), "ours");
}
END_TEST

START_TEST(too_often_says_when_again_until_the_next_fault)
{
	FAILS(FAULT_OFTEN, fault_often(1500, "too often; again in %d s", 2));
	ck_assert_str_eq(fault_sentence(), "too often; again in 2 s");
	ck_assert_int_eq(fault_retry_ms(), 1500);
	FAILS(FAULT_BUSY, fault(FAULT_BUSY, "later"));
	ck_assert_int_eq(fault_retry_ms(), 0);
}
END_TEST

TESTS("fault", each_kind_has_its_name_code_http_status_and_exit_status,
	a_sentence_is_kept_until_the_next_fault, the_old_sentence_may_be_part_of_the_new_one,
	names_from_outside_are_made_harmless, an_endless_sentence_is_cut_at_a_character,
	errno_is_told_in_words, each_thread_has_a_sentence_of_its_own,
	too_often_says_when_again_until_the_next_fault)

/* Sessions: what a token opens, for how long, and how it ends. */
#include "people_test.h"

START_TEST(a_guest_gets_a_token_that_opens_the_door_as_guest)
{
	struct hall h;
	struct people_session s;
	hall_open(&h);
	struct signed_in in = guest_in(&h);
	ck_assert(str_starts(in.session_id, "guest_"));
	ck_assert_uint_ge(strlen(in.token), 43);
	ck_assert_str_eq(in.user->role, "guest");
	WELL(enter(&s, &h, in.token));
	ck_assert_str_eq(s.person, in.user->id);
	ck_assert_int_eq(s.role, ROLE_GUEST);
	hall_close(&h);
}
END_TEST

START_TEST(no_token_is_kept_in_the_database)
{
	OF_FILES_ONLY();
	struct hall h;
	hall_open(&h);
	struct signed_in in = admin_in(&h);
	store_close(h.db);
	h.db = NULL;
	struct text all;
	text_init(&all, 64 << 20);
	WELL(file_read(&all, h.database));
	const char *const never[] = { in.token, in.refresh_token, in.token + 5, "Ada of the mill" };
	for (size_t i = 0; i < COUNT_OF(never); i++)
		ck_assert_ptr_null(memmem(all.data, all.len, never[i], strlen(never[i])));
	/* The row itself is there, so the file was the right one to look at. */
	ck_assert_ptr_nonnull(memmem(all.data, all.len, in.user->id, 32));
	text_clear(&all);
	hall_close(&h);
}
END_TEST

START_TEST(a_session_slides_while_used_and_ends_a_day_after)
{
	struct hall h;
	struct people_session s;
	hall_open(&h);
	struct signed_in in = guest_in(&h);
	for (int i = 0; i < 5; i++) {
		h.still.now_ms += DAY - 60000;
		WELL(enter(&s, &h, in.token));
	}
	h.still.now_ms += DAY;
	FAILS(FAULT_DENIED, enter(&s, &h, in.token));
	hall_close(&h);
}
END_TEST

START_TEST(no_session_lives_longer_than_half_a_year)
{
	struct hall h;
	struct people_session s;
	hall_open(&h);
	struct signed_in in = guest_in(&h);
	for (int i = 0; i < 359; i++) {
		h.still.now_ms += DAY / 2;
		WELL(enter(&s, &h, in.token));
	}
	h.still.now_ms += DAY / 2;
	FAILS(FAULT_DENIED, enter(&s, &h, in.token));
	hall_close(&h);
}
END_TEST

START_TEST(a_session_is_known_where_nothing_can_be_written)
{
	struct hall h;
	struct people_session s;
	OF_FILES_ONLY();
	hall_open(&h);
	struct signed_in in = guest_in(&h);
	h.still.now_ms += DAY / 2;
	WELL(store_exec(h.db, "PRAGMA query_only = 1"));
	WELL(enter(&s, &h, in.token));
	ck_assert_str_eq(s.person, in.user->id);
	hall_close(&h);
}
END_TEST

START_TEST(logging_out_ends_this_session_at_once_and_no_other)
{
	struct hall h;
	struct people_session s;
	struct signed_in again = { 0 };
	hall_open(&h);
	struct signed_in in = guest_in(&h), other = guest_in(&h);
	WELL(enter(&s, &h, in.token));
	WELL(people_logout(h.people, h.db, s.person, s.family, false));
	FAILS(FAULT_DENIED, enter(&s, &h, in.token));
	const struct auth_refresh req = { in.refresh_token };
	FAILS(FAULT_DENIED, people_refresh(&again, &h.a, h.people, h.db, &req));
	WELL(enter(&s, &h, other.token));
	hall_close(&h);
}
END_TEST

START_TEST(a_refresh_gives_a_new_pair_and_ends_the_old_one)
{
	struct hall h;
	struct people_session s;
	struct signed_in next = { 0 };
	hall_open(&h);
	struct signed_in in = guest_in(&h);
	h.still.now_ms += 30 * DAY;     /* long after the token itself has ended */
	FAILS(FAULT_DENIED, enter(&s, &h, in.token));
	const struct auth_refresh req = { in.refresh_token };
	WELL(people_refresh(&next, &h.a, h.people, h.db, &req));
	ck_assert_str_ne(next.token, in.token);
	ck_assert_str_eq(next.session_id, in.session_id);
	WELL(enter(&s, &h, next.token));
	FAILS(FAULT_DENIED, enter(&s, &h, in.token));
	hall_close(&h);
}
END_TEST

START_TEST(a_refresh_token_used_twice_ends_the_session_of_both_holders)
{
	struct hall h;
	struct people_session s;
	struct signed_in next = { 0 }, more = { 0 };
	hall_open(&h);
	struct signed_in in = guest_in(&h);
	const struct auth_refresh req = { in.refresh_token };
	WELL(people_refresh(&next, &h.a, h.people, h.db, &req));
	FAILS(FAULT_DENIED, people_refresh(&more, &h.a, h.people, h.db, &req));
	FAILS(FAULT_DENIED, enter(&s, &h, next.token));
	const struct auth_refresh later = { next.refresh_token };
	FAILS(FAULT_DENIED, people_refresh(&more, &h.a, h.people, h.db, &later));
	hall_close(&h);
}
END_TEST

START_TEST(an_access_token_does_not_refresh_and_a_refresh_token_does_not_open)
{
	struct hall h;
	struct people_session s;
	struct signed_in next = { 0 };
	hall_open(&h);
	struct signed_in in = guest_in(&h);
	FAILS(FAULT_DENIED, enter(&s, &h, in.refresh_token));
	const struct auth_refresh req = { in.token };
	FAILS(FAULT_DENIED, people_refresh(&next, &h.a, h.people, h.db, &req));
	WELL(enter(&s, &h, in.token));
	hall_close(&h);
}
END_TEST

START_TEST(a_token_that_was_never_given_opens_nothing)
{
	static const char *const never[] = { "", "x", "stoa_", "stoa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"' OR 1=1 --", "a.b.c" };
	struct hall h;
	struct people_session s;
	hall_open(&h);
	guest_in(&h);
	for (size_t i = 0; i < COUNT_OF(never); i++)
		FAILS(FAULT_DENIED, enter(&s, &h, never[i]));
	hall_close(&h);
}
END_TEST

START_TEST(the_first_administrator_comes_in_by_a_code_that_works_once)
{
	struct hall h;
	struct people_session s;
	struct signed_in in = { 0 };
	const char *code = NULL, *second = NULL;
	hall_open(&h);
	WELL(people_first_admin(&code, &h.a, h.people, h.db));
	WELL(people_first_admin(&second, &h.a, h.people, h.db));
	struct auth_join req = { .code = code, .name = "Eve" };
	FAILS(FAULT_DENIED, people_join(&in, &h.a, h.people, h.db, &nobody, &req));   /* replaced */
	req.code = second;
	req.name = NULL;
	FAILS(FAULT_INPUT, people_join(&in, &h.a, h.people, h.db, &nobody, &req));    /* uses nothing up */
	req.name = "Ada of the mill";
	WELL(people_join(&in, &h.a, h.people, h.db, &nobody, &req));
	WELL(enter(&s, &h, in.token));
	ck_assert_int_eq(s.role, ROLE_ADMIN);
	FAILS(FAULT_DENIED, people_join(&in, &h.a, h.people, h.db, &nobody, &req));
	FAILS(FAULT_ABSENT, people_first_admin(&code, &h.a, h.people, h.db));
	hall_close(&h);
}
END_TEST

START_TEST(a_code_is_understood_however_it_is_typed)
{
	struct hall h;
	struct signed_in in = { 0 };
	const char *code = NULL;
	char typed[64] = " ";
	hall_open(&h);
	WELL(people_first_admin(&code, &h.a, h.people, h.db));
	for (const char *c = code; *c; c++) {
		char one[3] = { *c == '0' ? 'o' : *c == '1' ? 'l' : *c >= 'A' ? (char)(*c + 32) : *c, ' ', 0 };
		if (*c != '-')
			strcat(typed, one);
	}
	const struct auth_join req = { .code = typed, .name = "Ada of the mill" };
	WELL(people_join(&in, &h.a, h.people, h.db, &nobody, &req));
	hall_close(&h);
}
END_TEST

START_TEST(a_guest_who_joins_keeps_his_id_and_loses_his_old_token)
{
	struct hall h;
	struct people_session s;
	struct signed_in in = { 0 };
	const char *code = NULL;
	hall_open(&h);
	struct signed_in guest = guest_in(&h);
	WELL(people_first_admin(&code, &h.a, h.people, h.db));
	const struct people_asker who = { guest.user->id, ROLE_GUEST };
	const struct auth_join req = { .code = code, .name = "Ada of the mill" };
	WELL(people_join(&in, &h.a, h.people, h.db, &who, &req));
	ck_assert_str_eq(in.user->id, guest.user->id);
	ck_assert_str_eq(in.user->name, "Ada of the mill");
	FAILS(FAULT_DENIED, enter(&s, &h, guest.token));   /* no fixation */
	WELL(enter(&s, &h, in.token));
	ck_assert_int_eq(s.role, ROLE_ADMIN);
	hall_close(&h);
}
END_TEST

TESTS("people session", a_guest_gets_a_token_that_opens_the_door_as_guest,
	no_token_is_kept_in_the_database, a_session_slides_while_used_and_ends_a_day_after,
	no_session_lives_longer_than_half_a_year, a_session_is_known_where_nothing_can_be_written,
	logging_out_ends_this_session_at_once_and_no_other,
	a_refresh_gives_a_new_pair_and_ends_the_old_one,
	a_refresh_token_used_twice_ends_the_session_of_both_holders,
	an_access_token_does_not_refresh_and_a_refresh_token_does_not_open,
	a_token_that_was_never_given_opens_nothing,
	the_first_administrator_comes_in_by_a_code_that_works_once,
	a_code_is_understood_however_it_is_typed,
	a_guest_who_joins_keeps_his_id_and_loses_his_old_token)

/* Profiles: the ones that come with stoa, and ones that are written wrongly. */
#include "people_test.h"

static struct hall h;

static void
hall_with_roles(const char *folder)
{
	hall_open(&h);
	people_free(h.people);
	h.config.roles_folder = folder;
	WELL(people_new(&h.people, &h.config));
}

START_TEST(each_profile_that_comes_with_stoa_has_four_actions_of_three_questions)
{
	static const char *const roles[] = { "guest", "learner", "instructor", "staff" };
	hall_with_roles("kits/roles");
	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		struct profile p = { 0 };
		const struct profile_set req = { roles[i] };
		WELL(people_profile_set(&p, &h.a, h.people, h.db, &nobody, &req));
		WELL(record_check(&record_profile, &p));
		ck_assert_str_eq(p.role, roles[i]);
		ck_assert_uint_eq(p.quick_actions.count, 4);
		const struct quick_action *q = p.quick_actions.items;
		for (size_t k = 0; k < 4; k++) {
			ck_assert(q[k].title != NULL && q[k].description != NULL);
			ck_assert_uint_eq(q[k].queries.count, 3);
		}
		ck_assert_uint_ge(p.suggested_topics.count, 3);
		ck_assert_uint_ge(p.recent_updates.count, 1);
	}
	hall_close(&h);
}
END_TEST

START_TEST(a_profile_nobody_wrote_suggests_nothing)
{
	struct profile p = { 0 };
	const struct profile_set req = { "staff" };
	hall_with_roles("/nowhere/at/all");
	WELL(people_profile_set(&p, &h.a, h.people, h.db, &nobody, &req));
	ck_assert_uint_eq(p.quick_actions.count, 0);
	hall_close(&h);
}
END_TEST

START_TEST(a_profile_that_is_written_wrongly_says_where)
{
	struct profile p = { 0 };
	const struct profile_set req = { "staff" };
	hall_open(&h);
	char path[160];
	snprintf(path, sizeof path, "%s/staff.ini", h.dir);
	WELL(file_write(path, "[a]\ntitle = x\ncolour = red\n", 27));
	people_free(h.people);
	h.config.roles_folder = h.dir;
	WELL(people_new(&h.people, &h.config));
	FAILS(FAULT_INPUT, people_profile_set(&p, &h.a, h.people, h.db, &nobody, &req));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), ":3:"));
	hall_close(&h);
}
END_TEST

START_TEST(a_profile_gives_no_right)
{
	struct people_session s;
	struct profile p = { 0 };
	hall_with_roles("kits/roles");
	struct signed_in in = guest_in(&h);
	const struct people_asker who = { in.user->id, ROLE_GUEST };
	const struct profile_set req = { "instructor" };
	WELL(people_profile_set(&p, &h.a, h.people, h.db, &who, &req));
	WELL(enter(&s, &h, in.token));
	ck_assert_int_eq(s.role, ROLE_GUEST);
	hall_close(&h);
}
END_TEST

TESTS("people profile", each_profile_that_comes_with_stoa_has_four_actions_of_three_questions,
	a_profile_nobody_wrote_suggests_nothing, a_profile_that_is_written_wrongly_says_where,
	a_profile_gives_no_right)

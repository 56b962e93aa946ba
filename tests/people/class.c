/* Classes and accounts: who may see and change what. */
#include "people_test.h"

static struct hall h;
static struct signed_in admin, ines, lea, max;
static struct people_asker as_admin, as_ines, as_lea, as_max;

/* An account that came in by a code of a class. */
static struct signed_in
join(const char *class, const char *name)
{
	struct join_code code = { 0 };
	struct signed_in in = { 0 };
	const struct join_code_make make = { .id = class, .uses = 1 };
	WELL(people_code_make(&code, &h.a, h.people, h.db, &as_admin, &make));
	const struct auth_join req = { .code = code.code, .name = name };
	WELL(people_join(&in, &h.a, h.people, h.db, &nobody, &req));
	return in;
}

/* A school: Ines teaches biology, Lea learns it, Max learns chemistry only. */
static void
school(void)
{
	struct class c;
	struct user u;
	hall_open(&h);
	admin = admin_in(&h);
	as_admin = (struct people_asker){ admin.user->id, ROLE_ADMIN };
	const struct class_create bio = { .title = "Cell Biology 101!" }, chem = { .id = "chem", .title = "Chemistry" };
	WELL(people_class_create(&c, &h.a, h.people, h.db, &as_admin, &bio));
	ck_assert_str_eq(c.id, "cell-biology-101");
	WELL(people_class_create(&c, &h.a, h.people, h.db, &as_admin, &chem));
	ines = join("cell-biology-101", "Ines");
	lea = join("cell-biology-101", "Lea of the mill");
	max = join("chem", "Max");
	const struct user_update up = { .id = ines.user->id, .role = "instructor" };
	WELL(people_user_update(&u, &h.a, h.people, h.db, &up));
	struct class_member m;
	const struct class_member_set teach = { "cell-biology-101", ines.user->id, "instructor" };
	WELL(people_class_set_member(&m, &h.a, h.people, h.db, &as_admin, &teach));
	as_ines = (struct people_asker){ ines.user->id, ROLE_INSTRUCTOR };
	as_lea = (struct people_asker){ lea.user->id, ROLE_LEARNER };
	as_max = (struct people_asker){ max.user->id, ROLE_LEARNER };
}

START_TEST(a_class_is_seen_by_its_members_and_by_nobody_else)
{
	struct class c;
	struct classes list = { 0 };
	const struct class_list all = { 0 };
	school();
	WELL(people_class_get(&c, &h.a, h.people, h.db, &as_lea, "cell-biology-101"));
	ck_assert_str_eq(c.role, "learner");
	ck_assert_int_eq(c.members, 3);
	FAILS(FAULT_ABSENT, people_class_get(&c, &h.a, h.people, h.db, &as_max, "cell-biology-101"));
	FAILS(FAULT_ABSENT, people_class_get(&c, &h.a, h.people, h.db, &nobody, "cell-biology-101"));
	WELL(people_class_get(&c, &h.a, h.people, h.db, &as_admin, "chem"));
	WELL(people_class_list(&list, &h.a, h.people, h.db, &as_max, &all));
	ck_assert_int_eq(list.total, 1);
	ck_assert_str_eq(((struct class *)list.items.items)->id, "chem");
	WELL(people_class_list(&list, &h.a, h.people, h.db, &as_admin, &all));
	ck_assert_int_eq(list.total, 2);
	hall_close(&h);
}
END_TEST

START_TEST(only_who_teaches_a_class_changes_it)
{
	struct class c;
	struct join_code code;
	struct class_member m;
	school();
	const struct class_update title = { .id = "cell-biology-101", .title = "Cells" }, other = { .id = "chem", .title = "X" };
	const struct join_code_make make = { .id = "cell-biology-101" };
	const struct class_member_set set = { "cell-biology-101", max.user->id, "learner" };
	FAILS(FAULT_DENIED, people_class_update(&c, &h.a, h.people, h.db, &as_lea, &title));
	FAILS(FAULT_DENIED, people_code_make(&code, &h.a, h.people, h.db, &as_lea, &make));
	FAILS(FAULT_DENIED, people_class_set_member(&m, &h.a, h.people, h.db, &as_lea, &set));
	FAILS(FAULT_ABSENT, people_class_update(&c, &h.a, h.people, h.db, &as_ines, &other));
	WELL(people_class_update(&c, &h.a, h.people, h.db, &as_ines, &title));
	ck_assert_str_eq(c.title, "Cells");
	WELL(people_class_set_member(&m, &h.a, h.people, h.db, &as_ines, &set));
	ck_assert_str_eq(m.name, "Max");
	WELL(people_class_get(&c, &h.a, h.people, h.db, &as_max, "cell-biology-101"));
	/* Who was an instructor and is none any more teaches nothing. */
	as_ines.role = ROLE_LEARNER;
	FAILS(FAULT_DENIED, people_class_update(&c, &h.a, h.people, h.db, &as_ines, &title));
	hall_close(&h);
}
END_TEST

START_TEST(a_learner_sees_the_instructors_and_himself_only)
{
	struct class_members list = { 0 };
	const struct class_members_list req = { .id = "cell-biology-101" };
	school();
	join("cell-biology-101", "Nora");
	WELL(people_class_members(&list, &h.a, h.people, h.db, &as_lea, &req));
	ck_assert_int_eq(list.total, 3);     /* herself, Ines, and who made the class */
	for (size_t i = 0; i < list.items.count; i++)
		ck_assert_str_ne(((struct class_member *)list.items.items)[i].name, "Nora");
	WELL(people_class_members(&list, &h.a, h.people, h.db, &as_ines, &req));
	ck_assert_int_eq(list.total, 4);
	hall_close(&h);
}
END_TEST

START_TEST(lists_go_on_where_a_page_ended)
{
	struct class_members list = { 0 };
	struct class_members_list req = { .id = "cell-biology-101", .limit = 2 };
	size_t seen = 0, pages = 0;
	school();
	for (int i = 0; i < 5; i++)
		join("cell-biology-101", "Somebody");
	do {
		WELL(people_class_members(&list, &h.a, h.people, h.db, &as_ines, &req));
		seen += list.items.count;
		req.cursor = list.cursor;
	} while (list.cursor != NULL && ++pages < 20);
	ck_assert_uint_eq(seen, 8);
	struct users users = { 0 };
	struct user_list ask = { .limit = 3 };
	for (seen = pages = 0; pages < 20; pages++) {
		WELL(people_user_list(&users, &h.a, h.people, h.db, &ask));
		ck_assert_int_eq(users.total, 9);
		seen += users.items.count;
		if ((ask.cursor = users.cursor) == NULL)
			break;
	}
	ck_assert_uint_eq(seen, 9);
	hall_close(&h);
}
END_TEST

START_TEST(a_code_ends_with_its_time_its_uses_and_its_class)
{
	struct join_code code = { 0 };
	struct join_codes list = { 0 };
	struct signed_in in = { 0 };
	struct class c;
	school();
	const struct join_code_make make = { .id = "chem", .days = 1, .uses = 2 };
	WELL(people_code_make(&code, &h.a, h.people, h.db, &as_admin, &make));
	const struct auth_join req = { .code = code.code, .name = "A" };
	WELL(people_join(&in, &h.a, h.people, h.db, &nobody, &req));
	ck_assert_str_eq(in.user->role, "learner");
	ck_assert_uint_eq(in.classes.count, 1);
	ck_assert_str_eq(in.classes.items[0], "chem");
	WELL(people_code_list(&list, &h.a, h.people, h.db, &as_admin, "chem"));
	ck_assert_uint_eq(list.items.count, 1);
	ck_assert_int_eq(((struct join_code *)list.items.items)->uses_left, 1);
	ck_assert_ptr_null(((struct join_code *)list.items.items)->code);
	WELL(people_join(&in, &h.a, h.people, h.db, &nobody, &req));
	FAILS(FAULT_DENIED, people_join(&in, &h.a, h.people, h.db, &nobody, &req));

	WELL(people_code_make(&code, &h.a, h.people, h.db, &as_admin, &make));
	const struct auth_join late = { .code = code.code, .name = "B" };
	h.still.now_ms += DAY;
	FAILS(FAULT_DENIED, people_join(&in, &h.a, h.people, h.db, &nobody, &late));

	WELL(people_code_make(&code, &h.a, h.people, h.db, &as_admin, &make));
	const struct auth_join last = { .code = code.code, .name = "C" };
	const struct class_update over = { .id = "chem", .status = "archived" };
	WELL(people_class_update(&c, &h.a, h.people, h.db, &as_admin, &over));
	FAILS(FAULT_DENIED, people_join(&in, &h.a, h.people, h.db, &nobody, &last));
	FAILS(FAULT_EXISTS, people_code_make(&code, &h.a, h.people, h.db, &as_admin, &make));
	hall_close(&h);
}
END_TEST

START_TEST(who_joins_another_class_stays_signed_in_elsewhere)
{
	struct join_code code = { 0 };
	struct signed_in in = { 0 };
	struct people_session s;
	school();
	const struct join_code_make make = { .id = "chem", .uses = 2 };
	WELL(people_code_make(&code, &h.a, h.people, h.db, &as_admin, &make));
	const struct auth_join req = { .code = code.code };
	WELL(people_join(&in, &h.a, h.people, h.db, &as_lea, &req));
	ck_assert_str_eq(in.user->id, lea.user->id);
	ck_assert_str_eq(in.user->name, "Lea of the mill");
	ck_assert_uint_eq(in.classes.count, 2);
	WELL(enter(&s, &h, lea.token));
	/* An instructor of the class who uses its code does not become a learner. */
	const struct join_code_make own = { .id = "cell-biology-101", .uses = 1 };
	WELL(people_code_make(&code, &h.a, h.people, h.db, &as_ines, &own));
	const struct auth_join back = { .code = code.code };
	WELL(people_join(&in, &h.a, h.people, h.db, &as_ines, &back));
	struct class c;
	WELL(people_class_get(&c, &h.a, h.people, h.db, &as_ines, "cell-biology-101"));
	ck_assert_str_eq(c.role, "instructor");
	hall_close(&h);
}
END_TEST

START_TEST(a_code_taken_back_lets_nobody_in)
{
	struct join_code code = { 0 };
	struct signed_in in = { 0 };
	school();
	const struct join_code_make make = { .id = "cell-biology-101" };
	WELL(people_code_make(&code, &h.a, h.people, h.db, &as_ines, &make));
	const struct join_code_remove gone = { "cell-biology-101", code.id };
	FAILS(FAULT_DENIED, people_code_void(&h.a, h.people, h.db, &as_lea, &gone));
	WELL(people_code_void(&h.a, h.people, h.db, &as_ines, &gone));
	const struct auth_join req = { .code = code.code, .name = "A" };
	FAILS(FAULT_DENIED, people_join(&in, &h.a, h.people, h.db, &nobody, &req));
	hall_close(&h);
}
END_TEST

/* Lea comes back with a code that was made for her. */
START_TEST(a_code_for_a_learner_lets_her_into_her_own_account_once)
{
	struct join_code code = { 0 }, other = { 0 };
	struct signed_in in = { 0 };
	struct people_session s;
	school();
	const struct join_code_make make = { .id = "cell-biology-101", .person = lea.user->id };
	WELL(people_code_make(&other, &h.a, h.people, h.db, &as_admin, &make));
	WELL(people_code_make(&code, &h.a, h.people, h.db, &as_admin, &make));
	const struct auth_join old = { .code = other.code, .name = "Eve" }, req = { .code = code.code, .name = "Eve" };
	FAILS(FAULT_DENIED, people_join(&in, &h.a, h.people, h.db, &nobody, &old));     /* the newest alone is good */
	WELL(enter(&s, &h, lea.token));
	WELL(people_join(&in, &h.a, h.people, h.db, &nobody, &req));
	ck_assert_str_eq(in.user->id, lea.user->id);
	ck_assert_str_eq(in.user->name, "Lea of the mill");
	WELL(enter(&s, &h, in.token));
	FAILS(FAULT_DENIED, enter(&s, &h, lea.token));     /* she notices */
	FAILS(FAULT_DENIED, people_join(&in, &h.a, h.people, h.db, &nobody, &req));

	WELL(people_code_make(&code, &h.a, h.people, h.db, &as_admin, &make));
	const struct auth_join late = { .code = code.code };
	h.still.now_ms += DAY;
	FAILS(FAULT_DENIED, people_join(&in, &h.a, h.people, h.db, &nobody, &late));
	WELL(people_code_make(&code, &h.a, h.people, h.db, &as_admin, &make));
	const struct join_code_remove gone = { "cell-biology-101", lea.user->id };
	WELL(people_code_void(&h.a, h.people, h.db, &as_ines, &gone));
	FAILS(FAULT_ABSENT, people_code_void(&h.a, h.people, h.db, &as_ines, &gone));
	const struct auth_join back = { .code = code.code };
	FAILS(FAULT_DENIED, people_join(&in, &h.a, h.people, h.db, &nobody, &back));
	hall_close(&h);
}
END_TEST

START_TEST(a_code_for_somebody_gives_no_more_than_a_learner_has)
{
	struct join_code code = { 0 };
	struct signed_in in = { 0 };
	struct user u;
	school();
	const struct join_code_make stranger = { .id = "cell-biology-101", .person = max.user->id },
		teacher = { .id = "cell-biology-101", .person = ines.user->id },
		other = { .id = "chem", .person = max.user->id },
		learner = { .id = "cell-biology-101", .person = lea.user->id };
	FAILS(FAULT_ABSENT, people_code_make(&code, &h.a, h.people, h.db, &as_admin, &stranger));
	FAILS(FAULT_ABSENT, people_code_make(&code, &h.a, h.people, h.db, &as_ines, &other));
	FAILS(FAULT_DENIED, people_code_make(&code, &h.a, h.people, h.db, &as_admin, &teacher));
	FAILS(FAULT_DENIED, people_code_make(&code, &h.a, h.people, h.db, &as_lea, &learner));
	FAILS(FAULT_DENIED, people_code_make(&code, &h.a, h.people, h.db, &as_ines, &learner));   /* he would read what she asked */
	/* Made for a learner, who teaches by now; and for one who is blocked by now. */
	WELL(people_code_make(&code, &h.a, h.people, h.db, &as_admin, &learner));
	const struct auth_join req = { .code = code.code };
	const struct user_update up = { .id = lea.user->id, .role = "instructor" }, down = { .id = lea.user->id, .role = "learner", .status = "blocked" },
		open = { .id = lea.user->id, .status = "active" };
	WELL(people_user_update(&u, &h.a, h.people, h.db, &up));
	FAILS(FAULT_DENIED, people_join(&in, &h.a, h.people, h.db, &nobody, &req));
	WELL(people_user_update(&u, &h.a, h.people, h.db, &down));
	FAILS(FAULT_DENIED, people_join(&in, &h.a, h.people, h.db, &nobody, &req));
	FAILS(FAULT_DENIED, people_code_make(&code, &h.a, h.people, h.db, &as_admin, &learner));
	/* The block ended her sessions; the code brings her back. */
	WELL(people_user_update(&u, &h.a, h.people, h.db, &open));
	WELL(people_join(&in, &h.a, h.people, h.db, &nobody, &req));
	ck_assert_str_eq(in.user->id, lea.user->id);
	hall_close(&h);
}
END_TEST

START_TEST(a_class_keeps_an_instructor)
{
	struct class_member m;
	school();
	const struct class_member_remove boss = { "cell-biology-101", admin.user->id }, self = { "cell-biology-101", ines.user->id };
	WELL(people_class_leave(&h.a, h.people, h.db, &as_ines, &boss));
	FAILS(FAULT_EXISTS, people_class_leave(&h.a, h.people, h.db, &as_ines, &self));
	const struct class_member_set down = { "cell-biology-101", ines.user->id, "learner" };
	FAILS(FAULT_EXISTS, people_class_set_member(&m, &h.a, h.people, h.db, &as_ines, &down));
	const struct class_member_set pupil = { "cell-biology-101", lea.user->id, "instructor" };
	FAILS(FAULT_INPUT, people_class_set_member(&m, &h.a, h.people, h.db, &as_ines, &pupil));   /* her account may not */
	const struct class_member_remove hers = { "cell-biology-101", lea.user->id };
	WELL(people_class_leave(&h.a, h.people, h.db, &as_lea, &hers));
	FAILS(FAULT_ABSENT, people_class_leave(&h.a, h.people, h.db, &as_ines, &hers));
	hall_close(&h);
}
END_TEST

START_TEST(a_role_and_a_block_hold_from_the_next_call_on)
{
	struct people_session s;
	struct user u;
	school();
	WELL(enter(&s, &h, lea.token));
	ck_assert_int_eq(s.role, ROLE_LEARNER);
	const struct user_update up = { .id = lea.user->id, .role = "instructor" };
	WELL(people_user_update(&u, &h.a, h.people, h.db, &up));
	WELL(enter(&s, &h, lea.token));
	ck_assert_int_eq(s.role, ROLE_INSTRUCTOR);
	const struct user_update block = { .id = lea.user->id, .status = "blocked" };
	WELL(people_user_update(&u, &h.a, h.people, h.db, &block));
	ck_assert_str_eq(u.status, "blocked");
	FAILS(FAULT_DENIED, enter(&s, &h, lea.token));
	struct signed_in in = { 0 };
	const struct auth_refresh again = { lea.refresh_token };
	FAILS(FAULT_DENIED, people_refresh(&in, &h.a, h.people, h.db, &again));
	hall_close(&h);
}
END_TEST

START_TEST(the_last_administrator_stays_one)
{
	struct user u;
	school();
	const struct user_update down = { .id = admin.user->id, .role = "learner" }, block = { .id = admin.user->id, .status = "blocked" };
	FAILS(FAULT_EXISTS, people_user_update(&u, &h.a, h.people, h.db, &down));
	FAILS(FAULT_EXISTS, people_user_update(&u, &h.a, h.people, h.db, &block));
	FAILS(FAULT_EXISTS, people_delete(&h.a, h.people, h.db, admin.user->id));
	const struct user_update second = { .id = ines.user->id, .role = "admin" };
	WELL(people_user_update(&u, &h.a, h.people, h.db, &second));
	WELL(people_user_update(&u, &h.a, h.people, h.db, &down));
	ck_assert_str_eq(u.role, "learner");
	hall_close(&h);
}
END_TEST

START_TEST(accounts_are_found_by_name_and_role)
{
	struct users list = { 0 };
	school();
	const struct user_list by_name = { .search = "LEA" }, by_role = { .role = "instructor" }, broken = { .cursor = "x" };
	WELL(people_user_list(&list, &h.a, h.people, h.db, &by_name));
	ck_assert_int_eq(list.total, 1);
	ck_assert_str_eq(((struct user *)list.items.items)->id, lea.user->id);
	WELL(people_user_list(&list, &h.a, h.people, h.db, &by_role));
	ck_assert_int_eq(list.total, 1);
	FAILS(FAULT_INPUT, people_user_list(&list, &h.a, h.people, h.db, &broken));
	hall_close(&h);
}
END_TEST

START_TEST(a_deleted_account_leaves_no_session_membership_or_name)
{
	struct people_session s;
	struct user u;
	struct class c;
	school();
	WELL(people_delete(&h.a, h.people, h.db, lea.user->id));
	FAILS(FAULT_DENIED, enter(&s, &h, lea.token));
	FAILS(FAULT_ABSENT, people_user(&u, &h.a, h.people, h.db, lea.user->id));
	WELL(people_class_get(&c, &h.a, h.people, h.db, &as_ines, "cell-biology-101"));
	ck_assert_int_eq(c.members, 2);
	struct text_list owners;
	WELL(store_owners(&owners, &h.a, h.db));
	for (size_t i = 0; i < owners.count; i++)
		ck_assert_str_ne(owners.items[i], lea.user->id);
	hall_close(&h);
}
END_TEST

START_TEST(an_audit_is_read_from_the_newest_back)
{
	struct audit_rows rows = { 0 };
	school();
	for (int i = 0; i < 5; i++)
		WELL(people_audit(h.people, h.db, &as_ines, "class.members", i % 2 ? lea.user->id : NULL, "chem"));
	struct audit_list req = { .limit = 2 };
	size_t seen = 0;
	for (int pages = 0; pages < 9; pages++) {
		WELL(people_audit_list(&rows, &h.a, h.people, h.db, &req));
		seen += rows.items.count;
		if ((req.cursor = rows.cursor) == NULL)
			break;
	}
	ck_assert_uint_eq(seen, 5);
	const struct audit_list of = { .subject = lea.user->id, .actor = ines.user->id };
	WELL(people_audit_list(&rows, &h.a, h.people, h.db, &of));
	ck_assert_uint_eq(rows.items.count, 2);
	ck_assert_str_eq(((struct audit_row *)rows.items.items)->role, "instructor");
	hall_close(&h);
}
END_TEST

TESTS("people class", a_class_is_seen_by_its_members_and_by_nobody_else, only_who_teaches_a_class_changes_it,
	a_learner_sees_the_instructors_and_himself_only, lists_go_on_where_a_page_ended,
	a_code_ends_with_its_time_its_uses_and_its_class, who_joins_another_class_stays_signed_in_elsewhere,
	a_code_taken_back_lets_nobody_in, a_code_for_a_learner_lets_her_into_her_own_account_once,
	a_code_for_somebody_gives_no_more_than_a_learner_has,
	a_class_keeps_an_instructor, a_role_and_a_block_hold_from_the_next_call_on,
	the_last_administrator_stays_one, accounts_are_found_by_name_and_role,
	a_deleted_account_leaves_no_session_membership_or_name, an_audit_is_read_from_the_newest_back)

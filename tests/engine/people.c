/* People at the door: what a token makes of a call. */
#include "engine_test.h"

static struct world w;

static struct signed_in
come_in(void)
{
	const struct principal was = w.who;
	const struct auth_guest req = { .role = "learner" };
	struct signed_in *in;
	w.who = (struct principal){ .role = ROLE_NONE };
	WELL(ask_engine(&in, &w, "auth.guest", &req));
	w.who = was;
	return *in;
}

START_TEST(no_token_is_nobody_and_a_wrong_one_is_refused)
{
	struct principal who = { .role = ROLE_ADMIN };
	world_open(&w);
	WELL(engine_principal(&who, w.engine, NULL));
	ck_assert_int_eq(who.role, ROLE_NONE);
	WELL(engine_principal(&who, w.engine, ""));
	ck_assert_int_eq(who.role, ROLE_NONE);
	FAILS(FAULT_DENIED, engine_principal(&who, w.engine, "stoa_wrong"));
	world_close(&w);
}
END_TEST

START_TEST(a_guest_sees_who_he_is_and_is_out_when_he_logs_out)
{
	struct settings *me;
	struct nothing *done;
	world_open(&w);
	struct signed_in in = come_in();
	WELL(engine_principal(&w.who, w.engine, in.token));
	ck_assert_str_eq(w.who.user, in.user->id);
	WELL(ask_engine(&me, &w, "me.get", NULL));
	ck_assert_str_eq(me->id, in.user->id);
	ck_assert_str_eq(me->role, "guest");
	const struct auth_logout req = { .everywhere = false };
	WELL(ask_engine(&done, &w, "auth.logout", &req));
	FAILS(FAULT_DENIED, engine_principal(&w.who, w.engine, in.token));
	world_close(&w);
}
END_TEST

START_TEST(a_name_can_be_changed_and_id_and_role_cannot)
{
	struct settings *me;
	const char *code = NULL;
	struct signed_in *in;
	world_open(&w);
	WELL(engine_first_admin(&code, &w.arena, w.engine));
	const struct auth_join req = { .code = code, .name = "Ada" };
	w.who = (struct principal){ .role = ROLE_NONE };
	WELL(ask_engine(&in, &w, "auth.join", &req));
	WELL(engine_principal(&w.who, w.engine, in->token));
	ck_assert_int_eq(w.who.role, ROLE_ADMIN);
	const struct settings change = { .name = "Augusta", .role = "guest", .id = "f", .language = "en" };
	WELL(ask_engine(&me, &w, "me.update", &change));
	ck_assert_str_eq(me->name, "Augusta");
	ck_assert_str_eq(me->role, "admin");
	ck_assert_str_eq(me->id, w.who.user);
	ck_assert_str_eq(me->language, "en");
	WELL(ask_engine(&me, &w, "me.get", NULL));
	ck_assert_str_eq(me->name, "Augusta");
	world_close(&w);
}
END_TEST

START_TEST(a_key_given_again_does_not_give_anothers_token)
{
	const struct auth_guest req = { .role = "learner" };
	const struct call_options options = { .idempotency_key = "0123456789abcdef0123456789abcdef" };
	const struct principal nobody = { .role = ROLE_NONE };
	void *one = NULL, *two = NULL;
	world_open(&w);
	WELL(engine_call(&one, &w.arena, w.engine, &nobody, "auth.guest", &req, &options));
	WELL(engine_call(&two, &w.arena, w.engine, &nobody, "auth.guest", &req, &options));
	ck_assert_str_ne(((struct signed_in *)one)->token, ((struct signed_in *)two)->token);
	world_close(&w);
}
END_TEST

/* Come in by a code; the caller is he from now on. */
static void
join_as(const char *code, const char *name)
{
	struct signed_in *in;
	const struct auth_join req = { .code = code, .name = name };
	w.who = (struct principal){ .role = ROLE_NONE };
	WELL(ask_engine(&in, &w, "auth.join", &req));
	WELL(engine_principal(&w.who, w.engine, in->token));
}

/* An administrator with a class, and a learner in it. */
static void
school(struct principal *admin, struct principal *lea)
{
	const char *code = NULL;
	struct class *c;
	struct join_code *made;
	WELL(engine_first_admin(&code, &w.arena, w.engine));
	join_as(code, "Ada");
	*admin = w.who;
	const struct class_create bio = { .id = "biology", .title = "Biology" };
	WELL(ask_engine(&c, &w, "class.create", &bio));
	const struct join_code_make make = { .id = "biology" };
	WELL(ask_engine(&made, &w, "class.join_code", &make));
	join_as(made->code, "Lea");
	*lea = w.who;
}

START_TEST(every_access_to_anothers_data_leaves_a_row)
{
	struct principal admin, lea;
	struct class_members *members;
	struct users *users;
	struct user *user;
	struct audit_rows *rows;
	struct settings *me;
	world_open(&w);
	school(&admin, &lea);
	const struct class_members_list of = { .id = "biology" };
	const struct user_list all = { .limit = 10 };
	const struct user_update up = { .id = lea.user, .role = "instructor" };
	const struct audit_list audit = { .limit = 100 };
	w.who = admin;
	WELL(ask_engine(&members, &w, "class.members", &of));
	WELL(ask_engine(&users, &w, "user.list", &all));
	WELL(ask_engine(&user, &w, "user.update", &up));
	WELL(ask_engine(&me, &w, "me.get", NULL));      /* his own: no row */
	WELL(ask_engine(&rows, &w, "audit.list", &audit));
	ck_assert_uint_eq(rows->items.count, 3);
	const struct audit_row *row = rows->items.items;
	ck_assert_str_eq(row[0].operation, "user.update");
	ck_assert_str_eq(row[0].subject, lea.user);
	ck_assert_str_eq(row[0].actor, admin.user);
	w.who = lea;
	FAILS(FAULT_DENIED, ask_engine(&rows, &w, "audit.list", &audit));
	world_close(&w);
}
END_TEST

START_TEST(what_is_deleted_is_gone_and_nobody_elses_is)
{
	struct principal admin, lea;
	struct conversation *c;
	struct exported *x;
	struct nothing *n;
	struct conversations *list;
	world_open(&w);
	school(&admin, &lea);
	const struct conversation_create talk = { .title = "Plankton" };
	const struct export_run run = { .format = "json" };
	const struct conversation_list all = { .status = "all" };
	WELL(ask_engine(&c, &w, "conversation.create", &talk));
	WELL(ask_engine(&x, &w, "me.export", &run));
	ck_assert_ptr_nonnull(strstr(x->body, "\"name\":\"Lea\""));
	ck_assert_ptr_nonnull(strstr(x->body, "\"biology\""));
	ck_assert_ptr_nonnull(strstr(x->body, "Plankton"));
	ck_assert_ptr_null(strstr(x->body, "Ada"));
	w.who = admin;
	WELL(ask_engine(&c, &w, "conversation.create", &talk));
	w.who = lea;
	WELL(ask_engine(&n, &w, "me.delete", NULL));
	WELL(ask_engine(&list, &w, "conversation.list", &all));   /* with the rights he had a moment ago */
	ck_assert_int_eq(list->total, 0);
	w.who = admin;
	WELL(ask_engine(&list, &w, "conversation.list", &all));
	ck_assert_int_eq(list->total, 1);
	FAILS(FAULT_EXISTS, ask_engine(&n, &w, "me.delete", NULL));   /* the last administrator */
	WELL(ask_engine(&list, &w, "conversation.list", &all));
	ck_assert_int_eq(list->total, 1);
	world_close(&w);
}
END_TEST

START_TEST(a_guest_who_cannot_come_back_is_forgotten)
{
	struct conversation *c;
	struct conversations *list;
	struct settings *me;
	int64_t next_ms = 0;
	world_open(&w);
	struct signed_in early = come_in();
	WELL(engine_principal(&w.who, w.engine, early.token));
	const struct principal guest = w.who;
	const struct conversation_create talk = { .title = "Plankton" };
	const struct conversation_list all = { .status = "all" };
	WELL(ask_engine(&c, &w, "conversation.create", &talk));
	w.still.now_ms += INT64_C(89) * 86400000;      /* a refresh token is good for ninety days */
	WELL(engine_tend(&next_ms, w.engine, NULL));
	WELL(ask_engine(&list, &w, "conversation.list", &all));
	ck_assert_int_eq(list->total, 1);
	struct signed_in late = come_in();
	w.still.now_ms += INT64_C(2) * 86400000;
	WELL(engine_tend(&next_ms, w.engine, NULL));
	w.who = guest;
	WELL(ask_engine(&list, &w, "conversation.list", &all));
	ck_assert_int_eq(list->total, 0);
	WELL(ask_engine(&me, &w, "me.get", NULL));
	ck_assert_ptr_null(me->id);
	struct signed_in *again;
	const struct auth_refresh req = { late.refresh_token };
	WELL(ask_engine(&again, &w, "auth.refresh", &req));
	ck_assert_str_eq(again->user->id, late.user->id);
	world_close(&w);
}
END_TEST

TESTS("people at the door", no_token_is_nobody_and_a_wrong_one_is_refused,
	a_guest_sees_who_he_is_and_is_out_when_he_logs_out,
	a_name_can_be_changed_and_id_and_role_cannot,
	a_key_given_again_does_not_give_anothers_token, every_access_to_anothers_data_leaves_a_row,
	what_is_deleted_is_gone_and_nobody_elses_is, a_guest_who_cannot_come_back_is_forgotten)

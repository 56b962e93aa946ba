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

TESTS("people at the door", no_token_is_nobody_and_a_wrong_one_is_refused,
	a_guest_sees_who_he_is_and_is_out_when_he_logs_out,
	a_name_can_be_changed_and_id_and_role_cannot,
	a_key_given_again_does_not_give_anothers_token)

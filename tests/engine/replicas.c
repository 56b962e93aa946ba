/* Several engines on one PostgreSQL: what is counted and held, is so for all. */
#include "engine_test.h"
#include "../../src/engine/engine_in.h"

static struct world w;
static struct engine *other;

static void
open_both(void)
{
	w.config.limits_off = false;
	WELL(engine_open(&w.engine, &w.config));
	WELL(engine_open(&other, &w.config));
	struct vault_secret s = test_key(7);
	WELL(engine_seal_new(w.engine, SLOT_KEY_FILE, &s, "test"));
	WELL(engine_unlock(other, SLOT_KEY_FILE, &s));
	vault_secret_clear(&s);
}

static void
close_both(void)
{
	engine_close(other);
	world_close(&w);
}

static enum fault
call_at(struct engine *e, const char *user, const char *operation, const void *request)
{
	struct principal who = { .role = ROLE_LEARNER };
	void *reply = NULL;
	snprintf(who.user, sizeof who.user, "%s", user);
	return engine_call(&reply, &w.arena, e, &who, operation, request, NULL);
}

START_TEST(what_a_user_asks_is_counted_for_all_servers_together)
{
	static const char ann[] = "000000000000000000000000000000aa", ben[] = "000000000000000000000000000000bb";
	const struct message_send ask = { .content = "What do ribosomes translate?" };
	const struct export_run all = { .format = "json" };
	world_make(&w);
	w.config.rates[LIMIT_ASK] = (struct engine_rate){ 3, 3600000 };
	w.config.rates[LIMIT_EXPORT] = (struct engine_rate){ 1, 3600000 };
	w.config.rates[LIMIT_GENERAL] = (struct engine_rate){ 2, 3600000 };
	open_both();
	WELL(call_at(w.engine, ann, "message.send", &ask));
	WELL(call_at(other, ann, "message.send", &ask));
	WELL(call_at(w.engine, ann, "message.send", &ask));
	FAILS(FAULT_OFTEN, call_at(other, ann, "message.send", &ask));
	ck_assert_int_eq(fault_retry_ms(), 1200000);
	FAILS(FAULT_OFTEN, call_at(w.engine, ann, "message.send", &ask));
	WELL(call_at(other, ben, "message.send", &ask));
	WELL(call_at(other, ann, "me.export", &all));
	FAILS(FAULT_OFTEN, call_at(w.engine, ann, "me.export", &all));
	WELL(call_at(other, ben, "me.get", NULL));
	WELL(call_at(w.engine, ben, "me.get", NULL));
	FAILS(FAULT_OFTEN, call_at(other, ben, "me.get", NULL));
	WELL(call_at(other, ann, "me.get", NULL));
	w.still.now_ms += 1200000;
	WELL(call_at(other, ann, "message.send", &ask));
	FAILS(FAULT_OFTEN, call_at(w.engine, ann, "message.send", &ask));
	w.still.now_ms += 7200000;
	int64_t next_ms;
	WELL(engine_tend(&next_ms, other, NULL));
	WELL(call_at(w.engine, ann, "message.send", &ask));
	close_both();
}
END_TEST

struct taker { struct engine *engine; int taken; };

static void *
take_tokens(void *arg)
{
	struct taker *t = arg;
	for (int i = 0; i < 40; i++) {
		struct store *db = NULL;
		WELL(pool_take(&db, t->engine, ""));
		enum fault f = limits_take_shared(&t->engine->limits, db, "somebody", LIMIT_ASK, w.still.now_ms);
		ck_assert(f == FAULT_NONE || f == FAULT_OFTEN);
		t->taken += f == FAULT_NONE;
		pool_put(t->engine, db);
	}
	return NULL;
}

START_TEST(of_tokens_taken_at_once_none_is_given_twice)
{
	struct taker takers[4];
	pthread_t threads[4];
	int taken = 0;
	world_make(&w);
	w.config.rates[LIMIT_ASK] = (struct engine_rate){ 50, 3600000 };
	open_both();
	for (size_t i = 0; i < COUNT_OF(threads); i++) {
		takers[i] = (struct taker){ i % 2 ? other : w.engine, 0 };
		ck_assert_int_eq(pthread_create(&threads[i], NULL, take_tokens, &takers[i]), 0);
	}
	for (size_t i = 0; i < COUNT_OF(threads); i++) {
		pthread_join(threads[i], NULL);
		taken += takers[i].taken;
	}
	ck_assert_int_eq(taken, 50);
	close_both();
}
END_TEST

START_TEST(the_budget_of_a_day_is_one_for_all_servers)
{
	int64_t day = 0;
	world_make(&w);
	open_both();
	struct llm_purse one = purse_of(w.engine), two = purse_of(other);
	WELL(one.reserve(&day, .6, 1, one.arg));
	FAILS(FAULT_LIMIT, two.reserve(&day, .6, 1, two.arg));
	one.settle(day, .6, .1, one.arg);
	ck_assert_double_eq_tol(purse_spent(other), .1, 1e-9);
	WELL(two.reserve(&day, .6, 1, two.arg));
	FAILS(FAULT_LIMIT, one.reserve(&day, 1.5, 1, one.arg));
	WELL(one.reserve(&day, 5, 0, one.arg));         /* no budget: only counted */
	w.still.now_ms += 24 * 3600000;
	ck_assert_double_eq_tol(purse_spent(w.engine), 0, 1e-9);
	WELL(two.reserve(&day, .9, 1, two.arg));
	close_both();
}
END_TEST

START_TEST(what_one_server_is_doing_another_does_not_begin)
{
	struct call one = { .who = &w.who }, two = { .who = &w.who };
	world_make(&w);
	open_both();
	one.e = w.engine;
	two.e = other;
	WELL(pool_take(&one.db, one.e, ""));
	WELL(pool_take(&two.db, two.e, ""));
	WELL(doing_begin(&one, "question", true));
	FAILS(FAULT_BUSY, doing_begin(&two, "question", true));
	FAILS(FAULT_BUSY, doing_begin(&one, "question", true));
	WELL(doing_begin(&two, "another", true));
	doing_end(&one, "question", true);
	WELL(doing_begin(&two, "question", true));
	FAILS(FAULT_BUSY, doing_begin(&one, "question", true));
	doing_end(&two, "question", true);
	doing_end(&two, "another", true);
	pool_put(one.e, one.db);
	pool_put(two.e, two.db);
	close_both();
}
END_TEST

TESTS_OF_POSTGRES("replicas", what_a_user_asks_is_counted_for_all_servers_together,
	of_tokens_taken_at_once_none_is_given_twice, the_budget_of_a_day_is_one_for_all_servers,
	what_one_server_is_doing_another_does_not_begin)

/* The door: who may ask what, how often, and with what. */
#include <pthread.h>

#include "engine_test.h"

static struct world w;

/* A request of op that passes record_check() and does no harm. */
static void *
request_for(const struct operation *op, struct arena *a)
{
	unsigned char *r = record_new(a, op->request);
	for (size_t i = 0; i < op->request->count; i++) {
		const struct field *f = &op->request->fields[i];
		if (f->kind == FIELD_TEXT && f->flags & FIELD_REQUIRED)
			*(const char **)(r + f->offset) = f->choices == NULL ? "0123456789abcdef0123456789abcdee" :
				arena_strndup(a, f->choices, strcspn(f->choices, "|"));
	}
	return r;
}

START_TEST(every_operation_asks_for_its_role)
{
	size_t count;
	const struct operation *all = operations(&count);
	world_open(&w);
	for (size_t i = 0; i < count; i++)
		for (enum role role = ROLE_NONE; role <= ROLE_ADMIN; role++) {
			void *reply = NULL;
			w.who.role = role;
			enum fault f = ask_engine(&reply, &w, all[i].id, request_for(&all[i], &w.arena));
			bool kept_out = f == FAULT_DENIED && strstr(fault_sentence(), "needs the role") != NULL;
			ck_assert_msg(kept_out == (role < all[i].least), "%s as %s: %s %s", all[i].id,
				role_name(role), fault_name(f), fault_sentence());
			ck_assert_msg(f == FAULT_NONE || reply == NULL, "%s", all[i].id);
		}
	world_close(&w);
}
END_TEST

START_TEST(every_operation_has_somebody_who_does_it)
{
	size_t count;
	const struct operation *all = operations(&count);
	world_open(&w);
	for (size_t i = 0; i < count; i++) {
		void *reply;
		enum fault f = ask_engine(&reply, &w, all[i].id, request_for(&all[i], &w.arena));
		ck_assert_msg(f != FAULT_ABSENT || strstr(fault_sentence(), "no operation") == NULL, "%s", all[i].id);
	}
	void *reply;
	FAILS(FAULT_ABSENT, ask_engine(&reply, &w, "no.such", NULL));
	world_close(&w);
}
END_TEST

START_TEST(what_is_sealed_is_refused_while_locked_and_the_rest_is_not)
{
	size_t count;
	const struct operation *all = operations(&count);
	world_open(&w);
	w.who.role = ROLE_ADMIN;
	engine_lock(w.engine);
	for (size_t i = 0; i < count; i++) {
		void *reply;
		enum fault f = ask_engine(&reply, &w, all[i].id, request_for(&all[i], &w.arena));
		bool open = str_starts(all[i].id, "document.") || str_starts(all[i].id, "passage.") ||
			str_starts(all[i].id, "search.") || str_starts(all[i].id, "health.") ||
			str_starts(all[i].id, "backup.");
		ck_assert_msg((f == FAULT_LOCKED) == !open, "%s: %s", all[i].id, fault_name(f));
	}
	world_close(&w);
}
END_TEST

START_TEST(wrong_records_do_not_pass)
{
	void *reply;
	world_open(&w);
	FAILS(FAULT_INPUT, ask_engine(&reply, &w, "message.send", NULL));
	const struct message_send empty = { .content = "" };
	FAILS(FAULT_INPUT, ask_engine(&reply, &w, "message.send", &empty));
	const struct message_send odd = { .content = "x", .mode = "magic" };
	FAILS(FAULT_INPUT, ask_engine(&reply, &w, "message.send", &odd));
	const struct search_run many = { .query = "x", .k = 1000 };
	FAILS(FAULT_INPUT, ask_engine(&reply, &w, "search.run", &many));
	const struct message_send id = { .content = "x", .id = "not-an-id" };
	FAILS(FAULT_INPUT, ask_engine(&reply, &w, "message.send", &id));
	world_close(&w);
}
END_TEST

START_TEST(hostile_text_in_every_field_breaks_nothing)
{
	static const char *const hostile[] = { "' OR 1=1 --", "\"; DROP TABLE document; --", "NEAR(a b) AND * NOT",
		"%_%\\", "../../no-such/passwd", "\x1b]52;c;x\a", "{\"a\":1}", "\xE2\x80\xAE", "a\nb", "-1", "((((((", "NULL" };
	size_t count;
	const struct operation *all = operations(&count);
	world_open(&w);
	add_course(&w);
	for (size_t i = 0; i < count; i++)
		for (size_t f = 0; f < all[i].request->count; f++) {
			const struct field *field = &all[i].request->fields[f];
			if (field->kind != FIELD_TEXT)
				continue;
			for (size_t h = 0; h < COUNT_OF(hostile); h++) {
				void *reply;
				unsigned char *r = request_for(&all[i], &w.arena);
				*(const char **)(r + field->offset) = hostile[h];
				enum fault bad = ask_engine(&reply, &w, all[i].id, r);
				ck_assert_msg(bad != FAULT_SYSTEM && bad != FAULT_DAMAGED, "%s.%s = %s: %s %s", all[i].id,
					field->name, hostile[h], fault_name(bad), fault_sentence());
				ck_assert(strstr(fault_sentence(), "syntax") == NULL);
			}
		}
	struct health *health;
	WELL(ask_engine(&health, &w, "health.get", NULL));
	ck_assert_int_eq(health->documents, 1);
	world_close(&w);
}
END_TEST

START_TEST(a_bucket_empties_fills_with_time_and_is_each_users_own)
{
	world_make(&w);
	w.config.limits_off = false;
	WELL(engine_open(&w.engine, &w.config));
	struct documents *list;
	const struct document_list req = { .limit = 1 };
	for (int i = 0; i < 100; i++)
		WELL(ask_engine(&list, &w, "document.list", &req));
	FAILS(FAULT_OFTEN, ask_engine(&list, &w, "document.list", &req));
	ck_assert_str_eq(fault_sentence(), "too often; again in 36 s");   /* 3600 s / 100 */
	ck_assert_int_eq(fault_retry_ms(), 36000);
	w.still.now_ms += 35999;
	FAILS(FAULT_OFTEN, ask_engine(&list, &w, "document.list", &req));
	ck_assert_int_eq(fault_retry_ms(), 1);
	w.still.now_ms -= 35999;
	w.who.user[0] = 'f';
	WELL(ask_engine(&list, &w, "document.list", &req));
	w.who.user[0] = '0';
	w.still.now_ms += 36000;
	WELL(ask_engine(&list, &w, "document.list", &req));
	FAILS(FAULT_OFTEN, ask_engine(&list, &w, "document.list", &req));
	struct health *health;
	WELL(ask_engine(&health, &w, "health.get", NULL));   /* has no limit */
	w.still.now_ms += INT64_C(10) * 86400000;
	for (int i = 0; i < 100; i++)
		WELL(ask_engine(&list, &w, "document.list", &req));
	FAILS(FAULT_OFTEN, ask_engine(&list, &w, "document.list", &req));
	world_close(&w);
}
END_TEST

static atomic_int let_in;

static void *
knock(void *arg)
{
	struct arena a;
	const struct document_list req = { .limit = 1 };
	arena_init(&a);
	for (int i = 0; i < 10; i++) {
		void *reply;
		enum fault f = engine_call(&reply, &a, w.engine, &w.who, "document.list", &req, NULL);
		ck_assert(f == FAULT_NONE || f == FAULT_OFTEN);
		atomic_fetch_add(&let_in, f == FAULT_NONE);
	}
	arena_clear(&a);
	return arg;
}

START_TEST(a_race_for_tokens_lets_in_exactly_as_many_as_there_are)
{
	pthread_t threads[50];
	world_make(&w);
	w.config.limits_off = false;
	w.config.rates[LIMIT_GENERAL] = (struct engine_rate){ 70, 86400000 };
	WELL(engine_open(&w.engine, &w.config));
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, knock, NULL), 0);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(atomic_load(&let_in), 70);
	world_close(&w);
}
END_TEST

START_TEST(rates_can_be_changed_while_calls_run)
{
	struct documents *list;
	const struct document_list req = { .limit = 1 };
	const struct engine_rate few[ENGINE_RATES] = { [LIMIT_GENERAL] = { 2, 1000 } }, many[ENGINE_RATES] = { [LIMIT_GENERAL] = { 5, 1000 } };
	world_make(&w);
	w.config.limits_off = false;
	WELL(engine_open(&w.engine, &w.config));
	engine_set_rates(w.engine, few);
	WELL(ask_engine(&list, &w, "document.list", &req));
	WELL(ask_engine(&list, &w, "document.list", &req));
	FAILS(FAULT_OFTEN, ask_engine(&list, &w, "document.list", &req));
	ck_assert_int_eq(fault_retry_ms(), 500);
	engine_set_rates(w.engine, many);
	w.still.now_ms += 1000;
	for (int i = 0; i < 5; i++)
		WELL(ask_engine(&list, &w, "document.list", &req));
	FAILS(FAULT_OFTEN, ask_engine(&list, &w, "document.list", &req));
	world_close(&w);
}
END_TEST

START_TEST(thousands_of_users_have_a_bucket_each_and_nobody_a_second)
{
	struct principal many = { .role = ROLE_LEARNER };
	const struct document_list req = { .limit = 1 };
	void *list;
	world_make(&w);
	w.config.limits_off = false;
	w.config.rates[LIMIT_GENERAL] = (struct engine_rate){ 2, 1000 };
	WELL(engine_open(&w.engine, &w.config));
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < 3000; i++) {
			snprintf(many.user, sizeof many.user, "%032x", i);
			enum fault f = engine_call(&list, &w.arena, w.engine, &many, "document.list", &req, NULL);
			ck_assert_int_eq(f, round < 2 ? FAULT_NONE : FAULT_OFTEN);
		}
	w.still.now_ms += 500;   /* one token each */
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 3000; i++) {
			snprintf(many.user, sizeof many.user, "%032x", i);
			enum fault f = engine_call(&list, &w.arena, w.engine, &many, "document.list", &req, NULL);
			ck_assert_int_eq(f, round < 1 ? FAULT_NONE : FAULT_OFTEN);
		}
	world_close(&w);
}
END_TEST

START_TEST(nobody_is_told_apart_by_address_and_a_class_may_come_from_one)
{
	const struct principal nobody = { .role = ROLE_NONE };
	const struct auth_guest req = { .role = "learner" };
	void *reply;
	world_make(&w);
	w.config.limits_off = false;
	WELL(engine_open(&w.engine, &w.config));
	struct vault_secret s = test_key(7);
	WELL(engine_seal_new(w.engine, SLOT_KEY_FILE, &s, "test"));
	vault_secret_clear(&s);
	for (int i = 0; i < 120; i++)
		WELL(engine_call(&reply, &w.arena, w.engine, &nobody, "auth.ways", NULL, &(struct call_options){ .address = "192.0.2.1" }));
	WELL(engine_call(&reply, &w.arena, w.engine, &nobody, "auth.guest", &req, &(struct call_options){ .address = "192.0.2.1" }));
	for (int i = 0; i < 1000; i++)
		(void)!engine_call(&reply, &w.arena, w.engine, &nobody, "auth.ways", NULL, &(struct call_options){ .address = "192.0.2.1" });
	FAILS(FAULT_OFTEN, engine_call(&reply, &w.arena, w.engine, &nobody, "auth.ways", NULL, &(struct call_options){ .address = "192.0.2.1" }));
	WELL(engine_call(&reply, &w.arena, w.engine, &nobody, "auth.ways", NULL, &(struct call_options){ .address = "192.0.2.2" }));
	world_close(&w);
}
END_TEST

START_TEST(a_call_that_was_cancelled_before_does_nothing)
{
	struct cancel asked = { true };
	void *reply = NULL;
	world_open(&w);
	const struct document_add req = { .path = w.course };
	FAILS(FAULT_CANCELLED, engine_call(&reply, &w.arena, w.engine, &w.who, "document.add", &req, &(struct call_options){ .cancel = &asked }));
	struct health *health;
	WELL(ask_engine(&health, &w, "health.get", NULL));
	ck_assert_int_eq(health->documents, 0);
	world_close(&w);
}
END_TEST

START_TEST(the_log_holds_ids_and_none_of_the_words)
{
	char path[160];
	struct text t;
	void *reply;
	world_open(&w);
	snprintf(path, sizeof path, "%s/log", w.dir);
	WELL(log_open(path, LOG_DEBUG, false));
	const struct message_send req = { .content = "canaryword in the question" };
	WELL(ask_engine(&reply, &w, "message.send", &req));
	const struct search_run search = { .query = "canaryword" };
	WELL(ask_engine(&reply, &w, "search.run", &search));
	log_close();
	text_init(&t, 1 << 20);
	WELL(file_read(&t, path));
	ck_assert_ptr_nonnull(strstr(t.data, "op=message.send user=0123456789abcdef0123456789abcdef role=learner result=NONE"));
	ck_assert_ptr_null(strstr(t.data, "canaryword"));
	text_clear(&t);
	world_close(&w);
}
END_TEST

START_TEST(an_id_of_a_request_that_is_no_word_is_not_in_the_log)
{
	char path[160];
	struct text t;
	void *reply;
	world_open(&w);
	snprintf(path, sizeof path, "%s/log", w.dir);
	WELL(log_open(path, LOG_DEBUG, true));
	WELL(engine_call(&reply, &w.arena, w.engine, &w.who, "health.get", NULL, &(struct call_options){ .request_id = "good-1" }));
	WELL(engine_call(&reply, &w.arena, w.engine, &w.who, "health.get", NULL, &(struct call_options){ .request_id = "bad role=admin \"x\"\n" }));
	log_close();
	text_init(&t, 1 << 20);
	WELL(file_read(&t, path));
	ck_assert_ptr_nonnull(strstr(t.data, "good-1"));
	ck_assert_ptr_null(strstr(t.data, "admin"));
	text_clear(&t);
	world_close(&w);
}
END_TEST

START_TEST(calls_are_counted_by_operation_result_and_time)
{
	world_open(&w);
	struct health *health;
	struct document *d;
	WELL(ask_engine(&health, &w, "health.get", NULL));
	FAILS(FAULT_ABSENT, ask_engine(&d, &w, "document.get", &(struct id_request){ "nobody" }));
	struct engine_counters n;
	engine_counters(&n, &w.arena, w.engine);
	uint64_t calls = 0;
	for (size_t i = 0; i < n.operation_count; i++) {
		const struct operation_counters *row = &n.operations[i];
		calls += row->calls;
		if (str_same(row->operation, "document.get"))
			ck_assert_uint_eq(row->faults[FAULT_ABSENT], 1);
		if (str_same(row->operation, "health.get"))
			ck_assert_uint_eq(row->faults[FAULT_NONE], 1);
		if (str_same(row->operation, "health.get"))
			ck_assert_uint_eq(row->latency[0], 1);
	}
	ck_assert_uint_eq(calls, 2);
	ck_assert_int_eq(n.running, 0);
	world_close(&w);
}
END_TEST

START_TEST(no_token_is_nobody_and_an_unknown_one_is_refused)
{
	struct principal who;
	world_open(&w);
	WELL(engine_principal(&who, w.engine, NULL));
	ck_assert_int_eq(who.role, ROLE_NONE);
	WELL(engine_principal(&who, w.engine, ""));
	ck_assert_str_eq(who.user, "");
	FAILS(FAULT_DENIED, engine_principal(&who, w.engine, "0123456789abcdef"));
	ck_assert(engine_does("message.send"));
	ck_assert(!engine_does("no.such"));
	world_close(&w);
}
END_TEST

TESTS("call", every_operation_asks_for_its_role, every_operation_has_somebody_who_does_it,
	what_is_sealed_is_refused_while_locked_and_the_rest_is_not, wrong_records_do_not_pass,
	hostile_text_in_every_field_breaks_nothing,
	a_bucket_empties_fills_with_time_and_is_each_users_own,
	a_race_for_tokens_lets_in_exactly_as_many_as_there_are,
	rates_can_be_changed_while_calls_run, thousands_of_users_have_a_bucket_each_and_nobody_a_second,
	nobody_is_told_apart_by_address_and_a_class_may_come_from_one,
	a_call_that_was_cancelled_before_does_nothing, the_log_holds_ids_and_none_of_the_words,
	an_id_of_a_request_that_is_no_word_is_not_in_the_log,
	calls_are_counted_by_operation_result_and_time, no_token_is_nobody_and_an_unknown_one_is_refused)

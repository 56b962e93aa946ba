/* A model through the engine: answers verified, money remembered, failures borne. */
#include <pthread.h>

#include "../support/endpoint.h"
#include "engine_test.h"

static struct world w;
static struct endpoint *endpoint;

static void
open_with(const char *script, double budget_usd)
{
	endpoint = endpoint_start(script);
	world_make(&w);
	w.config.llm_base_url = endpoint_url(endpoint);
	w.config.llm_model = "test";
	w.config.llm_connect_ms = w.config.llm_first_token_ms = 5000;
	w.config.llm_total_ms = 10000;
	w.config.llm_input_usd_per_mtok = 1000;   /* so that one answer costs something */
	w.config.llm_output_usd_per_mtok = 1000;
	w.config.llm_daily_budget_usd = budget_usd;
	WELL(engine_open(&w.engine, &w.config));
	struct vault_secret s = test_key(7);
	WELL(engine_seal_new(w.engine, SLOT_KEY_FILE, &s, "test"));
	vault_secret_clear(&s);
	add_course(&w);
}

static void
reopen(void)
{
	engine_close(w.engine);
	WELL(engine_open(&w.engine, &w.config));
	struct vault_secret s = test_key(7);
	WELL(engine_unlock(w.engine, SLOT_KEY_FILE, &s));
	vault_secret_clear(&s);
}

static void
close_all(void)
{
	world_close(&w);
	endpoint_stop(endpoint);
}

static struct message *
ask(const char *question)
{
	const struct message_send req = { .content = question };
	struct message *m = NULL;
	WELL(ask_engine(&m, &w, "message.send", &req));
	return m;
}

START_TEST(a_model_answers_with_quotations_that_hold)
{
	open_with("answer", 0);
	struct health *h;
	WELL(ask_engine(&h, &w, "health.get", NULL));
	ck_assert(h->model);
	struct message *m = ask("What does the mitochondrion produce?");
	ck_assert_str_eq(m->status, "answered");
	ck_assert_str_eq(m->mode, "model");
	ck_assert_str_eq(m->model, "test");
	ck_assert_ptr_nonnull(m->usage);
	ck_assert(m->usage->cost_usd > 0);
	const struct citation *c = m->citations.items;
	ck_assert_uint_ge(m->citations.count, 1);
	for (size_t i = 0; i < m->citations.count; i++)
		ck_assert(c[i].verified);
	WELL(record_check(&record_message, m));
	close_all();
}
END_TEST

START_TEST(a_model_that_invents_is_not_believed)
{
	open_with("invent", 0);
	struct message *m = ask("What does the mitochondrion produce?");
	const struct citation *c = m->citations.items;
	for (size_t i = 0; i < m->citations.count; i++)
		ck_assert(c[i].verified);
	const struct sentence *s = m->sentences.items;
	int64_t cited = 0;
	for (size_t i = 0; i < m->sentences.count; i++) {
		ck_assert_int_le(s[i].citation, (int64_t)m->citations.count);
		cited += s[i].citation > 0;
	}
	ck_assert_int_eq(m->support->verified, cited);
	close_all();
}
END_TEST

START_TEST(a_model_that_fails_leaves_the_extractive_answer)
{
	static const char *const scripts[] = { "malformed-whole", "hang-up", "not-http", "page", "status:401" };
	for (size_t i = 0; i < COUNT_OF(scripts); i++) {
		open_with(scripts[i], 0);
		struct message *m = ask("What does the mitochondrion produce?");
		ck_assert_msg(str_same(m->status, "answered"), "%s: %s", scripts[i], m->status);
		ck_assert_str_eq(m->mode, "extractive");
		ck_assert_ptr_nonnull(m->note);
		ck_assert_ptr_nonnull(strstr(m->content, "adenosine triphosphate"));
		close_all();
	}
}
END_TEST

START_TEST(what_was_spent_today_is_remembered_across_starts)
{
	open_with("answer", 8);
	struct message *m = ask("What does the mitochondrion produce?");
	ck_assert_str_eq(m->mode, "model");
	for (int i = 0; i < 100 && str_same(m->mode, "model"); i++)
		m = ask("What does the mitochondrion produce?");
	ck_assert_str_eq(m->mode, "extractive");
	unsigned before = endpoint_count(endpoint);
	reopen();
	m = ask("What do ribosomes translate?");
	ck_assert_str_eq(m->mode, "extractive");
	ck_assert_ptr_nonnull(m->note);
	ck_assert_uint_eq(endpoint_count(endpoint), before);
	w.still.now_ms += 86400000;   /* another day, another budget */
	reopen();
	m = ask("Where does the Calvin cycle take place?");
	ck_assert_str_eq(m->mode, "model");
	close_all();
}
END_TEST

static double
spent_kept(void)
{
	/* What one more answer may cost shows in the refusal: "... 1.2345 are spent". */
	w.still.now_ms += 1000;
	struct message *m = ask("What do ribosomes translate?");
	const char *at = m->note != NULL ? strstr(m->note, "dollars: ") : NULL;
	return at != NULL ? strtod(at + strlen("dollars: "), NULL) : -1;
}

START_TEST(unlocking_again_does_not_count_money_twice)
{
	open_with("answer", 8);
	struct message *m = ask("What does the mitochondrion produce?");
	for (int i = 0; i < 100 && str_same(m->mode, "model"); i++)
		m = ask("What does the mitochondrion produce?");
	double spent = spent_kept();
	ck_assert(spent > 0);
	for (int i = 0; i < 3; i++) {
		engine_lock(w.engine);
		struct vault_secret s = test_key(7);
		WELL(engine_unlock(w.engine, SLOT_KEY_FILE, &s));
		vault_secret_clear(&s);
	}
	ck_assert_double_eq(spent_kept(), spent);
	close_all();
}
END_TEST

static enum fault
spoil(struct store *db, void *arg)
{
	static const char id[] = "7370656e740000000000000000000001";
	(void)arg;
	return store_put(db, KIND_SETTING, id, id, "{\"usd\":\"much\"}", 14);
}

START_TEST(a_strange_record_of_what_was_spent_does_not_keep_the_history_shut)
{
	open_with("answer", 8);
	(void)ask("What does the mitochondrion produce?");
	WELL(engine_lend(w.engine, "", spoil, NULL));
	reopen();
	struct lock_state state;
	WELL(engine_lock_state(&state, w.engine));
	ck_assert(!state.locked);
	ck_assert_str_eq(ask("What do ribosomes translate?")->mode, "model");
	close_all();
}
END_TEST

START_TEST(without_a_base_url_nothing_is_ever_sent)
{
	endpoint = endpoint_start("answer");
	world_make(&w);
	w.config.llm_model = "test";
	WELL(engine_open(&w.engine, &w.config));
	struct vault_secret s = test_key(7);
	WELL(engine_seal_new(w.engine, SLOT_KEY_FILE, &s, "test"));
	vault_secret_clear(&s);
	add_course(&w);
	const struct message_send req = { .content = "What do ribosomes translate?", .mode = "model" };
	struct message *m;
	WELL(ask_engine(&m, &w, "message.send", &req));
	ck_assert_str_eq(m->mode, "extractive");
	ck_assert_uint_eq(endpoint_count(endpoint), 0);
	close_all();
}
END_TEST

static struct cancel cancel;

static void
cancel_at_model(const char *name, const struct record_type *type, const void *record, void *arg)
{
	(void)name;
	if (type == &record_ev_status && str_same(((const struct ev_status *)record)->step, "model")) {
		*(bool *)arg = true;
		atomic_store(&cancel.asked, true);
	}
}

START_TEST(cancel_ends_a_question_that_waits_for_a_model)
{
	bool reached = false;
	open_with("stall", 0);
	const struct message_send req = { .content = "What does the mitochondrion produce?" };
	void *reply = NULL;
	FAILS(FAULT_CANCELLED, engine_call(&reply, &w.arena, w.engine, &w.who, "message.send", &req, &(struct call_options){ .emit = cancel_at_model, .arg = &reached, .cancel = &cancel }));
	ck_assert(reached);
	ck_assert_ptr_null(reply);
	struct conversations *list;
	const struct conversation_list all = { .status = "all" };
	WELL(ask_engine(&list, &w, "conversation.list", &all));
	ck_assert_int_eq(list->total, 1);   /* the question is kept */
	close_all();
}
END_TEST

START_TEST(an_endpoint_that_may_not_be_called_is_refused_at_once)
{
	world_make(&w);
	w.config.llm_base_url = "http://example.com/v1";   /* plain http to another machine */
	w.config.llm_model = "test";
	FAILS(FAULT_INPUT, engine_open(&w.engine, &w.config));
	scratch_remove(w.dir);
}
END_TEST

TESTS("model", a_model_answers_with_quotations_that_hold, a_model_that_invents_is_not_believed,
	a_model_that_fails_leaves_the_extractive_answer,
	what_was_spent_today_is_remembered_across_starts, unlocking_again_does_not_count_money_twice,
	a_strange_record_of_what_was_spent_does_not_keep_the_history_shut, without_a_base_url_nothing_is_ever_sent,
	cancel_ends_a_question_that_waits_for_a_model,
	an_endpoint_that_may_not_be_called_is_refused_at_once)

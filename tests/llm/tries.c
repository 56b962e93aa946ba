/* Tries, waiting, the circuit breaker, money. No test waits: the clock is moved. */
#include <pthread.h>
#include "llm_test.h"

START_TEST(a_failure_before_the_first_delta_is_tried_again)
{
	struct bench b = { 0 };
	bench_open(&b, "500,hang-up,good");
	WELL(bench_ask(&b, NULL));
	ck_assert_int_eq(b.reply.tries, 3);
	ck_assert_str_eq(b.deltas.data, "Light is \xE5\x85\x89.");
	ck_assert_int_eq(b.waits, 2);
	ck_assert_int_le(b.waited_ms[0], 500);
	ck_assert_int_le(b.waited_ms[1], 1000);
	bench_end(&b);
}
END_TEST

START_TEST(a_failure_behind_the_first_delta_is_not_tried_again)
{
	struct bench b = { 0 };
	bench_open(&b, "cut-clean,good");
	FAILS(FAULT_OFFLINE, bench_ask(&b, NULL));
	ck_assert_uint_eq(endpoint_count(b.e), 1);
	ck_assert_int_eq(b.waits, 0);
	bench_end(&b);
}
END_TEST

START_TEST(retry_after_is_honoured_on_top_of_the_jitter)
{
	struct bench b = { 0 };
	bench_open(&b, "429:7,500,good");
	WELL(bench_ask(&b, NULL));
	ck_assert_int_ge(b.waited_ms[0], 7000);
	ck_assert_int_le(b.waited_ms[0], 7500);
	ck_assert_int_le(b.waited_ms[1], 1000);
	bench_end(&b);
}
END_TEST

START_TEST(a_retry_after_longer_than_anybody_waits_ends_at_once)
{
	struct bench b = { 0 };
	bench_open(&b, "429:600,good");
	FAILS(FAULT_BUSY, bench_ask(&b, NULL));
	ck_assert_int_eq(b.waits, 0);
	bench_end(&b);
}
END_TEST

START_TEST(the_jitter_covers_its_whole_range)
{
	struct bench b = { 0 };
	int64_t least = 1000, most = 0;
	bench_start(&b, "429:0");
	b.config.tries = 2;
	bench_open(&b, NULL);
	for (int i = 0; i < 200; i++) {
		b.waits = 0;
		b.counter = (unsigned)i * 37;
		FAILS(FAULT_BUSY, bench_ask(&b, NULL));
		least = b.waited_ms[0] < least ? b.waited_ms[0] : least;
		most = b.waited_ms[0] > most ? b.waited_ms[0] : most;
	}
	ck_assert_int_le(least, 50);
	ck_assert_int_ge(most, 450);
	ck_assert_int_le(most, 500);
	bench_end(&b);
}
END_TEST

/* Every look at the clock takes a while, as a slow endpoint does. */
static int64_t
slow_ms(void *arg)
{
	struct still *s = arg;
	return s->now_ms += 400;
}

static int64_t wait_ends_ms;

static enum fault
wait_and_note(int64_t delay_ms, const struct cancel *cancel, void *arg)
{
	enum fault f = bench_wait(delay_ms, cancel, arg);
	wait_ends_ms = ((struct bench *)arg)->still.now_ms;
	return f;
}

START_TEST(the_waiting_never_passes_the_time_for_all_tries)
{
	for (unsigned i = 0; i < 16; i++) {
		struct bench b = { 0 };
		bench_start(&b, "500");
		b.clock.mono_ms = slow_ms;
		b.counter = i * 37;
		b.config.total_ms = 1000;
		b.config.wait = wait_and_note;
		bench_open(&b, NULL);
		int64_t began_ms = wait_ends_ms = b.still.now_ms;
		FAILS(FAULT_OFFLINE, bench_ask(&b, NULL));
		ck_assert_int_le(wait_ends_ms - began_ms, 800 + b.config.total_ms);   /* two looks before the time begins */
		bench_end(&b);
	}
}
END_TEST

START_TEST(cancelling_ends_the_waiting)
{
	struct bench b = { 0 };
	struct cancel cancel = { 0 };
	bench_open(&b, "500,good");
	b.cancel_in_wait = &cancel;
	FAILS(FAULT_CANCELLED, bench_ask(&b, &cancel));
	ck_assert_uint_eq(endpoint_count(b.e), 1);
	FAILS(FAULT_CANCELLED, bench_ask(&b, &cancel));
	ck_assert_uint_eq(endpoint_count(b.e), 1);
	bench_end(&b);
}
END_TEST

START_TEST(waiting_that_is_not_handed_in_ends_when_cancelled_too)
{
	struct bench b = { 0 };
	struct cancel cancel = { 0 };
	bench_start(&b, "500");
	b.config.wait = NULL;
	b.config.tries = 2;
	bench_open(&b, NULL);
	int64_t began_ms = clock_system.mono_ms(clock_system.arg);
	FAILS(FAULT_OFFLINE, bench_ask(&b, &cancel));
	ck_assert_int_le(clock_system.mono_ms(clock_system.arg) - began_ms, 5000);
	ck_assert_uint_eq(endpoint_count(b.e), 2);
	bench_end(&b);
}
END_TEST

START_TEST(five_failures_open_the_circuit_and_one_success_closes_it)
{
	struct bench b = { 0 };
	bench_open(&b, "500,500,500,500,500,500,good");
	FAILS(FAULT_OFFLINE, bench_ask(&b, NULL));             /* three failures */
	FAILS(FAULT_OFFLINE, bench_ask(&b, NULL));             /* two more, then open: no sixth try */
	ck_assert_uint_eq(endpoint_count(b.e), 5);
	int waits = b.waits;
	FAILS(FAULT_OFFLINE, bench_ask(&b, NULL));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "asked again in"));
	ck_assert_uint_eq(endpoint_count(b.e), 5);
	ck_assert_int_eq(b.waits, waits);
	b.still.now_ms += 30000;
	FAILS(FAULT_OFFLINE, bench_ask(&b, NULL));             /* half open: one probe, no second try */
	ck_assert_uint_eq(endpoint_count(b.e), 6);
	FAILS(FAULT_OFFLINE, bench_ask(&b, NULL));             /* open again */
	ck_assert_uint_eq(endpoint_count(b.e), 6);
	b.still.now_ms += 30000;
	WELL(bench_ask(&b, NULL));
	WELL(bench_ask(&b, NULL));
	ck_assert_uint_eq(endpoint_count(b.e), 8);
	bench_end(&b);
}
END_TEST

START_TEST(refusals_and_429_do_not_open_the_circuit)
{
	struct bench b = { 0 };
	bench_open(&b, "status:404,status:404,status:404,status:404,status:404,status:404,429:600,429:600,429:600,429:600,429:600,429:600,good");
	for (int i = 0; i < 6; i++)
		FAILS(FAULT_INPUT, bench_ask(&b, NULL));
	for (int i = 0; i < 6; i++)
		FAILS(FAULT_BUSY, bench_ask(&b, NULL));
	WELL(bench_ask(&b, NULL));
	bench_end(&b);
}
END_TEST

START_TEST(a_success_between_failures_starts_the_count_anew)
{
	struct bench b = { 0 };
	bench_open(&b, "500,500,good,500,500,good,500,500,good");
	for (int i = 0; i < 3; i++)
		WELL(bench_ask(&b, NULL));
	ck_assert_uint_eq(endpoint_count(b.e), 9);
	bench_end(&b);
}
END_TEST

struct prober { struct bench *b; enum fault fault; };

static void *
probe(void *arg)
{
	struct prober *p = arg;
	const struct llm_message message = { .role = "user", .content = "Q" };
	const struct llm_request req = { .messages = &message, .message_count = 1 };
	struct llm_reply reply;
	p->fault = llm_complete(&reply, p->b->m, &req, NULL, NULL, NULL);
	llm_reply_clear(&reply);
	return NULL;
}

START_TEST(a_half_open_circuit_lets_one_request_through)
{
	struct bench b = { 0 };
	struct prober p = { .b = &b };
	pthread_t thread;
	bench_start(&b, "500,500,500,500,500,slow,good");
	b.config.first_token_ms = 400;
	bench_open(&b, NULL);
	FAILS(FAULT_OFFLINE, bench_ask(&b, NULL));
	FAILS(FAULT_OFFLINE, bench_ask(&b, NULL));
	b.still.now_ms += 30000;
	ck_assert_int_eq(pthread_create(&thread, NULL, probe, &p), 0);
	while (endpoint_count(b.e) < 6)
		sched_yield();
	FAILS(FAULT_OFFLINE, bench_ask(&b, NULL));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "being tried by another"));
	pthread_join(thread, NULL);
	ck_assert_int_eq(p.fault, FAULT_OFFLINE);
	bench_end(&b);
}
END_TEST

START_TEST(the_budget_of_a_day_is_never_passed)
{
	struct bench b = { 0 };
	bench_start(&b, "good");
	b.config.daily_budget_usd = 0.004;      /* an answer costs .0015, may cost .001 and its prompt */
	bench_open(&b, NULL);
	WELL(bench_ask(&b, NULL));
	ck_assert_double_eq_tol(llm_spent_today(b.m), 0.0015, 1e-9);
	WELL(bench_ask(&b, NULL));
	FAILS(FAULT_LIMIT, bench_ask(&b, NULL));
	ck_assert_uint_eq(endpoint_count(b.e), 2);
	b.still.now_ms += 24 * 3600 * 1000LL;
	ck_assert_double_eq(llm_spent_today(b.m), 0);
	WELL(bench_ask(&b, NULL));
	bench_end(&b);
}
END_TEST

START_TEST(what_was_spent_before_the_start_counts_on_its_own_day_only)
{
	struct bench b = { 0 };
	bench_start(&b, "good");
	b.config.daily_budget_usd = 1;
	bench_open(&b, NULL);
	llm_spent_restore(b.m, b.still.now_ms - 24 * 3600 * 1000LL, 5);
	ck_assert_double_eq(llm_spent_today(b.m), 0);
	llm_spent_restore(b.m, b.still.now_ms, 1);
	FAILS(FAULT_LIMIT, bench_ask(&b, NULL));
	bench_end(&b);
}
END_TEST

START_TEST(an_answer_that_broke_off_is_paid_for_by_estimate)
{
	struct bench b = { 0 };
	bench_open(&b, "cut-clean");
	FAILS(FAULT_OFFLINE, bench_ask(&b, NULL));
	ck_assert_double_gt(llm_spent_today(b.m), 0);
	bench_end(&b);
}
END_TEST

static void *
ask_many(void *arg)
{
	struct bench *b = arg;
	const struct llm_message message = { .role = "user", .content = "Q" };
	const struct llm_request req = { .messages = &message, .message_count = 1, .max_output_tokens = 30 };
	for (int i = 0; i < 10; i++) {
		struct llm_reply reply;
		WELL(llm_complete(&reply, b->m, &req, NULL, NULL, NULL));
		ck_assert_str_eq(reply.content.data, "Light is \xE5\x85\x89.");
		llm_reply_clear(&reply);
	}
	return NULL;
}

START_TEST(many_threads_share_one_model)
{
	struct bench b = { 0 };
	pthread_t threads[4];
	bench_start(&b, "good");
	b.config.key_command = "echo word";
	bench_open(&b, NULL);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, ask_many, &b), 0);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	ck_assert_double_eq_tol(llm_spent_today(b.m), 40 * 0.0015, 1e-9);
	bench_end(&b);
}
END_TEST

TESTS("llm tries", a_failure_before_the_first_delta_is_tried_again, a_failure_behind_the_first_delta_is_not_tried_again,
	retry_after_is_honoured_on_top_of_the_jitter, a_retry_after_longer_than_anybody_waits_ends_at_once,
	the_jitter_covers_its_whole_range, the_waiting_never_passes_the_time_for_all_tries, cancelling_ends_the_waiting, waiting_that_is_not_handed_in_ends_when_cancelled_too,
	five_failures_open_the_circuit_and_one_success_closes_it, refusals_and_429_do_not_open_the_circuit,
	a_success_between_failures_starts_the_count_anew, a_half_open_circuit_lets_one_request_through,
	the_budget_of_a_day_is_never_passed, what_was_spent_before_the_start_counts_on_its_own_day_only,
	an_answer_that_broke_off_is_paid_for_by_estimate, many_threads_share_one_model)

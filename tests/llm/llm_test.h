/* What the tests of the llm room share: a still clock, counted waiting, an endpoint. */
#ifndef LLM_TEST_H
#define LLM_TEST_H
#include "../stoa_test.h"
#include "../support/endpoint.h"
#include "stoa/llm.h"

struct bench {
	struct still still;
	struct clock clock;
	unsigned counter;
	struct chance chance;
	struct llm_config config;
	struct llm *m;
	struct endpoint *e;
	int waits; int64_t waited_ms[16];
	struct cancel *cancel_in_wait;      /* asked when the waiting begins */
	struct text deltas;
	struct llm_reply reply;
};

/* Waiting moves the clock and takes no time. */
static inline enum fault
bench_wait(int64_t delay_ms, const struct cancel *cancel, void *arg)
{
	struct bench *b = arg;
	ck_assert_int_lt(b->waits, 16);
	b->waited_ms[b->waits++] = delay_ms;
	b->still.now_ms += delay_ms;
	if (b->cancel_in_wait != NULL)
		atomic_store(&b->cancel_in_wait->asked, true);
	return cancel_check(cancel);
}

static inline enum fault
bench_delta(const char *s, size_t n, void *arg)
{
	text_put_n(arg, s, n);
	return FAULT_NONE;
}

/* An endpoint with this script; b->config may be changed before bench_open(). */
static inline void
bench_start(struct bench *b, const char *script)
{
	*b = (struct bench){ .still = { 1767225600000 }, .counter = 7 };
	b->clock = STILL_CLOCK(&b->still);
	b->chance = COUNTING_CHANCE(&b->counter);
	b->e = endpoint_start(script);
	b->config = (struct llm_config){
		.base_url = endpoint_url(b->e), .model = "test", .embedding_model = "test-embed",
		.first_token_ms = 20000, .total_ms = 600000, .wait = bench_wait, .wait_arg = b,
		.input_usd_per_mtok = 1, .output_usd_per_mtok = 10,
	};
	text_init(&b->deltas, 1 << 20);
}

static inline void
bench_open(struct bench *b, const char *script)
{
	if (b->e == NULL)
		bench_start(b, script);
	WELL(llm_new(&b->m, &b->config, &b->clock, &b->chance));
}

static inline void
bench_end(struct bench *b)
{
	llm_reply_clear(&b->reply);
	llm_free(b->m);
	endpoint_stop(b->e);
	text_clear(&b->deltas);
}

static inline enum fault
bench_ask(struct bench *b, const struct cancel *cancel)
{
	const struct llm_message messages[] = {
		{ .role = "system", .content = "You are terse." }, { .role = "user", .content = "What is light?" },
	};
	const struct llm_request req = { .messages = messages, .message_count = 2, .max_output_tokens = 100 };
	llm_reply_clear(&b->reply);
	text_reset(&b->deltas);
	return llm_complete(&b->reply, b->m, &req, bench_delta, &b->deltas, cancel);
}
#endif

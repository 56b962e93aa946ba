/* One completion: set money aside, try, gather, settle.
 *
 * Whatever was streamed before a failure was paid for, so it is counted by
 * estimate even when the caller gets a fault.
 */
#include <string.h>
#include "llm_in.h"

#define OUTPUT_TOKENS_GUESS 1024   /* set aside when the request names no maximum */

struct completion {
	const struct llm_request *req;
	struct llm_answer answer;
	double cost_usd;                 /* of all tries */
	struct llm_usage usage;
};

static int64_t
input_tokens(const struct llm_request *req)
{
	int64_t n = 3;
	for (size_t i = 0; i < req->message_count; i++) {
		const struct llm_message *m = &req->messages[i];
		n += 4 + (m->content != NULL ? llm_tokens(m->content, strlen(m->content)) : 0)
			+ (m->tool_calls_json != NULL ? llm_tokens(m->tool_calls_json, strlen(m->tool_calls_json)) : 0);
	}
	for (size_t i = 0; i < req->tool_count; i++)
		n += 8 + llm_tokens(req->tools[i].name, strlen(req->tools[i].name))
			+ (req->tools[i].help != NULL ? llm_tokens(req->tools[i].help, strlen(req->tools[i].help)) : 0)
			+ (req->tools[i].parameters_schema != NULL ? llm_tokens(req->tools[i].parameters_schema, strlen(req->tools[i].parameters_schema)) : 0);
	return n;
}

static int64_t
output_tokens(const struct llm_answer *a)
{
	int64_t n = llm_tokens(a->content.data, a->content.len);
	for (size_t i = 0; i < a->call_count; i++)
		n += llm_tokens(a->calls[i].name.data, a->calls[i].name.len)
			+ llm_tokens(a->calls[i].arguments.data, a->calls[i].arguments.len);
	return n;
}

static void
count_cost(struct completion *c, const struct llm *m)
{
	const struct llm_answer *a = &c->answer;
	if (!a->counted && !a->begun && a->finish == NULL)
		return;
	c->usage.estimated = !a->counted;
	c->usage.input_tokens = a->counted ? a->input_tokens : input_tokens(c->req);
	c->usage.output_tokens = a->counted ? a->output_tokens : output_tokens(a);
	c->usage.cost_usd = llm_cost(m, c->usage.input_tokens, c->usage.output_tokens);
	c->cost_usd += c->usage.cost_usd;
}

static enum fault
exchange(struct wire_reply *r, struct llm_try *t, struct completion *c, unsigned dialect)
{
	const char *const headers[] = { "Content-Type: application/json", "Accept: text/event-stream, application/json", NULL };
	struct text body, url;
	text_init(&url, 4096);
	llm_url(&url, t->m, "/chat/completions");
	*r = (struct wire_reply){ 0 };
	enum fault f = llm_request_body(&body, t->m, c->req, dialect);
	if (f == FAULT_NONE) {
		struct wire_request req = {
			.url = url.data, .headers = headers, .bearer = t->key, .ca_file = t->m->ca_file,
			.body = body.data, .body_bytes = body.len, .reply_max_bytes = 2 * 1024 * 1024,
			.connect_ms = t->m->config.connect_ms, .first_byte_ms = t->m->config.first_token_ms, .total_ms = (int)t->left_ms,
		};
		f = wire_stream(r, &req, llm_answer_event, &c->answer, t->cancel);
	}
	if (f == FAULT_ABSENT && c->answer.done)
		f = FAULT_NONE;
	text_clear(&body);
	text_clear(&url);
	return f;
}

/* True when the refusal taught us something and asking again is worth it. */
static bool
learnt(struct llm *m, const struct wire_reply *r, unsigned *dialect)
{
	if (r->status != 400 && r->status != 422)
		return false;
	unsigned fresh = llm_dialect_learn(r->body.data, *dialect);
	pthread_mutex_lock(&m->lock);
	m->dialect |= fresh;
	*dialect |= m->dialect;
	pthread_mutex_unlock(&m->lock);
	return fresh != 0;
}

static enum fault
take_reply(struct llm_try *t, struct completion *c, const struct wire_reply *r)
{
	/* Status 0: the stream was ended by us after its last event. */
	if (r->status != 0 && r->status / 100 != 2)
		return llm_refusal(t, r);
	enum fault f = FAULT_NONE;
	if (!r->streamed && !c->answer.done) {
		if (!str_same(r->type, "application/json"))
			f = fault(FAULT_DAMAGED, "the model endpoint answered %s in place of a stream", *r->type != '\0' ? r->type : "nothing");
		else
			f = llm_answer_whole(&c->answer, r->body.data, r->body.len);
	}
	if (f == FAULT_NONE)
		f = llm_answer_check(&c->answer);
	t->verdict = llm_verdict_of(f);
	return f;
}

static enum fault
complete_once(struct llm_try *t, void *arg)
{
	struct completion *c = arg;
	struct wire_reply r;
	pthread_mutex_lock(&t->m->lock);
	unsigned dialect = t->m->dialect;
	pthread_mutex_unlock(&t->m->lock);
	llm_delta_fn *delta = c->answer.delta;
	void *delta_arg = c->answer.arg;
	enum fault f;
	do {
		llm_answer_clear(&c->answer);
		llm_answer_init(&c->answer, delta, delta_arg);
		f = exchange(&r, t, c, dialect);
		if (f != FAULT_NONE || !learnt(t->m, &r, &dialect))
			break;
		wire_reply_clear(&r);
	} while (true);
	if (f != FAULT_NONE)
		t->verdict = llm_verdict_of(f);
	else
		f = take_reply(t, c, &r);
	wire_reply_clear(&r);
	count_cost(c, t->m);
	if (f != FAULT_NONE && c->answer.begun && (t->verdict == LLM_AGAIN || t->verdict == LLM_LATER))
		t->verdict = LLM_BROKEN;   /* something was shown: never twice */
	if (c->answer.stopped)
		t->verdict = LLM_REFUSED;
	return f;
}

static void
hand_over(struct llm_reply *out, struct completion *c, int tries)
{
	struct llm_reply r = { .usage = c->usage, .tries = tries };
	struct llm_answer *a = &c->answer;
	arena_init(&r.arena);
	r.finish = a->finish != NULL ? a->finish : a->call_count > 0 ? "tool_calls" : "stop";
	r.call_count = a->call_count;
	r.calls = arena_alloc(&r.arena, (a->call_count + 1) * sizeof *r.calls);
	for (size_t i = 0; i < a->call_count; i++) {
		r.calls[i].id = a->calls[i].id.len > 0 ? arena_strdup(&r.arena, a->calls[i].id.data)
			: arena_printf(&r.arena, "call_%zu", i);
		r.calls[i].name = arena_strdup(&r.arena, a->calls[i].name.data);
		r.calls[i].arguments = arena_strdup(&r.arena, a->calls[i].arguments.len > 0 ? a->calls[i].arguments.data : "{}");
	}
	r.content = a->content;
	text_init(&a->content, LLM_ANSWER_BYTES);
	*out = r;
}

enum fault
llm_complete(struct llm_reply *out, struct llm *m, const struct llm_request *req, llm_delta_fn *delta, void *arg, const struct cancel *cancel)
{
	struct completion c = { .req = req };
	int tries = 0;
	*out = (struct llm_reply){ 0 };
	if (!llm_configured(m))
		return fault(FAULT_ABSENT, "no model is set up ([llm] base_url and model)");
	struct llm_reserved reserved;
	enum fault f = llm_budget_reserve(&reserved, m,
		llm_cost(m, input_tokens(req), req->max_output_tokens > 0 ? req->max_output_tokens : OUTPUT_TOKENS_GUESS));
	if (f != FAULT_NONE)
		return f;
	int64_t began_ms = llm_now_ms(m);
	llm_answer_init(&c.answer, delta, arg);
	f = llm_tries(&tries, m, complete_once, &c, cancel);
	llm_budget_settle(m, &reserved, c.cost_usd);
	if (f == FAULT_NONE)
		hand_over(out, &c, tries);
	log_event(f == FAULT_NONE ? LOG_INFO : LOG_WARN, "llm", "completed", "fault=%s tries=%d input=%lld output=%lld ms=%lld",
		fault_name(f), tries, (long long)c.usage.input_tokens, (long long)c.usage.output_tokens, (long long)(llm_now_ms(m) - began_ms));
	llm_answer_clear(&c.answer);
	return f;
}

void
llm_reply_clear(struct llm_reply *r)
{
	text_clear(&r->content);
	arena_clear(&r->arena);
	*r = (struct llm_reply){ 0 };
}

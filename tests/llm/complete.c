/* Completions against an endpoint that answers well and badly. */
#include <json-c/json.h>
#include "llm_test.h"

/* Ask once of an endpoint with this script; the fault of it. */
static enum fault
ask(struct bench *b, const char *script)
{
	*b = (struct bench){ 0 };
	bench_open(b, script);
	return bench_ask(b, NULL);
}

START_TEST(a_streamed_answer_arrives_as_deltas_and_whole)
{
	struct bench b;
	WELL(ask(&b, "good"));
	ck_assert_str_eq(b.deltas.data, "Light is \xE5\x85\x89.");
	ck_assert_str_eq(b.reply.content.data, "Light is \xE5\x85\x89.");
	ck_assert_str_eq(b.reply.finish, "stop");
	ck_assert_int_eq(b.reply.usage.input_tokens, 1200);
	ck_assert_int_eq(b.reply.usage.output_tokens, 30);
	ck_assert(!b.reply.usage.estimated && b.reply.tries == 1 && b.reply.call_count == 0);
	ck_assert_double_eq_tol(b.reply.usage.cost_usd, 0.0015, 1e-12);
	bench_end(&b);
}
END_TEST

START_TEST(the_request_is_json_as_the_protocol_says)
{
	struct bench b = { 0 };
	const struct llm_message messages[] = {
		{ .role = "user", .content = "quote \" and \x1b\n" },
		{ .role = "assistant", .tool_calls_json = "[{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"search\",\"arguments\":\"{}\"}}]" },
		{ .role = "tool", .tool_call_id = "c", .content = "found" },
	};
	const struct llm_tool tools[] = { { "search", "find passages", "{\"type\":\"object\",\"properties\":{}}" } };
	const struct llm_request req = { .messages = messages, .message_count = 3, .tools = tools, .tool_count = 1, .max_output_tokens = 50, .temperature = 0.25 };
	bench_open(&b, "good");
	WELL(llm_complete(&b.reply, b.m, &req, NULL, NULL, NULL));
	char *seen = endpoint_last(b.e), *body = strstr(seen, "\r\n\r\n") + 4;
	struct json_object *o;
	ck_assert(str_starts(seen, "POST /v1/chat/completions HTTP/1.1\r\n"));
	ck_assert_ptr_null(strstr(seen, "Authorization"));
	WELL(json_parse(&o, body, strlen(body)));
	ck_assert_str_eq(json_object_get_string(json_object_object_get(o, "model")), "test");
	ck_assert(json_object_get_boolean(json_object_object_get(o, "stream")));
	ck_assert_int_eq(json_object_get_int(json_object_object_get(o, "max_tokens")), 50);
	ck_assert_double_eq(json_object_get_double(json_object_object_get(o, "temperature")), 0.25);
	ck_assert(json_object_get_boolean(json_object_object_get(json_object_object_get(o, "stream_options"), "include_usage")));
	struct json_object *list = json_object_object_get(o, "messages");
	ck_assert_str_eq(json_object_get_string(json_object_object_get(json_object_array_get_idx(list, 0), "content")), "quote \" and \x1b\n");
	ck_assert_int_eq(json_object_array_length(json_object_object_get(json_object_array_get_idx(list, 1), "tool_calls")), 1);
	ck_assert_str_eq(json_object_get_string(json_object_object_get(json_object_array_get_idx(list, 2), "tool_call_id")), "c");
	ck_assert_int_eq(json_object_array_length(json_object_object_get(o, "tools")), 1);
	json_object_put(o);
	free(seen);
	bench_end(&b);
}
END_TEST

START_TEST(tokens_that_were_not_counted_are_estimated)
{
	struct bench b;
	WELL(ask(&b, "no-usage"));
	ck_assert(b.reply.usage.estimated);
	/* "Light is " and "." are ten characters, two are CJK */
	ck_assert_int_eq(b.reply.usage.output_tokens, 3 + 2);
	ck_assert_int_gt(b.reply.usage.input_tokens, 5);
	ck_assert_str_eq(b.reply.finish, "length");
	bench_end(&b);
}
END_TEST

START_TEST(a_server_that_does_not_stream_is_understood)
{
	struct bench b;
	WELL(ask(&b, "whole"));
	ck_assert_str_eq(b.reply.content.data, "Light.");
	ck_assert_str_eq(b.deltas.data, "Light.");
	ck_assert_int_eq(b.reply.usage.output_tokens, 2);
	bench_end(&b);
}
END_TEST

START_TEST(a_connection_left_open_behind_the_answer_is_not_waited_for)
{
	struct bench b;
	WELL(ask(&b, "lingering"));
	ck_assert_str_eq(b.reply.finish, "stop");
	bench_end(&b);
}
END_TEST

START_TEST(tool_calls_are_put_together_by_their_index)
{
	struct bench b;
	WELL(ask(&b, "tools"));
	ck_assert_uint_eq(b.reply.call_count, 2);
	ck_assert_str_eq(b.reply.calls[0].id, "call_a");
	ck_assert_str_eq(b.reply.calls[0].name, "search");
	ck_assert_str_eq(b.reply.calls[0].arguments, "{\"query\":\"light\"}");
	ck_assert_str_eq(b.reply.calls[1].name, "open");
	ck_assert_str_eq(b.reply.finish, "tool_calls");
	bench_end(&b);
}
END_TEST

START_TEST(tool_calls_without_numbers_are_told_apart_by_their_ids)
{
	struct bench b;
	WELL(ask(&b, "tools-unnumbered"));
	ck_assert_uint_eq(b.reply.call_count, 3);
	ck_assert_str_eq(b.reply.calls[0].name, "search");
	ck_assert_str_eq(b.reply.calls[1].name, "open");
	ck_assert_str_eq(b.reply.calls[2].name, "cite");
	ck_assert_str_eq(b.reply.calls[2].arguments, "{}");
	bench_end(&b);
}
END_TEST

START_TEST(ill_formed_bytes_are_replaced)
{
	struct bench b;
	WELL(ask(&b, "bad-utf8"));
	ck_assert_str_eq(b.reply.content.data, "Li\xEF\xBF\xBD\xEF\xBF\xBDght");
	bench_end(&b);
}
END_TEST

/* How each bad answer ends, and after how many requests. */
static const struct { const char *script; enum fault kind; unsigned requests; const char *words; } ends[] = {
	{ "cut", FAULT_OFFLINE, 1, "cut" },                    /* something was shown: not again */
	{ "cut-clean", FAULT_OFFLINE, 1, "cut its answer short" },
	{ "cut-early", FAULT_OFFLINE, 3, "cut its answer short" },
	{ "hang-up", FAULT_OFFLINE, 3, "closed the connection" },
	{ "500", FAULT_OFFLINE, 3, "it broke" },
	{ "error-event", FAULT_OFFLINE, 3, "failed while it answered" },
	{ "429:1", FAULT_BUSY, 3, "has no time" },
	{ "429:3600", FAULT_BUSY, 1, "has no time" },
	{ "malformed", FAULT_DAMAGED, 1, "not JSON" },
	{ "malformed-whole", FAULT_DAMAGED, 1, "not JSON" },
	{ "page", FAULT_DAMAGED, 1, "text/html" },
	{ "not-http", FAULT_DAMAGED, 1, "HTTP" },
	{ "body:{}", FAULT_DAMAGED, 1, "without an answer" },
	{ "status:404", FAULT_INPUT, 1, "404" },
	{ "status:302", FAULT_INPUT, 1, "elsewhere" },
	{ "status:401", FAULT_DENIED, 1, "key" },
	{ "status:403", FAULT_DENIED, 1, "key" },
	{ "status:413", FAULT_LIMIT, 1, "too long" },
	{ "stubborn", FAULT_INPUT, 2, "no" },
	{ "endless", FAULT_LIMIT, 1, "longer than" },
	{ "endless-comments", FAULT_LIMIT, 1, "without end" },
	{ "long-line", FAULT_LIMIT, 1, "longer than" },
	{ "tools-many", FAULT_LIMIT, 1, "16 tool calls" },
};

START_TEST(every_bad_answer_ends_in_its_fault_after_its_tries)
{
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		struct bench b;
		enum fault f = ask(&b, ends[i].script);
		ck_assert_msg(f == ends[i].kind, "%s: %s: %s", ends[i].script, fault_name(f), fault_sentence());
		ck_assert_msg(strstr(fault_sentence(), ends[i].words) != NULL, "%s: %s", ends[i].script, fault_sentence());
		ck_assert_ptr_null(strchr(fault_sentence(), 0x1b));
		ck_assert_msg(endpoint_count(b.e) == ends[i].requests, "%s: %u requests", ends[i].script, endpoint_count(b.e));
		ck_assert_uint_eq(b.reply.content.len, 0);
		bench_end(&b);
	}
}
END_TEST

/* A behaviour whose answer has value where shape says %s. */
static const char *
shaped(struct arena *a, const char *behaviour, const char *message, const char *shape, const char *value)
{
	const char *at = strstr(shape, "%s"), *word = strstr(shape, "MSG");
	if (word == NULL)
		return arena_printf(a, "%s:%.*s%s%s", behaviour, (int)(at - shape), shape, value, at + 2);
	return arena_printf(a, "%s:%.*s%s%.*s%s%s", behaviour, (int)(word - shape), shape, message,
		(int)(at - word - 3), word + 3, value, at + 2);
}

/* Every member of an answer, with every type of JSON in its place. */
START_TEST(a_member_of_the_wrong_type_is_damaged_or_ignored_and_never_a_crash)
{
	static const char *const values[] = { "null", "true", "0", "-1", "99999999999999999999", "1.5", "'x'", "[]", "{}", "[[]]", "[null]", "[{}]" };
	static const char *const shapes[] = {
		"%s", "{'choices':%s}", "{'choices':[%s]}", "{'choices':[{'MSG':%s}]}", "{'choices':[{'MSG':{'content':%s}}]}",
		"{'choices':[{'MSG':{'tool_calls':%s}}]}", "{'choices':[{'MSG':{'tool_calls':[%s]}}]}",
		"{'choices':[{'MSG':{'tool_calls':[{'index':%s}]}}]}", "{'choices':[{'MSG':{'tool_calls':[{'id':%s}]}}]}",
		"{'choices':[{'MSG':{'tool_calls':[{'function':%s}]}}]}", "{'choices':[{'MSG':{'tool_calls':[{'function':{'name':%s}}]}}]}",
		"{'choices':[{'MSG':{'tool_calls':[{'function':{'arguments':%s}}]}}]}", "{'choices':[{'finish_reason':%s}]}",
		"{'choices':[];'usage':%s}", "{'choices':[];'usage':{'prompt_tokens':%s}}", "{'choices':[];'usage':{'prompt_tokens':1;'completion_tokens':%s}}",
		"{'error':%s}", "{'error':{'message':%s}}",
	};
	static const char *const kinds[][2] = { { "chunk", "delta" }, { "body", "message" } };
	for (size_t n = 0; n < COUNT_OF(shapes) * COUNT_OF(values) * COUNT_OF(kinds); n++) {
		struct arena a;
		struct bench b;
		const char *const *kind = kinds[n % 2];
		arena_init(&a);
		const char *script = shaped(&a, kind[0], kind[1], shapes[n / 2 % COUNT_OF(shapes)], values[n / 2 / COUNT_OF(shapes)]);
		enum fault f = ask(&b, script);
		ck_assert_msg(f == FAULT_NONE || f == FAULT_DAMAGED || f == FAULT_OFFLINE || f == FAULT_LIMIT, "%s: %s", script, fault_name(f));
		bench_end(&b);
		arena_clear(&a);
	}
}
END_TEST

START_TEST(what_a_server_does_not_understand_is_learnt_once)
{
	struct bench b = { 0 };
	bench_open(&b, "old-dialect");
	WELL(bench_ask(&b, NULL));
	ck_assert_uint_eq(endpoint_count(b.e), 3);
	ck_assert_int_eq(b.reply.tries, 1);
	WELL(bench_ask(&b, NULL));
	ck_assert_uint_eq(endpoint_count(b.e), 4);
	bench_end(&b);
}
END_TEST

START_TEST(no_first_token_and_a_stalled_stream_end_in_time)
{
	struct bench b = { 0 };
	bench_start(&b, "slow,stall");
	b.config.first_token_ms = 80;
	b.config.tries = 1;
	bench_open(&b, NULL);
	FAILS(FAULT_OFFLINE, bench_ask(&b, NULL));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "said nothing"));
	FAILS(FAULT_OFFLINE, bench_ask(&b, NULL));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "fell silent"));
	ck_assert_str_eq(b.deltas.data, "Light ");
	bench_end(&b);
}
END_TEST

static enum fault
enough(const char *s, size_t n, void *arg)
{
	(void)s, (void)n;
	++*(int *)arg;
	return fault(FAULT_LIMIT, "enough was said");
}

START_TEST(a_receiver_of_deltas_can_end_the_completion)
{
	struct bench b = { 0 };
	int calls = 0;
	const struct llm_message message = { .role = "user", .content = "Q" };
	const struct llm_request req = { .messages = &message, .message_count = 1 };
	bench_open(&b, "endless");
	for (int i = 0; i < 6; i++)
		FAILS(FAULT_LIMIT, llm_complete(&b.reply, b.m, &req, enough, &calls, NULL));
	ck_assert_int_eq(calls, 6);      /* each asked the endpoint: the circuit is closed */
	bench_end(&b);
}
END_TEST

START_TEST(without_a_base_url_nothing_is_asked)
{
	struct bench b = { 0 };
	bench_start(&b, "good");
	b.config.base_url = NULL;
	bench_open(&b, NULL);
	ck_assert(!llm_configured(b.m));
	FAILS(FAULT_ABSENT, bench_ask(&b, NULL));
	ck_assert_uint_eq(endpoint_count(b.e), 0);
	bench_end(&b);
}
END_TEST

START_TEST(a_configuration_that_cannot_work_is_refused)
{
	struct llm *m;
	FAILS(FAULT_INPUT, llm_new(&m, &(struct llm_config){ .base_url = "http://example.org/v1", .model = "x" }, &clock_system, &chance_system));
	FAILS(FAULT_INPUT, llm_new(&m, &(struct llm_config){ .base_url = "https://example.org/v1" }, &clock_system, &chance_system));
	FAILS(FAULT_INPUT, llm_new(&m, &(struct llm_config){ .base_url = "https://example.org/v1", .model = "x", .daily_budget_usd = -1 }, &clock_system, &chance_system));
}
END_TEST

TESTS("llm complete", a_streamed_answer_arrives_as_deltas_and_whole, the_request_is_json_as_the_protocol_says,
	tokens_that_were_not_counted_are_estimated, a_server_that_does_not_stream_is_understood,
	a_connection_left_open_behind_the_answer_is_not_waited_for, tool_calls_are_put_together_by_their_index,
	tool_calls_without_numbers_are_told_apart_by_their_ids, ill_formed_bytes_are_replaced,
	every_bad_answer_ends_in_its_fault_after_its_tries,
	a_member_of_the_wrong_type_is_damaged_or_ignored_and_never_a_crash,
	what_a_server_does_not_understand_is_learnt_once, no_first_token_and_a_stalled_stream_end_in_time,
	a_receiver_of_deltas_can_end_the_completion, without_a_base_url_nothing_is_asked,
	a_configuration_that_cannot_work_is_refused)

/* One answer put together: from events of a stream, or from one JSON object.
 *
 * A chunk's `delta` and a whole answer's `message` have the same members, so one
 * function reads both.  Tool calls arrive in pieces that name their index; some
 * endpoints number every call 0 but give each its own id, or send no index at
 * all: a new id then means a new call.  Every member may be absent, none may be of
 * another type, and everything has a cap.
 */
#include <string.h>
#include "llm_in.h"

#define ARGUMENT_BYTES_MAX (64u * 1024)
#define NAME_BYTES_MAX 256
#define TOKENS_MAX 100000000

void
llm_answer_init(struct llm_answer *a, llm_delta_fn *delta, void *arg)
{
	*a = (struct llm_answer){ .delta = delta, .arg = arg };
	text_init(&a->content, LLM_ANSWER_BYTES);
	for (size_t i = 0; i < LLM_CALLS_MAX; i++) {
		text_init(&a->calls[i].id, NAME_BYTES_MAX);
		text_init(&a->calls[i].name, NAME_BYTES_MAX);
		text_init(&a->calls[i].arguments, ARGUMENT_BYTES_MAX);
	}
}

void
llm_answer_clear(struct llm_answer *a)
{
	text_clear(&a->content);
	for (size_t i = 0; i < LLM_CALLS_MAX; i++) {
		text_clear(&a->calls[i].id);
		text_clear(&a->calls[i].name);
		text_clear(&a->calls[i].arguments);
	}
}

/* Append the string member `name` of o to t; *size says how much it was. */
static enum fault
append(struct text *t, size_t *size, struct json_object *o, const char *name)
{
	struct json_object *s;
	enum fault f = llm_pick(&s, o, name, json_type_string);
	*size = f == FAULT_NONE && s != NULL ? (size_t)json_object_get_string_len(s) : 0;
	if (f != FAULT_NONE || *size == 0)
		return f;
	text_put_n(t, json_object_get_string(s), *size);
	return text_check(t, "what the model endpoint sent");
}

/* Which call this piece belongs to. */
static enum fault
call_place(size_t *out, const struct llm_answer *a, struct json_object *piece)
{
	struct json_object *index, *id;
	enum fault f = llm_pick(&index, piece, "index", json_type_int);
	if (f == FAULT_NONE)
		f = llm_pick(&id, piece, "id", json_type_string);
	if (f != FAULT_NONE)
		return f;
	const char *name = id != NULL ? json_object_get_string(id) : "";
	int64_t at = index != NULL ? json_object_get_int64(index)
		: *name != '\0' || a->call_count == 0 ? (int64_t)a->call_count : (int64_t)a->call_count - 1;
	if (at >= 0 && at < (int64_t)a->call_count && *name != '\0'
		&& a->calls[at].id.len > 0 && !str_same(a->calls[at].id.data, name)) {
		for (at = 0; at < (int64_t)a->call_count && !str_same(a->calls[at].id.data, name); at++)
			;
	}
	if (at < 0 || at >= LLM_CALLS_MAX)
		return fault(FAULT_LIMIT, "the model asked for more than %d tool calls at once", LLM_CALLS_MAX);
	*out = (size_t)at;
	return FAULT_NONE;
}

static enum fault
take_call(struct llm_answer *a, struct json_object *piece)
{
	struct json_object *function;
	size_t at = 0, n;
	enum fault f = call_place(&at, a, piece);
	if (f != FAULT_NONE)
		return f;
	if (a->call_count <= at)
		a->call_count = at + 1;
	struct llm_partial_call *c = &a->calls[at];
	if (c->id.len == 0)
		f = append(&c->id, &n, piece, "id");
	if (f == FAULT_NONE)
		f = llm_pick(&function, piece, "function", json_type_object);
	if (f != FAULT_NONE || function == NULL)
		return f;
	if (c->name.len == 0)
		f = append(&c->name, &n, function, "name");
	return f == FAULT_NONE ? append(&c->arguments, &n, function, "arguments") : f;
}

/* A `delta` of a chunk or the `message` of a whole answer. */
static enum fault
take_message(struct llm_answer *a, struct json_object *message)
{
	struct json_object *calls;
	size_t from = a->content.len, n;
	enum fault f = append(&a->content, &n, message, "content");
	if (f == FAULT_NONE && n > 0) {
		a->begun = true;
		if (a->delta != NULL)
			f = a->delta(a->content.data + from, n, a->arg);
		a->stopped = f != FAULT_NONE;
	}
	if (f == FAULT_NONE)
		f = llm_pick(&calls, message, "tool_calls", json_type_array);
	if (f != FAULT_NONE || calls == NULL)
		return f;
	for (size_t i = 0; i < json_object_array_length(calls) && f == FAULT_NONE; i++)
		f = take_call(a, json_object_array_get_idx(calls, i));
	a->begun = a->begun || a->call_count > 0;
	return f;
}

static enum fault
take_finish(struct llm_answer *a, struct json_object *choice)
{
	static const struct { const char *said, *meant; } reasons[] = {
		{ "stop", "stop" }, { "length", "length" }, { "tool_calls", "tool_calls" },
		{ "function_call", "tool_calls" }, { "content_filter", "content_filter" }, { "eos", "stop" },
	};
	struct json_object *reason;
	enum fault f = llm_pick(&reason, choice, "finish_reason", json_type_string);
	if (f != FAULT_NONE || reason == NULL)
		return f;
	a->finish = "other";
	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (str_same(json_object_get_string(reason), reasons[i].said))
			a->finish = reasons[i].meant;
	return FAULT_NONE;
}

static enum fault
take_usage(struct llm_answer *a, struct json_object *o)
{
	struct json_object *usage, *in, *out;
	enum fault f = llm_pick(&usage, o, "usage", json_type_object);
	if (f != FAULT_NONE || usage == NULL)
		return f;
	f = llm_pick(&in, usage, "prompt_tokens", json_type_int);
	if (f == FAULT_NONE)
		f = llm_pick(&out, usage, "completion_tokens", json_type_int);
	if (f != FAULT_NONE || in == NULL)
		return f;
	int64_t input = json_object_get_int64(in), output = out != NULL ? json_object_get_int64(out) : 0;
	if (input < 0 || output < 0 || input > TOKENS_MAX || output > TOKENS_MAX)
		return fault(FAULT_DAMAGED, "the model endpoint counted tokens that cannot be");
	a->input_tokens = input;
	a->output_tokens = output;
	a->counted = true;
	return FAULT_NONE;
}

/* An error told in a body whose status was 200. Its words are not repeated: they
 * may hold anything, the key too. */
static enum fault
take_error(struct json_object *o)
{
	struct json_object *error;
	if (json_object_object_get_ex(o, "error", &error) && !json_object_is_type(error, json_type_null))
		return fault(FAULT_OFFLINE, "the model endpoint has failed while it answered");
	return FAULT_NONE;
}

static enum fault
take_object(struct llm_answer *a, struct json_object *o, const char *member)
{
	struct json_object *choices, *message;
	enum fault f = llm_pick(&choices, o, "choices", json_type_array);
	if (f == FAULT_NONE)
		f = take_error(o);
	if (f == FAULT_NONE)
		f = take_usage(a, o);
	if (f != FAULT_NONE || choices == NULL || json_object_array_length(choices) == 0)
		return f;
	struct json_object *choice = json_object_array_get_idx(choices, 0);
	f = llm_pick(&message, choice, member, json_type_object);
	if (f == FAULT_NONE && message != NULL)
		f = take_message(a, message);
	return f == FAULT_NONE ? take_finish(a, choice) : f;
}

static enum fault
take_text(struct llm_answer *a, const char *json, size_t len, const char *member)
{
	struct json_object *o;
	if (json_parse(&o, json, len) != FAULT_NONE)
		return fault(FAULT_DAMAGED, "the model endpoint sent something that is not JSON");
	enum fault f = take_object(a, o, member);
	json_object_put(o);
	return f;
}

enum fault
llm_answer_event(const struct wire_event *ev, void *arg)
{
	struct llm_answer *a = arg;
	if (str_same(ev->data, "[DONE]")) {
		a->done = true;
		return fault(FAULT_ABSENT, "the stream is done");
	}
	if (*ev->data == '\0')
		return FAULT_NONE;
	return take_text(a, ev->data, strlen(ev->data), "delta");
}

enum fault
llm_answer_whole(struct llm_answer *a, const char *json, size_t len)
{
	enum fault f = take_text(a, json, len, "message");
	if (f == FAULT_NONE && !a->begun && a->finish == NULL)
		f = fault(FAULT_DAMAGED, "the model endpoint sent JSON without an answer in it");
	a->done = true;
	return f;
}

enum fault
llm_answer_check(const struct llm_answer *a)
{
	if (a->finish == NULL && !a->done)
		return fault(FAULT_OFFLINE, "the model endpoint cut its answer short");
	for (size_t i = 0; i < a->call_count; i++)
		if (a->calls[i].name.len == 0)
			return fault(FAULT_DAMAGED, "the model asked for a tool without naming it");
	return FAULT_NONE;
}

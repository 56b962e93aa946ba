/* The body of a completion request.
 *
 * Written, not built as a tree: it is a long list of texts with a few braces.  What
 * an endpoint does not understand it says in its refusal; three such differences
 * between servers are common enough to be learnt here, so that one configuration
 * serves them all.
 */
#include <string.h>
#include <strings.h>
#include "llm_in.h"

#define REQUEST_BYTES_MAX (8u * 1024 * 1024)

static void
put_messages(struct text *out, const struct llm_request *req)
{
	text_put(out, "\"messages\":[");
	for (size_t i = 0; i < req->message_count; i++) {
		const struct llm_message *m = &req->messages[i];
		text_put(out, i > 0 ? ",{\"role\":" : "{\"role\":");
		json_put_string(out, m->role);
		text_put(out, ",\"content\":");
		if (m->content != NULL)
			json_put_string(out, m->content);
		else
			text_put(out, "null");
		if (m->tool_call_id != NULL) {
			text_put(out, ",\"tool_call_id\":");
			json_put_string(out, m->tool_call_id);
		}
		if (m->tool_calls_json != NULL)
			text_printf(out, ",\"tool_calls\":%s", m->tool_calls_json);
		text_put_c(out, '}');
	}
	text_put_c(out, ']');
}

static void
put_tools(struct text *out, const struct llm_request *req)
{
	if (req->tool_count == 0)
		return;
	text_put(out, ",\"tools\":[");
	for (size_t i = 0; i < req->tool_count; i++) {
		const struct llm_tool *t = &req->tools[i];
		text_put(out, i > 0 ? ",{\"type\":\"function\",\"function\":{\"name\":" : "{\"type\":\"function\",\"function\":{\"name\":");
		json_put_string(out, t->name);
		text_put(out, ",\"description\":");
		json_put_string(out, t->help != NULL ? t->help : "");
		text_printf(out, ",\"parameters\":%s}}", t->parameters_schema != NULL ? t->parameters_schema : "{\"type\":\"object\"}");
	}
	text_put_c(out, ']');
}

enum fault
llm_request_body(struct text *out, const struct llm *m, const struct llm_request *req, unsigned dialect)
{
	text_init(out, REQUEST_BYTES_MAX);
	text_put(out, "{\"model\":");
	json_put_string(out, m->model);
	text_put_c(out, ',');
	put_messages(out, req);
	put_tools(out, req);
	if (req->max_output_tokens > 0)
		text_printf(out, ",\"%s\":%d", dialect & LLM_COMPLETION_TOKENS ? "max_completion_tokens" : "max_tokens", req->max_output_tokens);
	if (req->temperature >= 0 && req->temperature <= 2 && !(dialect & LLM_NO_TEMPERATURE)) {
		int hundredths = (int)(req->temperature * 100 + 0.5);   /* by hand: printf follows the locale */
		text_printf(out, ",\"temperature\":%d.%02d", hundredths / 100, hundredths % 100);
	}
	text_put(out, ",\"stream\":true");
	if (!(dialect & LLM_NO_STREAM_OPTIONS))
		text_put(out, ",\"stream_options\":{\"include_usage\":true}");
	text_put_c(out, '}');
	return text_check(out, "the request to the model");
}

unsigned
llm_dialect_learn(const char *body, unsigned known)
{
	static const struct { const char *word; unsigned flag; } hints[] = {
		{ "stream_options", LLM_NO_STREAM_OPTIONS },
		{ "max_completion_tokens", LLM_COMPLETION_TOKENS },
		{ "temperature", LLM_NO_TEMPERATURE },
	};
	unsigned learnt = 0;
	for (size_t i = 0; i < COUNT_OF(hints); i++)
		if (strcasestr(body, hints[i].word) != NULL)
			learnt |= hints[i].flag;
	return learnt & ~known;
}

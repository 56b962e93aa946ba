/* The tools a model may call: a table, read-only, looked up by name.
 *
 * They run only on the structured calls of a completion, never on text, so
 * nothing in a document or in an answer can start one.  Arguments are parsed and
 * checked like anything else from outside; what is wrong is told to the model.
 */
#include <json-c/json.h>
#include <string.h>
#include "model_in.h"

#define QUERY_BYTES_MAX 1000

const struct tutor_tool model_tools[] = {
	{ "search_library",
		"Search the student's documents; gives more sources with their numbers.",
		"{\"type\":\"object\",\"properties\":{\"query\":{\"type\":\"string\",\"maxLength\":"
		"1000}},\"required\":[\"query\"],\"additionalProperties\":false}" },
	{ "get_passage",
		"Read on around a source that was given: the text before (-1) or after it (1).",
		"{\"type\":\"object\",\"properties\":{\"source\":{\"type\":\"integer\",\"minimum\":"
		"1},\"direction\":{\"type\":\"integer\",\"enum\":[-1,1]}},\"required\":[\"source\","
		"\"direction\"],\"additionalProperties\":false}" },
};
const size_t model_tool_count = COUNT_OF(model_tools);

typedef enum fault tool_fn(struct text *out, struct dialogue *d, struct json_object *arguments);

static enum fault
say_sources(struct text *out, const struct dialogue *d, size_t from)
{
	if (d->source_count == from)
		text_put(out, "Nothing more was found.");
	sources_print(out, d, from);
	return FAULT_NONE;
}

static enum fault
search_library(struct text *out, struct dialogue *d, struct json_object *arguments)
{
	struct json_object *query = NULL;
	struct found *found = NULL;
	size_t from = d->source_count;
	if (!json_object_object_get_ex(arguments, "query", &query) ||
		!json_object_is_type(query, json_type_string) ||
		json_object_get_string_len(query) > QUERY_BYTES_MAX) {
		text_put(out, "The query is missing or too long.");
		return FAULT_NONE;
	}
	enum fault f = find_evidence(
		&found, d->w, arena_strdup(d->w->a, json_object_get_string(query)), NULL, 4, 8);
	if (f == FAULT_NONE)
		f = sources_add(d, found, 4);
	return f == FAULT_NONE ? say_sources(out, d, from) : f;
}

static enum fault
get_passage(struct text *out, struct dialogue *d, struct json_object *arguments)
{
	struct json_object *source = NULL, *direction = NULL;
	size_t from = d->source_count;
	bool given = json_object_object_get_ex(arguments, "source", &source) &&
		     json_object_is_type(source, json_type_int) &&
		     json_object_object_get_ex(arguments, "direction", &direction) &&
		     json_object_is_type(direction, json_type_int);
	int64_t n = given ? json_object_get_int64(source) : 0;
	if (n < 1 || (size_t)n > d->source_count || d->sources[n - 1].part_count == 0) {
		text_put(out, "There is no such source.");
		return FAULT_NONE;
	}
	const struct source *s = &d->sources[n - 1];
	bool forward = json_object_get_int64(direction) > 0;
	int64_t at = forward ? s->parts[s->part_count - 1].n + 1 : s->parts[0].n - 1;
	enum fault f = at < 0 ? FAULT_NONE : source_add_passage(d, s->window.file_id, at, 1);
	return f == FAULT_NONE ? say_sources(out, d, from) : f;
}

static const struct {
	const char *name;
	tool_fn *run;
} runs[] = { { "search_library", search_library }, { "get_passage", get_passage } };

static void
tool_note(struct dialogue *d, const char *name)
{
	for (size_t i = 0; i < d->tool_count; i++)
		if (str_same(d->tools[i], name))
			return;
	if (d->tool_count < COUNT_OF(d->tools))
		d->tools[d->tool_count++] = name;
}

enum fault
tool_run(struct text *out, struct dialogue *d, const struct tutor_call *call)
{
	struct json_object *arguments = NULL;
	const char *given = call->arguments ? call->arguments : "{}";
	text_reset(out);
	for (size_t i = 0; i < COUNT_OF(runs); i++) {
		if (!str_same(call->name, runs[i].name))
			continue;
		if (json_parse(&arguments, given, strlen(given)) != FAULT_NONE ||
			!json_object_is_type(arguments, json_type_object)) {
			json_object_put(arguments);
			text_put(out, "The arguments are not a JSON object.");
			return FAULT_NONE;
		}
		tool_note(d, runs[i].name);
		enum fault f = runs[i].run(out, d, arguments);
		json_object_put(arguments);
		return f;
	}
	text_put(out, "There is no such tool.");
	return FAULT_NONE;
}

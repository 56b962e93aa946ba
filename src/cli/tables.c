/* Verbs that print tables: operations, actions, settings, completions, help.
 *
 * None of them opens the store.
 */
#include <stdlib.h>
#include <string.h>
#include "cli_in.h"

enum fault
verb_version(struct cli *c)
{
	if (c->json) {
		struct text t;
		text_init(&t, 256);
		text_printf(&t, "{\"version\":\"%s\"}", STOA_VERSION);
		out_json(c, &t);
		text_clear(&t);
	} else {
		out_putf(c, PAINT_NONE, "stoa %s\n", STOA_VERSION);
	}
	return FAULT_NONE;
}

static void
put_option_json(struct text *t, const struct option *o)
{
	text_printf(t, "{\"name\":\"--%s\",\"value\":", o->name);
	if (o->value)
		json_put_string(t, o->value);
	else
		text_put(t, "null");
	text_put(t, ",\"help\":");
	json_put_string(t, o->help);
	text_put_c(t, '}');
}

static void
verb_json(struct cli *c, const struct verb *v)
{
	struct text t;
	text_init(&t, 65536);
	text_printf(&t, "{\"verb\":\"%s%s%s\",\"operands\":", v->name, v->sub ? " " : "",
		v->sub ? v->sub : "");
	json_put_string(&t, v->operands);
	text_put(&t, ",\"help\":");
	json_put_string(&t, v->help);
	text_put(&t, ",\"prints\":");
	json_put_string(&t, v->json);
	text_put(&t, ",\"options\":[");
	for (size_t i = 0; i < v->option_count; i++) {
		text_put(&t, i ? "," : "");
		put_option_json(&t, &v->options[i]);
	}
	text_put(&t, "]}");
	out_json(c, &t);
	text_clear(&t);
}

enum fault
verb_help(struct cli *c)
{
	const char *name = c->args.operand_count ? c->args.operands[0] : NULL;
	if (name && !verb_find(name, NULL))
		return fault(FAULT_INPUT, "there is no verb %s; stoa --help lists them", name);
	if (c->json) {
		for (size_t i = 0; i < verb_count; i++)
			if (!name || str_same(verbs[i].name, name))
				verb_json(c, &verbs[i]);
	} else if (name) {
		help_verb(c, name);
	} else {
		help_all(c);
	}
	return FAULT_NONE;
}

enum fault
verb_completion(struct cli *c)
{
	struct text t;
	text_init(&t, (size_t)1024 * 1024);
	enum fault f = completion_print(&t, c->args.operands[0]);
	if (f == FAULT_NONE && c->json) {
		struct text json;
		text_init(&json, (size_t)4 * 1024 * 1024);
		text_printf(&json, "{\"shell\":\"%s\",\"script\":", c->args.operands[0]);
		json_put_string(&json, t.data);
		text_put_c(&json, '}');
		out_json(c, &json);
		text_clear(&json);
	} else if (f == FAULT_NONE) {
		out_put(c, PAINT_NONE, t.data);
	}
	text_clear(&t);
	return f;
}

/* ---- operations ------------------------------------------------------------- */

static void
op_json(struct cli *c, const struct operation *op)
{
	struct text t;
	text_init(&t, (size_t)1024 * 1024);
	text_printf(&t, "{\"id\":\"%s\",\"method\":\"%s\",\"path\":", op->id, op->method);
	json_put_string(&t, op->path);
	text_printf(&t, ",\"least_role\":\"%s\",\"writes\":%s,\"help\":", role_name(op->least),
		op->writes ? "true" : "false");
	json_put_string(&t, op->help);
	text_put(&t, ",\"request\":");
	record_schema(&t, op->request);
	text_put(&t, ",\"reply\":");
	record_schema(&t, op->reply);
	text_put(&t, ",\"events\":[");
	for (size_t i = 0; i < op->event_count; i++)
		text_printf(&t, "%s\"%s\"", i ? "," : "", op->events[i].name);
	text_put(&t, "]}");
	out_json(c, &t);
	text_clear(&t);
}

static void
op_describe(struct cli *c, const struct operation *op)
{
	out_putf(c, PAINT_BOLD, "%s", op->id);
	out_putf(c, PAINT_NONE, "  %s %s  (%s%s)\n", op->method, op->path, role_name(op->least),
		op->writes ? ", writes" : "");
	out_wrapped(c, PAINT_NONE, "    ", 4, op->help);
	const struct { const char *name; const struct record_type *type; } parts[] = {
		{ "request", op->request }, { "reply", op->reply },
	};
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (!parts[i].type)
			continue;
		struct text t;
		text_init(&t, 65536);
		record_describe(&t, parts[i].type);
		out_putf(c, PAINT_DIM, "\n%s: %s\n", parts[i].name, parts[i].type->name);
		out_put(c, PAINT_NONE, t.data);
		text_clear(&t);
	}
	for (size_t i = 0; i < op->event_count; i++)
		out_putf(c, PAINT_NONE, "%s%s", i ? ", " : "\nevents: ", op->events[i].name);
	out_put(c, PAINT_NONE, op->event_count ? "\n" : "");
}

enum fault
verb_ops(struct cli *c)
{
	size_t count;
	const struct operation *all = operations(&count);
	const char *name = c->args.operand_count ? c->args.operands[0] : NULL;
	if (name && !operation_find(name))
		return fault(FAULT_ABSENT, "there is no operation %s; stoa ops lists them", name);
	for (size_t i = 0; i < count; i++) {
		if (name && !str_same(all[i].id, name))
			continue;
		if (c->json)
			op_json(c, &all[i]);
		else if (name)
			op_describe(c, &all[i]);
		else
			out_wrapped(c, PAINT_NONE, arena_printf(&c->arena, "%-22s ", all[i].id), 23,
				all[i].help);
	}
	return FAULT_NONE;
}

/* ---- actions of a conversation -------------------------------------------------- */

static const struct { const char *id, *key, *help; } line_keys[] = {
	{ "answer.cancel", "Ctrl-C", "stop the answer that runs; what is typed stays" },
	{ "chat.leave", "Ctrl-D", "leave, on an empty line; Ctrl-C twice does it too" },
	{ "line.previous", "Up", "the question before, in this conversation" },
	{ "line.search", "Ctrl-R", "search the questions of this conversation" },
	{ "line.complete", "Tab", "complete a /command" },
	{ "line.editor", "Ctrl-X Ctrl-E", "write the question in $VISUAL or $EDITOR" },
};

static void
action_print(struct cli *c, const char *id, const char *how, const char *help, bool key)
{
	if (!c->json) {
		out_wrapped(
			c, PAINT_NONE, arena_printf(&c->arena, "%-20s %-18s ", id, how), 40, help);
		return;
	}
	struct text t;
	text_init(&t, 8192);
	text_printf(&t, "{\"id\":\"%s\",\"%s\":", id, key ? "key" : "command");
	json_put_string(&t, how);
	text_put(&t, ",\"help\":");
	json_put_string(&t, help);
	text_put_c(&t, '}');
	out_json(c, &t);
	text_clear(&t);
}

enum fault
verb_keys(struct cli *c)
{
	size_t count;
	const struct chat_command *all = chat_commands(&count);
	for (size_t i = 0; i < count; i++) {
		const char *how = arena_printf(&c->arena, "/%s%s%s", all[i].name,
			*all[i].operands ? " " : "", all[i].operands);
		action_print(c, all[i].id, how, all[i].help, false);
	}
	for (size_t i = 0; i < COUNT_OF(line_keys); i++)
		action_print(c, line_keys[i].id, line_keys[i].key, line_keys[i].help, true);
	if (!c->json)
		out_put(c, PAINT_DIM, "The line is edited as ~/.inputrc says, vi or emacs.\n");
	return FAULT_NONE;
}

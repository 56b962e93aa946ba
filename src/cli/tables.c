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

/* ---- actions -------------------------------------------------------------------- */

/* Keys of the line mode that are no command. */
static const struct { const char *id, *key, *help; } line_keys[] = {
	{ "answer.cancel", "Ctrl-C", "stop the answer that runs; what is typed stays" },
	{ "chat.leave", "Ctrl-D", "leave, on an empty line; Ctrl-C twice does it too" },
	{ "line.previous", "Up", "the question before, in this conversation" },
	{ "line.search", "Ctrl-R", "search the questions of this conversation" },
	{ "line.complete", "Tab", "complete a /command" },
	{ "line.editor", "Ctrl-X Ctrl-E", "write the question in $VISUAL or $EDITOR" },
};

static void
put_field(struct text *t, const char *name, const char *value)
{
	text_printf(t, "%s\"%s\":", t->len > 1 ? "," : "", name);
	if (value)
		json_put_string(t, value);
	else
		text_put(t, "null");
}

/* One row, as a line or as JSON; what is NULL it does not have. */
static void
action_print(struct cli *c, const struct cli_action *a, const char *line, const char *plain)
{
	if (!c->json) {
		const char *keys = *a->keys ? a->keys : a->shell ? a->shell : "";
		out_wrapped(c, PAINT_NONE, arena_printf(&c->arena, "%-17s %-20s %-12s ", a->id, keys, line ? line : ""), 52, a->help);
		return;
	}
	struct text t;
	text_init(&t, 16384);
	text_put_c(&t, '{');
	put_field(&t, "id", a->id);
	put_field(&t, "title", a->title);
	put_field(&t, "place", a->place);
	put_field(&t, "keys", a->keys);
	put_field(&t, "keys_plain", a->keys_plain);
	put_field(&t, "keys_vi", a->keys_vi);
	put_field(&t, "shell", a->shell);
	put_field(&t, "line", line);
	put_field(&t, "line_says", plain);
	put_field(&t, "help", a->help);
	text_put_c(&t, '}');
	out_json(c, &t);
	text_clear(&t);
}

/* Is it done by a row that was printed, or a word that does the same? */
static bool
command_known(struct cli *c, const struct chat_command *all, size_t i)
{
	if (c->front && plain_find(all[i].id))
		return true;
	for (size_t k = 0; k < i; k++)
		if (str_same(all[k].id, all[i].id))
			return true;
	return false;
}

static void
screen_action(const struct cli_action *a, void *arg)
{
	struct cli *c = arg;
	const struct plain_row *p = plain_find(a->id);
	const char *line = p && p->line ? arena_printf(&c->arena, "/%s", p->line) : NULL;
	action_print(c, a, line, p ? p->reading : NULL);
}

enum fault
verb_keys(struct cli *c)
{
	size_t count;
	const struct chat_command *all = chat_commands(&count);
	enum fault f = session_conf(c);
	if (f != FAULT_NONE)
		return f;
	const char *file = arena_printf(&c->arena, "%s/keys.conf", c->places.config);
	if (c->front)
		f = c->front->actions(screen_action, c, conf_get(&c->conf, "screen.keys"), file);
	if (f != FAULT_NONE) {
		err_notef(c, PAINT_WARN, "stoa: %s; the keys are those of the set\n", fault_sentence());
		c->status = 1;
	}
	for (size_t i = 0; i < count; i++) {
		const struct cli_action a = { all[i].id, all[i].name, "line", "", "", "", NULL, all[i].help };
		if (!command_known(c, all, i))
			action_print(c, &a, arena_printf(&c->arena, "/%s", all[i].name), NULL);
	}
	for (size_t i = 0; i < COUNT_OF(line_keys); i++) {
		const struct cli_action a = { line_keys[i].id, line_keys[i].id, "line", line_keys[i].key, line_keys[i].key,
			line_keys[i].key, NULL, line_keys[i].help };
		action_print(c, &a, NULL, NULL);
	}
	if (!c->json)
		out_putf(c, PAINT_DIM, "Keys are changed in %s.  The line is edited as ~/.inputrc says, vi or emacs.\n", file);
	return FAULT_NONE;
}

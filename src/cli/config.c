/* stoa config: the settings of stoa.conf, read, explained and changed. */
#include <string.h>
#include "cli_in.h"

static const char *
conf_path(struct cli *c)
{
	return arena_printf(&c->arena, "%s/stoa.conf", c->places.config);
}

static enum fault
key_named(const struct conf_key **out, const char *dotted)
{
	const struct conf_key *key = conf_find(dotted);
	if (!key)
		return fault(
			FAULT_INPUT, "there is no setting %s; stoa config list names them", dotted);
	*out = key;
	return FAULT_NONE;
}

static void
key_print(struct cli *c, const struct conf_key *key)
{
	const char *dotted = arena_printf(&c->arena, "%s.%s", key->section, key->name);
	const char *value = conf_get(&c->conf, dotted);
	bool set = c->conf.values[key - conf_keys] != NULL;
	if (!c->json) {
		out_putf(c, set ? PAINT_BOLD : PAINT_NONE, "%s = %s", dotted,
			*value ? value : "(nothing)");
		out_putf(c, PAINT_DIM, "%s\n", set ? "" : "   default");
		const char *allowed =
			key->choices ? arena_printf(&c->arena, "%s (%s)", key->help, key->choices)
			: key->kind == CONF_INT || key->kind == CONF_REAL
				? arena_printf(
					  &c->arena, "%s (%g to %g)", key->help, key->min, key->max)
				: key->help;
		out_wrapped(c, PAINT_DIM, "    ", 4, allowed);
		return;
	}
	struct text t;
	text_init(&t, 65536);
	text_printf(&t, "{\"key\":\"%s\",\"value\":", dotted);
	json_put_string(&t, value);
	text_put(&t, ",\"default\":");
	json_put_string(&t, key->otherwise);
	text_printf(&t, ",\"set\":%s,\"help\":", set ? "true" : "false");
	json_put_string(&t, key->help);
	text_put_c(&t, '}');
	out_json(c, &t);
	text_clear(&t);
}

enum fault
verb_config_list(struct cli *c)
{
	enum fault f = session_conf(c);
	for (size_t i = 0; f == FAULT_NONE && i < conf_key_count; i++)
		key_print(c, &conf_keys[i]);
	return f;
}

enum fault
verb_config_get(struct cli *c)
{
	const struct conf_key *key = NULL;
	enum fault f = key_named(&key, c->args.operands[0]);
	if (f == FAULT_NONE)
		f = session_conf(c);
	if (f != FAULT_NONE)
		return f;
	if (c->json)
		key_print(c, key);
	else
		out_putf(c, PAINT_NONE, "%s\n", conf_get(&c->conf, c->args.operands[0]));
	return FAULT_NONE;
}

enum fault
conf_store(struct cli *c, const char *dotted, const char *value)
{
	const struct conf_key *key = NULL;
	struct text old, new;
	struct conf again = { 0 };
	text_init(&old, INI_BYTES_MAX);
	text_init(&new, INI_BYTES_MAX);
	enum fault f = key_named(&key, dotted);
	if (f == FAULT_NONE && value)
		f = conf_check(key, value);
	if (f == FAULT_NONE && !c->places.config)
		f = places_find(&c->places);
	if (f != FAULT_NONE)
		goto out;
	f = file_read(&old, conf_path(c));
	if (f != FAULT_NONE && f != FAULT_ABSENT)
		goto out;
	f = conf_edit(&new, old.data ? old.data : "", old.len, key, value);
	if (f == FAULT_NONE)
		f = conf_parse(&again, conf_path(c), new.data ? new.data : "", new.len);
	if (f == FAULT_NONE && value && !str_same(conf_get(&again, dotted), value))
		f = fault(FAULT_INPUT,
			"%s cannot be written as it is; leave out semicolons and outer blanks",
			dotted);
	if (f == FAULT_NONE)
		f = file_write(conf_path(c), new.data ? new.data : "", new.len);
	if (f != FAULT_NONE)
		goto out;
	char **slot = &c->conf.values[key - conf_keys];
	mem_free(*slot);
	*slot = mem_strdup(value);
out:
	conf_clear(&again);
	text_clear(&old);
	text_clear(&new);
	return f;
}

enum fault
verb_config_set(struct cli *c)
{
	const char *value = c->args.operand_count > 1 ? c->args.operands[1] : NULL;
	enum fault f = conf_store(c, c->args.operands[0], value);
	if (f == FAULT_NONE)
		key_print(c, conf_find(c->args.operands[0]));
	return f;
}

enum fault
verb_config_path(struct cli *c)
{
	enum fault f = c->places.config ? FAULT_NONE : places_find(&c->places);
	if (f != FAULT_NONE)
		return f;
	if (c->json) {
		struct text t;
		text_init(&t, 65536);
		text_put(&t, "{\"path\":");
		json_put_string(&t, conf_path(c));
		text_put_c(&t, '}');
		out_json(c, &t);
		text_clear(&t);
	} else {
		out_putf(c, PAINT_NONE, "%s\n", conf_path(c));
	}
	return FAULT_NONE;
}

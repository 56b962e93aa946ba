/* --help, printed from the table of verbs.
 *
 * Overview: a line a verb.  One verb: every row of it with its options. */
#include <string.h>
#include "cli_in.h"

static const char *
first_clause(struct arena *a, const char *help)
{
	return arena_strndup(a, help, strcspn(help, ";"));
}

void
help_all(struct cli *c)
{
	out_putf(c, PAINT_BOLD, "stoa %s", STOA_VERSION);
	out_put(c, PAINT_NONE,
		" - ask your own documents; every sentence carries its quotation\n\n");
	out_put(c, PAINT_NONE,
		"  stoa                 the screen; the first time: the set-up\n"
		"  stoa --plain         the same, line by line\n"
		"  stoa VERB ...        one of these; stoa VERB --help says more\n\n");
	for (size_t i = 0; i < verb_count; i++) {
		const struct verb *v = &verbs[i];
		const char *head = arena_printf(
			&c->arena, "  %s%s%s", v->name, v->sub ? " " : "", v->sub ? v->sub : "");
		head = arena_printf(&c->arena, "%-23s", head);
		out_wrapped(c, PAINT_NONE, head, 23, first_clause(&c->arena, v->help));
	}
	out_put(c, PAINT_NONE, "\nEvery verb takes:\n");
	for (size_t i = 0; i < common_option_count; i++) {
		const struct option *o = &common_options[i];
		const char *head = arena_printf(&c->arena, "  --%s%s%s", o->name,
			o->value ? " " : "", o->value ? o->value : "");
		out_wrapped(c, PAINT_NONE, arena_printf(&c->arena, "%-23s", head), 23, o->help);
	}
	out_put(c, PAINT_NONE,
		"\nExit status: 0 done, 1 failed, 2 usage, 3 nothing found, 4 denied, 5 offline,\n"
		"6 locked, 7 limit reached, 130 cancelled.  More: man stoa, man stoa.conf\n");
}

static void
help_row(struct cli *c, const struct verb *v)
{
	out_putf(c, PAINT_BOLD, "stoa %s%s%s", v->name, v->sub ? " " : "", v->sub ? v->sub : "");
	out_putf(c, PAINT_NONE, "%s%s%s\n", v->option_count ? " [OPTIONS]" : "",
		v->operands[0] ? " " : "", v->operands);
	out_wrapped(c, PAINT_NONE, "    ", 4, v->help);
	for (size_t i = 0; i < v->option_count; i++) {
		const struct option *o = &v->options[i];
		const char *head = arena_printf(&c->arena, "    --%s%s%s", o->name,
			o->value ? " " : "", o->value ? o->value : "");
		const char *help = o->choices
					   ? arena_printf(&c->arena, "%s (%s)", o->help, o->choices)
					   : o->help;
		out_wrapped(c, PAINT_NONE, arena_printf(&c->arena, "%-29s ", head), 30, help);
	}
	out_putf(c, PAINT_DIM, "    --json: %s\n\n", v->json);
}

void
help_verb(struct cli *c, const char *name)
{
	for (size_t i = 0; i < verb_count; i++)
		if (str_same(verbs[i].name, name))
			help_row(c, &verbs[i]);
	out_put(c, PAINT_DIM, "Options that every verb takes: stoa --help\n");
}

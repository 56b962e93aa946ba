/* --help and the completions, printed from the table of verbs.
 *
 * Overview: a line a verb.  One verb: every row of it with its options.  The
 * scripts for bash, zsh and fish hold the words themselves, so pressing Tab starts
 * no program.
 */
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

/* ---- completions ---------------------------------------------------------- */

/* Words of a verb's rows: subs, then options; separated by one blank. */
static void
put_subs(struct text *out, const char *name)
{
	for (size_t i = 0; i < verb_count; i++)
		if (str_same(verbs[i].name, name) && verbs[i].sub)
			text_printf(out, "%s ", verbs[i].sub);
}

static void
put_options(struct text *out, const struct verb *v)
{
	for (size_t i = 0; i < v->option_count; i++)
		text_printf(out, "--%s ", v->options[i].name);
	for (size_t i = 0; i < common_option_count; i++)
		text_printf(out, "--%s ", common_options[i].name);
}

static void
put_choice_words(struct text *out, const char *choices)
{
	for (const char *at = choices; *at; at++)
		text_put_c(out, *at == '|' ? ' ' : *at);
}

/* Choices of every option that has some, as rows of a case statement. */
static void
bash_values(struct text *out, const struct option *options, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct option *o = &options[i];
		if (o->kind == OPTION_CHOICE) {
			text_printf(out, "\t--%s) COMPREPLY=($(compgen -W '", o->name);
			put_choice_words(out, o->choices);
			text_put(out, "' -- \"$cur\")); return ;;\n");
		} else if (o->kind == OPTION_FILE) {
			text_printf(out,
				"\t--%s) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n",
				o->name);
		} else if (o->kind != OPTION_FLAG) {
			text_printf(out, "\t--%s) return ;;\n", o->name);
		}
	}
}

static void
print_bash(struct text *out)
{
	text_put(out, "# bash completion for stoa, printed by `stoa completion bash`\n"
		"_stoa() {\n"
		"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		"\tlocal verb=${COMP_WORDS[1]} sub=${COMP_WORDS[2]}\n"
		"\tCOMPREPLY=()\n\tcase $prev in\n");
	bash_values(out, common_options, common_option_count);
	for (size_t i = 0; i < verb_count; i++)
		bash_values(out, verbs[i].options, verbs[i].option_count);
	text_put(out, "\tesac\n\tif [ \"$COMP_CWORD\" = 1 ]; then\n\t\tCOMPREPLY=($(compgen -W '");
	for (size_t i = 0; i < verb_count; i++)
		if (verb_first(&verbs[i]))
			text_printf(out, "%s ", verbs[i].name);
	text_put(out,
		"--help --version --plain' -- \"$cur\"))\n\t\treturn\n\tfi\n\tcase \"$verb $sub\" in\n");
	for (size_t i = 0; i < verb_count; i++) {
		if (!verbs[i].sub)
			continue;
		text_printf(out, "\t'%s %s') words='", verbs[i].name, verbs[i].sub);
		put_options(out, &verbs[i]);
		text_put(out, "' ;;\n");
	}
	for (size_t i = 0; i < verb_count; i++) {
		if (!verb_first(&verbs[i]))
			continue;
		text_printf(out, "\t%s\\ *) words='", verbs[i].name);
		put_subs(out, verbs[i].name);
		if (str_same(verbs[i].name, "completion"))
			text_put(out, "bash zsh fish ");
		put_options(out, &verbs[i]);
		text_put(out, "' ;;\n");
	}
	text_put(out, "\t*) words= ;;\n\tesac\n"
		"\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
		"\t[[ $cur != -* ]] && COMPREPLY+=($(compgen -f -- \"$cur\"))\n"
		"}\ncomplete -o filenames -F _stoa stoa\n");
}

/* help as a word in single quotes for zsh or fish, where brackets and colons matter. */
static void
put_quoted(struct text *out, const char *help)
{
	for (; *help; help++) {
		if (strchr("'[]:\\", *help))
			text_put_c(out, ' ');
		else
			text_put_c(out, *help);
	}
}

static void
zsh_option(struct text *out, const struct option *o)
{
	text_printf(out, " '%s--%s%s[", o->many ? "*" : "", o->name, o->value ? "=" : "");
	put_quoted(out, o->help);
	text_put_c(out, ']');
	if (o->kind == OPTION_FILE)
		text_put(out, ":file:_files");
	else if (o->kind == OPTION_CHOICE) {
		text_printf(out, ":%s:(", o->name);
		put_choice_words(out, o->choices);
		text_put_c(out, ')');
	} else if (o->value) {
		text_printf(out, ":%s: ", o->name);
	}
	text_put_c(out, '\'');
}

static void
print_zsh(struct text *out)
{
	text_put(out, "#compdef stoa\n# zsh completion for stoa, printed by `stoa completion zsh`\n"
		"_stoa() {\n\tlocal -a verbs\n\tif (( CURRENT == 2 )); then\n\t\tverbs=(");
	for (size_t i = 0; i < verb_count; i++) {
		if (!verb_first(&verbs[i]))
			continue;
		text_printf(out, "\n\t\t\t'%s:", verbs[i].name);
		put_quoted(out, verbs[i].help);
		text_put_c(out, '\'');
	}
	text_put(out,
		")\n\t\t_describe verb verbs\n\t\treturn\n\tfi\n\tcase \"$words[2] $words[3]\" in\n");
	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < verb_count; i++) {
			const struct verb *v = &verbs[i];
			if (pass == 0 ? !v->sub : !verb_first(v))
				continue;
			if (pass == 0)
				text_printf(out, "\t'%s %s') _arguments", v->name, v->sub);
			else
				text_printf(out, "\t%s\\ *) _arguments", v->name);
			for (size_t o = 0; o < v->option_count; o++)
				zsh_option(out, &v->options[o]);
			for (size_t o = 0; o < common_option_count; o++)
				zsh_option(out, &common_options[o]);
			if (pass == 1 && (v->sub || str_same(v->name, "completion"))) {
				text_put(out, " '2:what:(");
				put_subs(out, v->name);
				text_put(out,
					str_same(v->name, "completion") ? "bash zsh fish)'" : ")'");
			}
			text_put(out, " '*:file:_files' ;;\n");
		}
	text_put(out, "\tesac\n}\n_stoa \"$@\"\n");
}

static void
fish_option(struct text *out, const struct verb *v, const struct option *o)
{
	text_put(out, "complete -c stoa");
	if (v)
		text_printf(out, " -n '__fish_seen_subcommand_from %s'", v->name);
	text_printf(out, " -l %s", o->name);
	if (o->kind == OPTION_CHOICE) {
		text_put(out, " -x -a '");
		put_choice_words(out, o->choices);
		text_put_c(out, '\'');
	} else if (o->kind == OPTION_FILE) {
		text_put(out, " -r -F");
	} else if (o->value) {
		text_put(out, " -x");
	}
	text_put(out, " -d '");
	put_quoted(out, o->help);
	text_put(out, "'\n");
}

static void
print_fish(struct text *out)
{
	text_put(out, "# fish completion for stoa, printed by `stoa completion fish`\n");
	for (size_t i = 0; i < verb_count; i++) {
		const struct verb *v = &verbs[i];
		if (verb_first(v)) {
			text_printf(out, "complete -c stoa -n __fish_use_subcommand -a %s -d '",
				v->name);
			put_quoted(out, v->help);
			text_put(out, "'\n");
		}
		if (v->sub) {
			text_printf(out,
				"complete -c stoa -n '__fish_seen_subcommand_from %s' -a %s -d '",
				v->name, v->sub);
			put_quoted(out, v->help);
			text_put(out, "'\n");
		}
		for (size_t o = 0; o < v->option_count; o++)
			fish_option(out, v, &v->options[o]);
	}
	text_put(out,
		"complete -c stoa -n '__fish_seen_subcommand_from completion' -x -a 'bash zsh fish'\n");
	for (size_t o = 0; o < common_option_count; o++)
		fish_option(out, NULL, &common_options[o]);
}

enum fault
completion_print(struct text *out, const char *shell)
{
	static const struct { const char *name; void (*print)(struct text *out); } shells[] = {
		{ "bash", print_bash }, { "zsh", print_zsh }, { "fish", print_fish },
	};
	for (size_t i = 0; i < COUNT_OF(shells); i++)
		if (str_same(shells[i].name, shell)) {
			shells[i].print(out);
			return text_check(out, "the completion script");
		}
	return fault(
		FAULT_INPUT, "there are completions for bash, zsh and fish, not for %s", shell);
}

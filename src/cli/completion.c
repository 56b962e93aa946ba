/* Completion for the shells, printed from the tables of verbs and settings.
 *
 * The scripts hold the words themselves, so pressing Tab starts no program.  What
 * stands behind an option belongs to its verb: --role of a search and --role of an
 * account have other choices. */
#include <stdio.h>
#include <string.h>
#include "cli_in.h"

/* Words of a verb's rows: subs, then options; separated by one blank. */
static void
put_subs(struct text *out, const char *name)
{
	for (size_t i = 0; i < verb_count; i++)
		if (str_same(verbs[i].name, name) && verbs[i].sub)
			text_printf(out, "%s ", verbs[i].sub);
	text_put(out, str_same(name, "completion") ? "bash zsh fish " : "");
}

static void
put_keys(struct text *out)
{
	for (size_t i = 0; i < conf_key_count; i++)
		text_printf(out, "%s.%s ", conf_keys[i].section, conf_keys[i].name);
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

/* What may stand behind an option, as rows of a case statement over "VERB SUB:WORD". */
static void
bash_values(struct text *out, const char *where, const struct option *options, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct option *o = &options[i];
		if (o->kind == OPTION_FLAG)
			continue;
		text_printf(out, "\t%s:--%s)", where, o->name);
		if (o->kind == OPTION_CHOICE) {
			text_put(out, " COMPREPLY=($(compgen -W '");
			put_choice_words(out, o->choices);
			text_put(out, "' -- \"$cur\"));");
		} else if (o->kind == OPTION_FILE) {
			text_put(out, " COMPREPLY=($(compgen -f -- \"$cur\"));");
		}
		text_put(out, " return ;;\n");
	}
}

/* The pattern of a verb with its sub, or of the verb whatever follows. */
static void
bash_where(char *out, size_t cap, const struct verb *v, bool sub)
{
	if (sub)
		snprintf(out, cap, "'%s %s'", v->name, v->sub);
	else
		snprintf(out, cap, "%s\\ *", v->name);
}

static void
bash_verb_values(struct text *out)
{
	char where[128];
	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < verb_count; i++) {
			const struct verb *v = &verbs[i];
			if (pass == 0 ? !v->sub : !verb_first(v))
				continue;
			bash_where(where, sizeof where, v, pass == 0);
			bash_values(out, where, v->options, v->option_count);
		}
	bash_values(out, "*", common_options, common_option_count);
	text_put(out, "\t'config get':get | 'config set':set) COMPREPLY=($(compgen -W '");
	put_keys(out);
	text_put(out, "' -- \"$cur\")); return ;;\n");
	for (size_t i = 0; i < conf_key_count; i++) {
		if (!conf_keys[i].choices)
			continue;
		text_printf(out, "\t'config set':%s.%s) COMPREPLY=($(compgen -W '", conf_keys[i].section, conf_keys[i].name);
		put_choice_words(out, conf_keys[i].choices);
		text_put(out, "' -- \"$cur\")); return ;;\n");
	}
}

/* The words after a verb: subs, then options. */
static void
bash_verb_words(struct text *out)
{
	char where[128];
	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < verb_count; i++) {
			const struct verb *v = &verbs[i];
			if (pass == 0 ? !v->sub : !verb_first(v))
				continue;
			bash_where(where, sizeof where, v, pass == 0);
			text_printf(out, "\t%s) words='", where);
			if (pass == 1)
				put_subs(out, v->name);
			put_options(out, v);
			text_put(out, "' ;;\n");
		}
}

static void
print_bash(struct text *out)
{
	text_put(out, "# bash completion for stoa, printed by `stoa completion bash`\n"
		"_stoa() {\n"
		"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		"\tlocal verb=${COMP_WORDS[1]} sub=${COMP_WORDS[2]} words\n"
		"\tCOMPREPLY=()\n\tcase \"$verb $sub:$prev\" in\n");
	bash_verb_values(out);
	text_put(out, "\tesac\n\tif [ \"$COMP_CWORD\" = 1 ]; then\n\t\tCOMPREPLY=($(compgen -W '");
	for (size_t i = 0; i < verb_count; i++)
		if (verb_first(&verbs[i]))
			text_printf(out, "%s ", verbs[i].name);
	text_put(out,
		"--help --version --plain' -- \"$cur\"))\n\t\treturn\n\tfi\n\tcase \"$verb $sub\" in\n");
	bash_verb_words(out);
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
				text_put(out, ")'");
			}
			if (pass == 0 && str_starts(v->operands, "KEY")) {
				text_put(out, " '3:key:(");
				put_keys(out);
				text_put(out, ")'");
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
	text_put(out, "complete -c stoa -n '__fish_seen_subcommand_from get set' -x -a '");
	put_keys(out);
	text_put(out, "'\n");
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

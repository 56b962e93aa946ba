/* A command line read against the table of verbs.
 *
 * Options may stand anywhere after the verb, as --name value or --name=value; --
 * ends them.  A word that is not in the table is refused with the nearest one
 * that is.  getopt_long was set aside: it prints on its own, keeps state, and its
 * abbreviations make tomorrow's option break today's script.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cli_in.h"

#define WORD_MAX 32

/* Optimal string alignment distance of two short words; large when one is long. */
static size_t
distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b), row[3][WORD_MAX + 1];
	if (n > WORD_MAX || m > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= m; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
		now[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t best = last[j - 1] + (tolower((unsigned char)a[i - 1]) != b[j - 1]);
			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]
				&& before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[n % 3][m];
}

const char *
args_nearest(const char *typed, const char *(*name)(size_t i), size_t count)
{
	const char *best = NULL;
	size_t least = strlen(typed) < 4 ? 2 : 3;
	for (size_t i = 0; i < count; i++) {
		if (!name(i))
			continue;
		size_t d = distance(typed, name(i));
		if (strlen(typed) >= 2 && str_starts(name(i), typed))
			d = 1;
		if (d < least)
			least = d, best = name(i);
	}
	return best;
}

static const char *
verb_name_at(size_t i)
{
	return verbs[i].name;
}

static enum fault
unknown_verb(const char *word)
{
	const char *near = args_nearest(word, verb_name_at, verb_count);
	if (near)
		return fault(FAULT_INPUT, "there is no verb %s; did you mean %s?", word, near);
	return fault(FAULT_INPUT, "there is no verb %s; stoa --help lists them", word);
}

static enum fault
unknown_sub(const char *name, const char *word)
{
	char list[256] = "";
	size_t used = 0;
	for (size_t i = 0; i < verb_count; i++)
		if (str_same(verbs[i].name, name) && used < sizeof list)
			used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
				used ? ", " : "", verbs[i].sub);
	return fault(FAULT_INPUT, "stoa %s does not know %s; it knows %s", name, word, list);
}

static const struct option *
option_in(const struct option *table, size_t count, const char *name, size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(table[i].name) == len && strncmp(table[i].name, name, len) == 0)
			return &table[i];
	return NULL;
}

static const struct option *
option_find(const struct verb *v, const char *name, size_t len)
{
	const struct option *o = v ? option_in(v->options, v->option_count, name, len) : NULL;
	return o ? o : option_in(common_options, common_option_count, name, len);
}

static enum fault
unknown_option(const struct verb *v, const char *name, size_t len)
{
	char typed[WORD_MAX + 1];
	snprintf(typed, sizeof typed, "%.*s", (int)(len > WORD_MAX ? WORD_MAX : len), name);
	const char *near = NULL;
	size_t least = 3;
	for (size_t i = 0; i < (v ? v->option_count : 0) + common_option_count; i++) {
		const char *candidate = v && i < v->option_count ? v->options[i].name
			: common_options[i - (v ? v->option_count : 0)].name;
		size_t d = distance(typed, candidate);
		if (d < least)
			least = d, near = candidate;
	}
	const char *verb = v ? v->name : "";
	if (near)
		return fault(FAULT_INPUT, "stoa%s%s has no option --%s; did you mean --%s?",
			v ? " " : "", verb, typed, near);
	return fault(FAULT_INPUT, "stoa%s%s has no option --%s; see stoa %s --help", v ? " " : "",
		verb, typed, verb);
}

static bool
choice_among(const char *choices, const char *word)
{
	size_t len = strlen(word);
	for (const char *at = choices; *at;) {
		size_t n = strcspn(at, "|");
		if (n == len && strncmp(at, word, n) == 0)
			return true;
		at += n + (at[n] == '|');
	}
	return false;
}

static enum fault
option_read(struct given *g, const struct option *o, const char *text)
{
	*g = (struct given){ .option = o, .text = text };
	if (o->kind == OPTION_NUMBER) {
		char *end;
		errno = 0;
		long long n = strtoll(text, &end, 10);
		if (errno || end == text || *end || n < o->min || n > o->max)
			return fault(FAULT_INPUT, "--%s takes a number from %lld to %lld, not %s",
				o->name, (long long)o->min, (long long)o->max, text);
		g->number = n;
	}
	if (o->kind == OPTION_CHOICE && !choice_among(o->choices, text))
		return fault(
			FAULT_INPUT, "--%s takes one of %s, not %s", o->name, o->choices, text);
	if (o->kind == OPTION_TEXT && !utf8_valid(text, strlen(text)))
		return fault(FAULT_INPUT, "--%s is not UTF-8: %s", o->name, text);
	return FAULT_NONE;
}

/* The option at argv[*at]; *at moves over its value. */
static enum fault
option_take(struct args *out, int *at, int argc, char *const argv[])
{
	const char *name = argv[*at] + 2;
	if (argv[*at][1] != '-')
		return fault(FAULT_INPUT, "options are words after two dashes: %s is not one",
			argv[*at]);
	size_t len = strcspn(name, "=");
	const struct option *o = option_find(out->verb, name, len);
	if (!o)
		return unknown_option(out->verb, name, len);
	const char *text = name[len] == '=' ? name + len + 1 : NULL;
	if (o->kind == OPTION_FLAG && text)
		return fault(FAULT_INPUT, "--%s takes no value", o->name);
	if (o->kind != OPTION_FLAG && !text) {
		if (*at + 1 >= argc)
			return fault(FAULT_INPUT, "--%s needs a value: --%s %s", o->name, o->name,
				o->value);
		text = argv[++*at];
	}
	if (!o->many && option_given(out, o->name))
		return fault(FAULT_INPUT, "--%s is given twice", o->name);
	if (out->given_count == OPTIONS_MAX)
		return fault(FAULT_LIMIT, "more than %d options", OPTIONS_MAX);
	if (str_same(o->name, "help"))
		out->help = true;
	return option_read(&out->given[out->given_count++], o, text);
}

static enum fault
operands_check(const struct args *a)
{
	const struct verb *v = a->verb;
	const char *sub = v->sub ? v->sub : "", *gap = v->sub ? " " : "";
	if ((int)a->operand_count < v->least)
		return fault(FAULT_INPUT, "stoa %s%s%s needs %s", v->name, gap, sub, v->operands);
	if (v->most >= 0 && (int)a->operand_count > v->most)
		return fault(FAULT_INPUT, "stoa %s%s%s does not take %s; it takes %s", v->name, gap,
			sub, a->operands[v->most],
			v->operands[0] ? v->operands : "nothing but options");
	return FAULT_NONE;
}

/* The row the first words name; the number of words it took. */
static enum fault
verb_take(const struct verb **v, int *took, int argc, char *const argv[])
{
	const struct verb *found = verb_find(argv[0], NULL);
	if (!found)
		return unknown_verb(argv[0]);
	*took = 1;
	if (verb_has_subs(argv[0]) && argc > 1 && argv[1][0] != '-') {
		found = verb_find(argv[0], argv[1]);
		if (!found)
			return unknown_sub(argv[0], argv[1]);
		*took = 2;
	}
	*v = found;
	return FAULT_NONE;
}

enum fault
args_parse(struct args *out, struct arena *a, int argc, char *const argv[])
{
	*out = (struct args){ .operands = arena_alloc(a, sizeof(char *) * ((size_t)argc + 1)) };
	bool options = true;
	for (int at = 0; at < argc; at++) {
		enum fault f = FAULT_NONE;
		int took = 1;
		if (options && str_same(argv[at], "--version"))
			out->verb = verb_find("version", NULL);
		else if (options && str_same(argv[at], "-h"))
			out->help = true;
		else if (options && str_same(argv[at], "--"))
			options = false;
		else if (options && argv[at][0] == '-' && argv[at][1])
			f = option_take(out, &at, argc, argv);
		else if (!out->verb &&
			 (f = verb_take(&out->verb, &took, argc - at, argv + at)) == FAULT_NONE)
			at += took - 1;
		else if (f == FAULT_NONE)
			out->operands[out->operand_count++] = argv[at];
		if (f != FAULT_NONE)
			return f;
	}
	if (!out->verb || out->help)
		return FAULT_NONE;
	return operands_check(out);
}

/* Asking for an option that no row of the table has is a mistake of ours; one that
 * only another verb has is simply not given. */
static const struct given *
given_find(const struct args *a, const char *name, size_t from)
{
	for (size_t i = from; i < a->given_count; i++)
		if (str_same(a->given[i].option->name, name))
			return &a->given[i];
	return NULL;
}

bool
option_given(const struct args *a, const char *name)
{
	return given_find(a, name, 0) != NULL;
}

const char *
option_text(const struct args *a, const char *name)
{
	const struct given *g = given_find(a, name, 0);
	return g ? g->text : NULL;
}

int64_t
option_number(const struct args *a, const char *name, int64_t otherwise)
{
	const struct given *g = given_find(a, name, 0);
	return g ? g->number : otherwise;
}

struct text_list
option_texts(const struct args *a, struct arena *arena, const char *name)
{
	struct text_list list = { arena_alloc(arena, sizeof(char *) * (a->given_count + 1)), 0 };
	for (size_t i = 0; i < a->given_count; i++)
		if (str_same(a->given[i].option->name, name))
			list.items[list.count++] = a->given[i].text;
	return list;
}

/* Command lines read against the table of verbs. */
#include "../stoa_test.h"
#include "../../src/cli/cli_in.h"

static enum fault
parse(struct args *out, struct arena *a, const char *line)
{
	static char copy[1024];
	char *words[32];
	int count = 0;
	snprintf(copy, sizeof copy, "%s", line);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		words[count++] = word;
	return args_parse(out, a, count, words);
}

#define PARSING struct arena a; struct args args; arena_init(&a)

START_TEST(a_verb_takes_options_and_operands_in_any_order)
{
	PARSING;
	WELL(parse(&args, &a, "search --k 7 light --subject=bio and dark --subject chem"));
	ck_assert_str_eq(args.verb->name, "search");
	ck_assert_int_eq(option_number(&args, "k", 5), 7);
	ck_assert_uint_eq(args.operand_count, 3);
	ck_assert_str_eq(args.operands[2], "dark");
	struct text_list subjects = option_texts(&args, &a, "subject");
	ck_assert_uint_eq(subjects.count, 2);
	ck_assert_str_eq(subjects.items[0], "bio");
	ck_assert(!option_given(&args, "json"));
	ck_assert_ptr_null(option_text(&args, "kind"));
	arena_clear(&a);
}
END_TEST

START_TEST(a_sub_verb_is_found_and_the_first_is_the_default)
{
	PARSING;
	WELL(parse(&args, &a, "docs show --json x"));
	ck_assert_str_eq(args.verb->sub, "show");
	WELL(parse(&args, &a, "docs --json"));
	ck_assert_str_eq(args.verb->sub, "list");
	FAILS(FAULT_INPUT, parse(&args, &a, "docs shwo x"));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "show"));
	arena_clear(&a);
}
END_TEST

START_TEST(two_dashes_end_the_options)
{
	PARSING;
	WELL(parse(&args, &a, "ask -- --json --k"));
	ck_assert(!option_given(&args, "json"));
	ck_assert_uint_eq(args.operand_count, 2);
	WELL(parse(&args, &a, "ask -"));
	ck_assert_str_eq(args.operands[0], "-");
	arena_clear(&a);
}
END_TEST

START_TEST(what_is_wrong_is_said_with_the_word_that_is)
{
	static const struct {
		const char *line, *says;
	} rows[] = {
		{ "aks x", "did you mean ask" },
		{ "serch x", "did you mean search" },
		{ "quiz", "no verb quiz" },
		{ "ask --subjct b x", "did you mean --subject" },
		{ "ask --zzzzzz", "no option --zzzzzz" },
		{ "search x --k", "needs a value" },
		{ "search x --k many", "from 1 to 100, not many" },
		{ "search x --k 101", "from 1 to 100" },
		{ "search x --k 9999999999999999999", "from 1 to 100" },
		{ "search x --k 5x", "not 5x" },
		{ "search x --kind tar", "takes one of pdf|" },
		{ "ask --json=yes x", "takes no value" },
		{ "search --k 1 --k 2 x", "given twice" },
		{ "ask -x y", "two dashes" },
		{ "docs show", "needs DOCUMENT" },
		{ "docs show a b", "does not take b" },
		{ "doctor now", "does not take now" },
		{ "history rename x", "needs" },
	};
	PARSING;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		FAILS(FAULT_INPUT, parse(&args, &a, rows[i].line));
		ck_assert_msg(strstr(fault_sentence(), rows[i].says) != NULL, "%s: %s",
			rows[i].line, fault_sentence());
	}
	arena_clear(&a);
}
END_TEST

START_TEST(a_nearest_word_is_near)
{
	PARSING;
	FAILS(FAULT_INPUT, parse(&args, &a, "xylophone"));
	ck_assert_ptr_null(strstr(fault_sentence(), "did you mean"));
	FAILS(FAULT_INPUT, parse(&args, &a, "his"));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "did you mean history"));
	arena_clear(&a);
}
END_TEST

START_TEST(help_and_no_verb_are_no_error)
{
	PARSING;
	WELL(args_parse(&args, &a, 0, NULL));
	ck_assert_ptr_null(args.verb);
	WELL(parse(&args, &a, "docs show --help"));
	ck_assert(args.help);
	WELL(parse(&args, &a, "-h"));
	ck_assert(args.help);
	WELL(parse(&args, &a, "--plain"));
	ck_assert(option_given(&args, "plain"));
	arena_clear(&a);
}
END_TEST

START_TEST(the_table_is_sound)
{
	for (size_t i = 0; i < verb_count; i++) {
		const struct verb *v = &verbs[i];
		ck_assert(v->run && v->help && v->json && v->operands);
		ck_assert_msg(verb_find(v->name, v->sub) == v, "%s is there twice", v->name);
		if (!verb_first(v))
			ck_assert_msg(v->sub && v[-1].sub, "%s: a row without a sub-verb", v->name);
		ck_assert(v->most < 0 || v->most >= v->least);
		for (size_t o = 0; o < v->option_count; o++) {
			const struct option *op = &v->options[o];
			ck_assert((op->kind == OPTION_FLAG) == (op->value == NULL));
			ck_assert((op->kind == OPTION_CHOICE) == (op->choices != NULL));
			ck_assert(op->kind != OPTION_NUMBER || op->max > op->min);
			for (size_t c = 0; c < common_option_count; c++)
				ck_assert_str_ne(op->name, common_options[c].name);
		}
	}
	size_t count;
	const struct chat_command *all = chat_commands(&count);
	for (size_t i = 0; i < count; i++)
		ck_assert_msg(!verb_find(all[i].name, NULL) || str_same(all[i].name, "help"),
			"/%s is a verb", all[i].name);
}
END_TEST

START_TEST(a_line_is_split_as_a_shell_does)
{
	static const struct {
		const char *line, *words;
	} rows[] = {
		{ "", "" },
		{ "  a  b ", "a|b" },
		{ "'a b' c", "a b|c" },
		{ "\"a 'b'\"", "a 'b'" },
		{ "a\\ b", "a b" },
		{ "'a\\b'", "a\\b" },
		{ "x''y", "xy" },
		{ "~/n", "/there/n" },
		{ "a~/n", "a~/n" },
		{ "$(id) `id` ;", "$(id)|`id`|;" },
	};
	struct arena a;
	char **words;
	size_t count;
	arena_init(&a);
	setenv("HOME", "/there", 1);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char joined[256] = "";
		WELL(words_split(&words, &count, &a, rows[i].line));
		for (size_t w = 0; w < count; w++) {
			strcat(joined, w ? "|" : "");
			strcat(joined, words[w]);
		}
		ck_assert_str_eq(joined, rows[i].words);
	}
	FAILS(FAULT_INPUT, words_split(&words, &count, &a, "a 'b"));
	arena_clear(&a);
}
END_TEST

START_TEST(completions_hold_every_verb_and_option)
{
	static const char *const shells[] = { "bash", "zsh", "fish" };
	for (size_t s = 0; s < COUNT_OF(shells); s++) {
		struct text t;
		text_init(&t, 1024 * 1024);
		WELL(completion_print(&t, shells[s]));
		for (size_t i = 0; i < verb_count; i++) {
			ck_assert_ptr_nonnull(strstr(t.data, verbs[i].name));
			for (size_t o = 0; o < verbs[i].option_count; o++)
				ck_assert_msg(strstr(t.data, verbs[i].options[o].name) != NULL,
					"%s: --%s", shells[s], verbs[i].options[o].name);
		}
		text_clear(&t);
	}
	struct text t;
	text_init(&t, 1024);
	FAILS(FAULT_INPUT, completion_print(&t, "csh"));
	FAILS(FAULT_LIMIT, completion_print(&t, "bash"));
	text_clear(&t);
}
END_TEST

TESTS("args", a_verb_takes_options_and_operands_in_any_order,
	a_sub_verb_is_found_and_the_first_is_the_default, two_dashes_end_the_options,
	what_is_wrong_is_said_with_the_word_that_is, a_nearest_word_is_near,
	help_and_no_verb_are_no_error, the_table_is_sound, a_line_is_split_as_a_shell_does,
	completions_hold_every_verb_and_option)

/* The input line: editing, history, pastes, vi mode, and where the caret stands. */
#include <locale.h>

#include "../stoa_test.h"
#include <locale.h>
#include <readline/readline.h>
#include "../../src/tui/key_in.h"

static char sent[70000];
static int sends;

static void
on_event(enum composer_event e, const char *text, void *arg)
{
	(void)arg;
	if (e == COMPOSER_SUBMIT) {
		sends++;
		snprintf(sent, sizeof sent, "%s", text);
	}
}

static const char *const *
complete(struct arena *a, const char *word, size_t start, const char *line, void *arg)
{
	static const char *const words[] = { "/rename", "/redraw", "/quit", NULL };
	(void)a, (void)start, (void)line, (void)arg, (void)word;
	return words;
}

/* Keys by name, as the screen hands them on; "'text" types it. */
static void
type(struct composer *c, const char *s)
{
	if (*s != '\'') {
		keycode keys[8];
		size_t n;
		WELL(key_parse(keys, &n, 8, s));
		for (size_t i = 0; i < n; i++) {
			char bytes[8];
			size_t len = keys[i] < KEY_MOD_ALT ? utf8_encode(bytes, keys[i]) : 0;
			composer_key(c, keys[i], bytes, len);
		}
		return;
	}
	for (size_t at = 1, len = strlen(s); at < len;) {
		size_t from = at;
		uint32_t code = utf8_next(s, len, &at);
		composer_key(c, code, s + from, at - from);
	}
}

static struct composer *
opened(void)
{
	struct composer *c;
	setenv("INPUTRC", "/dev/null", 1);
	setenv("TERM", "xterm", 1);
	setenv("LC_ALL", "C.UTF-8", 1);      /* readline asks the environment again */
	setlocale(LC_ALL, "");
	sends = 0;
	WELL(composer_new(&c, complete, on_event, NULL));
	return c;
}

START_TEST(what_is_typed_stands_there_and_enter_sends_it)
{
	struct composer *c = opened();
	type(c, "'why \345\205\211?");
	ck_assert_str_eq(composer_text(c), "why \345\205\211?");
	type(c, "Enter");
	ck_assert_str_eq(sent, "why \345\205\211?");
	ck_assert_str_eq(composer_text(c), "");
	type(c, "'   ");
	type(c, "Enter");
	ck_assert_int_eq(sends, 1);
	composer_free(c);
}
END_TEST

START_TEST(alt_enter_begins_a_line_and_sends_nothing)
{
	struct composer *c = opened();
	type(c, "'one");
	type(c, "M-Enter");
	type(c, "'two");
	ck_assert_int_eq(sends, 0);
	ck_assert_str_eq(composer_text(c), "one\ntwo");
	type(c, "Enter");
	ck_assert_str_eq(sent, "one\ntwo");
	composer_free(c);
}
END_TEST

START_TEST(the_keys_of_readline_work)
{
	struct composer *c = opened();
	type(c, "'one two three");
	type(c, "C-w");
	ck_assert_str_eq(composer_text(c), "one two ");
	type(c, "C-y");
	ck_assert_str_eq(composer_text(c), "one two three");
	type(c, "C-a");
	type(c, "M-d");
	ck_assert_str_eq(composer_text(c), " two three");
	type(c, "C-x C-u");
	ck_assert_str_eq(composer_text(c), "one two three");
	type(c, "Home");
	type(c, "Delete");
	type(c, "C-Right");
	type(c, "Backspace");
	ck_assert_str_eq(composer_text(c), "n two three");
	type(c, "End");
	type(c, "C-u");
	ck_assert_str_eq(composer_text(c), "");
	composer_free(c);
}
END_TEST

START_TEST(keys_that_mean_nothing_here_type_nothing)
{
	static const char *const keys[] = { "F5", "PageUp", "C-PageUp", "Insert", "M-F1", "S-Tab", "Esc" };
	struct composer *c = opened();
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		type(c, keys[i]);
		ck_assert_msg(str_same(composer_text(c), ""), "%s typed \"%s\"", keys[i], composer_text(c));
	}
	type(c, "'b");
	ck_assert_str_eq(composer_text(c), "b");
	composer_free(c);
}
END_TEST

START_TEST(the_end_of_input_on_an_empty_line_changes_nothing)
{
	struct composer *c = opened();
	type(c, "C-d");
	type(c, "'a");
	ck_assert_str_eq(composer_text(c), "a");
	type(c, "Enter");
	ck_assert_str_eq(sent, "a");
	composer_free(c);
}
END_TEST

START_TEST(a_paste_is_text_and_never_sends)
{
	struct composer *c = opened();
	static const char paste[] = "rm -rf /\r\nnext\rlast\n\033[201~\tx\007\003\033]52;c;?\a\177";
	type(c, "'> ");
	composer_paste(c, paste, sizeof paste - 1);
	ck_assert_int_eq(sends, 0);
	ck_assert_str_eq(composer_text(c), "> rm -rf /\nnext\nlast\n[201~ x]52;c;?");
	composer_paste(c, "", 0);
	type(c, "Enter");
	ck_assert_int_eq(sends, 1);
	composer_free(c);
}
END_TEST

START_TEST(a_line_has_a_limit_and_stays_utf8)
{
	struct composer *c = opened();
	struct text t;
	text_init(&t, 1 << 20);
	for (int i = 0; i < 40000; i++)
		text_put(&t, "\345\205\211");
	composer_paste(c, t.data, t.len);
	size_t n = strlen(composer_text(c));
	ck_assert_uint_le(n, COMPOSER_MAX);
	ck_assert(n > COMPOSER_MAX - 8 && utf8_valid(composer_text(c), n));
	type(c, "'more");
	type(c, "C-u");
	type(c, "C-y");
	type(c, "C-y");
	n = strlen(composer_text(c));
	ck_assert_uint_le(n, COMPOSER_MAX);
	ck_assert(utf8_valid(composer_text(c), n));
	text_clear(&t);
	composer_free(c);
}
END_TEST

START_TEST(walking_the_history_keeps_the_draft)
{
	struct composer *c = opened();
	const char *const lines[] = { "first", "second" };
	composer_history(c, lines, 2);
	type(c, "'dra");
	type(c, "Up");
	ck_assert_str_eq(composer_text(c), "second");
	type(c, "Up");
	ck_assert_str_eq(composer_text(c), "first");
	type(c, "Down");
	type(c, "Down");
	ck_assert_str_eq(composer_text(c), "dra");
	type(c, "Up");
	type(c, "Up");
	type(c, "Enter");
	ck_assert_str_eq(sent, "first");
	type(c, "Up");
	ck_assert_str_eq(composer_text(c), "first");
	type(c, "Up");
	ck_assert_str_eq(composer_text(c), "second");
	composer_free(c);
}
END_TEST

START_TEST(a_draft_is_put_back_with_the_caret_at_its_end)
{
	struct composer *c = opened();
	composer_set(c, "half a thou");
	type(c, "'ght");
	ck_assert_str_eq(composer_text(c), "half a thought");
	composer_set(c, NULL);
	ck_assert_str_eq(composer_text(c), "");
	composer_free(c);
}
END_TEST

START_TEST(tab_completes_and_shows_what_is_possible)
{
	struct composer *c = opened();
	type(c, "'/q");
	type(c, "Tab");
	ck_assert_str_eq(composer_text(c), "/quit ");
	type(c, "C-u");
	type(c, "'/re");
	type(c, "Tab");
	type(c, "Tab");
	ck_assert_ptr_nonnull(strstr(composer_hint(c), "/rename"));
	type(c, "'n");
	ck_assert_str_eq(composer_hint(c), "");
	composer_free(c);
}
END_TEST

START_TEST(vi_mode_moves_and_edits)
{
	struct composer *c = opened();
	rl_variable_bind("editing-mode", "vi");
	type(c, "'one two");
	type(c, "Esc");
	type(c, "'b");
	type(c, "'x");
	ck_assert_str_eq(composer_text(c), "one wo");
	type(c, "'A");
	type(c, "'!");
	ck_assert_str_eq(composer_text(c), "one wo!");
	type(c, "Left");
	type(c, "'?");
	ck_assert_str_eq(composer_text(c), "one wo?!");
	type(c, "M-Enter");
	ck_assert_str_eq(composer_text(c), "one wo?\n!");
	type(c, "Esc");
	type(c, "'dd");
	ck_assert_str_eq(composer_text(c), "");
	type(c, "'iq");
	type(c, "Enter");
	ck_assert_str_eq(sent, "q");
	type(c, "'next");
	ck_assert_str_eq(composer_text(c), "next");
	rl_variable_bind("editing-mode", "emacs");
	composer_free(c);
}
END_TEST

START_TEST(a_second_line_editor_is_refused)
{
	struct composer *c = opened(), *d;
	FAILS(FAULT_EXISTS, composer_new(&d, NULL, on_event, NULL));
	composer_free(c);
	composer_free(NULL);
}
END_TEST

START_TEST(rows_and_caret_count_cells_not_bytes)
{
	struct composer *c = opened();
	struct screen *s;
	struct text out;
	text_init(&out, 65536);
	struct theme *plain;
	WELL(theme_load(&plain, NULL, NULL, NULL));
	WELL(screen_open(&s, &(struct screen_config){ .golden_rows = 10, .golden_cols = 24, .theme = plain }));
	for (int i = 0; i < 11; i++)
		type(c, "'\345\205\211");
	ck_assert_int_eq(composer_rows(c, 24), 2);     /* 20 cells a row: ten, and one */
	composer_draw(s, (struct area){ 2, 0, 2, 24 }, c, true);
	screen_flush(s);
	screen_dump(&out, s, false);
	ck_assert_ptr_nonnull(strstr(out.data, " > \345\205\211\345\205\211"));
	type(c, "C-u");
	type(c, "'e\314\201a");
	ck_assert_int_eq(composer_rows(c, 24), 1);
	type(c, "Backspace");
	type(c, "Backspace");
	ck_assert_str_eq(composer_text(c), "");
	for (int i = 0; i < 30; i++)
		type(c, "M-Enter");
	ck_assert_int_eq(composer_rows(c, 24), 8);
	text_clear(&out);
	screen_close(s);
	theme_free(plain);
	composer_free(c);
}
END_TEST

START_TEST(a_locale_of_bytes_takes_whole_characters_away)
{
	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C"));
	struct composer *c = opened();
	type(c, "'a\xC3\xA9\xE6\x97\xA5");
	type(c, "Backspace");
	ck_assert_str_eq(composer_text(c), "a\xC3\xA9");
	type(c, "Left");
	ck_assert_int_eq(rl_point, 1);
	type(c, "Right");
	ck_assert_int_eq(rl_point, 3);
	type(c, "Left");
	type(c, "Delete");
	ck_assert_str_eq(composer_text(c), "a");
	type(c, "Backspace");
	type(c, "Backspace");
	ck_assert_str_eq(composer_text(c), "");
	composer_free(c);
}
END_TEST

START_TEST(what_the_inputrc_has_behind_control_x_is_the_persons)
{
	char path[128];
	static const char rc[] = "\"\\C-xl\": downcase-word\n\"\\C-x\\C-e\": \"macro\"\n";
	const keycode control_x[] = { 24 };
	const char *folder = scratch();
	snprintf(path, sizeof path, "%s/inputrc", folder);
	WELL(file_write(path, rc, sizeof rc - 1));
	setenv("INPUTRC", path, 1);
	setenv("TERM", "xterm", 1);
	struct composer *c;
	WELL(composer_new(&c, complete, on_event, NULL));
	ck_assert(composer_binds(c, control_x, 1, 'l'));
	ck_assert(composer_binds(c, control_x, 1, 5));
	ck_assert(!composer_binds(c, control_x, 1, 'n'));
	ck_assert(!composer_binds(c, control_x, 1, 3));
	ck_assert(!composer_binds(c, control_x, 1, '/'));
	composer_free(c);
	scratch_remove(folder);
}
END_TEST

TESTS("composer", a_locale_of_bytes_takes_whole_characters_away, what_the_inputrc_has_behind_control_x_is_the_persons,
	what_is_typed_stands_there_and_enter_sends_it, alt_enter_begins_a_line_and_sends_nothing,
	the_keys_of_readline_work, keys_that_mean_nothing_here_type_nothing, the_end_of_input_on_an_empty_line_changes_nothing,
	a_paste_is_text_and_never_sends, a_line_has_a_limit_and_stays_utf8, walking_the_history_keeps_the_draft,
	a_draft_is_put_back_with_the_caret_at_its_end, tab_completes_and_shows_what_is_possible, vi_mode_moves_and_edits,
	a_second_line_editor_is_refused, rows_and_caret_count_cells_not_bytes)

/* The width self-test against terminals that count otherwise: columns hold, nothing
 * typed is lost, nothing waits, and a terminal is asked once. */
#include <locale.h>

#include "../../src/tui/width_in.h"
#include "pty_test.h"

/* For libvterm: a letter of the Yi takes two cells, one for private use takes one. */
static const struct terminal_other wide_ambiguous[] = { { 0x3B1, 0xA000 }, { 0x2500, 0xA001 }, { 0x2502, 0xA002 }, { 0x2026, 0xA003 }, { 0, 0 } };
static const struct terminal_other old[] = { { 0x1F600, 0xE000 }, { 0x1F44D, 0xE002 }, { 0x301, 0xE001 }, { 0, 0 } };

static void
begin_on(const struct terminal_other *others, int rows, int cols)
{
	home_make();
	open_in(rows, cols, environment);
	t.others = others;
	ready();
}

/* On a loaded machine an answer comes too late for the screen that asked: ask again. */
static void
applied(const char *shown)
{
	double end = terminal_now_ms() + LONG_MS;
	while (!terminal_wait(&t, shown, 1000)) {
		ck_assert_msg(terminal_now_ms() < end, "\"%s\" is not shown", shown);
		terminal_say(&t, "\014");
	}
}

static char *
widths_file(void)
{
	static struct text text;
	char path[512];
	snprintf(path, sizeof path, "%s/state/widths", home);
	text_clear(&text);
	text_init(&text, 65536);
	double end = terminal_now_ms() + LONG_MS;
	while (file_read(&text, path) != FAULT_NONE && terminal_now_ms() < end)
		(void)terminal_pump(&t, 10);
	ck_assert_msg(text.len > 0, "no widths are remembered");
	return text.data;
}

/* The line of a text on the screen, or NULL. */
static const char *
line_with(const char *word)
{
	static struct text all;
	text_clear(&all);
	text_init(&all, 1024 * 1024);
	terminal_print(&all, &t);
	char *at = strstr(all.data, word);
	if (at == NULL)
		return NULL;
	while (at > all.data && at[-1] != '\n')
		at--;
	*strchr(at, '\n') = '\0';
	return at;
}

START_TEST(letters_of_two_cells_move_nothing_behind_them)
{
	int row, col;
	begin_on(wide_ambiguous, 40, 120);
	ck_assert_ptr_nonnull(strstr(widths_file(), "ambiguous = 2"));
	ck_assert_ptr_nonnull(strstr(widths_file(), "line = 2"));
	applied("----------");      /* lines are drawn by letters */
	terminal_say(&t, "What is \xCE\xB1\xCE\xB1 and \xCE\xB1?");
	ck_assert(terminal_wait(&t, " > What is \xCE\xB1\xCE\xB1 and \xCE\xB1?", LONG_MS));
	terminal_quiet(&t, 200);
	terminal_cursor(&t, &row, &col);
	ck_assert_int_eq(col, 3 + 8 + 4 + 5 + 2 + 1);
	terminal_say(&t, "\r");
	ck_assert(terminal_wait(&t, "you    What is \xCE\xB1\xCE\xB1 and \xCE\xB1?", LONG_MS));
	ck_assert(terminal_wait(&t, "refused", LONG_MS));
	terminal_quiet(&t, 300);
	/* Two panes: the bar between them stands in the same column behind the letters. */
	const char *with = line_with("you    What"), *bar = strchr(with, '|');
	ck_assert_ptr_nonnull(bar);
	int at = (int)(bar - with);      /* alpha has two bytes and two cells */
	const char *without = line_with("refused  nearest");
	ck_assert_int_eq(at, (int)(strchr(without, '|') - without));
	quit();
	shell("TERM=xterm-256color LC_ALL=C.UTF-8 '%s' doctor | grep -q 'ambiguous 2, not 1'", stoa);
	leave();
}
END_TEST

START_TEST(an_old_terminal_keeps_its_columns)
{
	static const char line[] = "a\xF0\x9F\x98\x80|e\xCC\x81|\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD|";
	begin_on(old, 24, 80);
	ck_assert_ptr_nonnull(strstr(widths_file(), "emoji = 1"));
	ck_assert_ptr_nonnull(strstr(widths_file(), "mark = 2"));
	terminal_say(&t, line);
	/* The mark went into its letter, the tone of the thumb away. */
	applied(" > a\xF0\x9F\x98\x80|\xC3\xA9|\xF0\x9F\x91\x8D");
	terminal_say(&t, "\001\004\004");                     /* the beginning: take two away */
	ck_assert(terminal_wait(&t, " > |\xC3\xA9|", LONG_MS));
	terminal_quiet(&t, 200);
	same_after_redraw("an old terminal");
	leave();
}
END_TEST

START_TEST(resizes_end_in_the_right_frame_there_too)
{
	static const int sizes[][2] = { { 24, 80 }, { 40, 120 }, { 60, 200 }, { 16, 60 }, { 10, 40 }, { 30, 101 } };
	begin_on(wide_ambiguous, 24, 80);
	applied("----------");
	terminal_say(&t, "What is \xCE\xB1\xCE\xB1\xE2\x80\xA6 and \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x94\xAC?\r");
	ck_assert(terminal_wait(&t, "refused", LONG_MS));
	terminal_say(&t, "\xCE\xB1\xCE\xB1|");
	for (int i = 0; i < 60; i++) {
		const int *size = sizes[i % (int)COUNT_OF(sizes)];
		terminal_resize(&t, size[0], size[1]);
		(void)terminal_pump(&t, 3);
		terminal_say(&t, i % 2 ? "\xCE\xB1" : "\177");
	}
	terminal_resize(&t, 40, 120);
	ck_assert(terminal_wait(&t, "Evidence", LONG_MS));
	same_after_redraw("60 resizes");
	quit();
	leave();
}
END_TEST

static size_t
asked(void)
{
	size_t n = 0;
	for (const char *at = t.raw.data; (at = strstr(at, "\033[6n")) != NULL; at += 4)
		n++;
	return n;
}

START_TEST(a_terminal_is_asked_once_and_after_the_first_frame)
{
	begin_on(NULL, 24, 80);
	const char *question = strstr(t.raw.data, "\033[6n"), *frame = strstr(t.raw.data, "Chat");
	ck_assert_ptr_nonnull(question);
	ck_assert(frame != NULL && frame < question);
	ck_assert_uint_eq(asked(), WIDTH_KINDS + 1);
	(void)widths_file();
	quit();
	terminal_close(&t);
	open_in(24, 80, environment);
	ready();
	ck_assert_uint_eq(asked(), 0);
	terminal_say(&t, "\014");                             /* Ctrl-L asks again */
	double end = terminal_now_ms() + LONG_MS;
	while (asked() == 0 && terminal_now_ms() < end)
		(void)terminal_pump(&t, 10);
	ck_assert_uint_eq(asked(), WIDTH_KINDS + 1);
	quit();
	leave();
}
END_TEST

START_TEST(a_terminal_that_does_not_answer_costs_nothing)
{
	char path[512];
	home_make();
	open_in(24, 80, environment);
	t.mute = true;
	ready();
	terminal_say(&t, "Where does the Calvin cycle take place?\r");
	ck_assert(terminal_wait(&t, "support 1/1", LONG_MS));
	quit();
	snprintf(path, sizeof path, "%s/state/widths", home);
	ck_assert_int_ne(access(path, F_OK), 0);
	leave();
}
END_TEST

START_TEST(what_is_typed_between_the_answers_is_kept)
{
	static const char answers[] = "\033[24;2Rq\033[24;2Ru\033[24;2Ri\033[24;3Rc\033[24;3Rk\033[24;3R";
	home_make();
	open_in(24, 80, environment);
	t.mute = true;
	while (asked() == 0)
		ck_assert(terminal_pump(&t, LONG_MS));
	terminal_say(&t, answers);
	ck_assert(terminal_wait(&t, " > quick", LONG_MS));
	leave();
}
END_TEST

START_TEST(a_terminal_of_many_long_names_is_remembered_without_the_address)
{
	char many[5][200];
	static const char *const names[] = { "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "VTE_VERSION", "KONSOLE_VERSION", "SSH_CLIENT" };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		snprintf(many[i], sizeof many[i], "%s192.0.2.77 %0120zu]\n", i < 4 ? "x" : "", i);
		setenv(names[i], many[i], 1);
	}
	begin_on(NULL, 24, 80);
	const char *file = widths_file();
	ck_assert_ptr_nonnull(strstr(file, "terminal = xterm-256color x192.0.2.77_0000"));
	ck_assert_ptr_null(strstr(file, " 192.0.2.77"));
	quit();
	terminal_close(&t);
	open_in(24, 80, environment);
	ready();
	ck_assert_uint_eq(asked(), 0);
	quit();
	leave();
}
END_TEST

START_TEST(nonsense_that_is_remembered_is_asked_again)
{
	home_make();
	shell("mkdir -p '%s/state' && printf '[x\\nambiguous = 99\\n\\001' > '%s/state/widths'", home, home);
	open_in(24, 80, environment);
	ready();
	ck_assert_uint_eq(asked(), WIDTH_KINDS + 1);
	quit();
	leave();
}
END_TEST

static int
cells(const char *s)
{
	return width_cells(s, strlen(s));
}

START_TEST(a_cluster_takes_what_its_kind_was_seen_to_take)
{
	int seen[WIDTH_KINDS] = {
		[WIDTH_AMBIGUOUS] = 2, [WIDTH_LINE] = 1, [WIDTH_IDEOGRAPH] = 2, [WIDTH_EMOJI] = 2, [WIDTH_EMOJI_LATE] = 1, [WIDTH_SIGN] = 1,
		[WIDTH_JOINED] = 4, [WIDTH_TONE] = 4, [WIDTH_FLAG] = 2, [WIDTH_MARK] = 1, [WIDTH_SPACING] = 2,
	};
	ck_assert_ptr_nonnull(setlocale(LC_ALL, "C.UTF-8"));
	unsigned epoch = width_epoch();
	ck_assert(!width_known() && !width_learn(NULL));
	ck_assert_int_eq(cells("\xCE\xB1\xE2\x9D\xA4\xEF\xB8\x8F"), 3);
	ck_assert_int_eq(cells("\xE0\xA4\x95\xE0\xA5\x80"), 2);      /* a vowel sign that takes a cell */
	ck_assert(width_learn(seen) && !width_learn(seen));
	ck_assert_uint_ne(width_epoch(), epoch);
	ck_assert_int_eq(cells("\xCE\xB1"), 2);
	ck_assert_int_eq(cells("e\xCC\x81"), 1);
	ck_assert_int_eq(cells("\xE2\x94\x80"), 1);
	ck_assert_int_eq(cells("\xE2\x9D\xA4\xEF\xB8\x8F"), 1);
	ck_assert_int_eq(cells("\xF0\x9F\xAB\xA0"), 1);
	ck_assert_int_eq(cells("\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x94\xAC"), 4);
	ck_assert_int_eq(cells("\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD"), 4);
	ck_assert_int_eq(cells("\xF0\x9F\x87\xAF\xF0\x9F\x87\xB5"), 2);
	ck_assert_int_eq(cells("plain \xE6\x97\xA5 text"), 13);
	seen[WIDTH_JOINED] = seen[WIDTH_EMOJI];
	ck_assert(width_learn(seen));
	ck_assert_int_eq(cells("\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x94\xAC"), 2);
	ck_assert(width_learn(NULL));
}
END_TEST

TESTS("width", resizes_end_in_the_right_frame_there_too, letters_of_two_cells_move_nothing_behind_them, an_old_terminal_keeps_its_columns,
	a_terminal_is_asked_once_and_after_the_first_frame, a_terminal_that_does_not_answer_costs_nothing,
	what_is_typed_between_the_answers_is_kept, a_terminal_of_many_long_names_is_remembered_without_the_address, nonsense_that_is_remembered_is_asked_again,
	a_cluster_takes_what_its_kind_was_seen_to_take)

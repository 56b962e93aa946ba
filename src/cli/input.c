/* Where the lines of a conversation come from: readline on a terminal, else a stream.
 *
 * readline runs by callback on the loop, so that signals, the idle lock and the
 * backend have their turn.  While an answer runs the terminal is as the shell left it
 * and what is typed waits in its queue; NOFLSH keeps Ctrl-C from emptying that queue.
 * Lines are remembered in memory only: on disk they are in the sealed history.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <readline/readline.h>
#include <readline/history.h>
#include "cli_in.h"

#define LINE_MAX_BYTES (32 * 1024)
#define TWICE_MS 2000
#define PAUSE_MS 2000
#define DRAFT_LEAST 8      /* bytes; a shorter line is typed again as fast */

/* readline calls back without an argument, so this is the one place that keeps a
 * pointer to what it works for. */
static struct {
	struct chat *chat;
	char *line;
	bool have, end;
	struct termios before;
	bool changed;
} reading;

static void
on_line(char *line)
{
	reading.have = line != NULL;
	reading.end = line == NULL;
	if (line) {
		reading.line = mem_strdup(line);
		if (*line)
			input_remember(line);
	}
	free(line);
	rl_callback_handler_remove();
}

static void
on_input(int fd, unsigned ready, void *arg)
{
	(void)fd, (void)arg;
	if (ready & (LOOP_READ | LOOP_ERROR))
		rl_callback_read_char();
}

void
input_remember(const char *line)
{
	struct text t;
	text_init(&t, (size_t)LINE_MAX_BYTES * 8);
	untrusted_text(&t, line, strlen(line), UNTRUSTED_LINE);
	HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;
	if (t.len && !(last && str_same(last->line, t.data)))
		add_history(t.data);
	text_clear(&t);
}

void
input_forget(void)
{
	clear_history();
}

/* Names of commands and verbs that begin with what was typed, one a call. */
static char *
command_next(const char *typed, int state)
{
	size_t count, at = 0;
	const struct chat_command *all = chat_commands(&count);
	for (size_t i = 0; i < count + verb_count; i++) {
		const char *name = i < count ? all[i].name : verbs[i - count].name;
		if ((i >= count && !verb_first(&verbs[i - count])) || !str_starts(name, typed + 1))
			continue;
		if (at++ < (size_t)state)
			continue;
		size_t n = strlen(name) + 2;
		char *word = malloc(n);         /* readline frees it */
		if (word)
			snprintf(word, n, "/%s", name);
		return word;
	}
	return NULL;
}

/* readline asks for one match after the other with state 0, 1, 1, 1...; here the
 * count of calls is kept in the array it builds. */
static char **
complete(const char *typed, int start, int end)
{
	(void)end;
	if (start > 0 || typed[0] != '/')
		return NULL;            /* file names, as ever */
	char **found = calloc(256, sizeof *found);
	size_t n = 0;
	if (!found)
		return NULL;
	rl_attempted_completion_over = 1;
	while (n < 250 && (found[n + 1] = command_next(typed, (int)n)))
		n++;
	if (n == 0) {
		free(found);
		return NULL;
	}
	size_t same = strlen(found[1]);
	for (size_t i = 2; i <= n; i++)
		while (strncmp(found[1], found[i], same) != 0)
			same--;
	found[0] = n == 1 ? strdup(found[1]) : strndup(found[1], same);
	if (n == 1) {
		free(found[1]);
		found[1] = NULL;
	}
	return found;
}

static int
edit_outside(int count, int key)
{
	char *text = NULL;
	(void)count, (void)key;
	rl_deprep_terminal();
	enum fault f = editor_run(&text, reading.chat->c->places.runtime, rl_line_buffer);
	rl_prep_terminal(1);
	if (f == FAULT_NONE) {
		rl_replace_line(text, 1);
		rl_point = rl_end;
	} else {
		print_fault(reading.chat->c, f);
	}
	mem_free(text);
	rl_forced_update_display();
	return 0;
}

enum fault
input_open(struct chat *ch)
{
	reading.chat = ch;
	if (!ch->terminal)
		return FAULT_NONE;
	rl_readline_name = "stoa";
	rl_catch_signals = 0;
	if (!ch->c->colour)             /* --plain, dumb: nothing but the line itself */
		rl_variable_bind("enable-bracketed-paste", "off");
	rl_completer_word_break_characters = " \t";
	rl_attempted_completion_function = complete;
	rl_initialize();                /* the inputrc first, what was chosen for stoa after it */
	if (str_same(conf_get(&ch->c->conf, "screen.keys"), "vi"))
		rl_variable_bind("editing-mode", "vi");
	rl_bind_keyseq("\\C-x\\C-e", edit_outside);
	using_history();
	stifle_history(500);
	struct termios t;
	if (tcgetattr(STDIN_FILENO, &t) == 0) {
		reading.before = t;
		t.c_lflag |= NOFLSH;
		reading.changed = tcsetattr(STDIN_FILENO, TCSANOW, &t) == 0;
	}
	return FAULT_NONE;
}

void
input_close(struct chat *ch)
{
	if (!ch->terminal)
		return;
	rl_callback_handler_remove();
	clear_history();
	if (reading.changed)
		tcsetattr(STDIN_FILENO, TCSANOW, &reading.before);
	reading.changed = false;
}

/* Say something while a line is being typed, then show the line again. */
static void
say_between(struct chat *ch, const char *sentence)
{
	err_note(ch->c, PAINT_NONE, "\n");
	err_note(ch->c, PAINT_DIM, sentence);
	err_note(ch->c, PAINT_NONE, "\n");
	rl_on_new_line();
	rl_redisplay();
}

/* Ctrl-C never takes text away; twice on an empty line leaves. */
static bool
interrupt_leaves(struct chat *ch, int64_t *last_ms)
{
	int64_t now = clock_system.mono_ms(NULL);
	ch->c->interrupted = false;
	if (rl_end > 0) {
		say_between(ch, "Kept. Ctrl-U clears the line.");
		return false;
	}
	if (*last_ms && now - *last_ms <= TWICE_MS)
		return true;
	*last_ms = now;
	say_between(ch, "Ctrl-C again leaves.");
	return false;
}

/* Milliseconds until the keys are to be forgotten; -1: never. */
static int
idle_left(struct chat *ch, int64_t since)
{
	double minutes = conf_number(&ch->c->conf, "history.lock_minutes");
	if (!ch->can_lock || ch->locked || minutes <= 0)
		return -1;
	int64_t left = since + (int64_t)(minutes * 60000) - clock_system.mono_ms(NULL);
	return left > 0 ? (int)left : 0;
}

static enum fault
lock_now(struct chat *ch)
{
	enum fault f = chat_lock(ch);
	if (f == FAULT_NONE)
		say_between(ch, "LOCKED: left alone. The next question asks for the passphrase.");
	return f;
}

/* The line as it stands, kept when typing pauses and when we are ended. */
static void
keep_draft(struct chat *ch)
{
	if (rl_end >= DRAFT_LEAST && utf8_valid(rl_line_buffer, (size_t)rl_end))
		chat_draft(ch, rl_line_buffer);
	else if (rl_end == 0 && ch->drafted)
		chat_draft(ch, "");
}

/* One turn of the loop, at most until the next thing to do with the line. */
static enum fault
typing_turn(struct chat *ch, int64_t *since, bool *paused)
{
	int was = rl_end, lock = idle_left(ch, *since), wait = lock;
	if (!*paused && (wait < 0 || wait > PAUSE_MS))
		wait = PAUSE_MS;
	if (lock == 0) {
		keep_draft(ch);
		return lock_now(ch);
	}
	enum fault f = loop_turn(ch->c->loop, wait);
	int64_t now = clock_system.mono_ms(NULL);
	if (rl_end != was) {
		*since = now;
		*paused = false;
	} else if (!*paused && now - *since >= PAUSE_MS) {
		*paused = true;
		keep_draft(ch);
	}
	return f;
}

static enum fault
typed_line(struct chat *ch)
{
	int64_t since = clock_system.mono_ms(NULL), interrupted_ms = 0;
	bool paused = false;
	reading.have = reading.end = false;
	rl_callback_handler_install("> ", on_line);
	if (ch->typed) {
		rl_insert_text(ch->typed);
		rl_redisplay();
		mem_free(ch->typed);
		ch->typed = NULL;
	}
	enum fault f = loop_watch(ch->c->loop, STDIN_FILENO, LOOP_READ, on_input, ch);
	while (f == FAULT_NONE && !reading.have && !reading.end) {
		f = typing_turn(ch, &since, &paused);
		if (f == FAULT_NONE && (ch->c->terminated
			|| (ch->c->interrupted && interrupt_leaves(ch, &interrupted_ms))))
			f = fault(FAULT_CANCELLED, "left");
	}
	if (f != FAULT_NONE) {
		keep_draft(ch);
		rl_callback_handler_remove();
		err_note(ch->c, PAINT_NONE, "\n");
	}
	enum fault forgotten = loop_watch(ch->c->loop, STDIN_FILENO, 0, NULL, NULL);
	return f != FAULT_NONE ? f : forgotten;
}

static enum fault
streamed_line(char **out, struct chat *ch)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n = getline(&line, &cap, stdin);
	enum fault f = session_check(ch->c);
	if (f == FAULT_NONE && n < 0)
		f = fault(FAULT_ABSENT, "the end of the input");
	else if (f == FAULT_NONE && (n > LINE_MAX_BYTES || !utf8_valid(line, (size_t)n)))
		f = fault(
			FAULT_INPUT, "a line is longer than %d bytes or not UTF-8", LINE_MAX_BYTES);
	if (f == FAULT_NONE) {
		while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
			line[--n] = '\0';
		*out = mem_strdup(line);
	}
	free(line);
	return f;
}

enum fault
input_line(char **out, struct chat *ch)
{
	if (!ch->terminal)
		return streamed_line(out, ch);
	enum fault f = typed_line(ch);
	if (f != FAULT_NONE)
		return f;
	if (reading.end) {
		out_put(ch->c, PAINT_NONE, "\n");
		return fault(FAULT_ABSENT, "the end of the input");
	}
	*out = reading.line;
	reading.line = NULL;
	if (strlen(*out) > LINE_MAX_BYTES || !utf8_valid(*out, strlen(*out)))
		(*out)[utf8_floor(*out, strlen(*out), LINE_MAX_BYTES)] = '\0';
	ch->locked = false;
	return FAULT_NONE;
}

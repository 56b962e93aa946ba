/* The input line: GNU readline in callback mode, drawn into our own rows.
 *
 * readline keeps the text, the caret, kill ring, undo, vi and emacs modes and the
 * person's inputrc; it never sees the terminal: keys are handed to it byte by byte
 * and its drawing is replaced by ours.  Enter submits; Alt-Enter and pasted line
 * ends are text.  There is one readline a process, so there is one composer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <readline/readline.h>
#include <readline/history.h>

#include "key_in.h"

#define ROWS_MAX 8
#define LINE_MAX_BYTES COMPOSER_MAX
#define HINT_BYTES 512
#define EMACS_MODE 1           /* rl_editing_mode; 0 is vi */

typedef const char *const *complete_fn(struct arena *a, const char *word, size_t start, const char *line, void *arg);

struct composer {
	complete_fn *complete;
	composer_fn *event;
	void *arg;
	const char *bytes;             /* what readline may read now */
	size_t at, n;
	char *submitted;               /* set by readline inside a key */
	char hint[HINT_BYTES];         /* completions that were possible */
	int top_row;                   /* first row of the text that is drawn */
	char *before;                  /* the text before a key, to see changes */
};

static struct composer *only;          /* readline has no argument for its hooks */

/* ---- readline's hooks ----------------------------------------------------------- */

static int
next_byte(FILE *in)
{
	(void)in;
	return only->at < only->n ? (unsigned char)only->bytes[only->at++] : EOF;
}

static int
more_bytes(void)
{
	return only->at < only->n;
}

static void
draw_nothing(void)
{
}

static void
terminal_untouched(int meta)
{
	(void)meta;
}

static void
line_done(char *line)
{
	free(only->submitted);
	only->submitted = line;
}

static int
insert_line_end(int count, int key)
{
	(void)count, (void)key;
	return rl_insert_text("\n");
}

static void
show_matches(char **matches, int count, int longest)
{
	size_t used = 0;
	(void)longest;
	only->hint[0] = '\0';
	for (int i = 1; i <= count && used + strlen(matches[i]) + 3 < HINT_BYTES; i++)
		used += (size_t)snprintf(only->hint + used, HINT_BYTES - used, "%s%s", i > 1 ? "  " : "", matches[i]);
}

/* One candidate a call, as readline wants it; the list is made at state 0. */
static char *
candidate(const char *word, int state)
{
	static struct arena arena;
	static const char *const *list;
	static size_t at;
	if (state == 0) {
		arena_clear(&arena);
		at = 0;
		list = only->complete != NULL ? only->complete(&arena, word, (size_t)(rl_point - (int)strlen(word)), rl_line_buffer, only->arg) : NULL;
	}
	while (list != NULL && list[at] != NULL)
		if (str_starts(list[at++], word))
			return strdup(list[at - 1]);
	return NULL;
}

static char **
completions(const char *word, int start, int end)
{
	(void)start, (void)end;
	rl_attempted_completion_over = 1;      /* no file names unless we say so */
	rl_completion_append_character = ' ';
	return rl_completion_matches(word, candidate);
}

/* ---- life -------------------------------------------------------------------------- */

static const struct { const char *bytes; rl_command_func_t *fn; } moving[] = {
	{ "\033[3~", rl_delete }, { "\033[H", rl_beg_of_line }, { "\033[F", rl_end_of_line },
	{ "\033[1;5C", rl_forward_word }, { "\033[1;5D", rl_backward_word },
};

enum fault
composer_new(struct composer **out, complete_fn *complete, composer_fn *event, void *arg)
{
	if (only != NULL)
		return fault(FAULT_EXISTS, "there is one input line a process");
	struct composer *c = mem_new(sizeof *c);
	c->complete = complete;
	c->event = event;
	c->arg = arg;
	only = c;
	rl_readline_name = "stoa";
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_change_environment = 0;
	rl_getc_function = next_byte;
	rl_input_available_hook = more_bytes;
	rl_redisplay_function = draw_nothing;
	rl_prep_term_function = terminal_untouched;
	rl_deprep_term_function = draw_nothing;
	rl_completion_display_matches_hook = show_matches;
	rl_attempted_completion_function = completions;
	rl_initialize();               /* reads inputrc first: what we need holds in vi mode too */
	const Keymap typing[] = { emacs_standard_keymap, vi_insertion_keymap };
	for (size_t i = 0; i < COUNT_OF(typing); i++) {
		rl_bind_key_in_map('\t', rl_complete, typing[i]);
		rl_bind_keyseq_in_map("\\e\\r", insert_line_end, typing[i]);
		rl_bind_keyseq_in_map("\\e\\n", insert_line_end, typing[i]);
		for (size_t k = 0; k < COUNT_OF(moving); k++)    /* whatever terminfo says */
			rl_bind_keyseq_if_unbound_in_map(moving[k].bytes, moving[k].fn, typing[i]);
	}
	rl_variable_bind("bell-style", "none");
	rl_variable_bind("enable-bracketed-paste", "off");
	rl_variable_bind("show-mode-in-prompt", "off");
	rl_variable_bind("convert-meta", "off");   /* bytes are text, whatever the locale */
	rl_variable_bind("input-meta", "on");
	rl_variable_bind("output-meta", "on");
	rl_callback_handler_install("", line_done);
	using_history();
	stifle_history(1000);
	*out = c;
	return FAULT_NONE;
}

void
composer_free(struct composer *c)
{
	if (c == NULL)
		return;
	rl_callback_sigcleanup();          /* a sequence that was begun */
	rl_callback_handler_remove();
	clear_history();
	free(c->submitted);
	mem_free(c->before);
	mem_free(c);
	only = NULL;
}

/* ---- keys ---------------------------------------------------------------------------- */

static const struct { keycode code; const char *bytes; } sequences[] = {
	{ KEY_UP_ARROW, "\033[A" }, { KEY_DOWN_ARROW, "\033[B" }, { KEY_RIGHT_ARROW, "\033[C" },
	{ KEY_LEFT_ARROW, "\033[D" }, { KEY_HOME_KEY, "\033[H" }, { KEY_END_KEY, "\033[F" },
	{ KEY_DELETE, "\033[3~" }, { KEY_INSERT, "\033[2~" }, { KEY_BACK_TAB, "\033[Z" },
	{ KEY_LEFT_ARROW | KEY_MOD_CTRL, "\033[1;5D" }, { KEY_RIGHT_ARROW | KEY_MOD_CTRL, "\033[1;5C" },
	{ KEY_LEFT_ARROW | KEY_MOD_ALT, "\033b" }, { KEY_RIGHT_ARROW | KEY_MOD_ALT, "\033f" },
};

/* The bytes readline expects for a key; 0 when it means nothing to it. */
static size_t
key_bytes(char out[8], keycode k)
{
	for (size_t i = 0; i < COUNT_OF(sequences); i++)
		if (sequences[i].code == k) {
			strcpy(out, sequences[i].bytes);
			return strlen(out);
		}
	if (k & (KEY_SPECIAL | KEY_MOD_CTRL))
		return 0;
	size_t at = 0;
	if (k & KEY_MOD_ALT)
		out[at++] = '\033';
	return at + utf8_encode(out + at, k & 0xFFFFFF);
}

/* readline itself has nothing behind the chords of the screen, so what is there was put
 * there by the inputrc. */
bool
composer_binds(struct composer *c, const keycode *keys, size_t n, keycode last)
{
	char sequence[64];
	size_t len = 0;
	int type = ISFUNC;
	(void)c;
	for (size_t i = 0; i <= n && len + 8 < sizeof sequence; i++)
		len += key_bytes(sequence + len, i < n ? keys[i] : last);
	rl_command_func_t *fn = rl_function_of_keyseq_len(sequence, len, NULL, &type);
	return fn != NULL && type != ISKMAP && fn != rl_insert && fn != rl_do_lowercase_version;
}

/* In a locale of bytes readline would take half a character away, or stop inside. */
static bool
whole_character(keycode k)
{
	const char *text = rl_line_buffer;
	size_t len = (size_t)rl_end, point = (size_t)rl_point, before = 0, after;
	if (MB_CUR_MAX > 1 || (k != 127 && k != 8 && k != KEY_DELETE && k != KEY_LEFT_ARROW && k != KEY_RIGHT_ARROW))
		return false;
	after = utf8_grapheme_end(text, len, point);
	for (size_t at = 0; at < point; at = utf8_grapheme_end(text, len, at))
		before = at;
	if (k == 127 || k == 8)
		rl_delete_text((int)before, (int)point);
	else if (k == KEY_DELETE)
		rl_delete_text((int)point, (int)after);
	rl_point = (int)(k == KEY_RIGHT_ARROW ? after : k == KEY_DELETE || point == 0 ? point : before);
	return true;
}

static void
changed(struct composer *c)
{
	if (rl_end > LINE_MAX_BYTES) {           /* a yank again and again */
		int end = (int)utf8_floor(rl_line_buffer, (size_t)rl_end, LINE_MAX_BYTES);
		rl_delete_text(end, rl_end);
		rl_point = rl_point > end ? end : rl_point;
	}
	if (c->before != NULL && strcmp(c->before, rl_line_buffer) == 0)
		return;
	mem_free(c->before);
	c->before = mem_strdup(rl_line_buffer);
	c->event(COMPOSER_CHANGED, composer_text(c), c->arg);
}

static void
submit(struct composer *c)
{
	char *line = c->submitted;
	c->submitted = NULL;
	mem_free(c->before);
	c->before = mem_strdup("");
	if (line != NULL && line[strspn(line, " \t\r\n")] != '\0') {
		add_history(line);
		using_history();       /* the next walk begins at the end */
		c->event(COMPOSER_SUBMIT, line, c->arg);
	}
	free(line);
}

void
composer_key(struct composer *c, keycode k, const char *bytes, size_t n)
{
	char own[8];
	if (n == 0) {
		n = key_bytes(own, k);
		bytes = own;
	}
	if (rl_end > LINE_MAX_BYTES - 8 && k >= ' ' && !(k & (KEY_SPECIAL | KEY_MOD_ALT | KEY_MOD_CTRL)) && k != 127)
		return;                        /* full: what is there stays */
	if (k == 27 && rl_editing_mode == EMACS_MODE)
		return;                        /* Escape leaves something; it is no Meta for the next key */
	c->hint[0] = '\0';
	if (whole_character(k)) {
		changed(c);
		return;
	}
	c->bytes = bytes;
	c->at = 0;
	c->n = n;
	while (c->at < c->n) {
		rl_callback_read_char();
		if (c->submitted != NULL)
			submit(c);
	}
	changed(c);
}

/* Without controls; terminals send the line ends of a paste as CR. */
static void
put_pasted(struct text *out, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char b = (unsigned char)bytes[i];
		if (b == '\r')
			text_put_c(out, '\n');
		else if (b == '\t')
			text_put_c(out, ' ');
		else if (b == '\n' ? i == 0 || bytes[i - 1] != '\r' : b >= ' ' && b != 127)
			text_put_c(out, (char)b);
	}
}

/* Line ends are text, other controls go: a paste runs nothing (THREATS T07). */
bool
composer_paste(struct composer *c, const char *bytes, size_t n)
{
	struct text clean, typed;
	size_t room = rl_end < LINE_MAX_BYTES ? LINE_MAX_BYTES - (size_t)rl_end : 0;
	text_init(&clean, 4 * KEY_PASTE_MAX);
	text_init(&typed, KEY_PASTE_MAX);
	put_pasted(&typed, bytes, n);
	untrusted_text(&clean, typed.data, typed.len, UNTRUSTED_STRIP);
	text_clear(&typed);
	bool whole = clean.len <= room;
	text_cut(&clean, utf8_floor(clean.data, clean.len, room));
	rl_begin_undo_group();
	rl_insert_text(clean.data);
	rl_end_undo_group();
	text_clear(&clean);
	changed(c);
	return whole;
}

const char *
composer_text(const struct composer *c)
{
	(void)c;
	return rl_line_buffer != NULL ? rl_line_buffer : "";
}

void
composer_set(struct composer *c, const char *text)
{
	rl_replace_line(text != NULL ? text : "", 1);
	rl_point = rl_end;
	changed(c);
}

void
composer_history(struct composer *c, const char *const *lines, size_t count)
{
	(void)c;
	clear_history();
	for (size_t i = 0; i < count; i++)
		if (lines[i] != NULL && *lines[i])
			add_history(lines[i]);
	using_history();
}

const char *
composer_hint(const struct composer *c)
{
	return c->hint;
}

/* ---- drawing --------------------------------------------------------------------------- */

#define PROMPT " > "
#define PROMPT_COLS 3

struct spot { int row, col; };

/* Walk the text in rows of room cells; draws the rows [top, top + rows) when s is
 * given.  Returns how many rows there are; *caret is where the caret stands. */
static int
walk(struct screen *s, struct area a, int room, int top, struct spot *caret)
{
	const char *text = composer_text(only);
	size_t len = (size_t)rl_end, at = 0;
	struct spot p = { 0, 0 };
	*caret = (struct spot){ 0, 0 };
	while (at <= len) {
		if (at == (size_t)rl_point)
			*caret = p;
		if (at == len)
			break;
		size_t end = utf8_grapheme_end(text, len, at);
		if (text[at] == '\n') {
			p = (struct spot){ p.row + 1, 0 };
			at = end;
			continue;
		}
		int width = width_cells(text + at, end - at);
		if (p.col + width > room) {
			p = (struct spot){ p.row + 1, 0 };
			if (at == (size_t)rl_point)
				*caret = p;
		}
		if (s != NULL && p.row >= top && p.row < top + a.rows)
			(void)screen_put(s, a.top + p.row - top, a.left + PROMPT_COLS + p.col, room - p.col, STYLE_TEXT, text + at, end - at);
		p.col += width;
		if ((size_t)rl_point > at && (size_t)rl_point < end)
			*caret = p;
		at = end;
	}
	return p.row + 1;
}

int
composer_rows(struct composer *c, int cols)
{
	struct spot caret;
	(void)c;
	int rows = walk(NULL, (struct area){ 0 }, cols > 12 ? cols - PROMPT_COLS - 1 : 8, 0, &caret);
	return rows < ROWS_MAX ? rows : ROWS_MAX;
}

void
composer_draw(struct screen *s, struct area a, struct composer *c, bool focused)
{
	struct spot caret;
	int room = a.cols > 12 ? a.cols - PROMPT_COLS - 1 : 8;
	(void)walk(NULL, a, room, 0, &caret);
	if (caret.row < c->top_row)
		c->top_row = caret.row;
	if (caret.row >= c->top_row + a.rows)
		c->top_row = caret.row - a.rows + 1;
	(void)screen_put(s, a.top, a.left, PROMPT_COLS, focused ? STYLE_STRONG : STYLE_DIM, PROMPT, PROMPT_COLS);
	(void)walk(s, a, room, c->top_row, &caret);
	if (rl_end == 0)
		(void)screen_put(s, a.top, a.left + PROMPT_COLS, room, STYLE_DIM, "ask your documents; /help for the commands", 42);
	if (focused)
		screen_cursor(s, a.top + caret.row - c->top_row, a.left + PROMPT_COLS + caret.col);
}

/* The screen: cells on a terminal by ncurses, or on none for golden screens.
 *
 * Everything is drawn on stdscr in areas; ncurses keeps what the terminal shows
 * and sends the difference.  Text is sanitised here, at the sink, so no pane can
 * forget it.  Clusters are written whole with the width this terminal was seen
 * to give them; where ncurses counts otherwise the rest of the row is addressed
 * again, so that columns hold.  Colours are allocated on first use of a look.
 *
 * Golden screens use newterm() on /dev/null with a fixed size and read the same
 * cells back: what is tested is what is drawn. */
#include <curses.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "screen_in.h"

#define PAIRS_MAX 128

struct pair { int foreground, background; };
struct screen {
	SCREEN *curses;
	FILE *nowhere;                 /* golden: /dev/null */
	struct theme theme;
	struct pair pairs[PAIRS_MAX];
	int pair_count, next_colour;
	bool colour, direct;
	int cursor_row, cursor_col;
	attr_t attributes[STYLE_COUNT];
	short colour_pair[STYLE_COUNT];
	struct text clean;
	struct termios before;
	bool terminal, mouse;
};

/* ---- looks -> curses attributes ------------------------------------------ */

static int
channel(int rgb, int shift)
{
	return (rgb >> shift & 0xFF) * 1000 / 255;
}

/* The nearest of the 6x6x6 cube or the sixteen, for terminals without true colour. */
static int
nearest_indexed(int rgb)
{
	int r = rgb >> 16 & 0xFF, g = rgb >> 8 & 0xFF, b = rgb & 0xFF;
	if (COLORS >= 256)
		return 16 + 36 * ((r * 5 + 127) / 255) + 6 * ((g * 5 + 127) / 255) + (b * 5 + 127) / 255;
	int bright = r > 170 || g > 170 || b > 170;
	return (r > 85) | (g > 85) << 1 | (b > 85) << 2 | (bright && COLORS >= 16 ? 8 : 0);
}

static int
colour_number(struct screen *s, int colour)
{
	if (colour == COLOUR_DEFAULT)
		return -1;
	if (!(colour & COLOUR_RGB))
		return colour < COLORS ? colour : colour % 8;
	int rgb = colour & 0xFFFFFF;
	if (s->direct)
		return rgb;
	if (can_change_color() && s->next_colour < COLORS && COLORS >= 256) {
		int n = s->next_colour++;
		if (init_extended_color(n, channel(rgb, 16), channel(rgb, 8), channel(rgb, 0)) == OK)
			return n;
	}
	return nearest_indexed(rgb);
}

static short
pair_number(struct screen *s, int foreground, int background)
{
	if (!s->colour || (foreground == COLOUR_DEFAULT && background == COLOUR_DEFAULT))
		return 0;
	for (int i = 0; i < s->pair_count; i++)
		if (s->pairs[i].foreground == foreground && s->pairs[i].background == background)
			return (short)(i + 1);
	if (s->pair_count == PAIRS_MAX || s->pair_count + 1 >= COLOR_PAIRS)
		return 0;
	s->pairs[s->pair_count] = (struct pair){ foreground, background };
	init_extended_pair(s->pair_count + 1, colour_number(s, foreground), colour_number(s, background));
	return (short)++s->pair_count;
}

static attr_t
attributes_of(unsigned look)
{
	return (look & LOOK_BOLD ? A_BOLD : 0) | (look & LOOK_DIM ? A_DIM : 0) |
		(look & LOOK_ITALIC ? A_ITALIC : 0) | (look & LOOK_UNDERLINE ? A_UNDERLINE : 0) |
		(look & LOOK_REVERSE ? A_REVERSE : 0);
}

void
screen_theme(struct screen *s, const struct theme *theme)
{
	s->theme = *theme;
	s->pair_count = 0;
	s->next_colour = 32;
	for (int i = 0; i < STYLE_COUNT; i++) {
		const struct look *l = &theme->looks[i];
		s->attributes[i] = attributes_of(l->attributes);
		s->colour_pair[i] = pair_number(s, l->foreground, l->background);
	}
	clearok(curscr, TRUE);
}

/* ---- life -------------------------------------------------------------------- */

static void
screen_modes(struct screen *s)
{
	raw();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, FALSE);         /* keys are read and decoded by key.c */
	nodelay(stdscr, TRUE);
	leaveok(stdscr, FALSE);
	typeahead(-1);                 /* a frame is drawn whole, whatever is being typed */
	set_escdelay(25);
	if (s->terminal) {
		screen_raw(s, "\033[?2004h", 8);                         /* bracketed paste */
		screen_raw(s, "\033[?1004h", 8);                         /* focus in and out */
		if (s->mouse)
			screen_raw(s, "\033[?1002h\033[?1006h", 16);
	}
}

enum fault
screen_open(struct screen **out, const struct screen_config *config)
{
	struct screen *s = mem_new(sizeof *s);
	text_init(&s->clean, 64 * 1024);
	s->terminal = config->golden_rows == 0;
	s->mouse = config->mouse;
	const char *term = config->term;
	if (s->terminal) {
		tcgetattr(STDIN_FILENO, &s->before);
		s->curses = newterm(term, stdout, stdin);
	} else {
		s->nowhere = fopen("/dev/null", "r+");
		if (s->nowhere != NULL)
			s->curses = newterm(term != NULL ? term : "xterm-256color", s->nowhere, s->nowhere);
	}
	if (s->curses == NULL) {
		screen_close(s);
		return fault(FAULT_INPUT, "the terminal type \"%s\" is unknown here; "
			"set TERM, or use stoa --plain", term != NULL ? term : getenv("TERM") != NULL ? getenv("TERM") : "");
	}
	set_term(s->curses);
	if (!s->terminal)
		resizeterm(config->golden_rows, config->golden_cols);
	const char *no_colour = getenv("NO_COLOR");
	s->colour = has_colors() && (no_colour == NULL || *no_colour == '\0');
	if (s->colour) {
		start_color();
		use_default_colors();
		s->direct = COLORS > 0x10000;
	}
	screen_theme(s, config->theme);
	screen_modes(s);
	*out = s;
	return FAULT_NONE;
}

static void
screen_leave(struct screen *s)
{
	if (s->terminal) {
		if (s->mouse)
			screen_raw(s, "\033[?1006l\033[?1002l", 16);
		screen_raw(s, "\033[?1004l\033[?2004l", 16);
	}
	endwin();
	if (s->terminal)
		tcsetattr(STDIN_FILENO, TCSANOW, &s->before);
}

void
screen_close(struct screen *s)
{
	if (s == NULL)
		return;
	if (s->curses != NULL) {
		screen_leave(s);
		delscreen(s->curses);
	}
	if (s->nowhere != NULL)
		fclose(s->nowhere);
	text_clear(&s->clean);
	mem_free(s);
}

size_t
screen_farewell(char *out, size_t cap)
{
	static const char *const names[] = { "sgr0", "cnorm", "rmcup" };
	size_t n = (size_t)snprintf(out, cap, "\033[?1006l\033[?1002l\033[?1004l\033[?2004l");
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *s = tigetstr(names[i]);
		if (s != NULL && s != (const char *)-1 && n + strlen(s) < cap)
			n += (size_t)snprintf(out + n, cap - n, "%s", s);
	}
	return n;
}

void
screen_suspend(struct screen *s)
{
	screen_leave(s);
}

void
screen_resume(struct screen *s)
{
	(void)refresh();
	screen_modes(s);
	screen_redraw(s);
}

void
screen_mouse(struct screen *s, bool on)
{
	if (s->mouse != on)
		screen_raw(s, on ? "\033[?1002h\033[?1006h" : "\033[?1006l\033[?1002l", 16);
	s->mouse = on;
}

bool
screen_mouse_on(const struct screen *s)
{
	return s->mouse;
}

void
screen_size(const struct screen *s, int *rows, int *cols)
{
	(void)s;
	getmaxyx(stdscr, *rows, *cols);
}

void
screen_resized(struct screen *s, int rows, int cols)
{
	(void)s;
	if (rows > 0 && cols > 0)
		resizeterm(rows, cols);
	(void)erase();
	clearok(curscr, TRUE);
}

/* ---- drawing --------------------------------------------------------------------- */

static int
cluster_put(int row, int col, const struct screen *s, enum style style, const char *bytes, size_t n)
{
	wchar_t wide[CCHARW_MAX + 1];
	size_t count = 0, at = 0;
	while (at < n && count < CCHARW_MAX) {
		uint32_t c = utf8_next(bytes, n, &at);
		if (c == 0xFE0F && count > 0 && wcwidth(wide[0]) == 1)
			continue;          /* terminals differ on whether it widens: the column is kept blank */
		wide[count++] = (wchar_t)(c == UTF8_BAD ? 0xFFFD : c);
	}
	wide[count] = L'\0';
	if (MB_CUR_MAX == 1) {             /* a locale of bytes: say that something is there */
		wide[0] = L'?';
		wide[1] = L'\0';
		for (int more = (int)utf8_width(bytes, n); more > 1; more--)
			(void)mvaddch(row, col + more - 1, '?');
	}
	cchar_t cell;
	if (setcchar(&cell, wide, s->attributes[style], s->colour_pair[style], NULL) == ERR) {
		wide[1] = L'\0';           /* a cluster that curses cannot hold: its base alone */
		if (setcchar(&cell, wide, s->attributes[style], s->colour_pair[style], NULL) == ERR)
			return 0;
	}
	return mvadd_wch(row, col, &cell);
}

static size_t
plain_run(const char *text, size_t len)
{
	size_t n = 0;
	while (n < len && text[n] >= ' ' && text[n] < 0x7F)
		n++;
	/* A mark behind the last byte belongs to it: leave that byte to the clusters. */
	return n < len && n > 0 ? n - 1 : n;
}

int
screen_put(struct screen *s, int row, int col, int cols, enum style style, const char *text, size_t len)
{
	int used = 0, rows_all, cols_all;
	screen_size(s, &rows_all, &cols_all);
	if (row < 0 || row >= rows_all || col < 0 || cols <= 0 || col >= cols_all)
		return 0;
	if (cols > cols_all - col)
		cols = cols_all - col;
	(void)attr_set(s->attributes[style], s->colour_pair[style], NULL);
	size_t run = plain_run(text, len);
	if (run > 0) {
		int n = run > (size_t)cols ? cols : (int)run;
		(void)mvaddnstr(row, col, text, n);
		used = n;
		text += run, len -= run;
	}
	if (len > 0 && used < cols) {
		text_reset(&s->clean);
		untrusted_text(&s->clean, text, len < 16384 ? len : utf8_floor(text, len, 16384), UNTRUSTED_LINE);
		for (size_t at = 0; at < s->clean.len;) {
			size_t end = utf8_grapheme_end(s->clean.data, s->clean.len, at);
			int width = (int)utf8_width(s->clean.data + at, end - at);
			if (used + width > cols)
				break;
			(void)cluster_put(row, col + used, s, style, s->clean.data + at, end - at);
			used += width;
			at = end;
		}
	}
	(void)attr_set(A_NORMAL, 0, NULL);
	return used;
}

int
screen_put_short(struct screen *s, int row, int col, int cols, enum style style, const char *text, size_t len)
{
	const char *dots = MB_CUR_MAX > 1 ? "\xE2\x80\xA6" : "~";
	size_t cut = 0, word = 0;
	if (cols < 4 || screen_width(s, text, len) <= cols)
		return screen_put(s, row, col, cols, style, text, len);
	for (int used = 0; cut < len;) {
		size_t end = utf8_grapheme_end(text, len, cut);
		used += screen_width(s, text + cut, end - cut);
		if (used > cols - 1)
			break;
		if (text[cut] == ' ')
			word = cut;
		cut = end;
	}
	if (word > 0 && cut - word < 10 && cut - word < cut / 3 && text[cut] != ' ')
		cut = word;
	while (cut > 0 && text[cut - 1] == ' ')
		cut--;
	int used = screen_put(s, row, col, cols - 1, style, text, cut);
	return used + screen_put(s, row, col + used, 1, style, dots, strlen(dots));
}

void
screen_fill(struct screen *s, struct area a, enum style style)
{
	(void)attr_set(s->attributes[style], s->colour_pair[style], NULL);
	for (int r = 0; r < a.rows; r++)
		(void)mvhline(a.top + r, a.left, ' ' | s->attributes[style], a.cols);
	(void)attr_set(A_NORMAL, 0, NULL);
}

void
screen_rule(struct screen *s, int row, int col, int cols, const char *title)
{
	(void)attr_set(s->attributes[STYLE_RULE], s->colour_pair[STYLE_RULE], NULL);
	(void)mvhline_set(row, col, WACS_HLINE, cols);
	(void)attr_set(A_NORMAL, 0, NULL);
	if (title == NULL || *title == '\0' || cols < 8)
		return;
	int used = screen_put_short(s, row, col + 3, cols - 6, STYLE_HEADING, title, strlen(title));
	(void)mvaddch(row, col + 2, ' ');
	(void)mvaddch(row, col + 3 + used, ' ');
}

void
screen_bar(struct screen *s, int col, int top, int rows)
{
	(void)attr_set(s->attributes[STYLE_RULE], s->colour_pair[STYLE_RULE], NULL);
	(void)mvvline_set(top, col, WACS_VLINE, rows);
	(void)attr_set(A_NORMAL, 0, NULL);
}

void
screen_box(struct screen *s, struct area a, const char *title, const char *below)
{
	const int right = a.left + a.cols - 1, bottom = a.top + a.rows - 1;
	screen_fill(s, a, STYLE_TEXT);
	screen_bar(s, a.left, a.top, a.rows);
	screen_bar(s, right, a.top, a.rows);
	screen_rule(s, a.top, a.left + 1, a.cols - 2, title);
	screen_rule(s, bottom, a.left + 1, a.cols - 2, below);
	(void)attr_set(s->attributes[STYLE_RULE], s->colour_pair[STYLE_RULE], NULL);
	(void)mvadd_wch(a.top, a.left, WACS_ULCORNER);
	(void)mvadd_wch(a.top, right, WACS_URCORNER);
	(void)mvadd_wch(bottom, a.left, WACS_LLCORNER);
	(void)mvadd_wch(bottom, right, WACS_LRCORNER);
	(void)attr_set(A_NORMAL, 0, NULL);
}

void
screen_mark(struct screen *s, int row, int col, int cols)
{
	(void)s;
	(void)mvchgat(row, col, cols, A_REVERSE, 0, NULL);
}

void
screen_cells(struct text *out, struct screen *s, int row, int col, int cols)
{
	size_t from = out->len;
	(void)s;
	for (int end = col + cols; col < end; col++) {
		cchar_t cell;
		wchar_t wide[CCHARW_MAX + 1];
		attr_t attributes;
		short pair;
		if (mvin_wch(row, col, &cell) == ERR || getcchar(&cell, wide, &attributes, &pair, NULL) == ERR)
			continue;
		for (size_t i = 0; wide[i] != L'\0'; i++)
			text_put_code(out, (uint32_t)wide[i]);
		if (wcwidth(wide[0]) == 2)
			col++;
	}
	while (out->len > from && out->data[out->len - 1] == ' ')
		text_cut(out, out->len - 1);
}

void
screen_cursor(struct screen *s, int row, int col)
{
	s->cursor_row = row;
	s->cursor_col = col;
}

void
screen_flush(struct screen *s)
{
	(void)move(s->cursor_row, s->cursor_col);
	(void)wnoutrefresh(stdscr);
	(void)doupdate();
}

void
screen_redraw(struct screen *s)
{
	(void)s;
	clearok(curscr, TRUE);
}

int
screen_width(const struct screen *s, const char *text, size_t len)
{
	(void)s;
	return (int)utf8_width(text, len);
}

void
screen_raw(struct screen *s, const void *bytes, size_t n)
{
	if (!s->terminal)
		return;
	fflush(stdout);
	for (const char *at = bytes; n > 0;) {
		ssize_t wrote = write(STDOUT_FILENO, at, n);
		if (wrote <= 0)
			return;
		at += wrote, n -= (size_t)wrote;
	}
}

/* ---- golden ---------------------------------------------------------------------- */

/* Looks by letters: "." plain text, then A, B ... as they are met, told below. */
#define LOOKS_MAX 52
struct looks { struct { attr_t attributes; short pair; } seen[LOOKS_MAX]; int count; };

static char
look_letter(struct looks *l, attr_t attributes, short pair)
{
	attributes &= A_REVERSE | A_BOLD | A_UNDERLINE | A_ITALIC | A_DIM;
	if (attributes == 0 && pair == 0)
		return '.';
	int i = 0;
	while (i < l->count && (l->seen[i].attributes != attributes || l->seen[i].pair != pair))
		i++;
	if (i == LOOKS_MAX)
		return '!';
	if (i == l->count) {
		l->seen[l->count].attributes = attributes;
		l->seen[l->count++].pair = pair;
	}
	return (char)(i < 26 ? 'A' + i : 'a' + i - 26);
}

static void
put_colour(struct text *out, const char *what, int colour)
{
	if (colour == COLOUR_DEFAULT)
		return;
	if (colour & COLOUR_RGB)
		text_printf(out, " %s #%06x", what, (unsigned)colour & 0xFFFFFFu);
	else
		text_printf(out, " %s %d", what, colour);
}

static void
looks_tell(struct text *out, const struct screen *s, const struct looks *l)
{
	static const struct { attr_t bit; const char *name; } names[] = {
		{ A_BOLD, "bold" }, { A_DIM, "dim" }, { A_ITALIC, "italic" }, { A_UNDERLINE, "underline" }, { A_REVERSE, "reverse" },
	};
	for (int i = 0; i < l->count; i++) {
		int pair = l->seen[i].pair;
		text_printf(out, "%c:", i < 26 ? 'A' + i : 'a' + i - 26);
		for (size_t k = 0; k < COUNT_OF(names); k++)
			if (l->seen[i].attributes & names[k].bit)
				text_printf(out, " %s", names[k].name);
		if (pair > 0 && pair <= s->pair_count) {
			put_colour(out, "colour", s->pairs[pair - 1].foreground);
			put_colour(out, "on", s->pairs[pair - 1].background);
		}
		text_put_c(out, '\n');
	}
}

static void
dump_row(struct text *out, int row, int cols, struct looks *looks)
{
	size_t from = out->len;
	for (int col = 0; col < cols;) {
		cchar_t cell;
		wchar_t wide[CCHARW_MAX + 1];
		attr_t attributes;
		short pair;
		if (mvwin_wch(newscr, row, col, &cell) == ERR ||
			getcchar(&cell, wide, &attributes, &pair, NULL) == ERR || wide[0] == L'\0') {
			text_put_c(out, looks != NULL ? '.' : ' ');
			col++;
			continue;
		}
		int width = wcwidth(wide[0]) == 2 ? 2 : 1;
		for (int i = 0; looks != NULL && i < width; i++)
			text_put_c(out, look_letter(looks, attributes, pair));
		for (size_t i = 0; looks == NULL && wide[i] != L'\0'; i++)
			text_put_code(out, (uint32_t)wide[i]);
		col += width;
	}
	while (out->len > from && out->data[out->len - 1] == (looks != NULL ? '.' : ' '))
		text_cut(out, out->len - 1);
	text_put_c(out, '\n');
}

void
screen_dump(struct text *out, struct screen *s, bool styles)
{
	int rows, cols;
	struct looks looks = { .count = 0 };
	screen_size(s, &rows, &cols);
	for (int row = 0; row < rows; row++)
		dump_row(out, row, cols, styles ? &looks : NULL);
	if (styles)
		looks_tell(out, s, &looks);
}

/* The screen: cells on a terminal by ncurses, or on none for golden screens.
 *
 * Everything is drawn on stdscr in areas (cells.c); ncurses keeps what the terminal
 * shows and sends the difference, then come the clusters that it cannot hold
 * (overprint.c).  Colours are allocated on first use of a look.
 *
 * Golden screens use newterm() on /dev/null with a fixed size and read the same
 * cells back (dump.c): what is tested is what is drawn. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "screen_in.h"

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
	screen_redraw(s);
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
	overprint_clear(&s->over);
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
	if (rows > 0 && cols > 0)
		resizeterm(rows, cols);
	(void)erase();
	s->over.count = 0;
	screen_redraw(s);
}

/* ---- sending -------------------------------------------------------------------- */

void
screen_cursor(struct screen *s, int row, int col)
{
	s->cursor_row = row;
	s->cursor_col = col;
}

void
screen_flush(struct screen *s)
{
	int rows, cols;
	screen_size(s, &rows, &cols);
	bool over = overprint_begin(&s->over, rows, s->all);
	(void)move(s->cursor_row, s->cursor_col);
	(void)wnoutrefresh(stdscr);
	(void)doupdate();
	s->all = false;
	if (!over)
		return;
	struct text out;
	text_init(&out, 1024 * 1024);
	overprint_send(&out, &s->over, rows);
	overprint_address(&out, s->cursor_row, s->cursor_col);
	screen_raw(s, out.data, out.len);
	text_clear(&out);
}

bool
screen_addresses(const struct screen *s)
{
	const char *address = s->terminal ? tigetstr("cup") : NULL;
	return address != NULL && address != (const char *)-1 && strncmp(address, "\033[", 2) == 0;
}

/* A row for the width test: the caret goes back, and the next flush sends the row. */
void
screen_ask(struct screen *s, const struct text *asked, int row)
{
	struct text out;
	text_init(&out, 4096);
	text_put_n(&out, asked->data, asked->len);
	overprint_address(&out, s->cursor_row, s->cursor_col);
	screen_raw(s, out.data, out.len);
	(void)wredrawln(stdscr, row, 1);
	text_clear(&out);
}

void
screen_redraw(struct screen *s)
{
	s->all = true;
	clearok(curscr, TRUE);
}

int
screen_width(const struct screen *s, const char *text, size_t len)
{
	(void)s;
	return width_cells(text, len);
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

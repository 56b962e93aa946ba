/* Cells: text and lines put on the screen.
 *
 * Text is sanitised here, at the sink, so no pane can forget it.  A cluster takes the
 * cells that this terminal was seen to give it; what ncurses counts otherwise goes
 * to overprint.c with blanks in its place, so that columns hold. */
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "screen_in.h"

/* ---- clusters -------------------------------------------------------------------- */

/* A base with what is put on it, as one cell of curses; returns its cells, 0 for none. */
static int
cell_put(int row, int col, const struct screen *s, enum style style, wchar_t *wide)
{
	cchar_t cell;
	if (setcchar(&cell, wide, s->attributes[style], s->colour_pair[style], NULL) == ERR) {
		wide[1] = L'\0';           /* a cluster that curses cannot hold: its base alone */
		if (setcchar(&cell, wide, s->attributes[style], s->colour_pair[style], NULL) == ERR)
			return 0;
	}
	(void)mvadd_wch(row, col, &cell);
	return wcwidth(wide[0]) == 2 ? 2 : 1;
}

/* As curses can hold it: a part that takes cells of its own is a cell of its own, but
 * of emoji put together the first stands for all. */
static void
parts_put(int row, int col, const struct screen *s, enum style style, const char *bytes, size_t n, int cells)
{
	wchar_t wide[CCHARW_MAX + 1] = { 0 };
	size_t count = 0, at = 0;
	const int end = col + cells;
	struct width_parts p;
	width_parts(&p, bytes, n);
	while (at < n) {
		uint32_t c = utf8_next(bytes, n, &at);
		int w = wcwidth((wchar_t)(c == UTF8_BAD ? 0xFFFD : c));
		if (count > 0 && w > 0) {
			if (p.joined || p.toned)
				break;
			wide[count] = L'\0';
			col += cell_put(row, col, s, style, wide);
			count = 0;
			if (col + w > end)
				return;
		}
		bool widens = c == 0xFE0F && count > 0 && wcwidth(wide[0]) == 1;   /* not everywhere: the column stays blank */
		if (c != 0x200D && !widens && count < CCHARW_MAX)
			wide[count++] = (wchar_t)(c == UTF8_BAD ? 0xFFFD : c);
	}
	wide[count] = L'\0';
	if (count > 0 && col < end)
		(void)cell_put(row, col, s, style, wide);
}

static bool
curses_holds(const struct width_parts *p, int cells)
{
	return p->spacing == 0 && p->wide == 0 && !p->joined && !(p->sign && cells != wcwidth((wchar_t)p->base)) &&
		p->count <= CCHARW_MAX && wcwidth((wchar_t)p->base) == cells;
}

/* For a terminal that gives a mark a cell of its own: the letter with its mark as one
 * character, or without it. */
static size_t
unmarked(char out[8], const char *bytes, size_t n)
{
	struct text one;
	size_t end = 0;
	text_init(&one, 256);
	utf8_nfkc(&one, bytes, n);
	const char *from = utf8_width(one.data, one.len) == utf8_width(bytes, n) ? one.data : bytes;
	(void)utf8_next(from, from == bytes ? n : one.len, &end);
	memcpy(out, from, end);
	text_clear(&one);
	return end;
}

static void
cluster_put(int row, int col, struct screen *s, enum style style, const char *bytes, size_t n, int cells)
{
	struct width_parts p;
	char letter[8];
	width_parts(&p, bytes, n);
	bool known = s->terminal && width_known();
	if (known && p.marks > 0 && width_of_kind(WIDTH_MARK) != 1) {
		n = unmarked(letter, bytes, n);
		bytes = letter;
		width_parts(&p, bytes, n);
	}
	if (known && ((p.joined && width_of_kind(WIDTH_JOINED) == 0) || (p.toned && width_of_kind(WIDTH_TONE) == 0))) {
		size_t first = 0;          /* drawn in no way we know: the first stands for all */
		(void)utf8_next(bytes, n, &first);
		n = first;
		width_parts(&p, bytes, n);
	}
	overprint_drop(&s->over, (struct area){ row, col, 1, cells });
	const char blank = MB_CUR_MAX == 1 ? '?' : ' ';    /* a locale of bytes: say that something is there */
	for (int i = 0; i < cells; i++)
		(void)mvaddch(row, col + i, (chtype)blank);
	if (MB_CUR_MAX == 1 || cells == 0)
		return;
	if (!known || curses_holds(&p, cells) || !overprint_put(&s->over, row, col, cells, bytes, n))
		parts_put(row, col, s, style, bytes, n, cells);
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
		overprint_drop(&s->over, (struct area){ row, col, 1, n });
		(void)mvaddnstr(row, col, text, n);
		used = n;
		text += run, len -= run;
	}
	if (len > 0 && used < cols) {
		text_reset(&s->clean);
		untrusted_text(&s->clean, text, len < 16384 ? len : utf8_floor(text, len, 16384), UNTRUSTED_LINE);
		for (size_t at = 0; at < s->clean.len;) {
			size_t end = utf8_grapheme_end(s->clean.data, s->clean.len, at);
			int width = width_cells(s->clean.data + at, end - at);
			if (used + width > cols)
				break;
			cluster_put(row, col + used, s, style, s->clean.data + at, end - at, width);
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
	const char *dots = MB_CUR_MAX > 1 && width_cells("\xE2\x80\xA6", 3) == 1 ? "\xE2\x80\xA6" : "~";
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
	overprint_drop(&s->over, a);
	(void)attr_set(s->attributes[style], s->colour_pair[style], NULL);
	for (int r = 0; r < a.rows; r++)
		(void)mvhline(a.top + r, a.left, ' ' | s->attributes[style], a.cols);
	(void)attr_set(A_NORMAL, 0, NULL);
}

/* Lines as lines, or by letters where the terminal draws a line two cells wide. */
enum line { LINE_ACROSS, LINE_DOWN, LINE_TOP_LEFT, LINE_TOP_RIGHT, LINE_BOTTOM_LEFT, LINE_BOTTOM_RIGHT };

static void
line_draw(struct screen *s, enum line line, int row, int col, int n)
{
	const bool letters = width_of_kind(WIDTH_LINE) > 1;
	const cchar_t *const drawn[] = {
		[LINE_ACROSS] = WACS_HLINE, [LINE_DOWN] = WACS_VLINE, [LINE_TOP_LEFT] = WACS_ULCORNER,
		[LINE_TOP_RIGHT] = WACS_URCORNER, [LINE_BOTTOM_LEFT] = WACS_LLCORNER, [LINE_BOTTOM_RIGHT] = WACS_LRCORNER,
	};
	const bool down = line == LINE_DOWN;
	overprint_drop(&s->over, (struct area){ row, col, down ? n : 1, down ? 1 : n });
	(void)attr_set(s->attributes[STYLE_RULE], s->colour_pair[STYLE_RULE], NULL);
	if (letters && down)
		(void)mvvline(row, col, '|', n);
	else if (letters)
		(void)mvhline(row, col, line == LINE_ACROSS ? '-' : '+', n);
	else if (down)
		(void)mvvline_set(row, col, drawn[line], n);
	else
		(void)mvhline_set(row, col, drawn[line], n);
	(void)attr_set(A_NORMAL, 0, NULL);
}

void
screen_rule(struct screen *s, int row, int col, int cols, const char *title)
{
	line_draw(s, LINE_ACROSS, row, col, cols);
	if (title == NULL || *title == '\0' || cols < 8)
		return;
	int used = screen_put_short(s, row, col + 3, cols - 6, STYLE_HEADING, title, strlen(title));
	(void)mvaddch(row, col + 2, ' ');
	(void)mvaddch(row, col + 3 + used, ' ');
}

void
screen_bar(struct screen *s, int col, int top, int rows)
{
	line_draw(s, LINE_DOWN, top, col, rows);
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
	line_draw(s, LINE_TOP_LEFT, a.top, a.left, 1);
	line_draw(s, LINE_TOP_RIGHT, a.top, right, 1);
	line_draw(s, LINE_BOTTOM_LEFT, bottom, a.left, 1);
	line_draw(s, LINE_BOTTOM_RIGHT, bottom, right, 1);
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
	for (int end = col + cols; col < end; col++) {
		const struct overprinted *over = overprint_at(&s->over, row, col);
		if (over != NULL) {
			text_put_n(out, over->bytes, over->n);
			col += over->cells - 1;
			continue;
		}
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

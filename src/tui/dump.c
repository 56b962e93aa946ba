/* Dump: the cells as text, for golden screens: what is read is what was drawn. */
#include <wchar.h>

#include "screen_in.h"

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

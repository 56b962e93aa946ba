/* What screen.c, cells.c, overprint.c, dump.c and theme.c share: looks of styles, the
 * cells of curses, and what is printed over them. */
#ifndef SCREEN_IN_H
#define SCREEN_IN_H
#include <curses.h>
#include <stdio.h>
#include <termios.h>

#include "width_in.h"

#define COLOUR_DEFAULT (-1)
#define COLOUR_RGB 0x1000000           /* | 0xrrggbb */
enum { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_ITALIC = 4, LOOK_UNDERLINE = 8, LOOK_REVERSE = 16 };
struct look { int foreground, background; unsigned attributes; };
struct theme { struct look looks[STYLE_COUNT]; };

/* A cluster over the blanks that curses has in its place. */
struct overprinted { int row, col, cells; size_t n; char bytes[64]; };
struct overprint {
	struct overprinted *items; size_t count, cap;
	uint64_t *shown; bool *again; size_t row_cap;   /* of each row: what it showed; to be sent now */
	bool any_shown;
};
void overprint_clear(struct overprint *o);
/* False: too long to be one; it is put as curses can hold it. */
bool overprint_put(struct overprint *o, int row, int col, int cells, const char *bytes, size_t n);
void overprint_drop(struct overprint *o, struct area a);           /* something else is put there */
const struct overprinted *overprint_at(const struct overprint *o, int row, int col);   /* NULL: none */
/* Before the update of curses; true: overprint_send() has something after it. */
bool overprint_begin(struct overprint *o, int rows, bool all);
void overprint_send(struct text *out, const struct overprint *o, int rows);
void overprint_address(struct text *out, int row, int col);        /* the bytes that go there */

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
	struct overprint over;
	struct termios before;
	bool terminal, mouse, all;     /* all: the next flush sends everything */
};

#endif

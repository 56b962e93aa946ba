/* Lines of a text in memory, shared by the readers of plain formats. */
#ifndef STOA_EXTRACT_LINES_H
#define STOA_EXTRACT_LINES_H
#include "stoa/base.h"

struct line { const char *s; size_t len; };   /* borrowed, without the line end */

#define LINE_BYTES_MAX (1u << 16)

/* The line at *at, which moves behind it; false at the end.  A line longer than
 * LINE_BYTES_MAX comes in pieces, cut at a space if it has one.  A form feed also
 * ends a line; the line after it then begins with that form feed. */
bool line_next(struct line *l, const char *s, size_t n, size_t *at);
struct line line_trim(struct line l);
/* Bytes of a list mark with the space behind it ("- ", "12. ", "(a) ",
 * "\u2022 "); 0: none.  *number is the number, 0 for a bullet; may be NULL. */
size_t line_list_mark(struct line l, int *number);
bool line_is_bullet(struct line l);
/* Append l to a paragraph: a space between, unless CJK text goes on; a hyphen
 * at the end of a word that goes on in lower case is left to the caller. */
void line_join(struct text *para, struct line l);

#endif

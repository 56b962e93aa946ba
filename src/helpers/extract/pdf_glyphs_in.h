/* The glyphs of a page as poppler gives them, before they are lines. */
#ifndef STOA_EXTRACT_PDF_GLYPHS_H
#define STOA_EXTRACT_PDF_GLYPHS_H
#include "pdf_in.h"

struct glyph {
	uint32_t code, word, index;   /* word: of poppler, index: in that order */
	float x0, y0, x1, y1, size;
	float word_x0, gap;           /* gap to the glyph before it */
	bool bold, mono;
};
struct glyphs { struct glyph *at; size_t count, cap, rtl, ltr; };

/* All glyphs of the page, \n between poppler's lines, right-to-left words in
 * visual order.  False: they have no places. */
bool glyphs_collect(struct glyphs *g, PopplerPage *page);
/* Most glyphs stand below the one before: Japanese or Chinese columns. */
bool glyphs_vertical(const struct glyphs *g);
/* Add the columns of a vertical page as lines; the page is turned so that
 * columns run from left to right like any line. */
void glyphs_columns(struct pdf_page *p, struct arena *a, struct glyphs *g);
/* Set what a line needs from its glyphs; mixed: some are right-to-left. */
void glyphs_measure(struct pdf_line *l, bool *mixed, const struct glyph *g, size_t n, bool rtl_page);

static inline bool
is_rtl(uint32_t c)
{
	return (c >= 0x590 && c <= 0x8FF) || (c >= 0xFB1D && c <= 0xFDFF) || (c >= 0xFE70 && c <= 0xFEFC);
}

static inline bool
is_ltr(uint32_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= 0xC0 && c < 0x590) ||
		(c >= 0x900 && c < 0x2000) || (c >= 0x3000 && c < 0xFB00);
}

static inline bool
is_point(uint32_t c)
{
	return (c >= 0x591 && c <= 0x5C7 && c != 0x5BE && c != 0x5C0 && c != 0x5C3 && c != 0x5C6) || (c >= 0x64B && c <= 0x65F);
}

#endif

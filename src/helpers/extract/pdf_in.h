/* The PDF reader's stages: lines with their place and face (pdf_lines.c), the
 * outline (pdf_outline.c), running heads and printed page numbers (pdf_heads.c), words and hyphens
 * (pdf_words.c), paragraphs and headings (pdf_blocks.c).  Lengths are points,
 * the origin is the upper left corner of the crop box. */
#ifndef STOA_EXTRACT_PDF_H
#define STOA_EXTRACT_PDF_H
#include <poppler.h>
#include "extract_in.h"

struct pdf_line {
	char *text;                   /* UTF-8 in reading order */
	size_t len, chars;            /* bytes; characters that are not spaces */
	double x0, y0, x1, y1;
	double size;                  /* of most characters */
	bool bold, mono, cells;       /* cells: " | " stands for wide gaps */
	bool rtl;
	bool head;                    /* running head, foot or page number: drop */
	int level;                    /* of an outline entry with this text, else 0 */
	int row;                      /* of a table, while pdf_rows() sorts */
};
struct pdf_page {
	int number;
	double width, height;
	char *label;                  /* as the file or the page prints it; NULL */
	struct pdf_line *lines;
	size_t count, cap;
};
struct pdf {
	struct pdf_page *pages;       /* page_count of them */
	size_t page_count;
	double body_size;             /* of most characters of the document */
	struct arena arena;
	struct words *words;
};

/* The lines of one page in reading order; outside the crop box there are none. */
void pdf_lines(struct pdf_page *p, struct arena *a, PopplerPage *page);

/* Put tables that come column by column in the order of their rows. */
void pdf_rows(struct pdf_page *p);

/* Give the lines that the outline names their level. */
void pdf_outline(struct pdf *pdf, PopplerDocument *doc);

/* Mark running heads and feet; give pages their printed numbers. */
void pdf_heads(struct pdf *pdf);

/* The document's vocabulary, to tell soft hyphens from hard ones. */
struct words *words_new(void);
void words_free(struct words *w);
void words_add_line(struct words *w, const char *s, size_t n);
/* Should `head-` at a line's end and `tail` after it become one word? */
bool words_joined(const struct words *w, const char *head, size_t head_len, const char *tail, size_t tail_len);

/* All pages as blocks of d. */
void pdf_blocks(struct document *d, struct pdf *pdf);

#endif

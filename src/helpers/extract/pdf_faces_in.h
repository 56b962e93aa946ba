/* Which lines of a PDF are headings or code, by their faces. */
#ifndef STOA_EXTRACT_PDF_FACES_H
#define STOA_EXTRACT_PDF_FACES_H
#include "pdf_in.h"

#define HEADING_BYTES_MAX 200
#define HEADING_SIZES_MAX 4

struct faces {
	struct pdf *pdf;
	double leading;                     /* usual distance of lines, in sizes */
	double sizes[HEADING_SIZES_MAX];    /* of headings, largest first */
	size_t size_count;
	bool mono_body;                     /* typewritten: code has no face of its own */
};

/* Learn the sizes that headings come in; pdf, leading and mono_body are set. */
void faces_learn(struct faces *f);
bool faces_heading(const struct faces *f, const struct pdf_page *p, size_t i);
int faces_level(const struct faces *f, const struct pdf_line *l);
bool faces_code(const struct faces *f, const struct pdf_page *p, size_t i);
bool faces_same_row(const struct pdf_line *a, const struct pdf_line *b);
size_t faces_letters(const struct pdf_line *l);

#endif

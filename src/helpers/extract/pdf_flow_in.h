/* Paragraph borders between the lines of a page. */
#ifndef STOA_EXTRACT_PDF_FLOW_H
#define STOA_EXTRACT_PDF_FLOW_H
#include "pdf_in.h"

/* Distance of a line's beginning from the page's edge, in its direction. */
double flow_start(const struct pdf_page *p, const struct pdf_line *l);
void flow_column(double *left, double *right, const struct pdf_page *p, size_t i);
/* Did line a end where the first word of b would still have fitted? */
bool flow_left_room(const struct pdf_page *p, size_t a, const struct pdf_line *b);
bool flow_ends_sentence(const char *s, size_t n);
/* Usual distance between lines, in sizes. */
double flow_leading(const struct pdf *pdf);
/* Does line b not go on with line a? item_start: where the list item began,
 * negative outside lists. */
bool flow_breaks(const struct pdf_page *p, size_t a, size_t b, double leading, double item_start);

#endif

/* The blocks of HTML, for web pages and the chapters of EPUB. */
#ifndef STOA_EXTRACT_HTML_H
#define STOA_EXTRACT_HTML_H
#include "extract_in.h"
#include "xml_in.h"

struct html;
/* Adds blocks to d; a title, author or language in the head goes to d when
 * whole is set (a chapter's title is not the book's). */
struct html *html_new(struct document *d, bool whole);
void html_free(struct html *h);            /* adds what is still open; NULL allowed */
struct xml_sink html_sink(struct html *h);

#endif

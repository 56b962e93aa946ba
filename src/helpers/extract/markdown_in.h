/* The inside of a Markdown line. */
#ifndef STOA_EXTRACT_MARKDOWN_H
#define STOA_EXTRACT_MARKDOWN_H
#include "stoa/base.h"

/* Append s without its marks: emphasis, code ticks, links and pictures give
 * their text, tags and footnote marks go, escapes and entities are resolved. */
void markdown_inline(struct text *out, const char *s, size_t n);

#endif

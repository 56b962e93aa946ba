/* A text taken apart for a summary: lines that carry weight, sections that have
 * a share of the length. */
#ifndef DIGEST_IN_H
#define DIGEST_IN_H
#include "tutor_in.h"

struct line { const struct passage *p; int64_t start, end; const char *text; size_t section, nth, words; double weight; bool taken, focused, poor; struct word_set set; };
struct section { const char *heading, *file_id; size_t first, count, share; double best; bool off; };
struct sheet { struct line *lines; size_t line_count, line_cap; struct section *sections; size_t section_count, section_cap; struct arena a; const struct cancel *cancel; };

/* Take passages apart, weigh their sentences, choose `total` of them: line.taken.
 * CANCELLED; s is to be cleared all the same. */
enum fault digest_make(struct sheet *s, const struct passages *passages, const struct word_set *focus, size_t total, const struct cancel *cancel) STOA_MUST;
void digest_clear(struct sheet *s);
#endif

/* What building a segment shares between its three files: index_build.c (tokens in),
 * index_postings.c (inverted), index_write.c (bytes out). */
#ifndef INDEX_BUILD_IN_H
#define INDEX_BUILD_IN_H
#include "find_in.h"

struct posting { uint32_t stem, local; uint8_t tf, flags; };
struct collector {
	struct posting *items; size_t count, cap;
	uint32_t *slot_of; size_t slot_cap;     /* by stem: place of its posting in this passage, + 1 */
	size_t first;                           /* of this passage */
	struct builder *b;
};
/* All postings of what was built, in order of passages; adds CJK pairs to b->stems. */
void postings_collect(struct collector *c);
/* The same by stem, each stem's in order of passages; mem_free(). starts: where each
 * stem's begin, stems + 1 of them, zero before. */
struct posting *postings_sort(const struct collector *c, size_t *starts, size_t stems);

#endif

/* Vectors beside the index; see vector.c. */
#ifndef VECTOR_IN_H
#define VECTOR_IN_H
#include "find_in.h"

struct vector_hit { uint32_t part, local; double score; };
enum fault vector_put(struct index *ix, int64_t doc_no, const float *vectors, size_t dims, size_t count) STOA_MUST;
/* The k passages nearest to q by exact dot product, best first. */
size_t vector_search(struct vector_hit *out, size_t k, const struct index *ix, const struct snapshot *s, const struct allow *allow, const float *q, size_t dims);
/* Of one passage; -1: it has none. */
double vector_score(const struct index *ix, passage_no no, const float *q, size_t dims);
/* Bring the nearest passages into c (room for cap) and weigh both kinds of nearness
 * together: totals stay on the scale of the best word score. */
size_t vector_fuse(struct candidate *c, size_t count, size_t cap, const struct index *ix, const struct snapshot *s, struct query *q, const struct bm25 *p, const struct allow *allow, const float *vector, size_t dims);

#endif

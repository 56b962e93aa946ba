/* Vectors of passages: files beside the index (vector.c), or rows of a database that
 * searches them itself (vector_rows.c). */
#ifndef VECTOR_IN_H
#define VECTOR_IN_H
#include "find_in.h"

#define VECTOR_DIMS_MAX 8192u
struct vector_hit { uint32_t part, local; passage_no no; double score; };
/* The k best so far, best first; ties by number. */
struct vector_best { struct vector_hit *items; size_t k, count; };
void vector_keep(struct vector_best *best, struct vector_hit h);
/* Exact, in double precision; -1: it is no number. */
double vector_dot(const float *a, const float *b, size_t n);
/* Numbers, and as many as may be; what an endpoint sends may be anything. */
bool vector_sound(const float *v, size_t dims, size_t count);

/* db: where vectors are rows, when store_vectors(); NULL: files. */
enum fault vector_put(struct index *ix, int64_t doc_no, const float *vectors, size_t dims, size_t count) STOA_MUST;
struct vector_query { const struct index *ix; struct store *db; const struct snapshot *s; const struct allow *allow; const float *to; size_t dims; };
/* The k passages nearest by exact dot product, best first. */
size_t vector_search(struct vector_hit *out, size_t k, const struct vector_query *q);
/* Of each of these passages; -1: it has none. */
void vector_scores(double *out, const struct vector_query *q, const struct candidate *c, size_t count);
/* Bring the nearest passages into c (room for cap) and weigh both kinds of nearness
 * together: totals stay on the scale of the best word score. */
size_t vector_fuse(struct candidate *c, size_t count, size_t cap, const struct vector_query *near, struct query *q, const struct bm25 *p);

/* vector_rows.c: the same where they are rows. */
size_t vector_rows_search(struct vector_hit *out, size_t k, const struct vector_query *q);
void vector_rows_scores(double *out, const struct vector_query *q, const struct candidate *c, size_t count);

#endif

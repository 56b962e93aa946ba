/* Words and vectors together: a weighted sum of scores brought to 0..1.
 *
 * Reciprocal ranks were measured to lose several points, because a rank throws away
 * how far apart the scores are.  Words keep the larger share: they are exact about
 * names, numbers and terms, which is what questions about documents turn on.
 */
#include <stdlib.h>
#include <string.h>
#include "vector_in.h"

#define NEAREST 32u
#define WORDS_SHARE .6

static bool
holds(const struct candidate *c, size_t count, const struct vector_hit *h)
{
	for (size_t i = 0; i < count; i++)
		if (c[i].part == h->part && c[i].local == h->local)
			return true;
	return false;
}

static int
by_total(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	return x->total != y->total ? (x->total < y->total ? 1 : -1) : x->no < y->no ? -1 : x->no > y->no;
}

/* A passage without a vector keeps what its words earned. */
static void
weigh(struct candidate *c, size_t count, const double *cosine)
{
	double best = c[0].total > 0 ? c[0].total : 1, least = 1, most = -1;
	for (size_t i = 0; i < count; i++)
		if (cosine[i] > -1) {
			most = cosine[i] > most ? cosine[i] : most;
			least = cosine[i] < least ? cosine[i] : least;
		}
	for (size_t i = 0; i < count; i++)
		if (cosine[i] > -1)
			c[i].total = best * (WORDS_SHARE * c[i].total / best + (1 - WORDS_SHARE) * (most > least ? (cosine[i] - least) / (most - least) : 1));
}

size_t
vector_fuse(struct candidate *c, size_t count, size_t cap, const struct vector_query *near, struct query *q, const struct bm25 *p)
{
	struct vector_hit hits[NEAREST];
	size_t found = vector_search(hits, NEAREST, near);
	if (found == 0)
		return count;
	for (size_t i = 0; i < found && count < cap; i++)
		if (!holds(c, count, &hits[i]))
			c[count++] = (struct candidate){ .part = hits[i].part, .local = hits[i].local, .no = hits[i].no };
	rank_candidates(c, count, near->s, q, p);
	double *cosine = mem_new_array(count + 1, sizeof *cosine);
	vector_scores(cosine, near, c, count);
	weigh(c, count, cosine);
	qsort(c, count, sizeof *c, by_total);
	mem_free(cosine);
	return count;
}

/* Vectors that are rows: the database finds the nearest, of what may be seen.
 *
 * It compares in single precision; a few more than wanted are taken and judged here
 * exactly as those of files are, so that both find the same.  A row whose document the
 * index does not show (it has just come, or gone) is passed over.
 */
#include "index_in.h"
#include "vector_in.h"

#define SPARE 16u

struct rows { struct vector_best best; const struct vector_query *q; };

/* Where the index shows a passage. */
static bool
place_of(struct vector_hit *h, const struct snapshot *s, int64_t doc_no, int64_t n)
{
	for (uint32_t part = 0; part < s->count; part++) {
		const struct segment_doc *doc = part_find(&s->parts[part], doc_no);
		if (doc == NULL || n < 0 || n >= doc->count)
			continue;
		*h = (struct vector_hit){ part, doc->first + (uint32_t)n, PASSAGE_NO(doc_no, n), 0 };
		return true;
	}
	return false;
}

static void
take_near(int64_t doc_no, int64_t n, const float *vector, void *arg)
{
	struct rows *r = arg;
	struct vector_hit h;
	if (!place_of(&h, r->q->s, doc_no, n))
		return;
	h.score = vector_dot(vector, r->q->to, r->q->dims);
	vector_keep(&r->best, h);
}

static void
complain(enum fault f)
{
	if (f != FAULT_NONE && f != FAULT_CANCELLED)
		log_event(LOG_WARN, "library", "no-vectors", "fault=%s", fault_name(f));
}

size_t
vector_rows_search(struct vector_hit *out, size_t k, const struct vector_query *q)
{
	struct rows r = { { out, k, 0 }, q };
	const struct store_near near = { .to = q->to, .dims = q->dims, .most = k + SPARE,
		.documents = q->allow->docs, .count = q->allow->count, .all = q->allow->all };
	enum fault f = store_vectors_near(q->db, &near, take_near, &r);
	complain(f);
	return f == FAULT_NONE ? r.best.count : 0;
}

struct scores { double *out; const struct vector_query *q; const struct candidate *c; size_t count; };

static void
take_score(int64_t doc_no, int64_t n, const float *vector, void *arg)
{
	const struct scores *w = arg;
	for (size_t i = 0; i < w->count; i++)
		if (w->c[i].no == PASSAGE_NO(doc_no, n))
			w->out[i] = vector_dot(vector, w->q->to, w->q->dims);
}

void
vector_rows_scores(double *out, const struct vector_query *q, const struct candidate *c, size_t count)
{
	struct scores w = { out, q, c, count };
	struct store_place *of = mem_new_array(count + 1, sizeof *of);
	for (size_t i = 0; i < count; i++) {
		of[i] = (struct store_place){ PASSAGE_DOC(c[i].no), PASSAGE_N(c[i].no) };
		out[i] = -1;
	}
	complain(store_vectors_get(q->db, of, count, q->dims, take_score, &w));
	mem_free(of);
}

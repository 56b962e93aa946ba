/* Fetching candidates: document at a time, MaxScore over the lists of every part.
 *
 * Lists are ordered by the most they can add (Turtle and Flood 1995).  Once k
 * passages are known, lists whose bounds together cannot lift a passage over the
 * k-th are only asked about passages that the others bring up.  The threshold
 * carries over from segment to segment.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "find_in.h"

struct list {
	struct posting_cursor c;
	double weight, bound;    /* weight: of the term, idf and k1 + 1 included */
	bool own;                /* of the query as it was typed, not from feedback */
};
struct heap { struct candidate *items; size_t count, k; };

static bool
worse(const struct candidate *a, const struct candidate *b)
{
	return a->stem != b->stem ? a->stem < b->stem : a->no > b->no;
}

static void
sift(struct heap *h, size_t i)
{
	for (;;) {
		size_t least = i, left = 2 * i + 1;
		for (size_t c = left; c < left + 2 && c < h->count; c++)
			if (worse(&h->items[c], &h->items[least]))
				least = c;
		if (least == i)
			return;
		struct candidate t = h->items[i];
		h->items[i] = h->items[least];
		h->items[least] = t;
		i = least;
	}
}

static void
offer(struct heap *h, const struct candidate *c)
{
	if (h->count < h->k) {
		size_t i = h->count++;
		h->items[i] = *c;
		for (; i > 0 && worse(&h->items[i], &h->items[(i - 1) / 2]); i = (i - 1) / 2) {
			struct candidate t = h->items[i];
			h->items[i] = h->items[(i - 1) / 2];
			h->items[(i - 1) / 2] = t;
		}
	} else if (worse(&h->items[0], c)) {
		h->items[0] = *c;
		sift(h, 0);
	}
}

/* Which passages of a part may be found, walked in step with ascending locals. */
struct gate { const struct snapshot_part *part; const struct allow *allow; size_t doc; bool open, free; };

static bool
doc_allowed(const struct gate *g, int64_t no)
{
	if (part_is_dead(g->part, no))
		return false;
	if (g->allow->all || no == CONTEXT_DOC)
		return true;
	size_t low = 0, high = g->allow->count;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (g->allow->docs[mid] == no)
			return true;
		if (g->allow->docs[mid] < no)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* The first allowed local from `local` on; CURSOR_END: none. */
static uint32_t
gate_pass(struct gate *g, uint32_t local)
{
	const struct segment *s = g->part->segment;
	if (g->free)
		return local;
	while (local < s->h.passages) {
		const struct segment_doc *d = g->doc == SIZE_MAX ? NULL : &s->docs[g->doc];
		if (d == NULL || local < d->first || local >= d->first + d->count) {
			g->doc = segment_doc_of(s, local);
			d = &s->docs[g->doc];
			g->open = doc_allowed(g, d->no);
		}
		if (g->open)
			return local;
		local = d->first + d->count;
	}
	return CURSOR_END;
}

static double
gain(const struct list *l, const struct bm25 *p, double norm)
{
	uint8_t flags = l->c.flags[l->c.i];
	double tf = l->c.tfs[l->c.i];
	if (flags & POSTING_TITLE)
		tf += p->title;
	if (flags & POSTING_HEADING)
		tf += p->heading;
	return l->weight * tf / (tf + norm);
}

static int
by_bound(const void *a, const void *b)
{
	const struct list *x = *(struct list *const *)a, *y = *(struct list *const *)b;
	return x->bound < y->bound ? -1 : x->bound > y->bound;
}

struct search { struct list **lists; double *sums; size_t count; const struct bm25 *p; double average_len; struct heap *heap; bool exhaustive; };

static size_t
open_lists(struct search *x, struct list *lists, const struct snapshot *s, size_t part, const struct query *q)
{
	const struct segment *g = s->parts[part].segment;
	x->count = 0;
	for (size_t i = 0; i < q->term_count; i++) {
		const struct stem_entry *e = &q->terms[i].entries[part];
		if (e->df == 0 || q->terms[i].weight * q->terms[i].idf <= 0)
			continue;
		struct list *l = &lists[x->count];
		l->own = q->terms[i].share > 0;
		l->weight = q->terms[i].weight * q->terms[i].idf * (x->p->k1 + 1);
		double norm = x->p->k1 * (1 - x->p->b + x->p->b * e->min_len / x->average_len);
		l->bound = l->weight * e->max_tf / (e->max_tf + norm) * 1.000001;
		cursor_start(&l->c, e, g->h.passages);
		x->lists[x->count++] = l;
	}
	qsort(x->lists, x->count, sizeof *x->lists, by_bound);
	double sum = 0;
	for (size_t i = 0; i < x->count; i++)
		x->sums[i] = sum += x->lists[i]->bound;
	return x->count;
}

static void
search_part(struct search *x, const struct snapshot *s, size_t part, const struct allow *allow)
{
	const struct segment *g = s->parts[part].segment;
	struct gate gate = { &s->parts[part], allow, SIZE_MAX, false, allow->all && s->parts[part].dead_count == 0 };
	double threshold = -1;
	size_t essential = 0;
	for (;;) {
		if (x->heap->count == x->heap->k && !x->exhaustive) {
			threshold = x->heap->items[0].stem;
			while (essential < x->count && x->sums[essential] < threshold)
				essential++;
		}
		uint32_t local = CURSOR_END;
		for (size_t i = essential; i < x->count; i++)
			if (cursor_at(&x->lists[i]->c) < local)
				local = cursor_at(&x->lists[i]->c);
		if (local == CURSOR_END)
			return;
		uint32_t open = gate_pass(&gate, local);
		if (open != local) {
			for (size_t i = essential; i < x->count; i++)
				cursor_seek(&x->lists[i]->c, open);
			if (open == CURSOR_END)
				return;
			continue;
		}
		double norm = x->p->k1 * (1 - x->p->b + x->p->b * g->lens[local] / x->average_len), score = 0;
		bool own = false;
		for (size_t i = essential; i < x->count; i++)
			if (cursor_at(&x->lists[i]->c) == local) {
				score += gain(x->lists[i], x->p, norm);
				own = own || x->lists[i]->own;
				cursor_step(&x->lists[i]->c);
			}
		for (size_t i = essential; i-- > 0;) {
			if (score + x->sums[i] < threshold)
				break;
			cursor_seek(&x->lists[i]->c, local);
			if (cursor_at(&x->lists[i]->c) == local) {
				score += gain(x->lists[i], x->p, norm);
				own = own || x->lists[i]->own;
			}
		}
		if (own && score >= threshold)
			offer(x->heap, &(struct candidate){ .part = (uint32_t)part, .local = local, .stem = score, .no = segment_passage_no(g, local) });
	}
}

static int
best_first(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	return worse(x, y) ? 1 : worse(y, x) ? -1 : 0;
}

size_t
search_top(struct candidate *out, size_t k, const struct snapshot *s, const struct query *q, const struct bm25 *p, const struct allow *allow, bool exhaustive, bool *damaged)
{
	struct heap heap = { out, 0, k };
	struct list *lists = mem_new_array(q->term_count + 1, sizeof *lists);
	struct search x = { .p = p, .average_len = q->average_len, .heap = &heap, .exhaustive = exhaustive };
	x.lists = mem_new_array(q->term_count + 1, sizeof *x.lists);
	x.sums = mem_new_array(q->term_count + 1, sizeof *x.sums);
	*damaged = false;
	for (size_t part = 0; part < s->count && k > 0; part++) {
		if (open_lists(&x, lists, s, part, q) > 0)
			search_part(&x, s, part, allow);
		for (size_t i = 0; i < x.count; i++)
			*damaged = *damaged || x.lists[i]->c.damaged;
	}
	mem_free(lists);
	mem_free(x.lists);
	mem_free(x.sums);
	qsort(out, heap.count, sizeof *out, best_first);
	return heap.count;
}

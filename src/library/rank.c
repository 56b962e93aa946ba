/* Judging candidates: exact forms and pairs of neighbours; and feedback.
 *
 * Stems fetch, and then the forward index tells for each candidate which exact words
 * it has, and which words of the query stand side by side in it.  The number of
 * passages that hold a pair is not kept anywhere: among the candidates it is known,
 * and a pair that is rare there is rare.  Terms that the best passages share (Bo1,
 * Amati 2003) help a topic and hurt a question, so only topics get them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "find_in.h"

#define WORDS_MAX 4096u
#define FEEDBACK_PASSAGES 5u
#define FEEDBACK_TERMS 20u
#define FEEDBACK_BETA .4

struct judge {
	const struct snapshot *s;
	struct query *q;
	const struct bm25 *p;
	uint32_t words[WORDS_MAX];
	int16_t term[WORDS_MAX];           /* query term of each word, -1 */
	uint32_t *exact_tf, *pair_tf;      /* of one candidate */
	uint32_t present[QUERY_TERMS_MAX];
	uint8_t *pair_tfs;                 /* of all: candidate x pair */
};

static int16_t
term_by_stem(const struct query *q, uint32_t part, uint32_t stem)
{
	for (size_t i = 0; i < q->term_count; i++)
		if (q->terms[i].entries[part].df > 0 && q->terms[i].entries[part].id == stem)
			return (int16_t)i;
	return -1;
}

static size_t
read_candidate(struct judge *j, const struct candidate *c, size_t *heading)
{
	const struct segment *g = j->s->parts[c->part].segment;
	uint64_t filter = 0;
	for (size_t i = 0; i < j->q->term_count; i++)
		if (j->q->terms[i].entries[c->part].df > 0)
			filter |= 1ull << (j->q->terms[i].entries[c->part].id & 63);
	size_t n = segment_forward(j->words, WORDS_MAX, g, c->local, heading);
	n = n < WORDS_MAX ? n : WORDS_MAX;
	for (size_t i = 0; i < n; i++) {
		uint32_t stem = segment_stem_of(g, j->words[i]);
		j->term[i] = stem != UINT32_MAX && (filter >> (stem & 63) & 1) ? term_by_stem(j->q, c->part, stem) : -1;
	}
	return n;
}

static void
count_words(struct judge *j, const struct candidate *c, size_t from, size_t n)
{
	const struct query *q = j->q;
	memset(j->exact_tf, 0, q->exact_count * sizeof *j->exact_tf);
	memset(j->pair_tf, 0, q->pair_count * sizeof *j->pair_tf);
	for (size_t i = from; i < n; i++) {
		if (j->term[i] < 0)
			continue;
		for (size_t e = 0; e < q->exact_count; e++)
			j->exact_tf[e] += q->exacts[e].ids[c->part] == j->words[i];
		if (i + 1 < n && j->term[i + 1] >= 0)
			for (size_t p = 0; p < q->pair_count; p++)
				j->pair_tf[p] += q->pairs[p].first == j->term[i] && q->pairs[p].second == j->term[i + 1];
	}
}

/* How rare each term is among the candidates: what tells one from another. */
static void
count_present(const struct judge *j, size_t from, size_t n, uint32_t *present)
{
	bool seen[QUERY_TERMS_MAX] = { 0 };
	for (size_t i = from; i < n; i++)
		if (j->term[i] >= 0 && !seen[j->term[i]]) {
			seen[j->term[i]] = true;
			present[j->term[i]]++;
		}
}

static void
weigh_locally(struct query *q, const uint32_t *present, size_t count)
{
	q->sum_local = 0;
	for (size_t i = 0; i < q->term_count; i++) {
		struct query_term *t = &q->terms[i];
		double idf = log(1 + ((double)count - present[i] + .5) / (present[i] + .5));
		t->local = t->share > 0 && !t->cjk ? t->weight * idf : t->cjk ? t->share : 0;
		q->sum_local += t->local;
	}
}

static void
judge_one(struct judge *j, struct candidate *c, uint8_t *pairs)
{
	const struct query *q = j->q;
	size_t heading, n = read_candidate(j, c, &heading);
	double norm = j->p->k1 * (1 - j->p->b + j->p->b * (double)(n - heading) / q->average_len);
	count_words(j, c, heading, n);
	c->exact = 0;
	for (size_t e = 0; e < q->exact_count; e++) {
		double weight = q->terms[q->exacts[e].term].weight;
		c->exact += weight * q->exacts[e].idf * j->exact_tf[e] * (j->p->k1 + 1) / (j->exact_tf[e] + norm);
	}
	for (size_t p = 0; p < q->pair_count; p++)
		pairs[p] = (uint8_t)(j->pair_tf[p] < 255 ? j->pair_tf[p] : 255);
	count_present(j, heading, n, j->present);
	c->pair = norm;
}

static int
best_first(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	return x->total != y->total ? (x->total < y->total ? 1 : -1) : x->no < y->no ? -1 : x->no > y->no;
}

void
rank_candidates(struct candidate *c, size_t count, const struct snapshot *s, struct query *q, const struct bm25 *p)
{
	struct judge *j = mem_new(sizeof *j);
	double u = q->topical ? .1 : .5, g = q->topical ? .1 : .3;
	*j = (struct judge){ .s = s, .q = q, .p = p };
	j->exact_tf = mem_new_array(q->exact_count + 1, sizeof *j->exact_tf);
	j->pair_tf = mem_new_array(q->pair_count + 1, sizeof *j->pair_tf);
	j->pair_tfs = mem_new_array(count + 1, q->pair_count + 1);
	for (size_t i = 0; i < count; i++)
		judge_one(j, &c[i], j->pair_tfs + i * q->pair_count);
	weigh_locally(q, j->present, count);
	for (size_t k = 0; k < q->pair_count; k++) {
		q->pairs[k].df = 0;
		for (size_t i = 0; i < count; i++)
			q->pairs[k].df += j->pair_tfs[i * q->pair_count + k] > 0;
		q->pairs[k].idf = log(1 + (q->passages - (double)q->pairs[k].df + .5) / ((double)q->pairs[k].df + .5));
	}
	for (size_t i = 0; i < count; i++) {
		double norm = c[i].pair;
		c[i].pair = 0;
		for (size_t k = 0; k < q->pair_count; k++) {
			double tf = j->pair_tfs[i * q->pair_count + k];
			c[i].pair += q->pairs[k].idf * tf * (p->k1 + 1) / (tf + norm);
		}
		c[i].total = c[i].stem + u * c[i].exact + g * c[i].pair;
	}
	qsort(c, count, sizeof *c, best_first);
	mem_free(j->exact_tf);
	mem_free(j->pair_tf);
	mem_free(j->pair_tfs);
	mem_free(j);
}

/* ---- feedback --------------------------------------------------------------------- */

struct grown { char stem[256]; size_t len; uint32_t tf; double weight; };

static int
heaviest_first(const void *a, const void *b)
{
	const struct grown *x = a, *y = b;
	return x->weight != y->weight ? (x->weight < y->weight ? 1 : -1) : memcmp(x->stem, y->stem, x->len < y->len ? x->len : y->len);
}

static struct grown *
gather(size_t *count, const struct candidate *c, size_t passages, const struct snapshot *s)
{
	struct term_table table = { 0 };
	struct grown *all = NULL;
	size_t cap = 0;
	uint32_t *words = mem_new_array(WORDS_MAX, sizeof *words);
	for (size_t i = 0; i < passages; i++) {
		const struct segment *g = s->parts[c[i].part].segment;
		size_t heading, n = segment_forward(words, WORDS_MAX, g, c[i].local, &heading);
		for (size_t k = heading; k < n && k < WORDS_MAX; k++) {
			char stem[256];
			size_t len = segment_stem_at(stem, g, segment_stem_of(g, words[k]));
			if (len == 0)
				continue;
			size_t before = table.count;
			uint32_t t = terms_put(&table, stem, len);
			mem_reserve(&all, &cap, table.count, sizeof *all);
			if (table.count > before) {
				all[t] = (struct grown){ .len = len };
				memcpy(all[t].stem, stem, len);
			}
			all[t].tf++;
		}
	}
	*count = table.count;
	terms_clear(&table);
	mem_free(words);
	return all;
}

void
rank_feedback(struct query *q, struct arena *a, const struct candidate *c, size_t count, const struct snapshot *s)
{
	size_t grown, first = q->term_count;
	struct grown *all = gather(&grown, c, count < FEEDBACK_PASSAGES ? count : FEEDBACK_PASSAGES, s);
	double most = 0, heaviest = 1;
	for (size_t i = 0; i < grown; i++) {
		uint64_t cf = 0;
		struct stem_entry e;
		for (size_t p = 0; p < s->count; p++)
			if (segment_stem(&e, s->parts[p].segment, all[i].stem, all[i].len))
				cf += e.cf;
		double l = (double)(cf ? cf : 1) / q->passages;
		all[i].weight = all[i].tf * log2((1 + l) / l) + log2(1 + l);
		most = all[i].weight > most ? all[i].weight : most;
	}
	if (grown > 0)
		qsort(all, grown, sizeof *all, heaviest_first);
	for (size_t i = 0; i < first; i++)
		heaviest = q->terms[i].weight > heaviest ? q->terms[i].weight : heaviest;
	for (size_t i = 0; i < grown && i < FEEDBACK_TERMS; i++) {
		double weight = FEEDBACK_BETA * heaviest * all[i].weight / most;
		size_t k = 0;
		while (k < q->term_count && !(q->terms[k].len == all[i].len && memcmp(q->terms[k].stem, all[i].stem, all[i].len) == 0))
			k++;
		if (k < q->term_count)
			q->terms[k].weight += weight;
		else if (q->term_count < QUERY_TERMS_MAX)
			q->terms[q->term_count++] = (struct query_term){ .stem = arena_strndup(a, all[i].stem, all[i].len), .len = all[i].len, .weight = weight };
	}
	query_weigh(q, a, s, first);
	for (size_t i = first; i < q->term_count; i++)
		q->terms[i].share = 0;
	mem_free(all);
}

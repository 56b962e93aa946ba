/* Finding: fetch candidates, judge them, read the best, score their sentences.
 *
 * Text handed in with the question (a pipe) becomes a segment in memory and a part
 * of the snapshot for this one search, so that it is weighed with the library's own
 * frequencies.  Passages are shown in the order of their best sentences.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "vector_in.h"

#define CANDIDATES 64u
#define VECTOR_CANDIDATES 32u
#define PASSAGES_READ 8u
#define CONTEXT_BYTES_MAX ((size_t)4 << 20)
#define CONTEXT_WORDS 150u

static const struct bm25 for_questions = { .9, .8, 1, .5 }, for_topics = { .9, .75, .5, .5 };

/* ---- context ------------------------------------------------------------------------ */

struct context {
	struct index_passage *passages; size_t count, cap;
	unsigned char *bytes; size_t size_bytes;
	struct segment segment;
};

static size_t
count_words(const char *s, size_t len)
{
	size_t n = 0;
	struct tokens tokens;
	struct token t;
	tokens_start(&tokens, s, len);
	while (token_next(&t, &tokens))
		n++;
	return n;
}

static void
slice_context(struct context *c, const char *s, size_t len)
{
	struct range *sentences;
	size_t n = library_sentences(&sentences, s, len), start = 0, words = 0;
	for (size_t i = 0; i < n; i++) {
		words += count_words(s + sentences[i].start, sentences[i].end - sentences[i].start);
		if (i + 1 < n && words + 20 < CONTEXT_WORDS)
			continue;
		mem_reserve(&c->passages, &c->cap, c->count + 1, sizeof *c->passages);
		c->passages[c->count++] = (struct index_passage){ .text = s + sentences[start].start, .len = sentences[i].end - sentences[start].start };
		start = i + 1;
		words = 0;
	}
	mem_free(sentences);
}

static enum fault
open_context(struct context *c, const char *s)
{
	struct builder b = { 0 };
	slice_context(c, s, utf8_floor(s, strlen(s), CONTEXT_BYTES_MAX));
	builder_add(&b, CONTEXT_DOC, NULL, c->passages, c->count);
	builder_finish(&c->bytes, &c->size_bytes, &b);
	builder_clear(&b);
	return segment_read(&c->segment, c->bytes, c->size_bytes, false);
}

static void
close_context(struct context *c)
{
	mem_free(c->passages);
	mem_free(c->bytes);
}

/* What s shows, without its count of references, which is other threads' too. */
static struct snapshot
view_of(const struct snapshot *s)
{
	return (struct snapshot){ .parts = s->parts, .count = s->count, .passages = s->passages, .total_len = s->total_len, .alike = s->alike, .number = s->number };
}

/* A snapshot of the same segments and the context behind them; borrowed parts. */
static struct snapshot
with_context(const struct snapshot *s, struct context *c, struct arena *a)
{
	struct snapshot joined = view_of(s);
	joined.parts = arena_alloc(a, (s->count + 1) * sizeof *joined.parts);
	if (s->count > 0)
		memcpy(joined.parts, s->parts, s->count * sizeof *joined.parts);
	joined.parts[joined.count++] = (struct snapshot_part){ .segment = &c->segment };
	joined.passages += c->segment.h.passages;
	joined.total_len += c->segment.h.total_len;
	return joined;
}

/* ---- the run ------------------------------------------------------------------------ */

struct run {
	const struct finder *from;
	const struct find_request *req;
	struct arena *a;
	struct snapshot view;
	struct context context;
	struct query q;
	size_t want;                        /* passages to read */
	struct candidate *candidates; size_t candidate_count, room;
	struct found_passage *passages; int *place; size_t passage_count;   /* place: of candidate, -1 context */
	struct scored *scored; size_t scored_count, scored_cap;
	const char **texts;
};

static enum fault
condemn(struct run *r)
{
	index_condemn(r->from->ix);
	return fault(FAULT_DAMAGED, "the search index has a list that does not add up; it is built again when the library is next opened");
}

/* What the vectors know, when there are any; an endpoint that fails costs nothing
 * but its time. */
static enum fault
fuse(struct run *r, const struct bm25 *p, const struct cancel *cancel)
{
	float *vector = NULL;
	size_t dims = 0;
	if (r->from->embed == NULL || r->q.word_count == 0)
		return FAULT_NONE;
	enum fault f = r->from->embed(&vector, &dims, &r->req->query, 1, r->from->embed_arg, cancel);
	if (f == FAULT_NONE) {
		const struct vector_query near = { r->from->ix, r->from->vectors, &r->view, &r->from->allow, vector, dims };
		r->candidate_count = vector_fuse(r->candidates, r->candidate_count, r->room, &near, &r->q, p);
	}
	mem_free(vector);
	return f == FAULT_CANCELLED ? f : FAULT_NONE;
}

static enum fault
fetch(struct run *r, const struct cancel *cancel)
{
	const struct bm25 *p = r->q.topical ? &for_topics : &for_questions;
	bool damaged;
	r->room = (r->want > CANDIDATES ? r->want : CANDIDATES) + VECTOR_CANDIDATES;
	size_t k = r->room - VECTOR_CANDIDATES;
	r->candidates = arena_alloc(r->a, r->room * sizeof *r->candidates);
	r->candidate_count = search_top(r->candidates, k, &r->view, &r->q, p, &r->from->allow, false, &damaged);
	if (damaged)
		return condemn(r);
	rank_candidates(r->candidates, r->candidate_count, &r->view, &r->q, p);
	if (!r->q.topical || r->candidate_count == 0)
		return fuse(r, p, cancel);
	rank_feedback(&r->q, r->a, r->candidates, r->candidate_count, &r->view);
	r->candidate_count = search_top(r->candidates, k, &r->view, &r->q, p, &r->from->allow, false, &damaged);
	rank_candidates(r->candidates, r->candidate_count, &r->view, &r->q, p);
	return damaged ? condemn(r) : fuse(r, p, cancel);
}

static bool
from_context(const struct candidate *c)
{
	return PASSAGE_DOC(c->no) == CONTEXT_DOC;
}

/* Read candidate i and score its sentences; a passage whose document has just gone
 * is passed over. */
static enum fault
read_one(struct run *r, size_t i, size_t *read)
{
	const struct candidate *c = &r->candidates[i];
	const struct segment *g = r->view.parts[c->part].segment;
	struct passage_text text = { .language = g->docs[segment_doc_of(g, c->local)].language };
	r->place[i] = -2;
	if (from_context(c)) {
		const struct index_passage *p = &r->context.passages[PASSAGE_N(c->no)];
		text.text = p->text;
		text.len = p->len;
		r->place[i] = -1;
	} else {
		struct found_passage *p = &r->passages[r->passage_count];
		enum fault f = r->from->read(&p->p, r->a, c->no, r->from->arg);
		if (f == FAULT_ABSENT)
			return FAULT_NONE;
		if (f != FAULT_NONE)
			return f;
		text = (struct passage_text){ p->p.text, strlen(p->p.text), p->p.title, p->p.heading, text.language };
		p->score = c->total / (r->q.sum_share > 0 ? r->q.sum_share : 1);
		r->place[i] = (int)r->passage_count++;
	}
	r->texts[i] = text.text;
	size_t before = r->scored_count;
	if (*read < PASSAGES_READ)
		score_passage(&r->scored, &r->scored_count, &r->scored_cap, &text, *read, c, r->candidates[0].total, &r->q);
	double best = -1e3 * (double)(i + 1);
	for (size_t s = before; s < r->scored_count; s++) {
		r->scored[s].candidate = i;
		best = r->scored[s].score > best ? r->scored[s].score : best;
	}
	if (r->place[i] >= 0)
		r->passages[r->place[i]].rank_score = best;
	(*read)++;
	return FAULT_NONE;
}

static int
by_score(const void *a, const void *b)
{
	const struct scored *x = a, *y = b;
	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	return x->candidate != y->candidate ? (x->candidate < y->candidate ? -1 : 1) : x->at.start < y->at.start ? -1 : x->at.start > y->at.start;
}

struct order { double score; int from; };

static int
by_rank_score(const void *a, const void *b)
{
	const struct order *x = a, *y = b;
	return x->score != y->score ? (x->score < y->score ? 1 : -1) : x->from - y->from;
}

/* Put the passages into the order of their best sentences; what was read counts,
 * what was not read follows as it was. */
static void
order_passages(struct run *r, struct found *out, size_t limit)
{
	size_t n = r->passage_count;
	struct order *order = arena_alloc(r->a, (n + 1) * sizeof *order);
	int *now_at = arena_alloc(r->a, (n + 1) * sizeof *now_at);
	for (size_t i = 0; i < n; i++)
		order[i] = (struct order){ r->passages[i].rank_score, (int)i };
	if (!r->q.topical && n > 0)
		qsort(order, n, sizeof *order, by_rank_score);
	out->passage_count = n < limit ? n : limit;
	out->passages = arena_alloc(r->a, (out->passage_count + 1) * sizeof *out->passages);
	for (size_t i = 0; i < n; i++) {
		now_at[order[i].from] = i < limit ? (int)i : -2;
		if (i < limit)
			out->passages[i] = r->passages[order[i].from];
	}
	for (size_t i = 0; i < r->candidate_count; i++)
		if (r->place[i] >= 0)
			r->place[i] = now_at[r->place[i]];
	for (size_t i = 0; i < out->passage_count; i++)
		find_spans(&out->passages[i].spans, r->a, &r->q, out->passages[i].p.text);
}

/* Overlapping passages hold the same sentence: show it once. */
static bool
shown_already(const struct found *out, const struct found_sentence *s)
{
	for (size_t i = 0; i < out->sentence_count; i++) {
		const struct found_sentence *o = &out->sentences[i];
		if (s->passage >= 0 && o->passage >= 0 && s->start == o->start && s->end == o->end &&
		    str_same(out->passages[s->passage].p.file_id, out->passages[o->passage].p.file_id))
			return true;
	}
	return false;
}

static void
take_sentences(struct run *r, struct found *out, size_t limit)
{
	if (r->scored_count > 0)
		qsort(r->scored, r->scored_count, sizeof *r->scored, by_score);
	out->sentences = arena_alloc(r->a, (limit + 1) * sizeof *out->sentences);
	for (size_t i = 0; i < r->scored_count && out->sentence_count < limit; i++) {
		const struct scored *s = &r->scored[i];
		struct found_sentence f = { .passage = r->place[s->candidate], .start = -1, .end = -1, .score = s->score, .f = s->f };
		if (f.passage == -2)
			continue;
		f.text = arena_strndup(r->a, r->texts[s->candidate] + s->at.start, s->at.end - s->at.start);
		if (f.passage >= 0) {
			f.start = out->passages[f.passage].p.start + (int64_t)s->at.start;
			f.end = out->passages[f.passage].p.start + (int64_t)s->at.end;
		}
		if (!shown_already(out, &f))
			out->sentences[out->sentence_count++] = f;
	}
}

static void
count_terms(struct found *out, const struct query *q)
{
	for (size_t i = 0; i < q->term_count; i++)
		if (q->terms[i].share > 0 && !q->terms[i].cjk) {
			out->query_terms++;
			out->unknown_terms += q->terms[i].unknown && q->terms[i].weight > FRAME_WEIGHT;
		}
	for (size_t i = 0; i < q->term_count && out->query_terms == 0; i++)
		out->query_terms += q->terms[i].share > 0;
}

/* Only who may read everything learns which words are nowhere: to others it would
 * tell which are in documents of strangers. */
static void
list_missing(struct found *out, struct arena *a, const struct query *q)
{
	out->missing.items = arena_alloc(a, (q->word_count + 1) * sizeof *out->missing.items);
	for (size_t i = 0; i < q->word_count; i++) {
		const struct query_word *w = &q->words[i];
		if (w->term < 0 || w->from_before || w->repaired || w->token.cjk || w->stop)
			continue;
		const struct query_term *t = &q->terms[w->term];
		if (t->unknown && t->weight > FRAME_WEIGHT)
			out->missing.items[out->missing.count++] = arena_strndup(a, q->text + w->token.start, w->token.end - w->token.start);
	}
}

static enum fault
run(struct run *r, struct found *out, const struct cancel *cancel)
{
	size_t passages = r->req->passages > 0 ? (size_t)r->req->passages : PASSAGES_READ;
	size_t sentences = r->req->sentences > 0 ? (size_t)r->req->sentences : 24, read = 0;
	r->want = passages > PASSAGES_READ ? passages : PASSAGES_READ;
	query_read(&r->q, r->a, &r->view, r->req->query, r->req->before);
	enum fault f = fetch(r, cancel);
	if (f != FAULT_NONE || (f = cancel_check(cancel)) != FAULT_NONE)
		return f;
	r->passages = arena_alloc(r->a, (r->want + 1) * sizeof *r->passages);
	r->place = arena_alloc(r->a, (r->candidate_count + 1) * sizeof *r->place);
	r->texts = arena_alloc(r->a, (r->candidate_count + 1) * sizeof *r->texts);
	for (size_t i = 0; i < r->candidate_count; i++)
		r->place[i] = -2;
	for (size_t i = 0; i < r->candidate_count && read < r->want; i++)
		if ((f = read_one(r, i, &read)) != FAULT_NONE || (f = cancel_check(cancel)) != FAULT_NONE)
			return f;
	order_passages(r, out, passages);
	take_sentences(r, out, sentences);
	count_terms(out, &r->q);
	if (r->from->allow.all)
		list_missing(out, r->a, &r->q);
	out->type = r->q.type;
	out->corrected = r->q.corrected;
	out->language = language_code(r->q.language);
	return FAULT_NONE;
}

enum fault
find_run(struct found **out, struct arena *a, const struct finder *from, const struct find_request *req, const struct cancel *cancel)
{
	struct run *r = arena_alloc(a, sizeof *r);
	struct found *found = arena_alloc(a, sizeof *found);
	struct snapshot *s;
	int64_t started = from->clock == NULL ? 0 : from->clock->mono_ms(from->clock->arg);
	enum fault f = index_snapshot(&s, from->ix);
	if (f != FAULT_NONE)
		return f;
	*r = (struct run){ .from = from, .req = req, .a = a, .view = view_of(s) };
	if (req->context != NULL && *req->context != '\0') {
		if ((f = open_context(&r->context, req->context)) != FAULT_NONE)
			goto out;
		r->view = with_context(s, &r->context, a);
	}
	if ((f = run(r, found, cancel)) != FAULT_NONE)
		goto out;
	found->elapsed_ms = from->clock == NULL ? 0 : (double)(from->clock->mono_ms(from->clock->arg) - started);
	*out = found;
out:
	mem_free(r->scored);
	close_context(&r->context);
	snapshot_release(s);
	return f;
}

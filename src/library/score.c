/* Scoring sentences: how much of the question is in a sentence, around it and in
 * what it belongs to.
 *
 * Coverage is the share of the query's weight whose stems are found.  The sentence
 * before counts in `union` and against in `prev`: a sentence that only goes on about
 * what was named before it is good, one that leans on it wholly is not.  The weights
 * are in one table (ENGINE "The sentence").
 */
#include <string.h>
#include "find_in.h"

static const struct {
	double union_cov, title, covu, cbi, cov, prev, ps, gap, rank, focus, pos;
} weight = { 5, 4, 1.5, 1.5, -1, -1, 1, -2, -.1, .7, -.05 };

/* What of the query a piece of text holds. */
struct seen { bool term[QUERY_TERMS_MAX], exact[QUERY_WORDS_MAX], pair[QUERY_WORDS_MAX]; };

static int
find_term(const struct query *q, const char *stem, size_t len)
{
	for (size_t i = 0; i < q->term_count; i++)
		if (q->terms[i].len == len && q->terms[i].stem[0] == stem[0] && memcmp(q->terms[i].stem, stem, len) == 0)
			return (int)i;
	return -1;
}

static int
see_token(struct seen *seen, const struct query *q, struct stemmer *stemmer, const struct token *t, const struct token *before)
{
	char stem[2 * TOKEN_BYTES_MAX + 16];
	size_t len = stemmer_stem(stem, stemmer, t);
	int term = find_term(q, stem, len);
	if (term >= 0)
		seen->term[term] = true;
	if (t->cjk && t->joined && before != NULL) {
		memcpy(stem, before->plain, before->plain_len);
		memcpy(stem + before->plain_len, t->plain, t->plain_len);
		int pair = find_term(q, stem, before->plain_len + t->plain_len);
		if (pair >= 0)
			seen->term[pair] = true;
	}
	for (size_t i = 0; i < q->exact_count && term >= 0; i++)
		if (q->exacts[i].len == t->plain_len && memcmp(q->exacts[i].word, t->plain, t->plain_len) == 0)
			seen->exact[i] = true;
	return term;
}

static void
see(struct seen *seen, const struct query *q, struct stemmer *stemmer, const char *s, size_t len)
{
	struct tokens tokens;
	struct token t[2];
	const struct token *before = NULL;
	int last = -1;
	memset(seen, 0, sizeof *seen);
	tokens_start(&tokens, s, len);
	for (size_t i = 0; token_next(&t[i & 1], &tokens);) {
		const struct token *now = &t[i & 1];
		if (token_is_stop(now))
			continue;
		int term = see_token(seen, q, stemmer, now, before);
		for (size_t p = 0; p < q->pair_count && term >= 0 && last >= 0; p++)
			if (q->pairs[p].first == last && q->pairs[p].second == term)
				seen->pair[p] = true;
		last = term;
		before = now;
		i++;
	}
}

static double
coverage(const struct query *q, const struct seen *a, const struct seen *b)
{
	double sum = 0;
	for (size_t i = 0; i < q->term_count; i++)
		if (a->term[i] || (b != NULL && b->term[i]))
			sum += q->terms[i].share;
	return q->sum_share > 0 ? sum / q->sum_share : 0;
}

static double
coverage_exact(const struct query *q, const struct seen *s)
{
	double sum = 0, all = 0;
	for (size_t i = 0; i < q->exact_count; i++) {
		double w = q->exacts[i].idf * q->terms[q->exacts[i].term].weight;
		all += w;
		sum += s->exact[i] ? w : 0;
	}
	return all > 0 ? sum / all : 0;
}

static double
coverage_pairs(const struct query *q, const struct seen *s)
{
	size_t found = 0;
	for (size_t i = 0; i < q->pair_count; i++)
		found += s->pair[i];
	return q->pair_count ? (double)found / (double)q->pair_count : 0;
}

static double
heaviest_missing(const struct query *q, const struct seen *a, const struct seen *b)
{
	double most = 0;
	for (size_t i = 0; i < q->term_count; i++)
		if (!a->term[i] && !b->term[i] && q->terms[i].share > most)
			most = q->terms[i].share;
	return q->sum_share > 0 ? most / q->sum_share : 0;
}

static double
weigh(const struct sentence_features *f)
{
	return weight.union_cov * f->union_cov + weight.title * f->title + weight.covu * f->covu + weight.cbi * f->cbi +
	       weight.cov * f->cov + weight.prev * f->prev + weight.ps * f->ps + weight.gap * f->gap + weight.rank * f->rank +
	       weight.focus * f->focus + weight.pos * f->pos + f->type_match;
}

static void
append(struct scored **out, size_t *count, size_t *cap, const struct scored *s)
{
	mem_reserve(out, cap, *count + 1, sizeof **out);
	(*out)[(*count)++] = *s;
}

void
score_passage(struct scored **out, size_t *count, size_t *cap, const struct passage_text *p, size_t rank, const struct candidate *c, double best, const struct query *q)
{
	struct range *sentences;
	struct stemmer stemmer;
	struct seen title, heading, now[2] = { 0 };
	double sum = q->sum_share > 0 ? q->sum_share : 1;
	size_t unknown = 0, n = library_sentences(&sentences, p->text, p->len);
	stemmer_open(&stemmer, p->language);
	see(&title, q, &stemmer, p->title ? p->title : "", p->title ? strlen(p->title) : 0);
	see(&heading, q, &stemmer, p->heading ? p->heading : "", p->heading ? strlen(p->heading) : 0);
	for (size_t i = 0; i < q->term_count; i++) {
		title.term[i] = title.term[i] || heading.term[i];
		unknown += q->terms[i].unknown && q->terms[i].share > 0;
	}
	for (size_t i = 0; i < n; i++) {
		struct seen *s = &now[i & 1], *before = &now[~i & 1];
		struct range at = sentences[i];
		see(s, q, &stemmer, p->text + at.start, at.end - at.start);
		struct sentence_features f = { .cov = coverage(q, s, NULL), .covu = coverage_exact(q, s), .cbi = coverage_pairs(q, s) };
		f.union_cov = coverage(q, s, before);
		f.title = coverage(q, s, &title);
		f.prev = coverage(q, before, NULL);
		f.ps = c->total / sum;
		f.gap = (best - c->total) / sum;
		f.rank = (double)rank;
		f.focus = q->focus >= 0 && s->term[q->focus];
		f.pos = (double)i;
		f.type_match = expect_bonus(q->type, p->text + at.start, at.end - at.start, q);
		f.heaviest_missing = heaviest_missing(q, s, &title);
		f.query_terms = (double)q->term_count;
		f.unknown_share = q->term_count ? (double)unknown / (double)q->term_count : 0;
		append(out, count, cap, &(struct scored){ rank, at, weigh(&f), f });
	}
	stemmer_close(&stemmer);
	mem_free(sentences);
}

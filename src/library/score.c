/* Scoring sentences: how much of the question is in a sentence, around it and in
 * what it belongs to.
 *
 * Coverage is the share of the query's weight whose stems are found.  The sentence
 * before counts in `union` and against in `prev`: a sentence that only goes on about
 * what was named before it is good, one that leans on it wholly is not.  The weights
 * are in one table (ENGINE "The sentence").
 */
#include <math.h>
#include <string.h>
#include "find_in.h"

#define CARRY_FADES .6
/* Fitted by tests/bench/fit.c on the development halves of SQuAD 1.1 and JSQuAD. */
static const struct sentence_features weight_words = {
	.cov = .446, .covu = 1.313, .cbi = .616, .union_cov = 2.591, .title = 1.493, .ps = 1.198, .gap = -1.198, .rank = -.133,
	.prev = -.228, .focus = .735, .pos = -.083, .type_match = 1, .heaviest_missing = 1.644, .soft = 4.514, .next = 1.157,
	.whole = 1.206, .window = .813, .carry = 2.251, .fresh = -.506, .pronoun = .361, .length = .122, .cue = 1, .local = 1.370,
	.alike = 4.261, .near = .881, .skip = .406, .missing_name = -3.409, .missing_whole = 1.212,
}, weight_cjk = {
	.cov = .734, .covu = .646, .cbi = .295, .union_cov = 1.826, .title = 2.544, .ps = 2.069, .gap = -2.069, .rank = -.211,
	.prev = -.702, .pos = -.271, .type_match = 1.1, .heaviest_missing = 1.669, .whole = 3.810, .window = 4.644,
	.carry = 1.496, .fresh = 1.313, .length = -1.959, .cue = 0, .local = 1.128,
};
static const double weight_type[] = {
	[TYPE_WHEN] = 1.05, [TYPE_HOW_MANY] = 1.13, [TYPE_HOW_MUCH] = 1.40, [TYPE_HOW_LONG] = 1.41, [TYPE_MEASURE] = 1.52,
	[TYPE_WHO] = .91, [TYPE_WHERE] = .79, [TYPE_DEFINITION] = 1,
};
static const double weight_cue[] = {
	[TYPE_WHEN] = .41, [TYPE_WHO] = .79, [TYPE_WHY] = .48, [TYPE_HOW] = .45, [TYPE_WHAT] = .11, [TYPE_WHICH] = .06,
	[TYPE_DEFINITION] = .46,
};

/* What of the query a piece of text holds. */
struct seen {
	bool term[QUERY_TERMS_MAX], soft[QUERY_TERMS_MAX], same[QUERY_TERMS_MAX], exact[QUERY_WORDS_MAX], pair[QUERY_WORDS_MAX], skip[QUERY_WORDS_MAX];
	int16_t term_at[EXPECT_WORDS];   /* which term each word is, -1 none */
	double window;
	unsigned words, fresh;
	bool pronoun, denies;
};

/* A word that begins like a word of the query: derived forms that stems keep apart. */
static void
see_alike(struct seen *seen, const struct query *q, const char *stem, size_t len)
{
	uint64_t groups[ALIKE_SETS] = { 0 };
	if (q->alike != NULL)
		alike_groups(groups, q->alike, stem, len);
	for (size_t i = 0; i < q->term_count; i++) {
		const struct query_term *t = &q->terms[i];
		size_t n = 0, longer = t->len > len ? t->len : len;
		for (size_t k = 0; k < ALIKE_SETS; k++)
			seen->same[i] = seen->same[i] || (groups[k] & t->groups[k]);
		if (t->cjk || t->share <= 0 || t->len < 4 || len < 4)
			continue;
		while (n < t->len && n < len && t->stem[n] == stem[n])
			n++;
		if (n >= 4 && n * 10 >= longer * 6)
			seen->soft[i] = true;
	}
}

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
	else if (!t->cjk)
		see_alike(seen, q, stem, len);
	seen->fresh += term < 0;
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

#define WINDOW_WORDS 10u
#define SKIP_WORDS 5u
#define NEAR_WORDS 8u

/* The query's weight in the last words, kept as a ring. */
struct window { int ring[WINDOW_WORDS]; unsigned in[QUERY_TERMS_MAX]; size_t at; double sum; };

static void
slide(struct window *w, struct seen *seen, const struct query *q, int term)
{
	int *slot = &w->ring[w->at++ % WINDOW_WORDS], gone = *slot - 1;
	*slot = term + 1;
	if (gone >= 0 && --w->in[gone] == 0)
		w->sum -= q->terms[gone].share;
	if (term >= 0 && w->in[term]++ == 0)
		w->sum += q->terms[term].share;
	if (w->sum > seen->window)
		seen->window = w->sum;
}

static bool
is_pronoun(const struct token *t)
{
	static const char *const set[] = { "he", "her", "his", "it", "its", "she", "their", "these", "they", "this", "those", "such" };
	for (size_t i = 0; i < COUNT_OF(set); i++)
		if (str_same(set[i], t->plain))
			return true;
	return false;
}

static void
see(struct seen *seen, const struct query *q, struct stemmer *stemmer, const char *s, size_t len)
{
	struct tokens tokens;
	struct token t[2];
	struct window window = { 0 };
	const struct token *before = NULL;
	int last = -1;
	unsigned last_at[QUERY_TERMS_MAX];
	memset(seen, 0, sizeof *seen);
	memset(seen->term_at, 0xFF, sizeof seen->term_at);
	memset(last_at, 0, q->term_count * sizeof *last_at);
	tokens_start(&tokens, s, len);
	for (size_t i = 0; token_next(&t[i & 1], &tokens);) {
		const struct token *now = &t[i & 1];
		seen->pronoun = seen->pronoun || (seen->words < 2 && is_pronoun(now));
		seen->denies = seen->denies || asking_denies(now);
		seen->words++;
		if (token_is_stop(now))
			continue;
		int term = see_token(seen, q, stemmer, now, before);
		slide(&window, seen, q, term);
		if (term >= 0 && seen->words <= EXPECT_WORDS)
			seen->term_at[seen->words - 1] = (int16_t)term;
		for (size_t p = 0; p < q->pair_count && term >= 0; p++)
			if (q->pairs[p].second == term && last_at[q->pairs[p].first] > 0 && seen->words - last_at[q->pairs[p].first] <= SKIP_WORDS)
				seen->skip[p] = true;
		if (term >= 0)
			last_at[term] = seen->words;
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
coverage_skips(const struct query *q, const struct seen *s)
{
	size_t found = 0;
	for (size_t i = 0; i < q->pair_count; i++)
		found += s->skip[i];
	return q->pair_count ? (double)found / (double)q->pair_count : 0;
}

/* The most of the query that stands around one value of the kind asked for. */
static double
coverage_near(const struct query *q, const struct seen *s, const bool values[EXPECT_WORDS])
{
	double most = 0;
	for (size_t i = 0; i < EXPECT_WORDS && i < s->words; i++) {
		if (!values[i])
			continue;
		bool in[QUERY_TERMS_MAX] = { false };
		double sum = 0;
		size_t from = i > NEAR_WORDS ? i - NEAR_WORDS : 0;
		for (size_t k = from; k < EXPECT_WORDS && k <= i + NEAR_WORDS; k++)
			if (s->term_at[k] >= 0 && !in[s->term_at[k]]) {
				in[s->term_at[k]] = true;
				sum += q->terms[s->term_at[k]].share;
			}
		most = sum > most ? sum : most;
	}
	return q->sum_share > 0 ? most / q->sum_share : 0;
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
missing_names(const struct query *q, const struct seen *s)
{
	double sum = 0;
	for (size_t i = 0; i < q->term_count; i++)
		if (q->terms[i].name && !s->term[i])
			sum += q->terms[i].share;
	return q->sum_share > 0 ? sum / q->sum_share : 0;
}

/* "Tesla" in a text titled "Nikola Tesla": the other half of the name is meant. */
static bool
half_of_title(const struct query *q, const struct seen *s, const struct seen *title, int term)
{
	for (size_t p = 0; p < q->pair_count; p++) {
		const struct query_pair *pair = &q->pairs[p];
		if (title->pair[p] && ((pair->first == term && s->term[pair->second]) || (pair->second == term && s->term[pair->first])))
			return true;
	}
	return false;
}

/* Words of the query count alike here: what a short question is about is often the
 * commonest word of the document, and weighs next to nothing. */
static void
bare_words(struct sentence_features *f, const struct query *q, const struct seen *s, const struct seen *before, const struct seen *title)
{
	size_t words = 0, bare = 0, alone = 0, numbers = 0;
	for (size_t i = 0; i < q->term_count; i++) {
		const struct query_term *t = &q->terms[i];
		if (t->cjk || t->weight < 1)
			continue;
		bool has = s->term[i] || s->soft[i] || s->same[i] || half_of_title(q, s, title, (int)i);
		words++;
		alone += !has;
		bare += !has && !before->term[i];
		numbers += t->number && !has && !before->term[i];
	}
	f->bare = words > 0 ? (double)bare / (double)words : 0;
	f->bare_alone = words > 0 ? (double)alone / (double)words : 0;
	f->missing_number = numbers > 0;
	f->denial = q->denies && !s->denies;
}

static double
coverage_soft(const struct query *q, const struct seen *s)
{
	double sum = 0;
	for (size_t i = 0; i < q->term_count; i++)
		if (s->soft[i] && !s->term[i])
			sum += q->terms[i].share;
	return q->sum_share > 0 ? sum / q->sum_share : 0;
}

static double
coverage_alike(const struct query *q, const struct seen *s)
{
	double sum = 0;
	for (size_t i = 0; i < q->term_count; i++)
		if (s->same[i] && !s->soft[i] && !s->term[i])
			sum += q->terms[i].share;
	return q->sum_share > 0 ? sum / q->sum_share : 0;
}

static double
coverage_local(const struct query *q, const struct seen *s, const struct seen *before)
{
	double sum = 0;
	for (size_t i = 0; i < q->term_count; i++)
		sum += (s->term[i] ? 1 : before->term[i] ? .5 : 0) * q->terms[i].local;
	return q->sum_local > 0 ? sum / q->sum_local : 0;
}

/* Coverage with everything before in the passage, the less the further away. */
static double
coverage_carried(double *carry, const struct query *q, const struct seen *s)
{
	double sum = 0;
	for (size_t i = 0; i < q->term_count; i++) {
		carry[i] = s->term[i] ? 1 : carry[i] * CARRY_FADES;
		sum += carry[i] * q->terms[i].share;
	}
	return q->sum_share > 0 ? sum / q->sum_share : 0;
}

double
score_weigh(const struct sentence_features *f, bool cjk)
{
	const double *w = (const double *)(cjk ? &weight_cjk : &weight_words), *x = (const double *)f;
	double sum = 0;
	for (size_t i = 0; i < sizeof *f / sizeof *x; i++)
		sum += w[i] * x[i];
	return sum;
}

struct scoring {
	const struct passage_text *p;
	const struct query *q;
	const struct candidate *c;
	struct seen *seen, title;
	double carry[QUERY_TERMS_MAX], whole, unknown_share, missing_whole, missing_name;
};

static struct sentence_features
features(struct scoring *x, size_t i, size_t n, struct range at)
{
	static const struct seen none;
	const struct query *q = x->q;
	const struct seen *s = &x->seen[i], *before = i > 0 ? &x->seen[i - 1] : &none, *behind = i + 1 < n ? &x->seen[i + 1] : &none;
	const char *text = x->p->text + at.start;
	struct sentence_features f = { .cov = coverage(q, s, NULL), .covu = coverage_exact(q, s), .cbi = coverage_pairs(q, s) };
	f.union_cov = coverage(q, s, before);
	f.title = coverage(q, s, &x->title);
	f.prev = coverage(q, before, NULL);
	f.next = coverage(q, s, behind) - f.cov;
	f.focus = q->focus >= 0 && s->term[q->focus];
	f.pos = (double)i;
	bool values[EXPECT_WORDS] = { false };
	f.type_match = weight_type[q->type] * expect_bonus(q->type, text, at.end - at.start, q, values);
	f.near = f.type_match > 0 ? coverage_near(q, s, values) : 0;
	f.skip = coverage_skips(q, s);
	f.cue = weight_cue[q->type] * expect_cue(q->type, text, at.end - at.start, q);
	f.heaviest_missing = heaviest_missing(q, s, &x->title);
	f.query_terms = (double)q->term_count;
	f.unknown_share = x->unknown_share;
	f.soft = coverage_soft(q, s);
	f.alike = coverage_alike(q, s);
	f.whole = x->whole;
	f.missing_whole = x->missing_whole;
	f.missing_name = x->missing_name;
	f.window = q->sum_share > 0 ? s->window / q->sum_share : 0;
	f.carry = coverage_carried(x->carry, q, s);
	f.local = coverage_local(q, s, before);
	f.fresh = log1p(s->fresh);
	bare_words(&f, q, s, before, &x->title);
	f.pronoun = s->pronoun;
	f.length = log1p(s->words);
	return f;
}

/* Title, heading and sentences; the whole passage too. */
static void
see_passage(struct scoring *x, const struct range *sentences, size_t n)
{
	struct stemmer stemmer;
	struct seen heading, *all = mem_new(sizeof *all);
	const struct passage_text *p = x->p;
	size_t unknown = 0, terms = x->q->term_count;
	stemmer_open(&stemmer, p->language);
	see(&x->title, x->q, &stemmer, p->title ? p->title : "", p->title ? strlen(p->title) : 0);
	see(&heading, x->q, &stemmer, p->heading ? p->heading : "", p->heading ? strlen(p->heading) : 0);
	for (size_t i = 0; i < n; i++)
		see(&x->seen[i], x->q, &stemmer, p->text + sentences[i].start, sentences[i].end - sentences[i].start);
	for (size_t t = 0; t < terms; t++) {
		x->title.term[t] = x->title.term[t] || heading.term[t];
		all->term[t] = x->title.term[t];
		for (size_t i = 0; i < n; i++)
			all->term[t] = all->term[t] || x->seen[i].term[t];
		unknown += x->q->terms[t].unknown && x->q->terms[t].share > 0;
	}
	x->whole = coverage(x->q, all, NULL);
	x->missing_whole = heaviest_missing(x->q, all, all);
	x->missing_name = missing_names(x->q, all);
	x->unknown_share = terms ? (double)unknown / (double)terms : 0;
	stemmer_close(&stemmer);
	mem_free(all);
}

void
score_passage(struct scored **out, size_t *count, size_t *cap, const struct passage_text *p, size_t rank, const struct candidate *c, double best, const struct query *q)
{
	struct range *sentences;
	size_t n = library_sentences(&sentences, p->text, p->len);
	struct scoring *x = mem_new(sizeof *x);
	double sum = q->sum_share > 0 ? q->sum_share : 1;
	bool cjk = q->term_count > 0 && q->terms[0].cjk;
	*x = (struct scoring){ .p = p, .q = q, .c = c, .seen = mem_new_array(n + 1, sizeof *x->seen) };
	see_passage(x, sentences, n);
	mem_reserve(out, cap, *count + n, sizeof **out);
	for (size_t i = 0; i < n; i++) {
		struct sentence_features f = features(x, i, n, sentences[i]);
		f.ps = c->total / sum;
		f.gap = (best - c->total) / sum;
		f.rank = (double)rank;
		(*out)[(*count)++] = (struct scored){ rank, sentences[i], score_weigh(&f, cjk), f };
	}
	mem_free(x->seen);
	mem_free(x);
	mem_free(sentences);
}

/* Reading a query: words, repaired spelling, what kind of answer is wanted, weights.
 *
 * Function words are left out of the search but decide the type.  Words of the
 * conversation so far are searched too, with less weight.  A word that the library
 * does not know, and that cannot be repaired, stays: that it is missing is the best
 * sign that the answer is missing too.
 */
#include <math.h>
#include <string.h>
#include "find_in.h"

#define BEFORE_WEIGHT .25
#define NAME_LETTERS_MIN 5u      /* a shorter name is likelier another name than a slip */
#define LONG_TERMS 14u
#define LONG_TERMS_SENTENCES 10u

/* The language most documents are in, or the query's own when some are in that. */
static unsigned
language_of(const struct snapshot *s, const char *text)
{
	size_t count[64] = { 0 }, most = 0;
	for (size_t i = 0; i < s->count; i++) {
		const struct segment *g = s->parts[i].segment;
		size_t step = g->h.docs / 256 + 1;
		for (size_t d = 0; d < g->h.docs; d += step)
			count[g->docs[d].language & 63] += g->docs[d].count * step;
	}
	for (size_t i = 1; i < COUNT_OF(count); i++)
		if (count[i] > count[most] || most == 0)
			most = i;
	unsigned own = language_number(library_language(text, strlen(text)));
	return own != LANGUAGE_NONE && own < 64 && count[own] > 0 ? own : (unsigned)most;
}

static bool
stem_known(const struct snapshot *s, const char *stem, size_t len)
{
	struct stem_entry e;
	for (size_t i = 0; i < s->count; i++)
		if (segment_stem(&e, s->parts[i].segment, stem, len))
			return true;
	return false;
}

static void
repair(struct query_word *w, struct stemmer *stemmer, const struct snapshot *s)
{
	char better[TOKEN_BYTES_MAX + 8];
	uint64_t df;
	if (w->stop || w->token.cjk || stem_known(s, w->stem, w->stem_len) || snapshot_exact_df(s, w->token.plain, w->token.plain_len) > 0)
		return;
	if (w->token.capital && w->token.start > 0 && w->token.plain_len < NAME_LETTERS_MIN)
		return;
	size_t len = spell_repair(better, &df, s, w->token.plain, w->token.plain_len);
	if (len == 0)
		return;
	memcpy(w->token.plain, better, len + 1);
	memcpy(w->token.form, better, len + 1);
	w->token.plain_len = w->token.form_len = len;
	w->stem_len = stemmer_stem(w->stem, stemmer, &w->token);
	w->stop = word_is_stop(better, len);
	w->repaired = true;
}

/* Formulas and short names with the words for them, for texts that have only one. */
static const struct { const char *small, *words; } short_names[] = {
	{ "co2", "carbon dioxide" }, { "o2", "oxygen" }, { "h2o", "water" }, { "h2", "hydrogen" }, { "n2", "nitrogen" },
	{ "nacl", "sodium chloride" }, { "hcl", "hydrochloric acid" }, { "naoh", "sodium hydroxide" }, { "nh3", "ammonia" },
	{ "ch4", "methane" }, { "atp", "adenosine triphosphate" }, { "dna", "deoxyribonucleic acid" }, { "rna", "ribonucleic acid" },
	{ "gdp", "gross domestic product" }, { "ph", "acidity" }, { "emf", "electromotive force" }, { "uv", "ultraviolet" },
	{ "ir", "infrared" }, { "ecg", "electrocardiogram" }, { "ekg", "electrocardiogram" }, { "cns", "central nervous system" },
	{ "pns", "peripheral nervous system" }, { "wwi", "first world war" }, { "wwii", "second world war" },
};

/* The words for a short name that the library does not have. */
static const char *
words_for(const struct snapshot *s, const char *plain, size_t len)
{
	if (snapshot_exact_df(s, plain, len) > 0)
		return NULL;
	for (size_t i = 0; i < COUNT_OF(short_names); i++)
		if (str_same(short_names[i].small, plain))
			return short_names[i].words;
	return NULL;
}

static void
read_word(struct query *q, const struct token *t, struct stemmer *stemmer, bool before)
{
	struct query_word *w = &q->words[q->word_count++];
	*w = (struct query_word){ .token = *t, .term = -1, .exact = -1, .from_before = before };
	w->stem_len = stemmer_stem(w->stem, stemmer, t);
	w->stop = token_is_stop(&w->token);
}

static void
read_words(struct query *q, struct arena *a, const struct snapshot *s, struct stemmer *stemmer, const char *text, bool before)
{
	struct tokens tokens;
	struct token t;
	size_t small = 0;
	for (const char *p = text; *p != '\0'; p++)
		small += *p >= 'a' && *p <= 'z';
	tokens_start(&tokens, text, strlen(text));
	while (q->word_count < QUERY_WORDS_MAX && token_next(&t, &tokens)) {
		const char *words = words_for(s, t.plain, t.plain_len);
		if (words != NULL) {
			struct tokens long_name;
			tokens_start(&long_name, words, strlen(words));
			while (q->word_count < QUERY_WORDS_MAX && token_next(&t, &long_name))
				read_word(q, &t, stemmer, before);
			continue;
		}
		struct query_word *w = &q->words[q->word_count];
		t.upper = t.upper && small > 0;
		read_word(q, &t, stemmer, before);
		w->stop = w->stop || asking_only(&w->token, q->language);
	}
	(void)a;
}

static void
print_corrected(struct query *q, struct arena *a)
{
	struct text out;
	size_t at = 0;
	bool any = false;
	text_init(&out, FIELD_TEXT_MAX * 2);
	for (size_t i = 0; i < q->word_count; i++) {
		const struct query_word *w = &q->words[i];
		if (!w->repaired || w->from_before)
			continue;
		text_put_n(&out, q->text + at, w->token.start - at);
		text_put(&out, w->token.plain);
		at = w->token.end;
		any = true;
	}
	text_put(&out, q->text + at);
	if (any)
		q->corrected = arena_strdup(a, out.data);
	text_clear(&out);
}

/* ---- terms ---------------------------------------------------------------------- */

static int
term_of(struct query *q, struct arena *a, const char *stem, size_t len, double weight)
{
	for (size_t i = 0; i < q->term_count; i++)
		if (q->terms[i].len == len && memcmp(q->terms[i].stem, stem, len) == 0) {
			q->terms[i].weight += weight;
			return (int)i;
		}
	if (q->term_count == QUERY_TERMS_MAX)
		return -1;
	q->terms[q->term_count] = (struct query_term){ .stem = arena_strndup(a, stem, len), .len = len, .weight = weight };
	return (int)q->term_count++;
}

static int
exact_of(struct query *q, struct arena *a, const struct query_word *w)
{
	for (size_t i = 0; i < q->exact_count; i++)
		if (q->exacts[i].len == w->token.plain_len && memcmp(q->exacts[i].word, w->token.plain, w->token.plain_len) == 0)
			return (int)i;
	q->exacts[q->exact_count] = (struct query_exact){ .word = arena_strndup(a, w->token.plain, w->token.plain_len), .len = w->token.plain_len, .term = w->term };
	return (int)q->exact_count++;
}

static void
add_pair(struct query *q, int first, int second)
{
	for (size_t i = 0; i < q->pair_count; i++)
		if (q->pairs[i].first == first && q->pairs[i].second == second)
			return;
	if (first >= 0 && second >= 0 && q->pair_count < QUERY_WORDS_MAX)
		q->pairs[q->pair_count++] = (struct query_pair){ .first = first, .second = second };
}

static void
word_term(struct query *q, struct arena *a, struct query_word *w, const struct query_word *before, double weight)
{
	if (w->token.cjk) {
		size_t at = 0;
		bool kana = code_is_kana(utf8_next(w->token.plain, w->token.plain_len, &at));
		w->term = term_of(q, a, w->stem, w->stem_len, weight * (kana ? 0 : 1));
		if (w->term >= 0)
			q->terms[w->term].cjk = true;
		if (before != NULL && before->token.cjk && !before->stop && w->token.joined) {
			char pair[2 * TOKEN_BYTES_MAX];
			memcpy(pair, before->stem, before->stem_len);
			memcpy(pair + before->stem_len, w->stem, w->stem_len);
			int term = term_of(q, a, pair, before->stem_len + w->stem_len, weight);
			if (term >= 0)
				q->terms[term].cjk = true;
		}
		return;
	}
	w->term = term_of(q, a, w->stem, w->stem_len, weight);
	if (w->term >= 0) {
		q->terms[w->term].name = q->terms[w->term].name || (w->token.capital && w->token.start > 0);
		q->terms[w->term].number = w->token.plain[0] >= '0' && w->token.plain[0] <= '9';
		w->exact = exact_of(q, a, w);
	}
}

static void
make_terms(struct query *q, struct arena *a)
{
	const struct query_word *last = NULL, *before = NULL;
	for (size_t i = 0; i < q->word_count; i++) {
		struct query_word *w = &q->words[i];
		if (!w->stop && !w->from_before) {
			word_term(q, a, w, before, asking_weight(q->words, q->word_count, i, q->language));
			if (last != NULL && last->term >= 0 && w->term >= 0)
				add_pair(q, last->term, w->term);
			last = w;
		}
		before = w;
	}
	before = NULL;
	for (size_t i = 0, own = q->term_count; i < q->word_count; before = &q->words[i++])
		if (!q->words[i].stop && q->words[i].from_before) {
			size_t count = q->term_count;
			word_term(q, a, &q->words[i], before, BEFORE_WEIGHT);
			if (q->term_count == count && q->words[i].term >= 0 && (size_t)q->words[i].term < own)
				q->terms[q->words[i].term].weight -= BEFORE_WEIGHT;
			else if (q->words[i].term >= 0 && q->terms[q->words[i].term].weight > 2 * BEFORE_WEIGHT)
				q->terms[q->words[i].term].weight = 2 * BEFORE_WEIGHT;
		}
}

/* BM25's idf, never below 0 (Robertson and Zaragoza 2009, with + 1). */
static double
idf_of(double n, double df)
{
	return log(1 + (n - df + .5) / (df + .5));
}

void
query_weigh(struct query *q, struct arena *a, const struct snapshot *s, size_t from)
{
	double n = (double)(s->passages ? s->passages : 1);
	q->passages = n;
	q->average_len = s->total_len ? (double)s->total_len / n : 1;
	for (size_t i = from; i < q->term_count; i++) {
		struct query_term *t = &q->terms[i];
		t->entries = arena_alloc(a, (s->count + 1) * sizeof *t->entries);
		t->df = t->cf = 0;
		for (size_t p = 0; p < s->count; p++)
			if (segment_stem(&t->entries[p], s->parts[p].segment, t->stem, t->len)) {
				t->df += t->entries[p].df;
				t->cf += t->entries[p].cf;
			}
		t->unknown = t->df == 0;
		t->idf = idf_of(n, (double)t->df);
		t->share = t->weight * t->idf;
	}
}

static void
weigh_rest(struct query *q, struct arena *a, const struct snapshot *s)
{
	double n = q->passages;
	for (size_t i = 0; i < q->exact_count; i++) {
		struct query_exact *e = &q->exacts[i];
		e->ids = arena_alloc(a, (s->count + 1) * sizeof *e->ids);
		for (size_t p = 0; p < s->count; p++) {
			struct exact_entry entry;
			bool there = segment_exact(&entry, s->parts[p].segment, e->word, e->len);
			e->ids[p] = there ? entry.id : UINT32_MAX;
			e->df += there ? entry.df : 0;
		}
		e->idf = idf_of(n, (double)e->df);
	}
	q->sum_share = 0;
	for (size_t i = 0; i < q->term_count; i++)
		q->sum_share += q->terms[i].share;
}

/* A page of wishes rather than a question: feedback helps it like a topic. */
static bool
is_long(const struct query *q)
{
	struct range *sentences;
	size_t n = library_sentences(&sentences, q->text, strlen(q->text));
	mem_free(sentences);
	return q->term_count > 0 && !q->terms[0].cjk && q->term_count >= (n > 1 ? LONG_TERMS_SENTENCES : LONG_TERMS);
}

void
query_read(struct query *out, struct arena *a, const struct snapshot *s, const char *text, const char *before)
{
	struct query q = { .text = text, .focus = -1 };
	struct stemmer stemmer;
	int focus_word = -1;
	q.words = arena_alloc(a, QUERY_WORDS_MAX * sizeof *q.words);
	q.terms = arena_alloc(a, QUERY_TERMS_MAX * sizeof *q.terms);
	q.exacts = arena_alloc(a, QUERY_WORDS_MAX * sizeof *q.exacts);
	q.pairs = arena_alloc(a, QUERY_WORDS_MAX * sizeof *q.pairs);
	q.language = language_of(s, text);
	stemmer_open(&stemmer, q.language);
	read_words(&q, a, s, &stemmer, text, false);
	asking_stop_parts(q.words, q.word_count, text);
	size_t own = q.word_count;
	for (size_t i = 0; i < own; i++)
		if (asking_weight(q.words, own, i, q.language) == 1)
			repair(&q.words[i], &stemmer, s);
	q.type = query_type(&focus_word, q.words, own, text, q.language);
	if (before != NULL)
		read_words(&q, a, s, &stemmer, before, true);
	stemmer_close(&stemmer);
	print_corrected(&q, a);
	make_terms(&q, a);
	if (focus_word >= 0)
		q.focus = q.words[focus_word].term;
	for (size_t i = 0; i < own && q.language == LANGUAGE_ENGLISH; i++)
		q.denies = q.denies || asking_denies(&q.words[i].token);
	q.topical = q.type == TYPE_OTHER && strchr(text, '?') == NULL && strstr(text, "\xEF\xBC\x9F") == NULL && strstr(text, "\u061f") == NULL;
	q.topical = q.topical || is_long(&q);
	query_weigh(&q, a, s, 0);
	weigh_rest(&q, a, s);
	if (q.language == LANGUAGE_ENGLISH)
		q.alike = s->alike;
	for (size_t i = 0; i < q.term_count && q.alike != NULL; i++)
		alike_groups(q.terms[i].groups, q.alike, q.terms[i].stem, q.terms[i].len);
	*out = q;
}

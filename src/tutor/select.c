/* Which sentences to show, and in which order they can be read.
 *
 * The best sentence leads.  Another one joins only when it stands high and
 * brings a word of the question that nothing chosen has yet; what says the same
 * again is left out.  A sentence that points back ("This limit ...") brings the
 * sentence before it.  Inside one passage the order is the document's.
 */
#include <string.h>
#include "tutor_in.h"

#define SAME 0.8 /* shared words of the shorter: the same again */
#define SAME_ON_PAGE 0.6
#define LIST_BELOW 1.0

struct candidate {
	const struct found_sentence *s;
	double score;
	struct word_set words;
};

static const struct passage *
passage_of(const struct found *found, const struct found_sentence *s)
{
	return s->passage < 0 ? NULL : &found->passages[s->passage].p;
}

static bool
same_again(const struct found *found, const struct candidate *x, const struct candidate *y)
{
	const struct passage *p = passage_of(found, x->s), *q = passage_of(found, y->s);
	double overlap = words_overlap(&x->words, &y->words);
	if (p == NULL || q == NULL)
		return overlap >= SAME;
	bool same_file = str_same(p->file_id, q->file_id);
	if (same_file && x->s->start < y->s->end && y->s->start < x->s->end)
		return true;
	return overlap >= (same_file && p->page == q->page ? SAME_ON_PAGE : SAME);
}

/* Words of `asked` in c that nothing taken has. */
static size_t
adds(const struct word_set *asked, const struct candidate *c, const struct candidate *taken,
	size_t count)
{
	size_t n = 0;
	for (size_t i = 0; i < asked->count; i++) {
		bool has = words_has(&c->words, asked->items[i]);
		for (size_t k = 0; k < count && has; k++)
			has = !words_has(&taken[k].words, asked->items[i]);
		n += has;
	}
	return n;
}

/* How far below the best one may stand, and how many in all. */
static const struct {
	double below;
	size_t most;
	bool must_add;
} shapes[INTENT_COUNT] = {
	[INTENT_QUESTION] = { 2.5, 3, true },
	[INTENT_DEFINITION] = { 2.5, 2, true },
	[INTENT_LIST] = { 3.0, 5, false },
	[INTENT_COMPARISON] = { 4.0, 5, true },
};

/* Was this very sentence shown with the last answer? */
static bool
shown_last(const struct work *w, const struct found *found, const struct found_sentence *s)
{
	const struct message *last = w->past.count ? w->past.turns[w->past.count - 1] : NULL;
	const struct passage *p = passage_of(found, s);
	for (size_t i = 0; last != NULL && p != NULL && i < last->citations.count; i++) {
		const struct citation *c = (const struct citation *)last->citations.items + i;
		if (str_same(c->file_id, p->file_id) && c->start == s->start && c->end == s->end)
			return true;
	}
	return false;
}

/* How much of the question before the passage speaks of: 0 to 1. */
static double
touches_before(const struct work *w, const struct found *found, const struct found_sentence *s)
{
	const struct passage *p = passage_of(found, s);
	const char *around = p ? p->text : s->text;
	struct word_set before = words_set(w->a, w->before, strlen(w->before), true),
			has = words_set(w->a, around, strlen(around), true);
	const char *heading = p && p->heading ? p->heading : "";
	struct word_set above = words_set(w->a, heading, strlen(heading), true);
	size_t in_text = words_shared(&before, &has), in_heading = words_shared(&before, &above);
	return before.count ? (double)(in_text > in_heading ? in_text : in_heading) /
				      (double)before.count
			    : 1;
}

static double
bonus(const struct work *w, const struct found *found, const struct found_sentence *s)
{
	const struct passage *p = passage_of(found, s);
	double b = sentence_is_fragment(s->text) ? -6 : 0;
	b -= str_ends(s->text, "?") || str_ends(s->text, "\uff1f")
		     ? 4
		     : 0; /* a question answers none */
	b -= p != NULL && heading_around(p->heading) ? 2 : 0;
	if (w->before != NULL) { /* what is new in a follow-up counts, what was said does not */
		struct word_set asked = words_set(w->a, w->query, strlen(w->query), true),
				has = words_set(w->a, s->text, strlen(s->text), true);
		b += asked.count ? 4 * (double)words_shared(&asked, &has) / (double)asked.count : 0;
		b -= shown_last(w, found, s) ? 4 : 0;
		b += 3 * touches_before(w, found, s) - 1;
	}
	if (w->route.intent == INTENT_DEFINITION && *w->route.topic &&
		sentence_defines(s->text, w->route.topic))
		b += 3;
	if (w->route.intent == INTENT_LIST) {
		size_t commas = 0;
		const char *colon = strchr(s->text, ':');
		for (const char *c = s->text; *c != '\0'; c++)
			commas += *c == ',' || *c == ';' || *c == ':';
		b += commas >= 2 ? 1.5 : 0; /* "has three stages: a, b and c" */
		b += colon != NULL && colon[1] == ' ' && strstr(colon, " and ") != NULL ? 1.5 : 0;
	}
	return b;
}

static size_t
reading_order(struct choice *out, size_t n, const struct found *found)
{
	/* Passages in the order of their best sentence; in a passage the document's. */
	for (size_t i = 1; i < n; i++) {
		struct choice c = out[i];
		size_t first = i;
		for (size_t k = 0; k < i && first == i; k++)
			if (c.s->passage >= 0 && out[k].s->passage >= 0 &&
				str_same(found->passages[out[k].s->passage].p.file_id,
					found->passages[c.s->passage].p.file_id) &&
				found->passages[out[k].s->passage].p.page ==
					found->passages[c.s->passage].p.page)
				first = k;
		if (first == i)
			continue;
		size_t at = first;
		while (at < i && out[at].s->passage >= 0 && out[at].s->start < c.s->start &&
			str_same(found->passages[out[at].s->passage].p.file_id,
				found->passages[c.s->passage].p.file_id))
			at++;
		memmove(out + at + 1, out + at, (i - at) * sizeof *out);
		out[at] = c;
	}
	return n;
}

/* The sentence, with what it leans on, covers this share of what was asked. */
void
features_cover(struct sentence_features *f, double share)
{
	double *const covering[] = { &f->cov, &f->covu, &f->union_cov, &f->title, &f->whole,
		&f->window };
	for (size_t i = 0; i < COUNT_OF(covering); i++)
		if (*covering[i] < share)
			*covering[i] = share;
	if (share >= 1)
		f->bare = f->bare_alone = f->missing_number = f->heaviest_missing = f->missing_whole = f->missing_name = 0;
}

/* What repeats the lead elsewhere speaks for it, so it is no rival: the margin is
 * measured against the next sentence that says something else. */
static void
drop_repeats(struct work *w, struct found *found)
{
	size_t n = found->sentence_count ? 1 : 0;
	struct candidate lead = { 0 }, c = { 0 };
	if (n > 0)
		lead = (struct candidate){ .s = &found->sentences[0],
			.words = words_set(w->a, found->sentences[0].text,
				strlen(found->sentences[0].text), true) };
	for (size_t i = 1; i < found->sentence_count; i++) {
		const char *text = found->sentences[i].text;
		c = (struct candidate){ .s = &found->sentences[i],
			.words = words_set(w->a, text, strlen(text), true) };
		if (!same_again(found, &lead, &c))
			found->sentences[n++] = found->sentences[i];
	}
	found->sentence_count = n;
}

/* Of a follow-up the new words must be covered; those of the question before need
 * only be touched.  The features count both alike, so they are set right for the
 * sentence that leads. */
static void
lead_features(struct work *w, const struct found *found, struct found_sentence *s)
{
	struct word_set asked = words_set(w->a, w->query, strlen(w->query), true),
			has = words_set(w->a, s->text, strlen(s->text), true);
	struct word_set before = words_set(w->a, w->before, strlen(w->before), true);
	double covered = asked.count ? (double)words_shared(&asked, &has) / (double)asked.count : 0;
	w->strange = touches_before(w, found, s) == 0;
	if (covered == 0 || words_shared(&before, &has) == 0)
		return;
	features_cover(&s->f, covered);
}

/* "What are the steps": a sentence about stages says as much as one about steps. */
static void
credit_study_words(struct work *w, struct found *found)
{
	struct word_set asked = study_words(w->a, w->query, strlen(w->query)),
			plain = words_set(w->a, w->query, strlen(w->query), true);
	for (size_t i = 0; i < found->sentence_count && asked.count > 1; i++) {
		struct found_sentence *s = &found->sentences[i];
		struct word_set has = words_set(w->a, s->text, strlen(s->text), true),
				said = study_words(w->a, s->text, strlen(s->text));
		double share = (double)words_shared(&asked, &said) / (double)asked.count,
		       before = (double)words_shared(&plain, &has) / (double)asked.count;
		if (share <= before)
			continue;
		features_cover(&s->f, share);
		s->score += 6 * (share - before);
	}
}

bool
select_rank(struct work *w, struct found *found)
{
	bool entry = entries_raise(w, found);
	if (w->route.intent == INTENT_LIST)
		credit_study_words(w, found);
	for (size_t i = 0; i < found->sentence_count; i++)
		found->sentences[i].score += bonus(w, found, &found->sentences[i]);
	for (size_t i = 1; i < found->sentence_count; i++) {
		struct found_sentence s = found->sentences[i];
		size_t at = i;
		for (; at > 0 && found->sentences[at - 1].score < s.score; at--)
			found->sentences[at] = found->sentences[at - 1];
		found->sentences[at] = s;
	}
	drop_repeats(w, found);
	if (w->before != NULL && found->sentence_count > 0)
		lead_features(w, found, &found->sentences[0]);
	return entry;
}

/* A sentence that gives the list asked for: others only where they are as good. */
static bool
is_the_list(const struct work *w, const char *s)
{
	struct word_set asked = study_words(w->a, w->query, strlen(w->query)),
			said = study_words(w->a, s, strlen(s));
	return w->route.intent == INTENT_LIST && words_shared(&asked, &said) == asked.count &&
	       strstr(s, " and ") != NULL && strpbrk(s, ",:") != NULL;
}

size_t
select_sentences(struct choice *out, size_t max, struct work *w, const struct found *found)
{
	size_t count = found->sentence_count, taken = 0;
	if (count == 0)
		return 0;
	struct candidate *all = arena_alloc(w->a, count * sizeof *all),
			 *chosen = arena_alloc(w->a, (max + 1) * sizeof *chosen);
	struct word_set asked = words_set(w->a, w->query, strlen(w->query), true);
	for (size_t i = 0; i < count; i++) {
		const struct found_sentence *s = &found->sentences[i];
		all[i] = (struct candidate){ s, s->score,
			words_set(w->a, s->text, strlen(s->text), true) };
	}
	size_t most = shapes[w->route.intent].most ? shapes[w->route.intent].most : 3;
	most = most < max ? most : max;
	double below = is_the_list(w, all[0].s->text) ? LIST_BELOW : shapes[w->route.intent].below;
	chosen[taken++] = all[0];
	for (size_t i = 1; i < count && taken < most; i++) {
		const struct candidate *c = &all[i];
		bool fits = c->score >= all[0].score - below &&
			    c->words.count >= 3;
		for (size_t k = 0; k < taken && fits; k++)
			fits = !same_again(found, c, &chosen[k]);
		if (fits && shapes[w->route.intent].must_add)
			fits = adds(&asked, c, chosen, taken) > 0;
		else if (fits)
			fits = words_shared(&asked, &c->words) * 2 >= asked.count;
		if (fits)
			chosen[taken++] = *c;
	}
	for (size_t i = 0; i < taken; i++)
		out[i] = (struct choice){ .s = chosen[i].s };
	return reading_order(out, taken, found);
}

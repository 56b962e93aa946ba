/* Comparisons: what each side is, and what sets one against the other.
 *
 * "C3 and C4 plants" are C3 plants and C4 plants.  Each side is looked up like
 * the question what it is, and only a whole sentence that names the side counts;
 * a sentence that names both, best one that contrasts them, leads.  The answer is
 * as sure as that sentence, or as the less sure side.
 */
#include <string.h>
#include "tutor_in.h"

#define ONE_SIDE_MOST 70.0
#define BEGINS_BELOW 5.0  /* a sentence that begins with its side may rank so much lower */

struct side {
	struct found *found;
	struct found_sentence *best;    /* NULL: nothing speaks of it */
	struct confidence confidence;
	struct word_set words;
};

/* A sentence that ends as sentences do, or an entry; no row of a table, no caption. */
static bool
is_whole(const char *s)
{
	static const char *const ends[] = { ".", "!", ")", "\"", "\u201d", "\u2019", "\u3002" };
	bool ended = strstr(s, ": ") != NULL;
	for (size_t i = 0; i < COUNT_OF(ends); i++)
		ended |= str_ends(s, ends[i]);
	return ended && !sentence_is_fragment(s);
}

static bool
speaks_of(struct work *w, const char *s, const struct word_set *words)
{
	struct word_set has = words_set(w->a, s, strlen(s), true);
	return words->count > 0 && words_shared(words, &has) == words->count;
}

static bool
contrasts(struct arena *a, const char *s)
{
	static const char *const cues[] = { "whereas", "unlike", "than", "instead", "while",
		"in contrast", "by contrast", "differ", "differs", "difference", "on the other hand", "dagegen", "hingegen", "während", "au contraire", "alors que", "tandis que", "mientras", "en cambio", "а не",
		"but", "both", "however", "rather than", "compared", "opposite" };
	const char *line = line_lower(a, s);
	struct range r;
	for (size_t i = 0; i < COUNT_OF(cues); i++)
		if (phrase_find(&r, line, cues[i], PLACE_ANY))
			return true;
	return false;
}

/* Let this sentence lead what was found, so that confidence is about it. */
static void
lead_with(struct found *found, size_t i)
{
	struct found_sentence s = found->sentences[i];
	memmove(found->sentences + 1, found->sentences, i * sizeof s);
	found->sentences[0] = s;
}

/* The best sentence about the side; begins: one not far below that begins with it. */
static size_t
side_find(struct work *w, const struct found *found, const struct word_set *words, bool begins)
{
	const struct found_sentence *all = found->sentences;
	size_t best = found->sentence_count;
	for (size_t i = 0; i < found->sentence_count; i++) {
		if (!is_whole(all[i].text) || !speaks_of(w, all[i].text, words))
			continue;
		if (best == found->sentence_count)
			best = i;
		if (!begins || (all[i].score >= all[best].score - BEGINS_BELOW &&
				       sentence_begins_with(w->a, all[i].text, words)))
			return i;
	}
	return best;
}

static enum fault
side_look(struct side *out, struct work *w, const char *side)
{
	const char *low = line_lower(w->a, side), *name = side + (topic_bare(low) - low);
	struct route route = w->route;
	const char *query = w->query, *before = w->before;
	bool english = *w->language == '\0' || str_same(w->language, "en");
	*out = (struct side){ .words = words_set(w->a, name, strlen(name), true) };
	w->route.intent = INTENT_DEFINITION;
	w->route.topic = name;
	w->query = arena_printf(w->a, english ? "What is %s?" : "%s?", name);
	w->before = NULL;
	enum fault f = find_definition(&out->found, w);
	if (f == FAULT_NONE) {
		size_t i = side_find(w, out->found, &out->words, false);
		if (i < out->found->sentence_count) {
			lead_with(out->found, i);
			confide(&out->confidence, w, out->found);
			i = side_find(w, out->found, &out->words, true);
			if (!str_same(out->confidence.band, "none"))
				out->best = &out->found->sentences[i];
		}
	}
	w->route = route;
	w->query = query;
	w->before = before;
	return f;
}

/* "C3" of "C3 and C4 plants" as "C3 plants"; NULL: it has its noun already. */
static const char *
shared_noun(struct arena *a, const char *one, const char *other)
{
	const char *noun = strrchr(other, ' ');
	return noun == NULL || strchr(one, ' ') != NULL ? NULL : arena_printf(a, "%s%s", one, noun);
}

static enum fault
sides_look(struct side out[2], struct work *w)
{
	for (size_t i = 0; i < 2; i++) {
		const char *name = w->route.sides[i],
			   *full = i == 0 ? shared_noun(w->a, name, w->route.sides[1]) : NULL;
		if (full != NULL) {
			enum fault f = side_look(&out[i], w, full);
			if (f != FAULT_NONE || out[i].best != NULL) {
				if (f != FAULT_NONE)
					return f;
				continue;
			}
		}
		enum fault f = side_look(&out[i], w, name);
		if (f != FAULT_NONE)
			return f;
	}
	return FAULT_NONE;
}

/* The sentence that speaks of both; it leads `found` then. */
static struct found_sentence *
both_find(struct work *w, struct found *found, const struct side sides[2])
{
	size_t best = found->sentence_count;
	double most = 0;
	for (size_t i = 0; i < found->sentence_count; i++) {
		const struct found_sentence *s = &found->sentences[i];
		double score = s->score + (contrasts(w->a, s->text) ? 3 : 0);
		if (!is_whole(s->text) || !speaks_of(w, s->text, &sides[0].words) ||
			!speaks_of(w, s->text, &sides[1].words))
			continue;
		if (best == found->sentence_count || score > most) {
			best = i;
			most = score;
		}
	}
	if (best == found->sentence_count)
		return NULL;
	lead_with(found, best);
	return &found->sentences[0];
}

/* The less sure of two sides; one alone may answer at most. */
static struct confidence
sides_confidence(const struct side sides[2])
{
	bool both = sides[0].best != NULL && sides[1].best != NULL;
	struct confidence c = sides[0].confidence;
	if (sides[0].best == NULL || (both && sides[1].confidence.score < c.score))
		c = sides[1].confidence;
	if (!both && str_same(c.band, "answer")) {
		c.band = "maybe";
		c.score = c.score < ONE_SIDE_MOST ? c.score : ONE_SIDE_MOST;
	}
	return c;
}

static enum fault
sides_cite(struct work *w, const struct side sides[2], bool note)
{
	enum fault f = FAULT_NONE;
	for (size_t i = 0; i < 2 && f == FAULT_NONE; i++)
		if (sides[i].best != NULL)
			f = cite_found(w, sides[i].found, sides[i].best);
		else if (sides[i].best == NULL && note)
			answer_note(w, arena_printf(w->a, "Nothing was found about %s.",
					       untrusted_line(w->a, w->route.sides[i])));
	return f;
}

enum fault
compare_sides(bool *done, struct work *w, struct found *found)
{
	struct side sides[2];
	enum fault f = sides_look(sides, w);
	if (f != FAULT_NONE)
		return f;
	*done = false;
	const struct found_sentence *both = both_find(w, found, sides);
	if (both != NULL && (sides[0].best != NULL || sides[1].best != NULL) &&
		!contrasts(w->a, both->text))
		both = NULL; /* it names both and says nothing of how they differ */
	struct confidence c = { .band = "none" }, direct = { .band = "none" };
	if (sides[0].best != NULL || sides[1].best != NULL)
		c = sides_confidence(sides);
	bool sides_lead = str_same(c.band, "answer");
	if (both != NULL)
		confide(&direct, w, found);
	if (direct.score > c.score)
		c = direct;
	if (str_same(c.band, "none"))
		return FAULT_NONE;
	*w->m->confidence = c;
	if (sides_lead)
		f = sides_cite(w, sides, both == NULL);
	if (both != NULL && f == FAULT_NONE)
		f = cite_found(w, found, both);
	if (!sides_lead && f == FAULT_NONE)
		f = sides_cite(w, sides, both == NULL);
	*done = w->citation_count > 0;
	return f;
}

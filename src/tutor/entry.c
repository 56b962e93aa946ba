/* Answers that stand by their place: entries of glossaries, answers to questions.
 *
 * A glossary says "Stoma (plural stomata). A pore in ..." and never again the
 * word; an exercise sheet says "Why are leaves green?" and the answer under it
 * need not repeat the question.  Both are found in the passages that the search
 * gave, and put among its sentences as what they are: the one sentence that
 * answers, with all of the question covered.
 */
#include <string.h>
#include <strings.h>
#include "tutor_in.h"

#define LABEL_BYTES_MAX 80
#define ENTRY_BYTES_MAX 480
#define LABEL_WORDS_MAX 6
#define ENTRY_LEADS 9.0    /* an entry stands so far above the best sentence */
#define SUBJECT_LEADS 4.0  /* "A stoma is a pore ..." */
#define NAMING_LEADS 2.0   /* "... is called photorespiration" */
#define ANSWER_LEADS 3.0
#define QUESTION_SAME .75

struct topic { const char *text; struct word_set words; };

static bool
same_words(struct arena *a, const char *s, size_t len, const struct topic *topic)
{
	struct word_set has = words_set(a, s, len, false);
	return has.count == topic->words.count && words_shared(&has, &topic->words) == topic->words.count;
}

/* "P680 and P700", "mean or average": does one of the parts say the topic? */
static bool
part_matches(struct arena *a, const char *s, size_t len, const struct topic *topic)
{
	static const char *const joints[] = { " and ", " or ", "/" };
	if (len == 0 || same_words(a, s, len, topic))
		return len > 0;
	const char *label = arena_strndup(a, s, len);
	for (size_t i = 0; i < COUNT_OF(joints); i++) {
		const char *joint = strstr(label, joints[i]), *rest = joint + strlen(joints[i]);
		if (joint != NULL &&
			(same_words(a, label, (size_t)(joint - label), topic) ||
				same_words(a, rest, strlen(rest), topic)))
			return true;
	}
	return false;
}

/* "Stoma (plural stomata)" for stoma and for stomata. */
static bool
label_matches(struct arena *a, const char *s, size_t len, const struct topic *topic)
{
	static const char *const kinds[] = { "plural", "pl.", "pl", "singular", "sing.", "or",
		"also", "called", "abbreviated", "abbreviation", "short", "symbol" };
	size_t words = 1;
	for (size_t i = 0; i < len; i++)
		words += s[i] == ' ';
	if (len == 0 || len > LABEL_BYTES_MAX || words > LABEL_WORDS_MAX)
		return false;
	const char *label = arena_strndup(a, s, len), *open = strchr(label, '('),
		   *close = open ? strchr(open, ')') : NULL;
	if (close == NULL)
		return part_matches(a, label, len, topic);
	const char *inside = arena_strndup(a, open + 1, (size_t)(close - open) - 1);
	inside = line_cut_front(line_lower(a, inside), kinds, COUNT_OF(kinds));
	return part_matches(a, label, (size_t)(open - label), topic) ||
	       part_matches(a, inside, strlen(inside), topic);
}

static bool
begins_line(const char *text, size_t at)
{
	while (at > 0 && strchr(" \t*-#\"", text[at - 1]) != NULL)
		at--;
	return at == 0 || text[at - 1] == '\n';
}

static bool
blank_line(const char *text, size_t from, size_t to)
{
	size_t lines = 0;
	for (size_t i = from; i < to; i++)
		lines += text[i] == '\n';
	return lines > 1;
}

/* "term: what it is", "term - what it is": the bytes of the term, 0 none. */
static size_t
term_bytes(const char *s, size_t len)
{
	static const char *const marks[] = { ": ", " \u2013 ", " \u2014 ", " - " };
	size_t least = LABEL_BYTES_MAX + 1;
	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		const char *at = memmem(s, len < LABEL_BYTES_MAX ? len : LABEL_BYTES_MAX, marks[i],
			strlen(marks[i]));
		if (at != NULL && (size_t)(at - s) < least)
			least = (size_t)(at - s);
	}
	return least > LABEL_BYTES_MAX ? 0 : least;
}

static bool
reads(struct arena *a, const char *text, struct range r)
{
	const char *s = arena_strndup(a, text + r.start, r.end - r.start);
	return !sentence_is_fragment(s) && !str_ends(s, "?") && !str_ends(s, "\uff1f");
}

/* The entry of a topic in a text, from its term to the end of its paragraph. */
static bool
entry_find(struct range *out, struct arena *a, const char *text, const struct topic *topic)
{
	struct range *r = NULL;
	size_t n = library_sentences(&r, text, strlen(text));
	bool found = false;
	for (size_t i = 0; i < n && !found; i++) {
		const char *s = text + r[i].start;
		size_t len = r[i].end - r[i].start, term = term_bytes(s, len);
		if (!begins_line(text, r[i].start))
			continue;
		found = term > 0 && reads(a, text, r[i]) && label_matches(a, s, term, topic);
		size_t label = len - (s[len - 1] == '.' || s[len - 1] == ':'), last = i;
		if (!found && i + 1 < n && label_matches(a, s, label, topic) &&
			reads(a, text, r[i + 1]) &&
			!blank_line(text, r[i].end, r[i + 1].start)) {
			found = true;
			last = i + 1;
		}
		if (!found)
			continue;
		while (last + 1 < n && !blank_line(text, r[last].end, r[last + 1].start) &&
			memchr(text + r[last].end, '\n', r[last + 1].start - r[last].end) == NULL &&
			r[last + 1].end - r[i].start <= ENTRY_BYTES_MAX)
			last++;
		*out = (struct range){ r[i].start, r[last].end };
	}
	mem_free(r);
	return found;
}

struct word_set
study_words(struct arena *a, const char *s, size_t len)
{
	static const char *const rows[][2] = { { "steps", "stages" }, { "phases", "stages" },
		{ "step", "stage" }, { "phase", "stage" }, { "types", "kinds" },
		{ "sorts", "kinds" }, { "type", "kind" }, { "reason", "cause" },
		{ "reasons", "causes" }, { "begin", "start" }, { "begins", "starts" },
		{ "function", "role" }, { "purpose", "role" } };
	const char *line = line_lower(a, arena_strndup(a, s, len));
	struct range w;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (phrase_find(&w, line, rows[i][0], PLACE_ANY))
			line = arena_printf(
				a, "%.*s%s%s", (int)w.start, line, rows[i][1], line + w.end);
	return words_set(a, line, strlen(line), true);
}

/* "Stroma. The fluid of ...": where the label begins that a sentence stands behind on
 * its line; its own start when there is none. */
int64_t
label_start(const struct passage *p, int64_t start)
{
	size_t end = (size_t)(start - p->start), at, words = 1;
	while (end > 0 && p->text[end - 1] == ' ')
		end--;
	for (at = end; at > 0 && p->text[at - 1] != '\n'; at--)
		words += p->text[at - 1] == ' ';
	bool label = end > at + 2 && p->text[end - 1] == '.' && end - at <= LABEL_BYTES_MAX &&
		     words <= LABEL_WORDS_MAX - 1 && (at > 0 || p->n == 0);
	for (size_t i = at; label && i + 1 < end; i++)
		label = strchr(".!?:;", p->text[i]) == NULL;
	return label ? p->start + (int64_t)at : start;
}

/* A sentence whose subject is the topic and that says what it is. */
static bool
subject_find(struct range *out, struct arena *a, const char *text, const struct topic *topic)
{
	static const char *const verbs[] = { " is a ", " is an ", " is the ", " are the ",
		" are a ", " is any ", " is defined as ", " refers to ", " means ",
		" are called ", " consists of ", " are ", " ist ein", " ist der ", " ist die ", " ist das ", " sind ", " est un",
		" est le ", " est la ", " est l'", " sont ", " es un", " es el ", " es la ", " fue un", " son ", " è un", " é um",
		" is een ", " — это ", " είναι ", " ήταν " };
	struct range *r = NULL;
	size_t n = library_sentences(&r, text, strlen(text));
	bool found = false;
	for (size_t i = 0; i < n && !found; i++) {
		size_t len = r[i].end - r[i].start;
		const char *line = line_lower(a, arena_strndup(a, text + r[i].start, len)), *verb = NULL;
		for (size_t k = 0; k < COUNT_OF(verbs) && verb == NULL; k++)
			verb = strstr(line, verbs[k]);
		const char *label = topic_bare(line);
		found = verb > label && reads(a, text, r[i]) &&
			label_matches(a, label, (size_t)(verb - label), topic);
		if (found)
			*out = r[i];
	}
	mem_free(r);
	return found;
}

/* "The salvage of it is called photorespiration, because ..." */
static bool
naming_find(struct range *out, struct arena *a, const char *text, const struct topic *topic)
{
	struct range *r = NULL;
	size_t n = library_sentences(&r, text, strlen(text));
	bool found = false;
	for (size_t i = 0; i < n && !found; i++) {
		const char *s = arena_strndup(a, text + r[i].start, r[i].end - r[i].start);
		found = reads(a, text, r[i]) && sentence_defines(s, topic->text);
		if (found)
			*out = r[i];
	}
	mem_free(r);
	return found;
}

/* Do two questions ask the same?  The share of the asked words, 0 when not. */
static double
same_question(struct work *w, const struct word_set *asked, const char *s, size_t len)
{
	struct word_set words = study_words(w->a, s, len);
	size_t shared = words_shared(asked, &words);
	double most = (double)(asked->count > words.count ? asked->count : words.count);
	double share = most > 0 ? (double)shared / most : 0;
	return share >= QUESTION_SAME ? share : 0;
}

/* The sentence that follows a question like this one: under a heading that asks
 * it, or behind it in the text. */
static double
answer_find(struct range *out, struct work *w, const struct passage *p,
	const struct word_set *asked)
{
	const char *heading = p->heading ? p->heading : "", *last = heading;
	for (const char *at = heading; (at = strstr(at, " > ")) != NULL;)
		last = at += 3;
	double share = str_ends(last, "?") ? same_question(w, asked, last, strlen(last)) : 0;
	struct range *r = NULL;
	size_t n = library_sentences(&r, p->text, strlen(p->text)), at = n;
	if (share > 0)
		at = 0;
	for (size_t i = 0; i + 1 < n && share <= 0; i++)
		if (p->text[r[i].end - 1] == '?') {
			share = same_question(
				w, asked, p->text + r[i].start, r[i].end - r[i].start);
			at = i + 1;
		}
	if (at < n && reads(w->a, p->text, r[at]))
		*out = r[at];
	else
		share = 0;
	mem_free(r);
	return share;
}

/* Put the range among the sentences, or raise the sentence that is there. */
static void
raise(struct work *w, struct found *found, int passage, struct range at, double score, double share)
{
	const struct passage *p = &found->passages[passage].p;
	struct found_sentence s = { .f = found->sentences[0].f };
	size_t i = 0;
	for (; i < found->sentence_count; i++)
		if (found->sentences[i].passage == passage &&
			found->sentences[i].start == p->start + (int64_t)at.start)
			break;
	if (i < found->sentence_count) {
		s = found->sentences[i];
	} else {
		struct found_sentence *all =
			arena_alloc(w->a, (found->sentence_count + 1) * sizeof *all);
		memcpy(all, found->sentences, found->sentence_count * sizeof *all);
		found->sentences = all;
		found->sentence_count++;
	}
	s.passage = passage;
	s.start = p->start + (int64_t)at.start;
	s.end = p->start + (int64_t)at.end;
	s.text = words_squeeze(w->a, p->text + at.start, at.end - at.start);
	s.score = score > s.score ? score : s.score;
	features_cover(&s.f, share);
	found->sentences[i] = s;
}

/* The first entry of the topic, or else the first sentence about it; not both,
 * for they would be rivals. */
static bool
definition_raise(struct work *w, struct found *found, double best)
{
	struct topic topic = { w->route.topic, words_set(w->a, w->route.topic, strlen(w->route.topic), false) };
	static const struct {
		bool (*find)(struct range *, struct arena *, const char *, const struct topic *);
		double leads;
	} ways[] = { { entry_find, ENTRY_LEADS }, { subject_find, SUBJECT_LEADS }, { naming_find, NAMING_LEADS } };
	struct range at;
	if (w->route.intent != INTENT_DEFINITION || topic.words.count == 0)
		return false;
	for (size_t k = 0; k < COUNT_OF(ways); k++)
		for (int i = 0; i < (int)found->passage_count; i++)
			if (ways[k].find(&at, w->a, found->passages[i].p.text, &topic)) {
				raise(w, found, i, at, best + ways[k].leads, 1);
				return k == 0;
			}
	return false;
}

bool
entries_raise(struct work *w, struct found *found)
{
	const char *question = w->route.intent == INTENT_COMPARISON ? w->req->content : w->query;
	struct word_set asked = study_words(w->a, question, strlen(question));
	if (found->sentence_count == 0)
		return false;
	double best = found->sentences[0].score;
	bool entry = definition_raise(w, found, best);
	for (int i = 0; i < (int)found->passage_count && asked.count > 1; i++) {
		struct range at;
		double share = answer_find(&at, w, &found->passages[i].p, &asked);
		if (share > 0)
			raise(w, found, i, at, best + ANSWER_LEADS, share);
	}
	return entry;
}

double
acts_raise(struct work *w, struct found *found)
{
	struct topic topic = { w->route.topic, words_set(w->a, w->route.topic, strlen(w->route.topic), false) };
	struct range best = { 0, 0 }, at;
	double most = 0;
	int passage = -1;
	for (int i = 0; i < (int)found->passage_count && found->sentence_count > 0; i++) {
		const char *text = found->passages[i].p.text;
		struct range *r = NULL;
		size_t n = library_sentences(&r, text, strlen(text));
		if (entry_find(&at, w->a, text, &topic) && most < 1) {
			best = at;
			most = 1;
			passage = i;
		}
		for (size_t k = 0; k < n && most < 1; k++) {
			double acts = reads(w->a, text, r[k]) ? topic_acts(w->a, topic.text, arena_strndup(w->a, text + r[k].start, r[k].end - r[k].start)) : 0;
			if (acts > most) {
				best = r[k];
				most = acts;
				passage = i;
			}
		}
		mem_free(r);
	}
	if (passage >= 0) {
		raise(w, found, passage, best, found->sentences[0].score + SUBJECT_LEADS, 1);
		select_rank(w, found);
	}
	return most;
}

/* The answer without a model: sentences of the sources, chosen and shown.
 *
 * Nothing is worded here.  The search gives ranked sentences, the confidence
 * says whether they answer at all, select.c chooses, answer.c cites.  Documents
 * have no channel to instruct: their text is only compared and quoted.
 */
#include <math.h>
#include <string.h>
#include "tutor_in.h"

enum fault
find_evidence(struct found **out, struct work *w, const char *query, const char *before,
	int passages, int sentences)
{
	struct find_request req = { .query = query,
		.before = before,
		.filter = &w->filter,
		.context = w->req->context,
		.passages = passages,
		.sentences = sentences };
	answer_status(w, "searching");
	return library_find(out, w->a, w->t->library, w->db, &req, w->cancel);
}

enum fault
find_definition(struct found **out, struct work *w)
{
	struct found *entries = NULL;
	enum fault f = find_evidence(out, w, w->query, w->before, ENTRY_PASSAGES, 24);
	if (f != FAULT_NONE || select_rank(w, *out) || *w->route.topic == '\0')
		return f;
	f = find_evidence(&entries, w, arena_printf(w->a, "%s glossary", w->route.topic), NULL,
		ENTRY_PASSAGES, 24);
	if (f == FAULT_NONE && select_rank(w, entries))
		*out = entries;
	return f;
}

/* The sentence that ends where this one begins, in its passage or the one before. */
static enum fault
sentence_before(
	bool *there, struct passage *p, int64_t *start, int64_t *end, struct work *w, int64_t at)
{
	*there = false;
	for (int tries = 0; tries < 2; tries++) {
		struct range *ranges = NULL;
		size_t n = library_sentences(&ranges, p->text, strlen(p->text));
		for (size_t i = n; i-- > 0 && !*there;)
			if (p->start + (int64_t)ranges[i].end <= at &&
				ranges[i].end > ranges[i].start) {
				*start = p->start + (int64_t)ranges[i].start;
				*end = p->start + (int64_t)ranges[i].end;
				*there = at - *end <= 4;
				break;
			}
		mem_free(ranges);
		if (*there || p->n <= 0 || tries == 1)
			break;
		struct passages found = { 0 };
		struct passage_get req = { .file_id = p->file_id, .n = p->n - 1 };
		enum fault f = library_passages(&found, w->a, w->t->library, w->db, &req);
		if (f == FAULT_ABSENT)
			break;
		if (f != FAULT_NONE)
			return f;
		const struct passage *items = found.items.items;
		if (found.items.count == 0 || !str_same(items[0].heading, p->heading))
			break;
		*p = items[0];
	}
	return FAULT_NONE;
}

bool
cited_already(const struct work *w, const char *file_id, int64_t start, int64_t end)
{
	for (size_t i = 0; i < w->citation_count; i++)
		if (str_same(w->citations[i].file_id, file_id) && w->citations[i].start <= start &&
			w->citations[i].end >= end)
			return true;
	return false;
}

/* What a leaning sentence leans on, as sentences of their own. */
static enum fault
cite_lead_in(struct work *w, const struct passage *passage, int64_t start, int depth)
{
	struct passage p = *passage;
	int64_t from, to;
	bool there = false, added;
	enum fault f = sentence_before(&there, &p, &from, &to, w, start);
	if (f != FAULT_NONE || !there || cited_already(w, p.file_id, from, to))
		return f;
	const char *text = arena_strndup(w->a, p.text + (from - p.start), (size_t)(to - from));
	if (sentence_is_fragment(text))
		return FAULT_NONE;
	if (depth > 0 && sentence_leans(text)) {
		f = cite_lead_in(w, &p, from, depth - 1);
		if (f != FAULT_NONE)
			return f;
	}
	return answer_cite(&added, w, &p, from, to, 0, NULL);
}

enum fault
cite_found(struct work *w, const struct found *found, const struct found_sentence *s)
{
	bool added;
	if (s->passage < 0)
		return answer_cite_context(&added, w, s->text, s->score, NULL);
	const struct passage *p = &found->passages[s->passage].p;
	if (cited_already(w, p->file_id, s->start, s->end))
		return FAULT_NONE;
	if (sentence_leans(s->text) && w->route.intent != INTENT_LIST) {
		enum fault f = cite_lead_in(w, p, s->start, 1);
		if (f != FAULT_NONE)
			return f;
	}
	return answer_cite(&added, w, p, label_start(p, s->start), s->end, s->score, NULL);
}

/* The last sentence that the conversation cited; NULL: none. */
static const struct citation *
cited_last(const struct work *w)
{
	for (size_t i = w->past.count; i-- > 0;) {
		const struct message *m = w->past.turns[i];
		const struct citation *last = NULL;
		for (size_t k = 0; k < m->citations.count; k++) {
			const struct citation *c = (const struct citation *)m->citations.items + k;
			if (*c->file_id != '\0' &&
				(last == NULL || (str_same(c->file_id, last->file_id) &&
							 c->end > last->end)))
				last = c;
		}
		if (last != NULL)
			return last;
	}
	return NULL;
}

/* "tell me more": the sentences that follow in the section. */
static enum fault
read_on(struct work *w)
{
	const size_t most = 3;
	const struct citation *last = cited_last(w);
	struct passages near = { 0 };
	bool added;
	if (last == NULL)
		return FAULT_NONE;
	int64_t done = last->end;
	struct passage_get req = { .file_id = last->file_id, .n = last->passage, .neighbours = 1 };
	enum fault f = library_passages(&near, w->a, w->t->library, w->db, &req);
	const struct passage *p = near.items.items;
	const char *heading = "";
	for (size_t i = 0; f == FAULT_NONE && i < near.items.count; i++)
		heading = p[i].n == last->passage && p[i].heading ? p[i].heading : heading;
	for (size_t i = 0; f == FAULT_NONE && i < near.items.count; i++) {
		struct range *ranges = NULL;
		if (!str_same(p[i].heading ? p[i].heading : "", heading))
			continue;
		size_t n = library_sentences(&ranges, p[i].text, strlen(p[i].text));
		for (size_t k = 0; k < n && f == FAULT_NONE && w->citation_count < most; k++) {
			int64_t start = p[i].start + (int64_t)ranges[k].start,
				end = p[i].start + (int64_t)ranges[k].end;
			const char *text = arena_strndup(
				w->a, p[i].text + ranges[k].start, ranges[k].end - ranges[k].start);
			if (start >= done && !sentence_is_fragment(text) && !str_ends(text, "?")) {
				f = answer_cite(&added, w, &p[i], start, end, 0, NULL);
				done = end;
			}
		}
		mem_free(ranges);
	}
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* Where the whole library gives no sure answer, the documents of the question's own
 * domain may: fewer strangers compete. */
static enum fault
find_in_domain(struct found **found, struct work *w)
{
	const struct tutor_domain *domain = w->filter.domains.count == 0 ? scope_domain(w) : NULL;
	struct search_run whole = w->filter;
	struct found *within = NULL;
	struct confidence c;
	if (domain == NULL)
		return FAULT_NONE;
	w->filter.domains = (struct text_list){ (const char **)&domain->name, 1 };
	enum fault f = find_evidence(&within, w, w->query, w->before, 8, 24);
	w->filter = whole;
	if (f != FAULT_NONE)
		return f;
	select_rank(w, within);
	confide(&c, w, within);
	if (c.score > w->m->confidence->score) {
		*w->m->confidence = c;
		*found = within;
	}
	return FAULT_NONE;
}

#define ACTS_TOPIC .5  /* so likely the library must be to treat the topic at all */
#define ACTS_LEAST 52
#define ACTS_MOST 68

/* "Why is X important?": where nothing says that, what says what X does may answer. */
static enum fault
find_acts(struct found **found, struct work *w)
{
	struct found *wide = NULL;
	bool defines = w->route.intent == INTENT_DEFINITION && *w->route.topic != '\0';
	if (!(w->route.about || defines) || library_topic_present(*found) < ACTS_TOPIC)
		return FAULT_NONE;
	enum fault f = find_evidence(&wide, w, arena_printf(w->a, "What is %s?", w->route.topic), NULL, ENTRY_PASSAGES, 24);
	if (f != FAULT_NONE)
		return f;
	double acts = acts_raise(w, wide);
	if (acts > 0) {
		confide(w->m->confidence, w, wide);
		w->m->confidence->score = round(ACTS_LEAST + acts * (ACTS_MOST - ACTS_LEAST));
		w->m->confidence->band = "maybe";
		*found = wide;
	}
	return FAULT_NONE;
}

enum fault
extract_answer(struct work *w)
{
	struct found *found = NULL;
	struct choice choices[8];
	bool empty;
	w->m->mode = "extractive";
	w->m->status = "answered";
	enum fault f = w->route.more ? read_on(w) : FAULT_NONE;
	if (f != FAULT_NONE || w->citation_count > 0)
		return f;
	bool defines = w->route.intent == INTENT_DEFINITION;
	f = defines ? find_definition(&found, w)
		    : find_evidence(&found, w, w->query, w->before, 8, 24);
	if (f != FAULT_NONE)
		return f;
	w->m->confidence = arena_alloc(w->a, sizeof *w->m->confidence);
	if (!defines)
		select_rank(w, found);
	confide(w->m->confidence, w, found);
	if (!str_same(w->m->confidence->band, "answer")) {
		f = find_in_domain(&found, w);
		if (f != FAULT_NONE)
			return f;
	}
	if (str_same(w->m->confidence->band, "none") && (f = find_acts(&found, w)) != FAULT_NONE)
		return f;
	bool both_sides = w->route.intent == INTENT_COMPARISON;
	if (both_sides) {
		f = compare_sides(&both_sides, w, found);
		if (f != FAULT_NONE)
			return f;
	}
	if (found->corrected != NULL)
		answer_note(w, arena_printf(w->a, "Searched for: %s.",
				       untrusted_line(w->a, found->corrected)));
	if (str_same(w->m->confidence->band, "none"))
		return answer_refuse(w, found, &empty);
	answer_status(w, "selecting");
	size_t n = both_sides ? 0 : select_sentences(choices, COUNT_OF(choices), w, found);
	answer_status(w, "verifying");
	for (size_t i = 0; i < n; i++) {
		f = cite_found(w, found, choices[i].s);
		if (f != FAULT_NONE)
			return f;
	}
	if (w->citation_count == 0)
		return answer_refuse(w, found, &empty);
	if (str_same(w->m->confidence->band, "maybe")) {
		w->m->low_confidence = true;
		answer_note(w, phrase_in(PHRASE_MAYBE, w->language));
	}
	return FAULT_NONE;
}

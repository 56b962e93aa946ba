/* One answer being put together: the only place where a sentence is cited.
 *
 * A sentence enters with the bytes it stands on.  They are read again from the
 * stored text before anything is shown; what does not verify does not enter.
 * Only then the citation and the sentence are emitted, whole, in the order of
 * reading.  The text of a sentence is its quotation made one line and safe to
 * show, unless a model worded it; the quotation keeps its exact bytes.
 */
#include <string.h>
#include "tutor_in.h"

#define CONTENT_BYTES_MAX (60 * 1024)

void
answer_init(struct work *w)
{
	text_init(&w->content, CONTENT_BYTES_MAX);
	text_init(&w->note, 2000);
}

void
answer_clear(struct work *w)
{
	text_clear(&w->content);
	text_clear(&w->note);
	mem_free(w->sentences);
	mem_free(w->citations);
	w->sentences = NULL;
	w->citations = NULL;
	w->sentence_count = w->sentence_cap = w->citation_count = w->citation_cap = 0;
}

void
answer_status(struct work *w, const char *step)
{
	struct ev_status e = { step };
	if (w->events != NULL && w->events->status != NULL)
		w->events->status(&e, w->events->arg);
}

void
answer_note(struct work *w, const char *sentence)
{
	if (w->note.len > 0)
		text_put_c(&w->note, ' ');
	text_put(&w->note, sentence);
}

static void
emit_from(struct work *w, size_t from)
{
	struct ev_delta e = { w->content.data + from };
	if (w->content.len > from && w->events != NULL && w->events->delta != NULL)
		w->events->delta(&e, w->events->arg);
}

void
answer_emit(struct work *w)
{
	const struct citation *c = w->m->citations.items;
	struct ev_delta e = { w->m->content };
	for (size_t i = 0; i < w->m->citations.count; i++)
		if (w->events != NULL && w->events->citation != NULL)
			w->events->citation(&c[i], w->events->arg);
	if (w->m->content != NULL && w->events != NULL && w->events->delta != NULL)
		w->events->delta(&e, w->events->arg);
}

static void
sentence_put(struct work *w, const char *text, int64_t citation, bool heading)
{
	mem_reserve(&w->sentences, &w->sentence_cap, w->sentence_count + 1, sizeof *w->sentences);
	w->sentences[w->sentence_count++] =
		(struct sentence){ .text = text, .citation = citation, .heading = heading };
}

/* Latin sentences are parted by a space, others follow each other. */
static void
content_part(struct work *w)
{
	if (w->content.len == 0)
		return;
	char last = w->content.data[w->content.len - 1];
	if (w->route.intent == INTENT_LIST)
		text_put_c(&w->content, '\n');
	else if (last != '\n')
		text_put_c(&w->content, ' ');
}

void
answer_say(struct work *w, const char *sentence)
{
	size_t from = w->content.len;
	content_part(w);
	text_put(&w->content, sentence);
	emit_from(w, from);
}

static const char *
shown(struct arena *a, const char *s, size_t len)
{
	struct text t;
	text_init(&t, len * 4 + 64);
	untrusted_text(&t, s, len, UNTRUSTED_LINE | UNTRUSTED_STRIP);
	const char *out = words_squeeze(a, t.len ? t.data : "", t.len);
	text_clear(&t);
	return out;
}

void
answer_heading(struct work *w, const char *heading)
{
	const char *line = shown(w->a, heading, strlen(heading));
	size_t from = w->content.len;
	if (*line == '\0')
		return;
	if (from > 0)
		text_put(&w->content, "\n\n");
	text_put(&w->content, line);
	text_put_c(&w->content, '\n');
	sentence_put(w, line, 0, true);
	emit_from(w, from);
}

void
put_marked(struct text *out, const char *s, int64_t n)
{
	static const char *const stops[] = { ".", "!", "?", "\"", "'", ")", "\u201d", "\u2019",
		"\u3002", "\uff01", "\uff1f", "\u300d" };
	size_t len = strlen(s), end = len;
	for (size_t i = 0; i < COUNT_OF(stops) && end > 0; i++) {
		size_t k = strlen(stops[i]);
		if (end >= k && memcmp(s + end - k, stops[i], k) == 0)
			end -= k, i = (size_t)-1;
	}
	/* Marks that close a quotation or bracket inside the sentence stay with it. */
	while (end < len && strchr("\"')", s[end]) != NULL)
		end++;
	size_t last = end;
	while (last > 0 && ((unsigned char)s[--last] & 0xC0) == 0x80)
		;
	bool spaced = end == 0 || (unsigned char)s[last] < 0xE3;
	text_put_n(out, s, end);
	text_printf(out, spaced ? " [%lld]" : "[%lld]", (long long)n);
	text_put(out, s + end);
}

/* Add a verified citation (or find the same one) and the sentence on it. */
static void
sentence_on(struct work *w, struct citation *c, const char *text)
{
	int64_t n = 0;
	for (size_t i = 0; i < w->citation_count && n == 0; i++)
		if (w->citations[i].start == c->start && w->citations[i].end == c->end &&
			str_same(w->citations[i].file_id, c->file_id))
			n = w->citations[i].n;
	if (n == 0) {
		c->n = n = (int64_t)w->citation_count + 1;
		mem_reserve(&w->citations, &w->citation_cap, w->citation_count + 1,
			sizeof *w->citations);
		w->citations[w->citation_count++] = *c;
		if (w->events != NULL && w->events->citation != NULL)
			w->events->citation(c, w->events->arg);
	}
	const char *line = shown(w->a, text ? text : c->quote, strlen(text ? text : c->quote));
	size_t from = w->content.len;
	content_part(w);
	if (w->route.intent == INTENT_LIST)
		text_put(&w->content, "- ");
	put_marked(&w->content, line, n);
	sentence_put(w, line, n, false);
	emit_from(w, from);
}

/* Gone, changed or damaged since the search: not shown, and no reason to stop. */
static bool
citation_fails(enum fault f)
{
	return f == FAULT_ABSENT || f == FAULT_DAMAGED || f == FAULT_INPUT || f == FAULT_EXISTS;
}

enum fault
answer_cite(bool *added, struct work *w, const struct passage *p, int64_t start, int64_t end,
	double score, const char *text)
{
	struct citation c = { 0 };
	*added = false;
	if (w->citation_count >= ANSWER_SENTENCES_MAX)
		return FAULT_NONE;
	enum fault f = library_cite(&c, w->a, w->t->library, w->db, p, start, end);
	if (citation_fails(f))
		return FAULT_NONE;
	if (f != FAULT_NONE)
		return f;
	if (!c.verified || c.quote == NULL || *c.quote == '\0')
		return FAULT_NONE;
	c.score = score;
	sentence_on(w, &c, text);
	*added = true;
	return FAULT_NONE;
}

void
context_verify(struct citation *c, const char *context)
{
	size_t len = context ? strlen(context) : 0, n = c->quote ? strlen(c->quote) : 0;
	bool there = c->start >= 0 && c->end > c->start && (size_t)c->end <= len &&
		     (size_t)(c->end - c->start) == n;
	c->verified = there && memcmp(context + c->start, c->quote, n) == 0;
	c->state = c->verified ? "verified" : context ? "stale" : "missing";
}

enum fault
answer_cite_context(bool *added, struct work *w, const char *quote, double score, const char *text)
{
	const char *at = w->req->context && *quote ? strstr(w->req->context, quote) : NULL;
	*added = false;
	if (at == NULL || w->citation_count >= ANSWER_SENTENCES_MAX)
		return FAULT_NONE;
	struct citation c = { .file_id = "",
		.title = "standard input",
		.quote = arena_strdup(w->a, quote),
		.sha256 = "",
		.subject_id = "",
		.chapter = "",
		.chapter_title = "",
		.page_label = "",
		.url = "",
		.start = at - w->req->context,
		.score = score };
	c.end = c.start + (int64_t)strlen(quote);
	context_verify(&c, w->req->context);
	if (!c.verified)
		return FAULT_NONE;
	sentence_on(w, &c, text);
	*added = true;
	return FAULT_NONE;
}

static bool
stands_alone(const char *s)
{
	return !sentence_is_fragment(s) && !str_ends(s, "?") && !str_ends(s, "\uff1f");
}

/* The best sentence of up to three passages, none of them an answer. */
static enum fault
nearest_collect(struct work *w, const struct found *found)
{
	const size_t most = 3;
	struct citation *items = arena_alloc(w->a, most * sizeof *items);
	size_t n = 0;
	for (size_t i = 0; i < found->sentence_count && n < most; i++) {
		const struct found_sentence *s = &found->sentences[i];
		bool seen = s->passage < 0 || !stands_alone(s->text);
		for (size_t k = 0; k < i && !seen; k++)
			seen = found->sentences[k].passage == s->passage &&
			       stands_alone(found->sentences[k].text);
		if (seen)
			continue;
		const struct passage *p = &found->passages[s->passage].p;
		for (size_t k = 0; k < n && !seen; k++)
			seen = str_same(items[k].file_id, p->file_id) && items[k].page == p->page &&
			       p->page > 0;
		if (seen)
			continue;
		enum fault f =
			library_cite(&items[n], w->a, w->t->library, w->db, p, s->start, s->end);
		if (citation_fails(f))
			continue;
		if (f != FAULT_NONE)
			return f;
		items[n].score = s->score;
		if (items[n].verified) {
			items[n].n = (int64_t)n + 1;
			n++;
		}
	}
	w->m->nearest = (struct record_list){ items, n };
	return FAULT_NONE;
}

#define MISSING_MOST 3
#define MISSING_BYTES_MAX 40

/* "None of your documents has the word insulin.": why there is no answer. */
static void
missing_note(struct work *w, const struct found *found)
{
	struct text t;
	size_t n = 0;
	text_init(&t, 1000);
	for (size_t i = 0; i < found->missing.count && n < MISSING_MOST; i++)
		if (strlen(found->missing.items[i]) <= MISSING_BYTES_MAX)
			text_printf(&t, "%s \u201c%s\u201d", n++ > 0 ? "," : phrase_in(PHRASE_NO_WORD, w->language), found->missing.items[i]);
	if (n > 0) {
		text_put_c(&t, '.');
		answer_note(w, untrusted_line(w->a, t.data));
	}
	text_clear(&t);
}

enum fault
answer_refuse(struct work *w, const struct found *found, bool *empty_library)
{
	enum fault f = FAULT_NONE;
	w->m->status = "refused";
	w->m->low_confidence = true;
	*empty_library = library_document_count(w->t->library) == 0 && w->req->context == NULL;
	if (found != NULL && !*empty_library)
		missing_note(w, found);
	if (found != NULL)
		f = nearest_collect(w, found);
	if (f != FAULT_NONE)
		return f;
	answer_say(w, phrase_in(*empty_library            ? PHRASE_EMPTY_LIBRARY
				: w->m->nearest.count > 0 ? PHRASE_REFUSED
							  : PHRASE_REFUSED_NONE,
			      w->language));
	return FAULT_NONE;
}

enum fault
answer_finish(struct work *w)
{
	struct message *m = w->m;
	struct support *s = arena_alloc(w->a, sizeof *s);
	enum fault f = text_check(&w->content, "the answer");
	if (f != FAULT_NONE)
		return f;
	struct sentence *sentences = arena_alloc(w->a, (w->sentence_count + 1) * sizeof *sentences);
	struct citation *citations = arena_alloc(w->a, (w->citation_count + 1) * sizeof *citations);
	for (size_t i = 0; i < w->sentence_count; i++) {
		sentences[i] = w->sentences[i];
		s->sentences += !sentences[i].heading;
		s->verified += sentences[i].citation > 0;
	}
	for (size_t i = 0; i < w->citation_count; i++)
		citations[i] = w->citations[i];
	s->sentences += w->unsupported;
	m->content = arena_strdup(w->a, w->content.len ? w->content.data : "");
	m->note = w->note.len ? arena_strdup(w->a, w->note.data) : NULL;
	m->sentences = (struct record_list){ sentences, w->sentence_count };
	m->citations = (struct record_list){ citations, w->citation_count };
	m->support = s->sentences > 0 || str_same(m->status, "refused") ? s : NULL;
	if (m->confidence != NULL)
		m->confidence->citation_match =
			s->sentences > 0 ? 100 * (double)s->verified / (double)s->sentences : 0;
	return FAULT_NONE;
}

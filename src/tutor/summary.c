/* A summary made of the document's own sentences, section by section.
 *
 * What is summarised is what the person named: documents, a subject, a chapter
 * by its number, or whatever passages speak of the topic.  digest.c chooses the
 * sentences; each is cited like any other, under the heading it stands below.
 */
#include <ctype.h>
#include <string.h>
#include "digest_in.h"

#define PASSAGES_MAX 6000

static const size_t level_sentences[] = {
	[LEVEL_BRIEF] = 5, [LEVEL_STANDARD] = 12, [LEVEL_DETAILED] = 30
};

static const char *
heading_last(const char *path)
{
	for (const char *next; (next = strstr(path, " > ")) != NULL;)
		path = next + 3;
	return path;
}

static enum fault
lines_cite(struct work *w, const struct sheet *s)
{
	size_t section = SIZE_MAX;
	for (size_t i = 0; i < s->line_count; i++) {
		const struct line *l = &s->lines[i];
		bool added;
		if (!l->taken)
			continue;
		if (l->section != section && w->route.level != LEVEL_BRIEF &&
			*s->sections[l->section].heading)
			answer_heading(w, heading_last(s->sections[l->section].heading));
		section = l->section;
		enum fault f = answer_cite(&added, w, l->p, l->start, l->end, l->weight, NULL);
		if (f == FAULT_NONE)
			f = cancel_check(w->cancel);
		if (f != FAULT_NONE)
			return f;
	}
	return FAULT_NONE;
}

/* Without a named document the topic says which passages there are to summarise. */
static enum fault
passages_about(struct passages *out, struct work *w)
{
	struct found *found = NULL;
	enum fault f = find_evidence(&found, w, w->route.topic, w->before, 40, 8);
	if (f != FAULT_NONE)
		return f;
	if (library_topic_present(found) < .2 || found->passage_count == 0) {
		*out = (struct passages){ 0 };
		return FAULT_NONE;
	}
	struct passage *items = arena_alloc(w->a, found->passage_count * sizeof *items);
	size_t n = 0;
	for (size_t i = 0; i < found->passage_count; i++) {
		/* Insert in document order; documents in the order of their best passage. */
		const struct passage *p = &found->passages[i].p;
		size_t at = n;
		for (size_t k = 0; k < n; k++)
			if (str_same(items[k].file_id, p->file_id)) {
				for (at = k; at < n && str_same(items[at].file_id, p->file_id) &&
					     items[at].start < p->start;
					at++)
					;
				break;
			}
		memmove(items + at + 1, items + at, (n - at) * sizeof *items);
		items[at] = *p;
		n++;
	}
	out->items = (struct record_list){ items, n };
	return FAULT_NONE;
}

/* "chapter 5", "section 2.1": the number; NULL when the topic is something else. */
static const char *
chapter_number(struct arena *a, const char *topic)
{
	static const char *const names[] = { "chapter", "section", "part", "unit", "lecture", "ch.",
		"ch" };
	const char *line = line_lower(a, topic);
	struct range r;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (phrase_find(&r, line, names[i], PLACE_START) && line[r.end] == ' ' &&
			isdigit((unsigned char)line[r.end + 1]))
			return arena_strndup(a, line + r.end + 1, strcspn(line + r.end + 1, " ,;"));
	return NULL;
}

/* Is the number one of a heading on the path: "Chapter 5. Limits", "5 Limits"? */
static bool
heading_numbered(struct arena *a, const char *path, const char *number)
{
	for (const char *at = path; at != NULL && *at != '\0';) {
		const char *end = strstr(at, " > ");
		const char *line =
			line_lower(a, arena_strndup(a, at, end ? (size_t)(end - at) : strlen(at)));
		const char *own = chapter_number(a, line);
		size_t n = strspn(line, "0123456789.");
		const char *bare = arena_strndup(a, own ? own : line, own ? strlen(own) : n);
		size_t len = strlen(bare);
		while (len > 0 && strchr(".:", bare[len - 1]) != NULL)
			len--;
		if (len == strlen(number) && memcmp(bare, number, len) == 0)
			return true;
		at = end ? end + 3 : NULL;
	}
	return false;
}

/* The passages of the chapter the topic names; none when there is no such chapter. */
static enum fault
passages_of_chapter(struct passages *out, struct work *w, const char *number)
{
	struct passages all = { 0 };
	size_t n = 0;
	enum fault f = library_outline(&all, w->a, w->t->library, w->db, &w->filter, PASSAGES_MAX);
	if (f != FAULT_NONE)
		return f;
	struct passage *items = all.items.items;
	for (size_t i = 0; i < all.items.count; i++)
		if (heading_numbered(w->a, items[i].heading, number) ||
			heading_numbered(w->a, items[i].chapter, number))
			items[n++] = items[i];
	*out = (struct passages){ .items = { items, n } };
	return FAULT_NONE;
}

static enum fault
summarise(struct work *w, const struct passages *passages)
{
	struct sheet s;
	struct word_set focus = words_set(w->a, w->route.topic, strlen(w->route.topic), true);
	enum fault f = digest_make(&s, passages, &focus, level_sentences[w->route.level], w->cancel);
	answer_status(w, "verifying");
	if (f == FAULT_NONE)
		f = lines_cite(w, &s);
	digest_clear(&s);
	return f;
}

enum fault
summary_answer(struct work *w)
{
	struct passages passages = { 0 };
	if (!w->route.level_said)
		w->route.level = str_same(w->settings.level, "brief")      ? LEVEL_BRIEF
				 : str_same(w->settings.level, "detailed") ? LEVEL_DETAILED
									   : LEVEL_STANDARD;
	bool narrowed = w->filter.documents.count > 0 || w->filter.subjects.count > 0 ||
			w->filter.domains.count > 0;
	enum fault f;
	if (library_document_count(w->t->library) == 0) {
		bool empty;
		return answer_refuse(w, NULL, &empty);
	}
	if (!narrowed && *w->route.topic == '\0' && w->route.scope == NULL &&
		library_document_count(w->t->library) > 1) {
		w->m->status = "clarify";
		answer_say(w, phrase_in(PHRASE_WHICH_DOCUMENT, w->language));
		return FAULT_NONE;
	}
	answer_status(w, "selecting");
	const char *chapter = chapter_number(w->a, w->route.topic);
	f = chapter != NULL ? passages_of_chapter(&passages, w, chapter) : FAULT_NONE;
	if (f != FAULT_NONE)
		return f;
	if (passages.items.count > 0)
		w->route.topic = "";
	else if (!narrowed && chapter == NULL && *w->route.topic != '\0')
		f = passages_about(&passages, w);
	else if (narrowed || chapter == NULL)
		f = library_outline(
			&passages, w->a, w->t->library, w->db, &w->filter, PASSAGES_MAX);
	if (f == FAULT_NONE && passages.items.count > 0)
		f = summarise(w, &passages);
	if (f != FAULT_NONE || w->citation_count > 0)
		return f;
	w->m->status = "refused";
	w->m->low_confidence = true;
	answer_say(w, phrase_in(PHRASE_NOTHING_TO_SUMMARISE, w->language));
	return FAULT_NONE;
}

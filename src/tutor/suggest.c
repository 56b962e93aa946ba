/* What to ask next: terms and headings from where the answer came from.
 *
 * Only questions that the sources can answer are offered: a concept of the cited
 * document that a sentence near the citation defines, and a summary of the
 * section that the first citation stands in.
 */
#include <string.h>
#include "tutor_in.h"

#define FOLLOWUPS_MAX 3

static bool
said(const struct work *w, const char *term)
{
	struct word_set has = words_set(w->a, w->query, strlen(w->query), true),
			wanted = words_set(w->a, term, strlen(term), true);
	return wanted.count == 0 || words_shared(&has, &wanted) == wanted.count;
}

/* Is the term defined in one of these passages? */
static bool
defined(const struct passages *near, const char *term)
{
	const struct passage *p = near->items.items;
	bool yes = false;
	for (size_t i = 0; i < near->items.count && !yes; i++) {
		struct range *ranges = NULL;
		size_t n = strcasestr(p[i].text, term)
				   ? library_sentences(&ranges, p[i].text, strlen(p[i].text))
				   : 0;
		for (size_t k = 0; k < n && !yes; k++) {
			char *s = mem_dup(
				p[i].text + ranges[k].start, ranges[k].end - ranges[k].start + 1);
			s[ranges[k].end - ranges[k].start] = '\0';
			yes = sentence_defines(s, term);
			mem_free(s);
		}
		mem_free(ranges);
	}
	return yes;
}

static void
followup_put(struct work *w, const char **items, size_t *count, const char *question)
{
	for (size_t i = 0; i < *count; i++)
		if (str_same(items[i], question))
			return;
	if (*count < FOLLOWUPS_MAX)
		items[(*count)++] = untrusted_line(w->a, question);
}

enum fault
suggest_followups(struct work *w)
{
	const char **items = arena_alloc(w->a, FOLLOWUPS_MAX * sizeof *items);
	size_t count = 0;
	bool japanese = str_same(w->language, "ja");
	struct document *d = NULL;
	const struct citation *c = &w->citations[0];
	if (*c->file_id == '\0')
		return FAULT_NONE;
	enum fault f = library_get(&d, w->a, w->t->library, w->db, c->file_id);
	if (f == FAULT_ABSENT)
		return FAULT_NONE;
	if (f != FAULT_NONE)
		return f;
	struct passages near = { 0 };
	struct passage_get around = { .file_id = c->file_id, .n = c->passage, .neighbours = 3 };
	f = library_passages(&near, w->a, w->t->library, w->db, &around);
	if (f != FAULT_NONE && f != FAULT_ABSENT)
		return f;
	for (size_t i = 0; i < d->concepts.count && count < 2; i++)
		if (!said(w, d->concepts.items[i]) && defined(&near, d->concepts.items[i]))
			followup_put(w, items, &count,
				arena_printf(w->a, japanese ? "%sとは？" : "What is %s?",
					d->concepts.items[i]));
	const char *section =
		c->chapter_title != NULL && *c->chapter_title ? c->chapter_title : c->chapter;
	if (section != NULL && *section && w->route.intent != INTENT_SUMMARY)
		followup_put(w, items, &count,
			arena_printf(w->a, japanese ? "%sを要約して" : "Summarise %s", section));
	w->m->followups = (struct text_list){ items, count };
	return FAULT_NONE;
}

/* Where to look: "my physics notes", a file by name, a domain by its words.
 *
 * A name in a question is matched against subjects first, then against titles
 * and file names of documents.  Domains are a configurable set (kits/domains):
 * the words of the question speak for one, and so do the documents that were
 * cited; they are reported with the answer.  They narrow the search when the
 * person chose them, and are tried when the whole library gave no sure answer.
 */
#include <string.h>
#include "tutor_in.h"

#define DOCUMENTS_LOOKED_AT 1000

static const char *const holders[] = { "notes", "note", "documents", "document", "files", "file",
	"papers", "paper", "textbook", "textbooks", "book", "books", "slides", "lectures",
	"lecture", "script", "readings", "reading", "materials", "material", "handouts", "handout",
	"library", "course" };
static const char *const owners[] = { "my", "our", "these", "this", "the" };
static const char *const endings[] = { ".pdf", ".docx", ".pptx", ".odt", ".epub", ".html", ".htm",
	".md", ".txt", ".csv" };

/* A word that ends like a file name. */
static bool
scope_file(struct route *r, struct range *where, struct arena *a, const char *line)
{
	for (size_t i = 0; i < COUNT_OF(endings); i++)
		for (const char *at = line; (at = strstr(at, endings[i])) != NULL; at++) {
			size_t end = (size_t)(at - line) + strlen(endings[i]),
			       start = (size_t)(at - line);
			while (start > 0 && line[start - 1] != ' ' && line[start - 1] != '"')
				start--;
			if ((line[end] != '\0' && (unsigned char)line[end] < 128 &&
				    strchr(" ,?!.:;\"", line[end]) == NULL) ||
				line + start == at)
				continue;
			r->scope = arena_strndup(a, line + start, end - start);
			*where = (struct range){ start, end };
			return true;
		}
	return false;
}

void
route_scope(struct route *r, struct range *where, struct arena *a, const char *line)
{
	struct range owner, holder;
	if (scope_file(r, where, a, line))
		return;
	for (size_t i = 0; i < COUNT_OF(owners); i++) {
		if (!phrase_find(&owner, line, owners[i], PLACE_ANY))
			continue;
		for (size_t k = 0; k < COUNT_OF(holders); k++) {
			if (!phrase_find(&holder, line + owner.end, holders[k], PLACE_ANY))
				continue;
			const char *between = words_squeeze(a, line + owner.end, holder.start);
			size_t spaces = 0;
			for (const char *c = between; *c != '\0'; c++)
				spaces += *c == ' ';
			if (spaces > 3)
				continue;
			r->scope = between;
			r->scope_soft = i > 1;
			*where = (struct range){ owner.start, owner.end + holder.end };
			return;
		}
	}
}

/* ---- names of documents --------------------------------------------------- */

struct names {
	struct text_list subjects, documents;
};

static bool
names_hit(struct arena *a, const struct word_set *wanted, const char *name)
{
	if (name == NULL || wanted->count == 0)
		return false;
	struct word_set has = words_set(a, name, strlen(name), true);
	return words_shared(wanted, &has) == wanted->count;
}

static void
list_put(struct arena *a, struct text_list *list, const char *s)
{
	if (text_list_has(list, s))
		return;
	const char **items = arena_alloc(a, (list->count + 1) * sizeof *items);
	if (list->count > 0)
		memcpy(items, list->items, list->count * sizeof *items);
	items[list->count] = s;
	*list = (struct text_list){ items, list->count + 1 };
}

/* Names only narrow: what was not asked for to begin with is not named either. */
static bool
within(const struct search_run *filter, const struct document *d)
{
	return (filter->documents.count == 0 || text_list_has(&filter->documents, d->id)) &&
	       (filter->subjects.count == 0 || text_list_has(&filter->subjects, d->subject));
}

static enum fault
names_collect(struct names *out, struct work *w, const struct word_set *wanted)
{
	struct document_list req = { .limit = 100, .status = "completed" };
	for (size_t seen = 0; seen < DOCUMENTS_LOOKED_AT;) {
		struct documents page = { 0 };
		enum fault f = library_list(&page, w->a, w->t->library, w->db, &req);
		if (f != FAULT_NONE)
			return f;
		const struct document *docs = page.items.items;
		for (size_t i = 0; i < page.items.count; i++) {
			if (!within(&w->filter, &docs[i]))
				continue;
			if (names_hit(w->a, wanted, docs[i].subject))
				list_put(w->a, &out->subjects, docs[i].subject);
			if (names_hit(w->a, wanted, docs[i].title) ||
				names_hit(w->a, wanted, docs[i].name))
				list_put(w->a, &out->documents, docs[i].id);
		}
		seen += page.items.count;
		if (page.items.count == 0 || page.cursor == NULL || *page.cursor == '\0')
			break;
		req.cursor = page.cursor;
	}
	return FAULT_NONE;
}

/* Narrow the filter to what the question names; *found false: no such name. */
enum fault
scope_resolve(bool *found, struct work *w)
{
	*found = true;
	w->filter =
		(struct search_run){ .documents = w->req->documents, .domains = w->req->domains };
	if (w->req->subject != NULL && *w->req->subject != '\0')
		list_put(w->a, &w->filter.subjects, w->req->subject);
	if (w->route.scope == NULL || *w->route.scope == '\0')
		return FAULT_NONE;
	struct word_set wanted = words_set(w->a, w->route.scope, strlen(w->route.scope), true);
	if (wanted.count == 0)
		return FAULT_NONE;
	struct names names = { 0 };
	enum fault f = names_collect(&names, w, &wanted);
	if (f != FAULT_NONE)
		return f;
	if (names.subjects.count > 0)
		w->filter.subjects = names.subjects;
	else if (names.documents.count > 0)
		w->filter.documents = names.documents;
	else
		*found = false;
	return FAULT_NONE;
}

/* ---- domains ---------------------------------------------------------------- */

static enum fault
domains_cited(struct text_list *out, struct work *w)
{
	for (size_t i = 0; i < w->citation_count; i++) {
		struct document *d = NULL;
		if (*w->citations[i].file_id == '\0')
			continue;
		enum fault f = library_get(&d, w->a, w->t->library, w->db, w->citations[i].file_id);
		if (f == FAULT_ABSENT)
			continue;
		if (f != FAULT_NONE)
			return f;
		if (d->domain != NULL && *d->domain != '\0')
			list_put(w->a, out, d->domain);
	}
	return FAULT_NONE;
}

/* The domain whose words the question uses most; NULL: none of them. */
const struct tutor_domain *
scope_domain(struct work *w)
{
	struct word_set asked = words_set(w->a, w->query, strlen(w->query), true);
	const struct tutor_domain *best = NULL;
	size_t most = 0;
	for (size_t i = 0; i < w->t->config.domain_count; i++) {
		const struct tutor_domain *d = &w->t->config.domains[i];
		const char *all = arena_printf(w->a, "%s %s %s", d->name, d->title ? d->title : "",
			d->words ? d->words : "");
		struct word_set has = words_set(w->a, all, strlen(all), true);
		size_t n = words_shared(&asked, &has);
		if (n > most)
			most = n, best = d;
	}
	/* One word of many says nothing: half of what is asked must be its words. */
	return most * 2 >= asked.count ? best : NULL;
}

/* The domains an answer belongs to: of the documents it cites, then the one that
 * the question's words speak for. */
enum fault
scope_domains(struct work *w)
{
	struct text_list list = { 0 };
	enum fault f = domains_cited(&list, w);
	if (f != FAULT_NONE)
		return f;
	const struct tutor_domain *best = scope_domain(w);
	if (best != NULL)
		list_put(w->a, &list, best->name);
	w->m->domains = list;
	return FAULT_NONE;
}

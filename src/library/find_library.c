/* The library's own way in: filters, stored passages, search with highlights. */
#include <string.h>
#include "document_in.h"
#include "find_in.h"

struct reading { struct library *l; struct store *db; };

static enum fault
read_passage(struct passage *p, struct arena *a, passage_no no, void *arg)
{
	struct reading *r = arg;
	return passage_read(p, a, r->l, r->db, no);
}

/* Does the word stand in what was found? */
static bool
is_shown(const struct found *f, const char *word)
{
	for (size_t i = 0; i < f->passage_count; i++)
		if (strcasestr(f->passages[i].p.text, word) != NULL || strcasestr(f->passages[i].p.title, word) != NULL)
			return true;
	return false;
}

/* The dictionary knows words of documents that this reader may not see: a repair is
 * told only when its words stand in what he was shown. */
static const char *
corrected_shown(struct arena *a, const struct found *f, const char *query)
{
	static const char *const breaks = " \t\n\r.,;:!?()[]\"'";
	char *rest = arena_strdup(a, f->corrected), *end = NULL;
	for (const char *word = strtok_r(rest, breaks, &end); word != NULL; word = strtok_r(NULL, breaks, &end))
		if (strcasestr(query, word) == NULL && !is_shown(f, word))
			return NULL;
	return f->corrected;
}

enum fault
library_find(struct found **out, struct arena *a, struct library *l, struct store *db, const struct find_request *req, const struct cancel *cancel)
{
	struct reading reading = { l, db };
	struct finder from = { .ix = library_index(l), .read = read_passage, .arg = &reading, .clock = library_config(l)->clock,
		.embed = library_config(l)->embed, .embed_arg = library_config(l)->embed_arg };
	from.vectors = from.embed != NULL && store_vectors(db) ? db : NULL;
	if (req->query == NULL)
		return fault(FAULT_INPUT, "there is no query");
	if (req->passages < 0 || req->sentences < 0 || req->passages > 200 || req->sentences > 1000)
		return fault(FAULT_LIMIT, "at most 200 passages and 1000 sentences can be found at once");
	enum fault f = documents_allowed(&from.allow.docs, &from.allow.count, &from.allow.all, a, l, db, req->filter);
	if (f == FAULT_NONE)
		f = find_run(out, a, &from, req, cancel);
	if (f == FAULT_NONE && reader_of(db) != NULL && (*out)->corrected != NULL)
		(*out)->corrected = corrected_shown(a, *out, req->query);
	return f;
}

static int64_t
count_documents(const struct hit *hits, size_t count)
{
	int64_t documents = 0;
	for (size_t i = 0; i < count; i++) {
		size_t j = 0;
		while (j < i && !str_same(hits[j].passage->file_id, hits[i].passage->file_id))
			j++;
		documents += j == i;
	}
	return documents;
}

enum fault
library_search(struct hits *out, struct arena *a, struct library *l, struct store *db, const struct search_run *req, const struct cancel *cancel)
{
	struct found *found;
	struct find_request ask = { .query = req->query, .filter = req, .passages = req->k > 0 ? (int)(req->k < 200 ? req->k : 200) : 10, .sentences = 1 };
	enum fault f = library_find(&found, a, l, db, &ask, cancel);
	if (f != FAULT_NONE)
		return f;
	struct hit *hits = arena_alloc(a, (found->passage_count + 1) * sizeof *hits);
	for (size_t i = 0; i < found->passage_count; i++)
		hits[i] = (struct hit){ &found->passages[i].p, found->passages[i].score, found->passages[i].spans };
	*out = (struct hits){ .items = { hits, found->passage_count }, .corrected = found->corrected, .elapsed_ms = found->elapsed_ms };
	out->documents = count_documents(hits, found->passage_count);
	return FAULT_NONE;
}

/* The library's own way in: filters, stored passages, search with highlights. */
#include <string.h>
#include "find_in.h"

struct reading { struct library *l; struct store *db; };

static enum fault
read_passage(struct passage *p, struct arena *a, passage_no no, void *arg)
{
	struct reading *r = arg;
	return passage_read(p, a, r->l, r->db, no);
}

enum fault
library_find(struct found **out, struct arena *a, struct library *l, struct store *db, const struct find_request *req, const struct cancel *cancel)
{
	struct reading reading = { l, db };
	struct finder from = { .ix = library_index(l), .read = read_passage, .arg = &reading, .clock = library_config(l)->clock, .library = l };
	if (req->query == NULL)
		return fault(FAULT_INPUT, "there is no query");
	if (req->passages < 0 || req->sentences < 0 || req->passages > 200 || req->sentences > 1000)
		return fault(FAULT_LIMIT, "at most 200 passages and 1000 sentences can be found at once");
	enum fault f = documents_allowed(&from.allow.docs, &from.allow.count, &from.allow.all, a, l, db, req->filter);
	return f != FAULT_NONE ? f : find_run(out, a, &from, req, cancel);
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

/* Does the word, or the pair of CJK characters it ends, belong to the query? */
static bool
is_meant(const struct query *q, const char *stem, size_t len)
{
	for (size_t i = 0; i < q->term_count; i++)
		if (q->terms[i].share > 0 && q->terms[i].len == len && memcmp(q->terms[i].stem, stem, len) == 0)
			return true;
	return false;
}

void
find_spans(struct record_list *out, struct arena *a, const struct query *q, const char *text)
{
	struct stemmer stemmer;
	struct tokens tokens;
	struct token t, before = { 0 };
	struct span *spans = NULL;
	size_t count = 0, cap = 0;
	stemmer_open(&stemmer, q->language);
	tokens_start(&tokens, text, strlen(text));
	for (; token_next(&t, &tokens); before = t) {
		char stem[2 * TOKEN_BYTES_MAX + 16];
		size_t len = stemmer_stem(stem, &stemmer, &t), start = t.start;
		bool meant = !token_is_stop(&t) && is_meant(q, stem, len);
		if (t.cjk && t.joined) {
			memcpy(stem, before.plain, before.plain_len);
			memcpy(stem + before.plain_len, t.plain, t.plain_len);
			if (is_meant(q, stem, before.plain_len + t.plain_len)) {
				meant = true;
				start = before.start;
			}
		}
		if (!meant)
			continue;
		if (count > 0 && t.cjk && spans[count - 1].end >= (int64_t)start) {
			spans[count - 1].end = (int64_t)t.end;
			continue;
		}
		mem_reserve(&spans, &cap, count + 1, sizeof *spans);
		spans[count++] = (struct span){ (int64_t)start, (int64_t)t.end };
	}
	stemmer_close(&stemmer);
	struct span *kept = arena_alloc(a, (count + 1) * sizeof *kept);
	if (count > 0)
		memcpy(kept, spans, count * sizeof *kept);
	mem_free(spans);
	*out = (struct record_list){ kept, count };
}

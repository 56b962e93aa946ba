/* Reading back: pages, byte ranges, passages and the outline of documents.
 *
 * Every byte comes from the file as it is now.  A passage is compared with the
 * sum in its row, a free range with the sum of the whole text; what does not fit
 * is DAMAGED and never shown as if it were the source.
 */
#include <string.h>
#include "document_in.h"

#define NEIGHBOURS_MAX 50

/* ---- passages ------------------------------------------------------------- */

#define PASSAGE_SELECT "SELECT d.id, d.stored, d.title, d.subject, p.n, p.start_at, p.end_at, CASE WHEN d.pages > 0 THEN p.page ELSE 0 END, " \
	"CASE WHEN d.pages > 0 THEN p.page_end ELSE 0 END, p.sum, " \
	"coalesce(h.path, ''), coalesce(h.chapter, ''), coalesce(g.label, '') FROM passage AS p " \
	"JOIN document AS d ON d.no = p.document_no " \
	"LEFT JOIN heading AS h ON h.document_no = p.document_no AND h.n = p.heading_n " \
	"LEFT JOIN document_page AS g ON g.document_no = p.document_no AND g.page = p.page " \
	"WHERE p.document_no = ? AND p.n >= ? AND p.n <= ? AND d.status = 'completed' ORDER BY p.n"

static enum fault
passage_from_row(struct passage *p, struct arena *a, struct library *l, struct statement *st)
{
	unsigned char sum[PASSAGE_SUM_BYTES];
	struct text text;
	const void *kept;
	size_t kept_bytes;
	enum fault f;

	*p = (struct passage){
		.file_id = arena_strdup(a, statement_col_text(st, 0)), .title = arena_strdup(a, statement_col_text(st, 2)),
		.subject = arena_strdup(a, statement_col_text(st, 3)), .n = statement_col_int(st, 4),
		.start = statement_col_int(st, 5), .end = statement_col_int(st, 6), .page = statement_col_int(st, 7),
		.page_end = statement_col_int(st, 8), .heading = arena_strdup(a, statement_col_text(st, 10)),
		.chapter = arena_strdup(a, statement_col_text(st, 11)), .page_label = arena_strdup(a, statement_col_text(st, 12)),
	};
	if (p->start < 0 || p->end <= p->start || p->end - p->start > CONTENT_BYTES_MAX)
		return fault(FAULT_DAMAGED, "passage %lld of document %s has no sound range", (long long)p->n, p->file_id);
	text_init(&text, (size_t)(p->end - p->start));
	f = shelf_text_read(&text, &l->shelf, statement_col_text(st, 1), NULL, p->start, p->end);
	if (f == FAULT_NONE) {
		passage_sum(sum, text.data, text.len);
		kept = statement_col_blob(st, 9, &kept_bytes);
		if (kept_bytes != sizeof sum || memcmp(kept, sum, sizeof sum) != 0)
			f = fault(FAULT_DAMAGED, "the stored text of document %s is not what was indexed; index it again", p->file_id);
	}
	if (f == FAULT_NONE)
		p->text = arena_strndup(a, text.data, text.len);
	text_clear(&text);
	return f;
}

enum fault
passage_read(struct passage *p, struct arena *a, struct library *l, struct store *db, passage_no no)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, PASSAGE_SELECT);

	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, PASSAGE_DOC(no));
	statement_int(st, 2, PASSAGE_N(no));
	statement_int(st, 3, PASSAGE_N(no));
	f = statement_step(st);
	if (f == FAULT_NONE)
		f = passage_from_row(p, a, l, st);
	statement_done(st);
	if (f == FAULT_DAMAGED) {        /* one damaged document must not stop a search */
		log_event(LOG_WARN, "library", "damaged", "no=%lld", (long long)PASSAGE_DOC(no));
		return fault(FAULT_ABSENT, "a passage that was found cannot be read any more");
	}
	return f;
}

enum fault
library_passages(struct passages *out, struct arena *a, struct library *l, struct store *db, const struct passage_get *req)
{
	int64_t around = req->neighbours < 0 ? 0 : req->neighbours > NEIGHBOURS_MAX ? NEIGHBOURS_MAX : req->neighbours;
	struct document_row row;
	struct passage *items;
	struct statement *st;
	size_t count = 0;
	enum fault f = document_row_get(&row, a, db, req->file_id);

	if (f != FAULT_NONE)
		return f;
	if (req->n < 0 || req->n >= row.d.passages)
		return fault(FAULT_ABSENT, "document %s has no passage %lld", row.d.id, (long long)req->n);
	f = store_prepare(&st, db, PASSAGE_SELECT);
	if (f != FAULT_NONE)
		return f;
	items = arena_alloc(a, (size_t)(2 * around + 1) * sizeof *items);
	statement_int(st, 1, row.no);
	statement_int(st, 2, req->n - around);
	statement_int(st, 3, req->n + around);
	while ((f = statement_step(st)) == FAULT_NONE && count < (size_t)(2 * around + 1)) {
		f = passage_from_row(&items[count++], a, l, st);
		if (f != FAULT_NONE)
			break;
	}
	statement_done(st);
	if (f != FAULT_NONE && f != FAULT_ABSENT)
		return f;
	out->items = (struct record_list){ items, count };
	return FAULT_NONE;
}

/* ---- outline ------------------------------------------------------------------ */

struct outlined { int64_t no, passages; };

static enum fault
outline_documents(struct outlined **out, size_t *count, struct library *l, struct arena *a, struct store *db, const struct search_run *filter)
{
	struct outlined *found = NULL;
	struct statement *st;
	const int64_t *docs;
	size_t n = 0, cap = 0, allowed, next = 0;
	bool all;
	enum fault f = documents_allowed(&docs, &allowed, &all, a, l, db, filter);

	if (f == FAULT_NONE)
		f = store_prepare(&st, db, "SELECT no, passages FROM document WHERE status = 'completed' ORDER BY no");
	if (f != FAULT_NONE)
		return f;
	while ((f = statement_step(st)) == FAULT_NONE) {
		int64_t no = statement_col_int(st, 0);

		while (!all && next < allowed && docs[next] < no)
			next++;
		if (!all && (next == allowed || docs[next] != no))
			continue;
		mem_reserve(&found, &cap, n + 1, sizeof *found);
		found[n++] = (struct outlined){ no, statement_col_int(st, 1) };
	}
	statement_done(st);
	if (f != FAULT_ABSENT) {
		mem_free(found);
		return f;
	}
	*out = found;
	*count = n;
	return FAULT_NONE;
}

/* More passages than wanted are thinned evenly, so that every part is there. */
enum fault
library_outline(struct passages *out, struct arena *a, struct library *l, struct store *db, const struct search_run *filter, int64_t limit)
{
	struct outlined *docs = NULL;
	struct passage *items;
	size_t doc_count = 0, count = 0, at = 0;
	int64_t total = 0, before = 0, want;
	enum fault f = outline_documents(&docs, &doc_count, l, a, db, filter);

	if (f != FAULT_NONE)
		return f;
	for (size_t i = 0; i < doc_count; i++)
		total += docs[i].passages;
	want = limit <= 0 || limit > FIELD_LIST_MAX ? FIELD_LIST_MAX : limit;
	want = want < total ? want : total;
	items = arena_alloc(a, (size_t)(want + 1) * sizeof *items);
	for (int64_t i = 0; i < want && f == FAULT_NONE; i++) {
		int64_t global = i * total / want;

		while (at < doc_count && global - before >= docs[at].passages)
			before += docs[at++].passages;
		f = passage_read(&items[count], a, l, db, PASSAGE_NO(docs[at].no, global - before));
		if (f == FAULT_NONE)
			count++;
		if (f == FAULT_ABSENT)
			f = FAULT_NONE;
	}
	mem_free(docs);
	if (f == FAULT_NONE)
		out->items = (struct record_list){ items, count };
	return f;
}

/* ---- bytes and pages ------------------------------------------------------------- */

static enum fault
row_with_text(struct document_row *row, struct arena *a, struct store *db, const char *id)
{
	enum fault f = document_row_get(row, a, db, id);

	if (f != FAULT_NONE)
		return f;
	if (str_same(row->d.status, "processing"))
		return fault(FAULT_BUSY, "document %s is still being read", row->d.id);
	if (!str_same(row->d.status, "completed"))
		return fault(FAULT_ABSENT, "document %s has no text: %s", row->d.id, row->d.error_message);
	return FAULT_NONE;
}

enum fault
library_bytes(struct text *out, struct library *l, struct store *db, const char *file_id, int64_t start, int64_t end)
{
	struct document_row row;
	struct arena a;
	enum fault f;

	arena_init(&a);
	f = row_with_text(&row, &a, db, file_id);
	if (f == FAULT_NONE && (start < 0 || end < start || end > row.text_bytes))
		f = fault(FAULT_INPUT, "document %s has no bytes %lld to %lld", file_id, (long long)start, (long long)end);
	if (f == FAULT_NONE)
		f = shelf_text_read(out, &l->shelf, row.stored, row.text_sha256, start, end);
	arena_clear(&a);
	return f;
}

enum fault
page_at(int64_t *page, const char **label, struct arena *a, struct store *db, int64_t no, int64_t at)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "SELECT CASE WHEN d.pages > 0 THEN g.page ELSE 0 END, g.label FROM document_page AS g "
		"JOIN document AS d ON d.no = g.document_no WHERE g.document_no = ? AND g.start_at <= ? "
		"ORDER BY g.start_at DESC, g.page DESC LIMIT 1");

	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, no);
	statement_int(st, 2, at);
	f = statement_step(st);
	*page = f == FAULT_NONE ? statement_col_int(st, 0) : 0;
	*label = f == FAULT_NONE ? arena_strdup(a, statement_col_text(st, 1)) : "";
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
page_range(struct content *c, struct arena *a, struct store *db, const struct document_row *row)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "SELECT start_at, end_at, label FROM document_page WHERE document_no = ? AND page = ?");

	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, row->no);
	statement_int(st, 2, c->page);
	f = statement_step(st);
	if (f == FAULT_NONE) {
		c->start = statement_col_int(st, 0);
		c->end = statement_col_int(st, 1);
		c->page_label = arena_strdup(a, statement_col_text(st, 2));
	}
	statement_done(st);
	return f == FAULT_ABSENT ? fault(FAULT_ABSENT, "document %s has no page %lld", row->d.id, (long long)c->page) : f;
}

/* Bytes of a character that begins before the range, or goes on behind it, go. */
static void
trim_characters(struct content *c, const struct text *t, const char **from, size_t *len)
{
	size_t at = 0, end = t->len, last, next;

	while (at < t->len && at < 4 && ((unsigned char)t->data[at] & 0xC0) == 0x80)
		at++;
	for (last = end; last > at && end - last < 4 && ((unsigned char)t->data[last - 1] & 0xC0) == 0x80; last--)
		continue;
	next = last = last > at ? last - 1 : at;
	if (last < end && utf8_next(t->data, end, &next) == UTF8_BAD)
		end = last;
	*from = t->data + at;
	*len = end - at;
	c->start += (int64_t)at;
	c->end = c->start + (int64_t)*len;
}

enum fault
library_content(struct content *out, struct arena *a, struct library *l, struct store *db, const struct document_content *req)
{
	struct content c = { .page = req->page, .start = req->start, .end = req->end, .page_label = "" };
	struct document_row row;
	struct text t;
	const char *from;
	size_t len;
	enum fault f = row_with_text(&row, a, db, req->id);

	if (f == FAULT_NONE && c.page > 0)
		f = page_range(&c, a, db, &row);
	else if (f == FAULT_NONE)
		f = page_at(&c.page, &c.page_label, a, db, row.no, c.start);
	if (f != FAULT_NONE)
		return f;
	if (req->page <= 0 && (c.end == 0 || c.end > row.text_bytes))
		c.end = row.text_bytes;
	if (c.start < 0 || c.end < c.start)
		return fault(FAULT_INPUT, "document %s has no bytes %lld to %lld", row.d.id, (long long)c.start, (long long)c.end);
	if (c.end - c.start > CONTENT_BYTES_MAX)
		c.end = c.start + CONTENT_BYTES_MAX;
	text_init(&t, (size_t)CONTENT_BYTES_MAX);
	f = shelf_text_read(&t, &l->shelf, row.stored, row.text_sha256, c.start, c.end);
	if (f == FAULT_NONE) {
		trim_characters(&c, &t, &from, &len);
		c.id = row.d.id;
		c.page = c.page > 0 ? c.page : 1;
		c.pages = row.d.pages > 0 ? row.d.pages : 1;
		c.text = arena_strndup(a, from, len);
		*out = c;
	}
	text_clear(&t);
	return f;
}

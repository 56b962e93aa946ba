/* Which documents: those that a filter allows to be searched, and lists for people.
 *
 * Values are bound, never written into SQL; only the number of question marks
 * depends on the request.  A list walks from the newest addition back by a cursor
 * that holds the place of the last one shown, so that additions and removals in
 * between neither repeat nor skip a document.
 */
#include <stdio.h>
#include <string.h>
#include "document_in.h"

/* A WHERE clause that grows, and its values in order. */
struct filter { struct text sql; const char *values[512]; size_t count; };

static void
filter_in(struct filter *w, const char *column, const struct text_list *list)
{
	if (list->count == 0)
		return;
	text_printf(&w->sql, " AND %s IN (", column);
	for (size_t i = 0; i < list->count && w->count < COUNT_OF(w->values); i++) {
		text_put(&w->sql, i == 0 ? "?" : ",?");
		w->values[w->count++] = list->items[i];
	}
	text_put_c(&w->sql, ')');
}

/* What the reader may see; the first of all conditions, so that its values fit. */
static void
filter_reader(struct filter *w, const struct store *db)
{
	text_printf(&w->sql, " AND %s", reader_sql(db));
	w->count += reader_values(w->values + w->count, db);
}

static enum fault
filter_check(const struct text_list *const lists[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (lists[i]->count > 100)
			return fault(FAULT_LIMIT, "a filter names more than 100 values");
	return FAULT_NONE;
}

static enum fault
filter_prepare(struct statement **out, struct store *db, struct filter *w)
{
	enum fault f = text_check(&w->sql, "the filter");

	if (f == FAULT_NONE)
		f = store_prepare(out, db, w->sql.data);
	if (f != FAULT_NONE)
		return f;
	for (size_t i = 0; i < w->count; i++)
		statement_text(*out, (int)i + 1, w->values[i]);
	return FAULT_NONE;
}

enum fault
documents_allowed(const int64_t **docs, size_t *count, bool *all, struct arena *a, struct library *l, struct store *db, const struct search_run *filter)
{
	struct filter w = { .count = 0 };
	struct statement *st = NULL;
	int64_t *found = NULL;
	size_t n = 0, cap = 0;
	bool filters = filter != NULL && filter->subjects.count + filter->domains.count + filter->kinds.count + filter->documents.count > 0;
	enum fault f = FAULT_NONE;

	(void)l;
	*all = reader_of(db) == NULL && !filters;
	*docs = NULL;
	*count = 0;
	if (*all)
		return FAULT_NONE;
	if (filters)
		f = filter_check((const struct text_list *const[]){ &filter->subjects, &filter->domains, &filter->kinds, &filter->documents }, 4);
	if (f != FAULT_NONE)
		return f;
	text_init(&w.sql, 8192);
	text_put(&w.sql, "SELECT d.no FROM document AS d WHERE d.status = 'completed'");
	filter_reader(&w, db);
	if (filters) {
		filter_in(&w, "d.subject", &filter->subjects);
		filter_in(&w, "d.domain", &filter->domains);
		filter_in(&w, "d.kind", &filter->kinds);
		filter_in(&w, "d.id", &filter->documents);
	}
	text_put(&w.sql, " ORDER BY d.no");
	f = filter_prepare(&st, db, &w);
	while (f == FAULT_NONE && (f = statement_step(st)) == FAULT_NONE) {
		mem_reserve(&found, &cap, n + 1, sizeof *found);
		found[n++] = statement_col_int(st, 0);
	}
	if (st != NULL)
		statement_done(st);
	text_clear(&w.sql);
	if (f == FAULT_ABSENT) {
		int64_t *kept = arena_alloc(a, (n + 1) * sizeof *kept);

		if (n > 0)
			memcpy(kept, found, n * sizeof *kept);
		*docs = kept;
		*count = n;
		f = FAULT_NONE;
	}
	mem_free(found);
	return f;
}

enum fault
library_sources(unsigned char sum[LIBRARY_SOURCES_BYTES], struct library *l, struct store *db)
{
	struct filter w = { .count = 0 };
	struct statement *st = NULL;
	struct text nos;

	(void)l;
	text_init(&w.sql, 8192);
	text_init(&nos, 64u * 1024 * 1024);
	text_put(&w.sql, "SELECT d.no FROM document AS d WHERE d.status = 'completed'");
	filter_reader(&w, db);
	text_put(&w.sql, " ORDER BY d.no");
	enum fault f = filter_prepare(&st, db, &w);
	while (f == FAULT_NONE && (f = statement_step(st)) == FAULT_NONE) {
		int64_t no = statement_col_int(st, 0);
		text_put_n(&nos, &no, sizeof no);
	}
	if (st != NULL)
		statement_done(st);
	if (f == FAULT_ABSENT)
		f = text_check(&nos, "the list of sources");
	if (f == FAULT_NONE)
		vault_sum(sum, LIBRARY_SOURCES_BYTES, nos.len > 0 ? nos.data : "", nos.len);
	text_clear(&w.sql);
	text_clear(&nos);
	return f;
}

/* Wildcards of LIKE in what a person typed stand for themselves. */
static const char *
like_text(struct arena *a, const char *s)
{
	struct text t;
	const char *out;

	text_init(&t, 1024);
	text_put_c(&t, '%');
	for (; *s != '\0' && t.len < 1000; s++) {
		if (strchr("%_\\", *s) != NULL)
			text_put_c(&t, '\\');
		text_put_c(&t, *s);
	}
	text_put_c(&t, '%');
	out = arena_strdup(a, t.data);
	text_clear(&t);
	return out;
}

#define SHOWN " FROM document AS d WHERE (d.status IN ('completed', 'failed') OR (d.status = 'processing' AND NOT EXISTS " \
	"(SELECT 1 FROM document AS e WHERE e.id = d.id AND e.no <> d.no AND e.status IN ('completed', 'failed'))))"

static void
list_filter(struct filter *w, struct arena *a, const struct document_list *req)
{
	filter_in(w, "d.subject", &req->subjects);
	filter_in(w, "d.domain", &req->domains);
	filter_in(w, "d.kind", &req->kinds);
	if (req->status != NULL && req->status[0] != '\0') {
		text_put(&w->sql, " AND d.status = ?");
		w->values[w->count++] = req->status;
	}
	if (req->search != NULL && req->search[0] != '\0') {
		static const char *const columns[] = { "d.name", "d.title", "d.authors", "d.concepts", "d.subject" };
		const char *like = like_text(a, req->search);

		for (size_t i = 0; i < COUNT_OF(columns); i++) {
			text_printf(&w->sql, "%s%s LIKE ? ESCAPE '\\'", i == 0 ? " AND (" : " OR ", columns[i]);
			w->values[w->count++] = like;
		}
		text_put_c(&w->sql, ')');
	}
}

static enum fault
list_total(int64_t *total, struct arena *a, struct store *db, const struct document_list *req)
{
	struct filter w = { .count = 0 };
	struct statement *st = NULL;
	enum fault f;

	text_init(&w.sql, 16384);
	text_put(&w.sql, "SELECT count(*)" SHOWN);
	filter_reader(&w, db);
	list_filter(&w, a, req);
	f = filter_prepare(&st, db, &w);
	if (f == FAULT_NONE)
		f = statement_step(st);
	if (f == FAULT_NONE)
		*total = statement_col_int(st, 0);
	if (st != NULL)
		statement_done(st);
	text_clear(&w.sql);
	return f;
}

/* The cursor is "added.no" of the last one shown. */
static enum fault
cursor_read(int64_t *added, int64_t *no, const char *cursor)
{
	long long first, second;
	int end = 0;

	if (sscanf(cursor, "%lld.%lld%n", &first, &second, &end) != 2 || cursor[end] != '\0')
		return fault(FAULT_INPUT, "the cursor is not one that a list gave");
	*added = first;
	*no = second;
	return FAULT_NONE;
}

enum fault
library_list(struct documents *out, struct arena *a, struct library *l, struct store *db, const struct document_list *req)
{
	struct filter w = { .count = 0 };
	struct document_row row = { .no = 0 };
	struct document *items;
	struct statement *st = NULL;
	int64_t limit = req->limit <= 0 ? 20 : req->limit > 100 ? 100 : req->limit, added = INT64_MAX, no = INT64_MAX, total = 0;
	size_t n = 0;
	bool more = false;
	enum fault f = filter_check((const struct text_list *const[]){ &req->subjects, &req->domains, &req->kinds }, 3);

	(void)l;
	if (f == FAULT_NONE && req->cursor != NULL && req->cursor[0] != '\0')
		f = cursor_read(&added, &no, req->cursor);
	if (f == FAULT_NONE)
		f = list_total(&total, a, db, req);
	if (f != FAULT_NONE)
		return f;
	items = arena_alloc(a, (size_t)limit * sizeof *items);
	text_init(&w.sql, 16384);
	text_put(&w.sql, "SELECT " DOCUMENT_COLUMNS SHOWN);
	filter_reader(&w, db);
	list_filter(&w, a, req);
	text_put(&w.sql, " AND (d.added < ? OR (d.added = ? AND d.no < ?)) ORDER BY d.added DESC, d.no DESC LIMIT ?");
	f = filter_prepare(&st, db, &w);
	if (f == FAULT_NONE) {
		const int64_t numbers[] = { added, added, no, limit + 1 };

		for (size_t i = 0; i < COUNT_OF(numbers); i++)
			statement_int(st, (int)(w.count + i) + 1, numbers[i]);
	}
	while (f == FAULT_NONE && (f = statement_step(st)) == FAULT_NONE) {
		if (n == (size_t)limit) {
			more = true;
			break;
		}
		document_row_read(&row, a, st);
		items[n++] = row.d;
	}
	if (st != NULL)
		statement_done(st);
	text_clear(&w.sql);
	if (f != FAULT_NONE && f != FAULT_ABSENT)
		return f;
	*out = (struct documents){ { items, n }, more ? arena_printf(a, "%lld.%lld", (long long)row.d.added, (long long)row.no) : NULL, total };
	return FAULT_NONE;
}

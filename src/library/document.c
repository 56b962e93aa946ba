/* Rows of documents: one a stored text.
 *
 * A document keeps its id for life; each time its bytes are read anew it gets a
 * new row with a new number, so that a search that still holds old numbers finds
 * nothing rather than something else.  At one moment at most one row of an id is
 * completed or failed; the others are processing (being read) or removed (being
 * cleared away), which nobody outside sees.
 */
#include <string.h>
#include <json-c/json.h>
#include "document_in.h"

/* Text columns in the order of DOCUMENT_COLUMNS, from the second on. */
static const size_t text_columns[] = {
	offsetof(struct document_row, d.id), offsetof(struct document_row, stored), offsetof(struct document_row, d.name),
	offsetof(struct document_row, d.title), offsetof(struct document_row, d.subject), offsetof(struct document_row, d.domain),
	offsetof(struct document_row, d.kind), offsetof(struct document_row, d.status), offsetof(struct document_row, d.reason),
	offsetof(struct document_row, d.error_message), offsetof(struct document_row, d.language),
	offsetof(struct document_row, d.sha256), offsetof(struct document_row, d.origin), offsetof(struct document_row, d.preview),
	offsetof(struct document_row, owner),
};
enum { COL_AUTHORS = 16, COL_CONCEPTS, COL_TEXT_SHA256 };
static const size_t int_columns[] = {
	offsetof(struct document_row, text_bytes), offsetof(struct document_row, d.pages), offsetof(struct document_row, d.passages),
	offsetof(struct document_row, d.words), offsetof(struct document_row, d.size_bytes), offsetof(struct document_row, d.cited),
	offsetof(struct document_row, d.stale), offsetof(struct document_row, d.added), offsetof(struct document_row, d.changed),
	offsetof(struct document_row, d.expires),
};
#define COL_INTS (COL_TEXT_SHA256 + 1)

static const char **
text_at(const struct document_row *r, size_t offset)
{
	return (const char **)((char *)r + offset);
}

static int64_t *
int_at(const struct document_row *r, size_t offset)
{
	return (int64_t *)((char *)r + offset);
}

/* ---- lists of words as JSON ----------------------------------------------- */

static char *
list_to_json(const struct text_list *list)
{
	struct text t;

	text_init(&t, FIELD_TEXT_MAX);
	text_put_c(&t, '[');
	for (size_t i = 0; i < list->count; i++) {
		if (i > 0)
			text_put_c(&t, ',');
		json_put_string(&t, list->items[i]);
	}
	text_put_c(&t, ']');
	return text_take(&t);
}

static struct text_list
list_from_json(struct arena *a, const char *s)
{
	struct text_list list = { NULL, 0 };
	struct json_object *o;

	if (json_parse(&o, s, strlen(s)) != FAULT_NONE)
		return list;
	if (json_object_is_type(o, json_type_array)) {
		size_t n = json_object_array_length(o);

		list.items = arena_alloc(a, (n + 1) * sizeof *list.items);
		for (; list.count < n; list.count++)
			list.items[list.count] = arena_strdup(a, json_object_get_string(json_object_array_get_idx(o, list.count)));
	}
	json_object_put(o);
	return list;
}

/* ---- reading ----------------------------------------------------------------- */

void
document_row_read(struct document_row *r, struct arena *a, struct statement *st)
{
	memset(r, 0, sizeof *r);
	r->no = statement_col_int(st, 0);
	for (size_t i = 0; i < COUNT_OF(text_columns); i++)
		*text_at(r, text_columns[i]) = arena_strdup(a, statement_col_text(st, (int)i + 1));
	r->d.authors = list_from_json(a, statement_col_text(st, COL_AUTHORS));
	r->d.concepts = list_from_json(a, statement_col_text(st, COL_CONCEPTS));
	r->text_sha256 = arena_strdup(a, statement_col_text(st, COL_TEXT_SHA256));
	for (size_t i = 0; i < COUNT_OF(int_columns); i++)
		*int_at(r, int_columns[i]) = statement_col_int(st, COL_INTS + (int)i);
}

/* The first row for which column = value and that the reader may see. */
static enum fault
row_where(struct document_row *out, struct arena *a, struct store *db, const char *column, const char *value, const char *rest)
{
	const char *values[READER_VALUES];
	size_t count = reader_values(values, db);
	struct statement *st = NULL;
	struct text sql;
	enum fault f;

	text_init(&sql, 4096);
	text_printf(&sql, "SELECT " DOCUMENT_COLUMNS " FROM document AS d WHERE d.%s = ? AND %s AND %s", column, reader_sql(db), rest);
	f = text_check(&sql, "the query");
	if (f == FAULT_NONE)
		f = store_prepare(&st, db, sql.data);
	text_clear(&sql);
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, value);
	for (size_t i = 0; i < count; i++)
		statement_text(st, (int)i + 2, values[i]);
	f = statement_step(st);
	if (f == FAULT_NONE)
		document_row_read(out, a, st);
	statement_done(st);
	return f;
}

enum fault
document_row_get(struct document_row *out, struct arena *a, struct store *db, const char *id)
{
	enum fault f;

	if (id == NULL || !id_valid(id))
		return fault(FAULT_ABSENT, "there is no such document");
	f = row_where(out, a, db, "id", id, "d.status <> 'removed' "
		"ORDER BY CASE d.status WHEN 'processing' THEN 1 ELSE 0 END, d.no LIMIT 1");
	return f == FAULT_ABSENT ? fault(FAULT_ABSENT, "there is no document %s", id) : f;
}

enum fault
document_row_by_sha256(struct document_row *out, struct arena *a, struct store *db, const char *sha256)
{
	return row_where(out, a, db, "sha256", sha256, "d.status <> 'removed' "
		"ORDER BY CASE d.status WHEN 'completed' THEN 0 WHEN 'processing' THEN 1 ELSE 2 END, d.no LIMIT 1");
}

enum fault
document_row_by_origin(struct document_row *out, struct arena *a, struct store *db, const char *origin, const char *owner)
{
	struct statement *st;
	enum fault f;

	if (origin == NULL || origin[0] == '\0')
		return FAULT_ABSENT;
	f = store_prepare(&st, db, "SELECT " DOCUMENT_COLUMNS " FROM document WHERE origin = ? AND owner = ? "
		"AND status IN ('completed', 'failed') ORDER BY no DESC LIMIT 1");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, origin);
	statement_text(st, 2, owner);
	f = statement_step(st);
	if (f == FAULT_NONE)
		document_row_read(out, a, st);
	statement_done(st);
	return f;
}

/* ---- writing -------------------------------------------------------------------- */

/* Bind everything from id on, beginning at parameter 1; returns the next free. */
static int
row_bind(struct statement *st, const struct document_row *r)
{
	char *authors = list_to_json(&r->d.authors), *concepts = list_to_json(&r->d.concepts);
	int at = 1;

	for (size_t i = 0; i < COUNT_OF(text_columns); i++) {
		const char *s = *text_at(r, text_columns[i]);

		statement_text(st, at++, s != NULL ? s : "");
	}
	statement_text(st, at++, authors);
	statement_text(st, at++, concepts);
	statement_text(st, at++, r->text_sha256 != NULL ? r->text_sha256 : "");
	for (size_t i = 0; i < COUNT_OF(int_columns); i++)
		statement_int(st, at++, *int_at(r, int_columns[i]));
	mem_free(authors);
	mem_free(concepts);
	return at;
}

enum fault
document_row_insert(int64_t *no, struct store *db, const struct document_row *r)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "INSERT INTO document (id, stored, name, title, subject, domain, kind, status, "
		"reason, error_message, language, sha256, origin, preview, owner, authors, concepts, text_sha256, text_bytes, pages, "
		"passages, words, size_bytes, cited, stale, added, changed, expires) "
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

	if (f != FAULT_NONE)
		return f;
	row_bind(st, r);
	f = statement_run(st, NULL);
	statement_done(st);
	if (f == FAULT_NONE)
		*no = store_last_id(db);
	return f;
}

enum fault
document_row_finish(struct store *db, const struct document_row *r)
{
	int64_t changed = 0;
	struct statement *st;
	enum fault f = store_prepare(&st, db, "UPDATE document SET id = ?, stored = ?, name = ?, title = ?, subject = ?, "
		"domain = ?, kind = ?, status = ?, reason = ?, error_message = ?, language = ?, sha256 = ?, origin = ?, "
		"preview = ?, owner = ?, authors = ?, concepts = ?, text_sha256 = ?, text_bytes = ?, pages = ?, passages = ?, words = ?, "
		"size_bytes = ?, cited = ?, stale = ?, added = ?, changed = ?, expires = ? WHERE no = ? AND status = 'processing'");

	if (f != FAULT_NONE)
		return f;
	statement_int(st, row_bind(st, r), r->no);
	f = statement_run(st, &changed);
	statement_done(st);
	if (f == FAULT_NONE && changed == 0)
		return fault(FAULT_ABSENT, "the document was removed while it was being read");
	return f;
}

enum fault
document_row_remark(struct store *db, int64_t no, const char *remark)
{
	struct statement *st;
	enum fault f = store_begin(db);

	if (f != FAULT_NONE)
		return f;
	f = store_prepare(&st, db, "UPDATE document SET error_message = ? WHERE no = ?");
	if (f == FAULT_NONE) {
		statement_text(st, 1, remark);
		statement_int(st, 2, no);
		f = statement_run(st, NULL);
		statement_done(st);
	}
	return store_finish(db, f);
}

enum fault
document_row_hide(struct store *db, int64_t no)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "UPDATE document SET status = 'removed' WHERE no = ?");

	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, no);
	f = statement_run(st, NULL);
	statement_done(st);
	return f == FAULT_NONE ? passage_rows_delete(db, no) : f;
}

enum fault
document_forget(struct library *l, struct store *db, int64_t no, const char *stored)
{
	struct statement *st;
	enum fault f = index_has(l->index, no) ? index_remove(l->index, no) : FAULT_NONE;

	if (f != FAULT_NONE)
		return f;
	shelf_discard(&l->shelf, stored);
	f = store_begin(db);
	if (f != FAULT_NONE)
		return f;
	f = store_prepare(&st, db, "DELETE FROM document WHERE no = ? AND status = 'removed'");
	if (f == FAULT_NONE) {
		statement_int(st, 1, no);
		f = statement_run(st, NULL);
		statement_done(st);
	}
	return store_finish(db, f);
}

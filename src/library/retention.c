/* Asking for one document, and letting documents go.
 *
 * Letting go is hiding first, in one durable transaction, and clearing away
 * after: what is gone from the table is gone for everybody, and what could not be
 * cleared is cleared at the next opening (library.c).  An addition of the same
 * document that is under way finds its row hidden and ends by itself.
 */
#include <stdio.h>
#include "document_in.h"

enum fault
library_get(struct document **out, struct arena *a, struct library *l, struct store *db, const char *id)
{
	struct document_row row;
	struct document *d;
	enum fault f = document_row_get(&row, a, db, id);

	(void)l;
	if (f != FAULT_NONE)
		return f;
	d = arena_alloc(a, sizeof *d);
	*d = row.d;
	*out = d;
	return FAULT_NONE;
}

/* ---- removing -------------------------------------------------------------- */

enum fault
document_check_change(const struct document_row *row, struct store *db)
{
	bool may = false;
	enum fault f = reader_may_change(&may, db, row->owner, row->d.subject);

	if (f == FAULT_NONE && !may)
		return fault(FAULT_DENIED, "document %s is not yours to change", row->d.id);
	return f;
}

/* An administrator may remove what he may not read. */
static enum fault
check_remove(struct store *db, const char *id)
{
	const struct library_reader *r = reader_of(db);
	struct document_row row;
	struct arena a;
	enum fault f;

	if (r == NULL || r->everywhere)
		return FAULT_NONE;
	arena_init(&a);
	f = document_row_get(&row, &a, db, id);
	if (f == FAULT_NONE)
		f = document_check_change(&row, db);
	arena_clear(&a);
	return f;
}

struct gone { int64_t no; char stored[ID_BYTES]; bool processing; };
struct goners { struct gone *items; size_t count, cap; };

static enum fault
rows_of(struct goners *out, struct store *db, const char *id)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "SELECT no, stored, status FROM document WHERE id = ? AND status <> 'removed'");

	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, id);
	while ((f = statement_step(st)) == FAULT_NONE) {
		struct gone *g;

		mem_reserve(&out->items, &out->cap, out->count + 1, sizeof *out->items);
		g = &out->items[out->count++];
		g->no = statement_col_int(st, 0);
		g->processing = str_same(statement_col_text(st, 2), "processing");
		snprintf(g->stored, sizeof g->stored, "%s", statement_col_text(st, 1));
	}
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
hide_all(struct goners *out, struct store *db, const char *id)
{
	enum fault f = store_begin(db);

	if (f != FAULT_NONE)
		return f;
	f = rows_of(out, db, id);
	for (size_t i = 0; i < out->count && f == FAULT_NONE; i++)
		f = document_row_hide(db, out->items[i].no);
	return store_finish(db, f);
}

enum fault
library_remove(struct library *l, struct store *db, const char *id)
{
	struct goners gone = { .count = 0 };
	enum fault f;

	if (id == NULL || !id_valid(id))
		return fault(FAULT_ABSENT, "there is no such document");
	f = check_remove(db, id);
	if (f == FAULT_NONE)
		f = hide_all(&gone, db, id);
	if (f == FAULT_NONE && gone.count == 0)
		f = fault(FAULT_ABSENT, "there is no document %s", id);
	if (f == FAULT_NONE)
		store_set_cancel(db, NULL);      /* it is gone: what follows is tidying */
	for (size_t i = 0; i < gone.count && f == FAULT_NONE; i++)
		if ((!gone.items[i].processing || !shelf_busy(&l->shelf, gone.items[i].stored)) && document_forget(l, db, gone.items[i].no, gone.items[i].stored) != FAULT_NONE)
			log_event(LOG_WARN, "library", "forget", "no=%lld", (long long)gone.items[i].no);
	mem_free(gone.items);
	return f == FAULT_NONE ? library_recount(l, db) : f;
}

/* Remove the documents that a query of one value names. */
static enum fault
remove_found(int64_t *removed, struct library *l, struct store *db, struct statement *st)
{
	struct text_list ids = { NULL, 0 };
	size_t cap = 0;
	struct arena a;
	enum fault f;

	*removed = 0;
	arena_init(&a);
	while ((f = statement_step(st)) == FAULT_NONE) {
		mem_reserve(&ids.items, &cap, ids.count + 1, sizeof *ids.items);
		ids.items[ids.count++] = arena_strdup(&a, statement_col_text(st, 0));
	}
	statement_done(st);
	f = f == FAULT_ABSENT ? FAULT_NONE : f;
	for (size_t i = 0; i < ids.count && f == FAULT_NONE; i++) {
		f = library_remove(l, db, ids.items[i]);
		*removed += f == FAULT_NONE;
	}
	mem_free(ids.items);
	arena_clear(&a);
	return f;
}

enum fault
library_expire(int64_t *removed, struct library *l, struct store *db)
{
	const struct clock *c = l->config.clock;
	struct statement *st;
	enum fault f = store_prepare(&st, db, "SELECT id FROM document WHERE expires > 0 AND expires <= ? AND status IN ('completed', 'failed')");

	*removed = 0;
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, c->wall_ms(c->arg));
	return remove_found(removed, l, db, st);
}

enum fault
library_remove_owned(int64_t *removed, struct library *l, struct store *db, const char *person)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "SELECT DISTINCT id FROM document WHERE owner = ? AND owner <> '' AND status <> 'removed'");

	*removed = 0;
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, person);
	return remove_found(removed, l, db, st);
}

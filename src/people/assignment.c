/* Assignments: what a class is given to work on, and with which of its documents.
 *
 * A row says which class, which state and until when; title and instructions are a
 * sealed record of the server.  Materials are joined with the documents of the class
 * whenever they are read: one that was removed, or left the class, is none.  A draft
 * is not there for who does not teach the class.
 */
#include <stdio.h>
#include <string.h>

#include "people_in.h"

#define MATERIALS_MAX 100
#define OF_A_CLASS_MAX 1000

enum { STATE_DRAFT, STATE_PUBLISHED };
static const char *const states[] = { "draft", "published" };

/* ---- its words -------------------------------------------------------------------- */

struct assignment_words { const char *title, *instructions; };
static const struct field assignment_words_fields[] = {
	FIELD_OF(assignment_words, title, FIELD_TEXT, .flags = FIELD_SEALED, .max = 200),
	FIELD_OF(assignment_words, instructions, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 32 * 1024),
};
static RECORD_TYPE(record_assignment_words, assignment_words, assignment_words_fields, "words of an assignment");

static enum fault
words_read(struct assignment *out, struct arena *a, struct store *db)
{
	struct sealed rec;
	void *record = NULL;
	enum fault f = sealed_get(&rec, a, db, "", out->id);
	if (f == FAULT_NONE)
		f = record_from_json(&record, a, &record_assignment_words, rec.plain, rec.plain_bytes);
	if (f != FAULT_NONE)
		return f;
	const struct assignment_words *w = record;
	out->title = w->title;
	out->instructions = w->instructions;
	return FAULT_NONE;
}

static enum fault
words_write(struct store *db, const struct assignment *of)
{
	const struct assignment_words w = { of->title, of->instructions };
	return sealed_put_record(db, "", of->id, &record_assignment_words, &w);
}

/* ---- its materials ---------------------------------------------------------------- */

static enum fault
materials_read(struct assignment *out, struct arena *a, struct store *db)
{
	struct statement *st = NULL;
	const char **ids = arena_alloc(a, MATERIALS_MAX * sizeof *ids);
	size_t n = 0;
	enum fault f = store_prepare(&st, db,
		"SELECT m.document FROM assignment_material m JOIN document d ON d.id = m.document"
		" WHERE m.assignment = ? AND d.subject = ? AND d.owner = '' AND d.status = 'completed' ORDER BY m.n");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, out->id);
	statement_text(st, 2, out->class_id);
	while (n < MATERIALS_MAX && (f = statement_step(st)) == FAULT_NONE)
		ids[n++] = arena_strdup(a, statement_col_text(st, 0));
	statement_done(st);
	if (f != FAULT_NONE && f != FAULT_ABSENT)
		return f;
	out->materials = (struct text_list){ ids, n };
	return FAULT_NONE;
}

static enum fault
material_check(struct store *db, const char *class, const char *document)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db,
		"SELECT 1 FROM document WHERE id = ? AND subject = ? AND owner = '' AND status = 'completed'");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, document);
	statement_text(st, 2, class);
	f = statement_step(st);
	statement_done(st);
	return f == FAULT_ABSENT ? fault(FAULT_INPUT, "%s is not a document of class %s", document, class) : f;
}

static enum fault
materials_write(struct store *db, const struct assignment *of, const struct text_list *documents)
{
	struct statement *st = NULL;
	enum fault f = RUN(db, NULL, "DELETE FROM assignment_material WHERE assignment = ?", of->id);
	for (size_t i = 0; i < documents->count && f == FAULT_NONE; i++) {
		f = material_check(db, of->class_id, documents->items[i]);
		if (f == FAULT_NONE)
			f = store_prepare(&st, db, "INSERT INTO assignment_material (assignment, document, n)"
				" VALUES (?, ?, ?) ON CONFLICT (assignment, document) DO NOTHING");
		if (f != FAULT_NONE)
			break;
		statement_text(st, 1, of->id);
		statement_text(st, 2, documents->items[i]);
		statement_int(st, 3, (int64_t)i);
		f = statement_run(st, NULL);
		statement_done(st);
	}
	return f;
}

/* ---- reading ------------------------------------------------------------------------ */

#define COLUMNS "id, class, state, due, created, updated"
/* What is due whenever comes last. */
#define ORDER "CASE WHEN due = 0 THEN 9000000000000000 ELSE due END"

static int64_t
order_of(const struct assignment *of)
{
	return of->due == 0 ? INT64_C(9000000000000000) : of->due;
}

static void
assignment_of_row(struct assignment *out, struct arena *a, struct statement *st)
{
	*out = (struct assignment){
		.id = arena_strdup(a, statement_col_text(st, 0)),
		.class_id = arena_strdup(a, statement_col_text(st, 1)),
		.state = states[statement_col_int(st, 2) == STATE_PUBLISHED],
		.due = statement_col_int(st, 3),
		.created = statement_col_int(st, 4),
		.updated = statement_col_int(st, 5),
	};
}

static enum fault
complete(struct assignment *out, struct arena *a, struct store *db)
{
	enum fault f = words_read(out, a, db);
	return f == FAULT_NONE ? materials_read(out, a, db) : f;
}

static enum fault
not_there(const char *id)
{
	return fault(FAULT_ABSENT, "there is no assignment %s", id);
}

enum fault
people_assignment_get(struct assignment *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const struct assignment_get *req)
{
	struct statement *st = NULL;
	struct assignment found;
	struct class c;
	(void)p;
	enum fault f = store_prepare(&st, db, "SELECT " COLUMNS " FROM assignment WHERE id = ? AND (? = '' OR class = ?)");
	if (f != FAULT_NONE)
		return f;
	const char *class = req->class_id != NULL ? req->class_id : "";
	statement_text(st, 1, req->id);
	statement_text(st, 2, class);
	statement_text(st, 3, class);
	f = statement_step(st);
	if (f == FAULT_NONE)
		assignment_of_row(&found, a, st);
	statement_done(st);
	if (f == FAULT_NONE)
		f = class_seen(&c, a, db, who, found.class_id);
	if (f == FAULT_NONE && str_same(found.state, states[STATE_DRAFT]) && !people_class_teaches(&c, who))
		f = FAULT_ABSENT;
	if (f == FAULT_NONE)
		f = complete(&found, a, db);
	if (f == FAULT_NONE)
		*out = found;
	return f == FAULT_ABSENT ? not_there(req->id) : f;
}

/* ---- a list ------------------------------------------------------------------------- */

#define OF_CLASS " FROM assignment WHERE class = ? AND state >= ? AND state <= ?"

/* Which states: a draft is for teachers. */
static void
list_bind(struct statement *st, const struct assignment_list *req, bool teaches)
{
	int least = teaches ? STATE_DRAFT : STATE_PUBLISHED, most = STATE_PUBLISHED;
	if (str_same(req->state, states[STATE_PUBLISHED]))
		least = STATE_PUBLISHED;
	else if (req->state != NULL && req->state[0] != '\0')
		most = STATE_DRAFT;
	statement_text(st, 1, req->class_id);
	statement_int(st, 2, least);
	statement_int(st, 3, most);
}

static enum fault
list_total(int64_t *total, struct store *db, const struct assignment_list *req, bool teaches)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db, "SELECT count(*)" OF_CLASS);
	if (f != FAULT_NONE)
		return f;
	list_bind(st, req, teaches);
	f = statement_step(st);
	if (f == FAULT_NONE)
		*total = statement_col_int(st, 0);
	statement_done(st);
	return f;
}

static enum fault
list_page(struct assignments *out, struct arena *a, struct store *db, const struct assignment_list *req, bool teaches)
{
	struct statement *st = NULL;
	size_t limit = page_limit(req->limit), n = 0;
	struct assignment *items = arena_alloc(a, (limit + 1) * sizeof *items);
	int64_t after = -1;
	const char *id;
	enum fault f = list_cursor_read(&after, &id, req->cursor);
	if (f == FAULT_NONE)
		f = store_prepare(&st, db, "SELECT " COLUMNS OF_CLASS
			" AND (" ORDER " > ? OR (" ORDER " = ? AND id > ?)) ORDER BY " ORDER ", id LIMIT ?");
	if (f != FAULT_NONE)
		return f;
	list_bind(st, req, teaches);
	statement_int(st, 4, after);
	statement_int(st, 5, after);
	statement_text(st, 6, id);
	statement_int(st, 7, (int64_t)limit + 1);
	while (n <= limit && (f = statement_step(st)) == FAULT_NONE)
		assignment_of_row(&items[n++], a, st);
	statement_done(st);
	f = f == FAULT_ABSENT ? FAULT_NONE : f;
	if (n > limit)
		out->cursor = list_cursor(a, order_of(&items[limit - 1]), items[limit - 1].id);
	out->items = (struct record_list){ items, n > limit ? limit : n };
	for (size_t i = 0; i < out->items.count && f == FAULT_NONE; i++)
		f = complete(&items[i], a, db);
	return f;
}

enum fault
people_assignment_list(struct assignments *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const struct assignment_list *req)
{
	struct class c;
	struct assignments page = { .total = 0 };
	(void)p;
	enum fault f = class_seen(&c, a, db, who, req->class_id);
	bool teaches = f == FAULT_NONE && people_class_teaches(&c, who);
	if (f == FAULT_NONE)
		f = list_total(&page.total, db, req, teaches);
	if (f == FAULT_NONE)
		f = list_page(&page, a, db, req, teaches);
	if (f == FAULT_NONE)
		*out = page;
	return f;
}

/* ---- writing ------------------------------------------------------------------------ */

static enum fault
row_write(struct store *db, const struct assignment *of, const char *sql)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db, sql);
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, str_same(of->state, states[STATE_PUBLISHED]) ? STATE_PUBLISHED : STATE_DRAFT);
	statement_int(st, 2, of->due);
	statement_int(st, 3, of->updated);
	statement_text(st, 4, of->id);
	statement_text(st, 5, of->class_id);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

static enum fault
create(struct assignment *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const struct assignment_create *req)
{
	struct class c;
	char id[ID_BYTES];
	int64_t there = 0;
	enum fault f = class_taught(&c, a, db, who, req->class_id);
	if (f == FAULT_NONE)
		f = list_total(&there, db, &(struct assignment_list){ .class_id = c.id }, true);
	if (f == FAULT_NONE && there >= OF_A_CLASS_MAX)
		f = fault(FAULT_LIMIT, "class %s has %d assignments already", c.id, OF_A_CLASS_MAX);
	if (f != FAULT_NONE)
		return f;
	id_make(id, &p->chance);
	const struct assignment fresh = { .id = id, .class_id = c.id, .title = req->title,
		.instructions = req->instructions, .state = req->state, .due = req->due, .updated = people_now(p) };
	f = row_write(db, &fresh, "INSERT INTO assignment (state, due, updated, id, class, created) VALUES (?, ?, ?, ?, ?, 0)");
	if (f == FAULT_NONE)
		f = RUN(db, NULL, "UPDATE assignment SET created = updated WHERE id = ?", id);
	if (f == FAULT_NONE)
		f = words_write(db, &fresh);
	if (f == FAULT_NONE)
		f = materials_write(db, &fresh, &req->materials);
	return f == FAULT_NONE ? people_assignment_get(out, a, p, db, who, &(struct assignment_get){ c.id, id }) : f;
}

enum fault
people_assignment_create(struct assignment *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const struct assignment_create *req)
{
	enum fault f = store_begin(db);
	return f == FAULT_NONE ? store_finish(db, create(out, a, p, db, who, req)) : f;
}

/* Found as who teaches its class: ABSENT, DENIED. */
static enum fault
taught(struct assignment *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const char *class, const char *id)
{
	struct class c;
	enum fault f = class_taught(&c, a, db, who, class);
	return f == FAULT_NONE ? people_assignment_get(out, a, p, db, who, &(struct assignment_get){ c.id, id }) : f;
}

static enum fault
update(struct assignment *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const struct assignment_update *req)
{
	struct assignment now;
	enum fault f = taught(&now, a, p, db, who, req->class_id, req->id);
	if (f != FAULT_NONE)
		return f;
	if (req->title != NULL && req->title[0] != '\0')
		now.title = req->title;
	if (req->instructions != NULL || text_list_has(&req->clear, "instructions"))
		now.instructions = text_list_has(&req->clear, "instructions") ? NULL : req->instructions;
	if (req->state != NULL && req->state[0] != '\0')
		now.state = req->state;
	if (req->due != 0 || text_list_has(&req->clear, "due"))
		now.due = text_list_has(&req->clear, "due") ? 0 : req->due;
	now.updated = people_now(p);
	f = row_write(db, &now, "UPDATE assignment SET state = ?, due = ?, updated = ? WHERE id = ? AND class = ?");
	if (f == FAULT_NONE)
		f = words_write(db, &now);
	if (f == FAULT_NONE && (req->materials.count > 0 || text_list_has(&req->clear, "materials")))
		f = materials_write(db, &now, text_list_has(&req->clear, "materials") ? &(struct text_list){ NULL, 0 } : &req->materials);
	return f == FAULT_NONE ? people_assignment_get(out, a, p, db, who, &(struct assignment_get){ now.class_id, now.id }) : f;
}

enum fault
people_assignment_update(struct assignment *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const struct assignment_update *req)
{
	enum fault f = store_begin(db);
	return f == FAULT_NONE ? store_finish(db, update(out, a, p, db, who, req)) : f;
}

static enum fault
forget(struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const struct assignment_get *req)
{
	struct assignment of;
	enum fault f = taught(&of, a, p, db, who, req->class_id, req->id);
	if (f == FAULT_NONE)
		f = RUN(db, NULL, "DELETE FROM assignment_material WHERE assignment = ?", of.id);
	if (f == FAULT_NONE)
		f = RUN(db, NULL, "DELETE FROM assignment WHERE id = ?", of.id);
	return f == FAULT_NONE ? sealed_bury(a, db, "", of.id) : f;
}

enum fault
people_assignment_delete(struct arena *a, struct people *p, struct store *db, const struct people_asker *who,
	const struct assignment_get *req)
{
	enum fault f = store_begin(db);
	return f == FAULT_NONE ? store_finish(db, forget(a, p, db, who, req)) : f;
}

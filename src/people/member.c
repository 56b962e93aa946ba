/* Who belongs to which class, and who says so. */
#include <stdio.h>
#include <string.h>

#include "people_in.h"

/* Who is in already keeps the higher of both roles. */
enum fault
member_add(struct people *p, struct store *db, const char *class, const char *person, enum role role)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db,
		"INSERT INTO class_member (class, person, role, joined) VALUES (?, ?, ?, ?)"
		" ON CONFLICT (class, person) DO UPDATE SET role = excluded.role"
		" WHERE class_member.role < excluded.role");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, class);
	statement_text(st, 2, person);
	statement_int(st, 3, role);
	statement_int(st, 4, people_now(p));
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

enum fault
classes_of(struct text_list *out, struct arena *a, struct store *db, const char *person)
{
	struct statement *st = NULL;
	const char **ids = arena_alloc(a, CLASSES_OF_MAX * sizeof *ids);
	size_t n = 0;
	enum fault f = store_prepare(&st, db,
		"SELECT m.class FROM class_member m JOIN class c ON c.id = m.class"
		" WHERE m.person = ? ORDER BY m.class");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, person);
	while (n < CLASSES_OF_MAX && (f = statement_step(st)) == FAULT_NONE)
		ids[n++] = arena_strdup(a, statement_col_text(st, 0));
	statement_done(st);
	if (f != FAULT_NONE && f != FAULT_ABSENT)
		return f;
	*out = (struct text_list){ ids, n };
	return FAULT_NONE;
}

/* ---- one member ------------------------------------------------------------------- */

static enum fault
member_of_row(struct class_member *out, struct arena *a, struct store *db, struct statement *st)
{
	struct person about = { 0 };
	*out = (struct class_member){
		.id = arena_strdup(a, statement_col_text(st, 0)),
		.role = role_name((enum role)statement_col_int(st, 1)),
		.joined = statement_col_int(st, 2),
	};
	enum fault f = person_read(&about, a, db, out->id);
	out->name = about.name;
	return f;
}

enum fault
member_find(struct class_member *out, struct arena *a, struct store *db, const char *class, const char *person)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db,
		"SELECT person, role, joined FROM class_member WHERE class = ? AND person = ?");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, class);
	statement_text(st, 2, person);
	f = statement_step(st);
	if (f == FAULT_NONE)
		f = member_of_row(out, a, db, st);
	statement_done(st);
	return f == FAULT_ABSENT ? fault(FAULT_ABSENT, "%s is not a member of %s", person, class) : f;
}

/* A class keeps an instructor: whom it would lose must not be the only one. */
static enum fault
keeps_instructor(struct store *db, const char *class, const char *without)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db,
		"SELECT count(*), COALESCE(SUM(CASE WHEN person = ? THEN 1 ELSE 0 END), 0)"
		" FROM class_member WHERE class = ? AND role = ?");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, without);
	statement_text(st, 2, class);
	statement_int(st, 3, ROLE_INSTRUCTOR);
	f = statement_step(st);
	if (f == FAULT_NONE && statement_col_int(st, 0) == 1 && statement_col_int(st, 1) == 1)
		f = fault(FAULT_EXISTS, "class %s would have no instructor", class);
	statement_done(st);
	return f;
}

static enum fault
member_write(struct people *p, struct store *db, const char *class, const char *person, enum role role)
{
	struct statement *st = NULL;
	enum fault f = member_add(p, db, class, person, role);
	if (f == FAULT_NONE)
		f = store_prepare(&st, db, "UPDATE class_member SET role = ? WHERE class = ? AND person = ?");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, role);
	statement_text(st, 2, class);
	statement_text(st, 3, person);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

static enum fault
set_member(struct class_member *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const struct class_member_set *req)
{
	struct class c;
	struct account of;
	enum role role = str_same(req->role, "instructor") ? ROLE_INSTRUCTOR : ROLE_LEARNER;
	enum fault f = class_taught(&c, a, db, who, req->id);
	if (f == FAULT_NONE)
		f = account_find(&of, a, db, req->person);
	if (f == FAULT_NONE && of.role < role)
		f = fault(FAULT_INPUT, "an account of the role %s cannot be %s of a class", role_name(of.role),
			role_name(role));
	if (f == FAULT_NONE && role != ROLE_INSTRUCTOR)
		f = keeps_instructor(db, c.id, of.id);
	if (f == FAULT_NONE)
		f = member_write(p, db, c.id, of.id, role);
	return f == FAULT_NONE ? member_find(out, a, db, c.id, of.id) : f;
}

enum fault
people_class_set_member(struct class_member *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const struct class_member_set *req)
{
	enum fault f = store_begin(db);
	return f == FAULT_NONE ? store_finish(db, set_member(out, a, p, db, who, req)) : f;
}

static enum fault
remove_member(struct arena *a, struct store *db, const struct people_asker *who, const struct class_member_remove *req)
{
	struct class c;
	int64_t gone = 0;
	bool self = str_same(req->person, who->person);
	enum fault f = self ? class_seen(&c, a, db, who, req->id) : class_taught(&c, a, db, who, req->id);
	if (f == FAULT_NONE && who->role < ROLE_ADMIN)
		f = keeps_instructor(db, c.id, req->person);
	if (f == FAULT_NONE)
		f = RUN(db, &gone, "DELETE FROM class_member WHERE class = ? AND person = ?", c.id, req->person);
	if (f == FAULT_NONE && gone == 0)
		f = fault(FAULT_ABSENT, "%s is not a member of %s", req->person, c.id);
	return f;
}

enum fault
people_class_leave(struct arena *a, struct people *p, struct store *db, const struct people_asker *who,
	const struct class_member_remove *req)
{
	(void)p;
	enum fault f = store_begin(db);
	return f == FAULT_NONE ? store_finish(db, remove_member(a, db, who, req)) : f;
}

/* ---- all of a class ---------------------------------------------------------------------- */

#define OF_CLASS " FROM class_member WHERE class = ? AND (? = 1 OR role = ? OR person = ?)"

static void
members_bind(struct statement *st, const struct class *c, const struct people_asker *who)
{
	statement_text(st, 1, c->id);
	statement_int(st, 2, people_class_teaches(c, who));
	statement_int(st, 3, ROLE_INSTRUCTOR);
	statement_text(st, 4, who->person);
}

static enum fault
members_page(struct class_members *out, struct arena *a, struct store *db, const struct class *c,
	const struct people_asker *who, const struct class_members_list *req)
{
	struct statement *st = NULL;
	size_t limit = page_limit(req->limit), n = 0;
	struct class_member *items = arena_alloc(a, limit * sizeof *items);
	bool more = false;
	enum fault f = store_prepare(&st, db,
		"SELECT person, role, joined" OF_CLASS " AND person > ? ORDER BY person LIMIT ?");
	if (f != FAULT_NONE)
		return f;
	members_bind(st, c, who);
	statement_text(st, 5, req->cursor != NULL ? req->cursor : "");
	statement_int(st, 6, (int64_t)limit + 1);
	while ((f = statement_step(st)) == FAULT_NONE && !(more = n == limit))
		if ((f = member_of_row(&items[n++], a, db, st)) != FAULT_NONE)
			break;
	statement_done(st);
	if (f != FAULT_NONE && f != FAULT_ABSENT)
		return f;
	out->items = (struct record_list){ items, n };
	out->cursor = more ? items[n - 1].id : NULL;
	return FAULT_NONE;
}

enum fault
people_class_members(struct class_members *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const struct class_members_list *req)
{
	struct class c;
	struct class_members page = { .total = 0 };
	struct statement *st = NULL;
	(void)p;
	enum fault f = class_seen(&c, a, db, who, req->id);
	if (f == FAULT_NONE)
		f = store_prepare(&st, db, "SELECT count(*)" OF_CLASS);
	if (f != FAULT_NONE)
		return f;
	members_bind(st, &c, who);
	f = statement_step(st);
	if (f == FAULT_NONE)
		page.total = statement_col_int(st, 0);
	statement_done(st);
	if (f == FAULT_NONE)
		f = members_page(&page, a, db, &c, who, req);
	if (f == FAULT_NONE)
		*out = page;
	return f;
}

/* Accounts as an administrator sees them, and the end of one.
 *
 * Names are sealed, so a search by name opens each; accounts of a school are
 * thousands, not millions.  The last administrator stays one: the count and the
 * change are one transaction, so two who demote each other cannot both win.
 */
#include <stdio.h>
#include <string.h>

#include "people_in.h"

#define GUESTS_AT_ONCE 20

static enum role
role_of(const char *name)
{
	for (enum role r = ROLE_GUEST; r <= ROLE_ADMIN; r++)
		if (str_same(name, role_name(r)))
			return r;
	return ROLE_NONE;
}

/* ---- list ------------------------------------------------------------------------- */

static bool
fits(const struct user *u, const char *words)
{
	return words == NULL || *words == '\0' || (u->name != NULL && strcasestr(u->name, words) != NULL) ||
	       (u->mail != NULL && strcasestr(u->mail, words) != NULL);
}

struct walk { struct users page; struct user *items; size_t limit; };

/* One account on the way: it counts, it is on the page, or it says there is more. */
static enum fault
walk_one(struct walk *w, bool below, struct arena *a, struct store *db, const struct account *of, const char *words)
{
	struct user u = { 0 };
	enum fault f = user_fill(&u, a, db, of);
	if (f != FAULT_NONE || !fits(&u, words))
		return f;
	w->page.total++;
	if (!below)
		return FAULT_NONE;
	if (w->page.items.count < w->limit)
		w->items[w->page.items.count++] = u;
	else if (w->page.cursor == NULL) {
		const struct user *last = &w->items[w->limit - 1];
		w->page.cursor = list_cursor(a, last->created, last->id);
	}
	return FAULT_NONE;
}

/* The ids are read first: a record is opened with no statement open beside it. */
static enum fault
accounts_read(struct account **out, size_t *count, struct arena *a, struct store *db, const char *role)
{
	struct statement *st = NULL;
	struct account *items = NULL;
	size_t n = 0, cap = 0;
	enum fault f = store_prepare(&st, db,
		"SELECT " ACCOUNT_COLUMNS " FROM person WHERE ? = 0 OR role = ? ORDER BY created DESC, id DESC");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, role_of(role));
	statement_int(st, 2, role_of(role));
	while ((f = statement_step(st)) == FAULT_NONE) {
		mem_reserve(&items, &cap, n + 1, sizeof *items);
		account_of_row(&items[n++], a, st);
	}
	statement_done(st);
	*out = items;
	*count = n;
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

enum fault
people_user_list(struct users *out, struct arena *a, struct people *p, struct store *db, const struct user_list *req)
{
	struct walk w = { .limit = page_limit(req->limit) };
	struct account *all = NULL;
	size_t count = 0;
	int64_t created = INT64_MAX;
	const char *id;
	(void)p;
	enum fault f = list_cursor_read(&created, &id, req->cursor);
	if (f == FAULT_NONE)
		f = accounts_read(&all, &count, a, db, req->role);
	w.items = arena_alloc(a, w.limit * sizeof *w.items);
	w.page.items.items = w.items;
	for (size_t i = 0; f == FAULT_NONE && i < count; i++) {
		bool below = all[i].created < created || (all[i].created == created && strcmp(all[i].id, id) < 0);
		f = walk_one(&w, below, a, db, &all[i], req->search);
	}
	mem_free(all);
	if (f == FAULT_NONE)
		*out = w.page;
	return f;
}

/* ---- change ---------------------------------------------------------------------------- */

static enum fault
keeps_admin(struct store *db, const char *without)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db,
		"SELECT count(*) FROM person WHERE role = ? AND blocked = 0 AND id <> ?");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, ROLE_ADMIN);
	statement_text(st, 2, without);
	f = statement_step(st);
	if (f == FAULT_NONE && statement_col_int(st, 0) == 0)
		f = fault(FAULT_EXISTS, "this is the last administrator; make another first");
	statement_done(st);
	return f;
}

static enum fault
update(struct user *out, struct arena *a, struct people *p, struct store *db, const struct user_update *req)
{
	struct account of;
	enum fault f = account_find(&of, a, db, req->id);
	if (f != FAULT_NONE)
		return f;
	enum role role = req->role != NULL ? role_of(req->role) : of.role;
	bool blocked = req->status != NULL ? str_same(req->status, "blocked") : of.blocked;
	if (of.role == ROLE_ADMIN && !of.blocked && (role != ROLE_ADMIN || blocked))
		f = keeps_admin(db, of.id);
	if (f == FAULT_NONE && role != of.role)
		f = account_set_role(db, of.id, role);
	if (f == FAULT_NONE && blocked != of.blocked)
		f = blocked ? RUN(db, NULL, "UPDATE person SET blocked = 1 WHERE id = ?", of.id)
			    : RUN(db, NULL, "UPDATE person SET blocked = 0 WHERE id = ?", of.id);
	if (f == FAULT_NONE && blocked)
		f = sessions_end(db, of.id, NULL);
	return f == FAULT_NONE ? people_user(out, a, p, db, of.id) : f;
}

enum fault
people_user_update(struct user *out, struct arena *a, struct people *p, struct store *db, const struct user_update *req)
{
	enum fault f = store_begin(db);
	return f == FAULT_NONE ? store_finish(db, update(out, a, p, db, req)) : f;
}

/* ---- the end ------------------------------------------------------------------------------ */

enum fault
people_delete(struct arena *a, struct people *p, struct store *db, const char *id)
{
	struct account of;
	(void)p;
	enum fault f = store_begin(db);
	if (f != FAULT_NONE)
		return f;
	f = account_find(&of, a, db, id);
	if (f == FAULT_NONE && of.role == ROLE_ADMIN && !of.blocked)
		f = keeps_admin(db, id);
	if (f == FAULT_NONE)
		f = sessions_end(db, id, NULL);
	if (f == FAULT_NONE)
		f = RUN(db, NULL, "DELETE FROM class_member WHERE person = ?", id);
	if (f == FAULT_NONE)
		f = RUN(db, NULL, "DELETE FROM sign_in WHERE person = ?", id);
	if (f == FAULT_NONE)
		f = RUN(db, NULL, "DELETE FROM person WHERE id = ?", id);
	if (f == FAULT_NONE)
		f = person_bury(a, db, id);
	return store_finish(db, f);
}

enum fault
people_guests_gone(struct text_list *out, struct arena *a, struct people *p, struct store *db)
{
	struct statement *st = NULL;
	const char **ids = arena_alloc(a, GUESTS_AT_ONCE * sizeof *ids);
	size_t n = 0;
	enum fault f = store_prepare(&st, db,
		"SELECT id FROM person WHERE role = ? AND NOT EXISTS"
		" (SELECT 1 FROM session s WHERE s.person = person.id AND s.expires > ?) LIMIT ?");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, ROLE_GUEST);
	statement_int(st, 2, people_now(p));
	statement_int(st, 3, GUESTS_AT_ONCE);
	while (n < GUESTS_AT_ONCE && (f = statement_step(st)) == FAULT_NONE)
		ids[n++] = arena_strdup(a, statement_col_text(st, 0));
	statement_done(st);
	if (f != FAULT_NONE && f != FAULT_ABSENT)
		return f;
	*out = (struct text_list){ ids, n };
	return FAULT_NONE;
}

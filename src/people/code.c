/* Join codes: a few letters that let a classroom in without an identity provider.
 *
 * A code is found by a keyed hash, counts its uses in one atomic step, and is said
 * once, when it is made.  A code of no class makes an administrator: the first one
 * of a server gets such a code on the server's own terminal.
 */
#include <stdio.h>
#include <string.h>

#include "people_in.h"

#define CODES_MAX 100

enum fault
code_add(struct join_code *out, struct arena *a, struct people *p, struct store *db,
	const char *class, enum role role, int64_t good_ms, int64_t uses)
{
	char id[ID_BYTES], code[CODE_TEXT];
	unsigned char hash[VAULT_HASH_BYTES];
	struct statement *st = NULL;
	struct join_code made = { .uses_left = uses, .created = people_now(p) };
	id_make(id, &p->chance);
	code_make(code, p);
	made.expires = made.created + good_ms;
	made.id = arena_strdup(a, id);
	made.code = arena_strdup(a, code);
	enum fault f = people_lookup_hash(hash, p, db, "code", code);
	if (f == FAULT_NONE)
		f = store_prepare(&st, db,
			"INSERT INTO join_code (id, code, class, role, uses, uses_max, created, expires)"
			" VALUES (?, ?, ?, ?, 0, ?, ?, ?)");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, id);
	statement_blob(st, 2, hash, sizeof hash);
	statement_text(st, 3, class);
	statement_int(st, 4, role);
	statement_int(st, 5, uses);
	statement_int(st, 6, made.created);
	statement_int(st, 7, made.expires);
	f = statement_run(st, NULL);
	statement_done(st);
	vault_wipe(code, sizeof code);
	if (f == FAULT_NONE)
		*out = made;
	return f;
}

/* The row that was used by one more; ABSENT without a sentence: none is good. */
static enum fault
count_use(struct people *p, struct store *db, const unsigned char *hash)
{
	struct statement *st = NULL;
	int64_t changed = 0;
	enum fault f = store_prepare(&st, db,
		"UPDATE join_code SET uses = uses + 1"
		" WHERE code = ? AND uses < uses_max AND expires > ?"
		" AND NOT EXISTS (SELECT 1 FROM class WHERE class.id = join_code.class AND archived <> 0)");
	if (f != FAULT_NONE)
		return f;
	statement_blob(st, 1, hash, VAULT_HASH_BYTES);
	statement_int(st, 2, people_now(p));
	f = statement_run(st, &changed);
	statement_done(st);
	return f == FAULT_NONE && changed != 1 ? FAULT_ABSENT : f;
}

enum fault
code_use(const char **class, enum role *role, struct arena *a, struct people *p, struct store *db, const char *typed)
{
	char code[CODE_TEXT];
	unsigned char hash[VAULT_HASH_BYTES];
	struct statement *st = NULL;
	enum fault f = FAULT_ABSENT;
	if (code_plain(code, typed)) {
		f = people_lookup_hash(hash, p, db, "code", code);
		if (f == FAULT_NONE)
			f = count_use(p, db, hash);
	}
	vault_wipe(code, sizeof code);
	if (f == FAULT_ABSENT)
		return fault(FAULT_DENIED, "this code is not good, or no longer; ask for a new one");
	if (f == FAULT_NONE)
		f = store_prepare(&st, db, "SELECT class, role FROM join_code WHERE code = ?");
	if (f != FAULT_NONE)
		return f;
	statement_blob(st, 1, hash, sizeof hash);
	f = statement_step(st);
	if (f == FAULT_NONE) {
		*class = arena_strdup(a, statement_col_text(st, 0));
		*role = (enum role)statement_col_int(st, 1);
	}
	statement_done(st);
	return f;
}

/* ---- joining ------------------------------------------------------------------------- */

/* The account that joins: who asks, raised to what the code gives, or a new one. */
static enum fault
joiner(struct account *out, bool *raised, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, enum role role, const char *name)
{
	enum fault f;
	if (who->role < ROLE_GUEST || !is_person(who->person)) {
		const struct person about = { .name = name };
		if (name == NULL || name[0] == '\0')
			return fault(FAULT_INPUT, "joining needs a name to be called by");
		return account_make(out, p, db, role, "code", &about, NULL);
	}
	f = account_find(out, a, db, who->person);
	if (f == FAULT_NONE && out->role < role) {
		f = account_set_role(db, out->id, role);
		out->role = role;
		*raised = true;
	}
	if (f == FAULT_NONE && name != NULL && name[0] != '\0')
		f = people_rename(p, db, out->id, name);
	return f;
}

static enum fault
join(struct signed_in *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const struct auth_join *req)
{
	const char *class = NULL;
	enum role role = ROLE_NONE;
	struct account of;
	bool raised = false;
	enum fault f = again_use(&of, a, p, db, req->code);
	if (f != FAULT_ABSENT)
		return f == FAULT_NONE ? session_begin(out, a, p, db, &of) : f;
	f = code_use(&class, &role, a, p, db, req->code);
	if (f == FAULT_NONE)
		f = joiner(&of, &raised, a, p, db, who, role, req->name);
	if (f == FAULT_NONE && class[0] != '\0')
		f = member_add(p, db, class, of.id, role);
	/* More rights: a token that somebody had before does not get them. */
	if (f == FAULT_NONE && raised)
		f = sessions_end(db, of.id, NULL);
	return f == FAULT_NONE ? session_begin(out, a, p, db, &of) : f;
}

enum fault
people_join(struct signed_in *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const struct auth_join *req)
{
	if (p->no_codes)
		return fault(FAULT_DENIED, "join codes are not taken here");
	enum fault f = store_begin(db);
	return f == FAULT_NONE ? store_finish(db, join(out, a, p, db, who, req)) : f;
}

/* ---- codes of a class ------------------------------------------------------------------- */

enum fault
people_code_make(struct join_code *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const struct join_code_make *req)
{
	struct class c;
	enum fault f = store_begin(db);
	if (f != FAULT_NONE)
		return f;
	f = class_taught(&c, a, db, who, req->id);
	if (f == FAULT_NONE && req->person != NULL && req->person[0] != '\0')
		return store_finish(db, again_make(out, a, p, db, who, c.id, req));
	if (f == FAULT_NONE && str_same(c.status, "archived"))
		f = fault(FAULT_EXISTS, "class %s is archived and takes no more members", c.id);
	if (f == FAULT_NONE)
		f = code_add(out, a, p, db, c.id, ROLE_LEARNER, (req->days > 0 ? req->days : 14) * DAY_MS,
			req->uses > 0 ? req->uses : 40);
	return store_finish(db, f);
}

enum fault
people_code_list(struct join_codes *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const char *class)
{
	struct class c;
	struct statement *st = NULL;
	struct join_code *items = arena_alloc(a, CODES_MAX * sizeof *items);
	size_t n = 0;
	enum fault f = class_taught(&c, a, db, who, class);
	if (f == FAULT_NONE)
		f = store_prepare(&st, db,
			"SELECT id, uses, uses_max, created, expires FROM join_code"
			" WHERE class = ? AND expires > ? AND uses < uses_max ORDER BY created DESC, id LIMIT ?");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, c.id);
	statement_int(st, 2, people_now(p));
	statement_int(st, 3, CODES_MAX);
	while (n < CODES_MAX && (f = statement_step(st)) == FAULT_NONE)
		items[n++] = (struct join_code){
			.id = arena_strdup(a, statement_col_text(st, 0)),
			.uses = statement_col_int(st, 1),
			.uses_left = statement_col_int(st, 2) - statement_col_int(st, 1),
			.created = statement_col_int(st, 3),
			.expires = statement_col_int(st, 4),
		};
	statement_done(st);
	if (f != FAULT_NONE && f != FAULT_ABSENT)
		return f;
	out->items = (struct record_list){ items, n };
	return FAULT_NONE;
}

enum fault
people_code_void(struct arena *a, struct people *p, struct store *db, const struct people_asker *who,
	const struct join_code_remove *req)
{
	struct class c;
	int64_t gone = 0;
	struct class_member m;
	(void)p;
	enum fault f = class_taught(&c, a, db, who, req->id);
	if (f == FAULT_NONE)
		f = RUN(db, &gone, "DELETE FROM join_code WHERE class = ? AND id = ?", c.id, req->code_id);
	/* A code for one person is called by the person. */
	if (f == FAULT_NONE && gone == 0 && member_find(&m, a, db, c.id, req->code_id) == FAULT_NONE)
		f = again_void(&gone, db, req->code_id);
	if (f == FAULT_NONE && gone == 0)
		f = fault(FAULT_ABSENT, "class %s has no join code %s", c.id, req->code_id);
	return f;
}

/* ---- the first administrator -------------------------------------------------------------- */

/* Is there an administrator who can come in? */
static enum fault
admin_there(bool *out, struct people *p, struct store *db)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db, "SELECT provider FROM person WHERE role = ? AND blocked = 0");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, ROLE_ADMIN);
	*out = false;
	while (!*out && (f = statement_step(st)) == FAULT_NONE)
		*out = way_open(p, statement_col_text(st, 0));
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

enum fault
people_first_admin(const char **code, struct arena *a, struct people *p, struct store *db)
{
	struct join_code made = { 0 };
	bool there = false;
	enum fault f = store_begin(db);
	if (f != FAULT_NONE)
		return f;
	f = admin_there(&there, p, db);
	if (f == FAULT_NONE && there)
		f = fault(FAULT_ABSENT, "there is an administrator already");
	if (f == FAULT_NONE)
		f = RUN(db, NULL, "DELETE FROM join_code WHERE class = ?", "");
	if (f == FAULT_NONE)
		f = code_add(&made, a, p, db, "", ROLE_ADMIN, DAY_MS, 1);
	f = store_finish(db, f);
	if (f == FAULT_NONE)
		*code = made.code;
	return f;
}

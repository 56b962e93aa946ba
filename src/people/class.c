/* Classes: subjects with members, and what their instructors do with them.
 *
 * The id of a class is the subject of its documents, a short word that people can
 * type.  Whoever does not belong to a class is told that there is none: its
 * existence is nobody else's business.  Teaching a class needs both, an account
 * that may teach and the membership that says so; an administrator may always.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "people_in.h"

#define CLASS_ID_MAX 64
#define ID_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
#define CLASS_COLUMNS \
	"c.id, c.title, c.archived, c.created, COALESCE(mine.role, 0)," \
	" (SELECT count(*) FROM class_member n WHERE n.class = c.id)" \
	" FROM class c LEFT JOIN class_member mine ON mine.class = c.id AND mine.person = ?"

/* ---- its inbox: a sealed record, whose id is in the row ------------------------------- */

struct class_inbox { const char *address; };
static const struct field class_inbox_fields[] = {
	FIELD_OF(class_inbox, address, FIELD_TEXT, .flags = FIELD_REQUIRED | FIELD_SEALED, .max = 254),
};
static RECORD_TYPE(record_class_inbox, class_inbox, class_inbox_fields, "the inbox of a class");

/* The id of the record; "": the class has none, or there is no such class. */
static enum fault
inbox_id(char id[ID_BYTES], struct store *db, const char *class)
{
	struct statement *st = NULL;
	id[0] = '\0';
	enum fault f = store_prepare(&st, db, "SELECT inbox FROM class WHERE id = ?");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, class);
	f = statement_step(st);
	if (f == FAULT_NONE)
		snprintf(id, ID_BYTES, "%s", statement_col_text(st, 0));
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

enum fault
people_class_inbox(const char **out, struct arena *a, struct people *p, struct store *db, const char *class)
{
	char id[ID_BYTES];
	struct sealed rec;
	void *record = NULL;
	(void)p;
	enum fault f = inbox_id(id, db, class);
	*out = NULL;
	if (f != FAULT_NONE || id[0] == '\0')
		return f;
	f = sealed_get(&rec, a, db, "", id);
	if (f == FAULT_NONE)
		f = record_from_json(&record, a, &record_class_inbox, rec.plain, rec.plain_bytes);
	if (f == FAULT_NONE)
		*out = ((struct class_inbox *)record)->address;
	return f;
}

/* "": none of its own. */
static enum fault
inbox_set(struct arena *a, struct people *p, struct store *db, const char *class, const char *address)
{
	char old[ID_BYTES], id[ID_BYTES] = "";
	const struct class_inbox inbox = { address };
	enum fault f = address[0] != '\0' ? mail_address_check(address) : FAULT_NONE;
	if (f == FAULT_NONE)
		f = inbox_id(old, db, class);
	if (f == FAULT_NONE && old[0] != '\0')
		f = sealed_bury(a, db, "", old);
	if (f == FAULT_NONE && address[0] != '\0') {
		id_make(id, &p->chance);
		f = sealed_put_record(db, "", id, &record_class_inbox, &inbox);
	}
	return f == FAULT_NONE ? RUN(db, NULL, "UPDATE class SET inbox = ? WHERE id = ?", id, class) : f;
}

/* ---- who sees what ------------------------------------------------------------------ */

static void
class_of_row(struct class *out, struct arena *a, struct statement *st)
{
	int64_t role = statement_col_int(st, 4);
	*out = (struct class){
		.id = arena_strdup(a, statement_col_text(st, 0)),
		.title = arena_strdup(a, statement_col_text(st, 1)),
		.status = statement_col_int(st, 2) ? "archived" : "active",
		.created = statement_col_int(st, 3),
		.role = role == 0 ? NULL : role_name((enum role)role),
		.members = statement_col_int(st, 5),
	};
}

enum fault
class_seen(struct class *out, struct arena *a, struct store *db, const struct people_asker *who, const char *id)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db, "SELECT " CLASS_COLUMNS " WHERE c.id = ?");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, who->person);
	statement_text(st, 2, id);
	f = statement_step(st);
	if (f == FAULT_NONE && who->role < ROLE_ADMIN && statement_col_int(st, 4) == 0)
		f = FAULT_ABSENT;
	if (f == FAULT_NONE)
		class_of_row(out, a, st);
	statement_done(st);
	return f == FAULT_ABSENT ? fault(FAULT_ABSENT, "you have no class %s", id) : f;
}

bool
people_class_teaches(const struct class *c, const struct people_asker *who)
{
	return who->role >= ROLE_ADMIN ||
	       (who->role >= ROLE_INSTRUCTOR && str_same(c->role, role_name(ROLE_INSTRUCTOR)));
}

enum fault
class_taught(struct class *out, struct arena *a, struct store *db, const struct people_asker *who, const char *id)
{
	struct class seen;
	enum fault f = class_seen(&seen, a, db, who, id);
	if (f == FAULT_NONE && !people_class_teaches(&seen, who))
		f = fault(FAULT_DENIED, "class %s is taught by others", id);
	if (f == FAULT_NONE)
		*out = seen;
	return f;
}

enum fault
people_class_get(struct class *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const char *id)
{
	struct class c;
	enum fault f = class_seen(&c, a, db, who, id);
	if (f == FAULT_NONE && people_class_teaches(&c, who))
		f = people_class_inbox(&c.inbox, a, p, db, c.id);
	if (f == FAULT_NONE)
		*out = c;
	return f;
}

/* ---- making and changing ------------------------------------------------------------ */

/* "Cell Biology 101" becomes cell-biology-101; false: nothing of it can be typed. */
static bool
id_of_title(char out[CLASS_ID_MAX + 1], const char *title)
{
	size_t n = 0;
	for (; *title != '\0' && n < CLASS_ID_MAX; title++) {
		unsigned char c = (unsigned char)*title;
		if (c < 128 && isalnum(c))
			out[n++] = (char)tolower(c);
		else if (c < 128 && n > 0 && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n > 0 && out[n - 1] == '-')
		n--;
	out[n] = '\0';
	return n > 0;
}

static enum fault
class_id(char out[CLASS_ID_MAX + 1], struct people *p, const struct class_create *req)
{
	char made[ID_BYTES];
	if (req->id == NULL || req->id[0] == '\0') {
		id_make(made, &p->chance);
		if (!id_of_title(out, req->title))
			snprintf(out, CLASS_ID_MAX + 1, "class-%.8s", made);
		return FAULT_NONE;
	}
	size_t n = strlen(req->id);
	if (n > CLASS_ID_MAX || strspn(req->id, ID_LETTERS) != n || req->id[0] == '.')
		return fault(FAULT_INPUT, "the id of a class has letters, digits, dots, hyphens and "
			"underscores, at most %d", CLASS_ID_MAX);
	memcpy(out, req->id, n + 1);
	return FAULT_NONE;
}

/* A class closes what everybody could read under its subject, and gives it to its
 * teachers: only an administrator makes one of documents that are there. */
static enum fault
check_subject(struct store *db, const struct people_asker *who, const char *id)
{
	struct statement *st = NULL;
	if (who->role >= ROLE_ADMIN)
		return FAULT_NONE;
	enum fault f = store_prepare(&st, db,
		"SELECT 1 FROM document WHERE subject = ? AND owner = '' AND status <> 'removed'");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, id);
	f = statement_step(st);
	statement_done(st);
	if (f == FAULT_NONE)
		return fault(FAULT_EXISTS, "%s is a subject of the library already: an administrator can make it a class", id);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
class_add(struct people *p, struct store *db, const char *id, const char *title)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db,
		"INSERT INTO class (id, title, archived, created) VALUES (?, ?, 0, ?)");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, id);
	statement_text(st, 2, title);
	statement_int(st, 3, people_now(p));
	f = statement_run(st, NULL);
	statement_done(st);
	return f == FAULT_EXISTS ? fault(FAULT_EXISTS, "there is a class %s already", id) : f;
}

enum fault
people_class_create(struct class *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const struct class_create *req)
{
	char id[CLASS_ID_MAX + 1];
	enum fault f = class_id(id, p, req);
	if (f == FAULT_NONE)
		f = store_begin(db);
	if (f != FAULT_NONE)
		return f;
	f = check_subject(db, who, id);
	if (f == FAULT_NONE)
		f = class_add(p, db, id, req->title);
	if (f == FAULT_NONE && is_person(who->person))
		f = member_add(p, db, id, who->person, ROLE_INSTRUCTOR);
	if (f == FAULT_NONE)
		f = class_seen(out, a, db, who, id);
	return store_finish(db, f);
}

static enum fault
update(struct class *out, struct arena *a, struct people *p, struct store *db, const struct people_asker *who,
	const struct class_update *req)
{
	struct class c;
	enum fault f = class_taught(&c, a, db, who, req->id);
	if (f == FAULT_NONE && req->title != NULL && req->title[0] != '\0')
		f = RUN(db, NULL, "UPDATE class SET title = ? WHERE id = ?", req->title, c.id);
	if (f == FAULT_NONE && req->status != NULL)
		f = str_same(req->status, "archived")
			    ? RUN(db, NULL, "UPDATE class SET archived = 1 WHERE id = ?", c.id)
			    : RUN(db, NULL, "UPDATE class SET archived = 0 WHERE id = ?", c.id);
	if (f == FAULT_NONE && req->inbox != NULL)
		f = inbox_set(a, p, db, c.id, req->inbox);
	return f == FAULT_NONE ? people_class_get(out, a, p, db, who, c.id) : f;
}

enum fault
people_class_update(struct class *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const struct class_update *req)
{
	enum fault f = store_begin(db);
	return f == FAULT_NONE ? store_finish(db, update(out, a, p, db, who, req)) : f;
}

/* ---- lists -------------------------------------------------------------------------------- */

/* Which classes: an administrator's are all. */
#define OF_WHOM " WHERE (mine.person IS NOT NULL OR ? = 1) AND (? = -1 OR c.archived = ?)"

static void
list_bind(struct statement *st, const struct people_asker *who, const struct class_list *req)
{
	int archived = req->status == NULL || str_same(req->status, "active") ? 0
		       : str_same(req->status, "all")                         ? -1
									      : 1;
	statement_text(st, 1, who->person);
	statement_int(st, 2, who->role >= ROLE_ADMIN);
	statement_int(st, 3, archived);
	statement_int(st, 4, archived);
}

static enum fault
list_total(int64_t *total, struct store *db, const struct people_asker *who, const struct class_list *req)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db,
		"SELECT count(*) FROM class c LEFT JOIN class_member mine ON mine.class = c.id AND mine.person = ?"
		OF_WHOM);
	if (f != FAULT_NONE)
		return f;
	list_bind(st, who, req);
	f = statement_step(st);
	if (f == FAULT_NONE)
		*total = statement_col_int(st, 0);
	statement_done(st);
	return f;
}

enum fault
people_class_list(struct classes *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const struct class_list *req)
{
	struct statement *st = NULL;
	struct classes page = { .total = 0 };
	size_t limit = page_limit(req->limit), n = 0;
	struct class *items = arena_alloc(a, (limit + 1) * sizeof *items);
	(void)p;
	enum fault f = list_total(&page.total, db, who, req);
	if (f == FAULT_NONE)
		f = store_prepare(&st, db, "SELECT " CLASS_COLUMNS OF_WHOM " AND c.id > ? ORDER BY c.id LIMIT ?");
	if (f != FAULT_NONE)
		return f;
	list_bind(st, who, req);
	statement_text(st, 5, req->cursor != NULL ? req->cursor : "");
	statement_int(st, 6, (int64_t)limit + 1);
	while (n <= limit && (f = statement_step(st)) == FAULT_NONE)
		class_of_row(&items[n++], a, st);
	statement_done(st);
	if (f != FAULT_NONE && f != FAULT_ABSENT)
		return f;
	page.items = (struct record_list){ items, n > limit ? limit : n };
	if (n > limit)
		page.cursor = items[limit - 1].id;
	*out = page;
	return FAULT_NONE;
}

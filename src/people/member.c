/* Who belongs to which class. */
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

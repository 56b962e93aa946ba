/* Who looked at whose data: a row for each access, ids only.
 *
 * Written in the transaction of the access where that writes, before the data is
 * handed out where it only reads: an access without a row is refused.
 */
#include <stdlib.h>

#include "people_in.h"

enum fault
people_audit(struct people *p, struct store *db, const struct people_asker *who, const char *operation,
	const char *subject, const char *object)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db,
		"INSERT INTO audit (at, actor, role, operation, subject, object) VALUES (?, ?, ?, ?, ?, ?)");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, people_now(p));
	statement_text(st, 2, who->person);
	statement_int(st, 3, who->role);
	statement_text(st, 4, operation);
	statement_text(st, 5, subject != NULL ? subject : "");
	statement_text(st, 6, object != NULL ? object : "");
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

static enum fault
cursor_no(int64_t *no, const char *cursor)
{
	char *end = NULL;
	*no = INT64_MAX;
	if (cursor == NULL || *cursor == '\0')
		return FAULT_NONE;
	*no = strtoll(cursor, &end, 10);
	if (end == cursor || *end != '\0' || *no < 1)
		return fault(FAULT_INPUT, "the cursor is none of this list");
	return FAULT_NONE;
}

enum fault
people_audit_list(struct audit_rows *out, struct arena *a, struct people *p, struct store *db, const struct audit_list *req)
{
	struct statement *st = NULL;
	struct audit_rows page = { .cursor = NULL };
	size_t limit = page_limit(req->limit), n = 0;
	struct audit_row *items = arena_alloc(a, limit * sizeof *items);
	const char *actor = req->actor != NULL ? req->actor : "", *subject = req->subject != NULL ? req->subject : "";
	int64_t no, last = 0;
	bool more = false;
	(void)p;
	enum fault f = cursor_no(&no, req->cursor);
	if (f == FAULT_NONE)
		f = store_prepare(&st, db,
			"SELECT no, at, actor, role, operation, subject, object FROM audit WHERE no < ?"
			" AND (? = '' OR actor = ?) AND (? = '' OR subject = ?) ORDER BY no DESC LIMIT ?");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, no);
	statement_text(st, 2, actor);
	statement_text(st, 3, actor);
	statement_text(st, 4, subject);
	statement_text(st, 5, subject);
	statement_int(st, 6, (int64_t)limit + 1);
	while ((f = statement_step(st)) == FAULT_NONE && !(more = n == limit)) {
		last = statement_col_int(st, 0);
		items[n++] = (struct audit_row){
			.at = statement_col_int(st, 1),
			.actor = arena_strdup(a, statement_col_text(st, 2)),
			.role = role_name((enum role)statement_col_int(st, 3)),
			.operation = arena_strdup(a, statement_col_text(st, 4)),
			.subject = arena_strdup(a, statement_col_text(st, 5)),
			.object = arena_strdup(a, statement_col_text(st, 6)),
		};
	}
	statement_done(st);
	if (f != FAULT_NONE && f != FAULT_ABSENT)
		return f;
	page.items = (struct record_list){ items, n };
	if (more)
		page.cursor = arena_printf(a, "%lld", (long long)last);
	*out = page;
	return FAULT_NONE;
}

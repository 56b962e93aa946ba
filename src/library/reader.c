/* Who reads, and whose a document is.
 *
 * The condition stands in every query that finds documents, so what somebody may
 * not see is never fetched and thrown away after.  A class is a subject that has a
 * row in the table of classes; membership counts from the moment it is there to
 * the moment it is gone.
 */
#include <string.h>
#include "document_in.h"

void
library_read_as(struct store *db, const struct library_reader *reader)
{
	store_set_note(db, reader);
}

const struct library_reader *
reader_of(const struct store *db)
{
	return store_note(db);
}

const char *
reader_sql(const struct store *db)
{
	const struct library_reader *r = reader_of(db);

	if (r == NULL)
		return "1 = 1";
	if (r->everywhere)
		return "(d.owner = ? OR d.owner = '')";
	return "(d.owner = ? OR (d.owner = '' AND (d.subject NOT IN (SELECT id FROM class) "
		"OR d.subject IN (SELECT class FROM class_member WHERE person = ?))))";
}

size_t
reader_values(const char *values[READER_VALUES], const struct store *db)
{
	const struct library_reader *r = reader_of(db);

	if (r == NULL)
		return 0;
	for (size_t i = 0; i < READER_VALUES; i++)
		values[i] = r->person;
	return r->everywhere ? 1 : READER_VALUES;
}

/* Does the reader teach the class that this subject names?  An account that may no
 * longer teach does not, whatever the class still says of it. */
static enum fault
teaches(bool *out, struct store *db, const char *subject)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "SELECT 1 FROM class_member m JOIN person p ON p.id = m.person "
		"WHERE m.class = ? AND m.person = ? AND m.role >= ? AND p.role >= ?");

	*out = false;
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, subject);
	statement_text(st, 2, reader_of(db)->person);
	statement_int(st, 3, ROLE_INSTRUCTOR);
	statement_int(st, 4, ROLE_INSTRUCTOR);
	f = statement_step(st);
	*out = f == FAULT_NONE;
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

enum fault
reader_may_change(bool *out, struct store *db, const char *owner, const char *subject)
{
	const struct library_reader *r = reader_of(db);

	*out = r == NULL || r->everywhere || strcmp(owner, r->person) == 0;
	return *out || owner[0] != '\0' ? FAULT_NONE : teaches(out, db, subject);
}

enum fault
reader_owner(const char **out, struct store *db, const char *subject)
{
	const struct library_reader *r = reader_of(db);
	bool shared = r == NULL || r->everywhere;
	enum fault f = shared ? FAULT_NONE : teaches(&shared, db, subject);

	if (f == FAULT_NONE)
		*out = shared ? "" : r->person;
	return f;
}

enum fault
reader_quota(struct store *db, const char *owner, int64_t size_bytes, int64_t except_no)
{
	const struct library_reader *r = reader_of(db);
	int64_t count = 0, bytes = 0;
	struct statement *st;
	enum fault f;

	if (r == NULL || owner[0] == '\0')
		return FAULT_NONE;
	f = store_prepare(&st, db, "SELECT count(*), coalesce(sum(size_bytes), 0) FROM document "
		"WHERE owner = ? AND no <> ? AND status <> 'removed'");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, owner);
	statement_int(st, 2, except_no);
	f = statement_step(st);
	if (f == FAULT_NONE) {
		count = statement_col_int(st, 0);
		bytes = statement_col_int(st, 1);
	}
	statement_done(st);
	if (f == FAULT_NONE && r->count_max > 0 && count >= r->count_max)
		return fault(FAULT_LIMIT, "you have %lld documents already, as many as are allowed", (long long)count);
	if (f == FAULT_NONE && r->bytes_max > 0 && bytes + size_bytes > r->bytes_max)
		return fault(FAULT_LIMIT, "your documents may have %lld MiB together", (long long)(r->bytes_max >> 20));
	return f;
}

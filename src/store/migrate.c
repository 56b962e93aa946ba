/* Migrations: from the version in the file to the one asked for, a step a
 * transaction, so that a kill leaves the file at a version and never between two.
 *
 * application_id says that the file is ours before anything in it is believed;
 * user_version is the number of the last migration applied.
 */
#include "store_in.h"

#define APPLICATION_ID 0x53544f41    /* "STOA" */

int
store_version(struct store *s)
{
	int64_t version;
	enum fault f = query_int(&version, s, "PRAGMA user_version");
	return f == FAULT_NONE ? (int)version : -1;
}

/* Going down must not lose what only the newer schema can hold. */
static enum fault
may_go_down(struct store *s, const struct migration *m)
{
	int64_t kept = 0;
	enum fault f = m->kept ? query_int(&kept, s, m->kept) : FAULT_NONE;
	if (f == FAULT_NONE && kept > 0)
		f = fault(FAULT_DENIED, "schema %d cannot hold %lld %s", m->version - 1, (long long)kept, m->sentence);
	return f;
}

static enum fault
step(struct store *s, const struct migration *m, bool up)
{
	char pragma[64];
	enum fault f = store_begin(s);
	if (f != FAULT_NONE)
		return f;
	/* Another process may have been here first. */
	if (store_version(s) != (up ? m->version - 1 : m->version)) {
		store_rollback(s);
		return FAULT_NONE;
	}
	sqlite3_snprintf(sizeof pragma, pragma, "PRAGMA user_version=%d", up ? m->version : m->version - 1);
	f = up ? FAULT_NONE : may_go_down(s, m);
	if (f == FAULT_NONE)
		f = store_exec(s, up ? m->up : m->down);
	if (f == FAULT_NONE)
		f = store_exec(s, pragma);
	if (f == FAULT_NONE)
		return store_commit(s);
	store_rollback(s);
	return f;
}

enum fault
store_migrate(struct store *s, int to_version)
{
	int newest = schema[schema_count - 1].version;
	int to = to_version < 0 ? newest : to_version, now = store_version(s);
	if (now < 0)
		return fault(FAULT_DAMAGED, "%s has no schema version", s->path);
	if (now > newest)
		return fault(FAULT_INPUT, "%s was written by a newer stoa (schema %d, not %d)", s->path, now, newest);
	if (to > newest)
		return fault(FAULT_INPUT, "there is no schema %d", to);
	for (size_t i = 0; i < schema_count; i++)
		if (schema[i].version > now && schema[i].version <= to) {
			enum fault f = step(s, &schema[i], true);
			if (f != FAULT_NONE)
				return f;
		}
	for (size_t i = schema_count; i-- > 0;)
		if (schema[i].version <= now && schema[i].version > to) {
			enum fault f = step(s, &schema[i], false);
			if (f != FAULT_NONE)
				return f;
		}
	return FAULT_NONE;
}

/* An empty file becomes ours; anybody else's is refused. */
static enum fault
claim(struct store *s)
{
	int64_t id, tables;
	enum fault f = store_begin(s);
	if (f != FAULT_NONE)
		return f;
	f = query_int(&id, s, "PRAGMA application_id");
	if (f == FAULT_NONE && id != APPLICATION_ID) {
		f = query_int(&tables, s, "SELECT count(*) FROM sqlite_schema");
		if (f == FAULT_NONE && (tables != 0 || id != 0))
			f = fault(FAULT_DAMAGED, "%s is not a store of stoa", s->path);
		if (f == FAULT_NONE)
			f = store_exec(s, "PRAGMA application_id=1398034241");
	}
	if (f == FAULT_NONE)
		return store_commit(s);
	store_rollback(s);
	return f;
}

enum fault
migrate_new(struct store *s)
{
	int64_t id;
	enum fault f = query_int(&id, s, "PRAGMA application_id");
	if (f == FAULT_NONE && id != APPLICATION_ID)
		f = claim(s);
	if (f == FAULT_NONE && store_version(s) != schema[schema_count - 1].version)
		f = store_migrate(s, -1);
	return f;
}

enum fault
store_check(struct store *s)
{
	static const char *const checks[] = { "PRAGMA quick_check(1)", "PRAGMA foreign_key_check" };
	for (size_t i = 0; i < COUNT_OF(checks); i++) {
		struct statement *st;
		enum fault f = store_prepare(&st, s, checks[i]);
		if (f != FAULT_NONE)
			return f;
		f = statement_step(st);
		if (f == FAULT_NONE && !str_same(statement_col_text(st, 0), "ok"))
			f = fault(FAULT_DAMAGED, "%s is damaged: %s", s->path, statement_col_text(st, 0));
		statement_done(st);
		if (f != FAULT_NONE && f != FAULT_ABSENT)
			return f;
	}
	return FAULT_NONE;
}

/* Migrations: from the version in the database to the one asked for, a step a
 * transaction, so that a kill leaves it at a version and never between two.
 *
 * The driver says that the database is ours before anything in it is believed.
 */
#include "store_in.h"

int
store_version(struct store *s)
{
	int64_t version;
	enum fault f = connection_ready(s);
	if (f == FAULT_NONE)
		f = s->driver->version(&version, s);
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
	enum fault f = store_begin(s);
	if (f != FAULT_NONE)
		return f;
	/* Another process may have been here first. */
	if (store_version(s) != (up ? m->version - 1 : m->version)) {
		store_rollback(s);
		return FAULT_NONE;
	}
	f = up ? FAULT_NONE : may_go_down(s, m);
	if (f == FAULT_NONE)
		f = store_exec(s, up ? m->up : m->down);
	if (f == FAULT_NONE)
		f = s->driver->set_version(s, up ? m->version : m->version - 1);
	return store_finish(s, f);
}

enum fault
store_migrate(struct store *s, int to_version)
{
	int newest = schema[schema_count - 1].version;
	int to = to_version < 0 ? newest : to_version, now = store_version(s);
	if (now < 0)
		return fault(FAULT_DAMAGED, "%s has no schema version", s->name);
	if (now > newest)
		return fault(FAULT_INPUT, "%s was written by a newer stoa (schema %d, not %d)", s->name, now, newest);
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

enum fault
migrate_new(struct store *s)
{
	enum fault f = s->driver->claim(s);
	if (f == FAULT_NONE && store_version(s) != schema[schema_count - 1].version)
		f = store_migrate(s, -1);
	return f;
}

enum fault
store_check(struct store *s)
{
	enum fault f = connection_ready(s);
	return f == FAULT_NONE ? s->driver->check(s) : f;
}

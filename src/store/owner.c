/* Whose records they are.
 *
 * A connection reads and writes for one owner at a time; "" is the one person of
 * this machine, kept as an empty column and zeros in memory, so that his bytes are
 * those of before there were owners.  What was set and is no owner is remembered
 * and answered at the next sealed call: never the records of somebody else.
 */
#include "store_in.h"

bool
owner_is_nobody(const unsigned char *owner)
{
	static const id_bytes nobody;
	return memcmp(owner, nobody, sizeof nobody) == 0;
}

void
store_set_owner(struct store *s, const char *owner)
{
	memset(s->owner, 0, sizeof s->owner);
	if (owner != NULL && *owner == '\0')
		s->bad_owner = false;
	else
		s->bad_owner = owner == NULL || !id_valid(owner) ||
			       vault_id_parse(s->owner, owner, "owner") != FAULT_NONE ||
			       owner_is_nobody(s->owner);
}

void
store_set_note(struct store *s, const void *note)
{
	s->note = note;
}

const void *
store_note(const struct store *s)
{
	return s->note;
}

void
store_owner(char out[ID_BYTES], const struct store *s)
{
	if (s->bad_owner)
		memcpy(out, "?", 2);
	else if (owner_is_nobody(s->owner))
		out[0] = '\0';
	else
		vault_id_text(out, s->owner);
}

enum fault
owner_check(const struct store *s)
{
	return s->bad_owner ? fault(FAULT_INPUT, "the owner of the records is not 32 hex digits") : FAULT_NONE;
}

void
owner_bind(struct statement *st, int at, const unsigned char *owner)
{
	statement_blob_static(st, at, owner, owner_is_nobody(owner) ? 0 : VAULT_ID_BYTES);
}

bool
owner_read(unsigned char *out, struct statement *st, int col)
{
	size_t n;
	const void *bytes = statement_col_blob(st, col, &n);
	memset(out, 0, VAULT_ID_BYTES);
	if (n == 0)
		return !statement_col_null(st, col);
	if (n != VAULT_ID_BYTES)
		return false;
	memcpy(out, bytes, n);
	return !owner_is_nobody(out);
}

/* Those that cannot be owners are left out: their records do not open either. */
static enum fault
read_each(struct owner_list *out, struct store *s, const char *sql)
{
	struct statement *st;
	id_bytes owner;
	enum fault f = store_prepare(&st, s, sql);
	if (f != FAULT_NONE)
		return f;
	while ((f = statement_step(st)) == FAULT_NONE) {
		if (!owner_read(owner, st, 0))
			continue;
		mem_reserve(&out->items, &out->cap, out->count + 1, sizeof out->items[0]);
		memcpy(out->items[out->count++], owner, sizeof owner);
	}
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

enum fault
owners_read(struct owner_list *out, struct store *s)
{
	return read_each(out, s, "SELECT DISTINCT owner FROM record ORDER BY owner");
}

_Static_assert(KIND_TOMBSTONE == 12, "stands in the SQL below");

enum fault
store_owners(struct text_list *out, struct arena *a, struct store *s)
{
	struct owner_list list = { 0 };
	char hex[ID_BYTES];
	enum fault f = read_each(&list, s, "SELECT DISTINCT owner FROM record"
		" WHERE owner <> x'' AND blob IS NOT NULL AND kind <> 12 ORDER BY owner");
	if (f == FAULT_NONE) {
		const char **items = arena_alloc(a, (list.count + 1) * sizeof items[0]);
		for (size_t i = 0; i < list.count; i++)
			items[i] = arena_strdup(a, vault_id_text(hex, list.items[i]));
		*out = (struct text_list){ items, list.count };
	}
	mem_free(list.items);
	return f;
}

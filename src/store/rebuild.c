/* Going on with what is left of a history that was altered, when the person chose
 * to: every record that still opens is sealed and chained anew, in the order in
 * which records first appeared; what does not open, and all tombstones, go.
 */
#include "store_in.h"

_Static_assert(KIND_TOMBSTONE == 12, "stands in the SQL below");

struct record_of { id_bytes owner; struct record_new new; };
struct kept { struct record_of *items; size_t count, cap; const unsigned char *owner; };

/* Opened words leave nothing behind in freed memory. */
static void
plain_free(struct record_new *r)
{
	void *plain = (void *)(uintptr_t)r->plain;
	vault_wipe(plain, r->n);
	mem_free(plain);
}

static enum fault
keep(const struct sealed *rec, void *arg)
{
	struct kept *k = arg;
	struct record_new new = { .kind = rec->kind,
		.rev = 1,
		.plain = mem_dup(rec->plain, rec->plain_bytes),
		.n = rec->plain_bytes };
	mem_reserve(&k->items, &k->cap, k->count + 1, sizeof k->items[0]);
	enum fault f = vault_id_parse(new.conv_id, rec->conv_id, "conversation");
	if (f == FAULT_NONE)
		f = vault_id_parse(new.rec_id, rec->rec_id, "record");
	struct record_of *of = &k->items[k->count++];
	of->new = new;
	memcpy(of->owner, k->owner, VAULT_ID_BYTES);
	return f;
}

static enum fault
put_back(struct store *s, const struct kept *k)
{
	struct heads *h = &s->sealing->heads;
	struct root_row root = { 0 };
	enum fault f = root_read(&root, s);      /* its generation, if it has one */
	if (f != FAULT_NONE && f != FAULT_DAMAGED)
		return f;
	f = store_exec(s, "DELETE FROM record; DELETE FROM head");
	h->known = true;
	h->generation = root.generation;
	h->count = h->changed_count = 0;
	h->records = h->last_lseq = 0;
	s->changing = true;
	for (size_t i = 0; i < k->count && f == FAULT_NONE; i++) {
		memcpy(s->owner, k->items[i].owner, VAULT_ID_BYTES);
		f = record_append(s, &k->items[i].new);
	}
	return f;
}

/* What still opens, owner after owner. */
static enum fault
keep_all(struct kept *k, struct store *s)
{
	struct owner_list owners = { 0 };
	enum fault f = owners_read(&owners, s);
	for (size_t i = 0; i < owners.count && f == FAULT_NONE; i++) {
		k->owner = owners.items[i];
		memcpy(s->owner, k->owner, VAULT_ID_BYTES);
		f = store_each(s, NULL, 0, keep, k);
		if (f == FAULT_DAMAGED)
			f = FAULT_NONE;
	}
	mem_free(owners.items);
	return f;
}

enum fault
chains_rebuild(struct store *s)
{
	struct kept k = { 0 };
	id_bytes owner;
	bool bad_owner = s->bad_owner;
	memcpy(owner, s->owner, sizeof owner);
	s->bad_owner = false;
	/* What a deleted conversation held stays deleted. */
	enum fault f =
		store_exec(s, "UPDATE record SET blob = NULL WHERE blob IS NOT NULL AND EXISTS"
			      " (SELECT 1 FROM record AS t WHERE t.owner = record.owner AND t.conv_id = record.conv_id AND "
			      "t.kind = 12 AND (t.flags & 1) = 1 AND t.lseq > record.lseq)");
	if (f == FAULT_NONE)
		f = keep_all(&k, s);
	if (f == FAULT_NONE)
		f = put_back(s, &k);
	memcpy(s->owner, owner, sizeof owner);
	s->bad_owner = bad_owner;
	log_event(LOG_WARN, "store", "rebuilt", "records=%zu", k.count);
	for (size_t i = 0; i < k.count; i++)
		plain_free(&k.items[i].new);
	mem_free(k.items);
	return f;
}

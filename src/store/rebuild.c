/* Going on with what is left of a history that was altered, when the person chose
 * to: every record that still opens is sealed and chained anew, in the order in
 * which records first appeared; what does not open, and all tombstones, go.
 */
#include "store_in.h"

_Static_assert(KIND_TOMBSTONE == 12, "stands in the SQL below");

struct kept { struct record_new *items; size_t count, cap; };

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
	k->items[k->count++] = new;
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
	for (size_t i = 0; i < k->count && f == FAULT_NONE; i++)
		f = record_append(s, &k->items[i]);
	return f;
}

enum fault
chains_rebuild(struct store *s)
{
	struct kept k = { 0 };
	/* What a deleted conversation held stays deleted. */
	enum fault f =
		store_exec(s, "UPDATE record SET blob = NULL WHERE blob IS NOT NULL AND EXISTS"
			      " (SELECT 1 FROM record AS t WHERE t.conv_id = record.conv_id AND "
			      "t.kind = 12 AND t.flags & 1 AND t.lseq > record.lseq)");
	if (f == FAULT_NONE)
		f = store_each(s, NULL, 0, keep, &k);
	if (f == FAULT_NONE || f == FAULT_DAMAGED)
		f = put_back(s, &k);
	log_event(LOG_WARN, "store", "rebuilt", "records=%zu", k.count);
	for (size_t i = 0; i < k.count; i++)
		plain_free(&k.items[i]);
	mem_free(k.items);
	return f;
}

/* The heads of all chains in memory, and the root over them in the file.
 *
 * AT-REST.md hashes the generation before the sorted heads, so the root is hashed
 * whole at each commit: 56 to 72 bytes a chain, one pass over memory, no row read.  What
 * another process appended since is seen by the generation in the root row, read
 * inside BEGIN IMMEDIATE; only heads with a newer generation are read again, and
 * the root must fit them before anything is built upon it.
 */
#include <stdlib.h>
#include "store_in.h"

static const char root_sql[] = "SELECT generation, count, epoch, hash FROM root";

/* Of that statement, which is given back. */
static enum fault
root_take(struct root_row *out, struct statement *st)
{
	size_t n;
	enum fault f = statement_step(st);
	if (f == FAULT_NONE) {
		struct root_row row = { (uint64_t)statement_col_int(st, 0),
			(uint64_t)statement_col_int(st, 1), (uint32_t)statement_col_int(st, 2),
			{ 0 } };
		const void *hash = statement_col_blob(st, 3, &n);
		if (n == VAULT_HASH_BYTES) {
			memcpy(row.hash, hash, n);
			*out = row;
		} else {
			f = fault(FAULT_DAMAGED, "the root of the history was altered");
		}
	} else if (f == FAULT_ABSENT) {
		f = fault(FAULT_DAMAGED, "the root of the history is missing");
	}
	statement_done(st);
	return f;
}

enum fault
root_read(struct root_row *out, struct store *s)
{
	struct statement *st;
	enum fault f = store_prepare(&st, s, root_sql);
	return f == FAULT_NONE ? root_take(out, st) : f;
}

enum fault
root_write(struct store *s, const struct root_row *row)
{
	struct statement *st;
	enum fault f = store_prepare(&st, s,
		"INSERT INTO root (one, generation, count, epoch, hash) VALUES (1, ?, ?, ?, ?) ON CONFLICT (one) DO UPDATE "
		"SET generation = excluded.generation, count = excluded.count, epoch = excluded.epoch, hash = excluded.hash");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, (int64_t)row->generation);
	statement_int(st, 2, (int64_t)row->count);
	statement_int(st, 3, row->epoch);
	statement_blob(st, 4, row->hash, sizeof row->hash);
	f = statement_run_later(st);
	statement_done(st);
	return f;
}

int
by_own_id(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct own_id));
}

/* Where the chain is, or would be. */
static size_t
place_of(const struct vault_head *items, size_t count, const struct own_id *key, bool *found)
{
	size_t low = 0, high = count;
	*found = false;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = by_own_id(&items[mid], key);
		if (order == 0) {
			*found = true;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct vault_head *
head_room(struct vault_head **items, size_t *count, size_t *cap, const struct own_id *key, bool *found)
{
	size_t at = place_of(*items, *count, key, found);
	if (!*found) {
		mem_reserve(items, cap, *count + 1, sizeof **items);
		memmove(*items + at + 1, *items + at, (*count - at) * sizeof **items);
		memset(*items + at, 0, sizeof **items);
		memcpy((*items)[at].owner, key->owner, VAULT_ID_BYTES);
		memcpy((*items)[at].conv_id, key->id, VAULT_ID_BYTES);
		++*count;
	}
	return *items + at;
}

struct vault_head *
head_put(struct vault_head **items, size_t *count, size_t *cap, const struct vault *v,
	const struct own_id *key)
{
	bool found;
	struct vault_head *head = head_room(items, count, cap, key, &found);
	if (!found)
		vault_chain_start(head->h, v, key->owner, key->id);
	return head;
}

enum fault
heads_read(struct vault_head **items, size_t *count, size_t *cap, struct store *s,
	uint64_t after_generation)
{
	struct statement *st;
	enum fault f = store_prepare(&st, s, after_generation == 0 ?
		"SELECT owner, conv_id, n, h FROM head WHERE generation >= ? ORDER BY owner, conv_id" :
		"SELECT owner, conv_id, n, h FROM head WHERE generation > ?");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, after_generation == 0 ? INT64_MIN : (int64_t)after_generation);
	while ((f = statement_step(st)) == FAULT_NONE) {
		size_t id_size, h_size;
		bool found;
		struct own_id key;
		const void *id = statement_col_blob(st, 1, &id_size);
		const void *h = statement_col_blob(st, 3, &h_size);
		if (!owner_read(key.owner, st, 0) || id_size != VAULT_ID_BYTES || h_size != VAULT_HASH_BYTES) {
			f = fault(FAULT_DAMAGED, "a head of the history was altered");
			break;
		}
		memcpy(key.id, id, VAULT_ID_BYTES);
		struct vault_head *head = head_room(items, count, cap, &key, &found);
		head->n = (uint64_t)statement_col_int(st, 2);
		memcpy(head->h, h, VAULT_HASH_BYTES);
	}
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* Bring the heads in memory to the root in the file; DAMAGED when they do not fit. */
static enum fault
refresh(struct store *s, const struct vault *v, const struct root_row *root, bool whole)
{
	struct heads *h = &s->sealing->heads;
	unsigned char hash[VAULT_HASH_BYTES];
	int64_t last = 0;
	if (whole)
		h->count = 0;
	enum fault f = heads_read(&h->items, &h->count, &h->cap, s, whole ? 0 : h->generation);
	if (f == FAULT_NONE)
		f = query_int(&last, s, "SELECT coalesce(max(lseq), 0) FROM record");
	if (f != FAULT_NONE)
		return f;
	vault_root(hash, v, root->generation, h->items, h->count);
	if (!vault_same(hash, root->hash, sizeof hash))
		return fault(FAULT_DAMAGED, "the root of the history does not fit its heads");
	h->generation = root->generation;
	memcpy(h->root, root->hash, sizeof h->root);
	h->records = root->count;
	h->last_lseq = (uint64_t)last;
	h->known = true;
	return FAULT_NONE;
}

/* The number alone does not do: a copy put back beneath us may have grown to it. */
static bool
fits_memory(const struct heads *h, const struct root_row *root)
{
	return h->known && h->generation == root->generation && vault_same(h->root, root->hash, sizeof h->root);
}

/* What is in memory is that root's, or is made so. */
static enum fault
fit_memory(struct store *s, const struct vault *v, const struct root_row *root)
{
	struct heads *h = &s->sealing->heads;
	bool whole = !h->known;
	if (root->epoch != vault_epoch(v))
		return fault(FAULT_LOCKED, "the passphrase was changed elsewhere: unlock again");
	if (fits_memory(h, root))
		return FAULT_NONE;
	enum fault f = refresh(s, v, root, whole);
	if (f == FAULT_DAMAGED && !whole)
		f = refresh(s, v, root, true);
	if (f != FAULT_NONE)
		h->known = false;
	return f;
}

enum fault
heads_begin(struct store *s)
{
	struct root_row root;
	struct statement *first;
	const struct vault *v;
	bool again = s->changing;
	enum fault f = transaction_begin(&first, s, again ? NULL : root_sql);
	if (f != FAULT_NONE || again)
		return f;
	f = root_take(&root, first);
	enum fault may = store_writable(s);
	if (may == FAULT_NONE)
		may = owner_check(s);
	if (may == FAULT_NONE)
		may = vault_borrow(&v, s);
	if (may != FAULT_NONE) {
		store_rollback(s);
		return may;
	}
	if (f == FAULT_NONE)
		f = fit_memory(s, v, &root);
	vault_return(s);
	if (f != FAULT_NONE)
		store_rollback(s);
	s->changing = f == FAULT_NONE;
	s->sealing->heads.changed_count = 0;
	return f;
}

bool
heads_has(struct store *s, const struct own_id *key)
{
	bool found;
	place_of(s->sealing->heads.items, s->sealing->heads.count, key, &found);
	return found;
}

void
heads_changed(struct store *s, const struct own_id *key)
{
	struct heads *h = &s->sealing->heads;
	if (h->changed_count > 0 && by_own_id(&h->changed[h->changed_count - 1], key) == 0)
		return;
	mem_reserve(&h->changed, &h->changed_cap, h->changed_count + 1, sizeof h->changed[0]);
	h->changed[h->changed_count++] = *key;
}

enum fault
head_write(struct store *s, const struct vault_head *head, uint64_t generation)
{
	struct statement *st;
	enum fault f = store_prepare(&st, s,
		"INSERT INTO head (owner, conv_id, n, h, generation) VALUES (?, ?, ?, ?, ?) ON CONFLICT (owner, conv_id) "
		"DO UPDATE SET n = excluded.n, h = excluded.h, generation = excluded.generation");
	if (f != FAULT_NONE)
		return f;
	owner_bind(st, 1, head->owner);
	statement_blob_static(st, 2, head->conv_id, VAULT_ID_BYTES);
	statement_int(st, 3, (int64_t)head->n);
	statement_blob_static(st, 4, head->h, VAULT_HASH_BYTES);
	statement_int(st, 5, (int64_t)generation);
	f = statement_run_later(st);
	statement_done(st);
	return f;
}

enum fault
heads_write(struct store *s)
{
	struct heads *h = &s->sealing->heads;
	struct root_row root = { h->generation + 1, h->records, 0, { 0 } };
	const struct vault *v;
	bool found;
	if (h->changed_count > 1)
		qsort(h->changed, h->changed_count, sizeof h->changed[0], by_own_id);
	for (size_t i = 0; i < h->changed_count; i++) {
		if (i > 0 && by_own_id(&h->changed[i], &h->changed[i - 1]) == 0)
			continue;
		size_t at = place_of(h->items, h->count, &h->changed[i], &found);
		enum fault f = head_write(s, &h->items[at], root.generation);
		if (f != FAULT_NONE)
			return f;
	}
	enum fault f = vault_borrow(&v, s);
	if (f != FAULT_NONE)
		return f;
	root.epoch = vault_epoch(v);
	vault_root(root.hash, v, root.generation, h->items, h->count);
	vault_return(s);
	f = root_write(s, &root);
	if (f == FAULT_NONE) {
		h->generation = root.generation;
		memcpy(h->root, root.hash, sizeof h->root);
	}
	return f;
}

void
heads_forget(struct store *s)
{
	s->sealing->heads.known = false;
}

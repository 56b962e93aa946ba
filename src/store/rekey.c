/* A new master key, a new epoch, and everything sealed again, in one transaction.
 *
 * Wrapping the old master key again would leave it good for whoever had it, so
 * nothing old survives: all slots and epochs are replaced.  Rows keep their place,
 * number and size; a row without a blob keeps the (AAD, tag) it was chained with.
 * Keys in memory change only after the commit: killed anywhere before it, the old
 * secret opens the old bytes; after it, only the new one opens anything.
 */
#include "store_in.h"

#define BATCH_ROWS 128
#define BATCH_BYTES (4u * 1024 * 1024)

/* Rows are read some at a time and written as they come: a database that is far away
 * is asked once for many. */
struct kept_row { struct record_row row; unsigned char *blob; size_t n, cap; bool empty; };
struct reseal {
	struct store *store;
	const struct vault *from, *to;
	struct vault_head *heads;
	size_t count, cap;
	struct text plain;
	unsigned char *blob;
	size_t blob_cap;
	uint64_t records, last_lseq;
	struct kept_row batch[BATCH_ROWS];
	size_t batch_count, batch_at;
};

/* The next rows after last_lseq, as many as a batch holds. */
static enum fault
batch_read(struct reseal *r)
{
	struct statement *st;
	size_t bytes = 0;
	enum fault f = store_prepare(&st, r->store, "SELECT " RECORD_COLUMNS " FROM record WHERE lseq > ? ORDER BY lseq LIMIT ?");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, (int64_t)r->last_lseq);
	statement_int(st, 2, BATCH_ROWS);
	r->batch_at = r->batch_count = 0;
	while (r->batch_count < BATCH_ROWS && bytes < BATCH_BYTES && (f = statement_step(st)) == FAULT_NONE) {
		struct kept_row *kept = &r->batch[r->batch_count];
		f = record_row_read(&kept->row, st);
		if (f != FAULT_NONE)
			break;
		const void *blob = statement_col_blob(st, COL_BLOB, &kept->n);
		kept->empty = blob == NULL;
		mem_reserve(&kept->blob, &kept->cap, kept->n + 1, 1);
		memcpy(kept->blob, blob ? blob : "", kept->n);
		bytes += kept->n;
		r->last_lseq = kept->row.bound.lseq;
		r->batch_count++;
	}
	statement_done(st);
	return f == FAULT_ABSENT && r->batch_count > 0 ? FAULT_NONE : f;
}

/* The next row, opened. */
static enum fault
next_row(struct record_row *row, struct reseal *r, unsigned char aad[VAULT_AAD_BYTES], bool *empty)
{
	enum fault f = r->batch_at < r->batch_count ? FAULT_NONE : batch_read(r);
	if (f != FAULT_NONE)
		return f;
	const struct kept_row *kept = &r->batch[r->batch_at++];
	*row = kept->row;
	*empty = kept->empty;
	if (!kept->empty)
		return record_row_open(&r->plain, r->store, row, kept->blob, kept->n);
	vault_record_aad(aad, r->from, &row->bound, row->size);
	return FAULT_NONE;
}

static enum fault
row_write(struct reseal *r, const struct record_row *row, size_t blob_bytes)
{
	struct statement *st;
	enum fault f = store_prepare(
		&st, r->store, "UPDATE record SET epoch = ?, tag = ?, blob = ? WHERE lseq = ?");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, row->bound.epoch);
	statement_blob_static(st, 2, row->tag, VAULT_TAG_BYTES);
	statement_blob_static(st, 3, r->blob, blob_bytes);
	statement_int(st, 4, (int64_t)row->bound.lseq);
	f = statement_run_later(st);
	statement_done(st);
	return f;
}

static enum fault
reseal_row(struct reseal *r)
{
	struct record_row row;
	unsigned char aad[VAULT_AAD_BYTES];
	bool empty;
	enum fault f = next_row(&row, r, aad, &empty);
	if (f == FAULT_NONE && !empty) {
		size_t size = vault_sealed_size(r->plain.len);
		mem_reserve(&r->blob, &r->blob_cap, size, 1);
		row.bound.epoch = vault_epoch(r->to);
		f = vault_seal(r->blob, aad, r->to, &row.bound, r->plain.data, r->plain.len);
		memcpy(row.tag, r->blob + size - VAULT_TAG_BYTES, VAULT_TAG_BYTES);
		if (f == FAULT_NONE)
			f = row_write(r, &row, size);
	}
	if (f != FAULT_NONE)
		return f;
	struct own_id key;
	memcpy(key.owner, row.bound.owner, sizeof key.owner);
	memcpy(key.id, row.bound.conv_id, sizeof key.id);
	struct vault_head *head = head_put(&r->heads, &r->count, &r->cap, r->to, &key);
	vault_chain_step(head->h, r->to, aad, row.tag);
	head->n++;
	r->records++;
	return FAULT_NONE;
}

/* Heads, root, slots and epochs of the new vault in place of the old ones. */
static enum fault
replace_keys(struct reseal *r, enum vault_slot_type type, const struct vault_secret *secret,
	const char *label)
{
	struct store *s = r->store;
	struct root_row root;
	enum fault f = root_read(&root, s);
	if (f != FAULT_NONE)
		return f;
	root = (struct root_row){ root.generation + 1, r->records, vault_epoch(r->to), { 0 } };
	vault_root(root.hash, r->to, root.generation, r->heads, r->count);
	f = store_exec(s, "DELETE FROM slot; DELETE FROM epoch; DELETE FROM head");
	for (size_t i = 0; i < r->count && f == FAULT_NONE; i++)
		f = head_write(s, &r->heads[i], root.generation);
	if (f == FAULT_NONE)
		f = root_write(s, &root);
	if (f == FAULT_NONE)
		f = slot_write(s, r->to, type, 0, secret, label);
	if (f == FAULT_NONE)
		f = epoch_write(s, r->to);
	if (f == FAULT_NONE)
		f = slots_mac_write(s, r->to);
	return f;
}

static enum fault
reseal_all(struct reseal *r, void (*progress)(size_t done, size_t total, void *arg), void *arg)
{
	int64_t total;
	enum fault f = query_int(&total, r->store, "SELECT count(*) FROM record");
	while (f == FAULT_NONE) {
		if (progress != NULL && (r->records % 256 == 0 || r->records == (uint64_t)total))
			progress((size_t)r->records, (size_t)total, arg);
		f = reseal_row(r);
	}
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* A copy of the vault with a new master key and one more epoch. */
static enum fault
renewed(struct vault **out, struct store *s)
{
	const struct vault *now;
	struct vault *v = NULL;
	enum fault f = vault_borrow(&now, s);
	if (f != FAULT_NONE)
		return f;
	f = vault_copy(&v, now);
	vault_return(s);
	if (f == FAULT_NONE) {
		vault_rekey(v);
		f = vault_epoch_new(v);
	}
	if (f != FAULT_NONE) {
		vault_free(v);
		return f;
	}
	*out = v;
	return FAULT_NONE;
}

enum fault
store_rekey(struct store *s, enum vault_slot_type type, const struct vault_secret *secret,
	const char *label, void (*progress)(size_t done, size_t total, void *arg), void *arg)
{
	struct vault *to = NULL;
	struct reseal r = { .store = s };
	if (s->depth > 0)
		return fault(FAULT_BUSY, "a transaction is open");
	if (type == SLOT_KEYRING)
		return fault(FAULT_INPUT, "a keyring alone may lose its key: choose a passphrase or a key file");
	enum fault f = heads_begin(s);    /* unlocked, writable, and nothing built on sand */
	if (f != FAULT_NONE)
		return f;
	text_init(&r.plain, (size_t)VAULT_PLAIN_MAX * 2);
	f = renewed(&to, s);
	r.from = r.to = to;       /* a row's AAD needs the store's id only */
	if (f == FAULT_NONE)
		f = reseal_all(&r, progress, arg);
	if (f == FAULT_NONE)
		f = replace_keys(&r, type, secret, label);
	heads_forget(s);
	s->changing = false;      /* heads and root are written already */
	f = store_finish(s, f);
	if (f == FAULT_NONE) {
		vault_install(s, to);
		to = NULL;
		anchor_write(s, false);
		connection_tidy(s);
	}
	vault_free(to);
	vault_wipe(r.plain.data, r.plain.data ? r.plain.cap : 0);
	text_clear(&r.plain);
	for (size_t i = 0; i < BATCH_ROWS; i++)
		mem_free(r.batch[i].blob);
	mem_free(r.blob);
	mem_free(r.heads);
	return f;
}

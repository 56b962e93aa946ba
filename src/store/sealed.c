/* Sealed records going in: put, edit, bury.
 *
 * An edit is a row with the next revision; a deletion is one too, of the kind
 * tombstone, so that it is authenticated by the chain like everything else.  The
 * rows before it keep their (AAD, tag) and lose their blob.  A row without a blob
 * that no later revision explains is therefore an alteration, not a deletion.
 */
#include "store_in.h"

_Static_assert(KIND_TOMBSTONE == 12, "stands in the SQL below");

static enum fault
row_insert(struct store *s, const struct vault_record *r, const unsigned char *blob, size_t blob_bytes)
{
	struct statement *st;
	enum fault f = store_prepare(&st, s,
		"INSERT INTO record (" RECORD_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
		" ON CONFLICT (rec_id, owner, rev) DO NOTHING");
	int64_t added = 0;
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, (int64_t)r->lseq);
	statement_int(st, 2, r->kind);
	statement_int(st, 3, r->fmt);
	statement_int(st, 4, r->epoch);
	statement_int(st, 5, r->rev);
	statement_int(st, 6, r->flags);
	statement_int(st, 7, (int64_t)(blob_bytes - VAULT_SEAL_BYTES));
	owner_bind(st, 8, r->owner);
	statement_blob_static(st, 9, r->conv_id, VAULT_ID_BYTES);
	statement_blob_static(st, 10, r->rec_id, VAULT_ID_BYTES);
	statement_blob_static(st, 11, blob + blob_bytes - VAULT_TAG_BYTES, VAULT_TAG_BYTES);
	statement_blob_static(st, 12, blob, blob_bytes);
	f = statement_run(st, &added);
	statement_done(st);
	return f == FAULT_NONE && added == 0 ? fault(FAULT_EXISTS, "a record with that id is there") : f;
}

static struct own_id
own(const struct store *s, const unsigned char *id)
{
	struct own_id key;
	memcpy(key.owner, s->owner, VAULT_ID_BYTES);
	memcpy(key.id, id, VAULT_ID_BYTES);
	return key;
}

enum fault
record_append(struct store *s, const struct record_new *new)
{
	struct heads *h = &s->sealing->heads;
	unsigned char aad[VAULT_AAD_BYTES];
	const struct vault *v;
	size_t size = vault_sealed_size(new->n);
	if (new->n > VAULT_PLAIN_MAX)
		return fault(FAULT_LIMIT, "a record of %zu bytes; %u are allowed", new->n, VAULT_PLAIN_MAX);
	enum fault f = vault_borrow(&v, s);
	if (f != FAULT_NONE)
		return f;
	struct vault_record r = { .kind = new->kind, .fmt = VAULT_FMT, .epoch = vault_epoch(v),
		.lseq = h->last_lseq + 1, .rev = new->rev, .flags = new->flags };
	memcpy(r.owner, s->owner, VAULT_ID_BYTES);
	memcpy(r.conv_id, new->conv_id, VAULT_ID_BYTES);
	memcpy(r.rec_id, new->rec_id, VAULT_ID_BYTES);
	mem_reserve(&s->blob, &s->blob_cap, size, 1);
	unsigned char *blob = s->blob;
	f = vault_seal(blob, aad, v, &r, new->plain, new->n);
	if (f == FAULT_NONE)
		f = row_insert(s, &r, blob, size);
	if (f == FAULT_NONE) {
		struct own_id key = own(s, r.conv_id);
		struct vault_head *head = head_put(&h->items, &h->count, &h->cap, v, &key);
		vault_chain_step(head->h, v, aad, blob + size - VAULT_TAG_BYTES);
		head->n++;
		h->records++;
		h->last_lseq = r.lseq;
		heads_changed(s, &key);
	}
	vault_return(s);
	return f;
}

/* Newest revision of a record: its chain, kind and number. */
struct newest { id_bytes conv_id; enum vault_kind kind; uint32_t rev; };
static enum fault
newest_find(struct newest *out, struct store *s, const unsigned char *rec_id)
{
	struct statement *st;
	size_t n;
	enum fault f = store_prepare(&st, s,
		"SELECT conv_id, kind, rev FROM record WHERE owner = ? AND rec_id = ? ORDER BY rev DESC LIMIT 1");
	if (f != FAULT_NONE)
		return f;
	owner_bind(st, 1, s->owner);
	statement_blob_static(st, 2, rec_id, VAULT_ID_BYTES);
	f = statement_step(st);
	if (f == FAULT_NONE) {
		const void *conv_id = statement_col_blob(st, 0, &n);
		out->kind = (enum vault_kind)statement_col_int(st, 1);
		out->rev = (uint32_t)statement_col_int(st, 2);
		if (n == VAULT_ID_BYTES)
			memcpy(out->conv_id, conv_id, n);
		else
			f = fault(FAULT_DAMAGED, "a record without a conversation");
	}
	statement_done(st);
	return f;
}

static enum fault
blobs_drop(struct store *s, const char *sql, const unsigned char *id, int64_t below)
{
	struct statement *st;
	enum fault f = store_prepare(&st, s, sql);
	if (f != FAULT_NONE)
		return f;
	owner_bind(st, 1, s->owner);
	statement_blob_static(st, 2, id, VAULT_ID_BYTES);
	statement_int(st, 3, below);
	f = statement_run_later(st);
	statement_done(st);
	return f;
}

/* The next revision of a record that is there. */
static enum fault
append_next(struct store *s, struct record_new *new)
{
	struct newest old;
	enum fault f = newest_find(&old, s, new->rec_id);
	if (f != FAULT_NONE)
		return f;
	if (memcmp(old.conv_id, new->conv_id, VAULT_ID_BYTES) != 0)
		return fault(FAULT_INPUT, "a record cannot move to another conversation");
	if (old.kind != new->kind && old.kind != KIND_TOMBSTONE && new->kind != KIND_TOMBSTONE)
		return fault(FAULT_INPUT, "a record cannot change from kind %d to %d", (int)old.kind, (int)new->kind);
	if (old.rev == UINT32_MAX)
		return fault(FAULT_LIMIT, "a record has no more revisions");
	new->rev = old.rev + 1;
	f = record_append(s, new);
	if (f != FAULT_NONE)
		return f;
	return blobs_drop(s,
		"UPDATE record SET blob = NULL WHERE owner = ? AND rec_id = ? AND rev < ? AND blob IS NOT NULL",
		new->rec_id, new->rev);
}

enum fault
store_put(struct store *s, enum vault_kind kind, const char *conv_id, const char *rec_id,
	const char *plain, size_t plain_bytes)
{
	struct record_new new = { .kind = kind, .rev = 1, .plain = plain, .n = plain_bytes };
	if (kind == KIND_TOMBSTONE)
		return fault(FAULT_INPUT, "tombstones are made by burying");
	enum fault f = vault_id_parse(new.conv_id, conv_id, "conversation");
	if (f == FAULT_NONE)
		f = vault_id_parse(new.rec_id, rec_id, "record");
	if (f == FAULT_NONE)
		f = heads_begin(s);
	if (f != FAULT_NONE)
		return f;
	f = record_append(s, &new);
	if (f == FAULT_EXISTS)
		f = append_next(s, &new);
	return store_finish(s, f);
}

enum fault
store_bury(struct store *s, const char *rec_id)
{
	struct record_new new = { .kind = KIND_TOMBSTONE };
	struct newest old;
	enum fault f = vault_id_parse(new.rec_id, rec_id, "record");
	if (f == FAULT_NONE)
		f = heads_begin(s);
	if (f != FAULT_NONE)
		return f;
	f = newest_find(&old, s, new.rec_id);
	if (f == FAULT_ABSENT || (f == FAULT_NONE && old.kind == KIND_TOMBSTONE))
		f = fault(FAULT_ABSENT, "no record %s", rec_id);
	if (f == FAULT_NONE) {
		memcpy(new.conv_id, old.conv_id, VAULT_ID_BYTES);
		f = append_next(s, &new);
	}
	return store_finish(s, f);
}

/* One tombstone for all that is in the chain now; later records live. */
enum fault
store_bury_chain(struct store *s, const char *conv_id)
{
	struct record_new new = { .kind = KIND_TOMBSTONE, .rev = 1, .flags = SEALED_CHAIN_END };
	enum fault f = vault_id_parse(new.conv_id, conv_id, "conversation");
	if (f == FAULT_NONE)
		f = heads_begin(s);
	if (f != FAULT_NONE)
		return f;
	struct own_id key = own(s, new.conv_id);
	if (!heads_has(s, &key))
		f = fault(FAULT_ABSENT, "no conversation %s", conv_id);
	vault_id_new(new.rec_id);
	if (f == FAULT_NONE)
		f = record_append(s, &new);
	if (f == FAULT_NONE)
		f = blobs_drop(s,
			"UPDATE record SET blob = NULL WHERE owner = ? AND conv_id = ? AND lseq < ? "
			"AND blob IS NOT NULL",
			new.conv_id, (int64_t)s->sealing->heads.last_lseq);
	return store_finish(s, f);
}

/* The chains of the owner that hold something. */
static enum fault
living_chains(struct owner_list *out, struct store *s)
{
	struct statement *st;
	size_t n;
	enum fault f = store_prepare(&st, s,
		"SELECT DISTINCT conv_id FROM record WHERE owner = ? AND blob IS NOT NULL AND kind <> 12");
	if (f != FAULT_NONE)
		return f;
	owner_bind(st, 1, s->owner);
	while ((f = statement_step(st)) == FAULT_NONE) {
		const void *conv_id = statement_col_blob(st, 0, &n);
		mem_reserve(&out->items, &out->cap, out->count + 1, sizeof out->items[0]);
		memset(out->items[out->count], 0, VAULT_ID_BYTES);
		memcpy(out->items[out->count++], conv_id, n < VAULT_ID_BYTES ? n : VAULT_ID_BYTES);
	}
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* One tombstone for each chain, as for one chain. */
static enum fault
bury_chains(struct store *s, const struct owner_list *chains)
{
	enum fault f = FAULT_NONE;
	for (size_t i = 0; i < chains->count && f == FAULT_NONE; i++) {
		char conv_id[ID_BYTES];
		f = store_bury_chain(s, vault_id_text(conv_id, chains->items[i]));
	}
	return f;
}

enum fault
store_bury_owner(struct store *s)
{
	struct owner_list chains = { 0 };
	enum fault f = heads_begin(s);
	if (f != FAULT_NONE)
		return f;
	f = living_chains(&chains, s);
	if (f == FAULT_NONE)
		f = bury_chains(s, &chains);
	mem_free(chains.items);
	return store_finish(s, f);
}

enum fault
store_vacuum(struct store *s)
{
	if (s->depth > 0)
		return fault(FAULT_BUSY, "a transaction is open");
	enum fault f = connection_ready(s);
	if (f == FAULT_NONE)
		f = s->driver->vacuum(s);
	connection_tidy(s);
	return f;
}

/* Every chain again from its first record: one scan over the rows in the order in
 * which they were written, each chain's hash carried in memory, then compared with
 * the heads and the root.  Nothing is decrypted unless asked: AAD and tag are in
 * columns, and blobs are not even read.
 *
 * A row without a blob must be explained by a later revision of its record or by a
 * tombstone that ends the chain before it; a row that such a tombstone covers must
 * have none.  So neither emptying a record nor bringing one back goes unseen.
 */
#include <stdlib.h>
#include "store_in.h"

/* What the scan knows of one chain. */
struct chain { struct vault_head head; uint64_t live, unexplained; uint32_t ends; };
/* A record whose newest row so far has no blob. */
struct emptied { struct own_id key; bool used; uint32_t ends; };
/* Open addressing over owners and ids; both are random, so their first bytes are
 * the hash. */
struct table { uint32_t *at; size_t size; };

struct scan {
	struct store *store;
	struct chain *chains;
	size_t chain_count, chain_cap;
	struct emptied *emptied;
	size_t emptied_count, emptied_cap;
	struct table chain_table, emptied_table;
	uint64_t records;
};

static uint64_t
id_hash(const struct own_id *key)
{
	uint64_t h, owner;
	memcpy(&h, key->id, sizeof h);
	memcpy(&owner, key->owner, sizeof owner);
	return (h ^ owner << 1) * 0x9E3779B97F4A7C15u >> 20;
}

/* Both item types begin with their owner and id. */
static const struct own_id *
item_id(const void *items, size_t item_bytes, uint32_t i)
{
	return (const void *)((const unsigned char *)items + i * item_bytes);
}

static void
table_grow(struct table *t, const void *items, size_t item_bytes, size_t count)
{
	if (count * 2 < t->size)
		return;
	mem_free(t->at);
	t->size = t->size ? t->size * 2 : 256;
	t->at = mem_new_array(t->size, sizeof t->at[0]);
	for (uint32_t i = 0; i < count; i++) {
		size_t slot = id_hash(item_id(items, item_bytes, i)) & (t->size - 1);
		while (t->at[slot] != 0)
			slot = (slot + 1) & (t->size - 1);
		t->at[slot] = i + 1;
	}
}

/* The place of id in t: holding its number + 1, or 0 where it may be put. */
static uint32_t *
table_place(struct table *t, const void *items, size_t item_bytes, const struct own_id *key)
{
	size_t slot = id_hash(key) & (t->size - 1);
	while (t->at[slot] != 0 && by_own_id(item_id(items, item_bytes, t->at[slot] - 1), key) != 0)
		slot = (slot + 1) & (t->size - 1);
	return &t->at[slot];
}

static struct chain *
chain_of(struct scan *c, const struct vault *v, const struct own_id *key)
{
	table_grow(&c->chain_table, c->chains, sizeof c->chains[0], c->chain_count);
	uint32_t *place = table_place(&c->chain_table, c->chains, sizeof c->chains[0], key);
	if (*place == 0) {
		mem_reserve(&c->chains, &c->chain_cap, c->chain_count + 1, sizeof c->chains[0]);
		struct chain *chain = &c->chains[c->chain_count++];
		memset(chain, 0, sizeof *chain);
		memcpy(chain->head.owner, key->owner, VAULT_ID_BYTES);
		memcpy(chain->head.conv_id, key->id, VAULT_ID_BYTES);
		vault_chain_start(chain->head.h, v, key->owner, key->id);
		*place = (uint32_t)c->chain_count;
	}
	return &c->chains[*place - 1];
}

static struct emptied *
emptied_of(struct scan *c, const struct own_id *key)
{
	table_grow(&c->emptied_table, c->emptied, sizeof c->emptied[0], c->emptied_count);
	uint32_t *place = table_place(&c->emptied_table, c->emptied, sizeof c->emptied[0], key);
	if (*place == 0) {
		mem_reserve(&c->emptied, &c->emptied_cap, c->emptied_count + 1, sizeof c->emptied[0]);
		struct emptied *e = &c->emptied[c->emptied_count++];
		memset(e, 0, sizeof *e);
		e->key = *key;
		*place = (uint32_t)c->emptied_count;
	}
	return &c->emptied[*place - 1];
}

static struct own_id
own_key(const unsigned char *owner, const unsigned char *id)
{
	struct own_id key;
	memcpy(key.owner, owner, sizeof key.owner);
	memcpy(key.id, id, sizeof key.id);
	return key;
}

static enum fault
altered(const char *what, const unsigned char *conv_id)
{
	char id[ID_BYTES];
	return fault(FAULT_DAMAGED, "conversation %s was altered: %s", vault_id_text(id, conv_id), what);
}

/* Does the presence of the blob agree with what came before and after? */
static enum fault
account(struct scan *c, struct chain *chain, const struct vault_record *r, bool empty)
{
	struct own_id key = own_key(r->owner, r->rec_id);
	if (r->rev > 1) {
		struct emptied *before = emptied_of(c, &key);
		if (!before->used)
			return altered("an edited or deleted record came back", r->conv_id);
		before->used = false;
		if (before->ends == chain->ends)
			chain->unexplained--;
	}
	if (r->kind == KIND_TOMBSTONE && (r->flags & SEALED_CHAIN_END) != 0) {
		if (chain->live > 0)
			return altered("a deleted conversation came back", r->conv_id);
		chain->ends++;
		chain->unexplained = 0;
	}
	if (empty) {
		struct emptied *now = emptied_of(c, &key);
		now->used = true;
		now->ends = chain->ends;
		chain->unexplained++;
	}
	chain->live += !empty;
	return FAULT_NONE;
}

/* live counts rows with a blob; a revision that was edited has none. */
static enum fault
scan_row(struct scan *c, const struct vault *v, struct statement *st)
{
	struct record_row row;
	unsigned char aad[VAULT_AAD_BYTES];
	int64_t blob_bytes = statement_col_int(st, COL_BLOB);
	enum fault f = record_row_read(&row, st);
	if (f != FAULT_NONE)
		return f;
	struct own_id key = own_key(row.bound.owner, row.bound.conv_id);
	struct chain *chain = chain_of(c, v, &key);
	if (blob_bytes >= 0 && (uint64_t)blob_bytes != (uint64_t)row.size + VAULT_SEAL_BYTES)
		return altered("a record has another size", row.bound.conv_id);
	f = account(c, chain, &row.bound, blob_bytes < 0);
	if (f != FAULT_NONE)
		return f;
	vault_record_aad(aad, v, &row.bound, row.size);
	vault_chain_step(chain->head.h, v, aad, row.tag);
	chain->head.n++;
	c->records++;
	return FAULT_NONE;
}

static enum fault
scan_rows(struct scan *c)
{
	struct statement *st;
	const struct vault *v;
	enum fault f = store_prepare(&st, c->store,
		"SELECT lseq, kind, fmt, epoch, rev, flags, size, owner, conv_id, rec_id, tag, "
		"coalesce(length(blob), -1) FROM record ORDER BY lseq");
	if (f != FAULT_NONE)
		return f;
	statement_stream(st);
	f = vault_borrow(&v, c->store);
	if (f == FAULT_NONE) {
		while ((f = statement_step(st)) == FAULT_NONE && (f = scan_row(c, v, st)) == FAULT_NONE)
			;
		vault_return(c->store);
	}
	statement_done(st);
	if (f != FAULT_ABSENT)
		return f;
	for (size_t i = 0; i < c->chain_count; i++)
		if (c->chains[i].unexplained > 0)
			return altered("a record was emptied", c->chains[i].head.conv_id);
	return FAULT_NONE;
}

static void
scan_clear(struct scan *c)
{
	mem_free(c->chains);
	mem_free(c->emptied);
	mem_free(c->chain_table.at);
	mem_free(c->emptied_table.at);
}

/* The scanned chains against the stored heads, both sorted. */
static enum fault
compare_heads(struct scan *c, const struct vault_head *heads, size_t count)
{
	if (c->chain_count > 1)
		qsort(c->chains, c->chain_count, sizeof c->chains[0], by_own_id);
	for (size_t i = 0, j = 0; i < c->chain_count || j < count;) {
		int order = i == c->chain_count ? 1 : j == count ? -1 : by_own_id(&c->chains[i], &heads[j]);
		if (order < 0)
			return altered("it has no head", c->chains[i].head.conv_id);
		if (order > 0)
			return altered("its records are missing", heads[j].conv_id);
		if (c->chains[i].head.n != heads[j].n)
			return altered(c->chains[i].head.n < heads[j].n ? "records are missing"
									: "it has records too many",
				heads[j].conv_id);
		if (!vault_same(c->chains[i].head.h, heads[j].h, VAULT_HASH_BYTES))
			return altered("its records do not fit their chain", heads[j].conv_id);
		i++, j++;
	}
	return FAULT_NONE;
}

static enum fault
check_root(struct store *s, const struct root_row *root, struct vault_head *heads, size_t count)
{
	unsigned char hash[VAULT_HASH_BYTES];
	uint64_t records = 0;
	const struct vault *v;
	enum fault f = vault_borrow(&v, s);
	if (f != FAULT_NONE)
		return f;
	for (size_t i = 0; i < count; i++)
		records += heads[i].n;
	vault_root(hash, v, root->generation, heads, count);
	if (root->epoch != vault_epoch(v))
		f = fault(FAULT_LOCKED, "the passphrase was changed elsewhere: unlock again");
	else if (records != root->count || !vault_same(hash, root->hash, sizeof hash))
		f = fault(FAULT_DAMAGED, "the history was altered: its root does not fit its heads");
	vault_return(s);
	return f;
}

static enum fault
ignore(const struct sealed *rec, void *arg)
{
	(void)rec, (void)arg;
	return FAULT_NONE;
}

enum fault
chains_verify(struct root_row *root, uint64_t *records, struct store *s, bool deep)
{
	struct scan c = { .store = s };
	struct vault_head *heads = NULL;
	size_t count = 0, cap = 0;
	enum fault f = root_read(root, s);
	if (f == FAULT_NONE)
		f = heads_read(&heads, &count, &cap, s, 0);
	if (f == FAULT_NONE)
		f = check_root(s, root, heads, count);
	if (f == FAULT_NONE)
		f = scan_rows(&c);
	if (f == FAULT_NONE)
		f = compare_heads(&c, heads, count);
	if (f == FAULT_NONE && deep)
		f = records_each(s, ignore, NULL);
	if (f == FAULT_NONE && records != NULL)
		*records = c.records;
	scan_clear(&c);
	mem_free(heads);
	return f;
}

enum fault
store_verify(struct store *s, uint64_t *records)
{
	struct root_row root;
	enum fault f = read_begin(s);
	if (f != FAULT_NONE)
		return f;
	f = chains_verify(&root, records, s, true);
	read_end(s);
	return f;
}

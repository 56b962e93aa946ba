/* Locked and unlocked: the first seal, opening with a secret, forgetting the keys.
 *
 * Unlocking believes nothing in the file before it is checked: the slots' MAC,
 * the root over the heads, every chain, then the anchor outside the file.  What
 * contradicts itself opens read only, so that what is whole can still be read.
 */
#include "store_in.h"

enum fault
vault_borrow(const struct vault **out, struct store *s)
{
	pthread_rwlock_rdlock(&s->sealing->lock);
	if (s->sealing->vault != NULL) {
		*out = s->sealing->vault;
		return FAULT_NONE;
	}
	pthread_rwlock_unlock(&s->sealing->lock);
	return fault(FAULT_LOCKED, "the history is locked");
}

void
vault_return(struct store *s)
{
	pthread_rwlock_unlock(&s->sealing->lock);
}

void
vault_install(struct store *s, struct vault *v)
{
	pthread_rwlock_wrlock(&s->sealing->lock);
	struct vault *old = s->sealing->vault;
	s->sealing->vault = v;
	pthread_rwlock_unlock(&s->sealing->lock);
	vault_free(old);
}

bool
store_is_locked(const struct store *s)
{
	pthread_rwlock_rdlock(&s->sealing->lock);
	bool locked = s->sealing->vault == NULL;
	pthread_rwlock_unlock(&s->sealing->lock);
	return locked;
}

bool
store_read_only(const struct store *s)
{
	return s->fixed || atomic_load(&s->sealing->read_only);
}

enum fault
store_writable(const struct store *s)
{
	if (s->fixed)
		return fault(FAULT_DENIED, "the history cannot be written where it lies, only read");
	if (store_read_only(s))
		return fault(FAULT_DENIED, "the history went back or was altered; until that is accepted it can only be read");
	return FAULT_NONE;
}

enum store_anchor_state
store_anchor(const struct store *s, uint64_t *changes_back)
{
	if (changes_back != NULL)
		*changes_back = atomic_load(&s->sealing->changes_back);
	return (enum store_anchor_state)atomic_load(&s->sealing->anchor_state);
}

static enum fault
first_rows(struct store *s, const struct vault *v, enum vault_slot_type type,
	const struct vault_secret *secret, const char *label)
{
	struct root_row root = { 0, 0, vault_epoch(v), { 0 } };
	vault_root(root.hash, v, 0, NULL, 0);
	enum fault f = slot_write(s, v, type, 0, secret, label);
	if (f == FAULT_NONE)
		f = epoch_write(s, v);
	if (f == FAULT_NONE)
		f = root_write(s, &root);
	if (f == FAULT_NONE)
		f = slots_mac_write(s, v);
	return f;
}

enum fault
store_seal_new(struct store *s, enum vault_slot_type type, const struct vault_secret *secret,
	const char *label)
{
	id_bytes store_id;
	struct vault *v = NULL;
	if (type == SLOT_KEYRING)
		return fault(FAULT_INPUT, "a keyring alone may lose its key: choose a passphrase or a key file first");
	enum fault f = store_begin(s);
	if (f != FAULT_NONE)
		return f;
	if (!store_is_new(s))
		f = fault(FAULT_EXISTS, "this history has a key already");
	vault_id_new(store_id);
	if (f == FAULT_NONE)
		f = vault_new(&v, store_id);
	if (f == FAULT_NONE)
		f = first_rows(s, v, type, secret, label);
	f = store_finish(s, f);
	if (f != FAULT_NONE) {
		vault_free(v);
		return f;
	}
	vault_install(s, v);
	atomic_store(&s->sealing->anchor_state, ANCHOR_NONE);
	anchor_write(s, false);
	return FAULT_NONE;
}

/* Try the slots of one type; the vault with its epochs. */
static enum fault
open_slots(struct vault **out, const struct slot_rows *rows, enum vault_slot_type type,
	const struct vault_secret *secret)
{
	struct vault *v = NULL;
	enum fault f = FAULT_DENIED;
	bool any = false;
	for (size_t i = 0; i < rows->slot_count && v == NULL; i++) {
		if (vault_slot_type(rows->slots[i]) != type)
			continue;
		any = true;
		f = vault_slot_open(&v, rows->store_id, rows->slots[i], secret);
	}
	if (!any)
		return fault(FAULT_DENIED, "this history has no slot of that kind");
	for (size_t i = 0; f == FAULT_NONE && i < rows->epoch_count; i++)
		f = vault_epoch_add(v, rows->epochs[i], rows->wrapped[i]);
	if (f == FAULT_NONE && vault_epoch(v) == 0)
		f = fault(FAULT_DAMAGED, "this history has no epoch");
	if (f != FAULT_NONE) {
		vault_free(v);
		return f;
	}
	*out = v;
	return FAULT_NONE;
}

/* Everything that can be checked without reading a record. */
static enum fault
verify_all(struct store *s, const struct slot_rows *rows, const struct anchor_found *anchor)
{
	struct root_row root;
	unsigned char mac[VAULT_HASH_BYTES];
	const struct vault *v = NULL;
	enum fault f = vault_borrow(&v, s);
	if (f != FAULT_NONE)
		return f;
	slots_mac(mac, v, rows);
	vault_return(s);
	if (!vault_same(mac, rows->mac, sizeof mac))
		return fault(FAULT_DAMAGED, "the key slots were altered");
	f = chains_verify(&root, NULL, s, false);
	if (f == FAULT_NONE)
		anchor_compare(s, &root, anchor);
	return f;
}

enum fault
store_unlock(struct store *s, enum vault_slot_type type, const struct vault_secret *secret)
{
	struct slot_rows rows;
	struct anchor_found anchor;
	struct vault *v = NULL;
	if (s->depth > 0)
		return fault(FAULT_BUSY, "a transaction is open");
	anchor_read(&anchor, s);
	enum fault f = read_begin(s);
	if (f != FAULT_NONE)
		return f;
	f = slots_read(&rows, s);
	if (f == FAULT_NONE && rows.slot_count == 0)
		f = fault(FAULT_ABSENT, "this history has no key yet");
	if (f == FAULT_NONE)
		f = open_slots(&v, &rows, type, secret);
	if (f != FAULT_NONE)
		goto out;
	vault_install(s, v);
	atomic_store(&s->sealing->read_only, false);
	atomic_store(&s->sealing->broken, false);
	f = verify_all(s, &rows, &anchor);
	if (f == FAULT_DAMAGED) {
		atomic_store(&s->sealing->anchor_state, ANCHOR_ALTERED);
		atomic_store(&s->sealing->broken, true);
		atomic_store(&s->sealing->read_only, true);
	} else if (f != FAULT_NONE) {
		vault_install(s, NULL);
	}
out:
	read_end(s);
	return f;
}

void
store_forget(struct store *s)
{
	vault_install(s, NULL);
	atomic_store(&s->sealing->read_only, false);
	atomic_store(&s->sealing->anchor_state, ANCHOR_NONE);
}

void
store_lock(struct store *s)
{
	store_rollback(s);
	if (s->db != NULL)
		anchor_write(s, false);
	store_forget(s);
	connection_tidy(s);
}

enum fault
store_anchor_accept(struct store *s)
{
	const struct vault *v = NULL;
	bool broken = atomic_load(&s->sealing->broken);
	if (s->fixed)
		return store_writable(s);
	if (!store_read_only(s))
		return FAULT_NONE;
	enum fault f = store_begin(s);
	if (f != FAULT_NONE)
		return f;
	f = vault_borrow(&v, s);
	if (f == FAULT_NONE) {
		if (broken)
			f = slots_mac_write(s, v);
		vault_return(s);
	}
	if (f == FAULT_NONE && broken)
		f = chains_rebuild(s);
	f = store_finish(s, f);
	if (f != FAULT_NONE)
		return f;
	log_event(LOG_WARN, "store", "accepted", "broken=%d changes_back=%llu", broken,
		(unsigned long long)atomic_load(&s->sealing->changes_back));
	atomic_store(&s->sealing->read_only, false);
	atomic_store(&s->sealing->broken, false);
	atomic_store(&s->sealing->anchor_state, ANCHOR_SAME);
	atomic_store(&s->sealing->changes_back, 0);
	anchor_write(s, false);
	return FAULT_NONE;
}

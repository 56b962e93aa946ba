/* The arena of keys: made, copied, extended by epochs, wiped.
 *
 * The master key never touches a record: it wraps epoch keys, and everything
 * else is derived from an epoch key by crypto_kdf with a number and a context.
 * A change of passphrase makes a copy of the arena, gives the copy a new master
 * key and a new epoch, and only after the commit takes the place of the old one;
 * so a failed change leaves the old keys untouched.
 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include "vault_in.h"

enum fault
vault_start(void)
{
	struct rlimit none = { 0, 0 };
	if (sodium_init() < 0)
		return fault(FAULT_SYSTEM, "libsodium found no source of randomness");
	if (setrlimit(RLIMIT_CORE, &none) < 0)
		return fault_errno("core dumps cannot be turned off");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return fault_errno("this process cannot be made undumpable");
	return FAULT_NONE;
}

/* sodium_malloc locks its pages and says nothing when that fails; asking again
 * for a page of our own shows whether the limit is spent. */
bool
vault_memory_locked(void)
{
	void *probe = sodium_malloc(VAULT_KEY_BYTES);
	if (probe == NULL)
		return false;
	bool locked = sodium_mlock(probe, VAULT_KEY_BYTES) == 0;
	sodium_free(probe);
	return locked;
}

static void
derive_master(struct vault *v)
{
	crypto_kdf_derive_from_key(v->wrap, VAULT_KEY_BYTES, 1, "stoaepk_", v->master);
	crypto_kdf_derive_from_key(v->slots, VAULT_KEY_BYTES, 2, "stoaslm_", v->master);
}

static void
derive_epoch(struct epoch_keys *k)
{
	crypto_kdf_derive_from_key(k->record, VAULT_KEY_BYTES, 1, "stoarec1", k->epoch_key);
	crypto_kdf_derive_from_key(k->chain, VAULT_KEY_BYTES, 2, "stoachn1", k->epoch_key);
	crypto_kdf_derive_from_key(k->lookup, VAULT_KEY_BYTES, 3, "stoaidx1", k->epoch_key);
	crypto_kdf_derive_from_key(k->anchor, VAULT_KEY_BYTES, 5, "stoaanc1", k->epoch_key);
}

/* Room for one more epoch at the end; the oldest goes when all are taken. */
static struct epoch_keys *
epoch_room(struct vault *v)
{
	if (v->count == VAULT_EPOCHS_MAX) {
		memmove(v->epochs, v->epochs + 1, (VAULT_EPOCHS_MAX - 1) * sizeof v->epochs[0]);
		v->count--;
	}
	return &v->epochs[v->count++];
}

static struct vault *
arena_new(const unsigned char store_id[VAULT_ID_BYTES])
{
	struct vault *v = sodium_malloc(sizeof *v);
	if (v == NULL)
		return NULL;
	memset(v, 0, sizeof *v);
	memcpy(v->store_id, store_id, VAULT_ID_BYTES);
	return v;
}

enum fault
vault_hold(struct vault **out, const unsigned char store_id[VAULT_ID_BYTES],
	const unsigned char master[VAULT_KEY_BYTES])
{
	struct vault *v = arena_new(store_id);
	if (v == NULL)
		return fault(FAULT_SYSTEM, "no protected memory for the keys");
	memcpy(v->master, master, VAULT_KEY_BYTES);
	derive_master(v);
	*out = v;
	return FAULT_NONE;
}

enum fault
vault_new(struct vault **out, const unsigned char store_id[VAULT_ID_BYTES])
{
	struct vault *v = arena_new(store_id);
	if (v == NULL)
		return fault(FAULT_SYSTEM, "no protected memory for the keys");
	vault_rekey(v);
	enum fault f = vault_epoch_new(v);
	if (f != FAULT_NONE) {
		vault_free(v);
		return f;
	}
	*out = v;
	return FAULT_NONE;
}

enum fault
vault_copy(struct vault **out, const struct vault *from)
{
	struct vault *v = arena_new(from->store_id);
	if (v == NULL)
		return fault(FAULT_SYSTEM, "no protected memory for the keys");
	memcpy(v, from, sizeof *v);
	*out = v;
	return FAULT_NONE;
}

void
vault_free(struct vault *v)
{
	sodium_free(v);
}

uint32_t
vault_epoch(const struct vault *v)
{
	return v->count ? v->epochs[v->count - 1].epoch : 0;
}

const unsigned char *
vault_store_id(const struct vault *v)
{
	return v->store_id;
}

const struct epoch_keys *
vault_keys(const struct vault *v, uint32_t epoch)
{
	for (size_t i = v->count; i-- > 0;)
		if (v->epochs[i].epoch == epoch)
			return &v->epochs[i];
	return NULL;
}

const struct epoch_keys *
vault_newest(const struct vault *v)
{
	return v->count ? &v->epochs[v->count - 1] : NULL;
}

enum fault
vault_epoch_new(struct vault *v)
{
	uint32_t epoch = vault_epoch(v);
	if (epoch == UINT32_MAX)
		return fault(FAULT_LIMIT, "this store has used up its epochs");
	struct epoch_keys *k = epoch_room(v);
	k->epoch = epoch + 1;
	randombytes_buf(k->epoch_key, VAULT_KEY_BYTES);
	derive_epoch(k);
	return FAULT_NONE;
}

void
vault_rekey(struct vault *v)
{
	randombytes_buf(v->master, VAULT_KEY_BYTES);
	derive_master(v);
}

#define EPOCH_AAD_BYTES 28
static void
epoch_aad(unsigned char aad[EPOCH_AAD_BYTES], const struct vault *v, uint32_t epoch)
{
	unsigned char *p = put_bytes(aad, "STOAEPK\1", 8);
	p = put_bytes(p, v->store_id, VAULT_ID_BYTES);
	put_le(p, epoch, 4);
}

enum fault
vault_epoch_wrap(unsigned char out[VAULT_EPOCH_BYTES], const struct vault *v, uint32_t epoch)
{
	const struct epoch_keys *k = vault_keys(v, epoch);
	unsigned char aad[EPOCH_AAD_BYTES];
	if (k == NULL)
		return fault(FAULT_ABSENT, "no epoch %u in this vault", epoch);
	epoch_aad(aad, v, epoch);
	randombytes_buf(out, VAULT_NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + VAULT_NONCE_BYTES, NULL, k->epoch_key, VAULT_KEY_BYTES,
		aad, sizeof aad, NULL, out, v->wrap);
	return FAULT_NONE;
}

enum fault
vault_epoch_add(struct vault *v, uint32_t epoch, const unsigned char wrapped[VAULT_EPOCH_BYTES])
{
	unsigned char aad[EPOCH_AAD_BYTES];
	if (epoch <= vault_epoch(v))
		return fault(FAULT_DAMAGED, "epoch %u is out of order", epoch);
	epoch_aad(aad, v, epoch);
	struct epoch_keys *k = epoch_room(v);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(k->epoch_key, NULL, NULL, wrapped + VAULT_NONCE_BYTES,
			VAULT_EPOCH_BYTES - VAULT_NONCE_BYTES, aad, sizeof aad, wrapped, v->wrap) != 0) {
		sodium_memzero(k, sizeof *k);
		v->count--;
		return fault(FAULT_DAMAGED, "the key of epoch %u was altered", epoch);
	}
	k->epoch = epoch;
	derive_epoch(k);
	return FAULT_NONE;
}

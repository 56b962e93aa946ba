/* A slot: the master key, wrapped for one secret (AT-REST.md "Keys").
 *
 *	type u8 | flags u8 | idx u16 | t u32 | m_kib u32 | p u32 | salt 16 |
 *	kcv 32 | nonce 24 | wrapped 48 | label 40
 *
 * Slots come from a file that others may have written, so the cost is bounded
 * before anything is computed: no memory bomb, no downgrade.  The key check value
 * tells a wrong secret from a damaged slot.  A random secret needs no stretching:
 * its cost fields are zero and must be.
 */
#include "vault_in.h"

#include <unistd.h>

#define AT_KCV 32
#define AT_NONCE 64
#define AT_WRAPPED 88
#define AT_LABEL 136
#define LABEL_BYTES 40
#define SLOT_AAD_BYTES (8 + VAULT_ID_BYTES + AT_KCV)
#define COST_PASSES_MAX 10
#define COST_KIB_MIN (46u * 1024)
#define COST_KIB_MAX (1024u * 1024)

static bool
is_stretched(enum vault_slot_type type)
{
	return type == SLOT_PASSPHRASE || type == SLOT_RECOVERY;
}

struct vault_cost
vault_cost_default(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
	bool small = pages > 0 && page > 0 && (uint64_t)pages * (uint64_t)page < 2ull << 30;
	return (struct vault_cost){ 3, small ? 64 * 1024 : 256 * 1024 };
}

static enum fault
check_cost(enum fault kind, enum vault_slot_type type, uint64_t passes, uint64_t kib, uint64_t lanes)
{
	if (!is_stretched(type))
		return passes || kib || lanes ? fault(kind, "a slot of a random key states a cost") : FAULT_NONE;
	if (passes < 1 || passes > COST_PASSES_MAX)
		return fault(kind, "a slot asks for %llu passes; 1 to %d are allowed",
			(unsigned long long)passes, COST_PASSES_MAX);
	if (kib < COST_KIB_MIN || kib > COST_KIB_MAX)
		return fault(kind, "a slot asks for %llu KiB; 46 MiB to 1 GiB are allowed", (unsigned long long)kib);
	if (lanes != 1)
		return fault(kind, "a slot asks for %llu lanes; 1 is allowed", (unsigned long long)lanes);
	return FAULT_NONE;
}

static enum fault
check_slot(const unsigned char slot[VAULT_SLOT_BYTES])
{
	if (slot[0] < SLOT_PASSPHRASE || slot[0] > SLOT_OPEN || slot[1] != 0)
		return fault(FAULT_DAMAGED, "a slot of unknown type %u, flags %u", slot[0], slot[1]);
	return check_cost(FAULT_DAMAGED, (enum vault_slot_type)slot[0], get_le(slot + 4, 4),
		get_le(slot + 8, 4), get_le(slot + 12, 4));
}

static void
slot_aad(unsigned char aad[SLOT_AAD_BYTES], const unsigned char store_id[VAULT_ID_BYTES],
	const unsigned char slot[VAULT_SLOT_BYTES])
{
	unsigned char *p = put_bytes(aad, "STOASLT\1", 8);
	p = put_bytes(p, store_id, VAULT_ID_BYTES);
	put_bytes(p, slot, AT_KCV);
}

/* 32 bytes as they are, or written as 64 hex digits. */
static enum fault
random_key(unsigned char kek[VAULT_KEY_BYTES], const struct vault_secret *secret)
{
	size_t n = 0;
	if (secret->len == VAULT_KEY_BYTES) {
		memcpy(kek, secret->bytes, VAULT_KEY_BYTES);
		return FAULT_NONE;
	}
	if (secret->len != 2 * VAULT_KEY_BYTES ||
	    sodium_hex2bin(kek, VAULT_KEY_BYTES, (const char *)secret->bytes, secret->len, NULL, &n, NULL) != 0 ||
	    n != VAULT_KEY_BYTES)
		return fault(FAULT_INPUT, "a key is 32 bytes or 64 hex digits");
	return FAULT_NONE;
}

/* The key that wraps, from the secret and the slot's own salt and cost. */
static enum fault
slot_key(unsigned char kek[VAULT_KEY_BYTES], const unsigned char slot[VAULT_SLOT_BYTES],
	const struct vault_secret *secret)
{
	if (secret->bytes == NULL || secret->len == 0)
		return fault(FAULT_INPUT, "the secret is empty");
	if (!is_stretched((enum vault_slot_type)slot[0]))
		return random_key(kek, secret);
	if (crypto_pwhash(kek, VAULT_KEY_BYTES, (const char *)secret->bytes, secret->len, slot + 16,
			get_le(slot + 4, 4), (size_t)get_le(slot + 8, 4) * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return fault(FAULT_SYSTEM, "not enough memory to stretch the passphrase (%llu MiB)",
			(unsigned long long)get_le(slot + 8, 4) / 1024);
	return FAULT_NONE;
}

enum fault
vault_slot_make(unsigned char slot[VAULT_SLOT_BYTES], const struct vault *v,
	enum vault_slot_type type, uint16_t idx, const struct vault_secret *secret,
	struct vault_cost cost, const char *label)
{
	unsigned char made[VAULT_SLOT_BYTES] = { 0 }, aad[SLOT_AAD_BYTES];
	bool stretched = is_stretched(type);
	if (type < SLOT_PASSPHRASE || type > SLOT_OPEN)
		return fault(FAULT_INPUT, "no slot type %d", (int)type);
	if (!stretched)
		cost = (struct vault_cost){ 0, 0 };
	enum fault f = check_cost(FAULT_INPUT, type, cost.passes, cost.memory_kib, stretched);
	if (f != FAULT_NONE)
		return f;
	made[0] = (unsigned char)type;
	put_le(made + 2, idx, 2);
	put_le(made + 4, cost.passes, 4);
	put_le(made + 8, cost.memory_kib, 4);
	put_le(made + 12, stretched, 4);
	randombytes_buf(made + 16, 16);
	memcpy(made + AT_LABEL, label, utf8_floor(label, strlen(label), LABEL_BYTES));
	struct vault_secret kek = vault_secret_new(VAULT_KEY_BYTES);
	if (kek.bytes == NULL)
		return fault(FAULT_SYSTEM, "no protected memory for a key");
	f = slot_key(kek.bytes, made, secret);
	if (f != FAULT_NONE)
		goto out;
	slot_aad(aad, v->store_id, made);
	crypto_generichash(made + AT_KCV, VAULT_HASH_BYTES, aad, sizeof aad, kek.bytes, kek.len);
	randombytes_buf(made + AT_NONCE, VAULT_NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(made + AT_WRAPPED, NULL, v->master, VAULT_KEY_BYTES,
		aad, sizeof aad, NULL, made + AT_NONCE, kek.bytes);
	memcpy(slot, made, sizeof made);
out:
	vault_secret_clear(&kek);
	return f;
}

/* The master key in the second half of keys, by the wrapping key in the first. */
static enum fault
unwrap_master(struct vault_secret *keys, const unsigned char store_id[VAULT_ID_BYTES],
	const unsigned char slot[VAULT_SLOT_BYTES])
{
	unsigned char aad[SLOT_AAD_BYTES], kcv[VAULT_HASH_BYTES];
	unsigned char *kek = keys->bytes, *master = keys->bytes + VAULT_KEY_BYTES;
	slot_aad(aad, store_id, slot);
	crypto_generichash(kcv, sizeof kcv, aad, sizeof aad, kek, VAULT_KEY_BYTES);
	if (sodium_memcmp(kcv, slot + AT_KCV, sizeof kcv) != 0)
		return fault(FAULT_DENIED, "that passphrase, key or code does not open it");
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(master, NULL, NULL, slot + AT_WRAPPED,
		    AT_LABEL - AT_WRAPPED, aad, sizeof aad, slot + AT_NONCE, kek) != 0)
		return fault(FAULT_DAMAGED, "the master key in slot %u was altered", (unsigned)get_le(slot + 2, 2));
	return FAULT_NONE;
}

enum fault
vault_slot_open(struct vault **out, const unsigned char store_id[VAULT_ID_BYTES],
	const unsigned char slot[VAULT_SLOT_BYTES], const struct vault_secret *secret)
{
	enum fault f = check_slot(slot);
	if (f != FAULT_NONE)
		return f;
	struct vault_secret keys = vault_secret_new(2 * VAULT_KEY_BYTES);
	if (keys.bytes == NULL)
		return fault(FAULT_SYSTEM, "no protected memory for a key");
	f = slot_key(keys.bytes, slot, secret);
	if (f == FAULT_NONE)
		f = unwrap_master(&keys, store_id, slot);
	if (f == FAULT_NONE)
		f = vault_hold(out, store_id, keys.bytes + VAULT_KEY_BYTES);
	vault_secret_clear(&keys);
	return f;
}

enum vault_slot_type
vault_slot_type(const unsigned char slot[VAULT_SLOT_BYTES])
{
	return (enum vault_slot_type)slot[0];
}

void
vault_slot_label(char out[41], const unsigned char slot[VAULT_SLOT_BYTES])
{
	memcpy(out, slot + AT_LABEL, LABEL_BYTES);
	out[LABEL_BYTES] = '\0';
}

void
vault_slots_mac(unsigned char out[VAULT_HASH_BYTES], const struct vault *v,
	const void *slots_and_epochs, size_t len)
{
	crypto_generichash_state h;
	crypto_generichash_init(&h, v->slots, VAULT_KEY_BYTES, VAULT_HASH_BYTES);
	crypto_generichash_update(&h, (const unsigned char *)"STOASLM\1", 8);
	crypto_generichash_update(&h, v->store_id, VAULT_ID_BYTES);
	crypto_generichash_update(&h, slots_and_epochs, len);
	crypto_generichash_final(&h, out, VAULT_HASH_BYTES);
}

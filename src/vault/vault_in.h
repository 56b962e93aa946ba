/* The inside of the vault room: the arena of keys and little-endian bytes.
 *
 * struct vault is itself one sodium_malloc allocation, so every key that outlives
 * a call is locked in memory, fenced by guard pages and wiped when it is freed;
 * small mlock limits (64 KiB) are spent once.
 */
#ifndef VAULT_IN_H
#define VAULT_IN_H
#include <sodium.h>
#include <string.h>
#include "stoa/vault.h"

#define VAULT_EPOCHS_MAX 8          /* in memory; on disk there is one after a rekey */
#define VAULT_NONCE_BYTES 24

struct epoch_keys {
	uint32_t epoch;
	unsigned char epoch_key[VAULT_KEY_BYTES];
	unsigned char record[VAULT_KEY_BYTES], chain[VAULT_KEY_BYTES];
	unsigned char lookup[VAULT_KEY_BYTES], anchor[VAULT_KEY_BYTES];
};
struct vault {
	unsigned char store_id[VAULT_ID_BYTES];
	unsigned char master[VAULT_KEY_BYTES];
	unsigned char wrap[VAULT_KEY_BYTES], slots[VAULT_KEY_BYTES];   /* from master */
	size_t count;
	struct epoch_keys epochs[VAULT_EPOCHS_MAX];                    /* oldest first */
};

/* An empty vault with this master key and no epoch. */
enum fault vault_hold(struct vault **out, const unsigned char store_id[VAULT_ID_BYTES], const unsigned char master[VAULT_KEY_BYTES]) STOA_MUST;
/* The keys of an epoch; NULL when the vault does not hold it. */
const struct epoch_keys *vault_keys(const struct vault *v, uint32_t epoch);
/* The keys of the newest epoch; a vault in use has at least one. */
const struct epoch_keys *vault_newest(const struct vault *v);

static inline unsigned char *
put_bytes(unsigned char *p, const void *bytes, size_t n)
{
	memcpy(p, bytes, n);
	return p + n;
}

static inline unsigned char *
put_le(unsigned char *p, uint64_t value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)(value >> (8 * i));
	return p + n;
}

static inline uint64_t
get_le(const unsigned char *p, size_t n)
{
	uint64_t value = 0;
	for (size_t i = 0; i < n; i++)
		value |= (uint64_t)p[i] << (8 * i);
	return value;
}

#endif

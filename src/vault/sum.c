/* Sums by which a file or a passage is known again.  No key: whoever has the bytes
 * can make them; they find damage and change, they prove no owner.
 */
#include <assert.h>
#include <string.h>
#include <sodium.h>
#include "stoa/vault.h"

static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(struct vault_sha256), "the state fits");

static crypto_hash_sha256_state *
inside(struct vault_sha256 *h)
{
	return (crypto_hash_sha256_state *)(void *)h->state;
}

void
vault_sha256_start(struct vault_sha256 *h)
{
	crypto_hash_sha256_init(inside(h));
}

void
vault_sha256_add(struct vault_sha256 *h, const void *bytes, size_t n)
{
	crypto_hash_sha256_update(inside(h), bytes, n);
}

void
vault_sha256_end(char hex[VAULT_SHA256_TEXT], struct vault_sha256 *h)
{
	unsigned char hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256_final(inside(h), hash);
	sodium_bin2hex(hex, VAULT_SHA256_TEXT, hash, sizeof hash);
}

void
vault_sum(unsigned char *out, size_t out_bytes, const void *bytes, size_t n)
{
	crypto_generichash(out, out_bytes, bytes, n, NULL, 0);
}

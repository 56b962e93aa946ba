/* The set of records: chain, root, anchor, and keyed look-ups (AT-REST.md).
 *
 * A record alone cannot say that another is missing.  Each conversation is a
 * chain of (AAD, tag); the root covers all chains' heads and a generation that
 * grows with each change; the anchor repeats both outside the file, so that an
 * older copy of the whole file is noticed.  Keys are those of the newest epoch.
 * An owner is bound into the start of his chains and into his heads; nobody (zeros)
 * adds no bytes, so that a history from before there were owners stays as it is.
 *
 *	anchor: "STOAANC\1" | epoch u32 | nonce 24 | sealed (store | generation | root) 56 | tag 16 | zeros
 */
#include <stdlib.h>
#include "vault_in.h"

#define ANCHOR_HEAD 12
#define ANCHOR_PLAIN (VAULT_ID_BYTES + 8 + VAULT_HASH_BYTES)
#define ANCHOR_USED (ANCHOR_HEAD + VAULT_NONCE_BYTES + ANCHOR_PLAIN + VAULT_TAG_BYTES)
#define HEAD_BYTES (2 * VAULT_ID_BYTES + 8 + VAULT_HASH_BYTES)
#define HEADS_AT_ONCE 64

void
vault_chain_start(unsigned char h[VAULT_HASH_BYTES], const struct vault *v,
	const unsigned char owner[VAULT_ID_BYTES], const unsigned char conv_id[VAULT_ID_BYTES])
{
	unsigned char first[8 + 3 * VAULT_ID_BYTES];
	unsigned char *p = put_bytes(first, "STOACHN\1", 8);
	p = put_bytes(p, v->store_id, VAULT_ID_BYTES);
	p = put_bytes(p, conv_id, VAULT_ID_BYTES);
	if (!sodium_is_zero(owner, VAULT_ID_BYTES))
		p = put_bytes(p, owner, VAULT_ID_BYTES);
	crypto_generichash(h, VAULT_HASH_BYTES, first, (size_t)(p - first), vault_newest(v)->chain, VAULT_KEY_BYTES);
}

void
vault_chain_step(unsigned char h[VAULT_HASH_BYTES], const struct vault *v,
	const unsigned char aad[VAULT_AAD_BYTES], const unsigned char tag[VAULT_TAG_BYTES])
{
	unsigned char link[VAULT_HASH_BYTES + VAULT_AAD_BYTES + VAULT_TAG_BYTES];
	unsigned char *p = put_bytes(link, h, VAULT_HASH_BYTES);
	p = put_bytes(p, aad, VAULT_AAD_BYTES);
	put_bytes(p, tag, VAULT_TAG_BYTES);
	crypto_generichash(h, VAULT_HASH_BYTES, link, sizeof link, vault_newest(v)->chain, VAULT_KEY_BYTES);
}

/* A head begins with its owner and conv_id, one after the other. */
static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, (size_t)2 * VAULT_ID_BYTES);
}

static void
sort_heads(struct vault_head *heads, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (by_id(&heads[i - 1], &heads[i]) > 0) {
			qsort(heads, count, sizeof heads[0], by_id);
			return;
		}
}

void
vault_root(unsigned char out[VAULT_HASH_BYTES], const struct vault *v, uint64_t generation,
	struct vault_head *heads, size_t count)
{
	crypto_generichash_state h;
	unsigned char buf[HEADS_AT_ONCE * HEAD_BYTES];
	unsigned char *p = put_bytes(buf, "STOAROT\1", 8);
	p = put_bytes(p, v->store_id, VAULT_ID_BYTES);
	p = put_le(p, generation, 8);
	uint64_t owned = 0;
	sort_heads(heads, count);
	crypto_generichash_init(&h, vault_newest(v)->chain, VAULT_KEY_BYTES, VAULT_HASH_BYTES);
	for (size_t i = 0; i < count; i++) {
		if (p + HEAD_BYTES > buf + sizeof buf) {
			crypto_generichash_update(&h, buf, (size_t)(p - buf));
			p = buf;
		}
		if (owned > 0 || !sodium_is_zero(heads[i].owner, VAULT_ID_BYTES)) {
			p = put_bytes(p, heads[i].owner, VAULT_ID_BYTES);
			owned++;
		}
		p = put_bytes(p, heads[i].conv_id, VAULT_ID_BYTES);
		p = put_le(p, heads[i].n, 8);
		p = put_bytes(p, heads[i].h, VAULT_HASH_BYTES);
	}
	crypto_generichash_update(&h, buf, (size_t)(p - buf));
	if (owned > 0) {                /* their number, so that no two lists give the same bytes */
		put_le(buf, owned, 8);
		crypto_generichash_update(&h, buf, 8);
	}
	crypto_generichash_final(&h, out, VAULT_HASH_BYTES);
}

enum fault
vault_anchor_seal(unsigned char out[VAULT_ANCHOR_BYTES], const struct vault *v, uint64_t generation,
	const unsigned char root[VAULT_HASH_BYTES])
{
	const struct epoch_keys *k = vault_newest(v);
	unsigned char plain[ANCHOR_PLAIN];
	unsigned char *p = put_bytes(plain, v->store_id, VAULT_ID_BYTES);
	p = put_le(p, generation, 8);
	put_bytes(p, root, VAULT_HASH_BYTES);
	memset(out, 0, VAULT_ANCHOR_BYTES);
	p = put_bytes(out, "STOAANC\1", 8);
	p = put_le(p, k->epoch, 4);
	randombytes_buf(p, VAULT_NONCE_BYTES);
	crypto_aead_xchacha20poly1305_ietf_encrypt(p + VAULT_NONCE_BYTES, NULL, plain, sizeof plain,
		out, ANCHOR_HEAD, NULL, p, k->anchor);
	return FAULT_NONE;
}

enum fault
vault_anchor_epoch(uint32_t *epoch, const unsigned char anchor[VAULT_ANCHOR_BYTES])
{
	if (memcmp(anchor, "STOAANC\1", 8) != 0 ||
	    !sodium_is_zero(anchor + ANCHOR_USED, VAULT_ANCHOR_BYTES - ANCHOR_USED))
		return fault(FAULT_DAMAGED, "the anchor is not one of ours");
	*epoch = (uint32_t)get_le(anchor + 8, 4);
	return FAULT_NONE;
}

enum fault
vault_anchor_open(uint64_t *generation, unsigned char root[VAULT_HASH_BYTES], const struct vault *v,
	const unsigned char anchor[VAULT_ANCHOR_BYTES])
{
	unsigned char plain[ANCHOR_PLAIN];
	const unsigned char *nonce = anchor + ANCHOR_HEAD;
	uint32_t epoch;
	enum fault f = vault_anchor_epoch(&epoch, anchor);
	if (f != FAULT_NONE)
		return f;
	const struct epoch_keys *k = vault_keys(v, epoch);
	if (k == NULL)
		return fault(FAULT_ABSENT, "the anchor is of epoch %u", epoch);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, nonce + VAULT_NONCE_BYTES,
			ANCHOR_PLAIN + VAULT_TAG_BYTES, anchor, ANCHOR_HEAD, nonce, k->anchor) != 0 ||
	    memcmp(plain, v->store_id, VAULT_ID_BYTES) != 0)
		return fault(FAULT_DAMAGED, "the anchor was altered");
	*generation = get_le(plain + VAULT_ID_BYTES, 8);
	memcpy(root, plain + VAULT_ID_BYTES + 8, VAULT_HASH_BYTES);
	return FAULT_NONE;
}

void
vault_lookup(unsigned char out[VAULT_HASH_BYTES], const struct vault *v, const void *bytes, size_t n)
{
	crypto_generichash(out, VAULT_HASH_BYTES, bytes, n, vault_newest(v)->lookup, VAULT_KEY_BYTES);
}

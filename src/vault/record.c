/* A sealed record (AT-REST.md): padded, encrypted, bound to its place.
 *
 *	'S' | suite u8 = 1 | epoch u32 | nonce 24 | ciphertext P | tag 16
 *
 * The padding hides lengths in steps of 256 bytes up to 4096 and by Padme above
 * (Nikitin et al. 2019: at most 12 % more, O(log log n) bits told).  The reader
 * recomputes the size from the length it found, so one text has one form only.
 */
#include "vault_in.h"

#define SUITE 1
#define BLOB_HEAD 30
_Static_assert(BLOB_HEAD + VAULT_TAG_BYTES == VAULT_SEAL_BYTES, "the blob's head and tag");
#define STEP 256u
#define STEPS_END 4096u

static size_t
padded_size(size_t plain_bytes)
{
	size_t need = plain_bytes + 1;
	if (need <= STEPS_END)
		return (need + STEP - 1) / STEP * STEP;
	unsigned e = 63 - (unsigned)__builtin_clzll(need);
	unsigned s = 32 - (unsigned)__builtin_clz(e);
	size_t mask = ((size_t)1 << (e - s)) - 1;
	return (need + mask) & ~mask;
}

size_t
vault_sealed_size(size_t plain_bytes)
{
	return padded_size(plain_bytes) + VAULT_SEAL_BYTES;
}

void
vault_record_aad(unsigned char aad[VAULT_AAD_BYTES], const struct vault *v,
	const struct vault_record *r, uint32_t padded)
{
	unsigned char *p = put_bytes(aad, "STOAREC\1", 8);
	*p++ = SUITE;
	*p++ = (unsigned char)r->kind;
	p = put_le(p, r->fmt, 2);
	p = put_le(p, r->epoch, 4);
	p = put_bytes(p, v->store_id, VAULT_ID_BYTES);
	p = put_bytes(p, r->conv_id, VAULT_ID_BYTES);
	p = put_bytes(p, r->rec_id, VAULT_ID_BYTES);
	p = put_le(p, r->lseq, 8);
	p = put_le(p, r->rev, 4);
	p = put_le(p, r->flags, 4);
	p = put_bytes(p, r->owner, 8);   /* 96 of its bits; the chain's start binds all of them */
	p = put_le(p, padded, 4);
	put_bytes(p, r->owner + 8, 4);
}

static enum fault
check_record(enum fault kind, const struct vault_record *r)
{
	if (r->kind < KIND_MESSAGE || r->kind >= KIND_LAST)
		return fault(kind, "a record of unknown kind %d", (int)r->kind);
	if (r->fmt != VAULT_FMT)
		return fault(kind, "a record in unknown format %u", r->fmt);
	return FAULT_NONE;
}

enum fault
vault_seal_with_nonce(unsigned char *blob, unsigned char aad[VAULT_AAD_BYTES],
	const struct vault *v, const struct vault_record *r, const void *plain, size_t n,
	const unsigned char nonce[24])
{
	enum fault f = check_record(FAULT_INPUT, r);
	if (f != FAULT_NONE)
		return f;
	const struct epoch_keys *k = vault_keys(v, r->epoch);
	if (k == NULL)
		return fault(FAULT_INPUT, "no key for epoch %u", r->epoch);
	if (n > VAULT_PLAIN_MAX)
		return fault(FAULT_LIMIT, "a record of %zu bytes; %u are allowed", n, VAULT_PLAIN_MAX);
	size_t padded = padded_size(n);
	vault_record_aad(aad, v, r, (uint32_t)padded);
	unsigned char *p = blob;
	*p++ = 'S';
	*p++ = SUITE;
	p = put_le(p, r->epoch, 4);
	p = put_bytes(p, nonce, VAULT_NONCE_BYTES);
	if (n > 0)
		memcpy(p, plain, n);
	p[n] = 0x80;
	memset(p + n + 1, 0, padded - n - 1);
	crypto_aead_xchacha20poly1305_ietf_encrypt_detached(p, p + padded, NULL, p, padded,
		aad, VAULT_AAD_BYTES, NULL, nonce, k->record);
	return FAULT_NONE;
}

enum fault
vault_seal(unsigned char *blob, unsigned char aad[VAULT_AAD_BYTES], const struct vault *v,
	const struct vault_record *r, const void *plain, size_t n)
{
	unsigned char nonce[VAULT_NONCE_BYTES];
	randombytes_buf(nonce, sizeof nonce);
	return vault_seal_with_nonce(blob, aad, v, r, plain, n, nonce);
}

/* Length of the text below 0x80 and zeros; SIZE_MAX when the padding is not ours. */
static size_t
unpadded_size(const unsigned char *p, size_t padded)
{
	size_t n = padded;
	while (n > 0 && p[n - 1] == 0)
		n--;
	if (n == 0 || p[n - 1] != 0x80 || padded_size(n - 1) != padded)
		return SIZE_MAX;
	return n - 1;
}

enum fault
vault_open(struct text *out, unsigned char aad[VAULT_AAD_BYTES], const struct vault *v,
	const struct vault_record *r, const void *blob, size_t blob_bytes)
{
	const unsigned char *b = blob;
	text_reset(out);
	enum fault f = check_record(FAULT_DAMAGED, r);
	if (f != FAULT_NONE)
		return f;
	if (blob_bytes < VAULT_SEAL_BYTES + STEP || blob_bytes > vault_sealed_size(VAULT_PLAIN_MAX))
		return fault(FAULT_DAMAGED, "a sealed record of %zu bytes", blob_bytes);
	if (b[0] != 'S' || b[1] != SUITE || get_le(b + 2, 4) != r->epoch)
		return fault(FAULT_DAMAGED, "not a sealed record of suite %d, epoch %u", SUITE, r->epoch);
	const struct epoch_keys *k = vault_keys(v, r->epoch);
	if (k == NULL)
		return fault(r->epoch > vault_epoch(v) ? FAULT_LOCKED : FAULT_DAMAGED, "no key for epoch %u", r->epoch);
	size_t padded = blob_bytes - VAULT_SEAL_BYTES;
	text_put_n(out, b + BLOB_HEAD, padded);
	f = text_check(out, "a sealed record");
	if (f != FAULT_NONE)
		return f;
	vault_record_aad(aad, v, r, (uint32_t)padded);
	unsigned char *plain = (unsigned char *)out->data;
	size_t n = SIZE_MAX;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt_detached(plain, NULL, plain, padded,
			b + BLOB_HEAD + padded, aad, VAULT_AAD_BYTES, b + 6, k->record) == 0)
		n = unpadded_size(plain, padded);
	text_cut(out, n == SIZE_MAX ? 0 : n);
	if (n == SIZE_MAX)
		return fault(FAULT_DAMAGED, "a sealed record was altered");
	return FAULT_NONE;
}

/* Sealed bytes that are kept for minutes: words on their way to a reader at another
 * server.
 *
 * They are in no chain, so a row that is taken away is not missed; one that was
 * altered, or stands under another id, number or owner, does not open.
 */
#include "store_in.h"

static enum fault
bound_as(struct vault_record *out, const struct store *s, const char *id, int64_t n)
{
	enum fault f = owner_check(s);
	*out = (struct vault_record){ .kind = KIND_PASSING, .fmt = VAULT_FMT, .lseq = (uint64_t)n };
	memcpy(out->owner, s->owner, VAULT_ID_BYTES);
	return f == FAULT_NONE ? vault_id_parse(out->rec_id, id, "what is kept for minutes") : f;
}

enum fault
store_seal(struct text *out, struct store *s, const char *id, int64_t n, const void *plain, size_t bytes)
{
	unsigned char aad[VAULT_AAD_BYTES];
	struct vault_record r;
	const struct vault *v;
	enum fault f = bound_as(&r, s, id, n);
	if (f == FAULT_NONE && bytes > VAULT_PLAIN_MAX)
		f = fault(FAULT_LIMIT, "%zu bytes at once; %u are allowed", bytes, VAULT_PLAIN_MAX);
	if (f == FAULT_NONE)
		f = vault_borrow(&v, s);
	if (f != FAULT_NONE)
		return f;
	size_t size = vault_sealed_size(bytes);
	mem_reserve(&s->blob, &s->blob_cap, size, 1);
	r.epoch = vault_epoch(v);
	f = vault_seal(s->blob, aad, v, &r, plain, bytes);
	vault_return(s);
	if (f == FAULT_NONE) {
		text_reset(out);
		text_put_n(out, (const char *)s->blob, size);
		f = text_check(out, "what is sealed");
	}
	return f;
}

enum fault
store_unseal(struct text *out, struct store *s, const char *id, int64_t n, const void *blob, size_t bytes)
{
	unsigned char aad[VAULT_AAD_BYTES];
	struct vault_record r;
	const struct vault *v;
	enum fault f = bound_as(&r, s, id, n);
	if (f == FAULT_NONE)
		f = vault_borrow(&v, s);
	if (f != FAULT_NONE)
		return f;
	r.epoch = vault_epoch(v);       /* minutes old: another epoch has no readers left */
	f = vault_open(out, aad, v, &r, blob, bytes);
	vault_return(s);
	return f;
}

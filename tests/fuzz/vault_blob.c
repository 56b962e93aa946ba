/* A sealed record from a file: refused, or the very text that was sealed.  And
 * whatever the text, sealing and opening gives it back. */
#include "vault.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct vault *v = known_vault();
	struct vault_record r = { KIND_MESSAGE, VAULT_FMT, 5, { 0 }, { 0 }, 7, 3, 0, { 0 } };
	unsigned char aad[VAULT_AAD_BYTES], aad2[VAULT_AAD_BYTES];
	struct text back;
	memset(r.conv_id, 0xb0, sizeof r.conv_id);
	memset(r.rec_id, 0xc0, sizeof r.rec_id);
	text_init(&back, 1 << 20);
	if (vault_open(&back, aad, v, &r, bytes, n) == FAULT_NONE && strcmp(back.data, "light") != 0)
		abort();
	unsigned char *blob = malloc(vault_sealed_size(n));
	if (vault_seal(blob, aad, v, &r, bytes, n) != FAULT_NONE ||
	    vault_open(&back, aad2, v, &r, blob, vault_sealed_size(n)) != FAULT_NONE ||
	    back.len != n || (n && memcmp(back.data, bytes, n) != 0) || memcmp(aad, aad2, sizeof aad) != 0)
		abort();
	free(blob);
	text_clear(&back);
	return 0;
}

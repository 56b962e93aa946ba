/* An anchor from a file: refused, or generation 42 as it was sealed. */
#include "vault.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	unsigned char anchor[VAULT_ANCHOR_BYTES] = { 0 }, root[VAULT_HASH_BYTES];
	uint64_t generation;
	uint32_t epoch;
	memcpy(anchor, bytes, n < sizeof anchor ? n : sizeof anchor);
	enum fault f = vault_anchor_epoch(&epoch, anchor);
	enum fault g = vault_anchor_open(&generation, root, known_vault(), anchor);
	if (g == FAULT_NONE && (f != FAULT_NONE || epoch != 5 || generation != 42))
		abort();
	return 0;
}

/* A vault with known keys, made once: seeds are sealed under it. */
#ifndef FUZZ_VAULT_H
#define FUZZ_VAULT_H
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../vault/known.h"
#include "stoa/vault.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const unsigned char known_store[VAULT_ID_BYTES] = {
	0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf
};

static inline void
known_hex(unsigned char *out, size_t n, const char *hex)
{
	for (size_t i = 0; i < n; i++) {
		unsigned byte = 0;
		if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
			abort();
		out[i] = (unsigned char)byte;
	}
}

static inline struct vault_secret
known_key(void)
{
	struct vault_secret key = vault_secret_new(VAULT_KEY_BYTES);
	for (size_t i = 0; i < key.len; i++)
		key.bytes[i] = (unsigned char)i;
	return key;
}

static inline struct vault *
known_vault(void)
{
	static struct vault *v;
	unsigned char slot[VAULT_SLOT_BYTES], wrapped[VAULT_EPOCH_BYTES];
	if (v != NULL)
		return v;
	struct vault_secret key = known_key();
	known_hex(slot, sizeof slot, slot_key);
	known_hex(wrapped, sizeof wrapped, epoch5);
	if (vault_slot_open(&v, known_store, slot, &key) != FAULT_NONE || vault_epoch_add(v, 5, wrapped) != FAULT_NONE)
		abort();
	vault_secret_clear(&key);
	return v;
}

#endif

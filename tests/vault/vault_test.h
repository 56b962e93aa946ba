/* What the tests of the vault share: fixed ids, a vault of its own, secrets. */
#ifndef VAULT_TEST_H
#define VAULT_TEST_H
#include "../stoa_test.h"
#include "stoa/vault.h"

#define CHEAP (struct vault_cost){ 1, 46 * 1024 }

static const unsigned char store_a0[VAULT_ID_BYTES] = {
	0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf
};

static inline struct vault_secret
secret_of(const char *s)
{
	struct vault_secret out = vault_secret_new(strlen(s));
	memcpy(out.bytes, s, out.len);
	return out;
}

static inline void
from_hex(unsigned char *out, size_t n, const char *hex)
{
	ck_assert_uint_eq(strlen(hex), 2 * n);
	for (size_t i = 0; i < n; i++) {
		unsigned byte;
		ck_assert_int_eq(sscanf(hex + 2 * i, "%2x", &byte), 1);
		out[i] = (unsigned char)byte;
	}
}

static inline struct vault *
new_vault(void)
{
	struct vault *v;
	WELL(vault_start());
	WELL(vault_new(&v, store_a0));
	return v;
}

#endif

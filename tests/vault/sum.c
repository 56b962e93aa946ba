/* Sums against the examples of FIPS 180-4 and RFC 7693. */
#include "../stoa_test.h"
#include "stoa/vault.h"

START_TEST(sha256_of_abc_is_the_standards_in_pieces_too)
{
	struct vault_sha256 h;
	char hex[VAULT_SHA256_TEXT];

	vault_sha256_start(&h);
	vault_sha256_add(&h, "a", 1);
	vault_sha256_add(&h, "", 0);
	vault_sha256_add(&h, "bc", 2);
	vault_sha256_end(hex, &h);
	ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
END_TEST

START_TEST(blake2b_of_abc_is_the_standards)
{
	static const unsigned char first[] = { 0xba, 0x80, 0xa5, 0x3f, 0x98, 0x1c, 0x4d, 0x0d, 0x6a, 0x27, 0x97, 0xb6, 0x9f, 0x12, 0xf6, 0xe9 };
	unsigned char out[64];

	vault_sum(out, sizeof out, "abc", 3);
	ck_assert_mem_eq(out, first, sizeof first);
}
END_TEST

TESTS("vault/sum", sha256_of_abc_is_the_standards_in_pieces_too, blake2b_of_abc_is_the_standards)

/* Known answers: bytes made by another implementation of AT-REST.md, in another
 * language over other primitives, from the same keys, ids and nonces.  Keys are
 * 00..1f (wrapping and epoch) and 20..3f (master); text i of length n is (7 i + n). */
#include <sodium.h>
#include "known.h"
#include "vault_test.h"

static const char slot_pass[] =
	"010001000100000000b8000001000000707172737475767778797a7b7c7d7e7ffad5fcccd296ab8dc6213688cf926342"
	"9e098b6a3a6cc999084b59ec995fa75a404142434445464748494a4b4c4d4e4f5051525354555657acfbf00f2f4e2600"
	"94d16d6ce999536066a82c2822bb136affbb3610675cdcd42c69ebdaa560df9587db81727ad5ff817061737370687261"
	"7365000000000000000000000000000000000000000000000000000000000000";
static const char anchor42[] =
	"53544f41414e430105000000404142434445464748494a4b4c4d4e4f5051525354555657b0e68f79c296853bfe6443da"
	"7434e2b88171a56c9fb3e51f86373094a392ae608fa76f818967525a60505cb175e3b32ca88712005796c7b53988b1e4"
	"dda70a213b3d16f71866b5670000000000000000000000000000000000000000";
static const char h0[] = "f8b04c0662989cd5fbe16371a83e0d7f5c2560d3601c8ba69d142287ee1ba273";
static const char root42[] = "bfb81e2f023dc3010e8b300160b2f75494e57093f737d050e3f891a19b822f7f";
static const char lookup[] = "1187be5d2f5021a732f90ba5c656aa1911b8ceb451b8f19a95bb8e866a67930c";
static const char slots_mac[] = "1b636b26ee9a2cc9bf56acba99d2e651b8170b5d144c5606d7cb712307a42946";
static const struct { size_t n, blob_bytes; const char *tag, *sha256, *chain; } vectors[] = {
	{ 0, 302, "6d12741978d5c048bf9eb41b10ff33dd",
	  "951b45ce0a0fcf9d564b96da0e6be10b0328416da0fcde2742501ce4d20b081f",
	  "ed93a86c7bedf50f21b6ceeffe97fdceb8844cdad699632b8c5ab293e22c4fbc" },
	{ 1, 302, "80705b2548de08752038be330c10d5ba",
	  "1635d78ec052103d425744a56c6b3f1d68e49302b0ec97f6a533fdaec01f1446",
	  "4990783573fdb158c45eec8eee3e9d6590a33e06306a2d33bbb101b9cb6e6976" },
	{ 254, 302, "62dc658a8287a307004784ec4f182502",
	  "14c54361e90af41047619b4d1c3272d0f594ec5e46e46881d24346b084f7673a",
	  "a1a1b1dd9dfd325a5e278a05c242a6c053c670eca3fbbfb79b947ce2007079a3" },
	{ 255, 302, "f90008ea68b1a8269f3188fc7736d7e7",
	  "582c1dc3419163423cfa0aba8b4b7fcde785df8d645fe06cc7ef4c7a5e5996bf",
	  "8d9e0ea8ee656b4a463a9afd14b2ae091030dd5958af513403cde3f95fb3c45e" },
	{ 256, 558, "dc02cb432b6907a22c32b63fea32fb7a",
	  "58d3168b7d24d21ea5b32453f64513760fb06bcbf84c3d0a6b8d50a54b02d3eb",
	  "9c9cbe9891721db81a78fda8dc30b12988f0b87b2db86abfd69b83c635cba3c1" },
	{ 511, 558, "61097284145e246a7602cdb2ad0be04a",
	  "d2b780d68f1f92fa8b1c2cbcdd868a234a675e280234ccd30c4032964da566c0",
	  "9ecee25233acda295f4ebadf645675ec01bb0cc60b3ba062f11cd1a3357ffc90" },
	{ 4095, 4142, "b155ccda86c9f1d7a7f09fc7ff401b02",
	  "36567b946cd9e8e4c384d7251c33529dcf9789382c3a8f7e571fb4e48b3fa7f6",
	  "49c8a42bb6a08ab5cb220bd6dfe6df269ade9c124c7eb6f9ee78395d489ee6af" },
	{ 4096, 4398, "1893bec6d248e06aef6fdb3c80d938a4",
	  "c4deffd6b53d623f553bd9ac4a3c7c646e36fd5da107f957e583fa7c71f9c114",
	  "19274eb74854ec4a003292ce92b4277934aca4652332c9dedda3ebb5fd1aee41" },
	{ 5000, 5166, "fc896aa4ab756eb6a11dc0b31dcfa0bb",
	  "b5c6a2a96feda1a8de7c8dbe24d8a893031e1a4d68d9139e59cb57dc0b3607c4",
	  "dc9f4d4fac3770098e29a0452888f391381d417649bf891e01b9b9e0dd6c93ef" },
	{ 70000, 71726, "76e6a6529f34a471b5dad76c589e9bb9",
	  "cd528d929a756de5979702119b7ccb0664ccdfcf833ad01e8b34d247d6e43901",
	  "610d8746852faa84bb511d38365077ccbfd57eb6da9f0da0339dc8c578b116f1" },
};

static struct vault *
known_vault(void)
{
	unsigned char slot[VAULT_SLOT_BYTES], wrapped[VAULT_EPOCH_BYTES];
	struct vault_secret key = vault_secret_new(32);
	struct vault *v;
	for (size_t i = 0; i < key.len; i++)
		key.bytes[i] = (unsigned char)i;
	from_hex(slot, sizeof slot, slot_key);
	from_hex(wrapped, sizeof wrapped, epoch5);
	WELL(vault_slot_open(&v, store_a0, slot, &key));
	WELL(vault_epoch_add(v, 5, wrapped));
	vault_secret_clear(&key);
	return v;
}

static void
same_hex(const void *bytes, size_t n, const char *hex)
{
	char shown[2 * 96 + 1];
	ck_assert_str_eq(sodium_bin2hex(shown, sizeof shown, bytes, n), hex);
}

START_TEST(every_record_is_sealed_to_the_known_bytes)
{
	struct vault *v = known_vault();
	unsigned char h[32], sum[32], nonce[24], aad[VAULT_AAD_BYTES];
	struct text back;
	struct vault_record r = { KIND_MESSAGE, VAULT_FMT, 5, { 0 }, { 0 }, 7, 3, 0, { 0 } };
	text_init(&back, 1 << 20);
	for (size_t i = 0; i < 16; i++)
		r.conv_id[i] = (unsigned char)(0xb0 + i), r.rec_id[i] = (unsigned char)(0xc0 + i);
	for (size_t i = 0; i < sizeof nonce; i++)
		nonce[i] = (unsigned char)(0x40 + i);
	vault_chain_start(h, v, r.owner, r.conv_id);
	same_hex(h, 32, h0);
	for (size_t i = 0; i < COUNT_OF(vectors); i++, r.lseq++) {
		size_t n = vectors[i].n, size = vault_sealed_size(n);
		unsigned char *plain = malloc(n + 1), *blob = malloc(size);
		for (size_t j = 0; j < n; j++)
			plain[j] = (unsigned char)(7 * j + n);
		ck_assert_uint_eq(size, vectors[i].blob_bytes);
		WELL(vault_seal_with_nonce(blob, aad, v, &r, plain, n, nonce));
		same_hex(blob + size - VAULT_TAG_BYTES, VAULT_TAG_BYTES, vectors[i].tag);
		crypto_hash_sha256(sum, blob, size);
		same_hex(sum, 32, vectors[i].sha256);
		vault_chain_step(h, v, aad, blob + size - VAULT_TAG_BYTES);
		same_hex(h, 32, vectors[i].chain);
		WELL(vault_open(&back, aad, v, &r, blob, size));
		ck_assert_uint_eq(back.len, n);
		ck_assert_mem_eq(back.data, plain, n);
		free(plain), free(blob);
	}
	text_clear(&back);
	vault_free(v);
}
END_TEST

START_TEST(the_root_the_anchor_and_the_look_up_are_the_known_bytes)
{
	struct vault *v = known_vault();
	struct vault_head heads[2] = { { .n = 9 }, { .n = 2 } };   /* out of order */
	unsigned char out[32], anchor[VAULT_ANCHOR_BYTES];
	uint64_t generation;
	for (size_t i = 0; i < 32; i++)
		heads[0].h[i] = (unsigned char)(0x33 + i), heads[1].h[i] = (unsigned char)(0x11 + i);
	for (size_t i = 0; i < 16; i++)
		heads[0].conv_id[i] = (unsigned char)(0xf0 + i), heads[1].conv_id[i] = (unsigned char)(1 + i);
	vault_root(out, v, 42, heads, 2);
	same_hex(out, 32, root42);
	from_hex(anchor, sizeof anchor, anchor42);
	memset(out, 0, sizeof out);
	WELL(vault_anchor_open(&generation, out, v, anchor));
	ck_assert_uint_eq(generation, 42);
	same_hex(out, 32, root42);
	vault_lookup(out, v, "biology", 7);
	same_hex(out, 32, lookup);
	vault_free(v);
}
END_TEST

START_TEST(a_passphrase_slot_made_elsewhere_opens)
{
	unsigned char slots[2 * VAULT_SLOT_BYTES], out[32];
	struct vault_secret right = secret_of("correct horse"), wrong = secret_of("correct horsf");
	struct vault *v;
	char label[41];
	WELL(vault_start());
	from_hex(slots, VAULT_SLOT_BYTES, slot_key);
	from_hex(slots + VAULT_SLOT_BYTES, VAULT_SLOT_BYTES, slot_pass);
	FAILS(FAULT_DENIED, vault_slot_open(&v, store_a0, slots + VAULT_SLOT_BYTES, &wrong));
	WELL(vault_slot_open(&v, store_a0, slots + VAULT_SLOT_BYTES, &right));
	vault_slots_mac(out, v, slots, sizeof slots);
	same_hex(out, 32, slots_mac);
	vault_slot_label(label, slots + VAULT_SLOT_BYTES);
	ck_assert_str_eq(label, "passphrase");
	vault_free(v);
	vault_secret_clear(&right);
	vault_secret_clear(&wrong);
}
END_TEST

/* Seal `padded` bytes that we would never pad so, with the real key. */
static enum fault
open_badly_padded(struct vault *v, const struct vault_record *r, const unsigned char *plain, size_t padded)
{
	unsigned char epoch_key[32], key[32], aad[VAULT_AAD_BYTES], blob[2000] = { 'S', 1, 5 };
	struct text back;
	text_init(&back, 1 << 16);
	for (size_t i = 0; i < sizeof epoch_key; i++)
		epoch_key[i] = (unsigned char)i;
	crypto_kdf_derive_from_key(key, sizeof key, 1, "stoarec1", epoch_key);
	vault_record_aad(aad, v, r, (uint32_t)padded);
	crypto_aead_xchacha20poly1305_ietf_encrypt(blob + 30, NULL, plain, padded, aad, sizeof aad, NULL, blob + 6, key);
	enum fault f = vault_open(&back, aad, v, r, blob, padded + VAULT_SEAL_BYTES);
	text_clear(&back);
	return f;
}

START_TEST(a_text_padded_in_another_way_is_refused)
{
	struct vault *v = known_vault();
	struct vault_record r = { KIND_MESSAGE, VAULT_FMT, 5, { 0 }, { 0 }, 7, 3, 0, { 0 } };
	unsigned char plain[1024] = "light";
	FAILS(FAULT_DAMAGED, open_badly_padded(v, &r, plain, 256));         /* no mark */
	plain[5] = 0x80;
	WELL(open_badly_padded(v, &r, plain, 256));
	FAILS(FAULT_DAMAGED, open_badly_padded(v, &r, plain, 512));         /* a step too many */
	FAILS(FAULT_DAMAGED, open_badly_padded(v, &r, plain, 257));         /* between steps */
	plain[200] = 1;
	FAILS(FAULT_DAMAGED, open_badly_padded(v, &r, plain, 256));         /* something behind the mark */
	memset(plain, 0, sizeof plain);
	FAILS(FAULT_DAMAGED, open_badly_padded(v, &r, plain, 256));         /* only zeros */
	vault_free(v);
}
END_TEST

TESTS("vectors", every_record_is_sealed_to_the_known_bytes,
	the_root_the_anchor_and_the_look_up_are_the_known_bytes, a_passphrase_slot_made_elsewhere_opens,
	a_text_padded_in_another_way_is_refused)

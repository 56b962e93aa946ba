/* Sealed records: what comes back, what is refused, how sizes look. */
#include "vault_test.h"

#define BLOBS 40

static struct vault_record
record_at(uint64_t lseq, uint32_t epoch)
{
	struct vault_record r = { KIND_MESSAGE, VAULT_FMT, epoch, { 0 }, { 0 }, lseq, 1, 0, { 0 } };
	memset(r.conv_id, 0xb0, sizeof r.conv_id);
	memset(r.rec_id, (int)lseq, sizeof r.rec_id);
	return r;
}

START_TEST(every_length_comes_back_as_it_was)
{
	struct vault *v = new_vault();
	struct vault_record r = record_at(1, vault_epoch(v));
	unsigned char aad[VAULT_AAD_BYTES], aad2[VAULT_AAD_BYTES];
	struct text back;
	static unsigned char plain[6000], blob[8000];
	text_init(&back, 1 << 16);
	memset(plain, 0x80, sizeof plain);        /* looks like padding on purpose */
	for (size_t n = 0; n < sizeof plain; n += n < 600 ? 1 : 97) {
		size_t size = vault_sealed_size(n);
		WELL(vault_seal(blob, aad, v, &r, plain, n));
		WELL(vault_open(&back, aad2, v, &r, blob, size));
		ck_assert_uint_eq(back.len, n);
		ck_assert_mem_eq(back.data, plain, n);
		ck_assert_mem_eq(aad, aad2, sizeof aad);
		ck_assert_int_eq(back.data[n], 0);
	}
	text_clear(&back);
	vault_free(v);
}
END_TEST

START_TEST(sizes_come_in_steps_and_cost_at_most_an_eighth)
{
	size_t last = 0, kinds = 0;
	for (size_t n = 0; n < 300000; n++) {
		size_t padded = vault_sealed_size(n) - VAULT_SEAL_BYTES;
		ck_assert_uint_gt(padded, n);
		ck_assert(n < 4096 ? padded - n <= 256 : (padded - n) * 8 <= n + 8);
		ck_assert_uint_ge(padded, last);
		kinds += padded != last;
		last = padded;
	}
	ck_assert_uint_lt(kinds, 16 + 7 * 32);
}
END_TEST

START_TEST(every_flipped_bit_of_forty_blobs_is_refused)
{
	struct vault *v = new_vault();
	unsigned char blob[1200], aad[VAULT_AAD_BYTES], plain[900];
	struct text back;
	size_t flips = 0;
	text_init(&back, 1 << 16);
	for (size_t i = 0; i < sizeof plain; i++)
		plain[i] = (unsigned char)i;
	for (size_t b = 0; b < BLOBS; b++) {
		struct vault_record r = record_at(b + 1, vault_epoch(v));
		size_t n = b * 22, size = vault_sealed_size(n);
		WELL(vault_seal(blob, aad, v, &r, plain, n));
		for (size_t bit = 0; bit < size * 8; bit++, flips++) {
			blob[bit / 8] ^= (unsigned char)(1 << bit % 8);
			enum fault f = vault_open(&back, aad, v, &r, blob, size);
			ck_assert_msg(f == FAULT_DAMAGED, "blob %zu bit %zu: %s", b, bit, fault_name(f));
			ck_assert_uint_eq(back.len, 0);
			blob[bit / 8] ^= (unsigned char)(1 << bit % 8);
		}
		WELL(vault_open(&back, aad, v, &r, blob, size));
	}
	ck_assert_uint_gt(flips, 100000);
	text_clear(&back);
	vault_free(v);
}
END_TEST

/* Every bit of everything that is bound, kind to flags. */
START_TEST(every_flipped_bit_of_what_is_bound_is_refused)
{
	struct vault *v = new_vault();
	struct vault_record r = record_at(77, vault_epoch(v)), bad;
	unsigned char blob[400], aad[VAULT_AAD_BYTES];
	struct text back;
	static const struct { size_t at, size; } members[] = {
#define MEMBER(m) { offsetof(struct vault_record, m), sizeof r.m }
		MEMBER(kind), MEMBER(fmt), MEMBER(epoch), MEMBER(conv_id), MEMBER(rec_id), MEMBER(lseq), MEMBER(rev), MEMBER(flags)
	};
	text_init(&back, 1 << 16);
	WELL(vault_seal(blob, aad, v, &r, "light", 5));
	for (size_t m = 0; m < COUNT_OF(members); m++)
		for (size_t bit = 0; bit < members[m].size * 8; bit++) {
			bad = r;
			((unsigned char *)&bad)[members[m].at + bit / 8] ^= (unsigned char)(1 << bit % 8);
			ck_assert_int_ne(vault_open(&back, aad, v, &bad, blob, vault_sealed_size(5)), FAULT_NONE);
		}
	WELL(vault_open(&back, aad, v, &r, blob, vault_sealed_size(5)));
	text_clear(&back);
	vault_free(v);
}
END_TEST

START_TEST(unknown_kinds_formats_and_sizes_are_refused)
{
	struct vault *v = new_vault();
	struct vault_record r = record_at(1, vault_epoch(v));
	unsigned char blob[400], aad[VAULT_AAD_BYTES];
	struct text back, small;
	text_init(&back, 1 << 16);
	text_init(&small, 100);
	r.kind = KIND_LAST;
	FAILS(FAULT_INPUT, vault_seal(blob, aad, v, &r, "", 0));
	r.kind = KIND_MESSAGE;
	r.fmt = 2;
	FAILS(FAULT_INPUT, vault_seal(blob, aad, v, &r, "", 0));
	r.fmt = VAULT_FMT;
	r.epoch++;
	FAILS(FAULT_INPUT, vault_seal(blob, aad, v, &r, "", 0));
	r.epoch--;
	FAILS(FAULT_LIMIT, vault_seal(blob, aad, v, &r, "", VAULT_PLAIN_MAX + 1u));
	WELL(vault_seal(blob, aad, v, &r, "", 0));
	for (size_t n = 0; n < vault_sealed_size(0); n++)
		FAILS(FAULT_DAMAGED, vault_open(&back, aad, v, &r, blob, n));
	FAILS(FAULT_LIMIT, vault_open(&small, aad, v, &r, blob, vault_sealed_size(0)));
	text_clear(&back);
	text_clear(&small);
	vault_free(v);
}
END_TEST

START_TEST(a_record_of_a_newer_epoch_says_locked)
{
	struct vault *v = new_vault(), *newer;
	unsigned char blob[400], aad[VAULT_AAD_BYTES];
	struct text back;
	text_init(&back, 1 << 16);
	WELL(vault_copy(&newer, v));
	WELL(vault_epoch_new(newer));
	struct vault_record r = record_at(1, vault_epoch(newer));
	WELL(vault_seal(blob, aad, newer, &r, "new", 3));
	FAILS(FAULT_LOCKED, vault_open(&back, aad, v, &r, blob, vault_sealed_size(3)));
	r = record_at(2, vault_epoch(v));
	WELL(vault_seal(blob, aad, v, &r, "old", 3));
	WELL(vault_open(&back, aad, newer, &r, blob, vault_sealed_size(3)));
	ck_assert_str_eq(back.data, "old");
	text_clear(&back);
	vault_free(v);
	vault_free(newer);
}
END_TEST

START_TEST(the_same_text_is_never_sealed_to_the_same_bytes)
{
	struct vault *v = new_vault();
	struct vault_record r = record_at(1, vault_epoch(v));
	unsigned char one[400], two[400], aad[VAULT_AAD_BYTES];
	WELL(vault_seal(one, aad, v, &r, "light", 5));
	WELL(vault_seal(two, aad, v, &r, "light", 5));
	ck_assert_mem_ne(one, two, vault_sealed_size(5));
	ck_assert_mem_ne(one + 30, two + 30, 200);
	vault_free(v);
}
END_TEST

TESTS("record", every_length_comes_back_as_it_was, sizes_come_in_steps_and_cost_at_most_an_eighth,
	every_flipped_bit_of_forty_blobs_is_refused, every_flipped_bit_of_what_is_bound_is_refused,
	unknown_kinds_formats_and_sizes_are_refused, a_record_of_a_newer_epoch_says_locked,
	the_same_text_is_never_sealed_to_the_same_bytes)

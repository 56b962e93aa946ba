/* Slots and epochs: what opens, what is refused before it costs anything. */
#include <time.h>
#include "vault_test.h"

static const char hex_key[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

START_TEST(every_kind_of_slot_opens_with_its_secret_only)
{
	struct vault *v = new_vault(), *again;
	unsigned char slot[VAULT_SLOT_BYTES];
	for (int type = SLOT_PASSPHRASE; type <= SLOT_OPEN; type++) {
		bool stretched = type == SLOT_PASSPHRASE || type == SLOT_RECOVERY;
		struct vault_secret right = secret_of(stretched ? "a long walk" : hex_key);
		struct vault_secret wrong = secret_of(stretched ? "a long talk" : hex_key);
		wrong.bytes[3] ^= 1;
		WELL(vault_slot_make(slot, v, (enum vault_slot_type)type, 3, &right, CHEAP, "label"));
		ck_assert_int_eq(vault_slot_type(slot), type);
		FAILS(FAULT_DENIED, vault_slot_open(&again, store_a0, slot, &wrong));
		WELL(vault_slot_open(&again, store_a0, slot, &right));
		vault_free(again);
		vault_secret_clear(&right);
		vault_secret_clear(&wrong);
	}
	vault_free(v);
}
END_TEST

START_TEST(every_flipped_bit_before_the_label_is_refused)
{
	struct vault *v = new_vault(), *again;
	unsigned char slot[VAULT_SLOT_BYTES];
	struct vault_secret key = secret_of(hex_key);
	WELL(vault_slot_make(slot, v, SLOT_KEY_FILE, 0, &key, CHEAP, "label"));
	for (size_t bit = 0; bit < 136 * 8; bit++) {
		slot[bit / 8] ^= (unsigned char)(1 << bit % 8);
		enum fault f = vault_slot_open(&again, store_a0, slot, &key);
		ck_assert_msg(f == FAULT_DENIED || f == FAULT_DAMAGED, "bit %zu: %s", bit, fault_name(f));
		slot[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	WELL(vault_slot_open(&again, store_a0, slot, &key));
	vault_free(again);
	vault_free(v);
	vault_secret_clear(&key);
}
END_TEST

START_TEST(a_slot_of_another_store_is_refused)
{
	struct vault *v = new_vault(), *again;
	unsigned char slot[VAULT_SLOT_BYTES], other[VAULT_ID_BYTES] = { 1 };
	struct vault_secret key = secret_of(hex_key);
	WELL(vault_slot_make(slot, v, SLOT_KEY_FILE, 0, &key, CHEAP, ""));
	FAILS(FAULT_DENIED, vault_slot_open(&again, other, slot, &key));
	vault_free(v);
	vault_secret_clear(&key);
}
END_TEST

static void
put32(unsigned char *p, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(n >> 8 * i);
}

static double
now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

START_TEST(a_cost_out_of_bounds_is_refused_before_it_is_paid)
{
	static const struct { uint32_t passes, kib, lanes; } bad[] = {
		{ 0, 65536, 1 }, { 11, 65536, 1 }, { UINT32_MAX, 65536, 1 }, { 3, 46 * 1024 - 1, 1 }, { 3, 0, 1 },
		{ 3, 1024 * 1024 + 1, 1 }, { 3, UINT32_MAX, 1 }, { 3, 65536, 0 }, { 3, 65536, 2 },
	};
	struct vault *v = new_vault(), *again;
	unsigned char slot[VAULT_SLOT_BYTES];
	struct vault_secret secret = secret_of("a long walk"), key = secret_of(hex_key);
	WELL(vault_slot_make(slot, v, SLOT_PASSPHRASE, 0, &secret, CHEAP, ""));
	double start = now_s();
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		put32(slot + 4, bad[i].passes), put32(slot + 8, bad[i].kib), put32(slot + 12, bad[i].lanes);
		FAILS(FAULT_DAMAGED, vault_slot_open(&again, store_a0, slot, &secret));
	}
	ck_assert(now_s() - start < 0.05);
	WELL(vault_slot_make(slot, v, SLOT_KEY_FILE, 0, &key, CHEAP, ""));
	put32(slot + 4, 1);
	FAILS(FAULT_DAMAGED, vault_slot_open(&again, store_a0, slot, &key));
	FAILS(FAULT_INPUT, vault_slot_make(slot, v, SLOT_PASSPHRASE, 0, &secret, (struct vault_cost){ 1, 1024 }, ""));
	FAILS(FAULT_INPUT, vault_slot_make(slot, v, SLOT_PASSPHRASE, 0, &secret, (struct vault_cost){ 11, 65536 }, ""));
	vault_free(v);
	vault_secret_clear(&secret);
	vault_secret_clear(&key);
}
END_TEST

START_TEST(a_wrong_passphrase_costs_what_the_right_one_costs)
{
	struct vault *v = new_vault(), *again;
	unsigned char slot[VAULT_SLOT_BYTES];
	struct vault_secret right = secret_of("a long walk"), wrong = secret_of("x");
	WELL(vault_slot_make(slot, v, SLOT_PASSPHRASE, 0, &right, CHEAP, ""));
	double least_right = 1e9, least_wrong = 1e9;
	for (int i = 0; i < 3; i++) {
		double start = now_s();
		FAILS(FAULT_DENIED, vault_slot_open(&again, store_a0, slot, &wrong));
		double middle = now_s();
		WELL(vault_slot_open(&again, store_a0, slot, &right));
		double end = now_s();
		vault_free(again);
		least_wrong = middle - start < least_wrong ? middle - start : least_wrong;
		least_right = end - middle < least_right ? end - middle : least_right;
	}
	ck_assert(least_wrong > 0.5 * least_right && least_wrong > 0.005);
	vault_free(v);
	vault_secret_clear(&right);
	vault_secret_clear(&wrong);
}
END_TEST

START_TEST(a_key_is_thirty_two_bytes_or_their_digits)
{
	struct vault *v = new_vault(), *again;
	unsigned char slot[VAULT_SLOT_BYTES];
	struct vault_secret digits = secret_of(hex_key), raw = vault_secret_new(32), shorter = secret_of("00112233");
	from_hex(raw.bytes, 32, hex_key);
	WELL(vault_slot_make(slot, v, SLOT_OPEN, 0, &digits, CHEAP, ""));
	WELL(vault_slot_open(&again, store_a0, slot, &raw));
	vault_free(again);
	FAILS(FAULT_INPUT, vault_slot_open(&again, store_a0, slot, &shorter));
	digits.bytes[5] = 'g';
	FAILS(FAULT_INPUT, vault_slot_open(&again, store_a0, slot, &digits));
	vault_free(v);
	vault_secret_clear(&digits);
	vault_secret_clear(&raw);
	vault_secret_clear(&shorter);
}
END_TEST

START_TEST(a_long_label_is_cut_between_characters)
{
	struct vault *v = new_vault();
	unsigned char slot[VAULT_SLOT_BYTES];
	char label[41];
	struct vault_secret key = secret_of(hex_key);
	WELL(vault_slot_make(slot, v, SLOT_KEY_FILE, 0, &key, CHEAP, "the key on the little stick, 鍵鍵鍵鍵鍵鍵鍵"));
	vault_slot_label(label, slot);
	ck_assert_uint_le(strlen(label), 40);
	ck_assert(utf8_valid(label, strlen(label)));
	vault_free(v);
	vault_secret_clear(&key);
}
END_TEST

START_TEST(epochs_are_wrapped_by_the_master_key_and_their_number)
{
	struct vault *v = new_vault(), *again;
	unsigned char slot[VAULT_SLOT_BYTES], wrapped[VAULT_EPOCH_BYTES];
	struct vault_secret key = secret_of(hex_key);
	WELL(vault_slot_make(slot, v, SLOT_KEY_FILE, 0, &key, CHEAP, ""));
	WELL(vault_epoch_new(v));
	WELL(vault_epoch_wrap(wrapped, v, 2));
	FAILS(FAULT_ABSENT, vault_epoch_wrap(wrapped, v, 3));
	WELL(vault_slot_open(&again, store_a0, slot, &key));
	FAILS(FAULT_DAMAGED, vault_epoch_add(again, 3, wrapped));
	for (size_t bit = 0; bit < sizeof wrapped * 8; bit++) {
		wrapped[bit / 8] ^= (unsigned char)(1 << bit % 8);
		FAILS(FAULT_DAMAGED, vault_epoch_add(again, 2, wrapped));
		wrapped[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	WELL(vault_epoch_add(again, 2, wrapped));
	ck_assert_uint_eq(vault_epoch(again), 2);
	FAILS(FAULT_DAMAGED, vault_epoch_add(again, 2, wrapped));
	vault_rekey(v);
	WELL(vault_epoch_wrap(wrapped, v, 2));
	vault_free(again);
	WELL(vault_slot_open(&again, store_a0, slot, &key));
	FAILS(FAULT_DAMAGED, vault_epoch_add(again, 2, wrapped));
	vault_free(again);
	vault_free(v);
	vault_secret_clear(&key);
}
END_TEST

START_TEST(only_the_latest_epochs_are_held)
{
	struct vault *v = new_vault();
	unsigned char wrapped[VAULT_EPOCH_BYTES];
	for (int i = 0; i < 20; i++)
		WELL(vault_epoch_new(v));
	ck_assert_uint_eq(vault_epoch(v), 21);
	WELL(vault_epoch_wrap(wrapped, v, 21));
	WELL(vault_epoch_wrap(wrapped, v, 14));
	FAILS(FAULT_ABSENT, vault_epoch_wrap(wrapped, v, 13));
	vault_free(v);
}
END_TEST

TESTS("slot", every_kind_of_slot_opens_with_its_secret_only, every_flipped_bit_before_the_label_is_refused,
	a_slot_of_another_store_is_refused, a_cost_out_of_bounds_is_refused_before_it_is_paid,
	a_wrong_passphrase_costs_what_the_right_one_costs, a_key_is_thirty_two_bytes_or_their_digits,
	a_long_label_is_cut_between_characters, epochs_are_wrapped_by_the_master_key_and_their_number,
	only_the_latest_epochs_are_held)

/* Chain, root and anchor: every change of order, number or place shows. */
#include "vault_test.h"

#define LINKS 6

static const unsigned char nobody[VAULT_ID_BYTES];

struct link { unsigned char aad[VAULT_AAD_BYTES], tag[VAULT_TAG_BYTES]; };

static void
make_links(struct link links[LINKS], const struct vault *v)
{
	for (unsigned i = 0; i < LINKS; i++) {
		struct vault_record r = { KIND_MESSAGE, VAULT_FMT, vault_epoch(v), { 0 }, { 0 }, i + 1, 1, 0, { 0 } };
		memset(r.rec_id, (int)i + 1, sizeof r.rec_id);
		vault_record_aad(links[i].aad, v, &r, 256);
		memset(links[i].tag, (int)i, VAULT_TAG_BYTES);
	}
}

static void
chain(unsigned char h[VAULT_HASH_BYTES], const struct vault *v, const struct link *links, size_t count)
{
	static const unsigned char conv[VAULT_ID_BYTES];
	vault_chain_start(h, v, nobody, conv);
	for (size_t i = 0; i < count; i++)
		vault_chain_step(h, v, links[i].aad, links[i].tag);
}

START_TEST(a_chain_knows_order_number_and_content)
{
	struct vault *v = new_vault();
	struct link links[LINKS], changed[LINKS];
	unsigned char right[VAULT_HASH_BYTES], h[VAULT_HASH_BYTES], other[VAULT_ID_BYTES] = { 1 };
	make_links(links, v);
	chain(right, v, links, LINKS);
	chain(h, v, links, LINKS);
	ck_assert_mem_eq(h, right, sizeof h);
	chain(h, v, links, LINKS - 1);
	ck_assert_mem_ne(h, right, sizeof h);
	chain(h, v, links + 1, LINKS - 1);
	ck_assert_mem_ne(h, right, sizeof h);
	memcpy(changed, links, sizeof links);
	changed[2] = links[3], changed[3] = links[2];
	chain(h, v, changed, LINKS);
	ck_assert_mem_ne(h, right, sizeof h);
	for (size_t bit = 0; bit < sizeof links[0] * 8; bit++) {
		memcpy(changed, links, sizeof links);
		((unsigned char *)&changed[4])[bit / 8] ^= (unsigned char)(1 << bit % 8);
		chain(h, v, changed, LINKS);
		ck_assert_mem_ne(h, right, sizeof h);
	}
	vault_chain_start(h, v, nobody, other);
	for (size_t i = 0; i < LINKS; i++)
		vault_chain_step(h, v, links[i].aad, links[i].tag);
	ck_assert_mem_ne(h, right, sizeof h);
	vault_chain_start(h, v, other, nobody);
	for (size_t i = 0; i < LINKS; i++)
		vault_chain_step(h, v, links[i].aad, links[i].tag);
	ck_assert_mem_ne(h, right, sizeof h);
	vault_free(v);
}
END_TEST

START_TEST(a_root_covers_every_head_and_sorts_them)
{
	struct vault *v = new_vault();
	enum { COUNT = 200 };
	struct vault_head heads[COUNT], sorted[COUNT];
	unsigned char right[VAULT_HASH_BYTES], h[VAULT_HASH_BYTES];
	for (unsigned i = 0; i < COUNT; i++) {
		memset(&heads[i], (int)(i * 7), sizeof heads[i]);
		heads[i].conv_id[0] = (unsigned char)(i * 31);
		heads[i].conv_id[1] = (unsigned char)i;
	}
	memcpy(sorted, heads, sizeof heads);
	vault_root(right, v, 9, sorted, COUNT);
	vault_root(h, v, 9, sorted, COUNT);
	ck_assert_mem_eq(h, right, sizeof h);
	vault_root(h, v, 10, sorted, COUNT);
	ck_assert_mem_ne(h, right, sizeof h);
	vault_root(h, v, 9, sorted, COUNT - 1);
	ck_assert_mem_ne(h, right, sizeof h);
	for (unsigned i = 0; i < COUNT; i++) {
		sorted[i].n ^= 1;
		vault_root(h, v, 9, sorted, COUNT);
		ck_assert_mem_ne(h, right, sizeof h);
		sorted[i].n ^= 1;
		sorted[i].h[31] ^= 0x80;
		vault_root(h, v, 9, sorted, COUNT);
		ck_assert_mem_ne(h, right, sizeof h);
		sorted[i].h[31] ^= 0x80;
	}
	vault_free(v);
}
END_TEST

START_TEST(every_flipped_bit_of_an_anchor_is_refused)
{
	struct vault *v = new_vault();
	unsigned char root[VAULT_HASH_BYTES] = { 7 }, got[VAULT_HASH_BYTES], anchor[VAULT_ANCHOR_BYTES];
	uint64_t generation = 0;
	WELL(vault_anchor_seal(anchor, v, 123456789012, root));
	WELL(vault_anchor_open(&generation, got, v, anchor));
	ck_assert_uint_eq(generation, 123456789012);
	ck_assert_mem_eq(got, root, sizeof root);
	for (size_t bit = 0; bit < sizeof anchor * 8; bit++) {
		anchor[bit / 8] ^= (unsigned char)(1 << bit % 8);
		enum fault f = vault_anchor_open(&generation, got, v, anchor);
		ck_assert_msg(f == FAULT_DAMAGED || (f == FAULT_ABSENT && bit / 8 >= 8 && bit / 8 < 12), "bit %zu: %s", bit, fault_name(f));
		anchor[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	vault_free(v);
}
END_TEST

START_TEST(an_anchor_of_another_store_is_refused)
{
	struct vault *v = new_vault(), *twin;
	unsigned char root[VAULT_HASH_BYTES] = { 0 }, anchor[VAULT_ANCHOR_BYTES];
	uint64_t generation;
	WELL(vault_new(&twin, store_a0));
	WELL(vault_anchor_seal(anchor, twin, 1, root));
	FAILS(FAULT_DAMAGED, vault_anchor_open(&generation, root, v, anchor));
	vault_free(v);
	vault_free(twin);
}
END_TEST

START_TEST(look_ups_are_equal_for_equal_bytes_under_one_key_only)
{
	struct vault *v = new_vault(), *other;
	unsigned char a[VAULT_HASH_BYTES], b[VAULT_HASH_BYTES];
	WELL(vault_new(&other, store_a0));
	vault_lookup(a, v, "biology", 7);
	vault_lookup(b, v, "biology", 7);
	ck_assert_mem_eq(a, b, sizeof a);
	vault_lookup(b, v, "biologi", 7);
	ck_assert_mem_ne(a, b, sizeof a);
	vault_lookup(b, other, "biology", 7);
	ck_assert_mem_ne(a, b, sizeof a);
	vault_free(v);
	vault_free(other);
}
END_TEST

TESTS("chain", a_chain_knows_order_number_and_content, a_root_covers_every_head_and_sorts_them,
	every_flipped_bit_of_an_anchor_is_refused, an_anchor_of_another_store_is_refused,
	look_ups_are_equal_for_equal_bytes_under_one_key_only)

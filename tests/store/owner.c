/* Owners: the same ids in many hands never meet, what was given to somebody else is
 * found, one person's history of before there were owners stays as it was. */
#include "store_test.h"

#define ANN "a0000000000000000000000000000001"
#define BEN "b0000000000000000000000000000002"

static const char *
all_of(struct store *s, const char *owner)
{
	static struct text shown;
	shown.max = 1 << 16;
	text_clear(&shown);
	store_set_owner(s, owner);
	WELL(store_each(s, NULL, 0, show_record, &shown));
	return shown.data ? shown.data : "";
}

static const char *
since_of(struct store *s, const char *owner, uint64_t lseq)
{
	static struct text shown;
	shown.max = 1 << 16;
	text_clear(&shown);
	store_set_owner(s, owner);
	WELL(store_each_since(s, lseq, show_record, &shown));
	return shown.data ? shown.data : "";
}

/* The same two ids in the same conversation, for nobody, Ann and Ben. */
static void
fill(struct bench *b)
{
	static const struct { const char *owner, *one, *two; } said[] = {
		{ "", "mine", "mine too" }, { ANN, "Ann's", "Ann's too" }, { BEN, "Ben's", "Ben's too" },
	};
	bench_open(b);
	for (size_t i = 0; i < COUNT_OF(said); i++) {
		store_set_owner(b->store, said[i].owner);
		put_text(b->store, CHAT, 1, said[i].one);
		put_text(b->store, CHAT, 2, said[i].two);
	}
}

START_TEST(the_same_ids_of_two_owners_never_meet)
{
	struct bench b;
	struct arena a;
	struct sealed got;
	uint64_t records;
	fill(&b);
	arena_init(&a);
	ck_assert_str_eq(all_of(b.store, ""), "1=mine 2=mine too");
	ck_assert_str_eq(all_of(b.store, ANN), "1=Ann's 2=Ann's too");
	ck_assert_str_eq(all_of(b.store, BEN), "1=Ben's 2=Ben's too");
	ck_assert_str_eq(since_of(b.store, ANN, 0), "1=Ann's 2=Ann's too");
	ck_assert_str_eq(since_of(b.store, "", 0), "1=mine 2=mine too");
	ck_assert_str_eq(since_of(b.store, BEN, 5), "2=Ben's too");
	store_set_owner(b.store, ANN);
	put_text(b.store, CHAT, 1, "Ann's, edited");
	put_text(b.store, OTHER, 3, "Ann's alone");
	WELL(store_bury(b.store, ID(2)));
	WELL(store_get(&got, &a, b.store, ID(1)));
	ck_assert_str_eq(got.plain, "Ann's, edited");
	FAILS(FAULT_ABSENT, store_get(&got, &a, b.store, ID(2)));
	store_set_owner(b.store, BEN);
	FAILS(FAULT_ABSENT, store_get(&got, &a, b.store, ID(3)));
	FAILS(FAULT_ABSENT, store_bury(b.store, ID(3)));
	FAILS(FAULT_ABSENT, store_bury_chain(b.store, OTHER));
	WELL(store_get(&got, &a, b.store, ID(1)));
	ck_assert_str_eq(got.plain, "Ben's");
	WELL(store_bury_chain(b.store, CHAT));
	bench_reopen(&b);
	ck_assert_str_eq(all_of(b.store, ""), "1=mine 2=mine too");
	ck_assert_str_eq(all_of(b.store, ANN), "1=Ann's, edited 3=Ann's alone");
	ck_assert_str_eq(all_of(b.store, BEN), "");
	WELL(store_verify(b.store, &records));
	ck_assert_uint_eq(records, 10);
	arena_clear(&a);
	bench_close(&b);
}
END_TEST

START_TEST(a_joined_connection_begins_with_the_one_person_whatever_the_first_has)
{
	struct bench b;
	struct store *second;
	fill(&b);
	store_set_owner(b.store, BEN);
	WELL(store_join(&second, b.store));
	put_text(second, OTHER, 7, "by the second");
	ck_assert_str_eq(all_of(b.store, ""), "1=mine 2=mine too 7=by the second");
	ck_assert_str_eq(all_of(b.store, BEN), "1=Ben's 2=Ben's too");
	store_close(second);
	bench_close(&b);
}
END_TEST

START_TEST(what_is_no_owner_reads_and_writes_nothing)
{
	static const char *const wrong[] = { NULL, "a", "a000000000000000000000000000000g", "00000000000000000000000000000000",
		ANN "0", "../../etc/passwd" };
	struct bench b;
	struct arena a;
	struct sealed got;
	struct text t;
	fill(&b);
	arena_init(&a);
	text_init(&t, 1000);
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		store_set_owner(b.store, wrong[i]);
		FAILS(FAULT_INPUT, store_put(b.store, KIND_MESSAGE, CHAT, ID(9), "x", 1));
		FAILS(FAULT_INPUT, store_get(&got, &a, b.store, ID(1)));
		FAILS(FAULT_INPUT, store_each(b.store, NULL, 0, show_record, &t));
		FAILS(FAULT_INPUT, store_each_since(b.store, 0, show_record, &t));
		FAILS(FAULT_INPUT, store_bury(b.store, ID(1)));
		FAILS(FAULT_INPUT, store_bury_chain(b.store, CHAT));
		FAILS(FAULT_INPUT, store_bury_owner(b.store));
	}
	ck_assert_uint_eq(t.len, 0);
	ck_assert_str_eq(all_of(b.store, ""), "1=mine 2=mine too");
	arena_clear(&a);
	bench_close(&b);
}
END_TEST

START_TEST(owners_are_listed_and_one_is_buried_whole)
{
	struct bench b;
	struct arena a;
	struct text_list owners;
	uint64_t records;
	fill(&b);
	arena_init(&a);
	store_set_owner(b.store, ANN);
	put_text(b.store, OTHER, 5, "a second conversation");
	WELL(store_owners(&owners, &a, b.store));
	ck_assert_uint_eq(owners.count, 2);
	ck_assert_str_eq(owners.items[0], ANN);
	ck_assert_str_eq(owners.items[1], BEN);
	WELL(store_bury_owner(b.store));
	WELL(store_bury_owner(b.store));        /* nothing is left: harmless */
	ck_assert_str_eq(all_of(b.store, ANN), "");
	ck_assert_str_eq(all_of(b.store, BEN), "1=Ben's 2=Ben's too");
	WELL(store_owners(&owners, &a, b.store));
	ck_assert_uint_eq(owners.count, 1);
	ck_assert_str_eq(owners.items[0], BEN);
	bench_reopen(&b);
	WELL(store_verify(b.store, &records));
	ck_assert_uint_eq(records, 9);
	store_set_owner(b.store, ANN);
	put_text(b.store, CHAT, 8, "back again");
	ck_assert_str_eq(all_of(b.store, ANN), "8=back again");
	arena_clear(&a);
	bench_close(&b);
}
END_TEST

static const char *const attacks[] = {
	"DELETE FROM record WHERE lseq = 6; UPDATE record SET owner = x'" BEN "' WHERE lseq = 4",
	"UPDATE record SET owner = x'' WHERE lseq = 7", "UPDATE record SET owner = x'' WHERE lseq = 7; UPDATE head SET owner = x'' WHERE conv_id = x'" OTHER "'",
	/* the two exchanged, records and heads */
	"UPDATE record SET owner = x'c0' || owner WHERE owner <> x''; DELETE FROM head WHERE owner = x'" ANN "'",
	"UPDATE record SET rec_id = x'00000000000000000000000000000063' WHERE owner = x'" ANN "' AND lseq = 3",
	"UPDATE record SET owner = x'" BEN "', conv_id = x'" OTHER "', rec_id = x'00000000000000000000000000000064' WHERE lseq = 3",
	"DELETE FROM record WHERE owner = x'" ANN "'; DELETE FROM head WHERE owner = x'" ANN "'",
	"UPDATE head SET owner = x'" BEN "' WHERE conv_id = x'" OTHER "'",
};

START_TEST(a_record_given_to_another_owner_is_found_as_altered)
{
	struct bench b;
	fill(&b);
	store_set_owner(b.store, ANN);
	put_text(b.store, OTHER, 5, "Ann's alone");
	WELL(store_verify(b.store, NULL));
	store_close(b.store);
	bench_save(&b);
	for (size_t i = 0; i < COUNT_OF(attacks); i++) {
		bench_bring_back(&b);
		tamper(b.database, attacks[i]);
		WELL(bench_store(&b, &b.store));
		enum fault f = store_unlock(b.store, SLOT_KEY_FILE, &b.key);
		ck_assert_msg(f == FAULT_DAMAGED, "%s: %s", attacks[i], fault_name(f));
		ck_assert(store_read_only(b.store));
		WELL(store_anchor_accept(b.store));
		WELL(store_verify(b.store, NULL));
		ck_assert_str_eq(all_of(b.store, ""), "1=mine 2=mine too");
		store_close(b.store);
	}
	b.store = NULL;
	bench_close(&b);
}
END_TEST

/* Whoever can write the file while the store is open gains no words by it. */
START_TEST(a_moved_record_does_not_open_even_before_it_is_verified)
{
	struct bench b;
	struct text t;
	fill(&b);
	store_set_owner(b.store, ANN);
	put_text(b.store, OTHER, 5, "Ann's alone");
	tamper(b.database, "UPDATE record SET owner = x'" BEN "' WHERE lseq = 7");
	text_init(&t, 1000);
	store_set_owner(b.store, BEN);
	FAILS(FAULT_DAMAGED, store_each(b.store, NULL, 0, show_record, &t));
	ck_assert_str_eq(t.data, "1=Ben's 2=Ben's too");
	FAILS(FAULT_DAMAGED, store_verify(b.store, NULL));
	text_clear(&t);
	bench_close(&b);
}
END_TEST

START_TEST(a_new_passphrase_seals_every_owners_records_again)
{
	struct bench b;
	struct vault_secret next = secret_of("ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
	fill(&b);
	store_set_owner(b.store, BEN);
	WELL(store_bury(b.store, ID(2)));
	WELL(store_rekey(b.store, SLOT_KEY_FILE, &next, "next", NULL, NULL));
	vault_secret_clear(&b.key);
	b.key = next;
	bench_reopen(&b);
	WELL(store_verify(b.store, NULL));
	ck_assert_str_eq(all_of(b.store, ""), "1=mine 2=mine too");
	ck_assert_str_eq(all_of(b.store, ANN), "1=Ann's 2=Ann's too");
	ck_assert_str_eq(all_of(b.store, BEN), "1=Ben's");
	bench_close(&b);
}
END_TEST

START_TEST(a_history_from_before_there_were_owners_is_taken_over)
{
	struct bench b;
	int64_t version;
	bench_open(&b);
	put_text(b.store, CHAT, 1, "from before");
	put_text(b.store, CHAT, 2, "twice");
	put_text(b.store, CHAT, 2, "edited");
	put_text(b.store, OTHER, 3, "gone");
	WELL(store_bury(b.store, ID(3)));
	WELL(store_migrate(b.store, 2));
	store_close(b.store);
	tamper(b.database, "INSERT INTO head SELECT zeroblob(16), 0, h, 0 FROM head WHERE n < 0");   /* of four columns again */
	WELL(bench_store(&b, &b.store));
	version = store_version(b.store);
	ck_assert_int_ge(version, 3);
	WELL(store_unlock(b.store, SLOT_KEY_FILE, &b.key));
	ck_assert_int_ne(store_anchor(b.store, NULL), ANCHOR_ALTERED);
	WELL(store_verify(b.store, NULL));
	ck_assert_str_eq(all_of(b.store, ""), "1=from before 2=edited");
	store_set_owner(b.store, ANN);
	put_text(b.store, CHAT, 1, "beside it");
	FAILS(FAULT_DENIED, store_migrate(b.store, 2));
	ck_assert_int_eq(store_version(b.store), 3);
	bench_reopen(&b);
	ck_assert_str_eq(all_of(b.store, ""), "1=from before 2=edited");
	ck_assert_str_eq(all_of(b.store, ANN), "1=beside it");
	bench_close(&b);
}
END_TEST

START_TEST(what_is_kept_for_minutes_opens_for_its_owner_id_and_number_alone)
{
	static const char words[] = "what was said";
	struct bench b;
	struct text blob, out;
	bench_open(&b);
	text_init(&blob, 4096);
	text_init(&out, 4096);
	store_set_owner(b.store, ANN);
	WELL(store_seal(&blob, b.store, ID(1), 7, words, strlen(words)));
	ck_assert(memmem(blob.data, blob.len, "said", 4) == NULL);
	WELL(store_unseal(&out, b.store, ID(1), 7, blob.data, blob.len));
	ck_assert_str_eq(out.data, words);
	FAILS(FAULT_DAMAGED, store_unseal(&out, b.store, ID(2), 7, blob.data, blob.len));
	FAILS(FAULT_DAMAGED, store_unseal(&out, b.store, ID(1), 8, blob.data, blob.len));
	store_set_owner(b.store, BEN);
	FAILS(FAULT_DAMAGED, store_unseal(&out, b.store, ID(1), 7, blob.data, blob.len));
	store_set_owner(b.store, ANN);
	blob.data[blob.len / 2] ^= 1;
	FAILS(FAULT_DAMAGED, store_unseal(&out, b.store, ID(1), 7, blob.data, blob.len));
	store_set_owner(b.store, "nobody");
	FAILS(FAULT_INPUT, store_seal(&blob, b.store, ID(1), 7, words, strlen(words)));
	store_set_owner(b.store, "");
	store_lock(b.store);
	FAILS(FAULT_LOCKED, store_seal(&blob, b.store, ID(1), 7, words, strlen(words)));
	text_clear(&blob);
	text_clear(&out);
	bench_close(&b);
}
END_TEST

TESTS("owner", what_is_kept_for_minutes_opens_for_its_owner_id_and_number_alone, the_same_ids_of_two_owners_never_meet, a_joined_connection_begins_with_the_one_person_whatever_the_first_has,
	what_is_no_owner_reads_and_writes_nothing, owners_are_listed_and_one_is_buried_whole,
	a_record_given_to_another_owner_is_found_as_altered, a_moved_record_does_not_open_even_before_it_is_verified,
	a_new_passphrase_seals_every_owners_records_again, a_history_from_before_there_were_owners_is_taken_over)

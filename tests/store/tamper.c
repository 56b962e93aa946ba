/* Somebody with a pen: rows exchanged, deleted, renumbered, cut, copied, brought
 * back, forged, rolled back.  All of it must be found when the store is opened. */
#include <fcntl.h>
#include "store_test.h"

/* Two conversations, an edit, a burial: every form of row. */
static void
fill(struct bench *b)
{
	bench_open(b);
	for (unsigned i = 1; i <= 12; i++)
		put_text(b->store, i % 3 ? CHAT : OTHER, i, "a message");
	put_text(b->store, CHAT, 2, "an edited message");
	WELL(store_bury(b->store, ID(4)));
	put_text(b->store, OTHER, 20, "the last one");
	store_close(b->store);
	b->store = NULL;
}

static enum fault
reopen(struct bench *b)
{
	WELL(bench_store(b, &b->store));
	return store_unlock(b->store, SLOT_KEY_FILE, &b->key);
}

static const char *const attacks[] = {
	/* exchange two records of a chain, whole and blobs only */
	"UPDATE record SET lseq = -1 WHERE lseq = 1; UPDATE record SET lseq = 1 WHERE lseq = 5; UPDATE record SET lseq = 5 WHERE lseq = -1",
	"UPDATE record SET tag = (SELECT tag FROM record WHERE lseq = 5) WHERE lseq = 1",
	/* delete first, middle, last, all; cut the tail; a whole conversation */
	"DELETE FROM record WHERE lseq = 1", "DELETE FROM record WHERE lseq = 5",
	"DELETE FROM record WHERE lseq = (SELECT max(lseq) FROM record)", "DELETE FROM record WHERE lseq > 8",
	"DELETE FROM record", "DELETE FROM record; DELETE FROM head",
	"DELETE FROM record WHERE conv_id = x'" OTHER "'; DELETE FROM head WHERE conv_id = x'" OTHER "'",
	/* renumber */
	"UPDATE record SET lseq = 1000 WHERE lseq = 3", "UPDATE record SET lseq = lseq + 100 WHERE lseq > 5",
	"UPDATE record SET lseq = 100 - lseq",
	/* copy from another conversation, duplicate, append */
	"UPDATE record SET conv_id = x'" OTHER "' WHERE lseq = 1",
	"INSERT INTO record SELECT 900, kind, fmt, epoch, rev, flags, size, owner, x'" OTHER "', x'00000000000000000000000000000099', tag, blob FROM record WHERE lseq = 1",
	"INSERT INTO record SELECT 900, kind, fmt, epoch, rev + 7, flags, size, owner, conv_id, rec_id, tag, blob FROM record WHERE lseq = 1",
	/* bound columns */
	"UPDATE record SET kind = 5 WHERE lseq = 1", "UPDATE record SET kind = 257 WHERE lseq = 1", "UPDATE record SET fmt = 2 WHERE lseq = 1",
	"UPDATE record SET epoch = 2 WHERE lseq = 1", "UPDATE record SET rev = 3 WHERE lseq = 1", "UPDATE record SET flags = 1 WHERE lseq = 1",
	"UPDATE record SET size = 512 WHERE lseq = 1", "UPDATE record SET rec_id = x'00000000000000000000000000000098' WHERE lseq = 1",
	"UPDATE record SET tag = zeroblob(16) WHERE lseq = 1", "UPDATE record SET tag = zeroblob(15) WHERE lseq = 1",
	"UPDATE record SET conv_id = zeroblob(3) WHERE lseq = 1",
	/* given to somebody, one record, a conversation, with its head; to nobody who can be */
	"UPDATE record SET owner = x'" OTHER "' WHERE lseq = 1", "UPDATE record SET owner = x'" OTHER "' WHERE conv_id = x'" CHAT "'",
	"UPDATE record SET owner = x'" OTHER "' WHERE conv_id = x'" CHAT "'; UPDATE head SET owner = x'" OTHER "' WHERE conv_id = x'" CHAT "'",
	"UPDATE head SET owner = x'" OTHER "' WHERE conv_id = x'" CHAT "'", "UPDATE record SET owner = zeroblob(16) WHERE lseq = 1",
	"UPDATE record SET owner = x'01' WHERE lseq = 1", "UPDATE head SET owner = zeroblob(16)",
	/* emptied without a tombstone; shortened; brought back after an edit, after a burial */
	"UPDATE record SET blob = NULL WHERE lseq = 1", "UPDATE record SET blob = zeroblob(5) WHERE lseq = 1",
	"UPDATE record SET blob = (SELECT blob FROM record WHERE lseq = 1) WHERE lseq = 2",
	"UPDATE record SET blob = (SELECT blob FROM record WHERE lseq = 1) WHERE lseq = 4",
	/* forged tombstone, forged head, forged root */
	"UPDATE record SET kind = 12 WHERE lseq = 12", "UPDATE head SET n = n - 1", "UPDATE head SET h = zeroblob(32)",
	"UPDATE head SET h = zeroblob(3)", "INSERT INTO head VALUES (x'', zeroblob(16), 0, zeroblob(32), 1)", "DELETE FROM head",
	"UPDATE root SET generation = generation + 1", "UPDATE root SET generation = generation - 1", "UPDATE root SET count = count + 1",
	"UPDATE root SET hash = zeroblob(32)", "UPDATE root SET hash = zeroblob(1)", "DELETE FROM root",
	/* slots and their MAC */
	"UPDATE vault SET slots_mac = zeroblob(32)", "INSERT INTO slot SELECT 5, bytes FROM slot",
	"UPDATE slot SET bytes = CAST(substr(bytes, 1, 175) || x'58' AS BLOB)",
};

START_TEST(every_alteration_is_found_on_opening)
{
	struct bench b;
	fill(&b);
	bench_save(&b);
	WELL(reopen(&b));
	store_close(b.store);
	for (size_t i = 0; i < COUNT_OF(attacks); i++) {
		bench_bring_back(&b);
		tamper(b.database, attacks[i]);
		enum fault f = reopen(&b);
		ck_assert_msg(f == FAULT_DAMAGED || f == FAULT_LOCKED, "%s: %s", attacks[i], fault_name(f));
		if (f == FAULT_DAMAGED) {
			ck_assert(store_read_only(b.store));
			FAILS(FAULT_DENIED, store_put(b.store, KIND_MESSAGE, CHAT, ID(50), "x", 1));
			ck_assert_int_eq(store_anchor(b.store, NULL), ANCHOR_ALTERED);
		}
		store_close(b.store);
	}
	b.store = NULL;
	bench_close(&b);
}
END_TEST

START_TEST(without_keys_nothing_opens_when_slots_or_epochs_are_broken)
{
	static const char *const broken[] = {
		"UPDATE epoch SET wrapped = zeroblob(72)", "DELETE FROM epoch", "UPDATE epoch SET epoch = 9", "UPDATE slot SET bytes = zeroblob(176)",
		"UPDATE slot SET bytes = zeroblob(3)", "DELETE FROM slot", "UPDATE vault SET store_id = zeroblob(16)", "DELETE FROM vault",
		"UPDATE vault SET store_id = zeroblob(99)",
	};
	struct bench b;
	fill(&b);
	bench_save(&b);
	for (size_t i = 0; i < COUNT_OF(broken); i++) {
		bench_bring_back(&b);
		tamper(b.database, broken[i]);
		enum fault f = reopen(&b);
		ck_assert_msg(f != FAULT_NONE && store_is_locked(b.store), "%s: %s", broken[i], fault_name(f));
		store_close(b.store);
	}
	b.store = NULL;
	bench_close(&b);
}
END_TEST

START_TEST(a_flipped_text_is_found_when_read_and_the_rest_is_given)
{
	struct bench b;
	struct text t;
	uint64_t records;
	struct arena a;
	struct sealed got;
	fill(&b);
	arena_init(&a);
	text_init(&t, 1 << 16);
	tamper(b.database, "UPDATE record SET blob = CAST(substr(blob, 1, 100) || x'00' || substr(blob, 102) AS BLOB) WHERE lseq = 5");
	WELL(reopen(&b));
	FAILS(FAULT_DAMAGED, store_each(b.store, NULL, 0, show_record, &t));
	ck_assert(strstr(fault_sentence(), ID(5)) != NULL);
	ck_assert(strstr(t.data, "1=a message") && strstr(t.data, "6=a message") && !strstr(t.data, "5=a"));
	FAILS(FAULT_DAMAGED, store_get(&got, &a, b.store, ID(5)));
	WELL(store_get(&got, &a, b.store, ID(6)));
	FAILS(FAULT_DAMAGED, store_verify(b.store, &records));
	WELL(store_bury(b.store, ID(5)));
	WELL(store_verify(b.store, &records));
	arena_clear(&a);
	text_clear(&t);
	bench_close(&b);
}
END_TEST

START_TEST(an_altered_history_goes_on_with_what_is_left_when_accepted)
{
	struct bench b;
	struct text t;
	uint64_t records;
	fill(&b);
	bench_save(&b);
	for (size_t i = 0; i < COUNT_OF(attacks); i += on_postgres() ? 4 : 1) {
		bench_bring_back(&b);
		tamper(b.database, attacks[i]);
		if (reopen(&b) == FAULT_DAMAGED) {
			enum fault f = store_anchor_accept(b.store);
			ck_assert_msg(f == FAULT_NONE, "%s: %s %s", attacks[i], fault_name(f), fault_sentence());
			put_text(b.store, CHAT, 60, "after");
			store_close(b.store);
			f = reopen(&b);
			ck_assert_msg(f == FAULT_NONE, "%s: %s %s", attacks[i], fault_name(f), fault_sentence());
			ck_assert_int_eq(store_anchor(b.store, NULL), ANCHOR_SAME);
			WELL(store_verify(b.store, &records));
			text_init(&t, 1 << 16);
			WELL(store_each(b.store, NULL, 0, show_record, &t));
			ck_assert(strstr(t.data, "3c=after") != NULL);
			ck_assert(strstr(t.data, " 4=") == NULL);       /* buried stays buried */
			text_clear(&t);
		}
		store_close(b.store);
	}
	b.store = NULL;
	bench_close(&b);
}
END_TEST

START_TEST(a_deleted_conversation_does_not_come_back)
{
	struct bench b;
	struct text t;
	bench_open(&b);
	put_text(b.store, CHAT, 1, "secret");
	put_text(b.store, OTHER, 2, "open");
	store_close(b.store);
	tamper(b.database, "CREATE TABLE kept AS SELECT lseq, blob FROM record");
	WELL(reopen(&b));
	WELL(store_bury_chain(b.store, CHAT));
	store_close(b.store);
	tamper(b.database, "UPDATE record SET blob = (SELECT blob FROM kept WHERE kept.lseq = record.lseq) WHERE lseq = 1");
	FAILS(FAULT_DAMAGED, reopen(&b));
	WELL(store_anchor_accept(b.store));
	text_init(&t, 1000);
	WELL(store_each(b.store, NULL, 0, show_record, &t));
	ck_assert_str_eq(t.data, "2=open");
	text_clear(&t);
	bench_close(&b);
}
END_TEST

START_TEST(going_back_is_found_by_the_anchor_and_may_be_accepted)
{
	struct bench b;
	uint64_t back = 0;
	bench_open(&b);
	put_text(b.store, CHAT, 1, "one");
	bench_reopen(&b);
	store_close(b.store);
	bench_save(&b);
	WELL(reopen(&b));
	ck_assert_int_eq(store_anchor(b.store, NULL), ANCHOR_SAME);
	for (unsigned i = 2; i < 7; i++)
		put_text(b.store, CHAT, i, "more");
	store_close(b.store);
	bench_bring_back(&b);
	WELL(reopen(&b));
	ck_assert_int_eq(store_anchor(b.store, &back), ANCHOR_BEHIND);
	ck_assert_uint_eq(back, 5);
	ck_assert(store_read_only(b.store));
	FAILS(FAULT_DENIED, store_put(b.store, KIND_MESSAGE, CHAT, ID(9), "x", 1));
	FAILS(FAULT_DENIED, store_rekey(b.store, SLOT_KEY_FILE, &b.key, "", NULL, NULL));
	bench_reopen(&b);         /* closing wrote no anchor */
	ck_assert_int_eq(store_anchor(b.store, &back), ANCHOR_BEHIND);
	WELL(store_anchor_accept(b.store));
	put_text(b.store, CHAT, 9, "on");
	bench_reopen(&b);
	ck_assert_int_eq(store_anchor(b.store, NULL), ANCHOR_SAME);
	bench_close(&b);
}
END_TEST

/* What is in memory is believed only as long as the database says the same. */
START_TEST(a_root_forged_under_an_open_store_is_not_built_upon)
{
	static const char *const forged[] = { "UPDATE root SET hash = zeroblob(32)", "UPDATE root SET generation = generation + 1",
		"UPDATE root SET generation = generation - 1", "UPDATE root SET hash = zeroblob(3)" };
	for (size_t i = 0; i < COUNT_OF(forged); i++) {
		struct bench b;
		struct text t;
		bench_open(&b);
		put_text(b.store, CHAT, 1, "one");
		put_text(b.store, CHAT, 2, "two");
		tamper(b.database, forged[i]);
		FAILS(FAULT_DAMAGED, store_put(b.store, KIND_MESSAGE, CHAT, ID(3), "three", 5));
		FAILS(FAULT_DAMAGED, store_verify(b.store, NULL));
		text_init(&t, 1000);
		WELL(store_each(b.store, NULL, 0, show_record, &t));
		ck_assert_str_eq(t.data, "1=one 2=two");
		text_clear(&t);
		FAILS(FAULT_DAMAGED, bench_again(&b));
		WELL(store_anchor_accept(b.store));
		put_text(b.store, CHAT, 3, "three");
		bench_close(&b);
	}
}
END_TEST

START_TEST(another_past_of_the_same_length_is_found)
{
	struct bench b;
	bench_open(&b);
	store_close(b.store);
	bench_save(&b);
	WELL(reopen(&b));
	put_text(b.store, CHAT, 1, "what was said");
	store_close(b.store);
	/* the same generation, made from the saved copy beside no anchor */
	char anchor[sizeof b.anchor];
	memcpy(anchor, b.anchor, sizeof anchor);
	snprintf(b.anchor, sizeof b.anchor, "%s/nowhere", b.folder);
	bench_bring_back(&b);
	WELL(reopen(&b));
	put_text(b.store, CHAT, 1, "what was not");
	store_close(b.store);
	memcpy(b.anchor, anchor, sizeof anchor);
	WELL(reopen(&b));
	ck_assert_int_eq(store_anchor(b.store, NULL), ANCHOR_ALTERED);
	ck_assert(store_read_only(b.store));
	bench_close(&b);
}
END_TEST

START_TEST(a_crash_leaves_the_anchor_behind_and_that_is_normal)
{
	struct bench b;
	char saved[128];
	bench_open(&b);
	put_text(b.store, CHAT, 1, "one");
	bench_reopen(&b);
	snprintf(saved, sizeof saved, "%s/old", b.folder);
	copy_file(b.anchor, saved);
	put_text(b.store, CHAT, 2, "two");
	store_close(b.store);
	copy_file(saved, b.anchor);
	WELL(reopen(&b));
	ck_assert_int_eq(store_anchor(b.store, NULL), ANCHOR_AHEAD);
	ck_assert(!store_read_only(b.store));
	bench_reopen(&b);
	ck_assert_int_eq(store_anchor(b.store, NULL), ANCHOR_SAME);
	store_close(b.store);
	ck_assert_int_eq(unlink(b.anchor), 0);
	WELL(reopen(&b));
	ck_assert_int_eq(store_anchor(b.store, NULL), ANCHOR_NONE);
	store_close(b.store);
	WELL(file_write(b.anchor, "", 0));
	WELL(reopen(&b));
	ck_assert_int_eq(store_anchor(b.store, NULL), ANCHOR_NONE);
	store_close(b.store);
	WELL(file_write(b.anchor, "not an anchor", 13));
	WELL(reopen(&b));
	ck_assert_int_eq(store_anchor(b.store, NULL), ANCHOR_ALTERED);
	WELL(store_anchor_accept(b.store));
	bench_reopen(&b);
	ck_assert_int_eq(store_anchor(b.store, NULL), ANCHOR_SAME);
	bench_close(&b);
}
END_TEST

START_TEST(the_anchor_is_written_every_thirty_two_commits_or_thirty_seconds)
{
	struct bench b;
	struct text before, after;
	bench_open(&b);
	text_init(&before, 1000);
	text_init(&after, 1000);
	WELL(file_read(&before, b.anchor));
	for (unsigned i = 1; i < 32; i++)
		put_text(b.store, CHAT, i, "x");
	WELL(file_read(&after, b.anchor));
	ck_assert_mem_eq(before.data, after.data, VAULT_ANCHOR_BYTES);
	put_text(b.store, CHAT, 32, "x");
	text_reset(&after);
	WELL(file_read(&after, b.anchor));
	ck_assert_mem_ne(before.data, after.data, VAULT_ANCHOR_BYTES);
	b.clock_at.now_ms += 30000;
	put_text(b.store, CHAT, 33, "x");
	text_reset(&before);
	WELL(file_read(&before, b.anchor));
	ck_assert_mem_ne(before.data, after.data, VAULT_ANCHOR_BYTES);
	text_clear(&before);
	text_clear(&after);
	bench_close(&b);
}
END_TEST

TESTS("tamper", every_alteration_is_found_on_opening, without_keys_nothing_opens_when_slots_or_epochs_are_broken,
	a_flipped_text_is_found_when_read_and_the_rest_is_given, an_altered_history_goes_on_with_what_is_left_when_accepted,
	a_deleted_conversation_does_not_come_back, going_back_is_found_by_the_anchor_and_may_be_accepted,
	a_root_forged_under_an_open_store_is_not_built_upon, another_past_of_the_same_length_is_found, a_crash_leaves_the_anchor_behind_and_that_is_normal,
	the_anchor_is_written_every_thirty_two_commits_or_thirty_seconds)

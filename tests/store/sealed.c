/* Sealed records: put, edit, bury, walk, and what a locked store says. */
#include "store_test.h"

/* What a walk showed; good until the next one. */
static const char *
kept(struct text *t)
{
	static char shown[4096];
	snprintf(shown, sizeof shown, "%s", t->data);
	text_clear(t);
	return shown;
}

static const char *
walked(struct store *s, const char *conv, enum vault_kind kind)
{
	struct text t;
	text_init(&t, 4000);
	WELL(store_each(s, conv, kind, show_record, &t));
	return kept(&t);
}

static const char *
walked_since(struct store *s, uint64_t lseq)
{
	struct text t;
	text_init(&t, 4000);
	WELL(store_each_since(s, lseq, show_record, &t));
	return kept(&t);
}

START_TEST(what_is_put_is_got_also_after_reopening)
{
	struct bench b;
	struct arena a;
	struct sealed got;
	bench_open(&b);
	arena_init(&a);
	put_text(b.store, CHAT, 1, "{\"text\":\"light\"}");
	for (int round = 0; round < 2; round++) {
		WELL(store_get(&got, &a, b.store, ID(1)));
		ck_assert_str_eq(got.plain, "{\"text\":\"light\"}");
		ck_assert_uint_eq(got.plain_bytes, 16);
		ck_assert_str_eq(got.conv_id, CHAT);
		ck_assert_str_eq(got.rec_id, ID(1));
		ck_assert_int_eq(got.kind, KIND_MESSAGE);
		ck_assert_uint_eq(got.rev, 1);
		bench_reopen(&b);
	}
	FAILS(FAULT_ABSENT, store_get(&got, &a, b.store, ID(2)));
	arena_clear(&a);
	bench_close(&b);
}
END_TEST

START_TEST(an_edit_keeps_the_place_and_shows_the_newest)
{
	struct bench b;
	struct arena a;
	struct sealed got;
	bench_open(&b);
	arena_init(&a);
	put_text(b.store, CHAT, 1, "one");
	put_text(b.store, CHAT, 2, "two");
	put_text(b.store, OTHER, 3, "three");
	put_text(b.store, CHAT, 1, "uno");
	put_text(b.store, CHAT, 1, "eins");
	ck_assert_str_eq(walked(b.store, CHAT, 0), "1=eins 2=two");
	ck_assert_str_eq(walked(b.store, NULL, 0), "1=eins 2=two 3=three");
	ck_assert_str_eq(walked_since(b.store, 0), "2=two 3=three 1=eins");
	ck_assert_str_eq(walked_since(b.store, 3), "1=eins");
	WELL(store_get(&got, &a, b.store, ID(1)));
	ck_assert_uint_eq(got.rev, 3);
	bench_reopen(&b);
	ck_assert_str_eq(walked(b.store, NULL, 0), "1=eins 2=two 3=three");
	arena_clear(&a);
	bench_close(&b);
}
END_TEST

START_TEST(a_record_keeps_its_conversation_and_kind)
{
	struct bench b;
	bench_open(&b);
	put_text(b.store, CHAT, 1, "one");
	FAILS(FAULT_INPUT, store_put(b.store, KIND_MESSAGE, OTHER, ID(1), "x", 1));
	FAILS(FAULT_INPUT, store_put(b.store, KIND_TITLE, CHAT, ID(1), "x", 1));
	FAILS(FAULT_INPUT, store_put(b.store, KIND_TOMBSTONE, CHAT, ID(1), "x", 1));
	FAILS(FAULT_INPUT, store_put(b.store, KIND_LAST, CHAT, ID(9), "x", 1));
	FAILS(FAULT_INPUT, store_put(b.store, KIND_MESSAGE, "chat", ID(1), "x", 1));
	FAILS(FAULT_INPUT, store_put(b.store, KIND_MESSAGE, CHAT, "", "x", 1));
	FAILS(FAULT_LIMIT, store_put(b.store, KIND_MESSAGE, CHAT, ID(2), "", VAULT_PLAIN_MAX + 1u));
	ck_assert_str_eq(walked(b.store, NULL, 0), "1=one");
	bench_reopen(&b);
	bench_close(&b);
}
END_TEST

START_TEST(what_is_buried_is_gone_and_may_come_again)
{
	struct bench b;
	struct arena a;
	struct sealed got;
	bench_open(&b);
	arena_init(&a);
	put_text(b.store, CHAT, 1, "one");
	put_text(b.store, CHAT, 2, "two");
	put_text(b.store, CHAT, 2, "zwei");
	WELL(store_bury(b.store, ID(2)));
	FAILS(FAULT_ABSENT, store_get(&got, &a, b.store, ID(2)));
	FAILS(FAULT_ABSENT, store_bury(b.store, ID(2)));
	FAILS(FAULT_ABSENT, store_bury(b.store, ID(3)));
	ck_assert_str_eq(walked(b.store, CHAT, 0), "1=one");
	ck_assert_str_eq(walked_since(b.store, 0), "1=one 2=-");
	bench_reopen(&b);
	ck_assert_str_eq(walked(b.store, CHAT, 0), "1=one");
	put_text(b.store, CHAT, 2, "again");
	ck_assert_str_eq(walked(b.store, CHAT, 0), "1=one 2=again");
	bench_reopen(&b);
	arena_clear(&a);
	bench_close(&b);
}
END_TEST

START_TEST(a_buried_conversation_is_gone_and_others_stay)
{
	struct bench b;
	struct arena a;
	struct sealed got;
	uint64_t records;
	bench_open(&b);
	arena_init(&a);
	put_text(b.store, CHAT, 1, "one");
	put_text(b.store, OTHER, 2, "two");
	put_text(b.store, CHAT, 1, "uno");
	put_text(b.store, CHAT, 3, "three");
	WELL(store_bury(b.store, ID(3)));
	WELL(store_bury_chain(b.store, CHAT));
	FAILS(FAULT_ABSENT, store_bury_chain(b.store, ID(77)));
	ck_assert_str_eq(walked(b.store, NULL, 0), "2=two");
	ck_assert(strstr(walked_since(b.store, 0), "=END") != NULL);
	FAILS(FAULT_ABSENT, store_get(&got, &a, b.store, ID(1)));
	put_text(b.store, CHAT, 4, "after");
	ck_assert_str_eq(walked(b.store, CHAT, 0), "4=after");
	bench_reopen(&b);
	ck_assert_str_eq(walked(b.store, NULL, 0), "2=two 4=after");
	WELL(store_verify(b.store, &records));
	ck_assert_uint_eq(records, 7);
	arena_clear(&a);
	bench_close(&b);
}
END_TEST

START_TEST(a_walk_may_be_of_one_kind)
{
	struct bench b;
	bench_open(&b);
	WELL(store_put(b.store, KIND_TITLE, CHAT, CHAT, "title", 5));
	put_text(b.store, CHAT, 1, "one");
	WELL(store_put(b.store, KIND_FEEDBACK, CHAT, ID(2), "good", 4));
	ck_assert_str_eq(walked(b.store, CHAT, KIND_FEEDBACK), "2=good");
	ck_assert_str_eq(walked(b.store, NULL, KIND_MESSAGE), "1=one");
	ck_assert_str_eq(walked(b.store, NULL, KIND_SCORE), "");
	bench_close(&b);
}
END_TEST

struct echo { struct store *store; unsigned next; };
static enum fault
echo_record(const struct sealed *rec, void *arg)
{
	struct echo *e = arg;
	return store_put(e->store, KIND_MESSAGE, rec->conv_id, ID(e->next++), rec->plain, rec->plain_bytes);
}

START_TEST(a_walk_may_write_and_does_not_meet_what_it_wrote)
{
	struct bench b;
	bench_open(&b);
	put_text(b.store, CHAT, 1, "one");
	put_text(b.store, CHAT, 2, "two");
	struct echo e = { b.store, 10 };
	WELL(store_each(b.store, CHAT, 0, echo_record, &e));
	ck_assert_str_eq(walked(b.store, CHAT, 0), "1=one 2=two a=one b=two");
	bench_reopen(&b);
	bench_close(&b);
}
END_TEST

static enum fault
stop_record(const struct sealed *rec, void *arg)
{
	(void)rec;
	return ++*(int *)arg == 2 ? fault(FAULT_CANCELLED, "enough") : FAULT_NONE;
}

START_TEST(a_walk_ends_with_the_fault_of_its_callback)
{
	struct bench b;
	int calls = 0;
	bench_open(&b);
	for (unsigned i = 1; i < 9; i++)
		put_text(b.store, CHAT, i, "x");
	FAILS(FAULT_CANCELLED, store_each(b.store, NULL, 0, stop_record, &calls));
	ck_assert_int_eq(calls, 2);
	bench_close(&b);
}
END_TEST

START_TEST(a_locked_store_says_locked_to_everything_sealed)
{
	struct bench b;
	struct arena a;
	struct sealed got;
	struct text t;
	uint64_t records;
	bench_open(&b);
	arena_init(&a);
	text_init(&t, 1000);
	put_text(b.store, CHAT, 1, "one");
	store_lock(b.store);
	ck_assert(store_is_locked(b.store));
	FAILS(FAULT_LOCKED, store_put(b.store, KIND_MESSAGE, CHAT, ID(2), "x", 1));
	FAILS(FAULT_LOCKED, store_get(&got, &a, b.store, ID(1)));
	FAILS(FAULT_LOCKED, store_each(b.store, NULL, 0, show_record, &t));
	FAILS(FAULT_LOCKED, store_each_since(b.store, 0, show_record, &t));
	FAILS(FAULT_LOCKED, store_bury(b.store, ID(1)));
	FAILS(FAULT_LOCKED, store_bury_chain(b.store, CHAT));
	FAILS(FAULT_LOCKED, store_verify(b.store, &records));
	FAILS(FAULT_LOCKED, store_slot_add(b.store, SLOT_KEY_FILE, &b.key, ""));
	FAILS(FAULT_LOCKED, store_slot_remove(b.store, 0));
	FAILS(FAULT_LOCKED, store_rekey(b.store, SLOT_KEY_FILE, &b.key, "", NULL, NULL));
	WELL(store_unlock(b.store, SLOT_KEY_FILE, &b.key));
	ck_assert_str_eq(walked(b.store, NULL, 0), "1=one");
	arena_clear(&a);
	bench_close(&b);
}
END_TEST

START_TEST(a_chain_of_every_length_verifies)
{
	struct bench b;
	uint64_t records;
	static char big[70000];
	bench_open(&b);
	memset(big, 'x', sizeof big);
	for (unsigned i = 1; i <= 60; i++)
		WELL(store_put(b.store, KIND_MESSAGE, i % 3 ? CHAT : OTHER, ID(i), big, i * i * 19));
	WELL(store_verify(b.store, &records));
	ck_assert_uint_eq(records, 60);
	bench_reopen(&b);
	bench_close(&b);
}
END_TEST

TESTS("sealed", what_is_put_is_got_also_after_reopening, an_edit_keeps_the_place_and_shows_the_newest,
	a_record_keeps_its_conversation_and_kind, what_is_buried_is_gone_and_may_come_again,
	a_buried_conversation_is_gone_and_others_stay, a_walk_may_be_of_one_kind,
	a_walk_may_write_and_does_not_meet_what_it_wrote, a_walk_ends_with_the_fault_of_its_callback,
	a_locked_store_says_locked_to_everything_sealed, a_chain_of_every_length_verifies)

/* Sealed records: put, edit, bury, read, and what is on the disk. */
#include "store_test.h"

START_TEST(what_is_put_is_got)
{
	struct bench b;
	struct arena a;
	struct sealed got;
	bench_open(&b);
	arena_init(&a);
	WELL(store_put(b.store, KIND_MESSAGE, CHAT, ID(1), "{\"text\":\"light\"}", 16));
	WELL(store_get(&got, &a, b.store, ID(1)));
	ck_assert_str_eq(got.plain, "{\"text\":\"light\"}");
	ck_assert_str_eq(got.conv_id, CHAT);
	ck_assert_uint_eq(got.rev, 1);
	bench_reopen(&b);
	WELL(store_get(&got, &a, b.store, ID(1)));
	ck_assert_uint_eq(got.plain_bytes, 16);
	FAILS(FAULT_ABSENT, store_get(&got, &a, b.store, ID(2)));
	arena_clear(&a);
	bench_close(&b);
}
END_TEST

TESTS("sealed", what_is_put_is_got)

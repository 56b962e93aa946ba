/* Quantiles out of buckets, who counts as one address, what is shown of a fault. */
#include "../stoa_test.h"
#include "../../src/server/server_in.h"

START_TEST(a_quantile_lies_in_the_bucket_that_holds_it)
{
	uint64_t latency[ENGINE_LATENCIES] = { 0 };
	ck_assert_double_eq(metrics_quantile(latency, 0.5), 0);
	latency[0] = 100;   /* up to 1 ms */
	ck_assert_double_eq_tol(metrics_quantile(latency, 0.5), 0.0005, 1e-9);
	latency[3] = 100;   /* 5 to 10 ms */
	ck_assert_double_eq_tol(metrics_quantile(latency, 0.5), 0.001, 1e-9);
	ck_assert_double_eq_tol(metrics_quantile(latency, 0.75), 0.0075, 1e-9);
	ck_assert_double_eq_tol(metrics_quantile(latency, 1), 0.010, 1e-9);
}
END_TEST

START_TEST(the_last_bucket_has_no_end_so_its_beginning_is_said)
{
	uint64_t latency[ENGINE_LATENCIES] = { [ENGINE_LATENCIES - 1] = 5 };
	ck_assert_double_eq_tol(metrics_quantile(latency, 0.99), 10, 1e-9);
}
END_TEST

START_TEST(an_address_is_counted_until_its_last_connection_goes)
{
	struct guest_book *b = guest_book_new();
	ck_assert(guest_enter(b, "192.0.2.1", 2) && guest_enter(b, "192.0.2.1", 2));
	ck_assert(!guest_enter(b, "192.0.2.1", 2));
	ck_assert(guest_enter(b, "192.0.2.2", 2));
	guest_leave(b, "192.0.2.1");
	ck_assert(guest_enter(b, "192.0.2.1", 2));
	for (int i = 0; i < 2; i++)
		guest_leave(b, "192.0.2.1");
	guest_leave(b, "192.0.2.2");
	guest_leave(b, "192.0.2.9");   /* never came */
	ck_assert(guest_enter(b, "192.0.2.1", 1));
	guest_book_free(b);
}
END_TEST

START_TEST(a_network_of_ipv6_counts_as_one_and_one_of_ipv4_does_not)
{
	struct guest_book *b = guest_book_new();
	ck_assert(guest_enter(b, "2001:db8:1:2::1", 2) && guest_enter(b, "2001:db8:1:2:ffff::7", 2));
	ck_assert(!guest_enter(b, "2001:db8:1:2::3", 2));
	ck_assert(guest_enter(b, "2001:db8:1:3::1", 2));
	ck_assert(guest_enter(b, "::ffff:192.0.2.1", 1) && guest_enter(b, "::ffff:192.0.2.2", 1));
	ck_assert(guest_enter(b, "", 1) && !guest_enter(b, "", 1));
	guest_book_free(b);
}
END_TEST

START_TEST(thousands_of_addresses_are_counted_each_for_itself)
{
	struct guest_book *b = guest_book_new();
	char address[48];
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 5000; i++) {
			snprintf(address, sizeof address, "10.%d.%d.1", i / 250, i % 250);
			ck_assert(guest_enter(b, address, 1) == (round == 0));
		}
	guest_book_free(b);
}
END_TEST

START_TEST(what_is_wrong_with_us_is_not_shown_and_its_words_not_logged)
{
	static const struct { const char *said, *kept; } rows[] = {
		{ "", "" },
		{ "the store is full", "the store is full" },
		{ "\"What is light?\" has no answer: database is locked", "\"...\" has no answer: database is locked" },
		{ "mail to <ada@school.example> was refused", "mail to ... was refused" },
		{ "\"never ended, ada@b", "\"...\"" },
		{ "a \"\" b  c", "a \"...\" b  c" },
	};
	char out[SHOWN_BYTES];
	enum fault f = fault(FAULT_INPUT, "title is longer than 200 bytes");
	ck_assert_str_eq(shown_fault(out, f, "a.b", "1234"), "title is longer than 200 bytes");
	f = fault(FAULT_SYSTEM, "/srv/stoa/store.db cannot be read: Input/output error");
	ck_assert_str_eq(shown_fault(out, f, "a.b", "1234"), "something is wrong with the server; its log says more under 1234");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct text t;
		text_init(&t, 1000);
		shown_hide(&t, rows[i].said);
		ck_assert_str_eq(t.data == NULL ? "" : t.data, rows[i].kept);
		text_clear(&t);
	}
}
END_TEST

TESTS("server metrics", what_is_wrong_with_us_is_not_shown_and_its_words_not_logged, a_quantile_lies_in_the_bucket_that_holds_it, the_last_bucket_has_no_end_so_its_beginning_is_said,
	an_address_is_counted_until_its_last_connection_goes, a_network_of_ipv6_counts_as_one_and_one_of_ipv4_does_not,
	thousands_of_addresses_are_counted_each_for_itself)

/* Only of PostgreSQL: connections that are cut, several processes on one database,
 * word between them, databases that are not ours. */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include "store_test.h"
#include "../support/postgres.h"

/* End every other connection, as a server that restarts does. */
static void
cut_all(const struct bench *b)
{
	postgres_do(b->database, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
		" WHERE pid <> pg_backend_pid() AND application_name = 'stoa'", false);
}

static uint64_t
records_of(struct store *s)
{
	uint64_t records = 0;
	WELL(store_verify(s, &records));
	return records;
}

START_TEST(a_connection_cut_while_idle_is_made_anew_unseen)
{
	struct bench b;
	struct text t;
	bench_open(&b);
	text_init(&t, 1000);
	put_text(b.store, CHAT, 1, "one");
	cut_all(&b);
	put_text(b.store, CHAT, 2, "two");
	cut_all(&b);
	WELL(store_each(b.store, NULL, 0, show_record, &t));
	ck_assert_str_eq(t.data, "1=one 2=two");
	cut_all(&b);
	ck_assert_uint_eq(records_of(b.store), 2);
	text_clear(&t);
	bench_close(&b);
}
END_TEST

START_TEST(a_transaction_that_was_cut_is_offline_and_never_half)
{
	struct bench b;
	bench_open(&b);
	put_text(b.store, CHAT, 1, "one");
	WELL(store_begin(b.store));
	put_text(b.store, CHAT, 2, "two");
	put_text(b.store, OTHER, 3, "three");
	cut_all(&b);
	FAILS(FAULT_OFFLINE, store_put(b.store, KIND_MESSAGE, CHAT, ID(4), "four", 4));
	FAILS(FAULT_SYSTEM, store_commit(b.store));
	ck_assert_uint_eq(records_of(b.store), 1);
	WELL(store_begin(b.store));
	put_text(b.store, CHAT, 2, "two");
	cut_all(&b);
	FAILS(FAULT_OFFLINE, store_commit(b.store));
	ck_assert_uint_eq(records_of(b.store), 1);
	put_text(b.store, CHAT, 2, "two");
	ck_assert_uint_eq(records_of(b.store), 2);
	bench_close(&b);
}
END_TEST

struct walk { struct bench *bench; unsigned seen; };

static enum fault
cut_in_the_middle(const struct sealed *rec, void *arg)
{
	struct walk *w = arg;
	(void)rec;
	if (++w->seen == 3)
		cut_all(w->bench);
	return FAULT_NONE;
}

/* What came before the cut may have been on its way: all or some, never DAMAGED. */
START_TEST(a_walk_that_was_cut_is_offline_and_not_damage)
{
	struct bench b;
	static char big[100000];
	bench_open(&b);
	memset(big, 'x', sizeof big);
	WELL(store_begin(b.store));
	for (unsigned i = 1; i <= 200; i++)
		WELL(store_put(b.store, KIND_MESSAGE, CHAT, ID(i), big, sizeof big));
	WELL(store_commit(b.store));
	struct walk w = { &b, 0 };
	FAILS(FAULT_OFFLINE, store_each_since(b.store, 0, cut_in_the_middle, &w));
	ck_assert_uint_lt(w.seen, 200);
	w = (struct walk){ &b, 10 };
	WELL(store_each_since(b.store, 0, cut_in_the_middle, &w));
	ck_assert_uint_eq(w.seen, 210);
	bench_close(&b);
}
END_TEST

static void
cut_halfway(size_t done, size_t total, void *arg)
{
	if (done > 0 && done < total)
		cut_all(arg);
}

START_TEST(a_change_of_passphrase_that_was_cut_leaves_the_old_one)
{
	struct bench b;
	struct store *other;
	struct vault_secret fresh = secret_of("ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100");
	bench_open(&b);
	WELL(store_begin(b.store));
	for (unsigned i = 1; i <= 600; i++)
		put_text(b.store, CHAT, i, "a message");
	WELL(store_commit(b.store));
	FAILS(FAULT_OFFLINE, store_rekey(b.store, SLOT_KEY_FILE, &fresh, "new", cut_halfway, &b));
	ck_assert_uint_eq(records_of(b.store), 600);
	put_text(b.store, CHAT, 601, "goes on");
	WELL(bench_store(&b, &other));
	FAILS(FAULT_DENIED, store_unlock(other, SLOT_KEY_FILE, &fresh));
	WELL(store_unlock(other, SLOT_KEY_FILE, &b.key));
	ck_assert_uint_eq(records_of(other), 601);
	store_close(other);
	WELL(store_rekey(b.store, SLOT_KEY_FILE, &fresh, "new", NULL, NULL));
	FAILS(FAULT_DENIED, bench_again(&b));
	WELL(store_unlock(b.store, SLOT_KEY_FILE, &fresh));
	ck_assert_uint_eq(records_of(b.store), 601);
	vault_secret_clear(&fresh);
	bench_close(&b);
}
END_TEST

struct writer { struct store *store; atomic_bool stop; atomic_uint last; pthread_t thread; };

/* One id after the other, each again until it is acknowledged. */
static void *
write_on(void *arg)
{
	struct writer *w = arg;
	for (unsigned i = 1; !atomic_load(&w->stop);)
		if (store_put(w->store, KIND_MESSAGE, CHAT, ID(i), "a message", 9) == FAULT_NONE)
			atomic_store(&w->last, i++);
		else
			sched_yield();
	return NULL;
}

struct count { unsigned next; };

static enum fault
count_up(const struct sealed *rec, void *arg)
{
	struct count *c = arg;
	ck_assert_uint_eq(strtoul(rec->rec_id + 20, NULL, 16), c->next);
	c->next++;
	return FAULT_NONE;
}

START_TEST(a_server_that_is_killed_loses_nothing_acknowledged)
{
	struct bench b;
	struct postgres_own server;
	struct writer w = { .last = 0 };
	ck_assert(postgres_own_found(&server, getenv("STOA_TEST_FOLDER")));
	WELL(log_open("/dev/null", LOG_ERROR, false));
	bench_open(&b);
	WELL(store_join(&w.store, b.store));
	ck_assert_int_eq(pthread_create(&w.thread, NULL, write_on, &w), 0);
	for (unsigned round = 1; round <= 2; round++) {
		unsigned from = atomic_load(&w.last);
		while (atomic_load(&w.last) < from + 20)
			sched_yield();
		ck_assert(postgres_own_control(&server, "restart"));
	}
	unsigned from = atomic_load(&w.last);
	while (atomic_load(&w.last) < from + 20)
		sched_yield();
	atomic_store(&w.stop, true);
	pthread_join(w.thread, NULL);
	store_close(w.store);
	struct count c = { 1 };
	bench_reopen(&b);
	WELL(store_verify(b.store, NULL));
	WELL(store_each(b.store, CHAT, 0, count_up, &c));
	ck_assert_uint_eq(c.next, atomic_load(&w.last) + 1);
	bench_close(&b);
}
END_TEST

START_TEST(two_replicas_keep_one_history)
{
	struct bench b;
	struct store *second;
	struct text t;
	bench_open(&b);
	text_init(&t, 1000);
	WELL(bench_store(&b, &second));
	WELL(store_unlock(second, SLOT_KEY_FILE, &b.key));
	for (unsigned i = 1; i <= 6; i += 2) {
		put_text(b.store, CHAT, i, "first");
		put_text(second, CHAT, i + 1, "second");
	}
	WELL(store_bury(second, ID(1)));
	put_text(b.store, CHAT, 2, "edited");
	FAILS(FAULT_ABSENT, store_bury(b.store, ID(1)));
	ck_assert_uint_eq(records_of(b.store), 8);
	ck_assert_uint_eq(records_of(second), 8);
	WELL(store_each(second, CHAT, 0, show_record, &t));
	ck_assert_str_eq(t.data, "2=edited 3=first 4=second 5=first 6=second");
	store_close(second);
	bench_reopen(&b);
	text_clear(&t);
	bench_close(&b);
}
END_TEST

/* ---- word ------------------------------------------------------------------ */

static void
take_word(const char *channel, const char *payload, void *arg)
{
	text_printf(arg, "%s:%s ", channel, payload);
}

/* What is heard within the time; "" when the line stays silent. */
static const char *
hear(struct text *t, struct store *s, int fd, int wait_ms)
{
	struct pollfd waiting = { .fd = fd, .events = POLLIN };
	text_reset(t);
	while (t->len == 0 && poll(&waiting, 1, wait_ms) > 0)
		WELL(store_heard(s, take_word, t));
	return t->data;
}

START_TEST(a_word_comes_when_its_transaction_commits)
{
	struct bench b;
	struct store *ears;
	struct text t;
	int fd;
	bench_open(&b);
	text_init(&t, 20000);
	WELL(bench_store(&b, &ears));
	WELL(store_listen(&fd, ears, "changes"));
	ck_assert_int_ge(fd, 0);
	WELL(store_notify(b.store, "elsewhere", "not for us"));
	WELL(store_begin(b.store));
	WELL(store_notify(b.store, "changes", "rolled back"));
	store_rollback(b.store);
	WELL(store_begin(b.store));
	WELL(store_notify(b.store, "changes", "c1'; --"));
	ck_assert_str_eq(hear(&t, ears, fd, 0), "");
	WELL(store_commit(b.store));
	ck_assert_str_eq(hear(&t, ears, fd, 5000), "changes:c1'; -- ");
	WELL(store_notify(b.store, "changes", "at once"));
	ck_assert_str_eq(hear(&t, ears, fd, 5000), "changes:at once ");
	cut_all(&b);
	struct pollfd waiting = { .fd = fd, .events = POLLIN };
	ck_assert_int_eq(poll(&waiting, 1, 5000), 1);
	FAILS(FAULT_OFFLINE, store_heard(ears, take_word, &t));
	FAILS(FAULT_OFFLINE, store_heard(ears, take_word, &t));
	WELL(store_listen(&fd, ears, "changes"));
	WELL(store_notify(b.store, "changes", "again"));
	ck_assert_str_eq(hear(&t, ears, fd, 5000), "changes:again ");
	store_close(ears);
	text_clear(&t);
	bench_close(&b);
}
END_TEST

static bool
held(struct store *s, const char *name)
{
	bool got = false;
	WELL(store_hold(&got, s, name));
	return got;
}

/* The server ends a session a moment after its client has gone. */
static bool
soon_held(struct store *s, const char *name)
{
	for (int i = 0; i < 5000; i++) {
		if (held(s, name))
			return true;
		poll(NULL, 0, 1);
	}
	return false;
}

START_TEST(a_name_is_held_by_one_until_it_lets_go_or_is_gone)
{
	struct bench b;
	struct store *other;
	bench_open(&b);
	WELL(bench_store(&b, &other));
	ck_assert(held(b.store, "a"));
	ck_assert(held(other, "b"));
	ck_assert(!held(other, "a"));
	ck_assert(!held(b.store, "b"));
	struct cancel stop = { .asked = true };
	store_set_cancel(b.store, &stop);
	store_let_go(b.store, "a");
	store_set_cancel(b.store, NULL);
	ck_assert(held(other, "a"));
	store_let_go(b.store, "a");             /* not his: nothing happens */
	ck_assert(!held(b.store, "a"));
	store_close(other);
	ck_assert(soon_held(b.store, "a"));
	ck_assert(soon_held(b.store, "b"));
	cut_all(&b);
	WELL(bench_store(&b, &other));
	ck_assert(held(other, "a"));
	store_close(other);
	bench_close(&b);
}
END_TEST

/* ---- not ours ---------------------------------------------------------------- */

START_TEST(what_is_no_database_of_ours_is_refused_and_no_password_is_told)
{
	static const struct { const char *url; enum fault fault; } wrong[] = {
		{ "postgresql://anybody:s3cret@127.0.0.1:1/nowhere", FAULT_OFFLINE }, { "http://s3cret", FAULT_INPUT },
		{ "postgresql://%zz:s3cret@/", FAULT_INPUT }, { "host=/nowhere password=s3cret", FAULT_OFFLINE },
	};
	struct bench b;
	struct store *s;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		FAILS(wrong[i].fault, store_open(&s, &(struct store_paths){ .url = wrong[i].url, .driver = &store_postgres }, NULL));
		ck_assert_ptr_null(strstr(fault_sentence(), "s3cret"));
	}
	FAILS(FAULT_INPUT, store_open(&s, &(struct store_paths){ .url = wrong[0].url }, NULL));
	bench_open(&b);
	store_close(b.store);
	tamper(b.database, "UPDATE stoa SET version = 9999");
	FAILS(FAULT_INPUT, bench_store(&b, &b.store));
	bench_remove(&b);
	tamper(b.database, "CREATE TABLE songs (title TEXT)");
	FAILS(FAULT_DAMAGED, bench_store(&b, &b.store));
	b.store = NULL;
	bench_close(&b);
}
END_TEST

struct reader { struct store *store; unsigned seen; };

static enum fault
read_another(const struct sealed *rec, void *arg)
{
	struct reader *r = arg;
	struct arena a;
	struct sealed got;
	arena_init(&a);
	ck_assert_uint_eq(strtoul(rec->rec_id + 20, NULL, 16), ++r->seen);
	if (r->seen % 20 == 0) {
		WELL(store_get(&got, &a, r->store, ID(r->seen + 1)));
		put_text(r->store, OTHER, 1000 + r->seen, "from within");
	}
	arena_clear(&a);
	return FAULT_NONE;
}

START_TEST(a_walk_row_by_row_gives_way_to_other_statements_and_goes_on)
{
	struct bench b;
	bench_open(&b);
	WELL(store_begin(b.store));
	for (unsigned i = 1; i <= 101; i++)
		put_text(b.store, CHAT, i, "a message");
	WELL(store_commit(b.store));
	struct reader r = { b.store, 0 };
	WELL(store_each_since(b.store, 0, read_another, &r));
	ck_assert_uint_eq(r.seen, 101);
	ck_assert_uint_eq(records_of(b.store), 106);
	bench_close(&b);
}
END_TEST

START_TEST(statements_step_side_by_side_on_one_connection)
{
	struct bench b;
	struct statement *outer, *inner;
	int64_t n = 0, sum = 0;
	bench_open(&b);
	WELL(store_prepare(&outer, b.store, "SELECT generate_series(1, 500)"));
	while (statement_step(outer) == FAULT_NONE) {
		ck_assert_int_eq(statement_col_int(outer, 0), ++n);
		if (n % 50 != 0)
			continue;
		WELL(store_prepare(&inner, b.store, "SELECT sum(i), count(*), 0.5, 'x', NULL, i > 3 FROM generate_series(1, ?) AS i GROUP BY i > 3 ORDER BY i > 3"));
		statement_int(inner, 1, n);
		WELL(statement_step(inner));
		sum += statement_col_int(inner, 0);
		ck_assert_int_eq(statement_col_int(inner, 1), 3);
		ck_assert(statement_col_real(inner, 2) == 0.5);
		ck_assert_str_eq(statement_col_text(inner, 3), "x");
		ck_assert(statement_col_null(inner, 4));
		ck_assert_int_eq(statement_col_int(inner, 5), 0);
		WELL(statement_step(inner));
		ck_assert_int_eq(statement_col_int(inner, 0), n * (n + 1) / 2 - 6);
		statement_done(inner);
	}
	statement_done(outer);
	ck_assert_int_eq(n, 500);
	ck_assert_int_eq(sum, 60);
	bench_close(&b);
}
END_TEST

TESTS_OF_POSTGRES("replica", a_connection_cut_while_idle_is_made_anew_unseen, a_transaction_that_was_cut_is_offline_and_never_half,
	a_walk_that_was_cut_is_offline_and_not_damage, a_change_of_passphrase_that_was_cut_leaves_the_old_one,
	a_server_that_is_killed_loses_nothing_acknowledged, two_replicas_keep_one_history, a_word_comes_when_its_transaction_commits, a_name_is_held_by_one_until_it_lets_go_or_is_gone,
	what_is_no_database_of_ours_is_refused_and_no_password_is_told,
	a_walk_row_by_row_gives_way_to_other_statements_and_goes_on, statements_step_side_by_side_on_one_connection)

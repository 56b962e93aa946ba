/* Several threads, several processes, and the end of one while it writes. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "store_test.h"

#define EACH 60

/* Append EACH records with ids from `from`; every third to its own chain. */
static enum fault
append(struct store *s, unsigned from)
{
	for (unsigned i = from; i < from + EACH; i++) {
		enum fault f = store_put(s, KIND_MESSAGE, i % 3 ? CHAT : ID(0xc000 + from), ID(i), "a message", 9);
		if (f != FAULT_NONE)
			return f;
	}
	return FAULT_NONE;
}

struct writer { struct store *store; unsigned from; enum fault end; pthread_t thread; };

static void *
append_thread(void *arg)
{
	struct writer *w = arg;
	w->end = append(w->store, w->from);
	return NULL;
}

static void *
read_thread(void *arg)
{
	struct writer *w = arg;
	for (int i = 0; i < 20 && w->end == FAULT_NONE; i++) {
		struct text t;
		uint64_t records;
		text_init(&t, 1 << 20);
		w->end = store_each(w->store, NULL, 0, show_record, &t);
		if (w->end == FAULT_NONE)
			w->end = store_verify(w->store, &records);
		text_clear(&t);
	}
	return NULL;
}

START_TEST(threads_append_and_read_side_by_side)
{
	struct bench b;
	struct writer w[5];
	uint64_t records;
	bench_open(&b);
	for (unsigned i = 0; i < COUNT_OF(w); i++) {
		w[i] = (struct writer){ .from = 1000 * (i + 1) };
		WELL(store_join(&w[i].store, b.store));
		ck_assert_int_eq(pthread_create(&w[i].thread, NULL, i < 3 ? append_thread : read_thread, &w[i]), 0);
	}
	for (unsigned i = 0; i < COUNT_OF(w); i++) {
		pthread_join(w[i].thread, NULL);
		ck_assert_int_eq(w[i].end, FAULT_NONE);
		store_close(w[i].store);
	}
	WELL(store_verify(b.store, &records));
	ck_assert_uint_eq(records, 3 * EACH);
	bench_reopen(&b);
	bench_close(&b);
}
END_TEST

START_TEST(locking_under_writers_only_makes_them_say_locked)
{
	struct bench b;
	struct writer w[3];
	uint64_t records;
	bench_open(&b);
	for (unsigned i = 0; i < COUNT_OF(w); i++) {
		w[i] = (struct writer){ .from = 1000 * (i + 1) };
		WELL(store_join(&w[i].store, b.store));
		ck_assert_int_eq(pthread_create(&w[i].thread, NULL, append_thread, &w[i]), 0);
	}
	put_text(b.store, CHAT, 1, "one");
	store_lock(b.store);
	for (unsigned i = 0; i < COUNT_OF(w); i++) {
		pthread_join(w[i].thread, NULL);
		ck_assert(w[i].end == FAULT_NONE || w[i].end == FAULT_LOCKED);
		store_close(w[i].store);
	}
	WELL(store_unlock(b.store, SLOT_KEY_FILE, &b.key));
	WELL(store_verify(b.store, &records));
	bench_close(&b);
}
END_TEST

static pid_t
start_process(struct bench *b, unsigned from)
{
	pid_t child = fork();
	if (child != 0)
		return child;
	struct store *s;
	enum fault f = bench_store(b, &s);
	if (f == FAULT_NONE)
		f = store_unlock(s, SLOT_KEY_FILE, &b->key);
	if (f == FAULT_NONE)
		f = append(s, from);
	if (f != FAULT_NONE)
		fprintf(stderr, "%s: %s\n", fault_name(f), fault_sentence());
	else
		store_close(s);
	_exit(f != FAULT_NONE);
}

START_TEST(processes_append_to_one_history)
{
	struct bench b;
	uint64_t records;
	pid_t children[3];
	int status;
	bench_open(&b);
	store_close(b.store);
	for (unsigned i = 0; i < COUNT_OF(children); i++)
		children[i] = start_process(&b, 1000 * (i + 1));
	for (unsigned i = 0; i < COUNT_OF(children); i++) {
		ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
		ck_assert_int_eq(status, 0);
	}
	WELL(bench_store(&b, &b.store));
	WELL(store_unlock(b.store, SLOT_KEY_FILE, &b.key));
	ck_assert_int_ne(store_anchor(b.store, NULL), ANCHOR_BEHIND);
	ck_assert_int_ne(store_anchor(b.store, NULL), ANCHOR_ALTERED);
	WELL(store_verify(b.store, &records));
	ck_assert_uint_eq(records, 3 * EACH);
	bench_close(&b);
}
END_TEST

/* A passphrase takes a while between reading the database and judging it. */
START_TEST(unlocking_beside_a_writer_is_no_roll_back)
{
	struct bench b;
	struct vault_secret passphrase = secret_of("heron under the bridge");
	bench_open(&b);
	WELL(store_slot_add(b.store, SLOT_PASSPHRASE, &passphrase, "second"));
	store_close(b.store);
	b.store = NULL;
	pid_t child = fork();
	if (child == 0) {
		enum fault f = bench_store(&b, &b.store);
		if (f == FAULT_NONE)
			f = store_unlock(b.store, SLOT_KEY_FILE, &b.key);
		for (unsigned i = 1; f == FAULT_NONE; i++) {
			b.clock_at.now_ms += 60000;     /* an anchor each commit */
			f = store_put(b.store, KIND_MESSAGE, CHAT, ID(i), "a message", 9);
		}
		_exit(1);
	}
	for (int i = 0; i < 20; i++) {
		uint64_t back;
		struct stat st;
		while (i == 0 && stat(b.anchor, &st) != 0)
			sched_yield();
		WELL(bench_store(&b, &b.store));
		WELL(store_unlock(b.store, SLOT_PASSPHRASE, &passphrase));
		enum store_anchor_state state = store_anchor(b.store, &back);
		ck_assert_msg(state == ANCHOR_SAME || state == ANCHOR_AHEAD || state == ANCHOR_NONE,
			"state %d, back by %lu", (int)state, (unsigned long)back);
		ck_assert(!store_read_only(b.store));
		store_lock(b.store);
		store_close(b.store);
		b.store = NULL;
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	vault_secret_clear(&passphrase);
	bench_close(&b);
}
END_TEST

START_TEST(processes_make_one_store_at_once)
{
	for (int round = 0; round < (on_postgres() ? 3 : 10); round++) {
		struct bench b;
		pid_t children[4];
		int status, sealed = 0;
		bench_open(&b);
		store_close(b.store);
		bench_remove(&b);
		ck_assert_int_eq(unlink(b.anchor), 0);
		for (unsigned i = 0; i < COUNT_OF(children); i++) {
			children[i] = fork();
			if (children[i] == 0) {
				struct store *s;
				if (bench_store(&b, &s) != FAULT_NONE) {
					fprintf(stderr, "%s\n", fault_sentence());
					_exit(2);
				}
				enum fault f = store_seal_new(s, SLOT_KEY_FILE, &b.key, "");
				store_close(s);
				_exit(f == FAULT_NONE ? 0 : f == FAULT_EXISTS ? 1 : 2);
			}
		}
		for (unsigned i = 0; i < COUNT_OF(children); i++) {
			waitpid(children[i], &status, 0);
			ck_assert_int_le(WEXITSTATUS(status), 1);
			sealed += status == 0;
		}
		ck_assert_int_eq(sealed, 1);
		WELL(bench_store(&b, &b.store));
		WELL(store_unlock(b.store, SLOT_KEY_FILE, &b.key));
		bench_close(&b);
	}
}
END_TEST

/* A child appends and writes each acknowledged number to a pipe until it is
 * killed at some moment; every number that came through must be in the store.
 * `early` acknowledges before the commit: the negative control. */
static void
write_until_killed(struct bench *b, unsigned from, int to, bool early)
{
	struct store *s;
	if (bench_store(b, &s) != FAULT_NONE || store_unlock(s, SLOT_KEY_FILE, &b->key) != FAULT_NONE)
		_exit(1);
	for (unsigned i = from;; i++) {
		enum fault f = store_begin(s);
		if (f == FAULT_NONE)
			f = store_put(s, KIND_MESSAGE, CHAT, ID(i), "a message", 9);
		if (f == FAULT_NONE && early && write(to, &i, sizeof i) != sizeof i)
			_exit(1);
		if (f == FAULT_NONE)
			f = store_commit(s);
		if (f != FAULT_NONE || (!early && write(to, &i, sizeof i) != sizeof i))
			_exit(1);
	}
}

/* Kill after `enough` acknowledgements; the last number that came, 0: none. */
static unsigned
kill_while_writing(struct bench *b, unsigned from, unsigned enough, bool early)
{
	int ends[2];
	unsigned last = 0, n;
	ck_assert_int_eq(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		close(ends[0]);
		write_until_killed(b, from, ends[1], early);
	}
	close(ends[1]);
	while (read(ends[0], &n, sizeof n) == sizeof n) {
		last = n;
		if (enough-- == 0)
			kill(child, SIGKILL);
	}
	close(ends[0]);
	waitpid(child, NULL, 0);
	return last;
}

static bool
is_kept(struct bench *b, unsigned id)
{
	struct arena a;
	struct sealed got;
	arena_init(&a);
	WELL(bench_store(b, &b->store));
	WELL(store_unlock(b->store, SLOT_KEY_FILE, &b->key));
	ck_assert(!store_read_only(b->store));
	enum fault f = store_get(&got, &a, b->store, ID(id));
	store_close(b->store);
	arena_clear(&a);
	return f == FAULT_NONE;
}

START_TEST(killed_while_writing_no_acknowledged_record_is_lost)
{
	struct bench b;
	unsigned lost_early = 0;
	bench_open(&b);
	store_close(b.store);
	for (unsigned round = 0; round < (on_postgres() ? 15u : 60u); round++) {
		unsigned last = kill_while_writing(&b, 1000 * (round + 1), round % 7, false);
		ck_assert(is_kept(&b, last));
	}
	for (unsigned round = 0; round < (on_postgres() ? 30u : 60u) && lost_early == 0; round++) {
		unsigned last = kill_while_writing(&b, 100000 + 1000 * round, round % 7, true);
		lost_early += !is_kept(&b, last);
	}
	ck_assert_uint_gt(lost_early, 0);
	b.store = NULL;
	bench_close(&b);
}
END_TEST

TESTS("many", threads_append_and_read_side_by_side, locking_under_writers_only_makes_them_say_locked,
	processes_append_to_one_history, processes_make_one_store_at_once, unlocking_beside_a_writer_is_no_roll_back,
	killed_while_writing_no_acknowledged_record_is_lost)

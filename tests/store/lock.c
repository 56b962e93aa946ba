/* Locking, slots and the change of passphrase; killed at every step of it. */
#include <signal.h>
#include <sys/wait.h>
#include "store_test.h"

START_TEST(a_first_seal_happens_once)
{
	struct bench b;
	struct store *other;
	struct vault_secret s = secret_of("a long walk");
	bench_open(&b);
	ck_assert(!store_is_new(b.store));
	ck_assert(!store_is_locked(b.store));
	FAILS(FAULT_EXISTS, store_seal_new(b.store, SLOT_PASSPHRASE, &s, "mine"));
	WELL(bench_store(&b, &other));
	ck_assert(store_is_locked(other));
	FAILS(FAULT_EXISTS, store_seal_new(other, SLOT_PASSPHRASE, &s, "mine"));
	FAILS(FAULT_DENIED, store_unlock(other, SLOT_PASSPHRASE, &s));
	store_close(other);
	char path[128];
	snprintf(path, sizeof path, "%s/fresh.db", b.folder);
	WELL(open_at(&other, path, NULL, NULL));
	ck_assert(store_is_new(other));
	FAILS(FAULT_ABSENT, store_unlock(other, SLOT_PASSPHRASE, &s));
	FAILS(FAULT_INPUT, store_seal_new(other, SLOT_KEYRING, &b.key, "ring"));
	store_close(other);
	vault_secret_clear(&s);
	bench_close(&b);
}
END_TEST

START_TEST(slots_come_and_go_and_the_last_one_stays)
{
	struct bench b;
	struct store_slot slots[VAULT_SLOTS_MAX];
	size_t count;
	char shown[VAULT_RECOVERY_TEXT];
	struct vault_secret pass = secret_of("a long walk"), ring = secret_of("ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"), code;
	bench_open(&b);
	put_text(b.store, CHAT, 1, "one");
	WELL(vault_recovery_make(&code, shown));
	WELL(store_slot_add(b.store, SLOT_PASSPHRASE, &pass, "mine"));
	WELL(store_slot_add(b.store, SLOT_RECOVERY, &code, "sheet"));
	WELL(store_slot_add(b.store, SLOT_KEYRING, &ring, "ring"));
	WELL(store_slots(slots, &count, b.store));
	ck_assert_uint_eq(count, 4);
	ck_assert_int_eq(slots[2].type, SLOT_RECOVERY);
	ck_assert_str_eq(slots[2].label, "sheet");
	static const enum vault_slot_type types[] = { SLOT_PASSPHRASE, SLOT_RECOVERY, SLOT_KEYRING, SLOT_KEY_FILE };
	const struct vault_secret *secrets[] = { &pass, &code, &ring, &b.key };
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		store_lock(b.store);
		FAILS(FAULT_DENIED, store_unlock(b.store, SLOT_OPEN, secrets[i]));
		WELL(store_unlock(b.store, types[i], secrets[i]));
	}
	FAILS(FAULT_ABSENT, store_slot_remove(b.store, 7));
	WELL(store_slot_remove(b.store, 0));
	WELL(store_slot_remove(b.store, 2));
	WELL(store_slot_add(b.store, SLOT_KEY_FILE, &b.key, "again"));
	WELL(store_slots(slots, &count, b.store));
	ck_assert_uint_eq(slots[0].idx, 0);
	WELL(store_slot_remove(b.store, 0));
	FAILS(FAULT_DENIED, store_slot_remove(b.store, 1));      /* only the keyring would be left */
	WELL(store_slot_remove(b.store, 3));
	FAILS(FAULT_DENIED, store_slot_remove(b.store, 1));
	store_lock(b.store);
	FAILS(FAULT_DENIED, store_unlock(b.store, SLOT_KEY_FILE, &b.key));
	WELL(store_unlock(b.store, SLOT_PASSPHRASE, &pass));
	for (size_t i = 1; i < VAULT_SLOTS_MAX; i++)
		WELL(store_slot_add(b.store, SLOT_OPEN, &ring, ""));
	FAILS(FAULT_LIMIT, store_slot_add(b.store, SLOT_OPEN, &ring, ""));
	vault_secret_clear(&pass), vault_secret_clear(&ring), vault_secret_clear(&code);
	bench_close(&b);
}
END_TEST

static void
fill(struct store *s)
{
	for (unsigned i = 1; i <= 30; i++)
		put_text(s, i % 4 ? CHAT : OTHER, i, "a message");
	put_text(s, CHAT, 2, "edited");
	WELL(store_bury(s, ID(3)));
	WELL(store_put(s, KIND_TITLE, ID(99), ID(99), "gone", 4));
	WELL(store_bury_chain(s, ID(99)));
}

struct seen { size_t done, total, calls; };
static void
watch(size_t done, size_t total, void *arg)
{
	*(struct seen *)arg = (struct seen){ done, total, ((struct seen *)arg)->calls + 1 };
}

START_TEST(a_new_passphrase_leaves_nothing_that_the_old_one_opens)
{
	struct bench b;
	struct vault_secret pass = secret_of("a longer walk");
	struct text before, after;
	struct seen seen = { 0 };
	uint64_t records;
	bench_open(&b);
	fill(b.store);
	text_init(&before, 1 << 16);
	text_init(&after, 1 << 16);
	WELL(store_each(b.store, NULL, 0, show_record, &before));
	WELL(store_rekey(b.store, SLOT_PASSPHRASE, &pass, "new", watch, &seen));
	ck_assert_uint_eq(seen.done, 34);
	ck_assert_uint_eq(seen.total, 34);
	WELL(store_each(b.store, NULL, 0, show_record, &after));
	ck_assert_str_eq(before.data, after.data);
	WELL(store_verify(b.store, &records));
	ck_assert_uint_eq(records, 34);
	put_text(b.store, CHAT, 40, "after");
	store_lock(b.store);
	FAILS(FAULT_DENIED, store_unlock(b.store, SLOT_KEY_FILE, &b.key));
	WELL(store_unlock(b.store, SLOT_PASSPHRASE, &pass));
	ck_assert_int_eq(store_anchor(b.store, NULL), ANCHOR_SAME);
	WELL(store_rekey(b.store, SLOT_KEY_FILE, &b.key, "back", NULL, NULL));
	bench_reopen(&b);
	text_reset(&after);
	WELL(store_each(b.store, NULL, 0, show_record, &after));
	ck_assert(strstr(after.data, "28=after") != NULL);
	text_clear(&before), text_clear(&after);
	vault_secret_clear(&pass);
	bench_close(&b);
}
END_TEST

START_TEST(others_see_locked_after_the_passphrase_changed)
{
	struct bench b;
	struct store *other, *joined;
	struct vault_secret key = secret_of("ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100");
	struct arena a;
	struct sealed got;
	bench_open(&b);
	arena_init(&a);
	put_text(b.store, CHAT, 1, "one");
	WELL(store_join(&joined, b.store));
	WELL(bench_store(&b, &other));                  /* as another process would */
	WELL(store_unlock(other, SLOT_KEY_FILE, &b.key));
	put_text(other, CHAT, 2, "two");
	WELL(store_rekey(b.store, SLOT_KEY_FILE, &key, "new", NULL, NULL));
	FAILS(FAULT_LOCKED, store_put(other, KIND_MESSAGE, CHAT, ID(3), "x", 1));
	FAILS(FAULT_LOCKED, store_get(&got, &a, other, ID(1)));
	FAILS(FAULT_LOCKED, store_slot_add(other, SLOT_OPEN, &b.key, ""));
	WELL(store_unlock(other, SLOT_KEY_FILE, &key));
	put_text(other, CHAT, 3, "three");
	put_text(joined, CHAT, 4, "four");              /* joined ones have the new keys */
	WELL(store_get(&got, &a, joined, ID(3)));
	store_lock(joined);
	ck_assert(store_is_locked(b.store));
	store_close(other);
	store_close(joined);
	WELL(store_unlock(b.store, SLOT_KEY_FILE, &key));
	arena_clear(&a);
	vault_secret_clear(&key);
	bench_close(&b);
}
END_TEST

/* A child changes the key and dies at the n-th progress report, or after the
 * commit; the parent opens with both keys: exactly one must work, all records
 * must be there. */
static void
die_at(size_t done, size_t total, void *arg)
{
	(void)total;
	if (done >= *(size_t *)arg)
		kill(getpid(), SIGKILL);
}

START_TEST(killed_while_changing_the_passphrase_one_of_both_opens)
{
	struct vault_secret key = secret_of("ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100");
	int with_old = 0, with_new = 0;
	for (size_t at = 0; at <= 900; at += 100) {
		struct bench b;
		uint64_t records;
		bench_open(&b);
		WELL(store_begin(b.store));
		for (unsigned i = 1; i <= 800; i++)
			put_text(b.store, i % 4 ? CHAT : OTHER, i, "a message");
		WELL(store_commit(b.store));
		store_close(b.store);
		pid_t child = fork();
		if (child == 0) {
			enum fault f = bench_store(&b, &b.store);
			if (f == FAULT_NONE)
				f = store_unlock(b.store, SLOT_KEY_FILE, &b.key);
			if (f == FAULT_NONE)
				f = store_rekey(b.store, SLOT_KEY_FILE, &key, "new", die_at, &at);
			kill(getpid(), f == FAULT_NONE ? SIGKILL : SIGABRT);
		}
		int status;
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		ck_assert_int_eq(WTERMSIG(status), SIGKILL);
		WELL(bench_store(&b, &b.store));
		enum fault old = store_unlock(b.store, SLOT_KEY_FILE, &b.key);
		enum fault new = store_unlock(b.store, SLOT_KEY_FILE, &key);
		ck_assert((old == FAULT_NONE && new == FAULT_DENIED) || (old == FAULT_DENIED && new == FAULT_NONE));
		with_old += old == FAULT_NONE, with_new += new == FAULT_NONE;
		WELL(store_verify(b.store, &records));
		ck_assert_uint_eq(records, 800);
		bench_close(&b);
	}
	ck_assert_int_gt(with_old, 0);
	ck_assert_int_gt(with_new, 0);
	vault_secret_clear(&key);
}
END_TEST

START_TEST(a_canary_in_every_kind_is_nowhere_on_the_disk)
{
	static const char canary[] = "CANARY-4711-in-clear";
	struct bench b;
	char command[300];
	bench_open(&b);
	for (int kind = KIND_MESSAGE; kind < KIND_LAST; kind++)
		if (kind != KIND_TOMBSTONE)
			WELL(store_put(b.store, (enum vault_kind)kind, CHAT, ID((unsigned)kind), canary, sizeof canary - 1));
	WELL(store_put(b.store, KIND_DRAFT, CHAT, ID(KIND_DRAFT), canary, 12));
	const char *folder = on_postgres() ? getenv("STOA_TEST_FOLDER") : b.folder;
	snprintf(command, sizeof command, "! grep -ral CANARY-4711 %s /proc/%d/environ", folder, (int)getpid());
	ck_assert_int_eq(system(command), 0);           /* WAL and all */
	WELL(store_bury(b.store, ID(1)));
	WELL(store_vacuum(b.store));
	store_lock(b.store);
	ck_assert_int_eq(system(command), 0);
	snprintf(command, sizeof command, "! test -s %s-wal", b.database);
	ck_assert(on_postgres() || system(command) == 0);
	/* the negative control: a plain row is found */
	WELL(store_exec(b.store, "CREATE TABLE plain AS SELECT 'CANARY-4711' AS c"));
	snprintf(command, sizeof command, "grep -raq CANARY-4711 %s", folder);
	ck_assert_int_eq(system(command), 0);
	bench_close(&b);
}
END_TEST

TESTS("lock", a_first_seal_happens_once, slots_come_and_go_and_the_last_one_stays,
	a_new_passphrase_leaves_nothing_that_the_old_one_opens, others_see_locked_after_the_passphrase_changed,
	killed_while_changing_the_passphrase_one_of_both_opens, a_canary_in_every_kind_is_nowhere_on_the_disk)

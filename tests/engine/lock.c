/* The lock through the engine, and domains. */
#include <pthread.h>
#include <sys/resource.h>

#include "engine_test.h"

static struct world w;

START_TEST(a_fresh_engine_says_so_and_seals)
{
	struct lock_state s;
	world_make(&w);
	WELL(engine_open(&w.engine, &w.config));
	WELL(engine_lock_state(&s, w.engine));
	ck_assert(s.fresh && s.locked && s.slot_count == 0);
	struct settings *settings;
	FAILS(FAULT_LOCKED, ask_engine(&settings, &w, "me.get", NULL));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "no lock yet"));
	struct vault_secret key = test_key(7), wrong = test_key(8);
	WELL(engine_seal_new(w.engine, SLOT_KEY_FILE, &key, "my stick"));
	WELL(engine_lock_state(&s, w.engine));
	ck_assert(!s.fresh && !s.locked && !s.read_only && s.slot_count == 1);
	ck_assert_str_eq(s.slots[0].label, "my stick");
	WELL(ask_engine(&settings, &w, "me.get", NULL));
	engine_lock(w.engine);
	FAILS(FAULT_LOCKED, ask_engine(&settings, &w, "me.get", NULL));
	FAILS(FAULT_DENIED, engine_unlock(w.engine, SLOT_KEY_FILE, &wrong));
	FAILS(FAULT_LOCKED, ask_engine(&settings, &w, "me.get", NULL));
	WELL(engine_unlock(w.engine, SLOT_KEY_FILE, &key));
	WELL(ask_engine(&settings, &w, "me.get", NULL));
	vault_secret_clear(&key);
	vault_secret_clear(&wrong);
	world_close(&w);
}
END_TEST

START_TEST(history_that_went_back_can_be_read_but_not_written)
{
	OF_FILES_ONLY();
	struct text old;
	struct lock_state s;
	struct conversation *c;
	world_open(&w);
	engine_close(w.engine);
	text_init(&old, 64 << 20);
	WELL(file_read(&old, w.database));
	WELL(engine_open(&w.engine, &w.config));
	struct vault_secret key = test_key(7);
	WELL(engine_unlock(w.engine, SLOT_KEY_FILE, &key));
	const struct conversation_create req = { .title = "later" };
	WELL(ask_engine(&c, &w, "conversation.create", &req));
	engine_close(w.engine);
	WELL(file_write(w.database, old.data, old.len));   /* somebody put an old copy there */
	text_clear(&old);
	WELL(engine_open(&w.engine, &w.config));
	WELL(engine_unlock(w.engine, SLOT_KEY_FILE, &key));
	WELL(engine_lock_state(&s, w.engine));
	ck_assert(s.read_only);
	ck_assert_int_eq(s.anchor, ANCHOR_BEHIND);
	FAILS(FAULT_DENIED, ask_engine(&c, &w, "conversation.create", &req));
	struct message *m;
	const struct message_send kept = { .content = "What now?" }, unkept = { .content = "What now?", .ephemeral = true };
	FAILS(FAULT_DENIED, ask_engine(&m, &w, "message.send", &kept));
	WELL(ask_engine(&m, &w, "message.send", &unkept));
	struct nothing *done;
	const struct id_request id = { "0123456789abcdef0123456789abcdef" };
	FAILS(FAULT_DENIED, ask_engine(&done, &w, "document.delete", &id));
	struct conversations *list;
	const struct conversation_list all = { .limit = 5 };
	WELL(ask_engine(&list, &w, "conversation.list", &all));
	WELL(engine_accept_anchor(w.engine));
	WELL(ask_engine(&c, &w, "conversation.create", &req));
	vault_secret_clear(&key);
	world_close(&w);
}
END_TEST

START_TEST(slots_come_and_go_and_rekeying_shuts_the_old_out)
{
	struct lock_state s;
	world_open(&w);
	struct vault_secret key = test_key(7), other = test_key(9), third = test_key(11);
	WELL(engine_slot_add(w.engine, SLOT_KEY_FILE, &other, "second"));
	WELL(engine_lock_state(&s, w.engine));
	ck_assert_uint_eq(s.slot_count, 2);
	engine_lock(w.engine);
	WELL(engine_unlock(w.engine, SLOT_KEY_FILE, &other));
	WELL(engine_slot_remove(w.engine, s.slots[0].idx));
	engine_lock(w.engine);
	FAILS(FAULT_DENIED, engine_unlock(w.engine, SLOT_KEY_FILE, &key));
	WELL(engine_unlock(w.engine, SLOT_KEY_FILE, &other));
	WELL(engine_rekey(w.engine, SLOT_KEY_FILE, &third, "third", NULL, NULL));
	engine_lock(w.engine);
	FAILS(FAULT_DENIED, engine_unlock(w.engine, SLOT_KEY_FILE, &other));
	WELL(engine_unlock(w.engine, SLOT_KEY_FILE, &third));
	vault_secret_clear(&key);
	vault_secret_clear(&other);
	vault_secret_clear(&third);
	world_close(&w);
}
END_TEST

static atomic_bool over;

static void *
keep_asking(void *arg)
{
	while (!atomic_load(&over)) {
		struct arena a;
		void *reply;
		const struct conversation_list list = { .limit = 1 };
		const struct document_add add = { .path = w.course };
		const struct message_send send = { .content = "What do ribosomes translate?" };
		arena_init(&a);
		enum fault f = engine_call(&reply, &a, w.engine, &w.who, "conversation.list", &list, NULL);
		ck_assert_msg(f == FAULT_NONE || f == FAULT_LOCKED, "%s", fault_sentence());
		f = engine_call(&reply, &a, w.engine, &w.who, "document.add", &add, NULL);
		ck_assert_msg(f == FAULT_EXISTS, "%s", fault_sentence());
		f = engine_call(&reply, &a, w.engine, &w.who, "message.send", &send, NULL);
		ck_assert_msg(f == FAULT_NONE || f == FAULT_LOCKED, "%s", fault_sentence());
		arena_clear(&a);
	}
	return arg;
}

START_TEST(locking_in_the_middle_of_calls_only_locks)
{
	pthread_t threads[3];
	struct lock_state s;
	world_open(&w);
	add_course(&w);
	struct vault_secret key = test_key(7);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, keep_asking, NULL), 0);
	for (int i = 0; i < 40; i++) {
		engine_lock(w.engine);
		WELL(engine_lock_state(&s, w.engine));
		ck_assert(s.locked);
		WELL(engine_unlock(w.engine, SLOT_KEY_FILE, &key));
	}
	atomic_store(&over, true);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	uint64_t records;
	WELL(engine_verify(w.engine, &records));
	vault_secret_clear(&key);
	world_close(&w);
}
END_TEST

static void
lock_without_descriptors(const char *name, const struct record_type *type, const void *record, void *arg)
{
	struct rlimit before, none;
	(void)name, (void)type, (void)record;
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){ 0, before.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	engine_lock(w.engine);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	*(bool *)arg = true;
}

START_TEST(locking_forgets_the_keys_even_when_no_connection_can_be_opened)
{
	struct lock_state s;
	bool done = false;
	void *reply;
	world_open(&w);
	const struct document_add req = { .path = w.course };
	/* The add has the only open connection; another cannot be had. */
	enum fault f = engine_call(&reply, &w.arena, w.engine, &w.who, "document.add", &req, &(struct call_options){ .emit = lock_without_descriptors, .arg = &done });
	ck_assert_msg(f == FAULT_NONE, "%s", fault_sentence());
	ck_assert(done);
	WELL(engine_lock_state(&s, w.engine));
	ck_assert(s.locked);
	world_close(&w);
}
END_TEST

static enum fault
open_with_domains(const char *ini)
{
	char path[160];
	world_make(&w);
	snprintf(path, sizeof path, "%s/a.ini", w.dir);
	WELL(file_write(path, ini, strlen(ini)));
	snprintf(path, sizeof path, "%s/b.txt", w.dir);
	WELL(file_write(path, "not ours", 8));
	return engine_open(&w.engine, &w.config);
}

START_TEST(domains_are_read_and_their_mistakes_named)
{
	WELL(open_with_domains("[cells]\ntitle = Cells\nwords = mitochondrion,\n\tribosome\n[plants]\nwords = leaf\n"));
	world_close(&w);
	FAILS(FAULT_INPUT, open_with_domains("[cells]\ntitel = Cells\n"));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "a.ini:2: titel is neither title nor words"));
	scratch_remove(w.dir);
	FAILS(FAULT_INPUT, open_with_domains("title = Cells\n"));
	scratch_remove(w.dir);
}
END_TEST

TESTS("lock", a_fresh_engine_says_so_and_seals,
	history_that_went_back_can_be_read_but_not_written,
	slots_come_and_go_and_rekeying_shuts_the_old_out,
	locking_in_the_middle_of_calls_only_locks,
	locking_forgets_the_keys_even_when_no_connection_can_be_opened, domains_are_read_and_their_mistakes_named)

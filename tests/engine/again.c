/* Idempotency keys: once and only once, also when the process dies in between. */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "engine_test.h"

static struct world w;

static enum fault
ask_keyed(void *reply, const char *key, const char *operation, const void *request)
{
	void *out = NULL;
	enum fault f = engine_call(&out, &w.arena, w.engine, &w.who, operation, request,
		&(struct call_options){ .idempotency_key = key });
	if (f == FAULT_NONE)
		memcpy(reply, &out, sizeof out);
	return f;
}

static int64_t
count_conversations(void)
{
	struct conversations *list;
	WELL(ask_engine(&list, &w, "conversation.list", &(struct conversation_list){ .limit = 1 }));
	return list->total;
}

START_TEST(the_same_key_with_the_same_body_gives_the_kept_reply)
{
	const struct conversation_create req = { .title = "Osmosis" };
	struct conversation *first, *second;
	world_open(&w);
	WELL(ask_keyed(&first, "key one", "conversation.create", &req));
	w.still.now_ms += 5000;
	WELL(ask_keyed(&second, "key one", "conversation.create", &req));
	ck_assert_str_eq(first->id, second->id);
	ck_assert_int_eq(first->created, second->created);
	ck_assert_int_eq(count_conversations(), 1);
	WELL(ask_keyed(&second, "key two", "conversation.create", &req));
	ck_assert_int_eq(count_conversations(), 2);
	world_close(&w);
}
END_TEST

START_TEST(the_same_key_with_another_body_is_a_conflict)
{
	struct conversation *c;
	struct nothing *n;
	world_open(&w);
	WELL(ask_keyed(&c, "k", "conversation.create", &(struct conversation_create){ .title = "A" }));
	FAILS(FAULT_EXISTS, ask_keyed(&c, "k", "conversation.create", &(struct conversation_create){ .title = "B" }));
	FAILS(FAULT_EXISTS, ask_keyed(&n, "k", "conversation.delete", &(struct id_request){ c->id }));
	ck_assert_int_eq(count_conversations(), 1);
	world_close(&w);
}
END_TEST

START_TEST(what_failed_leaves_its_key_free)
{
	struct nothing *n;
	struct conversation *c;
	world_open(&w);
	FAILS(FAULT_ABSENT, ask_keyed(&n, "k", "conversation.delete", &(struct id_request){ "0123456789abcdef0123456789abcdef" }));
	WELL(ask_keyed(&c, "k", "conversation.create", &(struct conversation_create){ .title = "A" }));
	FAILS(FAULT_INPUT, ask_keyed(&c, "", "conversation.create", &(struct conversation_create){ .title = "A" }));
	world_close(&w);
}
END_TEST

START_TEST(a_document_sent_twice_under_a_key_is_one_document)
{
	char other[160];
	struct document *d, *again;
	world_open(&w);
	snprintf(other, sizeof other, "%s/upload-2.md", w.dir);
	WELL(file_write(other, course, sizeof course - 1));
	WELL(ask_keyed(&d, "up", "document.add", &(struct document_add){ .path = w.course, .name = "cells.md" }));
	WELL(ask_keyed(&again, "up", "document.add", &(struct document_add){ .path = other, .name = "cells.md" }));
	ck_assert_str_eq(d->id, again->id);
	WELL(file_write(other, "# Other\n\nOther words.\n", 22));
	FAILS(FAULT_EXISTS, ask_keyed(&again, "up", "document.add", &(struct document_add){ .path = other, .name = "cells.md" }));
	struct nothing *n;
	WELL(ask_keyed(&n, "down", "document.delete", &(struct id_request){ d->id }));
	WELL(ask_keyed(&n, "down", "document.delete", &(struct id_request){ d->id }));
	FAILS(FAULT_ABSENT, ask_keyed(&n, "down again", "document.delete", &(struct id_request){ d->id }));
	world_close(&w);
}
END_TEST

START_TEST(an_upload_sent_again_is_the_same_whatever_the_server_calls_it)
{
	char folder[160], one[200], two[200];
	struct document *d, *again;
	world_make(&w);
	snprintf(folder, sizeof folder, "%s/uploads", w.dir);
	snprintf(one, sizeof one, "%s/1", folder);
	snprintf(two, sizeof two, "%s/2", folder);
	WELL(folder_make(folder));
	WELL(file_write(one, course, sizeof course - 1));
	WELL(file_write(two, course, sizeof course - 1));
	w.config.upload_folder = folder;
	WELL(engine_open(&w.engine, &w.config));
	struct vault_secret s = test_key(7);
	WELL(engine_seal_new(w.engine, SLOT_KEY_FILE, &s, "test"));
	vault_secret_clear(&s);
	WELL(ask_keyed(&d, "up", "document.add", (&(struct document_add){ .path = one, .name = "cells.md", .origin = "upload:1" })));
	WELL(ask_keyed(&again, "up", "document.add", (&(struct document_add){ .path = two, .name = "cells.md", .origin = "upload:2" })));
	ck_assert_str_eq(d->id, again->id);
	world_close(&w);
}
END_TEST

START_TEST(a_question_under_a_key_is_asked_once)
{
	const struct message_send req = { .content = "What produces adenosine triphosphate?" };
	struct message *first, *second;
	world_open(&w);
	add_course(&w);
	WELL(ask_keyed(&first, "7c1ad4e0-6f3e-4d0e-9d55-d63f5a1c7c11", "message.send", &req));
	WELL(ask_keyed(&second, "7c1ad4e0-6f3e-4d0e-9d55-d63f5a1c7c11", "message.send", &req));
	ck_assert_str_eq(first->id, second->id);
	ck_assert_int_eq(count_conversations(), 1);
	FAILS(FAULT_EXISTS, ask_keyed(&second, "7c1ad4e0-6f3e-4d0e-9d55-d63f5a1c7c11", "message.send",
		&(struct message_send){ .content = "What are ribosomes?" }));
	/* Both a key and an id of its own. */
	const struct message_send both = { .id = "0123456789abcdef0123456789abcdee", .content = "What are ribosomes?" };
	WELL(ask_keyed(&first, "both", "message.send", &both));
	WELL(ask_keyed(&second, "both", "message.send", &both));
	ck_assert_str_eq(first->id, second->id);
	ck_assert_int_eq(count_conversations(), 2);
	world_close(&w);
}
END_TEST

static atomic_int made, busy;

static void *
race(void *arg)
{
	struct arena a;
	void *reply;
	arena_init(&a);
	enum fault f = engine_call(&reply, &a, w.engine, &w.who, "conversation.create",
		&(struct conversation_create){ .title = "Race" }, &(struct call_options){ .idempotency_key = "race" });
	ck_assert(f == FAULT_NONE || f == FAULT_BUSY);
	atomic_fetch_add(f == FAULT_NONE ? &made : &busy, 1);
	arena_clear(&a);
	return arg;
}

START_TEST(a_race_of_one_key_has_one_effect)
{
	pthread_t threads[8];
	world_open(&w);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, race, NULL), 0);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_ge(atomic_load(&made), 1);
	ck_assert_int_eq(count_conversations(), 1);
	world_close(&w);
}
END_TEST

/* ---- dying in between ---------------------------------------------------------- */

static void
reopen(void)
{
	WELL(engine_open(&w.engine, &w.config));
	struct vault_secret s = test_key(7);
	WELL(engine_unlock(w.engine, SLOT_KEY_FILE, &s));
	vault_secret_clear(&s);
}

/* Send keys `from` and after without end, one byte to fd for each that was answered. */
static void
send_until_killed(int from, int fd)
{
	reopen();
	for (int i = from;; i++) {
		char key[32];
		struct conversation *c;
		snprintf(key, sizeof key, "key %d", i);
		if (ask_keyed(&c, key, "conversation.create", &(struct conversation_create){ .title = key }) != FAULT_NONE)
			_exit(1);
		if (write(fd, "x", 1) != 1)
			_exit(1);
	}
}

static int64_t
now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

#define ROUNDS 16
START_TEST(a_process_that_dies_has_done_both_or_neither)
{
	int sent = 0;
	world_open(&w);
	engine_close(w.engine);
	for (int round = 0; round < ROUNDS; round++) {
		int fds[2];
		char byte;
		int64_t at_ns = 0, before_ns = 0;
		ck_assert_int_eq(pipe(fds), 0);
		pid_t child = fork();
		if (child == 0)
			send_until_killed(sent, fds[1]);
		close(fds[1]);
		/* Kill it in the course of the next, each round a little further on. */
		for (int i = 0; i < 4; i++, sent++) {
			ck_assert_int_eq(read(fds[0], &byte, 1), 1);
			before_ns = at_ns;
			at_ns = now_ns();
		}
		int64_t until_ns = at_ns + (at_ns - before_ns) * (round + 1) / ROUNDS;
		while (now_ns() < until_ns)
			;
		kill(child, SIGKILL);
		while (read(fds[0], &byte, 1) == 1)
			sent++;
		waitpid(child, NULL, 0);
		close(fds[0]);
	}
	reopen();
	for (int i = 0; i <= sent; i++) {
		char key[32];
		struct conversation *c;
		snprintf(key, sizeof key, "key %d", i);
		WELL(ask_keyed(&c, key, "conversation.create", &(struct conversation_create){ .title = key }));
	}
	ck_assert_int_eq(count_conversations(), sent + 1);
	world_close(&w);
}
END_TEST

TESTS("again", the_same_key_with_the_same_body_gives_the_kept_reply,
	the_same_key_with_another_body_is_a_conflict, what_failed_leaves_its_key_free,
	a_document_sent_twice_under_a_key_is_one_document, an_upload_sent_again_is_the_same_whatever_the_server_calls_it, a_question_under_a_key_is_asked_once,
	a_race_of_one_key_has_one_effect, a_process_that_dies_has_done_both_or_neither)

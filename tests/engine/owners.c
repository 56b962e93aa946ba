/* Many people, one engine: each has a history of his own. */
#include <pthread.h>

#include "engine_test.h"

static struct world w;

static void
be(struct world *world, int n)
{
	snprintf(world->who.user, sizeof world->who.user, "%032x", n);
}

static int64_t
count_conversations(void)
{
	struct conversations *list;
	WELL(ask_engine(&list, &w, "conversation.list", &(struct conversation_list){ .limit = 1 }));
	return list->total;
}

START_TEST(two_people_with_the_same_ids_never_meet)
{
	const char *id = "0123456789abcdef0123456789abcdef";
	struct conversation *c;
	struct transcript *t;
	struct history_hits *hits;
	struct nothing *n;
	world_open(&w);
	add_course(&w);
	be(&w, 1);
	WELL(ask_engine(&c, &w, "conversation.create", &(struct conversation_create){ .id = id, .title = "Anna" }));
	struct message *m;
	WELL(ask_engine(&m, &w, "message.send", &(struct message_send){ .conversation_id = id, .content = "What do ribosomes translate?" }));
	be(&w, 2);
	FAILS(FAULT_ABSENT, ask_engine(&t, &w, "conversation.get", &(struct conversation_get){ .id = id }));
	FAILS(FAULT_ABSENT, ask_engine(&n, &w, "conversation.delete", &(struct id_request){ id }));
	FAILS(FAULT_ABSENT, ask_engine(&n, &w, "message.feedback", &(struct message_feedback){ .id = m->id, .score = 1 }));
	ck_assert_int_eq(count_conversations(), 0);
	WELL(ask_engine(&hits, &w, "history.search", &(struct history_search){ .query = "ribosomes" }));
	ck_assert_uint_eq(hits->items.count, 0);
	WELL(ask_engine(&c, &w, "conversation.create", &(struct conversation_create){ .id = id, .title = "Boris" }));
	be(&w, 1);
	WELL(ask_engine(&t, &w, "conversation.get", &(struct conversation_get){ .id = id }));
	ck_assert_str_eq(t->conversation->title, "Anna");
	ck_assert_uint_eq(t->messages.count, 2);
	WELL(ask_engine(&hits, &w, "history.search", &(struct history_search){ .query = "ribosomes" }));
	ck_assert_uint_gt(hits->items.count, 0);
	WELL(ask_engine(&n, &w, "conversation.delete", &(struct id_request){ id }));
	be(&w, 2);
	WELL(ask_engine(&t, &w, "conversation.get", &(struct conversation_get){ .id = id }));
	ck_assert_str_eq(t->conversation->title, "Boris");
	world_close(&w);
}
END_TEST

START_TEST(settings_and_exports_are_each_ones_own)
{
	struct settings *s;
	struct exported *x;
	struct conversation *c;
	world_open(&w);
	be(&w, 1);
	WELL(ask_engine(&s, &w, "me.update", &(struct settings){ .language = "ja", .draft = "my secret draft" }));
	WELL(ask_engine(&c, &w, "conversation.create", &(struct conversation_create){ .title = "Only Annas" }));
	be(&w, 2);
	WELL(ask_engine(&s, &w, "me.get", NULL));
	ck_assert_str_eq(s->language, "");
	WELL(ask_engine(&x, &w, "me.export", &(struct export_run){ .format = "json" }));
	ck_assert_ptr_null(strstr(x->body, "secret draft"));
	ck_assert_ptr_null(strstr(x->body, "Only Annas"));
	be(&w, 1);
	WELL(ask_engine(&x, &w, "me.export", &(struct export_run){ .format = "json" }));
	ck_assert_ptr_nonnull(strstr(x->body, "Only Annas"));
	world_close(&w);
}
END_TEST

START_TEST(tutors_in_memory_are_bounded_and_come_back)
{
	struct conversation *c;
	struct engine_counters n;
	world_open(&w);
	for (int i = 1; i <= 300; i++) {
		be(&w, i);
		WELL(ask_engine(&c, &w, "conversation.create", &(struct conversation_create){ .title = "One" }));
	}
	engine_counters(&n, &w.arena, w.engine);
	ck_assert_int_eq(n.tutors, 256);
	for (int i = 1; i <= 300; i += 13) {
		be(&w, i);
		ck_assert_int_eq(count_conversations(), 1);
	}
	int64_t next_ms;
	w.still.now_ms += INT64_C(61) * 60000;
	ck_assert_int_eq(count_conversations(), 1);   /* this one came */
	for (int i = 0; i < 40; i++)   /* the daily round over all owners comes to its end */
		WELL(engine_tend(&next_ms, w.engine, NULL));
	w.still.now_ms += INT64_C(61) * 60000;
	ck_assert_int_eq(count_conversations(), 1);
	WELL(engine_tend(&next_ms, w.engine, NULL));
	engine_counters(&n, &w.arena, w.engine);
	ck_assert_int_eq(n.tutors, 1);
	world_close(&w);
}
END_TEST

START_TEST(what_has_outlived_its_time_goes_although_its_owner_does_not_come)
{
	struct settings *s;
	struct conversation *c;
	int64_t next_ms = 0;
	world_open(&w);
	for (int i = 1; i <= 20; i++) {
		be(&w, i);
		WELL(ask_engine(&s, &w, "me.update", &(struct settings){ .retention_days = i % 2 ? 7 : -1 }));
		WELL(ask_engine(&c, &w, "conversation.create", &(struct conversation_create){ .title = "Old" }));
	}
	w.still.now_ms += INT64_C(30) * 86400000;
	for (int i = 0; i < 4; i++)
		WELL(engine_tend(&next_ms, w.engine, NULL));
	ck_assert_int_gt(next_ms, 0);
	w.still.now_ms -= INT64_C(30) * 86400000;   /* else this call would do it */
	for (int i = 1; i <= 20; i++) {
		be(&w, i);
		ck_assert_int_eq(count_conversations(), i % 2 ? 0 : 1);
	}
	world_close(&w);
}
END_TEST

START_TEST(a_question_is_answered_from_what_its_asker_may_see)
{
	struct message *m;
	struct document *d, *same;
	const struct message_send req = { .content = "What do ribosomes translate?" };
	world_open(&w);
	w.config.limits_off = true;
	be(&w, 1);
	d = add_course(&w);
	WELL(ask_engine(&m, &w, "message.send", &req));
	ck_assert_str_eq(m->status, "answered");
	be(&w, 2);
	WELL(ask_engine(&m, &w, "message.send", &req));
	ck_assert_str_eq(m->status, "refused");
	ck_assert_uint_eq(m->nearest.count, 0);
	FAILS(FAULT_ABSENT, ask_engine(&same, &w, "document.get", &(struct id_request){ d->id }));
	w.who.role = ROLE_ADMIN;
	be(&w, 3);
	same = add_course(&w);   /* everybody's */
	be(&w, 2);
	w.who.role = ROLE_GUEST;
	WELL(ask_engine(&m, &w, "message.send", &req));
	ck_assert_str_eq(m->status, "answered");
	const struct citation *c = m->citations.items;
	ck_assert_str_eq(c->file_id, same->id);
	world_close(&w);
}
END_TEST

START_TEST(a_path_outside_the_folder_of_uploads_is_refused)
{
	char folder[160], file[200];
	struct document *d;
	world_make(&w);
	snprintf(folder, sizeof folder, "%s/uploads", w.dir);
	snprintf(file, sizeof file, "%s/1", folder);
	WELL(folder_make(folder));
	WELL(file_write(file, course, sizeof course - 1));
	w.config.upload_folder = folder;
	WELL(engine_open(&w.engine, &w.config));
	struct vault_secret s = test_key(7);
	WELL(engine_seal_new(w.engine, SLOT_KEY_FILE, &s, "test"));
	vault_secret_clear(&s);
	FAILS(FAULT_DENIED, ask_engine(&d, &w, "document.add", &(struct document_add){ .path = w.course }));
	FAILS(FAULT_DENIED, ask_engine(&d, &w, "document.add", &(struct document_add){ .path = "/etc/passwd" }));
	FAILS(FAULT_DENIED, ask_engine(&d, &w, "document.add", &(struct document_add){ .path = arena_printf(&w.arena, "%s/../cells.md", folder) }));
	WELL(ask_engine(&d, &w, "document.add", &(struct document_add){ .path = file, .name = "cells.md" }));
	ck_assert_str_eq(d->status, "completed");
	world_close(&w);
}
END_TEST

#define ROUNDS 6
static void *
live(void *arg)
{
	struct principal who = { .role = ROLE_LEARNER };
	struct arena a;
	snprintf(who.user, sizeof who.user, "%032x", 1 + (int)(intptr_t)arg % 3);
	arena_init(&a);
	for (int i = 0; i < ROUNDS; i++) {
		void *reply;
		WELL(engine_call(&reply, &a, w.engine, &who, "message.send", &(struct message_send){ .content = "What produces adenosine triphosphate?" }, NULL));
		WELL(engine_call(&reply, &a, w.engine, &who, "conversation.list", &(struct conversation_list){ .limit = 100 }, NULL));
		WELL(engine_call(&reply, &a, w.engine, &who, "history.search", &(struct history_search){ .query = "adenosine" }, NULL));
		arena_clear(&a);
	}
	return NULL;
}

START_TEST(eight_threads_of_three_people_work_side_by_side)
{
	pthread_t threads[8];
	world_open(&w);
	add_course(&w);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, live, (void *)(intptr_t)i), 0);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	static const int64_t want[] = { 3 * ROUNDS, 3 * ROUNDS, 2 * ROUNDS };
	for (int i = 0; i < 3; i++) {
		be(&w, i + 1);
		ck_assert_int_eq(count_conversations(), want[i]);
	}
	uint64_t records;
	WELL(engine_verify(w.engine, &records));
	world_close(&w);
}
END_TEST

TESTS("owners", two_people_with_the_same_ids_never_meet, settings_and_exports_are_each_ones_own,
	tutors_in_memory_are_bounded_and_come_back,
	what_has_outlived_its_time_goes_although_its_owner_does_not_come,
	a_question_is_answered_from_what_its_asker_may_see,
	a_path_outside_the_folder_of_uploads_is_refused,
	eight_threads_of_three_people_work_side_by_side)

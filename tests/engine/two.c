/* Two engines on one store, as two terminals would open it. */
#include <pthread.h>

#include "engine_test.h"

static struct world w;
static struct engine *other;

static void
open_both(void)
{
	world_open(&w);
	WELL(engine_open(&other, &w.config));
	struct vault_secret s = test_key(7);
	WELL(engine_unlock(other, SLOT_KEY_FILE, &s));
	vault_secret_clear(&s);
}

static void
close_both(void)
{
	engine_close(other);
	world_close(&w);
}

static enum fault
ask_other(void *reply, const char *operation, const void *request)
{
	void *out = NULL;
	enum fault f = engine_call(&out, &w.arena, other, &w.who, operation, request, NULL);
	if (f == FAULT_NONE)
		memcpy(reply, &out, sizeof out);
	return f;
}

START_TEST(what_one_adds_the_other_finds)
{
	struct message *m;
	struct documents *list;
	open_both();
	add_course(&w);
	const struct document_list all = { .limit = 10 };
	WELL(ask_other(&list, "document.list", &all));
	ck_assert_int_eq(list->total, 1);
	const struct message_send req = { .content = "Where does the Calvin cycle take place?" };
	WELL(ask_other(&m, "message.send", &req));
	ck_assert_str_eq(m->status, "answered");
	const struct id_request id = { ((struct document *)list->items.items)->id };
	struct nothing *done;
	WELL(ask_other(&done, "document.delete", &id));
	WELL(ask_engine(&m, &w, "message.send", &req));
	ck_assert_str_eq(m->status, "refused");
	close_both();
}
END_TEST

START_TEST(what_one_says_the_other_remembers)
{
	struct message *m;
	struct history_hits *hits;
	open_both();
	add_course(&w);
	const struct history_search find = { .query = "ribosomes" };
	WELL(ask_other(&hits, "history.search", &find));
	ck_assert_uint_eq(hits->items.count, 0);
	const struct message_send req = { .content = "What do ribosomes translate?" };
	WELL(ask_engine(&m, &w, "message.send", &req));
	WELL(ask_other(&hits, "history.search", &find));
	ck_assert_uint_ge(hits->items.count, 1);
	const struct message_send next = { .conversation_id = m->conversation_id, .content = "And what do chloroplasts capture?" };
	WELL(ask_other(&m, "message.send", &next));
	const struct conversation_get get = { .id = m->conversation_id };
	struct transcript *t;
	WELL(ask_engine(&t, &w, "conversation.get", &get));
	ck_assert_uint_eq(t->messages.count, 4);
	close_both();
}
END_TEST

struct talker { struct engine *engine; int asked; };

static void *
talk(void *arg)
{
	struct talker *t = arg;
	for (int i = 0; i < 20; i++) {
		struct arena a;
		void *reply;
		const struct message_send req = { .content = "What does chlorophyll absorb?" };
		arena_init(&a);
		WELL(engine_call(&reply, &a, t->engine, &w.who, "message.send", &req, NULL));
		t->asked++;
		arena_clear(&a);
	}
	return NULL;
}

START_TEST(both_write_at_once_and_the_chain_holds)
{
	struct talker talkers[4];
	pthread_t threads[4];
	uint64_t records = 0;
	open_both();
	add_course(&w);
	for (size_t i = 0; i < COUNT_OF(threads); i++) {
		talkers[i] = (struct talker){ i % 2 ? other : w.engine, 0 };
		ck_assert_int_eq(pthread_create(&threads[i], NULL, talk, &talkers[i]), 0);
	}
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	WELL(engine_verify(w.engine, &records));
	ck_assert_uint_ge(records, 160);
	WELL(engine_verify(other, &records));
	struct health *health;
	WELL(ask_other(&health, "health.get", NULL));
	ck_assert_int_eq(health->conversations, 80);
	close_both();
	ck_assert_int_eq(talkers[3].asked, 20);
}
END_TEST

/* The same question, by its id, at both at once. */
struct repeater { struct engine *engine; pthread_barrier_t *start; char ids[12][ID_BYTES], conversations[12][ID_BYTES]; };

static void *
repeat(void *arg)
{
	struct repeater *r = arg;
	for (size_t i = 0; i < COUNT_OF(r->ids); i++) {
		struct arena a;
		void *reply = NULL;
		char id[ID_BYTES];
		snprintf(id, sizeof id, "%031zxa", i);
		const struct message_send req = { .id = id, .content = "What does chlorophyll absorb?" };
		arena_init(&a);
		pthread_barrier_wait(r->start);
		WELL(engine_call(&reply, &a, r->engine, &w.who, "message.send", &req, NULL));
		snprintf(r->ids[i], ID_BYTES, "%s", ((struct message *)reply)->id);
		snprintf(r->conversations[i], ID_BYTES, "%s", ((struct message *)reply)->conversation_id);
		arena_clear(&a);
	}
	return NULL;
}

START_TEST(one_question_sent_to_both_has_one_answer)
{
	pthread_barrier_t start;
	struct repeater r[2];
	pthread_t threads[2];
	struct conversations *list;
	open_both();
	add_course(&w);
	pthread_barrier_init(&start, NULL, 2);
	for (size_t i = 0; i < 2; i++) {
		r[i] = (struct repeater){ .engine = i ? other : w.engine, .start = &start };
		ck_assert_int_eq(pthread_create(&threads[i], NULL, repeat, &r[i]), 0);
	}
	for (size_t i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < COUNT_OF(r->ids); i++) {
		ck_assert_str_eq(r[0].ids[i], r[1].ids[i]);
		ck_assert_str_eq(r[0].conversations[i], r[1].conversations[i]);
	}
	WELL(ask_engine(&list, &w, "conversation.list", (&(struct conversation_list){ .limit = 100 })));
	ck_assert_int_eq(list->total, COUNT_OF(r->ids));
	const struct conversation *c = list->items.items;
	for (size_t i = 0; i < list->items.count; i++)
		ck_assert_int_eq(c[i].message_count, 2);
	pthread_barrier_destroy(&start);
	close_both();
}
END_TEST

START_TEST(a_changed_lock_is_seen_by_the_other)
{
	struct settings *s;
	open_both();
	struct vault_secret old = test_key(7), fresh = test_key(9);
	WELL(engine_rekey(w.engine, SLOT_KEY_FILE, &fresh, "fresh", NULL, NULL));
	const struct settings change = { .language = "de" };
	WELL(ask_engine(&s, &w, "me.update", &change));
	/* The other still holds the old keys: it may say so, it may not write with them. */
	enum fault f = ask_other(&s, "me.update", &change);
	ck_assert_msg(f == FAULT_NONE || f == FAULT_LOCKED || f == FAULT_DENIED || f == FAULT_DAMAGED, "%s", fault_name(f));
	engine_lock(other);
	FAILS(FAULT_DENIED, engine_unlock(other, SLOT_KEY_FILE, &old));
	WELL(engine_unlock(other, SLOT_KEY_FILE, &fresh));
	WELL(ask_other(&s, "me.get", NULL));
	ck_assert_str_eq(s->language, "de");
	uint64_t records;
	WELL(engine_verify(other, &records));
	WELL(engine_verify(w.engine, &records));
	vault_secret_clear(&old);
	vault_secret_clear(&fresh);
	close_both();
}
END_TEST

TESTS("two", what_one_adds_the_other_finds, what_one_says_the_other_remembers,
	both_write_at_once_and_the_chain_holds, one_question_sent_to_both_has_one_answer, a_changed_lock_is_seen_by_the_other)

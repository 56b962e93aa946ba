/* Asking through the door: events, idempotency, side by side, settings, export. */
#include <json-c/json.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

#include "engine_test.h"

static struct world w;

struct heard { char names[2000]; int citations; char deltas[4000]; };

static void
hear(const char *name, const struct record_type *type, const void *record, void *arg)
{
	struct heard *h = arg;
	size_t n = strlen(h->names);
	snprintf(h->names + n, sizeof h->names - n, "%s ", name);
	if (type == &record_citation) {
		const struct citation *c = record;
		ck_assert(c->verified);
		h->citations++;
	}
	if (type == &record_ev_delta) {
		n = strlen(h->deltas);
		snprintf(h->deltas + n, sizeof h->deltas - n, "%s", ((const struct ev_delta *)record)->delta);
	}
}

static struct message *
ask(struct world *world, const struct message_send *req, struct heard *h)
{
	void *reply = NULL;
	WELL(engine_call(&reply, &world->arena, world->engine, &world->who, "message.send", req,
		&(struct call_options){ .emit = h != NULL ? hear : NULL, .arg = h }));
	return reply;
}

START_TEST(a_question_is_answered_with_events_and_a_verified_quotation)
{
	struct heard h = { .citations = 0 };
	world_open(&w);
	add_course(&w);
	const struct message_send req = { .content = "What does the mitochondrion produce?" };
	struct message *m = ask(&w, &req, &h);
	ck_assert_str_eq(m->status, "answered");
	ck_assert_str_eq(m->mode, "extractive");
	ck_assert(str_starts(h.names, "message_start "));
	ck_assert_ptr_nonnull(strstr(h.names, "content_delta "));
	ck_assert_int_ge(h.citations, 1);
	ck_assert_ptr_nonnull(strstr(m->content, "adenosine triphosphate"));
	ck_assert_ptr_nonnull(strstr(h.deltas, "adenosine triphosphate"));
	ck_assert_int_eq(m->support->sentences, m->support->verified);
	WELL(record_check(&record_message, m));
	const struct citation *c = m->citations.items;
	const struct document_content range = { .id = c->file_id, .start = c->start, .end = c->end };
	struct content *content;
	WELL(ask_engine(&content, &w, "document.content", &range));
	ck_assert_str_eq(content->text, c->quote);
	world_close(&w);
}
END_TEST

START_TEST(what_the_sources_do_not_say_is_refused)
{
	world_open(&w);
	add_course(&w);
	const struct message_send req = { .content = "Who won the football world cup in 1954?" };
	struct message *m = ask(&w, &req, NULL);
	ck_assert_str_eq(m->status, "refused");
	WELL(record_check(&record_message, m));
	world_close(&w);
}
END_TEST

START_TEST(one_id_is_answered_once_for_ever)
{
	world_open(&w);
	add_course(&w);
	const struct message_send req = { .id = "00112233445566778899aabbccddeeff", .content = "Where does the Calvin cycle take place?" };
	struct message *one = ask(&w, &req, NULL), *two = ask(&w, &req, NULL);
	ck_assert_str_eq(one->id, two->id);
	ck_assert_str_eq(one->conversation_id, two->conversation_id);
	const struct message_send other = { .id = req.id, .content = "Another question?" };
	void *reply;
	FAILS(FAULT_EXISTS, ask_engine(&reply, &w, "message.send", &other));
	const struct conversation_get get = { .id = one->conversation_id };
	struct transcript *t;
	WELL(ask_engine(&t, &w, "conversation.get", &get));
	ck_assert_uint_eq(t->messages.count, 2);
	world_close(&w);
}
END_TEST

START_TEST(an_ephemeral_question_leaves_nothing)
{
	world_open(&w);
	add_course(&w);
	const struct message_send req = { .content = "What do ribosomes translate?", .ephemeral = true };
	struct message *m = ask(&w, &req, NULL);
	ck_assert_ptr_nonnull(strstr(m->content, "messenger RNA"));
	struct conversations *list;
	const struct conversation_list all = { .status = "all" };
	WELL(ask_engine(&list, &w, "conversation.list", &all));
	ck_assert_int_eq(list->total, 0);
	world_close(&w);
}
END_TEST

/* ---- side by side ---------------------------------------------------------------- */

static atomic_int answered, busy;

static void *
ask_same(void *arg)
{
	struct world *world = arg;
	struct arena a;
	arena_init(&a);
	const struct message_send req = { .id = "ffeeddccbbaa99887766554433221100", .content = "What does chlorophyll absorb?" };
	for (bool done = false; !done;) {
		void *reply;
		enum fault f = engine_call(&reply, &a, world->engine, &world->who, "message.send", &req, NULL);
		done = f == FAULT_NONE;
		ck_assert(f == FAULT_NONE || f == FAULT_BUSY);
		atomic_fetch_add(done ? &answered : &busy, 1);
	}
	arena_clear(&a);
	return NULL;
}

START_TEST(the_same_question_from_many_threads_is_answered_once)
{
	pthread_t threads[8];
	world_open(&w);
	add_course(&w);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, ask_same, &w), 0);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(atomic_load(&answered), 8);
	struct conversations *list;
	const struct conversation_list all = { .status = "all" };
	WELL(ask_engine(&list, &w, "conversation.list", &all));
	ck_assert_int_eq(list->total, 1);
	ck_assert_int_eq(((struct conversation *)list->items.items)->message_count, 2);
	world_close(&w);
}
END_TEST

static void *
do_many_things(void *arg)
{
	struct world *world = arg;
	struct arena a;
	for (int i = 0; i < 12; i++) {
		void *reply;
		const struct message_send send = { .content = "What do ribosomes translate?" };
		const struct search_run search = { .query = "membrane light" };
		const struct history_search history = { .query = "ribosomes" };
		arena_init(&a);
		WELL(engine_call(&reply, &a, world->engine, &world->who, "message.send", &send, NULL));
		WELL(engine_call(&reply, &a, world->engine, &world->who, "search.run", &search, NULL));
		WELL(engine_call(&reply, &a, world->engine, &world->who, "history.search", &history, NULL));
		WELL(engine_call(&reply, &a, world->engine, &world->who, "health.get", NULL, NULL));
		arena_clear(&a);
	}
	return NULL;
}

START_TEST(calls_run_side_by_side)
{
	pthread_t threads[6];
	world_open(&w);
	add_course(&w);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, do_many_things, &w), 0);
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	struct health *health;
	WELL(ask_engine(&health, &w, "health.get", NULL));
	ck_assert_int_eq(health->conversations, 72);
	uint64_t records;
	WELL(engine_verify(w.engine, &records));
	ck_assert_uint_ge(records, 144);
	world_close(&w);
}
END_TEST

START_TEST(a_blank_search_finds_nothing_and_the_next_one_does)
{
	struct history_hits *hits;
	struct message *m;
	world_open(&w);
	add_course(&w);
	WELL(ask_engine(&m, &w, "message.send", (&(struct message_send){ .content = "What do ribosomes translate?" })));
	WELL(ask_engine(&hits, &w, "history.search", (&(struct history_search){ .query = "  " })));
	ck_assert_uint_eq(hits->items.count, 0);
	WELL(ask_engine(&hits, &w, "history.search", (&(struct history_search){ .query = "ribosomes" })));
	ck_assert_uint_ge(hits->items.count, 1);
	world_close(&w);
}
END_TEST

/* No file may grow: what a full disk is to the store. */
START_TEST(on_a_full_disk_a_question_is_answered_and_said_not_to_be_kept)
{
	const struct message_send send = { .content = "What do ribosomes translate?" };
	struct conversations *list;
	struct message *m;
	struct rlimit before;
	struct store *beside;
	OF_FILES_ONLY();
	world_open(&w);
	add_course(&w);
	/* another program that has it open: what both share stays as it is */
	WELL(store_open(&beside, &(struct store_paths){ .database = w.database }, &w.clock));
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 0, before.rlim_max }), 0);
	enum fault f = ask_engine(&m, &w, "message.send", &send);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	ck_assert_msg(f == FAULT_NONE, "%s", fault_sentence());
	ck_assert_str_eq(m->status, "answered");
	ck_assert_msg(m->note != NULL && strstr(m->note, "This is not kept: ") != NULL, "%s", m->note ? m->note : "no note");
	WELL(ask_engine(&list, &w, "conversation.list", (&(struct conversation_list){ .status = "all" })));
	ck_assert_int_eq(list->total, 0);
	WELL(ask_engine(&m, &w, "message.send", &send));       /* there is room again */
	ck_assert(m->note == NULL || strstr(m->note, "not kept") == NULL);
	WELL(ask_engine(&list, &w, "conversation.list", (&(struct conversation_list){ .status = "all" })));
	ck_assert_int_eq(list->total, 1);
	store_close(beside);
	world_close(&w);
}
END_TEST

/* ---- the person ------------------------------------------------------------------- */

START_TEST(settings_change_only_where_asked)
{
	struct settings *s;
	world_open(&w);
	const char *subjects[] = { "biology", "history" };
	const struct settings first = { .language = "de", .lock_minutes = 15, .subjects = { subjects, 2 } };
	WELL(ask_engine(&s, &w, "me.update", &first));
	const struct settings second = { .level = "detailed", .retention_days = 30 };
	WELL(ask_engine(&s, &w, "me.update", &second));
	WELL(ask_engine(&s, &w, "me.get", NULL));
	ck_assert_str_eq(s->language, "de");
	ck_assert_str_eq(s->level, "detailed");
	ck_assert_int_eq(s->lock_minutes, 15);
	ck_assert_int_eq(s->retention_days, 30);
	ck_assert_uint_eq(s->subjects.count, 2);
	const struct settings off = { .lock_minutes = -1 };
	WELL(ask_engine(&s, &w, "me.update", &off));
	ck_assert_int_eq(s->lock_minutes, 0);
	WELL(ask_engine(&s, &w, "me.get", NULL));
	ck_assert_int_eq(s->lock_minutes, 0);
	ck_assert_int_eq(s->retention_days, 30);
	const struct settings wrong = { .answers = "magic" };
	FAILS(FAULT_INPUT, ask_engine(&s, &w, "me.update", &wrong));
	world_close(&w);
}
END_TEST

START_TEST(conversations_that_outlived_the_retention_go_while_the_engine_runs)
{
	struct settings *s;
	struct conversations *list;
	struct message *m;
	world_open(&w);
	add_course(&w);
	const struct settings keep = { .retention_days = 30 };
	WELL(ask_engine(&s, &w, "me.update", &keep));
	const struct message_send req = { .content = "What do ribosomes translate?" };
	WELL(ask_engine(&m, &w, "message.send", &req));
	const struct conversation_list all = { .status = "all" };
	w.still.now_ms += INT64_C(29) * 86400000;
	WELL(ask_engine(&list, &w, "conversation.list", &all));
	ck_assert_int_eq(list->total, 1);
	w.still.now_ms += INT64_C(2) * 86400000;
	WELL(ask_engine(&list, &w, "conversation.list", &all));
	ck_assert_int_eq(list->total, 0);
	world_close(&w);
}
END_TEST

START_TEST(the_persons_retention_holds_for_what_he_adds)
{
	struct settings *s;
	world_open(&w);
	const struct settings keep = { .retention_days = 30 };
	WELL(ask_engine(&s, &w, "me.update", &keep));
	struct document *d = add_course(&w);
	ck_assert_int_eq(d->expires, w.still.now_ms + INT64_C(30) * 86400000);
	engine_close(w.engine);
	w.still.now_ms += INT64_C(31) * 86400000;
	WELL(engine_open(&w.engine, &w.config));
	struct documents *list;
	const struct document_list all = { .limit = 10 };
	WELL(ask_engine(&list, &w, "document.list", &all));
	ck_assert_int_eq(list->total, 0);
	world_close(&w);
}
END_TEST

START_TEST(an_export_of_everything_holds_everything_and_comes_in_again)
{
	world_open(&w);
	add_course(&w);
	const struct message_send req = { .content = "Where does the Calvin cycle take place?" };
	struct message *m = ask(&w, &req, NULL);
	const struct export_run run = { .format = "json" };
	struct exported *x;
	WELL(ask_engine(&x, &w, "me.export", &run));
	struct json_object *o = NULL, *part = NULL;
	WELL(json_parse(&o, x->body, strlen(x->body)));
	ck_assert(json_object_object_get_ex(o, "settings", &part));
	ck_assert(json_object_object_get_ex(o, "documents", &part));
	ck_assert_uint_eq(json_object_array_length(part), 1);
	json_object_put(o);
	ck_assert_ptr_nonnull(strstr(x->body, "Calvin"));
	const struct id_request id = { m->conversation_id };
	struct nothing *n;
	WELL(ask_engine(&n, &w, "conversation.delete", &id));
	const struct import_run in = { x->body };
	struct imported *back;
	WELL(ask_engine(&back, &w, "conversation.import", &in));
	ck_assert_int_eq(back->conversations, 1);
	ck_assert_int_eq(back->messages, 2);
	world_close(&w);
}
END_TEST

START_TEST(health_counts_but_tells_a_stranger_nothing_about_talk)
{
	struct health *h;
	world_open(&w);
	add_course(&w);
	const struct message_send req = { .content = "What do ribosomes translate?" };
	ask(&w, &req, NULL);
	WELL(ask_engine(&h, &w, "health.get", NULL));
	ck_assert_str_eq(h->status, "ok");
	ck_assert(h->database && h->disk && h->unlocked && !h->model);
	ck_assert_int_eq(h->documents, 1);
	ck_assert_int_gt(h->passages, 0);
	ck_assert_int_eq(h->conversations, 1);
	w.who.role = ROLE_NONE;
	WELL(ask_engine(&h, &w, "health.get", NULL));
	ck_assert_int_eq(h->conversations, 0);
	world_close(&w);
}
END_TEST

TESTS("ask", a_question_is_answered_with_events_and_a_verified_quotation,
	what_the_sources_do_not_say_is_refused, one_id_is_answered_once_for_ever,
	an_ephemeral_question_leaves_nothing,
	the_same_question_from_many_threads_is_answered_once, calls_run_side_by_side, a_blank_search_finds_nothing_and_the_next_one_does, on_a_full_disk_a_question_is_answered_and_said_not_to_be_kept,
	settings_change_only_where_asked,
	conversations_that_outlived_the_retention_go_while_the_engine_runs, the_persons_retention_holds_for_what_he_adds,
	an_export_of_everything_holds_everything_and_comes_in_again,
	health_counts_but_tells_a_stranger_nothing_about_talk)

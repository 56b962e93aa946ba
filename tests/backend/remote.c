/* A client and its server: asked there, read when it is gone, delivered when it is back. */
#include "remote_test.h"

static struct classroom room;
static struct client my;
static char top[64], home[96], place[96], course[128];

static void
begin(void)
{
	static const char words[] = "# Plants\n\nThe Calvin cycle takes place in the stroma. Roots take up water and minerals.\n";
	snprintf(top, sizeof top, "%s", scratch());
	snprintf(home, sizeof home, "%s/home", top);
	snprintf(place, sizeof place, "%s/room", top);
	snprintf(course, sizeof course, "%s/plants.md", top);
	WELL(folder_make(home));
	WELL(file_write(course, words, sizeof words - 1));
	ck_assert(classroom_start(&room, place));
	client_open(&my, home, &room);
}

static void
end(void)
{
	client_close(&my);
	classroom_stop(&room);
	scratch_remove(top);
}

static const struct document *
add(void)
{
	return client_call(&my, "document.add", &(struct document_add){ .path = course });
}

static const struct message *
ask(const char *conversation, const char *words)
{
	return client_call(&my, "message.send", &(struct message_send){ .conversation_id = conversation, .content = words, .mode = "extractive" });
}

static const struct transcript *
transcript(const char *id)
{
	return client_call(&my, "conversation.get", &(struct conversation_get){ .id = id });
}

START_TEST(a_document_is_sent_found_and_cited_there)
{
	begin();
	const struct document *d = add();
	ck_assert_str_eq(d->status, "completed");
	ck_assert_str_eq(d->name, "plants.md");
	const struct hits *hits = client_call(&my, "search.run", &(struct search_run){ .query = "calvin cycle" });
	ck_assert_uint_ge(hits->items.count, 1);
	const struct message *m = ask(NULL, "Where does the Calvin cycle take place?");
	ck_assert_str_eq(m->status, "answered");
	ck_assert_uint_ge(m->citations.count, 1);
	ck_assert_uint_eq(transcript(m->conversation_id)->messages.count, 2);
	ck_assert(client_until(&my, "ONLINE", 2000));
	FAILS(FAULT_ABSENT, client_try(NULL, &my, "document.get", &(struct id_request){ "00000000000000000000000000000000" }));
	end();
}
END_TEST

static int deltas;
static void
on_event(const char *name, const struct record_type *type, const void *record, void *arg)
{
	(void)type, (void)record, (void)arg;
	deltas += strcmp(name, "content_delta") == 0;
}

START_TEST(events_come_from_the_server_as_from_this_process)
{
	begin();
	add();
	const void *reply = NULL;
	const struct backend_handlers h = { on_event, NULL, NULL };
	WELL(backend_call_wait(&reply, &my.arena, my.b, "message.send",
		&(struct message_send){ .content = "Where does the Calvin cycle take place?", .mode = "extractive" }, &h));
	ck_assert_int_ge(deltas, 1);
	end();
}
END_TEST

START_TEST(what_was_seen_is_read_while_the_server_is_gone)
{
	begin();
	const struct document *d = add();
	const struct message *m = ask(NULL, "Where does the Calvin cycle take place?");
	client_call(&my, "document.get", &(struct id_request){ d->id });
	transcript(m->conversation_id);
	classroom_kill(&room);
	ck_assert_uint_eq(transcript(m->conversation_id)->messages.count, 2);
	ck_assert_msg(strstr(my.note, "cannot be reached") != NULL, "%s", my.note);
	const struct message *kept = transcript(m->conversation_id)->messages.items;
	ck_assert_str_eq(((const struct citation *)kept[1].citations.items)->state, "verified");
	ck_assert_str_eq(backend_word(my.b), "OFFLINE");
	ck_assert_msg(strstr(backend_why(my.b), "127.0.0.1") != NULL, "%s", backend_why(my.b));
	const struct conversations *list = client_call(&my, "conversation.list", &(struct conversation_list){ .limit = 20 });
	ck_assert_uint_eq(list->items.count, 1);
	const struct document *again = client_call(&my, "document.get", &(struct id_request){ d->id });
	ck_assert_str_eq(again->sha256, d->sha256);
	const struct history_hits *found = client_call(&my, "history.search", &(struct history_search){ .query = "stroma" });
	ck_assert_uint_ge(found->items.count, 1);
	const struct exported *x = client_call(&my, "conversation.export", &(struct export_run){ .id = m->conversation_id, .format = "md" });
	ck_assert_ptr_nonnull(strstr(x->body, "stroma"));
	FAILS(FAULT_OFFLINE, client_try(NULL, &my, "conversation.get", &(struct conversation_get){ .id = "00000000000000000000000000000009" }));
	end();
}
END_TEST

START_TEST(what_is_written_while_it_is_gone_is_delivered_in_order)
{
	begin();
	add();
	const struct message *m = ask(NULL, "Where does the Calvin cycle take place?");
	classroom_kill(&room);
	client_call(&my, "conversation.update", &(struct conversation_update){ .id = m->conversation_id, .title = "First" });
	client_call(&my, "conversation.update", &(struct conversation_update){ .id = m->conversation_id, .title = "Second" });
	client_call(&my, "message.feedback", &(struct message_feedback){ .id = m->id, .score = 1 });
	ck_assert_ptr_nonnull(strstr(my.note, "waits"));
	const struct message *here = ask(m->conversation_id, "What do roots take up?");
	ck_assert_ptr_nonnull(strstr(here->note, "cannot be reached"));
	ck_assert_ptr_nonnull(strstr(here->content, "waits"));
	ck_assert(classroom_start(&room, NULL));
	ck_assert(client_until(&my, "ONLINE", 20000));
	const char *id = m->conversation_id;
	const struct transcript *t = transcript(id);
	const struct message *all = t->messages.items;
	ck_assert_str_eq(t->conversation->title, "Second");
	ck_assert_int_eq(all[1].rating, 1);
	/* Nothing here answered without documents; what held the place has gone. */
	ck_assert_uint_eq(t->messages.count, 4);
	ck_assert_str_eq(all[3].status, "answered");
	classroom_kill(&room);
	ck_assert_uint_eq(transcript(id)->messages.count, 4);
	end();
}
END_TEST

START_TEST(a_question_answered_here_is_asked_there_when_it_is_wanted)
{
	struct client alone;
	begin();
	client_close(&my);
	client_open(&alone, home, NULL);
	client_call(&alone, "document.add", &(struct document_add){ .path = course });
	client_close(&alone);
	client_open(&my, home, &room);
	add();
	const struct message *first = ask(NULL, "Where does the Calvin cycle take place?");
	char id[40];
	snprintf(id, sizeof id, "%s", first->conversation_id);
	classroom_kill(&room);
	const struct message *here = ask(id, "What do roots take up?");
	ck_assert_str_eq(here->status, "answered");
	ck_assert_ptr_nonnull(strstr(here->note, "documents of this machine"));
	client_call(&my, "message.feedback", &(struct message_feedback){ .id = here->id, .score = 1 });
	ck_assert(classroom_start(&room, NULL));
	client_call(&my, "me.get", &(struct nothing){ 0 });
	ck_assert_str_eq(backend_word(my.b), "ONLINE");
	ck_assert_uint_eq(backend_waiting(my.b).held, 1);
	ck_assert_uint_eq(transcript(id)->messages.count, 4);      /* what is only here is shown too */
	WELL(backend_sync_wait(my.b, true));
	ck_assert_uint_eq(backend_waiting(my.b).held, 0);
	const struct transcript *t = transcript(id);
	const struct message *all = t->messages.items;
	ck_assert_uint_eq(t->messages.count, 5);
	/* Both, and each says whose it is. */
	bool first_here = strcmp(all[3].id, here->id) == 0;
	const struct message *mine = &all[first_here ? 3 : 4], *theirs = &all[first_here ? 4 : 3];
	ck_assert_str_eq(mine->id, here->id);
	ck_assert_ptr_nonnull(strstr(mine->note, "documents of this machine"));
	ck_assert_str_eq(theirs->status, "answered");
	ck_assert(theirs->note == NULL || theirs->note[0] == '\0');
	end();
}
END_TEST

START_TEST(a_refused_write_stays_and_says_why)
{
	begin();
	add();
	const struct message *m = ask(NULL, "Where does the Calvin cycle take place?");
	struct client other;
	char second[96], id[40];
	snprintf(id, sizeof id, "%s", m->conversation_id);
	snprintf(second, sizeof second, "%s/other", top);
	WELL(folder_make(second));
	classroom_kill(&room);
	client_call(&my, "conversation.update", &(struct conversation_update){ .id = m->conversation_id, .title = "Mine" });
	client_close(&my);
	ck_assert(classroom_start(&room, NULL));
	client_open(&other, second, &room);
	client_call(&other, "conversation.delete", &(struct id_request){ id });
	client_close(&other);
	client_open(&my, home, &room);
	int64_t until = clock_system.mono_ms(NULL) + 10000;
	while (backend_waiting(my.b).refused == 0 && clock_system.mono_ms(NULL) < until)
		WELL(loop_turn(my.loop, 20));
	struct backend_waiting w = backend_waiting(my.b);
	ck_assert_uint_eq(w.refused, 1);
	ck_assert_uint_eq(w.waiting, 0);
	struct backend_outbox box;
	WELL(backend_outbox(&box, &my.arena, my.b));
	ck_assert_uint_eq(box.count, 1);
	ck_assert_str_eq(box.items[0].state, "refused");
	ck_assert_ptr_nonnull(strstr(box.items[0].sentence, "conversation"));
	WELL(backend_outbox_drop(my.b, box.items[0].key));
	WELL(backend_outbox(&box, &my.arena, my.b));
	ck_assert_uint_eq(box.count, 0);
	end();
}
END_TEST

TESTS("remote", a_document_is_sent_found_and_cited_there, events_come_from_the_server_as_from_this_process,
	what_was_seen_is_read_while_the_server_is_gone, what_is_written_while_it_is_gone_is_delivered_in_order,
	a_question_answered_here_is_asked_there_when_it_is_wanted, a_refused_write_stays_and_says_why)

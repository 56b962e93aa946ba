/* The copy follows the server: what is gone there is gone here, and it is bounded. */
#include "remote_test.h"

static struct classroom room;
static struct client my, other;
static char top[64], home[96], second[96], place[96], course[128];

static void
begin(void)
{
	static const char words[] = "# Plants\n\nThe Calvin cycle takes place in the stroma. Roots take up water and minerals.\n";
	snprintf(top, sizeof top, "%s", scratch());
	snprintf(home, sizeof home, "%s/home", top);
	snprintf(second, sizeof second, "%s/second", top);
	snprintf(place, sizeof place, "%s/room", top);
	snprintf(course, sizeof course, "%s/plants.md", top);
	WELL(folder_make(home));
	WELL(folder_make(second));
	WELL(file_write(course, words, sizeof words - 1));
	ck_assert(classroom_start(&room, place));
	client_open(&my, home, &room);
	client_open(&other, second, &room);
}

static void
end(void)
{
	client_close(&my);
	client_close(&other);
	classroom_stop(&room);
	scratch_remove(top);
}

/* A conversation that was seen here, by its id. */
static void
talk(char id[40], const char *words)
{
	const struct message *m = client_call(&my, "message.send", &(struct message_send){ .content = words, .mode = "extractive" });
	snprintf(id, 40, "%s", m->conversation_id);
	client_call(&my, "conversation.get", &(struct conversation_get){ .id = id });
}

static enum fault
look(const char *id)
{
	return client_try(NULL, &my, "conversation.get", &(struct conversation_get){ .id = id });
}

START_TEST(a_conversation_deleted_elsewhere_goes_at_the_next_sync)
{
	begin();
	char kept[40], gone[40];
	client_call(&my, "document.add", &(struct document_add){ .path = course });
	talk(kept, "What do roots take up?");
	talk(gone, "Where does the Calvin cycle take place?");
	client_call(&other, "conversation.delete", &(struct id_request){ gone });
	WELL(backend_sync_wait(my.b, false));
	classroom_kill(&room);
	WELL(look(kept));
	FAILS(FAULT_OFFLINE, look(gone));
	const struct history_hits *hits = client_call(&my, "history.search", &(struct history_search){ .query = "stroma" });
	ck_assert_uint_eq(hits->items.count, 0);
	end();
}
END_TEST

START_TEST(what_turns_out_to_be_gone_goes_at_once)
{
	begin();
	char gone[40];
	client_call(&my, "document.add", &(struct document_add){ .path = course });
	talk(gone, "Where does the Calvin cycle take place?");
	client_call(&other, "conversation.delete", &(struct id_request){ gone });
	FAILS(FAULT_ABSENT, look(gone));
	classroom_kill(&room);
	FAILS(FAULT_OFFLINE, look(gone));
	end();
}
END_TEST

START_TEST(what_waits_to_be_delivered_is_not_taken_for_gone)
{
	begin();
	char id[40];
	classroom_kill(&room);
	const struct message *m = client_call(&my, "message.send", &(struct message_send){ .content = "What do roots take up?", .mode = "extractive" });
	snprintf(id, sizeof id, "%s", m->conversation_id);
	client_close(&my);
	ck_assert(classroom_start(&room, NULL));
	client_open(&my, home, &room);
	WELL(look(id));
	WELL(backend_sync_wait(my.b, false));
	WELL(look(id));
	classroom_kill(&room);
	WELL(look(id));
	end();
}
END_TEST

START_TEST(a_document_deleted_elsewhere_leaves_no_page_and_no_passage_behind)
{
	begin();
	const struct document *d = client_call(&my, "document.add", &(struct document_add){ .path = course });
	char id[40];
	snprintf(id, sizeof id, "%s", d->id);
	const struct document_content content = { .id = id };
	const struct search_run search = { .query = "calvin cycle" };
	client_call(&my, "document.get", &(struct id_request){ id });
	client_call(&my, "document.content", &content);
	client_call(&my, "document.list", &(struct document_list){ .limit = 20 });
	ck_assert_uint_ge(((const struct hits *)client_call(&my, "search.run", &search))->items.count, 1);
	classroom_kill(&room);
	WELL(client_try(NULL, &my, "document.content", &content));
	ck_assert(classroom_start(&room, NULL));
	client_call(&other, "document.delete", &(struct id_request){ id });
	WELL(backend_sync_wait(my.b, false));
	classroom_kill(&room);
	FAILS(FAULT_OFFLINE, client_try(NULL, &my, "document.get", &(struct id_request){ id }));
	FAILS(FAULT_OFFLINE, client_try(NULL, &my, "document.content", &content));
	ck_assert_uint_eq(((const struct documents *)client_call(&my, "document.list", &(struct document_list){ .limit = 20 }))->items.count, 0);
	ck_assert_uint_eq(((const struct hits *)client_call(&my, "search.run", &search))->items.count, 0);
	end();
}
END_TEST

START_TEST(signing_out_may_take_the_copy_along)
{
	begin();
	char id[40];
	client_call(&my, "document.add", &(struct document_add){ .path = course });
	talk(id, "Where does the Calvin cycle take place?");
	classroom_kill(&room);
	WELL(look(id));
	WELL(backend_copy_forget(my.b));
	FAILS(FAULT_OFFLINE, look(id));
	ck_assert_uint_eq(((const struct conversations *)client_call(&my, "conversation.list", &(struct conversation_list){ .limit = 20 }))->items.count, 0);
	end();
}
END_TEST

TESTS("follow", a_conversation_deleted_elsewhere_goes_at_the_next_sync, what_turns_out_to_be_gone_goes_at_once,
	what_waits_to_be_delivered_is_not_taken_for_gone, a_document_deleted_elsewhere_leaves_no_page_and_no_passage_behind,
	signing_out_may_take_the_copy_along)

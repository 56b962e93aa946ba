/* Chat: the list and what of it is unread, a late answer, deleting and bringing back,
 * what comes for a conversation that is no longer open. */
#include "model_test.h"

#define ROW(n, title, count) "{\"id\":\"" ID(n) "\",\"title\":\"" title "\",\"type\":\"general\",\"status\":\"active\"," \
	"\"created\":\"2026-01-05T08:00:00Z\",\"updated\":\"2026-01-05T09:00:00Z\",\"message_count\":" #count "}"
#define LIST(rows) "on conversation.list\nreply {\"items\":[" rows "],\"total\":2}\n"
#define MESSAGE(n, role, text) "{\"id\":\"" ID(n) "\",\"conversation_id\":\"" ID("c1") "\",\"role\":\"" role "\",\"content\":\"" text "\"}"
#define BASE "on me.get\nreply {}\non me.update\nreply {}\non document.list\nreply {\"items\":[],\"total\":0}\n" \
	LIST(ROW("c1", "First", 2) "," ROW("c2", "Second", 4))
#define OPEN "on conversation.get c1\nreply {\"conversation\":" ROW("c1", "First", 2) ",\"messages\":[" \
	MESSAGE("b1", "user", "What?") "," MESSAGE("b2", "stoa", "That.") "]}\n"
#define ASK "on message.send\nevent message_start {\"id\":\"" ID("b4") "\",\"conversation_id\":\"" ID("c3") "\"}\n" \
	"event content_delta {\"delta\":\"So it is.\"}\nhold\n" \
	"reply {\"id\":\"" ID("b4") "\",\"conversation_id\":\"" ID("c3") "\",\"role\":\"stoa\",\"content\":\"So it is.\",\"status\":\"answered\"}\n"

static const struct conversation *
listed(const char *id)
{
	for (size_t i = 0; i < app->chat->list_count; i++)
		if (str_same(app->chat->conversations[i].id, id))
			return &app->chat->conversations[i];
	return NULL;
}

START_TEST(the_first_list_of_a_session_is_read_what_comes_later_is_not)
{
	begin(BASE OPEN);
	ck_assert_uint_eq(app->chat->list_count, 2);
	ck_assert_int_eq(chat_unread(app->chat, listed(ID("c1"))), 0);
	replies_say(backend, LIST(ROW("c1", "First", 4) "," ROW("c2", "Second", 4) "," ROW("c9", "Third", 3)));
	chat_refresh(app);
	settle();
	ck_assert_int_eq(chat_unread(app->chat, listed(ID("c1"))), 2);
	ck_assert_int_eq(chat_unread(app->chat, listed(ID("c2"))), 0);
	ck_assert_int_eq(chat_unread(app->chat, listed(ID("c9"))), 3);
	chat_open(app, ID("c1"));
	settle();
	chat_refresh(app);
	settle();
	ck_assert_int_eq(chat_unread(app->chat, listed(ID("c1"))), 0);
	chat_open(app, NULL);
	settle();
	ck_assert_int_eq(chat_unread(app->chat, listed(ID("c1"))), 0);
	finish();
}
END_TEST

START_TEST(what_came_while_nobody_looked_is_kept_until_somebody_does)
{
	begin(BASE OPEN LIST("{\"id\":\"" ID("c1") "\",\"title\":\"First\",\"message_count\":3,\"unread\":1}," ROW("c2", "Second", 4))
		"on conversation.update\nreply " ROW("c1", "First", 3) "\n");
	ck_assert_int_eq(chat_unread(app->chat, listed(ID("c1"))), 1);
	chat_open(app, ID("c2"));
	settle();
	ck_assert_uint_eq(replies_count(backend, "conversation.update"), 0);
	replies_say(backend, "on conversation.get c1\nreply {\"conversation\":{\"id\":\"" ID("c1") "\",\"message_count\":0,\"unread\":1},\"messages\":[]}\n");
	chat_open(app, ID("c1"));
	settle();
	ck_assert_uint_eq(replies_count(backend, "conversation.update"), 1);
	ck_assert_ptr_nonnull(strstr(replies_asked(backend), "\"unread\":-1"));
	chat_open(app, NULL);
	settle();
	ck_assert_int_eq(listed(ID("c1"))->unread, 0);
	finish();
}
END_TEST

START_TEST(the_list_keeps_the_row_that_was_selected)
{
	begin(BASE);
	app->chat->list_at = 1;
	replies_say(backend, LIST(ROW("c9", "Third", 2) "," ROW("c1", "First", 2) "," ROW("c2", "Second", 4)));
	chat_refresh(app);
	settle();
	ck_assert_uint_eq(app->chat->list_at, 2);
	ck_assert_str_eq(chat_selected(app)->title, "Second");
	replies_say(backend, LIST(ROW("c1", "First", 2)));
	chat_refresh(app);
	settle();
	ck_assert_uint_eq(app->chat->list_at, 0);
	finish();
}
END_TEST

START_TEST(a_list_of_many_pages_is_shown_when_it_is_whole)
{
	begin(BASE);
	replies_say(backend, "on conversation.list\nreply {\"items\":[" ROW("c1", "First", 2) "],\"cursor\":\"more\",\"total\":2}\n");
	replies_say(backend, "on conversation.list more\nreply {\"items\":[" ROW("c2", "Second", 4) "],\"total\":2}\n");
	chat_refresh(app);
	settle();
	ck_assert_uint_eq(app->chat->list_count, 2);
	ck_assert_str_eq(app->chat->conversations[1].title, "Second");
	finish();
}
END_TEST

START_TEST(an_answer_comes_piece_by_piece_and_gives_the_conversation_its_name)
{
	begin(BASE ASK);
	chat_send(app, "Is it so?");
	settle();
	ck_assert(app->chat->busy);
	ck_assert_str_eq(app->chat->id, ID("c3"));
	ck_assert_str_eq(app->chat->title, "Is it so?");
	ck_assert_uint_eq(app->chat->turn_count, 2);
	ck_assert_str_eq(chat_message(app, 1)->content, "So it is.");
	replies_go(backend);
	settle();
	ck_assert(!app->chat->busy);
	ck_assert_str_eq(chat_message(app, 1)->status, "answered");
	finish();
}
END_TEST

START_TEST(an_answer_to_what_is_no_longer_open_is_unread)
{
	begin(BASE OPEN ASK);
	chat_send(app, "Is it so?");
	settle();
	chat_open(app, ID("c1"));
	settle();
	ck_assert(!app->chat->busy && app->chat->away != 0);
	replies_say(backend, LIST(ROW("c3", "Is it so?", 2) "," ROW("c1", "First", 2)));
	replies_go(backend);
	settle();
	ck_assert_uint_eq(app->chat->turn_count, 2);
	ck_assert_str_eq(chat_message(app, 1)->content, "That.");
	ck_assert_int_eq(chat_unread(app->chat, listed(ID("c3"))), 1);
	ck_assert_uint_eq(replies_count(backend, "conversation.update"), 1);
	ck_assert_ptr_nonnull(strstr(app->alert, "Is it so?"));
	ck_assert_uint_eq(app->chat->away, 0);
	finish();
}
END_TEST

START_TEST(an_answer_to_what_was_left_can_be_stopped)
{
	begin(BASE OPEN ASK);
	chat_send(app, "Is it so?");
	settle();
	chat_open(app, ID("c1"));
	settle();
	app_interrupt(app);
	settle();
	ck_assert_uint_eq(app->chat->away, 0);
	ck_assert_uint_eq(app->chat->turn_count, 2);
	ck_assert_str_eq(app->alert, "cancelled");
	finish();
}
END_TEST

START_TEST(a_question_without_an_answer_goes_back_to_the_line)
{
	begin(BASE "on message.send\nfault OFFLINE nobody is there\n");
	chat_send(app, "Is it so?");
	settle();
	ck_assert_uint_eq(app->chat->turn_count, 0);
	ck_assert_str_eq(composer_text(app->composer), "Is it so?");
	ck_assert_ptr_nonnull(strstr(app->alert, "nobody is there"));
	finish();
}
END_TEST

START_TEST(what_is_deleted_can_be_brought_back_for_half_a_minute)
{
	begin(BASE OPEN);
	chat_open(app, ID("c1"));
	settle();
	chat_delete(app, ID("c1"), "First");
	settle();
	ck_assert_ptr_null(listed(ID("c1")));
	ck_assert_str_eq(app->chat->id, "");
	ck_assert_uint_eq(replies_count(backend, "conversation.delete"), 0);
	pass_ms(29000);
	ck_assert(chat_undo(app));
	settle();
	ck_assert_ptr_nonnull(listed(ID("c1")));
	ck_assert_str_eq(app->chat->id, ID("c1"));
	pass_ms(60000);
	ck_assert_uint_eq(replies_count(backend, "conversation.delete"), 0);
	ck_assert(!chat_undo(app));
	finish();
}
END_TEST

START_TEST(what_is_deleted_goes_after_half_a_minute_or_with_the_next)
{
	begin(BASE);
	chat_delete(app, ID("c1"), "First");
	pass_ms(30001);
	ck_assert_uint_eq(replies_count(backend, "conversation.delete"), 1);
	ck_assert(!chat_undo(app));
	chat_delete(app, ID("c2"), "Second");
	settle();
	chat_delete(app, ID("c1"), "First");
	settle();
	ck_assert_uint_eq(replies_count(backend, "conversation.delete"), 2);
	finish();
}
END_TEST

START_TEST(what_is_deleted_is_gone_when_one_leaves)
{
	begin(BASE);
	chat_delete(app, ID("c1"), "First");
	settle();
	app_quit(app);
	settle();
	ck_assert_uint_eq(replies_count(backend, "conversation.delete"), 1);
	finish();
}
END_TEST

START_TEST(what_cannot_be_deleted_is_back_in_the_list)
{
	begin(BASE "on conversation.delete\nfault DENIED it is open for reading only\n");
	chat_delete(app, ID("c1"), "First");
	settle();
	pass_ms(30001);
	ck_assert_ptr_nonnull(listed(ID("c1")));
	ck_assert_ptr_nonnull(strstr(app->alert, "reading only"));
	finish();
}
END_TEST

TESTS("chat", the_first_list_of_a_session_is_read_what_comes_later_is_not,
	what_came_while_nobody_looked_is_kept_until_somebody_does, the_list_keeps_the_row_that_was_selected,
	a_list_of_many_pages_is_shown_when_it_is_whole, an_answer_comes_piece_by_piece_and_gives_the_conversation_its_name,
	an_answer_to_what_is_no_longer_open_is_unread, a_question_without_an_answer_goes_back_to_the_line,
	an_answer_to_what_was_left_can_be_stopped,
	what_is_deleted_can_be_brought_back_for_half_a_minute, what_is_deleted_goes_after_half_a_minute_or_with_the_next,
	what_is_deleted_is_gone_when_one_leaves, what_cannot_be_deleted_is_back_in_the_list)

/* The palette's order: what begins words first, then what is nearer together. */
#include "model_test.h"

static const struct action *found[128];

static const char *
first(const char *typed)
{
	return palette_order(found, 128, typed) > 0 ? found[0]->id : "";
}

START_TEST(nothing_typed_is_the_whole_table_in_its_order)
{
	ck_assert_uint_eq(palette_order(found, 128, ""), action_count);
	for (size_t i = 0; i < action_count; i++)
		ck_assert_ptr_eq(found[i], &actions[i]);
}
END_TEST

START_TEST(what_begins_words_comes_first)
{
	ck_assert_str_eq(first("lock"), "app.lock");
	ck_assert_str_eq(first("nc"), "chat.new");
	ck_assert_str_eq(first("ren"), "chat.rename");
	ck_assert_str_eq(first("theme"), "theme.set");
	ck_assert_str_eq(first("THEME"), "theme.set");
	ck_assert_str_eq(first("doc.add"), "doc.add");
}
END_TEST

START_TEST(a_shell_word_behind_the_id_is_its_argument)
{
	ck_assert_str_eq(first("theme.set dark"), "theme.set");
}
END_TEST

START_TEST(letters_that_no_name_has_find_nothing)
{
	ck_assert_uint_eq(palette_order(found, 128, "zzqqx"), 0);
	ck_assert_uint_eq(palette_order(found, 128, "\345\205\211"), 0);
}
END_TEST

START_TEST(the_list_stops_at_its_room)
{
	ck_assert_uint_eq(palette_order(found, 3, ""), 3);
}
END_TEST

START_TEST(the_best_is_kept_when_there_are_more_than_can_be_shown)
{
	static char rows[400 * 200];
	size_t used = (size_t)snprintf(rows, sizeof rows, "on me.get\nreply {}\non document.list\nreply {\"items\":[],\"total\":0}\non conversation.list\nreply {\"items\":[");
	for (int i = 0; i < 300; i++)
		used += (size_t)snprintf(rows + used, sizeof rows - used, "%s{\"id\":\"%032x\",\"title\":\"some leaf number %d\"}", i > 0 ? "," : "", i + 0x1000, i);
	snprintf(rows + used, sizeof rows - used, ",{\"id\":\"" ID("ff") "\",\"title\":\"leaf of gold\"}],\"total\":301}\n"
		"on conversation.get\nreply {\"conversation\":{\"id\":\"" ID("ff") "\",\"title\":\"leaf of gold\",\"message_count\":0},\"messages\":[]}\n");
	begin(rows);
	ck_assert_uint_eq(app->chat->list_count, 301);
	static const char typed[] = "\x10@lefog\r";
	for (const char *k = typed; *k != '\0'; k++)
		app_key(app, &(struct key_event){ .kind = KEY_EVENT_KEY, .code = (unsigned char)*k });
	settle();
	ck_assert_str_eq(app->chat->id, ID("ff"));
	finish();
}
END_TEST

TESTS("palette", nothing_typed_is_the_whole_table_in_its_order, what_begins_words_comes_first,
	a_shell_word_behind_the_id_is_its_argument, letters_that_no_name_has_find_nothing, the_list_stops_at_its_room,
	the_best_is_kept_when_there_are_more_than_can_be_shown)

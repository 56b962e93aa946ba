/* The palette's order: what begins words first, then what is nearer together. */
#include "../stoa_test.h"
#include "../../src/tui/tui_in.h"

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

TESTS("palette", nothing_typed_is_the_whole_table_in_its_order, what_begins_words_comes_first,
	a_shell_word_behind_the_id_is_its_argument, letters_that_no_name_has_find_nothing, the_list_stops_at_its_room)

/* The table of actions: whole, and the same for help, palette and line. */
#include "../stoa_test.h"
#include "../../src/tui/tui_in.h"

static size_t rows;

static void
row_seen(const struct tui_action_row *r, void *arg)
{
	bool *own = arg;
	rows++;
	ck_assert(*r->id && *r->title && *r->place && *r->help);
	ck_assert_ptr_nonnull(strchr(r->id, '.'));
	ck_assert_ptr_nonnull(r->keys_vi);
	if (str_same(r->id, "cite.next"))
		ck_assert_str_eq(r->keys, *own ? "F7" : "]");
	if (str_same(r->id, "theme.set"))
		ck_assert_str_eq(r->keys, "");
}

START_TEST(every_action_has_an_id_of_its_own_and_words_for_it)
{
	for (size_t i = 0; i < action_count; i++) {
		const struct action *a = &actions[i];
		ck_assert_ptr_eq(action_find(a->id), a);
		ck_assert_msg(*a->title && *a->help && a->run != NULL && a->places != 0, "%s lacks something", a->id);
		ck_assert_msg(a->help[strlen(a->help) - 1] != '.', "%s ends in a full stop", a->id);
		ck_assert_msg(a->shell == NULL || str_starts(a->shell, "stoa"), "%s is no command", a->shell);
	}
	ck_assert_ptr_null(action_find("no.such"));
}
END_TEST

START_TEST(the_rows_for_stoa_keys_have_the_keys_of_the_person)
{
	bool own = false;
	char path[128];
	const char *folder = scratch();
	snprintf(path, sizeof path, "%s/keys.conf", folder);
	rows = 0;
	WELL(tui_actions(row_seen, &own, "plain", path));
	ck_assert_uint_eq(rows, action_count);
	own = true;
	WELL(file_write(path, "[keys]\ncite.next = F7\n", 22));
	WELL(tui_actions(row_seen, &own, "plain", path));
	own = false;
	rows = 0;
	WELL(file_write(path, "[keys]\ncite.next = F99\n", 23));
	FAILS(FAULT_INPUT, tui_actions(row_seen, &own, "plain", path));
	ck_assert_uint_eq(rows, action_count);
	scratch_remove(folder);
}
END_TEST

TESTS("action", every_action_has_an_id_of_its_own_and_words_for_it, the_rows_for_stoa_keys_have_the_keys_of_the_person)

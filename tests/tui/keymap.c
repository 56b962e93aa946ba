/* Keys to actions: the two sets, a person's own keys.conf, and what is wrong in one. */
#include "../stoa_test.h"
#include "../../src/tui/key_in.h"

#define IN_TEXT (PLACE_CHAT | PLACE_TEXT | PLACE_ANY)

static const char *folder;

static const char *
written(const char *s)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/keys.conf", folder);
	WELL(file_write(path, s, strlen(s)));
	return path;
}

/* The action that keys bring in these places; "part", or "" none. */
static const char *
brings(struct keymap *m, unsigned places, const char *chord)
{
	keycode keys[8];
	size_t n;
	const char *id = "";
	enum keymap_found found = KEYMAP_NONE;
	WELL(key_parse(keys, &n, 8, chord));
	keymap_drop(m);
	for (size_t i = 0; i < n; i++)
		found = keymap_feed(&id, m, places, keys[i]);
	return found == KEYMAP_ACTION ? id : found == KEYMAP_PART ? "part" : "";
}

START_TEST(the_plain_set_does_what_the_table_says)
{
	struct keymap *m;
	WELL(keymap_load(&m, "plain", NULL));
	ck_assert_str_eq(brings(m, IN_TEXT, "y m"), "yank.message");
	ck_assert_str_eq(brings(m, IN_TEXT, "y"), "part");
	ck_assert_str_eq(brings(m, IN_TEXT, "y z"), "");
	ck_assert_str_eq(brings(m, PLACE_LIST | PLACE_ANY, "d"), "chat.delete");
	ck_assert_str_eq(brings(m, PLACE_LIBRARY | PLACE_ANY, "d"), "doc.delete");
	ck_assert_str_eq(brings(m, PLACE_INPUT, "C-x C-c"), "app.quit");
	ck_assert_str_eq(keymap_chord(m, "app.palette", ~0u), "C-p");
	keymap_free(m);
}
END_TEST

START_TEST(the_vi_set_differs_where_the_table_says)
{
	struct keymap *m;
	WELL(keymap_load(&m, "vi", NULL));
	ck_assert_str_eq(brings(m, IN_TEXT, "j"), "move.down");
	ck_assert_str_eq(brings(m, IN_TEXT, "g g"), "move.top");
	ck_assert_str_eq(brings(m, PLACE_LIST | PLACE_ANY, "d d"), "chat.delete");
	ck_assert_str_eq(brings(m, PLACE_LIST | PLACE_ANY, "d"), "part");
	keymap_free(m);
}
END_TEST

START_TEST(no_key_that_is_text_acts_in_the_input_line)
{
	static const char *const sets[] = { "plain", "vi" };
	for (size_t s = 0; s < 2; s++) {
		struct keymap *m;
		char chord[2] = "";
		WELL(keymap_load(&m, sets[s], NULL));
		for (char c = '!'; c < 127; c++) {
			chord[0] = c;
			const char *id = brings(m, PLACE_INPUT, chord);
			ck_assert_msg(*id == '\0', "%s types %s", chord, id);
		}
		ck_assert_str_eq(brings(m, PLACE_INPUT | PLACE_EMPTY, "?"), "app.help");
		ck_assert_str_eq(brings(m, PLACE_INPUT | PLACE_EMPTY, "]"), "cite.next");
		ck_assert_str_eq(brings(m, PLACE_INPUT | PLACE_EMPTY, "c"), "");
		keymap_free(m);
	}
}
END_TEST

/* In no place and no set two actions share a chord, or one is the beginning of another. */
START_TEST(the_sets_have_no_conflicts)
{
	static const unsigned at[] = { PLACE_CHAT | PLACE_LIST | PLACE_ANY, IN_TEXT,
		PLACE_CHAT | PLACE_EVIDENCE | PLACE_ANY, PLACE_LIBRARY | PLACE_ANY, PLACE_INPUT, PLACE_INPUT | PLACE_EMPTY };
	static const char *const sets[] = { "plain", "vi" };
	for (size_t s = 0; s < 2; s++) {
		struct keymap *m;
		WELL(keymap_load(&m, sets[s], NULL));
		for (size_t p = 0; p < COUNT_OF(at); p++)
			for (size_t i = 0; i < action_count; i++) {
				const char *chord = keymap_chord(m, actions[i].id, at[p]);
				if (!(actions[i].places & at[p]) || *chord == '\0')
					continue;
				ck_assert_msg(str_same(brings(m, at[p], chord), actions[i].id), "%s: %s brings %s, not %s",
					sets[s], chord, brings(m, at[p], chord), actions[i].id);
			}
		keymap_free(m);
	}
}
END_TEST

START_TEST(own_keys_replace_and_take_away)
{
	struct keymap *m;
	struct text t;
	folder = scratch();
	text_init(&t, 256);
	WELL(keymap_load(&m, "plain", written("; mine\n[keys]\ncite.next = M-n | F7\napp.redraw = none\nchat.export = d\nmove.top = g g\n")));
	ck_assert_str_eq(brings(m, IN_TEXT, "F7"), "cite.next");
	ck_assert_str_eq(brings(m, IN_TEXT, "]"), "");
	ck_assert_str_eq(brings(m, IN_TEXT, "C-l"), "");
	ck_assert_str_eq(brings(m, PLACE_LIST | PLACE_ANY, "d"), "chat.export");
	ck_assert_str_eq(brings(m, PLACE_LIBRARY | PLACE_ANY, "d"), "doc.delete");
	keymap_chords(&t, m, "cite.next");
	ck_assert_str_eq(t.data, "M-n | F7");
	keymap_free(m);
	WELL(keymap_load(&m, "plain", written("[keys]\nchat.export = y\n")));
	ck_assert_str_eq(brings(m, IN_TEXT, "y"), "chat.export");
	keymap_free(m);
	text_clear(&t);
	scratch_remove(folder);
}
END_TEST

START_TEST(a_wrong_line_is_named_and_the_defaults_hold)
{
	static const struct { const char *file, *line, *word; } wrong[] = {
		{ "[keys]\ncite.nxt = F7\n", ":2:", "cite.nxt" }, { "[keys]\ncite.next = F7\napp.lock = Ctrl-l\n", ":3:", "Ctrl-l" },
		{ "[kyes]\ncite.next = F7\n", ":2:", "[kyes]" }, { "[keys]\ncite.next =\n", ":2:", "" },
		{ "[keys]\ncite.next = F7\ncite.prev = F7\n", ":3:", "cite.next" },
		{ "[keys]\nmove.top = z z\nmove.bottom = z\n", ":3:", "move.top" },
		{ "[keys]\ncite.next = a b c d e\n", ":2:", "a b c d e" }, { "cite.next = F7\n", ":1:", "[keys]" },
	};
	folder = scratch();
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct keymap *m;
		enum fault f = keymap_load(&m, "plain", written(wrong[i].file));
		ck_assert_msg(f == FAULT_INPUT, "row %zu: %s", i, fault_name(f));
		ck_assert_ptr_nonnull(strstr(fault_sentence(), "keys.conf"));
		ck_assert_msg(strstr(fault_sentence(), wrong[i].line) != NULL && strstr(fault_sentence(), wrong[i].word) != NULL, "%s", fault_sentence());
		ck_assert_str_eq(brings(m, IN_TEXT, "]"), "cite.next");
		keymap_free(m);
	}
	scratch_remove(folder);
}
END_TEST

START_TEST(a_missing_file_is_none_and_an_unknown_set_is_named)
{
	struct keymap *m;
	WELL(keymap_load(&m, "vi", "/nonexistent/keys.conf"));
	keymap_free(m);
	FAILS(FAULT_INPUT, keymap_load(&m, "emacs", NULL));
	ck_assert_str_eq(brings(m, IN_TEXT, "]"), "cite.next");
	keymap_free(m);
}
END_TEST

START_TEST(keys_held_for_a_chord_that_does_not_come_are_given_back)
{
	struct keymap *m;
	const char *id;
	const keycode *lost;
	WELL(keymap_load(&m, "plain", NULL));
	ck_assert_int_eq(keymap_feed(&id, m, PLACE_INPUT, 24), KEYMAP_PART);
	ck_assert(keymap_pending(m));
	ck_assert_int_eq(keymap_feed(&id, m, PLACE_INPUT, 'u'), KEYMAP_NONE);
	ck_assert_uint_eq(keymap_lost(&lost, m), 1);
	ck_assert_uint_eq(lost[0], 24);
	ck_assert_int_eq(keymap_feed(&id, m, PLACE_INPUT, 'u'), KEYMAP_NONE);
	ck_assert_uint_eq(keymap_lost(&lost, m), 0);
	keymap_free(m);
}
END_TEST

TESTS("keymap", the_plain_set_does_what_the_table_says, the_vi_set_differs_where_the_table_says,
	no_key_that_is_text_acts_in_the_input_line, the_sets_have_no_conflicts, own_keys_replace_and_take_away,
	a_wrong_line_is_named_and_the_defaults_hold, a_missing_file_is_none_and_an_unknown_set_is_named,
	keys_held_for_a_chord_that_does_not_come_are_given_back)

/* Bytes of terminals: every class of sequence, whole and cut anywhere; nothing of a
 * sequence is ever typed. */
#include "../stoa_test.h"
#include "../../src/tui/key_in.h"

static char seen[4096];

static void
note_event(const struct key_event *e)
{
	struct text t;
	size_t used = strlen(seen);
	text_init(&t, 4096);
	if (e->kind == KEY_EVENT_KEY)
		key_print(&t, e->code);
	else if (e->kind == KEY_EVENT_PASTE)
		text_printf(&t, "paste(%.*s)", (int)e->n, e->bytes);
	else if (e->kind == KEY_EVENT_MOUSE)
		text_printf(&t, "mouse(%d %d %d)", (int)e->button, e->row, e->col);
	else if (e->kind == KEY_EVENT_POSITION)
		text_printf(&t, "at(%d %d)", e->row, e->col);
	else
		text_put(&t, e->kind == KEY_EVENT_FOCUS_IN ? "in" : e->kind == KEY_EVENT_FOCUS_OUT ? "out" : "?");
	snprintf(seen + used, sizeof seen - used, "%s%s", used > 0 ? " " : "", t.data);
	text_clear(&t);
}

/* The events of bytes fed in two pieces; late: 25 ms pass between them. */
static const char *
events(const char *bytes, size_t n, size_t cut, bool late)
{
	struct key_reader r;
	struct key_event e;
	seen[0] = '\0';
	key_reader_init(&r);
	key_feed(&r, bytes, cut);
	while (key_next(&r, &e))
		note_event(&e);
	if (late && key_timeout(&r, &e))
		note_event(&e);
	key_feed(&r, bytes + cut, n - cut);
	while (key_next(&r, &e))
		note_event(&e);
	for (int i = 0; i < 8 && key_waiting(&r); i++) {
		if (key_timeout(&r, &e))
			note_event(&e);
		while (key_next(&r, &e))
			note_event(&e);
	}
	ck_assert(!key_waiting(&r));
	key_reader_clear(&r);
	return seen;
}

static const struct { const char *bytes, *events; } classes[] = {
	{ "a", "a" }, { "\303\251", "\303\251" }, { "\345\205\211", "\345\205\211" }, { "\360\237\230\200", "\360\237\230\200" },
	{ "\r", "Enter" }, { "\n", "Enter" }, { "\t", "Tab" }, { "\177", "Backspace" }, { " ", "Space" },
	{ "\030\005", "C-x C-e" }, { "\033[A", "Up" }, { "\033OB", "Down" }, { "\033[1;5C", "C-Right" },
	{ "\033[1;3D", "M-Left" }, { "\033[H", "Home" }, { "\033OF", "End" }, { "\033[5~", "PageUp" },
	{ "\033[6;5~", "C-PageDown" }, { "\033[3~", "Delete" }, { "\033[Z", "S-Tab" }, { "\033OP", "F1" },
	{ "\033[15~", "F5" }, { "\033[24~", "F12" }, { "\033[[B", "F2" }, { "\033x", "M-x" }, { "\033\r", "M-Enter" },
	{ "\033\303\251", "M-\303\251" }, { "\033[13;3u", "M-Enter" }, { "\033[97;5u", "C-a" },
	{ "\033[I", "in" }, { "\033[O", "out" }, { "\033[7;12R", "at(6 11)" },
	{ "\033[<0;10;5M", "mouse(1 4 9)" }, { "\033[<0;10;5m", "mouse(2 4 9)" }, { "\033[<32;1;1M", "mouse(3 0 0)" },
	{ "\033[<64;3;4M", "mouse(4 3 2)" }, { "\033[<65;3;4M", "mouse(5 3 2)" },
	{ "\033[200~two\rlines\033[201~", "paste(two\rlines)" }, { "\033[200~\033[201~", "paste()" },
	{ "\033[200~\033[A\003\033]52;c;?\a\033[201~x", "paste(\033[A\003\033]52;c;?\a) x" },
	/* what is no key of ours goes whole */
	{ "\033[?1;2c", "" }, { "\033[>0;276;0c", "" }, { "\033[99~", "" }, { "\033[1;2;3;4;5y", "" }, { "\033[M !!", "" },
	{ "\033]11;rgb:0000/0000/0000\a", "" }, { "\033]11;rgb:00/00/00\033\\", "" }, { "\033P1$r0m\033\\", "" },
	{ "\033_G;OK\033\\", "" }, { "\033[<0;0;0M", "" }, { "\033[<0;99999;1M", "" }, { "\302\233", "" }, { "\377", "" }, { "\300\200", "" },
};

START_TEST(every_class_of_sequence_is_read_wherever_it_is_cut)
{
	for (size_t i = 0; i < COUNT_OF(classes); i++)
		for (size_t cut = 0; cut <= strlen(classes[i].bytes); cut++) {
			const char *got = events(classes[i].bytes, strlen(classes[i].bytes), cut, false);
			ck_assert_msg(strcmp(got, classes[i].events) == 0, "row %zu cut at %zu: %s, not %s", i, cut, got, classes[i].events);
		}
}
END_TEST

START_TEST(a_key_behind_a_sequence_is_read_after_it)
{
	char bytes[128];
	for (size_t i = 0; i < COUNT_OF(classes); i++) {
		int n = snprintf(bytes, sizeof bytes, "%sq", classes[i].bytes);
		const char *got = events(bytes, (size_t)n, (size_t)n, false);
		ck_assert_msg(got[0] != '\0' && got[strlen(got) - 1] == 'q', "row %zu: %s", i, got);
	}
}
END_TEST

START_TEST(what_comes_late_of_a_sequence_is_not_typed)
{
	static const char *const slow[] = { "\033[1;5C", "\033[<0;10;5M", "\033]11;rgb:0000/0000/0000\033\\", "\033[?1;2c", "\033P1$r0m\033\\" };
	for (size_t i = 0; i < COUNT_OF(slow); i++)
		for (size_t cut = 3; cut < strlen(slow[i]); cut++) {
			const char *got = events(slow[i], strlen(slow[i]), cut, true);
			ck_assert_msg(got[0] == '\0' || str_same(got, "M-\\"), "row %zu cut at %zu: %s", i, cut, got);
		}
	ck_assert_str_eq(events("\033[1;5Cq", 7, 4, true), "q");
	ck_assert_str_eq(events("\033]1\rq", 5, 3, true), "Enter q");
}
END_TEST

START_TEST(escape_alone_is_a_key_when_nothing_follows)
{
	ck_assert_str_eq(events("\033", 1, 1, false), "Esc");
	ck_assert_str_eq(events("\033\033[A", 4, 4, false), "Esc Up");
	ck_assert_str_eq(events("\033[", 2, 2, false), "M-[");
	ck_assert_str_eq(events("\033O", 2, 2, false), "M-O");
	ck_assert_str_eq(events("\033[\033[A", 5, 5, false), "Up");
	ck_assert_str_eq(events("\033[1;\003", 5, 5, false), "C-c");
}
END_TEST

START_TEST(a_paste_that_holds_its_own_end_is_one_paste)
{
	static const char evil[] = "\033[200~a\033[201~rm\r\033[201~";
	for (size_t cut = 0; cut < sizeof evil; cut++)       /* wherever a read ends */
		ck_assert_str_eq(events(evil, sizeof evil - 1, cut, false), "paste(a\033[201~rm\r)");
	static const char two[] = "\033[200~a\033[201~\033[200~b\033[201~";
	ck_assert_str_eq(events(two, sizeof two - 1, sizeof two - 1, false), "paste(a) paste(b)");
}
END_TEST

START_TEST(ctrl_c_leaves_a_paste_whose_end_was_lost)
{
	struct key_reader r;
	struct key_event e;
	key_reader_init(&r);
	key_feed(&r, "\033[200~lost", 10);
	ck_assert(!key_next(&r, &e));
	ck_assert(!key_waiting(&r));
	key_feed(&r, "\003", 1);
	ck_assert(key_next(&r, &e) && e.code == 3);
	key_reader_clear(&r);
}
END_TEST

START_TEST(a_sequence_without_end_is_given_up_and_memory_stays_small)
{
	struct key_reader r;
	struct key_event e;
	key_reader_init(&r);
	key_feed(&r, "\033]", 2);
	for (int i = 0; i < 100000; i++) {
		key_feed(&r, "x", 1);
		ck_assert(!key_next(&r, &e));
		ck_assert_uint_le(r.in.len, 8192);
	}
	key_feed(&r, "\aq", 2);
	ck_assert(key_next(&r, &e) && e.code == 'q');
	key_reader_clear(&r);
}
END_TEST

START_TEST(names_are_parsed_and_printed_back)
{
	static const char *const chords[] = { "a", "C-x", "M-1", "F5", "PageUp", "C-PageUp", "M-Enter", "C-x C-e", "]", "|", "S-Tab", "\345\205\211", "M-C-Left" };
	for (size_t i = 0; i < COUNT_OF(chords); i++) {
		keycode keys[4], again[4];
		size_t n = 0, m = 0;
		struct text t;
		text_init(&t, 256);
		WELL(key_parse(keys, &n, 4, chords[i]));
		for (size_t k = 0; k < n; k++) {
			text_put(&t, k > 0 ? " " : "");
			key_print(&t, keys[k]);
		}
		WELL(key_parse(again, &m, 4, t.data));
		ck_assert_uint_eq(n, m);
		ck_assert_mem_eq(keys, again, n * sizeof keys[0]);
		text_clear(&t);
	}
}
END_TEST

START_TEST(what_is_no_key_is_named)
{
	keycode keys[4];
	size_t n;
	static const char *const wrong[] = { "", " ", "Ctrl-x", "F13", "pageup", "ab", "C-", "a b c d e", "\377" };
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		FAILS(FAULT_INPUT, key_parse(keys, &n, 4, wrong[i]));
	FAILS(FAULT_INPUT, key_parse(keys, &n, 4, "Ctrl-x"));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "Ctrl-x"));
}
END_TEST

TESTS("key", every_class_of_sequence_is_read_wherever_it_is_cut, a_key_behind_a_sequence_is_read_after_it,
	what_comes_late_of_a_sequence_is_not_typed, escape_alone_is_a_key_when_nothing_follows,
	a_paste_that_holds_its_own_end_is_one_paste, ctrl_c_leaves_a_paste_whose_end_was_lost,
	a_sequence_without_end_is_given_up_and_memory_stays_small, names_are_parsed_and_printed_back, what_is_no_key_is_named)

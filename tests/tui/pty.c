/* The real program on a pseudo-terminal, seen through a terminal emulator: asking,
 * resizing, random keys, hostile text, pastes, drafts, and the terminal given back. */
#include "hostile.h"
#include "pty_test.h"

/* ---- what the terminal is sent --------------------------------------------------------- */

/* Is this sequence, from its ESC, one that terminfo or the screen itself writes? */
static bool
allowed_csi(const char *at, size_t n)
{
	char body[64];
	if (n < 3 || n >= sizeof body)
		return false;
	snprintf(body, sizeof body, "%.*s", (int)(n - 3), at + 2);
	char final = at[n - 1];
	if (body[0] == '?')
		return (final == 'h' || final == 'l') && strstr("?1;?7;?12;?25;?1004;?1049;?2004;?12;25;?1;", body) != NULL;
	if (strspn(body, "0123456789;") != strlen(body))
		return false;
	if (final == 'n')
		return strcmp(body, "6") == 0;
	if (final == 't')
		return strcmp(body, "22;0;0") == 0 || strcmp(body, "23;0;0") == 0;
	if (final == 'l' || final == 'h')
		return strcmp(body, "4") == 0;
	return strchr("ABCDGHJKLMPSTXbdmr@", final) != NULL;
}

static size_t
sequence_length(const char *at, size_t left)
{
	size_t n = 2;
	if (left < 2)
		return left;
	if (at[1] != '[')
		return strchr("()*+#%", at[1]) != NULL && left > 2 ? 3 : 2;
	while (n < left && (unsigned char)at[n] >= 0x20 && (unsigned char)at[n] < 0x40)
		n++;
	return n < left ? n + 1 : left;
}

/* A copy to the clipboard: base64 and nothing else. */
static size_t
copy_length(const char *at)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
	size_t n = 7 + strspn(at + 7, base64);
	return at[n] == '\007' ? n + 1 : strncmp(at + n, "\033\\", 2) == 0 ? n + 2 : 0;
}

static bool
allowed(const char *b, size_t n)
{
	if (b[1] == '[')
		return allowed_csi(b, n);
	if (n == 3)
		return (b[1] == '(' || b[1] == ')') && strchr("0B", b[2]) != NULL;
	return b[1] != '\0' && strchr("=>78M", b[1]) != NULL;
}

static void
only_allowed(const char *what, bool copies)
{
	size_t at = 0;
	char shown[80];
	while (at < t.raw.len) {
		const char *b = t.raw.data + at;
		if (copies && strncmp(b, "\033]52;c;", 7) == 0 && copy_length(b) > 0) {
			at += copy_length(b);
			continue;
		}
		if (*b == '\033') {
			size_t n = sequence_length(b, t.raw.len - at);
			bool good = allowed(b, n);
			snprintf(shown, sizeof shown, "%.*s", (int)n - 1, b + 1);
			ck_assert_msg(good, "%s: ESC %s was sent", what, shown);
			at += n;
			continue;
		}
		size_t from = at;
		uint32_t c = utf8_next(t.raw.data, t.raw.len, &at);
		bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
		ck_assert_msg(c != UTF8_BAD, "%s: byte %02x is no UTF-8", what, (unsigned char)t.raw.data[from]);
		ck_assert_msg(!control || strchr("\r\n\b\t\016\017", (int)c) != NULL, "%s: control U+%04X was sent", what, c);
		ck_assert_msg((c < 0x202A || c > 0x202E) && (c < 0x2066 || c > 0x2069), "%s: bidi control U+%04X was sent", what, c);
	}
}

/* ---- tests ------------------------------------------------------------------------------------ */

START_TEST(a_question_is_answered_with_its_evidence)
{
	begin(24, 80);
	terminal_say(&t, "Where does the Calvin cycle take place?");
	ck_assert(terminal_wait(&t, "> Where does the Calvin cycle take place?", LONG_MS));
	terminal_say(&t, "\r");
	ck_assert(terminal_wait(&t, "takes place in the stroma", LONG_MS));
	ck_assert(terminal_wait(&t, "support 1/1", LONG_MS));
	ck_assert(terminal_wait(&t, "verified", LONG_MS));
	only_allowed("an answer", false);
	quit();
	leave();
}
END_TEST

START_TEST(two_hundred_resizes_end_in_the_right_frame)
{
	static const int sizes[][2] = { { 24, 80 }, { 40, 120 }, { 60, 200 }, { 16, 60 }, { 10, 40 }, { 30, 101 } };
	begin(24, 80);
	terminal_say(&t, "Where does the Calvin cycle take place?\r");
	ck_assert(terminal_wait(&t, "support 1/1", LONG_MS));
	for (int i = 0; i < 200; i++) {
		const int *size = sizes[i % (int)COUNT_OF(sizes)];
		terminal_resize(&t, size[0], size[1]);
		(void)terminal_pump(&t, 2);
	}
	terminal_resize(&t, 40, 120);
	ck_assert(terminal_wait(&t, "support 1/1", LONG_MS));
	same_after_redraw("200 resizes");
	ck_assert(terminal_shows(&t, "Evidence"));
	quit();
	leave();
}
END_TEST

START_TEST(a_thousand_random_keys_and_resizes_leave_it_alive)
{
	/* No key that leaves, suspends, deletes, opens an editor or another program. */
	static const char *const keys[] = {
		"a", "b", "e", " ", "?", "[", "]", "/", ":", "\t", "\033[Z", "\033[A", "\033[B", "\033[C", "\033[D", "\033[5~",
		"\033[6~", "\033[H", "\033[F", "\033", "\033[I", "\033[O", "\x10", "\x0c", "\x15", "\x17", "\x7f", "\033OP",
		"\0331", "\0332", "\xe6\x97\xa5", "e\xcc\x81", "\xff", "\033[", "\033[200~pasted\r\n\033[201~", "\033[<0;10;10M",
		"\x14", "\x0b", "\x19", "\033[999;999R",
	};
	unsigned seed = 20260105;
	begin(24, 80);
	for (int i = 0; i < 1000; i++) {
		seed = seed * 1103515245 + 12345;
		unsigned r = seed >> 8;
		if (r % 20 == 0)
			terminal_resize(&t, 8 + (int)(r / 20 % 60), 30 + (int)(r / 1200 % 190));
		else
			terminal_say(&t, keys[r % COUNT_OF(keys)]);
		(void)terminal_pump(&t, 1);
		ck_assert_msg(!t.ended, "it ended after %d keys", i);
	}
	terminal_resize(&t, 24, 80);
	for (int i = 0; i < 4; i++) {
		terminal_say(&t, "\033");
		terminal_quiet(&t, 60);
	}
	same_after_redraw("1,000 keys");
	only_allowed("1,000 keys", true);
	ck_assert(kill(t.pid, 0) == 0 && !terminal_end(&t, 0));
	kill(t.pid, SIGTERM);
	ck_assert(terminal_end(&t, LONG_MS));
	leave();
}
END_TEST

START_TEST(keys_before_the_history_is_open_are_kept)
{
	home_make();
	for (int i = 0; i < 20; i++) {
		open_in(24, 80, environment);
		while (t.raw.len == 0 || strstr(t.raw.data, "> ") == NULL)
			ck_assert(terminal_pump(&t, LONG_MS));
		for (const char *at = "quick"; *at != '\0'; at++) {
			terminal_type(&t, at, 1);
			(void)terminal_pump(&t, 1);
		}
		ck_assert_msg(terminal_wait(&t, "> quick", 3000), "round %d", i);
		terminal_close(&t);
	}
	scratch_remove(home);
}
END_TEST

/* One document holds them all in title and text, its file bears some in its name. */
static void
hostile_documents(void)
{
	struct text body;
	text_init(&body, 1024 * 1024);
	text_put(&body, "# Zinnwald ");
	for (size_t i = 0; i < COUNT_OF(hostile); i += 7)
		text_put_n(&body, hostile[i].bytes, hostile[i].n);
	text_put(&body, "\n\n");
	for (size_t i = 0; i < COUNT_OF(hostile); i++) {
		text_printf(&body, "## Part %zu ", i);
		text_put_n(&body, hostile[i].bytes, hostile[i].n);
		text_printf(&body, "\n\nThe zinnwald number %zu is ", i);
		text_put_n(&body, hostile[i].bytes, hostile[i].n);
		text_put(&body, " in the table.\n\n");
	}
	document("zinn\033]0;x\007\302\233wald.md", body.data, body.len);
	text_clear(&body);
	shell("'%s' add '%s'/zinn*.md >/dev/null 2>&1 </dev/null", stoa, home);
}

START_TEST(hostile_text_in_every_field_sends_nothing_but_our_own)
{
	home_make();
	hostile_documents();
	open_in(40, 120, environment);
	ck_assert(terminal_wait(&t, "2 documents", LONG_MS));
	terminal_say(&t, "What is the zinnwald number 12?\r");
	ck_assert(terminal_wait(&t, "stoa", LONG_MS));
	terminal_quiet(&t, 500);
	for (size_t i = 0; i < COUNT_OF(hostile); i += 3) {
		terminal_say(&t, "\033[200~zinnwald ");
		terminal_type(&t, hostile[i].bytes, hostile[i].n);
		terminal_say(&t, "\033[201~");
		terminal_quiet(&t, 5);
	}
	terminal_say(&t, "\r");
	terminal_quiet(&t, 500);
	terminal_say(&t, "\033" "2");
	ck_assert(terminal_wait(&t, "Library", LONG_MS));
	terminal_say(&t, "\033[B\033[Bszinnwald table\r");
	terminal_quiet(&t, 500);
	terminal_say(&t, "\r\033" "1\033o");
	terminal_quiet(&t, 500);
	terminal_resize(&t, 60, 200);
	terminal_quiet(&t, 500);
	only_allowed("hostile text", false);
	for (size_t i = 0; i < COUNT_OF(hostile); i++)       /* nor one that we might send ourselves */
		if (hostile[i].n > 3 && hostile[i].bytes[0] == '\033')
			ck_assert_msg(memmem(t.raw.data, t.raw.len, hostile[i].bytes, hostile[i].n) == NULL, "%s", hostile[i].bytes + 1);
	ck_assert(memmem(t.raw.data, t.raw.len, "\342\220\233", 3) != NULL);   /* the picture of ESC was shown */
	ck_assert(!terminal_end(&t, 0));
	leave();
}
END_TEST

START_TEST(a_paste_never_sends_even_with_its_own_end_inside)
{
	begin(24, 80);
	terminal_say(&t, "\033[200~first line\rsecond\nthird \033[201~");
	ck_assert(terminal_wait(&t, "third", LONG_MS));
	terminal_quiet(&t, 300);
	ck_assert(terminal_shows(&t, "first line"));
	ck_assert(!terminal_shows(&t, " you "));
	terminal_say(&t, "\033[200~a\033[20\033[201~");
	terminal_quiet(&t, 300);
	ck_assert(!terminal_shows(&t, " you "));
	only_allowed("a paste", false);
	leave();
}
END_TEST

START_TEST(control_c_keeps_the_line_and_leaves_only_twice_when_it_is_empty)
{
	begin(24, 80);
	terminal_say(&t, "half a question");
	ck_assert(terminal_wait(&t, "half a question", LONG_MS));
	terminal_say(&t, "\003\003\003");
	terminal_quiet(&t, 300);
	ck_assert(terminal_shows(&t, "half a question"));
	ck_assert(!terminal_end(&t, 0));
	terminal_say(&t, "\025");
	ck_assert(terminal_wait_gone(&t, "half a question", LONG_MS));
	terminal_say(&t, "\003");
	ck_assert(terminal_wait(&t, "again", LONG_MS));
	terminal_say(&t, "\003");
	ck_assert(terminal_end(&t, LONG_MS));
	ck_assert(WIFEXITED(t.status) && WEXITSTATUS(t.status) == 0);
	leave();
}
END_TEST

/* Typing without a pause for four seconds, then kill -9: what is older than two
 * seconds is back. */
START_TEST(a_kill_while_typing_loses_two_seconds_of_the_draft_at_most)
{
	char line[256] = "";
	size_t two_seconds_ago = 0, n = 0;
	begin(24, 80);
	double began = terminal_now_ms(), now = began;
	while ((now = terminal_now_ms()) - began < 4000 && n + 1 < sizeof line) {
		line[n] = (char)('a' + (n * 7) % 26);
		terminal_type(&t, &line[n++], 1);
		if (now - began < 2000)
			two_seconds_ago = n;
		while (terminal_now_ms() - now < 40)
			(void)terminal_pump(&t, 10);
	}
	kill(t.pid, SIGKILL);
	ck_assert(terminal_end(&t, LONG_MS));
	terminal_close(&t);
	open_in(24, 80, environment);
	line[two_seconds_ago] = '\0';
	line[60] = '\0';                /* what fits on a row of the screen */
	ck_assert_uint_gt(two_seconds_ago, 20);
	ck_assert(terminal_wait(&t, line, 5000));
	leave();
}
END_TEST

START_TEST(a_draft_survives_a_hangup_at_once)
{
	begin(24, 80);
	terminal_say(&t, "typed just now");
	ck_assert(terminal_wait(&t, "typed just now", LONG_MS));
	kill(t.pid, SIGHUP);
	ck_assert(terminal_end(&t, LONG_MS));
	terminal_close(&t);
	open_in(24, 80, environment);
	ck_assert(terminal_wait(&t, "typed just now", LONG_MS));
	leave();
}
END_TEST

static void
given_back(const char *how)
{
	static const char *const off[] = { "\033[?1049l", "\033[?2004l", "\033[?1004l" };
	ck_assert_msg(terminal_end(&t, LONG_MS), "%s: it goes on", how);
	for (size_t i = 0; i < COUNT_OF(off); i++)
		ck_assert_msg(strstr(t.raw.data, off[i]) != NULL, "%s: no ESC %s", how, off[i] + 1);
	ck_assert_msg(terminal_cooked(&t), "%s: the modes of the terminal are not back", how);
}

START_TEST(the_terminal_is_given_back_after_every_end)
{
	static const struct { const char *name; int signo; } ends[] = {
		{ "SIGTERM", SIGTERM }, { "SIGHUP", SIGHUP }, { "abort", SIGABRT }, { "SIGSEGV", SIGSEGV },
	};
	begin(24, 80);
	ck_assert(!terminal_cooked(&t));
	quit();
	given_back("leaving");
	terminal_close(&t);
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		open_in(24, 80, environment);
		ready();
		kill(t.pid, ends[i].signo);
		given_back(ends[i].name);
		terminal_close(&t);
	}
	scratch_remove(home);
}
END_TEST

START_TEST(a_terminal_that_cannot_gets_lines_or_one_sentence)
{
	static const char *const dumb[] = { "TERM=dumb", "LC_ALL=C.UTF-8", NULL }, *const unset[] = { "TERM", "LC_ALL=C.UTF-8", NULL },
		*const unknown[] = { "TERM=no-such-terminal", "LC_ALL=C.UTF-8", NULL };
	const char *const *const all[] = { dumb, unset, unknown };
	home_make();
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		open_in(24, 80, all[i]);
		terminal_quiet(&t, 700);
		ck_assert_msg(terminal_shows(&t, ">") || terminal_shows(&t, "--plain"), "case %zu says nothing of use", i);
		ck_assert_msg(strstr(t.raw.data, "\033[?1049h") == NULL, "case %zu draws all the same", i);
		terminal_close(&t);
	}
	scratch_remove(home);
}
END_TEST

START_TEST(no_colour_is_sent_when_none_is_wanted)
{
	static const char *const env[] = { "TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR=1", NULL };
	home_make();
	open_in(24, 80, env);
	ready();
	terminal_say(&t, "Where does the Calvin cycle take place?\r");
	ck_assert(terminal_wait(&t, "support 1/1", LONG_MS));
	for (const char *at = t.raw.data; (at = strstr(at, "\033[")) != NULL; at += 2) {
		size_t n = sequence_length(at, t.raw.len - (size_t)(at - t.raw.data));
		bool colour = at[n - 1] == 'm' && (at[2] == '3' || at[2] == '4' || at[2] == '9') && n > 4;
		ck_assert_msg(!colour, "%.*s", (int)n - 1, at + 1);
	}
	leave();
}
END_TEST

START_TEST(a_paste_with_carriage_returns_has_lines)
{
	begin(24, 80);
	terminal_say(&t, "\033[200~first line\rsecond line\r\nthird line\033[201~");
	ck_assert(terminal_wait(&t, "> first line", LONG_MS));
	ck_assert(terminal_wait(&t, "   second line", LONG_MS));
	ck_assert(terminal_wait(&t, "   third line", LONG_MS));
	quit();
	leave();
}
END_TEST

START_TEST(the_mouse_changes_the_tab_and_copies_what_it_is_dragged_over)
{
	begin(24, 80);
	terminal_say(&t, "/mouse on\r");
	ck_assert(terminal_wait(&t, "mouse on", LONG_MS));
	terminal_say(&t, "\033[<0;14;1M\033[<0;14;1m");
	ck_assert(terminal_wait(&t, "[2 Library]", LONG_MS));
	terminal_say(&t, "\033[<0;5;1M\033[<0;5;1m");
	ck_assert(terminal_wait(&t, "[1 Chat]", LONG_MS));
	terminal_say(&t, "\033[<0;2;10M\033[<32;6;10M\033[<0;6;10m");
	ck_assert(terminal_wait(&t, "the selection", LONG_MS));
	quit();
	leave();
}
END_TEST

START_TEST(a_long_job_that_ends_unfocused_is_told_to_the_desktop)
{
	begin(24, 80);
	terminal_say(&t, "\033[O\033" "2a");
	ck_assert(terminal_wait(&t, "Add file or folder", LONG_MS));
	document("more.md", "# More\n\nMore of it.\n", 20);
	terminal_say(&t, home);
	terminal_say(&t, "/more.md\r");
	ck_assert(terminal_wait(&t, "1 read", LONG_MS));
	ck_assert_ptr_nonnull(strstr(t.raw.data, "\033]777;notify;stoa;the documents are read\033\\\a"));
	size_t so_far = t.raw.len;
	document("again.md", "# Again\n\nMore of it again.\n", 27);
	terminal_say(&t, "\033[Ia");                  /* somebody looks: nothing is told */
	ck_assert(terminal_wait(&t, "Add file or folder", LONG_MS));
	terminal_say(&t, home);
	terminal_say(&t, "/again.md\r");
	ck_assert(terminal_wait(&t, "again.md", LONG_MS));
	ck_assert(terminal_wait(&t, "1 read", LONG_MS));
	ck_assert_ptr_null(strstr(t.raw.data + so_far, "\033]777"));
	quit();
	leave();
}
END_TEST

TESTS("pty", a_long_job_that_ends_unfocused_is_told_to_the_desktop, a_paste_with_carriage_returns_has_lines, the_mouse_changes_the_tab_and_copies_what_it_is_dragged_over,
	a_question_is_answered_with_its_evidence, two_hundred_resizes_end_in_the_right_frame,
	a_thousand_random_keys_and_resizes_leave_it_alive, keys_before_the_history_is_open_are_kept,
	hostile_text_in_every_field_sends_nothing_but_our_own,
	a_paste_never_sends_even_with_its_own_end_inside, control_c_keeps_the_line_and_leaves_only_twice_when_it_is_empty,
	a_kill_while_typing_loses_two_seconds_of_the_draft_at_most, a_draft_survives_a_hangup_at_once, the_terminal_is_given_back_after_every_end,
	a_terminal_that_cannot_gets_lines_or_one_sentence, no_colour_is_sent_when_none_is_wanted)

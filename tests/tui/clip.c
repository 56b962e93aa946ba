/* Copying: which way is taken, what the terminal gets, and that a command that hangs
 * or fails does no harm. */
#include <sys/stat.h>
#include "../stoa_test.h"
#include "../../src/tui/app_in.h"

static void
nowhere(void)
{
	unsetenv("TMUX");
	unsetenv("STY");
	unsetenv("DISPLAY");
	unsetenv("WAYLAND_DISPLAY");
	setenv("TERM", "xterm", 1);
}

static const char *
sequence(const char *s)
{
	static char shown[4096];
	struct text t;
	text_init(&t, 65536);
	clip_sequence(&t, s, strlen(s));
	snprintf(shown, sizeof shown, "%s", t.data);
	text_clear(&t);
	return shown;
}

START_TEST(the_terminal_gets_base64_in_one_sequence)
{
	nowhere();
	ck_assert_str_eq(sequence("a"), "\033]52;c;YQ==\a");
	ck_assert_str_eq(sequence("ab"), "\033]52;c;YWI=\a");
	ck_assert_str_eq(sequence("abc"), "\033]52;c;YWJj\a");
	ck_assert_str_eq(sequence("\377\376"), "\033]52;c;//4=\a");
}
END_TEST

START_TEST(tmux_and_screen_get_it_wrapped)
{
	nowhere();
	setenv("TMUX", "/tmp/tmux,1,0", 1);
	ck_assert_str_eq(sequence("a"), "\033Ptmux;\033\033]52;c;YQ==\a\033\\");
	ck_assert_str_eq(tui_copy_route("auto"), "OSC 52 through tmux");
	nowhere();
	setenv("STY", "1.tty", 1);
	setenv("TERM", "screen-256color", 1);
	char long_text[600];
	memset(long_text, 'x', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	const char *got = sequence(long_text);
	for (const char *at = got; *at;) {      /* every piece within the limit of screen */
		ck_assert(str_starts(at, "\033P"));
		const char *end = strstr(at, "\033\\");
		ck_assert(end != NULL && end - at <= 256);
		at = end + 2;
	}
}
END_TEST

START_TEST(the_way_is_the_one_that_is_set_and_there)
{
	const char *folder = scratch();
	char path[128];
	nowhere();
	ck_assert_str_eq(tui_copy_route("auto"), "OSC 52");
	ck_assert_str_eq(tui_copy_route("file"), "a file");
	ck_assert_str_eq(tui_copy_route("command"), "");
	snprintf(path, sizeof path, "%s/xclip", folder);
	WELL(file_write(path, "#!/bin/sh\n", 10));
	chmod(path, 0755);
	setenv("PATH", folder, 1);
	ck_assert_str_eq(tui_copy_route("command"), "");
	setenv("DISPLAY", ":0", 1);
	ck_assert_str_eq(tui_copy_route("command"), "xclip");
	ck_assert_str_eq(tui_copy_route("auto"), "xclip");
	ck_assert_str_eq(tui_copy_route("osc52"), "OSC 52");
	scratch_remove(folder);
}
END_TEST

/* An app of which only what copying needs is there. */
struct stand { struct app app; struct tui_config config; struct loop *loop; const char *folder; };

static void
stand_up(struct stand *s, const char *clipboard)
{
	memset(s, 0, sizeof *s);
	s->folder = scratch();
	WELL(loop_new(&s->loop, &clock_system));
	s->config = (struct tui_config){ .loop = s->loop, .clock = &clock_system, .clipboard = clipboard };
	s->config.places.runtime = (char *)s->folder;
	s->app.config = &s->config;
	s->app.loop = s->loop;
	nowhere();
}

static void
lie_down(struct stand *s)
{
	crew_free(s->app.crew);
	WELL(loop_turn(s->loop, 0));
	loop_free(s->loop);
	scratch_remove(s->folder);
}

static void
program(struct stand *s, const char *body)
{
	char path[128], way[256];
	snprintf(path, sizeof path, "%s/xclip", s->folder);
	WELL(file_write(path, body, strlen(body)));
	chmod(path, 0755);
	snprintf(way, sizeof way, "%s:/usr/bin:/bin", s->folder);
	setenv("PATH", way, 1);
	setenv("DISPLAY", ":0", 1);
}

START_TEST(a_file_gets_the_text_and_no_control)
{
	struct stand s;
	struct text t;
	char path[128];
	text_init(&t, 4096);
	stand_up(&s, "file");
	app_yank(&s.app, "answer", "one\ntwo\033[2J", 11);
	snprintf(path, sizeof path, "%s/copied.txt", s.folder);
	ck_assert_ptr_nonnull(strstr(s.app.alert, path));
	WELL(file_read(&t, path));
	ck_assert(str_starts(t.data, "one\ntwo"));
	ck_assert_ptr_null(memchr(t.data, 27, t.len));
	app_yank(&s.app, "answer", "", 0);
	ck_assert_ptr_nonnull(strstr(s.app.alert, "nothing"));
	text_clear(&t);
	lie_down(&s);
}
END_TEST

START_TEST(a_command_is_fed_and_named)
{
	struct stand s;
	struct text t;
	char path[128], body[256];
	text_init(&t, 4096);
	stand_up(&s, "auto");
	snprintf(path, sizeof path, "%s/got", s.folder);
	snprintf(body, sizeof body, "#!/bin/sh\ncat >%s\n", path);
	program(&s, body);
	app_yank(&s.app, "answer", "text", 4);
	crew_free(s.app.crew);
	s.app.crew = NULL;
	WELL(loop_turn(s.loop, 0));
	ck_assert_msg(strstr(s.app.alert, "xclip") != NULL && strstr(s.app.alert, "4 bytes") != NULL, "%s", s.app.alert);
	WELL(file_read(&t, path));
	ck_assert_str_eq(t.data, "text");
	text_clear(&t);
	lie_down(&s);
}
END_TEST

START_TEST(a_command_that_fails_is_said_and_one_that_hangs_is_killed)
{
	struct stand s;
	stand_up(&s, "auto");
	program(&s, "#!/bin/sh\nexit 1\n");
	app_yank(&s.app, "answer", "text", 4);
	crew_free(s.app.crew);
	s.app.crew = NULL;
	WELL(loop_turn(s.loop, 0));
	ck_assert_ptr_nonnull(strstr(s.app.alert, "failed"));
	program(&s, "#!/bin/sh\nexec sleep 1000\n");
	int64_t began = clock_system.mono_ms(clock_system.arg);
	s.app.alert[0] = '\0';
	app_yank(&s.app, "answer", "text", 4);
	s.app.leaving = true;           /* and the person leaves meanwhile */
	crew_free(s.app.crew);
	s.app.crew = NULL;
	WELL(loop_turn(s.loop, 0));
	ck_assert_int_lt(clock_system.mono_ms(clock_system.arg) - began, 20000);
	ck_assert_str_eq(s.app.alert, "");
	lie_down(&s);
}
END_TEST

TESTS("clip", the_terminal_gets_base64_in_one_sequence, tmux_and_screen_get_it_wrapped,
	the_way_is_the_one_that_is_set_and_there, a_file_gets_the_text_and_no_control, a_command_is_fed_and_named,
	a_command_that_fails_is_said_and_one_that_hangs_is_killed)

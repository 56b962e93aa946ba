/* stoa on a pseudo-terminal, with a home of its own that holds one small document. */
#ifndef PTY_TEST_H
#define PTY_TEST_H
#include <signal.h>
#include <sys/wait.h>

#include "../stoa_test.h"
#include "../support/terminal.h"

#define LONG_MS 20000

static struct terminal t;
static const char *home;
static char stoa[512];

static const char *const environment[] = {
	"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR", "COLUMNS", "LINES", "DISPLAY", "WAYLAND_DISPLAY", "TMUX", "STY",
	"INPUTRC=/dev/null", NULL
};

static inline void STOA_PRINTF(1, 2)
shell(const char *fmt, ...)
{
	char line[2048];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	ck_assert_msg(system(line) == 0, "%s", line);
}

static inline void
document(const char *name, const char *bytes, size_t n)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", home, name);
	WELL(file_write(path, bytes, n));
}

static inline void
home_make(void)
{
	static const char plants[] = "# Plants\n\nAt high light the rate of photosynthesis levels off because carbon dioxide limits it.\n"
		"The Calvin cycle takes place in the stroma of the chloroplast.\n";
	const char *build = getenv("STOA_BUILD");
	snprintf(stoa, sizeof stoa, "%s/stoa", build != NULL ? build : "build/release");
	home = scratch();
	setenv("STOA_HOME", home, 1);
	document("plants.md", plants, sizeof plants - 1);
	shell("'%s' init --defaults --no-lock >/dev/null 2>&1 </dev/null && '%s' add '%s/plants.md' >/dev/null 2>&1 </dev/null", stoa, stoa, home);
}

static inline void
open_in(int rows, int cols, const char *const env[])
{
	const char *const argv[] = { stoa, NULL };
	terminal_start(&t, rows, cols, argv, env);
}

static inline void
ready(void)
{
	ck_assert_msg(terminal_wait(&t, "NO LOCK", LONG_MS), "the screen did not open");
	ck_assert(terminal_wait(&t, "1 document", LONG_MS));
}

static inline void
begin(int rows, int cols)
{
	home_make();
	open_in(rows, cols, environment);
	ready();
}

static inline void
leave(void)
{
	terminal_close(&t);
	scratch_remove(home);
}

static inline void
quit(void)
{
	terminal_say(&t, "\x18\x03");
	ck_assert(terminal_end(&t, LONG_MS));
	ck_assert_msg(WIFEXITED(t.status) && WEXITSTATUS(t.status) == 0, "status %x", t.status);
}

/* What stands there is what is drawn anew. */
static inline void
same_after_redraw(const char *what)
{
	struct text before, after;
	text_init(&before, 1024 * 1024);
	text_init(&after, 1024 * 1024);
	terminal_quiet(&t, 300);
	terminal_print(&before, &t);
	terminal_say(&t, "\014");
	terminal_quiet(&t, 300);
	terminal_print(&after, &t);
	ck_assert_msg(strcmp(before.data, after.data) == 0, "%s: was\n%s\nafter a redraw\n%s", what, before.data, after.data);
	text_clear(&before);
	text_clear(&after);
}

#endif

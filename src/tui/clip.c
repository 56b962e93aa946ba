/* Copying out: the terminal's own clipboard, a desktop command, or a file.
 *
 * OSC 52 goes to the terminal in one write, wrapped for tmux and screen, only
 * after a key press, at most 100 KB, never as a question.  A command is run by the
 * crew and is killed when it takes too long, so leaving never waits for it.  Nobody can know whether
 * a terminal took it, so the line says what was done and not that it worked; of a
 * command we know, and say.  A file always works (DEMANDS 1). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app_in.h"

#define OSC_BYTES_MAX 100000
#define COMMAND_MS 3000

extern char **environ;

static void
put_base64(struct text *out, const unsigned char *s, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)s[i] << 16 | (i + 1 < n ? (uint32_t)s[i + 1] << 8 : 0) | (i + 2 < n ? s[i + 2] : 0);
		text_put_c(out, digits[v >> 18 & 63]);
		text_put_c(out, digits[v >> 12 & 63]);
		text_put_c(out, i + 1 < n ? digits[v >> 6 & 63] : '=');
		text_put_c(out, i + 2 < n ? digits[v & 63] : '=');
	}
}

static bool
inside_tmux(void)
{
	return getenv("TMUX") != NULL;
}

static bool
inside_screen(void)
{
	const char *term = getenv("TERM");
	return term != NULL && str_starts(term, "screen") && getenv("STY") != NULL;
}

/* Through tmux: ESC doubled inside its passthrough; through screen: in pieces that
 * its string limit allows. */
static void
put_wrapped(struct text *out, const char *sequence, size_t n)
{
	if (inside_tmux()) {
		text_put(out, "\033Ptmux;");
		for (size_t i = 0; i < n; i++) {
			if (sequence[i] == '\033')
				text_put_c(out, '\033');
			text_put_c(out, sequence[i]);
		}
		text_put(out, "\033\\");
	} else if (inside_screen()) {
		for (size_t i = 0; i < n; i += 250) {
			text_put(out, "\033P");
			text_put_n(out, sequence + i, n - i < 250 ? n - i : 250);
			text_put(out, "\033\\");
		}
	} else {
		text_put_n(out, sequence, n);
	}
}

void
clip_sequence(struct text *out, const char *text, size_t n)
{
	struct text osc;
	text_init(&osc, 2 * OSC_BYTES_MAX);
	text_put(&osc, "\033]52;c;");
	put_base64(&osc, (const unsigned char *)text, n);
	text_put_c(&osc, '\a');
	put_wrapped(out, osc.data, osc.len);
	text_clear(&osc);
}

static void
copy_by_terminal(struct app *app, const char *what, const struct text *clean)
{
	struct text sequence;
	text_init(&sequence, 4 * OSC_BYTES_MAX);
	clip_sequence(&sequence, clean->data, clean->len);
	screen_raw(app_screen(app), sequence.data, sequence.len);
	app_alert(app, "%s handed to the terminal (OSC 52), %zu bytes; not every terminal takes it", what, clean->len);
	text_clear(&sequence);
}

static void
copy_by_file(struct app *app, const char *what, const struct text *clean)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/copied.txt", app_config(app)->places.runtime);
	if (file_write(path, clean->data, clean->len) == FAULT_NONE)
		app_alert(app, "%s written to %s", what, path);
	else
		app_alert(app, "%s", fault_sentence());
}

static bool
program_there(const char *name)
{
	char path[4096];
	const char *at = getenv("PATH");
	while (at != NULL && *at) {
		size_t n = strcspn(at, ":");
		if ((size_t)snprintf(path, sizeof path, "%.*s/%s", (int)n, at, name) < sizeof path && access(path, X_OK) == 0)
			return true;
		at += n + (at[n] == ':');
	}
	return false;
}

/* The desktop's command, or NULL. */
static char *const *
desktop_command(void)
{
	static char *const wayland[] = { "wl-copy", NULL };
	static char *const xclip[] = { "xclip", "-selection", "clipboard", "-in", NULL };
	static char *const xsel[] = { "xsel", "--clipboard", "--input", NULL };
	if (getenv("WAYLAND_DISPLAY") != NULL && program_there("wl-copy"))
		return wayland;
	if (getenv("DISPLAY") == NULL)
		return NULL;
	return program_there("xclip") ? xclip : program_there("xsel") ? xsel : NULL;
}

/* A job of the crew: run the command, feed it, say how it went. */
struct copy { struct app *app; char *const *argv; char *what, *bytes; size_t n; int status; };

static void
copy_free(struct copy *c)
{
	mem_free(c->what);
	mem_free(c->bytes);
	mem_free(c);
}

static void
copy_said(void *arg)
{
	struct copy *c = arg;
	if (c->app->leaving)
		;                      /* nobody is there to read it */
	else if (c->status == 0)
		app_alert(c->app, "%s copied with %s, %zu bytes", c->what, c->argv[0], c->n);
	else
		app_alert(c->app, "%s failed; the clipboard of stoa.conf may be osc52 or file", c->argv[0]);
	copy_free(c);
}

/* Write all to fd within the time; false: it did not take it. */
static bool
fed(int fd, const char *bytes, size_t n, int64_t until_ms)
{
	for (size_t at = 0; at < n;) {
		struct pollfd p = { fd, POLLOUT, 0 };
		int64_t left = until_ms - clock_system.mono_ms(clock_system.arg);
		if (left <= 0 || poll(&p, 1, (int)left) < 0 || !(p.revents & POLLOUT))
			return false;
		ssize_t wrote = write(fd, bytes + at, n - at);
		if (wrote < 0 && errno != EINTR && errno != EAGAIN)
			return false;
		at += wrote > 0 ? (size_t)wrote : 0;
	}
	return true;
}

/* Its exit status; one that does not end in time is killed, since leaving waits for
 * the crew. */
static int
ended(pid_t pid, int64_t until_ms)
{
	int status = 1;
	struct timespec nap = { 0, 5 * 1000 * 1000 };
	for (;;) {
		pid_t done = waitpid(pid, &status, WNOHANG);
		if (done == pid)
			return status;
		if (done < 0 && errno != EINTR)
			return 1;
		if (clock_system.mono_ms(clock_system.arg) >= until_ms)
			(void)kill(pid, SIGKILL);
		nanosleep(&nap, NULL);
	}
}

static int
command_run(char *const *argv, const char *bytes, size_t n)
{
	int pipe_fd[2], status = 1;
	pid_t pid;
	if (pipe2(pipe_fd, O_CLOEXEC) != 0)
		return 1;
	(void)fcntl(pipe_fd[1], F_SETFL, O_NONBLOCK);
	posix_spawn_file_actions_t files;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, pipe_fd[0], 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	int bad = posix_spawnp(&pid, argv[0], &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	close(pipe_fd[0]);
	int64_t until_ms = clock_system.mono_ms(clock_system.arg) + COMMAND_MS;
	bool whole = bad == 0 && fed(pipe_fd[1], bytes, n, until_ms);
	close(pipe_fd[1]);
	if (bad == 0)
		status = ended(pid, until_ms);
	return whole ? status : 1;
}

static void
copy_run(void *arg)
{
	struct copy *c = arg;
	c->status = command_run(c->argv, c->bytes, c->n);
	if (loop_post(app_config(c->app)->loop, copy_said, c) != FAULT_NONE)
		copy_free(c);          /* the loop is full: nothing is said */
}

static void
copy_by_command(struct app *app, const char *what, const struct text *clean, char *const *argv)
{
	struct copy *c = mem_new(sizeof *c);
	*c = (struct copy){ app, argv, mem_strdup(what), mem_dup(clean->data, clean->len), clean->len, 0 };
	if (!app_crew(app, copy_run, c))
		copy_free(c);
}

/* ---- which way ------------------------------------------------------------------- */

enum route { ROUTE_TERMINAL, ROUTE_COMMAND, ROUTE_FILE, ROUTE_NONE };

static enum route
route_for(const char *clipboard, size_t n, char *const *argv)
{
	if (str_same(clipboard, "file") || (n > OSC_BYTES_MAX && argv == NULL))
		return ROUTE_FILE;
	if (str_same(clipboard, "osc52"))
		return n > OSC_BYTES_MAX ? ROUTE_FILE : ROUTE_TERMINAL;
	if (argv != NULL)
		return ROUTE_COMMAND;
	return str_same(clipboard, "command") ? ROUTE_NONE : ROUTE_TERMINAL;
}

const char *
tui_copy_route(const char *clipboard)
{
	char *const *argv = desktop_command();
	enum route r = route_for(clipboard, 1, argv);
	if (r == ROUTE_COMMAND)
		return argv[0];
	if (r == ROUTE_FILE)
		return "a file";
	if (r == ROUTE_NONE)
		return "";
	return inside_tmux() ? "OSC 52 through tmux" : inside_screen() ? "OSC 52 through screen" : "OSC 52";
}

void
app_yank(struct app *app, const char *what, const char *text, size_t len)
{
	struct text clean;
	char *const *argv = desktop_command();
	text_init(&clean, 8 * len + 64);
	untrusted_text(&clean, text, len, UNTRUSTED_STRIP);
	enum route r = route_for(app_config(app)->clipboard, clean.len, argv);
	if (clean.len == 0)
		app_alert(app, "there is nothing to copy here");
	else if (r == ROUTE_FILE)
		copy_by_file(app, what, &clean);
	else if (r == ROUTE_COMMAND)
		copy_by_command(app, what, &clean, argv);
	else if (r == ROUTE_TERMINAL)
		copy_by_terminal(app, what, &clean);
	else
		app_alert(app, "no wl-copy, xclip or xsel can be used here; the clipboard may be auto, osc52 or file");
	text_clear(&clean);
}

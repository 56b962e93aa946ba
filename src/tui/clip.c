/* Copying out: the terminal's own clipboard, a desktop command, or a file.
 *
 * OSC 52 goes to the terminal in one write, wrapped for tmux and screen, only
 * after a key press, at most 100 KB, never as a question.  Nobody can know whether
 * a terminal took it, so the line says what was done and not that it worked; of a
 * command we know, and say.  A file always works (DEMANDS 1). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app_in.h"

#define OSC_BYTES_MAX 100000

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

/* Through tmux: ESC doubled inside its passthrough; through screen: in pieces that
 * its string limit allows. */
static void
put_wrapped(struct text *out, const char *sequence, size_t n)
{
	const char *term = getenv("TERM");
	if (getenv("TMUX") != NULL) {
		text_put(out, "\033Ptmux;");
		for (size_t i = 0; i < n; i++) {
			if (sequence[i] == '\033')
				text_put_c(out, '\033');
			text_put_c(out, sequence[i]);
		}
		text_put(out, "\033\\");
	} else if (term != NULL && str_starts(term, "screen") && getenv("STY") != NULL) {
		for (size_t i = 0; i < n; i += 250) {
			text_put(out, "\033P");
			text_put_n(out, sequence + i, n - i < 250 ? n - i : 250);
			text_put(out, "\033\\");
		}
	} else {
		text_put_n(out, sequence, n);
	}
}

static void
copy_by_terminal(struct app *app, const char *what, const struct text *clean)
{
	struct text osc, wrapped;
	text_init(&osc, 2 * OSC_BYTES_MAX);
	text_init(&wrapped, 4 * OSC_BYTES_MAX);
	text_put(&osc, "\033]52;c;");
	put_base64(&osc, (const unsigned char *)clean->data, clean->len);
	text_put_c(&osc, '\a');
	put_wrapped(&wrapped, osc.data, osc.len);
	screen_raw(app_screen(app), wrapped.data, wrapped.len);
	app_alert(app, "%s handed to the terminal (OSC 52), %zu bytes; not every terminal takes it", what, clean->len);
	text_clear(&osc);
	text_clear(&wrapped);
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
copy_said(void *arg)
{
	struct copy *c = arg;
	if (c->status == 0)
		app_alert(c->app, "%s copied with %s, %zu bytes", c->what, c->argv[0], c->n);
	else
		app_alert(c->app, "%s failed; :set the clipboard to osc52 or file in stoa.conf", c->argv[0]);
	mem_free(c->what);
	mem_free(c->bytes);
	mem_free(c);
}

static void
copy_run(void *arg)
{
	struct copy *c = arg;
	int pipe_fd[2], status = 1;
	pid_t pid;
	c->status = 1;
	if (pipe2(pipe_fd, O_CLOEXEC) == 0) {
		posix_spawn_file_actions_t files;
		posix_spawn_file_actions_init(&files);
		posix_spawn_file_actions_adddup2(&files, pipe_fd[0], 0);
		posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
		posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
		int bad = posix_spawnp(&pid, c->argv[0], &files, NULL, c->argv, environ);
		posix_spawn_file_actions_destroy(&files);
		close(pipe_fd[0]);
		for (size_t at = 0; bad == 0 && at < c->n;) {
			ssize_t wrote = write(pipe_fd[1], c->bytes + at, c->n - at);
			if (wrote < 0 && errno != EINTR)
				break;
			at += wrote > 0 ? (size_t)wrote : 0;
		}
		close(pipe_fd[1]);
		if (bad == 0 && waitpid(pid, &status, 0) == pid)
			c->status = status;
	}
	if (loop_post(app_config(c->app)->loop, copy_said, c) != FAULT_NONE)
		c->status = 1;             /* the loop is full or gone: nothing is said */
}

static void
copy_by_command(struct app *app, const char *what, const struct text *clean, char *const *argv)
{
	struct copy *c = mem_new(sizeof *c);
	*c = (struct copy){ app, argv, mem_strdup(what), mem_dup(clean->data, clean->len), clean->len, 0 };
	if (!app_crew(app, copy_run, c)) {
		mem_free(c->what);
		mem_free(c->bytes);
		mem_free(c);
	}
}

void
app_yank(struct app *app, const char *what, const char *text, size_t len)
{
	const char *route = app_config(app)->clipboard;
	struct text clean;
	char *const *argv = desktop_command();
	text_init(&clean, 8 * len + 64);
	untrusted_text(&clean, text, len, UNTRUSTED_STRIP);
	if (clean.len == 0)
		app_alert(app, "there is nothing to copy here");
	else if (str_same(route, "file") || (clean.len > OSC_BYTES_MAX && argv == NULL))
		copy_by_file(app, what, &clean);
	else if (argv != NULL && !str_same(route, "osc52"))
		copy_by_command(app, what, &clean, argv);
	else if (str_same(route, "command"))
		app_alert(app, "no wl-copy, xclip or xsel can be used here; the clipboard may be auto, osc52 or file");
	else
		copy_by_terminal(app, what, &clean);
	text_clear(&clean);
}

/* The peers' homes, how each is started and how one knows that it is there. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "peers.h"

static const char *const environment[] = {
	"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR", "COLUMNS", "LINES", "TMUX", "STY", "DISPLAY", "WAYLAND_DISPLAY", NULL
};

void
peers_shell(const char *fmt, ...)
{
	char *command = NULL;
	va_list ap;
	va_start(ap, fmt);
	int n = vasprintf(&command, fmt, ap);
	va_end(ap);
	if (n < 0 || system(command) != 0) {
		fprintf(stderr, "this did not work: %s\n", command);
		exit(1);
	}
	free(command);
}

/* weechat without limits to its memory, logs and messages from outside. */
static bool
weechat_make(struct peers *p)
{
	struct peer *w = &p->of[WEECHAT];
	if (system("command -v weechat-curses >/dev/null && command -v script >/dev/null") != 0)
		return false;
	*w = (struct peer){ .name = "weechat", .first = "core", .ready = "core", .line_prefix = "core.weechat */print " };
	snprintf(w->path, sizeof w->path, "/usr/bin/weechat-curses");
	snprintf(w->args[1], sizeof w->args[1], "%s/weechat", p->home);
	w->argv[0] = w->path;
	w->argv[1] = "-a";
	w->argv[2] = "-d";
	w->argv[3] = w->args[1];
	peers_shell("mkdir -p '%s' && script -qec 'stty rows 40 cols 120; TERM=xterm-256color weechat-curses -a -d %s -r \""
		"/set weechat.history.max_buffer_lines_number 0;/set logger.file.auto_log off;/set fifo.file.path %s/weechat-lines;"
		"/save;/quit\"' /dev/null >/dev/null 2>&1 </dev/null", w->args[1], w->args[1], p->home);
	snprintf(w->pipe, sizeof w->pipe, "%s/weechat-lines", p->home);
	return access(w->path, X_OK) == 0;
}

void
peers_make(struct peers *p)
{
	const char *build = getenv("STOA_BUILD");
	*p = (struct peers){ .home = "/tmp/stoa-bench-XXXXXX" };
	if (build == NULL || mkdtemp(p->home) == NULL)
		exit(1);
	setenv("STOA_HOME", p->home, 1);
	p->of[FLOOR] = (struct peer){ .name = "floor", .first = "> ", .ready = "1 Chat", .line_prefix = "" };
	p->of[STOA] = (struct peer){ .name = "stoa", .first = "> ", .ready = "The library is empty", .line_prefix = "" };
	snprintf(p->of[FLOOR].path, sizeof p->of[FLOOR].path, "%s/tests/bench/floor", build);
	snprintf(p->of[STOA].path, sizeof p->of[STOA].path, "%s/stoa", build);
	p->of[FLOOR].argv[0] = p->of[FLOOR].path;
	p->of[STOA].argv[0] = p->of[STOA].path;
	peers_shell("'%s' init --defaults --no-lock >/dev/null 2>&1 </dev/null", p->of[STOA].path);
	p->count = weechat_make(p) ? PEERS : PEERS - 1;
	if (p->count < PEERS)
		printf("weechat-curses is not installed: measured against the floor alone\n");
}

void
peers_remove(struct peers *p)
{
	peers_shell("rm -rf '%s'", p->home);
}

void
peer_feed(struct peer *p)
{
	if (p->pipe[0] != '\0')                /* weechat makes its own */
		return;
	snprintf(p->pipe, sizeof p->pipe, "%s/%s-lines", getenv("STOA_HOME"), p->name);
	(void)unlink(p->pipe);
	if (mkfifo(p->pipe, 0600) != 0)
		exit(1);
	size_t n = 1;
	while (p->argv[n] != NULL)
		n++;
	p->argv[n] = p->pipe;
}

int
peer_pipe(const struct peer *p)
{
	for (double end = terminal_now_ms() + 10000; terminal_now_ms() < end;) {
		int fd = open(p->pipe, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
		if (fd >= 0)
			return fd;
		usleep(10000);
	}
	fprintf(stderr, "%s does not read its lines\n", p->name);
	exit(1);
}

void
peer_launch(struct terminal *t, const struct peer *p)
{
	terminal_start(t, 40, 120, p->argv, environment);
}

void
peer_open(struct terminal *t, const struct peer *p)
{
	peer_launch(t, p);
	if (!terminal_wait(t, p->ready, 20000)) {
		struct text shown;
		text_init(&shown, 1024 * 1024);
		terminal_print(&shown, t);
		fprintf(stderr, "%s does not get ready:\n%s", p->name, shown.data);
		exit(1);
	}
	terminal_quiet(t, 200);
}

bool
peer_keys(struct terminal *t, const char *keys, double *first_ms, double *bytes)
{
	size_t before = t->raw.len, at = t->arrival_count;
	t->later = true;
	double began = terminal_now_ms();
	terminal_say(t, keys);
	bool came = terminal_pump(t, 1000);
	while (came && terminal_pump(t, 8))
		;
	t->later = false;
	*first_ms = came ? t->arrivals[at].ms - began : 0;
	*bytes = (double)(t->raw.len - before);
	while (terminal_replay(t) != NULL)
		;
	return came;
}

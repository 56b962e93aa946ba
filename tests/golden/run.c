/* Golden screens: the app driven in this process, without a terminal.
 *
 *	run [--update] [--show] [NAME...]      tests/golden/NAME.keys; all without names
 *
 * Each script is run once for every size and theme it names.  `save NAME` compares
 * the cells with NAME-SIZE.screen, which every theme must give alike, and the looks
 * with NAME-SIZE.THEME.  Clock, backend and keys are handed in, so that the same
 * bytes come out on every machine.  Steps are the table at the end. */
#include <fcntl.h>
#include <glob.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../src/tui/app_in.h"
#include "replies.h"

#define GOLDEN "tests/golden"
#define SCREEN_MAX (1024 * 1024)
#define TURNS_MOST 2000      /* a screen that asks for ever is a defect */

struct still { int64_t wall_ms, mono_ms; };
struct stage {
	const char *script;               /* its name */
	int line;
	struct still now;
	struct clock clock;
	struct loop *loop;
	struct backend *backend;
	struct app *app;
	struct tui_config config;
	char replies[256], keys[32];
	int rows, cols;
	const char *theme;
	bool started;
};
static struct { bool update, show; int checks, failures; } runner;

static int64_t wall(void *arg) { return ((struct still *)arg)->wall_ms; }
static int64_t mono(void *arg) { return ((struct still *)arg)->mono_ms; }

static _Noreturn void
stop(const struct stage *st, const char *why)
{
	fprintf(stderr, "%s:%d: %s\n", st->script, st->line, why);
	exit(2);
}

static void
must(const struct stage *st, enum fault f)
{
	if (f != FAULT_NONE)
		stop(st, fault_sentence());
}

/* ---- the app ----------------------------------------------------------------------- */

static enum fault
open_backend(struct backend **out, void *arg)
{
	*out = ((struct stage *)arg)->backend;
	return FAULT_NONE;
}

static void
settle(struct stage *st)
{
	for (int quiet = 0, n = 0; quiet < 4; n++) {
		must(st, loop_turn(st->loop, 0));
		quiet = replies_quiet(st->backend) ? quiet + 1 : 0;
		if (n == TURNS_MOST)
			stop(st, replies_asked(st->backend));
	}
}

static void
start(struct stage *st)
{
	char path[512];
	if (st->started)
		return;
	st->clock = (struct clock){ wall, mono, &st->now };
	must(st, loop_new(&st->loop, &st->clock));
	snprintf(path, sizeof path, "%s/%s.replies", GOLDEN, st->replies);
	must(st, replies_open(&st->backend, path, st->loop));
	must(st, places_find(&st->config.places));
	st->config.loop = st->loop;
	st->config.clock = &st->clock;
	st->config.open = open_backend;
	st->config.arg = st;
	st->config.theme = st->theme;
	st->config.keys = st->keys;
	st->config.themes_folder = "themes";
	must(st, app_begin(&st->app, &st->config, &(struct screen_config){ .golden_rows = st->rows, .golden_cols = st->cols }));
	st->started = true;
	settle(st);
}

static void
end(struct stage *st)
{
	if (!st->started)
		return;
	app_end(st->app);
	loop_free(st->loop);
	places_clear(&st->config.places);
	st->started = false;
}

/* ---- comparing ------------------------------------------------------------------------ */

static void
show_difference(const char *path, const char *was, const char *is)
{
	int row = 1, shown = 0;
	printf("not so: %s\n", path);
	while ((*was != '\0' || *is != '\0') && shown < 6) {
		size_t a = strcspn(was, "\n"), b = strcspn(is, "\n");
		if (a != b || memcmp(was, is, a) != 0) {
			printf("  %2d was %.*s\n     is  %.*s\n", row, (int)a, was, (int)b, is);
			shown++;
		}
		was += a + (was[a] == '\n');
		is += b + (is[b] == '\n');
		row++;
	}
}

static void
compare(const struct stage *st, const char *path, const struct text *is)
{
	struct text was;
	runner.checks++;
	text_init(&was, SCREEN_MAX);
	if (runner.update) {
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (fd < 0)
			stop(st, path);
		must(st, fd_write_all(fd, is->data, is->len));
		close(fd);
	} else if (file_read(&was, path) != FAULT_NONE || was.len != is->len || memcmp(was.data, is->data, is->len) != 0) {
		runner.failures++;
		show_difference(path, was.len > 0 ? was.data : "", is->data);
	}
	text_clear(&was);
}

/* ---- steps ------------------------------------------------------------------------------ */

static void
step_type(struct stage *st, const char *arg)
{
	key_feed(&st->app->keys, arg, strlen(arg));
	for (struct key_event e; key_next(&st->app->keys, &e);)
		app_key(st->app, &e);
	settle(st);
}

/* Names as key_parse() has them; what a terminal sends is decoded in tests/tui. */
static void
step_key(struct stage *st, const char *arg)
{
	keycode keys[8];
	size_t n;
	must(st, key_parse(keys, &n, COUNT_OF(keys), arg));
	for (size_t i = 0; i < n; i++)
		app_key(st->app, &(struct key_event){ .kind = KEY_EVENT_KEY, .code = keys[i] });
	settle(st);
}

static void
step_paste(struct stage *st, const char *arg)
{
	app_key(st->app, &(struct key_event){ .kind = KEY_EVENT_PASTE, .bytes = arg, .n = strlen(arg) });
	settle(st);
}

static void
step_run(struct stage *st, const char *arg)
{
	action_line(st->app, arg);
	settle(st);
}

static void
step_go(struct stage *st, const char *arg)
{
	(void)arg;
	replies_go(st->backend);
	settle(st);
}

/* "wait idle", or until the screen shows a text: what the crew does takes its time. */
static void
step_wait(struct stage *st, const char *arg)
{
	struct text t;
	bool seen = str_same(arg, "idle");
	settle(st);
	text_init(&t, SCREEN_MAX);
	for (int n = 0; !seen && n < 500; n++) {
		must(st, loop_turn(st->loop, 10));
		text_reset(&t);
		screen_dump(&t, st->app->screen, false);
		seen = strstr(t.data, arg) != NULL;
	}
	text_clear(&t);
	if (!seen)
		stop(st, "the text did not come");
	settle(st);
}

static void
step_pass(struct stage *st, const char *arg)
{
	int64_t ms = strtoll(arg, NULL, 10);
	st->now.mono_ms += ms;
	st->now.wall_ms += ms;
	settle(st);
}

static void
step_resize(struct stage *st, const char *arg)
{
	if (sscanf(arg, "%dx%d", &st->cols, &st->rows) != 2)
		stop(st, "a size is COLSxROWS");
	screen_resized(st->app->screen, st->rows, st->cols);
	layout_find(st->app);
	app_dirty(st->app, NULL);
	settle(st);
}

static void
step_asked(struct stage *st, const char *arg)
{
	runner.checks++;
	if (strstr(replies_asked(st->backend), arg) != NULL)
		return;
	runner.failures++;
	printf("not so: %s:%d: asked %.300s\n", st->script, st->line, replies_asked(st->backend));
}

static void
step_save(struct stage *st, const char *arg)
{
	char path[512];
	struct text t;
	text_init(&t, SCREEN_MAX);
	screen_dump(&t, st->app->screen, false);
	if (runner.show && str_same(st->theme, "plain"))
		printf("==== %s %dx%d\n%s", arg, st->cols, st->rows, t.data);
	snprintf(path, sizeof path, "%s/%s-%dx%d.screen", GOLDEN, arg, st->cols, st->rows);
	compare(st, path, &t);
	text_reset(&t);
	screen_dump(&t, st->app->screen, true);
	snprintf(path, sizeof path, "%s/%s-%dx%d.%s", GOLDEN, arg, st->cols, st->rows, st->theme);
	compare(st, path, &t);
	text_clear(&t);
}

static void
step_clock(struct stage *st, const char *arg)
{
	char when[64];
	snprintf(when, sizeof when, "%sT09:30:00Z", arg);
	must(st, time_parse(&st->now.wall_ms, when));
}

static void step_replies(struct stage *st, const char *arg) { snprintf(st->replies, sizeof st->replies, "%s", arg); }
static void step_server(struct stage *st, const char *arg) { (void)arg; st->config.server = "https://class.example"; }
static void step_set(struct stage *st, const char *arg) { snprintf(st->keys, sizeof st->keys, "%s", arg); }

static const struct step {
	const char *name;
	bool before;                      /* before the app starts */
	void (*run)(struct stage *st, const char *arg);
} steps[] = {
	{ "clock", true, step_clock },    /* a day; the time is 09:30 UTC */
	{ "replies", true, step_replies },
	{ "server", true, step_server }, /* questions go to one */
	{ "keys", true, step_set },       /* plain or vi */
	{ "type", false, step_type },     /* bytes from the terminal */
	{ "key", false, step_key },       /* a chord */
	{ "paste", false, step_paste },
	{ "run", false, step_run },       /* an action, as the : line takes it */
	{ "go", false, step_go },         /* what the replies hold goes on */
	{ "wait", false, step_wait },
	{ "pass", false, step_pass },     /* so many ms */
	{ "resize", false, step_resize },
	{ "asked", false, step_asked },   /* the last request held this text */
	{ "save", false, step_save },
};

/* ---- scripts ------------------------------------------------------------------------- */

static void
step_line(struct stage *st, char *line)
{
	char *arg = line + strcspn(line, " ");
	if (*arg == ' ')
		*arg++ = '\0';
	if (*line == '#' || *line == '\0' || str_same(line, "size") || str_same(line, "theme"))
		return;
	for (size_t i = 0; i < COUNT_OF(steps); i++)
		if (str_same(steps[i].name, line)) {
			if (!steps[i].before)
				start(st);
			steps[i].run(st, arg);
			return;
		}
	stop(st, line);
}

static void
play_once(const char *name, const char *script, int rows, int cols, const char *theme)
{
	struct stage st = { .script = name, .rows = rows, .cols = cols, .theme = theme, .keys = "plain" };
	char *copy = mem_strdup(script), *at = copy, *line;
	st.now.mono_ms = 1000000;
	while ((line = strsep(&at, "\n")) != NULL) {
		st.line++;
		step_line(&st, line);
	}
	end(&st);
	mem_free(copy);
}

/* The words behind `size` or `theme`, which are asked for before anything runs. */
static size_t
words_of(char *out, size_t max, char *words[8], const char *script, const char *name, const char *otherwise)
{
	const char *at = script;
	size_t n = strlen(name), count = 0;
	while (at != NULL && (strncmp(at, name, n) != 0 || at[n] != ' '))
		at = strchr(at, '\n') != NULL ? strchr(at, '\n') + 1 : NULL;
	snprintf(out, max, "%.*s", at != NULL ? (int)strcspn(at + n + 1, "\n") : (int)strlen(otherwise), at != NULL ? at + n + 1 : otherwise);
	for (char *save = NULL, *w = strtok_r(out, " ", &save); w != NULL && count < 8; w = strtok_r(NULL, " ", &save))
		words[count++] = w;
	return count;
}

static void
play(const char *path)
{
	char sizes[128], themes[128], *size[8], *theme[8];
	struct text script;
	text_init(&script, SCREEN_MAX);
	if (file_read(&script, path) != FAULT_NONE) {
		fprintf(stderr, "%s\n", fault_sentence());
		exit(2);
	}
	size_t size_count = words_of(sizes, sizeof sizes, size, script.data, "size", "80x24 120x40 200x60");
	size_t theme_count = words_of(themes, sizeof themes, theme, script.data, "theme", "plain mono");
	for (size_t i = 0; i < size_count; i++)
		for (size_t k = 0; k < theme_count; k++) {
			int rows = 0, cols = 0;
			if (sscanf(size[i], "%dx%d", &cols, &rows) == 2)
				play_once(path, script.data, rows, cols, theme[k]);
		}
	text_clear(&script);
}

int
main(int argc, char *argv[])
{
	char home[] = "/tmp/stoa-golden-XXXXXX", path[512];
	glob_t found = { 0 };
	int named = 0;
	setlocale(LC_ALL, "C.UTF-8");
	setenv("TERM", "xterm-256color", 1);
	setenv("TZ", "UTC", 1);
	unsetenv("NO_COLOR");
	if (mkdtemp(home) == NULL)
		return 2;
	setenv("STOA_HOME", home, 1);
	for (int i = 1; i < argc; i++) {
		if (str_same(argv[i], "--update"))
			runner.update = true;
		else if (str_same(argv[i], "--show"))
			runner.show = true;
		else if (snprintf(path, sizeof path, "%s/%s.keys", GOLDEN, argv[i]) > 0 && ++named)
			play(path);
	}
	if (named == 0 && glob(GOLDEN "/*.keys", 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			play(found.gl_pathv[i]);
	globfree(&found);
	snprintf(path, sizeof path, "rm -rf '%s'", home);
	if (system(path) != 0)
		return 2;
	int good = runner.checks - runner.failures;
	printf("%d%%: Checks: %d, Failures: %d, Errors: 0\n", runner.checks > 0 ? good * 100 / runner.checks : 0, runner.checks, runner.failures);
	return runner.failures != 0 || runner.checks == 0;
}

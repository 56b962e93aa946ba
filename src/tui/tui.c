/* tui_run: the screen from the first frame to the terminal given back.
 *
 * The first frame is drawn from what is known without any file but the theme and
 * the keys; then the backend is opened by a posted message.  Signals are messages
 * of the loop; a crash restores the terminal by rescue.c. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app_in.h"

/* ---- input ------------------------------------------------------------------------- */

static void
keys_run(struct app *app)
{
	struct key_event e;
	while (!app->leaving && key_next(&app->keys, &e))
		app_key(app, &e);
}

static void on_patience_end(void *arg);

static void
wait_for_more(struct app *app)
{
	if (app->key_timer != 0)
		loop_untimer(app->loop, app->key_timer);
	app->key_timer = key_waiting(&app->keys) ? loop_timer(app->loop, key_patience_ms(&app->keys), on_patience_end, app) : 0;
}

static void
on_patience_end(void *arg)
{
	struct app *app = arg;
	struct key_event e;
	app->key_timer = 0;
	if (key_timeout(&app->keys, &e))
		app_key(app, &e);
	keys_run(app);
	wait_for_more(app);
}

static void
on_input(int fd, unsigned ready, void *arg)
{
	struct app *app = arg;
	char bytes[4096];
	ssize_t n = read(fd, bytes, sizeof bytes);
	(void)ready;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {                    /* the terminal went away */
		if (loop_watch(app->loop, fd, 0, NULL, NULL) == FAULT_NONE)
			app_quit(app);
		return;
	}
	key_feed(&app->keys, bytes, (size_t)n);
	keys_run(app);
	wait_for_more(app);
}

/* ---- signals ------------------------------------------------------------------------- */

static void
on_resize(void *arg)
{
	struct app *app = arg;
	app->resized = true;
}

static void
on_end(void *arg)
{
	app_quit(arg);
}

void
app_suspend(struct app *app)
{
	screen_suspend(app->screen);
	raise(SIGSTOP);
	screen_resume(app->screen);
	app->resized = true;
	app_dirty(app, NULL);
}

static void
on_stop(void *arg)
{
	app_suspend(arg);
}

static enum fault
watch(struct app *app)
{
	static const struct { int signo; loop_fn *fn; } rows[] = {
		{ SIGWINCH, on_resize }, { SIGINT, on_end }, { SIGTERM, on_end }, { SIGHUP, on_end }, { SIGTSTP, on_stop },
	};
	enum fault f = loop_watch(app->loop, STDIN_FILENO, LOOP_READ, on_input, app);
	for (size_t i = 0; i < COUNT_OF(rows) && f == FAULT_NONE; i++)
		f = loop_signal(app->loop, rows[i].signo, rows[i].fn, app);
	return f;
}

/* ---- the input line --------------------------------------------------------------------- */

static void
on_composer(enum composer_event e, const char *text, void *arg)
{
	struct app *app = arg;
	if (e == COMPOSER_SUBMIT) {
		const char *at = text + strspn(text, " \t\n");
		if (at[0] == '/' && at[1] != '/')
			action_line(app, at + 1);
		else
			chat_send(app, text);
	}
	draft_changed(app);
	app_composer_resized(app);
}

/* ---- life ---------------------------------------------------------------------------------- */

/* What libraries print would tear the screen: it goes where nobody looks. */
static int
stderr_away(void)
{
	int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (nowhere >= 0) {
		(void)dup2(nowhere, STDERR_FILENO);
		close(nowhere);
	}
	return kept;
}

static void
stderr_back(int kept)
{
	if (kept >= 0) {
		(void)dup2(kept, STDERR_FILENO);
		close(kept);
	}
}

static void
on_started(void *arg)
{
	widths_ask(arg, false);
	lock_open(arg);
}

static void
after_turn(void *arg)
{
	app_draw(arg);
}

static enum fault
start(struct app *app, const struct screen_config *screen)
{
	const struct tui_config *c = app->config;
	char folder[4096], keys[4200];
	snprintf(folder, sizeof folder, "%s/themes", c->places.config);
	snprintf(keys, sizeof keys, "%s/keys.conf", c->places.config);
	if (theme_load(&app->theme, c->theme, folder, c->themes_folder) != FAULT_NONE)
		app_alert(app, "%s; the plain theme is used", fault_sentence());
	if (keymap_load(&app->keymap, c->keys != NULL ? c->keys : "plain", keys) != FAULT_NONE)
		app_alert(app, "%s", fault_sentence());
	enum fault f = composer_new(&app->composer, composer_complete, on_composer, app);
	if (f == FAULT_NONE)
		f = screen_open(&app->screen, &(struct screen_config){ .theme = app->theme, .mouse = c->mouse,
			.golden_rows = screen->golden_rows, .golden_cols = screen->golden_cols });
	if (f != FAULT_NONE)
		return f;
	panes_open(app);
	if (screen->golden_rows == 0) {
		widths_remembered(app);
		rescue_arm();
		f = watch(app);
	}
	if (f == FAULT_NONE) {
		app_draw(app);
		f = loop_post(app->loop, on_started, app);
	}
	return f;
}

void
app_end(struct app *app)
{
	app->leaving = app->ended = true;
	loop_after_turn(app->loop, NULL, NULL);
	(void)!loop_watch(app->loop, STDIN_FILENO, 0, NULL, NULL);
	widths_leave(app);
	if (app->screen != NULL)
		screen_close(app->screen);
	rescue_disarm();
	if (app->crew != NULL)
		crew_free(app->crew);
	backend_close(app->backend);
	(void)!loop_turn(app->loop, 0);  /* messages of the crew that still wait */
	draft_forget(app);
	server_leave(app);
	if (app->lock_timer != 0)
		loop_untimer(app->loop, app->lock_timer);
	if (app->key_timer != 0)
		loop_untimer(app->loop, app->key_timer);
	panes_close(app);
	question_clear(app);
	chat_free(app->chat);
	shelf_free(app->shelf);
	composer_free(app->composer);
	keymap_free(app->keymap);
	theme_free(app->theme);
	key_reader_clear(&app->keys);
	mem_free(app);
}

enum fault
app_begin(struct app **out, const struct tui_config *config, const struct screen_config *screen)
{
	struct app *app = mem_new(sizeof *app);
	app->config = config;
	app->loop = config->loop;
	app->start = config->start;
	app->dirty_frame = true;
	app->active_ms = config->clock->mono_ms(config->clock->arg);
	app->chat = chat_new(app);
	app->shelf = shelf_new(app);
	key_reader_init(&app->keys);
	question_init(app);
	enum fault f = start(app, screen);
	if (f != FAULT_NONE) {
		char sentence[512];
		snprintf(sentence, sizeof sentence, "%s", fault_sentence());
		app_end(app);
		return fault(f, "%s", sentence);
	}
	loop_after_turn(app->loop, after_turn, app);
	*out = app;
	return FAULT_NONE;
}

enum fault
tui_run(const struct tui_config *config)
{
	struct app *app = NULL;
	char sentence[512];
	rescue_note();
	int kept = stderr_away();
	enum fault f = app_begin(&app, config, &(struct screen_config){ .golden_rows = 0 });
	if (f == FAULT_NONE)
		f = loop_run(app->loop);
	snprintf(sentence, sizeof sentence, "%s", f != FAULT_NONE ? fault_sentence() : app->fault_sentence);
	if (f == FAULT_NONE && app->vault == VAULT_FAILED)
		f = app->fault;
	if (app != NULL)
		app_end(app);
	stderr_back(kept);
	return f == FAULT_NONE ? f : fault(f, "%s", sentence);
}

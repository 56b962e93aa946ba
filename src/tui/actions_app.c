/* Actions on the app: tabs, panes, moving, finding, editor, lock, theme. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app_in.h"

extern char **environ;

enum fault
act_app_quit(struct app *app, const char *arg)
{
	(void)arg;
	app_quit(app);
	return FAULT_NONE;
}

enum fault
act_app_redraw(struct app *app, const char *arg)
{
	(void)arg;
	screen_redraw(app->screen);
	app_dirty(app, NULL);
	widths_ask(app, true);           /* it may be drawn again because columns do not hold */
	return FAULT_NONE;
}

enum fault
act_app_suspend(struct app *app, const char *arg)
{
	(void)arg;
	app_suspend(app);
	return FAULT_NONE;
}

enum fault
act_app_lock(struct app *app, const char *arg)
{
	(void)arg;
	lock_now(app);
	return FAULT_NONE;
}

enum fault
act_tab_chat(struct app *app, const char *arg)
{
	(void)arg;
	app_tab(app, TAB_CHAT);
	return FAULT_NONE;
}

enum fault
act_tab_library(struct app *app, const char *arg)
{
	(void)arg;
	app_tab(app, TAB_LIBRARY);
	return FAULT_NONE;
}

/* ---- panes ------------------------------------------------------------------------ */

static const struct pane_type *const order[TAB_COUNT][6] = {
	[TAB_CHAT] = { &pane_composer, &pane_transcript, &pane_evidence, &pane_page, &pane_conversations, NULL },
	[TAB_LIBRARY] = { &pane_shelf, &pane_results, &pane_preview, NULL },
};

static bool
may_focus(struct app *app, const struct pane_type *type)
{
	if (type == &pane_page)
		return app->page_wanted || app->panes[PANE_PAGE].shown;
	if (type == &pane_results)
		return app->shelf->hits != NULL;
	return true;
}

static void
step_pane(struct app *app, int by)
{
	const struct pane_type *const *list = order[app->tab];
	int count = 0, at = 0;
	while (list[count] != NULL)
		count++;
	while (at < count && list[at] != app->focus[app->tab])
		at++;
	do
		at = (at + by + count) % count;
	while (!may_focus(app, list[at]));
	app_focus(app, list[at]);
}

enum fault
act_pane_next(struct app *app, const char *arg)
{
	(void)arg;
	step_pane(app, 1);
	return FAULT_NONE;
}

enum fault
act_pane_prev(struct app *app, const char *arg)
{
	(void)arg;
	step_pane(app, -1);
	return FAULT_NONE;
}

static enum fault
to_pane(struct app *app, const char *id)
{
	struct pane *p = app_focused(app);
	if (p->type->action != NULL)
		(void)p->type->action(app, p, id);
	return FAULT_NONE;
}

enum fault act_move_up(struct app *app, const char *arg) { (void)arg; return to_pane(app, "move.up"); }
enum fault act_move_down(struct app *app, const char *arg) { (void)arg; return to_pane(app, "move.down"); }
enum fault act_move_page_up(struct app *app, const char *arg) { (void)arg; return to_pane(app, "move.page-up"); }
enum fault act_move_page_down(struct app *app, const char *arg) { (void)arg; return to_pane(app, "move.page-down"); }
enum fault act_move_top(struct app *app, const char *arg) { (void)arg; return to_pane(app, "move.top"); }
enum fault act_move_bottom(struct app *app, const char *arg) { (void)arg; return to_pane(app, "move.bottom"); }
enum fault act_find_next(struct app *app, const char *arg) { (void)arg; return to_pane(app, "find.next"); }
enum fault act_find_prev(struct app *app, const char *arg) { (void)arg; return to_pane(app, "find.prev"); }

/* ---- finding ------------------------------------------------------------------------ */

static void
find_here(struct app *app, const char *what)
{
	struct pane *p = app_focused(app);
	mem_free(p->find);
	p->find = *what != '\0' ? mem_strdup(what) : NULL;
	p->dirty = true;
	if (p->type->action != NULL && !p->type->action(app, p, "find.here"))
		(void)p->type->action(app, p, "find.next");
}

static void
on_find(struct app *app, const char *answer, void *arg)
{
	(void)arg;
	if (answer != NULL && answer[0] == '/')
		action_run(app, "find.everything", answer + 1);
	else if (answer != NULL)
		find_here(app, answer);
}

enum fault
act_find_here(struct app *app, const char *arg)
{
	if (arg != NULL) {
		find_here(app, arg);
		return FAULT_NONE;
	}
	app_ask(app, "/", false, on_find, NULL);
	app->question.find = true;
	return FAULT_NONE;
}

static void
on_find_everything(struct app *app, const char *answer, void *arg)
{
	(void)arg;
	if (answer != NULL && *answer != '\0')
		everything_find(app, answer);
}

enum fault
act_find_everything(struct app *app, const char *arg)
{
	if (arg != NULL && *arg != '\0')
		everything_find(app, arg);
	else
		app_ask(app, "Search everything:", false, on_find_everything, NULL);
	return FAULT_NONE;
}

/* ---- the editor ---------------------------------------------------------------------- */

/* Words of $VISUAL, as in "code --wait"; no shell. */
static enum fault
editor_run(const char *path)
{
	const char *editor = getenv("VISUAL");
	char words[512], *argv[16], *save = NULL;
	int argc = 0, status = 0;
	pid_t pid;
	if (editor == NULL || *editor == '\0')
		editor = getenv("EDITOR");
	snprintf(words, sizeof words, "%s", editor != NULL && *editor != '\0' ? editor : "vi");
	for (char *w = strtok_r(words, " ", &save); w != NULL && argc < 14; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	argv[argc++] = (char *)path;
	argv[argc] = NULL;
	int error = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	if (error != 0)
		return fault(FAULT_ABSENT, "the editor %s cannot be started: %s", argv[0], strerror(error));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return fault(FAULT_CANCELLED, "the editor ended with a fault; the line is as it was");
	return FAULT_NONE;
}

/* The screen is the editor's meanwhile, so this may wait and touch a file. */
enum fault
app_edit(struct app *app, struct text *text)
{
	struct text path;
	text_init(&path, 4096);
	text_printf(&path, "%s/question-%ld.md", app->config->places.runtime, (long)getpid());
	enum fault f = file_write(path.data, text->data != NULL ? text->data : "", text->len);
	if (f == FAULT_NONE) {
		screen_suspend(app->screen);
		f = editor_run(path.data);
		screen_resume(app->screen);
		app->resized = true;
		app_dirty(app, NULL);
	}
	text_reset(text);
	if (f == FAULT_NONE)
		f = file_read(text, path.data);
	unlink(path.data);
	while (text->len > 0 && text->data[text->len - 1] == '\n')
		text_cut(text, text->len - 1);
	text_clear(&path);
	return f;
}

enum fault
act_edit_external(struct app *app, const char *arg)
{
	struct text text;
	(void)arg;
	text_init(&text, 64 * 1024);
	text_put(&text, composer_text(app->composer));
	enum fault f = app_edit(app, &text);
	if (f == FAULT_NONE) {
		composer_set(app->composer, "");
		composer_paste(app->composer, text.data != NULL ? text.data : "", text.len);
		app_focus(app, &pane_composer);
		app_composer_resized(app);
	}
	text_clear(&text);
	return f;
}

/* ---- looks ------------------------------------------------------------------------- */

static void
on_theme(struct app *app, const char *answer, void *arg)
{
	(void)arg;
	if (answer != NULL && *answer != '\0')
		action_run(app, "theme.set", answer);
}

enum fault
act_theme_set(struct app *app, const char *arg)
{
	char folder[4096];
	struct theme *t = NULL;
	if (arg == NULL) {
		app_ask(app, "Theme (Tab completes):", false, on_theme, NULL);
		app->question.command = "theme ";
		question_complete(app);          /* and shows which there are */
		return FAULT_NONE;
	}
	snprintf(folder, sizeof folder, "%s/themes", app->config->places.config);
	enum fault f = theme_load(&t, arg, folder, app->config->themes_folder);
	if (f != FAULT_NONE) {
		theme_free(t);
		return f;
	}
	theme_free(app->theme);
	app->theme = t;
	screen_theme(app->screen, t);
	app_dirty(app, NULL);
	return FAULT_NONE;
}

enum fault
act_set_mouse(struct app *app, const char *arg)
{
	bool on = arg == NULL ? !screen_mouse_on(app->screen) : str_same(arg, "on");
	if (arg != NULL && !str_same(arg, "on") && !str_same(arg, "off"))
		return fault(FAULT_INPUT, "the mouse is on or off, not \"%s\"", arg);
	screen_mouse(app->screen, on);
	app_alert(app, on ? "mouse on: Shift selects as the terminal does" : "mouse off: the terminal selects");
	return FAULT_NONE;
}

/* The app: panes, focus, calls and one drawing a turn.
 *
 * Everything that changes marks a pane dirty; at the end of the turn of the loop
 * what is dirty is drawn and curses sends the difference. */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app_in.h"

static const struct pane_type *const pane_types[PANE_COUNT] = {
	[PANE_CONVERSATIONS] = &pane_conversations, [PANE_TRANSCRIPT] = &pane_transcript,
	[PANE_EVIDENCE] = &pane_evidence, [PANE_PAGE] = &pane_page, [PANE_COMPOSER] = &pane_composer,
	[PANE_SHELF] = &pane_shelf, [PANE_PREVIEW] = &pane_preview, [PANE_RESULTS] = &pane_results,
};

void
panes_open(struct app *app)
{
	for (int i = 0; i < PANE_COUNT; i++) {
		struct pane *p = &app->panes[i];
		p->type = pane_types[i];
		p->state = p->type->open != NULL ? p->type->open(app) : NULL;
	}
	app->focus[TAB_CHAT] = &pane_composer;
	app->focus[TAB_LIBRARY] = &pane_shelf;
}

static void
pane_end(struct pane *p)
{
	if (p->type != NULL && p->type->close != NULL)
		p->type->close(p->state);
	mem_free(p->find);
	*p = (struct pane){ .type = NULL };
}

void
panes_close(struct app *app)
{
	pane_end(&app->overlay);
	for (int i = 0; i < PANE_COUNT; i++)
		pane_end(&app->panes[i]);
}

/* ---- what the others ask ------------------------------------------------------- */

struct screen *app_screen(struct app *app) { return app->screen; }
struct keymap *app_keymap(struct app *app) { return app->keymap; }
const struct tui_config *app_config(struct app *app) { return app->config; }
struct chat *app_chat(struct app *app) { return app->chat; }
struct shelf *app_shelf(struct app *app) { return app->shelf; }
struct composer *app_composer(struct app *app) { return app->composer; }

struct backend *
app_backend(struct app *app)
{
	return app->vault == VAULT_OPEN ? app->backend : NULL;
}

struct pane *
app_pane(struct app *app, const struct pane_type *type)
{
	for (int i = 0; i < PANE_COUNT; i++)
		if (app->panes[i].type == type)
			return &app->panes[i];
	return app->overlay.type == type ? &app->overlay : NULL;
}

struct pane *
app_focused(struct app *app)
{
	return app_pane(app, app->focus[app->tab]);
}

struct pane *
app_overlaid(struct app *app)
{
	return app->overlay.type != NULL ? &app->overlay : NULL;
}

void
app_dirty(struct app *app, const struct pane_type *type)
{
	if (type == NULL) {
		app->dirty_frame = true;
		return;
	}
	struct pane *p = app_pane(app, type);
	if (p != NULL)
		p->dirty = true;
}

void
app_alert(struct app *app, const char *fmt, ...)
{
	va_list ap;
	if (app->ended)
		return;
	va_start(ap, fmt);
	vsnprintf(app->alert, sizeof app->alert, fmt, ap);
	va_end(ap);
	app->dirty_bottom = true;
	if (app->layout.rows > 0)
		app_relayout(app);
}

void
app_relayout(struct app *app)
{
	struct area before[PANE_COUNT];
	if (app->ended)
		return;
	bool strip = app->layout.strip;
	int rows = app->layout.rows, cols = app->layout.cols;
	for (int i = 0; i < PANE_COUNT; i++)
		before[i] = app->panes[i].area;
	layout_find(app);
	bool same = strip == app->layout.strip && rows == app->layout.rows && cols == app->layout.cols;
	for (int i = 0; i < PANE_COUNT; i++)
		same = same && memcmp(&before[i], &app->panes[i].area, sizeof before[i]) == 0;
	if (!same)
		app->dirty_frame = true;
}

void
app_focus(struct app *app, const struct pane_type *type)
{
	enum tab tab = type == &pane_shelf || type == &pane_preview || type == &pane_results ? TAB_LIBRARY : TAB_CHAT;
	app_dirty(app, app->focus[app->tab]);
	if (app->tab != tab) {
		app->tab = tab;
		app->dirty_frame = true;
	}
	app->focus[tab] = type;
	app_relayout(app);
	app_dirty(app, type);
	app->dirty_bottom = true;
}

void
app_page(struct app *app, bool shown)
{
	const struct pane_type *here = app->focus[TAB_CHAT];
	if (shown && here != &pane_page)
		app->page_from = here;
	app->page_wanted = shown;
	if (shown)
		app_focus(app, &pane_page);
	else if (here == &pane_page)
		app_focus(app, app->page_from != NULL ? app->page_from : &pane_evidence);
	app_relayout(app);
	app_dirty(app, NULL);
}

void
app_tab(struct app *app, enum tab tab)
{
	app->tab = tab;
	app->dirty_frame = true;
	app_relayout(app);
}

void
app_overlay(struct app *app, const struct pane_type *type)
{
	pane_end(&app->overlay);
	app->dirty_frame = true;
	if (type == NULL)
		return;
	struct area whole = { 0, 0, app->layout.rows, app->layout.cols };
	app->overlay = (struct pane){ .type = type, .area = whole, .shown = true, .focused = true, .dirty = true };
	app->overlay.state = type->open != NULL ? type->open(app) : NULL;
}

bool
app_crew(struct app *app, loop_fn *fn, void *arg)
{
	if (app->ended)
		return false;
	enum fault f = app->crew == NULL ? crew_new(&app->crew, 1) : FAULT_NONE;
	if (f == FAULT_NONE)
		f = crew_submit(app->crew, fn, arg);
	if (f != FAULT_NONE)
		app_alert(app, "%s", fault_sentence());
	return f == FAULT_NONE;
}

void
app_notify(struct app *app, const char *what)
{
	struct text t;
	if (!app->unfocused || !app->config->notify)
		return;
	text_init(&t, 512);
	text_printf(&t, "\033]777;notify;stoa;%s\033\\\a", what);
	screen_raw(app->screen, t.data, t.len);
	text_clear(&t);
}

void
app_composer_resized(struct app *app)
{
	int rows = composer_rows(app->composer, app->layout.cols);
	app_dirty(app, &pane_composer);
	if (rows != app->layout.composer_rows) {
		app->layout.composer_rows = rows;
		app_relayout(app);
	}
}

/* ---- calls ----------------------------------------------------------------------- */

struct app_call { struct app *app; app_reply_fn *done; void *arg; };

static void
call_done(const struct backend_done *d, void *arg)
{
	struct app_call *c = arg;
	struct app *app = c->app;
	if (d->fault != FAULT_NONE && d->fault != FAULT_CANCELLED && !app->leaving)
		app_alert(app, "%s", d->sentence);
	if (c->done != NULL)
		c->done(app, d, c->arg);
	mem_free(c);
}

unsigned
app_call(struct app *app, const char *operation, const void *request, app_reply_fn *done, void *arg)
{
	unsigned id = 0;
	if (app_backend(app) == NULL) {
		app_alert(app, "not open yet: a moment");
		return 0;
	}
	struct app_call *c = mem_new(sizeof *c);
	*c = (struct app_call){ app, done, arg };
	enum fault f = backend_call(&id, app->backend, operation, request, &(struct backend_handlers){ NULL, call_done, c });
	if (f != FAULT_NONE) {
		app_alert(app, "%s", fault_sentence());
		mem_free(c);
		return 0;
	}
	return id;
}

/* ---- drawing -------------------------------------------------------------------------- */

static bool
take_size(struct app *app)
{
	struct winsize w;
	if (!app->resized)
		return false;
	app->resized = false;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0)
		return false;
	screen_resized(app->screen, w.ws_row, w.ws_col);
	return true;
}

static bool
panes_draw(struct app *app, bool all)
{
	bool any = false;
	for (int i = 0; i < PANE_COUNT; i++) {
		struct pane *p = &app->panes[i];
		if (p->shown && (p->dirty || all)) {
			screen_fill(app->screen, p->area, STYLE_TEXT);
			p->type->draw(app, p);
			any = true;
		}
		p->dirty = false;
	}
	return any;
}

void
app_draw(struct app *app)
{
	bool any = take_size(app);
	if (any || app->layout.rows == 0) {
		layout_find(app);
		app->dirty_frame = true;
	}
	bool all = app->dirty_frame, closed = app->vault != VAULT_OPEN && app->vault != VAULT_OPENING;
	if (all) {
		app_relayout(app);
		screen_fill(app->screen, (struct area){ 0, 0, app->layout.rows, app->layout.cols }, STYLE_TEXT);
		frame_draw(app);
	}
	bool plain = app->layout.small || closed;
	if (closed && app->dirty_bottom && !all && !app->layout.small) {
		screen_fill(app->screen, (struct area){ 0, 0, app->layout.rows, app->layout.cols }, STYLE_TEXT);
		frame_draw(app);
		any = true;
	}
	if (!plain)
		any |= panes_draw(app, all);
	if (!plain && app->selection.on)
		selection_draw(app);
	if (!app->layout.small && (all || app->dirty_status))
		status_draw(app);
	if (!plain && (all || app->dirty_bottom))
		bottom_draw(app);
	any |= all || app->dirty_status || app->dirty_bottom;
	if (app->overlay.type != NULL && !plain && (any || app->overlay.dirty)) {
		app->overlay.area = (struct area){ 0, 0, app->layout.rows, app->layout.cols };
		app->overlay.type->draw(app, &app->overlay);
		app->overlay.dirty = false;
		any = true;
	}
	app->dirty_frame = app->dirty_status = app->dirty_bottom = false;
	if (any)
		screen_flush(app->screen);
}

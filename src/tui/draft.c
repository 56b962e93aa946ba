/* The unsent line: sealed in the store a second after the first key that is not
 * stored yet, so that typing without a pause is stored too.
 *
 * It is the same record that the line dialogue keeps, so that a line begun in one
 * is found in the other.  Before leaving or locking it is stored at once, and what was
 * deleted goes; what runs is cancelled first, so that this does not wait behind an
 * answer. */
#include <string.h>

#include "app_in.h"

#define DRAFT_PAUSE_MS 1000
#define DRAFT_PATIENCE_MS 3000

struct flush { struct app *app; void (*then)(struct app *app); unsigned timer; int waits; };

static void
remember(struct app *app, const char *line)
{
	mem_free(app->drafted);
	app->drafted = mem_strdup(line);
}

static void
store_done(struct app *app, const struct backend_done *d, void *arg)
{
	char *line = arg;
	app->drafting = false;
	if (d->fault == FAULT_NONE)
		remember(app, line);
	else
		log_event(LOG_WARN, "tui", "draft.lost", "size=%zu", strlen(line));
	mem_free(line);
	if (d->fault == FAULT_NONE)
		draft_changed(app);       /* typed meanwhile */
}

static bool
unsaved(struct app *app)
{
	return app->drafted != NULL && !str_same(composer_text(app->composer), app->drafted);
}

static void
store(void *arg)
{
	struct app *app = arg;
	app->draft_timer = 0;
	if (app_backend(app) == NULL || app->drafting || app->read_only || !unsaved(app))
		return;
	char *line = mem_strdup(composer_text(app->composer));
	app->drafting = app_call(app, "me.update", &(struct settings){ .draft = line }, store_done, line) != 0;
	if (!app->drafting)
		mem_free(line);
}

void
draft_changed(struct app *app)
{
	if (app->draft_timer != 0 && !unsaved(app)) {
		loop_untimer(app->loop, app->draft_timer);
		app->draft_timer = 0;
	} else if (app->draft_timer == 0 && unsaved(app)) {
		app->draft_timer = loop_timer(app->loop, DRAFT_PAUSE_MS, store, app);
	}
}

/* In front of what was typed meanwhile. */
static void
bring_back(struct app *app, const char *draft)
{
	struct text t;
	const char *typed = composer_text(app->composer);
	text_init(&t, 256 * 1024);
	text_printf(&t, "%s%s%s", draft, *typed != '\0' ? "\n" : "", typed);
	composer_set(app->composer, t.data);
	text_clear(&t);
	app_alert(app, "what you had typed is back");
	app_dirty(app, &pane_composer);
	app_composer_resized(app);
}

static void
fetched(struct app *app, const struct backend_done *d, void *arg)
{
	const struct settings *s = d->reply;
	(void)arg;
	if (d->fault != FAULT_NONE)
		return;
	const char *draft = s->draft != NULL ? s->draft : "";
	remember(app, draft);
	if (*draft != '\0')
		bring_back(app, draft);
	draft_changed(app);
}

void
draft_fetch(struct app *app)
{
	(void)app_call(app, "me.get", &(struct nothing){ 0 }, fetched, NULL);
}

/* ---- before leaving or locking ------------------------------------------------- */

static void
flush_end(struct flush *f)
{
	struct app *app = f->app;
	void (*then)(struct app *app) = f->then;
	if (f->timer != 0)
		loop_untimer(app->loop, f->timer);
	mem_free(f);
	then(app);
}

static void
flush_stored(struct app *app, const struct backend_done *d, void *arg)
{
	struct flush *f = arg;
	if (d->fault == FAULT_NONE && str_same(d->op->id, "me.update"))
		remember(app, composer_text(app->composer));
	if (--f->waits > 0)
		return;
	if (f->then == NULL)              /* patience had an end before */
		mem_free(f);
	else
		flush_end(f);
}

static void
flush_late(void *arg)
{
	struct flush *f = arg;
	void (*then)(struct app *app) = f->then;
	f->timer = 0;
	f->then = NULL;
	then(f->app);
}

void
draft_flush(struct app *app, void (*then)(struct app *app))
{
	if (app->draft_timer != 0)
		loop_untimer(app->loop, app->draft_timer);
	app->draft_timer = 0;
	bool typed = !app->read_only && unsaved(app);
	if (app_backend(app) == NULL || (!typed && app->chat->gone[0] == '\0')) {
		then(app);
		return;
	}
	backend_cancel(app->backend, 0);
	struct flush *f = mem_new(sizeof *f);
	*f = (struct flush){ .app = app, .then = then, .waits = 1 };
	if (typed && app_call(app, "me.update", &(struct settings){ .draft = composer_text(app->composer) }, flush_stored, f) != 0)
		f->waits++;
	if (chat_delete_now(app, flush_stored, f))
		f->waits++;
	if (--f->waits > 0)
		f->timer = loop_timer(app->loop, DRAFT_PATIENCE_MS, flush_late, f);
	else
		flush_end(f);
}

void
draft_forget(struct app *app)
{
	if (app->draft_timer != 0)
		loop_untimer(app->loop, app->draft_timer);
	app->draft_timer = 0;
	mem_free(app->drafted);
	app->drafted = NULL;
}

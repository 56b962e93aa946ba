/* What the screen knows of a server: its word, and what waits to be delivered.
 *
 * The word stands in the first row.  When what was written while the server was away
 * has been delivered the open conversation is read again, for answers have come;
 * what was refused is said once, in the last row. */
#include <stdio.h>
#include <string.h>

#include "chat_in.h"

#define SLOW_S 5                 /* so long nobody needs to be told */
#define NEWS_ODD_MS 4999
#define NEWS_MS 18000            /* a person waits for a person: one small question, now and then */

static const char *
list_chord(const struct app *app)
{
	const char *chord = keymap_chord(app->keymap, "sync.list", PLACE_ANY);
	return *chord != '\0' ? chord : "/waiting";
}

static void
on_word(void *arg)
{
	struct app *app = arg;
	struct backend_waiting was = app->waiting, now = backend_waiting(app->backend);
	bool away = str_same(backend_word(app->backend), "OFFLINE"), left = away && !app->away;
	app->waiting = now;
	app->away = away;
	app->dirty_status = true;
	if (app->vault != VAULT_OPEN || app->leaving)
		return;
	if (left && *backend_why(app->backend) != '\0')
		app_alert(app, "OFFLINE: %s; what you write waits", backend_why(app->backend));
	if (!away) {
		page_again(app->panes[PANE_PAGE].state);
		page_again(app->panes[PANE_PREVIEW].state);
	}
	if (now.refused > was.refused)
		app_alert(app, "the server refused %zu of what was written: %s shows why", now.refused, list_chord(app));
	waiting_changed(app);
	if (now.waiting + now.large < was.waiting + was.large && app->shelf->loaded)
		shelf_refresh(app);
	if (now.waiting + now.held < was.waiting + was.held && now.waiting == 0) {
		chat_refresh(app);
		if (!app->chat->busy && app->chat->id[0] != '\0')
			chat_open(app, app->chat->id);
	}
}

/* ---- what comes by itself: a teacher's reply ------------------------------------------- */

static bool
listed(const struct chat *c, const char *id)
{
	for (size_t i = 0; i < c->list_count; i++)
		if (str_same(c->conversations[i].id, id))
			return true;
	return str_same(c->id, id);
}

/* The latest conversation is enough to see that something came. */
static void
on_latest(const struct backend_done *d, void *arg)
{
	struct app *app = arg;
	if (d->fault != FAULT_NONE || app->leaving || app->vault != VAULT_OPEN)
		return;
	const struct record_list *l = &((const struct conversations *)d->reply)->items;
	const struct conversation *v = l->count > 0 ? l->items : NULL;
	/* What was begun at another machine belongs into the list, and is no news. */
	if (v != NULL && !listed(app->chat, v->id) && !app->chat->busy)
		chat_refresh(app);
	if (v == NULL || !chat_has_news(app, v))
		return;
	if (!str_same(v->id, app->chat->id))
		app_alert(app, "something new was written in \"%.60s\"", v->title != NULL ? v->title : "");
	app_notify(app, "something new was written");
	chat_refresh(app);
}

/* ---- what takes long ------------------------------------------------------------------- */

/* Nothing has come of the answer for a while: how long, and what can be done. */
static void
on_wait_time(void *arg)
{
	struct app *app = arg;
	struct chat *c = app->chat;
	app->wait_timer = 0;
	if (!c->busy || app->leaving || c->more->streamed.len > 0)
		return;
	size_t word = strcspn(c->step, ".");
	app->wait_s++;
	if (app->wait_s >= SLOW_S) {
		snprintf(c->step + word, sizeof c->step - word, "... %d s, the server is slow; Ctrl-C stops", app->wait_s);
		c->more->grown = true;
		app_dirty(app, &pane_transcript);
	}
	app->wait_timer = loop_timer(app->loop, 1000, on_wait_time, app);
}

void
server_wait(struct app *app)
{
	app->wait_s = 0;
	if (app->config->server != NULL && app->wait_timer == 0)
		app->wait_timer = loop_timer(app->loop, 1000, on_wait_time, app);
}

static void
on_news_time(void *arg)
{
	struct app *app = arg;
	unsigned id;
	const struct conversation_list latest = { .status = "all", .limit = 1 };
	const struct backend_handlers h = { NULL, on_latest, app };
	/* Not a whole class at once, and not each screen at its own even beat. */
	int64_t odd_ms = app->config->clock->mono_ms(app->config->clock->arg) % NEWS_ODD_MS;
	app->news_timer = loop_timer(app->loop, NEWS_MS + odd_ms, on_news_time, app);
	if (app_backend(app) == NULL || app->chat->busy || server_away(app))
		return;
	(void)!backend_call(&id, app->backend, "conversation.list", &latest, &h);
}

void
server_watch(struct app *app)
{
	app->waiting = backend_waiting(app->backend);
	backend_on_word(app->backend, on_word, app);
	if (app->config->server != NULL && app->news_timer == 0)
		app->news_timer = loop_timer(app->loop, NEWS_MS, on_news_time, app);
}

bool
server_away(const struct app *app)
{
	return app->config->server != NULL && app->backend != NULL && str_same(backend_word(app->backend), "OFFLINE");
}

void
server_leave(struct app *app)
{
	if (app->news_timer != 0)
		loop_untimer(app->loop, app->news_timer);
	app->news_timer = 0;
	if (app->wait_timer != 0)
		loop_untimer(app->loop, app->wait_timer);
	app->wait_timer = 0;
}

static void
synced(const struct backend_done *d, void *arg)
{
	struct app *app = arg;
	if (app->leaving)
		return;
	struct backend_waiting w = backend_waiting(app->backend);
	if (d->fault != FAULT_NONE)
		app_alert(app, "%s", d->sentence);
	else if (w.waiting + w.large + w.held + w.refused == 0)
		app_alert(app, "everything is delivered");
	else
		app_alert(app, "%zu wait, %zu were answered here, %zu were refused: %s shows them", w.waiting + w.large, w.held, w.refused, list_chord(app));
}

static enum fault
deliver(struct app *app, bool held)
{
	const struct backend_handlers h = { NULL, synced, app };
	if (app_backend(app) == NULL)
		return fault(FAULT_LOCKED, "not open yet: a moment");
	return backend_sync(NULL, app->backend, held, &h);
}

enum fault
act_sync_now(struct app *app, const char *arg)
{
	(void)arg;
	return deliver(app, false);
}

enum fault
act_sync_ask(struct app *app, const char *arg)
{
	(void)arg;
	return deliver(app, true);
}

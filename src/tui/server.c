/* What the screen knows of a server: its word, and what waits to be delivered.
 *
 * The word stands in the first row.  When what was written while the server was away
 * has been delivered the open conversation is read again, for answers have come;
 * what was refused is said once, in the last row. */
#include "app_in.h"

static void
on_word(void *arg)
{
	struct app *app = arg;
	struct backend_waiting was = app->waiting, now = backend_waiting(app->backend);
	app->waiting = now;
	app->dirty_status = true;
	if (app->vault != VAULT_OPEN || app->leaving)
		return;
	if (now.refused > was.refused)
		app_alert(app, "the server refused %zu of what was written: stoa sync shows it", now.refused);
	if (now.waiting + now.held < was.waiting + was.held && now.waiting == 0) {
		chat_refresh(app);
		if (!app->chat->busy && app->chat->id[0] != '\0')
			chat_open(app, app->chat->id);
	}
}

void
server_watch(struct app *app)
{
	app->waiting = backend_waiting(app->backend);
	backend_on_word(app->backend, on_word, app);
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
	else if (w.waiting + w.held + w.refused == 0)
		app_alert(app, "everything is delivered");
	else
		app_alert(app, "%zu wait, %zu were answered here, %zu were refused: stoa sync shows them", w.waiting, w.held, w.refused);
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

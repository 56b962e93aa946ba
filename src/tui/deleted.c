/* Deleting a conversation: out of the list at once, out of the store half a minute
 * later, and meanwhile it can be brought back.
 *
 * So nobody is asked before, and nothing is lost by a slip.  The next deletion, the
 * lock and leaving make it final sooner; a crash in between brings it back. */
#include <stdio.h>
#include <string.h>

#include "chat_in.h"

#define UNDO_MS 30000

static void
deleted(struct app *app, const struct backend_done *d, void *arg)
{
	(void)arg;
	if (d->fault != FAULT_NONE && !app->leaving)
		chat_refresh(app);         /* it is there still, and the alert says why */
}

/* What was deleted last, from now on nobody's; false: nothing. */
static bool
gone_take(char id[ID_BYTES], struct app *app)
{
	struct chat *c = app->chat;
	if (c->more->gone_timer != 0)
		loop_untimer(app->loop, c->more->gone_timer);
	c->more->gone_timer = 0;
	memcpy(id, c->gone, ID_BYTES);
	c->gone[0] = '\0';
	return id[0] != '\0';
}

bool
chat_delete_now(struct app *app, app_reply_fn *done, void *arg)
{
	char id[ID_BYTES];
	return gone_take(id, app) && app_call(app, "conversation.delete", &(struct id_request){ id }, done != NULL ? done : deleted, arg) != 0;
}

static void
on_undo_end(void *arg)
{
	struct app *app = arg;
	app->chat->more->gone_timer = 0;
	(void)chat_delete_now(app, NULL, NULL);
}

void
chat_delete(struct app *app, const char *id, const char *title)
{
	struct chat *c = app->chat;
	(void)chat_delete_now(app, NULL, NULL);
	snprintf(c->gone, sizeof c->gone, "%s", id);
	snprintf(c->gone_title, sizeof c->gone_title, "%s", title);
	c->gone_open = str_same(c->id, id);
	if (c->gone_open) {
		if (c->busy)
			chat_cancel(app);
		chat_open(app, NULL);
	}
	c->more->gone_timer = loop_timer(app->loop, UNDO_MS, on_undo_end, app);
	chat_refresh(app);
}

bool
chat_undo(struct app *app)
{
	struct chat *c = app->chat;
	char id[ID_BYTES];
	if (!gone_take(id, app))
		return false;
	if (c->gone_open && c->id[0] == '\0' && c->turn_count == 0)
		chat_open(app, id);
	chat_refresh(app);
	return true;
}

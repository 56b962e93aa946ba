/* Share: a link that shows a conversation as it is now, and the links there are.
 *
 * The server tells a link once, when it is made: it is copied as everything is, and
 * stands whole above the list of links as long as the screen is open. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chat_in.h"

static enum fault
need_server(struct app *app)
{
	if (app->config->server == NULL)
		return fault(FAULT_ABSENT, "this machine serves nobody: a link needs a class server");
	if (app->backend != NULL && str_same(backend_word(app->backend), "OFFLINE"))
		return fault(FAULT_OFFLINE, "the server cannot be reached; there are links when it is back");
	return FAULT_NONE;
}

/* ---- the links ------------------------------------------------------------------------ */

static bool links_key(struct app *app, const void *item, keycode k);

static const char *
title_of(const struct chat *c, const char *id)
{
	for (size_t i = 0; i < c->list_count; i++)
		if (str_same(c->conversations[i].id, id) && c->conversations[i].title != NULL)
			return c->conversations[i].title;
	return "(a conversation that is not listed)";
}

static void
links_row(struct app *app, struct text *out, const void *item)
{
	const struct shared_link *l = item;
	char until[TIME_TEXT_BYTES];
	time_format(until, l->expires);
	text_printf(out, "until %.10s  %4lld message%s  %s", until, (long long)l->messages, l->messages == 1 ? " " : "s",
		title_of(app->chat, l->conversation_id));
}

static void
links_detail(struct app *app, struct flow *f, const void *item)
{
	const struct shared_link *l = item;
	const struct chat_more *m = app->chat->more;
	static const char what[] = "Whoever is signed in at the server and has the link reads what had been said when it was made.";
	flow_text(f, STYLE_DIM, NULL, STYLE_DIM, 0, what, sizeof what - 1);
	if (m->link != NULL && str_same(m->link_id, l->id)) {
		flow_blank(f);
		flow_text(f, STYLE_LINK, NULL, STYLE_LINK, 0, m->link, strlen(m->link));
	}
}

static const struct pane_type pane_links = {
	.name = "links", .places = PLACE_OVERLAY, .open = rows_open, .close = rows_close,
	.draw = rows_draw, .key = rows_key, .hints = "",
};
static const struct rows_kind links = {
	.type = &pane_links, .operation = "share.list", .request = &(const struct nothing){ 0 },
	.head = "links to conversations", .none = "nothing is shared",
	.hint = "d end the link  Enter open the conversation  Up Down move  Esc back",
	.row = links_row, .detail = links_detail, .key = links_key,
};

static void
ended(struct app *app, const struct backend_done *d, void *arg)
{
	(void)arg;
	if (d->fault != FAULT_NONE || app->leaving || app->vault != VAULT_OPEN)
		return;
	app_alert(app, "the link shows nothing any more");
	rows_ask(app, &links);
}

static void
on_end(struct app *app, const char *answer, void *arg)
{
	char *id = arg;
	if (answer != NULL)
		(void)app_call(app, "share.revoke", &(struct id_request){ id }, ended, NULL);
	mem_free(id);
}

static bool
links_key(struct app *app, const void *item, keycode k)
{
	const struct shared_link *l = item;
	if (k == '\r') {
		chat_open(app, l->conversation_id);
		app_focus(app, &pane_transcript);
		app_overlay(app, NULL);              /* and l goes with it */
	} else if (k == 'd' || k == KEY_DELETE) {
		app_confirm(app, "End this link for everybody who has it? (y)", on_end, mem_strdup(l->id));
	} else {
		return false;
	}
	return true;
}

enum fault
act_share_list(struct app *app, const char *arg)
{
	(void)arg;
	enum fault f = need_server(app);
	if (f == FAULT_NONE)
		rows_ask(app, &links);
	return f;
}

/* ---- a new one -------------------------------------------------------------------------- */

static void
shared(struct app *app, const struct backend_done *d, void *arg)
{
	struct chat_more *m = app->chat->more;
	const struct shared_link *l = d->reply;
	struct text url, what;
	char until[TIME_TEXT_BYTES];
	(void)arg;
	if (d->fault != FAULT_NONE || app->leaving || app->vault != VAULT_OPEN)
		return;
	const char *path = l->url != NULL ? l->url : l->token != NULL ? l->token : "";
	text_init(&url, 8192);
	text_init(&what, 256);
	text_printf(&url, "%s%s", path[0] == '/' ? app->config->server : "", path);
	time_format(until, l->expires);
	text_printf(&what, "the link to %lld message%s until %.10s is", (long long)l->messages, l->messages == 1 ? "" : "s", until);
	mem_free(m->link);
	m->link = mem_strdup(url.data);
	snprintf(m->link_id, sizeof m->link_id, "%s", l->id != NULL ? l->id : "");
	app_yank(app, what.data, url.data, url.len);
	rows_ask(app, &links);
	text_clear(&url);
	text_clear(&what);
}

static void
on_days(struct app *app, const char *answer, void *arg)
{
	char *id = arg, *end = NULL;
	long days = answer != NULL ? strtol(answer, &end, 10) : 0;
	if (answer != NULL && (end == answer || *end != '\0' || days < 1 || days > 365))
		app_alert(app, "a link lasts 1 to 365 days, not \"%.40s\"", answer);
	else if (answer != NULL)
		(void)app_call(app, "conversation.share", &(struct conversation_share){ .id = id, .expires_in_days = days }, shared, NULL);
	mem_free(id);
}

enum fault
act_chat_share(struct app *app, const char *arg)
{
	char id[ID_BYTES], title[256];
	enum fault f = need_server(app);
	if (f != FAULT_NONE)
		return f;
	if (!chat_meant(id, title, app))
		return fault(FAULT_ABSENT, "there is no conversation to share");
	if (arg != NULL)
		on_days(app, arg, mem_strdup(id));
	else
		app_ask_with(app, "Days that the link lasts (1 to 365):", "7", on_days, mem_strdup(id));
	return FAULT_NONE;
}

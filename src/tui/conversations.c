/* The list of conversations.
 *
 * What came by itself (a teacher's reply) is counted in the history until it is looked
 * at.  What was asked from elsewhere meanwhile is known here only: all messages that
 * the first list of a session has were looked at, then what was open. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chat_in.h"

#define LIST_PAGE 100
#define LIST_MOST 5000

/* ---- looked at ----------------------------------------------------------------------- */

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct seen *)a)->id, ((const struct seen *)b)->id);
}

static struct seen *
seen_find(const struct chat_more *m, const char *id)
{
	struct seen key;
	if (id == NULL || m->seen_count == 0)
		return NULL;
	snprintf(key.id, sizeof key.id, "%s", id);
	return bsearch(&key, m->seen, m->seen_count, sizeof *m->seen, by_id);
}

static void
seen_add(struct chat_more *m, const char *id, int64_t count)
{
	mem_reserve(&m->seen, &m->seen_cap, m->seen_count + 1, sizeof *m->seen);
	struct seen *s = &m->seen[m->seen_count++];
	*s = (struct seen){ .count = count };
	snprintf(s->id, sizeof s->id, "%s", id);
}

void
seen_set(struct chat *c, const char *id, int64_t count)
{
	c->more->counted = false;
	struct seen *s = seen_find(c->more, id);
	if (s != NULL) {
		s->count = count;
	} else if (id[0] != '\0') {
		seen_add(c->more, id, count);
		qsort(c->more->seen, c->more->seen_count, sizeof *c->more->seen, by_id);
	}
}

/* What is new in the list that has come; the open conversation is being looked at. */
static void
seen_take(struct chat *c)
{
	struct chat_more *m = c->more;
	size_t known = m->seen_count;
	for (size_t i = 0; i < c->list_count; i++) {
		const struct conversation *v = &c->conversations[i];
		struct chat_more before = { .seen = m->seen, .seen_count = known };
		struct seen *s = seen_find(&before, v->id);
		bool open = str_same(v->id, c->id);
		if (s == NULL)
			seen_add(m, v->id, open || !m->listed ? v->message_count : 0);
		else if (open || v->message_count < s->count)
			s->count = v->message_count;
	}
	if (m->seen_count > known)
		qsort(m->seen, m->seen_count, sizeof *m->seen, by_id);
	m->listed = true;
}

int64_t
chat_unread(const struct chat *c, const struct conversation *v)
{
	const struct seen *s = seen_find(c->more, v->id);
	int64_t here = s == NULL || v->message_count <= s->count ? 0 : v->message_count - s->count;
	return str_same(v->id, c->id) ? 0 : here > v->unread ? here : v->unread;
}

/* Asked with every drawing of the first row: counted when something changed. */
size_t
chat_unread_count(const struct chat *c)
{
	struct chat_more *m = c->more;
	if (m->counted)
		return m->unread;
	m->counted = true;
	m->unread = 0;
	for (size_t i = 0; i < c->list_count; i++)
		m->unread += chat_unread(c, &c->conversations[i]) > 0;
	return m->unread;
}

/* The history keeps it; of a server that is away it is not worth a place in the outbox. */
void
chat_keep_unread(struct app *app, const char *id, int64_t count)
{
	struct chat *c = app->chat;
	c->more->counted = false;
	for (size_t i = 0; i < c->list_count; i++)
		if (str_same(c->conversations[i].id, id))
			c->conversations[i].unread = count;
	const struct conversation_update request = { .id = id, .unread = count > 0 ? count : -1 };
	unsigned call;
	if (!app->read_only && !server_away(app))
		(void)!backend_call(&call, app->backend, "conversation.update", &request, &(struct backend_handlers){ NULL, NULL, NULL });
}

/* ---- what came by itself ----------------------------------------------------------------- */

bool
chat_has_news(struct app *app, const struct conversation *v)
{
	const struct chat *c = app->chat;
	if (c->busy || c->away != 0)
		return false;
	if (str_same(v->id, c->id))
		return v->message_count > (int64_t)c->turn_count;
	for (size_t i = 0; i < c->list_count; i++)
		if (str_same(c->conversations[i].id, v->id))
			return v->message_count > c->conversations[i].message_count;
	return false;
}

/* The open conversation has more than is shown: it is read again.  Of another one the
 * mark in the list tells, and once a line. */
static void
news_take(struct app *app)
{
	struct chat *c = app->chat;
	for (size_t i = 0; i < c->list_count; i++) {
		const struct conversation *v = &c->conversations[i];
		if (str_same(v->id, c->id) && c->turn_count > 0 && chat_has_news(app, v)) {
			chat_open(app, v->id);
			app_alert(app, "something new was written here");
			return;
		}
	}
}

/* ---- the list ------------------------------------------------------------------------ */

/* The first search reads all that was ever said: let that happen behind the screen,
 * once for each opening of the history.  Whether it went well shows with the search. */
static void
search_warm(struct app *app)
{
	unsigned id;
	if (app->chat->more->warm)
		return;
	app->chat->more->warm = true;
	(void)!backend_call(&id, app->backend, "history.search", &(struct history_search){ .query = " " }, &(struct backend_handlers){ NULL, NULL, NULL });
}

static void
list_whole(struct app *app)
{
	struct chat *c = app->chat;
	void *items = c->conversations;
	listing_take(&c->more->next, &record_conversation, &items, &c->list_count, &c->list_at, &c->list_arena);
	c->conversations = items;
	seen_take(c);
	c->more->counted = false;
	if (app->config->server != NULL)
		news_take(app);
	app_dirty(app, &pane_conversations);
	app_dirty(app, &pane_transcript);
	app->dirty_status = true;
	search_warm(app);
}

static unsigned
list_ask(struct app *app, const char *cursor, app_reply_fn *got, void *arg)
{
	const struct chat *c = app->chat;
	const struct conversation_list request = {
		.status = c->archived ? "archived" : "active",
		.search = c->filter[0] != '\0' ? c->filter : NULL,
		.cursor = cursor,
		.limit = LIST_PAGE,
	};
	return app_call(app, "conversation.list", &request, got, arg);
}

/* Deleted, as far as anybody can see. */
static const char *
list_skipped(struct app *app)
{
	return app->chat->gone;
}

void
chat_refresh(struct app *app)
{
	static const struct listing_kind kind = {
		.of = &record_conversation, .items = offsetof(struct conversations, items), .cursor = offsetof(struct conversations, cursor),
		.most = LIST_MOST, .ask = list_ask, .skipped = list_skipped, .whole = list_whole,
	};
	listing_fetch(app, &kind, &app->chat->more->next);
}

const struct conversation *
chat_selected(struct app *app)
{
	const struct chat *c = app->chat;
	return c->list_at < c->list_count ? &c->conversations[c->list_at] : NULL;
}

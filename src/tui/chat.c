/* Chat: the open conversation and the question on its way.
 *
 * A late reply to what is no longer open is dropped by its epoch. */
#include <stdio.h>
#include <string.h>

#include "chat_in.h"

#define HISTORY_LINES 200

/* ---- life ------------------------------------------------------------------------ */

struct chat *
chat_new(struct app *app)
{
	struct chat *c = mem_new(sizeof *c);
	c->more = mem_new(sizeof *c->more);
	c->more->app = app;
	text_init(&c->more->streamed, 1 << 20);
	arena_init(&c->more->live);
	arena_init(&c->list_arena);
	arena_init(&c->more->next.arena);
	memset(c->more->flows, 0xFF, sizeof c->more->flows);
	return c;
}

static void
conversation_forget(struct chat *c)
{
	struct chat_more *m = c->more;
	chat_flows_drop(c);
	for (size_t i = 0; i < m->piece_count; i++)
		arena_clear(&m->pieces[i].arena);
	m->piece_count = m->loaded = 0;
	mem_free(c->turns);
	c->turns = NULL;
	c->turn_count = c->turn_cap = c->turn_at = 0;
	c->citation = 0;
	c->id[0] = c->title[0] = '\0';
	m->counted = false;
	m->stream = NULL;
	text_reset(&m->streamed);
	arena_clear(&m->live);
	c->epoch++;
}

void
chat_close(struct chat *c)
{
	conversation_forget(c);
	if (c->more->gone_timer != 0)
		loop_untimer(c->more->app->loop, c->more->gone_timer);
	c->more->gone_timer = 0;
	c->gone[0] = '\0';
	c->more->warm = false;
	listing_drop(&c->more->next);
	mem_free(c->conversations);
	c->conversations = NULL;
	c->list_count = c->list_at = 0;
	c->more->counted = false;
	arena_clear(&c->list_arena);
	c->filter[0] = '\0';
	mem_free(c->more->seen);
	mem_free(c->more->reply_draft);
	mem_free(c->more->link);
	c->more->reply_draft = c->more->link = NULL;
	c->more->handed[0] = c->more->reply_to[0] = c->more->link_id[0] = '\0';
	c->more->seen = NULL;
	c->more->seen_count = c->more->seen_cap = 0;
	c->more->listed = false;
}

void
chat_free(struct chat *c)
{
	if (c == NULL)
		return;
	chat_close(c);
	text_clear(&c->more->streamed);
	mem_free(c->more->pieces);
	mem_free(c->documents.items != NULL ? (void *)c->documents.items[0] : NULL);
	mem_free(c->documents.items);
	mem_free(c->more);
	mem_free(c);
}

/* ---- opening ------------------------------------------------------------------------- */

static void
select_last(struct app *app)
{
	struct chat *c = app->chat;
	c->turn_at = c->turn_count;
	for (size_t i = c->turn_count; i > 0 && i + PIECE > c->turn_count; i--)
		if (c->turns[i - 1].m != NULL && str_same(c->turns[i - 1].m->role, "stoa")) {
			chat_select(app, i - 1, false);
			return;
		}
}

/* What was asked here before, for the Up key; readline forgets it with the lock. */
static void
history_give(struct app *app)
{
	const struct chat *c = app->chat;
	const char *lines[HISTORY_LINES];
	size_t n = 0, first = c->turn_count > 2 * HISTORY_LINES ? c->turn_count - 2 * HISTORY_LINES : 0;
	for (size_t i = first; i < c->turn_count && n < HISTORY_LINES; i++)
		if (c->turns[i].m != NULL && str_same(c->turns[i].m->role, "user"))
			lines[n++] = c->turns[i].m->content;
	composer_history(app->composer, lines, n);
}

struct open_call { unsigned epoch; };

static void
opened(struct app *app, const struct backend_done *d, void *arg)
{
	struct open_call call = *(struct open_call *)arg;
	struct chat *c = app->chat;
	mem_free(arg);
	if (call.epoch != c->epoch || d->fault != FAULT_NONE)
		return;
	const struct transcript *t = d->reply;
	size_t n = t->messages.count, total = (size_t)t->conversation->message_count;
	if (total < n)
		total = n;
	seen_set(c, c->id, (int64_t)total);
	if (t->conversation->unread > 0)
		chat_keep_unread(app, c->id, 0);
	turns_reserve(c, total + 16);
	c->turn_count = total;
	for (size_t i = 0; i < n; i++)
		c->turns[total - n + i].m = record_copy(&c->more->live, &record_message, (const struct message *)t->messages.items + i);
	snprintf(c->title, sizeof c->title, "%s", t->conversation->title != NULL ? t->conversation->title : "");
	select_last(app);
	history_give(app);
	app_relayout(app);
	app_dirty(app, NULL);
}

void
chat_open(struct app *app, const char *conversation_id)
{
	struct chat *c = app->chat;
	char id[ID_BYTES] = "";
	if (conversation_id != NULL)
		snprintf(id, sizeof id, "%s", conversation_id);
	conversation_forget(c);
	if (c->busy)                     /* an answer that is on its way comes to its own conversation */
		c->away = c->call;
	c->busy = false;
	c->call = 0;
	app_relayout(app);
	app_dirty(app, NULL);
	if (id[0] == '\0')
		return;
	snprintf(c->id, sizeof c->id, "%s", id);
	for (size_t i = 0; i < c->list_count; i++)
		if (str_same(c->conversations[i].id, id))
			c->list_at = i;
	struct open_call *call = mem_new(sizeof *call);
	call->epoch = c->epoch;
	if (app_call(app, "conversation.get", &(struct conversation_get){ .id = id, .limit = PIECE }, opened, call) == 0)
		mem_free(call);
}

/* ---- asking ----------------------------------------------------------------------------- */

static struct message *
say(struct chat *c, const char *role, const char *content)
{
	struct message *m = record_new(&c->more->live, &record_message);
	m->role = role;
	m->content = arena_strdup(&c->more->live, content);
	turns_reserve(c, c->turn_count + 1);
	if (c->turn_count > 0)
		turn_unlay(&c->turns[c->turn_count - 1]);     /* its hint goes */
	if (c->turn_at == c->turn_count)
		c->turn_at++;                /* still none */
	c->turns[c->turn_count++] = (struct chat_turn){ .m = m };
	return m;
}

static void
stream_changed(struct app *app)
{
	struct chat *c = app->chat;
	if (c->more->stream == NULL)
		return;
	c->more->grown = true;
	app_dirty(app, &pane_transcript);
}

struct ask_call { struct app *app; unsigned epoch; char *question, id[ID_BYTES]; int64_t began_ms, asked; unsigned number; };   /* asked: messages with it; number: of the call */

static void
on_event(const char *name, const struct record_type *type, const void *record, void *arg)
{
	struct ask_call *call = arg;
	struct app *app = call->app;
	struct chat *c = app->chat;
	(void)name;
	if (type == &record_ev_start && ((const struct ev_start *)record)->conversation_id != NULL)
		snprintf(call->id, sizeof call->id, "%s", ((const struct ev_start *)record)->conversation_id);
	if (call->epoch != c->epoch || c->more->stream == NULL)
		return;
	if (type == &record_ev_start) {
		if (c->id[0] == '\0')
			snprintf(c->id, sizeof c->id, "%s", call->id);
	} else if (type == &record_ev_status) {
		const char *step = ((const struct ev_status *)record)->step;
		snprintf(c->step, sizeof c->step, "%s ...", str_same(step, "model") ? "the model writes" : step);
	} else if (type == &record_ev_delta) {
		const struct ev_delta *e = record;
		text_printf(&c->more->streamed, "%s%s", c->more->streamed.len > 0 ? "\n" : "", e->delta != NULL ? e->delta : "");
		c->more->stream->content = c->more->streamed.data;
	}
	stream_changed(app);
}

static void
answered(struct app *app, const struct message *m)
{
	struct chat *c = app->chat;
	struct chat_turn *t = &c->turns[c->turn_count - 1];
	turn_unlay(t);
	t->m = record_copy(&c->more->live, &record_message, m);
	c->more->stream = NULL;
	chat_select(app, c->turn_count - 1, false);
	app_relayout(app);
}

/* Nothing came: the question goes back to the line, unless that has a new one. */
static void
unanswered(struct app *app, const struct ask_call *call)
{
	struct chat *c = app->chat;
	turn_unlay(&c->turns[c->turn_count - 1]);
	turn_unlay(&c->turns[c->turn_count - 2]);
	c->turn_count -= 2;
	if (c->turn_at > c->turn_count)
		c->turn_at = c->turn_count;
	c->more->stream = NULL;
	if (c->turn_count == 0)
		c->title[0] = '\0';
	if (composer_text(app->composer)[0] == '\0')
		composer_set(app->composer, call->question);
	app_composer_resized(app);
}

/* Another conversation was opened meanwhile: the answer waits in its own, unread. */
static void
answered_elsewhere(struct app *app, const struct ask_call *call, enum fault f)
{
	struct chat *c = app->chat;
	if (call->id[0] == '\0' || f != FAULT_NONE)
		return;
	if (str_same(call->id, c->id)) {            /* and left and opened again */
		if (!c->busy)
			chat_open(app, call->id);
		return;
	}
	seen_set(c, call->id, call->asked);
	chat_keep_unread(app, call->id, 1);
	app_alert(app, "the answer to \"%.60s\" is there, in the list", call->question);
	app_notify(app, "the answer is there");
}

static void
on_done(const struct backend_done *d, void *arg)
{
	struct ask_call *call = arg;
	struct app *app = call->app;
	struct chat *c = app->chat;
	if (c->away == call->number) {
		c->away = 0;
		app->dirty_status = true;
	}
	if (!app->leaving && call->epoch == c->epoch) {
		c->busy = false;
		c->call = 0;
		if (d->fault == FAULT_NONE)
			answered(app, d->reply);
		else
			unanswered(app, call);
		app_dirty(app, &pane_transcript);
		app_dirty(app, &pane_evidence);
		app->dirty_status = true;
		int64_t took = app->config->clock->mono_ms(app->config->clock->arg) - call->began_ms;
		if (took > 3000)
			app_notify(app, d->fault == FAULT_NONE ? "the answer is there" : "no answer");
	} else if (!app->leaving && app->vault == VAULT_OPEN) {
		answered_elsewhere(app, call, d->fault);
	}
	if (!app->leaving && d->fault != FAULT_NONE && d->fault != FAULT_CANCELLED)
		app_alert(app, "%s", d->sentence);
	if (!app->leaving)
		chat_refresh(app);
	mem_free(call->question);
	mem_free(call);
}

void
chat_send(struct app *app, const char *text)
{
	struct chat *c = app->chat;
	if (app_backend(app) == NULL || c->busy) {
		app_alert(app, c->busy ? "an answer is on its way; Ctrl-C stops it" : "not open yet: a moment");
		composer_set(app->composer, text);
		return;
	}
	struct ask_call *call = mem_new(sizeof *call);
	*call = (struct ask_call){ .app = app, .epoch = c->epoch, .question = mem_strdup(text), .asked = (int64_t)c->turn_count + 1,
		.began_ms = app->config->clock->mono_ms(app->config->clock->arg) };
	snprintf(call->id, sizeof call->id, "%s", c->id);
	const struct message_send request = {
		.conversation_id = c->id[0] != '\0' ? c->id : NULL,
		.content = text,
		.mode = app->config->mode,
		.documents = c->documents,
	};
	enum fault f = backend_call(&c->call, app->backend, "message.send", &request, &(struct backend_handlers){ on_event, on_done, call });
	if (f != FAULT_NONE) {
		app_alert(app, "%s", fault_sentence());
		composer_set(app->composer, text);
		mem_free(call->question);
		mem_free(call);
		return;
	}
	if (c->title[0] == '\0')
		snprintf(c->title, sizeof c->title, "%s", text);
	call->number = c->call;
	say(c, "user", text);
	text_reset(&c->more->streamed);
	snprintf(c->step, sizeof c->step, "searching ...");
	c->more->stream = say(c, "stoa", "");
	c->busy = true;
	c->sent++;
	server_wait(app);
	app_dirty(app, &pane_transcript);
}

void
chat_cancel(struct app *app)
{
	const struct chat *c = app->chat;
	unsigned call = c->busy ? c->call : c->away;
	if (call != 0 && app->backend != NULL)
		backend_cancel(app->backend, call);
}

void
chat_ask_only(struct app *app, const char *document_id, const char *name)
{
	struct chat *c = app->chat;
	mem_free(c->documents.items != NULL ? (void *)c->documents.items[0] : NULL);
	mem_free(c->documents.items);
	c->documents = (struct text_list){ NULL, 0 };
	c->documents_name[0] = '\0';
	if (document_id != NULL) {
		c->documents.items = mem_new(sizeof *c->documents.items);
		c->documents.items[0] = mem_strdup(document_id);
		c->documents.count = 1;
		snprintf(c->documents_name, sizeof c->documents_name, "%s", name);
	}
	app_dirty(app, &pane_transcript);
}

/* The record is ours, in an arena: only its reader sees it const. */
void
chat_rated(struct app *app, size_t turn, int64_t rating)
{
	struct chat_turn *t = turn < app->chat->turn_count ? &app->chat->turns[turn] : NULL;
	if (t == NULL || t->m == NULL)
		return;
	((struct message *)t->m)->rating = rating;
	turn_unlay(t);
	app_dirty(app, &pane_transcript);
}

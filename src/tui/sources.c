/* Sources: what an answer stands on, or what came nearest, and which one is looked at. */
#include "app_in.h"

const struct record_list *
chat_sources(const struct message *m)
{
	return m->citations.count > 0 ? &m->citations : &m->nearest;
}

int
chat_source_number(const struct record_list *l, size_t i)
{
	const struct citation *c = l->items;
	return c[i].n > 0 ? (int)c[i].n : (int)i + 1;
}

void
chat_select(struct app *app, size_t turn, bool last)
{
	struct chat *c = app->chat;
	const struct message *m = chat_message(app, turn);
	c->turn_at = turn;
	const struct record_list *l = m != NULL ? chat_sources(m) : NULL;
	c->citation = l == NULL || l->count == 0 ? 0 : chat_source_number(l, last ? l->count - 1 : 0);
	app_dirty(app, &pane_evidence);
	app_dirty(app, &pane_page);
	app_dirty(app, &pane_transcript);
}

const struct message *
chat_answer(struct app *app)
{
	return chat_message(app, app->chat->turn_at);
}

const struct citation *
chat_citation(struct app *app)
{
	const struct message *m = chat_answer(app);
	const struct record_list *l = m != NULL ? chat_sources(m) : NULL;
	for (size_t i = 0; l != NULL && i < l->count; i++)
		if (chat_source_number(l, i) == app->chat->citation)
			return (const struct citation *)l->items + i;
	return NULL;
}

/* To the next answer that stands on something, in the direction of by. */
static void
step_answer(struct app *app, int by)
{
	struct chat *c = app->chat;
	size_t at = c->turn_at < c->turn_count ? c->turn_at : c->turn_count;
	while (by < 0 ? at > 0 : at + 1 < c->turn_count) {
		at = by < 0 ? at - 1 : at + 1;
		const struct message *m = c->turns[at].m;
		if (m != NULL && chat_sources(m)->count > 0) {
			chat_select(app, at, by < 0);
			return;
		}
	}
}

void
chat_step(struct app *app, int by)
{
	struct chat *c = app->chat;
	const struct message *m = chat_answer(app);
	const struct record_list *l = m != NULL ? chat_sources(m) : NULL;
	size_t at = 0, count = l != NULL ? l->count : 0;
	while (at < count && chat_source_number(l, at) != c->citation)
		at++;
	if (at < count && (by < 0 ? at > 0 : at + 1 < count))
		c->citation = chat_source_number(l, by < 0 ? at - 1 : at + 1);
	else
		step_answer(app, by);
	app_dirty(app, &pane_evidence);
	app_dirty(app, &pane_page);
	app_dirty(app, &pane_transcript);
}

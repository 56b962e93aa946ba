/* Turns: a sparse array by place of what was said in the open conversation.
 *
 * What is looked at is asked for in pieces and old pieces go, so that a hundred
 * thousand messages cost what a screenful costs.  Rows are laid out when they are
 * drawn, and a few hundred turns keep theirs. */
#include <string.h>

#include "chat_in.h"

#define PIECES_KEPT 12

void
turn_unlay(struct chat_turn *t)
{
	if (t->flow == NULL)
		return;
	flow_clear(t->flow);
	mem_free(t->flow);
	t->flow = NULL;
}

void
chat_flows_drop(struct chat *c)
{
	for (size_t i = 0; i < FLOWS_KEPT; i++)
		if (c->more->flows[i] < c->turn_count)
			turn_unlay(&c->turns[c->more->flows[i]]);
	memset(c->more->flows, 0xFF, sizeof c->more->flows);
}

void
turns_reserve(struct chat *c, size_t count)
{
	size_t before = c->turn_cap;
	mem_reserve(&c->turns, &c->turn_cap, count, sizeof *c->turns);
	if (c->turn_cap > before)
		memset(c->turns + before, 0, (c->turn_cap - before) * sizeof *c->turns);
}

static struct piece *
piece_of(struct chat_more *m, size_t turn)
{
	size_t at = turn / PIECE;
	while (m->piece_count <= at) {
		mem_reserve(&m->pieces, &m->piece_cap, m->piece_count + 1, sizeof *m->pieces);
		m->pieces[m->piece_count] = (struct piece){ .state = PIECE_NONE };
		arena_init(&m->pieces[m->piece_count++].arena);
	}
	return &m->pieces[at];
}

/* Forget the piece not looked at for longest; what lives in `live` stays. */
static void
piece_evict(struct chat *c)
{
	struct chat_more *m = c->more;
	struct piece *oldest = NULL;
	for (size_t i = 0; i < m->piece_count; i++) {
		struct piece *p = &m->pieces[i];
		if (p->state == PIECE_LOADED && p->arena.top != NULL && (oldest == NULL || p->used < oldest->used))
			oldest = p;
	}
	if (oldest == NULL)
		return;
	size_t first = (size_t)(oldest - m->pieces) * PIECE;
	for (size_t i = first; i < first + PIECE && i < c->turn_count; i++) {
		turn_unlay(&c->turns[i]);
		c->turns[i].m = NULL;
	}
	arena_clear(&oldest->arena);
	oldest->state = PIECE_NONE;
	m->loaded--;
}

struct piece_call { unsigned epoch; size_t first, count; };

static void
piece_got(struct app *app, const struct backend_done *d, void *arg)
{
	struct piece_call call = *(struct piece_call *)arg;
	struct chat *c = app->chat;
	mem_free(arg);
	if (call.epoch != c->epoch)
		return;
	struct piece *p = piece_of(c->more, call.first);
	if (d->fault != FAULT_NONE) {
		p->state = PIECE_NONE;
		return;
	}
	const struct transcript *t = d->reply;
	for (size_t i = 0; i < t->messages.count && i < call.count; i++) {
		struct chat_turn *turn = &c->turns[call.first + i];
		if (turn->m == NULL)
			turn->m = record_copy(&p->arena, &record_message, (const struct message *)t->messages.items + i);
	}
	p->state = PIECE_LOADED;
	p->used = ++c->more->clock;
	if (++c->more->loaded > PIECES_KEPT)
		piece_evict(c);
	app_dirty(app, &pane_transcript);
	app_dirty(app, &pane_evidence);
}

static void
piece_ask(struct app *app, size_t turn)
{
	struct chat *c = app->chat;
	struct piece *p = piece_of(c->more, turn);
	if (p->state != PIECE_NONE || c->id[0] == '\0')
		return;
	struct piece_call *call = mem_new(sizeof *call);
	size_t first = turn / PIECE * PIECE, end = first + PIECE < c->turn_count ? first + PIECE : c->turn_count;
	*call = (struct piece_call){ c->epoch, first, end - first };
	const struct conversation_get request = { .id = c->id, .limit = (int64_t)(end - first), .before = (int64_t)end + 1 };
	if (app_call(app, "conversation.get", &request, piece_got, call) != 0)
		p->state = PIECE_ASKED;
	else
		mem_free(call);
}

const struct message *
chat_message(struct app *app, size_t turn)
{
	struct chat *c = app->chat;
	if (turn >= c->turn_count)
		return NULL;
	if (c->turns[turn].m == NULL)
		piece_ask(app, turn);
	else if (turn / PIECE < c->more->piece_count)
		c->more->pieces[turn / PIECE].used = ++c->more->clock;
	return c->turns[turn].m;
}

/* An empty flow for a turn; the turn laid out longest ago gives its rows up. */
static void
flow_make(struct chat *c, size_t turn, int cols)
{
	struct chat_more *m = c->more;
	struct chat_turn *t = &c->turns[turn];
	if (t->flow == NULL) {
		size_t *slot = &m->flows[m->flow_at++ % FLOWS_KEPT];
		if (*slot < c->turn_count)
			turn_unlay(&c->turns[*slot]);
		*slot = turn;
		t->flow = mem_new(sizeof *t->flow);
	} else {
		flow_clear(t->flow);
	}
	flow_init(t->flow, cols);
	if (t->m == m->stream)
		m->laid = (struct stream_laid){ 0 };
}

struct flow *
chat_flow(struct app *app, size_t turn, int cols)
{
	struct chat *c = app->chat;
	struct chat_more *m = c->more;
	const struct message *message = chat_message(app, turn);
	if (message == NULL)
		return NULL;
	struct chat_turn *t = &c->turns[turn];
	bool coming = message == m->stream;
	char hint[80] = "";
	if (t->flow == NULL || !flow_fits(t->flow, cols)) {
		flow_make(c, turn, cols);
		if (!coming && turn + 1 == c->turn_count)
			teacher_hint(hint, sizeof hint, app, message);
		if (!coming)
			chat_turn_flow(t->flow, message, hint);
		m->grown |= coming;
	}
	if (coming && m->grown) {
		chat_stream_flow(t->flow, &m->laid, &m->streamed, c->step);
		m->grown = false;
	}
	return t->flow;
}

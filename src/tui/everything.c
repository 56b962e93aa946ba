/* Search in everything: what was said and what the documents say, in one list laid
 * over the screen.  Enter opens the conversation, or the passage in the library. */
#include <stdio.h>
#include <string.h>

#include "app_in.h"

struct everything_view {
	struct arena arena;
	char query[512];
	const struct history_hits *said;
	const struct hits *found;
	size_t at, top;
	int waiting;
};

static void *
view_open(struct app *app)
{
	struct everything_view *v = mem_new(sizeof *v);
	(void)app;
	arena_init(&v->arena);
	return v;
}

static void
view_close(void *state)
{
	struct everything_view *v = state;
	arena_clear(&v->arena);
	mem_free(v);
}

static size_t
said_count(const struct everything_view *v)
{
	return v->said != NULL ? v->said->items.count : 0;
}

static size_t
row_count(const struct everything_view *v)
{
	return said_count(v) + (v->found != NULL ? v->found->items.count : 0);
}

static void
row_draw(struct app *app, int row, int cols, const struct everything_view *v, size_t i)
{
	struct screen *s = app_screen(app);
	enum style style = i == v->at ? STYLE_SELECTED : STYLE_TEXT;
	size_t said = said_count(v);
	const struct history_hit *h = i < said ? (const struct history_hit *)v->said->items.items + i : NULL;
	const struct hit *d = h == NULL ? (const struct hit *)v->found->items.items + (i - said) : NULL;
	const char *where = h != NULL ? h->conversation_title : d->passage->title;
	const char *kind = h == NULL ? "document" : str_same(h->role, "user") ? "you" : "stoa";
	int col = 2;
	(void)screen_put(s, row, col, 8, STYLE_DIM, kind, strlen(kind));
	(void)screen_put_short(s, row, col + 9, 24, style, where != NULL ? where : "", where != NULL ? strlen(where) : 0);
	snippet_draw(app, row, col + 35, cols - 38, h != NULL ? h->snippet : d->passage->text, h != NULL ? &h->spans : &d->spans);
	if (i == v->at)
		screen_cursor(s, row, col + 9);
}

static void
view_draw(struct app *app, struct pane *p)
{
	struct everything_view *v = p->state;
	char head[640];
	int rows = p->area.rows - 4, cols = p->area.cols;
	screen_fill(app_screen(app), (struct area){ 1, 0, p->area.rows - 1, cols }, STYLE_TEXT);
	snprintf(head, sizeof head, "everything with \"%s\"  %zu in conversations  %zu in documents%s", v->query, said_count(v),
		row_count(v) - said_count(v), v->waiting > 0 ? "  ..." : "");
	screen_rule(app_screen(app), 1, 0, cols, head);
	screen_cursor(app_screen(app), 2, 0);
	if (v->at < v->top)
		v->top = v->at;
	if (rows > 0 && v->at >= v->top + (size_t)rows)
		v->top = v->at - (size_t)rows + 1;
	for (size_t i = v->top; i < row_count(v) && i < v->top + (size_t)rows; i++)
		row_draw(app, 2 + (int)(i - v->top), cols, v, i);
	if (row_count(v) == 0 && v->waiting == 0)
		screen_put(app_screen(app), 3, 3, cols - 4, STYLE_DIM, "nothing", 7);
	screen_put(app_screen(app), p->area.rows - 1, 1, cols - 2, STYLE_HINT, "Enter open  Up Down move  Esc back", 34);
}

static void
row_open(struct app *app, const struct everything_view *v)
{
	size_t said = said_count(v);
	if (v->at >= row_count(v))
		return;
	if (v->at < said) {
		const struct history_hit *h = (const struct history_hit *)v->said->items.items + v->at;
		chat_open(app, h->conversation_id);
		transcript_seek(app, h->message_id);
		app_focus(app, &pane_transcript);
	} else {
		shelf_show(app, v->found, v->at - said, v->query);
	}
	app_overlay(app, NULL);              /* and what was found goes with it */
}

static bool
view_key(struct app *app, struct pane *p, keycode k, const char *bytes, size_t n)
{
	struct everything_view *v = p->state;
	size_t count = row_count(v), page = p->area.rows > 6 ? (size_t)p->area.rows - 5 : 1;
	(void)bytes, (void)n;
	p->dirty = true;
	if (k == '\r') {
		row_open(app, v);
	} else if (k == KEY_DOWN_ARROW || k == 'j') {
		v->at += v->at + 1 < count;
	} else if (k == KEY_UP_ARROW || k == 'k') {
		v->at -= v->at > 0;
	} else if (k == KEY_PAGE_DOWN) {
		v->at = v->at + page < count ? v->at + page : count > 0 ? count - 1 : 0;
	} else if (k == KEY_PAGE_UP) {
		v->at = v->at > page ? v->at - page : 0;
	} else {
		return false;
	}
	return true;
}

static const struct pane_type pane_everything = {
	.name = "everything",
	.places = PLACE_OVERLAY,
	.open = view_open,
	.close = view_close,
	.draw = view_draw,
	.key = view_key,
};

/* A reply of a search that is no longer shown, or of another one, is dropped. */
static void
got(struct app *app, const struct backend_done *d, void *arg)
{
	char *query = arg;
	struct pane *p = app_overlaid(app);
	struct everything_view *v = p != NULL && p->type == &pane_everything ? p->state : NULL;
	if (v != NULL && str_same(v->query, query)) {
		v->waiting--;
		if (d->fault == FAULT_NONE && d->op->reply == &record_history_hits)
			v->said = record_copy(&v->arena, &record_history_hits, d->reply);
		else if (d->fault == FAULT_NONE)
			v->found = record_copy(&v->arena, &record_hits, d->reply);
		p->dirty = true;
	}
	mem_free(query);
}

void
everything_find(struct app *app, const char *query)
{
	app_overlay(app, &pane_everything);
	struct everything_view *v = app_overlaid(app)->state;
	snprintf(v->query, sizeof v->query, "%.*s", (int)utf8_floor(query, strlen(query), sizeof v->query - 1), query);
	const struct { const char *operation; const void *request; } calls[] = {
		{ "history.search", &(struct history_search){ .query = v->query, .k = 50 } },
		{ "search.run", &(struct search_run){ .query = v->query, .k = 50 } },
	};
	for (size_t i = 0; i < COUNT_OF(calls); i++) {
		char *copy = mem_strdup(v->query);
		if (app_call(app, calls[i].operation, calls[i].request, got, copy) != 0)
			v->waiting++;
		else
			mem_free(copy);
	}
}

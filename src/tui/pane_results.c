/* What a search found: a row a passage, the words of the query marked. */
#include <stdio.h>
#include <string.h>

#include "app_in.h"

struct results_view { size_t top; };

static void *
view_open(struct app *app)
{
	(void)app;
	return mem_new(sizeof(struct results_view));
}

static void
view_close(void *state)
{
	mem_free(state);
}

/* Where a word begins a little further on; Japanese has none, there a character. */
static size_t
word_near(const char *text, size_t len, size_t at)
{
	at = utf8_floor(text, len, at);
	for (size_t i = at; i < len && i < at + 16; i++)
		if (text[i] == ' ')
			return i + 1;
	return at;
}

void
snippet_draw(struct app *app, int row, int col, int cols, const char *text, const struct record_list *found)
{
	struct screen *s = app_screen(app);
	text = text != NULL ? text : "";
	size_t len = strlen(text), at = 0;
	const struct span *spans = found->items;
	if (found->count > 0 && spans[0].start > cols / 3)
		at = word_near(text, len, (size_t)spans[0].start - (size_t)cols / 3);
	int end = col + cols;
	if (at > 0)
		col += screen_put(s, row, col, 3, STYLE_DIM, "...", 3);
	for (size_t i = 0; col < end && at < len; i++) {
		bool more = i < found->count && (size_t)spans[i].end <= len && spans[i].start < spans[i].end;
		size_t start = more ? (size_t)spans[i].start : len, stop = more ? (size_t)spans[i].end : len;
		if (stop <= at && more)
			continue;
		if (start > at)
			col = screen_width(s, text + at, start - at) > end - col
				? (screen_put_short(s, row, col, end - col, STYLE_TEXT, text + at, start - at), end)
				: col + screen_put(s, row, col, end - col, STYLE_TEXT, text + at, start - at);
		at = start > at ? start : at;
		if (stop > at)
			col += screen_put(s, row, col, end - col, STYLE_MATCH, text + at, stop - at);
		at = stop;
	}
}

static void
row_draw(struct app *app, struct pane *p, int row, const struct hit *h, bool now)
{
	char place[300];
	const struct passage *q = h->passage;
	const char *title = q->title != NULL ? q->title : "";
	int left = p->area.left, cols = p->area.cols, head = cols < 70 ? 20 : 28;
	enum style style = now && p->focused ? STYLE_SELECTED : now ? STYLE_STRONG : STYLE_TEXT;
	if (q->page_label != NULL && *q->page_label != '\0')
		snprintf(place, sizeof place, "p. %.20s %.250s", q->page_label, title);
	else if (q->page > 0)
		snprintf(place, sizeof place, "p. %lld %.250s", (long long)q->page, title);
	else
		snprintf(place, sizeof place, "%.280s", title);
	screen_put(app_screen(app), row, left, 2, style, now ? " >" : "  ", 2);
	screen_put_short(app_screen(app), row, left + 3, head - 4, style, place, strlen(place));
	snippet_draw(app, row, left + head, cols - head - 1, q->text, &h->spans);
	if (now && p->focused)
		screen_cursor(app_screen(app), row, left + 3);
}

static void
view_draw(struct app *app, struct pane *p)
{
	struct results_view *v = p->state;
	const struct shelf *sh = app_shelf(app);
	char head[700];
	size_t rows = p->area.rows > 1 ? (size_t)p->area.rows - 1 : 1;
	size_t count = sh->hits != NULL ? sh->hits->items.count : 0;
	if (sh->hits == NULL)
		snprintf(head, sizeof head, "search \"%s\" ...", sh->query);
	else
		snprintf(head, sizeof head, "search \"%s\"  %zu hit%s in %lld document%s  %.0f ms%s%.60s", sh->query, count, count == 1 ? "" : "s",
			(long long)sh->hits->documents, sh->hits->documents == 1 ? "" : "s", sh->hits->elapsed_ms,
			sh->hits->corrected != NULL && *sh->hits->corrected ? "  read as " : "", sh->hits->corrected != NULL ? sh->hits->corrected : "");
	screen_rule(app_screen(app), p->area.top, p->area.left, p->area.cols, head);
	if (p->focused)
		screen_cursor(app_screen(app), p->area.top, p->area.left);
	if (sh->hit_at < v->top)
		v->top = sh->hit_at;
	if (sh->hit_at >= v->top + rows)
		v->top = sh->hit_at - rows + 1;
	const char *none = server_away(app) ? "not in the documents of this machine; the server cannot be reached" : "not in your documents";
	if (count == 0 && sh->hits != NULL)
		screen_put(app_screen(app), p->area.top + 1, p->area.left + 3, p->area.cols - 4, STYLE_DIM, none, strlen(none));
	for (size_t i = v->top; i < count && i < v->top + rows; i++)
		row_draw(app, p, p->area.top + 1 + (int)(i - v->top), (const struct hit *)sh->hits->items.items + i, i == sh->hit_at);
}

static bool
view_action(struct app *app, struct pane *p, const char *id)
{
	struct shelf *sh = app_shelf(app);
	int64_t count = sh->hits != NULL ? (int64_t)sh->hits->items.count : 0, at = (int64_t)sh->hit_at, page = p->area.rows - 2;
	const struct { const char *id; int64_t to; } moves[] = {
		{ "move.up", at - 1 }, { "move.down", at + 1 }, { "move.page-up", at - page },
		{ "move.page-down", at + page }, { "move.top", 0 }, { "move.bottom", count - 1 },
		{ "find.next", at + 1 }, { "find.prev", at - 1 },
	};
	for (size_t i = 0; i < COUNT_OF(moves); i++)
		if (str_same(id, moves[i].id)) {
			int64_t to = moves[i].to < 0 ? 0 : moves[i].to >= count ? count - 1 : moves[i].to;
			sh->hit_at = (size_t)(to < 0 ? 0 : to);
			app_dirty(app, &pane_results);
			app_dirty(app, &pane_preview);
			return true;
		}
	return false;
}

static bool
view_key(struct app *app, struct pane *p, keycode k, const char *bytes, size_t n)
{
	(void)p, (void)bytes, (void)n;
	if (k == 27 || k == 'q')
		shelf_search(app, "");
	return true;
}

static void
view_mouse(struct app *app, struct pane *p, int row, int col, int button)
{
	const struct results_view *v = p->state;
	struct shelf *sh = app_shelf(app);
	size_t at = v->top + (size_t)(row > 1 ? row - 1 : 0);
	(void)col;
	if (button != MOUSE_PRESS || sh->hits == NULL || at >= sh->hits->items.count)
		return;
	sh->hit_at = at;
	app_dirty(app, &pane_results);
	app_dirty(app, &pane_preview);
}

const struct pane_type pane_results = {
	.name = "results",
	.places = PLACE_LIBRARY,
	.open = view_open,
	.close = view_close,
	.draw = view_draw,
	.action = view_action,
	.key = view_key,
	.mouse = view_mouse,
	.hints = "doc.open doc.search find.next pane.next tab.chat app.palette app.help",
};

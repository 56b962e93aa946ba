/* The library: a row a document, with the word and the mark of its state. */
#include <stdio.h>
#include <string.h>

#include "app_in.h"

struct table_view { size_t top; };

static void *
view_open(struct app *app)
{
	(void)app;
	return mem_new(sizeof(struct table_view));
}

static void
view_close(void *state)
{
	mem_free(state);
}

static const struct { const char *reason, *word; } reasons[] = {
	{ "no_text", "no text" }, { "encrypted", "encrypted" }, { "damaged", "damaged" },
	{ "empty", "empty" }, { "wrong_type", "no document" }, { "limit", "too large" },
};

static char
state_word(char out[32], enum style *style, const struct document *d)
{
	*style = STYLE_TEXT;
	snprintf(out, 32, "ready");
	if (str_same(d->status, "processing")) {
		snprintf(out, 32, "reading");
		return '*';
	}
	if (str_same(d->status, "waiting")) {
		snprintf(out, 32, "waits");
		*style = STYLE_STALE;
		return '^';
	}
	if (str_same(d->status, "failed")) {
		snprintf(out, 32, "failed");
		for (size_t i = 0; i < COUNT_OF(reasons); i++)
			if (str_same(reasons[i].reason, d->reason))
				snprintf(out, 32, "%s", reasons[i].word);
		*style = STYLE_UNSUPPORTED;
		return '!';
	}
	if (d->stale > 0) {
		snprintf(out, 32, "%lld stale", (long long)d->stale);
		*style = STYLE_STALE;
		return '~';
	}
	return ' ';
}

/* Where there is little room the name has it, and passages are left out. */
enum { NAME_LEAST = 28, PASSAGES = 10 };

static int
name_cols(const struct pane *p, bool *passages)
{
	int name = p->area.cols - 44;
	*passages = name >= NAME_LEAST;
	return *passages ? name : name + PASSAGES;
}

static void
row_draw(struct app *app, struct pane *p, int row, const struct document *d, bool now)
{
	struct screen *s = app_screen(app);
	bool passages;
	int left = p->area.left, name = name_cols(p, &passages);
	char mark[4], word[32], numbers[64], cited[32] = "-";
	enum style style, base = now && p->focused ? STYLE_SELECTED : now ? STYLE_STRONG : STYLE_TEXT;
	snprintf(mark, sizeof mark, "%c%c", now ? '>' : ' ', state_word(word, &style, d));
	screen_put(s, row, left, 2, style == STYLE_TEXT ? base : style, mark, 2);
	const char *title = d->name != NULL ? d->name : "";
	screen_put_short(s, row, left + 3, name, base, title, strlen(title));
	int n = d->pages > 0 ? snprintf(numbers, sizeof numbers, "%6lld", (long long)d->pages) : snprintf(numbers, sizeof numbers, "%6s", "-");
	if (passages)
		snprintf(numbers + n, sizeof numbers - (size_t)n, " %9lld", (long long)d->passages);
	int col = left + 3 + name;
	screen_put(s, row, col, 16, STYLE_TEXT, numbers, strlen(numbers));
	col += passages ? 18 : 18 - PASSAGES;
	screen_put(s, row, col, 12, style, word, strlen(word));
	if (d->cited > 0)
		snprintf(cited, sizeof cited, "%lld", (long long)d->cited);
	screen_put(s, row, col + 13, 8, STYLE_TEXT, cited, strlen(cited));
	if (now && p->focused)
		screen_cursor(s, row, left + 3);
}

/* ch4.pdf  page 12 of 38  [######------] */
static void
progress_draw(struct app *app, struct pane *p, int row)
{
	const struct shelf *sh = app_shelf(app);
	char line[512];
	int room = p->area.cols - 2, bar = 20;
	int64_t part = sh->pages > 0 ? sh->page : (int64_t)sh->done, whole = sh->pages > 0 ? sh->pages : (int64_t)sh->total;
	int full = whole > 0 ? (int)(part * bar / whole) : 0;
	size_t n = (size_t)snprintf(line, sizeof line, "adding %zu of %zu  %.200s  ", sh->done + 1, sh->total, sh->adding_name);
	if (sh->total == 0)
		n = (size_t)snprintf(line, sizeof line, "looking for documents ...  ");
	if (sh->pages > 0)
		n += (size_t)snprintf(line + n, sizeof line - n, "page %lld of %lld  ", (long long)sh->page, (long long)sh->pages);
	line[n++] = '[';
	for (int i = 0; i < bar; i++)
		line[n++] = i < full ? '#' : '-';
	line[n++] = ']';
	screen_put(app_screen(app), row, p->area.left + 1, room, STYLE_STRONG, line, n);
}

static void
head_draw(struct app *app, struct pane *p)
{
	const struct shelf *sh = app_shelf(app);
	struct screen *s = app_screen(app);
	int64_t bytes = 0;
	size_t trouble = 0;
	char head[256];
	for (size_t i = 0; i < sh->count; i++) {
		bytes += sh->documents[i].size_bytes;
		trouble += str_same(sh->documents[i].status, "failed") || sh->documents[i].stale > 0;
	}
	int n = snprintf(head, sizeof head, "Library  %zu document%s  %.1f MB", sh->count, sh->count == 1 ? "" : "s", (double)bytes / 1e6);
	if (trouble > 0)
		snprintf(head + n, sizeof head - (size_t)n, "  %zu need%s attention", trouble, trouble == 1 ? "s" : "");
	screen_put(s, p->area.top, p->area.left + 1, p->area.cols - 2, STYLE_HEADING, head, strlen(head));
	bool passages;
	int name = name_cols(p, &passages);
	const char *columns = passages ? " pages  passages  state        cited" : " pages  state        cited";
	screen_put(s, p->area.top + 1, p->area.left + 3, name, STYLE_DIM, "name", 4);
	screen_put(s, p->area.top + 1, p->area.left + 3 + name, 40, STYLE_DIM, columns, strlen(columns));
}

/* The rows under the table: what is wrong with the selected document. */
static int
foot_draw(struct app *app, struct pane *p)
{
	const struct document *d = shelf_selected(app);
	const char *why = d == NULL ? NULL : d->error_message;
	char line[512];
	int row = p->area.top + p->area.rows - 1;
	if (app_shelf(app)->adding) {
		progress_draw(app, p, row);
		return 1;
	}
	if (d != NULL && why == NULL && d->stale > 0) {
		snprintf(line, sizeof line, "~ the file changed: %lld saved citation%s no longer match%s", (long long)d->stale, d->stale == 1 ? "" : "s", d->stale == 1 ? "es" : "");
		screen_put(app_screen(app), row, p->area.left + 1, p->area.cols - 2, STYLE_STALE, line, strlen(line));
		return 1;
	}
	if (d != NULL && str_same(d->status, "waiting"))
		why = server_away(app) ? "kept here and sent when the server is back; d forgets it" : "on its way to the server; d forgets it";
	if (why == NULL || *why == '\0')
		return 0;
	snprintf(line, sizeof line, "! %.500s", why);
	screen_put(app_screen(app), row, p->area.left + 1, p->area.cols - 2, STYLE_ALERT, line, strlen(line));
	return 1;
}

static void
view_draw(struct app *app, struct pane *p)
{
	struct table_view *v = p->state;
	const struct shelf *sh = app_shelf(app);
	head_draw(app, p);
	int foot = foot_draw(app, p), room = p->area.rows - 2 - foot;
	size_t rows = room > 0 ? (size_t)room : 1;
	if (p->focused)
		screen_cursor(app_screen(app), p->area.top, p->area.left);
	if (sh->at < v->top)
		v->top = sh->at;
	if (sh->at >= v->top + rows)
		v->top = sh->at - rows + 1;
	if (sh->count == 0 && sh->loaded)
		screen_put(app_screen(app), p->area.top + 3, p->area.left + 3, p->area.cols - 4, STYLE_DIM, "empty: a adds a file or a folder", 32);
	for (size_t i = v->top; i < sh->count && i < v->top + rows; i++)
		row_draw(app, p, p->area.top + 2 + (int)(i - v->top), &sh->documents[i], i == sh->at);
}

static void
view_to(struct app *app, int64_t at)
{
	struct shelf *sh = app_shelf(app);
	int64_t last = (int64_t)sh->count - 1;
	sh->at = (size_t)(at < 0 || last < 0 ? 0 : at > last ? last : at);
	app_dirty(app, &pane_shelf);
	app_dirty(app, &pane_preview);
}

static void
view_find(struct app *app, struct pane *p, int by)
{
	const struct shelf *sh = app_shelf(app);
	for (size_t n = 1; p->find != NULL && n <= sh->count; n++) {
		size_t at = by > 0 ? (sh->at + n) % sh->count : (sh->at + sh->count - n) % sh->count;
		const struct document *d = &sh->documents[at];
		if ((d->name != NULL && strcasestr(d->name, p->find)) || (d->title != NULL && strcasestr(d->title, p->find))) {
			view_to(app, (int64_t)at);
			return;
		}
	}
}

static bool
view_action(struct app *app, struct pane *p, const char *id)
{
	int64_t at = (int64_t)app_shelf(app)->at, page = p->area.rows - 3;
	const struct { const char *id; int64_t to; } moves[] = {
		{ "move.up", at - 1 }, { "move.down", at + 1 }, { "move.page-up", at - page },
		{ "move.page-down", at + page }, { "move.top", 0 }, { "move.bottom", (int64_t)app_shelf(app)->count },
	};
	for (size_t i = 0; i < COUNT_OF(moves); i++)
		if (str_same(id, moves[i].id)) {
			view_to(app, moves[i].to);
			return true;
		}
	if (!str_same(id, "find.next") && !str_same(id, "find.prev"))
		return false;
	view_find(app, p, str_same(id, "find.next") ? 1 : -1);
	return true;
}

static void
view_mouse(struct app *app, struct pane *p, int row, int col, int button)
{
	const struct table_view *v = p->state;
	(void)col;
	if (button == MOUSE_PRESS && row >= 2)
		view_to(app, (int64_t)v->top + row - 2);
}

const struct pane_type pane_shelf = {
	.name = "library",
	.places = PLACE_LIBRARY,
	.open = view_open,
	.close = view_close,
	.draw = view_draw,
	.action = view_action,
	.mouse = view_mouse,
	.hints = "doc.add doc.search doc.open find.here doc.ask doc.delete doc.reindex tab.chat app.palette app.help",
};

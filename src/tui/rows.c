/* Rows: a list laid over the screen, what it says of the selected row below it.
 *
 * It is laid there when its reply has come, so that who may not see it only reads
 * why.  The last rows stay the screen's: there a question is asked and an alert said. */
#include <stdio.h>
#include <string.h>

#include "app_in.h"

struct rows_view {
	const struct rows_kind *kind;
	struct arena arena;
	const struct record_list *items;     /* NULL: not yet */
	size_t at, top, item_bytes;
};

void *
rows_open(struct app *app)
{
	struct rows_view *v = mem_new(sizeof *v);
	(void)app;
	arena_init(&v->arena);
	return v;
}

void
rows_close(void *state)
{
	struct rows_view *v = state;
	arena_clear(&v->arena);
	mem_free(v);
}

static const void *
item_at(const struct rows_view *v, size_t i)
{
	return v->items != NULL && i < v->items->count ? (const char *)v->items->items + i * v->item_bytes : NULL;
}

/* ---- drawing ----------------------------------------------------------------------- */

/* How many rows the list has; below them is a rule and what is said of one. */
static int
list_rows(const struct rows_view *v, int rows)
{
	int count = v->items != NULL ? (int)v->items->count : 0, most = v->kind->detail != NULL ? rows / 3 : rows;
	return count < most ? count : most;
}

static void
detail_draw(struct app *app, const struct rows_view *v, struct area a)
{
	struct flow f;
	if (a.rows < 2 || item_at(v, v->at) == NULL)
		return;
	screen_rule(app->screen, a.top, 0, a.cols, NULL);
	flow_init(&f, a.cols - 4);
	v->kind->detail(app, &f, item_at(v, v->at));
	flow_draw(app->screen, (struct area){ a.top + 1, 2, a.rows - 1, a.cols - 4 }, &f, 0, NULL, 0);
	flow_clear(&f);
}

void
rows_draw(struct app *app, struct pane *p)
{
	struct rows_view *v = p->state;
	int cols = p->area.cols, bottom = app->layout.bottom_rows, rows = p->area.rows - 2 - bottom;
	bool said = app->question.asked || app->alert[0] != '\0';
	if (v->kind == NULL)
		return;
	screen_fill(app->screen, (struct area){ 1, 0, p->area.rows - 1 - bottom, cols }, STYLE_TEXT);
	screen_rule(app->screen, 1, 0, cols, v->kind->head);
	size_t shown = (size_t)list_rows(v, rows);
	if (v->at < v->top)
		v->top = v->at;
	if (shown > 0 && v->at >= v->top + shown)
		v->top = v->at - shown + 1;
	if (shown == 0)
		screen_put(app->screen, 3, 3, cols - 4, STYLE_DIM, v->kind->none, strlen(v->kind->none));
	struct text line;
	text_init(&line, 64 * 1024);
	for (size_t i = 0; i < shown; i++) {
		text_reset(&line);
		v->kind->row(app, &line, item_at(v, v->top + i));
		bool now = v->top + i == v->at;
		screen_put(app->screen, 2 + (int)i, 0, 2, now ? STYLE_STRONG : STYLE_TEXT, now ? " >" : "  ", 2);
		screen_put_short(app->screen, 2 + (int)i, 3, cols - 4, now ? STYLE_SELECTED : STYLE_TEXT, line.data, line.len);
		if (now && !app->question.asked)
			screen_cursor(app->screen, 2 + (int)i, 3);
	}
	text_clear(&line);
	if (v->kind->detail != NULL)
		detail_draw(app, v, (struct area){ 2 + (int)shown, 0, rows - (int)shown, cols });
	if (said)
		return;
	screen_fill(app->screen, (struct area){ p->area.rows - bottom, 0, bottom, cols }, STYLE_TEXT);
	screen_put(app->screen, p->area.rows - bottom, 1, cols - 2, STYLE_HINT, v->kind->hint, strlen(v->kind->hint));
	if (shown == 0)
		screen_cursor(app->screen, 1, 0);
}

/* ---- keys ---------------------------------------------------------------------------- */

bool
rows_key(struct app *app, struct pane *p, keycode k, const char *bytes, size_t n)
{
	struct rows_view *v = p->state;
	size_t count = v->items != NULL ? v->items->count : 0;
	size_t page = (size_t)list_rows(v, p->area.rows - 2 - app->layout.bottom_rows);
	(void)bytes, (void)n;
	p->dirty = true;
	if (k == KEY_DOWN_ARROW || k == 'j')
		v->at += v->at + 1 < count;
	else if (k == KEY_UP_ARROW || k == 'k')
		v->at -= v->at > 0;
	else if (k == KEY_PAGE_DOWN)
		v->at = v->at + page < count ? v->at + page : count > 0 ? count - 1 : 0;
	else if (k == KEY_PAGE_UP)
		v->at = v->at > page ? v->at - page : 0;
	else if (item_at(v, v->at) == NULL)
		return false;
	else
		return v->kind->key(app, item_at(v, v->at), k);
	return true;
}

/* ---- the reply ------------------------------------------------------------------------- */

void
rows_take(struct app *app, const struct rows_kind *kind, const struct backend_done *d)
{
	if (d->fault == FAULT_DENIED && kind->denied != NULL && !app->leaving)
		app_alert(app, "%s", kind->denied);
	if (d->fault != FAULT_NONE || app->leaving || app->vault != VAULT_OPEN)
		return;
	struct pane *p = app_overlaid(app);
	if (p == NULL || p->type != kind->type) {
		app_overlay(app, kind->type);
		p = app_overlaid(app);
	}
	struct rows_view *v = p->state;
	arena_clear(&v->arena);
	v->kind = kind;
	v->items = record_copy(&v->arena, d->op->reply, d->reply);   /* a list is the first member of these replies */
	v->item_bytes = d->op->reply->fields[0].of->size_bytes;
	if (v->at >= v->items->count)
		v->at = v->items->count > 0 ? v->items->count - 1 : 0;
	app_dirty(app, NULL);
}

static void
got(struct app *app, const struct backend_done *d, void *arg)
{
	const struct rows_kind *kind = *(const struct rows_kind **)arg;
	mem_free(arg);
	rows_take(app, kind, d);
}

void
rows_ask(struct app *app, const struct rows_kind *kind)
{
	const struct rows_kind **copy = mem_new(sizeof *copy);
	*copy = kind;
	if (app_call(app, kind->operation, kind->request, got, copy) == 0)
		mem_free(copy);
}

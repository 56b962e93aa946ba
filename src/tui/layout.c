/* Layout: which pane stands where, for a size, a tab and a focus.
 *
 * Three widths of the same thing: one pane and the evidence strip, two panes,
 * three.  A pane that has no place gets no rows; what is focused always has one,
 * so that in a narrow terminal focusing a pane brings it to the front. */
#include "app_in.h"

#define STATUS_ROWS 2                  /* the words and a rule */

static struct pane *
place_pane(struct app *app, int which, int top, int left, int rows, int cols)
{
	struct pane *p = &app->panes[which];
	p->area = (struct area){ top, left, rows > 0 ? rows : 0, cols };
	p->shown = rows > 0 && cols > 0;
	return p;
}

static void
add_rule(struct layout *l, bool vertical, int row, int col, int length)
{
	if (l->rule_count < RULES_MAX && length > 0)
		l->rules[l->rule_count++] = (struct rule){ vertical, row, col, length };
}

static bool
focused(const struct app *app, const struct pane_type *type)
{
	return app->focus[app->tab] == type;
}

/* On a large screen the page of the quotation shows without being asked for. */
static bool
page_beside(const struct app *app)
{
	return app->layout.cols >= COLS_THREE && app->layout.rows > 50;
}

/* The column at the right: evidence, or what was opened in its place. */
static void
side_column(struct app *app, int top, int left, int rows, int cols, bool list)
{
	if (list) {
		place_pane(app, PANE_CONVERSATIONS, top, left, rows, cols);
	} else if (!app->page_wanted && !page_beside(app)) {
		place_pane(app, PANE_EVIDENCE, top, left, rows, cols);
	} else if (app->layout.cols >= COLS_THREE && rows > 30) {
		int upper = rows * 2 / 5;
		place_pane(app, PANE_EVIDENCE, top, left, upper, cols);
		place_pane(app, PANE_PAGE, top + upper, left, rows - upper, cols);
	} else if (focused(app, &pane_evidence)) {
		place_pane(app, PANE_EVIDENCE, top, left, rows, cols);
	} else {
		place_pane(app, PANE_PAGE, top, left, rows, cols);
	}
}

static void
chat_narrow(struct app *app, int top, int rows, int cols)
{
	struct layout *l = &app->layout;
	int strip = chat_citation(app) == NULL ? 1 : l->rows < 30 ? 4 : 7;   /* "none" needs a row */
	if (focused(app, &pane_evidence)) {
		place_pane(app, PANE_EVIDENCE, top, 0, rows, cols);
	} else if (focused(app, &pane_page)) {
		place_pane(app, PANE_PAGE, top, 0, rows, cols);
	} else if (focused(app, &pane_conversations)) {
		place_pane(app, PANE_CONVERSATIONS, top, 0, rows, cols);
	} else {
		bool any = chat_answer(app) != NULL;
		l->strip = any;
		place_pane(app, PANE_TRANSCRIPT, top, 0, any ? rows - strip : rows, cols);
		if (any)
			place_pane(app, PANE_EVIDENCE, top + rows - strip, 0, strip, cols);
	}
}

static void
chat_layout(struct app *app)
{
	struct layout *l = &app->layout;
	int composer = l->composer_rows, top = STATUS_ROWS, cols = l->cols;
	int rows = l->rows - STATUS_ROWS - 1 - l->bottom_rows - composer, line = l->rows - l->bottom_rows - composer;
	place_pane(app, PANE_COMPOSER, line, 0, composer, cols);
	add_rule(l, false, line - 1, 0, cols);
	if (cols < COLS_TWO) {
		chat_narrow(app, top, rows, cols);
		return;
	}
	bool list = focused(app, &pane_conversations), three = cols >= COLS_THREE;
	int left = three ? 38 : 0, side = three ? 64 : 44;
	if (three) {
		place_pane(app, PANE_CONVERSATIONS, top, 0, rows, left - 1);
		add_rule(l, true, top, left - 1, rows);
	}
	place_pane(app, PANE_TRANSCRIPT, top, left, rows, cols - left - side);
	add_rule(l, true, top, cols - side, rows);
	side_column(app, top, cols - side + 1, rows, side - 1, list && !three);
}

static void
library_layout(struct app *app)
{
	struct layout *l = &app->layout;
	int top = STATUS_ROWS, rows = l->rows - STATUS_ROWS - 1 - l->bottom_rows, cols = l->cols;
	int side = cols >= COLS_THREE ? 72 : cols >= COLS_TWO ? 44 : 0;
	add_rule(l, false, l->rows - l->bottom_rows - 1, 0, cols);
	if (side == 0 && focused(app, &pane_preview)) {
		place_pane(app, PANE_PREVIEW, top, 0, rows, cols);
		return;
	}
	int results = app_shelf(app)->query[0] == '\0' ? 0 : rows / 2;
	place_pane(app, PANE_SHELF, top, 0, rows - results, side > 0 ? cols - side : cols);
	if (results > 0)
		place_pane(app, PANE_RESULTS, top + rows - results, 0, results, side > 0 ? cols - side : cols);
	if (side > 0) {
		add_rule(l, true, top, cols - side, rows);
		place_pane(app, PANE_PREVIEW, top, cols - side + 1, rows, side - 1);
	}
}

void
layout_find(struct app *app)
{
	struct layout *l = &app->layout;
	int composer = l->composer_rows;
	*l = (struct layout){ .composer_rows = composer > 0 ? composer : 1 };
	screen_size(app->screen, &l->rows, &l->cols);
	l->bottom_rows = alert_rows(app);
	l->small = l->rows < ROWS_LEAST || l->cols < COLS_LEAST;
	for (int i = 0; i < PANE_COUNT; i++) {
		app->panes[i].area = (struct area){ 0, 0, 0, 0 };
		app->panes[i].shown = false;
		app->panes[i].focused = focused(app, app->panes[i].type);
	}
	if (l->small)
		return;
	if (l->composer_rows > l->rows / 3)
		l->composer_rows = l->rows / 3;
	add_rule(l, false, 1, 0, l->cols);
	if (app->tab == TAB_CHAT)
		chat_layout(app);
	else
		library_layout(app);
}

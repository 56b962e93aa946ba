/* The page a quotation comes from, the quotation marked in it. */
#include "app_in.h"

static void *
view_open(struct app *app)
{
	return page_new(app, &pane_page);
}

static void
view_close(void *state)
{
	page_free(state);
}

void
page_open_citation(struct app *app)
{
	const struct citation *c = chat_citation(app);
	if (c != NULL)
		page_show(app_pane(app, &pane_page)->state, c->file_id, c->title, c->page, c->start, c->end);
}

static void
view_draw(struct app *app, struct pane *p)
{
	if (!app->page_wanted)             /* a large screen shows it unasked */
		page_open_citation(app);
	page_draw(p->state, p->area, p->find, p->focused);
}

static bool
view_action(struct app *app, struct pane *p, const char *id)
{
	(void)app;
	return page_action(p->state, id, p->find, p->area.rows);
}

/* Escape goes back to where the page was opened from. */
static bool
view_key(struct app *app, struct pane *p, keycode k, const char *bytes, size_t n)
{
	(void)p, (void)bytes, (void)n;
	if (k == 27 || k == 'q')
		app_page(app, false);
	return true;
}

const struct pane_type pane_page = {
	.name = "page",
	.places = PLACE_TEXT | PLACE_CHAT,
	.open = view_open,
	.close = view_close,
	.draw = view_draw,
	.action = view_action,
	.key = view_key,
	.hints = "cite.prev cite.next cite.file move.page-down find.here pane.next app.help",
};

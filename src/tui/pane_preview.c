/* Beside the table: what is known of the selected document, and its text; or the
 * page that the selected hit is on, the hit marked. */
#include <stdio.h>
#include <string.h>

#include "app_in.h"
#include "flow_in.h"

static void *
view_open(struct app *app)
{
	return page_new(app, &pane_preview);
}

static void
view_close(void *state)
{
	page_free(state);
}

static void
fact(struct flow *f, const char *name, enum style style, const char *value)
{
	char first[16];
	if (value == NULL || *value == '\0')
		return;
	snprintf(first, sizeof first, "%-10s ", name);
	flow_text(f, style, first, STYLE_DIM, 11, value, strlen(value));
}

static void
facts_flow(struct flow *f, const struct document *d)
{
	char line[256], added[TIME_TEXT_BYTES];
	flow_text(f, STYLE_HEADING, NULL, STYLE_TEXT, 0, d->name != NULL ? d->name : "", d->name != NULL ? strlen(d->name) : 0);
	fact(f, "problem", STYLE_ALERT, d->error_message);
	if (!str_same(d->title, d->name))
		fact(f, "title", STYLE_TEXT, d->title);
	if (d->authors.count > 0)
		fact(f, "by", STYLE_TEXT, d->authors.items[0]);
	fact(f, "subject", STYLE_TEXT, d->subject);
	time_format(added, d->added);
	snprintf(line, sizeof line, "%.10s", added);
	fact(f, "added", STYLE_TEXT, line);
	if (d->origin != NULL && !str_starts(d->origin, "upload:"))    /* how a server names what it was handed */
		fact(f, "from", STYLE_TEXT, d->origin);
	if (d->sha256 != NULL) {
		snprintf(line, sizeof line, "%.16s...", d->sha256);
		fact(f, "sha-256", STYLE_TEXT, line);
	}
	snprintf(line, sizeof line, "%lld words%s%s", (long long)d->words, d->language != NULL && *d->language ? ", " : "", d->language != NULL ? d->language : "");
	fact(f, "text", STYLE_TEXT, line);
	if (d->stale > 0)
		snprintf(line, sizeof line, "%lld times, %lld stale: the file changed", (long long)d->cited, (long long)d->stale);
	else
		snprintf(line, sizeof line, "%lld times", (long long)d->cited);
	fact(f, "cited", d->stale > 0 ? STYLE_STALE : STYLE_TEXT, line);
}

static void
view_draw(struct app *app, struct pane *p)
{
	const struct document *d = shelf_selected(app);
	const struct hit *h = shelf_hit(app);
	struct area a = p->area;
	struct flow f;
	bool hits = h != NULL && app->focus[TAB_LIBRARY] != &pane_shelf;
	if (hits) {
		const struct passage *q = h->passage;
		page_show(p->state, q->file_id, q->title, q->page, q->start, q->end);
		page_draw(p->state, a, app_shelf(app)->query, p->focused);
		return;
	}
	if (d == NULL)
		return;
	flow_init(&f, a.cols - 2);
	facts_flow(&f, d);
	flow_draw(app_screen(app), (struct area){ a.top, a.left + 1, a.rows, a.cols - 2 }, &f, 0, NULL, 0);
	int used = (int)f.count + 1;
	flow_clear(&f);
	if (p->focused)
		screen_cursor(app_screen(app), a.top, a.left);
	if (used + 4 > a.rows || !str_same(d->status, "completed"))
		return;
	page_show(p->state, d->id, "preview", d->pages > 0 ? 1 : 0, 0, 0);
	page_draw(p->state, (struct area){ a.top + used, a.left, a.rows - used, a.cols }, p->find, p->focused);
}

static bool
view_action(struct app *app, struct pane *p, const char *id)
{
	(void)app;
	return page_action(p->state, id, p->find, p->area.rows);
}

static bool
view_key(struct app *app, struct pane *p, keycode k, const char *bytes, size_t n)
{
	(void)p, (void)bytes, (void)n;
	if (k == 27 || k == 'q')
		app_focus(app, app_shelf(app)->hits != NULL ? &pane_results : &pane_shelf);
	return true;
}

const struct pane_type pane_preview = {
	.name = "preview",
	.places = PLACE_LIBRARY,
	.open = view_open,
	.close = view_close,
	.draw = view_draw,
	.action = view_action,
	.key = view_key,
	.hints = "move.page-down find.here doc.ask pane.next app.palette app.help",
};

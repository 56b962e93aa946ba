/* Evidence: what the current answer stands on, or what came nearest.
 *
 * Each quotation with the word for its state, its place and its text; the current
 * one is marked and in sight.  In a narrow terminal a strip shows the current one
 * alone. */
#include <stdio.h>
#include <string.h>

#include "app_in.h"
#include "flow_in.h"

struct evidence_view { size_t scroll; int citation; };

static void *
view_open(struct app *app)
{
	(void)app;
	return mem_new(sizeof(struct evidence_view));
}

static void
view_close(void *state)
{
	mem_free(state);
}

static const struct { const char *state, *word; enum style style; } states[] = {
	{ "verified", "verified", STYLE_VERIFIED },
	{ "stale", "stale: the document changed", STYLE_STALE },
	{ "missing", "document removed", STYLE_STALE },
	{ "unsupported", "unsupported", STYLE_UNSUPPORTED },
};

static size_t
state_of(const struct citation *c)
{
	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (str_same(states[i].state, c->state))
			return i;
	return c->verified ? 0 : COUNT_OF(states) - 1;
}

void
evidence_place(struct text *out, const struct citation *c)
{
	text_put(out, c->title != NULL && *c->title != '\0' ? c->title : "piped text");
	if (c->chapter_title != NULL && *c->chapter_title != '\0' && !str_same(c->chapter_title, c->title))
		text_printf(out, ", %s", c->chapter_title);
	else if (c->chapter != NULL && *c->chapter != '\0')
		text_printf(out, ", ch. %s", c->chapter);
	if (c->page_label != NULL && *c->page_label != '\0')
		text_printf(out, ", p. %s", c->page_label);
	else if (c->page > 0)
		text_printf(out, ", p. %lld", (long long)c->page);
}

static void
source_flow(struct flow *f, const struct citation *c, int n, bool current, bool nearest)
{
	struct flow_line l;
	struct text place;
	char mark[32];
	text_init(&place, 16384);
	evidence_place(&place, c);
	snprintf(mark, sizeof mark, "%c[%d] ", current ? '>' : ' ', n);
	flow_open(&l, f, mark, current ? STYLE_CITATION_NOW : STYLE_CITATION, 5);
	flow_piece(&l, current ? STYLE_STRONG : STYLE_TEXT, 0, place.data, place.len);
	if (!nearest) {
		size_t state = state_of(c);
		flow_piece(&l, STYLE_TEXT, 0, "  ", 2);
		flow_piece(&l, states[state].style, 0, states[state].word, strlen(states[state].word));
	}
	flow_close(&l);
	flow_open(&l, f, "     ", STYLE_TEXT, 5);
	flow_piece(&l, STYLE_DIM, 0, "\"", 1);
	if (c->quote != NULL)
		flow_piece(&l, current ? STYLE_TEXT : STYLE_DIM, 0, c->quote, strlen(c->quote));
	flow_piece(&l, STYLE_DIM, 0, "\"", 1);
	flow_close(&l);
	flow_blank(f);
	text_clear(&place);
}

/* A few rows under the transcript: a rule with the place, then the quotation. */
static void
strip_draw(struct app *app, struct pane *p, const struct message *m)
{
	const struct citation *c = chat_citation(app);
	const struct area *a = &p->area;
	struct text head;
	struct flow f;
	text_init(&head, 16384);
	bool nearest = m->citations.count == 0 && m->nearest.count > 0;
	if (c != NULL) {
		text_printf(&head, "%s [%d of %zu]  ", nearest ? "nearest" : "evidence", app_chat(app)->citation, chat_sources(m)->count);
		if (!nearest)            /* before the place, which may be too long for the row */
			text_printf(&head, "%s  ", states[state_of(c)].word);
		evidence_place(&head, c);
	} else {
		text_put(&head, "evidence: none");
	}
	screen_rule(app_screen(app), a->top, a->left, a->cols, head.data);
	flow_init(&f, a->cols - 2);
	if (c != NULL && c->quote != NULL) {
		text_reset(&head);
		text_printf(&head, "\"%s\"", c->quote);
		flow_text(&f, STYLE_TEXT, NULL, STYLE_TEXT, 0, head.data, head.len);
	}
	flow_draw(app_screen(app), (struct area){ a->top + 1, a->left + 1, a->rows - 1, a->cols - 2 }, &f, 0, p->find, 0);
	if (a->rows > 1 && f.count > (size_t)a->rows - 1)      /* more than fits: in the last column, where no row comes */
		(void)screen_put(app_screen(app), a->top + a->rows - 1, a->left + a->cols - 1, 1, STYLE_KEY, "+", 1);
	flow_clear(&f);
	text_clear(&head);
}

static void
view_draw(struct app *app, struct pane *p)
{
	struct evidence_view *v = p->state;
	const struct message *m = chat_answer(app);
	struct screen *s = app_screen(app);
	const struct area *a = &p->area;
	char head[128] = "Evidence";
	if (m != NULL && app->layout.strip) {
		strip_draw(app, p, m);
		return;
	}
	if (m != NULL)
		snprintf(head, sizeof head, m->nearest.count > 0 ? "Evidence  %zu cited  %zu nearest" : "Evidence  %zu cited", m->citations.count, m->nearest.count);
	screen_put(s, a->top, a->left + 1, a->cols - 2, STYLE_HEADING, head, strlen(head));
	if (p->focused)
		screen_cursor(s, a->top, a->left);
	if (m == NULL)
		return;
	const struct record_list *l = chat_sources(m);
	const struct citation *c = l->items;
	struct flow f;
	size_t at = 0, end = 0, rows = a->rows > 2 ? (size_t)a->rows - 2 : 1;
	flow_init(&f, a->cols - 2);
	for (size_t i = 0; i < l->count; i++) {
		int n = chat_source_number(l, i);
		bool now = n == app_chat(app)->citation;
		at = now ? f.count : at;
		source_flow(&f, &c[i], n, now, l == &m->nearest);
		end = now ? f.count : end;
	}
	if (v->citation != app_chat(app)->citation || v->scroll > at)
		v->scroll = v->scroll > at ? at : end > v->scroll + rows ? (end - rows < at ? end - rows : at) : v->scroll;
	v->citation = app_chat(app)->citation;
	if (v->scroll >= f.count)
		v->scroll = 0;
	flow_draw(s, (struct area){ a->top + 2, a->left + 1, (int)rows, a->cols - 2 }, &f, v->scroll, p->find, 0);
	flow_clear(&f);
}

static bool
source_has(const struct citation *c, const char *find)
{
	struct text t;
	text_init(&t, 64 * 1024);
	evidence_place(&t, c);
	bool found = strcasestr(t.data, find) != NULL || (c->quote != NULL && strcasestr(c->quote, find) != NULL);
	text_clear(&t);
	return found;
}

/* The next source with the words becomes the current one; round about, itself last. */
static void
find_by(struct app *app, const char *find, int by)
{
	const struct message *m = chat_answer(app);
	const struct record_list *l = m != NULL ? chat_sources(m) : NULL;
	const struct citation *c = l != NULL ? l->items : NULL;
	size_t n = l != NULL ? l->count : 0, at = 0;
	while (at < n && &c[at] != chat_citation(app))
		at++;
	for (size_t k = 1; find != NULL && at < n && k <= n; k++) {
		size_t i = (by > 0 ? at + k : at + n - k) % n;
		if (source_has(&c[i], find)) {
			app_chat(app)->citation = chat_source_number(l, i);
			app_dirty(app, NULL);
			return;
		}
	}
	if (find != NULL)
		app_alert(app, "\"%.60s\" is not in the evidence; C-x / searches everything", find);
}

static bool
view_action(struct app *app, struct pane *p, const char *id)
{
	struct evidence_view *v = p->state;
	size_t page = p->area.rows > 3 ? (size_t)p->area.rows - 3 : 1;
	if (str_same(id, "move.up") || str_same(id, "move.down"))
		chat_step(app, str_same(id, "move.down") ? 1 : -1);
	else if (str_same(id, "move.page-up"))
		v->scroll = v->scroll > page ? v->scroll - page : 0;
	else if (str_same(id, "move.page-down"))
		v->scroll += page;
	else if (str_same(id, "move.top"))
		v->scroll = 0;
	else if (str_same(id, "find.next") || str_same(id, "find.prev"))
		find_by(app, p->find, str_same(id, "find.next") ? 1 : -1);
	else
		return false;
	app_dirty(app, &pane_evidence);
	return true;
}

const struct pane_type pane_evidence = {
	.name = "evidence",
	.places = PLACE_EVIDENCE | PLACE_CHAT,
	.open = view_open,
	.close = view_close,
	.draw = view_draw,
	.action = view_action,
	.hints = "cite.prev cite.next cite.open cite.file cite.copy yank.citation pane.next app.palette app.help",
};

/* A page of a document as it is stored, with some bytes of it marked.
 *
 * Asked for when it is to be shown; moving past its end asks for the next one.
 * Documents without pages are shown by a stretch of bytes around the mark. */
#include <stdio.h>
#include <string.h>

#include "app_in.h"
#include "flow_in.h"

#define STRETCH 8000                   /* bytes around a mark without pages */

struct page_view {
	struct app *app;
	const struct pane_type *type;      /* the pane to draw again */
	char id[ID_BYTES], title[256], label[64];
	int64_t asked, page, pages, from, mark_start, mark_end;   /* asked: for; page: turned to since */
	char *text;                        /* NULL: on its way */
	struct flow flow;
	bool laid, to_mark, to_end;        /* stands at the mark, at the end, until somebody moves */
	size_t scroll, mark_row;
	unsigned epoch;
	char trouble[256];
};

struct page_view *
page_new(struct app *app, const struct pane_type *type)
{
	struct page_view *v = mem_new(sizeof *v);
	v->app = app;
	v->type = type;
	flow_init(&v->flow, 8);
	return v;
}

void
page_free(struct page_view *v)
{
	mem_free(v->text);
	flow_clear(&v->flow);
	mem_free(v);
}

struct page_call { unsigned epoch; const struct pane_type *type; };

/* The view may be gone when the reply comes: it is looked up by its pane. */
static struct page_view *
view_of(struct app *app, const struct pane_type *type)
{
	struct pane *p = app_pane(app, type);
	return p != NULL ? p->state : NULL;
}

static void
got(struct app *app, const struct backend_done *d, void *arg)
{
	struct page_call call = *(struct page_call *)arg;
	struct page_view *v = view_of(app, call.type);
	mem_free(arg);
	if (v == NULL || v->epoch != call.epoch)
		return;
	app_dirty(app, v->type);
	if (d->fault != FAULT_NONE) {
		snprintf(v->trouble, sizeof v->trouble, "%s", d->sentence);
		return;
	}
	const struct content *c = d->reply;
	v->text = mem_strdup(c->text != NULL ? c->text : "");
	v->page = c->page;
	v->pages = c->pages;
	v->from = c->start;
	snprintf(v->label, sizeof v->label, "%s", c->page_label != NULL ? c->page_label : "");
	v->laid = false;
}

static void
ask(struct page_view *v)
{
	struct document_content request = { .id = v->id, .page = v->page };
	if (v->page <= 0) {
		request.start = v->mark_start > STRETCH ? v->mark_start - STRETCH : 0;
		request.end = (v->mark_end > 0 ? v->mark_end : 0) + STRETCH;
	}
	mem_free(v->text);
	v->text = NULL;
	v->trouble[0] = '\0';
	v->laid = false;
	v->scroll = 0;
	v->epoch++;
	app_dirty(v->app, v->type);
	struct page_call *call = mem_new(sizeof *call);
	*call = (struct page_call){ v->epoch, v->type };
	if (app_call(v->app, "document.content", &request, got, call) == 0)
		mem_free(call);
}

void
page_show(struct page_view *v, const char *document_id, const char *title, int64_t page, int64_t start, int64_t end)
{
	if (document_id == NULL || *document_id == '\0')
		return;
	if (str_same(v->id, document_id) && v->asked == page && v->mark_start == start && v->mark_end == end)
		return;
	snprintf(v->id, sizeof v->id, "%s", document_id);
	snprintf(v->title, sizeof v->title, "%s", title != NULL ? title : "");
	v->asked = v->page = page;
	v->mark_start = start;
	v->mark_end = end;
	v->to_mark = end > start;
	ask(v);
}

void
page_again(struct page_view *v)
{
	if (v->trouble[0] != '\0')
		ask(v);
}

/* ---- drawing ----------------------------------------------------------------------- */

static size_t
clamp(int64_t at, size_t low, size_t high)
{
	return at < (int64_t)low ? low : at > (int64_t)high ? high : (size_t)at;
}

/* Bytes laid out in the rows before this one, and the row that so many are before: a
 * place that holds in any width. */
static size_t
bytes_before(const struct flow *f, size_t row)
{
	size_t bytes = 0;
	for (size_t r = 0; r < row && r < f->count; r++)
		bytes += f->rows[r].len + 1;
	return bytes;
}

static size_t
row_of(const struct flow *f, size_t bytes)
{
	size_t row = 0;
	for (size_t used = 0; row < f->count && used + f->rows[row].len + 1 <= bytes; row++)
		used += f->rows[row].len + 1;
	return row;
}

static void
lay_out(struct page_view *v, int cols)
{
	size_t len = strlen(v->text);
	size_t start = clamp(v->mark_start - v->from, 0, len), end = clamp(v->mark_end - v->from, 0, len);
	flow_clear(&v->flow);
	flow_init(&v->flow, cols);
	v->mark_row = 0;
	bool found = false;
	for (size_t at = 0; at <= len;) {
		const char *nl = memchr(v->text + at, '\n', len - at);
		size_t stop = nl != NULL ? (size_t)(nl - v->text) : len;
		size_t a = clamp((int64_t)start, at, stop), b = clamp((int64_t)end, at, stop);
		struct flow_line l;
		if (!found && end > start && b > a) {
			v->mark_row = v->flow.count;
			found = true;
		}
		flow_open(&l, &v->flow, NULL, STYLE_TEXT, 0);
		flow_piece(&l, STYLE_TEXT, 0, v->text + at, a - at);
		flow_piece(&l, STYLE_MATCH, 0, v->text + a, b - a);
		flow_piece(&l, STYLE_TEXT, 0, v->text + b, stop - b);
		flow_close(&l);
		at = stop + 1;
	}
	/* The mark may begin rows after its paragraph does. */
	for (size_t r = v->mark_row; found && r < v->flow.count; r++)
		for (uint32_t i = 0; i < v->flow.rows[r].run_count; i++)
			if (v->flow.rows[r].runs[i].style == STYLE_MATCH) {
				v->mark_row = r;
				found = false;
			}
	v->laid = true;
}

void
page_draw(struct page_view *v, struct area a, const char *find, bool focused)
{
	struct screen *s = v->app->screen;
	char head[512];
	int rows = a.rows - 1;
	if (v->id[0] == '\0')
		return;
	if (v->label[0] != '\0')
		snprintf(head, sizeof head, "%s  p. %s", v->title, v->label);
	else if (v->page > 0 && v->pages > 1)      /* a text without pages is one */
		snprintf(head, sizeof head, "%s  p. %lld", v->title, (long long)v->page);
	else
		snprintf(head, sizeof head, "%s", v->title);
	if (v->pages > 1 && v->page > 0)
		snprintf(head + strlen(head), sizeof head - strlen(head), " of %lld", (long long)v->pages);
	screen_rule(s, a.top, a.left, a.cols, head);
	if (focused)
		screen_cursor(s, a.top, a.left);
	if (v->text == NULL) {
		const char *why = v->trouble[0] != '\0' ? v->trouble : "...";
		struct flow f;
		flow_init(&f, a.cols - 2);
		flow_text(&f, v->trouble[0] != '\0' ? STYLE_ALERT : STYLE_DIM, NULL, STYLE_TEXT, 0, why, strlen(why));
		flow_draw(s, (struct area){ a.top + 1, a.left + 1, rows, a.cols - 2 }, &f, 0, NULL, 0);
		flow_clear(&f);
		return;
	}
	if (!v->laid || !flow_fits(&v->flow, a.cols - 2)) {
		size_t bytes = v->laid ? bytes_before(&v->flow, v->scroll) : 0;
		lay_out(v, a.cols - 2);
		v->scroll = row_of(&v->flow, bytes);
	}
	size_t count = v->flow.count, last = count > (size_t)rows ? count - (size_t)rows : 0;
	if (v->to_mark)
		v->scroll = v->mark_row > (size_t)rows / 3 ? v->mark_row - (size_t)rows / 3 : 0;
	if (v->to_end)
		v->scroll = last;
	if (v->scroll > last)
		v->scroll = last;
	flow_draw(s, (struct area){ a.top + 1, a.left + 1, rows, a.cols - 2 }, &v->flow, v->scroll, find, 0);
}

/* ---- moving ------------------------------------------------------------------------- */

static void
turn_page(struct page_view *v, int64_t page, bool to_end)
{
	if (page < 1 || page > v->pages || v->text == NULL)
		return;
	v->page = page;
	v->to_end = to_end;
	ask(v);
}

static void
find_row(struct page_view *v, int by, const char *find)
{
	size_t n = v->flow.count;
	for (size_t k = 1; find != NULL && k <= n; k++) {
		size_t r = by > 0 ? (v->scroll + k) % n : (v->scroll + n - k) % n;
		if (strcasestr(v->flow.rows[r].text, find) != NULL) {
			v->scroll = r;
			return;
		}
	}
}

bool
page_action(struct page_view *v, const char *id, const char *find, int rows)
{
	size_t page = rows > 2 ? (size_t)rows - 2 : 1, count = v->flow.count;
	size_t last = count + 1 > (size_t)rows ? count + 1 - (size_t)rows : 0;
	v->to_mark = v->to_end = false;
	if (str_same(id, "move.up"))
		v->scroll -= v->scroll > 0;
	else if (str_same(id, "move.down"))
		v->scroll++;
	else if (str_same(id, "move.page-up") && v->scroll == 0)
		turn_page(v, v->page - 1, true);
	else if (str_same(id, "move.page-up"))
		v->scroll = v->scroll > page ? v->scroll - page : 0;
	else if (str_same(id, "move.page-down") && v->scroll >= last)
		turn_page(v, v->page + 1, false);
	else if (str_same(id, "move.page-down"))
		v->scroll += page;
	else if (str_same(id, "move.top"))
		v->scroll = 0;
	else if (str_same(id, "move.bottom"))
		v->scroll = count;
	else if (str_same(id, "find.next") || str_same(id, "find.prev"))
		find_row(v, str_same(id, "find.next") ? 1 : -1, find);
	else
		return false;
	app_dirty(v->app, v->type);
	return true;
}

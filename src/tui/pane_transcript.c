/* The transcript: where the reader is in the open conversation.
 *
 * A place is a turn and a row of it, so that nothing that comes above or below
 * moves what is read.  Only at the tail the pane follows; elsewhere it counts what
 * is new below.  Moving by a page lays out that page and no more. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app_in.h"

#define AHEAD 600                      /* turns asked for before they are in sight */

struct place_at { size_t turn, row; };
/* A search that goes on when what it waits for is loaded: for words, or for a message. */
struct search { bool on; int by; size_t turn, from, left; char id[ID_BYTES]; };
struct transcript_view {
	struct search search;
	struct place_at top;
	bool follow;
	size_t seen;                   /* turns there were when the tail was left */
	unsigned epoch, sent;
	int cols;
};

static void *
view_open(struct app *app)
{
	struct transcript_view *v = mem_new(sizeof *v);
	(void)app;
	v->follow = true;
	return v;
}

static void
view_close(void *state)
{
	mem_free(state);
}

/* ---- places -------------------------------------------------------------------- */

static size_t
rows_of(struct app *app, size_t turn, int cols)
{
	const struct flow *f = chat_flow(app, turn, cols);
	return f != NULL && f->count > 0 ? f->count : 1;
}

/* The place from which the last row of the conversation is the last of the pane. */
static struct place_at
tail(struct app *app, int rows, int cols)
{
	size_t turn = app_chat(app)->turn_count, left = rows > 0 ? (size_t)rows : 1;
	while (turn > 0 && left > 0) {
		size_t n = rows_of(app, --turn, cols);
		if (turn + 1 == app_chat(app)->turn_count && n > 1)
			n--;                   /* no blank row at the very end */
		if (n >= left)
			return (struct place_at){ turn, n - left };
		left -= n;
	}
	return (struct place_at){ 0, 0 };
}

static bool
before(struct place_at a, struct place_at b)
{
	return a.turn != b.turn ? a.turn < b.turn : a.row < b.row;
}

static struct area
text_area(const struct pane *p)
{
	return (struct area){ p->area.top + 1, p->area.left + 1, p->area.rows - 1, p->area.cols - 2 };
}

static void
settle(struct app *app, struct pane *p)
{
	struct transcript_view *v = p->state;
	const struct chat *c = app_chat(app);
	struct area a = text_area(p);
	if (v->epoch != c->epoch || v->sent != c->sent) {
		v->epoch = c->epoch;
		v->sent = c->sent;
		v->follow = true;
	}
	if (v->cols != a.cols) {           /* another width: the same turn stays on top */
		v->cols = a.cols;
		v->top.row = 0;
	}
	if (v->follow) {
		v->top = tail(app, a.rows, a.cols);
		v->seen = c->turn_count;
	} else if (v->top.turn >= c->turn_count && c->turn_count > 0) {
		v->top = (struct place_at){ c->turn_count - 1, 0 };
	}
}

static void
move_by(struct app *app, struct pane *p, int by)
{
	struct transcript_view *v = p->state;
	struct area a = text_area(p);
	settle(app, p);
	if (v->follow)
		v->seen = app_chat(app)->turn_count;
	while (by < 0) {
		size_t step = v->top.row < (size_t)-by ? v->top.row : (size_t)-by;
		v->top.row -= step;
		by += (int)step;
		if (by < 0) {
			if (v->top.turn == 0 || chat_message(app, v->top.turn - 1) == NULL)
				break;         /* the beginning, or what is not there yet */
			v->top.turn--;
			v->top.row = rows_of(app, v->top.turn, a.cols);
		}
	}
	while (by > 0 && chat_message(app, v->top.turn) != NULL) {
		size_t n = rows_of(app, v->top.turn, a.cols), left = n - (v->top.row < n ? v->top.row : n);
		if ((size_t)by < left) {
			v->top.row += (size_t)by;
			break;
		}
		by -= (int)left;
		v->top = (struct place_at){ v->top.turn + 1, 0 };
	}
	v->follow = !before(v->top, tail(app, a.rows, a.cols));
	app_dirty(app, &pane_transcript);
}

/* The evidence belongs to an answer that is in sight. */
static void
select_in_sight(struct app *app, struct pane *p)
{
	struct transcript_view *v = p->state;
	struct area a = text_area(p);
	const struct chat *c = app_chat(app);
	size_t turn = v->top.turn, used = 0, last = c->turn_count;
	bool kept = false;
	settle(app, p);
	for (turn = v->top.turn; turn < c->turn_count && used < (size_t)a.rows; turn++) {
		const struct message *m = chat_message(app, turn);
		if (m != NULL && chat_sources(m)->count > 0) {
			last = turn;
			kept |= turn == c->turn_at;
		}
		used += rows_of(app, turn, a.cols) - (turn == v->top.turn ? v->top.row : 0);
	}
	if (!kept && last < c->turn_count)
		chat_select(app, last, false);
}

/* ---- finding ------------------------------------------------------------------------ */

static bool
has(const char *text, const char *find)
{
	return text != NULL && strcasestr(text, find) != NULL;
}

/* Looked at before anything is laid out: most messages do not have it. */
static bool
message_has(const struct message *m, const char *find)
{
	const struct sentence *s = m->sentences.items;
	bool found = has(m->content, find) || has(m->note, find);
	for (size_t i = 0; i < m->sentences.count && !found; i++)
		found = has(s[i].text, find);
	for (size_t i = 0; i < m->followups.count && !found; i++)
		found = has(m->followups.items[i], find);
	return found;
}

#define ROW_LAST SIZE_MAX

static bool
find_in(struct app *app, struct pane *p, const struct search *f)
{
	struct transcript_view *v = p->state;
	const struct message *m = app_chat(app)->turns[f->turn].m;
	if (f->id[0] != '\0') {
		if (str_same(m->id, f->id))
			v->top = (struct place_at){ f->turn, 0 };
		return str_same(m->id, f->id);
	}
	if (!message_has(m, p->find))
		return false;
	const struct flow *flow = chat_flow(app, f->turn, text_area(p).cols);
	size_t row = flow == NULL || f->from != ROW_LAST ? f->from : flow->count - 1;
	for (; flow != NULL && row < flow->count; row += (size_t)f->by)
		if (has(flow->rows[row].text, p->find)) {
			v->top = (struct place_at){ f->turn, row };
			return true;
		}
	return false;
}

/* On from where it stands, as far as messages are there; what is not is asked for, and
 * it goes on when that is drawn. */
static void
search_on(struct app *app, struct pane *p)
{
	struct transcript_view *v = p->state;
	struct search *f = &v->search;
	size_t count = app_chat(app)->turn_count;
	if (v->epoch != app_chat(app)->epoch || f->turn >= count)
		f->on = false;
	for (; f->on; f->left--) {
		if (chat_message(app, f->turn) == NULL)
			return;
		bool found = find_in(app, p, f);
		if (found || f->left == 0) {
			f->on = false;
			v->follow = v->follow && !found;
			if (!found && f->id[0] == '\0')
				app_alert(app, "\"%.60s\" is not here; C-x / searches everything", p->find);
			return;
		}
		f->turn = f->by > 0 ? (f->turn + 1) % count : (f->turn + count - 1) % count;
		f->from = f->by > 0 ? 0 : ROW_LAST;
	}
}

static void
find_by(struct app *app, struct pane *p, int by)
{
	struct transcript_view *v = p->state;
	size_t count = app_chat(app)->turn_count;
	if (p->find == NULL || count == 0)
		return;
	settle(app, p);
	v->seen = v->follow ? count : v->seen;
	v->search = (struct search){ .on = true, .by = by, .turn = v->top.turn, .from = v->top.row + (size_t)by, .left = count };
	search_on(app, p);
	app_dirty(app, &pane_transcript);
}

void
transcript_seek(struct app *app, const char *message_id)
{
	struct transcript_view *v = app_pane(app, &pane_transcript)->state;
	v->search = (struct search){ .by = -1 };
	snprintf(v->search.id, sizeof v->search.id, "%s", message_id != NULL ? message_id : "");
}

/* ---- drawing ---------------------------------------------------------------------- */

static void
head_draw(struct app *app, struct pane *p)
{
	const struct transcript_view *v = p->state;
	const struct chat *c = app_chat(app);
	char right[128] = "";
	size_t fresh = !v->follow && c->turn_count > v->seen ? c->turn_count - v->seen : 0;
	if (v->search.on && v->search.id[0] == '\0')
		snprintf(right, sizeof right, "searching, %zu to go", v->search.left);
	else if (fresh > 0)
		snprintf(right, sizeof right, "%zu new below, End goes there", fresh);
	else if (!v->follow && c->turn_count > 0)
		snprintf(right, sizeof right, "%zu of %zu", v->top.turn + 1, c->turn_count);
	else if (c->documents_name[0] != '\0')
		snprintf(right, sizeof right, "only %.100s", c->documents_name);
	const char *title = c->title[0] != '\0' ? c->title : "New conversation";
	int width = screen_width(app_screen(app), right, strlen(right)), room = p->area.cols - 2 - (width > 0 ? width + 2 : 0);
	screen_put_short(app_screen(app), p->area.top, p->area.left + 1, room, STYLE_HEADING, title, strlen(title));
	screen_put(app_screen(app), p->area.top, p->area.left + p->area.cols - 1 - width, width, fresh > 0 ? STYLE_ALERT : STYLE_DIM, right, strlen(right));
}

static void
welcome_draw(struct app *app, struct area a)
{
	const struct shelf *sh = app_shelf(app);
	struct flow f;
	char line[256];
	flow_init(&f, a.cols);
	flow_text(&f, STYLE_STRONG, NULL, STYLE_TEXT, 0, "Ask your documents.", 19);
	flow_blank(&f);
	if (sh->loaded && sh->count == 0)
		snprintf(line, sizeof line, "The library is empty: /add FOLDER fills it.");
	else if (sh->loaded)
		snprintf(line, sizeof line, "%zu document%s, %zu conversation%s. Every sentence of an answer carries the quotation it stands on; "
			"what is not in your documents is not answered.", sh->count, sh->count == 1 ? "" : "s",
			app_chat(app)->list_count, app_chat(app)->list_count == 1 ? "" : "s");
	else
		snprintf(line, sizeof line, "Opening ...");
	flow_text(&f, STYLE_DIM, NULL, STYLE_TEXT, 0, line, strlen(line));
	const char *suggestion = app_config(app)->suggestion;
	if (suggestion != NULL && app_chat(app)->list_count == 0) {
		flow_blank(&f);
		flow_text(&f, STYLE_TEXT, "Try:  ", STYLE_HINT, 6, suggestion, strlen(suggestion));
	}
	a.top += a.rows > 12 ? a.rows / 3 : 0;
	a.rows -= a.rows > 12 ? a.rows / 3 : 0;
	flow_draw(app_screen(app), a, &f, 0, NULL, 0);
	flow_clear(&f);
}

/* Ask ahead for what the next pages will need. */
static void
ask_around(struct app *app, size_t turn)
{
	size_t count = app_chat(app)->turn_count;
	(void)chat_message(app, turn > AHEAD ? turn - AHEAD : 0);
	if (turn + AHEAD < count)
		(void)chat_message(app, turn + AHEAD);
}

static void
view_draw(struct app *app, struct pane *p)
{
	struct transcript_view *v = p->state;
	const struct chat *c = app_chat(app);
	struct area a = text_area(p);
	settle(app, p);
	if (v->search.id[0] != '\0' && !v->search.on && c->turn_count > 0) {   /* what was to be sought is open */
		v->search.on = true;
		v->search.turn = v->search.left = c->turn_count - 1;
	}
	if (v->search.on) {
		search_on(app, p);
		if (!v->search.on) {
			v->search.id[0] = '\0';
			select_in_sight(app, p);
		}
	}
	ask_around(app, v->top.turn);
	head_draw(app, p);
	if (p->focused)
		screen_cursor(app_screen(app), p->area.top, p->area.left);
	if (c->turn_count == 0) {
		welcome_draw(app, a);
		return;
	}
	size_t row = v->top.row;
	for (size_t turn = v->top.turn; turn < c->turn_count && a.rows > 0; turn++, row = 0) {
		const struct flow *f = chat_flow(app, turn, a.cols);
		size_t n = f != NULL ? f->count : 1;
		if (f != NULL)
			flow_draw(app_screen(app), a, f, row, p->find, turn == c->turn_at ? c->citation : 0);
		else
			screen_put(app_screen(app), a.top, a.left, a.cols, STYLE_DIM, "...", 3);
		int used = (int)(n > row ? n - row : 0);
		a.top += used;
		a.rows -= used;
	}
}

/* ---- acting -------------------------------------------------------------------------- */

static bool
view_action(struct app *app, struct pane *p, const char *id)
{
	struct transcript_view *v = p->state;
	int page = text_area(p).rows - 1;
	v->search.on = false;              /* whoever moves has seen enough */
	const struct { const char *id; int by; } moves[] = {
		{ "move.up", -1 }, { "move.down", 1 }, { "move.page-up", -page }, { "move.page-down", page },
	};
	for (size_t i = 0; i < COUNT_OF(moves); i++)
		if (str_same(id, moves[i].id)) {
			move_by(app, p, moves[i].by);
			select_in_sight(app, p);
			return true;
		}
	if (str_same(id, "find.next") || str_same(id, "find.prev")) {
		find_by(app, p, str_same(id, "find.next") ? 1 : -1);
		return true;
	}
	if (!str_same(id, "move.top") && !str_same(id, "move.bottom"))
		return false;
	v->seen = app_chat(app)->turn_count;
	v->follow = str_same(id, "move.bottom");
	v->top = (struct place_at){ 0, 0 };
	app_dirty(app, &pane_transcript);
	select_in_sight(app, p);
	return true;
}

/* A click on an answer shows its evidence. */
static void
view_mouse(struct app *app, struct pane *p, int row, int col, int button)
{
	struct transcript_view *v = p->state;
	const struct chat *c = app_chat(app);
	struct area a = text_area(p);
	int at = 1 - (int)v->top.row;
	(void)col;
	if (button != MOUSE_PRESS)
		return;
	for (size_t turn = v->top.turn; turn < c->turn_count && at < a.rows; turn++) {
		int n = (int)rows_of(app, turn, a.cols);
		const struct message *m = c->turns[turn].m;
		if (row >= at && row < at + n && m != NULL && chat_sources(m)->count > 0)
			chat_select(app, turn, false);
		at += n;
	}
}

const struct pane_type pane_transcript = {
	.name = "transcript",
	.places = PLACE_TEXT | PLACE_CHAT,
	.open = view_open,
	.close = view_close,
	.draw = view_draw,
	.action = view_action,
	.mouse = view_mouse,
	.hints = "cite.prev cite.next cite.open yank.message find.here feedback.good feedback.bad pane.next app.palette app.help",
};

/* The list of conversations: titles, subjects, when; Enter opens one. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app_in.h"

struct list_view { size_t top; };

static void *
list_open(struct app *app)
{
	(void)app;
	return mem_new(sizeof(struct list_view));
}

static void
list_close(void *state)
{
	mem_free(state);
}

static void
day_text(char out[16], int64_t unix_ms, int64_t now_ms)
{
	time_t then = (time_t)(unix_ms / 1000), now = (time_t)(now_ms / 1000);
	struct tm t, today;
	localtime_r(&then, &t);
	localtime_r(&now, &today);
	if (t.tm_yday == today.tm_yday && t.tm_year == today.tm_year)
		strftime(out, 16, "%H:%M", &t);
	else
		strftime(out, 16, t.tm_year == today.tm_year ? "%d %b" : "%Y-%m", &t);
}

static void
row_draw(struct app *app, struct pane *p, int row, const struct conversation *v, bool now, bool open)
{
	struct screen *s = app_screen(app);
	const struct clock *c = app_config(app)->clock;
	char when[16], fresh[24] = "";
	enum style style = now && p->focused ? STYLE_SELECTED : now ? STYLE_STRONG : STYLE_TEXT;
	const char *title = v->title != NULL && *v->title != '\0' ? v->title : "(no title)";
	int left = p->area.left, cols = p->area.cols;
	day_text(when, v->updated, c->wall_ms(c->arg));
	if (chat_unread(app_chat(app), v) > 0)
		snprintf(fresh, sizeof fresh, "+%lld", (long long)chat_unread(app_chat(app), v));
	int more = (int)strlen(fresh), width = (int)strlen(when) + (more > 0 ? more + 1 : 0);
	screen_put(s, row, left, 2, open ? STYLE_STRONG : STYLE_TEXT, open ? " >" : "  ", 2);
	int used = screen_put_short(s, row, left + 3, cols - width - 5, style, title, strlen(title));
	if (v->subject != NULL && *v->subject != '\0' && used + (int)strlen(v->subject) + width + 7 < cols)
		screen_put(s, row, left + 4 + used, cols - used - width - 6, STYLE_DIM, v->subject, strlen(v->subject));
	screen_put(s, row, left + cols - width - 1, more, STYLE_ALERT, fresh, (size_t)more);
	screen_put(s, row, left + cols - (int)strlen(when) - 1, (int)strlen(when), STYLE_DIM, when, strlen(when));
	if (now && p->focused)
		screen_cursor(s, row, left + 3);
}

static void
list_draw(struct app *app, struct pane *p)
{
	struct list_view *v = p->state;
	const struct chat *c = app_chat(app);
	char head[400];
	size_t rows = p->area.rows > 2 ? (size_t)p->area.rows - 2 : 1;
	snprintf(head, sizeof head, "%s %zu%s%s", c->archived ? "Archived" : "Conversations", c->list_count,
		c->filter[0] != '\0' ? "  / " : "", c->filter);
	screen_put(app_screen(app), p->area.top, p->area.left + 1, p->area.cols - 2, STYLE_HEADING, head, strlen(head));
	if (p->focused)
		screen_cursor(app_screen(app), p->area.top, p->area.left);
	if (c->list_count == 0)
		screen_put(app_screen(app), p->area.top + 2, p->area.left + 3, p->area.cols - 4, STYLE_DIM, "none yet", 8);
	if (c->list_at < v->top)
		v->top = c->list_at;
	if (c->list_at >= v->top + rows)
		v->top = c->list_at - rows + 1;
	for (size_t i = v->top; i < c->list_count && i < v->top + rows; i++)
		row_draw(app, p, p->area.top + 2 + (int)(i - v->top), &c->conversations[i], i == c->list_at, str_same(c->conversations[i].id, c->id));
}

static void
list_to(struct app *app, int64_t at)
{
	struct chat *c = app_chat(app);
	int64_t last = (int64_t)c->list_count - 1;
	c->list_at = (size_t)(at < 0 || last < 0 ? 0 : at > last ? last : at);
	app_dirty(app, &pane_conversations);
}

static void
list_find(struct app *app, struct pane *p, int by)
{
	const struct chat *c = app_chat(app);
	for (size_t n = 1; p->find != NULL && n <= c->list_count; n++) {
		size_t at = by > 0 ? (c->list_at + n) % c->list_count : (c->list_at + c->list_count - n) % c->list_count;
		const char *title = c->conversations[at].title;
		if (title != NULL && strcasestr(title, p->find) != NULL) {
			list_to(app, (int64_t)at);
			return;
		}
	}
}

static bool
list_action(struct app *app, struct pane *p, const char *id)
{
	struct chat *c = app_chat(app);
	int64_t at = (int64_t)c->list_at, page = p->area.rows - 3;
	const struct { const char *id; int64_t to; } moves[] = {
		{ "move.up", at - 1 }, { "move.down", at + 1 }, { "move.page-up", at - page },
		{ "move.page-down", at + page }, { "move.top", 0 }, { "move.bottom", (int64_t)c->list_count },
	};
	for (size_t i = 0; i < COUNT_OF(moves); i++)
		if (str_same(id, moves[i].id)) {
			list_to(app, moves[i].to);
			return true;
		}
	if (str_same(id, "find.here")) {       /* what is found is what is listed */
		snprintf(c->filter, sizeof c->filter, "%s", p->find != NULL ? p->find : "");
		chat_refresh(app);
		return true;
	}
	if (!str_same(id, "find.next") && !str_same(id, "find.prev"))
		return false;
	list_find(app, p, str_same(id, "find.next") ? 1 : -1);
	return true;
}

static void
list_mouse(struct app *app, struct pane *p, int row, int col, int button)
{
	const struct list_view *v = p->state;
	(void)col;
	size_t at = v->top + (size_t)(row > 2 ? row - 2 : 0);
	if (button != MOUSE_PRESS || row < 2 || at >= app_chat(app)->list_count)
		return;
	if (app_chat(app)->list_at == at)
		action_run(app, "chat.open", NULL);
	else
		list_to(app, (int64_t)at);
}

const struct pane_type pane_conversations = {
	.name = "conversations",
	.places = PLACE_LIST | PLACE_CHAT,
	.open = list_open,
	.close = list_close,
	.draw = list_draw,
	.action = list_action,
	.mouse = list_mouse,
	.hints = "chat.open chat.new find.here chat.rename chat.archive chat.delete chat.undo chat.export pane.next app.palette app.help",
};

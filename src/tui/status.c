/* The first row and the last: where one is, what state it has, what can be done.
 *
 * Every state has a word; the last row shows a question, else an alert, else the
 * keys of this place. */
#include <stdio.h>
#include <string.h>

#include "app_in.h"

static const struct { const char *name; } tabs[TAB_COUNT] = { { "Chat" }, { "Library" } };

/* OPEN 12m: it locks itself in so long. */
static void
vault_word(struct text *out, struct app *app)
{
	const struct tui_config *c = app->config;
	static const char *const words[] = {
		[VAULT_OPENING] = "OPENING", [VAULT_LOCKED] = "LOCKED",
		[VAULT_UNLOCKING] = "UNLOCKING", [VAULT_OPEN] = "OPEN", [VAULT_FAILED] = "NOT OPEN",
	};
	if (app->vault != VAULT_OPEN) {
		text_put(out, words[app->vault]);
	} else if (!app->lockable) {
		text_put(out, "NO LOCK");
	} else if (c->lock_minutes == 0) {
		text_put(out, "OPEN");
	} else {
		int64_t idle_ms = c->clock->mono_ms(c->clock->arg) - app->active_ms;
		int64_t left = (c->lock_minutes * 60000 - idle_ms + 59999) / 60000;
		text_printf(out, "OPEN %lldm", (long long)(left > 0 ? left : 0));
	}
	if (app->read_only)
		text_put(out, "  READ ONLY");
}

int
tab_at(const struct app *app, int col)
{
	(void)app;
	for (int i = 0, left = 1; i < TAB_COUNT; i++) {
		int width = (int)strlen(tabs[i].name) + 4;
		if (col >= left && col < left + width)
			return i;
		left += width;
	}
	return -1;
}

void
status_draw(struct app *app)
{
	struct screen *s = app->screen;
	int cols = app->layout.cols, col = 1;
	struct text words;
	char name[64];
	screen_fill(s, (struct area){ 0, 0, 1, cols }, STYLE_STATUS);
	for (int i = 0; i < TAB_COUNT; i++) {
		bool now = app->tab == (enum tab)i;
		snprintf(name, sizeof name, now ? "[%d %s]" : " %d %s ", i + 1, tabs[i].name);
		col += screen_put(s, 0, col, cols - col, now ? STYLE_TAB_NOW : STYLE_TAB, name, strlen(name));
	}
	text_init(&words, 256);
	const struct shelf *sh = app->shelf;
	if (sh->adding && sh->total > 1)
		text_printf(&words, "ADDING %zu/%zu  ", sh->done + 1, sh->total);
	else if (sh->adding)
		text_put(&words, "ADDING  ");
	if ((app->chat->busy && app->tab != TAB_CHAT) || app->chat->away != 0)
		text_put(&words, "ANSWERING  ");
	size_t unread = chat_unread_count(app->chat);
	if (unread > 0)
		text_printf(&words, "%zu NEW  ", unread);
	if (app->backend != NULL)
		text_printf(&words, "%s  ", backend_word(app->backend));
	if (app->waiting.refused > 0)
		text_printf(&words, "%zu REFUSED  ", app->waiting.refused);
	if (app->waiting.waiting + app->waiting.large > 0 && server_away(app))
		text_printf(&words, "%zu WAIT  ", app->waiting.waiting + app->waiting.large);
	vault_word(&words, app);
	int width = screen_width(s, words.data, words.len);
	if (col + width + 2 <= cols)
		screen_put(s, 0, cols - width - 1, width, STYLE_STATUS, words.data, words.len);
	text_clear(&words);
}

/* "Enter send   [ prev" for as many as fit. */
static void
hints_draw(struct app *app, int row, int cols)
{
	const struct pane *p = app_focused(app);
	char id[64];
	int col = 1;
	for (const char *at = p->type->hints; at != NULL && *at != '\0';) {
		size_t n = strcspn(at, " ");
		snprintf(id, sizeof id, "%.*s", (int)n, at);
		at += n + (at[n] == ' ');
		const struct action *a = action_find(id);
		const char *chord = keymap_chord(app->keymap, id, p->type->places | PLACE_ANY);
		if (str_same(id, "chat.send"))
			chord = "Enter";       /* the line's own key, bound to nothing */
		if (a == NULL || *chord == '\0' || (str_same(id, "chat.undo") && app->chat->gone[0] == '\0'))
			continue;
		int width = screen_width(app->screen, chord, strlen(chord)) + 1 + screen_width(app->screen, a->title, strlen(a->title));
		if (col + width >= cols)
			break;
		col += screen_put(app->screen, row, col, cols - col, STYLE_KEY, chord, strlen(chord)) + 1;
		col += screen_put(app->screen, row, col, cols - col, STYLE_HINT, a->title, strlen(a->title)) + 2;
	}
}

/* An alert may be longer than a row: then it has two, and the line moves up. */
int
alert_rows(const struct app *app)
{
	return !app->question.asked && screen_width(app->screen, app->alert, strlen(app->alert)) > app->layout.cols - 2 ? 2 : 1;
}

static void
alert_draw(struct app *app, int row, int cols)
{
	const char *at = app->alert;
	size_t len = strlen(at);
	if (app->layout.bottom_rows < 2) {
		screen_put_short(app->screen, row, 1, cols - 2, STYLE_ALERT, at, len);
		return;
	}
	size_t most = utf8_floor(at, len, (size_t)(cols - 2)), cut = most;
	while (cut > 0 && at[cut] != ' ')
		cut--;
	cut = cut > 0 ? cut : most;
	screen_put(app->screen, row, 1, cols - 2, STYLE_ALERT, at, cut);
	cut += at[cut] == ' ';
	screen_put_short(app->screen, row + 1, 1, cols - 2, STYLE_ALERT, at + cut, len - cut);
}

void
bottom_draw(struct app *app)
{
	int count = app->layout.bottom_rows, row = app->layout.rows - count, cols = app->layout.cols;
	screen_fill(app->screen, (struct area){ row, 0, count, cols }, STYLE_TEXT);
	if (app->question.asked)
		question_draw(app, row, 1, cols - 2);
	else if (app->alert[0] != '\0')
		alert_draw(app, row, cols);
	else
		hints_draw(app, row, cols);
}

/* ---- the frame ------------------------------------------------------------------ */

static void
put_middle(struct app *app, int row, enum style style, const char *s)
{
	int cols = app->layout.cols, width = screen_width(app->screen, s, strlen(s));
	screen_put(app->screen, row, width < cols ? (cols - width) / 2 : 0, cols, style, s, strlen(s));
}

static void
closed_draw(struct app *app)
{
	int row = app->layout.rows / 2 - 2, cols = app->layout.cols;
	static const char *const sentences[] = {
		[VAULT_OPENING] = "Opening ...", [VAULT_LOCKED] = "The history is locked.",
		[VAULT_UNLOCKING] = "Unlocking ...", [VAULT_FAILED] = "The history cannot be opened.",
	};
	put_middle(app, row, STYLE_HEADING, sentences[app->vault]);
	if (app->trouble[0] != '\0')
		put_middle(app, row + 4, STYLE_ALERT, app->trouble);
	if (app->question.asked)
		question_draw(app, row + 2, cols > 60 ? cols / 2 - 24 : 4, cols > 60 ? 60 : cols - 6);
	else
		screen_cursor(app->screen, row + 2, cols / 2);
	put_middle(app, app->layout.rows - 1, STYLE_HINT, app->question.asked ? "Enter unlock   Ctrl-C leave" : "Ctrl-C leave");
}

void
frame_draw(struct app *app)
{
	const struct layout *l = &app->layout;
	if (l->small) {
		char sentence[128];
		snprintf(sentence, sizeof sentence, "stoa needs 60x16, this is %dx%d; q leaves", l->cols, l->rows);
		screen_put(app->screen, l->rows / 2, 0, l->cols, STYLE_ALERT, sentence, strlen(sentence));
		screen_cursor(app->screen, l->rows / 2, 0);
		return;
	}
	if (app->vault == VAULT_LOCKED || app->vault == VAULT_UNLOCKING || app->vault == VAULT_FAILED) {
		closed_draw(app);
		return;
	}
	for (int i = 0; i < l->rule_count; i++) {
		const struct rule *r = &l->rules[i];
		if (r->vertical)
			screen_bar(app->screen, r->col, r->row, r->length);
		else
			screen_rule(app->screen, r->row, r->col, r->length, NULL);
	}
}

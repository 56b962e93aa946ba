/* The palette: one line and a list of actions, with their keys at the right, so
 * that it teaches the keys while it saves them; behind @ conversations, behind #
 * documents, and / goes on to the search in everything.
 *
 * Letters match in order, anywhere; what begins a word counts more, then what is
 * nearer together, then the order of the table.  Enter runs or opens, Ctrl-Y copies
 * the equivalent shell command, Esc leaves.  The same overlay with a ":" takes the
 * name of an action and its argument. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "app_in.h"

#define TYPED_MAX 256
#define SHOWN_MAX 128

/* Of many things those that fit best, best first; what fits alike in its own order. */
struct ranked { size_t at[SHOWN_MAX], count; int scores[SHOWN_MAX]; };

struct palette {
	char typed[TYPED_MAX];
	size_t len, at, top;
	struct ranked matches;
};

static void
rank(struct ranked *r, size_t thing, int score)
{
	if (score < 0 || (r->count == SHOWN_MAX && score <= r->scores[r->count - 1]))
		return;
	size_t k = r->count < SHOWN_MAX ? r->count++ : r->count - 1;
	for (; k > 0 && r->scores[k - 1] < score; k--) {
		r->at[k] = r->at[k - 1];
		r->scores[k] = r->scores[k - 1];
	}
	r->at[k] = thing;
	r->scores[k] = score;
}

/* How well typed fits name: -1 not at all. */
static int
fit(const char *typed, const char *name)
{
	int score = 0;
	const char *last = NULL;
	for (; *typed; typed++) {
		const char *at = last != NULL ? last + 1 : name;
		while (*at && tolower((unsigned char)*at) != tolower((unsigned char)*typed))
			at++;
		if (*at == '\0')
			return -1;
		if (at == name || at[-1] == ' ' || at[-1] == '.' || at[-1] == '-')
			score += 8;
		if (last != NULL && at == last + 1)
			score += 5;
		last = at;
	}
	return score + 1;
}

/* ---- what can be found ----------------------------------------------------------- */

static int
action_fit(const struct app *app, size_t i, const char *typed)
{
	char word[TYPED_MAX];
	(void)app;
	snprintf(word, sizeof word, "%.*s", (int)strcspn(typed, " "), typed);
	int title = fit(typed, actions[i].title), id = fit(word, actions[i].id);
	return title > id ? title : id;
}

size_t
palette_order(const struct action **out, size_t max, const char *typed)
{
	struct ranked r = { .count = 0 };
	for (size_t i = 0; i < action_count; i++)
		rank(&r, i, action_fit(NULL, i, typed));
	for (size_t i = 0; i < r.count && i < max; i++)
		out[i] = &actions[r.at[i]];
	return r.count < max ? r.count : max;
}

static size_t
actions_all(const struct app *app)
{
	(void)app;
	return action_count;
}

/* The key that works here, else the one that works in its own place. */
static const char *
chord_of(struct app *app, const struct action *action)
{
	const struct pane *pane = app_focused(app);
	const char *chord = keymap_chord(app_keymap(app), action->id, (pane != NULL ? pane->type->places : 0) | PLACE_ANY);
	if (*chord == '\0')
		chord = keymap_chord(app_keymap(app), action->id, ~(unsigned)PLACE_INPUT);
	return *chord == '\0' && str_same(action->id, "chat.send") ? "Enter" : chord;
}

/* What a row shows: a name, what it is, and at the right a key or a count. */
struct shown { const char *name, *what; char right[64]; };

static void
action_show(struct shown *out, struct app *app, size_t i)
{
	out->name = actions[i].title;
	out->what = actions[i].help;
	snprintf(out->right, sizeof out->right, "%s", chord_of(app, &actions[i]));
}

static void
action_choose(struct app *app, size_t i)
{
	action_run(app, actions[i].id, NULL);
}

static void
action_shell(struct text *out, const struct app *app, size_t i)
{
	(void)app;
	text_put(out, actions[i].shell != NULL ? actions[i].shell : "");
}

static size_t conversations_all(const struct app *app) { return app->chat->list_count; }

static int
conversation_fit(const struct app *app, size_t i, const char *typed)
{
	const char *title = app->chat->conversations[i].title;
	return fit(typed, title != NULL ? title : "");
}

static void
conversation_show(struct shown *out, struct app *app, size_t i)
{
	const struct conversation *v = &app->chat->conversations[i];
	out->name = v->title;
	out->what = v->preview;
	if (chat_unread(app->chat, v) > 0)
		snprintf(out->right, sizeof out->right, "+%lld", (long long)chat_unread(app->chat, v));
}

static void
conversation_choose(struct app *app, size_t i)
{
	action_run(app, "chat.open", app->chat->conversations[i].id);
}

static void
conversation_shell(struct text *out, const struct app *app, size_t i)
{
	text_printf(out, "stoa history show %s", app->chat->conversations[i].id);
}

static size_t documents_all(const struct app *app) { return app->shelf->count; }

static int
document_fit(const struct app *app, size_t i, const char *typed)
{
	const struct document *d = &app->shelf->documents[i];
	int name = fit(typed, d->name != NULL ? d->name : ""), title = fit(typed, d->title != NULL ? d->title : "");
	return name > title ? name : title;
}

static void
document_show(struct shown *out, struct app *app, size_t i)
{
	out->name = app->shelf->documents[i].name;
	out->what = app->shelf->documents[i].title;
}

static void
document_choose(struct app *app, size_t i)
{
	app->shelf->at = i;
	app_focus(app, &pane_shelf);
	app_dirty(app, &pane_preview);
}

static void
document_shell(struct text *out, const struct app *app, size_t i)
{
	text_printf(out, "stoa docs show %s", app->shelf->documents[i].id);
}

static const struct kind {
	char prefix;                   /* what is typed in front; 0: nothing */
	const char *head, *none, *below;
	int name_cols;
	size_t (*all)(const struct app *app);
	int (*fit)(const struct app *app, size_t i, const char *typed);
	void (*show)(struct shown *out, struct app *app, size_t i);
	void (*choose)(struct app *app, size_t i);
	void (*shell)(struct text *out, const struct app *app, size_t i);
} kinds[] = {
	{ 0, "actions", "no action has these letters", "Enter run  C-y copy the command  @ # / find  Esc leave", 22,
		actions_all, action_fit, action_show, action_choose, action_shell },
	{ '@', "conversations", "no conversation has these letters", "Enter open  C-y copy the command  Esc leave", 36,
		conversations_all, conversation_fit, conversation_show, conversation_choose, conversation_shell },
	{ '#', "documents", "no document has these letters", "Enter show  C-y copy the command  Esc leave", 32,
		documents_all, document_fit, document_show, document_choose, document_shell },
};

static const struct kind *
kind_of(const struct palette *p)
{
	for (size_t i = 1; i < COUNT_OF(kinds); i++)
		if (p->typed[0] == kinds[i].prefix)
			return &kinds[i];
	return &kinds[0];
}

/* Lists change while they are looked at: before each drawing, so that what is shown is
 * what Enter means. */
static void
match_all(struct app *app, struct palette *p)
{
	const struct kind *kind = kind_of(p);
	const char *typed = p->typed + (kind->prefix != 0);
	p->matches.count = 0;
	for (size_t i = 0, n = kind->all(app); i < n; i++)
		rank(&p->matches, i, kind->fit(app, i, typed));
	if (p->at >= p->matches.count)
		p->at = p->matches.count > 0 ? p->matches.count - 1 : 0;
}

static void *
palette_open(struct app *app)
{
	(void)app;
	return mem_new(sizeof(struct palette));
}

/* ---- drawing ---------------------------------------------------------------------- */

static struct area
palette_area(struct app *app)
{
	int rows, cols;
	screen_size(app_screen(app), &rows, &cols);
	int width = cols < 76 ? cols - 4 : 72, height = rows - 6 < 22 ? rows - 6 : 22;
	return (struct area){ 2, (cols - width) / 2, height, width };
}

static void
row_of(struct app *app, struct area a, int row, const struct kind *kind, size_t i, bool now)
{
	struct screen *s = app_screen(app);
	struct shown w = { .name = "", .what = "" };
	enum style style = now ? STYLE_SELECTED : STYLE_TEXT;
	kind->show(&w, app, i);
	const char *name = w.name != NULL ? w.name : "", *what = w.what != NULL ? w.what : "";
	int right = (int)strlen(w.right), room = a.cols - kind->name_cols - 6 - right;
	screen_fill(s, (struct area){ row, a.left + 1, 1, a.cols - 2 }, style);
	(void)screen_put_short(s, row, a.left + 2, kind->name_cols, style, name, strlen(name));
	(void)screen_put_short(s, row, a.left + kind->name_cols + 3, room, now ? style : STYLE_DIM, what, strlen(what));
	(void)screen_put(s, row, a.left + a.cols - 2 - right, right, now ? style : STYLE_KEY, w.right, strlen(w.right));
}

static void
palette_draw(struct app *app, struct pane *pane)
{
	struct palette *p = pane->state;
	struct screen *s = app_screen(app);
	struct area a = palette_area(app);
	const struct kind *kind = kind_of(p);
	size_t room = (size_t)(a.rows - 3);
	match_all(app, p);
	if (p->at < p->top)
		p->top = p->at;
	if (p->at >= p->top + room)
		p->top = p->at - room + 1;
	screen_box(s, a, kind->head, kind->below);
	(void)screen_put(s, a.top + 1, a.left + 1, 3, STYLE_STRONG, " > ", 3);
	int used = screen_put(s, a.top + 1, a.left + 4, a.cols - 6, STYLE_TEXT, p->typed, p->len);
	for (size_t i = 0; i < room && p->top + i < p->matches.count; i++)
		row_of(app, a, a.top + 2 + (int)i, kind, p->matches.at[p->top + i], p->top + i == p->at);
	if (p->matches.count == 0)
		(void)screen_put(s, a.top + 2, a.left + 2, a.cols - 4, STYLE_DIM, kind->none, strlen(kind->none));
	screen_cursor(s, a.top + 1, a.left + 4 + used);
}

/* ---- keys --------------------------------------------------------------------------- */

static void
choose(struct app *app, const struct palette *p)
{
	const struct kind *kind = kind_of(p);
	bool any = p->at < p->matches.count;
	size_t thing = any ? p->matches.at[p->at] : 0;
	app_overlay(app, NULL);          /* p is gone */
	if (any)
		kind->choose(app, thing);
}

static void
copy_command(struct app *app, const struct palette *p)
{
	struct text shell;
	text_init(&shell, 1024);
	kind_of(p)->shell(&shell, app, p->matches.at[p->at]);
	app_overlay(app, NULL);
	if (shell.len == 0)
		app_alert(app, "this has no command of the shell");
	else
		app_yank(app, shell.data, shell.data, shell.len);
	text_clear(&shell);
}

static void
type(char *typed, size_t *len, keycode k)
{
	char bytes[4];
	if (k == 127 || k == 8) {
		while (*len > 0 && ((unsigned char)typed[*len - 1] & 0xC0) == 0x80)
			--*len;
		*len -= *len > 0;
	} else if (k == 21) {
		*len = 0;
	} else if (k >= ' ' && !(k & (KEY_SPECIAL | KEY_MOD_ALT | KEY_MOD_CTRL))) {
		size_t n = utf8_encode(bytes, k);
		if (*len + n < TYPED_MAX) {
			memcpy(typed + *len, bytes, n);
			*len += n;
		}
	}
	typed[*len] = '\0';
}

static bool
palette_key(struct app *app, struct pane *pane, keycode k, const char *bytes, size_t n)
{
	struct palette *p = pane->state;
	(void)bytes, (void)n;
	pane->dirty = true;
	match_all(app, p);
	if (k == 27 || k == 3 || k == 7 || k == 16) {
		app_overlay(app, NULL);
	} else if (k == '\r') {
		choose(app, p);
	} else if (k == 25 && p->at < p->matches.count) {
		copy_command(app, p);
	} else if (k == '/' && p->len == 0) {
		app_overlay(app, NULL);
		action_run(app, "find.everything", NULL);
	} else if (k == KEY_UP_ARROW) {
		p->at -= p->at > 0;
	} else if (k == KEY_DOWN_ARROW || k == '\t') {
		p->at += p->at + 1 < p->matches.count;
	} else {
		type(p->typed, &p->len, k);
		p->at = p->top = 0;
	}
	return true;
}

static const struct pane_type pane_palette = {
	.name = "palette", .places = PLACE_OVERLAY, .open = palette_open, .close = mem_free,
	.draw = palette_draw, .key = palette_key, .hints = "",
};

enum fault
act_app_palette(struct app *app, const char *arg)
{
	(void)arg;
	app_overlay(app, &pane_palette);
	return FAULT_NONE;
}

static void
command_typed(struct app *app, const char *answer, void *arg)
{
	(void)arg;
	if (answer != NULL)
		action_line(app, answer);
}

enum fault
act_app_command(struct app *app, const char *arg)
{
	if (arg != NULL) {
		action_line(app, arg);
		return FAULT_NONE;
	}
	app_ask(app, ":", false, command_typed, NULL);
	app->question.command = "";
	return FAULT_NONE;
}

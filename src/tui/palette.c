/* The palette: one line and a list of actions, with their keys at the right, so
 * that it teaches the keys while it saves them.
 *
 * Letters match in order, anywhere; what begins a word counts more, then what is
 * nearer together, then the order of the table.  Enter runs, Ctrl-Y copies the
 * equivalent shell command, Esc leaves.  The same overlay with a ":" takes the
 * name of an action and its argument. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "app_in.h"

#define TYPED_MAX 256
#define SHOWN_MAX 128

struct palette {
	char typed[TYPED_MAX];
	size_t len, at, top;
	const struct action *matches[SHOWN_MAX];
	size_t count;
};

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

size_t
palette_order(const struct action **out, size_t max, const char *typed)
{
	char word[TYPED_MAX];
	int scores[SHOWN_MAX];
	size_t count = 0;
	snprintf(word, sizeof word, "%.*s", (int)strcspn(typed, " "), typed);
	for (size_t i = 0; i < action_count && count < max && count < SHOWN_MAX; i++) {
		int title = fit(typed, actions[i].title), id = fit(word, actions[i].id);
		int score = title > id ? title : id;
		if (score < 0)
			continue;
		size_t k = count++;
		for (; k > 0 && scores[k - 1] < score; k--) {
			out[k] = out[k - 1];
			scores[k] = scores[k - 1];
		}
		out[k] = &actions[i];
		scores[k] = score;
	}
	return count;
}

static void
match_all(struct palette *p)
{
	p->count = palette_order(p->matches, SHOWN_MAX, p->typed);
	p->at = p->top = 0;
}

static void *
palette_open(struct app *app)
{
	struct palette *p = mem_new(sizeof *p);
	(void)app;
	match_all(p);
	return p;
}

static struct area
palette_area(struct app *app)
{
	int rows, cols;
	screen_size(app_screen(app), &rows, &cols);
	int width = cols < 76 ? cols - 4 : 72, height = rows - 6 < 22 ? rows - 6 : 22;
	return (struct area){ 2, (cols - width) / 2, height, width };
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

static void
row_of(struct app *app, struct area a, int row, const struct action *action, bool now)
{
	struct screen *s = app_screen(app);
	enum style style = now ? STYLE_SELECTED : STYLE_TEXT;
	const char *chord = chord_of(app, action);
	int key = (int)strlen(chord);
	screen_fill(s, (struct area){ row, a.left + 1, 1, a.cols - 2 }, style);
	(void)screen_put(s, row, a.left + 2, 22, style, action->title, strlen(action->title));
	(void)screen_put_short(s, row, a.left + 25, a.cols - 28 - key, now ? style : STYLE_DIM, action->help, strlen(action->help));
	(void)screen_put(s, row, a.left + a.cols - 2 - key, key, now ? style : STYLE_KEY, chord, strlen(chord));
}

static void
palette_draw(struct app *app, struct pane *pane)
{
	struct palette *p = pane->state;
	struct screen *s = app_screen(app);
	struct area a = palette_area(app);
	size_t room = (size_t)(a.rows - 3);
	if (p->at < p->top)
		p->top = p->at;
	if (p->at >= p->top + room)
		p->top = p->at - room + 1;
	screen_box(s, a, "actions", "Enter run  C-y copy the command  Esc leave");
	(void)screen_put(s, a.top + 1, a.left + 1, 3, STYLE_STRONG, " > ", 3);
	int used = screen_put(s, a.top + 1, a.left + 4, a.cols - 6, STYLE_TEXT, p->typed, p->len);
	for (size_t i = 0; i < room && p->top + i < p->count; i++)
		row_of(app, a, a.top + 2 + (int)i, p->matches[p->top + i], p->top + i == p->at);
	if (p->count == 0)
		(void)screen_put(s, a.top + 2, a.left + 2, a.cols - 4, STYLE_DIM, "no action has these letters", 27);
	screen_cursor(s, a.top + 1, a.left + 4 + used);
}

static void
copy_command(struct app *app, const struct action *action)
{
	if (action->shell == NULL)
		app_alert(app, "%s has no command of the shell", action->title);
	else
		app_yank(app, action->shell, action->shell, strlen(action->shell));
}

static void
choose(struct app *app, struct palette *p)
{
	const struct action *action = p->at < p->count ? p->matches[p->at] : NULL;
	app_overlay(app, NULL);          /* p is gone */
	if (action != NULL)
		action_run(app, action->id, NULL);
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
	if (k == 27 || k == 3 || k == 7 || k == 16) {
		app_overlay(app, NULL);
	} else if (k == '\r') {
		choose(app, p);
	} else if (k == 25 && p->at < p->count) {
		const struct action *action = p->matches[p->at];
		app_overlay(app, NULL);
		copy_command(app, action);
	} else if (k == KEY_UP_ARROW) {
		p->at -= p->at > 0;
	} else if (k == KEY_DOWN_ARROW || k == '\t') {
		p->at += p->at + 1 < p->count;
	} else {
		type(p->typed, &p->len, k);
		match_all(p);
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

/* The keys of this place, over the screen until any key that does not move it. */
#include <string.h>

#include "key_in.h"

struct help { struct flow flow; size_t top; unsigned places; int cols; };

static void *
help_open(struct app *app)
{
	struct help *h = mem_new(sizeof *h);
	struct pane *p = app_focused(app);
	h->places = (p != NULL ? p->type->places : 0) | PLACE_ANY;
	flow_init(&h->flow, 40);
	return h;
}

static void
help_close(void *state)
{
	struct help *h = state;
	flow_clear(&h->flow);
	mem_free(h);
}

static void
help_rows(struct app *app, struct help *h, const char *title, unsigned places, unsigned without)
{
	bool said = false;
	for (size_t i = 0; i < action_count; i++) {
		const struct action *a = &actions[i];
		char line[64];
		const char *chord = keymap_chord(app_keymap(app), a->id, places);
		if (!(a->places & places) || a->places & without || *chord == '\0')
			continue;
		if (!said)
			flow_text(&h->flow, STYLE_HEADING, NULL, STYLE_HEADING, 0, title, strlen(title));
		said = true;
		size_t n = strlen(chord) < 12 ? strlen(chord) : 12;
		memset(line, ' ', 16);
		memcpy(line + 2, chord, n);
		line[15] = '\0';
		flow_text(&h->flow, STYLE_TEXT, line, STYLE_KEY, 15, a->help, strlen(a->help));
	}
	if (said)
		flow_blank(&h->flow);
}

static void
help_lay_out(struct app *app, struct help *h, int cols)
{
	flow_clear(&h->flow);
	h->flow.cols = h->cols = cols;
	help_rows(app, h, "here", h->places & ~(unsigned)PLACE_ANY, PLACE_ANY);
	help_rows(app, h, "anywhere", PLACE_ANY, 0);
	static const char line[] = "In the input line: Enter sends, Alt-Enter begins a new line, Tab completes, "
		"the keys of readline and your inputrc work; Esc comes back to it from any pane. /name runs an action, as :name does when it is empty and elsewhere.";
	flow_text(&h->flow, STYLE_DIM, NULL, STYLE_DIM, 0, line, sizeof line - 1);
}

static void
help_draw(struct app *app, struct pane *pane)
{
	struct help *h = pane->state;
	struct screen *s = app_screen(app);
	int rows, cols;
	screen_size(s, &rows, &cols);
	int width = cols < 84 ? cols - 4 : 80;
	struct area a = { 1, (cols - width) / 2, rows - 3, width };
	if (h->cols != width - 4)
		help_lay_out(app, h, width - 4);
	if ((int)h->flow.count + 2 < a.rows)
		a.rows = (int)h->flow.count + 2;
	size_t room = (size_t)(a.rows - 2);
	if (h->top + room > h->flow.count)
		h->top = h->flow.count > room ? h->flow.count - room : 0;
	screen_box(s, a, "keys", h->flow.count > room ? "Up, Down more  Esc leave" : "Esc leave");
	flow_draw(s, (struct area){ a.top + 1, a.left + 2, a.rows - 2, a.cols - 4 }, &h->flow, h->top, NULL, 0);
}

static bool
help_key(struct app *app, struct pane *pane, keycode k, const char *bytes, size_t n)
{
	struct help *h = pane->state;
	(void)bytes, (void)n;
	pane->dirty = true;
	if (k == KEY_DOWN_ARROW || k == 'j')
		h->top++;
	else if (k == KEY_UP_ARROW || k == 'k')
		h->top -= h->top > 0;
	else if (k == KEY_PAGE_DOWN || k == ' ')
		h->top += 10;
	else if (k == KEY_PAGE_UP)
		h->top -= h->top > 10 ? 10 : h->top;
	else
		app_overlay(app, NULL);
	return true;
}

static const struct pane_type pane_help = {
	.name = "keys", .places = PLACE_OVERLAY, .open = help_open, .close = help_close,
	.draw = help_draw, .key = help_key, .hints = "",
};

enum fault
act_app_help(struct app *app, const char *arg)
{
	(void)arg;
	app_overlay(app, &pane_help);
	return FAULT_NONE;
}

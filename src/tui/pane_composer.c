/* The pane of the input line: the composer in its rows. */
#include <string.h>

#include "app_in.h"

static void
composer_pane_draw(struct app *app, struct pane *p)
{
	composer_draw(app_screen(app), p->area, app_composer(app), p->focused && !app->question.asked);
	const char *hint = composer_hint(app_composer(app));
	if (*hint != '\0')
		screen_put(app_screen(app), p->area.top - 1, 2, p->area.cols - 4, STYLE_HINT, hint, strlen(hint));
}

static bool
composer_pane_key(struct app *app, struct pane *p, keycode k, const char *bytes, size_t n)
{
	(void)p;
	bool hinted = composer_hint(app_composer(app))[0] != '\0';
	composer_key(app_composer(app), k, bytes, n);
	if (hinted)
		app_dirty(app, NULL);
	app_composer_resized(app);
	return true;
}

/* Moving by pages moves the transcript over the line. */
static bool
composer_pane_action(struct app *app, struct pane *p, const char *id)
{
	struct pane *t = app_pane(app, &pane_transcript);
	(void)p;
	return t->shown && pane_transcript.action(app, t, id);
}

const struct pane_type pane_composer = {
	.name = "composer",
	.places = PLACE_INPUT,
	.draw = composer_pane_draw,
	.action = composer_pane_action,
	.key = composer_pane_key,
	.hints = "chat.send app.palette app.help cite.open edit.external tab.library chat.new pane.prev app.quit",
};

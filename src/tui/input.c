/* What a key, a paste or the mouse means.
 *
 * A key goes to a question, an overlay, a chord or the focused pane, in this order;
 * where the terminal is too small or the history locked, only leaving works. */
#include <string.h>

#include "app_in.h"

static void
quit_now(struct app *app)
{
	loop_stop(app->loop);
}

void
app_quit(struct app *app)
{
	if (app->leaving)
		return;
	app->leaving = true;
	draft_flush(app, quit_now);
}

/* Ctrl-C cancels what runs; it never clears text; twice on an empty line leaves. */
void
app_interrupt(struct app *app)
{
	bool again = app->interrupted;
	app->interrupted = true;
	if (app->chat->busy || app->chat->away != 0) {
		chat_cancel(app);
		app_alert(app, "cancelled");
	} else if (app->shelf->adding) {
		shelf_cancel(app);
	} else if (composer_text(app->composer)[0] != '\0') {
		app_alert(app, "the line is kept; Ctrl-U clears it, Ctrl-C on an empty line leaves");
		app->interrupted = false;
	} else if (again) {
		app_quit(app);
	} else {
		app_alert(app, "Ctrl-C again leaves");
	}
}

static bool
code_to_pane(struct app *app, struct pane *p, keycode k)
{
	char bytes[8];
	size_t n = k < KEY_MOD_ALT ? utf8_encode(bytes, k) : 0;
	return p->type->key != NULL && p->type->key(app, p, k, bytes, n);
}

static void
key_to_pane(struct app *app, keycode k)
{
	struct pane *p = app_focused(app);
	const char *id = NULL;
	unsigned places = p->type->places | PLACE_ANY;
	if (p->type == &pane_composer)
		places = PLACE_INPUT | (composer_text(app->composer)[0] == '\0' ? PLACE_EMPTY : 0);
	if (keymap_pending(app->keymap) && (k == 27 || k == 7)) {
		keymap_drop(app->keymap);
		return;
	}
	enum keymap_found found = keymap_feed(&id, app->keymap, places, k);
	const keycode *lost;
	size_t count = keymap_lost(&lost, app->keymap);
	if (found == KEYMAP_ACTION && p->type == &pane_composer && count > 0 && composer_binds(app->composer, lost, count, k))
		found = KEYMAP_NONE;
	if (found == KEYMAP_ACTION) {
		action_run(app, id, NULL);
	} else if (found == KEYMAP_NONE) {
		for (size_t i = 0; i < count; i++)
			(void)code_to_pane(app, p, lost[i]);
		if (!code_to_pane(app, p, k) && k == 27)       /* out of any pane, back to where one began */
			app_focus(app, app->tab == TAB_CHAT ? &pane_composer : &pane_shelf);
	}
}

static void
on_code(struct app *app, keycode k)
{
	bool was_alert = app->alert[0] != '\0';
	char bytes[8];
	app->active_ms = app->config->clock->mono_ms(app->config->clock->arg);
	if (was_alert) {
		app->dirty_bottom = true;
		app->alert[0] = '\0';
		app_relayout(app);
	}
	if (k != 3)
		app->interrupted = false;
	if (app->layout.small && k == 'q' && !app->question.asked) {
		app_quit(app);
	} else if (app->question.asked) {
		(void)question_key(app, k);
	} else if (app->vault == VAULT_LOCKED || app->vault == VAULT_UNLOCKING || app->vault == VAULT_FAILED) {
		if (k == 3 || k == 'q' || k == 4)
			app_quit(app);
	} else if (app->overlay.type != NULL) {
		size_t n = k < KEY_MOD_ALT ? utf8_encode(bytes, k) : 0;
		bool taken = app->overlay.type->key != NULL && app->overlay.type->key(app, &app->overlay, k, bytes, n);
		if (!taken && (k == 27 || k == 3 || k == 'q'))
			app_overlay(app, NULL);
	} else if (k == 3 && !keymap_pending(app->keymap)) {
		app_interrupt(app);
	} else {
		key_to_pane(app, k);
	}
}

static void
on_paste(struct app *app, const char *bytes, size_t n)
{
	if (app->question.asked)
		question_paste(app, bytes, n);
	else if (app->overlay.type == NULL && app->vault <= VAULT_OPEN && app->tab == TAB_CHAT) {
		app_focus(app, &pane_composer);
		if (!composer_paste(app->composer, bytes, n))
			app_alert(app, "only the beginning was pasted: a question has %d bytes at most", COMPOSER_MAX);
	}
}

static void
on_mouse(struct app *app, const struct key_event *e)
{
	if (app->overlay.type != NULL && app->overlay.type->mouse != NULL) {
		app->overlay.type->mouse(app, &app->overlay, e->row, e->col, (int)e->button);
		return;
	}
	if (app->overlay.type != NULL || (app->vault != VAULT_OPEN && app->vault != VAULT_OPENING))
		return;
	if (e->button == MOUSE_DRAG || e->button == MOUSE_RELEASE) {
		selection_mouse(app, NULL, e);
		return;
	}
	if (e->row == 0 && e->button == MOUSE_PRESS && tab_at(app, e->col) >= 0)
		app_tab(app, (enum tab)tab_at(app, e->col));
	for (int i = 0; i < PANE_COUNT; i++) {
		struct pane *p = &app->panes[i];
		const struct area *a = &p->area;
		if (!p->shown || e->row < a->top || e->row >= a->top + a->rows || e->col < a->left || e->col >= a->left + a->cols)
			continue;
		if (e->button == MOUSE_PRESS && app->focus[app->tab] != p->type)
			app_focus(app, p->type);
		if (e->button == MOUSE_PRESS)
			selection_mouse(app, &p->area, e);
		if (e->button == MOUSE_WHEEL_UP || e->button == MOUSE_WHEEL_DOWN) {
			for (int n = 0; n < 3 && p->type->action != NULL; n++)
				(void)p->type->action(app, p, e->button == MOUSE_WHEEL_UP ? "move.up" : "move.down");
		} else if (p->type->mouse != NULL) {
			p->type->mouse(app, p, e->row - a->top, e->col - a->left, (int)e->button);
		}
		return;
	}
}

void
app_key(struct app *app, const struct key_event *e)
{
	switch (e->kind) {
	case KEY_EVENT_KEY:
		selection_drop(app);
		on_code(app, e->code);
		break;
	case KEY_EVENT_PASTE: on_paste(app, e->bytes, e->n); break;
	case KEY_EVENT_MOUSE: on_mouse(app, e); break;
	case KEY_EVENT_POSITION: widths_answer(app, e); break;
	case KEY_EVENT_FOCUS_IN: app->unfocused = false; break;
	case KEY_EVENT_FOCUS_OUT: app->unfocused = true; break;
	default: break;
	}
}

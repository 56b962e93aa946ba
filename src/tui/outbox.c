/* What waits to be delivered, and what the server refused: seen and decided here.
 *
 * The list lies over the screen.  What was refused stays with the server's reason
 * until the person sends it again as it is, or drops it; dropping is asked once, for
 * nothing else has it. */
#include <stdio.h>
#include <string.h>

#include "chat_in.h"

static void list_ask(struct app *app, enum backend_outbox_act act, const char *key);

static bool
is(const struct backend_outbox_item *item, const char *state)
{
	return str_same(item->state, state);
}

static void
item_row(struct app *app, struct text *out, const void *arg)
{
	const struct backend_outbox_item *item = arg;
	char when[TIME_TEXT_BYTES];
	(void)app;
	time_format(when, item->at);
	text_printf(out, "%.10s  %-7s  %s%s%s", when, is(item, "refused") ? "REFUSED" : is(item, "held") ? "here" : "waits", item->thing,
		*item->words != '\0' ? ": " : "", item->words);
	if (item->bytes > 100000)
		text_printf(out, "  %.1f MB", (double)item->bytes / 1e6);
}

static void
item_detail(struct app *app, struct flow *f, const void *arg)
{
	const struct backend_outbox_item *item = arg;
	bool goes = is(item, "waiting") && !server_away(app);
	const char *why = goes ? backend_why(app->backend) : item->sentence;
	const char *state = is(item, "refused") ? "The server refused this. Nothing was changed there, and nothing is lost here."
		: is(item, "held")		? "Answered from the documents of this machine; a asks the server too."
		: server_away(app)		? "Goes when the server is back, in the order of writing; large documents last."
		: *why != '\0'			? "Waits, and goes by itself."
						: "On its way.";
	flow_text(f, STYLE_DIM, NULL, STYLE_DIM, 0, state, strlen(state));
	flow_blank(f);
	if (why != NULL && why[0] != '\0') {
		flow_text(f, STYLE_ALERT, "why  ", STYLE_DIM, 5, why, strlen(why));
		flow_blank(f);
	}
	flow_text(f, STYLE_TEXT, NULL, STYLE_TEXT, 0, item->words, strlen(item->words));
}

static void
on_drop(struct app *app, const char *answer, void *arg)
{
	if (answer != NULL)
		list_ask(app, BACKEND_OUTBOX_DROP, arg);
	mem_free(arg);
}

static bool
item_key(struct app *app, const void *arg, keycode k)
{
	const struct backend_outbox_item *item = arg;
	char question[160];
	if (k == 'a') {
		list_ask(app, BACKEND_OUTBOX_AGAIN, item->key);
	} else if (k == 'd' || k == KEY_DELETE) {
		/* By name: the list may have moved under the finger. */
		snprintf(question, sizeof question, "Forget the %s %.*s?  y yes, any other key no", item->thing,
			(int)utf8_floor(item->words, strlen(item->words), 32), item->words);
		app_confirm(app, question, on_drop, mem_strdup(item->key));
	} else {
		return false;
	}
	return true;
}

static const struct pane_type pane_outbox = {
	.name = "outbox", .places = PLACE_OVERLAY, .open = rows_open, .close = rows_close,
	.draw = rows_draw, .key = rows_key, .hints = "",
};
static const struct rows_kind outbox = {
	.type = &pane_outbox, .head = "what waits for the server", .none = "nothing waits, and nothing was refused",
	.hint = "a send it  d forget it  Up Down move  Esc back",
	.row = item_row, .detail = item_detail, .key = item_key,
};

static void
on_list(const struct backend_done *d, void *arg)
{
	struct app *app = arg;
	if (d->fault != FAULT_NONE && !app->leaving)
		app_alert(app, "%s", d->sentence);
	rows_take(app, &outbox, d);
}

/* What waits anew is delivered at once. */
static void
on_again(const struct backend_done *d, void *arg)
{
	struct app *app = arg;
	on_list(d, arg);
	if (d->fault == FAULT_NONE && !app->leaving)
		(void)!act_sync_now(app, NULL);
}

static void
list_ask(struct app *app, enum backend_outbox_act act, const char *key)
{
	const struct backend_handlers h = { NULL, act == BACKEND_OUTBOX_AGAIN ? on_again : on_list, app };
	if (app_backend(app) == NULL || backend_outbox_start(app->backend, act, key, &h) != FAULT_NONE)
		app_alert(app, "%s", app->backend == NULL ? "not open yet: a moment" : fault_sentence());
}

enum fault
act_sync_list(struct app *app, const char *arg)
{
	(void)arg;
	if (app->config->server == NULL)
		return fault(FAULT_INPUT, "there is no server to deliver to");
	list_ask(app, BACKEND_OUTBOX_LIST, NULL);
	return FAULT_NONE;
}

/* It has changed while it is looked at. */
void
waiting_changed(struct app *app)
{
	const struct pane *p = app_overlaid(app);
	if (p != NULL && p->type == &pane_outbox)
		list_ask(app, BACKEND_OUTBOX_LIST, NULL);
}

/* Teacher: a question that was not answered well goes to a person, and whoever
 * teaches answers it here.
 *
 * Handing over asks what to say with it and where a mail may go, both of which may
 * stay empty.  A reply is a message of the conversation.  What a teacher has typed is
 * kept until it was sent, whatever the server says meanwhile. */
#include <stdio.h>
#include <string.h>

#include "chat_in.h"

static enum fault
need_server(struct app *app, const char *what)
{
	if (app->config->server == NULL)
		return fault(FAULT_ABSENT, "there is no teacher on this machine; stoa login joins a class");
	if (app->backend != NULL && str_same(backend_word(app->backend), "OFFLINE"))
		return fault(FAULT_OFFLINE, "the server cannot be reached; %s when it is back", what);
	return FAULT_NONE;
}

/* ---- handing over --------------------------------------------------------------------- */

struct handing { char id[ID_BYTES]; char *note, *email; };

static void
handing_free(struct handing *h)
{
	mem_free(h->note);
	mem_free(h->email);
	mem_free(h);
}

static void on_email(struct app *app, const char *answer, void *arg);

static void
handed(struct app *app, const struct backend_done *d, void *arg)
{
	struct handing *h = arg;
	if (app->leaving) {
		handing_free(h);
	} else if (d->fault == FAULT_INPUT && h->email[0] != '\0') {
		char *email = h->email;
		h->email = NULL;
		app_ask_with(app, "That is no mail address; the right one:", email, on_email, h);
		mem_free(email);
	} else {
		if (d->fault == FAULT_NONE) {
			memcpy(app->chat->more->handed, h->id, ID_BYTES);
			chat_flows_drop(app->chat);
			app_dirty(app, &pane_transcript);
			app_alert(app, "%s", ((const struct escalated *)d->reply)->message);
		}
		handing_free(h);
	}
}

static void
on_email(struct app *app, const char *answer, void *arg)
{
	struct handing *h = arg;
	if (answer == NULL) {
		handing_free(h);
		return;
	}
	h->email = mem_strdup(answer);
	const struct message_escalate request = { .id = h->id, .note = h->note[0] != '\0' ? h->note : NULL,
		.email = answer[0] != '\0' ? answer : NULL };
	if (app_call(app, "message.escalate", &request, handed, h) == 0)
		handing_free(h);
}

static void
on_note(struct app *app, const char *answer, void *arg)
{
	struct handing *h = arg;
	if (answer == NULL) {
		handing_free(h);
		return;
	}
	h->note = mem_strdup(answer);
	app_ask(app, "Mail for the reply as well (Enter: none):", false, on_email, h);
}

enum fault
act_teacher_ask(struct app *app, const char *arg)
{
	const struct message *m = chat_answer(app);
	enum fault f = need_server(app, "a teacher can be asked");
	if (f != FAULT_NONE)
		return f;
	if (m == NULL || m->id == NULL)
		return fault(FAULT_ABSENT, "there is no answer here that a teacher could see");
	struct handing *h = mem_new(sizeof *h);
	snprintf(h->id, sizeof h->id, "%s", m->id);
	if (arg != NULL)
		on_note(app, arg, h);
	else
		app_ask(app, "To the teacher, with this question (Enter: nothing more):", false, on_note, h);
	return FAULT_NONE;
}

void
teacher_hint(char *out, size_t cap, struct app *app, const struct message *m)
{
	out[0] = '\0';
	if (app->config->server == NULL || app->backend == NULL || m->id == NULL || str_same(m->role, "user") ||
		str_same(backend_word(app->backend), "OFFLINE") || app->waiting.waiting > 0)
		return;
	const char *chord = keymap_chord(app->keymap, "teacher.ask", PLACE_INPUT);
	if (str_same(m->id, app->chat->more->handed))
		snprintf(out, cap, "A teacher has this question.");
	else if ((m->low_confidence || str_same(m->status, "refused")) && !str_same(m->mode, "instructor"))
		snprintf(out, cap, "%.40s hands this to a teacher.", *chord != '\0' ? chord : "/teacher");
}

/* ---- answering --------------------------------------------------------------------------- */

static bool queue_key(struct app *app, const void *item, keycode k);

static void
queue_row(struct app *app, struct text *out, const void *item)
{
	const struct escalation *q = item;
	char when[TIME_TEXT_BYTES];
	(void)app;
	time_format(when, q->created);
	text_printf(out, "%.10s  %-16.16s  %s", when, q->subject != NULL ? q->subject : "", q->question != NULL ? q->question : "");
}

static void
say(struct flow *f, const char *name, enum style style, const char *words)
{
	if (words == NULL || *words == '\0')
		return;
	flow_text(f, style, name, STYLE_DIM, 9, words, strlen(words));
	flow_blank(f);
}

static void
queue_detail(struct app *app, struct flow *f, const void *item)
{
	const struct escalation *q = item;
	(void)app;
	say(f, "asked    ", STYLE_STRONG, q->question);
	say(f, "with it  ", STYLE_TEXT, q->note);
	say(f, "stoa     ", STYLE_TEXT, q->answer);
}

static const struct pane_type pane_queue = {
	.name = "questions", .places = PLACE_OVERLAY, .open = rows_open, .close = rows_close,
	.draw = rows_draw, .key = rows_key, .hints = "",
};
static const struct rows_kind queue = {
	.type = &pane_queue, .operation = "escalation.list", .request = &(const struct escalation_list){ .limit = 100 },
	.head = "questions for a teacher", .none = "no question waits",
	.hint = "Enter answer  e answer in $EDITOR  Up Down move  Esc back",
	.denied = "only who teaches a class, or runs the server, answers these questions",
	.row = queue_row, .detail = queue_detail, .key = queue_key,
};

struct reply { char id[ID_BYTES]; char *words; };

static void
reply_free(struct reply *r)
{
	mem_free(r->words);
	mem_free(r);
}

static void
draft_drop(struct chat_more *m)
{
	mem_free(m->reply_draft);
	m->reply_draft = NULL;
	m->reply_to[0] = '\0';
}

static void
replied(struct app *app, const struct backend_done *d, void *arg)
{
	struct reply *r = arg;
	if (!app->leaving && app->vault == VAULT_OPEN && (d->fault == FAULT_NONE || d->fault == FAULT_EXISTS)) {
		if (str_same(app->chat->more->reply_to, r->id))
			draft_drop(app->chat->more);
		if (d->fault == FAULT_NONE)
			app_alert(app, "answered: it is in the conversation of who asked");
		rows_ask(app, &queue);
	}
	reply_free(r);
}

static void
reply_send(struct app *app, struct reply *r, const char *words)
{
	struct chat_more *m = app->chat->more;
	draft_drop(m);
	m->reply_draft = mem_strdup(words);
	memcpy(m->reply_to, r->id, ID_BYTES);
	if (app_call(app, "escalation.resolve", &(struct escalation_resolve){ .id = r->id, .reply = words }, replied, r) == 0)
		reply_free(r);
}

static void
on_reply(struct app *app, const char *answer, void *arg)
{
	if (answer == NULL || *answer == '\0')
		reply_free(arg);
	else
		reply_send(app, arg, answer);
}

static void
on_reply_agreed(struct app *app, const char *answer, void *arg)
{
	struct reply *r = arg;
	if (answer == NULL) {
		app_alert(app, "not sent; it is kept for this question");
		reply_free(r);
	} else {
		char *words = r->words;
		r->words = NULL;
		reply_send(app, r, words);
		mem_free(words);
	}
}

/* Written at leisure, so it is asked once whether it goes. */
static void
reply_edit(struct app *app, struct reply *r, const char *draft)
{
	struct text t;
	text_init(&t, 64 * 1024);
	text_put(&t, draft);
	if (app_edit(app, &t) != FAULT_NONE) {
		app_alert(app, "%s", fault_sentence());
		reply_free(r);
	} else if (t.len == 0) {
		app_alert(app, "nothing was written; nothing is sent");
		reply_free(r);
	} else {
		struct chat_more *m = app->chat->more;
		draft_drop(m);
		m->reply_draft = mem_strdup(t.data);
		memcpy(m->reply_to, r->id, ID_BYTES);
		r->words = mem_strdup(t.data);
		app_confirm(app, "Send this answer? (y)", on_reply_agreed, r);
	}
	text_clear(&t);
}

static bool
queue_key(struct app *app, const void *item, keycode k)
{
	const struct escalation *q = item;
	const struct chat_more *m = app->chat->more;
	const char *draft = m->reply_draft != NULL && str_same(m->reply_to, q->id) ? m->reply_draft : "";
	if (k != '\r' && k != 'e')
		return false;
	struct reply *r = mem_new(sizeof *r);
	snprintf(r->id, sizeof r->id, "%s", q->id);
	if (k == 'e' || strchr(draft, '\n') != NULL || strlen(draft) >= QUESTION_MAX)
		reply_edit(app, r, draft);
	else
		app_ask_with(app, "Answer:", draft, on_reply, r);
	return true;
}

enum fault
act_teacher_answer(struct app *app, const char *arg)
{
	(void)arg;
	enum fault f = need_server(app, "questions are listed");
	if (f == FAULT_NONE)
		rows_ask(app, &queue);
	return f;
}

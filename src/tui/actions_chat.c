/* Actions on conversations, answers and their quotations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app_in.h"

static enum fault
no_answer(void)
{
	return fault(FAULT_ABSENT, "there is no answer here");
}

static enum fault
no_citation(void)
{
	return fault(FAULT_ABSENT, "there is no quotation here");
}

/* ---- conversations ----------------------------------------------------------------- */

enum fault
act_chat_send(struct app *app, const char *arg)
{
	if (arg != NULL) {
		chat_send(app, arg);
	} else if (composer_text(app->composer)[0] != '\0') {
		composer_key(app->composer, '\r', "\r", 1);
		app_composer_resized(app);
	}
	return FAULT_NONE;
}

enum fault
act_chat_cancel(struct app *app, const char *arg)
{
	(void)arg;
	app_interrupt(app);
	return FAULT_NONE;
}

enum fault
act_chat_new(struct app *app, const char *arg)
{
	(void)arg;
	chat_ask_only(app, NULL, NULL);
	chat_open(app, NULL);
	app_focus(app, &pane_composer);
	return FAULT_NONE;
}

/* What an action on a conversation means: the selected row of the list when one is
 * there, else the open conversation. */
bool
chat_meant(char id[ID_BYTES], char title[256], struct app *app)
{
	const struct conversation *v = app_focused(app)->type == &pane_conversations ? chat_selected(app) : NULL;
	snprintf(id, ID_BYTES, "%s", v != NULL ? v->id : app->chat->id);
	snprintf(title, 256, "%s", v != NULL ? v->title : app->chat->title);
	return id[0] != '\0';
}

enum fault
act_chat_open(struct app *app, const char *arg)
{
	const struct conversation *v = chat_selected(app);
	if (arg == NULL && v == NULL)
		return fault(FAULT_ABSENT, "there is no conversation yet");
	chat_open(app, arg != NULL ? arg : v->id);
	app_focus(app, app->layout.cols >= COLS_THREE ? &pane_conversations : &pane_transcript);
	return FAULT_NONE;
}

struct on_conversation { char id[ID_BYTES]; char title[256]; };

static void
changed(struct app *app, const struct backend_done *d, void *arg)
{
	struct on_conversation *o = arg;
	if (d->fault == FAULT_NONE && !app->leaving) {
		if (o->title[0] != '\0' && str_same(app->chat->id, o->id))
			snprintf(app->chat->title, sizeof app->chat->title, "%s", o->title);
		chat_refresh(app);
		app_dirty(app, &pane_transcript);
	}
	mem_free(o);
}

static void
change(struct app *app, const char *operation, const void *request, struct on_conversation *o)
{
	if (app_call(app, operation, request, changed, o) == 0)
		mem_free(o);
}

static void
on_title(struct app *app, const char *answer, void *arg)
{
	struct on_conversation *o = arg;
	if (answer == NULL || *answer == '\0') {
		mem_free(o);
		return;
	}
	snprintf(o->title, sizeof o->title, "%s", answer);
	change(app, "conversation.update", &(struct conversation_update){ .id = o->id, .title = answer }, o);
}

enum fault
act_chat_rename(struct app *app, const char *arg)
{
	struct on_conversation *o = mem_new(sizeof *o);
	if (!chat_meant(o->id, o->title, app)) {
		mem_free(o);
		return fault(FAULT_ABSENT, "there is no conversation to rename");
	}
	if (arg != NULL)
		on_title(app, arg, o);
	else
		app_ask_with(app, "Title:", o->title, on_title, o);
	return FAULT_NONE;
}

enum fault
act_chat_archive(struct app *app, const char *arg)
{
	struct on_conversation *o;
	if (arg != NULL) {                 /* "on" and "off" turn the list over */
		app->chat->archived = str_same(arg, "on");
		chat_refresh(app);
		return FAULT_NONE;
	}
	o = mem_new(sizeof *o);
	if (!chat_meant(o->id, o->title, app)) {
		mem_free(o);
		return fault(FAULT_ABSENT, "there is no conversation to archive");
	}
	o->title[0] = '\0';
	app_alert(app, app->chat->archived ? "back in the list" : "archived; :archive on lists what is archived, :archive off goes back");
	change(app, "conversation.update", &(struct conversation_update){ .id = o->id, .status = app->chat->archived ? "active" : "archived" }, o);
	return FAULT_NONE;
}

enum fault
act_chat_delete(struct app *app, const char *arg)
{
	char id[ID_BYTES], title[256];
	(void)arg;
	if (!chat_meant(id, title, app))
		return fault(FAULT_ABSENT, "there is no conversation to delete");
	const char *chord = keymap_chord(app->keymap, "chat.undo", PLACE_LIST);
	chat_delete(app, id, title);
	app_alert(app, "deleted \"%.60s\"; %s%s/undo brings it back for half a minute", title, chord, *chord != '\0' ? " or " : "");
	return FAULT_NONE;
}

enum fault
act_chat_undo(struct app *app, const char *arg)
{
	(void)arg;
	if (!chat_undo(app))
		return fault(FAULT_ABSENT, "there is nothing to undo");
	app_alert(app, "\"%.60s\" is back", app->chat->gone_title);
	return FAULT_NONE;
}

/* ---- quotations -------------------------------------------------------------------------- */

static enum fault
step(struct app *app, int by)
{
	chat_step(app, by);
	if (app->page_wanted)
		page_open_citation(app);
	return FAULT_NONE;
}

enum fault act_cite_next(struct app *app, const char *arg) { (void)arg; return step(app, 1); }
enum fault act_cite_prev(struct app *app, const char *arg) { (void)arg; return step(app, -1); }

enum fault
act_cite_open(struct app *app, const char *arg)
{
	if (arg != NULL)
		app->chat->citation = atoi(arg);
	if (chat_citation(app) == NULL)
		return no_citation();
	app_page(app, true);
	page_open_citation(app);
	return FAULT_NONE;
}

/* The desktop's program for a file, with nothing of ours: twice a child, so that
 * nobody has to wait for it. */
static void
open_away(struct app *app, const char *path)
{
	pid_t pid = fork();
	if (pid == 0) {
		if (fork() == 0) {
			setsid();
			int nowhere = STDERR_FILENO;       /* /dev/null since the screen is open */
			dup2(nowhere, STDIN_FILENO);
			dup2(nowhere, STDOUT_FILENO);
			execlp("xdg-open", "xdg-open", path, (char *)NULL);
		}
		_exit(0);
	}
	if (pid > 0)
		(void)waitpid(pid, NULL, 0);
	app_alert(app, pid > 0 ? "opening %s" : "%s cannot be opened now", path);
}

static void
on_document(struct app *app, const struct backend_done *d, void *arg)
{
	const struct document *doc = d->reply;
	(void)arg;
	if (d->fault != FAULT_NONE || app->leaving)
		return;
	if (doc->origin == NULL || doc->origin[0] != '/')
		app_alert(app, "where %s came from is not known", doc->name);
	else
		open_away(app, doc->origin);
}

enum fault
act_cite_file(struct app *app, const char *arg)
{
	const struct citation *c = chat_citation(app);
	(void)arg;
	if (c == NULL || c->file_id == NULL)
		return no_citation();
	(void)app_call(app, "document.get", &(struct id_request){ c->file_id }, on_document, NULL);
	return FAULT_NONE;
}

enum fault
act_cite_copy(struct app *app, const char *arg)
{
	const struct citation *c = chat_citation(app);
	struct text t;
	(void)arg;
	if (c == NULL)
		return no_citation();
	text_init(&t, 64 * 1024);
	text_printf(&t, "\"%s\" (", c->quote != NULL ? c->quote : "");
	evidence_place(&t, c);
	text_put(&t, ")");
	app_yank(app, "reference", t.data, t.len);
	text_clear(&t);
	return FAULT_NONE;
}

/* ---- ratings ------------------------------------------------------------------------------- */

struct rating { unsigned epoch; size_t turn; int64_t score; char id[ID_BYTES]; };

static void
rated(struct app *app, const struct backend_done *d, void *arg)
{
	struct rating *r = arg;
	if (d->fault == FAULT_NONE && !app->leaving) {
		if (r->epoch == app->chat->epoch)
			chat_rated(app, r->turn, r->score);
		app_alert(app, r->score > 0 ? "noted: helpful" : "noted: not helpful");
	}
	mem_free(r);
}

static void
on_reason(struct app *app, const char *answer, void *arg)
{
	struct rating *r = arg;
	if (answer == NULL) {
		mem_free(r);
		return;
	}
	const struct message_feedback request = { .id = r->id, .score = r->score, .comment = *answer != '\0' ? answer : NULL };
	if (app_call(app, "message.feedback", &request, rated, r) == 0)
		mem_free(r);
}

static enum fault
rate(struct app *app, int score, const char *reason)
{
	const struct message *m = chat_answer(app);
	if (m == NULL || m->id == NULL)
		return no_answer();
	struct rating *r = mem_new(sizeof *r);
	*r = (struct rating){ .epoch = app->chat->epoch, .turn = app->chat->turn_at, .score = score };
	snprintf(r->id, sizeof r->id, "%s", m->id);
	if (score > 0 || reason != NULL)
		on_reason(app, reason != NULL ? reason : "", r);
	else
		app_ask(app, "What was wrong? (Enter leaves it open)", false, on_reason, r);
	return FAULT_NONE;
}

enum fault act_feedback_good(struct app *app, const char *arg) { return rate(app, 1, arg); }
enum fault act_feedback_bad(struct app *app, const char *arg) { return rate(app, -1, arg); }

/* ---- copying ---------------------------------------------------------------------------------- */

enum fault
act_yank_message(struct app *app, const char *arg)
{
	const struct message *m = chat_answer(app);
	(void)arg;
	if (m == NULL || m->content == NULL)
		return no_answer();
	app_yank(app, "answer", m->content, strlen(m->content));
	return FAULT_NONE;
}

enum fault
act_yank_sentence(struct app *app, const char *arg)
{
	const struct message *m = chat_answer(app);
	(void)arg;
	if (m == NULL)
		return no_answer();
	const struct sentence *s = m->sentences.items;
	for (size_t i = 0; i < m->sentences.count; i++)
		if (s[i].citation == app->chat->citation && s[i].text != NULL) {
			app_yank(app, "sentence", s[i].text, strlen(s[i].text));
			return FAULT_NONE;
		}
	return fault(FAULT_ABSENT, "no sentence stands on this quotation");
}

enum fault
act_yank_citation(struct app *app, const char *arg)
{
	const struct citation *c = chat_citation(app);
	(void)arg;
	if (c == NULL || c->quote == NULL)
		return no_citation();
	app_yank(app, "quotation", c->quote, strlen(c->quote));
	return FAULT_NONE;
}

enum fault
act_yank_code(struct app *app, const char *arg)
{
	const struct message *m = chat_answer(app);
	(void)arg;
	const char *open = m != NULL && m->content != NULL ? strstr(m->content, "```") : NULL;
	const char *from = open != NULL ? strchr(open, '\n') : NULL;
	const char *close = from != NULL ? strstr(from + 1, "```") : NULL;
	if (close == NULL)
		return fault(FAULT_ABSENT, "there is no code in this answer");
	app_yank(app, "code", from + 1, (size_t)(close - from - 1));
	return FAULT_NONE;
}

/* Actions on documents. */
#include <stdio.h>
#include <string.h>

#include "app_in.h"

static void
on_path(struct app *app, const char *answer, void *arg)
{
	(void)arg;
	if (answer != NULL && *answer != '\0')
		shelf_add(app, answer);
}

enum fault
act_doc_add(struct app *app, const char *arg)
{
	if (app_backend(app) == NULL)
		return fault(FAULT_BUSY, "not open yet: a moment");
	if (arg == NULL) {
		app_ask_path(app, "Add file or folder (Tab completes):", "", on_path, NULL);
	} else {
		if (app->tab == TAB_CHAT)      /* what is typed goes on in the line */
			app_alert(app, "adding %.60s; M-2 shows how far it is", arg);
		shelf_add(app, arg);
	}
	return FAULT_NONE;
}

enum fault
act_doc_open(struct app *app, const char *arg)
{
	(void)arg;
	if (app->tab != TAB_LIBRARY || shelf_selected(app) == NULL)
		return fault(FAULT_ABSENT, "there is no document here");
	app_focus(app, &pane_preview);
	return FAULT_NONE;
}

struct on_document { char id[ID_BYTES]; char name[256]; bool removed; };

/* What an action on a document means: that of the hit which is looked at, else the
 * selected row of the table. */
static struct on_document *
meant(struct app *app)
{
	const struct document *d = shelf_selected(app);
	const struct hit *h = app->focus[TAB_LIBRARY] != &pane_shelf ? shelf_hit(app) : NULL;
	struct on_document *o = h != NULL || d != NULL ? mem_new(sizeof *o) : NULL;
	const char *id = h != NULL ? h->passage->file_id : d != NULL ? d->id : "", *name = h != NULL ? h->passage->title : d != NULL ? d->name : "";
	for (size_t i = 0; h != NULL && i < app->shelf->count; i++)
		if (str_same(app->shelf->documents[i].id, id))
			name = app->shelf->documents[i].name;
	if (o != NULL) {
		snprintf(o->id, sizeof o->id, "%s", id);
		snprintf(o->name, sizeof o->name, "%s", name);
	}
	return o;
}

static void
done(struct app *app, const struct backend_done *d, void *arg)
{
	struct on_document *o = arg;
	if (d->fault == FAULT_NONE && !app->leaving) {
		app_alert(app, "%s %s", o->name, o->removed ? "is forgotten" : "was read again");
		shelf_refresh(app);
	}
	mem_free(o);
}

static void
on_delete(struct app *app, const char *answer, void *arg)
{
	struct on_document *o = arg;
	o->removed = true;
	if (answer == NULL || app_call(app, "document.delete", &(struct id_request){ o->id }, done, o) == 0)
		mem_free(o);
}

enum fault
act_doc_delete(struct app *app, const char *arg)
{
	char question[512];
	struct on_document *o = meant(app);
	(void)arg;
	if (o == NULL)
		return fault(FAULT_ABSENT, "there is no document here");
	snprintf(question, sizeof question, "Forget %.*s (the file stays)?  y yes, any other key no",
		(int)utf8_floor(o->name, strlen(o->name), 36), o->name);
	app_confirm(app, question, on_delete, o);
	return FAULT_NONE;
}

enum fault
act_doc_reindex(struct app *app, const char *arg)
{
	struct on_document *o = meant(app);
	(void)arg;
	if (o == NULL)
		return fault(FAULT_ABSENT, "there is no document here");
	app_alert(app, "reading %s again ...", o->name);
	if (app_call(app, "document.reindex", &(struct id_request){ o->id }, done, o) == 0)
		mem_free(o);
	return FAULT_NONE;
}

static void
on_query(struct app *app, const char *answer, void *arg)
{
	(void)arg;
	if (answer != NULL)
		shelf_search(app, answer);
}

enum fault
act_doc_search(struct app *app, const char *arg)
{
	app_tab(app, TAB_LIBRARY);
	if (arg != NULL)
		shelf_search(app, arg);
	else
		app_ask(app, "Search the documents:", false, on_query, NULL);
	return FAULT_NONE;
}

enum fault
act_doc_ask(struct app *app, const char *arg)
{
	struct on_document *o = meant(app);
	(void)arg;
	if (o == NULL)
		return fault(FAULT_ABSENT, "there is no document here");
	chat_open(app, NULL);
	chat_ask_only(app, o->id, o->name);
	app_focus(app, &pane_composer);
	mem_free(o);
	return FAULT_NONE;
}

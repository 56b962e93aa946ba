/* A conversation as a file: its path is asked for, its text made by the engine, and
 * the file written by the crew, never over one that is there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app_in.h"

struct export { struct app *app; char path[1024], id[ID_BYTES], sentence[512]; char *body; enum fault fault; };

static void
exported(void *arg)
{
	struct export *x = arg;
	if (!x->app->leaving && x->fault == FAULT_NONE)
		app_alert(x->app, "written to %s", x->path);
	else if (!x->app->leaving)
		app_alert(x->app, "%s", x->sentence);
	mem_free(x->body);
	mem_free(x);
}

static void
export_write(void *arg)
{
	struct export *x = arg;
	x->fault = access(x->path, F_OK) == 0 ? fault(FAULT_EXISTS, "%s is there already", x->path)
		: file_write(x->path, x->body, strlen(x->body));
	if (x->fault != FAULT_NONE)
		snprintf(x->sentence, sizeof x->sentence, "%s", fault_sentence());
	while (loop_post(x->app->loop, exported, x) != FAULT_NONE)
		;
}

static void
export_got(struct app *app, const struct backend_done *d, void *arg)
{
	struct export *x = arg;
	if (d->fault == FAULT_NONE && !app->leaving) {
		x->body = mem_strdup(((const struct exported *)d->reply)->body);
		if (app_crew(app, export_write, x))
			return;
	}
	mem_free(x->body);
	mem_free(x);
}

static void
on_export(struct app *app, const char *answer, void *arg)
{
	static const char *const formats[] = { "md", "json", "html", "txt" };
	struct export *x = arg;
	const char *format = "md", *home = getenv("HOME");
	if (answer == NULL || *answer == '\0') {
		mem_free(x);
		return;
	}
	char here[512];
	if (answer[0] == '~' && answer[1] == '/' && home != NULL)
		snprintf(x->path, sizeof x->path, "%s/%s", home, answer + 2);
	else if (answer[0] != '/' && getcwd(here, sizeof here) != NULL)     /* said whole, wherever one is */
		snprintf(x->path, sizeof x->path, "%s/%s", here, answer);
	else
		snprintf(x->path, sizeof x->path, "%s", answer);
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (str_ends(answer, formats[i]))
			format = formats[i];
	x->app = app;
	if (app_call(app, "conversation.export", &(struct export_run){ .id = x->id, .format = format }, export_got, x) == 0)
		mem_free(x);
}

/* FOLDER/words-of-the-title.md, so that one sees where it goes. */
static void
export_name(char *out, size_t cap, const char *title)
{
	const char *home = getenv("HOME");
	char here[512], name[64];
	size_t n = 0;
	for (const char *at = title; *at != '\0' && n < 40; at++) {
		unsigned char c = (unsigned char)*at;
		bool word = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c >= 0x80;
		if (word)
			name[n++] = (char)c;
		else if (n > 0 && name[n - 1] != '-')
			name[n++] = '-';
	}
	while (n > 0 && (name[n - 1] == '-' || (*title != '\0' && !utf8_valid(name, n))))
		n--;
	name[n] = '\0';
	const char *file = n > 0 ? name : "conversation";
	size_t under = home != NULL ? strlen(home) : 0;
	if (getcwd(here, sizeof here) == NULL)
		snprintf(out, cap, "%s.md", file);
	else if (under > 1 && strncmp(here, home, under) == 0 && (here[under] == '/' || here[under] == '\0'))
		snprintf(out, cap, "~%s/%s.md", here + under, file);
	else
		snprintf(out, cap, "%s/%s.md", here, file);
}

enum fault
act_chat_export(struct app *app, const char *arg)
{
	char title[256], name[700];
	struct export *x = mem_new(sizeof *x);
	if (!chat_meant(x->id, title, app)) {
		mem_free(x);
		return fault(FAULT_ABSENT, "there is no conversation to export");
	}
	if (arg != NULL) {
		on_export(app, arg, x);
		return FAULT_NONE;
	}
	export_name(name, sizeof name, title);
	app_ask_path(app, "Export to (.md .json .html .txt):", name, on_export, x);
	return FAULT_NONE;
}

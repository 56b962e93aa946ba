/* Paths in a question: Tab goes on with what is there, as far as it is the same, and
 * shows what it could be.  The folder is read by the crew; what it found counts only
 * while the same is typed. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app_in.h"

#define NAMES_MOST 1000

struct completing { struct app *app; char *typed, *folder, *begun, more[256], hint[256]; };

void
app_ask_path(struct app *app, const char *question, const char *text, app_answer_fn *answered, void *arg)
{
	app_ask_with(app, question, text, answered, arg);
	app->question.path = true;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the folder that begin so, sorted, folders with a slash. */
static size_t
names_read(char **names, const struct completing *c)
{
	DIR *d = opendir(c->folder);
	size_t n = 0, begun = strlen(c->begun);
	for (const struct dirent *e; d != NULL && n < NAMES_MOST && (e = readdir(d)) != NULL;) {
		char path[4200];
		struct stat st;
		if (strncmp(e->d_name, c->begun, begun) != 0 || (e->d_name[0] == '.' && begun == 0) ||
			str_same(e->d_name, ".") || str_same(e->d_name, ".."))
			continue;
		bool folder = (size_t)snprintf(path, sizeof path, "%s/%s", c->folder, e->d_name) < sizeof path && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
		size_t len = strlen(e->d_name);
		names[n] = mem_new(len + 2);
		memcpy(names[n], e->d_name, len);
		names[n++][len] = folder ? '/' : '\0';
	}
	if (d != NULL)
		closedir(d);
	qsort(names, n, sizeof *names, by_name);
	return n;
}

static void
completed(void *arg)
{
	struct completing *c = arg;
	struct question *q = &c->app->question;
	bool same = !c->app->leaving && q->asked && q->path && q->caret == q->len && q->len == strlen(c->typed) &&
		memcmp(q->typed, c->typed, q->len) == 0;
	if (same) {
		question_paste(c->app, c->more, strlen(c->more));
		snprintf(q->hint, sizeof q->hint, "%s", c->hint);
		c->app->dirty_bottom = true;
	}
	mem_free(c->typed);
	mem_free(c->folder);
	mem_free(c->begun);
	mem_free(c);
}

static void
complete_run(void *arg)
{
	struct completing *c = arg;
	char **names = mem_new(NAMES_MOST * sizeof *names);
	size_t n = names_read(names, c);
	names_complete(c->more, c->hint, (const char *const *)names, n, strlen(c->begun));
	for (size_t i = 0; i < n; i++)
		mem_free(names[i]);
	mem_free(names);
	while (loop_post(c->app->loop, completed, c) != FAULT_NONE)
		;       /* 4096 messages wait: the loop is turning through them */
}

void
path_complete(struct app *app)
{
	const struct question *q = &app->question;
	const char *home = getenv("HOME");
	struct completing *c = mem_new(sizeof *c);
	struct text folder;
	c->app = app;
	c->typed = mem_new(q->len + 1);
	memcpy(c->typed, q->typed, q->len);
	const char *slash = strrchr(c->typed, '/'), *from = c->typed;
	text_init(&folder, 8192);
	if (from[0] == '~' && from[1] == '/' && home != NULL) {
		text_put(&folder, home);
		from++;
	}
	if (slash != NULL)
		text_put_n(&folder, from, slash == c->typed ? 1 : (size_t)(slash - from));
	c->begun = mem_strdup(slash != NULL ? slash + 1 : c->typed);
	c->folder = folder.len > 0 ? text_take(&folder) : mem_strdup(".");
	text_clear(&folder);
	if (!app_crew(app, complete_run, c)) {
		mem_free(c->typed);
		mem_free(c->folder);
		mem_free(c->begun);
		mem_free(c);
	}
}

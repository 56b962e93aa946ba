/* Shelf: the documents of the library, the last search, and what is being added.
 *
 * Adding goes file by file: a folder is walked on the crew, then each file is one
 * call whose progress is shown.  One bad file never stops the others. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app_in.h"

#define LIST_PAGE 100
#define LIST_MOST 10000
#define WALK_MOST 10000
#define WALK_DEEP 32

struct shelf_more {
	struct listing next;
	unsigned search_epoch;
	char **paths; size_t path_count, path_cap;   /* to be added; [done] is on its way */
	unsigned call;
	size_t same, waiting;
	bool stop;
};

struct shelf *
shelf_new(struct app *app)
{
	struct shelf *s = mem_new(sizeof *s);
	(void)app;
	s->more = mem_new(sizeof *s->more);
	arena_init(&s->arena);
	arena_init(&s->hits_arena);
	arena_init(&s->more->next.arena);
	return s;
}

static void
paths_clear(struct shelf_more *m)
{
	for (size_t i = 0; i < m->path_count; i++)
		mem_free(m->paths[i]);
	mem_free(m->paths);
	m->paths = NULL;
	m->path_count = m->path_cap = 0;
}

void
shelf_forget(struct shelf *s)
{
	struct shelf_more *m = s->more;
	m->search_epoch++;
	mem_free(s->documents);
	listing_drop(&m->next);
	arena_clear(&s->arena);
	arena_clear(&s->hits_arena);
	s->documents = NULL;
	s->hits = NULL;
	s->count = s->at = s->hit_at = 0;
	s->query[0] = '\0';
	s->loaded = false;
}

void
shelf_free(struct shelf *s)
{
	if (s == NULL)
		return;
	shelf_forget(s);
	paths_clear(s->more);
	mem_free(s->more);
	mem_free(s);
}

const struct document *
shelf_selected(struct app *app)
{
	const struct shelf *s = app_shelf(app);
	return s->at < s->count ? &s->documents[s->at] : NULL;
}

const struct hit *
shelf_hit(struct app *app)
{
	const struct shelf *s = app_shelf(app);
	return s->hits != NULL && s->hit_at < s->hits->items.count ? (const struct hit *)s->hits->items.items + s->hit_at : NULL;
}

/* ---- the table --------------------------------------------------------------------- */

static void
list_whole(struct app *app)
{
	struct shelf *s = app_shelf(app);
	void *items = s->documents;
	listing_take(&s->more->next, &record_document, &items, &s->count, &s->at, &s->arena);
	s->documents = items;
	s->loaded = true;
	app_dirty(app, &pane_shelf);
	app_dirty(app, &pane_preview);
	app_dirty(app, &pane_transcript);
}

static unsigned
list_ask(struct app *app, const char *cursor, app_reply_fn *got, void *arg)
{
	return app_call(app, "document.list", &(struct document_list){ .cursor = cursor, .limit = LIST_PAGE }, got, arg);
}

void
shelf_refresh(struct app *app)
{
	static const struct listing_kind kind = {
		.of = &record_document, .items = offsetof(struct documents, items), .cursor = offsetof(struct documents, cursor),
		.most = LIST_MOST, .ask = list_ask, .whole = list_whole,
	};
	listing_fetch(app, &kind, &app_shelf(app)->more->next);
}

/* ---- searching ------------------------------------------------------------------------ */

struct epoch_call { unsigned epoch; };

static void
search_got(struct app *app, const struct backend_done *d, void *arg)
{
	struct shelf *s = app_shelf(app);
	unsigned epoch = ((struct epoch_call *)arg)->epoch;
	mem_free(arg);
	if (epoch != s->more->search_epoch || d->fault != FAULT_NONE)
		return;
	arena_clear(&s->hits_arena);
	s->hits = record_copy(&s->hits_arena, &record_hits, d->reply);
	s->hit_at = 0;
	app_focus(app, &pane_results);
	app_dirty(app, &pane_preview);
}

void
shelf_search(struct app *app, const char *query)
{
	struct shelf *s = app_shelf(app);
	s->more->search_epoch++;
	s->hits = NULL;
	arena_clear(&s->hits_arena);
	snprintf(s->query, sizeof s->query, "%s", query);
	if (*query != '\0') {
		struct epoch_call *call = mem_new(sizeof *call);
		call->epoch = s->more->search_epoch;
		if (app_call(app, "search.run", &(struct search_run){ .query = query, .k = 50 }, search_got, call) == 0)
			mem_free(call);
	} else if (app->focus[TAB_LIBRARY] == &pane_results) {
		app->focus[TAB_LIBRARY] = &pane_shelf;
	}
	app_relayout(app);
	app_dirty(app, NULL);
}

void
shelf_show(struct app *app, const struct hits *hits, size_t at, const char *query)
{
	struct shelf *s = app_shelf(app);
	s->more->search_epoch++;
	arena_clear(&s->hits_arena);
	s->hits = record_copy(&s->hits_arena, &record_hits, hits);
	s->hit_at = at;
	snprintf(s->query, sizeof s->query, "%s", query);
	app_focus(app, &pane_preview);
	app_dirty(app, NULL);
}

/* ---- adding --------------------------------------------------------------------------- */

static void add_next(struct app *app);

static void
add_end(struct app *app)
{
	struct shelf *s = app_shelf(app);
	struct shelf_more *m = s->more;
	size_t read = s->done - s->failed - m->same - m->waiting;
	s->adding = false;
	m->stop = false;
	paths_clear(m);
	if (s->total == 0)
		app_alert(app, "no document there");
	else if (m->waiting == s->done)
		app_alert(app, "%zu document%s for the server", m->waiting, m->waiting == 1 ? " waits" : "s wait");
	else if (m->waiting > 0)
		app_alert(app, "%zu wait for the server, %zu read, %zu there already, %zu failed", m->waiting, read, m->same, s->failed);
	else
		app_alert(app, "%zu read, %zu there already, %zu failed%s", read, m->same, s->failed, s->failed == 0 ? "" : server_away(app) ? ": the server cannot be reached" : ": the table says why");
	app_notify(app, "the documents are read");
	app->dirty_status = true;
	shelf_refresh(app);
}

static void
add_event(const char *name, const struct record_type *type, const void *record, void *arg)
{
	struct app *app = arg;
	struct shelf *s = app_shelf(app);
	const struct ev_progress *p = record;
	(void)name;
	if (type != &record_ev_progress || app->leaving)
		return;
	s->page = p->page;
	s->pages = p->pages;
	app_dirty(app, &pane_shelf);
}

static void
add_done(const struct backend_done *d, void *arg)
{
	struct app *app = arg;
	struct shelf *s = app_shelf(app);
	const struct document *doc = d->reply;
	if (app->leaving)
		return;
	s->done++;
	if (d->fault == FAULT_EXISTS)
		s->more->same++;
	else if (d->fault != FAULT_NONE || str_same(doc->status, "failed"))
		s->failed++;
	else if (str_same(doc->status, "waiting"))
		s->more->waiting++;
	if (d->fault == FAULT_CANCELLED || d->fault == FAULT_LOCKED || d->fault == FAULT_DENIED)
		s->more->stop = true;
	if (d->fault != FAULT_NONE && d->fault != FAULT_EXISTS && d->fault != FAULT_CANCELLED)
		app_alert(app, "%s: %s", s->adding_name, d->sentence);
	if (s->done % 8 == 0)
		shelf_refresh(app);
	add_next(app);
}

static void
add_next(struct app *app)
{
	struct shelf *s = app_shelf(app);
	struct shelf_more *m = s->more;
	app_dirty(app, &pane_shelf);
	app->dirty_status = true;
	if (m->stop || s->done >= m->path_count || app_backend(app) == NULL) {
		add_end(app);
		return;
	}
	const char *path = m->paths[s->done], *slash = strrchr(path, '/');
	snprintf(s->adding_name, sizeof s->adding_name, "%s", slash != NULL ? slash + 1 : path);
	s->page = s->pages = 0;
	const struct document_add request = {
		.path = path,
		.origin = utf8_valid(path, strlen(path)) ? path : NULL,
		.name = utf8_valid(s->adding_name, strlen(s->adding_name)) ? s->adding_name : NULL,
		.subject = app_config(app)->subject,
		.retention_days = app_config(app)->retention_days,
	};
	enum fault f = backend_call(&m->call, app->backend, "document.add", &request, &(struct backend_handlers){ add_event, add_done, app });
	if (f != FAULT_NONE) {
		app_alert(app, "%s", fault_sentence());
		add_end(app);
	}
}

/* ---- walking: on the crew ----------------------------------------------------------- */

struct walk { struct app *app; char *path; char **paths; size_t count, cap; char trouble[512]; };

static bool
wanted(const char *name)
{
	static const char *const ends[] = { ".pdf", ".docx", ".pptx", ".odt", ".epub", ".html", ".htm", ".md", ".markdown", ".txt", ".text", ".csv" };
	const char *dot = strrchr(name, '.');
	for (size_t i = 0; dot != NULL && i < COUNT_OF(ends); i++)
		if (strcasecmp(dot, ends[i]) == 0)
			return true;
	return false;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
walk_take(struct walk *w, const char *path)
{
	if (w->count >= WALK_MOST)
		return;
	mem_reserve(&w->paths, &w->cap, w->count + 1, sizeof *w->paths);
	w->paths[w->count++] = mem_strdup(path);
}

static void
walk_folder(struct walk *w, const char *folder, int deep)
{
	struct dirent **names;
	int n = deep < WALK_DEEP ? scandir(folder, &names, NULL, by_name) : -1;
	for (int i = 0; i < n; i++) {
		char path[PATH_MAX];
		struct stat st;
		const char *name = names[i]->d_name;
		bool fits = (size_t)snprintf(path, sizeof path, "%s/%s", folder, name) < sizeof path;
		if (fits && name[0] != '.' && lstat(path, &st) == 0) {
			if (S_ISDIR(st.st_mode))
				walk_folder(w, path, deep + 1);
			else if (S_ISREG(st.st_mode) && wanted(name))
				walk_take(w, path);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

static void
walked(void *arg)
{
	struct walk *w = arg;
	struct app *app = w->app;
	struct shelf *s = app_shelf(app);
	struct shelf_more *m = s->more;
	bool more = !app->leaving && w->trouble[0] == '\0';
	if (!app->leaving && !more)
		app_alert(app, "%s", w->trouble);
	for (size_t i = 0; i < w->count; i++) {
		mem_reserve(&m->paths, &m->path_cap, m->path_count + 1, sizeof *m->paths);
		m->paths[m->path_count++] = w->paths[i];
	}
	if (more) {
		bool running = s->adding && s->done < s->total;
		s->total = m->path_count;
		if (!running)
			add_next(app);
	} else if (!app->leaving && s->total == 0) {
		s->adding = false;
		app->dirty_status = true;
		app_dirty(app, &pane_shelf);
	}
	mem_free(w->paths);
	mem_free(w->path);
	mem_free(w);
}

static void
walk_run(void *arg)
{
	struct walk *w = arg;
	char whole[PATH_MAX];
	struct stat st;
	if (realpath(w->path, whole) == NULL || stat(whole, &st) != 0)
		snprintf(w->trouble, sizeof w->trouble, "there is no file or folder %s", w->path);
	else if (S_ISDIR(st.st_mode))
		walk_folder(w, whole, 0);
	else
		walk_take(w, whole);
	while (loop_post(w->app->loop, walked, w) != FAULT_NONE)
		;       /* 4096 messages wait: the loop is turning through them */
}

void
shelf_add(struct app *app, const char *path)
{
	struct shelf *s = app_shelf(app);
	const char *home = getenv("HOME");
	struct walk *w = mem_new(sizeof *w);
	struct text t;
	text_init(&t, PATH_MAX);
	if (path[0] == '~' && (path[1] == '/' || path[1] == '\0') && home != NULL)
		text_printf(&t, "%s%s", home, path + 1);
	else
		text_put(&t, path);
	while (t.len > 1 && t.data[t.len - 1] == ' ')
		text_cut(&t, t.len - 1);
	w->app = app;
	w->path = text_take(&t);
	if (!s->adding) {
		s->done = s->failed = s->more->same = s->more->waiting = s->total = 0;
		s->adding_name[0] = '\0';
	}
	if (!app_crew(app, walk_run, w)) {
		mem_free(w->path);
		mem_free(w);
		return;
	}
	s->adding = true;
	app->dirty_status = true;
	app_dirty(app, &pane_shelf);
}

void
shelf_cancel(struct app *app)
{
	struct shelf *s = app_shelf(app);
	s->more->stop = true;
	if (s->adding && s->more->call != 0)
		backend_cancel(app->backend, s->more->call);
}

/* Copies of the store, made while it is served.
 *
 * They go into the one folder that the settings name: a request says neither where
 * nor how one is called, and an id is only ever compared with what lies there.  The
 * name of a file says when it was begun and its id, so that the folder is the list;
 * only what is running and what failed last is remembered here.  As many are kept as
 * the settings say: after a new one the oldest go.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine_in.h"

#define NAME_BEGIN "stoad-"
#define NAME_END ".db"
#define FRESH_END ".new"                /* of one that is being written: store_backup() */
#define STAMP "20260131T093000.000Z"
#define STAMP_BYTES (sizeof STAMP - 1)
#define NAME_BYTES (sizeof NAME_BEGIN - 1 + STAMP_BYTES + 1 + 32 + sizeof NAME_END)
#define COPIES_MAX 1000
#define FRESH_AGE_MS (24 * 60 * 60 * (int64_t)1000)

static int64_t
now_ms(const struct engine *e)
{
	return e->clock.wall_ms(e->clock.arg);
}

static void
name_make(char out[NAME_BYTES], int64_t started, const char *id)
{
	char time[TIME_TEXT_BYTES], stamp[TIME_TEXT_BYTES];
	size_t n = 0;
	time_format(time, started);
	for (const char *s = time; *s != '\0'; s++)
		if (*s != '-' && *s != ':')
			stamp[n++] = *s;
	stamp[n] = '\0';
	snprintf(out, NAME_BYTES, NAME_BEGIN "%.*s-%.32s" NAME_END, (int)STAMP_BYTES, stamp, id);
}

/* Is that a name of ours, with `end` behind it? */
static bool
name_read(int64_t *started, char id[ID_BYTES], const char *name, const char *end)
{
	char again[NAME_BYTES], time[TIME_TEXT_BYTES];
	const char *stamp = name + sizeof NAME_BEGIN - 1;
	if (!str_starts(name, NAME_BEGIN) || strlen(name) != NAME_BYTES - 1 + strlen(end))
		return false;
	snprintf(time, sizeof time, "%.4s-%.2s-%.5s:%.2s:%.7s", stamp, stamp + 4, stamp + 6, stamp + 11, stamp + 13);
	snprintf(id, ID_BYTES, "%.32s", stamp + STAMP_BYTES + 1);
	if (!id_valid(id) || time_parse(started, time) != FAULT_NONE)
		return false;
	name_make(again, *started, id);
	return strncmp(again, name, NAME_BYTES - 1) == 0 && strcmp(name + NAME_BYTES - 1, end) == 0;
}

/* ---- the folder --------------------------------------------------------------------- */

static int
newest_first(const void *a, const void *b)
{
	return strcmp(((const struct backup *)b)->name, ((const struct backup *)a)->name);
}

static enum fault
folder_read(struct record_list *out, struct call *c)
{
	struct backup *items = arena_alloc(c->a, COPIES_MAX * sizeof *items);
	char id[ID_BYTES];
	struct stat st;
	size_t n = 0;
	*out = (struct record_list){ items, 0 };
	DIR *dir = opendir(c->e->backup.folder);
	if (dir == NULL)
		return errno == ENOENT ? FAULT_NONE : fault_errno("the folder of backups cannot be read");
	for (const struct dirent *at; n < COPIES_MAX && (at = readdir(dir)) != NULL;) {
		int64_t started;
		if (!name_read(&started, id, at->d_name, "") ||
			fstatat(dirfd(dir), at->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
			continue;
		items[n++] = (struct backup){ .id = arena_strdup(c->a, id), .name = arena_strdup(c->a, at->d_name),
			.state = "completed", .started = started, .size_bytes = st.st_size,
			.ended = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000 };
	}
	closedir(dir);
	qsort(items, n, sizeof *items, newest_first);
	out->count = n;
	return FAULT_NONE;
}

static void
file_remove(const struct call *c, const char *name)
{
	if (unlink(arena_printf(c->a, "%s/%s", c->e->backup.folder, name)) != 0)
		log_event(LOG_WARN, "engine", "backup", "name=%s result=not-removed why=%s", name, strerror(errno));
}

/* What was being written when a server died. */
static void
fresh_clear(struct call *c)
{
	char id[ID_BYTES];
	int64_t started;
	DIR *dir = opendir(c->e->backup.folder);
	for (const struct dirent *at; dir != NULL && (at = readdir(dir)) != NULL;)
		if (name_read(&started, id, at->d_name, FRESH_END) && now_ms(c->e) - started > FRESH_AGE_MS)
			file_remove(c, at->d_name);
	if (dir != NULL)
		closedir(dir);
}

static enum fault
oldest_clear(struct call *c)
{
	struct record_list all;
	enum fault f = folder_read(&all, c);
	const struct backup *items = all.items;
	for (size_t i = (size_t)c->e->backup.keep; f == FAULT_NONE && i < all.count; i++)
		file_remove(c, items[i].name);
	return f;
}

/* ---- what runs ------------------------------------------------------------------------ */

static struct backup
run_copy(struct arena *a, const struct backup_run *run)
{
	char name[NAME_BYTES];
	name_make(name, run->started, run->id);
	return (struct backup){ .id = arena_strdup(a, run->id), .name = arena_strdup(a, name),
		.state = run->running ? "running" : "failed", .started = run->started, .ended = run->ended,
		.error_message = run->running ? NULL : arena_strdup(a, run->failed) };
}

static enum fault
run_begin(struct call *c, char id[ID_BYTES], int64_t *started)
{
	struct backup_run *run = &c->e->backup;
	pthread_mutex_lock(&run->lock);
	bool busy = run->running;
	if (!busy) {
		id_make(run->id, &c->e->chance);
		run->started = now_ms(c->e);
		run->ended = 0;
		run->failed[0] = '\0';
		run->running = true;
		memcpy(id, run->id, ID_BYTES);
		*started = run->started;
	}
	pthread_mutex_unlock(&run->lock);
	return busy ? fault(FAULT_EXISTS, "a backup is being made already") : FAULT_NONE;
}

static void
run_end(struct call *c, enum fault f)
{
	struct backup_run *run = &c->e->backup;
	pthread_mutex_lock(&run->lock);
	run->running = false;
	run->ended = now_ms(c->e);
	if (f != FAULT_NONE)
		snprintf(run->failed, sizeof run->failed, "%s", fault_sentence());
	pthread_mutex_unlock(&run->lock);
}

/* ---- operations ------------------------------------------------------------------------- */

static enum fault
set_up(const struct call *c)
{
	return c->e->backup.folder != NULL ? FAULT_NONE : fault(FAULT_ABSENT, "no folder for backups is set up here");
}

static enum fault
all_read(struct record_list *out, struct call *c)
{
	struct backup_run *run = &c->e->backup;
	struct record_list files;
	enum fault f = set_up(c);
	if (f == FAULT_NONE)
		f = folder_read(&files, c);
	if (f != FAULT_NONE)
		return f;
	struct backup *all = arena_alloc(c->a, (files.count + 1) * sizeof *all);
	size_t n = 0;
	pthread_mutex_lock(&run->lock);
	if (run->running || run->failed[0] != '\0')
		all[n++] = run_copy(c->a, run);
	pthread_mutex_unlock(&run->lock);
	for (size_t i = 0; i < files.count; i++)        /* it may have been there a moment before it ended */
		if (n == 0 || !str_same(all[0].id, ((const struct backup *)files.items)[i].id))
			all[n++] = ((const struct backup *)files.items)[i];
	*out = (struct record_list){ all, n };
	return FAULT_NONE;
}

static enum fault
find(struct backup **out, struct call *c, const char *id)
{
	struct record_list all;
	enum fault f = all_read(&all, c);
	for (size_t i = 0; f == FAULT_NONE && i < all.count; i++)
		if (str_same(((struct backup *)all.items)[i].id, id)) {
			*out = (struct backup *)all.items + i;
			return FAULT_NONE;
		}
	return f != FAULT_NONE ? f : fault(FAULT_ABSENT, "there is no backup %s", id);
}

static enum fault
copy(struct call *c, const char *id, int64_t started)
{
	char name[NAME_BYTES];
	name_make(name, started, id);
	call_emit(c, "progress", &record_ev_progress, &(struct ev_progress){ .name = name, .step = "copying" });
	enum fault f = folder_make(c->e->backup.folder);
	if (f != FAULT_NONE)
		return f;
	fresh_clear(c);
	/* Whoever asked may go: what was begun is made whole. */
	store_set_cancel(c->db, NULL);
	f = store_backup(c->db, arena_printf(c->a, "%s/%s", c->e->backup.folder, name));
	log_event(f == FAULT_NONE ? LOG_INFO : LOG_ERROR, "engine", "backup", "name=%s result=%s", name, fault_name(f));
	return f == FAULT_NONE ? oldest_clear(c) : f;
}

static enum fault
backup_start(void **reply, struct call *c, const void *request)
{
	const struct people_asker who = asker(c);
	struct backup *made = NULL;
	char id[ID_BYTES];
	int64_t started = 0;
	(void)request;
	enum fault f = set_up(c);
	if (f == FAULT_NONE)
		f = run_begin(c, id, &started);
	if (f != FAULT_NONE)
		return f;
	f = people_audit(c->e->people, c->db, &who, c->op->id, NULL, id);
	if (f == FAULT_NONE)
		f = copy(c, id, started);
	run_end(c, f);
	if (f == FAULT_NONE)
		f = find(&made, c, id);
	*reply = made;
	return f;
}

static enum fault
backup_list(void **reply, struct call *c, const void *request)
{
	struct backups *out = record_new(c->a, &record_backups);
	(void)request;
	*reply = out;
	return all_read(&out->items, c);
}

static enum fault
backup_get(void **reply, struct call *c, const void *request)
{
	struct backup *found = NULL;
	enum fault f = find(&found, c, ((const struct id_request *)request)->id);
	*reply = found;
	return f;
}

const struct handler backup_handlers[] = {
	{ "backup.get", backup_get, 0 },
	{ "backup.list", backup_list, 0 },
	{ "backup.start", backup_start, HANDLER_ALONE },
};
const size_t backup_handler_count = COUNT_OF(backup_handlers);

/* Folders watched: what is put or changed there is called for, once it has been quiet.
 *
 * inotify on every folder below the paths, new ones included.  An editor or a browser
 * writes a file in several steps, so a path waits until nothing has touched it for a
 * moment.  When the kernel's queue overflows everything is walked again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli_in.h"

#define QUIET_MS 400
#define WATCHES_MAX 8192
#define PATH_BYTES 4096

struct watched { int wd; char *folder, *only; };     /* only: one file of it; NULL: all */
struct pending { char *path; int64_t due_ms; };
struct watch {
	struct cli *c;
	int fd;
	struct watched *rows;
	size_t count, cap;
	struct pending *pending;
	size_t pending_count, pending_cap;
	char **fresh;                  /* new folders, walked after the turn of the loop */
	size_t fresh_count, fresh_cap;
	bool overflow;
};

static void
expect(struct watch *w, const char *path)
{
	int64_t due = clock_system.mono_ms(NULL) + QUIET_MS;
	for (size_t i = 0; i < w->pending_count; i++)
		if (str_same(w->pending[i].path, path)) {
			w->pending[i].due_ms = due;
			return;
		}
	mem_reserve(&w->pending, &w->pending_cap, w->pending_count + 1, sizeof *w->pending);
	w->pending[w->pending_count++] = (struct pending){ mem_strdup(path), due };
}

static enum fault
watch_folder(struct watch *w, const char *folder, const char *only)
{
	if (w->count == WATCHES_MAX)
		return fault(FAULT_LIMIT, "more than %d folders to watch", WATCHES_MAX);
	int wd = inotify_add_watch(
		w->fd, folder, IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR);
	if (wd < 0)
		return fault_errno("the folder %s cannot be watched", folder);
	for (size_t i = 0; i < w->count; i++)
		if (w->rows[i].wd == wd && str_same(w->rows[i].only, only))
			return FAULT_NONE;
	mem_reserve(&w->rows, &w->cap, w->count + 1, sizeof *w->rows);
	w->rows[w->count++] = (struct watched){ wd, mem_strdup(folder), mem_strdup(only) };
	return FAULT_NONE;
}

static enum fault
folders_watch(struct watch *w, const struct found *found)
{
	enum fault f = FAULT_NONE;
	for (size_t i = 0; f == FAULT_NONE && i < found->folder_count; i++)
		f = watch_folder(w, found->folders[i], NULL);
	return f;
}

/* All folders of a walk.  In a folder that is new, files are looked for when it is
 * watched already: one that came between the walk and the watch would be lost. */
static enum fault
watch_below(struct watch *w, const char *path, bool new)
{
	struct found found = { 0 };
	enum fault f = walk_path(&found, w->c, path);
	if (f == FAULT_NONE)
		f = folders_watch(w, &found);
	found_clear(&found);
	if (f != FAULT_NONE || !new)
		return f;
	found = (struct found){ 0 };
	f = walk_path(&found, w->c, path);
	if (f == FAULT_NONE)
		f = folders_watch(w, &found);
	for (size_t i = 0; f == FAULT_NONE && i < found.count; i++)
		expect(w, found.paths[i]);
	found_clear(&found);
	return f;
}

static void
take_event(struct watch *w, const struct inotify_event *e)
{
	char path[PATH_BYTES];
	if (e->mask & IN_Q_OVERFLOW)
		w->overflow = true;
	for (size_t i = 0; e->len && i < w->count; i++) {
		const struct watched *row = &w->rows[i];
		if (row->wd != e->wd || (row->only && !str_same(row->only, e->name)))
			continue;
		if ((size_t)snprintf(path, sizeof path, "%s/%s", row->folder, e->name) >=
			sizeof path)
			continue;
		if ((e->mask & IN_ISDIR) && !row->only) {
			mem_reserve(&w->fresh, &w->fresh_cap, w->fresh_count + 1, sizeof *w->fresh);
			w->fresh[w->fresh_count++] = mem_strdup(path);
		} else if (!(e->mask & (IN_ISDIR | IN_CREATE)) &&
			   (row->only || walk_wants(e->name))) {
			expect(w, path);
		}
		return;
	}
}

static void
on_events(int fd, unsigned ready, void *arg)
{
	_Alignas(struct inotify_event) char buf[16384];
	(void)ready;
	ssize_t n = read(fd, buf, sizeof buf);
	for (ssize_t at = 0; at < n;) {
		const struct inotify_event *e = (const struct inotify_event *)(buf + at);
		at += (ssize_t)sizeof *e + e->len;
		take_event(arg, e);
	}
}

/* Folders that came, and after an overflow all of them again. */
static enum fault
widen(struct watch *w, const char *const *paths, size_t count)
{
	enum fault f = FAULT_NONE;
	for (size_t i = 0; i < w->fresh_count; i++) {
		const char *name = strrchr(w->fresh[i], '/');
		if (name && name[1] != '.' && watch_below(w, w->fresh[i], true) != FAULT_NONE)
			err_notef(w->c, PAINT_WARN, "stoa: %s\n", fault_sentence());
		mem_free(w->fresh[i]);
	}
	w->fresh_count = 0;
	for (size_t i = 0; f == FAULT_NONE && w->overflow && i < count; i++)
		f = watch_below(w, paths[i], true);
	w->overflow = false;
	return f;
}

/* Call for what has been quiet long enough; how long until the next, -1: nothing waits. */
static enum fault
serve(struct watch *w, int *wait_ms, watch_fn *each, void *arg)
{
	enum fault f = FAULT_NONE;
	int64_t now = clock_system.mono_ms(NULL), next = -1;
	for (size_t i = 0; i < w->pending_count && f == FAULT_NONE;) {
		struct pending p = w->pending[i];
		if (p.due_ms > now) {
			next = next < 0 || p.due_ms - now < next ? p.due_ms - now : next;
			i++;
			continue;
		}
		w->pending[i] = w->pending[--w->pending_count];
		if (access(p.path, F_OK) == 0)
			f = each(w->c, p.path, arg);
		mem_free(p.path);
	}
	*wait_ms = (int)next;
	return f;
}

static enum fault
watch_operand(struct watch *w, const char *path)
{
	struct stat st;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return watch_below(w, path, false);
	const char *slash = strrchr(path, '/');
	const char *folder = slash == path ? "/"
			     : slash ? arena_strndup(&w->c->arena, path, (size_t)(slash - path))
				     : ".";
	return watch_folder(w, folder, slash ? slash + 1 : path);
}

static void
watch_clear(struct watch *w)
{
	for (size_t i = 0; i < w->count; i++) {
		mem_free(w->rows[i].folder);
		mem_free(w->rows[i].only);
	}
	for (size_t i = 0; i < w->pending_count; i++)
		mem_free(w->pending[i].path);
	for (size_t i = 0; i < w->fresh_count; i++)
		mem_free(w->fresh[i]);
	mem_free(w->rows);
	mem_free(w->pending);
	mem_free(w->fresh);
	if (w->fd >= 0)
		close(w->fd);
}

enum fault
watch_paths(struct cli *c, const char *const *paths, size_t count, watch_fn *each, void *arg)
{
	struct watch w = { .c = c, .fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK) };
	if (w.fd < 0)
		return fault_errno("folders cannot be watched");
	enum fault f = FAULT_NONE;
	for (size_t i = 0; i < count && f == FAULT_NONE; i++)
		f = watch_operand(&w, paths[i]);
	if (f == FAULT_NONE)
		f = loop_watch(c->loop, w.fd, LOOP_READ, on_events, &w);
	int wait_ms = -1;
	while (f == FAULT_NONE && !c->interrupted && !c->out_broken) {
		f = loop_turn(c->loop, wait_ms);
		if (f == FAULT_NONE && !c->interrupted)
			f = widen(&w, paths, count);
		if (f == FAULT_NONE && !c->interrupted)
			f = serve(&w, &wait_ms, each, arg);
	}
	enum fault forgotten = loop_watch(c->loop, w.fd, 0, NULL, NULL);
	if (f == FAULT_NONE)
		f = forgotten;
	watch_clear(&w);
	if (c->interrupted && (f == FAULT_NONE || f == FAULT_CANCELLED)) {
		c->interrupted = false;     /* the agreed way to end it */
		f = FAULT_NONE;
	}
	return f;
}

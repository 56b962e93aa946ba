/* stoa add: files and folders into the library, a line a document.
 *
 * Progress by page goes to standard error; what became of each file, with the reason
 * when it failed, to standard output.  One bad file never stops the others; any makes
 * the exit status 1.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli_in.h"

struct tally { size_t done, total, read, waiting, same, failed; };
struct add { const struct document_add *like; struct tally tally; };

static const char *
file_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

static void
add_event(struct cli *c, const char *name, const struct record_type *type, const void *record,
	void *arg)
{
	const struct add *a = arg;
	(void)name;
	if (type != &record_ev_progress)
		return;
	const struct ev_progress *p = record;
	const char *file = p->name ? file_name(p->name) : "";
	const char *count = a->tally.total > 1
		? arena_printf(&c->arena, "[%zu/%zu] ", a->tally.done + 1, a->tally.total) : "";
	if (p->pages > 0)
		err_progress(c, "%s%s: page %lld of %lld", count, file, (long long)p->page,
			(long long)p->pages);
	else
		err_progress(c, "%s%s: %s", count, file, p->step ? p->step : "reading");
}

/* The reason stands on a line of its own on a terminal, behind the name elsewhere. */
static void
failed_row(struct cli *c, const char *name, const char *reason)
{
	out_put(c, PAINT_BAD, "failed  ");
	out_putf(c, PAINT_NONE, "%s%s", name, c->width ? "\n" : "");
	out_wrapped(c, PAINT_WARN, c->width ? "        " : "   ", 8, reason);
}

void
add_line(struct cli *c, const struct document *d)
{
	if (str_same(d->status, "failed"))
		c->status = 1;
	if (c->json) {
		out_record(c, &record_document, d);
		return;
	}
	const char *name = untrusted_line(&c->arena, d->name ? d->name : "");
	if (str_same(d->status, "failed")) {
		failed_row(c, name, arena_printf(&c->arena, "%s%s%s", d->reason ? d->reason : "",
			d->error_message ? ": " : "", d->error_message ? d->error_message : ""));
		return;
	}
	if (str_same(d->status, "waiting")) {
		out_put(c, PAINT_WARN, "waits   ");
		out_putf(c, PAINT_NONE, "%s", name);
		out_putf(c, PAINT_DIM, "   %s, sent when the server is back\n", size_text(&c->arena, d->size_bytes));
		return;
	}
	out_put(c, PAINT_GOOD, "read    ");
	out_putf(c, PAINT_NONE, "%s", name);
	if (d->pages > 0)
		out_putf(c, PAINT_DIM, "   %lld page%s,", (long long)d->pages,
			d->pages == 1 ? "" : "s");
	out_putf(c, PAINT_DIM, "%s %lld passage%s\n", d->pages > 0 ? "" : "  ",
		(long long)d->passages, d->passages == 1 ? "" : "s");
	if (d->stale)
		out_wrapped(c, PAINT_WARN, "        ", 8,
			arena_printf(&c->arena, "%lld citations of the older text are stale",
				(long long)d->stale));
}

static void
same_line(struct cli *c, const char *path)
{
	out_put(c, PAINT_DIM, "same    ");
	out_putf(c, PAINT_NONE, "%s", untrusted_line(&c->arena, file_name(path)));
	out_put(c, PAINT_DIM, "   is in the library already\n");
}

static void
failed_line(struct cli *c, enum fault f, const char *path)
{
	if (c->json) {
		print_fault(c, f);
		return;
	}
	const char *sentence = arena_strdup(&c->arena, fault_sentence());
	err_progress_end(c);
	failed_row(c, untrusted_line(&c->arena, file_name(path)), sentence);
}

/* One file; the memory of its call is given back. */
static enum fault
add_file(struct cli *c, const char *path, struct add *a)
{
	char whole[PATH_MAX];
	struct arena outer = c->arena;
	arena_init(&c->arena);
	struct document_add request = *a->like;
	request.path = realpath(path, whole) ? whole : path;
	/* What is not UTF-8 the library writes in its own way. */
	if (utf8_valid(request.path, strlen(request.path)))
		request.origin = request.path;
	if (!request.name && utf8_valid(file_name(path), strlen(file_name(path))))
		request.name = file_name(path);
	struct call_events ev = { add_event, a };
	const void *reply = NULL;
	enum fault f = session_call(&reply, c, "document.add", &request, &ev);
	const struct document *d = reply;
	a->tally.done++;
	if (f == FAULT_NONE)
		add_line(c, d);
	if (f == FAULT_NONE && str_same(d->status, "failed"))
		a->tally.failed++;
	else if (f == FAULT_NONE && str_same(d->status, "waiting"))
		a->tally.waiting++;
	else if (f == FAULT_NONE)
		a->tally.read++;
	if (f == FAULT_EXISTS) {
		a->tally.same++;
		if (c->json)
			print_fault(c, f);
		else
			same_line(c, path);
		f = FAULT_NONE;
	}
	bool fatal = f == FAULT_CANCELLED || f == FAULT_LOCKED || f == FAULT_DENIED;
	if (f != FAULT_NONE && !fatal) {
		failed_line(c, f, path);
		a->tally.failed++;
		f = FAULT_NONE;
	}
	fflush(stdout);
	arena_clear(&c->arena);
	c->arena = outer;
	return f;
}

static enum fault
add_watched(struct cli *c, const char *path, void *arg)
{
	return add_file(c, path, arg);
}

static enum fault
add_all(struct cli *c, const char *const *paths, size_t count, struct add *a)
{
	struct found found = { 0 };
	enum fault f = FAULT_NONE;
	for (size_t i = 0; i < count && f == FAULT_NONE; i++) {
		f = walk_path(&found, c, paths[i]);
		if (f != FAULT_NONE && f != FAULT_CANCELLED) {
			failed_line(c, f, paths[i]);
			a->tally.failed++;
			f = FAULT_NONE;
		}
	}
	a->tally.total = found.count;
	for (size_t i = 0; i < found.count && f == FAULT_NONE; i++) {
		f = session_check(c);
		if (f == FAULT_NONE)
			f = add_file(c, found.paths[i], a);
	}
	if (found.count + found.skipped > 1 && !c->json) {
		const struct tally *t = &a->tally;
		out_putf(c, PAINT_BOLD, "%zu file%s: %zu read", found.count + found.skipped,
			found.count + found.skipped == 1 ? "" : "s", t->read);
		out_putf(c, PAINT_WARN, "%s", t->waiting ? arena_printf(&c->arena, ", %zu wait for the server", t->waiting) : "");
		out_putf(c, PAINT_NONE, "%s",
			t->same ? arena_printf(&c->arena, ", %zu there already", t->same) : "");
		out_putf(c, t->failed ? PAINT_WARN : PAINT_NONE, "%s",
			t->failed ? arena_printf(&c->arena, ", %zu failed", t->failed) : "");
		out_putf(c, PAINT_DIM, "%s\n",
			found.skipped ? arena_printf(&c->arena, ", %zu skipped (no document)",
						found.skipped)
				      : "");
	}
	found_clear(&found);
	return f;
}

enum fault
add_paths(struct cli *c, const char *const *paths, size_t count, const struct document_add *like)
{
	struct add a = { .like = like };
	enum fault f = add_all(c, paths, count, &a);
	if (f == FAULT_NONE && a.tally.failed)
		c->status = 1;
	return f;
}

/* A folder that comes with stoa: in the tree this program was built in, beside where
 * it is installed, or where it was meant to be installed. */
const char *
shipped_folder(struct arena *a, const char *name)
{
	static const char *const from_self[] = { "../..", "../share/stoa" };
	char self[PATH_MAX];
	struct stat st;
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	self[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(self, '/');
	for (size_t i = 0; slash && i < COUNT_OF(from_self); i++) {
		const char *path = arena_printf(a, "%.*s/%s/%s", (int)(slash - self), self, from_self[i], name);
		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
			return path;
	}
	const char *path = arena_printf(a, "%s/share/stoa/%s", STOA_PREFIX, name);
	return stat(path, &st) == 0 ? path : NULL;
}

enum fault
sample_add(struct cli *c, bool *found)
{
	const char *path = shipped_folder(&c->arena, "kits/sample");
	*found = path != NULL;
	if (!path)
		return FAULT_NONE;
	struct document_add like = { .subject = "sample" };
	return add_paths(c, &path, 1, &like);
}

enum fault
verb_add(struct cli *c)
{
	enum fault f = session_ready(c);
	if (f != FAULT_NONE)
		return f;
	const char *subject = option_text(&c->args, "subject");
	if (!subject && *conf_get(&c->conf, "library.subject"))
		subject = conf_get(&c->conf, "library.subject");
	struct document_add like = {
		.subject = subject,
		.domain = option_text(&c->args, "domain"),
		.kind = option_text(&c->args, "kind"),
		.retention_days = option_number(&c->args, "retention",
			(int64_t)conf_number(&c->conf, "library.retention_days")),
		.again = option_given(&c->args, "again"),
	};
	struct add a = { .like = &like };
	f = add_all(c, c->args.operands, c->args.operand_count, &a);
	if (f == FAULT_NONE && option_given(&c->args, "watch")) {
		err_note(c, PAINT_DIM, "Watching for new and changed files.  Ctrl-C ends.\n");
		f = watch_paths(c, c->args.operands, c->args.operand_count, add_watched, &a);
	}
	if (f == FAULT_NONE && a.tally.failed)
		c->status = 1;
	return f;
}

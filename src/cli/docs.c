/* stoa docs and stoa search: what is in the library, and where in it something is. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "cli_in.h"

/* In this person's own time zone; records keep UTC. */
const char *
date_text(struct arena *a, int64_t unix_ms)
{
	char text[32];
	struct tm tm;
	time_t t = (time_t)(unix_ms / 1000);
	if (unix_ms == 0 || !localtime_r(&t, &tm) ||
		!strftime(text, sizeof text, "%Y-%m-%d %H:%M", &tm))
		return "";
	return arena_strdup(a, text);
}

const char *
size_text(struct arena *a, int64_t bytes)
{
	static const char *const units[] = { "bytes", "KB", "MB", "GB" };
	double n = (double)bytes;
	size_t unit = 0;
	while (n >= 1000 && unit + 1 < COUNT_OF(units))
		n /= 1000, unit++;
	return arena_printf(a, unit && n < 10 ? "%.1f %s" : "%.0f %s", n, units[unit]);
}

/* ---- list ------------------------------------------------------------------ */

static const char *
count_text(struct cli *c, int64_t n)
{
	return n > 0 ? arena_printf(&c->arena, "%lld", (long long)n) : "-";
}

static const char *
trouble_text(const struct document *d)
{
	const char *said = d->error_message && *d->error_message ? d->error_message : d->reason;
	return said && *said ? said : "why is not known";
}

/* A document a line, a tab between its columns: for the next program of a pipe. */
static void
document_piped(struct cli *c, const struct document *d, bool failed)
{
	out_putf(c, PAINT_NONE, "%.8s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", d->id, listing_line(c, d->name),
		listing_line(c, d->title), count_text(c, d->pages), count_text(c, d->passages),
		str_same(d->status, "completed") ? "read" : d->status, listing_line(c, d->subject),
		failed ? listing_line(c, trouble_text(d)) : "");
}

/* The name, as verbs take it; beside it the title, as answers cite it, where there is room. */
static enum fault
document_row(struct cli *c, const struct document *d, void *arg)
{
	size_t *count = arg, room = c->width > 72 ? c->width - 52 : 20, titles = room > 56 ? room - 30 : 0;
	bool failed = str_same(d->status, "failed");
	(*count)++;
	if (c->json || !c->out_terminal) {
		if (c->json)
			out_record(c, &record_document, d);
		else
			document_piped(c, d, failed);
		return c->out_broken ? fault(FAULT_CANCELLED, "nobody reads the list") : FAULT_NONE;
	}
	const char *name = wrap_column(&c->arena, d->name ? d->name : "", titles ? 28 : room, true);
	if (*count == 1)
		out_putf(c, PAINT_BOLD, "%-8s  %s  %s%s%5s  %8s  %-9s  %s\n", "id",
			wrap_column(&c->arena, "name", titles ? 28 : room, true),
			titles ? wrap_column(&c->arena, "title", titles, false) : "", titles ? "  " : "",
			"pages", "passages", "state", "subject");
	out_putf(c, PAINT_DIM, "%.8s  ", d->id);
	out_putf(c, failed ? PAINT_BAD : PAINT_NONE, "%s  ", name);
	if (titles)
		out_putf(c, PAINT_DIM, "%s  ", wrap_column(&c->arena, d->title && !str_same(d->title, d->name) ? d->title : "", titles, false));
	out_putf(c, PAINT_NONE, "%5s  %8s  ", count_text(c, d->pages), count_text(c, d->passages));
	out_putf(c, failed ? PAINT_BAD : PAINT_NONE, "%-9s",
		str_same(d->status, "completed") ? "read" : d->status);
	if (d->subject && *d->subject)
		out_putf(c, PAINT_DIM, "  %s", wrap_column(&c->arena, d->subject, 12, false));
	if (d->stale)
		out_putf(c, PAINT_WARN, "  %lld stale", (long long)d->stale);
	out_put(c, PAINT_NONE, "\n");
	if (failed)
		out_wrapped(c, PAINT_WARN, "          ", 10, trouble_text(d));
	return FAULT_NONE;
}

enum fault
verb_docs_list(struct cli *c)
{
	size_t count = 0;
	struct document_list request = {
		.subjects = option_texts(&c->args, &c->arena, "subject"),
		.domains = option_texts(&c->args, &c->arena, "domain"),
		.kinds = option_texts(&c->args, &c->arena, "kind"),
		.status = option_text(&c->args, "status"),
		.search = option_text(&c->args, "search"),
	};
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = named_documents_each(c, &request, document_row, &count);
	if (f == FAULT_CANCELLED && c->out_broken)
		return FAULT_NONE;
	if (f == FAULT_NONE && count == 0)
		err_note(c, PAINT_DIM,
			c->args.given_count ? "No document is like that.\n"
					    : "The library is empty; stoa add FOLDER fills it.\n");
	return f;
}

/* ---- one document -------------------------------------------------------------- */

static void
row(struct cli *c, const char *name, const char *value)
{
	if (value && *value)
		out_wrapped(c, PAINT_NONE, arena_printf(&c->arena, "%-12s", name), 12, value);
}

static const char *
joined(struct arena *a, const struct text_list *list)
{
	struct text t;
	text_init(&t, 16384);
	for (size_t i = 0; i < list->count; i++) {
		text_put(&t, i ? ", " : "");
		text_put(&t, list->items[i]);
	}
	char *out = arena_strndup(a, t.data ? t.data : "", t.len);
	text_clear(&t);
	return out;
}

static enum fault
document_meant(const struct document **out, struct cli *c)
{
	enum fault f = session_ready(c);
	return f == FAULT_NONE ? named_document(out, c, c->args.operands[0]) : f;
}

enum fault
verb_docs_show(struct cli *c)
{
	const struct document *d = NULL;
	enum fault f = document_meant(&d, c);
	if (f != FAULT_NONE)
		return f;
	struct id_request request = { d->id };
	const void *reply = NULL;
	f = session_call(&reply, c, "document.get", &request, NULL);
	if (f != FAULT_NONE)
		return f;
	d = reply;
	if (c->json) {
		out_record(c, &record_document, d);
		return FAULT_NONE;
	}
	struct arena *a = &c->arena;
	row(c, "title", d->title);
	row(c, "name", d->name);
	row(c, "id", d->id);
	row(c, "authors", joined(a, &d->authors));
	row(c, "kind", d->kind);
	row(c, "subject", d->subject);
	row(c, "domain", d->domain);
	row(c, "language", d->language);
	row(c, "status",
		str_same(d->status, "failed")
			? arena_printf(a, "failed: %s: %s", d->reason ? d->reason : "",
				  d->error_message ? d->error_message : "")
			: d->status);
	row(c, "pages", d->pages > 0 ? arena_printf(a, "%lld", (long long)d->pages) : "");
	row(c, "text", arena_printf(a, "%lld passages, %lld words, %s", (long long)d->passages,
		 (long long)d->words, size_text(a, d->size_bytes)));
	row(c, "cited", arena_printf(a, "%lld times%s", (long long)d->cited,
		d->stale ? arena_printf(a, ", %lld stale", (long long)d->stale) : ""));
	row(c, "concepts", joined(a, &d->concepts));
	row(c, "from", d->origin);
	row(c, "sha256", d->sha256);
	row(c, "added", date_text(a, d->added));
	row(c, "expires", date_text(a, d->expires));
	row(c, "begins", d->preview);
	return FAULT_NONE;
}

enum fault
verb_docs_page(struct cli *c)
{
	char *end;
	const struct document *d = NULL;
	long page = strtol(c->args.operands[1], &end, 10);
	if (*end || page < 1)
		return fault(FAULT_INPUT, "a page is a number from 1, not %s", c->args.operands[1]);
	enum fault f = document_meant(&d, c);
	if (f != FAULT_NONE)
		return f;
	struct document_content request = { .id = d->id, .page = page };
	const void *reply = NULL;
	f = session_call(&reply, c, "document.content", &request, NULL);
	if (f != FAULT_NONE)
		return f;
	const struct content *text = reply;
	if (c->json) {
		out_record(c, &record_content, text);
		return FAULT_NONE;
	}
	out_putf(c, PAINT_DIM, "%s, page %s (%lld of %lld)\n\n",
		untrusted_line(&c->arena, d->title && *d->title ? d->title : d->name),
		text->page_label && *text->page_label ? text->page_label
						      : arena_printf(&c->arena, "%ld", page),
		(long long)text->page, (long long)text->pages);
	out_wrapped(c, PAINT_NONE, "", 0, text->text ? text->text : "");
	return FAULT_NONE;
}

enum fault
open_outside(struct cli *c, const char *path)
{
	if (access(path, R_OK) != 0)
		return fault_errno("the original %s cannot be read", path);
	if (!getenv("DISPLAY") && !getenv("WAYLAND_DISPLAY")) {
		out_put(c, PAINT_NONE, untrusted_line(&c->arena, path));
		out_put(c, PAINT_NONE, "\n");
		err_note(c, PAINT_DIM,
			"There is no desktop here to open it with; this is where it is.\n");
		return FAULT_NONE;
	}
	pid_t pid = fork();
	if (pid < 0)
		return fault_errno("no process for xdg-open");
	if (pid == 0) {
		setsid();
		if (fork() == 0)
			execlp("xdg-open", "xdg-open", path, (char *)NULL);
		_exit(0);
	}
	while (waitpid(pid, NULL, 0) < 0)
		continue;
	return FAULT_NONE;
}

enum fault
verb_docs_open(struct cli *c)
{
	const struct document *d = NULL;
	enum fault f = document_meant(&d, c);
	if (f != FAULT_NONE)
		return f;
	if (c->json) {
		out_record(c, &record_document, d);
		return FAULT_NONE;
	}
	if (!d->origin || d->origin[0] != '/')
		return fault(FAULT_ABSENT, "where %s came from is not known", d->name);
	if (option_given(&c->args, "page"))
		err_notef(c, PAINT_DIM, "Go to page %lld.\n",
			(long long)option_number(&c->args, "page", 1));
	return open_outside(c, d->origin);
}

/* ---- again, away ---------------------------------------------------------------- */

static void
reindex_event(struct cli *c, const char *name, const struct record_type *type, const void *record,
	void *arg)
{
	(void)name, (void)arg;
	const struct ev_progress *p = record;
	if (type == &record_ev_progress)
		err_progress(c, "%s: page %lld of %lld", p->name ? p->name : "", (long long)p->page,
			(long long)p->pages);
}

static enum fault
reindex_one(struct cli *c, const struct document *d, void *arg)
{
	struct id_request request = { d->id };
	struct call_events ev = { reindex_event, NULL };
	const void *reply = NULL;
	(void)arg;
	enum fault f = session_call(&reply, c, "document.reindex", &request, &ev);
	if (f == FAULT_CANCELLED || f == FAULT_LOCKED || f == FAULT_DENIED)
		return f;
	if (f != FAULT_NONE) {
		print_fault(c, f);
		c->status = 1;
		return FAULT_NONE;
	}
	add_line(c, reply);
	return FAULT_NONE;
}

enum fault
verb_docs_reindex(struct cli *c)
{
	struct document_list request = { 0 };
	enum fault f = session_ready(c);
	if (f == FAULT_NONE && c->args.operand_count == 0)
		return named_documents_each(c, &request, reindex_one, NULL);
	for (size_t i = 0; f == FAULT_NONE && i < c->args.operand_count; i++) {
		const struct document *d = NULL;
		f = named_document(&d, c, c->args.operands[i]);
		if (f == FAULT_NONE)
			f = reindex_one(c, d, NULL);
	}
	return f;
}

/* --yes, or a person who says y; without either nothing is deleted. */
enum fault
prompt_confirmed(struct cli *c, const char *what)
{
	char answer;
	if (option_given(&c->args, "yes"))
		return FAULT_NONE;
	if (c->json || !isatty(STDIN_FILENO) || !prompt_possible())
		return fault(FAULT_INPUT, "%s: say --yes when it is meant", what);
	enum fault f = prompt_choice(&answer,
		arena_printf(&c->arena, "%s?  [y/N] ", untrusted_line(&c->arena, what)), "ny");
	if (f == FAULT_NONE && answer != 'y')
		return fault(FAULT_CANCELLED, "nothing was changed");
	return f;
}

enum fault
verb_docs_rm(struct cli *c)
{
	enum fault f = session_ready(c);
	for (size_t i = 0; i < c->args.operand_count && f == FAULT_NONE; i++) {
		const struct document *d = NULL;
		const void *reply = NULL;
		f = named_document(&d, c, c->args.operands[i]);
		if (f == FAULT_NONE)
			f = prompt_confirmed(c, arena_printf(&c->arena, "Forget %s", d->name));
		if (f != FAULT_NONE)
			break;
		struct id_request request = { d->id };
		f = session_call(&reply, c, "document.delete", &request, NULL);
		if (f == FAULT_NONE && c->json)
			out_record(c, &record_document, d);
		else if (f == FAULT_NONE)
			out_putf(c, PAINT_NONE, "forgotten  %s\n",
				untrusted_line(&c->arena, d->name));
	}
	return f;
}

/* The course of one addition, from a path to a document that can be found.
 *
 *	1  open what is a regular file (source.c); copy it under a random name, hashed, locked
 *	2  row "processing", or: these bytes are here already
 *	3  the child reads the copy; cut into passages; describe.c
 *	4  stored text to disk, postings to the index (nobody sees them yet)
 *	5  one transaction: passages, row "completed", the row before it "removed"
 *	6  clear away what was before; let the lock go
 *
 * A stop before 5 leaves a processing row that nobody holds and the next opening
 * clears it (library.c); a stop after 5 leaves a removed row.  Cancelling takes the
 * way of a stop, at once.  A document whose new bytes cannot be read keeps its old
 * text and says so.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "document_in.h"

struct ingest {
	struct library *l;
	struct store *db;
	struct arena *a;
	const struct cancel *cancel;
	library_progress_fn *progress; void *arg;
	const struct document_add *req;
	struct intake in;
	struct document_row row, old;
	bool has_old;
	struct body body;
	struct extraction x;
	struct slice *slices; size_t count;
	const char *text_title;          /* library_add_text(): the title, given */
	const char *bytes; size_t len;   /* and the text; NULL: by the child */
};

static int64_t
now_ms(const struct ingest *g)
{
	const struct clock *c = g->l->config.clock;

	return c->wall_ms(c->arg);
}

/* ---- 2: the row ----------------------------------------------------------------- */

static const char *
given(const char *asked, const char *kept)
{
	return asked != NULL && asked[0] != '\0' ? asked : kept != NULL ? kept : "";
}

static void
row_fill(struct ingest *g)
{
	const struct document *o = g->has_old ? &g->old.d : NULL;
	const struct document_add *req = g->req;
	struct document *d = &g->row.d;
	int64_t now = now_ms(g);

	g->row.owner = o != NULL ? g->old.owner : "";
	d->id = o != NULL ? o->id : arena_strdup(g->a, g->in.stored);
	g->row.stored = arena_strdup(g->a, g->in.stored);
	d->name = given(req->name != NULL ? source_name(g->a, req->name) : NULL, o != NULL && req->path == NULL ? o->name : source_name(g->a, given(req->path, "document")));
	d->title = g->text_title != NULL ? g->text_title : d->name;
	d->subject = given(req->subject, o != NULL ? o->subject : "");
	d->domain = given(req->domain, o != NULL ? o->domain : "");
	d->kind = g->bytes != NULL ? "text" : given(req->kind, o != NULL ? o->kind : "");
	d->origin = given(req->origin, req->path != NULL ? source_origin(g->a, req->path) : o != NULL ? o->origin : "");
	d->status = "processing";
	d->reason = d->error_message = d->language = d->preview = "";
	d->sha256 = arena_strdup(g->a, g->in.sha256);
	d->size_bytes = g->in.size_bytes;
	d->added = o != NULL ? o->added : now;
	d->changed = now;
	d->expires = req->retention_days > 0 ? now + req->retention_days * DAY_MS : o != NULL ? o->expires : 0;
}

/* The row with these bytes. One that is processing and that nobody holds was left
 * by a killed process; its owner cannot finish while our transaction is open. */
static enum fault
same_find(struct ingest *g)
{
	enum fault f = document_row_by_sha256(&g->old, g->a, g->db, g->in.sha256);

	while (f == FAULT_NONE && str_same(g->old.d.status, "processing") && !shelf_busy(&g->l->shelf, g->old.stored)) {
		f = document_row_hide(g->db, g->old.no);
		if (f == FAULT_NONE)
			f = document_row_by_sha256(&g->old, g->a, g->db, g->in.sha256);
	}
	return f;
}

/* Are these bytes, or an earlier state of this file, here already? What is not the
 * reader's to change is left alone. */
static enum fault
old_find(struct ingest *g)
{
	bool may = true;
	enum fault f = same_find(g);

	if (f == FAULT_NONE && str_same(g->old.d.status, "processing"))
		return fault(g->req->again ? FAULT_BUSY : FAULT_EXISTS, "these bytes are being added just now");
	if (f == FAULT_NONE && str_same(g->old.d.status, "completed") && !g->req->again)
		return fault(FAULT_EXISTS, "these bytes are in the library as %s", g->old.d.name);
	if (f == FAULT_NONE && g->req->again)
		f = document_check_change(&g->old, g->db);
	if (f == FAULT_NONE)
		f = reader_may_change(&may, g->db, g->old.owner, g->old.d.subject);
	if (f == FAULT_ABSENT || (f == FAULT_NONE && !may)) {
		f = document_row_by_origin(&g->old, g->a, g->db, g->row.d.origin, g->row.owner);
		if (f == FAULT_NONE)
			f = reader_may_change(&may, g->db, g->old.owner, g->old.d.subject);
	}
	g->has_old = f == FAULT_NONE && may;
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* Whose it will be: nothing gets into a class by another way than its teachers. */
static enum fault
row_own(struct ingest *g)
{
	bool may = false;
	enum fault f = FAULT_NONE;

	if (!g->has_old)
		f = reader_owner(&g->row.owner, g->db, g->row.d.subject);
	if (f == FAULT_NONE)
		f = reader_may_change(&may, g->db, g->row.owner, g->row.d.subject);
	if (f == FAULT_NONE && !may)
		return fault(FAULT_DENIED, "documents of %s are not yours to change", g->row.d.subject);
	return f == FAULT_NONE ? reader_quota(g->db, g->row.owner, g->row.d.size_bytes, g->has_old ? g->old.no : 0) : f;
}

static enum fault
row_begin(struct ingest *g, bool look)
{
	enum fault f = store_begin(g->db);

	if (f != FAULT_NONE)
		return f;
	row_fill(g);
	if (look)
		f = reader_owner(&g->row.owner, g->db, g->row.d.subject);
	if (f == FAULT_NONE && look) {
		f = old_find(g);
		row_fill(g);
	}
	if (f == FAULT_NONE)
		f = row_own(g);
	if (f == FAULT_NONE)
		f = document_row_insert(&g->row.no, g->db, &g->row);
	return store_finish(g->db, f);
}

/* Leave nothing behind. */
static void
abandon(struct ingest *g)
{
	enum fault f = FAULT_NONE;

	store_set_cancel(g->db, NULL);
	if (g->row.no > 0) {
		f = store_begin(g->db);
		if (f == FAULT_NONE)
			f = document_row_hide(g->db, g->row.no);
		f = store_finish(g->db, f);
		if (f == FAULT_NONE)
			f = document_forget(g->l, g->db, g->row.no, g->in.stored);
	} else if (g->in.stored[0] != '\0') {
		shelf_discard(&g->l->shelf, g->in.stored);
	}
	if (f != FAULT_NONE)
		log_event(LOG_WARN, "library", "abandon", "no=%lld fault=%s", (long long)g->row.no, fault_name(f));
}

/* ---- 3: reading -------------------------------------------------------------------- */

static void
refuse(struct ingest *g, const char *reason, const char *sentence)
{
	g->x.reason = reason;
	snprintf(g->x.message, sizeof g->x.message, "%s", sentence);
}

static enum fault
read_source(struct ingest *g)
{
	const struct document_add *req = g->req;
	int fd = -1;
	enum fault f;

	if (g->in.size_bytes == 0) {
		refuse(g, "empty", "it is empty");
		return FAULT_NONE;
	}
	if (g->bytes != NULL) {
		f = body_plain(&g->body, g->bytes, g->len);
		if (f != FAULT_LIMIT)
			return f;
		refuse(g, "limit", fault_sentence());
		return FAULT_NONE;
	}
	f = shelf_original(&fd, &g->l->shelf, g->in.stored);
	if (f != FAULT_NONE)
		return f;
	f = extract_run(&g->x, &g->l->config, fd, source_hint(g->a, g->row.d.name, req->kind), g->cancel);
	close(fd);
	return f;
}

/* Cut the body and let it describe itself. */
static enum fault
describe(struct ingest *g)
{
	bool read_again = g->has_old && g->req->path == NULL;
	enum fault f = body_slice(&g->slices, &g->count, &g->body);

	if (f == FAULT_LIMIT) {
		refuse(g, "limit", fault_sentence());
		return FAULT_NONE;
	}
	if (f != FAULT_NONE)
		return f;
	if (g->count == 0) {
		refuse(g, "no_text", "it has no readable text; a scan needs text recognition first");
		return FAULT_NONE;
	}
	document_describe(&g->row, g->a, &g->body, g->slices, g->count, g->text_title, read_again ? g->old.d.title : "");
	if (g->bytes != NULL)
		g->row.d.kind = "text";
	return FAULT_NONE;
}

/* ---- 4, 5, 6: keeping ------------------------------------------------------------------ */

static enum fault
index_body(struct ingest *g)
{
	struct index_passage *items = mem_new_array(g->count, sizeof *items);
	struct ev_progress p = { .name = g->row.d.name, .step = "indexing", .page = g->row.d.pages, .pages = g->row.d.pages };
	enum fault f;

	if (g->progress != NULL)
		g->progress(&p, g->arg);
	for (size_t i = 0; i < g->count; i++)
		items[i] = (struct index_passage){ g->body.text.data + g->slices[i].start,
			(size_t)(g->slices[i].end - g->slices[i].start), g->slices[i].heading };
	f = index_add(g->l->index, g->row.no, g->row.d.title, items, g->count, g->cancel);
	if (f == FAULT_NONE)
		f = vector_add(g->l->index, &(struct vector_maker){ g->l->config.embed, g->l->config.embed_arg, g->db }, g->row.no, g->row.d.title, items, g->count, g->cancel);
	mem_free(items);
	return f;
}

/* The row that stands for the id now gives way; its counters live on. */
static enum fault
old_hide(struct ingest *g)
{
	enum fault f = document_row_get(&g->old, g->a, g->db, g->row.d.id);

	g->has_old = f == FAULT_NONE && g->old.no != g->row.no && !str_same(g->old.d.status, "processing");
	if (f != FAULT_NONE || !g->has_old)
		return f == FAULT_ABSENT ? FAULT_NONE : f;
	g->row.d.cited = g->old.d.cited;
	g->row.d.stale = str_same(g->old.text_sha256, g->row.text_sha256) && str_same(g->old.d.sha256, g->row.d.sha256)
		? g->old.d.stale : g->old.d.cited;
	return document_row_hide(g->db, g->old.no);
}

static enum fault
row_end(struct ingest *g)
{
	enum fault f = store_begin(g->db);

	if (f != FAULT_NONE)
		return f;
	f = old_hide(g);
	if (f == FAULT_NONE)
		f = document_row_finish(g->db, &g->row);
	if (f == FAULT_NONE && g->x.reason == NULL)
		f = passage_rows_insert(g->db, g->row.no, &g->body, g->slices, g->count);
	return store_finish(g->db, f);
}

static enum fault
keep(struct ingest *g)
{
	char sum[SHA256_TEXT];
	enum fault f = shelf_text_write(&g->l->shelf, g->in.stored, &g->body.text);

	sha256_text(sum, g->body.text.data, g->body.text.len);
	g->row.text_sha256 = arena_strdup(g->a, sum);
	g->row.d.status = "completed";
	if (f == FAULT_NONE)
		f = index_body(g);
	if (f == FAULT_NONE)
		f = cancel_check(g->cancel);
	return f == FAULT_NONE ? row_end(g) : f;
}

/* Unreadable: a failed document, unless an earlier text is there to be kept. */
static enum fault
keep_failed(struct ingest *g)
{
	bool has_text = g->has_old && str_same(g->old.d.status, "completed");
	struct document *d = &g->row.d;
	enum fault f;

	d->status = "failed";
	d->reason = g->x.reason;
	d->error_message = arena_strdup(g->a, g->x.message);
	g->row.text_sha256 = "";
	if (!has_text)
		return row_end(g);
	d->error_message = arena_printf(g->a, "%s; the text read before is kept", g->x.message);
	f = document_row_remark(g->db, g->old.no, d->error_message);
	abandon(g);
	g->has_old = false;
	return f;
}

static enum fault
run(struct ingest *g)
{
	enum fault f = read_source(g);

	if (f == FAULT_NONE && g->x.reason == NULL)
		f = describe(g);
	if (f == FAULT_NONE)
		f = cancel_check(g->cancel);
	if (f == FAULT_NONE)
		f = g->x.reason == NULL ? keep(g) : keep_failed(g);
	if (f != FAULT_NONE) {
		abandon(g);
		return f;
	}
	store_set_cancel(g->db, NULL);   /* it is there: what follows is tidying */
	if (g->has_old && document_forget(g->l, g->db, g->old.no, g->old.stored) != FAULT_NONE)
		log_event(LOG_WARN, "library", "forget", "no=%lld", (long long)g->old.no);
	log_event(LOG_INFO, "library", "added", "no=%lld status=%s pages=%lld passages=%zu bytes=%lld", (long long)g->row.no,
		g->row.d.status, (long long)g->row.d.pages, g->count, (long long)g->row.d.size_bytes);
	return library_recount(g->l, g->db);
}

/* From the kept original on. look: bytes or origin may be known already. */
static enum fault
ingest(struct document **out, struct ingest *g, bool look)
{
	struct document *d;
	enum fault f;

	body_init(&g->body);
	g->x = (struct extraction){ .body = &g->body, .progress = g->progress, .arg = g->arg };
	f = row_begin(g, look);
	g->x.name = g->row.d.name;
	if (f == FAULT_NONE)
		f = run(g);
	else
		abandon(g);
	shelf_release(&g->in);
	mem_free(g->slices);
	body_clear(&g->body);
	if (f != FAULT_NONE && f != FAULT_EXISTS)
		return f;
	d = arena_alloc(g->a, sizeof *d);
	*d = f == FAULT_EXISTS ? g->old.d : g->row.d;
	*out = d;
	return f;
}

enum fault
library_add(struct document **out, struct arena *a, struct library *l, struct store *db, const struct document_add *req, library_progress_fn *progress, void *arg, const struct cancel *cancel)
{
	struct ingest g = { .l = l, .db = db, .a = a, .req = req, .progress = progress, .arg = arg, .cancel = cancel };
	int fd = -1;
	enum fault f = source_open(&fd, req->path);

	if (f != FAULT_NONE)
		return f;
	f = shelf_take_in(&g.in, &l->shelf, l->config.chance, fd, cancel);
	close(fd);
	return f == FAULT_NONE ? ingest(out, &g, true) : f;
}

enum fault
library_add_text(struct document **out, struct arena *a, struct library *l, struct store *db, const char *name, const char *title, const char *subject, const char *text, size_t len)
{
	struct document_add req = { .name = name, .subject = subject };
	struct ingest g = { .l = l, .db = db, .a = a, .req = &req, .text_title = title, .bytes = text, .len = len };
	enum fault f = shelf_take_bytes(&g.in, &l->shelf, l->config.chance, text, len);

	return f == FAULT_NONE ? ingest(out, &g, true) : f;
}

enum fault
library_reindex(struct document **out, struct arena *a, struct library *l, struct store *db, const char *id, library_progress_fn *progress, void *arg, const struct cancel *cancel)
{
	struct document_add req = { .again = true };
	struct ingest g = { .l = l, .db = db, .a = a, .req = &req, .progress = progress, .arg = arg, .cancel = cancel };
	int fd = -1;
	enum fault f = document_row_get(&g.old, a, db, id);

	if (f == FAULT_NONE && str_same(g.old.d.status, "processing"))
		f = fault(FAULT_BUSY, "document %s is still being read", id);
	if (f == FAULT_NONE)
		f = document_check_change(&g.old, db);
	if (f == FAULT_NONE)
		f = shelf_original(&fd, &l->shelf, g.old.stored);
	if (f != FAULT_NONE)
		return f;
	g.has_old = true;
	req.kind = g.old.d.kind;
	f = shelf_take_in(&g.in, &l->shelf, l->config.chance, fd, cancel);
	close(fd);
	if (f != FAULT_NONE)
		return f;
	if (!str_same(g.in.sha256, g.old.d.sha256)) {
		abandon(&g);
		shelf_release(&g.in);
		return fault(FAULT_DAMAGED, "the kept original of document %s was changed", id);
	}
	return ingest(out, &g, false);
}

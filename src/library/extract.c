/* The reading side of stoa-extract: one child a document, frames of JSON.
 *
 * The child gets the original as its standard input and nothing else.  What it
 * says is as untrusted as the document: frames are capped, parsed strictly, every
 * text is cleaned before it is kept, page numbers must go up.  A child that dies,
 * stays silent or talks nonsense makes a failed document with one clear sentence,
 * never a fault of ours.
 *
 *	{"kind":"meta","format":"pdf","title":..,"authors":[..],"language":..,"pages":n}
 *	{"kind":"progress","page":n,"pages":m}
 *	{"kind":"page","page":n,"label":"87","blocks":[{"type":"para","text":..}]}
 *	{"kind":"end","status":"completed"} or {.., "status":"failed","reason":..,"message":..}
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <json-c/json.h>
#include "document_in.h"

#define EXTRACT_MEMORY ((size_t)1024 * 1024 * 1024)
#define EXTRACT_OUTPUT ((size_t)20 * 1000 * 1000)
#define EXTRACT_CPU_S 30
#define EXTRACT_WALL_MS (60 * 1000)
#define TITLE_BYTES 300
#define AUTHOR_BYTES 120
#define AUTHORS_MAX 20
#define LANGUAGE_BYTES 35

static const char *const kinds[] = { "pdf", "docx", "pptx", "odt", "epub", "html", "markdown", "text", "csv" };
static const struct { const char *name; enum block_type type; } block_names[] = {
	{ "para", BLOCK_PARA }, { "heading", BLOCK_HEADING }, { "list", BLOCK_LIST },
	{ "table", BLOCK_TABLE }, { "code", BLOCK_CODE }, { "caption", BLOCK_CAPTION },
};
static const struct { const char *reason, *sentence; } reasons[] = {
	{ "no_text", "it has no readable text; a scan needs text recognition first" },
	{ "encrypted", "it is locked with a password" },
	{ "damaged", "it is damaged and could not be read" },
	{ "empty", "it is empty" },
	{ "wrong_type", "it is not a kind of document that stoa reads" },
	{ "limit", "it is too large or too deep to be read safely" },
};

bool
document_kind_known(const char *kind)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (str_same(kinds[i], kind))
			return true;
	return false;
}

/* ---- members of a frame ---------------------------------------------------- */

static const char *
member_text(struct json_object *o, const char *name, size_t *len)
{
	struct json_object *v = NULL;

	*len = 0;
	if (!json_object_object_get_ex(o, name, &v) || !json_object_is_type(v, json_type_string))
		return "";
	*len = (size_t)json_object_get_string_len(v);
	return json_object_get_string(v);
}

static int64_t
member_int(struct json_object *o, const char *name)
{
	struct json_object *v = NULL;

	if (!json_object_object_get_ex(o, name, &v) || !json_object_is_type(v, json_type_int))
		return 0;
	return json_object_get_int64(v);
}

/* One clean line of at most max bytes, in the arena of the body. */
static const char *
clean_line(struct body *b, const char *s, size_t len, size_t max)
{
	size_t at = 0;

	text_reset(&b->scratch);
	untrusted_text(&b->scratch, s, utf8_floor(s, len, 4 * max), UNTRUSTED_STRIP | UNTRUSTED_LINE);
	text_cut(&b->scratch, utf8_floor(b->scratch.data != NULL ? b->scratch.data : "", b->scratch.len, max));
	while (b->scratch.len > 0 && b->scratch.data[b->scratch.len - 1] == ' ')
		text_cut(&b->scratch, b->scratch.len - 1);
	while (at < b->scratch.len && b->scratch.data[at] == ' ')
		at++;
	return b->scratch.len == 0 ? "" : arena_strndup(&b->arena, b->scratch.data + at, b->scratch.len - at);
}

static const char *
member_line(struct body *b, struct json_object *o, const char *name, size_t max)
{
	size_t len;
	const char *s = member_text(o, name, &len);

	return clean_line(b, s, len, max);
}

/* ---- frames --------------------------------------------------------------------- */

static void
tell(struct extraction *x, int64_t page)
{
	struct ev_progress p = { .name = x->name, .step = "reading", .page = page, .pages = x->body->pages_told };

	if (x->progress != NULL && page > x->page_shown)
		x->progress(&p, x->arg);
	if (page > x->page_shown)
		x->page_shown = page;
}

static enum fault
frame_meta(struct extraction *x, struct json_object *o)
{
	struct body *b = x->body;
	struct json_object *authors = NULL;
	const char *format = member_line(b, o, "format", 16);
	int64_t pages = member_int(o, "pages");

	if (x->meta)
		return fault(FAULT_DAMAGED, "the extractor described the document twice");
	if (!document_kind_known(format))
		return fault(FAULT_DAMAGED, "the extractor named no known format");
	x->meta = true;
	b->format = format;
	b->title = member_line(b, o, "title", TITLE_BYTES);
	b->language = member_line(b, o, "language", LANGUAGE_BYTES);
	b->pages_told = pages < 0 ? 0 : pages > BODY_PAGES_MAX ? BODY_PAGES_MAX : pages;
	if (!json_object_object_get_ex(o, "authors", &authors) || !json_object_is_type(authors, json_type_array))
		return FAULT_NONE;
	b->authors.items = arena_alloc(&b->arena, AUTHORS_MAX * sizeof *b->authors.items);
	for (size_t i = 0; i < json_object_array_length(authors) && b->authors.count < AUTHORS_MAX; i++) {
		struct json_object *v = json_object_array_get_idx(authors, i);
		const char *name;

		if (!json_object_is_type(v, json_type_string))
			continue;
		name = clean_line(b, json_object_get_string(v), (size_t)json_object_get_string_len(v), AUTHOR_BYTES);
		if (name[0] != '\0')
			b->authors.items[b->authors.count++] = name;
	}
	return FAULT_NONE;
}

static enum fault
frame_progress(struct extraction *x, struct json_object *o)
{
	int64_t pages = member_int(o, "pages"), page = member_int(o, "page");

	if (pages > 0 && pages <= BODY_PAGES_MAX)
		x->body->pages_told = pages;
	if (page <= BODY_PAGES_MAX)
		tell(x, page);
	return FAULT_NONE;
}

static enum fault
page_block(struct body *b, struct json_object *o)
{
	size_t len, type_len;
	const char *type, *s;

	if (!json_object_is_type(o, json_type_object))
		return fault(FAULT_DAMAGED, "the extractor sent a block that is none");
	type = member_text(o, "type", &type_len);
	s = member_text(o, "text", &len);
	for (size_t i = 0; i < COUNT_OF(block_names); i++)
		if (str_same(block_names[i].name, type)) {
			int64_t level = member_int(o, "level");

			return body_block(b, block_names[i].type, level < 1 ? 1 : level > 6 ? 6 : (int)level, s, len);
		}
	return fault(FAULT_DAMAGED, "the extractor sent a block of unknown type");
}

static enum fault
frame_page(struct extraction *x, struct json_object *o)
{
	struct json_object *blocks = NULL;
	int64_t page = member_int(o, "page");
	size_t len;
	enum fault f;

	if (!x->meta)
		return fault(FAULT_DAMAGED, "the extractor sent a page before it described the document");
	f = body_page(x->body, page, member_text(o, "label", &len));
	if (f != FAULT_NONE || !json_object_object_get_ex(o, "blocks", &blocks))
		return f;
	if (!json_object_is_type(blocks, json_type_array))
		return fault(FAULT_DAMAGED, "the extractor sent a page without blocks");
	for (size_t i = 0; i < json_object_array_length(blocks) && f == FAULT_NONE; i++)
		f = page_block(x->body, json_object_array_get_idx(blocks, i));
	tell(x, page);
	return f;
}

static void
failed(struct extraction *x, const char *reason, const char *sentence)
{
	size_t at = 2;      /* damaged, unless it is one of ours */

	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (str_same(reasons[i].reason, reason))
			at = i;
	x->reason = reasons[at].reason;
	snprintf(x->message, sizeof x->message, "%s", sentence != NULL && sentence[0] != '\0' ? sentence : reasons[at].sentence);
}

static enum fault
frame_end(struct extraction *x, struct json_object *o)
{
	size_t len;

	if (str_same(member_text(o, "status", &len), "completed")) {
		if (!x->meta)
			return fault(FAULT_DAMAGED, "the extractor ended without describing the document");
	} else {
		failed(x, member_text(o, "reason", &len), member_line(x->body, o, "message", sizeof x->message - 1));
	}
	x->ended = true;
	return FAULT_NONE;
}

enum fault
extract_frame(struct extraction *x, const char *s, size_t len)
{
	static const struct { const char *kind; enum fault (*read)(struct extraction *, struct json_object *); } frames[] = {
		{ "meta", frame_meta }, { "progress", frame_progress }, { "page", frame_page }, { "end", frame_end },
	};
	struct json_object *o;
	const char *kind;
	size_t kind_len;
	enum fault f = json_parse(&o, s, len);

	if (f != FAULT_NONE)
		return fault(FAULT_DAMAGED, "the extractor sent a frame that is no JSON");
	f = json_object_is_type(o, json_type_object) ? FAULT_NONE : fault(FAULT_DAMAGED, "the extractor sent a frame that is no object");
	if (f == FAULT_NONE) {
		kind = member_text(o, "kind", &kind_len);
		f = fault(FAULT_DAMAGED, "the extractor sent a frame of unknown kind");
		for (size_t i = 0; i < COUNT_OF(frames); i++)
			if (str_same(frames[i].kind, kind))
				f = frames[i].read(x, o);
	}
	json_object_put(o);
	return f;
}

/* ---- the child -------------------------------------------------------------------- */

static enum fault
frames_read(struct extraction *x, struct child *c, const struct cancel *cancel)
{
	struct text frame;
	size_t total = 0;
	enum fault f = FAULT_NONE;

	text_init(&frame, FRAME_BYTES_MAX);
	while (f == FAULT_NONE && !x->ended) {
		f = frame_read(&frame, c->from_fd, c->deadline_ms, cancel);
		total += frame.len;
		if (f == FAULT_NONE && total > EXTRACT_OUTPUT)
			f = fault(FAULT_LIMIT, "its text is longer than %zu MB", EXTRACT_OUTPUT / 1000000);
		if (f == FAULT_NONE)
			f = extract_frame(x, frame.data, frame.len);
		if (f == FAULT_NONE)
			f = cancel_check(cancel);
	}
	text_clear(&frame);
	return f;
}

/* What the fault of reading or ending the child says about the document. */
static enum fault
judge(struct extraction *x, enum fault read, enum fault ended, int status)
{
	if (read == FAULT_CANCELLED)
		return FAULT_CANCELLED;
	if (x->ended)
		return FAULT_NONE;
	if (read == FAULT_LIMIT || read == FAULT_BUSY || ended == FAULT_LIMIT)
		failed(x, "limit", NULL);
	else if (ended == FAULT_NONE && WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return fault(FAULT_SYSTEM, "the program stoa-extract cannot be run");
	else
		failed(x, "damaged", NULL);
	return FAULT_NONE;
}

static enum fault
extractor_path(struct text *out, const struct library_config *config)
{
	if (config->extractor == NULL)
		return helper_path(out, "stoa-extract");
	text_put(out, config->extractor);
	return text_check(out, "the path of the extractor");
}

enum fault
extract_run(struct extraction *x, const struct library_config *config, int fd, const char *name, const struct cancel *cancel)
{
	struct child_limits limits = { .memory_bytes = EXTRACT_MEMORY, .cpu_s = EXTRACT_CPU_S,
		.wall_ms = config->extract_wall_ms > 0 ? config->extract_wall_ms : EXTRACT_WALL_MS, .output_bytes = EXTRACT_OUTPUT };
	struct child child;
	struct text path;
	int status = 0;
	enum fault f, ended;

	text_init(&path, 4096);
	f = extractor_path(&path, config);
	if (f == FAULT_NONE) {
		const char *argv[] = { path.data, "--name", name, NULL };

		f = child_start(&child, argv, fd, &limits);
	}
	text_clear(&path);
	if (f != FAULT_NONE)
		return f;

	f = frames_read(x, &child, cancel);
	if (f != FAULT_NONE)
		child_kill(&child);
	ended = child_end(&child, &status);
	return judge(x, f, ended, status);
}

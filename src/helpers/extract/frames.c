/* Frames on standard output: JSON written by hand into one text, because the
 * shapes are four and fixed.  A page that would pass the frame limit goes out in
 * several frames with the same page number. */
#include <string.h>
#include <unistd.h>
#include "extract_in.h"

static const char *const block_names[] = {
	[BLOCK_HEADING] = "heading", [BLOCK_PARA] = "para", [BLOCK_LIST] = "list",
	[BLOCK_TABLE] = "table", [BLOCK_CODE] = "code", [BLOCK_CAPTION] = "caption"
};

#define PAGE_JSON_MAX 1024       /* of a page without its blocks */
_Static_assert(BLOCK_JSON_MAX + PAGE_JSON_MAX <= FRAME_BYTES_MAX, "the longest block fits in a frame");

static enum fault
send_frame(struct text *t)
{
	enum fault f = text_check(t, "frame");
	if (f == FAULT_NONE)
		f = frame_write(STDOUT_FILENO, t->data, t->len);
	text_clear(t);
	return f;
}

enum fault
frames_meta(const struct document *d, int pages)
{
	struct text t;
	text_init(&t, FRAME_BYTES_MAX);
	text_put(&t, "{\"kind\":\"meta\",\"format\":");
	json_put_string(&t, d->format);
	text_put(&t, ",\"title\":");
	json_put_string(&t, d->title ? d->title : "");
	text_put(&t, ",\"authors\":[");
	for (size_t i = 0; i < d->author_count; i++) {
		text_put(&t, i ? "," : "");
		json_put_string(&t, d->authors[i]);
	}
	text_put(&t, "],\"language\":");
	json_put_string(&t, d->language ? d->language : "");
	text_printf(&t, ",\"pages\":%d}", pages);
	return send_frame(&t);
}

enum fault
frames_progress(int page, int pages)
{
	struct text t;
	text_init(&t, FRAME_BYTES_MAX);
	text_printf(&t, "{\"kind\":\"progress\",\"page\":%d,\"pages\":%d}", page, pages);
	return send_frame(&t);
}

static void
open_page(struct text *t, const struct page *p)
{
	text_printf(t, "{\"kind\":\"page\",\"page\":%d,\"label\":", p->number);
	json_put_string(t, p->label ? p->label : "");
	text_put(t, ",\"blocks\":[");
}

static enum fault
send_page(const struct page *p)
{
	struct text t, one;
	text_init(&t, FRAME_BYTES_MAX);
	text_init(&one, BLOCK_JSON_MAX);
	enum fault f = FAULT_NONE;
	bool first = true;
	open_page(&t, p);
	for (size_t i = 0; i < p->count && f == FAULT_NONE; i++) {
		const struct block *b = &p->blocks[i];
		text_reset(&one);
		text_printf(&one, "{\"type\":\"%s\",\"level\":%d,\"text\":", block_names[b->type], b->level);
		json_put_string(&one, b->text);
		text_put(&one, "}");
		if (t.len + one.len + 4 > FRAME_BYTES_MAX / 2 && !first) {
			text_put(&t, "]}");
			f = send_frame(&t);
			open_page(&t, p);
			first = true;
		}
		text_put(&t, first ? "" : ",");
		text_put_n(&t, one.data, one.len);
		first = false;
	}
	text_clear(&one);
	if (f == FAULT_NONE) {
		text_put(&t, "]}");
		return send_frame(&t);
	}
	text_clear(&t);
	return f;
}

enum fault
frames_pages(const struct document *d)
{
	enum fault f = FAULT_NONE;
	for (size_t i = 0; i < d->page_count && f == FAULT_NONE; i++)
		f = send_page(&d->pages[i]);
	return f;
}

enum fault
frames_end(const char *status, const char *reason, const char *message, bool truncated)
{
	struct text t;
	text_init(&t, FRAME_BYTES_MAX);
	text_put(&t, "{\"kind\":\"end\",\"status\":");
	json_put_string(&t, status);
	text_put(&t, ",\"reason\":");
	json_put_string(&t, reason);
	text_put(&t, ",\"message\":");
	json_put_string(&t, message);
	text_printf(&t, ",\"truncated\":%s}", truncated ? "true" : "false");
	return send_frame(&t);
}

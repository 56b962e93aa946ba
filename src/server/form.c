/* multipart/form-data (RFC 7578), in pieces of any size.
 *
 * Bytes wait in a small buffer until a boundary can no longer begin in them, so a
 * file goes to its sink while it comes.  A part with a file name is the file; any
 * other is a short value.  Everything that is not written just so is refused. */
#include <string.h>

#include "form_in.h"

#define FORM_HEAD_MAX 4096

/* The boundary named in a content type; false: none that may be. */
static bool
boundary_of(struct form *f, const char *type)
{
	const char *at = strcasestr(type, "boundary=");
	if (at == NULL)
		return false;
	at += strlen("boundary=");
	size_t n = *at == '"' ? strcspn(++at, "\"") : strcspn(at, "; \t");
	if (n == 0 || n > 70)
		return false;
	memcpy(f->mark, "\r\n--", 4);
	memcpy(f->mark + 4, at, n);
	f->mark_bytes = n + 4;
	return true;
}

enum fault
form_init(struct form *f, const char *content_type, form_fn *each, void *arg)
{
	*f = (struct form){ .each = each, .arg = arg };
	text_init(&f->wait, 256 * 1024);
	if (!boundary_of(f, content_type))
		return fault(FAULT_INPUT, "the form names no boundary");
	text_put(&f->wait, "\r\n"); /* as if a line had ended before the first one */
	return FAULT_NONE;
}

void
form_clear(struct form *f)
{
	text_clear(&f->wait);
}

static void
drop(struct form *f, size_t n)
{
	memmove(f->wait.data, f->wait.data + n, f->wait.len - n);
	text_cut(&f->wait, f->wait.len - n);
}

/* name="value" of a Content-Disposition; false: absent. */
static bool
attribute(char out[FORM_NAME_MAX], const char *head, size_t n, const char *name)
{
	size_t len = strlen(name);
	for (const char *at = head; at + len + 2 < head + n; at++) {
		if (strncasecmp(at, name, len) != 0 || at[len] != '=' || at[len + 1] != '"' ||
			(at > head && at[-1] != ' ' && at[-1] != ';'))
			continue;
		const char *from = at + len + 2, *end = memchr(from, '"', (size_t)(head + n - from));
		if (end == NULL || end - from >= FORM_NAME_MAX)
			return false;
		memcpy(out, from, (size_t)(end - from));
		out[end - from] = '\0';
		return true;
	}
	return false;
}

static enum fault
read_head(struct form *f, size_t n)
{
	const char *head = f->wait.data, *at = head;
	const char *end = head + n;
	f->named = false;
	f->filed = false;
	while (at < end) {
		const char *stop = memmem(at, (size_t)(end - at), "\r\n", 2);
		size_t len = stop == NULL ? (size_t)(end - at) : (size_t)(stop - at);
		if (len > 20 && strncasecmp(at, "content-disposition:", 20) == 0) {
			f->named = attribute(f->name, at, len, "name");
			f->filed = attribute(f->filename, at, len, "filename");
		}
		at += len + 2;
	}
	if (!f->named)
		return fault(FAULT_INPUT, "a part of the form has no name");
	return FAULT_NONE;
}

static enum fault
hand_on(struct form *f, size_t n, bool last)
{
	const struct form_part part = {
		.name = f->name,
		.filename = f->filed ? f->filename : NULL,
		.bytes = f->wait.data,
		.n = n,
		.first = f->fresh,
		.last = last,
	};
	f->fresh = false;
	return f->each(&part, f->arg);
}

/* One step; *more: something was done. */
static enum fault
step(struct form *f, bool *more)
{
	struct text *w = &f->wait;
	const char *mark = memmem(w->data, w->len, f->mark, f->mark_bytes);
	size_t before = mark == NULL ? 0 : (size_t)(mark - w->data);
	enum fault bad = FAULT_NONE;
	*more = true;
	switch (f->state) {
	case FORM_START:
		if (mark != NULL && before == 0) {
			drop(f, f->mark_bytes);
			f->state = FORM_MARK;
			return FAULT_NONE;
		}
		*more = false;
		return w->len >= f->mark_bytes ? fault(FAULT_INPUT, "the form does not begin with its boundary")
					       : FAULT_NONE;
	case FORM_MARK:
		if (w->len < 2) {
			*more = false;
			return FAULT_NONE;
		}
		if (memcmp(w->data, "--", 2) == 0)
			f->state = FORM_END;
		else if (memcmp(w->data, "\r\n", 2) == 0)
			f->state = FORM_HEAD;
		else
			return fault(FAULT_INPUT, "the form goes on behind a boundary without a line end");
		drop(f, 2);
		return FAULT_NONE;
	case FORM_HEAD: {
		const char *blank = memmem(w->data, w->len, "\r\n\r\n", 4);
		*more = blank != NULL;
		if (blank == NULL)
			return w->len > FORM_HEAD_MAX ? fault(FAULT_LIMIT, "the head of a part is longer than %d bytes", FORM_HEAD_MAX)
						      : FAULT_NONE;
		size_t n = (size_t)(blank - w->data);
		bad = read_head(f, n);
		drop(f, n + 2); /* an empty part: its boundary needs the second line end */
		f->state = FORM_BODY;
		f->fresh = true;
		f->skip = 2;
		return bad;
	}
	case FORM_BODY: {
		/* The line end behind the head is not the part's, unless the boundary follows it. */
		if (f->skip > 0 && !(mark != NULL && before == 0)) {
			if (w->len < f->mark_bytes && w->len < f->skip + f->mark_bytes) {
				*more = false;
				return FAULT_NONE;
			}
			drop(f, f->skip);
			f->skip = 0;
			return FAULT_NONE;
		}
		f->skip = 0;
		size_t n = mark != NULL ? before : w->len >= f->mark_bytes ? w->len - f->mark_bytes + 1 : 0;
		*more = mark != NULL;
		if (n > 0 || mark != NULL)
			bad = hand_on(f, n, mark != NULL);
		drop(f, mark != NULL ? n + f->mark_bytes : n);
		if (mark != NULL)
			f->state = FORM_MARK;
		return bad;
	}
	case FORM_END:
		text_reset(w);
		*more = false;
		return FAULT_NONE;
	}
	return FAULT_NONE;
}

enum fault
form_feed(struct form *f, const char *bytes, size_t n)
{
	enum fault bad = FAULT_NONE;
	while (n > 0 && bad == FAULT_NONE) {
		size_t part = n < 65536 ? n : 65536;
		bool more = true;
		text_put_n(&f->wait, bytes, part);
		bytes += part;
		n -= part;
		while (more && bad == FAULT_NONE)
			bad = step(f, &more);
	}
	return bad;
}

enum fault
form_end(const struct form *f)
{
	if (f->state != FORM_END)
		return fault(FAULT_INPUT, "the form ends before its last boundary");
	return FAULT_NONE;
}

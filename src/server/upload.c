/* An upload: the bytes of a document on their way to a file.
 *
 * They never are in memory as a whole.  The file is ours alone (0600, a name that
 * says nothing) and is gone when the call has ended, whatever came of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "form_in.h"
#include "server_in.h"

#define VALUE_BYTES_MAX 4096

struct upload {
	struct call *call;
	int fd;
	char *path;
	bool is_form, has_file;
	struct form form;
	struct text value;
};

static enum fault
to_file(struct upload *u, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t put = write(u->fd, bytes, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return fault_errno("the document cannot be kept");
		bytes += put;
		n -= (size_t)put;
	}
	return FAULT_NONE;
}

static enum fault
on_part(const struct form_part *part, void *arg)
{
	struct upload *u = arg;
	struct arena *a = &u->call->arena;
	if (part->filename != NULL) {
		if (part->first && u->has_file)
			return fault(FAULT_INPUT, "one document at a time");
		if (part->first && part->filename[0] != '\0')
			call_param(u->call, "name", arena_strdup(a, part->filename));
		u->has_file = true;
		return to_file(u, part->bytes, part->n);
	}
	if (part->first)
		text_reset(&u->value);
	text_put_n(&u->value, part->bytes, part->n);
	enum fault f = text_check(&u->value, "a value of the form");
	if (f == FAULT_NONE && memchr(part->bytes, '\0', part->n) != NULL)
		f = fault(FAULT_INPUT, "a value of the form holds a NUL");
	if (f == FAULT_NONE && part->last)
		call_param(u->call, arena_strdup(a, part->name), arena_strdup(a, u->value.data));
	return f;
}

enum fault
upload_new(struct upload **out, struct call *c, const char *content_type)
{
	struct upload *u = mem_new(sizeof *u);
	struct text path;
	text_init(&path, 4096);
	text_printf(&path, "%s/upload-XXXXXX", c->server->uploads_folder);
	text_init(&u->value, VALUE_BYTES_MAX);
	u->call = c;
	u->path = text_take(&path);
	u->fd = mkostemp(u->path, O_CLOEXEC);
	*out = u;
	if (u->fd < 0)
		return fault_errno("%s cannot be written", u->path);
	u->is_form = content_type != NULL && strncasecmp(content_type, "multipart/form-data", 19) == 0;
	if (u->is_form)
		return form_init(&u->form, content_type, on_part, u);
	u->has_file = true;
	return FAULT_NONE;
}

enum fault
upload_put(struct upload *u, const char *bytes, size_t n)
{
	return u->is_form ? form_feed(&u->form, bytes, n) : to_file(u, bytes, n);
}

enum fault
upload_end(struct upload *u)
{
	enum fault f = u->is_form ? form_end(&u->form) : FAULT_NONE;
	if (f == FAULT_NONE && !u->has_file)
		f = fault(FAULT_INPUT, "the form holds no file");
	if (close(u->fd) != 0 && f == FAULT_NONE)
		f = fault_errno("the document cannot be kept");
	u->fd = -1;
	return f;
}

const char *
upload_path(const struct upload *u)
{
	return u->path;
}

void
upload_free(struct upload *u)
{
	if (u == NULL)
		return;
	if (u->fd >= 0)
		close(u->fd);
	(void)!unlink(u->path);
	if (u->is_form)
		form_clear(&u->form);
	text_clear(&u->value);
	mem_free(u->path);
	mem_free(u);
}

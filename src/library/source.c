/* What is given to be added: a path from anywhere, under any name.
 *
 * Only a regular file is read; a link in the last step, a folder, a device, a
 * FIFO or a socket is refused by what was opened, not by its name, and without
 * waiting.  The name is shown clean and never used as a path again (THREATS T11).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "document_in.h"

#define NAME_BYTES 200

enum fault
source_open(int *fd, const char *path)
{
	struct stat st;
	enum fault f = FAULT_NONE;

	if (path == NULL || path[0] == '\0')
		return fault(FAULT_INPUT, "no file was named");
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (*fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return fault(FAULT_ABSENT, "there is no file %s", path);
	if (*fd < 0 && (errno == ENXIO || errno == ENODEV))
		return fault(FAULT_INPUT, "%s is not a regular file", path);
	if (*fd < 0 && errno == ELOOP)
		return fault(FAULT_INPUT, "%s is a symbolic link; name the file itself", path);
	if (*fd < 0 && (errno == EACCES || errno == EPERM))
		return fault(FAULT_DENIED, "%s may not be read", path);
	if (*fd < 0)
		return fault_errno("%s cannot be opened", path);
	if (fstat(*fd, &st) != 0)
		f = fault_errno("%s cannot be looked at", path);
	else if (S_ISDIR(st.st_mode))
		f = fault(FAULT_INPUT, "%s is a folder, not a document", path);
	else if (!S_ISREG(st.st_mode))
		f = fault(FAULT_INPUT, "%s is not a regular file", path);
	else if (st.st_size > ORIGINAL_BYTES_MAX)
		f = fault(FAULT_LIMIT, "%s is larger than %d MiB", path, (int)(ORIGINAL_BYTES_MAX >> 20));
	if (f != FAULT_NONE) {
		close(*fd);
		*fd = -1;
	}
	return f;
}

/* What a file is called when shown: its last step. */
const char *
source_name(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path, *out;
	struct text t;

	text_init(&t, 16 * PATH_MAX);
	untrusted_text(&t, base, strlen(base), UNTRUSTED_STRIP | UNTRUSTED_LINE);
	text_cut(&t, utf8_floor(t.data, t.len, NAME_BYTES));
	out = strspn(t.data, " .") == t.len ? "document" : arena_strdup(a, t.data);
	text_clear(&t);
	return out;
}

/* The whole path, by which the same file is known again; bytes that are no UTF-8 as %E9. */
const char *
source_origin(struct arena *a, const char *path)
{
	char *real = realpath(path, NULL);
	const char *from = real != NULL ? real : path, *out;
	size_t len = strlen(from);
	struct text t;

	text_init(&t, PATH_MAX);
	for (size_t at = 0; at < len;) {
		size_t begin = at;
		if (utf8_next(from, len, &at) != UTF8_BAD)
			text_put_n(&t, from + begin, at - begin);
		else
			for (; begin < at; begin++)
				text_printf(&t, "%%%02X", (unsigned char)from[begin]);
	}
	out = arena_strndup(a, t.data, t.len);
	text_clear(&t);
	free(real);
	return out;
}

const char *
source_hint(struct arena *a, const char *name, const char *kind)
{
	static const char *const endings[][2] = { { "markdown", "md" }, { "text", "txt" } };
	const char *ending = kind;

	if (!document_kind_known(kind))
		return name;
	for (size_t i = 0; i < COUNT_OF(endings); i++)
		if (str_same(kind, endings[i][0]))
			ending = endings[i][1];
	return arena_printf(a, "%s.%s", name, ending);
}

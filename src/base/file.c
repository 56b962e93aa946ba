/* Files that are read whole and written whole or not at all.
 *
 * Reading opens without following a link and without waiting for a FIFO, then
 * looks at what was opened, not at the name.  Writing goes to a temporary file
 * beside the target; after a failed fsync it is thrown away, never retried
 * (the kernel may have dropped the pages). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base_in.h"

static enum fault
open_regular(int *out, struct stat *st, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return fault(FAULT_ABSENT, "there is no file %s", path);
	if (fd < 0 && (errno == ELOOP || errno == EMLINK))
		return fault(FAULT_INPUT, "%s is a symbolic link", path);
	if (fd < 0 && (errno == EACCES || errno == EPERM))
		return fault(FAULT_DENIED, "%s may not be read", path);
	if (fd < 0)
		return fault_errno("%s cannot be opened", path);
	if (fstat(fd, st) == 0 && S_ISREG(st->st_mode)) {
		*out = fd;
		return FAULT_NONE;
	}
	close(fd);
	return fault(FAULT_INPUT, "%s is not a regular file", path);
}

enum fault
file_read(struct text *out, const char *path)
{
	struct stat st;
	int fd = -1;
	text_reset(out);
	enum fault f = open_regular(&fd, &st, path);
	if (f != FAULT_NONE)
		return f;
	char buf[65536];
	if ((uint64_t)st.st_size > out->max)
		f = fault(FAULT_LIMIT, "%s is larger than %zu bytes", path, out->max);
	while (f == FAULT_NONE) {
		ssize_t n = read(fd, buf, sizeof buf);
		if (n == 0)
			break;
		if (n < 0 && errno != EINTR)
			f = fault_errno("%s cannot be read", path);
		if (n > 0)
			text_put_n(out, buf, (size_t)n);
		if (out->over)
			f = fault(FAULT_LIMIT, "%s is larger than %zu bytes", path, out->max);
	}
	close(fd);
	return f;
}

/* fsync the folder that holds path, so that a rename in it is durable. */
static enum fault
folder_sync(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? mem_strdup(".") : mem_strdup(path);
	if (slash != NULL)
		folder[slash == path ? 1 : slash - path] = '\0';
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum fault f = FAULT_NONE;
	if (fd < 0 || fsync(fd) != 0)
		f = fault_errno("folder %s cannot be made durable", folder);
	if (fd >= 0)
		close(fd);
	mem_free(folder);
	return f;
}

enum fault
file_write(const char *path, const void *bytes, size_t n)
{
	struct text tmp;
	text_init(&tmp, 4096 + 16);
	text_printf(&tmp, "%s.XXXXXX", path);
	enum fault f = text_check(&tmp, "path");
	if (f != FAULT_NONE)
		goto out;
	int fd = mkostemp(tmp.data, O_CLOEXEC);
	if (fd < 0) {
		f = fault_errno("%s cannot be written", path);
		goto out;
	}
	f = fd_write_all(fd, bytes, n);
	if (f == FAULT_NONE && fsync(fd) != 0)
		f = fault_errno("%s was not saved", path);
	if (close(fd) != 0 && f == FAULT_NONE)
		f = fault_errno("%s was not saved", path);
	if (f == FAULT_NONE && rename(tmp.data, path) != 0)
		f = fault_errno("%s cannot be replaced", path);
	if (f == FAULT_NONE)
		f = folder_sync(path);
	else
		unlink(tmp.data);
out:
	text_clear(&tmp);
	return f;
}

/* Make path and what is above it; what is there already is no fault, and neither is
 * what could not be made where it was there all along. */
static enum fault
make_all(char *path)
{
	for (char *at = path + 1;; at++) {
		if (*at != '/' && *at != '\0')
			continue;
		char kept = *at;
		*at = '\0';
		struct stat st;
		int made = mkdir(path, 0700), error = errno;
		if (made != 0 && error != EEXIST && stat(path, &st) != 0) {
			errno = error;
			return fault_errno("folder %s cannot be made", path);
		}
		*at = kept;
		if (kept == '\0')
			return FAULT_NONE;
	}
}

enum fault
folder_make(const char *path)
{
	struct stat st;
	if (path[0] == '\0')
		return fault(FAULT_INPUT, "a folder needs a name");
	if (stat(path, &st) != 0) {
		char *copy = mem_strdup(path);
		enum fault f = make_all(copy);
		mem_free(copy);
		if (f != FAULT_NONE)
			return f;
		if (stat(path, &st) != 0)
			return fault_errno("folder %s cannot be made", path);
	}
	if (!S_ISDIR(st.st_mode))
		return fault(FAULT_INPUT, "%s is not a folder", path);
	return FAULT_NONE;
}

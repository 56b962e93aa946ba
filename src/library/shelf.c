/* The shelf: files of the library folder, each under a random name.
 *
 *	<stored>.orig  the document as it was given, 0600
 *	<stored>.txt   its stored text, written whole or not at all
 *
 * No name from outside ever reaches the file system here.  Whoever works on an
 * addition holds flock(2) on its original; so a file that no row knows and that
 * nobody has locked was left by a process that is gone, and may be swept away.
 * An original is created under the lock of the folder, because between creating
 * and locking it would look abandoned.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "document_in.h"

#define COPY_BYTES (256 * 1024)
#define SHELF_PATH 4096

void
sha256_text(char out[SHA256_TEXT], const void *bytes, size_t n)
{
	struct vault_sha256 h;

	vault_sha256_start(&h);
	vault_sha256_add(&h, bytes, n);
	vault_sha256_end(out, &h);
}

enum fault
shelf_open(struct shelf *s, const char *folder)
{
	enum fault f = folder_make(folder);

	if (f != FAULT_NONE)
		return f;
	if (strlen(folder) > SHELF_PATH - 2 * ID_BYTES)
		return fault(FAULT_LIMIT, "the path of the library folder is too long");
	memset(s, 0, sizeof *s);
	s->folder = mem_strdup(folder);
	pthread_mutex_init(&s->lock, NULL);
	return FAULT_NONE;
}

void
shelf_close(struct shelf *s)
{
	if (s->folder == NULL)
		return;
	pthread_mutex_destroy(&s->lock);
	mem_free(s->folder);
	s->folder = NULL;
}

static const char *
shelf_path(char out[SHELF_PATH], const struct shelf *s, const char *stored, const char *ending)
{
	snprintf(out, SHELF_PATH, "%s/%s%s", s->folder, stored, ending);
	return out;
}

/* Lock of the whole folder; closing the descriptor gives it back. */
static enum fault
folder_lock(int *fd, const struct shelf *s)
{
	char path[SHELF_PATH];

	*fd = open(shelf_path(path, s, "lock", ""), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0)
		return fault_errno("the lock of the library folder cannot be opened");
	while (flock(*fd, LOCK_EX) != 0)
		if (errno != EINTR) {
			enum fault f = fault_errno("the library folder cannot be locked");

			close(*fd);
			return f;
		}
	return FAULT_NONE;
}

/* ---- originals ------------------------------------------------------------ */

static enum fault
original_new(struct intake *in, struct shelf *s, const struct chance *chance)
{
	char path[SHELF_PATH];
	int folder;
	enum fault f = folder_lock(&folder, s);

	if (f != FAULT_NONE)
		return f;
	id_make(in->stored, chance);
	in->fd = open(shelf_path(path, s, in->stored, ".orig"), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (in->fd < 0)
		f = fault_errno("no file can be made in the library folder");
	else if (flock(in->fd, LOCK_EX | LOCK_NB) != 0)
		f = fault_errno("a new file of the library cannot be locked");
	close(folder);
	return f;
}

static enum fault
write_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t did = write(fd, bytes, n);

		if (did < 0 && errno == EINTR)
			continue;
		if (did < 0)
			return fault_errno("the document could not be kept");
		bytes += did;
		n -= (size_t)did;
	}
	return FAULT_NONE;
}

static enum fault
copy_hashed(struct intake *in, int from, const struct cancel *cancel)
{
	struct vault_sha256 h;
	char *buffer = mem_new(COPY_BYTES);
	enum fault f = FAULT_NONE;

	vault_sha256_start(&h);
	while (f == FAULT_NONE) {
		ssize_t got = read(from, buffer, COPY_BYTES);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			f = fault_errno("the document cannot be read");
		if (got <= 0)
			break;
		in->size_bytes += got;
		vault_sha256_add(&h, buffer, (size_t)got);
		f = in->size_bytes > ORIGINAL_BYTES_MAX
			? fault(FAULT_LIMIT, "the document is larger than %d MiB", (int)(ORIGINAL_BYTES_MAX >> 20))
			: write_all(in->fd, buffer, (size_t)got);
		if (f == FAULT_NONE)
			f = cancel_check(cancel);
	}
	vault_sha256_end(in->sha256, &h);
	mem_free(buffer);
	if (f == FAULT_NONE && fsync(in->fd) != 0)
		f = fault_errno("the document could not be kept");
	return f;
}

enum fault
shelf_take_in(struct intake *in, struct shelf *s, const struct chance *chance, int from, const struct cancel *cancel)
{
	enum fault f;

	*in = (struct intake){ .fd = -1 };
	f = original_new(in, s, chance);
	if (f == FAULT_NONE)
		f = copy_hashed(in, from, cancel);
	if (f != FAULT_NONE && in->fd >= 0)
		shelf_discard(s, in->stored);
	if (f != FAULT_NONE)
		shelf_release(in);
	return f;
}

enum fault
shelf_take_bytes(struct intake *in, struct shelf *s, const struct chance *chance, const char *bytes, size_t n)
{
	enum fault f;

	*in = (struct intake){ .fd = -1 };
	if ((int64_t)n > ORIGINAL_BYTES_MAX)
		return fault(FAULT_LIMIT, "the text is larger than %d MiB", (int)(ORIGINAL_BYTES_MAX >> 20));
	f = original_new(in, s, chance);
	if (f == FAULT_NONE)
		f = write_all(in->fd, bytes, n);
	in->size_bytes = (int64_t)n;
	sha256_text(in->sha256, bytes, n);
	if (f == FAULT_NONE && fsync(in->fd) != 0)
		f = fault_errno("the text could not be kept");
	if (f != FAULT_NONE && in->fd >= 0)
		shelf_discard(s, in->stored);
	if (f != FAULT_NONE)
		shelf_release(in);
	return f;
}

void
shelf_release(struct intake *in)
{
	if (in->fd >= 0)
		close(in->fd);
	in->fd = -1;
}

enum fault
shelf_original(int *fd, struct shelf *s, const char *stored)
{
	char path[SHELF_PATH];

	*fd = open(shelf_path(path, s, stored, ".orig"), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0 && errno == ENOENT)
		return fault(FAULT_ABSENT, "the original of this document is not kept any more");
	return *fd >= 0 ? FAULT_NONE : fault_errno("the original of this document cannot be opened");
}

void
shelf_discard(struct shelf *s, const char *stored)
{
	static const char *const endings[] = { ".txt", ".orig" };   /* the lock goes last */
	char path[SHELF_PATH];

	for (size_t i = 0; i < COUNT_OF(endings); i++)
		if (unlink(shelf_path(path, s, stored, endings[i])) != 0 && errno != ENOENT)
			log_event(LOG_WARN, "library", "unlink", "stored=%s errno=%d", stored, errno);
}

bool
shelf_busy(struct shelf *s, const char *stored)
{
	char path[SHELF_PATH];
	int fd = open(shelf_path(path, s, stored, ".orig"), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool busy = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0;

	if (fd >= 0)
		close(fd);
	return busy;
}

static int
compare_stored(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool
is_named(const struct shelf_names *names, const char *stored)
{
	return names->count > 0 && bsearch(stored, names->items, names->count, sizeof *names->items, compare_stored) != NULL;
}

/* Whoever finishes commits his row before he lets the file go: so the row is
 * asked for after the lock was seen to be free, never before. */
static enum fault
sweep_entry(DIR *dir, struct shelf *s, const char *name, const char *stored,
	enum fault (*wanted)(bool *out, const char *stored, void *arg), void *arg)
{
	bool keep = true;
	enum fault f = shelf_busy(s, stored) ? FAULT_NONE : wanted(&keep, stored, arg);

	if (f == FAULT_NONE && !keep && unlinkat(dirfd(dir), name, 0) == 0)
		log_event(LOG_INFO, "library", "swept", "stored=%s", stored);
	return f;
}

enum fault
shelf_sweep(struct shelf *s, const struct shelf_names *names, enum fault (*wanted)(bool *out, const char *stored, void *arg), void *arg)
{
	struct dirent *entry;
	int lock;
	DIR *dir;
	enum fault f = folder_lock(&lock, s);

	if (f != FAULT_NONE)
		return f;
	dir = opendir(s->folder);
	if (dir == NULL)
		f = fault_errno("the library folder cannot be listed");
	while (f == FAULT_NONE && (entry = readdir(dir)) != NULL) {
		char stored[ID_BYTES];

		if (strlen(entry->d_name) < ID_BYTES || entry->d_name[ID_BYTES - 1] != '.')
			continue;
		snprintf(stored, sizeof stored, "%.32s", entry->d_name);
		if (id_valid(stored) && !is_named(names, stored))
			f = sweep_entry(dir, s, entry->d_name, stored, wanted, arg);
	}
	if (dir != NULL)
		closedir(dir);
	close(lock);
	return f;
}

/* ---- stored texts ---------------------------------------------------------- */

enum fault
shelf_text_write(struct shelf *s, const char *stored, const struct text *body)
{
	char path[SHELF_PATH];

	return file_write(shelf_path(path, s, stored, ".txt"), body->len > 0 ? body->data : "", body->len);
}

static struct shelf_known
known_of(const char *stored, const struct stat *st)
{
	struct shelf_known k = { .ino = st->st_ino, .size = st->st_size,
		.mtime_ns = st->st_mtim.tv_sec * 1000000000LL + st->st_mtim.tv_nsec,
		.ctime_ns = st->st_ctim.tv_sec * 1000000000LL + st->st_ctim.tv_nsec };

	snprintf(k.stored, sizeof k.stored, "%s", stored);
	return k;
}

static bool
known_is(struct shelf *s, const struct shelf_known *k)
{
	bool found = false;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < COUNT_OF(s->known) && !found; i++) {
		const struct shelf_known *o = &s->known[i];

		found = str_same(o->stored, k->stored) && o->ino == k->ino && o->size == k->size
			&& o->mtime_ns == k->mtime_ns && o->ctime_ns == k->ctime_ns;
	}
	pthread_mutex_unlock(&s->lock);
	return found;
}

static void
known_put(struct shelf *s, const struct shelf_known *k)
{
	pthread_mutex_lock(&s->lock);
	s->known[s->next++ % COUNT_OF(s->known)] = *k;
	pthread_mutex_unlock(&s->lock);
}

/* Hash the whole file and compare, unless this very state of it was compared before. */
static enum fault
text_check_whole(struct shelf *s, int fd, const struct stat *st, const char *stored, const char *sha256)
{
	struct shelf_known k = known_of(stored, st);
	struct vault_sha256 h;
	char shown[SHA256_TEXT], *buffer;
	int64_t at = 0;

	if (known_is(s, &k))
		return FAULT_NONE;
	buffer = mem_new(COPY_BYTES);
	vault_sha256_start(&h);
	for (ssize_t got = 1; got > 0; at += got) {
		got = pread(fd, buffer, COPY_BYTES, at);
		if (got > 0)
			vault_sha256_add(&h, buffer, (size_t)got);
	}
	mem_free(buffer);
	vault_sha256_end(shown, &h);
	if (!str_same(shown, sha256))
		return fault(FAULT_DAMAGED, "the stored text is not what was indexed; index the document again");
	known_put(s, &k);
	return FAULT_NONE;
}

static enum fault
read_range(struct text *out, int fd, int64_t start, int64_t end)
{
	char buffer[16 * 1024];

	while (start < end) {
		size_t want = (size_t)(end - start) < sizeof buffer ? (size_t)(end - start) : sizeof buffer;
		ssize_t got = pread(fd, buffer, want, start);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fault_errno("the stored text cannot be read");
		if (got == 0)
			return fault(FAULT_DAMAGED, "the stored text is shorter than it was");
		text_put_n(out, buffer, (size_t)got);
		start += got;
	}
	return text_check(out, "the stretch of stored text");
}

enum fault
shelf_text_read(struct text *out, struct shelf *s, const char *stored, const char *sha256, int64_t start, int64_t end)
{
	char path[SHELF_PATH];
	struct stat st;
	enum fault f = FAULT_NONE;
	int fd = open(shelf_path(path, s, stored, ".txt"), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	text_reset(out);
	if (fd < 0 && errno == ENOENT)
		return fault(FAULT_DAMAGED, "the stored text of the document is gone; index it again");
	if (fd < 0)
		return fault_errno("the stored text cannot be opened");
	if (fstat(fd, &st) != 0)
		f = fault_errno("the stored text cannot be looked at");
	if (f == FAULT_NONE && sha256 != NULL)
		f = text_check_whole(s, fd, &st, stored, sha256);
	if (f == FAULT_NONE)
		f = read_range(out, fd, start, end);
	close(fd);
	return f;
}

/* The index: a manifest of immutable segments, replaced whole at every change.
 *
 * A change writes its segment, syncs it, then renames a new manifest into place: a
 * crash leaves the old index or the new one, and at worst a segment file nobody
 * names, which the next writer removes.  A search holds a counted snapshot and
 * never waits for a writer; another process's changes are seen because the
 * manifest's inode or time differs.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "index_in.h"

#define MANIFEST_BYTES_MAX ((size_t)64 << 20)
#define PASSAGES_PER_DOCUMENT_MAX 0xFFFFFu

struct snapshot *
snapshot_new(size_t count)
{
	struct snapshot *s = mem_new(sizeof *s);
	atomic_init(&s->refs, 1);
	s->parts = mem_new_array(count ? count : 1, sizeof *s->parts);
	return s;
}

void
snapshot_release(struct snapshot *s)
{
	if (s == NULL || atomic_fetch_sub(&s->refs, 1) != 1)
		return;
	for (size_t i = 0; i < s->count; i++) {
		segment_release(s->parts[i].segment);
		mem_free(s->parts[i].dead);
	}
	mem_free(s->parts);
	mem_free(s);
}

static void
add_up(struct snapshot *s)
{
	s->passages = s->total_len = 0;
	for (size_t i = 0; i < s->count; i++) {
		s->passages += s->parts[i].segment->h.passages;
		s->total_len += s->parts[i].segment->h.total_len;
	}
}

bool
part_is_dead(const struct snapshot_part *p, int64_t doc_no)
{
	size_t low = 0, high = p->dead_count;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (p->dead[mid] == doc_no)
			return true;
		if (p->dead[mid] < doc_no)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

static const struct segment_doc *
segment_find_doc(const struct segment *s, int64_t doc_no)
{
	size_t low = 0, high = s->h.docs;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (s->docs[mid].no == doc_no)
			return &s->docs[mid];
		if (s->docs[mid].no < doc_no)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct segment_doc *
part_find(const struct snapshot_part *p, int64_t doc_no)
{
	return part_is_dead(p, doc_no) ? NULL : segment_find_doc(p->segment, doc_no);
}

/* ---- reading the manifest ------------------------------------------------------------- */

static void
path_of(struct text *out, const struct index *ix, const char *name)
{
	text_init(out, 4096);
	text_printf(out, "%s/%s", ix->folder, name);
}

/* A segment that the old snapshot has open already is taken over. */
static enum fault
open_part(struct snapshot_part *p, const struct index *ix, struct manifest_part *m)
{
	struct segment *s = NULL;
	for (size_t i = 0; ix->now != NULL && i < ix->now->count && s == NULL; i++)
		if (str_same(ix->now->parts[i].segment->name, m->name))
			s = ix->now->parts[i].segment;
	if (s != NULL) {
		atomic_fetch_add(&s->refs, 1);
	} else {
		enum fault f = segment_open(&s, ix->folder, m->name);
		if (f != FAULT_NONE)
			return f;
	}
	*p = (struct snapshot_part){ s, m->dead, m->dead_count };
	m->dead = NULL;
	return FAULT_NONE;
}

static enum fault
load(struct snapshot **out, uint64_t *next, const struct index *ix)
{
	struct text path, body;
	struct manifest m = { 0 };
	struct snapshot *s = NULL;
	path_of(&path, ix, "manifest");
	text_init(&body, MANIFEST_BYTES_MAX);
	enum fault f = file_read(&body, path.data);
	if (f == FAULT_ABSENT) {
		*out = snapshot_new(0);
		*next = 1;
		f = FAULT_NONE;
		goto out;
	}
	if (f != FAULT_NONE || (f = manifest_parse(&m, body.data ? body.data : "", body.len)) != FAULT_NONE)
		goto out;
	s = snapshot_new(m.count);
	s->number = m.number;
	for (size_t i = 0; i < m.count; i++) {
		if ((f = open_part(&s->parts[i], ix, &m.parts[i])) != FAULT_NONE)
			goto out;
		s->count++;
	}
	add_up(s);
	*out = s;
	s = NULL;
	*next = m.next;
out:
	snapshot_release(s);
	manifest_clear(&m);
	text_clear(&body);
	text_clear(&path);
	return f;
}

static struct stat
look(const struct index *ix)
{
	struct stat st = { 0 };
	struct text path;
	path_of(&path, ix, "manifest");
	if (stat(path.data, &st) != 0)
		st = (struct stat){ 0 };
	text_clear(&path);
	return st;
}

static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* With lock held. A segment that vanished between manifest and opening was merged
 * by another process: read again. */
static enum fault
refresh(struct index *ix)
{
	enum fault f = FAULT_NONE;
	for (int round = 0; round < 3; round++) {
		struct stat st = look(ix);
		struct snapshot *s;
		uint64_t next;
		if (ix->now != NULL && same_file(&st, &ix->seen))
			return FAULT_NONE;
		f = load(&s, &next, ix);
		if (f == FAULT_NONE) {
			snapshot_release(ix->now);
			s->alike = ix->alike;
			ix->now = s;
			ix->seen = st;
			ix->next = next;
			return FAULT_NONE;
		}
		struct stat after = look(ix);
		if (same_file(&st, &after))
			return f;
	}
	return f;
}

enum fault
index_snapshot(struct snapshot **out, struct index *ix)
{
	if (ix->condemned)
		return fault(FAULT_DAMAGED, "the search index is damaged; it is built again when the library is next opened");
	pthread_mutex_lock(&ix->lock);
	enum fault f = refresh(ix);
	if (f == FAULT_NONE) {
		atomic_fetch_add(&ix->now->refs, 1);
		*out = ix->now;
	}
	pthread_mutex_unlock(&ix->lock);
	return f;
}

/* ---- life ------------------------------------------------------------------------------- */

enum fault
index_open(struct index **out, const char *folder)
{
	enum fault f = folder_make(folder);
	if (f != FAULT_NONE)
		return f;
	struct index *ix = mem_new(sizeof *ix);
	ix->folder = mem_strdup(folder);
	ix->alike = alike_open();
	pthread_mutex_init(&ix->lock, NULL);
	pthread_mutex_init(&ix->writing, NULL);
	if ((f = refresh(ix)) != FAULT_NONE) {
		index_close(ix);
		return f;
	}
	*out = ix;
	return FAULT_NONE;
}

void
index_close(struct index *ix)
{
	if (ix == NULL)
		return;
	snapshot_release(ix->now);
	alike_close(ix->alike);
	pthread_mutex_destroy(&ix->lock);
	pthread_mutex_destroy(&ix->writing);
	mem_free(ix->folder);
	mem_free(ix);
}

/* Take the manifest away, so that opening again starts from nothing and whoever owns
 * the passages puts them in anew. */
void
index_condemn(struct index *ix)
{
	struct text path;
	path_of(&path, ix, "manifest");
	if (!atomic_exchange(&ix->condemned, true)) {
		(void)unlink(path.data);
		log_event(LOG_WARN, "library", "index-damaged", "passages=%zu", (size_t)ix->now->passages);
	}
	text_clear(&path);
}

/* ---- changing ------------------------------------------------------------------------------ */

enum fault
index_write_begin(int *fd, struct index *ix)
{
	struct text path;
	pthread_mutex_lock(&ix->writing);
	path_of(&path, ix, "lock");
	int lock = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	text_clear(&path);
	enum fault f = FAULT_NONE;
	int locked = -1;
	while (lock >= 0 && (locked = flock(lock, LOCK_EX)) != 0 && errno == EINTR)
		;
	if (locked != 0) {
		f = fault_errno("the index cannot be locked for writing");
	} else {
		pthread_mutex_lock(&ix->lock);
		f = refresh(ix);
		pthread_mutex_unlock(&ix->lock);
	}
	if (f != FAULT_NONE) {
		index_write_end(ix, lock);
		return f;
	}
	*fd = lock;
	return FAULT_NONE;
}

void
index_write_end(struct index *ix, int fd)
{
	if (fd >= 0)
		close(fd);
	pthread_mutex_unlock(&ix->writing);
}

enum fault
index_put_segment(struct segment **out, struct index *ix, const unsigned char *bytes, size_t n)
{
	struct text path;
	char name[32];
	snprintf(name, sizeof name, "%08" PRIx64 ".seg", ix->next++);
	path_of(&path, ix, name);
	enum fault f = file_write(path.data, bytes, n);
	text_clear(&path);
	return f != FAULT_NONE ? f : segment_open(out, ix->folder, name);
}

/* Segment files that neither the old nor the new manifest names: remains of a
 * crash, or of a merge two changes ago. */
static void
sweep(struct index *ix, const struct snapshot *s)
{
	DIR *d = opendir(ix->folder);
	if (d == NULL)
		return;
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		bool named = !str_ends(e->d_name, ".seg");
		for (size_t i = 0; i < s->count && !named; i++)
			named = str_same(s->parts[i].segment->name, e->d_name);
		if (!named)
			(void)unlinkat(dirfd(d), e->d_name, 0);
	}
	closedir(d);
}

static bool
holds_all(const struct snapshot *next, const struct snapshot *old)
{
	size_t held = 0;
	for (size_t i = 0; i < old->count; i++)
		for (size_t j = 0; j < next->count; j++)
			held += next->parts[j].segment == old->parts[i].segment;
	return held == old->count;
}

enum fault
index_publish(struct index *ix, struct snapshot *next)
{
	struct text path, body;
	add_up(next);
	text_init(&body, MANIFEST_BYTES_MAX);
	path_of(&path, ix, "manifest");
	/* From the moment the file is there a search may read it and replace now:
	 * everything the writer looked at before is put in order by this lock. */
	pthread_mutex_lock(&ix->lock);
	next->number = ix->now->number + 1;
	next->alike = ix->alike;
	manifest_print(&body, next, next->number, ix->next);
	pthread_mutex_unlock(&ix->lock);
	enum fault f = text_check(&body, "the index manifest");
	if (f == FAULT_NONE)
		f = file_write(path.data, body.data, body.len);
	text_clear(&path);
	text_clear(&body);
	if (f != FAULT_NONE) {
		snapshot_release(next);
		return f;
	}
	pthread_mutex_lock(&ix->lock);
	struct snapshot *old = ix->now;
	ix->now = next;
	ix->seen = look(ix);
	pthread_mutex_unlock(&ix->lock);
	bool dropped = !holds_all(next, old);
	snapshot_release(old);
	if (dropped)
		sweep(ix, next);
	return FAULT_NONE;
}

/* The parts of now, with doc_no dead wherever it was, and room for one more. */
static struct snapshot *
snapshot_without(const struct snapshot *now, int64_t doc_no)
{
	struct snapshot *s = snapshot_new(now->count + 1);
	for (size_t i = 0; i < now->count; i++) {
		const struct snapshot_part *p = &now->parts[i];
		bool dies = part_find(p, doc_no) != NULL;
		struct snapshot_part *q = &s->parts[i];
		*q = (struct snapshot_part){ p->segment, mem_new_array(p->dead_count + 1, sizeof *q->dead), p->dead_count };
		atomic_fetch_add(&p->segment->refs, 1);
		if (p->dead_count > 0)
			memcpy(q->dead, p->dead, p->dead_count * sizeof *q->dead);
		if (dies) {
			size_t at = q->dead_count++;
			for (; at > 0 && q->dead[at - 1] > doc_no; at--)
				q->dead[at] = q->dead[at - 1];
			q->dead[at] = doc_no;
		}
	}
	s->count = now->count;
	return s;
}

enum fault
index_add(struct index *ix, int64_t doc_no, const char *title, const struct index_passage *passages, size_t count, const struct cancel *cancel)
{
	if (doc_no < 0 || count > PASSAGES_PER_DOCUMENT_MAX || count > PASSAGES_PER_SEGMENT)
		return fault(FAULT_LIMIT, "a document of %zu passages is too long for the index", count);
	struct builder b = { .cancel = cancel };
	unsigned char *bytes = NULL;
	size_t n = 0;
	int fd;
	builder_add(&b, doc_no, title, passages, count);
	enum fault f = cancel_check(cancel);
	if (f == FAULT_NONE)
		builder_finish(&bytes, &n, &b);
	builder_clear(&b);
	if (f == FAULT_NONE)
		f = index_write_begin(&fd, ix);
	if (f != FAULT_NONE) {
		mem_free(bytes);
		return f;
	}
	struct segment *segment;
	if ((f = index_put_segment(&segment, ix, bytes, n)) == FAULT_NONE) {
		struct snapshot *next = snapshot_without(ix->now, doc_no);
		next->parts[next->count++] = (struct snapshot_part){ .segment = segment };
		f = index_publish(ix, next);
	}
	if (f == FAULT_NONE)
		f = index_tidy(ix, false, CLEAN_AT_ONCE, cancel);
	mem_free(bytes);
	index_write_end(ix, fd);
	return f;
}

enum fault
index_remove(struct index *ix, int64_t doc_no)
{
	int fd;
	enum fault f = index_write_begin(&fd, ix);
	if (f != FAULT_NONE)
		return f;
	if (index_has(ix, doc_no))
		f = index_publish(ix, snapshot_without(ix->now, doc_no));
	if (f == FAULT_NONE)
		vector_remove(ix, doc_no);
	if (f == FAULT_NONE)
		f = index_tidy(ix, false, CLEAN_AT_ONCE, NULL);
	index_write_end(ix, fd);
	return f;
}

static enum fault
tidy(struct index *ix, bool all, uint32_t clean, const struct cancel *cancel)
{
	int fd;
	enum fault f = index_write_begin(&fd, ix);
	if (f != FAULT_NONE)
		return f;
	f = index_tidy(ix, all, clean, cancel);
	index_write_end(ix, fd);
	return f;
}

enum fault
index_merge(struct index *ix, const struct cancel *cancel)
{
	return tidy(ix, true, UINT32_MAX, cancel);
}

bool
index_has_dead(struct index *ix)
{
	struct snapshot *s;
	bool dead = false;
	if (index_snapshot(&s, ix) != FAULT_NONE)
		return false;
	for (size_t i = 0; i < s->count; i++)
		dead |= s->parts[i].dead_count > 0;
	snapshot_release(s);
	return dead;
}

enum fault
index_clean(struct index *ix, uint32_t clean, const struct cancel *cancel)
{
	return index_has_dead(ix) ? tidy(ix, false, clean, cancel) : FAULT_NONE;
}

bool
index_has(struct index *ix, int64_t doc_no)
{
	struct snapshot *s;
	bool found = false;
	if (index_snapshot(&s, ix) != FAULT_NONE)
		return false;
	for (size_t i = 0; i < s->count && !found; i++)
		found = part_find(&s->parts[i], doc_no) != NULL;
	snapshot_release(s);
	return found;
}

int64_t
index_passages(struct index *ix)
{
	struct snapshot *s;
	if (index_snapshot(&s, ix) != FAULT_NONE)
		return 0;
	int64_t count = (int64_t)s->passages;
	for (size_t i = 0; i < s->count; i++)
		for (size_t j = 0; j < s->parts[i].dead_count; j++) {
			const struct segment_doc *d = segment_find_doc(s->parts[i].segment, s->parts[i].dead[j]);
			count -= d == NULL ? 0 : d->count;
		}
	snapshot_release(s);
	return count;
}

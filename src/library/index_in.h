/* The inside of the index object, shared by index.c, index_manifest.c and
 * index_merge.c.  Two locks: `lock` guards the pointer to the snapshot and is held
 * for moments; `writing` is held through a change, together with a lock file that
 * keeps other processes out.  Readers take neither for longer than a pointer copy. */
#ifndef INDEX_IN_H
#define INDEX_IN_H
#include <sys/stat.h>
#include "find_in.h"

#define SEGMENTS_MAX 4096
struct index {
	char *folder;
	pthread_mutex_t lock, writing;
	struct snapshot *now;
	struct stat seen;           /* of the manifest that `now` was read from */
	uint64_t next;              /* number of the next segment file */
	struct alike *alike;
	atomic_bool condemned;      /* found damaged; DAMAGED until opened again */
};
void manifest_print(struct text *out, const struct snapshot *s, uint64_t number, uint64_t next);
struct snapshot *snapshot_new(size_t count);
/* A document in it that is not dead, or NULL. */
const struct segment_doc *part_find(const struct snapshot_part *p, int64_t doc_no);
/* Take the writer's locks and the newest manifest; *fd is the lock file. */
enum fault index_write_begin(int *fd, struct index *ix) STOA_MUST;
void index_write_end(struct index *ix, int fd);
/* Write bytes as a new segment file and open it. */
enum fault index_put_segment(struct segment **out, struct index *ix, const unsigned char *bytes, size_t n) STOA_MUST;
/* Make `next` what searches see, on disk first. Takes the reference. */
enum fault index_publish(struct index *ix, struct snapshot *next) STOA_MUST;
/* Join small segments when there are many of a size; `all`: into as few as may be.
 * Segments of up to `clean` passages keep nothing of dead documents. Inside begin and end. */
#define CLEAN_AT_ONCE 5000u
enum fault index_tidy(struct index *ix, bool all, uint32_t clean, const struct cancel *cancel) STOA_MUST;

#endif

/* A library in a scratch folder, with a store that needs no key and an extractor
 * that is `cat`: the document itself holds the frames that a child would send. */
#ifndef LIBRARY_TEST_H
#define LIBRARY_TEST_H
#include <fcntl.h>
#include <sys/stat.h>
#include "../stoa_test.h"
#include "../support/on_postgres.h"
#include "../../src/library/document_in.h"

struct bench { char folder[64], path[256], extractor[128]; struct store *db; struct library *l; struct arena a; struct still still; struct clock clock; unsigned counter; struct chance chance; struct library_config config; };

static inline void
file_put(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes, 1, n, f), n);
	fclose(f);
}
static inline const char *
path_in(struct bench *b, const char *name)
{
	snprintf(b->path, sizeof b->path, "%s/%s", b->folder, name);
	return b->path;
}
static inline void
bench_reopen(struct bench *b)
{
	if (b->l != NULL)
		library_close(b->l);
	b->l = NULL;
	WELL(library_open(&b->l, &b->config, b->db));
}
static inline void
bench_open(struct bench *b)
{
	static char database[96], library[96];

	memset(b, 0, sizeof *b);
	snprintf(b->folder, sizeof b->folder, "%s", scratch());
	b->still.now_ms = 1767225600000;
	b->clock = STILL_CLOCK(&b->still);
	b->counter = 1;
	b->chance = chance_system;
	arena_init(&b->a);
	snprintf(database, sizeof database, "%s/local.db", b->folder);
	snprintf(library, sizeof library, "%s/library", b->folder);
	snprintf(b->extractor, sizeof b->extractor, "%s/extractor", b->folder);
	file_put(b->extractor, "#!/bin/sh\nexec cat\n", 19);
	ck_assert_int_eq(chmod(b->extractor, 0700), 0);
	WELL(vault_start());
	struct store_paths paths = store_paths_of(database, NULL);
	WELL(store_open(&b->db, &paths, &b->clock));
	b->config = (struct library_config){ .folder = library, .clock = &b->clock, .chance = &b->chance, .extractor = b->extractor };
	bench_reopen(b);
}
static inline void
bench_close(struct bench *b)
{
	library_close(b->l);
	store_close(b->db);
	arena_clear(&b->a);
	scratch_remove(b->folder);
}

/* ---- frames --------------------------------------------------------------- */

static inline void
frame_put(struct text *t, const char *json)
{
	size_t n = strlen(json);
	const char head[4] = { (char)(n >> 24), (char)(n >> 16), (char)(n >> 8), (char)n };

	text_put_n(t, head, 4);
	text_put(t, json);
}
/* A document of frames: NULL-ended list of JSON texts, in a file called name. */
static inline const char *
frames_file(struct bench *b, const char *name, const char *const frames[])
{
	struct text t;

	text_init(&t, 64 * 1024 * 1024);
	for (size_t i = 0; frames[i] != NULL; i++)
		frame_put(&t, frames[i]);
	file_put(path_in(b, name), t.data, t.len);
	text_clear(&t);
	return b->path;
}
static inline int
files_in(const char *folder, const char *ending)
{
	char command[256];
	int n = 0;

	snprintf(command, sizeof command, "ls %s/library | grep -c '%s$'", folder, ending);
	FILE *p = popen(command, "r");
	ck_assert_int_eq(fscanf(p, "%d", &n), 1);
	pclose(p);
	return n;
}
#endif

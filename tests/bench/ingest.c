/* How fast a PDF becomes a document that can be found, against pdftotext, which
 * only writes the text down: pages/s of both on the same file in the same run,
 * best of three.  Then the same without the child, and reading passages back. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../../src/library/document_in.h"

#define ROUNDS 3

static double
now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
must(enum fault f, const char *what)
{
	if (f == FAULT_NONE)
		return;
	fprintf(stderr, "%s: %s: %s\n", what, fault_name(f), fault_sentence());
	exit(1);
}

static double
pdftotext_s(const char *path)
{
	double start = now_s();
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execlp("pdftotext", "pdftotext", "-enc", "UTF-8", path, "/dev/null", (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return status == 0 ? now_s() - start : 0;
}

struct tool { char folder[64], database[96], library[96]; struct store *db; struct library *l; };

static void
tool_open(struct tool *t)
{
	struct library_config config = { .folder = t->library, .clock = &clock_system, .chance = &chance_system,
		.extractor = getenv("STOA_EXTRACT") };

	snprintf(t->folder, sizeof t->folder, "/tmp/stoa-bench-XXXXXX");
	if (mkdtemp(t->folder) == NULL)
		exit(1);
	snprintf(t->database, sizeof t->database, "%s/local.db", t->folder);
	snprintf(t->library, sizeof t->library, "%s/library", t->folder);
	must(vault_start(), "vault");
	must(store_open(&t->db, &(struct store_paths){ .database = t->database }, &clock_system), "store");
	must(library_open(&t->l, &config, t->db), "library");
}

static void
tool_close(struct tool *t)
{
	char command[128];

	library_close(t->l);
	store_close(t->db);
	snprintf(command, sizeof command, "rm -rf '%s'", t->folder);
	if (system(command) != 0)
		fprintf(stderr, "%s stays behind\n", t->folder);
}

/* Seconds of the best round; the document of the last. */
static double
ingest_s(struct document **d, struct arena *a, struct tool *t, const char *path)
{
	double best = 1e9;

	for (int i = 0; i < ROUNDS; i++) {
		double start = now_s();

		must(library_add(d, a, t->l, t->db, &(struct document_add){ .path = path, .again = true }, NULL, NULL, NULL), path);
		best = now_s() - start < best ? now_s() - start : best;
	}
	return best;
}

static void
measure_reading(struct tool *t, struct arena *a, const struct document *d)
{
	struct passage p;
	struct document_row row;
	double start;

	must(document_row_get(&row, a, t->db, d->id), "row");
	start = now_s();
	for (int64_t n = 0; n < d->passages; n++)
		must(passage_read(&p, a, t->l, t->db, PASSAGE_NO(row.no, n)), "passage");
	printf("passage_read  %.1f  us\n", (now_s() - start) * 1e6 / (double)d->passages);
}

static void
measure_text(struct tool *t, struct arena *a, const struct document *d)
{
	struct text s;
	struct document *plain;
	double start;

	text_init(&s, BODY_BYTES_MAX);
	must(library_bytes(&s, t->l, t->db, d->id, 0, 0), "bytes");
	start = now_s();
	must(library_bytes(&s, t->l, t->db, d->id, 0, 100), "bytes");
	printf("bytes_read  %.1f  us\n", (now_s() - start) * 1e6);
	struct document_row row;
	must(document_row_get(&row, a, t->db, d->id), "row");
	must(library_bytes(&s, t->l, t->db, d->id, 0, row.text_bytes), "bytes");
	start = now_s();
	must(library_add_text(&plain, a, t->l, t->db, "plain", NULL, NULL, s.data, s.len), "text");
	printf("ingest_without_child  %.2f  MB/s\n", (double)s.len / 1e6 / (now_s() - start));
	text_clear(&s);
}

int
main(int argc, char **argv)
{
	const char *data = getenv("STOA_DATA");
	char path[1024];
	struct tool t;
	struct arena a;
	struct document *d = NULL;
	double ours, theirs = 1e9;

	snprintf(path, sizeof path, "%s/documents/freeculture.pdf", data != NULL ? data : ".");
	if (argc > 1)
		snprintf(path, sizeof path, "%s", argv[1]);
	if (access(path, R_OK) != 0) {
		printf("ingest  passed over: no %s\n", path);
		return 0;
	}
	arena_init(&a);
	tool_open(&t);
	for (int i = 0; i < ROUNDS; i++) {
		double s = pdftotext_s(path);

		theirs = s > 0 && s < theirs ? s : theirs;
	}
	ours = ingest_s(&d, &a, &t, path);
	printf("document  %s, %lld pages, %lld passages, %lld words, \"%s\", %s\n", d->status, (long long)d->pages,
		(long long)d->passages, (long long)d->words, d->title, d->error_message);
	for (size_t i = 0; i < d->concepts.count; i++)
		printf("%s%s", i > 0 ? ", " : "concepts  ", d->concepts.items[i]);
	printf("\npdftotext  %.0f  pages/s\n", (double)d->pages / theirs);
	printf("ingest  %.0f  pages/s  (200)\n", (double)d->pages / ours);
	printf("ingest_to_pdftotext  %.2f  ratio  (>= 0.60)\n", theirs / ours);
	measure_reading(&t, &a, d);
	measure_text(&t, &a, d);
	arena_clear(&a);
	tool_close(&t);
	return 0;
}

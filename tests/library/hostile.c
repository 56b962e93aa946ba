/* Hostile documents through the real extractor: every one ends soon, with a
 * reason or with clean text, and the caller is none the worse for it.  A larger
 * collection is tried too where it lies beside the checkout. */
#include <dirent.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "library_test.h"

#define END_WITHIN_MS 10000
#define GROWTH_KIB (20 * 1024)

static void
bench_real(struct bench *b)
{
	bench_open(b);
	b->config.extractor = NULL;
	bench_reopen(b);
}

/* No byte of the stored text may steer a terminal or a reader. */
static void
is_clean(struct bench *b, const struct document *d, const char *name)
{
	struct document_row row;
	struct text t;
	size_t at = 0;

	text_init(&t, BODY_BYTES_MAX);
	WELL(document_row_get(&row, &b->a, b->db, d->id));
	WELL(library_bytes(&t, b->l, b->db, d->id, 0, row.text_bytes));
	ck_assert_msg(utf8_valid(t.data, t.len), "%s: stored text is not UTF-8", name);
	while (at < t.len) {
		uint32_t c = utf8_next(t.data, t.len, &at);

		ck_assert_msg((c >= 0x20 || c == '\n' || c == '\t') && (c < 0x7F || c > 0x9F) && !(c >= 0x202A && c <= 0x202E)
			&& !(c >= 0x2066 && c <= 0x2069) && !(c >= 0xE0000 && c <= 0xE007F), "%s: U+%04X is stored", name, c);
	}
	text_clear(&t);
}

static long
memory_kib(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return r.ru_maxrss;
}

/* Add one file; *status is what became of it. */
static void
try_file(struct bench *b, const char *path, const char *name)
{
	int64_t start = clock_system.mono_ms(NULL), took;
	struct document *d = NULL;
	enum fault f = library_add(&d, &b->a, b->l, b->db, &(struct document_add){ .path = path }, NULL, NULL, NULL);

	took = clock_system.mono_ms(NULL) - start;
	ck_assert_msg(f == FAULT_NONE || f == FAULT_EXISTS, "%s: %s: %s", name, fault_name(f), fault_sentence());
	ck_assert_msg(took <= END_WITHIN_MS, "%s: took %lld ms", name, (long long)took);
	printf("%-28s %-9s %-10s %5lld ms  %s\n", name, d->status, d->reason, (long long)took, d->error_message);
	if (str_same(d->status, "completed")) {
		is_clean(b, d, name);
		return;
	}
	ck_assert_str_eq(d->status, "failed");
	ck_assert_msg(strlen(d->reason) > 0 && strlen(d->error_message) > 5, "%s: no reason", name);
}

START_TEST(own_hostile_samples_end_with_clean_text_or_a_reason)
{
	static const struct { const char *name, *bytes; size_t n; const char *status, *reason; } samples[] = {
#define SAMPLE(name, s, status, reason) { name, s, sizeof s - 1, status, reason }
		SAMPLE("elf.pdf", "\x7f" "ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0", "failed", NULL),
		SAMPLE("cut.pdf", "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R", "failed", NULL),
		SAMPLE("loop.pdf", "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj\n"
			"trailer<</Root 1 0 R>>\n%%EOF", "failed", NULL),
		SAMPLE("half.docx", "PK\x03\x04\x14\0\0\0\x08\0half of an archive", "failed", NULL),
		SAMPLE("void.txt", "", "failed", "empty"),
		SAMPLE("blank.txt", " \n\t\r\n ", "failed", NULL),
		SAMPLE("escape.txt", "Read this.\x1b]52;c;aGk=\x07 Then \x9b" "31mthis\x1b[2J one.\n", "completed", ""),
		SAMPLE("bidi.md", "# A\n\nSay \xe2\x80\xae" "live\xe2\x80\xac and \xf3\xa0\x81\xa9\xf3\xa0\x81\xa7 now.\n", "completed", ""),
		SAMPLE("overlong.txt", "One \xc0\xaf\xe0\x80\xaf\xf8\x88\x80\x80\x80 two. Three \xed\xa0\x80 four.\n", "completed", ""),
		SAMPLE("script.html", "<html><body><script>alert('x')</script><p>Only this is said.</p></body></html>", "completed", ""),
		SAMPLE("entity.html", "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><p>Before &a; after is said.</p>", "completed", ""),
	};
	struct bench b;
	struct document *d;
	struct text t;

	bench_real(&b);
	text_init(&t, 100000);
	for (size_t i = 0; i < COUNT_OF(samples); i++) {
		file_put(path_in(&b, samples[i].name), samples[i].bytes, samples[i].n);
		try_file(&b, b.path, samples[i].name);
		WELL(library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = b.path, .again = true }, NULL, NULL, NULL));
		ck_assert_msg(str_same(d->status, samples[i].status), "%s: %s", samples[i].name, d->status);
		if (samples[i].reason != NULL)
			ck_assert_str_eq(d->reason, samples[i].reason);
		if (!str_same(d->status, "completed"))
			continue;
		struct content c;
		WELL(library_content(&c, &b.a, b.l, b.db, &(struct document_content){ .id = d->id, .page = 1 }));
		ck_assert_ptr_null(strstr(c.text, "alert"));
		ck_assert_ptr_null(strstr(c.text, "root:"));
	}
	text_clear(&t);
	bench_close(&b);
}
END_TEST

START_TEST(what_is_no_file_is_refused_at_once)
{
	struct bench b;
	struct document *d;
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	bench_real(&b);
	snprintf(at.sun_path, sizeof at.sun_path, "%s/s", b.folder);
	ck_assert_int_eq(bind(s, (struct sockaddr *)&at, sizeof at), 0);
	ck_assert_int_eq(mkfifo(path_in(&b, "fifo.pdf"), 0600), 0);
	FAILS(FAULT_INPUT, library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = b.path }, NULL, NULL, NULL));
	FAILS(FAULT_INPUT, library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = "/dev/zero" }, NULL, NULL, NULL));
	FAILS(FAULT_INPUT, library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = "/" }, NULL, NULL, NULL));
	FAILS(FAULT_INPUT, library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = at.sun_path }, NULL, NULL, NULL));
	close(s);
	bench_close(&b);
}
END_TEST

static void
try_folder(struct bench *b, const char *folder)
{
	DIR *dir = opendir(folder);

	if (dir == NULL)
		return;
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		char path[512];

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		try_file(b, path, e->d_name);
	}
	closedir(dir);
}

START_TEST(the_collection_beside_the_checkout_does_no_harm)
{
	static const char *const folders[] = { "pdf", "zip", "utf8", "term", "inject", "json", "gzip", "http", "opus" };
	struct bench b;
	char folder[128];
	long before;

	bench_real(&b);
	before = memory_kib();
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		snprintf(folder, sizeof folder, "../shared/corpus/%s", folders[i]);
		try_folder(&b, folder);
	}
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	ck_assert_int_lt(memory_kib() - before, GROWTH_KIB);
#endif
	(void)before;
	bench_close(&b);
}
END_TEST

TESTS("library/hostile", own_hostile_samples_end_with_clean_text_or_a_reason, what_is_no_file_is_refused_at_once,
	the_collection_beside_the_checkout_does_no_harm)

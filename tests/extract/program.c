/* The program as its parent sees it: a document in, frames out. */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <json-c/json.h>
#include "extract_test.h"

/* Run the program over bytes; its frames as JSON texts, one a line. */
static void
run(struct text *lines, const char *bytes, size_t n, const char *name)
{
	char path[] = "/tmp/stoa-extract-XXXXXX", program[4096];
	int in = mkstemp(path), out[2];
	ck_assert_int_ge(in, 0);
	ck_assert_int_eq(write(in, bytes, n), (ssize_t)n);
	ck_assert_int_eq(lseek(in, 0, SEEK_SET), 0);
	unlink(path);
	ck_assert_int_eq(pipe(out), 0);
	snprintf(program, sizeof program, "%s/stoa-extract", getenv("STOA_BUILD"));
	pid_t pid = fork();
	if (pid == 0) {
		char *argv[] = { program, "--name", (char *)(uintptr_t)name, NULL }, *env[] = { NULL };
		dup2(in, 0);
		dup2(out[1], 1);
		close(out[0]);
		close(out[1]);
		execve(program, argv, env);
		_exit(127);
	}
	close(in);
	close(out[1]);
	text_init(lines, 64 << 20);
	struct text frame;
	text_init(&frame, FRAME_BYTES_MAX);
	enum fault f;
	while ((f = frame_read(&frame, out[0], 0, NULL)) == FAULT_NONE) {
		struct json_object *o;
		WELL(json_parse(&o, frame.data, frame.len));
		json_object_put(o);
		text_put_n(lines, frame.data, frame.len);
		text_put_c(lines, '\n');
	}
	ck_assert_int_eq(f, FAULT_ABSENT);
	text_clear(&frame);
	close(out[0]);
	int status;
	waitpid(pid, &status, 0);
	ck_assert(WIFEXITED(status));
}

static bool
has(const struct text *t, const char *s)
{
	return strstr(t->data, s) != NULL;
}

START_TEST(a_text_becomes_meta_pages_and_end)
{
	struct text t;
	run(&t, "# Light\n\nPlants \"use\" it.\n\f\nMore.\n", 34, "a.md");
	ck_assert_str_eq(t.data,
		"{\"kind\":\"meta\",\"format\":\"markdown\",\"title\":\"Light\",\"authors\":[],\"language\":\"\",\"pages\":2}\n"
		"{\"kind\":\"page\",\"page\":1,\"label\":\"\",\"blocks\":[{\"type\":\"heading\",\"level\":1,\"text\":\"Light\"},"
		"{\"type\":\"para\",\"level\":0,\"text\":\"Plants \\\"use\\\" it.\"}]}\n"
		"{\"kind\":\"page\",\"page\":2,\"label\":\"\",\"blocks\":[{\"type\":\"para\",\"level\":0,\"text\":\"More.\"}]}\n"
		"{\"kind\":\"end\",\"status\":\"completed\",\"reason\":\"\",\"message\":\"\",\"truncated\":false}\n");
	text_clear(&t);
}
END_TEST

START_TEST(a_pdf_in_the_sandbox_reads_as_outside)
{
	static const char *const pages[] = { "BT /F1 10 Tf 72 700 Td (Read in the sandbox.) Tj ET\n" };
	size_t n;
	char *bytes = pdf_make(&n, pages, 1, "", "");
	struct text t;
	run(&t, bytes, n, "a.pdf");
	ck_assert(has(&t, "\"format\":\"pdf\""));
	ck_assert(has(&t, "Read in the sandbox."));
	ck_assert(has(&t, "\"status\":\"completed\""));
	text_clear(&t);
	mem_free(bytes);
}
END_TEST

START_TEST(each_failure_has_its_reason)
{
	static const struct { const char *bytes; size_t n; const char *reason; } failures[] = {
		{ "", 0, "\"reason\":\"empty\"" }, { "  \n\n ", 5, "\"reason\":\"empty\"" },
		{ "\177ELF\2\1\1\0\0\0\0\0", 12, "\"reason\":\"wrong_type\"" },
		{ "%PDF-1.4\nbroken", 15, "\"reason\":\"damaged\"" }, { "PK\3\4 cut off", 12, "\"reason\":\"damaged\"" }
	};
	for (size_t i = 0; i < COUNT_OF(failures); i++) {
		struct text t;
		run(&t, failures[i].bytes, failures[i].n, "lecture.pdf");
		ck_assert_msg(has(&t, failures[i].reason), "%s: %s", failures[i].reason, t.data);
		ck_assert(has(&t, "\"status\":\"failed\""));
		ck_assert(!has(&t, "\"message\":\"\""));
		text_clear(&t);
	}
}
END_TEST

START_TEST(a_page_too_large_for_a_frame_comes_in_several)
{
	struct text big, t;
	text_init(&big, 8 << 20);
	for (int i = 0; i < 60000; i++)
		text_printf(&big, "A paragraph of some fifty letters, number %d of them all.\n\n", i);
	run(&t, big.data, big.len, "a.txt");
	ck_assert(has(&t, "number 0 of them all."));
	ck_assert(has(&t, "number 59999 of them all."));
	int frames = 0;
	for (const char *s = t.data; (s = strstr(s, "\"kind\":\"page\",\"page\":1,")) != NULL; s++)
		frames++;
	ck_assert_int_ge(frames, 2);
	ck_assert(has(&t, "\"status\":\"completed\""));
	text_clear(&t);
	text_clear(&big);
}
END_TEST

START_TEST(a_block_of_quotes_alone_comes_whole)
{
	size_t n = 2200000;   /* two quotes are one in a cell, and two bytes again in a frame */
	char *s = mem_new(n);
	struct text t;
	memset(s, '"', n);
	run(&t, s, n, "a.csv");
	ck_assert(has(&t, "\"type\":\"table\""));
	ck_assert(has(&t, "\"status\":\"completed\""));
	ck_assert_uint_ge(t.len, 2000000);
	text_clear(&t);
	mem_free(s);
}
END_TEST

START_TEST(a_document_too_long_is_cut_and_says_so)
{
	/* the second is longer in frames than in the file */
	static const char *const words[] = { "A paragraph of some fifty letters, number", "\"a\" \\ \"b\" \\ \"c\" \\ \"d\" \\ \"e\" \\ \"f\"" };
	for (size_t k = 0; k < COUNT_OF(words); k++) {
		struct text big, t;
		text_init(&big, 40 << 20);
		for (int i = 0; i < 480000; i++)
			text_printf(&big, "%s %d of them all.%s", words[k], i, i % 8 == 0 ? "\n\n" : " ");
		run(&t, big.data, big.len, "a.txt");
		ck_assert_uint_lt(t.len, DOCUMENT_BYTES_MAX);
		ck_assert(has(&t, "\"status\":\"completed\",\"reason\":\"limit\""));
		ck_assert(has(&t, "\"truncated\":true"));
		text_clear(&t);
		text_clear(&big);
	}
}
END_TEST

START_TEST(a_line_without_end_is_kept_in_pieces)
{
	static const char *const names[] = { "a.txt", "a.md", "a.html" };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct text big, t;
		text_init(&big, 8 << 20);
		text_put(&big, i == 2 ? "<html><p>" : "");
		for (int k = 0; k < 300000; k++)
			text_printf(&big, "word%d ", k);
		run(&t, big.data, big.len, names[i]);
		ck_assert(has(&t, "word0 word1"));
		ck_assert(has(&t, "word299999"));
		ck_assert(has(&t, "\"truncated\":false"));
		text_clear(&t);
		text_clear(&big);
	}
}
END_TEST

START_TEST(japanese_in_a_charset_of_its_own_is_read_in_the_sandbox)
{
	struct text t;
	run(&t, "\x8c\xf5\x8d\x87\x90\xac\x82\xcd\x81\x41\x90\x41\x95\xa8\x82\xcc\x94\xbd\x89\x9e\x82\xc5\x82\xb7\x81\x42\n", 27, "a.txt");
	ck_assert_msg(has(&t, "光合成は、植物の反応です。"), "%s", t.data);
	text_clear(&t);
}
END_TEST

TESTS("program", a_text_becomes_meta_pages_and_end, a_pdf_in_the_sandbox_reads_as_outside, each_failure_has_its_reason,
	a_page_too_large_for_a_frame_comes_in_several, a_block_of_quotes_alone_comes_whole, a_document_too_long_is_cut_and_says_so,
	a_line_without_end_is_kept_in_pieces,
	japanese_in_a_charset_of_its_own_is_read_in_the_sandbox)

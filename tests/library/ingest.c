/* From a path to a document: what is kept, what is refused, what is left behind. */
#include "library_test.h"

#define META "{\"kind\":\"meta\",\"format\":\"pdf\",\"title\":\"On Light\",\"authors\":[\"A. Writer\"],\"language\":\"en\",\"pages\":2}"
#define END "{\"kind\":\"end\",\"status\":\"completed\"}"
static const char *const light[] = { META,
	"{\"kind\":\"progress\",\"page\":1,\"pages\":2}",
	"{\"kind\":\"page\",\"page\":1,\"label\":\"i\",\"blocks\":["
	"{\"type\":\"heading\",\"level\":1,\"text\":\"Chapter 4: Light\"},"
	"{\"type\":\"para\",\"text\":\"Light travels in straight lines. A shadow shows where it was stopped and the edge of the\"}]}",
	"{\"kind\":\"page\",\"page\":2,\"label\":\"87\",\"blocks\":["
	"{\"type\":\"para\",\"text\":\"shadow is sharp when the lamp is small.\"},"
	"{\"type\":\"heading\",\"level\":2,\"text\":\"Colour\"},"
	"{\"type\":\"list\",\"text\":\"red\\ngreen\\nblue\"}]}",
	END, NULL };

START_TEST(a_document_is_read_into_pages_headings_and_passages)
{
	struct bench b;
	struct document *d;
	struct passages p;
	struct content c;

	bench_open(&b);
	WELL(library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = frames_file(&b, "light.pdf", light), .subject = "physics" }, NULL, NULL, NULL));
	ck_assert_str_eq(d->status, "completed");
	ck_assert_str_eq(d->title, "On Light");
	ck_assert_str_eq(d->name, "light.pdf");
	ck_assert_str_eq(d->kind, "pdf");
	ck_assert_str_eq(d->subject, "physics");
	ck_assert_uint_eq(d->authors.count, 1);
	ck_assert_int_eq(d->pages, 2);
	ck_assert_int_eq(d->passages, 2);
	ck_assert_int_eq(library_document_count(b.l), 1);
	WELL(library_passages(&p, &b.a, b.l, b.db, &(struct passage_get){ d->id, 0, 5 }));
	ck_assert_uint_eq(p.items.count, 2);
	struct passage *one = p.items.items;
	ck_assert_str_eq(one[0].text, "Light travels in straight lines. A shadow shows where it was stopped and the edge of the "
		"shadow is sharp when the lamp is small.");
	ck_assert_str_eq(one[0].heading, "Chapter 4: Light");
	ck_assert_int_eq(one[0].page, 1);
	ck_assert_int_eq(one[0].page_end, 2);
	ck_assert_str_eq(one[0].page_label, "i");
	ck_assert_str_eq(one[1].text, "red\ngreen\nblue");
	ck_assert_str_eq(one[1].heading, "Chapter 4: Light > Colour");
	ck_assert_str_eq(one[1].chapter, "Chapter 4: Light");
	WELL(library_content(&c, &b.a, b.l, b.db, &(struct document_content){ .id = d->id, .page = 2 }));
	ck_assert_str_eq(c.text, "shadow is sharp when the lamp is small.\n\nColour\n\nred\ngreen\nblue");
	ck_assert_str_eq(c.page_label, "87");
	bench_close(&b);
}
END_TEST

START_TEST(the_same_bytes_again_are_the_document_that_is_there)
{
	struct bench b;
	struct document *d, *again;

	bench_open(&b);
	frames_file(&b, "copy.pdf", light);
	WELL(library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = frames_file(&b, "light.pdf", light) }, NULL, NULL, NULL));
	FAILS(FAULT_EXISTS, library_add(&again, &b.a, b.l, b.db, &(struct document_add){ .path = path_in(&b, "copy.pdf") }, NULL, NULL, NULL));
	ck_assert_str_eq(again->id, d->id);
	ck_assert_int_eq(files_in(b.folder, ".orig"), 1);
	WELL(library_add(&again, &b.a, b.l, b.db, &(struct document_add){ .path = path_in(&b, "copy.pdf"), .again = true }, NULL, NULL, NULL));
	ck_assert_str_eq(again->id, d->id);
	ck_assert_int_eq(library_document_count(b.l), 1);
	ck_assert_int_eq(files_in(b.folder, ".orig"), 1);
	ck_assert_int_eq(files_in(b.folder, ".txt"), 1);
	bench_close(&b);
}
END_TEST


/* Add the frames; the reason of the failed document, which leaves no text behind. */
static const char *
reason_of(struct bench *b, const char *const frames[])
{
	static unsigned n;
	char name[32];
	struct document *d;

	snprintf(name, sizeof name, "bad%u.pdf", n++);
	WELL(library_add(&d, &b->a, b->l, b->db, &(struct document_add){ .path = frames_file(b, name, frames) }, NULL, NULL, NULL));
	ck_assert_str_eq(d->status, "failed");
	ck_assert_uint_gt(strlen(d->error_message), 5);
	ck_assert_int_eq(files_in(b->folder, ".txt"), 0);
	ck_assert_int_eq(library_document_count(b->l), 0);
	return d->reason;
}

START_TEST(what_the_child_says_about_failure_is_kept_and_cleaned)
{
	struct bench b;
	struct document *d;

	bench_open(&b);
	static const char *const reasons[] = { "no_text", "encrypted", "damaged", "empty", "wrong_type", "limit" };
	for (size_t i = 0; i < COUNT_OF(reasons); i++) {
		char end[160];
		snprintf(end, sizeof end, "{\"kind\":\"end\",\"status\":\"failed\",\"reason\":\"%s\",\"message\":\"a\\u001b[31mb\"}", reasons[i]);
		ck_assert_str_eq(reason_of(&b, (const char *const[]){ META, end, NULL }), reasons[i]);
	}
	ck_assert_str_eq(reason_of(&b, (const char *const[]){ "{\"kind\":\"end\",\"status\":\"failed\",\"reason\":\"rm -rf\"}", NULL }), "damaged");
	WELL(library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = path_in(&b, "bad0.pdf") }, NULL, NULL, NULL));
	ck_assert_ptr_null(strchr(d->error_message, '\x1b'));
	bench_close(&b);
}
END_TEST

START_TEST(a_child_that_talks_nonsense_makes_a_damaged_document)
{
	static const char *const bad[][5] = {
		{ "not json", NULL },
		{ "[]", NULL },
		{ "{\"kind\":\"other\"}", NULL },
		{ "{}", NULL },
		{ END, NULL },
		{ META, META, END, NULL },
		{ "{\"kind\":\"meta\",\"format\":\"exe\"}", END, NULL },
		{ "{\"kind\":\"page\",\"page\":1,\"blocks\":[]}", END, NULL },
		{ META, "{\"kind\":\"page\",\"page\":2,\"blocks\":[]}", "{\"kind\":\"page\",\"page\":1,\"blocks\":[]}", END, NULL },
		{ META, "{\"kind\":\"page\",\"page\":-4,\"blocks\":[]}", END, NULL },
		{ META, "{\"kind\":\"page\",\"page\":1,\"blocks\":7}", END, NULL },
		{ META, "{\"kind\":\"page\",\"page\":1,\"blocks\":[7]}", END, NULL },
		{ META, "{\"kind\":\"page\",\"page\":1,\"blocks\":[{\"type\":\"script\",\"text\":\"x\"}]}", END, NULL },
		{ META, "{\"kind\":\"page\",\"page\":1,\"blocks\":[{\"type\":\"para\",\"text\":\"cut off", NULL },
		{ META, NULL },
	};
	struct bench b;

	bench_open(&b);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		ck_assert_str_eq(reason_of(&b, bad[i]), "damaged");
	ck_assert_str_eq(reason_of(&b, (const char *const[]){ META, "{\"kind\":\"page\",\"page\":1000000000,\"blocks\":[]}", END, NULL }), "limit");
	ck_assert_str_eq(reason_of(&b, (const char *const[]){ META, "{\"kind\":\"page\",\"page\":1,\"blocks\":[{\"type\":\"para\",\"text\":\" \\n\"}]}", END, NULL }), "no_text");
	bench_close(&b);
}
END_TEST

static const char *
reason_with(struct bench *b, const char *script)
{
	struct document *d;
	char bytes[32];
	static int n;

	file_put(b->extractor, script, strlen(script));
	file_put(path_in(b, "x.pdf"), bytes, (size_t)snprintf(bytes, sizeof bytes, "%d", n++));
	WELL(library_add(&d, &b->a, b->l, b->db, &(struct document_add){ .path = b->path, .again = true }, NULL, NULL, NULL));
	ck_assert_str_eq(d->status, "failed");
	return d->reason;
}

START_TEST(a_child_that_dies_hangs_or_floods_is_ended)
{
	struct bench b;

	bench_open(&b);
	b.config.extract_wall_ms = 300;
	bench_reopen(&b);
	ck_assert_str_eq(reason_with(&b, "#!/bin/sh\nexit 3\n"), "damaged");
	ck_assert_str_eq(reason_with(&b, "#!/bin/sh\nkill -SEGV $$\n"), "damaged");
	ck_assert_str_eq(reason_with(&b, "#!/bin/sh\nprintf '\\0\\0\\0\\20half a frame'\n"), "damaged");
	ck_assert_str_eq(reason_with(&b, "#!/bin/sh\nprintf '\\377\\377\\377\\377'\nexec cat /dev/zero\n"), "limit");
	ck_assert_str_eq(reason_with(&b, "#!/bin/sh\nexec sleep 1000\n"), "limit");
	ck_assert_int_eq(files_in(b.folder, ".orig"), 1);
	bench_close(&b);
}
END_TEST

START_TEST(a_missing_extractor_is_our_fault_and_leaves_nothing)
{
	struct bench b;
	struct document *d = NULL;

	bench_open(&b);
	b.config.extractor = "/nowhere/stoa-extract";
	bench_reopen(&b);
	FAILS(FAULT_ABSENT, library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = frames_file(&b, "light.pdf", light) }, NULL, NULL, NULL));
	ck_assert_ptr_null(d);
	ck_assert_int_eq(files_in(b.folder, ".orig"), 0);
	bench_close(&b);
}
END_TEST

START_TEST(a_title_left_by_a_word_processor_gives_way)
{
	static const struct { const char *meta, *heading, *title; } cases[] = {
		{ "On Light", "Something", "On Light" }, { "Microsoft Word - x.doc", "Something", "Something" }, { "thesis_v7.tex", "Something", "Something" },
		{ "", "Something", "Something" }, { "Untitled 1", "", "t5" },
	};
	struct bench b;
	struct document *d;

	bench_open(&b);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char name[16], *meta = arena_printf(&b.a, "{\"kind\":\"meta\",\"format\":\"pdf\",\"title\":\"%s\"}", cases[i].meta);
		char *page = arena_printf(&b.a, "{\"kind\":\"page\",\"page\":1,\"blocks\":[{\"type\":\"heading\",\"level\":1,\"text\":\"%s\"},"
			"{\"type\":\"para\",\"text\":\"Said %zu.\"}]}", cases[i].heading, i);
		snprintf(name, sizeof name, "t%zu.pdf", i + 1);
		WELL(library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = frames_file(&b, name, (const char *const[]){ meta, page, END, NULL }) }, NULL, NULL, NULL));
		ck_assert_str_eq(d->title, cases[i].title);
	}
	bench_close(&b);
}
END_TEST

START_TEST(only_regular_files_are_opened)
{
	struct bench b;
	struct document *d;
	char fifo[128], link_to[128], folder[128], absent[128];

	bench_open(&b);
	snprintf(fifo, sizeof fifo, "%s/fifo", b.folder);
	snprintf(link_to, sizeof link_to, "%s/link.pdf", b.folder);
	snprintf(folder, sizeof folder, "%s/folder", b.folder);
	snprintf(absent, sizeof absent, "%s/absent.pdf", b.folder);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	ck_assert_int_eq(symlink(frames_file(&b, "light.pdf", light), link_to), 0);
	const struct { const char *path; enum fault fault; } cases[] = {
		{ fifo, FAULT_INPUT }, { folder, FAULT_INPUT }, { link_to, FAULT_INPUT }, { absent, FAULT_ABSENT },
		{ "/dev/zero", FAULT_INPUT }, { "", FAULT_INPUT }, { NULL, FAULT_INPUT },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		FAILS(cases[i].fault, library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = cases[i].path }, NULL, NULL, NULL));
	ck_assert_int_eq(files_in(b.folder, ".orig"), 0);
	ck_assert_int_eq(truncate(path_in(&b, "light.pdf"), ORIGINAL_BYTES_MAX + 1), 0);
	FAILS(FAULT_LIMIT, library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = b.path }, NULL, NULL, NULL));
	file_put(path_in(&b, "void.pdf"), "", 0);
	WELL(library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = b.path }, NULL, NULL, NULL));
	ck_assert_str_eq(d->reason, "empty");
	bench_close(&b);
}
END_TEST

START_TEST(a_name_is_shown_clean_and_never_used_as_a_path)
{
	static const char *const names[] = { "..", "a\x1b]0;x\x07.pdf", ("\xe2\x80\xae" "fdp.exe"), "-rf", "$(touch x).pdf", "a\nb.pdf", "\xff\xfe.pdf",
		"%s%n.pdf", "../../etc/passwd", "CON", " ", "~", "a;b|c&d.pdf" };
	struct bench b;
	struct document *d;

	bench_open(&b);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char text[32];
		snprintf(text, sizeof text, "Sentence %zu.", i);
		WELL(library_add_text(&d, &b.a, b.l, b.db, names[i], NULL, NULL, text, strlen(text)));
		ck_assert_ptr_null(strpbrk(d->name, "\x1b\n\x07/"));
		ck_assert(utf8_valid(d->name, strlen(d->name)));
		ck_assert_uint_gt(strlen(d->name), 0);
		ck_assert_ptr_null(strstr(d->name, "\xe2\x80\xae"));
	}
	ck_assert_int_eq(files_in(b.folder, ".orig"), (int)COUNT_OF(names));
	ck_assert_int_eq(files_in(b.folder, ".txt"), (int)COUNT_OF(names));
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (strchr(names[i], '/') != NULL || names[i][0] == '.')
			continue;
		WELL(library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = frames_file(&b, names[i], light), .again = true }, NULL, NULL, NULL));
		ck_assert_str_eq(d->status, "completed");
		ck_assert_ptr_null(strpbrk(d->name, "\x1b\n\x07/"));
	}
	ck_assert_int_eq(files_in(b.folder, ".orig"), (int)COUNT_OF(names) + 1);
	bench_close(&b);
}
END_TEST

struct stop { struct cancel cancel; int64_t at, seen; const char *step; };

static void
stop_at(const struct ev_progress *p, void *arg)
{
	struct stop *s = arg;

	ck_assert_int_ge(p->page, s->seen);
	s->seen = p->page;
	if (p->page >= s->at && str_same(p->step, s->step))
		s->cancel.asked = true;
}

START_TEST(cancelling_at_any_page_leaves_nothing_behind)
{
	static const struct { int64_t page; const char *step; } at[] = { { 1, "reading" }, { 2, "reading" }, { 2, "indexing" } };
	struct bench b;
	struct document *d;
	struct documents list;

	bench_open(&b);
	for (size_t i = 0; i < COUNT_OF(at); i++) {
		struct stop s = { .at = at[i].page, .step = at[i].step };
		FAILS(FAULT_CANCELLED, library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = frames_file(&b, "light.pdf", light) }, stop_at, &s, &s.cancel));
		ck_assert_int_eq(files_in(b.folder, ".orig") + files_in(b.folder, ".txt"), 0);
		WELL(library_list(&list, &b.a, b.l, b.db, &(struct document_list){ 0 }));
		ck_assert_int_eq(list.total, 0);
		ck_assert_int_eq(index_passages(library_index(b.l)), 0);
	}
	struct stop never = { .at = 99 };
	WELL(library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = b.path }, stop_at, &never, &never.cancel));
	ck_assert_int_eq(never.seen, 2);
	bench_close(&b);
}
END_TEST

START_TEST(a_changed_file_is_the_same_document_with_other_text)
{
	struct bench b;
	struct document *d, *again, *failed;
	struct passages p;
	struct citation c;
	static const char *const other[] = { META, "{\"kind\":\"page\",\"page\":1,\"blocks\":[{\"type\":\"para\",\"text\":\"Light bends in water.\"}]}", END, NULL };
	static const char *const broken[] = { "{\"kind\":\"end\",\"status\":\"failed\",\"reason\":\"encrypted\",\"message\":\"it is locked\"}", NULL };

	bench_open(&b);
	WELL(library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = frames_file(&b, "light.pdf", light), .subject = "physics" }, NULL, NULL, NULL));
	WELL(library_passages(&p, &b.a, b.l, b.db, &(struct passage_get){ d->id, 0, 0 }));
	WELL(library_cite(&c, &b.a, b.l, b.db, p.items.items, 18, 47));
	WELL(library_count_cited(b.l, b.db, d->id, 3));
	WELL(library_add(&again, &b.a, b.l, b.db, &(struct document_add){ .path = frames_file(&b, "light.pdf", other) }, NULL, NULL, NULL));
	ck_assert_str_eq(again->id, d->id);
	ck_assert_str_eq(again->subject, "physics");
	ck_assert_int_eq(again->cited, 3);
	ck_assert_int_eq(again->stale, 3);
	ck_assert_int_eq(files_in(b.folder, ".orig"), 1);
	ck_assert_int_eq(library_document_count(b.l), 1);
	WELL(library_verify(&c, &b.a, b.l, b.db));
	ck_assert_str_eq(c.state, "stale");
	ck_assert(!c.verified);
	WELL(library_passages(&p, &b.a, b.l, b.db, &(struct passage_get){ d->id, 0, 0 }));
	ck_assert_str_eq(((struct passage *)p.items.items)->text, "Light bends in water.");

	WELL(library_add(&failed, &b.a, b.l, b.db, &(struct document_add){ .path = frames_file(&b, "light.pdf", broken) }, NULL, NULL, NULL));
	ck_assert_str_eq(failed->status, "failed");
	ck_assert_str_eq(failed->reason, "encrypted");
	WELL(library_get(&again, &b.a, b.l, b.db, d->id));
	ck_assert_str_eq(again->status, "completed");
	ck_assert_ptr_nonnull(strstr(again->error_message, "it is locked"));
	ck_assert_int_eq(files_in(b.folder, ".orig"), 1);
	bench_close(&b);
}
END_TEST

START_TEST(a_document_is_read_again_from_its_kept_original)
{
	struct bench b;
	struct document *d, *again;
	struct passages p;
	struct citation c;

	bench_open(&b);
	WELL(library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = frames_file(&b, "light.pdf", light) }, NULL, NULL, NULL));
	WELL(library_passages(&p, &b.a, b.l, b.db, &(struct passage_get){ d->id, 0, 0 }));
	WELL(library_cite(&c, &b.a, b.l, b.db, p.items.items, 18, 47));
	WELL(library_count_cited(b.l, b.db, d->id, 1));
	ck_assert_int_eq(unlink(path_in(&b, "light.pdf")), 0);
	b.still.now_ms += 5000;
	WELL(library_reindex(&again, &b.a, b.l, b.db, d->id, NULL, NULL, NULL));
	ck_assert_str_eq(again->id, d->id);
	ck_assert_str_eq(again->name, "light.pdf");
	ck_assert_str_eq(again->title, "On Light");
	ck_assert_str_eq(again->origin, d->origin);
	ck_assert_int_eq(again->added, d->added);
	ck_assert_int_eq(again->changed, d->added + 5000);
	ck_assert_int_eq(again->stale, 0);
	WELL(library_verify(&c, &b.a, b.l, b.db));
	ck_assert_str_eq(c.state, "verified");
	FAILS(FAULT_ABSENT, library_reindex(&again, &b.a, b.l, b.db, "00000000000000000000000000000000", NULL, NULL, NULL));
	bench_close(&b);
}
END_TEST

START_TEST(what_has_outlived_its_retention_goes)
{
	struct bench b;
	struct document *d;
	int64_t removed;

	bench_open(&b);
	WELL(library_add(&d, &b.a, b.l, b.db, &(struct document_add){ .path = frames_file(&b, "light.pdf", light), .retention_days = 2 }, NULL, NULL, NULL));
	WELL(library_add_text(&d, &b.a, b.l, b.db, "stays", NULL, NULL, "It stays.", 9));
	b.still.now_ms += 2 * 86400000LL - 1;
	WELL(library_expire(&removed, b.l, b.db));
	ck_assert_int_eq(removed, 0);
	b.still.now_ms++;
	WELL(library_expire(&removed, b.l, b.db));
	ck_assert_int_eq(removed, 1);
	ck_assert_int_eq(library_document_count(b.l), 1);
	ck_assert_int_eq(files_in(b.folder, ".orig"), 1);
	WELL(library_remove(b.l, b.db, d->id));
	FAILS(FAULT_ABSENT, library_remove(b.l, b.db, d->id));
	ck_assert_int_eq(index_passages(library_index(b.l)), 0);
	bench_close(&b);
}
END_TEST

TESTS("library/ingest", a_document_is_read_into_pages_headings_and_passages, the_same_bytes_again_are_the_document_that_is_there,
	what_the_child_says_about_failure_is_kept_and_cleaned, a_child_that_talks_nonsense_makes_a_damaged_document,
	a_child_that_dies_hangs_or_floods_is_ended, a_missing_extractor_is_our_fault_and_leaves_nothing, only_regular_files_are_opened,
	a_title_left_by_a_word_processor_gives_way,
	a_name_is_shown_clean_and_never_used_as_a_path, cancelling_at_any_page_leaves_nothing_behind,
	a_changed_file_is_the_same_document_with_other_text, a_document_is_read_again_from_its_kept_original,
	what_has_outlived_its_retention_goes)

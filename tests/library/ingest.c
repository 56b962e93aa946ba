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

TESTS("library/ingest", a_document_is_read_into_pages_headings_and_passages, the_same_bytes_again_are_the_document_that_is_there)

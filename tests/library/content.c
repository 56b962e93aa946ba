/* Reading back: ranges, pages, lists with cursors, outlines. */
#include "library_test.h"

static struct document *
add(struct bench *b, const char *name, const char *subject, const char *text)
{
	struct document *d;

	b->still.now_ms += 1000;
	WELL(library_add_text(&d, &b->a, b->l, b->db, name, NULL, subject, text, strlen(text)));
	ck_assert_str_eq(d->status, "completed");
	return d;
}

START_TEST(a_range_of_bytes_never_cuts_a_character)
{
	struct bench b;
	struct content c;
	static const char text[] = "\u5149\u5408\u6210 caf\u00e9.";

	bench_open(&b);
	struct document *d = add(&b, "one", "", text);
	for (int64_t start = 0; start < (int64_t)strlen(text); start++)
		for (int64_t end = start + 1; end <= (int64_t)strlen(text); end++) {
			WELL(library_content(&c, &b.a, b.l, b.db, &(struct document_content){ .id = d->id, .start = start, .end = end }));
			ck_assert(utf8_valid(c.text, strlen(c.text)));
			ck_assert_int_eq(c.end - c.start, (int64_t)strlen(c.text));
			ck_assert_int_eq(memcmp(text + c.start, c.text, strlen(c.text)), 0);
			ck_assert_int_ge(c.start, start);
			ck_assert_int_le(c.end, end);
		}
	WELL(library_content(&c, &b.a, b.l, b.db, &(struct document_content){ .id = d->id }));
	ck_assert_str_eq(c.text, text);
	ck_assert_int_eq(c.page, 1);
	FAILS(FAULT_ABSENT, library_content(&c, &b.a, b.l, b.db, &(struct document_content){ .id = d->id, .page = 2 }));
	FAILS(FAULT_INPUT, library_content(&c, &b.a, b.l, b.db, &(struct document_content){ .id = d->id, .start = 9, .end = 3 }));
	FAILS(FAULT_INPUT, library_content(&c, &b.a, b.l, b.db, &(struct document_content){ .id = d->id, .start = -9, .end = 3 }));
	FAILS(FAULT_ABSENT, library_content(&c, &b.a, b.l, b.db, &(struct document_content){ .id = "x" }));
	bench_close(&b);
}
END_TEST

START_TEST(a_list_is_filtered_searched_and_walked_by_cursor)
{
	struct bench b;
	struct documents list;
	struct document_list req = { .limit = 7 };
	char name[32], text[64];
	size_t seen = 0;

	bench_open(&b);
	for (int i = 0; i < 25; i++) {
		snprintf(name, sizeof name, i == 9 ? "100%%_%d" : "notes %d", i);
		snprintf(text, sizeof text, "Text of number %d.", i);
		add(&b, name, i % 5 == 0 ? "physics" : "history", text);
	}
	do {
		WELL(library_list(&list, &b.a, b.l, b.db, &req));
		ck_assert_int_eq(list.total, 25);
		struct document *d = list.items.items;
		for (size_t i = 0; i < list.items.count; i++, seen++) {
			snprintf(text, sizeof text, "%d", 24 - (int)seen);
			ck_assert_ptr_nonnull(strstr(d[i].name, text));
		}
		req.cursor = list.cursor;
	} while (list.cursor != NULL);
	ck_assert_uint_eq(seen, 25);
	const char *physics[] = { "physics", "chemistry" };
	WELL(library_list(&list, &b.a, b.l, b.db, &(struct document_list){ .subjects = { physics, 2 }, .limit = 100 }));
	ck_assert_int_eq(list.total, 5);
	ck_assert_uint_eq(list.items.count, 5);
	WELL(library_list(&list, &b.a, b.l, b.db, &(struct document_list){ .search = "NOTES 7" }));
	ck_assert_int_eq(list.total, 1);
	WELL(library_list(&list, &b.a, b.l, b.db, &(struct document_list){ .search = "%_" }));
	ck_assert_int_eq(list.total, 1);
	WELL(library_list(&list, &b.a, b.l, b.db, &(struct document_list){ .search = "' OR 1=1 --" }));
	ck_assert_int_eq(list.total, 0);
	WELL(library_list(&list, &b.a, b.l, b.db, &(struct document_list){ .status = "failed" }));
	ck_assert_int_eq(list.total, 0);
	FAILS(FAULT_INPUT, library_list(&list, &b.a, b.l, b.db, &(struct document_list){ .cursor = "1; DROP TABLE document" }));
	bench_close(&b);
}
END_TEST

START_TEST(a_filter_allows_completed_documents_only)
{
	struct bench b;
	struct document *d;
	const int64_t *docs;
	size_t count;
	bool all;
	const char *history[] = { "history" };
	struct search_run filter = { .subjects = { history, 1 } };

	bench_open(&b);
	add(&b, "one", "history", "One is here.");
	add(&b, "two", "physics", "Two is here.");
	add(&b, "three", "history", "Three is here.");
	WELL(library_add_text(&d, &b.a, b.l, b.db, "four", NULL, "history", " ", 1));
	ck_assert_str_eq(d->status, "failed");
	WELL(documents_allowed(&docs, &count, &all, &b.a, b.l, b.db, &filter));
	ck_assert(!all);
	ck_assert_uint_eq(count, 2);
	ck_assert_int_lt(docs[0], docs[1]);
	WELL(documents_allowed(&docs, &count, &all, &b.a, b.l, b.db, NULL));
	ck_assert(all);
	const char *many[101];
	for (size_t i = 0; i < 101; i++)
		many[i] = "x";
	filter.subjects = (struct text_list){ many, 101 };
	FAILS(FAULT_LIMIT, documents_allowed(&docs, &count, &all, &b.a, b.l, b.db, &filter));
	bench_close(&b);
}
END_TEST

START_TEST(an_outline_is_in_order_and_thinned_evenly)
{
	struct bench b;
	struct passages p;
	struct text t;

	bench_open(&b);
	text_init(&t, 1 << 20);
	for (int i = 0; i < 40; i++)
		text_printf(&t, "# Section %d\n\nThis is section %d.\n\n", i, i);
	struct document *d = add(&b, "long", "", t.data);
	add(&b, "short", "", "A short one.");
	WELL(library_outline(&p, &b.a, b.l, b.db, NULL, 0));
	ck_assert_uint_eq(p.items.count, 41);
	const char *ids[] = { d->id };
	WELL(library_outline(&p, &b.a, b.l, b.db, &(struct search_run){ .documents = { ids, 1 } }, 10));
	ck_assert_uint_eq(p.items.count, 10);
	for (size_t i = 0; i < 10; i++) {
		const struct passage *one = (const struct passage *)p.items.items + i;
		ck_assert_int_eq(one->n, (int64_t)i * 4);
		ck_assert_str_eq(one->heading, arena_printf(&b.a, "Section %zu", i * 4));
	}
	text_clear(&t);
	bench_close(&b);
}
END_TEST

START_TEST(what_was_added_is_found_and_what_was_removed_is_not)
{
	struct bench b;
	struct hits hits;

	bench_open(&b);
	struct document *d = add(&b, "cells", "", "Mitochondria make the energy of a cell.");
	add(&b, "other", "", "Rivers carry sand to the sea.");
	WELL(library_search(&hits, &b.a, b.l, b.db, &(struct search_run){ .query = "mitochondria energy", .k = 5 }, NULL));
	ck_assert_uint_ge(hits.items.count, 1);
	ck_assert_str_eq(((struct hit *)hits.items.items)->passage->file_id, d->id);
	WELL(library_remove(b.l, b.db, d->id));
	WELL(library_search(&hits, &b.a, b.l, b.db, &(struct search_run){ .query = "mitochondria energy", .k = 5 }, NULL));
	ck_assert_uint_eq(hits.items.count, 0);
	bench_close(&b);
}
END_TEST

TESTS("library/content", a_range_of_bytes_never_cuts_a_character, a_list_is_filtered_searched_and_walked_by_cursor,
	a_filter_allows_completed_documents_only, an_outline_is_in_order_and_thinned_evenly,
	what_was_added_is_found_and_what_was_removed_is_not)

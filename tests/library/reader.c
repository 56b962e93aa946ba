/* Who sees which document, and whose it is to change. */
#include "library_test.h"

static struct bench b;

/* A file that the extractor reads as this text. */
static const char *
file_of(const char *name, const char *text)
{
	const char *const frames[] = { "{\"kind\":\"meta\",\"format\":\"text\"}",
		arena_printf(&b.a, "{\"kind\":\"page\",\"page\":1,\"blocks\":[{\"type\":\"para\",\"text\":\"%s\"}]}", text),
		"{\"kind\":\"end\",\"status\":\"completed\"}", NULL };
	return frames_file(&b, name, frames);
}

#define ANN "a1111111111111111111111111111111"
#define BEN "b2222222222222222222222222222222"
#define EVA "e3333333333333333333333333333333"   /* teaches biology */
#define MAX "c4444444444444444444444444444444"   /* teaches physics */
#define TOM "d5555555555555555555555555555555"   /* administrator */

static const struct library_reader ann = { .person = ANN }, ben = { .person = BEN }, eva = { .person = EVA },
	max = { .person = MAX }, tom = { .person = TOM, .everywhere = true };

static void
members(void)
{
	WELL(store_exec(b.db, "INSERT INTO class (id, title, archived, created) VALUES ('biology', 'Biology', 0, 1), ('physics', 'Physics', 0, 1)"));
	WELL(store_exec(b.db, "INSERT INTO person (id, role, blocked, provider, created, seen) VALUES ('" ANN "', 2, 0, 'code', 1, 1),"
		"('" BEN "', 2, 0, 'code', 1, 1), ('" EVA "', 3, 0, 'code', 1, 1), ('" MAX "', 3, 0, 'code', 1, 1)"));
	WELL(store_exec(b.db, "INSERT INTO class_member (class, person, role, joined) VALUES ('biology', '" ANN "', 2, 1),"
		"('biology', '" EVA "', 3, 1), ('physics', '" MAX "', 3, 1), ('physics', '" BEN "', 2, 1)"));
}

static const char *
add(const struct library_reader *who, const char *name, const char *subject, const char *text)
{
	struct document *d;
	library_read_as(b.db, who);
	WELL(library_add_text(&d, &b.a, b.l, b.db, name, NULL, subject, text, strlen(text)));
	return d->id;
}

static bool
sees(const struct library_reader *who, const char *id)
{
	struct document *d;
	struct documents list;
	struct hits hits;
	struct passages near, outline;
	struct content content;
	bool listed = false, found = false, outlined = false;
	library_read_as(b.db, who);
	bool got = library_get(&d, &b.a, b.l, b.db, id) == FAULT_NONE;
	WELL(library_list(&list, &b.a, b.l, b.db, &(struct document_list){ .limit = 100 }));
	for (size_t i = 0; i < list.items.count; i++)
		listed = listed || str_same(((struct document *)list.items.items)[i].id, id);
	ck_assert_int_eq(list.total, (int64_t)list.items.count);
	WELL(library_search(&hits, &b.a, b.l, b.db, &(struct search_run){ .query = "osmosis water membrane", .k = 50 }, NULL));
	for (size_t i = 0; i < hits.items.count; i++)
		found = found || str_same(((struct hit *)hits.items.items)[i].passage->file_id, id);
	WELL(library_outline(&outline, &b.a, b.l, b.db, NULL, 100));
	for (size_t i = 0; i < outline.items.count; i++)
		outlined = outlined || str_same(((struct passage *)outline.items.items)[i].file_id, id);
	bool passages = library_passages(&near, &b.a, b.l, b.db, &(struct passage_get){ .file_id = id }) == FAULT_NONE,
	     read = library_content(&content, &b.a, b.l, b.db, &(struct document_content){ .id = id }) == FAULT_NONE;
	ck_assert_msg(got == listed && got == found && got == outlined && got == passages && got == read,
		"%d %d %d %d %d %d", got, listed, found, outlined, passages, read);
	return got;
}

START_TEST(a_document_is_seen_by_its_owner_or_the_members_of_its_class_or_all)
{
	bench_open(&b);
	members();
	const char *all = add(&tom, "all.txt", "chemistry", "Osmosis moves water through a membrane, says the first."),
		   *biology = add(&eva, "class.txt", "biology", "Osmosis moves water through a membrane, says the second."),
		   *anns = add(&ann, "mine.txt", "biology", "Osmosis moves water through a membrane, says the third."),
		   *bens = add(&ben, "his.txt", "", "Osmosis moves water through a membrane, says the fourth.");
	const struct { const char *id; bool ann, ben, eva, max, tom, machine; } want[] = {
		{ all, true, true, true, true, true, true },
		{ biology, true, false, true, false, true, true },
		{ anns, true, false, false, false, false, true },
		{ bens, false, true, false, false, false, true },
	};
	for (size_t i = 0; i < COUNT_OF(want); i++) {
		ck_assert_int_eq(sees(&ann, want[i].id), want[i].ann);
		ck_assert_int_eq(sees(&ben, want[i].id), want[i].ben);
		ck_assert_int_eq(sees(&eva, want[i].id), want[i].eva);
		ck_assert_int_eq(sees(&max, want[i].id), want[i].max);
		ck_assert_int_eq(sees(&tom, want[i].id), want[i].tom);
		ck_assert_int_eq(sees(NULL, want[i].id), want[i].machine);
	}
	WELL(store_exec(b.db, "DELETE FROM class_member WHERE person = '" ANN "'"));
	ck_assert(!sees(&ann, biology));
	ck_assert(sees(&ann, anns));
	bench_close(&b);
}
END_TEST

START_TEST(a_document_is_changed_by_its_owner_its_teachers_or_an_administrator)
{
	struct document *d;
	bench_open(&b);
	members();
	const char *biology = add(&eva, "class.txt", "biology", "Osmosis moves water."),
		   *all = add(&tom, "all.txt", "", "Diffusion moves anything."),
		   *anns = add(&ann, "mine.txt", "", "Transport moves the rest.");
	library_read_as(b.db, &ann);
	FAILS(FAULT_DENIED, library_remove(b.l, b.db, biology));
	FAILS(FAULT_DENIED, library_remove(b.l, b.db, all));
	FAILS(FAULT_DENIED, library_reindex(&d, &b.a, b.l, b.db, biology, NULL, NULL, NULL));
	library_read_as(b.db, &max);
	FAILS(FAULT_ABSENT, library_remove(b.l, b.db, biology));
	FAILS(FAULT_ABSENT, library_remove(b.l, b.db, anns));
	FAILS(FAULT_DENIED, library_remove(b.l, b.db, all));
	library_read_as(b.db, &eva);
	FAILS(FAULT_ABSENT, library_remove(b.l, b.db, anns));
	WELL(library_remove(b.l, b.db, biology));
	library_read_as(b.db, &ann);
	WELL(library_remove(b.l, b.db, anns));
	anns = add(&ann, "mine.txt", "", "Transport moves the rest.");
	library_read_as(b.db, &tom);
	FAILS(FAULT_ABSENT, library_get(&d, &b.a, b.l, b.db, anns));
	WELL(library_remove(b.l, b.db, anns));
	WELL(library_remove(b.l, b.db, all));
	bench_close(&b);
}
END_TEST

START_TEST(the_same_bytes_of_somebody_else_are_neither_told_nor_touched)
{
	const char *text = "Osmosis moves water through a membrane.";
	struct document *d;
	bench_open(&b);
	members();
	const char *anns = add(&ann, "mine.txt", "", text), *bens = add(&ben, "his.txt", "", text);
	ck_assert_str_ne(anns, bens);
	ck_assert(sees(&ann, anns) && !sees(&ann, bens));
	library_read_as(b.db, &ann);
	FAILS(FAULT_EXISTS, library_add_text(&d, &b.a, b.l, b.db, "again.txt", NULL, "", text, strlen(text)));
	ck_assert_str_eq(d->id, anns);
	/* A file under the same origin as a document of somebody else. */
	const struct document_add of_class = { .path = file_of("origin.txt", "Osmosis moves water, says a class."), .origin = "https://example.org/a", .subject = "biology" };
	library_read_as(b.db, &eva);
	WELL(library_add(&d, &b.a, b.l, b.db, &of_class, NULL, NULL, NULL));
	const char *class = d->id;
	const struct document_add of_ben = { .path = file_of("other.txt", "Osmosis moves water, says somebody else."), .origin = "https://example.org/a", .subject = "biology" };
	library_read_as(b.db, &max);
	WELL(library_add(&d, &b.a, b.l, b.db, &of_ben, NULL, NULL, NULL));
	ck_assert_str_ne(d->id, class);
	ck_assert(sees(&max, d->id) && !sees(&ann, d->id));   /* he does not teach it: his own */
	bench_close(&b);
}
END_TEST

START_TEST(nothing_moves_into_a_class_but_by_its_teachers)
{
	struct document *d;
	bench_open(&b);
	members();
	const struct document_add first = { .path = file_of("class.txt", "Osmosis moves water."), .subject = "biology" },
		into_physics = { .path = first.path, .subject = "physics", .again = true };
	library_read_as(b.db, &eva);
	WELL(library_add(&d, &b.a, b.l, b.db, &first, NULL, NULL, NULL));
	FAILS(FAULT_DENIED, library_add(&d, &b.a, b.l, b.db, &into_physics, NULL, NULL, NULL));
	library_read_as(b.db, &ann);
	const struct document_add again = { .path = first.path, .again = true };
	FAILS(FAULT_DENIED, library_add(&d, &b.a, b.l, b.db, &again, NULL, NULL, NULL));
	bench_close(&b);
}
END_TEST

START_TEST(what_one_person_adds_has_a_limit_of_count_and_of_bytes)
{
	const struct library_reader few = { .person = ANN, .count_max = 2 }, small = { .person = ANN, .bytes_max = 30 };
	struct document *d;
	bench_open(&b);
	add(&few, "1.txt", "", "One text.");
	const char *second = add(&few, "2.txt", "", "Another text.");
	FAILS(FAULT_LIMIT, library_add_text(&d, &b.a, b.l, b.db, "3.txt", NULL, "", "A third.", 8));
	WELL(library_remove(b.l, b.db, second));
	add(&few, "3.txt", "", "A third.");
	library_read_as(b.db, &small);
	FAILS(FAULT_LIMIT, library_add_text(&d, &b.a, b.l, b.db, "4.txt", NULL, "", "A fourth, rather long.", 22));
	library_read_as(b.db, NULL);
	ck_assert_int_eq(library_document_count(b.l), 2);
	bench_close(&b);
}
END_TEST

START_TEST(spelling_is_not_repaired_by_words_that_the_reader_may_not_see)
{
	struct hits hits;
	bench_open(&b);
	add(&ann, "mine.txt", "", "The zymurgology of the cellar is written here, zymurgology and more.");
	add(NULL, "all.txt", "", "Osmosis moves water through a membrane of the cell.");
	library_read_as(b.db, &ann);
	WELL(library_search(&hits, &b.a, b.l, b.db, &(struct search_run){ .query = "zymurgolgy" }, NULL));
	ck_assert_ptr_nonnull(hits.corrected);
	library_read_as(b.db, &ben);
	WELL(library_search(&hits, &b.a, b.l, b.db, &(struct search_run){ .query = "zymurgolgy water" }, NULL));
	ck_assert_msg(hits.corrected == NULL, "%s", hits.corrected);
	WELL(library_search(&hits, &b.a, b.l, b.db, &(struct search_run){ .query = "osmosiss water" }, NULL));
	ck_assert_ptr_nonnull(hits.corrected);
	bench_close(&b);
}
END_TEST

TESTS("reader", a_document_is_seen_by_its_owner_or_the_members_of_its_class_or_all,
	a_document_is_changed_by_its_owner_its_teachers_or_an_administrator,
	the_same_bytes_of_somebody_else_are_neither_told_nor_touched,
	nothing_moves_into_a_class_but_by_its_teachers, what_one_person_adds_has_a_limit_of_count_and_of_bytes,
	spelling_is_not_repaired_by_words_that_the_reader_may_not_see)

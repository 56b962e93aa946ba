/* The index on disk: adding, removing, merging, opening again, damage. */
#include <dirent.h>
#include "find_test.h"
#include "../../src/library/index_in.h"

static size_t
hits(struct shelf *s, const char *query)
{
	return shelf_find(s, query)->passage_count;
}

START_TEST(what_is_added_is_found_and_survives_reopening)
{
	struct shelf s;
	shelf_open(&s);
	shelf_add(&s, 3, "Plants", TEXTS("Chlorophyll absorbs light.", "Roots drink water."));
	ck_assert_uint_eq(hits(&s, "What absorbs light?"), 1);
	shelf_reopen(&s);
	ck_assert_uint_eq(hits(&s, "roots"), 1);
	ck_assert_int_eq(index_passages(s.ix), 2);
	ck_assert(index_has(s.ix, 3));
	ck_assert(!index_has(s.ix, 4));
	shelf_close(&s);
}
END_TEST

START_TEST(what_is_removed_is_not_found)
{
	struct shelf s;
	shelf_open(&s);
	shelf_add(&s, 1, "A", TEXTS("Granite is hard."));
	shelf_add(&s, 2, "B", TEXTS("Granite is grey."));
	WELL(index_remove(s.ix, 1));
	ck_assert_uint_eq(hits(&s, "granite"), 1);
	ck_assert_int_eq(index_passages(s.ix), 1);
	shelf_reopen(&s);
	ck_assert(!index_has(s.ix, 1));
	ck_assert_uint_eq(hits(&s, "granite"), 1);
	WELL(index_remove(s.ix, 77));
	shelf_close(&s);
}
END_TEST

START_TEST(adding_again_replaces)
{
	struct shelf s;
	shelf_open(&s);
	shelf_add(&s, 1, "A", TEXTS("Granite is hard."));
	shelf_add(&s, 1, "A", TEXTS("Basalt is dark."));
	ck_assert_uint_eq(hits(&s, "granite"), 0);
	ck_assert_uint_eq(hits(&s, "basalt"), 1);
	ck_assert_int_eq(index_passages(s.ix), 1);
	shelf_close(&s);
}
END_TEST

static size_t
segments(const char *folder)
{
	DIR *d = opendir(folder);
	size_t n = 0;
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		n += str_ends(e->d_name, ".seg");
	closedir(d);
	return n;
}

START_TEST(merging_keeps_every_answer)
{
	static const char *const rocks[] = { "granite", "basalt", "gneiss", "marble", "slate", "chalk", "flint" };
	struct shelf s;
	shelf_open(&s);
	for (int i = 0; i < 40; i++)
		shelf_add(&s, i, rocks[i % 7], TEXTS(arena_printf(&s.a, "The %s number %d lies here. 花崗岩は硬い。", rocks[i % 7], i + 100), "Another passage about stones."));
	ck_assert_uint_lt(segments(s.folder), 20);
	for (int i = 0; i < 40; i += 3)
		WELL(index_remove(s.ix, i));
	struct found *before = shelf_find(&s, "number 122 of marble?");
	const char *text = before->sentences[0].text;
	WELL(index_merge(s.ix, NULL));
	ck_assert_uint_eq(segments(s.folder), 1);
	ck_assert_int_eq(index_passages(s.ix), 26 * 2);
	struct found *after = shelf_find(&s, "number 122 of marble?");
	ck_assert_str_eq(after->sentences[0].text, text);
	ck_assert_uint_eq(shelf_ask(&s, (struct find_request){ .query = "花崗岩", .passages = 60 })->passage_count, 26);
	shelf_close(&s);
}
END_TEST

START_TEST(another_process_sees_the_change)
{
	struct shelf s;
	struct index *other;
	struct snapshot *snapshot;
	shelf_open(&s);
	WELL(index_open(&other, s.folder));
	shelf_add(&s, 1, "A", TEXTS("Granite is hard."));
	WELL(index_snapshot(&snapshot, other));
	ck_assert_uint_eq(snapshot->passages, 1);
	snapshot_release(snapshot);
	WELL(index_remove(other, 1));
	ck_assert_int_eq(index_passages(s.ix), 0);
	index_close(other);
	shelf_close(&s);
}
END_TEST

START_TEST(a_snapshot_outlives_removal_and_merge)
{
	struct shelf s;
	struct snapshot *old;
	struct stem_entry e;
	shelf_open(&s);
	shelf_add(&s, 1, "A", TEXTS("Granite is hard."));
	WELL(index_snapshot(&old, s.ix));
	WELL(index_remove(s.ix, 1));
	WELL(index_merge(s.ix, NULL));
	ck_assert(segment_stem(&e, old->parts[0].segment, "granit", 6));
	ck_assert_uint_eq(e.df, 1);
	snapshot_release(old);
	shelf_close(&s);
}
END_TEST

/* Overwrite one byte of every file with this ending. */
static void
spoil(const char *folder, const char *ending, long at)
{
	DIR *d = opendir(folder);
	char path[512];
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		if (!str_ends(e->d_name, ending))
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		FILE *f = fopen(path, "r+");
		fseek(f, at, at < 0 ? SEEK_END : SEEK_SET);
		int c = fgetc(f);
		fseek(f, -1, SEEK_CUR);
		fputc(c ^ 0x20, f);
		fclose(f);
	}
	closedir(d);
}

START_TEST(a_spoilt_byte_is_damage)
{
	static const long places[] = { 0, 20, 90, 200, -30 };
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		struct shelf s;
		struct index *ix;
		shelf_open(&s);
		shelf_add(&s, 1, "A", TEXTS("Granite is hard.", "Basalt is dark."));
		spoil(s.folder, ".seg", places[i]);
		FAILS(FAULT_DAMAGED, index_open(&ix, s.folder));
		shelf_close(&s);
	}
	struct shelf s;
	struct index *ix;
	shelf_open(&s);
	shelf_add(&s, 1, "A", TEXTS("Granite is hard."));
	spoil(s.folder, "manifest", 15);
	FAILS(FAULT_DAMAGED, index_open(&ix, s.folder));
	shelf_close(&s);
}
END_TEST

START_TEST(an_index_of_another_format_is_not_searched)
{
	struct manifest m;
	for (int format = INDEX_FORMAT - 1; format <= INDEX_FORMAT + 1; format++) {
		struct text t;
		text_init(&t, 1024);
		text_printf(&t, "stoa-index %d 7 12\nsegment 00000001.seg\n", format);
		text_printf(&t, "sum %016llx\n", (unsigned long long)bytes_check(t.data, t.len));
		enum fault f = manifest_parse(&m, t.data, t.len);
		ck_assert_int_eq(f, format == INDEX_FORMAT ? FAULT_NONE : FAULT_DAMAGED);
		if (f == FAULT_NONE)
			manifest_clear(&m);
		text_clear(&t);
	}
}
END_TEST

START_TEST(a_condemned_index_starts_from_nothing)
{
	struct shelf s;
	struct snapshot *snapshot;
	shelf_open(&s);
	shelf_add(&s, 1, "A", TEXTS("Granite is hard."));
	index_condemn(s.ix);
	FAILS(FAULT_DAMAGED, index_snapshot(&snapshot, s.ix));
	shelf_reopen(&s);
	ck_assert_int_eq(index_passages(s.ix), 0);
	shelf_add(&s, 1, "A", TEXTS("Granite is hard."));
	ck_assert_uint_eq(hits(&s, "granite"), 1);
	shelf_close(&s);
}
END_TEST

START_TEST(remains_of_a_crash_are_swept)
{
	struct shelf s;
	char path[256];
	shelf_open(&s);
	for (int i = 0; i < 6; i++)
		shelf_add(&s, i, "A", TEXTS("Granite is hard."));
	snprintf(path, sizeof path, "%s/deadbeef.seg", s.folder);
	WELL(file_write(path, "half", 4));
	shelf_reopen(&s);
	WELL(index_merge(s.ix, NULL));
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_uint_eq(segments(s.folder), 1);
	shelf_close(&s);
}
END_TEST

START_TEST(a_cancelled_merge_changes_nothing)
{
	struct shelf s;
	struct cancel cancel = { true };
	shelf_open(&s);
	for (int i = 0; i < 5; i++)
		shelf_add(&s, i, "A", TEXTS("Granite is hard."));
	FAILS(FAULT_CANCELLED, index_merge(s.ix, &cancel));
	ck_assert_uint_eq(hits(&s, "granite"), 5);
	shelf_close(&s);
}
END_TEST

START_TEST(an_empty_document_and_too_large_a_number_are_handled)
{
	struct shelf s;
	struct index_passage p = { "x", 1, NULL };
	shelf_open(&s);
	WELL(index_add(s.ix, 1, "Empty", NULL, 0, NULL));
	ck_assert_int_eq(index_passages(s.ix), 0);
	FAILS(FAULT_LIMIT, index_add(s.ix, -1, "X", &p, 1, NULL));
	FAILS(FAULT_LIMIT, index_add(s.ix, 1, "X", &p, 2000000, NULL));
	shelf_close(&s);
}
END_TEST

static bool
any_file_holds(const char *folder, const char *word)
{
	char command[300];
	snprintf(command, sizeof command, "grep -rqaF %s '%s'", word, folder);
	return system(command) == 0;
}

/* A large segment is not written again for one document: its words stay a while. */
START_TEST(words_of_a_removed_document_leave_every_file)
{
	struct shelf s;
	static struct index_passage many[CLEAN_AT_ONCE + 1];
	struct index_passage one = { "The zebrafinch sings.", 21, NULL };
	shelf_open(&s);
	for (size_t i = 0; i < COUNT_OF(many); i++)
		many[i] = (struct index_passage){ "Granite is hard.", 16, NULL };
	WELL(index_add(s.ix, 1, NULL, many, 100, NULL));
	WELL(index_add(s.ix, 2, NULL, &one, 1, NULL));
	WELL(index_merge(s.ix, NULL));
	ck_assert(any_file_holds(s.folder, "zebrafinch"));
	WELL(index_remove(s.ix, 2));
	ck_assert(!any_file_holds(s.folder, "zebrafinch"));
	WELL(index_add(s.ix, 1, NULL, many, COUNT_OF(many), NULL));
	WELL(index_add(s.ix, 2, NULL, &one, 1, NULL));
	WELL(index_merge(s.ix, NULL));
	WELL(index_remove(s.ix, 2));
	ck_assert(any_file_holds(s.folder, "zebrafinch"));
	ck_assert(index_has_dead(s.ix));
	WELL(index_clean(s.ix, COUNT_OF(many) + 1, NULL));
	ck_assert(!any_file_holds(s.folder, "zebrafinch"));
	ck_assert(!index_has_dead(s.ix));
	ck_assert_int_eq(index_passages(s.ix), (int64_t)COUNT_OF(many));
	shelf_close(&s);
}
END_TEST

TESTS("index", what_is_added_is_found_and_survives_reopening, what_is_removed_is_not_found, adding_again_replaces, merging_keeps_every_answer,
	another_process_sees_the_change, a_snapshot_outlives_removal_and_merge, a_spoilt_byte_is_damage, an_index_of_another_format_is_not_searched, a_condemned_index_starts_from_nothing,
	remains_of_a_crash_are_swept, a_cancelled_merge_changes_nothing, an_empty_document_and_too_large_a_number_are_handled, words_of_a_removed_document_leave_every_file)

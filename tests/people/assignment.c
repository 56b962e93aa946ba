/* Assignments of a class: who writes them, who sees them, and what they are worked on with. */
#include "people_test.h"

#define TEACHER "000000000000000000000000000000a1"
#define LEARNER "000000000000000000000000000000a2"
#define STRANGER "000000000000000000000000000000a3"
#define OTHER "000000000000000000000000000000a4"
#define DOC(n) "0000000000000000000000000000d00" #n

static struct hall h;
static const struct people_asker teacher = { TEACHER, ROLE_INSTRUCTOR }, learner = { LEARNER, ROLE_LEARNER },
	stranger = { STRANGER, ROLE_LEARNER }, other = { OTHER, ROLE_INSTRUCTOR };

static void
document_put(int no, const char *id, const char *subject, const char *owner, const char *status)
{
	char sql[1000];
	snprintf(sql, sizeof sql, "INSERT INTO document (no, id, stored, name, title, subject, domain, kind, status, reason,"
		" error_message, language, sha256, origin, preview, authors, concepts, text_sha256, text_bytes, pages, passages,"
		" words, size_bytes, cited, stale, added, changed, expires, owner) VALUES (%d, '%s', 's%d', 'n', 't', '%s', '', 'text',"
		" '%s', '', '', '', '', '', '', '', '', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '%s')", no, id, no, subject, status, owner);
	WELL(store_exec(h.db, sql));
}

/* Two classes, each with a teacher; documents in and out of the first. */
static void
school(void)
{
	hall_open(&h);
	WELL(store_exec(h.db, "INSERT INTO class (id, title, archived, created) VALUES ('bio', 'Biology', 0, 1), ('chem', 'Chemistry', 0, 1)"));
	WELL(store_exec(h.db, "INSERT INTO class_member (class, person, role, joined) VALUES ('bio', '" TEACHER "', 3, 1),"
		" ('bio', '" LEARNER "', 2, 1), ('chem', '" OTHER "', 3, 1), ('chem', '" STRANGER "', 2, 1)"));
	document_put(1, DOC(1), "bio", "", "completed");
	document_put(2, DOC(2), "bio", "", "completed");
	document_put(3, DOC(3), "chem", "", "completed");
	document_put(4, DOC(4), "bio", TEACHER, "completed");
	document_put(5, DOC(5), "bio", "", "failed");
}

static struct text_list
texts(const char *const *items, size_t count)
{
	const char **copy = arena_alloc(&h.a, count * sizeof *copy);
	memcpy(copy, items, count * sizeof *copy);
	return (struct text_list){ copy, count };
}
#define TEXTS(...) texts((const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static enum fault
make(struct assignment *out, const struct people_asker *who, const struct assignment_create *req)
{
	return people_assignment_create(out, &h.a, h.people, h.db, who, req);
}

static struct assignment
made(const char *title, const char *state, int64_t due)
{
	struct assignment v;
	const struct assignment_create req = { .class_id = "bio", .title = title, .state = state, .due = due };
	WELL(make(&v, &teacher, &req));
	return v;
}

static enum fault
get(struct assignment *out, const struct people_asker *who, const char *class, const char *id)
{
	return people_assignment_get(out, &h.a, h.people, h.db, who, &(struct assignment_get){ class, id });
}

START_TEST(a_teacher_writes_and_members_see_what_is_published)
{
	struct assignment draft, shown, v;
	struct assignments list;
	struct assignment_list all = { .class_id = "bio" };
	school();
	draft = made("Secret", NULL, 0);
	ck_assert_str_eq(draft.state, "draft");
	shown = made("Leaves", "published", 5);
	WELL(get(&v, &learner, "bio", shown.id));
	ck_assert_str_eq(v.title, "Leaves");
	ck_assert_int_eq(v.due, 5);
	FAILS(FAULT_ABSENT, get(&v, &learner, "bio", draft.id));
	FAILS(FAULT_ABSENT, get(&v, &learner, NULL, draft.id));
	WELL(get(&v, &teacher, NULL, draft.id));
	WELL(people_assignment_list(&list, &h.a, h.people, h.db, &learner, &all));
	ck_assert_int_eq(list.total, 1);
	all.state = "draft";
	WELL(people_assignment_list(&list, &h.a, h.people, h.db, &learner, &all));
	ck_assert_int_eq(list.total, 0);
	ck_assert_uint_eq(list.items.count, 0);
	WELL(people_assignment_list(&list, &h.a, h.people, h.db, &teacher, &all));
	ck_assert_int_eq(list.total, 1);
	hall_close(&h);
}
END_TEST

START_TEST(nobody_of_another_class_sees_or_writes)
{
	struct assignment mine, v;
	struct assignments list;
	const struct assignment_create into = { .class_id = "bio", .title = "Mine now" };
	school();
	mine = made("Leaves", "published", 0);
	const struct assignment_update change = { .class_id = "bio", .id = mine.id, .title = "X" },
		through = { .class_id = "chem", .id = mine.id, .title = "X" };
	const struct people_asker *const strangers[] = { &stranger, &other };
	for (size_t i = 0; i < COUNT_OF(strangers); i++) {
		FAILS(FAULT_ABSENT, get(&v, strangers[i], "bio", mine.id));
		FAILS(FAULT_ABSENT, get(&v, strangers[i], "chem", mine.id));
		FAILS(FAULT_ABSENT, get(&v, strangers[i], NULL, mine.id));
		FAILS(FAULT_ABSENT, people_assignment_list(&list, &h.a, h.people, h.db, strangers[i], &(struct assignment_list){ .class_id = "bio" }));
		FAILS(FAULT_ABSENT, make(&v, strangers[i], &into));
		FAILS(FAULT_ABSENT, people_assignment_update(&v, &h.a, h.people, h.db, strangers[i], &change));
	}
	/* The teacher of another class does not reach it by naming his own. */
	FAILS(FAULT_ABSENT, people_assignment_update(&v, &h.a, h.people, h.db, &other, &through));
	FAILS(FAULT_ABSENT, people_assignment_delete(&h.a, h.people, h.db, &other, &(struct assignment_get){ "chem", mine.id }));
	FAILS(FAULT_DENIED, make(&v, &learner, &into));
	FAILS(FAULT_DENIED, people_assignment_update(&v, &h.a, h.people, h.db, &learner, &change));
	FAILS(FAULT_DENIED, people_assignment_delete(&h.a, h.people, h.db, &learner, &(struct assignment_get){ "bio", mine.id }));
	WELL(get(&v, &learner, "bio", mine.id));
	ck_assert_str_eq(v.title, "Leaves");
	hall_close(&h);
}
END_TEST

START_TEST(materials_are_documents_of_the_class_while_they_are_there)
{
	struct assignment v;
	school();
	const char *const refused[] = { DOC(3), DOC(4), DOC(5), "none" };
	struct assignment_create req = { .class_id = "bio", .title = "Leaves", .state = "published" };
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		req.materials = TEXTS(DOC(1), refused[i]);
		FAILS(FAULT_INPUT, make(&v, &teacher, &req));
	}
	req.materials = TEXTS(DOC(2), DOC(1), DOC(2));
	WELL(make(&v, &teacher, &req));
	ck_assert_uint_eq(v.materials.count, 2);
	ck_assert_str_eq(v.materials.items[0], DOC(2));
	ck_assert_str_eq(v.materials.items[1], DOC(1));
	WELL(store_exec(h.db, "UPDATE document SET subject = 'chem' WHERE no = 2"));
	WELL(get(&v, &learner, "bio", v.id));
	ck_assert_uint_eq(v.materials.count, 1);
	/* What failed left no row behind. */
	struct assignments list;
	WELL(people_assignment_list(&list, &h.a, h.people, h.db, &teacher, &(struct assignment_list){ .class_id = "bio" }));
	ck_assert_int_eq(list.total, 1);
	hall_close(&h);
}
END_TEST

START_TEST(a_change_leaves_the_rest_and_takes_away_what_is_named)
{
	struct assignment v;
	school();
	const struct assignment_create req = { .class_id = "bio", .title = "Leaves", .instructions = "Read.", .due = 9, .materials = TEXTS(DOC(1)) };
	WELL(make(&v, &teacher, &req));
	struct assignment_update change = { .class_id = "bio", .id = v.id, .state = "published" };
	h.still.now_ms += 1000;
	WELL(people_assignment_update(&v, &h.a, h.people, h.db, &teacher, &change));
	ck_assert_str_eq(v.title, "Leaves");
	ck_assert_str_eq(v.instructions, "Read.");
	ck_assert_str_eq(v.state, "published");
	ck_assert_int_eq(v.due, 9);
	ck_assert_uint_eq(v.materials.count, 1);
	ck_assert_int_eq(v.updated - v.created, 1000);
	change = (struct assignment_update){ .class_id = "bio", .id = v.id, .title = "Roots", .clear = TEXTS("due", "materials", "instructions") };
	WELL(people_assignment_update(&v, &h.a, h.people, h.db, &teacher, &change));
	ck_assert_str_eq(v.title, "Roots");
	ck_assert(v.instructions == NULL || v.instructions[0] == '\0');
	ck_assert_str_eq(v.state, "published");
	ck_assert_int_eq(v.due, 0);
	ck_assert_uint_eq(v.materials.count, 0);
	WELL(people_assignment_delete(&h.a, h.people, h.db, &teacher, &(struct assignment_get){ "bio", v.id }));
	FAILS(FAULT_ABSENT, get(&v, &teacher, "bio", v.id));
	struct sealed rec;
	FAILS(FAULT_ABSENT, store_get(&rec, &h.a, h.db, v.id));
	hall_close(&h);
}
END_TEST

START_TEST(a_list_goes_by_what_is_due_and_pages_through_all)
{
	static const int64_t due[] = { 30, 0, 10, 10, 0, 20 };
	struct assignment_list req = { .class_id = "bio", .limit = 2 };
	struct assignments list;
	int64_t last = -1;
	size_t seen = 0;
	school();
	for (size_t i = 0; i < COUNT_OF(due); i++)
		made("x", "published", due[i]);
	do {
		WELL(people_assignment_list(&list, &h.a, h.people, h.db, &learner, &req));
		ck_assert_int_eq(list.total, COUNT_OF(due));
		const struct assignment *items = list.items.items;
		for (size_t i = 0; i < list.items.count; i++, seen++) {
			int64_t at = items[i].due == 0 ? INT64_MAX : items[i].due;
			ck_assert_int_ge(at, last);
			last = at;
		}
		req.cursor = list.cursor;
	} while (req.cursor != NULL);
	ck_assert_uint_eq(seen, COUNT_OF(due));
	req.cursor = "7:nonsense";
	FAILS(FAULT_INPUT, people_assignment_list(&list, &h.a, h.people, h.db, &learner, &req));
	hall_close(&h);
}
END_TEST

START_TEST(nothing_that_was_written_stands_in_the_open)
{
	struct assignment v;
	struct text file;
	school();
	if (store_paths_of(h.database, NULL).url != NULL) {   /* no file to look at */
		hall_close(&h);
		return;
	}
	const struct assignment_create req = { .class_id = "bio", .title = "Zymurgy", .instructions = "Brew with Boris." };
	WELL(make(&v, &teacher, &req));
	WELL(store_exec(h.db, "PRAGMA wal_checkpoint(TRUNCATE)"));
	text_init(&file, 64u << 20);
	WELL(file_read(&file, h.database));
	ck_assert_ptr_null(memmem(file.data, file.len, "Zymurgy", 7));
	ck_assert_ptr_null(memmem(file.data, file.len, "Boris", 5));
	ck_assert_ptr_nonnull(memmem(file.data, file.len, "assignment", 10));
	text_clear(&file);
	hall_close(&h);
}
END_TEST

TESTS("assignment", a_teacher_writes_and_members_see_what_is_published, nobody_of_another_class_sees_or_writes,
	materials_are_documents_of_the_class_while_they_are_there, a_change_leaves_the_rest_and_takes_away_what_is_named,
	a_list_goes_by_what_is_due_and_pages_through_all, nothing_that_was_written_stands_in_the_open)

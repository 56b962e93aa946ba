/* The table of operations and the records it names. */
#include "../stoa_test.h"
#include <json-c/json.h>

#include "stoa/api.h"

START_TEST(operations_are_sorted_and_each_is_found_by_its_id)
{
	size_t count;
	const struct operation *all = operations(&count);
	ck_assert_uint_gt(count, 20);
	for (size_t i = 0; i < count; i++) {
		ck_assert_ptr_eq(operation_find(all[i].id), &all[i]);
		if (i > 0)
			ck_assert_str_lt(all[i - 1].id, all[i].id);
	}
	ck_assert_ptr_null(operation_find("no.such"));
	ck_assert_ptr_null(operation_find(NULL));
}
END_TEST

static bool
has_field(const struct record_type *type, const char *name, size_t n)
{
	for (size_t i = 0; i < type->count; i++)
		if (strlen(type->fields[i].name) == n && strncmp(type->fields[i].name, name, n) == 0)
			return true;
	return false;
}

START_TEST(every_placeholder_of_a_path_is_a_field_of_the_request)
{
	size_t count;
	const struct operation *all = operations(&count);
	for (size_t i = 0; i < count; i++) {
		for (const char *p = all[i].path; (p = strchr(p, '{')) != NULL; p++) {
			size_t n = strcspn(p + 1, "}");
			ck_assert_msg(has_field(all[i].request, p + 1, n), "%s: %s", all[i].id, p);
		}
	}
}
END_TEST

START_TEST(methods_agree_with_whether_an_operation_writes)
{
	size_t count;
	const struct operation *all = operations(&count);
	for (size_t i = 0; i < count; i++) {
		const struct operation *op = &all[i];
		bool read = strcmp(op->method, "GET") == 0 || strcmp(op->id, "search.run") == 0;
		ck_assert_msg(op->writes == !read, "%s", op->id);
		ck_assert_msg(op->help != NULL && str_ends(op->help, "."), "%s has no help", op->id);
		ck_assert_ptr_nonnull(op->request);
		ck_assert_ptr_nonnull(op->reply);
		ck_assert_msg((op->event_count > 0) == (op->events != NULL), "%s", op->id);
		for (size_t k = 0; k < i; k++)
			ck_assert_msg(strcmp(op->path, all[k].path) != 0 || strcmp(op->method, all[k].method) != 0,
				"%s and %s share a route", op->id, all[k].id);
	}
}
END_TEST

/* Tables are walked like a reader does: help, sizes, offsets. */
static void
check_type(const struct record_type *type, int depth)
{
	ck_assert_int_lt(depth, 8);
	ck_assert_ptr_nonnull(type->help);
	for (size_t i = 0; i < type->count; i++) {
		const struct field *f = &type->fields[i];
		ck_assert_msg(f->help != NULL && str_ends(f->help, "."), "%s.%s has no help", type->name, f->name);
		ck_assert_uint_lt(f->offset, type->size_bytes);
		ck_assert_msg((f->of != NULL) == (f->kind == FIELD_RECORD || f->kind == FIELD_LIST),
			"%s.%s", type->name, f->name);
		for (size_t k = 0; k < i; k++)
			ck_assert_msg(strcmp(f->name, type->fields[k].name) != 0 && f->offset != type->fields[k].offset,
				"%s.%s is there twice", type->name, f->name);
		if (f->of != NULL)
			check_type(f->of, depth + 1);
	}
}

static void
each_type(void (*fn)(const struct record_type *type))
{
	size_t count;
	const struct operation *all = operations(&count);
	for (size_t i = 0; i < count; i++) {
		fn(all[i].request);
		fn(all[i].reply);
		for (size_t k = 0; k < all[i].event_count; k++)
			fn(all[i].events[k].record);
	}
}

static void check_one(const struct record_type *type) { check_type(type, 0); }

START_TEST(every_field_has_help_and_a_place_of_its_own)
{
	each_type(check_one);
}
END_TEST

static size_t
member_bytes(enum field_kind kind)
{
	return kind == FIELD_TEXTS ? sizeof(struct text_list) : kind == FIELD_LIST ? sizeof(struct record_list) :
		kind == FIELD_BOOL ? sizeof(bool) : 8;
}

static void
covered(const struct record_type *type)
{
	unsigned char map[1024] = { 0 };
	ck_assert_uint_le(type->size_bytes, sizeof map);
	for (size_t i = 0; i < type->count; i++)
		memset(map + type->fields[i].offset, 1, member_bytes(type->fields[i].kind));
	for (size_t i = 0; i + 8 <= type->size_bytes; i += 8)
		ck_assert_msg(memchr(map + i, 1, 8) != NULL, "%s has a member without a field at %zu", type->name, i);
}

START_TEST(every_member_of_a_record_is_described)
{
	each_type(covered);
}
END_TEST

static void
schema_is_json(const struct record_type *type)
{
	struct text t;
	text_init(&t, 1 << 20);
	record_schema(&t, type);
	struct json_object *o = NULL;
	WELL(json_parse(&o, t.data, t.len));
	json_object_put(o);
	text_reset(&t);
	record_describe(&t, type);
	ck_assert(utf8_valid(t.data, t.len));
	text_clear(&t);
}

START_TEST(the_schema_of_every_record_is_json)
{
	each_type(schema_is_json);
}
END_TEST

static void
round_trip(const struct record_type *type)
{
	struct arena a;
	arena_init(&a);
	struct text one, two;
	text_init(&one, 1 << 16);
	text_init(&two, 1 << 16);
	record_to_json(&one, type, record_new(&a, type));
	void *back = NULL;
	enum fault f = record_from_json(&back, &a, type, one.data, one.len);
	if (f == FAULT_NONE) {
		record_to_json(&two, type, back);
		ck_assert_str_eq(one.data, two.data);
	} else   /* required fields are absent, or a number is below its minimum */
		ck_assert_msg(f == FAULT_INPUT, "%s: %s", type->name, fault_sentence());
	text_clear(&one);
	text_clear(&two);
	arena_clear(&a);
}

START_TEST(empty_records_survive_json)
{
	each_type(round_trip);
}
END_TEST

/* A server that lies about every field, in every way JSON allows. */
static void
lied_to(const struct record_type *type)
{
	static const char *const values[] = { "null", "true", "-1", "1.5", "1e308", "9223372036854775807", "\"\"",
		"\"x\"", "[]", "[null]", "[[{}]]", "{}", "{\"id\":{}}", "\"2026-01-01T00:00:00Z\"" };
	for (size_t i = 0; i < type->count; i++)
		for (size_t k = 0; k < COUNT_OF(values); k++) {
			struct arena a;
			struct text json, out;
			void *record = NULL;
			arena_init(&a);
			text_init(&json, 1000);
			text_init(&out, 1 << 16);
			text_printf(&json, "{\"%s\":%s}", type->fields[i].name, values[k]);
			enum fault f = record_from_json(&record, &a, type, json.data, json.len);
			ck_assert_msg(f == FAULT_NONE || ((f == FAULT_INPUT || f == FAULT_LIMIT) && fault_sentence()[0] != '\0'),
				"%s %s", type->name, json.data);
			if (f == FAULT_NONE) {
				WELL(record_check(type, record));
				record_to_json(&out, type, record);
				ck_assert(!out.over);
			}
			text_clear(&json);
			text_clear(&out);
			arena_clear(&a);
		}
}

START_TEST(a_lie_in_any_field_is_refused_or_harmless)
{
	each_type(lied_to);
}
END_TEST

TESTS("operations", operations_are_sorted_and_each_is_found_by_its_id,
	every_placeholder_of_a_path_is_a_field_of_the_request,
	methods_agree_with_whether_an_operation_writes, every_field_has_help_and_a_place_of_its_own,
	every_member_of_a_record_is_described, the_schema_of_every_record_is_json,
	empty_records_survive_json, a_lie_in_any_field_is_refused_or_harmless)

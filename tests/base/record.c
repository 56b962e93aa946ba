/* Records: JSON in, limits, JSON out, help, schema. */
#include <json-c/json.h>
#include <locale.h>
#include <math.h>

#include "../stoa_test.h"

struct wheel { const char *maker; int64_t inches; };
static const struct field wheel_fields[] = {
	FIELD_OF(wheel, maker, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 10, .help = "Who made it."),
	FIELD_OF(wheel, inches, FIELD_INT, .min = 10, .max = 30, .help = "Its size."),
};
static RECORD_TYPE(record_wheel, wheel, wheel_fields, "A wheel.");

struct bike {
	const char *name, *colour, *extra, *secret;
	int64_t gears, bought;
	double price;
	bool electric;
	struct text_list tags;
	struct wheel *spare;
	struct record_list wheels;
};
static const struct field bike_fields[] = {
	FIELD_OF(bike, name, FIELD_TEXT, .flags = FIELD_REQUIRED, .min = 1, .max = 8, .help = "Its name."),
	FIELD_OF(bike, colour, FIELD_TEXT, .choices = "red|green|dark blue"),
	FIELD_OF(bike, extra, FIELD_RAW, .flags = FIELD_OMIT),
	FIELD_OF(bike, gears, FIELD_INT, .min = 1, .max = 30),
	FIELD_OF(bike, bought, FIELD_TIME),
	FIELD_OF(bike, price, FIELD_REAL, .max = 10000),
	FIELD_OF(bike, electric, FIELD_BOOL),
	FIELD_OF(bike, tags, FIELD_TEXTS, .max = 3),
	FIELD_OF(bike, spare, FIELD_RECORD, .flags = FIELD_OMIT, .of = &record_wheel),
	FIELD_OF(bike, wheels, FIELD_LIST, .max = 2, .of = &record_wheel),
};
static RECORD_TYPE(record_bike, bike, bike_fields, "A bicycle.");

static struct arena arena;

static enum fault
read_bike(struct bike **out, const char *json)
{
	void *record = NULL;
	enum fault f = record_from_json(&record, &arena, &record_bike, json, strlen(json));
	ck_assert(f == FAULT_NONE || record == NULL);
	*out = record;
	return f;
}

static const char *full = "{\"name\":\"Ajax\",\"colour\":\"dark blue\",\"extra\":{\"a\":[1,2.5]},\"gears\":7,"
	"\"bought\":\"2026-01-31T09:30:00.250Z\",\"price\":12.5,\"electric\":true,\"tags\":[\"x\",\"y\"],"
	"\"spare\":{\"maker\":\"M\",\"inches\":26},\"wheels\":[{\"maker\":\"A\",\"inches\":28},{\"maker\":\"B\",\"inches\":28}]}";

START_TEST(a_record_comes_in_and_goes_out_the_same)
{
	struct bike *b;
	struct text t;
	WELL(read_bike(&b, full));
	ck_assert_str_eq(b->name, "Ajax");
	ck_assert_str_eq(b->extra, "{\"a\":[1,2.5]}");
	ck_assert_int_eq(b->bought, INT64_C(1769851800250));
	ck_assert_uint_eq(b->tags.count, 2);
	ck_assert_str_eq(((struct wheel *)b->wheels.items)[1].maker, "B");
	WELL(record_check(&record_bike, b));
	text_init(&t, 10000);
	record_to_json(&t, &record_bike, b);
	ck_assert_str_eq(t.data, full);
	text_clear(&t);
}
END_TEST

START_TEST(absent_and_null_members_are_left_zero)
{
	struct bike *b;
	struct text t;
	WELL(read_bike(&b, "{\"name\":\"A\",\"colour\":null,\"price\":null}"));
	ck_assert_ptr_null(b->colour);
	text_init(&t, 10000);
	record_to_json(&t, &record_bike, b);
	ck_assert_str_eq(t.data, "{\"name\":\"A\",\"colour\":null,\"gears\":0,\"bought\":null,\"price\":0,"
		"\"electric\":false,\"tags\":[],\"wheels\":[]}");
	text_clear(&t);
}
END_TEST

START_TEST(unknown_members_are_never_assigned)
{
	struct bike *b;
	WELL(read_bike(&b, "{\"name\":\"A\",\"secret\":\"s\",\"role\":\"admin\"}"));
	ck_assert_ptr_null(b->secret);
}
END_TEST

START_TEST(mistakes_are_named_with_their_place)
{
	static const struct { const char *json; enum fault kind; const char *why; } t[] = {
		{ "[]", FAULT_INPUT, "bike must be a JSON object" },
		{ "{}", FAULT_INPUT, "name is missing" },
		{ "{\"name\":null}", FAULT_INPUT, "name is missing" },
		{ "{\"name\":\"\"}", FAULT_INPUT, "name is empty" },
		{ "{\"name\":5}", FAULT_INPUT, "name must be a text" },
		{ "{\"name\":\"123456789\"}", FAULT_LIMIT, "name is longer than 8 bytes" },
		{ "{\"name\":\"A\",\"colour\":\"blue\"}", FAULT_INPUT, "colour must be one of red|green|dark blue" },
		{ "{\"name\":\"A\",\"colour\":\"red|green\"}", FAULT_INPUT, "colour must be one of red|green|dark blue" },
		{ "{\"name\":\"A\",\"gears\":0}", FAULT_INPUT, "gears is less than 1" },
		{ "{\"name\":\"A\",\"gears\":31}", FAULT_INPUT, "gears is more than 30" },
		{ "{\"name\":\"A\",\"gears\":2.0}", FAULT_INPUT, "gears must be a whole number" },
		{ "{\"name\":\"A\",\"gears\":\"2\"}", FAULT_INPUT, "gears must be a whole number" },
		{ "{\"name\":\"A\",\"bought\":17}", FAULT_INPUT, "bought must be a time like 2026-01-31T09:30:00Z" },
		{ "{\"name\":\"A\",\"bought\":\"soon\"}", FAULT_INPUT, "bought must be a time like 2026-01-31T09:30:00Z" },
		{ "{\"name\":\"A\",\"price\":true}", FAULT_INPUT, "price must be a number" },
		{ "{\"name\":\"A\",\"electric\":1}", FAULT_INPUT, "electric must be true or false" },
		{ "{\"name\":\"A\",\"tags\":\"x\"}", FAULT_INPUT, "tags must be a list" },
		{ "{\"name\":\"A\",\"tags\":[\"x\",5]}", FAULT_INPUT, "tags[1] must be a text" },
		{ "{\"name\":\"A\",\"tags\":[null]}", FAULT_INPUT, "tags[0] must be a text" },
		{ "{\"name\":\"A\",\"tags\":[\"\",\"\",\"\",\"\"]}", FAULT_LIMIT, "tags has more than 3 items" },
		{ "{\"name\":\"A\",\"spare\":[]}", FAULT_INPUT, "spare must be an object" },
		{ "{\"name\":\"A\",\"spare\":{}}", FAULT_INPUT, "spare.maker is missing" },
		{ "{\"name\":\"A\",\"wheels\":[{\"maker\":\"x\"},{\"maker\":\"\"}]}", FAULT_INPUT, "wheels[1].maker is empty" },
		{ "{\"name\":\"A\",\"wheels\":[{\"maker\":\"x\",\"inches\":99}]}", FAULT_INPUT, "wheels[0].inches is more than 30" },
		{ "{\"name\":\"A\",\"wheels\":[5]}", FAULT_INPUT, "wheels[0] must be an object" },
		{ "{\"name\":\"A\",\"wheels\":[{},{},{}]}", FAULT_LIMIT, "wheels has more than 2 items" },
	};
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		struct bike *b;
		enum fault f = read_bike(&b, t[i].json);
		ck_assert_msg(f == t[i].kind, "%s: %s", t[i].json, fault_name(f));
		ck_assert_str_eq(fault_sentence(), t[i].why);
	}
}
END_TEST

START_TEST(every_field_survives_every_type_of_json)
{
	static const char *const types[] = { "null", "true", "0", "-1", "1.5", "\"\"", "\"x\"", "[]", "[[]]", "{}",
		"[{}]", "9223372036854775807", "1e308", "{\"maker\":{}}" };
	char json[256];
	for (size_t i = 0; i < record_bike.count; i++)
		for (size_t k = 0; k < COUNT_OF(types); k++) {
			struct bike *b;
			snprintf(json, sizeof json, "{\"name\":\"A\",\"%s\":%s}", bike_fields[i].name, types[k]);
			if (i == 0)
				snprintf(json, sizeof json, "{\"name\":%s}", types[k]);
			enum fault f = read_bike(&b, json);
			ck_assert(f == FAULT_NONE || f == FAULT_INPUT || f == FAULT_LIMIT);
			ck_assert(f != FAULT_NONE || record_check(&record_bike, b) == FAULT_NONE);
		}
}
END_TEST

START_TEST(records_built_in_memory_meet_the_same_limits)
{
	struct wheel wheels[] = { { "A", 28 }, { "B", 0 } };
	const char *tags[] = { "a", NULL };
	struct bike b = { .name = "Ajax" };
	WELL(record_check(&record_bike, &b));
	b.wheels = (struct record_list){ wheels, 2 };
	WELL(record_check(&record_bike, &b));
	wheels[1].inches = 5;
	FAILS(FAULT_INPUT, record_check(&record_bike, &b));
	ck_assert_str_eq(fault_sentence(), "wheels[1].inches is less than 10");
	wheels[1] = (struct wheel){ NULL, 20 };
	FAILS(FAULT_INPUT, record_check(&record_bike, &b));
	ck_assert_str_eq(fault_sentence(), "wheels[1].maker is missing");
	b.wheels.count = 0;
	b.tags = (struct text_list){ tags, 2 };
	FAILS(FAULT_INPUT, record_check(&record_bike, &b));
	ck_assert_str_eq(fault_sentence(), "tags[1] is missing");
	b.tags.count = 0;
	b.name = "\xFF";
	FAILS(FAULT_INPUT, record_check(&record_bike, &b));
	b.name = "A";
	b.price = NAN;
	FAILS(FAULT_INPUT, record_check(&record_bike, &b));
	b.price = -1;
	FAILS(FAULT_INPUT, record_check(&record_bike, &b));
}
END_TEST

START_TEST(a_copy_shares_nothing_with_its_original)
{
	struct arena one, two;
	arena_init(&one);
	arena_init(&two);
	void *record = NULL;
	WELL(record_from_json(&record, &one, &record_bike, full, strlen(full)));
	void *copy = record_copy(&two, &record_bike, record);
	arena_clear(&one);
	struct text t;
	text_init(&t, 10000);
	record_to_json(&t, &record_bike, copy);
	ck_assert_str_eq(t.data, full);
	ck_assert_ptr_null(record_copy(&two, &record_bike, NULL));
	char name[] = "Ajax", tag[] = "tag", maker[] = "maker";
	const char *tags[] = { tag };
	struct wheel wheel = { maker, 20 };
	struct bike b = { .name = name, .extra = name, .tags = { tags, 1 }, .spare = &wheel, .wheels = { &wheel, 1 } };
	struct bike *other = record_copy(&two, &record_bike, &b);
	name[0] = tag[0] = maker[0] = 'X';
	wheel.inches = 30;
	ck_assert_str_eq(other->name, "Ajax");
	ck_assert_str_eq(other->extra, "Ajax");
	ck_assert_str_eq(other->tags.items[0], "tag");
	ck_assert_str_eq(other->spare->maker, "maker");
	ck_assert_int_eq(((struct wheel *)other->wheels.items)->inches, 20);
	text_clear(&t);
	arena_clear(&two);
}
END_TEST

START_TEST(numbers_are_printed_short_and_read_back_equal)
{
	static const struct { double d; const char *want; } t[] = { { 0.1, "0.1" }, { 1e300, "1e+300" },
		{ 1.0 / 3, "0.3333333333333333" }, { 100, "100" }, { -2.5, "-2.5" }, { NAN, "null" },
		{ INFINITY, "null" }, { 0.30000000000000004, "0.30000000000000004" } };
	/* A locale with a comma must not change JSON; where there is none this is "C". */
	(void)(setlocale(LC_NUMERIC, "de_DE.UTF-8") || setlocale(LC_NUMERIC, "fr_FR.UTF-8"));
	for (size_t i = 0; i < COUNT_OF(t); i++) {
		struct bike b = { .name = "A", .price = t[i].d };
		struct text out;
		char want[64];
		text_init(&out, 10000);
		record_to_json(&out, &record_bike, &b);
		snprintf(want, sizeof want, "\"price\":%s,", t[i].want);
		ck_assert_msg(strstr(out.data, want) != NULL, "%s not in %s", want, out.data);
		text_clear(&out);
	}
}
END_TEST

START_TEST(help_and_schema_are_printed_from_the_table)
{
	struct text t;
	text_init(&t, 10000);
	record_describe(&t, &record_wheel);
	ck_assert_str_eq(t.data, "maker              text up to 10 bytes, required; Who made it.\n"
		"inches             integer 10..30; Its size.\n");
	text_reset(&t);
	record_schema(&t, &record_wheel);
	ck_assert_str_eq(t.data, "{\"type\":\"object\",\"title\":\"wheel\",\"description\":\"A wheel.\",\"properties\":{"
		"\"maker\":{\"description\":\"Who made it.\",\"type\":\"string\",\"minLength\":1,\"maxLength\":10},"
		"\"inches\":{\"description\":\"Its size.\",\"type\":\"integer\",\"minimum\":10,\"maximum\":30}},"
		"\"required\":[\"maker\"]}");
	text_reset(&t);
	record_schema(&t, &record_bike);
	struct json_object *o = NULL;
	WELL(json_parse(&o, t.data, t.len));
	json_object_put(o);
	ck_assert_ptr_nonnull(strstr(t.data, "\"enum\":[\"red\",\"green\",\"dark blue\"]"));
	text_clear(&t);
}
END_TEST

TESTS("record", a_record_comes_in_and_goes_out_the_same, absent_and_null_members_are_left_zero,
	unknown_members_are_never_assigned, mistakes_are_named_with_their_place,
	every_field_survives_every_type_of_json, records_built_in_memory_meet_the_same_limits,
	a_copy_shares_nothing_with_its_original, numbers_are_printed_short_and_read_back_equal,
	help_and_schema_are_printed_from_the_table)

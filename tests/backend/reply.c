/* Replies of a server that lies: every field as every JSON type. */
#include <json-c/json.h>

#include "../../src/backend/remote_in.h"
#include "../stoa_test.h"

/* A whole record of a type, every list with one item, every choice a good one. */
static json_object *
sample(const struct record_type *type, int depth)
{
	json_object *o = json_object_new_object();
	char first[64];
	for (size_t i = 0; i < type->count; i++) {
		const struct field *f = &type->fields[i];
		json_object *v = NULL;
		snprintf(first, sizeof first, "%.*s", f->choices ? (int)strcspn(f->choices, "|") : 3, f->choices ? f->choices : "abc");
		if (f->kind == FIELD_TEXT)
			v = json_object_new_string(first);
		else if (f->kind == FIELD_INT)
			v = json_object_new_int64(f->min > 1 ? f->min : 1);
		else if (f->kind == FIELD_REAL)
			v = json_object_new_double(0.5);
		else if (f->kind == FIELD_BOOL)
			v = json_object_new_boolean(true);
		else if (f->kind == FIELD_TIME)
			v = json_object_new_string("2026-01-31T09:30:00Z");
		else if (f->kind == FIELD_RAW)
			v = json_object_new_object();
		else if (f->kind == FIELD_TEXTS)
			json_object_array_add(v = json_object_new_array(), json_object_new_string(first));
		else if (depth < 8 && f->kind == FIELD_RECORD)
			v = sample(f->of, depth + 1);
		else if (depth < 8)
			json_object_array_add(v = json_object_new_array(), sample(f->of, depth + 1));
		json_object_object_add(o, f->name, v);
	}
	return o;
}

static enum fault
read_one(const struct record_type *type, json_object *data)
{
	struct arena a;
	struct wire_reply r = { .status = 200, .retry_after_ms = -1 };
	void *out = NULL;
	text_init(&r.body, 1 << 20);
	text_printf(&r.body, "{\"data\":%s,\"error\":null,\"meta\":{}}",
		data == NULL ? "null" : json_object_to_json_string(data));
	arena_init(&a);
	enum fault f = reply_read(&out, &a, type, &r);
	if (f == FAULT_NONE) {
		struct text again;      /* what was read can be used */
		text_init(&again, 1 << 20);
		record_to_json(&again, type, out);
		ck_assert(again.len > 1);
		text_clear(&again);
	} else {
		ck_assert_int_eq(f, FAULT_DAMAGED);
		ck_assert(fault_sentence()[0] != '\0');
	}
	arena_clear(&a);
	text_clear(&r.body);
	return f;
}

static json_object *
wrong(int kind)
{
	json_object *list;
	switch (kind) {
	case 0: return json_object_new_string("x\x1b[31m\"\n");
	case 1: return json_object_new_int64(INT64_MIN);
	case 2: return json_object_new_double(1e300);
	case 3: return json_object_new_boolean(false);
	case 4: return json_object_new_object();
	case 5: return json_object_new_array();
	case 6:
		list = json_object_new_array();
		json_object_array_add(list, NULL);
		json_object_array_add(list, json_object_new_object());
		return list;
	default: return NULL;
	}
}

static int tried, refused;

/* Replace each member of `at`, a part of whole, by each type and read all of it. */
static void
spoil(const struct record_type *top, json_object *whole, json_object *at, const struct record_type *type, int depth)
{
	for (size_t i = 0; i < type->count; i++) {
		const struct field *f = &type->fields[i];
		json_object *good = NULL;
		json_object_object_get_ex(at, f->name, &good);
		json_object_get(good);
		for (int k = 0; k < 8; k++) {
			json_object_object_add(at, f->name, wrong(k));
			refused += read_one(top, whole) != FAULT_NONE;
			tried++;
		}
		json_object_object_add(at, f->name, good);
		if (depth < 3 && f->kind == FIELD_RECORD && good != NULL)
			spoil(top, whole, good, f->of, depth + 1);
		if (depth < 3 && f->kind == FIELD_LIST && good != NULL)
			spoil(top, whole, json_object_array_get_idx(good, 0), f->of, depth + 1);
	}
}

START_TEST(every_field_of_every_reply_may_be_of_any_type)
{
	size_t count;
	const struct operation *all = operations(&count);
	for (size_t i = 0; i < count; i++) {
		json_object *whole = sample(all[i].reply, 0);
		ck_assert_msg(read_one(all[i].reply, whole) == FAULT_NONE, "%s: %s", all[i].id, fault_sentence());
		spoil(all[i].reply, whole, whole, all[i].reply, 0);
		json_object_put(whole);
		ck_assert_int_ne(read_one(all[i].reply, NULL), FAULT_NONE);
	}
	ck_assert_int_gt(tried, 2000);
	ck_assert_int_gt(refused, tried / 2);
}
END_TEST

static enum fault
whole(int status, const char *body)
{
	struct arena a;
	struct wire_reply r = { .status = status, .retry_after_ms = 2500 };
	void *out = NULL;
	arena_init(&a);
	text_init(&r.body, 65536);
	text_put(&r.body, body);
	enum fault f = reply_read(&out, &a, &record_nothing, &r);
	arena_clear(&a);
	text_clear(&r.body);
	return f;
}

START_TEST(an_error_is_told_in_the_servers_words_made_harmless)
{
	FAILS(FAULT_ABSENT, whole(404, "{\"data\":null,\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"no \\u001b[2Jdocument\"}}"));
	ck_assert_ptr_null(strchr(fault_sentence(), 0x1b));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "document"));
}
END_TEST

START_TEST(each_status_has_its_fault_even_without_a_body)
{
	FAILS(FAULT_INPUT, whole(400, "{}"));
	FAILS(FAULT_DENIED, whole(401, ""));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "stoa login"));
	FAILS(FAULT_DENIED, whole(403, "<html>"));
	FAILS(FAULT_EXISTS, whole(409, "{\"error\":null}"));
	FAILS(FAULT_LIMIT, whole(413, "[]"));
	FAILS(FAULT_OFTEN, whole(429, "{\"error\":{\"message\":\"slowly\"}}"));
	ck_assert_int_eq(fault_retry_ms(), 2500);
	FAILS(FAULT_SYSTEM, whole(500, "{\"error\":{\"message\":7}}"));
	FAILS(FAULT_OFFLINE, whole(502, "Bad Gateway"));
	FAILS(FAULT_BUSY, whole(503, "{\"error\":[]}"));
	FAILS(FAULT_DAMAGED, whole(302, ""));
}
END_TEST

START_TEST(a_body_that_is_not_an_envelope_is_damaged)
{
	static const char *const bodies[] = { "", "null", "[]", "\"data\"", "{\"data\":{\"ok\":true}", "{\"date\":1}",
		"{\"data\":{\"ok\":true},\"data\":{\"ok\":true}}", "{\"data\":{\"ok\":NaN}}", "{\"data\":7}", "\xff" };
	for (size_t i = 0; i < COUNT_OF(bodies); i++)
		FAILS(FAULT_DAMAGED, whole(200, bodies[i]));
	WELL(whole(200, "{\"data\":{\"ok\":true},\"more\":1}"));
}
END_TEST

static int heard;

static void
count_event(const char *name, const struct record_type *type, const void *record, void *arg)
{
	(void)name, (void)type, (void)record, (void)arg;
	heard++;
}

START_TEST(events_are_those_of_the_table_and_others_pass_unheard)
{
	struct arena a;
	arena_init(&a);
	struct hearing h = { .op = operation_find("message.send"), .a = &a, .emit = count_event };
	struct wire_event good = { "content_delta", "{\"delta\":\"Roots\",\"pad\":\"....\"}", "4" },
		other = { "surprise", "{", "5" }, bad = { "content_delta", "{\"delta\":[]}", "6" },
		end = { "message_complete", "{\"id\":7}", "7" },
		error = { "error", "{\"code\":\"RATE_LIMITED\",\"message\":\"slowly\"}", "" };
	WELL(reply_event(&good, &h));
	WELL(reply_event(&other, &h));
	FAILS(FAULT_DAMAGED, reply_event(&bad, &h));
	FAILS(FAULT_DAMAGED, reply_event(&end, &h));
	FAILS(FAULT_OFTEN, reply_event(&error, &h));
	ck_assert_int_eq(heard, 1);
	ck_assert_ptr_null(h.reply);
	ck_assert_str_eq(h.last_id, "7");
	enum fault f = FAULT_NONE;
	const struct wire_event flood = { "unheard-of", "{}", "" };
	for (int i = 0; i < 60000 && f == FAULT_NONE; i++)
		f = reply_event(&flood, &h);
	FAILS(FAULT_LIMIT, f);
	arena_clear(&a);
}
END_TEST

START_TEST(spans_lie_in_their_texts_and_what_must_be_there_is)
{
	struct arena a;
	struct span spans[] = { { -5, 2 }, { 0, 3 }, { 2, 4 }, { 3, 5 }, { 4, 90 }, { INT64_MIN, INT64_MAX } };
	struct passage p = { .text = "abcde" };
	struct hit hit = { .passage = &p, .spans = { spans, COUNT_OF(spans) } };
	struct transcript empty = { NULL, { NULL, 0 } };
	struct conversation bare = { 0 };
	arena_init(&a);
	WELL(reply_fit(&record_hit, &hit));
	ck_assert_uint_eq(hit.spans.count, 2);
	ck_assert_int_eq(spans[1].start, 3);
	FAILS(FAULT_DAMAGED, reply_fit(&record_transcript, &empty));
	WELL(reply_fit(&record_conversation, &bare));
	ck_assert_str_eq(bare.title, "");
	arena_clear(&a);
}
END_TEST

TESTS("reply", spans_lie_in_their_texts_and_what_must_be_there_is, every_field_of_every_reply_may_be_of_any_type, an_error_is_told_in_the_servers_words_made_harmless,
	each_status_has_its_fault_even_without_a_body, a_body_that_is_not_an_envelope_is_damaged,
	events_are_those_of_the_table_and_others_pass_unheard)

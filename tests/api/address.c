/* Requests as addresses and bodies. */
#include "../stoa_test.h"

#include "stoa/api.h"

static struct text out;

static const char *
address(const char *id, const void *request)
{
	text_clear(&out);
	text_init(&out, 4096);
	WELL(operation_address(&out, operation_find(id), request));
	return out.data;
}

static const char *
body(const char *id, const void *request)
{
	text_clear(&out);
	text_init(&out, 4096);
	operation_body(&out, operation_find(id), request);
	return out.data;
}

START_TEST(a_path_is_filled_in_from_the_record_and_escaped)
{
	const struct id_request plain = { "abc" }, odd = { "a/b?c%\xC3\xA9" };
	const struct passage_get n = { "f", 7, 0 };
	ck_assert_str_eq(address("document.get", &plain), "/v1/files/abc");
	ck_assert_str_eq(address("document.get", &odd), "/v1/files/a%2Fb%3Fc%25%C3%A9");
	ck_assert_str_eq(address("passage.get", &n), "/v1/files/f/passages/7");
	text_clear(&out);
}
END_TEST

START_TEST(what_is_absent_is_a_dash_in_a_path_and_nothing_in_a_query)
{
	const struct message_send send = { .content = "Why?" };
	const struct conversation_list none = { 0 };
	ck_assert_str_eq(address("message.send", &send), "/v1/conversations/-/messages");
	ck_assert_str_eq(address("conversation.list", &none), "/v1/conversations");
	text_clear(&out);
}
END_TEST

START_TEST(a_query_repeats_the_name_of_a_list)
{
	const char *subjects[] = { "bio & chem", "art" };
	const struct document_list list = { .subjects = { subjects, 2 }, .limit = 5 };
	ck_assert_str_eq(address("document.list", &list), "/v1/files?subjects=bio%20%26%20chem&subjects=art&limit=5");
	text_clear(&out);
}
END_TEST

START_TEST(a_time_in_a_query_is_written_as_rfc_3339)
{
	const struct history_search h = { .query = "x", .since = 1767225600000 };
	ck_assert_str_eq(address("history.search", &h), "/v1/conversations/search?query=x&since=2026-01-01T00%3A00%3A00.000Z");
	text_clear(&out);
}
END_TEST

START_TEST(a_step_up_in_a_path_is_refused)
{
	const struct id_request up = { ".." }, empty = { "" };
	text_init(&out, 4096);
	FAILS(FAULT_INPUT, operation_address(&out, operation_find("document.get"), &up));
	FAILS(FAULT_INPUT, operation_address(&out, operation_find("document.get"), &empty));
	text_clear(&out);
}
END_TEST

START_TEST(a_body_has_what_is_set_and_not_in_the_path)
{
	const struct message_send send = { .conversation_id = "c", .content = "Why?", .ephemeral = true };
	const struct settings taken = { .draft = "" };
	const struct message_feedback none = { .id = "m", .score = 0 };
	ck_assert_str_eq(body("message.send", &send), "{\"content\":\"Why?\",\"ephemeral\":true}");
	ck_assert_str_eq(body("me.update", &taken), "{\"draft\":\"\"}");
	ck_assert_ptr_null(strstr(body("message.feedback", &none), "\"id\""));
	text_clear(&out);
}
END_TEST

START_TEST(every_operation_has_an_address)
{
	size_t count;
	const struct operation *all = operations(&count);
	for (size_t i = 0; i < count; i++) {
		struct arena a;
		arena_init(&a);
		const char *at = address(all[i].id, record_new(&a, all[i].request));
		ck_assert_msg(at[0] == '/' && strpbrk(at, "{} ") == NULL, "%s: %s", all[i].id, at);
		arena_clear(&a);
	}
	text_clear(&out);
}
END_TEST

TESTS("address", a_path_is_filled_in_from_the_record_and_escaped,
	what_is_absent_is_a_dash_in_a_path_and_nothing_in_a_query, a_query_repeats_the_name_of_a_list,
	a_time_in_a_query_is_written_as_rfc_3339, a_step_up_in_a_path_is_refused,
	a_body_has_what_is_set_and_not_in_the_path, every_operation_has_an_address)

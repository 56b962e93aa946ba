/* The log: one safe line an event. */
#include <json-c/json.h>
#include <pthread.h>
#include <sys/stat.h>

#include "../stoa_test.h"

static const char *dir;
static char path[128];

static void
begin(enum log_level least, bool json)
{
	dir = scratch();
	snprintf(path, sizeof path, "%s/log", dir);
	WELL(log_open(path, least, json));
}

static void
finish(struct text *t)
{
	log_close();
	text_init(t, 1 << 22);
	WELL(file_read(t, path));
	scratch_remove(dir);
}

START_TEST(an_event_is_time_level_room_event_and_pairs)
{
	struct text t;
	begin(LOG_INFO, false);
	log_event(LOG_INFO, "store", "opened", "id=%s size=%zu", "abc", (size_t)7);
	log_event(LOG_DEBUG, "store", "quiet", "id=%s", "x");
	finish(&t);
	ck_assert_str_eq(strchr(t.data, ' '), " info store opened id=abc size=7\n");
	t.data[24] = '\0';
	int64_t when;
	WELL(time_parse(&when, t.data));
	text_clear(&t);
}
END_TEST

START_TEST(values_cannot_forge_lines_or_pairs)
{
	struct text t;
	begin(LOG_INFO, false);
	log_event(LOG_WARN, "cli", "name", "id=%s size=%d", "a\nb admin=1 \x1b[31m\"q\"", 3);
	log_event(LOG_WARN, "cli", "name", "id=%s", "");
	finish(&t);
	ck_assert_ptr_nonnull(strstr(t.data, " warn cli name id=\"a\\nb admin=1 \\u001b[31m\\\"q\\\"\" size=3\n"));
	ck_assert_ptr_nonnull(strstr(t.data, " id=\"\"\n"));
	text_clear(&t);
}
END_TEST

START_TEST(a_value_with_a_later_key_in_it_stays_one_value)
{
	struct text t;
	begin(LOG_INFO, false);
	log_event(LOG_INFO, "api", "call", "action=%s fault=%s ms=%d", "x fault=NONE ms=1", "DENIED", 7);
	log_event(LOG_INFO, "api", "call", "op=%s why=%s", "ask", "a why=b op=c");
	finish(&t);
	ck_assert_ptr_nonnull(strstr(t.data, " action=\"x fault=NONE ms=1\" fault=DENIED ms=7\n"));
	ck_assert_ptr_nonnull(strstr(t.data, " op=ask why=\"a why=b op=c\"\n"));
	text_clear(&t);
}
END_TEST

START_TEST(an_event_with_a_value_full_of_controls_is_not_lost)
{
	char controls[1501];
	struct text t;
	memset(controls, 0x1b, sizeof controls - 1);
	controls[sizeof controls - 1] = '\0';
	begin(LOG_INFO, false);
	log_event(LOG_WARN, "people", "sign-in", "result=%s why=%s", "DENIED", controls);
	finish(&t);
	ck_assert_ptr_nonnull(strstr(t.data, " result=DENIED why=\"\\u001b"));
	text_clear(&t);
}
END_TEST

START_TEST(a_log_that_cannot_be_written_leaves_the_fault_as_it_is)
{
	WELL(log_open("/dev/full", LOG_INFO, false));
	enum fault f = fault_often(500, "two questions at once");
	log_event(LOG_WARN, "engine", "call", "result=%s", fault_name(f));
	log_close();
	ck_assert_str_eq(fault_sentence(), "two questions at once");
	ck_assert_int_eq(fault_retry_ms(), 500);
}
END_TEST

START_TEST(every_line_of_a_json_log_is_one_object)
{
	static const char *const hostile[] = { "\"", "\\", "\n", "a=b", " size=9", "\x1b]0;x\a", "\xFF", "\xE2\x80\xAE", "007",
		"123", "{}" };
	struct text t;
	begin(LOG_DEBUG, true);
	for (size_t i = 0; i < COUNT_OF(hostile); i++)
		log_event(LOG_INFO, "api", "call", "name=%s size=%d", hostile[i], 5);
	finish(&t);
	size_t lines = 0;
	for (char *line = strtok(t.data, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++) {
		struct json_object *o = NULL, *size = NULL;
		WELL(json_parse(&o, line, strlen(line)));
		ck_assert(json_object_object_get_ex(o, "size", &size));
		ck_assert_int_eq(json_object_object_length(o), 6);
		json_object_put(o);
	}
	ck_assert_uint_eq(lines, COUNT_OF(hostile));
	text_clear(&t);
}
END_TEST

static void *
write_many(void *arg)
{
	for (int i = 0; i < 500; i++)
		log_event(LOG_INFO, "t", "e", "who=%s n=%d", (const char *)arg, i);
	return NULL;
}

START_TEST(lines_of_many_threads_do_not_mix)
{
	struct text t;
	pthread_t threads[4];
	begin(LOG_INFO, false);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, write_many, "someone-with-a-long-name"), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	finish(&t);
	int lines = 0;
	for (char *line = strtok(t.data, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++)
		ck_assert_ptr_eq(strstr(line, " info t e who=someone-with-a-long-name n="), line + 24);
	ck_assert_int_eq(lines, 2000);
	text_clear(&t);
}
END_TEST

START_TEST(the_log_is_private_and_put_aside_when_it_is_large)
{
	struct stat st;
	char old[160];
	dir = scratch();
	snprintf(path, sizeof path, "%s/log", dir);
	snprintf(old, sizeof old, "%s.1", path);
	char *big = mem_new(5 << 20);
	memset(big, 'x', 5 << 20);
	WELL(file_write(path, big, 5 << 20));
	mem_free(big);
	WELL(log_open(path, LOG_INFO, false));
	log_event(LOG_INFO, "a", "b", "c=%d", 1);
	log_close();
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_lt(st.st_size, 1000);
	ck_assert_int_eq(stat(old, &st), 0);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(symlink(old, path), 0);
	FAILS(FAULT_SYSTEM, log_open(path, LOG_INFO, false));
	scratch_remove(dir);
}
END_TEST

START_TEST(a_closed_log_takes_nothing)
{
	log_close();
	log_event(LOG_ERROR, "a", "b", "c=%d", 1);
}
END_TEST

TESTS("log", an_event_is_time_level_room_event_and_pairs, values_cannot_forge_lines_or_pairs,
	a_value_with_a_later_key_in_it_stays_one_value, an_event_with_a_value_full_of_controls_is_not_lost,
	a_log_that_cannot_be_written_leaves_the_fault_as_it_is,
	every_line_of_a_json_log_is_one_object, lines_of_many_threads_do_not_mix,
	the_log_is_private_and_put_aside_when_it_is_large, a_closed_log_takes_nothing)

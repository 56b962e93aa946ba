/* The key: where it comes from, where it goes, where it must not be seen. */
#include <fcntl.h>
#include <sys/stat.h>
#include "llm_test.h"

#define KEY "sk-canary-4711"

/* A completion with this key command against an endpoint with this script. */
static enum fault
ask_with(struct bench *b, const char *script, const char *command)
{
	*b = (struct bench){ 0 };
	bench_start(b, script);
	b->config.key_command = command;
	bench_open(b, NULL);
	return bench_ask(b, NULL);
}

START_TEST(the_first_line_of_the_command_is_the_key)
{
	static const char *const commands[] = {
		"echo " KEY, "printf '" KEY "'", "printf '" KEY "\\r\\nsecond line\\n'", "printf '" KEY "  \\n'", "yes " KEY,
	};
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		struct bench b;
		WELL(ask_with(&b, "key:" KEY, commands[i]));
		bench_end(&b);
	}
}
END_TEST

START_TEST(the_command_runs_once_and_again_when_the_key_is_refused)
{
	const char *folder = scratch();
	struct bench b;
	char command[256], path[128];
	struct stat st;
	snprintf(path, sizeof path, "%s/runs", folder);
	snprintf(command, sizeof command, "printf x >>%s; echo " KEY, path);
	WELL(ask_with(&b, "good,good,status:401,good", command));
	WELL(bench_ask(&b, NULL));
	ck_assert(stat(path, &st) == 0 && st.st_size == 1);
	FAILS(FAULT_DENIED, bench_ask(&b, NULL));
	WELL(bench_ask(&b, NULL));
	ck_assert(stat(path, &st) == 0 && st.st_size == 2);
	bench_end(&b);
	scratch_remove(folder);
}
END_TEST

START_TEST(a_command_that_gives_no_key_is_denied_before_anything_is_sent)
{
	static const char *const commands[] = {
		"exit 3", "true", "echo", "echo 'Error: locked store'", "echo " KEY "; exit 4", "no-such-program-anywhere",
		"printf 'a\\033[31mb\\n'", "printf '\\303\\251\\n'",
	};
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		struct bench b;
		enum fault f = ask_with(&b, "good", commands[i]);
		ck_assert_msg(f == FAULT_DENIED, "%s: %s", commands[i], fault_name(f));
		ck_assert_uint_eq(endpoint_count(b.e), 0);
		bench_end(&b);
	}
}
END_TEST

START_TEST(a_key_without_end_is_refused)
{
	struct bench b;
	FAILS(FAULT_LIMIT, ask_with(&b, "good", "yes | tr -d '\\n'"));
	bench_end(&b);
}
END_TEST

START_TEST(the_command_sees_home_and_path_and_nothing_private)
{
	struct bench b;
	setenv("STOA_PRIVATE_WORD", "private", 1);
	WELL(ask_with(&b, "good", "test -n \"$PATH\" && test -z \"$STOA_PRIVATE_WORD\" && echo " KEY));
	bench_end(&b);
	unsetenv("STOA_PRIVATE_WORD");
}
END_TEST

START_TEST(a_cancelled_request_asks_for_no_key)
{
	struct bench b = { 0 };
	struct cancel cancel = { 0 };
	bench_start(&b, "good");
	b.config.key_command = "read never </dev/zero";
	atomic_store(&cancel.asked, true);
	bench_open(&b, NULL);
	FAILS(FAULT_CANCELLED, bench_ask(&b, &cancel));
	bench_end(&b);
}
END_TEST

START_TEST(the_key_is_in_no_sentence_and_no_log_line)
{
	static const char *const scripts[] = { "echo-key", "key:other", "500", "cut", "hang-up", "status:302" };
	const char *folder = scratch();
	char path[128];
	struct text log;
	snprintf(path, sizeof path, "%s/log", folder);
	WELL(log_open(path, LOG_DEBUG, false));
	for (size_t i = 0; i < COUNT_OF(scripts); i++) {
		struct bench b;
		ck_assert_int_ne(ask_with(&b, scripts[i], "echo " KEY), FAULT_NONE);
		ck_assert_ptr_null(strstr(fault_sentence(), KEY));
		bench_end(&b);
	}
	log_close();
	text_init(&log, 1 << 20);
	WELL(file_read(&log, path));
	ck_assert_uint_gt(log.len, 0);
	ck_assert_ptr_null(strstr(log.data, KEY));
	text_clear(&log);
	scratch_remove(folder);
}
END_TEST

START_TEST(the_key_goes_to_no_other_place)
{
	struct endpoint *thief = endpoint_start("echo");
	char script[64];
	struct bench b;
	snprintf(script, sizeof script, "redirect:%d", endpoint_port(thief));
	FAILS(FAULT_INPUT, ask_with(&b, script, "echo " KEY));
	ck_assert_uint_eq(endpoint_count(thief), 0);
	bench_end(&b);
	endpoint_stop(thief);
}
END_TEST

TESTS("llm key", the_first_line_of_the_command_is_the_key, the_command_runs_once_and_again_when_the_key_is_refused,
	a_command_that_gives_no_key_is_denied_before_anything_is_sent, a_key_without_end_is_refused,
	the_command_sees_home_and_path_and_nothing_private, a_cancelled_request_asks_for_no_key,
	the_key_is_in_no_sentence_and_no_log_line, the_key_goes_to_no_other_place)

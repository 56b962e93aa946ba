/* Helper programs and frames. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "../stoa_test.h"

static int status;

/* Run sh -c script, reading all it says into said. */
static enum fault
shell(const char *script, const struct child_limits *limits, char said[4096])
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	struct child c;
	size_t n = 0;
	ssize_t got;
	WELL(child_start(&c, argv, -1, limits));
	while (n < 4095 && (got = read(c.from_fd, said + n, 4095 - n)) > 0)
		n += (size_t)got;
	said[n] = '\0';
	return child_end(&c, &status);
}

START_TEST(a_child_answers_on_its_pipe)
{
	const char *const argv[] = { "/bin/cat", NULL };
	struct child c;
	struct text t;
	WELL(child_start(&c, argv, -1, NULL));
	text_init(&t, 100);
	WELL(frame_write(c.to_fd, "hello", 5));
	WELL(frame_read(&t, c.from_fd, 0, NULL));
	ck_assert_str_eq(t.data, "hello");
	WELL(child_end(&c, &status));
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	text_clear(&t);
}
END_TEST

START_TEST(a_child_has_a_bare_environment_and_only_its_pipes)
{
	char said[4096];
	setenv("STOA_CANARY", "secret", 1);
	int leak = open("/dev/null", O_RDONLY);   /* not close-on-exec */
	ck_assert_int_ge(leak, 3);
	WELL(shell("env; echo fds; ls /proc/self/fd; echo err >&2", NULL, said));
	ck_assert_ptr_null(strstr(said, "CANARY"));
	ck_assert_ptr_null(strstr(said, "HOME"));
	ck_assert_ptr_nonnull(strstr(said, "LC_ALL=C.UTF-8"));
	ck_assert_ptr_nonnull(strstr(said, "fds\n0\n1\n2\n3\n"));   /* 3 is ls's own */
	ck_assert_ptr_null(strstr(said, "\n4\n"));
	close(leak);
}
END_TEST

START_TEST(what_a_child_complains_of_is_no_answer_where_a_descriptor_was_closed)
{
	for (int closed = 0; closed < 3; closed++) {
		char said[4096];
		int kept = dup(closed);
		close(closed);
		enum fault f = shell("echo complaint >&2 && echo heard", NULL, said);
		dup2(kept, closed);
		close(kept);
		WELL(f);
		ck_assert_str_eq(said, "heard\n");
	}
}
END_TEST

START_TEST(a_trusted_child_keeps_the_persons_environment)
{
	char said[4096];
	const struct child_limits trusted = { .trusted = true };
	setenv("STOA_CANARY", "kept", 1);
	const char *const argv[] = { "sh", "-c", "echo $STOA_CANARY", NULL };
	struct child c;
	WELL(child_start(&c, argv, -1, &trusted));   /* found in PATH */
	ssize_t n = read(c.from_fd, said, sizeof said - 1);
	said[n > 0 ? n : 0] = '\0';
	WELL(child_end(&c, &status));
	ck_assert_str_eq(said, "kept\n");
}
END_TEST

START_TEST(a_program_that_is_not_there_is_absent)
{
	const char *const argv[] = { "/no/such/program", NULL };
	struct child c;
	FAILS(FAULT_ABSENT, child_start(&c, argv, -1, NULL));
	const char *const folder[] = { "/tmp", NULL };
	FAILS(FAULT_SYSTEM, child_start(&c, folder, -1, NULL));
}
END_TEST

START_TEST(standard_input_may_be_a_file)
{
	const char *dir = scratch();
	char file[128], said[64];
	snprintf(file, sizeof file, "%s/in", dir);
	WELL(file_write(file, "from a file", 11));
	int fd = open(file, O_RDONLY);
	const char *const argv[] = { "/bin/cat", NULL };
	struct child c;
	WELL(child_start(&c, argv, fd, NULL));
	ck_assert_int_eq(c.to_fd, -1);
	ssize_t n = read(c.from_fd, said, sizeof said);
	WELL(child_end(&c, &status));
	ck_assert_int_eq(n, 11);
	close(fd);
	scratch_remove(dir);
}
END_TEST

START_TEST(a_child_that_takes_too_long_is_ended_and_named)
{
	char said[4096];
	const struct child_limits wall = { .wall_ms = 50 };
	FAILS(FAULT_LIMIT, shell("exec >&-; while :; do :; done", &wall, said));
	ck_assert_str_eq(fault_sentence(), "the helper took longer than 50 ms");
	const struct child_limits cpu = { .cpu_s = 1, .wall_ms = 20000 };
	FAILS(FAULT_LIMIT, shell("exec >&-; while :; do :; done", &cpu, said));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "processor time"));
}
END_TEST

START_TEST(memory_files_and_descriptors_are_limited)
{
	char said[4096], script[256];
	const struct child_limits limits = { .memory_bytes = 64 << 20, .output_bytes = 4096 };
	WELL(shell("ulimit -c; ulimit -n; ulimit -v", &limits, said));
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	ck_assert_str_eq(said, "0\n64\nunlimited\n");
#else
	ck_assert_str_eq(said, "0\n64\n65536\n");
#endif
	const char *dir = scratch();
	snprintf(script, sizeof script, "exec head -c 100000 /dev/zero > %s/big", dir);
	FAILS(FAULT_LIMIT, shell(script, &limits, said));
	scratch_remove(dir);
}
END_TEST

START_TEST(killing_a_child_takes_what_it_started)
{
	const char *const argv[] = { "/bin/sh", "-c", "sleep 1000 & echo ready; wait", NULL };
	struct child c;
	char byte;
	WELL(child_start(&c, argv, -1, NULL));
	ck_assert_int_eq(read(c.from_fd, &byte, 1), 1);
	int fd = dup(c.from_fd);
	child_kill(&c);
	WELL(child_end(&c, &status));
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	while (read(fd, &byte, 1) > 0)
		;   /* ends only when sleep is gone too */
	close(fd);
}
END_TEST

/* ---- frames --------------------------------------------------------------------- */

START_TEST(frames_of_every_size_pass_whole)
{
	static const size_t sizes[] = { 0, 1, 1019, 1020, 1021, 5000, 65536, 70000 };
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		char *bytes = mem_new(sizes[i]);
		memset(bytes, 'q', sizes[i]);
		const char *const argv[] = { "/bin/cat", NULL };
		struct child c;
		struct text t;
		text_init(&t, 1 << 20);
		WELL(child_start(&c, argv, -1, NULL));
		WELL(frame_write(c.to_fd, bytes, sizes[i]));
		WELL(frame_read(&t, c.from_fd, 0, NULL));
		ck_assert_uint_eq(t.len, sizes[i]);
		ck_assert_mem_eq(t.data, bytes, sizes[i]);
		WELL(child_end(&c, &status));
		text_clear(&t);
		mem_free(bytes);
	}
}
END_TEST

static enum fault
read_bytes(const char *bytes, size_t n, size_t max)
{
	int p[2];
	struct text t;
	ck_assert_int_eq(pipe(p), 0);
	ck_assert_int_eq(write(p[1], bytes, n), (ssize_t)n);
	close(p[1]);
	text_init(&t, max);
	enum fault f = frame_read(&t, p[0], 0, NULL);
	text_clear(&t);
	close(p[0]);
	return f;
}

START_TEST(ends_cuts_and_giants_are_told_apart)
{
	FAILS(FAULT_ABSENT, read_bytes("", 0, 100));
	FAILS(FAULT_DAMAGED, read_bytes("\0\0", 2, 100));
	FAILS(FAULT_DAMAGED, read_bytes("\0\0\0\5abc", 7, 100));
	FAILS(FAULT_LIMIT, read_bytes("\0\0\0\5abcde", 9, 4));
	FAILS(FAULT_LIMIT, read_bytes("\xFF\xFF\xFF\xFF", 4, SIZE_MAX / 2));
	WELL(read_bytes("\0\0\0\5abcde", 9, 5));
	FAILS(FAULT_LIMIT, frame_write(1, "", FRAME_BYTES_MAX + 1));
}
END_TEST

START_TEST(waiting_for_a_frame_ends_at_the_deadline_or_by_cancel)
{
	int p[2];
	struct text t;
	struct cancel asked = { true };
	ck_assert_int_eq(pipe(p), 0);
	text_init(&t, 100);
	FAILS(FAULT_LIMIT, frame_read(&t, p[0], clock_system.mono_ms(NULL) + 20, NULL));
	FAILS(FAULT_CANCELLED, frame_read(&t, p[0], 0, &asked));
	close(p[0]);
	close(p[1]);
	text_clear(&t);
}
END_TEST

START_TEST(a_reader_that_went_away_is_a_fault_and_no_signal)
{
	int p[2];
	ck_assert_int_eq(pipe(p), 0);
	close(p[0]);
	FAILS(FAULT_SYSTEM, frame_write(p[1], "x", 1));
	sigset_t waiting;
	sigpending(&waiting);
	ck_assert(!sigismember(&waiting, SIGPIPE));
	close(p[1]);
}
END_TEST

START_TEST(helpers_are_found_beside_the_program_or_not_at_all)
{
	struct text t;
	text_init(&t, 4096);
	FAILS(FAULT_ABSENT, helper_path(&t, "stoa-no-such-helper"));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "stoa-no-such-helper"));
	WELL(helper_path(&t, "child"));   /* this test itself */
	ck_assert(str_ends(t.data, "/child"));
	text_clear(&t);
}
END_TEST

TESTS("child", a_child_answers_on_its_pipe, a_child_has_a_bare_environment_and_only_its_pipes,
	what_a_child_complains_of_is_no_answer_where_a_descriptor_was_closed,
	a_trusted_child_keeps_the_persons_environment, a_program_that_is_not_there_is_absent,
	standard_input_may_be_a_file, a_child_that_takes_too_long_is_ended_and_named,
	memory_files_and_descriptors_are_limited, killing_a_child_takes_what_it_started,
	frames_of_every_size_pass_whole, ends_cuts_and_giants_are_told_apart,
	waiting_for_a_frame_ends_at_the_deadline_or_by_cancel,
	a_reader_that_went_away_is_a_fault_and_no_signal,
	helpers_are_found_beside_the_program_or_not_at_all)

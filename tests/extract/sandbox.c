/* What is left to a reader that an attacker has taken over.  Each attempt runs
 * in a child of its own, since the sandbox cannot be left. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "extract_test.h"

/* Run attempt inside the sandbox; its answer, or -1 when it did not end by itself. */
static int
confined(int (*attempt)(void))
{
	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		if (sandbox_enter(1000) != FAULT_NONE)
			_exit(99);
		_exit(attempt());
	}
	int status;
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* 0: the call was refused as it must be. */
#define REFUSED(call) (((call) == -1 && (errno == EPERM || errno == EACCES)) ? 0 : 1)

static int open_secret(void) { return REFUSED(open("/etc/passwd", O_RDONLY)); }
static int open_folder(void) { return REFUSED(open("/", O_RDONLY | O_DIRECTORY)); }
static int write_file(void) { return REFUSED(open("/tmp/stoa-sandbox-test", O_WRONLY | O_CREAT, 0600)); }
static int make_socket(void) { return REFUSED(socket(AF_INET, SOCK_STREAM, 0)) | REFUSED(socket(AF_UNIX, SOCK_STREAM, 0)); }
static int make_process(void) { return REFUSED(fork()) | REFUSED(syscall(SYS_vfork)); }
static int run_program(void) { char *argv[] = { "/bin/true", NULL }; return REFUSED(execv("/bin/true", argv)); }
static int trace_parent(void) { return REFUSED(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL)); }
static int signal_parent(void) { return REFUSED(kill(getppid(), 0)); }
static int make_code(void) { return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? 0 : 1; }
static int raise_limits(void) { struct rlimit r = { 1000, 1000 }; return REFUSED(setrlimit(RLIMIT_NOFILE, &r)); }
static int remove_file(void) { return REFUSED(unlink("/tmp/stoa-no-such-file")); }
static int write_elsewhere(void) { return REFUSED(write(7, "x", 1)); }
static int new_namespace(void) { return REFUSED(syscall(SYS_unshare, 0x10000000)); }

START_TEST(files_and_folders_are_out_of_reach)
{
	ck_assert_int_eq(confined(open_secret), 0);
	ck_assert_int_eq(confined(open_folder), 0);
	ck_assert_int_eq(confined(write_file), 0);
	ck_assert_int_eq(confined(remove_file), 0);
	ck_assert_int_eq(confined(write_elsewhere), 0);
}
END_TEST

START_TEST(there_is_no_network_and_no_other_process)
{
	ck_assert_int_eq(confined(make_socket), 0);
	ck_assert_int_eq(confined(make_process), 0);
	ck_assert_int_eq(confined(run_program), 0);
	ck_assert_int_eq(confined(trace_parent), 0);
	ck_assert_int_eq(confined(signal_parent), 0);
	ck_assert_int_eq(confined(new_namespace), 0);
}
END_TEST

START_TEST(new_code_cannot_be_made_and_limits_not_raised)
{
	ck_assert_int_eq(confined(make_code), 0);
	ck_assert_int_eq(confined(raise_limits), 0);
}
END_TEST

static int
read_maps(void)
{
	return open("/usr/share/poppler/unicodeMap", O_RDONLY | O_DIRECTORY) >= 0 || errno == ENOENT ? 0 : 1;
}

START_TEST(character_maps_stay_readable_where_landlock_guards_the_rest)
{
	long landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
	if (landlock > 0)
		ck_assert_int_eq(confined(read_maps), 0);
}
END_TEST

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static int
take_memory(void)
{
	for (int i = 0; i < 64; i++)
		if (mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
			return 0;
	return 1;
}

START_TEST(memory_ends_at_its_limit)
{
	ck_assert_int_eq(confined(take_memory), 0);
}
END_TEST
#define MEMORY_TESTS memory_ends_at_its_limit,
#else
#define MEMORY_TESTS
#endif

TESTS("sandbox", MEMORY_TESTS files_and_folders_are_out_of_reach, there_is_no_network_and_no_other_process,
	new_code_cannot_be_made_and_limits_not_raised, character_maps_stay_readable_where_landlock_guards_the_rest)

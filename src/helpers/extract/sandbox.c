/* Confinement, entered before the first byte of the document is looked at.
 *
 * Three walls that do not depend on each other: resource limits (a bomb ends
 * itself), Landlock (of the whole file system only poppler's character maps can
 * be read) and a seccomp list of the calls that reading needs (no sockets, no
 * programs, no processes, nothing opened for writing, written bytes only to
 * standard output).  A call off the list fails with EPERM, so a library that
 * merely asks goes on.  Where the kernel has no Landlock, opening files is
 * refused altogether: only PDFs that name predefined CJK maps lose by that.
 * Sanitizer builds reserve terabytes of address space and report on standard
 * error, so they leave out the memory limit and may write there. */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "extract_in.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define MEMORY_BYTES ((rlim_t)1 << 30)
#define CPU_LEAST_S 10
#define CPU_MOST_S 60
#define CPU_BYTES_PER_S (1u << 20)
#define CHARACTER_MAPS "/usr/share/poppler"

/* A limit never rises above what the parent left; the soft one stays below the
 * hard one, so that the signal for it comes before the end. */
static enum fault
set_limit(int what, rlim_t soft, rlim_t hard, const char *name)
{
	struct rlimit r = { soft, hard }, now;
	if (getrlimit((unsigned)what, &now) == 0 && now.rlim_max < hard) {
		r.rlim_max = now.rlim_max;
		if (soft >= now.rlim_max)
			r.rlim_cur = soft < hard && now.rlim_max > 1 ? now.rlim_max - 1 : now.rlim_max;
	}
	if (setrlimit((unsigned)what, &r) != 0)
		return fault_errno("the %s limit cannot be set", name);
	return FAULT_NONE;
}

static enum fault
set_limits(size_t input_bytes)
{
	rlim_t cpu_s = CPU_LEAST_S + input_bytes / CPU_BYTES_PER_S;
	if (cpu_s > CPU_MOST_S)
		cpu_s = CPU_MOST_S;
	/* a person may send the frames to a file; then its size is limited */
	struct stat st;
	rlim_t file_bytes = fstat(STDOUT_FILENO, &st) == 0 && S_ISREG(st.st_mode) ? 4 * DOCUMENT_BYTES_MAX : 0;
	const struct { int what; rlim_t soft, hard; const char *name; } limits[] = {
		{ RLIMIT_CPU, cpu_s, cpu_s + 2, "processor time" },
		{ RLIMIT_FSIZE, file_bytes, file_bytes, "file size" },
		{ RLIMIT_CORE, 0, 0, "core file" },
		{ RLIMIT_NOFILE, 32, 32, "open files" },
		{ RLIMIT_AS, MEMORY_BYTES, MEMORY_BYTES, "memory" }
	};
	enum fault f = FAULT_NONE;
	for (size_t i = 0; i < COUNT_OF(limits) - SANITIZED && f == FAULT_NONE; i++)
		f = set_limit(limits[i].what, limits[i].soft, limits[i].hard, limits[i].name);
	return f;
}

#define FILE_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FILE_ALL (FILE_READ | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | \
	LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | \
	LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | \
	LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

/* False: this kernel has no Landlock, or something of it failed. */
static bool
close_files(void)
{
	struct landlock_ruleset_attr all = { .handled_access_fs = FILE_ALL };
	int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
	if (rules < 0)
		return false;
	struct landlock_path_beneath_attr maps = { .allowed_access = FILE_READ };
	maps.parent_fd = open(CHARACTER_MAPS, O_PATH | O_CLOEXEC | O_DIRECTORY);
	bool ok = true;
	if (maps.parent_fd >= 0) {
		ok = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &maps, 0) == 0;
		close(maps.parent_fd);
	}
	ok = ok && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	close(rules);
	return ok;
}

/* What reading, allocating and ending need, whatever the arguments. */
static const int harmless[] = {
	SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(close), SCMP_SYS(lseek),
	SCMP_SYS(_llseek), SCMP_SYS(fstat), SCMP_SYS(fstat64), SCMP_SYS(newfstatat), SCMP_SYS(statx),
	SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(getdents64), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise),
	SCMP_SYS(futex), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack), SCMP_SYS(sigreturn), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(exit),
	SCMP_SYS(exit_group), SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64), SCMP_SYS(gettimeofday),
	SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(sched_yield), SCMP_SYS(restart_syscall),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(sched_getaffinity), SCMP_SYS(getrusage), SCMP_SYS(uname)
};

static int
allow_conditional(scmp_filter_ctx ctx, bool files)
{
	const struct scmp_arg_cmp no_exec = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	const struct scmp_arg_cmp to_stdout = SCMP_A0(SCMP_CMP_EQ, STDOUT_FILENO, 0);
	const struct scmp_arg_cmp to_stderr = SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO, 0);
	const struct scmp_arg_cmp itself = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0);
	const scmp_datum_t changing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND;
	const struct scmp_arg_cmp reading_at = SCMP_A2(SCMP_CMP_MASKED_EQ, changing, O_RDONLY);
	const struct scmp_arg_cmp reading = SCMP_A1(SCMP_CMP_MASKED_EQ, changing, O_RDONLY);
	const struct scmp_arg_cmp looking = SCMP_A2(SCMP_CMP_EQ, 0, 0);
	int bad = 0;
	bad |= seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, &no_exec);
	bad |= seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &no_exec);
	bad |= seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, &to_stdout);
	bad |= seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(writev), 1, &to_stdout);
	bad |= seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &itself);
	bad |= seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, &looking);
	if (SANITIZED) {
		bad |= seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, &to_stderr);
		bad |= seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(readlink), 0, NULL);
	}
	if (files) {
		bad |= seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, &reading_at);
		bad |= seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(open), 1, &reading);
	}
	return bad;
}

static enum fault
close_calls(bool files)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (ctx == NULL)
		return fault(FAULT_SYSTEM, "no memory for the list of allowed system calls");
	int bad = 0;
	for (size_t i = 0; i < COUNT_OF(harmless); i++)
		bad |= seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, harmless[i], 0, NULL);
	bad |= allow_conditional(ctx, files);
	if (bad == 0)
		bad = seccomp_load(ctx);
	seccomp_release(ctx);
	if (bad != 0)
		return fault(FAULT_SYSTEM, "this kernel refuses a seccomp filter");
	return FAULT_NONE;
}

enum fault
sandbox_enter(size_t input_bytes)
{
	enum fault f = set_limits(input_bytes);
	if (f != FAULT_NONE)
		return f;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fault_errno("privileges cannot be given up");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return fault_errno("memory cannot be closed to other processes");
	return close_calls(close_files());
}

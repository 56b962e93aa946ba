/* Helper programs: started with nothing they do not need, ended for certain.
 *
 * Between fork and exec only calls that are safe in a copy of a threaded
 * process.  Why a program could not be started comes back through a pipe that
 * exec closes.  A child leads its own process group, so that killing it takes
 * what it started along. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base_in.h"

extern char **environ;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ADDRESS_SPACE_LIMITED false /* sanitizers reserve terabytes */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ADDRESS_SPACE_LIMITED false
#endif
#endif
#ifndef ADDRESS_SPACE_LIMITED
#define ADDRESS_SPACE_LIMITED true
#endif

static char *const bare_environment[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8",
	NULL };

static void
limit(int what, rlim_t soft, rlim_t hard)
{
	const struct rlimit r = { soft, hard };
	setrlimit(what, &r);
}

/* In the child, before exec. */
static void
confine(const struct child_limits *l)
{
	limit(RLIMIT_CORE, 0, 0);
	if (l->memory_bytes > 0 && ADDRESS_SPACE_LIMITED)
		limit(RLIMIT_AS, l->memory_bytes, l->memory_bytes);
	if (l->cpu_s > 0)
		limit(RLIMIT_CPU, (rlim_t)l->cpu_s, (rlim_t)l->cpu_s + 1);
	if (l->output_bytes > 0)
		limit(RLIMIT_FSIZE, l->output_bytes, l->output_bytes);
	if (!l->trusted) {
		limit(RLIMIT_NOFILE, 64, 64);
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	}
}

static _Noreturn void
become(const char *const argv[], int in, int out, int failed, const struct child_limits *l)
{
	sigset_t none;
	sigemptyset(&none);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* /dev/null last: where 0 or 1 was closed it would take their place. */
	if (dup2(in, 0) == 0 && dup2(out, 1) == 1 &&
		(l->trusted || dup2(open("/dev/null", O_WRONLY), 2) == 2) && dup2(failed, 3) == 3 &&
		fcntl(3, F_SETFD, FD_CLOEXEC) == 0) {
		syscall(SYS_close_range, 4u, UINT_MAX, 0u);
		failed = 3;
		confine(l);
		if (l->trusted)
			execvpe(argv[0], (char *const *)argv, environ);
		else
			execve(argv[0], (char *const *)argv, bare_environment);
	}
	int error = errno;
	ssize_t told = write(failed, &error, sizeof error);
	_exit(told == (ssize_t)sizeof error ? 127 : 126);
}

static void
close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
}

/* A pipe whose ends lie above 3, where become() puts things. */
static bool
pipe_high(int pair[2])
{
	int low[2];
	if (pipe2(low, O_CLOEXEC) != 0)
		return false;
	pair[0] = fcntl(low[0], F_DUPFD_CLOEXEC, 4);
	pair[1] = fcntl(low[1], F_DUPFD_CLOEXEC, 4);
	close_pair(low);
	return pair[0] >= 0 && pair[1] >= 0;
}

enum fault
child_start(
	struct child *c, const char *const argv[], int stdin_fd, const struct child_limits *limits)
{
	const struct child_limits none = { 0 };
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, told[2] = { -1, -1 }, error = 0;
	enum fault f = FAULT_NONE;
	limits = limits == NULL ? &none : limits;
	if (stdin_fd >= 0)
		in[0] = fcntl(stdin_fd, F_DUPFD_CLOEXEC, 4);
	if ((stdin_fd >= 0 ? in[0] < 0 : !pipe_high(in)) || !pipe_high(out) || !pipe_high(told)) {
		f = fault_errno("no pipe for %s", argv[0]);
		goto out;
	}
	pid_t pid = fork();
	if (pid < 0) {
		f = fault_errno("%s cannot be started", argv[0]);
		goto out;
	}
	if (pid == 0)
		become(argv, in[0], out[1], told[1], limits);
	close(told[1]);
	told[1] = -1;
	ssize_t n;
	while ((n = read(told[0], &error, sizeof error)) < 0 && errno == EINTR)
		;
	if (n > 0) {
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		errno = error;
		f = error == ENOENT ? fault(FAULT_ABSENT, "there is no program %s", argv[0])
				    : fault_errno("%s cannot be started", argv[0]);
		goto out;
	}
	*c = (struct child){ .pid = pid, .to_fd = in[1], .from_fd = out[0], .limits = *limits };
	if (limits->wall_ms > 0)
		c->deadline_ms = clock_system.mono_ms(clock_system.arg) + limits->wall_ms;
	in[1] = out[0] = -1;
out:
	close_pair(in);
	close_pair(out);
	close_pair(told);
	return f;
}

void
child_kill(struct child *c)
{
	if (c->pid > 0 && kill(-c->pid, SIGKILL) != 0)
		kill(c->pid, SIGKILL);
}

/* True when the child ended before its deadline. */
static bool
ended_in_time(const struct child *c)
{
	int fd = (int)syscall(SYS_pidfd_open, c->pid, 0);
	int64_t left;
	int n = 0;
	while ((left = c->deadline_ms - clock_system.mono_ms(clock_system.arg)) > 0 && n <= 0) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		/* Without pidfd (before Linux 5.3) look every 10 ms. */
		n = poll(&wait, fd >= 0 ? 1 : 0, fd >= 0 ? (int)(left > 60000 ? 60000 : left) : 10);
		siginfo_t info = { 0 };
		if (fd < 0 && waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
			n = info.si_pid == c->pid;
	}
	if (fd >= 0)
		close(fd);
	return n > 0;
}

enum fault
child_end(struct child *c, int *status)
{
	if (c->to_fd >= 0)
		close(c->to_fd);
	if (c->from_fd >= 0)
		close(c->from_fd);
	c->to_fd = c->from_fd = -1;
	bool late = c->deadline_ms > 0 && !ended_in_time(c);
	if (late)
		child_kill(c);
	int how = 0;
	pid_t pid;
	while ((pid = waitpid(c->pid, &how, 0)) < 0 && errno == EINTR)
		;
	if (pid < 0)
		return fault_errno("process %d cannot be waited for", c->pid);
	kill(-c->pid, SIGKILL); /* what it left behind */
	c->pid = 0;
	*status = how;
	if (late)
		return fault(FAULT_LIMIT, "the helper took longer than %d ms", c->limits.wall_ms);
	if (WIFSIGNALED(how) && WTERMSIG(how) == SIGXCPU)
		return fault(FAULT_LIMIT, "the helper used more than %d s of processor time",
			c->limits.cpu_s);
	if (WIFSIGNALED(how) && WTERMSIG(how) == SIGXFSZ)
		return fault(FAULT_LIMIT, "the helper wrote more than %zu bytes",
			c->limits.output_bytes);
	return FAULT_NONE;
}

/* ---- where helper programs are --------------------------------------------------- */

static bool
try_path(struct text *out, const char *folder, size_t n, const char *below, const char *program)
{
	struct stat st;
	text_reset(out);
	text_put_n(out, folder, n);
	text_printf(out, "%s/%s", below, program);
	return !out->over && stat(out->data, &st) == 0 && S_ISREG(st.st_mode) &&
	       access(out->data, X_OK) == 0;
}

enum fault
helper_path(struct text *out, const char *program)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	size_t len = n > 0 ? (size_t)n : 0;
	self[len] = '\0';
	bool building = strstr(self, "/build/") != NULL;
	/* Beside this program; in a build tree also above it, where tests live below. */
	for (int up = 0; up < (building ? 4 : 1); up++) {
		while (len > 0 && self[len - 1] != '/')
			len--;
		if (len < 2)
			break;
		self[--len] = '\0';
		if (try_path(out, self, len, "", program))
			return FAULT_NONE;
		if (up == 0 && try_path(out, self, len, "/../libexec/stoa", program))
			return FAULT_NONE;
	}
	if (try_path(out, STOA_PREFIX, strlen(STOA_PREFIX), "/libexec/stoa", program))
		return FAULT_NONE;
	return fault(FAULT_ABSENT, "the helper program %s is not installed", program);
}

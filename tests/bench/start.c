/* How long it takes to start: wall time and peak memory of whole processes.
 *
 * Each command is run in turn with the floor (a process that does nothing), so
 * that a busy machine slows both.  The ratio is of medians from one run.  "cold"
 * asks the kernel to drop the program's and the home's pages first, where it
 * may (posix_fadvise); libraries shared with other programs stay warm. */
#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "stoa/base.h"

#define RUNS 21
#define CASES_MAX 8

extern char **environ;

struct start_case {
	const char *name, *target;
	const char *argv[8];
	const char *input;
	bool cold;
	double ms[RUNS];
	long peak_kib;
};

static double
now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
evict(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)ftw;
	if (flag != FTW_F || st->st_size == 0)
		return 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
		close(fd);
	}
	return 0;
}

static void
run_once(struct start_case *c, int run)
{
	posix_spawn_file_actions_t files;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	if (c->cold) {
		nftw(c->argv[0], evict, 8, FTW_PHYS);
		nftw(getenv("STOA_HOME"), evict, 8, FTW_PHYS);
	}
	pid_t pid;
	double start = now_ms();
	if (posix_spawnp(&pid, c->argv[0], &files, NULL, (char *const *)c->argv, environ) != 0) {
		fprintf(stderr, "%s cannot be started\n", c->argv[0]);
		exit(1);
	}
	int status;
	struct rusage use;
	wait4(pid, &status, 0, &use);
	c->ms[run] = now_ms() - start;
	if (use.ru_maxrss > c->peak_kib)
		c->peak_kib = use.ru_maxrss;
	posix_spawn_file_actions_destroy(&files);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double
median(struct start_case *c)
{
	qsort(c->ms, RUNS, sizeof c->ms[0], by_value);
	return c->ms[RUNS / 2];
}

static void
shell(const char *command)
{
	if (system(command) != 0) {
		fprintf(stderr, "this did not work: %s\n", command);
		exit(1);
	}
}

int
main(void)
{
	const char *build = getenv("STOA_BUILD");
	char home[] = "/tmp/stoa-bench-XXXXXX", stoa[4096], command[9000];
	if (build == NULL || mkdtemp(home) == NULL)
		return 1;
	snprintf(stoa, sizeof stoa, "%s/stoa", build);
	setenv("STOA_HOME", home, 1);
	snprintf(command, sizeof command,
		"'%s' init --defaults --no-lock >/dev/null 2>&1 && '%s' add kits/sample >/dev/null 2>&1", stoa, stoa);
	shell(command);
	const char *question = "What limits the rate of photosynthesis at high light?";
	struct start_case cases[CASES_MAX] = {
		{ .name = "floor (/bin/true)", .target = "", .argv = { "/bin/true" } },
		{ .name = "stoa --version", .target = "<= 4x floor", .argv = { stoa, "--version" } },
		{ .name = "stoa ask, warm", .target = "< 100 ms", .argv = { stoa, "ask", question } },
		{ .name = "stoa ask, cold files", .target = "", .argv = { stoa, "ask", question }, .cold = true },
		{ .name = "stoa search", .target = "", .argv = { stoa, "search", "light saturation" } },
		{ .name = "stoa history list", .target = "", .argv = { stoa, "history", "list" } },
	};
	for (int run = 0; run < RUNS; run++)
		for (struct start_case *c = cases; c->name != NULL; c++)
			run_once(c, run);
	double floor_ms = median(&cases[0]);
	for (struct start_case *c = cases; c->name != NULL; c++) {
		double ms = median(c);
		printf("%-24s %8.2f ms  %6.1fx floor  p95 %8.2f ms  peak %6.1f MiB  (%s)\n", c->name, ms,
			ms / floor_ms, c->ms[RUNS * 95 / 100], (double)c->peak_kib / 1024, c->target);
	}
	snprintf(command, sizeof command, "rm -rf '%s'", home);
	shell(command);
	return 0;
}

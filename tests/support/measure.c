/* Figures in one form, so that every measuring program says the same of its goal. */
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "measure.h"

static struct { unsigned met, missed; } sum;

void
sample_add(struct sample *s, double value)
{
	mem_reserve(&s->values, &s->cap, s->n + 1, sizeof *s->values);
	s->values[s->n++] = value;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double
sample_at(struct sample *s, double share)
{
	if (s->n == 0)
		return 0;
	qsort(s->values, s->n, sizeof *s->values, by_value);
	return s->values[(size_t)((double)(s->n - 1) * share + 0.5)];
}

void
sample_clear(struct sample *s)
{
	mem_free(s->values);
	*s = (struct sample){ 0 };
}

/* ---- figures --------------------------------------------------------------------- */

static void
put_ratio(double value, double of, const char *whose)
{
	if (of > 0)
		printf(" %7.2fx %-7s", value / of, whose);
	else
		printf(" %16s", "");
}

void
figure_print(const struct figure *f)
{
	char goal[48] = "";
	bool times = f->goal == GOAL_TIMES_FLOOR;
	bool met = times ? f->value <= f->limit * f->floor : f->value <= f->limit;
	if (f->goal != GOAL_NONE) {
		snprintf(goal, sizeof goal, "goal <= %g%s%s", f->limit, times ? "x floor" : " ", times ? "" : f->unit);
		sum.met += met;
		sum.missed += !met;
	}
	printf("%-26s %10.3f %-6s", f->name, f->value, f->unit);
	put_ratio(f->value, f->floor, "floor");
	put_ratio(f->value, f->peer, "weechat");
	printf("  %-18s %s\n", goal, f->goal == GOAL_NONE ? "" : met ? "met" : "MISSED");
	fflush(stdout);
}

void
figures_sum(void)
{
	printf("%u goals met, %u missed\n", sum.met, sum.missed);
	fflush(stdout);
}

/* ---- /proc -------------------------------------------------------------------------- */

/* The number behind a name in a file of /proc; name "": the first in the file. */
static double
proc_number(const char *path, const char *name)
{
	char line[256];
	double value = 0;
	FILE *f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (str_starts(line, name)) {
			value = strtod(line + strlen(name), NULL);
			break;
		}
	if (f != NULL)
		fclose(f);
	return value;
}

static double
threads_sum(pid_t pid, const char *file, const char *name)
{
	char path[128];
	double total = 0;
	glob_t found = { 0 };
	snprintf(path, sizeof path, "/proc/%d/task/*/%s", (int)pid, file);
	if (glob(path, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			total += proc_number(found.gl_pathv[i], name);
	globfree(&found);
	return total;
}

double
process_cpu_ms(pid_t pid)
{
	return threads_sum(pid, "schedstat", "") / 1e6;
}

double
process_wakeups(pid_t pid)
{
	return threads_sum(pid, "status", "voluntary_ctxt_switches:");
}

double
process_memory_mb(pid_t pid)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
	return proc_number(path, "VmRSS:") * 1024 / 1e6;
}

/* ---- files ------------------------------------------------------------------------- */

void
process_files(struct text *out, pid_t pid)
{
	char path[64], line[4608];
	snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
	FILE *f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		const char *file = strchr(line, '/');
		if (file != NULL && (out->len == 0 || strstr(out->data, file) == NULL))
			text_put(out, file);
	}
	if (f != NULL)
		fclose(f);
}

static int
evict(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)ftw;
	int fd = flag == FTW_F && st->st_size > 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd >= 0) {
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
		close(fd);
	}
	return 0;
}

void
files_evict(const char *paths)
{
	char path[4608];
	while (*paths != '\0') {
		size_t n = strcspn(paths, "\n");
		snprintf(path, sizeof path, "%.*s", (int)n, paths);
		(void)nftw(path, evict, 8, FTW_PHYS);
		paths += n + (paths[n] == '\n');
	}
}

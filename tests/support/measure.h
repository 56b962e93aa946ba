/* measure -- samples, figures with a goal, and what /proc knows of a process.
 *
 * A figure is printed as one line: its value, how often it is the floor's and a
 * named peer's from the same run, the goal, and whether the goal is met.  Goals are
 * never changed to be met.
 */
#ifndef MEASURE_H
#define MEASURE_H
#include <sys/types.h>

#include "stoa/base.h"

struct sample { double *values; size_t n, cap; };
void sample_add(struct sample *s, double value);
double sample_at(struct sample *s, double share);      /* nearest rank; sorts; 0 when empty */
void sample_clear(struct sample *s);

enum goal { GOAL_NONE, GOAL_TIMES_FLOOR, GOAL_VALUE };
struct figure {
	const char *name, *unit;
	double value, floor, peer;     /* floor, peer 0: not measured */
	enum goal goal;
	double limit;                  /* at most */
};
void figure_print(const struct figure *f);
/* "12 met, 1 missed" of what was printed. */
void figures_sum(void);

/* Summed over the threads of a process. */
double process_cpu_ms(pid_t pid);
double process_wakeups(pid_t pid);
double process_memory_mb(pid_t pid);
/* Files it has mapped, to be evicted before a cold start; one path a line. */
void process_files(struct text *out, pid_t pid);
/* Ask the kernel to drop the clean pages of each file named, one a line, or of all
 * below it; pages that other programs have mapped stay. */
void files_evict(const char *paths);

#endif

/* loop, privately: timers and signals. */
#ifndef STOA_LOOP_IN_H
#define STOA_LOOP_IN_H
#include "stoa/loop.h"

struct timer {
	int64_t due_ms;
	uint64_t order;      /* of making: equal times run in it */
	unsigned id;
	loop_fn *fn;
	void *arg;
};
/* A binary heap; zeroed is empty. */
struct timers {
	struct timer *items;
	size_t count, cap;
	uint64_t made;
	unsigned last_id;
};
unsigned timers_add(struct timers *t, int64_t due_ms, loop_fn *fn, void *arg);
void timers_remove(struct timers *t, unsigned id);     /* unknown: nothing */
bool timers_next(int64_t *due_ms, const struct timers *t);
/* Run what is due at now_ms; not what handlers add meanwhile. */
void timers_run(struct timers *t, int64_t now_ms);
void timers_clear(struct timers *t);

/* Give back the signals that l watches. */
void signals_forget(struct loop *l);

#endif

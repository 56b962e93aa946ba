/* The crew: a few workers and one queue of jobs with a limit.
 *
 * Workers block signals, so that they arrive at the thread that turns the loop.
 * They are started one by one as jobs come, never more than asked for: a verb
 * that makes one call pays for one thread. */
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "stoa/loop.h"

#define JOBS_MAX 256
#define WORKERS_MAX 64

struct job {
	loop_fn *fn;
	void *arg;
};

struct crew {
	pthread_mutex_t lock;
	pthread_cond_t news; /* a job came, or the end */
	struct job jobs[JOBS_MAX];
	size_t first, count;
	unsigned workers, started, idle;
	bool ending, waking; /* somebody was called and has not come yet */
	pthread_t threads[WORKERS_MAX];
};

/* Call somebody who sleeps for what waits, one at a time: he calls the next one if there
 * is still something, so that short jobs do not cost a waking each.  The lock is held;
 * true: signal when it is not. */
static bool
call_one(struct crew *c)
{
	bool call = c->count > 0 && c->idle > 0 && !c->waking;
	c->waking |= call;
	return call;
}

static void *
work(void *arg)
{
	struct crew *c = arg;
	pthread_mutex_lock(&c->lock);
	for (;;) {
		while (c->count == 0 && !c->ending) {
			c->idle++;
			pthread_cond_wait(&c->news, &c->lock);
			c->idle--;
			c->waking = false;
		}
		if (c->count == 0)
			break;
		struct job j = c->jobs[c->first];
		c->first = (c->first + 1) % JOBS_MAX;
		c->count--;
		bool call = call_one(c);
		pthread_mutex_unlock(&c->lock);
		if (call)
			pthread_cond_signal(&c->news);
		j.fn(j.arg);
		pthread_mutex_lock(&c->lock);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

int
loop_thread(pthread_t *out, void *(*fn)(void *arg), void *arg)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(out, NULL, fn, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

/* One more worker; the lock is held. */
static int
start_worker(struct crew *c)
{
	int error = loop_thread(&c->threads[c->started], work, c);
	c->started += error == 0;
	return error;
}

enum fault
crew_new(struct crew **out, unsigned workers)
{
	if (workers == 0 || workers > WORKERS_MAX)
		return fault(
			FAULT_INPUT, "a crew has 1 to %d workers, not %u", WORKERS_MAX, workers);
	struct crew *c = mem_new(sizeof *c);
	c->workers = workers;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->news, NULL);
	*out = c;
	return FAULT_NONE;
}

enum fault
crew_submit(struct crew *c, loop_fn *fn, void *arg)
{
	pthread_mutex_lock(&c->lock);
	bool full = c->count == JOBS_MAX;
	int error = 0;
	if (!full && c->count >= c->idle && c->started < c->workers)
		error = start_worker(c);
	bool nobody = c->started == 0;
	if (!full && !nobody)
		c->jobs[(c->first + c->count++) % JOBS_MAX] = (struct job){ fn, arg };
	bool call = call_one(c);
	pthread_mutex_unlock(&c->lock);
	if (call)   /* only now: who wakes wants the lock */
		pthread_cond_signal(&c->news);
	if (full)
		return fault(FAULT_BUSY, "%d jobs wait already", JOBS_MAX);
	if (nobody)
		return fault(FAULT_SYSTEM, "no worker thread can be started: %s", strerror(error));
	return FAULT_NONE;
}

void
crew_free(struct crew *c)
{
	if (c == NULL)
		return;
	pthread_mutex_lock(&c->lock);
	c->ending = true;
	pthread_cond_broadcast(&c->news);
	pthread_mutex_unlock(&c->lock);
	for (unsigned i = 0; i < c->started; i++)
		pthread_join(c->threads[i], NULL);
	pthread_cond_destroy(&c->news);
	pthread_mutex_destroy(&c->lock);
	mem_free(c);
}

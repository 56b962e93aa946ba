/* The loop: poll(2) over descriptors, timers in a heap, posted messages.
 *
 * poll() instead of epoll: a client watches a handful of descriptors, and poll
 * is the same everywhere.  Messages wait in a ring under one lock; a pipe wakes
 * the waiting thread, written only when the ring was empty, so a burst costs one
 * wake-up.  A turn runs the messages that were there when it began, so a handler
 * that posts again cannot starve the descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "loop_in.h"

#define MESSAGES_MAX 4096

struct message {
	loop_fn *fn;
	void *arg;
};

struct watch {
	int fd;
	unsigned ready;
	loop_fd_fn *fn;
	void *arg;
};

struct loop {
	struct clock clock;
	struct timers timers;
	struct watch *watches;
	struct pollfd *polls; /* [0] is the pipe, then one a watch */
	size_t watch_count, watch_cap, poll_cap;
	loop_fn *after;
	void *after_arg;
	bool stopped, turning;
	int wake[2];
	pthread_mutex_t lock;     /* guards what follows */
	struct message *messages; /* a ring */
	size_t first, count, cap;
};

/* ---- life --------------------------------------------------------------------- */

enum fault
loop_new(struct loop **out, const struct clock *clock)
{
	int wake[2];
	if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0)
		return fault_errno("no pipe for a loop");
	struct loop *l = mem_new(sizeof *l);
	l->clock = *clock;
	l->wake[0] = wake[0];
	l->wake[1] = wake[1];
	pthread_mutex_init(&l->lock, NULL);
	*out = l;
	return FAULT_NONE;
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	signals_forget(l);
	timers_clear(&l->timers);
	close(l->wake[0]);
	close(l->wake[1]);
	pthread_mutex_destroy(&l->lock);
	mem_free(l->messages);
	mem_free(l->watches);
	mem_free(l->polls);
	mem_free(l);
}

void
loop_after_turn(struct loop *l, loop_fn *after, void *arg)
{
	l->after = after;
	l->after_arg = arg;
}

void
loop_stop(struct loop *l)
{
	l->stopped = true;
}

/* ---- messages -------------------------------------------------------------------- */

/* Make the ring larger; what is in it comes to its front. */
static void
ring_grow(struct loop *l)
{
	size_t cap = l->cap == 0 ? 16 : l->cap * 2;
	struct message *ring = mem_new_array(cap, sizeof *ring);
	for (size_t i = 0; i < l->count; i++)
		ring[i] = l->messages[(l->first + i) % l->cap];
	mem_free(l->messages);
	l->messages = ring;
	l->first = 0;
	l->cap = cap;
}

enum fault
loop_post(struct loop *l, loop_fn *fn, void *arg)
{
	pthread_mutex_lock(&l->lock);
	bool full = l->count == MESSAGES_MAX, first = l->count == 0;
	if (!full) {
		if (l->count == l->cap)
			ring_grow(l);
		l->messages[(l->first + l->count++) % l->cap] = (struct message){ fn, arg };
		/* Under the lock: the loop may be freed as soon as it has the message. A
		 * full pipe will wake the loop just as well. */
		if (first)
			while (write(l->wake[1], "", 1) < 0 && errno == EINTR)
				;
	}
	pthread_mutex_unlock(&l->lock);
	if (full)
		return fault(FAULT_BUSY, "%d messages wait already", MESSAGES_MAX);
	return FAULT_NONE;
}

static void
run_messages(struct loop *l)
{
	char bytes[64];
	while (read(l->wake[0], bytes, sizeof bytes) == (ssize_t)sizeof bytes)
		;
	pthread_mutex_lock(&l->lock);
	for (size_t left = l->count; left > 0; left--) {
		struct message m = l->messages[l->first];
		l->first = (l->first + 1) % l->cap;
		l->count--;
		pthread_mutex_unlock(&l->lock);
		m.fn(m.arg);
		pthread_mutex_lock(&l->lock);
	}
	/* What was posted meanwhile found a ring that was not empty. */
	if (l->count > 0)
		while (write(l->wake[1], "", 1) < 0 && errno == EINTR)
			;
	pthread_mutex_unlock(&l->lock);
}

/* ---- descriptors ------------------------------------------------------------------ */

static struct watch *
watch_find(struct loop *l, int fd)
{
	for (size_t i = 0; i < l->watch_count; i++)
		if (l->watches[i].fd == fd)
			return &l->watches[i];
	return NULL;
}

enum fault
loop_watch(struct loop *l, int fd, unsigned ready, loop_fd_fn *fn, void *arg)
{
	if (fd < 0)
		return fault(FAULT_INPUT, "%d is not a descriptor", fd);
	struct watch *w = watch_find(l, fd);
	if (ready == 0) {
		if (w != NULL)
			*w = l->watches[--l->watch_count];
		return FAULT_NONE;
	}
	if (w == NULL) {
		mem_reserve(&l->watches, &l->watch_cap, l->watch_count + 1, sizeof *w);
		w = &l->watches[l->watch_count++];
	}
	*w = (struct watch){ fd, ready, fn, arg };
	return FAULT_NONE;
}

static size_t
fill_polls(struct loop *l)
{
	mem_reserve(&l->polls, &l->poll_cap, l->watch_count + 1, sizeof *l->polls);
	l->polls[0] = (struct pollfd){ .fd = l->wake[0], .events = POLLIN };
	for (size_t i = 0; i < l->watch_count; i++) {
		unsigned ready = l->watches[i].ready;
		short events = (short)((ready & LOOP_READ ? POLLIN : 0) |
				       (ready & LOOP_WRITE ? POLLOUT : 0));
		l->polls[i + 1] = (struct pollfd){ .fd = l->watches[i].fd, .events = events };
	}
	return l->watch_count + 1;
}

/* Handlers may watch and forget while this runs, so each is looked up again. */
static void
run_ready(struct loop *l, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		short got = l->polls[i].revents;
		int fd = l->polls[i].fd;
		if (got == 0)
			continue;
		unsigned ready = (got & POLLIN ? LOOP_READ : 0) | (got & POLLOUT ? LOOP_WRITE : 0) |
				 (got & (POLLERR | POLLHUP | POLLNVAL) ? LOOP_ERROR : 0);
		struct watch *w = watch_find(l, fd);
		if (w == NULL || (ready &= w->ready | LOOP_ERROR) == 0)
			continue;
		w->fn(fd, ready, w->arg);
	}
}

/* ---- turning ------------------------------------------------------------------------ */

static int64_t
now_ms(const struct loop *l)
{
	return l->clock.mono_ms(l->clock.arg);
}

unsigned
loop_timer(struct loop *l, int64_t delay_ms, loop_fn *fn, void *arg)
{
	return timers_add(&l->timers, now_ms(l) + (delay_ms > 0 ? delay_ms : 0), fn, arg);
}

void
loop_untimer(struct loop *l, unsigned id)
{
	timers_remove(&l->timers, id);
}

/* How long poll() may wait, given the next timer. */
static int
patience(struct loop *l, int wait_ms)
{
	int64_t due;
	if (!timers_next(&due, &l->timers))
		return wait_ms;
	int64_t left = due - now_ms(l);
	left = left < 0 ? 0 : left > 3600000 ? 3600000 : left;
	return wait_ms < 0 || left < wait_ms ? (int)left : wait_ms;
}

enum fault
loop_turn(struct loop *l, int wait_ms)
{
	if (l->turning)
		return fault(FAULT_BUSY, "a handler may not turn the loop");
	size_t count = fill_polls(l);
	int n = poll(l->polls, count, patience(l, wait_ms));
	if (n < 0 && errno != EINTR)
		return fault_errno("a loop cannot wait");
	l->turning = true;
	timers_run(&l->timers, now_ms(l));
	if (n > 0 && l->polls[0].revents != 0)
		run_messages(l);
	if (n > 0)
		run_ready(l, count);
	if (l->after != NULL)
		l->after(l->after_arg);
	l->turning = false;
	return FAULT_NONE;
}

enum fault
loop_run(struct loop *l)
{
	enum fault f = FAULT_NONE;
	l->stopped = false;
	while (!l->stopped && f == FAULT_NONE)
		f = loop_turn(l, -1);
	return f;
}

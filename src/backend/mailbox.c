/* The mailbox: what workers say, in order, to the thread that turns the loop.
 *
 * One posted message stands for everything that waits, so a flood of events
 * costs the loop one slot.  A worker with an event waits while 512 wait: a slow
 * screen slows the work down instead of filling memory.  Flights belong to the
 * mailbox, not to the backend, because a handler may close the backend while
 * news is being delivered. */
#include <time.h>

#include "backend_in.h"

#define NEWS_MAX 512

enum fault
mailbox_new(struct mailbox **out, struct loop *loop)
{
	struct mailbox *box = mem_new(sizeof *box);
	box->loop = loop;
	box->refs = 1;
	box->last = &box->first;
	pthread_mutex_init(&box->lock, NULL);
	pthread_cond_init(&box->room, NULL);
	*out = box;
	return FAULT_NONE;
}

void
mailbox_release(struct mailbox *box)
{
	pthread_mutex_lock(&box->lock);
	bool last = --box->refs == 0;
	pthread_mutex_unlock(&box->lock);
	if (!last)
		return;
	pthread_cond_destroy(&box->room);
	pthread_mutex_destroy(&box->lock);
	mem_free(box);
}

static void
on_post(void *arg)
{
	struct mailbox *box = arg;
	pthread_mutex_lock(&box->lock);
	box->posted = false;
	pthread_mutex_unlock(&box->lock);
	mailbox_deliver(box);
	mailbox_release(box);
}

/* Have the loop look here; the lock is held and given back meanwhile when the
 * loop's own queue is full. */
static void
wake(struct mailbox *box)
{
	const struct timespec moment = { 0, 1000000 };
	while (!box->posted && !box->closing) {
		if (loop_post(box->loop, on_post, box) == FAULT_NONE) {
			box->posted = true;
			box->refs++;
			return;
		}
		pthread_mutex_unlock(&box->lock);
		nanosleep(&moment, NULL);
		pthread_mutex_lock(&box->lock);
	}
}

void
mailbox_put(struct mailbox *box, struct news *n)
{
	pthread_mutex_lock(&box->lock);
	while (n->type != NULL && box->count >= NEWS_MAX && !box->closing)
		pthread_cond_wait(&box->room, &box->lock);
	n->next = NULL;
	*box->last = n;
	box->last = &n->next;
	box->count++;
	wake(box);
	pthread_mutex_unlock(&box->lock);
}

void
mailbox_run(struct mailbox *box, loop_fn *fn, void *arg)
{
	struct news *n = mem_new(sizeof *n);
	n->run = fn;
	n->arg = arg;
	mailbox_put(box, n);
}

void
mailbox_close(struct mailbox *box)
{
	pthread_mutex_lock(&box->lock);
	box->closing = true;
	pthread_cond_broadcast(&box->room);
	pthread_mutex_unlock(&box->lock);
}

bool
mailbox_closed(struct mailbox *box)
{
	pthread_mutex_lock(&box->lock);
	bool closed = box->closing;
	pthread_mutex_unlock(&box->lock);
	return closed;
}

/* ---- the loop's side ----------------------------------------------------------------- */

static void
flight_land(struct flight *f)
{
	struct flight **at = &f->box->flights;
	while (*at != f)
		at = &(*at)->next;
	*at = f->next;
	if (f->task != NULL)
		task_land(f);
	const struct backend_done d = { f->fault, f->sentence, f->op, f->reply };
	if (f->handlers.done != NULL)
		f->handlers.done(&d, f->handlers.arg);
	arena_clear(&f->arena);
	mem_free(f->sentence);
	mem_free(f);
}

static void
news_tell(struct news *n)
{
	struct flight *f = n->flight;
	if (f == NULL)
		n->run(n->arg);
	else if (n->type == NULL)
		flight_land(f);
	else if (f->handlers.event != NULL)
		f->handlers.event(n->name, n->type, n->record, f->handlers.arg);
	arena_clear(&n->arena);
	mem_free(n);
}

static struct news *
next_news(struct mailbox *box)
{
	pthread_mutex_lock(&box->lock);
	struct news *n = box->first;
	if (n != NULL) {
		box->first = n->next;
		if (box->first == NULL)
			box->last = &box->first;
		if (box->count-- == NEWS_MAX)
			pthread_cond_broadcast(&box->room);
	}
	pthread_mutex_unlock(&box->lock);
	return n;
}

void
mailbox_deliver(struct mailbox *box)
{
	for (struct news *n; (n = next_news(box)) != NULL;)
		news_tell(n);
}

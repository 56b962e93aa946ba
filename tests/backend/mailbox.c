/* The mailbox: order, back-pressure, and an end that nobody waits for. */
#include <pthread.h>

#include "../../src/backend/backend_in.h"
#include "../stoa_test.h"

#define EVENTS 5000

static struct mailbox *box;
static struct loop *loop;
static int heard, ended;
static atomic_int put;

static void
on_event(const char *name, const struct record_type *type, const void *record, void *arg)
{
	(void)name, (void)arg;
	ck_assert_ptr_eq(type, &record_ev_progress);
	const struct ev_progress *p = record;
	if (p->page != heard || ended != 0)
		ck_abort_msg("page %d came as %d", (int)p->page, heard);
	heard++;
}

static void
on_done(const struct backend_done *d, void *arg)
{
	(void)d, (void)arg;
	ended++;
}

/* A worker that says EVENTS things and ends. */
static void *
speak(void *arg)
{
	struct flight *f = arg;
	for (int i = 0; i <= EVENTS; i++) {
		struct news *n = mem_new(sizeof *n);
		const struct ev_progress p = { .page = i };
		n->flight = f;
		if (i < EVENTS) {
			n->name = "progress";
			n->type = &record_ev_progress;
			n->record = record_copy(&n->arena, n->type, &p);
		}
		mailbox_put(box, n);
		atomic_fetch_add(&put, 1);
	}
	return NULL;
}

static pthread_t
begin(void)
{
	pthread_t t;
	WELL(loop_new(&loop, &clock_system));
	WELL(mailbox_new(&box, loop));
	struct flight *f = mem_new(sizeof *f);
	f->box = box;
	f->op = operation_find("health.get");
	f->handlers = (struct backend_handlers){ on_event, on_done, NULL };
	box->flights = f;
	ck_assert_int_eq(pthread_create(&t, NULL, speak, f), 0);
	return t;
}

START_TEST(thousands_of_events_arrive_in_order_before_the_end)
{
	pthread_t t = begin();
	while (ended == 0)
		WELL(loop_turn(loop, -1));
	pthread_join(t, NULL);
	ck_assert_int_eq(heard, EVENTS);
	ck_assert_int_eq(ended, 1);
	mailbox_release(box);
	loop_free(loop);
}
END_TEST

START_TEST(a_worker_waits_while_nobody_listens_and_not_after_the_close)
{
	pthread_t t = begin();
	while (atomic_load(&put) < 512)
		sched_yield();
	/* Full now; nothing that happens here lets another in. */
	for (int i = 0; i < 1000; i++)
		sched_yield();
	ck_assert_int_eq(atomic_load(&put), 512);
	mailbox_close(box);
	pthread_join(t, NULL);
	mailbox_deliver(box);
	ck_assert_int_eq(heard, EVENTS);
	ck_assert_int_eq(ended, 1);
	WELL(loop_turn(loop, 0));   /* the message that was posted finds nothing */
	mailbox_release(box);
	loop_free(loop);
}
END_TEST

TESTS("mailbox", thousands_of_events_arrive_in_order_before_the_end,
	a_worker_waits_while_nobody_listens_and_not_after_the_close)

/* The crew: jobs on workers, a limit, an orderly end. */
#include <pthread.h>

#include "../stoa_test.h"
#include "stoa/loop.h"

static void
add_one(void *arg)
{
	atomic_fetch_add((atomic_int *)arg, 1);
}

START_TEST(every_job_runs_once_before_the_crew_is_gone)
{
	atomic_int n = 0;
	struct crew *c;
	WELL(crew_new(&c, 4));
	for (int i = 0; i < 200; i++)
		WELL(crew_submit(c, add_one, &n));
	crew_free(c);
	ck_assert_int_eq(atomic_load(&n), 200);
}
END_TEST

/* Jobs that wait for each other: they end only if both run at once. */
struct gate { pthread_barrier_t barrier; };

static void
meet(void *arg)
{
	pthread_barrier_wait(&((struct gate *)arg)->barrier);
}

START_TEST(two_workers_work_at_the_same_time)
{
	struct gate g;
	pthread_barrier_init(&g.barrier, NULL, 2);
	struct crew *c;
	WELL(crew_new(&c, 2));
	WELL(crew_submit(c, meet, &g));
	WELL(crew_submit(c, meet, &g));
	crew_free(c);
	pthread_barrier_destroy(&g.barrier);
}
END_TEST

START_TEST(the_257th_waiting_job_is_refused_as_busy)
{
	struct gate g;
	pthread_barrier_init(&g.barrier, NULL, 2);
	atomic_int n = 0;
	struct crew *c;
	WELL(crew_new(&c, 1));
	WELL(crew_submit(c, meet, &g));   /* holds the only worker */
	enum fault f = FAULT_NONE;
	int taken = 0;
	while ((f = crew_submit(c, add_one, &n)) == FAULT_NONE)
		taken++;
	ck_assert_int_eq(f, FAULT_BUSY);
	ck_assert_int_ge(taken, 255);     /* the first may still have waited */
	ck_assert_int_le(taken, 256);
	pthread_barrier_wait(&g.barrier);
	crew_free(c);
	ck_assert_int_eq(atomic_load(&n), taken);
	pthread_barrier_destroy(&g.barrier);
}
END_TEST

START_TEST(a_crew_of_nobody_is_refused)
{
	struct crew *c;
	FAILS(FAULT_INPUT, crew_new(&c, 0));
	FAILS(FAULT_INPUT, crew_new(&c, 65));
	crew_free(NULL);
}
END_TEST

struct talk { struct loop *loop; struct crew *crew; int turns; };

static void answer(void *arg);

static void
work(void *arg)
{
	struct talk *t = arg;
	WELL(loop_post(t->loop, answer, t));
}

static void
answer(void *arg)
{
	struct talk *t = arg;
	if (++t->turns == 100)
		loop_stop(t->loop);
	else
		WELL(crew_submit(t->crew, work, t));
}

START_TEST(loop_and_crew_hand_work_to_each_other)
{
	struct talk t = { 0 };
	WELL(loop_new(&t.loop, &clock_system));
	WELL(crew_new(&t.crew, 2));
	WELL(crew_submit(t.crew, work, &t));
	WELL(loop_run(t.loop));
	ck_assert_int_eq(t.turns, 100);
	crew_free(t.crew);
	loop_free(t.loop);
}
END_TEST

TESTS("crew", every_job_runs_once_before_the_crew_is_gone, two_workers_work_at_the_same_time,
	the_257th_waiting_job_is_refused_as_busy, a_crew_of_nobody_is_refused,
	loop_and_crew_hand_work_to_each_other)

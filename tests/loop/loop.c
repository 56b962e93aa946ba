/* The loop: messages, timers, descriptors, signals. */
#include <pthread.h>
#include <signal.h>

#include "../stoa_test.h"
#include "stoa/loop.h"

struct trace {
	struct loop *loop;
	char seen[64];
	size_t n;
	unsigned timer;
};

static void
see(struct trace *t, char c)
{
	ck_assert_uint_lt(t->n, sizeof t->seen - 1);
	t->seen[t->n++] = c;
}

static void see_a(void *arg) { see(arg, 'a'); }
static void see_b(void *arg) { see(arg, 'b'); }
static void see_c(void *arg) { see(arg, 'c'); }
static void see_after(void *arg) { see(arg, '.'); }
static void stop(void *arg) { loop_stop(((struct trace *)arg)->loop); }

static struct still still;
static struct clock fixed;

static struct loop *
fresh(struct trace *t)
{
	still = (struct still){ 1000 };
	fixed = STILL_CLOCK(&still);
	struct loop *l;
	WELL(loop_new(&l, &fixed));
	*t = (struct trace){ .loop = l };
	return l;
}

START_TEST(messages_run_in_the_order_they_were_posted)
{
	struct trace t;
	struct loop *l = fresh(&t);
	WELL(loop_post(l, see_a, &t));
	WELL(loop_post(l, see_b, &t));
	WELL(loop_post(l, see_c, &t));
	loop_after_turn(l, see_after, &t);
	WELL(loop_turn(l, 0));
	ck_assert_str_eq(t.seen, "abc.");
	loop_free(l);
}
END_TEST

static void
post_again(void *arg)
{
	struct trace *t = arg;
	see(t, 'p');
	WELL(loop_post(t->loop, see_a, t));
}

START_TEST(a_message_posted_by_a_message_waits_for_the_next_turn)
{
	struct trace t;
	struct loop *l = fresh(&t);
	WELL(loop_post(l, post_again, &t));
	WELL(loop_turn(l, 0));
	ck_assert_str_eq(t.seen, "p");
	WELL(loop_turn(l, -1));   /* must wake at once */
	ck_assert_str_eq(t.seen, "pa");
	WELL(loop_post(l, post_again, &t));   /* its message finds a ring that is not empty */
	WELL(loop_post(l, see_b, &t));
	WELL(loop_turn(l, -1));
	ck_assert_str_eq(t.seen, "papb");
	WELL(loop_turn(l, -1));
	ck_assert_str_eq(t.seen, "papba");
	loop_free(l);
}
END_TEST

START_TEST(a_full_queue_says_busy_and_recovers)
{
	struct trace t;
	struct loop *l = fresh(&t);
	for (int i = 0; i < 4096; i++)
		WELL(loop_post(l, stop, &t));
	FAILS(FAULT_BUSY, loop_post(l, see_a, &t));
	WELL(loop_turn(l, 0));
	WELL(loop_post(l, see_a, &t));
	WELL(loop_turn(l, 0));
	ck_assert_str_eq(t.seen, "a");
	loop_free(l);
}
END_TEST

START_TEST(timers_run_by_time_then_by_order_and_only_when_due)
{
	struct trace t;
	struct loop *l = fresh(&t);
	loop_timer(l, 20, see_c, &t);
	loop_timer(l, 10, see_a, &t);
	loop_timer(l, 10, see_b, &t);
	WELL(loop_turn(l, 0));
	ck_assert_str_eq(t.seen, "");
	still.now_ms += 10;
	WELL(loop_turn(l, -1));
	ck_assert_str_eq(t.seen, "ab");
	still.now_ms += 10;
	WELL(loop_turn(l, -1));
	ck_assert_str_eq(t.seen, "abc");
	loop_free(l);
}
END_TEST

START_TEST(a_timer_taken_back_does_not_run)
{
	struct trace t;
	struct loop *l = fresh(&t);
	unsigned ids[40];
	for (int i = 0; i < 40; i++)
		ids[i] = loop_timer(l, (i * 7) % 40, i == 13 ? see_b : see_a, &t);
	for (int i = 0; i < 40; i++) {
		ck_assert_uint_ne(ids[i], 0);
		if (i != 13)
			loop_untimer(l, ids[i]);
	}
	loop_untimer(l, 123456);
	still.now_ms += 100;
	WELL(loop_turn(l, 0));
	ck_assert_str_eq(t.seen, "b");
	loop_free(l);
}
END_TEST

static void
again(void *arg)
{
	struct trace *t = arg;
	see(t, 'r');
	t->timer = loop_timer(t->loop, 0, again, t);
}

START_TEST(a_timer_that_sets_itself_again_does_not_hold_the_turn)
{
	struct trace t;
	struct loop *l = fresh(&t);
	loop_timer(l, 0, again, &t);
	WELL(loop_turn(l, 0));
	WELL(loop_turn(l, 0));
	ck_assert_str_eq(t.seen, "rr");
	loop_free(l);
}
END_TEST

static void
nest(void *arg)
{
	struct trace *t = arg;
	FAILS(FAULT_BUSY, loop_turn(t->loop, 0));
	see(t, 'n');
}

START_TEST(handlers_cannot_nest_the_loop)
{
	struct trace t;
	struct loop *l = fresh(&t);
	WELL(loop_post(l, nest, &t));
	WELL(loop_turn(l, 0));
	ck_assert_str_eq(t.seen, "n");
	loop_free(l);
}
END_TEST

static void
on_read(int fd, unsigned ready, void *arg)
{
	char c;
	ck_assert_uint_eq(ready & LOOP_READ, LOOP_READ);
	ck_assert_int_eq(read(fd, &c, 1), 1);
	see(arg, c);
}

START_TEST(a_watched_descriptor_is_told_until_it_is_forgotten)
{
	struct trace t;
	struct loop *l = fresh(&t);
	int p[2];
	ck_assert_int_eq(pipe(p), 0);
	WELL(loop_watch(l, p[0], LOOP_READ, on_read, &t));
	WELL(loop_turn(l, 0));
	ck_assert_str_eq(t.seen, "");
	ck_assert_int_eq(write(p[1], "xy", 2), 2);
	WELL(loop_turn(l, -1));
	WELL(loop_watch(l, p[0], 0, NULL, NULL));
	WELL(loop_turn(l, 0));
	ck_assert_str_eq(t.seen, "x");
	FAILS(FAULT_INPUT, loop_watch(l, -1, LOOP_READ, on_read, &t));
	close(p[0]);
	close(p[1]);
	loop_free(l);
}
END_TEST

static int pair[2][2];

static void
forget_other(int fd, unsigned ready, void *arg)
{
	struct trace *t = arg;
	(void)ready;
	see(t, 'f');
	int other = fd == pair[0][0] ? pair[1][0] : pair[0][0];
	WELL(loop_watch(t->loop, other, 0, NULL, NULL));
}

START_TEST(a_handler_may_forget_a_descriptor_that_is_ready_too)
{
	struct trace t;
	struct loop *l = fresh(&t);
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(pipe(pair[i]), 0);
		WELL(loop_watch(l, pair[i][0], LOOP_READ, forget_other, &t));
		ck_assert_int_eq(write(pair[i][1], "x", 1), 1);
	}
	WELL(loop_turn(l, -1));
	ck_assert_str_eq(t.seen, "f");
	loop_free(l);
}
END_TEST

static void
on_error(int fd, unsigned ready, void *arg)
{
	struct trace *t = arg;
	see(t, ready & LOOP_ERROR ? 'e' : 'r');
	WELL(loop_watch(t->loop, fd, 0, NULL, NULL));
}

START_TEST(a_closed_other_end_is_an_error)
{
	struct trace t;
	struct loop *l = fresh(&t);
	int p[2];
	ck_assert_int_eq(pipe(p), 0);
	WELL(loop_watch(l, p[1], LOOP_WRITE, on_error, &t));
	close(p[0]);
	WELL(loop_turn(l, -1));
	ck_assert_str_eq(t.seen, "e");
	close(p[1]);
	loop_free(l);
}
END_TEST

START_TEST(a_signal_arrives_as_a_message_on_the_loop)
{
	struct trace t;
	struct loop *l = fresh(&t);
	WELL(loop_signal(l, SIGUSR1, see_a, &t));
	WELL(loop_signal(l, SIGUSR2, see_b, &t));
	WELL(loop_signal(l, SIGUSR2, see_c, &t));   /* changed */
	FAILS(FAULT_INPUT, loop_signal(l, 1000, see_a, &t));
	struct loop *other;
	WELL(loop_new(&other, &fixed));
	FAILS(FAULT_BUSY, loop_signal(other, SIGUSR1, see_a, &t));
	loop_free(other);
	raise(SIGUSR1);
	raise(SIGUSR2);
	WELL(loop_turn(l, -1));
	ck_assert_str_eq(t.seen, "ac");
	loop_free(l);
	struct sigaction now;
	ck_assert_int_eq(sigaction(SIGUSR1, NULL, &now), 0);
	ck_assert(now.sa_handler == SIG_DFL);
}
END_TEST

START_TEST(stop_ends_the_run_after_its_turn)
{
	struct trace t;
	struct loop *l = fresh(&t);
	WELL(loop_post(l, stop, &t));
	WELL(loop_post(l, see_a, &t));
	WELL(loop_run(l));
	ck_assert_str_eq(t.seen, "a");
	loop_free(l);
}
END_TEST

#define POSTS 2000
struct counter { struct loop *loop; int got, stops; };

static void
count(void *arg)
{
	((struct counter *)arg)->got++;
}

static void
count_stop(void *arg)
{
	struct counter *c = arg;
	if (++c->stops == 4)
		loop_stop(c->loop);
}

static void *
post_many(void *arg)
{
	struct counter *c = arg;
	for (int i = 0; i < POSTS;)
		i += loop_post(c->loop, count, c) == FAULT_NONE;
	while (loop_post(c->loop, count_stop, c) != FAULT_NONE)
		;
	return NULL;
}

START_TEST(posts_from_many_threads_all_arrive)
{
	struct counter c = { 0 };
	WELL(loop_new(&c.loop, &clock_system));
	pthread_t threads[4];
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, post_many, &c), 0);
	WELL(loop_run(c.loop));
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(c.got, 4 * POSTS);
	loop_free(c.loop);
}
END_TEST

TESTS("loop", messages_run_in_the_order_they_were_posted,
	a_message_posted_by_a_message_waits_for_the_next_turn, a_full_queue_says_busy_and_recovers,
	timers_run_by_time_then_by_order_and_only_when_due, a_timer_taken_back_does_not_run,
	a_timer_that_sets_itself_again_does_not_hold_the_turn, handlers_cannot_nest_the_loop,
	a_watched_descriptor_is_told_until_it_is_forgotten,
	a_handler_may_forget_a_descriptor_that_is_ready_too, a_closed_other_end_is_an_error,
	a_signal_arrives_as_a_message_on_the_loop, stop_ends_the_run_after_its_turn,
	posts_from_many_threads_all_arrive)

/* The link to a server: whether it can be reached, and when to look again.
 *
 * Nobody asks the server whether it lives while it answers: that it is gone is
 * noticed by the next call.  Then a timer tries again, later and later, at a random
 * moment of a growing span (full jitter), so that a class whose server came back
 * does not fall upon it at once; while nothing waits to be delivered the least wait
 * is ten seconds, so that an idle client sleeps.  Probes and deliveries run on a
 * worker of their own; who decides is the loop's thread. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "remote_in.h"

#define TRY_MS 1000               /* the first span; doubled each time */
#define TRY_MAX_MS 60000
#define IDLE_MS 10000             /* the least wait when nothing waits */
#define FOLLOW_MS 3600000         /* between two looks at what is gone there */
#define HAUL_MS 2000              /* before what is large is sent */
#define DOWN_MAX_MS 10000         /* so long at most calls do not try a line that failed */

static void link_turn(void *arg);

struct link { bool online; struct link_load load; };

static struct link
link_now(const struct backend *b)
{
	struct remote *r = b->remote;
	pthread_mutex_lock(&r->lock);
	struct link now = { r->online, r->load };
	pthread_mutex_unlock(&r->lock);
	return now;
}

const char *
link_word(const struct backend *b)
{
	struct remote *r = b->remote;
	struct link now = link_now(b);
	if (!now.online)
		snprintf(r->word, sizeof r->word, "OFFLINE");
	else if (now.load.waiting + now.load.large > 0)
		snprintf(r->word, sizeof r->word, "SYNC %zu", now.load.waiting + now.load.large);
	else
		snprintf(r->word, sizeof r->word, "ONLINE");
	return r->word;
}

const char *
backend_why(const struct backend *b)
{
	struct remote *r = b->remote;
	if (r == NULL)
		return "";
	pthread_mutex_lock(&r->lock);
	memcpy(r->why_lent, r->why, sizeof r->why_lent);
	int64_t until_ms = r->online ? r->slow_until_ms : 0;
	pthread_mutex_unlock(&r->lock);
	time_t until = (time_t)((until_ms + 999) / 1000);
	struct tm at;
	if (b->config.clock->wall_ms(b->config.clock->arg) < until_ms && localtime_r(&until, &at) != NULL)
		snprintf(r->why_lent, sizeof r->why_lent, "the server takes no more from you until %02d:%02d:%02d; the rest goes then",
			at.tm_hour, at.tm_min, at.tm_sec);
	return r->why_lent;
}

/* ---- news from the workers --------------------------------------------------------- */

void
link_heard(struct backend *b, enum fault f, int64_t took_ms)
{
	static const bool answers[FAULT_KINDS] = { [FAULT_NONE] = true, [FAULT_ABSENT] = true,
		[FAULT_EXISTS] = true, [FAULT_DENIED] = true, [FAULT_OFTEN] = true };
	struct remote *r = b->remote;
	if (f != FAULT_OFFLINE && !answers[f])
		return;
	bool online = f != FAULT_OFFLINE;
	/* The longer a failure took, the longer nobody runs into it again. */
	int64_t down_ms = 5 * took_ms < DOWN_MAX_MS ? 5 * took_ms : DOWN_MAX_MS;
	pthread_mutex_lock(&r->lock);
	bool changed = r->online != online || !r->heard;
	r->online = online;
	r->heard = true;
	snprintf(r->why, sizeof r->why, "%s", online ? "" : fault_sentence());
	r->news |= changed;
	r->down_until_ms = online ? 0 : b->config.clock->mono_ms(b->config.clock->arg) + down_ms;
	pthread_mutex_unlock(&r->lock);
	if (changed)
		mailbox_run(b->box, link_turn, b);
}

bool
link_down(struct backend *b)
{
	struct remote *r = b->remote;
	pthread_mutex_lock(&r->lock);
	int64_t until_ms = r->down_until_ms;
	pthread_mutex_unlock(&r->lock);
	return until_ms != 0 && b->config.clock->mono_ms(b->config.clock->arg) < until_ms;
}

void
link_loaded(struct backend *b, const struct link_load *load)
{
	struct remote *r = b->remote;
	pthread_mutex_lock(&r->lock);
	bool changed = memcmp(&r->load, load, sizeof *load) != 0;
	r->news |= load->waiting > r->load.waiting;
	r->load = *load;
	pthread_mutex_unlock(&r->lock);
	if (changed)
		mailbox_run(b->box, link_turn, b);
}

void
link_delivered(struct backend *b, size_t count)
{
	struct remote *r = b->remote;
	pthread_mutex_lock(&r->lock);
	r->load.waiting -= count < r->load.waiting ? count : r->load.waiting;
	pthread_mutex_unlock(&r->lock);
	mailbox_run(b->box, link_turn, b);
}

/* ---- work: probe, count, deliver ------------------------------------------------------- */

static void
work_done(void *arg)
{
	struct backend *b = arg;
	b->remote->working = false;
	link_turn(b);
}

/* Is the server there? */
static void
probe(struct backend *b)
{
	struct arena a;
	void *reply = NULL;
	static const struct nothing nothing;
	const struct asking q = { .op = operation_find("health.get"), .request = &nothing,
		.cancel = &b->remote->cancel };
	arena_init(&a);
	enum fault f = remote_ask(&reply, &a, b, &q);
	if (f == FAULT_NONE)
		copy_keep(b, q.op, q.request, reply);
	arena_clear(&a);
}

static void
work(void *arg)
{
	struct backend *b = arg;
	struct remote *r = b->remote;
	struct arena a;
	struct outbox o = { .count = 0 };
	int64_t retry_ms = 0;
	arena_init(&a);
	bool ready = engine_wait(b) == FAULT_NONE && account_ready(b) == FAULT_NONE;
	struct link now = link_now(b);
	if (!now.online)
		probe(b);
	if (ready && !now.load.known && outbox_load(&o, &a, b) == FAULT_NONE)
		outbox_clear(&o);
	now = link_now(b);
	if (ready && now.online && now.load.waiting > 0 &&
		outbox_deliver(b, NULL, &r->cancel) == FAULT_OFTEN)
		retry_ms = fault_retry_ms();
	if (ready && link_now(b).online && copy_follow(b, false, &r->cancel) != FAULT_NONE)
		log_event(LOG_INFO, "backend", "not-followed", "reason=%s", fault_sentence());
	arena_clear(&a);
	pthread_mutex_lock(&r->lock);
	r->retry_ms = retry_ms;
	r->slow_until_ms = retry_ms > 0 ? b->config.clock->wall_ms(b->config.clock->arg) + retry_ms : 0;
	r->progress = r->load.waiting < now.load.waiting;
	pthread_mutex_unlock(&r->lock);
	mailbox_run(b->box, work_done, b);
}

static void
carried(void *arg)
{
	struct backend *b = arg;
	b->remote->carrying = false;
	link_turn(b);
}

/* What is large, on the other worker: it may take hours. */
static void
carry(void *arg)
{
	struct backend *b = arg;
	enum fault f = outbox_haul(b, &b->remote->cancel);
	if (f != FAULT_NONE)
		log_event(LOG_INFO, "backend", "large-waits", "reason=%s", fault_sentence());
	mailbox_run(b->box, carried, b);
}

static void
work_start(struct backend *b)
{
	struct remote *r = b->remote;
	if (r->timer != 0)
		loop_untimer(b->loop, r->timer);
	r->timer = 0;
	r->working = crew_submit(b->link_crew, work, b) == FAULT_NONE;
}

/* ---- deciding: on the loop's thread ------------------------------------------------------- */

static void
on_timer(void *arg)
{
	struct backend *b = arg;
	b->remote->timer = 0;
	work_start(b);
}

static int64_t
wait_ms(struct backend *b, enum wake wake)
{
	static const int64_t least_ms[] = { [WAKE_TRY] = 0, [WAKE_IDLE] = IDLE_MS, [WAKE_FOLLOW] = FOLLOW_MS };
	struct remote *r = b->remote;
	uint32_t chance;
	int64_t span_ms = TRY_MS;
	for (int i = 0; i < r->tries && span_ms < TRY_MAX_MS; i++)
		span_ms *= 2;
	span_ms = span_ms < TRY_MAX_MS ? span_ms : TRY_MAX_MS;
	r->tries++;
	b->config.chance->fill(&chance, sizeof chance, b->config.chance->arg);
	pthread_mutex_lock(&r->lock);
	int64_t wished_ms = r->retry_ms;
	r->retry_ms = 0;
	pthread_mutex_unlock(&r->lock);
	return (wished_ms > 0 ? wished_ms : least_ms[wake]) + (int64_t)(chance % (uint32_t)span_ms);
}

static void
on_haul_timer(void *arg)
{
	struct backend *b = arg;
	b->remote->haul_timer = 0;
	b->remote->carrying = link_now(b).online && crew_submit(b->link_crew, carry, b) == FAULT_NONE;
}

/* Not at once: a verb that ends in a moment would only begin to send; and rarer and
 * rarer while it does not succeed. */
static void
decide_large(struct backend *b)
{
	struct remote *r = b->remote;
	struct link now = link_now(b);
	if (now.load.large < r->told.large)
		r->haul_tries = 0;
	if (!now.online || now.load.large == 0 || r->carrying || r->haul_timer != 0)
		return;
	int64_t ms = HAUL_MS << (r->haul_tries < 5 ? r->haul_tries : 5);
	r->haul_tries++;
	r->haul_timer = loop_timer(b->loop, ms, on_haul_timer, b);
}

static void
decide(struct backend *b)
{
	struct remote *r = b->remote;
	struct link now = link_now(b);
	bool waits = now.load.waiting + now.load.large > 0;
	enum wake wake = now.load.waiting > 0 || (waits && !now.online) ? WAKE_TRY : now.online ? WAKE_FOLLOW : WAKE_IDLE;
	pthread_mutex_lock(&r->lock);
	bool at_once = r->news && now.online && now.load.waiting > 0;
	if (at_once || r->progress)
		r->tries = 0;
	r->news = r->progress = false;
	pthread_mutex_unlock(&r->lock);
	if (wake == WAKE_FOLLOW)
		r->tries = 0;
	if (r->timer != 0 && r->wake != wake) {
		loop_untimer(b->loop, r->timer);
		r->timer = 0;
	}
	if (at_once) {
		work_start(b);
	} else if (r->timer == 0) {
		r->wake = wake;
		r->timer = loop_timer(b->loop, wait_ms(b, wake), on_timer, b);
	}
}

static void
link_turn(void *arg)
{
	struct backend *b = arg;
	struct remote *r = b->remote;
	char old[sizeof r->word];
	struct link_load told = r->told;
	snprintf(old, sizeof old, "%s", r->word);
	if (!r->closing)
		decide_large(b);
	r->told = link_now(b).load;
	bool changed = strcmp(old, link_word(b)) != 0 || memcmp(&told, &r->told, sizeof told) != 0;
	if (!r->closing && !r->working)
		decide(b);
	if (changed && b->word_changed != NULL)
		b->word_changed(b->word_arg);
}

void
link_start(struct backend *b)
{
	if (!b->remote->working && !b->remote->closing)
		work_start(b);
}

void
link_stop(struct backend *b)
{
	struct remote *r = b->remote;
	r->closing = true;
	atomic_store(&r->cancel.asked, true);
	if (r->timer != 0)
		loop_untimer(b->loop, r->timer);
	r->timer = 0;
	if (r->haul_timer != 0)
		loop_untimer(b->loop, r->haul_timer);
	r->haul_timer = 0;
}

/* How often: a token bucket for each user and class (API.md "Common").
 *
 * A bucket that has filled up again is the same as none, so those are what goes
 * when the table is full; nobody gets a fresh bucket by filling the table. */
#include <string.h>

#include "engine_in.h"

#define BUCKETS_MAX 65536

static const struct {
	double burst;
	int64_t period_ms;
} classes[] = {
	[LIMIT_GENERAL] = { 100, INT64_C(3600000) },
	[LIMIT_ASK] = { 50, INT64_C(3600000) },
	[LIMIT_EXPORT] = { 10, INT64_C(86400000) },
	[LIMIT_ADMIN] = { 1000, INT64_C(3600000) },
};

void
limits_init(struct limits *l)
{
	*l = (struct limits){ .items = NULL };
	pthread_mutex_init(&l->lock, NULL);
}

void
limits_clear(struct limits *l)
{
	mem_free(l->items);
	pthread_mutex_destroy(&l->lock);
}

static void
refill(struct bucket *b, int64_t now_ms)
{
	double burst = classes[b->class].burst;
	if (now_ms > b->at_ms) {
		b->tokens +=
			(double)(now_ms - b->at_ms) * burst / (double)classes[b->class].period_ms;
		b->at_ms = now_ms;
	}
	if (b->tokens > burst)
		b->tokens = burst;
}

static void
drop_full(struct limits *l, int64_t now_ms)
{
	size_t kept = 0;
	for (size_t i = 0; i < l->count; i++) {
		refill(&l->items[i], now_ms);
		if (l->items[i].tokens < classes[l->items[i].class].burst)
			l->items[kept++] = l->items[i];
	}
	l->count = kept;
}

/* The bucket of user and class, made full when it is not there; NULL: no room. */
static struct bucket *
bucket_of(struct limits *l, const char *user, enum limit_class class, int64_t now_ms)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->items[i].class == class && strcmp(l->items[i].user, user) == 0)
			return &l->items[i];
	if (l->count == BUCKETS_MAX)
		drop_full(l, now_ms);
	if (l->count == BUCKETS_MAX)
		return NULL;
	mem_reserve(&l->items, &l->cap, l->count + 1, sizeof *l->items);
	struct bucket *b = &l->items[l->count++];
	*b = (struct bucket){ .class = class, .tokens = classes[class].burst, .at_ms = now_ms };
	strncpy(b->user, user, sizeof b->user - 1);
	return b;
}

enum fault
limits_take(struct limits *l, const char *user, enum limit_class class, int64_t now_ms)
{
	if (class == LIMIT_NONE)
		return FAULT_NONE;
	double wait_ms = 0;
	pthread_mutex_lock(&l->lock);
	struct bucket *b = bucket_of(l, user, class, now_ms);
	if (b != NULL) {
		refill(b, now_ms);
		if (b->tokens >= 1)
			b->tokens -= 1;
		else
			wait_ms = (1 - b->tokens) * (double)classes[class].period_ms /
				  classes[class].burst;
	}
	pthread_mutex_unlock(&l->lock);
	if (b == NULL)
		return fault(FAULT_BUSY, "too many people ask at once");
	if (wait_ms > 0)
		return fault_often((int64_t)wait_ms + 1, "too often; again in %lld s",
			(long long)(wait_ms / 1000) + 1);
	return FAULT_NONE;
}

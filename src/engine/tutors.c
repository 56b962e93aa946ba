/* One tutor an owner: what is known of a history while it is open is its owner's
 * alone, so no two owners share a tutor.
 *
 * Made at the first call, kept while there is room, the one unused longest goes
 * first; one that is in use never goes.  Their order comes from a counter of
 * takings; what nobody came to for an hour goes in any case. */
#include <stdio.h>
#include <string.h>

#include "engine_in.h"

#define IDLE_MS (60 * 60 * (int64_t)1000)

void
tutors_init(struct tutors *ts, const struct tutor_config *config, struct library *library)
{
	ts->config = *config;
	ts->library = library;
}

static void
seat_free(struct seat *s)
{
	tutor_free(s->tutor);
	mem_free(s);
}

void
tutors_clear(struct tutors *ts)
{
	for (size_t i = 0; i < ts->count; i++)
		seat_free(ts->seats[i]);
	mem_free(ts->seats);
	ts->seats = NULL;
	ts->count = ts->cap = 0;
}

/* The unused seat that was taken longest ago; count when every one is in use. */
static size_t
oldest(const struct tutors *ts)
{
	size_t out = ts->count;
	for (size_t i = 0; i < ts->count; i++)
		if (ts->seats[i]->users == 0 &&
			(out == ts->count || ts->seats[i]->taken < ts->seats[out]->taken))
			out = i;
	return out;
}

static struct seat *
drop(struct tutors *ts, size_t i)
{
	struct seat *s = ts->seats[i];
	ts->seats[i] = ts->seats[--ts->count];
	return s;
}

const char *
owner_of(const struct principal *who)
{
	return id_valid(who->user) ? who->user : "";
}

static enum fault
seat_make(struct seat **out, struct tutors *ts, const char *owner)
{
	struct tutor *t = NULL;
	enum fault f = tutor_new(&t, &ts->config, ts->library);
	if (f != FAULT_NONE)
		return f;
	struct seat *s = mem_new(sizeof *s);
	snprintf(s->owner, sizeof s->owner, "%s", owner);
	s->tutor = t;
	atomic_init(&s->history_day, -1);
	mem_reserve(&ts->seats, &ts->cap, ts->count + 1, sizeof(struct seat *));
	ts->seats[ts->count++] = s;
	*out = s;
	return FAULT_NONE;
}

enum fault
tutors_take(struct seat **out, struct tutors *ts, const char *owner)
{
	struct seat *s = NULL, *gone = NULL;
	enum fault f = FAULT_NONE;
	pthread_mutex_lock(&ts->lock);
	for (size_t i = 0; i < ts->count && s == NULL; i++)
		if (strcmp(ts->seats[i]->owner, owner) == 0)
			s = ts->seats[i];
	if (s == NULL) {
		size_t old = ts->count < TUTORS_MAX ? ts->count : oldest(ts);
		if (old < ts->count)
			gone = drop(ts, old);
		f = seat_make(&s, ts, owner);
	}
	if (f == FAULT_NONE) {
		s->users++;
		s->taken = ++ts->takings;
	}
	pthread_mutex_unlock(&ts->lock);
	if (gone != NULL)
		seat_free(gone);
	if (f == FAULT_NONE)
		*out = s;
	return f;
}

void
tutors_put(struct tutors *ts, struct seat *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&ts->lock);
	s->users--;
	s->left_ms = ts->config.clock->mono_ms(ts->config.clock->arg);
	pthread_mutex_unlock(&ts->lock);
}

void
tutors_tidy(struct tutors *ts)
{
	struct seat *gone[TUTORS_MAX];
	size_t count = 0;
	int64_t before_ms = ts->config.clock->mono_ms(ts->config.clock->arg) - IDLE_MS;
	pthread_mutex_lock(&ts->lock);
	for (size_t i = ts->count; i-- > 0 && count < TUTORS_MAX;)
		if (ts->seats[i]->users == 0 && ts->seats[i]->left_ms < before_ms)
			gone[count++] = drop(ts, i);
	pthread_mutex_unlock(&ts->lock);
	for (size_t i = 0; i < count; i++)
		seat_free(gone[i]);
}

void
tutors_forget(struct tutors *ts)
{
	pthread_mutex_lock(&ts->lock);
	for (size_t i = 0; i < ts->count; i++)
		tutor_index_forget(ts->seats[i]->tutor);
	pthread_mutex_unlock(&ts->lock);
}

size_t
tutors_count(struct tutors *ts)
{
	pthread_mutex_lock(&ts->lock);
	size_t count = ts->count;
	pthread_mutex_unlock(&ts->lock);
	return count;
}

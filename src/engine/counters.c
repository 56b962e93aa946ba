/* Counters: what was asked, how it ended, how long it took.
 *
 * One row an operation of the table, in its order, under one lock that is held
 * for a few additions.  Nothing here knows who asked. */
#include <string.h>

#include "engine_in.h"

const int64_t engine_latency_ms[ENGINE_LATENCIES] = { 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000,
	2000, 5000, 10000, INT64_MAX };

void
counters_init(struct counters *c)
{
	const struct operation *ops = operations(&c->count);
	pthread_mutex_init(&c->lock, NULL);
	c->rows = mem_new_array(c->count, sizeof *c->rows);
	for (size_t i = 0; i < c->count; i++)
		c->rows[i].operation = ops[i].id;
	c->running = 0;
}

void
counters_clear(struct counters *c)
{
	mem_free(c->rows);
	pthread_mutex_destroy(&c->lock);
}

void
counters_begin(struct counters *c)
{
	pthread_mutex_lock(&c->lock);
	c->running++;
	pthread_mutex_unlock(&c->lock);
}

void
counters_end(struct counters *c, const struct operation *op, enum fault f, int64_t took_ms)
{
	size_t count, slot = 0;
	const struct operation *ops = operations(&count);
	while (took_ms > engine_latency_ms[slot])
		slot++;
	pthread_mutex_lock(&c->lock);
	struct operation_counters *row = &c->rows[op - ops];
	c->running--;
	row->calls++;
	row->faults[f]++;
	row->latency[slot]++;
	row->seconds += (double)took_ms / 1000;
	pthread_mutex_unlock(&c->lock);
}

void
engine_counters(struct engine_counters *out, struct arena *a, struct engine *e)
{
	struct counters *c = &e->counters;
	struct operation_counters *rows = arena_alloc(a, c->count * sizeof *rows);
	pthread_mutex_lock(&c->lock);
	memcpy(rows, c->rows, c->count * sizeof *rows);
	int64_t running = c->running;
	pthread_mutex_unlock(&c->lock);
	struct store *db = NULL;
	int64_t mails = 0;
	if (e->outside.mail != NULL && pool_take(&db, e, "") == FAULT_NONE)
		mails = mail_waiting(e, db);
	pool_put(e, db);
	*out = (struct engine_counters){
		.mails_waiting = mails,
		.operations = rows,
		.operation_count = c->count,
		.model_usd_today = model_spent_today(e),
		.tutors = (int64_t)tutors_count(&e->tutors),
		.documents = library_document_count(e->library),
		.passages = library_passage_count(e->library),
		.running = running,
	};
}

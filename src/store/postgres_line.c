/* What is on the line to a PostgreSQL, and what comes off it.
 *
 * It carries the rows of one statement at a time, SQLite's connection those of many:
 * when another statement wants it, the rest of the rows is taken into memory first.
 * What nobody asks about before the commit is sent without waiting (a pipeline, which
 * is a longer line); the next that asks goes behind it in the same message.
 */
#include <stdlib.h>
#include "postgres_in.h"

#define LATER_MAX 256u

static void
keep(struct rows *r, PGresult *result)
{
	mem_reserve(&r->kept, &r->kept_cap, r->kept_count + 1, sizeof r->kept[0]);
	r->kept[r->kept_count++] = result;
}

void
pg_rows_drop(struct rows *r)
{
	PQclear(r->row);
	r->row = NULL;
	while (r->kept_at < r->kept_count)
		PQclear(r->kept[r->kept_at++]);
	r->kept_at = r->kept_count = 0;
	r->running = false;
}

/* What is on the line for this statement, nobody wants any more. */
void
pg_line_drop(struct statement *st)
{
	struct postgres *p = st->store->db;
	PGresult *result;
	if (p == NULL || p->streaming != st->raw)
		return;
	while ((result = PQgetResult(p->link)) != NULL)
		PQclear(result);
	p->streaming = NULL;
}

void
postgres_free_line(struct store *s)
{
	struct postgres *p = s->db;
	struct rows *r = p->streaming;
	PGresult *result;
	if (p->later > 0) {             /* its fault has broken the transaction: nobody can miss it */
		enum fault f = postgres_collect(&result, s);
		(void)f;
		PQclear(result);
	}
	if (r == NULL)
		return;
	while ((result = PQgetResult(p->link)) != NULL)
		keep(r, result);
	p->streaming = NULL;
}

static enum fault
to_server(struct statement *st)
{
	struct postgres *p = st->store->db;
	struct rows *r = st->raw;
	return PQsendQueryPrepared(p->link, r->name, r->params, r->bytes, r->sizes, r->formats, 1) ? FAULT_NONE
		: postgres_fault(st->store, NULL);
}

/* The pipeline is a longer line: nothing comes back before it is asked for. */
static enum fault
pipeline_begin(struct store *s)
{
	struct postgres *p = s->db;
	PGresult *last;
	enum fault f = FAULT_NONE;
	if (p->later == LATER_MAX) {
		f = postgres_collect(&last, s);
		PQclear(last);
	}
	if (f != FAULT_NONE || p->later > 0)
		return f;
	postgres_free_line(s);
	return PQenterPipelineMode(p->link) ? FAULT_NONE : postgres_fault(s, NULL);
}

enum fault
postgres_later(struct store *s, const char *name)
{
	struct postgres *p = s->db;
	enum fault f = pipeline_begin(s);
	if (f != FAULT_NONE)
		return f;
	p->later++;
	return PQsendQueryPrepared(p->link, name, 0, NULL, NULL, NULL, 0) ? FAULT_NONE : postgres_fault(s, NULL);
}

enum fault
pg_later(struct statement *st)
{
	struct postgres *p = st->store->db;
	enum fault f = pipeline_begin(st->store);
	if (f != FAULT_NONE)
		return f;
	p->later++;
	return to_server(st);
}

/* Behind what was left for later, in the same message, when there is such. */
enum fault
pg_ask(struct statement *st)
{
	struct postgres *p = st->store->db;
	struct rows *r = st->raw;
	PGresult *last;
	enum fault f;
	r->changed = 0;
	r->running = true;
	if (p->later > 0 && p->later < LATER_MAX && !st->stream) {
		f = pg_later(st);
		if (f != FAULT_NONE)
			return f;
		f = postgres_collect(&last, st->store);
		if (f == FAULT_NONE)
			keep(r, last);
		else
			PQclear(last);
		return f;
	}
	postgres_free_line(st->store);
	f = to_server(st);
	if (f != FAULT_NONE)
		return f;
	if (r->columns > 0 && st->stream)
		PQsetSingleRowMode(p->link);
	p->streaming = r;
	return FAULT_NONE;
}

/* Results are set apart by NULL, the end of the pipeline is one of its own. */
enum fault
postgres_collect(PGresult **last, struct store *s)
{
	struct postgres *p = s->db;
	PGresult *result;
	enum fault f = PQpipelineSync(p->link) ? FAULT_NONE : postgres_fault(s, NULL);
	*last = NULL;
	for (unsigned i = 0; i < p->later; i++)
		while ((result = PQgetResult(p->link)) != NULL) {
			ExecStatusType status = PQresultStatus(result);
			if (f == FAULT_NONE && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
				f = postgres_fault(s, result);
			PQclear(*last);
			*last = result;
		}
	p->later = 0;
	while ((result = PQgetResult(p->link)) != NULL)
		PQclear(result);
	if (!PQexitPipelineMode(p->link) && f == FAULT_NONE)
		f = postgres_fault(s, NULL);
	return f;
}

/* The next result of this statement, from memory or off the line. */
static PGresult *
take(struct rows *r, struct postgres *p)
{
	if (r->kept_at < r->kept_count)
		return r->kept[r->kept_at++];
	return p->streaming == r ? PQgetResult(p->link) : NULL;
}

static void
count_changed(struct rows *r, PGresult *result)
{
	const char *changed = PQcmdTuples(result);
	if (*changed != '\0')
		r->changed = strtoll(changed, NULL, 10);
}

enum fault
pg_step(struct statement *st)
{
	struct rows *r = st->raw;
	struct postgres *p = st->store->db;
	PGresult *result;
	enum fault f = FAULT_NONE;
	if (r->row != NULL && ++r->at < PQntuples(r->row))
		return FAULT_NONE;
	PQclear(r->row);
	r->row = NULL;
	r->at = 0;
	if (!r->running)
		f = pg_ask(st);
	while (f == FAULT_NONE && (result = take(r, p)) != NULL) {
		ExecStatusType status = PQresultStatus(result);
		if (PQntuples(result) > 0) {
			r->row = result;
			count_changed(r, result);
			if (status == PGRES_TUPLES_OK)
				pg_line_drop(st);          /* nothing but the end comes behind it */
			return FAULT_NONE;
		}
		if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
			count_changed(r, result);
		else
			f = postgres_fault(st->store, result);
		PQclear(result);
	}
	pg_line_drop(st);
	pg_rows_drop(r);
	return f == FAULT_NONE ? FAULT_ABSENT : f;
}

int64_t
pg_changed(struct statement *st)
{
	return ((struct rows *)st->raw)->changed;
}

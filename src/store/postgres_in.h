/* The inside of the PostgreSQL driver. */
#ifndef POSTGRES_IN_H
#define POSTGRES_IN_H
#include <libpq-fe.h>
#include "store_in.h"

struct rows;
struct postgres {               /* store.db */
	PGconn *link;
	struct rows *streaming;     /* whose rows are on the line now */
	unsigned names;             /* of prepared statements */
	unsigned later;             /* commands sent whose results were not looked at */
	bool ended;                 /* it said so; the line is closed a moment later */
	enum { VECTORS_UNKNOWN, VECTORS_KEPT, VECTORS_NOT_KEPT } vectors;
	char vector_schema[200];    /* where pgvector is, as it is quoted */
};
extern const struct store_nearness postgres_nearness;

/* postgres_sql.c: words and parameters of ours in PostgreSQL's. */
void postgres_sql(struct text *out, const char *sql);
bool postgres_is_one(const char *sql);          /* statement, not none and not two */
/* postgres.c: the fault of a result (NULL: of the connection). */
enum fault postgres_fault(struct store *s, const PGresult *result) STOA_MUST;
/* One or more statements without parameters, as they are. */
enum fault postgres_run(struct store *s, const char *sql) STOA_MUST;
/* postgres_rows.c: what is still on the line goes to memory, so that it is free. */
void postgres_free_line(struct store *s);
/* The results of all that was left for later: the last one, or the first fault. */
enum fault postgres_collect(PGresult **last, struct store *s) STOA_MUST;

/* postgres_rows.c: the statements' part of the driver. */
enum fault pg_prepare(struct statement *st) STOA_MUST;
void pg_finalize(struct statement *st);
void pg_reset(struct statement *st);
bool pg_bind_int(struct statement *st, int at, int64_t value);
bool pg_bind_real(struct statement *st, int at, double value);
bool pg_bind_text(struct statement *st, int at, const char *value);
bool pg_bind_blob(struct statement *st, int at, const void *bytes, size_t n, bool lasts);
enum fault pg_step(struct statement *st) STOA_MUST;
enum fault pg_later(struct statement *st) STOA_MUST;
int64_t pg_changed(struct statement *st);
const char *pg_text(struct statement *st, int col);
int64_t pg_int(struct statement *st, int col);
double pg_real(struct statement *st, int col);
const void *pg_blob(struct statement *st, int col, size_t *n);
bool pg_null(struct statement *st, int col);

#endif

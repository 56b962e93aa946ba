/* The inside of the PostgreSQL driver. */
#ifndef POSTGRES_IN_H
#define POSTGRES_IN_H
#include <libpq-fe.h>
#include "store_in.h"

/* Of pg_catalog.pg_type; they never change. */
enum { T_BOOL = 16, T_BYTEA = 17, T_INT8 = 20, T_INT2 = 21, T_INT4 = 23, T_FLOAT4 = 700, T_FLOAT8 = 701, T_NUMERIC = 1700 };
struct value { char *own; size_t cap; };
struct rows {                   /* statement.raw */
	char name[16];
	int params, columns;
	Oid *types;             /* of params */
	struct value *values;   /* kept copies */
	const char **bytes;     /* NULL: NULL */
	int *sizes, *formats;   /* format 1: binary */
	PGresult *row;          /* one, or all of them; it is at number `at` */
	int at;
	PGresult **kept;        /* taken off the line for another statement */
	size_t kept_count, kept_cap, kept_at;
	bool running;
	int64_t changed;
	char shown[4][32];      /* numbers as text */
	unsigned shown_at;
};

struct postgres {               /* store.db */
	PGconn *link;
	struct rows *streaming;     /* whose rows are on the line now */
	unsigned names;             /* of prepared statements */
	unsigned later;             /* commands sent whose results were not looked at */
	bool ended;                 /* it said so; the line is closed a moment later */
	enum { VECTORS_UNKNOWN, VECTORS_KEPT, VECTORS_NOT_KEPT } vectors;
	char vector_schema[200];    /* where pgvector is, as it is quoted */
};
static inline PGconn *
link_of(struct store *s)
{
	return ((struct postgres *)s->db)->link;
}
extern const struct store_nearness postgres_nearness;

/* postgres_sql.c: words and parameters of ours in PostgreSQL's. */
void postgres_sql(struct text *out, const char *sql);
bool postgres_is_one(const char *sql);          /* statement, not none and not two */
/* postgres.c: the fault of a result (NULL: of the connection). */
enum fault postgres_fault(struct store *s, const PGresult *result) STOA_MUST;
bool postgres_gone(const struct postgres *p);     /* the connection was cut */
/* One or more statements without parameters, as they are. */
enum fault postgres_run(struct store *s, const char *sql) STOA_MUST;
/* postgres_schema.c: whose database it is, words between processes, numbers. */
enum fault postgres_claim(struct store *s) STOA_MUST;
enum fault postgres_version(int64_t *out, struct store *s) STOA_MUST;
enum fault postgres_set_version(struct store *s, int version) STOA_MUST;
enum fault postgres_check(struct store *s) STOA_MUST;
enum fault postgres_vacuum(struct store *s) STOA_MUST;
void postgres_tidy(struct store *s, int wait_ms);
int64_t postgres_last_id(struct store *s);
enum fault postgres_notify(struct store *s, const char *channel, const char *payload) STOA_MUST;
enum fault postgres_listen(int *fd, struct store *s, const char *channel) STOA_MUST;
enum fault postgres_heard(struct store *s, store_heard_fn *heard, void *arg) STOA_MUST;
enum fault postgres_hold(bool *got, struct store *s, const char *name) STOA_MUST;
void postgres_let_go(struct store *s, const char *name);
enum fault postgres_last_number(int64_t *out, struct store *s, const char *table, const char *column) STOA_MUST;
enum fault postgres_set_last_number(struct store *s, const char *table, const char *column, int64_t last) STOA_MUST;
/* postgres_line.c: what is still on the line goes to memory, so that it is free. */
void postgres_free_line(struct store *s);
/* A prepared one without values into the pipeline, looked at with the others. */
enum fault postgres_later(struct store *s, const char *name) STOA_MUST;
/* The results of all that was left for later: the last one, or the first fault. */
enum fault postgres_collect(PGresult **last, struct store *s) STOA_MUST;

void pg_line_drop(struct statement *st);       /* what is on it for this one, nobody wants any more */
void pg_rows_drop(struct rows *r);
/* The statements' part of the driver. */
enum fault pg_prepare(struct statement *st) STOA_MUST;
void pg_finalize(struct statement *st);
void pg_reset(struct statement *st);
bool pg_bind_int(struct statement *st, int at, int64_t value);
bool pg_bind_real(struct statement *st, int at, double value);
bool pg_bind_text(struct statement *st, int at, const char *value);
bool pg_bind_blob(struct statement *st, int at, const void *bytes, size_t n, bool lasts);
enum fault pg_step(struct statement *st) STOA_MUST;
enum fault pg_later(struct statement *st) STOA_MUST;
enum fault pg_ask(struct statement *st) STOA_MUST;      /* run it; its rows are stepped later */
int64_t pg_changed(struct statement *st);
const char *pg_text(struct statement *st, int col);
int64_t pg_int(struct statement *st, int col);
double pg_real(struct statement *st, int col);
const void *pg_blob(struct statement *st, int col, size_t *n);
bool pg_null(struct statement *st, int col);

#endif

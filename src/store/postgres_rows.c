/* PostgreSQL statements: prepared once, values in binary.
 *
 * A connection carries the rows of one statement at a time, SQLite's carries those
 * of many.  So all rows of a statement are taken into memory at once; only where a
 * history is verified, followed or copied (statement_stream) they come off the line
 * one by one, and when another statement wants the line meanwhile, the rest of them
 * is taken into memory first.
 */
#include <stdio.h>
#include <stdlib.h>
#include "postgres_in.h"

/* Of pg_catalog.pg_type; they never change. */
enum { T_BOOL = 16, T_BYTEA = 17, T_INT8 = 20, T_INT2 = 21, T_INT4 = 23, T_FLOAT4 = 700, T_FLOAT8 = 701, T_NUMERIC = 1700 };
#define PARAMS_MAX 1000
#define DIGITS_BASE 10000
#define LATER_MAX 256

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

static uint64_t
get_be(const void *bytes, size_t n)
{
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | ((const unsigned char *)bytes)[i];
	return v;
}

static void
put_be(char out[8], uint64_t v)
{
	for (int i = 0; i < 8; i++)
		out[i] = (char)(v >> (56 - 8 * i));
}

/* ---- preparing --------------------------------------------------------------- */

static void
params_make(struct rows *r, const PGresult *described)
{
	size_t n = (size_t)r->params + 1;
	r->types = mem_new_array(n, sizeof r->types[0]);
	r->values = mem_new_array(n, sizeof r->values[0]);
	r->bytes = mem_new_array(n, sizeof r->bytes[0]);
	r->sizes = mem_new_array(n, sizeof r->sizes[0]);
	r->formats = mem_new_array(n, sizeof r->formats[0]);
	for (int i = 0; i < r->params; i++)
		r->types[i] = PQparamtype(described, i);
}

static enum fault
describe(struct rows *r, struct store *s, struct postgres *p)
{
	PGresult *result = PQdescribePrepared(p->link, r->name);
	enum fault f = FAULT_NONE;
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		f = postgres_fault(s, result);
	r->params = f == FAULT_NONE ? PQnparams(result) : 0;
	r->columns = f == FAULT_NONE ? PQnfields(result) : 0;
	if (r->params > PARAMS_MAX)
		f = fault(FAULT_LIMIT, "a statement with more than %d values", PARAMS_MAX);
	if (f == FAULT_NONE)
		params_make(r, result);
	PQclear(result);
	return f;
}

enum fault
pg_prepare(struct statement *st)
{
	struct store *s = st->store;
	struct postgres *p = s->db;
	struct text theirs;
	if (!postgres_is_one(st->sql))
		return fault(FAULT_INPUT, "not one SQL statement: %s", st->sql);
	postgres_free_line(s);
	struct rows *r = mem_new(sizeof *r);
	snprintf(r->name, sizeof r->name, "s%u", ++p->names);
	text_init(&theirs, 1 << 20);
	postgres_sql(&theirs, st->sql);
	enum fault f = text_check(&theirs, "a statement");
	if (f == FAULT_NONE) {
		PGresult *result = PQprepare(p->link, r->name, theirs.data, 0, NULL);
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			f = postgres_fault(s, result);
		PQclear(result);
	}
	if (f == FAULT_NONE)
		f = describe(r, s, p);
	text_clear(&theirs);
	st->raw = r;
	if (f != FAULT_NONE) {
		pg_finalize(st);
		st->raw = NULL;
	}
	return f;
}

static void
rows_drop(struct rows *r)
{
	PQclear(r->row);
	r->row = NULL;
	while (r->kept_at < r->kept_count)
		PQclear(r->kept[r->kept_at++]);
	r->kept_at = r->kept_count = 0;
	r->running = false;
}

/* What is on the line for this statement, nobody wants any more. */
static void
line_drop(struct statement *st)
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
	while ((result = PQgetResult(p->link)) != NULL) {
		mem_reserve(&r->kept, &r->kept_cap, r->kept_count + 1, sizeof r->kept[0]);
		r->kept[r->kept_count++] = result;
	}
	p->streaming = NULL;
}

/* Names are never used again, so that one left behind by a fault does no harm. */
static void
deallocate(struct store *s, const struct rows *r)
{
	struct postgres *p = s->db;
	char sql[32];
	if (p == NULL || s->failed || r->types == NULL || PQstatus(p->link) != CONNECTION_OK)
		return;
	postgres_free_line(s);
	if (PQtransactionStatus(p->link) == PQTRANS_INERROR)
		return;
	snprintf(sql, sizeof sql, "DEALLOCATE %s", r->name);
	PQclear(PQexec(p->link, sql));
}

void
pg_finalize(struct statement *st)
{
	struct rows *r = st->raw;
	if (r == NULL)
		return;
	line_drop(st);
	rows_drop(r);
	deallocate(st->store, r);
	for (int i = 0; r->values != NULL && i < r->params; i++)
		mem_free(r->values[i].own);
	mem_free(r->types);
	mem_free(r->values);
	mem_free(r->bytes);
	mem_free(r->sizes);
	mem_free(r->formats);
	mem_free(r->kept);
	mem_free(r);
}

void
pg_reset(struct statement *st)
{
	struct rows *r = st->raw;
	line_drop(st);
	rows_drop(r);
	memset(r->bytes, 0, ((size_t)r->params + 1) * sizeof r->bytes[0]);
}

/* ---- binding -------------------------------------------------------------------- */

static bool
bind(struct statement *st, int at, const void *bytes, size_t n, int format, bool lasts)
{
	struct rows *r = st->raw;
	if (at < 1 || at > r->params || n > INT32_MAX)
		return false;
	struct value *v = &r->values[at - 1];
	if (!lasts && bytes != NULL) {
		mem_reserve(&v->own, &v->cap, n + 1, 1);
		memcpy(v->own, bytes, n);
		v->own[n] = '\0';
		bytes = v->own;
	}
	r->bytes[at - 1] = bytes;
	r->sizes[at - 1] = (int)n;
	r->formats[at - 1] = format;
	return true;
}

static Oid
type_at(struct statement *st, int at)
{
	struct rows *r = st->raw;
	return at >= 1 && at <= r->params ? r->types[at - 1] : 0;
}

bool
pg_bind_int(struct statement *st, int at, int64_t value)
{
	char bytes[32];
	if (type_at(st, at) == T_INT8) {
		put_be(bytes, (uint64_t)value);
		return bind(st, at, bytes, 8, 1, false);
	}
	return bind(st, at, bytes, (size_t)snprintf(bytes, sizeof bytes, "%lld", (long long)value), 0, false);
}

bool
pg_bind_real(struct statement *st, int at, double value)
{
	char bytes[40];
	if (type_at(st, at) == T_FLOAT8) {
		uint64_t bits;
		memcpy(&bits, &value, sizeof bits);
		put_be(bytes, bits);
		return bind(st, at, bytes, 8, 1, false);
	}
	return bind(st, at, bytes, (size_t)snprintf(bytes, sizeof bytes, "%.17g", value), 0, false);
}

/* PostgreSQL keeps UTF-8 only; a file's name may be other bytes.  They become characters
 * that no text has, so that different names stay different and the same is found. */
static bool
bind_bytes(struct statement *st, int at, const char *value)
{
	struct text t;
	size_t n = strlen(value), i = 0;
	text_init(&t, n * 4);
	while (i < n) {
		uint32_t code = utf8_next(value, n, &i);
		text_put_code(&t, code == UTF8_BAD ? 0x10FF00u + (unsigned char)value[i - 1] : code);
	}
	bool well = bind(st, at, t.data, t.len, 0, false);
	text_clear(&t);
	return well;
}

bool
pg_bind_text(struct statement *st, int at, const char *value)
{
	if (value != NULL && type_at(st, at) != T_BYTEA && !utf8_valid(value, strlen(value)))
		return bind_bytes(st, at, value);
	return bind(st, at, value, value ? strlen(value) : 0, type_at(st, at) == T_BYTEA, false);
}

bool
pg_bind_blob(struct statement *st, int at, const void *bytes, size_t n, bool lasts)
{
	return bind(st, at, bytes, bytes ? n : 0, 1, lasts);
}

/* ---- stepping ----------------------------------------------------------------------- */

static enum fault
send(struct statement *st)
{
	struct store *s = st->store;
	struct postgres *p = s->db;
	struct rows *r = st->raw;
	postgres_free_line(s);
	r->changed = 0;
	if (!PQsendQueryPrepared(p->link, r->name, r->params, r->bytes, r->sizes, r->formats, 1))
		return postgres_fault(s, NULL);
	if (r->columns > 0 && st->stream)
		PQsetSingleRowMode(p->link);
	p->streaming = r;
	r->running = true;
	return FAULT_NONE;
}

/* Into the pipeline, which is a longer line: nothing comes back before it is asked for. */
enum fault
pg_later(struct statement *st)
{
	struct store *s = st->store;
	struct postgres *p = s->db;
	struct rows *r = st->raw;
	if (p->later == LATER_MAX) {
		PGresult *last;
		enum fault f = postgres_collect(&last, s);
		PQclear(last);
		if (f != FAULT_NONE)
			return f;
	}
	if (p->later == 0) {
		postgres_free_line(s);
		if (!PQenterPipelineMode(p->link))
			return postgres_fault(s, NULL);
	}
	if (!PQsendQueryPrepared(p->link, r->name, r->params, r->bytes, r->sizes, r->formats, 1))
		return postgres_fault(s, NULL);
	p->later++;
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
		f = send(st);
	while (f == FAULT_NONE && (result = take(r, p)) != NULL) {
		ExecStatusType status = PQresultStatus(result);
		if (PQntuples(result) > 0) {
			r->row = result;
			count_changed(r, result);
			if (status == PGRES_TUPLES_OK)
				line_drop(st);          /* nothing but the end comes behind it */
			return FAULT_NONE;
		}
		if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
			count_changed(r, result);
		else
			f = postgres_fault(st->store, result);
		PQclear(result);
	}
	line_drop(st);
	rows_drop(r);
	return f == FAULT_NONE ? FAULT_ABSENT : f;
}

int64_t
pg_changed(struct statement *st)
{
	return ((struct rows *)st->raw)->changed;
}

/* ---- columns ---------------------------------------------------------------------------- */

static const char *
cell(const struct rows *r, int col, size_t *n)
{
	*n = 0;
	if (r->row == NULL || col < 0 || col >= PQnfields(r->row) || PQgetisnull(r->row, r->at, col))
		return NULL;
	*n = (size_t)PQgetlength(r->row, r->at, col);
	return PQgetvalue(r->row, r->at, col);
}

/* ndigits, weight, sign, scale, then digits to the base 10000: sums of integers. */
static double
numeric(const char *bytes, size_t n)
{
	double v = 0;
	if (n < 8)
		return 0;
	int digits = (int)get_be(bytes, 2), weight = (int16_t)get_be(bytes + 2, 2);
	for (int i = 0; i < digits && 8 + 2 * (size_t)i + 2 <= n; i++)
		v = v * DIGITS_BASE + (double)get_be(bytes + 8 + 2 * i, 2);
	for (int i = digits; i <= weight; i++)
		v *= DIGITS_BASE;
	for (int i = weight + 1; i < digits; i++)
		v /= DIGITS_BASE;
	return get_be(bytes + 4, 2) != 0 ? -v : v;
}

static double
real_of(Oid type, const char *bytes, size_t n)
{
	uint64_t bits = get_be(bytes, n < 8 ? n : 8);
	uint32_t low = (uint32_t)bits;
	double d = 0;
	float single;
	if (type == T_FLOAT8) {
		memcpy(&d, &bits, sizeof d);
	} else if (type == T_FLOAT4) {
		memcpy(&single, &low, sizeof single);
		d = single;
	} else if (type == T_NUMERIC) {
		d = numeric(bytes, n);
	} else {
		d = strtod(bytes, NULL);
	}
	return d;
}

static bool
int_of(int64_t *out, Oid type, const char *bytes, size_t n)
{
	uint64_t bits = get_be(bytes, n < 8 ? n : 8);
	if (type == T_INT8)
		*out = (int64_t)bits;
	else if (type == T_INT4)
		*out = (int32_t)bits;
	else if (type == T_INT2)
		*out = (int16_t)bits;
	else if (type == T_BOOL)
		*out = bits != 0;
	else
		return false;
	return true;
}

static bool
is_real(Oid type)
{
	return type == T_FLOAT8 || type == T_FLOAT4 || type == T_NUMERIC;
}

int64_t
pg_int(struct statement *st, int col)
{
	const struct rows *r = st->raw;
	size_t n;
	int64_t v = 0;
	const char *bytes = cell(r, col, &n);
	if (bytes == NULL)
		return 0;
	Oid type = PQftype(r->row, col);
	if (int_of(&v, type, bytes, n))
		return v;
	return is_real(type) ? (int64_t)real_of(type, bytes, n) : strtoll(bytes, NULL, 10);
}

double
pg_real(struct statement *st, int col)
{
	const struct rows *r = st->raw;
	size_t n;
	int64_t v;
	const char *bytes = cell(r, col, &n);
	if (bytes == NULL)
		return 0;
	Oid type = PQftype(r->row, col);
	return int_of(&v, type, bytes, n) ? (double)v : real_of(type, bytes, n);
}

const char *
pg_text(struct statement *st, int col)
{
	struct rows *r = st->raw;
	size_t n;
	int64_t v;
	const char *bytes = cell(r, col, &n);
	if (bytes == NULL)
		return NULL;
	Oid type = PQftype(r->row, col);
	char *shown = r->shown[r->shown_at++ % COUNT_OF(r->shown)];
	if (int_of(&v, type, bytes, n))
		snprintf(shown, sizeof r->shown[0], "%lld", (long long)v);
	else if (is_real(type))
		snprintf(shown, sizeof r->shown[0], "%.15g", real_of(type, bytes, n));
	else
		return bytes;
	return shown;
}

const void *
pg_blob(struct statement *st, int col, size_t *n)
{
	return cell(st->raw, col, n);
}

bool
pg_null(struct statement *st, int col)
{
	size_t n;
	return cell(st->raw, col, &n) == NULL;
}

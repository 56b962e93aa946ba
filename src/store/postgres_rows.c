/* PostgreSQL statements: prepared once, values in binary.
 *
 * Where a history is verified, followed or copied (statement_stream) rows come off
 * the line one by one, else all at once; postgres_line.c has them.
 */
#include <stdio.h>
#include <stdlib.h>
#include "postgres_in.h"

#define PARAMS_MAX 1000

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
	pg_line_drop(st);
	pg_rows_drop(r);
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
	pg_line_drop(st);
	pg_rows_drop(r);
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

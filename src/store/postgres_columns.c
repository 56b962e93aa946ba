/* Columns of a PostgreSQL row: what binary stands for, as SQLite would give it. */
#include <stdio.h>
#include <stdlib.h>
#include "postgres_in.h"

#define DIGITS_BASE 10000

static uint64_t
get_be(const void *bytes, size_t n)
{
	uint64_t v = 0;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | ((const unsigned char *)bytes)[i];
	return v;
}

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

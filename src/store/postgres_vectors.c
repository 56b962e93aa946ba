/* Vectors as rows, with the extension pgvector.
 *
 * Every passage that may be seen is compared: 100,000 of 384 numbers take 45 ms, 24 on
 * two processors, 3 ms where a class may see 2,000 of them.  An HNSW index answered in
 * 2 to 10 ms, took 43 s to make, needs one dimension for all, and is not exact: it
 * leaves out what is near as soon as a filter stands beside it.  So there is none.
 *
 * The extension may live in any schema: its names are written out.  STORAGE MAIN
 * keeps up to 2,000 numbers in the row; elsewhere each would be fetched by itself.
 */
#include <stdio.h>
#include "postgres_in.h"

#define HEAD_BYTES 4u           /* of a vector in binary: numbers u16, u16 of zeros */
#define SQL_BYTES_MAX 4096u
#define LIST_BYTES_MAX (64u << 20)

/* ---- is it there? ------------------------------------------------------------- */

/* The extension's schema, quoted as the server would; ABSENT: not in this database. */
static enum fault
find_extension(struct store *s)
{
	struct postgres *p = s->db;
	struct statement *st;
	enum fault f = store_prepare(&st, s, "SELECT quote_ident(n.nspname) FROM pg_catalog.pg_extension AS e"
		" JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'vector'");
	if (f != FAULT_NONE)
		return f;
	f = statement_step(st);
	if (f == FAULT_NONE)
		snprintf(p->vector_schema, sizeof p->vector_schema, "%s", statement_col_text(st, 0));
	statement_done(st);
	return f;
}

static enum fault
is_offered(struct store *s)
{
	int64_t one;
	return query_int(&one, s, "SELECT 1 FROM pg_catalog.pg_available_extensions WHERE name = 'vector'");
}

/* Where all find it, else with us. Another process may be at it too. */
static enum fault
make_extension(struct store *s)
{
	enum fault f = is_offered(s);
	if (f != FAULT_NONE)
		return f;
	if (postgres_run(s, "CREATE EXTENSION IF NOT EXISTS vector SCHEMA public") != FAULT_NONE &&
	    postgres_run(s, "CREATE EXTENSION IF NOT EXISTS vector") != FAULT_NONE)
		log_event(LOG_WARN, "store", "no-vectors", "reason=not_allowed hint=CREATE_EXTENSION_vector");
	return find_extension(s);
}

static bool
has_table(struct store *s)
{
	int64_t one;
	return query_int(&one, s, "SELECT 1 WHERE to_regclass('passage_vector') IS NOT NULL") == FAULT_NONE;
}

static enum fault
make_table(struct store *s)
{
	struct text sql;
	enum fault f = store_begin(s);
	if (f != FAULT_NONE)
		return f;
	text_init(&sql, SQL_BYTES_MAX);
	text_printf(&sql, "CREATE TABLE IF NOT EXISTS passage_vector (document_no BIGINT NOT NULL, n BIGINT NOT NULL, dims BIGINT NOT NULL,"
		" vector %s.vector NOT NULL, PRIMARY KEY (document_no, n));"
		"ALTER TABLE passage_vector ALTER COLUMN vector SET STORAGE MAIN", ((struct postgres *)s->db)->vector_schema);
	f = postgres_run(s, sql.data);
	text_clear(&sql);
	return store_finish(s, f);
}

/* Asked once a connection; within a transaction nothing is tried that may break it. */
static bool
ready(struct store *s)
{
	struct postgres *p = s->db;
	if (p->vectors == VECTORS_UNKNOWN && s->depth == 0) {
		enum fault f = find_extension(s);
		if (f == FAULT_ABSENT)
			f = make_extension(s);
		if (f == FAULT_NONE && !has_table(s))
			f = make_table(s);
		p->vectors = f == FAULT_NONE ? VECTORS_KEPT : VECTORS_NOT_KEPT;
	}
	return p->vectors == VECTORS_KEPT;
}

/* ---- values ------------------------------------------------------------------------ */

static void
put_16(unsigned char *out, size_t v)
{
	out[0] = (unsigned char)(v >> 8);
	out[1] = (unsigned char)v;
}

static void
vector_write(unsigned char *out, const float *v, size_t dims)
{
	put_16(out, dims);
	put_16(out + 2, 0);
	for (size_t i = 0; i < dims; i++) {
		uint32_t bits;
		memcpy(&bits, &v[i], sizeof bits);
		put_16(out + HEAD_BYTES + 4 * i, bits >> 16);
		put_16(out + HEAD_BYTES + 4 * i + 2, bits & 0xffff);
	}
}

static enum fault
vector_read(float *out, size_t dims, struct statement *st, int col)
{
	size_t n;
	const unsigned char *b = statement_col_blob(st, col, &n);
	if (n != HEAD_BYTES + 4 * dims || (size_t)(b[0] << 8 | b[1]) != dims)
		return fault(FAULT_DAMAGED, "a vector in %s does not add up", st->store->name);
	for (size_t i = 0; i < dims; i++) {
		const unsigned char *c = b + HEAD_BYTES + 4 * i;
		uint32_t bits = (uint32_t)c[0] << 24 | (uint32_t)c[1] << 16 | (uint32_t)c[2] << 8 | c[3];
		memcpy(&out[i], &bits, sizeof bits);
	}
	return FAULT_NONE;
}

static void
bind_vector(struct statement *st, int at, const float *v, size_t dims)
{
	unsigned char *bytes = mem_new(HEAD_BYTES + 4 * dims);
	vector_write(bytes, v, dims);
	statement_blob(st, at, bytes, HEAD_BYTES + 4 * dims);
	mem_free(bytes);
}

/* Numbers as PostgreSQL writes an array, every `step`th of them. */
static enum fault
bind_numbers(struct statement *st, int at, const int64_t *numbers, size_t count, size_t step)
{
	struct text list;
	text_init(&list, LIST_BYTES_MAX);
	text_put_c(&list, '{');
	for (size_t i = 0; i < count; i++)
		text_printf(&list, "%s%lld", i > 0 ? "," : "", (long long)numbers[i * step]);
	text_put_c(&list, '}');
	enum fault f = text_check(&list, "a list of documents");
	statement_text(st, at, list.data);
	text_clear(&list);
	return f;
}

/* Rows of document, n, vector. */
static enum fault
rows_each(struct statement *st, size_t dims, store_vector_fn *each, void *arg)
{
	enum fault f;
	float *v = mem_new_array(dims, sizeof *v);
	while ((f = statement_step(st)) == FAULT_NONE && (f = vector_read(v, dims, st, 2)) == FAULT_NONE)
		each(statement_col_int(st, 0), statement_col_int(st, 1), v, arg);
	mem_free(v);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* ---- rows --------------------------------------------------------------------------- */

static enum fault
put(struct store *s, int64_t document, const float *vectors, size_t dims, size_t count)
{
	struct statement *st;
	enum fault f = store_prepare(&st, s, "INSERT INTO passage_vector (document_no, n, dims, vector) VALUES (?, ?, ?, ?)");
	if (f != FAULT_NONE)
		return f;
	for (size_t i = 0; i < count && f == FAULT_NONE; i++) {
		statement_int(st, 1, document);
		statement_int(st, 2, (int64_t)i);
		statement_int(st, 3, (int64_t)dims);
		bind_vector(st, 4, vectors + i * dims, dims);
		f = statement_run_later(st);
	}
	statement_done(st);
	return f;
}

/* Also where the extension went away, or only another process has seen to vectors. */
static enum fault
remove_all(struct store *s, int64_t document)
{
	struct statement *st;
	if (!has_table(s))
		return FAULT_NONE;
	enum fault f = store_prepare(&st, s, "DELETE FROM passage_vector WHERE document_no = ?");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, document);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

static enum fault
near(struct store *s, const struct store_near *w, store_vector_fn *each, void *arg)
{
	struct statement *st = NULL;
	struct text sql;
	int at = 0;
	text_init(&sql, SQL_BYTES_MAX);
	text_printf(&sql, "SELECT v.document_no, v.n, v.vector FROM passage_vector AS v"
		" JOIN document AS d ON d.no = v.document_no AND d.status = 'completed' WHERE v.dims = ?%s"
		" ORDER BY v.vector OPERATOR(%s.<#>) ?, v.document_no, v.n LIMIT ?",
		w->all ? "" : " AND v.document_no = ANY(CAST(? AS BIGINT[]))", ((struct postgres *)s->db)->vector_schema);
	enum fault f = store_prepare(&st, s, sql.data);
	text_clear(&sql);
	if (f != FAULT_NONE)
		return f;
	statement_int(st, ++at, (int64_t)w->dims);
	if (!w->all)
		f = bind_numbers(st, ++at, w->documents, w->count, 1);
	bind_vector(st, ++at, w->to, w->dims);
	statement_int(st, ++at, (int64_t)w->most);
	if (f == FAULT_NONE)
		f = rows_each(st, w->dims, each, arg);
	statement_done(st);
	return f;
}

static enum fault
get(struct store *s, const struct store_place *of, size_t count, size_t dims, store_vector_fn *each, void *arg)
{
	struct statement *st;
	enum fault f = store_prepare(&st, s, "SELECT document_no, n, vector FROM passage_vector WHERE dims = ? AND (document_no, n) IN"
		" (SELECT d, n FROM unnest(CAST(? AS BIGINT[]), CAST(? AS BIGINT[])) AS w (d, n))");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, (int64_t)dims);
	f = bind_numbers(st, 2, &of[0].document, count, 2);
	if (f == FAULT_NONE)
		f = bind_numbers(st, 3, &of[0].n, count, 2);
	if (f == FAULT_NONE)
		f = rows_each(st, dims, each, arg);
	statement_done(st);
	return f;
}

const struct store_nearness postgres_nearness = { .ready = ready, .put = put, .remove = remove_all, .near = near, .get = get };

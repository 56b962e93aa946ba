/* Where a test's store is: in a file, or, with STOA_TEST_POSTGRES (the URL of a server
 * of the test's own), in a schema named after that file.  tests/ROOM/postgres.c runs
 * the programs of its room so. */
#ifndef ON_POSTGRES_H
#define ON_POSTGRES_H
#include <libpq-fe.h>
#include "../stoa_test.h"
#include "stoa/store.h"

static inline bool
on_postgres(void)
{
	return getenv("STOA_TEST_POSTGRES") != NULL;
}
/* What only a file can have. */
#define OF_FILES_ONLY() do { if (on_postgres()) return; } while (0)

void postgres_sql(struct text *out, const char *sql);

/* The schema of a database path: its bytes as letters and digits. */
static inline void
schema_of(char out[128], const char *database)
{
	size_t n = 0;
	out[n++] = 's';
	for (const char *c = database; *c != '\0' && n < 60; c++)
		out[n++] = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') ? *c : (*c >= 'A' && *c <= 'Z') ? *c : '_';
	out[n] = '\0';
}

static inline const char *
url_of(const char *database)
{
	static _Thread_local char url[512];
	char name[128];
	schema_of(name, database);
	snprintf(url, sizeof url, "%s&options=-csearch_path%%3D%%22%s%%22", getenv("STOA_TEST_POSTGRES"), name);
	return url;
}

/* SQL of ours, or PostgreSQL's as it is, in the schema of that database. */
static inline void
postgres_do(const char *database, const char *sql, bool ours)
{
	PGconn *link = PQconnectdb(url_of(database));
	struct text t;
	text_init(&t, 1 << 20);
	ck_assert_msg(PQstatus(link) == CONNECTION_OK, "%s", PQerrorMessage(link));
	PQclear(PQexec(link, "SET client_min_messages = error"));
	if (ours)
		postgres_sql(&t, sql);
	else
		text_put(&t, sql);
	PGresult *result = PQexec(link, t.data);
	ExecStatusType status = PQresultStatus(result);
	ck_assert_msg(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, "%s: %s", sql, PQerrorMessage(link));
	PQclear(result);
	PQfinish(link);
	text_clear(&t);
}

static inline bool
schema_is_there(const char *database)
{
	PGconn *link = PQconnectdb(url_of(database));
	ck_assert_msg(PQstatus(link) == CONNECTION_OK, "%s", PQerrorMessage(link));
	PGresult *result = PQexec(link, "SELECT 1 WHERE current_schema() IS NOT NULL");
	bool there = PQntuples(result) == 1;
	PQclear(result);
	PQfinish(link);
	return there;
}

static inline void
schema_make(const char *database)
{
	char name[128];
	struct text t;
	if (schema_is_there(database))
		return;
	schema_of(name, database);
	text_init(&t, 4096);
	text_printf(&t, "CREATE SCHEMA \"%s\"; CREATE FUNCTION \"%s\".zeroblob(bigint) RETURNS bytea AS "
		"$$ SELECT decode(repeat('00', $1::int), 'hex') $$ LANGUAGE SQL", name, name);
	postgres_do(database, t.data, false);
	text_clear(&t);
}

static inline void
schema_drop(const char *database)
{
	char name[128];
	struct text t;
	schema_of(name, database);
	text_init(&t, 4096);
	text_printf(&t, "DROP SCHEMA IF EXISTS \"%s\" CASCADE; DROP SCHEMA IF EXISTS \"%s_saved\" CASCADE", name, name);
	postgres_do(database, t.data, false);
	text_clear(&t);
}

/* Any path's store: a file, or the schema named after it. */
static inline struct store_paths
store_paths_of(const char *database, const char *anchor)
{
	struct store_paths paths = { .database = database, .anchor = anchor };
	if (on_postgres()) {
		schema_make(database);
		paths = (struct store_paths){ .url = url_of(database), .driver = &store_postgres, .anchor = anchor };
	}
	return paths;
}

/* A program that has nothing to say about files: no test of it is counted there. */
#define TESTS_OF_POSTGRES(name, ...) \
	static int tests_main(void); \
	int main(void) \
	{ \
		if (on_postgres()) \
			return tests_main(); \
		printf("100%%: Checks: 0, Failures: 0, Errors: 0\n"); \
		return 0; \
	} \
	static int tests_main(void) TESTS_BODY(name, __VA_ARGS__)

#endif

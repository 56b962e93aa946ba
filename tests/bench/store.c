/* What sealing costs: inserts against the same inserts unsealed (same file, same
 * settings, same indexes), opening and verifying 100,000 records, unlocking, and
 * one commit beside 10 and beside 10,000 conversations.
 *
 * Messages are 60 to 1,000 bytes of text.  Inserts are medians of
 * turns taken one after the other; opening is the best of several. */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <libpq-fe.h>
#include "../support/postgres.h"
#include "stoa/store.h"

#define MESSAGES 100000u
#define A_CONVERSATION 100u
#define A_BATCH 1000u
#define TURNS 41
#define TURNS_AWAY 11           /* of a server */

static const char unsealed_schema[] =
	"CREATE TABLE bare (lseq INTEGER PRIMARY KEY, kind INTEGER NOT NULL, fmt INTEGER NOT NULL,"
	" epoch INTEGER NOT NULL, rev INTEGER NOT NULL, flags INTEGER NOT NULL, size INTEGER NOT NULL,"
	" conv_id BLOB NOT NULL, rec_id BLOB NOT NULL, text TEXT NOT NULL);"
	"CREATE INDEX bare_chain ON bare (conv_id);"
	"CREATE UNIQUE INDEX bare_revision ON bare (rec_id, rev);";

static void
must(enum fault f)
{
	if (f == FAULT_NONE)
		return;
	fprintf(stderr, "%s: %s\n", fault_name(f), fault_sentence());
	exit(1);
}

static double
now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static char folder[64], database[96], anchor[96];
static struct vault_secret key;
static struct postgres_own own;         /* running: everything is measured there */

static struct store_paths
paths_now(void)
{
	if (own.running)
		return (struct store_paths){ .url = own.url, .driver = &store_postgres, .anchor = anchor };
	return (struct store_paths){ .database = database, .anchor = anchor };
}

static void
postgres_do(const char *sql)
{
	PGconn *link = PQconnectdb(own.url);
	PQclear(PQexec(link, "SET client_min_messages = error"));
	PGresult *result = PQexec(link, sql);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		fprintf(stderr, "%s", PQerrorMessage(link));
	PQclear(result);
	PQfinish(link);
}

static struct store *
fresh(void)
{
	struct store_paths paths = paths_now();
	struct store *s;
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	must(folder_make(folder));
	if (own.running)
		postgres_do("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
	must(store_open(&s, &paths, &clock_system));
	must(store_seal_new(s, SLOT_KEY_FILE, &key, "bench"));
	must(store_exec(s, unsealed_schema));
	return s;
}

/* Message i: its conversation, an id that looks random, its text. */
static size_t
message(char conv[ID_BYTES], char rec[ID_BYTES], char text[1024], unsigned i)
{
	static const char words[] = "photosynthesis takes carbon dioxide from the air and the rate levels off when light is no longer what limits it ";
	unsigned mix = i * 2654435761u;
	size_t n = 60 + mix % 16u * mix % 941u;
	snprintf(conv, ID_BYTES, "%08xc0de%020x", (i / A_CONVERSATION) * 2246822519u, i / A_CONVERSATION);
	snprintf(rec, ID_BYTES, "%08x%024x", mix, i);
	for (size_t at = 0; at < n; at++)
		text[at] = words[at % (sizeof words - 1)];
	text[n] = '\0';
	return n;
}

static void
put_sealed(struct store *s, unsigned i)
{
	char conv[ID_BYTES], rec[ID_BYTES], text[1024];
	size_t n = message(conv, rec, text, i);
	must(store_put(s, KIND_MESSAGE, conv, rec, text, n));
}

static void
put_bare(struct store *s, unsigned i)
{
	char conv[ID_BYTES], rec[ID_BYTES], text[1024];
	unsigned char id[VAULT_ID_BYTES];
	struct statement *st;
	size_t n = message(conv, rec, text, i);
	must(store_begin(s));
	must(store_prepare(&st, s, "INSERT INTO bare (lseq, kind, fmt, epoch, rev, flags, size, conv_id, rec_id, text) VALUES (?, 1, 1, 1, 1, 0, ?, ?, ?, ?)"));
	statement_int(st, 1, (int64_t)i + 1);
	statement_int(st, 2, (int64_t)n);
	must(vault_id_parse(id, conv, "conversation"));
	statement_blob(st, 3, id, sizeof id);
	must(vault_id_parse(id, rec, "record"));
	statement_blob(st, 4, id, sizeof id);
	statement_text(st, 5, text);
	must(statement_run(st, NULL));
	statement_done(st);
	must(store_commit(s));
}

static double
insert(struct store *s, void (*put)(struct store *, unsigned), unsigned from, unsigned count, unsigned batch)
{
	double start = now_s();
	for (unsigned i = from; i < from + count; i += batch) {
		must(store_begin(s));
		for (unsigned j = i; j < i + batch; j++)
			put(s, j);
		must(store_commit(s));
	}
	return now_s() - start;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double
median(double *values, size_t n)
{
	qsort(values, n, sizeof values[0], by_size);
	return values[n / 2];
}

/* Sealed and bare by turns; medians, for the disk is shared. */
static void
bench_inserts(const char *name, unsigned count, unsigned batch)
{
	double sealed[TURNS], bare[TURNS], ratio[TURNS];
	unsigned turns = own.running ? TURNS_AWAY : TURNS;
	struct store *s = fresh();
	for (unsigned t = 0; t < turns; t++) {
		bare[t] = insert(s, put_bare, t * count, count, batch);
		sealed[t] = insert(s, put_sealed, t * count, count, batch);
		ratio[t] = sealed[t] / bare[t];
	}
	store_close(s);
	printf("%s unsealed  %.2f  us/insert\n", name, median(bare, turns) / count * 1e6);
	printf("%s sealed  %.2f  us/insert\n", name, median(sealed, turns) / count * 1e6);
	printf("%s ratio  %.2f  x  (<= 1.3)\n", name, median(ratio, turns));
}

static double
unlock_once(void)
{
	struct store_paths paths = paths_now();
	struct store *s;
	double start = now_s();
	must(store_open(&s, &paths, &clock_system));
	must(store_unlock(s, SLOT_KEY_FILE, &key));
	double took = now_s() - start;
	store_close(s);
	return took;
}

static double
best_unlock(unsigned tries)
{
	double best = 1e9;
	for (unsigned i = 0; i < tries; i++) {
		double took = unlock_once();
		best = took < best ? took : best;
	}
	return best * 1e3;
}

static void
bench_small(void)
{
	struct store *s = fresh();
	insert(s, put_sealed, 0, 200, 10);
	store_close(s);
	printf("open and unlock by key file, 200 records  %.1f  ms  (<= 20)\n", best_unlock(20));
}

static enum fault
count_record(const struct sealed *rec, void *arg)
{
	(void)rec;
	++*(unsigned *)arg;
	return FAULT_NONE;
}

static void
bench_large(void)
{
	unsigned seen = 0;
	uint64_t records;
	struct store_paths paths = paths_now();
	struct store *s = fresh();
	insert(s, put_sealed, 0, MESSAGES, A_BATCH);
	store_close(s);
	printf("open and verify %u records  %.0f  ms  (<= 250)\n", MESSAGES, best_unlock(5));
	must(store_open(&s, &paths, &clock_system));
	must(store_unlock(s, SLOT_KEY_FILE, &key));
	double start = now_s();
	must(store_each(s, NULL, 0, count_record, &seen));
	printf("decrypt %u records  %.0f  ms\n", seen, (now_s() - start) * 1e3);
	start = now_s();
	must(store_verify(s, &records));
	printf("verify and open all of them  %.0f  ms\n", (now_s() - start) * 1e3);
	start = now_s();
	must(store_rekey(s, SLOT_KEY_FILE, &key, "again", NULL, NULL));
	printf("new passphrase, all sealed again  %.0f  ms  (about 500)\n", (now_s() - start) * 1e3);
	store_close(s);
}

/* One commit an append, beside this many conversations. */
static double
append_beside(unsigned conversations)
{
	char conv[ID_BYTES], rec[ID_BYTES];
	struct store *s = fresh();
	must(store_begin(s));
	for (unsigned i = 0; i < conversations; i++) {
		snprintf(conv, sizeof conv, "%08x%024x", i * 2654435761u, i);
		snprintf(rec, sizeof rec, "%08xee%022x", i * 2246822519u, i);
		must(store_put(s, KIND_TITLE, conv, rec, "{}", 2));
	}
	must(store_commit(s));
	double took = insert(s, put_sealed, 0, 1000, 1);
	store_close(s);
	return took / 1000 * 1e6;
}

static void
bench_all(void)
{
	bench_inserts("insert, one a commit,", 100, 1);
	bench_inserts("insert, 10 a commit,", 1000, 10);
	bench_inserts("insert, 1000 a commit,", 2000, A_BATCH);
	bench_small();
	bench_large();
	printf("append beside 10 conversations  %.0f  us\n", append_beside(10));
	printf("append beside 1,000 conversations  %.0f  us\n", append_beside(1000));
	printf("append beside 10,000 conversations  %.0f  us\n", append_beside(10000));
}

int
main(void)
{
	char why[200];
	static char hex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
	const char *under = getenv("TMPDIR");
	snprintf(folder, sizeof folder, "%.40s/stoa-bench-XXXXXX", under ? under : "/tmp");
	if (mkdtemp(folder) == NULL)
		return 1;
	snprintf(database, sizeof database, "%s/local.db", folder);
	snprintf(anchor, sizeof anchor, "%s/anchor", folder);
	must(vault_start());
	must(log_open("/dev/null", LOG_ERROR, false));
	key = vault_secret_new(sizeof hex - 1);
	memcpy(key.bytes, hex, key.len);
	bench_all();
	if (postgres_own_start(&own, true, why)) {
		printf("-- the same on PostgreSQL, on a socket of this machine --\n");
		bench_all();
		postgres_own_stop(&own);
	} else {
		printf("skipped: PostgreSQL: %s\n", why);
	}
	vault_secret_clear(&key);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return 0;
}

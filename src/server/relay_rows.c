/* Answers as rows that other servers of the database read.
 *
 * A row says whose an answer is, under which path and by which question, and which
 * server makes it; parts hold its events as they stand in the stream, sealed as the
 * asker's.  A part may be written again with more in it, for after the database was
 * away everything is told from the beginning; a reader skips what it has. */
#include <string.h>

#include "relay_in.h"

#define PART_BYTES_MAX (48u * 1024 * 1024)
#define HOLDERS_MAX 64

void
server_name(char out[ID_BYTES + 8], const char *id)
{
	snprintf(out, ID_BYTES + 8, "server %.32s", id);
}

enum fault
server_lives(bool *out, struct store *db, const char *id)
{
	char name[ID_BYTES + 8];
	bool got = false;
	server_name(name, id);
	enum fault f = store_hold(&got, db, name);
	if (got)
		store_let_go(db, name);
	if (f == FAULT_NONE)
		*out = !got;
	return f;
}

/* Run with these texts, and then these numbers. */
static enum fault
run(struct store *db, const char *sql, const char *const *texts, size_t n, const int64_t *number)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, sql);
	if (f != FAULT_NONE)
		return f;
	for (size_t i = 0; i < n; i++)
		statement_text(st, (int)i + 1, texts[i]);
	if (number != NULL)
		statement_int(st, (int)n + 1, *number);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

#define RUN(db, sql, number, ...) \
	run(db, sql, (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), number)

static void
take_id(char out[ID_BYTES], struct statement *st, int col)
{
	snprintf(out, ID_BYTES, "%s", statement_col_text(st, col));
}

enum fault
stream_find(struct stream_row *out, struct store *db, const struct answer *a, const struct relay_ask *ask)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, ask->id != NULL
		? "SELECT id, holder, question, ended FROM stream WHERE owner = ? AND path = ? AND id = ?"
		: "SELECT id, holder, question, ended FROM stream WHERE owner = ? AND path = ? AND question = ? AND asked = ? AND ended = 0");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, a->user);
	statement_text(st, 2, a->path);
	statement_text(st, 3, ask->id != NULL ? ask->id : ask->question);
	if (ask->id == NULL)
		statement_text(st, 4, ask->asked);
	f = statement_step(st);
	if (f == FAULT_NONE) {
		take_id(out->id, st, 0);
		take_id(out->holder, st, 1);
		take_id(out->question, st, 2);
		out->ended = statement_col_int(st, 3) != 0;
	}
	statement_done(st);
	return f;
}

enum fault
stream_list(struct store *db, const struct answer *a, const char *holder)
{
	return RUN(db, "INSERT INTO stream (id, owner, path, question, asked, holder, ended) VALUES (?, ?, ?, ?, ?, ?, 0)"
		" ON CONFLICT (id) DO NOTHING", NULL, a->id, a->user, a->path, a->question, a->asked, holder);
}

enum fault
stream_put(struct store *db, const struct answer *a, size_t since, size_t events, const struct text *bytes)
{
	struct statement *st;
	struct text blob;
	text_init(&blob, PART_BYTES_MAX);
	store_set_owner(db, a->user);
	enum fault f = store_seal(&blob, db, a->id, (int64_t)since, bytes->data, bytes->len);
	store_set_owner(db, "");
	if (f == FAULT_NONE)
		f = store_prepare(&st, db, "INSERT INTO stream_part (stream, since, events, bytes) VALUES (?, ?, ?, ?)"
			" ON CONFLICT (stream, since) DO UPDATE SET events = excluded.events, bytes = excluded.bytes"
			" WHERE excluded.events > stream_part.events");
	if (f == FAULT_NONE) {
		statement_text(st, 1, a->id);
		statement_int(st, 2, (int64_t)since);
		statement_int(st, 3, (int64_t)events);
		statement_blob(st, 4, blob.data, blob.len);
		f = statement_run(st, NULL);
		statement_done(st);
	}
	text_clear(&blob);
	return f;
}

enum fault
stream_end(struct store *db, const char *id, int64_t at_ms)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "UPDATE stream SET ended = ? WHERE id = ?");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, at_ms);
	statement_text(st, 2, id);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

enum fault
stream_forget(struct store *db, const char *id)
{
	enum fault f = RUN(db, "DELETE FROM stream_part WHERE stream = ?", NULL, id);
	return f == FAULT_NONE ? RUN(db, "DELETE FROM stream WHERE id = ?", NULL, id) : f;
}

enum fault
stream_ended(bool *ended, struct store *db, const char *id)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "SELECT ended FROM stream WHERE id = ?");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, id);
	f = statement_step(st);
	if (f == FAULT_NONE)
		*ended = statement_col_int(st, 0) != 0;
	statement_done(st);
	return f;
}

/* ---- reading -------------------------------------------------------------------------- */

/* An event ends with an empty line, and has none within. */
static bool
put_events(struct answer *a, size_t since, const struct text *part)
{
	bool more = false;
	const char *s = part->data, *end;
	pthread_mutex_lock(&a->lock);
	for (size_t n = since; s != NULL && (end = strstr(s, "\n\n")) != NULL; n++, s = end + 2)
		if (n == a->count) {
			answer_put_event(a, s, (size_t)(end + 2 - s));
			more = true;
		}
	pthread_mutex_unlock(&a->lock);
	return more;
}

enum fault
stream_read(bool *more, struct store *db, struct answer *a)
{
	struct statement *st;
	struct text part;
	enum fault f = store_prepare(&st, db,
		"SELECT since, bytes FROM stream_part WHERE stream = ? AND since + events > ? ORDER BY since");
	if (f != FAULT_NONE)
		return f;
	text_init(&part, PART_BYTES_MAX);
	store_set_owner(db, a->user);
	statement_text(st, 1, a->id);
	statement_int(st, 2, (int64_t)a->count);
	while ((f = statement_step(st)) == FAULT_NONE) {
		size_t n;
		const void *blob = statement_col_blob(st, 1, &n);
		int64_t since = statement_col_int(st, 0);
		f = store_unseal(&part, db, a->id, since, blob, n);
		if (f != FAULT_NONE)
			break;
		*more |= put_events(a, (size_t)since, &part);
	}
	statement_done(st);
	store_set_owner(db, "");
	if (part.data != NULL)
		vault_wipe(part.data, part.cap);
	text_clear(&part);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* ---- clearing up ------------------------------------------------------------------------ */

static enum fault
holders(char out[HOLDERS_MAX][ID_BYTES], size_t *count, struct store *db, const char *self)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "SELECT DISTINCT holder FROM stream WHERE ended = 0 AND holder <> ?");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, self);
	for (*count = 0; *count < HOLDERS_MAX && (f = statement_step(st)) == FAULT_NONE;)
		take_id(out[(*count)++], st, 0);
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

enum fault
streams_sweep(struct store *db, const char *self, int64_t before_ms)
{
	char left[HOLDERS_MAX][ID_BYTES];
	size_t count = 0;
	enum fault f = run(db, "DELETE FROM stream WHERE ended <> 0 AND ended < ?", NULL, 0, &before_ms);
	if (f == FAULT_NONE)
		f = holders(left, &count, db, self);
	for (size_t i = 0; i < count && f == FAULT_NONE; i++) {
		bool lives = true;
		f = server_lives(&lives, db, left[i]);
		if (f == FAULT_NONE && !lives)
			f = RUN(db, "DELETE FROM stream WHERE ended = 0 AND holder = ?", NULL, left[i]);
	}
	if (f == FAULT_NONE)
		f = store_exec(db, "DELETE FROM stream_part WHERE stream NOT IN (SELECT id FROM stream)");
	return f;
}

/* What relay.c, mirror.c and relay_rows.c share. */
#ifndef STOA_RELAY_IN_H
#define STOA_RELAY_IN_H
#include "answer_in.h"

#define RELAY_AT_ONCE 64

struct relay {
	struct server *server;
	struct store *db;
	char self[ID_BYTES];
	int ears, wakes;             /* of the connection, -1: it is away; of relay_wake() */
	pthread_t thread;
	bool running;
	atomic_bool woken, stopping;
	_Atomic int64_t up_ms;       /* since when it listens; -1: it does not */
	int64_t flushed_ms, looked_ms, swept_ms;
	bool pending;                /* there is something to write */
};
/* At most RELAY_AT_ONCE of those that are chosen, with a reference each; choose is called
 * with the lock of each answer until so many are. */
typedef bool relay_choose_fn(struct answer *a);
size_t relay_take(struct answer **out, struct server *s, relay_choose_fn *choose);
/* mirror.c: read those that have news, or all and whether their makers live. */
enum fault mirrors_look(struct relay *r, bool all) STOA_MUST;

/* relay_rows.c: rows of answers, of whoever db's owner is set to or the server's alone. */
struct stream_row { char id[ID_BYTES], holder[ID_BYTES], question[ID_BYTES]; bool ended; };
/* By id, or, id NULL, by question and sum, of those that have not ended; ABSENT. */
enum fault stream_find(struct stream_row *out, struct store *db, const struct answer *a, const struct relay_ask *ask) STOA_MUST;
enum fault stream_list(struct store *db, const struct answer *a, const char *holder) STOA_MUST;
/* Events since+1 and on, as they stand in a stream; a larger one takes the place of a smaller. */
enum fault stream_put(struct store *db, const struct answer *a, size_t since, size_t events, const struct text *bytes) STOA_MUST;
enum fault stream_end(struct store *db, const char *id, int64_t at_ms) STOA_MUST;
enum fault stream_forget(struct store *db, const char *id) STOA_MUST;
enum fault stream_ended(bool *ended, struct store *db, const char *id) STOA_MUST;    /* ABSENT: no such row */
/* New events of a mirror into it; *more: some came. */
enum fault stream_read(bool *more, struct store *db, struct answer *a) STOA_MUST;
/* Rows that ended before before_ms, and those that a server left which is no more. */
enum fault streams_sweep(struct store *db, const char *self, int64_t before_ms) STOA_MUST;
/* Does the server of this id live? */
enum fault server_lives(bool *out, struct store *db, const char *id) STOA_MUST;
void server_name(char out[ID_BYTES + 8], const char *id);

#endif

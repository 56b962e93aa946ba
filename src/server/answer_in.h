/* An answer, as answer.c keeps it and relay.c carries it between servers. */
#ifndef STOA_ANSWER_IN_H
#define STOA_ANSWER_IN_H
#include "server_in.h"

#define AWAY_MAX 4                           /* other servers where one answer is read */

struct answer {
	struct answer *next;                 /* server->answers_lock */
	struct server *server;
	struct call *call;
	char id[ID_BYTES];
	char *path;
	pthread_mutex_t lock;                /* guards what follows */
	unsigned refs;
	struct text events;
	size_t *ends; size_t count, cap;     /* ends[n - 1]: where event n ends */
	bool ended, stays, broken;           /* broken: what it came from is gone */
	char user[ID_BYTES];                 /* who asked, once that is known */
	char question[ID_BYTES], asked[ID_BYTES];    /* what a question is known by, and its sum */
	struct answer *other;                /* this one only goes on with that */
	uint64_t other_after;
	int64_t ended_ms;
	struct exchange *readers[8];
	size_t reader_count;
	/* Where servers share a database: of one that is made here */
	bool listed, told_end, untold;       /* its row is there, and its end; it does not fit in rows */
	size_t told;                         /* events that are in rows */
	char away[AWAY_MAX][ID_BYTES]; size_t away_count;
	/* and of one that is made elsewhere */
	bool mirror, stale, joined, due;     /* stale: there are newer rows; joined: its maker knows of us; due: of the relay */
	char holder[ID_BYTES];               /* the server that makes it */
};

/* An answer that another server makes for user; the reference is the caller's. */
struct answer *answer_mirror(struct server *s, const struct operation *op, const char *id, const char *holder, const char *user, const char *path);
/* The lock is held: one event of a mirror, in the form of the stream; its readers look. */
void answer_put_event(struct answer *a, const char *bytes, size_t n);
void answer_tell(struct answer *a);
void answer_unread(struct answer *a);     /* the lock is held: is it to be given up? */
/* Go on with other behind event n; takes the reference. */
void answer_set_other(struct answer *a, struct answer *other, uint64_t n);
/* The id of a Last-Event-ID "<id>-<n>"; false: it is none. */
void answer_id(char id[ID_BYTES], const struct answer *a);
bool answer_id_parse(char id[ID_BYTES], uint64_t *n, const char *last_event_id);

#endif

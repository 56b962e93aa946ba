/* backend on a server, privately: one exchange, the link, the copy, the outbox. */
#ifndef STOA_REMOTE_IN_H
#define STOA_REMOTE_IN_H
#include "backend_in.h"
#include "stoa/wire.h"

/* ---- what the server says (reply.c) ------------------------------------------------- */

/* The fault that an HTTP status means; message: the server's own sentence, may be NULL. */
enum fault reply_fault(int status, const char *message, int64_t retry_ms) STOA_MUST;
/* The data of a whole reply as a record of type in a, or the fault it tells. */
enum fault reply_read(void **out, struct arena *a, const struct record_type *type, const struct wire_reply *r) STOA_MUST;
/* One exchange being listened to. */
struct hearing {
	const struct operation *op;
	struct arena *a;
	engine_emit_fn *emit; void *arg;   /* may be NULL */
	void *reply;                       /* once it was told */
	const char *last_id;               /* of the newest event; NULL: none */
};
enum fault reply_event(const struct wire_event *ev, void *arg) STOA_MUST;   /* arg: hearing */

/* ---- one exchange (exchange.c) --------------------------------------------------------- */

struct remote {
	const char *url, *ca_file;         /* live in the backend's arena */
	pthread_mutex_t lock;              /* guards what follows */
	struct vault_secret token;         /* NUL behind it; no bytes: none */
	bool account_known;                /* token and owner are what was kept, or handed in */
	char owner[ID_BYTES];              /* of the copy and the outbox */
	bool online, heard;                /* heard: anything at all, good or bad */
	struct cancel cancel;              /* of the link's own work */
	unsigned timer;                    /* loop thread from here on */
	int tries;
	bool probing, closing, given;      /* given: the token came with the config */
	char word[24];                     /* what backend_word() lent */
};
struct asking {
	const struct operation *op;
	const void *request;
	const char *key;                   /* of idempotency; NULL: none */
	engine_emit_fn *emit; void *arg;   /* may be NULL */
	const struct cancel *cancel;
};
void remote_token_set(struct remote *r, const void *bytes, size_t n);   /* n 0: none */
/* Whose copy it is from now on; "": nobody's who signed in. */
void remote_user_set(struct remote *r, const char *user);
/* The token and whose copy it is, read at first need. LOCKED. */
enum fault account_ready(struct backend *b) STOA_MUST;
void name_sum(char out[ID_BYTES], const char *kind, const char *name);
/* On a worker: an exchange ended so; what that says of the link is noted. */
void link_heard(struct backend *b, enum fault f);
/* Ask the server itself. OFFLINE: not reached, or cut before the end. */
enum fault remote_ask(void **reply, struct arena *a, struct backend *b, const struct asking *q) STOA_MUST;

#endif

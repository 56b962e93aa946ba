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
/* Nothing that must be there is NULL, spans lie in their texts (fit.c). DAMAGED. */
enum fault reply_fit(const struct record_type *type, void *record) STOA_MUST;
/* One exchange being listened to. */
struct hearing {
	const struct operation *op;
	struct arena *a;
	engine_emit_fn *emit; void *arg;   /* may be NULL */
	void *reply;                       /* once it was told */
	int status;                        /* of HTTP; 0: none came */
	const char *last_id;               /* of the newest event; NULL: none */
};
enum fault reply_event(const struct wire_event *ev, void *arg) STOA_MUST;   /* arg: hearing */

/* ---- one exchange (exchange.c) --------------------------------------------------------- */

/* What waits in the outbox, as counted last. */
struct link_load { bool known; size_t waiting, held, refused; };
struct remote {
	const char *url;                   /* lives in the backend's arena */
	struct wire_session *session;      /* kept connections */
	pthread_mutex_t delivering;        /* one delivery at a time; taken before `lock` */
	pthread_mutex_t lock;              /* guards what follows */
	struct vault_secret token;         /* NUL behind it; no bytes: none */
	bool account_known;                /* token and owner are what was kept, or handed in */
	char owner[ID_BYTES];              /* of the copy and the outbox; "": not known yet */
	bool online, heard;                /* heard: anything at all, good or bad */
	struct link_load load;
	int64_t down_until_ms;             /* mono: until then nobody tries the line */
	int64_t retry_ms;                  /* as the server wished; 0: it did not */
	bool news, progress;               /* not decided upon yet */
	struct cancel cancel;              /* of the link's own work */
	unsigned timer;                    /* loop thread from here on */
	int tries;
	struct link_load told;
	bool working, closing, given;      /* given: the token came with the config */
	char word[40];                     /* what backend_word() lent */
};
struct asking {
	const struct operation *op;
	const void *request;
	const char *key;                   /* of idempotency; NULL: none */
	bool bare;                         /* without the token, which has ended */
	engine_emit_fn *emit; void *arg;   /* may be NULL */
	const struct cancel *cancel;
	int *status;                       /* of HTTP; may be NULL */
};
void remote_token_set(struct remote *r, const void *bytes, size_t n);   /* n 0: none */
/* Whose copy it is from now on; "": nobody's who signed in. */
void remote_user_set(struct remote *r, const char *user);
/* The token and whose copy it is, read at first need. LOCKED. */
enum fault account_ready(struct backend *b) STOA_MUST;
/* The next pair of tokens after `used` has ended, or what another program has got. On a
 * worker. DENIED: sign in again. */
enum fault account_refresh(struct backend *b, const char *used, const struct cancel *cancel) STOA_MUST;
void name_sum(char out[ID_BYTES], const char *kind, const char *name);
/* On a worker: an exchange ended so; what that says of the link is noted. */
void link_heard(struct backend *b, enum fault f, int64_t took_ms);
/* Ask the server itself. OFFLINE: not reached, or cut before the end. */
enum fault remote_ask(void **reply, struct arena *a, struct backend *b, const struct asking *q) STOA_MUST;

/* ---- the link (link.c) -------------------------------------------------------------------- */

/* On the loop's thread: the word; begin with a probe; no work any more. */
const char *link_word(const struct backend *b);
void link_start(struct backend *b);
void link_stop(struct backend *b);
/* On a worker: the line failed a moment ago; what was counted; what was delivered. */
bool link_down(struct backend *b);
void link_loaded(struct backend *b, const struct link_load *load);
void link_delivered(struct backend *b, size_t count);

/* ---- the sealed copy (copy.c) ------------------------------------------------------------------ */

void copy_owner(char out[ID_BYTES], struct backend *b);
/* The engine of this machine, over the copy. */
enum fault copy_call(void **reply, struct arena *a, struct backend *b, const char *operation, const void *request, const struct call_options *options) STOA_MUST;
/* What the server showed; failing is logged. */
void copy_keep(struct backend *b, const struct operation *op, const void *request, const void *reply);
bool copy_readable(const struct operation *op);
/* OFFLINE: it is not in the copy. */
enum fault copy_read(void **reply, struct arena *a, struct backend *b, const struct operation *op, const void *request, const struct call_options *options) STOA_MUST;

/* ---- the outbox (outbox.c) ------------------------------------------------------------------------ */

/* placeholder: the message here that says that the question waits; NULL: none. */
struct outbox_entry { const char *key, *operation, *conversation, *state, *placeholder, *sentence; int64_t tries, at; const char *request; };
struct outbox { struct outbox_entry *items; size_t count, cap; };   /* texts in the arena */
enum fault outbox_load(struct outbox *out, struct arena *a, struct backend *b) STOA_MUST;
void outbox_clear(struct outbox *o);
/* Is entry n held, or something of its conversation before it? */
bool outbox_held(const struct outbox *o, size_t n);
enum fault outbox_add(struct backend *b, const struct operation *op, const void *request, const char *key, const char *conversation) STOA_MUST;
enum fault outbox_find(struct outbox_entry *out, struct arena *a, struct backend *b, const char *key) STOA_MUST;   /* ABSENT */
enum fault outbox_drop(struct backend *b, const struct outbox_entry *e) STOA_MUST;
/* Another state; nothing when it has been delivered meanwhile. */
enum fault outbox_mark(struct backend *b, const struct outbox_entry *e, const char *state, const char *sentence) STOA_MUST;
/* Put the conversations that the server has not got yet on the first page of a list. */
void outbox_conversations(struct conversations *list, struct arena *a, struct backend *b, const struct conversation_list *asked);
#define OUTBOX_ALL "*"
/* Deliver what waits; of what is held that of the conversation wanted, or OUTBOX_ALL.
 * A fault: why it stopped; the rest waits. */
enum fault outbox_deliver(struct backend *b, const char *wanted, const struct cancel *cancel) STOA_MUST;

/* ---- while the server is away (away.c) ---------------------------------------------------------- */

/* A write that waits in the outbox now and was done in the copy; key: under which the
 * server does it once. */
enum fault away_write(struct flight *f, const void *request, const char *key, bool fresh) STOA_MUST;
bool away_takes(const struct operation *op);
/* The conversation that a request belongs to; NULL: none. */
const char *conversation_of(const struct operation *op, const void *request);

#endif

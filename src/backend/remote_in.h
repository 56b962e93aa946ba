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
	size_t events;                     /* heard so far */
	char last_id[121];                 /* of the newest event; "": none */
};
enum fault reply_event(const struct wire_event *ev, void *arg) STOA_MUST;   /* arg: hearing */

/* ---- one exchange (exchange.c) --------------------------------------------------------- */

/* What waits in the outbox, as counted last; large: in the second lane (deliver.c). */
struct link_load { bool known; size_t waiting, large, held, refused; };
struct remote {
	const char *url;                   /* lives in the backend's arena */
	struct wire_session *session;      /* kept connections */
	pthread_mutex_t hauling;           /* one large delivery at a time; taken before `delivering` */
	pthread_mutex_t delivering;        /* one delivery at a time; taken before `lock` */
	pthread_mutex_t lock;              /* guards what follows */
	struct vault_secret token;         /* NUL behind it; no bytes: none */
	bool account_known;                /* token and owner are what was kept, or handed in */
	char owner[ID_BYTES];              /* of the copy and the outbox; "": not known yet */
	bool online, heard;                /* heard: anything at all, good or bad */
	char why[200];                     /* not online: the sentence of what failed */
	struct link_load load;
	int64_t down_until_ms;             /* mono: until then nobody tries the line */
	int64_t retry_ms;                  /* as the server wished; 0: it did not */
	int64_t slow_until_ms;             /* wall: until then it takes no more from this account */
	bool news, progress;               /* not decided upon yet */
	struct cancel cancel;              /* of the link's own work */
	atomic_uint kept;                  /* replies, since the copy was trimmed */
	unsigned timer;                    /* loop thread from here on */
	unsigned haul_timer;
	int tries, haul_tries;
	struct link_load told;
	enum wake { WAKE_TRY, WAKE_IDLE, WAKE_FOLLOW } wake;   /* what the timer is for */
	bool working, carrying, closing, given;      /* given: the token came with the config */
	char word[40], why_lent[200];      /* what backend_word() and backend_why() lent */
};
struct asking {
	const struct operation *op;
	const void *request;
	const char *key;                   /* of idempotency; NULL: none */
	const struct text *parcel;         /* the bytes of a document that was kept; NULL: its file's */
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
/* One reply as it was kept; documents: the ids of those that it shows. */
struct seen { int64_t at; const char *operation, *reply; struct text_list documents; };
extern const struct record_type record_seen;
/* A reply of this very request as it was seen; ABSENT: it never was. */
enum fault copy_seen(void **reply, struct arena *a, struct backend *b, const struct operation *op, const void *request) STOA_MUST;
/* The document in some reply that was seen, by its id or else by its sum; ABSENT. */
enum fault copy_document(struct document *out, struct arena *a, struct backend *b, const char *id, const char *sum) STOA_MUST;
/* OFFLINE: it is not in the copy. */
enum fault copy_read(void **reply, struct arena *a, struct backend *b, const struct operation *op, const void *request, const struct call_options *options) STOA_MUST;

/* What the server has no longer goes (follow.c); unless something waits for it. */
enum fault copy_forget_conversation(struct backend *b, const char *id) STOA_MUST;
enum fault copy_forget_document(struct backend *b, const char *id) STOA_MUST;
enum fault copy_trim(struct backend *b) STOA_MUST;      /* to its bounds */
/* Look through all of the server's lists for that; at most every 15 minutes unless now. */
enum fault copy_follow(struct backend *b, bool now, const struct cancel *cancel) STOA_MUST;

/* ---- the outbox (outbox.c, parcel.c) -------------------------------------------------------------- */

#define UPLOAD_MAX (64u * 1024 * 1024)
/* placeholder: the message here that says that the question waits. title: what it is
 * called, sum and bytes: of its parcel. before: the settings as they were seen. NULL: none. */
struct outbox_entry { const char *key, *operation, *conversation, *state, *placeholder, *sentence, *title, *sum, *before; int64_t bytes, tries, at; const char *request; };
struct outbox { struct outbox_entry *items; size_t count, cap, first_held; };   /* texts in the arena */
struct outbox_new { const struct operation *op; const void *request; const char *key, *conversation, *title, *sum, *before; const struct text *parcel; };
enum fault outbox_load(struct outbox *out, struct arena *a, struct backend *b) STOA_MUST;
void outbox_clear(struct outbox *o);
bool outbox_is(const struct outbox_entry *e, const char *state);
bool outbox_large(const struct outbox_entry *e);     /* goes behind all that is small */
/* Is entry n held, or something of its conversation before it? */
bool outbox_held(const struct outbox *o, size_t n);
/* LIMIT: too much waits. */
enum fault outbox_add(struct backend *b, const struct outbox_new *new) STOA_MUST;
enum fault outbox_find(struct outbox_entry *out, struct arena *a, struct backend *b, const char *key) STOA_MUST;   /* ABSENT */
enum fault outbox_drop(struct backend *b, const struct outbox_entry *e) STOA_MUST;
/* Another state; nothing when it has been delivered meanwhile. */
enum fault outbox_mark(struct backend *b, const struct outbox_entry *e, const char *state, const char *sentence) STOA_MUST;
/* It waits anew, because the person says so. */
enum fault outbox_again(struct backend *b, const struct outbox_entry *e) STOA_MUST;
enum fault parcel_put(struct store *db, const char *key, const char *bytes, size_t n) STOA_MUST;
enum fault parcel_bury(struct store *db, const char *key) STOA_MUST;
enum fault parcel_get(struct text *out, struct backend *b, const struct outbox_entry *e) STOA_MUST;   /* parcel_clear(), also on a fault */
void parcel_clear(struct text *parcel);

/* ---- what waits over what is there (overlay.c, setting.c) ------------------------------------------ */

void overlay_conversations(struct conversations *list, struct arena *a, struct backend *b, const struct conversation_list *asked);
void overlay_documents(struct documents *list, struct arena *a, struct backend *b, const struct document_list *asked);
enum fault overlay_document(void **reply, struct arena *a, struct backend *b, const char *id) STOA_MUST;   /* ABSENT: it does not wait */
void overlay_settings(struct settings *s, struct arena *a, struct backend *b);
void settings_apply(struct settings *on, const struct settings *change);
const char *settings_words(struct arena *a, const struct settings *change);    /* "language de, level brief" */
/* What another has set since; NULL: nothing that this changes. */
const char *settings_conflict(struct arena *a, const struct settings *change, const struct settings *before, const struct settings *there);

/* ---- delivering (deliver.c) ------------------------------------------------------------------------- */

#define OUTBOX_ALL "*"
/* Deliver what waits and is not large; of what is held that of the conversation wanted,
 * or OUTBOX_ALL. A fault: why it stopped; the rest waits. */
enum fault outbox_deliver(struct backend *b, const char *wanted, const struct cancel *cancel) STOA_MUST;
/* The large ones too, one by one behind all others. */
enum fault outbox_haul(struct backend *b, const struct cancel *cancel) STOA_MUST;

/* ---- while the server is away (away.c, sending.c) ---------------------------------------------------------- */

/* A write that waits in the outbox now and was done in the copy; key: under which the
 * server does it once. */
enum fault away_write(struct flight *f, const void *request, const char *key, bool fresh) STOA_MUST;
/* A document that was to be sent is not sent. ABSENT: none waits under this id. */
enum fault away_forget(struct backend *b, const char *id) STOA_MUST;
bool away_takes(const struct operation *op);
/* One kind of write each: the reply is in f. */
enum fault document_write(struct flight *f, const void *request, const char *key) STOA_MUST;
enum fault import_write(struct flight *f, const void *request, const char *key) STOA_MUST;
enum fault deletion_write(struct flight *f, const void *request, const char *key) STOA_MUST;
enum fault settings_write(struct flight *f, const void *request, const char *key) STOA_MUST;
enum fault profile_write(struct flight *f, const void *request, const char *key) STOA_MUST;
/* The conversation that a request belongs to; NULL: none. */
const char *conversation_of(const struct operation *op, const void *request);

#endif

/* engine -- the one door: every operation, for whoever may ask it.
 *
 * engine_call() finds the operation in the table of the api room, checks role,
 * limits and the record, does the work on the calling thread and ends with a
 * reply or a fault.  What is sealed belongs to its user: each has a history of
 * his own; documents are shared as far as their owner and class say.  Authorisation, limits, audit and idempotency live here and
 * nowhere else.  Secrets (passphrases, key files) never cross as records: the
 * functions under "the lock" take them.
 * Threads: many calls at once from crew threads; each takes a store connection
 * from a small pool.
 */
#ifndef STOA_ENGINE_H
#define STOA_ENGINE_H
#include "stoa/api.h"
#include "stoa/loop.h"
#include "stoa/people.h"
#include "stoa/store.h"

struct engine;

/* ---- what needs the network or OpenSSL, lent by stoad ----------------------- */

struct outside_fetch {
	const char *method, *url;            /* method NULL: GET, or POST when there is a body */
	const char *type, *body; size_t body_bytes;   /* "application/x-www-form-urlencoded" */
	const char *user, *secret;           /* Basic authorisation; NULL: none */
	const char *bearer;                  /* NULL: none */
};
struct outside_mail { const char *to, *subject, *text; };   /* UTF-8; the sender is the lender's */
struct outside_signature {
	const char *algorithm;               /* RS256 ES256 EdDSA HS256 */
	const char *jwk;                     /* the key as a JWK, JSON; HS256: kty oct */
	const void *bytes; size_t bytes_n;   /* what was signed */
	const void *signature; size_t signature_n;
};
/* Any may be NULL: then what needs it is ABSENT. All run on the calling thread. */
struct engine_outside {
	/* Status and body (emptied first, at most 1 MiB) of whatever was answered. */
	enum fault (*fetch)(int *status, struct text *body, const struct outside_fetch *req, const struct cancel *cancel, void *arg);
	/* OFFLINE, BUSY: try again later. INPUT: this one never. */
	enum fault (*mail)(const struct outside_mail *mail, const struct cancel *cancel, void *arg);
	enum fault (*verify)(const struct outside_signature *s, void *arg);   /* DENIED: not signed so */
	void *arg;
};

/* ---- life --------------------------------------------------------------------- */

/* So many in a period, filled up evenly; count 0: the default of API.md. */
struct engine_rate { int64_t count, period_ms; };
#define ENGINE_RATES (LIMIT_ADMIN + 1)
struct store_driver;
struct engine_config {
	const char *url; const struct store_driver *driver;    /* PostgreSQL; database then only names the data folder */
	const char *database, *anchor, *library_folder, *domains_folder;
	const char *roles_folder;   /* kits/roles; NULL: the one that comes with stoa */
	const struct clock *clock; const struct chance *chance;
	/* [llm] of stoa.conf; base_url NULL: no model, nothing is ever sent */
	const char *llm_base_url, *llm_model, *llm_embedding_model, *llm_key_command;
	int llm_connect_ms, llm_first_token_ms, llm_total_ms;
	double llm_input_usd_per_mtok, llm_output_usd_per_mtok, llm_daily_budget_usd;
	double threshold_answer, threshold_maybe;
	double threshold_email;     /* percent below which an answer asks for a mail address; 0: never */
	bool limits_off;            /* a person alone on his machine: no limits, every answer made anew */
	struct engine_rate rates[ENGINE_RATES];   /* by limit_class */
	int64_t upload_count_max, upload_bytes_max;   /* documents of one user; 0: 200, 1 GiB */
	const char *upload_folder;  /* the only place document.add takes a user's file from; NULL: any */
	const char *backup_folder; int64_t backup_keep;   /* where backup.start copies to, and how many stay (0: 7); NULL: nowhere */
	const char *inbox;          /* mail address of escalated questions whose class has none; NULL: none */
	int64_t questions_max, questions_network_max;   /* that wait for a teacher: of one person, of the guests of one network; 0: 5, 20 */
	int64_t questions_days;     /* so long after they last changed they are kept; 0: for ever */
	struct engine_outside outside;
	/* Signing in: [oidc NAME] and [jwt] of stoad.conf; where browsers reach the server. */
	const struct people_provider *providers; size_t provider_count;
	struct people_jwt jwt;
	const char *public_url;     /* "https://host", without a path; NULL: no provider can be used */
	bool no_guests, no_codes;
};
enum fault engine_open(struct engine **out, const struct engine_config *config) STOA_MUST;
void engine_close(struct engine *e);
/* Other rates from now on; what was taken stays taken. From any thread. */
void engine_set_rates(struct engine *e, const struct engine_rate rates[ENGINE_RATES]);
/* Other identity providers from now on, as people_providers_set(); they were checked. */
void engine_set_providers(struct engine *e, const struct people_provider *providers, size_t count, const struct people_jwt *jwt);

/* ---- who, what, how -------------------------------------------------------------- */

/* user: 32 hex digits, whose records are the call's; anything else is the one
 * person of this machine. */
struct principal { char user[ID_BYTES]; enum role role; char session[ID_BYTES]; /* which of his, "": none */ };
/* Who brings this token: a session's or a JWT. NULL, "": nobody, role none.
 * DENIED: not valid, or no longer. Slides the session. */
enum fault engine_principal(struct principal *out, struct engine *e, const char *bearer) STOA_MUST;
/* A code by which one person becomes the first administrator (auth.join), good for a
 * day, for the server to print; an earlier one is void. ABSENT: there is one. LOCKED. */
enum fault engine_first_admin(const char **code, struct arena *a, struct engine *e) STOA_MUST;

/* Events of the operation, in order, on the calling thread. name is from the table. */
typedef void engine_emit_fn(const char *name, const struct record_type *type, const void *record, void *arg);
struct call_options {
	engine_emit_fn *emit; void *arg;
	const struct cancel *cancel;
	const char *idempotency_key;   /* of a write: the same again is answered as before */
	const char *address;           /* of the asker, for audit and for limits of nobody in particular */
	const char *request_id;        /* for the log */
};
/* request: a record of op->request. *reply: a record of op->reply, in a. options may
 * be NULL. ABSENT: no such operation. OFTEN: fault_retry_ms(). EXISTS: the
 * idempotency key came with another request. */
enum fault engine_call(void **reply, struct arena *a, struct engine *e, const struct principal *who, const char *operation, const void *request, const struct call_options *options) STOA_MUST;
/* For a backend at a server, which keeps its copy, outbox and token in this store: run
 * fn with a connection that reads and writes for owner. LOCKED. Also what a server
 * showed, as tutor_keep(). */
typedef enum fault engine_lend_fn(struct store *db, void *arg);
enum fault engine_lend(struct engine *e, const char *owner, engine_lend_fn *fn, void *arg) STOA_MUST;
enum fault engine_keep(struct engine *e, const char *owner, const struct conversation *conversation, const struct record_list *messages) STOA_MUST;
enum fault engine_seen(bool *out, struct engine *e, const char *owner, const char *message) STOA_MUST;     /* as tutor_seen() */
enum fault engine_set_aside(char new_id[ID_BYTES], struct engine *e, const char *owner, const char *message, const char *words, const char *sentence) STOA_MUST;   /* as tutor_set_aside() */
/* A teacher's reply has come into somebody's conversation; on the thread of the call that
 * brought it, after it is kept. Where servers share a database it is also the word "reply
 * OWNER CONVERSATION MESSAGE" on ENGINE_CHANNEL to all of them, and only that.  A letter
 * without a conversation, or the word "account OWNER", says that sessions of his
 * ended; the message ENGINE_LETTER_ALL behind it: all of them.  When
 * documents have changed the word is "library changed": time for engine_tend(). */
struct engine_letter { char owner[ID_BYTES], conversation[ID_BYTES], message[ID_BYTES]; };
typedef void engine_letter_fn(const struct engine_letter *letter, void *arg);
void engine_on_letter(struct engine *e, engine_letter_fn *fn, void *arg);    /* before the first call; NULL: nobody */
#define ENGINE_LETTER_ALL "all"
#define ENGINE_CHANNEL "stoa"
/* A connection of the caller's own to the store, closed before the engine, for word
 * between the servers of one database. ABSENT: no other can be on it. */
enum fault engine_join(struct store **out, struct engine *e) STOA_MUST;
/* Is anybody here who does this operation of the table? Else it is 501. */
bool engine_does(const char *operation);

/* Something to do now and then on a thread that may wait (mail that was not taken,
 * clean-up): call it every second or so; *next_ms is when there will be more. */
enum fault engine_tend(int64_t *next_ms, struct engine *e, const struct cancel *cancel) STOA_MUST;

/* ---- counters: for metrics, since the engine was opened --------------------------- */

#define ENGINE_LATENCIES 14
extern const int64_t engine_latency_ms[ENGINE_LATENCIES];   /* upper bounds; the last: none */
struct operation_counters {
	const char *operation;
	uint64_t calls, faults[FAULT_KINDS];
	uint64_t latency[ENGINE_LATENCIES];      /* calls by time, not cumulated */
	double seconds;                          /* in all */
};
struct engine_counters {
	const struct operation_counters *operations; size_t operation_count;   /* in the arena */
	double model_usd_today;
	int64_t tutors, mails_waiting, documents, passages, running;
};
void engine_counters(struct engine_counters *out, struct arena *a, struct engine *e);

/* ---- the lock ----------------------------------------------------------- */

struct lock_state { bool fresh, locked, read_only, memory_unlocked; enum store_anchor_state anchor; uint64_t changes_back; struct store_slot slots[VAULT_SLOTS_MAX]; size_t slot_count; };
enum fault engine_lock_state(struct lock_state *out, struct engine *e) STOA_MUST;
enum fault engine_seal_new(struct engine *e, enum vault_slot_type type, const struct vault_secret *secret, const char *label) STOA_MUST;
enum fault engine_unlock(struct engine *e, enum vault_slot_type type, const struct vault_secret *secret) STOA_MUST;
/* Waits for the calls that use the vault; ask those to stop first. */
void engine_lock(struct engine *e);
enum fault engine_slot_add(struct engine *e, enum vault_slot_type type, const struct vault_secret *secret, const char *label) STOA_MUST;
enum fault engine_slot_remove(struct engine *e, uint16_t idx) STOA_MUST;
enum fault engine_rekey(struct engine *e, enum vault_slot_type type, const struct vault_secret *secret, const char *label, void (*progress)(size_t done, size_t total, void *arg), void *arg) STOA_MUST;
enum fault engine_verify(struct engine *e, uint64_t *records) STOA_MUST;
enum fault engine_accept_anchor(struct engine *e) STOA_MUST;

#endif

/* backend -- the client's ways to an engine: the one in this process, or a server's.
 *
 * Calls go down, events come up as messages on the caller's loop.  The screen
 * and the verbs know only this room: whether the answer came from this process,
 * a server or the cache shows in backend_word() and nowhere else in their code.
 * Threads: backend_call() and the handlers on the loop's thread; the work on the
 * backend's crew.
 */
#ifndef STOA_BACKEND_H
#define STOA_BACKEND_H
#include "stoa/api.h"
#include "stoa/loop.h"

struct backend;
struct backend_secret;                                  /* locked memory */
struct backend_config {              /* what stoa.conf and the places say */
	struct places places;
	const char *profile;         /* "local" */
	const struct clock *clock; const struct chance *chance;
	struct { const char *base_url, *model, *embedding_model, *key_command; int connect_ms, first_token_ms, total_ms; double input_usd_per_mtok, output_usd_per_mtok, daily_budget_usd; } llm;
	double threshold_answer, threshold_maybe;
	const char *domains_folder;
	unsigned workers;            /* 0: 2 */
	struct {
		const char *url;             /* "https://host:port", without a path */
		const char *ca_file;         /* certificates to trust instead of the system's; NULL: the system's */
		const char *pin;             /* the only key to trust, as wire.h says; NULL: certificates decide */
		const struct backend_secret *token;   /* NULL: the one that signing in kept */
		const char *user;            /* whose it is; for the copy, with token */
	} server;                    /* for backend_open_remote() */
};
/* Copies the config and returns without touching the disk: the crew opens the engine as
 * its first job, calls wait behind it, and what was wrong with opening is their fault. */
enum fault backend_open_local(struct backend **out, const struct backend_config *config, struct loop *loop) STOA_MUST;
/* The same operations at the server of config->server.url: what is asked goes there.
 * The engine of this machine is opened too: it has the lock, the sealed copy of what
 * was seen, and answers when the server cannot be reached.  The token needs the open
 * lock: until then calls are LOCKED.  INPUT: the address is not one we may call. */
enum fault backend_open_remote(struct backend **out, const struct backend_config *config, struct loop *loop) STOA_MUST;
/* Wait, not turning the loop, until opening has ended; its fault. For verbs. */
enum fault backend_opened(struct backend *b) STOA_MUST;
void backend_close(struct backend *b);         /* cancels and waits for what runs */
/* "LOCAL"; at a server OFFLINE, ONLINE, or SYNC 3 while 3 things written wait to be
 * delivered.  Valid until the next call on the loop's thread. */
const char *backend_word(const struct backend *b);
/* What an answer says that holds the place of the server's own, while it is away. */
#define BACKEND_QUESTION_WAITS "This question waits for the server."
/* Why nothing is delivered: it is OFFLINE, or takes no more for a while; "" when there is
 * no reason. Valid as long as the word. */
const char *backend_why(const struct backend *b);
/* On the loop's thread, when the word has changed: time to draw. */
void backend_on_word(struct backend *b, loop_fn *changed, void *arg);

/* How a call ends and what it says meanwhile. Everything is borrowed for the handler.
 * sentence: of the fault; when all is well what the person should know, as that this is
 * what was seen before, or "". */
struct backend_done { enum fault fault; const char *sentence; const struct operation *op; const void *reply; };
struct backend_handlers {
	void (*event)(const char *name, const struct record_type *type, const void *record, void *arg);
	void (*done)(const struct backend_done *d, void *arg);   /* exactly once, after all events */
	void *arg;
};
/* Copies the request. *id names the call for backend_cancel(). */
enum fault backend_call(unsigned *id, struct backend *b, const char *operation, const void *request, const struct backend_handlers *h) STOA_MUST;
void backend_cancel(struct backend *b, unsigned id);   /* id 0: every call that runs */
/* Turn the loop until the call has ended; the reply lives in a. For verbs. */
enum fault backend_call_wait(const void **reply, struct arena *a, struct backend *b, const char *operation, const void *request, const struct backend_handlers *h) STOA_MUST;

/* ---- whether a server can be believed ---------------------------------------------- */

/* NONE: a server of stoa answers there and has proved who it is; ca_file and pin may be
 * NULL. OFFLINE: not reached, or not believed. INPUT: not an address, or not of ours.
 * These block: for verbs. */
enum fault backend_server_try(const char *url, const char *ca_file, const char *pin) STOA_MUST;
#define BACKEND_PIN_BYTES 53
#define BACKEND_PIN_WORDS 30
/* The key it shows, unproved, as a pin and as words to be compared aloud. */
enum fault backend_server_key(char pin[BACKEND_PIN_BYTES], char words[BACKEND_PIN_WORDS], const char *url) STOA_MUST;

/* ---- who one is at a server ---------------------------------------------------- */

/* Sealed in the store of this machine: it needs the open lock. user: his id there. */
struct backend_account { const char *url, *user, *name, *role, *token, *refresh_token; int64_t expires; };
/* ABSENT: not signed in there. All wait for the store; for verbs. */
enum fault backend_account_get(struct backend_account **out, struct arena *a, struct backend *b, const char *url) STOA_MUST;
enum fault backend_account_set(struct backend *b, const struct backend_account *account) STOA_MUST;
enum fault backend_account_forget(struct backend *b, const char *url) STOA_MUST;

/* The copy of what was seen at b's server, and what waits to be delivered there: gone
 * from this machine, and its bytes too. For verbs. */
enum fault backend_copy_forget(struct backend *b) STOA_MUST;

/* A port of this machine that the browser comes back to after signing in with an identity
 * provider (RFC 8252), and the secrets of that one sign-in. */
struct backend_loopback;
enum fault backend_loopback_open(struct backend_loopback **out, const struct clock *clock, const struct chance *chance) STOA_MUST;
void backend_loopback_close(struct backend_loopback *l);       /* NULL is harmless */
/* What auth.provider is to be asked; borrowed from l. */
struct auth_provider backend_loopback_request(const struct backend_loopback *l, const char *provider);
const char *backend_loopback_verifier(const struct backend_loopback *l);
/* BUSY: it has not come back within wait_ms. DENIED: it came without a code. *code is in a. */
enum fault backend_loopback_wait(const char **code, struct arena *a, struct backend_loopback *l, int wait_ms) STOA_MUST;

/* ---- what was written while a server was away ------------------------------------ */

/* waiting: delivered as soon as may be; large: documents and imports that go behind all
 * of those; held: answered here, goes when it is asked for; refused: the server said
 * no, and the person must say what to do with it. */
struct backend_waiting { size_t waiting, large, held, refused; };
struct backend_waiting backend_waiting(const struct backend *b);   /* as counted last */
struct backend_outbox_item { const char *key, *operation, *thing /* "question" */, *state /* waiting held refused */, *words, *sentence; int64_t bytes /* of a document or an import */, at; };
extern const struct record_type record_backend_outbox_item;
struct backend_outbox { const struct backend_outbox_item *items; size_t count; };
/* In order; lives in a. These wait for the store: for verbs. */
enum fault backend_outbox(struct backend_outbox *out, struct arena *a, struct backend *b) STOA_MUST;
enum fault backend_outbox_drop(struct backend *b, const char *key) STOA_MUST;    /* ABSENT */
enum fault backend_outbox_again(struct backend *b, const char *key) STOA_MUST;   /* it waits anew; ABSENT */
/* The list for a screen, after one of them was dropped or waits anew: the reply is that
 * of backend_outbox_operation, a list of items. */
extern const struct operation backend_outbox_operation;
enum backend_outbox_act { BACKEND_OUTBOX_LIST, BACKEND_OUTBOX_DROP, BACKEND_OUTBOX_AGAIN };
enum fault backend_outbox_start(struct backend *b, enum backend_outbox_act act, const char *key, const struct backend_handlers *h) STOA_MUST;
/* Deliver now what waits; held: that too. done without an operation: what stopped it. */
enum fault backend_sync(unsigned *id, struct backend *b, bool held, const struct backend_handlers *h) STOA_MUST;
/* The same, turning the loop until it has ended: for verbs. */
enum fault backend_sync_wait(struct backend *b, bool held) STOA_MUST;

/* ---- the lock: secrets never travel as records ------------------------------- */

enum backend_slot { BACKEND_PASSPHRASE = 1, BACKEND_KEY_FILE, BACKEND_KEYRING, BACKEND_RECOVERY, BACKEND_OPEN };
struct backend_secret *backend_secret_new(const void *bytes, size_t n);   /* wipes bytes' copy is the caller's duty */
enum fault backend_secret_read(struct backend_secret **out, int fd) STOA_MUST;
enum fault backend_secret_file(struct backend_secret **out, const char *path, bool create) STOA_MUST;  /* 32-byte key file, 0600 */
enum fault backend_secret_keyring(struct backend_secret **out, const char *profile, bool create) STOA_MUST;
enum fault backend_secret_recovery(struct backend_secret **out, const char *shown) STOA_MUST;
/* What was typed for a passphrase, read as a recovery code.  INPUT: it is none. */
enum fault backend_secret_as_recovery(struct backend_secret **out, const struct backend_secret *typed) STOA_MUST;
enum fault backend_recovery_new(struct backend_secret **out, char shown[48]) STOA_MUST;
void backend_secret_free(struct backend_secret *s);

/* What opening found against the anchor outside the store (AT-REST). */
enum backend_anchor { BACKEND_ANCHOR_NONE, BACKEND_ANCHOR_SAME, BACKEND_ANCHOR_AHEAD, BACKEND_ANCHOR_BEHIND, BACKEND_ANCHOR_ALTERED };
struct backend_slot_info { int idx; enum backend_slot type; char label[41]; };
struct backend_lock { bool fresh, locked, read_only, memory_unlocked; enum backend_anchor anchor; uint64_t changes_back; struct backend_slot_info slots[8]; size_t slot_count; };
enum backend_act { BACKEND_ACT_STATE, BACKEND_ACT_SEAL_NEW, BACKEND_ACT_UNLOCK, BACKEND_ACT_LOCK, BACKEND_ACT_SLOT_ADD, BACKEND_ACT_SLOT_REMOVE, BACKEND_ACT_REKEY, BACKEND_ACT_VERIFY, BACKEND_ACT_ACCEPT, BACKEND_ACTS };
struct backend_lock_request { enum backend_act act; enum backend_slot type; struct backend_secret *secret; const char *label; int idx; };
/* state: as it is after the act, NULL when that is not known; borrowed for the handler. */
struct backend_lock_done { enum fault fault; const char *sentence; const struct backend_lock *state; uint64_t records; };
typedef void backend_lock_fn(const struct backend_lock_done *d, void *arg);
/* The act on a worker of its own, beside the calls that wait; done exactly once on the
 * loop's thread. The secret must live until
 * then and stays the caller's. */
enum fault backend_lock_start(struct backend *b, const struct backend_lock_request *r, backend_lock_fn *done, void *arg) STOA_MUST;
/* The same, turning the loop until the act has ended: for verbs. */
enum fault backend_lock_state(struct backend_lock *out, struct backend *b) STOA_MUST;
enum fault backend_seal_new(struct backend *b, enum backend_slot type, struct backend_secret *s, const char *label) STOA_MUST;
enum fault backend_unlock(struct backend *b, enum backend_slot type, struct backend_secret *s) STOA_MUST;
/* Cancels the questions that run: now means now. */
enum fault backend_lock(struct backend *b) STOA_MUST;
enum fault backend_slot_add(struct backend *b, enum backend_slot type, struct backend_secret *s, const char *label) STOA_MUST;
enum fault backend_slot_remove(struct backend *b, int idx) STOA_MUST;
enum fault backend_rekey(struct backend *b, enum backend_slot type, struct backend_secret *s, const char *label) STOA_MUST;
enum fault backend_verify(struct backend *b, uint64_t *records) STOA_MUST;
enum fault backend_accept_anchor(struct backend *b) STOA_MUST;

#endif

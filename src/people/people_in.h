/* people, privately: tables, tokens, and how the files of the room see each other.
 *
 * Every function that touches sealed records sets the owner of the connection
 * first and gives back the one it found. */
#ifndef STOA_PEOPLE_IN_H
#define STOA_PEOPLE_IN_H
#include <pthread.h>

#include "stoa/people.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define HOUR_MS (60 * MINUTE_MS)
#define SESSION_IDLE_MS DAY_MS
#define SESSION_SLIDE_MS (10 * MINUTE_MS)  /* slide no oftener */
#define SESSION_WHOLE_MS (180 * DAY_MS)
#define REFRESH_MS (90 * DAY_MS)
#define CLASSES_OF_MAX 1000

/* What was fetched lately (remote.c). */
#define PAGES_MAX 16
struct page { char *url, *body; int64_t at_ms, failed_ms, again_ms; /* mono; 0: it did not */ };
struct pages { pthread_mutex_t lock; struct page items[PAGES_MAX]; size_t next; };

/* Who vouches for people, as it is set up now; what was set up before stays readable for
 * calls that are under way. */
struct provider_set {
	struct arena arena;
	const struct people_provider *items;
	size_t count;
	struct people_jwt jwt;
	struct provider_set *before;
};

struct people {
	struct clock clock;
	struct chance chance;
	bool no_guests, no_codes;
	char *roles_folder;
	struct arena config;               /* what follows lives in it */
	_Atomic(struct provider_set *) providers;
	const char *callback_url;
	struct people_outside outside;
	struct pages pages;
};

int64_t people_now(const struct people *p);
/* The newest revision of a sealed record of owner; a new revision of it. */
enum fault sealed_get(struct sealed *out, struct arena *a, struct store *db, const char *owner, const char *rec_id) STOA_MUST;
enum fault sealed_put(struct store *db, const char *owner, const char *rec_id, const void *plain, size_t n) STOA_MUST;
enum fault sealed_put_record(struct store *db, const char *owner, const char *rec_id, const struct record_type *type, const void *record) STOA_MUST;
/* Bury it; one that is not there is no fault. */
enum fault sealed_bury(struct arena *a, struct store *db, const char *owner, const char *rec_id) STOA_MUST;

/* ---- tokens (token.c) ----------------------------------------------------------- */

#define TOKEN_TEXT 64              /* with prefix and NUL */
#define TOKEN_HASH VAULT_HASH_BYTES
/* prefix and 256 random bits in base64url. */
void token_make(char out[TOKEN_TEXT], struct people *p, const char *prefix);
/* What is kept of a token. */
void token_hash(unsigned char out[TOKEN_HASH], const char *token);
/* That, as parameter `at`. */
void token_bind(struct statement *st, int at, const char *token);
/* A code to be typed: ten letters and digits that are not mistaken, in two groups. */
#define CODE_TEXT 12
void code_make(char out[CODE_TEXT], struct people *p);
/* As it was made, whatever case, spaces and hyphens it was typed with; false: no code. */
bool code_plain(char out[CODE_TEXT], const char *typed);
/* Base64url without padding (RFC 4648 section 5). */
void base64url_put(struct text *out, const void *bytes, size_t n);

/* ---- accounts (account.c) --------------------------------------------------------- */

/* The personal part of an account, sealed among the person's own records. */
struct person { const char *name, *mail, *subject; };
#define ACCOUNT_COLUMNS "id, role, blocked, provider, created, seen"
struct account { char id[ID_BYTES]; enum role role; bool blocked; int64_t created, seen; const char *provider; };
enum fault account_find(struct account *out, struct arena *a, struct store *db, const char *id) STOA_MUST;
void account_of_row(struct account *out, struct arena *a, struct statement *st);   /* of ACCOUNT_COLUMNS */
/* A new one; lookup may be NULL. EXISTS: another has that look-up hash. */
enum fault account_make(struct account *out, struct people *p, struct store *db, enum role role, const char *provider, const struct person *about, const unsigned char *lookup) STOA_MUST;
enum fault account_set_role(struct store *db, const char *id, enum role role) STOA_MUST;
enum fault account_seen(struct people *p, struct store *db, const char *id) STOA_MUST;
enum fault person_read(struct person *out, struct arena *a, struct store *db, const char *id) STOA_MUST;
enum fault person_bury(struct arena *a, struct store *db, const char *id) STOA_MUST;
enum fault person_write(struct store *db, const char *id, const struct person *about) STOA_MUST;
enum fault user_fill(struct user *out, struct arena *a, struct store *db, const struct account *of) STOA_MUST;

/* ---- sessions (session.c) ----------------------------------------------------------- */

/* Begin a session of an account, in the caller's transaction. */
enum fault session_begin(struct signed_in *out, struct arena *a, struct people *p, struct store *db, const struct account *of) STOA_MUST;
/* Every session of a person; family not NULL: only that one. */
enum fault sessions_end(struct store *db, const char *person, const char *family) STOA_MUST;

/* ---- codes and classes (code.c, class.c) ---------------------------------------------- */

/* A new code, in the caller's transaction. class "": for an administrator. */
enum fault code_add(struct join_code *out, struct arena *a, struct people *p, struct store *db, const char *class, enum role role, int64_t good_ms, int64_t uses) STOA_MUST;
/* Use it up by one. DENIED. *class lives in a. */
enum fault code_use(const char **class, enum role *role, struct arena *a, struct people *p, struct store *db, const char *typed) STOA_MUST;
/* A code that lets one learner of a class in again, in the caller's transaction (again.c).
 * DENIED: not for this account. Used: her sessions end; ABSENT, unsaid: it is none such. */
enum fault again_make(struct join_code *out, struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const char *class, const struct join_code_make *req) STOA_MUST;
enum fault again_use(struct account *out, struct arena *a, struct people *p, struct store *db, const char *typed) STOA_MUST;
enum fault again_void(int64_t *gone, struct store *db, const char *person) STOA_MUST;
/* Who is in a class; ABSENT. */
enum fault member_find(struct class_member *out, struct arena *a, struct store *db, const char *class, const char *person) STOA_MUST;
/* A class as who asks sees it: ABSENT. As who teaches it: DENIED. */
enum fault class_seen(struct class *out, struct arena *a, struct store *db, const struct people_asker *who, const char *id) STOA_MUST;
enum fault class_taught(struct class *out, struct arena *a, struct store *db, const struct people_asker *who, const char *id) STOA_MUST;
enum fault member_add(struct people *p, struct store *db, const char *class, const char *person, enum role role) STOA_MUST;
enum fault classes_of(struct text_list *out, struct arena *a, struct store *db, const char *person) STOA_MUST;

/* ---- JSON web tokens (jwt.c, claims.c, keys.c) -------------------------------------------- */

#define JWT_BYTES_MAX (16 * 1024)
struct json_object;
struct jwt {
	const char *alg, *kid;             /* kid NULL: none */
	struct json_object *claims;        /* jwt_clear() */
	const char *signed_part; size_t signed_bytes;
	const unsigned char *signature; size_t signature_bytes;
};
/* Strict base64url: no padding, nothing between, no spare bits. false: not that. */
bool base64url_read(unsigned char *out, size_t *n, const char *s, size_t len);   /* out: len * 3 / 4 bytes */
/* INPUT: not a JWT, or an algorithm we never take. */
enum fault jwt_parse(struct jwt *out, struct arena *a, const char *token) STOA_MUST;
void jwt_clear(struct jwt *t);
/* NULL: no such claim, or not text. */
const char *jwt_text(const struct jwt *t, const char *claim);
struct jwt_expect { const char *issuer, *audience, *nonce /* NULL: not looked at */; bool id_token; int64_t now_ms; };
/* DENIED says which claim does not hold. */
enum fault jwt_check(const struct jwt *t, const struct jwt_expect *e) STOA_MUST;
/* Signed by a key of the set at url (no HS256), or by a secret (HS256 only). */
enum fault jwt_signed_by_set(const struct jwt *t, struct arena *a, struct people *p, const char *url, const struct cancel *cancel) STOA_MUST;
enum fault jwt_signed_by_secret(const struct jwt *t, struct people *p, const char *file) STOA_MUST;

/* ---- what others answer (remote.c) --------------------------------------------------------- */

/* A page younger than age_ms, or fetched now. INPUT, OFFLINE, DAMAGED: not JSON. *out: json_object_put(). */
enum fault page_get(struct json_object **out, struct people *p, const char *url, int64_t age_ms, const struct cancel *cancel) STOA_MUST;
/* May a page that is kept be fetched anew, because it may have changed? Once in wait_ms,
 * whoever asks, so that strangers cannot make us ask. */
bool page_look_again(struct people *p, const char *url, int64_t wait_ms);
struct discovery { const char *authorization, *token, *jwks, *device, *userinfo; /* the last two NULL: none */ };
enum fault discover(struct discovery *out, struct arena *a, struct people *p, const struct people_provider *of, const struct cancel *cancel) STOA_MUST;
/* POST a form as the client of a provider; the reply's JSON whatever the status. */
enum fault provider_post(int *status, struct json_object **out, struct people *p, const struct people_provider *of, const char *url, struct text *form, const struct cancel *cancel) STOA_MUST;
/* What a provider says about whom an access token is for. */
enum fault userinfo_get(struct json_object **out, struct people *p, const char *url, const char *access_token, const struct cancel *cancel) STOA_MUST;
void form_put(struct text *form, const char *name, const char *value);
/* May who signs in by this still be let in? A provider that is set up no more lets in nobody. */
bool way_open(const struct people *p, const char *provider);
const struct people_provider *provider_find(const struct people *p, const char *name);
/* NULL: no such member, or not text. */
const char *json_text(struct json_object *o, const char *name);

/* ---- signing in by a provider (provider.c, device.c, identity.c) --------------------------- */

/* The account of whom an issuer calls subject, made a learner's at first sight. */
struct identity { const char *provider, *issuer, *subject, *name, *mail; };
enum fault identity_account(struct account *out, struct arena *a, struct people *p, struct store *db, const struct identity *of) STOA_MUST;
/* The account of whom a provider's answer names: {id_token, access_token}. nonce NULL:
 * there was none to give. */
enum fault id_token_account(struct account *out, struct arena *a, struct people *p, struct store *db, const struct people_provider *of, const struct discovery *d, struct json_object *answer, const char *nonce, const struct cancel *cancel) STOA_MUST;

/* A step of a sign-in that waits, found by a secret of it. */
struct waiting { const char *step, *provider, *person, *redirect, *challenge, *state; int64_t wait_ms, good_ms; };
enum fault waiting_add(struct people *p, struct store *db, const char *secret, const struct waiting *w) STOA_MUST;
/* Look, or take away so that it works once. DENIED: none, or too old. */
enum fault waiting_find(struct waiting *out, struct arena *a, struct people *p, struct store *db, const char *secret, const char *step) STOA_MUST;
enum fault waiting_take(struct waiting *out, struct arena *a, struct people *p, struct store *db, const char *secret, const char *step) STOA_MUST;
/* S256 of RFC 7636: base64url of SHA-256. */
const char *challenge_of(struct arena *a, const char *verifier);
enum fault device_poll(struct account *out, struct arena *a, struct people *p, struct store *db, const char *device_code, const struct cancel *cancel) STOA_MUST;

/* ---- small things ---------------------------------------------------------------------- */

/* A statement with texts for its first parameters, run to its end. */
enum fault run_texts(struct store *db, const char *sql, int64_t *changed, const char *const *values, size_t count) STOA_MUST;
#define RUN(db, changed, sql, ...) \
	run_texts(db, sql, changed, (const char *const[]){ __VA_ARGS__ }, \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))
/* A statement whose one parameter is the time now. */
enum fault expired_forget(struct people *p, struct store *db, const char *sql) STOA_MUST;
#define page_limit(asked) ((size_t)((asked) > 0 ? (asked) : 20))
bool is_person(const char *id);      /* 32 hex digits: an account, not this machine's person */

#endif

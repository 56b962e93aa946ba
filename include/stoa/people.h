/* people -- who somebody is: accounts, guests, sessions, classes, sign-in.
 *
 * Tokens are 256 random bits, kept as a hash only; a session slides while it is
 * used, its refresh token works once.  What is personal (name, mail address, the
 * provider's subject) is a sealed record of its person, or a keyed look-up hash;
 * plain columns hold ids, roles and times.  A class is a subject with members.
 * No network and no cryptography but hashes: both are handed in.
 * Threads: a struct people is shared; each call brings its store connection,
 * whatever owner that is set to.
 * Limits: a session ends 24 hours after its last use and 180 days after it began; a
 * refresh token after 90 days; a one-time code after a minute.
 */
#ifndef STOA_PEOPLE_H
#define STOA_PEOPLE_H
#include "stoa/api.h"
#include "stoa/store.h"

/* ---- life ------------------------------------------------------------------- */

/* An OpenID provider, as [oidc NAME] of stoad.conf says. */
struct people_provider {
	const char *name, *title;        /* name: letters, digits, hyphens; title NULL: the name */
	const char *issuer;              /* exactly as the provider calls itself */
	const char *client_id, *client_secret_file;   /* file NULL: a public client */
	const char *scopes;              /* NULL: "openid profile email" */
};
/* Whose JWTs are taken as bearers; issuer NULL: nobody's. One of the files or urls. */
struct people_jwt { const char *issuer, *audience, *secret_file, *jwks_url; };

/* What the room cannot do itself. A member may be NULL: what needs it is ABSENT. */
struct people_fetch {
	const char *url, *form;          /* form: urlencoded body of a POST; NULL: GET */
	const char *user, *secret;       /* Basic authorisation; NULL: none */
	const char *bearer;              /* or this one; NULL: none */
};
struct people_signature {
	const char *algorithm, *jwk;     /* RS256 ES256 EdDSA HS256; the key as a JWK in JSON */
	const void *bytes; size_t bytes_n;
	const void *signature; size_t signature_n;
};
struct people_outside {
	enum fault (*fetch)(int *status, struct text *body, const struct people_fetch *req, const struct cancel *cancel, void *arg);
	enum fault (*verify)(const struct people_signature *s, void *arg);   /* DENIED: not signed so */
	void *arg;
};

struct people;
struct people_config {
	const struct clock *clock; const struct chance *chance;
	const char *roles_folder;        /* kits/roles; NULL: profiles suggest nothing */
	bool no_guests, no_codes;
	const struct people_provider *providers; size_t provider_count;
	const char *callback_url;        /* of auth.callback as a browser reaches it */
	struct people_jwt jwt;
	struct people_outside outside;
};
enum fault people_new(struct people **out, const struct people_config *config) STOA_MUST;
void people_free(struct people *p);
/* INPUT: one of them is not set up right. */
enum fault people_providers_check(const struct people_provider *providers, size_t count) STOA_MUST;
/* These, which were checked, from now on, and the JWTs of this issuer. Whoever signs in by one
 * that is none of them is let in no more, neither by its session nor anew, until it is back.
 * One thread at a time. */
void people_providers_set(struct people *p, const struct people_provider *providers, size_t count, const struct people_jwt *jwt);

/* Who asks. person: 32 hex digits, or anything else for the one person of this machine. */
struct people_asker { const char *person; enum role role; };

/* ---- sessions ------------------------------------------------------------------ */

struct people_session { char person[ID_BYTES], family[ID_BYTES]; enum role role; };
/* Who brings this token. DENIED: never valid, ended, or the account is blocked.
 * Slides the session, writing at most every ten minutes. */
enum fault people_session_find(struct people_session *out, struct people *p, struct store *db, const char *token) STOA_MUST;
/* The same for a JWT of the configured issuer, whose person gets an account of a
 * learner at first sight; a token of ours goes to people_session_find(). */
enum fault people_bearer_find(struct people_session *out, struct people *p, struct store *db, const char *bearer, const struct cancel *cancel) STOA_MUST;
enum fault people_guest(struct signed_in *out, struct arena *a, struct people *p, struct store *db, const struct auth_guest *req) STOA_MUST;
/* A new account, or who asks already: a guest becomes a learner and keeps what is
 * his, under a new session. DENIED: no such code, used up, or expired. */
enum fault people_join(struct signed_in *out, struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const struct auth_join *req) STOA_MUST;
/* The next pair of tokens. A refresh token used twice ends its session: DENIED. */
enum fault people_refresh(struct signed_in *out, struct arena *a, struct people *p, struct store *db, const struct auth_refresh *req) STOA_MUST;
/* That session of a person ends now; everywhere: all of his. */
enum fault people_logout(struct people *p, struct store *db, const char *person, const char *family, bool everywhere) STOA_MUST;
enum fault people_ways(struct auth_ways *out, struct arena *a, struct people *p, const struct cancel *cancel) STOA_MUST;

/* ---- identity providers: OpenID Connect Core 1.0, RFC 7636, 8252, 8628 ------------ */

/* Where the browser goes. INPUT: the redirect is not to this machine's loopback. */
enum fault people_provider_begin(struct auth_url *out, struct arena *a, struct people *p, struct store *db, const struct auth_provider *req, const struct cancel *cancel) STOA_MUST;
/* The browser comes back. DENIED: the state is not ours, was used, or is too old; the
 * provider's token does not hold. No transaction may be open: it asks the provider. */
enum fault people_provider_callback(struct auth_redirect *out, struct arena *a, struct people *p, struct store *db, const struct auth_callback *req, const struct cancel *cancel) STOA_MUST;
enum fault people_device_begin(struct device_code *out, struct arena *a, struct people *p, struct store *db, const struct auth_device *req, const struct cancel *cancel) STOA_MUST;
/* A session for a one-time code or a device code. BUSY: not agreed to yet. OFTEN. */
enum fault people_token(struct signed_in *out, struct arena *a, struct people *p, struct store *db, const struct auth_token *req, const struct cancel *cancel) STOA_MUST;

/* A JWT taken apart; for the fuzzer. INPUT: not one, or not of an algorithm we take. */
enum fault people_jwt_look(struct arena *a, const char *token) STOA_MUST;

/* ---- accounts --------------------------------------------------------------------- */

enum fault people_user(struct user *out, struct arena *a, struct people *p, struct store *db, const char *id) STOA_MUST;
enum fault people_rename(struct people *p, struct store *db, const char *id, const char *name) STOA_MUST;
/* A code that makes one administrator, good for a day; an earlier one is void.
 * ABSENT: there is an administrator already who can come in. */
enum fault people_first_admin(const char **code, struct arena *a, struct people *p, struct store *db) STOA_MUST;
/* What a profile suggests; kept as the person's when he has an account. */
enum fault people_profile_set(struct profile *out, struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const struct profile_set *req) STOA_MUST;

/* A hash by which something personal can be found and not read: keyed by 256 bits
 * that are sealed, so that a change of the vault's keys changes nothing. Within a
 * transaction: the first one makes the key. */
enum fault people_lookup_hash(unsigned char out[VAULT_HASH_BYTES], struct people *p, struct store *db, const char *what, const char *value) STOA_MUST;

/* ---- what an administrator does ---------------------------------------------------- */

enum fault people_user_list(struct users *out, struct arena *a, struct people *p, struct store *db, const struct user_list *req) STOA_MUST;
/* Holds from the next call on. EXISTS: the last administrator. */
enum fault people_user_update(struct user *out, struct arena *a, struct people *p, struct store *db, const struct user_update *req) STOA_MUST;
/* The account, its sessions, memberships and name; not what else its owner wrote. */
enum fault people_delete(struct arena *a, struct people *p, struct store *db, const char *id) STOA_MUST;
/* Guests whose every session has ended: nobody can be them again. A few at a time. */
enum fault people_guests_gone(struct text_list *out, struct arena *a, struct people *p, struct store *db) STOA_MUST;
/* Before somebody else's data is handed out: subject, object may be NULL (of several). */
enum fault people_audit(struct people *p, struct store *db, const struct people_asker *who, const char *operation, const char *subject, const char *object) STOA_MUST;
enum fault people_audit_list(struct audit_rows *out, struct arena *a, struct people *p, struct store *db, const struct audit_list *req) STOA_MUST;

/* ---- classes --------------------------------------------------------------------------- */
/* ABSENT for who does not belong to it, DENIED for who does and does not teach it. */

enum fault people_class_get(struct class *out, struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const char *id) STOA_MUST;
bool people_class_teaches(const struct class *c, const struct people_asker *who);
enum fault people_class_list(struct classes *out, struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const struct class_list *req) STOA_MUST;
enum fault people_class_create(struct class *out, struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const struct class_create *req) STOA_MUST;
enum fault people_class_update(struct class *out, struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const struct class_update *req) STOA_MUST;
/* A learner sees himself and the instructors. */
enum fault people_class_members(struct class_members *out, struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const struct class_members_list *req) STOA_MUST;
enum fault people_class_set_member(struct class_member *out, struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const struct class_member_set *req) STOA_MUST;
enum fault people_class_leave(struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const struct class_member_remove *req) STOA_MUST;
enum fault people_code_make(struct join_code *out, struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const struct join_code_make *req) STOA_MUST;
enum fault people_code_list(struct join_codes *out, struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const char *class) STOA_MUST;
enum fault people_code_void(struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const struct join_code_remove *req) STOA_MUST;

/* Where questions handed to the teachers of a class are mailed; NULL: it has no inbox
 * of its own, or there is no such class. */
enum fault people_class_inbox(const char **out, struct arena *a, struct people *p, struct store *db, const char *class) STOA_MUST;

/* ---- assignments -------------------------------------------------------------------------- */
/* As of a class; a draft is ABSENT for who does not teach it. INPUT: a material is no
 * document of the class. */

/* class_id NULL: of whichever class. */
enum fault people_assignment_get(struct assignment *out, struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const struct assignment_get *req) STOA_MUST;
enum fault people_assignment_list(struct assignments *out, struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const struct assignment_list *req) STOA_MUST;
enum fault people_assignment_create(struct assignment *out, struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const struct assignment_create *req) STOA_MUST;
enum fault people_assignment_update(struct assignment *out, struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const struct assignment_update *req) STOA_MUST;
enum fault people_assignment_delete(struct arena *a, struct people *p, struct store *db, const struct people_asker *who, const struct assignment_get *req) STOA_MUST;

#endif

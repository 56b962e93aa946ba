/* From what a provider vouches for to an account of ours.
 *
 * An account is found by the keyed hash of issuer and subject, never by a mail
 * address: addresses are given to other people, subjects are not.  The first
 * sign-in makes it, with the role learner whatever the token says about roles.
 */
#include <json-c/json.h>
#include <string.h>

#include "people_in.h"

static enum fault
found_by(struct account *out, struct arena *a, struct store *db, const unsigned char *lookup)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db, "SELECT " ACCOUNT_COLUMNS " FROM person WHERE lookup = ?");
	if (f != FAULT_NONE)
		return f;
	statement_blob(st, 1, lookup, VAULT_HASH_BYTES);
	f = statement_step(st);
	if (f == FAULT_NONE)
		account_of_row(out, a, st);
	statement_done(st);
	return f;
}

/* A name that can be shown: one line, of a bounded length. */
static const char *
shown(struct arena *a, const char *s, size_t most)
{
	if (s == NULL || *s == '\0')
		return NULL;
	const char *line = untrusted_line(a, s);
	return arena_strndup(a, line, utf8_floor(line, strlen(line), most));
}

static enum fault
find_or_make(struct account *out, struct arena *a, struct people *p, struct store *db, const struct identity *of)
{
	unsigned char lookup[VAULT_HASH_BYTES];
	const struct person about = {
		.name = shown(a, of->name, 200),
		.mail = shown(a, of->mail, 320),
		.subject = arena_printf(a, "%s %s", of->issuer, of->subject),
	};
	enum fault f = people_lookup_hash(lookup, p, db, "subject", about.subject);
	if (f == FAULT_NONE)
		f = found_by(out, a, db, lookup);
	if (f == FAULT_ABSENT)
		f = account_make(out, p, db, ROLE_LEARNER, arena_strdup(a, of->provider), &about, lookup);
	if (f == FAULT_NONE && out->blocked)
		f = fault(FAULT_DENIED, "this account is blocked");
	return f;
}

enum fault
identity_account(struct account *out, struct arena *a, struct people *p, struct store *db, const struct identity *of)
{
	enum fault f = store_begin(db);
	return f == FAULT_NONE ? store_finish(db, find_or_make(out, a, p, db, of)) : f;
}

/* ---- ID tokens ---------------------------------------------------------------------- */

static bool
is_true(struct json_object *o, const char *name)
{
	struct json_object *v = NULL;
	return json_object_object_get_ex(o, name, &v) && json_object_is_type(v, json_type_boolean) &&
	       json_object_get_boolean(v);
}

static void
about_take(struct identity *who, struct json_object *claims)
{
	const char *name = json_text(claims, "name");
	who->name = name != NULL ? name : json_text(claims, "preferred_username");
	who->mail = is_true(claims, "email_verified") ? json_text(claims, "email") : NULL;
}

/* A provider may say the name elsewhere than in the token (OpenID Connect Core 5.3); what
 * it says of somebody else is not taken. A sign-in does not fail for want of a name. */
static struct json_object *
about_ask(struct identity *who, struct people *p, const struct discovery *d, const char *access_token,
	const struct cancel *cancel)
{
	struct json_object *said = NULL;
	if (who->name != NULL || d->userinfo == NULL || access_token == NULL)
		return NULL;
	if (userinfo_get(&said, p, d->userinfo, access_token, cancel) != FAULT_NONE)
		return NULL;
	if (str_same(json_text(said, "sub"), who->subject))
		about_take(who, said);
	return said;
}

enum fault
id_token_account(struct account *out, struct arena *a, struct people *p, struct store *db,
	const struct people_provider *of, const struct discovery *d, struct json_object *answer, const char *nonce,
	const struct cancel *cancel)
{
	struct jwt t;
	const struct jwt_expect e = { of->issuer, of->client_id, nonce, true, people_now(p) };
	enum fault f = jwt_parse(&t, a, json_text(answer, "id_token"));
	if (f != FAULT_NONE)
		return fault(FAULT_DENIED, "%s gave a token that is none", of->name);
	f = jwt_check(&t, &e);
	if (f == FAULT_NONE)
		f = jwt_signed_by_set(&t, a, p, d->jwks, cancel);
	if (f == FAULT_NONE) {
		struct identity who = { .provider = of->name, .issuer = of->issuer, .subject = jwt_text(&t, "sub") };
		about_take(&who, t.claims);
		struct json_object *said = about_ask(&who, p, d, json_text(answer, "access_token"), cancel);
		f = identity_account(out, a, p, db, &who);
		json_object_put(said);
	}
	jwt_clear(&t);
	return f;
}

/* ---- JWTs as bearers --------------------------------------------------------------------- */

static enum fault
bearer_account(struct account *out, struct arena *a, struct people *p, struct store *db, const char *bearer,
	const struct cancel *cancel)
{
	struct jwt t;
	const struct people_jwt *own = &atomic_load(&p->providers)->jwt;
	const struct jwt_expect e = { own->issuer, own->audience, NULL, false, people_now(p) };
	if (own->issuer == NULL || own->audience == NULL)
		return fault(FAULT_DENIED, "the token is not valid, or no longer");
	enum fault f = jwt_parse(&t, a, bearer);
	if (f != FAULT_NONE)
		return fault(FAULT_DENIED, "the token is not valid, or no longer");
	f = jwt_check(&t, &e);
	if (f == FAULT_NONE)
		f = own->secret_file != NULL ? jwt_signed_by_secret(&t, p, own->secret_file)
		    : own->jwks_url != NULL  ? jwt_signed_by_set(&t, a, p, own->jwks_url, cancel)
					       : fault(FAULT_DENIED, "nothing says who may sign tokens");
	const struct identity who = {
		.provider = "jwt",
		.issuer = own->issuer,
		.subject = jwt_text(&t, "sub"),
		.name = jwt_text(&t, "name"),
	};
	if (f == FAULT_NONE)
		f = identity_account(out, a, p, db, &who);
	jwt_clear(&t);
	return f;
}

enum fault
people_bearer_find(struct people_session *out, struct people *p, struct store *db, const char *bearer,
	const struct cancel *cancel)
{
	struct arena a;
	struct account of;
	if (strchr(bearer, '.') == NULL)     /* tokens of ours have no dot */
		return people_session_find(out, p, db, bearer);
	arena_init(&a);
	enum fault f = bearer_account(&of, &a, p, db, bearer, cancel);
	if (f == FAULT_NONE) {
		*out = (struct people_session){ .role = of.role };
		memcpy(out->person, of.id, sizeof out->person);
	}
	arena_clear(&a);
	return f;
}

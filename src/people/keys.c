/* Which key signed a token: one of a provider's set, or the secret of a configuration.
 *
 * The configuration says which of the two it is, never the token: a token of a set
 * is not looked at with HS256, whatever its header says, so a public key is never
 * taken for a secret.  A set is kept for an hour; a key id that is not in it makes
 * us look again at once, but not twice in ten seconds, so that keys can be changed and
 * strangers who make up key ids do not make us ask.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "people_in.h"

#define SET_AGE_MS HOUR_MS
#define LOOK_AGAIN_MS ((int64_t)10 * 1000)
#define KEYS_MAX 32
#define SECRET_LEAST_BYTES 32
#define SECRET_MOST_BYTES 4096

static bool
fits(struct json_object *key, const struct jwt *t)
{
	static const struct { const char *alg, *kty, *crv; } kinds[] = {
		{ "RS256", "RSA", NULL }, { "ES256", "EC", "P-256" }, { "EdDSA", "OKP", "Ed25519" },
	};
	const char *use = json_text(key, "use"), *alg = json_text(key, "alg");
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (strcmp(kinds[i].alg, t->alg) == 0)
			return str_same(json_text(key, "kty"), kinds[i].kty) &&
			       (kinds[i].crv == NULL || str_same(json_text(key, "crv"), kinds[i].crv)) &&
			       (use == NULL || strcmp(use, "sig") == 0) && (alg == NULL || strcmp(alg, t->alg) == 0) &&
			       (t->kid == NULL || str_same(json_text(key, "kid"), t->kid));
	return false;
}

static enum fault
try_key(const struct jwt *t, struct people *p, const char *jwk)
{
	const struct people_signature s = {
		.algorithm = t->alg,
		.jwk = jwk,
		.bytes = t->signed_part,
		.bytes_n = t->signed_bytes,
		.signature = t->signature,
		.signature_n = t->signature_bytes,
	};
	if (p->outside.verify == NULL)
		return fault(FAULT_ABSENT, "nobody here can check a signature");
	return p->outside.verify(&s, p->outside.arg);
}

/* ABSENT without a sentence: no key of the set is meant. */
static enum fault
try_set(const struct jwt *t, struct people *p, struct json_object *set)
{
	struct json_object *keys = NULL;
	enum fault f = FAULT_ABSENT;
	if (!json_object_object_get_ex(set, "keys", &keys) || !json_object_is_type(keys, json_type_array))
		return fault(FAULT_DAMAGED, "the issuer's set of keys has no keys");
	size_t count = json_object_array_length(keys);
	for (size_t i = 0; i < count && i < KEYS_MAX; i++) {
		struct json_object *key = json_object_array_get_idx(keys, i);
		if (!json_object_is_type(key, json_type_object) || !fits(key, t))
			continue;
		f = try_key(t, p, json_object_to_json_string_ext(key, JSON_C_TO_STRING_PLAIN));
		if (f != FAULT_DENIED && f != FAULT_INPUT)
			return f;
	}
	return f;
}

enum fault
jwt_signed_by_set(const struct jwt *t, struct arena *a, struct people *p, const char *url, const struct cancel *cancel)
{
	struct json_object *set = NULL;
	(void)a;
	if (strcmp(t->alg, "HS256") == 0)
		return fault(FAULT_DENIED, "the token is signed with a secret, not a key of its issuer");
	enum fault f = page_get(&set, p, url, SET_AGE_MS, cancel);
	if (f != FAULT_NONE)
		return f;
	f = try_set(t, p, set);
	json_object_put(set);
	if (f == FAULT_ABSENT && page_look_again(p, url, LOOK_AGAIN_MS)) {
		f = page_get(&set, p, url, 0, cancel);
		if (f != FAULT_NONE)
			return f;
		f = try_set(t, p, set);
		json_object_put(set);
	}
	return f == FAULT_ABSENT || f == FAULT_DENIED || f == FAULT_INPUT
		       ? fault(FAULT_DENIED, "the token is not signed by a key of its issuer")
		       : f;
}

enum fault
jwt_signed_by_secret(const struct jwt *t, struct people *p, const char *file)
{
	struct text secret, jwk;
	if (strcmp(t->alg, "HS256") != 0)
		return fault(FAULT_DENIED, "the token is not signed with the secret that is set up");
	text_init(&secret, SECRET_MOST_BYTES);
	text_init(&jwk, SECRET_MOST_BYTES * 2);
	enum fault f = file_read(&secret, file);
	while (f == FAULT_NONE && secret.len > 0 && strchr("\r\n", secret.data[secret.len - 1]) != NULL)
		text_cut(&secret, secret.len - 1);
	if (f == FAULT_NONE && secret.len < SECRET_LEAST_BYTES)
		f = fault(FAULT_INPUT, "the secret for tokens has fewer than %d bytes", SECRET_LEAST_BYTES);
	if (f == FAULT_NONE) {
		text_put(&jwk, "{\"kty\":\"oct\",\"k\":\"");
		base64url_put(&jwk, secret.data, secret.len);
		text_put(&jwk, "\"}");
		f = try_key(t, p, jwk.data);
	}
	if (secret.data != NULL)
		vault_wipe(secret.data, secret.cap);
	if (jwk.data != NULL)
		vault_wipe(jwk.data, jwk.cap);
	text_clear(&secret);
	text_clear(&jwk);
	return f == FAULT_DENIED ? fault(FAULT_DENIED, "the token is not signed with the secret that is set up") : f;
}

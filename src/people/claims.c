/* What a token claims, held against what was expected (RFC 7519 4.1, RFC 8725, OpenID
 * Connect Core 3.1.3.7).
 *
 * A minute of difference between two clocks is allowed, not more.  A token without
 * an end is refused, and so is one whose audience names others besides us unless it
 * says that it was made for us.
 */
#include <json-c/json.h>
#include <math.h>
#include <string.h>

#include "people_in.h"

#define SKEW_S 60
#define SUBJECT_MAX 255

enum { ABSENT_CLAIM, NUMBER_CLAIM, ODD_CLAIM };

static int
number(double *out, const struct jwt *t, const char *claim)
{
	struct json_object *v = NULL;
	if (!json_object_object_get_ex(t->claims, claim, &v))
		return ABSENT_CLAIM;
	if (!json_object_is_type(v, json_type_int) && !json_object_is_type(v, json_type_double))
		return ODD_CLAIM;
	*out = json_object_get_double(v);
	return isfinite(*out) ? NUMBER_CLAIM : ODD_CLAIM;
}

static enum fault
times_check(const struct jwt *t, const struct jwt_expect *e)
{
	double now = (double)e->now_ms / 1000, exp = 0, nbf = 0, iat = 0;
	int has_nbf = number(&nbf, t, "nbf"), has_iat = number(&iat, t, "iat");
	if (number(&exp, t, "exp") != NUMBER_CLAIM)
		return fault(FAULT_DENIED, "the token does not say when it ends");
	if (exp + SKEW_S <= now)
		return fault(FAULT_DENIED, "the token has expired");
	if (has_nbf == ODD_CLAIM || (has_nbf == NUMBER_CLAIM && nbf - SKEW_S > now))
		return fault(FAULT_DENIED, "the token is not good yet");
	if (has_iat == ODD_CLAIM || (has_iat == NUMBER_CLAIM && iat - SKEW_S > now))
		return fault(FAULT_DENIED, "the token was made in the future");
	if (e->id_token && has_iat == ABSENT_CLAIM)
		return fault(FAULT_DENIED, "the token does not say when it was made");
	return FAULT_NONE;
}

static enum fault
audience_check(const struct jwt *t, const struct jwt_expect *e)
{
	struct json_object *aud = NULL;
	bool found = false;
	size_t count = 1;
	json_object_object_get_ex(t->claims, "aud", &aud);
	if (json_object_is_type(aud, json_type_array)) {
		count = json_object_array_length(aud);
		for (size_t i = 0; i < count; i++) {
			struct json_object *one = json_object_array_get_idx(aud, i);
			found = found || (json_object_is_type(one, json_type_string) &&
						 str_same(json_object_get_string(one), e->audience));
		}
	} else
		found = json_object_is_type(aud, json_type_string) &&
			str_same(json_object_get_string(aud), e->audience);
	if (!found)
		return fault(FAULT_DENIED, "the token is for another audience");
	bool has_azp = json_object_object_get_ex(t->claims, "azp", NULL);
	if (e->id_token && (has_azp || count > 1) && !str_same(jwt_text(t, "azp"), e->audience))
		return fault(FAULT_DENIED, "the token was made for another client");
	return FAULT_NONE;
}

static bool
same_secret(const char *a, const char *b)
{
	size_t n = strlen(a);
	return n == strlen(b) && vault_same(a, b, n);
}

enum fault
jwt_check(const struct jwt *t, const struct jwt_expect *e)
{
	const char *sub = jwt_text(t, "sub"), *nonce = jwt_text(t, "nonce");
	if (!str_same(jwt_text(t, "iss"), e->issuer))
		return fault(FAULT_DENIED, "the token is of another issuer");
	if (sub == NULL || *sub == '\0' || strlen(sub) > SUBJECT_MAX)
		return fault(FAULT_DENIED, "the token does not say who it is about");
	if (e->nonce != NULL && (nonce == NULL || !same_secret(nonce, e->nonce)))
		return fault(FAULT_DENIED, "the token answers another sign-in");
	enum fault f = audience_check(t, e);
	return f == FAULT_NONE ? times_check(t, e) : f;
}

/* JSON web tokens taken apart (RFC 7515, 7519), before anything in them is believed.
 *
 * Strict where libraries are lenient: no padding, no spare bits, no second header of
 * the same name, no critical extension, and only four algorithms, of which none is
 * "none".  Which key may have signed is not decided by the token: see keys.c.
 */
#include <json-c/json.h>
#include <string.h>
#include <strings.h>

#include "people_in.h"

static int
digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

bool
base64url_read(unsigned char *out, size_t *n, const char *s, size_t len)
{
	uint32_t bits = 0;
	unsigned held = 0;
	size_t made = 0;
	if (len % 4 == 1)
		return false;
	for (size_t i = 0; i < len; i++) {
		int d = digit(s[i]);
		if (d < 0)
			return false;
		bits = bits << 6 | (uint32_t)d;
		held += 6;
		if (held >= 8) {
			held -= 8;
			out[made++] = (unsigned char)(bits >> held);
		}
	}
	*n = made;
	return (bits & ((1u << held) - 1)) == 0;
}

const char *
json_text(struct json_object *o, const char *name)
{
	struct json_object *v = NULL;
	if (!json_object_object_get_ex(o, name, &v) || !json_object_is_type(v, json_type_string))
		return NULL;
	return json_object_get_string(v);
}

/* One part of the token as a JSON object. */
static enum fault
part_json(struct json_object **out, struct arena *a, const char *s, size_t len, const char *what)
{
	unsigned char *bytes = arena_alloc(a, len + 1);
	size_t n = 0;
	if (!base64url_read(bytes, &n, s, len))
		return fault(FAULT_INPUT, "the %s of the token is not base64url", what);
	struct json_object *o = NULL;
	enum fault f = json_parse(&o, (char *)bytes, n);
	if (f == FAULT_NONE && !json_object_is_type(o, json_type_object)) {
		json_object_put(o);
		f = fault(FAULT_INPUT, "the %s of the token is not an object", what);
	}
	if (f == FAULT_NONE)
		*out = o;
	return f;
}

static enum fault
header_check(struct jwt *t, struct arena *a, struct json_object *header)
{
	static const char *const taken[] = { "RS256", "ES256", "EdDSA", "HS256" };
	static const char *const types[] = { "JWT", "at+jwt" };
	const char *alg = json_text(header, "alg"), *typ = json_text(header, "typ");
	bool typed = !json_object_object_get_ex(header, "typ", NULL);
	if (json_object_object_get_ex(header, "crit", NULL))
		return fault(FAULT_INPUT, "the token needs an extension that is not known here");
	for (size_t i = 0; i < COUNT_OF(types); i++)
		typed = typed || (typ != NULL && strcasecmp(typ, types[i]) == 0);
	if (!typed)
		return fault(FAULT_INPUT, "the token is of another type than JWT");
	for (size_t i = 0; i < COUNT_OF(taken); i++)
		if (str_same(alg, taken[i]))
			t->alg = taken[i];
	if (t->alg == NULL)
		return fault(FAULT_INPUT, "the algorithm of the token is none that is taken");
	if (json_object_object_get_ex(header, "kid", NULL)) {
		t->kid = arena_strdup(a, json_text(header, "kid"));
		if (t->kid == NULL || strlen(t->kid) > 256)
			return fault(FAULT_INPUT, "the key id of the token is not a short text");
	}
	return FAULT_NONE;
}

enum fault
jwt_parse(struct jwt *out, struct arena *a, const char *token)
{
	struct jwt t = { .alg = NULL };
	struct json_object *header = NULL;
	size_t len = strlen(token), head = strcspn(token, ".");
	if (len > JWT_BYTES_MAX)
		return fault(FAULT_INPUT, "the token is longer than %d bytes", JWT_BYTES_MAX);
	const char *body = token + head + (head < len);
	size_t body_len = strcspn(body, ".");
	if (body[body_len] != '.' || strchr(body + body_len + 1, '.') != NULL || head == len)
		return fault(FAULT_INPUT, "the token has not three parts");
	const char *sign = body + body_len + 1;
	size_t sign_len = strlen(sign);
	unsigned char *signature = arena_alloc(a, sign_len + 1);
	t.signed_part = token;
	t.signed_bytes = head + 1 + body_len;
	t.signature = signature;
	if (sign_len == 0 || !base64url_read(signature, &t.signature_bytes, sign, sign_len))
		return fault(FAULT_INPUT, "the signature of the token is not base64url");
	enum fault f = part_json(&header, a, token, head, "header");
	if (f == FAULT_NONE)
		f = header_check(&t, a, header);
	json_object_put(header);
	if (f == FAULT_NONE)
		f = part_json(&t.claims, a, body, body_len, "body");
	if (f == FAULT_NONE)
		*out = t;
	return f;
}

void
jwt_clear(struct jwt *t)
{
	json_object_put(t->claims);
	t->claims = NULL;
}

const char *
jwt_text(const struct jwt *t, const char *claim)
{
	return json_text(t->claims, claim);
}

enum fault
people_jwt_look(struct arena *a, const char *token)
{
	struct jwt t;
	const struct jwt_expect e = { .issuer = "https://issuer.example", .audience = "stoa", .id_token = true };
	enum fault f = jwt_parse(&t, a, token);
	if (f != FAULT_NONE)
		return f;
	f = jwt_check(&t, &e);
	jwt_clear(&t);
	return f;
}

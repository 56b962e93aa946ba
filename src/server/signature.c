/* Signatures under a JSON Web Token, by OpenSSL (RFC 7515, 7517, 7518, 8037).
 *
 * The algorithm is the caller's choice, never the token's; a key must be of its
 * kind.  Base64url is read strictly: one spelling for one value, no padding.
 * Keys that are too short are refused like signatures that are wrong. */
#include <json-c/json.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <string.h>

#include "server_in.h"

#define PART_BYTES_MAX 1024
#define RSA_BITS_MIN 2048
#define HMAC_BYTES_MIN 32
#define P256_BYTES 32

struct part { unsigned char bytes[PART_BYTES_MAX]; size_t n; };

static enum fault
refuse(const char *why)
{
	return fault(FAULT_DENIED, "the signature is not right: %s", why);
}

static int
sextet(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	const char *at = c == '\0' ? NULL : strchr(digits, c);
	return at == NULL ? -1 : (int)(at - digits);
}

/* Strict base64url; false: any other spelling. */
static bool
decode(struct part *out, const char *s)
{
	size_t n = strlen(s);
	unsigned held = 0, bits = 0;
	out->n = 0;
	if (n % 4 == 1 || n / 4 * 3 + 3 > PART_BYTES_MAX)
		return false;
	for (; *s != '\0'; s++) {
		int six = sextet(*s);
		if (six < 0)
			return false;
		held = (held << 6 | (unsigned)six) & 0xffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out->bytes[out->n++] = (unsigned char)(held >> bits);
		}
	}
	return (held & ((1u << bits) - 1)) == 0;
}

static const char *
member(struct json_object *jwk, const char *name)
{
	struct json_object *o;
	if (!json_object_object_get_ex(jwk, name, &o) || !json_object_is_type(o, json_type_string))
		return "";
	return json_object_get_string(o);
}

static bool
member_part(struct part *out, struct json_object *jwk, const char *name)
{
	return decode(out, member(jwk, name)) && out->n > 0;
}

/* A public key from its numbers; NULL: they make none. */
static EVP_PKEY *
key_from(const char *type, OSSL_PARAM_BLD *bld)
{
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return key;
}

static EVP_PKEY *
rsa_key(struct json_object *jwk)
{
	struct part n, e;
	EVP_PKEY *key = NULL;
	if (!member_part(&n, jwk, "n") || !member_part(&e, jwk, "e"))
		return NULL;
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *bn = BN_bin2bn(n.bytes, (int)n.n, NULL), *be = BN_bin2bn(e.bytes, (int)e.n, NULL);
	if (bld != NULL && bn != NULL && be != NULL &&
		OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, bn) == 1 &&
		OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, be) == 1)
		key = key_from("RSA", bld);
	OSSL_PARAM_BLD_free(bld);
	BN_free(bn);
	BN_free(be);
	if (key != NULL && EVP_PKEY_get_bits(key) < RSA_BITS_MIN) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

static EVP_PKEY *
p256_key(struct json_object *jwk)
{
	struct part x, y;
	unsigned char point[1 + 2 * P256_BYTES] = { 4 };
	if (!str_same(member(jwk, "crv"), "P-256") || !member_part(&x, jwk, "x") ||
		!member_part(&y, jwk, "y") || x.n != P256_BYTES || y.n != P256_BYTES)
		return NULL;
	memcpy(point + 1, x.bytes, P256_BYTES);
	memcpy(point + 1 + P256_BYTES, y.bytes, P256_BYTES);
	EVP_PKEY *key = NULL;
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	if (bld != NULL &&
		OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
		OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point) == 1)
		key = key_from("EC", bld);
	OSSL_PARAM_BLD_free(bld);
	return key;
}

static EVP_PKEY *
ed25519_key(struct json_object *jwk)
{
	struct part x;
	if (!str_same(member(jwk, "crv"), "Ed25519") || !member_part(&x, jwk, "x"))
		return NULL;
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x.bytes, x.n);
}

/* ---- the four algorithms ------------------------------------------------------------- */

static bool
made_with(EVP_PKEY *key, const EVP_MD *md, const unsigned char *sig, size_t n,
	const struct outside_signature *s)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool right = ctx != NULL && EVP_DigestVerifyInit(ctx, NULL, md, NULL, key) == 1 &&
		     EVP_DigestVerify(ctx, sig, n, s->bytes, s->bytes_n) == 1;
	EVP_MD_CTX_free(ctx);
	return right;
}

static enum fault
verdict(bool right)
{
	return right ? FAULT_NONE : refuse("it was made with another key, or of other bytes");
}

static enum fault
verify_rs256(struct json_object *jwk, const struct outside_signature *s)
{
	EVP_PKEY *key = rsa_key(jwk);
	if (key == NULL)
		return refuse("the key is no RSA key of 2048 bits or more");
	bool right = made_with(key, EVP_sha256(), s->signature, s->signature_n, s);
	EVP_PKEY_free(key);
	return verdict(right);
}

/* A token carries r and s side by side; OpenSSL wants them as DER. */
static enum fault
verify_es256(struct json_object *jwk, const struct outside_signature *s)
{
	EVP_PKEY *key = p256_key(jwk);
	if (key == NULL || s->signature_n != 2 * P256_BYTES) {
		EVP_PKEY_free(key);
		return refuse(key == NULL ? "the key is no point of P-256" : "it has another length");
	}
	const unsigned char *raw = s->signature;
	unsigned char *der = NULL;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw, P256_BYTES, NULL), *t = BN_bin2bn(raw + P256_BYTES, P256_BYTES, NULL);
	bool right = false;
	if (sig != NULL && r != NULL && t != NULL && ECDSA_SIG_set0(sig, r, t) == 1) {
		r = t = NULL; /* they are sig's */
		int n = i2d_ECDSA_SIG(sig, &der);
		right = n > 0 && made_with(key, EVP_sha256(), der, (size_t)n, s);
	}
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	BN_free(r);
	BN_free(t);
	EVP_PKEY_free(key);
	return verdict(right);
}

static enum fault
verify_eddsa(struct json_object *jwk, const struct outside_signature *s)
{
	EVP_PKEY *key = ed25519_key(jwk);
	if (key == NULL)
		return refuse("the key is no Ed25519 key");
	bool right = made_with(key, NULL, s->signature, s->signature_n, s);
	EVP_PKEY_free(key);
	return verdict(right);
}

static enum fault
verify_hs256(struct json_object *jwk, const struct outside_signature *s)
{
	struct part k;
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	if (!member_part(&k, jwk, "k") || k.n < HMAC_BYTES_MIN)
		return refuse("the key is shorter than 256 bits");
	bool made = HMAC(EVP_sha256(), k.bytes, (int)k.n, s->bytes, s->bytes_n, mac, &n) != NULL;
	vault_wipe(&k, sizeof k);
	return verdict(made && n == s->signature_n && vault_same(mac, s->signature, n));
}

static const struct {
	const char *algorithm, *kty;
	enum fault (*verify)(struct json_object *jwk, const struct outside_signature *s);
} algorithms[] = {
	{ "RS256", "RSA", verify_rs256 },
	{ "ES256", "EC", verify_es256 },
	{ "EdDSA", "OKP", verify_eddsa },
	{ "HS256", "oct", verify_hs256 },
};

enum fault
server_signature_check(const struct outside_signature *s, void *arg)
{
	(void)arg;
	struct json_object *jwk = NULL;
	enum fault f = json_parse(&jwk, s->jwk, strlen(s->jwk));
	if (f != FAULT_NONE)
		return f;
	size_t i = 0;
	while (i < COUNT_OF(algorithms) && !str_same(algorithms[i].algorithm, s->algorithm))
		i++;
	if (i == COUNT_OF(algorithms))
		f = refuse("no such algorithm");
	else if (!str_same(algorithms[i].kty, member(jwk, "kty")))
		f = refuse("the key is of another kind");
	else
		f = algorithms[i].verify(jwk, s);
	json_object_put(jwk);
	return f;
}

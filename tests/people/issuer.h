/* An identity provider in this process: keys, signed tokens, and answers to the
 * questions of the people room. */
#ifndef PEOPLE_ISSUER_H
#define PEOPLE_ISSUER_H
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include "people_test.h"
#include "stoa/server.h"

#define ISSUER "https://id.example"
#define CLIENT "stoa-client"
#define CALLBACK "https://class.example/v1/auth/callback"

struct issuer {
	EVP_PKEY *rsa, *ec, *ed, *other;
	bool rotated;              /* the set has only the key "r2", which is `other` */
	const char *calls_itself;  /* in discovery; NULL: ISSUER */
	const char *claims, *header;   /* of the next ID token; %s of claims is the nonce */
	const char *device_error;  /* what the token endpoint says to a device; NULL: yes */
	EVP_PKEY *signer;
	const char *me;            /* whom the userinfo endpoint speaks of */
	bool down;                 /* nobody answers */
	int token_asked, keys_asked, discovery_asked, me_asked, asked;
	char nonce[80], form[4096], user[80], secret[80];
};

static inline void
b64(char *out, const void *bytes, size_t n)
{
	EVP_EncodeBlock((unsigned char *)out, bytes, (int)n);
	for (char *c = out; *c; c++)
		*c = *c == '+' ? '-' : *c == '/' ? '_' : *c == '=' ? '\0' : *c;
}

static inline void
b64_number(char *out, EVP_PKEY *key, const char *name, size_t bytes)
{
	BIGNUM *n = NULL;
	unsigned char raw[512];
	ck_assert_int_eq(EVP_PKEY_get_bn_param(key, name, &n), 1);
	ck_assert_int_eq(BN_bn2binpad(n, raw, (int)(bytes ? bytes : (size_t)BN_num_bytes(n))), (int)(bytes ? bytes : (size_t)BN_num_bytes(n)));
	b64(out, raw, bytes ? bytes : (size_t)BN_num_bytes(n));
	BN_free(n);
}

static inline const char *
jwk_of(struct arena *a, EVP_PKEY *key, const char *kid)
{
	char x[800], y[800];
	if (EVP_PKEY_is_a(key, "RSA")) {
		b64_number(x, key, OSSL_PKEY_PARAM_RSA_N, 0);
		b64_number(y, key, OSSL_PKEY_PARAM_RSA_E, 0);
		return arena_printf(a, "{\"kty\":\"RSA\",\"kid\":\"%s\",\"use\":\"sig\",\"n\":\"%s\",\"e\":\"%s\"}", kid, x, y);
	}
	if (EVP_PKEY_is_a(key, "EC")) {
		b64_number(x, key, OSSL_PKEY_PARAM_EC_PUB_X, 32);
		b64_number(y, key, OSSL_PKEY_PARAM_EC_PUB_Y, 32);
		return arena_printf(a, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}", kid, x, y);
	}
	unsigned char raw[32];
	size_t n = sizeof raw;
	ck_assert_int_eq(EVP_PKEY_get_raw_public_key(key, raw, &n), 1);
	b64(x, raw, n);
	return arena_printf(a, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"%s\",\"x\":\"%s\"}", kid, x);
}

/* r | s from the DER that OpenSSL makes. */
static inline size_t
plain_ecdsa(unsigned char *out, const unsigned char *der, size_t n)
{
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)n);
	ck_assert_ptr_nonnull(sig);
	BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + 32, 32);
	ECDSA_SIG_free(sig);
	return 64;
}

/* header and claims as JSON; key NULL: HS256 with secret. */
static inline const char *
jwt_make(struct arena *a, const char *header, const char *claims, EVP_PKEY *key, const void *secret, size_t secret_n)
{
	unsigned char raw[600], sig[600];
	size_t n = sizeof raw;
	char *h = arena_alloc(a, strlen(header) * 2 + 8), *c = arena_alloc(a, strlen(claims) * 2 + 8), s[900];
	b64(h, header, strlen(header));
	b64(c, claims, strlen(claims));
	const char *part = arena_printf(a, "%s.%s", h, c);
	if (key == NULL) {
		unsigned len = 0;
		HMAC(EVP_sha256(), secret, (int)secret_n, (const unsigned char *)part, strlen(part), sig, &len);
		n = len;
	} else {
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();
		bool ed = EVP_PKEY_is_a(key, "ED25519");
		ck_assert_int_eq(EVP_DigestSignInit(ctx, NULL, ed ? NULL : EVP_sha256(), NULL, key), 1);
		ck_assert_int_eq(EVP_DigestSign(ctx, raw, &n, (const unsigned char *)part, strlen(part)), 1);
		EVP_MD_CTX_free(ctx);
		if (EVP_PKEY_is_a(key, "EC"))
			n = plain_ecdsa(sig, raw, n);
		else
			memcpy(sig, raw, n);
	}
	b64(s, sig, n);
	return arena_printf(a, "%s.%s", part, s);
}

/* ---- answers ------------------------------------------------------------------------ */

static inline const char *
id_token(struct issuer *i, struct arena *a, int64_t now_ms)
{
	const char *claims = i->claims;
	if (claims == NULL)
		claims = arena_printf(a, "{\"iss\":\"%s\",\"aud\":\"%s\",\"sub\":\"subject-1-of-us\",\"nonce\":\"%s\",\"exp\":%lld,\"iat\":%lld,"
			"\"name\":\"Lea of the mill\",\"email\":\"lea@example.org\",\"email_verified\":true,\"role\":\"admin\"}",
			ISSUER, CLIENT, i->nonce, (long long)now_ms / 1000 + 300, (long long)now_ms / 1000);
	const char *header = i->header != NULL ? i->header : i->rotated ? "{\"alg\":\"RS256\",\"kid\":\"r2\"}" : "{\"alg\":\"RS256\",\"kid\":\"r1\"}";
	return jwt_make(a, header, claims, i->signer != NULL ? i->signer : i->rotated ? i->other : i->rsa, NULL, 0);
}

static struct issuer issuer;
static struct hall h;

static inline void
answer_token(int *status, struct text *body, const struct people_fetch *req)
{
	issuer.token_asked++;
	snprintf(issuer.form, sizeof issuer.form, "%s", req->form);
	snprintf(issuer.user, sizeof issuer.user, "%s", req->user ? req->user : "");
	snprintf(issuer.secret, sizeof issuer.secret, "%s", req->secret ? req->secret : "");
	bool device = strstr(req->form, "device_code=") != NULL;
	if ((device && issuer.device_error != NULL) || (!device && strstr(req->form, "code=good") == NULL)) {
		*status = 400;
		text_printf(body, "{\"error\":\"%s\"}", device ? issuer.device_error : "invalid_grant");
	} else
		text_printf(body, "{\"access_token\":\"x\",\"id_token\":\"%s\"}", id_token(&issuer, &h.a, h.still.now_ms));
}

static inline enum fault
answer(int *status, struct text *body, const struct people_fetch *req, const struct cancel *cancel, void *arg)
{
	(void)cancel, (void)arg;
	text_reset(body);
	*status = 200;
	issuer.asked++;
	if (issuer.down)
		return fault(FAULT_OFFLINE, "nobody answers");
	if (str_ends(req->url, "/openid-configuration")) {
		issuer.discovery_asked++;
		text_printf(body, "{\"issuer\":\"%s\",\"authorization_endpoint\":\"" ISSUER "/auth\",\"token_endpoint\":\"" ISSUER
			"/token\",\"jwks_uri\":\"" ISSUER "/jwks\",\"userinfo_endpoint\":\"" ISSUER "/me\",\"device_authorization_endpoint\":\"" ISSUER "/device\"}",
			issuer.calls_itself ? issuer.calls_itself : ISSUER);
	} else if (str_ends(req->url, "/jwks")) {
		issuer.keys_asked++;
		if (issuer.rotated)
			text_printf(body, "{\"keys\":[%s]}", jwk_of(&h.a, issuer.other, "r2"));
		else
			text_printf(body, "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"r1\",\"k\":\"AAAA\"},%s,%s,%s]}", jwk_of(&h.a, issuer.rsa, "r1"),
				jwk_of(&h.a, issuer.ec, "e1"), jwk_of(&h.a, issuer.ed, "d1"));
	} else if (str_ends(req->url, "/me")) {
		issuer.me_asked++;
		ck_assert_str_eq(req->bearer, "x");
		text_printf(body, "{\"sub\":\"%s\",\"name\":\"Told Elsewhere\"}", issuer.me);
	} else if (str_ends(req->url, "/device"))
		text_put(body, "{\"device_code\":\"dev-1\",\"user_code\":\"ABCD-EFGH\",\"verification_uri\":\"" ISSUER "/d\",\"expires_in\":300,\"interval\":5}");
	else if (str_ends(req->url, "/token"))
		answer_token(status, body, req);
	else
		*status = 404;
	return FAULT_NONE;
}

static inline enum fault
check_signature(const struct people_signature *s, void *arg)
{
	const struct outside_signature out = { s->algorithm, s->jwk, s->bytes, s->bytes_n, s->signature, s->signature_n };
	return server_signature_check(&out, arg);
}

static inline void
keys_make(void)
{
	issuer = (struct issuer){ .rsa = EVP_RSA_gen(2048), .other = EVP_RSA_gen(2048), .ec = EVP_EC_gen("P-256"),
		.ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") };
}

static inline void
keys_free(void)
{
	EVP_PKEY_free(issuer.rsa);
	EVP_PKEY_free(issuer.other);
	EVP_PKEY_free(issuer.ec);
	EVP_PKEY_free(issuer.ed);
}

/* A hall that knows the issuer. */
static inline void
hall_with_issuer(const struct people_jwt *jwt)
{
	static char secret[128];
	hall_open(&h);
	keys_make();
	people_free(h.people);
	snprintf(secret, sizeof secret, "%s/client", h.dir);
	WELL(file_write(secret, "s3cret\n", 7));
	const struct people_provider one = { .name = "school", .title = "The School", .issuer = ISSUER, .client_id = CLIENT,
		.client_secret_file = secret };
	h.config.providers = &one;
	h.config.provider_count = 1;
	h.config.callback_url = CALLBACK;
	h.config.outside = (struct people_outside){ .fetch = answer, .verify = check_signature };
	if (jwt != NULL)
		h.config.jwt = *jwt;
	WELL(people_new(&h.people, &h.config));
}

static inline void
hall_end(void)
{
	keys_free();
	hall_close(&h);
}
#endif

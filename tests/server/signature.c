/* Signatures under tokens: the vectors of the RFCs, keys made here, and everything
 * that must not pass. */
#include "../stoa_test.h"
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/core_names.h>
#include "stoa/server.h"

#define CLAIMS "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
struct vector { const char *algorithm, *jwk, *input, *signature; };
/* RFC 7515 A.1, A.3; RFC 8037 A.4 */
static const struct vector vectors[] = {
	{ "HS256", "{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow\"}",
		"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." CLAIMS, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" },
	{ "ES256", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}",
		"eyJhbGciOiJFUzI1NiJ9." CLAIMS, "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q" },
	{ "EdDSA", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
		"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
		"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg" },
};

static size_t
unbase64(unsigned char *out, const char *s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned held = 0, bits = 0;
	size_t n = 0;
	for (; *s != '\0'; s++) {
		held = (held << 6 | (unsigned)(strchr(digits, *s) - digits)) & 0xffff;
		bits += 6;
		if (bits >= 8)
			out[n++] = (unsigned char)(held >> (bits -= 8));
	}
	return n;
}

static void
base64(char *out, const unsigned char *bytes, size_t n)
{
	EVP_EncodeBlock((unsigned char *)out, bytes, (int)n);
	for (char *p = out; *p != '\0'; p++)
		*p = *p == '+' ? '-' : *p == '/' ? '_' : *p == '=' ? '\0' : *p;
}

static enum fault
check(const char *algorithm, const char *jwk, const char *input, const unsigned char *sig, size_t n)
{
	const struct outside_signature s = { .algorithm = algorithm, .jwk = jwk, .bytes = input,
		.bytes_n = strlen(input), .signature = sig, .signature_n = n };
	return server_signature_check(&s, NULL);
}

START_TEST(the_vectors_of_the_standards_are_right)
{
	for (size_t i = 0; i < COUNT_OF(vectors); i++) {
		unsigned char sig[128];
		size_t n = unbase64(sig, vectors[i].signature);
		WELL(check(vectors[i].algorithm, vectors[i].jwk, vectors[i].input, sig, n));
	}
}
END_TEST

START_TEST(one_changed_bit_is_found)
{
	for (size_t i = 0; i < COUNT_OF(vectors); i++) {
		unsigned char sig[128];
		size_t n = unbase64(sig, vectors[i].signature);
		for (size_t bit = 0; bit < 8 * n; bit += 5) {
			sig[bit / 8] ^= (unsigned char)(1u << bit % 8);
			FAILS(FAULT_DENIED, check(vectors[i].algorithm, vectors[i].jwk, vectors[i].input, sig, n));
			sig[bit / 8] ^= (unsigned char)(1u << bit % 8);
		}
		FAILS(FAULT_DENIED, check(vectors[i].algorithm, vectors[i].jwk, "other", sig, n));
		FAILS(FAULT_DENIED, check(vectors[i].algorithm, vectors[i].jwk, vectors[i].input, sig, n - 1));
		FAILS(FAULT_DENIED, check(vectors[i].algorithm, vectors[i].jwk, vectors[i].input, sig, 0));
	}
}
END_TEST

START_TEST(an_algorithm_takes_only_keys_of_its_kind)
{
	for (size_t a = 0; a < COUNT_OF(vectors); a++)
		for (size_t k = 0; k < COUNT_OF(vectors); k++) {
			unsigned char sig[128];
			size_t n = unbase64(sig, vectors[a].signature);
			if (a != k)
				FAILS(FAULT_DENIED, check(vectors[a].algorithm, vectors[k].jwk, vectors[a].input, sig, n));
		}
	FAILS(FAULT_DENIED, check("none", vectors[0].jwk, "x", (const unsigned char *)"", 0));
	FAILS(FAULT_DENIED, check("HS512", vectors[0].jwk, "x", (const unsigned char *)"", 0));
}
END_TEST

START_TEST(a_key_that_is_badly_written_is_refused)
{
	static const char *const bad[][2] = {
		{ "HS256", "{\"kty\":\"oct\",\"k\":\"c2hvcnQ\"}" },
		{ "HS256", "{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ+EstJQLr/T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow\"}" },
		{ "HS256", "{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow==\"}" },
		{ "HS256", "{\"kty\":\"oct\",\"k\":7}" },
		{ "ES256", "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"}" },
		{ "ES256", "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}" },
		{ "EdDSA", "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qY\"}" },
		{ "RS256", "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}" },
		{ "RS256", "{\"kty\":\"RSA\"}" },
	};
	const unsigned char sig[64] = { 1 };
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		FAILS(FAULT_DENIED, check(bad[i][0], bad[i][1], "x", sig, sizeof sig));
	FAILS(FAULT_INPUT, check("RS256", "{", "x", sig, sizeof sig));
}
END_TEST

static void
rsa_jwk(char *out, size_t size, EVP_PKEY *key)
{
	BIGNUM *n = NULL, *e = NULL;
	unsigned char bytes[1024];
	char n64[1400], e64[32];
	ck_assert_int_eq(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n), 1);
	ck_assert_int_eq(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e), 1);
	base64(n64, bytes, (size_t)BN_bn2bin(n, bytes));
	base64(e64, bytes, (size_t)BN_bn2bin(e, bytes));
	snprintf(out, size, "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}", n64, e64);
	BN_free(n);
	BN_free(e);
}

START_TEST(rsa_needs_2048_bits)
{
	for (unsigned bits = 1024; bits <= 2048; bits *= 2) {
		EVP_PKEY *key = EVP_RSA_gen(bits);
		unsigned char sig[512];
		size_t n = sizeof sig;
		char jwk[2048];
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();
		ck_assert_int_eq(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key), 1);
		ck_assert_int_eq(EVP_DigestSign(ctx, sig, &n, (const unsigned char *)"text", 4), 1);
		rsa_jwk(jwk, sizeof jwk, key);
		if (bits < 2048) {
			FAILS(FAULT_DENIED, check("RS256", jwk, "text", sig, n));
		} else {
			WELL(check("RS256", jwk, "text", sig, n));
			FAILS(FAULT_DENIED, check("RS256", jwk, "texts", sig, n));
		}
		EVP_MD_CTX_free(ctx);
		EVP_PKEY_free(key);
	}
}
END_TEST

TESTS("signature", the_vectors_of_the_standards_are_right, one_changed_bit_is_found,
	an_algorithm_takes_only_keys_of_its_kind, a_key_that_is_badly_written_is_refused, rsa_needs_2048_bits)

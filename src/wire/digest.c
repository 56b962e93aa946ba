/* What is asked of libcrypto: two digests and the key inside a certificate.
 *
 * Loaded by name like libcurl and for the same reason: a client that opens no
 * socket and pins no key never maps it.  Parsing certificates by hand was rejected;
 * a pin is a decision about trust, and ASN.1 has eaten better parsers.
 */
#include <dlfcn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <string.h>
#include "wire_in.h"

#define CRYPTO_FUNCTIONS(F) \
	F(EVP_Q_digest) F(EVP_EncodeBlock) F(EVP_DecodeBlock) F(d2i_X509) \
	F(X509_get_X509_PUBKEY) F(i2d_X509_PUBKEY) F(X509_free)
struct crypto {
#define F(name) __typeof__(name) *name;
	CRYPTO_FUNCTIONS(F)
#undef F
};
#define PEM_BYTES_MAX (64u * 1024)

static enum fault
load(struct crypto *c)
{
	static const char *const names[] = { "libcrypto.so.3", "libcrypto.3.dylib" };
	static const struct { const char *name; size_t offset; } functions[] = {
#define F(name) { #name, offsetof(struct crypto, name) },
		CRYPTO_FUNCTIONS(F)
#undef F
	};
	void *handle = NULL;
	for (size_t i = 0; i < COUNT_OF(names) && handle == NULL; i++)
		handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	if (handle == NULL)
		return fault(FAULT_SYSTEM, "OpenSSL 3 is not installed: no live connection, no pinned key");
	for (size_t i = 0; i < COUNT_OF(functions); i++) {
		void *symbol = dlsym(handle, functions[i].name);
		if (symbol == NULL)
			return fault(FAULT_SYSTEM, "libcrypto has no %s", functions[i].name);
		memcpy((char *)c + functions[i].offset, &symbol, sizeof symbol);
	}
	return FAULT_NONE;
}

static enum fault
crypto_load(const struct crypto **out)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct crypto crypto;
	enum fault f = FAULT_NONE;
	pthread_mutex_lock(&lock);
	if (crypto.EVP_Q_digest == NULL) {
		struct crypto fresh = { 0 };
		if ((f = load(&fresh)) == FAULT_NONE)
			crypto = fresh;
	}
	pthread_mutex_unlock(&lock);
	if (f == FAULT_NONE)
		*out = &crypto;
	return f;
}

enum fault
wire_accept_of(char out[WIRE_ACCEPT_BYTES], const char *key)
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	char joined[64 + sizeof guid];
	unsigned char digest[EVP_MAX_MD_SIZE];
	const struct crypto *c;
	size_t n = 0;
	enum fault f = crypto_load(&c);
	if (f != FAULT_NONE)
		return f;
	snprintf(joined, sizeof joined, "%.64s%s", key, guid);
	if (!c->EVP_Q_digest(NULL, "SHA1", NULL, joined, strlen(joined), digest, &n) || n != 20)
		return fault(FAULT_SYSTEM, "libcrypto has no SHA-1");
	c->EVP_EncodeBlock((unsigned char *)out, digest, (int)n);
	return FAULT_NONE;
}

/* The bytes between the marks of a certificate in PEM; *n 0: it is not one. */
static unsigned char *
certificate_bytes(const struct crypto *c, size_t *n, const char *pem)
{
	static const char head[] = "-----BEGIN CERTIFICATE-----", tail[] = "-----END CERTIFICATE-----";
	const char *at = strstr(pem, head), *end = at == NULL ? NULL : strstr(at, tail);
	*n = 0;
	if (end == NULL || (size_t)(end - at) > PEM_BYTES_MAX)
		return NULL;
	unsigned char *packed = mem_new((size_t)(end - at) + 1), *bytes;
	int len = 0;
	for (at += sizeof head - 1; at < end; at++)
		if (*at > ' ')
			packed[len++] = (unsigned char)*at;
	bytes = mem_new((size_t)len + 4);
	int got = c->EVP_DecodeBlock(bytes, packed, len);
	*n = got > 0 ? (size_t)got : 0;
	mem_free(packed);
	return bytes;
}

enum fault
wire_pin_of(char out[WIRE_PIN_BYTES], const char *pem)
{
	const struct crypto *c;
	unsigned char *der = NULL, digest[EVP_MAX_MD_SIZE], *key = NULL;
	size_t n, digest_bytes = 0;
	int key_bytes = 0;
	enum fault f = crypto_load(&c);
	if (f != FAULT_NONE)
		return f;
	der = certificate_bytes(c, &n, pem);
	const unsigned char *at = der;
	X509 *certificate = n == 0 ? NULL : c->d2i_X509(NULL, &at, (long)n);
	if (certificate != NULL)
		key_bytes = c->i2d_X509_PUBKEY(c->X509_get_X509_PUBKEY(certificate), NULL);
	if (key_bytes > 0) {
		unsigned char *to = key = mem_new((size_t)key_bytes);
		c->i2d_X509_PUBKEY(c->X509_get_X509_PUBKEY(certificate), &to);
		(void)!c->EVP_Q_digest(NULL, "SHA256", NULL, key, (size_t)key_bytes, digest, &digest_bytes);
	}
	if (digest_bytes == 32) {
		memcpy(out, WIRE_PIN_PREFIX, sizeof WIRE_PIN_PREFIX - 1);
		c->EVP_EncodeBlock((unsigned char *)out + sizeof WIRE_PIN_PREFIX - 1, digest, 32);
	} else {
		f = fault(FAULT_DAMAGED, "the certificate cannot be read");
	}
	if (certificate != NULL)
		c->X509_free(certificate);
	mem_free(key);
	mem_free(der);
	return f;
}

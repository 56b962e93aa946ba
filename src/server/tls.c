/* TLS: the certificate that is served, or one made here for a classroom.
 *
 * A classroom has no authority that would sign; its clients see the key once and
 * pin it, so the certificate made here says little more than the key.  A pin is
 * the SHA-256 of the SubjectPublicKeyInfo, in the form of RFC 7469, and is shown as
 * words.  Before a listener is told of new files they are loaded here, so that a
 * mistake in them leaves the old ones served. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "server_in.h"
#include "stoa/wire.h"

#define YEARS 10

/* What OpenSSL has to say, in short. */
static enum fault
refuse(const char *what, const char *path)
{
	char why[160];
	ERR_error_string_n(ERR_peek_last_error(), why, sizeof why);
	const char *reason = strrchr(why, ':');
	ERR_clear_error();
	return fault(FAULT_INPUT, "%s %s cannot be used: %s", what, path, reason != NULL ? reason + 1 : why);
}

enum fault
tls_check(const char *certificate, const char *key)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	enum fault f = FAULT_NONE;
	if (ctx == NULL)
		return fault(FAULT_SYSTEM, "OpenSSL has no memory");
	if (SSL_CTX_use_certificate_chain_file(ctx, certificate) != 1)
		f = refuse("the certificate", certificate);
	else if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
		f = refuse("the key", key);
	else if (SSL_CTX_check_private_key(ctx) != 1)
		f = refuse("the key", key);
	SSL_CTX_free(ctx);
	return f;
}

enum fault
server_pin(char out[SERVER_PIN_BYTES], const char *certificate)
{
	_Static_assert(SERVER_PIN_BYTES == WIRE_PIN_BYTES, "a pin is as long here as on the wire");
	unsigned char *der = NULL, sum[SHA256_DIGEST_LENGTH];
	FILE *file = fopen(certificate, "re");
	X509 *x = file == NULL ? NULL : PEM_read_X509(file, NULL, NULL, NULL);
	int n = x == NULL ? -1 : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	if (file != NULL)
		fclose(file);
	X509_free(x);
	if (n <= 0)
		return refuse("the certificate", certificate);
	SHA256(der, (size_t)n, sum);
	OPENSSL_free(der);
	memcpy(out, WIRE_PIN_PREFIX, sizeof WIRE_PIN_PREFIX);
	EVP_EncodeBlock((unsigned char *)out + strlen(WIRE_PIN_PREFIX), sum, sizeof sum);
	return FAULT_NONE;
}

/* ---- a certificate of our own ---------------------------------------------------------- */

static bool
name_it(X509 *x)
{
	X509_NAME *name = X509_get_subject_name(x);
	X509V3_CTX ctx;
	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	static const struct { int nid; const char *value; } extensions[] = {
		{ NID_basic_constraints, "critical,CA:FALSE" },
		{ NID_key_usage, "critical,digitalSignature" },
		{ NID_ext_key_usage, "serverAuth" },
		{ NID_subject_alt_name, "DNS:stoa.local,DNS:localhost,IP:127.0.0.1,IP:::1" },
	};
	bool well = X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"stoa classroom", -1, -1, 0) == 1 &&
		    X509_set_issuer_name(x, name) == 1;
	for (size_t i = 0; i < COUNT_OF(extensions) && well; i++) {
		X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, extensions[i].nid, extensions[i].value);
		well = e != NULL && X509_add_ext(x, e, -1) == 1;
		X509_EXTENSION_free(e);
	}
	return well;
}

static X509 *
certificate_for(EVP_PKEY *key, const struct clock *clock, const struct chance *chance)
{
	X509 *x = X509_new();
	uint64_t serial;
	time_t now = (time_t)(clock->wall_ms(clock->arg) / 1000);
	chance->fill(&serial, sizeof serial, chance->arg);
	if (x != NULL && X509_set_version(x, 2) == 1 &&
		ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial >> 1) == 1 &&
		X509_time_adj_ex(X509_getm_notBefore(x), -1, 0, &now) != NULL &&
		X509_time_adj_ex(X509_getm_notAfter(x), YEARS * 365, 0, &now) != NULL &&
		X509_set_pubkey(x, key) == 1 && name_it(x) && X509_sign(x, key, EVP_sha256()) > 0)
		return x;
	X509_free(x);
	return NULL;
}

static enum fault
write_pem(const char *path, BIO *bio)
{
	char *bytes = NULL;
	long n = BIO_get_mem_data(bio, &bytes);
	enum fault f = n > 0 ? file_write(path, bytes, (size_t)n) : fault(FAULT_SYSTEM, "OpenSSL cannot write %s", path);
	if (bytes != NULL)
		vault_wipe(bytes, (size_t)n);
	return f;
}

enum fault
server_certificate_make(const char *certificate, const char *key_path, const struct clock *clock,
	const struct chance *chance)
{
	if (access(certificate, F_OK) == 0 && access(key_path, F_OK) == 0)
		return FAULT_NONE;
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = key == NULL ? NULL : certificate_for(key, clock, chance);
	BIO *one = BIO_new(BIO_s_mem()), *other = BIO_new(BIO_s_mem());
	bool well = x != NULL && one != NULL && other != NULL && PEM_write_bio_X509(one, x) == 1 &&
		    PEM_write_bio_PrivateKey(other, key, NULL, NULL, 0, NULL, NULL) == 1;
	/* The certificate last: when it is there, its key is. */
	enum fault f = well ? write_pem(key_path, other) : fault(FAULT_SYSTEM, "OpenSSL makes no certificate");
	if (f == FAULT_NONE)
		f = write_pem(certificate, one);
	BIO_free(one);
	BIO_free(other);
	X509_free(x);
	EVP_PKEY_free(key);
	return f;
}

/* ---- what a listener is told ------------------------------------------------------------- */

#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"

void
tls_vhost(struct lws_context_creation_info *out, const struct server *s)
{
	if (s->certificate == NULL)
		return;
	out->ssl_cert_filepath = s->certificate;
	out->ssl_private_key_filepath = s->key;
	out->ssl_cipher_list = CIPHERS;
	out->ssl_options_set = (long)(SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 |
		SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
	out->alpn = s->http2 ? "h2,http/1.1" : "http/1.1";
	out->options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
}

void
tls_reload(struct listener *l)
{
	const struct server *s = l->server;
	if (s->certificate != NULL &&
		lws_tls_cert_updated(l->context, s->certificate, s->key, NULL, 0, NULL, 0) != 0)
		log_event(LOG_WARN, "server", "certificate", "result=refused");
}

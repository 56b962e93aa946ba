/* The handshake of a WebSocket (RFC 6455 4.2): from a request to a live chat.
 *
 * What is refused is refused as any request, with its status and the envelope; no
 * extension and no subprotocol is agreed on, whatever is offered. */
#include <openssl/evp.h>
#include <string.h>

#include "live_in.h"

bool
live_asked(const struct exchange *x, const struct head *h)
{
	return !x->http2 && h->upgrade && h->value[HEAD_UPGRADE] != NULL && strcasecmp(h->value[HEAD_UPGRADE], "websocket") == 0 &&
	       str_same(x->method, "GET") && str_same(x->path, "/v1/live");
}

/* RFC 6455 4.2.2: the key and a fixed text, hashed. */
static bool
accept_key(char out[32], const char *key)
{
	char both[64];
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	int length = snprintf(both, sizeof both, "%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
	if (EVP_Digest(both, (size_t)length, digest, &n, EVP_sha1(), NULL) != 1)
		return false;
	EVP_EncodeBlock((unsigned char *)out, digest, (int)n);
	return true;
}

/* Sixteen bytes in base64. */
static bool
key_good(const char *key)
{
	unsigned char bytes[24];
	return key != NULL && strlen(key) == 24 && str_ends(key, "==") && EVP_DecodeBlock(bytes, (const unsigned char *)key, 24) == 18;
}

int
live_handshake(struct exchange *x, const struct head *h)
{
	struct server *s = x->listener->server;
	struct connection *c = x->connection;
	char out[256], hash[32];
	x->reply.close = true;
	if (!str_same(h->value[HEAD_SOCKET_VERSION], "13"))
		return reply_refuse(x, 426, "version 13 of WebSocket is spoken here");
	if (h->count[HEAD_SOCKET_KEY] != 1 || !key_good(h->value[HEAD_SOCKET_KEY]) || x->length > 0)
		return reply_refuse(x, 400, "the handshake has no key of sixteen bytes");
	x->reply.retry_ms = 5000;
	if (atomic_load(&s->draining))
		return reply_refuse(x, 503, "the server is being stopped");
	if (atomic_load(&s->lives) >= atomic_load(&s->lives_max))   /* two listeners may let one more in */
		return reply_refuse(x, 503, "so many talk here already; try again");
	if (!accept_key(hash, h->value[HEAD_SOCKET_KEY]))
		return reply_refuse(x, 500, "the handshake cannot be answered");
	int n = snprintf(out, sizeof out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Accept: %s\r\n\r\n", hash);
	if (!reply_put(x, out, (size_t)n, LWS_WRITE_HTTP_HEADERS))
		return -1;
	c->live = live_new(x->listener, c, h);
	c->exchange = NULL;
	exchange_gone(x);
	connection_live(c);
	live_read(c->live);
	return 0;
}

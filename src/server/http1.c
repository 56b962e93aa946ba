/* HTTP/1.1 on a connection: from bytes to heads and bodies, one request after the other.
 *
 * The library gives us bytes (its raw role: the socket, TLS, the loop) and speaks
 * HTTP/2 itself.  Its own HTTP/1 is not used: it lets a folded line or a nameless one
 * hide the headers behind it, waits for ever for chunks, turns in circles when bytes
 * come behind a request that is not answered yet, and hides the mask of a WebSocket's
 * frames.  What comes behind a request waits in c->in until its turn; past 16 KiB
 * nothing more is read.
 * A connection that ends with bytes unread would be reset, and the reply with it, so
 * the end lingers: nothing more is sent, what comes is thrown away. */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>

#include "live_in.h"

#define AHEAD_BYTES HEAD_BYTES_MAX
#define LINGER_S 1

/* ---- the end ------------------------------------------------------------------------- */

/* What was written has gone: then close, at once or when the other end has. */
static int
finish(struct connection *c)
{
	if (lws_partial_buffered(c->wsi)) {
		lws_callback_on_writable(c->wsi);
		return 0;
	}
	if (c->lingering)
		return 0;
	if (c->listener->server->certificate != NULL) {
		(void)SSL_shutdown(lws_get_ssl(c->wsi));
		ERR_clear_error();   /* what it left there would be taken for another connection's */
	}
	if (!c->lingers)
		return -1;
	if (c->listener->server->certificate == NULL)
		shutdown(c->fd, SHUT_WR);
	c->lingering = true;
	lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LINGER_S);
	return 0;
}

int
http1_close(struct connection *c, bool lingers)
{
	c->lingers = lingers || c->in.len > 0;
	connection_closing(c);
	text_clear(&c->in);
	return finish(c);
}

int
http1_done(struct connection *c, bool close)
{
	struct exchange *x = c->exchange;
	bool unread = x->unread;
	c->exchange = NULL;
	exchange_gone(x);
	if (close)
		return http1_close(c, unread);
	connection_done(c);
	return c->feeding ? 0 : http1_go_on(c);
}

/* ---- what comes ---------------------------------------------------------------------- */

/* No head can be made of it: h may be empty. */
static int
refuse(struct connection *c, const struct head *h, int status)
{
	struct exchange *x = exchange_new(c->listener, c->wsi, c);
	c->exchange = x;
	x->unread = true;
	return request_refuse(x, h, status);
}

static int
take_head(struct connection *c, char *bytes, size_t n, size_t *used)
{
	static const struct head none;
	struct head h;
	long end = head_end(bytes, n, &c->looked);
	*used = end > 0 ? (size_t)end : n;
	if (end < 0)
		return refuse(c, &none, 400);
	/* A first line that alone is too long is an address that is too long. */
	if (end == 0 ? n > HEAD_BYTES_MAX : end > HEAD_BYTES_MAX)
		return refuse(c, &none, memchr(bytes, '\n', HEAD_BYTES_MAX) == NULL ? 414 : 431);
	if (end == 0) {
		*used = 0;
		return 0;
	}
	c->looked = 0;
	int status = head_parse(&h, bytes, (size_t)end);
	if (status != 0)
		return refuse(c, &h, status);
	c->exchange = exchange_new(c->listener, c->wsi, c);
	return request_begin(c->exchange, &h);
}

static int
take_body(struct connection *c, const char *bytes, size_t n, size_t *used)
{
	struct exchange *x = c->exchange;
	uint64_t left = (uint64_t)(x->length - x->received);
	*used = left < n ? (size_t)left : n;
	int well = request_body(x, bytes, *used);
	if (well == 0 && *used == left && c->exchange == x && c->state == CONNECTION_BODY)
		well = request_body_end(x);
	return well;
}

/* One step; *used 0: what is there must wait. */
static int
step(struct connection *c, char *bytes, size_t n, size_t *used)
{
	*used = 0;
	switch (c->state) {
	case CONNECTION_IDLE:
	case CONNECTION_HEAD:
		*used = c->looked == 0 && (bytes[0] == '\r' || bytes[0] == '\n');   /* RFC 9112 2.2 */
		if (*used > 0)
			return 0;
		if (c->state == CONNECTION_IDLE)
			connection_begins(c);
		return take_head(c, bytes, n, used);
	case CONNECTION_BODY:
		return take_body(c, bytes, n, used);
	case CONNECTION_LIVE:
		*used = n;
		return live_bytes(c->live, (unsigned char *)bytes, n);
	case CONNECTION_CLOSING:
		*used = n;
		return 0;
	default:
		return 0;
	}
}

static int
feed(struct connection *c, char *bytes, size_t n, size_t *used)
{
	int well = 0;
	size_t at = 0, one = 1;
	c->feeding = true;
	while (at < n && well == 0 && one > 0) {
		well = step(c, bytes + at, n - at, &one);
		at += one;
	}
	c->feeding = false;
	*used = at;
	return well;
}

/* Read on, or no further. */
static void
set_reading(struct connection *c)
{
	bool held = c->state == CONNECTION_REPLY && c->in.len >= AHEAD_BYTES;
	if (held != c->held)
		lws_rx_flow_control(c->wsi, !held);
	c->held = held;
}

int
http1_go_on(struct connection *c)
{
	size_t used = 0;
	int well = c->in.len > 0 ? feed(c, c->in.data, c->in.len, &used) : 0;
	if (well == 0 && used > 0 && c->in.len > 0) {   /* ended meanwhile, it is empty */
		memmove(c->in.data, c->in.data + used, c->in.len - used);
		text_cut(&c->in, c->in.len - used);
	}
	if (well == 0 && c->in.len == 0)
		text_clear(&c->in);
	if (well == 0)
		set_reading(c);
	return well;
}

int
http1_read(struct connection *c, char *bytes, size_t n)
{
	size_t used = 0;
	if (c->requests == 0)
		lws_set_timeout(c->wsi, NO_PENDING_TIMEOUT, 0);   /* the guard's are the deadlines */
	if (c->in.len > 0) {
		text_put_n(&c->in, bytes, n);
		return c->in.over ? -1 : http1_go_on(c);
	}
	int well = feed(c, bytes, n, &used);
	if (well == 0 && used < n) {
		text_put_n(&c->in, bytes + used, n - used);
		set_reading(c);
	}
	return well;
}

int
http1_writable(struct connection *c)
{
	struct exchange *x = c->exchange;
	if (c->state == CONNECTION_CLOSING)
		return finish(c);
	if (c->live != NULL)
		return live_writable(c->live);
	return x == NULL ? 0 : x->answer != NULL ? stream_write(x) : reply_write(x);
}

void
http1_gone(struct connection *c)
{
	struct exchange *x = c->exchange;
	c->exchange = NULL;
	if (x != NULL)
		exchange_gone(x);
	if (c->live != NULL)
		live_gone(c->live);
	c->live = NULL;
}

/* Opening a WebSocket: libcurl makes the connection, we shake hands on it.
 *
 * Names, proxies, TLS and pins are libcurl's, with every promise of an ordinary
 * request; it connects and then only moves bytes (CURLOPT_CONNECT_ONLY).  libcurl's
 * own WebSocket was rejected: Debian 12 builds without it.  The easy handle stays
 * in its multi as long as the socket lives, or libcurl forgets the connection.
 */
#include <poll.h>
#include <string.h>
#include "wire_in.h"

#define OPEN_MS 20000
#define TURN_MS 25
#define KEY_BYTES 25

struct connection {
	struct wire_exchange x;
	struct wire_request req;
	char early[4096];             /* bytes behind the 101 */
	size_t early_at, early_bytes;
	int fd;
	int64_t until_ms;
};

static ssize_t
pull(void *arg, void *bytes, size_t n)
{
	struct connection *c = arg;
	size_t got = c->early_bytes - c->early_at;
	if (got > 0) {
		got = n < got ? n : got;
		memcpy(bytes, c->early + c->early_at, got);
		c->early_at += got;
		return (ssize_t)got;
	}
	CURLcode code = c->x.curl->easy_recv(c->x.line.easy, bytes, n, &got);
	return code == CURLE_AGAIN ? WIRE_PIPE_LATER : code != CURLE_OK || got == 0 ? WIRE_PIPE_OVER : (ssize_t)got;
}

static ssize_t
push(void *arg, const void *bytes, size_t n)
{
	struct connection *c = arg;
	size_t put = 0;
	CURLcode code = c->x.curl->easy_send(c->x.line.easy, bytes, n, &put);
	if (code == CURLE_AGAIN || (code == CURLE_OK && put == 0))
		return WIRE_PIPE_LATER;
	return code != CURLE_OK ? WIRE_PIPE_OVER : (ssize_t)put;
}

static void
end(void *arg)
{
	struct connection *c = arg;
	struct wire_quiet quiet;
	wire_quiet_begin(&quiet);
	wire_exchange_end(&c->x, false);
	wire_quiet_end(&quiet);
	mem_free(c);
}

static enum fault
setup_socket(struct wire_exchange *x)
{
	enum fault f = wire_setup_connection(x);
	if (f == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(x->line.easy, CURLOPT_CONNECT_ONLY, 1L), "CONNECT_ONLY");
	return f;
}

/* 16 bytes by chance, in base64 (RFC 6455 4.1). */
static void
make_key(char out[KEY_BYTES])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned char chance[24];
	chance_system.fill(chance, sizeof chance, chance_system.arg);
	for (size_t i = 0; i < 22; i++)
		out[i] = digits[chance[i] & 63];
	out[21] = digits[chance[21] & 48];   /* 128 bits: the last digit carries two */
	memcpy(out + 22, "==", 3);
}

static enum fault
put_header(struct text *out, const char *name, const char *value)
{
	enum fault f = wire_header_check(value);
	if (f == FAULT_NONE)
		text_printf(out, "%s%s\r\n", name, value);
	return f;
}

static enum fault
write_request(struct text *out, const struct wire_socket_config *config, const char *key)
{
	const char *host = strstr(config->url, "://") + 3, *path = host + strcspn(host, "/?");
	enum fault f = FAULT_NONE;
	text_init(out, WIRE_UPGRADE_BYTES_MAX);
	text_printf(out, "GET %s%s HTTP/1.1\r\nHost: %.*s\r\nUser-Agent: stoa/" STOA_VERSION "\r\n", *path == '/' ? "" : "/", path, (int)(path - host), host);
	text_printf(out, "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n", key);
	if (config->protocol != NULL)
		f = put_header(out, "Sec-WebSocket-Protocol: ", config->protocol);
	if (f == FAULT_NONE && config->bearer != NULL)
		f = put_header(out, "Authorization: Bearer ", config->bearer);
	for (size_t i = 0; f == FAULT_NONE && config->headers != NULL && config->headers[i] != NULL; i++)
		f = put_header(out, "", config->headers[i]);
	text_put(out, "\r\n");
	return f == FAULT_NONE ? text_check(out, "the handshake") : f;
}

static enum fault
wait_for(struct connection *c, short what, const struct cancel *cancel)
{
	struct pollfd p = { c->fd, what, 0 };
	enum fault f = cancel_check(cancel);
	if (f != FAULT_NONE)
		return f;
	if (clock_system.mono_ms(clock_system.arg) >= c->until_ms)
		return fault(FAULT_OFFLINE, "%s did not finish the handshake in time", c->x.url.host);
	poll(&p, 1, TURN_MS);
	return FAULT_NONE;
}

static enum fault
send_all(struct connection *c, const struct text *t, const struct cancel *cancel)
{
	enum fault f = FAULT_NONE;
	for (size_t at = 0; at < t->len && f == FAULT_NONE;) {
		ssize_t put = push(c, t->data + at, t->len - at);
		if (put == WIRE_PIPE_OVER)
			return fault(FAULT_OFFLINE, "%s cut the connection", c->x.url.host);
		if (put > 0)
			at += (size_t)put;
		else
			f = wait_for(c, POLLOUT, cancel);
	}
	return f;
}

static enum fault
read_answer(struct wire_upgrade *u, struct connection *c, const struct cancel *cancel)
{
	enum fault f = FAULT_NONE;
	while (!u->whole && f == FAULT_NONE) {
		char bytes[sizeof c->early];
		size_t used = 0;
		ssize_t got = pull(c, bytes, sizeof bytes);
		if (got == WIRE_PIPE_OVER)
			return fault(FAULT_OFFLINE, "%s closed the connection in the handshake", c->x.url.host);
		if (got == WIRE_PIPE_LATER) {
			f = wait_for(c, POLLIN, cancel);
			continue;
		}
		f = wire_upgrade_feed(u, &used, bytes, (size_t)got);
		c->early_bytes = (size_t)got - used;
		memcpy(c->early, bytes + used, c->early_bytes);
	}
	return f;
}

static enum fault
shake_hands(struct connection *c, const struct wire_socket_config *config, const struct cancel *cancel)
{
	char key[KEY_BYTES], accept[WIRE_ACCEPT_BYTES];
	struct wire_upgrade u;
	struct text request;
	make_key(key);
	wire_upgrade_init(&u);
	enum fault f = write_request(&request, config, key);
	if (f == FAULT_NONE)
		f = wire_accept_of(accept, key);
	if (f == FAULT_NONE)
		f = send_all(c, &request, cancel);
	if (f == FAULT_NONE)
		f = read_answer(&u, c, cancel);
	if (f == FAULT_NONE)
		f = wire_upgrade_judge(&u, c->x.url.host, accept, config->protocol);
	if (request.len > 0)
		explicit_bzero(request.data, request.len);
	text_clear(&request);
	text_clear(&u.head);
	return f;
}

static enum fault
reach(struct connection *c, const struct cancel *cancel)
{
	curl_socket_t fd = CURL_SOCKET_BAD;
	enum fault f = wire_exchange_run(&c->x, setup_socket, cancel);
	if (f != FAULT_NONE)
		return f;
	c->x.curl->easy_getinfo(c->x.line.easy, CURLINFO_ACTIVESOCKET, &fd);
	if (fd == CURL_SOCKET_BAD)
		return fault(FAULT_OFFLINE, "%s cut the connection", c->x.url.host);
	c->fd = fd;
	return FAULT_NONE;
}

enum fault
wire_socket_open(struct wire_socket **out, const struct wire_socket_config *config, const struct cancel *cancel)
{
	struct wire_url url;
	struct wire_quiet quiet;
	enum fault f = wire_url_parse(&url, config->url);
	if (f != FAULT_NONE)
		return f;
	struct connection *c = mem_new(sizeof *c);
	int total_ms = config->total_ms > 0 ? config->total_ms : OPEN_MS;
	c->req = (struct wire_request){ .url = config->url, .ca_file = config->ca_file, .pin = config->pin,
		.connect_ms = config->connect_ms, .total_ms = total_ms };
	c->x = (struct wire_exchange){ .req = &c->req, .url = url };
	c->until_ms = clock_system.mono_ms(clock_system.arg) + total_ms;
	wire_quiet_begin(&quiet);
	if ((f = reach(c, cancel)) == FAULT_NONE)
		f = shake_hands(c, config, cancel);
	wire_quiet_end(&quiet);
	struct wire_pipe pipe = { pull, push, end, c, c->fd, c->x.url.host };
	c->req = (struct wire_request){ 0 };   /* its texts are the caller's */
	if (f == FAULT_NONE)
		f = wire_socket_over(out, &pipe, config->text_max_bytes);
	if (f != FAULT_NONE)
		end(c);
	return f;
}

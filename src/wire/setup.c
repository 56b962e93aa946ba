/* What libcurl is told before an exchange, and what it may open.
 *
 * Every option that keeps a promise of the header is set here and its result
 * looked at: an option that this libcurl does not know is a fault, never a request
 * sent without it.  Options are rows, so that the promises can be read at once.
 * The name in the URL was checked; the address behind the name is checked again
 * when the socket is opened, after any resolver has had its say.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "wire_in.h"

#define CONNECT_MS 10000
#define TOTAL_MS 120000
#define KEPT_S 60

curl_socket_t
wire_on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct wire_exchange *x = arg;
	(void)purpose;
	if ((!x->url.tls && !wire_address_loopback(&address->addr)) || wire_address_banned(&address->addr)) {
		x->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

enum fault
wire_setup_accepted(CURLcode code, const char *what)
{
	if (code != CURLE_OK)
		return fault(FAULT_SYSTEM, "libcurl does not take the setting %s", what);
	return FAULT_NONE;
}

/* Settings that are the same for every exchange. */
static enum fault
setup_promises(struct wire_exchange *x)
{
	static const struct { CURLoption option; const char *name; long value; } numbers[] = {
		{ CURLOPT_NOSIGNAL, "NOSIGNAL", 1 },
		{ CURLOPT_MAXAGE_CONN, "MAXAGE_CONN", KEPT_S },
		{ CURLOPT_FOLLOWLOCATION, "FOLLOWLOCATION", 0 },
		{ CURLOPT_SSLVERSION, "SSLVERSION", CURL_SSLVERSION_TLSv1_2 },
		{ CURLOPT_HTTP_VERSION, "HTTP_VERSION", CURL_HTTP_VERSION_1_1 },
		{ CURLOPT_HTTP09_ALLOWED, "HTTP09_ALLOWED", 0 },
		{ CURLOPT_NETRC, "NETRC", CURL_NETRC_IGNORED },
		{ CURLOPT_HTTPPROXYTUNNEL, "HTTPPROXYTUNNEL", 1 },
		{ CURLOPT_SUPPRESS_CONNECT_HEADERS, "SUPPRESS_CONNECT_HEADERS", 1 },
	};
	static const struct { CURLoption option; const char *name, *value; } texts[] = {
		{ CURLOPT_PROTOCOLS_STR, "PROTOCOLS", "http,https" },
		{ CURLOPT_REDIR_PROTOCOLS_STR, "REDIR_PROTOCOLS", "https" },
		{ CURLOPT_USERAGENT, "USERAGENT", "stoa/" STOA_VERSION },
		{ CURLOPT_ACCEPT_ENCODING, "ACCEPT_ENCODING", NULL },
	};
	enum fault f = FAULT_NONE;
	for (size_t i = 0; i < COUNT_OF(numbers) && f == FAULT_NONE; i++)
		f = wire_setup_accepted(x->curl->easy_setopt(x->line.easy, numbers[i].option, numbers[i].value), numbers[i].name);
	for (size_t i = 0; i < COUNT_OF(texts) && f == FAULT_NONE; i++)
		f = wire_setup_accepted(x->curl->easy_setopt(x->line.easy, texts[i].option, texts[i].value), texts[i].name);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* So that a cancelled exchange does not wait for the resolver's thread;
	 * an older libcurl may refuse it and waits. */
	(void)x->curl->easy_setopt(x->line.easy, CURLOPT_QUICK_EXIT, 1L);
#endif
	return f;
}

enum fault
wire_header_check(const char *line)
{
	for (const char *s = line; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7F)
			return fault(FAULT_INPUT, "a header holds a control byte");
	return FAULT_NONE;
}

static enum fault
add_header(struct wire_exchange *x, const char *line)
{
	enum fault f = wire_header_check(line);
	if (f != FAULT_NONE)
		return f;
	struct curl_slist *longer = x->curl->slist_append(x->headers, line);
	if (longer == NULL)
		return fault(FAULT_SYSTEM, "libcurl has no memory for a header");
	x->headers = longer;
	return FAULT_NONE;
}

static enum fault
setup_headers(struct wire_exchange *x)
{
	const struct wire_request *req = x->req;
	enum fault f = add_header(x, "Expect:");
	for (size_t i = 0; f == FAULT_NONE && req->headers != NULL && req->headers[i] != NULL; i++)
		f = add_header(x, req->headers[i]);
	if (f == FAULT_NONE && req->bearer != NULL) {
		static const char word[] = "Authorization: Bearer ";
		size_t n = strlen(req->bearer);
		char *line = mem_new(sizeof word + n);
		memcpy(line, word, sizeof word - 1);
		memcpy(line + sizeof word - 1, req->bearer, n + 1);
		f = add_header(x, line);
		explicit_bzero(line, sizeof word + n);
		mem_free(line);
	}
	if (f == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(x->line.easy, CURLOPT_HTTPHEADER, x->headers), "HTTPHEADER");
	return f;
}

static enum fault
setup_method(struct wire_exchange *x)
{
	const struct wire_request *req = x->req;
	const char *method = req->method != NULL ? req->method : req->body != NULL ? "POST" : "GET";
	enum fault f = FAULT_NONE;
	x->once = !req->repeatable && !str_same(method, "GET") && !str_same(method, "HEAD");
	if (*method == '\0' || method[strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] != '\0')
		return fault(FAULT_INPUT, "method %s is not in capital letters", method);
	if (req->body != NULL) {
		f = wire_setup_accepted(x->curl->easy_setopt(x->line.easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->body_bytes), "POSTFIELDSIZE");
		if (f == FAULT_NONE)
			f = wire_setup_accepted(x->curl->easy_setopt(x->line.easy, CURLOPT_POSTFIELDS, req->body), "POSTFIELDS");
	}
	if (f == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(x->line.easy, CURLOPT_CUSTOMREQUEST, method), "CUSTOMREQUEST");
	if (f == FAULT_NONE && str_same(method, "HEAD"))
		f = wire_setup_accepted(x->curl->easy_setopt(x->line.easy, CURLOPT_NOBODY, 1L), "NOBODY");
	return f;
}

/* http stays on this machine: no proxy, and localhost means loopback whatever the
 * hosts file says. For https the proxy of the environment is libcurl's default. */
static enum fault
setup_loopback(struct wire_exchange *x)
{
	char pin[64];
	enum fault f = FAULT_NONE;
	if (!x->url.tls)
		f = wire_setup_accepted(x->curl->easy_setopt(x->line.easy, CURLOPT_PROXY, ""), "PROXY");
	if (f != FAULT_NONE || !x->url.localhost)
		return f;
	snprintf(pin, sizeof pin, "localhost:%d:127.0.0.1,[::1]", x->url.port);
	if ((x->resolve = x->curl->slist_append(NULL, pin)) == NULL)
		return fault(FAULT_SYSTEM, "libcurl has no memory for an address");
	return wire_setup_accepted(x->curl->easy_setopt(x->line.easy, CURLOPT_RESOLVE, x->resolve), "RESOLVE");
}

/* Whom to believe: the system's authorities, those of a file, or one key alone. A
 * pinned key stands for the whole certificate: names and dates say nothing more. */
static enum fault
setup_trust(struct wire_exchange *x)
{
	const struct wire_session *s = x->req->session;
	const char *ca_file = s != NULL ? s->ca_file : x->req->ca_file, *pin = s != NULL ? s->pin : x->req->pin;
	CURL *easy = x->line.easy;
	enum fault f = FAULT_NONE;
	if (pin != NULL && (f = wire_pin_check(pin)) == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, pin), "PINNEDPUBLICKEY");
	if (f == FAULT_NONE && ca_file != NULL)
		f = wire_setup_accepted(x->curl->easy_setopt(easy, CURLOPT_CAINFO, ca_file), "CAINFO");
	if (f == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, pin == NULL ? 1L : 0L), "SSL_VERIFYPEER");
	if (f == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, pin == NULL ? 2L : 0L), "SSL_VERIFYHOST");
	return f;
}

static enum fault
setup_reach(struct wire_exchange *x)
{
	const struct wire_request *req = x->req;
	const struct { CURLoption option; const char *name; const void *value; } pointers[] = {
		{ CURLOPT_URL, "URL", req->url },
		{ CURLOPT_OPENSOCKETDATA, "OPENSOCKETDATA", x },
	};
	const struct { CURLoption option; const char *name; long value; } numbers[] = {
		{ CURLOPT_CONNECTTIMEOUT_MS, "CONNECTTIMEOUT", req->connect_ms > 0 ? req->connect_ms : CONNECT_MS },
		{ CURLOPT_TIMEOUT_MS, "TIMEOUT", req->total_ms > 0 ? req->total_ms : TOTAL_MS },
	};
	enum fault f = FAULT_NONE;
	for (size_t i = 0; i < COUNT_OF(pointers) && f == FAULT_NONE; i++)
		f = wire_setup_accepted(x->curl->easy_setopt(x->line.easy, pointers[i].option, pointers[i].value), pointers[i].name);
	for (size_t i = 0; i < COUNT_OF(numbers) && f == FAULT_NONE; i++)
		f = wire_setup_accepted(x->curl->easy_setopt(x->line.easy, numbers[i].option, numbers[i].value), numbers[i].name);
	if (f == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(x->line.easy, CURLOPT_OPENSOCKETFUNCTION, wire_on_socket), "OPENSOCKETFUNCTION");
	return f;
}

static enum fault
setup_exchange(struct wire_exchange *x)
{
	CURL *easy = x->line.easy;
	enum fault f = wire_setup_accepted(x->curl->easy_setopt(easy, CURLOPT_HEADERFUNCTION, wire_on_head), "HEADERFUNCTION");
	if (f == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(easy, CURLOPT_HEADERDATA, x), "HEADERDATA");
	if (f == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(easy, CURLOPT_WRITEFUNCTION, wire_on_body), "WRITEFUNCTION");
	if (f == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(easy, CURLOPT_WRITEDATA, x), "WRITEDATA");
	if (f == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(easy, CURLOPT_PREREQFUNCTION, wire_on_ready), "PREREQFUNCTION");
	if (f == FAULT_NONE)
		f = wire_setup_accepted(x->curl->easy_setopt(easy, CURLOPT_PREREQDATA, x), "PREREQDATA");
	return f;
}

enum fault
wire_setup_connection(struct wire_exchange *x)
{
	enum fault f = setup_promises(x);
	if (f == FAULT_NONE)
		f = setup_reach(x);
	if (f == FAULT_NONE)
		f = setup_trust(x);
	if (f == FAULT_NONE)
		f = setup_loopback(x);
	return f;
}

enum fault
wire_setup(struct wire_exchange *x)
{
	enum fault f = wire_setup_connection(x);
	if (f == FAULT_NONE)
		f = setup_exchange(x);
	if (f == FAULT_NONE)
		f = setup_method(x);
	if (f == FAULT_NONE)
		f = setup_headers(x);
	return f;
}

/* One exchange: send, watch, gather, say how it ended.
 *
 * The multi interface is used although there is one transfer, because only it
 * lets us look at the cancel token and at our own clocks while libcurl waits
 * (every 25 ms).  Three times run: connecting and the whole are
 * libcurl's; silence, before the first byte and later, is counted here, and is none
 * while our own body still goes out over a slow line.
 * Without a session connections are not kept.  With one, libcurl may find that a
 * kept connection died while idle and send again: wire_on_ready() lets it do so
 * once, and only what does no harm when it arrives twice.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "wire_in.h"

#define TURN_MS 25
#define FIRST_BYTE_MS 30000
#define REPLY_BYTES (1024u * 1024)
#define HEAD_BYTES_MAX (64u * 1024)
#define RETRY_AFTER_MAX_S 86400

void
wire_reply_clear(struct wire_reply *r)
{
	text_clear(&r->body);
	r->status = 0;
	r->streamed = false;
	r->type[0] = '\0';
}

/* Keep a fault found in a callback until libcurl has let go. */
static size_t
stop_with(struct wire_exchange *x, enum fault f)
{
	x->fault = f;
	snprintf(x->sentence, sizeof x->sentence, "%s", fault_sentence());
	return 0;
}

static int64_t
now_ms(void)
{
	return clock_system.mono_ms(clock_system.arg);
}

/* The value of header `name` in line, without spaces around it; NULL: another. */
static const char *
header_value(size_t *n, const char *line, size_t len, const char *name)
{
	size_t at = strlen(name);
	if (len <= at || strncasecmp(line, name, at) != 0 || line[at] != ':')
		return NULL;
	for (at++; at < len && (line[at] == ' ' || line[at] == '\t'); at++)
		;
	while (len > at && isspace((unsigned char)line[len - 1]))
		len--;
	*n = len - at;
	return line + at;
}

size_t
wire_on_head(char *bytes, size_t one, size_t n, void *arg)
{
	struct wire_exchange *x = arg;
	const char *value;
	size_t len = one * n, size;
	x->head_bytes += len;
	if (x->head_bytes > HEAD_BYTES_MAX)
		return stop_with(x, fault(FAULT_LIMIT, "%s sent more than %u bytes of headers", x->url.host, HEAD_BYTES_MAX));
	if (len > 5 && memcmp(bytes, "HTTP/", 5) == 0)
		x->reply->type[0] = '\0';
	if ((value = header_value(&size, bytes, len, "content-encoding")) != NULL
		&& !(size == 8 && strncasecmp(value, "identity", 8) == 0))
		return stop_with(x, fault(FAULT_DAMAGED, "%s sent a compressed body that nobody asked for", x->url.host));
	if ((value = header_value(&size, bytes, len, "content-type")) != NULL) {
		size_t at = 0;
		for (; at < size && at + 1 < sizeof x->reply->type && value[at] != ';' && value[at] > ' '; at++)
			x->reply->type[at] = (char)tolower((unsigned char)value[at]);
		x->reply->type[at] = '\0';
	}
	return len;
}

int
wire_on_ready(void *arg, char *address, char *local, int port, int local_port)
{
	struct wire_exchange *x = arg;
	(void)address, (void)local, (void)port, (void)local_port;
	if (++x->sent <= (x->once ? 1u : 2u))
		return CURL_PREREQFUNC_OK;
	stop_with(x, fault(FAULT_OFFLINE, "%s cut the connection without an answer", x->url.host));
	return CURL_PREREQFUNC_ABORT;
}

static enum fault
on_event(const struct wire_event *ev, void *arg)
{
	struct wire_exchange *x = arg;
	x->heard = true;
	return x->each(ev, x->arg);
}

static size_t
on_stream(struct wire_exchange *x, const char *bytes, size_t len)
{
	x->reply->streamed = true;
	x->stream_bytes += len;
	if (x->stream_bytes > WIRE_STREAM_BYTES_MAX)
		return stop_with(x, fault(FAULT_LIMIT, "%s sent a stream without end", x->url.host));
	enum fault f = wire_sse_feed(&x->sse, bytes, len, on_event, x);
	if (x->heard)
		x->heard_ms = now_ms();
	return f == FAULT_NONE ? len : stop_with(x, f);
}

size_t
wire_on_body(char *bytes, size_t one, size_t n, void *arg)
{
	struct wire_exchange *x = arg;
	size_t len = one * n;
	long status = 0;
	x->curl->easy_getinfo(x->line.easy, CURLINFO_RESPONSE_CODE, &status);
	if (x->each != NULL && status / 100 == 2 && str_same(x->reply->type, "text/event-stream"))
		return on_stream(x, bytes, len);
	x->heard = true;
	x->heard_ms = now_ms();
	if (len > x->body_max - x->reply->body.len)
		return stop_with(x, fault(FAULT_LIMIT, "%s answered more than %zu bytes", x->url.host, x->body_max));
	text_put_n(&x->reply->body, bytes, len);
	return len;
}

/* What libcurl's result means to a caller. */
static enum fault
ended(struct wire_exchange *x, CURLcode code)
{
	static const struct { CURLcode code; enum fault kind; const char *words; } ends[] = {
		{ CURLE_COULDNT_RESOLVE_HOST, FAULT_OFFLINE, "has no address" },
		{ CURLE_COULDNT_RESOLVE_PROXY, FAULT_OFFLINE, "is behind a proxy that has no address" },
		{ CURLE_COULDNT_CONNECT, FAULT_OFFLINE, "does not accept a connection" },
		{ CURLE_OPERATION_TIMEDOUT, FAULT_OFFLINE, "did not finish in time" },
		{ CURLE_GOT_NOTHING, FAULT_OFFLINE, "closed the connection without an answer" },
		{ CURLE_PARTIAL_FILE, FAULT_OFFLINE, "cut its answer short" },
		{ CURLE_RECV_ERROR, FAULT_OFFLINE, "cut the connection" },
		{ CURLE_SEND_ERROR, FAULT_OFFLINE, "cut the connection" },
		{ CURLE_PEER_FAILED_VERIFICATION, FAULT_OFFLINE, "cannot prove who it is: its certificate is refused" },
		{ CURLE_SSL_PINNEDPUBKEYNOTMATCH, FAULT_OFFLINE, "shows another key than the one that was pinned: this may not be the same server" },
		{ CURLE_SSL_CONNECT_ERROR, FAULT_OFFLINE, "does not speak TLS 1.2 or newer" },
		{ CURLE_LOGIN_DENIED, FAULT_DENIED, "does not let us in" },
		{ CURLE_USE_SSL_FAILED, FAULT_OFFLINE, "does not offer TLS" },
		{ CURLE_SSL_CACERT_BADFILE, FAULT_INPUT, "cannot be checked: the file of certificates is not readable" },
		{ CURLE_UNSUPPORTED_PROTOCOL, FAULT_DAMAGED, "did not answer in HTTP" },
		{ CURLE_WEIRD_SERVER_REPLY, FAULT_DAMAGED, "did not answer in HTTP" },
		{ CURLE_WRITE_ERROR, FAULT_DAMAGED, "sent a body that is not put together as HTTP says" },
	};
	if (x->fault != FAULT_NONE)
		return fault(x->fault, "%s", x->sentence);
	if (code == CURLE_OK)
		return FAULT_NONE;
	if (code == CURLE_COULDNT_CONNECT && x->refused)
		return fault(FAULT_INPUT, "%s leads to an address that is never an endpoint", x->url.host);
	for (size_t i = 0; i < COUNT_OF(ends); i++)
		if (ends[i].code == code)
			return fault(ends[i].kind, "%s %s", x->url.host, ends[i].words);
	return fault(FAULT_OFFLINE, "%s: %s", x->url.host, x->curl->easy_strerror(code));
}

static bool
finished(struct wire_exchange *x, CURLcode *code)
{
	int left;
	for (const CURLMsg *m; (m = x->curl->multi_info_read(x->line.multi, &left)) != NULL;)
		if (m->msg == CURLMSG_DONE) {
			*code = m->data.result;
			return true;
		}
	return false;
}

/* A body that goes out is a sign of life. */
static void
note_sending(struct wire_exchange *x)
{
	curl_off_t out = 0;
	x->curl->easy_getinfo(x->line.easy, CURLINFO_SIZE_UPLOAD_T, &out);
	if (out > x->out_bytes)
		x->heard_ms = now_ms();
	x->out_bytes = out;
}

static enum fault
turn_until_done(struct wire_exchange *x, const struct cancel *cancel)
{
	int64_t silence_ms = x->req->first_byte_ms > 0 ? x->req->first_byte_ms : FIRST_BYTE_MS;
	int running;
	CURLcode code;
	for (;;) {
		enum fault f = cancel_check(cancel);
		if (f != FAULT_NONE)
			return f;
		if (x->curl->multi_perform(x->line.multi, &running) != CURLM_OK)
			return fault(FAULT_SYSTEM, "libcurl cannot run the request");
		if (finished(x, &code))
			return ended(x, code);
		note_sending(x);
		int64_t silent_ms = now_ms() - x->heard_ms;
		if (silent_ms >= silence_ms)
			return fault(FAULT_OFFLINE, "%s %s for %lld ms", x->url.host, x->heard ? "fell silent" : "said nothing", (long long)silence_ms);
		int64_t left_ms = silence_ms - silent_ms;
		x->curl->multi_poll(x->line.multi, NULL, 0, left_ms < TURN_MS ? (int)left_ms : TURN_MS, NULL);
	}
}

enum fault
wire_exchange_run(struct wire_exchange *x, wire_setup_fn *setup, const struct cancel *cancel)
{
	enum fault f = wire_curl_load(&x->curl);
	if (f != FAULT_NONE)
		return f;
	if (x->req->session != NULL)
		x->line = wire_session_take(x->req->session);
	if (x->line.easy == NULL)
		x->line = (struct wire_line){ x->curl->easy_init(), x->curl->multi_init() };
	if (x->line.easy == NULL || x->line.multi == NULL)
		return fault(FAULT_SYSTEM, "libcurl cannot make a request");
	if ((f = setup(x)) != FAULT_NONE)
		return f;
	if (x->curl->multi_add_handle(x->line.multi, x->line.easy) != CURLM_OK)
		return fault(FAULT_SYSTEM, "libcurl cannot start the request");
	x->heard_ms = now_ms();
	return turn_until_done(x, cancel);
}

void
wire_exchange_end(struct wire_exchange *x, bool keep)
{
	if (x->curl == NULL)
		return;
	if (x->line.multi != NULL && x->line.easy != NULL)
		x->curl->multi_remove_handle(x->line.multi, x->line.easy);
	if (keep && x->req->session != NULL)
		wire_session_give(x->req->session, x->curl, x->line);
	else
		wire_line_end(x->curl, x->line);
	x->line = (struct wire_line){ NULL, NULL };
	for (struct curl_slist *h = x->headers; h != NULL; h = h->next)
		explicit_bzero(h->data, strlen(h->data));
	x->curl->slist_free_all(x->headers);
	x->curl->slist_free_all(x->resolve);
	x->headers = x->resolve = NULL;
}

static void
read_status(struct wire_exchange *x)
{
	long status = 0;
	curl_off_t after_s = 0;
	x->curl->easy_getinfo(x->line.easy, CURLINFO_RESPONSE_CODE, &status);
	x->curl->easy_getinfo(x->line.easy, CURLINFO_RETRY_AFTER, &after_s);
	x->reply->status = (int)status;
	if (after_s > 0)
		x->reply->retry_after_ms = 1000 * (int64_t)(after_s > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S : after_s);
}

enum fault
wire_stream(struct wire_reply *out, const struct wire_request *req, wire_event_fn *each, void *arg, const struct cancel *cancel)
{
	struct wire_reply reply = { .retry_after_ms = -1 };
	struct wire_exchange x = { .req = req, .reply = &reply, .each = each, .arg = arg };
	*out = (struct wire_reply){ .retry_after_ms = -1 };
	struct wire_quiet quiet;
	enum fault f = wire_url_parse(&x.url, req->url);
	if (f != FAULT_NONE)
		return f;
	if (req->session != NULL && !wire_url_same_origin(&x.url, &req->session->origin))
		return fault(FAULT_INPUT, "%s is not the server of this session", x.url.host);
	x.body_max = req->reply_max_bytes > 0 ? req->reply_max_bytes : REPLY_BYTES;
	text_init(&reply.body, x.body_max);
	wire_sse_init(&x.sse);
	wire_quiet_begin(&quiet);
	if ((f = wire_exchange_run(&x, wire_setup, cancel)) == FAULT_NONE)
		read_status(&x);
	wire_exchange_end(&x, f == FAULT_NONE);
	wire_quiet_end(&quiet);
	wire_sse_clear(&x.sse);
	if (f != FAULT_NONE)
		wire_reply_clear(&reply);
	*out = reply;
	return f;
}

enum fault
wire_fetch(struct wire_reply *out, const struct wire_request *req, const struct cancel *cancel)
{
	return wire_stream(out, req, NULL, NULL, cancel);
}

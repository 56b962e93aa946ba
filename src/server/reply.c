/* A reply: the envelope, the head, the bytes.
 *
 * Head and body leave in one write where HTTP/1 allows it (a third less time for a
 * small reply).  The end of a reply may be the end of its exchange, on HTTP/1 by us,
 * on HTTP/2 within the library: it is the last statement of whoever replies. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "server_in.h"

static const struct {
	int status;
	const char *code, *reason;
} statuses[] = {
	{ 200, "OK", "OK" },
	{ 204, "OK", "No Content" },
	{ 302, "OK", "Found" },
	{ 400, "INVALID_INPUT", "Bad Request" },
	{ 401, "UNAUTHENTICATED", "Unauthorized" },
	{ 403, "FORBIDDEN", "Forbidden" },
	{ 404, "NOT_FOUND", "Not Found" },
	{ 405, "INVALID_INPUT", "Method Not Allowed" },
	{ 409, "CONFLICT", "Conflict" },
	{ 411, "INVALID_INPUT", "Length Required" },
	{ 413, "TOO_LARGE", "Content Too Large" },
	{ 414, "INVALID_INPUT", "URI Too Long" },
	{ 415, "INVALID_INPUT", "Unsupported Media Type" },
	{ 426, "INVALID_INPUT", "Upgrade Required" },
	{ 429, "RATE_LIMITED", "Too Many Requests" },
	{ 431, "INVALID_INPUT", "Request Header Fields Too Large" },
	{ 501, "UNAVAILABLE", "Not Implemented" },
	{ 503, "UNAVAILABLE", "Service Unavailable" },
	{ 505, "INVALID_INPUT", "HTTP Version Not Supported" },
	{ 500, "INTERNAL", "Internal Server Error" }, /* last: of every other */
};

static size_t
status_row(int status)
{
	size_t i = 0;
	while (i + 1 < COUNT_OF(statuses) && statuses[i].status != status)
		i++;
	return i;
}

const char *
status_code(int status)
{
	return statuses[status_row(status)].code;
}

const char *
status_reason(int status)
{
	return statuses[status_row(status)].reason;
}

/* ---- the envelope ------------------------------------------------------------------- */

static void
put_meta(struct text *out, const char *request_id, const struct clock *clock)
{
	char now[TIME_TEXT_BYTES];
	time_format(now, clock->wall_ms(clock->arg));
	text_put(out, ",\"meta\":{\"timestamp\":\"");
	text_put(out, now);
	text_put(out, "\",\"version\":\"" STOA_VERSION "\",\"request_id\":\"");
	text_put(out, request_id);
	text_put(out, "\"}}");
}

void
reply_data_body(struct text *out, const char *json, size_t n, const char *request_id,
	const struct clock *clock)
{
	text_put(out, "{\"data\":");
	text_put_n(out, json, n);
	text_put(out, ",\"error\":null");
	put_meta(out, request_id, clock);
}

void
reply_error_body(struct text *out, const char *code, const char *sentence, const char *request_id,
	const struct clock *clock)
{
	text_put(out, "{\"data\":null,\"error\":{\"code\":\"");
	text_put(out, code);
	text_put(out, "\",\"message\":");
	json_put_string(out, sentence);
	text_put(out, ",\"details\":null}");
	put_meta(out, request_id, clock);
}

/* ---- setting a reply ------------------------------------------------------------------- */

/* A reply is decided: count it, log it. */
static void
note(struct exchange *x)
{
	struct reply *r = &x->reply;
	const struct server *s = x->listener->server;
	/* What follows the head would be taken for the next request. */
	r->close |= x->unread || atomic_load(&s->draining);
	connection_asked(x->connection);
	if (r->status / 100 < (int)COUNT_OF(s->responses))
		atomic_fetch_add(&x->listener->server->responses[r->status / 100], 1);
	bool probe = r->status == 200 && x->route != NULL && x->route->op->reply == &record_health;
	log_event(r->status >= 500 ? LOG_WARN : probe ? LOG_DEBUG : LOG_INFO, "server", "request",
		"id=%s method=%s op=%s status=%d size=%zu ms=%lld", x->request_id,
		x->method != NULL ? x->method : "-", x->route != NULL ? x->route->op->id : "-",
		r->status, r->body.len, (long long)(server_now(s) - x->began_ms));
}

/* On HTTP/1 at once; on HTTP/2 when the connection has room. */
int
reply_start(struct exchange *x)
{
	note(x);
	if (!x->http2)
		return reply_write(x);
	lws_callback_on_writable(x->wsi);
	return 0;
}

int
reply_refuse(struct exchange *x, int status, const char *sentence)
{
	x->reply.status = status;
	x->reply.head_only = x->head || status == 204;
	text_reset(&x->reply.body);
	if (status != 204)
		reply_error_body(&x->reply.body, status_code(status), sentence, x->request_id,
			&x->listener->server->clock);
	return reply_start(x);
}

int
reply_page(struct exchange *x)
{
	const struct text *page = &x->listener->server->openapi;
	x->reply.status = 200;
	x->reply.head_only = x->head;
	text_put_n(&x->reply.body, page->data, page->len);
	return reply_start(x);
}

int
reply_call(struct exchange *x, struct call *c)
{
	x->reply.status = c->status;
	x->reply.retry_ms = c->retry_ms;
	x->reply.location = c->location;
	x->reply.head_only = x->head;
	struct text empty = x->reply.body;
	x->reply.body = c->reply; /* taken, not copied */
	c->reply = empty;
	return reply_start(x);
}

/* ---- the head ------------------------------------------------------------------------------ */

static const char *
date(struct listener *l)
{
	const struct server *s = l->server;
	int64_t now_s = s->clock.wall_ms(s->clock.arg) / 1000;
	if (now_s != l->date_s) {
		struct tm tm;
		time_t t = (time_t)now_s;
		gmtime_r(&t, &tm);
		strftime(l->date, sizeof l->date, "%a, %d %b %Y %H:%M:%S GMT", &tm);
		l->date_s = now_s;
	}
	return l->date;
}

#define FIELDS_MAX 16
struct reply_field { const char *name, *value; };

static size_t
head_fields(struct reply_field out[FIELDS_MAX], char numbers[2][24], struct exchange *x, int64_t bytes)
{
	const struct reply *r = &x->reply;
	size_t n = 0;
	out[n++] = (struct reply_field){ "date", date(x->listener) };
	if (r->status != 204)
		out[n++] = (struct reply_field){ "content-type", r->type != NULL ? r->type : "application/json" };
	out[n++] = (struct reply_field){ "x-request-id", x->request_id };
	out[n++] = (struct reply_field){ "cache-control", "no-store" };
	out[n++] = (struct reply_field){ "x-content-type-options", "nosniff" };
	out[n++] = (struct reply_field){ "content-security-policy", "default-src 'none'; frame-ancestors 'none'" };
	out[n++] = (struct reply_field){ "referrer-policy", "no-referrer" };
	if (r->allow != NULL)
		out[n++] = (struct reply_field){ "allow", r->allow };
	if (r->location != NULL)
		out[n++] = (struct reply_field){ "location", r->location };
	if (r->status == 426)
		out[n++] = (struct reply_field){ "sec-websocket-version", "13" };
	if (r->status == 401)
		out[n++] = (struct reply_field){ "www-authenticate", "Bearer" };
	if (r->retry_ms > 0) {
		snprintf(numbers[0], 24, "%lld", (long long)((r->retry_ms + 999) / 1000));
		out[n++] = (struct reply_field){ "retry-after", numbers[0] };
	}
	if (bytes >= 0 && r->status != 204) {
		snprintf(numbers[1], 24, "%lld", (long long)bytes);
		out[n++] = (struct reply_field){ "content-length", numbers[1] };
	}
	if (!x->http2 && (r->close || bytes < 0))
		out[n++] = (struct reply_field){ "connection", "close" };
	return n;
}

static size_t
head_http2(struct exchange *x, const struct reply_field *fields, size_t count)
{
	unsigned char *block = x->listener->out + LWS_PRE, *p = block, *end = block + 8192;
	if (lws_add_http_header_status(
		    x->wsi, (unsigned)x->reply.status | LWSAHH_FLAG_NO_SERVER_NAME, &p, end) != 0)
		return 0;
	for (size_t i = 0; i < count; i++) {
		char name[40];
		snprintf(name, sizeof name, "%s:", fields[i].name);
		if (lws_add_http_header_by_name(x->wsi, (unsigned char *)name,
			    (const unsigned char *)fields[i].value, (int)strlen(fields[i].value), &p, end) != 0)
			return 0;
	}
	return lws_finalize_http_header(x->wsi, &p, end) != 0 ? 0 : (size_t)(p - block);
}

/* s behind *at; NULL from then on when it does not fit. */
static void
append(char **at, const char *end, const char *s)
{
	size_t n = strlen(s);
	if (*at == NULL || n > (size_t)(end - *at)) {
		*at = NULL;
		return;
	}
	memcpy(*at, s, n);
	*at += n;
}

size_t
reply_head(struct exchange *x, int64_t bytes)
{
	struct reply_field fields[FIELDS_MAX];
	char numbers[2][24], status[16];
	size_t count = head_fields(fields, numbers, x, bytes);
	if (x->http2)
		return head_http2(x, fields, count);
	char *begin = (char *)x->listener->out + LWS_PRE, *at = begin, *end = begin + WRITE_BYTES;
	snprintf(status, sizeof status, "HTTP/1.1 %03d ", x->reply.status);
	append(&at, end, status);
	append(&at, end, status_reason(x->reply.status));
	for (size_t i = 0; i < count; i++) {
		append(&at, end, "\r\n");
		append(&at, end, fields[i].name);
		append(&at, end, ": ");
		append(&at, end, fields[i].value);
	}
	append(&at, end, "\r\n\r\n");
	return at == NULL ? 0 : (size_t)(at - begin);
}

/* ---- writing --------------------------------------------------------------------------------- */

#define FRAME_BYTES 16384   /* SETTINGS_MAX_FRAME_SIZE of everybody (RFC 9113 6.5.2) */

/* How much of the body may go out now. */
static size_t
allowance(struct exchange *x)
{
	size_t left = x->reply.body.len - x->reply.sent;
	size_t most = left < WRITE_BYTES ? left : WRITE_BYTES;
	if (x->http2) { /* one frame a write, and as much as the other end has room for */
		most = most < FRAME_BYTES ? most : FRAME_BYTES;
		lws_fileofs_t window = lws_get_peer_write_allowance(x->wsi);
		if (window >= 0 && (size_t)window < most)
			most = (size_t)window;
	}
	return most;
}

/* bytes NULL: they are in the listener's buffer already. */
bool
reply_put(struct exchange *x, const void *bytes, size_t n, enum lws_write_protocol how)
{
	unsigned char *buffer = x->listener->out + LWS_PRE;
	if (n > 0 && bytes != NULL)
		memcpy(buffer, bytes, n);
	return lws_write(x->wsi, buffer, n, x->http2 ? how : LWS_WRITE_RAW) >= (int)n;
}

/* The head, on HTTP/1 with as much of the body as fits. */
static bool
write_head(struct exchange *x)
{
	struct reply *r = &x->reply;
	size_t head = reply_head(x, (int64_t)r->body.len);
	if (head == 0)
		return false;
	if (r->head_only)
		r->sent = r->body.len;
	size_t n = x->http2 ? 0 : allowance(x);
	if (n + head > WRITE_BYTES)
		n = WRITE_BYTES - head;
	if (n > 0)
		memcpy(x->listener->out + LWS_PRE + head, r->body.data + r->sent, n);
	r->sent += n;
	r->headed = true;
	int how = LWS_WRITE_HTTP_HEADERS;
	if (x->http2 && r->sent == r->body.len)
		how |= LWS_WRITE_H2_STREAM_END;
	return reply_put(x, NULL, head + n, (enum lws_write_protocol)how);
}

int
reply_done(struct exchange *x)
{
	if (!x->http2)
		return http1_done(x->connection, x->reply.close);
	connection_done(x->connection);
	return lws_http_transaction_completed(x->wsi) != 0 ? -1 : 0;
}

int
reply_write(struct exchange *x)
{
	struct reply *r = &x->reply;
	if (r->status == 0)
		return 0; /* nothing to say yet */
	if (!r->headed) {
		if (!write_head(x))
			return -1;
	} else {
		size_t n = allowance(x);
		bool last = r->sent + n == r->body.len;
		if (n > 0 && !reply_put(x, r->body.data + r->sent, n, last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP))
			return -1;
		r->sent += n;
	}
	if (r->sent < r->body.len) {
		lws_callback_on_writable(x->wsi);
		return 0;
	}
	return reply_done(x);
}

/* A reply: the envelope, the head, the bytes.
 *
 * Head and body leave in one write where HTTP/1 allows it (a third less time for
 * a small reply).  The library frees its part of a request inside
 * lws_http_transaction_completed(), so that is the last statement of a reply. */
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
	{ 429, "RATE_LIMITED", "Too Many Requests" },
	{ 431, "INVALID_INPUT", "Request Header Fields Too Large" },
	{ 501, "UNAVAILABLE", "Not Implemented" },
	{ 503, "UNAVAILABLE", "Service Unavailable" },
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
	text_printf(out, ",\"meta\":{\"timestamp\":\"%s\",\"version\":\"%s\",\"request_id\":\"%s\"}}",
		now, STOA_VERSION, request_id);
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
	text_printf(out, "{\"data\":null,\"error\":{\"code\":\"%s\",\"message\":", code);
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

int
reply_start(struct exchange *x)
{
	note(x);
	lws_callback_on_writable(x->wsi);
	return 0;
}

int
reply_now(struct exchange *x)
{
	if (x->http2)
		return reply_start(x);
	note(x);
	return reply_write(x);
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
struct head_field { const char *name, *value; };

static size_t
head_fields(struct head_field out[FIELDS_MAX], char numbers[2][24], struct exchange *x, int64_t bytes)
{
	const struct reply *r = &x->reply;
	size_t n = 0;
	out[n++] = (struct head_field){ "date", date(x->listener) };
	if (r->status != 204)
		out[n++] = (struct head_field){ "content-type", r->type != NULL ? r->type : "application/json" };
	out[n++] = (struct head_field){ "x-request-id", x->request_id };
	out[n++] = (struct head_field){ "cache-control", "no-store" };
	out[n++] = (struct head_field){ "x-content-type-options", "nosniff" };
	out[n++] = (struct head_field){ "content-security-policy", "default-src 'none'; frame-ancestors 'none'" };
	out[n++] = (struct head_field){ "referrer-policy", "no-referrer" };
	if (r->allow != NULL)
		out[n++] = (struct head_field){ "allow", r->allow };
	if (r->location != NULL)
		out[n++] = (struct head_field){ "location", r->location };
	if (r->status == 401)
		out[n++] = (struct head_field){ "www-authenticate", "Bearer" };
	if (r->retry_ms > 0) {
		snprintf(numbers[0], 24, "%lld", (long long)((r->retry_ms + 999) / 1000));
		out[n++] = (struct head_field){ "retry-after", numbers[0] };
	}
	if (bytes >= 0 && r->status != 204) {
		snprintf(numbers[1], 24, "%lld", (long long)bytes);
		out[n++] = (struct head_field){ "content-length", numbers[1] };
	}
	if (!x->http2 && (r->close || bytes < 0))
		out[n++] = (struct head_field){ "connection", "close" };
	return n;
}

static int
head_http2(struct exchange *x, struct text *out, const struct head_field *fields, size_t count)
{
	unsigned char block[4096], *p = block, *end = block + sizeof block;
	if (lws_add_http_header_status(
		    x->wsi, (unsigned)x->reply.status | LWSAHH_FLAG_NO_SERVER_NAME, &p, end) != 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		char name[40];
		snprintf(name, sizeof name, "%s:", fields[i].name);
		if (lws_add_http_header_by_name(x->wsi, (unsigned char *)name,
			    (const unsigned char *)fields[i].value, (int)strlen(fields[i].value), &p, end) != 0)
			return -1;
	}
	if (lws_finalize_http_header(x->wsi, &p, end) != 0)
		return -1;
	text_put_n(out, block, (size_t)(p - block));
	return 0;
}

int
reply_head(struct exchange *x, struct text *out, int64_t bytes)
{
	struct head_field fields[FIELDS_MAX];
	char numbers[2][24];
	size_t count = head_fields(fields, numbers, x, bytes);
	if (x->http2)
		return head_http2(x, out, fields, count);
	text_printf(out, "HTTP/1.1 %d %s\r\n", x->reply.status, status_reason(x->reply.status));
	for (size_t i = 0; i < count; i++)
		text_printf(out, "%s: %s\r\n", fields[i].name, fields[i].value);
	text_put(out, "\r\n");
	return 0;
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

static bool
put_out(struct exchange *x, const void *bytes, size_t n, enum lws_write_protocol how)
{
	unsigned char *buffer = x->listener->out;
	if (n > 0)
		memcpy(buffer + LWS_PRE, bytes, n);
	return lws_write(x->wsi, buffer + LWS_PRE, n, how) >= (int)n;
}

/* The head, on HTTP/1 with as much of the body as fits. */
static bool
write_head(struct exchange *x)
{
	struct reply *r = &x->reply;
	struct text head;
	text_init(&head, 8192);
	bool well = reply_head(x, &head, (int64_t)r->body.len) == 0 && !head.over;
	if (r->head_only)
		r->sent = r->body.len;
	size_t n = x->http2 ? 0 : allowance(x);
	if (n + head.len > WRITE_BYTES)
		n = WRITE_BYTES - head.len;
	struct text all;
	text_init(&all, WRITE_BYTES + 8192);
	text_put_n(&all, head.data, head.len);
	text_put_n(&all, r->body.data + r->sent, n);
	r->sent += n;
	r->headed = true;
	int how = LWS_WRITE_HTTP_HEADERS;
	if (x->http2 && r->sent == r->body.len)
		how |= LWS_WRITE_H2_STREAM_END;
	well = well && put_out(x, all.data, all.len, (enum lws_write_protocol)how);
	text_clear(&all);
	text_clear(&head);
	return well;
}

int
reply_done(struct exchange *x)
{
	if (x->reply.close && !x->http2)
		return -1;
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
		if (n > 0 && !put_out(x, r->body.data + r->sent, n, last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP))
			return -1;
		r->sent += n;
	}
	if (r->sent < r->body.len) {
		lws_callback_on_writable(x->wsi);
		return 0;
	}
	return reply_done(x);
}

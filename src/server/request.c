/* A request: what its head alone may be refused for, its body, its record.
 *
 * libwebsockets takes what RFC 9112 forbids: two Content-Length, no Host, a
 * chunked body that it then waits for without end.  So the head is looked at here
 * before anything is done.  A request that is refused before its body has come
 * ends its connection; nobody reads on to find where the next one begins. */
#include <arpa/inet.h>
#include <string.h>

#include "server_in.h"

static const struct {
	enum lws_token_indexes uri;
	const char *method;
} methods[] = {
	{ WSI_TOKEN_GET_URI, "GET" },
	{ WSI_TOKEN_POST_URI, "POST" },
	{ WSI_TOKEN_HEAD_URI, "HEAD" },
	{ WSI_TOKEN_PUT_URI, "PUT" },
	{ WSI_TOKEN_PATCH_URI, "PATCH" },
	{ WSI_TOKEN_DELETE_URI, "DELETE" },
	{ WSI_TOKEN_OPTIONS_URI, "OPTIONS" },
};

/* A header as text in a; NULL: absent.  *many: it came more than once. */
static const char *
header(struct arena *a, struct lws *wsi, enum lws_token_indexes which, bool *many)
{
	int n = lws_hdr_total_length(wsi, which);
	if (n <= 0 || n > HEAD_BYTES_MAX)
		return NULL;
	char *s = arena_alloc(a, (size_t)n + 8);
	if (lws_hdr_copy(wsi, s, n + 8, which) < 0)
		return NULL;
	if (many != NULL)
		*many = lws_hdr_fragment_length(wsi, which, 1) > 0;
	return s;
}

static const char *
custom_header(struct arena *a, struct lws *wsi, const char *name /* "last-event-id:" */)
{
	int n = lws_hdr_custom_length(wsi, name, (int)strlen(name));
	if (n <= 0 || n > 256)
		return NULL;
	char *s = arena_alloc(a, (size_t)n + 1);
	return lws_hdr_custom_copy(wsi, s, n + 1, name, (int)strlen(name)) < 0 ? NULL : s;
}

static size_t
head_bytes(struct lws *wsi)
{
	size_t n = 0;
	for (int t = 0; t < WSI_TOKEN_COUNT; t++) {
		int one = lws_hdr_total_length(wsi, (enum lws_token_indexes)t);
		n += one > 0 ? (size_t)one : 0;
	}
	return n;
}

/* "+" and %XX of a query; false: not well written, or with a NUL. */
static bool
decode(char *s)
{
	static const char hex[] = "0123456789abcdefABCDEF";
	char *to = s;
	for (; *s != '\0'; s++, to++) {
		*to = *s == '+' ? ' ' : *s;
		if (*s != '%')
			continue;
		if (s[1] == '\0' || s[2] == '\0' || !strchr(hex, s[1]) || !strchr(hex, s[2]))
			return false;
		const char pair[3] = { s[1], s[2], '\0' };
		*to = (char)strtol(pair, NULL, 16);
		if (*to == '\0')
			return false;
		s += 2;
	}
	*to = '\0';
	return true;
}

static void
take_path(struct exchange *x)
{
	const char *at = x->path;
	for (size_t i = 0; i < x->route->segments; i++) {
		size_t n = strcspn(++at, "/");
		const char *segment = x->route->segment[i];
		if (segment[0] == '{')
			call_param(x->call,
				arena_strndup(&x->call->arena, segment + 1, x->route->segment_bytes[i] - 2),
				arena_strndup(&x->call->arena, at, n));
		at += n;
	}
}

#define PARAMS_MAX 64
static bool
take_query(struct exchange *x)
{
	struct call *c = x->call;
	for (int i = 0; i < PARAMS_MAX; i++) {
		int n = lws_hdr_fragment_length(x->wsi, WSI_TOKEN_HTTP_URI_ARGS, i);
		if (n <= 0)
			return true;
		char *s = arena_alloc(&c->arena, (size_t)n + 1);
		if (lws_hdr_copy_fragment(x->wsi, s, n + 1, WSI_TOKEN_HTTP_URI_ARGS, i) < 0)
			return false;
		char *value = strchr(s, '=');
		if (value != NULL)
			*value++ = '\0';
		if (!decode(s) || (value != NULL && !decode(value)))
			return false;
		call_param(c, s, value == NULL ? "" : value);
	}
	return false;
}

/* What the head says about the body; 0: well, else the status. */
static int
check_length(struct exchange *x, struct arena *a)
{
	bool many = false;
	const char *length = header(a, x->wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, &many);
	x->length = -1;
	if (lws_hdr_total_length(x->wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0)
		return length != NULL ? 400 : 411;
	if (length == NULL)
		return 0;
	if (many || length[0] == '\0' || strlen(length) > 18 ||
		length[strspn(length, "0123456789")] != '\0')
		return 400;
	x->length = strtoll(length, NULL, 10);
	return 0;
}

static int
check_head(struct exchange *x, struct arena *a)
{
	bool many = false;
	size_t n = head_bytes(x->wsi);
	if (strlen(x->path) > PATH_BYTES_MAX)
		return 414;
	if (n > HEAD_BYTES_MAX)
		return 431;
	const char *host = header(a, x->wsi, WSI_TOKEN_HOST, &many);
	const char *version = header(a, x->wsi, WSI_TOKEN_HTTP, NULL);
	bool old = version != NULL && strstr(version, "1.0") != NULL;
	if (!x->http2 && (many || (host == NULL && !old)))
		return 400;
	int status = check_length(x, a);
	/* A POST without a length: the library waits for a body, we do not. */
	bool may = str_same(x->method, "POST") || str_same(x->method, "PUT") || str_same(x->method, "PATCH");
	x->unread = x->length > 0 || (x->length < 0 && may);
	return status;
}

/* Who asks: the other end, or whom the proxy in front names last. */
static const char *
asker_address(struct exchange *x)
{
	struct arena *a = &x->call->arena;
	const char *proxy = x->listener->server->proxy;
	unsigned char parsed[16];
	if (proxy == NULL || !str_same(proxy, x->connection->address))
		return arena_strdup(a, x->connection->address);
	const char *named = header(a, x->wsi, WSI_TOKEN_X_FORWARDED_FOR, NULL);
	const char *last = named == NULL ? NULL : strrchr(named, ',');
	last = last != NULL ? last + 1 : named;
	while (last != NULL && *last == ' ')
		last++;
	bool good = last != NULL && (inet_pton(AF_INET, last, parsed) == 1 || inet_pton(AF_INET6, last, parsed) == 1);
	return good ? last : arena_strdup(a, x->connection->address);
}

/* What of the head the call needs. */
static void
take_head(struct exchange *x)
{
	struct call *c = x->call;
	const char *accept = header(&c->arena, x->wsi, WSI_TOKEN_HTTP_ACCEPT, NULL);
	const char *auth = header(&c->arena, x->wsi, WSI_TOKEN_HTTP_AUTHORIZATION, NULL);
	x->streams = x->route->op->event_count > 0 && accept != NULL &&
		     strstr(accept, "text/event-stream") != NULL;
	if (auth != NULL && strncasecmp(auth, "bearer ", 7) == 0)
		c->bearer = auth + 7 + strspn(auth + 7, " ");
	c->last_event_id = custom_header(&c->arena, x->wsi, "last-event-id:");
	c->idempotency_key = custom_header(&c->arena, x->wsi, "idempotency-key:");
	c->address = asker_address(x);
	c->request_id = arena_strdup(&c->arena, x->request_id);
}

static bool
type_is(const char *type, const char *wanted)
{
	size_t n = strlen(wanted);
	return type != NULL && strncasecmp(type, wanted, n) == 0 &&
	       (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

/* 0, or the status why this body is not taken. */
static int
check_body(struct exchange *x)
{
	const struct call *c = x->call;
	bool upload = str_same(c->op->id, "document.add");
	x->connection->upload = upload;
	const char *type = header(&x->call->arena, x->wsi, WSI_TOKEN_HTTP_CONTENT_TYPE, NULL);
	size_t most = upload ? atomic_load(&x->listener->server->upload_max)
			     : atomic_load(&x->listener->server->body_max);
	if (x->length > 0 && (uint64_t)x->length > most)
		return 413;
	if (upload) {
		if (x->length <= 0)
			return x->length < 0 ? 411 : 400;
		if (type_is(type, "application/json"))
			return 415;
		enum fault f = upload_new(&x->call->upload, x->call, type);
		return f == FAULT_NONE ? 0 : f == FAULT_INPUT ? 415 : 503;
	}
	if (x->length > 0 && !type_is(type, "application/json"))
		return 415;
	return 0;
}

static const char *const why[] = {
	[0] = "the request is not well-formed HTTP",
	[1] = "a body needs a Content-Length; chunks are not taken",
	[2] = "the body is larger than this server takes",
	[3] = "the path is too long",
	[4] = "send application/json; documents as they are or as multipart/form-data",
	[5] = "the head of the request is larger than 16 KiB",
	[6] = "the server cannot keep a document now",
};

static const char *
sentence_of(int status)
{
	return why[status == 411   ? 1
		   : status == 413 ? 2
		   : status == 414 ? 3
		   : status == 415 ? 4
		   : status == 431 ? 5
		   : status == 503 ? 6
				   : 0];
}

/* Hand the call to the crew, or say why not. */
static int
begin(struct exchange *x)
{
	struct call *c = x->call;
	connection_asked(x->connection);
	if (x->streams) {
		x->answer = answer_new(x->listener->server, c, x->path, c->last_event_id != NULL);
		x->call = NULL; /* it is the answer's */
		(void)!answer_join(x->answer, x);
		lws_set_timer_usecs(x->wsi, STREAM_QUIET_US);
	} else {
		c->waits = x;
		x->called = true;
	}
	if (call_start(c) == FAULT_NONE)
		return 0;
	x->called = false;
	x->reply.retry_ms = 1000;
	if (x->answer != NULL) {
		c->status = 503;
		reply_error_body(&c->reply, status_code(503), "", x->request_id, &c->server->clock);
		answer_leave(x->answer, x);
		answer_end(x->answer);
		answer_release(x->answer);
		x->answer = NULL;
	}
	return reply_refuse(x, 503, "too much is asked at once; try again");
}

/* An id from a pool of chance: one system call for 64 requests. */
static void
id_take(char out[ID_BYTES], struct listener *l)
{
	const struct chance *chance = &l->server->chance;
	if (l->chance_left == 0) {
		chance->fill(l->chance, sizeof l->chance, chance->arg);
		l->chance_left = sizeof l->chance;
	}
	l->chance_left -= VAULT_ID_BYTES;
	vault_id_text(out, l->chance + l->chance_left);
}

static struct exchange *
exchange_new(struct listener *l, struct lws *wsi)
{
	struct exchange *x = mem_new(sizeof *x);
	x->listener = l;
	x->wsi = wsi;
	x->http2 = lws_get_network_wsi(wsi) != wsi;
	x->connection = lws_get_opaque_user_data(lws_get_network_wsi(wsi));
	x->began_ms = server_now(l->server);
	id_take(x->request_id, l);
	text_init(&x->reply.body, 32u * 1024 * 1024);
	x->next = l->exchanges;
	x->link = &l->exchanges;
	if (x->next != NULL)
		x->next->link = &x->next;
	l->exchanges = x;
	x->connection->active++;
	connection_head(x->connection, x->http2);
	return x;
}

/* Method and path; false: the library does not know the method. */
static bool
take_target(struct exchange *x)
{
	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		int n = lws_hdr_total_length(x->wsi, methods[i].uri);
		if (n <= 0)
			continue;
		x->method = methods[i].method;
		x->path = mem_new((size_t)n + 1);
		return lws_hdr_copy(x->wsi, x->path, n + 1, methods[i].uri) > 0;
	}
	const char *h2 = NULL;
	struct arena a;
	arena_init(&a);
	if (x->http2)
		h2 = header(&a, x->wsi, WSI_TOKEN_HTTP_COLON_METHOD, NULL);
	for (size_t i = 0; h2 != NULL && i < COUNT_OF(methods); i++)
		if (str_same(methods[i].method, h2))
			x->method = methods[i].method;
	const char *path = h2 == NULL ? NULL : header(&a, x->wsi, WSI_TOKEN_HTTP_COLON_PATH, NULL);
	x->path = mem_strdup(path);
	arena_clear(&a);
	return x->path != NULL && x->method != NULL;
}

/* Find the operation; 0, or the status. */
static int
find_route(struct exchange *x)
{
	struct text allow;
	text_init(&allow, 256);
	x->head = str_same(x->method, "HEAD");
	x->route = router_find(&allow, &x->listener->server->router, x->head ? "GET" : x->method, x->path);
	int status = x->route != NULL ? 0 : allow.len == 0 ? 404 : str_same(x->method, "OPTIONS") ? 204 : 405;
	if (status == 405 || status == 204)
		x->reply.allow = text_take(&allow);
	text_clear(&allow);
	return status;
}

/* The one path that is no operation: the text that describes them. */
static bool
is_page(struct exchange *x)
{
	bool head = str_same(x->method, "HEAD");
	if (!str_same(x->path, "/v1/openapi.json") || (!head && !str_same(x->method, "GET")))
		return false;
	x->head = head;
	return true;
}

static int
refuse(struct exchange *x, int status)
{
	x->reply.close = status == 400 || status == 411;
	int well = reply_refuse(x, status, sentence_of(status));
	/* Now, before the library goes on and reads what follows as if it had a meaning. */
	return x->reply.close && !x->http2 && well == 0 ? reply_write(x) : well;
}

/* "Expect: 100-continue": the library says nothing, so the client would wait. */
static int
expect(struct exchange *x)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	unsigned char *out = x->listener->out + LWS_PRE;
	if (x->http2 || lws_hdr_total_length(x->wsi, WSI_TOKEN_HTTP_EXPECT) <= 0)
		return 0;
	memcpy(out, go_on, sizeof go_on - 1);
	return lws_write(x->wsi, out, sizeof go_on - 1, LWS_WRITE_HTTP_HEADERS) < 0 ? -1 : 0;
}

int
request_head(struct listener *l, struct lws *wsi, struct exchange **slot)
{
	struct exchange *x = exchange_new(l, wsi);
	struct arena a;
	arena_init(&a);
	*slot = x;
	bool known = take_target(x);
	int status = known ? check_head(x, &a) : 400;
	arena_clear(&a);
	if (status != 0)
		return refuse(x, status);
	if (is_page(x))
		return reply_page(x);
	if (metrics_asked(x))
		return metrics_begin(x);
	status = find_route(x);
	if (status != 0)
		return reply_refuse(x, status, status == 404 ? "there is nothing at this path"
							     : "not with this method");
	bool health = x->route->op->reply == &record_health;
	if (atomic_load(health ? &l->server->unready : &l->server->draining)) {
		x->reply.close = true; /* the next one may be let in elsewhere */
		x->reply.retry_ms = 5000;
		return reply_refuse(x, 503, "the server is being stopped");
	}
	bool stranger = lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_AUTHORIZATION) <= 0;
	if (health && stranger && x->length <= 0 && health_reply(x))
		return reply_now(x);
	x->call = call_new(l->server, x->route->op);
	take_head(x);
	take_path(x);
	if (!take_query(x))
		return refuse(x, 400);
	status = check_body(x);
	if (status != 0)
		return refuse(x, status);
	/* No length, no body: on HTTP/2 too, where nobody tells us that none will come. */
	return x->length > 0 ? expect(x) : begin(x);
}

int
request_body(struct exchange *x, const char *bytes, size_t n)
{
	struct call *c = x->call;
	connection_body(x->connection, n);
	if (x->length < 0 && x->reply.status == 0)
		return -1; /* a body that was not announced */
	if (c == NULL || x->called || x->reply.status != 0)
		return 0; /* of a request that has been refused, or needs none */
	x->received += (int64_t)n;
	size_t most = c->upload != NULL ? atomic_load(&x->listener->server->upload_max)
					: atomic_load(&x->listener->server->body_max);
	enum fault f = FAULT_NONE;
	if ((uint64_t)x->received > most)
		f = fault(FAULT_LIMIT, "%s", why[2]);
	else if (c->upload != NULL)
		f = upload_put(c->upload, bytes, n);
	else
		text_put_n(&c->body, bytes, n);
	if (f == FAULT_NONE)
		return 0;
	return reply_refuse(x, fault_http_status(f), fault_sentence());
}

int
request_body_end(struct exchange *x)
{
	/* Once more: the next request is here before this one is answered, which no client
	 * should do behind a body (RFC 9112 9.3.2); the library would ask without end. */
	if (x->complete)
		return -1;
	x->complete = true;
	x->unread = false;
	if (x->call == NULL || x->called || x->reply.status != 0)
		return 0;
	enum fault f = x->call->upload != NULL ? upload_end(x->call->upload) : FAULT_NONE;
	if (f != FAULT_NONE)
		return reply_refuse(x, fault_http_status(f), fault_sentence());
	return begin(x);
}

/* ---- the end of an exchange -------------------------------------------------------------- */

void
exchange_free(struct exchange *x)
{
	listener_forget(x);
	*x->link = x->next;
	if (x->next != NULL)
		x->next->link = x->link;
	if (x->answer != NULL) {
		answer_leave(x->answer, x);
		answer_release(x->answer);
	}
	if (x->call != NULL)
		call_free(x->call);
	text_clear(&x->reply.body);
	mem_free((char *)x->reply.allow);
	mem_free(x->path);
	mem_free(x);
}

void
exchange_gone(struct exchange *x)
{
	x->connection->active--;
	x->wsi = NULL;
	x->connection = NULL;
	if (!x->called) {
		exchange_free(x);
		return;
	}
	atomic_store(&x->call->cancel.asked, true); /* its news will free it */
}

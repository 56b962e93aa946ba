/* A request: from its head to the call that it becomes.
 *
 * A chunked body is refused with the head: on HTTP/2 the library would wait for it
 * without end, and nobody of ours sends one.  A request that is refused before its
 * body has come ends its connection; nobody reads on to find where the next begins. */
#include <string.h>

#include "server_in.h"

static bool
type_is(const char *type, const char *wanted)
{
	size_t n = strlen(wanted);
	return type != NULL && strncasecmp(type, wanted, n) == 0 &&
	       (type[n] == '\0' || type[n] == ';' || type[n] == ' ');
}

/* 0, or the status why this body is not taken. */
static int
check_body(struct exchange *x, const struct head *h)
{
	const struct call *c = x->call;
	bool upload = str_same(c->op->id, "document.add");
	x->connection->upload = upload;
	const char *type = h->value[HEAD_TYPE];
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
		if (f != FAULT_NONE && f != FAULT_INPUT)
			log_event(LOG_ERROR, "server", "upload", "id=%s why=%s", x->request_id, fault_sentence());
		return f == FAULT_NONE ? 0 : f == FAULT_INPUT ? 415 : 503;
	}
	if (x->length > 0 && !type_is(type, "application/json"))
		return 415;
	return 0;
}

static const char *
sentence_of(int status)
{
	static const struct { int status; const char *sentence; } why[] = {
		{ 411, "a body needs a Content-Length; chunks are not taken" },
		{ 413, "the body is larger than this server takes" },
		{ 414, "the path is too long" },
		{ 415, "send application/json; documents as they are or as multipart/form-data" },
		{ 431, "the head of the request is larger than 16 KiB, or has more than 128 lines" },
		{ 501, "no server has this method" },
		{ 503, "the server cannot keep a document now" },
		{ 505, "HTTP/1.1 is spoken here, and HTTP/2 over TLS" },
		{ 0, "the request is not well-formed HTTP" },
	};
	size_t i = 0;
	while (why[i].status != status && why[i].status != 0)
		i++;
	return why[i].sentence;
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

struct exchange *
exchange_new(struct listener *l, struct lws *wsi, struct connection *c)
{
	struct exchange *x = mem_new(sizeof *x);
	x->listener = l;
	x->wsi = wsi;
	x->http2 = wsi != c->wsi;
	x->connection = c;
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

static int
no_route(struct exchange *x, int status)
{
	char sentence[80];
	const char *family = status == 404 ? router_later(x->path) : NULL;
	if (family == NULL)
		return reply_refuse(x, status, status == 404 ? "there is nothing at this path"
							     : "not with this method");
	snprintf(sentence, sizeof sentence, "%s operations are not there yet", family);
	return reply_refuse(x, 501, sentence);
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

int
request_refuse(struct exchange *x, const struct head *h, int status)
{
	if (x->method == NULL && h->method != NULL)
		x->method = head_method(h);
	x->reply.close |= status == 400 || status == 411 || status == 505;
	return reply_refuse(x, status, sentence_of(status));
}

/* "Expect: 100-continue": else the client would wait.  Bytes of its body may be on their
 * way already; it takes no harm from being told late. */
static int
expect(struct exchange *x, const struct head *h)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	if (x->http2 || h->value[HEAD_EXPECT] == NULL)
		return 0;
	return reply_put(x, go_on, sizeof go_on - 1, LWS_WRITE_HTTP_HEADERS) ? 0 : -1;
}

/* An operation: find it, take what it needs of the head. */
static int
operate(struct exchange *x, const struct head *h)
{
	struct listener *l = x->listener;
	int status = find_route(x);
	if (status != 0)
		return no_route(x, status);
	bool health = x->route->op->reply == &record_health;
	if (atomic_load(health ? &l->server->unready : &l->server->draining)) {
		x->reply.close = true; /* the next one may be let in elsewhere */
		x->reply.retry_ms = 5000;
		return reply_refuse(x, 503, "the server is being stopped");
	}
	if (health && h->value[HEAD_AUTHORIZATION] == NULL && x->length <= 0 && health_reply(x))
		return reply_start(x);
	x->call = call_new(l->server, x->route->op);
	head_take(x, h);
	status = head_path(x) && head_query(x, h) ? check_body(x, h) : 400;
	if (status != 0)
		return request_refuse(x, h, status);
	/* No length, no body: on HTTP/2 too, where nobody tells us that none will come. */
	return x->length > 0 ? expect(x, h) : begin(x);
}

int
request_begin(struct exchange *x, const struct head *h)
{
	x->method = head_method(h);
	x->path = mem_strdup(h->path);
	int status = head_check(x, h);
	if (status == 0 && x->method == NULL)
		status = 501;
	if (status != 0)
		return request_refuse(x, h, status);
	if (is_page(x))
		return reply_page(x);
	if (metrics_asked(x))
		return metrics_begin(x);
	return live_asked(x, h) ? live_handshake(x, h) : operate(x, h);
}

int
request_head(struct listener *l, struct lws *wsi, struct exchange **slot)
{
	struct exchange *x = exchange_new(l, wsi, lws_get_opaque_user_data(lws_get_network_wsi(wsi)));
	struct head h;
	struct arena a;
	arena_init(&a);
	*slot = x;
	int well = head_library(&h, &a, wsi) ? request_begin(x, &h) : request_refuse(x, &h, 400);
	arena_clear(&a);
	return well;
}

static int
refuse_fault(struct exchange *x, enum fault f)
{
	char shown[SHOWN_BYTES];
	return reply_refuse(x, fault_http_status(f), shown_fault(shown, f, x->route->op->id, x->request_id));
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
		f = fault(FAULT_LIMIT, "%s", sentence_of(413));
	else if (c->upload != NULL)
		f = upload_put(c->upload, bytes, n);
	else
		text_put_n(&c->body, bytes, n);
	if (f == FAULT_NONE)
		return 0;
	return refuse_fault(x, f);
}

int
request_body_end(struct exchange *x)
{
	if (x->complete)
		return -1;
	x->complete = true;
	x->unread = false;
	if (x->call == NULL || x->called || x->reply.status != 0)
		return 0;
	enum fault f = x->call->upload != NULL ? upload_end(x->call->upload) : FAULT_NONE;
	if (f != FAULT_NONE)
		return refuse_fault(x, f);
	return begin(x);
}

/* ---- the end of an exchange -------------------------------------------------------------- */

void
exchange_free(struct exchange *x)
{
	*x->link = x->next;
	if (x->next != NULL)
		x->next->link = x->link;
	if (x->answer != NULL) {
		answer_leave(x->answer, x);
		answer_release(x->answer);
		listener_forget(x);   /* now that nobody posts it any more */
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

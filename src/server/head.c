/* The head of a request: target, headers, what the body will be.
 *
 * libwebsockets takes what RFC 9112 forbids, two Content-Length and no Host among
 * it, so it is looked at here before anything is done.  Texts go into the arena of
 * the call; what is looked at only once into one of the caller's. */
#include <arpa/inet.h>
#include <stdlib.h>
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
const char *
head_text(struct arena *a, struct lws *wsi, enum lws_token_indexes which, bool *many)
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
	if (n <= 0 || n > HEAD_BYTES_MAX)
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

void
head_path(struct exchange *x)
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

/* The library has undone %XX and "+" already, and refused a NUL. */
#define PARAMS_MAX 64
bool
head_query(struct exchange *x)
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
		call_param(c, s, value == NULL ? "" : value);
	}
	return false;
}

/* What the head says about the body; 0: well, else the status. */
static int
check_length(struct exchange *x, struct arena *a)
{
	bool many = false;
	const char *length = head_text(a, x->wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, &many);
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

int
head_check(struct exchange *x, struct arena *a)
{
	bool many = false;
	size_t n = head_bytes(x->wsi);
	if (strlen(x->path) > PATH_BYTES_MAX)
		return 414;
	if (n > HEAD_BYTES_MAX)
		return 431;
	const char *host = head_text(a, x->wsi, WSI_TOKEN_HOST, &many);
	const char *version = head_text(a, x->wsi, WSI_TOKEN_HTTP, NULL);
	bool old = version != NULL && strstr(version, "1.0") != NULL;
	if (!x->http2 && (many || (host == NULL && !old)))
		return 400;
	int status = check_length(x, a);
	/* A POST without a length: the library waits for a body, we do not. */
	bool may = str_same(x->method, "POST") || str_same(x->method, "PUT") || str_same(x->method, "PATCH");
	x->unread = x->length > 0 || (x->length < 0 && may);
	return status;
}

static const char *
asker_address(struct arena *a, struct lws *wsi, const struct connection *c)
{
	const char *proxy = c->listener->server->proxy;
	unsigned char parsed[16];
	if (proxy == NULL || !str_same(proxy, c->address))
		return c->address;
	const char *named = head_text(a, wsi, WSI_TOKEN_X_FORWARDED_FOR, NULL);
	const char *last = named == NULL ? NULL : strrchr(named, ',');
	last = last != NULL ? last + 1 : named;
	while (last != NULL && *last == ' ')
		last++;
	bool good = last != NULL && (inet_pton(AF_INET, last, parsed) == 1 || inet_pton(AF_INET6, last, parsed) == 1);
	return good ? last : c->address;
}

/* Who asks: the network of the other end, or of whom the proxy in front names last. */
const char *
request_address(struct arena *a, struct lws *wsi, const struct connection *c)
{
	char network[48];
	address_network(network, asker_address(a, wsi, c));
	return arena_strdup(a, network);
}

/* What of the head the call needs. */
void
head_take(struct exchange *x)
{
	struct call *c = x->call;
	const char *accept = head_text(&c->arena, x->wsi, WSI_TOKEN_HTTP_ACCEPT, NULL);
	const char *auth = head_text(&c->arena, x->wsi, WSI_TOKEN_HTTP_AUTHORIZATION, NULL);
	x->streams = x->route->op->event_count > 0 && accept != NULL &&
		     strstr(accept, "text/event-stream") != NULL;
	if (auth != NULL && strncasecmp(auth, "bearer ", 7) == 0)
		c->bearer = auth + 7 + strspn(auth + 7, " ");
	c->last_event_id = custom_header(&c->arena, x->wsi, "last-event-id:");
	c->idempotency_key = custom_header(&c->arena, x->wsi, "idempotency-key:");
	c->address = request_address(&c->arena, x->wsi, x->connection);
	c->request_id = arena_strdup(&c->arena, x->request_id);
}

/* Method and path; false: the library does not know the method. */
bool
head_target(struct exchange *x)
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
		h2 = head_text(&a, x->wsi, WSI_TOKEN_HTTP_COLON_METHOD, NULL);
	for (size_t i = 0; h2 != NULL && i < COUNT_OF(methods); i++)
		if (str_same(methods[i].method, h2))
			x->method = methods[i].method;
	const char *path = h2 == NULL ? NULL : head_text(&a, x->wsi, WSI_TOKEN_HTTP_COLON_PATH, NULL);
	x->path = mem_strdup(path);
	arena_clear(&a);
	return x->path != NULL && x->method != NULL;
}

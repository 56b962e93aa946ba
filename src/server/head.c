/* What a request says before its body: what may be refused by it alone, and what of
 * it the call needs.
 *
 * On HTTP/1 the head was parsed by us (http.c); on HTTP/2 it is read out of the
 * library here, so that from then on there is one kind.  Texts that stay go into the
 * arena of the call. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "server_in.h"

#define PARAMS_MAX 64

const char *
head_method(const struct head *h)
{
	static const char *const methods[] = { "GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS" };
	for (size_t i = 0; i < COUNT_OF(methods); i++)
		if (str_same(methods[i], h->method))
			return methods[i];
	return NULL;
}

/* ---- of HTTP/2 ----------------------------------------------------------------------- */

static char *
library_text(struct arena *a, struct lws *wsi, enum lws_token_indexes which)
{
	int n = lws_hdr_total_length(wsi, which);
	if (n <= 0 || n > HEAD_BYTES_MAX)
		return NULL;
	char *s = arena_alloc(a, (size_t)n + 8);
	return lws_hdr_copy(wsi, s, n + 8, which) < 0 ? NULL : s;
}

static bool
library_target(struct head *h, struct arena *a, struct lws *wsi)
{
	static const struct {
		enum lws_token_indexes uri;
		char method[8];
	} old[] = {   /* how the library keeps the first request of some connections */
		{ WSI_TOKEN_GET_URI, "GET" }, { WSI_TOKEN_POST_URI, "POST" }, { WSI_TOKEN_HEAD_URI, "HEAD" }, { WSI_TOKEN_PUT_URI, "PUT" },
		{ WSI_TOKEN_PATCH_URI, "PATCH" }, { WSI_TOKEN_DELETE_URI, "DELETE" }, { WSI_TOKEN_OPTIONS_URI, "OPTIONS" },
	};
	for (size_t i = 0; i < COUNT_OF(old) && h->path == NULL; i++) {
		h->path = library_text(a, wsi, old[i].uri);
		if (h->path != NULL)
			h->method = arena_strdup(a, old[i].method);
	}
	if (h->path == NULL) {
		h->method = library_text(a, wsi, WSI_TOKEN_HTTP_COLON_METHOD);
		h->path = library_text(a, wsi, WSI_TOKEN_HTTP_COLON_PATH);
	}
	return h->method != NULL && h->path != NULL;
}

bool
head_library(struct head *out, struct arena *a, struct lws *wsi)
{
	static const struct {
		enum lws_token_indexes token;
		enum head_field field;
	} fields[] = {
		{ WSI_TOKEN_HTTP_ACCEPT, HEAD_ACCEPT },
		{ WSI_TOKEN_HTTP_AUTHORIZATION, HEAD_AUTHORIZATION },
		{ WSI_TOKEN_HTTP_TRANSFER_ENCODING, HEAD_CODING },
		{ WSI_TOKEN_X_FORWARDED_FOR, HEAD_FORWARDED },
		{ WSI_TOKEN_HTTP_CONTENT_LENGTH, HEAD_LENGTH },
		{ WSI_TOKEN_HTTP_CONTENT_TYPE, HEAD_TYPE },
	};
	*out = (struct head){ .version = 20 };
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		char *s = library_text(a, wsi, fields[i].token);
		out->value[fields[i].field] = s;
		out->count[fields[i].field] = (unsigned char)((s != NULL) + (lws_hdr_fragment_length(wsi, fields[i].token, 1) > 0));
	}
	return library_target(out, a, wsi);
}

/* The library has undone %XX and "+" already, and refused a NUL. */
static bool
library_query(struct exchange *x)
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

/* ---- of both --------------------------------------------------------------------------- */

bool
head_path(struct exchange *x)
{
	const char *at = x->path;
	for (size_t i = 0; i < x->route->segments; i++) {
		size_t n = strcspn(++at, "/");
		const char *segment = x->route->segment[i];
		if (segment[0] == '{') {
			char *value = arena_strndup(&x->call->arena, at, n);
			if (!x->http2 && !head_decode(value, false))
				return false;
			call_param(x->call,
				arena_strndup(&x->call->arena, segment + 1, x->route->segment_bytes[i] - 2), value);
		}
		at += n;
	}
	return true;
}

bool
head_query(struct exchange *x, const struct head *h)
{
	struct call *c = x->call;
	if (x->http2)
		return library_query(x);
	char *at = h->query == NULL ? NULL : arena_strdup(&c->arena, h->query);
	for (int i = 0; at != NULL && *at != '\0'; i++) {
		char *next = strchr(at, '&'), *value;
		if (next != NULL)
			*next++ = '\0';
		value = strchr(at, '=');
		if (value != NULL)
			*value++ = '\0';
		if (i >= PARAMS_MAX || !head_decode(at, true) || (value != NULL && !head_decode(value, true)))
			return false;
		if (at[0] != '\0')
			call_param(c, at, value == NULL ? "" : value);
		at = next;
	}
	return true;
}

/* What the head says about the body; 0: well, else the status. */
static int
check_length(struct exchange *x, const struct head *h)
{
	const char *length = h->value[HEAD_LENGTH];
	x->length = -1;
	if (h->value[HEAD_CODING] != NULL)
		return length != NULL ? 400 : 411;
	if (length == NULL)
		return 0;
	if (h->count[HEAD_LENGTH] > 1 || length[0] == '\0' || strlen(length) > 18 ||
		length[strspn(length, "0123456789")] != '\0')
		return 400;
	x->length = strtoll(length, NULL, 10);
	return 0;
}

int
head_check(struct exchange *x, const struct head *h)
{
	static const enum head_field once[] = { HEAD_AUTHORIZATION, HEAD_HOST, HEAD_KEY, HEAD_RESUME, HEAD_TYPE };
	for (size_t i = 0; i < COUNT_OF(once); i++)
		if (h->count[once[i]] > 1)
			return 400;
	if (h->value[HEAD_HOST] == NULL && h->version == 11)
		return 400;
	int status = check_length(x, h);
	x->unread = status != 0 || x->length > 0;
	x->reply.close = h->close || h->version == 10;
	return status == 0 && strlen(x->path) > PATH_BYTES_MAX ? 414 : status;
}

/* Who it is that the proxy in front names last. */
static const char *
asker_address(const struct head *h, const struct connection *c)
{
	const char *proxy = c->listener->server->proxy;
	unsigned char parsed[16];
	if (proxy == NULL || !str_same(proxy, c->address))
		return c->address;
	const char *named = h->value[HEAD_FORWARDED];
	const char *last = named == NULL ? NULL : strrchr(named, ',');
	last = last != NULL ? last + 1 : named;
	while (last != NULL && *last == ' ')
		last++;
	bool good = last != NULL && (inet_pton(AF_INET, last, parsed) == 1 || inet_pton(AF_INET6, last, parsed) == 1);
	return good ? last : c->address;
}

/* Who asks: the network of the other end, or of whom the proxy in front names last. */
void
head_address(char out[48], const struct head *h, const struct connection *c)
{
	address_network(out, asker_address(h, c));
}

const char *
head_bearer(const struct head *h)
{
	const char *s = h->value[HEAD_AUTHORIZATION];
	return s == NULL || strncasecmp(s, "bearer ", 7) != 0 ? NULL : s + 7 + strspn(s + 7, " ");
}

/* What of the head the call needs. */
void
head_take(struct exchange *x, const struct head *h)
{
	struct call *c = x->call;
	char network[48];
	const char *accept = h->value[HEAD_ACCEPT];
	x->streams = x->route->op->event_count > 0 && accept != NULL &&
		     strstr(accept, "text/event-stream") != NULL;
	head_address(network, h, x->connection);
	c->bearer = arena_strdup(&c->arena, head_bearer(h));
	c->last_event_id = arena_strdup(&c->arena, h->value[HEAD_RESUME]);
	c->idempotency_key = arena_strdup(&c->arena, h->value[HEAD_KEY]);
	c->address = arena_strdup(&c->arena, network);
	c->request_id = arena_strdup(&c->arena, x->request_id);
}

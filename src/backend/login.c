/* Signing in: the loopback address a browser comes back to, and the next pair of tokens.
 *
 * The listener takes one request that carries the state it gave out and answers every
 * other with 404; it reads a bounded head within a bounded time, so a page that knocks
 * at the port neither ends nor holds up a sign-in.  A refresh token works once, so
 * whoever refreshes holds a file lock over all programs of this person and first looks
 * whether another has done it meanwhile.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include "remote_in.h"

#define HEAD_MAX 8192
#define HEAD_MS 2000
#define SECRET_TEXT 44                /* 256 bits in base64url, and NUL */

struct backend_loopback {
	int fd;
	char address[64], path[ID_BYTES];
	char state[SECRET_TEXT], verifier[SECRET_TEXT], challenge[SECRET_TEXT];
	const struct clock *clock;
};

/* ---- secrets of one sign-in --------------------------------------------------------- */

static void
base64url(char out[SECRET_TEXT], const unsigned char bytes[32])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned held = 0, bits = 0;
	size_t n = 0;
	for (size_t i = 0; i < 32; i++) {
		held = held << 8 | bytes[i];
		for (bits += 8; bits >= 6; bits -= 6)
			out[n++] = digits[held >> (bits - 6) & 63];
	}
	out[n++] = digits[held << (6 - bits) & 63];
	out[n] = '\0';
}

static void
secrets_make(struct backend_loopback *l, const struct chance *chance)
{
	unsigned char bits[32];
	char hex[VAULT_SHA256_TEXT];
	struct vault_sha256 h;
	chance->fill(bits, sizeof bits, chance->arg);
	base64url(l->state, bits);
	chance->fill(bits, sizeof bits, chance->arg);
	base64url(l->verifier, bits);
	vault_sha256_start(&h);
	vault_sha256_add(&h, l->verifier, strlen(l->verifier));
	vault_sha256_end(hex, &h);
	for (size_t i = 0; i < sizeof bits; i++) {
		unsigned value = 0;
		sscanf(hex + 2 * i, "%2x", &value);
		bits[i] = (unsigned char)value;
	}
	base64url(l->challenge, bits);
	explicit_bzero(bits, sizeof bits);
}

/* ---- the listener ----------------------------------------------------------------------- */

enum fault
backend_loopback_open(struct backend_loopback **out, const struct clock *clock, const struct chance *chance)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof at;
	struct backend_loopback *l = mem_new(sizeof *l);
	l->clock = clock;
	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0 || bind(l->fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(l->fd, 8) != 0 ||
		getsockname(l->fd, (struct sockaddr *)&at, &size) != 0) {
		enum fault f = fault_errno("no port of this machine can be listened to");
		backend_loopback_close(l);
		return f;
	}
	id_make(l->path, chance);
	snprintf(l->address, sizeof l->address, "http://127.0.0.1:%u/%.16s", (unsigned)ntohs(at.sin_port), l->path);
	secrets_make(l, chance);
	*out = l;
	return FAULT_NONE;
}

void
backend_loopback_close(struct backend_loopback *l)
{
	if (l == NULL)
		return;
	if (l->fd >= 0)
		close(l->fd);
	explicit_bzero(l, sizeof *l);
	mem_free(l);
}

struct auth_provider
backend_loopback_request(const struct backend_loopback *l, const char *provider)
{
	return (struct auth_provider){ provider, l->address, l->challenge, l->state };
}

const char *
backend_loopback_verifier(const struct backend_loopback *l)
{
	return l->verifier;
}

/* ---- one visitor ------------------------------------------------------------------------- */

/* The head of a request, whole or what came of it in time. */
static void
head_read(struct text *head, const struct backend_loopback *l, int fd)
{
	int64_t until = l->clock->mono_ms(l->clock->arg) + HEAD_MS;
	char some[1024];
	while (head->len < HEAD_MAX && (head->data == NULL || strstr(head->data, "\r\n\r\n") == NULL)) {
		struct pollfd p = { fd, POLLIN, 0 };
		int64_t left = until - l->clock->mono_ms(l->clock->arg);
		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			return;
		ssize_t n = read(fd, some, sizeof some);
		if (n <= 0)
			return;
		text_put_n(head, some, (size_t)n);
	}
}

/* The value of a parameter, as it stands: ours need no decoding. NULL: none. */
static const char *
parameter(struct arena *a, const char *query, const char *name)
{
	size_t n = strlen(name);
	while (*query != '\0') {
		size_t len = strcspn(query, "&");
		if (len > n && strncmp(query, name, n) == 0 && query[n] == '=')
			return arena_strndup(a, query + n + 1, len - n - 1);
		query += len + (query[len] == '&');
	}
	return NULL;
}

/* The query of "GET /path?query HTTP/1.1" when the path is ours. */
static const char *
query_of(struct arena *a, const struct backend_loopback *l, const char *head)
{
	char begins[64];
	snprintf(begins, sizeof begins, "GET /%.16s?", l->path);
	if (!str_starts(head, begins))
		return NULL;
	const char *query = head + strlen(begins);
	size_t len = strcspn(query, " \r\n");
	return strncmp(query + len, " HTTP/1.", 8) == 0 ? arena_strndup(a, query, len) : NULL;
}

static void
page_send(int fd, bool found, bool signed_in)
{
	char page[1024];
	const char *words = !found ? "There is nothing here."
			    : signed_in ? "You are signed in. Close this window and go back to the terminal."
					: "You are not signed in. Close this window and go back to the terminal.";
	int n = snprintf(page, sizeof page,
		"HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n"
		"Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
		"Content-Security-Policy: default-src 'none'\r\n\r\n"
		"<!doctype html><title>stoa</title><p>%s</p>\n",
		found ? "200 OK" : "404 Not Found", words);
	/* Whether the browser reads it changes nothing. */
	if (send(fd, page, (size_t)n, MSG_NOSIGNAL) == n)
		shutdown(fd, SHUT_WR);
}

/* BUSY: it was somebody else. */
static enum fault
visitor(const char **code, struct arena *a, const struct backend_loopback *l, int fd)
{
	struct text head;
	text_init(&head, HEAD_MAX + 1024);
	head_read(&head, l, fd);
	const char *query = head.data != NULL ? query_of(a, l, head.data) : NULL;
	const char *state = query != NULL ? parameter(a, query, "state") : NULL;
	bool ours = state != NULL && strlen(state) == strlen(l->state) && vault_same(state, l->state, strlen(state));
	const char *given = ours ? parameter(a, query, "code") : NULL;
	page_send(fd, ours, given != NULL);
	if (head.data != NULL)
		explicit_bzero(head.data, head.cap);
	text_clear(&head);
	if (!ours)
		return fault(FAULT_BUSY, "the browser has not come back yet");
	if (given == NULL)
		return fault(FAULT_DENIED, "the sign-in was refused in the browser");
	*code = given;
	return FAULT_NONE;
}

enum fault
backend_loopback_wait(const char **code, struct arena *a, struct backend_loopback *l, int wait_ms)
{
	struct pollfd p = { l->fd, POLLIN, 0 };
	if (poll(&p, 1, wait_ms) <= 0)
		return fault(FAULT_BUSY, "the browser has not come back yet");
	int fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return fault(FAULT_BUSY, "the browser has not come back yet");
	enum fault f = visitor(code, a, l, fd);
	close(fd);
	return f;
}

/* ---- the next pair of tokens ------------------------------------------------------------ */

static bool
in_use(struct remote *r, const char *token)
{
	pthread_mutex_lock(&r->lock);
	bool same = r->token.len == strlen(token) + 1 && vault_same(r->token.bytes, token, r->token.len);
	pthread_mutex_unlock(&r->lock);
	return same;
}

static enum fault
refresh(struct arena *a, struct backend *b, const struct backend_account *old, const struct cancel *cancel)
{
	const struct auth_refresh req = { old->refresh_token };
	const struct asking q = { .op = operation_find("auth.refresh"), .request = &req, .bare = true, .cancel = cancel };
	void *reply = NULL;
	enum fault f = remote_ask(&reply, a, b, &q);
	if (f != FAULT_NONE)
		return f;
	const struct signed_in *in = reply;
	if (in->token == NULL || in->refresh_token == NULL)
		return fault(FAULT_DAMAGED, "the server renewed the sign-in without giving tokens");
	const struct backend_account next = {
		.url = old->url,
		.user = in->user != NULL ? in->user->id : old->user,
		.name = in->user != NULL ? in->user->name : old->name,
		.role = in->user != NULL ? in->user->role : old->role,
		.token = in->token,
		.refresh_token = in->refresh_token,
		.expires = in->expires,
	};
	f = backend_account_set(b, &next);
	explicit_bzero((char *)in->token, strlen(in->token));
	explicit_bzero((char *)in->refresh_token, strlen(in->refresh_token));
	return f;
}

/* With the file lock held. */
static enum fault
refresh_alone(struct arena *a, struct backend *b, const char *used, const struct cancel *cancel)
{
	struct backend_account *kept = NULL;
	enum fault f = backend_account_get(&kept, a, b, b->remote->url);
	if (f != FAULT_NONE)
		return f;
	if (strcmp(kept->token, used) != 0) {      /* another was here meanwhile */
		if (!in_use(b->remote, kept->token))
			remote_token_set(b->remote, kept->token, strlen(kept->token));
		return FAULT_NONE;
	}
	if (kept->refresh_token == NULL || kept->refresh_token[0] == '\0')
		return fault(FAULT_DENIED, "the sign-in has ended: stoa login");
	f = refresh(a, b, kept, cancel);
	explicit_bzero((char *)kept->token, strlen(kept->token));
	explicit_bzero((char *)kept->refresh_token, strlen(kept->refresh_token));
	return f;
}

enum fault
account_refresh(struct backend *b, const char *used, const struct cancel *cancel)
{
	struct arena a;
	if (b->remote->given)
		return fault(FAULT_DENIED, "the token that was handed in has ended");
	arena_init(&a);
	int fd = open(arena_printf(&a, "%s/signing-in.lock", b->config.places.state),
		O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	enum fault f = fd < 0 || flock(fd, LOCK_EX) != 0 ? fault_errno("the tokens of the server cannot be renewed") : FAULT_NONE;
	if (f == FAULT_NONE)
		f = refresh_alone(&a, b, used, cancel);
	if (fd >= 0)
		close(fd);
	arena_clear(&a);
	return f;
}

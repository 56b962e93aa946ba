/* Live: the chat over a WebSocket, from the handshake to the last byte.
 *
 * libwebsockets speaks the protocol and is too kind: text that is not UTF-8,
 * messages without measure and floods of fragments reach us, so they are refused
 * here with the close code of RFC 6455.  (Whether a frame was masked it does not
 * tell; a mask protects proxies on the way, not us.)  An engine call never runs on the
 * listener's thread: an action becomes work of the crew (action.c), one at a time
 * a socket, and what it has to say is put in line under the listener's lock.
 * Words are gathered for 60 ms and each message filled up with spaces to one of a
 * few sizes, as on an event stream (THREATS T31). */
#include <string.h>

#include "live_in.h"

#define TEXT_BYTES (64 * 1024)
#define AUDIO_BYTES 4096
#define FRAMES_MAX 1000
#define ACTIONS_A_SECOND 20
#define GATHER_US (60 * 1000)
#define TICK_US (30LL * 1000 * 1000)
#define WAITING_BYTES (512 * 1024)
#define SERVICE_RESTART 1012   /* of the registry of IANA; not a name of the library */

/* ---- what waits to be sent: any thread ---------------------------------------------- */

/* Room for the library's head, the message, spaces up to the next size. */
static struct live_line *
line_new(const char *json, size_t n)
{
	size_t size = 512;
	while (size < n && size < 16384)
		size *= 2;
	if (n > size)
		size = (n + 16383) / 16384 * 16384;
	struct live_line *line = mem_new(sizeof *line + LWS_PRE + size);
	line->size_bytes = size;
	memcpy(line->bytes + LWS_PRE, json, n);
	memset(line->bytes + LWS_PRE + n, ' ', size - n);
	return line;
}

/* The lock is held. */
static void
put_line(struct live *v, const char *json, size_t n)
{
	struct live_line *line = line_new(json, n);
	*v->last = line;
	v->last = &line->next;
	v->waiting_bytes += line->size_bytes;
}

/* The words gathered so far as a message. The lock is held. */
static void
put_chunk(struct live *v)
{
	struct text json;
	if (v->words.len == 0)
		return;
	text_init(&json, 4 * TEXT_BYTES * 2);
	text_put(&json, "{\"type\":\"text_chunk\",\"content\":");
	json_put_string_n(&json, v->words.data, v->words.len);
	text_put_c(&json, '}');
	if (!json.over)
		put_line(v, json.data, json.len);
	text_clear(&json);
	text_reset(&v->words);
}

/* The lock is held; true: the listener must be woken. */
static bool
note_news(struct live *v)
{
	struct listener *l = v->listener;
	bool first = l->live_news == NULL && !v->has_news;
	if (!v->has_news) {
		v->has_news = true;
		v->next_news = l->live_news;
		l->live_news = v;
	}
	return first;
}

void
live_say(struct live *v, const struct text *json)
{
	struct listener *l = v->listener;
	pthread_mutex_lock(&l->lock);
	put_chunk(v);
	if (!json->over)
		put_line(v, json->data, json->len);
	v->hurried = true;
	bool wake = note_news(v);
	pthread_mutex_unlock(&l->lock);
	if (wake)
		listener_wake(l);
}

void
live_words(struct live *v, const char *words)
{
	struct listener *l = v->listener;
	pthread_mutex_lock(&l->lock);
	text_put(&v->words, words);
	if (v->words.len > TEXT_BYTES / 2)
		put_chunk(v);
	bool wake = note_news(v);
	pthread_mutex_unlock(&l->lock);
	if (wake)
		listener_wake(l);
}

void
live_hold(struct live *v, const struct text *json)
{
	if (json->over)
		return;
	struct live_line *line = line_new(json->data, json->len), **at = &v->held;
	while (*at != NULL)
		at = &(*at)->next;
	*at = line;
}

/* Who reads the last word may ask the next thing at once, so both happen together. */
void
live_rest(struct live *v)
{
	struct listener *l = v->listener;
	pthread_mutex_lock(&l->lock);
	put_chunk(v);
	for (struct live_line *line = v->held; line != NULL; line = line->next) {
		*v->last = line;
		v->last = &line->next;
		v->waiting_bytes += line->size_bytes;
	}
	v->held = NULL;
	v->working = false;
	v->hurried = true;
	bool wake = note_news(v);
	pthread_mutex_unlock(&l->lock);
	if (wake)
		listener_wake(l);
}

/* ---- the handshake -------------------------------------------------------------------- */

static int
refuse(struct lws *wsi, struct listener *l, const char *status, const char *more)
{
	char *out = (char *)l->out + LWS_PRE;
	int n = snprintf(out, 512, "HTTP/1.1 %s\r\n%sconnection: close\r\ncontent-length: 0\r\n\r\n", status, more);
	(void)!lws_write(wsi, l->out + LWS_PRE, (size_t)n, LWS_WRITE_HTTP_HEADERS);
	return -1;
}

static bool
header_is(struct lws *wsi, enum lws_token_indexes which, const char *wanted)
{
	char s[64];
	return lws_hdr_copy(wsi, s, sizeof s, which) > 0 && str_same(s, wanted);
}

static char *
take_bearer(struct lws *wsi)
{
	char s[4096], *bearer = NULL;
	if (lws_hdr_copy(wsi, s, sizeof s, WSI_TOKEN_HTTP_AUTHORIZATION) > 7 && strncasecmp(s, "bearer ", 7) == 0)
		bearer = mem_strdup(s + 7 + strspn(s + 7, " "));
	vault_wipe(s, sizeof s);
	return bearer;
}

static void
live_free(struct live *v)
{
	struct listener *l = v->listener;
	*v->link = v->next;
	if (v->next != NULL)
		v->next->link = v->link;
	for (struct live_line *line = v->first, *next; line != NULL; line = next) {
		next = line->next;
		mem_free(line);
	}
	if (v->bearer != NULL)
		vault_wipe(v->bearer, strlen(v->bearer));
	mem_free(v->bearer);
	mem_free(v->action);
	text_clear(&v->in);
	text_clear(&v->words);
	atomic_fetch_sub(&l->server->lives, 1);
	mem_free(v);
}

static struct live *
live_new(struct listener *l, struct connection *c, struct lws *wsi)
{
	struct live *v = mem_new(sizeof *v);
	struct arena a;
	v->listener = l;
	v->wsi = wsi;
	v->last = &v->first;
	v->bearer = take_bearer(wsi);
	v->actions = ACTIONS_A_SECOND;
	v->heard_ms = v->actions_ms = server_now(l->server);
	arena_init(&a);
	snprintf(v->address, sizeof v->address, "%s", request_address(&a, wsi, c));
	arena_clear(&a);
	text_init(&v->in, TEXT_BYTES);
	text_init(&v->words, TEXT_BYTES * 2);
	v->next = l->lives;
	v->link = &l->lives;
	if (v->next != NULL)
		v->next->link = &v->next;
	l->lives = v;
	return v;
}

static int
on_handshake(struct listener *l, struct lws *wsi, struct connection *c)
{
	struct server *s = l->server;
	if (lws_get_network_wsi(wsi) != wsi || c == NULL || c->live != NULL)
		return -1;
	if (!header_is(wsi, WSI_TOKEN_GET_URI, "/v1/live"))
		return refuse(wsi, l, "404 Not Found", "");
	if (!header_is(wsi, WSI_TOKEN_VERSION, "13"))
		return refuse(wsi, l, "426 Upgrade Required", "sec-websocket-version: 13\r\n");
	if (lws_hdr_total_length(wsi, WSI_TOKEN_KEY) != 24 || lws_hdr_total_length(wsi, WSI_TOKEN_HOST) <= 0)
		return refuse(wsi, l, "400 Bad Request", "");
	if (atomic_load(&s->draining) || atomic_fetch_add(&s->lives, 1) >= atomic_load(&s->lives_max)) {
		if (!atomic_load(&s->draining))
			atomic_fetch_sub(&s->lives, 1);
		return refuse(wsi, l, "503 Service Unavailable", "retry-after: 5\r\n");
	}
	c->live = live_new(l, c, wsi);
	return 0;
}

/* ---- receiving ---------------------------------------------------------------------------- */

/* Goodbye with this code: the value the library's callback must return. */
static int
close_with(struct live *v, unsigned code)
{
	lws_close_reason(v->wsi, (enum lws_close_status)code, NULL, 0);
	return -1;
}

static bool
within_rate(struct live *v)
{
	int64_t now = server_now(v->listener->server);
	v->actions += (double)(now - v->actions_ms) * ACTIONS_A_SECOND / 1000;
	v->actions_ms = now;
	if (v->actions > ACTIONS_A_SECOND)
		v->actions = ACTIONS_A_SECOND;
	v->actions -= 1;
	return v->actions >= 0;
}

static int
on_message(struct live *v)
{
	int code = 0;
	if (!within_rate(v))
		return close_with(v, LWS_CLOSE_STATUS_POLICY_VIOLATION);
	if (!v->in_binary && !utf8_valid(v->in.data, v->in.len))
		return close_with(v, LWS_CLOSE_STATUS_INVALID_PAYLOAD);
	v->heard_ms = server_now(v->listener->server);
	if (v->in_binary)
		live_say_error(v, "UNAVAILABLE", "this server does not listen: voice is not here yet", 0);
	else
		code = live_act(v, v->in.data, v->in.len);
	text_reset(&v->in);
	return code != 0 ? close_with(v, (unsigned)code) : 0;
}

static int
on_bytes(struct live *v, struct lws *wsi, const char *bytes, size_t n)
{
	bool frame_ends = lws_remaining_packet_payload(wsi) == 0;
	if (lws_is_first_fragment(wsi)) {
		text_reset(&v->in);
		v->in_binary = lws_frame_is_binary(wsi);
		v->frames = 0;
	}
	size_t most = v->in_binary ? AUDIO_BYTES : TEXT_BYTES;
	if (v->in.len + n + lws_remaining_packet_payload(wsi) > most)
		return close_with(v, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE);
	text_put_n(&v->in, bytes, n);
	if (frame_ends && ++v->frames > FRAMES_MAX)
		return close_with(v, LWS_CLOSE_STATUS_POLICY_VIOLATION);
	return frame_ends && lws_is_final_fragment(wsi) ? on_message(v) : 0;
}

/* ---- writing ------------------------------------------------------------------------------- */

static struct live_line *
next_line(struct live *v)
{
	struct listener *l = v->listener;
	pthread_mutex_lock(&l->lock);
	struct live_line *line = v->first;
	if (line != NULL) {
		v->first = line->next;
		if (v->first == NULL)
			v->last = &v->first;
		v->waiting_bytes -= line->size_bytes;
	}
	pthread_mutex_unlock(&l->lock);
	return line;
}

static int
on_writable(struct live *v)
{
	bool drains = atomic_load(&v->listener->server->draining);
	do {
		struct live_line *line = next_line(v);
		if (line == NULL)
			return v->closing != 0 ? close_with(v, v->closing) :
			       drains && !v->working ? close_with(v, SERVICE_RESTART) : 0;
		int put = lws_write(v->wsi, line->bytes + LWS_PRE, line->size_bytes, LWS_WRITE_TEXT);
		bool well = put >= (int)line->size_bytes;
		mem_free(line);
		if (!well)
			return -1;
	} while (lws_send_pipe_choked(v->wsi) == 0);
	lws_callback_on_writable(v->wsi);
	return 0;
}

/* ---- news and time ----------------------------------------------------------------------------- */

/* What a worker left: now if it is hurried, with what follows in 60 ms if it is words. */
static void
look_at(struct live *v)
{
	struct listener *l = v->listener;
	pthread_mutex_lock(&l->lock);
	bool now = v->hurried || v->first != NULL, over = v->waiting_bytes > WAITING_BYTES, gone = v->wsi == NULL && !v->working;
	v->hurried = false;
	pthread_mutex_unlock(&l->lock);
	if (gone) {
		live_free(v);
		return;
	}
	if (v->wsi == NULL)
		return;
	if (over) { /* it does not read */
		atomic_store(&v->cancel.asked, true);
		lws_set_timeout(v->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
	} else if (now) {
		lws_callback_on_writable(v->wsi);
	} else if (!v->gathering) {
		v->gathering = true;
		lws_set_timer_usecs(v->wsi, GATHER_US);
	}
}

void
lives_deliver(struct listener *l)
{
	for (;;) {
		pthread_mutex_lock(&l->lock);
		struct live *v = l->live_news;
		if (v != NULL) {
			l->live_news = v->next_news;
			v->has_news = false;
		}
		pthread_mutex_unlock(&l->lock);
		if (v == NULL)
			break;
		look_at(v);
	}
	if (atomic_load(&l->server->draining))
		for (struct live *v = l->lives; v != NULL; v = v->next)
			if (v->wsi != NULL)
				lws_callback_on_writable(v->wsi);
}

static int
on_timer(struct live *v)
{
	struct listener *l = v->listener;
	if (v->gathering) {
		pthread_mutex_lock(&l->lock);
		put_chunk(v);
		pthread_mutex_unlock(&l->lock);
		v->gathering = false;
		lws_callback_on_writable(v->wsi);
	}
	int64_t idle_ms = l->server->limits.live_idle_ms;
	if (!v->working && server_now(l->server) - v->heard_ms >= idle_ms)
		return close_with(v, LWS_CLOSE_STATUS_NORMAL);
	lws_set_timer_usecs(v->wsi, idle_ms * 1000 < TICK_US ? idle_ms * 1000 : TICK_US);
	return 0;
}

void
lives_cancel(struct listener *l)
{
	for (struct live *v = l->lives; v != NULL; v = v->next)
		atomic_store(&v->cancel.asked, true);
}

/* Its socket is gone; the work that still runs frees it by its last news. */
void
live_gone(struct live *v)
{
	struct listener *l = v->listener;
	atomic_store(&v->cancel.asked, true);
	pthread_mutex_lock(&l->lock);
	v->wsi = NULL;
	bool now = !v->working && !v->has_news;
	pthread_mutex_unlock(&l->lock);
	if (now)
		live_free(v);
}

int
live_callback(struct listener *l, struct lws *wsi, enum lws_callback_reasons reason, void *in, size_t n)
{
	struct connection *c = lws_get_opaque_user_data(wsi);
	struct live *v = c == NULL ? NULL : c->live;
	if (reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION)
		return on_handshake(l, wsi, c);
	if (v == NULL)
		return reason == LWS_CALLBACK_CLOSED ? 0 : -1;
	switch (reason) {
	case LWS_CALLBACK_ESTABLISHED:
		connection_live(c);
		return on_timer(v);
	case LWS_CALLBACK_RECEIVE:
		return on_bytes(v, wsi, in, n);
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return on_writable(v);
	case LWS_CALLBACK_TIMER:
		return on_timer(v);
	case LWS_CALLBACK_CLOSED:
		c->live = NULL;
		live_gone(v);
		return 0;
	default:
		return 0;
	}
}

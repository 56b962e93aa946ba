/* Live: the chat over a WebSocket, from behind the handshake to the last byte.
 *
 * The frames are read by frame.c, strictly; what a message may hold, how many may come
 * and in what time is decided here, with the close code of RFC 6455.  An engine call
 * never runs on the listener's thread: an action becomes work of the crew (action.c),
 * one at a time a socket, and what it has to say is put in line under the listener's
 * lock.  Words are gathered for 60 ms and each message filled up with spaces to one of
 * a few sizes, as on an event stream (THREATS T31). */
#include <string.h>

#include "live_in.h"

#define TEXT_BYTES (64 * 1024)
#define AUDIO_BYTES 4096
#define FRAMES_MAX 1000
#define ACTIONS_A_SECOND 20
#define GATHER_US (60 * 1000)
#define TEND_MS (30 * 1000)
#define WAITING_BYTES (512 * 1024)

enum { CLOSE_NORMAL = 1000, CLOSE_BAD_TEXT = 1007, CLOSE_POLICY = 1008, CLOSE_TOO_LARGE = 1009, CLOSE_RESTART = 1012, CLOSE_UNSAID = 65536 /* a close frame without a code */ };
enum { OPCODE_TEXT = 1, OPCODE_CLOSE = 8, OPCODE_PING = 9, OPCODE_PONG = 10 };

/* ---- what waits to be sent: any thread ---------------------------------------------- */

/* A frame of so many bytes; where they go. */
static struct live_line *
line_new(unsigned opcode, size_t n, unsigned char **payload)
{
	struct live_line *line = mem_new(sizeof *line + LWS_PRE + FRAME_HEAD_MAX + n);
	size_t head = frame_head(line->bytes + LWS_PRE, opcode, n);
	line->size_bytes = head + n;
	*payload = line->bytes + LWS_PRE + head;
	return line;
}

/* A message, spaces up to the next size behind it. */
static struct live_line *
message_new(const char *json, size_t n)
{
	unsigned char *payload;
	size_t size = 512;
	while (size < n && size < 16384)
		size *= 2;
	if (n > size)
		size = (n + 16383) / 16384 * 16384;
	struct live_line *line = line_new(OPCODE_TEXT, size, &payload);
	memcpy(payload, json, n);
	memset(payload + n, ' ', size - n);
	return line;
}

/* The lock is held. */
static void
put_line(struct live *v, struct live_line *line)
{
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
		put_line(v, message_new(json.data, json.len));
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

static void
put_message(struct live *v, const struct text *json)
{
	put_chunk(v);
	if (!json->over)
		put_line(v, message_new(json->data, json->len));
}

void
live_reply(struct live *v, const struct text *json)
{
	pthread_mutex_lock(&v->listener->lock);
	put_message(v, json);
	pthread_mutex_unlock(&v->listener->lock);
	v->said = true;
}

void
live_say(struct live *v, const struct text *json)
{
	struct listener *l = v->listener;
	pthread_mutex_lock(&l->lock);
	put_message(v, json);
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
	struct live_line *line = message_new(json->data, json->len), **at = &v->held;
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
	for (struct live_line *line = v->held, *next; line != NULL; line = next) {
		next = line->next;
		line->next = NULL;
		put_line(v, line);
	}
	v->held = NULL;
	v->working = false;
	v->hurried = true;
	bool wake = note_news(v);
	pthread_mutex_unlock(&l->lock);
	if (wake)
		listener_wake(l);
}

void
live_read_end(struct live *v, int64_t letters_ms, bool over)
{
	struct listener *l = v->listener;
	pthread_mutex_lock(&l->lock);
	v->over = v->over || over;
	v->letters_ms = letters_ms;
	v->reading = false;
	bool wake = note_news(v);
	pthread_mutex_unlock(&l->lock);
	if (wake)
		listener_wake(l);
}

/* ---- life ----------------------------------------------------------------------------- */

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
	mem_free(v->letters);
	mem_free(v->action);
	text_clear(&v->in);
	text_clear(&v->words);
	atomic_fetch_sub(&l->server->lives, 1);
	mem_free(v);
}

struct live *
live_new(struct listener *l, struct connection *c, const struct head *h)
{
	struct live *v = mem_new(sizeof *v);
	atomic_fetch_add(&l->server->lives, 1);
	v->listener = l;
	v->connection = c;
	v->wsi = c->wsi;
	v->last = &v->first;
	v->bearer = mem_strdup(head_bearer(h));
	v->actions = ACTIONS_A_SECOND;
	v->heard_ms = v->actions_ms = v->tended_ms = server_now(l->server);
	v->letters_ms = l->server->clock.wall_ms(l->server->clock.arg);
	head_address(v->address, h, c);
	text_init(&v->in, TEXT_BYTES);
	text_init(&v->words, TEXT_BYTES * 2);
	v->next = l->lives;
	v->link = &l->lives;
	if (v->next != NULL)
		v->next->link = &v->next;
	l->lives = v;
	return v;
}

/* ---- receiving ---------------------------------------------------------------------------- */

/* Goodbye, whatever may still wait. */
static int
close_with(struct live *v, unsigned code)
{
	unsigned char out[LWS_PRE + FRAME_HEAD_MAX + 2];
	bool said = code != CLOSE_UNSAID;
	size_t n = frame_head(out + LWS_PRE, OPCODE_CLOSE, said ? 2 : 0);
	if (v->closed)
		return 0;
	v->closed = true;
	if (said) {
		out[LWS_PRE + n++] = (unsigned char)(code >> 8);
		out[LWS_PRE + n++] = (unsigned char)code;
	}
	if (lws_write(v->wsi, out + LWS_PRE, n, LWS_WRITE_RAW) < (int)n)
		return -1;
	return http1_close(v->connection, true);
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
		return CLOSE_POLICY;
	if (!v->in_binary && !utf8_valid(v->in.data, v->in.len))
		return CLOSE_BAD_TEXT;
	v->heard_ms = server_now(v->listener->server);
	if (v->in_binary)
		live_say_error(v, "UNAVAILABLE", "this server does not listen: voice is not here yet", 0);
	else
		code = live_act(v, v->in.data, v->in.len);
	text_clear(&v->in);
	return code;
}

static int
on_begin(bool first, bool binary, uint64_t length, void *arg)
{
	struct live *v = arg;
	if (first) {
		v->in_binary = binary;
		v->frames = 0;
	}
	if (++v->frames > FRAMES_MAX)
		return CLOSE_POLICY;
	return length > (v->in_binary ? AUDIO_BYTES : TEXT_BYTES) - v->in.len ? CLOSE_TOO_LARGE : 0;
}

static int
on_part(const unsigned char *bytes, size_t n, uint64_t left, void *arg)
{
	struct live *v = arg;
	(void)left;
	text_put_n(&v->in, bytes, n);
	return 0;
}

static int
on_end(bool last, void *arg)
{
	return last ? on_message(arg) : 0;
}

/* The code to answer a close frame with. */
static int
answer_close(const unsigned char *bytes, size_t n)
{
	unsigned code = n < 2 ? 0 : (unsigned)(bytes[0] << 8 | bytes[1]);
	if (n == 0)
		return CLOSE_UNSAID;
	if (n == 1 || !frame_code_good(code))
		return FRAME_PROTOCOL_ERROR;
	return utf8_valid((const char *)bytes + 2, n - 2) ? (int)code : CLOSE_BAD_TEXT;
}

static int
on_control(unsigned opcode, const unsigned char *bytes, size_t n, void *arg)
{
	struct live *v = arg;
	unsigned char *payload;
	if (opcode == OPCODE_CLOSE)
		return answer_close(bytes, n);
	if (opcode != OPCODE_PING)
		return 0;
	if (!within_rate(v))
		return CLOSE_POLICY;
	struct live_line *line = line_new(OPCODE_PONG, n, &payload);
	memcpy(payload, bytes, n);
	pthread_mutex_lock(&v->listener->lock);
	put_line(v, line);
	pthread_mutex_unlock(&v->listener->lock);
	v->said = true;
	return 0;
}

int
live_bytes(struct live *v, unsigned char *bytes, size_t n)
{
	static const struct frame_events events = { on_part, on_begin, on_end, on_control };
	int code = frame_feed(&v->reader, bytes, n, &events, v);
	bool said = v->said;
	v->said = false;
	if (code != 0)
		v->closing = (unsigned)code;
	return said || code != 0 ? live_writable(v) : 0;   /* what is in line goes first */
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

int
live_writable(struct live *v)
{
	bool drains = atomic_load(&v->listener->server->draining);
	while (!lws_partial_buffered(v->wsi)) {
		struct live_line *line = next_line(v);
		if (line == NULL)
			return v->closing != 0 ? close_with(v, v->closing) :
			       drains && !v->working ? close_with(v, CLOSE_RESTART) : 0;
		int put = lws_write(v->wsi, line->bytes + LWS_PRE, line->size_bytes, LWS_WRITE_RAW);
		bool well = put >= (int)line->size_bytes;
		mem_free(line);
		if (!well)
			return -1;
	}
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
	bool now = v->hurried || v->first != NULL, over = v->waiting_bytes > WAITING_BYTES, gone = v->wsi == NULL && !v->working && !v->reading,
	     ended = v->over;
	v->hurried = false;
	pthread_mutex_unlock(&l->lock);
	if (gone) {
		live_free(v);
		return;
	}
	if (v->wsi == NULL)
		return;
	live_read(v);
	if (ended) {
		atomic_store(&v->cancel.asked, true);
		v->closing = CLOSE_POLICY;
		lws_callback_on_writable(v->wsi);
		return;
	}
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
	letters_deliver(l);
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

int
live_tick(struct live *v)
{
	struct listener *l = v->listener;
	if (!v->gathering)
		return 0;
	pthread_mutex_lock(&l->lock);
	put_chunk(v);
	pthread_mutex_unlock(&l->lock);
	v->gathering = false;
	return live_writable(v);
}

/* A timer of the library's for each would be put in its place in a list of all. */
void
lives_tend(struct listener *l, int64_t now_ms)
{
	int64_t idle_ms = l->server->limits.live_idle_ms, every_ms = idle_ms < TEND_MS ? idle_ms : TEND_MS;
	for (struct live *v = l->lives; v != NULL; v = v->next) {
		if (v->wsi == NULL || now_ms - v->tended_ms < every_ms)
			continue;
		v->tended_ms = now_ms;
		live_read(v);
		if (v->working || now_ms - v->heard_ms < idle_ms)
			continue;
		v->closing = CLOSE_NORMAL;
		lws_callback_on_writable(v->wsi);
	}
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
	bool now = !v->working && !v->reading && !v->has_news;
	pthread_mutex_unlock(&l->lock);
	if (now)
		live_free(v);
}

/* A stream: the events of an answer on their way to one client.
 *
 * Who watches the line must not read topics from the rhythm and the sizes of
 * words (THREATS T31): events are gathered for 60 ms and each write is filled up
 * with a comment to one of a few sizes.  The end is written at once.  Until the
 * first event nothing is said, so that what fails before it is an ordinary reply
 * with its status. */
#include <string.h>

#include "server_in.h"

#define GATHER_US (60 * 1000)

static const size_t sizes[] = { 512, 1024, 2048, 4096, 8192, 16384 };
#define SIZE_MAX_BYTES 16384

/* Fill up with a comment, so that the whole is a multiple of the largest size and
 * one of the sizes. */
static void
pad(struct text *out)
{
	size_t last = out->len % SIZE_MAX_BYTES, i = 0;
	if (last == 0)
		return;
	/* ":", "\n\n" */
	while (i < COUNT_OF(sizes) && sizes[i] < last + 3)
		i++;
	size_t to = i < COUNT_OF(sizes) ? sizes[i] : SIZE_MAX_BYTES + sizes[0];
	text_put_c(out, ':');
	for (size_t n = last + 3; n < to; n++)
		text_put_c(out, ' ');
	text_put(out, "\n\n");
}

/* Nothing was said before it failed: then it is a plain reply. */
static bool
failed_silently(struct exchange *x)
{
	const struct call *c = answer_call(x->answer);
	return !x->reply.headed && x->after == 0 && answer_state(x->answer) == ANSWER_ENDED &&
	       c->status != 200 && answer_count(x->answer) == 1;
}

/* The answer may turn out to be one that was begun before. */
static void
follow(struct exchange *x)
{
	uint64_t after = 0;
	struct answer *other = answer_other(&after, x->answer);
	if (other == NULL)
		return;
	answer_leave(x->answer, x);
	answer_release(x->answer);
	x->answer = other;
	x->after = after;
	if (!answer_join(other, x)) /* too many read it already */
		lws_set_timeout(x->wsi, PENDING_TIMEOUT_SHUTDOWN_FLUSH, LWS_TO_KILL_ASYNC);
}

/* The end of a connection says that it is not the end of the answer. */
static bool
is_broken(struct exchange *x)
{
	if (answer_state(x->answer) != ANSWER_BROKEN)
		return false;
	lws_set_timeout(x->wsi, PENDING_TIMEOUT_SHUTDOWN_FLUSH, LWS_TO_KILL_ASYNC);
	return true;
}

int
stream_news(struct exchange *x)
{
	follow(x);
	if (is_broken(x))
		return 0;
	if (failed_silently(x)) {
		struct answer *a = x->answer;
		struct call *c = answer_call(a);
		x->answer = NULL;
		x->reply.status = c->status;
		x->reply.retry_ms = c->retry_ms;
		text_put_n(&x->reply.body, c->reply.data, c->reply.len);
		answer_leave(a, x);
		answer_release(a);
		return reply_start(x);
	}
	if (answer_state(x->answer) == ANSWER_ENDED) {
		x->ticking = false;
		lws_callback_on_writable(x->wsi);
	} else if (!x->ticking) {
		x->ticking = true;
		lws_set_timer_usecs(x->wsi, GATHER_US);
	}
	return 0;
}

int
stream_tick(struct exchange *x)
{
	if (x->answer == NULL)
		return 0;
	x->pings = !x->ticking;
	x->ticking = false;
	lws_callback_on_writable(x->wsi);
	return 0;
}

static bool
write_head(struct exchange *x)
{
	x->reply.status = 200;
	x->reply.type = "text/event-stream";
	x->reply.headed = true;
	x->reply.close = true;   /* on HTTP/1 that is how its end is told */
	size_t n = reply_head(x, -1);
	bool well = n > 0 && reply_put(x, NULL, n, LWS_WRITE_HTTP_HEADERS);
	if (x->http2)
		lws_http_mark_sse(x->wsi);
	return well;
}

/* What is gathered goes to x->reply.body first: a window of HTTP/2 may be smaller. */
static void
gather(struct exchange *x)
{
	struct text *body = &x->reply.body;
	if (x->reply.sent == body->len) {
		text_reset(body);
		x->reply.sent = 0;
	}
	struct text fresh;
	text_init(&fresh, body->max);
	x->streamed_all = answer_take(&fresh, &x->after, x->answer);
	if (fresh.len == 0 && x->pings)
		text_put(&fresh, ":\n");
	pad(&fresh);
	text_put_n(body, fresh.data, fresh.len);
	x->pings = false;
	text_clear(&fresh);
}

static size_t
allowance(struct exchange *x)
{
	size_t left = x->reply.body.len - x->reply.sent;
	size_t most = left < SIZE_MAX_BYTES ? left : SIZE_MAX_BYTES;
	if (x->http2) {
		lws_fileofs_t window = lws_get_peer_write_allowance(x->wsi);
		if (window >= 0 && (size_t)window < most)
			most = (size_t)window;
	}
	return most;
}

int
stream_write(struct exchange *x)
{
	if (x->answer == NULL)
		return reply_write(x);
	if (is_broken(x))
		return 0;
	if (!x->reply.headed) {
		follow(x);
		if (answer_state(x->answer) == ANSWER_SILENT && !x->pings)
			return 0;
		if (!write_head(x))
			return -1;
		lws_callback_on_writable(x->wsi);
		return 0;
	}
	if (x->reply.sent == x->reply.body.len && !x->streamed_all)
		gather(x);
	size_t n = allowance(x);
	bool last = x->streamed_all && x->reply.sent + n == x->reply.body.len;
	if ((n > 0 || last) && !reply_put(x, x->reply.body.data + x->reply.sent, n,
				       last && x->http2 ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP))
		return -1;
	x->reply.sent += n;
	if (last)
		return reply_done(x);
	if (x->reply.sent < x->reply.body.len)
		lws_callback_on_writable(x->wsi);
	else if (!x->ticking)
		lws_set_timer_usecs(x->wsi, STREAM_QUIET_US);
	return 0;
}

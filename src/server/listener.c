/* A listener: one thread, one libwebsockets context, one listening socket.
 *
 * The library is built with one service thread, so each listener has a context of
 * its own and all of them share the port.  We accept ourselves (a raw descriptor
 * that the library only watches): the address and the caps are looked at before a
 * byte is read, and TCP_NODELAY is set.  Only lws_cancel_service() may be called
 * from other threads: workers put an exchange on the list of news and cancel.
 * No upgrade is left to the library: the one to a WebSocket is ours (handshake.c). */
#include <errno.h>
#include <ev.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server_in.h"

/* What the library keeps for a request of HTTP/2; freed by it within a completed one. */
struct slot { struct exchange *x; };

static struct listener *
listener_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

/* ---- news from workers ------------------------------------------------------------ */

void
listener_wake(struct listener *l)
{
	lws_cancel_service(l->context);
}

void
listener_post(struct exchange *x)
{
	struct listener *l = x->listener;
	pthread_mutex_lock(&l->lock);
	bool first = l->news == NULL, had = x->has_news;
	if (!had) {
		x->has_news = true;
		x->next_news = l->news;
		l->news = x;
	}
	pthread_mutex_unlock(&l->lock);
	if (first && !had)
		listener_wake(l);
}

void
listener_forget(struct exchange *x)
{
	struct listener *l = x->listener;
	pthread_mutex_lock(&l->lock);
	for (struct exchange **at = &l->news; *at != NULL; at = &(*at)->next_news)
		if (*at == x) {
			*at = x->next_news;
			break;
		}
	x->has_news = false;
	pthread_mutex_unlock(&l->lock);
}

static struct exchange *
news_take(struct listener *l)
{
	pthread_mutex_lock(&l->lock);
	struct exchange *x = l->news;
	if (x != NULL) {
		l->news = x->next_news;
		x->has_news = false;
	}
	pthread_mutex_unlock(&l->lock);
	return x;
}

static void
deliver_news(struct listener *l)
{
	for (struct exchange *x; (x = news_take(l)) != NULL;) {
		struct lws *wsi = x->wsi;
		x->called = false;
		if (wsi == NULL)
			exchange_free(x); /* its client went away while it was worked on */
		else if ((x->answer != NULL ? stream_news(x) : reply_call(x, x->call)) != 0)
			lws_set_timeout(wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
	}
}

/* The server is being stopped: who asks nothing is let go. */
static void
let_go(struct listener *l)
{
	for (struct connection *c = l->connections; c != NULL; c = c->next)
		if (c->wsi != NULL && c->active == 0 && c->live == NULL && c->state != CONNECTION_CLOSING)
			lws_set_timeout(c->wsi, PENDING_TIMEOUT_SHUTDOWN_FLUSH, LWS_TO_KILL_ASYNC);
}

/* ---- accepting --------------------------------------------------------------------- */

static void
accept_one(struct listener *l, int fd)
{
	const int on = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	/* What a peer does not take is not kept for it, neither by us nor, once we have
	 * closed, by the kernel.  The guard comes first: it tells the client, the kernel
	 * ends a connection without a word. */
	const unsigned stall_ms = (unsigned)l->server->limits.stall_ms + 2000;
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &stall_ms, sizeof stall_ms);
	struct connection *c = connection_accepted(l, fd);
	if (c == NULL) {
		close(fd);
		return;
	}
	const lws_adopt_desc_t info = {
		.vh = l->vhost,
		.type = LWS_ADOPT_SOCKET | (l->server->certificate != NULL ? LWS_ADOPT_ALLOW_SSL : 0),
		.fd.sockfd = fd,
		.vh_prot_name = "stoa-http1",
		.opaque = c,
	};
	l->accepting = c;
	struct lws *wsi = lws_adopt_descriptor_vhost_via_info(&info);
	/* A handshake that fails at once has ended the connection already. */
	if (l->accepting != NULL && wsi == NULL)
		connection_closed(c);
	else if (l->accepting != NULL)
		c->wsi = wsi;
	l->accepting = NULL;
}

static int
on_listen(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	(void)user, (void)in, (void)len;
	if (reason != LWS_CALLBACK_RAW_RX_FILE)
		return 0;
	struct listener *l = listener_of(wsi);
	/* A few at a time: those that are in must not wait for those who come. */
	for (int i = 0; i < 64; i++) {
		int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			break;
		if (atomic_load(&l->server->draining))
			close(fd);
		else
			accept_one(l, fd);
	}
	return 0;
}

/* ---- the library's callbacks ----------------------------------------------------------- */

static int
on_destroy(struct lws *wsi)
{
	struct connection *c = lws_get_opaque_user_data(wsi);
	if (c == NULL)
		return 0;
	lws_set_opaque_user_data(wsi, NULL);
	if (c->listener->accepting == c)
		c->listener->accepting = NULL;
	connection_closed(c);
	return 0;
}

static int
on_http1(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct connection *c;
	(void)user;
	if (reason == LWS_CALLBACK_WSI_DESTROY)
		return on_destroy(wsi);
	/* Others are about no connection; what is there may be another's. */
	if (reason != LWS_CALLBACK_RAW_RX && reason != LWS_CALLBACK_RAW_WRITEABLE && reason != LWS_CALLBACK_TIMER && reason != LWS_CALLBACK_RAW_CLOSE)
		return 0;
	c = lws_get_opaque_user_data(wsi);
	if (c == NULL)
		return reason == LWS_CALLBACK_RAW_CLOSE ? 0 : -1;
	switch (reason) {
	case LWS_CALLBACK_RAW_RX:
		return http1_read(c, in, len);
	case LWS_CALLBACK_RAW_WRITEABLE:
		return http1_writable(c);
	case LWS_CALLBACK_TIMER:
		return c->live != NULL ? live_tick(c->live) : c->exchange != NULL ? stream_tick(c->exchange) : 0;
	default:
		http1_gone(c);
		return 0;
	}
}

static void
on_wake(struct listener *l)
{
	if (atomic_exchange(&l->reload, false))
		tls_reload(l);
	deliver_news(l);
	lives_deliver(l);
	if (atomic_load(&l->server->draining))
		let_go(l);
}

static int
on_http2(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct slot *slot = user;
	struct exchange *x = slot == NULL ? NULL : slot->x;
	switch (reason) {
	case LWS_CALLBACK_HTTP:
		return request_head(listener_of(wsi), wsi, &slot->x);
	case LWS_CALLBACK_HTTP_BODY:
		return x == NULL ? -1 : request_body(x, in, len);
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		return x == NULL ? -1 : request_body_end(x);
	case LWS_CALLBACK_HTTP_WRITEABLE:
		return x == NULL ? 0 : x->answer != NULL ? stream_write(x) : reply_write(x);
	case LWS_CALLBACK_TIMER:
		return x == NULL ? 0 : stream_tick(x);
	case LWS_CALLBACK_CLOSED_HTTP:
	case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
		if (x != NULL) {
			slot->x = NULL;
			exchange_gone(x);
		}
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		return on_destroy(wsi);
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
		on_wake(listener_of(wsi));
		return 0;
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		return -1; /* to nothing, from HTTP/2 */
	default:
		return 0;
	}
}

static const struct lws_protocols protocols[] = {
	{ .name = "stoa-http2",
		.callback = on_http2,
		.per_session_data_size = sizeof(struct slot),
		.rx_buffer_size = WRITE_BYTES },
	{ .name = "stoa-http1", .callback = on_http1, .rx_buffer_size = WRITE_BYTES },
	{ .name = "stoa-listen", .callback = on_listen },
	{ .name = NULL },
};

/* ---- life ------------------------------------------------------------------------------- */

static void
log_line(int level, const char *line)
{
	log_event(level == LLL_ERR ? LOG_WARN : LOG_DEBUG, "server", "library", "said=%.*s",
		(int)strcspn(line, "\n"), line);
}

/* On libev, whose epoll makes nothing of ten thousand idle sockets; a library that was
 * built without it waits in poll(), which looks at each of them every time. */
static void
context_make(struct listener *l, struct lws_context_creation_info info)
{
	void *loops[1] = { l->loop = ev_loop_new(EVFLAG_AUTO) };
	info.options |= LWS_SERVER_OPTION_LIBEV;
	info.foreign_loops = loops;
	l->context = l->loop == NULL ? NULL : lws_create_context(&info);
	if (l->context != NULL)
		return;
	log_event(LOG_WARN, "server", "no-libev", "sockets=%s", "slow above a thousand");
	if (l->loop != NULL)
		ev_loop_destroy(l->loop);
	l->loop = NULL;
	info.options &= ~(uint64_t)LWS_SERVER_OPTION_LIBEV;
	info.foreign_loops = NULL;
	l->context = lws_create_context(&info);
}

enum fault
listener_open(struct listener *l, struct server *s, int fd)
{
	*l = (struct listener){ .server = s, .fd = fd };
	pthread_mutex_init(&l->lock, NULL);
	lws_set_log_level(LLL_ERR | LLL_WARN, log_line);
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
			   LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS,
		.user = l,
		.max_http_header_data = 2 * HEAD_BYTES_MAX,
		.pt_serv_buf_size = WRITE_BYTES,
		.gid = -1,
		.uid = -1,
	};
	if (s->certificate != NULL)
		info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
	context_make(l, info);
	if (l->context == NULL)
		return fault(FAULT_SYSTEM, "the listener cannot be made");
	struct lws_context_creation_info host = {
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.protocols = protocols,
		.vhost_name = "stoa",
		.user = l,
		.timeout_secs = 10,
		.keepalive_timeout = 75,
	};
	tls_vhost(&host, s);
	l->vhost = lws_create_vhost(l->context, &host);
	if (l->vhost == NULL)
		return fault(FAULT_SYSTEM, "the listener cannot be set up");
	const lws_adopt_desc_t watch = {
		.vh = l->vhost,
		.type = LWS_ADOPT_RAW_FILE_DESC,
		.fd.filefd = fd,
		.vh_prot_name = "stoa-listen",
	};
	if (lws_adopt_descriptor_vhost_via_info(&watch) == NULL)
		return fault(FAULT_SYSTEM, "the listening socket cannot be watched");
	guard_start(l);
	return FAULT_NONE;
}

static void *
serve(void *arg)
{
	struct listener *l = arg;
	while (!atomic_load(&l->server->stopping))
		if (l->loop != NULL)
			ev_run(l->loop, EVRUN_ONCE);
		else if (lws_service(l->context, 0) < 0)
			break;
	return NULL;
}

enum fault
listener_start(struct listener *l)
{
	int error = loop_thread(&l->thread, serve, l);
	if (error != 0) {
		errno = error;
		return fault_errno("no thread can be started");
	}
	l->running = true;
	return FAULT_NONE;
}

void
listener_stop(struct listener *l)
{
	if (l->running) {
		listener_wake(l);
		pthread_join(l->thread, NULL);
	}
	l->running = false;
}

void
listener_cancel(struct listener *l)
{
	for (struct exchange *x = l->exchanges; x != NULL; x = x->next)
		if (x->call != NULL)
			atomic_store(&x->call->cancel.asked, true);
	lives_cancel(l);
}

void
listener_close(struct listener *l)
{
	if (l->server == NULL)
		return;
	guard_stop(l);
	if (l->context != NULL)
		lws_context_destroy(l->context);
	if (l->loop != NULL)
		ev_loop_destroy(l->loop);
	deliver_news(l); /* those whose clients are gone */
	lives_deliver(l);
	close(l->fd);
	mem_free(l->letters);
	pthread_mutex_destroy(&l->lock);
	*l = (struct listener){ .fd = -1 };
}

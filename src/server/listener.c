/* A listener: one thread, one libwebsockets context, one listening socket.
 *
 * The library is built with one service thread, so each listener has a context of
 * its own and all of them share the port.  We accept ourselves (a raw descriptor
 * that the library only watches): the address and the caps are looked at before a
 * byte is read, and TCP_NODELAY is set.  Only lws_cancel_service() may be called
 * from other threads: workers put an exchange on the list of news and cancel.
 * Of upgrades only the one to a WebSocket is left to the library: see on_upgrade(). */
#include <errno.h>
#include <ev.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server_in.h"

/* What the library keeps for a request; freed by it within a completed one. */
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
		x->called = false;
		if (x->wsi == NULL)
			exchange_free(x); /* its client went away while it was worked on */
		else if (x->answer != NULL)
			stream_news(x);
		else
			reply_call(x, x->call);
	}
}

/* The server is being stopped: who asks nothing is let go. */
static void
let_go(struct listener *l)
{
	for (struct connection *c = l->connections; c != NULL; c = c->next)
		if (c->wsi != NULL && c->active == 0 && c->live == NULL)
			lws_set_timeout(c->wsi, PENDING_TIMEOUT_SHUTDOWN_FLUSH, LWS_TO_KILL_ASYNC);
}

/* ---- accepting --------------------------------------------------------------------- */

static void
accept_one(struct listener *l, int fd)
{
	const int on = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	/* What a peer does not take is not kept for it, neither by us nor, once we have
	 * closed, by the kernel. */
	const unsigned stall_ms = (unsigned)l->server->limits.stall_ms;
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &stall_ms, sizeof stall_ms);
	struct connection *c = connection_accepted(l, fd);
	if (c == NULL) {
		close(fd);
		return;
	}
	const lws_adopt_desc_t info = {
		.vh = l->vhost,
		.type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP |
			(l->server->certificate != NULL ? LWS_ADOPT_ALLOW_SSL : 0),
		.fd.sockfd = fd,
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

/* The library answers an Upgrade that it does not know with 403, drops the head and
 * goes on to read in it; then the connection must end here.  And it would speak
 * HTTP/2 in clear from a head that it has not checked; spoiling the word keeps the
 * request an ordinary one. */
static int
on_upgrade(struct lws *wsi, char *wanted)
{
	if (lws_hdr_total_length(wsi, WSI_TOKEN_UPGRADE) <= 0)
		return -1; /* the head is gone, and wanted with it */
	if (strcasecmp(wanted, "websocket") != 0)
		wanted[0] = '-';
	return 0;
}

/* ---- the library's callback ----------------------------------------------------------- */

static int
on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	struct slot *slot = user;
	struct exchange *x = slot == NULL ? NULL : slot->x;
	struct connection *c;
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
		if (lws_get_opaque_user_data(wsi) != NULL && ((struct connection *)lws_get_opaque_user_data(wsi))->live != NULL)
			return live_callback(listener_of(wsi), wsi, reason, in, len);
		return x == NULL ? 0 : stream_tick(x);
	case LWS_CALLBACK_CLOSED_HTTP:
	case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
		if (x != NULL) {
			slot->x = NULL;
			exchange_gone(x);
		}
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		c = lws_get_opaque_user_data(wsi);
		if (c != NULL) {
			lws_set_opaque_user_data(wsi, NULL);
			if (c->listener->accepting == c)
				c->listener->accepting = NULL;
			connection_closed(c);
		}
		return 0;
	case LWS_CALLBACK_EVENT_WAIT_CANCELLED:
		if (atomic_exchange(&listener_of(wsi)->reload, false))
			tls_reload(listener_of(wsi));
		deliver_news(listener_of(wsi));
		lives_deliver(listener_of(wsi));
		if (atomic_load(&listener_of(wsi)->server->draining))
			let_go(listener_of(wsi));
		return 0;
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
		return on_upgrade(wsi, in);
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
	case LWS_CALLBACK_ESTABLISHED:
	case LWS_CALLBACK_RECEIVE:
	case LWS_CALLBACK_SERVER_WRITEABLE:
	case LWS_CALLBACK_CLOSED:
		return live_callback(listener_of(wsi), wsi, reason, in, len);
	default:
		return 0;
	}
}

static const struct lws_protocols protocols[] = {
	{ .name = "stoa-http",
		.callback = on_http,
		.per_session_data_size = sizeof(struct slot),
		.rx_buffer_size = WRITE_BYTES },
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
	int error = pthread_create(&l->thread, NULL, serve, l);
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
	pthread_mutex_destroy(&l->lock);
	*l = (struct listener){ .fd = -1 };
}

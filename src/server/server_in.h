/* server, privately: from an accepted socket to the last byte of its reply.
 *
 *	listener    a thread, its libwebsockets context, the listening socket
 *	connection  an accepted socket; lives from accept to close
 *	exchange    one request and its reply; dies at the latest with its connection,
 *	            or when the call that it started has ended
 *	call        what a worker of the crew does for an exchange
 *	answer      the events of a call, kept so that a stream can be resumed
 *
 * The files, from the wire inwards:
 *	sockets     listener, connection, guard (who, how slow; progress), tls
 *	bytes       http (a head), frame (WebSocket), form (multipart): parsers, no sockets
 *	requests    http1, head, router, request, upload
 *	replies     reply, stream, shown, health, metrics, openapi
 *	live chat   handshake, live, action, letter (a teacher's reply comes)
 *	work        call, answer; relay, relay_rows, mirror: answers of other servers
 *	starting    conf, setup, outside, signature, server, notify (the service manager)
 *
 * The hooks of a connection (connection.c) are called by the listener at accept,
 * head, body, write and close; what guards connections belongs there.  The library
 * hands over bytes of HTTP/1 and of live chats, and whole requests of HTTP/2.
 * Only listener_post() and the answer functions may be called from workers. */
#ifndef STOA_SERVER_IN_H
#define STOA_SERVER_IN_H
#include <libwebsockets.h>
#include <pthread.h>

#include "stoa/server.h"
#include "http_in.h"

#define HEAD_BYTES_MAX (16 * 1024)
#define PATH_BYTES_MAX 2048
#define WRITE_BYTES (64 * 1024)     /* at most so much in one write */
#define THREADS_MAX 8

/* ---- routes -------------------------------------------------------------------- */

#define SEGMENTS_MAX 8
struct route {
	const struct operation *op;
	const char *segment[SEGMENTS_MAX];   /* not NUL-ended; "{name}" is a field */
	size_t segment_bytes[SEGMENTS_MAX];
	size_t segments, literals;
};
struct router { struct arena arena; struct route *routes; size_t count; };
void router_init(struct router *r);
void router_clear(struct router *r);
/* NULL: no such path, or, when *allow is not empty, not with this method. */
const struct route *router_find(struct text *allow, const struct router *r, const char *method, const char *path);
/* The operations a path without a route belongs to, when the API has them and stoad
 * not yet: answered 501 by name.  NULL: no such path at all. */
const char *router_later(const char *path);

/* What the client may read of the fault at hand (shown.c); what it may not is logged as
 * of what, under id. */
#define SHOWN_BYTES 128
const char *shown_fault(char out[SHOWN_BYTES], enum fault f, const char *what, const char *id);
void shown_hide(struct text *out, const char *sentence);

/* ---- what a worker does ------------------------------------------------------------ */

struct param { const char *name, *value; };
struct upload;                       /* upload.c: a body on its way to disk */
struct call {
	struct server *server;
	const struct operation *op;
	struct arena arena;
	struct param *params; size_t param_count;   /* of the path and the query, decoded */
	struct text body;
	const char *bearer, *idempotency_key, *last_event_id, *address, *request_id;
	bool unknown;                      /* the bearer is nobody's, or no longer */
	struct upload *upload;
	struct cancel cancel;
	struct exchange *waits;      /* for the reply; NULL: an answer */
	struct answer *answer;
	bool followed;               /* the answer only goes on with an earlier one */
	char question[ID_BYTES];     /* what message.send is known by; "": not known */
	int status;                  /* the reply; 0 while it runs */
	int64_t retry_ms;
	const char *location;        /* of a redirect */
	struct text reply;
};
/* name and value live in the call's arena. */
void call_param(struct call *c, const char *name, const char *value);
struct call *call_new(struct server *s, const struct operation *op);
void call_free(struct call *c);
/* Hand to the crew. BUSY: too many wait. */
enum fault call_start(struct call *c) STOA_MUST;
/* Read path, query and body as the record of the operation. */
enum fault request_read(void **out, struct call *c) STOA_MUST;

/* ---- answers ------------------------------------------------------------------------- */

struct answer;
/* An answer that c fills; c is now its own, the reference the caller's. stays: it
 * goes on when its last reader leaves. */
struct answer *answer_new(struct server *s, struct call *c, const char *path, bool stays);
/* On a worker: user asked for a. true: he asked for the one of Last-Event-ID
 * "<id>-<n>" before and it is kept, so nothing is to be done. */
bool answer_follow(struct answer *a, const char *user, const char *last_event_id);
/* Its question and the sum of what was asked are these. true: the same is being answered
 * for him already, so nothing is to be done. */
bool answer_follow_question(struct answer *a, const char *question, const char *asked);
/* The one to go on with behind event *after, with a reference; NULL: a itself. */
struct answer *answer_other(uint64_t *after, struct answer *a);
void answer_release(struct answer *a);
void answer_event(struct answer *a, const char *name, const struct record_type *type, const void *record);
void answer_end(struct answer *a);     /* c->status, c->reply are set */
/* false: too many read it already. */
bool answer_join(struct answer *a, struct exchange *x);
void answer_leave(struct answer *a, struct exchange *x);
/* BROKEN: another server made it and is gone; the stream is cut, as it was there. */
enum answer_state { ANSWER_SILENT, ANSWER_SPEAKS, ANSWER_ENDED, ANSWER_BROKEN };
enum answer_state answer_state(struct answer *a);
size_t answer_count(struct answer *a);
/* Events behind number *after, appended to out; moves *after. true: there will be
 * no more. */
bool answer_take(struct text *out, uint64_t *after, struct answer *a);
struct call *answer_call(struct answer *a);
void answers_cancel(struct server *s, const char *user);
void answers_sweep(struct server *s, bool all);

/* ---- between the servers of one database (relay.c) ----------------------------------------- */

struct relay;
/* NULL in *out: no other server can be there. */
enum fault relay_open(struct relay **out, struct server *s) STOA_MUST;
enum fault relay_start(struct relay *r) STOA_MUST;
void relay_close(struct relay *r);       /* what has been said is told; NULL is harmless */
void relay_wake(struct relay *r);        /* an answer has news; any thread; NULL is harmless */
/* On a worker: is the answer of this id, or else to this question, made by another server?
 * Then a goes on with it. *question: of one whose server is gone, to be asked again by. */
struct relay_ask { const char *id, *question, *asked; uint64_t after; };
bool relay_follow(char question[ID_BYTES], struct relay *r, struct answer *a, const struct relay_ask *ask);

/* ---- one request and its reply ---------------------------------------------------------- */

struct reply {
	int status;
	const char *type, *location, *allow;
	int64_t retry_ms;
	bool close, head_only, headed;
	struct text body;
	size_t sent;
};
struct exchange {
	struct listener *listener;
	struct connection *connection;
	struct lws *wsi;             /* NULL: the client went away */
	struct exchange *next, **link;   /* of the listener */
	struct exchange *next_news;  /* listener->lock */
	bool has_news;
	char request_id[ID_BYTES];
	int64_t began_ms;
	const char *method;
	char *path;
	const struct route *route;
	bool http2, head, streams, called;   /* called: a worker has it, its news will come */
	bool unread, complete;       /* of the body: something will come, all has come */
	int64_t length, received;    /* of the body; length -1: not said */
	struct call *call;
	struct answer *answer;
	uint64_t after;              /* last event written */
	bool ticking, pings, streamed_all;
	struct reply reply;
};
/* The head (head.c). */
const char *head_method(const struct head *h);   /* NULL: none that we know */
bool head_library(struct head *out, struct arena *a, struct lws *wsi);   /* of HTTP/2 */
int head_check(struct exchange *x, const struct head *h);   /* 0, or the status why it is refused */
const char *head_bearer(const struct head *h);
void head_address(char out[48], const struct head *h, const struct connection *c);
void head_take(struct exchange *x, const struct head *h);   /* into x->call, once there is one */
bool head_path(struct exchange *x);      /* false: badly written */
bool head_query(struct exchange *x, const struct head *h);   /* false: badly written, or too many */

/* Everything that may be refused by the head alone.  The return value is the library's
 * callback's, and of all that replies: not 0: the connection is to be ended.  On HTTP/1
 * x may be gone when they return. */
int request_head(struct listener *l, struct lws *wsi, struct exchange **slot);   /* HTTP/2 */
int request_begin(struct exchange *x, const struct head *h);
int request_refuse(struct exchange *x, const struct head *h, int status);
int request_body(struct exchange *x, const char *bytes, size_t n);
int request_body_end(struct exchange *x);
struct exchange *exchange_new(struct listener *l, struct lws *wsi, struct connection *c);
void exchange_gone(struct exchange *x);
void exchange_free(struct exchange *x);

/* Set the reply and ask to write it; sentence is shown. */
int reply_refuse(struct exchange *x, int status, const char *sentence);
bool metrics_asked(struct exchange *x);  /* GET /metrics (metrics.c) */
int metrics_begin(struct exchange *x);
double metrics_quantile(const uint64_t latency[ENGINE_LATENCIES], double q);
int reply_page(struct exchange *x);      /* /v1/openapi.json */
int reply_call(struct exchange *x, struct call *c);
int reply_start(struct exchange *x);    /* x->reply is set */
bool reply_put(struct exchange *x, const void *bytes, size_t n, enum lws_write_protocol how);
void reply_error_body(struct text *out, const char *code, const char *sentence, const char *request_id, const struct clock *clock);
void reply_data_body(struct text *out, const char *json, size_t n, const char *request_id, const struct clock *clock);
const char *status_code(int status);    /* API.md: "NOT_FOUND" */
const char *status_reason(int status);
int reply_write(struct exchange *x);
/* All is written: go on with the connection. x may be gone when it returns. */
int reply_done(struct exchange *x);
/* Head of the reply as it is set, into the listener's buffer; bytes: of the body, -1:
 * not known.  Its size; 0: it does not fit. */
size_t reply_head(struct exchange *x, int64_t bytes);

#define STREAM_QUIET_US (15 * 1000 * 1000)   /* then a comment keeps the line open */
int stream_news(struct exchange *x);
int stream_tick(struct exchange *x);
int stream_write(struct exchange *x);

/* GET /health from what is kept; false: it must be looked up. */
bool health_reply(struct exchange *x);
void health_keep(struct server *s, const struct text *json);
void health_init(struct server *s);
void health_clear(struct server *s);

/* ---- uploads --------------------------------------------------------------------------------- */

/* The body of x goes to a file; parts of a form become parameters of the call.
 * INPUT: the content type cannot be read. */
enum fault upload_new(struct upload **out, struct call *c, const char *content_type) STOA_MUST;
enum fault upload_put(struct upload *u, const char *bytes, size_t n) STOA_MUST;
enum fault upload_end(struct upload *u) STOA_MUST;
const char *upload_path(const struct upload *u);
void upload_free(struct upload *u);

/* ---- sockets ----------------------------------------------------------------------------------- */

struct live;
struct connection {
	struct connection *next, **link;     /* of the listener */
	struct live *live;                   /* it became one; NULL: it did not */
	struct exchange *exchange;           /* of HTTP/1: the one that is not over */
	struct text in;                      /* HTTP/1: what has come and must wait */
	size_t looked;                       /* of a head that is not whole */
	bool feeding, held, lingers, lingering;   /* held: nothing more is read */
	struct listener *listener;
	struct lws *wsi;
	char address[48];
	int64_t accepted_ms;
	uint64_t requests;
	int active;                          /* exchanges that are not over */
	/* of the guard */
	int fd;
	enum { CONNECTION_HEAD, CONNECTION_BODY, CONNECTION_REPLY, CONNECTION_IDLE, CONNECTION_HTTP2, CONNECTION_LIVE,
		CONNECTION_CLOSING } state;
	bool upload, doomed;
	int64_t since_ms, stuck_ms;          /* in this state; not taking what was sent, 0: taking it */
	uint64_t body_bytes, acked_mark;
};
/* NULL: not let in; the socket is closed by the caller. */
struct connection *connection_accepted(struct listener *l, int fd);
void connection_begins(struct connection *c);   /* the next head */
void connection_closing(struct connection *c);
void connection_head(struct connection *c, bool http2);
void connection_body(struct connection *c, size_t n);
void connection_asked(struct connection *c);   /* all of the request has come, or is refused */
void connection_done(struct connection *c);    /* the reply is written; the next may come */
void connection_live(struct connection *c);
void connection_closed(struct connection *c);

/* HTTP/1 (http1.c). */
int http1_read(struct connection *c, char *bytes, size_t n);
int http1_go_on(struct connection *c);   /* with what waits */
int http1_writable(struct connection *c);
int http1_done(struct connection *c, bool close);    /* its exchange is over */
int http1_close(struct connection *c, bool lingers);
void http1_gone(struct connection *c);

/* The guard (guard.c): connections by address, absolute deadlines. */
struct guest_book;
struct guest_book *guest_book_new(void);
void guest_book_free(struct guest_book *b);
/* "203.0.113.7", "2001:db8:1:2::": what one household or school has; who has an IPv6
 * address has 2^64 of them. */
void address_network(char out[48], const char *address);
bool guest_enter(struct guest_book *b, const char *address, int most);   /* false: so many are in already */
void guest_leave(struct guest_book *b, const char *address);
void guard_start(struct listener *l);
void guard_stop(struct listener *l);

/* Live chat (live.c). */
bool live_asked(const struct exchange *x, const struct head *h);
int live_handshake(struct exchange *x, const struct head *h);
int live_bytes(struct live *v, unsigned char *bytes, size_t n);
int live_writable(struct live *v);
int live_tick(struct live *v);
void live_gone(struct live *v);
void lives_deliver(struct listener *l);      /* what workers left to be said; closes those that drain */
void lives_tend(struct listener *l, int64_t now_ms);   /* who has said nothing for long; letters to be looked for */
void lives_cancel(struct listener *l);
/* From any thread: there is a reply for its owner; an owner of "": nobody knows for whom. */
void server_letter(const struct engine_letter *letter, void *server);

/* ---- TLS --------------------------------------------------------------------------------------- */

/* INPUT: these files make no certificate with its key. */
enum fault tls_check(const char *certificate, const char *key) STOA_MUST;
void tls_vhost(struct lws_context_creation_info *out, const struct server *s);
void tls_reload(struct listener *l);

struct listener {
	struct server *server;
	struct ev_loop *loop;                /* epoll below the library, which alone would poll() */
	struct lws_context *context;
	struct lws_vhost *vhost;
	int fd;
	pthread_t thread;
	bool running;
	atomic_bool reload;                  /* the certificate anew */
	struct connection *connections, *accepting;
	struct exchange *exchanges;
	pthread_mutex_t lock;                /* guards news */
	struct exchange *news;
	struct live *lives, *live_news;      /* live_news: lock */
	struct engine_letter *letters; size_t letter_count, letter_cap;     /* lock */
	lws_sorted_usec_list_t sweep;
	unsigned char chance[64 * VAULT_ID_BYTES];   /* for ids of requests */
	size_t chance_left;
	int64_t date_s;
	char date[32];
	unsigned char out[LWS_PRE + WRITE_BYTES + 1024];
};
enum fault listener_open(struct listener *l, struct server *s, int fd) STOA_MUST;
enum fault listener_start(struct listener *l) STOA_MUST;
void listener_stop(struct listener *l);     /* joins its thread */
void listener_cancel(struct listener *l);   /* its thread is gone: ask all calls to stop */
void listener_close(struct listener *l);    /* no worker is left that could post */
/* From any thread: x has news; its thread will look. */
void listener_post(struct exchange *x);
void listener_forget(struct exchange *x);    /* on its thread: take it out of the news */
void listener_wake(struct listener *l);
int64_t server_now(const struct server *s);

struct server {
	struct engine *engine;
	struct clock clock;
	struct chance chance;
	struct server_limits limits;
	struct arena arena;                  /* what of the config is kept */
	const char *uploads_folder;
	const char *proxy;                   /* NULL: nobody is believed */
	int uploads_fd;                      /* locked: one server a folder */
	const char *certificate, *key;       /* NULL: plain http */
	bool http2;
	char url[96], reach[96];
	int port;
	/* Limits that may change while it serves. */
	atomic_int per_address_max, lives_max, connections_max, calls_max;
	atomic_size_t body_max, upload_max;
	atomic_bool tends;                   /* a worker is at engine_tend() */
	_Atomic int64_t tend_at_ms;
	struct cancel tending;
	struct router router;
	struct text openapi;
	struct crew *crew, *quick;           /* quick: for what has no events to wait for */
	struct listener listeners[THREADS_MAX];
	unsigned threads;
	atomic_bool unready, draining, stopping;
	atomic_int connections, calls, streams, lives;
	atomic_ulong responses[6];           /* by class of status */
	atomic_ulong cut;                    /* connections ended for being slow, ever */
	struct guest_book *guests;
	pthread_mutex_t health_lock;         /* guards what follows */
	struct text health;                  /* the record as JSON */
	int64_t health_at_ms;
	struct relay *relay;                 /* NULL: alone on its database */
	pthread_mutex_t answers_lock;
	struct answer *answers;
	size_t answer_count;
};

#endif

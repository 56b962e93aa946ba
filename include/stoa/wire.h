/* wire -- talking to other machines: HTTP, event streams, WebSocket, mail.
 *
 * libcurl below, loaded when the first request is made.  TLS 1.2 or newer,
 * always verified, by authorities or by one pinned key; plain http only to this machine; no redirects; protocols
 * http and https only; a body cap in the write callback; compressed bodies
 * neither asked for nor taken (THREATS T20-T22, T26, T27).  A proxy named in
 * the person's environment (https_proxy, all_proxy, no_proxy) is used for https,
 * where it sees a host name and nothing else; never for http.
 * Threads: a request runs on the thread that calls it (crew) and blocks it; many
 * threads may have one each.  Secrets go only into the Authorization header.
 * Cancelling is noticed within 50 ms.
 */
#ifndef STOA_WIRE_H
#define STOA_WIRE_H
#include "stoa/loop.h"

struct wire_request {
	const char *method, *url;       /* method NULL: GET, or POST when there is a body */
	const char *const *headers;     /* "Name: value", NULL-ended; may be NULL */
	const char *bearer;             /* Authorization; NULL: none */
	const char *body; size_t body_bytes;
	const char *ca_file;            /* certificates to trust instead of the system's; NULL: the system's */
	const char *pin;                /* the only key to trust, wire_key_of(); NULL: certificates decide */
	struct wire_session *session;   /* keeps the connection; its trust counts, not the two above; may be NULL */
	bool repeatable;                /* does no harm when it arrives twice, as GET and HEAD */
	size_t reply_max_bytes;         /* 0: 1 MiB */
	int connect_ms, first_byte_ms, total_ms;   /* 0: 10 s, 30 s, 120 s; first_byte also bounds later silence */
};
#define WIRE_STREAM_BYTES_MAX (64u * 1024 * 1024)   /* an event stream as a whole */
struct wire_reply {
	int status;
	int64_t retry_after_ms;         /* -1: none */
	char type[64];                  /* content type in lower case, without parameters */
	bool streamed;                  /* the body went to the event function */
	struct text body;
};

void wire_reply_clear(struct wire_reply *r);
/* A finished exchange is NONE whatever its status. OFFLINE: not reached, cut,
 * timed out, or not who it says it is; INPUT: the URL is not allowed; LIMIT: body
 * or head over the cap; DAMAGED: not HTTP. *out needs no init; on a fault it is
 * cleared already. */
enum fault wire_fetch(struct wire_reply *out, const struct wire_request *req, const struct cancel *cancel) STOA_MUST;

/* One server-sent event (WHATWG HTML 9.2). Borrowed for the call. */
struct wire_event { const char *type, *data, *id; };
typedef enum fault wire_event_fn(const struct wire_event *ev, void *arg);  /* a fault ends the stream and is returned */
/* As wire_fetch(), but a 2xx text/event-stream body goes to each; other bodies
 * into out. The first silence lasts until the first event: comments do not end it. */
enum fault wire_stream(struct wire_reply *out, const struct wire_request *req, wire_event_fn *each, void *arg, const struct cancel *cancel) STOA_MUST;

/* The parser alone: any split of the bytes gives the same events. Line 64 KiB,
 * event 256 KiB at most: LIMIT. retry is clamped to 0.5-60 s, -1: never sent.
 * Ill-formed bytes and NUL become U+FFFD. */
struct wire_sse { struct text line, data, type, id; int64_t retry_ms; bool cr, started, any; };
void wire_sse_init(struct wire_sse *p);
void wire_sse_clear(struct wire_sse *p);
enum fault wire_sse_feed(struct wire_sse *p, const char *bytes, size_t n, wire_event_fn *each, void *arg) STOA_MUST;

/* ---- one server, many calls -------------------------------------------------- */

/* Connections to the origin of url (scheme, host, port) that are kept between
 * exchanges: up to 8 idle ones, a minute each, checked before they serve again.
 * One that died unseen is replaced and the request sent once more if it is a GET,
 * a HEAD or `repeatable`; anything else ends OFFLINE, and its fate is unknown.
 * A request to another origin is INPUT. Many threads may use one session. */
struct wire_session;
enum fault wire_session_new(struct wire_session **out, const char *url, const char *ca_file, const char *pin) STOA_MUST;
void wire_session_rest(struct wire_session *s);   /* end what is idle: before a suspend, after a change of network */
void wire_session_free(struct wire_session *s);   /* nobody may be using it */

/* A pin is "sha256//" and the base64 of the SHA-256 of a SubjectPublicKeyInfo. With
 * a pin a certificate signed by itself is accepted, and no certificate with another
 * key, whoever signed it. wire_key_of() asks a server for its key, believing
 * nothing and sending nothing: show it to the person before it is trusted. */
#define WIRE_PIN_PREFIX "sha256//"
#define WIRE_PIN_BYTES 53
enum fault wire_key_of(char out[WIRE_PIN_BYTES], const char *url, const struct cancel *cancel) STOA_MUST;
enum fault wire_pin_check(const char *pin) STOA_MUST;   /* INPUT: not a pin */
/* The first 80 bits of a pin as five words to be read aloud, "lusab-babad-...". */
#define WIRE_PIN_WORDS 30
enum fault wire_pin_words(char out[WIRE_PIN_WORDS], const char *pin) STOA_MUST;

/* ---- WebSocket (RFC 6455), the client's side --------------------------------------- */

/* A socket belongs to one thread at a time: open it on a crew thread, then hand it
 * over. Nothing but open blocks: wait for wire_socket_fd() in a loop as
 * wire_socket_wants() says (not at all while wire_socket_eager()), then receive.
 * From the peer at most: a text of text_max_bytes, a binary message of 4 KiB, 1000
 * fragments a message, 20 pings a second; then it is told so (1009, 1008) and over.
 * Extensions are neither offered nor taken. */
struct wire_socket;
struct wire_socket_config {
	const char *url;                /* https://..., or http://... to this machine */
	const char *bearer;             /* as of a request, and so are the next three */
	const char *const *headers;
	const char *ca_file, *pin;
	const char *protocol;           /* the one subprotocol; NULL: none */
	size_t text_max_bytes;          /* 0: 64 KiB */
	int connect_ms, total_ms;       /* until it is open; 0: 10 s, 20 s */
};
struct wire_message { bool binary; const char *bytes; size_t size_bytes; };   /* text is UTF-8, without NUL at the end */
typedef enum fault wire_message_fn(const struct wire_message *m, void *arg);   /* borrowed; a fault ends the receiving and is returned */
#define WIRE_SOCKET_WAITING_BYTES (256u * 1024)

/* DENIED 401 403, ABSENT 404, OFTEN 429, BUSY 503, OFFLINE other answers than 101;
 * DAMAGED: not the handshake of RFC 6455. */
enum fault wire_socket_open(struct wire_socket **out, const struct wire_socket_config *config, const struct cancel *cancel) STOA_MUST;
/* Queue one message and send what can be sent. BUSY: 256 KiB wait already. */
enum fault wire_socket_send(struct wire_socket *s, bool binary, const void *bytes, size_t n) STOA_MUST;
/* Send what waits, give each whole message to `each`, at most 256 KiB at a time so
 * that a screen stays alive. wait_ms: how long to wait for the first byte, 0: not.
 * NONE also when nothing came. ABSENT: the peer closed in good order; OFFLINE: cut;
 * DAMAGED, LIMIT: it broke the rules and was told so. After these it is over. */
enum fault wire_socket_receive(struct wire_socket *s, int wait_ms, wire_message_fn *each, void *arg, const struct cancel *cancel) STOA_MUST;
/* Say goodbye (1000, 3000-4999); go on receiving until ABSENT, or free it. */
enum fault wire_socket_close(struct wire_socket *s, unsigned code, const char *reason) STOA_MUST;
void wire_socket_free(struct wire_socket *s);
int wire_socket_fd(const struct wire_socket *s);
unsigned wire_socket_wants(const struct wire_socket *s);   /* enum loop_ready */
bool wire_socket_eager(const struct wire_socket *s);       /* bytes are here that poll() does not know of */
unsigned wire_socket_code(const struct wire_socket *s);    /* what the peer closed with: 1005 none said, 1006 not closed */

/* ---- mail ----------------------------------------------------------------------- */

/* One message in plain text over SMTP. All texts UTF-8; from and to are one bare
 * ASCII address each; a control byte in any of them but body is INPUT, so nobody
 * writes a header of his own. */
struct wire_mail {
	const char *url;                /* smtps://host, or smtp://host where STARTTLS is demanded */
	const char *user, *password;    /* NULL: not signed in */
	const char *from, *from_name, *to, *reply_to, *subject, *body;   /* from_name, reply_to: may be NULL */
	const char *id;                 /* left side of the Message-ID: letters, digits, '-', '.'; the same for each try */
	const char *ca_file;            /* as of a request */
	int connect_ms, total_ms;       /* 0: 10 s, 120 s */
};
#define WIRE_MAIL_BODY_BYTES (256u * 1024)
/* smtp:// to this machine goes without TLS unless ca_file is given. NONE: the
 * server took the message over. OFFLINE, BUSY (4yz): try again later; DENIED:
 * the sign-in was refused; INPUT (5yz): this message will never be taken. */
enum fault wire_mail_send(const struct wire_mail *mail, const struct cancel *cancel) STOA_MUST;

/* Is this URL one we may call? INPUT says why not. One spelling for each address:
 * names in ASCII, IPv4 as four decimal numbers, IPv6 in brackets, no user, no
 * fragment; addresses that only this link can mean (metadata services) never. */
enum fault wire_url_check(const char *url) STOA_MUST;

#endif

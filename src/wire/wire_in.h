/* The seams inside the wire room: a checked URL, the loaded library, one exchange. */
#ifndef WIRE_IN_H
#define WIRE_IN_H
#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include "stoa/wire.h"

/* ---- what a URL says (url.c) ---------------------------------------------- */

#define WIRE_URL_BYTES 2048
#define WIRE_HOST_BYTES 254
struct wire_url {
	bool tls;                     /* https, smtps */
	bool loopback;                /* a loopback literal or localhost */
	bool localhost;               /* the name, to be pinned */
	char host[WIRE_HOST_BYTES];   /* lower case, IPv6 without brackets */
	int port;
};
enum fault wire_url_parse(struct wire_url *out, const char *url) STOA_MUST;
/* smtp:// and smtps://; whom plain smtp may reach is the mail's business. */
enum fault wire_url_parse_mail(struct wire_url *out, const char *url) STOA_MUST;
bool wire_url_same_origin(const struct wire_url *a, const struct wire_url *b);
bool wire_address_loopback(const struct sockaddr *sa);
/* Link-local, unspecified, multicast: addresses nobody configures as an endpoint. */
bool wire_address_banned(const struct sockaddr *sa);

/* ---- libcurl, loaded at first need (curl.c) ---------------------------------- */

#define WIRE_CURL_FUNCTIONS(F) \
	F(global_init) F(easy_init) F(easy_cleanup) F(easy_setopt) F(easy_getinfo) \
	F(easy_strerror) F(easy_reset) F(easy_send) F(easy_recv) F(multi_init) F(multi_cleanup) F(multi_add_handle) \
	F(multi_remove_handle) F(multi_perform) F(multi_poll) F(multi_info_read) \
	F(slist_append) F(slist_free_all)
struct wire_curl {
#define F(name) __typeof__(curl_##name) *name;
	WIRE_CURL_FUNCTIONS(F)
#undef F
};
/* SYSTEM: libcurl is not installed, or too old to be told which protocols to speak. */
enum fault wire_curl_load(const struct wire_curl **out) STOA_MUST;

/* ---- libcrypto, loaded at first need (digest.c) -------------------------------- */

/* RFC 6455 4.2.2: what the server must answer to this key. */
#define WIRE_ACCEPT_BYTES 29
enum fault wire_accept_of(char out[WIRE_ACCEPT_BYTES], const char *key) STOA_MUST;
/* The pin of a certificate in PEM. */
enum fault wire_pin_of(char out[WIRE_PIN_BYTES], const char *pem) STOA_MUST;

/* ---- one exchange (exchange.c, setup.c, session.c) --------------------------------- */

/* A transfer and the connections it keeps. */
struct wire_line { CURL *easy; CURLM *multi; };
#define WIRE_LINES_KEPT 8
struct wire_session {
	struct wire_url origin;
	char *ca_file, *pin;                 /* may be NULL */
	pthread_mutex_t lock;                /* guards the rest */
	struct wire_line idle[WIRE_LINES_KEPT];
	size_t idle_count;
};
/* A kept line, the last one given back first; an empty one when there is none. */
struct wire_line wire_session_take(struct wire_session *s);
/* The line is the session's again, or ended when it keeps enough. */
void wire_session_give(struct wire_session *s, const struct wire_curl *curl, struct wire_line line);
void wire_line_end(const struct wire_curl *curl, struct wire_line line);

struct wire_exchange {
	const struct wire_curl *curl;
	const struct wire_request *req;
	struct wire_url url;
	struct wire_reply *reply;
	struct wire_sse sse;
	wire_event_fn *each; void *arg;      /* NULL: no stream asked for */
	size_t head_bytes, stream_bytes, body_max;
	int64_t heard_ms;                    /* mono: the start, then the last sign of life */
	int64_t out_bytes;                   /* of our body, sent so far */
	bool heard;
	bool refused;                        /* an address behind the name was not opened */
	bool once;                           /* must not be sent a second time */
	unsigned sent;                       /* how often it was begun on a connection */
	enum fault fault;                    /* what a callback found, FAULT_NONE: nothing */
	char sentence[256];
	struct wire_line line;
	struct curl_slist *headers, *resolve;
};
/* Callbacks of libcurl; a short count ends the exchange. */
size_t wire_on_head(char *bytes, size_t one, size_t n, void *arg);
size_t wire_on_body(char *bytes, size_t one, size_t n, void *arg);
curl_socket_t wire_on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address);
/* libcurl is about to send, for the first time or again on a fresh connection. */
int wire_on_ready(void *arg, char *address, char *local, int port, int local_port);
/* Give the easy handle everything it must know; a refused option is a fault. */
typedef enum fault wire_setup_fn(struct wire_exchange *x);
enum fault wire_setup(struct wire_exchange *x) STOA_MUST;
/* The part of it that says whom to reach, how long and how safely. */
enum fault wire_setup_connection(struct wire_exchange *x) STOA_MUST;
enum fault wire_setup_accepted(CURLcode code, const char *what) STOA_MUST;
/* Run it on a line of its own or the session's; it stays in x until let go. */
enum fault wire_exchange_run(struct wire_exchange *x, wire_setup_fn *setup, const struct cancel *cancel) STOA_MUST;
/* keep: the connection may serve again. */
void wire_exchange_end(struct wire_exchange *x, bool keep);

/* A peer that goes away must not end the process: SIGPIPE waits meanwhile, and one
 * that came is taken back before the old mask returns. */
struct wire_quiet { sigset_t old; bool was_pending; };
void wire_quiet_begin(struct wire_quiet *q);
void wire_quiet_end(const struct wire_quiet *q);

/* ---- a message as it goes over SMTP (letter.c) ------------------------------------- */

/* Headers and body, CRLF line ends, 7 bit, no line over 998 bytes; INPUT names the
 * part that cannot be sent. */
enum fault wire_letter_write(struct text *out, const struct wire_mail *mail, int64_t now_ms) STOA_MUST;

/* ---- WebSocket (upgrade.c, socket.c, connect.c) -------------------------------------- */

/* The server's answer to the handshake. Any split of the bytes ends the same. */
#define WIRE_UPGRADE_BYTES_MAX (16u * 1024)
struct wire_upgrade { struct text head; bool whole; };
void wire_upgrade_init(struct wire_upgrade *u);
/* *used: how many of these bytes belong to the head; what is behind is the peer's first frame. */
enum fault wire_upgrade_feed(struct wire_upgrade *u, size_t *used, const char *bytes, size_t n) STOA_MUST;
/* Is the whole head a yes? accept: what the key asks for; protocol as of the config. */
enum fault wire_upgrade_judge(const struct wire_upgrade *u, const char *host, const char *accept, const char *protocol) STOA_MUST;
/* The method for HTTP and WebSocket alike: no control bytes in what becomes a header. */
enum fault wire_header_check(const char *line) STOA_MUST;

/* What a socket reads from and writes to. Both give the bytes moved, WIRE_PIPE_LATER
 * or WIRE_PIPE_OVER; 0 is never given. */
enum { WIRE_PIPE_LATER = -1, WIRE_PIPE_OVER = -2 };
struct wire_pipe {
	ssize_t (*pull)(void *arg, void *bytes, size_t n);
	ssize_t (*push)(void *arg, const void *bytes, size_t n);
	void (*end)(void *arg);              /* may be NULL */
	void *arg;
	int fd;
	const char *host;                    /* for sentences; outlives the socket */
};
enum fault wire_socket_over(struct wire_socket **out, const struct wire_pipe *pipe, size_t text_max_bytes) STOA_MUST;

#endif

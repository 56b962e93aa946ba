/* server -- the engine for many: every operation over HTTP, events as streams.
 *
 * Routes come from the table of operations and from nowhere else (API.md).  A
 * listener parses, routes and writes; the calls run on a crew, so that no
 * connection waits for another one's answer.  A reply is JSON in an envelope; an
 * operation with events answers as an event stream when the request accepts
 * text/event-stream: each event under its name, at the end "message_complete"
 * (message.send) or "complete" with the reply record, or "error" with code and
 * message.
 * Threads: one a listener (struct server_config.threads), and the crew's; the
 * functions here belong to one thread.  Limits: see struct server_limits.
 */
#ifndef STOA_SERVER_H
#define STOA_SERVER_H
#include "stoa/engine.h"

struct server;
struct server_limits {               /* 0: the default */
	int connections;             /* 10000 at once */
	int per_address;             /* 100 connections of one address, IPv6 by /64 */
	int head_ms, body_ms;        /* 10 s, 30 s: absolute, however the bytes trickle; uploads 1 s more for each 16 KiB */
	int stall_ms;                /* 10 s: a body or a reader slower than 1 KiB/s is cut */
	int calls;                   /* 192 running or waiting for the crew; past that 503 */
	size_t body_bytes;           /* 1 MiB */
	size_t upload_bytes;         /* 64 MiB, streamed to disk */
	int lives;                   /* 500 live chats at once */
	int live_idle_ms;            /* 2 h: a live chat nobody speaks in is closed */
	int answer_keep_ms;          /* 120 s: how long an ended stream can be resumed */
};
struct server_config {
	struct engine *engine;       /* borrowed */
	const struct clock *clock; const struct chance *chance;
	const char *listen;          /* "127.0.0.1:8443", "[::1]:0"; port 0: any that is free */
	const char *proxy;           /* an address that says for whom it asks; NULL: none */
	const char *certificate, *key;   /* PEM files; NULL: plain http, on this machine only */
	bool http2;                  /* offer it over TLS */
	const char *uploads_folder;  /* made, 0700; what lies there from before is removed */
	unsigned threads, workers;   /* 0: one listener, 8 workers */
	struct server_limits limits;
};

/* Copies the config and listens; nobody is served before server_start(). */
enum fault server_open(struct server **out, const struct server_config *config) STOA_MUST;
/* "http://127.0.0.1:40123": where it really listens. */
const char *server_url(const struct server *s);
/* The same with an address that other machines can use, when it listens on all. */
const char *server_reach_url(const struct server *s);
enum fault server_start(struct server *s) STOA_MUST;
/* The certificate and its key are read again, the limits are these from now on.
 * INPUT: the certificate is no good; then nothing changes. */
enum fault server_reload(struct server *s, const struct server_limits *limits) STOA_MUST;
/* Once a second or so: what is due without anybody asking. */
void server_tend(struct server *s);
/* One line to the service manager that started us, as sd_notify(3); else nothing. */
void server_notify(const char *line);
/* From now on GET /health says 503, so that a balancer looks elsewhere. */
void server_unready(struct server *s);
/* Nobody new is let in, who asks nothing is let go, calls that run may end; live
 * sockets are closed with 1012. */
void server_drain(struct server *s);
/* Calls, streams and sockets that are still open. */
int server_busy(struct server *s);
void server_close(struct server *s);   /* cancels what still runs and waits for it */

/* A certificate that signs itself and its key, both made when absent (the key 0600). */
enum fault server_certificate_make(const char *certificate, const char *key, const struct clock *clock, const struct chance *chance) STOA_MUST;
/* "sha256//..." of the certificate's public key: what a client pins. */
#define SERVER_PIN_BYTES 53
enum fault server_pin(char out[SERVER_PIN_BYTES], const char *certificate) STOA_MUST;

/* ---- stoad.conf -------------------------------------------------------------------- */

enum server_conf_kind { CONF_TEXT, CONF_INT, CONF_REAL, CONF_CHOICE, CONF_PATH };
struct server_conf_key {
	const char *section, *name;
	enum server_conf_kind kind;
	double min, max;             /* of a number, or bytes of a text */
	const char *choices, *otherwise, *help;
};
extern const struct server_conf_key server_conf_keys[];
extern const size_t server_conf_key_count;
#define SERVER_CONF_KEYS_MAX 96
struct server_conf {
	char *values[SERVER_CONF_KEYS_MAX];   /* NULL: the default */
	/* Takes what stands in [oidc NAME]; NULL: there is none. */
	enum fault (*other)(const char *section, const char *name, const char *value, void *arg);
	void *arg;
};
/* ABSENT: no such file. INPUT names file, line and setting. */
enum fault server_conf_read(struct server_conf *c, const char *path) STOA_MUST;
enum fault server_conf_set(struct server_conf *c, const char *section, const char *name, const char *value) STOA_MUST;
const char *server_conf_get(const struct server_conf *c, const char *section, const char *name);
const char *server_conf_text(const struct server_conf *c, const char *section, const char *name);   /* NULL: empty */
double server_conf_number(const struct server_conf *c, const char *section, const char *name);
void server_conf_clear(struct server_conf *c);
void server_conf_print(struct text *out);    /* a file that sets nothing */
void server_conf_manual(struct text *out);   /* the list of stoad.conf(5) */

/* ---- what the engine borrows ---------------------------------------------------- */

struct server_mail {                 /* how mail leaves; url NULL: it does not */
	const char *url, *user, *password, *from, *from_name;
};
struct server_outside { struct server_mail mail; const char *ca_file; };
/* fetch, mail and verify for struct engine_config; with must live as long. */
struct engine_outside server_outside(const struct server_outside *with);
/* The check of a signature alone (RS256, ES256, EdDSA, HS256). DENIED: not right. */
enum fault server_signature_check(const struct outside_signature *s, void *arg) STOA_MUST;

/* ---- from settings to an engine ---------------------------------------------------- */

#define SERVER_PROVIDERS_MAX 16
struct server_setup {
	struct server_conf conf;
	bool lan;                            /* a classroom: TLS with a key of its own, a join code */
	struct arena arena;
	const char *data, *uploads, *certificate, *key;
	struct people_provider providers[SERVER_PROVIDERS_MAX]; size_t provider_count;
	struct server_outside outside;
	struct engine *engine;               /* the caller closes them */
	struct store *store;
	char password[256];                  /* of the mail server */
};
void server_setup_init(struct server_setup *u);
void server_setup_clear(struct server_setup *u);
/* [limits] as the engine counts them. */
void server_rates(struct engine_rate out[ENGINE_RATES], const struct server_conf *c);
/* [jwt]; its texts live as long as c. */
struct people_jwt server_jwt(const struct server_conf *c);
enum fault server_setup_paths(struct store_paths *out, struct server_setup *u) STOA_MUST;   /* the folder is made */
enum fault server_setup_store(struct server_setup *u) STOA_MUST;    /* u->store: open, locked, no engine on it */
/* u->engine: open, its store unlocked; key and store are made when absent. */
enum fault server_setup_engine(struct server_setup *u) STOA_MUST;
/* Which certificate is served; made for a classroom. */
enum fault server_setup_certificate(struct server_setup *u) STOA_MUST;
/* A fresh join code of the class "classroom", in u->arena. */
enum fault server_setup_code(const char **code, struct server_setup *u) STOA_MUST;

/* ---- the API in print ------------------------------------------------------------- */

void server_openapi(struct text *out);       /* OpenAPI 3.1, as GET /v1/openapi.json */
void server_api_manual(struct text *out);    /* the list of stoa-api(7) */

#endif

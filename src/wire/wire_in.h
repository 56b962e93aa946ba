/* The seams inside the wire room: a checked URL, the loaded library, one exchange. */
#ifndef WIRE_IN_H
#define WIRE_IN_H
#include <curl/curl.h>
#include <sys/socket.h>
#include "stoa/wire.h"

/* ---- what a URL says (url.c) ---------------------------------------------- */

#define WIRE_URL_BYTES 2048
#define WIRE_HOST_BYTES 254
struct wire_url {
	bool tls;                     /* https */
	bool loopback;                /* a loopback literal or localhost */
	bool localhost;               /* the name, to be pinned */
	char host[WIRE_HOST_BYTES];   /* lower case, IPv6 without brackets */
	int port;
};
enum fault wire_url_parse(struct wire_url *out, const char *url) STOA_MUST;
bool wire_address_loopback(const struct sockaddr *sa);
/* Link-local, unspecified, multicast: addresses nobody configures as an endpoint. */
bool wire_address_banned(const struct sockaddr *sa);

/* ---- libcurl, loaded at first need (curl.c) ---------------------------------- */

#define WIRE_CURL_FUNCTIONS(F) \
	F(global_init) F(easy_init) F(easy_cleanup) F(easy_setopt) F(easy_getinfo) \
	F(easy_strerror) F(multi_init) F(multi_cleanup) F(multi_add_handle) \
	F(multi_remove_handle) F(multi_perform) F(multi_poll) F(multi_info_read) \
	F(slist_append) F(slist_free_all)
struct wire_curl {
#define F(name) __typeof__(curl_##name) *name;
	WIRE_CURL_FUNCTIONS(F)
#undef F
};
/* SYSTEM: libcurl is not installed, or too old to be told which protocols to speak. */
enum fault wire_curl_load(const struct wire_curl **out) STOA_MUST;

/* ---- one exchange (exchange.c, setup.c) ------------------------------------------ */

struct wire_exchange {
	const struct wire_curl *curl;
	const struct wire_request *req;
	struct wire_url url;
	struct wire_reply *reply;
	struct wire_sse sse;
	wire_event_fn *each; void *arg;      /* NULL: no stream asked for */
	size_t head_bytes, stream_bytes, body_max;
	int64_t heard_ms;                    /* mono: the start, then the last sign of life */
	bool heard;
	bool refused;                        /* an address behind the name was not opened */
	enum fault fault;                    /* what a callback found, FAULT_NONE: nothing */
	char sentence[256];
	CURL *easy; CURLM *multi;
	struct curl_slist *headers, *resolve;
};
/* Callbacks of libcurl; a short count ends the exchange. */
size_t wire_on_head(char *bytes, size_t one, size_t n, void *arg);
size_t wire_on_body(char *bytes, size_t one, size_t n, void *arg);
curl_socket_t wire_on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address);
/* Give the easy handle everything it must know; a refused option is a fault. */
enum fault wire_setup(struct wire_exchange *x) STOA_MUST;

#endif

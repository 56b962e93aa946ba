/* endpoint -- a loopback HTTP/1.1 server that behaves as its script says.
 *
 * A script is behaviours with commas between, "429:2,500,good": each request
 * takes the next one and the last stays.  behaviours are the rows at the end of
 * endpoint_chat.c, endpoint_answer.c and endpoint_http.c; what follows the colon is
 * theirs.
 * Threads: one accepts, one a connection; all ended by endpoint_stop().
 */
#ifndef ENDPOINT_H
#define ENDPOINT_H
#include <stdbool.h>
#include <stddef.h>

struct endpoint;
struct endpoint *endpoint_start(const char *script);   /* ends the process when it cannot listen */
/* As behaviour "raw": these bytes are the whole answer to every request. */
struct endpoint *endpoint_start_raw(const void *bytes, size_t n);
void endpoint_stop(struct endpoint *e);
const char *endpoint_url(const struct endpoint *e);    /* "http://127.0.0.1:PORT/v1" */
int endpoint_port(const struct endpoint *e);
unsigned endpoint_count(struct endpoint *e);           /* requests read so far */
char *endpoint_last(struct endpoint *e);               /* head and body of the last; free() it */
void endpoint_log(struct endpoint *e, const char *path);  /* append every request to a file */

/* ---- for the behaviours --------------------------------------------------- */

struct talk { struct endpoint *endpoint; int fd; unsigned number; const char *arg, *head, *body; size_t body_bytes; };
struct behaviour { const char *name; void (*run)(struct talk *t); };
extern const struct behaviour endpoint_chat[], endpoint_answer[], endpoint_http[];
bool talk_send(struct talk *t, const void *bytes, size_t n);     /* false: the other end has gone */
bool talk_printf(struct talk *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Status line, headers, body of known length. */
void talk_answer(struct talk *t, const char *status, const char *type, const char *body);
void talk_hold(struct talk *t);                                  /* say nothing until the other end goes */
void endpoint_raw(const struct endpoint *e, const void **bytes, size_t *n);

#endif

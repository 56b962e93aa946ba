/* peer -- a loopback TCP server whose talk is a function of the test.
 *
 * Each connection gets a thread of its own that runs talk(fd, number, arg); the
 * socket is closed when it returns.  peer_stop() shuts every socket, so a talk that
 * waits in read() comes back, and joins all.
 */
#ifndef PEER_H
#define PEER_H
#include <stdbool.h>
#include <stddef.h>

struct peer;
typedef void peer_fn(int fd, unsigned number, void *arg);   /* number counts from 1 */
struct peer *peer_start(peer_fn *talk, void *arg);   /* ends the process when it cannot listen */
void peer_stop(struct peer *p);
int peer_port(const struct peer *p);
unsigned peer_count(struct peer *p);                 /* connections so far */

/* A request's head, with the blank line, into out (NUL-ended); false: the other end
 * has gone, or it is longer than size. */
bool peer_read_head(int fd, char *out, size_t size);
bool peer_write(int fd, const void *bytes, size_t n);
bool peer_read(int fd, void *bytes, size_t n);       /* all n, or false */

#endif

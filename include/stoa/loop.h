/* loop -- one loop a thread waits in, and the crew that does the work.
 *
 * A loop waits on descriptors, timers and posted messages.  Threads talk only
 * by posting: ownership of what `arg` points to goes with the message.
 * Handlers run on the loop's thread, never nested.
 * Threads: loop_post() and crew_submit() from any thread; the rest only from
 * the thread that runs the loop.  Limits: 4096 waiting messages, 256 waiting
 * jobs a crew; past that BUSY.
 */
#ifndef STOA_LOOP_H
#define STOA_LOOP_H
#include <pthread.h>

#include "stoa/base.h"

struct loop;
typedef void loop_fn(void *arg);
typedef void loop_fd_fn(int fd, unsigned ready, void *arg);
enum loop_ready { LOOP_READ = 1, LOOP_WRITE = 2, LOOP_ERROR = 4 };

enum fault loop_new(struct loop **out, const struct clock *clock) STOA_MUST;
void loop_free(struct loop *l);              /* waiting messages are dropped */
/* Turn until loop_stop(); each turn ends with the `after` handler (drawing). */
enum fault loop_run(struct loop *l) STOA_MUST;
/* One turn: waits at most wait_ms (-1: as long as it takes). */
enum fault loop_turn(struct loop *l, int wait_ms) STOA_MUST;
void loop_stop(struct loop *l);              /* from a handler or a message */
void loop_after_turn(struct loop *l, loop_fn *after, void *arg);

/* Watch fd for the given readiness; again changes it, 0 forgets it. */
enum fault loop_watch(struct loop *l, int fd, unsigned ready, loop_fd_fn *fn, void *arg) STOA_MUST;
/* Run fn once after delay_ms; returns an id for loop_untimer(). */
unsigned loop_timer(struct loop *l, int64_t delay_ms, loop_fn *fn, void *arg);
void loop_untimer(struct loop *l, unsigned id);
/* Run fn(arg) on the loop's thread. BUSY when the queue is full. */
enum fault loop_post(struct loop *l, loop_fn *fn, void *arg) STOA_MUST;
/* Deliver a signal as a message on the loop (self-pipe; one loop a process). */
enum fault loop_signal(struct loop *l, int signo, loop_fn *fn, void *arg) STOA_MUST;

/* As pthread_create(), with all signals blocked: they are for the thread that turns the
 * loop.  Returns its error number. */
int loop_thread(pthread_t *out, void *(*fn)(void *arg), void *arg) STOA_MUST;

struct crew;
enum fault crew_new(struct crew **out, unsigned workers) STOA_MUST;
/* fn(arg) on a worker; the order is kept only with one. BUSY when 256 jobs wait.
 * SYSTEM: no thread could be started. */
enum fault crew_submit(struct crew *c, loop_fn *fn, void *arg) STOA_MUST;
void crew_free(struct crew *c);              /* finishes what waits, then joins */

#endif

/* backend, privately: calls on their way and the mailbox between the threads. */
#ifndef STOA_BACKEND_IN_H
#define STOA_BACKEND_IN_H
#include <pthread.h>

#include "stoa/backend.h"
#include "stoa/engine.h"

struct task;                               /* lock.c: an act on the lock */
struct remote;                             /* remote.c: what a backend at a server has more */

/* One call, or one act on the lock, from its start to its done(). */
struct flight {
	struct flight *next;               /* of those that run; loop thread */
	unsigned id;
	struct backend *backend;           /* for the worker; gone once it is done */
	struct mailbox *box;
	const struct operation *op;
	struct arena arena;                /* request and reply */
	const void *request;
	void *reply;
	enum fault fault;
	char *sentence;
	const char *note;                  /* what to say although all is well; NULL: nothing */
	struct cancel cancel;
	struct backend_handlers handlers;
	struct task *task;                 /* instead of op; lock.c's */
};
/* Give f to the crew; on a fault it is freed. */
enum fault flight_start(struct flight *f, struct backend *b, loop_fn *run) STOA_MUST;
/* On a worker: an event of f, for its loop; arg is the flight. */
void flight_event(const char *name, const struct record_type *type, const void *record, void *arg);
/* On a worker: f has ended with f->fault; tell the loop. */
void flight_end(struct flight *f);
void task_land(struct flight *f);          /* loop thread: call done, free the task */

/* News for the loop's thread: an event of a flight, or its end (type NULL). */
struct news {
	struct news *next;
	struct flight *flight;
	struct arena arena;
	const char *name;
	const struct record_type *type;
	const void *record;
	loop_fn *run; void *arg;           /* instead of a flight: run this */
};

/* Outlives the backend while the loop still holds its message. */
struct mailbox {
	struct loop *loop;
	struct flight *flights;            /* loop thread only, like last_id */
	unsigned last_id;
	pthread_mutex_t lock;              /* guards what follows */
	pthread_cond_t room;
	struct news *first, **last;
	size_t count;
	unsigned refs;
	bool posted, closing;
};
enum fault mailbox_new(struct mailbox **out, struct loop *loop) STOA_MUST;
/* Queue news and wake the loop; an event waits while too many wait (worker). */
void mailbox_put(struct mailbox *box, struct news *n);
/* Deliver what is there; loop thread. */
void mailbox_deliver(struct mailbox *box);
/* From a worker: run fn(arg) on the loop's thread, behind the news before it. */
void mailbox_run(struct mailbox *box, loop_fn *fn, void *arg);
/* No worker waits any more; from now on events are not waited for. */
void mailbox_close(struct mailbox *box);
bool mailbox_closed(struct mailbox *box);       /* a handler may still call: nothing begins any more */
void mailbox_release(struct mailbox *box);

/* What tells a backend in this process from one on a server. */
struct backend_way {
	enum fault (*call)(struct flight *f);          /* on a worker; sets f->reply */
	const char *(*word)(const struct backend *b);
	enum fault (*open)(struct backend *b, const struct backend_config *config);   /* may be NULL, like what follows */
	void (*lock_changed)(struct backend *b, bool locked);   /* loop thread: an act on the lock has ended */
	void (*closing)(struct backend *b);            /* before the crews end */
	void (*close)(struct backend *b);              /* when nothing runs any more */
};
enum fault backend_make(struct backend **out, const struct backend_config *config, struct loop *loop, const struct backend_way *way) STOA_MUST;
enum fault call_local(struct flight *f) STOA_MUST;

struct backend {
	struct loop *loop;
	const struct backend_way *way;
	struct crew *crew;                 /* of calls */
	struct crew *lock_crew;            /* one worker for the lock: no call stands before it */
	struct crew *link_crew;            /* of a backend at a server: probes and deliveries */
	struct engine *engine;
	struct mailbox *box;
	struct remote *remote;             /* NULL: this process alone */
	struct principal who;
	loop_fn *word_changed; void *word_arg;   /* loop thread */
	struct arena arena;                /* what config points at */
	struct backend_config config;
	pthread_mutex_t lock;              /* guards what follows */
	pthread_cond_t open;
	bool opened;
	enum fault open_fault;
	char *open_sentence;
};
/* Wait until the engine is there; the fault of opening when it never will be. */
enum fault engine_wait(struct backend *b) STOA_MUST;

struct backend_secret { struct vault_secret s; };

#endif

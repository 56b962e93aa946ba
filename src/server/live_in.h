/* A live socket and what is done for it (live.c, action.c). */
#ifndef STOA_LIVE_IN_H
#define STOA_LIVE_IN_H
#include "server_in.h"

/* A frame in line: LWS_PRE bytes for the library, then size_bytes. */
struct live_line { struct live_line *next; size_t size_bytes; unsigned char bytes[]; };

struct live {
	struct live *next, **link;           /* of the listener */
	struct listener *listener;
	struct connection *connection;
	struct lws *wsi;                     /* NULL: gone; listener->lock to change */
	char address[48];
	/* the listener's thread */
	struct frame_reader reader;
	struct text in;                      /* the message that comes */
	bool in_binary, gathering, said, closed;   /* said: by the listener, now; closed: our close frame is written */
	unsigned frames, closing;            /* closing: the code to close with when all is said */
	double actions;                      /* how many more may come now */
	int64_t actions_ms, heard_ms, tended_ms;
	/* the worker's while one works, else the listener's */
	char *bearer;                        /* of the handshake, or of the guest it became */
	bool unknown;                        /* the bearer is nobody's, or no longer */
	char *action;                        /* the JSON to work on */
	int64_t letters_ms;                  /* wall: replies of before then have been said */
	char session[80], conversation[ID_BYTES], message[ID_BYTES];   /* message: the last answer */
	struct live_line *held;              /* said when the work is done */
	struct cancel cancel;
	/* listener->lock */
	struct live *next_news;
	bool has_news, hurried;
	atomic_bool working;                 /* set by the listener, cleared by the worker under the lock */
	struct live_line *first, **last;
	size_t waiting_bytes;
	struct text words;                   /* of the answer, not yet a message */
	char user[ID_BYTES];                 /* of the bearer, once that is known */
	struct engine_letter *letters; size_t letter_count, letter_cap;    /* to be looked for */
	bool reading;                        /* a worker looks for them */
	bool recheck, over;                  /* is the bearer still good? over: it is not */
};
/* A worker: whose socket it is. */
void live_is(struct live *v, const char *user);
/* Letters that came for it: begin to look for them, unless it works. */
void live_read(struct live *v);
void live_read_end(struct live *v, int64_t letters_ms, bool over);      /* the worker has looked */
void letters_deliver(struct listener *l);    /* to those of its sockets whose they are */

struct live *live_new(struct listener *l, struct connection *c, const struct head *h);
/* A message: on the listener's thread within live_bytes(), on a worker. */
void live_reply(struct live *v, const struct text *json);
void live_say(struct live *v, const struct text *json);
void live_say_error(struct live *v, const char *code, const char *message, int64_t retry_ms);
/* The worker: words of the answer, to be gathered; a message for the end; the end. */
void live_words(struct live *v, const char *words);
void live_hold(struct live *v, const struct text *json);
void live_rest(struct live *v);
/* One whole message of the client, on the listener's thread; a code to close with, 0: none. */
int live_act(struct live *v, const char *json, size_t n);

#endif

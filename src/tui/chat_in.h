/* What chat.c, conversations.c, deleted.c and turns.c share: the open conversation as far as it
 * was fetched. */
#ifndef CHAT_IN_H
#define CHAT_IN_H
#include "app_in.h"

#define PIECE 1024                     /* turns asked for at once */
#define FLOWS_KEPT 512

enum piece_state { PIECE_NONE, PIECE_ASKED, PIECE_LOADED };
struct piece { struct arena arena; enum piece_state state; unsigned used; };
struct stream_laid { size_t bytes, rows; };
struct chat_more {
	struct app *app;
	struct piece *pieces; size_t piece_count, piece_cap;
	unsigned clock;                /* for `used` */
	size_t loaded;
	struct arena live;             /* the tail, and what was said since */
	struct message *stream;        /* the answer that is coming; NULL: none */
	struct text streamed;
	struct stream_laid laid;       /* of it, in the flow of its turn */
	bool grown;                    /* and there is more */
	size_t flows[FLOWS_KEPT]; size_t flow_at;
	struct listing next;           /* the list that is being fetched */
	bool warm;                     /* searching was made ready */
	/* what of each conversation was looked at, by id; listed: the first list has come */
	struct seen { char id[ID_BYTES]; int64_t count; } *seen; size_t seen_count, seen_cap;
	bool listed, counted;          /* counted: unread is how many conversations have something new */
	size_t unread;
	char handed[ID_BYTES];         /* the answer that was handed to a teacher last */
	char reply_to[ID_BYTES], *reply_draft;   /* what a teacher wrote and the server does not have yet */
	char link_id[ID_BYTES], *link; /* the link that was made last, told once */
	unsigned gone_timer;           /* then what was deleted goes for good */
};

/* Lay out what came of an answer since, below what is laid out, and what is done now. */
void chat_stream_flow(struct flow *f, struct stream_laid *laid, const struct text *said, const char *step);
bool chat_has_news(struct app *app, const struct conversation *v);   /* more than is shown or listed of it */
void seen_set(struct chat *c, const char *id, int64_t count);   /* messages looked at */
void chat_keep_unread(struct app *app, const char *id, int64_t count);   /* for later sessions, 0: none */
void turns_reserve(struct chat *c, size_t count);
void turn_unlay(struct chat_turn *t);      /* its rows are laid out anew */

#endif

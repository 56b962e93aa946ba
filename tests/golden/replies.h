/* replies -- a backend that answers as a file says, so that screens come out the
 * same every time.
 *
 * The file holds blocks, `#` begins a remark:
 *
 *	on message.send plateau           operation, and what its request must contain
 *	event content_delta {"delta":"x"}  in this order
 *	hold                              says no more until replies_go()
 *	fill                              a reply whose every text is that of replies_filler()
 *	reply {...}                       or: fault ABSENT sentence
 *	lock open                         how the history is found: open, locked, failed
 *	word ONLINE                       what it says of itself; LOCAL otherwise
 *	messages 10000                    conversation.get counts out so many of them
 *
 * The last block that fits answers; a call that none fits ends in ABSENT, and
 * {} answers what writes. Everything comes as messages on the loop, as from the
 * local backend; it stands in for src/backend/local.c and lock.c at link time.
 */
#ifndef REPLIES_H
#define REPLIES_H
#include "stoa/backend.h"

enum fault replies_open(struct backend **out, const char *path, struct loop *loop) STOA_MUST;
void replies_filler(struct backend *b, const char *bytes, const char *status);   /* both borrowed */
void replies_say(struct backend *b, const char *block);   /* one block more, from now on */
bool replies_quiet(const struct backend *b);    /* nothing is on its way but what is held */
void replies_go(struct backend *b);             /* what is held goes on */
const char *replies_asked(const struct backend *b);   /* the last request as JSON, with its operation before */
unsigned replies_count(const struct backend *b, const char *operation);

#endif

/* A letter: a teacher's reply, told to whoever keeps a line open to the learner, or
 * that sessions of somebody have ended, told to whoever keeps one open to him.
 *
 * Between servers of one database it is a word of ids that PostgreSQL sends when the
 * transaction commits, to the server that wrote it too; alone, the caller is told when
 * the call has gone well.  Either way nobody hears of what was rolled back. */
#include <stdio.h>
#include <string.h>

#include "engine_in.h"

void
engine_on_letter(struct engine *e, engine_letter_fn *fn, void *arg)
{
	e->on_letter = fn;
	e->letter_arg = arg;
}

enum fault
letter_send(struct call *c, const char *owner, const char *conversation, const char *message)
{
	char word[128];
	if (c->e->shared) {
		if (conversation[0] != '\0')
			snprintf(word, sizeof word, "reply %s %s %s", owner, conversation, message);
		else
			snprintf(word, sizeof word, "account %s %s", owner, message);
		return store_notify(c->db, ENGINE_CHANNEL, word);
	}
	snprintf(c->letter.owner, ID_BYTES, "%s", owner);
	snprintf(c->letter.conversation, ID_BYTES, "%s", conversation);
	snprintf(c->letter.message, ID_BYTES, "%s", message);
	return FAULT_NONE;
}

void
letter_deliver(const struct call *c)
{
	if (c->letter.owner[0] != '\0' && c->e->on_letter != NULL)
		c->e->on_letter(&c->letter, c->e->letter_arg);
}

/* Only counts wait for this word; it is sent behind the call, and at worst a tend later
 * they are right without it. */
void
library_tell(const struct call *c)
{
	struct store *db = NULL;
	enum fault f = pool_take(&db, c->e, "");
	if (f == FAULT_NONE)
		f = store_notify(db, ENGINE_CHANNEL, "library changed");
	pool_put(c->e, db);
	if (f != FAULT_NONE)
		log_event(LOG_WARN, "engine", "library-untold", "why=%s", fault_sentence());
}

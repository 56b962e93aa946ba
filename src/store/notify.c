/* Word between the processes that share one database; SQLite's is of one process, which
 * has nobody to tell and holds what it likes. */
#include "store_in.h"

#define CHANNEL_MAX 40

static enum fault
channel_check(const char *channel)
{
	size_t n = strspn(channel, "abcdefghijklmnopqrstuvwxyz_");
	if (n == 0 || n > CHANNEL_MAX || channel[n] != '\0')
		return fault(FAULT_INPUT, "a channel is named by letters");
	return FAULT_NONE;
}

enum fault
store_notify(struct store *s, const char *channel, const char *payload)
{
	enum fault f = channel_check(channel);
	if (f == FAULT_NONE && strlen(payload) > STORE_WORD_MAX)
		f = fault(FAULT_LIMIT, "a word between processes has at most %d bytes", STORE_WORD_MAX);
	if (f == FAULT_NONE)
		f = connection_ready(s);
	return f == FAULT_NONE && s->driver->notify != NULL ? s->driver->notify(s, channel, payload) : f;
}

enum fault
store_listen(int *fd, struct store *s, const char *channel)
{
	enum fault f = channel_check(channel);
	if (f == FAULT_NONE)
		f = connection_ready(s);
	if (f == FAULT_NONE && s->driver->listen != NULL)
		return s->driver->listen(fd, s, channel);
	if (f == FAULT_NONE)
		*fd = -1;
	return f;
}

/* Not made ready first: opened anew it would listen to nothing. */
enum fault
store_heard(struct store *s, store_heard_fn *heard, void *arg)
{
	if (s->db == NULL || s->failed)
		return fault(FAULT_OFFLINE, "the connection to %s was cut", s->name);
	return s->driver->heard != NULL ? s->driver->heard(s, heard, arg) : FAULT_NONE;
}

enum fault
store_hold(bool *got, struct store *s, const char *name)
{
	enum fault f = connection_ready(s);
	if (f == FAULT_NONE && s->driver->hold != NULL)
		return s->driver->hold(got, s, name);
	if (f == FAULT_NONE)
		*got = true;
	return f;
}

void
store_let_go(struct store *s, const char *name)
{
	const struct cancel *cancel = s->cancel;
	if (s->db == NULL || s->failed || s->driver->let_go == NULL)
		return;
	s->cancel = NULL;
	s->driver->let_go(s, name);
	s->cancel = cancel;
}

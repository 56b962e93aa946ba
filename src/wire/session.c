/* A session: connections to one origin that outlive their exchange.
 *
 * libcurl keeps connections in the multi handle, and a multi handle belongs to
 * one thread at a time.  So a session keeps whole lines (an easy handle and its
 * multi) and lends each to one exchange: threads never share one, the lock covers
 * only a few pointers, and the warmest line is lent first.  Sharing one connection
 * cache between threads was rejected: libcurl 7.88 does not promise that it works.
 * A line whose exchange failed is ended, never lent again.
 */
#include <string.h>
#include <time.h>
#include "wire_in.h"

void
wire_quiet_begin(struct wire_quiet *q)
{
	sigset_t pipe_set, pending;
	sigemptyset(&pipe_set);
	sigaddset(&pipe_set, SIGPIPE);
	sigpending(&pending);
	q->was_pending = sigismember(&pending, SIGPIPE) == 1;
	pthread_sigmask(SIG_BLOCK, &pipe_set, &q->old);
}

void
wire_quiet_end(const struct wire_quiet *q)
{
	sigset_t pipe_set;
	sigemptyset(&pipe_set);
	sigaddset(&pipe_set, SIGPIPE);
	if (!q->was_pending)
		sigtimedwait(&pipe_set, NULL, &(struct timespec){ 0 });
	pthread_sigmask(SIG_SETMASK, &q->old, NULL);
}

void
wire_line_end(const struct wire_curl *curl, struct wire_line line)
{
	if (line.easy != NULL)
		curl->easy_cleanup(line.easy);
	if (line.multi != NULL)
		curl->multi_cleanup(line.multi);
}

enum fault
wire_session_new(struct wire_session **out, const char *url, const char *ca_file, const char *pin)
{
	struct wire_url origin;
	enum fault f = wire_url_parse(&origin, url);
	if (f == FAULT_NONE && pin != NULL)
		f = wire_pin_check(pin);
	if (f != FAULT_NONE)
		return f;
	struct wire_session *s = mem_new(sizeof *s);
	s->origin = origin;
	s->ca_file = mem_strdup(ca_file);
	s->pin = mem_strdup(pin);
	pthread_mutex_init(&s->lock, NULL);
	*out = s;
	return FAULT_NONE;
}

void
wire_session_rest(struct wire_session *s)
{
	struct wire_line idle[WIRE_LINES_KEPT];
	const struct wire_curl *curl;
	struct wire_quiet quiet;
	pthread_mutex_lock(&s->lock);
	size_t n = s->idle_count;
	memcpy(idle, s->idle, sizeof idle);
	s->idle_count = 0;
	pthread_mutex_unlock(&s->lock);
	if (n == 0 || wire_curl_load(&curl) != FAULT_NONE)
		return;
	wire_quiet_begin(&quiet);
	while (n > 0)
		wire_line_end(curl, idle[--n]);
	wire_quiet_end(&quiet);
}

void
wire_session_free(struct wire_session *s)
{
	if (s == NULL)
		return;
	wire_session_rest(s);
	pthread_mutex_destroy(&s->lock);
	mem_free(s->ca_file);
	mem_free(s->pin);
	mem_free(s);
}

struct wire_line
wire_session_take(struct wire_session *s)
{
	struct wire_line line = { NULL, NULL };
	pthread_mutex_lock(&s->lock);
	if (s->idle_count > 0)
		line = s->idle[--s->idle_count];
	pthread_mutex_unlock(&s->lock);
	return line;
}

void
wire_session_give(struct wire_session *s, const struct wire_curl *curl, struct wire_line line)
{
	curl->easy_reset(line.easy);   /* no pointer of the last exchange, no key */
	pthread_mutex_lock(&s->lock);
	bool kept = s->idle_count < WIRE_LINES_KEPT;
	if (kept)
		s->idle[s->idle_count++] = line;
	pthread_mutex_unlock(&s->lock);
	if (!kept)
		wire_line_end(curl, line);
}

/* An answer: the events of one call, numbered, kept for a while.
 *
 * A worker appends; any number of streams read behind each other.  A stream that
 * broke goes on behind the number it names in Last-Event-ID: its new answer then says
 * nothing itself but names the one to go on with.  When the last
 * reader leaves before the end, the work is cancelled, unless the request
 * announced with a Last-Event-ID of its own that it will come back. */
#include <stdlib.h>
#include <string.h>

#include "answer_in.h"

#define ANSWERS_MAX 4096
#define EVENTS_BYTES_MAX (4u * 1024 * 1024)

static struct answer *
make(struct server *s, struct call *c, const char *path)
{
	struct answer *a = mem_new(sizeof *a);
	a->server = s;
	a->call = c;
	a->refs = 2; /* the caller's and the list's */
	a->path = mem_strdup(path);
	text_init(&a->events, EVENTS_BYTES_MAX);
	pthread_mutex_init(&a->lock, NULL);
	return a;
}

static void
enlist(struct answer *a)
{
	struct server *s = a->server;
	pthread_mutex_lock(&s->answers_lock);
	a->next = s->answers;
	s->answers = a;
	s->answer_count++;
	pthread_mutex_unlock(&s->answers_lock);
}

struct answer *
answer_new(struct server *s, struct call *c, const char *path, bool stays)
{
	struct answer *a = make(s, c, path);
	a->stays = stays;
	c->answer = a;
	id_make(a->id, &s->chance);
	answers_sweep(s, false);
	enlist(a);
	return a;
}

struct answer *
answer_mirror(struct server *s, const struct operation *op, const char *id, const char *holder, const char *user,
	const char *path)
{
	struct answer *a = make(s, call_new(s, op), path);
	a->mirror = a->stale = true;
	a->call->status = 200;           /* what failed is told by its events */
	a->events.max = SIZE_MAX / 2;    /* as large as its maker let it become */
	memcpy(a->id, id, ID_BYTES);
	memcpy(a->holder, holder, ID_BYTES);
	memcpy(a->user, user, ID_BYTES);
	enlist(a);
	return a;
}

void
answer_release(struct answer *a)
{
	pthread_mutex_lock(&a->lock);
	bool last = --a->refs == 0;
	pthread_mutex_unlock(&a->lock);
	if (!last)
		return;
	if (a->other != NULL)
		answer_release(a->other);
	mem_free(a->path);
	mem_free(a->ends);
	text_clear(&a->events);
	pthread_mutex_destroy(&a->lock);
	call_free(a->call);
	mem_free(a);
}

/* May it go?  Ended, read by nobody, and kept long enough (or never said anything). */
static bool
done_with(struct answer *a, int64_t now_ms, bool all, bool crowded)
{
	pthread_mutex_lock(&a->lock);
	bool out = a->ended && a->reader_count == 0 &&
		   (all || crowded || a->count <= 1 ||
			   now_ms - a->ended_ms > a->server->limits.answer_keep_ms);
	pthread_mutex_unlock(&a->lock);
	return out;
}

void
answers_sweep(struct server *s, bool all)
{
	struct answer *gone = NULL;
	int64_t now_ms = server_now(s);
	pthread_mutex_lock(&s->answers_lock);
	bool crowded = s->answer_count >= ANSWERS_MAX;
	for (struct answer **at = &s->answers; *at != NULL;) {
		struct answer *a = *at;
		if (!done_with(a, now_ms, all, crowded)) {
			at = &a->next;
			continue;
		}
		*at = a->next;
		s->answer_count--;
		a->next = gone;
		gone = a;
	}
	pthread_mutex_unlock(&s->answers_lock);
	for (struct answer *next; gone != NULL; gone = next) {
		next = gone->next;
		answer_release(gone);
	}
}

/* What to look for: of this user, under this path, by its id or else by its question. */
struct wanted { const char *id, *user, *path, *question, *asked; };

/* The lock is held. What was given up is not gone on with. */
static bool
is_wanted(struct answer *a, const struct wanted *w)
{
	bool given_up = cancel_asked(&a->call->cancel) && !(a->ended && a->call->status == 200);
	if (given_up || w->user[0] == '\0' || !str_same(a->user, w->user) || !str_same(a->path, w->path))
		return false;
	return w->id != NULL || (!a->ended && a->other == NULL && str_same(a->question, w->question) && str_same(a->asked, w->asked));
}

/* With a reference. */
static struct answer *
find(struct server *s, const struct wanted *w, const struct answer *but)
{
	struct answer *out = NULL;
	pthread_mutex_lock(&s->answers_lock);
	for (struct answer *a = s->answers; a != NULL && out == NULL; a = a->next) {
		if (a == but || (w->id != NULL && memcmp(a->id, w->id, ID_BYTES - 1) != 0))
			continue;
		pthread_mutex_lock(&a->lock);
		if (is_wanted(a, w)) {
			a->refs++;
			out = a;
		}
		pthread_mutex_unlock(&a->lock);
	}
	pthread_mutex_unlock(&s->answers_lock);
	return out;
}

void
answer_set_other(struct answer *a, struct answer *other, uint64_t n)
{
	pthread_mutex_lock(&a->lock);
	a->other = other;
	a->other_after = n;
	pthread_mutex_unlock(&a->lock);
}

bool
answer_id_parse(char id[ID_BYTES], uint64_t *n, const char *last_event_id)
{
	const char *dash = last_event_id == NULL ? NULL : strchr(last_event_id, '-');
	char *end = NULL;
	if (dash == NULL || dash - last_event_id != ID_BYTES - 1)
		return false;
	*n = strtoull(dash + 1, &end, 10);
	memcpy(id, last_event_id, ID_BYTES - 1);
	id[ID_BYTES - 1] = '\0';
	return *end == '\0' && id_valid(id);
}

bool
answer_follow(struct answer *a, const char *user, const char *last_event_id)
{
	char id[ID_BYTES];
	uint64_t n = 0;
	pthread_mutex_lock(&a->lock);
	memcpy(a->user, user, sizeof a->user);
	pthread_mutex_unlock(&a->lock);
	if (!answer_id_parse(id, &n, last_event_id))
		return false;
	struct answer *other = find(a->server, &(struct wanted){ .id = id, .user = user, .path = a->path }, a);
	if (other != NULL)
		answer_set_other(a, other, n);
	return other != NULL;
}

bool
answer_follow_question(struct answer *a, const char *question, const char *asked)
{
	const struct wanted w = { .user = a->user, .path = a->path, .question = question, .asked = asked };
	struct answer *other = find(a->server, &w, a);
	pthread_mutex_lock(&a->lock);
	if (other == NULL) {
		memcpy(a->question, question, sizeof a->question);
		memcpy(a->asked, asked, sizeof a->asked);
	}
	a->other = other;
	pthread_mutex_unlock(&a->lock);
	return other != NULL;
}

struct answer *
answer_other(uint64_t *after, struct answer *a)
{
	pthread_mutex_lock(&a->lock);
	struct answer *other = a->other;
	uint64_t n = a->other_after;
	pthread_mutex_unlock(&a->lock);
	if (other == NULL)
		return NULL;
	pthread_mutex_lock(&other->lock);
	other->refs++;
	*after = n < other->count || other->mirror ? n : other->count;   /* what it will have */
	pthread_mutex_unlock(&other->lock);
	return other;
}

/* ---- the worker's side --------------------------------------------------------------- */

/* The lock is held. */
void
answer_tell(struct answer *a)
{
	for (size_t i = 0; i < a->reader_count; i++)
		listener_post(a->readers[i]);
	if (!a->mirror)
		relay_wake(a->server->relay);
}

void
answer_put_event(struct answer *a, const char *bytes, size_t n)
{
	text_put_n(&a->events, bytes, n);
	mem_reserve(&a->ends, &a->cap, a->count + 1, sizeof *a->ends);
	a->ends[a->count++] = a->events.len;
}

static void
append(struct answer *a, const char *name, const char *json, size_t n)
{
	size_t before = a->events.len;
	text_printf(&a->events, "id: %s-%zu\nevent: %s\ndata: ", a->id, a->count + 1, name);
	text_put_n(&a->events, json, n);
	text_put(&a->events, "\n\n");
	if (a->events.over) { /* past the limit: as if it had not been said */
		text_cut(&a->events, before);
		return;
	}
	mem_reserve(&a->ends, &a->cap, a->count + 1, sizeof *a->ends);
	a->ends[a->count++] = a->events.len;
}

void
answer_event(struct answer *a, const char *name, const struct record_type *type, const void *record)
{
	struct text json;
	text_init(&json, 256 * 1024);
	record_to_json(&json, type, record);
	pthread_mutex_lock(&a->lock);
	if (!json.over)
		append(a, name, json.data, json.len);
	answer_tell(a);
	pthread_mutex_unlock(&a->lock);
	text_clear(&json);
}

/* The reply itself, or the error of the envelope, as the last event. */
void
answer_end(struct answer *a)
{
	const struct call *c = a->call;
	bool well = c->status == 200;
	const char *from = c->reply.data;
	size_t n = c->reply.len;
	pthread_mutex_lock(&a->lock);
	if (!well) {
		from = strstr(from, "\"error\":") + strlen("\"error\":");
		n = (size_t)(strstr(from, ",\"meta\":{\"timestamp\"") - from);
	}
	a->events.over = false;
	a->events.max += c->reply.max; /* the end is always said */
	if (a->other == NULL)
		append(a, !well ? "error" : str_same(c->op->id, "message.send") ? "message_complete" : "complete",
			from, n);
	a->ended = true;
	a->ended_ms = server_now(a->server);
	answer_tell(a);
	pthread_mutex_unlock(&a->lock);
}

/* ---- the readers' side ------------------------------------------------------------------ */

/* Nobody waits for it, here or elsewhere, and nobody will: it is given up. */
void
answer_unread(struct answer *a)
{
	if (!a->mirror && a->reader_count == 0 && a->away_count == 0 && !a->ended && !a->stays)
		atomic_store(&a->call->cancel.asked, true);
}

bool
answer_join(struct answer *a, struct exchange *x)
{
	pthread_mutex_lock(&a->lock);
	bool room = a->reader_count < COUNT_OF(a->readers);
	if (room) {
		a->readers[a->reader_count++] = x;
		if (a->count > 0 || a->ended)
			listener_post(x);
	}
	bool news = a->mirror && !a->joined;
	pthread_mutex_unlock(&a->lock);
	if (news)
		relay_wake(a->server->relay);
	return room;
}

void
answer_leave(struct answer *a, struct exchange *x)
{
	pthread_mutex_lock(&a->lock);
	for (size_t i = 0; i < a->reader_count; i++)
		if (a->readers[i] == x)
			a->readers[i--] = a->readers[--a->reader_count];
	answer_unread(a);
	bool news = a->mirror && a->reader_count == 0;
	pthread_mutex_unlock(&a->lock);
	if (news)
		relay_wake(a->server->relay);
}

enum answer_state
answer_state(struct answer *a)
{
	pthread_mutex_lock(&a->lock);
	enum answer_state s = a->broken ? ANSWER_BROKEN : a->ended ? ANSWER_ENDED : a->count > 0 ? ANSWER_SPEAKS : ANSWER_SILENT;
	pthread_mutex_unlock(&a->lock);
	return s;
}

size_t
answer_count(struct answer *a)
{
	pthread_mutex_lock(&a->lock);
	size_t n = a->count;
	pthread_mutex_unlock(&a->lock);
	return n;
}

bool
answer_take(struct text *out, uint64_t *after, struct answer *a)
{
	pthread_mutex_lock(&a->lock);
	if (*after < a->count) {
		size_t from = *after == 0 ? 0 : a->ends[*after - 1];
		text_put_n(out, a->events.data + from, a->events.len - from);
		*after = a->count;
	}
	bool ended = a->ended;
	pthread_mutex_unlock(&a->lock);
	return ended;
}

void
answer_id(char id[ID_BYTES], const struct answer *a)
{
	memcpy(id, a->id, ID_BYTES);
}

struct call *
answer_call(struct answer *a)
{
	return a->call;
}

void
answers_cancel(struct server *s, const char *user)
{
	pthread_mutex_lock(&s->answers_lock);
	for (struct answer *a = s->answers; a != NULL; a = a->next) {
		pthread_mutex_lock(&a->lock);
		bool meant = user == NULL || str_same(a->user, user);
		pthread_mutex_unlock(&a->lock);
		if (meant)
			atomic_store(&a->call->cancel.asked, true);
	}
	pthread_mutex_unlock(&s->answers_lock);
}

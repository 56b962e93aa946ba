/* The relay: answers and words between the servers of one database.
 *
 * One thread with a connection of its own.  What answers here have to say it writes
 * into rows, gathered for 50 ms, and tells the others by ids alone (what is sealed is
 * never in a word); answers that others make it reads from there into mirrors, which
 * streams here read like any answer.  No worker and no listener waits for it.  A
 * server holds its own name on that connection as long as it lives, so that nobody
 * goes by clocks: a mirror whose maker has let go without an end is broken, its
 * readers are cut as they would have been there, and ask again.  After the connection
 * was away words may be missing: then everything is told and looked at again. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "relay_in.h"

#define GATHER_MS 50
#define LOOK_MS 1000              /* at mirrors without a word, and whether their makers live */
#define SWEEP_MS (60 * 1000)
#define KEEP_MS (60 * 1000)       /* beyond what a server itself keeps */
#define AGAIN_MS 250

void
relay_wake(struct relay *r)
{
	const uint64_t one = 1;
	if (r != NULL && !atomic_exchange(&r->woken, true))
		(void)!write(r->wakes, &one, sizeof one);
}

/* ---- the list of answers ------------------------------------------------------------- */

size_t
relay_take(struct answer **out, struct server *s, relay_choose_fn *choose)
{
	size_t n = 0;
	pthread_mutex_lock(&s->answers_lock);
	for (struct answer *a = s->answers; a != NULL && n < RELAY_AT_ONCE; a = a->next) {
		pthread_mutex_lock(&a->lock);
		if (choose(a)) {
			a->refs++;
			out[n++] = a;
		}
		pthread_mutex_unlock(&a->lock);
	}
	pthread_mutex_unlock(&s->answers_lock);
	return n;
}

static struct answer *
take_id(struct server *s, const char *id, bool mirror)
{
	struct answer *out = NULL;
	pthread_mutex_lock(&s->answers_lock);
	for (struct answer *a = s->answers; a != NULL && out == NULL; a = a->next)
		if (a->mirror == mirror && memcmp(a->id, id, ID_BYTES - 1) == 0)
			out = a;
	if (out != NULL) {
		pthread_mutex_lock(&out->lock);
		out->refs++;
		pthread_mutex_unlock(&out->lock);
	}
	pthread_mutex_unlock(&s->answers_lock);
	return out;
}

/* ---- telling ----------------------------------------------------------------------------- */

/* A question that is known to others, or anything that has begun to speak; not what
 * failed before it said a word. */
static bool
has_untold(struct answer *a)
{
	bool silent = a->ended && a->call->status != 200 && a->count <= 1;
	if (a->mirror || a->other != NULL || a->user[0] == '\0' || a->untold || (silent && !a->listed))
		return false;
	return a->told < a->count || (a->ended && !a->told_end) || (!a->listed && a->question[0] != '\0');
}

static enum fault
tell_one(struct relay *r, struct answer *a)
{
	struct text bytes;
	text_init(&bytes, SIZE_MAX / 2);
	pthread_mutex_lock(&a->lock);
	size_t since = a->told, count = a->count, from = since > 0 ? a->ends[since - 1] : 0;
	bool ended = a->ended;
	text_put_n(&bytes, a->events.data != NULL ? a->events.data + from : "", a->events.len - from);
	pthread_mutex_unlock(&a->lock);
	enum fault f = a->listed ? FAULT_NONE : stream_list(r->db, a, r->self);
	a->listed |= f == FAULT_NONE;
	if (f == FAULT_NONE && count > since)
		f = stream_put(r->db, a, since, count - since, &bytes);
	if (f == FAULT_NONE && ended)
		f = stream_end(r->db, a->id, r->server->clock.wall_ms(r->server->clock.arg));
	if (f == FAULT_NONE) {
		a->told = count;
		a->told_end = ended;
	} else if (f != FAULT_OFFLINE) { /* nobody else can go on with it */
		a->untold = true;
		log_event(LOG_WARN, "server", "relay-untold", "why=%s", fault_sentence());
		f = stream_forget(r->db, a->id);
	}
	vault_wipe(bytes.data, bytes.cap);
	text_clear(&bytes);
	return f;
}

static enum fault
tell_all(struct relay *r)
{
	struct answer *some[RELAY_AT_ONCE];
	enum fault f = FAULT_NONE;
	size_t n = RELAY_AT_ONCE;
	while (n == RELAY_AT_ONCE && f == FAULT_NONE) {
		struct text word;
		text_init(&word, STORE_WORD_MAX);
		text_printf(&word, "events %s", r->self);
		n = relay_take(some, r->server, has_untold);
		for (size_t i = 0; i < n; i++) {
			if (f == FAULT_NONE)
				f = tell_one(r, some[i]);
			text_printf(&word, " %s", some[i]->id);
			answer_release(some[i]);
		}
		if (f == FAULT_NONE && n > 0)
			f = store_notify(r->db, ENGINE_CHANNEL, word.data);
		text_clear(&word);
	}
	return f;
}

/* ---- words from others ---------------------------------------------------------------------- */

static void
on_events(struct relay *r, char *rest)
{
	char *at = NULL, *holder = strtok_r(rest, " ", &at);
	if (holder == NULL || str_same(holder, r->self))
		return;
	for (char *id; (id = strtok_r(NULL, " ", &at)) != NULL;) {
		struct answer *a = id_valid(id) ? take_id(r->server, id, true) : NULL;
		if (a == NULL)
			continue;
		a->stale = true;
		answer_release(a);
	}
}

static size_t
away_at(const struct answer *a, const char *server)
{
	size_t i = 0;
	while (i < a->away_count && !str_same(a->away[i], server))
		i++;
	return i;
}

static void
set_away(struct relay *r, char *rest, bool joins)
{
	char *at = NULL, *holder = strtok_r(rest, " ", &at), *id = strtok_r(NULL, " ", &at),
	     *reader = strtok_r(NULL, " ", &at);
	if (reader == NULL || !str_same(holder, r->self) || !id_valid(id) || !id_valid(reader))
		return;
	struct answer *a = take_id(r->server, id, false);
	if (a == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	size_t i = away_at(a, reader);
	if (joins && i == a->away_count && i < AWAY_MAX)
		memcpy(a->away[a->away_count++], reader, ID_BYTES);
	if (!joins && i < a->away_count) {
		a->away_count--;
		memmove(a->away[i], a->away[i + 1], (a->away_count - i) * sizeof a->away[0]);
		answer_unread(a);
	}
	pthread_mutex_unlock(&a->lock);
	answer_release(a);
}

static void
on_join(struct relay *r, char *rest)
{
	set_away(r, rest, true);
}

static void
on_leave(struct relay *r, char *rest)
{
	set_away(r, rest, false);
}

static void
on_reply(struct relay *r, char *rest)
{
	char *at = NULL, *owner = strtok_r(rest, " ", &at), *conversation = strtok_r(NULL, " ", &at),
	     *message = strtok_r(NULL, " ", &at);
	struct engine_letter letter;
	if (message == NULL || !id_valid(owner) || !id_valid(conversation) || !id_valid(message))
		return;
	memcpy(letter.owner, owner, ID_BYTES);
	memcpy(letter.conversation, conversation, ID_BYTES);
	memcpy(letter.message, message, ID_BYTES);
	server_letter(&letter, r->server);
}

static void
on_account(struct relay *r, char *rest)
{
	char *at = NULL, *owner = strtok_r(rest, " ", &at), *which = strtok_r(NULL, " ", &at);
	struct engine_letter letter = { .owner = "" };
	if (owner == NULL || !id_valid(owner))
		return;
	memcpy(letter.owner, owner, ID_BYTES);
	if (which != NULL && str_same(which, ENGINE_LETTER_ALL))
		snprintf(letter.message, sizeof letter.message, "%s", which);
	server_letter(&letter, r->server);
}

static void
on_library(struct relay *r, char *rest)
{
	(void)rest;
	r->server->tend_at_ms = 0;
}

static void
heard(const char *channel, const char *payload, void *arg)
{
	static const struct { const char *word; void (*fn)(struct relay *r, char *rest); } words[] = {
		{ "events", on_events }, { "join", on_join }, { "leave", on_leave }, { "reply", on_reply },
		{ "account", on_account }, { "library", on_library },
	};
	char *said = mem_strdup(payload), *rest = strchr(said, ' ');
	(void)channel;
	if (rest != NULL)
		*rest++ = '\0';
	for (size_t i = 0; rest != NULL && i < COUNT_OF(words); i++)
		if (str_same(words[i].word, said))
			words[i].fn(arg, rest);
	mem_free(said);
}

/* ---- the connection --------------------------------------------------------------------------- */

/* From the beginning: what was told may be gone, and what was said not heard. */
static bool
start_over(struct answer *a)
{
	a->told = 0;
	a->listed = a->told_end = a->joined = false;
	a->stale = true;
	return false;
}

static void
connect_again(struct relay *r)
{
	char name[ID_BYTES + 8];
	bool held = false;
	server_name(name, r->self);
	enum fault f = store_listen(&r->ears, r->db, ENGINE_CHANNEL);
	if (f == FAULT_NONE)
		f = store_hold(&held, r->db, name);
	if (f != FAULT_NONE) {
		r->ears = -1;
		return;
	}
	log_event(LOG_INFO, "server", "relay", "listens=%s", r->self);
	(void)relay_take(NULL, r->server, start_over);
	server_letter(&(struct engine_letter){ .owner = "" }, r->server);
	r->pending = true;
	atomic_store(&r->up_ms, server_now(r->server));
}

static void
went_away(struct relay *r)
{
	log_event(LOG_WARN, "server", "relay", "listens=no why=%s", fault_sentence());
	r->ears = -1;
	atomic_store(&r->up_ms, -1);
}

/* ---- the thread ---------------------------------------------------------------------------------- */

static enum fault
sweep(struct relay *r)
{
	struct server *s = r->server;
	r->swept_ms = server_now(s);
	return streams_sweep(r->db, r->self, s->clock.wall_ms(s->clock.arg) - s->limits.answer_keep_ms - KEEP_MS);
}

static void
turn(struct relay *r, bool spoken)
{
	int64_t now = server_now(r->server);
	bool look = now - r->looked_ms >= LOOK_MS;
	enum fault f = spoken ? store_heard(r->db, heard, r) : FAULT_NONE;
	if (f == FAULT_NONE)
		f = mirrors_look(r, look);
	if (look)
		r->looked_ms = now;
	if (f == FAULT_NONE && r->pending && now - r->flushed_ms >= GATHER_MS) {
		r->pending = false;
		r->flushed_ms = now;
		f = tell_all(r);
	}
	if (f == FAULT_NONE && now - r->swept_ms >= SWEEP_MS)
		f = sweep(r);
	if (f == FAULT_OFFLINE)
		went_away(r);
	else if (f != FAULT_NONE)
		log_event(LOG_WARN, "server", "relay", "why=%s", fault_sentence());
}

static int
wait_ms(const struct relay *r)
{
	int64_t now = server_now(r->server), gather = GATHER_MS - (now - r->flushed_ms);
	if (r->ears < 0)
		return AGAIN_MS;
	return r->pending ? (gather > 0 ? (int)gather : 0) : LOOK_MS;
}

static void *
serve(void *arg)
{
	struct relay *r = arg;
	uint64_t woken;
	while (!atomic_load(&r->stopping)) {
		struct pollfd from[] = { { r->wakes, POLLIN, 0 }, { r->ears, POLLIN, 0 } };
		(void)poll(from, r->ears < 0 ? 1 : 2, wait_ms(r));
		if (from[0].revents != 0) {
			(void)!read(r->wakes, &woken, sizeof woken);
			atomic_store(&r->woken, false);
			r->pending = true;
		}
		if (r->ears < 0)
			connect_again(r);
		if (r->ears >= 0)
			turn(r, from[1].revents != 0);
	}
	return NULL;
}

/* ---- life ------------------------------------------------------------------------------------------ */

enum fault
relay_open(struct relay **out, struct server *s)
{
	struct store *db = NULL;
	enum fault f = engine_join(&db, s->engine);
	*out = NULL;
	if (f != FAULT_NONE)
		return f == FAULT_ABSENT ? FAULT_NONE : f;
	struct relay *r = mem_new(sizeof *r);
	r->server = s;
	r->db = db;
	r->ears = -1;
	r->wakes = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	atomic_init(&r->up_ms, -1);
	id_make(r->self, &s->chance);
	*out = r;
	return r->wakes < 0 ? fault_errno("no descriptor to be woken by") : FAULT_NONE;
}

enum fault
relay_start(struct relay *r)
{
	connect_again(r);
	int error = loop_thread(&r->thread, serve, r);
	r->running = error == 0;
	return error == 0 ? FAULT_NONE : fault(FAULT_SYSTEM, "no thread can be started");
}

void
relay_close(struct relay *r)
{
	if (r == NULL)
		return;
	atomic_store(&r->stopping, true);
	relay_wake(r);
	if (r->running)
		pthread_join(r->thread, NULL);
	if (r->ears >= 0 && tell_all(r) != FAULT_NONE)
		log_event(LOG_WARN, "server", "relay-untold", "why=%s", fault_sentence());
	store_close(r->db);
	if (r->wakes >= 0)
		close(r->wakes);
	mem_free(r);
}

/* A teacher's reply on its way to a live socket of the learner.
 *
 * What comes is ids alone, from this server or another; the words are read by a worker
 * under the bearer of the socket, past the same door as everything, beside what the
 * client may be asking meanwhile.  After word between servers may have been lost every
 * socket looks at its own conversation.  A letter of no conversation says that sessions
 * of somebody have ended: a socket whose bearer was one of them is closed, whatever it
 * is doing. */
#include <string.h>

#include "live_in.h"

#define LATEST 20             /* messages of a conversation, a reply is among them */
#define LETTERS_MAX 8         /* for one socket at once */
#define SAYING_BYTES (4u * 1024 * 1024)

struct letter_work {
	struct live *v;
	char *bearer;
	struct engine_letter letters[LETTERS_MAX];
	size_t count;
	int64_t since_ms;
	bool recheck;
};

void
live_is(struct live *v, const char *user)
{
	pthread_mutex_lock(&v->listener->lock);
	memcpy(v->user, user, sizeof v->user);
	pthread_mutex_unlock(&v->listener->lock);
}

/* ---- from wherever it comes to the sockets of a listener ------------------------------ */

void
server_letter(const struct engine_letter *letter, void *server)
{
	struct server *s = server;
	if (letter->owner[0] != '\0' && str_same(letter->message, ENGINE_LETTER_ALL))
		answers_cancel(s, letter->owner);
	for (unsigned i = 0; i < s->threads; i++) {
		struct listener *l = &s->listeners[i];
		pthread_mutex_lock(&l->lock);
		mem_reserve(&l->letters, &l->letter_cap, l->letter_count + 1, sizeof *l->letters);
		l->letters[l->letter_count++] = *letter;
		pthread_mutex_unlock(&l->lock);
		listener_wake(l);
	}
}

/* The lock is held. Whose a socket is shows at its first question; before that it may
 * be anybody's who brought a token. */
static void
put_letter(struct live *v, const struct engine_letter *letter)
{
	bool known = v->user[0] != '\0', mine = letter->owner[0] == '\0' || !known || str_same(v->user, letter->owner);
	bool nobody = !v->working && v->bearer == NULL;
	if (mine && !nobody && letter->owner[0] != '\0' && letter->conversation[0] == '\0') {
		v->recheck = true;
		return;
	}
	if (!mine || nobody || v->letter_count == LETTERS_MAX)
		return;
	mem_reserve(&v->letters, &v->letter_cap, v->letter_count + 1, sizeof *v->letters);
	v->letters[v->letter_count++] = *letter;
}

void
letters_deliver(struct listener *l)
{
	pthread_mutex_lock(&l->lock);
	for (size_t i = 0; i < l->letter_count; i++)
		for (struct live *v = l->lives; v != NULL; v = v->next)
			put_letter(v, &l->letters[i]);
	bool any = l->letter_count > 0;
	l->letter_count = 0;
	pthread_mutex_unlock(&l->lock);
	for (struct live *v = l->lives; any && v != NULL; v = v->next)
		live_read(v);
}

/* ---- on a worker ------------------------------------------------------------------------ */

static void
say_reply(struct live *v, const struct message *m)
{
	struct text json;
	text_init(&json, SAYING_BYTES);
	text_put(&json, "{\"type\":\"reply\",\"content\":");
	json_put_string(&json, m->content);
	text_printf(&json, ",\"message_id\":\"%s\",\"conversation_id\":\"%s\",\"note\":", m->id, m->conversation_id);
	json_put_string(&json, m->note == NULL ? "" : m->note);
	text_put_c(&json, '}');
	live_say(v, &json);
	text_clear(&json);
}

/* What a teacher wrote into a conversation: that message, or all since then. */
static enum fault
look(struct letter_work *w, const struct principal *who, const struct engine_letter *letter)
{
	struct server *s = w->v->listener->server;
	struct arena a;
	void *reply = NULL;
	char request_id[ID_BYTES];
	int64_t latest = w->since_ms;
	const struct conversation_get get = { .id = letter->conversation, .limit = LATEST };
	id_make(request_id, &s->chance);
	const struct call_options options = { .address = w->v->address, .request_id = request_id };
	arena_init(&a);
	enum fault f = engine_call(&reply, &a, s->engine, who, "conversation.get", &get, &options);
	const struct transcript *t = reply;
	for (size_t i = 0; f == FAULT_NONE && i < t->messages.count; i++) {
		const struct message *m = (const struct message *)t->messages.items + i;
		bool meant = letter->message[0] != '\0' ? str_same(m->id, letter->message) : m->created > w->since_ms;
		if (!meant || !str_same(m->mode, "instructor"))
			continue;
		say_reply(w->v, m);
		latest = m->created > latest ? m->created : latest;
	}
	w->since_ms = latest;
	arena_clear(&a);
	return f;
}

static void
say_over(struct live *v)
{
	struct text json;
	text_init(&json, 1024);
	text_put(&json, "{\"type\":\"error\",\"code\":\"UNAUTHENTICATED\",\"message\":");
	json_put_string(&json, fault_sentence());
	text_put_c(&json, '}');
	live_say(v, &json);
	text_clear(&json);
}

static void
work(void *arg)
{
	struct letter_work *w = arg;
	struct live *v = w->v;
	struct server *s = v->listener->server;
	struct principal who;
	enum fault f = engine_principal(&who, s->engine, w->bearer);
	for (size_t i = 0; i < w->count && f == FAULT_NONE; i++)
		if (w->letters[i].owner[0] == '\0' || str_same(w->letters[i].owner, who.user))
			f = look(w, &who, &w->letters[i]);
	log_event(LOG_INFO, "server", "letter", "count=%zu fault=%s", w->count, fault_name(f));
	if (f == FAULT_NONE)
		live_is(v, who.user);
	bool over = f == FAULT_DENIED && w->recheck;
	if (over)
		say_over(v);
	vault_wipe(w->bearer, strlen(w->bearer));
	mem_free(w->bearer);
	atomic_fetch_sub(&s->calls, 1);
	live_read_end(v, w->since_ms, over);
	mem_free(w);
}

/* ---- on the listener's thread -------------------------------------------------------------- */

/* The bearer is a worker's while one works: then what came waits for that to end. But
 * once it is known whose it is, it stays as it is, and can be looked at. */
static bool
may_read(struct live *v)
{
	struct listener *l = v->listener;
	pthread_mutex_lock(&l->lock);
	bool known = v->user[0] != '\0', some = v->recheck || (v->letter_count > 0 && !v->working),
	     may = v->wsi != NULL && !v->reading && !v->over && some && (!v->working || known);
	pthread_mutex_unlock(&l->lock);
	return may && v->bearer != NULL;
}

static void
take_letters(struct letter_work *w, struct live *v)
{
	w->recheck = v->recheck;
	v->recheck = false;
	if (v->working)
		return;
	for (size_t i = 0; i < v->letter_count; i++) {
		w->letters[w->count] = v->letters[i];
		if (v->letters[i].owner[0] == '\0')     /* its own conversation, if there is one */
			memcpy(w->letters[w->count].conversation, v->conversation, ID_BYTES);
		w->count += w->letters[w->count].conversation[0] != '\0';
	}
	v->letter_count = 0;
}

void
live_read(struct live *v)
{
	struct server *s = v->listener->server;
	if (!may_read(v))
		return;
	struct letter_work *w = mem_new(sizeof *w);
	w->v = v;
	w->bearer = mem_strdup(v->bearer);
	w->since_ms = v->letters_ms;
	take_letters(w, v);
	v->reading = w->recheck || w->count > 0;
	atomic_fetch_add(&s->calls, 1);
	if (v->reading && crew_submit(s->quick, work, w) == FAULT_NONE)
		return;
	atomic_fetch_sub(&s->calls, 1);
	v->reading = false;
	v->recheck = w->recheck;                          /* with the next tick */
	if (w->count > 0) {
		memcpy(v->letters, w->letters, w->count * sizeof *v->letters);
		v->letter_count = w->count;
	}
	vault_wipe(w->bearer, strlen(w->bearer));
	mem_free(w->bearer);
	mem_free(w);
}

/* Mirrors: answers that another server makes, read here from its rows.
 *
 * A stream reads a mirror as it reads any answer.  Its maker is told whether anybody
 * does, for it gives up what nobody reads; a maker that is gone without an end leaves a
 * mirror broken, and its readers are cut. */
#include <string.h>

#include "relay_in.h"

#define SETTLE_MS 3000            /* after the database was away the others come back too */

/* Each of them once in a round, however many there are. */
static bool
begin_round(struct answer *a)
{
	a->due = a->mirror && !a->ended;
	return false;
}

static bool
is_due(struct answer *a)
{
	bool due = a->due;
	a->due = false;
	return due;
}

static void
mirror_end(struct answer *a, bool broken)
{
	pthread_mutex_lock(&a->lock);
	a->ended = true;
	a->broken = broken;
	a->ended_ms = server_now(a->server);
	if (broken) { /* nobody else begins to read it */
		a->call->status = 0;
		atomic_store(&a->call->cancel.asked, true);
	}
	answer_tell(a);
	pthread_mutex_unlock(&a->lock);
}

/* Is its maker gone?  It has let go of its name, has had time to take it again, and
 * has left no end in a last moment. */
static enum fault
is_left(bool *out, struct relay *r, const char *holder, const char *id)
{
	bool lives = true, ended = false;
	int64_t up_ms = atomic_load(&r->up_ms);
	*out = false;
	if (up_ms < 0 || server_now(r->server) - up_ms < SETTLE_MS)
		return FAULT_NONE;
	enum fault f = server_lives(&lives, r->db, holder);
	if (f != FAULT_NONE || lives)
		return f;
	f = stream_ended(&ended, r->db, id);
	*out = f == FAULT_ABSENT || (f == FAULT_NONE && !ended);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* The end is looked for first: then no event can be missing behind it. */
static enum fault
mirror_read(struct relay *r, struct answer *a, bool look)
{
	bool ended = false, more = false, left = false;
	a->stale = false;
	enum fault f = stream_ended(&ended, r->db, a->id);
	if (f == FAULT_NONE)
		f = stream_read(&more, r->db, a);
	if (f == FAULT_NONE && !ended && look)
		f = is_left(&left, r, a->holder, a->id);
	if (f == FAULT_OFFLINE) {
		a->stale = true;
		return f;
	}
	if (f != FAULT_NONE || left || ended) {
		mirror_end(a, !ended || f != FAULT_NONE);
	} else if (more) {
		pthread_mutex_lock(&a->lock);
		answer_tell(a);
		pthread_mutex_unlock(&a->lock);
	}
	return FAULT_NONE;
}

/* Its maker must know whether it is read here: it gives up what nobody reads. */
static enum fault
mirror_say(struct relay *r, struct answer *a)
{
	char word[160];
	pthread_mutex_lock(&a->lock);
	bool reads = a->reader_count > 0, news = reads != a->joined;
	pthread_mutex_unlock(&a->lock);
	if (!news)
		return FAULT_NONE;
	snprintf(word, sizeof word, "%s %s %s %s", reads ? "join" : "leave", a->holder, a->id, r->self);
	enum fault f = store_notify(r->db, ENGINE_CHANNEL, word);
	if (f != FAULT_NONE)
		return f;
	pthread_mutex_lock(&a->lock);
	a->joined = reads;
	pthread_mutex_unlock(&a->lock);
	if (!reads)             /* who comes back finds it again */
		mirror_end(a, true);
	return FAULT_NONE;
}

enum fault
mirrors_look(struct relay *r, bool all)
{
	struct answer *some[RELAY_AT_ONCE];
	enum fault f = FAULT_NONE;
	size_t n;
	(void)relay_take(NULL, r->server, begin_round);
	do {
		n = relay_take(some, r->server, is_due);
		for (size_t i = 0; i < n; i++) {
			if (f == FAULT_NONE && (some[i]->stale || all))
				f = mirror_read(r, some[i], all);
			if (f == FAULT_NONE && !some[i]->ended)
				f = mirror_say(r, some[i]);
			answer_release(some[i]);
		}
	} while (n == RELAY_AT_ONCE);
	return f;
}

/* ---- on a worker ------------------------------------------------------------------------ */

struct finding { struct relay *r; const struct answer *a; const struct relay_ask *ask; struct stream_row row; bool left; };

static enum fault
look_up(struct store *db, void *arg)
{
	struct finding *f = arg;
	int64_t up_ms = atomic_load(&f->r->up_ms);
	bool settled = up_ms >= 0 && server_now(f->r->server) - up_ms >= SETTLE_MS, lives = true;
	enum fault fault = stream_find(&f->row, db, f->a, f->ask);
	if (fault == FAULT_NONE && !f->row.ended && settled)
		fault = server_lives(&lives, db, f->row.holder);
	f->left = !lives;
	return fault;
}

bool
relay_follow(char question[ID_BYTES], struct relay *r, struct answer *a, const struct relay_ask *ask)
{
	struct finding f = { .r = r, .a = a, .ask = ask };
	if (a->user[0] == '\0' || engine_lend(r->server->engine, "", look_up, &f) != FAULT_NONE)
		return false;
	bool own = str_same(f.row.holder, r->self);
	if (!f.row.ended && (f.left || own)) {
		memcpy(question, f.row.question, ID_BYTES);
		return false;
	}
	answer_set_other(a, answer_mirror(r->server, a->call->op, f.row.id, f.row.holder, a->user, a->path), ask->after);
	relay_wake(r);
	return true;
}

/* The backend at a server: which way a call goes.
 *
 * A read is asked there and kept; when the line fails it is answered from the copy,
 * and that is said.  A write goes there with a key of its own under which the server
 * does it once; when the line fails it waits in the outbox, and behind what waits
 * already it does not overtake.  What was typed and not sent stays on this machine. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "remote_in.h"

#define BUSY_MS 100
#define BUSY_MAX_MS 1600
#define TICK_MS 25
#define AS_SEEN "the server cannot be reached; this is what was seen or kept here"

/* ---- the account in use ----------------------------------------------------------------- */

void
remote_token_set(struct remote *r, const void *bytes, size_t n)
{
	struct vault_secret copy = { NULL, 0 };
	if (n > 0) {
		copy = vault_secret_new(n + 1);
		memcpy(copy.bytes, bytes, n);
	}
	pthread_mutex_lock(&r->lock);
	struct vault_secret old = r->token;
	r->token = copy;
	pthread_mutex_unlock(&r->lock);
	vault_secret_clear(&old);
}

void
remote_user_set(struct remote *r, const char *user)
{
	char owner[ID_BYTES], both[2200];
	snprintf(both, sizeof both, "%s|%s", r->url, user);
	name_sum(owner, "copy", both);
	pthread_mutex_lock(&r->lock);
	if (strcmp(r->owner, owner) != 0)
		r->load = (struct link_load){ .known = false };
	memcpy(r->owner, owner, sizeof owner);
	r->account_known = true;
	pthread_mutex_unlock(&r->lock);
}

/* A locked store forgets the token too; an open one may tell what waits. */
static void
lock_changed(struct backend *b, bool locked)
{
	struct remote *r = b->remote;
	pthread_mutex_lock(&r->lock);
	bool known = r->load.known;
	if (locked && !r->given) {
		r->account_known = false;
		r->load.known = false;
	}
	pthread_mutex_unlock(&r->lock);
	if (locked && !r->given)
		remote_token_set(r, NULL, 0);
	if (!locked && !known)
		link_start(b);
}

/* ---- one call ------------------------------------------------------------------------------ */

/* A call on its way, with what had to be added to its request. */
struct way {
	struct flight *f;
	struct backend *b;
	const void *request;
	char key[ID_BYTES];
	bool fresh;                        /* its conversation is made for it */
	bool draft;                        /* a draft was taken out of it */
};

/* Not ready, or busy with this very thing since the line broke: a moment, and again.
 * What is still not ready then is as good as away. */
static enum fault
ask_patiently(struct way *w, const struct asking *q)
{
	enum fault f = remote_ask(&w->f->reply, &w->f->arena, w->b, q);
	if (!away_takes(q->op) && !copy_readable(q->op))
		return f;               /* nobody is here who could do it instead */
	for (int ms = BUSY_MS; f == FAULT_BUSY && ms <= BUSY_MAX_MS; ms *= 2) {
		for (int waited = 0; waited < ms; waited += TICK_MS) {
			const struct timespec tick = { 0, TICK_MS * 1000000 };
			nanosleep(&tick, NULL);
			if (cancel_asked(q->cancel))
				return cancel_check(q->cancel);
		}
		f = remote_ask(&w->f->reply, &w->f->arena, w->b, q);
	}
	return f == FAULT_BUSY ? fault(FAULT_OFFLINE, "%s", arena_strdup(&w->f->arena, fault_sentence())) : f;
}

static enum fault
ask(struct way *w)
{
	struct flight *f = w->f;
	const struct asking q = { .op = f->op, .request = w->request, .key = f->op->writes ? w->key : NULL,
		.emit = f->handlers.event != NULL ? flight_event : NULL, .arg = f, .cancel = &f->cancel };
	return ask_patiently(w, &q);
}

static char *
id_in(struct way *w)
{
	char id[ID_BYTES];
	id_make(id, w->b->config.chance);
	return arena_strdup(&w->f->arena, id);
}

/* Ids are made here, so that whatever is sent twice is the same thing twice. */
static void
name_question(struct way *w)
{
	struct message_send *q = record_copy(&w->f->arena, w->f->op->request, w->request);
	w->request = q;
	if (q->ephemeral)
		return;
	if (q->id == NULL)
		q->id = id_in(w);
	w->fresh = q->conversation_id == NULL;
	if (w->fresh)
		q->conversation_id = id_in(w);
	snprintf(w->key, sizeof w->key, "%s", q->id);
}

static void
name_conversation(struct way *w)
{
	struct conversation_create *c = record_copy(&w->f->arena, w->f->op->request, w->request);
	w->request = c;
	if (c->id == NULL)
		c->id = id_in(w);
	snprintf(w->key, sizeof w->key, "%s", c->id);
}

/* A question without a conversation makes one first. */
static enum fault
make_conversation(struct way *w)
{
	const struct message_send *q = w->request;
	const struct conversation_create make = { .id = q->conversation_id, .subject = q->subject,
		.assignment_id = q->assignment_id };
	const struct asking create = { .op = operation_find("conversation.create"), .request = &make,
		.key = make.id, .cancel = &w->f->cancel };
	void *answer = w->f->reply;
	enum fault f = ask_patiently(w, &create);
	w->f->reply = answer;
	return f;
}

/* ---- drafts ----------------------------------------------------------------------------------- */

static const char *
draft_here(struct way *w)
{
	void *reply = NULL;
	static const struct nothing nothing;
	if (copy_call(&reply, &w->f->arena, w->b, "me.get", &nothing, NULL) != FAULT_NONE)
		return NULL;
	return ((const struct settings *)reply)->draft;
}

/* What was typed is kept here; *only: nothing else was to be changed. */
static enum fault
keep_draft(bool *only, struct way *w)
{
	const struct settings *asked = w->request;
	struct settings rest = *asked;
	const struct settings draft = { .draft = asked->draft };
	struct text left;
	void *reply = NULL;
	rest.draft = NULL;
	w->request = record_copy(&w->f->arena, w->f->op->request, &rest);
	text_init(&left, 65536);
	operation_json(&left, w->f->op, &rest);
	*only = strcmp(left.data, "{}") == 0;
	text_clear(&left);
	enum fault f = copy_call(&reply, &w->f->arena, w->b, "me.update", &draft, NULL);
	if (f == FAULT_NONE && *only)
		w->f->reply = reply;
	return f;
}

/* ---- reads -------------------------------------------------------------------------------------- */

/* What is only here: answers given without the server, conversations that it has not
 * got yet. */
static void
add_what_is_here(struct way *w)
{
	struct flight *f = w->f;
	void *here = NULL;
	if (strcmp(f->op->id, "conversation.get") == 0) {
		const struct transcript *there = f->reply;
		if (copy_call(&here, &f->arena, w->b, f->op->id, w->request, NULL) == FAULT_NONE &&
			((const struct transcript *)here)->conversation->message_count > there->conversation->message_count)
			f->reply = here;
	} else if (strcmp(f->op->id, "conversation.list") == 0) {
		overlay_conversations(f->reply, &f->arena, w->b, w->request);
	}
}

/* What was done here and waits shows, whether the server is there or not. */
static void
add_what_waits(struct way *w)
{
	struct flight *f = w->f;
	if (strcmp(f->op->id, "document.list") == 0) {
		overlay_documents(f->reply, &f->arena, w->b, w->request);
	} else if (strcmp(f->op->id, "me.get") == 0) {
		overlay_settings(f->reply, &f->arena, w->b);
		((struct settings *)f->reply)->draft = draft_here(w);
	}
}

/* A document that waits has no text yet, but it is one. */
static enum fault
read_waiting(struct way *w)
{
	static const struct { const char *operation; size_t offset; } names[] = {
		{ "document.content", offsetof(struct document_content, id) },
		{ "document.get", offsetof(struct id_request, id) },
		{ "passage.get", offsetof(struct passage_get, file_id) },
	};
	void *d = NULL;
	const char *id = NULL;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(names[i].operation, w->f->op->id) == 0)
			id = *(const char *const *)((const char *)w->request + names[i].offset);
	if (id == NULL || overlay_document(&d, &w->f->arena, w->b, id) != FAULT_NONE)
		return FAULT_ABSENT;
	if (w->f->op->reply != &record_document)
		return fault(FAULT_OFFLINE, "%s waits for the server: it can be read and asked when it has been delivered",
			((const struct document *)d)->name);
	w->f->reply = d;
	return FAULT_NONE;
}

/* The copy does not outlive what it is of; ABSENT, unless it is only on its way there. */
static enum fault
gone_there(struct way *w)
{
	const struct operation *op = w->f->op;
	bool talk = op->request == &record_conversation_get;
	char *sentence = mem_strdup(fault_sentence());
	enum fault f = FAULT_NONE;
	if (talk)
		f = copy_forget_conversation(w->b, ((const struct conversation_get *)w->request)->id);
	else if (strcmp(op->id, "document.get") == 0)
		f = copy_forget_document(w->b, ((const struct id_request *)w->request)->id);
	if (f != FAULT_NONE)
		log_event(LOG_WARN, "backend", "not-forgotten", "op=%s reason=%s", op->id, fault_sentence());
	/* What is still there waits to be delivered. */
	if (!talk || copy_call(&w->f->reply, &w->f->arena, w->b, op->id, w->request, NULL) != FAULT_NONE)
		f = fault(FAULT_ABSENT, "%s", sentence);
	mem_free(sentence);
	return f;
}

static enum fault
read_there(struct way *w)
{
	struct flight *f = w->f;
	const struct call_options options = {
		.emit = f->handlers.event != NULL ? flight_event : NULL, .arg = f, .cancel = &f->cancel
	};
	enum fault bad = read_waiting(w);
	if (bad != FAULT_ABSENT)
		return bad;
	bool down = copy_readable(f->op) && link_down(w->b);
	bad = down ? FAULT_OFFLINE : ask(w);
	if (bad == FAULT_NONE) {
		copy_keep(w->b, f->op, w->request, f->reply);
		add_what_is_here(w);
		add_what_waits(w);
		return bad;
	}
	/* A citation of an answer that was given here leads to a document that is here. */
	bool document = strncmp(f->op->id, "document.", 9) == 0 || strcmp(f->op->id, "passage.get") == 0;
	if (bad == FAULT_ABSENT)
		bad = gone_there(w);
	if (bad == FAULT_ABSENT && document) {
		char *sentence = arena_strdup(&f->arena, fault_sentence());
		if (copy_call(&f->reply, &f->arena, w->b, f->op->id, w->request, &options) == FAULT_NONE)
			return FAULT_NONE;
		return fault(bad, "%s", sentence);
	}
	if (bad != FAULT_OFFLINE || !copy_readable(f->op))
		return bad;
	bad = copy_read(&f->reply, &f->arena, w->b, f->op, w->request, &options);
	if (bad == FAULT_NONE)
		add_what_waits(w);
	f->note = AS_SEEN;
	return bad;
}

/* ---- writes --------------------------------------------------------------------------------------- */

/* What was rated is an answer that was given here: the server has never seen it. */
static bool
rates_what_is_here(struct way *w)
{
	bool seen = true;
	char owner[ID_BYTES];
	if (strcmp(w->f->op->id, "message.feedback") != 0)
		return false;
	copy_owner(owner, w->b);
	return engine_seen(&seen, w->b->engine, owner, ((const struct message_feedback *)w->request)->id) == FAULT_NONE && !seen;
}

/* A document that was never sent is not the server's to delete. */
static bool
deletes_what_waits(struct way *w)
{
	void *d = NULL;
	return strcmp(w->f->op->id, "document.delete") == 0 &&
	       overlay_document(&d, &w->f->arena, w->b, ((const struct id_request *)w->request)->id) == FAULT_NONE;
}

/* Nothing overtakes what waits; *behind: it still does. */
static enum fault
go_behind(bool *behind, struct way *w)
{
	struct remote *r = w->b->remote;
	pthread_mutex_lock(&r->lock);
	struct link_load load = r->load;
	pthread_mutex_unlock(&r->lock);
	*behind = false;
	if (load.known && load.waiting + load.held == 0)
		return FAULT_NONE;
	enum fault f = outbox_deliver(w->b, conversation_of(w->f->op, w->request), &w->f->cancel);
	pthread_mutex_lock(&r->lock);
	*behind = r->load.waiting > 0;
	pthread_mutex_unlock(&r->lock);
	/* Who is not let in any more must know it, and not that the line is down. */
	return f == FAULT_CANCELLED || f == FAULT_LOCKED || f == FAULT_DENIED ? f : FAULT_NONE;
}

static enum fault
write_there(struct way *w)
{
	struct flight *f = w->f;
	bool takes = away_takes(f->op), behind = false;
	enum fault bad = FAULT_OFFLINE;
	if (rates_what_is_here(w))
		return copy_call(&f->reply, &f->arena, w->b, f->op->id, w->request, NULL);
	if (deletes_what_waits(w))
		return away_write(f, w->request, w->key, false);
	if (takes && link_down(w->b))
		return away_write(f, w->request, w->key, w->fresh);
	if (takes) {
		bad = go_behind(&behind, w);
		if (bad != FAULT_NONE)
			return bad;
		if (behind)
			return away_write(f, w->request, w->key, w->fresh);
	}
	bad = w->fresh ? make_conversation(w) : FAULT_NONE;
	if (bad == FAULT_NONE)
		bad = ask(w);
	if (bad == FAULT_NONE)
		copy_keep(w->b, f->op, w->request, f->reply);
	if (bad == FAULT_OFFLINE && takes)
		return away_write(f, w->request, w->key, w->fresh);
	return bad;
}

/* Nobody's words are kept for nobody: whoever writes or reads has an account. */
static enum fault
signed_in(struct backend *b)
{
	struct remote *r = b->remote;
	enum fault f = account_ready(b);
	if (f != FAULT_NONE)
		return f;
	pthread_mutex_lock(&r->lock);
	bool known = r->token.len > 0;
	pthread_mutex_unlock(&r->lock);
	return known ? f : fault(FAULT_DENIED, "you are not signed in to %s: stoa login %s", r->url, r->url);
}

static enum fault
call_remote(struct flight *f)
{
	struct way w = { .f = f, .b = f->backend, .request = f->request };
	bool only = false;
	enum fault bad = f->op->least > ROLE_NONE ? signed_in(w.b) : FAULT_NONE;
	if (bad != FAULT_NONE)
		return bad;
	id_make(w.key, w.b->config.chance);
	if (!f->op->writes)
		return read_there(&w);
	if (f->op->request == &record_message_send)
		name_question(&w);
	else if (f->op->request == &record_conversation_create)
		name_conversation(&w);
	else if (f->op->request == &record_settings && ((const struct settings *)w.request)->draft != NULL)
		bad = keep_draft(&only, &w);
	return bad != FAULT_NONE || only ? bad : write_there(&w);
}

/* ---- life ------------------------------------------------------------------------------------ */

static enum fault
open_remote(struct backend *b, const struct backend_config *config)
{
	const char *url = b->config.server.url, *pin = b->config.server.pin;
	enum fault f = wire_url_check(url);
	if (f != FAULT_NONE)
		return f;
	const char *path = strchr(strstr(url, "://") + 3, '/');
	if (strchr(url, '?') != NULL || (path != NULL && path[1] != '\0'))
		return fault(FAULT_INPUT, "the address of a server has no path: %s", url);
	struct remote *r = b->remote = mem_new(sizeof *r);
	r->url = path == NULL ? url : arena_strndup(&b->arena, url, (size_t)(path - url));
	pthread_mutex_init(&r->lock, NULL);
	pthread_mutex_init(&r->delivering, NULL);
	pthread_mutex_init(&r->hauling, NULL);
	r->given = config->server.token != NULL;
	if (r->given) {
		remote_token_set(r, config->server.token->s.bytes, config->server.token->s.len);
		remote_user_set(r, config->server.user != NULL ? config->server.user : "");
	}
	f = wire_session_new(&r->session, r->url, b->config.server.ca_file, pin);
	if (f == FAULT_NONE)
		f = crew_new(&b->link_crew, 2);
	if (f == FAULT_NONE)
		link_start(b);
	return f;
}

static void
closing(struct backend *b)
{
	if (b->remote != NULL)
		link_stop(b);
}

static void
close_remote(struct backend *b)
{
	struct remote *r = b->remote;
	if (r == NULL)
		return;
	wire_session_free(r->session);
	vault_secret_clear(&r->token);
	pthread_mutex_destroy(&r->delivering);
	pthread_mutex_destroy(&r->hauling);
	pthread_mutex_destroy(&r->lock);
	mem_free(r);
}

enum fault
backend_open_remote(struct backend **out, const struct backend_config *config, struct loop *loop)
{
	static const struct backend_way way = {
		.call = call_remote,
		.word = link_word,
		.open = open_remote,
		.lock_changed = lock_changed,
		.closing = closing,
		.close = close_remote,
	};
	struct backend_config mine = *config;
	mine.workers = config->workers > 0 ? config->workers : 4;
	return backend_make(out, &mine, loop, &way);
}

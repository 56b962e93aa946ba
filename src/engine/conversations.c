/* Operations on conversations and answers: the tutor's, sealed.
 *
 * A question under an id that is being answered right now is refused, so that
 * the tutor, which answers an id once for ever, never meets it twice at once. */
#include <stdio.h>
#include <string.h>

#include "engine_in.h"

static enum fault
conversation_create(void **reply, struct call *c, const void *request)
{
	struct conversation *conversation = NULL;
	enum fault f = tutor_conversation_create(&conversation, c->a, c->e->tutor, c->db, request);
	*reply = conversation;
	return f;
}

static enum fault
conversation_list(void **reply, struct call *c, const void *request)
{
	struct conversations *list = record_new(c->a, &record_conversations);
	*reply = list;
	return tutor_conversation_list(list, c->a, c->e->tutor, c->db, request);
}

static enum fault
conversation_get(void **reply, struct call *c, const void *request)
{
	struct transcript *t = record_new(c->a, &record_transcript);
	*reply = t;
	return tutor_conversation_get(t, c->a, c->e->tutor, c->db, request);
}

static enum fault
conversation_update(void **reply, struct call *c, const void *request)
{
	struct conversation *conversation = NULL;
	enum fault f = tutor_conversation_update(&conversation, c->a, c->e->tutor, c->db, request);
	*reply = conversation;
	return f;
}

static enum fault
done(void **reply, struct call *c)
{
	struct nothing *n = record_new(c->a, &record_nothing);
	n->ok = true;
	*reply = n;
	return FAULT_NONE;
}

static enum fault
conversation_delete(void **reply, struct call *c, const void *request)
{
	enum fault f = tutor_conversation_delete(
		c->e->tutor, c->db, ((const struct id_request *)request)->id);
	return f == FAULT_NONE ? done(reply, c) : f;
}

static enum fault
conversation_export(void **reply, struct call *c, const void *request)
{
	struct exported *x = record_new(c->a, &record_exported);
	*reply = x;
	return tutor_export(x, c->a, c->e->tutor, c->db, request);
}

static enum fault
conversation_import(void **reply, struct call *c, const void *request)
{
	struct imported *x = record_new(c->a, &record_imported);
	*reply = x;
	return tutor_import(x, c->a, c->e->tutor, c->db, request);
}

static enum fault
history_search(void **reply, struct call *c, const void *request)
{
	struct history_hits *hits = record_new(c->a, &record_history_hits);
	*reply = hits;
	return tutor_history_search(hits, c->a, c->e->tutor, c->db, request);
}

static enum fault
message_feedback(void **reply, struct call *c, const void *request)
{
	enum fault f = tutor_feedback(c->e->tutor, c->db, request);
	return f == FAULT_NONE ? done(reply, c) : f;
}

/* ---- asking --------------------------------------------------------------------- */

static void
on_start(const struct ev_start *e, void *arg)
{
	call_emit(arg, "message_start", &record_ev_start, e);
}

static void
on_status(const struct ev_status *e, void *arg)
{
	call_emit(arg, "status", &record_ev_status, e);
}

static void
on_delta(const struct ev_delta *e, void *arg)
{
	call_emit(arg, "content_delta", &record_ev_delta, e);
}

static void
on_citation(const struct citation *c, void *arg)
{
	call_emit(arg, "citation", &record_citation, c);
}

/* Ids are told apart by user too: two people may choose the same. */
static size_t
sending_find(const struct engine *e, const char *key)
{
	size_t i = 0;
	while (i < e->sending_count && strcmp(e->sending[i], key) != 0)
		i++;
	return i;
}

static enum fault
sending_begin(struct engine *e, const char *key)
{
	pthread_mutex_lock(&e->sending_lock);
	bool there = sending_find(e, key) < e->sending_count;
	if (!there) {
		mem_reserve(&e->sending, &e->sending_cap, e->sending_count + 1, sizeof *e->sending);
		memcpy(e->sending[e->sending_count++], key, sizeof *e->sending);
	}
	pthread_mutex_unlock(&e->sending_lock);
	if (there)
		return fault(FAULT_BUSY, "this question is being answered already");
	return FAULT_NONE;
}

static void
sending_end(struct engine *e, const char *key)
{
	pthread_mutex_lock(&e->sending_lock);
	size_t i = sending_find(e, key);
	if (i < e->sending_count)
		memcpy(e->sending[i], e->sending[--e->sending_count], sizeof *e->sending);
	pthread_mutex_unlock(&e->sending_lock);
}

static enum fault
message_send(void **reply, struct call *c, const void *request)
{
	const struct message_send *req = request;
	const struct tutor_events events = { on_start, on_status, on_delta, on_citation, c };
	char key[sizeof *c->e->sending] = "";
	struct message *m = NULL;
	enum fault f = FAULT_NONE;
	if (req->id != NULL) {
		if (!id_valid(req->id))
			return fault(FAULT_INPUT, "id must be 32 hexadecimal digits");
		snprintf(key, sizeof key, "%s/%s", c->who->user, req->id);
		f = sending_begin(c->e, key);
		if (f != FAULT_NONE)
			return f;
	}
	f = tutor_send(&m, c->a, c->e->tutor, c->db, req, &events, c->cancel);
	if (key[0] != '\0')
		sending_end(c->e, key);
	*reply = m;
	const char *why = f == FAULT_NONE ? "" : arena_strdup(c->a, fault_sentence());
	/* Money was spent whether or not an answer came of it. */
	if (model_spent_save(c->e, c->db) != FAULT_NONE)
		log_event(LOG_WARN, "engine", "spent-not-kept", "reason=%s", fault_sentence());
	return f == FAULT_NONE ? f : fault(f, "%s", why);
}

const struct handler conversation_handlers[] = {
	{ "conversation.create", conversation_create, true },
	{ "conversation.list", conversation_list, true },
	{ "conversation.get", conversation_get, true },
	{ "conversation.update", conversation_update, true },
	{ "conversation.delete", conversation_delete, true },
	{ "conversation.export", conversation_export, true },
	{ "conversation.import", conversation_import, true },
	{ "history.search", history_search, true },
	{ "message.send", message_send, true },
	{ "message.feedback", message_feedback, true },
};
const size_t conversation_handler_count = COUNT_OF(conversation_handlers);

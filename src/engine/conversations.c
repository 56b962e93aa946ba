/* Operations on conversations and answers: the tutor's, sealed.
 *
 * A question under an id that is being answered right now is refused, so that
 * the tutor, which answers an id once for ever, never meets it twice at once. */
#include <stdio.h>
#include <string.h>

#include "engine_in.h"

/* ---- within an assignment ------------------------------------------------------ */

/* The assignment as the caller may see it. */
static enum fault
assignment_seen(struct assignment *out, struct call *c, const char *id)
{
	const struct people_asker who = asker(c);
	return people_assignment_get(out, c->a, c->e->people, c->db, &who, &(struct assignment_get){ .id = id });
}

/* Only materials of the assignment are searched, or the documents of its class when it
 * has none; documents that are asked for must be among them. */
static enum fault
narrow(struct message_send *req, const struct assignment *of)
{
	for (size_t i = 0; i < req->documents.count && of->materials.count > 0; i++)
		if (!text_list_has(&of->materials, req->documents.items[i]))
			return fault(FAULT_INPUT, "%s is not a material of the assignment", req->documents.items[i]);
	if (req->documents.count == 0)
		req->documents = of->materials;
	req->subject = of->class_id;
	return FAULT_NONE;
}

/* A question within an assignment asks of its materials alone. */
static enum fault
assignment_bounds(struct message_send *req, struct call *c)
{
	struct assignment of;
	const char *id = req->assignment_id;
	enum fault f = FAULT_NONE;
	if (req->conversation_id != NULL && req->conversation_id[0] != '\0') {
		f = tutor_conversation_assignment(&id, c->a, c->db, req->conversation_id);
		if (f == FAULT_ABSENT)          /* the tutor says so */
			return FAULT_NONE;
		if (f == FAULT_NONE && req->assignment_id != NULL && !str_same(id, req->assignment_id))
			f = fault(FAULT_INPUT, "the conversation is not within this assignment");
	}
	if (f != FAULT_NONE || id == NULL || id[0] == '\0')
		return f;
	req->assignment_id = id;
	f = assignment_seen(&of, c, id);
	/* On a person's own machine it may be a server's, whose documents are not here. */
	if (f == FAULT_ABSENT && c->e->limits_off)
		return FAULT_NONE;
	return f == FAULT_NONE ? narrow(req, &of) : f;
}

static enum fault
conversation_create(void **reply, struct call *c, const void *request)
{
	struct conversation_create req = *(const struct conversation_create *)request;
	struct conversation *conversation = NULL;
	struct assignment of;
	enum fault f = FAULT_NONE;
	bool within = req.assignment_id != NULL && req.assignment_id[0] != '\0';
	if (!within && str_same(req.type, "assignment"))
		return fault(FAULT_INPUT, "which assignment the conversation is within is not said");
	if (within)
		f = assignment_seen(&of, c, req.assignment_id);
	if (f == FAULT_NONE && within)
		req.subject = of.class_id;
	if (f != FAULT_NONE && !(f == FAULT_ABSENT && c->e->limits_off))
		return f;
	f = tutor_conversation_create(&conversation, c->a, c->tutor, c->db, &req);
	*reply = conversation;
	return f;
}

static enum fault
conversation_list(void **reply, struct call *c, const void *request)
{
	struct conversations *list = record_new(c->a, &record_conversations);
	*reply = list;
	return tutor_conversation_list(list, c->a, c->tutor, c->db, request);
}

static enum fault
conversation_get(void **reply, struct call *c, const void *request)
{
	struct transcript *t = record_new(c->a, &record_transcript);
	*reply = t;
	return tutor_conversation_get(t, c->a, c->tutor, c->db, request);
}

static enum fault
conversation_update(void **reply, struct call *c, const void *request)
{
	struct conversation *conversation = NULL;
	enum fault f = tutor_conversation_update(&conversation, c->a, c->tutor, c->db, request);
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
		c->tutor, c->db, ((const struct id_request *)request)->id);
	return f == FAULT_NONE ? done(reply, c) : f;
}

static enum fault
conversation_export(void **reply, struct call *c, const void *request)
{
	struct exported *x = record_new(c->a, &record_exported);
	*reply = x;
	return tutor_export(x, c->a, c->tutor, c->db, request);
}

static enum fault
conversation_import(void **reply, struct call *c, const void *request)
{
	struct imported *x = record_new(c->a, &record_imported);
	*reply = x;
	return tutor_import(x, c->a, c->tutor, c->db, request);
}

static enum fault
history_search(void **reply, struct call *c, const void *request)
{
	const char *query = ((const struct history_search *)request)->query;
	struct history_hits *hits = record_new(c->a, &record_history_hits);
	*reply = hits;
	if (query[strspn(query, " ")] == '\0')
		return tutor_index_warm(c->tutor, c->db, c->cancel);
	return tutor_history_search(hits, c->a, c->tutor, c->db, request);
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

/* The id of the question: the client's, or one that its key stands for. */
static enum fault
question_id(char id[ID_BYTES], const struct call *c, const struct message_send *req)
{
	const char *key = c->options->idempotency_key;
	id[0] = '\0';
	if (req->id != NULL && !id_valid(req->id))
		return fault(FAULT_INPUT, "id must be 32 hexadecimal digits");
	if (req->id != NULL)
		snprintf(id, ID_BYTES, "%s", req->id);
	else if (key != NULL && id_valid(key))
		snprintf(id, ID_BYTES, "%s", key);
	else if (key != NULL)
		again_id(id, key);
	return FAULT_NONE;
}

static enum fault
message_send(void **reply, struct call *c, const void *request)
{
	struct message_send req = *(const struct message_send *)request;
	const struct tutor_events events = { on_start, on_status, on_delta, on_citation, c };
	char id[ID_BYTES];
	struct message *m = NULL;
	enum fault f = question_id(id, c, &req);
	if (f == FAULT_NONE)
		f = assignment_bounds(&req, c);
	if (f == FAULT_NONE && id[0] != '\0') {
		req.id = id;
		f = doing_begin(c, id, true);
	}
	if (f != FAULT_NONE)
		return f;
	f = tutor_send(&m, c->a, c->tutor, c->db, &req, &events, c->cancel);
	if (id[0] != '\0')
		doing_end(c, id, true);
	if (f == FAULT_NONE)
		m->request_email = m->confidence != NULL && m->confidence->score < c->e->threshold_email;
	*reply = m;
	const char *why = f == FAULT_NONE ? "" : arena_strdup(c->a, fault_sentence());
	/* Money was spent whether or not an answer came of it. */
	store_set_cancel(c->db, NULL);
	if (model_spent_save(c->e, c->db, c->seat->owner) != FAULT_NONE)
		log_event(LOG_WARN, "engine", "spent-not-kept", "reason=%s", fault_sentence());
	return f == FAULT_NONE ? f : fault(f, "%s", why);
}

const struct handler conversation_handlers[] = {
	{ "conversation.create", conversation_create, HANDLER_SEALED },
	{ "conversation.list", conversation_list, HANDLER_SEALED },
	{ "conversation.get", conversation_get, HANDLER_SEALED },
	{ "conversation.update", conversation_update, HANDLER_SEALED },
	{ "conversation.delete", conversation_delete, HANDLER_SEALED },
	{ "conversation.export", conversation_export, HANDLER_SEALED },
	{ "conversation.import", conversation_import, HANDLER_SEALED },
	{ "history.search", history_search, HANDLER_SEALED },
	{ "message.send", message_send, HANDLER_SEALED | HANDLER_ALONE },
};
const size_t conversation_handler_count = COUNT_OF(conversation_handlers);

/* What is done while the server is away: write down, do it in the copy, say so.
 *
 * A question is written down first, so that it is never lost, then answered from the
 * documents of this machine; what changes a conversation is done in the copy first,
 * for what cannot be done there is nothing to be delivered.  Documents and imports
 * stand in sending.c, settings in setting.c.  Nothing is written down twice: the
 * key is the one that the server may have seen already, when the line broke between
 * the request and its answer. */
#include <string.h>

#include "remote_in.h"

#define ANSWERED_HERE \
	"Answered without the server, from the documents of this machine; stoa sync --ask asks the server too."
#define ASKED_LATER "The server cannot be reached, and the documents of this machine do not say it."
#define WAITING BACKEND_QUESTION_WAITS
#define WAITS "the server cannot be reached; this waits and is delivered when it is back"

const char *
conversation_of(const struct operation *op, const void *request)
{
	static const struct { const char *operation; size_t offset; } rows[] = {
		{ "conversation.create", offsetof(struct conversation_create, id) },
		{ "conversation.delete", offsetof(struct id_request, id) },
		{ "conversation.update", offsetof(struct conversation_update, id) },
		{ "message.send", offsetof(struct message_send, conversation_id) },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (strcmp(rows[i].operation, op->id) == 0)
			return *(const char *const *)((const char *)request + rows[i].offset);
	return NULL;
}

/* ---- a question ----------------------------------------------------------------------- */

/* The conversation must be in the copy before the answer can be. */
static enum fault
conversation_here(struct flight *f, const struct message_send *q)
{
	void *reply = NULL;
	const struct conversation_create make = { .id = q->conversation_id, .subject = q->subject,
		.assignment_id = q->assignment_id };
	return copy_call(&reply, &f->arena, f->backend, "conversation.create", &make, NULL);
}

/* Say in the kept answer and in the reply where it comes from.  What is no answer only
 * holds the place until the server's own comes. */
static enum fault
mark_answer(struct flight *f, const struct outbox_entry *e)
{
	struct message *m = f->reply;
	char owner[ID_BYTES];
	bool answered = str_same(m->status, "answered");
	const char *sentence = answered ? ANSWERED_HERE : ASKED_LATER;
	bool some = m->note != NULL && m->note[0] != '\0';
	copy_owner(owner, f->backend);
	if (!answered)
		m->content = WAITING;
	const char *said = m->id;
	m->note = some ? arena_printf(&f->arena, "%s %s", m->note, sentence) : sentence;
	char id[ID_BYTES];
	enum fault bad = engine_set_aside(id, f->backend->engine, owner, said, answered ? NULL : WAITING, sentence);
	if (bad != FAULT_NONE)
		return bad;
	m->id = arena_strdup(&f->arena, id);
	struct outbox_entry now = *e;
	now.placeholder = answered ? NULL : m->id;
	return outbox_mark(f->backend, &now, answered ? "held" : "waiting", NULL);
}

static enum fault
question_write(struct flight *f, const struct message_send *q, bool fresh)
{
	struct backend *b = f->backend;
	const struct operation *create = operation_find("conversation.create");
	const struct conversation_create make = { .id = q->conversation_id, .subject = q->subject,
		.assignment_id = q->assignment_id };
	const struct outbox_new first = { .op = create, .request = &make, .key = make.id, .conversation = make.id };
	const struct outbox_new then = { .op = f->op, .request = q, .key = q->id, .conversation = q->conversation_id };
	struct outbox_entry e;
	struct arena a;
	enum fault bad = FAULT_NONE;
	if (fresh)
		bad = outbox_add(b, &first);
	if (bad == FAULT_NONE)
		bad = outbox_add(b, &then);
	if (bad == FAULT_NONE)
		bad = conversation_here(f, q);
	const struct call_options options = {
		.emit = f->handlers.event != NULL ? flight_event : NULL, .arg = f, .cancel = &f->cancel
	};
	if (bad == FAULT_NONE)
		bad = copy_call(&f->reply, &f->arena, b, f->op->id, q, &options);
	if (bad != FAULT_NONE)
		return bad;
	arena_init(&a);
	bad = outbox_find(&e, &a, b, q->id);
	if (bad == FAULT_NONE)
		bad = mark_answer(f, &e);
	arena_clear(&a);
	return bad == FAULT_ABSENT ? FAULT_NONE : bad;
}

/* ---- the rest ----------------------------------------------------------------------------- */

/* A conversation that the server never saw takes all that waits for it with it. */
static enum fault
forget_unsent(bool *unsent, struct backend *b, const char *conversation)
{
	struct arena a;
	struct outbox o = { .count = 0 };
	arena_init(&a);
	enum fault f = outbox_load(&o, &a, b);
	*unsent = false;
	for (size_t i = 0; i < o.count; i++)
		if (str_same(o.items[i].operation, "conversation.create") && str_same(o.items[i].conversation, conversation))
			*unsent = true;
	for (size_t i = 0; *unsent && f == FAULT_NONE && i < o.count; i++)
		if (str_same(o.items[i].conversation, conversation))
			f = outbox_drop(b, &o.items[i]);
	outbox_clear(&o);
	arena_clear(&a);
	return f;
}

static enum fault
change_write(struct flight *f, const void *request, const char *key)
{
	bool unsent = false;
	const char *conversation = conversation_of(f->op, request);
	enum fault bad = copy_call(&f->reply, &f->arena, f->backend, f->op->id, request, NULL);
	if (bad == FAULT_ABSENT)
		return fault(FAULT_OFFLINE, "the server cannot be reached, and this was not seen before");
	if (bad == FAULT_NONE && strcmp(f->op->id, "conversation.delete") == 0)
		bad = forget_unsent(&unsent, f->backend, conversation);
	if (bad == FAULT_NONE && !unsent)
		bad = outbox_add(f->backend, &(struct outbox_new){ .op = f->op, .request = request, .key = key, .conversation = conversation });
	return bad;
}

static const struct way_away {
	const char *operation;
	enum fault (*write)(struct flight *f, const void *request, const char *key);
} takes[] = {
	{ "conversation.create", change_write },
	{ "conversation.delete", change_write },
	{ "conversation.import", import_write },
	{ "conversation.update", change_write },
	{ "document.add", document_write },
	{ "document.delete", deletion_write },
	{ "me.update", settings_write },
	{ "message.feedback", change_write },
	{ "message.send", NULL },          /* question_write() */
	{ "profile.set", profile_write },
};

static const struct way_away *
way_of(const struct operation *op)
{
	for (size_t i = 0; i < COUNT_OF(takes); i++)
		if (strcmp(takes[i].operation, op->id) == 0)
			return &takes[i];
	return NULL;
}

bool
away_takes(const struct operation *op)
{
	return way_of(op) != NULL;
}

enum fault
away_write(struct flight *f, const void *request, const char *key, bool fresh)
{
	struct arena a;
	struct outbox o = { .count = 0 };
	const struct message_send *q = request;
	bool question = strcmp(f->op->id, "message.send") == 0;
	enum fault bad;
	if (question && q->ephemeral) {
		const struct call_options options = {
			.emit = f->handlers.event != NULL ? flight_event : NULL, .arg = f, .cancel = &f->cancel
		};
		struct message_send here = *q;
		here.conversation_id = NULL;
		bad = copy_call(&f->reply, &f->arena, f->backend, f->op->id, &here, &options);
		if (bad == FAULT_NONE)
			((struct message *)f->reply)->note = ANSWERED_HERE;
		return bad;
	}
	bad = question ? question_write(f, request, fresh) : way_of(f->op)->write(f, request, key);
	if (bad != FAULT_NONE)
		return bad;
	if (f->note == NULL)
		f->note = WAITS;
	/* What waits is counted anew, and told. */
	arena_init(&a);
	if (outbox_load(&o, &a, f->backend) == FAULT_NONE)
		outbox_clear(&o);
	arena_clear(&a);
	return FAULT_NONE;
}

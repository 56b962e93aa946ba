/* The door: one function that every operation passes.
 *
 * In this order: is there such an operation, may you, not so often, is the
 * record right, may it write, is the vault open; then the handler; then one
 * line in the log.  A handler can rely on all of it. */
#include <stdio.h>
#include <string.h>

#include "engine_in.h"

static const struct handler *
handler_find(const char *id)
{
	const struct {
		const struct handler *rows;
		size_t count;
	} tables[] = {
		{ document_handlers, document_handler_count },
		{ conversation_handlers, conversation_handler_count },
		{ person_handlers, person_handler_count },
		{ people_handlers, people_handler_count },
		{ share_handlers, share_handler_count },
		{ escalate_handlers, escalate_handler_count },
		{ escalation_handlers, escalation_handler_count },
		{ feedback_handlers, feedback_handler_count },
		{ class_handlers, class_handler_count },
		{ backup_handlers, backup_handler_count },
	};
	for (size_t t = 0; t < COUNT_OF(tables); t++)
		for (size_t i = 0; i < tables[t].count; i++)
			if (strcmp(tables[t].rows[i].id, id) == 0)
				return &tables[t].rows[i];
	return NULL;
}

void
call_emit(struct call *c, const char *name, const struct record_type *type, const void *record)
{
	if (c->options->emit != NULL)
		c->options->emit(name, type, record, c->options->arg);
}

/* A question that leaves nothing behind may be asked of a history that can only
 * be read, and any question where nothing can be written; its answer says so. */
static bool
leaves_nothing(const struct call *c, const void *request)
{
	const struct message_send *m = request;
	enum store_anchor_state anchor = store_anchor(c->db, NULL);
	return strcmp(c->op->id, "message.send") == 0 &&
		(m->ephemeral || (anchor != ANCHOR_BEHIND && anchor != ANCHOR_ALTERED));
}

static enum fault
check_asker(struct call *c)
{
	struct engine *e = c->e;
	const struct operation *op = c->op;
	const struct principal *who = c->who;
	char asker[64];
	if (who->role < op->least)
		return fault(FAULT_DENIED, "%s needs the role %s, not %s", op->id,
			role_name(op->least), role_name(who->role));
	if (e->limits_off)
		return FAULT_NONE;
	/* Nobody in particular is told apart by where he calls from, and a whole class
	 * may call from one address: as often as one administrator. */
	enum limit_class class = op->limit;
	if (who->role != ROLE_NONE)
		snprintf(asker, sizeof asker, "%s", who->user);
	else
		snprintf(asker, sizeof asker, "@%s", c->options->address ? c->options->address : "");
	if (who->role == ROLE_NONE && class != LIMIT_NONE)
		class = LIMIT_ADMIN;
	if (e->shared && who->role != ROLE_NONE && class != LIMIT_NONE) {
		enum fault f = pool_take(&c->db, e, "");
		if (f == FAULT_NONE)
			f = limits_take_shared(&e->limits, c->db, who->user, class, e->clock.wall_ms(e->clock.arg));
		pool_put(e, c->db);
		c->db = NULL;
		return f;
	}
	return limits_take(&e->limits, asker, class, e->clock.mono_ms(e->clock.arg));
}

static enum fault
check_request(const struct operation *op, const void *request)
{
	if (request == NULL)
		return fault(FAULT_INPUT, "%s needs a %s", op->id, op->request->name);
	return record_check(op->request, request);
}

/* The vault must be open for what is sealed, and writable for what is written. */
static enum fault
check_store(const struct call *c, bool sealed, bool writes)
{
	if (sealed && store_is_locked(c->db))   /* one that is new too; only then is it asked which */
		return fault(FAULT_LOCKED, store_is_new(c->db) ? "the history has no lock yet: set it up first" : "the history is locked");
	return writes ? store_writable(c->db) : FAULT_NONE;
}

/* The library shows what the caller may see; the person of this machine sees all. */
static void
read_as_caller(struct call *c)
{
	if (owner_of(c->who)[0] == '\0' && c->who->role != ROLE_NONE)
		return;
	c->reader = (struct library_reader){ .person = owner_of(c->who)[0] ? c->who->user : "nobody",
		.everywhere = c->who->role == ROLE_ADMIN,
		.count_max = c->e->upload_count_max,
		.bytes_max = c->e->upload_bytes_max };
	library_read_as(c->db, &c->reader);
}

static enum fault
perform(void **reply, struct call *c, const struct handler *h, const void *request)
{
	/* A receipt is sealed whatever the operation keeps. */
	bool keyed = c->options->idempotency_key != NULL && !(h->flags & HANDLER_ALONE),
	     sealed = h->flags & HANDLER_SEALED;
	if (sealed || keyed)
		pthread_rwlock_rdlock(&c->e->gate);
	enum fault f = pool_take(&c->db, c->e, owner_of(c->who));
	if (f == FAULT_NONE)
		f = tutors_take(&c->seat, &c->e->tutors, owner_of(c->who));
	if (f == FAULT_NONE) {
		c->tutor = c->seat->tutor;
		read_as_caller(c);
		f = check_store(c, sealed, c->op->writes && !leaves_nothing(c, request));
	}
	if (f == FAULT_NONE && sealed)
		retention_history(c);
	if (f == FAULT_NONE)
		store_set_cancel(c->db, c->cancel);
	if (f == FAULT_NONE)
		f = again_perform(reply, c, h, request);
	tutors_put(&c->e->tutors, c->seat);
	pool_put(c->e, c->db);
	if (sealed || keyed)
		pthread_rwlock_unlock(&c->e->gate);
	return f;
}

bool
engine_does(const char *operation)
{
	const struct operation *op = operation_find(operation);
	return op != NULL && handler_find(op->id) != NULL;
}

/* A request's id comes from outside: in the log it is one word or none. */
static const char *
word_for_log(const char *id)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	return id != NULL && strlen(id) <= 64 && strspn(id, allowed) == strlen(id) ? id : "";
}

/* One line a call; nothing of what was said. */
static void
tell(const struct call *c, enum fault f, int64_t took_ms)
{
	log_event(c->op->writes || f != FAULT_NONE ? LOG_INFO : LOG_DEBUG, "engine", "call",
		"op=%s user=%s role=%s result=%s ms=%lld request=%s", c->op->id, c->who->user,
		role_name(c->who->role), fault_name(f), (long long)took_ms,
		word_for_log(c->options->request_id));
}

enum fault
engine_call(void **reply, struct arena *a, struct engine *e, const struct principal *who,
	const char *operation, const void *request, const struct call_options *options)
{
	static const struct nothing nothing;
	static const struct call_options plain;
	const struct operation *op = operation_find(operation);
	const struct handler *h = op == NULL ? NULL : handler_find(op->id);
	if (h == NULL)
		return fault(FAULT_ABSENT, "there is no operation %s", operation);
	if (request == NULL && op->request == &record_nothing)
		request = &nothing;
	if (options == NULL)
		options = &plain;
	int64_t began_ms = e->clock.mono_ms(e->clock.arg);
	void *out = NULL;
	struct call c = { .e = e, .a = a, .op = op, .who = who, .options = options,
		.cancel = options->cancel };
	a->wipe |= (h->flags & HANDLER_SEALED) != 0;
	counters_begin(&e->counters);
	enum fault f = check_asker(&c);
	if (f == FAULT_NONE)
		f = check_request(op, request);
	if (f == FAULT_NONE)
		f = cancel_check(c.cancel);
	if (f == FAULT_NONE)
		f = perform(&out, &c, h, request);
	int64_t took_ms = e->clock.mono_ms(e->clock.arg) - began_ms;
	counters_end(&e->counters, op, f, took_ms);
	tell(&c, f, took_ms);
	if (f != FAULT_NONE)
		return f;
	letter_deliver(&c);
	if (e->shared && op->writes && str_starts(op->id, "document."))
		library_tell(&c);
	*reply = out;
	return f;
}

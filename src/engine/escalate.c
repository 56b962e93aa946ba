/* Questions handed to a teacher: the asker's side.
 *
 * A row says where a question stands (ids, class, state, times); its words are a
 * sealed record among those of whoever asked, so that they go when the account
 * goes.  Mail goes by its own queue (mail.c), written in the same transaction. */
#include <stdio.h>
#include <string.h>

#include "engine_in.h"

#define WAITING_MAX 20           /* questions of one person that nobody has answered */

/* The chain of handed-over questions: "escalate" in hex, filled up. */
static const char chain_id[] = "657363616c6174650000000000000001";

static int64_t
now_ms(const struct call *c)
{
	return c->e->clock.wall_ms(c->e->clock.arg);
}

/* ---- the words of one ------------------------------------------------------------ */

enum fault
escalation_get(struct escalation *out, struct call *c, const char *owner, const char *id)
{
	struct sealed rec;
	void *record = NULL;
	store_set_owner(c->db, owner);
	enum fault f = store_get(&rec, c->a, c->db, id);
	store_set_owner(c->db, c->seat->owner);
	if (f == FAULT_NONE)
		f = record_from_json(&record, c->a, &record_escalation, rec.plain, rec.plain_bytes);
	if (f == FAULT_NONE)
		*out = *(struct escalation *)record;
	return f;
}

enum fault
escalation_put(struct call *c, const char *owner, const struct escalation *e)
{
	struct text plain;
	text_init(&plain, VAULT_PLAIN_MAX - 4096);
	record_to_json(&plain, &record_escalation, e);
	enum fault f = text_check(&plain, "the question");
	store_set_owner(c->db, owner);
	if (f == FAULT_NONE)
		f = store_put(c->db, KIND_SETTING, chain_id, e->id, plain.data, plain.len);
	store_set_owner(c->db, c->seat->owner);
	vault_wipe(plain.data, plain.cap);
	text_clear(&plain);
	return f;
}

/* ---- handing over -------------------------------------------------------------------- */

/* The answer that is meant and the question before it. */
static enum fault
find_words(struct escalation *out, const char **conv_id, const char **subject, struct call *c, const char *id)
{
	struct transcript t = { .conversation = NULL };
	struct sealed rec;
	if (!id_valid(id))
		return fault(FAULT_INPUT, "'%s' is not the id of a message", id);
	enum fault f = store_get(&rec, c->a, c->db, id);
	if (f == FAULT_ABSENT || (f == FAULT_NONE && rec.kind != KIND_MESSAGE))
		return fault(FAULT_ABSENT, "there is no message %s", id);
	if (f == FAULT_NONE)
		f = tutor_conversation_get(&t, c->a, c->tutor, c->db, &(struct conversation_get){ .id = rec.conv_id });
	if (f != FAULT_NONE)
		return f;
	const struct message *m = t.messages.items, *at = NULL, *asked = NULL;
	for (size_t i = 0; i < t.messages.count && at == NULL; i++) {
		if (str_same(m[i].role, "user"))
			asked = &m[i];
		if (str_same(m[i].id, id))
			at = &m[i];
	}
	if (at == NULL || asked == NULL)
		return fault(FAULT_ABSENT, "message %s has no question", id);
	out->question = asked->content;
	if (at != asked) {
		out->answer = at->content;
		out->confidence = at->confidence != NULL ? at->confidence->score : 0;
	}
	const struct citation *first = at->citations.count > 0 ? at->citations.items : NULL;
	*conv_id = t.conversation->id;
	*subject = t.conversation->subject != NULL && t.conversation->subject[0] != '\0'
			   ? t.conversation->subject
			   : first != NULL && first->subject_id != NULL ? first->subject_id : "";
	return FAULT_NONE;
}

/* The class that a question belongs to: its subject, when the asker is in it. */
static enum fault
class_of(const char **out, struct call *c, const char *subject)
{
	struct statement *st;
	enum fault f = store_prepare(&st, c->db, "SELECT 1 FROM class_member WHERE class = ? AND person = ?");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, subject);
	statement_text(st, 2, c->who->user);
	f = statement_step(st);
	statement_done(st);
	*out = f == FAULT_NONE ? subject : "";
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
check_email(const char *email)
{
	const char *at = email == NULL ? NULL : strchr(email, '@');
	if (email == NULL || email[0] == '\0')
		return FAULT_NONE;
	for (const char *s = email; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7F || strchr("<>(),;:\\\"[]", *s) != NULL)
			return fault(FAULT_INPUT, "that is not a mail address");
	if (at == NULL || at == email || strchr(at + 1, '@') != NULL || strchr(at, '.') == NULL || at[1] == '\0')
		return fault(FAULT_INPUT, "that is not a mail address");
	return FAULT_NONE;
}

/* The same answer handed over twice is one question. */
static enum fault
row_find(const char **id, const char **status, struct call *c, const char *message_id)
{
	struct statement *st;
	enum fault f = store_prepare(&st, c->db, "SELECT id, status FROM escalation WHERE owner = ? AND message_id = ?");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, c->seat->owner);
	statement_text(st, 2, message_id);
	f = statement_step(st);
	if (f == FAULT_NONE) {
		*id = arena_strdup(c->a, statement_col_text(st, 0));
		*status = arena_strdup(c->a, statement_col_text(st, 1));
	}
	statement_done(st);
	return f;
}

/* A teacher's time is not one person's alone. */
static enum fault
check_waiting(struct call *c)
{
	struct statement *st;
	enum fault f = store_prepare(&st, c->db, "SELECT count(*) FROM escalation WHERE owner = ? AND status <> 'resolved'");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, c->seat->owner);
	f = statement_step(st);
	int64_t count = f == FAULT_NONE ? statement_col_int(st, 0) : 0;
	statement_done(st);
	if (f == FAULT_NONE && count >= WAITING_MAX)
		return fault(FAULT_LIMIT, "%d questions of yours wait for a teacher already", WAITING_MAX);
	return f;
}

static enum fault
row_insert(struct call *c, const struct escalation *e, const char *conv_id, const char *message_id)
{
	struct statement *st;
	enum fault f = store_prepare(&st, c->db,
		"INSERT INTO escalation (id, owner, conv_id, message_id, subject, status, created, updated) "
		"VALUES (?, ?, ?, ?, ?, 'pending', ?, ?)");
	if (f != FAULT_NONE)
		return f;
	const char *const texts[] = { e->id, c->seat->owner, conv_id, message_id, e->subject };
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		statement_text(st, (int)i + 1, texts[i]);
	statement_int(st, 6, e->created);
	statement_int(st, 7, e->created);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

static enum fault
hand_over(const char **id, const char **status, struct call *c, const struct message_escalate *req)
{
	struct escalation e = { .person = c->who->user, .email = req->email, .note = req->note,
		.status = "pending", .created = now_ms(c), .updated = now_ms(c) };
	const char *conv_id = NULL, *subject = NULL;
	char fresh[ID_BYTES];
	enum fault f = row_find(id, status, c, req->id);
	if (f != FAULT_ABSENT)
		return f;
	f = check_waiting(c);
	if (f == FAULT_NONE)
		f = find_words(&e, &conv_id, &subject, c, req->id);
	if (f == FAULT_NONE)
		f = class_of(&e.subject, c, subject);
	if (f != FAULT_NONE)
		return f;
	id_make(fresh, &c->e->chance);
	e.id = *id = arena_strdup(c->a, fresh);
	*status = "pending";
	f = row_insert(c, &e, conv_id, req->id);
	if (f == FAULT_NONE)
		f = escalation_put(c, c->seat->owner, &e);
	if (f == FAULT_NONE && c->e->inbox != NULL)
		f = mail_queue(c->e, c->db, e.id, "asked");
	return f;
}

static enum fault
message_escalate(void **reply, struct call *c, const void *request)
{
	const struct message_escalate *req = request;
	struct escalated *out = record_new(c->a, &record_escalated);
	if (c->seat->owner[0] == '\0')
		return fault(FAULT_ABSENT, "there is no teacher on this machine; join a class first");
	enum fault f = check_email(req->email);
	if (f == FAULT_NONE)
		f = store_begin(c->db);
	if (f != FAULT_NONE)
		return f;
	f = hand_over(&out->query_id, &out->status, c, req);
	if (f == FAULT_NONE)
		f = store_commit(c->db);
	if (f != FAULT_NONE)
		store_rollback(c->db);
	out->message = "Your question waits for a teacher; the reply appears in this conversation.";
	*reply = out;
	return f;
}

/* What the caller handed over, for his export: a member of a JSON object. */
enum fault
me_put_questions(struct text *out, struct call *c)
{
	struct statement *st;
	struct text_list ids = { NULL, 0 };
	size_t cap = 0;
	const char *comma = "";
	enum fault f = store_prepare(&st, c->db, "SELECT id FROM escalation WHERE owner = ? AND owner <> '' ORDER BY created, id");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, c->seat->owner);
	while ((f = statement_step(st)) == FAULT_NONE) {
		mem_reserve(&ids.items, &cap, ids.count + 1, sizeof *ids.items);
		ids.items[ids.count++] = arena_strdup(c->a, statement_col_text(st, 0));
	}
	statement_done(st);
	f = f == FAULT_ABSENT ? FAULT_NONE : f;
	text_put(out, "\"questions\":[");
	for (size_t i = 0; i < ids.count && f == FAULT_NONE; i++) {
		struct escalation e;
		f = escalation_get(&e, c, c->seat->owner, ids.items[i]);
		if (f == FAULT_ABSENT) {
			f = FAULT_NONE;
			continue;
		}
		if (f != FAULT_NONE)
			break;
		text_put(out, comma);
		record_to_json(out, &record_escalation, &e);
		comma = ",";
	}
	text_put(out, "],");
	mem_free(ids.items);
	return f;
}

const struct handler escalate_handlers[] = {
	{ "message.escalate", message_escalate, HANDLER_SEALED },
};
const size_t escalate_handler_count = COUNT_OF(escalate_handlers);

/* Questions handed to a teacher: the asker's side.
 *
 * A row says where a question stands (ids, class, state, times); its words are a
 * sealed record among those of whoever asked, so that they go when the account
 * goes.  Mail goes by its own queue (mail.c), written in the same transaction. */
#include <stdio.h>
#include <string.h>

#include "engine_in.h"

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

static enum fault
waiting_count(int64_t *count, struct store *db, const char *owner, const unsigned char *network)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, network == NULL
		? "SELECT count(*) FROM escalation WHERE owner = ? AND status <> 'resolved'"
		: "SELECT count(*) FROM escalation WHERE network = ? AND status <> 'resolved'");
	if (f != FAULT_NONE)
		return f;
	if (network == NULL)
		statement_text(st, 1, owner);
	else
		statement_blob(st, 1, network, VAULT_HASH_BYTES);
	f = statement_step(st);
	if (f == FAULT_NONE)
		*count = statement_col_int(st, 0);
	statement_done(st);
	return f;
}

/* A teacher's time is not one person's alone; and who can be a new guest at any time is
 * counted by where he comes from: *network then names that. */
static enum fault
check_waiting(const unsigned char **network, struct call *c)
{
	int64_t count = 0;
	unsigned char *hash;
	enum fault f = waiting_count(&count, c->db, c->seat->owner, NULL);
	if (f == FAULT_NONE && count >= c->e->questions_max)
		return fault(FAULT_EXISTS, "%lld questions of yours wait for a teacher already; "
			"hand over the next when one is answered", (long long)count);
	*network = NULL;
	if (f != FAULT_NONE || c->who->role > ROLE_GUEST || c->options->address == NULL)
		return f;
	hash = arena_alloc(c->a, VAULT_HASH_BYTES);
	f = people_lookup_hash(hash, c->e->people, c->db, "network", c->options->address);
	if (f == FAULT_NONE)
		f = waiting_count(&count, c->db, NULL, hash);
	if (f == FAULT_NONE && count >= c->e->questions_network_max)
		return fault(FAULT_EXISTS, "%lld questions of guests from where you are wait for a teacher already; "
			"sign in, or try again when some are answered", (long long)count);
	*network = hash;
	return f;
}

static enum fault
row_insert(struct call *c, const struct escalation *e, const char *conv_id, const char *message_id,
	const unsigned char *network)
{
	struct statement *st;
	enum fault f = store_prepare(&st, c->db,
		"INSERT INTO escalation (id, owner, conv_id, message_id, subject, status, created, updated, network) "
		"VALUES (?, ?, ?, ?, ?, 'pending', ?, ?, ?)");
	if (f != FAULT_NONE)
		return f;
	const char *const texts[] = { e->id, c->seat->owner, conv_id, message_id, e->subject };
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		statement_text(st, (int)i + 1, texts[i]);
	statement_int(st, 6, e->created);
	statement_int(st, 7, e->created);
	if (network != NULL)
		statement_blob(st, 8, network, VAULT_HASH_BYTES);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

static enum fault
hand_over(const char **id, const char **status, struct call *c, const struct message_escalate *req)
{
	struct escalation e = { .person = c->who->user, .email = req->email, .note = req->note,
		.status = "pending", .created = now_ms(c), .updated = now_ms(c) };
	const char *conv_id = NULL, *subject = NULL, *inbox = NULL;
	const unsigned char *network = NULL;
	char fresh[ID_BYTES];
	enum fault f = row_find(id, status, c, req->id);
	if (f != FAULT_ABSENT)
		return f;
	f = check_waiting(&network, c);
	if (f == FAULT_NONE)
		f = find_words(&e, &conv_id, &subject, c, req->id);
	if (f == FAULT_NONE)
		f = class_of(&e.subject, c, subject);
	if (f != FAULT_NONE)
		return f;
	id_make(fresh, &c->e->chance);
	e.id = *id = arena_strdup(c->a, fresh);
	*status = "pending";
	f = row_insert(c, &e, conv_id, req->id, network);
	if (f == FAULT_NONE)
		f = escalation_put(c, c->seat->owner, &e);
	if (f == FAULT_NONE)
		f = mail_inbox(&inbox, c->a, c->e, c->db, e.subject);
	if (f == FAULT_NONE && inbox != NULL)
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
	enum fault f = req->email != NULL && req->email[0] != '\0' ? mail_address_check(req->email) : FAULT_NONE;
	if (f == FAULT_NONE)
		f = store_begin(c->db);
	if (f != FAULT_NONE)
		return f;
	f = hand_over(&out->query_id, &out->status, c, req);
	f = store_finish(c->db, f);
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

/* ---- the end ------------------------------------------------------------------------- */

#define EXPIRE_AT_ONCE 50

struct old { char id[ID_BYTES], owner[ID_BYTES]; };

/* Those that have not changed for so long, whatever became of them. */
static enum fault
old_find(struct old *out, size_t *count, struct engine *e, struct store *db)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "SELECT id, owner FROM escalation WHERE updated < ? ORDER BY updated LIMIT ?");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, e->clock.wall_ms(e->clock.arg) - e->questions_keep_ms);
	statement_int(st, 2, EXPIRE_AT_ONCE);
	while (*count < EXPIRE_AT_ONCE && (f = statement_step(st)) == FAULT_NONE) {
		snprintf(out[*count].id, ID_BYTES, "%s", statement_col_text(st, 0));
		snprintf(out[*count].owner, ID_BYTES, "%s", statement_col_text(st, 1));
		(*count)++;
	}
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* Its words, its mail and its row; a reply stays in the conversation. */
static enum fault
old_remove(struct store *db, const struct old *of)
{
	static const char *const sql[] = { "DELETE FROM mail WHERE escalation = ?", "DELETE FROM escalation WHERE id = ?" };
	struct arena a;
	struct sealed rec;
	arena_init(&a);
	enum fault f = store_begin(db);
	store_set_owner(db, of->owner);
	if (f == FAULT_NONE)
		f = store_get(&rec, &a, db, of->id);
	if (f == FAULT_NONE)
		f = store_bury(db, of->id);
	f = f == FAULT_ABSENT ? FAULT_NONE : f;
	for (size_t i = 0; i < COUNT_OF(sql) && f == FAULT_NONE; i++) {
		struct statement *st;
		f = store_prepare(&st, db, sql[i]);
		if (f != FAULT_NONE)
			break;
		statement_text(st, 1, of->id);
		f = statement_run(st, NULL);
		statement_done(st);
	}
	f = store_finish(db, f);
	store_set_owner(db, "");
	arena_clear(&a);
	return f;
}

enum fault
escalations_tend(struct engine *e, struct store *db, const struct cancel *cancel)
{
	struct old old[EXPIRE_AT_ONCE];
	size_t count = 0, removed = 0;
	if (e->questions_keep_ms == 0)
		return FAULT_NONE;
	pthread_rwlock_rdlock(&e->gate);
	bool open = !store_is_locked(db) && !store_read_only(db);
	enum fault f = open ? old_find(old, &count, e, db) : FAULT_NONE;
	for (; removed < count && f == FAULT_NONE && !cancel_asked(cancel); removed += f == FAULT_NONE)
		f = old_remove(db, &old[removed]);
	pthread_rwlock_unlock(&e->gate);
	if (count > 0)
		log_event(LOG_INFO, "engine", "retention", "of=questions removed=%zu result=%s", removed, fault_name(f));
	return f;
}

const struct handler escalate_handlers[] = {
	{ "message.escalate", message_escalate, HANDLER_SEALED },
};
const size_t escalate_handler_count = COUNT_OF(escalate_handlers);

/* Links to conversations.
 *
 * A link opens what was said up to the moment it was made, read only and without
 * what its owner thought of it; what is said later stays his own, and deleting the
 * conversation ends the link.  The token is 256 random bits of which only a hash
 * is kept.  Whoever reads by a link reads with its owner's eyes: quotations are
 * verified against documents that the owner may see now. */
#include <stdio.h>
#include <string.h>

#include "engine_in.h"

#define DAYS_USUAL 7
#define TOKEN_BYTES 32
#define TOKEN_TEXT (2 * TOKEN_BYTES + 1)
#define LINKS_MAX 1000           /* of one person */

static void
token_hash(unsigned char out[VAULT_HASH_BYTES], const char *token)
{
	struct text t;
	text_init(&t, 1024);
	text_printf(&t, "stoa share %s", token);
	vault_sum(out, VAULT_HASH_BYTES, t.data, t.len);
	vault_wipe(t.data, t.cap);
	text_clear(&t);
}

static void
token_make(char out[TOKEN_TEXT], const struct chance *chance)
{
	unsigned char bytes[TOKEN_BYTES];
	chance->fill(bytes, sizeof bytes, chance->arg);
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	vault_wipe(bytes, sizeof bytes);
}

static int64_t
now_ms(const struct call *c)
{
	return c->e->clock.wall_ms(c->e->clock.arg);
}

/* ---- making ---------------------------------------------------------------------- */

static enum fault
check_count(struct call *c)
{
	struct statement *st;
	enum fault f = store_prepare(
		&st, c->db, "SELECT count(*) FROM share WHERE owner = ? AND expires > ?");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, c->who->user);
	statement_int(st, 2, now_ms(c));
	f = statement_step(st);
	int64_t count = f == FAULT_NONE ? statement_col_int(st, 0) : 0;
	statement_done(st);
	if (f == FAULT_NONE && count >= LINKS_MAX)
		return fault(FAULT_LIMIT, "there are %d links already; end some first", LINKS_MAX);
	return f;
}

static enum fault
link_insert(struct call *c, const struct shared_link *link)
{
	unsigned char hash[VAULT_HASH_BYTES];
	struct statement *st;
	enum fault f = store_prepare(&st, c->db,
		"INSERT INTO share (token, id, owner, conv_id, messages, created, expires) "
		"VALUES (?, ?, ?, ?, ?, ?, ?)");
	if (f != FAULT_NONE)
		return f;
	token_hash(hash, link->token);
	statement_blob(st, 1, hash, sizeof hash);
	statement_text(st, 2, link->id);
	statement_text(st, 3, c->seat->owner);
	statement_text(st, 4, link->conversation_id);
	statement_int(st, 5, link->messages);
	statement_int(st, 6, link->created);
	statement_int(st, 7, link->expires);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

static enum fault
link_write(struct call *c, const struct shared_link *link)
{
	enum fault f = store_begin(c->db);
	if (f != FAULT_NONE)
		return f;
	f = check_count(c);
	if (f == FAULT_NONE)
		f = link_insert(c, link);
	return store_finish(c->db, f);
}

static enum fault
conversation_share(void **reply, struct call *c, const void *request)
{
	const struct conversation_share *req = request;
	const struct conversation_get get = { .id = req->id, .limit = 1 };
	int64_t days = req->expires_in_days > 0 ? req->expires_in_days : DAYS_USUAL;
	char id[ID_BYTES], token[TOKEN_TEXT];
	struct transcript t = { .conversation = NULL };
	if (c->seat->owner[0] == '\0')
		return fault(FAULT_ABSENT, "this machine serves nobody: there is nowhere to share to");
	enum fault f = tutor_conversation_get(&t, c->a, c->tutor, c->db, &get);
	if (f == FAULT_NONE && t.conversation->message_count == 0)
		f = fault(FAULT_INPUT, "nothing has been said in conversation %s", req->id);
	if (f != FAULT_NONE)
		return f;
	id_make(id, &c->e->chance);
	token_make(token, &c->e->chance);
	struct shared_link *link = record_new(c->a, &record_shared_link);
	*link = (struct shared_link){ .id = arena_strdup(c->a, id),
		.conversation_id = t.conversation->id,
		.token = arena_strdup(c->a, token),
		.url = arena_printf(c->a, "/v1/shared/%s", token),
		.messages = t.conversation->message_count,
		.created = now_ms(c),
		.expires = now_ms(c) + days * DAY_MS };
	*reply = link;
	return link_write(c, link);
}

static enum fault
share_list(void **reply, struct call *c, const void *request)
{
	struct shared_links *list = record_new(c->a, &record_shared_links);
	struct shared_link *items = arena_alloc(c->a, LINKS_MAX * sizeof *items);
	struct statement *st;
	size_t n = 0;
	(void)request;
	enum fault f = store_prepare(&st, c->db,
		"SELECT id, conv_id, messages, created, expires FROM share WHERE owner = ? AND expires > ? "
		"ORDER BY created DESC, id");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, c->who->user);
	statement_int(st, 2, now_ms(c));
	while (n < LINKS_MAX && (f = statement_step(st)) == FAULT_NONE)
		items[n++] = (struct shared_link){
			.id = arena_strdup(c->a, statement_col_text(st, 0)),
			.conversation_id = arena_strdup(c->a, statement_col_text(st, 1)),
			.messages = statement_col_int(st, 2),
			.created = statement_col_int(st, 3),
			.expires = statement_col_int(st, 4),
		};
	statement_done(st);
	list->items = (struct record_list){ items, n };
	*reply = list;
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
link_delete(int64_t *changed, struct call *c, const char *id)
{
	struct statement *st;
	enum fault f = store_begin(c->db);
	if (f != FAULT_NONE)
		return f;
	f = store_prepare(&st, c->db, "DELETE FROM share WHERE owner = ? AND id = ?");
	if (f == FAULT_NONE) {
		statement_text(st, 1, c->who->user);
		statement_text(st, 2, id);
		f = statement_run(st, changed);
		statement_done(st);
	}
	return store_finish(c->db, f);
}

static enum fault
share_revoke(void **reply, struct call *c, const void *request)
{
	const char *id = ((const struct id_request *)request)->id;
	struct nothing *done = record_new(c->a, &record_nothing);
	int64_t changed = 0;
	enum fault f = link_delete(&changed, c, id);
	if (f == FAULT_NONE && changed == 0)
		return fault(FAULT_ABSENT, "there is no link %s", id);
	done->ok = true;
	*reply = done;
	return f;
}

/* ---- reading by a link ---------------------------------------------------------------- */

struct opened { char owner[ID_BYTES], conv_id[ID_BYTES]; int64_t messages; };

static enum fault
link_open(struct opened *out, struct call *c, const char *token)
{
	unsigned char hash[VAULT_HASH_BYTES];
	struct statement *st;
	enum fault f = store_prepare(&st, c->db,
		"SELECT owner, conv_id, messages FROM share WHERE token = ? AND expires > ? "
		"AND NOT EXISTS (SELECT 1 FROM person WHERE person.id = share.owner AND blocked <> 0)");
	if (f != FAULT_NONE)
		return f;
	token_hash(hash, token);
	statement_blob(st, 1, hash, sizeof hash);
	statement_int(st, 2, now_ms(c));
	f = statement_step(st);
	if (f == FAULT_NONE) {
		snprintf(out->owner, sizeof out->owner, "%s", statement_col_text(st, 0));
		snprintf(out->conv_id, sizeof out->conv_id, "%s", statement_col_text(st, 1));
		out->messages = statement_col_int(st, 2);
	}
	statement_done(st);
	return f == FAULT_ABSENT ? fault(FAULT_ABSENT, "the link has ended, or never was") : f;
}

/* What an owner thought of an answer is not part of what he shows. */
static void
leave_out_ratings(const struct transcript *t)
{
	struct message *m = t->messages.items;
	for (size_t i = 0; i < t->messages.count; i++) {
		m[i].rating = 0;
		m[i].rating_comment = NULL;
	}
}

static enum fault
shared_get(void **reply, struct call *c, const void *request)
{
	struct transcript *t = record_new(c->a, &record_transcript);
	struct library_reader eyes = { 0 };
	const struct people_asker who = asker(c);
	struct seat *seat = NULL;
	struct opened link;
	enum fault f = link_open(&link, c, ((const struct shared_get *)request)->token);
	if (f == FAULT_NONE && strcmp(link.owner, c->seat->owner) != 0)
		f = people_audit(c->e->people, c->db, &who, c->op->id, link.owner, link.conv_id);
	if (f == FAULT_NONE)
		f = tutors_take(&seat, &c->e->tutors, link.owner);
	if (f != FAULT_NONE)
		return f;
	const struct conversation_get get = {
		.id = link.conv_id, .limit = link.messages, .before = link.messages + 1
	};
	eyes.person = seat->owner;
	store_set_owner(c->db, seat->owner);
	library_read_as(c->db, &eyes);
	f = tutor_conversation_get(t, c->a, seat->tutor, c->db, &get);
	library_read_as(c->db, &c->reader);
	store_set_owner(c->db, c->seat->owner);
	tutors_put(&c->e->tutors, seat);
	if (f == FAULT_ABSENT)
		return fault(FAULT_ABSENT, "the link has ended, or never was");
	if (f == FAULT_NONE)
		leave_out_ratings(t);
	*reply = t;
	return f;
}

/* ---- an account that goes ---------------------------------------------------------------- */

enum fault
sharing_forget(struct call *c)
{
	static const char *const sql[] = {
		"DELETE FROM mail WHERE escalation IN (SELECT id FROM escalation WHERE owner = ?)",
		"DELETE FROM escalation WHERE owner = ?",
		"DELETE FROM feedback WHERE owner = ?",
		"DELETE FROM share WHERE owner = ?",
	};
	enum fault f = FAULT_NONE;
	for (size_t i = 0; i < COUNT_OF(sql) && f == FAULT_NONE; i++) {
		struct statement *st;
		f = store_prepare(&st, c->db, sql[i]);
		if (f != FAULT_NONE)
			return f;
		statement_text(st, 1, c->who->user);
		f = statement_run(st, NULL);
		statement_done(st);
	}
	return f;
}

/* What has ended is of no more use to anybody. */
enum fault
share_expire(struct engine *e, struct store *db)
{
	struct statement *st;
	enum fault f = store_begin(db);
	if (f != FAULT_NONE)
		return f;
	f = store_prepare(&st, db, "DELETE FROM share WHERE expires <= ?");
	if (f == FAULT_NONE) {
		statement_int(st, 1, e->clock.wall_ms(e->clock.arg));
		f = statement_run(st, NULL);
		statement_done(st);
	}
	return store_finish(db, f);
}

const struct handler share_handlers[] = {
	{ "conversation.share", conversation_share, HANDLER_SEALED },
	{ "share.list", share_list, HANDLER_SEALED },
	{ "share.revoke", share_revoke, HANDLER_SEALED },
	{ "shared.get", shared_get, HANDLER_SEALED },
};
const size_t share_handler_count = COUNT_OF(share_handlers);

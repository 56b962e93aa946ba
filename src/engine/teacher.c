/* Questions handed to a teacher: the teacher's side.
 *
 * A teacher sees those of the classes taught and those of no class, an
 * administrator all; each look leaves a row in the audit.  The reply is kept in
 * the conversation as a message of mode "instructor". */
#include <string.h>

#include "engine_in.h"

#define PAGE_USUAL 20
#define PAGE_MAX 100

static int64_t
now_ms(const struct call *c)
{
	return c->e->clock.wall_ms(c->e->clock.arg);
}

struct row { const char *id, *owner, *conv_id, *subject, *status; int64_t created, updated; };
#define ROW_COLUMNS "id, owner, conv_id, subject, status, created, updated"

static struct row
row_read(struct call *c, struct statement *st)
{
	return (struct row){
		.id = arena_strdup(c->a, statement_col_text(st, 0)),
		.owner = arena_strdup(c->a, statement_col_text(st, 1)),
		.conv_id = arena_strdup(c->a, statement_col_text(st, 2)),
		.subject = arena_strdup(c->a, statement_col_text(st, 3)),
		.status = arena_strdup(c->a, statement_col_text(st, 4)),
		.created = statement_col_int(st, 5),
		.updated = statement_col_int(st, 6),
	};
}

/* What a teacher may see; the caller is the last value bound. */
static const char *
visible_sql(const struct call *c)
{
	return c->who->role == ROLE_ADMIN
		       ? "? <> ''"
		       : "(subject = '' OR subject IN (SELECT class FROM class_member WHERE person = ? AND role >= 3))";
}

static enum fault
escalation_fill(struct escalation *out, struct call *c, const struct row *row)
{
	const struct people_asker who = asker(c);
	enum fault f = people_audit(c->e->people, c->db, &who, c->op->id, row->owner, row->id);
	if (f == FAULT_NONE)
		f = escalation_get(out, c, row->owner, row->id);
	out->id = row->id;
	out->status = row->status;
	out->subject = row->subject;
	out->person = row->owner;
	out->created = row->created;
	out->updated = row->updated;
	return f;
}

struct listing { const char *status, *subject, *after_id; int64_t after, limit; };

static enum fault
listing_read(struct listing *out, const struct escalation_list *req)
{
	*out = (struct listing){ .status = req->status != NULL && req->status[0] ? req->status : "pending",
		.subject = req->subject != NULL ? req->subject : "",
		.after = INT64_MIN, .after_id = "",
		.limit = req->limit > 0 && req->limit <= PAGE_MAX ? req->limit : PAGE_USUAL };
	return list_cursor_read(&out->after, &out->after_id, req->cursor);
}

static enum fault
listing_prepare(struct statement **st, struct call *c, const struct listing *l, const char *what, const char *rest)
{
	struct text sql;
	text_init(&sql, 2048);
	text_printf(&sql, "SELECT %s FROM escalation WHERE (? = 'all' OR status = ?) AND (? = '' OR subject = ?) AND %s%s",
		what, visible_sql(c), rest);
	enum fault f = text_check(&sql, "the query");
	if (f == FAULT_NONE)
		f = store_prepare(st, c->db, sql.data);
	text_clear(&sql);
	if (f != FAULT_NONE)
		return f;
	const char *const texts[] = { l->status, l->status, l->subject, l->subject, c->who->user };
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		statement_text(*st, (int)i + 1, texts[i]);
	return FAULT_NONE;
}

static enum fault
listing_total(int64_t *total, struct call *c, const struct listing *l)
{
	struct statement *st;
	enum fault f = listing_prepare(&st, c, l, "count(*)", "");
	if (f != FAULT_NONE)
		return f;
	f = statement_step(st);
	*total = f == FAULT_NONE ? statement_col_int(st, 0) : 0;
	statement_done(st);
	return f;
}

static enum fault
listing_rows(struct row *rows, size_t *count, struct call *c, const struct listing *l)
{
	struct statement *st;
	enum fault f = listing_prepare(&st, c, l, ROW_COLUMNS,
		" AND (created > ? OR (created = ? AND id > ?)) ORDER BY created, id LIMIT ?");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 6, l->after);
	statement_int(st, 7, l->after);
	statement_text(st, 8, l->after_id);
	statement_int(st, 9, l->limit + 1);
	*count = 0;
	while (*count <= (size_t)l->limit && (f = statement_step(st)) == FAULT_NONE)
		rows[(*count)++] = row_read(c, st);
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
escalation_list(void **reply, struct call *c, const void *request)
{
	struct escalations *out = record_new(c->a, &record_escalations);
	struct escalation *items = arena_alloc(c->a, PAGE_MAX * sizeof *items);
	struct row *rows = arena_alloc(c->a, (PAGE_MAX + 1) * sizeof *rows);
	struct listing l;
	size_t n = 0, shown = 0;
	enum fault f = listing_read(&l, request);
	if (f == FAULT_NONE)
		f = listing_total(&out->total, c, &l);
	if (f == FAULT_NONE)
		f = listing_rows(rows, &n, c, &l);
	for (size_t i = 0; f == FAULT_NONE && i < n && i < (size_t)l.limit; i++) {
		f = escalation_fill(&items[shown], c, &rows[i]);
		shown += f == FAULT_NONE;
		if (f == FAULT_ABSENT) /* its owner has gone, and the words with him */
			f = FAULT_NONE;
	}
	if (f == FAULT_NONE && n > (size_t)l.limit)
		out->cursor = list_cursor(c->a, rows[l.limit - 1].created, rows[l.limit - 1].id);
	out->items = (struct record_list){ items, shown };
	*reply = out;
	return f;
}

static enum fault
row_get(struct row *out, struct call *c, const char *id)
{
	struct statement *st;
	struct text sql;
	text_init(&sql, 1024);
	text_printf(&sql, "SELECT " ROW_COLUMNS " FROM escalation WHERE id = ? AND %s", visible_sql(c));
	enum fault f = store_prepare(&st, c->db, sql.data);
	text_clear(&sql);
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, id);
	statement_text(st, 2, c->who->user);
	f = statement_step(st);
	if (f == FAULT_NONE)
		*out = row_read(c, st);
	statement_done(st);
	return f == FAULT_ABSENT ? fault(FAULT_ABSENT, "there is no question %s", id) : f;
}

static enum fault
row_update(struct call *c, const char *id, const char *status)
{
	struct statement *st;
	enum fault f = store_prepare(&st, c->db, "UPDATE escalation SET status = ?, updated = ? WHERE id = ?");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, status);
	statement_int(st, 2, now_ms(c));
	statement_text(st, 3, id);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

/* The reply as a message of the conversation, unless that was deleted. */
static enum fault
put_reply(struct call *c, const struct row *row, const char *words)
{
	char id[ID_BYTES];
	struct text clean;
	enum fault f;
	id_make(id, &c->e->chance);
	text_init(&clean, 4 * FIELD_TEXT_MAX);
	untrusted_text(&clean, words, strlen(words), UNTRUSTED_STRIP);
	f = text_check(&clean, "the reply");
	struct message m = { .id = id, .conversation_id = row->conv_id, .role = "stoa",
		.status = "answered", .mode = "instructor", .note = "A teacher wrote this.",
		.content = clean.data, .created = now_ms(c) };
	store_set_owner(c->db, row->owner);
	if (f == FAULT_NONE)
		f = tutor_append(c->db, &m);
	store_set_owner(c->db, c->seat->owner);
	text_clear(&clean);
	if (f == FAULT_NONE)
		f = letter_send(c, row->owner, row->conv_id, id);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
resolve(struct escalation *out, struct call *c, const struct escalation_resolve *req)
{
	const char *status = req->status != NULL && req->status[0] ? req->status : "resolved";
	bool replies = req->reply != NULL && req->reply[0] != '\0';
	struct row row;
	enum fault f = row_get(&row, c, req->id);
	if (f == FAULT_NONE)
		f = escalation_fill(out, c, &row);
	if (f != FAULT_NONE)
		return f;
	if (replies && out->reply != NULL && out->reply[0] != '\0')
		return fault(FAULT_EXISTS, "question %s has been answered already", req->id);
	out->status = status;
	out->updated = now_ms(c);
	f = row_update(c, row.id, status);
	if (f == FAULT_NONE && replies) {
		out->reply = req->reply;
		f = put_reply(c, &row, req->reply);
		if (f == FAULT_NONE)
			f = escalation_put(c, row.owner, out);
		if (f == FAULT_NONE && out->email != NULL && out->email[0] != '\0')
			f = mail_queue(c->e, c->db, row.id, "answered");
	}
	return f;
}

static enum fault
escalation_resolve(void **reply, struct call *c, const void *request)
{
	*reply = record_new(c->a, &record_escalation);
	enum fault f = store_begin(c->db);
	if (f != FAULT_NONE)
		return f;
	f = resolve(*reply, c, request);
	return store_finish(c->db, f);
}

const struct handler escalation_handlers[] = {
	{ "escalation.list", escalation_list, HANDLER_SEALED },
	{ "escalation.resolve", escalation_resolve, HANDLER_SEALED },
};
const size_t escalation_handler_count = COUNT_OF(escalation_handlers);

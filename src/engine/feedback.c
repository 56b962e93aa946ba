/* What people think of answers: kept by the tutor, listed for administrators.
 *
 * Scores are plain rows, so that they can be counted over all; what was said with
 * them stays sealed among the records of whoever said it and is read from there,
 * a row in the audit each. */
#include <string.h>

#include "engine_in.h"

#define PAGE_USUAL 20
#define PAGE_MAX 100

static enum fault
row_put(struct call *c, const char *message_id, int64_t score)
{
	struct statement *st;
	if (c->seat->owner[0] == '\0')
		return FAULT_NONE;
	enum fault f = store_prepare(&st, c->db,
		"INSERT INTO feedback (owner, message_id, score, created) VALUES (?, ?, ?, ?) "
		"ON CONFLICT (owner, message_id) DO UPDATE SET score = excluded.score, created = excluded.created");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, c->seat->owner);
	statement_text(st, 2, message_id);
	statement_int(st, 3, score);
	statement_int(st, 4, c->e->clock.wall_ms(c->e->clock.arg));
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

static enum fault
give(void **reply, struct call *c, const struct message_feedback *req)
{
	struct nothing *done = record_new(c->a, &record_nothing);
	enum fault f = store_begin(c->db);
	if (f != FAULT_NONE)
		return f;
	f = tutor_feedback(c->tutor, c->db, req);
	if (f == FAULT_NONE)
		f = row_put(c, req->id, req->score);
	f = store_finish(c->db, f);
	done->ok = true;
	*reply = done;
	return f;
}

static enum fault
message_feedback(void **reply, struct call *c, const void *request)
{
	return give(reply, c, request);
}

static enum fault
feedback_send(void **reply, struct call *c, const void *request)
{
	const struct feedback_send *req = request;
	const struct message_feedback whole = {
		.id = req->message_id, .score = strcmp(req->feedback, "positive") == 0 ? 1 : -1
	};
	return give(reply, c, &whole);
}

/* ---- the list --------------------------------------------------------------------- */

/* The words, as their owner reads them. */
static enum fault
item_fill(struct feedback_item *item, struct call *c, const char *owner)
{
	const struct people_asker who = asker(c);
	struct message_feedback said = { .comment = NULL };
	enum fault f = people_audit(c->e->people, c->db, &who, c->op->id, owner, item->message_id);
	if (f != FAULT_NONE)
		return f;
	store_set_owner(c->db, owner);
	f = tutor_feedback_get(&said, c->a, c->db, item->message_id);
	store_set_owner(c->db, c->seat->owner);
	item->comment = said.comment;
	item->reasons = said.reasons;
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
count_all(struct feedback_items *out, struct call *c)
{
	struct statement *st;
	enum fault f = store_prepare(&st, c->db,
		"SELECT count(*), coalesce(sum(CASE WHEN score > 0 THEN 1 ELSE 0 END), 0) FROM feedback WHERE score <> 0");
	if (f != FAULT_NONE)
		return f;
	f = statement_step(st);
	if (f == FAULT_NONE) {
		out->total = statement_col_int(st, 0);
		out->positive = statement_col_int(st, 1);
	}
	statement_done(st);
	return f;
}

struct feedback_rows { struct feedback_item *items; const char **owners; size_t count; };

static enum fault
find_rows(struct feedback_rows *out, struct call *c, const struct feedback_list *req, size_t most)
{
	struct statement *st;
	int64_t at = INT64_MAX;
	const char *id;
	enum fault f = list_cursor_read(&at, &id, req->cursor);
	if (f == FAULT_NONE)
		f = store_prepare(&st, c->db,
			"SELECT owner, message_id, score, created FROM feedback WHERE score <> 0 AND (? = 0 OR score = ?) "
			"AND (created < ? OR (created = ? AND message_id < ?)) ORDER BY created DESC, message_id DESC LIMIT ?");
	if (f != FAULT_NONE)
		return f;
	const int64_t numbers[] = { req->score, req->score, at, at };
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		statement_int(st, (int)i + 1, numbers[i]);
	statement_text(st, 5, id);
	statement_int(st, 6, (int64_t)most);
	while (out->count < most && (f = statement_step(st)) == FAULT_NONE) {
		out->owners[out->count] = arena_strdup(c->a, statement_col_text(st, 0));
		out->items[out->count++] = (struct feedback_item){
			.message_id = arena_strdup(c->a, statement_col_text(st, 1)),
			.score = statement_col_int(st, 2),
			.created = statement_col_int(st, 3),
		};
	}
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

static enum fault
feedback_list(void **reply, struct call *c, const void *request)
{
	const struct feedback_list *req = request;
	size_t limit = req->limit > 0 && req->limit <= PAGE_MAX ? (size_t)req->limit : PAGE_USUAL;
	struct feedback_items *out = record_new(c->a, &record_feedback_items);
	struct feedback_rows found = { .items = arena_alloc(c->a, (PAGE_MAX + 1) * sizeof *found.items),
		.owners = arena_alloc(c->a, (PAGE_MAX + 1) * sizeof *found.owners) };
	*reply = out;
	enum fault f = count_all(out, c);
	if (f == FAULT_NONE)
		f = find_rows(&found, c, req, limit + 1);
	size_t shown = found.count > limit ? limit : found.count;
	for (size_t i = 0; f == FAULT_NONE && i < shown; i++)
		f = item_fill(&found.items[i], c, found.owners[i]);
	if (found.count > limit)
		out->cursor = list_cursor(c->a, found.items[limit - 1].created, found.items[limit - 1].message_id);
	out->items = (struct record_list){ found.items, shown };
	return f;
}

const struct handler feedback_handlers[] = {
	{ "feedback.list", feedback_list, HANDLER_SEALED },
	{ "feedback.send", feedback_send, HANDLER_SEALED },
	{ "message.feedback", message_feedback, HANDLER_SEALED },
};
const size_t feedback_handler_count = COUNT_OF(feedback_handlers);

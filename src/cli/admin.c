/* stoa admin: accounts, what people thought of answers, and who looked at whose data. */
#include <string.h>
#include "cli_in.h"

static void
user_row(struct cli *c, const void *item)
{
	const struct user *u = item;
	out_putf(c, PAINT_DIM, "%s  ", listing_line(c, u->id));
	out_putf(c, PAINT_NONE, "%s", listing_line(c, u->name));
	if (u->mail && *u->mail)
		out_putf(c, PAINT_NONE, " <%s>", listing_line(c, u->mail));
	out_putf(c, PAINT_DIM, "  %s, by %s, seen %s", listing_line(c, u->role), listing_line(c, u->provider),
		date_text(&c->arena, u->seen));
	if (str_same(u->status, "blocked"))
		out_put(c, PAINT_BAD, "  blocked");
	out_put(c, PAINT_NONE, "\n");
}

enum fault
verb_admin_users(struct cli *c)
{
	struct user_list request = { .search = option_text(&c->args, "search"),
		.role = option_text(&c->args, "role"), .limit = 100 };
	const struct listing l = { "user.list", &record_user, offsetof(struct users, items),
		offsetof(struct users, cursor), &request.cursor, user_row, "No account is like that." };
	enum fault f = session_server_there(c);
	return f == FAULT_NONE ? listing_print(c, &l, &request) : f;
}

enum fault
verb_admin_set(struct cli *c)
{
	const struct user_update request = { .id = c->args.operands[0],
		.role = option_text(&c->args, "role"), .status = option_text(&c->args, "status") };
	const void *reply = NULL;
	if (!request.role && !request.status)
		return fault(FAULT_INPUT, "say what is to change: --role, --status or both");
	enum fault f = session_server_there(c);
	if (f == FAULT_NONE)
		f = session_ready(c);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "user.update", &request, NULL);
	if (f != FAULT_NONE)
		return f;
	if (c->json)
		out_record(c, &record_user, reply);
	else
		user_row(c, reply);
	return FAULT_NONE;
}

static void
feedback_row(struct cli *c, const void *item)
{
	const struct feedback_item *i = item;
	out_putf(c, PAINT_DIM, "%s  %s  ", date_text(&c->arena, i->created), listing_line(c, i->message_id));
	out_put(c, i->score > 0 ? PAINT_GOOD : PAINT_BAD, i->score > 0 ? "good" : "bad");
	for (size_t n = 0; n < i->reasons.count; n++)
		out_putf(c, PAINT_NONE, "%s %s", n ? "," : " ", listing_line(c, i->reasons.items[n]));
	out_put(c, PAINT_NONE, "\n");
	if (i->comment && *i->comment)
		out_wrapped(c, PAINT_NONE, "    ", 4, listing_line(c, i->comment));
}

enum fault
verb_admin_feedback(struct cli *c)
{
	const char *only = option_text(&c->args, "only");
	struct feedback_list request = { .limit = 100,
		.score = only == NULL ? 0 : str_same(only, "good") ? 1 : -1 };
	const struct listing l = { "feedback.list", &record_feedback_item,
		offsetof(struct feedback_items, items), offsetof(struct feedback_items, cursor),
		&request.cursor, feedback_row, "Nobody has said anything yet." };
	return listing_print(c, &l, &request);
}

static void
audit_line(struct cli *c, const void *item)
{
	const struct audit_row *r = item;
	out_putf(c, PAINT_DIM, "%s  ", date_text(&c->arena, r->at));
	out_putf(c, PAINT_NONE, "%s (%s) %s", listing_line(c, r->actor), listing_line(c, r->role),
		listing_line(c, r->operation));
	if (r->subject && *r->subject)
		out_putf(c, PAINT_NONE, " of %s", listing_line(c, r->subject));
	if (r->object && *r->object)
		out_putf(c, PAINT_DIM, "  %s", listing_line(c, r->object));
	out_put(c, PAINT_NONE, "\n");
}

enum fault
verb_admin_audit(struct cli *c)
{
	struct audit_list request = { .actor = option_text(&c->args, "by"),
		.subject = option_text(&c->args, "of"), .limit = 100 };
	const struct listing l = { "audit.list", &record_audit_row, offsetof(struct audit_rows, items),
		offsetof(struct audit_rows, cursor), &request.cursor, audit_line,
		"Nobody has looked at somebody else's data." };
	enum fault f = session_server_there(c);
	return f == FAULT_NONE ? listing_print(c, &l, &request) : f;
}

static void
backup_row(struct cli *c, const void *item)
{
	const struct backup *b = item;
	out_putf(c, PAINT_DIM, "%s  ", date_text(&c->arena, b->started));
	out_putf(c, str_same(b->state, "failed") ? PAINT_BAD : PAINT_NONE, "%-9s", listing_line(c, b->state));
	out_putf(c, PAINT_NONE, "  %s", listing_line(c, b->name));
	if (b->size_bytes)
		out_putf(c, PAINT_DIM, "  %s", size_text(&c->arena, b->size_bytes));
	out_put(c, PAINT_NONE, "\n");
	if (b->error_message && *b->error_message)
		out_wrapped(c, PAINT_BAD, "    ", 4, listing_line(c, b->error_message));
}

enum fault
verb_admin_backup(struct cli *c)
{
	const void *reply = NULL;
	enum fault f = session_server_there(c);
	if (f == FAULT_NONE)
		f = session_ready(c);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "backup.start", &(struct nothing){ 0 }, NULL);
	if (f != FAULT_NONE)
		return f;
	if (c->json)
		out_record(c, &record_backup, reply);
	else
		backup_row(c, reply);
	return FAULT_NONE;
}

enum fault
verb_admin_backups(struct cli *c)
{
	struct nothing request = { 0 };
	const struct listing l = { "backup.list", &record_backup, offsetof(struct backups, items), 0, NULL,
		backup_row, "There is no copy of the store; stoa admin backup makes one." };
	enum fault f = session_server_there(c);
	return f == FAULT_NONE ? listing_print(c, &l, &request) : f;
}

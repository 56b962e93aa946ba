/* stoa class: the classes of a server, who is in them, the codes that let people in,
 * and the questions that were handed to their teachers.
 *
 * A class is a subject with members: documents added with --subject CLASS are read
 * by its members.  People are named by id here, because names repeat; members are
 * found by name too where only one is called so. */
#include <stdio.h>
#include <string.h>
#include "cli_in.h"

#define REPLY_MAX ((size_t)64 * 1024)

/* ---- classes ------------------------------------------------------------------- */

static void
class_row(struct cli *c, const void *item)
{
	const struct class *v = item;
	out_putf(c, PAINT_BOLD, "%s", wrap_column(&c->arena, listing_line(c, v->id), 24, false));
	out_putf(c, PAINT_NONE, "  %s", listing_line(c, v->title));
	out_putf(c, PAINT_DIM, "  %lld %s%s%s%s\n", (long long)v->members,
		v->members == 1 ? "member" : "members", v->role ? ", you: " : "",
		v->role ? listing_line(c, v->role) : "",
		str_same(v->status, "archived") ? ", archived" : "");
}

static enum fault
class_print(struct cli *c, const char *operation, const void *request)
{
	const void *reply = NULL;
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, operation, request, NULL);
	if (f != FAULT_NONE)
		return f;
	if (c->json)
		out_record(c, &record_class, reply);
	else
		class_row(c, reply);
	return FAULT_NONE;
}

enum fault
verb_class_list(struct cli *c)
{
	struct class_list request = { .status = option_given(&c->args, "archived") ? "all" : NULL,
		.limit = 100 };
	const struct listing l = { "class.list", &record_class, offsetof(struct classes, items),
		offsetof(struct classes, cursor), &request.cursor, class_row,
		"You are in no class; stoa login --code CODE joins one, stoa class new TITLE makes one." };
	return listing_print(c, &l, &request);
}

enum fault
verb_class_new(struct cli *c)
{
	const struct class_create request = { .id = option_text(&c->args, "id"),
		.title = operands_joined(c, 0) };
	return class_print(c, "class.create", &request);
}

enum fault
verb_class_rename(struct cli *c)
{
	const struct class_update request = { .id = c->args.operands[0], .title = operands_joined(c, 1) };
	return class_print(c, "class.update", &request);
}

enum fault
verb_class_archive(struct cli *c)
{
	const struct class_update request = { .id = c->args.operands[0],
		.status = option_given(&c->args, "undo") ? "active" : "archived" };
	return class_print(c, "class.update", &request);
}

enum fault
verb_class_inbox(struct cli *c)
{
	const struct id_request which = { c->args.operands[0] };
	struct class_update change = { .id = which.id, .inbox = c->args.operand_count > 1 ? c->args.operands[1] : NULL };
	const void *reply = NULL;
	if (option_given(&c->args, "none"))
		change.inbox = "";
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = change.inbox ? session_call(&reply, c, "class.update", &change, NULL)
				 : session_call(&reply, c, "class.get", &which, NULL);
	if (f != FAULT_NONE)
		return f;
	const struct class *v = reply;
	if (c->json)
		out_record(c, &record_class, v);
	else if (v->inbox && *v->inbox)
		out_putf(c, PAINT_NONE, "Questions in %s go to %s.\n", listing_line(c, v->id), listing_line(c, v->inbox));
	else
		out_putf(c, PAINT_NONE, "%s has no inbox of its own: its questions go to the server's, if that has one.\n",
			listing_line(c, v->id));
	return FAULT_NONE;
}

/* ---- members ---------------------------------------------------------------------- */

static void
member_row(struct cli *c, const void *item)
{
	const struct class_member *m = item;
	out_putf(c, PAINT_DIM, "%s  %s  ", listing_line(c, m->id), date_text(&c->arena, m->joined));
	out_putf(c, PAINT_NONE, "%s", listing_line(c, m->name));
	out_putf(c, PAINT_DIM, "  %s\n", listing_line(c, m->role));
}

enum fault
verb_class_members(struct cli *c)
{
	struct class_members_list request = { .id = c->args.operands[0], .limit = 100 };
	const struct listing l = { "class.members", &record_class_member,
		offsetof(struct class_members, items), offsetof(struct class_members, cursor),
		&request.cursor, member_row, "Nobody is in this class yet; stoa class code makes a way in." };
	return listing_print(c, &l, &request);
}

/* The account that ref names among the members: its id, or a name that one has. */
static enum fault
member_id(const char **id, struct cli *c, const char *class_id, const char *ref)
{
	struct class_members_list request = { .id = class_id, .limit = 100 };
	const char *found = NULL;
	if (id_valid(ref)) {
		*id = ref;
		return FAULT_NONE;
	}
	do {
		const void *reply = NULL;
		enum fault f = session_call(&reply, c, "class.members", &request, NULL);
		if (f != FAULT_NONE)
			return f;
		const struct class_members *page = reply;
		const struct class_member *items = page->items.items;
		for (size_t i = 0; i < page->items.count; i++) {
			if (!str_same(items[i].name, ref))
				continue;
			if (found)
				return fault(FAULT_INPUT, "two members are called %s; say the id", ref);
			found = items[i].id;
		}
		request.cursor = page->items.count ? page->cursor : NULL;
	} while (request.cursor && *request.cursor);
	if (!found)
		return fault(FAULT_ABSENT, "nobody in %s is called %s; stoa class members %s lists them",
			class_id, ref, class_id);
	*id = found;
	return FAULT_NONE;
}

enum fault
verb_class_set(struct cli *c)
{
	struct class_member_set request = { .id = c->args.operands[0], .role = c->args.operands[2] };
	const void *reply = NULL;
	if (!str_same(request.role, "learner") && !str_same(request.role, "instructor"))
		return fault(FAULT_INPUT, "in a class one is learner or instructor, not %s", request.role);
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = member_id(&request.person, c, request.id, c->args.operands[1]);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "class.set_member", &request, NULL);
	if (f != FAULT_NONE)
		return f;
	const struct operation *op = operation_find("class.set_member");
	if (c->json)
		out_record(c, op->reply, reply);
	else
		out_putf(c, PAINT_NONE, "%s is %s of %s.\n", listing_line(c, c->args.operands[1]),
			request.role, listing_line(c, request.id));
	return FAULT_NONE;
}

enum fault
verb_class_leave(struct cli *c)
{
	struct class_member_remove request = { .id = c->args.operands[0] };
	const void *reply = NULL;
	enum fault f = session_ready(c);
	if (f == FAULT_NONE && c->args.operand_count > 1) {
		f = member_id(&request.person, c, request.id, c->args.operands[1]);
	} else if (f == FAULT_NONE) {
		f = session_call(&reply, c, "me.get", &(struct nothing){ 0 }, NULL);
		if (f == FAULT_NONE)
			request.person = ((const struct settings *)reply)->id;
	}
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "class.leave", &request, NULL);
	if (f != FAULT_NONE)
		return f;
	if (c->json)
		out_record(c, operation_find("class.leave")->reply, reply);
	else
		out_putf(c, PAINT_NONE, "%s no longer in %s.\n",
			c->args.operand_count > 1 ? arena_printf(&c->arena, "%s is", listing_line(c, c->args.operands[1]))
						  : "You are",
			listing_line(c, request.id));
	return FAULT_NONE;
}

/* ---- codes ------------------------------------------------------------------------- */

static void
code_row(struct cli *c, const void *item)
{
	const struct join_code *j = item;
	if (j->code && *j->code)
		out_putf(c, PAINT_BOLD, "%s  ", listing_line(c, j->code));
	out_putf(c, PAINT_DIM, "%s  until %s, for %lld more\n", listing_line(c, j->id),
		date_text(&c->arena, j->expires), (long long)j->uses_left);
}

enum fault
verb_class_code(struct cli *c)
{
	const char *person = option_text(&c->args, "for");
	struct join_code_make request = { .id = c->args.operands[0],
		.days = option_number(&c->args, "days", 0), .uses = option_number(&c->args, "uses", 0) };
	const void *reply = NULL;
	if (person && request.uses)
		return fault(FAULT_INPUT, "a code for one person is good once; --uses does not go with --for");
	enum fault f = session_ready(c);
	if (f == FAULT_NONE && person)
		f = member_id(&request.person, c, request.id, person);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "class.join_code", &request, NULL);
	if (f != FAULT_NONE)
		return f;
	if (c->json)
		out_record(c, &record_join_code, reply);
	else
		code_row(c, reply);
	return FAULT_NONE;
}

enum fault
verb_class_codes(struct cli *c)
{
	struct id_request request = { c->args.operands[0] };
	const struct listing l = { "class.codes", &record_join_code,
		offsetof(struct join_codes, items), 0, NULL, code_row,
		"No code is good any more; stoa class code makes one." };
	return listing_print(c, &l, &request);
}

enum fault
verb_class_void(struct cli *c)
{
	const struct join_code_remove request = { c->args.operands[0], c->args.operands[1] };
	const void *reply = NULL;
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "class.void_code", &request, NULL);
	if (f == FAULT_NONE && c->json)
		out_record(c, operation_find("class.void_code")->reply, reply);
	else if (f == FAULT_NONE)
		out_put(c, PAINT_NONE, "The code lets nobody in any more.\n");
	return f;
}

/* ---- questions for a teacher --------------------------------------------------------- */

static void
question_print(struct cli *c, const void *item)
{
	const struct escalation *q = item;
	out_putf(c, PAINT_DIM, "%s  %s  ", listing_line(c, q->id), date_text(&c->arena, q->created));
	out_putf(c, str_same(q->status, "resolved") ? PAINT_GOOD : PAINT_WARN, "%s", listing_line(c, q->status));
	out_putf(c, PAINT_DIM, "%s%s\n", q->subject ? "  " : "", listing_line(c, q->subject));
	out_wrapped(c, PAINT_BOLD, "  asked   ", 10, listing_line(c, q->question));
	if (q->answer && *q->answer)
		out_wrapped(c, PAINT_NONE, "  stoa    ", 10, listing_line(c, q->answer));
	if (q->note && *q->note)
		out_wrapped(c, PAINT_NONE, "  note    ", 10, listing_line(c, q->note));
	if (q->reply && *q->reply)
		out_wrapped(c, PAINT_NONE, "  reply   ", 10, listing_line(c, q->reply));
}

enum fault
verb_class_questions(struct cli *c)
{
	struct escalation_list request = { .status = option_text(&c->args, "status"),
		.subject = option_text(&c->args, "class"), .limit = 100 };
	const struct listing l = { "escalation.list", &record_escalation,
		offsetof(struct escalations, items), offsetof(struct escalations, cursor),
		&request.cursor, question_print, "No question waits." };
	return listing_print(c, &l, &request);
}

/* The words of the command, or standard input for "-". */
static enum fault
reply_text(const char **out, struct cli *c)
{
	if (c->args.operand_count != 2 || !str_same(c->args.operands[1], "-")) {
		*out = operands_joined(c, 1);
		return FAULT_NONE;
	}
	struct text t;
	char buf[4096];
	size_t n;
	text_init(&t, REPLY_MAX);
	while (!t.over && (n = fread(buf, 1, sizeof buf, stdin)) > 0)
		text_put_n(&t, buf, n);
	enum fault f = ferror(stdin) ? fault_errno("standard input cannot be read")
				     : text_check(&t, "the answer");
	if (f == FAULT_NONE && (t.len == 0 || !utf8_valid(t.data, t.len) || memchr(t.data, 0, t.len)))
		f = fault(FAULT_INPUT, "standard input holds no text to answer with");
	if (f == FAULT_NONE)
		*out = arena_strndup(&c->arena, t.data, t.len);
	text_clear(&t);
	return f;
}

enum fault
verb_class_answer(struct cli *c)
{
	struct escalation_resolve request = { .id = c->args.operands[0] };
	const void *reply = NULL;
	enum fault f = reply_text(&request.reply, c);
	if (f == FAULT_NONE)
		f = session_ready(c);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "escalation.resolve", &request, NULL);
	if (f != FAULT_NONE)
		return f;
	if (c->json)
		out_record(c, &record_escalation, reply);
	else
		question_print(c, reply);
	return FAULT_NONE;
}

/* What leaves one's own conversations: links that show one, and questions that are
 * handed to a teacher.  Also the profile, which brings questions to begin with. */
#include <stdlib.h>
#include <string.h>
#include "cli_in.h"

static void
link_row(struct cli *c, const void *item)
{
	const struct shared_link *l = item;
	out_putf(c, PAINT_DIM, "%s  %.8s  %lld messages  until %s\n", listing_line(c, l->id),
		listing_line(c, l->conversation_id), (long long)l->messages, date_text(&c->arena, l->expires));
}

static enum fault
share(struct cli *c, const struct conversation_share *request)
{
	const char *server = NULL;
	const void *reply = NULL;
	enum fault f = session_server(&server, c);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "conversation.share", request, NULL);
	if (f != FAULT_NONE)
		return f;
	const struct shared_link *l = reply;
	if (c->json) {
		out_record(c, &record_shared_link, l);
		return FAULT_NONE;
	}
	out_putf(c, PAINT_BOLD, "%s%s\n", server && l->url && *l->url == '/' ? listing_line(c, server) : "",
		listing_line(c, l->url ? l->url : l->token));
	out_putf(c, PAINT_DIM, "Whoever is signed in there and has the link reads the %lld messages there are now, until %s.\n",
		(long long)l->messages, date_text(&c->arena, l->expires));
	return FAULT_NONE;
}

enum fault
verb_history_share(struct cli *c)
{
	struct conversation_share request = { .expires_in_days = option_number(&c->args, "days", 0) };
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = named_conversation(&request.id, c, c->args.operands[0]);
	return f == FAULT_NONE ? share(c, &request) : f;
}

/* The conversation of the line mode, for so many days. */
enum fault
line_share(struct chat *ch, const char *rest)
{
	struct conversation_share request = { .id = ch->conversation };
	char *end = NULL;
	if (!ch->conversation[0])
		return fault(FAULT_ABSENT, "this conversation has not begun yet");
	if (*rest) {
		request.expires_in_days = strtol(rest, &end, 10);
		if (end == rest || *end != '\0' || request.expires_in_days < 1 || request.expires_in_days > 365)
			return fault(FAULT_INPUT, "a link lasts 1 to 365 days, not \"%s\"", rest);
	}
	return share(ch->c, &request);
}

enum fault
verb_history_links(struct cli *c)
{
	struct nothing request = { 0 };
	const struct listing l = { "share.list", &record_shared_link,
		offsetof(struct shared_links, items), 0, NULL, link_row, "You have shared nothing." };
	return listing_print(c, &l, &request);
}

enum fault
verb_history_unshare(struct cli *c)
{
	const struct id_request request = { c->args.operands[0] };
	const void *reply = NULL;
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "share.revoke", &request, NULL);
	if (f == FAULT_NONE && c->json)
		out_record(c, operation_find("share.revoke")->reply, reply);
	else if (f == FAULT_NONE)
		out_put(c, PAINT_NONE, "The link shows nothing any more.\n");
	return f;
}

/* The last answer of a conversation: what did not help. */
static enum fault
last_answer(const char **id, struct cli *c, const char *ref)
{
	struct conversation_get request = { 0 };
	const void *reply = NULL;
	enum fault f = named_conversation(&request.id, c, ref);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "conversation.get", &request, NULL);
	if (f != FAULT_NONE)
		return f;
	const struct transcript *t = reply;
	const struct message *items = t->messages.items;
	for (size_t i = t->messages.count; i-- > 0;)
		if (str_same(items[i].role, "stoa")) {
			*id = items[i].id;
			return FAULT_NONE;
		}
	return fault(FAULT_ABSENT, "nothing was answered in %s yet", ref);
}

static enum fault
escalate(struct cli *c, const struct message_escalate *request)
{
	const void *reply = NULL;
	enum fault f = session_call(&reply, c, "message.escalate", request, NULL);
	if (f != FAULT_NONE)
		return f;
	const struct escalated *e = reply;
	if (c->json)
		out_record(c, &record_escalated, e);
	else
		out_wrapped(c, PAINT_NONE, "", 0, listing_line(c, e->message));
	return FAULT_NONE;
}

enum fault
verb_history_escalate(struct cli *c)
{
	struct message_escalate request = { .email = option_text(&c->args, "email"),
		.note = option_text(&c->args, "note") };
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = last_answer(&request.id, c, c->args.operands[0]);
	return f == FAULT_NONE ? escalate(c, &request) : f;
}

/* The last answer of the line mode, with these words. */
enum fault
line_teacher(struct chat *ch, const char *rest)
{
	if (!ch->answer || !ch->answer->id)
		return fault(FAULT_ABSENT, "there is no answer yet that a teacher could see");
	return escalate(ch->c, &(struct message_escalate){ .id = ch->answer->id, .note = *rest ? rest : NULL });
}

enum fault
verb_profile(struct cli *c)
{
	const struct profile_set request = { c->args.operands[0] };
	const void *reply = NULL;
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "profile.set", &request, NULL);
	if (f != FAULT_NONE)
		return f;
	const struct profile *p = reply;
	if (c->json) {
		out_record(c, &record_profile, p);
		return FAULT_NONE;
	}
	const struct quick_action *items = p->quick_actions.items;
	for (size_t i = 0; i < p->quick_actions.count; i++) {
		out_putf(c, PAINT_BOLD, "%s\n", listing_line(c, items[i].title));
		for (size_t q = 0; q < items[i].queries.count; q++)
			out_wrapped(c, PAINT_NONE, "    ", 4, listing_line(c, items[i].queries.items[q]));
	}
	return FAULT_NONE;
}

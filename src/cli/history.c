/* stoa history: the conversations, sealed on disk, shown, searched, taken out, deleted. */
#include <string.h>
#include <unistd.h>
#include "cli_in.h"

#define EXPORT_MAX ((size_t)256 * 1024 * 1024)

static enum fault
conversation_row(struct cli *c, const struct conversation *v, void *arg)
{
	size_t *count = arg;
	(*count)++;
	if (c->json) {
		out_record(c, &record_conversation, v);
		return FAULT_NONE;
	}
	const char *title = v->title && *v->title ? v->title : v->preview;
	if (!c->out_terminal) {
		out_putf(c, PAINT_NONE, "%.8s\t%s\t%s\t%lld\t%lld\n", v->id, date_text(&c->arena, v->updated),
			listing_line(c, title), (long long)v->message_count, (long long)v->unread);
		return FAULT_NONE;
	}
	size_t room = c->width > 54 ? c->width - 34 : 20;
	if (*count == 1)
		out_putf(c, PAINT_BOLD, "%-8s  %-16s  %s  %s\n", "id", "last", wrap_column(&c->arena, "conversation", room - 5, false), "messages");
	out_putf(c, PAINT_DIM, "%.8s  %s  ", v->id, date_text(&c->arena, v->updated));
	out_putf(c, PAINT_NONE, "%s", wrap_column(&c->arena, title ? title : "", room, false));
	out_putf(c, PAINT_DIM, "  %4lld", (long long)v->message_count);
	out_put(c, PAINT_WARN, v->unread > 0 ? arena_printf(&c->arena, " +%lld\n", (long long)v->unread) : "\n");
	return FAULT_NONE;
}

enum fault
verb_history_list(struct cli *c)
{
	size_t count = 0;
	struct conversation_list request = {
		.status = option_given(&c->args, "archived") ? "archived" : "active",
		.subject = option_text(&c->args, "subject"),
		.search = option_text(&c->args, "search"),
	};
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = named_conversations_each(c, &request, option_number(&c->args, "limit", 20),
			conversation_row, &count);
	if (f == FAULT_NONE && !count)
		err_note(c, PAINT_DIM, c->args.given_count ? "No conversation is like that.\n" : "Nothing was asked yet: stoa ask QUESTION.\n");
	return f;
}

static enum fault
transcript_print(struct cli *c, const struct transcript *t)
{
	if (c->json) {
		out_record(c, &record_transcript, t);
		return FAULT_NONE;
	}
	const struct message *items = t->messages.items;
	out_putf(c, PAINT_BOLD, "%s\n",
		untrusted_line(&c->arena, t->conversation->title ? t->conversation->title : ""));
	for (size_t i = 0; i < t->messages.count; i++) {
		out_putf(c, PAINT_DIM, "\n%s  ", date_text(&c->arena, items[i].created));
		if (str_same(items[i].role, "user")) {
			out_put(c, PAINT_BOLD, "you\n");
			out_wrapped(c, PAINT_NONE, "", 0, items[i].content ? items[i].content : "");
		} else {
			out_put(c, PAINT_BOLD, "stoa\n");
			answer_print(c, &items[i], false);
		}
	}
	return FAULT_NONE;
}

/* What came by itself has been shown now; of a server that is away it is not worth a
 * place in the outbox. */
static void
looked_at(struct cli *c, const struct conversation *v)
{
	const struct conversation_update request = { .id = arena_strdup(&c->arena, v->id), .unread = -1 };
	const void *reply;
	if (v->unread > 0 && !str_same(backend_word(c->backend), "OFFLINE"))
		(void)!session_call(&reply, c, "conversation.update", &request, NULL);
}

enum fault
verb_history_show(struct cli *c)
{
	struct conversation_get request = { 0 };
	const void *reply = NULL;
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = named_conversation(&request.id, c, c->args.operands[0]);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "conversation.get", &request, NULL);
	if (f == FAULT_NONE)
		f = transcript_print(c, reply);
	if (f == FAULT_NONE)
		looked_at(c, ((const struct transcript *)reply)->conversation);
	return f;
}

/* The link as it was given, or the token at its end. */
enum fault
verb_history_shared(struct cli *c)
{
	const char *slash = strrchr(c->args.operands[0], '/');
	const struct shared_get request = { slash ? slash + 1 : c->args.operands[0] };
	const void *reply = NULL;
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "shared.get", &request, NULL);
	return f == FAULT_NONE ? transcript_print(c, reply) : f;
}

enum fault
verb_history_search(struct cli *c)
{
	struct history_search request = {
		.query = operands_joined(c, 0),
		.subject = option_text(&c->args, "subject"),
		.role = option_text(&c->args, "role"),
		.k = option_number(&c->args, "k", 20),
	};
	const void *reply = NULL;
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "history.search", &request, NULL);
	if (f != FAULT_NONE)
		return f;
	const struct history_hits *hits = reply;
	const struct history_hit *items = hits->items.items;
	c->status = hits->items.count ? 0 : fault_exit_status(FAULT_ABSENT);
	if (c->json) {
		out_record(c, &record_history_hits, hits);
		return FAULT_NONE;
	}
	for (size_t i = 0; i < hits->items.count; i++) {
		const char *title = items[i].conversation_title;
		out_wrapped(c, PAINT_BOLD,
			arena_printf(&c->arena, "%.8s  ", items[i].conversation_id), 10,
			arena_printf(&c->arena, "%s  %s  %s",
				untrusted_line(&c->arena, title ? title : ""),
				date_text(&c->arena, items[i].created),
				str_same(items[i].role, "user") ? "you" : "stoa"));
		out_wrapped(c, PAINT_NONE, "          ", 10,
			untrusted_line(&c->arena, items[i].snippet ? items[i].snippet : ""));
	}
	if (!hits->items.count)
		out_put(c, PAINT_NONE, "Nothing like that was said.\n");
	err_notef(c, PAINT_DIM, "%zu places \u00b7 %.0f ms\n", hits->items.count, hits->elapsed_ms);
	return FAULT_NONE;
}

/* ---- out and in ------------------------------------------------------------ */

/* Text for a file is written as it was exported; for standard output it passes the
 * sanitiser like everything else, which changes nothing but control characters. */
enum fault
export_write(struct cli *c, const char *id, const char *format, const char *path)
{
	struct export_run request = { .id = id, .format = format ? format : "md" };
	const void *reply = NULL;
	enum fault f =
		session_call(&reply, c, id ? "conversation.export" : "me.export", &request, NULL);
	if (f != FAULT_NONE)
		return f;
	const struct exported *e = reply;
	struct text clean;
	const char *text = e->body ? e->body : "";
	text_init(&clean, EXPORT_MAX * 6);
	if (str_same(request.format, "json"))
		out_json_harmless(&clean, text, strlen(text));
	else
		untrusted_text(&clean, text, strlen(text), 0);
	f = text_check(&clean, "the export");
	if (f == FAULT_NONE && path) {
		f = file_write(path, clean.len ? clean.data : "", clean.len);
		if (f == FAULT_NONE && c->json) {
			struct text t;
			text_init(&t, 65536);
			text_printf(&t, "{\"format\":\"%s\",\"file\":", request.format);
			json_put_string(&t, path);
			text_printf(&t, ",\"size_bytes\":%zu}", clean.len);
			out_json(c, &t);
			text_clear(&t);
		} else if (f == FAULT_NONE) {
			err_notef(c, PAINT_DIM, "written to %s\n", path);
		}
	} else if (f == FAULT_NONE && c->json) {
		out_record(c, &record_exported, e);
	} else if (f == FAULT_NONE) {
		out_put(c, PAINT_NONE, clean.data);
	}
	text_clear(&clean);
	return f;
}

enum fault
verb_history_export(struct cli *c)
{
	const char *id = NULL;
	enum fault f = session_ready(c);
	if (f == FAULT_NONE && c->args.operand_count)
		f = named_conversation(&id, c, c->args.operands[0]);
	if (f != FAULT_NONE)
		return f;
	return export_write(
		c, id, option_text(&c->args, "format"), option_text(&c->args, "output"));
}

enum fault
verb_history_import(struct cli *c)
{
	struct text t;
	const void *reply = NULL;
	const char *path = c->args.operands[0];
	text_init(&t, EXPORT_MAX);
	enum fault f = session_ready(c);
	if (f == FAULT_NONE && str_same(path, "-")) {
		char buf[16384];
		size_t n;
		while ((n = fread(buf, 1, sizeof buf, stdin)) > 0 && !t.over)
			text_put_n(&t, buf, n);
		f = ferror(stdin) ? fault_errno("standard input cannot be read")
				  : text_check(&t, "the import");
	} else if (f == FAULT_NONE) {
		f = file_read(&t, path);
	}
	if (f == FAULT_NONE && (!t.len || memchr(t.data, 0, t.len)))
		f = fault(FAULT_INPUT, "%s holds no export", path);
	if (f == FAULT_NONE) {
		struct import_run request = { t.data };
		f = session_call(&reply, c, "conversation.import", &request, NULL);
	}
	text_clear(&t);
	if (f != FAULT_NONE)
		return f;
	const struct imported *i = reply;
	if (c->json)
		out_record(c, &record_imported, i);
	else
		out_putf(c, PAINT_NONE,
			"%lld conversations, %lld messages; %lld were there already\n",
			(long long)i->conversations, (long long)i->messages, (long long)i->skipped);
	return FAULT_NONE;
}

/* ---- changing ------------------------------------------------------------------- */

static enum fault
update(struct cli *c, const struct conversation_update *request, const char *done)
{
	const void *reply = NULL;
	enum fault f = session_call(&reply, c, "conversation.update", request, NULL);
	if (f != FAULT_NONE)
		return f;
	const struct conversation *v = reply;
	if (c->json)
		out_record(c, &record_conversation, v);
	else
		out_putf(c, PAINT_NONE, "%s  %s\n", done,
			untrusted_line(&c->arena, v->title ? v->title : ""));
	return FAULT_NONE;
}

enum fault
verb_history_rename(struct cli *c)
{
	struct conversation_update request = { .title = operands_joined(c, 1) };
	enum fault f = session_ready(c);
	if (f == FAULT_NONE)
		f = named_conversation(&request.id, c, c->args.operands[0]);
	return f == FAULT_NONE ? update(c, &request, "renamed") : f;
}

enum fault
verb_history_archive(struct cli *c)
{
	bool undo = option_given(&c->args, "undo");
	enum fault f = session_ready(c);
	for (size_t i = 0; i < c->args.operand_count && f == FAULT_NONE; i++) {
		struct conversation_update request = { .status = undo ? "active" : "archived" };
		f = named_conversation(&request.id, c, c->args.operands[i]);
		if (f == FAULT_NONE)
			f = update(c, &request, undo ? "taken out" : "archived");
	}
	return f;
}

enum fault
verb_history_rm(struct cli *c)
{
	enum fault f = session_ready(c);
	for (size_t i = 0; i < c->args.operand_count && f == FAULT_NONE; i++) {
		struct id_request request = { 0 };
		const void *reply = NULL;
		f = named_conversation(&request.id, c, c->args.operands[i]);
		if (f == FAULT_NONE)
			f = prompt_confirmed(
				c, arena_printf(&c->arena, "Delete the conversation %.8s for good",
					   request.id));
		if (f == FAULT_NONE)
			f = session_call(&reply, c, "conversation.delete", &request, NULL);
		if (f == FAULT_NONE && c->json)
			out_record(c, &record_conversation,
				&(struct conversation){ .id = request.id,
					.title = "",
					.status = "archived",
					.type = "general" });
		else if (f == FAULT_NONE)
			out_putf(c, PAINT_NONE, "deleted  %.8s\n", request.id);
	}
	return f;
}

/* The commands of a conversation, as rows; every verb works as a command too.
 *
 * Each has the id of the screen's action that it does, so /keys, help and tests name
 * the same things; an id works as a command too.
 */
#include <stdlib.h>
#include <string.h>
#include "cli_in.h"

/* ---- what an answer stands on --------------------------------------------- */

enum fault
chat_source(const struct citation **out, struct chat *ch, const char *rest)
{
	if (!ch->answer || !(ch->answer->citations.count || ch->answer->nearest.count))
		return fault(FAULT_ABSENT, "there is no answer with sources yet");
	bool refused = ch->answer->citations.count == 0;
	const struct citation *items =
		refused ? ch->answer->nearest.items : ch->answer->citations.items;
	size_t count = refused ? ch->answer->nearest.count : ch->answer->citations.count;
	long n = *rest ? strtol(rest, NULL, 10) : 1;
	for (size_t i = 0; i < count; i++)
		if (refused ? (long)i + 1 == n : items[i].n == n) {
			*out = &items[i];
			return FAULT_NONE;
		}
	return fault(FAULT_ABSENT, "there is no source %s; there are %zu", rest, count);
}

static enum fault
run_sources(struct chat *ch, const char *rest)
{
	const struct citation *ct = NULL;
	enum fault f = chat_source(&ct, ch, rest);
	if (f != FAULT_NONE)
		return f;
	if (*rest) {
		answer_source(ch->c, ct);
		return FAULT_NONE;
	}
	bool refused = ch->answer->citations.count == 0;
	const struct citation *items =
		refused ? ch->answer->nearest.items : ch->answer->citations.items;
	size_t count = refused ? ch->answer->nearest.count : ch->answer->citations.count;
	for (size_t i = 0; i < count; i++)
		answer_source(ch->c, &items[i]);
	return FAULT_NONE;
}

static enum fault
run_page(struct chat *ch, const char *rest)
{
	const struct citation *ct = NULL;
	const void *reply = NULL;
	enum fault f = chat_source(&ct, ch, rest);
	if (f != FAULT_NONE)
		return f;
	struct document_content request = { .id = ct->file_id, .page = ct->page };
	f = session_call(&reply, ch->c, "document.content", &request, NULL);
	if (f != FAULT_NONE)
		return f;
	const struct content *page = reply;
	out_wrapped(ch->c, PAINT_CITE, "", 0, citation_place(&ch->c->arena, ct));
	out_put(ch->c, PAINT_NONE, "\n");
	out_wrapped(ch->c, PAINT_NONE, "", 0, page->text ? page->text : "");
	return FAULT_NONE;
}

static enum fault
run_open(struct chat *ch, const char *rest)
{
	const struct citation *ct = NULL;
	const void *reply = NULL;
	enum fault f = chat_source(&ct, ch, rest);
	if (f != FAULT_NONE)
		return f;
	struct id_request request = { ct->file_id };
	f = session_call(&reply, ch->c, "document.get", &request, NULL);
	if (f != FAULT_NONE)
		return f;
	const struct document *d = reply;
	if (!d->origin || d->origin[0] != '/')
		return fault(FAULT_ABSENT,
			"where %s came from is not known; /page %s shows its text", d->name, rest);
	out_wrapped(ch->c, PAINT_CITE, "", 0, citation_place(&ch->c->arena, ct));
	return open_outside(ch->c, d->origin);
}

/* ---- which conversation ------------------------------------------------------- */

static enum fault
run_new(struct chat *ch, const char *rest)
{
	(void)rest;
	ch->conversation[0] = '\0';
	chat_forget(ch);
	out_put(ch->c, PAINT_DIM, "A new conversation.\n");
	return FAULT_NONE;
}

static enum fault
list_row(struct cli *c, const struct conversation *v, void *arg)
{
	struct chat *ch = arg;
	if (ch->listed_count == COUNT_OF(ch->listed))
		return FAULT_NONE;
	ch->listed[ch->listed_count++] = mem_strdup(v->id);
	bool here = str_same(v->id, ch->conversation);
	const char *title = v->title && *v->title ? v->title : v->preview;
	out_wrapped(c, here ? PAINT_BOLD : PAINT_NONE,
		arena_printf(&c->arena, "%3zu  %s  ", ch->listed_count,
			date_text(&c->arena, v->updated)),
		23,
		untrusted_line(&c->arena, title ? title : ""));
	return FAULT_NONE;
}

static enum fault
run_list(struct chat *ch, const char *rest)
{
	struct conversation_list request = { .status = "active", .search = *rest ? rest : NULL };
	for (size_t i = 0; i < ch->listed_count; i++)
		mem_free(ch->listed[i]);
	ch->listed_count = 0;
	enum fault f = named_conversations_each(ch->c, &request, 20, list_row, ch);
	if (f == FAULT_NONE)
		out_put(ch->c, PAINT_DIM,
			ch->listed_count ? "/use N goes on with one.\n"
					 : "No conversation is like that.\n");
	return f;
}

static enum fault
run_use(struct chat *ch, const char *rest)
{
	const char *id = NULL;
	long n = strtol(rest, NULL, 10);
	if (!*rest)
		return fault(FAULT_INPUT, "/use takes a number of /list, an id, a title, or last");
	if (n >= 1 && (size_t)n <= ch->listed_count && strlen(rest) <= 3)
		return chat_use(ch, ch->listed[n - 1]);
	enum fault f = named_conversation(&id, ch->c, rest);
	return f == FAULT_NONE ? chat_use(ch, id) : f;
}

static enum fault
current(struct chat *ch)
{
	return ch->conversation[0] ? FAULT_NONE
				   : fault(FAULT_ABSENT, "this conversation has not begun yet");
}

static enum fault
change(struct chat *ch, struct conversation_update *request, const char *done)
{
	const void *reply = NULL;
	enum fault f = current(ch);
	request->id = ch->conversation;
	if (f == FAULT_NONE)
		f = session_call(&reply, ch->c, "conversation.update", request, NULL);
	if (f == FAULT_NONE)
		out_putf(ch->c, PAINT_DIM, "%s\n", done);
	return f;
}

enum fault
chat_title(struct chat *ch, const char *rest)
{
	if (!*rest)
		return fault(FAULT_INPUT, "/title takes the new title");
	return change(ch, &(struct conversation_update){ .title = rest }, "Renamed.");
}

static enum fault
run_archive(struct chat *ch, const char *rest)
{
	(void)rest;
	enum fault f = change(ch, &(struct conversation_update){ .status = "archived" },
		"Archived; this is a new conversation.");
	if (f == FAULT_NONE)
		ch->conversation[0] = '\0';
	return f;
}

static enum fault
run_export(struct chat *ch, const char *rest)
{
	char **words;
	size_t count;
	enum fault f = current(ch);
	if (f == FAULT_NONE)
		f = words_split(&words, &count, &ch->c->arena, rest);
	if (f != FAULT_NONE)
		return f;
	return export_write(
		ch->c, ch->conversation, count > 0 ? words[0] : "md", count > 1 ? words[1] : NULL);
}

/* ---- how it answers ---------------------------------------------------------------- */

static enum fault
run_subject(struct chat *ch, const char *rest)
{
	mem_free(ch->subject_owned);
	ch->subject_owned = *rest ? mem_strdup(rest) : NULL;
	ch->subject = ch->subject_owned;
	out_putf(ch->c, PAINT_DIM, "%s%s from now on.\n", *rest ? "Only " : "Every subject", rest);
	return FAULT_NONE;
}

static enum fault
run_mode(struct chat *ch, const char *rest)
{
	static const char *const modes[] = { "auto", "extractive", "model" };
	for (size_t i = 0; i < COUNT_OF(modes); i++) {
		if (!str_same(rest, modes[i]))
			continue;
		if (i == 2 && !*conf_get(&ch->c->conf, "llm.base_url"))
			return fault(FAULT_INPUT,
				"no model is set up: /config set llm.base_url https://host/v1");
		ch->mode = modes[i];
		out_putf(ch->c, PAINT_DIM, "Answers: %s.\n", modes[i]);
		return FAULT_NONE;
	}
	return fault(FAULT_INPUT, "/mode takes auto, extractive or model; it is %s",
		ch->mode ? ch->mode : "auto");
}

static enum fault
rate(struct chat *ch, int64_t score, const char *comment)
{
	const void *reply = NULL;
	if (!ch->answer)
		return fault(FAULT_ABSENT, "there is no answer to say that about");
	struct message_feedback request = {
		.id = ch->answer->id, .score = score, .comment = *comment ? comment : NULL
	};
	enum fault f = session_call(&reply, ch->c, "message.feedback", &request, NULL);
	if (f == FAULT_NONE)
		out_put(ch->c, PAINT_DIM, "Noted, sealed with the answer.\n");
	return f;
}

static enum fault
run_good(struct chat *ch, const char *rest)
{
	return rate(ch, 1, rest);
}

static enum fault
run_bad(struct chat *ch, const char *rest)
{
	return rate(ch, -1, rest);
}

static enum fault
run_lock(struct chat *ch, const char *rest)
{
	(void)rest;
	if (!ch->can_lock)
		return fault(FAULT_INPUT, "there is no lock; /vault passwd sets a passphrase");
	enum fault f = chat_lock(ch);
	if (f == FAULT_NONE)
		out_put(ch->c, PAINT_DIM, "LOCKED. The next question asks for the passphrase.\n");
	return f;
}

static enum fault
run_quit(struct chat *ch, const char *rest)
{
	(void)rest;
	ch->over = true;
	return FAULT_NONE;
}

static enum fault
run_help(struct chat *ch, const char *rest)
{
	struct cli *c = ch->c;
	size_t count;
	const struct chat_command *all = chat_commands(&count);
	if (*rest && verb_find(rest, NULL)) {
		help_verb(c, rest);
		return FAULT_NONE;
	}
	for (size_t i = 0; i < count; i++)
		out_wrapped(c, PAINT_NONE,
			arena_printf(&c->arena, "%-24s ",
				arena_printf(&c->arena, "/%s %s", all[i].name, all[i].operands)),
			25, all[i].help);
	out_wrapped(c, PAINT_DIM, "", 0,
		"Every verb works as well: /add FOLDER, /docs, /search WORDS, /history, /vault, /doctor; /help VERB says more. "
		"Ctrl-C stops an answer, Ctrl-X Ctrl-E opens your editor.");
	return FAULT_NONE;
}

static const struct chat_command table[] = {
	{ "help", "app.help", "[VERB]", run_help, "these commands" },
	{ "send", "chat.send", "QUESTION", line_send, "ask this, even when it begins with a slash" },
	{ "edit", "edit.external", "", line_edit, "write the question in $VISUAL or $EDITOR" },
	{ "show", "app.redraw", "", line_show, "this conversation from its beginning" },
	{ "sources", "cite.list", "[N]", run_sources,
		"the sources of the last answer, or one of them" },
	{ "next", "cite.next", "", line_cite_next, "the next source of the last answer" },
	{ "prev", "cite.prev", "", line_cite_prev, "the source before" },
	{ "page", "cite.open", "[N]", run_page, "the page a source stands on, as text" },
	{ "open", "cite.file", "[N]", run_open, "the original of a source, in its own program" },
	{ "cite", "cite.copy", "[N [FILE]]", line_cite, "a source as a reference, to read or into a file" },
	{ "copy", "yank.message", "answer|sentence|quote|code [FILE]", line_copy,
		"that part of the answer alone, to read or into a file" },
	{ "good", "feedback.good", "[WORDS]", run_good, "the last answer helped" },
	{ "bad", "feedback.bad", "[WORDS]", run_bad, "it did not, and why" },
	{ "find", "find.here", "WORDS", line_find, "these words in this conversation" },
	{ "everything", "find.everything", "WORDS", line_everything,
		"these words in all conversations and documents" },
	{ "new", "chat.new", "", run_new, "begin a new conversation" },
	{ "list", "tab.chat", "[WORDS]", run_list, "the latest conversations" },
	{ "use", "chat.open", "N|ID|last", run_use, "go on with one of them" },
	{ "title", "chat.rename", "TITLE", chat_title, "rename this conversation" },
	{ "rename", "chat.rename", "TITLE", chat_title, "the same" },
	{ "archive", "chat.archive", "", run_archive, "put this conversation away" },
	{ "delete", "chat.delete", "", line_delete, "delete this conversation; /undo right after brings it back" },
	{ "undo", "chat.undo", "", line_undo, "bring back what was just deleted" },
	{ "export", "chat.export", "[FORMAT [FILE]]", run_export,
		"this conversation as md, json, html or txt" },
	{ "share", "chat.share", "[DAYS]", line_share, "a link that shows this conversation as it is now" },
	{ "teacher", "teacher.ask", "[WORDS]", line_teacher, "hand the last answer's question to a teacher, with these words" },
	{ "subject", "answer.subject", "[S]", run_subject, "only this subject; without one, all" },
	{ "mode", "answer.mode", "MODE", run_mode, "auto, extractive or model" },
	{ "theme", "theme.set", "[NAME]", line_theme, "the colours of the screen" },
	{ "mouse", "set.mouse", "[on|off]", line_mouse, "whether the screen takes the mouse" },
	{ "lock", "app.lock", "", run_lock, "forget the keys until the next question" },
	{ "quit", "app.quit", "", run_quit, "leave" },
};

const struct chat_command *
chat_commands(size_t *count)
{
	*count = COUNT_OF(table);
	return table;
}

/* ---- a line that begins with a slash ------------------------------------------------- */

static const char *
command_name_at(size_t i)
{
	return i < COUNT_OF(table) ? table[i].name : verbs[i - COUNT_OF(table)].name;
}

/* A verb with the session that is open already. */
enum fault
chat_verb(struct chat *ch, const char *line)
{
	static const char *const not_here[] = { "chat", "init", "completion" };
	struct cli *c = ch->c;
	struct args outer = c->args;
	char **words;
	size_t count;
	enum fault f = words_split(&words, &count, &c->arena, line);
	if (f == FAULT_NONE)
		f = args_parse(&c->args, &c->arena, (int)count, words);
	for (size_t i = 0; f == FAULT_NONE && i < COUNT_OF(not_here); i++)
		if (c->args.verb && str_same(c->args.verb->name, not_here[i]))
			f = fault(FAULT_INPUT, "stoa %s is not for within a conversation",
				not_here[i]);
	bool json = c->json;
	if (f == FAULT_NONE) {
		c->json = json || option_given(&c->args, "json");
		if (c->args.help)
			help_verb(c, c->args.verb->name);
		else
			f = c->args.verb->run(c);
	}
	c->json = json;
	c->args = outer;
	return f;
}

enum fault
chat_command_run(struct chat *ch, const char *line)
{
	char name[32];
	size_t n = strcspn(line + 1, " \t");
	snprintf(name, sizeof name, "%.*s", (int)n, line + 1);
	const char *rest = line + 1 + n;
	rest += strspn(rest, " \t");
	const struct plain_row *plain = plain_find(name);
	if (plain && !plain->line) {
		out_wrapped(ch->c, PAINT_NONE, "", 0, plain->reading);
		return FAULT_NONE;
	}
	if (plain)
		return chat_command_run(ch, arena_printf(&ch->c->arena, "/%s %s", plain->line, rest));
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (str_same(table[i].name, name))
			return table[i].run(ch, rest);
	if (verb_find(name, NULL))
		return chat_verb(ch, line + 1);
	const char *near = args_nearest(name, command_name_at, COUNT_OF(table) + verb_count);
	if (near)
		return fault(FAULT_INPUT, "there is no command /%s; did you mean /%s?", name, near);
	return fault(FAULT_INPUT, "there is no command /%s; /help lists them", name);
}

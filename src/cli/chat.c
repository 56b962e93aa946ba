/* stoa chat: a conversation line by line, the same for a terminal, a screen reader
 * and a script.
 *
 * A line is a question, or a command when it begins with a slash; only this line is
 * ever obeyed, nothing that a document or a model says.  What a turn allocates is given
 * back with the next.  Left alone long enough the keys are forgotten.
 */
#include <string.h>
#include <unistd.h>
#include "cli_in.h"

void
chat_forget(struct chat *ch)
{
	arena_clear(&ch->kept);
	ch->answer = NULL;
	for (size_t i = 0; i < ch->listed_count; i++)
		mem_free(ch->listed[i]);
	ch->listed_count = 0;
}

enum fault
chat_lock(struct chat *ch)
{
	enum fault f = backend_lock(ch->c->backend);
	if (f != FAULT_NONE)
		return f;
	chat_forget(ch);
	input_forget();
	ch->locked = true;
	return FAULT_NONE;
}

enum fault
chat_ask(struct chat *ch, const char *line)
{
	struct message_send request = {
		.conversation_id = ch->conversation[0] ? ch->conversation : NULL,
		.assignment_id = ch->conversation[0] ? NULL : ch->assignment,
		.content = line,
		.subject = ch->subject,
		.mode = ch->mode,
		.documents = ch->documents,
		.domains = ch->domains,
		.ephemeral = ch->ephemeral,
	};
	const struct message *m = NULL;
	if (!ch->c->json)
		out_put(ch->c, PAINT_NONE, "\n");
	enum fault f = answer_get(&m, ch->c, &request, false);
	if (f != FAULT_NONE)
		return f;
	if (!ch->ephemeral && m->conversation_id)
		snprintf(ch->conversation, sizeof ch->conversation, "%s", m->conversation_id);
	for (size_t i = 0; i < m->followups.count && !ch->c->json; i++)
		out_wrapped(ch->c, PAINT_DIM, i ? "      " : "Next: ", 6, m->followups.items[i]);
	if (!ch->c->json)
		out_put(ch->c, PAINT_NONE, "\n");
	ch->answer = m;
	ch->source_at = 0;
	return FAULT_NONE;
}

/* One line in memory of its own, kept when it brought an answer. */
static enum fault
turn(struct chat *ch, const char *line)
{
	struct cli *c = ch->c;
	struct arena outer = c->arena;
	const struct message *before = ch->answer;
	arena_init(&c->arena);
	print_resized(c);
	c->interrupted = false;
	if (!str_starts(line, "/undo"))
		chat_delete_done(ch);
	enum fault f = line[0] == '/' ? chat_command_run(ch, line) : chat_ask(ch, line);
	bool fresh = ch->answer != before && ch->answer;
	if (f == FAULT_NONE)
		chat_draft(ch, "");
	if (f != FAULT_NONE) {
		print_fault(c, f);
		if (line[0] != '/' && f != FAULT_CANCELLED && ch->terminal) {
			mem_free(ch->typed);
			ch->typed = mem_strdup(line);
		}
	}
	c->interrupted = c->terminated;
	c->status = 0;
	if (fresh) {
		arena_clear(&ch->kept);
		ch->kept = c->arena;
	} else {
		arena_clear(&c->arena);
	}
	c->arena = outer;
	fflush(stdout);
	return c->terminated || c->out_broken ? fault(FAULT_CANCELLED, "ended") : FAULT_NONE;
}

static enum fault
greet(struct chat *ch)
{
	struct cli *c = ch->c;
	struct backend_lock l = { 0 };
	enum fault f = backend_lock_state(&l, c->backend);
	if (f != FAULT_NONE)
		return f;
	ch->can_lock = true;
	for (size_t i = 0; i < l.slot_count; i++)
		if (l.slots[i].type == BACKEND_OPEN)
			ch->can_lock = false;
	if (c->json || !ch->terminal)
		return FAULT_NONE;
	const void *reply = NULL;
	f = session_call(&reply, c, "health.get", &(struct nothing){ 0 }, NULL);
	if (f != FAULT_NONE)
		return f;
	const struct health *h = reply;
	out_putf(c, PAINT_BOLD, "stoa %s", STOA_VERSION);
	out_putf(c, PAINT_DIM, "  %s  %lld document%s, %lld conversation%s  %s\n",
		backend_word(c->backend), (long long)h->documents, h->documents == 1 ? "" : "s",
		(long long)h->conversations, h->conversations == 1 ? "" : "s",
		ch->ephemeral  ? "KEEPS NOTHING"
		: ch->can_lock ? "OPEN"
			       : "NO LOCK");
	out_wrapped(c, PAINT_DIM, "", 0, h->documents ? "Ask a question, or /help.  Ctrl-D leaves."
		: "The library is empty: /add FOLDER fills it.  /help, Ctrl-D leaves.");
	return FAULT_NONE;
}

enum fault
chat_use(struct chat *ch, const char *id)
{
	struct cli *c = ch->c;
	struct conversation_get request = { .id = id };
	const void *reply = NULL;
	enum fault f = session_call(&reply, c, "conversation.get", &request, NULL);
	if (f != FAULT_NONE)
		return f;
	const struct transcript *t = reply;
	const struct message *items = t->messages.items;
	snprintf(ch->conversation, sizeof ch->conversation, "%s", id);
	for (size_t i = 0; i < t->messages.count; i++)
		if (str_same(items[i].role, "user") && items[i].content)
			input_remember(items[i].content);
	if (c->json)
		return FAULT_NONE;
	out_putf(c, PAINT_BOLD, "%s\n",
		untrusted_line(&c->arena, t->conversation->title ? t->conversation->title : ""));
	size_t from = t->messages.count > 2 ? t->messages.count - 2 : 0;
	for (size_t i = from; i < t->messages.count; i++) {
		if (str_same(items[i].role, "user"))
			out_wrapped(
				c, PAINT_BOLD, "> ", 2, items[i].content ? items[i].content : "");
		else
			answer_print(c, &items[i], false);
		out_put(c, PAINT_NONE, "\n");
	}
	return FAULT_NONE;
}

void
chat_draft(struct chat *ch, const char *line)
{
	if (ch->ephemeral || ch->locked || !ch->terminal ||
		str_same(line, ch->drafted ? ch->drafted : ""))
		return;
	struct settings request = { .draft = line };
	const void *reply = NULL;
	struct backend_handlers quiet = { 0 };
	struct arena a;
	arena_init(&a);
	if (backend_call_wait(&reply, &a, ch->c->backend, "me.update", &request, &quiet) ==
		FAULT_NONE) {
		mem_free(ch->drafted);
		ch->drafted = mem_strdup(line);
		log_event(LOG_INFO, "cli", "draft.kept", "size=%zu", strlen(line));
	} else {
		log_event(LOG_WARN, "cli", "draft.lost", "size=%zu", strlen(line));
	}
	arena_clear(&a);
}

/* What was typed and not sent the last time. */
static enum fault
draft_bring_back(struct chat *ch)
{
	const void *reply = NULL;
	if (!ch->terminal || ch->ephemeral)
		return FAULT_NONE;
	enum fault f = session_call(&reply, ch->c, "me.get", &(struct nothing){ 0 }, NULL);
	if (f != FAULT_NONE)
		return f;
	const struct settings *s = reply;
	if (s->draft && *s->draft) {
		ch->typed = mem_strdup(s->draft);
		ch->drafted = mem_strdup(s->draft);
	}
	return FAULT_NONE;
}

static enum fault
chat_start(struct chat *ch)
{
	struct cli *c = ch->c;
	const char *conversation = option_text(&c->args, "conversation"), *id;
	const char *assignment = option_text(&c->args, "assignment");
	struct text_list documents = option_texts(&c->args, &c->arena, "document");
	enum fault f = session_conf(c);
	if (f == FAULT_NONE)
		f = answer_mode(&ch->mode, c);
	if (f == FAULT_NONE)
		f = session_ready(c);
	if (f == FAULT_NONE)
		f = session_unlock(c);
	if (f == FAULT_NONE)
		f = named_documents(&ch->documents, c, &documents);
	if (f == FAULT_NONE)
		f = greet(ch);
	if (f == FAULT_NONE && assignment)
		f = named_assignment(&ch->assignment, c, NULL, assignment);
	if (f == FAULT_NONE && conversation) {
		f = named_conversation(&id, c, conversation);
		if (f == FAULT_NONE)
			f = chat_use(ch, id);
	}
	return f;
}

enum fault
verb_chat(struct cli *c)
{
	struct chat ch = {
		.c = c,
		.subject = option_text(&c->args, "subject"),
		.domains = option_texts(&c->args, &c->arena, "domain"),
		.ephemeral = option_given(&c->args, "ephemeral"),
		.terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && !c->json,
	};
	c->chatting = true;
	arena_init(&ch.kept);
	enum fault f = chat_start(&ch);
	if (f == FAULT_NONE)
		f = draft_bring_back(&ch);
	if (f == FAULT_NONE)
		f = input_open(&ch);
	if (f != FAULT_NONE)
		goto out;
	while (f == FAULT_NONE && !ch.over) {
		char *line = NULL;
		f = input_line(&line, &ch);
		if (f == FAULT_NONE && line[strspn(line, " \t\r")])
			f = turn(&ch, line + strspn(line, " \t\r"));
		mem_free(line);
	}
	if (f == FAULT_ABSENT || (f == FAULT_CANCELLED && !c->terminated))
		f = FAULT_NONE;         /* the end of input, or asked to leave */
	input_close(&ch);
	chat_delete_done(&ch);
out:
	chat_forget(&ch);
	mem_free(ch.typed);
	mem_free(ch.drafted);
	mem_free(ch.subject_owned);
	return f;
}

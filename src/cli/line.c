/* The screen's actions that the line mode does in its own way: stepping through sources,
 * copying, finding, undoing, the editor, and the settings of the screen.
 *
 * To copy is to print the part alone, without marks or colour, or to write it to a file
 * that is named; a screen reader and a script can take both.
 */
#include <stdlib.h>
#include <string.h>
#include "cli_in.h"

/* ---- asking ---------------------------------------------------------------------- */

enum fault
line_send(struct chat *ch, const char *rest)
{
	return *rest ? chat_ask(ch, rest) : fault(FAULT_INPUT, "/send takes a question");
}

enum fault
line_edit(struct chat *ch, const char *rest)
{
	char *text = NULL;
	enum fault f = editor_run(&text, ch->c->places.runtime, *rest ? rest : "");
	if (f == FAULT_NONE && !*text)
		f = fault(FAULT_CANCELLED, "the editor left nothing to ask");
	if (f == FAULT_NONE) {
		const char *line = arena_strdup(&ch->c->arena, text);
		out_wrapped(ch->c, PAINT_BOLD, "> ", 2, line);
		f = chat_ask(ch, line);
	}
	mem_free(text);
	return f;
}

/* ---- sources ---------------------------------------------------------------------- */

static enum fault
step(struct chat *ch, int by)
{
	const struct citation *ct = NULL;
	char n[24];
	enum fault f = chat_source(&ct, ch, "");
	if (f != FAULT_NONE)
		return f;
	bool refused = ch->answer->citations.count == 0;
	size_t count = refused ? ch->answer->nearest.count : ch->answer->citations.count;
	int64_t at = ch->source_at + by;
	if (at < 1 || at > (int64_t)count)
		return fault(FAULT_ABSENT, at < 1 ? "that was the first source" : "that was the last source");
	snprintf(n, sizeof n, "%lld", (long long)at);
	f = chat_source(&ct, ch, n);
	if (f != FAULT_NONE)
		return f;
	ch->source_at = at;
	answer_source(ch->c, ct);
	return FAULT_NONE;
}

enum fault
line_cite_next(struct chat *ch, const char *rest)
{
	(void)rest;
	return step(ch, 1);
}

enum fault
line_cite_prev(struct chat *ch, const char *rest)
{
	(void)rest;
	return step(ch, -1);
}

/* ---- copying ---------------------------------------------------------------------- */

/* To the file of the name, or to be read. */
static enum fault
hand_out(struct chat *ch, const char *text, const char *path)
{
	struct text clean;
	text_init(&clean, 8 * strlen(text) + 16);
	untrusted_text(&clean, text, strlen(text), UNTRUSTED_STRIP);
	text_put_c(&clean, '\n');
	enum fault f = FAULT_NONE;
	if (!path)
		out_put(ch->c, PAINT_NONE, clean.data);
	else
		f = file_write(path, clean.data, clean.len);
	if (path && f == FAULT_NONE)
		err_notef(ch->c, PAINT_DIM, "written to %s\n", path);
	text_clear(&clean);
	return f;
}

enum fault
line_cite(struct chat *ch, const char *rest)
{
	const struct citation *ct = NULL;
	char **words;
	size_t count;
	enum fault f = words_split(&words, &count, &ch->c->arena, rest);
	if (f == FAULT_NONE)
		f = chat_source(&ct, ch, count > 0 ? words[0] : "");
	if (f != FAULT_NONE)
		return f;
	const char *text = arena_printf(&ch->c->arena, "\"%s\" (%s)", ct->quote ? ct->quote : "",
		citation_place(&ch->c->arena, ct));
	return hand_out(ch, text, count > 1 ? words[1] : NULL);
}

/* The sentence that stands on the source shown last, or on the first. */
static const char *
sentence_now(struct chat *ch)
{
	const struct sentence *s = ch->answer->sentences.items;
	for (size_t i = 0; i < ch->answer->sentences.count; i++)
		if (s[i].citation > 0 && (ch->source_at == 0 || s[i].citation == ch->source_at))
			return s[i].text;
	return ch->answer->sentences.count ? s[0].text : NULL;
}

/* The first fenced block of Markdown. */
static const char *
code_block(struct chat *ch)
{
	const char *at = ch->answer->content ? strstr(ch->answer->content, "```") : NULL;
	const char *from = at ? strchr(at, '\n') : NULL, *end = from ? strstr(from, "\n```") : NULL;
	return end && end > from ? arena_strndup(&ch->c->arena, from + 1, (size_t)(end - from - 1)) : NULL;
}

static const char *
quote_now(struct chat *ch)
{
	const struct citation *ct = NULL;
	char n[24] = "";
	if (ch->source_at > 0)
		snprintf(n, sizeof n, "%lld", (long long)ch->source_at);
	return chat_source(&ct, ch, n) == FAULT_NONE ? ct->quote : NULL;
}

static const char *
answer_now(struct chat *ch)
{
	return ch->answer->content;
}

enum fault
line_copy(struct chat *ch, const char *rest)
{
	static const struct { const char *name; const char *(*take)(struct chat *ch); } parts[] = {
		{ "answer", answer_now }, { "sentence", sentence_now }, { "quote", quote_now }, { "code", code_block },
	};
	char **words;
	size_t count;
	enum fault f = words_split(&words, &count, &ch->c->arena, rest);
	if (f != FAULT_NONE)
		return f;
	if (!ch->answer)
		return fault(FAULT_ABSENT, "there is no answer to copy from yet");
	const char *name = count > 0 ? words[0] : "answer";
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (!str_same(parts[i].name, name))
			continue;
		const char *text = parts[i].take(ch);
		if (!text || !*text)
			return fault(FAULT_ABSENT, "the answer has no %s", name);
		return hand_out(ch, text, count > 1 ? words[1] : NULL);
	}
	return fault(FAULT_INPUT, "/copy takes answer, sentence, quote or code, not %s", name);
}

/* ---- finding ---------------------------------------------------------------------- */

static enum fault
transcript_get(const struct transcript **out, struct chat *ch)
{
	struct conversation_get request = { .id = ch->conversation };
	const void *reply = NULL;
	if (!ch->conversation[0])
		return fault(FAULT_ABSENT, "this conversation has not begun yet");
	enum fault f = session_call(&reply, ch->c, "conversation.get", &request, NULL);
	*out = reply;
	return f;
}

enum fault
line_show(struct chat *ch, const char *rest)
{
	const struct transcript *t = NULL;
	(void)rest;
	enum fault f = transcript_get(&t, ch);
	const struct message *items = f == FAULT_NONE ? t->messages.items : NULL;
	for (size_t i = 0; f == FAULT_NONE && i < t->messages.count; i++) {
		if (str_same(items[i].role, "user"))
			out_wrapped(ch->c, PAINT_BOLD, "> ", 2, items[i].content ? items[i].content : "");
		else
			answer_print(ch->c, &items[i], false);
		out_put(ch->c, PAINT_NONE, "\n");
	}
	return f;
}

enum fault
line_find(struct chat *ch, const char *rest)
{
	const struct transcript *t = NULL;
	size_t found = 0;
	if (!*rest)
		return fault(FAULT_INPUT, "/find takes the words to look for");
	enum fault f = transcript_get(&t, ch);
	const struct message *items = f == FAULT_NONE ? t->messages.items : NULL;
	for (size_t i = 0; f == FAULT_NONE && i < t->messages.count; i++) {
		const char *content = items[i].content ? items[i].content : "";
		if (!strcasestr(content, rest))
			continue;
		found++;
		out_wrapped(ch->c, PAINT_NONE, str_same(items[i].role, "user") ? "you   " : "stoa  ", 6, content);
	}
	if (f == FAULT_NONE && found == 0)
		f = fault(FAULT_ABSENT, "\"%s\" is not in this conversation; /everything looks further", rest);
	return f;
}

enum fault
line_everything(struct chat *ch, const char *rest)
{
	struct arena *a = &ch->c->arena;
	if (!*rest)
		return fault(FAULT_INPUT, "/everything takes the words to look for");
	out_put(ch->c, PAINT_BOLD, "Conversations\n");
	enum fault f = chat_verb(ch, arena_printf(a, "history search %s", rest));
	if (f != FAULT_NONE)
		return f;
	out_put(ch->c, PAINT_BOLD, "Documents\n");
	return chat_verb(ch, arena_printf(a, "search %s", rest));
}

/* ---- deleting ---------------------------------------------------------------------- */

enum fault
line_delete(struct chat *ch, const char *rest)
{
	(void)rest;
	if (!ch->conversation[0])
		return fault(FAULT_ABSENT, "this conversation has not begun yet");
	memcpy(ch->deleted, ch->conversation, sizeof ch->deleted);
	ch->conversation[0] = '\0';
	chat_forget(ch);
	out_put(ch->c, PAINT_DIM, "Deleted; /undo as the next line brings it back. This is a new conversation.\n");
	return FAULT_NONE;
}

enum fault
line_undo(struct chat *ch, const char *rest)
{
	(void)rest;
	if (!ch->deleted[0])
		return fault(FAULT_ABSENT, "there is nothing to undo");
	char id[ID_BYTES];
	memcpy(id, ch->deleted, sizeof id);
	ch->deleted[0] = '\0';
	return chat_use(ch, id);
}

void
chat_delete_done(struct chat *ch)
{
	const void *reply = NULL;
	struct id_request request = { ch->deleted };
	if (!ch->deleted[0])
		return;
	ch->c->interrupted = false;     /* leaving by Ctrl-C does not bring it back */
	if (session_call(&reply, ch->c, "conversation.delete", &request, NULL) != FAULT_NONE)
		err_notef(ch->c, PAINT_WARN, "stoa: not deleted: %s\n", fault_sentence());
	ch->deleted[0] = '\0';
}

/* ---- settings of the screen ------------------------------------------------------------ */

static enum fault
setting(struct chat *ch, const char *dotted, const char *value)
{
	enum fault f = *value ? conf_store(ch->c, dotted, value) : FAULT_NONE;
	if (f == FAULT_NONE)
		out_putf(ch->c, PAINT_DIM, "%s = %s\n", dotted, conf_get(&ch->c->conf, dotted));
	return f;
}

enum fault
line_theme(struct chat *ch, const char *rest)
{
	struct cli *c = ch->c;
	const char *own = arena_printf(&c->arena, "%s/themes", c->places.config);
	enum fault f = *rest && c->front ? c->front->theme(rest, own, shipped_folder(&c->arena, "themes")) : FAULT_NONE;
	return f == FAULT_NONE ? setting(ch, "screen.theme", rest) : f;
}

enum fault
line_mouse(struct chat *ch, const char *rest)
{
	return setting(ch, "screen.mouse", rest);
}

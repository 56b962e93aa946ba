/* A language model's side of the protocol, well and badly; the rows are at the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "endpoint.h"

#define CHUNK "{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"test\",\"choices\":[{\"index\":0,"
#define ERROR_BODY(words) "{\"error\":{\"message\":\"" words "\",\"type\":\"test\"}}"

static bool
stream_head(struct talk *t)
{
	return talk_printf(t, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n");
}

/* text is JSON-escaped already. */
static bool
say(struct talk *t, const char *text)
{
	return talk_printf(t, "data: " CHUNK "\"delta\":{\"content\":\"%s\"},\"finish_reason\":null}]}\n\n", text);
}

static void
finish(struct talk *t, const char *reason)
{
	talk_printf(t, "data: " CHUNK "\"delta\":{},\"finish_reason\":\"%s\"}]}\n\n", reason);
}

static void
usage(struct talk *t, int in, int out)
{
	talk_printf(t, "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"choices\":[],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d,\"total_tokens\":%d}}\n\n", in, out, in + out);
}

static void
done(struct talk *t)
{
	talk_printf(t, "data: [DONE]\n\n");
}

static void
start(struct talk *t)
{
	stream_head(t);
	talk_printf(t, ": keep-alive\n\ndata: " CHUNK "\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n");
}

static void
good(struct talk *t)
{
	start(t);
	say(t, "Light ");
	say(t, "is \\u5149");
	say(t, ".");
	finish(t, "stop");
	usage(t, 1200, 30);
	done(t);
}

static void
no_usage(struct talk *t)
{
	start(t);
	say(t, "Light is \\u5149\\u5408.");
	finish(t, "length");
	done(t);
}

/* The connection stays open behind [DONE]. */
static void
lingering(struct talk *t)
{
	good(t);
	talk_hold(t);
}

/* An older server: one JSON object whatever was asked. */
static void
whole(struct talk *t)
{
	talk_answer(t, "200 OK", "application/json",
		"{\"id\":\"c1\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Light.\"},"
		"\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2,\"total_tokens\":12}}");
}

/* arg, with ; for , and ' for ", is the body. */
static void
body(struct talk *t)
{
	char *s = strdup(t->arg);
	for (char *c = s; *c != '\0'; c++)
		*c = *c == ';' ? ',' : *c == '\'' ? '"' : *c;
	talk_answer(t, "200 OK", "application/json", s);
	free(s);
}

static void
chunk(struct talk *t)
{
	char *s = strdup(t->arg);
	for (char *c = s; *c != '\0'; c++)
		*c = *c == ';' ? ',' : *c == '\'' ? '"' : *c;
	stream_head(t);
	talk_printf(t, "data: %s\n\n", s);
	done(t);
	free(s);
}

static void
piece(struct talk *t, const char *call)
{
	talk_printf(t, "data: " CHUNK "\"delta\":{\"tool_calls\":[%s]},\"finish_reason\":null}]}\n\n", call);
}

/* Two calls in pieces, one between the other. */
static void
tools(struct talk *t)
{
	start(t);
	piece(t, "{\"index\":0,\"id\":\"call_a\",\"type\":\"function\",\"function\":{\"name\":\"search\",\"arguments\":\"\"}}");
	piece(t, "{\"index\":0,\"function\":{\"arguments\":\"{\\\"query\\\":\"}}");
	piece(t, "{\"index\":1,\"id\":\"call_b\",\"type\":\"function\",\"function\":{\"name\":\"open\",\"arguments\":\"{}\"}}");
	piece(t, "{\"index\":0,\"function\":{\"arguments\":\"\\\"light\\\"}\"}}");
	finish(t, "tool_calls");
	usage(t, 50, 12);
	done(t);
}

/* As some servers do: every call is number 0, or has no number. */
static void
tools_unnumbered(struct talk *t)
{
	start(t);
	piece(t, "{\"index\":0,\"id\":\"call_a\",\"function\":{\"name\":\"search\",\"arguments\":\"{}\"}},"
		"{\"index\":0,\"id\":\"call_b\",\"function\":{\"name\":\"open\",\"arguments\":\"{}\"}}");
	piece(t, "{\"id\":\"call_c\",\"function\":{\"name\":\"cite\",\"arguments\":\"\"}}");
	piece(t, "{\"function\":{\"arguments\":\"{}\"}}");
	finish(t, "tool_calls");
	done(t);
}

static void
tools_many(struct talk *t)
{
	start(t);
	for (int i = 0; i < 1000; i++) {
		char call[128];
		snprintf(call, sizeof call, "{\"index\":%d,\"id\":\"c%d\",\"function\":{\"name\":\"search\",\"arguments\":\"{}\"}}", i, i);
		piece(t, call);
	}
	done(t);
}

static void
chunked_head(struct talk *t)
{
	talk_printf(t, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
}

static void
chunked_say(struct talk *t, const char *text)
{
	char *s = NULL;
	int n = asprintf(&s, "data: " CHUNK "\"delta\":{\"content\":\"%s\"},\"finish_reason\":null}]}\n\n", text);
	talk_printf(t, "%x\r\n%s\r\n", (unsigned)n, s);
	free(s);
}

/* Cut after the first words, in the middle of a chunk. */
static void
cut(struct talk *t)
{
	chunked_head(t);
	chunked_say(t, "Light ");
	talk_printf(t, "40\r\ndata: {\"id\":");
}

/* Cut where only the missing finish reason shows it. */
static void
cut_clean(struct talk *t)
{
	start(t);
	say(t, "Light ");
}

/* Cut before anything was said. */
static void
cut_early(struct talk *t)
{
	start(t);
}

static void
malformed(struct talk *t)
{
	stream_head(t);
	talk_printf(t, "data: {\"choices\":[{\"delta\":{\"content\":\"Li\n\n");
	done(t);
}

static void
malformed_whole(struct talk *t)
{
	talk_answer(t, "200 OK", "application/json", "{\"choices\":[{\"message\":{\"content\":\"Light\"}}]");
}

static void
page(struct talk *t)
{
	talk_answer(t, "200 OK", "text/html", "<html><body>Please sign in</body></html>");
}

static void
endless(struct talk *t)
{
	start(t);
	while (say(t, "light and light and light and light and light and light and light and light "))
		;
}

static void
endless_comments(struct talk *t)
{
	stream_head(t);
	while (talk_printf(t, ": %01000d\n", 0))
		;
}

/* Head and comments, then nothing: no first token. */
static void
slow(struct talk *t)
{
	stream_head(t);
	talk_printf(t, ": waiting\n\n");
	talk_hold(t);
}

static void
stall(struct talk *t)
{
	start(t);
	say(t, "Light ");
	talk_hold(t);
}

static void
long_line(struct talk *t)
{
	stream_head(t);
	talk_printf(t, "data: \"%0200000d\"\n\n", 0);
	done(t);
}

static void
bad_utf8(struct talk *t)
{
	start(t);
	say(t, "Li\xff\xc3ght");
	finish(t, "stop");
	done(t);
}

static void
error_event(struct talk *t)
{
	stream_head(t);
	talk_printf(t, "data: " ERROR_BODY("overloaded") "\n\n");
}

/* arg is the key that is right. A wrong one is repeated in the refusal, as some do. */
static void
key(struct talk *t)
{
	char *line = strstr(t->head, "Authorization: Bearer "), *answer = NULL;
	size_t n = line != NULL ? strcspn(line + 22, "\r\n") : 0;
	if (n == strlen(t->arg) && strncmp(line + 22, t->arg, n) == 0) {
		good(t);
		return;
	}
	if (asprintf(&answer, ERROR_BODY("wrong key %.*s"), (int)n, line != NULL ? line + 22 : "") < 0)
		abort();
	talk_answer(t, "401 Unauthorized", "application/json", answer);
	free(answer);
}

/* 400 whose words repeat the key. */
static void
echo_key(struct talk *t)
{
	char *line = strstr(t->head, "Authorization: Bearer "), *answer = NULL;
	if (asprintf(&answer, ERROR_BODY("no, %.*s"), line != NULL ? (int)strcspn(line, "\r\n") : 0, line != NULL ? line : "") < 0)
		abort();
	talk_answer(t, "400 Bad Request", "application/json", answer);
	free(answer);
}

static void
too_many(struct talk *t)
{
	talk_printf(t, "HTTP/1.1 429 Too Many Requests\r\nRetry-After: %s\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", t->arg);
}

static void
failing(struct talk *t)
{
	talk_answer(t, *t->arg != '\0' ? t->arg : "500 Internal Server Error", "application/json", ERROR_BODY("it broke \\u001b]52;c;aGk=\\u0007"));
}

/* A server that knows neither stream_options nor max_tokens. */
static void
old_dialect(struct talk *t)
{
	if (strstr(t->body, "\"stream_options\"") != NULL)
		talk_answer(t, "400 Bad Request", "application/json", ERROR_BODY("Unrecognized request argument: stream_options"));
	else if (strstr(t->body, "\"max_tokens\"") != NULL)
		talk_answer(t, "400 Bad Request", "application/json", ERROR_BODY("Use 'max_completion_tokens' instead."));
	else
		good(t);
}

static void
stubborn(struct talk *t)
{
	talk_answer(t, "400 Bad Request", "application/json", ERROR_BODY("temperature, stream_options, max_completion_tokens: no"));
}

/* One vector a text, told apart by the text's length; in reverse order. arg: how
 * many numbers each has (4), what is wrong ("short" "zero" "twice" "uneven" "text"). */
static void
embed(struct talk *t)
{
	const char *input = strstr(t->body, "\"input\":[");
	size_t lengths[256], n = 0, cap = 1u << 20;
	for (const char *s = input != NULL ? input + 9 : ""; *s == '"' && n < 256; n++) {
		const char *end = s + 1;
		while (*end != '"')
			end += *end == '\\' ? 2 : 1;
		lengths[n] = (size_t)(end - s - 1);
		s = end[1] == ',' ? end + 2 : "";
	}
	char *out = malloc(cap);
	size_t at = (size_t)snprintf(out, cap, "{\"object\":\"list\",\"data\":[");
	for (size_t i = n; i-- > (strcmp(t->arg, "short") == 0 ? 1u : 0u);) {
		at += (size_t)snprintf(out + at, cap - at, "%s{\"object\":\"embedding\",\"index\":%zu,\"embedding\":[", i + 1 < n ? "," : "",
			strcmp(t->arg, "twice") == 0 ? 0 : i);
		at += (size_t)snprintf(out + at, cap - at, strcmp(t->arg, "zero") == 0 ? "0,0,0,0" : strcmp(t->arg, "text") == 0 ? "1,\"a\",0,0" : "%zu,3,0,0.5", lengths[i]);
		at += (size_t)snprintf(out + at, cap - at, strcmp(t->arg, "uneven") == 0 && i == 0 ? ",1]}" : "]}");
	}
	snprintf(out + at, cap - at, "],\"model\":\"test\",\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}");
	talk_answer(t, "200 OK", "application/json", out);
	free(out);
}

const struct behaviour endpoint_chat[] = {
	{ "good", good }, { "no-usage", no_usage }, { "lingering", lingering }, { "whole", whole },
	{ "body", body }, { "chunk", chunk }, { "tools", tools }, { "tools-unnumbered", tools_unnumbered },
	{ "tools-many", tools_many }, { "cut", cut }, { "cut-clean", cut_clean }, { "cut-early", cut_early },
	{ "malformed", malformed }, { "malformed-whole", malformed_whole }, { "page", page },
	{ "endless", endless }, { "endless-comments", endless_comments }, { "slow", slow }, { "stall", stall },
	{ "long-line", long_line }, { "bad-utf8", bad_utf8 }, { "error-event", error_event }, { "key", key },
	{ "echo-key", echo_key }, { "429", too_many }, { "500", failing }, { "old-dialect", old_dialect },
	{ "stubborn", stubborn }, { "embed", embed }, { NULL, NULL },
};

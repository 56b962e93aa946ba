/* Faults: a kind that a caller can act on, and one sentence for people.
 *
 * The sentence lives in thread-local storage, so that a fault costs its callers
 * one integer.  It is formatted aside first: the old sentence may be among the
 * arguments.  Names in it come from outside, so it passes the sanitiser here,
 * once, and every sink may print it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "stoa/base.h"

#define SENTENCE_BYTES 1024

static _Thread_local char sentence[SENTENCE_BYTES];
static _Thread_local int64_t retry_ms;

static const struct {
	const char *name, *code;
	int http, exit;
} kinds[FAULT_KINDS] = {
	[FAULT_NONE] = { "NONE", "OK", 200, 0 },
	[FAULT_ABSENT] = { "ABSENT", "NOT_FOUND", 404, 3 },
	[FAULT_EXISTS] = { "EXISTS", "CONFLICT", 409, 1 },
	[FAULT_INPUT] = { "INPUT", "INVALID_INPUT", 400, 2 },
	[FAULT_DENIED] = { "DENIED", "FORBIDDEN", 403, 4 },
	[FAULT_LIMIT] = { "LIMIT", "TOO_LARGE", 413, 7 },
	[FAULT_OFTEN] = { "OFTEN", "RATE_LIMITED", 429, 7 },
	[FAULT_BUSY] = { "BUSY", "UNAVAILABLE", 503, 1 },
	[FAULT_OFFLINE] = { "OFFLINE", "UNAVAILABLE", 503, 5 },
	[FAULT_LOCKED] = { "LOCKED", "UNAVAILABLE", 503, 6 },
	[FAULT_DAMAGED] = { "DAMAGED", "INTERNAL", 500, 1 },
	[FAULT_SYSTEM] = { "SYSTEM", "INTERNAL", 500, 1 },
	[FAULT_CANCELLED] = { "CANCELLED", "UNAVAILABLE", 503, 130 },
};

/* Keep s as the sentence, sanitised to one line. */
static void
keep(const char *s)
{
	struct text t;
	text_init(&t, 8 * SENTENCE_BYTES);
	untrusted_text(&t, s, strlen(s), UNTRUSTED_LINE);
	size_t n = utf8_floor(t.data, t.len, SENTENCE_BYTES - 1);
	memcpy(sentence, t.data, n);
	sentence[n] = '\0';
	retry_ms = 0;
	text_clear(&t);
}

enum fault
fault(enum fault kind, const char *fmt, ...)
{
	char raw[SENTENCE_BYTES];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof raw, fmt, ap);
	va_end(ap);
	keep(raw);
	return kind;
}

enum fault
fault_errno(const char *fmt, ...)
{
	int error = errno;
	char raw[SENTENCE_BYTES], why[128];
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(raw, sizeof raw, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof raw)
		snprintf(raw + n, sizeof raw - (size_t)n, ": %s",
			strerror_r(error, why, sizeof why));
	keep(raw);
	return FAULT_SYSTEM;
}

enum fault
fault_often(int64_t after_ms, const char *fmt, ...)
{
	char raw[SENTENCE_BYTES];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof raw, fmt, ap);
	va_end(ap);
	keep(raw);
	retry_ms = after_ms;
	return FAULT_OFTEN;
}

int64_t
fault_retry_ms(void)
{
	return retry_ms;
}

const char *
fault_sentence(void)
{
	return sentence;
}

const char *
fault_name(enum fault kind)
{
	return (unsigned)kind < FAULT_KINDS ? kinds[kind].name : "UNKNOWN";
}

const char *
fault_code(enum fault kind)
{
	return (unsigned)kind < FAULT_KINDS ? kinds[kind].code : "INTERNAL";
}

int
fault_http_status(enum fault kind)
{
	return (unsigned)kind < FAULT_KINDS ? kinds[kind].http : 500;
}

int
fault_exit_status(enum fault kind)
{
	return (unsigned)kind < FAULT_KINDS ? kinds[kind].exit : 1;
}

/* Several tries, with the waiting between them.
 *
 * Exponential backoff with full jitter: before try n a random time up to
 * 0.5 s * 2^(n-1), so that a class whose endpoint stumbled does not come back as
 * one wave.  Retry-After is honoured on top; where it asks for more than a learner
 * would wait, the answer is given without the model at once.  The breaker is
 * asked before each try, and the whole has one deadline.
 */
#include <string.h>
#include <time.h>
#include "llm_in.h"

#define BACKOFF_MS 500
#define BACKOFF_MAX_MS 8000
#define RETRY_AFTER_MAX_MS 20000
#define TURN_MS 50
#define WORDS_BYTES 200

static enum fault
really_wait(int64_t delay_ms, const struct cancel *cancel, void *arg)
{
	int64_t until_ms = clock_system.mono_ms(clock_system.arg) + delay_ms, left_ms;
	(void)arg;
	while ((left_ms = until_ms - clock_system.mono_ms(clock_system.arg)) > 0) {
		enum fault f = cancel_check(cancel);
		if (f != FAULT_NONE)
			return f;
		nanosleep(&(struct timespec){ .tv_nsec = 1000000L * (left_ms < TURN_MS ? left_ms : TURN_MS) }, NULL);
	}
	return FAULT_NONE;
}

static int64_t
backoff_ms(const struct llm *m, int number)
{
	uint32_t r;
	int64_t most = BACKOFF_MS;
	for (int i = 1; i < number && most < BACKOFF_MAX_MS; i++)
		most *= 2;
	m->chance.fill(&r, sizeof r, m->chance.arg);
	return (int64_t)(r % (uint32_t)(most + 1));
}

/* FAULT_NONE: waited, try again; otherwise why not. */
static enum fault
wait_before(struct llm_try *t, enum fault failed)
{
	int64_t delay_ms = backoff_ms(t->m, t->number);
	if (t->retry_after_ms > RETRY_AFTER_MAX_MS || t->retry_after_ms + delay_ms >= t->left_ms)
		return failed;
	delay_ms += t->retry_after_ms > 0 ? t->retry_after_ms : 0;
	return t->m->config.wait != NULL ? t->m->config.wait(delay_ms, t->cancel, t->m->config.wait_arg)
		: really_wait(delay_ms, t->cancel, NULL);
}

static enum fault
try_once(struct llm_try *t, llm_try_fn *once, void *arg)
{
	bool probe = false;
	enum fault f = llm_breaker_enter(&probe, t->m);
	t->retry_after_ms = -1;
	if (f != FAULT_NONE) {
		t->verdict = LLM_REFUSED;
		return f;
	}
	t->verdict = LLM_WELL;
	f = once(t, arg);
	llm_breaker_leave(t->m, probe, t->verdict);
	if (probe && t->verdict == LLM_AGAIN)
		t->verdict = LLM_BROKEN;
	return f;
}

enum fault
llm_tries(int *tries, struct llm *m, llm_try_fn *once, void *arg, const struct cancel *cancel)
{
	struct llm_secret key;
	enum fault f = cancel_check(cancel);
	if (f == FAULT_NONE)
		f = llm_key_take(&key, m, cancel);
	if (f != FAULT_NONE)
		return f;
	struct llm_try t = { .m = m, .key = key.text, .cancel = cancel };
	int64_t deadline_ms = llm_now_ms(m) + m->config.total_ms;
	t.left_ms = m->config.total_ms;
	for (t.number = 1;; t.number++) {
		f = try_once(&t, once, arg);
		if (f == FAULT_NONE || (t.verdict != LLM_AGAIN && t.verdict != LLM_LATER) || t.number >= m->config.tries)
			break;
		log_event(LOG_INFO, "llm", "try-failed", "number=%d fault=%s", t.number, fault_name(f));
		t.left_ms = deadline_ms - llm_now_ms(m);
		enum fault waited = wait_before(&t, f);
		if (waited != FAULT_NONE) {
			f = waited;
			break;
		}
		t.left_ms = deadline_ms - llm_now_ms(m);
		if (t.left_ms < 1)
			t.left_ms = 1; /* the waiting was longer than asked for; 0 would mean any time */
	}
	llm_secret_clear(&key);
	*tries = t.number;
	return f;
}

enum llm_verdict
llm_verdict_of(enum fault f)
{
	static const enum llm_verdict verdicts[FAULT_KINDS] = {
		[FAULT_NONE] = LLM_WELL, [FAULT_OFFLINE] = LLM_AGAIN, [FAULT_DAMAGED] = LLM_BROKEN, [FAULT_LIMIT] = LLM_BROKEN,
		[FAULT_ABSENT] = LLM_REFUSED, [FAULT_EXISTS] = LLM_REFUSED, [FAULT_INPUT] = LLM_REFUSED,
		[FAULT_DENIED] = LLM_REFUSED, [FAULT_OFTEN] = LLM_REFUSED, [FAULT_BUSY] = LLM_REFUSED, [FAULT_LOCKED] = LLM_REFUSED,
		[FAULT_SYSTEM] = LLM_REFUSED, [FAULT_CANCELLED] = LLM_REFUSED,
	};
	return verdicts[f];
}

/* The endpoint's own words for a refusal, if it has any and they do not hold the key. */
static void
put_words(struct text *out, const struct llm_try *t, const struct wire_reply *r)
{
	struct json_object *o = NULL, *error = NULL, *message = NULL;
	if (json_parse(&o, r->body.data, r->body.len) != FAULT_NONE)
		return;
	if (json_object_is_type(o, json_type_object) && json_object_object_get_ex(o, "error", &error)) {
		if (json_object_is_type(error, json_type_object))
			json_object_object_get_ex(error, "message", &message);
		else
			message = error;
	}
	if (message != NULL && json_object_is_type(message, json_type_string)) {
		const char *s = json_object_get_string(message);
		if (t->key == NULL || strstr(s, t->key) == NULL) {
			text_put(out, ": ");
			text_put_n(out, s, utf8_floor(s, strlen(s), WORDS_BYTES));
		}
	}
	json_object_put(o);
}

enum fault
llm_refusal(struct llm_try *t, const struct wire_reply *r)
{
	static const struct { int first, last; enum fault kind; enum llm_verdict verdict; bool words; const char *says; } rows[] = {
		{ 300, 399, FAULT_INPUT, LLM_REFUSED, false, "points elsewhere; base_url must name the place itself" },
		{ 401, 401, FAULT_DENIED, LLM_REFUSED, false, "does not accept the key" },
		{ 403, 403, FAULT_DENIED, LLM_REFUSED, false, "does not allow this with the key" },
		{ 408, 408, FAULT_OFFLINE, LLM_AGAIN, false, "gave up waiting" },
		{ 413, 413, FAULT_LIMIT, LLM_REFUSED, false, "finds the request too long" },
		{ 425, 425, FAULT_OFFLINE, LLM_AGAIN, false, "asks to come again" },
		{ 429, 429, FAULT_BUSY, LLM_LATER, false, "has no time now" },
		{ 400, 499, FAULT_INPUT, LLM_REFUSED, true, "refuses the request" },
		{ 500, 599, FAULT_OFFLINE, LLM_AGAIN, true, "has failed" },
	};
	struct text words;
	enum fault f = FAULT_DAMAGED;
	text_init(&words, 4 * WORDS_BYTES);
	t->verdict = LLM_BROKEN;
	t->retry_after_ms = r->retry_after_ms;
	size_t i = 0;
	while (i < COUNT_OF(rows) && (r->status < rows[i].first || r->status > rows[i].last))
		i++;
	if (i == COUNT_OF(rows)) {
		f = fault(FAULT_DAMAGED, "the model endpoint answered with status %d", r->status);
	} else {
		if (rows[i].words)
			put_words(&words, t, r);
		t->verdict = rows[i].verdict;
		f = fault(rows[i].kind, "the model endpoint %s (%d)%s", rows[i].says, r->status, words.data);
	}
	if (r->status == 401)
		llm_key_forget(t->m);
	text_clear(&words);
	return f;
}

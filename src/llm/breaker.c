/* The circuit breaker: an endpoint that fails is left in peace for a while.
 *
 * Closed, open and half open are not stored: five failures in a row mean open
 * until a moment; past that moment one request at a time may try (half open), and
 * its success closes the circuit.  Learners get the extractive answer at once
 * instead of waiting for a timeout each time.
 */
#include "llm_in.h"

#define FAILURES_MAX 5
#define OPEN_MS 30000

enum fault
llm_breaker_enter(bool *probe, struct llm *m)
{
	enum fault f = FAULT_NONE;
	pthread_mutex_lock(&m->lock);
	int64_t left_ms = m->open_until_ms - llm_now_ms(m);
	if (m->failures >= FAILURES_MAX && left_ms > 0)
		f = fault(FAULT_OFFLINE, "the model endpoint failed %d times and is asked again in %lld s", m->failures, (long long)(left_ms + 999) / 1000);
	else if (m->failures >= FAILURES_MAX && m->probing)
		f = fault(FAULT_OFFLINE, "the model endpoint failed %d times and is being tried by another request", m->failures);
	else
		*probe = m->probing = m->failures >= FAILURES_MAX;
	pthread_mutex_unlock(&m->lock);
	return f;
}

void
llm_breaker_leave(struct llm *m, bool probe, enum llm_verdict verdict)
{
	pthread_mutex_lock(&m->lock);
	if (probe)
		m->probing = false;
	if (verdict == LLM_AGAIN || verdict == LLM_BROKEN) {
		if (m->failures < FAILURES_MAX)
			m->failures++;
		if (m->failures >= FAILURES_MAX)
			m->open_until_ms = llm_now_ms(m) + OPEN_MS;
	} else if (verdict == LLM_WELL || verdict == LLM_LATER) {
		m->failures = 0;
	}
	pthread_mutex_unlock(&m->lock);
}

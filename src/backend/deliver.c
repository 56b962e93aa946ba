/* Delivering what waits: in order, each thing once.
 *
 * Down the list, stopping at the first that the line does not carry.  What the server
 * refuses stays, with the server's sentence, until the person says what to do with
 * it: nothing is merged.  Settings are compared first with what they were when they
 * were changed here.
 *
 * Large parcels would hold up for hours what was asked behind them, so there are two
 * lanes: everything up to 256 KiB in the order of writing; then the large ones, one by
 * one in their order, and before each of them once more whatever has come into the
 * first lane.  A question that needs a large document is therefore asked before it is
 * there: who wants it otherwise asks when it is delivered. */
#include <string.h>
#include <time.h>

#include "remote_in.h"

#define REFUSED_TRIES 5           /* a server that breaks on a thing so often refuses it */

/* What becomes of an entry after the server said f to it. */
enum next { NEXT_DONE, NEXT_REFUSED, NEXT_STOP };

static enum next
next_for(enum fault f, int status, struct outbox_entry *e)
{
	static const bool refuses[FAULT_KINDS] = { [FAULT_ABSENT] = true, [FAULT_EXISTS] = true,
		[FAULT_INPUT] = true, [FAULT_DENIED] = true, [FAULT_LIMIT] = true };
	if (f == FAULT_NONE)
		return NEXT_DONE;
	if (f == FAULT_EXISTS && strcmp(e->operation, "document.add") == 0)
		return NEXT_DONE;       /* the same bytes are there: that was the wish */
	if (status == 401)
		return NEXT_STOP;       /* signing in again helps all of them */
	if (refuses[f])
		return NEXT_REFUSED;
	if (f != FAULT_SYSTEM && f != FAULT_DAMAGED)
		return NEXT_STOP;
	return ++e->tries >= REFUSED_TRIES ? NEXT_REFUSED : NEXT_STOP;
}

/* The request as it was written, with the bytes that go with it. */
static enum fault
request_of(void **request, struct text *parcel, struct arena *a, struct backend *b, const struct operation *op,
	const struct outbox_entry *e)
{
	if (op == NULL)
		return fault(FAULT_ABSENT, "there is no operation %s", e->operation);
	enum fault f = record_from_json(request, a, op->request, e->request, strlen(e->request));
	if (f == FAULT_NONE && e->bytes > 0)
		f = parcel_get(parcel, b, e);
	if (f == FAULT_NONE && e->bytes > 0 && op->request == &record_import_run)
		((struct import_run *)*request)->body = parcel->data;
	return f;
}

/* Has another set meanwhile what is to be set? */
static enum fault
unchanged_there(struct arena *a, struct backend *b, const struct outbox_entry *e, const void *request,
	int *status, const struct cancel *cancel)
{
	void *before = NULL, *there = NULL;
	static const struct nothing nothing;
	if (e->before == NULL)
		return FAULT_NONE;
	const struct asking q = { .op = operation_find("me.get"), .request = &nothing, .status = status, .cancel = cancel };
	enum fault f = record_from_json(&before, a, &record_settings, e->before, strlen(e->before));
	if (f == FAULT_NONE)
		f = remote_ask(&there, a, b, &q);
	if (f != FAULT_NONE)
		return f;
	const char *conflict = settings_conflict(a, request, before, there);
	return conflict == NULL ? FAULT_NONE : fault(FAULT_EXISTS, "%s", conflict);
}

/* A fault again, whose sentence may have made room for another's. */
static enum fault
told_again(enum fault f, int64_t retry_ms, const char *sentence)
{
	return f == FAULT_OFTEN ? fault_often(retry_ms, "%s", sentence) : fault(f, "%s", sentence);
}

static enum fault
deliver_one(struct backend *b, struct outbox_entry *e, const struct cancel *cancel)
{
	struct arena a;
	struct text parcel = { .data = NULL };
	void *request = NULL, *reply = NULL;
	int status = 0;
	const struct operation *op = operation_find(e->operation);
	arena_init(&a);
	enum fault f = request_of(&request, &parcel, &a, b, op, e);
	if (f == FAULT_NONE)
		f = unchanged_there(&a, b, e, request, &status, cancel);
	if (f == FAULT_NONE) {
		const struct asking q = { .op = op, .request = request, .key = e->key, .status = &status,
			.cancel = cancel, .parcel = e->bytes > 0 ? &parcel : NULL };
		f = remote_ask(&reply, &a, b, &q);
	}
	int64_t retry_ms = fault_retry_ms();
	const char *sentence = f == FAULT_NONE ? "" : arena_strdup(&a, fault_sentence());
	enum next next = next_for(f, status, e);
	enum fault kept = FAULT_NONE;
	if (next == NEXT_DONE) {
		if (f == FAULT_NONE)
			copy_keep(b, op, request, reply);
		kept = outbox_drop(b, e);
	} else if (next == NEXT_REFUSED) {
		kept = outbox_mark(b, e, "refused", sentence);
	} else if (f == FAULT_SYSTEM || f == FAULT_DAMAGED) {
		kept = outbox_mark(b, e, e->state, e->sentence);
	}
	log_event(f == FAULT_NONE ? LOG_INFO : LOG_WARN, "backend", "delivered", "op=%s key=%s bytes=%lld result=%s",
		e->operation, e->key, (long long)e->bytes, fault_name(f));
	if (kept == FAULT_NONE && next == NEXT_STOP)
		kept = told_again(f, retry_ms, sentence);
	parcel_clear(&parcel);
	arena_clear(&a);
	return kept;
}

/* Waits for its turn, but not for ever: who asked may stop. */
static enum fault
turn_take(pthread_mutex_t *turn, const struct cancel *cancel)
{
	const struct timespec moment = { 0, 20 * 1000000 };
	while (pthread_mutex_trylock(turn) != 0) {
		enum fault f = cancel_check(cancel);
		if (f != FAULT_NONE)
			return f;
		nanosleep(&moment, NULL);
	}
	return FAULT_NONE;
}

/* What waits now, whatever happened; the fault f stays told. */
static enum fault
count_anew(struct backend *b, enum fault f)
{
	struct arena a;
	struct outbox o = { .count = 0 };
	char *sentence = f == FAULT_NONE ? NULL : mem_strdup(fault_sentence());
	int64_t retry_ms = fault_retry_ms();
	arena_init(&a);
	if (outbox_load(&o, &a, b) == FAULT_NONE)
		outbox_clear(&o);
	arena_clear(&a);
	if (f != FAULT_NONE)
		f = told_again(f, retry_ms, sentence);
	mem_free(sentence);
	return f;
}

enum fault
outbox_deliver(struct backend *b, const char *wanted, const struct cancel *cancel)
{
	struct arena a;
	struct outbox o = { .count = 0 };
	bool all = wanted != NULL && strcmp(wanted, OUTBOX_ALL) == 0;
	enum fault f = turn_take(&b->remote->delivering, cancel);
	if (f != FAULT_NONE)
		return f;
	arena_init(&a);
	f = outbox_load(&o, &a, b);
	size_t delivered = 0;
	for (size_t i = 0; i < o.count && f == FAULT_NONE; i++) {
		struct outbox_entry *e = &o.items[i];
		bool released = all || (wanted != NULL && str_same(e->conversation, wanted));
		if (outbox_is(e, "refused") || outbox_large(e) || (!released && outbox_held(&o, i)))
			continue;
		f = cancel_check(cancel);
		if (f == FAULT_NONE)
			f = deliver_one(b, e, cancel);
		if (f == FAULT_NONE && ++delivered % 16 == 0)
			link_delivered(b, 16);
	}
	outbox_clear(&o);
	arena_clear(&a);
	f = count_anew(b, f);
	pthread_mutex_unlock(&b->remote->delivering);
	return f;
}

/* The next large one, delivered; ABSENT: there is none. */
static enum fault
haul_one(struct backend *b, const struct cancel *cancel)
{
	struct arena a;
	struct outbox o = { .count = 0 };
	arena_init(&a);
	enum fault f = outbox_load(&o, &a, b);
	size_t i = 0;
	while (i < o.count && (!outbox_large(&o.items[i]) || !outbox_is(&o.items[i], "waiting")))
		i++;
	if (f == FAULT_NONE)
		f = i < o.count ? deliver_one(b, &o.items[i], cancel) : FAULT_ABSENT;
	outbox_clear(&o);
	arena_clear(&a);
	return f == FAULT_ABSENT ? f : count_anew(b, f);
}

enum fault
outbox_haul(struct backend *b, const struct cancel *cancel)
{
	enum fault f = turn_take(&b->remote->hauling, cancel);
	if (f != FAULT_NONE)
		return f;
	while (f == FAULT_NONE) {
		f = outbox_deliver(b, NULL, cancel);
		if (f == FAULT_NONE)
			f = haul_one(b, cancel);
	}
	pthread_mutex_unlock(&b->remote->hauling);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* The lock of the store: acts that run on a worker of their own and end on the loop.
 *
 * Argon2id takes its time, and a screen stays alive meanwhile: it starts an act and
 * is told the end.  A verb waits, turning the loop. */
#include <stdio.h>
#include <string.h>

#include "backend_in.h"

_Static_assert((int)BACKEND_PASSPHRASE == (int)SLOT_PASSPHRASE &&
		       (int)BACKEND_KEY_FILE == (int)SLOT_KEY_FILE &&
		       (int)BACKEND_KEYRING == (int)SLOT_KEYRING &&
		       (int)BACKEND_RECOVERY == (int)SLOT_RECOVERY &&
		       (int)BACKEND_OPEN == (int)SLOT_OPEN,
	"the slots of backend and vault are the same");
_Static_assert((int)BACKEND_ANCHOR_NONE == (int)ANCHOR_NONE &&
		       (int)BACKEND_ANCHOR_SAME == (int)ANCHOR_SAME &&
		       (int)BACKEND_ANCHOR_AHEAD == (int)ANCHOR_AHEAD &&
		       (int)BACKEND_ANCHOR_BEHIND == (int)ANCHOR_BEHIND &&
		       (int)BACKEND_ANCHOR_ALTERED == (int)ANCHOR_ALTERED,
	"the anchors of backend and store are the same");

struct task {
	struct backend_lock_request request;
	struct backend_lock state;
	bool known;
	uint64_t records;
	backend_lock_fn *done;
	void *arg;
};

/* ---- on a worker ------------------------------------------------------------------- */

typedef enum fault act_fn(struct task *t, struct engine *e);

static enum fault
do_state(struct task *t, struct engine *e)
{
	(void)t, (void)e;       /* told at the end of every act */
	return FAULT_NONE;
}
static enum fault
do_seal_new(struct task *t, struct engine *e)
{
	const struct backend_lock_request *r = &t->request;
	return engine_seal_new(e, (enum vault_slot_type)r->type, &r->secret->s, r->label);
}
static enum fault
do_unlock(struct task *t, struct engine *e)
{
	return engine_unlock(e, (enum vault_slot_type)t->request.type, &t->request.secret->s);
}
static enum fault
do_lock(struct task *t, struct engine *e)
{
	(void)t;
	engine_lock(e);
	return FAULT_NONE;
}
static enum fault
do_slot_add(struct task *t, struct engine *e)
{
	const struct backend_lock_request *r = &t->request;
	return engine_slot_add(e, (enum vault_slot_type)r->type, &r->secret->s, r->label);
}
static enum fault
do_slot_remove(struct task *t, struct engine *e)
{
	return engine_slot_remove(e, (uint16_t)t->request.idx);
}
static enum fault
do_rekey(struct task *t, struct engine *e)
{
	const struct backend_lock_request *r = &t->request;
	return engine_rekey(e, (enum vault_slot_type)r->type, &r->secret->s, r->label, NULL, NULL);
}
static enum fault
do_verify(struct task *t, struct engine *e)
{
	return engine_verify(e, &t->records);
}
static enum fault
do_accept(struct task *t, struct engine *e)
{
	(void)t;
	return engine_accept_anchor(e);
}

static const struct { act_fn *fn; bool secret; } acts[BACKEND_ACTS] = {
	[BACKEND_ACT_STATE] = { do_state, false },
	[BACKEND_ACT_SEAL_NEW] = { do_seal_new, true },
	[BACKEND_ACT_UNLOCK] = { do_unlock, true },
	[BACKEND_ACT_LOCK] = { do_lock, false },
	[BACKEND_ACT_SLOT_ADD] = { do_slot_add, true },
	[BACKEND_ACT_SLOT_REMOVE] = { do_slot_remove, false },
	[BACKEND_ACT_REKEY] = { do_rekey, true },
	[BACKEND_ACT_VERIFY] = { do_verify, false },
	[BACKEND_ACT_ACCEPT] = { do_accept, false },
};

static enum fault
state_read(struct backend_lock *out, struct engine *e)
{
	struct lock_state s;
	enum fault f = engine_lock_state(&s, e);
	if (f != FAULT_NONE)
		return f;
	*out = (struct backend_lock){
		.fresh = s.fresh,
		.locked = s.locked,
		.read_only = s.read_only,
		.memory_unlocked = s.memory_unlocked,
		.anchor = (enum backend_anchor)s.anchor,
		.changes_back = s.changes_back,
	};
	for (size_t i = 0; i < s.slot_count && i < COUNT_OF(out->slots); i++) {
		struct backend_slot_info *slot = &out->slots[out->slot_count++];
		slot->idx = s.slots[i].idx;
		slot->type = (enum backend_slot)s.slots[i].type;
		snprintf(slot->label, sizeof slot->label, "%s", s.slots[i].label);
	}
	return FAULT_NONE;
}

static void
perform(void *arg)
{
	struct flight *f = arg;
	struct task *t = f->task;
	f->fault = engine_wait(f->backend);
	if (f->fault == FAULT_NONE)
		f->fault = acts[t->request.act].fn(t, f->backend->engine);
	if (f->fault == FAULT_NONE) {
		f->fault = state_read(&t->state, f->backend->engine);
		t->known = f->fault == FAULT_NONE;
	}
	flight_end(f);
}

/* ---- on the loop -------------------------------------------------------------------- */

void
task_land(struct flight *f)
{
	struct task *t = f->task;
	const struct backend_lock_done d = {
		f->fault, f->sentence, t->known ? &t->state : NULL, t->records
	};
	/* done() may close the backend. */
	if (t->known && f->backend->way->lock_changed != NULL)
		f->backend->way->lock_changed(f->backend, t->state.locked || t->state.fresh);
	t->done(&d, t->arg);
	mem_free(t);
}

/* Now means now: a question that waits for a model would hold the vault open. */
static void
questions_cancel(struct backend *b)
{
	for (struct flight *f = b->box->flights; f != NULL; f = f->next)
		if (f->op != NULL && f->op->limit == LIMIT_ASK)
			atomic_store(&f->cancel.asked, true);
}

enum fault
backend_lock_start(struct backend *b, const struct backend_lock_request *r, backend_lock_fn *done,
	void *arg)
{
	if (acts[r->act].secret && r->secret == NULL)
		return fault(FAULT_INPUT, "a secret is needed");
	if (r->act == BACKEND_ACT_SLOT_REMOVE && (r->idx < 0 || r->idx > UINT16_MAX))
		return fault(FAULT_ABSENT, "there is no slot %d", r->idx);
	if (r->act == BACKEND_ACT_LOCK)
		questions_cancel(b);
	struct flight *f = mem_new(sizeof *f);
	f->task = mem_new(sizeof *f->task);
	*f->task = (struct task){ .request = *r, .done = done, .arg = arg };
	f->task->request.label = r->label != NULL ? arena_strdup(&f->arena, r->label) : "";
	return flight_start(f, b, perform);
}

/* ---- waiting for one ------------------------------------------------------------------ */

struct lock_wait { enum fault fault; char *sentence; struct backend_lock state; uint64_t records; bool ended; };

static void
wait_done(const struct backend_lock_done *d, void *arg)
{
	struct lock_wait *w = arg;
	w->fault = d->fault;
	w->sentence = mem_strdup(d->sentence);
	if (d->state != NULL)
		w->state = *d->state;
	w->records = d->records;
	w->ended = true;
}

static enum fault
act_wait(struct lock_wait *w, struct backend *b, const struct backend_lock_request *r)
{
	*w = (struct lock_wait){ .ended = false };
	enum fault f = loop_turn(b->loop, 0); /* may we wait here at all? */
	if (f == FAULT_NONE)
		f = backend_lock_start(b, r, wait_done, w);
	if (f != FAULT_NONE)
		return f;
	while (!w->ended)
		if (loop_turn(b->loop, -1) != FAULT_NONE)
			backend_cancel(b, 0);
	if (w->fault != FAULT_NONE)
		f = fault(w->fault, "%s", w->sentence);
	mem_free(w->sentence);
	return f;
}

enum fault
backend_lock_state(struct backend_lock *out, struct backend *b)
{
	struct lock_wait w;
	enum fault f = act_wait(&w, b, &(struct backend_lock_request){ .act = BACKEND_ACT_STATE });
	if (f == FAULT_NONE)
		*out = w.state;
	return f;
}

static enum fault
with_secret(struct backend *b, enum backend_act act, enum backend_slot type,
	struct backend_secret *s, const char *label)
{
	struct lock_wait w;
	return act_wait(&w, b,
		&(struct backend_lock_request){ .act = act, .type = type, .secret = s, .label = label });
}

enum fault
backend_seal_new(
	struct backend *b, enum backend_slot type, struct backend_secret *s, const char *label)
{
	return with_secret(b, BACKEND_ACT_SEAL_NEW, type, s, label);
}

enum fault
backend_unlock(struct backend *b, enum backend_slot type, struct backend_secret *s)
{
	return with_secret(b, BACKEND_ACT_UNLOCK, type, s, NULL);
}

enum fault
backend_lock(struct backend *b)
{
	struct lock_wait w;
	return act_wait(&w, b, &(struct backend_lock_request){ .act = BACKEND_ACT_LOCK });
}

enum fault
backend_slot_add(
	struct backend *b, enum backend_slot type, struct backend_secret *s, const char *label)
{
	return with_secret(b, BACKEND_ACT_SLOT_ADD, type, s, label);
}

enum fault
backend_slot_remove(struct backend *b, int idx)
{
	struct lock_wait w;
	return act_wait(&w, b, &(struct backend_lock_request){ .act = BACKEND_ACT_SLOT_REMOVE, .idx = idx });
}

enum fault
backend_rekey(
	struct backend *b, enum backend_slot type, struct backend_secret *s, const char *label)
{
	return with_secret(b, BACKEND_ACT_REKEY, type, s, label);
}

enum fault
backend_verify(struct backend *b, uint64_t *records)
{
	struct lock_wait w;
	enum fault f = act_wait(&w, b, &(struct backend_lock_request){ .act = BACKEND_ACT_VERIFY });
	if (f == FAULT_NONE)
		*records = w.records;
	return f;
}

enum fault
backend_accept_anchor(struct backend *b)
{
	struct lock_wait w;
	return act_wait(&w, b, &(struct backend_lock_request){ .act = BACKEND_ACT_ACCEPT });
}

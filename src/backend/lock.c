/* The lock of the store: each function runs on a worker while the loop turns.
 *
 * Argon2id takes its time, and a screen wants to stay alive meanwhile.  The worker
 * is the lock's own: whoever locks does not wait for documents being added. */
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
	enum fault (*fn)(struct task *t);
	struct engine *engine;
	enum vault_slot_type type;
	const struct vault_secret *secret;
	const char *label;
	int idx;
	uint64_t records;
	struct lock_state state;
	struct loop *loop;
	enum fault fault;
	char *sentence;
	bool ended;
};

static void
task_ended(void *arg)
{
	((struct task *)arg)->ended = true;
}

static void
task_run(void *arg)
{
	struct task *t = arg;
	t->fault = t->fn(t);
	t->sentence = mem_strdup(t->fault == FAULT_NONE ? "" : fault_sentence());
	while (loop_post(t->loop, task_ended, t) != FAULT_NONE)
		; /* 4096 messages wait: the loop is turning through them */
}

static enum fault
task_wait(struct task *t, struct backend *b)
{
	t->engine = b->engine;
	t->loop = b->loop;
	enum fault f = loop_turn(b->loop, 0); /* may we wait here at all? */
	if (f == FAULT_NONE)
		f = crew_submit(b->lock_crew, task_run, t);
	if (f != FAULT_NONE)
		return f;
	while (!t->ended)
		if (loop_turn(b->loop, -1) != FAULT_NONE)
			backend_cancel(b, 0);
	if (t->fault != FAULT_NONE)
		f = fault(t->fault, "%s", t->sentence);
	mem_free(t->sentence);
	return f;
}

static enum fault
do_state(struct task *t)
{
	return engine_lock_state(&t->state, t->engine);
}
static enum fault
do_seal_new(struct task *t)
{
	return engine_seal_new(t->engine, t->type, t->secret, t->label);
}
static enum fault
do_unlock(struct task *t)
{
	return engine_unlock(t->engine, t->type, t->secret);
}
static enum fault
do_slot_add(struct task *t)
{
	return engine_slot_add(t->engine, t->type, t->secret, t->label);
}
static enum fault
do_slot_remove(struct task *t)
{
	return engine_slot_remove(t->engine, (uint16_t)t->idx);
}
static enum fault
do_rekey(struct task *t)
{
	return engine_rekey(t->engine, t->type, t->secret, t->label, NULL, NULL);
}
static enum fault
do_verify(struct task *t)
{
	return engine_verify(t->engine, &t->records);
}
static enum fault
do_accept(struct task *t)
{
	return engine_accept_anchor(t->engine);
}

static enum fault
do_lock(struct task *t)
{
	engine_lock(t->engine);
	return FAULT_NONE;
}

enum fault
backend_lock_state(struct backend_lock *out, struct backend *b)
{
	struct task t = { .fn = do_state };
	enum fault f = task_wait(&t, b);
	if (f != FAULT_NONE)
		return f;
	const struct lock_state *s = &t.state;
	*out = (struct backend_lock){
		.fresh = s->fresh,
		.locked = s->locked,
		.read_only = s->read_only,
		.memory_unlocked = s->memory_unlocked,
		.anchor = (enum backend_anchor)s->anchor,
		.changes_back = s->changes_back,
	};
	for (size_t i = 0; i < s->slot_count && i < COUNT_OF(out->slots); i++) {
		struct backend_slot_info *slot = &out->slots[out->slot_count++];
		slot->idx = s->slots[i].idx;
		slot->type = (enum backend_slot)s->slots[i].type;
		snprintf(slot->label, sizeof slot->label, "%s", s->slots[i].label);
	}
	return FAULT_NONE;
}

static enum fault
with_secret(struct backend *b, enum fault (*fn)(struct task *t), enum backend_slot type,
	struct backend_secret *s, const char *label)
{
	struct task t = { .fn = fn,
		.type = (enum vault_slot_type)type,
		.secret = s != NULL ? &s->s : NULL,
		.label = label != NULL ? label : "" };
	if (s == NULL)
		return fault(FAULT_INPUT, "a secret is needed");
	return task_wait(&t, b);
}

enum fault
backend_seal_new(
	struct backend *b, enum backend_slot type, struct backend_secret *s, const char *label)
{
	return with_secret(b, do_seal_new, type, s, label);
}

enum fault
backend_unlock(struct backend *b, enum backend_slot type, struct backend_secret *s)
{
	return with_secret(b, do_unlock, type, s, NULL);
}

enum fault
backend_lock(struct backend *b)
{
	/* Now means now: a question that waits for a model would hold the vault open. */
	for (struct flight *f = b->box->flights; f != NULL; f = f->next)
		if (f->op->limit == LIMIT_ASK)
			atomic_store(&f->cancel.asked, true);
	struct task t = { .fn = do_lock };
	return task_wait(&t, b);
}

enum fault
backend_slot_add(
	struct backend *b, enum backend_slot type, struct backend_secret *s, const char *label)
{
	return with_secret(b, do_slot_add, type, s, label);
}

enum fault
backend_slot_remove(struct backend *b, int idx)
{
	struct task t = { .fn = do_slot_remove, .idx = idx };
	if (idx < 0 || idx > UINT16_MAX)
		return fault(FAULT_ABSENT, "there is no slot %d", idx);
	return task_wait(&t, b);
}

enum fault
backend_rekey(
	struct backend *b, enum backend_slot type, struct backend_secret *s, const char *label)
{
	return with_secret(b, do_rekey, type, s, label);
}

enum fault
backend_verify(struct backend *b, uint64_t *records)
{
	struct task t = { .fn = do_verify };
	enum fault f = task_wait(&t, b);
	if (f == FAULT_NONE)
		*records = t.records;
	return f;
}

enum fault
backend_accept_anchor(struct backend *b)
{
	struct task t = { .fn = do_accept };
	return task_wait(&t, b);
}

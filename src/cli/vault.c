/* stoa vault: the lock of the history.
 *
 * Secrets come from the terminal without echo, from a descriptor or from a key file,
 * and go to the backend in locked memory; never from the command line or the
 * environment.  A verb holds the keys while it runs and no longer.
 */
#include <stdlib.h>
#include <string.h>
#include "cli_in.h"

static const char *const type_words[] = {
	[BACKEND_PASSPHRASE] = "passphrase",
	[BACKEND_KEY_FILE] = "key file",
	[BACKEND_KEYRING] = "keyring",
	[BACKEND_RECOVERY] = "recovery code",
	[BACKEND_OPEN] = "no lock",
};
static const char *const anchor_words[] = {
	[BACKEND_ANCHOR_NONE] = "none yet", [BACKEND_ANCHOR_SAME] = "as it was left",
	[BACKEND_ANCHOR_AHEAD] = "newer than its anchor, as after a power cut",
	[BACKEND_ANCHOR_BEHIND] = "went back", [BACKEND_ANCHOR_ALTERED] = "altered from outside",
};

static const char *
type_word(enum backend_slot type)
{
	return (size_t)type < COUNT_OF(type_words) && type_words[type] ? type_words[type]
								       : "unknown";
}

static enum fault
done(struct cli *c, const char *sentence)
{
	if (c->json) {
		struct text t;
		text_init(&t, 4096);
		text_put(&t, "{\"done\":true,\"message\":");
		json_put_string(&t, sentence);
		text_put_c(&t, '}');
		out_json(c, &t);
		text_clear(&t);
	} else {
		out_putf(c, PAINT_NONE, "%s\n", sentence);
	}
	return FAULT_NONE;
}

/* The state with the store unlocked where that asks nobody. */
static enum fault
state(struct backend_lock *l, struct cli *c)
{
	enum fault f = session_open(c);
	if (f == FAULT_NONE)
		f = backend_lock_state(l, c->backend);
	bool open = false;
	for (size_t i = 0; f == FAULT_NONE && i < l->slot_count; i++)
		open = open || l->slots[i].type == BACKEND_OPEN;
	bool given = option_given(&c->args, "keyfile") || option_given(&c->args, "passphrase-fd");
	if (f == FAULT_NONE && l->locked && (open || given)) {
		f = session_unlock(c);
		if (f == FAULT_NONE)
			f = backend_lock_state(l, c->backend);
	}
	return f;
}

static const char *
lock_words(struct cli *c, const struct backend_lock *l)
{
	if (l->fresh)
		return "not set up yet: stoa init";
	for (size_t i = 0; i < l->slot_count; i++)
		if (l->slots[i].type == BACKEND_OPEN)
			return "no lock: its key is in a file beside it; stoa vault passwd sets a passphrase";
	(void)c;
	return l->locked ? "LOCKED" : "OPEN while this verb runs";
}

enum fault
verb_vault_status(struct cli *c)
{
	struct backend_lock l = { 0 };
	enum fault f = state(&l, c);
	if (f != FAULT_NONE)
		return f;
	const char *anchor = l.locked || l.fresh ? "known once unlocked" : anchor_words[l.anchor];
	if (c->json) {
		struct text t;
		text_init(&t, 4096);
		text_printf(&t,
			"{\"fresh\":%s,\"locked\":%s,\"read_only\":%s,\"memory_locked\":%s,\"anchor\":\"%s\",\"changes_back\":%llu,\"slots\":%zu}",
			l.fresh ? "true" : "false", l.locked ? "true" : "false",
			l.read_only ? "true" : "false", l.memory_unlocked ? "false" : "true",
			anchor, (unsigned long long)l.changes_back, l.slot_count);
		out_json(c, &t);
		text_clear(&t);
		return FAULT_NONE;
	}
	out_wrapped(c, PAINT_NONE, "lock     ", 9, lock_words(c, &l));
	out_putf(c, PAINT_NONE, "slots    %zu\n", l.slot_count);
	out_putf(c, l.anchor >= BACKEND_ANCHOR_BEHIND ? PAINT_BAD : PAINT_NONE, "history  %s%s\n",
		anchor, l.read_only ? "; read only" : "");
	if (l.memory_unlocked)
		out_wrapped(c, PAINT_WARN, "memory   ", 9,
			"keys could not be kept out of swap: raise the limit of locked memory (ulimit -l)");
	return FAULT_NONE;
}

enum fault
verb_vault_slots(struct cli *c)
{
	struct backend_lock l = { 0 };
	enum fault f = state(&l, c);
	for (size_t i = 0; f == FAULT_NONE && i < l.slot_count; i++) {
		const struct backend_slot_info *s = &l.slots[i];
		if (!c->json) {
			out_putf(c, PAINT_NONE, "%d  %-14s %s\n", s->idx, type_word(s->type),
				untrusted_line(&c->arena, s->label));
			continue;
		}
		struct text t;
		text_init(&t, 4096);
		text_printf(
			&t, "{\"slot\":%d,\"type\":\"%s\",\"label\":", s->idx, type_word(s->type));
		json_put_string(&t, s->label);
		text_put_c(&t, '}');
		out_json(c, &t);
		text_clear(&t);
	}
	return f;
}

/* Unlocked and writable, for verbs that change slots. */
static enum fault
unlocked(struct cli *c)
{
	enum fault f = session_ready(c);
	return f == FAULT_NONE ? session_unlock(c) : f;
}

enum fault
verb_vault_passwd(struct cli *c)
{
	struct backend_secret *s = NULL;
	struct backend_lock before = { 0 };
	int fd = (int)option_number(&c->args, "new-passphrase-fd", -1);
	enum fault f = unlocked(c);
	if (f == FAULT_NONE)
		f = backend_lock_state(&before, c->backend);
	if (f != FAULT_NONE)
		return f;
	if (fd >= 0)
		f = backend_secret_read(&s, fd);
	else if (c->json || !prompt_possible())
		f = fault(
			FAULT_INPUT, "there is no terminal to ask on: give --new-passphrase-fd N");
	else
		f = prompt_secret(&s, "New passphrase: ", true);
	if (f != FAULT_NONE)
		return f;
	f = backend_rekey(c->backend, BACKEND_PASSPHRASE, s, "passphrase");
	backend_secret_free(s);
	if (f != FAULT_NONE)
		return f;
	for (size_t i = 0; i < before.slot_count; i++)
		if (before.slots[i].type == BACKEND_OPEN)
			(void)!remove(session_key_path(c));
	if (before.slot_count > 1)
		err_note(c, PAINT_WARN,
			"The other ways to unlock are gone with the old key: stoa vault slots, stoa vault sheet.\n");
	return done(c, "The passphrase is set, and everything is sealed with a new key.");
}

enum fault
verb_vault_sheet(struct cli *c)
{
	struct backend_secret *s = NULL;
	char shown[48];
	enum fault f = unlocked(c);
	if (f == FAULT_NONE)
		f = backend_recovery_new(&s, shown);
	if (f != FAULT_NONE)
		return f;
	f = backend_slot_add(c->backend, BACKEND_RECOVERY, s, "recovery code");
	backend_secret_free(s);
	if (f != FAULT_NONE)
		return f;
	if (c->json) {
		struct text t;
		text_init(&t, 1024);
		text_printf(&t, "{\"recovery_code\":\"%s\"}", shown);
		out_json(c, &t);
		text_clear(&t);
		return FAULT_NONE;
	}
	out_put(c, PAINT_BOLD, "stoa recovery sheet\n\n");
	out_putf(c, PAINT_BOLD, "    %s\n\n", shown);
	out_wrapped(c, PAINT_NONE, "", 0,
		arena_printf(&c->arena,
			"This code opens the history in %s when the passphrase is forgotten: type it where that is asked for, then stoa vault passwd. Keep it on paper, away from this machine: "
			"whoever has it and the files can read everything. It is shown this once. "
			"stoa vault slots lists it; stoa vault remove takes it away.",
			c->places.data));
	return FAULT_NONE;
}

enum fault
verb_vault_verify(struct cli *c)
{
	uint64_t records = 0;
	enum fault f = unlocked(c);
	if (f == FAULT_NONE)
		f = backend_verify(c->backend, &records);
	if (f != FAULT_NONE)
		return f;
	if (c->json) {
		struct text t;
		text_init(&t, 256);
		text_printf(
			&t, "{\"verified\":true,\"records\":%llu}", (unsigned long long)records);
		out_json(c, &t);
		text_clear(&t);
		return FAULT_NONE;
	}
	out_putf(c, PAINT_GOOD, "%llu records, every seal and every chain is whole.\n",
		(unsigned long long)records);
	return FAULT_NONE;
}

enum fault
verb_vault_add_keyfile(struct cli *c)
{
	struct backend_secret *s = NULL;
	const char *path = c->args.operands[0];
	enum fault f = unlocked(c);
	if (f == FAULT_NONE)
		f = backend_secret_file(&s, path, true);
	if (f != FAULT_NONE)
		return f;
	f = backend_slot_add(c->backend, BACKEND_KEY_FILE, s, "key file");
	backend_secret_free(s);
	return f == FAULT_NONE ? done(c, arena_printf(&c->arena, "%s unlocks the history as well.",
						 untrusted_line(&c->arena, path)))
			       : f;
}

enum fault
verb_vault_remove(struct cli *c)
{
	char *end;
	struct backend_lock l = { 0 };
	long idx = strtol(c->args.operands[0], &end, 10);
	if (*end || end == c->args.operands[0])
		return fault(FAULT_INPUT, "a slot is a number, see stoa vault slots, not %s",
			c->args.operands[0]);
	enum fault f = unlocked(c);
	if (f == FAULT_NONE)
		f = backend_lock_state(&l, c->backend);
	if (f != FAULT_NONE)
		return f;
	const struct backend_slot_info *slot = NULL;
	for (size_t i = 0; i < l.slot_count; i++)
		if (l.slots[i].idx == idx)
			slot = &l.slots[i];
	if (!slot)
		return fault(
			FAULT_ABSENT, "there is no slot %ld; stoa vault slots lists them", idx);
	f = prompt_confirmed(
		c, arena_printf(&c->arena, "Take away slot %ld, %s", idx, type_word(slot->type)));
	if (f == FAULT_NONE)
		f = backend_slot_remove(c->backend, (int)idx);
	return f == FAULT_NONE ? done(c, "The slot is gone; the others still unlock.") : f;
}

enum fault
verb_vault_accept(struct cli *c)
{
	struct backend_lock l = { 0 };
	enum fault f = unlocked(c);
	if (f == FAULT_NONE)
		f = backend_lock_state(&l, c->backend);
	if (f != FAULT_NONE)
		return f;
	if (!l.read_only)
		return done(c, "The history is as it was left; there is nothing to accept.");
	f = prompt_confirmed(c, l.anchor == BACKEND_ANCHOR_BEHIND
				 ? arena_printf(&c->arena, "Go on without the last %llu changes",
					   (unsigned long long)l.changes_back)
				 : "Go on with a history that was altered from outside");
	if (f == FAULT_NONE)
		f = backend_accept_anchor(c->backend);
	return f == FAULT_NONE ? done(c, "Accepted; the history can be written to again.") : f;
}

enum fault
verb_vault_lock(struct cli *c)
{
	enum fault f = session_open(c);
	if (f == FAULT_NONE)
		f = backend_lock(c->backend);
	if (f != FAULT_NONE)
		return f;
	return done(c,
		"Locked. A verb holds the keys only while it runs; a conversation locks itself when it is left alone, or with /lock.");
}

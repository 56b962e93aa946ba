/* First use: how a new store is locked.
 *
 * Options decide; else a person is asked; else a key file beside the store opens it
 * for whoever has the account (no lock), and that is said.  A keyring alone has locked
 * people out of other programs, so it never stands alone: a recovery code is made with
 * it and shown once.
 */
#include <string.h>
#include "cli_in.h"

static enum fault
seal(struct cli *c, enum backend_slot type, struct backend_secret *s, const char *label)
{
	enum fault f = backend_seal_new(c->backend, type, s, label);
	backend_secret_free(s);
	return f;
}

static enum fault
seal_open(struct cli *c)
{
	struct backend_secret *s = NULL;
	enum fault f = backend_secret_file(&s, session_key_path(c), true);
	return f == FAULT_NONE ? seal(c, BACKEND_OPEN, s, "no lock") : f;
}

static enum fault
seal_key_file(struct cli *c, const char *path)
{
	struct backend_secret *s = NULL;
	enum fault f = backend_secret_file(&s, path, true);
	return f == FAULT_NONE ? seal(c, BACKEND_KEY_FILE, s, "key file") : f;
}

static enum fault
seal_keyring(struct cli *c, char recovery[48])
{
	struct backend_secret *s = NULL;
	enum fault f = backend_secret_keyring(&s, "local", true);
	if (f == FAULT_NONE)
		f = seal(c, BACKEND_KEYRING, s, "keyring");
	if (f == FAULT_NONE)
		f = backend_recovery_new(&s, recovery);
	if (f != FAULT_NONE)
		return f;
	f = backend_slot_add(c->backend, BACKEND_RECOVERY, s, "recovery code");
	backend_secret_free(s);
	return f;
}

static enum fault
seal_passphrase_fd(struct cli *c, int fd)
{
	struct backend_secret *s = NULL;
	enum fault f = backend_secret_read(&s, fd);
	return f == FAULT_NONE ? seal(c, BACKEND_PASSPHRASE, s, "passphrase") : f;
}

static enum fault
seal_asked_passphrase(struct cli *c)
{
	struct backend_secret *s = NULL;
	enum fault f = FAULT_INPUT;
	while (f == FAULT_INPUT) {
		f = prompt_secret(&s, "     Passphrase: ", true);
		if (f == FAULT_INPUT)
			err_notef(c, PAINT_WARN, "     %s\n", fault_sentence());
	}
	if (f != FAULT_NONE)
		return f;
	err_note(c, PAINT_DIM,
		"     Kept nowhere: forgotten means lost.  A recovery sheet can be printed: stoa vault sheet\n");
	return seal(c, BACKEND_PASSPHRASE, s, "passphrase");
}

static enum fault
seal_asking(struct cli *c, const char *step, const char **how, char recovery[48])
{
	const char *question = arena_printf(&c->arena, "%sLock your history?   [P]assphrase   [k]eyring   [n]o lock   ", step);
	for (;;) {
		char answer;
		enum fault f = prompt_choice(&answer, question, "pkn");
		if (f != FAULT_NONE)
			return f;
		*how = answer == 'p' ? "passphrase" : answer == 'k' ? "keyring" : "no lock";
		f = answer == 'p'   ? seal_asked_passphrase(c)
		    : answer == 'k' ? seal_keyring(c, recovery)
				    : seal_open(c);
		if (f == FAULT_NONE || answer != 'k' || f == FAULT_CANCELLED)
			return f;
		err_notef(c, PAINT_WARN, "     %s\n", fault_sentence());
	}
}

enum fault
session_seal_new(struct cli *c, const char *ask, const char **how, char recovery[48])
{
	int fd = (int)option_number(&c->args, "passphrase-fd", -1);
	const char *key_file = option_text(&c->args, "keyfile");
	recovery[0] = '\0';
	if (fd >= 0) {
		*how = "passphrase";
		return seal_passphrase_fd(c, fd);
	}
	if (key_file) {
		*how = "key file";
		return seal_key_file(c, key_file);
	}
	if (option_given(&c->args, "keyring")) {
		*how = "keyring";
		return seal_keyring(c, recovery);
	}
	if (ask && !option_given(&c->args, "no-lock"))
		return seal_asking(c, ask, how, recovery);
	*how = "no lock";
	enum fault f = seal_open(c);
	if (f == FAULT_NONE && !option_given(&c->args, "no-lock"))
		err_note(c, PAINT_DIM,
			"stoa: first use: your history is sealed, with its key in a file beside it (no lock); "
			"stoa vault passwd sets a passphrase\n");
	return f;
}

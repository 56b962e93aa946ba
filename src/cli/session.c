/* A command's session with the backend: settings, loop, lock and calls.
 *
 * Opened by the verbs that need it and by nothing else, so that --version and --help
 * touch no file.  A store without a lock is opened at once; a locked one asks for its
 * secret when an operation first needs it.  Ctrl-C cancels the call that runs.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "cli_in.h"

#define UNLOCK_TRIES 3

double
stopwatch_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

enum fault
session_conf(struct cli *c)
{
	if (c->conf_known)
		return FAULT_NONE;
	enum fault f = c->places.config ? FAULT_NONE : places_find(&c->places);
	if (f != FAULT_NONE)
		return f;
	f = conf_read(&c->conf, arena_printf(&c->arena, "%s/stoa.conf", c->places.config));
	c->conf_known = f == FAULT_NONE;
	return f;
}

static void
on_interrupt(void *arg)
{
	struct cli *c = arg;
	c->interrupted = true;
	if (c->backend)
		backend_cancel(c->backend, 0);
}

static void
on_end(void *arg)
{
	struct cli *c = arg;
	c->terminated = true;
	on_interrupt(arg);
}

static enum fault
watch_signals(struct cli *c)
{
	static const struct { int signo; loop_fn *fn; } rows[] = {
		{ SIGINT, on_interrupt }, { SIGTERM, on_end }, { SIGHUP, on_end },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct sigaction now;
		if (sigaction(rows[i].signo, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
			continue;       /* nohup */
		enum fault f = loop_signal(c->loop, rows[i].signo, rows[i].fn, c);
		if (f != FAULT_NONE)
			return f;
	}
	return FAULT_NONE;
}

static const char *
or_null(const char *s)
{
	return *s ? s : NULL;
}

static struct backend_config
config_from(struct cli *c)
{
	const struct conf *conf = &c->conf;
	return (struct backend_config){
		.places = c->places,
		.profile = "local",
		.clock = &clock_system,
		.chance = &chance_system,
		.llm = {
			.base_url = or_null(conf_get(conf, "llm.base_url")),
			.model = or_null(conf_get(conf, "llm.model")),
			.embedding_model = or_null(conf_get(conf, "llm.embedding_model")),
			.key_command = or_null(conf_get(conf, "llm.key_command")),
			.connect_ms = (int)conf_number(conf, "llm.connect_ms"),
			.first_token_ms = (int)conf_number(conf, "llm.first_token_ms"),
			.total_ms = (int)conf_number(conf, "llm.total_ms"),
			.input_usd_per_mtok = conf_number(conf, "llm.input_usd_per_mtok"),
			.output_usd_per_mtok = conf_number(conf, "llm.output_usd_per_mtok"),
			.daily_budget_usd = conf_number(conf, "llm.daily_budget_usd"),
		},
		.threshold_answer = conf_number(conf, "answers.threshold_answer"),
		.threshold_maybe = conf_number(conf, "answers.threshold_maybe"),
		.domains_folder = or_null(conf_get(conf, "library.domains_folder")),
	};
}

/* At the server when there is one, else in this process. */
static enum fault
open_backend(struct backend **out, struct cli *c)
{
	const char *url = NULL;
	struct backend_config config = config_from(c);
	enum fault f = session_server(&url, c);
	if (f != FAULT_NONE)
		return f;
	if (!url)
		return backend_open_local(out, &config, c->loop);
	config.server.url = url;
	config.server.pin = session_server_setting(c, url, "server.pin");
	config.server.ca_file = session_server_setting(c, url, "server.ca_file");
	return backend_open_remote(out, &config, c->loop);
}

/* The log and the loop, without the backend. */
static enum fault
session_loop(struct cli *c)
{
	enum fault f = session_conf(c);
	if (f != FAULT_NONE || c->loop)
		return f;
	/* Nobody's answer waits for a log. */
	if (log_open(arena_printf(&c->arena, "%s/log", c->places.state), LOG_INFO, false) != FAULT_NONE)
		err_notef(c, PAINT_WARN, "stoa: %s\n", fault_sentence());
	f = loop_new(&c->loop, &clock_system);
	return f == FAULT_NONE ? watch_signals(c) : f;
}

enum fault
session_open(struct cli *c)
{
	if (c->backend)
		return FAULT_NONE;
	double started = stopwatch_ms();
	enum fault f = session_loop(c);
	if (f != FAULT_NONE)
		return f;
	f = open_backend(&c->backend, c);
	if (f == FAULT_NONE)
		f = backend_opened(c->backend);
	if (f != FAULT_NONE && c->backend) {
		backend_close(c->backend);
		c->backend = NULL;
	}
	c->opened_ms = stopwatch_ms() - started;
	return f;
}

/* What the set-up opened already, or a backend that opens itself on its crew. */
static enum fault
screen_open_backend(struct backend **out, void *arg)
{
	struct cli *c = arg;
	if (c->backend) {
		*out = c->backend;
		c->backend = NULL;
		return FAULT_NONE;
	}
	return open_backend(out, c);
}

enum fault
session_screen(struct cli *c)
{
	const struct conf *conf = &c->conf;
	const char *mode = conf_get(conf, "answers.mode"), *ssh = getenv("SSH_CONNECTION");
	const char *notify = conf_get(conf, "screen.notify");
	const char *server = NULL;
	enum fault f = session_loop(c);
	if (f == FAULT_NONE)
		f = session_server(&server, c);
	if (f != FAULT_NONE)
		return f;
	const struct cli_screen s = {
		.loop = c->loop,
		.places = &c->places,
		.open = screen_open_backend,
		.arg = c,
		.theme = conf_get(conf, "screen.theme"),
		.themes_folder = shipped_folder(&c->arena, "themes"),
		.keys = conf_get(conf, "screen.keys"),
		.clipboard = conf_get(conf, "screen.clipboard"),
		.mode = str_same(mode, "auto") ? NULL : mode,
		.subject = or_null(conf_get(conf, "library.subject")),
		.key_file = or_null(conf_get(conf, "vault.key_file")),
		.server = server,
		.suggestion = c->suggestion,
		.lock_minutes = (int)conf_number(conf, "history.lock_minutes"),
		.retention_days = (int64_t)conf_number(conf, "library.retention_days"),
		.mouse = str_same(conf_get(conf, "screen.mouse"), "on"),
		.notify = str_same(notify, "on") || (str_same(notify, "auto") && !ssh),
	};
	return c->front->screen(&s);
}

void
session_close(struct cli *c)
{
	if (c->backend)
		backend_close(c->backend);
	if (c->loop)
		loop_free(c->loop);
	c->backend = NULL;
	c->loop = NULL;
	conf_clear(&c->conf);
	places_clear(&c->places);
	c->conf_known = false;
	log_close();
}

enum fault
session_check(struct cli *c)
{
	if (c->loop && !c->interrupted) {
		enum fault f = loop_turn(c->loop, 0);
		if (f != FAULT_NONE)
			return f;
	}
	return c->interrupted ? fault(FAULT_CANCELLED, "cancelled") : FAULT_NONE;
}

/* ---- calls ------------------------------------------------------------------- */

struct relay { struct cli *c; const struct call_events *ev; };

static void
relay_event(const char *name, const struct record_type *type, const void *record, void *arg)
{
	struct relay *r = arg;
	if (r->ev && r->ev->event)
		r->ev->event(r->c, name, type, record, r->ev->arg);
}

/* What the person should know of a call that went well; not twice in a row. */
static void
relay_done(const struct backend_done *d, void *arg)
{
	struct cli *c = ((struct relay *)arg)->c;
	if (d->fault != FAULT_NONE || !d->sentence[0] || str_same(c->noted, d->sentence))
		return;
	c->noted = arena_strdup(&c->arena, d->sentence);
	err_progress_end(c);
	err_notef(c, PAINT_WARN, "stoa: %s\n", d->sentence);
}

enum fault
session_call(const void **reply, struct cli *c, const char *operation, const void *request,
	const struct call_events *ev)
{
	struct relay r = { c, ev };
	struct backend_handlers h = { relay_event, relay_done, &r };
	enum fault f = session_check(c);
	if (f != FAULT_NONE)
		return f;
	f = backend_call_wait(reply, &c->arena, c->backend, operation, request, &h);
	if (f == FAULT_LOCKED) {
		f = session_unlock(c);
		if (f == FAULT_NONE)
			f = backend_call_wait(reply, &c->arena, c->backend, operation, request, &h);
	}
	err_progress_end(c);
	return f;
}

/* ---- the lock ------------------------------------------------------------------- */

const char *
session_key_path(struct cli *c)
{
	return arena_printf(&c->arena, "%s/local.key", c->places.data);
}

static bool
has_slot(const struct backend_lock *l, enum backend_slot type)
{
	for (size_t i = 0; i < l->slot_count; i++)
		if (l->slots[i].type == type)
			return true;
	return false;
}

static enum fault
unlock_with(struct cli *c, enum backend_slot type, struct backend_secret *s)
{
	double started = stopwatch_ms();
	enum fault f = backend_unlock(c->backend, type, s);
	c->unlocked_ms = stopwatch_ms() - started;
	backend_secret_free(s);
	return f;
}

static enum fault
unlock_key_file(struct cli *c, enum backend_slot type, const char *path)
{
	struct backend_secret *s = NULL;
	enum fault f = backend_secret_file(&s, path, false);
	return f == FAULT_NONE ? unlock_with(c, type, s) : f;
}

/* A passphrase, or the recovery code of somebody who forgot it.  Takes s. */
static enum fault
unlock_typed(struct cli *c, const struct backend_lock *l, struct backend_secret *s)
{
	struct backend_secret *code = NULL;
	enum fault f = FAULT_DENIED;
	if (has_slot(l, BACKEND_RECOVERY) && backend_secret_as_recovery(&code, s) == FAULT_NONE)
		f = unlock_with(c, BACKEND_RECOVERY, code);
	if (f == FAULT_DENIED)
		return unlock_with(c, BACKEND_PASSPHRASE, s);
	backend_secret_free(s);
	return f;
}

/* The ways that ask nobody.  LOCKED: none of them is there. */
static enum fault
unlock_silently(struct cli *c, const struct backend_lock *l)
{
	const char *key_file = option_text(&c->args, "keyfile");
	if (key_file)
		return unlock_key_file(c, BACKEND_KEY_FILE, key_file);
	if (has_slot(l, BACKEND_OPEN))
		return unlock_key_file(c, BACKEND_OPEN, session_key_path(c));
	int fd = (int)option_number(&c->args, "passphrase-fd", -1);
	if (fd >= 0) {
		struct backend_secret *s = NULL;
		enum fault f = backend_secret_read(&s, fd);
		return f == FAULT_NONE ? unlock_typed(c, l, s) : f;
	}
	const char *configured = conf_get(&c->conf, "vault.key_file");
	if (*configured && has_slot(l, BACKEND_KEY_FILE))
		return unlock_key_file(c, BACKEND_KEY_FILE, configured);
	if (has_slot(l, BACKEND_KEYRING)) {
		struct backend_secret *s = NULL;
		if (backend_secret_keyring(&s, "local", false) == FAULT_NONE
			&& unlock_with(c, BACKEND_KEYRING, s) == FAULT_NONE)
			return FAULT_NONE;
		err_note(c, PAINT_WARN, "stoa: the keyring does not give the key\n");
	}
	return fault(FAULT_LOCKED,
		"the history is locked: unlock it with --passphrase-fd N or --keyfile F");
}

static enum fault
unlock_asking(struct cli *c, const struct backend_lock *l)
{
	bool passphrase = has_slot(l, BACKEND_PASSPHRASE), recovery = has_slot(l, BACKEND_RECOVERY);
	if (!passphrase && !recovery)
		return fault(FAULT_LOCKED,
			"the history is locked with a key file: give it with --keyfile F");
	const char *prompt = !recovery	  ? "Passphrase: "
			     : passphrase ? "Passphrase or recovery code: "
					  : "Recovery code: ";
	enum fault f = FAULT_NONE;
	for (int tries = 0; tries < UNLOCK_TRIES; tries++) {
		struct backend_secret *s = NULL;
		f = prompt_secret(&s, prompt, false);
		if (f == FAULT_NONE)
			f = unlock_typed(c, l, s);
		if (f != FAULT_DENIED && f != FAULT_INPUT)
			return f;
		err_notef(c, PAINT_WARN, "stoa: %s\n",
			f == FAULT_INPUT ? fault_sentence() : "that does not open it; try again");
	}
	return fault(FAULT_DENIED, "none of these opens it; nothing is lost, try again");
}

static void
tell_anchor(struct cli *c)
{
	struct backend_lock l = { 0 };
	if (backend_lock_state(&l, c->backend) != FAULT_NONE)
		return;
	if (l.anchor == BACKEND_ANCHOR_BEHIND)
		err_notef(c, PAINT_WARN,
			"stoa: this history went back by %llu changes; it is open for reading only. "
			"If you restored a backup, `stoa vault accept` goes on with it.\n",
			(unsigned long long)l.changes_back);
	if (l.anchor == BACKEND_ANCHOR_ALTERED)
		err_note(c, PAINT_BAD,
			"stoa: this history was altered from outside; it is open for reading only.\n");
	if (l.memory_unlocked)
		log_event(LOG_WARN, "cli", "memory.unlocked", "limit=%s", "RLIMIT_MEMLOCK");
}

enum fault
session_unlock(struct cli *c)
{
	struct backend_lock l = { 0 };
	enum fault f = backend_lock_state(&l, c->backend);
	if (f != FAULT_NONE || !l.locked)
		return f;
	f = unlock_silently(c, &l);
	if (f == FAULT_LOCKED && !c->json && prompt_possible())
		f = unlock_asking(c, &l);
	if (f == FAULT_NONE)
		tell_anchor(c);
	return f;
}

enum fault
session_ready(struct cli *c)
{
	enum fault f = session_open(c);
	if (f != FAULT_NONE)
		return f;
	struct backend_lock l = { 0 };
	f = backend_lock_state(&l, c->backend);
	if (f != FAULT_NONE)
		return f;
	if (l.fresh) {
		const char *how;
		char recovery[48] = "";
		f = session_seal_new(
			c, !c->json && isatty(STDIN_FILENO) && prompt_possible() ? "" : NULL, &how, recovery);
		if (f == FAULT_NONE && recovery[0])
			err_notef(c, PAINT_BOLD, "Recovery code, write it down: %s\n", recovery);
		return f;
	}
	if (!l.locked)
		return FAULT_NONE;
	if (option_given(&c->args, "keyfile") || option_given(&c->args, "passphrase-fd")
		|| has_slot(&l, BACKEND_OPEN) || has_slot(&l, BACKEND_KEYRING))
		return session_unlock(c);
	return FAULT_NONE;      /* asked for when an operation needs it */
}

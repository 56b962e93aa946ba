/* Opening, unlocking and locking the history, without ever waiting for it.
 *
 * The backend is opened after the first frame.  The ways that ask nobody are tried
 * on the crew, because they read files or ask the keyring; then there is one prompt
 * in the screen.  After so many minutes without a key everything shown is forgotten
 * and the keys are given up. */
#include <stdio.h>
#include <string.h>

#include "app_in.h"

static void prompt(struct app *app);
static void on_state(const struct backend_lock_done *d, void *arg);

static void
fail(struct app *app, enum fault f, const char *sentence)
{
	app->vault = VAULT_FAILED;
	app->fault = f;
	snprintf(app->trouble, sizeof app->trouble, "%s", sentence);
	snprintf(app->fault_sentence, sizeof app->fault_sentence, "%s", sentence);
	app_dirty(app, NULL);
}

static const struct backend_slot_info *
slot_find(const struct backend_lock *l, enum backend_slot type)
{
	for (size_t i = 0; i < l->slot_count; i++)
		if (l->slots[i].type == type)
			return &l->slots[i];
	return NULL;
}

/* ---- open ------------------------------------------------------------------------ */

static void
opened(struct app *app, const struct backend_lock *l)
{
	app->vault = VAULT_OPEN;
	app->fault = FAULT_NONE;
	app->trouble[0] = '\0';
	app->lockable = slot_find(l, BACKEND_OPEN) == NULL;
	app->read_only = l->read_only;
	app->active_ms = app->config->clock->mono_ms(app->config->clock->arg);
	if (l->anchor == BACKEND_ANCHOR_BEHIND)
		app_alert(app, "this history went back by %llu changes and is open for reading only; stoa vault accept goes on with it",
			(unsigned long long)l->changes_back);
	if (l->anchor == BACKEND_ANCHOR_ALTERED)
		app_alert(app, "this history was altered from outside; it is open for reading only");
	draft_fetch(app);
	chat_refresh(app);
	shelf_refresh(app);
	lock_watch(app);
	app_dirty(app, NULL);
	if (app->start != NULL) {
		const char *start = app->start;
		app->start = NULL;
		action_line(app, start);
	}
}

/* ---- unlocking ------------------------------------------------------------------------ */

struct unlocking { struct app *app; struct backend_secret *secret; bool typed; };

static void
on_unlocked(const struct backend_lock_done *d, void *arg)
{
	struct unlocking *u = arg;
	struct app *app = u->app;
	backend_secret_free(u->secret);
	bool typed = u->typed;
	mem_free(u);
	if (app->leaving)
		return;
	if (d->fault == FAULT_NONE && d->state != NULL && !d->state->locked) {
		opened(app, d->state);
		return;
	}
	if (d->fault != FAULT_DENIED && d->fault != FAULT_INPUT && d->fault != FAULT_NONE) {
		fail(app, d->fault, d->sentence);
		return;
	}
	if (typed)
		snprintf(app->trouble, sizeof app->trouble, "It does not fit; nothing is lost, try again.");
	prompt(app);
}

static void
unlock_with(struct app *app, enum backend_slot type, struct backend_secret *secret, bool typed)
{
	struct unlocking *u = mem_new(sizeof *u);
	*u = (struct unlocking){ app, secret, typed };
	if (typed)                       /* else the line takes keys all the while */
		app->vault = VAULT_UNLOCKING;
	app_dirty(app, NULL);
	const struct backend_lock_request r = { .act = BACKEND_ACT_UNLOCK, .type = type, .secret = secret };
	enum fault f = backend_lock_start(app->backend, &r, on_unlocked, u);
	if (f != FAULT_NONE) {
		backend_secret_free(secret);
		mem_free(u);
		fail(app, f, fault_sentence());
	}
}

static void
on_passphrase(struct app *app, const char *answer, void *arg)
{
	(void)arg;
	if (answer == NULL)
		app_quit(app);
	else if (*answer == '\0')
		prompt(app);
	else
		unlock_with(app, BACKEND_PASSPHRASE, backend_secret_new(answer, strlen(answer)), true);
}

static void
on_recovery(struct app *app, const char *answer, void *arg)
{
	struct backend_secret *s = NULL;
	(void)arg;
	if (answer == NULL) {
		app_quit(app);
		return;
	}
	if (backend_secret_recovery(&s, answer) == FAULT_NONE) {
		unlock_with(app, BACKEND_RECOVERY, s, true);
		return;
	}
	snprintf(app->trouble, sizeof app->trouble, "%s", fault_sentence());
	prompt(app);
}

static void
prompt(struct app *app)
{
	app->vault = VAULT_LOCKED;
	if (app->ask_passphrase)
		app_ask(app, "Passphrase:", true, on_passphrase, NULL);
	else if (app->ask_recovery)
		app_ask(app, "Recovery code:", false, on_recovery, NULL);
	else
		fail(app, FAULT_LOCKED, "it is locked with a key file: set vault.key_file in stoa.conf, or use stoa --plain --keyfile F");
	app_dirty(app, NULL);
}

/* ---- the ways that ask nobody: on the crew -------------------------------------------- */

struct silent { struct app *app; struct backend_lock lock; enum backend_slot type; struct backend_secret *secret; };

static void
silent_done(void *arg)
{
	struct silent *s = arg;
	struct app *app = s->app;
	if (app->leaving)
		backend_secret_free(s->secret);
	else if (s->secret != NULL)
		unlock_with(app, s->type, s->secret, false);
	else
		prompt(app);
	mem_free(s);
}

static void
silent_run(void *arg)
{
	struct silent *s = arg;
	struct app *app = s->app;
	const struct tui_config *c = app->config;
	char path[4096];
	enum fault f = FAULT_ABSENT;
	if (slot_find(&s->lock, BACKEND_OPEN) != NULL) {
		s->type = BACKEND_OPEN;
		snprintf(path, sizeof path, "%s/local.key", c->places.data);
		f = backend_secret_file(&s->secret, path, false);
	} else if (c->key_file != NULL && slot_find(&s->lock, BACKEND_KEY_FILE) != NULL) {
		s->type = BACKEND_KEY_FILE;
		f = backend_secret_file(&s->secret, c->key_file, false);
	}
	if (f != FAULT_NONE && slot_find(&s->lock, BACKEND_KEYRING) != NULL) {
		s->type = BACKEND_KEYRING;
		f = backend_secret_keyring(&s->secret, "local", false);
	}
	if (f != FAULT_NONE)
		s->secret = NULL;
	while (loop_post(app->loop, silent_done, s) != FAULT_NONE)
		;       /* 4096 messages wait: the loop is turning through them */
}

static void
on_state(const struct backend_lock_done *d, void *arg)
{
	struct app *app = arg;
	if (app->leaving)
		return;
	if (d->fault != FAULT_NONE || d->state == NULL) {
		fail(app, d->fault != FAULT_NONE ? d->fault : FAULT_SYSTEM, d->sentence);
	} else if (d->state->fresh) {
		fail(app, FAULT_LOCKED, "the history has no lock yet; run stoa init first");
	} else if (!d->state->locked) {
		opened(app, d->state);
	} else {
		struct silent *s = mem_new(sizeof *s);
		*s = (struct silent){ .app = app, .lock = *d->state };
		app->ask_passphrase = slot_find(d->state, BACKEND_PASSPHRASE) != NULL;
		app->ask_recovery = slot_find(d->state, BACKEND_RECOVERY) != NULL;
		if (!app_crew(app, silent_run, s))
			mem_free(s);
	}
}

void
lock_open(struct app *app)
{
	enum fault f = app->backend == NULL ? app->config->open(&app->backend, app->config->arg) : FAULT_NONE;
	if (f == FAULT_NONE) {
		server_watch(app);
		f = backend_lock_start(app->backend, &(struct backend_lock_request){ .act = BACKEND_ACT_STATE }, on_state, app);
	}
	if (f != FAULT_NONE)
		fail(app, f, fault_sentence());
}

/* ---- locking ----------------------------------------------------------------------- */

static void
on_locked(const struct backend_lock_done *d, void *arg)
{
	struct app *app = arg;
	if (app->leaving)
		return;
	if (d->fault != FAULT_NONE)
		fail(app, d->fault, d->sentence);
	else
		prompt(app);
}

/* Everything a person said leaves the screen and the memory of the models. */
static void
forget_all(struct app *app)
{
	app_overlay(app, NULL);
	chat_close(app->chat);
	shelf_forget(app->shelf);
	for (int i = 0; i < PANE_COUNT; i++) {
		struct pane *p = &app->panes[i];
		if (p->type->close != NULL)
			p->type->close(p->state);
		p->state = p->type->open != NULL ? p->type->open(app) : NULL;
		mem_free(p->find);
		p->find = NULL;
	}
	app->page_wanted = false;
	composer_set(app->composer, "");
	composer_history(app->composer, NULL, 0);
	draft_forget(app);
	app->vault = VAULT_UNLOCKING;
	app->ask_passphrase = true;
	app->alert[0] = app->trouble[0] = '\0';
	app_dirty(app, NULL);
	enum fault f = backend_lock_start(app->backend, &(struct backend_lock_request){ .act = BACKEND_ACT_LOCK }, on_locked, app);
	if (f != FAULT_NONE)
		fail(app, f, fault_sentence());
}

void
lock_now(struct app *app)
{
	if (app->vault != VAULT_OPEN)
		return;
	if (!app->lockable)
		app_alert(app, "there is no lock: stoa vault passwd sets a passphrase");
	else
		draft_flush(app, forget_all);
}

/* Once a minute while a minute shows; it never runs when there is nothing to lock. */
static void
on_minute(void *arg)
{
	struct app *app = arg;
	app->lock_timer = 0;
	int64_t idle_ms = app->config->clock->mono_ms(app->config->clock->arg) - app->active_ms;
	bool busy = app->chat->busy || app->shelf->adding;
	if (app->vault == VAULT_OPEN && !busy && idle_ms >= app->config->lock_minutes * 60000)
		lock_now(app);
	else
		lock_watch(app);
	app->dirty_status = true;
}

void
lock_watch(struct app *app)
{
	if (app->lock_timer != 0)
		loop_untimer(app->loop, app->lock_timer);
	app->lock_timer = 0;
	if (app->vault == VAULT_OPEN && app->lockable && app->config->lock_minutes > 0)
		app->lock_timer = loop_timer(app->loop, 60000, on_minute, app);
}

/* The backend at a server: calls go there, the link says whether it can be reached.
 *
 * Nobody asks the server whether it lives while it answers: that it is gone is
 * noticed by the next call.  Then a timer tries again, later and later, at a random
 * moment of a growing span (full jitter), so that a class whose server came back
 * does not fall upon it at once; when nothing waits to be delivered the span begins
 * at ten seconds, so that an idle client sleeps.  Probes run on a worker of their
 * own. */
#include <stdio.h>
#include <string.h>

#include "remote_in.h"

#define TRY_MS 1000               /* the first span; doubled each time */
#define TRY_MAX_MS 60000
#define IDLE_MS 10000             /* the least wait when nothing waits */

/* ---- the token ---------------------------------------------------------------------- */

void
remote_token_set(struct remote *r, const void *bytes, size_t n)
{
	struct vault_secret copy = { NULL, 0 };
	if (n > 0) {
		copy = vault_secret_new(n + 1);
		memcpy(copy.bytes, bytes, n);
	}
	pthread_mutex_lock(&r->lock);
	struct vault_secret old = r->token;
	r->token = copy;
	pthread_mutex_unlock(&r->lock);
	vault_secret_clear(&old);
}

void
remote_user_set(struct remote *r, const char *user)
{
	char owner[ID_BYTES], both[2200];
	snprintf(both, sizeof both, "%s|%s", r->url, user);
	name_sum(owner, "copy", both);
	pthread_mutex_lock(&r->lock);
	memcpy(r->owner, owner, sizeof owner);
	r->account_known = true;
	pthread_mutex_unlock(&r->lock);
}

/* A locked store forgets the token too. */
static void
lock_changed(struct backend *b, bool locked)
{
	struct remote *r = b->remote;
	if (!locked || r->given)
		return;
	remote_token_set(r, NULL, 0);
	pthread_mutex_lock(&r->lock);
	r->account_known = false;
	pthread_mutex_unlock(&r->lock);
}

/* ---- the word ------------------------------------------------------------------------- */

static const char *
word(const struct backend *b)
{
	struct remote *r = b->remote;
	pthread_mutex_lock(&r->lock);
	bool online = r->online;
	pthread_mutex_unlock(&r->lock);
	snprintf(r->word, sizeof r->word, "%s", online ? "ONLINE" : "OFFLINE");
	return r->word;
}

static void link_turn(void *arg);

void
link_heard(struct backend *b, enum fault f)
{
	static const bool answers[FAULT_KINDS] = { [FAULT_NONE] = true, [FAULT_ABSENT] = true,
		[FAULT_EXISTS] = true, [FAULT_DENIED] = true, [FAULT_OFTEN] = true };
	struct remote *r = b->remote;
	if (f != FAULT_OFFLINE && !answers[f])
		return;
	bool online = f != FAULT_OFFLINE;
	pthread_mutex_lock(&r->lock);
	bool changed = r->online != online || !r->heard;
	r->online = online;
	r->heard = true;
	pthread_mutex_unlock(&r->lock);
	if (changed)
		mailbox_run(b->box, link_turn, b);
}

/* ---- probing --------------------------------------------------------------------------- */

static void probe(void *arg);

static void
on_timer(void *arg)
{
	struct backend *b = arg;
	b->remote->timer = 0;
	b->remote->probing = crew_submit(b->link_crew, probe, b) == FAULT_NONE;
}

static void
schedule(struct backend *b)
{
	struct remote *r = b->remote;
	uint32_t chance;
	int64_t span_ms = TRY_MS;
	if (r->timer != 0 || r->probing || r->closing)
		return;
	for (int i = 0; i < r->tries && span_ms < TRY_MAX_MS; i++)
		span_ms *= 2;
	if (span_ms > TRY_MAX_MS)
		span_ms = TRY_MAX_MS;
	r->tries++;
	b->config.chance->fill(&chance, sizeof chance, b->config.chance->arg);
	r->timer = loop_timer(b->loop, IDLE_MS + chance % span_ms, on_timer, b);
}

/* Loop thread: the link or what waits has changed. */
static void
link_turn(void *arg)
{
	struct backend *b = arg;
	struct remote *r = b->remote;
	char old[sizeof r->word];
	snprintf(old, sizeof old, "%s", r->word);
	pthread_mutex_lock(&r->lock);
	bool online = r->online;
	pthread_mutex_unlock(&r->lock);
	if (online) {
		r->tries = 0;
		if (r->timer != 0)
			loop_untimer(b->loop, r->timer);
		r->timer = 0;
	} else {
		schedule(b);
	}
	if (strcmp(old, word(b)) != 0 && b->word_changed != NULL)
		b->word_changed(b->word_arg);
}

static void
probe_done(void *arg)
{
	struct backend *b = arg;
	b->remote->probing = false;
	link_turn(b);
}

/* On the link's worker: is the server there? */
static void
probe(void *arg)
{
	struct backend *b = arg;
	struct arena a;
	void *reply = NULL;
	static const struct nothing nothing;
	const struct asking q = { .op = operation_find("health.get"), .request = &nothing,
		.cancel = &b->remote->cancel };
	arena_init(&a);
	link_heard(b, remote_ask(&reply, &a, b, &q));
	arena_clear(&a);
	mailbox_run(b->box, probe_done, b);
}

/* ---- calls ---------------------------------------------------------------------------------- */

static enum fault
call_remote(struct flight *f)
{
	char key[ID_BYTES];
	id_make(key, f->backend->config.chance);
	const struct asking q = { .op = f->op, .request = f->request, .key = f->op->writes ? key : NULL,
		.emit = f->handlers.event != NULL ? flight_event : NULL, .arg = f, .cancel = &f->cancel };
	enum fault bad = f->op->least > ROLE_NONE ? account_ready(f->backend) : FAULT_NONE;
	if (bad != FAULT_NONE)
		return bad;
	bad = remote_ask(&f->reply, &f->arena, f->backend, &q);
	link_heard(f->backend, bad);
	return bad;
}

/* ---- life ------------------------------------------------------------------------------------ */

static enum fault
open_link(struct backend *b, const struct backend_config *config)
{
	const char *url = b->config.server.url;
	enum fault f = wire_url_check(url);
	if (f != FAULT_NONE)
		return f;
	const char *path = strchr(strstr(url, "://") + 3, '/');
	if (strchr(url, '?') != NULL || (path != NULL && path[1] != '\0'))
		return fault(FAULT_INPUT, "the address of a server has no path: %s", url);
	struct remote *r = b->remote = mem_new(sizeof *r);
	r->url = path == NULL ? url : arena_strndup(&b->arena, url, (size_t)(path - url));
	r->ca_file = b->config.server.ca_file;
	pthread_mutex_init(&r->lock, NULL);
	if (config->server.token != NULL)
		remote_token_set(r, config->server.token->s.bytes, config->server.token->s.len);
	r->given = config->server.token != NULL;
	if (r->given)
		remote_user_set(r, config->server.user != NULL ? config->server.user : "");
	f = crew_new(&b->link_crew, 1);
	if (f == FAULT_NONE)
		r->probing = crew_submit(b->link_crew, probe, b) == FAULT_NONE;
	return f;
}

static void
closing(struct backend *b)
{
	struct remote *r = b->remote;
	if (r == NULL)
		return;
	r->closing = true;
	atomic_store(&r->cancel.asked, true);
	if (r->timer != 0)
		loop_untimer(b->loop, r->timer);
	r->timer = 0;
}

static void
close_link(struct backend *b)
{
	struct remote *r = b->remote;
	if (r == NULL)
		return;
	vault_secret_clear(&r->token);
	pthread_mutex_destroy(&r->lock);
	mem_free(r);
}

enum fault
backend_open_remote(struct backend **out, const struct backend_config *config, struct loop *loop)
{
	static const struct backend_way way = {
		.call = call_remote,
		.word = word,
		.open = open_link,
		.lock_changed = lock_changed,
		.closing = closing,
		.close = close_link,
	};
	return backend_make(out, config, loop, &way);
}

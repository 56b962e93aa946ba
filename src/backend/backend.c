/* What every backend has: an engine of its own, a crew, a mailbox to the loop.
 *
 * A backend on a server has the engine too: it keeps the sealed copy, the outbox
 * and the lock, and answers when the server cannot be reached.  Which way a call
 * goes is decided once, when the backend is opened (`perform`). */
#include <string.h>

#include "backend_in.h"

static bool
profile_valid(const char *s)
{
	return s != NULL && s[0] != '\0' && s[0] != '.' && strlen(s) <= 64 &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		       strlen(s);
}

static enum fault
engine_for(struct engine **out, const struct backend_config *c)
{
	struct arena a;
	arena_init(&a);
	const struct engine_config config = {
		.database = arena_printf(&a, "%s/%s.db", c->places.data, c->profile),
		.anchor = arena_printf(&a, "%s/%s.anchor", c->places.state, c->profile),
		.library_folder = arena_printf(&a, "%s/library", c->places.data),
		.domains_folder = c->domains_folder,
		.clock = c->clock,
		.chance = c->chance,
		.llm_base_url = c->llm.base_url,
		.llm_model = c->llm.model,
		.llm_embedding_model = c->llm.embedding_model,
		.llm_key_command = c->llm.key_command,
		.llm_connect_ms = c->llm.connect_ms,
		.llm_first_token_ms = c->llm.first_token_ms,
		.llm_total_ms = c->llm.total_ms,
		.llm_input_usd_per_mtok = c->llm.input_usd_per_mtok,
		.llm_output_usd_per_mtok = c->llm.output_usd_per_mtok,
		.llm_daily_budget_usd = c->llm.daily_budget_usd,
		.threshold_answer = c->threshold_answer,
		.threshold_maybe = c->threshold_maybe,
		.limits_off = true,
	};
	enum fault f = engine_open(out, &config);
	arena_clear(&a);
	return f;
}

/* ---- opening: the crew's first job ------------------------------------------------- */

static const struct backend_config *
config_copy(struct arena *a, const struct backend_config *c)
{
	struct backend_config *out = arena_alloc(a, sizeof *out);
	*out = *c;
	out->places = (struct places){
		.config = arena_strdup(a, c->places.config),
		.data = arena_strdup(a, c->places.data),
		.state = arena_strdup(a, c->places.state),
		.cache = arena_strdup(a, c->places.cache),
		.runtime = arena_strdup(a, c->places.runtime),
	};
	out->profile = arena_strdup(a, c->profile);
	out->llm.base_url = arena_strdup(a, c->llm.base_url);
	out->llm.model = arena_strdup(a, c->llm.model);
	out->llm.embedding_model = arena_strdup(a, c->llm.embedding_model);
	out->llm.key_command = arena_strdup(a, c->llm.key_command);
	out->domains_folder = arena_strdup(a, c->domains_folder);
	out->server.url = arena_strdup(a, c->server.url);
	out->server.pin = arena_strdup(a, c->server.pin);
	out->server.ca_file = arena_strdup(a, c->server.ca_file);
	out->server.user = arena_strdup(a, c->server.user);
	out->server.token = NULL; /* whoever needs it has copied it */
	return out;
}

static void
open_engine(void *arg)
{
	struct backend *b = arg;
	struct engine *e = NULL;
	enum fault f = engine_for(&e, &b->config);
	pthread_mutex_lock(&b->lock);
	b->engine = e;
	b->open_fault = f;
	b->open_sentence = mem_strdup(f == FAULT_NONE ? "" : fault_sentence());
	b->opened = true;
	pthread_cond_broadcast(&b->open);
	pthread_mutex_unlock(&b->lock);
}

enum fault
engine_wait(struct backend *b)
{
	pthread_mutex_lock(&b->lock);
	while (!b->opened)
		pthread_cond_wait(&b->open, &b->lock);
	pthread_mutex_unlock(&b->lock);
	if (b->open_fault != FAULT_NONE)
		return fault(b->open_fault, "%s", b->open_sentence);
	return FAULT_NONE;
}

enum fault
backend_opened(struct backend *b)
{
	return engine_wait(b);
}

enum fault
backend_make(struct backend **out, const struct backend_config *config, struct loop *loop,
	const struct backend_way *way)
{
	if (!profile_valid(config->profile))
		return fault(FAULT_INPUT, "\"%s\" is not the name of a profile",
			config->profile ? config->profile : "");
	struct backend *b = mem_new(sizeof *b);
	b->loop = loop;
	b->way = way;
	b->who = (struct principal){ .user = "local", .role = ROLE_ADMIN };
	b->config = *config_copy(&b->arena, config);
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->open, NULL);
	enum fault f = mailbox_new(&b->box, loop);
	if (f == FAULT_NONE)
		f = crew_new(&b->crew, config->workers > 0 ? config->workers : 2);
	if (f == FAULT_NONE)
		f = crew_new(&b->lock_crew, 1);
	if (f == FAULT_NONE && way->open != NULL)
		f = way->open(b, config);
	if (f == FAULT_NONE)
		f = crew_submit(b->crew, open_engine, b);
	if (f != FAULT_NONE) {
		backend_close(b);
		return f;
	}
	*out = b;
	return FAULT_NONE;
}

void
backend_close(struct backend *b)
{
	if (b == NULL)
		return;
	struct mailbox *box = b->box;
	b->word_changed = NULL;
	if (b->way->closing != NULL)
		b->way->closing(b);
	backend_cancel(b, 0);
	mailbox_close(box);
	crew_free(b->crew);
	crew_free(b->lock_crew);
	crew_free(b->link_crew);
	mailbox_deliver(box); /* every call has its end */
	if (b->way->close != NULL)
		b->way->close(b);
	engine_close(b->engine);
	/* A message that still waits in the loop holds the mailbox; run it now if we
	 * may, else the loop will. */
	pthread_mutex_lock(&box->lock);
	bool waiting = box->posted;
	pthread_mutex_unlock(&box->lock);
	if (waiting)
		(void)!loop_turn(b->loop, 0);
	mailbox_release(box);
	pthread_cond_destroy(&b->open);
	pthread_mutex_destroy(&b->lock);
	mem_free(b->open_sentence);
	arena_clear(&b->arena);
	mem_free(b);
}

const char *
backend_word(const struct backend *b)
{
	return b->way->word(b);
}

void
backend_on_word(struct backend *b, loop_fn *changed, void *arg)
{
	b->word_changed = changed;
	b->word_arg = arg;
}

/* ---- calls ---------------------------------------------------------------------------- */

void
flight_event(const char *name, const struct record_type *type, const void *record, void *arg)
{
	struct flight *f = arg;
	struct news *n = mem_new(sizeof *n);
	n->flight = f;
	n->name = name;
	n->type = type;
	n->record = record_copy(&n->arena, type, record);
	mailbox_put(f->box, n);
}

void
flight_end(struct flight *f)
{
	const char *note = f->note != NULL ? f->note : "";
	f->sentence = mem_strdup(f->fault == FAULT_NONE ? note : fault_sentence());
	struct news *n = mem_new(sizeof *n);
	n->flight = f;
	mailbox_put(f->box, n);
}

enum fault
flight_start(struct flight *f, struct backend *b, loop_fn *run)
{
	if (++b->box->last_id == 0)
		b->box->last_id = 1;
	f->id = b->box->last_id;
	f->backend = b;
	f->box = b->box;
	enum fault bad = mailbox_closed(b->box) ? fault(FAULT_CANCELLED, "the history is being closed")
		: crew_submit(f->task != NULL ? b->lock_crew : b->crew, run, f);
	if (bad != FAULT_NONE) {
		arena_clear(&f->arena);
		mem_free(f->task);
		mem_free(f);
		return bad;
	}
	f->next = b->box->flights;
	b->box->flights = f;
	return FAULT_NONE;
}

static void
fly(void *arg)
{
	struct flight *f = arg;
	f->fault = engine_wait(f->backend);
	if (f->fault == FAULT_NONE)
		f->fault = f->backend->way->call(f);
	flight_end(f);
}

enum fault
backend_call(unsigned *id, struct backend *b, const char *operation, const void *request,
	const struct backend_handlers *h)
{
	const struct operation *op = operation_find(operation);
	if (op == NULL)
		return fault(FAULT_ABSENT, "there is no operation %s", operation);
	struct flight *f = mem_new(sizeof *f);
	f->op = op;
	f->request = record_copy(&f->arena, op->request, request);
	if (h != NULL)
		f->handlers = *h;
	enum fault bad = flight_start(f, b, fly);
	if (bad == FAULT_NONE && id != NULL)
		*id = f->id;
	return bad;
}

void
backend_cancel(struct backend *b, unsigned id)
{
	for (struct flight *f = b->box->flights; f != NULL; f = f->next)
		if (id == 0 || f->id == id)
			atomic_store(&f->cancel.asked, true);
}

/* ---- waiting for one ------------------------------------------------------------------- */

struct wait {
	const struct backend_handlers *handlers; /* may be NULL */
	struct arena *a;
	const void *reply;
	enum fault fault;
	char *sentence;
	bool ended;
};

static void
wait_event(const char *name, const struct record_type *type, const void *record, void *arg)
{
	const struct wait *w = arg;
	w->handlers->event(name, type, record, w->handlers->arg);
}

static void
wait_done(const struct backend_done *d, void *arg)
{
	struct wait *w = arg;
	w->fault = d->fault;
	w->sentence = mem_strdup(d->sentence);
	if (d->fault == FAULT_NONE)
		w->reply = record_copy(w->a, d->op->reply, d->reply);
	w->ended = true;
	if (w->handlers != NULL && w->handlers->done != NULL)
		w->handlers->done(d, w->handlers->arg);
}

enum fault
backend_call_wait(const void **reply, struct arena *a, struct backend *b, const char *operation,
	const void *request, const struct backend_handlers *h)
{
	struct wait w = { .handlers = h, .a = a };
	const struct backend_handlers mine = { h != NULL && h->event != NULL ? wait_event : NULL,
		wait_done, &w };
	enum fault f = loop_turn(b->loop, 0); /* may we wait here at all? */
	if (f == FAULT_NONE)
		f = backend_call(NULL, b, operation, request, &mine);
	if (f != FAULT_NONE)
		return f;
	while (!w.ended)
		if (loop_turn(b->loop, -1) != FAULT_NONE)
			backend_cancel(b, 0); /* poll() itself fails: end what can be ended */
	if (w.fault != FAULT_NONE)
		f = fault(w.fault, "%s", w.sentence);
	else if (reply != NULL)
		*reply = w.reply;
	mem_free(w.sentence);
	return f;
}

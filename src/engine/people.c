/* Operations about people: signing in and out, who somebody is.
 *
 * The rules are the people room's; here requests meet them.  Nothing personal is
 * logged, and a reply that holds a token lives in the arena of its call alone. */
#include <stdio.h>
#include <string.h>

#include "engine_in.h"

struct people_asker
asker(const struct call *c)
{
	return (struct people_asker){ c->who->user, c->who->role };
}

/* ---- what is lent ---------------------------------------------------------------------- */

static enum fault
lent_fetch(int *status, struct text *body, const struct people_fetch *req, const struct cancel *cancel, void *arg)
{
	const struct engine *e = arg;
	const struct outside_fetch out = {
		.url = req->url,
		.type = req->form != NULL ? "application/x-www-form-urlencoded" : NULL,
		.body = req->form,
		.body_bytes = req->form != NULL ? strlen(req->form) : 0,
		.user = req->user,
		.secret = req->secret,
		.bearer = req->bearer,
	};
	return e->outside.fetch(status, body, &out, cancel, e->outside.arg);
}

static enum fault
lent_verify(const struct people_signature *s, void *arg)
{
	const struct engine *e = arg;
	const struct outside_signature out = {
		.algorithm = s->algorithm,
		.jwk = s->jwk,
		.bytes = s->bytes,
		.bytes_n = s->bytes_n,
		.signature = s->signature,
		.signature_n = s->signature_n,
	};
	return e->outside.verify(&out, e->outside.arg);
}

enum fault
engine_people_open(struct engine *e, const struct engine_config *config)
{
	struct arena a;
	arena_init(&a);
	const struct people_config people = {
		.clock = &e->clock,
		.chance = &e->chance,
		.roles_folder = config->roles_folder != NULL ? config->roles_folder
							     : STOA_PREFIX "/share/stoa/kits/roles",
		.no_guests = config->no_guests,
		.no_codes = config->no_codes,
		.providers = config->providers,
		.provider_count = config->provider_count,
		.callback_url = config->public_url != NULL
					? arena_printf(&a, "%s/v1/auth/callback", config->public_url)
					: NULL,
		.jwt = config->jwt,
		.outside = {
			.fetch = config->outside.fetch != NULL ? lent_fetch : NULL,
			.verify = config->outside.verify != NULL ? lent_verify : NULL,
			.arg = e,
		},
	};
	enum fault f = people_new(&e->people, &people);
	arena_clear(&a);
	return f;
}

void
engine_set_providers(struct engine *e, const struct people_provider *providers, size_t count, const struct people_jwt *jwt)
{
	people_providers_set(e->people, providers, count, jwt);
}

/* ---- the door ------------------------------------------------------------------------ */

enum fault
engine_principal(struct principal *out, struct engine *e, const char *bearer)
{
	struct store *db = NULL;
	struct people_session s;
	if (bearer == NULL || bearer[0] == '\0') {
		*out = (struct principal){ .role = ROLE_NONE };
		return FAULT_NONE;
	}
	enum fault f = pool_take(&db, e, "");
	if (f != FAULT_NONE)
		return f;
	/* A JWT may begin an account, and that is sealed. */
	pthread_rwlock_rdlock(&e->gate);
	f = people_bearer_find(&s, e->people, db, bearer, NULL);
	pthread_rwlock_unlock(&e->gate);
	pool_put(e, db);
	if (f != FAULT_NONE)
		return f;
	*out = (struct principal){ .role = s.role };
	memcpy(out->user, s.person, sizeof out->user);
	memcpy(out->session, s.family, sizeof out->session);
	return FAULT_NONE;
}

enum fault
engine_first_admin(const char **code, struct arena *a, struct engine *e)
{
	struct store *db = NULL;
	pthread_rwlock_rdlock(&e->gate);
	enum fault f = pool_take(&db, e, "");
	if (f == FAULT_NONE)
		f = people_first_admin(code, a, e->people, db);
	pool_put(e, db);
	pthread_rwlock_unlock(&e->gate);
	return f;
}

/* ---- signing in and out ---------------------------------------------------------------- */

static enum fault
auth_guest(void **reply, struct call *c, const void *request)
{
	*reply = record_new(c->a, &record_signed_in);
	return people_guest(*reply, c->a, c->e->people, c->db, request);
}

static enum fault
auth_join(void **reply, struct call *c, const void *request)
{
	const struct people_asker who = asker(c);
	*reply = record_new(c->a, &record_signed_in);
	enum fault f = people_join(*reply, c->a, c->e->people, c->db, &who, request);
	/* The session that asked goes on as the one that it got. */
	if (f == FAULT_NONE && c->who->session[0] != '\0')
		f = people_logout(c->e->people, c->db, c->who->user, c->who->session, false);
	return f;
}

static enum fault
auth_refresh(void **reply, struct call *c, const void *request)
{
	*reply = record_new(c->a, &record_signed_in);
	return people_refresh(*reply, c->a, c->e->people, c->db, request);
}

static enum fault
auth_logout(void **reply, struct call *c, const void *request)
{
	const struct auth_logout *r = request;
	struct nothing *done = record_new(c->a, &record_nothing);
	done->ok = true;
	*reply = done;
	enum fault f = people_logout(c->e->people, c->db, c->who->user, c->who->session, r->everywhere);
	return f == FAULT_NONE ? letter_send(c, c->who->user, "", r->everywhere ? ENGINE_LETTER_ALL : "") : f;
}

static enum fault
auth_provider(void **reply, struct call *c, const void *request)
{
	*reply = record_new(c->a, &record_auth_url);
	return people_provider_begin(*reply, c->a, c->e->people, c->db, request, c->cancel);
}

static enum fault
auth_callback(void **reply, struct call *c, const void *request)
{
	*reply = record_new(c->a, &record_auth_redirect);
	return people_provider_callback(*reply, c->a, c->e->people, c->db, request, c->cancel);
}

static enum fault
auth_device(void **reply, struct call *c, const void *request)
{
	*reply = record_new(c->a, &record_device_code);
	return people_device_begin(*reply, c->a, c->e->people, c->db, request, c->cancel);
}

static enum fault
auth_token(void **reply, struct call *c, const void *request)
{
	*reply = record_new(c->a, &record_signed_in);
	return people_token(*reply, c->a, c->e->people, c->db, request, c->cancel);
}

static enum fault
auth_ways(void **reply, struct call *c, const void *request)
{
	(void)request;
	*reply = record_new(c->a, &record_auth_ways);
	return people_ways(*reply, c->a, c->e->people, c->cancel);
}

/* ---- who I am ------------------------------------------------------------------------------ */

enum fault
me_fill(struct settings *out, struct call *c)
{
	struct user me = { 0 };
	enum fault f = people_user(&me, c->a, c->e->people, c->db, c->who->user);
	if (f == FAULT_ABSENT)          /* the person of this machine has no account */
		return FAULT_NONE;
	out->id = me.id;
	out->name = me.name;
	out->role = me.role;
	return f;
}

enum fault
me_rename(struct call *c, const char *name)
{
	struct user me = { 0 };
	enum fault f = people_user(&me, c->a, c->e->people, c->db, c->who->user);
	if (f == FAULT_NONE)
		f = people_rename(c->e->people, c->db, me.id, name);
	return f == FAULT_ABSENT ? fault(FAULT_INPUT, "only an account on a server has a name") : f;
}

enum fault
me_put_account(struct text *out, struct call *c)
{
	struct user me = { 0 };
	struct classes mine = { .total = 0 };
	const struct people_asker who = { c->who->user, ROLE_GUEST };   /* his own, not all of an administrator */
	const struct class_list all = { .status = "all", .limit = 1000 };
	enum fault f = people_user(&me, c->a, c->e->people, c->db, c->who->user);
	if (f == FAULT_ABSENT)
		return FAULT_NONE;
	if (f == FAULT_NONE)
		f = people_class_list(&mine, c->a, c->e->people, c->db, &who, &all);
	if (f != FAULT_NONE)
		return f;
	text_put(out, "\"account\":");
	record_to_json(out, &record_user, &me);
	text_put(out, ",\"classes\":");
	record_to_json(out, &record_classes, &mine);
	text_put_c(out, ',');
	return FAULT_NONE;
}

/* Everything of the account at once, or nothing of it. */
static enum fault
forget_all(struct call *c)
{
	int64_t removed = 0;
	/* His documents first: what cannot be finished leaves an account to do it again. */
	enum fault f = library_remove_owned(&removed, c->e->library, c->db, c->who->user);
	if (f == FAULT_NONE)
		f = store_begin(c->db);
	if (f != FAULT_NONE)
		return f;
	f = people_delete(c->a, c->e->people, c->db, c->who->user);
	if (f == FAULT_NONE)
		f = sharing_forget(c);
	if (f == FAULT_NONE)
		f = store_bury_owner(c->db);
	return store_finish(c->db, f);
}

static enum fault
me_delete(void **reply, struct call *c, const void *request)
{
	struct nothing *n = record_new(c->a, &record_nothing);
	(void)request;
	if (!id_valid(c->who->user))
		return fault(FAULT_INPUT, "there is no account here to delete");
	n->ok = true;
	*reply = n;
	enum fault f = forget_all(c);
	return f == FAULT_NONE ? letter_send(c, c->who->user, "", ENGINE_LETTER_ALL) : f;
}

enum fault
guests_tend(struct engine *e, struct store *db, const struct cancel *cancel)
{
	struct arena a;
	struct text_list gone = { NULL, 0 };
	struct principal who = { .role = ROLE_GUEST };
	struct call c = { .e = e, .a = &a, .db = db, .who = &who, .cancel = cancel };
	arena_init(&a);
	pthread_rwlock_rdlock(&e->gate);
	bool open = !store_is_locked(db) && !store_read_only(db);
	enum fault f = open ? people_guests_gone(&gone, &a, e->people, db) : FAULT_NONE;
	for (size_t i = 0; i < gone.count && f == FAULT_NONE && !cancel_asked(cancel); i++) {
		snprintf(who.user, sizeof who.user, "%s", gone.items[i]);
		store_set_owner(db, who.user);
		f = forget_all(&c);
	}
	store_set_owner(db, "");
	pthread_rwlock_unlock(&e->gate);
	if (gone.count > 0)
		log_event(LOG_INFO, "engine", "retention", "of=guests removed=%zu result=%s", gone.count, fault_name(f));
	arena_clear(&a);
	return f;
}

static enum fault
profile_set(void **reply, struct call *c, const void *request)
{
	const struct people_asker who = asker(c);
	*reply = record_new(c->a, &record_profile);
	return people_profile_set(*reply, c->a, c->e->people, c->db, &who, request);
}

/* What gives tokens takes no idempotency key: a reply that was kept would give them
 * to whoever brings the key again. */
const struct handler people_handlers[] = {
	{ "auth.callback", auth_callback, HANDLER_SEALED | HANDLER_UNKEYED },
	{ "auth.device", auth_device, HANDLER_SEALED | HANDLER_UNKEYED },
	{ "auth.guest", auth_guest, HANDLER_SEALED | HANDLER_UNKEYED },
	{ "auth.join", auth_join, HANDLER_SEALED | HANDLER_UNKEYED },
	{ "auth.logout", auth_logout, HANDLER_SEALED | HANDLER_UNKEYED },
	{ "auth.provider", auth_provider, HANDLER_SEALED | HANDLER_UNKEYED },
	{ "auth.refresh", auth_refresh, HANDLER_SEALED | HANDLER_UNKEYED },
	{ "auth.token", auth_token, HANDLER_SEALED | HANDLER_UNKEYED },
	{ "auth.ways", auth_ways, HANDLER_SEALED | HANDLER_UNKEYED },
	{ "me.delete", me_delete, HANDLER_SEALED | HANDLER_UNKEYED },
	{ "profile.set", profile_set, HANDLER_SEALED },
};
const size_t people_handler_count = COUNT_OF(people_handlers);

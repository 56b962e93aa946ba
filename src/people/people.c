/* Life of the room, and the small things its files share. */
#include <string.h>

#include "people_in.h"

/* Names stand in paths, and some words there are taken. */
static bool
name_good(const char *name)
{
	static const char *const taken[] = { "guest", "join", "token", "refresh", "logout", "callback", "me",
		"code", "jwt" };
	for (size_t i = 0; i < COUNT_OF(taken); i++)
		if (str_same(name, taken[i]))
			return false;
	return name != NULL && *name != '\0' && strlen(name) <= 32 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

enum fault
people_providers_check(const struct people_provider *providers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct people_provider *of = &providers[i];
		if (!name_good(of->name))
			return fault(FAULT_INPUT, "\"%s\" cannot be the name of an identity provider",
				of->name != NULL ? of->name : "");
		if (of->issuer == NULL || of->client_id == NULL)
			return fault(FAULT_INPUT, "the identity provider %s needs an issuer and a client_id", of->name);
	}
	return FAULT_NONE;
}

static bool
providers_same(const struct provider_set *set, const struct people_provider *providers, size_t count,
	const struct people_jwt *jwt)
{
	bool same = set != NULL && set->count == count && str_same(set->jwt.issuer, jwt->issuer) &&
		    str_same(set->jwt.audience, jwt->audience) && str_same(set->jwt.secret_file, jwt->secret_file) &&
		    str_same(set->jwt.jwks_url, jwt->jwks_url);
	for (size_t i = 0; same && i < count; i++) {
		const struct people_provider *a = &set->items[i], *b = &providers[i];
		same = str_same(a->name, b->name) && str_same(a->title, b->title) && str_same(a->issuer, b->issuer) &&
		       str_same(a->client_id, b->client_id) && str_same(a->scopes, b->scopes) &&
		       str_same(a->client_secret_file, b->client_secret_file);
	}
	return same;
}

void
people_providers_set(struct people *p, const struct people_provider *providers, size_t count, const struct people_jwt *jwt)
{
	struct provider_set *now = atomic_load(&p->providers);
	if (providers_same(now, providers, count, jwt))
		return;
	struct provider_set *set = mem_new(sizeof *set);
	arena_init(&set->arena);
	struct people_provider *all = arena_alloc(&set->arena, (count + 1) * sizeof *all);
	for (size_t i = 0; i < count; i++)
		all[i] = (struct people_provider){
			.name = arena_strdup(&set->arena, providers[i].name),
			.title = arena_strdup(&set->arena, providers[i].title),
			.issuer = arena_strdup(&set->arena, providers[i].issuer),
			.client_id = arena_strdup(&set->arena, providers[i].client_id),
			.client_secret_file = arena_strdup(&set->arena, providers[i].client_secret_file),
			.scopes = arena_strdup(&set->arena, providers[i].scopes),
		};
	set->jwt = (struct people_jwt){
		.issuer = arena_strdup(&set->arena, jwt->issuer),
		.audience = arena_strdup(&set->arena, jwt->audience),
		.secret_file = arena_strdup(&set->arena, jwt->secret_file),
		.jwks_url = arena_strdup(&set->arena, jwt->jwks_url),
	};
	set->items = all;
	set->count = count;
	set->before = now;
	atomic_store(&p->providers, set);
}

enum fault
people_new(struct people **out, const struct people_config *config)
{
	struct people *p = mem_new(sizeof *p);
	p->clock = *config->clock;
	p->chance = *config->chance;
	p->no_guests = config->no_guests;
	p->no_codes = config->no_codes;
	p->roles_folder = mem_strdup(config->roles_folder);
	p->outside = config->outside;
	arena_init(&p->config);
	pthread_mutex_init(&p->pages.lock, NULL);
	p->callback_url = arena_strdup(&p->config, config->callback_url);
	enum fault f = people_providers_check(config->providers, config->provider_count);
	if (f != FAULT_NONE) {
		people_free(p);
		return f;
	}
	people_providers_set(p, config->providers, config->provider_count, &config->jwt);
	*out = p;
	return FAULT_NONE;
}

void
people_free(struct people *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < PAGES_MAX; i++) {
		mem_free(p->pages.items[i].url);
		mem_free(p->pages.items[i].body);
	}
	for (struct provider_set *set = atomic_load(&p->providers), *before; set != NULL; set = before) {
		before = set->before;
		arena_clear(&set->arena);
		mem_free(set);
	}
	pthread_mutex_destroy(&p->pages.lock);
	arena_clear(&p->config);
	mem_free(p->roles_folder);
	mem_free(p);
}

int64_t
people_now(const struct people *p)
{
	return p->clock.wall_ms(p->clock.arg);
}

bool
is_person(const char *id)
{
	return id != NULL && id_valid(id);
}

enum fault
run_texts(struct store *db, const char *sql, int64_t *changed, const char *const *values, size_t count)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db, sql);
	if (f != FAULT_NONE)
		return f;
	for (size_t i = 0; i < count; i++)
		statement_text(st, (int)i + 1, values[i]);
	f = statement_run(st, changed);
	statement_done(st);
	return f;
}

enum fault
sealed_get(struct sealed *out, struct arena *a, struct store *db, const char *owner, const char *rec_id)
{
	char before[ID_BYTES];
	store_owner(before, db);
	store_set_owner(db, owner);
	enum fault f = store_get(out, a, db, rec_id);
	store_set_owner(db, before);
	return f;
}

enum fault
sealed_put(struct store *db, const char *owner, const char *rec_id, const void *plain, size_t n)
{
	char before[ID_BYTES];
	store_owner(before, db);
	store_set_owner(db, owner);
	enum fault f = store_put(db, KIND_PERSON, rec_id, rec_id, plain, n);
	store_set_owner(db, before);
	return f;
}

enum fault
sealed_put_record(struct store *db, const char *owner, const char *rec_id, const struct record_type *type, const void *record)
{
	struct text json;
	enum fault f = record_check(type, record);
	if (f != FAULT_NONE)
		return f;
	text_init(&json, VAULT_PLAIN_MAX - 4096);
	record_to_json(&json, type, record);
	f = text_check(&json, type->help);
	if (f == FAULT_NONE)
		f = sealed_put(db, owner, rec_id, json.data, json.len);
	if (json.data != NULL)
		vault_wipe(json.data, json.cap);
	text_clear(&json);
	return f;
}

enum fault
sealed_bury(struct arena *a, struct store *db, const char *owner, const char *rec_id)
{
	char before[ID_BYTES];
	struct sealed rec;
	store_owner(before, db);
	store_set_owner(db, owner);
	/* Looked for first: burying what is not there would end the transaction. */
	enum fault f = store_get(&rec, a, db, rec_id);
	if (f == FAULT_NONE)
		f = store_bury(db, rec_id);
	store_set_owner(db, before);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

enum fault
expired_forget(struct people *p, struct store *db, const char *sql)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db, sql);
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, people_now(p));
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

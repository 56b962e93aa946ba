/* Who one is at a server: the token and the name, sealed like everything else.
 *
 * One record a server, under the owner of this machine, found by the sum of the
 * server's address.  Its own chain, so that signing out buries it at once. */
#include <string.h>

#include "remote_in.h"

static const struct field account_fields[] = {
	FIELD_OF(backend_account, url, FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 2048),
	FIELD_OF(backend_account, user, FIELD_TEXT, .flags = FIELD_REQUIRED, .max = 64),
	FIELD_OF(backend_account, name, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 200),
	FIELD_OF(backend_account, role, FIELD_TEXT, .flags = FIELD_OMIT, .max = 40),
	FIELD_OF(backend_account, token, FIELD_TEXT, .flags = FIELD_SEALED, .max = 4096),
	FIELD_OF(backend_account, refresh_token, FIELD_TEXT, .flags = FIELD_OMIT | FIELD_SEALED, .max = 4096),
	FIELD_OF(backend_account, expires, FIELD_TIME, .flags = FIELD_OMIT),
};
static RECORD_TYPE(record_account, backend_account, account_fields, "an account at a server");

/* 32 hex digits that stand for two texts. */
void
name_sum(char out[ID_BYTES], const char *kind, const char *name)
{
	unsigned char sum[16];
	struct text both;
	text_init(&both, 1024 * 1024 + 4096);
	text_printf(&both, "%s|", kind);
	text_put(&both, name);
	vault_sum(sum, sizeof sum, both.data, both.len);
	if (both.data != NULL)
		explicit_bzero(both.data, both.cap);
	text_clear(&both);
	for (size_t i = 0; i < sizeof sum; i++) {
		out[2 * i] = "0123456789abcdef"[sum[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[sum[i] & 15];
	}
	out[2 * sizeof sum] = '\0';
}

struct reading { struct arena *a; const char *id; struct backend_account **out; };

static enum fault
account_read(struct store *db, void *arg)
{
	struct reading *r = arg;
	struct sealed rec;
	void *record = NULL;
	enum fault f = store_get(&rec, r->a, db, r->id);
	if (f != FAULT_NONE)
		return f;
	f = record_from_json(&record, r->a, &record_account, rec.plain, rec.plain_bytes);
	explicit_bzero((char *)rec.plain, rec.plain_bytes);
	if (f != FAULT_NONE)
		return fault(FAULT_DAMAGED, "what is kept about the account is not what it must be");
	*r->out = record;
	return FAULT_NONE;
}

enum fault
backend_account_get(struct backend_account **out, struct arena *a, struct backend *b, const char *url)
{
	char id[ID_BYTES];
	struct reading r = { a, id, out };
	name_sum(id, "account", url);
	enum fault f = engine_wait(b);
	if (f == FAULT_NONE)
		f = engine_lend(b->engine, "", account_read, &r);
	return f == FAULT_ABSENT ? fault(FAULT_ABSENT, "you are not signed in to %s", url) : f;
}

struct writing { const char *id; struct text plain; };

static enum fault
account_write(struct store *db, void *arg)
{
	struct writing *w = arg;
	return store_put(db, KIND_SETTING, w->id, w->id, w->plain.data, w->plain.len);
}

static enum fault
account_bury(struct store *db, void *arg)
{
	enum fault f = store_bury(db, arg);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* The token of the server that b speaks to is the one in use from now on. */
static void
token_use(struct backend *b, const char *url, const struct backend_account *account)
{
	if (b->remote == NULL || !str_same(url, b->remote->url))
		return;
	const char *token = account != NULL && account->token != NULL ? account->token : "";
	remote_token_set(b->remote, token, strlen(token));
	remote_user_set(b->remote, account != NULL ? account->user : "");
}

/* A token stands in a header: one that could not would be kept, and no request, not
 * even the next sign-in, could leave any more. */
static bool
token_sound(const char *token)
{
	size_t n = 0;
	while (token != NULL && token[n] > ' ' && token[n] < 0x7f)
		n++;
	return token == NULL || token[n] == '\0';
}

enum fault
backend_account_set(struct backend *b, const struct backend_account *account)
{
	char id[ID_BYTES];
	struct writing w = { .id = id };
	if (!token_sound(account->token) || !token_sound(account->refresh_token))
		return fault(FAULT_DAMAGED, "the server gave a token that is none");
	enum fault f = record_check(&record_account, account);
	if (f == FAULT_NONE)
		f = engine_wait(b);
	if (f != FAULT_NONE)
		return f;
	name_sum(id, "account", account->url);
	text_init(&w.plain, 16384);
	record_to_json(&w.plain, &record_account, account);
	f = engine_lend(b->engine, "", account_write, &w);
	explicit_bzero(w.plain.data, w.plain.cap);
	text_clear(&w.plain);
	if (f == FAULT_NONE)
		token_use(b, account->url, account);
	return f;
}

enum fault
backend_account_forget(struct backend *b, const char *url)
{
	char id[ID_BYTES];
	name_sum(id, "account", url);
	enum fault f = engine_wait(b);
	if (f == FAULT_NONE)
		f = engine_lend(b->engine, "", account_bury, id);
	if (f == FAULT_NONE)
		token_use(b, url, NULL);
	return f;
}

enum fault
account_ready(struct backend *b)
{
	struct remote *r = b->remote;
	struct arena a;
	struct backend_account *account = NULL;
	pthread_mutex_lock(&r->lock);
	bool known = r->account_known;
	pthread_mutex_unlock(&r->lock);
	if (known)
		return FAULT_NONE;
	arena_init(&a);
	enum fault f = backend_account_get(&account, &a, b, r->url);
	if (f == FAULT_NONE || f == FAULT_ABSENT)
		token_use(b, r->url, account);
	if (account != NULL && account->token != NULL)
		explicit_bzero((char *)account->token, strlen(account->token));
	if (account != NULL && account->refresh_token != NULL)
		explicit_bzero((char *)account->refresh_token, strlen(account->refresh_token));
	arena_clear(&a);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

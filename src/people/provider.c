/* Signing in with a browser: authorisation code, PKCE twice, and a loopback address.
 *
 * Two exchanges are chained.  The client gives us the S256 challenge of a verifier
 * that never leaves it; we give the provider the challenge of one of our own.  Our
 * nonce and verifier are derived from the state, which only the browser carries and
 * we keep hashed, so a copy of the database helps nobody to finish a sign-in.  The
 * provider's answer becomes a one-time code to the loopback address: a minute, once,
 * and only for who has the verifier.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "people_in.h"

#define STATE_GOOD_MS (10 * MINUTE_MS)
#define CODE_GOOD_MS MINUTE_MS

/* ---- what is derived -------------------------------------------------------------- */

const char *
challenge_of(struct arena *a, const char *verifier)
{
	char hex[VAULT_SHA256_TEXT];
	unsigned char sum[32];
	struct vault_sha256 h;
	struct text t;
	vault_sha256_start(&h);
	vault_sha256_add(&h, verifier, strlen(verifier));
	vault_sha256_end(hex, &h);
	for (size_t i = 0; i < sizeof sum; i++) {
		const char two[3] = { hex[2 * i], hex[2 * i + 1], '\0' };
		sum[i] = (unsigned char)strtoul(two, NULL, 16);
	}
	text_init(&t, 64);
	base64url_put(&t, sum, sizeof sum);
	const char *out = arena_strdup(a, t.data);
	text_clear(&t);
	return out;
}

/* Another secret that only who has the state can make again. */
static const char *
derived(struct arena *a, const char *what, const char *state)
{
	return challenge_of(a, arena_printf(a, "stoa %s %s", what, state));
}

/* ---- the loopback address ------------------------------------------------------------ */

/* http://127.0.0.1:PORT/PATH or http://[::1]:PORT/PATH, and nothing that a browser
 * could read as another host (RFC 8252 7.3). */
static bool
is_loopback(const char *url)
{
	static const char *const hosts[] = { "http://127.0.0.1:", "http://[::1]:" };
	static const char path[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_.";
	for (size_t i = 0; i < COUNT_OF(hosts); i++) {
		if (!str_starts(url, hosts[i]))
			continue;
		const char *port = url + strlen(hosts[i]);
		size_t digits = strspn(port, "0123456789");
		long n = digits > 0 && digits <= 5 ? strtol(port, NULL, 10) : 0;
		const char *rest = port + digits;
		return n > 0 && n < 65536 && *rest == '/' && rest[strspn(rest, path)] == '\0';
	}
	return false;
}

static bool
is_challenge(const char *s)
{
	unsigned char sum[48];
	size_t n = 0;
	return strlen(s) == 43 && base64url_read(sum, &n, s, 43);
}

/* ---- beginning ------------------------------------------------------------------------- */

static enum fault
provider_named(const struct people_provider **out, const struct people *p, const char *name)
{
	*out = provider_find(p, name);
	if (*out == NULL)
		return fault(FAULT_ABSENT, "there is no identity provider %s here", name);
	return FAULT_NONE;
}

static const char *
scopes_of(const struct people_provider *of)
{
	return of->scopes != NULL ? of->scopes : "openid profile email";
}

static enum fault
url_make(const char **out, struct arena *a, struct people *p, const struct people_provider *of,
	const struct discovery *d, const char *state)
{
	struct text query;
	text_init(&query, 8000);
	form_put(&query, "response_type", "code");
	form_put(&query, "client_id", of->client_id);
	form_put(&query, "redirect_uri", p->callback_url);
	form_put(&query, "scope", scopes_of(of));
	form_put(&query, "state", state);
	form_put(&query, "nonce", derived(a, "nonce", state));
	form_put(&query, "code_challenge", challenge_of(a, derived(a, "verifier", state)));
	form_put(&query, "code_challenge_method", "S256");
	enum fault f = text_check(&query, "the address to sign in at");
	if (f == FAULT_NONE)
		*out = arena_printf(a, "%s%c%s", d->authorization,
			strchr(d->authorization, '?') != NULL ? '&' : '?', query.data);
	text_clear(&query);
	return f;
}

enum fault
people_provider_begin(struct auth_url *out, struct arena *a, struct people *p, struct store *db,
	const struct auth_provider *req, const struct cancel *cancel)
{
	const struct people_provider *of = NULL;
	struct discovery d;
	struct auth_url made = { .expires = people_now(p) + STATE_GOOD_MS };
	char state[TOKEN_TEXT];
	enum fault f = provider_named(&of, p, req->provider);
	if (f == FAULT_NONE && p->callback_url == NULL)
		f = fault(FAULT_ABSENT, "this server does not know how browsers reach it");
	if (f == FAULT_NONE && !is_loopback(req->redirect_uri))
		f = fault(FAULT_INPUT, "the redirect is not an address on this machine's loopback");
	if (f == FAULT_NONE && !is_challenge(req->code_challenge))
		f = fault(FAULT_INPUT, "the code challenge is not base64url of a SHA-256");
	if (f == FAULT_NONE)
		f = discover(&d, a, p, of, cancel);
	if (f != FAULT_NONE)
		return f;
	token_make(state, p, "");
	f = url_make(&made.auth_url, a, p, of, &d, state);
	const struct waiting w = {
		.step = "state",
		.provider = of->name,
		.redirect = req->redirect_uri,
		.challenge = req->code_challenge,
		.state = req->state,
		.good_ms = STATE_GOOD_MS,
	};
	if (f == FAULT_NONE)
		f = waiting_add(p, db, state, &w);
	vault_wipe(state, sizeof state);
	if (f == FAULT_NONE)
		*out = made;
	return f;
}

/* ---- the browser comes back -------------------------------------------------------------- */

/* The provider's code against its ID token, and that against an account. */
static enum fault
exchange(struct account *out, struct arena *a, struct people *p, struct store *db, const struct people_provider *of,
	const struct auth_callback *req, const struct cancel *cancel)
{
	struct discovery d;
	struct text form;
	struct json_object *reply = NULL;
	int status = 0;
	enum fault f = discover(&d, a, p, of, cancel);
	if (f != FAULT_NONE)
		return f;
	text_init(&form, 16 * 1024);
	form_put(&form, "grant_type", "authorization_code");
	form_put(&form, "code", req->code);
	form_put(&form, "redirect_uri", p->callback_url);
	form_put(&form, "code_verifier", derived(a, "verifier", req->state));
	f = provider_post(&status, &reply, p, of, d.token, &form, cancel);
	if (f == FAULT_NONE && (status != 200 || json_text(reply, "id_token") == NULL))
		f = fault(FAULT_DENIED, "%s did not vouch for this sign-in (%d)", of->name, status);
	if (f == FAULT_NONE)
		f = id_token_account(out, a, p, db, of, &d, reply, derived(a, "nonce", req->state), cancel);
	json_object_put(reply);
	if (form.data != NULL)
		vault_wipe(form.data, form.cap);
	text_clear(&form);
	return f;
}

/* The one-time code, or why there is none, to the loopback address. */
static enum fault
location_make(const char **out, struct arena *a, const struct waiting *w, const char *name, const char *value)
{
	struct text query;
	text_init(&query, 1500);
	form_put(&query, name, value);
	if (w->state[0] != '\0')
		form_put(&query, "state", w->state);
	enum fault f = text_check(&query, "the address to go back to");
	if (f == FAULT_NONE)
		*out = arena_printf(a, "%s?%s", w->redirect, query.data);
	text_clear(&query);
	return f;
}

static enum fault
code_give(struct auth_redirect *out, struct arena *a, struct people *p, struct store *db, const struct waiting *w,
	const struct account *of)
{
	char code[TOKEN_TEXT];
	const struct waiting next = {
		.step = "code",
		.provider = w->provider,
		.person = of->id,
		.challenge = w->challenge,
		.good_ms = CODE_GOOD_MS,
	};
	token_make(code, p, "");
	enum fault f = waiting_add(p, db, code, &next);
	if (f == FAULT_NONE)
		f = location_make(&out->location, a, w, "code", code);
	vault_wipe(code, sizeof code);
	return f;
}

enum fault
people_provider_callback(struct auth_redirect *out, struct arena *a, struct people *p, struct store *db,
	const struct auth_callback *req, const struct cancel *cancel)
{
	struct waiting w;
	struct account of;
	const struct people_provider *from = NULL;
	if (req->state == NULL || req->state[0] == '\0')
		return fault(FAULT_DENIED, "this sign-in is not known, was used, or is too old");
	enum fault f = waiting_take(&w, a, p, db, req->state, "state");
	if (f == FAULT_NONE)
		f = provider_named(&from, p, w.provider);
	if (f != FAULT_NONE)
		return f;
	if (req->code == NULL || req->code[0] == '\0')
		return location_make(&out->location, a, &w, "error",
			str_same(req->error, "access_denied") ? "access_denied" : "refused");
	f = exchange(&of, a, p, db, from, req, cancel);
	if (f == FAULT_NONE)
		return code_give(out, a, p, db, &w, &of);
	/* Who waits at the loopback address is told that it went wrong, the log what did. */
	log_event(LOG_WARN, "people", "sign-in", "provider=%s result=%s why=%s", from->name, fault_name(f), fault_sentence());
	return location_make(&out->location, a, &w, "error", f == FAULT_DENIED ? "refused" : "unavailable");
}

/* ---- one-time codes ------------------------------------------------------------------------- */

static enum fault
code_account(struct account *out, struct arena *a, struct people *p, struct store *db, const struct auth_token *req)
{
	struct waiting w;
	const char *verifier = req->code_verifier != NULL ? req->code_verifier : "";
	enum fault f = waiting_take(&w, a, p, db, req->code, "code");
	if (f != FAULT_NONE)
		return f;
	const char *challenge = challenge_of(a, verifier);
	if (strlen(w.challenge) != strlen(challenge) || !vault_same(w.challenge, challenge, strlen(challenge)))
		return fault(FAULT_DENIED, "the code was asked for by another client");
	return account_find(out, a, db, w.person);
}

enum fault
people_token(struct signed_in *out, struct arena *a, struct people *p, struct store *db, const struct auth_token *req,
	const struct cancel *cancel)
{
	struct account of;
	bool code = req->code != NULL && req->code[0] != '\0', device = req->device_code != NULL && req->device_code[0] != '\0';
	if (code == device)
		return fault(FAULT_INPUT, "either a code or a device code is exchanged");
	enum fault f = code ? code_account(&of, a, p, db, req) : device_poll(&of, a, p, db, req->device_code, cancel);
	if (f == FAULT_NONE)
		f = store_begin(db);
	return f == FAULT_NONE ? store_finish(db, session_begin(out, a, p, db, &of)) : f;
}

enum fault
people_ways(struct auth_ways *out, struct arena *a, struct people *p, const struct cancel *cancel)
{
	const struct provider_set *set = atomic_load(&p->providers);
	struct auth_way *ways = arena_alloc(a, (set->count + 1) * sizeof *ways);
	for (size_t i = 0; i < set->count; i++) {
		const struct people_provider *of = &set->items[i];
		struct discovery d = { .device = NULL };
		/* A provider that cannot be reached now may be later: it is listed all the same. */
		bool known = discover(&d, a, p, of, cancel) == FAULT_NONE;
		ways[i] = (struct auth_way){
			.name = of->name,
			.title = of->title != NULL ? of->title : of->name,
			.device = known && d.device != NULL,
		};
	}
	*out = (struct auth_ways){
		.providers = { ways, set->count },
		.guest = !p->no_guests,
		.join = !p->no_codes,
	};
	return FAULT_NONE;
}

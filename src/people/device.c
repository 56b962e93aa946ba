/* Signing in by another device (RFC 8628): for a terminal without a browser.
 *
 * The provider's device code goes to our client and comes back with every question;
 * we keep its hash, so that only codes that were asked for here are exchanged, and
 * no oftener than the provider allows.
 */
#include <json-c/json.h>
#include <string.h>

#include "people_in.h"

#define WAIT_LEAST_S 1
#define WAIT_MOST_S 60
#define GOOD_MOST_S 1800
#define DEVICE_GRANT "urn:ietf:params:oauth:grant-type:device_code"

static int64_t
seconds(struct json_object *o, const char *name, int64_t otherwise, int64_t least, int64_t most)
{
	struct json_object *v = NULL;
	int64_t n = json_object_object_get_ex(o, name, &v) && json_object_is_type(v, json_type_int)
			    ? json_object_get_int64(v)
			    : otherwise;
	return n < least ? least : n > most ? most : n;
}

static enum fault
read_reply(struct device_code *out, struct arena *a, struct people *p, struct json_object *o)
{
	*out = (struct device_code){
		.device_code = arena_strdup(a, json_text(o, "device_code")),
		.user_code = arena_strdup(a, json_text(o, "user_code")),
		.verification_uri = arena_strdup(a, json_text(o, "verification_uri")),
		.verification_uri_complete = arena_strdup(a, json_text(o, "verification_uri_complete")),
		.interval = seconds(o, "interval", 5, WAIT_LEAST_S, WAIT_MOST_S),
		.expires = people_now(p) + 1000 * seconds(o, "expires_in", 600, 1, GOOD_MOST_S),
	};
	if (out->device_code == NULL || out->user_code == NULL || out->verification_uri == NULL ||
		record_check(&record_device_code, out) != FAULT_NONE)
		return fault(FAULT_DAMAGED, "the identity provider gave no device code");
	return FAULT_NONE;
}

enum fault
people_device_begin(struct device_code *out, struct arena *a, struct people *p, struct store *db,
	const struct auth_device *req, const struct cancel *cancel)
{
	const struct people_provider *of = provider_find(p, req->provider);
	struct discovery d = { .device = NULL };
	struct text form;
	struct json_object *reply = NULL;
	struct device_code made = { .interval = 0 };
	int status = 0;
	if (of == NULL)
		return fault(FAULT_ABSENT, "there is no identity provider %s here", req->provider);
	enum fault f = discover(&d, a, p, of, cancel);
	if (f == FAULT_NONE && d.device == NULL)
		f = fault(FAULT_ABSENT, "%s does not let other devices be used", of->name);
	if (f != FAULT_NONE)
		return f;
	text_init(&form, 4096);
	form_put(&form, "scope", of->scopes != NULL ? of->scopes : "openid profile email");
	f = provider_post(&status, &reply, p, of, d.device, &form, cancel);
	if (f == FAULT_NONE && status != 200)
		f = fault(FAULT_OFFLINE, "%s gave no device code (%d)", of->name, status);
	if (f == FAULT_NONE)
		f = read_reply(&made, a, p, reply);
	json_object_put(reply);
	text_clear(&form);
	const struct waiting w = {
		.step = "device",
		.provider = of->name,
		.wait_ms = made.interval * 1000,
		.good_ms = made.expires - people_now(p),
	};
	if (f == FAULT_NONE)
		f = waiting_add(p, db, made.device_code, &w);
	if (f == FAULT_NONE)
		*out = made;
	return f;
}

/* ---- asking whether it was agreed to ------------------------------------------------- */

/* One question a wait: the row itself says when the last one was. */
static enum fault
poll_allowed(struct people *p, struct store *db, const char *device_code, const struct waiting *w)
{
	unsigned char hash[TOKEN_HASH];
	struct statement *st = NULL;
	int64_t changed = 0, now = people_now(p);
	enum fault f = store_prepare(&st, db, "UPDATE sign_in SET asked = ? WHERE secret = ? AND asked + wait_ms <= ?");
	if (f != FAULT_NONE)
		return f;
	token_hash(hash, device_code);
	statement_int(st, 1, now);
	statement_blob(st, 2, hash, sizeof hash);
	statement_int(st, 3, now);
	f = statement_run(st, &changed);
	statement_done(st);
	if (f == FAULT_NONE && changed != 1)
		return fault_often(w->wait_ms, "ask every %lld seconds whether it was agreed to",
			(long long)(w->wait_ms / 1000));
	return f;
}

static enum fault
slow_down(struct store *db, const char *device_code)
{
	unsigned char hash[TOKEN_HASH];
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db, "UPDATE sign_in SET wait_ms = wait_ms + 5000 WHERE secret = ?");
	if (f != FAULT_NONE)
		return f;
	token_hash(hash, device_code);
	statement_blob(st, 1, hash, sizeof hash);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

/* What a provider says who has no token yet. */
static enum fault
not_yet(struct arena *a, struct people *p, struct store *db, const char *device_code, const char *error)
{
	struct waiting w;
	enum fault f = FAULT_NONE;
	if (str_same(error, "slow_down"))
		f = slow_down(db, device_code);
	else if (!str_same(error, "authorization_pending")) {
		f = waiting_take(&w, a, p, db, device_code, "device");
		return f == FAULT_NONE ? fault(FAULT_DENIED, "the sign-in was refused on the other device") : f;
	}
	return f == FAULT_NONE ? fault(FAULT_BUSY, "it has not been agreed to on the other device yet") : f;
}

enum fault
device_poll(struct account *out, struct arena *a, struct people *p, struct store *db, const char *device_code,
	const struct cancel *cancel)
{
	struct waiting w;
	struct discovery d;
	struct text form;
	struct json_object *reply = NULL;
	int status = 0;
	enum fault f = waiting_find(&w, a, p, db, device_code, "device");
	const struct people_provider *of = f == FAULT_NONE ? provider_find(p, w.provider) : NULL;
	if (f == FAULT_NONE && of == NULL)
		f = fault(FAULT_ABSENT, "there is no identity provider %s here", w.provider);
	if (f == FAULT_NONE)
		f = poll_allowed(p, db, device_code, &w);
	if (f == FAULT_NONE)
		f = discover(&d, a, p, of, cancel);
	if (f != FAULT_NONE)
		return f;
	text_init(&form, 8192);
	form_put(&form, "grant_type", DEVICE_GRANT);
	form_put(&form, "device_code", device_code);
	f = provider_post(&status, &reply, p, of, d.token, &form, cancel);
	if (f == FAULT_NONE && (status != 200 || json_text(reply, "id_token") == NULL))
		f = not_yet(a, p, db, device_code, json_text(reply, "error"));
	else if (f == FAULT_NONE)
		f = waiting_take(&w, a, p, db, device_code, "device");
	if (f == FAULT_NONE)
		f = id_token_account(out, a, p, db, of, &d, reply, NULL, cancel);
	json_object_put(reply);
	if (form.data != NULL)
		vault_wipe(form.data, form.cap);
	text_clear(&form);
	return f;
}

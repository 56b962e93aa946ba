/* What identity providers say of themselves, kept for a while, and how they are asked.
 *
 * A provider's own description must name it exactly as our configuration does, or
 * somebody else answered.  Pages are kept by address; two threads that miss at the
 * same time both ask, and the later answer stays.  The client secret is read from
 * its file when it is needed and wiped.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "people_in.h"

#define PAGE_BYTES_MAX (256 * 1024)
#define DISCOVERY_AGE_MS HOUR_MS
#define QUIET_MS 5000

static enum fault
fetch(int *status, struct text *body, struct people *p, const struct people_fetch *req, const struct cancel *cancel)
{
	if (p->outside.fetch == NULL)
		return fault(FAULT_ABSENT, "identity providers cannot be asked from here");
	return p->outside.fetch(status, body, req, cancel, p->outside.arg);
}

/* ---- kept pages ------------------------------------------------------------------- */

/* With the lock held: the place of this page, its own or the oldest one's. */
static struct page *
page_place(struct people *p, const char *url)
{
	for (size_t i = 0; i < PAGES_MAX; i++)
		if (p->pages.items[i].url != NULL && str_same(p->pages.items[i].url, url))
			return &p->pages.items[i];
	struct page *page = &p->pages.items[p->pages.next];
	p->pages.next = (p->pages.next + 1) % PAGES_MAX;
	mem_free(page->url);
	mem_free(page->body);
	*page = (struct page){ .url = mem_strdup(url) };
	return page;
}

/* A page younger than age_ms; OFFLINE: it could not be had a moment ago, so that
 * strangers who bring tokens do not make us wait for a provider that is down. */
static enum fault
page_kept(bool *kept, struct text *out, struct people *p, const char *url, int64_t age_ms)
{
	int64_t now = p->clock.mono_ms(p->clock.arg);
	bool failed = false;
	*kept = false;
	pthread_mutex_lock(&p->pages.lock);
	const struct page *page = page_place(p, url);
	*kept = page->body != NULL && now - page->at_ms < age_ms;
	if (*kept)
		text_put(out, page->body);
	else
		failed = page->failed_ms != 0 && now - page->failed_ms < QUIET_MS;
	pthread_mutex_unlock(&p->pages.lock);
	return failed ? fault(FAULT_OFFLINE, "the identity provider could not be asked a moment ago") : FAULT_NONE;
}

/* body NULL: it could not be had; what was had before stays. */
static void
page_keep(struct people *p, const char *url, const char *body)
{
	int64_t now = p->clock.mono_ms(p->clock.arg);
	pthread_mutex_lock(&p->pages.lock);
	struct page *page = page_place(p, url);
	page->failed_ms = body == NULL ? now : 0;
	if (body != NULL) {
		mem_free(page->body);
		page->body = mem_strdup(body);
		page->at_ms = now;
	}
	pthread_mutex_unlock(&p->pages.lock);
}

static enum fault
json_object_read(struct json_object **out, const struct text *body)
{
	struct json_object *o = NULL;
	if (json_parse(&o, body->data != NULL ? body->data : "", body->len) != FAULT_NONE ||
		!json_object_is_type(o, json_type_object)) {
		json_object_put(o);
		return fault(FAULT_DAMAGED, "the identity provider answered something else than an object");
	}
	*out = o;
	return FAULT_NONE;
}

enum fault
page_get(struct json_object **out, struct people *p, const char *url, int64_t age_ms, const struct cancel *cancel)
{
	struct text body;
	int status = 0;
	const struct people_fetch req = { .url = url };
	text_init(&body, PAGE_BYTES_MAX);
	bool kept = false;
	enum fault f = page_kept(&kept, &body, p, url, age_ms);
	bool asks = f == FAULT_NONE && !kept;
	if (asks)
		f = fetch(&status, &body, p, &req, cancel);
	if (f == FAULT_NONE && asks && status != 200)
		f = fault(FAULT_OFFLINE, "the identity provider answered %d", status);
	if (f == FAULT_NONE)
		f = json_object_read(out, &body);
	if (asks && f != FAULT_CANCELLED)
		page_keep(p, url, f == FAULT_NONE ? body.data : NULL);
	text_clear(&body);
	return f;
}

bool
page_look_again(struct people *p, const char *url, int64_t wait_ms)
{
	int64_t now = p->clock.mono_ms(p->clock.arg);
	pthread_mutex_lock(&p->pages.lock);
	struct page *page = page_place(p, url);
	bool may = page->again_ms == 0 || now - page->again_ms >= wait_ms;
	if (may)
		page->again_ms = now;
	pthread_mutex_unlock(&p->pages.lock);
	return may;
}

/* ---- a provider ---------------------------------------------------------------------- */

const struct people_provider *
provider_find(const struct people *p, const char *name)
{
	const struct provider_set *set = atomic_load(&p->providers);
	for (size_t i = 0; i < set->count; i++)
		if (str_same(set->items[i].name, name))
			return &set->items[i];
	return NULL;
}

bool
way_open(const struct people *p, const char *provider)
{
	static const char *const own[] = { "guest", "code", "jwt" };
	for (size_t i = 0; i < COUNT_OF(own); i++)
		if (str_same(own[i], provider))
			return true;
	return provider_find(p, provider) != NULL;
}

/* An address a browser may be sent to: https, or this machine. */
static bool
may_open(const char *url)
{
	static const char *const starts[] = { "https://", "http://127.0.0.1:", "http://[::1]:", "http://localhost:" };
	for (size_t i = 0; url != NULL && i < COUNT_OF(starts); i++)
		if (str_starts(url, starts[i]))
			return strpbrk(url, " \t\r\n\"<>#\\") == NULL;
	return false;
}

enum fault
discover(struct discovery *out, struct arena *a, struct people *p, const struct people_provider *of, const struct cancel *cancel)
{
	struct json_object *o = NULL;
	size_t len = strlen(of->issuer);
	const char *url = arena_printf(a, "%.*s/.well-known/openid-configuration",
		(int)(len - (len > 0 && of->issuer[len - 1] == '/')), of->issuer);
	enum fault f = page_get(&o, p, url, DISCOVERY_AGE_MS, cancel);
	if (f != FAULT_NONE)
		return f;
	struct discovery d = {
		.authorization = arena_strdup(a, json_text(o, "authorization_endpoint")),
		.token = arena_strdup(a, json_text(o, "token_endpoint")),
		.jwks = arena_strdup(a, json_text(o, "jwks_uri")),
		.device = arena_strdup(a, json_text(o, "device_authorization_endpoint")),
		.userinfo = arena_strdup(a, json_text(o, "userinfo_endpoint")),
	};
	if (!str_same(json_text(o, "issuer"), of->issuer))
		f = fault(FAULT_DAMAGED, "%s calls itself by another name than the one set up", of->name);
	else if (!may_open(d.authorization) || !may_open(d.token) || !may_open(d.jwks))
		f = fault(FAULT_DAMAGED, "%s does not say where to sign in", of->name);
	json_object_put(o);
	if (d.device != NULL && !may_open(d.device))
		d.device = NULL;
	if (d.userinfo != NULL && !may_open(d.userinfo))
		d.userinfo = NULL;
	if (f == FAULT_NONE)
		*out = d;
	return f;
}

static void
encoded_put(struct text *out, const char *value)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	for (; *value != '\0'; value++) {
		if (strchr(plain, *value) != NULL)
			text_put_c(out, *value);
		else
			text_printf(out, "%%%02X", (unsigned)(unsigned char)*value);
	}
}

void
form_put(struct text *form, const char *name, const char *value)
{
	text_printf(form, "%s%s=", form->len > 0 ? "&" : "", name);
	encoded_put(form, value);
}

/* Name and secret of a client as Basic authorisation wants them: encoded before they
 * are joined by a colon (RFC 6749 2.3.1). */
static enum fault
secret_read(struct text *user, struct text *secret, const struct people_provider *of)
{
	struct text file;
	if (of->client_secret_file == NULL)
		return FAULT_NONE;
	text_init(&file, 4096);
	enum fault f = file_read(&file, of->client_secret_file);
	while (f == FAULT_NONE && file.len > 0 && strchr("\r\n", file.data[file.len - 1]) != NULL)
		text_cut(&file, file.len - 1);
	if (f == FAULT_NONE && file.len > 0) {
		encoded_put(user, of->client_id);
		encoded_put(secret, file.data);
	}
	if (file.data != NULL)
		vault_wipe(file.data, file.cap);
	text_clear(&file);
	return f;
}

enum fault
provider_post(int *status, struct json_object **out, struct people *p, const struct people_provider *of,
	const char *url, struct text *form, const struct cancel *cancel)
{
	struct text user, secret, body;
	text_init(&user, 4096);
	text_init(&secret, 16 * 1024);
	text_init(&body, PAGE_BYTES_MAX);
	enum fault f = secret_read(&user, &secret, of);
	form_put(form, "client_id", of->client_id);
	if (f == FAULT_NONE)
		f = text_check(form, "the request to the identity provider");
	const struct people_fetch req = {
		.url = url,
		.form = form->data,
		.user = secret.len > 0 ? user.data : NULL,
		.secret = secret.len > 0 ? secret.data : NULL,
	};
	if (f == FAULT_NONE)
		f = fetch(status, &body, p, &req, cancel);
	if (f == FAULT_NONE)
		f = json_object_read(out, &body);
	if (secret.data != NULL)
		vault_wipe(secret.data, secret.cap);
	if (body.data != NULL)
		vault_wipe(body.data, body.cap);
	text_clear(&user);
	text_clear(&secret);
	text_clear(&body);
	return f;
}

enum fault
userinfo_get(struct json_object **out, struct people *p, const char *url, const char *access_token, const struct cancel *cancel)
{
	struct text body;
	int status = 0;
	const struct people_fetch req = { .url = url, .bearer = access_token };
	text_init(&body, PAGE_BYTES_MAX);
	enum fault f = fetch(&status, &body, p, &req, cancel);
	if (f == FAULT_NONE && status != 200)
		f = fault(FAULT_OFFLINE, "the identity provider answered %d", status);
	if (f == FAULT_NONE)
		f = json_object_read(out, &body);
	text_clear(&body);
	return f;
}

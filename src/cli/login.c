/* stoa login, logout, whoami: who one is at a server.
 *
 * A browser where there is an identity provider, another device where there is no
 * browser, a code where there is no provider, and a guest's place where nothing is
 * needed.  What is signed in with never shows: the tokens go sealed into the store of
 * this machine.  Only after it worked does stoa.conf name the server and its key.
 */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include "cli_in.h"

#define BROWSER_MS (10 * 60 * 1000)
#define LOOK_MS 200

/* ---- what is said meanwhile ---------------------------------------------------------- */

/* An address to be opened elsewhere, in a line of its own and never broken. */
static void
address_show(struct cli *c, const char *before, const char *address)
{
	err_notef(c, PAINT_NONE, "%s\n\n", before);
	err_notef(c, PAINT_BOLD, "    %s\n\n", untrusted_line(&c->arena, address));
}

/* A while in which Ctrl-C is heard. */
static enum fault
wait_ms(struct cli *c, int64_t ms)
{
	enum fault f = FAULT_NONE;
	for (double until = stopwatch_ms() + (double)ms; f == FAULT_NONE && stopwatch_ms() < until;) {
		poll(NULL, 0, LOOK_MS);
		f = session_check(c);
	}
	return f;
}

static bool
may_show(const char *address)
{
	return address && (str_starts(address, "https://") || str_starts(address, "http://127.0.0.1:")
		|| str_starts(address, "http://[::1]:") || str_starts(address, "http://localhost:"));
}

/* ---- the ways --------------------------------------------------------------------------- */

static enum fault
browser_wait(const char **code, struct cli *c, struct backend_loopback *l)
{
	enum fault f = FAULT_BUSY;
	double until = stopwatch_ms() + BROWSER_MS;
	while (f == FAULT_BUSY && stopwatch_ms() < until) {
		f = backend_loopback_wait(code, &c->arena, l, LOOK_MS);
		enum fault asked = session_check(c);
		if (asked != FAULT_NONE)
			return asked;
	}
	return f == FAULT_BUSY ? fault(FAULT_CANCELLED, "nobody signed in within ten minutes") : f;
}

static enum fault
by_browser(const struct signed_in **out, struct cli *c, const char *provider)
{
	struct backend_loopback *l = NULL;
	const void *reply = NULL;
	const char *code = NULL;
	enum fault f = backend_loopback_open(&l, &clock_system, &chance_system);
	if (f != FAULT_NONE)
		return f;
	struct auth_provider request = backend_loopback_request(l, provider);
	f = session_call(&reply, c, "auth.provider", &request, NULL);
	const struct auth_url *to = reply;
	if (f == FAULT_NONE && !may_show(to->auth_url))
		f = fault(FAULT_DAMAGED, "the server sends your browser to no address of the web");
	if (f == FAULT_NONE && c->json)
		out_record(c, &record_auth_url, to);
	else if (f == FAULT_NONE)
		address_show(c, "Open this address in a browser on this machine; Ctrl-C gives up.", to->auth_url);
	if (f == FAULT_NONE)
		f = browser_wait(&code, c, l);
	if (f == FAULT_NONE) {
		const struct auth_token exchange = { .code = code, .code_verifier = backend_loopback_verifier(l) };
		f = session_call(&reply, c, "auth.token", &exchange, NULL);
	}
	backend_loopback_close(l);
	if (f == FAULT_NONE)
		*out = reply;
	return f;
}

static enum fault
device_wait(const struct signed_in **out, struct cli *c, const struct device_code *code)
{
	const struct auth_token exchange = { .device_code = code->device_code };
	const void *reply = NULL;
	int64_t each_ms = code->interval > 0 ? code->interval * 1000 : 5000;
	enum fault f = FAULT_BUSY;
	while (f == FAULT_BUSY || f == FAULT_OFTEN) {
		int64_t longer = f == FAULT_OFTEN ? fault_retry_ms() : 0;
		f = wait_ms(c, longer > each_ms ? longer : each_ms);
		if (f != FAULT_NONE)
			return f;
		f = session_call(&reply, c, "auth.token", &exchange, NULL);
	}
	if (f == FAULT_NONE)
		*out = reply;
	return f;
}

static enum fault
by_device(const struct signed_in **out, struct cli *c, const char *provider)
{
	const struct auth_device request = { provider };
	const void *reply = NULL;
	enum fault f = session_call(&reply, c, "auth.device", &request, NULL);
	if (f != FAULT_NONE)
		return f;
	struct device_code code = *(const struct device_code *)reply, shown = code;
	if (!code.device_code || !code.user_code || !may_show(code.verification_uri))
		return fault(FAULT_DAMAGED, "the server gives no code for another device");
	shown.device_code = NULL;       /* it is as good as the session */
	if (c->json) {
		out_record(c, &record_device_code, &shown);
	} else {
		address_show(c, "Open this address on any device; Ctrl-C gives up.",
			may_show(code.verification_uri_complete) ? code.verification_uri_complete : code.verification_uri);
		err_notef(c, PAINT_NONE, "and compare or type this code:  %s\n\n", untrusted_line(&c->arena, code.user_code));
	}
	return device_wait(out, c, &code);
}

static enum fault
by_code(const struct signed_in **out, struct cli *c, const char *code)
{
	char typed[256] = "";
	const void *reply = NULL;
	const char *name = option_text(&c->args, "name");
	enum fault f = FAULT_NONE;
	if (!name && !c->json && prompt_possible()) {
		f = prompt_line(typed, sizeof typed, "What are you called in this class? ", false);
		name = typed;
	}
	const struct auth_join request = { .code = code, .name = name };
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "auth.join", &request, NULL);
	if (f == FAULT_NONE)
		*out = reply;
	return f;
}

static enum fault
by_guest(const struct signed_in **out, struct cli *c)
{
	const struct auth_guest request = { .role = "learner" };
	const void *reply = NULL;
	enum fault f = session_call(&reply, c, "auth.guest", &request, NULL);
	if (f == FAULT_NONE)
		*out = reply;
	return f;
}

/* ---- which way ---------------------------------------------------------------------------- */

static enum fault
provider_choose(const char **out, const struct auth_ways *ways, const char *wanted, bool device)
{
	const struct auth_way *all = ways->providers.items;
	const struct auth_way *found = NULL;
	for (size_t i = 0; i < ways->providers.count && !found; i++)
		if ((!wanted || str_same(all[i].name, wanted)) && (!device || all[i].device))
			found = &all[i];
	if (!found && wanted)
		return fault(FAULT_ABSENT, device ? "%s does not let another device be used" : "the server has no identity provider %s",
			wanted);
	if (!found)
		return fault(FAULT_ABSENT, "the server has no identity provider%s", device ? " for another device" : "");
	*out = found->name;
	return FAULT_NONE;
}

/* Nothing was said: the provider when there is one, else a code, else a guest's place. */
static enum fault
by_whatever(const struct signed_in **out, struct cli *c, const struct auth_ways *ways)
{
	char typed[64] = "";
	const char *provider = NULL;
	enum fault f = FAULT_NONE;
	if (ways->providers.count > 0) {
		f = provider_choose(&provider, ways, NULL, false);
		return f == FAULT_NONE ? by_browser(out, c, provider) : f;
	}
	bool asks = !c->json && prompt_possible();
	if (ways->join && asks) {
		f = prompt_line(typed, sizeof typed, ways->guest ? "Class code (Enter: come in as a guest): " : "Class code: ", false);
		if (f != FAULT_NONE || typed[0] || !ways->guest)
			return f == FAULT_NONE ? by_code(out, c, typed) : f;
	}
	if (!ways->guest || !asks)
		return fault(FAULT_INPUT, "say how: --code CODE --name NAME, --guest, or --provider NAME");
	return by_guest(out, c);
}

static enum fault
sign_in(const struct signed_in **out, struct cli *c)
{
	const char *code = option_text(&c->args, "code"), *wanted = option_text(&c->args, "provider"), *provider = NULL;
	bool device = option_given(&c->args, "device"), guest = option_given(&c->args, "guest");
	const void *reply = NULL;
	if ((code != NULL) + (wanted || device) + guest > 1)
		return fault(FAULT_INPUT, "--code, --guest and --provider or --device are three ways; take one");
	if (code)
		return by_code(out, c, code);
	if (guest)
		return by_guest(out, c);
	enum fault f = session_call(&reply, c, "auth.ways", &(struct nothing){ 0 }, NULL);
	if (f != FAULT_NONE)
		return f;
	if (!wanted && !device)
		return by_whatever(out, c, reply);
	f = provider_choose(&provider, reply, wanted, device);
	if (f != FAULT_NONE)
		return f;
	return device ? by_device(out, c, provider) : by_browser(out, c, provider);
}

/* ---- what is kept --------------------------------------------------------------------------- */

struct standing { const char *server, *user, *name, *role; };
static const struct field standing_fields[] = {
	FIELD_OF(standing, server, FIELD_TEXT),
	FIELD_OF(standing, user, FIELD_TEXT, .flags = FIELD_OMIT),
	FIELD_OF(standing, name, FIELD_TEXT, .flags = FIELD_OMIT),
	FIELD_OF(standing, role, FIELD_TEXT, .flags = FIELD_OMIT),
};
static RECORD_TYPE(record_standing, standing, standing_fields, "who one is at a server");

static void
standing_print(struct cli *c, const struct standing *s)
{
	if (c->json) {
		out_record(c, &record_standing, s);
		return;
	}
	const char *name = s->name && *s->name ? s->name : str_same(s->role, "guest") ? "a guest" : s->user;
	out_wrapped(c, PAINT_NONE, "", 0,
		arena_printf(&c->arena, "Signed in to %s as %s%s%s%s.", untrusted_line(&c->arena, s->server),
			untrusted_line(&c->arena, name), str_same(name, "a guest") ? "" : " (",
			str_same(name, "a guest") ? "" : untrusted_line(&c->arena, s->role ? s->role : "role unknown"),
			str_same(name, "a guest") ? "" : ")"));
}

static enum fault
account_keep(struct cli *c, const char *url, const struct signed_in *in)
{
	if (!in->token || !in->user || !in->user->id)
		return fault(FAULT_DAMAGED, "the server signed you in without saying who you are");
	const struct backend_account account = {
		.url = url,
		.user = in->user->id,
		.name = in->user->name,
		.role = in->user->role,
		.token = in->token,
		.refresh_token = in->refresh_token,
		.expires = in->expires,
	};
	enum fault f = backend_account_set(c->backend, &account);
	explicit_bzero((char *)in->token, strlen(in->token));
	if (in->refresh_token)
		explicit_bzero((char *)in->refresh_token, strlen(in->refresh_token));
	bool ours = str_same(conf_get(&c->conf, "server.url"), url);
	if (f == FAULT_NONE && !ours)
		f = conf_store(c, "server.url", url);
	if (f == FAULT_NONE && (c->joining_pin || !ours))
		f = conf_store(c, "server.pin", c->joining_pin);
	return f;
}

/* ---- the verbs ---------------------------------------------------------------------------------- */

struct before { const char *user, *name; size_t waiting; };

/* What waits for one account is not another's to send, and not lost either. */
static void
tell_left(struct cli *c, const struct before *b, const struct signed_in *in)
{
	if (b->waiting == 0 || str_same(b->user, in->user->id))
		return;
	err_notef(c, PAINT_WARN, "stoa: this is another account: %zu thing%s written as %s before %s not delivered; %s sealed here until that account signs in again\n",
		b->waiting, b->waiting == 1 ? "" : "s", untrusted_line(&c->arena, b->name), b->waiting == 1 ? "was" : "were",
		b->waiting == 1 ? "it stays" : "they stay");
}

/* Who was here before: a guest keeps what is his when he joins; a sign-in that has
 * ended must not stand in the way. */
static enum fault
account_before(struct before *out, struct cli *c, const char *url)
{
	struct backend_account *before = NULL;
	struct backend_outbox box = { 0 };
	const void *reply = NULL;
	enum fault f = backend_account_get(&before, &c->arena, c->backend, url);
	if (f != FAULT_NONE)
		return f == FAULT_ABSENT ? FAULT_NONE : f;
	f = backend_outbox(&box, &c->arena, c->backend);
	if (f != FAULT_NONE)
		return f;
	*out = (struct before){ before->user, before->name && *before->name ? before->name : before->user, box.count };
	f = session_call(&reply, c, "me.get", &(struct nothing){ 0 }, NULL);
	return f == FAULT_DENIED ? backend_account_forget(c->backend, url) : f;
}

enum fault
verb_login(struct cli *c)
{
	const char *url = NULL, *pin = NULL;
	const struct signed_in *in = NULL;
	struct before before = { 0 };
	if (c->backend)
		return fault(FAULT_INPUT, "stoa login is not for within a conversation");
	enum fault f = session_server(&url, c);
	if (f == FAULT_NONE && c->args.operand_count > 0) {
		url = c->args.operands[0];
		f = conf_check(conf_find("server.url"), url);
	}
	if (f == FAULT_NONE && !url)
		f = fault(FAULT_INPUT, "which server? stoa login URL");
	if (f == FAULT_NONE)
		f = session_trust(&pin, c, url);
	if (f != FAULT_NONE)
		return f;
	c->joining = url;
	c->joining_pin = pin;
	f = session_ready(c);
	if (f == FAULT_NONE)
		f = session_unlock(c);
	if (f == FAULT_NONE)
		f = account_before(&before, c, url);
	if (f == FAULT_NONE)
		f = sign_in(&in, c);
	if (f == FAULT_NONE)
		f = account_keep(c, url, in);
	if (f == FAULT_NONE)
		standing_print(c, &(struct standing){ url, in->user->id, in->user->name, in->user->role });
	if (f == FAULT_NONE)
		tell_left(c, &before, in);
	return f;
}

/* What of the server lies on this machine: kept, unless it is to be removed. What was
 * not delivered is lost then, so a person is asked once more. */
static enum fault
copy_end(const char **said, struct cli *c)
{
	struct backend_outbox box = { 0 };
	char answer = 'y';
	bool forget = option_given(&c->args, "forget");
	enum fault f = backend_outbox(&box, &c->arena, c->backend);
	const char *waiting = box.count == 0 ? "" : arena_printf(&c->arena, "%zu thing%s written there %s not delivered", box.count, box.count == 1 ? "" : "s", box.count == 1 ? "is" : "are");
	if (f == FAULT_NONE && forget && box.count > 0 && !c->json && prompt_possible())
		f = prompt_choice(&answer, arena_printf(&c->arena, "%s and would be lost.  Remove the copy all the same?   [n]o   [y]es   ", waiting), "ny");
	if (f == FAULT_NONE && answer != 'y')
		f = fault(FAULT_CANCELLED, "you are still signed in, and nothing was removed");
	if (f == FAULT_NONE && forget)
		f = backend_copy_forget(c->backend);
	*said = forget ? "What was seen of it is removed from this machine."
		: box.count > 0 ? arena_printf(&c->arena, "%s: it waits here until you sign in again. The sealed copy of what was seen stays too.", waiting)
				: "The sealed copy of what was seen stays on this machine; --forget removes it.";
	return f;
}

enum fault
verb_logout(struct cli *c)
{
	const char *url = NULL, *said = "";
	const void *reply = NULL;
	const struct auth_logout request = { .everywhere = option_given(&c->args, "everywhere") };
	struct backend_account *account = NULL;
	enum fault f = session_server(&url, c);
	if (f == FAULT_NONE && !url)
		f = fault(FAULT_ABSENT, "you are not signed in to a server");
	if (f == FAULT_NONE)
		f = session_ready(c);
	if (f == FAULT_NONE)
		f = session_unlock(c);
	if (f == FAULT_NONE)
		f = backend_account_get(&account, &c->arena, c->backend, url);
	if (f == FAULT_NONE)
		f = copy_end(&said, c);
	if (f != FAULT_NONE)
		return f;
	enum fault told = session_call(&reply, c, "auth.logout", &request, NULL);
	const char *why = arena_strdup(&c->arena, fault_sentence());
	f = backend_account_forget(c->backend, url);
	if (f != FAULT_NONE)
		return f;
	if (c->json)
		out_record(c, &record_standing, &(struct standing){ .server = url });
	else
		out_wrapped(c, PAINT_NONE, "", 0, arena_printf(&c->arena, "Signed out of %s. %s", untrusted_line(&c->arena, url), said));
	if (told == FAULT_NONE || told == FAULT_DENIED)
		return FAULT_NONE;
	err_notef(c, PAINT_WARN, "stoa: the server was not told (%s); the session ends there within a day\n", why);
	return FAULT_NONE;
}

enum fault
verb_whoami(struct cli *c)
{
	const char *url = NULL;
	const void *reply = NULL;
	struct backend_account *account = NULL;
	enum fault f = session_server(&url, c);
	if (f == FAULT_NONE && !url) {
		if (c->json)
			out_record(c, &record_standing, &(struct standing){ .server = "" });
		else
			out_put(c, PAINT_NONE, "The person of this machine; no server is set up.\n");
		return FAULT_NONE;
	}
	if (f == FAULT_NONE)
		f = session_ready(c);
	if (f == FAULT_NONE)
		f = session_unlock(c);
	if (f == FAULT_NONE)
		f = backend_account_get(&account, &c->arena, c->backend, url);
	if (f == FAULT_ABSENT)
		return fault(FAULT_DENIED, "you are not signed in to %s: stoa login", url);
	if (f == FAULT_NONE)
		f = session_call(&reply, c, "me.get", &(struct nothing){ 0 }, NULL);
	if (f != FAULT_NONE)
		return f;
	const struct settings *me = reply;
	standing_print(c, &(struct standing){ url, me->id ? me->id : "unknown", me->name, me->role });
	return FAULT_NONE;
}

/* stoa status, stoa sync: the server, and what was written while it was away.
 *
 * What the server refused is shown with its own sentence and with what can be done;
 * it is never dropped, sent again or merged by itself.  A server that signed its own
 * certificate is trusted by its key, which the person compares once, as words.
 */
#include <stdlib.h>
#include <string.h>
#include "cli_in.h"

/* ---- which server ------------------------------------------------------------------ */

enum fault
session_server(const char **url, struct cli *c)
{
	const char *given = option_text(&c->args, "server");
	enum fault f = session_conf(c);
	if (f != FAULT_NONE)
		return f;
	*url = c->joining;
	if (*url)
		return FAULT_NONE;
	if (option_given(&c->args, "local"))
		return given ? fault(FAULT_INPUT, "--server and --local do not go together") : FAULT_NONE;
	if (given) {
		f = conf_check(conf_find("server.url"), given);
		if (f != FAULT_NONE)
			return fault(f, "%s", fault_sentence());
		*url = given;
		return FAULT_NONE;
	}
	const char *kept = conf_get(&c->conf, "server.url");
	*url = *kept ? kept : NULL;
	return FAULT_NONE;
}

enum fault
session_server_there(struct cli *c)
{
	const char *url = NULL;
	enum fault f = session_server(&url, c);
	return f == FAULT_NONE && !url ? fault(FAULT_INPUT, "there is no server: stoa login URL joins one") : f;
}

/* A setting that was made for the server of stoa.conf holds for no other. */
const char *
session_server_setting(struct cli *c, const char *url, const char *dotted)
{
	const char *value = conf_get(&c->conf, dotted);
	if (c->joining_pin && str_same(url, c->joining) && str_same(dotted, "server.pin"))
		return c->joining_pin;
	bool ours = str_same(url, conf_get(&c->conf, "server.url"));
	return *value && ours ? value : NULL;
}

/* Another key than the one that was compared: a server set up anew, or another one. The
 * fault stays told; only who knows the teacher's words can say which. */
static enum fault
key_changed(struct cli *c, const char *url, const char *kept)
{
	char key[BACKEND_PIN_BYTES], words[BACKEND_PIN_WORDS];
	const char *why = arena_strdup(&c->arena, fault_sentence());
	if (backend_server_key(key, words, url) != FAULT_NONE || str_same(key, kept))
		return fault(FAULT_OFFLINE, "%s", why);
	return fault(FAULT_OFFLINE, "%s; its key is now %s. If these are the words on the teacher's screen: stoa config set server.pin, then stoa login %s",
		why, words, url);
}

enum fault
session_trust(const char **pin, struct cli *c, const char *url)
{
	char key[BACKEND_PIN_BYTES], words[BACKEND_PIN_WORDS], answer;
	const char *ca_file = conf_get(&c->conf, "server.ca_file");
	const char *kept = session_server_setting(c, url, "server.pin");
	*pin = kept;
	enum fault f = backend_server_try(url, *ca_file ? ca_file : NULL, kept);
	if (f == FAULT_OFFLINE && kept)
		return key_changed(c, url, kept);
	if (f != FAULT_OFFLINE || kept || !str_starts(url, "https://") || c->json || !prompt_possible())
		return f;
	const char *why = arena_strdup(&c->arena, fault_sentence());
	if (backend_server_key(key, words, url) != FAULT_NONE)
		return fault(f, "%s", why);
	err_notef(c, PAINT_WARN, "stoa: %s\n", why);
	err_note(c, PAINT_NONE, "A server of a classroom signs its own certificate.  Its key, as words:\n\n");
	err_notef(c, PAINT_BOLD, "    %s\n\n", words);
	f = prompt_choice(&answer, "Are these the words on the teacher's screen?   [n]o   [y]es   ", "ny");
	if (f != FAULT_NONE || answer != 'y')
		return f != FAULT_NONE ? f : fault(FAULT_DENIED, "%s is not trusted, and nothing was sent to it", url);
	*pin = arena_strdup(&c->arena, key);
	return FAULT_NONE;
}

/* ---- status ------------------------------------------------------------------------------ */

struct standing {
	const char *server, *word, *why, *user, *name, *role;
	int64_t waiting, held, refused;
};
static const struct field standing_fields[] = {
	FIELD_OF(standing, server, FIELD_TEXT),
	FIELD_OF(standing, word, FIELD_TEXT),
	FIELD_OF(standing, why, FIELD_TEXT, .flags = FIELD_OMIT),
	FIELD_OF(standing, user, FIELD_TEXT, .flags = FIELD_OMIT),
	FIELD_OF(standing, name, FIELD_TEXT, .flags = FIELD_OMIT),
	FIELD_OF(standing, role, FIELD_TEXT, .flags = FIELD_OMIT),
	FIELD_OF(standing, waiting, FIELD_INT),
	FIELD_OF(standing, held, FIELD_INT),
	FIELD_OF(standing, refused, FIELD_INT),
};
static RECORD_TYPE(record_standing, standing, standing_fields, "where things stand with the server");

static void
standing_print(struct cli *c, const struct standing *s)
{
	if (c->json) {
		out_record(c, &record_standing, s);
		return;
	}
	if (!s->server) {
		out_put(c, PAINT_NONE, "LOCAL: everything is asked on this machine; stoa login URL joins a server.\n");
		return;
	}
	bool online = str_same(s->word, "ONLINE");
	out_put(c, online ? PAINT_GOOD : PAINT_WARN, s->word);
	out_putf(c, PAINT_NONE, "  %s\n", s->server);
	if (s->why)
		out_wrapped(c, PAINT_DIM, "    ", 4, s->why);
	if (s->user)
		out_putf(c, PAINT_NONE, "Signed in as %s, %s.\n", s->name && *s->name ? s->name : s->user,
			s->role ? s->role : "role unknown");
	else
		out_putf(c, PAINT_NONE, "Not signed in: stoa login %s\n", s->server);
	if (s->waiting + s->held + s->refused == 0)
		out_put(c, PAINT_DIM, "Nothing waits to be delivered.\n");
	else
		out_putf(c, s->refused ? PAINT_WARN : PAINT_NONE, "%lld to be delivered, %lld answered here, %lld refused: stoa sync\n",
			(long long)s->waiting, (long long)s->held, (long long)s->refused);
}

/* Whether the server still knows the session; NULL: it does, or cannot be asked. */
static const char *
shut_out(struct cli *c)
{
	const void *reply = NULL;
	enum fault f = session_call(&reply, c, "me.get", &(struct nothing){ 0 }, NULL);
	return f == FAULT_DENIED ? arena_strdup(&c->arena, fault_sentence()) : NULL;
}

static enum fault
standing_fill(struct standing *s, struct cli *c)
{
	struct backend_account *account = NULL;
	struct backend_outbox box = { 0 };
	const char *ca_file = session_server_setting(c, s->server, "server.ca_file");
	enum fault f = backend_server_try(s->server, ca_file, session_server_setting(c, s->server, "server.pin"));
	s->word = f == FAULT_NONE ? "ONLINE" : "OFFLINE";
	s->why = f == FAULT_NONE ? NULL : arena_strdup(&c->arena, fault_sentence());
	f = session_ready(c);
	if (f == FAULT_NONE)
		f = session_unlock(c);
	if (f == FAULT_NONE)
		f = backend_account_get(&account, &c->arena, c->backend, s->server);
	if (f == FAULT_NONE) {
		s->user = account->user;
		s->name = account->name;
		s->role = account->role;
		if (!s->why)
			s->why = shut_out(c);
	}
	if (f == FAULT_NONE || f == FAULT_ABSENT)
		f = backend_outbox(&box, &c->arena, c->backend);
	for (size_t i = 0; i < box.count; i++) {
		s->waiting += str_same(box.items[i].state, "waiting");
		s->held += str_same(box.items[i].state, "held");
		s->refused += str_same(box.items[i].state, "refused");
	}
	return f;
}

enum fault
verb_status(struct cli *c)
{
	struct standing s = { .word = "LOCAL" };
	enum fault f = session_server(&s.server, c);
	if (f == FAULT_NONE && s.server)
		f = standing_fill(&s, c);
	if (f == FAULT_NONE)
		standing_print(c, &s);
	return f;
}

/* ---- sync ----------------------------------------------------------------------------------- */

static void
item_print(struct cli *c, const struct backend_outbox_item *item)
{
	bool refused = str_same(item->state, "refused");
	if (c->json) {
		out_record(c, &record_backend_outbox_item, item);
		return;
	}
	out_row(c, refused ? PAINT_BAD : PAINT_BOLD, arena_printf(&c->arena, "%.8s  %-8s  ", item->key, item->state), 20, PAINT_NONE,
		arena_printf(&c->arena, "%s%s%s, %s%s%s", item->thing, item->bytes > 0 ? " of " : "",
			item->bytes > 0 ? size_text(&c->arena, item->bytes) : "", date_text(&c->arena, item->at),
			*item->words ? ": " : "", untrusted_line(&c->arena, item->words)));
	if (refused)
		out_wrapped(c, PAINT_WARN, arena_printf(&c->arena, "%20s", ""), 20,
			arena_printf(&c->arena, "%s; stoa sync --again %.8s sends it once more, --drop %.8s forgets it", item->sentence,
				item->key, item->key));
}

/* The whole key of what begins so. */
static enum fault
key_whole(const char **key, const struct backend_outbox *box, const char *begins)
{
	size_t found = 0;
	for (size_t i = 0; i < box->count; i++)
		if (str_starts(box->items[i].key, begins)) {
			*key = box->items[i].key;
			found++;
		}
	if (found == 1)
		return FAULT_NONE;
	return found == 0 ? fault(FAULT_ABSENT, "nothing waits under %s; stoa sync lists what does", begins)
			  : fault(FAULT_INPUT, "%s is the beginning of %zu keys; say more of it", begins, found);
}

static enum fault
change_each(struct cli *c, const struct backend_outbox *box, const char *option,
	enum fault (*change)(struct backend *b, const char *key))
{
	struct text_list begins = option_texts(&c->args, &c->arena, option);
	enum fault f = FAULT_NONE;
	for (size_t i = 0; i < begins.count && f == FAULT_NONE; i++) {
		const char *key = NULL;
		f = key_whole(&key, box, begins.items[i]);
		if (f == FAULT_NONE)
			f = change(c->backend, key);
	}
	return f;
}

enum fault
verb_sync(struct cli *c)
{
	struct backend_outbox box = { 0 };
	enum fault f = session_server_there(c);
	if (f == FAULT_NONE)
		f = session_ready(c);
	if (f == FAULT_NONE)
		f = session_unlock(c);
	if (f == FAULT_NONE)
		f = backend_outbox(&box, &c->arena, c->backend);
	if (f == FAULT_NONE)
		f = change_each(c, &box, "drop", backend_outbox_drop);
	if (f == FAULT_NONE)
		f = change_each(c, &box, "again", backend_outbox_again);
	if (f != FAULT_NONE)
		return f;
	size_t before = box.count;
	enum fault sent = backend_sync_wait(c->backend, option_given(&c->args, "ask"));
	const char *why = arena_strdup(&c->arena, fault_sentence());
	if (before == 0 && sent != FAULT_CANCELLED)
		sent = FAULT_NONE;      /* only the copy could not follow */
	f = backend_outbox(&box, &c->arena, c->backend);
	if (f != FAULT_NONE)
		return f;
	for (size_t i = 0; i < box.count; i++)
		item_print(c, &box.items[i]);
	if (!c->json && box.count == 0)
		out_put(c, PAINT_NONE, before > 0 ? "Everything is delivered.\n" : "Nothing waits to be delivered.\n");
	if (sent == FAULT_OFTEN && box.count > 0)
		return fault(sent, "the server takes no more from you for now (%s); what waits goes then", why);
	return sent == FAULT_NONE ? FAULT_NONE : fault(sent, "%s", why);
}

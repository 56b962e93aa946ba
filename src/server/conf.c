/* stoad.conf: which settings there are, what they may be.
 *
 * The keys are rows; reading, `stoad conf` and stoad.conf(5) are made of
 * them.  A key that is not a row is refused with file and line: a mistyped limit
 * that does nothing is found last.  What an identity provider needs stands
 * in a section of its own, [oidc NAME], as often as wanted. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stoa/server.h"

const struct server_conf_key server_conf_keys[] = {
	{ "server", "listen", CONF_TEXT, 1, 64, NULL, "127.0.0.1:8443",
		"address and port; outside this machine only with TLS" },
	{ "server", "data", CONF_PATH, 0, 0, NULL, "", "folder of store, library and uploads" },
	{ "server", "uploads", CONF_PATH, 0, 0, NULL, "",
		"folder of uploads, one for each of the servers that share data; empty: uploads in data" },
	{ "server", "threads", CONF_INT, 1, 8, NULL, "1", "listeners that share the port" },
	{ "server", "workers", CONF_INT, 1, 64, NULL, "8", "calls worked on at once" },
	{ "server", "drain_seconds", CONF_INT, 0, 60, NULL, "9",
		"how long calls may go on once the server is asked to stop" },
	{ "server", "ready_delay_seconds", CONF_INT, 0, 60, NULL, "0",
		"how long to say that it is not ready before nobody new is let in" },
	{ "server", "public_url", CONF_TEXT, 0, 300, NULL, "",
		"what clients call it, when that is not where it listens; for sign-in" },
	{ "server", "proxy", CONF_TEXT, 0, 64, NULL, "",
		"address of a proxy in front, whose X-Forwarded-For is believed" },
	{ "tls", "certificate", CONF_PATH, 0, 0, NULL, "", "PEM file of the certificate and its chain" },
	{ "tls", "key", CONF_PATH, 0, 0, NULL, "", "PEM file of its key" },
	{ "tls", "http2", CONF_CHOICE, 0, 0, "on|off", "on", "whether HTTP/2 is offered over TLS" },
	{ "store", "url", CONF_TEXT, 0, 1000, NULL, "",
		"postgresql://...; empty: SQLite in the data folder" },
	{ "store", "key_file", CONF_PATH, 0, 0, NULL, "",
		"64 hex digits; empty: stoad.key in the data folder, made when absent" },
	{ "store", "key_command", CONF_TEXT, 0, 1000, NULL, "", "a command that prints the key instead" },
	{ "backup", "folder", CONF_PATH, 0, 0, NULL, "",
		"where an administrator's copies of the store go, better on another disk; empty: backups in the data folder" },
	{ "backup", "keep", CONF_INT, 1, 1000, NULL, "7", "how many copies stay; the oldest go" },
	{ "limits", "connections", CONF_INT, 1, 100000, NULL, "10000", "sockets at once" },
	{ "limits", "connections_per_address", CONF_INT, 1, 100000, NULL, "100",
		"sockets of one client's address, IPv6 by /64; behind a proxy, all of them are its own" },
	{ "limits", "live", CONF_INT, 1, 100000, NULL, "500", "live chats at once" },
	{ "limits", "live_idle_minutes", CONF_INT, 1, 10000, NULL, "120", "after which a live chat nobody speaks in is closed" },
	{ "limits", "head_seconds", CONF_INT, 1, 600, NULL, "10", "how long the head of a request may take" },
	{ "limits", "body_seconds", CONF_INT, 1, 3600, NULL, "30", "and its body, unless it comes fast enough" },
	{ "limits", "stall_seconds", CONF_INT, 1, 3600, NULL, "10", "how long a client may read nothing" },
	{ "limits", "calls", CONF_INT, 1, 256, NULL, "192", "calls running or waiting; past that 503" },
	{ "limits", "body_kib", CONF_INT, 1, 65536, NULL, "1024", "largest body but of an upload" },
	{ "limits", "upload_mib", CONF_INT, 1, 4096, NULL, "64", "largest upload" },
	{ "limits", "general_per_hour", CONF_INT, 1, 1000000, NULL, "100", "requests of one user" },
	{ "limits", "ask_per_hour", CONF_INT, 1, 1000000, NULL, "50", "questions of one user" },
	{ "limits", "export_per_day", CONF_INT, 1, 1000000, NULL, "10", "exports of one user" },
	{ "limits", "admin_per_hour", CONF_INT, 1, 1000000, NULL, "1000", "requests of one administrator, or of one address that is not signed in" },
	{ "limits", "documents_per_user", CONF_INT, 1, 1000000, NULL, "200", "documents that one user may keep" },
	{ "limits", "documents_mib_per_user", CONF_INT, 1, 10000000, NULL, "1024", "and their bytes" },
	{ "limits", "questions_waiting", CONF_INT, 1, 1000, NULL, "5", "questions of one person that wait for a teacher" },
	{ "limits", "questions_waiting_per_address", CONF_INT, 1, 100000, NULL, "20",
		"and those of all guests of one client's address" },
	{ "retention", "questions_days", CONF_INT, 0, 36500, NULL, "365",
		"questions handed to a teacher go so long after they last changed, their mail with them; 0: never" },
	{ "answers", "threshold_answer", CONF_REAL, 0, 1, NULL, "0.8",
		"confidence from which an answer is given without reserve" },
	{ "answers", "threshold_maybe", CONF_REAL, 0, 1, NULL, "0.5",
		"confidence under which the answer is: not in your sources" },
	{ "answers", "threshold_email", CONF_REAL, 0, 100, NULL, "90",
		"percent below which a mail address is asked for; 0: never" },
	{ "people", "guests", CONF_CHOICE, 0, 0, "on|off", "on", "whether anybody may come in as a guest" },
	{ "people", "join_codes", CONF_CHOICE, 0, 0, "on|off", "on", "whether codes of classes are taken" },
	{ "jwt", "issuer", CONF_TEXT, 0, 300, NULL, "", "whose JWTs are taken as bearers; empty: nobody's" },
	{ "jwt", "audience", CONF_TEXT, 0, 300, NULL, "", "what they must be meant for" },
	{ "jwt", "secret_file", CONF_PATH, 0, 0, NULL, "", "the secret of HS256" },
	{ "jwt", "jwks_url", CONF_TEXT, 0, 300, NULL, "", "where the keys of RS256, ES256 and EdDSA are" },
	{ "mail", "url", CONF_TEXT, 0, 300, NULL, "",
		"smtps://host, or smtp://host where STARTTLS is demanded; empty: no mail is sent" },
	{ "mail", "user", CONF_TEXT, 0, 200, NULL, "", "name to sign in with" },
	{ "mail", "password_file", CONF_PATH, 0, 0, NULL, "", "file that holds the password" },
	{ "mail", "from", CONF_TEXT, 0, 200, NULL, "", "address that mail comes from" },
	{ "mail", "from_name", CONF_TEXT, 0, 200, NULL, "stoa", "and its name" },
	{ "mail", "inbox", CONF_TEXT, 0, 200, NULL, "", "where questions go that were handed over, unless their class has an inbox of its own" },
	{ "llm", "base_url", CONF_TEXT, 0, 300, NULL, "",
		"an OpenAI-compatible endpoint; empty: nothing is ever sent anywhere" },
	{ "llm", "model", CONF_TEXT, 0, 200, NULL, "", "the model's name at that endpoint" },
	{ "llm", "embedding_model", CONF_TEXT, 0, 200, NULL, "", "the model for vectors; empty: by words only" },
	{ "llm", "key_command", CONF_TEXT, 0, 1000, NULL, "", "a command that prints the key" },
	{ "llm", "connect_ms", CONF_INT, 100, 60000, NULL, "5000", "how long to wait for a connection" },
	{ "llm", "first_token_ms", CONF_INT, 500, 600000, NULL, "30000", "how long to wait for the first word" },
	{ "llm", "total_ms", CONF_INT, 1000, 3600000, NULL, "120000", "how long an answer may take" },
	{ "llm", "daily_budget_usd", CONF_REAL, 0, 100000, NULL, "0", "spend at most this a day; 0: no limit" },
	{ "llm", "input_usd_per_mtok", CONF_REAL, 0, 10000, NULL, "0", "price of a million tokens sent" },
	{ "llm", "output_usd_per_mtok", CONF_REAL, 0, 10000, NULL, "0", "price of a million tokens received" },
	{ "log", "format", CONF_CHOICE, 0, 0, "text|json", "text", "of the lines on standard error" },
	{ "log", "level", CONF_CHOICE, 0, 0, "debug|info|warn|error", "info", "the least that is logged" },
};
const size_t server_conf_key_count = COUNT_OF(server_conf_keys);
_Static_assert(COUNT_OF(server_conf_keys) <= SERVER_CONF_KEYS_MAX, "struct server_conf holds every key");

static const struct server_conf_key *
find(const char *section, const char *name)
{
	for (size_t i = 0; i < server_conf_key_count; i++)
		if (str_same(server_conf_keys[i].section, section) && str_same(server_conf_keys[i].name, name))
			return &server_conf_keys[i];
	return NULL;
}

const char *
server_conf_get(const struct server_conf *c, const char *section, const char *name)
{
	const struct server_conf_key *key = find(section, name);
	const char *value = key == NULL ? NULL : c->values[key - server_conf_keys];
	return value != NULL ? value : key != NULL ? key->otherwise : "";
}

const char *
server_conf_text(const struct server_conf *c, const char *section, const char *name)
{
	const char *s = server_conf_get(c, section, name);
	return s[0] == '\0' ? NULL : s;
}

double
server_conf_number(const struct server_conf *c, const char *section, const char *name)
{
	return strtod(server_conf_get(c, section, name), NULL);
}

static bool
chosen(const char *choices, const char *s)
{
	size_t len = strlen(s);
	for (const char *at = choices; *at != '\0';) {
		size_t n = strcspn(at, "|");
		if (n == len && strncmp(at, s, n) == 0)
			return true;
		at += n + (at[n] == '|');
	}
	return false;
}

static enum fault
check(const struct server_conf_key *key, const char *value)
{
	char *end;
	double n = strtod(value, &end);
	switch (key->kind) {
	case CONF_INT:
	case CONF_REAL:
		if (end == value || *end != '\0' || !isfinite(n) || n < key->min || n > key->max ||
			(key->kind == CONF_INT && strspn(value, "0123456789") != strlen(value)))
			return fault(FAULT_INPUT, "%s takes a number from %g to %g, not %s", key->name, key->min, key->max, value);
		return FAULT_NONE;
	case CONF_CHOICE:
		if (!chosen(key->choices, value))
			return fault(FAULT_INPUT, "%s takes one of %s, not %s", key->name, key->choices, value);
		return FAULT_NONE;
	case CONF_PATH:
		if (value[0] != '\0' && value[0] != '/')
			return fault(FAULT_INPUT, "%s takes a whole path, from /, not %s", key->name, value);
		return FAULT_NONE;
	case CONF_TEXT:
		if (strlen(value) > (size_t)key->max || strlen(value) < (size_t)key->min)
			return fault(FAULT_INPUT, "%s takes %g to %g bytes", key->name, key->min, key->max);
		return FAULT_NONE;
	}
	return FAULT_NONE;
}

enum fault
server_conf_set(struct server_conf *c, const char *section, const char *name, const char *value)
{
	const struct server_conf_key *key = find(section, name);
	if (key == NULL)
		return fault(FAULT_INPUT, "there is no setting %s in [%s]; stoad conf names them", name, section);
	enum fault f = check(key, value);
	if (f != FAULT_NONE)
		return f;
	char **slot = &c->values[key - server_conf_keys];
	mem_free(*slot);
	*slot = mem_strdup(value);
	return FAULT_NONE;
}

static enum fault
take(const char *section, const char *name, const char *value, int line, void *arg)
{
	struct server_conf *c = arg;
	(void)line;
	if (c->other != NULL && str_starts(section, "oidc "))
		return c->other(section, name, value, c->arg);
	return server_conf_set(c, section, name, value);
}

enum fault
server_conf_read(struct server_conf *c, const char *path)
{
	return ini_read(path, take, c);
}

void
server_conf_clear(struct server_conf *c)
{
	for (size_t i = 0; i < COUNT_OF(c->values); i++) {
		mem_free(c->values[i]);
		c->values[i] = NULL;
	}
}

void
server_conf_print(struct text *out)
{
	const char *section = "";
	for (size_t i = 0; i < server_conf_key_count; i++) {
		const struct server_conf_key *k = &server_conf_keys[i];
		if (!str_same(section, k->section))
			text_printf(out, "%s[%s]\n", i > 0 ? "\n" : "", k->section);
		section = k->section;
		text_printf(out, "# %s\n#%s = %s\n", k->help, k->name, k->otherwise);
	}
}

/* The list of stoad.conf(5), in mdoc. */
void
server_conf_manual(struct text *out)
{
	const char *section = "";
	for (size_t i = 0; i < server_conf_key_count; i++) {
		const struct server_conf_key *k = &server_conf_keys[i];
		if (!str_same(section, k->section))
			text_printf(out, "%s.Ss [%s]\n.Bl -tag -width Ds\n", i > 0 ? ".El\n" : "", k->section);
		section = k->section;
		text_printf(out, ".It Cm %s", k->name);
		if (k->otherwise[0] != '\0')
			text_printf(out, " Pq Li %s", k->otherwise);
		text_printf(out, "\n%c%s.\n", k->help[0] >= 'a' && k->help[0] <= 'z' ? k->help[0] - 32 : k->help[0], k->help + 1);
		if (k->kind == CONF_CHOICE)
			text_printf(out, "One of %s.\n", k->choices);
		else if (k->kind == CONF_INT || k->kind == CONF_REAL)
			text_printf(out, "From %g to %g.\n", k->min, k->max);
	}
	text_put(out, ".El\n");
}

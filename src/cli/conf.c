/* stoa.conf: which settings there are, what they may be, and the file they are in.
 *
 * The keys are rows; reading, `stoa config`, doctor and the test of stoa.conf(5)
 * use them.  A key or section that is not a row is refused with file and line, since
 * a mistyped setting that does nothing is found last.  Changing one rewrites one
 * line and leaves comments and order alone.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "cli_in.h"

const struct conf_key conf_keys[] = {
	{ "answers", "mode", CONF_CHOICE, 0, 0, "auto|extractive|model", "auto",
		"who writes answers; auto: the model when one is set up, else sentences of the documents" },
	{ "answers", "threshold_answer", CONF_REAL, 0, 1, NULL, "0.8",
		"confidence from which an answer is given without reserve" },
	{ "answers", "threshold_maybe", CONF_REAL, 0, 1, NULL, "0.5",
		"confidence under which the answer is: not in your sources" },
	{ "llm", "base_url", CONF_URL, 0, 0, NULL, "",
		"an OpenAI-compatible endpoint, as https://host/v1; empty: nothing is ever sent anywhere" },
	{ "llm", "model", CONF_TEXT, 0, 200, NULL, "", "the model's name at that endpoint" },
	{ "llm", "embedding_model", CONF_TEXT, 0, 200, NULL, "",
		"the model for vectors; empty: search by words only" },
	{ "llm", "key_command", CONF_TEXT, 0, 1000, NULL, "",
		"a command that prints the key, as: pass show llm" },
	{ "llm", "connect_ms", CONF_INT, 100, 60000, NULL, "5000",
		"how long to wait for a connection" },
	{ "llm", "first_token_ms", CONF_INT, 500, 600000, NULL, "30000",
		"how long to wait for the first word" },
	{ "llm", "total_ms", CONF_INT, 1000, 3600000, NULL, "120000",
		"how long an answer may take" },
	{ "llm", "input_usd_per_mtok", CONF_REAL, 0, 10000, NULL, "0",
		"price of a million tokens sent" },
	{ "llm", "output_usd_per_mtok", CONF_REAL, 0, 10000, NULL, "0",
		"price of a million tokens received" },
	{ "llm", "daily_budget_usd", CONF_REAL, 0, 100000, NULL, "0",
		"spend at most this a day; 0: no limit" },
	{ "history", "lock_minutes", CONF_INT, 0, 1440, NULL, "15",
		"lock a conversation left alone so long; 0: never" },
	{ "library", "subject", CONF_TEXT, 0, 200, NULL, "",
		"subject of added documents when none is given" },
	{ "library", "retention_days", CONF_INT, 0, 36500, NULL, "0",
		"forget added documents after so many days; 0: never" },
	{ "library", "domains_folder", CONF_FOLDER, 0, 0, NULL, "",
		"folder of domain files; empty: the ones that come with stoa" },
	{ "screen", "plain", CONF_CHOICE, 0, 0, "off|on", "off",
		"open a conversation line by line, for a screen reader, as --plain does" },
	{ "screen", "theme", CONF_TEXT, 0, 64, NULL, "plain",
		"colours of the screen: plain, dark, light, high-contrast, mono, or a file of "
		"your own in themes" },
	{ "screen", "keys", CONF_CHOICE, 0, 0, "plain|vi", "plain",
		"the set of keys; keys.conf changes single ones" },
	{ "screen", "mouse", CONF_CHOICE, 0, 0, "off|on", "off",
		"whether the screen takes the mouse from the terminal" },
	{ "screen", "clipboard", CONF_CHOICE, 0, 0, "auto|osc52|command|file", "auto",
		"by which way a copy leaves the screen" },
	{ "screen", "notify", CONF_CHOICE, 0, 0, "auto|on|off", "auto",
		"tell the desktop when a long job ends out of sight; auto: not over ssh" },
	{ "server", "url", CONF_URL, 0, 0, NULL, "",
		"the class server, as https://host:8443; empty: everything is asked on this machine" },
	{ "server", "pin", CONF_TEXT, 0, 52, NULL, "",
		"the server's key, kept when its words were compared; empty: its certificate decides" },
	{ "server", "ca_file", CONF_FOLDER, 0, 0, NULL, "",
		"certificates to trust for the server instead of the system's" },
	{ "vault", "key_file", CONF_FOLDER, 0, 0, NULL, "",
		"the key file to unlock with, when --keyfile is not given" },
};
const size_t conf_key_count = COUNT_OF(conf_keys);
_Static_assert(COUNT_OF(conf_keys) <= CONF_KEYS_MAX, "struct conf holds every key");

const struct conf_key *
conf_find(const char *dotted)
{
	for (size_t i = 0; i < conf_key_count; i++) {
		size_t n = strlen(conf_keys[i].section);
		if (strncmp(dotted, conf_keys[i].section, n) == 0 && dotted[n] == '.'
			&& str_same(dotted + n + 1, conf_keys[i].name))
			return &conf_keys[i];
	}
	return NULL;
}

const char *
conf_get(const struct conf *conf, const char *dotted)
{
	const struct conf_key *key = conf_find(dotted);
	const char *value = key ? conf->values[key - conf_keys] : NULL;
	return value ? value : key ? key->otherwise : "";
}

double
conf_number(const struct conf *conf, const char *dotted)
{
	return strtod(conf_get(conf, dotted), NULL);
}

static enum fault
check_number(const struct conf_key *key, const char *value)
{
	char *end;
	errno = 0;
	double n = strtod(value, &end);
	bool whole = key->kind == CONF_REAL || strspn(value, "0123456789") == strlen(value);
	if (errno || end == value || *end || !isfinite(n) || !whole || n < key->min || n > key->max)
		return fault(FAULT_INPUT, "%s.%s takes a number from %g to %g, not %s",
			key->section, key->name, key->min, key->max, value);
	return FAULT_NONE;
}

static enum fault
check_choice(const struct conf_key *key, const char *value)
{
	size_t len = strlen(value);
	for (const char *at = key->choices; *at;) {
		size_t n = strcspn(at, "|");
		if (n == len && strncmp(at, value, n) == 0)
			return FAULT_NONE;
		at += n + (at[n] == '|');
	}
	return fault(FAULT_INPUT, "%s.%s takes one of %s, not %s", key->section, key->name,
		key->choices, value);
}

/* https anywhere, plain http only on this machine (THREATS T26). */
static enum fault
check_url(const struct conf_key *key, const char *value)
{
	static const char *const local[] = { "http://localhost", "http://127.0.0.1",
		"http://[::1]" };
	if (!*value)
		return FAULT_NONE;
	bool good = str_starts(value, "https://") && value[8];
	for (size_t i = 0; i < COUNT_OF(local); i++)
		if (str_starts(value, local[i]) && strchr(":/", value[strlen(local[i])]))
			good = true;
	if (strpbrk(value, " \t@"))
		return fault(FAULT_INPUT, "%s.%s must not hold blanks or user names: %s",
			key->section, key->name, value);
	if (!good)
		return fault(FAULT_INPUT,
			"%s.%s takes an https:// address, or http:// on this machine, not %s",
			key->section, key->name, value);
	return FAULT_NONE;
}

enum fault
conf_check(const struct conf_key *key, const char *value)
{
	size_t most = key->kind == CONF_TEXT && key->max > 0 ? (size_t)key->max : 4096;
	if (!utf8_valid(value, strlen(value)) || strpbrk(value, "\r\n"))
		return fault(FAULT_INPUT, "%s.%s takes one line of UTF-8", key->section, key->name);
	if (strlen(value) > most)
		return fault(FAULT_INPUT, "%s.%s is longer than %zu bytes", key->section, key->name,
			most);
	if (key->kind == CONF_INT || key->kind == CONF_REAL)
		return check_number(key, value);
	if (key->kind == CONF_CHOICE)
		return check_choice(key, value);
	if (key->kind == CONF_URL)
		return check_url(key, value);
	if (key->kind == CONF_FOLDER && *value && *value != '/')
		return fault(FAULT_INPUT, "%s.%s takes a whole path, from /, not %s", key->section,
			key->name, value);
	return FAULT_NONE;
}

static const char *
conf_name_at(size_t i)
{
	return conf_keys[i].name;
}

static enum fault
conf_take(const char *section, const char *name, const char *value, int line, void *arg)
{
	struct conf *conf = arg;
	char dotted[128];
	(void)line;
	snprintf(dotted, sizeof dotted, "%s.%s", section, name);
	const struct conf_key *key = conf_find(dotted);
	if (!key) {
		const char *near = args_nearest(name, conf_name_at, conf_key_count);
		return near ? fault(FAULT_INPUT, "there is no setting %s; did you mean %s?", dotted,
				      near)
			    : fault(FAULT_INPUT,
				      "there is no setting %s; stoa config list names them",
				      dotted);
	}
	enum fault f = conf_check(key, value);
	if (f != FAULT_NONE)
		return f;
	char **slot = &conf->values[key - conf_keys];
	mem_free(*slot);
	*slot = mem_strdup(value);
	return FAULT_NONE;
}

enum fault
conf_parse(struct conf *conf, const char *label, const char *s, size_t len)
{
	return ini_text(label, s, len, conf_take, conf);
}

enum fault
conf_read(struct conf *conf, const char *path)
{
	enum fault f = ini_read(path, conf_take, conf);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

void
conf_clear(struct conf *conf)
{
	for (size_t i = 0; i < COUNT_OF(conf->values); i++)
		mem_free(conf->values[i]);
	*conf = (struct conf){ 0 };
}

/* ---- one line changed ------------------------------------------------------ */

static void
put_setting(struct text *out, const struct conf_key *key, const char *value)
{
	text_printf(out, "%s = %s\n", key->name, value);
}

/* Is this line `[section]`? */
static bool
line_opens(const char *line, size_t len, const char *section)
{
	size_t n = strlen(section);
	while (len && (*line == ' ' || *line == '\t'))
		line++, len--;
	return len >= n + 2 && line[0] == '[' && strncmp(line + 1, section, n) == 0 &&
	       line[n + 1] == ']';
}

static bool
line_sets(const char *line, size_t len, const char *name)
{
	size_t n = strlen(name);
	while (len && (*line == ' ' || *line == '\t'))
		line++, len--;
	if (len < n || strncmp(line, name, n) != 0)
		return false;
	line += n, len -= n;
	while (len && (*line == ' ' || *line == '\t'))
		line++, len--;
	return len && (*line == '=' || *line == ':');
}

enum fault
conf_edit(
	struct text *out, const char *s, size_t len, const struct conf_key *key, const char *value)
{
	bool inside = false, done = value == NULL, dropped = false;
	for (size_t at = 0; at < len;) {
		const char *line = s + at, *nl = memchr(line, '\n', len - at);
		size_t n = nl ? (size_t)(nl - line) + 1 : len - at;
		at += n;
		size_t blanks = 0;
		while (blanks < n && (line[blanks] == ' ' || line[blanks] == '\t'))
			blanks++;
		/* the indented lines a dropped value went on in */
		if (dropped && blanks > 0 && blanks < n && line[blanks] != '\n')
			continue;
		dropped = false;
		bool opens = blanks < n && line[blanks] == '[';
		if (opens && inside && !done) {
			put_setting(out, key, value);
			done = true;
		}
		if (opens)
			inside = line_opens(line, n, key->section);
		if (inside && line_sets(line, n, key->name)) {
			if (!done)
				put_setting(out, key, value);
			done = dropped = true;
			continue;
		}
		text_put_n(out, line, n);
		if (!nl)
			text_put_c(out, '\n');
	}
	if (!done) {
		if (!inside)
			text_printf(out, "%s[%s]\n", out->len ? "\n" : "", key->section);
		put_setting(out, key, value);
	}
	return text_check(out, "stoa.conf");
}

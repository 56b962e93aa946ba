/* stoa doctor: what there is, what is missing, and what to do about it.
 *
 * Each check is a row with a word for its state and, when something is wrong, the one
 * command that helps.  It asks for no passphrase and changes nothing.
 */
#include <langinfo.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <readline/readline.h>
#include "cli_in.h"
#include <term.h>     /* last: its macros are short words */

enum verdict { VERDICT_GOOD, VERDICT_NOTE, VERDICT_WARN, VERDICT_BAD };
struct finding { enum verdict verdict; const char *value, *advice; };
typedef struct finding check_fn(struct cli *c);

static const char *const verdict_words[] = { "ok", "note", "warn", "bad" };
static const enum paint verdict_paints[] = { PAINT_GOOD, PAINT_DIM, PAINT_WARN, PAINT_BAD };

#define GOOD(v) (struct finding){ VERDICT_GOOD, v, NULL }

static struct finding
check_version(struct cli *c)
{
	return GOOD(
		arena_printf(&c->arena, "stoa %s, readline %s", STOA_VERSION, rl_library_version));
}

static struct finding
folder(struct cli *c, const char *path)
{
	struct stat st;
	if (stat(path, &st) != 0)
		return (struct finding){ VERDICT_BAD, path,
			"the folder cannot be made: look at the rights of the one above" };
	if (st.st_uid != geteuid() || (st.st_mode & 077))
		return (struct finding){ VERDICT_WARN, path,
			arena_printf(&c->arena, "others can look in: chmod 700 '%s'", path) };
	return GOOD(path);
}

static struct finding
check_config(struct cli *c)
{
	return folder(c, c->places.config);
}

static struct finding
check_data(struct cli *c)
{
	return folder(c, c->places.data);
}

static struct finding
check_state(struct cli *c)
{
	return folder(c, c->places.state);
}

static struct finding
check_conf(struct cli *c)
{
	const char *path = arena_printf(&c->arena, "%s/stoa.conf", c->places.config);
	return access(path, F_OK) == 0
		       ? GOOD(path)
		       : (struct finding){ VERDICT_NOTE, "every setting at its default", NULL };
}

static struct finding
check_disk(struct cli *c)
{
	struct statvfs v;
	if (statvfs(c->places.data, &v) != 0)
		return (struct finding){ VERDICT_WARN, "not known", NULL };
	int64_t left = (int64_t)v.f_bavail * (int64_t)v.f_frsize;
	const char *value = arena_printf(&c->arena, "%s free", size_text(&c->arena, left));
	if (left < 200 * 1000 * 1000)
		return (struct finding){ VERDICT_WARN, value,
			"room runs out: stoa docs rm, or move the data folder" };
	return GOOD(value);
}

static struct finding
check_store(struct cli *c)
{
	struct backend_lock l = { 0 };
	if (backend_lock_state(&l, c->backend) != FAULT_NONE)
		return (struct finding){ VERDICT_BAD, arena_strdup(&c->arena, fault_sentence()),
			"restore a copy of the data folder" };
	if (l.fresh)
		return (struct finding){ VERDICT_NOTE, "nothing kept yet", "stoa init" };
	const char *slots = arena_printf(
		&c->arena, "%zu way%s to unlock", l.slot_count, l.slot_count == 1 ? "" : "s");
	bool only_keyring = l.slot_count == 1 && l.slots[0].type == BACKEND_KEYRING;
	bool only_phrase = l.slot_count == 1 && l.slots[0].type == BACKEND_PASSPHRASE;
	bool as_left = l.anchor != BACKEND_ANCHOR_BEHIND && l.anchor != BACKEND_ANCHOR_ALTERED;
	if (l.read_only && as_left)
		return (struct finding){ VERDICT_WARN, "read only: its file or folder cannot be written",
			"look at the disk and at who may write there" };
	if (l.read_only)
		return (struct finding){ VERDICT_BAD, "read only: it is not as it was left",
			"stoa vault status" };
	if (only_keyring)
		return (struct finding){ VERDICT_WARN, "only the keyring unlocks it",
			"stoa vault sheet" };
	if (only_phrase)
		return (struct finding){ VERDICT_NOTE, "only the passphrase unlocks it",
			"a sheet for the day it is forgotten: stoa vault sheet" };
	for (size_t i = 0; i < l.slot_count; i++)
		if (l.slots[i].type == BACKEND_OPEN)
			return (struct finding){ VERDICT_NOTE,
				"no lock: the key is in a file beside it", "stoa vault passwd" };
	return GOOD(slots);
}

static struct finding
check_library(struct cli *c)
{
	const void *reply = NULL;
	struct backend_handlers quiet = { 0 };
	enum fault f = backend_call_wait(
		&reply, &c->arena, c->backend, "health.get", &(struct nothing){ 0 }, &quiet);
	if (f != FAULT_NONE)
		return (struct finding){ VERDICT_WARN, arena_strdup(&c->arena, fault_sentence()),
			NULL };
	const struct health *h = reply;
	const char *value = arena_printf(&c->arena, "%lld documents, %lld passages",
		(long long)h->documents, (long long)h->passages);
	if (h->documents == 0)
		return (struct finding){ VERDICT_NOTE, value, "stoa add FOLDER" };
	return GOOD(value);
}

static struct finding
check_memory(struct cli *c)
{
	struct rlimit r;
	if (getrlimit(RLIMIT_MEMLOCK, &r) != 0 || r.rlim_cur == RLIM_INFINITY)
		return GOOD("no limit of locked memory");
	const char *value = arena_printf(
		&c->arena, "%s may be locked", size_text(&c->arena, (int64_t)r.rlim_cur));
	if (r.rlim_cur < 64 * 1024)
		return (struct finding){ VERDICT_WARN, value,
			"keys may reach swap: raise memlock in /etc/security/limits.conf" };
	return GOOD(value);
}

static struct finding
check_locale(struct cli *c)
{
	const char *set = nl_langinfo(CODESET);
	if (!c->utf8)
		return (struct finding){ VERDICT_WARN, arena_strdup(&c->arena, set),
			"letters are shown as question marks: export LANG=C.UTF-8" };
	return GOOD(arena_strdup(&c->arena, set));
}

static struct finding
check_terminal(struct cli *c)
{
	const char *term = getenv("TERM");
	int error = 0;
	if (!c->out_terminal)
		return (struct finding){ VERDICT_NOTE, "standard output is no terminal", NULL };
	if (!term || setupterm(term, STDOUT_FILENO, &error) != 0)
		return (struct finding){ VERDICT_WARN,
			term ? arena_strdup(&c->arena, term) : "TERM is not set",
			"apt install ncurses-term, or export TERM=xterm" };
	int colours = tigetnum("colors");
	return GOOD(arena_printf(&c->arena, "%s, %d colours, %zu columns%s", term,
		colours > 0 ? colours : 0, c->width, c->colour ? "" : ", shown without"));
}

/* What the screen can show there: true colour is told by COLORTERM, since few
 * descriptions of terminals say it. */
static struct finding
check_colours(struct cli *c)
{
	const char *term = getenv("TERM"), *deep = getenv("COLORTERM");
	int error = 0;
	if (!term || setupterm(term, STDOUT_FILENO, &error) != 0)
		return (struct finding){ VERDICT_NOTE, "not known", NULL };
	int colours = tigetnum("colors");
	bool full = (deep && (str_same(deep, "truecolor") || str_same(deep, "24bit"))) || tigetflag("RGB") > 0;
	if (getenv("NO_COLOR"))
		return (struct finding){ VERDICT_NOTE, "NO_COLOR is set: attributes only", NULL };
	if (colours < 8)
		return (struct finding){ VERDICT_NOTE, "no colours; every state has a word as well", NULL };
	if (full)
		return GOOD("true colour");
	return GOOD(arena_printf(&c->arena, "%d; true colour is not said (COLORTERM)", colours));
}

static struct finding
check_multiplexer(struct cli *c)
{
	const char *term = getenv("TERM");
	(void)c;
	if (getenv("TMUX"))
		return GOOD("tmux: copies need `set -g set-clipboard on` and `allow-passthrough on` there");
	if (getenv("STY") && term && str_starts(term, "screen"))
		return GOOD("screen: copies are handed through in pieces");
	if (getenv("STY"))
		return (struct finding){ VERDICT_WARN, "screen, but TERM does not say so", "export TERM=screen-256color" };
	return GOOD("neither tmux nor screen");
}

static struct finding
check_clipboard(struct cli *c)
{
	const char *set = conf_get(&c->conf, "screen.clipboard");
	const char *way = c->front ? c->front->copies(set) : "";
	if (!*way)
		return (struct finding){ VERDICT_WARN, "no wl-copy, xclip or xsel is here", "stoa config set screen.clipboard auto" };
	return GOOD(arena_printf(&c->arena, "copies leave by %s", way));
}

static struct finding
check_widths(struct cli *c)
{
	struct text t;
	text_init(&t, 1024);
	enum fault f = c->front ? c->front->widths(&t, c->places.state) : FAULT_ABSENT;
	const char *words = f == FAULT_NONE ? arena_strdup(&c->arena, t.data) : "this terminal was not measured yet: the screen does it when it opens";
	text_clear(&t);
	return GOOD(words);
}

static struct finding
check_theme(struct cli *c)
{
	const char *name = conf_get(&c->conf, "screen.theme");
	const char *shipped = shipped_folder(&c->arena, "themes");
	const char *own = arena_printf(&c->arena, "%s/themes", c->places.config);
	if (c->front && c->front->theme(name, own, shipped) != FAULT_NONE)
		return (struct finding){ VERDICT_WARN, arena_strdup(&c->arena, fault_sentence()), "mend it, or: stoa config set screen.theme" };
	if (!shipped)
		return (struct finding){ VERDICT_WARN, "the themes are not installed; plain is in the program", "make install" };
	return GOOD(name);
}

static void
keys_ignored(const struct cli_action *row, void *arg)
{
	(void)row, (void)arg;
}

static struct finding
check_keys(struct cli *c)
{
	const char *file = arena_printf(&c->arena, "%s/keys.conf", c->places.config);
	const char *set = conf_get(&c->conf, "screen.keys");
	if (c->front && c->front->actions(keys_ignored, NULL, set, file) != FAULT_NONE)
		return (struct finding){ VERDICT_WARN, arena_strdup(&c->arena, fault_sentence()), "mend that line; the keys of the set hold until then" };
	return GOOD(access(file, F_OK) == 0 ? arena_printf(&c->arena, "%s, and %s", set, file) : set);
}

static struct finding
check_extract(struct cli *c)
{
	struct text path;
	text_init(&path, 4096);
	enum fault f = helper_path(&path, "stoa-extract");
	const char *where = arena_strndup(&c->arena, path.data ? path.data : "", path.len);
	text_clear(&path);
	if (f != FAULT_NONE || access(where, X_OK) != 0)
		return (struct finding){ VERDICT_BAD,
			"stoa-extract is missing: documents cannot be read", "make install" };
	return GOOD(where);
}

/* Where a program is in PATH; NULL: nowhere. */
static const char *
program(struct cli *c, const char *name)
{
	const char *path = getenv("PATH");
	while (path && *path) {
		size_t n = strcspn(path, ":");
		const char *whole = arena_printf(&c->arena, "%.*s/%s", (int)n, path, name);
		if (n && access(whole, X_OK) == 0)
			return whole;
		path += n + (path[n] == ':');
	}
	return NULL;
}

static struct finding
check_japanese(struct cli *c)
{
	(void)c;
	if (access("/usr/share/poppler", R_OK) == 0)
		return GOOD("poppler-data is there");
	return (struct finding){ VERDICT_WARN, "PDFs in Japanese or Chinese may give no text",
		"apt install poppler-data" };
}

static struct finding
check_keyring(struct cli *c)
{
	const char *where = program(c, "secret-tool");
	if (!where)
		return (struct finding){ VERDICT_NOTE,
			"no secret-tool: the keyring cannot hold the key",
			"apt install libsecret-tools" };
	return GOOD(where);
}

static struct finding
check_opener(struct cli *c)
{
	const char *where = program(c, "xdg-open");
	if (!where)
		return (struct finding){ VERDICT_NOTE,
			"no xdg-open: originals are named, not opened", "apt install xdg-utils" };
	return GOOD(where);
}

static struct finding
check_editor(struct cli *c)
{
	const char *editor = getenv("VISUAL");
	if (!editor || !*editor)
		editor = getenv("EDITOR");
	if (editor && *editor)
		return GOOD(editor);
	return program(c, "vi")
		       ? (struct finding){ VERDICT_NOTE, "vi", "export EDITOR=... for another" }
		       : (struct finding){ VERDICT_NOTE, "none", "export EDITOR=..." };
}

static struct finding
check_model(struct cli *c)
{
	const char *url = conf_get(&c->conf, "llm.base_url");
	if (!*url)
		return (struct finding){ VERDICT_NOTE, "none set up: nothing is ever sent anywhere",
			NULL };
	if (!*conf_get(&c->conf, "llm.model"))
		return (struct finding){ VERDICT_WARN, url, "stoa config set llm.model NAME" };
	return GOOD(arena_printf(&c->arena, "%s at %s", conf_get(&c->conf, "llm.model"), url));
}

static struct finding
check_first_log(struct cli *c)
{
	struct stat st;
	const char *path = arena_printf(&c->arena, "%s/log", c->places.state);
	if (stat(path, &st) != 0)
		return (struct finding){ VERDICT_NOTE, "none yet", NULL };
	return GOOD(arena_printf(&c->arena, "%s, %s", path, size_text(&c->arena, st.st_size)));
}

/* The server program: beside this one in a build tree, else where it is installed. */
static struct finding
check_server(struct cli *c)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	self[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(self, '/');
	const char *const places[] = {
		slash == NULL ? "" : arena_printf(&c->arena, "%.*s/stoad", (int)(slash - self), self),
		STOA_PREFIX "/sbin/stoad",
	};
	for (size_t i = 0; i < COUNT_OF(places); i++)
		if (access(places[i], X_OK) == 0)
			return GOOD(places[i]);
	return (struct finding){ VERDICT_NOTE, "stoad is not installed", "only needed to serve a class from this machine: make install" };
}

static const struct {
	const char *name;
	check_fn *run;
	bool needs_store;
} checks[] = {
	{ "version", check_version, false },
	{ "config", check_config, false },
	{ "settings", check_conf, false },
	{ "data", check_data, false },
	{ "state", check_state, false },
	{ "log", check_first_log, false },
	{ "disk", check_disk, false },
	{ "store", check_store, true },
	{ "library", check_library, true },
	{ "memory", check_memory, false },
	{ "locale", check_locale, false },
	{ "terminal", check_terminal, false },
	{ "colours", check_colours, false }, { "inside", check_multiplexer, false }, { "widths", check_widths, false }, { "clipboard", check_clipboard, false },
	{ "theme", check_theme, false }, { "keys", check_keys, false },
	{ "extract", check_extract, false },
	{ "server", check_server, false },
	{ "fonts", check_japanese, false },
	{ "keyring", check_keyring, false },
	{ "opener", check_opener, false },
	{ "editor", check_editor, false },
	{ "model", check_model, false },
};

static void
finding_print(struct cli *c, const char *name, const struct finding *f)
{
	if (!c->json) {
		out_putf(c, verdict_paints[f->verdict], "%-5s", verdict_words[f->verdict]);
		out_wrapped(c, PAINT_NONE, arena_printf(&c->arena, "%-10s", name), 15, f->value);
		if (f->advice)
			out_wrapped(c, PAINT_BOLD, "               -> ", 18, f->advice);
		return;
	}
	struct text t;
	text_init(&t, 65536);
	text_printf(&t, "{\"check\":\"%s\",\"state\":\"%s\",\"value\":", name,
		verdict_words[f->verdict]);
	json_put_string(&t, f->value);
	text_put(&t, ",\"advice\":");
	if (f->advice)
		json_put_string(&t, f->advice);
	else
		text_put(&t, "null");
	text_put_c(&t, '}');
	out_json(c, &t);
	text_clear(&t);
}

enum fault
verb_doctor(struct cli *c)
{
	enum fault f = session_conf(c);
	if (f != FAULT_NONE) {
		bool placed = c->places.config != NULL;
		struct finding broken = { VERDICT_BAD, arena_strdup(&c->arena, fault_sentence()),
			placed ? "mend that line" : "set STOA_HOME to a folder that can be written" };
		finding_print(c, placed ? "settings" : "folders", &broken);
		c->status = 1;
		return FAULT_NONE;
	}
	f = session_open(c);
	const char *closed = f == FAULT_NONE ? NULL : arena_strdup(&c->arena, fault_sentence());
	for (size_t i = 0; i < COUNT_OF(checks); i++) {
		if (checks[i].needs_store && closed) {
			struct finding broken = { VERDICT_BAD, closed, NULL };
			finding_print(c, checks[i].name, &broken);
			c->status = 1;
			continue;
		}
		struct finding finding = checks[i].run(c);
		finding_print(c, checks[i].name, &finding);
		if (finding.verdict == VERDICT_BAD)
			c->status = 1;
	}
	return FAULT_NONE;
}

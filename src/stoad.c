/* stoad -- the server program: an engine, its key, and the server room around it.
 *
 * Without configuration it serves on this machine only, from a folder of its own.
 * What is set on the command line goes before what the file says. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stoa/server.h"

struct program {
	struct server_conf conf;
	struct arena arena;
	const char *conf_path, *data;
	struct server_outside outside;
	struct engine *engine;
	struct server *server;
	struct loop *loop;
	int64_t deadline_ms;                 /* of draining; 0: not yet */
	char password[256];
};

static const char *
text(const struct program *p, const char *section, const char *name)
{
	return server_conf_text(&p->conf, section, name);
}

static int64_t
number(const struct program *p, const char *section, const char *name)
{
	return (int64_t)server_conf_number(&p->conf, section, name);
}

/* ---- the key -------------------------------------------------------------------- */

static enum fault
key_from_command(struct vault_secret *out, const char *command)
{
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };
	const struct child_limits limits = { .wall_ms = 30000, .output_bytes = 4096, .trusted = true };
	struct child c;
	int status = 0;
	enum fault f = child_start(&c, argv, -1, &limits);
	if (f != FAULT_NONE)
		return f;
	f = vault_secret_read(out, c.from_fd);
	enum fault ended = child_end(&c, &status);
	if (f == FAULT_NONE && (ended != FAULT_NONE || status != 0)) {
		vault_secret_clear(out);
		return fault(FAULT_SYSTEM, "the command for the key of the store failed");
	}
	return f;
}

/* Made on first start, when it is the one beside the store. */
static enum fault
key_from_file(struct vault_secret *out, const char *path, bool make)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0) {
		enum fault f = vault_secret_read(out, fd);
		close(fd);
		return f;
	}
	if (errno != ENOENT || !make)
		return fault_errno("the key %s cannot be read", path);
	enum fault f = vault_key_make(out);
	if (f == FAULT_NONE)
		f = file_write(path, out->bytes, out->len);
	return f;
}

static enum fault
unlock(struct program *p)
{
	struct lock_state state;
	struct vault_secret key = { NULL, 0 };
	const char *command = text(p, "store", "key_command"), *file = text(p, "store", "key_file");
	enum fault f = engine_lock_state(&state, p->engine);
	if (f == FAULT_NONE)
		f = command != NULL ? key_from_command(&key, command)
		    : file != NULL  ? key_from_file(&key, file, false)
				    : key_from_file(&key, arena_printf(&p->arena, "%s/stoad.key", p->data), state.fresh);
	if (f == FAULT_NONE)
		f = state.fresh ? engine_seal_new(p->engine, SLOT_KEY_FILE, &key, "stoad")
				: engine_unlock(p->engine, SLOT_KEY_FILE, &key);
	vault_secret_clear(&key);
	return f;
}

/* ---- the engine ------------------------------------------------------------------- */

static enum fault
password_read(struct program *p)
{
	const char *path = text(p, "mail", "password_file");
	struct text t;
	if (path == NULL)
		return FAULT_NONE;
	text_init(&t, sizeof p->password - 1);
	enum fault f = file_read(&t, path);
	if (f == FAULT_NONE)
		snprintf(p->password, sizeof p->password, "%.*s", (int)strcspn(t.data, "\r\n"), t.data);
	if (t.data != NULL)
		vault_wipe(t.data, t.cap);
	text_clear(&t);
	return f;
}

static void
mail_set(struct program *p)
{
	p->outside.mail = (struct server_mail){
		.url = text(p, "mail", "url"),
		.user = text(p, "mail", "user"),
		.password = p->password[0] != '\0' ? p->password : NULL,
		.from = text(p, "mail", "from"),
		.from_name = text(p, "mail", "from_name"),
	};
}

static struct engine_config
engine_config(struct program *p)
{
	const int64_t hour_ms = INT64_C(3600000);
	const char *url = text(p, "store", "url");
	return (struct engine_config){
		.url = url,
		.driver = url != NULL ? &store_postgres : NULL,
		.database = arena_printf(&p->arena, "%s/stoad.db", p->data),
		.anchor = arena_printf(&p->arena, "%s/stoad.anchor", p->data),
		.library_folder = arena_printf(&p->arena, "%s/library", p->data),
		.upload_folder = arena_printf(&p->arena, "%s/uploads", p->data),
		.clock = &clock_system,
		.chance = &chance_system,
		.llm_base_url = text(p, "llm", "base_url"),
		.llm_model = text(p, "llm", "model"),
		.llm_embedding_model = text(p, "llm", "embedding_model"),
		.llm_key_command = text(p, "llm", "key_command"),
		.llm_input_usd_per_mtok = server_conf_number(&p->conf, "llm", "input_usd_per_mtok"),
		.llm_output_usd_per_mtok = server_conf_number(&p->conf, "llm", "output_usd_per_mtok"),
		.llm_daily_budget_usd = server_conf_number(&p->conf, "llm", "daily_budget_usd"),
		.threshold_answer = server_conf_number(&p->conf, "answers", "threshold_answer"),
		.threshold_maybe = server_conf_number(&p->conf, "answers", "threshold_maybe"),
		.threshold_email = server_conf_number(&p->conf, "answers", "threshold_email"),
		.rates = {
			[LIMIT_GENERAL] = { number(p, "limits", "general_per_hour"), hour_ms },
			[LIMIT_ASK] = { number(p, "limits", "ask_per_hour"), hour_ms },
			[LIMIT_EXPORT] = { number(p, "limits", "export_per_day"), 24 * hour_ms },
			[LIMIT_ADMIN] = { number(p, "limits", "admin_per_hour"), hour_ms },
		},
		.upload_count_max = number(p, "limits", "documents_per_user"),
		.upload_bytes_max = number(p, "limits", "documents_mib_per_user") * 1024 * 1024,
		.inbox = text(p, "mail", "inbox"),
		.outside = server_outside(&p->outside),
	};
}

static enum fault
open_engine(struct program *p)
{
	p->data = text(p, "server", "data");
	if (p->data == NULL)
		return fault(FAULT_INPUT, "say where the data is: --data FOLDER, or data in [server] of stoad.conf");
	enum fault f = folder_make(p->data);
	if (f == FAULT_NONE)
		f = password_read(p);
	if (f != FAULT_NONE)
		return f;
	mail_set(p);
	const struct engine_config config = engine_config(p);
	f = vault_start();
	if (f == FAULT_NONE)
		f = engine_open(&p->engine, &config);
	if (f == FAULT_NONE)
		f = unlock(p);
	return f;
}

/* ---- serving --------------------------------------------------------------------------- */

static void
look(void *arg)
{
	struct program *p = arg;
	if (server_busy(p->server) == 0 || clock_system.mono_ms(NULL) >= p->deadline_ms)
		loop_stop(p->loop);
	else
		loop_timer(p->loop, 50, look, p);
}

static void
on_stop(void *arg)
{
	struct program *p = arg;
	if (p->deadline_ms != 0) { /* asked twice: now */
		loop_stop(p->loop);
		return;
	}
	log_event(LOG_INFO, "server", "drain", "busy=%d", server_busy(p->server));
	p->deadline_ms = clock_system.mono_ms(NULL) + 1000 * number(p, "server", "drain_seconds");
	server_drain(p->server);
	look(p);
}

static enum fault
open_server(struct program *p)
{
	const struct server_config config = {
		.engine = p->engine,
		.clock = &clock_system,
		.chance = &chance_system,
		.listen = server_conf_get(&p->conf, "server", "listen"),
		.uploads_folder = arena_printf(&p->arena, "%s/uploads", p->data),
		.threads = (unsigned)number(p, "server", "threads"),
		.workers = (unsigned)number(p, "server", "workers"),
		.limits = {
			.connections = (int)number(p, "limits", "connections"),
			.calls = (int)number(p, "limits", "calls"),
			.body_bytes = (size_t)number(p, "limits", "body_kib") * 1024,
			.upload_bytes = (size_t)number(p, "limits", "upload_mib") * 1024 * 1024,
		},
	};
	return server_open(&p->server, &config);
}

static enum fault
serve(struct program *p)
{
	enum fault f = loop_new(&p->loop, &clock_system);
	if (f == FAULT_NONE)
		f = open_engine(p);
	if (f == FAULT_NONE)
		f = open_server(p);
	if (f == FAULT_NONE)
		f = loop_signal(p->loop, SIGTERM, on_stop, p);
	if (f == FAULT_NONE)
		f = loop_signal(p->loop, SIGINT, on_stop, p);
	if (f == FAULT_NONE)
		f = server_start(p->server);
	if (f == FAULT_NONE) {
		const char *url = server_url(p->server);
		printf("stoad listens on %s; connect with: stoa login %s\n", url, url);
		fflush(stdout);
		f = loop_run(p->loop);
	}
	server_close(p->server);
	engine_close(p->engine);
	loop_free(p->loop);
	return f;
}

/* ---- the other verbs ----------------------------------------------------------------------- */

static enum fault
admin(struct program *p)
{
	const char *code = NULL;
	enum fault f = open_engine(p);
	if (f == FAULT_NONE)
		f = engine_first_admin(&code, &p->arena, p->engine);
	if (f == FAULT_NONE)
		printf("The first administrator joins with this code, once, within a day: %s\n", code);
	engine_close(p->engine);
	return f;
}

static enum fault
print(void (*put)(struct text *out))
{
	struct text t;
	text_init(&t, 8u * 1024 * 1024);
	put(&t);
	enum fault f = fd_write_all(1, t.data, t.len);
	text_clear(&t);
	return f;
}

static enum fault
print_conf(struct program *p)
{
	(void)p;
	return print(server_conf_print);
}

static enum fault
print_conf_manual(struct program *p)
{
	(void)p;
	return print(server_conf_manual);
}

static enum fault
print_openapi(struct program *p)
{
	(void)p;
	return print(server_openapi);
}

static enum fault
print_api_manual(struct program *p)
{
	(void)p;
	return print(server_api_manual);
}

static const struct verb {
	const char *name, *help;
	enum fault (*run)(struct program *p);
} verbs[] = {
	{ "serve", "serve until SIGTERM (the default)", serve },
	{ "admin", "print a code that makes the first administrator", admin },
	{ "openapi", "print the API as an OpenAPI 3.1 text", print_openapi },
	{ "conf", "print a stoad.conf with every setting, its help and default", print_conf },
	{ "conf-manual", "print the list of settings for the manual page", print_conf_manual },
	{ "api-manual", "print the list of operations for the manual page", print_api_manual },
};

/* ---- the command line ------------------------------------------------------------------------ */

static const struct flag {
	const char *name, *section, *key, *help;
} flags[] = {
	{ "listen", "server", "listen", "ADDRESS:PORT; port 0 takes any that is free" },
	{ "data", "server", "data", "folder of store, library and uploads" },
	{ "threads", "server", "threads", "listeners" },
	{ "workers", "server", "workers", "calls worked on at once" },
	{ "log-format", "log", "format", "text or json" },
	{ "log-level", "log", "level", "debug, info, warn or error" },
};
#define FLAG_CONF 100
#define FLAG_HELP 101
#define FLAG_VERSION 102

static void
usage(FILE *out)
{
	fprintf(out, "usage: stoad [VERB] [--conf FILE] [--FLAG VALUE]...\n\n");
	for (size_t i = 0; i < COUNT_OF(verbs); i++)
		fprintf(out, "  %-14s %s\n", verbs[i].name, verbs[i].help);
	fprintf(out, "\n");
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		fprintf(out, "  --%-12s %s\n", flags[i].name, flags[i].help);
	fprintf(out, "  --%-12s settings; stoad.conf(5)\n", "conf");
}

/* Flags first into a list: they go before the file, which is read between. */
static enum fault
take_flags(struct program *p, const char *const values[COUNT_OF(flags)])
{
	enum fault f = p->conf_path != NULL ? server_conf_read(&p->conf, p->conf_path) : FAULT_NONE;
	for (size_t i = 0; i < COUNT_OF(flags) && f == FAULT_NONE; i++)
		if (values[i] != NULL)
			f = server_conf_set(&p->conf, flags[i].section, flags[i].key, values[i]);
	return f;
}

static enum fault
start_log(const struct program *p)
{
	static const char *const levels[] = { "debug", "info", "warn", "error" };
	size_t level = 0;
	while (level < COUNT_OF(levels) - 1 && !str_same(levels[level], server_conf_get(&p->conf, "log", "level")))
		level++;
	return log_open(NULL, (enum log_level)level, str_same(server_conf_get(&p->conf, "log", "format"), "json"));
}

static int
read_arguments(struct program *p, const char *values[COUNT_OF(flags)], int argc, char *argv[])
{
	struct option options[COUNT_OF(flags) + 4] = { { NULL, 0, NULL, 0 } };
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		options[i] = (struct option){ flags[i].name, required_argument, NULL, (int)i };
	options[COUNT_OF(flags)] = (struct option){ "conf", required_argument, NULL, FLAG_CONF };
	options[COUNT_OF(flags) + 1] = (struct option){ "help", no_argument, NULL, FLAG_HELP };
	options[COUNT_OF(flags) + 2] = (struct option){ "version", no_argument, NULL, FLAG_VERSION };
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (c == FLAG_CONF)
			p->conf_path = optarg;
		else if (c == FLAG_HELP || c == FLAG_VERSION || c == '?')
			return c;
		else
			values[c] = optarg;
	}
	return optind < argc - 1 ? '?' : 0;
}

int
main(int argc, char *argv[])
{
	struct program p = { .arena = { .top = NULL } };
	const char *values[COUNT_OF(flags)] = { NULL };
	const struct verb *verb = &verbs[0];
	int odd = read_arguments(&p, values, argc, argv);
	for (size_t i = 0; optind < argc && i <= COUNT_OF(verbs); i++) {
		verb = i < COUNT_OF(verbs) ? &verbs[i] : NULL;
		if (verb != NULL && str_same(verb->name, argv[optind]))
			break;
	}
	if (odd == FLAG_VERSION) {
		puts("stoad " STOA_VERSION);
		return 0;
	}
	if (odd != 0 || verb == NULL) {
		usage(odd == FLAG_HELP ? stdout : stderr);
		return odd == FLAG_HELP ? 0 : 2;
	}
	enum fault f = take_flags(&p, values);
	if (f == FAULT_NONE)
		f = start_log(&p);
	if (f == FAULT_NONE)
		f = verb->run(&p);
	if (f != FAULT_NONE)
		fprintf(stderr, "stoad: %s\n", fault_sentence());
	vault_wipe(p.password, sizeof p.password);
	server_conf_clear(&p.conf);
	arena_clear(&p.arena);
	return fault_exit_status(f);
}

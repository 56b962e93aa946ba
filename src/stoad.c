/* stoad -- the server program: settings, signals, verbs around the server room.
 *
 * Without configuration it serves on this machine only, from a folder of its own.
 * What is set on the command line goes before what the file says. */
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stoa/server.h"
#include "stoa/wire.h"

struct program {
	struct server_setup setup;
	const char *conf_path;
	const char *argument;                /* of the verb; NULL: none */
	const char *const *flags;            /* as given; NULL: not */
	struct server *server;
	struct loop *loop;
	bool stopping;
	int64_t deadline_ms;                 /* of draining */
};

static int64_t
number(const struct program *p, const char *section, const char *name)
{
	return (int64_t)server_conf_number(&p->setup.conf, section, name);
}

/* ---- settings ---------------------------------------------------------------------------- */

static const struct flag {
	const char *name, *section, *key, *help;
	bool folder;
} flags[] = {
	{ "listen", "server", "listen", "ADDRESS:PORT; port 0 takes any that is free", false },
	{ "data", "server", "data", "folder of store, library and uploads", true },
	{ "uploads", "server", "uploads", "folder of uploads, one a server; in the data folder unless told", true },
	{ "threads", "server", "threads", "listeners", false },
	{ "workers", "server", "workers", "calls worked on at once", false },
	{ "log-format", "log", "format", "text or json", false },
	{ "log-level", "log", "level", "debug, info, warn or error", false },
};

static enum fault
read_settings(struct program *p, struct server_conf *conf)
{
	enum fault f = p->conf_path != NULL ? server_conf_read(conf, p->conf_path) : FAULT_NONE;
	if (f == FAULT_NONE && p->setup.lan)
		f = server_conf_set(conf, "server", "listen", "0.0.0.0:8443");
	for (size_t i = 0; i < COUNT_OF(flags) && f == FAULT_NONE; i++)
		if (p->flags[i] != NULL)
			f = server_conf_set(conf, flags[i].section, flags[i].key, p->flags[i]);
	return f;
}

static enum fault
start_log(const struct server_conf *conf)
{
	static const char *const levels[] = { "debug", "info", "warn", "error" };
	size_t level = 0;
	while (level < COUNT_OF(levels) - 1 && !str_same(levels[level], server_conf_get(conf, "log", "level")))
		level++;
	return log_open(NULL, (enum log_level)level, str_same(server_conf_get(conf, "log", "format"), "json"));
}

static struct server_limits
limits_of(const struct server_conf *c)
{
	return (struct server_limits){
		.connections = (int)server_conf_number(c, "limits", "connections"),
		.per_address = (int)server_conf_number(c, "limits", "connections_per_address"),
		.lives = (int)server_conf_number(c, "limits", "live"),
		.live_idle_ms = (int)server_conf_number(c, "limits", "live_idle_minutes") * 60 * 1000,
		.calls = (int)server_conf_number(c, "limits", "calls"),
		.body_bytes = (size_t)server_conf_number(c, "limits", "body_kib") * 1024,
		.upload_bytes = (size_t)server_conf_number(c, "limits", "upload_mib") * 1024 * 1024,
		.head_ms = 1000 * (int)server_conf_number(c, "limits", "head_seconds"),
		.body_ms = 1000 * (int)server_conf_number(c, "limits", "body_seconds"),
		.stall_ms = 1000 * (int)server_conf_number(c, "limits", "stall_seconds"),
	};
}

/* SIGHUP: a mistake anywhere leaves everything as it was. */
static void
on_reload(void *arg)
{
	struct program *p = arg;
	struct server_setup fresh;
	struct engine_rate rates[ENGINE_RATES];
	server_setup_init(&fresh);
	enum fault f = read_settings(p, &fresh.conf);
	if (f == FAULT_NONE)
		f = people_providers_check(fresh.providers, fresh.provider_count);
	const struct server_limits limits = limits_of(&fresh.conf);
	if (f == FAULT_NONE)
		f = server_reload(p->server, &limits);
	if (f == FAULT_NONE) {
		server_rates(rates, &fresh.conf);
		engine_set_rates(p->setup.engine, rates);
		const struct people_jwt jwt = server_jwt(&fresh.conf);
		engine_set_providers(p->setup.engine, fresh.providers, fresh.provider_count, &jwt);
		f = start_log(&fresh.conf);
	}
	log_event(f == FAULT_NONE ? LOG_INFO : LOG_ERROR, "server", "reload", "result=%s why=%s", fault_name(f),
		f == FAULT_NONE ? "" : fault_sentence());
	server_setup_clear(&fresh);
}

/* ---- serving --------------------------------------------------------------------------- */

static void
look(void *arg)
{
	struct program *p = arg;
	if (server_busy(p->server) == 0 || clock_system.mono_ms(NULL) >= p->deadline_ms)
		loop_stop(p->loop);
	else
		loop_timer(p->loop, 20, look, p);
}

static void
drain(void *arg)
{
	struct program *p = arg;
	log_event(LOG_INFO, "server", "drain", "busy=%d", server_busy(p->server));
	p->deadline_ms = clock_system.mono_ms(NULL) + 1000 * number(p, "server", "drain_seconds");
	server_drain(p->server);
	look(p);
}

static void
on_stop(void *arg)
{
	struct program *p = arg;
	if (p->stopping) { /* asked twice: now */
		loop_stop(p->loop);
		return;
	}
	p->stopping = true;
	server_notify("STOPPING=1");
	server_unready(p->server);
	loop_timer(p->loop, 1000 * number(p, "server", "ready_delay_seconds"), drain, p);
}

static void
tend(void *arg)
{
	struct program *p = arg;
	server_tend(p->server);
	loop_timer(p->loop, 1000, tend, p);
}

static enum fault
open_server(struct program *p)
{
	struct server_setup *u = &p->setup;
	const struct server_config config = {
		.engine = u->engine,
		.clock = &clock_system,
		.chance = &chance_system,
		.listen = server_conf_get(&u->conf, "server", "listen"),
		.proxy = server_conf_text(&u->conf, "server", "proxy"),
		.certificate = u->certificate,
		.key = u->key,
		.http2 = str_same(server_conf_get(&u->conf, "tls", "http2"), "on"),
		.uploads_folder = u->uploads,
		.threads = (unsigned)number(p, "server", "threads"),
		.workers = (unsigned)number(p, "server", "workers"),
		.limits = limits_of(&u->conf),
	};
	return server_open(&p->server, &config);
}

static enum fault
greet(struct program *p)
{
	struct server_setup *u = &p->setup;
	const char *code = NULL;
	char pin[SERVER_PIN_BYTES], words[WIRE_PIN_WORDS];
	enum fault f = FAULT_NONE;
	printf("stoad listens on %s; connect with: stoa login %s\n", server_url(p->server), server_reach_url(p->server));
	if (u->lan) {
		f = server_pin(pin, u->certificate);
		if (f == FAULT_NONE)
			f = wire_pin_words(words, pin);
		if (f == FAULT_NONE)
			f = server_setup_code(&code, u);
		if (f == FAULT_NONE)
			printf("its key: %s\njoin with the code: %s\n", words, code);
	}
	fflush(stdout);
	return f;
}

static enum fault
serve(struct program *p)
{
	static const struct { int signo; loop_fn *fn; } signals[] = {
		{ SIGTERM, on_stop }, { SIGINT, on_stop }, { SIGHUP, on_reload },
	};
	enum fault f = loop_new(&p->loop, &clock_system);
	if (f == FAULT_NONE)
		f = server_setup_engine(&p->setup);
	if (f == FAULT_NONE)
		f = server_setup_certificate(&p->setup);
	if (f == FAULT_NONE)
		f = open_server(p);
	for (size_t i = 0; i < COUNT_OF(signals) && f == FAULT_NONE; i++)
		f = loop_signal(p->loop, signals[i].signo, signals[i].fn, p);
	if (f == FAULT_NONE)
		f = server_start(p->server);
	if (f == FAULT_NONE)
		f = greet(p);
	if (f == FAULT_NONE) {
		server_notify("READY=1");
		tend(p);
		f = loop_run(p->loop);
	}
	server_close(p->server);
	loop_free(p->loop);
	return f;
}

/* ---- the other verbs ----------------------------------------------------------------------- */

/* A verb for a store that is there makes none: a folder mistyped, or a stoad.conf that
 * names a PostgreSQL and was forgotten, would get one of its own. */
static enum fault
store_there(struct program *p)
{
	struct store_paths at;
	enum fault f = server_setup_paths(&at, &p->setup);
	if (f == FAULT_NONE && at.url == NULL && access(at.database, F_OK) != 0)
		f = fault(FAULT_ABSENT, "there is no store in %s; start stoad there first, or name its settings with --conf",
			p->setup.data);
	return f;
}

static enum fault
admin(struct program *p)
{
	const char *code = NULL;
	enum fault f = store_there(p);
	if (f == FAULT_NONE)
		f = server_setup_engine(&p->setup);
	if (f == FAULT_NONE)
		f = engine_first_admin(&code, &p->setup.arena, p->setup.engine);
	if (f == FAULT_NONE)
		printf("The first administrator joins with this code, once, within a day: %s\n", code);
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

/* The copy holds the store; the library's originals are ordinary files beside it. */
static enum fault
backup(struct program *p)
{
	enum fault f = store_there(p);
	if (f == FAULT_NONE)
		f = server_setup_store(&p->setup);
	if (f == FAULT_NONE)
		f = store_backup(p->setup.store, p->argument);
	store_close(p->setup.store);
	return f;
}

static enum fault
restore(struct program *p)
{
	struct store_paths to;
	enum fault f = server_setup_paths(&to, &p->setup);
	return f == FAULT_NONE ? store_restore(&to, p->argument) : f;
}

static enum fault
migrate(struct program *p)
{
	char *end;
	long version = strtol(p->argument, &end, 10);
	if (*end != '\0' || version < 0)
		return fault(FAULT_INPUT, "%s is not the number of a version", p->argument);
	enum fault f = store_there(p);
	if (f == FAULT_NONE)
		f = server_setup_store(&p->setup);
	if (f == FAULT_NONE)
		f = store_migrate(p->setup.store, (int)version);
	if (f == FAULT_NONE)
		printf("the store is at version %d\n", store_version(p->setup.store));
	store_close(p->setup.store);
	return f;
}

static const struct verb {
	const char *name, *argument, *help;
	enum fault (*run)(struct program *p);
} verbs[] = {
	{ "serve", NULL, "serve until SIGTERM (the default)", serve },
	{ "admin", NULL, "print a code that makes the first administrator", admin },
	{ "backup", "FILE", "copy the store into FILE while it is served", backup },
	{ "restore", "FILE", "put a copy back where no store is", restore },
	{ "migrate", "VERSION", "bring the store to a version of its schema, up or down", migrate },
	{ "openapi", NULL, "print the API as an OpenAPI 3.1 text", print_openapi },
	{ "conf", NULL, "print a stoad.conf with every setting, its help and default", print_conf },
	{ "conf-manual", NULL, "print the list of settings for the manual page", print_conf_manual },
	{ "api-manual", NULL, "print the list of operations for the manual page", print_api_manual },
};

/* ---- the command line ------------------------------------------------------------------------ */

enum { FLAG_CONF = 100, FLAG_LAN, FLAG_OPENAPI, FLAG_HELP, FLAG_VERSION };
static const struct option others[] = {
	{ "conf", required_argument, NULL, FLAG_CONF },
	{ "lan", no_argument, NULL, FLAG_LAN },
	{ "openapi", no_argument, NULL, FLAG_OPENAPI },
	{ "help", no_argument, NULL, FLAG_HELP },
	{ "version", no_argument, NULL, FLAG_VERSION },
	{ NULL, 0, NULL, 0 },
};

static int
usage(void)
{
	printf("usage: stoad [VERB] [--conf FILE] [--lan] [--FLAG VALUE]...\n\n");
	for (size_t i = 0; i < COUNT_OF(verbs); i++)
		printf("  %-14s %s\n", verbs[i].name, verbs[i].help);
	printf("\n");
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		printf("  --%-12s %s\n", flags[i].name, flags[i].help);
	printf("  --%-12s settings; stoad.conf(5)\n", "conf");
	printf("  --%-12s serve a classroom: every address, TLS with a key of its own, a join code\n", "lan");
	return 0;
}

static const struct verb *
verb_named(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(verbs); i++)
		if (str_same(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

/* What is wrong with the words behind the flags; true: nothing. */
static bool
read_words(struct program *p, const struct verb **verb, int count, char *words[])
{
	if (count > 0)
		*verb = verb_named(words[0]);
	if (*verb == NULL)
		fprintf(stderr, "stoad: there is no verb %s\n", words[0]);
	else if (count > 1 && (*verb)->argument == NULL)
		fprintf(stderr, "stoad: %s takes no argument, and %s is one\n", words[0], words[1]);
	else if (count > 2)
		fprintf(stderr, "stoad: %s takes one argument, and %s is another\n", words[0], words[2]);
	else if (count < 2 && (*verb)->argument != NULL)
		fprintf(stderr, "stoad: %s needs its argument %s\n", words[0], (*verb)->argument);
	else {
		p->argument = count > 1 ? words[1] : NULL;
		return true;
	}
	return false;
}

/* The flag that ends everything, '?' after a mistake, which it has named, or 0. */
static int
read_arguments(struct program *p, const struct verb **verb, const char *values[COUNT_OF(flags)], int argc, char *argv[])
{
	struct option options[COUNT_OF(flags) + COUNT_OF(others)];
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		options[i] = (struct option){ flags[i].name, required_argument, NULL, (int)i };
	memcpy(options + COUNT_OF(flags), others, sizeof others);
	for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (c == FLAG_CONF)
			p->conf_path = optarg;
		else if (c == FLAG_LAN)
			p->setup.lan = true;
		else if (c == FLAG_OPENAPI)
			*verb = verb_named("openapi");
		else if (c >= FLAG_HELP || c == '?')
			return c;
		else
			values[c] = optarg;
	}
	return read_words(p, verb, argc - optind, argv + optind) ? 0 : '?';
}

/* A folder of the command line is meant from where stoad is started; in a file it would
 * be meant from nowhere. */
static enum fault
whole_folders(const char *values[COUNT_OF(flags)], struct arena *a)
{
	char here[PATH_MAX];
	for (size_t i = 0; i < COUNT_OF(flags); i++) {
		if (!flags[i].folder || values[i] == NULL || values[i][0] == '\0' || values[i][0] == '/')
			continue;
		if (getcwd(here, sizeof here) == NULL)
			return fault_errno("--%s %s is in no folder that can be named", flags[i].name, values[i]);
		values[i] = arena_printf(a, "%s/%s", here, values[i]);
	}
	return FAULT_NONE;
}

int
main(int argc, char *argv[])
{
	struct program p = { .loop = NULL };
	const char *values[COUNT_OF(flags)] = { NULL };
	const struct verb *verb = &verbs[0];
	server_setup_init(&p.setup);
	p.flags = values;
	int odd = read_arguments(&p, &verb, values, argc, argv);
	if (odd == FLAG_VERSION)
		return puts("stoad " STOA_VERSION) < 0;
	if (odd == FLAG_HELP)
		return usage();
	if (odd != 0) {
		fprintf(stderr, "stoad: --help shows verbs and flags\n");
		return 2;
	}
	enum fault f = whole_folders(values, &p.setup.arena);
	if (f == FAULT_NONE)
		f = read_settings(&p, &p.setup.conf);
	if (f == FAULT_NONE)
		f = start_log(&p.setup.conf);
	if (f == FAULT_NONE)
		f = verb->run(&p);
	if (f != FAULT_NONE)
		fprintf(stderr, "stoad: %s\n", fault_sentence());
	engine_close(p.setup.engine);
	server_setup_clear(&p.setup);
	return fault_exit_status(f);
}

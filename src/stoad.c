/* stoad -- the server program: an engine, its key, and the server room around it.
 *
 * Without configuration it serves on this machine only, from a folder of its own. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "stoa/server.h"

#define DRAIN_MS 9000

struct options { const char *listen, *data; bool json; struct server_outside outside; };

/* The key of the store: made on first start, beside it, for this user alone. */
static enum fault
key_read(struct vault_secret *out, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0) {
		enum fault f = vault_secret_read(out, fd);
		close(fd);
		return f;
	}
	if (errno != ENOENT)
		return fault_errno("the key %s cannot be read", path);
	enum fault f = vault_key_make(out);
	if (f == FAULT_NONE)
		f = file_write(path, out->bytes, out->len);
	return f;
}

static enum fault
unlock(struct engine *e, const char *data)
{
	struct arena a;
	struct lock_state state;
	struct vault_secret key = { NULL, 0 };
	arena_init(&a);
	enum fault f = engine_lock_state(&state, e);
	if (f == FAULT_NONE)
		f = key_read(&key, arena_printf(&a, "%s/stoad.key", data));
	if (f == FAULT_NONE)
		f = state.fresh ? engine_seal_new(e, SLOT_KEY_FILE, &key, "stoad")
				: engine_unlock(e, SLOT_KEY_FILE, &key);
	vault_secret_clear(&key);
	arena_clear(&a);
	return f;
}

static enum fault
engine_for(struct engine **out, const struct options *o, struct arena *a)
{
	const struct engine_config config = {
		.database = arena_printf(a, "%s/stoad.db", o->data),
		.anchor = arena_printf(a, "%s/stoad.anchor", o->data),
		.library_folder = arena_printf(a, "%s/library", o->data),
		.clock = &clock_system,
		.chance = &chance_system,
		.threshold_email = 90,
		.outside = server_outside(&o->outside),
	};
	enum fault f = folder_make(o->data);
	if (f == FAULT_NONE)
		f = vault_start();
	if (f == FAULT_NONE)
		f = engine_open(out, &config);
	if (f == FAULT_NONE)
		f = unlock(*out, o->data);
	return f;
}

struct stopping { struct loop *loop; struct server *server; int64_t deadline_ms; };

static void
look(void *arg)
{
	struct stopping *s = arg;
	if (server_busy(s->server) == 0 || clock_system.mono_ms(NULL) >= s->deadline_ms)
		loop_stop(s->loop);
	else
		loop_timer(s->loop, 50, look, s);
}

static void
on_stop(void *arg)
{
	struct stopping *s = arg;
	if (s->deadline_ms != 0) { /* asked twice: now */
		loop_stop(s->loop);
		return;
	}
	s->deadline_ms = clock_system.mono_ms(NULL) + DRAIN_MS;
	server_drain(s->server);
	look(s);
}

static enum fault
serve(const struct options *o)
{
	struct arena a;
	struct engine *e = NULL;
	struct stopping s = { NULL, NULL, 0 };
	arena_init(&a);
	enum fault f = loop_new(&s.loop, &clock_system);
	if (f == FAULT_NONE)
		f = engine_for(&e, o, &a);
	const struct server_config config = {
		.engine = e,
		.clock = &clock_system,
		.chance = &chance_system,
		.listen = o->listen,
		.uploads_folder = arena_printf(&a, "%s/uploads", o->data),
	};
	if (f == FAULT_NONE)
		f = server_open(&s.server, &config);
	if (f == FAULT_NONE)
		f = loop_signal(s.loop, SIGTERM, on_stop, &s);
	if (f == FAULT_NONE)
		f = loop_signal(s.loop, SIGINT, on_stop, &s);
	if (f == FAULT_NONE)
		f = server_start(s.server);
	if (f == FAULT_NONE) {
		printf("stoad listens on %s; connect with: stoa login %s\n", server_url(s.server), server_url(s.server));
		fflush(stdout);
		f = loop_run(s.loop);
	}
	server_close(s.server);
	engine_close(e);
	loop_free(s.loop);
	arena_clear(&a);
	return f;
}

static const char usage[] = "usage: stoad --data FOLDER [--listen ADDRESS:PORT] [--log-format text|json]\n";

int
main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "data", required_argument, NULL, 'd' },
		{ "log-format", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	struct options o = { .listen = "127.0.0.1:8443" };
	int c;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (c) {
		case 'l':
			o.listen = optarg;
			break;
		case 'd':
			o.data = optarg;
			break;
		case 'f':
			o.json = str_same(optarg, "json");
			break;
		case 'v':
			puts("stoad " STOA_VERSION);
			return 0;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	if (o.data == NULL || optind < argc) {
		fputs(usage, stderr);
		return 2;
	}
	enum fault f = log_open(NULL, LOG_INFO, o.json);
	if (f == FAULT_NONE)
		f = serve(&o);
	if (f != FAULT_NONE)
		fprintf(stderr, "stoad: %s\n", fault_sentence());
	return fault_exit_status(f);
}

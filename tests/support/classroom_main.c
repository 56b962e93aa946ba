/* A server for tests: the engine without limits, one administrator, a known key.
 *
 *	classroom_main FOLDER PORT [postgresql://...]
 *
 * Prints "URL TOKEN USER" once it listens.  Ends when its standard input does, or by a
 * kill, which is what it is for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stoa/server.h"

#define TRY(what) do { if ((what) != FAULT_NONE) { fprintf(stderr, "classroom: %s\n", fault_sentence()); exit(1); } } while (0)

static struct engine *
engine_in(struct arena *a, const char *folder, const char *url)
{
	struct engine *e = NULL;
	struct lock_state state;
	struct vault_secret key;
	const struct engine_config config = {
		.database = arena_printf(a, "%s/stoad.db", folder),
		.anchor = arena_printf(a, "%s/stoad.anchor", folder),
		.library_folder = arena_printf(a, "%s/library", folder),
		.url = url,
		.driver = url != NULL ? &store_postgres : NULL,
		.clock = &clock_system,
		.chance = &chance_system,
		.limits_off = true,
	};
	TRY(folder_make(folder));
	TRY(vault_start());
	key = vault_secret_new(VAULT_KEY_BYTES);
	memset(key.bytes, 7, key.len);
	TRY(engine_open(&e, &config));
	TRY(engine_lock_state(&state, e));
	TRY(state.fresh ? engine_seal_new(e, SLOT_KEY_FILE, &key, "test") : engine_unlock(e, SLOT_KEY_FILE, &key));
	vault_secret_clear(&key);
	return e;
}

/* "TOKEN USER" of the administrator; made at the first start, then read again. */
static const char *
administrator(struct arena *a, struct engine *e, const char *folder)
{
	const char *path = arena_printf(a, "%s/administrator", folder), *code = NULL;
	void *reply = NULL;
	struct text line;
	text_init(&line, 1024);
	const char *kept = file_read(&line, path) == FAULT_NONE ? arena_strdup(a, line.data) : NULL;
	text_clear(&line);
	if (kept != NULL)
		return kept;
	TRY(engine_first_admin(&code, a, e));
	const struct auth_join join = { .code = code, .name = "Ada" };
	const struct principal nobody = { .role = ROLE_NONE };
	TRY(engine_call(&reply, a, e, &nobody, "auth.join", &join, NULL));
	const struct signed_in *in = reply;
	const char *out = arena_printf(a, "%s %s", in->token, in->user->id);
	TRY(file_write(path, out, strlen(out)));
	return out;
}

static void
on_input(int fd, unsigned ready, void *arg)
{
	char bytes[64];
	(void)ready;
	if (read(fd, bytes, sizeof bytes) <= 0)
		loop_stop(arg);
}

int
main(int argc, char *argv[])
{
	struct arena a;
	struct loop *loop = NULL;
	struct server *server = NULL;
	if (argc != 3 && argc != 4)
		return 2;
	arena_init(&a);
	TRY(log_open(arena_printf(&a, "%s.log", argv[1]), LOG_INFO, false));
	struct engine *e = engine_in(&a, argv[1], argv[3]);
	const struct server_config config = {
		.engine = e,
		.clock = &clock_system,
		.chance = &chance_system,
		.listen = arena_printf(&a, "127.0.0.1:%s", argv[2]),
		.uploads_folder = arena_printf(&a, "%s/uploads", argv[1]),
		.workers = 4,
	};
	const char *who = administrator(&a, e, argv[1]);
	TRY(loop_new(&loop, &clock_system));
	TRY(server_open(&server, &config));
	TRY(server_start(server));
	TRY(loop_watch(loop, 0, LOOP_READ, on_input, loop));
	printf("%s %s\n", server_url(server), who);
	fflush(stdout);
	TRY(loop_run(loop));
	server_close(server);
	engine_close(e);
	loop_free(loop);
	arena_clear(&a);
	return 0;
}

/* A client in a scratch folder and a server of its own. */
#ifndef STOA_REMOTE_TEST_H
#define STOA_REMOTE_TEST_H
#include "../stoa_test.h"
#include "../support/classroom.h"
#include "stoa/backend.h"

struct client {
	const char *dir;
	struct loop *loop;
	struct backend *b;
	struct backend_config config;
	struct backend_secret *token;
	struct arena arena;
	char note[512];                    /* what was said of the last call */
};

static inline void
client_seal(struct client *c)
{
	unsigned char key[32] = { 1, 2, 3 };
	struct backend_lock lock;
	struct backend_secret *s = backend_secret_new(key, sizeof key);
	WELL(backend_lock_state(&lock, c->b));
	if (lock.fresh)
		WELL(backend_seal_new(c->b, BACKEND_KEY_FILE, s, "test"));
	else
		WELL(backend_unlock(c->b, BACKEND_KEY_FILE, s));
	backend_secret_free(s);
}

/* room NULL: the backend of this process. dir NULL: a new folder. */
static inline void
client_open(struct client *c, const char *dir, const struct classroom *room)
{
	memset(c, 0, sizeof *c);
	c->dir = dir != NULL ? dir : scratch();
	setenv("STOA_HOME", c->dir, 1);
	c->config = (struct backend_config){ .profile = "local", .clock = &clock_system, .chance = &chance_system };
	WELL(places_find(&c->config.places));
	WELL(loop_new(&c->loop, &clock_system));
	if (room != NULL) {
		c->token = backend_secret_new(room->token, strlen(room->token));
		c->config.server.url = room->url;
		c->config.server.token = c->token;
		c->config.server.user = room->user;
		WELL(backend_open_remote(&c->b, &c->config, c->loop));
	} else {
		WELL(backend_open_local(&c->b, &c->config, c->loop));
	}
	client_seal(c);
}

static inline void
client_close(struct client *c)
{
	backend_close(c->b);
	backend_secret_free(c->token);
	loop_free(c->loop);
	places_clear(&c->config.places);
	arena_clear(&c->arena);
}

static inline void
client_note(const struct backend_done *d, void *arg)
{
	struct client *c = arg;
	snprintf(c->note, sizeof c->note, "%s", d->sentence);
}

static inline enum fault
client_try(const void **reply, struct client *c, const char *operation, const void *request)
{
	const struct backend_handlers h = { NULL, client_note, c };
	return backend_call_wait(reply, &c->arena, c->b, operation, request, &h);
}

static inline const void *
client_call(struct client *c, const char *operation, const void *request)
{
	const void *reply = NULL;
	enum fault f = client_try(&reply, c, operation, request);
	ck_assert_msg(f == FAULT_NONE, "%s: %s: %s", operation, fault_name(f), fault_sentence());
	return reply;
}

/* Turn until the word is this one, or a deadline. */
static inline bool
client_until(struct client *c, const char *word, int most_ms)
{
	int64_t end = clock_system.mono_ms(NULL) + most_ms;
	while (strcmp(backend_word(c->b), word) != 0 && clock_system.mono_ms(NULL) < end)
		WELL(loop_turn(c->loop, 20));
	return strcmp(backend_word(c->b), word) == 0;
}
#endif

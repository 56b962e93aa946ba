/* A backend in a scratch folder and the loop that it speaks to. */
#ifndef STOA_BACKEND_TEST_H
#define STOA_BACKEND_TEST_H
#include "../stoa_test.h"
#include "stoa/backend.h"

struct home {
	const char *dir;
	struct loop *loop;
	struct backend *b;
	struct backend_config config;
	struct arena arena;
	char course[128];
};

static inline void
home_open_with(struct home *h, const char *base_url)
{
	memset(h, 0, sizeof *h);
	h->dir = scratch();
	setenv("STOA_HOME", h->dir, 1);
	h->config = (struct backend_config){ .profile = "local", .clock = &clock_system, .chance = &chance_system };
	h->config.llm.base_url = base_url;
	h->config.llm.model = base_url != NULL ? "test" : NULL;
	h->config.llm.first_token_ms = h->config.llm.total_ms = 60000;
	WELL(places_find(&h->config.places));
	WELL(loop_new(&h->loop, &clock_system));
	WELL(backend_open_local(&h->b, &h->config, h->loop));
	unsigned char key[32] = { 1, 2, 3 };
	struct backend_secret *s = backend_secret_new(key, sizeof key);
	WELL(backend_seal_new(h->b, BACKEND_KEY_FILE, s, "test"));
	backend_secret_free(s);
	static const char course[] = "# Plants\n\nThe Calvin cycle takes place in the stroma. Roots take up water and minerals.\n";
	snprintf(h->course, sizeof h->course, "%s/plants.md", h->dir);
	WELL(file_write(h->course, course, sizeof course - 1));
}

static inline void
home_open(struct home *h)
{
	home_open_with(h, NULL);
}

static inline void
home_close(struct home *h)
{
	backend_close(h->b);
	WELL(loop_turn(h->loop, 0));     /* a message to a backend that closed itself still waits */
	loop_free(h->loop);
	places_clear(&h->config.places);
	arena_clear(&h->arena);
	scratch_remove(h->dir);
}
#endif

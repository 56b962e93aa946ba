/* An engine in a scratch folder, sealed with a key that is beside it, and a small
 * document to ask. */
#ifndef STOA_ENGINE_TEST_H
#define STOA_ENGINE_TEST_H
#include "../stoa_test.h"
#include "../support/on_postgres.h"
#include "stoa/engine.h"

static const char course[] =
	"# Cell biology\n\n## Mitochondria\n\n"
	"The mitochondrion produces most of the adenosine triphosphate of the cell. "
	"Its inner membrane is folded into cristae. Mitochondria have a genome of 16,569 base pairs in humans.\n\n"
	"## Chloroplasts\n\n"
	"Chloroplasts capture the energy of light in their thylakoid membranes. "
	"The Calvin cycle takes place in the stroma. Chlorophyll absorbs blue and red light.\n\n"
	"## Ribosomes\n\n"
	"Ribosomes translate messenger RNA into protein. A bacterial ribosome has a sedimentation rate of 70S.\n";

struct world {
	const char *dir;
	char url[512], database[128], anchor[128], library[128], course[128];
	struct engine_config config;
	struct engine *engine;
	struct principal who;
	struct arena arena;
	struct clock clock;
	struct still still;
};

static inline struct vault_secret
test_key(unsigned char fill)
{
	struct vault_secret s = vault_secret_new(32);
	memset(s.bytes, fill, s.len);
	return s;
}

static inline void
world_make(struct world *w)
{
	memset(w, 0, sizeof *w);
	w->dir = scratch();
	snprintf(w->database, sizeof w->database, "%s/local.db", w->dir);
	snprintf(w->anchor, sizeof w->anchor, "%s/anchor", w->dir);
	snprintf(w->library, sizeof w->library, "%s/library", w->dir);
	snprintf(w->course, sizeof w->course, "%s/cells.md", w->dir);
	w->still.now_ms = INT64_C(1770000000000);
	w->clock = STILL_CLOCK(&w->still);
	w->config = (struct engine_config){ .database = w->database, .anchor = w->anchor,
		.library_folder = w->library, .domains_folder = w->dir, .clock = &w->clock,
		.chance = &chance_system, .limits_off = true };
	struct store_paths paths = store_paths_of(w->database, w->anchor);
	if (paths.url != NULL) {
		snprintf(w->url, sizeof w->url, "%s", paths.url);
		w->config.url = w->url;
		w->config.driver = paths.driver;
	}
	w->who = (struct principal){ .user = "0123456789abcdef0123456789abcdef", .role = ROLE_LEARNER };
	WELL(file_write(w->course, course, sizeof course - 1));
}

static inline void
world_open(struct world *w)
{
	world_make(w);
	WELL(engine_open(&w->engine, &w->config));
	struct vault_secret s = test_key(7);
	WELL(engine_seal_new(w->engine, SLOT_KEY_FILE, &s, "test"));
	vault_secret_clear(&s);
}

static inline void
world_close(struct world *w)
{
	engine_close(w->engine);
	arena_clear(&w->arena);
	scratch_remove(w->dir);
}

static inline enum fault
ask_engine(void *reply, struct world *w, const char *operation, const void *request)
{
	void *out = NULL;
	enum fault f = engine_call(&out, &w->arena, w->engine, &w->who, operation, request, NULL);
	if (f == FAULT_NONE)
		memcpy(reply, &out, sizeof out);
	return f;
}

static inline struct document *
add_course(struct world *w)
{
	const struct document_add req = { .path = w->course, .subject = "biology" };
	struct document *d = NULL;
	WELL(ask_engine(&d, w, "document.add", &req));
	ck_assert_msg(str_same(d->status, "completed"), "%s", d->error_message ? d->error_message : "");
	return d;
}
#endif

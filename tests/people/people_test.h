/* A store and a people room over it, with a clock that stands still. */
#ifndef PEOPLE_TEST_H
#define PEOPLE_TEST_H
#include "../stoa_test.h"
#include "stoa/people.h"
#include "../support/on_postgres.h"

#define DAY ((int64_t)24 * 60 * 60 * 1000)

struct hall {
	const char *dir;
	char database[128];
	struct still still;
	struct clock clock;
	struct vault_secret key;
	struct store *db;
	struct people_config config;
	struct people *people;
	struct arena a;
};
static const struct people_asker nobody = { "", ROLE_NONE };

static inline void
hall_open(struct hall *h)
{
	memset(h, 0, sizeof *h);
	WELL(vault_start());
	h->dir = scratch();
	snprintf(h->database, sizeof h->database, "%s/hall.db", h->dir);
	h->still.now_ms = INT64_C(1770000000000);
	h->clock = STILL_CLOCK(&h->still);
	h->key = vault_secret_new(32);
	memset(h->key.bytes, 7, 32);
	const struct store_paths paths = store_paths_of(h->database, NULL);
	WELL(store_open(&h->db, &paths, &h->clock));
	WELL(store_seal_new(h->db, SLOT_KEY_FILE, &h->key, "test"));
	h->config = (struct people_config){ .clock = &h->clock, .chance = &chance_system };
	WELL(people_new(&h->people, &h->config));
	arena_init(&h->a);
}

static inline void
hall_close(struct hall *h)
{
	people_free(h->people);
	store_close(h->db);
	vault_secret_clear(&h->key);
	arena_clear(&h->a);
	scratch_remove(h->dir);
}

static inline struct signed_in
guest_in(struct hall *h)
{
	struct signed_in in = { 0 };
	const struct auth_guest req = { .role = "learner" };
	WELL(people_guest(&in, &h->a, h->people, h->db, &req));
	return in;
}

/* Who a token opens the door for. */
static inline enum fault
enter(struct people_session *out, struct hall *h, const char *token)
{
	return people_session_find(out, h->people, h->db, token);
}

static inline struct signed_in
admin_in(struct hall *h)
{
	const char *code = NULL;
	struct signed_in in = { 0 };
	WELL(people_first_admin(&code, &h->a, h->people, h->db));
	const struct auth_join req = { .code = code, .name = "Ada of the mill" };
	WELL(people_join(&in, &h->a, h->people, h->db, &nobody, &req));
	return in;
}
#endif

/* One room for many threads, each with a connection of its own. */
#include <pthread.h>
#include "issuer.h"

#define THREADS 4
#define ROUNDS 12

static const struct people_jwt by_set = { .issuer = ISSUER, .audience = "stoa", .jwks_url = ISSUER "/jwks" };
static const char *token;
static pthread_mutex_t asking = PTHREAD_MUTEX_INITIALIZER;
static char persons[THREADS][ID_BYTES];

/* The issuer is of one thread. */
static enum fault
answer_one(int *status, struct text *body, const struct people_fetch *req, const struct cancel *cancel, void *arg)
{
	pthread_mutex_lock(&asking);
	enum fault f = answer(status, body, req, cancel, arg);
	pthread_mutex_unlock(&asking);
	return f;
}

static void *
come_and_go(void *arg)
{
	size_t n = (size_t)(uintptr_t)arg;
	struct store *db = NULL;
	struct people_session s;
	struct arena a;
	arena_init(&a);
	WELL(store_join(&db, h.db));
	for (int i = 0; i < ROUNDS; i++) {
		struct signed_in in = { 0 };
		const struct auth_guest req = { .role = "learner" };
		WELL(people_bearer_find(&s, h.people, db, token, NULL));
		memcpy(persons[n], s.person, ID_BYTES);
		WELL(people_guest(&in, &a, h.people, db, &req));
		WELL(people_session_find(&s, h.people, db, in.token));
		ck_assert_str_eq(s.person, in.user->id);
		WELL(people_logout(h.people, db, s.person, s.family, false));
		FAILS(FAULT_DENIED, people_session_find(&s, h.people, db, in.token));
	}
	store_close(db);
	arena_clear(&a);
	return NULL;
}

START_TEST(many_come_at_once_and_one_subject_is_one_account)
{
	pthread_t threads[THREADS];
	hall_with_issuer(&by_set);
	people_free(h.people);
	h.config.outside.fetch = answer_one;
	h.config.provider_count = 0;
	WELL(people_new(&h.people, &h.config));
	token = jwt_make(&h.a, "{\"alg\":\"ES256\",\"kid\":\"e1\"}",
		arena_printf(&h.a, "{\"iss\":\"" ISSUER "\",\"aud\":\"stoa\",\"sub\":\"subject-1-of-us\",\"exp\":%lld}", (long long)h.still.now_ms / 1000 + 60),
		issuer.ec, NULL, 0);
	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, come_and_go, (void *)(uintptr_t)i), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 1; i < THREADS; i++)
		ck_assert_str_eq(persons[i], persons[0]);
	hall_end();
}
END_TEST

TESTS("people threads", many_come_at_once_and_one_subject_is_one_account)

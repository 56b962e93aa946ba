/* Opening and closing an engine, and its connections.
 *
 * The first connection is lent like any other; more are joined when calls run
 * side by side and a few are kept.  Nothing is unlocked and nothing is sent
 * anywhere by opening. */
#include <string.h>

#include "engine_in.h"

#define QUESTIONS_MAX 5
#define QUESTIONS_NETWORK_MAX 20
#define BACKUPS_KEPT 7
#define UPLOADS_MAX 200
#define UPLOAD_BYTES_MAX ((int64_t)1 << 30)

enum fault
pool_take(struct store **out, struct engine *e, const char *owner)
{
	pthread_mutex_lock(&e->pool_lock);
	struct store *db = e->idle_count > 0 ? e->idle[--e->idle_count] : NULL;
	pthread_mutex_unlock(&e->pool_lock);
	enum fault f = db == NULL ? store_join(&db, e->first) : FAULT_NONE;
	if (f != FAULT_NONE)
		return f;
	store_set_owner(db, owner);
	*out = db;
	return FAULT_NONE;
}

void
pool_put(struct engine *e, struct store *db)
{
	if (db == NULL)
		return;
	store_rollback(db);
	library_read_as(db, NULL);
	store_set_cancel(db, NULL);
	pthread_mutex_lock(&e->pool_lock);
	bool kept = e->idle_count < POOL_MAX;
	/* The first is always kept: room for it is made by closing another. */
	struct store *out = kept ? NULL : db;
	if (!kept && db == e->first) {
		out = e->idle[0];
		e->idle[0] = db;
	} else if (kept)
		e->idle[e->idle_count++] = db;
	pthread_mutex_unlock(&e->pool_lock);
	if (out != NULL)
		store_close(out);
}

/* The folder that holds path. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? mem_strdup(".") : mem_strdup(path);
	if (slash != NULL)
		folder[slash == path ? 1 : slash - path] = '\0';
	return folder;
}

static enum fault
open_rooms(struct engine *e, const struct engine_config *config)
{
	const struct store_paths paths = { .database = config->database, .anchor = config->anchor,
		.url = config->url, .driver = config->driver };
	enum fault f = vault_start();
	if (f == FAULT_NONE)
		f = store_open(&e->first, &paths, &e->clock);
	if (f != FAULT_NONE)
		return f;
	e->idle[e->idle_count++] = e->first;
	f = domains_read(&e->domains, config->domains_folder);
	if (f == FAULT_NONE)
		f = model_open(e, config);
	if (f != FAULT_NONE)
		return f;
	f = engine_people_open(e, config);
	if (f != FAULT_NONE)
		return f;
	const struct library_config library = {
		.folder = config->library_folder,
		.clock = &e->clock,
		.chance = &e->chance,
		.embed = e->llm != NULL && config->llm_embedding_model != NULL ? model_embed : NULL,
		.embed_arg = e,
	};
	f = library_open(&e->library, &library, e->first);
	if (f != FAULT_NONE)
		return f;
	if (!config->limits_off)
		e->answers = tutor_answers_new(&e->clock);
	const struct tutor_config tutor = {
		.answers = e->answers,
		.clock = &e->clock,
		.chance = &e->chance,
		.model = e->llm != NULL ? &e->model : NULL,
		.domains = e->domains.items,
		.domain_count = e->domains.count,
		.threshold_answer = config->threshold_answer > 0 ? config->threshold_answer : .8,
		.threshold_maybe = config->threshold_maybe > 0 ? config->threshold_maybe : .5,
	};
	tutors_init(&e->tutors, &tutor, e->library);
	return FAULT_NONE;
}

enum fault
engine_open(struct engine **out, const struct engine_config *config)
{
	struct engine *e = mem_new(sizeof *e);
	e->clock = *config->clock;
	e->chance = *config->chance;
	e->limits_off = config->limits_off;
	e->shared = config->url != NULL;
	e->inbox = mem_strdup(config->inbox);
	e->backup.folder = mem_strdup(config->backup_folder);
	e->backup.keep = config->backup_keep > 0 ? config->backup_keep : BACKUPS_KEPT;
	pthread_mutex_init(&e->backup.lock, NULL);
	e->questions_max = config->questions_max > 0 ? config->questions_max : QUESTIONS_MAX;
	e->questions_network_max = config->questions_network_max > 0 ? config->questions_network_max : QUESTIONS_NETWORK_MAX;
	e->questions_keep_ms = config->questions_days * DAY_MS;
	e->threshold_email = config->threshold_email;
	e->upload_folder = mem_strdup(config->upload_folder);
	e->upload_count_max = config->upload_count_max > 0 ? config->upload_count_max : UPLOADS_MAX;
	e->upload_bytes_max = config->upload_bytes_max > 0 ? config->upload_bytes_max : UPLOAD_BYTES_MAX;
	e->data_folder = folder_of(config->database);
	pthread_mutex_init(&e->pool_lock, NULL);
	pthread_mutex_init(&e->doing_lock, NULL);
	pthread_mutex_init(&e->tutors.lock, NULL);
	pthread_mutex_init(&e->round.lock, NULL);
	atomic_init(&e->round.day, -1);
	atomic_init(&e->documents_day, -1);
	pthread_rwlockattr_t attr;
	pthread_rwlockattr_init(&attr);
	/* A lock that was asked for comes before calls that come later. */
	pthread_rwlockattr_setkind_np(&attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&e->gate, &attr);
	pthread_rwlockattr_destroy(&attr);
	limits_init(&e->limits, config->rates, &e->chance);
	counters_init(&e->counters);
	e->outside = config->outside;
	enum fault f = open_rooms(e, config);
	if (f != FAULT_NONE) {
		engine_close(e);
		return f;
	}
	*out = e;
	return FAULT_NONE;
}

void
engine_close(struct engine *e)
{
	if (e == NULL)
		return;
	tutors_clear(&e->tutors);
	tutor_answers_free(e->answers);
	people_free(e->people);
	library_close(e->library);
	for (size_t i = 0; i < e->idle_count; i++)
		if (e->idle[i] != e->first)
			store_close(e->idle[i]);
	store_close(e->first); /* last: it anchors */
	llm_free(e->llm);
	domains_clear(&e->domains);
	limits_clear(&e->limits);
	counters_clear(&e->counters);
	pthread_rwlock_destroy(&e->gate);
	pthread_mutex_destroy(&e->pool_lock);
	pthread_mutex_destroy(&e->doing_lock);
	pthread_mutex_destroy(&e->tutors.lock);
	pthread_mutex_destroy(&e->round.lock);
	arena_clear(&e->round.arena);
	mem_free(e->doing);
	mem_free(e->data_folder);
	mem_free(e->upload_folder);
	mem_free(e->inbox);
	mem_free(e->backup.folder);
	pthread_mutex_destroy(&e->backup.lock);
	mem_free(e);
}

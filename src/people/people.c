/* Life of the room, and the small things its files share. */
#include <string.h>

#include "people_in.h"

enum fault
people_new(struct people **out, const struct people_config *config)
{
	struct people *p = mem_new(sizeof *p);
	p->clock = *config->clock;
	p->chance = *config->chance;
	p->no_guests = config->no_guests;
	p->no_codes = config->no_codes;
	p->roles_folder = mem_strdup(config->roles_folder);
	*out = p;
	return FAULT_NONE;
}

void
people_free(struct people *p)
{
	if (p == NULL)
		return;
	mem_free(p->roles_folder);
	mem_free(p);
}

int64_t
people_now(const struct people *p)
{
	return p->clock.wall_ms(p->clock.arg);
}

bool
is_person(const char *id)
{
	return id != NULL && id_valid(id);
}

enum fault
run_texts(struct store *db, const char *sql, int64_t *changed, const char *const *values, size_t count)
{
	struct statement *st = NULL;
	enum fault f = store_prepare(&st, db, sql);
	if (f != FAULT_NONE)
		return f;
	for (size_t i = 0; i < count; i++)
		statement_text(st, (int)i + 1, values[i]);
	f = statement_run(st, changed);
	statement_done(st);
	return f;
}

enum fault
sealed_get(struct sealed *out, struct arena *a, struct store *db, const char *owner, const char *rec_id)
{
	char before[ID_BYTES];
	store_owner(before, db);
	store_set_owner(db, owner);
	enum fault f = store_get(out, a, db, rec_id);
	store_set_owner(db, before);
	return f;
}

enum fault
sealed_put(struct store *db, const char *owner, const char *rec_id, const void *plain, size_t n)
{
	char before[ID_BYTES];
	store_owner(before, db);
	store_set_owner(db, owner);
	enum fault f = store_put(db, KIND_PERSON, rec_id, rec_id, plain, n);
	store_set_owner(db, before);
	return f;
}

enum fault
finish(struct store *db, enum fault f)
{
	if (f == FAULT_NONE)
		f = store_commit(db);
	if (f != FAULT_NONE)
		store_rollback(db);
	return f;
}

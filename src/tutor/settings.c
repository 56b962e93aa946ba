/* What a person set: one sealed record, its newest revision is what holds.
 *
 * A change names only what it changes: an absent text, an empty list and 0 leave
 * what is there, -1 turns a number off.  What cannot be read any more must not stop
 * every question: the usual settings hold, an answer says so, the next change mends it.
 */
#include <string.h>
#include "tutor_in.h"

/* The chain of the settings: "settings" in hex, filled up. */
static const char settings_id[] = "73657474696e67730000000000000001";

enum fault
settings_read(struct settings *out, bool *lost, struct arena *a, struct store *db)
{
	struct sealed rec;
	void *record = NULL;
	*lost = false;
	*out = (struct settings){ .language = "", .level = "standard", .answers = "auto" };
	enum fault f = store_get(&rec, a, db, settings_id);
	if (f == FAULT_ABSENT)
		return FAULT_NONE;
	if (f == FAULT_NONE)
		f = kept_read(&record, a, &record_settings, &rec);
	if (f == FAULT_DAMAGED) {
		*lost = true;
		log_event(LOG_WARN, "tutor", "settings", "state=unreadable");
		return FAULT_NONE;
	}
	if (f == FAULT_NONE)
		*out = *(struct settings *)record;
	return f;
}

enum fault
tutor_settings_get(struct settings *out, struct arena *a, struct tutor *t, struct store *db)
{
	bool lost;
	(void)t;
	return settings_read(out, &lost, a, db);
}

static int64_t
changed(int64_t was, int64_t now)
{
	return now == 0 ? was : now < 0 ? 0 : now;
}

static const char *
changed_text(const char *was, const char *now)
{
	return now != NULL && *now != '\0' ? now : was;
}

enum fault
tutor_settings_set(struct tutor *t, struct store *db, const struct settings *s)
{
	struct arena a;
	struct settings now;
	arena_init(&a);
	enum fault f = tutor_settings_get(&now, &a, t, db);
	if (f == FAULT_NONE) {
		now.language = changed_text(now.language, s->language);
		now.level = changed_text(now.level, s->level);
		now.answers = changed_text(now.answers, s->answers);
		if (s->draft != NULL)
			now.draft = s->draft;
		now.retention_days = changed(now.retention_days, s->retention_days);
		now.lock_minutes = changed(now.lock_minutes, s->lock_minutes);
		if (s->subjects.count > 0)
			now.subjects = s->subjects;
		f = kept_put(db, KIND_SETTING, settings_id, settings_id, &record_settings, &now);
	}
	arena_clear(&a);
	return f;
}

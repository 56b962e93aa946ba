/* Profiles: what somebody who sees himself as a teacher or a learner may begin with.
 *
 * One ini file a profile in kits/roles, written by whoever runs the server:
 * [topics] and [updates] have an `item` for each line, every other section is a
 * quick action with a title, a description and a `query` for each question.
 */
#include <string.h>

#include "people_in.h"

#define ACTIONS_MAX 20
#define QUERIES_MAX 10
#define ITEMS_MAX 50

struct reading {
	struct arena *a;
	struct profile *out;
	const char *section;
};

/* One more item; *most of them at most. */
static enum fault
more(struct text_list *list, struct arena *a, size_t most, const char *value)
{
	if (list->items == NULL)
		list->items = arena_alloc(a, most * sizeof *list->items);
	if (list->count == most)
		return fault(FAULT_LIMIT, "more than %zu of these", most);
	list->items[list->count++] = arena_strdup(a, value);
	return FAULT_NONE;
}

static enum fault
action_value(struct reading *r, const char *section, const char *name, const char *value)
{
	struct record_list *list = &r->out->quick_actions;
	struct quick_action *all = list->items;
	if (r->section == NULL || strcmp(r->section, section) != 0) {
		if (list->count == ACTIONS_MAX)
			return fault(FAULT_LIMIT, "more than %d quick actions", ACTIONS_MAX);
		r->section = arena_strdup(r->a, section);
		list->count++;
	}
	struct quick_action *q = &all[list->count - 1];
	if (strcmp(name, "title") == 0)
		q->title = arena_strdup(r->a, value);
	else if (strcmp(name, "description") == 0)
		q->description = arena_strdup(r->a, value);
	else if (strcmp(name, "query") == 0)
		return more(&q->queries, r->a, QUERIES_MAX, value);
	else
		return fault(FAULT_INPUT, "%s is neither title, description nor query", name);
	return FAULT_NONE;
}

static enum fault
take_value(const char *section, const char *name, const char *value, int line, void *arg)
{
	struct reading *r = arg;
	struct text_list *list = strcmp(section, "topics") == 0    ? &r->out->suggested_topics
				 : strcmp(section, "updates") == 0 ? &r->out->recent_updates
								   : NULL;
	(void)line;
	if (list == NULL)
		return action_value(r, section, name, value);
	if (strcmp(name, "item") != 0)
		return fault(FAULT_INPUT, "[%s] has items, not %s", section, name);
	return more(list, r->a, ITEMS_MAX, value);
}

enum fault
people_profile_set(struct profile *out, struct arena *a, struct people *p, struct store *db,
	const struct people_asker *who, const struct profile_set *req)
{
	struct profile made = { .role = req->role };
	struct reading r = { a, &made, NULL };
	enum fault f = FAULT_NONE;
	made.quick_actions.items = arena_alloc(a, ACTIONS_MAX * sizeof(struct quick_action));
	if (p->roles_folder != NULL)
		f = ini_read(arena_printf(a, "%s/%s.ini", p->roles_folder, req->role), take_value, &r);
	if (f == FAULT_ABSENT)          /* nothing was written for it */
		f = FAULT_NONE;
	if (f == FAULT_NONE && is_person(who->person))
		f = RUN(db, NULL, "UPDATE person SET profile = ? WHERE id = ?", req->role, who->person);
	if (f == FAULT_NONE)
		*out = made;
	return f;
}

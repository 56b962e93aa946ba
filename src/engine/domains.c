/* Domains of knowledge from ini files: instructors write them.
 *
 *	[photosynthesis]
 *	title = Photosynthesis
 *	words = chloroplast, thylakoid, light reaction
 *		Calvin cycle
 *
 * Every file of the folder that ends in .ini, in the order of names. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "engine_in.h"

#define DOMAINS_MAX 200

static enum fault
take_value(const char *section, const char *name, const char *value, int line, void *arg)
{
	struct domains *d = arg;
	(void)line;
	if (section[0] == '\0')
		return fault(FAULT_INPUT, "%s stands before the first [domain]", name);
	struct tutor_domain *last = d->count > 0 ? &d->items[d->count - 1] : NULL;
	if (last == NULL || strcmp(last->name, section) != 0) {
		if (d->count == DOMAINS_MAX)
			return fault(FAULT_LIMIT, "more than %d domains", DOMAINS_MAX);
		mem_reserve(&d->items, &d->cap, d->count + 1, sizeof *d->items);
		last = &d->items[d->count++];
		const char *id = arena_strdup(&d->arena, section);
		*last = (struct tutor_domain){ .name = id, .title = id, .words = "" };
	}
	if (strcmp(name, "title") == 0)
		last->title = arena_strdup(&d->arena, value);
	else if (strcmp(name, "words") == 0)
		last->words = arena_strdup(&d->arena, value);
	else
		return fault(FAULT_INPUT, "%s is neither title nor words", name);
	return FAULT_NONE;
}

static int
is_ini(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && str_ends(entry->d_name, ".ini");
}

enum fault
domains_read(struct domains *d, const char *folder)
{
	struct dirent **names = NULL;
	bool ours = folder == NULL;
	arena_init(&d->arena);
	if (ours)
		folder = STOA_PREFIX "/share/stoa/kits/domains";
	int count = scandir(folder, &names, is_ini, alphasort);
	if (count < 0 && ours)
		return FAULT_NONE;
	if (count < 0)
		return fault_errno("domains cannot be read from %s", folder);
	enum fault f = FAULT_NONE;
	for (int i = 0; i < count; i++) {
		if (f == FAULT_NONE)
			f = ini_read(arena_printf(&d->arena, "%s/%s", folder, names[i]->d_name),
				take_value, d);
		free(names[i]);
	}
	free(names);
	return f;
}

void
domains_clear(struct domains *d)
{
	arena_clear(&d->arena);
	mem_free(d->items);
	*d = (struct domains){ .items = NULL };
}

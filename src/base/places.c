/* Where things are kept: the XDG folders, or everything under STOA_HOME.
 *
 * A variable that is not an absolute path is ignored, as the XDG specification
 * says; without a home folder in the environment the password database knows. */
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "stoa/base.h"

static const char *
absolute(const char *name)
{
	const char *value = getenv(name);
	return value != NULL && value[0] == '/' ? value : NULL;
}

static char *
joined(const char *folder, const char *name)
{
	struct text t;
	text_init(&t, 4096);
	text_printf(&t, "%s/%s", folder, name);
	return text_take(&t);
}

/* $variable/stoa, or ~/fallback/stoa. */
static char *
xdg(const char *variable, const char *home, const char *fallback)
{
	const char *set = absolute(variable);
	if (set != NULL)
		return joined(set, "stoa");
	char *folder = joined(home, fallback), *place = joined(folder, "stoa");
	mem_free(folder);
	return place;
}

static enum fault
find_home(const char **out)
{
	const char *home = absolute("HOME");
	if (home == NULL) {
		const struct passwd *pw = getpwuid(getuid());
		home = pw != NULL && pw->pw_dir != NULL && pw->pw_dir[0] == '/' ? pw->pw_dir : NULL;
	}
	if (home == NULL)
		return fault(FAULT_SYSTEM, "there is no home folder; set HOME or STOA_HOME");
	*out = home;
	return FAULT_NONE;
}

/* STOA_HOME may be relative to the current folder; stored paths never are. */
static enum fault
under_one(struct places *p, const char *top)
{
	enum fault f = folder_make(top);
	if (f != FAULT_NONE)
		return f;
	char *real = realpath(top, NULL);
	if (real == NULL)
		return fault_errno("folder %s cannot be used", top);
	*p = (struct places){ joined(real, "config"), joined(real, "data"), joined(real, "state"),
		joined(real, "cache"), joined(real, "run") };
	free(real);
	return FAULT_NONE;
}

static enum fault
by_xdg(struct places *p)
{
	const char *home = NULL;
	enum fault f = find_home(&home);
	if (f != FAULT_NONE)
		return f;
	*p = (struct places){ xdg("XDG_CONFIG_HOME", home, ".config"),
		xdg("XDG_DATA_HOME", home, ".local/share"),
		xdg("XDG_STATE_HOME", home, ".local/state"), xdg("XDG_CACHE_HOME", home, ".cache"),
		NULL };
	const char *runtime = absolute("XDG_RUNTIME_DIR");
	p->runtime = runtime != NULL && access(runtime, W_OK) == 0 ? joined(runtime, "stoa")
								   : joined(p->state, "run");
	return FAULT_NONE;
}

enum fault
places_find(struct places *p)
{
	const char *top = getenv("STOA_HOME");
	*p = (struct places){ 0 };
	enum fault f = top != NULL && top[0] != '\0' ? under_one(p, top) : by_xdg(p);
	const char *const all[] = { p->config, p->data, p->state, p->cache, p->runtime };
	for (size_t i = 0; i < COUNT_OF(all) && f == FAULT_NONE; i++)
		f = folder_make(all[i]);
	if (f != FAULT_NONE)
		places_clear(p);
	return f;
}

void
places_clear(struct places *p)
{
	mem_free(p->config);
	mem_free(p->data);
	mem_free(p->state);
	mem_free(p->cache);
	mem_free(p->runtime);
	*p = (struct places){ 0 };
}

/* Settings that wait: what they change, and whether another has changed it meanwhile.
 *
 * A change names only what it changes.  With it goes what the person saw when he made
 * it; at the server it is compared field by field with what is there now.  What is
 * there is either what he saw or already what he wanted, or else somebody - himself
 * at another machine - has set it, and then he is asked. */
#include <string.h>

#include "remote_in.h"

static bool
mine_to_set(const struct field *f)
{
	return strcmp(f->name, "draft") != 0 && strcmp(f->name, "id") != 0 && strcmp(f->name, "role") != 0;
}

static const void *
in(const struct settings *s, const struct field *f)
{
	return (const char *)s + f->offset;
}

static bool
names(const struct settings *s, const struct field *f)
{
	const char *text = f->kind == FIELD_TEXT ? *(const char *const *)in(s, f) : NULL;
	if (!mine_to_set(f))
		return false;
	if (f->kind == FIELD_TEXT)
		return text != NULL && text[0] != '\0';
	if (f->kind == FIELD_INT)
		return *(const int64_t *)in(s, f) != 0;
	return ((const struct text_list *)in(s, f))->count > 0;
}

/* "de", "30", "Biology, Physics"; -1 turns a number off, which is shown as 0. */
static const char *
shown(struct arena *a, const struct settings *s, const struct field *f)
{
	if (f->kind == FIELD_TEXT) {
		const char *text = *(const char *const *)in(s, f);
		return text != NULL ? text : "";
	}
	if (f->kind == FIELD_INT) {
		int64_t n = *(const int64_t *)in(s, f);
		return arena_printf(a, "%lld", (long long)(n < 0 ? 0 : n));
	}
	const struct text_list *list = in(s, f);
	const char *all = "";
	for (size_t i = 0; i < list->count; i++)
		all = arena_printf(a, "%s%s%s", all, i > 0 ? ", " : "", list->items[i]);
	return all;
}

void
settings_apply(struct settings *on, const struct settings *change)
{
	for (size_t i = 0; i < record_settings.count; i++) {
		const struct field *f = &record_settings.fields[i];
		if (!names(change, f))
			continue;
		size_t n = f->kind == FIELD_TEXT ? sizeof(char *) : f->kind == FIELD_INT ? sizeof(int64_t) : sizeof(struct text_list);
		memcpy((char *)on + f->offset, in(change, f), n);
		int64_t *number = (int64_t *)(void *)((char *)on + f->offset);
		if (f->kind == FIELD_INT && *number < 0)
			*number = 0;
	}
}

const char *
settings_words(struct arena *a, const struct settings *change)
{
	const char *all = "";
	for (size_t i = 0; i < record_settings.count; i++) {
		const struct field *f = &record_settings.fields[i];
		if (names(change, f))
			all = arena_printf(a, "%s%s%s %s", all, all[0] != '\0' ? ", " : "", f->name, shown(a, change, f));
	}
	return all;
}

const char *
settings_conflict(struct arena *a, const struct settings *change, const struct settings *before, const struct settings *there)
{
	for (size_t i = 0; i < record_settings.count; i++) {
		const struct field *f = &record_settings.fields[i];
		if (!names(change, f))
			continue;
		const char *now = shown(a, there, f), *was = shown(a, before, f), *wanted = shown(a, change, f);
		if (strcmp(now, was) != 0 && strcmp(now, wanted) != 0)
			return arena_printf(a, "%s was changed elsewhere meanwhile: it was \"%s\" when you set it to \"%s\", and is \"%s\" now",
				f->name, was, wanted, now);
	}
	return NULL;
}

/* ---- written while the server is away ---------------------------------------------------- */

/* What the person sees now: as seen at the server, with what waits over it; *seen:
 * there was something to be seen. */
static enum fault
settings_now(struct settings **out, bool *seen, struct flight *f)
{
	static const struct nothing nothing;
	void *reply = NULL;
	const struct operation *get = operation_find("me.get");
	enum fault bad = copy_seen(&reply, &f->arena, f->backend, get, &nothing);
	*seen = bad == FAULT_NONE;
	if (bad == FAULT_ABSENT)
		bad = copy_call(&reply, &f->arena, f->backend, get->id, &nothing, NULL);
	if (bad != FAULT_NONE)
		return bad;
	*out = reply;
	(*out)->draft = NULL;
	overlay_settings(*out, &f->arena, f->backend);
	return FAULT_NONE;
}

enum fault
settings_write(struct flight *f, const void *request, const char *key)
{
	struct settings *now = NULL;
	struct text before;
	bool seen = false;
	enum fault bad = record_check(f->op->request, request);
	if (bad == FAULT_NONE)
		bad = settings_now(&now, &seen, f);
	if (bad != FAULT_NONE)
		return bad;
	text_init(&before, 256 * 1024);
	if (seen)
		record_to_json(&before, &record_settings, now);
	const struct outbox_new new = { .op = f->op, .request = request, .key = key, .title = settings_words(&f->arena, request),
		.before = before.data };
	bad = text_check(&before, "what was set");
	if (bad == FAULT_NONE)
		bad = outbox_add(f->backend, &new);
	if (before.data != NULL)
		explicit_bzero(before.data, before.cap);
	text_clear(&before);
	if (bad != FAULT_NONE)
		return bad;
	settings_apply(now, request);
	f->reply = now;
	return FAULT_NONE;
}

enum fault
profile_write(struct flight *f, const void *request, const char *key)
{
	const struct profile_set *set = request;
	enum fault bad = record_check(f->op->request, request);
	if (bad != FAULT_NONE)
		return bad;
	if (copy_seen(&f->reply, &f->arena, f->backend, f->op, request) != FAULT_NONE) {
		struct profile *p = record_new(&f->arena, &record_profile);
		p->role = set->role;
		f->reply = p;
	}
	return outbox_add(f->backend, &(struct outbox_new){ .op = f->op, .request = request, .key = key, .title = set->role });
}

/* Listing: a table fetched page by page and shown when it is whole.
 *
 * What was fetched for an earlier wish is dropped by its epoch; the row that was
 * selected stays selected, wherever it went. */
#include <stdio.h>
#include <string.h>

#include "app_in.h"

struct listing_call { const struct listing_kind *kind; struct listing *listing; unsigned epoch; };

void
listing_drop(struct listing *l)
{
	l->epoch++;
	mem_free(l->items);
	l->items = NULL;
	l->count = l->cap = 0;
	arena_clear(&l->arena);
}

static const char *
id_at(const void *items, size_t size, size_t i)
{
	return *(const char *const *)((const char *)items + i * size);
}

static void page_ask(struct app *app, const struct listing_kind *kind, struct listing *l, const char *cursor);

static void
page_got(struct app *app, const struct backend_done *d, void *arg)
{
	struct listing_call call = *(struct listing_call *)arg;
	const struct listing_kind *kind = call.kind;
	struct listing *l = call.listing;
	const size_t size = kind->of->size_bytes;
	mem_free(arg);
	if (call.epoch != l->epoch || d->fault != FAULT_NONE)
		return;
	const struct record_list *items = (const void *)((const char *)d->reply + kind->items);
	const char *cursor = *(const char *const *)((const char *)d->reply + kind->cursor);
	for (size_t i = 0; i < items->count; i++) {
		const void *item = (const char *)items->items + i * size;
		if (kind->skipped != NULL && str_same(kind->skipped(app), id_at(items->items, size, i)))
			continue;
		mem_reserve(&l->items, &l->cap, l->count + 1, size);
		memcpy((char *)l->items + l->count++ * size, record_copy(&l->arena, kind->of, item), size);
	}
	if (cursor != NULL && *cursor != '\0' && l->count < kind->most)
		page_ask(app, kind, l, cursor);
	else
		kind->whole(app);
}

static void
page_ask(struct app *app, const struct listing_kind *kind, struct listing *l, const char *cursor)
{
	struct listing_call *call = mem_new(sizeof *call);
	*call = (struct listing_call){ kind, l, l->epoch };
	if (kind->ask(app, cursor, page_got, call) == 0)
		mem_free(call);
}

void
listing_fetch(struct app *app, const struct listing_kind *kind, struct listing *l)
{
	if (app_backend(app) == NULL)
		return;
	listing_drop(l);
	page_ask(app, kind, l, NULL);
}

void
listing_take(struct listing *l, const struct record_type *of, void **items, size_t *count, size_t *at, struct arena *arena)
{
	char id[ID_BYTES] = "";
	if (*at < *count)
		snprintf(id, sizeof id, "%s", id_at(*items, of->size_bytes, *at));
	mem_free(*items);
	arena_clear(arena);
	*items = l->items;
	*count = l->count;
	*arena = l->arena;
	l->items = NULL;
	l->count = l->cap = 0;
	arena_init(&l->arena);
	for (size_t i = 0; i < *count; i++)
		if (str_same(id_at(*items, of->size_bytes, i), id))
			*at = i;
	if (*at >= *count)
		*at = *count > 0 ? *count - 1 : 0;
}

/* Records copied whole into another arena: how they travel between threads. */
#include <string.h>

#include "record_in.h"

static void copy_fields(void *to, struct arena *a, const struct record_type *type);

/* The text list or the record behind `at` again, in a. */
static void
copy_texts(struct text_list *list, struct arena *a)
{
	const char **items = arena_alloc(a, list->count * sizeof *items);
	for (size_t i = 0; i < list->count; i++)
		items[i] = arena_strdup(a, list->items[i]);
	list->items = items;
}

static void *
copy_items(struct arena *a, const struct record_type *type, const void *items, size_t count)
{
	if (items == NULL || count == 0)
		return NULL;
	char *copies = arena_alloc(a, count * type->size_bytes);
	memcpy(copies, items, count * type->size_bytes);
	for (size_t i = 0; i < count; i++)
		copy_fields(copies + i * type->size_bytes, a, type);
	return copies;
}

/* Make everything that the fields of `to` point at its own. */
static void
copy_fields(void *to, struct arena *a, const struct record_type *type)
{
	for (size_t i = 0; i < type->count; i++) {
		const struct field *f = &type->fields[i];
		void *at = (char *)to + f->offset;
		if (f->kind == FIELD_TEXT || f->kind == FIELD_RAW)
			*(const char **)at = arena_strdup(a, *(const char **)at);
		else if (f->kind == FIELD_TEXTS)
			copy_texts(at, a);
		else if (f->kind == FIELD_RECORD)
			*(void **)at = copy_items(a, f->of, *(void **)at, 1);
		else if (f->kind == FIELD_LIST) {
			struct record_list *list = at;
			list->items = copy_items(a, f->of, list->items, list->count);
		}
	}
}

void *
record_copy(struct arena *a, const struct record_type *type, const void *record)
{
	return copy_items(a, type, record, 1);
}

/* Records from JSON: what a field table allows, and nothing else.
 *
 * One walk over the table, not over the JSON: a member that no field names is
 * never looked at, so it cannot be assigned.  The place of a mistake is kept as
 * a chain on the stack and written down only when there is one. */
#include <json-c/json.h>
#include <string.h>

#include "record_in.h"

void *
record_new(struct arena *a, const struct record_type *type)
{
	return arena_alloc(a, type->size_bytes);
}

/* "items[3].title" */
static void
put_where(struct text *out, const struct where *w)
{
	if (w->above != NULL)
		put_where(out, w->above);
	if (w->name != NULL) {
		if (out->len > 0)
			text_put_c(out, '.');
		text_put(out, w->name);
	} else
		text_printf(out, "[%zu]", w->index);
}

enum fault
record_refuse(const struct where *w, enum fault kind, const char *fmt, ...)
{
	struct text name, why;
	text_init(&name, 256);
	text_init(&why, 512);
	put_where(&name, w);
	va_list ap;
	va_start(ap, fmt);
	text_vprintf(&why, fmt, ap);
	va_end(ap);
	enum fault f = fault(kind, "%s %s", name.data, why.data);
	text_clear(&name);
	text_clear(&why);
	return f;
}

struct reading {
	struct arena *a;
	const struct where *where;
};

typedef enum fault read_fn(void *to, const struct field *f, json_object *o, struct reading *r);

static enum fault read_record(
	void *record, const struct record_type *type, json_object *o, struct reading *r);

static enum fault
read_text(void *to, const struct field *f, json_object *o, struct reading *r)
{
	if (!json_object_is_type(o, json_type_string))
		return record_refuse(r->where, FAULT_INPUT, "must be a text");
	*(const char **)to = arena_strndup(
		r->a, json_object_get_string(o), (size_t)json_object_get_string_len(o));
	return field_check_text(f, *(const char **)to, r->where);
}

static enum fault
read_int(void *to, const struct field *f, json_object *o, struct reading *r)
{
	if (!json_object_is_type(o, json_type_int))
		return record_refuse(r->where, FAULT_INPUT, "must be a whole number");
	*(int64_t *)to = json_object_get_int64(o);
	return field_check_number(f, (double)*(int64_t *)to, r->where);
}

static enum fault
read_real(void *to, const struct field *f, json_object *o, struct reading *r)
{
	if (!json_object_is_type(o, json_type_int) && !json_object_is_type(o, json_type_double))
		return record_refuse(r->where, FAULT_INPUT, "must be a number");
	*(double *)to = json_object_get_double(o);
	return field_check_number(f, *(double *)to, r->where);
}

static enum fault
read_bool(void *to, const struct field *f, json_object *o, struct reading *r)
{
	(void)f;
	if (!json_object_is_type(o, json_type_boolean))
		return record_refuse(r->where, FAULT_INPUT, "must be true or false");
	*(bool *)to = json_object_get_boolean(o);
	return FAULT_NONE;
}

static enum fault
read_time(void *to, const struct field *f, json_object *o, struct reading *r)
{
	(void)f;
	if (!json_object_is_type(o, json_type_string) ||
		time_parse(to, json_object_get_string(o)) != FAULT_NONE)
		return record_refuse(
			r->where, FAULT_INPUT, "must be a time like 2026-01-31T09:30:00Z");
	return FAULT_NONE;
}

static enum fault
list_length(size_t *out, const struct field *f, json_object *o, struct reading *r)
{
	if (!json_object_is_type(o, json_type_array))
		return record_refuse(r->where, FAULT_INPUT, "must be a list");
	*out = json_object_array_length(o);
	return field_check_count(f, *out, r->where);
}

static enum fault
read_texts(void *to, const struct field *f, json_object *o, struct reading *r)
{
	size_t count;
	enum fault bad = list_length(&count, f, o, r);
	if (bad != FAULT_NONE)
		return bad;
	struct text_list *list = to;
	const struct where *outer = r->where;
	struct field item = { .choices = f->choices };
	list->items = arena_alloc(r->a, count * sizeof *list->items);
	for (size_t i = 0; i < count && bad == FAULT_NONE; i++) {
		struct where here = { outer, NULL, i };
		r->where = &here;
		bad = read_text(&list->items[i], &item, json_object_array_get_idx(o, i), r);
		list->count = i + 1;
		r->where = outer;
	}
	return bad;
}

static enum fault
read_one(void *to, const struct field *f, json_object *o, struct reading *r)
{
	void *record = record_new(r->a, f->of);
	*(void **)to = record;
	return read_record(record, f->of, o, r);
}

static enum fault
read_list(void *to, const struct field *f, json_object *o, struct reading *r)
{
	size_t count;
	enum fault bad = list_length(&count, f, o, r);
	if (bad != FAULT_NONE)
		return bad;
	struct record_list *list = to;
	const struct where *outer = r->where;
	char *items = arena_alloc(r->a, count * f->of->size_bytes);
	*list = (struct record_list){ items, count };
	for (size_t i = 0; i < count && bad == FAULT_NONE; i++) {
		struct where here = { outer, NULL, i };
		r->where = &here;
		bad = read_record(
			items + i * f->of->size_bytes, f->of, json_object_array_get_idx(o, i), r);
		r->where = outer;
	}
	return bad;
}

static enum fault
read_raw(void *to, const struct field *f, json_object *o, struct reading *r)
{
	const char *s = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
	*(const char **)to = arena_strdup(r->a, s);
	return field_check_text(f, s, r->where);
}

static read_fn *const readers[] = {
	[FIELD_TEXT] = read_text,
	[FIELD_INT] = read_int,
	[FIELD_REAL] = read_real,
	[FIELD_BOOL] = read_bool,
	[FIELD_TIME] = read_time,
	[FIELD_TEXTS] = read_texts,
	[FIELD_RECORD] = read_one,
	[FIELD_LIST] = read_list,
	[FIELD_RAW] = read_raw,
};

static enum fault
read_record(void *record, const struct record_type *type, json_object *o, struct reading *r)
{
	const struct where *outer = r->where;
	if (!json_object_is_type(o, json_type_object))
		return record_refuse(outer, FAULT_INPUT, "must be an object");
	enum fault bad = FAULT_NONE;
	for (size_t i = 0; i < type->count && bad == FAULT_NONE; i++) {
		const struct field *f = &type->fields[i];
		struct where here = { outer->above == NULL && outer->name == NULL ? NULL : outer,
			f->name, 0 };
		json_object *member = NULL;
		r->where = &here;
		if (json_object_object_get_ex(o, f->name, &member) && member != NULL)
			bad = readers[f->kind]((char *)record + f->offset, f, member, r);
		else if (f->flags & FIELD_REQUIRED)
			bad = record_refuse(&here, FAULT_INPUT, "is missing");
		r->where = outer;
	}
	return bad;
}

enum fault
record_from_object(
	void **out, struct arena *a, const struct record_type *type, struct json_object *o)
{
	struct where top = { NULL, NULL, 0 };
	struct reading r = { a, &top };
	if (!json_object_is_type(o, json_type_object))
		return fault(FAULT_INPUT, "%s must be a JSON object", type->name);
	void *record = record_new(a, type);
	enum fault f = read_record(record, type, o, &r);
	if (f == FAULT_NONE)
		*out = record;
	return f;
}

enum fault
record_from_json(
	void **out, struct arena *a, const struct record_type *type, const char *s, size_t len)
{
	json_object *o = NULL;
	enum fault f = json_parse(&o, s, len);
	if (f != FAULT_NONE)
		return f;
	f = record_from_object(out, a, type, o);
	json_object_put(o);
	return f;
}

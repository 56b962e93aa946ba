/* A request as HTTP: the address, and what is left of the record as JSON.
 *
 * Only what is set goes out: in memory 0, NULL and an empty list say "absent", and
 * on the wire an absent field says so best.  A text that is set and empty is sent,
 * for it takes something away.  What the address carries is not in the body. */
#include <stdio.h>
#include <string.h>

#include "stoa/api.h"

static void
put_escaped(struct text *out, const char *s)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	for (; *s != '\0'; s++) {
		if (strchr(plain, *s) != NULL)
			text_put_c(out, *s);
		else
			text_printf(out, "%%%02X", (unsigned char)*s);
	}
}

static bool
is_set(const struct field *f, const void *at)
{
	bool pointer = f->kind == FIELD_TEXT || f->kind == FIELD_RAW || f->kind == FIELD_RECORD;
	if (f->flags & FIELD_REQUIRED && !pointer && f->kind != FIELD_TIME)
		return true;
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_RAW:
	case FIELD_RECORD:
		return *(void *const *)at != NULL;
	case FIELD_INT:
	case FIELD_TIME:
		return *(const int64_t *)at != 0;
	case FIELD_REAL:
		return *(const double *)at != 0;
	case FIELD_BOOL:
		return *(const bool *)at;
	case FIELD_TEXTS:
	case FIELD_LIST:
		return ((const struct text_list *)at)->count > 0;
	}
	return false;
}

/* A field as it stands in a path or a query: texts, numbers, truths and times. */
static enum fault
put_value(struct text *out, const struct field *f, const void *at)
{
	char s[TIME_TEXT_BYTES];
	if (f->kind == FIELD_TEXT) {
		put_escaped(out, *(const char *const *)at);
		return FAULT_NONE;
	}
	if (f->kind == FIELD_TIME)
		time_format(s, *(const int64_t *)at);
	else if (f->kind == FIELD_INT)
		snprintf(s, sizeof s, "%lld", (long long)*(const int64_t *)at);
	else if (f->kind == FIELD_BOOL)
		snprintf(s, sizeof s, "%s", *(const bool *)at ? "true" : "false");
	else
		return fault(FAULT_INPUT, "%s cannot stand in an address", f->name);
	put_escaped(out, s);
	return FAULT_NONE;
}

static const struct field *
field_named(const struct record_type *type, const char *name, size_t n)
{
	for (size_t i = 0; i < type->count; i++)
		if (strncmp(type->fields[i].name, name, n) == 0 && type->fields[i].name[n] == '\0')
			return &type->fields[i];
	return NULL;
}

/* Is the field one of the {names} of the path? */
static bool
in_path(const struct operation *op, const struct field *f)
{
	size_t n = strlen(f->name);
	for (const char *at = op->path; (at = strchr(at, '{')) != NULL; at++)
		if (strncmp(at + 1, f->name, n) == 0 && at[n + 1] == '}')
			return true;
	return false;
}

static enum fault
put_path(struct text *out, const struct operation *op, const void *request)
{
	enum fault bad = FAULT_NONE;
	for (const char *at = op->path; *at != '\0' && bad == FAULT_NONE;) {
		size_t n = strcspn(at, "{");
		text_put_n(out, at, n);
		at += n;
		if (*at == '\0')
			break;
		n = strcspn(++at, "}");
		const struct field *f = field_named(op->request, at, n);
		at += n + 1;
		if (f == NULL)
			return fault(FAULT_SYSTEM, "%s has no field for its path %s", op->id, op->path);
		const void *value = (const char *)request + f->offset;
		const char *text = f->kind == FIELD_TEXT ? *(const char *const *)value : "";
		if (text == NULL)
			text_put(out, PATH_ABSENT);
		else if (f->kind == FIELD_TEXT && (text[0] == '\0' || text[strspn(text, ".")] == '\0'))
			return fault(FAULT_INPUT, "\"%s\" is not a %s", text, f->name);
		else
			bad = put_value(out, f, value);
	}
	return bad;
}

enum fault
operation_query(struct text *out, const struct operation *op, const void *request)
{
	char mark = '?';
	enum fault bad = FAULT_NONE;
	for (size_t i = 0; i < op->request->count && bad == FAULT_NONE; i++) {
		const struct field *f = &op->request->fields[i];
		const void *at = (const char *)request + f->offset;
		const struct text_list *list = at;
		static const struct field item = { .kind = FIELD_TEXT };
		bool many = f->kind == FIELD_TEXTS;
		if (in_path(op, f) || !is_set(f, at))
			continue;
		for (size_t k = 0; k < (many ? list->count : 1) && bad == FAULT_NONE; k++) {
			text_put_c(out, mark);
			text_put(out, f->name);
			text_put_c(out, '=');
			bad = many ? put_value(out, &item, &list->items[k]) : put_value(out, f, at);
			mark = '&';
		}
	}
	return bad;
}

bool
operation_has_body(const struct operation *op)
{
	return !str_same(op->method, "GET") && !str_same(op->method, "DELETE");
}

enum fault
operation_address(struct text *out, const struct operation *op, const void *request)
{
	enum fault f = put_path(out, op, request);
	if (f == FAULT_NONE && !operation_has_body(op))
		f = operation_query(out, op, request);
	return f == FAULT_NONE ? text_check(out, "the address of the request") : f;
}

static void
put_set(struct text *out, const struct operation *op, const void *request, bool path)
{
	struct field fields[64];
	struct record_type left = { op->request->name, op->request->size_bytes, fields, 0, NULL };
	for (size_t i = 0; i < op->request->count && left.count < COUNT_OF(fields); i++) {
		const struct field *f = &op->request->fields[i];
		if ((!path && in_path(op, f)) || !is_set(f, (const char *)request + f->offset))
			continue;
		fields[left.count] = *f;
		fields[left.count++].flags &= ~(unsigned)FIELD_OMIT;
	}
	record_to_json(out, &left, request);
}

void
operation_body(struct text *out, const struct operation *op, const void *request)
{
	put_set(out, op, request, false);
}

void
operation_json(struct text *out, const struct operation *op, const void *request)
{
	put_set(out, op, request, true);
}

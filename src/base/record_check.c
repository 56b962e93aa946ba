/* Limits of records: the same rules for what came as JSON and for what was
 * built in memory. */
#include <math.h>
#include <string.h>

#include "record_in.h"

size_t
field_max(const struct field *f)
{
	if (f->max > 0)
		return (size_t)f->max;
	return f->kind == FIELD_LIST || f->kind == FIELD_TEXTS ? FIELD_LIST_MAX : FIELD_TEXT_MAX;
}

/* Is s one of "a|b|c"? */
static bool
chosen(const char *choices, const char *s)
{
	size_t n = strcspn(s, "|");
	for (const char *c = s[n] == '\0' ? choices : NULL; c != NULL; c = strchr(c, '|')) {
		c += *c == '|';
		if (strncmp(c, s, n) == 0 && (c[n] == '|' || c[n] == '\0'))
			return n > 0;
	}
	return false;
}

enum fault
field_check_text(const struct field *f, const char *s, const struct where *w)
{
	size_t n = strlen(s);
	if (n > field_max(f))
		return record_refuse(w, FAULT_LIMIT, "is longer than %zu bytes", field_max(f));
	if (f->min > 0 && n < (size_t)f->min)
		return record_refuse(w, FAULT_INPUT, f->min == 1 ? "is empty" : "is too short");
	if (f->choices != NULL && n > 0 && !chosen(f->choices, s))
		return record_refuse(w, FAULT_INPUT, "must be one of %s", f->choices);
	if (f->kind != FIELD_RAW && !(f->flags & FIELD_BYTES) && !utf8_valid(s, n))
		return record_refuse(w, FAULT_INPUT, "is not UTF-8");
	return FAULT_NONE;
}

enum fault
field_check_number(const struct field *f, double value, const struct where *w)
{
	if (!isfinite(value))
		return record_refuse(w, FAULT_INPUT, "is not a number");
	if ((f->min != 0 || f->max != 0) && value < (double)f->min)
		return record_refuse(w, FAULT_INPUT, "is less than %lld", (long long)f->min);
	if (f->max != 0 && value > (double)f->max)
		return record_refuse(w, FAULT_INPUT, "is more than %lld", (long long)f->max);
	return FAULT_NONE;
}

enum fault
field_check_count(const struct field *f, size_t count, const struct where *w)
{
	if (count > field_max(f))
		return record_refuse(w, FAULT_LIMIT, "has more than %zu items", field_max(f));
	if (f->min > 0 && count < (size_t)f->min)
		return record_refuse(
			w, FAULT_INPUT, "has fewer than %lld items", (long long)f->min);
	return FAULT_NONE;
}

static enum fault check_record(const struct record_type *type, const void *record,
	const struct where *above, int depth) STOA_MUST;

static enum fault
check_texts(const struct field *f, const struct text_list *list, const struct where *w)
{
	enum fault bad = field_check_count(f, list->count, w);
	struct field item = { .choices = f->choices };
	for (size_t i = 0; i < list->count && bad == FAULT_NONE; i++) {
		struct where here = { w, NULL, i };
		bad = list->items[i] == NULL ? record_refuse(&here, FAULT_INPUT, "is missing")
					     : field_check_text(&item, list->items[i], &here);
	}
	return bad;
}

static enum fault
check_list(const struct field *f, const struct record_list *list, const struct where *w, int depth)
{
	enum fault bad = field_check_count(f, list->count, w);
	for (size_t i = 0; i < list->count && bad == FAULT_NONE; i++) {
		struct where here = { w, NULL, i };
		bad = check_record(
			f->of, (const char *)list->items + i * f->of->size_bytes, &here, depth);
	}
	return bad;
}

static enum fault
check_field(const struct field *f, const void *at, const struct where *w, int depth)
{
	const char *s =
		f->kind == FIELD_TEXT || f->kind == FIELD_RAW ? *(const char *const *)at : NULL;
	const void *record = f->kind == FIELD_RECORD ? *(void *const *)at : NULL;
	bool absent = (f->kind == FIELD_TEXT || f->kind == FIELD_RAW) ? s == NULL
		      : f->kind == FIELD_RECORD
			      ? record == NULL
			      : f->kind == FIELD_TIME && *(const int64_t *)at == 0;
	if (absent && f->flags & FIELD_REQUIRED)
		return record_refuse(w, FAULT_INPUT, "is missing");
	if (absent)
		return FAULT_NONE;
	if (s != NULL)
		return field_check_text(f, s, w);
	if (record != NULL)
		return check_record(f->of, record, w, depth);
	if (f->kind == FIELD_TEXTS)
		return check_texts(f, at, w);
	if (f->kind == FIELD_LIST)
		return check_list(f, at, w, depth);
	/* In memory an absent number is 0: below its minimum, yet no mistake. */
	double number = f->kind == FIELD_INT    ? (double)*(const int64_t *)at
			: f->kind == FIELD_REAL ? *(const double *)at
						: 0;
	if (number == 0 && !(f->flags & FIELD_REQUIRED))
		return FAULT_NONE;
	return f->kind == FIELD_INT || f->kind == FIELD_REAL ? field_check_number(f, number, w)
							     : FAULT_NONE;
}

static enum fault
check_record(
	const struct record_type *type, const void *record, const struct where *above, int depth)
{
	if (depth > JSON_DEPTH)
		return fault(FAULT_LIMIT, "%s is more than %d levels deep", type->name, JSON_DEPTH);
	enum fault bad = FAULT_NONE;
	for (size_t i = 0; i < type->count && bad == FAULT_NONE; i++) {
		const struct field *f = &type->fields[i];
		struct where here = { above, f->name, 0 };
		bad = check_field(f, (const char *)record + f->offset, &here, depth + 1);
	}
	return bad;
}

enum fault
record_check(const struct record_type *type, const void *record)
{
	return check_record(type, record, NULL, 0);
}

/* Records as JSON, as help, as JSON Schema: printed from the same field table
 * that reads and checks them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record_in.h"

typedef void put_fn(struct text *out, const struct field *f, const void *at);

static void
put_text(struct text *out, const struct field *f, const void *at)
{
	(void)f;
	json_put_string(out, *(const char *const *)at);
}

static void
put_int(struct text *out, const struct field *f, const void *at)
{
	(void)f;
	text_printf(out, "%lld", (long long)*(const int64_t *)at);
}

/* Fewest digits that read back as the same number, with a point in any locale. */
static void
put_real(struct text *out, const struct field *f, const void *at)
{
	(void)f;
	double value = *(const double *)at;
	char s[40];
	if (!isfinite(value) || value == 0) { /* -0 would come back as 0 */
		text_put(out, value == 0 ? "0" : "null");
		return;
	}
	for (int digits = 6; digits <= 17; digits++) {
		snprintf(s, sizeof s, "%.*g", digits, value);
		if (strtod(s, NULL) == value)
			break;
	}
	for (char *p = s; *p != '\0'; p++)
		if (strchr("0123456789+-e", *p) == NULL)
			*p = '.';
	text_put(out, s);
}

static void
put_bool(struct text *out, const struct field *f, const void *at)
{
	(void)f;
	text_put(out, *(const bool *)at ? "true" : "false");
}

static void
put_time(struct text *out, const struct field *f, const void *at)
{
	(void)f;
	char s[TIME_TEXT_BYTES];
	if (*(const int64_t *)at == 0) {
		text_put(out, "null");
		return;
	}
	time_format(s, *(const int64_t *)at);
	json_put_string(out, s);
}

static void
put_texts(struct text *out, const struct field *f, const void *at)
{
	(void)f;
	const struct text_list *list = at;
	text_put_c(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		if (i > 0)
			text_put_c(out, ',');
		json_put_string(out, list->items[i]);
	}
	text_put_c(out, ']');
}

static void
put_record(struct text *out, const struct field *f, const void *at)
{
	const void *record = *(void *const *)at;
	if (record == NULL)
		text_put(out, "null");
	else
		record_to_json(out, f->of, record);
}

static void
put_list(struct text *out, const struct field *f, const void *at)
{
	const struct record_list *list = at;
	text_put_c(out, '[');
	for (size_t i = 0; i < list->count; i++) {
		if (i > 0)
			text_put_c(out, ',');
		record_to_json(out, f->of, (const char *)list->items + i * f->of->size_bytes);
	}
	text_put_c(out, ']');
}

static void
put_raw(struct text *out, const struct field *f, const void *at)
{
	(void)f;
	const char *s = *(const char *const *)at;
	text_put(out, s != NULL && s[0] != '\0' ? s : "null");
}

/* Each kind of field: how it is printed, its word in help and in JSON Schema. */
static const struct kind {
	put_fn *put;
	const char *word, *schema;
} kinds[] = {
	[FIELD_TEXT] = { put_text, "text", "\"type\":\"string\"" },
	[FIELD_INT] = { put_int, "integer", "\"type\":\"integer\"" },
	[FIELD_REAL] = { put_real, "number", "\"type\":\"number\"" },
	[FIELD_BOOL] = { put_bool, "true|false", "\"type\":\"boolean\"" },
	[FIELD_TIME] = { put_time, "time", "\"type\":\"string\",\"format\":\"date-time\"" },
	[FIELD_TEXTS] = { put_texts, "texts", "\"type\":\"array\"" },
	[FIELD_RECORD] = { put_record, "record", NULL },
	[FIELD_LIST] = { put_list, "list", "\"type\":\"array\"" },
	[FIELD_RAW] = { put_raw, "json", NULL },
};

/* Zero, empty or absent. */
static bool
field_empty(const struct field *f, const void *at)
{
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_RAW: {
		const char *s = *(const char *const *)at;
		return s == NULL || s[0] == '\0';
	}
	case FIELD_INT:
	case FIELD_TIME:
		return *(const int64_t *)at == 0;
	case FIELD_REAL:
		return *(const double *)at == 0;
	case FIELD_BOOL:
		return !*(const bool *)at;
	case FIELD_TEXTS:
		return ((const struct text_list *)at)->count == 0;
	case FIELD_RECORD:
		return *(void *const *)at == NULL;
	case FIELD_LIST:
		return ((const struct record_list *)at)->count == 0;
	}
	return false;
}

void
record_to_json(struct text *out, const struct record_type *type, const void *record)
{
	const char *comma = "";
	text_put_c(out, '{');
	for (size_t i = 0; i < type->count; i++) {
		const struct field *f = &type->fields[i];
		const void *at = (const char *)record + f->offset;
		if (f->flags & FIELD_OMIT && field_empty(f, at))
			continue;
		text_put(out, comma);
		json_put_string(out, f->name);
		text_put_c(out, ':');
		kinds[f->kind].put(out, f, at);
		comma = ",";
	}
	text_put_c(out, '}');
}

static void
describe_limits(struct text *out, const struct field *f)
{
	bool number = f->kind == FIELD_INT || f->kind == FIELD_REAL;
	if (f->choices != NULL)
		text_printf(out, " %s", f->choices);
	else if (number && (f->min != 0 || f->max != 0))
		text_printf(out, " %lld..%lld", (long long)f->min, (long long)f->max);
	else if (f->kind == FIELD_TEXT && f->max > 0)
		text_printf(out, " up to %lld bytes", (long long)f->max);
	else if ((f->kind == FIELD_LIST || f->kind == FIELD_TEXTS) && f->max > 0)
		text_printf(out, " up to %lld", (long long)f->max);
}

void
record_describe(struct text *out, const struct record_type *type)
{
	for (size_t i = 0; i < type->count; i++) {
		const struct field *f = &type->fields[i];
		text_printf(out, "%-18s %s", f->name, kinds[f->kind].word);
		if (f->of != NULL)
			text_printf(out, " of %s", f->of->name);
		describe_limits(out, f);
		if (f->flags & FIELD_REQUIRED)
			text_put(out, ", required");
		if (f->help != NULL)
			text_printf(out, "; %s", f->help);
		text_put_c(out, '\n');
	}
}

static void
schema_choices(struct text *out, const char *choices)
{
	const char *comma = ",\"enum\":[";
	for (const char *c = choices; c != NULL;) {
		const char *bar = strchr(c, '|');
		text_put(out, comma);
		json_put_string_n(out, c, bar == NULL ? strlen(c) : (size_t)(bar - c));
		comma = ",";
		c = bar == NULL ? NULL : bar + 1;
	}
	text_put_c(out, ']');
}

static void
schema_limits(struct text *out, const struct field *f)
{
	const char *const names[2] = {
		f->kind == FIELD_TEXT                           ? "minLength"
		: f->kind == FIELD_INT || f->kind == FIELD_REAL ? "minimum"
								: "minItems",
		f->kind == FIELD_TEXT                           ? "maxLength"
		: f->kind == FIELD_INT || f->kind == FIELD_REAL ? "maximum"
								: "maxItems",
	};
	bool limited = f->kind == FIELD_TEXT || f->kind == FIELD_INT || f->kind == FIELD_REAL ||
		       f->kind == FIELD_TEXTS || f->kind == FIELD_LIST;
	if (limited && (f->min != 0 || (f->max != 0 && names[0][3] == 'i' && names[0][4] == 'm')))
		text_printf(out, ",\"%s\":%lld", names[0], (long long)f->min);
	if (limited && f->max != 0)
		text_printf(out, ",\"%s\":%lld", names[1], (long long)f->max);
}

static void
schema_field(struct text *out, const struct field *f)
{
	json_put_string(out, f->name);
	text_put_c(out, ':');
	if (f->kind == FIELD_RECORD) {
		record_schema(out, f->of);
		return;
	}
	text_put_c(out, '{');
	if (f->help != NULL) {
		text_put(out, "\"description\":");
		json_put_string(out, f->help);
	}
	if (kinds[f->kind].schema != NULL) {
		text_put(out, f->help != NULL ? "," : "");
		text_put(out, kinds[f->kind].schema);
	}
	schema_limits(out, f);
	if (f->kind == FIELD_TEXTS) {
		text_put(out, ",\"items\":{\"type\":\"string\"");
		if (f->choices != NULL)
			schema_choices(out, f->choices);
		text_put_c(out, '}');
	} else if (f->kind == FIELD_LIST) {
		text_put(out, ",\"items\":");
		record_schema(out, f->of);
	} else if (f->choices != NULL)
		schema_choices(out, f->choices);
	text_put_c(out, '}');
}

void
record_schema(struct text *out, const struct record_type *type)
{
	const char *comma = "";
	text_put(out, "{\"type\":\"object\",\"title\":");
	json_put_string(out, type->name);
	if (type->help != NULL) {
		text_put(out, ",\"description\":");
		json_put_string(out, type->help);
	}
	text_put(out, ",\"properties\":{");
	for (size_t i = 0; i < type->count; i++, comma = ",") {
		text_put(out, comma);
		schema_field(out, &type->fields[i]);
	}
	text_put_c(out, '}');
	comma = ",\"required\":[";
	for (size_t i = 0; i < type->count; i++) {
		if (!(type->fields[i].flags & FIELD_REQUIRED))
			continue;
		text_put(out, comma);
		json_put_string(out, type->fields[i].name);
		comma = ",";
	}
	text_put(out, comma[1] == '"' ? "}" : "]}");
}

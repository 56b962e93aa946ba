/* records, privately: where a mistake is, and the limits of one field. */
#ifndef STOA_RECORD_IN_H
#define STOA_RECORD_IN_H
#include "base_in.h"

/* A place in a record: a field of it, or an item of a list (name NULL). */
struct where {
	const struct where *above;
	const char *name;
	size_t index;
};

enum fault record_refuse(const struct where *w, enum fault kind, const char *fmt, ...)
	STOA_PRINTF(3, 4) STOA_MUST;

/* The limits of a field; INPUT (LIMIT for what is too long) names the place. */
enum fault field_check_text(const struct field *f, const char *s, const struct where *w) STOA_MUST;
enum fault field_check_number(const struct field *f, double value, const struct where *w) STOA_MUST;
enum fault field_check_count(const struct field *f, size_t count, const struct where *w) STOA_MUST;

/* Bytes of a text, items of a list: the field's own maximum or the default. */
size_t field_max(const struct field *f);

#endif

/* An import is a file from anywhere: its records are read and checked. */
#include <json-c/json.h>
#include <string.h>
#include "../../src/tutor/tutor_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
read_as(const struct record_type *type, const char *s, size_t n)
{
	struct arena a;
	struct text out;
	void *record = NULL;
	arena_init(&a);
	text_init(&out, 1 << 22);
	if (record_from_json(&record, &a, type, s, n) == FAULT_NONE)
		record_to_json(&out, type, record);
	text_clear(&out);
	arena_clear(&a);
}

/* The skimmer reads what we sealed ourselves; bytes of others must not harm it. */
static void
skim(const char *s, size_t n)
{
	static const char *const names[] = { "at", "message", "content", "role" };
	struct slice_of found, inside;
	struct text words;
	text_init(&words, 65536);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (skim_member(&found, s, n, names[i])) {
			text_reset(&words);
			if (found.len >= 2)
				skim_string(&words, &found);
			if (skim_member(&inside, found.s, found.len, "content") && inside.len >= 2)
				skim_string(&words, &inside);
		}
	text_clear(&words);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *s = (const char *)bytes;
	skim(s, n);
	read_as(&record_kept_message, s, n);
	read_as(&record_kept_title, s, n);
	read_as(&record_kept_feedback, s, n);
	return 0;
}

/* A record from anybody: what passes its limits passes them again, and comes out
 * of JSON as it went in.  The first byte chooses the type. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stoa/api.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
require(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const struct record_type *const types[] = { &record_message, &record_message_send,
		&record_document_list, &record_settings, &record_history_search, &record_transcript, &record_search_run };
	struct arena a;
	struct text one, two;
	void *record = NULL, *back = NULL;
	if (n == 0)
		return 0;
	const struct record_type *type = types[bytes[0] % COUNT_OF(types)];
	arena_init(&a);
	text_init(&one, 1 << 22);
	text_init(&two, 1 << 22);
	if (record_from_json(&record, &a, type, (const char *)bytes + 1, n - 1) == FAULT_NONE) {
		require(record_check(type, record) == FAULT_NONE);
		record_to_json(&one, type, record);
		require(record_from_json(&back, &a, type, one.data, one.len) == FAULT_NONE);
		record_to_json(&two, type, record_copy(&a, type, back));
		require(one.len == two.len && memcmp(one.data, two.data, one.len) == 0);
	}
	text_clear(&one);
	text_clear(&two);
	arena_clear(&a);
	return 0;
}

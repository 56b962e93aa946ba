/* JSON from anybody: what is accepted stays the same when written by json-c and
 * read again, and the same bytes as a string survive being quoted. */
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stoa/base.h"

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
	const char *s = (const char *)bytes;
	json_object *o = NULL, *again = NULL;
	if (json_parse(&o, s, n) == FAULT_NONE) {
		require(utf8_valid(s, n));
		const char *out = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
		require(json_parse(&again, out, strlen(out)) == FAULT_NONE);
		require(json_object_equal(o, again));
		json_object_put(again);
		json_object_put(o);
	}
	struct text quoted;
	text_init(&quoted, 16 * n + 16);
	json_put_string_n(&quoted, s, n);
	for (size_t i = 0; i < quoted.len; i++)
		require((unsigned char)quoted.data[i] >= 0x20 && quoted.data[i] != 0x7F);
	if (memchr(s, 0, n) == NULL && utf8_valid(s, n)) {
		require(json_parse(&o, quoted.data, quoted.len) == FAULT_NONE);
		require((size_t)json_object_get_string_len(o) == n && memcmp(json_object_get_string(o), s, n) == 0);
		json_object_put(o);
	}
	text_clear(&quoted);
	return 0;
}

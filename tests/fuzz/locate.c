/* A quotation looked for in a passage: first line the quote, the rest the text.
 * What is found lies inside, on characters, and is found again as itself. */
#include <assert.h>
#include <string.h>
#include "../../src/library/document_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line = memchr(data, '\n', size);
	struct text quote, text;
	int64_t start, end;

	if (line == NULL || size > 4096)
		return 0;
	text_init(&quote, 1 << 16);
	text_init(&text, 1 << 16);
	untrusted_text(&quote, (const char *)data, (size_t)(line - data), UNTRUSTED_STRIP);
	untrusted_text(&text, (const char *)line + 1, size - (size_t)(line + 1 - data), UNTRUSTED_STRIP);
	struct passage p = { .text = text.data, .start = 100, .end = 100 + (int64_t)text.len };
	if (library_locate(&start, &end, NULL, &p, quote.data) == FAULT_NONE) {
		assert(start >= p.start && start < end && end <= p.end);
		assert(utf8_valid(text.data + start - 100, (size_t)(end - start)));
	}
	text_clear(&quote);
	text_clear(&text);
	return 0;
}

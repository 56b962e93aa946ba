/* Any bytes as HTML: the reader ends, and what it adds is valid UTF-8. */
#include <stdlib.h>
#include <string.h>
#include "../../src/helpers/extract/extract_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct document d;
	struct input in = { "a", (const char *)bytes, n };
	document_init(&d);
	if (html_read(&d, &in) != FAULT_NONE)
		d.truncated = true;
	for (size_t p = 0; p < d.page_count; p++)
		for (size_t i = 0; i < d.pages[p].count; i++)
			if (!utf8_valid(d.pages[p].blocks[i].text, strlen(d.pages[p].blocks[i].text)))
				abort();
	document_clear(&d);
	return 0;
}

/* Markdown from a model or a document: every row is within its width, every run within
 * its row, and no control is left in it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/tui/tui_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct flow f;
	if (n < 1 || n > 32 * 1024)
		return 0;
	flow_init(&f, 8 + bytes[0] % 120);
	flow_markdown(&f, 2, (const char *)bytes + 1, n - 1);
	for (size_t i = 0; i < f.count; i++) {
		const struct row *r = &f.rows[i];
		if (!utf8_valid(r->text, r->len))
			abort();
		for (uint32_t k = 0; k < r->len; k++)
			if ((unsigned char)r->text[k] < ' ' || r->text[k] == 127)
				abort();
		for (uint32_t k = 0; k < r->run_count; k++)
			if (r->runs[k].start > r->len || r->runs[k].len > r->len - r->runs[k].start || r->runs[k].style >= STYLE_COUNT)
				abort();
	}
	flow_clear(&f);
	return 0;
}

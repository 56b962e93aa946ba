/* Text from anybody: what comes out is UTF-8 without controls, and coming out
 * again it does not change; walking it by clusters ends. */
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
	for (unsigned flags = 0; flags < 4; flags++) {
		struct text once, twice;
		text_init(&once, 12 * n + 64);
		text_init(&twice, 12 * n + 64);
		untrusted_text(&once, (const char *)bytes, n, flags);
		require(!once.over && utf8_valid(once.data, once.len));
		for (size_t at = 0; at < once.len;) {
			uint32_t c = utf8_next(once.data, once.len, &at);
			require(c >= 0x20 || ((c == '\n' || c == '\t') && !(flags & UNTRUSTED_LINE)));
			require(!(c >= 0x7F && c < 0xA0) && !(c >= 0x202A && c <= 0x202E) && !(c >= 0x2066 && c <= 0x2069));
			require(!(c >= 0xE0000 && c < 0xE0100) && c != 0x200B && c != 0x3164 && c != 0xFEFF);
		}
		untrusted_text(&twice, once.data, once.len, flags);
		require(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
		text_clear(&once);
		text_clear(&twice);
	}
	const char *s = (const char *)bytes;
	size_t width = utf8_width(s, n), sum = 0;
	for (size_t at = 0, end; at < n; at = end) {
		end = utf8_grapheme_end(s, n, at);
		require(end > at && end <= n);
		sum += utf8_width(s + at, end - at);
	}
	require(sum == width);
	struct text folded;
	text_init(&folded, 20 * n + 64);
	utf8_nfkc(&folded, s, n);
	text_clear(&folded);
	return 0;
}

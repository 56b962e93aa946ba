/* Any bytes in any encoding become valid UTF-8 without carriage returns; the
 * first byte chooses what the document declares. */
#include <stdlib.h>
#include <string.h>
#include "../../src/helpers/extract/extract_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const char *const declared[] = { NULL, "shift_jis", "gbk", "utf-8", "windows-1255", "big5" };
	if (n == 0)
		return 0;
	struct text out, clean;
	text_init(&out, 1 << 22);
	text_init(&clean, 1 << 22);
	encoding_to_utf8(&out, (const char *)bytes + 1, n - 1, declared[bytes[0] % COUNT_OF(declared)]);
	if (!utf8_valid(out.data, out.len) || memchr(out.data, '\r', out.len) != NULL)
		abort();
	clean_text(&clean, out.data, out.len, bytes[0] & 1);
	if (!utf8_valid(clean.data, clean.len) || memchr(clean.data, '\033', clean.len) != NULL)
		abort();
	text_clear(&out);
	text_clear(&clean);
	return 0;
}

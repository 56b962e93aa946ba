/* TeX from anybody becomes text that is no larger than its limit, in UTF-8 when it was. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/tui/tui_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct text t;
	if (n > 16 * 1024)
		return 0;
	text_init(&t, 256 * 1024);
	tex_unicode(&t, (const char *)bytes, n);
	if (utf8_valid((const char *)bytes, n) && memchr(bytes, 0, n) == NULL && !t.over && !utf8_valid(t.data, t.len))
		abort();
	text_clear(&t);
	return 0;
}

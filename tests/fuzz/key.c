/* Bytes of any terminal: what comes out are whole keys, what is typed is no control of
 * the second set, and the reader always comes to an end. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/tui/key_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
take_all(struct key_reader *r)
{
	struct key_event e;
	while (key_next(r, &e)) {
		keycode c = e.code & 0xFFFFFF;
		if (e.kind == KEY_EVENT_NONE || (e.kind == KEY_EVENT_PASTE && e.n > KEY_PASTE_MAX))
			abort();
		if (e.kind == KEY_EVENT_KEY && !(e.code & KEY_SPECIAL) && (c > 0x10FFFF || (c >= 0x80 && c < 0xA0)))
			abort();
		if (e.kind == KEY_EVENT_MOUSE && (e.row < 0 || e.col < 0))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct key_reader r;
	struct key_event e;
	size_t step = n > 0 ? 1 + bytes[0] % 16 : 1;
	key_reader_init(&r);
	for (size_t at = 0; at < n; at += step) {
		key_feed(&r, (const char *)bytes + at, n - at < step ? n - at : step);
		take_all(&r);
		if (n > 1 && bytes[1] % 4 == 0)
			(void)key_timeout(&r, &e);
	}
	for (size_t i = 0; i <= n && key_waiting(&r); i++) {
		(void)key_timeout(&r, &e);
		take_all(&r);
	}
	if (key_waiting(&r))
		abort();
	key_reader_clear(&r);
	return 0;
}

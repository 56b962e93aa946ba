/* Answers to a WebSocket handshake: cut anywhere they end the same, and what is
 * taken for a yes has the one right accept line. */
#include <stdlib.h>
#include <string.h>
#include "../../src/wire/wire_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

static enum fault
judge(size_t *end, const char *bytes, size_t n, size_t step)
{
	struct wire_upgrade u;
	enum fault f = FAULT_NONE;
	wire_upgrade_init(&u);
	*end = 0;
	for (size_t at = 0, used = 0; at < n && f == FAULT_NONE && !u.whole; at += used) {
		f = wire_upgrade_feed(&u, &used, bytes + at, n - at < step ? n - at : step);
		*end = at + used;
	}
	if (f == FAULT_NONE && u.whole)
		f = wire_upgrade_judge(&u, "here", ACCEPT, NULL);
	else if (f == FAULT_NONE)
		f = FAULT_OFFLINE;
	if (f == FAULT_NONE && memmem(u.head.data, u.head.len, ACCEPT, sizeof ACCEPT - 1) == NULL)
		abort();
	text_clear(&u.head);
	return f;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	size_t whole_end, cut_end;
	enum fault a = judge(&whole_end, (const char *)bytes, n, n > 0 ? n : 1), b = judge(&cut_end, (const char *)bytes, n, n % 5 + 1);
	if (a != b || (a != FAULT_LIMIT && whole_end != cut_end))
		abort();
	return 0;
}

/* Chance from the kernel, ids of 128 bits, and the wish to stop. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "stoa/base.h"

static void
system_fill(void *bytes, size_t n, void *arg)
{
	(void)arg;
	unsigned char *p = bytes;
	while (n > 0) {
		ssize_t got = getrandom(p, n < 256 ? n : 256, 0);
		if (got < 0 && errno != EINTR)
			abort(); /* ids and keys without chance would be worse */
		if (got > 0) {
			p += got;
			n -= (size_t)got;
		}
	}
}

const struct chance chance_system = { system_fill, NULL };

void
id_make(char out[ID_BYTES], const struct chance *chance)
{
	unsigned char raw[(ID_BYTES - 1) / 2];
	chance->fill(raw, sizeof raw, chance->arg);
	for (size_t i = 0; i < sizeof raw; i++) {
		out[2 * i] = "0123456789abcdef"[raw[i] >> 4];
		out[2 * i + 1] = "0123456789abcdef"[raw[i] & 15];
	}
	out[ID_BYTES - 1] = '\0';
}

bool
id_valid(const char *s)
{
	return s != NULL && strlen(s) == ID_BYTES - 1 &&
	       strspn(s, "0123456789abcdef") == ID_BYTES - 1;
}

bool
cancel_asked(const struct cancel *c)
{
	return c != NULL && atomic_load_explicit(&c->asked, memory_order_relaxed);
}

enum fault
cancel_check(const struct cancel *c)
{
	if (cancel_asked(c))
		return fault(FAULT_CANCELLED, "cancelled");
	return FAULT_NONE;
}

/* A JSON web token from anybody: it is taken apart and its claims are read before a
 * signature is looked at, so this is what a stranger reaches. */
#include "stoa/people.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena a;
	arena_init(&a);
	/* Nothing is expected of it but a fault or none. */
	if (people_jwt_look(&a, arena_strndup(&a, (const char *)data, n)) != FAULT_NONE && fault_sentence()[0] == '\0')
		__builtin_trap();
	arena_clear(&a);
	return 0;
}

/* Who stands at the door: a token becomes a principal. */
#include "engine_in.h"

enum fault
engine_principal(struct principal *out, struct engine *e, const char *bearer)
{
	(void)e;
	if (bearer == NULL || bearer[0] == '\0') {
		*out = (struct principal){ .role = ROLE_NONE };
		return FAULT_NONE;
	}
	return fault(FAULT_DENIED, "the token is not valid, or no longer");
}

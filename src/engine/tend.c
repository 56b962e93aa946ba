/* What is due without anybody asking for it. */
#include "engine_in.h"

#define TEND_MS 60000

enum fault
engine_tend(int64_t *next_ms, struct engine *e, const struct cancel *cancel)
{
	struct call c = { .e = e, .cancel = cancel };
	enum fault f = pool_take(&c.db, e);
	if (f != FAULT_NONE)
		return f;
	retention_documents(&c);
	pool_put(e, c.db);
	*next_ms = TEND_MS;
	return FAULT_NONE;
}

/* What is due without anybody asking for it. */
#include "engine_in.h"

#define TEND_MS 60000

enum fault
engine_tend(int64_t *next_ms, struct engine *e, const struct cancel *cancel)
{
	struct call c = { .e = e, .cancel = cancel };
	enum fault f = pool_take(&c.db, e, "");
	if (f != FAULT_NONE)
		return f;
	pthread_mutex_lock(&e->round.lock);
	retention_documents(&c);
	f = retention_round(e, c.db, cancel);
	pthread_mutex_unlock(&e->round.lock);
	pool_put(e, c.db);
	if (f == FAULT_NONE)
		*next_ms = TEND_MS;
	return f;
}

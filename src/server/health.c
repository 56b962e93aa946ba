/* GET /health from what was found a moment ago.
 *
 * Balancers and watchers ask often, and the answer costs a look at the disk and the
 * store.  It is kept for a second, and given without a worker; what somebody with a
 * token was told counts what is his, so it is neither kept nor answered from here. */
#include <string.h>

#include "server_in.h"

#define KEEP_MS 1000

void
health_init(struct server *s)
{
	pthread_mutex_init(&s->health_lock, NULL);
	text_init(&s->health, 4096);
	s->health_at_ms = INT64_MIN / 2;
}

void
health_clear(struct server *s)
{
	pthread_mutex_destroy(&s->health_lock);
	text_clear(&s->health);
}

void
health_keep(struct server *s, const struct text *json)
{
	pthread_mutex_lock(&s->health_lock);
	text_reset(&s->health);
	text_put_n(&s->health, json->data, json->len);
	s->health_at_ms = server_now(s);
	pthread_mutex_unlock(&s->health_lock);
}

bool
health_reply(struct exchange *x)
{
	struct server *s = x->listener->server;
	pthread_mutex_lock(&s->health_lock);
	bool fresh = server_now(s) - s->health_at_ms < KEEP_MS && s->health.len > 0;
	if (fresh)
		reply_data_body(&x->reply.body, s->health.data, s->health.len, x->request_id, &s->clock);
	pthread_mutex_unlock(&s->health_lock);
	x->reply.status = fresh ? 200 : 0;
	x->reply.head_only = fresh && x->head;
	return fresh;
}

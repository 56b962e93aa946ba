/* The guard: who may connect, and how slow he may be.
 *
 * The library's timeouts begin anew with every byte, so whoever sends one byte now
 * and then stays for ever (100 % of slow connections lived after 100 s).  Here the
 * deadlines are absolute: so long for a head, so long for a body and not slower
 * than a rate, and whoever does not take what is sent to him goes.  A sweep twice a
 * second looks at every connection of the listener; nothing is armed per request.
 * When the next head of a kept connection begins, no callback tells; the kernel's
 * count of bytes does.  Clients are counted by address, IPv6 by /64. */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "guard_in.h"
#include "server_in.h"

#define BUCKETS 1024
#define RATE_BYTES_S 1024            /* slower than this, body or reader, is not meant */
#define UPLOAD_BYTES_S (16 * 1024)
#define KEPT_MS (75 * 1000)          /* a connection that asks nothing more */

/* ---- how many from one address ------------------------------------------------------ */

struct guest { struct guest *next; int count; char network[48]; };
struct guest_book { pthread_mutex_t lock; struct guest *buckets[BUCKETS]; };

struct guest_book *
guest_book_new(void)
{
	struct guest_book *b = mem_new(sizeof *b);
	pthread_mutex_init(&b->lock, NULL);
	return b;
}

void
guest_book_free(struct guest_book *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct guest *g = b->buckets[i], *next; g != NULL; g = next) {
			next = g->next;
			mem_free(g);
		}
	pthread_mutex_destroy(&b->lock);
	mem_free(b);
}

void
address_network(char out[48], const char *address)
{
	struct in6_addr six;
	if (inet_pton(AF_INET6, address, &six) == 1 && !IN6_IS_ADDR_V4MAPPED(&six) && !IN6_IS_ADDR_LOOPBACK(&six)) {
		memset(six.s6_addr + 8, 0, 8);
		inet_ntop(AF_INET6, &six, out, 48);
	} else {
		snprintf(out, 48, "%s", address);
	}
}

/* The place of network's guest in its bucket. The lock is held. */
static struct guest **
guest_at(struct guest_book *b, const char *network)
{
	uint32_t h = 2166136261u;
	for (const char *s = network; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	struct guest **at = &b->buckets[h % BUCKETS];
	while (*at != NULL && !str_same((*at)->network, network))
		at = &(*at)->next;
	return at;
}

bool
guest_enter(struct guest_book *b, const char *address, int most)
{
	char network[48];
	address_network(network, address);
	pthread_mutex_lock(&b->lock);
	struct guest **at = guest_at(b, network);
	if (*at == NULL) {
		*at = mem_new(sizeof **at);
		memcpy((*at)->network, network, sizeof network);
	}
	bool in = (*at)->count < most;
	(*at)->count += in;
	pthread_mutex_unlock(&b->lock);
	return in;
}

void
guest_leave(struct guest_book *b, const char *address)
{
	char network[48];
	address_network(network, address);
	pthread_mutex_lock(&b->lock);
	struct guest **at = guest_at(b, network), *g = *at;
	if (g != NULL && --g->count <= 0) {
		*at = g->next;
		mem_free(g);
	}
	pthread_mutex_unlock(&b->lock);
}

/* ---- how slow one may be ---------------------------------------------------------------- */

/* Time is up: why, or NULL. */
static const char *
late_head(const struct connection *c, int64_t now_ms, const struct server_limits *limits)
{
	int64_t since_ms = now_ms - c->since_ms;
	return c->state == CONNECTION_HEAD && since_ms >= limits->head_ms ? "slow-head" :
	       c->state == CONNECTION_IDLE && since_ms >= KEPT_MS ? "unused" : NULL;
}

static const char *
late_body(bool upload, int64_t received, int64_t taken_ms, const struct server_limits *limits)
{
	if (taken_ms >= limits->stall_ms && received < taken_ms * RATE_BYTES_S / 1000)
		return "slow-body";
	int64_t allowed_ms = limits->body_ms + (upload ? received * 1000 / UPLOAD_BYTES_S : 0);
	return taken_ms >= allowed_ms ? "late-body" : NULL;
}

static const char *
late_reader(struct connection *c, int64_t now_ms, const struct server_limits *limits)
{
	uint64_t acked;
	if (progress_waiting(c->fd) == 0 || !progress_read(&acked, c->fd)) {
		c->stuck_ms = 0;
		return NULL;
	}
	if (c->stuck_ms == 0) {
		c->stuck_ms = now_ms;
		c->acked_mark = acked;
		return NULL;
	}
	int64_t taken_ms = now_ms - c->stuck_ms;
	if (taken_ms <= limits->stall_ms / 10)   /* what its kernel takes at first is not reading */
		c->acked_mark = acked;
	if (taken_ms < limits->stall_ms)
		return NULL;
	if ((int64_t)(acked - c->acked_mark) < taken_ms * RATE_BYTES_S / 1000)
		return "slow-reader";
	c->stuck_ms = now_ms;
	c->acked_mark = acked;
	return NULL;
}

static void
cut(struct connection *c, const char *why, int64_t now_ms)
{
	struct server *s = c->listener->server;
	if (why == NULL || c->doomed)
		return;
	c->doomed = true;
	/* At once: else the library and the kernel would keep for him what he does not read. */
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };
	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	shutdown(c->fd, SHUT_RDWR);
	if (c->state != CONNECTION_IDLE)
		atomic_fetch_add(&s->cut, 1);
	log_event(LOG_INFO, "server", "cut", "why=%s ms=%lld requests=%llu", why, (long long)(now_ms - c->since_ms), (unsigned long long)c->requests);
	lws_set_timeout(c->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
}

static void
look_at(struct connection *c, int64_t now_ms)
{
	const struct server_limits *limits = &c->listener->server->limits;
	const char *why = late_head(c, now_ms, limits);
	if (why == NULL && c->state == CONNECTION_BODY)
		why = late_body(c->upload, (int64_t)c->body_bytes, now_ms - c->since_ms, limits);
	if (why == NULL)
		why = late_reader(c, now_ms, limits);
	cut(c, why, now_ms);
}

/* On HTTP/2 each request has a body of its own. */
static void
look_at_stream(const struct exchange *x, int64_t now_ms)
{
	if (x->wsi == NULL || !x->http2 || x->length <= 0 || x->complete || x->called || x->answer != NULL || x->reply.status != 0)
		return;
	cut(x->connection, late_body(x->call != NULL && x->call->upload != NULL, x->received, now_ms - x->began_ms, &x->listener->server->limits), now_ms);
}

static void
sweep(lws_sorted_usec_list_t *sul)
{
	struct listener *l = lws_container_of(sul, struct listener, sweep);
	int64_t now_ms = server_now(l->server);
	for (struct connection *c = l->connections; c != NULL; c = c->next)
		if (c->wsi != NULL)
			look_at(c, now_ms);
	for (const struct exchange *x = l->exchanges; x != NULL; x = x->next)
		look_at_stream(x, now_ms);
	lives_tend(l, now_ms);
	guard_start(l);
}

void
guard_start(struct listener *l)
{
	int64_t every_ms = l->server->limits.head_ms / 4;
	lws_sul_schedule(l->context, 0, &l->sweep, sweep, (every_ms < 500 ? every_ms : 500) * LWS_US_PER_MS);
}

void
guard_stop(struct listener *l)
{
	lws_sul_cancel(&l->sweep);
}

/* How often: a token bucket for each asker and class (API.md "Common").
 *
 * A bucket is one number, the time at which it is full again: taking a token
 * moves it on by the time that one token needs, and there is none left when it
 * would be further away than the whole bucket (the virtual scheduling form of
 * the generic cell rate algorithm, ITU-T I.371).  So the waiting time is exact
 * and a bucket that is full is the same as none.  The table is open addressing
 * over a hash of asker and class with a seed of its own; nobody gets a fresh
 * bucket by filling it.
 *
 * Servers that share a database share the buckets of accounts: the same number in a
 * row, moved on by one statement, so that two who take the last token at once get one.
 * It costs the cheapest call about a tenth of its time.  Whoever is only an address is
 * counted here: addresses are not written down. */
#include <string.h>

#include "engine_in.h"

#define BUCKETS_LEAST 1024
#define BUCKETS_MOST (1u << 19)   /* 12 MiB; at most half are used */
#define SWEEP_MS 1000

static const struct engine_rate usual[ENGINE_RATES] = {
	[LIMIT_GENERAL] = { 100, INT64_C(3600000) },
	[LIMIT_ASK] = { 50, INT64_C(3600000) },
	[LIMIT_EXPORT] = { 10, INT64_C(86400000) },
	[LIMIT_ADMIN] = { 1000, INT64_C(3600000) },
};

static struct limit_rate
rate_of(const struct engine_rate *asked, const struct engine_rate *other)
{
	int64_t count = asked->count > 0 ? asked->count : other->count,
		period_ms = asked->period_ms > 0 ? asked->period_ms : other->period_ms;
	struct limit_rate out = { 0, 0 };
	if (count <= 0)
		return out;
	if (period_ms > INT64_C(366) * 86400000)
		period_ms = INT64_C(366) * 86400000;
	out.token_ns = period_ms * 1000000 / count;
	out.token_ns += out.token_ns == 0;
	out.whole_ns = out.token_ns * count;
	return out;
}

void
limits_rates(struct limits *l, const struct engine_rate rates[ENGINE_RATES])
{
	pthread_mutex_lock(&l->lock);
	for (size_t i = 0; i < ENGINE_RATES; i++)
		l->rates[i] = rate_of(&rates[i], &usual[i]);
	pthread_mutex_unlock(&l->lock);
}

void
limits_init(struct limits *l, const struct engine_rate rates[ENGINE_RATES], const struct chance *chance)
{
	*l = (struct limits){ .size = BUCKETS_LEAST };
	pthread_mutex_init(&l->lock, NULL);
	chance->fill(l->seed, sizeof l->seed, chance->arg);
	l->items = mem_new_array(l->size, sizeof *l->items);
	limits_rates(l, rates);
}

void
engine_set_rates(struct engine *e, const struct engine_rate rates[ENGINE_RATES])
{
	limits_rates(&e->limits, rates);
}

void
limits_clear(struct limits *l)
{
	mem_free(l->items);
	pthread_mutex_destroy(&l->lock);
}

/* Where key is, or the free place where it would be. */
static struct bucket *
place_of(struct bucket *items, size_t size, const uint64_t key[2])
{
	size_t at = key[0] & (size - 1);
	while (items[at].full_ns != 0 && memcmp(items[at].key, key, sizeof items[at].key) != 0)
		at = (at + 1) & (size - 1);
	return &items[at];
}

/* Leave out what is full again; more room when there is still too little. */
static void
sweep(struct limits *l, int64_t now_ns)
{
	size_t kept = 0, size = l->size;
	for (size_t i = 0; i < l->size; i++)
		kept += l->items[i].full_ns > now_ns;
	if (kept * 4 > size && size < BUCKETS_MOST)
		size *= 2;
	struct bucket *items = mem_new_array(size, sizeof *items);
	for (size_t i = 0; i < l->size; i++)
		if (l->items[i].full_ns > now_ns)
			*place_of(items, size, l->items[i].key) = l->items[i];
	mem_free(l->items);
	l->items = items;
	l->size = size;
	l->count = kept;
	l->swept_ns = now_ns;
}

static bool
has_room(struct limits *l, int64_t now_ns)
{
	if (l->count * 2 < l->size)
		return true;
	if (l->size == BUCKETS_MOST && now_ns - l->swept_ns < SWEEP_MS * INT64_C(1000000))
		return false;
	sweep(l, now_ns);
	return l->count * 2 < l->size;
}

static void
key_of(uint64_t key[2], const struct limits *l, const char *asker, enum limit_class class)
{
	struct { unsigned char seed[16]; uint32_t class; char asker[60]; } whole;
	memset(&whole, 0, sizeof whole);
	memcpy(whole.seed, l->seed, sizeof whole.seed);
	whole.class = (uint32_t)class;
	memcpy(whole.asker, asker, strnlen(asker, sizeof whole.asker));
	vault_sum((unsigned char *)key, 16, &whole, sizeof whole);
}

static enum fault
too_often(int64_t wait_ns)
{
	return fault_often((wait_ns + 999999) / 1000000, "too often; again in %lld s",
		(long long)((wait_ns + 999999999) / 1000000000));
}

enum fault
limits_take(struct limits *l, const char *asker, enum limit_class class, int64_t now_ms)
{
	int64_t now_ns = now_ms * 1000000 + 1, wait_ns = 0;
	uint64_t key[2];
	if (class == LIMIT_NONE)
		return FAULT_NONE;
	key_of(key, l, asker, class);
	pthread_mutex_lock(&l->lock);
	const struct limit_rate *rate = &l->rates[class];
	struct bucket *b = place_of(l->items, l->size, key);
	bool room = b->full_ns != 0 || has_room(l, now_ns);
	if (room) {
		b = place_of(l->items, l->size, key);
		int64_t full_ns = (b->full_ns > now_ns ? b->full_ns : now_ns) + rate->token_ns;
		wait_ns = full_ns - now_ns - rate->whole_ns;
		if (wait_ns <= 0) {
			l->count += b->full_ns == 0;
			*b = (struct bucket){ { key[0], key[1] }, full_ns };
		}
	}
	pthread_mutex_unlock(&l->lock);
	if (!room)
		return fault(FAULT_BUSY, "too many people ask at once");
	return wait_ns > 0 ? too_often(wait_ns) : FAULT_NONE;
}

/* ---- shared ---------------------------------------------------------------------- */

static enum fault
full_at_read(int64_t *full_ns, struct store *db, const char *user, enum limit_class class)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "SELECT full_at FROM bucket WHERE asker = ? AND class = ?");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, user);
	statement_int(st, 2, class);
	f = statement_step(st);
	*full_ns = f == FAULT_NONE ? statement_col_int(st, 0) : 0;
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

enum fault
limits_take_shared(struct limits *l, struct store *db, const char *user, enum limit_class class, int64_t now_ms)
{
	struct statement *st;
	int64_t now_ns = now_ms * 1000000, taken = 0, full_ns = 0;
	pthread_mutex_lock(&l->lock);
	const struct limit_rate rate = l->rates[class];
	pthread_mutex_unlock(&l->lock);
	enum fault f = store_prepare(&st, db,
		"INSERT INTO bucket (asker, class, full_at) VALUES (?, ?, ?) ON CONFLICT (asker, class) DO UPDATE"
		" SET full_at = CASE WHEN bucket.full_at > ? THEN bucket.full_at ELSE ? END + ? WHERE bucket.full_at <= ?");
	if (f != FAULT_NONE)
		return f;
	statement_text(st, 1, user);
	statement_int(st, 2, class);
	statement_int(st, 3, now_ns + rate.token_ns);
	statement_int(st, 4, now_ns);
	statement_int(st, 5, now_ns);
	statement_int(st, 6, rate.token_ns);
	statement_int(st, 7, now_ns + rate.whole_ns - rate.token_ns);
	f = statement_run(st, &taken);
	statement_done(st);
	if (f != FAULT_NONE || taken > 0)
		return f;
	f = full_at_read(&full_ns, db, user, class);
	int64_t wait_ns = full_ns + rate.token_ns - rate.whole_ns - now_ns;
	return f == FAULT_NONE ? too_often(wait_ns > 0 ? wait_ns : 1) : f;
}

enum fault
limits_tend(struct store *db, int64_t now_ms)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "DELETE FROM bucket WHERE full_at < ?");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, now_ms * 1000000);
	f = statement_run(st, NULL);
	statement_done(st);
	return f;
}

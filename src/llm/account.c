/* Tokens and money.
 *
 * A request sets aside what it may cost before it is sent and settles what it did
 * cost afterwards, so that many requests at once cannot together pass the budget.
 * Where the endpoint does not count, tokens are estimated: four characters each,
 * one for each CJK character, as the common tokenisers do within a fifth.
 */
#include "llm_in.h"

static bool
is_cjk(uint32_t c)
{
	static const struct { uint32_t first, last; } ranges[] = {
		{ 0x1100, 0x11FF }, { 0x2E80, 0x9FFF }, { 0xA960, 0xA97F }, { 0xAC00, 0xD7FF },
		{ 0xF900, 0xFAFF }, { 0xFE30, 0xFE4F }, { 0xFF00, 0xFFEF }, { 0x20000, 0x3FFFF },
	};
	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

int64_t
llm_tokens(const char *s, size_t len)
{
	int64_t wide = 0, others = 0;
	for (size_t at = 0; at < len;) {
		uint32_t c = utf8_next(s, len, &at);
		if (c != UTF8_BAD && is_cjk(c))
			wide++;
		else
			others++;
	}
	return wide + (others + 3) / 4;
}

double
llm_cost(const struct llm *m, int64_t input_tokens, int64_t output_tokens)
{
	return ((double)input_tokens * m->config.input_usd_per_mtok
		+ (double)output_tokens * m->config.output_usd_per_mtok) / 1e6;
}

/* A new day begins with nothing spent. Call with the lock held. */
static void
turn_day(struct llm *m)
{
	int64_t day = m->clock.wall_ms(m->clock.arg) / DAY_MS;
	if (day != m->day)
		m->spent_usd = 0;
	m->day = day;
}

enum fault
llm_budget_reserve(struct llm_reserved *out, struct llm *m, double usd)
{
	const struct llm_purse *purse = &m->config.purse;
	double budget = m->config.daily_budget_usd;
	*out = (struct llm_reserved){ .usd = usd };
	if (purse->reserve != NULL)
		return usd > 0 ? purse->reserve(&out->day, usd, budget, purse->arg) : FAULT_NONE;
	pthread_mutex_lock(&m->lock);
	turn_day(m);
	double spent = m->spent_usd;
	bool fits = budget <= 0 || (spent < budget && spent + m->reserved_usd + usd <= budget);
	if (fits)
		m->reserved_usd += usd;
	pthread_mutex_unlock(&m->lock);
	if (!fits)
		return fault(FAULT_LIMIT, "today's budget for the model is %.2f dollars: %.4f are spent, this may cost %.4f", budget, spent, usd);
	return FAULT_NONE;
}

void
llm_budget_settle(struct llm *m, const struct llm_reserved *r, double spent_usd)
{
	const struct llm_purse *purse = &m->config.purse;
	if (purse->settle != NULL && r->usd > 0)
		purse->settle(r->day, r->usd, spent_usd, purse->arg);
	pthread_mutex_lock(&m->lock);
	turn_day(m);
	m->reserved_usd -= r->usd;
	if (m->reserved_usd < 0)
		m->reserved_usd = 0;
	m->spent_usd += spent_usd;
	pthread_mutex_unlock(&m->lock);
}

double
llm_spent_today(const struct llm *m)
{
	struct llm *own = (struct llm *)(uintptr_t)m;   /* the lock is not part of what const promises */
	pthread_mutex_lock(&own->lock);
	turn_day(own);
	double usd = own->spent_usd;
	pthread_mutex_unlock(&own->lock);
	return usd;
}

void
llm_spent_restore(struct llm *m, int64_t unix_ms, double usd)
{
	pthread_mutex_lock(&m->lock);
	turn_day(m);
	if (unix_ms / DAY_MS == m->day && usd > 0)
		m->spent_usd += usd;
	pthread_mutex_unlock(&m->lock);
}

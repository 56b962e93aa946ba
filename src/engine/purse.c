/* Money spent on the model, counted for all servers on one database.
 *
 * One row a day, in millionths of a dollar.  What a request may cost is added before
 * it is sent, by a statement that adds nothing when the budget does not hold it, and
 * corrected afterwards: however many servers ask at once, together they stay below.
 * A server that dies in between leaves its estimate counted until midnight (UTC). */
#include <math.h>

#include "engine_in.h"

static int64_t
millionths(double usd)
{
	return (int64_t)ceil(usd * 1e6);
}

static int64_t
today(struct engine *e)
{
	return e->clock.wall_ms(e->clock.arg) / DAY_MS;
}

static enum fault
spent_read(int64_t *out, struct store *db, int64_t day)
{
	struct statement *st;
	enum fault f = store_prepare(&st, db, "SELECT spent FROM purse WHERE day = ?");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, day);
	f = statement_step(st);
	*out = f == FAULT_NONE ? statement_col_int(st, 0) : 0;
	statement_done(st);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

/* *held false: the budget does not hold it, and nothing was added. */
static enum fault
add(bool *held, struct store *db, int64_t day, int64_t more, int64_t budget)
{
	struct statement *st;
	int64_t changed = 0;
	*held = more <= budget;
	if (!*held)
		return FAULT_NONE;
	enum fault f = store_prepare(&st, db,
		"INSERT INTO purse (day, spent) VALUES (?, ?) ON CONFLICT (day) DO UPDATE"
		" SET spent = purse.spent + ? WHERE purse.spent <= ?");
	if (f != FAULT_NONE)
		return f;
	statement_int(st, 1, day);
	statement_int(st, 2, more);
	statement_int(st, 3, more);
	statement_int(st, 4, budget - (more > 0 ? more : 0));
	f = statement_run(st, &changed);
	statement_done(st);
	*held = changed > 0;
	return f;
}

static enum fault
reserve(int64_t *day, double usd, double budget_usd, void *arg)
{
	struct engine *e = arg;
	struct store *db = NULL;
	bool held = false;
	int64_t spent = 0;
	*day = today(e);
	enum fault f = pool_take(&db, e, "");
	if (f == FAULT_NONE)
		f = add(&held, db, *day, millionths(usd), budget_usd > 0 ? millionths(budget_usd) : INT64_MAX);
	if (f == FAULT_NONE && !held)
		f = spent_read(&spent, db, *day);
	pool_put(e, db);
	if (f == FAULT_NONE && !held)
		return fault(FAULT_LIMIT, "today's budget for the model is %.2f dollars: %.4f are spent, this may cost %.4f",
			budget_usd, (double)spent / 1e6, usd);
	return f;
}

static void
settle(int64_t day, double reserved_usd, double spent_usd, void *arg)
{
	struct engine *e = arg;
	struct store *db = NULL;
	bool held;
	enum fault f = pool_take(&db, e, "");
	if (f == FAULT_NONE)
		f = add(&held, db, day, millionths(spent_usd) - millionths(reserved_usd), INT64_MAX);
	pool_put(e, db);
	if (f != FAULT_NONE)
		log_event(LOG_WARN, "engine", "spent-not-settled", "reason=%s", fault_sentence());
}

struct llm_purse
purse_of(struct engine *e)
{
	return (struct llm_purse){ reserve, settle, e };
}

double
purse_spent(struct engine *e)
{
	struct store *db = NULL;
	int64_t spent = 0;
	enum fault f = pool_take(&db, e, "");
	if (f == FAULT_NONE)
		f = spent_read(&spent, db, today(e));
	pool_put(e, db);
	return f == FAULT_NONE ? (double)spent / 1e6 : 0;
}

/* The language model as the tutor and the library see it.
 *
 * The domain rooms know a function; the llm room knows a protocol; here the one
 * becomes the other.  What was spent today is kept as a sealed record, so that a
 * budget holds across starts of the program. */
#include <string.h>

#include "engine_in.h"

#define OUTPUT_TOKENS 2048 /* three pages: longer is no answer, only dear */

/* The chain and the record of what was spent. */
static const char spent_id[] = "7370656e740000000000000000000001";

struct spent {
	int64_t at;
	double usd;
};
static const struct field spent_fields[] = {
	FIELD_OF(spent, at, FIELD_TIME, .help = "When it was counted."),
	FIELD_OF(spent, usd, FIELD_REAL, .help = "US dollars spent on that day."),
};
static RECORD_TYPE(record_spent, spent, spent_fields, "What a model has cost on one day.");

struct progress {
	void (*delta)(const char *s, size_t n, void *arg);
	void *arg;
};

static enum fault
pass_delta(const char *s, size_t n, void *arg)
{
	const struct progress *p = arg;
	if (p->delta != NULL)
		p->delta(s, n, p->arg);
	return FAULT_NONE;
}

static void
take_reply(struct tutor_completion *out, struct arena *a, const struct llm_reply *r)
{
	out->content = arena_strndup(a, r->content.data, r->content.len);
	out->calls = arena_alloc(a, r->call_count * sizeof *out->calls);
	out->call_count = r->call_count;
	for (size_t i = 0; i < r->call_count; i++)
		out->calls[i] = (struct tutor_call){ arena_strdup(a, r->calls[i].id),
			arena_strdup(a, r->calls[i].name), arena_strdup(a, r->calls[i].arguments) };
	out->usage = (struct usage){ r->usage.input_tokens, r->usage.output_tokens,
		r->usage.cost_usd, r->usage.estimated };
}

static enum fault
complete(struct tutor_completion *out, struct arena *a, const struct tutor_turn *turns,
	size_t turn_count, const struct tutor_tool *tools, size_t tool_count,
	void (*delta)(const char *s, size_t n, void *arg), void *delta_arg,
	const struct cancel *cancel, void *arg)
{
	struct engine *e = arg;
	struct llm_message *messages = arena_alloc(a, turn_count * sizeof *messages);
	struct llm_tool *lent = arena_alloc(a, tool_count * sizeof *lent);
	for (size_t i = 0; i < turn_count; i++)
		messages[i] = (struct llm_message){ turns[i].role, turns[i].content,
			turns[i].tool_call_id, turns[i].tool_calls_json };
	for (size_t i = 0; i < tool_count; i++)
		lent[i] = (struct llm_tool){ tools[i].name, tools[i].help,
			tools[i].parameters_schema };
	const struct llm_request req = { .messages = messages,
		.message_count = turn_count,
		.tools = lent,
		.tool_count = tool_count,
		.max_output_tokens = OUTPUT_TOKENS };
	struct progress p = { delta, delta_arg };
	struct llm_reply r = { 0 };
	enum fault f = llm_complete(&r, e->llm, &req, pass_delta, &p, cancel);
	if (f != FAULT_NONE)
		return f;
	take_reply(out, a, &r);
	llm_reply_clear(&r);
	return FAULT_NONE;
}

enum fault
model_embed(float **out, size_t *dims, const char *const *texts, size_t count, void *arg,
	const struct cancel *cancel)
{
	return llm_embed(out, dims, ((struct engine *)arg)->llm, texts, count, cancel);
}

enum fault
model_open(struct engine *e, const struct engine_config *config)
{
	if (config->llm_base_url == NULL)
		return FAULT_NONE;
	const struct llm_config llm = {
		.base_url = config->llm_base_url,
		.model = config->llm_model,
		.embedding_model = config->llm_embedding_model,
		.key_command = config->llm_key_command,
		.connect_ms = config->llm_connect_ms,
		.first_token_ms = config->llm_first_token_ms,
		.total_ms = config->llm_total_ms,
		.input_usd_per_mtok = config->llm_input_usd_per_mtok,
		.output_usd_per_mtok = config->llm_output_usd_per_mtok,
		.daily_budget_usd = config->llm_daily_budget_usd,
		.tries = 3,
		.purse = e->shared ? purse_of(e) : (struct llm_purse){ .arg = NULL },
	};
	enum fault f = llm_new(&e->llm, &llm, &e->clock, &e->chance);
	if (f == FAULT_NONE)
		e->model = (struct tutor_model){ complete, llm_model(e->llm), e };
	return f;
}

enum fault
model_spent_save(struct engine *e, struct store *db, const char *owner)
{
	if (e->llm == NULL || e->shared || store_is_locked(db) || store_read_only(db))
		return FAULT_NONE;
	struct spent now = { e->clock.wall_ms(e->clock.arg), llm_spent_today(e->llm) };
	pthread_mutex_lock(&e->doing_lock);
	bool same = now.usd == e->spent_saved;
	e->spent_saved = now.usd;     /* whoever comes meanwhile has nothing to add */
	pthread_mutex_unlock(&e->doing_lock);
	if (same)
		return FAULT_NONE;
	struct text json;
	text_init(&json, 1024);
	record_to_json(&json, &record_spent, &now);
	store_set_owner(db, ""); /* the purse is one for all */
	enum fault f = store_put(db, KIND_SETTING, spent_id, spent_id, json.data, json.len);
	store_set_owner(db, owner);
	text_clear(&json);
	if (f != FAULT_NONE) {
		pthread_mutex_lock(&e->doing_lock);
		e->spent_saved = -1;  /* the next one tries again */
		pthread_mutex_unlock(&e->doing_lock);
	}
	return f;
}

enum fault
model_spent_load(struct engine *e, struct store *db)
{
	if (e->llm == NULL || e->shared)
		return FAULT_NONE;
	struct arena a;
	struct sealed kept;
	void *record = NULL;
	arena_init(&a);
	enum fault f = store_get(&kept, &a, db, spent_id);
	if (f == FAULT_NONE)
		f = record_from_json(&record, &a, &record_spent, kept.plain, kept.plain_bytes);
	if (f == FAULT_NONE) {
		/* Unlocking again in one process finds what it has counted itself. */
		const struct spent *s = record;
		double more = s->usd - llm_spent_today(e->llm);
		if (more > 0)
			llm_spent_restore(e->llm, s->at, more);
		pthread_mutex_lock(&e->doing_lock);
		e->spent_saved = llm_spent_today(e->llm);
		pthread_mutex_unlock(&e->doing_lock);
	}
	arena_clear(&a);
	return f == FAULT_ABSENT ? FAULT_NONE : f;
}

double
model_spent_today(struct engine *e)
{
	return e->llm == NULL ? 0 : e->shared ? purse_spent(e) : llm_spent_today(e->llm);
}

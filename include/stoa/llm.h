/* llm -- a language model behind an OpenAI-compatible endpoint, if one is set up.
 *
 * Chat completion with streaming and tool calls, embeddings, tokens and cost, a
 * daily budget, three tries with backoff and jitter, a circuit breaker.  Nothing
 * is sent anywhere unless base_url is configured.  What the model says is
 * untrusted text; this room only carries it.
 * Threads: a struct llm may be used from many threads.  Limits: 256 KiB of answer,
 * 16 tool calls of 64 KiB, 8 MiB of request, 10 minutes with all tries.
 */
#ifndef STOA_LLM_H
#define STOA_LLM_H
#include "stoa/wire.h"

struct llm;
/* Money that is counted elsewhere, for several processes together. */
struct llm_purse {
	/* Set usd aside on *day (UTC, from 1970); LIMIT when the budget (0: none) does not hold it. */
	enum fault (*reserve)(int64_t *day, double usd, double budget_usd, void *arg);
	/* What was set aside on day has become that. */
	void (*settle)(int64_t day, double reserved_usd, double spent_usd, void *arg);
	void *arg;
};
struct llm_config {
	const char *base_url, *model, *embedding_model;
	const char *key_command;         /* shell command whose first output line is the key; run at first need */
	int connect_ms, first_token_ms, total_ms;
	double input_usd_per_mtok, output_usd_per_mtok, daily_budget_usd;   /* 0: unknown, no limit */
	struct llm_purse purse;          /* no functions: counted here */
	int tries;                       /* 3 */
	const char *ca_file;             /* certificates to trust instead of the system's; NULL: the system's */
	/* Wait between two tries; NULL: really wait. CANCELLED when asked to stop. */
	enum fault (*wait)(int64_t delay_ms, const struct cancel *cancel, void *arg); void *wait_arg;
};
struct llm_message { const char *role, *content, *tool_call_id, *tool_calls_json; };
struct llm_tool { const char *name, *help; const char *parameters_schema; };
struct llm_call { const char *id, *name, *arguments; };   /* a tool call the model asked for */
struct llm_usage { int64_t input_tokens, output_tokens; double cost_usd; bool estimated; };
struct llm_request {
	const struct llm_message *messages; size_t message_count;
	const struct llm_tool *tools; size_t tool_count;
	int max_output_tokens; double temperature;
};
struct llm_reply { struct text content; struct llm_call *calls; size_t call_count; struct llm_usage usage; struct arena arena; const char *finish; /* stop length tool_calls content_filter other */ int tries; };
/* A fault ends the completion and is returned; it is not tried again. */
typedef enum fault llm_delta_fn(const char *delta, size_t n, void *arg);

/* Copies config. INPUT: a base_url that may not be called, or no model named. */
enum fault llm_new(struct llm **out, const struct llm_config *config, const struct clock *clock, const struct chance *chance) STOA_MUST;
void llm_free(struct llm *m);
bool llm_configured(const struct llm *m);
const char *llm_model(const struct llm *m);
/* One completion. Deltas arrive as they are streamed; once one has, nothing is tried
 * again. ABSENT: no endpoint is set up. OFFLINE: not reached, timed out, cut, 5xx
 * after all tries, or the circuit is open (the sentence says which); BUSY: 429 after
 * all tries; LIMIT: budget spent, or an answer without end; DAMAGED: not the
 * protocol; DENIED: no key, 401, 403; INPUT: refused as asked. *out needs no init;
 * on a fault it is cleared already. */
enum fault llm_complete(struct llm_reply *out, struct llm *m, const struct llm_request *req, llm_delta_fn *delta, void *arg, const struct cancel *cancel) STOA_MUST;
void llm_reply_clear(struct llm_reply *r);
/* count vectors of `dims` floats each, unit length, asked for 64 at a time; out is the caller's (mem_free). */
enum fault llm_embed(float **out, size_t *dims, struct llm *m, const char *const *texts, size_t count, const struct cancel *cancel) STOA_MUST;
/* Spent today (UTC) by this process plus what was restored; kept by the engine. */
double llm_spent_today(const struct llm *m);
void llm_spent_restore(struct llm *m, int64_t unix_ms, double usd);

#endif

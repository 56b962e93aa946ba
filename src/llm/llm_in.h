/* The seams inside the llm room: the shared object, one try, one answer. */
#ifndef LLM_IN_H
#define LLM_IN_H
#include <json-c/json.h>
#include <pthread.h>
#include "stoa/llm.h"

/* A key in memory that is not swapped and not dumped (key.c). */
struct llm_secret { char *text; size_t mapped_bytes; };

/* What an endpoint was seen not to understand; learnt from its refusals. */
enum llm_dialect {
	LLM_NO_STREAM_OPTIONS = 1,
	LLM_COMPLETION_TOKENS = 2,   /* max_completion_tokens in place of max_tokens */
	LLM_NO_TEMPERATURE = 4
};

struct llm {
	char *base_url, *model, *embedding_model, *key_command, *ca_file;
	struct llm_config config;        /* numbers and functions; its texts are the copies above */
	struct clock clock;
	struct chance chance;
	pthread_mutex_t lock;            /* guards down to dialect */
	int failures;
	int64_t open_until_ms;           /* mono */
	bool probing;
	int64_t day;                     /* UTC, counted from 1970 */
	double spent_usd, reserved_usd;
	unsigned dialect;
	pthread_mutex_t key_lock;        /* guards the key; held while its command runs */
	struct llm_secret key;
};
int64_t llm_now_ms(const struct llm *m);                      /* mono */
void llm_url(struct text *out, const struct llm *m, const char *path);

/* ---- the key (key.c) --------------------------------------------------------- */

/* A copy of the key, fetched at first need; *out is empty when no command is set. */
enum fault llm_key_take(struct llm_secret *out, struct llm *m, const struct cancel *cancel) STOA_MUST;
void llm_key_forget(struct llm *m);                           /* refused: ask the command again */
void llm_secret_clear(struct llm_secret *s);

/* ---- money and tokens (account.c) ---------------------------------------------- */

int64_t llm_tokens(const char *s, size_t len);                /* about: characters / 4, CJK one each */
double llm_cost(const struct llm *m, int64_t input_tokens, int64_t output_tokens);
/* Set aside what a request may cost; LIMIT when today's budget does not hold it. */
struct llm_reserved { double usd; int64_t day; };
enum fault llm_budget_reserve(struct llm_reserved *out, struct llm *m, double usd) STOA_MUST;
void llm_budget_settle(struct llm *m, const struct llm_reserved *r, double spent_usd);

/* ---- tries (tries.c) and the circuit breaker (breaker.c) ------------------------- */

enum llm_verdict {
	LLM_WELL,      /* the endpoint works */
	LLM_AGAIN,     /* it failed; another try may help */
	LLM_LATER,     /* it works but has no time; another try may help */
	LLM_BROKEN,    /* it failed; another try would not help */
	LLM_REFUSED    /* it works and said no, or we stopped */
};
/* OFFLINE: open. *probe: this is the one request of a half-open circuit. */
enum fault llm_breaker_enter(bool *probe, struct llm *m) STOA_MUST;
void llm_breaker_leave(struct llm *m, bool probe, enum llm_verdict verdict);
struct llm_try { struct llm *m; int number; int64_t left_ms, retry_after_ms; enum llm_verdict verdict; const char *key; const struct cancel *cancel; };
/* One try: sets verdict (and retry_after_ms) and returns how it ended. */
typedef enum fault llm_try_fn(struct llm_try *t, void *arg);
enum fault llm_tries(int *tries, struct llm *m, llm_try_fn *once, void *arg, const struct cancel *cancel) STOA_MUST;
/* Verdict and fault of a status that is not 2xx, with the words of its body. */
enum fault llm_refusal(struct llm_try *t, const struct wire_reply *r) STOA_MUST;
/* Verdict of an exchange that ended in fault f. */
enum llm_verdict llm_verdict_of(enum fault f);

/* ---- one answer, gathered (answer.c, pick.c) ---------------------------------------- */

#define LLM_CALLS_MAX 16
#define LLM_ANSWER_BYTES (256u * 1024)
struct llm_partial_call { struct text id, name, arguments; };
struct llm_answer {
	llm_delta_fn *delta; void *arg;
	struct text content;
	struct llm_partial_call calls[LLM_CALLS_MAX]; size_t call_count;
	const char *finish;              /* NULL: not said yet */
	int64_t input_tokens, output_tokens;
	bool counted, done, begun;       /* usage seen; [DONE] seen; something was shown */
	bool stopped;                    /* by the receiver of the deltas */
};
void llm_answer_init(struct llm_answer *a, llm_delta_fn *delta, void *arg);
void llm_answer_clear(struct llm_answer *a);
wire_event_fn llm_answer_event;                               /* arg: the answer */
enum fault llm_answer_whole(struct llm_answer *a, const char *json, size_t len) STOA_MUST;
/* Is it all there? OFFLINE: cut short. */
enum fault llm_answer_check(const struct llm_answer *a) STOA_MUST;

/* Member `name` of o: NULL when absent or null; DAMAGED when of another type. */
enum fault llm_pick(struct json_object **out, struct json_object *o, const char *name, enum json_type type) STOA_MUST;

/* The body of a completion request (request.c). */
enum fault llm_request_body(struct text *out, const struct llm *m, const struct llm_request *req, unsigned dialect) STOA_MUST;
/* What the refusal's words say about our dialect; 0: nothing new. */
unsigned llm_dialect_learn(const char *body, unsigned known);

#endif

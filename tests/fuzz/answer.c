/* What a model endpoint sends: any bytes as events or as a whole answer end in a
 * fault or in an answer within its limits. */
#include <stdint.h>
#include <stdlib.h>
#include "../../src/llm/llm_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
look(const struct llm_answer *a)
{
	if (a->call_count > LLM_CALLS_MAX || a->content.len > LLM_ANSWER_BYTES || a->input_tokens < 0 || a->output_tokens < 0)
		abort();
	if (!utf8_valid(a->content.data, a->content.len))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct llm_answer a;
	struct wire_sse p;
	llm_answer_init(&a, NULL, NULL);
	wire_sse_init(&p);
	enum fault f = wire_sse_feed(&p, (const char *)bytes, n, llm_answer_event, &a);
	if (f == FAULT_NONE || a.done)
		f = llm_answer_check(&a);
	look(&a);
	wire_sse_clear(&p);
	llm_answer_clear(&a);

	llm_answer_init(&a, NULL, NULL);
	f = llm_answer_whole(&a, (const char *)bytes, n);
	if (f == FAULT_NONE && llm_answer_check(&a) == FAULT_NONE)
		look(&a);
	llm_answer_clear(&a);
	return 0;
}

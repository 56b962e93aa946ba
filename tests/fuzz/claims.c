/* What a model says is cut into claims: any bytes, no harm. */
#include <stdlib.h>
#include <string.h>
#include "../../src/tutor/model_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct arena a;
	struct claim claims[ANSWER_SENTENCES_MAX];
	struct text shown;
	arena_init(&a);
	text_init(&shown, 1 << 20);
	char *reply = arena_strndup(&a, (const char *)bytes, n < 65536 ? n : 65536);
	size_t count = claims_parse(claims, ANSWER_SENTENCES_MAX, &a, reply);
	if (count > ANSWER_SENTENCES_MAX)
		abort();
	for (size_t i = 0; i < count; i++) {
		if (claims[i].sentence == NULL || claims[i].source < 0)
			abort();
		(void)claim_grounded(&a, claims[i].sentence, claims[i].quote ? claims[i].quote : "", "why?");
		put_marked(&shown, claims[i].sentence, claims[i].source);
	}
	struct route r;
	route_question(&r, &a, reply);
	if (r.query == NULL || r.whole == NULL || r.topic == NULL)
		abort();
	text_clear(&shown);
	arena_clear(&a);
	return 0;
}

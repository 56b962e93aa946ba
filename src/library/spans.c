/* Which words of a passage to mark: those whose stems the query means, and runs of
 * CJK characters that share pairs with it, joined where they touch. */
#include <string.h>
#include "find_in.h"

/* Does the word, or the pair of CJK characters it ends, belong to the query? */
static bool
is_meant(const struct query *q, const char *stem, size_t len)
{
	for (size_t i = 0; i < q->term_count; i++)
		if (q->terms[i].share > 0 && q->terms[i].len == len && memcmp(q->terms[i].stem, stem, len) == 0)
			return true;
	return false;
}

void
find_spans(struct record_list *out, struct arena *a, const struct query *q, const char *text)
{
	struct stemmer stemmer;
	struct tokens tokens;
	struct token t, before = { 0 };
	struct span *spans = NULL;
	size_t count = 0, cap = 0;
	stemmer_open(&stemmer, q->language);
	tokens_start(&tokens, text, strlen(text));
	for (; token_next(&t, &tokens); before = t) {
		char stem[2 * TOKEN_BYTES_MAX + 16];
		size_t len = stemmer_stem(stem, &stemmer, &t), start = t.start;
		bool meant = !token_is_stop(&t) && is_meant(q, stem, len);
		if (t.cjk && t.joined) {
			memcpy(stem, before.plain, before.plain_len);
			memcpy(stem + before.plain_len, t.plain, t.plain_len);
			if (is_meant(q, stem, before.plain_len + t.plain_len)) {
				meant = true;
				start = before.start;
			}
		}
		if (!meant)
			continue;
		if (count > 0 && t.cjk && spans[count - 1].end >= (int64_t)start) {
			spans[count - 1].end = (int64_t)t.end;
			continue;
		}
		mem_reserve(&spans, &cap, count + 1, sizeof *spans);
		spans[count++] = (struct span){ (int64_t)start, (int64_t)t.end };
	}
	stemmer_close(&stemmer);
	struct span *kept = arena_alloc(a, (count + 1) * sizeof *kept);
	if (count > 0)
		memcpy(kept, spans, count * sizeof *kept);
	mem_free(spans);
	*out = (struct record_list){ kept, count };
}

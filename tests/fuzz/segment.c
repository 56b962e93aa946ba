/* A segment's bytes from anywhere: checks set right so that everything behind them
 * is read, then looked up, walked, sought and searched.  Nothing may be read outside. */
#include <string.h>
#include "../../src/library/find_in.h"

static bool
visit(const char *word, size_t len, uint32_t id, uint32_t df, void *arg)
{
	const struct segment *s = arg;
	struct stem_entry e;
	struct exact_entry x;
	(void)id, (void)df;
	if (segment_exact(&x, s, word, len))
		(void)segment_stem_of(s, x.id);
	if (segment_stem(&e, s, word, len)) {
		struct posting_cursor c;
		uint32_t steps = 0;
		for (cursor_start(&c, &e, s->h.passages); cursor_at(&c) != CURSOR_END && steps < 1000; steps++)
			cursor_step(&c);
		cursor_start(&c, &e, s->h.passages);
		cursor_seek(&c, s->h.passages / 2);
	}
	return true;
}

static void
search(struct segment *s)
{
	struct snapshot_part part = { .segment = s };
	struct snapshot view = { .parts = &part, .count = 1, .passages = s->h.passages, .total_len = s->h.total_len };
	struct arena a;
	struct query q;
	struct candidate c[8];
	struct bm25 p = { .9, .8, 1, .5 };
	struct allow all = { .all = true };
	bool damaged;
	arena_init(&a);
	query_read(&q, &a, &view, "granite basalt 花崗岩 stone hrad", NULL);
	size_t n = search_top(c, 8, &view, &q, &p, &all, false, &damaged);
	rank_candidates(c, n, &view, &q, &p);
	rank_feedback(&q, &a, c, n, &view);
	arena_clear(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct manifest m;
	struct segment s;
	struct segment_header h;
	uint32_t words[256];
	if (manifest_parse(&m, (const char *)bytes, n) == FAULT_NONE)
		manifest_clear(&m);
	if (n < sizeof h)
		return 0;
	unsigned char *copy = mem_dup(bytes, n);
	memcpy(&h, copy, sizeof h);
	memcpy(h.magic, "STOASEG1", 8);
	h.size_bytes = n;
	h.header_check = bytes_check(&h, offsetof(struct segment_header, header_check));
	memcpy(copy, &h, sizeof h);
	if (segment_read(&s, copy, n, false) == FAULT_NONE) {
		segment_words(&s, "", 0, visit, &s);
		segment_words(&s, "gr", 2, visit, &s);
		segment_stems(&s, visit, &s);
		for (uint32_t i = 0; i < s.h.passages && i < 64; i++) {
			size_t heading;
			(void)segment_forward(words, 256, &s, i, &heading);
			(void)segment_passage_no(&s, i);
		}
		for (uint32_t i = 0; i < s.h.docs && i < 64; i++)
			(void)segment_title(words, 256, &s, i);
		search(&s);
	}
	mem_free(copy);
	return 0;
}

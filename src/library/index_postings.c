/* From sequences of words to postings: stem by stem, passage by passage.
 *
 * Every passage gets its title's and heading's words as flags.  Touching CJK
 * characters give pairs; a kana alone gives nothing.
 */
#include <string.h>
#include "index_build_in.h"

static void
collect(struct collector *c, uint32_t stem, uint32_t local, uint8_t flag)
{
	size_t old = c->slot_cap;
	mem_reserve(&c->slot_of, &c->slot_cap, (size_t)stem + 1, sizeof *c->slot_of);
	if (c->slot_cap > old)
		memset(c->slot_of + old, 0, (c->slot_cap - old) * sizeof *c->slot_of);
	uint32_t slot = c->slot_of[stem];
	if (slot == 0 || slot - 1 < c->first) {
		mem_reserve(&c->items, &c->cap, c->count + 1, sizeof *c->items);
		c->items[c->count++] = (struct posting){ stem, local, 0, 0 };
		c->slot_of[stem] = slot = (uint32_t)c->count;
	}
	struct posting *p = &c->items[slot - 1];
	p->flags |= flag;
	if (flag == 0 && p->tf < 63)
		p->tf++;
}

/* A CJK character's bytes in UTF-8; 0: not CJK. */
static size_t
cjk_bytes(const struct builder *b, uint32_t word)
{
	const struct term_key *k = &b->exact.keys[word];
	size_t at = 0;
	if (k->len < 3 || k->len > 4 || (unsigned char)b->exact.bytes[k->at] < 0xE2)
		return 0;
	return code_is_cjk(utf8_next(b->exact.bytes + k->at, k->len, &at)) && at == k->len ? k->len : 0;
}

/* A kana alone says nothing; in pairs it does. */
static bool
is_kana(const char *s, size_t len)
{
	size_t at = 0;
	return code_is_kana(utf8_next(s, len, &at));
}

static void
collect_run(struct collector *c, size_t at, size_t len, uint32_t local, uint8_t flag)
{
	struct builder *b = c->b;
	char pair[8];
	size_t before = 0;
	for (size_t i = at; i < at + len; i++) {
		uint32_t word = b->seq[i];
		if (word == SEQ_BREAK) {
			before = 0;
			continue;
		}
		size_t n = cjk_bytes(b, word);
		if (n == 0 || !is_kana(terms_at(&b->exact, word), n))
			collect(c, b->stem_of[word], local, flag);
		if (n > 0 && before > 0) {
			memcpy(pair, terms_at(&b->exact, b->seq[i - 1]), before);
			memcpy(pair + before, terms_at(&b->exact, word), n);
			collect(c, terms_put(&b->stems, pair, before + n), local, flag);
		}
		before = n;
	}
}

void
postings_collect(struct collector *c)
{
	struct builder *b = c->b;
	for (size_t d = 0; d < b->doc_count; d++) {
		const struct built_doc *doc = &b->docs[d];
		for (uint32_t local = doc->first; local < doc->first + doc->count; local++) {
			const struct built_passage *p = &b->passages[local];
			c->first = c->count;
			collect_run(c, p->body, p->body_len, local, 0);
			collect_run(c, doc->title, doc->title_len, local, POSTING_TITLE);
			collect_run(c, p->head, p->head_len, local, POSTING_HEADING);
		}
	}
}

/* Stable counting sort by stem: locals stay ascending. */
struct posting *
postings_sort(const struct collector *c, size_t *starts /* stems + 1 */, size_t stems)
{
	struct posting *sorted = mem_new_array(c->count + 1, sizeof *sorted);
	size_t *next = mem_new_array(stems + 1, sizeof *next);
	for (size_t i = 0; i < c->count; i++)
		starts[c->items[i].stem + 1]++;
	for (size_t s = 0; s < stems; s++)
		starts[s + 1] += starts[s];
	memcpy(next, starts, stems * sizeof *next);
	for (size_t i = 0; i < c->count; i++)
		sorted[next[c->items[i].stem]++] = c->items[i];
	mem_free(next);
	return sorted;
}

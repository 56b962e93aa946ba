/* Fewer, larger segments: living documents of several go back through the builder.
 *
 * Sizes are in classes of eight; eight segments of a class become one of the next,
 * so that every passage is written again about log8(n) times.  Words of a document
 * that is gone stay in its segment until that is written again, alone: a small one at
 * once, a large one (8 ms for 1,000 passages) when a quarter is dead, or nobody waits.
 * Word numbers are translated once per segment, not once per token.
 */
#include <stdlib.h>
#include <string.h>
#include "index_in.h"

#define CLASS_FACTOR 8
#define CLASS_FIRST 128u

static unsigned
class_of(uint32_t passages)
{
	unsigned c = 0;
	for (uint64_t edge = CLASS_FIRST; passages >= edge; edge *= CLASS_FACTOR)
		c++;
	return c;
}

/* ---- one document from a segment into a builder ---------------------------------- */

/* used: by a document that lives; NULL: all are. */
struct translation { const struct segment *s; struct builder *b; uint32_t *words, *stems; bool *used_words, *used_stems; };

static bool
translate_stem(const char *word, size_t len, uint32_t id, uint32_t df, void *arg)
{
	struct translation *t = arg;
	(void)df;
	if (t->used_stems == NULL || t->used_stems[id])
		t->stems[id] = terms_put(&t->b->stems, word, len);
	return true;
}

static bool
translate_word(const char *word, size_t len, uint32_t id, uint32_t df, void *arg)
{
	struct translation *t = arg;
	struct builder *b = t->b;
	(void)df;
	if (t->used_words != NULL && !t->used_words[id])
		return true;
	size_t before = b->exact.count;
	uint32_t stem = segment_stem_of(t->s, id);
	t->words[id] = terms_put(&b->exact, word, len);
	if (b->exact.count > before) {
		mem_reserve(&b->stem_of, &b->stem_of_cap, b->exact.count, sizeof *b->stem_of);
		b->stem_of[t->words[id]] = stem < t->s->h.stems ? t->stems[stem] : 0;
	}
	return true;
}

static size_t
copy_words(struct translation *t, const uint32_t *words, size_t count)
{
	struct builder *b = t->b;
	mem_reserve(&b->seq, &b->seq_cap, b->seq_len + count, sizeof *b->seq);
	for (size_t i = 0; i < count; i++)
		b->seq[b->seq_len++] = words[i] == SEQ_BREAK ? SEQ_BREAK : t->words[words[i]];
	return count;
}

#define WORDS_MAX (UINT16_MAX * 2)

static void
copy_document(struct translation *t, size_t doc, uint32_t *words)
{
	struct builder *b = t->b;
	const struct segment_doc *d = &t->s->docs[doc];
	struct built_doc *built;
	mem_reserve(&b->docs, &b->doc_cap, b->doc_count + 1, sizeof *b->docs);
	built = &b->docs[b->doc_count++];
	*built = (struct built_doc){ d->no, (uint32_t)b->passage_count, d->count, d->language, b->seq_len, 0 };
	size_t n = segment_title(words, WORDS_MAX, t->s, doc);
	built->title_len = copy_words(t, words, n < WORDS_MAX ? n : WORDS_MAX);
	mem_reserve(&b->passages, &b->passage_cap, b->passage_count + d->count, sizeof *b->passages);
	for (uint32_t local = d->first; local < d->first + d->count; local++) {
		struct built_passage *p = &b->passages[b->passage_count++];
		size_t heading;
		n = segment_forward(words, WORDS_MAX, t->s, local, &heading);
		n = n < WORDS_MAX ? n : WORDS_MAX;
		heading = heading < n ? heading : n;
		p->head = b->seq_len;
		p->head_len = copy_words(t, words, heading);
		p->body = b->seq_len;
		p->body_len = copy_words(t, words + heading, n - heading);
	}
}

struct living { size_t part, doc; int64_t no; };

static int
by_number(const void *a, const void *b)
{
	const struct living *x = a, *y = b;
	return x->no < y->no ? -1 : x->no > y->no;
}

/* Every living document of the chosen parts, in order of their numbers. */
static struct living *
living_of(size_t *count, const struct snapshot *s, const bool *chosen)
{
	struct living *all = NULL;
	size_t cap = 0, n = 0;
	for (size_t i = 0; i < s->count; i++) {
		const struct segment *g = s->parts[i].segment;
		for (size_t d = 0; chosen[i] && d < g->h.docs; d++) {
			if (part_is_dead(&s->parts[i], g->docs[d].no))
				continue;
			mem_reserve(&all, &cap, n + 1, sizeof *all);
			all[n++] = (struct living){ i, d, g->docs[d].no };
		}
	}
	if (n > 0)
		qsort(all, n, sizeof *all, by_number);
	*count = n;
	return all;
}

static void
use(struct translation *t, const uint32_t *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (words[i] == SEQ_BREAK || t->used_words[words[i]])
			continue;
		uint32_t stem = segment_stem_of(t->s, words[i]);
		t->used_words[words[i]] = true;
		if (stem < t->s->h.stems)
			t->used_stems[stem] = true;
	}
}

/* Words that only dead documents hold must not go on. */
static void
mark_used(struct translation *t, const struct snapshot_part *p, uint32_t *words)
{
	const struct segment *g = t->s;
	if (p->dead_count == 0)
		return;
	t->used_words = mem_new(g->h.exact + 1);
	t->used_stems = mem_new(g->h.stems + 1);
	for (size_t doc = 0; doc < g->h.docs; doc++) {
		const struct segment_doc *d = &g->docs[doc];
		size_t heading;
		if (part_is_dead(p, d->no))
			continue;
		size_t n = segment_title(words, WORDS_MAX, g, doc);
		use(t, words, n < WORDS_MAX ? n : WORDS_MAX);
		for (uint32_t local = d->first; local < d->first + d->count; local++) {
			n = segment_forward(words, WORDS_MAX, g, local, &heading);
			use(t, words, n < WORDS_MAX ? n : WORDS_MAX);
		}
	}
}

static enum fault
join(struct builder *b, const struct snapshot *s, const bool *chosen, const struct cancel *cancel)
{
	size_t count;
	struct living *all = living_of(&count, s, chosen);
	struct translation *t = mem_new_array(s->count + 1, sizeof *t);
	uint32_t *words = mem_new_array(WORDS_MAX, sizeof *words);
	enum fault f = FAULT_NONE;
	for (size_t i = 0; i < s->count; i++) {
		const struct segment *g = s->parts[i].segment;
		if (!chosen[i])
			continue;
		struct segment checked;
		if ((f = segment_read(&checked, g->map, g->size_bytes, true)) != FAULT_NONE)
			goto out;
		t[i] = (struct translation){ g, b, mem_new_array(g->h.exact + 1, 4), mem_new_array(g->h.stems + 1, 4), NULL, NULL };
		mark_used(&t[i], &s->parts[i], words);
		segment_stems(g, translate_stem, &t[i]);
		segment_words(g, "", 0, translate_word, &t[i]);
	}
	for (size_t i = 0; i < count; i++) {
		if (i % 64 == 0 && (f = cancel_check(cancel)) != FAULT_NONE)
			goto out;
		copy_document(&t[all[i].part], all[i].doc, words);
	}
out:
	for (size_t i = 0; i < s->count; i++) {
		mem_free(t[i].words);
		mem_free(t[i].stems);
		mem_free(t[i].used_words);
		mem_free(t[i].used_stems);
	}
	mem_free(t);
	mem_free(words);
	mem_free(all);
	return f;
}

/* The chosen parts become one, in the place of the first. */
static enum fault
merge_parts(struct index *ix, const bool *chosen, const struct cancel *cancel)
{
	struct builder b = { 0 };
	struct segment *merged = NULL;
	unsigned char *bytes = NULL;
	size_t n;
	enum fault f = join(&b, ix->now, chosen, cancel);
	if (f == FAULT_NONE && b.doc_count > 0) {
		builder_finish(&bytes, &n, &b);
		f = index_put_segment(&merged, ix, bytes, n);
	}
	builder_clear(&b);
	mem_free(bytes);
	if (f != FAULT_NONE)
		return f;
	struct snapshot *next = snapshot_new(ix->now->count + 1);
	for (size_t i = 0; i < ix->now->count; i++) {
		const struct snapshot_part *p = &ix->now->parts[i];
		if (chosen[i])
			continue;
		struct snapshot_part *q = &next->parts[next->count++];
		*q = (struct snapshot_part){ p->segment, p->dead_count ? mem_dup(p->dead, p->dead_count * sizeof *p->dead) : NULL, p->dead_count };
		atomic_fetch_add(&p->segment->refs, 1);
	}
	if (merged != NULL)
		next->parts[next->count++] = (struct snapshot_part){ .segment = merged };
	return index_publish(ix, next);
}

static uint32_t
dead_passages(const struct snapshot_part *p)
{
	uint32_t dead = 0;
	for (size_t d = 0; d < p->segment->h.docs; d++)
		if (part_is_dead(p, p->segment->docs[d].no))
			dead += p->segment->docs[d].count;
	return dead;
}

/* Which parts to join next; false: it is tidy. */
static bool
choose(bool *chosen, const struct snapshot *s, bool all, uint32_t clean)
{
	size_t count_of[16] = { 0 }, picked = 0, dead = 0;
	uint64_t passages = 0;
	for (size_t i = 0; i < s->count; i++) {
		uint32_t n = s->parts[i].segment->h.passages;
		chosen[i] = s->parts[i].dead_count > 0 && (all || n <= clean || dead_passages(&s->parts[i]) * 4 >= n);
		if (chosen[i] && !all) {
			memset(chosen, 0, s->count * sizeof *chosen);
			return chosen[i] = true;
		}
		count_of[class_of(n) & 15] += n < PASSAGES_PER_SEGMENT / 2;
	}
	for (size_t i = 0; i < s->count; i++) {
		uint32_t n = s->parts[i].segment->h.passages;
		bool wanted = all ? chosen[i] || n < PASSAGES_PER_SEGMENT / 2 :
			n < PASSAGES_PER_SEGMENT / 2 && count_of[class_of(n) & 15] >= CLASS_FACTOR;
		chosen[i] = wanted && passages + n <= PASSAGES_PER_SEGMENT;
		passages += chosen[i] ? n : 0;
		picked += chosen[i];
		dead += chosen[i] && s->parts[i].dead_count > 0;
	}
	return picked > 1 || dead > 0;
}

enum fault
index_tidy(struct index *ix, bool all, uint32_t clean, const struct cancel *cancel)
{
	enum fault f = FAULT_NONE;
	bool *chosen = mem_new_array(SEGMENTS_MAX + 1, sizeof *chosen);
	for (int round = 0; f == FAULT_NONE && round < 64 && choose(chosen, ix->now, all, clean); round++)
		f = merge_parts(ix, chosen, cancel);
	mem_free(chosen);
	return f;
}

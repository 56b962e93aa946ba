/* The bytes of a segment: header, documents, forward index, two dictionaries, lists.
 *
 * Dictionaries are sorted and front-coded in blocks of sixteen with a table of block
 * starts; a stem's number is its place by alphabet, a word's its place by frequency.
 */
#include <stdlib.h>
#include <string.h>
#include "index_build_in.h"

struct bytes { unsigned char *data; size_t len, cap; };

static void
put_bytes(struct bytes *o, const void *bytes, size_t n)
{
	mem_reserve(&o->data, &o->cap, o->len + n, 1);
	if (n > 0)
		memcpy(o->data + o->len, bytes, n);
	o->len += n;
}

static void
put_var(struct bytes *o, uint64_t v)
{
	unsigned char small[10];
	put_bytes(o, small, varbyte_put(small, v));
}

static void
align8(struct bytes *o)
{
	put_bytes(o, "\0\0\0\0\0\0\0", (8 - o->len % 8) % 8);
}

/* One list: blocks of 128 as gap, and behind an odd gap the tf and the fields; when
 * there is more than one block, a table of them in front. */
static void
put_block(struct bytes *o, const struct posting *p, size_t n, uint32_t *previous)
{
	for (size_t i = 0; i < n; i++) {
		bool more = p[i].tf != 1 || p[i].flags != 0;
		put_var(o, (uint64_t)(p[i].local - *previous) << 1 | more);
		if (more) {
			unsigned char c = (unsigned char)(p[i].tf << 2 | p[i].flags);
			put_bytes(o, &c, 1);
		}
		*previous = p[i].local;
	}
}

static void
put_list(struct bytes *o, const struct posting *p, size_t df)
{
	struct bytes body = { 0 };
	uint32_t previous = 0;
	for (size_t at = 0; at < df; at += POSTINGS_BLOCK) {
		size_t n = df - at < POSTINGS_BLOCK ? df - at : POSTINGS_BLOCK;
		put_block(&body, p + at, n, &previous);
		if (df > POSTINGS_BLOCK) {
			uint32_t row[2] = { previous, (uint32_t)body.len };
			put_bytes(o, row, sizeof row);
		}
	}
	put_bytes(o, body.data, body.len);
	mem_free(body.data);
}

struct ordered { const char *s; uint16_t len; uint32_t id; };

static int
by_string(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;
	int order = memcmp(x->s, y->s, x->len < y->len ? x->len : y->len);
	return order != 0 ? order : (int)x->len - (int)y->len;
}

static struct ordered *
sorted_terms(const struct term_table *t)
{
	struct ordered *all = mem_new_array(t->count + 1, sizeof *all);
	for (size_t i = 0; i < t->count; i++)
		all[i] = (struct ordered){ terms_at(t, (uint32_t)i), t->keys[i].len, (uint32_t)i };
	qsort(all, t->count, sizeof *all, by_string);
	return all;
}

/* A dictionary entry: what it shares with the one before (nothing at the head of a
 * block of 16), the rest, then what the caller appends. */
static void
put_key(struct bytes *o, const struct ordered *all, size_t i)
{
	size_t shared = 0;
	if (i % 16 != 0)
		while (shared < all[i].len && shared < all[i - 1].len && all[i].s[shared] == all[i - 1].s[shared])
			shared++;
	put_var(o, shared);
	put_var(o, all[i].len - shared);
	put_bytes(o, all[i].s + shared, all[i].len - shared);
}

struct output {
	struct bytes o;
	struct segment_header h;
	struct builder *b;
	uint32_t *rank;          /* exact number -> number by frequency */
	uint32_t *exact_df;
	struct collector postings;
	struct ordered *stems;   /* by alphabet: a stem's place is its number in the file */
	uint32_t *stem_rank;
};

struct counted { uint32_t count, id; };

static int
by_count(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;
	return x->count != y->count ? (x->count < y->count ? 1 : -1) : x->id < y->id ? -1 : x->id > y->id;
}

static void
rank_words(struct output *out)
{
	struct builder *b = out->b;
	struct counted *c = mem_new_array(b->exact.count + 1, sizeof *c);
	uint32_t *last = mem_new_array(b->exact.count + 1, sizeof *last);
	for (size_t i = 0; i < b->exact.count; i++)
		c[i].id = (uint32_t)i;
	for (size_t i = 0; i < b->passage_count; i++) {
		const uint32_t *seq = b->seq + b->passages[i].body;
		for (size_t j = 0; j < b->passages[i].body_len; j++) {
			if (seq[j] == SEQ_BREAK)
				continue;
			c[seq[j]].count++;
			out->exact_df[seq[j]] += last[seq[j]] != i + 1;
			last[seq[j]] = (uint32_t)i + 1;
		}
	}
	qsort(c, b->exact.count, sizeof *c, by_count);
	for (size_t i = 0; i < b->exact.count; i++)
		out->rank[c[i].id] = (uint32_t)i;
	mem_free(c);
	mem_free(last);
}

static void
put_words(struct output *out, size_t at, size_t len)
{
	for (size_t i = at; i < at + len; i++)
		put_var(&out->o, out->b->seq[i] == SEQ_BREAK ? 0 : (uint64_t)out->rank[out->b->seq[i]] + 1);
}

/* By word: its stem, in two bytes when that is enough. */
static void
put_stem_of(struct output *out)
{
	const struct builder *b = out->b;
	uint32_t *stem_of = mem_new_array(b->exact.count + 1, sizeof *stem_of);
	for (size_t i = 0; i < b->exact.count; i++)
		stem_of[out->rank[i]] = out->stem_rank[b->stem_of[i]];
	for (size_t i = 0; i < b->exact.count; i++) {
		uint16_t narrow = (uint16_t)stem_of[i];
		if (b->stems.count <= STEMS_NARROW)
			put_bytes(&out->o, &narrow, sizeof narrow);
		else
			put_bytes(&out->o, &stem_of[i], sizeof stem_of[i]);
	}
	mem_free(stem_of);
}

static void
put_docs(struct output *out)
{
	const struct builder *b = out->b;
	out->h.at_docs = out->o.len;
	size_t at = out->o.len;
	struct segment_doc zero = { 0 };
	for (size_t i = 0; i < b->doc_count; i++)
		put_bytes(&out->o, &zero, sizeof zero);
	out->h.at_lens = out->o.len;
	for (size_t i = 0; i < b->passage_count; i++) {
		uint16_t len = (uint16_t)(b->passages[i].body_len < UINT16_MAX ? b->passages[i].body_len : UINT16_MAX);
		out->h.total_len += len;
		put_bytes(&out->o, &len, sizeof len);
	}
	align8(&out->o);
	out->h.at_stem_of = out->o.len;
	put_stem_of(out);
	align8(&out->o);
	out->h.at_forward_index = out->o.len;
	for (size_t i = 0; i <= b->passage_count; i++)
		put_bytes(&out->o, &(uint32_t){ 0 }, 4);
	align8(&out->o);
	out->h.at_forward = out->o.len;
	for (size_t i = 0; i < b->doc_count; i++) {
		const struct built_doc *d = &b->docs[i];
		struct segment_doc row = { d->no, d->first, d->count, d->language, (uint32_t)d->title_len, out->o.len - out->h.at_forward };
		memcpy(out->o.data + at + i * sizeof row, &row, sizeof row);
		put_words(out, d->title, d->title_len);
	}
}

/* Passages: number of heading words, heading, body. */
static void
put_forward(struct output *out)
{
	const struct builder *b = out->b;
	for (size_t i = 0; i <= b->passage_count; i++) {
		uint32_t at = (uint32_t)(out->o.len - out->h.at_forward);
		memcpy(out->o.data + out->h.at_forward_index + 4 * i, &at, 4);
		if (i == b->passage_count)
			break;
		const struct built_passage *p = &b->passages[i];
		put_var(&out->o, p->head_len);
		put_words(out, p->head, p->head_len);
		put_words(out, p->body, p->body_len);
	}
	align8(&out->o);
}

static void
put_exact(struct output *out)
{
	struct ordered *all = sorted_terms(&out->b->exact);
	size_t n = out->b->exact.count;
	out->h.at_exact_index = out->o.len;
	for (size_t i = 0; i < (n + 15) / 16; i++)
		put_bytes(&out->o, &(uint64_t){ 0 }, 8);
	out->h.at_exact = out->o.len;
	for (size_t i = 0; i < n; i++) {
		uint64_t at = out->o.len - out->h.at_exact;
		if (i % 16 == 0)
			memcpy(out->o.data + out->h.at_exact_index + i / 16 * 8, &at, 8);
		put_key(&out->o, all, i);
		put_var(&out->o, out->rank[all[i].id]);
		put_var(&out->o, out->exact_df[all[i].id]);
	}
	align8(&out->o);
	mem_free(all);
}

static void
put_stem(struct output *out, struct bytes *lists, const struct posting *p, size_t df)
{
	uint32_t max_tf = 0, min_len = UINT16_MAX;
	uint64_t cf = 0;
	for (size_t i = 0; i < df; i++) {
		uint32_t tf = p[i].tf + !!(p[i].flags & POSTING_TITLE) + !!(p[i].flags & POSTING_HEADING);
		size_t len = out->b->passages[p[i].local].body_len;
		max_tf = tf > max_tf ? tf : max_tf;
		min_len = len < min_len ? (uint32_t)len : min_len;
		cf += p[i].tf;
	}
	size_t before = lists->len;
	put_list(lists, p, df);
	put_var(&out->o, df);
	put_var(&out->o, cf);
	put_var(&out->o, lists->len - before);
	if (df > POSTINGS_BLOCK) {
		put_var(&out->o, max_tf);
		put_var(&out->o, min_len);
	}
}

static void
put_stems(struct output *out)
{
	size_t n = out->b->stems.count;
	size_t *starts = mem_new_array(n + 2, sizeof *starts);
	struct posting *sorted = postings_sort(&out->postings, starts, n);
	struct bytes lists = { 0 };
	out->h.stems = (uint32_t)n;
	out->h.at_stem_index = out->o.len;
	for (size_t i = 0; i < (n + 15) / 16; i++)
		put_bytes(&out->o, (uint64_t[2]){ 0 }, 16);
	out->h.at_stems = out->o.len;
	for (size_t i = 0; i < n; i++) {
		uint64_t row[2] = { out->o.len - out->h.at_stems, lists.len };
		uint32_t id = out->stems[i].id;
		if (i % 16 == 0)
			memcpy(out->o.data + out->h.at_stem_index + i / 16 * 16, row, sizeof row);
		put_key(&out->o, out->stems, i);
		put_stem(out, &lists, sorted + starts[id], starts[id + 1] - starts[id]);
	}
	align8(&out->o);
	out->h.at_postings = out->o.len;
	put_bytes(&out->o, lists.data, lists.len);
	align8(&out->o);
	mem_free(lists.data);
	mem_free(sorted);
	mem_free(starts);
}

static void
rank_stems(struct output *out)
{
	out->postings.b = out->b;
	postings_collect(&out->postings);
	out->stems = sorted_terms(&out->b->stems);
	out->stem_rank = mem_new_array(out->b->stems.count + 1, sizeof *out->stem_rank);
	for (size_t i = 0; i < out->b->stems.count; i++)
		out->stem_rank[out->stems[i].id] = (uint32_t)i;
}

void
builder_finish(unsigned char **out_bytes, size_t *size_bytes, struct builder *b)
{
	struct output out = { .b = b };
	out.rank = mem_new_array(b->exact.count + 1, sizeof *out.rank);
	out.exact_df = mem_new_array(b->exact.count + 1, sizeof *out.exact_df);
	rank_words(&out);
	rank_stems(&out);
	memcpy(out.h.magic, "STOASEG1", 8);
	out.h.docs = (uint32_t)b->doc_count;
	out.h.passages = (uint32_t)b->passage_count;
	out.h.exact = (uint32_t)b->exact.count;
	put_bytes(&out.o, &out.h, sizeof out.h);
	put_docs(&out);
	put_forward(&out);
	put_exact(&out);
	put_stems(&out);
	out.h.size_bytes = out.o.len;
	out.h.body_check = bytes_check(out.o.data + sizeof out.h, out.o.len - sizeof out.h);
	out.h.header_check = bytes_check(&out.h, offsetof(struct segment_header, header_check));
	memcpy(out.o.data, &out.h, sizeof out.h);
	mem_free(out.postings.items);
	mem_free(out.postings.slot_of);
	mem_free(out.stems);
	mem_free(out.stem_rank);
	mem_free(out.rank);
	mem_free(out.exact_df);
	*out_bytes = out.o.data;
	*size_bytes = out.o.len;
}

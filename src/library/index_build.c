/* Building a segment: tokens go in passage by passage, the bytes of a file come out.
 *
 * The forward index (each passage as its sequence of word numbers, frequent words
 * first so that they take one byte) is the source of truth: postings over stems are
 * derived from it, ranking reads exact forms and neighbourhood from it, and merging
 * feeds it back in here.  Pairs of touching CJK characters are derived too.
 * All in memory: a segment has at most PASSAGES_PER_SEGMENT passages.
 */
#include <string.h>
#include "find_in.h"

void
builder_clear(struct builder *b)
{
	terms_clear(&b->exact);
	terms_clear(&b->stems);
	mem_free(b->stem_of);
	mem_free(b->docs);
	mem_free(b->passages);
	mem_free(b->seq);
	*b = (struct builder){ 0 };
}

static void
put_seq(struct builder *b, uint32_t word)
{
	mem_reserve(&b->seq, &b->seq_cap, b->seq_len + 1, sizeof *b->seq);
	b->seq[b->seq_len++] = word;
}

static uint32_t
put_word(struct builder *b, struct stemmer *stemmer, const struct token *t)
{
	size_t before = b->exact.count;
	uint32_t word = terms_put(&b->exact, t->plain, t->plain_len);
	if (b->exact.count > before) {
		char stem[TOKEN_BYTES_MAX + 8];
		size_t len = stemmer_stem(stem, stemmer, t);
		mem_reserve(&b->stem_of, &b->stem_of_cap, b->exact.count, sizeof *b->stem_of);
		b->stem_of[word] = terms_put(&b->stems, stem, len);
	}
	return word;
}

/* The tokens of s go to the sequence; answers how many entries. */
static size_t
put_text(struct builder *b, struct stemmer *stemmer, const char *s, size_t len)
{
	struct tokens tokens;
	struct token t;
	size_t first = b->seq_len;
	bool cjk = false;
	tokens_start(&tokens, s, len);
	while (token_next(&t, &tokens)) {
		if (token_is_stop(&t))
			continue;
		if (cjk && t.cjk && !t.joined)
			put_seq(b, SEQ_BREAK);
		put_seq(b, put_word(b, stemmer, &t));
		cjk = t.cjk;
	}
	return b->seq_len - first;
}

/* Language of a document: what most of its first passages say. */
static unsigned
document_language(const struct index_passage *passages, size_t count)
{
	struct text sample;
	text_init(&sample, 8192);
	for (size_t i = 0; i < count && sample.len < 4096; i++) {
		text_put_n(&sample, passages[i].text, utf8_floor(passages[i].text, passages[i].len, 2000));
		text_put_c(&sample, '\n');
	}
	unsigned language = language_number(library_language(sample.data ? sample.data : "", sample.len));
	text_clear(&sample);
	return language == LANGUAGE_NONE ? language_number("en") : language;
}

void
builder_add(struct builder *b, int64_t doc_no, const char *title, const struct index_passage *passages, size_t count)
{
	struct stemmer stemmer;
	struct built_doc doc = { .no = doc_no, .first = (uint32_t)b->passage_count, .count = (uint32_t)count };
	doc.language = document_language(passages, count);
	stemmer_open(&stemmer, doc.language);
	doc.title = b->seq_len;
	doc.title_len = title == NULL ? 0 : put_text(b, &stemmer, title, strlen(title));
	const char *heading = NULL;
	size_t head = 0, head_len = 0;
	mem_reserve(&b->passages, &b->passage_cap, b->passage_count + count, sizeof *b->passages);
	for (size_t i = 0; i < count && !cancel_asked(b->cancel); i++) {
		if (!str_same(heading, passages[i].heading)) {
			heading = passages[i].heading;
			head = b->seq_len;
			head_len = heading == NULL ? 0 : put_text(b, &stemmer, heading, strlen(heading));
		}
		struct built_passage *p = &b->passages[b->passage_count++];
		*p = (struct built_passage){ .head = head, .head_len = head_len, .body = b->seq_len };
		p->body_len = put_text(b, &stemmer, passages[i].text, passages[i].len);
	}
	mem_reserve(&b->docs, &b->doc_cap, b->doc_count + 1, sizeof *b->docs);
	b->docs[b->doc_count++] = doc;
	stemmer_close(&stemmer);
}

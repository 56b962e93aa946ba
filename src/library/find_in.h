/* The inside of finding: text -> tokens -> segments -> candidates -> sentences.
 *
 * analysis.c and stem.c say what a token is; index_*.c keep postings in immutable
 * mapped segments; query.c reads a question; search.c fetches candidates; rank.c,
 * score.c and expect.c judge them; find.c strings it together.
 */
#ifndef FIND_IN_H
#define FIND_IN_H
#include <pthread.h>
#include "library_in.h"

/* ---- tokens ---------------------------------------------------------------- */

#define TOKEN_BYTES_MAX 64
/* A word in NFKC, case folded; `plain` also without diacritics.  A CJK character
 * is a token of its own; `joined` says that it touches the CJK token before it. */
struct token {
	size_t start, end;                      /* bytes of the source */
	char form[TOKEN_BYTES_MAX + 8], plain[TOKEN_BYTES_MAX + 8];
	size_t form_len, plain_len;
	bool cjk, joined, digits, capital, upper;   /* upper: two or more letters, all capital */
};
struct tokens { const char *s; size_t len, at, cjk_end; };
void tokens_start(struct tokens *t, const char *s, size_t len);
bool token_next(struct token *out, struct tokens *t);
bool code_is_cjk(uint32_t c);
bool code_is_kana(uint32_t c);
bool code_is_word(uint32_t c);

/* ---- languages and stems ------------------------------------------------------ */

#define LANGUAGE_NONE 0
unsigned language_number(const char *code);   /* of the table in stem.c; 0: none */
const char *language_code(unsigned number);
struct stemmer { void *snowball; unsigned language; };
void stemmer_open(struct stemmer *s, unsigned language);
void stemmer_close(struct stemmer *s);
/* The stem of a token without diacritics; out holds TOKEN_BYTES_MAX + 8. */
size_t stemmer_stem(char *out, struct stemmer *s, const struct token *t);
/* A function word that is not worth indexing; "WHO" among small letters is. */
bool token_is_stop(const struct token *t);
bool word_is_stop(const char *plain, size_t len);

/* ---- segments -------------------------------------------------------------------- */

struct term_table {                    /* strings -> numbers from 0, in order of coming */
	uint32_t *slots; size_t slot_count;
	char *bytes; size_t bytes_len, bytes_cap;
	struct term_key { uint64_t hash; uint32_t at; uint16_t len; } *keys; size_t count, cap;
};
void terms_clear(struct term_table *t);
uint32_t terms_put(struct term_table *t, const char *s, size_t len);
static inline const char *terms_at(const struct term_table *t, uint32_t i) { return t->bytes + t->keys[i].at; }

#define SEQ_BREAK UINT32_MAX           /* between CJK characters that do not touch */
#define PASSAGES_PER_SEGMENT 400000u
struct builder {
	struct term_table exact, stems;
	uint32_t *stem_of; size_t stem_of_cap;
	struct built_doc { int64_t no; uint32_t first, count, language; size_t title, title_len; } *docs; size_t doc_count, doc_cap;
	struct built_passage { size_t head, head_len, body, body_len; } *passages; size_t passage_count, passage_cap;
	uint32_t *seq; size_t seq_len, seq_cap;
};
void builder_clear(struct builder *b);
void builder_add(struct builder *b, int64_t doc_no, const char *title, const struct index_passage *passages, size_t count);
/* The bytes of a segment file; mem_free(). */
void builder_finish(unsigned char **out, size_t *size_bytes, struct builder *b);

struct segment_header {
	char magic[8];
	uint64_t size_bytes, total_len;
	uint32_t docs, passages, exact, stems;
	uint64_t at_docs, at_lens, at_forward_index, at_forward, at_exact_index, at_exact, at_stem_of, at_stem_index, at_stems, at_postings;
	uint64_t body_check, header_check;
};
struct segment_doc { int64_t no; uint32_t first, count, language, title_len; uint64_t title_at; };
struct segment {
	atomic_int refs;
	char name[32];
	const unsigned char *map; size_t size_bytes; bool mapped;
	struct segment_header h;
	const struct segment_doc *docs;
	const uint16_t *lens;
	const uint32_t *stem_of;
};
uint64_t bytes_check(const void *bytes, size_t n);
/* Check the shape of a segment's bytes, which stay the caller's; whole: the body
 * check too. DAMAGED says what is wrong. */
enum fault segment_read(struct segment *out, const unsigned char *bytes, size_t n, bool whole) STOA_MUST;
enum fault segment_open(struct segment **out, const char *folder, const char *name) STOA_MUST;
void segment_release(struct segment *s);
/* Index into docs of the document of a passage. */
size_t segment_doc_of(const struct segment *s, uint32_t local);
passage_no segment_passage_no(const struct segment *s, uint32_t local);

struct exact_entry { uint32_t id, df; };
struct stem_entry { uint32_t id, df, max_tf, min_len; uint64_t cf; const unsigned char *list; size_t list_bytes; };
bool segment_exact(struct exact_entry *out, const struct segment *s, const char *word, size_t len);
bool segment_stem(struct stem_entry *out, const struct segment *s, const char *stem, size_t len);
/* All exact forms in alphabetical order, from the first that is not before `from`;
 * ends when each() answers false. */
typedef bool segment_word_fn(const char *word, size_t len, uint32_t id, uint32_t df, void *arg);
void segment_words(const struct segment *s, const char *from, size_t from_len, segment_word_fn *each, void *arg);
void segment_stems(const struct segment *s, segment_word_fn *each, void *arg);
/* Body tokens (exact ids and SEQ_BREAK) of a passage, at most cap; heading first
 * when asked for. The count, which may be larger than cap. */
size_t segment_forward(uint32_t *out, size_t cap, const struct segment *s, uint32_t local, size_t *heading);
size_t segment_title(uint32_t *out, size_t cap, const struct segment *s, size_t doc);

#define POSTINGS_BLOCK 128u
#define POSTING_TITLE 1u
#define POSTING_HEADING 2u
struct posting_cursor {
	const unsigned char *list; size_t list_bytes;
	uint32_t df, blocks, block, n, i, limit;
	uint32_t locals[POSTINGS_BLOCK];
	uint8_t tfs[POSTINGS_BLOCK], flags[POSTINGS_BLOCK];
	bool damaged;
};
#define CURSOR_END UINT32_MAX
void cursor_start(struct posting_cursor *c, const struct stem_entry *e, uint32_t limit);
void cursor_block(struct posting_cursor *c, uint32_t block);
void cursor_seek(struct posting_cursor *c, uint32_t local);
static inline uint32_t cursor_at(const struct posting_cursor *c) { return c->i < c->n ? c->locals[c->i] : CURSOR_END; }
static inline void cursor_step(struct posting_cursor *c) { if (++c->i >= c->n) cursor_block(c, c->block + 1); }

size_t varbyte_put(unsigned char *out, uint64_t v);
/* Bytes eaten; 0: runs past end or is too long. */
size_t varbyte_get(uint64_t *v, const unsigned char *p, const unsigned char *end);

/* What a search sees: segments and the documents dead in each. */
struct snapshot {
	atomic_int refs;
	struct snapshot_part { struct segment *segment; int64_t *dead; size_t dead_count; } *parts; size_t count;
	uint64_t passages, total_len;   /* with dead ones, as df counts them */
	uint64_t number;
};
/* The newest snapshot, looking for news of other processes; snapshot_release(). */
enum fault index_snapshot(struct snapshot **out, struct index *ix) STOA_MUST;
void snapshot_release(struct snapshot *s);
/* What a manifest file says; parts without segments. Fuzzed. */
struct manifest { struct manifest_part { char name[32]; int64_t *dead; size_t dead_count; } *parts; size_t count; uint64_t next, number; };
enum fault manifest_parse(struct manifest *out, const char *s, size_t len) STOA_MUST;
void manifest_clear(struct manifest *m);

#endif

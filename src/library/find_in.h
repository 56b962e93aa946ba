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
#define LANGUAGE_ENGLISH 1
unsigned language_number(const char *code);   /* of the table in stem.c; 0: none */
const char *language_code(unsigned number);
bool language_function_word(unsigned language, const struct token *t);
struct stemmer { void *snowball; unsigned language; };
void stemmer_open(struct stemmer *s, unsigned language);
void stemmer_close(struct stemmer *s);
/* The stem of a token without diacritics; out holds TOKEN_BYTES_MAX + 8. */
size_t stemmer_stem(char *out, struct stemmer *s, const struct token *t);
/* A function word that is not worth indexing; "WHO" among small letters is. */
bool token_is_stop(const struct token *t);
bool word_is_stop(const char *plain, size_t len);

/* Groups of words that stand for one another (English), as a set of bits. */
struct alike;
struct alike *alike_open(void);
void alike_close(struct alike *t);
#define ALIKE_SETS 4u
void alike_groups(uint64_t out[ALIKE_SETS], const struct alike *t, const char *stem, size_t len);

/* ---- segments -------------------------------------------------------------------- */

struct term_table {                    /* strings -> numbers from 0, in order of coming */
	uint32_t *slots; size_t slot_count;
	char *bytes; size_t bytes_len, bytes_cap;
	struct term_key { uint64_t hash; uint32_t at; uint16_t len; } *keys; size_t count, cap;
};
void terms_clear(struct term_table *t);
uint32_t terms_put(struct term_table *t, const char *s, size_t len);
uint32_t terms_find(const struct term_table *t, const char *s, size_t len);   /* UINT32_MAX: not there */
static inline const char *terms_at(const struct term_table *t, uint32_t i) { return t->bytes + t->keys[i].at; }

#define SEQ_BREAK UINT32_MAX           /* between CJK characters that do not touch */
#define PASSAGES_PER_SEGMENT 400000u
struct builder {
	struct term_table exact, stems;
	uint32_t *stem_of; size_t stem_of_cap;
	struct built_doc { int64_t no; uint32_t first, count, language; size_t title, title_len; } *docs; size_t doc_count, doc_cap;
	struct built_passage { size_t head, head_len, body, body_len; } *passages; size_t passage_count, passage_cap;
	uint32_t *seq; size_t seq_len, seq_cap;
	const struct cancel *cancel;     /* asked: what is built is not whole */
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
	const unsigned char *stem_of;
};
#define STEMS_NARROW 0x10000u         /* so many at most: two bytes a stem */
uint32_t segment_stem_of(const struct segment *s, uint32_t word);   /* UINT32_MAX: no such word */
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
/* The stem of a number; its length, 0: no such. */
size_t segment_stem_at(char out[256], const struct segment *s, uint32_t id);
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
#define TF_MOST 65u                    /* 63 in the text, one each for the fields */
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
	const struct alike *alike;      /* the index's */
	uint64_t number;
};
/* The newest snapshot, looking for news of other processes; snapshot_release(). */
enum fault index_snapshot(struct snapshot **out, struct index *ix) STOA_MUST;
void snapshot_release(struct snapshot *s);
void index_condemn(struct index *ix);   /* a search met damage: build it again at next opening */
bool part_is_dead(const struct snapshot_part *p, int64_t doc_no);
/* Raised when tokens, stems or segments change: an index of another format is built
 * again from the stored texts at the next opening, never searched. */
#define INDEX_FORMAT 3
/* What a manifest file says; parts without segments. Fuzzed. */
struct manifest { struct manifest_part { char name[32]; int64_t *dead; size_t dead_count; } *parts; size_t count; uint64_t next, number; };
enum fault manifest_parse(struct manifest *out, const char *s, size_t len) STOA_MUST;
void manifest_clear(struct manifest *m);


/* ---- a query ----------------------------------------------------------------- */

#define QUERY_WORDS_MAX 200u
#define QUERY_TERMS_MAX 256u
/* A word as typed (or repaired), function words too. */
struct query_word {
	struct token token;
	char stem[TOKEN_BYTES_MAX + 8]; size_t stem_len;
	bool stop, repaired, from_before;
	int term, exact;         /* -1: none */
};
/* What is looked for: one row a different stem (or CJK pair). */
struct query_term {
	const char *stem; size_t len;
	double weight, idf;      /* weight: how often and from where */
	uint64_t df, cf;
	bool cjk, unknown, name, number; /* name: with a capital inside the query */
	uint64_t groups[ALIKE_SETS];   /* alike.c */
	double share;            /* weight * idf, for coverage; 0: does not count */
	double local;            /* the same with the idf among the candidates */
	struct stem_entry *entries;  /* one a part; df 0: not there */
};
struct query_exact { const char *word; size_t len; double idf; uint64_t df; int term; uint32_t *ids; /* one a part */ };
struct query_pair { int first, second; uint64_t df; double idf; };
struct query {
	struct query_word *words; size_t word_count;
	struct query_term *terms; size_t term_count;
	struct query_exact *exacts; size_t exact_count;
	struct query_pair *pairs; size_t pair_count;
	enum answer_type type;
	int focus;               /* a term; -1 */
	unsigned language;
	bool topical;            /* no question: feedback helps */
	bool denies;             /* "not", "without": who says the contrary does not answer */
	const char *text, *corrected;
	const struct alike *alike;   /* English only */
	double sum_share, sum_local, average_len, passages;
};
/* Read a query against what a snapshot holds. */
void query_read(struct query *out, struct arena *a, const struct snapshot *s, const char *text, const char *before);
/* Fill idf, entries and df of terms from `from` on. */
void query_weigh(struct query *q, struct arena *a, const struct snapshot *s, size_t from);
enum answer_type query_type(int *focus_word, const struct query_word *words, size_t count, const char *text, unsigned language);
/* How much a word of the question counts: one that frames it ("the role of") little. */
#define FRAME_WEIGHT .15
double asking_weight(const struct query_word *words, size_t count, size_t i, unsigned language);
/* Does the word only ask ("explain", function words of other languages than English)? */
bool asking_only(const struct token *t, unsigned language);
void asking_stop_parts(struct query_word *words, size_t count, const char *text);
bool asking_denies(const struct token *t);   /* "not", "never", "without" */
/* Is the word in a list with a space on either side of each? */
bool word_among(const char *word, const char *list);
/* The best known word one slip away (two for long words); 0: none, else its length.
 * *df is its frequency. */
size_t spell_repair(char out[TOKEN_BYTES_MAX + 8], uint64_t *df, const struct snapshot *s, const char *word, size_t len);
uint64_t snapshot_exact_df(const struct snapshot *s, const char *word, size_t len);

/* ---- candidates ---------------------------------------------------------------- */

struct bm25 { double k1, b, title, heading; };
/* Documents that may be found, sorted; all: every living one. */
struct allow { const int64_t *docs; size_t count; bool all; };
struct candidate {
	uint32_t part, local;
	double stem;             /* BM25 over stems, what the search ordered by */
	double exact, pair, total;
	passage_no no;
};
/* The k best by BM25 over stems, best first; out holds k.  exhaustive: score all
 * (the tests compare). *damaged when a list did not add up. */
size_t search_top(struct candidate *out, size_t k, const struct snapshot *s, const struct query *q, const struct bm25 *p, const struct allow *allow, bool exhaustive, bool *damaged);
/* Judge candidates by exact forms and pairs and put them in order. */
void rank_candidates(struct candidate *c, size_t count, const struct snapshot *s, struct query *q, const struct bm25 *p);
/* Bo1: add the terms that the best candidates share. */
void rank_feedback(struct query *q, struct arena *a, const struct candidate *c, size_t count, const struct snapshot *s);

/* ---- sentences -------------------------------------------------------------------- */

/* Does the sentence hold a value of the kind asked for that the question lacks?
 * The bonus of ENGINE's T, 0 when not. */
#define EXPECT_WORDS 96u               /* of a sentence, looked at for where the values are */
double expect_bonus(enum answer_type type, const char *s, size_t len, const struct query *q, bool values[EXPECT_WORDS]);
/* Words that go with the kind of question: "because" in a sentence for "why". */
double expect_cue(enum answer_type type, const char *s, size_t len, const struct query *q);
double score_weigh(const struct sentence_features *f, bool cjk);
struct scored { size_t candidate; struct range at; double score; struct sentence_features f; };
struct passage_text { const char *text; size_t len; const char *title, *heading; unsigned language; };
/* Score every sentence of a passage; appended to out (cap grows in a). */
void score_passage(struct scored **out, size_t *count, size_t *cap, const struct passage_text *p, size_t rank, const struct candidate *c, double best, const struct query *q);

/* ---- all of it -------------------------------------------------------------------- */

#define CONTEXT_DOC ((int64_t)1 << 43)
struct finder {
	struct index *ix;
	enum fault (*read)(struct passage *p, struct arena *a, passage_no no, void *arg);
	void *arg;
	struct allow allow;
	const struct clock *clock;
	library_embed_fn *embed; void *embed_arg;   /* NULL: no vectors */
	struct store *vectors;          /* where they are rows; NULL: in files */
};
/* What confidence is computed from (confidence.c); fitted by tests/bench/fit.c. */
#define SURE_FEATURES 36u
void confidence_features(double out[SURE_FEATURES], const struct found *f, size_t sentence);
enum fault find_run(struct found **out, struct arena *a, const struct finder *from, const struct find_request *req, const struct cancel *cancel) STOA_MUST;
/* Ranges of words that the query means, within text. */
void find_spans(struct record_list *out, struct arena *a, const struct query *q, const char *text);

#endif

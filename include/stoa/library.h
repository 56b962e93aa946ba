/* library -- documents, their text, the index over it, and quotations that hold.
 *
 * A document is read once by the stoa-extract helper into stored text (UTF-8,
 * normalised line breaks), kept beside its original under a random id.  Passages
 * are byte ranges of that text.  A citation is document, range and quote; it is
 * shown only after its bytes were read again and found equal.
 * Threads: a struct library is shared by all threads; searching never blocks on
 * adding (snapshots).  Each call brings the caller's own store connection.
 * Limits: file 64 MiB, stored text 20 MB, 100,000 pages, 400,000 passages of a
 * document, 150 words a passage, 60 s of reading.
 */
#ifndef STOA_LIBRARY_H
#define STOA_LIBRARY_H
#include "stoa/api.h"
#include "stoa/store.h"

struct library;
/* Unit vectors for texts; NULL when no endpoint is configured. */
typedef enum fault library_embed_fn(float **out, size_t *dims, const char *const *texts, size_t count, void *arg, const struct cancel *cancel);
struct library_config {
	const char *folder;                    /* originals, stored text, index */
	const struct clock *clock; const struct chance *chance;
	library_embed_fn *embed; void *embed_arg;
	const char *extractor;                 /* path of stoa-extract; NULL: helper_path() */
	int extract_wall_ms;                   /* longest reading of one document; 0: 60 s */
};
enum fault library_open(struct library **out, const struct library_config *config, struct store *db) STOA_MUST;
void library_close(struct library *l);
/* When nobody waits: words of removed documents leave the index, also where that takes
 * long. Searching goes on meanwhile. CANCELLED. */
enum fault library_tidy(struct library *l, const struct cancel *cancel) STOA_MUST;

/* ---- who reads ------------------------------------------------------------ */

/* A document with an owner is his alone.  One without is the class library's: seen by
 * the members of the class that its subject names, or by everybody when there is no
 * such class; added and changed by the teachers of the class (people's tables say who)
 * and by who is everywhere: an administrator.  Anybody else adds for himself. */
struct library_reader {
	const char *person;                    /* 32 hex digits */
	bool everywhere;
	int64_t count_max, bytes_max;          /* of what he owns; 0: any */
};
/* From now on this reads and writes through the connection; it must live as long.
 * NULL, as at first: the one person of this machine, who sees and may everything. */
void library_read_as(struct store *db, const struct library_reader *reader);

/* ---- documents --------------------------------------------------------- */

typedef void library_progress_fn(const struct ev_progress *p, void *arg);
/* Read, store and index one file. The same bytes again: EXISTS, and *out is the
 * document that is there; with req->again it is read anew under the same id. Other
 * bytes from the same origin change the document: same id, and citations of what it
 * was become stale. What could not be read is kept with status failed and a reason,
 * and NONE is returned; if there was an earlier text, that is kept and *out alone
 * says so. CANCELLED, and every fault, leave nothing behind. */
enum fault library_add(struct document **out, struct arena *a, struct library *l, struct store *db, const struct document_add *req, library_progress_fn *progress, void *arg, const struct cancel *cancel) STOA_MUST;
/* The same for a text that is already in memory (tests, piped text, eval sets). */
enum fault library_add_text(struct document **out, struct arena *a, struct library *l, struct store *db, const char *name, const char *title, const char *subject, const char *text, size_t len) STOA_MUST;
enum fault library_get(struct document **out, struct arena *a, struct library *l, struct store *db, const char *id) STOA_MUST;
enum fault library_list(struct documents *out, struct arena *a, struct library *l, struct store *db, const struct document_list *req) STOA_MUST;
enum fault library_remove(struct library *l, struct store *db, const char *id) STOA_MUST;
/* Extract and index again from the kept original. DENIED: not yours to change. */
enum fault library_reindex(struct document **out, struct arena *a, struct library *l, struct store *db, const char *id, library_progress_fn *progress, void *arg, const struct cancel *cancel) STOA_MUST;
/* Remove what has outlived its retention; *removed counts. */
enum fault library_expire(int64_t *removed, struct library *l, struct store *db) STOA_MUST;
/* The same for everything that one person owns, who goes. */
enum fault library_remove_owned(int64_t *removed, struct library *l, struct store *db, const char *person) STOA_MUST;
enum fault library_content(struct content *out, struct arena *a, struct library *l, struct store *db, const struct document_content *req) STOA_MUST;
enum fault library_passages(struct passages *out, struct arena *a, struct library *l, struct store *db, const struct passage_get *req) STOA_MUST;
/* A sum over every text that the connection's reader may be answered from: the same
 * only while those are the very same. */
#define LIBRARY_SOURCES_BYTES 32
enum fault library_sources(unsigned char sum[LIBRARY_SOURCES_BYTES], struct library *l, struct store *db) STOA_MUST;
/* Another process has added or removed documents: count again. (What is found and listed
 * needs nothing: files and rows are looked at each time.) */
enum fault library_recount(struct library *l, struct store *db) STOA_MUST;
int64_t library_document_count(struct library *l);
int64_t library_passage_count(struct library *l);
/* Stored bytes [start, end) of a document, read from disk now. DAMAGED: the
 * stored text is not what was indexed. */
enum fault library_bytes(struct text *out, struct library *l, struct store *db, const char *file_id, int64_t start, int64_t end) STOA_MUST;

/* ---- finding ------------------------------------------------------------- */

/* What a query looks like after analysis (ENGINE.md "Tokens", "Ranking"). */
enum answer_type { TYPE_OTHER, TYPE_WHEN, TYPE_HOW_MANY, TYPE_HOW_MUCH, TYPE_HOW_LONG, TYPE_MEASURE, TYPE_WHO, TYPE_WHERE, TYPE_WHY, TYPE_HOW, TYPE_WHAT, TYPE_WHICH, TYPE_DEFINITION };
struct find_request {
	const char *query;
	const char *before;          /* words of the conversation so far; NULL. Weighted less. */
	const struct search_run *filter;   /* subjects, domains, kinds, documents; NULL: all */
	const char *context;         /* extra text searched as if it were a document; NULL */
	int passages, sentences;     /* how many of each at most (8, 24) */
};
/* Features of a sentence (ENGINE.md "The sentence"), all of them doubles so that
 * tables of weights have the same shape.  Coverage is the share of the query's
 * weight: of stems in the sentence (cov), of exact words (covu), with the sentence
 * before (union_cov), with title and heading (title), with the rest of the passage
 * fading backwards (carry), by words that only begin alike (soft) or mean the same
 * (alike), gained with the sentence behind (next), within ten words (window), of
 * passage and title (whole), by what is rare among the candidates (local), around a
 * value of the kind asked for (near); skip: of pairs with little between them. */
struct sentence_features {
	double cov, covu, cbi, union_cov, title, ps, gap, rank, prev, focus, pos, type_match;
	double heaviest_missing, unknown_share, query_terms;
	double soft, next, whole, window, carry, fresh, pronoun, length, cue, local, alike;
	double near, skip;
	double missing_name, missing_whole;   /* names of the query, and its heaviest word, nowhere in passage and title */
	double bare, bare_alone;              /* share of its words, counted, not weighed, that neither the sentence nor the one before holds; that the sentence lacks */
	double missing_number;                /* numbers of the query that they lack */
	double denial;                        /* the query denies ("not"), the sentence does not */
};
struct found_passage { struct passage p; double score, rank_score; struct record_list spans; };
struct found_sentence { int passage; /* index into passages, -1: context */ int64_t start, end; /* document bytes; -1: context */ const char *text; double score; struct sentence_features f; };
struct found {
	struct found_passage *passages; size_t passage_count;
	struct found_sentence *sentences; size_t sentence_count;   /* best first */
	enum answer_type type;
	const char *corrected;       /* the query after spelling repair; NULL: as typed */
	const char *language;
	size_t query_terms, unknown_terms;
	struct text_list missing;    /* words of the query, as typed, that no document has; of the whole library only */
	double elapsed_ms;
};
/* Everything in a. An empty result is NONE with counts 0. */
enum fault library_find(struct found **out, struct arena *a, struct library *l, struct store *db, const struct find_request *req, const struct cancel *cancel) STOA_MUST;
enum fault library_search(struct hits *out, struct arena *a, struct library *l, struct store *db, const struct search_run *req, const struct cancel *cancel) STOA_MUST;
/* How probable it is, calibrated (confidence.c), that the sentence shown answers. */
double library_confidence(const struct found *f, size_t sentence);
/* How probable it is that the library treats what the query is about at all. */
double library_topic_present(const struct found *f);
/* Passages of a document in order, for summaries; headings come with them. */
enum fault library_outline(struct passages *out, struct arena *a, struct library *l, struct store *db, const struct search_run *filter, int64_t limit) STOA_MUST;

/* ---- text, shared with the tutor ---------------------------------------------- */

struct range { size_t start, end; };
/* Sentence boundaries of s (UAX 29 with abbreviations, decimals, Japanese stops). */
size_t library_sentences(struct range **out /* mem_free */, const char *s, size_t len);
/* "leaf" for "leaves": the base of an irregular English form in small letters; NULL. */
const char *library_base_form(const char *word);
/* "en", "ja", ... by function words and script; "" when unsure. */
const char *library_language(const char *s, size_t len);

/* ---- citations ------------------------------------------------------------------- */

/* Citation of [start, end) of a passage, quote read from the stored bytes now. */
enum fault library_cite(struct citation *out, struct arena *a, struct library *l, struct store *db, const struct passage *p, int64_t start, int64_t end) STOA_MUST;
/* Re-read and compare; sets state: verified, stale (bytes or document changed),
 * missing (document gone), unsupported (no such range). */
enum fault library_verify(struct citation *c, struct arena *a, struct library *l, struct store *db) STOA_MUST;
/* Find text (a model's quotation) in a passage by normalised match with an offset
 * map; gives the byte range in the stored text. ABSENT: it is not there. */
enum fault library_locate(int64_t *start, int64_t *end, struct library *l, const struct passage *p, const char *quote) STOA_MUST;
/* Count delta citations for document.cited; a document that is gone counts nothing. */
enum fault library_count_cited(struct library *l, struct store *db, const char *file_id, int delta) STOA_MUST;

#endif

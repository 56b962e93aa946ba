/* The seams inside the library room: text -> passages -> index -> ranking.
 *
 * documents (documents.c, ingest.c, passage.c, cite.c) own rows and stored text;
 * finding (analysis.c, index*.c, rank.c, sentence.c, find.c) owns tokens and
 * postings.  They meet only here.
 */
#ifndef LIBRARY_IN_H
#define LIBRARY_IN_H
#include "stoa/library.h"

/* ---- passages of a stored text ------------------------------------------- */

/* One passage before it has a number: whole sentences, at most 150 words, one
 * sentence overlap, never across a heading. */
struct slice {
	int64_t start, end, page, page_end;
	int64_t heading_n;      /* row of the heading above, -1: none */
	const char *heading;    /* path "Ch 4 > Light" */
	const char *chapter;
};

/* ---- the index: postings over passages, on disk, memory-mapped ------------- */

/* A passage's number in the index: (doc_no << 20 | n). doc_no is the rowid of the
 * document; removed documents are filtered by the caller's allow function. */
typedef uint64_t passage_no;
#define PASSAGE_NO(doc, n) ((passage_no)(doc) << 20 | (passage_no)(n))
#define PASSAGE_DOC(no) ((int64_t)((no) >> 20))
#define PASSAGE_N(no) ((int64_t)((no) & 0xFFFFF))

struct index;
enum fault index_open(struct index **out, const char *folder) STOA_MUST;
void index_close(struct index *ix);
/* Index the passages of one document; visible to searches after it returns, durable
 * on disk. texts[i] is passage i; title is a field of its own weight. */
struct index_passage { const char *text; size_t len; const char *heading; };
enum fault index_add(struct index *ix, int64_t doc_no, const char *title, const struct index_passage *passages, size_t count, const struct cancel *cancel) STOA_MUST;
enum fault index_remove(struct index *ix, int64_t doc_no) STOA_MUST;
/* Fewer, larger segments, without what is dead; adding and removing see to the most. */
enum fault index_merge(struct index *ix, const struct cancel *cancel) STOA_MUST;
/* Nothing of removed documents is left in segments of up to so many passages. */
enum fault index_clean(struct index *ix, uint32_t clean, const struct cancel *cancel) STOA_MUST;
/* Vectors of the same passages, after index_add; nothing when embed is NULL. Only
 * CANCELLED comes back: without an endpoint's help the words are enough. db: where
 * they are kept when it searches them itself (store_vectors()); NULL: in a file. */
struct vector_maker { library_embed_fn *embed; void *arg; struct store *db; };
enum fault vector_add(struct index *ix, const struct vector_maker *m, int64_t doc_no, const char *title, const struct index_passage *passages, size_t count, const struct cancel *cancel) STOA_MUST;
void vector_remove(struct index *ix, int64_t doc_no);      /* its file; rows go with the document's */
/* Files of before become rows, once the database searches vectors itself. */
void vector_move(struct index *ix, struct store *db);
bool index_has_dead(struct index *ix);         /* words of removed documents */
bool index_has(struct index *ix, int64_t doc_no);
int64_t index_passages(struct index *ix);

/* ---- what finding asks of documents ------------------------------------------- */

/* Fill p (texts in a) for a passage number; ABSENT when the document is gone. */
enum fault passage_read(struct passage *p, struct arena *a, struct library *l, struct store *db, passage_no no) STOA_MUST;
/* Document numbers allowed by a filter: sorted, *count of them; *all true when
 * nothing is filtered. In a. Failed and processing documents are never allowed. */
enum fault documents_allowed(const int64_t **docs, size_t *count, bool *all, struct arena *a, struct library *l, struct store *db, const struct search_run *filter) STOA_MUST;
struct index *library_index(struct library *l);
const struct library_config *library_config(struct library *l);

#endif

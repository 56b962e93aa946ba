/* The documents half of the library room: from an untrusted file to rows.
 *
 *	shelf.c    files of the library folder, under random names
 *	extract.c  the stoa-extract child and its frames      -> struct body
 *	body.c     stored text with its pages and headings
 *	passage.c  body -> slices -> rows; a passage read back
 *	concept.c  key terms of a body
 *	ingest.c   the course of one addition, safe to kill anywhere
 *	document.c rows of documents; list.c which of them
 *	reader.c   who reads, what is his
 *	source.c   what is given to be added; describe.c what it says of itself
 */
#ifndef DOCUMENT_IN_H
#define DOCUMENT_IN_H
#include <pthread.h>
#include "library_in.h"

#define ORIGINAL_BYTES_MAX ((int64_t)64 * 1024 * 1024)
#define BODY_BYTES_MAX ((size_t)20 * 1000 * 1000)
#define BODY_PAGES_MAX 100000
#define PASSAGES_MAX 400000              /* what one segment of the index holds */
#define PASSAGE_WORDS 150
#define PASSAGE_BYTES 6000               /* of text without spaces */
#define SHA256_TEXT VAULT_SHA256_TEXT
#define PASSAGE_SUM_BYTES 16
#define CONTENT_BYTES_MAX ((int64_t)1024 * 1024)

/* ---- body: stored text before it has rows --------------------------------- */

enum block_type { BLOCK_PARA, BLOCK_HEADING, BLOCK_LIST, BLOCK_TABLE, BLOCK_CODE, BLOCK_CAPTION };
struct block { size_t start, end; enum block_type type; };
struct body_page { int64_t page; size_t start; const char *label; };
struct body_heading { size_t start, end; int level; int64_t page; const char *path, *chapter; };
struct body {
	struct text text;
	struct arena arena;              /* labels, paths, meta */
	struct block *blocks; size_t block_count, block_cap;
	struct body_page *pages; size_t page_count, page_cap;
	struct body_heading *headings; size_t heading_count, heading_cap;
	const char *format, *title, *language;
	struct text_list authors;
	int64_t pages_told;              /* what the meta frame said */
	size_t outline[6];               /* open heading of each level, + 1 */
	struct text scratch;
	bool page_fresh;                 /* no block on this page yet */
};
void body_init(struct body *b);
void body_clear(struct body *b);
/* Pages come in order; the same page again goes on. DAMAGED, LIMIT. */
enum fault body_page(struct body *b, int64_t page, const char *label) STOA_MUST;
/* Append one block of untrusted text; what is empty after cleaning is left out. */
enum fault body_block(struct body *b, enum block_type type, int level, const char *s, size_t len) STOA_MUST;
/* Runs of spaces become one; both ends are bare. In place. */
void line_squeeze(struct text *t);
/* Cut plain text into paragraphs and Markdown-like headings. */
enum fault body_plain(struct body *b, const char *s, size_t len) STOA_MUST;
/* Index of the page that holds byte `at`. */
size_t body_page_at(const struct body *b, size_t at);

/* ---- source: what is given to be added --------------------------------------- */

/* Open a regular file for reading; the sentence says what else it is. */
enum fault source_open(int *fd, const char *path) STOA_MUST;
const char *source_name(struct arena *a, const char *path);      /* one clean line */
const char *source_origin(struct arena *a, const char *path);    /* absolute */
/* The name that tells the child the format, also for input without a name. */
const char *source_hint(struct arena *a, const char *name, const char *kind);

/* ---- extraction ------------------------------------------------------------ */

struct extraction {
	struct body *body;
	const char *reason;              /* NULL: completed; a literal of the table */
	char message[256];               /* one sentence for the reader */
	bool meta, ended;
	library_progress_fn *progress; void *arg;
	const char *name;                /* for progress */
	int64_t page_shown;
};
/* One frame of the child. A fault is of the kind that failed the document. */
enum fault extract_frame(struct extraction *x, const char *s, size_t len) STOA_MUST;
/* Run the child over fd. NONE with x->reason set: the document could not be read.
 * CANCELLED; SYSTEM: the helper could not be run at all. */
enum fault extract_run(struct extraction *x, const struct library_config *config, int fd, const char *name, const struct cancel *cancel) STOA_MUST;
bool document_kind_known(const char *kind);

/* ---- shelf: files under random names ----------------------------------------- */

struct shelf_known { char stored[ID_BYTES]; uint64_t ino; int64_t size, mtime_ns, ctime_ns; };
struct shelf { char *folder; pthread_mutex_t lock; struct shelf_known known[64]; unsigned next; };
enum fault shelf_open(struct shelf *s, const char *folder) STOA_MUST;
void shelf_close(struct shelf *s);
/* An original on its way in: the file is locked until shelf_release(), so that
 * another process can tell unfinished work from abandoned work. */
struct intake { char stored[ID_BYTES]; char sha256[SHA256_TEXT]; int64_t size_bytes; int fd; };
/* Copy the regular file `from` (or the bytes) to a new original, hashed. */
enum fault shelf_take_in(struct intake *in, struct shelf *s, const struct chance *chance, int from, const struct cancel *cancel) STOA_MUST;
enum fault shelf_take_bytes(struct intake *in, struct shelf *s, const struct chance *chance, const char *bytes, size_t n) STOA_MUST;
void shelf_release(struct intake *in);
/* Open a stored original for reading. */
enum fault shelf_original(int *fd, struct shelf *s, const char *stored) STOA_MUST;
enum fault shelf_text_write(struct shelf *s, const char *stored, const struct text *body) STOA_MUST;
/* Bytes [start, end) of a stored text. sha256 not NULL: the whole file must have
 * it (looked at once while the file stays as it is). DAMAGED, ABSENT. */
enum fault shelf_text_read(struct text *out, struct shelf *s, const char *stored, const char *sha256, int64_t start, int64_t end) STOA_MUST;
void shelf_discard(struct shelf *s, const char *stored);
/* Is somebody still working on it? */
bool shelf_busy(struct shelf *s, const char *stored);
/* Remove every file that is not among the sorted names, on which nobody works and
 * of which `wanted`, asked after that, knows nothing. */
struct shelf_names { char (*items)[ID_BYTES]; size_t count, cap; };
enum fault shelf_sweep(struct shelf *s, const struct shelf_names *names, enum fault (*wanted)(bool *out, const char *stored, void *arg), void *arg) STOA_MUST;
void sha256_text(char out[SHA256_TEXT], const void *bytes, size_t n);

/* ---- passages, concepts ---------------------------------------------------------- */

/* Cut a body into passages; *out by mem_free(). LIMIT: more than PASSAGES_MAX. */
enum fault body_slice(struct slice **out, size_t *count, const struct body *b) STOA_MUST;
void passage_sum(unsigned char out[PASSAGE_SUM_BYTES], const char *s, size_t len);
/* The rows of a body under document number no; inside a transaction. */
enum fault passage_rows_insert(struct store *db, int64_t no, const struct body *b, const struct slice *slices, size_t count) STOA_MUST;
enum fault passage_rows_delete(struct store *db, int64_t no) STOA_MUST;
/* At most max key terms of s, best first, in a. */
struct text_list concept_terms(struct arena *a, const struct body *b, size_t max);
size_t word_count(const char *s, size_t len);
/* "Chapter 4: Light" -> "4", "Light"; no number: "" and the whole. In a. */
void chapter_split(const char **number, const char **title, struct arena *a, const char *chapter);

/* ---- documents --------------------------------------------------------------------- */

struct library {
	struct library_config config;
	struct shelf shelf;
	struct index *index;
	_Atomic int64_t documents, passages;
};
/* A row as the room needs it, beside the record. */
struct document_row { struct document d; int64_t no, text_bytes; const char *stored, *text_sha256, *owner; };
#define DOCUMENT_COLUMNS "no, id, stored, name, title, subject, domain, kind, status, reason, error_message, language, " \
	"sha256, origin, preview, owner, authors, concepts, text_sha256, text_bytes, pages, passages, words, size_bytes, " \
	"cited, stale, added, changed, expires"

/* What the connection's reader may see: a condition on "document AS d" and the values
 * that it binds; what is new is his or everybody's; DENIED, LIMIT (reader.c). */
#define READER_VALUES 2
const struct library_reader *reader_of(const struct store *db);
const char *reader_sql(const struct store *db);
size_t reader_values(const char *values[READER_VALUES], const struct store *db);
enum fault reader_may_change(bool *out, struct store *db, const char *owner, const char *subject) STOA_MUST;
enum fault reader_owner(const char **out, struct store *db, const char *subject) STOA_MUST;
enum fault reader_quota(struct store *db, const char *owner, int64_t size_bytes, int64_t except_no) STOA_MUST;

void document_row_read(struct document_row *r, struct arena *a, struct statement *st);
/* The row that stands for id now, if its reader may see it: completed or failed, else processing. */
enum fault document_row_get(struct document_row *out, struct arena *a, struct store *db, const char *id) STOA_MUST;
/* The newest row with these bytes that the reader may see; from this origin of this owner. */
enum fault document_row_by_sha256(struct document_row *out, struct arena *a, struct store *db, const char *sha256) STOA_MUST;
enum fault document_row_by_origin(struct document_row *out, struct arena *a, struct store *db, const char *origin, const char *owner) STOA_MUST;
/* Insert as processing; *no is never used again. */
enum fault document_row_insert(int64_t *no, struct store *db, const struct document_row *r) STOA_MUST;
/* Write what reading found out. ABSENT: removed meanwhile. */
enum fault document_row_finish(struct store *db, const struct document_row *r) STOA_MUST;
/* Say of a completed document why its newer bytes were not taken. */
enum fault document_row_remark(struct store *db, int64_t no, const char *remark) STOA_MUST;
/* From now on nobody sees it; document_forget() takes it away. */
enum fault document_row_hide(struct store *db, int64_t no) STOA_MUST;
/* DENIED: this row is not the reader's to change. */
enum fault document_check_change(const struct document_row *row, struct store *db) STOA_MUST;
/* Take a hidden document out of index, shelf and table; may be done again. */
enum fault document_forget(struct library *l, struct store *db, int64_t no, const char *stored) STOA_MUST;
/* Title, authors, language, key terms, preview and counts of a body with passages.
 * given: the title asked for, or NULL; before: the one it had, or "". */
void document_describe(struct document_row *row, struct arena *a, const struct body *b, const struct slice *slices, size_t count, const char *given, const char *before);
/* Page that holds byte `at` of document number no; 0: it has no pages. */
enum fault page_at(int64_t *page, const char **label, struct arena *a, struct store *db, int64_t no, int64_t at) STOA_MUST;
/* Finish or clean what a killed process left; index again what the index lacks. */
enum fault library_recover(struct library *l, struct store *db) STOA_MUST;

#endif

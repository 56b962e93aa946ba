/* stoa-extract -- one untrusted document in, pages of text out.
 *
 * The program reads the document from descriptor 0, confines itself (sandbox.c)
 * before it looks at the first byte, decides the format by content (sniff.c),
 * lets one reader fill a struct document, and writes frames to descriptor 1:
 *
 *	{"kind":"meta","format":"pdf","title":"","authors":[],"language":"","pages":3}
 *	{"kind":"progress","page":1,"pages":3}            only while a PDF is read
 *	{"kind":"page","page":1,"label":"vii","blocks":[{"type":"heading","level":1,"text":"..."}]}
 *	{"kind":"end","status":"completed","reason":"","message":"","truncated":false}
 *
 * A document that is refused before its format is known gets the end frame
 * alone.  The kind of a reader's fault becomes the reason of the end frame
 * (table in main.c).  One document a process, one thread; a crash harms nobody.
 * Limits: input 64 MiB, 1 GiB of memory, 10 to 60 s of CPU, 20 MB of frames,
 * 5,000 pages, 2,000 zip entries, 100 bytes inflated per byte stored.
 */
#ifndef STOA_EXTRACT_IN_H
#define STOA_EXTRACT_IN_H
#include "stoa/base.h"

#define INPUT_BYTES_MAX (64u << 20)
#define DOCUMENT_BYTES_MAX (20u * 1000 * 1000)   /* on standard output; blocks get 9/10 */
#define BLOCK_OVERHEAD 64                        /* bytes of JSON around a block */
#define DOCUMENT_PAGES_MAX 5000
#define BLOCK_BYTES_MAX (1u << 20)
/* In a frame: no character becomes more than three times as long (a quote two bytes,
 * U+13430 twelve for four). */
#define BLOCK_JSON_MAX (3 * BLOCK_BYTES_MAX + BLOCK_OVERHEAD)
#define BLOCK_BYTES_LONG (1u << 18)   /* readers of endless lines begin a new one */
#define FIELD_BYTES_MAX 1000       /* title, author */
#define AUTHORS_MAX 64

/* ---- the document as it is collected -------------------------------------- */

enum block_type { BLOCK_HEADING, BLOCK_PARA, BLOCK_LIST, BLOCK_TABLE, BLOCK_CODE, BLOCK_CAPTION };

struct block { enum block_type type; int level; char *text; };
struct page {
	int number;              /* physical, from 1 */
	char *label;             /* as printed; NULL: none */
	struct block *blocks;
	size_t count, cap;
};
struct document {
	const char *format;
	char *title, *language;
	char *authors[AUTHORS_MAX];
	size_t author_count;
	struct page *pages;
	size_t page_count, page_cap;
	size_t frame_bytes;      /* of all blocks, as they go out */
	bool truncated;          /* something was left out for its size */
	bool full;               /* nothing more can be added */
	struct arena arena;      /* all texts above */
	/* Called while reading goes on; NULL: nobody looks. */
	void (*progress)(const struct document *d, int page, int pages);
};
struct input { const char *name; const char *data; size_t len; };

void document_init(struct document *d);
void document_clear(struct document *d);
/* Later blocks go to a new page; label is copied and may be NULL. False: that
 * would be more than DOCUMENT_PAGES_MAX, the document is truncated. */
bool document_page(struct document *d, const char *label);
/* Add a block with s cleaned: NFC, one line (code keeps its lines), no control,
 * bidi, tag or soft-hyphen characters.  Nothing is added when nothing is left
 * or the document is full. */
void document_block(struct document *d, enum block_type type, int level, const char *s, size_t n);
/* Cleaned title, language or author, unless empty. */
void document_title(struct document *d, const char *s);
void document_language(struct document *d, const char *s);
void document_author(struct document *d, const char *s);   /* a list at ; is split */
bool document_full(const struct document *d);   /* reading on is in vain */
size_t document_blocks(const struct document *d);
/* The cleaning of document_block(); keep_lines for code.  What does not fit into out is
 * cut between characters, and out->over is set. */
void clean_text(struct text *out, const char *s, size_t n, bool keep_lines);

/* ---- readers, one a format ---------------------------------------------------- */

/* Fill d from in.  INPUT: not what it seems; LOCKED: needs a password; DAMAGED;
 * ABSENT: holds no readable text; LIMIT: a bomb or too large. */
typedef enum fault reader_fn(struct document *d, const struct input *in);
struct format { const char *name; reader_fn *read; };

/* The format of in by its content; the name only tells texts apart.
 * INPUT says what it is instead; LOCKED: an encrypted office file. */
enum fault sniff(const struct format **out, const struct input *in) STOA_MUST;

reader_fn pdf_read, docx_read, pptx_read, odt_read, epub_read;
reader_fn html_read, markdown_read, plain_read, csv_read;

/* ---- texts ------------------------------------------------------------------------ */

/* Load the converters of iconv, which open files, before the sandbox closes. */
void encoding_prepare(void);
/* Bytes of any encoding as UTF-8 in out: byte order mark, UTF-16, valid UTF-8,
 * declared charset (may be NULL), then a guess; mis-decoded lines repaired;
 * line ends become \n. */
void encoding_to_utf8(struct text *out, const char *s, size_t n, const char *declared);
/* Append one line, repairing UTF-8 that was read as Windows-1252. */
void mojibake_repair(struct text *out, const char *s, size_t n);
/* Would this read as text once it is UTF-8? Binary files do not. */
bool encoding_is_text(const char *s, size_t n);

/* ---- frames -------------------------------------------------------------------------- */

enum fault frames_meta(const struct document *d, int pages) STOA_MUST;
enum fault frames_progress(int page, int pages) STOA_MUST;
enum fault frames_pages(const struct document *d) STOA_MUST;
enum fault frames_end(const char *status, const char *reason, const char *message, bool truncated) STOA_MUST;

/* ---- confinement ------------------------------------------------------------------------ */

/* Limits, no new privileges, Landlock, seccomp.  input_bytes sets the CPU time.
 * SYSTEM: this machine cannot confine; nothing may be read then. */
enum fault sandbox_enter(size_t input_bytes) STOA_MUST;

#endif

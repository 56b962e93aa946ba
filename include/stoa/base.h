/* base -- what every other room stands on: faults, memory, text, records.
 *
 * Nothing here knows what stoa is for.  Memory never fails (it aborts), so a
 * size that comes from outside is checked before it gets here: every text has
 * a maximum and every field a limit.
 * Threads: all functions may be called from any thread on objects that the
 * caller owns; the fault sentence is per thread; the log is shared and locked.
 */
#ifndef STOA_BASE_H
#define STOA_BASE_H
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STOA_VERSION "0.1.0"
#define STOA_MUST __attribute__((warn_unused_result))
#define STOA_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- faults ---------------------------------------------------------- */

/* What went wrong, as a decision that a caller can take. */
enum fault {
	FAULT_NONE,      /* all is well */
	FAULT_ABSENT,    /* there is no such thing, or nothing was found */
	FAULT_EXISTS,    /* it is there already, or was changed by another */
	FAULT_INPUT,     /* what was handed in is wrong; say it differently */
	FAULT_DENIED,    /* you may not, or are not signed in */
	FAULT_LIMIT,     /* too large, too many */
	FAULT_OFTEN,     /* too often; fault_retry_ms() says when again */
	FAULT_BUSY,      /* later */
	FAULT_OFFLINE,   /* the other end cannot be reached */
	FAULT_LOCKED,    /* the store is sealed; unlock it first */
	FAULT_DAMAGED,   /* stored or sent bytes are not what they must be */
	FAULT_SYSTEM,    /* the machine refused: disk, memory lock, process */
	FAULT_CANCELLED, /* somebody asked to stop */
	FAULT_KINDS
};

/* A fault is born in `return fault(FAULT_ABSENT, "no document %s", id);`.
 * The sentence says what was wrong with what; it lives in this thread until
 * the next fault.  Names from outside are sanitised by fault() itself. */
enum fault fault(enum fault kind, const char *fmt, ...) STOA_PRINTF(2, 3);
/* FAULT_SYSTEM with errno's text behind the sentence. */
enum fault fault_errno(const char *fmt, ...) STOA_PRINTF(1, 2);
/* FAULT_OFTEN with the time after which it may be asked again. */
enum fault fault_often(int64_t retry_ms, const char *fmt, ...) STOA_PRINTF(2, 3);
/* The sentence of this thread's last fault; borrowed, never NULL. */
const char *fault_sentence(void);
/* When that fault was FAULT_OFTEN: how long to wait; else 0. */
int64_t fault_retry_ms(void);
const char *fault_name(enum fault kind);   /* "ABSENT" */
const char *fault_code(enum fault kind);   /* API code: "NOT_FOUND" */
int fault_http_status(enum fault kind);
int fault_exit_status(enum fault kind);    /* DESIGN: 0 1 2 3 4 5 6 7 130 */

/* ---- memory ----------------------------------------------------------- */

void *mem_new(size_t size_bytes) STOA_MUST;              /* zeroed; never NULL */
void *mem_new_array(size_t count, size_t size_bytes) STOA_MUST; /* overflow aborts */
void *mem_resize(void *old, size_t size_bytes) STOA_MUST;
char *mem_strdup(const char *s) STOA_MUST;                /* NULL gives NULL */
void *mem_dup(const void *bytes, size_t size_bytes) STOA_MUST;
void mem_free(void *p);
/* Make *items (of *cap items of item_bytes each) hold at least need. */
void mem_reserve(void *items, size_t *cap, size_t need, size_t item_bytes);

/* Memory of one call: allocate freely, clear once.  One owner thread. */
struct arena { struct arena_block *top; size_t used, total_bytes; bool wipe; /* set it when words that were sealed come in: clearing wipes them */ };
void arena_init(struct arena *a);
void arena_clear(struct arena *a);
void *arena_alloc(struct arena *a, size_t size_bytes) STOA_MUST; /* zeroed */
char *arena_strdup(struct arena *a, const char *s) STOA_MUST;    /* NULL gives NULL */
char *arena_strndup(struct arena *a, const char *s, size_t n) STOA_MUST;
char *arena_printf(struct arena *a, const char *fmt, ...) STOA_PRINTF(2, 3) STOA_MUST;

/* ---- text --------------------------------------------------------------- */

/* A growing, always NUL-terminated run of bytes with a maximum.  Past the
 * maximum nothing is added and `over` stays set: check once with text_check().
 * What is added must not lie in the text itself, which may move. */
struct text { char *data; size_t len, cap, max; bool over; };
void text_init(struct text *t, size_t max_bytes);
void text_clear(struct text *t);           /* frees; usable again, same max */
void text_reset(struct text *t);           /* empties, keeps the memory */
void text_put(struct text *t, const char *s);
void text_put_n(struct text *t, const void *bytes, size_t n);
void text_put_c(struct text *t, char c);
void text_put_code(struct text *t, uint32_t code_point);   /* as UTF-8 */
void text_printf(struct text *t, const char *fmt, ...) STOA_PRINTF(2, 3);
void text_vprintf(struct text *t, const char *fmt, va_list ap) STOA_PRINTF(2, 0);
void text_cut(struct text *t, size_t len); /* shorten to len */
char *text_take(struct text *t) STOA_MUST; /* hand the bytes over; mem_free() */
/* LIMIT "<what> is longer than N bytes" when something did not fit. */
enum fault text_check(const struct text *t, const char *what) STOA_MUST;

bool str_same(const char *a, const char *b);         /* NULLs allowed */
bool str_starts(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);

/* ---- UTF-8, graphemes, width (Unicode by utf8proc) ------------------------ */

#define UTF8_BAD 0xFFFFFFFFu
/* Code point at *at (< len); advances *at; UTF8_BAD advances one byte. */
uint32_t utf8_next(const char *s, size_t len, size_t *at);
size_t utf8_encode(char out[4], uint32_t code_point);  /* 0: not a scalar value */
bool utf8_valid(const char *s, size_t len);
/* Bytes of the longest prefix of at most max bytes that ends on a character. */
size_t utf8_floor(const char *s, size_t len, size_t max);
/* End of the grapheme cluster that begins at `at` (UAX 29, extended). */
size_t utf8_grapheme_end(const char *s, size_t len, size_t at);
/* Terminal cells: 0 combining, 2 wide and emoji, else 1. */
int utf8_code_width(uint32_t code_point);
size_t utf8_width(const char *s, size_t len);          /* by grapheme cluster */
/* NFKC of s appended to out; the original when s is not valid UTF-8. */
void utf8_nfkc(struct text *out, const char *s, size_t len);

/* The one sanitiser.  Untrusted text is everything we did not write; it passes
 * here before any sink.  C0 but \n and \t, DEL and C1 become visible pictures
 * (ESC is shown as U+241B); bidi controls, tag characters, fillers and stray
 * zero-width characters become <U+XXXX> or go; at most 8 combining marks a
 * cluster; ill-formed bytes become U+FFFD (THREATS T01-T04). */
enum untrusted_flags {
	UNTRUSTED_LINE = 1,     /* one line: \n and \t become a space */
	UNTRUSTED_STRIP = 2     /* drop what would be shown as <U+XXXX> (stored text) */
};
void untrusted_text(struct text *out, const char *s, size_t len, unsigned flags);
const char *untrusted_line(struct arena *a, const char *s);   /* for one field */

/* ---- time, chance, cancel: handed in, so that tests fix them ------------------ */

struct clock {
	int64_t (*wall_ms)(void *arg);   /* Unix time */
	int64_t (*mono_ms)(void *arg);   /* never goes back */
	void *arg;
};
extern const struct clock clock_system;
#define DAY_MS INT64_C(86400000)
#define TIME_TEXT_BYTES 32
void time_format(char out[TIME_TEXT_BYTES], int64_t unix_ms);      /* RFC 3339 UTC, ms */
enum fault time_parse(int64_t *unix_ms, const char *s) STOA_MUST;  /* RFC 3339 */

struct chance { void (*fill)(void *bytes, size_t n, void *arg); void *arg; };
extern const struct chance chance_system;                          /* getrandom(2) */
#define ID_BYTES 33
void id_make(char out[ID_BYTES], const struct chance *chance);     /* 128 bits, hex */
bool id_valid(const char *s);

/* Set once by whoever wants the work to stop; looked at by the work. */
struct cancel { atomic_bool asked; };
bool cancel_asked(const struct cancel *c);                          /* NULL: never */
enum fault cancel_check(const struct cancel *c) STOA_MUST;          /* CANCELLED */

/* ---- JSON and records ------------------------------------------------------------ */

struct json_object;   /* json-c; include <json-c/json.h> to look inside */
#define JSON_DEPTH 32
#define JSON_WEIGHT 5000000     /* a value 1, a key 1, an array 4, an object 12: 320 MiB of tree at most */
#define JSON_KEYS 4096          /* of one object */
/* Strict RFC 8259: UTF-8, one value, no duplicate keys, no NaN, no lone
 * surrogates, no NUL, at most JSON_DEPTH deep.  INPUT says where it breaks.
 * LIMIT: it weighs more than JSON_WEIGHT, or more than its bytes and 4096; JSON_KEYS.
 * *out is the caller's: json_object_put(). */
enum fault json_parse(struct json_object **out, const char *s, size_t len) STOA_MUST;
/* Append s as a JSON string with quotes; ill-formed bytes become U+FFFD. */
void json_put_string(struct text *out, const char *s);
void json_put_string_n(struct text *out, const char *s, size_t len);

enum field_kind {
	FIELD_TEXT,     /* const char * (NULL: absent) */
	FIELD_INT,      /* int64_t */
	FIELD_REAL,     /* double */
	FIELD_BOOL,     /* bool */
	FIELD_TIME,     /* int64_t Unix ms (0: absent); RFC 3339 in JSON */
	FIELD_TEXTS,    /* struct text_list */
	FIELD_RECORD,   /* pointer to a struct described by `of` (NULL: absent) */
	FIELD_LIST,     /* struct record_list of `of` */
	FIELD_RAW       /* const char *: JSON text passed through as it is */
};
enum field_flags {
	FIELD_REQUIRED = 1,  /* refused when absent */
	FIELD_SEALED = 2,    /* a person's words: sealed at rest, never logged */
	FIELD_OMIT = 4,      /* left out of JSON when zero, empty or absent */
	FIELD_BYTES = 8      /* a file name: need not be UTF-8 */
};
struct text_list { const char **items; size_t count; };
bool text_list_has(const struct text_list *list, const char *s);
struct record_list { void *items; size_t count; };
struct field {
	const char *name;
	enum field_kind kind;
	size_t offset;
	unsigned flags;
	int64_t min, max;              /* text: bytes; number: value; list: items. max 0: the default */
	const char *choices;           /* "a|b|c" for a text field */
	const struct record_type *of;
	const char *help;
};
struct record_type { const char *name; size_t size_bytes; const struct field *fields; size_t count; const char *help; };
#define FIELD_TEXT_MAX (64 * 1024)   /* default limit of a text field, bytes */
#define FIELD_LIST_MAX 10000         /* default limit of a list, items */
#define FIELD_OF(strct, member, knd, ...) \
	{ .name = #member, .kind = knd, .offset = offsetof(struct strct, member), __VA_ARGS__ }
#define RECORD_TYPE(var, strct, fieldtable, helptext) \
	const struct record_type var = { #strct, sizeof(struct strct), fieldtable, COUNT_OF(fieldtable), helptext }

/* A new zeroed record of type in a. */
void *record_new(struct arena *a, const struct record_type *type) STOA_MUST;
/* The record and all that it points at once more, in a. NULL gives NULL. */
void *record_copy(struct arena *a, const struct record_type *type, const void *record) STOA_MUST;
/* Read and check JSON against type; unknown members are ignored (never
 * assigned); everything lives in a.  INPUT names the field and the reason. */
enum fault record_from_json(void **out, struct arena *a, const struct record_type *type, const char *s, size_t len) STOA_MUST;
enum fault record_from_object(void **out, struct arena *a, const struct record_type *type, struct json_object *o) STOA_MUST;
/* Check limits, choices and required fields of a record built in memory. */
enum fault record_check(const struct record_type *type, const void *record) STOA_MUST;
void record_to_json(struct text *out, const struct record_type *type, const void *record);
/* One line a field: name, type, limits, help; for --help, man pages, docs. */
void record_describe(struct text *out, const struct record_type *type);
/* JSON Schema (2020-12) object for the OpenAPI text. */
void record_schema(struct text *out, const struct record_type *type);

/* ---- ini files --------------------------------------------------------------------- */

/* Called for each `name = value`; returning a fault ends the reading and the
 * sentence gets "file:line: " in front.  A value may go on in indented lines. */
typedef enum fault ini_fn(const char *section, const char *name, const char *value, int line, void *arg);
#define INI_BYTES_MAX (256 * 1024)
enum fault ini_read(const char *path, ini_fn *each, void *arg) STOA_MUST;  /* ABSENT: no file */
enum fault ini_text(const char *label, const char *s, size_t len, ini_fn *each, void *arg) STOA_MUST;

/* ---- files and folders ---------------------------------------------------------------- */

/* Where things are kept (DESIGN.md); every path ends without a slash.
 * STOA_HOME puts all of it under one folder. */
struct places { char *config, *data, *state, *cache, *runtime; };
enum fault places_find(struct places *p) STOA_MUST;   /* makes the folders, 0700 */
void places_clear(struct places *p);
/* Regular file, no symbolic link in the last step, at most max bytes. */
enum fault file_read(struct text *out, const char *path) STOA_MUST;  /* out->max is the limit */
/* Whole or not at all: temporary file 0600, fsync, rename, fsync of the folder. */
enum fault file_write(const char *path, const void *bytes, size_t n) STOA_MUST;
enum fault folder_make(const char *path) STOA_MUST;                  /* 0700, with parents */

/* ---- helper programs ------------------------------------------------------------------- */

/* A child with pipes on 0 and 1, stderr to /dev/null, a cleared
 * environment, the given limits; its end is waited for by child_end(). */
/* trusted: a program of the person himself (key command, secret-tool): keeps his
 * environment and stderr, is searched in PATH. */
struct child_limits { size_t memory_bytes; int cpu_s; int wall_ms; size_t output_bytes; bool trusted; };
struct child { int pid, to_fd, from_fd; int64_t deadline_ms; struct child_limits limits; };
enum fault child_start(struct child *c, const char *const argv[], int stdin_fd /* -1: a pipe */, const struct child_limits *limits) STOA_MUST;
void child_kill(struct child *c);
/* Closes the pipes and waits; *status as waitpid(2).  LIMIT names the limit hit. */
enum fault child_end(struct child *c, int *status) STOA_MUST;
/* Folder of the helper programs: beside this binary in a build tree, else
 * PREFIX/libexec/stoa. */
enum fault helper_path(struct text *out, const char *program) STOA_MUST;

/* Write all n bytes; a reader that went away is a fault, never a signal. */
enum fault fd_write_all(int fd, const void *bytes, size_t n) STOA_MUST;
/* Frames on a pipe: u32 big-endian length, then that many bytes. */
#define FRAME_BYTES_MAX (4u * 1024 * 1024)
enum fault frame_write(int fd, const void *bytes, size_t n) STOA_MUST;
/* Appends to out (emptied first). ABSENT at a clean end; deadline in mono ms, 0: none. */
enum fault frame_read(struct text *out, int fd, int64_t deadline_ms, const struct cancel *cancel) STOA_MUST;

/* ---- log --------------------------------------------------------------------------------- */

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
/* One line an event: time level room event key=value...; control bytes escaped.
 * Never a person's words, keys, tokens or mail addresses: ids and sizes. */
enum fault log_open(const char *path /* NULL: stderr */, enum log_level least, bool json) STOA_MUST;
void log_close(void);
/* keys: "id=%s size=%zu"; one space between pairs. */
void log_event(enum log_level level, const char *room, const char *event, const char *keys, ...) STOA_PRINTF(4, 5);

#endif

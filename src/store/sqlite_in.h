/* The inside of the SQLite driver. */
#ifndef SQLITE_IN_H
#define SQLITE_IN_H
#include <sqlite3.h>
#include "store_in.h"

/* May the file be read as it stands after opening it failed with rc? */
bool sqlite_fixed_may(const char *path, int rc);
int sqlite_fixed_open(sqlite3 **out, const char *path);
/* The same with something in its log: by one connection that lets in no other. DONE:
 * the log was emptied, opening again may do. */
bool sqlite_alone_may(const char *path, int rc);
int sqlite_alone_open(sqlite3 **out, const char *path);
bool sqlite_fixed_no_more(const char *path);    /* it can be written again */
/* sqlite.c: the fault of a result code; NONE for what is none. */
enum fault sqlite_fault(struct store *s, int rc) STOA_MUST;
/* sqlite_rows.c: the statements' part of the driver. */
enum fault sqlite_prepare(struct statement *st) STOA_MUST;
void sqlite_finalize(struct statement *st);
void sqlite_reset(struct statement *st);
bool sqlite_bind_int(struct statement *st, int at, int64_t value);
bool sqlite_bind_real(struct statement *st, int at, double value);
bool sqlite_bind_text(struct statement *st, int at, const char *value);
bool sqlite_bind_blob(struct statement *st, int at, const void *bytes, size_t n, bool lasts);
enum fault sqlite_step(struct statement *st) STOA_MUST;
enum fault sqlite_later(struct statement *st) STOA_MUST;
int64_t sqlite_changed(struct statement *st);
const char *sqlite_text(struct statement *st, int col);
int64_t sqlite_int(struct statement *st, int col);
double sqlite_real(struct statement *st, int col);
const void *sqlite_blob(struct statement *st, int col, size_t *n);
bool sqlite_null(struct statement *st, int col);

#endif

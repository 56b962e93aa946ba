/* What sqlite.c and sqlite_fixed.c share: a file that cannot be written. */
#ifndef SQLITE_IN_H
#define SQLITE_IN_H
#include <sqlite3.h>
#include "store_in.h"

/* May the file be read as it stands after opening it failed with rc? */
bool sqlite_fixed_may(const char *path, int rc);
int sqlite_fixed_open(sqlite3 **out, const char *path);
bool sqlite_fixed_no_more(const char *path);    /* it can be written again */

#endif

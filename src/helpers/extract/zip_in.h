/* A zip package (DOCX, PPTX, ODT, EPUB) in memory, with limits on what its
 * members may swell to.  Members are found by exact name; nothing is ever
 * written anywhere by a member's name. */
#ifndef STOA_EXTRACT_ZIP_H
#define STOA_EXTRACT_ZIP_H
#include "stoa/base.h"

#define PACKAGE_ENTRIES_MAX 2000
#define PACKAGE_MEMBER_BYTES_MAX (64u << 20)
#define PACKAGE_RATIO_MAX 100
#define PACKAGE_RATIO_FROM (1u << 20)   /* below this nobody is hurt */

struct package;
/* Borrows data until package_close().  DAMAGED: no zip; LIMIT: too many entries. */
enum fault package_open(struct package **out, const char *data, size_t len) STOA_MUST;
void package_close(struct package *p);   /* NULL allowed */
bool package_has(const struct package *p, const char *member);
/* The whole member in out (emptied first; out->max also limits).  ABSENT: no
 * such member; LOCKED: encrypted; DAMAGED: bad checksum; LIMIT: a bomb. */
enum fault package_read(struct text *out, struct package *p, const char *member) STOA_MUST;

#endif

/* api, privately: how the field tables are written.
 *
 * Every table comes right before its RECORD_TYPE.  Ids of our own making are 32
 * hex digits; clients and imports may bring others, so 64 bytes are allowed. */
#ifndef STOA_API_IN_H
#define STOA_API_IN_H
#include "stoa/api.h"

#define ID_MAX 64
#define NAME_MAX_BYTES 1024       /* names, titles, headings */
#define QUOTE_MAX (64 * 1024)
#define BODY_MAX (20 * 1024 * 1024)

#endif

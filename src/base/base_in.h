/* base, privately: what the files of this room share with each other. */
#ifndef STOA_BASE_IN_H
#define STOA_BASE_IN_H
#include "stoa/base.h"

/* What the sanitiser does with a code point above ASCII. */
enum glyph {
	GLYPH_PLAIN, /* is shown as it is */
	GLYPH_SHOW,  /* becomes <U+XXXX> */
	GLYPH_GO,    /* invisible and harmless: goes */
	GLYPH_SPACE, /* looks like a space: becomes one */
	GLYPH_BREAK, /* LS and PS: a line break */
	GLYPH_JOIN,  /* ZWJ, ZWNJ: only where a script or an emoji needs it */
	GLYPH_SELECT /* variation selector: only behind what has variants */
};
enum glyph glyph_of(uint32_t code_point);

/* Length of the longest prefix of s that is printable ASCII (0x20 to 0x7E). */
size_t ascii_run(const char *s, size_t len);

/* Letters of most texts: they begin a cluster of their own, join with nothing
 * before or behind but marks, and are never sanitised.  What the tables of
 * utf8proc would say too, at the price of a few comparisons. */
static inline bool
letter_plain(uint32_t c)
{
	return (c >= 0x20 && c < 0x7F) || (c > 0xA0 && c < 0x300 && c != 0xAD) ||
	       (c >= 0x3001 && c <= 0x3029) || (c >= 0x3041 && c <= 0x3096) ||
	       (c >= 0x30A1 && c <= 0x30FF) || (c >= 0x4E00 && c <= 0x9FFF);
}
/* Length of the longest prefix of such letters; *last is the last of them. */
size_t plain_run(const char *s, size_t len, uint32_t *last);

/* fd_write_all() that makes no fault: 0, or errno.  For the log, which must not take
 * the place of the sentence that it tells of. */
int fd_write_errno(int fd, const void *bytes, size_t n);

#endif

/* base, privately: what the files of this room share with each other. */
#ifndef STOA_BASE_IN_H
#define STOA_BASE_IN_H
#include "stoa/base.h"

/* What the sanitiser does with a code point above ASCII. */
enum glyph {
	GLYPH_PLAIN,    /* is shown as it is */
	GLYPH_SHOW,     /* becomes <U+XXXX> */
	GLYPH_GO,       /* invisible and harmless: goes */
	GLYPH_SPACE,    /* looks like a space: becomes one */
	GLYPH_BREAK,    /* LS and PS: a line break */
	GLYPH_JOIN,     /* ZWJ, ZWNJ: only where a script or an emoji needs it */
	GLYPH_SELECT    /* variation selector: only behind what has variants */
};
enum glyph glyph_of(uint32_t code_point);

/* Length of the longest prefix of s that is printable ASCII (0x20 to 0x7E). */
size_t ascii_run(const char *s, size_t len);

#endif

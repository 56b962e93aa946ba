/* The one sanitiser, before every sink.
 *
 * A terminal obeys control characters; a reader is fooled by what has no width
 * or turns the direction of writing.  So controls become pictures, direction
 * and tag characters are named, invisible ones go.  Joiners and variation
 * selectors stay where emoji and scripts need them: judged by the characters on
 * both sides.  Other filters strip whole escape sequences; we show them, because
 * what was tried should be seen (THREATS T01-T04). */
#include <string.h>
#include <utf8proc.h>

#include "base_in.h"

#define MARKS_MAX 8

static const struct {
	uint32_t first, last;
	enum glyph glyph;
} glyphs[] = {
	{ 0x0080, 0x009F, GLYPH_SHOW }, /* C1 */
	{ 0x00AD, 0x00AD, GLYPH_GO },   /* soft hyphen */
	{ 0x034F, 0x034F, GLYPH_GO },   /* grapheme joiner */
	{ 0x061C, 0x061C, GLYPH_GO },   /* Arabic letter mark */
	{ 0x115F, 0x1160, GLYPH_SHOW }, /* Hangul fillers */
	{ 0x17B4, 0x17B5, GLYPH_GO },   /* Khmer inherent vowels */
	{ 0x180B, 0x180D, GLYPH_SELECT },
	{ 0x180E, 0x180E, GLYPH_GO },
	{ 0x180F, 0x180F, GLYPH_SELECT },
	{ 0x200B, 0x200B, GLYPH_GO },
	{ 0x200C, 0x200D, GLYPH_JOIN },
	{ 0x200E, 0x200F, GLYPH_GO }, /* direction marks */
	{ 0x2028, 0x2029, GLYPH_BREAK },
	{ 0x202A, 0x202E, GLYPH_SHOW }, /* embeddings and overrides */
	{ 0x2060, 0x2064, GLYPH_GO },
	{ 0x2065, 0x206F, GLYPH_SHOW },  /* isolates, deprecated controls */
	{ 0x2800, 0x2800, GLYPH_SPACE }, /* blank Braille pattern */
	{ 0x3164, 0x3164, GLYPH_SHOW },
	{ 0xFE00, 0xFE0F, GLYPH_SELECT },
	{ 0xFEFF, 0xFEFF, GLYPH_GO },
	{ 0xFFA0, 0xFFA0, GLYPH_SHOW },
	{ 0xFFF0, 0xFFFB, GLYPH_SHOW }, /* ignorable, interlinear annotation */
	{ 0xFFFE, 0xFFFF, GLYPH_SHOW },
	{ 0x13430, 0x1343F, GLYPH_SHOW }, /* hieroglyph format controls */
	{ 0x1BCA0, 0x1BCA3, GLYPH_GO },   /* shorthand format controls */
	{ 0x1D173, 0x1D17A, GLYPH_GO },   /* musical format controls */
	{ 0xE0000, 0xE00FF, GLYPH_SHOW }, /* tags */
	{ 0xE0100, 0xE01EF, GLYPH_SELECT },
	{ 0xE01F0, 0xE0FFF, GLYPH_SHOW },
};

enum glyph
glyph_of(uint32_t c)
{
	size_t low = 0, high = COUNT_OF(glyphs);
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (c > glyphs[mid].last)
			low = mid + 1;
		else if (c < glyphs[mid].first)
			high = mid;
		else
			return glyphs[mid].glyph;
	}
	return (c & 0xFFFE) == 0xFFFE ? GLYPH_SHOW : GLYPH_PLAIN; /* noncharacters */
}

static bool
in_range(uint32_t c, uint32_t first, uint32_t last)
{
	return c >= first && c <= last;
}

/* Scripts whose spelling uses ZWJ and ZWNJ: Arabic and its kin, Syriac to N'Ko,
 * the Indic blocks, Sinhala, Myanmar, Khmer, Mongolian. */
static bool
script_joins(uint32_t c)
{
	return in_range(c, 0x0600, 0x07FF) || in_range(c, 0x08A0, 0x0DFF) ||
	       in_range(c, 0x1000, 0x109F) || in_range(c, 0x1780, 0x18AF) ||
	       in_range(c, 0xA840, 0xA8FF) || in_range(c, 0xFB50, 0xFDFF) ||
	       in_range(c, 0xFE70, 0xFEFC) || in_range(c, 0x11000, 0x1184F);
}

static bool
pictographic(uint32_t c)
{
	return c != UTF8_BAD && utf8proc_get_property((utf8proc_int32_t)c)->boundclass ==
					UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

static bool
ideographic(uint32_t c)
{
	return in_range(c, 0x3400, 0x4DBF) || in_range(c, 0x4E00, 0x9FFF) ||
	       in_range(c, 0xF900, 0xFAFF) || in_range(c, 0x20000, 0x3FFFD);
}

static bool
mark(uint32_t c)
{
	if (c < 0x300)
		return false;
	utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
	return k == UTF8PROC_CATEGORY_MN || k == UTF8PROC_CATEGORY_ME;
}

/* Where in a cluster we are. */
struct place {
	uint32_t base;   /* last character that stands for itself; 0: none on this line */
	uint32_t before; /* character just written */
	unsigned marks;  /* combining marks on base so far */
};

/* May the joiner c stay between what was written and what comes at `next`? */
static bool
joiner_stays(const struct place *p, uint32_t c, const char *s, size_t len, size_t next)
{
	if (next >= len || p->base == 0 || glyph_of(p->before) == GLYPH_JOIN)
		return false;
	uint32_t after = utf8_next(s, len, &next);
	if (script_joins(p->base) && after != UTF8_BAD && script_joins(after))
		return true;
	return c == 0x200D && pictographic(p->base) && pictographic(after);
}

/* May the variation selector c stay behind what was written? */
static bool
selector_stays(const struct place *p, uint32_t c)
{
	if (p->base == 0 || p->before != p->base)
		return false;
	if (c == 0xFE0E || c == 0xFE0F)
		return pictographic(p->base) || p->base == '#' || p->base == '*' ||
		       in_range(p->base, '0', '9');
	if (c >= 0xFE00)
		return ideographic(p->base) ||
		       (c < 0xFE03 && p->base >= 0x2200 && p->base < 0x2300);
	return in_range(p->base, 0x1800, 0x18AF);
}

static void
put_plain(struct text *out, struct place *p, uint32_t c, const char *s, size_t n)
{
	if (mark(c)) {
		if (++p->marks > MARKS_MAX)
			return;
		if (p->base == 0) { /* nothing to sit on: never on our own text */
			text_put(out, "\xE2\x97\x8C");
			p->base = 0x25CC;
		}
	} else if (!in_range(c, 0x1F3FB, 0x1F3FF)) { /* a skin tone keeps its base */
		p->base = c;
		p->marks = 0;
	}
	p->before = c;
	text_put_n(out, s, n);
}

static void
put_named(struct text *out, struct place *p, uint32_t c, unsigned flags)
{
	if (flags & UNTRUSTED_STRIP)
		return;
	text_printf(out, "<U+%04X>", (unsigned)c);
	*p = (struct place){ '>', '>', 0 };
}

static void
put_break(struct text *out, struct place *p, char c, unsigned flags)
{
	text_put_c(out, flags & UNTRUSTED_LINE ? ' ' : c);
	*p = (struct place){ 0 };
}

/* C0, DEL and the line breaks among them; returns how many bytes were read. */
static size_t
put_control(struct text *out, struct place *p, const char *s, size_t left, unsigned flags)
{
	unsigned char c = (unsigned char)s[0];
	if (c == '\r' && left > 1 && s[1] == '\n') {
		put_break(out, p, '\n', flags);
		return 2;
	}
	if (c == '\n' || c == '\t') {
		put_break(out, p, (char)c, flags);
		return 1;
	}
	text_put_code(out, c == 0x7F ? 0x2421 : 0x2400 + c);
	*p = (struct place){ 0x2400, 0x2400, 0 };
	return 1;
}

static void
put_wide(struct text *out, struct place *p, uint32_t c, const char *s, size_t len, size_t at,
	size_t next, unsigned flags)
{
	enum glyph g = glyph_of(c);
	if (c == UTF8_BAD) {
		text_put(out, "\xEF\xBF\xBD");
		*p = (struct place){ 0xFFFD, 0xFFFD, 0 };
	} else if (g == GLYPH_PLAIN)
		put_plain(out, p, c, s + at, next - at);
	else if (g == GLYPH_SHOW)
		put_named(out, p, c, flags);
	else if (g == GLYPH_SPACE)
		put_plain(out, p, ' ', " ", 1);
	else if (g == GLYPH_BREAK)
		put_break(out, p, '\n', flags);
	else if ((g == GLYPH_JOIN && joiner_stays(p, c, s, len, next)) ||
		 (g == GLYPH_SELECT && selector_stays(p, c))) {
		text_put_n(out, s + at, next - at);
		p->before = c;
	}
}

void
untrusted_text(struct text *out, const char *s, size_t len, unsigned flags)
{
	struct place p = { 0 };
	for (size_t at = 0; at < len;) {
		uint32_t last;
		size_t run = plain_run(s + at, len - at, &last);
		if (run > 0) {
			text_put_n(out, s + at, run);
			at += run;
			p = (struct place){ last, last, 0 };
			continue;
		}
		if ((unsigned char)s[at] < 0x80) {
			at += put_control(out, &p, s + at, len - at, flags);
			continue;
		}
		size_t next = at;
		uint32_t c = utf8_next(s, len, &next);
		put_wide(out, &p, c, s, len, at, next, flags);
		at = next;
	}
}

const char *
untrusted_line(struct arena *a, const char *s)
{
	if (s == NULL)
		return "";
	size_t len = strlen(s);
	if (ascii_run(s, len) == len)
		return arena_strndup(a, s, len);
	struct text t;
	text_init(&t, 12 * len + 64);
	untrusted_text(&t, s, len, UNTRUSTED_LINE);
	const char *line = arena_strndup(a, t.data, t.len);
	text_clear(&t);
	return line;
}

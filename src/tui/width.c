/* Width: how many cells this terminal gives a cluster.
 *
 * Terminals differ where Unicode leaves it open (ambiguous width) and where they are
 * older than a character, and none says so.  What the test of probe.c saw is kept
 * here by kind of cluster; before it, and where no answer came, the table of base
 * holds.  Everything that is laid out asks width_cells(), so that a row is as long
 * on paper as on the glass.  A sign of a spacing mark (Devanagari, Thai) fills a cell
 * of its own in most terminals, which base, counting clusters, does not know. */
#include <string.h>
#include <wchar.h>

#include "width_in.h"

static struct { bool known; unsigned epoch; int cells[WIDTH_KINDS]; } learnt;

/* East Asian Width "A" of Unicode 14 (EastAsianWidth.txt) but marks, lines, blocks. */
static const uint16_t ambiguous[][2] = {
	{ 0xA1, 0xA1 }, { 0xA4, 0xA4 }, { 0xA7, 0xA8 }, { 0xAA, 0xAA }, { 0xAE, 0xAE }, { 0xB0, 0xB4 },
	{ 0xB6, 0xBA }, { 0xBC, 0xBF }, { 0xC6, 0xC6 }, { 0xD0, 0xD0 }, { 0xD7, 0xD8 }, { 0xDE, 0xE1 },
	{ 0xE6, 0xE6 }, { 0xE8, 0xEA }, { 0xEC, 0xED }, { 0xF0, 0xF0 }, { 0xF2, 0xF3 }, { 0xF7, 0xFA },
	{ 0xFC, 0xFC }, { 0xFE, 0xFE }, { 0x101, 0x101 }, { 0x111, 0x111 }, { 0x113, 0x113 }, { 0x11B, 0x11B },
	{ 0x126, 0x127 }, { 0x12B, 0x12B }, { 0x131, 0x133 }, { 0x138, 0x138 }, { 0x13F, 0x142 }, { 0x144, 0x144 },
	{ 0x148, 0x14B }, { 0x14D, 0x14D }, { 0x152, 0x153 }, { 0x166, 0x167 }, { 0x16B, 0x16B }, { 0x1CE, 0x1CE },
	{ 0x1D0, 0x1D0 }, { 0x1D2, 0x1D2 }, { 0x1D4, 0x1D4 }, { 0x1D6, 0x1D6 }, { 0x1D8, 0x1D8 }, { 0x1DA, 0x1DA },
	{ 0x1DC, 0x1DC }, { 0x251, 0x251 }, { 0x261, 0x261 }, { 0x2C4, 0x2C4 }, { 0x2C7, 0x2C7 }, { 0x2C9, 0x2CB },
	{ 0x2CD, 0x2CD }, { 0x2D0, 0x2D0 }, { 0x2D8, 0x2DB }, { 0x2DD, 0x2DD }, { 0x2DF, 0x2DF }, { 0x391, 0x3A1 },
	{ 0x3A3, 0x3A9 }, { 0x3B1, 0x3C1 }, { 0x3C3, 0x3C9 }, { 0x401, 0x401 }, { 0x410, 0x44F }, { 0x451, 0x451 },
	{ 0x2010, 0x2010 }, { 0x2013, 0x2016 }, { 0x2018, 0x2019 }, { 0x201C, 0x201D }, { 0x2020, 0x2022 },
	{ 0x2024, 0x2027 }, { 0x2030, 0x2030 }, { 0x2032, 0x2033 }, { 0x2035, 0x2035 }, { 0x203B, 0x203B },
	{ 0x203E, 0x203E }, { 0x2074, 0x2074 }, { 0x207F, 0x207F }, { 0x2081, 0x2084 }, { 0x20AC, 0x20AC },
	{ 0x2103, 0x2103 }, { 0x2105, 0x2105 }, { 0x2109, 0x2109 }, { 0x2113, 0x2113 }, { 0x2116, 0x2116 },
	{ 0x2121, 0x2122 }, { 0x2126, 0x2126 }, { 0x212B, 0x212B }, { 0x2153, 0x2154 }, { 0x215B, 0x215E },
	{ 0x2160, 0x216B }, { 0x2170, 0x2179 }, { 0x2189, 0x2189 }, { 0x2190, 0x2199 }, { 0x21B8, 0x21B9 },
	{ 0x21D2, 0x21D2 }, { 0x21D4, 0x21D4 }, { 0x21E7, 0x21E7 }, { 0x2200, 0x2200 }, { 0x2202, 0x2203 },
	{ 0x2207, 0x2208 }, { 0x220B, 0x220B }, { 0x220F, 0x220F }, { 0x2211, 0x2211 }, { 0x2215, 0x2215 },
	{ 0x221A, 0x221A }, { 0x221D, 0x2220 }, { 0x2223, 0x2223 }, { 0x2225, 0x2225 }, { 0x2227, 0x222C },
	{ 0x222E, 0x222E }, { 0x2234, 0x2237 }, { 0x223C, 0x223D }, { 0x2248, 0x2248 }, { 0x224C, 0x224C },
	{ 0x2252, 0x2252 }, { 0x2260, 0x2261 }, { 0x2264, 0x2267 }, { 0x226A, 0x226B }, { 0x226E, 0x226F },
	{ 0x2282, 0x2283 }, { 0x2286, 0x2287 }, { 0x2295, 0x2295 }, { 0x2299, 0x2299 }, { 0x22A5, 0x22A5 },
	{ 0x22BF, 0x22BF }, { 0x2312, 0x2312 }, { 0x2460, 0x24E9 }, { 0x24EB, 0x24FF }, { 0x25A0, 0x25A1 },
	{ 0x25A3, 0x25A9 }, { 0x25B2, 0x25B3 }, { 0x25B6, 0x25B7 }, { 0x25BC, 0x25BD }, { 0x25C0, 0x25C1 },
	{ 0x25C6, 0x25C8 }, { 0x25CB, 0x25CB }, { 0x25CE, 0x25D1 }, { 0x25E2, 0x25E5 }, { 0x25EF, 0x25EF },
	{ 0x2605, 0x2606 }, { 0x2609, 0x2609 }, { 0x260E, 0x260F }, { 0x261C, 0x261C }, { 0x261E, 0x261E },
	{ 0x2640, 0x2640 }, { 0x2642, 0x2642 }, { 0x2660, 0x2661 }, { 0x2663, 0x2665 }, { 0x2667, 0x266A },
	{ 0x266C, 0x266D }, { 0x266F, 0x266F }, { 0x269E, 0x269F }, { 0x26BF, 0x26BF }, { 0x26C6, 0x26CD },
	{ 0x26CF, 0x26D3 }, { 0x26D5, 0x26E1 }, { 0x26E3, 0x26E3 }, { 0x26E8, 0x26E9 }, { 0x26EB, 0x26F1 },
	{ 0x26F4, 0x26F4 }, { 0x26F6, 0x26F9 }, { 0x26FB, 0x26FC }, { 0x26FE, 0x26FF }, { 0x273D, 0x273D },
	{ 0x2776, 0x277F }, { 0x2B56, 0x2B59 }, { 0x3248, 0x324F }, { 0xFFFD, 0xFFFD },
};

static bool
is_ambiguous(uint32_t c)
{
	size_t low = 0, high = COUNT_OF(ambiguous);
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (c > ambiguous[middle][1])
			low = middle + 1;
		else
			high = middle;
	}
	return low < COUNT_OF(ambiguous) && c >= ambiguous[low][0];
}

/* ---- what was learnt ------------------------------------------------------------- */

bool
width_known(void)
{
	return learnt.known;
}

unsigned
width_epoch(void)
{
	return learnt.epoch;
}

int
width_of_kind(enum width_kind kind)
{
	return learnt.known ? learnt.cells[kind] : 0;
}

bool
width_learn(const int cells[WIDTH_KINDS])
{
	if (cells == NULL ? !learnt.known : learnt.known && memcmp(learnt.cells, cells, sizeof learnt.cells) == 0)
		return false;
	learnt.known = cells != NULL;
	if (cells != NULL)
		memcpy(learnt.cells, cells, sizeof learnt.cells);
	learnt.epoch++;
	return true;
}

/* ---- clusters --------------------------------------------------------------------- */

#define JOINER 0x200D
#define EMOJI_SIGN 0xFE0F

void
width_parts(struct width_parts *p, const char *s, size_t n)
{
	*p = (struct width_parts){ .base = UTF8_BAD };
	for (size_t at = 0; at < n; p->count++) {
		uint32_t c = utf8_next(s, n, &at);
		if (p->count == 0)
			p->base = c == UTF8_BAD ? 0xFFFD : c;
		p->flags += c >= 0x1F1E6 && c <= 0x1F1FF;
		p->sign |= c == EMOJI_SIGN;
		p->joined |= c == JOINER;
		p->toned |= c >= 0x1F3FB && c <= 0x1F3FF && p->count > 0;
		if (p->count == 0 || c == UTF8_BAD)
			continue;
		int w = wcwidth((wchar_t)c);
		p->marks += w == 0 && c != JOINER && c != EMOJI_SIGN;
		p->spacing += w == 1;
		p->wide += w == 2;
	}
}

static int
base_cells(uint32_t c)
{
	int usual = utf8_code_width(c);
	if (c < 0xA1)
		return usual;
	if (c >= 0x2500 && c <= 0x259F)
		return learnt.cells[WIDTH_LINE];
	if (usual == 1 && is_ambiguous(c))
		return learnt.cells[WIDTH_AMBIGUOUS];
	if (usual < 2)
		return usual;
	if (c < 0x1F000)
		return c >= 0x2E80 ? learnt.cells[WIDTH_IDEOGRAPH] : learnt.cells[WIDTH_EMOJI];
	if (c >= 0x20000)
		return learnt.cells[WIDTH_IDEOGRAPH];
	return c >= 0x1FA70 && c < 0x1FB00 ? learnt.cells[WIDTH_EMOJI_LATE] : learnt.cells[WIDTH_EMOJI];
}

static int
cluster_cells(const char *s, size_t n)
{
	struct width_parts p;
	size_t first = 0;
	uint32_t c = utf8_next(s, n, &first);
	if (first == n)                    /* most are one character */
		return c == UTF8_BAD ? 1 : learnt.known ? base_cells(c) : utf8_code_width(c);
	width_parts(&p, s, n);
	if (!learnt.known)
		return p.spacing > 0 && p.flags == 0 ? utf8_code_width(p.base) + p.spacing : (int)utf8_width(s, n);
	if (p.flags == 2)
		return learnt.cells[WIDTH_FLAG];
	int base = base_cells(p.base);
	int apart = 2 * learnt.cells[WIDTH_EMOJI];
	if ((p.joined && learnt.cells[WIDTH_JOINED] == apart) || (!p.joined && p.toned && learnt.cells[WIDTH_TONE] == apart))
		base += p.wide * learnt.cells[WIDTH_EMOJI];
	if (p.sign && base == 1)
		base = learnt.cells[WIDTH_SIGN];
	return base + p.spacing * (learnt.cells[WIDTH_SPACING] - 1);
}

int
width_cells(const char *s, size_t len)
{
	int cells = 0;
	for (size_t at = 0; at < len;) {
		if ((unsigned char)s[at] >= ' ' && s[at] != 0x7F && (unsigned char)s[at] < 0x80 &&
			(at + 1 == len || (unsigned char)s[at + 1] < 0x80)) {
			cells++;
			at++;
			continue;
		}
		size_t end = utf8_grapheme_end(s, len, at);
		cells += cluster_cells(s + at, end - at);
		at = end;
	}
	return cells;
}

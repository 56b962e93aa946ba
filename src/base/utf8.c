/* UTF-8: decoding, graphemes, width, normal form.
 *
 * The decoder is our own (Unicode 15, table 3-7) because every hot path walks
 * through it and ASCII must cost one comparison; what needs Unicode's tables
 * (clusters, width, NFKC) asks utf8proc. */
#include <string.h>
#include <stdlib.h>
#include <utf8proc.h>

#include "base_in.h"

#define ONES 0x0101010101010101u
#define HIGHS 0x8080808080808080u

size_t
ascii_run(const char *s, size_t len)
{
	size_t i = 0;
	for (uint64_t w; i + 8 <= len; i += 8) {
		memcpy(&w, s + i, 8);
		/* a high bit, a byte below 0x20, or a byte equal to 0x7F */
		uint64_t low = (w - ONES * 0x20) & ~w, del = w ^ ONES * 0x7F;
		if (((w | low | ((del - ONES) & ~del)) & HIGHS) != 0)
			break;
	}
	while (i < len && s[i] >= 0x20 && s[i] < 0x7F)
		i++;
	return i;
}

size_t
plain_run(const char *s, size_t len, uint32_t *last)
{
	size_t at = 0;
	for (;;) {
		size_t run = ascii_run(s + at, len - at);
		at += run;
		if (run > 0)
			*last = (unsigned char)s[at - 1];
		if (at == len || (unsigned char)s[at] < 0x80)
			return at;
		size_t next = at;
		uint32_t c = utf8_next(s, len, &next);
		if (!letter_plain(c))
			return at;
		*last = c;
		at = next;
	}
}

uint32_t
utf8_next(const char *s, size_t len, size_t *at)
{
	const unsigned char *p = (const unsigned char *)s + *at;
	size_t left = len - *at;
	uint32_t c = p[0];
	++*at;
	if (c < 0x80)
		return c;
	size_t more = c < 0xC2 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : c < 0xF5 ? 3 : 0;
	if (more == 0 || left <= more)
		return UTF8_BAD;
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	uint32_t code = c & (0x3Fu >> more);
	for (size_t i = 1; i <= more; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return UTF8_BAD;
		code = code << 6 | (p[i] & 0x3F);
	}
	if (code < least[more] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
		return UTF8_BAD;
	*at += more;
	return code;
}

size_t
utf8_encode(char out[4], uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
		return 0;
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

bool
utf8_valid(const char *s, size_t len)
{
	for (size_t at = 0; at < len;) {
		at += ascii_run(s + at, len - at);
		if (at < len && utf8_next(s, len, &at) == UTF8_BAD)
			return false;
	}
	return true;
}

size_t
utf8_floor(const char *s, size_t len, size_t max)
{
	if (len <= max)
		return len;
	size_t at = max;
	while (at > 0 && max - at < 3 && ((unsigned char)s[at] & 0xC0) == 0x80)
		at--;
	size_t end = at;
	if (utf8_next(s, len, &end) == UTF8_BAD)
		return max; /* not inside a character: ill-formed bytes stand alone */
	return end > max ? at : max;
}

/* Does the cluster before `at` end there for certain? */
static bool
stands_alone(const char *s, size_t len, size_t at)
{
	return at == len || letter_plain(utf8_next(s, len, &at));
}

size_t
utf8_grapheme_end(const char *s, size_t len, size_t at)
{
	if (at >= len)
		return len;
	if (at + 1 < len && (unsigned char)s[at] < 0x80 && (unsigned char)s[at + 1] < 0x80)
		return s[at] == '\r' && s[at + 1] == '\n' ? at + 2 : at + 1;
	utf8proc_int32_t state = 0;
	uint32_t before = utf8_next(s, len, &at);
	if (letter_plain(before) && stands_alone(s, len, at))
		return at;
	while (at < len && before != UTF8_BAD) {
		size_t next = at;
		uint32_t c = utf8_next(s, len, &next);
		if (c == UTF8_BAD || utf8proc_grapheme_break_stateful(
					     (utf8proc_int32_t)before, (utf8proc_int32_t)c, &state))
			break;
		before = c;
		at = next;
	}
	return at;
}

int
utf8_code_width(uint32_t code_point)
{
	if (code_point >= 0x20 && code_point < 0x7F)
		return 1;
	if (code_point > 0x10FFFF)
		return 1;
	int w = utf8proc_charwidth((utf8proc_int32_t)code_point);
	return w < 0 ? 0 : w;
}

/* A cluster is as wide as its widest code point; an emoji sign (VS16), a joined
 * emoji and a pair of regional indicators fill two cells. */
static size_t
cluster_width(const char *s, size_t end, size_t at)
{
	int width = 0, regional = 0;
	while (at < end) {
		uint32_t c = utf8_next(s, end, &at);
		int w = c == 0xFE0F && width > 0 ? 2 : c == UTF8_BAD ? 1 : utf8_code_width(c);
		regional += c >= 0x1F1E6 && c <= 0x1F1FF;
		if (w > width)
			width = w;
	}
	return regional == 2 ? 2 : (size_t)width;
}

size_t
utf8_width(const char *s, size_t len)
{
	size_t width = 0;
	for (size_t at = 0; at < len;) {
		size_t run = ascii_run(s + at, len - at);
		if (run > 1) { /* the last may begin a cluster */
			width += run - 1;
			at += run - 1;
		}
		size_t next = at;
		uint32_t c = utf8_next(s, len, &next);
		if (letter_plain(c) && stands_alone(s, len, next)) {
			width += c < 0x300 ? 1 : 2;
			at = next;
			continue;
		}
		size_t end = utf8_grapheme_end(s, len, at);
		width += cluster_width(s, end, at);
		at = end;
	}
	return width;
}

/* ---- normal form -------------------------------------------------------------- */

#define NFKC (UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT)

/* NFKC leaves it alone, unless a mark follows. */
static bool
nfkc_inert(uint32_t c)
{
	return c < 0x80 || (c >= 0xC0 && c <= 0x131) ||
	       (c >= 0x2010 && c <= 0x201E && c != 0x2011 && c != 0x2017) ||
	       (c >= 0x3001 && c <= 0x3029) || (c >= 0x3041 && c <= 0x3096) ||
	       (c >= 0x30A1 && c <= 0x30FA) || (c >= 0x4E00 && c <= 0x9FFF);
}

/* A stretch that does need the tables; mostly a few characters, so on the stack. */
static void
nfkc_stretch(struct text *out, const char *s, size_t len)
{
	utf8proc_int32_t codes[256];
	const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)s;
	utf8proc_ssize_t n = utf8proc_decompose(
		bytes, (utf8proc_ssize_t)len, codes, (utf8proc_ssize_t)COUNT_OF(codes) - 1, NFKC);
	if (n >= 0 && n < (utf8proc_ssize_t)COUNT_OF(codes)) {
		n = utf8proc_reencode(codes, n, NFKC);
		text_put_n(out, codes, n > 0 ? (size_t)n : 0);
		return;
	}
	utf8proc_uint8_t *form = NULL;
	n = utf8proc_map(bytes, (utf8proc_ssize_t)len, &form, NFKC);
	if (n >= 0)
		text_put_n(out, form, (size_t)n);
	else
		text_put_n(out, s, len);
	free(form);
}

/* Where the inert characters at `at` end; *last is where the last of them begins. */
static size_t
inert_end(const char *s, size_t len, size_t at, size_t *last)
{
	*last = at;
	while (at < len) {
		size_t run = ascii_run(s + at, len - at), next = at + run;
		if (run > 0) {
			*last = next - 1;
			at = next;
			continue;
		}
		if (!nfkc_inert(utf8_next(s, len, &next)))
			break;
		*last = at;
		at = next;
	}
	return at;
}

void
utf8_nfkc(struct text *out, const char *s, size_t len)
{
	if (!utf8_valid(s, len)) {
		text_put_n(out, s, len);
		return;
	}
	for (size_t at = 0; at < len;) {
		size_t last, end = inert_end(s, len, at, &last);
		if (end == len) {
			text_put_n(out, s + at, len - at);
			return;
		}
		/* The last one may take the mark that follows. */
		text_put_n(out, s + at, last - at);
		for (size_t next = end; end < len; end = next)
			if (nfkc_inert(utf8_next(s, len, &next)))
				break;
		nfkc_stretch(out, s + last, end - last);
		at = end;
	}
}

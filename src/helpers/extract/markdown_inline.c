/* Inline Markdown to the text that a reader would see.
 *
 * One pass and no tree.  A mark that does not close is text, as CommonMark has
 * it; underscores inside words are letters.  Code between ticks stays as it is,
 * so that `a*b*c` keeps its stars. */
#include <libxml/HTMLparser.h>
#include <stdlib.h>
#include <string.h>
#include "extract_in.h"
#include "markdown_in.h"

#define DEPTH_MAX 8
#define LINK_BYTES_MAX 2048
#define NESTED_MAX 16
#define TICKS_MAX 64

static void put_inline(struct text *out, const char *s, size_t n, int depth);

/* The bracket that closes the one at `at`, or n. */
static size_t
closing(const char *s, size_t n, size_t at, char open, char close)
{
	int depth = 0;
	size_t most = n - at < LINK_BYTES_MAX ? n - at : LINK_BYTES_MAX;
	if (memchr(s + at, close, most) == NULL)   /* a flood of opening brackets ends here */
		return n;
	for (size_t i = at; i < at + most; i++) {
		if (s[i] == '\\')
			i++;
		else if (s[i] == open && ++depth > NESTED_MAX)
			return n;
		else if (s[i] == close && --depth == 0)
			return i;
	}
	return n;
}

/* [text](url), [text][ref], ![alt](url), [^note]; bytes used, 0: not a link. */
static size_t
put_link(struct text *out, const char *s, size_t n, int depth)
{
	size_t open = s[0] == '!' ? 1 : 0;
	if (open >= n || s[open] != '[')
		return 0;
	size_t end = closing(s, n, open, '[', ']');
	if (end == n)
		return 0;
	if (s[open + 1] == '^')
		return end + 1 + (end + 1 < n && s[end + 1] == ':');
	size_t after = end + 1, last = n;
	if (after < n && s[after] == '(')
		last = closing(s, n, after, '(', ')');
	else if (after < n && s[after] == '[')
		last = closing(s, n, after, '[', ']');
	if (last == n)
		return 0;
	put_inline(out, s + open + 1, end - open - 1, depth + 1);
	return last + 1;
}

/* `code`: bytes used.  Ticks that do not close are text, all of a run: of each length
 * only the last can be such, so the looking ahead ends. */
static size_t
put_code(struct text *out, const char *s, size_t n)
{
	size_t ticks = 0;
	while (ticks < n && s[ticks] == '`')
		ticks++;
	for (size_t i = ticks; ticks <= TICKS_MAX && i + ticks <= n; i++) {
		size_t run = 0;
		while (i + run < n && s[i + run] == '`')
			run++;
		if (run == ticks) {
			text_put_n(out, s + ticks, i - ticks);
			return i + ticks;
		}
		i += run;
	}
	text_put_n(out, s, ticks);
	return ticks;
}

/* <https://x>, <b>, </b>: bytes used, 0: a plain less-than sign. */
static size_t
put_tag(struct text *out, const char *s, size_t n)
{
	const char *end = memchr(s, '>', n < LINK_BYTES_MAX ? n : LINK_BYTES_MAX);
	if (end == NULL || n < 3)
		return 0;
	size_t len = (size_t)(end - s) + 1;
	bool tag = (s[1] >= 'a' && s[1] <= 'z') || (s[1] >= 'A' && s[1] <= 'Z') || s[1] == '/' || s[1] == '!';
	if (!tag)
		return 0;
	if (memchr(s, ':', len) != NULL && memchr(s, ' ', len) == NULL)
		text_put_n(out, s + 1, len - 2);
	else if (len >= 4 && memcmp(s, "<br", 3) == 0)
		text_put_c(out, ' ');
	return len;
}

/* &amp; &#8217;: bytes used, 0: a plain ampersand. */
static size_t
put_entity(struct text *out, const char *s, size_t n)
{
	char name[32];
	const char *end = memchr(s, ';', n < sizeof name ? n : sizeof name);
	if (end == NULL || end - s < 2)
		return 0;
	size_t len = (size_t)(end - s) - 1;
	memcpy(name, s + 1, len);
	name[len] = '\0';
	unsigned long code = 0;
	if (name[0] == '#') {
		code = name[1] == 'x' || name[1] == 'X' ? strtoul(name + 2, NULL, 16) : strtoul(name + 1, NULL, 10);
	} else {
		const htmlEntityDesc *known = htmlEntityLookup((const xmlChar *)name);
		code = known ? known->value : 0;
	}
	if (code == 0 || code > 0x10FFFF)
		return 0;
	text_put_code(out, (uint32_t)code);
	return len + 2;
}

static bool
is_word(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (unsigned char)c >= 0x80;
}

/* A run of * _ or ~~ that opens or closes emphasis: bytes to skip, 0: text. */
static size_t
emphasis(const char *s, size_t n, size_t at)
{
	size_t run = 0;
	while (at + run < n && s[at + run] == s[at])
		run++;
	char before = at > 0 ? s[at - 1] : ' ', after = at + run < n ? s[at + run] : ' ';
	if (run > 3 || (before == ' ' && after == ' ') || (s[at] == '~' && run != 2))
		return 0;
	if (s[at] == '_' && is_word(before) && is_word(after))
		return 0;
	/* the other end must exist */
	bool opens = after != ' ' && memmem(s + at + run, n - at - run, s + at, run) != NULL;
	bool closes = before != ' ' && memmem(s, at, s + at, run) != NULL;
	return opens || closes ? run : 0;
}

static size_t
put_mark(struct text *out, const char *s, size_t n, size_t at, int depth)
{
	switch (s[at]) {
	case '\\':
		if (at + 1 < n && strchr("\\`*_{}[]()#+-.!|<>~\"'$&:;=?@^/,%", s[at + 1]) != NULL) {
			text_put_c(out, s[at + 1]);
			return 2;
		}
		return 0;
	case '`':
		return put_code(out, s + at, n - at);
	case '!':
	case '[':
		return depth < DEPTH_MAX ? put_link(out, s + at, n - at, depth) : 0;
	case '<':
		return put_tag(out, s + at, n - at);
	case '&':
		return put_entity(out, s + at, n - at);
	default:
		return emphasis(s, n, at);
	}
}

static void
put_inline(struct text *out, const char *s, size_t n, int depth)
{
	for (size_t at = 0; at < n;) {
		size_t used = memchr("\\`![<&*_~", s[at], 9) != NULL ? put_mark(out, s, n, at, depth) : 0;
		if (used == 0)
			text_put_c(out, s[at++]);
		at += used;
	}
}

void
markdown_inline(struct text *out, const char *s, size_t n)
{
	put_inline(out, s, n, 0);
}

/* Finding a quotation that somebody else typed.
 *
 * A model repeats a sentence nearly: other quotation marks and dashes, a hyphen
 * kept from a line end, a ligature taken apart, spaces added.  Both sides are
 * folded to the same plain code points, each of which remembers the bytes it came
 * from, so what is found is a range of the stored text; the quote that is shown
 * is then read from there.  A match must begin and end with whole words.
 *
 *	kept     letters and digits (NFKC, case folded), other signs
 *	one sign every dash is '-', every quotation mark is '"'
 *	dropped  spaces (but not between digits), soft hyphens, a hyphen between letters
 */
#include <string.h>
#include <utf8proc.h>
#include "document_in.h"

#define QUOTE_LEAST 3

struct folded { uint32_t code; size_t start, end; };   /* bytes it came from */
struct folding { struct folded *codes; size_t count, cap; };

static bool
is_letter(uint32_t c)
{
	utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);

	return k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_ME;
}

static bool
is_digit(uint32_t c)
{
	return utf8proc_category((utf8proc_int32_t)c) == UTF8PROC_CATEGORY_ND;
}

/* Scripts that put no space between words. */
static bool
is_unspaced(uint32_t c)
{
	return (c >= 0x0E00 && c <= 0x0EFF) || (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF);
}

static uint32_t
plain_sign(uint32_t c)
{
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_PD:
		return '-';
	case UTF8PROC_CATEGORY_PI: case UTF8PROC_CATEGORY_PF:
		return '"';
	case UTF8PROC_CATEGORY_ZS: case UTF8PROC_CATEGORY_ZL: case UTF8PROC_CATEGORY_ZP: case UTF8PROC_CATEGORY_CC:
		return ' ';
	default:
		return c == '\'' || c == '`' || c == 0x201A || c == 0x201E || c == 0x2032 || c == 0x2033 ? '"' : c == 0x2212 ? '-' : c;
	}
}

static void
code_put(struct folding *o, uint32_t c, size_t start, size_t end)
{
	uint32_t sign = plain_sign(c);

	if (c == 0x00AD || c == 0x200B || c == 0xFEFF)
		return;
	mem_reserve(&o->codes, &o->cap, o->count + 1, sizeof *o->codes);
	o->codes[o->count++] = (struct folded){ sign, start, end };
}

/* Compatibility forms taken apart and put together again, cluster by cluster. */
static void
fold_clusters(struct folding *o, const char *s, size_t len)
{
	for (size_t at = 0; at < len;) {
		size_t end = utf8_grapheme_end(s, len, at);
		utf8proc_int32_t codes[64];
		utf8proc_ssize_t n = -1;

		if (end - at == 1 && (unsigned char)s[at] < 0x80) {
			uint32_t c = (unsigned char)s[at];

			code_put(o, c >= 'A' && c <= 'Z' ? c | 32 : c, at, end);
		} else {
			n = utf8proc_decompose((const utf8proc_uint8_t *)s + at, (utf8proc_ssize_t)(end - at), codes,
				(utf8proc_ssize_t)COUNT_OF(codes), UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD);
			for (utf8proc_ssize_t i = 0; i < n && i < (utf8proc_ssize_t)COUNT_OF(codes); i++)
				code_put(o, (uint32_t)codes[i], at, end);
		}
		at = end;
	}
}

/* Take out what does not count. In place. */
static void
fold_thin(struct folding *o)
{
	size_t to = 0;

	for (size_t i = 0; i < o->count; i++) {
		uint32_t c = o->codes[i].code, before = to > 0 ? o->codes[to - 1].code : 0, after;
		size_t next = i + 1;

		while (next < o->count && o->codes[next].code == ' ')
			next++;
		after = next < o->count ? o->codes[next].code : 0;
		if (c == ' ' && !(is_digit(before) && is_digit(after)))
			continue;
		if (c == ' ' && before == ' ')
			continue;
		if (c == '-' && is_letter(before) && is_letter(after))
			continue;
		o->codes[to++] = o->codes[i];
	}
	o->count = to;
}

static void
fold(struct folding *o, const char *s, size_t len)
{
	*o = (struct folding){ .count = 0 };
	fold_clusters(o, s, len);
	fold_thin(o);
}

/* ---- what a quotation is wrapped in ----------------------------------------- */

static bool
is_wrapping(uint32_t c)
{
	return c == '"' || c == ' ' || c == '.' || c == ',' || c == ';' || c == '(' || c == ')' || c == '[' || c == ']' || c == '-';
}

/* Signs at both ends of the quote prove nothing: a full stop may be the model's. */
static void
unwrap(struct folding *q)
{
	size_t first = 0;

	while (first < q->count && is_wrapping(q->codes[first].code))
		first++;
	while (q->count > first && is_wrapping(q->codes[q->count - 1].code))
		q->count--;
	if (first > 0)
		memmove(q->codes, q->codes + first, (q->count - first) * sizeof *q->codes);
	q->count -= first;
}

/* ---- matching ------------------------------------------------------------------- */

/* May a match begin or end between these two neighbours in the stored bytes? */
static bool
is_edge(const struct folded *left, const struct folded *right)
{
	bool left_word = is_letter(left->code) || is_digit(left->code), right_word = is_letter(right->code) || is_digit(right->code);

	if (left->start == right->start)         /* inside a ligature */
		return false;
	return !left_word || !right_word || left->end != right->start || is_unspaced(left->code) || is_unspaced(right->code);
}

static bool
matches_at(const struct folding *t, const struct folding *q, size_t at)
{
	for (size_t i = 0; i < q->count; i++)
		if (t->codes[at + i].code != q->codes[i].code)
			return false;
	if (at > 0 && !is_edge(&t->codes[at - 1], &t->codes[at]))
		return false;
	return at + q->count == t->count || is_edge(&t->codes[at + q->count - 1], &t->codes[at + q->count]);
}

/* A sentence keeps the full stop behind it when the quote had one. */
static size_t
with_stop(const struct passage *p, size_t end, const char *quote)
{
	size_t n = strlen(p->text), q = strlen(quote), last = q > 0 ? q - 1 : 0;

	while (last > 0 && strchr("\"')] \n", quote[last]) != NULL)
		last--;
	return end < n && p->text[end] == '.' && q > 0 && quote[last] == '.' ? end + 1 : end;
}

enum fault
library_locate(int64_t *start, int64_t *end, struct library *l, const struct passage *p, const char *quote)
{
	struct folding t, q;
	size_t at;
	bool found = false;

	(void)l;
	if (strlen(quote) > FIELD_TEXT_MAX)
		return fault(FAULT_LIMIT, "the quotation is longer than %d bytes", FIELD_TEXT_MAX);
	fold(&t, p->text, strlen(p->text));
	fold(&q, quote, strlen(quote));
	unwrap(&q);
	for (at = 0; q.count >= QUOTE_LEAST && at + q.count <= t.count && !found; at++)
		found = matches_at(&t, &q, at);
	if (found) {
		size_t from = t.codes[at - 1].start, to = t.codes[at - 1 + q.count - 1].end;

		*start = p->start + (int64_t)from;
		*end = p->start + (int64_t)with_stop(p, to, quote);
	}
	mem_free(t.codes);
	mem_free(q.codes);
	return found ? FAULT_NONE : fault(FAULT_ABSENT, "the quotation is not in passage %lld", (long long)p->n);
}

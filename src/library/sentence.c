/* Where sentences end.
 *
 * A stop ends a sentence when blank space follows (behind closing quotes, brackets
 * and note marks) and the next word does not begin small.  Against that stand
 * decimals, initials, titles, abbreviations and numbers of list items.  Japanese
 * and Chinese stops end a sentence at once, unless they are inside a quotation that
 * goes on.  Blank lines and list items always separate; a single line break does not.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>
#include "find_in.h"

#define SENTENCE_BYTES_MAX 2000u

/* Never the end of a sentence; sorted. */
static const char *const never[] = {
	"adm", "approx", "bros", "ca", "capt", "cf", "ch", "cmdr", "col", "dr", "e.g", "ed", "eds", "eq", "fig",
	"figs", "gen", "gov", "hon", "i.e", "lt", "maj", "messrs", "mr", "mrs", "ms", "mt", "pp", "pres",
	"prof", "rep", "rev", "sec", "sen", "sgt", "st", "viz", "vol", "vols", "vs",
};
/* The end only before a word that begins sentences; sorted. */
static const char *const seldom[] = {
	"a.d", "a.m", "al", "apr", "art", "aug", "b.c", "bc", "co", "corp", "d.c", "dec", "dept", "est", "etc",
	"feb", "ft", "inc", "jan", "jr", "jul", "jun", "lb", "lbs", "ltd", "mar", "mi", "no", "nos", "nov",
	"oct", "p.m", "ph.d", "sep", "sept", "sq", "sr", "u.k", "u.n", "u.s", "u.s.a", "univ",
};
/* Words that begin sentences; sorted. */
static const char *const starters[] = {
	"a", "after", "all", "although", "an", "and", "as", "at", "because", "both", "but", "by", "during", "each",
	"for", "from", "he", "her", "his", "however", "if", "in", "it", "its", "many", "most", "no", "of", "on",
	"one", "other", "our", "she", "since", "some", "such", "that", "the", "their", "then", "there", "these",
	"they", "this", "those", "to", "we", "what", "when", "where", "while", "who", "with", "you",
};

static int
compare_word(const void *key, const void *item)
{
	return strcasecmp(key, *(const char *const *)item);
}

static bool
listed(const char *word, const char *const *list, size_t count)
{
	return bsearch(word, list, count, sizeof *list, compare_word) != NULL;
}

struct splitter {
	const char *s; size_t len;
	struct range *out; size_t count, cap;
	size_t start;          /* of the sentence that is open */
	int depth;             /* of CJK brackets */
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

static void
end_at(struct splitter *p, size_t end)
{
	size_t start = p->start;
	p->start = end;
	p->depth = 0;
	while (start < end && is_space(p->s[start]))
		start++;
	while (end > start && is_space(p->s[end - 1]))
		end--;
	if (end == start)
		return;
	mem_reserve(&p->out, &p->cap, p->count + 1, sizeof *p->out);
	p->out[p->count++] = (struct range){ start, end };
}

static bool
one_of(uint32_t c, const uint32_t *set, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (set[i] == c)
			return true;
	return false;
}

static bool
is_closer(uint32_t c)
{
	static const uint32_t set[] = { '"', '\'', ')', ']', '}', 0x2019, 0x201D, 0xBB, 0x203A, 0x300D, 0x300F, 0xFF09, 0x3011, 0x3015, 0x300B, 0x3009 };
	return one_of(c, set, COUNT_OF(set));
}

static bool
is_wide_stop(uint32_t c)
{
	return c == 0x3002 || c == 0xFF01 || c == 0xFF1F || c == 0xFF61 || c == 0xFF0E;
}

/* Behind closing marks and note marks such as "[12]". */
static size_t
skip_closers(const struct splitter *p, size_t at)
{
	while (at < p->len) {
		size_t next = at;
		uint32_t c = utf8_next(p->s, p->len, &next);
		if (c == '[') {
			size_t n = next;
			while (n < p->len && n < next + 8 && ((p->s[n] >= '0' && p->s[n] <= '9') || (n == next && (p->s[n] | 32) >= 'a' && (p->s[n] | 32) <= 'z')))
				n++;
			if (n == next || n >= p->len || p->s[n] != ']')
				return at;
			at = n + 1;
			continue;
		}
		if (c == ':' && next < p->len && p->s[next] >= '0' && p->s[next] <= '9') {
			next += strspn(p->s + next, "0123456789");           /* ":292", a page */
			if (next < p->len && !is_space(p->s[next]))
				return at;
		} else if (!is_closer(c)) {
			return at;
		}
		at = next;
	}
	return at;
}

/* The word that begins at `at`, small, with inner dots; at most 15 letters. */
static void
word_at(char out[16], const struct splitter *p, size_t at, size_t end)
{
	size_t n = 0;
	for (; at < end && n < 15 && (code_is_word((unsigned char)p->s[at] < 0x80 ? (unsigned char)p->s[at] : 'x') || p->s[at] == '.'); at++)
		out[n++] = p->s[at];
	out[n] = '\0';
}

static size_t
word_before(const struct splitter *p, size_t dot)
{
	size_t at = dot;
	while (at > p->start && !is_space(p->s[at - 1]) && strchr("([\"'-/,;", p->s[at - 1]) == NULL)
		at--;
	return at;
}

/* Is the dot at `dot` part of an abbreviation, given the word that follows? */
static bool
abbreviates(const struct splitter *p, size_t dot, size_t next)
{
	char before[16], after[16];
	size_t at = word_before(p, dot);
	word_at(before, p, at, dot);
	word_at(after, p, next, p->len);
	size_t n = dot - at;
	bool starter = listed(after, starters, COUNT_OF(starters));
	if (n == 0 || n > 15)
		return false;
	if (listed(before, never, COUNT_OF(never)))
		return true;
	bool initial = (n == 1 && before[0] >= 'A' && before[0] <= 'Z') || (n > 2 && before[n - 2] == '.');
	if (initial || listed(before, seldom, COUNT_OF(seldom)))
		return !starter || (n == 1 && !(after[0] >= 'A' && after[0] <= 'Z'));
	/* "1." and "a)" in front of a list item. */
	bool number = strspn(before, "0123456789") == n && n <= 3;
	size_t open = p->start;
	while (open < at && is_space(p->s[open]))
		open++;
	return number && open == at;
}

static bool
begins_small(const struct splitter *p, size_t at)
{
	uint32_t c = utf8_next(p->s, p->len, &at);
	return c != UTF8_BAD && utf8proc_category((utf8proc_int32_t)c) == UTF8PROC_CATEGORY_LL;
}

static size_t
skip_space(const struct splitter *p, size_t at)
{
	while (at < p->len && is_space(p->s[at]))
		at++;
	return at;
}

/* A Latin stop at [at, after); answers where the sentence ends or 0. */
static size_t
latin_end(const struct splitter *p, size_t at, size_t after, uint32_t stop)
{
	size_t end = skip_closers(p, after);
	if (end < p->len && !is_space(p->s[end])) {
		size_t next = end;
		uint32_t c = utf8_next(p->s, p->len, &next);
		return code_is_cjk(c) && stop != '.' ? end : 0;
	}
	size_t next = skip_space(p, end);
	if (next >= p->len)
		return end;
	if (begins_small(p, next))
		return 0;
	if (stop == '.' && end == after && abbreviates(p, at, next))
		return 0;
	return end;
}

/* A wide stop: not inside a quotation that closes later on this line, and not where
 * kana goes on behind the closing bracket. */
static size_t
wide_end(struct splitter *p, size_t after)
{
	size_t end = skip_closers(p, after);
	while (end < p->len) {
		size_t next = end;
		if (!is_wide_stop(utf8_next(p->s, p->len, &next)))
			break;
		end = skip_closers(p, next);
	}
	if (p->depth > 0 && end == after) {
		size_t look = after;
		for (int i = 0; look < p->len && i < 300 && p->s[look] != '\n'; i++) {
			uint32_t c = utf8_next(p->s, p->len, &look);
			if (c == 0x300D || c == 0x300F || c == 0xFF09)
				return 0;
		}
	}
	if (end > after) {
		size_t next = end;
		uint32_t c = end < p->len ? utf8_next(p->s, p->len, &next) : 0;
		if ((c >= 0x3041 && c <= 0x3096) || c == 0x3001 || c == 0xFF0C) {
			p->depth = 0;
			return 0;
		}
	}
	return end;
}

/* Does a line break at `at` separate: a blank line, or an item of a list behind it? */
static bool
separates(const struct splitter *p, size_t at)
{
	size_t next = at + 1;
	while (next < p->len && (p->s[next] == ' ' || p->s[next] == '\t' || p->s[next] == '\r'))
		next++;
	if (next >= p->len || p->s[next] == '\n' || p->s[next] == '\f')
		return true;
	const char *s = p->s + next;
	size_t left = p->len - next, n = 0;
	if (*s == '#' || *s == '|')
		return true;
	if (left > 1 && strchr("-*+", *s) != NULL && s[1] == ' ')
		return true;
	if (left > 3 && (memcmp(s, "\xE2\x80\xA2", 3) == 0 || memcmp(s, "\xE3\x83\xBB", 3) == 0))
		return true;
	while (n < left && n < 3 && s[n] >= '0' && s[n] <= '9')
		n++;
	if (n > 0 && n + 1 < left && (s[n] == '.' || s[n] == ')') && s[n + 1] == ' ')
		return true;
	return left > 3 && *s == '(' && s[2] == ')' && s[3] == ' ';
}

static void
one_character(struct splitter *p, size_t at, size_t after, uint32_t c)
{
	size_t end = 0;
	if (c == '\n') {
		bool heading = p->s[skip_space(p, p->start)] == '#';
		if (heading || separates(p, at))
			end_at(p, at);
		return;
	}
	if (c == 0x300C || c == 0x300E || c == 0xFF08)
		p->depth++;
	else if (c == 0x300D || c == 0x300F || c == 0xFF09)
		p->depth -= p->depth > 0;
	else if (c == '.' || c == '!' || c == '?' || c == 0x2026)
		end = latin_end(p, at, after, c);
	else if (is_wide_stop(c))
		end = wide_end(p, after);
	if (end > 0)
		end_at(p, end);
}

size_t
library_sentences(struct range **out, const char *s, size_t len)
{
	struct splitter p = { .s = s, .len = len };
	for (size_t at = 0; at < len;) {
		size_t start = at;
		uint32_t c = utf8_next(s, len, &at);
		if (start < p.start)
			continue;
		one_character(&p, start, at, c);
		if (at > p.start + SENTENCE_BYTES_MAX && (c == ' ' || c == '\n' || at > p.start + 2 * SENTENCE_BYTES_MAX))
			end_at(&p, at);
	}
	end_at(&p, len);
	*out = p.out;
	return p.count;
}

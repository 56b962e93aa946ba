/* Repair of UTF-8 that somebody read as Windows-1252 and saved again.
 *
 * Each damaged character shows as two to four characters whose Windows-1252
 * bytes form one UTF-8 sequence.  That such a sequence is valid proves little:
 * the French `café<nbsp>»` is one too.  So a sequence standing alone is repaired
 * only when it gives what mojibake gives most (accents, punctuation, frames,
 * emoji) at a place where a person would not have typed it; other scripts are
 * believed from two sequences in a row on.  Good text must come out unchanged:
 * when in doubt nothing is done.  Working on sequences and not on files mends
 * texts that are damaged in some lines only. */
#include <string.h>
#include "extract_in.h"

/* Windows-1252 from 0x80 to 0x9F; 0 where it has no character. */
static const uint16_t high_controls[32] = {
	0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
	0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178
};

/* The Windows-1252 byte of c, or 0; Latin-1's controls count as their bytes. */
static unsigned
byte_of(uint32_t c)
{
	if (c >= 0x80 && c <= 0xFF)
		return c;
	for (unsigned i = 0; i < 32 && c > 0xFF; i++)
		if (high_controls[i] == c)
			return 0x80 + i;
	return 0;
}

struct sequence {
	uint32_t code;     /* what the bytes mean */
	unsigned lead;
	size_t end;        /* where the damaged characters end */
};

/* The sequence whose first damaged character begins at `at`. */
static bool
find_sequence(struct sequence *q, const char *s, size_t n, size_t at)
{
	char bytes[4];
	size_t have = 0, need = 1;
	while (have < need) {
		if (at >= n)
			return false;
		unsigned b = byte_of(utf8_next(s, n, &at));
		if (b == 0)
			return false;
		if (have == 0) {
			need = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2;
			q->lead = b;
			if (b < 0xC2 || b > 0xF4)
				return false;
		}
		bytes[have++] = (char)b;
	}
	size_t from = 0;
	q->code = utf8_next(bytes, have, &from);
	q->end = at;
	return q->code != UTF8_BAD && from == have && q->code >= 0xA0;
}

/* Windows-1252 has no character for five bytes, so converters dropped them.
 * What stood there is guessed for the prefixes that occur: the closing quote,
 * and the corner and double line of frames, the latter two only in a frame. */
static bool
find_cut_sequence(struct sequence *q, const char *s, size_t n, size_t at, bool in_run)
{
	static const struct { unsigned second; uint32_t code; bool alone; } cut[] = {
		{ 0x80, 0x201D, true }, { 0x94, 0x2510, false }, { 0x95, 0x2550, false }
	};
	unsigned first = byte_of(utf8_next(s, n, &at));
	if (first != 0xE2 || at >= n)
		return false;
	unsigned second = byte_of(utf8_next(s, n, &at));
	size_t after = at;
	unsigned third = at < n ? byte_of(utf8_next(s, n, &after)) : 0;
	for (size_t i = 0; i < COUNT_OF(cut); i++)
		if (cut[i].second == second && !(third >= 0x80 && third < 0xC0) && (cut[i].alone || in_run)) {
			*q = (struct sequence){ cut[i].code, first, at };
			return true;
		}
	return false;
}

/* Scripts that people write in. */
static const struct { uint32_t first, last; } scripts[] = {
	{ 0x00A0, 0x024F }, { 0x0370, 0x052F }, { 0x05B0, 0x05EA }, { 0x0600, 0x06FF }, { 0x0900, 0x0E7F },
	{ 0x10A0, 0x11FF }, { 0x1E00, 0x1FFF }, { 0x2000, 0x2BFF }, { 0x3000, 0x30FF }, { 0x3400, 0xD7A3 },
	{ 0xFB00, 0xFB06 }, { 0xFE30, 0xFE4F }, { 0xFF00, 0xFFEF }, { 0x1D400, 0x1D7FF }, { 0x1F000, 0x1FAFF }
};

static bool
in_script(uint32_t c)
{
	for (size_t i = 0; i < COUNT_OF(scripts); i++)
		if (c >= scripts[i].first && c <= scripts[i].last)
			return true;
	return false;
}

static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
static bool is_letter(char c) { return is_lower(c) || is_upper(c); }

/* Is q, alone between the bytes before and after, surely damage? */
static bool
convinces_alone(const struct sequence *q, char before, char after)
{
	if (q->lead == 0xC2 || q->lead == 0xC3)   /* not the end of a word in capitals, then a quote */
		return !is_upper(before) || is_letter(after);
	if (q->lead == 0xC4 || q->lead == 0xC5)
		return is_lower(before);
	if (q->lead == 0xE1)
		return q->code >= 0x1E00 && q->code < 0x1F00 && is_letter(before) && is_letter(after);
	if (q->lead == 0xE2)
		return (q->code >= 0x2010 && q->code <= 0x27BF && !(q->code >= 0x2060 && q->code < 0x2070)) ||
			(q->code >= 0x2900 && q->code < 0x2C00);
	return q->code >= 0x1F000 && q->code < 0x1FB00;
}

/* One pass over s into out; true when something was repaired. */
static bool
repair_once(struct text *out, const char *s, size_t n)
{
	bool changed = false, in_run = false;
	for (size_t at = 0; at < n;) {
		struct sequence q, next;
		if ((unsigned char)s[at] < 0xC3 && (unsigned char)s[at] != 0xC2) {
			text_put_c(out, s[at++]);
			in_run = false;
			continue;
		}
		bool found = find_sequence(&q, s, n, at) && in_script(q.code);
		bool pair = found && q.end < n && find_sequence(&next, s, n, q.end) && in_script(next.code);
		char before = at > 0 ? s[at - 1] : ' ', after = found && q.end < n ? s[q.end] : ' ';
		bool sure = found && (in_run || pair || convinces_alone(&q, before, after));
		if (sure || find_cut_sequence(&q, s, n, at, in_run)) {
			text_put_code(out, q.code);
			at = q.end;
			in_run = changed = true;
			continue;
		}
		size_t from = at;
		utf8_next(s, n, &at);
		text_put_n(out, s + from, at - from);
		in_run = false;
	}
	return changed;
}

void
mojibake_repair(struct text *out, const char *s, size_t n)
{
	size_t high = 0;
	while (high < n && (unsigned char)s[high] < 0x80)
		high++;
	if (high == n) {
		text_put_n(out, s, n);
		return;
	}
	struct text once, twice;
	text_init(&once, out->max);
	text_init(&twice, out->max);
	if (!repair_once(&once, s, n))
		text_put_n(out, s, n);
	else if (repair_once(&twice, once.data, once.len))
		text_put_n(out, twice.data, twice.len);
	else
		text_put_n(out, once.data, once.len);
	text_clear(&once);
	text_clear(&twice);
}

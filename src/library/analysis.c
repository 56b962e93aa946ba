/* Text to tokens: NFKC, case folding, without diacritics.
 *
 * ASCII goes a fast path; anything else through utf8proc, one character with its
 * marks at a time, so that every token still knows its bytes in the source.  Words
 * are runs of letters, digits and marks; Latin and digit runs stay whole inside
 * CJK text, where every character is a token and pairs become terms in the index.
 * A possessive 's is dropped, "U.S." is one word, "5,500,000" one number.
 */
#include <string.h>
#include <utf8proc.h>
#include "find_in.h"

void
tokens_start(struct tokens *t, const char *s, size_t len)
{
	*t = (struct tokens){ .s = s, .len = len, .cjk_end = SIZE_MAX };
}

bool
code_is_kana(uint32_t c)
{
	return (c >= 0x3041 && c <= 0x309F) || (c >= 0x30A0 && c <= 0x30FF) || (c >= 0x31F0 && c <= 0x31FF);
}

bool
code_is_cjk(uint32_t c)
{
	if (c < 0x3005)
		return false;
	return (code_is_kana(c) && c != 0x30FB && c != 0x30A0) || (c >= 0x4E00 && c <= 0x9FFF) ||
	       (c >= 0x3400 && c <= 0x4DBF) || (c >= 0xAC00 && c <= 0xD7A3) || c == 0x3005 || c == 0x3007 ||
	       (c >= 0x3100 && c <= 0x312F) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

static bool
is_mark(uint32_t c)
{
	return (c >= 0x300 && c <= 0x36F) || (c >= 0x591 && c <= 0x5C7) || (c >= 0x610 && c <= 0x61A) ||
	       (c >= 0x64B && c <= 0x65F) || c == 0x670 || (c >= 0x6D6 && c <= 0x6ED) || (c >= 0x1AB0 && c <= 0x1AFF) ||
	       (c >= 0x1DC0 && c <= 0x1DFF) || (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE00 && c <= 0xFE2F);
}

bool
code_is_word(uint32_t c)
{
	if (c < 0x80)
		return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
	if (c == UTF8_BAD)
		return false;
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_LU: case UTF8PROC_CATEGORY_LL: case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM: case UTF8PROC_CATEGORY_LO: case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC: case UTF8PROC_CATEGORY_ND: case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return true;
	default:
		return false;
	}
}

static void
put(char *out, size_t *len, uint32_t c)
{
	if (*len + 4 <= TOKEN_BYTES_MAX)
		*len += utf8_encode(out + *len, c);
}

/* Voiced kana written in two characters become one. */
static uint32_t
compose_kana(uint32_t base, uint32_t mark)
{
	utf8proc_int32_t pair[2] = { (utf8proc_int32_t)base, mark == 0xFF9E ? 0x3099 : mark == 0xFF9F ? 0x309A : (utf8proc_int32_t)mark };
	return utf8proc_normalize_utf32(pair, 2, UTF8PROC_COMPOSE | UTF8PROC_STABLE) == 1 ? (uint32_t)pair[0] : base;
}

/* Fold c into codes; *count 0 when it is not part of words at all. */
static void
fold(uint32_t codes[8], size_t *count, uint32_t c)
{
	*count = 0;
	if (c >= 0x3041 && code_is_cjk(c) && c < 0xF900) {
		codes[(*count)++] = c;
		return;
	}
	utf8proc_int32_t out[16];
	int boundary = 0;
	utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)c, out, 16,
		UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD, &boundary);
	if (n < 0 || n > 16)
		return;
	if (n > 1)
		n = utf8proc_normalize_utf32(out, n, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
	for (utf8proc_ssize_t i = 0; i < n && *count < 8; i++)
		if (code_is_word((uint32_t)out[i]))
			codes[(*count)++] = (uint32_t)out[i];
}

/* The letter without its diacritics. */
static uint32_t
bare(uint32_t c)
{
	utf8proc_int32_t out[8];
	int boundary = 0;
	if (c < 0xC0 || c >= 0x2000)
		return c;
	return utf8proc_decompose_char((utf8proc_int32_t)c, out, 8, UTF8PROC_DECOMPOSE, &boundary) >= 1 ? (uint32_t)out[0] : c;
}

static bool
cjk_token(struct token *out, struct tokens *t, uint32_t c, size_t start, size_t after)
{
	size_t at = after;
	uint32_t mark = at < t->len ? utf8_next(t->s, t->len, &at) : 0;
	if (mark == 0x3099 || mark == 0x309A || mark == 0xFF9E || mark == 0xFF9F) {
		c = compose_kana(c, mark);
		after = at;
	}
	out->start = start;
	out->end = after;
	out->cjk = true;
	out->joined = t->cjk_end == start;
	put(out->form, &out->form_len, c);
	memcpy(out->plain, out->form, out->form_len);
	out->plain_len = out->form_len;
	out->form[out->form_len] = out->plain[out->plain_len] = '\0';
	t->cjk_end = t->at = after;
	return true;
}

static unsigned
digit_run(const struct tokens *t, size_t at)
{
	unsigned n = 0;
	while (at + n < t->len && n < 4 && t->s[at + n] >= '0' && t->s[at + n] <= '9')
		n++;
	return n;
}

static bool
ascii_letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* At a character that ends a word: does the word go on behind it? */
static bool
bridges(struct token *out, struct tokens *t)
{
	const char *s = t->s + t->at;
	size_t left = t->len - t->at;
	if (out->digits && *s == ',' && digit_run(t, t->at + 1) == 3) {
		t->at++;
		return true;
	}
	if (out->digits && *s == '.' && digit_run(t, t->at + 1) > 0) {
		put(out->form, &out->form_len, '.');
		put(out->plain, &out->plain_len, '.');
		t->at++;
		return true;
	}
	bool lone = t->at == out->start + 1 || (t->at >= out->start + 2 && t->s[t->at - 2] == '.');
	return !out->digits && *s == '.' && lone && ascii_letter(t->s[t->at - 1]) && left > 1 && ascii_letter(s[1]) &&
	       (left == 2 || !code_is_word((unsigned char)s[2])) && (t->at++, true);
}

/* Swallow a possessive behind the word. */
static void
drop_possessive(struct tokens *t)
{
	const char *s = t->s + t->at;
	size_t left = t->len - t->at, quote = 0;
	if (left > 1 && *s == '\'')
		quote = 1;
	else if (left > 3 && memcmp(s, "\xE2\x80\x99", 3) == 0)
		quote = 3;
	if (quote == 0 || (s[quote] | 32) != 's')
		return;
	size_t at = t->at + quote + 1, end = at;
	if (at == t->len || !code_is_word(utf8_next(t->s, t->len, &at)))
		t->at = end;
}

static void
put_folded(struct token *out, const uint32_t *codes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		put(out->form, &out->form_len, codes[i]);
		if (!is_mark(codes[i]))
			put(out->plain, &out->plain_len, bare(codes[i]));
	}
}

static bool
word_token(struct token *out, struct tokens *t, size_t start)
{
	out->start = t->at = start;
	out->digits = true;
	unsigned letters = 0, capitals = 0;
	while (t->at < t->len) {
		unsigned char c = (unsigned char)t->s[t->at];
		if (c < 0x80) {
			if (!code_is_word(c)) {
				if (!bridges(out, t))
					break;
				continue;
			}
			bool capital = c >= 'A' && c <= 'Z';
			if (t->at == start)
				out->capital = capital;
			capitals += capital;
			letters += c > '9';
			out->digits = out->digits && c <= '9';
			if (out->form_len < TOKEN_BYTES_MAX) {
				out->form[out->form_len++] = (char)(capital ? c + 32 : c);
				out->plain[out->plain_len++] = (char)(capital ? c + 32 : c);
			}
			t->at++;
			continue;
		}
		size_t after = t->at, count;
		uint32_t codes[8], code = utf8_next(t->s, t->len, &after);
		if (!code_is_word(code))
			break;
		fold(codes, &count, code);
		if (count > 0 && code_is_cjk(codes[0]))
			break;
		if (t->at == start)
			out->capital = utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_LU;
		put_folded(out, codes, count);
		out->digits = out->digits && count > 0 && codes[0] >= '0' && codes[0] <= '9';
		letters++;
		t->at = after;
	}
	out->end = t->at;
	out->upper = letters > 1 && capitals == letters;
	drop_possessive(t);
	return out->plain_len > 0;
}

bool
token_next(struct token *out, struct tokens *t)
{
	while (t->at < t->len) {
		out->form_len = out->plain_len = 0;
		out->cjk = out->joined = out->digits = out->capital = out->upper = false;
		size_t start = t->at, after = start, count;
		uint32_t codes[8], c = (unsigned char)t->s[start];
		if (c < 0x80) {
			if (!code_is_word(c)) {
				t->at++;
				continue;
			}
		} else {
			c = utf8_next(t->s, t->len, &after);
			if (!code_is_word(c)) {
				t->at = after;
				continue;
			}
			fold(codes, &count, c);
			if (count > 0 && code_is_cjk(codes[0]))
				return cjk_token(out, t, codes[0], start, after);
			if (count == 0 || is_mark(codes[0])) {
				t->at = after;
				continue;
			}
		}
		if (word_token(out, t, start)) {
			out->form[out->form_len] = out->plain[out->plain_len] = '\0';
			return true;
		}
		if (t->at == start)
			t->at++;
	}
	return false;
}

/* Lines, list marks and the joining of soft line breaks. */
#include <string.h>
#include "extract_in.h"
#include "lines_in.h"

bool
line_next(struct line *l, const char *s, size_t n, size_t *at)
{
	if (*at >= n)
		return false;
	size_t end = *at + (s[*at] == '\f');
	while (end < n && s[end] != '\n' && s[end] != '\f')
		end++;
	if (end - *at > LINE_BYTES_MAX) {
		size_t cut = *at + LINE_BYTES_MAX;
		while (cut > *at + LINE_BYTES_MAX / 2 && s[cut] != ' ')
			cut--;
		end = s[cut] == ' ' ? cut : *at + utf8_floor(s + *at, n - *at, LINE_BYTES_MAX);
	}
	*l = (struct line){ s + *at, end - *at };
	*at = end + (end < n && s[end] == '\n');
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v';
}

struct line
line_trim(struct line l)
{
	while (l.len > 0 && is_blank(l.s[0]))
		l.s++, l.len--;
	while (l.len > 0 && is_blank(l.s[l.len - 1]))
		l.len--;
	return l;
}

/* Dashes and middle dots count only before a blank; they also begin words. */
static const struct { const char *mark; bool blank; } bullets[] = {
	{ "-", true }, { "*", true }, { "+", true }, { "\u2013", true }, { "\u00B7", true }, { "\u30FB", true },
	{ "o", true }, { "\u2022", false }, { "\u2023", false }, { "\u2043", false }, { "\u2219", false },
	{ "\u25AA", false }, { "\u25AB", false }, { "\u25CF", false }, { "\u25CB", false }, { "\u25A0", false },
	{ "\u25A1", false }, { "\u25B6", false }, { "\u25BA", false }, { "\u25C6", false }, { "\u2756", false },
	{ "\u27A2", false }, { "\u2713", false }, { "\u2714", false }, { "\uF0B7", false }, { "\uF0A7", false },
	{ "\uF0D8", false }, { "\uF0FC", false }
};

static size_t
bullet_bytes(struct line l)
{
	for (size_t i = 0; i < COUNT_OF(bullets); i++) {
		size_t n = strlen(bullets[i].mark);
		if (l.len > n && memcmp(l.s, bullets[i].mark, n) == 0 && (!bullets[i].blank || is_blank(l.s[n])))
			return n;
	}
	return 0;
}

bool
line_is_bullet(struct line l)
{
	return bullet_bytes(l) > 0;
}

static size_t
past_blanks(struct line l, size_t at)
{
	while (at < l.len && is_blank(l.s[at]))
		at++;
	return at;
}

size_t
line_list_mark(struct line l, int *number)
{
	size_t n = bullet_bytes(l);
	if (number != NULL)
		*number = 0;
	if (n > 0)
		return past_blanks(l, n);
	size_t at = l.len > 0 && l.s[0] == '(' ? 1 : 0, from = at;
	int value = 0;
	while (at < l.len && at - from < 3 && l.s[at] >= '0' && l.s[at] <= '9')
		value = value * 10 + (l.s[at++] - '0');
	bool digits = at > from, letter = !digits && at < l.len && (l.s[at] | 0x20) >= 'a' && (l.s[at] | 0x20) <= 'z';
	if (letter)
		value = (l.s[at++] | 0x20) - 'a' + 1;
	if (!(digits || letter) || at + 1 >= l.len || !is_blank(l.s[at + 1]))
		return 0;
	/* "A. Smith" begins a sentence, "a." and "(A)" a list */
	if (l.s[at] != ')' && !(l.s[at] == '.' && from == 0 && (digits || l.s[at - 1] >= 'a')))
		return 0;
	if (number != NULL)
		*number = value;
	return past_blanks(l, at + 1);
}

static bool
is_cjk(uint32_t c)
{
	return (c >= 0x3000 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
		(c >= 0xFF00 && c <= 0xFFEF);
}

void
line_join(struct text *para, struct line l)
{
	if (para->len > 0 && l.len > 0) {
		size_t last = para->len - 1, first = 0;
		while (last > 0 && ((unsigned char)para->data[last] & 0xC0) == 0x80)
			last--;
		uint32_t before = utf8_next(para->data, para->len, &last);
		uint32_t after = utf8_next(l.s, l.len, &first);
		if (!(is_cjk(before) && is_cjk(after)))
			text_put_c(para, ' ');
	}
	text_put_n(para, l.s, l.len);
}

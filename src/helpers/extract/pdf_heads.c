/* Running heads, running feet and printed page numbers.
 *
 * A line of the outer EDGE of the page is a head when the same text, digits
 * masked, stands at the same height on enough pages: of all, of those with the
 * same parity, or of the stretch between its first and last page (a chapter's
 * head).  A bare number goes only when it counts with the pages: a column of
 * figures must survive.  What number minus page index is constant is also the
 * map from pages to the numbers printed on them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "pdf_in.h"

#define EDGE .12
#define SAME_HEIGHT 4.0
#define NEAR_HEIGHT 12.0
#define OF_ALL .30
#define OF_SPAN .40
#define SPAN_LEAST 4
#define HEAD_BYTES_MAX 200
#define NUMBERED_HEAD_BYTES_MAX 80
#define OFFSETS_MAX 16
#define SHORT_DOCUMENT 6         /* pages */

struct candidate {
	uint64_t mask;       /* hash of the text with digits masked */
	double y;
	int page;            /* index, from 0 */
	int number;          /* the only number of the line, 0: none */
	bool bare, roman;
	struct pdf_line *line;
};
struct candidates { struct candidate *at; size_t count, cap; };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Value of a lower-case Roman numeral up to 99, else 0. */
static int
roman_value(const char *s, size_t n)
{
	static const struct { const char *digits; int value; } parts[] = {
		{ "xc", 90 }, { "l", 50 }, { "xl", 40 }, { "x", 10 }, { "ix", 9 }, { "v", 5 }, { "iv", 4 }, { "i", 1 }
	};
	int value = 0;
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		size_t k = strlen(parts[i].digits);
		for (int times = 0; times < (k == 1 ? 3 : 1) && n >= k && memcmp(s, parts[i].digits, k) == 0; times++)
			s += k, n -= k, value += parts[i].value;
	}
	return n == 0 ? value : 0;
}

/* Words that stand beside nothing but a page number. */
static bool
is_number_word(const char *s, size_t n)
{
	static const char *const words[] = { "page", "seite", "p", "s", "of", "pg", "\xD7\xA2\xD7\x9E\xD7\x95\xD7\x93" };
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strlen(words[i]) == n && strncasecmp(words[i], s, n) == 0)
			return true;
	return false;
}

static void
read_mask(struct candidate *c, const struct pdf_line *l)
{
	uint64_t h = 0xCBF29CE484222325u;
	int numbers = 0;
	bool words = false;
	for (size_t i = 0; i < l->len;) {
		size_t start = i;
		if (is_digit(l->text[i])) {
			int value = 0;
			while (i < l->len && is_digit(l->text[i]))
				value = value < 100000 ? value * 10 + (l->text[i++] - '0') : (i++, value);
			c->number = numbers++ == 0 ? value : c->number;
			h = (h ^ '#') * 0x100000001B3u;
			continue;
		}
		while (i < l->len && ((l->text[i] | 0x20) >= 'a' || (unsigned char)l->text[i] >= 0x80) && !is_digit(l->text[i]))
			i++;
		words |= i > start && !is_number_word(l->text + start, i - start);
		i += i == start;
		for (size_t k = start; k < i; k++)
			if (l->text[k] != ' ')
				h = (h ^ (unsigned char)l->text[k]) * 0x100000001B3u;
	}
	int roman = numbers == 0 && l->len <= 8 ? roman_value(l->text, l->len) : 0;
	c->roman = roman > 0;
	c->bare = roman > 0 || (numbers > 0 && numbers <= 2 && !words);
	if (roman > 0)
		c->number = roman;
	else if (numbers > 2)
		c->number = 0;
	c->mask = c->bare ? 0 : h;
}

static void
collect(struct candidates *all, struct pdf *pdf)
{
	for (size_t p = 0; p < pdf->page_count; p++) {
		struct pdf_page *page = &pdf->pages[p];
		for (size_t i = 0; i < page->count; i++) {
			struct pdf_line *l = &page->lines[i];
			bool outer = l->y1 <= page->height * EDGE || l->y0 >= page->height * (1 - EDGE);
			if (!outer || l->len > HEAD_BYTES_MAX)
				continue;
			struct candidate c = { .y = l->y0, .page = (int)p, .line = l };
			read_mask(&c, l);
			mem_reserve(&all->at, &all->cap, all->count + 1, sizeof *all->at);
			all->at[all->count++] = c;
		}
	}
}

static int
by_mask_and_height(const void *a, const void *b)
{
	const struct candidate *l = a, *r = b;
	if (l->mask != r->mask)
		return l->mask < r->mask ? -1 : 1;
	if (l->y < r->y || l->y > r->y)
		return l->y < r->y ? -1 : 1;
	return l->page - r->page;
}

/* Are n candidates of one text and height enough for a head? */
static bool
is_head(const struct candidate *c, size_t n, size_t pages)
{
	int first = c[0].page, last = c[0].page;
	size_t parity[2] = { 0, 0 };
	for (size_t i = 0; i < n; i++) {
		first = c[i].page < first ? c[i].page : first;
		last = c[i].page > last ? c[i].page : last;
		parity[c[i].page & 1]++;
	}
	double span = last - first + 1;
	if (n < 2 || span < 2)
		return false;
	double of_all = (double)pages, of_half = (double)((pages + 1) / 2);
	return (double)n >= fmax(OF_ALL * of_all, 2) || (double)parity[0] >= fmax(OF_ALL * of_half, 3) ||
		(double)parity[1] >= fmax(OF_ALL * of_half, 3) ||
		(span >= SPAN_LEAST && n >= 3 && (double)n >= OF_SPAN * span);
}

static void
mark_heads(struct candidates *all, size_t pages)
{
	qsort(all->at, all->count, sizeof *all->at, by_mask_and_height);
	for (size_t i = 0, end; i < all->count; i = end) {
		end = i + 1;
		while (end < all->count && all->at[end].mask == all->at[i].mask && all->at[end].y - all->at[end - 1].y <= SAME_HEIGHT)
			end++;
		if (all->at[i].bare || !is_head(all->at + i, end - i, pages))
			continue;
		/* the same text a little higher or lower goes too */
		size_t from = i, to = end;
		while (from > 0 && all->at[from - 1].mask == all->at[i].mask && all->at[i].y - all->at[from - 1].y <= NEAR_HEIGHT)
			from--;
		while (to < all->count && all->at[to].mask == all->at[i].mask && all->at[to].y - all->at[end - 1].y <= NEAR_HEIGHT)
			to++;
		for (size_t k = from; k < to; k++)
			all->at[k].line->head = true;
	}
}

static int
by_offset(const void *a, const void *b)
{
	const struct candidate *l = a, *r = b;
	if (l->roman != r->roman)
		return l->roman - r->roman;
	int x = l->number - l->page, y = r->number - r->page;
	return x != y ? (x < y ? -1 : 1) : l->page - r->page;
}

static char *
number_text(struct arena *a, int number, bool roman)
{
	static const char *const tens[] = { "", "x", "xx", "xxx", "xl", "l", "lx", "lxx", "lxxx", "xc" };
	static const char *const ones[] = { "", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix" };
	if (roman)
		return arena_printf(a, "%s%s", tens[number / 10 % 10], ones[number % 10]);
	return arena_printf(a, "%d", number);
}

/* The stretch of pages that one offset numbers: those between its first and
 * last witness that have no label yet. */
static void
number_pages(struct pdf *pdf, const struct candidate *c, size_t n)
{
	int offset = c[0].number - c[0].page;
	for (int p = c[0].page; p <= c[n - 1].page; p++)
		if (pdf->pages[p].label == NULL && offset + p > 0)
			pdf->pages[p].label = number_text(&pdf->arena, offset + p, c[0].roman);
}

/* Does the line begin or end with its number? */
static bool
number_outside(const struct pdf_line *l)
{
	return l->len > 0 && l->len <= NUMBERED_HEAD_BYTES_MAX && (is_digit(l->text[0]) || is_digit(l->text[l->len - 1]));
}

/* "332 ACKNOWLEDGMENTS": too rare for a head, but its number counts on. */
static void
mark_numbered(struct candidates *all, const int *offsets, size_t count)
{
	for (size_t i = 0; i < all->count; i++)
		for (size_t k = 0; k < count; k++)
			if (!all->at[i].roman && all->at[i].number - all->at[i].page == offsets[k] && number_outside(all->at[i].line))
				all->at[i].line->head = true;
}

static void
mark_numbers(struct candidates *all, struct pdf *pdf)
{
	struct candidates some = { 0 };
	int offsets[OFFSETS_MAX];
	size_t count = 0;
	mem_reserve(&some.at, &some.cap, all->count + 1, sizeof *some.at);
	for (size_t i = 0; i < all->count; i++)
		if (all->at[i].number > 0 && (all->at[i].bare || all->at[i].line->head))
			some.at[some.count++] = all->at[i];
	qsort(some.at, some.count, sizeof *some.at, by_offset);
	for (size_t i = 0, end; i < some.count; i = end) {
		int offset = some.at[i].number - some.at[i].page;
		size_t pages = 1;
		for (end = i + 1; end < some.count && some.at[end].roman == some.at[i].roman && some.at[end].number - some.at[end].page == offset; end++)
			pages += some.at[end].page != some.at[end - 1].page;
		if (pages < (pdf->page_count < SHORT_DOCUMENT ? 2 : 3))
			continue;
		for (size_t k = i; k < end; k++)
			some.at[k].line->head = true;
		number_pages(pdf, some.at + i, end - i);
		if (!some.at[i].roman && pages * 10 >= pdf->page_count && count < OFFSETS_MAX)
			offsets[count++] = offset;
	}
	mark_numbered(all, offsets, count);
	mem_free(some.at);
}

void
pdf_heads(struct pdf *pdf)
{
	struct candidates all = { 0 };
	collect(&all, pdf);
	if (all.count > 0) {
		mark_heads(&all, pdf->page_count);
		mark_numbers(&all, pdf);
	}
	mem_free(all.at);
}

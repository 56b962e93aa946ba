/* Where one line ends a paragraph and the next begins another.
 *
 * poppler gives lines in reading order and no paragraphs.  A paragraph ends at a
 * wider gap, an indented line, a list mark, another face, or a line that ends a
 * sentence with room for the next word.  Between columns only the words decide.
 * Right-to-left lines are measured from the right edge. */
#include <math.h>
#include <string.h>
#include "pdf_flow_in.h"

#define NEAR 12              /* lines around that show the column's edges */
#define WIDE_GAP 1.4         /* of the usual distance between lines */
#define INDENT .8            /* of the size */
#define LETTER_WIDTH .5      /* of the size, on average */
#define SHORT_SHARE .35      /* of the column left empty: ends anyway */

double
flow_start(const struct pdf_page *p, const struct pdf_line *l)
{
	return l->rtl ? p->width - l->x1 : l->x0;
}

static double
flow_finish(const struct pdf_page *p, const struct pdf_line *l)
{
	return l->rtl ? p->width - l->x0 : l->x1;
}

/* The edges of the column around line i, from its neighbours. */
void
flow_column(double *left, double *right, const struct pdf_page *p, size_t i)
{
	const struct pdf_line *l = &p->lines[i];
	*left = flow_start(p, l);
	*right = flow_finish(p, l);
	size_t from = i > NEAR ? i - NEAR : 0, to = i + NEAR < p->count ? i + NEAR : p->count - 1;
	for (size_t k = from; k <= to; k++) {
		const struct pdf_line *o = &p->lines[k];
		bool overlaps = o->x0 < l->x1 && l->x0 < o->x1;
		if (o->head || !overlaps || fabs(o->size - l->size) > .12 * l->size || o->rtl != l->rtl)
			continue;
		*left = fmin(*left, flow_start(p, o));
		*right = fmax(*right, flow_finish(p, o));
	}
}

bool
flow_ends_sentence(const char *s, size_t n)
{
	static const char *const ends[] = { ".", "!", "?", ":", ";", "\"", ")", "\u201D", "\u2019", "\u3002", "\uFF01", "\uFF1F", "\u300D" };
	for (size_t i = 0; i < COUNT_OF(ends); i++) {
		size_t k = strlen(ends[i]);
		if (n >= k && memcmp(s + n - k, ends[i], k) == 0)
			return true;
	}
	return false;
}

static bool
starts_lower(const char *s, size_t n)
{
	return n > 0 && ((s[0] >= 'a' && s[0] <= 'z') || (n > 1 && (unsigned char)s[0] == 0xC3 && (unsigned char)s[1] >= 0x9F));
}

static bool
ends_hyphen(const struct pdf_line *l)
{
	return l->len > 1 && l->text[l->len - 1] == '-' && l->text[l->len - 2] != ' ';
}

/* Room at the end of line a beyond what the first word of b would have needed,
 * and the share of the column that is left empty. */
static double
spare_room(double *share, const struct pdf_page *p, size_t a, const struct pdf_line *b)
{
	const struct pdf_line *l = &p->lines[a];
	double left, right;
	flow_column(&left, &right, p, a);
	double room = right - flow_finish(p, l);
	size_t word = 0;
	for (size_t i = 0; i < b->len && b->text[i] != ' '; i++)
		word += ((unsigned char)b->text[i] & 0xC0) != 0x80;
	*share = right > left ? room / (right - left) : 0;
	return room - 1.5 * ((double)word + .6) * LETTER_WIDTH * l->size;
}

bool
flow_left_room(const struct pdf_page *p, size_t a, const struct pdf_line *b)
{
	double share;
	return spare_room(&share, p, a, b) > 0;
}

/* Did the paragraph end with line a, to judge by the room it left? */
static bool
ended_early(const struct pdf_page *p, size_t a, const struct pdf_line *b)
{
	double share;
	const struct pdf_line *l = &p->lines[a];
	if (spare_room(&share, p, a, b) <= 0)
		return false;
	return flow_ends_sentence(l->text, l->len) || (share > SHORT_SHARE && !starts_lower(b->text, b->len));
}

bool
flow_breaks(const struct pdf_page *p, size_t a, size_t b, double leading, double item_start)
{
	const struct pdf_line *l = &p->lines[a], *next = &p->lines[b];
	double size = fmax(l->size, 1), dy = next->y0 - l->y0;
	if (fabs(l->size - next->size) > .12 * size || l->mono != next->mono || l->rtl != next->rtl)
		return true;
	bool apart = fmin(l->x1, next->x1) - fmax(l->x0, next->x0) <= 0;
	if (dy < -.5 * size || (apart && dy > .5 * size))
		return !(ends_hyphen(l) || (!flow_ends_sentence(l->text, l->len) && starts_lower(next->text, next->len)));
	if (dy < .5 * size)
		return l->chars > 4;   /* one row: a mark and its text belong together */
	if (dy > WIDE_GAP * leading * size)
		return true;
	if (ends_hyphen(l))
		return false;
	double start = flow_start(p, next);
	if (item_start >= 0)
		return start <= item_start + .5 * size && (ended_early(p, a, next) ||
			(start < item_start - .5 * size && flow_ends_sentence(l->text, l->len) && !starts_lower(next->text, next->len)));
	double left, right;
	flow_column(&left, &right, p, b);
	if (start > left + INDENT * size && start > flow_start(p, l) + INDENT * size)
		return true;
	return ended_early(p, a, next);
}

double
flow_leading(const struct pdf *pdf)
{
	unsigned votes[64] = { 0 };   /* twentieths of the size, from 0.8 */
	unsigned best = 8;            /* 1.2, the printers' habit */
	for (size_t i = 0; i < pdf->page_count; i++)
		for (size_t k = 1; k < pdf->pages[i].count; k++) {
			const struct pdf_line *a = &pdf->pages[i].lines[k - 1], *b = a + 1;
			double ratio = a->size > 0 ? (b->y0 - a->y0) / a->size : 0;
			if (ratio >= .8 && ratio < 2.5 && fabs(a->size - pdf->body_size) < .5 && fabs(b->size - a->size) < .2)
				votes[(unsigned)((ratio - .8) * 20)]++;
		}
	for (unsigned i = 0; i < 64; i++)
		if (votes[i] > votes[best])
			best = i;
	return .8 + (best + .5) / 20;
}

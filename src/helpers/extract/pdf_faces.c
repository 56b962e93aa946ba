/* Headings and code by their faces.
 *
 * A line is a heading when the outline names it, when it is larger than the
 * body, or when it stands alone and is short and bold, numbered or in capitals.
 * Levels are the outline's, else the rank of the size.  A bold beginning of a
 * paragraph, a bold cell and a paragraph all in bold are none. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "lines_in.h"
#include "pdf_faces_in.h"
#include "pdf_flow_in.h"

#define LARGER 1.12
#define SMALL_HEADING_CHARS_MAX 80   /* not larger than the body */
#define SMALL_CAPITALS .7            /* their size in a line of them */
#define WIDER 1.4                    /* than the usual distance of lines */

size_t
faces_letters(const struct pdf_line *l)
{
	size_t letters = 0;
	for (size_t at = 0; at < l->len;) {
		uint32_t c = utf8_next(l->text, l->len, &at);
		letters += (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
		letters += c >= 0xC0 && c != UTF8_BAD && !(c >= 0x2000 && c <= 0x2FFF) && !(c >= 0xE000 && c <= 0xF8FF);
	}
	return letters;
}

/* Parts of a section number such as "3.2 "; 0: none. */
static int
section_depth(const struct pdf_line *l)
{
	int depth = 0;
	size_t at = 0;
	while (at < l->len && l->text[at] >= '0' && l->text[at] <= '9' && depth < 6) {
		size_t from = at;
		while (at < l->len && l->text[at] >= '0' && l->text[at] <= '9')
			at++;
		if (at - from > 2)
			return 0;
		depth++;
		if (at < l->len && l->text[at] == '.')
			at++;
	}
	return depth > 0 && at < l->len && l->text[at] == ' ' ? depth : 0;
}

static bool
is_large(const struct faces *f, const struct pdf_line *l)
{
	return l->size >= LARGER * f->pdf->body_size;
}

bool
faces_same_row(const struct pdf_line *a, const struct pdf_line *b)
{
	return fabs(a->y0 - b->y0) < .5 * a->size;
}

/* Is line i one of a row, or next to rows, of a table? */
static bool
in_table(const struct pdf_page *p, size_t i)
{
	const struct pdf_line *l = &p->lines[i];
	for (size_t k = i > 0 ? i - 1 : 0; k <= i + 1 && k < p->count; k++) {
		const struct pdf_line *o = &p->lines[k];
		if (k != i && !o->head && (faces_same_row(l, o) || (o->cells && fabs(l->y0 - o->y0) < 2 * l->size)))
			return true;
	}
	return false;
}

/* Bold lines that follow each other around i: a heading has at most three. */
static size_t
bold_run(const struct pdf_page *p, size_t i)
{
	size_t from = i, to = i;
	while (from > 0 && p->lines[from - 1].bold && fabs(p->lines[from - 1].size - p->lines[i].size) < .5)
		from--;
	while (to + 1 < p->count && p->lines[to + 1].bold && fabs(p->lines[to + 1].size - p->lines[i].size) < .5)
		to++;
	return to - from + 1;
}

/* A bold line that is not the beginning of a paragraph. */
static bool
stands_alone(const struct faces *f, const struct pdf_page *p, size_t i)
{
	const struct pdf_line *l = &p->lines[i], *next = i + 1 < p->count ? l + 1 : NULL;
	if (in_table(p, i))
		return false;
	if (next == NULL || next->head || next->y0 < l->y0 || next->y0 - l->y0 > WIDER * f->leading * l->size)
		return true;
	if (next->bold)
		return bold_run(p, i) <= 3 || flow_left_room(p, i, next);
	return flow_left_room(p, i, next) && !(next->text[0] >= 'a' && next->text[0] <= 'z');
}

static bool
in_capitals(const struct pdf_line *l)
{
	size_t upper = 0, lower = 0;
	for (size_t i = 0; i < l->len; i++) {
		upper += l->text[i] >= 'A' && l->text[i] <= 'Z';
		lower += l->text[i] >= 'a' && l->text[i] <= 'z';
	}
	return upper >= 4 && lower == 0 && upper * 2 > l->chars;
}

/* Is line i of a program? One in a typewriter's face, among others or with
 * signs that prose does not use; a book may also set its chapters so. */
bool
faces_code(const struct faces *f, const struct pdf_page *p, size_t i)
{
	if (f->mono_body || !p->lines[i].mono)
		return false;
	size_t from = i, to = i;
	while (from > 0 && p->lines[from - 1].mono)
		from--;
	while (to + 1 < p->count && p->lines[to + 1].mono)
		to++;
	return to - from >= 2 || strpbrk(p->lines[i].text, "{}[];=<>\\_#$|") != NULL || strstr(p->lines[i].text, "()") != NULL;
}

/* May this line be a heading by its face and words alone? */
bool
faces_heading(const struct faces *f, const struct pdf_page *p, size_t i)
{
	const struct pdf_line *l = &p->lines[i];
	struct line text = { l->text, l->len };
	if (l->level > 0)
		return true;
	size_t letters = faces_letters(l);
	if (letters < 2 || letters * 2 < l->chars || l->len > HEADING_BYTES_MAX || l->cells || line_is_bullet(text))
		return false;
	if (is_large(f, l))
		return !in_table(p, i) || l->size > 1.5 * f->pdf->body_size;
	char last = l->text[l->len - 1];
	if (faces_code(f, p, i) || l->chars > SMALL_HEADING_CHARS_MAX || last == '.' || last == ',' || last == ';' ||
			(last == '-' && !(l->bold && i + 1 < p->count && l[1].bold)) || l->size < (in_capitals(l) ? SMALL_CAPITALS : .95) * f->pdf->body_size)
		return false;
	if (l->bold)
		return stands_alone(f, p, i);
	double gap = i > 0 && l->y0 > l[-1].y0 ? l->y0 - l[-1].y0 : 1000;
	return gap > 1.3 * f->leading * l->size && (section_depth(l) >= 2 || in_capitals(l) || (l->mono && !f->mono_body)) && stands_alone(f, p, i);
}

int
faces_level(const struct faces *f, const struct pdf_line *l)
{
	if (l->level > 0)
		return l->level;
	size_t rank = 0;
	while (rank < f->size_count && f->sizes[rank] > l->size + .3)
		rank++;
	int depth = section_depth(l);
	if (!is_large(f, l) && depth >= 2)
		return depth > 6 ? 6 : depth;
	return (int)(rank + 1);
}

static int
descending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x > y ? -1 : x < y;
}

/* The sizes that headings come in; the largest are the chapters. */
void
faces_learn(struct faces *f)
{
	double *all = NULL;
	size_t count = 0, cap = 0;
	for (size_t p = 0; p < f->pdf->page_count; p++)
		for (size_t i = 0; i < f->pdf->pages[p].count; i++) {
			const struct pdf_line *l = &f->pdf->pages[p].lines[i];
			if (l->head || !is_large(f, l) || !faces_heading(f, &f->pdf->pages[p], i))
				continue;
			mem_reserve(&all, &cap, count + 1, sizeof *all);
			all[count++] = l->size;
		}
	if (count > 0)
		qsort(all, count, sizeof *all, descending);
	for (size_t i = 0; i < count && f->size_count < HEADING_SIZES_MAX; i++)
		if (f->size_count == 0 || all[i] < f->sizes[f->size_count - 1] - .6)
			f->sizes[f->size_count++] = all[i];
	mem_free(all);
}

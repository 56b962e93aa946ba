/* Tables whose cells poppler gave as lines of their own.
 *
 * It reads a tightly set table column by column, as if columns of prose stood
 * beside each other.  Few short lines, and after them lines at the same heights
 * further on, are a table: they are put in the order of rows.  Then lines that
 * stand in one row become one line with cells.  Prose, and the columns of an
 * index, are longer than TABLE_ROWS_MAX rows or CELL_CHARS_MEAN letters. */
#include <math.h>
#include <stdlib.h>
#include "pdf_in.h"

#define TABLE_ROWS_MAX 12
#define CELL_CHARS_MEAN 18
#define SAME_ROW .3           /* of the size */

static bool
same_row(const struct pdf_line *a, const struct pdf_line *b)
{
	return fabs(a->y0 - b->y0) < SAME_ROW * a->size;
}

static bool
beside(const struct pdf_line *a, const struct pdf_line *b)
{
	return a->x1 < b->x0 || b->x1 < a->x0;
}

/* Rows of the table that begins at line i: the lines before the first one that
 * stands beside it; 0: none. */
static size_t
find_rows(const struct pdf_page *p, size_t i)
{
	for (size_t j = i + 2; j < p->count && j <= i + TABLE_ROWS_MAX; j++) {
		if (p->lines[j - 1].y0 <= p->lines[j - 2].y0)
			return 0;
		if (same_row(&p->lines[i], &p->lines[j]) && beside(&p->lines[i], &p->lines[j]))
			return j - i;
	}
	return 0;
}

/* The end of the table with this many rows at line i: each further line stands
 * in one of its rows. */
static size_t
find_end(const struct pdf_page *p, size_t i, size_t rows)
{
	size_t end = i + rows;
	for (; end < p->count; end++) {
		size_t row = i;
		while (row < i + rows && !(same_row(&p->lines[row], &p->lines[end]) && beside(&p->lines[row], &p->lines[end])))
			row++;
		if (row == i + rows)
			break;
		p->lines[end].row = (int)(row - i);
	}
	return end;
}

static int
by_row(const void *a, const void *b)
{
	const struct pdf_line *l = a, *r = b;
	if (l->row != r->row)
		return l->row - r->row;
	double from = l->x0 - r->x0;
	return from < 0 ? (l->rtl ? 1 : -1) : from > 0 ? (l->rtl ? -1 : 1) : 0;
}

void
pdf_rows(struct pdf_page *p)
{
	for (size_t i = 0; i + 3 < p->count; i++) {
		size_t rows = find_rows(p, i), chars = 0;
		if (rows < 2)
			continue;
		size_t end = find_end(p, i, rows);
		for (size_t k = i; k < end; k++) {
			chars += p->lines[k].chars;
			if (k < i + rows)
				p->lines[k].row = (int)(k - i);
		}
		if (end - i < 2 * rows - rows / 4 || chars > CELL_CHARS_MEAN * (end - i))
			continue;
		qsort(p->lines + i, end - i, sizeof *p->lines, by_row);
		i = end - 1;
	}
}

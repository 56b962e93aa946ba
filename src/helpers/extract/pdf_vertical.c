/* Vertical writing: columns from right to left, in bands from top to bottom.
 *
 * poppler takes such a page for rows and columns of a table, so its order is not
 * used at all.  A column is a chain of glyphs each standing below the one before;
 * columns of one band overlap in height.  The page is then turned by a quarter,
 * so that everything after this sees ordinary lines. */
#include <math.h>
#include <stdlib.h>
#include "pdf_glyphs_in.h"

#define STEP_LEAST .4          /* of the size, from glyph to glyph */
#define STEP_MOST 1.6
#define ASIDE_MOST .4          /* of the size */

struct column { size_t from, to; float x0, y0, x1, y1; int band; };

static bool
is_step(const struct glyph *a, const struct glyph *b)
{
	float size = a->size > 1 ? a->size : 10, down = b->y0 - a->y0;
	return fabsf(b->x0 - a->x0) < ASIDE_MOST * size && down > STEP_LEAST * size && down < STEP_MOST * size;
}

bool
glyphs_vertical(const struct glyphs *g)
{
	size_t steps = 0, pairs = 0;
	for (size_t i = 1; i < g->count; i++) {
		if (g->at[i].code <= ' ' || g->at[i - 1].code <= ' ')
			continue;
		pairs++;
		steps += g->at[i].code >= 0x2E80 && is_step(&g->at[i - 1], &g->at[i]);
	}
	return pairs > 10 && steps * 2 > pairs;
}

static size_t
find_columns(struct column *columns, struct glyph *g, size_t n)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++) {
		struct column *c = count > 0 ? &columns[count - 1] : NULL;
		if (c == NULL || !is_step(&g[i - 1], &g[i]))
			columns[count++] = (struct column){ i, i + 1, g[i].x0, g[i].y0, g[i].x1, g[i].y1, 0 };
		else {
			c->to = i + 1;
			c->x0 = fminf(c->x0, g[i].x0), c->x1 = fmaxf(c->x1, g[i].x1);
			c->y1 = g[i].y1;
		}
	}
	return count;
}

static int
by_top(const void *a, const void *b)
{
	const struct column *l = a, *r = b;
	return l->y0 < r->y0 ? -1 : l->y0 > r->y0;
}

static int
by_reading(const void *a, const void *b)
{
	const struct column *l = a, *r = b;
	if (l->band != r->band)
		return l->band - r->band;
	if (fabsf(l->x0 - r->x0) > 2)
		return l->x0 > r->x0 ? -1 : 1;
	return by_top(a, b);
}

void
glyphs_columns(struct pdf_page *p, struct arena *a, struct glyphs *g)
{
	size_t n = 0;
	for (size_t i = 0; i < g->count; i++)
		if (g->at[i].code > ' ')
			g->at[n++] = g->at[i];
	struct column *columns = mem_new_array(n + 1, sizeof *columns);
	size_t count = find_columns(columns, g->at, n);
	qsort(columns, count, sizeof *columns, by_top);
	float lowest = count > 0 ? columns[0].y1 : 0;
	for (size_t i = 1; i < count; i++) {
		columns[i].band = columns[i - 1].band + (columns[i].y0 > lowest);
		lowest = fmaxf(lowest, columns[i].y1);
	}
	qsort(columns, count, sizeof *columns, by_reading);
	struct text t;
	text_init(&t, BLOCK_BYTES_MAX);
	for (size_t i = 0; i < count; i++) {
		const struct column *c = &columns[i];
		struct pdf_line l = { .text = NULL };
		bool mixed;
		glyphs_measure(&l, &mixed, g->at + c->from, c->to - c->from, false);
		text_reset(&t);
		for (size_t k = c->from; k < c->to; k++)
			text_put_code(&t, g->at[k].code);
		l.text = arena_strndup(a, t.data, t.len);
		l.len = t.len;
		l.x0 = c->y0, l.x1 = c->y1;
		l.y0 = p->width - c->x1, l.y1 = p->width - c->x0;
		mem_reserve(&p->lines, &p->cap, p->count + 1, sizeof *p->lines);
		p->lines[p->count++] = l;
	}
	double width = p->width;
	p->width = p->height;
	p->height = width;
	text_clear(&t);
	mem_free(columns);
}

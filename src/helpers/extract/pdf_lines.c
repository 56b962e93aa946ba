/* The lines of a page with their place and face.
 *
 * Lines with Hebrew or Arabic are put in visual order, spaced by their gaps and
 * reordered here, since poppler misplaces the spaces of such lines and the order
 * of Latin words in them.  A gap of more than CELL_GAP sizes is a cell border. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "pdf_glyphs_in.h"

#define WORD_GAP .12           /* of the size: a space in right-to-left lines */
#define CELL_GAP 2.0           /* with a space between */
#define CELL_GAP_TIGHT .4      /* poppler put no space: it saw a table */
#define ROW_GAP .8             /* between lines of one row */
#define MARK_BYTES_MAX 6
#define PROSE_CHARS 25

/* The size that most glyphs have, to a tenth of a point. */
static double
common_size(const struct glyph *g, size_t n)
{
	double best = 0;
	size_t votes = 0;
	for (size_t i = 0; i < n; i++) {   /* majority vote, Boyer and Moore 1981 */
		if (votes == 0)
			best = g[i].size;
		votes += fabs(g[i].size - best) < .1 ? 1 : (size_t)-1;
	}
	return best;
}

void
glyphs_measure(struct pdf_line *l, bool *mixed, const struct glyph *g, size_t n, bool rtl_page)
{
	size_t bold = 0, mono = 0, rtl = 0, ltr = 0, letters = 0;
	struct { float x0, y0, x1, y1; } box = { 0 };
	for (size_t i = 0; i < n; i++) {
		if (g[i].code == ' ')
			continue;
		if (l->chars++ == 0) {
			box.x0 = g[i].x0, box.y0 = g[i].y0;
			box.x1 = g[i].x1, box.y1 = g[i].y1;
		}
		box.x0 = g[i].x0 < box.x0 ? g[i].x0 : box.x0;
		box.y0 = g[i].y0 < box.y0 ? g[i].y0 : box.y0;
		box.x1 = g[i].x1 > box.x1 ? g[i].x1 : box.x1;
		box.y1 = g[i].y1 > box.y1 ? g[i].y1 : box.y1;
		bold += g[i].bold;
		mono += g[i].mono;
		rtl += is_rtl(g[i].code);
		ltr += is_ltr(g[i].code);
		letters += is_ltr(g[i].code) && !(g[i].code >= '0' && g[i].code <= '9');
	}
	l->x0 = box.x0, l->y0 = box.y0, l->x1 = box.x1, l->y1 = box.y1;
	l->size = common_size(g, n);
	l->bold = bold * 10 > l->chars * 8;
	l->mono = mono * 10 > l->chars * 8;
	l->rtl = rtl_page ? rtl > 0 || letters == 0 : rtl > 0 && rtl * 2 >= ltr;
	*mixed = rtl > 0 || rtl_page;   /* poppler orders all lines of such pages so */
}

/* "3.2", "(a)" or a bullet before its text: a gap after it is no cell border. */
static bool
is_mark(const char *s, size_t n)
{
	size_t digits = strspn(s, "0123456789.");
	if (n == 0 || n > MARK_BYTES_MAX)
		return false;
	return (digits >= n && n <= 3) || s[n - 1] == ')' || s[n - 1] == '.' || memcmp(s, "\u2022", n < 3 ? n : 3) == 0;
}

static void
put_cell(struct pdf_line *l, struct text *t)
{
	while (t->len > 0 && t->data[t->len - 1] == ' ')
		text_cut(t, t->len - 1);
	bool mark = is_mark(t->data, t->len);
	if (t->len > 0)
		text_put(t, mark ? " " : " | ");
	l->cells |= t->len > 0 && !mark;
}

static void
put_forward(struct pdf_line *l, struct text *t, const struct glyph *g, size_t n)
{
	const struct glyph *before = NULL;
	bool space = false;
	for (size_t i = 0; i < n; i++) {
		if (g[i].code == ' ') {
			space = true;
			continue;
		}
		if (before != NULL) {
			double gap = g[i].x0 - before->x1, size = g[i].size > 0 ? g[i].size : 10;
			if (gap > size * (space ? CELL_GAP : CELL_GAP_TIGHT))
				put_cell(l, t);
			else if (space)
				text_put_c(t, ' ');
		}
		if (g[i].code < 0x80)
			text_put_c(t, (char)g[i].code);
		else
			text_put_code(t, g[i].code);
		before = &g[i];
		space = false;
	}
}

/* Words from the left, the glyphs of a word as poppler had them: vowel points
 * share the place of their letter. */
static int
word_order(const void *a, const void *b)
{
	const struct glyph *l = a, *r = b;
	if (l->word_x0 < r->word_x0 || l->word_x0 > r->word_x0)
		return l->word_x0 < r->word_x0 ? -1 : 1;
	return l->index < r->index ? -1 : l->index > r->index;
}

static size_t
order_words(struct glyph *g, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (g[i].code != ' ')
			g[kept++] = g[i];
	for (size_t i = 0, end; i < kept; i = end) {
		float x0 = g[i].x0;
		for (end = i; end < kept && g[end].word == g[i].word; end++)
			x0 = fminf(x0, g[end].x0);
		for (size_t k = i; k < end; k++) {
			g[k].word_x0 = x0;
			g[k].index = (uint32_t)k;
		}
	}
	qsort(g, kept, sizeof *g, word_order);
	return kept;
}

/* The end of the run of letters of one direction at `from`; what has none
 * belongs to it only between two of them, and a cell border ends it. */
static size_t
run_end(const struct glyph *g, size_t n, size_t from, bool rtl)
{
	size_t end = from + 1;
	for (size_t i = end; i < n && !(rtl ? is_ltr(g[i].code) : is_rtl(g[i].code)) && g[i].gap <= g[i].size * CELL_GAP; i++)
		if (rtl ? is_rtl(g[i].code) : is_ltr(g[i].code))
			end = i + 1;
	return end;
}

/* "O(n)" in a right-to-left line: the bracket that closes one of the run at
 * `from` belongs to it, though it stands at its far end. */
static bool
closes_run(const struct glyph *g, size_t n, size_t from)
{
	if ((g[from].code != ')' && g[from].code != ']') || from + 1 >= n || !is_ltr(g[from + 1].code))
		return false;
	uint32_t opening = g[from].code == ')' ? '(' : '[';
	int open = 0;
	for (size_t i = from, end = run_end(g, n, from + 1, false); i < end; i++)
		open += g[i].code == opening ? 1 : g[i].code == g[from].code ? -1 : 0;
	return open == 0;
}

static void
turn(struct glyph *g, size_t from, size_t to)
{
	while (from + 1 < to) {
		struct glyph swap = g[from];
		g[from++] = g[--to];
		g[to] = swap;
	}
}

/* Turn a run; its gaps stay between the same glyphs. */
static void
turn_run(struct glyph *g, size_t from, size_t to)
{
	float before = g[from].gap;
	for (size_t i = from; i + 1 < to; i++)
		g[i].gap = g[i + 1].gap;
	turn(g, from, to);
	g[from].gap = before;
}

/* A line with right-to-left letters: glyphs sorted as they are seen, their gaps
 * measured, then put in the order of reading. */
static void
put_mixed(struct pdf_line *l, struct text *t, struct glyph *g, size_t n)
{
	n = order_words(g, n);
	if (l->rtl)
		turn(g, 0, n);
	for (size_t i = 1, letter = 0; i < n; i++) {   /* vowel points stand over letters */
		g[i].gap = is_point(g[i].code) ? 0 : fmaxf(g[i].x0 - g[letter].x1, g[letter].x0 - g[i].x1);
		letter = is_point(g[i].code) ? letter : i;
	}
	for (size_t i = 0; i < n;) {
		bool against = l->rtl ? is_ltr(g[i].code) || closes_run(g, n, i) : is_rtl(g[i].code);
		size_t end = against ? run_end(g, n, i, !l->rtl) : i + 1;
		turn_run(g, i, end);
		i = end;
	}
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && g[i].gap > g[i].size * CELL_GAP)
			put_cell(l, t);
		else if (i > 0 && g[i].gap > g[i].size * WORD_GAP)
			text_put_c(t, ' ');
		text_put_code(t, g[i].code);
	}
}

static void
put_line(struct pdf_page *p, struct arena *a, struct text *t, struct glyph *g, size_t n, bool rtl_page)
{
	struct pdf_line l = { .text = NULL };
	bool mixed;
	glyphs_measure(&l, &mixed, g, n, rtl_page);
	if (l.chars == 0)
		return;
	text_reset(t);
	if (mixed)
		put_mixed(&l, t, g, n);
	else
		put_forward(&l, t, g, n);
	l.text = arena_strndup(a, t->data, t->len);
	l.len = t->len;
	mem_reserve(&p->lines, &p->cap, p->count + 1, sizeof *p->lines);
	p->lines[p->count++] = l;
}

/* Does line b go on in the row of line a, further in reading direction? */
static bool
goes_on(const struct pdf_line *a, const struct pdf_line *b)
{
	double gap = a->rtl ? a->x0 - b->x1 : b->x0 - a->x1;
	return a->rtl == b->rtl && fabs(a->y0 - b->y0) < .3 * a->size && fabs(a->size - b->size) < .12 * a->size &&
		gap > -.2 * a->size;
}

/* Is line k the end of prose that began right above it?  Then what stands beside
 * it belongs to the margin. */
static bool
ends_prose(const struct pdf_page *p, size_t k)
{
	if (k == 0)
		return false;
	const struct pdf_line *l = &p->lines[k], *above = l - 1;
	double dy = l->y0 - above->y0;
	return !above->cells && above->chars > PROSE_CHARS && fabs(above->x0 - l->x0) < 2 && dy > .8 * l->size && dy < 1.6 * l->size;
}

/* Lines that poppler gave one after the other and that stand in one row are
 * cells of a table, or a mark and its text. */
static void
join_rows(struct pdf_page *p, struct arena *a, struct text *t)
{
	size_t kept = 0;
	for (size_t i = 0; i < p->count; i++) {
		struct pdf_line *l = kept > 0 ? &p->lines[kept - 1] : NULL, *next = &p->lines[i];
		if (l == NULL || !goes_on(l, next) || ends_prose(p, kept - 1)) {
			p->lines[kept++] = *next;
			continue;
		}
		text_reset(t);
		text_put_n(t, l->text, l->len);
		if ((l->rtl ? l->x0 - next->x1 : next->x0 - l->x1) > ROW_GAP * l->size)
			put_cell(l, t);
		else
			text_put_c(t, ' ');
		text_put_n(t, next->text, next->len);
		l->text = arena_strndup(a, t->data, t->len);
		l->len = t->len;
		l->chars += next->chars;
		l->bold &= next->bold, l->mono &= next->mono, l->cells |= next->cells;
		l->x0 = fmin(l->x0, next->x0), l->x1 = fmax(l->x1, next->x1);
		l->y1 = fmax(l->y1, next->y1);
	}
	p->count = kept;
}

void
pdf_lines(struct pdf_page *p, struct arena *a, PopplerPage *page)
{
	struct glyphs g = { 0 };
	struct text t;
	text_init(&t, BLOCK_BYTES_MAX);
	poppler_page_get_size(page, &p->width, &p->height);
	bool placed = glyphs_collect(&g, page);
	bool vertical = placed && glyphs_vertical(&g);
	if (vertical)
		glyphs_columns(p, a, &g);
	for (size_t at = 0; at < g.count && !vertical;) {
		size_t end = at;
		while (end < g.count && g.at[end].code != '\n')
			end++;
		put_line(p, a, &t, g.at + at, end - at, g.rtl > g.ltr);
		at = end + 1;
	}
	if (placed && !vertical) {
		pdf_rows(p);
		join_rows(p, a, &t);
	}
	text_clear(&t);
	mem_free(g.at);
}

/* The lines of a page with their place and face.
 *
 * poppler gives the page three times: as text in reading order, as a box for
 * each character and as runs of one font; together they cost a few per cent of
 * interpreting the page.  Text and boxes go by index, except that poppler writes
 * right-to-left words in logical order between marks while their boxes stay in
 * visual order, and misplaces spaces between such words.  So lines with Hebrew
 * or Arabic are put back in visual order, spaced by their gaps and reordered
 * here.  A gap of more than CELL_GAP sizes is a cell border. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "pdf_in.h"

#define WORD_GAP .12           /* of the size: a space in right-to-left lines */
#define CELL_GAP 2.0           /* with a space between */
#define CELL_GAP_TIGHT .4      /* poppler put no space: it saw a table */
#define FAR 1e5
#define RLE 0x202B
#define LRE 0x202A
#define PDF 0x202C

struct glyph {
	uint32_t code, word, index;   /* word: of poppler, index: in that order */
	float x0, y0, x1, y1, size;
	float word_x0, gap;           /* gap to the glyph before it */
	bool bold, mono;
};
struct glyphs { struct glyph *at; size_t count, cap, rtl, ltr; };

static bool
is_rtl(uint32_t c)
{
	return (c >= 0x590 && c <= 0x8FF) || (c >= 0xFB1D && c <= 0xFDFF) || (c >= 0xFE70 && c <= 0xFEFC);
}

static bool
is_ltr(uint32_t c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= 0xC0 && c < 0x590) ||
		(c >= 0x900 && c < 0x2000) || (c >= 0x3000 && c < 0xFB00);
}

static bool
is_point(uint32_t c)
{
	return (c >= 0x591 && c <= 0x5C7 && c != 0x5BE && c != 0x5C0 && c != 0x5C3 && c != 0x5C6) || (c >= 0x64B && c <= 0x65F);
}

static void
reverse(struct glyph *g, size_t from, size_t to)
{
	while (from + 1 < to) {
		uint32_t code = g[from].code;
		g[from++].code = g[--to].code;
		g[to].code = code;
	}
}

/* Code points of the text without poppler's marks; what stood between RLE and
 * PDF is turned back into visual order, what stood in LRE inside it stays. */
static void
decode_text(struct glyphs *out, const char *s)
{
	size_t n = strlen(s), start = 0, inner = 0;
	int depth = 0;
	uint32_t word = 0;
	mem_reserve(&out->at, &out->cap, n + 1, sizeof *out->at);   /* a byte makes at most one */
	for (size_t at = 0; at < n;) {
		unsigned char ascii = (unsigned char)s[at];
		if (ascii < 0x80) {
			out->ltr += is_ltr(ascii);
			out->at[out->count++] = (struct glyph){ .code = ascii, .word = word };
			at++;
			continue;
		}
		uint32_t c = utf8_next(s, n, &at);
		if (c == RLE) {
			start = out->count;
			depth = 1;
			word++;
			continue;
		}
		if (c == LRE && depth > 0) {
			inner = out->count;
			depth = 2;
			continue;
		}
		if (c == PDF && depth > 0) {
			if (depth == 2)
				reverse(out->at, inner, out->count);
			else
				reverse(out->at, start, out->count);
			depth--;
			word += depth == 0;
			continue;
		}
		out->rtl += is_rtl(c);
		out->ltr += is_ltr(c);
		out->at[out->count++] = (struct glyph){ .code = c, .word = word };
	}
}

static bool
has_word(const char *name, const char *const words[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcasestr(name, words[i]) != NULL)
			return true;
	return false;
}

struct face { char name[128]; bool bold, mono, pictures; };

/* What a font's name says; face remembers the last one asked for. */
static void
read_face(struct face *face, const char *name)
{
	static const char *const bolds[] = { "bold", "black", "heavy", "demi", "9L-Medi", "CMBX", "SFBX" };
	static const char *const monos[] = { "mono", "courier", "consol", "menlo", "typewriter", "CMTT", "SFTT", "fixed" };
	/* letters of these fonts show pictures, nearly always bullets */
	static const char *const pictures[] = { "dingbat", "wingding", "webding", "WPTypographicSymbols", "WP-Iconic", "marvosym" };
	if (name == NULL || strncmp(face->name, name, sizeof face->name - 1) == 0)
		return;
	snprintf(face->name, sizeof face->name, "%s", name);
	face->bold = has_word(name, bolds, COUNT_OF(bolds));
	face->mono = has_word(name, monos, COUNT_OF(monos));
	face->pictures = has_word(name, pictures, COUNT_OF(pictures));
}

static void
put_faces(struct glyphs *g, PopplerPage *page, PopplerRectangle *area)
{
	struct face face = { .name = "" };
	GList *runs = poppler_page_get_text_attributes_for_area(page, area);
	for (GList *l = runs; l != NULL; l = l->next) {
		const PopplerTextAttributes *run = l->data;
		read_face(&face, run->font_name);
		for (gint i = run->start_index < 0 ? 0 : run->start_index; i <= run->end_index && (size_t)i < g->count; i++) {
			g->at[i].size = (float)run->font_size;
			g->at[i].bold = face.bold;
			g->at[i].mono = face.mono;
			if (face.pictures && g->at[i].code > ' ' && g->at[i].code < 0x7F)
				g->at[i].code = 0x2022;
		}
	}
	poppler_page_free_text_attributes(runs);
}

/* Text and boxes of all that poppler found between two far corners.  The text
 * of a page that mostly runs from right to left is only whole when the selection
 * does so too. */
static char *
select_all(PopplerRectangle *area, PopplerPage *page)
{
	PopplerRectangle forward = { -FAR, -FAR, FAR, FAR }, backward = { FAR, -FAR, -FAR, FAR };
	char *s = poppler_page_get_selected_text(page, POPPLER_SELECTION_GLYPH, &forward);
	*area = forward;
	if (s == NULL || strstr(s, "\xE2\x80\xAB") == NULL)   /* no RLE, no such text */
		return s;
	char *other = poppler_page_get_selected_text(page, POPPLER_SELECTION_GLYPH, &backward);
	if (other == NULL || strlen(other) <= strlen(s)) {
		g_free(other);
		return s;
	}
	*area = backward;
	g_free(s);
	return other;
}

/* Glyphs with boxes and faces; without boxes when poppler's counts disagree. */
static bool
collect(struct glyphs *g, PopplerPage *page)
{
	PopplerRectangle area, *boxes = NULL;
	guint count = 0;
	char *s = select_all(&area, page);
	if (s == NULL)
		return false;
	decode_text(g, s);
	g_free(s);
	bool placed = poppler_page_get_text_layout_for_area(page, &area, &boxes, &count) && count == g->count;
	for (guint i = 0; i < count && placed; i++) {
		g->at[i].x0 = (float)fmin(boxes[i].x1, boxes[i].x2);
		g->at[i].x1 = (float)fmax(boxes[i].x1, boxes[i].x2);
		g->at[i].y0 = (float)fmin(boxes[i].y1, boxes[i].y2);
		g->at[i].y1 = (float)fmax(boxes[i].y1, boxes[i].y2);
	}
	g_free(boxes);
	put_faces(g, page, &area);
	return placed;
}

/* Leave out what lies outside the crop box: printers' marks, slugs, secrets. */
static size_t
crop(struct glyph *g, size_t n, const struct pdf_page *p)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		float x = (g[i].x0 + g[i].x1) / 2, y = (g[i].y0 + g[i].y1) / 2;
		if (x >= 0 && y >= 0 && x <= p->width && y <= p->height)
			g[kept++] = g[i];
	}
	return kept;
}

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

static void
measure(struct pdf_line *l, bool *mixed, const struct glyph *g, size_t n, bool rtl_page)
{
	size_t bold = 0, mono = 0, rtl = 0, ltr = 0;
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
	}
	l->x0 = box.x0, l->y0 = box.y0, l->x1 = box.x1, l->y1 = box.y1;
	l->size = common_size(g, n);
	l->bold = bold * 10 > l->chars * 8;
	l->mono = mono * 10 > l->chars * 8;
	l->rtl = rtl > 0 && (rtl_page || rtl * 2 >= ltr);
	*mixed = rtl > 0;
}

static void
put_cell(struct pdf_line *l, struct text *t)
{
	while (t->len > 0 && t->data[t->len - 1] == ' ')
		text_cut(t, t->len - 1);
	if (t->len > 0) {
		text_put(t, " | ");
		l->cells = true;
	}
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
		bool against = l->rtl ? is_ltr(g[i].code) : is_rtl(g[i].code);
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
	measure(&l, &mixed, g, n, rtl_page);
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

void
pdf_lines(struct pdf_page *p, struct arena *a, PopplerPage *page)
{
	struct glyphs g = { 0 };
	struct text t;
	text_init(&t, BLOCK_BYTES_MAX);
	poppler_page_get_size(page, &p->width, &p->height);
	bool placed = collect(&g, page);
	for (size_t at = 0; at < g.count;) {
		size_t end = at;
		while (end < g.count && g.at[end].code != '\n')
			end++;
		put_line(p, a, &t, g.at + at, placed ? crop(g.at + at, end - at, p) : end - at, g.rtl > g.ltr);
		at = end + 1;
	}
	text_clear(&t);
	mem_free(g.at);
}

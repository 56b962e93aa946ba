/* What poppler says about a page, brought together.
 *
 * It gives the page three times: as text in reading order, as a box for each
 * character and as runs of one font; together they cost a few per cent of
 * interpreting the page.  Text and boxes go by index, except that poppler writes
 * right-to-left words in logical order between marks while their boxes stay in
 * visual order; the marks are resolved here. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "pdf_glyphs_in.h"

#define FAR 1e5
#define RLE 0x202B
#define LRE 0x202A
#define PDF 0x202C

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

/* Text and boxes of all that poppler found on the page between two far corners;
 * what lies outside the crop box (printers' marks, slugs, secrets) it leaves out.  The text
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
bool
glyphs_collect(struct glyphs *g, PopplerPage *page)
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

/* Flow: text laid out once for a width, kept as rows of styled runs.
 *
 * A row points into the flow's arena.  Breaking is greedy at blanks, between
 * wide characters (CJK needs no blanks) and, for a word longer than the row,
 * anywhere between clusters.  Citation marks "[12]" become runs of their own so
 * that they can be drawn as the current one without laying out again. */
#include <stdio.h>
#include <string.h>

#include "flow_in.h"

void
flow_init(struct flow *f, int cols)
{
	memset(f, 0, sizeof *f);
	arena_init(&f->arena);
	f->cols = cols > 8 ? cols : 8;
	f->widths = width_epoch();
}

bool
flow_fits(const struct flow *f, int cols)
{
	return f->cols == (cols > 8 ? cols : 8) && f->widths == width_epoch();
}

void
flow_clear(struct flow *f)
{
	mem_free(f->rows);
	arena_clear(&f->arena);
	flow_init(f, f->cols);
}

/* ---- a paragraph of styled pieces ------------------------------------------- */

void
flow_open(struct flow_line *l, struct flow *f, const char *first, enum style first_style, int indent)
{
	memset(l, 0, sizeof *l);
	l->flow = f;
	l->indent = indent < f->cols - 8 ? indent : 0;
	text_init(&l->text, 1 << 20);
	if (first != NULL && *first) {
		flow_piece(l, first_style, 0, first, strlen(first));
		l->lead = l->text.len;
	}
}

void
flow_piece(struct flow_line *l, enum style style, int citation, const char *s, size_t len)
{
	if (len == 0)
		return;
	size_t start = l->text.len;
	untrusted_text(&l->text, s, len, UNTRUSTED_LINE);
	if (l->text.len == start)
		return;
	if (l->run_count > 0) {
		struct run *last = &l->runs[l->run_count - 1];
		if (last->style == style && last->citation == citation && last->start + last->len == start) {
			last->len = (uint32_t)(l->text.len - last->start);
			return;
		}
	}
	mem_reserve(&l->runs, &l->run_cap, l->run_count + 1, sizeof *l->runs);
	l->runs[l->run_count++] = (struct run){ (uint32_t)start, (uint32_t)(l->text.len - start), style, citation };
}

/* Text with "[n]" marks as pieces of their own. */
void
flow_cited(struct flow_line *l, enum style style, const char *s, size_t len)
{
	size_t from = 0;
	for (size_t i = 0; i + 2 < len; i++) {
		size_t j = i + 1;
		int n = 0;
		if (s[i] != '[')
			continue;
		while (j < len && j < i + 4 && s[j] >= '0' && s[j] <= '9')
			n = n * 10 + (s[j++] - '0');
		if (n == 0 || j >= len || s[j] != ']')
			continue;
		flow_piece(l, style, 0, s + from, i - from);
		flow_piece(l, STYLE_CITATION, n, s + i, j + 1 - i);
		i = j;
		from = j + 1;
	}
	flow_piece(l, style, 0, s + from, len - from);
}

/* ---- breaking --------------------------------------------------------------------- */

/* Is the word at `at` longer than any row? It is broken anyway: then where it begins. */
static bool
overlong(const struct flow_line *l, size_t at, int room)
{
	const char *s = l->text.data;
	size_t end = at;
	while (end < l->text.len && s[end] != ' ')
		end++;
	return end - at > (size_t)room && width_cells(s + at, end - at) > room;
}

/* End of the row that begins at `at`; *next is where the following one begins. */
static size_t
row_end(const struct flow_line *l, size_t at, int room, size_t *next)
{
	const char *s = l->text.data;
	size_t len = l->text.len, good = 0, good_next = 0;
	int used = 0;
	for (size_t i = at; i < len;) {
		size_t end = utf8_grapheme_end(s, len, i);
		int width = width_cells(s + i, end - i);
		if (s[i] == ' ') {
			good = i;
			good_next = end;
		} else if (width == 2 && i > at && used > 0 && used <= room) {
			good = good_next = i;      /* between wide characters */
		}
		if (used + width > room && s[i] != ' ') {
			if (good > at && !(i > good_next && overlong(l, good_next, l->flow->cols - l->indent))) {
				*next = good_next;
				return good;
			}
			*next = i > at ? i : end;
			return *next;
		}
		used += width;
		i = end;
	}
	*next = len;
	return len;
}

static void
row_add(struct flow_line *l, size_t start, size_t end, uint32_t indent)
{
	struct flow *f = l->flow;
	while (end > start && l->text.data[end - 1] == ' ')
		end--;
	mem_reserve(&f->rows, &f->cap, f->count + 1, sizeof *f->rows);
	struct row *r = &f->rows[f->count++];
	*r = (struct row){ arena_strndup(&f->arena, l->text.data + start, end - start), (uint32_t)(end - start), indent, NULL, 0 };
	size_t first = 0, last;
	while (first < l->run_count && l->runs[first].start + l->runs[first].len <= start)
		first++;
	for (last = first; last < l->run_count && l->runs[last].start < end; last++)
		;
	r->runs = arena_alloc(&f->arena, (last - first + 1) * sizeof *r->runs);
	for (size_t i = first; i < last; i++) {
		struct run run = l->runs[i];
		size_t from = run.start > start ? run.start : start;
		size_t to = run.start + run.len < end ? run.start + run.len : end;
		r->runs[r->run_count++] = (struct run){ (uint32_t)(from - start), (uint32_t)(to - from), run.style, run.citation };
	}
}

void
flow_close(struct flow_line *l)
{
	size_t at = 0;
	bool first = true;
	do {
		uint32_t indent = first ? 0 : (uint32_t)l->indent;
		size_t next, end = row_end(l, at, l->flow->cols - (int)indent, &next);
		row_add(l, at, end, indent);
		at = next;
		while (at < l->text.len && l->text.data[at] == ' ' && !l->keep)
			at++;
		first = false;
	} while (at < l->text.len);
	text_clear(&l->text);
	mem_free(l->runs);
}

void
flow_blank(struct flow *f)
{
	if (f->count > 0 && f->rows[f->count - 1].len == 0)
		return;
	mem_reserve(&f->rows, &f->cap, f->count + 1, sizeof *f->rows);
	f->rows[f->count++] = (struct row){ "", 0, 0, NULL, 0 };
}

void
flow_text(struct flow *f, enum style style, const char *first, enum style first_style, int indent, const char *text, size_t len)
{
	bool opening = true;
	size_t at = 0;
	char blanks[64];
	snprintf(blanks, sizeof blanks, "%*s", indent, "");
	do {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end != NULL ? (size_t)(end - text) - at : len - at;
		struct flow_line l;
		flow_open(&l, f, opening ? first : blanks, opening ? first_style : style, indent);
		flow_cited(&l, style, text + at, n);
		flow_close(&l);
		opening = false;
		at += n + 1;
	} while (at < len);
}

/* ---- drawing -------------------------------------------------------------------------- */

/* Where find occurs in s from `at`, without regard to case of ASCII letters. */
static size_t
find_from(const char *s, size_t len, size_t at, const char *find, size_t n)
{
	for (; n > 0 && at + n <= len; at++)
		if (strncasecmp(s + at, find, n) == 0)
			return at;
	return len;
}

static void
row_draw(struct screen *s, int top, int left, int cols, const struct row *r, const char *find, int citation_now)
{
	int col = (int)r->indent;
	size_t n = find != NULL ? strlen(find) : 0, hit = find_from(r->text, r->len, 0, find, n);
	for (uint32_t i = 0; i < r->run_count && col < cols; i++) {
		const struct run *run = &r->runs[i];
		enum style style = run->citation != 0 && run->citation == citation_now ? STYLE_CITATION_NOW : run->style;
		size_t at = run->start, end = run->start + run->len;
		while (at < end && col < cols) {
			bool inside = n > 0 && at >= hit && at < hit + n;
			size_t stop = inside ? hit + n : hit;
			if (stop > end || stop <= at)
				stop = end;
			col += screen_put(s, top, left + col, cols - col, inside ? STYLE_MATCH : style, r->text + at, stop - at);
			at = stop;
			if (inside && at >= hit + n)
				hit = find_from(r->text, r->len, at, find, n);
		}
	}
}

void
flow_draw(struct screen *s, struct area a, const struct flow *f, size_t first_row, const char *find, int citation_now)
{
	for (int i = 0; i < a.rows && first_row + (size_t)i < f->count; i++)
		row_draw(s, a.top + i, a.left, a.cols, &f->rows[first_row + (size_t)i], find, citation_now);
}

/* Markdown for the terminal: what answers and notes contain, read by lines.
 *
 * Blocks: headings, lists (nested by indent), quotes, fenced and indented code,
 * tables with aligned columns, rules, paragraphs.  Spans: strong, emphasis, code,
 * links (text, then the address in brackets: never hidden), TeX between $ or
 * \( \) as Unicode.  Anything unclear stays as it was typed; nothing here can
 * fail, and no character of the text is lost but the marks themselves. */
#include <ctype.h>
#include <string.h>

#include "flow_in.h"

#define COLUMNS_MAX 16

/* ---- spans ------------------------------------------------------------------- */

/* Index of the closing mark in s[from..], len when there is none. */
static size_t
closing(const char *s, size_t len, size_t from, const char *mark)
{
	size_t n = strlen(mark);
	for (size_t i = from; i + n <= len; i++)
		if (memcmp(s + i, mark, n) == 0 && i > from && s[i - 1] != ' ')
			return i;
	return len;
}

static void
put_tex(struct flow_line *l, const char *s, size_t len)
{
	struct text t;
	text_init(&t, 64 * 1024);
	tex_unicode(&t, s, len);
	flow_piece(l, STYLE_EMPHASIS, 0, t.data, t.len);
	text_clear(&t);
}

/* "[text](address)" at s: bytes used, 0 when it is none. */
static size_t
put_link(struct flow_line *l, const char *s, size_t len)
{
	size_t close = closing(s, len, 1, "]");
	if (close + 1 >= len || s[close + 1] != '(')
		return 0;
	const char *end = memchr(s + close + 2, ')', len - close - 2);
	if (end == NULL || memchr(s + 1, '\n', close - 1) != NULL)
		return 0;
	size_t at = close + 2, n = (size_t)(end - s) - at;
	flow_piece(l, STYLE_LINK, 0, s + 1, close - 1);
	if (n > 0 && (n != close - 1 || memcmp(s + 1, s + at, n) != 0)) {
		flow_piece(l, STYLE_DIM, 0, " (", 2);
		flow_piece(l, STYLE_DIM, 0, s + at, n);
		flow_piece(l, STYLE_DIM, 0, ")", 1);
	}
	return (size_t)(end - s) + 1;
}

struct mark { const char *text; enum style style; };
static const struct mark marks[] = {
	{ "**", STYLE_STRONG }, { "__", STYLE_STRONG }, { "``", STYLE_CODE }, { "`", STYLE_CODE },
	{ "*", STYLE_EMPHASIS }, { "_", STYLE_EMPHASIS },
};

/* A marked span at s[at]: bytes used, 0 when none begins there. */
static size_t
put_span(struct flow_line *l, const char *s, size_t len, size_t at)
{
	if (s[at] == '$' && at + 2 < len && s[at + 1] != ' ' && !isdigit((unsigned char)s[at + 1])) {
		size_t end = closing(s, len, at + 1, "$");
		if (end < len) {
			put_tex(l, s + at + 1, end - at - 1);
			return end + 1 - at;
		}
	}
	if (s[at] == '\\' && at + 1 < len && s[at + 1] == '(') {
		const char *end = memmem(s + at, len - at, "\\)", 2);
		if (end != NULL) {
			put_tex(l, s + at + 2, (size_t)(end - s) - at - 2);
			return (size_t)(end - s) + 2 - at;
		}
	}
	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		size_t n = strlen(marks[i].text);
		if (len - at <= 2 * n || memcmp(s + at, marks[i].text, n) != 0 || s[at + n] == ' ')
			continue;
		if (s[at] == '_' && at > 0 && isalnum((unsigned char)s[at - 1]))
			return 0;              /* snake_case is no emphasis */
		size_t end = closing(s, len, at + n, marks[i].text);
		if (end == len || (s[at] == '_' && end + n < len && isalnum((unsigned char)s[end + n])))
			continue;
		flow_piece(l, marks[i].style, 0, s + at + n, end - at - n);
		return end + n - at;
	}
	return 0;
}

static void
put_spans(struct flow_line *l, enum style style, const char *s, size_t len)
{
	size_t from = 0;
	for (size_t i = 0; i < len;) {
		size_t used = 0;
		if (s[i] == '\\' && i + 1 < len && ispunct((unsigned char)s[i + 1]) && s[i + 1] != '(') {
			flow_cited(l, style, s + from, i - from);
			from = ++i;            /* the escaped character itself */
			i++;
			continue;
		}
		if (strchr("*_`$\\[", s[i]) != NULL) {
			flow_cited(l, style, s + from, i - from);
			from = i;
			used = s[i] == '[' ? put_link(l, s + i, len - i) : put_span(l, s, len, i);
		}
		i += used > 0 ? used : 1;
		if (used > 0)
			from = i;
	}
	flow_cited(l, style, s + from, len - from);
}

/* ---- lines ------------------------------------------------------------------------ */

struct line { const char *s; size_t len, indent; };
struct reader { struct flow *f; int indent; const char *s; size_t len, at; };

static bool
line_next(struct reader *r, struct line *l)
{
	if (r->at >= r->len)
		return false;
	const char *end = memchr(r->s + r->at, '\n', r->len - r->at);
	size_t n = end != NULL ? (size_t)(end - r->s) - r->at : r->len - r->at;
	*l = (struct line){ r->s + r->at, n, 0 };
	r->at += n + 1;
	if (l->len > 0 && l->s[l->len - 1] == '\r')
		l->len--;
	while (l->indent < l->len && l->s[l->indent] == ' ')
		l->indent++;
	return true;
}

static void
unread(struct reader *r, const struct line *l)
{
	r->at = (size_t)(l->s - r->s);
}

static void
open_row(struct flow_line *l, struct reader *r, int first, int rest)
{
	char blanks[128];
	memset(blanks, ' ', sizeof blanks);
	first = first < 100 ? first : 100;
	flow_open(l, r->f, NULL, STYLE_TEXT, r->indent + rest);
	flow_piece(l, STYLE_TEXT, 0, blanks, (size_t)(r->indent + first < 120 ? r->indent + first : 120));
}

/* Bytes of a list mark at s ("- ", "* ", "12. "), 0 when there is none. */
static size_t
list_mark(const char *s, size_t len)
{
	size_t i = 0;
	if (len > 1 && strchr("-*+", s[0]) != NULL && s[1] == ' ')
		return 2;
	while (i < len && i < 4 && isdigit((unsigned char)s[i]))
		i++;
	return i > 0 && i + 1 < len && (s[i] == '.' || s[i] == ')') && s[i + 1] == ' ' ? i + 2 : 0;
}

static bool
fence(const struct line *l)
{
	return l->len - l->indent >= 3 &&
		(memcmp(l->s + l->indent, "```", 3) == 0 || memcmp(l->s + l->indent, "~~~", 3) == 0);
}

static bool
rule(const struct line *l)
{
	size_t count = 0;
	for (size_t i = l->indent; i < l->len; i++) {
		if (l->s[i] != ' ' && (strchr("-*_", l->s[i]) == NULL || l->s[i] != l->s[l->indent]))
			return false;
		count += l->s[i] != ' ';
	}
	return count >= 3;
}

static size_t
heading(const struct line *l)
{
	size_t n = 0;
	while (n < l->len && n < 7 && l->s[n] == '#')
		n++;
	return n > 0 && n < 7 && n < l->len && l->s[n] == ' ' ? n : 0;
}

static bool
tabular(const struct line *l)
{
	return l->len > l->indent + 1 && l->s[l->indent] == '|' && memchr(l->s + l->indent + 1, '|', l->len - l->indent - 1) != NULL;
}

static bool
starts_block(const struct line *l)
{
	return l->indent == l->len || fence(l) || rule(l) || heading(l) > 0 || tabular(l) ||
		l->s[l->indent] == '>' || list_mark(l->s + l->indent, l->len - l->indent) > 0;
}

/* ---- blocks ------------------------------------------------------------------------- */

static void
put_code(struct reader *r)
{
	struct line l;
	while (line_next(r, &l) && !fence(&l)) {
		struct flow_line row;
		open_row(&row, r, 2, 2);
		row.keep = true;
		flow_piece(&row, STYLE_CODE, 0, l.s, l.len);
		flow_close(&row);
	}
}

static size_t
cells_of(const struct line *l, const char *cell[COLUMNS_MAX], size_t size[COLUMNS_MAX])
{
	size_t count = 0, at = l->indent + 1;
	while (at < l->len && count < COLUMNS_MAX) {
		const char *end = memchr(l->s + at, '|', l->len - at);
		size_t stop = end != NULL ? (size_t)(end - l->s) : l->len;
		size_t from = at, to = stop;
		while (from < to && l->s[from] == ' ')
			from++;
		while (to > from && l->s[to - 1] == ' ')
			to--;
		if (end != NULL || to > from) {
			cell[count] = l->s + from;
			size[count++] = to - from;
		}
		at = stop + 1;
	}
	return count;
}

static bool
table_rule(const char *const cell[COLUMNS_MAX], const size_t size[COLUMNS_MAX], size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < size[i]; k++)
			if (cell[i][k] != '-' && cell[i][k] != ':')
				return false;
	return count > 0;
}

/* Column widths of the table that begins at r->at, fitted to the room. */
static size_t
table_widths(struct reader r, int widths[COLUMNS_MAX])
{
	struct line l;
	size_t columns = 0;
	int total = 0;
	const char *cell[COLUMNS_MAX];
	size_t size[COLUMNS_MAX];
	memset(widths, 0, COLUMNS_MAX * sizeof *widths);
	while (line_next(&r, &l) && tabular(&l)) {
		size_t n = cells_of(&l, cell, size);
		if (n > columns)
			columns = n;
		for (size_t i = 0; i < n; i++) {
			int w = width_cells(cell[i], size[i]);
			if (!table_rule((const char *const *)cell, size, n) && w > widths[i])
				widths[i] = w;
		}
	}
	for (size_t i = 0; i < columns; i++)
		total += widths[i] + 2;
	int room = r.f->cols - r.indent;
	while (total > room) {                  /* take from the widest */
		size_t widest = 0;
		for (size_t i = 1; i < columns; i++)
			if (widths[i] > widths[widest])
				widest = i;
		if (widths[widest] <= 4)
			break;
		widths[widest]--;
		total--;
	}
	return columns;
}

static void
put_cell(struct flow_line *row, enum style style, const char *s, size_t len, int width, bool last)
{
	char blanks[256];
	int used = 0;
	size_t at = 0;
	while (at < len) {
		size_t end = utf8_grapheme_end(s, len, at);
		int w = width_cells(s + at, end - at);
		if (used + w > width)
			break;
		used += w;
		at = end;
	}
	flow_piece(row, style, 0, s, at);
	memset(blanks, ' ', sizeof blanks);
	int pad = width - used + 2;
	if (!last)
		flow_piece(row, STYLE_TEXT, 0, blanks, (size_t)(pad < 256 ? pad : 255));
}

static void
put_table(struct reader *r)
{
	int widths[COLUMNS_MAX];
	size_t columns = table_widths(*r, widths);
	struct line l;
	bool first = true;
	while (line_next(r, &l)) {
		const char *cell[COLUMNS_MAX];
		size_t size[COLUMNS_MAX];
		if (!tabular(&l)) {
			unread(r, &l);
			return;
		}
		size_t n = cells_of(&l, cell, size);
		if (table_rule((const char *const *)cell, size, n))
			continue;
		struct flow_line row;
		open_row(&row, r, 0, 0);
		row.keep = true;
		for (size_t i = 0; i < n; i++)
			put_cell(&row, first ? STYLE_STRONG : STYLE_TEXT, cell[i], size[i], widths[i], i + 1 == columns);
		flow_close(&row);
		first = false;
	}
}

/* Lines that continue a paragraph or list item, joined by blanks. */
static void
gather(struct reader *r, struct text *t)
{
	struct line l;
	while (line_next(r, &l)) {
		if (starts_block(&l)) {
			unread(r, &l);
			return;
		}
		text_put_c(t, ' ');
		text_put_n(t, l.s + l.indent, l.len - l.indent);
	}
}

static void
put_item(struct reader *r, const struct line *l, size_t mark)
{
	struct flow_line row;
	struct text t;
	int nested = (int)(l->indent < 12 ? l->indent : 12);
	const char *s = l->s + l->indent;
	bool bullet = !isdigit((unsigned char)s[0]);
	text_init(&t, 1 << 20);
	text_put_n(&t, s + mark, l->len - l->indent - mark);
	gather(r, &t);
	open_row(&row, r, nested, nested + (int)mark);
	flow_piece(&row, STYLE_TEXT, 0, bullet ? "\u2022 " : s, bullet ? strlen("\u2022 ") : mark);
	put_spans(&row, STYLE_TEXT, t.data, t.len);
	flow_close(&row);
	text_clear(&t);
}

static void
put_paragraph(struct reader *r, const struct line *l, enum style style, const char *lead)
{
	struct flow_line row;
	struct text t;
	text_init(&t, 1 << 20);
	text_put_n(&t, l->s + l->indent, l->len - l->indent);
	if (style == STYLE_TEXT)
		gather(r, &t);
	open_row(&row, r, 0, width_cells(lead, strlen(lead)));
	flow_piece(&row, STYLE_DIM, 0, lead, strlen(lead));
	put_spans(&row, style, t.data, t.len);
	flow_close(&row);
	text_clear(&t);
}

static void
put_rule(struct reader *r)
{
	struct flow_line row;
	open_row(&row, r, 0, 0);
	for (int i = 0; i < 24; i++)
		flow_piece(&row, STYLE_RULE, 0, "\u2500", strlen("\u2500"));
	flow_close(&row);
}

static void
put_block(struct reader *r, struct line *l)
{
	size_t n = list_mark(l->s + l->indent, l->len - l->indent);
	if (fence(l)) {
		put_code(r);
	} else if (tabular(l)) {
		unread(r, l);
		put_table(r);
	} else if (rule(l)) {
		put_rule(r);
	} else if (heading(l) > 0) {
		size_t level = heading(l);
		l->indent = level + 1;
		put_paragraph(r, l, STYLE_HEADING, "");
	} else if (n > 0) {
		put_item(r, l, n);
	} else if (l->s[l->indent] == '>') {
		l->indent += l->indent + 1 < l->len && l->s[l->indent + 1] == ' ' ? 2 : 1;
		put_paragraph(r, l, STYLE_EMPHASIS, "\u2502 ");
	} else {
		put_paragraph(r, l, STYLE_TEXT, "");
	}
}

void
flow_markdown(struct flow *f, int indent, const char *text, size_t len)
{
	struct reader r = { f, indent, text, len, 0 };
	struct line l;
	while (line_next(&r, &l)) {
		if (l.indent == l.len)
			flow_blank(f);
		else
			put_block(&r, &l);
	}
}

/* Lines to blocks: headings, paragraphs, list items, table rows, code, captions.
 *
 * A line is a heading when the outline names it, when it is larger than the
 * body, or when it is short and bold or numbered.  Levels are the outline's, else
 * the rank of the size.  Words broken at line ends are mended here. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "lines_in.h"
#include "pdf_flow_in.h"

#define LARGER 1.12
#define HEADING_BYTES_MAX 200
#define SMALL_HEADING_CHARS_MAX 80   /* not larger than the body */
#define SMALL_CAPITALS .7            /* their size in a line of them */
#define WIDER 1.4                    /* than the usual distance of lines */
#define SIZES_MAX 4
#define PAGE_NUMBER_BYTES_MAX 6   /* behind leaders; four dots may be an ellipsis */

struct flow {
	struct document *d;
	struct pdf *pdf;
	double leading;
	double sizes[SIZES_MAX];      /* of headings, largest first */
	size_t size_count;
	bool mono_body;               /* typewritten: no code to be told by its face */
	struct text block;
	enum block_type type;
	int level;
	double item_start;            /* where a list item began, negative: none */
	char initial[8];              /* a large first letter waiting for its word */
	struct pdf_line mark;         /* a list mark alone, waiting for its row */
};

static void
flush(struct flow *f)
{
	if (f->block.len > 0)
		document_block(f->d, f->type, f->level, f->block.data, f->block.len);
	text_reset(&f->block);
	f->type = BLOCK_PARA;
	f->level = 0;
	f->item_start = -1;
}

static size_t
letters_in(const struct pdf_line *l)
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
is_large(const struct flow *f, const struct pdf_line *l)
{
	return l->size >= LARGER * f->pdf->body_size;
}

static bool
same_row(const struct pdf_line *a, const struct pdf_line *b)
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
		if (k != i && !o->head && (same_row(l, o) || (o->cells && fabs(l->y0 - o->y0) < 2 * l->size)))
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
stands_alone(const struct flow *f, const struct pdf_page *p, size_t i)
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
static bool
in_code(const struct flow *f, const struct pdf_page *p, size_t i)
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
static bool
looks_heading(const struct flow *f, const struct pdf_page *p, size_t i)
{
	const struct pdf_line *l = &p->lines[i];
	struct line text = { l->text, l->len };
	if (l->level > 0)
		return true;
	size_t letters = letters_in(l);
	if (letters < 2 || letters * 2 < l->chars || l->len > HEADING_BYTES_MAX || l->cells || line_is_bullet(text))
		return false;
	if (is_large(f, l))
		return !in_table(p, i) || l->size > 1.5 * f->pdf->body_size;
	char last = l->text[l->len - 1];
	if (in_code(f, p, i) || l->chars > SMALL_HEADING_CHARS_MAX || last == '.' || last == ',' || last == ';' ||
			(last == '-' && !(l->bold && i + 1 < p->count && l[1].bold)) || l->size < (in_capitals(l) ? SMALL_CAPITALS : .95) * f->pdf->body_size)
		return false;
	if (l->bold)
		return stands_alone(f, p, i);
	double gap = i > 0 && l->y0 > l[-1].y0 ? l->y0 - l[-1].y0 : 1000;
	return gap > 1.3 * f->leading * l->size && (section_depth(l) >= 2 || in_capitals(l) || (l->mono && !f->mono_body)) && stands_alone(f, p, i);
}

static int
heading_level(const struct flow *f, const struct pdf_line *l)
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
static void
rank_sizes(struct flow *f)
{
	double *all = NULL;
	size_t count = 0, cap = 0;
	for (size_t p = 0; p < f->pdf->page_count; p++)
		for (size_t i = 0; i < f->pdf->pages[p].count; i++) {
			const struct pdf_line *l = &f->pdf->pages[p].lines[i];
			if (l->head || !is_large(f, l) || !looks_heading(f, &f->pdf->pages[p], i))
				continue;
			mem_reserve(&all, &cap, count + 1, sizeof *all);
			all[count++] = l->size;
		}
	if (count > 0)
		qsort(all, count, sizeof *all, descending);
	for (size_t i = 0; i < count && f->size_count < SIZES_MAX; i++)
		if (f->size_count == 0 || all[i] < f->sizes[f->size_count - 1] - .6)
			f->sizes[f->size_count++] = all[i];
	mem_free(all);
}

static bool
is_letter(char c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (unsigned char)c >= 0x80;
}

/* Append a line to the block: a space, nothing, or a mended word. */
static void
join(struct flow *f, struct line l)
{
	struct text *t = &f->block;
	size_t n = t->len;
	bool soft = n >= 2 && memcmp(t->data + n - 2, "\xC2\xAD", 2) == 0;
	bool hyphen = n >= 2 && t->data[n - 1] == '-' && is_letter(t->data[n - 2]);
	if (soft) {
		text_cut(t, n - 2);
		text_put_n(t, l.s, l.len);
		return;
	}
	if (!hyphen || l.len == 0 || !is_letter(l.s[0])) {
		line_join(t, l);
		return;
	}
	size_t head = n - 1, tail = 0;
	while (head > 0 && is_letter(t->data[head - 1]))
		head--;
	while (tail < l.len && is_letter(l.s[tail]))
		tail++;
	bool capital = l.s[0] >= 'A' && l.s[0] <= 'Z';
	if (!capital && words_joined(f->pdf->words, t->data + head, n - 1 - head, l.s, tail))
		text_cut(t, n - 1);
	text_put_n(t, l.s, l.len);
}

static bool
is_caption(struct line l)
{
	static const char *const words[] = {
		"Figure ", "Fig. ", "FIGURE ", "Table ", "TABLE ", "Abbildung ", "Abb. ", "Tabelle ", "Listing ",
		"\u56F3", "\u8868", "\u05D0\u05D9\u05D5\u05E8 ", "\u05D8\u05D1\u05DC\u05D4 "
	};
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		size_t n = strlen(words[i]);
		if (l.len > n + 1 && memcmp(l.s, words[i], n) == 0 && l.s[n] >= '0' && l.s[n] <= '9') {
			while (n < l.len && ((l.s[n] >= '0' && l.s[n] <= '9') || (l.s[n] == '.' && l.s[n + 1 < l.len ? n + 1 : n] != ' ') || l.s[n] == '-'))
				n++;
			return n < l.len && (strchr(".: ", l.s[n]) == NULL ? false : l.s[n] != ' ' || (l.len > n + 1 && l.s[n + 1] >= 'A' && l.s[n + 1] <= 'Z'));
		}
	}
	return false;
}

static bool
is_page_number(const char *s, size_t n)
{
	return n > 0 && n <= PAGE_NUMBER_BYTES_MAX && (strspn(s, "0123456789") >= n || strspn(s, "ivxlc") >= n);
}

/* "Introduction . . . . . 5": the leaders become a cell border. */
static bool
cut_leaders(struct text *out, struct line l)
{
	bool cut = false;
	for (size_t i = 0; i < l.len;) {
		size_t end = i, dots = 0;
		while (end < l.len && (l.s[end] == '.' || (l.s[end] == ' ' && dots > 0))) {
			dots += l.s[end] == '.';
			end++;
		}
		if (dots >= 8 || (dots >= 4 && is_page_number(l.s + end, l.len - end))) {
			while (out->len > 0 && out->data[out->len - 1] == ' ')
				text_cut(out, out->len - 1);
			text_put(out, end < l.len && out->len > 0 ? " | " : "");
			cut = true;
			i = end;
		} else {
			text_put_c(out, l.s[i++]);
		}
	}
	return cut;
}

static bool
put_row(struct flow *f, const struct pdf_line *l)
{
	struct text row;
	text_init(&row, BLOCK_BYTES_MAX);
	bool leaders = memmem(l->text, l->len, "..", 2) != NULL || memmem(l->text, l->len, ". .", 3) != NULL;
	bool is_row = (leaders && cut_leaders(&row, (struct line){ l->text, l->len })) || l->cells;
	if (is_row) {
		flush(f);
		if (leaders)
			document_block(f->d, BLOCK_TABLE, 0, row.data ? row.data : "", row.len);
		else
			document_block(f->d, BLOCK_TABLE, 0, l->text, l->len);
	}
	text_clear(&row);
	return is_row;
}

static void
put_heading(struct flow *f, const struct pdf_line *before, const struct pdf_line *l)
{
	int level = heading_level(f, l);
	bool same = f->block.len > 0 && f->type == BLOCK_HEADING && before != NULL && f->level == level &&
		before->bold == l->bold && fabs(before->size - l->size) < .5 && l->y0 > before->y0 - .5 * l->size &&
		l->y0 - before->y0 < 1.8 * l->size && f->block.len + l->len < HEADING_BYTES_MAX;
	if (!same)
		flush(f);
	f->type = BLOCK_HEADING;
	f->level = level;
	join(f, (struct line){ l->text, l->len });
}

static void
put_code(struct flow *f, const struct pdf_page *p, size_t before, size_t i)
{
	const struct pdf_line *l = &p->lines[i];
	bool goes_on = f->type == BLOCK_CODE && f->block.len > 0 && before < i && l->y0 > p->lines[before].y0 &&
		l->y0 - p->lines[before].y0 < 3 * l->size;
	if (!goes_on)
		flush(f);
	f->type = BLOCK_CODE;
	double left, right;
	flow_column(&left, &right, p, i);
	int indent = (int)((l->x0 - left) / (.6 * fmax(l->size, 1)) + .5);
	for (int k = 0; k < indent && k < 80; k++)
		text_put_c(&f->block, ' ');
	text_put_n(&f->block, l->text, l->len);
	text_put_c(&f->block, '\n');
}

/* Does this text begin a list item? A dash or a number may also just stand
 * where a line happens to begin. */
static bool
begins_item(const struct flow *f, struct line text, bool open)
{
	if (line_list_mark(text, NULL) == 0)
		return false;
	bool sure = line_is_bullet(text) && text.s[0] != '-' && memcmp(text.s, "\u2013", 3) != 0;
	return sure || !open || f->type == BLOCK_LIST || flow_ends_sentence(f->block.data, f->block.len);
}

static void
put_text(struct flow *f, const struct pdf_page *p, size_t before, size_t i)
{
	const struct pdf_line *l = &p->lines[i];
	struct line text = { l->text, l->len };
	bool marked = f->mark.text != NULL && same_row(&f->mark, l);
	bool open = f->block.len > 0 && (f->type == BLOCK_PARA || f->type == BLOCK_LIST || f->type == BLOCK_CAPTION) && before < i;
	bool item = marked || begins_item(f, text, open);
	if (!open || item || flow_breaks(p, before, i, f->leading, f->item_start)) {
		flush(f);
		f->type = item ? BLOCK_LIST : is_caption(text) ? BLOCK_CAPTION : BLOCK_PARA;
		f->item_start = item ? flow_start(p, marked ? &f->mark : l) : -1;
	}
	if (marked && f->mark.chars > 1) {   /* a number, not a bullet */
		text_put_n(&f->block, f->mark.text, f->mark.len);
		text_put_c(&f->block, ' ');
	} else if (item && line_is_bullet(text)) {
		size_t mark = line_list_mark(text, NULL);
		text.s += mark, text.len -= mark;
	}
	f->mark.text = NULL;
	if (f->initial[0] != '\0') {
		text_put(&f->block, f->initial);
		text_put_n(&f->block, text.s, text.len);
		f->initial[0] = '\0';
		return;
	}
	join(f, text);
}

/* A list mark that poppler gave as a line of its own: hold it for its row. */
static bool
hold_mark(struct flow *f, const struct pdf_line *l)
{
	char probe[16];
	if (l->len + 2 >= sizeof probe || l->chars > 4)
		return false;
	memcpy(probe, l->text, l->len);
	memcpy(probe + l->len, " x", 2);
	struct line text = { probe, l->len + 2 };
	if (line_list_mark(text, NULL) != l->len + 1)
		return false;
	flush(f);
	f->mark = *l;
	return true;
}

/* A first letter set large: hold it for the word that it begins. */
static bool
hold_initial(struct flow *f, const struct pdf_line *l)
{
	if (l->chars != 1 || l->len >= sizeof f->initial || l->size < 1.8 * f->pdf->body_size || letters_in(l) != 1)
		return false;
	flush(f);
	memcpy(f->initial, l->text, l->len);
	f->initial[l->len] = '\0';
	return true;
}

static void
put_page(struct flow *f, struct pdf_page *p)
{
	size_t before = p->count;
	if (!document_page(f->d, p->label))
		return;
	for (size_t i = 0; i < p->count && !document_full(f->d); i++) {
		const struct pdf_line *l = &p->lines[i];
		if (l->head || hold_initial(f, l) || hold_mark(f, l))
			continue;
		if (looks_heading(f, p, i))
			put_heading(f, before < i ? &p->lines[before] : NULL, l);
		else if (in_code(f, p, i))
			put_code(f, p, before, i);
		else if (!put_row(f, l))
			put_text(f, p, before, i);
		before = i;
	}
	flush(f);
}

/* Collect the words; half words around line ends are none.  True when most of
 * the document is typewritten. */
static bool
learn(struct pdf *pdf)
{
	size_t mono = 0, all = 0;
	bool broken = false;
	for (size_t p = 0; p < pdf->page_count; p++)
		for (size_t i = 0; i < pdf->pages[p].count; i++) {
			const struct pdf_line *l = &pdf->pages[p].lines[i];
			all += l->chars;
			mono += l->mono ? l->chars : 0;
			if (l->head)
				continue;
			size_t skip = 0;
			while (broken && skip < l->len && l->text[skip] != ' ')
				skip++;
			words_add_line(pdf->words, l->text + skip, l->len - skip);
			broken = l->len > 0 && l->text[l->len - 1] == '-';
		}
	return mono * 2 > all;
}

void
pdf_blocks(struct document *d, struct pdf *pdf)
{
	struct flow f = { .d = d, .pdf = pdf, .item_start = -1, .type = BLOCK_PARA };
	text_init(&f.block, BLOCK_BYTES_MAX);
	f.mono_body = learn(pdf);
	f.leading = flow_leading(pdf);
	rank_sizes(&f);
	for (size_t p = 0; p < pdf->page_count; p++)
		put_page(&f, &pdf->pages[p]);
	text_clear(&f.block);
}

/* Lines to blocks: headings, paragraphs, list items, table rows, code, captions.
 *
 * What a line is by its face (pdf_faces.c) and where paragraphs end (pdf_flow.c)
 * is decided elsewhere; here the lines are joined, broken words mended, and marks
 * that stand apart brought to their text. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "lines_in.h"
#include "pdf_faces_in.h"
#include "pdf_flow_in.h"

#define PAGE_NUMBER_BYTES_MAX 6   /* behind leaders; four dots may be an ellipsis */

struct flow {
	struct document *d;
	struct pdf *pdf;
	struct faces faces;
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
	int level = faces_level(&f->faces, l);
	bool one_title = before != NULL && l->level > 0 && before->level == l->level && faces_same_row(before, l);
	bool same = f->block.len > 0 && f->type == BLOCK_HEADING && before != NULL && f->level == level &&
		(one_title || (before->bold == l->bold && fabs(before->size - l->size) < .5)) && l->y0 > before->y0 - .5 * l->size &&
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
	bool marked = f->mark.text != NULL && faces_same_row(&f->mark, l);
	bool open = f->block.len > 0 && (f->type == BLOCK_PARA || f->type == BLOCK_LIST || f->type == BLOCK_CAPTION) && before < i;
	bool item = marked || begins_item(f, text, open);
	if (!open || item || flow_breaks(p, before, i, f->faces.leading, f->item_start)) {
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
	if (l->chars != 1 || l->len >= sizeof f->initial || l->size < 1.8 * f->pdf->body_size || faces_letters(l) != 1)
		return false;
	flush(f);
	memcpy(f->initial, l->text, l->len);
	f->initial[l->len] = '\0';
	return true;
}

/* A word broken between pages belongs to the page where it begins: its end is
 * taken from the first line of the next page. */
static void
take_end(struct flow *f, struct pdf_page *next)
{
	size_t n = f->block.len, i = 0;
	if (n < 2 || f->type == BLOCK_CODE || f->block.data[n - 1] != '-' || !is_letter(f->block.data[n - 2]))
		return;
	while (i < next->count && next->lines[i].head)
		i++;
	struct pdf_line *l = i < next->count ? &next->lines[i] : NULL;
	if (l == NULL || l->text[0] < 'a' || l->text[0] > 'z')
		return;
	size_t word = strcspn(l->text, " ");
	join(f, (struct line){ l->text, word });
	word += l->text[word] == ' ';
	l->text += word;
	l->len -= word;
	l->head = l->len == 0;
}

static void
put_page(struct flow *f, struct pdf_page *p, struct pdf_page *next)
{
	size_t before = p->count;
	if (!document_page(f->d, p->label))
		return;
	for (size_t i = 0; i < p->count && !document_full(f->d); i++) {
		const struct pdf_line *l = &p->lines[i];
		if (l->head || hold_initial(f, l) || hold_mark(f, l))
			continue;
		if (faces_heading(&f->faces, p, i))
			put_heading(f, before < i ? &p->lines[before] : NULL, l);
		else if (faces_code(&f->faces, p, i))
			put_code(f, p, before, i);
		else if (!put_row(f, l))
			put_text(f, p, before, i);
		before = i;
	}
	if (next != NULL)
		take_end(f, next);
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
	struct flow f = { .d = d, .pdf = pdf, .faces = { .pdf = pdf }, .item_start = -1, .type = BLOCK_PARA };
	text_init(&f.block, BLOCK_BYTES_MAX);
	f.faces.mono_body = learn(pdf);
	f.faces.leading = flow_leading(pdf);
	faces_learn(&f.faces);
	for (size_t p = 0; p < pdf->page_count; p++)
		put_page(&f, &pdf->pages[p], p + 1 < pdf->page_count ? &pdf->pages[p + 1] : NULL);
	text_clear(&f.block);
}

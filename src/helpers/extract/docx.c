/* Word documents: the stream of word/document.xml as blocks.
 *
 * Paragraphs nest (a text box stands inside one), so they are kept on a stack.
 * Pages are where Word last broke them (lastRenderedPageBreak), or where the
 * author did when Word left no trace.  A page that breaks inside a paragraph
 * begins with the next one.  Deleted text and the second copy that Word keeps
 * for older versions are passed over. */
#include <stdlib.h>
#include <string.h>
#include "docx_in.h"

#define NESTED_MAX 8
#define NOTES_MAX 32

struct para {
	struct text text;
	char style[128], num_id[16];
	int level, outline;
	bool numbered;
	char notes[NOTES_MAX][16];
	bool note_is_end[NOTES_MAX];
	size_t note_count;
};

struct docx {
	struct document *d;
	struct docx_parts parts;
	struct para stack[NESTED_MAX];
	int depth;                   /* paragraphs open */
	int dropped;                 /* elements open inside a dropped one */
	int tables;
	size_t cells;
	struct text row;
	bool in_text, in_properties, rendered, page_due;
};

static struct para *
current(struct docx *x)
{
	return x->depth > 0 ? &x->stack[(x->depth < NESTED_MAX ? x->depth : NESTED_MAX) - 1] : NULL;
}

static void
page_if_due(struct docx *x)
{
	if (x->page_due && x->tables == 0)
		document_page(x->d, NULL);
	x->page_due = x->page_due && x->tables > 0;
}

static void
break_page(struct docx *x)
{
	struct para *p = current(x);
	x->page_due = true;
	if (p == NULL || (p->text.len == 0 && x->depth == 1))
		page_if_due(x);
}

static void
begin_paragraph(struct docx *x)
{
	x->depth++;
	struct para *p = current(x);
	if (x->depth > NESTED_MAX)
		return;
	text_reset(&p->text);
	p->style[0] = p->num_id[0] = '\0';
	p->level = 0;
	p->outline = -1;
	p->numbered = false;
	p->note_count = 0;
}

/* Heading level by style and outline; 0: none. */
static int
heading_level(const struct para *p, const struct docx_style *s)
{
	int outline = p->outline >= 0 ? p->outline : s->outline;
	if (outline >= 0 && outline < 9)
		return outline < 6 ? outline + 1 : 6;
	if (s->name != NULL && str_same(s->name, "Title"))
		return 1;
	if (s->name != NULL && str_same(s->name, "Subtitle"))
		return 2;
	if (s->name != NULL && str_starts(s->name, "heading ") && s->name[8] >= '1' && s->name[8] <= '9')
		return s->name[8] < '7' ? s->name[8] - '0' : 6;
	return 0;
}

static void
put_block(struct docx *x, struct para *p)
{
	struct docx_style style = { .outline = -1 };
	docx_style_find(&style, &x->parts, p->style);
	const char *name = style.name ? style.name : "";
	struct text line;
	text_init(&line, BLOCK_BYTES_MAX);
	const char *num_id = p->numbered ? p->num_id : style.num_id;
	bool listed = num_id != NULL && !str_same(num_id, "0") &&
		docx_count(&line, &x->parts, num_id, p->numbered ? p->level : style.level);
	int level = heading_level(p, &style);
	enum block_type type = level > 0 ? BLOCK_HEADING : listed || str_starts(name, "List") ? BLOCK_LIST :
		str_same(name, "caption") ? BLOCK_CAPTION : str_starts(name, "toc ") ? BLOCK_TABLE : BLOCK_PARA;
	text_put(&line, line.len > 0 ? " " : "");
	text_put_n(&line, p->text.data, p->text.len);
	document_block(x->d, type, level, line.data, line.len);
	if (level == 1 && x->d->title == NULL)
		document_title(x->d, p->text.data);
	text_clear(&line);
}

static void
put_notes(struct docx *x, const struct para *p)
{
	for (size_t i = 0; i < p->note_count; i++) {
		const char *note = docx_note_text(&x->parts, p->notes[i], p->note_is_end[i]);
		if (note != NULL)
			document_block(x->d, BLOCK_PARA, 0, note, strlen(note));
	}
}

static void
end_paragraph(struct docx *x)
{
	struct para *p = current(x);
	if (p == NULL)
		return;
	if (x->depth > NESTED_MAX) {
		x->depth--;
		return;
	}
	if (x->tables > 0) {
		if (x->row.len > 0 && x->row.data[x->row.len - 1] != ' ')
			text_put_c(&x->row, ' ');
		text_put_n(&x->row, p->text.data, p->text.len);
	} else if (p->text.len > 0) {
		put_block(x, p);
	}
	if (x->tables == 0)
		put_notes(x, p);
	x->depth--;
	if (x->depth == 0)
		page_if_due(x);
}

static void
end_row(struct docx *x)
{
	if (x->tables != 1)
		return;
	document_block(x->d, x->cells > 1 ? BLOCK_TABLE : BLOCK_PARA, 0, x->row.data, x->row.len);
	x->d->truncated |= x->row.over;
	text_reset(&x->row);
	x->cells = 0;
}

static void
add_note(struct docx *x, const char *id, bool end)
{
	struct para *p = current(x);
	if (p == NULL || id == NULL || p->note_count >= NOTES_MAX)
		return;
	size_t n = strlen(id);
	if (n >= sizeof p->notes[0])
		return;
	memcpy(p->notes[p->note_count], id, n + 1);
	p->note_is_end[p->note_count++] = end;
}

static void
copy_value(char *out, size_t size, const char *const *attributes)
{
	const char *v = xml_attribute(attributes, "val");
	size_t n = v ? strlen(v) : 0;
	if (v == NULL || n >= size)
		return;
	memcpy(out, v, n + 1);
}

static void
properties_open(struct para *p, const char *name, const char *const *attributes)
{
	const char *val = xml_attribute(attributes, "val");
	if (p == NULL || val == NULL)
		return;
	if (str_same(name, "pStyle"))
		copy_value(p->style, sizeof p->style, attributes);
	else if (str_same(name, "ilvl"))
		p->level = atoi(val);
	else if (str_same(name, "outlineLvl"))
		p->outline = atoi(val);
	else if (str_same(name, "numId")) {
		copy_value(p->num_id, sizeof p->num_id, attributes);
		p->numbered = true;
	}
}

static bool
is_dropped(const char *name)
{
	static const char *const names[] = {
		"del", "moveFrom", "Fallback", "instrText", "delText", "delInstrText", "pPrChange", "rPrChange", "rt"
	};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_same(name, names[i]))
			return true;
	return false;
}

static void
run_open(struct docx *x, const char *name, const char *const *attributes)
{
	struct para *p = current(x);
	const char *type = xml_attribute(attributes, "type");
	if (str_same(name, "t")) {
		x->in_text = true;
	} else if (str_same(name, "lastRenderedPageBreak")) {
		break_page(x);
	} else if (str_same(name, "br") && type != NULL && str_same(type, "page")) {
		if (!x->rendered)
			break_page(x);
	} else if (p != NULL && (str_same(name, "tab") || str_same(name, "br") || str_same(name, "cr"))) {
		text_put_c(&p->text, ' ');
	} else if (p != NULL && str_same(name, "noBreakHyphen")) {
		text_put_c(&p->text, '-');
	} else if (str_same(name, "footnoteReference") || str_same(name, "endnoteReference")) {
		add_note(x, xml_attribute(attributes, "id"), name[0] == 'e');
	}
}

static void
on_open(void *arg, const char *name, const char *const *attributes)
{
	struct docx *x = arg;
	if (x->dropped > 0 || is_dropped(name)) {
		x->dropped++;
	} else if (str_same(name, "p")) {
		begin_paragraph(x);
	} else if (str_same(name, "pPr")) {
		x->in_properties = true;
	} else if (x->in_properties) {
		if (str_same(name, "pageBreakBefore") && !x->rendered)
			break_page(x);
		properties_open(current(x), name, attributes);
	} else if (str_same(name, "tbl")) {
		x->tables++;
	} else if (str_same(name, "tc") && x->tables == 1) {
		text_put(&x->row, x->cells++ > 0 ? " | " : "");
	} else {
		run_open(x, name, attributes);
	}
}

static void
on_close(void *arg, const char *name)
{
	struct docx *x = arg;
	if (x->dropped > 0) {
		x->dropped--;
	} else if (str_same(name, "p")) {
		end_paragraph(x);
	} else if (str_same(name, "pPr")) {
		x->in_properties = false;
	} else if (str_same(name, "t")) {
		x->in_text = false;
	} else if (str_same(name, "tr")) {
		end_row(x);
	} else if (str_same(name, "tbl") && x->tables > 0) {
		x->tables--;
		page_if_due(x);
	}
}

static void
on_text(void *arg, const char *s, size_t n)
{
	struct docx *x = arg;
	struct para *p = current(x);
	if (x->in_text && x->dropped == 0 && p != NULL) {
		text_put_n(&p->text, s, n);
		x->d->truncated |= p->text.over;
	}
}

static enum fault
read_body(struct docx *x, struct package *p)
{
	struct text t;
	text_init(&t, PACKAGE_MEMBER_BYTES_MAX);
	struct xml_sink sink = { on_open, on_close, on_text, x };
	enum fault f = package_read(&t, p, "word/document.xml");
	if (f == FAULT_NONE) {
		x->rendered = memmem(t.data, t.len, "lastRenderedPageBreak", 21) != NULL;
		document_page(x->d, NULL);
		f = xml_parse(&sink, "word/document.xml", t.data, t.len, false);
	}
	text_clear(&t);
	return f;
}

enum fault
docx_read(struct document *d, const struct input *in)
{
	struct package *p;
	enum fault f = package_open(&p, in->data, in->len);
	if (f != FAULT_NONE)
		return f;
	struct docx *x = mem_new(sizeof *x);
	x->d = d;
	text_init(&x->row, BLOCK_BYTES_MAX);
	for (size_t i = 0; i < NESTED_MAX; i++)
		text_init(&x->stack[i].text, BLOCK_BYTES_MAX);
	f = office_properties(d, p, "docProps/core.xml");
	if (f == FAULT_NONE)
		f = docx_parts_read(&x->parts, p);
	if (f == FAULT_NONE)
		f = read_body(x, p);
	docx_parts_clear(&x->parts);
	for (size_t i = 0; i < NESTED_MAX; i++)
		text_clear(&x->stack[i].text);
	text_clear(&x->row);
	mem_free(x);
	package_close(p);
	return f;
}

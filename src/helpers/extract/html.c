/* HTML to blocks: a table says what each element means for the text.
 *
 * What a reader of the page would not read as its text is dropped: scripts,
 * navigation, forms, hidden elements (THREATS T13), the small reading aids over
 * Japanese characters.  A cell's inner blocks are one cell; a row with a single
 * cell is layout, not a table. */
#include <string.h>
#include "html_in.h"

enum effect {
	DROP = 1,        /* with all inside */
	BREAK,           /* ends the block before and after */
	SPACE,           /* <br> */
	HEADING, ITEM, ROW, CELL, CODE, CAPTION, TITLE, TABLE, ROOT, META
};

static const struct { const char *name; enum effect effect; int level; } elements[] = {
	{ "script", DROP, 0 }, { "style", DROP, 0 }, { "nav", DROP, 0 }, { "template", DROP, 0 },
	{ "noscript", DROP, 0 }, { "svg", DROP, 0 }, { "button", DROP, 0 }, { "select", DROP, 0 },
	{ "textarea", DROP, 0 }, { "iframe", DROP, 0 }, { "object", DROP, 0 }, { "footer", DROP, 0 },
	{ "rt", DROP, 0 }, { "rp", DROP, 0 }, { "audio", DROP, 0 }, { "video", DROP, 0 }, { "canvas", DROP, 0 },
	{ "datalist", DROP, 0 }, { "dialog", DROP, 0 }, { "annotation", DROP, 0 }, { "annotation-xml", DROP, 0 },
	{ "h1", HEADING, 1 }, { "h2", HEADING, 2 }, { "h3", HEADING, 3 }, { "h4", HEADING, 4 },
	{ "h5", HEADING, 5 }, { "h6", HEADING, 6 }, { "li", ITEM, 0 }, { "tr", ROW, 0 }, { "td", CELL, 0 },
	{ "th", CELL, 0 }, { "pre", CODE, 0 }, { "figcaption", CAPTION, 0 }, { "caption", CAPTION, 0 },
	{ "title", TITLE, 0 }, { "br", SPACE, 0 }, { "table", TABLE, 0 }, { "html", ROOT, 0 }, { "meta", META, 0 },
	{ "p", BREAK, 0 }, { "div", BREAK, 0 }, { "section", BREAK, 0 }, { "article", BREAK, 0 },
	{ "header", BREAK, 0 }, { "main", BREAK, 0 }, { "aside", BREAK, 0 }, { "blockquote", BREAK, 0 },
	{ "ul", BREAK, 0 }, { "ol", BREAK, 0 }, { "dl", BREAK, 0 }, { "dt", BREAK, 0 }, { "dd", BREAK, 0 },
	{ "hr", BREAK, 0 }, { "address", BREAK, 0 }, { "figure", BREAK, 0 }, { "form", BREAK, 0 },
	{ "fieldset", BREAK, 0 }, { "details", BREAK, 0 }, { "summary", BREAK, 0 }, { "body", BREAK, 0 },
	{ "head", BREAK, 0 }, { "option", BREAK, 0 }, { "center", BREAK, 0 }
};

struct html {
	struct document *d;
	bool whole;
	struct text block, title;
	enum block_type type;
	int level;
	int dropped;         /* depth inside a dropped element */
	int tables, cells;   /* depth; cells of the open row */
	bool in_cell, in_title, in_code;
};

struct html *
html_new(struct document *d, bool whole)
{
	struct html *h = mem_new(sizeof *h);
	h->d = d;
	h->whole = whole;
	h->type = BLOCK_PARA;
	text_init(&h->block, BLOCK_BYTES_MAX);
	text_init(&h->title, FIELD_BYTES_MAX);
	return h;
}

static void
flush(struct html *h)
{
	if (h->in_cell) {
		text_put_c(&h->block, ' ');
		return;
	}
	if (h->block.len > 0)
		document_block(h->d, h->type, h->level, h->block.data, h->block.len);
	if (h->type == BLOCK_HEADING && h->level == 1 && h->whole && h->d->title == NULL && h->block.len > 0)
		document_title(h->d, h->block.data);
	text_reset(&h->block);
	h->type = BLOCK_PARA;
	h->level = 0;
}

void
html_free(struct html *h)
{
	if (h == NULL)
		return;
	h->in_cell = false;
	flush(h);
	text_clear(&h->block);
	text_clear(&h->title);
	mem_free(h);
}

static size_t
element_named(const char *name)
{
	size_t i = 0;
	while (i < COUNT_OF(elements) && !str_same(elements[i].name, name))
		i++;
	return i;
}

static bool
is_hidden(const char *const *attributes)
{
	const char *style = xml_attribute(attributes, "style"), *aria = xml_attribute(attributes, "aria-hidden");
	if (xml_attribute(attributes, "hidden") != NULL || (aria != NULL && str_same(aria, "true")))
		return true;
	return style != NULL && (strstr(style, "display:none") || strstr(style, "display: none") || strstr(style, "visibility:hidden"));
}

static void
begin(struct html *h, enum block_type type, int level)
{
	flush(h);
	if (h->in_cell)
		return;
	h->type = type;
	h->level = level;
}

static void
read_meta(struct html *h, const char *const *attributes)
{
	const char *name = xml_attribute(attributes, "name"), *content = xml_attribute(attributes, "content");
	if (h->whole && name != NULL && content != NULL && (str_same(name, "author") || str_same(name, "citation_author")))
		document_author(h->d, content);
}

static void
begin_cell(struct html *h)
{
	if (h->tables != 1) {
		flush(h);
		return;
	}
	if (h->cells++ > 0)
		text_put(&h->block, " | ");
	h->in_cell = true;
}

static void
on_open(void *arg, const char *name, const char *const *attributes)
{
	struct html *h = arg;
	size_t i = element_named(name);
	enum effect effect = i < COUNT_OF(elements) ? elements[i].effect : 0;
	if (h->dropped > 0 || effect == DROP || is_hidden(attributes)) {
		h->dropped++;
		return;
	}
	switch (effect) {
	case HEADING: begin(h, BLOCK_HEADING, elements[i].level); break;
	case ITEM: begin(h, BLOCK_LIST, 0); break;
	case CAPTION: begin(h, BLOCK_CAPTION, 0); break;
	case CODE: begin(h, BLOCK_CODE, 0); h->in_code = !h->in_cell; break;
	case BREAK: if (h->type != BLOCK_LIST || h->block.len > 0) flush(h); break;
	case SPACE: text_put_c(&h->block, h->in_code ? '\n' : ' '); break;
	case TABLE: flush(h); h->tables++; break;
	case ROW: flush(h); h->cells = h->tables == 1 ? 0 : h->cells; break;
	case CELL: begin_cell(h); break;
	case TITLE: h->in_title = true; break;
	case META: read_meta(h, attributes); break;
	case ROOT: if (h->whole) document_language(h->d, xml_attribute(attributes, "lang")); break;
	case DROP: break;
	}
}

static void
end_row(struct html *h)
{
	if (h->tables != 1) {
		flush(h);
		return;
	}
	h->in_cell = false;
	if (h->cells > 1)
		h->type = BLOCK_TABLE;
	h->cells = 0;
	flush(h);
}

static void
on_close(void *arg, const char *name)
{
	struct html *h = arg;
	if (h->dropped > 0) {
		h->dropped--;
		return;
	}
	size_t i = element_named(name);
	enum effect effect = i < COUNT_OF(elements) ? elements[i].effect : 0;
	switch (effect) {
	case HEADING: case ITEM: case CAPTION: case BREAK: flush(h); break;
	case CODE: flush(h); h->in_code = false; break;
	case CELL: h->in_cell = h->in_cell && h->tables != 1; break;
	case ROW: end_row(h); break;
	case TABLE: end_row(h); h->tables -= h->tables > 0; break;
	case TITLE:
		h->in_title = false;
		if (h->whole && h->title.len > 0)
			document_title(h->d, h->title.data);
		break;
	case SPACE: case META: case ROOT: case DROP: break;
	}
}

static void
on_text(void *arg, const char *s, size_t n)
{
	struct html *h = arg;
	if (h->in_title) {
		text_put_n(&h->title, s, n);
	} else if (h->dropped == 0) {
		text_put_n(&h->block, s, n);
		if (h->block.len > BLOCK_BYTES_LONG)
			flush(h);
		h->d->truncated |= h->block.over;
	}
}

struct xml_sink
html_sink(struct html *h)
{
	return (struct xml_sink){ on_open, on_close, on_text, h };
}

/* The charset that the first bytes declare, in name. */
static bool
declared_charset(char *name, size_t size, const struct input *in)
{
	size_t n = in->len < 2048 ? in->len : 2048;
	for (size_t i = 0; i + 8 < n; i++) {
		if (strncasecmp(in->data + i, "charset", 7) != 0)
			continue;
		size_t at = i + 7, len = 0;
		while (at < n && strchr(" =\"'", in->data[at]) != NULL && in->data[at] != '\0')
			at++;
		while (at < n && len + 1 < size && strchr("\"'>;/ \t\r\n", in->data[at]) == NULL)
			name[len++] = in->data[at++];
		name[len] = '\0';
		return len > 0;
	}
	return false;
}

enum fault
html_read(struct document *d, const struct input *in)
{
	char charset[64];
	struct text t;
	text_init(&t, DOCUMENT_BYTES_MAX * 2);
	encoding_to_utf8(&t, in->data, in->len, declared_charset(charset, sizeof charset, in) ? charset : NULL);
	d->truncated |= t.over;
	document_page(d, NULL);
	struct html *h = html_new(d, true);
	struct xml_sink sink = html_sink(h);
	enum fault f = t.len > 0 ? xml_parse_html(&sink, t.data, t.len) : FAULT_NONE;
	html_free(h);
	text_clear(&t);
	return f;
}

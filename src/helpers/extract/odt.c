/* OpenDocument text: content.xml as blocks.
 *
 * Text stands directly in paragraphs, among elements that are not part of it
 * (comments, picture descriptions, note marks), so those are dropped by name.
 * Paragraphs nest through notes and text boxes and are kept on a stack; a note
 * becomes a paragraph behind the one that refers to it.  Pages are the soft
 * page breaks that the last program to save it left. */
#include <stdlib.h>
#include <string.h>
#include "office_in.h"

#define NESTED_MAX 8
#define NOTES_BYTES_MAX 65536

struct style { char *name, *parent; bool breaks; };
struct styles { struct style *at; size_t count, cap; };

struct para { struct text text; int level; const char *style; };

struct odt {
	struct document *d;
	struct arena arena;
	struct styles styles;
	struct para stack[NESTED_MAX];
	struct text row, notes;      /* notes: texts that follow, a NUL after each */
	int depth, dropped, lists, tables, note;
	size_t cells;
	bool soft_breaks, page_due, contents;
};

static struct para *
current(struct odt *x)
{
	return x->depth > 0 && x->depth <= NESTED_MAX ? &x->stack[x->depth - 1] : NULL;
}

static const struct style *
style_with(const struct odt *x, const char *name)
{
	for (size_t i = 0; name != NULL && i < x->styles.count; i++)
		if (str_same(x->styles.at[i].name, name))
			return &x->styles.at[i];
	return NULL;
}

/* Does the style, or one it comes from, have this built-in name? */
static bool
style_is(const struct odt *x, const char *name, const char *wanted)
{
	for (int steps = 0; name != NULL && steps < 12; steps++) {
		if (str_same(name, wanted))
			return true;
		const struct style *s = style_with(x, name);
		name = s ? s->parent : NULL;
	}
	return false;
}

static void
page_if_due(struct odt *x)
{
	if (x->page_due && x->depth == 0 && x->tables == 0) {
		document_page(x->d, NULL);
		x->page_due = false;
	}
}

static void
open_style(struct odt *x, const char *name, const char *const *attributes)
{
	if (str_same(name, "style")) {
		const char *id = xml_attribute(attributes, "name"), *parent = xml_attribute(attributes, "parent-style-name");
		mem_reserve(&x->styles.at, &x->styles.cap, x->styles.count + 1, sizeof *x->styles.at);
		x->styles.at[x->styles.count++] = (struct style){ arena_strdup(&x->arena, id), arena_strdup(&x->arena, parent), false };
	} else if (str_same(name, "paragraph-properties") && x->styles.count > 0) {
		const char *before = xml_attribute(attributes, "break-before");
		x->styles.at[x->styles.count - 1].breaks = before != NULL && str_same(before, "page");
	}
}

static void
open_paragraph(struct odt *x, const char *name, const char *const *attributes)
{
	const char *style = xml_attribute(attributes, "style-name"), *outline = xml_attribute(attributes, "outline-level");
	const struct style *s = style_with(x, style);
	if (s != NULL && s->breaks && !x->soft_breaks && x->depth == 0 && document_blocks(x->d) > 0)
		x->page_due = true;
	page_if_due(x);
	x->depth++;
	struct para *p = current(x);
	if (p == NULL)
		return;
	text_reset(&p->text);
	p->style = style ? arena_strdup(&x->arena, style) : NULL;
	p->level = 0;
	if (str_same(name, "h"))
		p->level = outline != NULL && atoi(outline) >= 1 && atoi(outline) <= 6 ? atoi(outline) : 1;
	else if (style_is(x, style, "Title"))
		p->level = 1;
	else if (style_is(x, style, "Subtitle"))
		p->level = 2;
}

static void
close_paragraph(struct odt *x)
{
	struct para *p = current(x);
	x->depth -= x->depth > 0;
	if (p == NULL)
		return;
	if (x->note > 0) {
		text_put_n(&x->notes, p->text.data, p->text.len);
		text_put_c(&x->notes, '\0');
		x->d->truncated |= x->notes.over;
	} else if (x->tables > 0) {
		text_put_c(&x->row, ' ');
		text_put_n(&x->row, p->text.data, p->text.len);
	} else {
		enum block_type type = p->level > 0 ? BLOCK_HEADING : x->contents ? BLOCK_TABLE : x->lists > 0 ? BLOCK_LIST :
			style_is(x, p->style, "Caption") ? BLOCK_CAPTION : BLOCK_PARA;
		document_block(x->d, type, p->level, p->text.data, p->text.len);
		if (p->level == 1 && x->d->title == NULL)
			document_title(x->d, p->text.data);
	}
	if (x->depth == 0 && x->tables == 0) {
		for (size_t at = 0; at < x->notes.len; at += strlen(x->notes.data + at) + 1)
			document_block(x->d, BLOCK_PARA, 0, x->notes.data + at, strlen(x->notes.data + at));
		text_reset(&x->notes);
	}
	page_if_due(x);
}

static bool
is_dropped(const char *name)
{
	static const char *const names[] = {
		"tracked-changes", "annotation", "note-citation", "desc", "forms", "sequence-decls", "ruby-text", "scripts",
		"font-face-decls", "object-ole", "binary-data", "variable-decls", "user-field-decls"
	};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (str_same(name, names[i]))
			return true;
	return false;
}

static void
open_inline(struct odt *x, const char *name, const char *const *attributes)
{
	struct para *p = current(x);
	if (str_same(name, "soft-page-break")) {
		x->page_due = true;
		if (p != NULL && x->depth == 1 && p->text.len == 0 && x->tables == 0) {
			document_page(x->d, NULL);
			x->page_due = false;
		}
		page_if_due(x);
	} else if (p != NULL && (str_same(name, "s") || str_same(name, "tab") || str_same(name, "line-break"))) {
		text_put_c(&p->text, ' ');
	} else {
		open_style(x, name, attributes);
	}
}

static void
on_open(void *arg, const char *name, const char *const *attributes)
{
	struct odt *x = arg;
	bool picture_title = str_same(name, "title") && x->depth > 0;
	if (x->dropped > 0 || is_dropped(name) || picture_title)
		x->dropped++;
	else if (str_same(name, "p") || str_same(name, "h"))
		open_paragraph(x, name, attributes);
	else if (str_same(name, "list"))
		x->lists++;
	else if (str_same(name, "note-body"))
		x->note++;
	else if (str_same(name, "table-of-content"))
		x->contents = true;
	else if (str_same(name, "table"))
		x->tables++;
	else if (str_same(name, "table-cell") && x->tables == 1)
		text_put(&x->row, x->cells++ > 0 ? " | " : "");
	else
		open_inline(x, name, attributes);
}

static void
on_close(void *arg, const char *name)
{
	struct odt *x = arg;
	if (x->dropped > 0) {
		x->dropped--;
	} else if (str_same(name, "p") || str_same(name, "h")) {
		close_paragraph(x);
	} else if (str_same(name, "list")) {
		x->lists -= x->lists > 0;
	} else if (str_same(name, "note-body")) {
		x->note -= x->note > 0;
	} else if (str_same(name, "table-of-content")) {
		x->contents = false;
	} else if (str_same(name, "table")) {
		x->tables -= x->tables > 0;
		page_if_due(x);
	} else if (str_same(name, "table-row") && x->tables == 1) {
		document_block(x->d, x->cells > 1 ? BLOCK_TABLE : BLOCK_PARA, 0, x->row.data, x->row.len);
		x->d->truncated |= x->row.over;
		text_reset(&x->row);
		x->cells = 0;
	}
}

static void
on_text(void *arg, const char *s, size_t n)
{
	struct odt *x = arg;
	struct para *p = current(x);
	if (p != NULL && x->dropped == 0) {
		text_put_n(&p->text, s, n);
		x->d->truncated |= p->text.over;
	}
}

static enum fault
refuse_encrypted(struct package *p)
{
	struct text t;
	text_init(&t, PACKAGE_MEMBER_BYTES_MAX);
	enum fault f = package_has(p, "META-INF/manifest.xml") ? package_read(&t, p, "META-INF/manifest.xml") : FAULT_NONE;
	bool locked = memmem(t.data, t.len, "encryption-data", 15) != NULL;
	text_clear(&t);
	if (f == FAULT_NONE && locked)
		return fault(FAULT_LOCKED, "the document is encrypted with a password; save a copy without one");
	return f;
}

static enum fault
read_content(struct odt *x, struct package *p)
{
	struct text t;
	text_init(&t, PACKAGE_MEMBER_BYTES_MAX);
	struct xml_sink sink = { on_open, on_close, on_text, x };
	enum fault f = package_read(&t, p, "content.xml");
	if (f == FAULT_NONE) {
		x->soft_breaks = memmem(t.data, t.len, "soft-page-break", 15) != NULL;
		document_page(x->d, NULL);
		f = xml_parse(&sink, "content.xml", t.data, t.len, false);
	}
	text_clear(&t);
	return f;
}

enum fault
odt_read(struct document *d, const struct input *in)
{
	struct package *p;
	enum fault f = package_open(&p, in->data, in->len);
	if (f != FAULT_NONE)
		return f;
	struct odt *x = mem_new(sizeof *x);
	x->d = d;
	arena_init(&x->arena);
	text_init(&x->row, BLOCK_BYTES_MAX);
	text_init(&x->notes, NOTES_BYTES_MAX);
	for (size_t i = 0; i < NESTED_MAX; i++)
		text_init(&x->stack[i].text, BLOCK_BYTES_MAX);
	f = refuse_encrypted(p);
	if (f == FAULT_NONE)
		f = office_properties(d, p, "meta.xml");
	if (f == FAULT_NONE)
		f = read_content(x, p);
	for (size_t i = 0; i < NESTED_MAX; i++)
		text_clear(&x->stack[i].text);
	text_clear(&x->row);
	text_clear(&x->notes);
	mem_free(x->styles.at);
	arena_clear(&x->arena);
	mem_free(x);
	package_close(p);
	return f;
}

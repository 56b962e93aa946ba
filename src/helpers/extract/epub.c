/* EPUB: the chapters of the spine in order, a page each.
 *
 * container.xml names the package file, that names the parts and their order;
 * the chapters are XHTML, read leniently since many are not well-formed.  The
 * navigation part is left out: it repeats the headings. */
#include <stdlib.h>
#include <string.h>
#include "html_in.h"
#include "office_in.h"

#define ITEMS_MAX PACKAGE_ENTRIES_MAX

struct item { char *id, *part; bool navigation, chapter; };

struct book {
	struct document *d;
	struct arena arena;
	char root[PART_NAME_MAX];           /* the package file */
	struct item items[ITEMS_MAX];
	size_t item_count;
	const struct item *spine[ITEMS_MAX];
	size_t spine_count;
};

static void
container_open(void *arg, const char *name, const char *const *attributes)
{
	struct book *b = arg;
	const char *path = xml_attribute(attributes, "full-path");
	if (str_same(name, "rootfile") && path != NULL && b->root[0] == '\0' && !office_resolve(b->root, "", path))
		b->root[0] = '\0';
}

static void
add_item(struct book *b, const char *const *attributes)
{
	const char *id = xml_attribute(attributes, "id"), *href = xml_attribute(attributes, "href");
	const char *type = xml_attribute(attributes, "media-type"), *properties = xml_attribute(attributes, "properties");
	char part[PART_NAME_MAX];
	if (id == NULL || href == NULL || b->item_count >= ITEMS_MAX || !office_resolve(part, b->root, href))
		return;
	struct item *i = &b->items[b->item_count++];
	i->id = arena_strdup(&b->arena, id);
	i->part = arena_strdup(&b->arena, part);
	i->navigation = properties != NULL && strstr(properties, "nav") != NULL;
	i->chapter = type == NULL || strstr(type, "html") != NULL;
}

static void
package_open_element(void *arg, const char *name, const char *const *attributes)
{
	struct book *b = arg;
	if (str_same(name, "item"))
		add_item(b, attributes);
	const char *id = str_same(name, "itemref") ? xml_attribute(attributes, "idref") : NULL;
	for (size_t i = 0; id != NULL && i < b->item_count && b->spine_count < ITEMS_MAX; i++)
		if (str_same(b->items[i].id, id)) {
			b->spine[b->spine_count++] = &b->items[i];
			break;
		}
}

static void
ignore_close(void *arg, const char *name)
{
	(void)arg, (void)name;
}

static void
ignore_text(void *arg, const char *s, size_t n)
{
	(void)arg, (void)s, (void)n;
}

/* Fonts may be obfuscated; encrypted chapters are locked to a reader. */
static enum fault
refuse_encrypted(struct package *p)
{
	struct text t;
	text_init(&t, PACKAGE_MEMBER_BYTES_MAX);
	enum fault f = package_has(p, "META-INF/encryption.xml") ? package_read(&t, p, "META-INF/encryption.xml") : FAULT_NONE;
	bool locked = memmem(t.data, t.len, "xmlenc#aes", 10) != NULL || memmem(t.data, t.len, "xmlenc#kw", 9) != NULL;
	text_clear(&t);
	if (f == FAULT_NONE && locked)
		return fault(FAULT_LOCKED, "the book is locked by its seller's copy protection; only an unprotected copy can be read");
	return f;
}

static enum fault
read_chapters(struct book *b, struct package *p)
{
	enum fault f = FAULT_NONE;
	size_t read = 0;
	for (size_t i = 0; i < b->spine_count && f == FAULT_NONE && !document_full(b->d); i++) {
		const struct item *item = b->spine[i];
		if (item->navigation || !item->chapter || !package_has(p, item->part))
			continue;
		if (!document_page(b->d, NULL))
			break;
		struct html *h = html_new(b->d, false);
		struct xml_sink sink = html_sink(h);
		f = office_parse(&sink, p, item->part, true);
		html_free(h);
		read++;
	}
	if (f == FAULT_NONE && read == 0)
		return fault(FAULT_DAMAGED, "the book names no chapters; get the file again");
	return f;
}

enum fault
epub_read(struct document *d, const struct input *in)
{
	struct package *p;
	enum fault f = package_open(&p, in->data, in->len);
	if (f != FAULT_NONE)
		return f;
	struct book *b = mem_new(sizeof *b);
	b->d = d;
	arena_init(&b->arena);
	struct xml_sink container = { container_open, ignore_close, ignore_text, b };
	struct xml_sink package = { package_open_element, ignore_close, ignore_text, b };
	f = refuse_encrypted(p);
	if (f == FAULT_NONE)
		f = office_parse(&container, p, "META-INF/container.xml", true);
	if (f == FAULT_NONE)
		f = office_properties(d, p, b->root);
	if (f == FAULT_NONE)
		f = office_parse(&package, p, b->root, true);
	if (f == FAULT_NONE)
		f = read_chapters(b, p);
	if (f == FAULT_ABSENT)
		f = fault(FAULT_DAMAGED, "the book lacks the list of its parts; get the file again");
	arena_clear(&b->arena);
	mem_free(b);
	package_close(p);
	return f;
}

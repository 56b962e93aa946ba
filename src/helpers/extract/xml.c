/* libxml2's event interface with the doors shut.
 *
 * The tree interface was rejected: it takes ten times the memory and expands
 * what we want to refuse.  A document that declares an entity is refused at the
 * declaration, before anything can be expanded; a doctype alone is harmless,
 * since nothing is ever loaded. */
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <string.h>
#include "extract_in.h"
#include "xml_in.h"

#define DEPTH_MAX 200
#define CHUNK_BYTES 65536

struct parse {
	const struct xml_sink *sink;
	xmlParserCtxtPtr ctxt;
	xmlEntity html_entity;       /* what get_entity() answered last */
	xmlChar html_text[8];
	int depth;
	bool declares, deep;
};

static const char *
local(const char *name)
{
	const char *colon = strchr(name, ':');
	return colon ? colon + 1 : name;
}

const char *
xml_attribute(const char *const *attributes, const char *name)
{
	for (size_t i = 0; attributes != NULL && attributes[i] != NULL; i += 2)
		if (str_same(local(attributes[i]), name))
			return attributes[i + 1];
	return NULL;
}

static void
on_open(void *arg, const xmlChar *name, const xmlChar **attributes)
{
	struct parse *p = arg;
	if (++p->depth > DEPTH_MAX) {
		p->deep = true;
		xmlStopParser(p->ctxt);
		return;
	}
	p->sink->open(p->sink->arg, local((const char *)name), (const char *const *)attributes);
}

static void
on_close(void *arg, const xmlChar *name)
{
	struct parse *p = arg;
	p->depth--;
	p->sink->close(p->sink->arg, local((const char *)name));
}

static void
on_text(void *arg, const xmlChar *s, int n)
{
	struct parse *p = arg;
	if (n > 0)
		p->sink->text(p->sink->arg, (const char *)s, (size_t)n);
}

static void
on_declaration(void *arg, const xmlChar *name, int type, const xmlChar *public_id, const xmlChar *system_id, xmlChar *content)
{
	struct parse *p = arg;
	(void)name, (void)type, (void)public_id, (void)system_id, (void)content;
	p->declares = true;
	xmlStopParser(p->ctxt);
}

/* The predefined five, and HTML's names, which XHTML uses without saying. */
static xmlEntityPtr
get_entity(void *arg, const xmlChar *name)
{
	struct parse *p = arg;
	xmlEntityPtr predefined = xmlGetPredefinedEntity(name);
	const htmlEntityDesc *known = predefined == NULL ? htmlEntityLookup(name) : NULL;
	if (known == NULL)
		return predefined;
	size_t n = utf8_encode((char *)p->html_text, known->value);
	p->html_text[n] = '\0';
	memset(&p->html_entity, 0, sizeof p->html_entity);
	p->html_entity.type = XML_ENTITY_DECL;
	p->html_entity.name = name;
	p->html_entity.content = p->html_text;
	p->html_entity.length = (int)n;
	p->html_entity.etype = XML_INTERNAL_PREDEFINED_ENTITY;
	return &p->html_entity;
}

static void
be_silent(void *arg, const char *format, ...)
{
	(void)arg, (void)format;
}

static const xmlSAXHandler events = {
	.startElement = on_open, .endElement = on_close, .characters = on_text,
	.ignorableWhitespace = on_text, .cdataBlock = on_text, .entityDecl = on_declaration,
	.getEntity = get_entity, .warning = be_silent, .error = be_silent, .fatalError = be_silent,
	.initialized = 1
};

enum fault
xml_parse(const struct xml_sink *sink, const char *part, const char *s, size_t n, bool lenient)
{
	xmlSAXHandler handler = events;
	struct parse p = { .sink = sink };
	p.ctxt = xmlCreatePushParserCtxt(&handler, &p, NULL, 0, NULL);
	if (p.ctxt == NULL)
		return fault(FAULT_SYSTEM, "no memory to parse %s", part);
	xmlCtxtUseOptions(p.ctxt, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_SAX1 | (lenient ? XML_PARSE_RECOVER : 0));
	int bad = 0;
	for (size_t at = 0; at < n && !p.declares && !p.deep && (bad == 0 || lenient); at += CHUNK_BYTES) {
		size_t chunk = n - at < CHUNK_BYTES ? n - at : CHUNK_BYTES;
		bad = xmlParseChunk(p.ctxt, s + at, (int)chunk, 0);
	}
	if (!p.declares && !p.deep && (bad == 0 || lenient))
		bad = xmlParseChunk(p.ctxt, NULL, 0, 1);
	if (p.ctxt->myDoc != NULL)   /* made for a declaration, even without a tree */
		xmlFreeDoc(p.ctxt->myDoc);
	p.ctxt->myDoc = NULL;
	xmlFreeParserCtxt(p.ctxt);
	if (p.declares)
		return fault(FAULT_DAMAGED, "part %s of the document declares entities, which no honest document does; it was not read", part);
	if (p.deep)
		return fault(FAULT_LIMIT, "part %s of the document is nested deeper than %d levels", part, DEPTH_MAX);
	if (bad != 0 && !lenient)
		return fault(FAULT_DAMAGED, "part %s of the document is damaged; open it in its program and save it again", part);
	return FAULT_NONE;
}

enum fault
xml_parse_html(const struct xml_sink *sink, const char *s, size_t n)
{
	struct parse p = { .sink = sink, .depth = -100000000 };   /* HTML parsers keep no tree here */
	htmlParserCtxtPtr ctxt = htmlNewParserCtxt();
	if (ctxt == NULL)
		return fault(FAULT_SYSTEM, "no memory to parse HTML");
	*ctxt->sax = events;
	ctxt->sax->getEntity = NULL;
	ctxt->userData = &p;
	p.ctxt = ctxt;
	htmlDocPtr doc = htmlCtxtReadMemory(ctxt, s, (int)n, NULL, "UTF-8",
		HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_IGNORE_ENC);
	if (doc != NULL)
		xmlFreeDoc(doc);
	htmlFreeParserCtxt(ctxt);
	return FAULT_NONE;
}

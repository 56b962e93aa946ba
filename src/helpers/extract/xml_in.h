/* XML and HTML as events.  Names come without their prefix; attributes as
 * libxml2's list of names and values.  No DTD, no entities but the predefined
 * (and HTML's), no network, bounded depth. */
#ifndef STOA_EXTRACT_XML_H
#define STOA_EXTRACT_XML_H
#include "stoa/base.h"

struct xml_sink {
	void (*open)(void *arg, const char *name, const char *const *attributes);
	void (*close)(void *arg, const char *name);
	void (*text)(void *arg, const char *s, size_t n);
	void *arg;
};

/* Parse a part of a package.  DAMAGED: not well-formed, or it declares
 * entities; LIMIT: nested too deep.  lenient goes on after errors. */
enum fault xml_parse(const struct xml_sink *sink, const char *part, const char *s, size_t n, bool lenient) STOA_MUST;
/* HTML in UTF-8, however broken. */
enum fault xml_parse_html(const struct xml_sink *sink, const char *s, size_t n) STOA_MUST;
/* Value of the attribute with this local name; NULL: none. */
const char *xml_attribute(const char *const *attributes, const char *name);

#endif

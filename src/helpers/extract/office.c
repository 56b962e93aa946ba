/* Parts of packages: reading and parsing in one go, the properties that Dublin
 * Core names the same everywhere, and relationships.  A part's name comes from
 * inside the document, so it is resolved here and can only name members. */
#include <stdlib.h>
#include <string.h>
#include "office_in.h"

enum fault
office_parse(const struct xml_sink *sink, struct package *p, const char *part, bool lenient)
{
	struct text t;
	text_init(&t, PACKAGE_MEMBER_BYTES_MAX);
	enum fault f = package_read(&t, p, part);
	if (f == FAULT_NONE)
		f = xml_parse(sink, part, t.data, t.len, lenient);
	text_clear(&t);
	return f;
}

enum fault
office_parse_if(const struct xml_sink *sink, struct package *p, const char *part, bool lenient)
{
	return package_has(p, part) ? office_parse(sink, p, part, lenient) : FAULT_NONE;
}

/* ---- properties -------------------------------------------------------------- */

struct properties { struct document *d; struct text value; bool author_known; };

static void
properties_open(void *arg, const char *name, const char *const *attributes)
{
	struct properties *r = arg;
	(void)name, (void)attributes;
	text_reset(&r->value);
}

static void
properties_close(void *arg, const char *name)
{
	struct properties *r = arg;
	if (r->value.len == 0)
		return;
	if (str_same(name, "title") && r->d->title == NULL)
		document_title(r->d, r->value.data);
	else if (str_same(name, "language") && r->d->language == NULL)
		document_language(r->d, r->value.data);
	else if (str_same(name, "initial-creator") && r->d->author_count == 0) {
		document_author(r->d, r->value.data);
		r->author_known = true;
	} else if (str_same(name, "creator") && !r->author_known)
		document_author(r->d, r->value.data);
	text_reset(&r->value);
}

static void
properties_text(void *arg, const char *s, size_t n)
{
	struct properties *r = arg;
	text_put_n(&r->value, s, n);
}

enum fault
office_properties(struct document *d, struct package *p, const char *part)
{
	struct properties r = { .d = d };
	text_init(&r.value, FIELD_BYTES_MAX * 4);
	struct xml_sink sink = { properties_open, properties_close, properties_text, &r };
	enum fault f = office_parse_if(&sink, p, part, true);
	text_clear(&r.value);
	return f;
}

/* ---- names ---------------------------------------------------------------------- */

static int
hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

bool
office_resolve(char out[PART_NAME_MAX], const char *part, const char *href)
{
	const char *slash = strrchr(part, '/');
	size_t n = href[0] != '/' && slash != NULL ? (size_t)(slash - part) + 1 : 0;
	if (n >= PART_NAME_MAX)
		return false;
	memcpy(out, part, n);
	href += href[0] == '/';
	while (*href != '\0' && *href != '#' && *href != '?') {
		if (str_starts(href, "../")) {
			if (n == 0)
				return false;
			for (n--; n > 0 && out[n - 1] != '/'; n--)
				;
			href += 3;
		} else if (str_starts(href, "./")) {
			href += 2;
		} else {   /* one step of the path */
			while (*href != '\0' && *href != '#' && *href != '?') {
				char c = *href++;
				if (c == '%' && hex_value(href[0]) >= 0 && hex_value(href[1]) >= 0) {
					c = (char)(hex_value(href[0]) * 16 + hex_value(href[1]));
					href += 2;
				}
				if (n + 1 >= PART_NAME_MAX || c == '\0')
					return false;
				out[n++] = c;
				if (c == '/')
					break;
			}
		}
	}
	out[n] = '\0';
	return n > 0;
}

/* ---- relationships ----------------------------------------------------------------- */

struct relations_reader { struct relations *out; struct arena *a; const char *part; };

static void
relations_open(void *arg, const char *name, const char *const *attributes)
{
	struct relations_reader *r = arg;
	const char *id = xml_attribute(attributes, "Id"), *type = xml_attribute(attributes, "Type");
	const char *target = xml_attribute(attributes, "Target"), *mode = xml_attribute(attributes, "TargetMode");
	char resolved[PART_NAME_MAX];
	if (!str_same(name, "Relationship") || id == NULL || type == NULL || target == NULL ||
			(mode != NULL && str_same(mode, "External")) || !office_resolve(resolved, r->part, target))
		return;
	mem_reserve(&r->out->at, &r->out->cap, r->out->count + 1, sizeof *r->out->at);
	r->out->at[r->out->count++] = (struct relation){ arena_strdup(r->a, id), arena_strdup(r->a, type), arena_strdup(r->a, resolved) };
}

static void
relations_close(void *arg, const char *name)
{
	(void)arg, (void)name;
}

static void
relations_text(void *arg, const char *s, size_t n)
{
	(void)arg, (void)s, (void)n;
}

enum fault
office_relations(struct relations *out, struct arena *a, struct package *p, const char *part)
{
	struct relations_reader r = { out, a, part };
	struct xml_sink sink = { relations_open, relations_close, relations_text, &r };
	const char *slash = strrchr(part, '/');
	int folder = slash ? (int)(slash - part) + 1 : 0;
	char *rels = arena_printf(a, "%.*s_rels/%s.rels", folder, part, part + folder);
	return office_parse_if(&sink, p, rels, true);
}

const char *
office_target(const struct relations *r, const char *id, const char *kind)
{
	for (size_t i = 0; i < r->count; i++)
		if ((id != NULL && str_same(r->at[i].id, id)) || (kind != NULL && str_ends(r->at[i].type, kind)))
			return r->at[i].target;
	return NULL;
}

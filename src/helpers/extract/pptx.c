/* PowerPoint: a slide is a page, in the order of the presentation and not of the
 * file names.  A title placeholder is a heading, paragraphs of a body with
 * several of them are list items, and the speaker's notes follow the slide: they
 * are often all that a lecture's slides say. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "office_in.h"

#define SLIDE_IDS_MAX DOCUMENT_PAGES_MAX

enum place { PLACE_OTHER, PLACE_TITLE, PLACE_SUBTITLE, PLACE_BODY, PLACE_IGNORED };

static const struct { const char *type; enum place place; } places[] = {
	{ "title", PLACE_TITLE }, { "ctrTitle", PLACE_TITLE }, { "subTitle", PLACE_SUBTITLE }, { "body", PLACE_BODY },
	{ "obj", PLACE_BODY }, { "dt", PLACE_IGNORED }, { "ftr", PLACE_IGNORED }, { "hdr", PLACE_IGNORED },
	{ "sldNum", PLACE_IGNORED }, { "sldImg", PLACE_IGNORED }
};

struct slide {
	struct document *d;
	struct text para, row;
	enum place place;
	bool in_text, in_table, notes;
	size_t cells;
	int fallback;        /* depth inside the copy for older versions */
};

static void
end_paragraph(struct slide *s)
{
	if (s->in_table) {
		text_put_c(&s->row, ' ');
		text_put_n(&s->row, s->para.data, s->para.len);
	} else if (s->place == PLACE_TITLE || s->place == PLACE_SUBTITLE) {
		document_block(s->d, BLOCK_HEADING, s->place == PLACE_TITLE ? 1 : 2, s->para.data, s->para.len);
		if (s->place == PLACE_TITLE && s->d->title == NULL)
			document_title(s->d, s->para.data);
	} else if (s->place != PLACE_IGNORED) {
		bool item = s->place == PLACE_BODY && !s->notes;
		document_block(s->d, item ? BLOCK_LIST : BLOCK_PARA, 0, s->para.data, s->para.len);
	}
	text_reset(&s->para);
}

static void
slide_open(void *arg, const char *name, const char *const *attributes)
{
	struct slide *s = arg;
	if (s->fallback > 0 || str_same(name, "Fallback")) {
		s->fallback++;
	} else if (str_same(name, "sp") || str_same(name, "graphicFrame")) {
		s->place = PLACE_OTHER;
	} else if (str_same(name, "ph")) {
		const char *type = xml_attribute(attributes, "type");
		s->place = PLACE_BODY;   /* a placeholder without a type is content */
		for (size_t i = 0; type != NULL && i < COUNT_OF(places); i++)
			if (str_same(places[i].type, type))
				s->place = places[i].place;
	} else if (str_same(name, "t")) {
		s->in_text = true;
	} else if (str_same(name, "br") || str_same(name, "tab")) {
		text_put_c(&s->para, ' ');
	} else if (str_same(name, "tbl")) {
		s->in_table = true;
	} else if (str_same(name, "tc")) {
		text_put(&s->row, s->cells++ > 0 ? " | " : "");
	}
}

static void
slide_close(void *arg, const char *name)
{
	struct slide *s = arg;
	if (s->fallback > 0) {
		s->fallback--;
	} else if (str_same(name, "t")) {
		s->in_text = false;
	} else if (str_same(name, "p")) {
		end_paragraph(s);
	} else if (str_same(name, "tr")) {
		document_block(s->d, BLOCK_TABLE, 0, s->row.data, s->row.len);
		text_reset(&s->row);
		s->cells = 0;
	} else if (str_same(name, "tbl")) {
		s->in_table = false;
	}
}

static void
slide_text(void *arg, const char *bytes, size_t n)
{
	struct slide *s = arg;
	if (s->in_text && s->fallback == 0) {
		text_put_n(&s->para, bytes, n);
		s->d->truncated |= s->para.over;
	}
}

struct slide_ids { struct arena *a; char *ids[SLIDE_IDS_MAX]; size_t count; };

static void
presentation_open(void *arg, const char *name, const char *const *attributes)
{
	struct slide_ids *s = arg;
	if (!str_same(name, "sldId") || s->count >= SLIDE_IDS_MAX)
		return;
	/* two attributes are called id; the relation's has a prefix */
	for (size_t i = 0; attributes != NULL && attributes[i] != NULL; i += 2)
		if (str_ends(attributes[i], ":id"))
			s->ids[s->count++] = arena_strdup(s->a, attributes[i + 1]);
}

static void
presentation_close(void *arg, const char *name)
{
	(void)arg, (void)name;
}

static void
presentation_text(void *arg, const char *s, size_t n)
{
	(void)arg, (void)s, (void)n;
}

static enum fault
read_slide(struct document *d, struct arena *a, struct package *p, const char *part)
{
	struct slide s = { .d = d };
	struct relations relations = { 0 };
	struct xml_sink sink = { slide_open, slide_close, slide_text, &s };
	text_init(&s.para, BLOCK_BYTES_MAX);
	text_init(&s.row, BLOCK_BYTES_MAX);
	enum fault f = office_parse(&sink, p, part, false);
	if (f == FAULT_NONE)
		f = office_relations(&relations, a, p, part);
	const char *notes = f == FAULT_NONE ? office_target(&relations, NULL, "/notesSlide") : NULL;
	s.notes = true;
	if (notes != NULL)
		f = office_parse_if(&sink, p, notes, false);
	mem_free(relations.at);
	text_clear(&s.para);
	text_clear(&s.row);
	return f;
}

static enum fault
read_slides(struct document *d, struct arena *a, struct package *p)
{
	struct slide_ids *ids = arena_alloc(a, sizeof *ids);
	struct relations relations = { 0 };
	ids->a = a;
	struct xml_sink sink = { presentation_open, presentation_close, presentation_text, ids };
	enum fault f = office_parse(&sink, p, "ppt/presentation.xml", false);
	if (f == FAULT_NONE)
		f = office_relations(&relations, a, p, "ppt/presentation.xml");
	for (size_t i = 0; i < ids->count && f == FAULT_NONE && !document_full(d); i++) {
		const char *part = office_target(&relations, ids->ids[i], NULL);
		if (part == NULL || !document_page(d, NULL))
			continue;
		f = read_slide(d, a, p, part);
	}
	mem_free(relations.at);
	return f;
}

enum fault
pptx_read(struct document *d, const struct input *in)
{
	struct package *p;
	enum fault f = package_open(&p, in->data, in->len);
	if (f != FAULT_NONE)
		return f;
	struct arena a;
	arena_init(&a);
	f = office_properties(d, p, "docProps/core.xml");
	if (d->title != NULL && strcasecmp(d->title, "PowerPoint Presentation") == 0)
		d->title = NULL;
	if (f == FAULT_NONE)
		f = read_slides(d, &a, p);
	arena_clear(&a);
	package_close(p);
	return f;
}

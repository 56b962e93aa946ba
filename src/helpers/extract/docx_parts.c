/* Styles, numbering and notes of a Word document.
 *
 * Word does not store the numbers of its lists and headings; they are counted
 * here as Word does: each abstract list has a counter a level, a step at one
 * level starts the deeper ones again.  Styles inherit; names of the built-in
 * ones are English in every language version. */
#include <stdlib.h>
#include <string.h>
#include "docx_in.h"

#define INHERIT_MAX 12
#define START_MAX 32767          /* Word's own; counting on from there must fit an int */

static void
no_text(void *arg, const char *s, size_t n)
{
	(void)arg, (void)s, (void)n;
}

static void
no_close(void *arg, const char *name)
{
	(void)arg, (void)name;
}

/* ---- styles -------------------------------------------------------------------- */

static void
style_open(void *arg, const char *name, const char *const *attributes)
{
	struct docx_parts *p = arg;
	const char *val = xml_attribute(attributes, "val");
	if (str_same(name, "style")) {
		mem_reserve(&p->styles, &p->style_cap, p->style_count + 1, sizeof *p->styles);
		const char *id = xml_attribute(attributes, "styleId");
		p->styles[p->style_count++] = (struct docx_style){ .id = arena_strdup(&p->arena, id ? id : ""), .outline = -1 };
		return;
	}
	if (p->style_count == 0 || val == NULL)
		return;
	struct docx_style *s = &p->styles[p->style_count - 1];
	if (str_same(name, "name"))
		s->name = arena_strdup(&p->arena, val);
	else if (str_same(name, "basedOn"))
		s->based_on = arena_strdup(&p->arena, val);
	else if (str_same(name, "outlineLvl"))
		s->outline = atoi(val);
	else if (str_same(name, "numId"))
		s->num_id = arena_strdup(&p->arena, val);
	else if (str_same(name, "ilvl"))
		s->level = atoi(val);
}

static const struct docx_style *
style_with(const struct docx_parts *parts, const char *id)
{
	for (size_t i = 0; id != NULL && i < parts->style_count; i++)
		if (str_same(parts->styles[i].id, id))
			return &parts->styles[i];
	return NULL;
}

bool
docx_style_find(struct docx_style *out, const struct docx_parts *parts, const char *id)
{
	const struct docx_style *s = style_with(parts, id);
	if (s == NULL)
		return false;
	*out = *s;
	for (int steps = 0; s != NULL && steps < INHERIT_MAX; steps++) {
		if (out->outline < 0)
			out->outline = s->outline;
		if (out->num_id == NULL && s->num_id != NULL) {
			out->num_id = s->num_id;
			out->level = s->level;
		}
		s = style_with(parts, s->based_on);
	}
	return true;
}

/* ---- numbering --------------------------------------------------------------------- */

struct numbering_reader { struct docx_parts *parts; int level; bool in_number; };

static void
level_open(struct docx_parts *p, int level, const char *name, const char *const *attributes)
{
	const char *val = xml_attribute(attributes, "val");
	if (p->abstract_count == 0 || level < 0 || level >= DOCX_LEVELS || val == NULL)
		return;
	struct docx_level *l = &p->abstracts[p->abstract_count - 1].levels[level];
	if (str_same(name, "numFmt"))
		l->format = arena_strdup(&p->arena, val);
	else if (str_same(name, "lvlText"))
		l->text = arena_strdup(&p->arena, val);
	else if (str_same(name, "start"))
		l->start = atoi(val) < START_MAX ? atoi(val) : START_MAX;
}

static void
numbering_open(void *arg, const char *name, const char *const *attributes)
{
	struct numbering_reader *r = arg;
	struct docx_parts *p = r->parts;
	if (str_same(name, "abstractNum")) {
		const char *id = xml_attribute(attributes, "abstractNumId");
		mem_reserve(&p->abstracts, &p->abstract_cap, p->abstract_count + 1, sizeof *p->abstracts);
		struct docx_abstract *a = &p->abstracts[p->abstract_count++];
		memset(a, 0, sizeof *a);
		a->id = arena_strdup(&p->arena, id ? id : "");
		r->in_number = false;
	} else if (str_same(name, "num")) {
		const char *id = xml_attribute(attributes, "numId");
		mem_reserve(&p->numbers, &p->number_cap, p->number_count + 1, sizeof *p->numbers);
		p->numbers[p->number_count++] = (struct docx_number){ .id = arena_strdup(&p->arena, id ? id : "") };
		r->in_number = true;
	} else if (str_same(name, "abstractNumId") && r->in_number && p->number_count > 0) {
		const char *val = xml_attribute(attributes, "val");
		p->numbers[p->number_count - 1].abstract = arena_strdup(&p->arena, val);
	} else if (str_same(name, "lvl") && !r->in_number) {
		const char *level = xml_attribute(attributes, "ilvl");
		r->level = level ? atoi(level) : -1;
	} else if (!r->in_number) {
		level_open(p, r->level, name, attributes);
	}
}

static struct docx_abstract *
abstract_of(struct docx_parts *parts, const char *num_id)
{
	for (size_t i = 0; num_id != NULL && i < parts->number_count; i++) {
		if (!str_same(parts->numbers[i].id, num_id))
			continue;
		for (size_t k = 0; k < parts->abstract_count; k++)
			if (parts->numbers[i].abstract != NULL && str_same(parts->abstracts[k].id, parts->numbers[i].abstract))
				return &parts->abstracts[k];
	}
	return NULL;
}

static void
put_roman(struct text *out, int value, bool upper)
{
	static const struct { int value; const char *lower, *upper; } parts[] = {
		{ 100, "c", "C" }, { 90, "xc", "XC" }, { 50, "l", "L" }, { 40, "xl", "XL" }, { 10, "x", "X" },
		{ 9, "ix", "IX" }, { 5, "v", "V" }, { 4, "iv", "IV" }, { 1, "i", "I" }
	};
	for (size_t i = 0; i < COUNT_OF(parts) && value < 1000; i++)
		for (; value >= parts[i].value; value -= parts[i].value)
			text_put(out, upper ? parts[i].upper : parts[i].lower);
}

static void
put_number(struct text *out, int value, const char *format)
{
	if (str_same(format, "lowerLetter"))
		text_put_c(out, (char)('a' + (value - 1) % 26));
	else if (str_same(format, "upperLetter"))
		text_put_c(out, (char)('A' + (value - 1) % 26));
	else if (str_same(format, "lowerRoman") || str_same(format, "upperRoman"))
		put_roman(out, value, format[0] == 'u');
	else if (str_same(format, "hebrew1") && value <= 10)
		text_put_code(out, 0x5D0 + (uint32_t)value - 1);
	else
		text_printf(out, "%d", value);
}

bool
docx_count(struct text *label, struct docx_parts *parts, const char *num_id, int level)
{
	struct docx_abstract *a = abstract_of(parts, num_id);
	if (a == NULL || level < 0 || level >= DOCX_LEVELS)
		return false;
	struct docx_level *l = &a->levels[level];
	if (l->format == NULL || str_same(l->format, "none"))
		return false;
	if (str_same(l->format, "bullet") || l->text == NULL)
		return true;
	a->counters[level] = a->counters[level] > 0 ? a->counters[level] + 1 : l->start > 0 ? l->start : 1;
	for (int i = level + 1; i < DOCX_LEVELS; i++)
		a->counters[i] = 0;
	for (const char *s = l->text; *s != '\0'; s++) {
		int of = s[0] == '%' && s[1] >= '1' && s[1] <= '9' ? s[1] - '1' : -1;
		if (of < 0) {
			text_put_c(label, *s);
			continue;
		}
		put_number(label, a->counters[of] > 0 ? a->counters[of] : 1, a->levels[of].format ? a->levels[of].format : "decimal");
		s++;
	}
	return true;
}

/* ---- notes ----------------------------------------------------------------------------- */

struct notes_reader { struct docx_parts *parts; struct text text; char *id; bool end, in_text; };

static void
notes_open(void *arg, const char *name, const char *const *attributes)
{
	struct notes_reader *r = arg;
	if (str_same(name, "footnote") || str_same(name, "endnote")) {
		const char *id = xml_attribute(attributes, "id");
		r->id = xml_attribute(attributes, "type") == NULL && id != NULL ? arena_strdup(&r->parts->arena, id) : NULL;
		text_reset(&r->text);
	} else if (str_same(name, "t")) {
		r->in_text = true;
	} else if (str_same(name, "tab") || str_same(name, "br") || str_same(name, "p")) {
		text_put_c(&r->text, ' ');
	}
}

static void
notes_close(void *arg, const char *name)
{
	struct notes_reader *r = arg;
	if (str_same(name, "t"))
		r->in_text = false;
	if ((!str_same(name, "footnote") && !str_same(name, "endnote")) || r->id == NULL || r->text.len == 0)
		return;
	struct docx_parts *p = r->parts;
	mem_reserve(&p->notes, &p->note_cap, p->note_count + 1, sizeof *p->notes);
	p->notes[p->note_count++] = (struct docx_note){ r->id, arena_strndup(&p->arena, r->text.data, r->text.len), r->end };
	r->id = NULL;
}

static void
notes_text(void *arg, const char *s, size_t n)
{
	struct notes_reader *r = arg;
	if (r->in_text)
		text_put_n(&r->text, s, n);
}

const char *
docx_note_text(const struct docx_parts *parts, const char *id, bool end)
{
	for (size_t i = 0; id != NULL && i < parts->note_count; i++)
		if (parts->notes[i].end == end && str_same(parts->notes[i].id, id))
			return parts->notes[i].text;
	return NULL;
}

/* ---- all ----------------------------------------------------------------------------------- */

enum fault
docx_parts_read(struct docx_parts *parts, struct package *p)
{
	memset(parts, 0, sizeof *parts);
	arena_init(&parts->arena);
	struct numbering_reader numbering = { .parts = parts, .level = -1 };
	struct notes_reader notes = { .parts = parts };
	text_init(&notes.text, BLOCK_BYTES_MAX);
	struct xml_sink styles = { style_open, no_close, no_text, parts };
	struct xml_sink numbers = { numbering_open, no_close, no_text, &numbering };
	struct xml_sink words = { notes_open, notes_close, notes_text, &notes };
	enum fault f = office_parse_if(&styles, p, "word/styles.xml", false);
	if (f == FAULT_NONE)
		f = office_parse_if(&numbers, p, "word/numbering.xml", false);
	if (f == FAULT_NONE)
		f = office_parse_if(&words, p, "word/footnotes.xml", false);
	notes.end = true;
	if (f == FAULT_NONE)
		f = office_parse_if(&words, p, "word/endnotes.xml", false);
	text_clear(&notes.text);
	return f;
}

void
docx_parts_clear(struct docx_parts *parts)
{
	mem_free(parts->styles);
	mem_free(parts->abstracts);
	mem_free(parts->numbers);
	mem_free(parts->notes);
	arena_clear(&parts->arena);
}

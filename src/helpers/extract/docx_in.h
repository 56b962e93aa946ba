/* What a Word document says beside its text: styles, numbering, notes. */
#ifndef STOA_EXTRACT_DOCX_H
#define STOA_EXTRACT_DOCX_H
#include "office_in.h"

#define DOCX_LEVELS 9

struct docx_style {
	char *id, *name, *based_on, *num_id;
	int outline;                 /* from 0; -1: none */
	int level;                   /* of its numbering */
};
struct docx_level { char *format, *text; int start; };
struct docx_abstract { char *id; struct docx_level levels[DOCX_LEVELS]; int counters[DOCX_LEVELS]; };
struct docx_number { char *id, *abstract; };
struct docx_note { char *id, *text; bool end; };
struct docx_parts {
	struct arena arena;
	struct docx_style *styles; size_t style_count, style_cap;
	struct docx_abstract *abstracts; size_t abstract_count, abstract_cap;
	struct docx_number *numbers; size_t number_count, number_cap;
	struct docx_note *notes; size_t note_count, note_cap;
};

enum fault docx_parts_read(struct docx_parts *parts, struct package *p) STOA_MUST;
void docx_parts_clear(struct docx_parts *parts);
/* The style with what it inherits filled in; found is false for no style. */
bool docx_style_find(struct docx_style *out, const struct docx_parts *parts, const char *id);
/* Count on at level of a list and write its number ("3.2.") to label; false:
 * not a list.  A bullet gives an empty label. */
bool docx_count(struct text *label, struct docx_parts *parts, const char *num_id, int level);
const char *docx_note_text(const struct docx_parts *parts, const char *id, bool end);

#endif

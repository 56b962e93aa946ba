/* What flow.c lends to markdown.c: a paragraph built from styled pieces. */
#ifndef FLOW_IN_H
#define FLOW_IN_H
#include "tui_in.h"

struct flow_line {
	struct flow *flow;
	struct text text;
	struct run *runs; size_t run_count, run_cap;
	size_t lead;                    /* bytes of the name in front */
	int indent;                     /* of the rows after the first */
	bool keep;                      /* blanks at a break stay (code) */
};
void flow_open(struct flow_line *l, struct flow *f, const char *first, enum style first_style, int indent);
void flow_piece(struct flow_line *l, enum style style, int citation, const char *s, size_t len);
void flow_cited(struct flow_line *l, enum style style, const char *s, size_t len);
void flow_close(struct flow_line *l);

#endif

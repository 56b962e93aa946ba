/* What width.c, probe.c and screen.c share: cells of a cluster in this terminal. */
#ifndef WIDTH_IN_H
#define WIDTH_IN_H
#include "tui_in.h"

/* Kinds of cluster that terminals were seen to differ in; probe.c has one of each. */
enum width_kind {
	WIDTH_AMBIGUOUS, WIDTH_LINE, WIDTH_IDEOGRAPH, WIDTH_EMOJI, WIDTH_EMOJI_LATE, WIDTH_SIGN,
	WIDTH_JOINED, WIDTH_TONE, WIDTH_FLAG, WIDTH_MARK, WIDTH_SPACING, WIDTH_KINDS
};
/* What a cluster is made of: its first code point, then how many or whether. */
struct width_parts { uint32_t base; int count, flags, marks, spacing, wide; bool sign, joined, toned; };
void width_parts(struct width_parts *p, const char *s, size_t n);
bool width_known(void);                            /* the terminal was asked and answered */
int width_of_kind(enum width_kind kind);           /* 0: not known, or not to be relied on */
/* NULL forgets. True: it was otherwise before, and what was laid out is not right now. */
bool width_learn(const int cells[WIDTH_KINDS]);

#endif

/* What screen.c, theme.c and width.c share: looks of styles. */
#ifndef SCREEN_IN_H
#define SCREEN_IN_H
#include "tui_in.h"

#define COLOUR_DEFAULT (-1)
#define COLOUR_RGB 0x1000000           /* | 0xrrggbb */
enum { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_ITALIC = 4, LOOK_UNDERLINE = 8, LOOK_REVERSE = 16 };
struct look { int foreground, background; unsigned attributes; };
struct theme { struct look looks[STYLE_COUNT]; };

#endif

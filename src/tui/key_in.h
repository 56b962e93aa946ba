/* What key.c gives to the app: a reader of terminal input without waiting. */
#ifndef KEY_IN_H
#define KEY_IN_H
#include "tui_in.h"

enum {
	KEY_UP_ARROW = KEY_SPECIAL | 1, KEY_DOWN_ARROW, KEY_LEFT_ARROW, KEY_RIGHT_ARROW, KEY_HOME_KEY,
	KEY_END_KEY, KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_INSERT, KEY_DELETE, KEY_BACK_TAB,
	KEY_FUNCTION = KEY_SPECIAL | 64
};
enum mouse_button { MOUSE_PRESS = 1, MOUSE_RELEASE, MOUSE_DRAG, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN, MOUSE_OTHER };
enum key_event_kind { KEY_EVENT_NONE, KEY_EVENT_KEY, KEY_EVENT_PASTE, KEY_EVENT_MOUSE, KEY_EVENT_FOCUS_IN, KEY_EVENT_FOCUS_OUT, KEY_EVENT_POSITION /* answer to CSI 6n */ };
struct key_event { enum key_event_kind kind; keycode code; const char *bytes; size_t n; int row, col; enum mouse_button button; };
#define KEY_PASTE_MAX (1024 * 1024)
struct key_reader { struct text in, paste; bool pasting, ending, quiet, late, late_string; /* ending: its mark came; late: of a sequence given up */ };
void key_reader_init(struct key_reader *r);
void key_reader_clear(struct key_reader *r);
void key_feed(struct key_reader *r, const char *bytes, size_t n);
/* Next event; false: more bytes are needed. bytes live until the next call. */
bool key_next(struct key_reader *r, struct key_event *e);
bool key_waiting(const struct key_reader *r);        /* an unfinished sequence is held, or the end of a paste */
int key_patience_ms(const struct key_reader *r);
/* So much later: a sequence is given up, a paste has ended; then key_next() again. */
bool key_timeout(struct key_reader *r, struct key_event *e);

#endif

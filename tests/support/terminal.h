/* terminal -- a program on a pseudo-terminal, seen through a terminal emulator.
 *
 * The bytes a program writes are kept and given to libvterm, whose answers (cursor
 * position and the like) go back as a real terminal's would.  Waiting is for what
 * is shown, never for time to pass.
 */
#ifndef TERMINAL_H
#define TERMINAL_H
#include <sys/types.h>

#include "stoa/base.h"

/* A terminal that counts otherwise: libvterm is shown `as` for `of`, whose width it
 * takes, and what is printed shows `of` again. */
struct terminal_other { uint32_t of, as; };
struct arrival { double ms; size_t end; };    /* when raw had grown to end bytes */
struct terminal {
	pid_t pid;
	int fd, rows, cols;
	struct text raw;                  /* every byte written so far */
	struct arrival *arrivals;
	size_t arrival_count, arrival_cap, shown;   /* shown: arrivals the emulator has had */
	bool later;                       /* only keep what comes; terminal_replay() shows it */
	struct VTerm *emulator;
	struct VTermScreen *screen;
	const struct terminal_other *others;   /* of = 0 at the end; NULL: none */
	char cut[4]; size_t cut_bytes;    /* a character whose end has not come */
	bool ended, mute;                 /* mute: ask what you like, no answer comes */
	int status;
};
/* env: "NAME=value" or "NAME" to unset, NULL at the end; may be NULL. */
void terminal_start(struct terminal *t, int rows, int cols, const char *const argv[], const char *const env[]);
void terminal_close(struct terminal *t);            /* kills what still runs */
void terminal_type(struct terminal *t, const char *bytes, size_t n);
void terminal_say(struct terminal *t, const char *text);
void terminal_resize(struct terminal *t, int rows, int cols);
/* Take what has come within ms (0: what is there); false: nothing did. */
bool terminal_pump(struct terminal *t, int ms);
/* Show the next arrival that was kept for later; NULL: all are shown.  Good until the
 * next pump. */
const struct arrival *terminal_replay(struct terminal *t);
void terminal_quiet(struct terminal *t, int ms);    /* until nothing has come for ms */
bool terminal_shows(struct terminal *t, const char *text);             /* now */
bool terminal_wait(struct terminal *t, const char *text, int ms);      /* within ms */
bool terminal_wait_gone(struct terminal *t, const char *text, int ms);
bool terminal_end(struct terminal *t, int ms);      /* the program ends by itself; status as waitpid */
void terminal_print(struct text *out, struct terminal *t);            /* rows by \n, trailing blanks cut */
void terminal_cursor(const struct terminal *t, int *row, int *col);
bool terminal_cooked(const struct terminal *t);     /* echo and lines as a shell wants them */
double terminal_now_ms(void);

#endif

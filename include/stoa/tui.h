/* tui -- the screen: conversations, evidence and the library in a terminal.
 *
 * One loop on the main thread waits on the terminal, timers and messages from the
 * backend; nothing on that thread touches the store, files or sockets.  The first
 * frame is drawn before the backend is opened.  Panes are tables of operations;
 * keys, palette, the `:` line and plain mode all call actions by id.
 * Threads: everything here on the thread that calls tui_run().
 */
#ifndef STOA_TUI_H
#define STOA_TUI_H
#include "stoa/backend.h"

struct tui_config {
	struct loop *loop;
	const struct clock *clock;
	struct places places;
	/* Called on the loop's thread after the first frame; must not wait for the disk.
	 * *out is the screen's from then on: it closes it. */
	enum fault (*open)(struct backend **out, void *arg);
	void *arg;
	const char *theme;            /* name of a theme; NULL: plain */
	const char *keys;             /* plain or vi; NULL: plain */
	const char *clipboard;        /* auto osc52 command file */
	const char *themes_folder;    /* shipped themes */
	bool mouse, notify;
	int lock_minutes;             /* 0: never */
	const char *key_file;         /* unlocks a store with such a slot; NULL: none */
	const char *mode;             /* of questions: extractive model; NULL: the engine's own */
	const char *subject;          /* of added documents; NULL: none */
	int64_t retention_days;       /* of added documents */
	const char *start;            /* action run after opening, such as "tab.library"; NULL */
};
/* Runs until the person leaves; the terminal is as it was, whatever happened.
 * INPUT: the terminal is unusable (the sentence says why and names --plain). */
enum fault tui_run(const struct tui_config *config) STOA_MUST;

/* The tables, for `stoa keys` and the check that plain mode has every action. */
struct tui_action_row { const char *id, *title, *place, *keys_plain, *keys_vi, *shell, *help; };
const struct tui_action_row *tui_actions(size_t *count);

#endif

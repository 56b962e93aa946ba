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
	const char *server;           /* its address, when questions go there; NULL: none */
	const char *suggestion;       /* a first question, shown while nothing was asked; NULL */
	const char *start;            /* action run after opening, such as "tab.library"; NULL */
};
/* Runs until the person leaves; the terminal is as it was, whatever happened.
 * INPUT: the terminal is unusable (the sentence says why and names --plain). */
enum fault tui_run(const struct tui_config *config) STOA_MUST;

/* The table, for `stoa keys` and the check that plain mode has every action: each row
 * with its default keys and those that a set and a keys.conf (may be missing) give it.
 * INPUT: keys.conf is wrong, named with its line; the rows came with the set's keys. */
struct tui_action_row { const char *id, *title, *place, *keys_plain, *keys_vi, *keys, *shell, *help; };
typedef void tui_action_fn(const struct tui_action_row *row, void *arg);
enum fault tui_actions(tui_action_fn *each, void *arg, const char *set, const char *keys_file) STOA_MUST;
/* Can this theme be shown?  The sentence names file and line. */
enum fault tui_theme_check(const char *name, const char *user_folder, const char *shipped_folder) STOA_MUST;
/* By which way a copy would leave the screen here, in words. */
const char *tui_copy_route(const char *clipboard);
/* Where this terminal counts otherwise than usual, in words, as the screen measured it.
 * ABSENT: it did not yet. */
enum fault tui_widths(struct text *out, const char *state_folder) STOA_MUST;

#endif

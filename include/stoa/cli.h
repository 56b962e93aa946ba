/* cli -- the verbs of stoa, and their plain and JSON output.
 *
 * Reads the command line against one table of verbs, does what a row says through
 * the backend, and prints.  --help, the completions and the check of the manual
 * page come from the same table.  Every text that leaves this room for a terminal
 * or a pipe passes the sanitiser at the moment of printing.
 * Threads: everything on the calling thread.
 */
#ifndef STOA_CLI_H
#define STOA_CLI_H
#include "stoa/backend.h"

/* What `stoa` alone opens on a terminal, given what stoa.conf says. */
struct cli_screen {
	struct loop *loop;
	const struct places *places;
	enum fault (*open)(struct backend **out, void *arg);   /* does not wait; *out is the caller's */
	void *arg;
	const char *theme, *themes_folder, *keys, *clipboard, *mode, *subject, *key_file;   /* NULL: the default */
	const char *server;            /* its address; NULL: none */
	const char *suggestion;        /* a first question; NULL: none */
	int lock_minutes;
	int64_t retention_days;
	bool mouse, notify;
};
/* One action of the screen: `stoa keys` prints these rows, plain mode has each. */
struct cli_action { const char *id, *title, *place, *keys_plain, *keys_vi, *keys, *shell, *help; };
typedef void cli_action_fn(const struct cli_action *row, void *arg);
/* The screen, which this room does not know, and what is asked of it without opening it. */
struct cli_front {
	enum fault (*screen)(const struct cli_screen *screen);
	/* Every action, with the keys that a set and a keys.conf give it. */
	enum fault (*actions)(cli_action_fn *each, void *arg, const char *set, const char *keys_file);
	enum fault (*theme)(const char *name, const char *user_folder, const char *shipped_folder);
	const char *(*copies)(const char *clipboard);   /* by which way a copy would leave */
	enum fault (*widths)(struct text *out, const char *state_folder);   /* how this terminal counts; ABSENT: not measured */
};
/* Run one command line.  Returns the exit status: 0 done, 1 failed, 2 usage,
 * 3 nothing found, 4 denied, 5 offline, 6 locked, 7 limit reached, 130 cancelled. */
int cli_run(int argc, char *const argv[], const struct cli_front *front) STOA_MUST;

#endif

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

/* Run one command line.  Returns the exit status: 0 done, 1 failed, 2 usage,
 * 3 nothing found, 4 denied, 5 offline, 6 locked, 7 limit reached, 130 cancelled. */
/* What `stoa` alone opens on a terminal, given what stoa.conf says. */
struct cli_screen {
	struct loop *loop;
	const struct places *places;
	enum fault (*open)(struct backend **out, void *arg);   /* does not wait; *out is the caller's */
	void *arg;
	const char *theme, *themes_folder, *keys, *clipboard, *mode, *subject, *key_file;   /* NULL: the default */
	int lock_minutes;
	int64_t retention_days;
	bool mouse, notify;
};
typedef enum fault cli_screen_fn(const struct cli_screen *screen);
int cli_run(int argc, char *const argv[], cli_screen_fn *screen /* NULL: lines only */) STOA_MUST;

#endif

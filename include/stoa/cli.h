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
#include "stoa/base.h"

/* Run one command line.  Returns the exit status: 0 done, 1 failed, 2 usage,
 * 3 nothing found, 4 denied, 5 offline, 6 locked, 7 limit reached, 130 cancelled. */
int cli_run(int argc, char *const argv[]) STOA_MUST;

#endif

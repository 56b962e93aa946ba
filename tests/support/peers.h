/* peers -- the programs that are measured side by side, in one run, in turn.
 *
 * stoa; the floor, which is the least that an ncurses program does; weechat-curses
 * where it is installed.  Each has a home below one scratch folder and, where asked
 * for, a pipe through which lines are fed to it.
 */
#ifndef PEERS_H
#define PEERS_H
#include "measure.h"
#include "terminal.h"

enum { FLOOR, STOA, WEECHAT, PEERS };
struct peer {
	const char *name;
	char path[512], args[3][512];
	const char *argv[5];
	const char *first, *ready;     /* in the first frame; shown when it has settled */
	const char *line_prefix;       /* of a line fed to it */
	char pipe[512];
};
struct peers {
	char home[64];
	struct peer of[PEERS];
	size_t count;                  /* PEERS, or one less without weechat */
};
void peers_make(struct peers *p);                       /* ends the process when it cannot */
void peers_remove(struct peers *p);
void peers_shell(const char *fmt, ...) STOA_PRINTF(1, 2);  /* must succeed */
/* Lines come from a pipe of its own; called before peer_launch(). */
void peer_feed(struct peer *p);
int peer_pipe(const struct peer *p);                    /* the writing end, when it reads */
void peer_launch(struct terminal *t, const struct peer *p);
void peer_open(struct terminal *t, const struct peer *p);   /* and until it has settled */
/* From keys until the first bytes after them (ms), and until 8 ms bring no more. */
bool peer_keys(struct terminal *t, const char *keys, double *first_ms, double *bytes);

#endif

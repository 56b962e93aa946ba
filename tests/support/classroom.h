/* classroom -- a server of one's own to be started, killed and started again.
 *
 * The program classroom_main beside the test, in a folder of the caller's; always at
 * the port that it got first. */
#ifndef CLASSROOM_H
#define CLASSROOM_H
#include <stdbool.h>
#include <sys/types.h>

struct classroom { pid_t pid; int in; int port; char folder[160], url[64], token[128], user[40], database[256]; };
/* database, when it was set before: postgresql://... instead of SQLite. */
bool classroom_start(struct classroom *c, const char *folder);   /* folder NULL: as before */
void classroom_kill(struct classroom *c);                        /* SIGKILL; the folder stays */
void classroom_stop(struct classroom *c);                        /* in good order */

#endif

/* A PostgreSQL of the test's own: in a scratch folder, on a socket there, gone
 * with it. */
#ifndef SUPPORT_POSTGRES_H
#define SUPPORT_POSTGRES_H
#include <stdbool.h>

struct postgres_own { char folder[64], tools[128], url[256]; bool running, durable; int leash; };
/* durable: it waits for the disk, as a real one. False: not installed here, or it does not start; why says so in one line. */
bool postgres_own_start(struct postgres_own *p, bool durable, char why[200]);
/* The one of STOA_TEST_FOLDER, which another program has started. */
bool postgres_own_found(struct postgres_own *p, const char *folder);
/* "stop", "restart", with -m immediate. */
bool postgres_own_control(struct postgres_own *p, const char *what);
/* main() of tests/ROOM/postgres.c: runs ROOM's programs against a server of its own. */
int postgres_own_main(const char *room, const char *const programs[], int count);
void postgres_own_stop(struct postgres_own *p);     /* and removes the folder */

#endif

/* Starts and stops a PostgreSQL for a test, as an ordinary user: it refuses root.
 * It listens on a socket in its folder only and never waits for the disk. */
#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "postgres.h"

/* The newest of Debian's folders, else what is in PATH. */
static bool
find_tools(char out[128])
{
	glob_t found;
	bool there = false;
	*out = '\0';
	if (glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &found) == 0) {
		const char *last = found.gl_pathv[found.gl_pathc - 1];
		snprintf(out, 128, "%.*s", (int)(strlen(last) - strlen("initdb")), last);
		there = true;
	}
	globfree(&found);
	return there || system("command -v initdb >/dev/null 2>&1 && command -v pg_ctl >/dev/null 2>&1") == 0;
}

/* One tool of it, as nobody when we are root; what it says goes to a file. */
static bool
run_tool(const struct postgres_own *p, const char *tool, const char *rest)
{
	char command[900];
	snprintf(command, sizeof command, "cd / && %s '%s%s' -D '%s/data' %s >>'%s/said' 2>&1 </dev/null",
		geteuid() == 0 ? "setpriv --reuid=nobody --regid=nogroup --clear-groups" : "", p->tools, tool, p->folder, rest,
		p->folder);
	return system(command) == 0;
}

bool
postgres_own_control(struct postgres_own *p, const char *what)
{
	char rest[400];
	if (strcmp(what, "stop") == 0)
		snprintf(rest, sizeof rest, "-w -m immediate stop");
	else
		snprintf(rest, sizeof rest,
			"-w -m immediate -l '%s/log' -o \"-c listen_addresses= -c unix_socket_directories='%s' -c fsync=off -c max_connections=60\" %s",
			p->folder, p->folder, what);
	return run_tool(p, "pg_ctl", rest);
}

bool
postgres_own_start(struct postgres_own *p, char why[200])
{
	char command[200];
	memset(p, 0, sizeof *p);
	if (!find_tools(p->tools)) {
		snprintf(why, 200, "postgresql is not installed");
		return false;
	}
	snprintf(p->folder, sizeof p->folder, "/tmp/stoa-postgres-XXXXXX");
	if (mkdtemp(p->folder) == NULL) {
		snprintf(why, 200, "no scratch folder");
		return false;
	}
	snprintf(command, sizeof command, "chown nobody:nogroup '%s'", p->folder);
	if ((geteuid() == 0 && system(command) != 0) || !run_tool(p, "initdb", "-U stoa -A trust -E UTF8 --locale=C.UTF-8 --no-sync") ||
	    !postgres_own_control(p, "start")) {
		snprintf(why, 200, "postgresql does not start (see %s)", p->folder);
		return false;
	}
	p->running = true;
	snprintf(p->url, sizeof p->url, "postgresql:///postgres?host=%s&user=stoa", p->folder);
	return true;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

void
postgres_own_stop(struct postgres_own *p)
{
	if (p->running)
		(void)!postgres_own_control(p, "stop");
	p->running = false;
	nftw(p->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

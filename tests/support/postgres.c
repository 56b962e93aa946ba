/* Starts and stops a PostgreSQL for a test, as an ordinary user: it refuses root.
 * It listens on a socket in its folder only and never waits for the disk. */
#include <check.h>
#include <fcntl.h>
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
			"-w -m immediate -l '%s/log' -o \"-c listen_addresses= -c unix_socket_directories='%s' -c fsync=%s -c max_connections=60\" %s",
			p->folder, p->folder, p->durable ? "on" : "off", what);
	return run_tool(p, "pg_ctl", rest);
}

/* However the test ends, also killed: when the last end of a pipe is closed, a shell
 * that waits for that stops the server and clears up. */
static bool
put_on_leash(struct postgres_own *p)
{
	char command[500];
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	snprintf(command, sizeof command, "read x; cd / && %s '%spg_ctl' -D '%s/data' -w -m immediate stop; rm -rf '%s'",
		geteuid() == 0 ? "setpriv --reuid=nobody --regid=nogroup --clear-groups" : "", p->tools, p->folder, p->folder);
	pid_t child = fork();
	if (child == 0) {
		int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
		setsid();
		dup2(ends[0], 0);
		dup2(nowhere, 1);
		dup2(nowhere, 2);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(1);
	}
	close(ends[0]);
	p->leash = ends[1];
	return child > 0;
}

bool
postgres_own_start(struct postgres_own *p, bool durable, char why[200])
{
	char command[200];
	memset(p, 0, sizeof *p);
	p->durable = durable;
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
	    !put_on_leash(p) || !postgres_own_control(p, "start")) {
		snprintf(why, 200, "postgresql does not start (see %s)", p->folder);
		return false;
	}
	p->running = true;
	snprintf(p->url, sizeof p->url, "postgresql:///postgres?host=%s&user=stoa", p->folder);
	return true;
}

bool
postgres_own_found(struct postgres_own *p, const char *folder)
{
	memset(p, 0, sizeof *p);
	snprintf(p->folder, sizeof p->folder, "%s", folder);
	return find_tools(p->tools);
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
	if (p->leash > 0)
		close(p->leash);
	nftw(p->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---- the programs of a room once more ------------------------------------------ */

static struct postgres_own own;
static const char *const *all_programs;
static const char *room_of;

START_TEST(a_program_keeps_its_word_on_postgresql_too)
{
	const char *build = getenv("STOA_BUILD");
	char command[500];
	snprintf(command, sizeof command, "STOA_TEST_FOLDER='%s' STOA_TEST_POSTGRES='%s' '%s/tests/%s/%s' 2>&1 </dev/null", own.folder,
		own.url, build ? build : "build/release", room_of, all_programs[_i]);
	int status = system(command);
	ck_assert_msg(status == 0, "tests/%s/%s against PostgreSQL: status %d", room_of, all_programs[_i], status);
}
END_TEST

int
postgres_own_main(const char *room, const char *const programs[], int count)
{
	char why[200];
	room_of = room;
	all_programs = programs;
	if (!postgres_own_start(&own, false, why)) {
		printf("skipped: tests/%s against PostgreSQL: %s\n100%%: Checks: 0, Failures: 0, Errors: 0\n", room, why);
		return 0;
	}
	Suite *s = suite_create("postgres");
	TCase *c = tcase_create("postgres");
	tcase_add_loop_test(c, a_program_keeps_its_word_on_postgresql_too, 0, count);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	postgres_own_stop(&own);
	return failed != 0;
}

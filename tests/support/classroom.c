/* Starting and killing classroom_main. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "classroom.h"

/* build/FLAVOUR/tests/ROOM/x -> build/FLAVOUR/tests/support/classroom_main */
static bool
program_path(char *out, size_t size)
{
	char self[3000];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n <= 0)
		return false;
	self[n] = '\0';
	char *tests = NULL;
	for (char *at = self; (at = strstr(at, "/tests/")) != NULL; at++)
		tests = at;
	if (tests == NULL)
		return false;
	*tests = '\0';
	return snprintf(out, size, "%s/tests/support/classroom_main", self) < (int)size;
}

bool
classroom_start(struct classroom *c, const char *folder)
{
	char program[4096], port[16], line[512];
	int in[2], out[2];
	if (folder != NULL) {
		char database[sizeof c->database];
		memcpy(database, c->database, sizeof database);
		*c = (struct classroom){ .pid = 0 };
		memcpy(c->database, database, sizeof database);
		snprintf(c->folder, sizeof c->folder, "%s", folder);
	}
	snprintf(port, sizeof port, "%d", c->port);
	if (!program_path(program, sizeof program) || pipe(in) != 0 || pipe(out) != 0)
		return false;
	c->pid = fork();
	if (c->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		for (int fd = 3; fd < 256; fd++)
			close(fd);
		execl(program, program, c->folder, port, c->database[0] != '\0' ? c->database : (char *)NULL, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	c->in = in[1];
	FILE *said = fdopen(out[0], "r");
	bool good = c->pid > 0 && said != NULL && fgets(line, sizeof line, said) != NULL &&
		    sscanf(line, "%63s %127s %39s", c->url, c->token, c->user) == 3;
	if (said != NULL)
		fclose(said);
	const char *colon = strrchr(c->url, ':');
	if (good && colon != NULL)
		c->port = atoi(colon + 1);
	return good;
}

static void
gone(struct classroom *c)
{
	if (c->pid > 0)
		waitpid(c->pid, NULL, 0);
	if (c->in > 0)
		close(c->in);
	c->pid = 0;
	c->in = -1;
}

void
classroom_kill(struct classroom *c)
{
	if (c->pid > 0)
		kill(c->pid, SIGKILL);
	gone(c);
}

void
classroom_stop(struct classroom *c)
{
	if (c->in > 0)
		close(c->in);
	c->in = -1;
	gone(c);
}

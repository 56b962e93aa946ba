/* The test endpoint as a program, for tests written in shell:
 *
 *	endpoint_main SCRIPT LOG COMMAND...   run COMMAND with its address in
 *	                                      STOA_ENDPOINT, end as it ended
 *	endpoint_main SCRIPT                  print the address, serve until
 *	                                      standard input ends
 *
 * Every request is appended to the file LOG ("-": nowhere), so that a test can
 * look for what should not have left the machine.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include "endpoint.h"

extern char **environ;

static int
run(char **argv)
{
	pid_t pid;
	int status = 0;
	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0) {
		fprintf(stderr, "endpoint: %s cannot be started\n", argv[0]);
		return 127;
	}
	while (waitpid(pid, &status, 0) != pid)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
main(int argc, char **argv)
{
	if (argc == 3 || argc < 2) {
		fprintf(stderr, "usage: endpoint_main SCRIPT [LOG COMMAND...]\n");
		return 2;
	}
	struct endpoint *e = endpoint_start(argv[1]);
	int status = 0;
	if (argc > 3) {
		if (strcmp(argv[2], "-") != 0)
			endpoint_log(e, argv[2]);
		setenv("STOA_ENDPOINT", endpoint_url(e), 1);
		status = run(argv + 3);
	} else {
		printf("%s\n", endpoint_url(e));
		fflush(stdout);
		while (getchar() != EOF)
			;
	}
	endpoint_stop(e);
	return status;
}

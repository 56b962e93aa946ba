/* stoa -- the client program; everything it does is a verb of the cli room. */
#include "stoa/cli.h"

int
main(int argc, char *argv[])
{
	return cli_run(argc, argv);
}

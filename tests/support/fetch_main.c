/* One fetch by the wire room, for tests written in shell: fetch_main URL CAFILE
 * prints the status, or the fault and its sentence; ends 0 when there was a status. */
#include <stdio.h>
#include "stoa/wire.h"

int
main(int argc, char **argv)
{
	struct wire_reply r;
	if (argc != 3) {
		fprintf(stderr, "usage: fetch_main URL CAFILE\n");
		return 2;
	}
	enum fault f = wire_fetch(&r, &(struct wire_request){ .url = argv[1], .ca_file = argv[2], .total_ms = 20000 }, NULL);
	if (f == FAULT_NONE)
		printf("%d\n", r.status);
	else
		printf("%s: %s\n", fault_name(f), fault_sentence());
	wire_reply_clear(&r);
	return f == FAULT_NONE ? 0 : 1;
}

/* One fetch by the wire room, for tests written in shell: fetch_main URL CAFILE, or
 * fetch_main URL PIN, prints the status, or the fault and its sentence, and ends 0
 * when there was a status.  fetch_main URL alone prints the pin of the server's key. */
#include <stdio.h>
#include "stoa/wire.h"

static int
look(const char *url)
{
	char pin[WIRE_PIN_BYTES];
	enum fault f = wire_key_of(pin, url, NULL);
	if (f == FAULT_NONE)
		printf("%s\n", pin);
	else
		printf("%s: %s\n", fault_name(f), fault_sentence());
	return f == FAULT_NONE ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct wire_reply r;
	if (argc == 2)
		return look(argv[1]);
	if (argc != 3) {
		fprintf(stderr, "usage: fetch_main URL [CAFILE | PIN]\n");
		return 2;
	}
	bool pinned = str_starts(argv[2], WIRE_PIN_PREFIX);
	struct wire_request req = { .url = argv[1], .ca_file = pinned ? NULL : argv[2], .pin = pinned ? argv[2] : NULL, .total_ms = 20000 };
	enum fault f = wire_fetch(&r, &req, NULL);
	if (f == FAULT_NONE)
		printf("%d\n", r.status);
	else
		printf("%s: %s\n", fault_name(f), fault_sentence());
	wire_reply_clear(&r);
	return f == FAULT_NONE ? 0 : 1;
}
